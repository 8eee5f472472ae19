/* app/model_slots.c: two mapped blocks, parsed into in turn. */
#include "app/model_slots.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"
#include "journal/blob.h"

static bool same(l1_hash128 a, l1_hash128 b)
{
    return a.lo == b.lo && a.hi == b.hi;
}

l1_result l1_model_slots_open(l1_model_slots **out, l1_diag *diag)
{
    l1_model_slots *slots = calloc(1, sizeof *slots);
    for (size_t i = 0; slots != NULL && i < 2; i++) {
        void *pages = mmap(NULL, L1_BUNDLE_MEMORY, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (pages == MAP_FAILED) {
            l1_model_slots_close(slots);
            slots = NULL;
            break;
        }
        slots->memory[i] = pages;
    }
    if (slots == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory for models");
    *out = slots;
    return L1_SUCCESS;
}

void l1_model_slots_close(l1_model_slots *slots)
{
    if (slots == NULL) return;
    for (size_t i = 0; i < 2; i++) {
        if (slots->memory[i] != NULL) (void)munmap(slots->memory[i], L1_BUNDLE_MEMORY);
    }
    free(slots);
}

l1_result l1_model_slots_put(l1_model_slots *slots, l1_hash128 scoring, const uint8_t *image,
                             size_t size, l1_hash128 *hash, l1_diag *diag)
{
    l1_bundle *bundle = NULL;
    *hash = l1_blob_hash(image, size);
    if (l1_model_bank_find(&slots->bank, *hash) != NULL) return L1_SUCCESS;
    const bool first_scores = slots->bank.bundle[0] != NULL && same(slots->bank.hash[0], scoring);
    const size_t slot = first_scores ? 1 : 0;
    L1_ASSERT(slots->bank.bundle[slot] == NULL || !same(slots->bank.hash[slot], scoring));
    slots->bank.bundle[slot] = NULL;
    slots->bank.hash[slot] = (l1_hash128){0};
    /* An arena hands out zeros; giving the pages back makes them zero again. */
    (void)madvise(slots->memory[slot], L1_BUNDLE_MEMORY, MADV_DONTNEED);
    l1_arena arena = {.base = slots->memory[slot], .capacity = L1_BUNDLE_MEMORY};
    L1_TRY(l1_bundle_parse(image, size, &arena, &bundle, diag));
    L1_ASSERT(bundle != NULL);
    slots->bank.bundle[slot] = bundle;
    slots->bank.hash[slot] = *hash;
    return L1_SUCCESS;
}

l1_result l1_model_slots_need(l1_model_slots *slots, l1_hash128 scoring, l1_hash128 hash,
                              const l1_directory *dir, l1_diag *diag)
{
    char hex[L1_BLOB_HEX_SIZE];
    uint8_t *image = NULL;
    size_t size = 0;
    l1_hash128 found;
    if (hash.lo == 0 && hash.hi == 0) return L1_SUCCESS;
    if (l1_model_bank_find(&slots->bank, hash) != NULL) return L1_SUCCESS;
    l1_blob_hex(hash, hex);
    L1_TRY(l1_blob_get(dir, hex, &image, &size, diag));
    const l1_result parsed = l1_model_slots_put(slots, scoring, image, size, &found, diag);
    free(image);
    return parsed;
}
