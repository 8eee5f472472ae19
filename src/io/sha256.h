/* io/sha256.h: SHA-256 of bytes in memory, as model bundles state it.
 *
 * Errors: LIMIT_FULL when OpenSSL has no memory or no such digest. Safe on any thread.
 * Source: FIPS 180-4, by OpenSSL's EVP. */
#ifndef L1_IO_SHA256_H
#define L1_IO_SHA256_H

#include <stddef.h>

#include "base/status.h"

#define L1_SHA256_HEX_SIZE 65 /* 64 digits in lower case and NUL */

L1_MUST_USE l1_result l1_sha256_hex(const void *bytes, size_t size, char out[L1_SHA256_HEX_SIZE],
                                    l1_diag *diag);

#endif
