/* journal/blob.c: content-addressed files beside the segments; see blob.h. */
#include "journal/blob.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOMAIN UINT64_C(0x4C31424C4F42) /* "L1BLOB": separates this use of the hash */

l1_hash128 l1_blob_hash(const void *bytes, size_t size)
{
    return l1_hash_of(DOMAIN, bytes, size);
}

void l1_blob_hex(l1_hash128 hash, char out[L1_BLOB_HEX_SIZE])
{
    (void)snprintf(out, L1_BLOB_HEX_SIZE, "%016" PRIx64 "%016" PRIx64, hash.hi, hash.lo);
}

static void blob_name(char out[64], const char *hex)
{
    (void)snprintf(out, 64, "blob-%.32s", hex);
}

l1_result l1_blob_get(const l1_directory *dir, const char *hex, uint8_t **bytes, size_t *size,
                      l1_diag *diag)
{
    char name[64];
    char found[L1_BLOB_HEX_SIZE];
    if (strlen(hex) != L1_BLOB_HEX_SIZE - 1 || strspn(hex, "0123456789abcdef") != strlen(hex)) {
        return l1_refuse(diag, L1_INPUT_FIELD, "hash", "must be 32 hex digits");
    }
    blob_name(name, hex);
    L1_TRY(l1_directory_load(dir, name, L1_BLOB_SIZE_MAX, bytes, size, diag));
    l1_blob_hex(l1_blob_hash(*bytes, *size), found);
    if (strcmp(found, hex) == 0) return L1_SUCCESS;
    free(*bytes);
    *bytes = NULL;
    return l1_refuse(diag, L1_JOURNAL_CORRUPT, name, "%s: content has hash %s", name, found);
}

l1_result l1_blob_put(const l1_directory *dir, const void *bytes, size_t size,
                      char hex[L1_BLOB_HEX_SIZE], l1_diag *diag)
{
    char name[64];
    uint8_t *kept = NULL;
    size_t kept_size = 0;
    if (size > L1_BLOB_SIZE_MAX) {
        return l1_refuse(diag, L1_INPUT_TOO_LONG, "blob", "%zu bytes, limit %u", size,
                         L1_BLOB_SIZE_MAX);
    }
    l1_blob_hex(l1_blob_hash(bytes, size), hex);
    if (l1_blob_get(dir, hex, &kept, &kept_size, diag).code == L1_OK) {
        free(kept);
        return L1_SUCCESS;
    }
    /* Absent or damaged: written anew. */
    blob_name(name, hex);
    return l1_directory_publish(dir, name, &(l1_part){bytes, size}, 1, 0, diag);
}
