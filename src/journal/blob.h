/* journal/blob.h: configuration texts and model bundles kept beside the segments under the hash
 * of their content, so that a journal can be replayed with what was in force when it was written.
 *
 * Files blob-<32 hex digits>, there whole or not at all; putting one twice is no work.
 * Ownership: l1_blob_get returns malloc'd memory; free with free(). */
#ifndef L1_JOURNAL_BLOB_H
#define L1_JOURNAL_BLOB_H

#include "base/hash.h"
#include "journal/directory.h"

#define L1_BLOB_HEX_SIZE 33           /* 32 digits and NUL */
#define L1_BLOB_SIZE_MAX (256U << 20) /* bytes */

l1_hash128 l1_blob_hash(const void *bytes, size_t size);
void l1_blob_hex(l1_hash128 hash, char out[L1_BLOB_HEX_SIZE]);

/* Durable when it returns OK. */
L1_MUST_USE l1_result l1_blob_put(const l1_directory *dir, const void *bytes, size_t size,
                                  char hex[L1_BLOB_HEX_SIZE], l1_diag *diag);

/* IO_OPEN when there is none, JOURNAL_CORRUPT when its content has another hash. */
L1_MUST_USE l1_result l1_blob_get(const l1_directory *dir, const char *hex, uint8_t **bytes,
                                  size_t *size, l1_diag *diag);

#endif
