/* fuzz_models_manifest: any text is refused with a sentence, or is a manifest whose every number
 * keeps to its bounds and whose paths stay inside the folder.
 *
 * "@FEATURES@" in an input stands for the hash of this program's features, so that seeds outlive
 * changes of the table. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "models/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 1 << 21 };

static size_t with_features(const uint8_t *data, size_t size, char *out)
{
    static const char mark[] = "@FEATURES@";
    const size_t mark_size = sizeof mark - 1;
    size_t used = 0;
    for (size_t i = 0; i < size && used < TEXT_MAX - 64;) {
        if (size - i >= mark_size && memcmp(data + i, mark, mark_size) == 0) {
            char hex[33];
            l1_hash_hex(l1_features_hash(), hex);
            memcpy(out + used, hex, 32);
            used += 32;
            i += mark_size;
        } else {
            out[used++] = (char)data[i++];
        }
    }
    return used;
}

static void check_files(const l1_manifest *manifest)
{
    L1_ASSERT(manifest->files_count <= L1_BUNDLE_FILES_MAX);
    L1_ASSERT(manifest->files_count % L1_MODEL_COUNT == 0);
    for (uint32_t i = 0; i < manifest->files_count; i++) {
        const l1_bundle_file *file = &manifest->files[i];
        L1_ASSERT(strlen(file->path) > 0 && strlen(file->path) < L1_BUNDLE_PATH_MAX);
        L1_ASSERT(file->path[0] != '/' && file->path[0] != '.');
        L1_ASSERT(strstr(file->path, "/.") == NULL && strstr(file->path, "//") == NULL);
        L1_ASSERT(file->path[strlen(file->path) - 1] != '/');
        L1_ASSERT(strlen(file->sha256) == 64);
        L1_ASSERT(strspn(file->sha256, "0123456789abcdef") == 64);
        for (uint32_t j = 0; j < i; j++) {
            L1_ASSERT(strcmp(file->path, manifest->files[j].path) != 0);
        }
    }
}

static void check_symbol(const l1_manifest *manifest, const l1_manifest_symbol *symbol)
{
    L1_ASSERT(strlen(symbol->name) >= 3 && strchr(symbol->name, '/') != NULL);
    for (int i = 0; i < L1_HAR_TERMS; i++) L1_ASSERT(fabs(symbol->har[i]) <= 1000);
    L1_ASSERT(symbol->half_variance >= 0 && symbol->half_variance <= 1000);
    L1_ASSERT(symbol->profile.day > 0);
    for (int i = 0; i < 2 * L1_PROFILE_SLOTS; i++) {
        const double slot = symbol->profile.slots[i / L1_PROFILE_SLOTS][i % L1_PROFILE_SLOTS];
        L1_ASSERT(slot > 0 && slot <= 25);
    }
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        for (int kind = 0; kind < L1_THRESHOLD_COUNT; kind++) {
            for (int i = 0; i < L1_SCORES_COUNT; i++) {
                const double threshold = symbol->threshold[head][kind][i];
                L1_ASSERT(threshold == -INFINITY || fabs(threshold) <= 1e9);
                L1_ASSERT(manifest->heads[head].present || threshold == 0);
            }
        }
    }
}

static void check(const l1_manifest *manifest)
{
    L1_ASSERT(manifest->from_ms >= 0 && manifest->from_ms < manifest->to_ms);
    L1_ASSERT(manifest->symbols_count >= 1 && manifest->symbols_count <= L1_SYMBOLS_MAX);
    check_files(manifest);
    bool any = false;
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        const l1_manifest_head *of = &manifest->heads[head];
        any = any || of->present;
        for (int i = 0; i < L1_SCORES_COUNT; i++) {
            L1_ASSERT(fabs(of->platt[i].a) <= 1e9 && fabs(of->platt[i].b) <= 1e9);
            L1_ASSERT(fabs(of->stack[i]) <= 1e9);
        }
        L1_ASSERT(!of->present || head != L1_HEAD_SURVIVAL || of->stop_atr_min > 0);
        L1_ASSERT(of->stop_atr_min <= of->stop_atr_max && of->stop_atr_max <= 1000);
    }
    L1_ASSERT(any);
    for (uint32_t i = 0; i < manifest->symbols_count; i++) {
        check_symbol(manifest, &manifest->symbols[i]);
        for (uint32_t j = 0; j < i; j++) {
            L1_ASSERT(strcmp(manifest->symbols[i].name, manifest->symbols[j].name) != 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[TEXT_MAX];
    static l1_manifest manifest;
    l1_bundle_file files[L1_BUNDLE_FILES_MAX];
    uint32_t count = 0;
    l1_diag diag = {.text = ""};
    const size_t used = with_features(data, size, text);
    const l1_status status = l1_manifest_parse(text, used, &manifest, &diag).code;
    L1_ASSERT(l1_manifest_files(text, used, files, &count, NULL).code == status);
    if (status == L1_OK) {
        check(&manifest);
        L1_ASSERT(count == manifest.files_count);
        return 0;
    }
    L1_ASSERT(strlen(diag.text) > 0 && strlen(diag.field) > 0);
    for (const char *at = diag.text; *at != '\0'; at++) L1_ASSERT(*at >= ' ' && *at <= '~');
    return 0;
}
