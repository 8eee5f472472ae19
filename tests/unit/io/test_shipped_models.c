/* The bundle in models/L1: it loads, is for this table of features, knows both pairs, and scores a
 * vector from a seed to the bits noted here. They change when the models are trained anew with
 * other data, seed or code: run this test, look at why, and note what it prints. */
#include "testlib/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "io/model_folder.h"
#include "models/bundle.h"

static l1_arena arena;
static l1_bundle *bundle;

static int open_it(void **state)
{
    (void)state;
    uint8_t *image = NULL;
    size_t size = 0;
    l1_diag diag = {.text = ""};
    arena = (l1_arena){.base = aligned_alloc(64, L1_BUNDLE_MEMORY), .capacity = L1_BUNDLE_MEMORY};
    assert_non_null(arena.base);
    memset(arena.base, 0, arena.capacity);
    l1_result done = l1_model_folder_read(L1_SOURCE_DIR "/models/L1", &image, &size, &diag);
    if (done.code == L1_OK) done = l1_bundle_parse(image, size, &arena, &bundle, &diag);
    free(image);
    if (done.code != L1_OK) print_error("%s\n", diag.text);
    return done.code == L1_OK ? 0 : -1; /* a bundle for another table of features is refused */
}

static int close_it(void **state)
{
    (void)state;
    free(arena.base);
    return 0;
}

static void test_shipped_models__are_of_2022_and_2023_for_both_pairs_and_all_heads(void **state)
{
    (void)state;
    int64_t from_ms = 0, to_ms = 0;
    l1_bundle_range(bundle, &from_ms, &to_ms);
    CHECK(from_ms == INT64_C(1640995200000)); /* 2022-01-01 */
    CHECK(to_ms == INT64_C(1704067200000));   /* 2024-01-01 */
    CHECK(l1_bundle_symbol(bundle, "BTC/USDT") >= 0);
    CHECK(l1_bundle_symbol(bundle, "ETH/USDT") >= 0);
    CHECK(l1_bundle_symbol(bundle, "ADA/USDT") == -1);
    for (int head = 0; head < L1_HEAD_COUNT; head++) CHECK(l1_bundle_has(bundle, (l1_head)head));
}

/* Values about as large as those of bars; what they are does not matter, their bits do. */
static l1_feature_vector seeded_vector(void)
{
    l1_feature_vector vector;
    l1_prng prng;
    memset(&vector, 0, sizeof vector);
    l1_prng_seed(&prng, 4);
    for (int i = 0; i < L1_FEATURES_COUNT; i++) vector.values[i] = 2 * l1_prng_unit(&prng) - 1;
    vector.har[0] = 1;
    for (int i = 1; i < L1_HAR_TERMS; i++) {
        vector.har[i] = i < 6 ? -7 - l1_prng_unit(&prng) : 0.2 * l1_prng_unit(&prng) - 0.1;
    }
    vector.close = 30000;
    vector.s1440 = 0.0007;
    vector.atr = 90;
    vector.ema60 = 30010;
    vector.ema240 = 29950;
    return vector;
}

static const struct {
    const char *symbol;
    l1_side side;
    l1_head head;
    uint64_t bits[L1_SCORES_COUNT]; /* of the log-odds; 0 = that score does not exist */
} rows[] = {
    {"BTC/USDT",
     L1_SIDE_BUY,
     L1_HEAD_SURVIVAL,
     {0x3fead3418da83cdc, 0x3fdcc799b306f85a, 0x3fe6f1273957541d, 0x3ff00402c29b1e5f}},
    {"ETH/USDT",
     L1_SIDE_SELL,
     L1_HEAD_SURVIVAL,
     {0x3fd858fb073dfd49, 0x3fd8d64c6362ca68, 0x3fe724944a21df7f, 0x3feb3535c67163cc}},
    {"BTC/USDT",
     L1_SIDE_BUY,
     L1_HEAD_MOVEMENT,
     {0x3fdc6d7efdad5a93, 0xbfdb2f00913ee5da, 0xbfe6d13d3e79a7ba, 0xbfd8ff501aeca782}},
    {"ETH/USDT",
     L1_SIDE_BUY,
     L1_HEAD_DIRECTION,
     {0xbfd107fbb41169b6, 0x3fb944b380d878e6, 0xbfcb9190f47a6e1c, 0xbfa2cfffc3a0a77c}},
    {"BTC/USDT", L1_SIDE_BUY, L1_HEAD_TREND, {0, 0, 0, 0x3fdcc011a27eed90}},
};

static void test_shipped_models__score_a_seeded_vector_to_the_bits_that_are_noted(void **state)
{
    (void)state;
    const l1_feature_vector vector = seeded_vector();
    int differ = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_head_scores scores;
        const l1_head_question asked = {.symbol = l1_bundle_symbol(bundle, rows[i].symbol),
                                        .side = rows[i].side,
                                        .stop_fraction = 0.006};
        l1_head_score(bundle, rows[i].head, &vector, &asked, &scores);
        for (int j = 0; j < L1_SCORES_COUNT; j++) {
            uint64_t bits = 0;
            if (scores.has[j]) memcpy(&bits, &scores.log_odds[j], sizeof bits);
            if (bits == rows[i].bits[j]) continue;
            print_error("row %zu, score %d: 0x%016" PRIx64 " (%.17g)\n", i, j, bits,
                        scores.has[j] ? scores.log_odds[j] : 0.0);
            differ++;
        }
    }
    CHECK(differ == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped_models__are_of_2022_and_2023_for_both_pairs_and_all_heads),
        cmocka_unit_test(test_shipped_models__score_a_seeded_vector_to_the_bits_that_are_noted),
    };
    return cmocka_run_group_tests(tests, open_it, close_it);
}
