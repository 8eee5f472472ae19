/* Every feature against a recomputation from scratch, against bars of the future and of later
 * minutes, and against the bits that every compiler must give. */
#include "features/feature_state.h"

#include "plain_features.h"

#include "bars.h"
#include "base/real.h"
#include "testlib/check.h"
#include "world.h"

#include <stdio.h>

#define MORE 6000 /* minutes after the burn-in: four days and a weekend */
#define AHEAD 120 /* minutes that one symbol may be ahead */
#define MINUTES (L1_BURN_IN_MINUTES + MORE)

static l1_bar history[2][MINUTES];

static void make_history(uint64_t seed)
{
    bar_source source = bar_source_new(seed);
    for (int64_t i = 0; i < MINUTES; i++) {
        l1_bar pair[2];
        bar_source_next(&source, START_MINUTE + i, pair);
        history[BTC][i] = pair[BTC];
        history[ETH][i] = pair[ETH];
    }
}

static double apart(double a, double b)
{
    const double size = fabs(b) > 1 ? fabs(b) : 1;
    return fabs(a - b) / size;
}

static void test_vector__equals_a_recomputation_from_scratch(void **state)
{
    static plain_history plain[2];
    double values[L1_FEATURES_COUNT], har[L1_HAR_TERMS], worst = 0;
    int compared = 0, worst_row = -1;
    (void)state;
    make_history(11);
    for (int symbol = 0; symbol < 2; symbol++) {
        plain[symbol] = plain_history_new(history[symbol], MINUTES);
    }
    world w = world_new();
    for (int64_t i = 0; i < MINUTES; i++) {
        for (int symbol = 0; symbol < 2; symbol++) {
            l1_feature_state_on_bar(w.state, &history[symbol][i]);
        }
        if (i < L1_BURN_IN_MINUTES - 1 || (i % 41 != 0 && i < MINUTES - 5)) continue;
        for (int symbol = 0; symbol < 2; symbol++) {
            l1_feature_vector vector;
            CHECK(l1_feature_vector_at(w.state, symbol, &vector) == L1_FEATURES_READY);
            plain_vector(&plain[symbol], &plain[1 - symbol], START_MINUTE + i, symbol == BTC,
                         values, har);
            for (int k = 0; k < L1_FEATURES_COUNT; k++, compared++) {
                const double error = apart(vector.values[k], values[k]);
                if (error > worst) worst = error, worst_row = k;
            }
            for (int k = 0; k < L1_HAR_TERMS; k++) CHECK(apart(vector.har[k], har[k]) <= 1e-12);
            const plain_minute *const now = &plain[symbol].minutes[i];
            CHECK(apart(vector.ema60, (double)now->ema60) <= 1e-12);
            CHECK(apart(vector.ema240, (double)now->ema240) <= 1e-12);
            CHECK(apart(vector.atr, (double)now->atr[0]) <= 1e-12);
            CHECK(vector.close_ns == (START_MINUTE + i + 1) * L1_MINUTE_NS);
        }
    }
    printf("%d values, largest difference %.2g at %s\n", compared, worst,
           worst_row < 0 ? "none" : l1_features[worst_row].name);
    CHECK(compared > 10000 && worst <= 1e-12);
    for (int symbol = 0; symbol < 2; symbol++) plain_history_free(&plain[symbol]);
    world_free(&w);
}

/* ---- the same bits everywhere --------------------------------------------------------------- */

static void add_vector(l1_hasher *hasher, const l1_feature_vector *vector)
{
    l1_hash_add_word(hasher, (uint64_t)vector->close_ns, 8);
    for (int k = 0; k < L1_FEATURES_COUNT; k++) {
        l1_hash_add_word(hasher, l1_real_bits(vector->values[k]), 8);
    }
    for (int k = 0; k < L1_HAR_TERMS; k++) {
        l1_hash_add_word(hasher, l1_real_bits(vector->har[k]), 8);
    }
    const double others[] = {vector->close, vector->s1440, vector->atr, vector->ema60,
                             vector->ema240};
    for (int k = 0; k < 5; k++) l1_hash_add_word(hasher, l1_real_bits(others[k]), 8);
}

/* Golden: a change of it is a change of every model's input, and needs a new feature table. */
static void test_vector__has_the_same_bits_on_every_compiler(void **state)
{
    l1_hasher hasher;
    char text[33];
    (void)state;
    make_history(12);
    l1_hash_begin(&hasher, 1);
    world w = world_new();
    for (int64_t i = 0; i < MINUTES; i++) {
        for (int symbol = 0; symbol < 2; symbol++) {
            l1_feature_vector vector;
            l1_feature_state_on_bar(w.state, &history[symbol][i]);
            if (l1_feature_vector_at(w.state, symbol, &vector) != L1_FEATURES_READY) continue;
            add_vector(&hasher, &vector);
        }
    }
    l1_hash_hex(l1_hash_end(&hasher), text);
    printf("hash of all vectors: %s\n", text);
    assert_string_equal(text, "81f215a7f82bf83d082ece3db43055fe");
    world_free(&w);
}

/* ---- no feature before its time ------------------------------------------------------------- */

static bool same_vector(const l1_feature_vector *a, const l1_feature_vector *b)
{
    l1_hasher of_a, of_b;
    l1_hash_begin(&of_a, 1);
    l1_hash_begin(&of_b, 1);
    add_vector(&of_a, a);
    add_vector(&of_b, b);
    const l1_hash128 x = l1_hash_end(&of_a), y = l1_hash_end(&of_b);
    return x.lo == y.lo && x.hi == y.hi;
}

/* Whoever has bars of the future already gives the same vector for a minute that the other asset
 * has only now closed. */
static void test_vector__of_a_minute_is_the_same_when_one_symbol_is_ahead(void **state)
{
    static l1_feature_vector at_time[2][AHEAD];
    const int64_t first = L1_BURN_IN_MINUTES + 60; /* 23:00: a day ends in between */
    (void)state;
    make_history(13);
    world together = world_new();
    for (int64_t i = 0; i < first + AHEAD; i++) {
        for (int symbol = 0; symbol < 2; symbol++) {
            l1_feature_state_on_bar(together.state, &history[symbol][i]);
        }
        for (int symbol = 0; symbol < 2 && i >= first; symbol++) {
            CHECK(l1_feature_vector_at(together.state, symbol, &at_time[symbol][i - first]) ==
                  L1_FEATURES_READY);
        }
    }
    for (int ahead = 0; ahead < 2; ahead++) {
        world w = world_new();
        for (int64_t i = 0; i < first; i++) {
            l1_feature_state_on_bar(w.state, &history[BTC][i]);
            l1_feature_state_on_bar(w.state, &history[ETH][i]);
        }
        for (int64_t i = first; i < first + AHEAD; i++) {
            l1_feature_state_on_bar(w.state, &history[ahead][i]);
        }
        for (int64_t i = first; i < first + AHEAD; i++) {
            l1_feature_state_on_bar(w.state, &history[1 - ahead][i]);
            for (int symbol = 0; symbol < 2; symbol++) {
                l1_feature_vector vector;
                const l1_features_status status = l1_feature_vector_at(w.state, symbol, &vector);
                CHECK(status == L1_FEATURES_READY);
                CHECK(same_vector(&vector, &at_time[symbol][i - first]));
            }
        }
        world_free(&w);
    }
    world_free(&together);
}

typedef enum {
    COLUMN_CLOSE,
    COLUMN_RANGE,
    COLUMN_VOLUME,
    COLUMN_TAKER,
    COLUMN_TRADES,
    COLUMNS
} column;

static const char *const column_words[COLUMNS] = {"close", "high", "volume", "taker buys",
                                                  "trades"};

/* From minute `from` on the column says what it said one bar before. */
static void shift(l1_bar *out, const l1_bar *bars, int64_t i, int64_t from, column which)
{
    *out = bars[i];
    if (i < from) return;
    const l1_bar *const before = &bars[i - 1];
    switch (which) {
    case COLUMN_CLOSE: out->close_e8 = before->close_e8; break;
    case COLUMN_RANGE:
        out->high_e8 = before->high_e8;
        out->low_e8 = before->low_e8;
        break;
    case COLUMN_VOLUME: out->volume_e8 = before->volume_e8; break;
    case COLUMN_TAKER: out->taker_buy_volume_e8 = before->taker_buy_volume_e8; break;
    case COLUMN_TRADES: out->trades = before->trades; break;
    case COLUMNS: break;
    }
}

/* Does the row's text say that it looks at this column of its own symbol (of the other one)? */
static bool row_reads(int row, column which, bool of_other)
{
    const char *const inputs = l1_features[row].inputs;
    if (strstr(inputs, column_words[which]) == NULL) return false;
    if (strstr(inputs, "of both") != NULL) return true;
    return (strstr(inputs, "of the other") != NULL) == of_other;
}

static void compare_shifted(column which, int shifted, int64_t from)
{
    bool changed[2][L1_FEATURES_COUNT] = {{false}};
    world plain = world_new(), moved = world_new();
    for (int64_t i = 0; i < MINUTES; i++) {
        for (int symbol = 0; symbol < 2; symbol++) {
            l1_bar bar = history[symbol][i];
            l1_feature_state_on_bar(plain.state, &bar);
            if (symbol == shifted) shift(&bar, history[symbol], i, from, which);
            l1_feature_state_on_bar(moved.state, &bar);
        }
        if (i < L1_BURN_IN_MINUTES - 1) continue;
        for (int symbol = 0; symbol < 2; symbol++) {
            l1_feature_vector a, b;
            CHECK(l1_feature_vector_at(plain.state, symbol, &a) == L1_FEATURES_READY);
            CHECK(l1_feature_vector_at(moved.state, symbol, &b) == L1_FEATURES_READY);
            if (i < from) CHECK(same_vector(&a, &b));
            for (int row = 0; row < L1_FEATURES_COUNT; row++) {
                if (a.values[row] != b.values[row]) changed[symbol][row] = true;
            }
        }
    }
    for (int symbol = 0; symbol < 2; symbol++) {
        for (int row = 0; row < L1_FEATURES_COUNT; row++) {
            const bool reads = row_reads(row, which, symbol != shifted);
            if (changed[symbol][row] == reads) continue;
            fail_msg("%s of %s: %s says \"%s\" and %s", column_words[which],
                     symbol == shifted ? "itself" : "the other", l1_features[row].name,
                     l1_features[row].inputs, reads ? "did not change" : "changed");
        }
    }
    world_free(&plain);
    world_free(&moved);
}

static void test_vector__changes_with_the_inputs_it_names_and_not_before_they_change(void **state)
{
    (void)state;
    make_history(14);
    for (column which = 0; which < COLUMNS; which++) {
        for (int shifted = 0; shifted < 2; shifted++) {
            compare_shifted(which, shifted, L1_BURN_IN_MINUTES + 1503);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector__equals_a_recomputation_from_scratch),
        cmocka_unit_test(test_vector__has_the_same_bits_on_every_compiler),
        cmocka_unit_test(test_vector__of_a_minute_is_the_same_when_one_symbol_is_ahead),
        cmocka_unit_test(test_vector__changes_with_the_inputs_it_names_and_not_before_they_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
