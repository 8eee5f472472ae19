/* io/sha256.c: one call of OpenSSL. */
#include "io/sha256.h"

#include <openssl/evp.h>

#include "base/assert.h"

l1_result l1_sha256_hex(const void *bytes, size_t size, char out[L1_SHA256_HEX_SIZE], l1_diag *diag)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    L1_ASSERT(bytes != NULL || size == 0);
    if (EVP_Digest(bytes, size, digest, &length, EVP_sha256(), NULL) != 1) {
        return l1_refuse(diag, L1_LIMIT_FULL, "sha256", "OpenSSL cannot compute a SHA-256");
    }
    L1_ASSERT(length == (L1_SHA256_HEX_SIZE - 1) / 2);
    for (unsigned i = 0; i < length; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[2 * length] = '\0';
    return L1_SUCCESS;
}
