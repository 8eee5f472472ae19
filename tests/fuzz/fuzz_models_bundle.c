/* fuzz_models_bundle: any image is refused with a sentence, or every head that it holds scores
 * every vector with finite numbers or the one NaN.
 *
 * An input that begins with 'r' is an image as it is; with 'h' one whose hash is made to fit;
 * every other one is the texts of a bundle, the manifest first, with a line "%%%%" between two of
 * them: they are packed with the paths that the manifest gives them. "@FEATURES@" stands for the
 * hash of this program's features. */
#include <math.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "models/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 1 << 21, ARENA_MAX = 16 << 20, PARTS_MAX = 1 + L1_BUNDLE_FILES_MAX };
#define IMAGE_HASH_DOMAIN UINT64_C(0x4c31696d616765)
static const char between[] = "\n%%%%\n";

static size_t with_features(const uint8_t *data, size_t size, uint8_t *out)
{
    static const char mark[] = "@FEATURES@";
    const size_t mark_size = sizeof mark - 1;
    const uint8_t *at = memmem(data, size, mark, mark_size);
    if (size > TEXT_MAX - 64) size = TEXT_MAX - 64;
    if (at == NULL || (size_t)(at - data) + mark_size > size) {
        memcpy(out, data, size);
        return size;
    }
    char hex[33];
    const size_t before = (size_t)(at - data);
    l1_hash_hex(l1_features_hash(), hex);
    memcpy(out, data, before);
    memcpy(out + before, hex, 32);
    memcpy(out + before + 32, at + mark_size, size - before - mark_size);
    return size + 32 - mark_size;
}

/* The texts as an image; its size. */
static size_t pack(const uint8_t *text, size_t size, uint8_t *image)
{
    static const char *const spare[PARTS_MAX] = {"manifest.txt",
                                                 "a",
                                                 "b",
                                                 "c",
                                                 "d",
                                                 "e",
                                                 "f",
                                                 "g",
                                                 "h",
                                                 "i",
                                                 "j",
                                                 "k",
                                                 "l",
                                                 "m",
                                                 "n",
                                                 "o",
                                                 "p"};
    l1_bundle_part parts[PARTS_MAX];
    l1_bundle_file files[L1_BUNDLE_FILES_MAX];
    uint32_t count = 0, files_count = 0;
    while (count < PARTS_MAX) {
        const uint8_t *end = memmem(text, size, between, sizeof between - 1);
        const size_t own = end == NULL ? size : (size_t)(end + 1 - text);
        parts[count] = (l1_bundle_part){spare[count], text, own};
        count++;
        if (end == NULL) break;
        text += own + sizeof between - 2;
        size -= own + sizeof between - 2;
    }
    const l1_result named =
        l1_manifest_files((const char *)parts[0].bytes, parts[0].size, files, &files_count, NULL);
    for (uint32_t i = 0; named.code == L1_OK && i < files_count && i + 1 < count; i++) {
        parts[i + 1].path = files[i].path;
    }
    const size_t image_size = l1_bundle_image_size(parts, count);
    l1_bundle_image(parts, count, image);
    return image_size;
}

static void score(const l1_bundle *bundle)
{
    for (int i = 0; i < 4 * L1_HEAD_COUNT; i++) {
        const double scale[] = {0.1, -3, 20, 1e-40};
        l1_feature_vector vector = {
            .close = 30000, .s1440 = 0.0007, .atr = 90, .ema60 = 30010, .ema240 = 29950};
        for (int j = 0; j < L1_FEATURES_COUNT; j++) vector.values[j] = scale[i % 4] * (j % 7 - 3);
        for (int j = 0; j < L1_HAR_TERMS; j++) vector.har[j] = -7 + 0.1 * j;
        const l1_head head = (l1_head)(i / 4);
        const l1_head_question question = {.symbol = 0,
                                           .side = (l1_side)(i % 2),
                                           .stop_fraction = 0.003 * (i % 4),
                                           .threshold = (l1_threshold_kind)(i % 2)};
        l1_head_scores scores;
        if (!l1_bundle_has(bundle, head)) continue;
        l1_head_score(bundle, head, &vector, &question, &scores);
        for (int j = 0; j < L1_SCORES_COUNT; j++) {
            L1_ASSERT(!isinf(scores.log_odds[j]));
            L1_ASSERT(!isnan(scores.threshold[j]));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static alignas(64) uint8_t memory[ARENA_MAX];
    static uint8_t text[TEXT_MAX], image[TEXT_MAX + 4096];
    size_t image_size = 0;
    if (size > 0 && (data[0] == 'r' || data[0] == 'h')) {
        image_size = size - 1 < TEXT_MAX ? size - 1 : TEXT_MAX;
        memcpy(image, data + 1, image_size);
        if (data[0] == 'h' && image_size >= 32) {
            const l1_hash128 hash = l1_hash_of(IMAGE_HASH_DOMAIN, image + 32, image_size - 32);
            memcpy(image + 16, &hash, sizeof hash);
        }
    } else {
        const size_t text_size = with_features(data, size, text);
        image_size = pack(text, text_size, image);
    }
    l1_arena arena = {.base = memory, .capacity = sizeof memory};
    l1_bundle *bundle = NULL;
    l1_diag diag = {.text = ""};
    const l1_result result = l1_bundle_parse(image, image_size, &arena, &bundle, &diag);
    L1_ASSERT((result.code == L1_OK) == (bundle != NULL));
    if (bundle != NULL) score(bundle);
    if (bundle == NULL) L1_ASSERT(strlen(diag.text) > 0 && strchr(diag.text, '\n') == NULL);
    memset(memory, 0, arena.used); /* an arena hands out zeros */
    return 0;
}
