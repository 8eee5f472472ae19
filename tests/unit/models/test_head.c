/* head: rows, scores and thresholds of a signal, held against the formulas with libm. */
#include <math.h>

#include "bundles.h"

#include "base/prng.h"
#include "models/bundle_state.h"

static parsed of;
static l1_feature_vector vector;
static l1_head_question asked;

#define CLOSE_TO(a, b) (fabs((a) - (b)) <= 1e-13 * (1 + fabs(b)))

static int open_it(void **state)
{
    (void)state;
    bundle_recipe recipe = bundle_recipe_small();
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        for (int kind = 0; kind < L1_THRESHOLD_COUNT; kind++) {
            for (int i = 0; i < L1_SCORES_COUNT; i++) {
                recipe.threshold[head][kind][i] = 100 * head + 10 * kind + i;
            }
        }
    }
    parsed_make(&of, &recipe);
    memset(&vector, 0, sizeof vector);
    for (int i = 0; i < L1_FEATURES_COUNT; i++) vector.values[i] = 0.03 * (i - 20);
    static const double har[L1_HAR_TERMS] = {1, -7.5, -7.4, -7.3, -7.2, -7.1, 0.1, 0.2, -0.1, 0.05};
    memcpy(vector.har, har, sizeof har);
    vector.close = 30000;
    vector.s1440 = 0.0007;
    vector.atr = 90; /* 0.003 of the close */
    vector.ema60 = 30010;
    vector.ema240 = 29950;
    asked = (l1_head_question){.symbol = 0, .side = L1_SIDE_BUY, .stop_fraction = 0.006};
    return 0;
}

static int close_it(void **state)
{
    (void)state;
    parsed_free(&of);
    return 0;
}

static double sigma_ln_now(void)
{
    const l1_manifest_symbol *symbol = &of.bundle->manifest.symbols[asked.symbol];
    double sum = symbol->half_variance;
    for (int i = 0; i < L1_HAR_TERMS; i++) sum += symbol->har[i] * vector.har[i];
    return sum;
}

static void test_row__turns_directional_columns_for_survival_alone(void **state)
{
    (void)state;
    double row[L1_COLUMNS_COUNT];
    static const struct {
        l1_head head;
        l1_side side;
        double sign;
    } rows[] = {
        {L1_HEAD_SURVIVAL, L1_SIDE_BUY, 1},  {L1_HEAD_SURVIVAL, L1_SIDE_SELL, -1},
        {L1_HEAD_MOVEMENT, L1_SIDE_BUY, 1},  {L1_HEAD_MOVEMENT, L1_SIDE_SELL, 1},
        {L1_HEAD_DIRECTION, L1_SIDE_BUY, 1}, {L1_HEAD_DIRECTION, L1_SIDE_SELL, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        asked.side = rows[i].side;
        l1_head_row(of.bundle, rows[i].head, &vector, &asked, row);
        for (int j = 0; j < L1_FEATURES_COUNT; j++) {
            const double sign = l1_features[j].directional ? rows[i].sign : 1;
            CHECK(row[j] == sign * vector.values[j]);
        }
    }
}

static void test_row__of_survival_ends_with_the_baseline_and_the_stop(void **state)
{
    (void)state;
    double row[L1_COLUMNS_COUNT];
    static const double fractions[] = {0.003, 0.0031, 0.006, 0.01, 0.012};
    for (size_t i = 0; i < sizeof fractions / sizeof fractions[0]; i++) {
        asked.stop_fraction = fractions[i];
        l1_head_row(of.bundle, L1_HEAD_SURVIVAL, &vector, &asked, row);
        const double sigma = exp(sigma_ln_now()), a = fractions[i];
        CHECK(sigma > 0.001 && sigma < 0.1); /* a sensible case */
        CHECK(CLOSE_TO(row[L1_FEATURE_BASELINE], 1 - erfc(a / (sigma * sqrt(2)))));
        CHECK(CLOSE_TO(row[L1_FEATURE_STOP_DISTANCE], log(a / sigma)));
    }
}

static void test_row__of_other_heads_ends_with_their_baseline_and_0(void **state)
{
    (void)state;
    double row[L1_COLUMNS_COUNT];
    l1_head_row(of.bundle, L1_HEAD_MOVEMENT, &vector, &asked, row);
    CHECK(CLOSE_TO(row[L1_FEATURE_BASELINE], sigma_ln_now() - log(0.0007 * sqrt(240))));
    CHECK(row[L1_FEATURE_STOP_DISTANCE] == 0);
    l1_head_row(of.bundle, L1_HEAD_DIRECTION, &vector, &asked, row);
    CHECK(row[L1_FEATURE_BASELINE] == 0.5);
    CHECK(row[L1_FEATURE_STOP_DISTANCE] == 0);
    vector.s1440 = 0;
    l1_head_row(of.bundle, L1_HEAD_MOVEMENT, &vector, &asked, row);
    CHECK(row[L1_FEATURE_BASELINE] == 0);
}

static void test_stop__is_clamped_to_the_range_of_training(void **state)
{
    (void)state;
    /* stop_atr is 1 to 4, ATR 0.003 of the close (90 / 30000 is that double). */
    static const struct {
        double fraction, used;
        bool clamped;
    } rows[] = {
        {0.003, 0.003, false}, {0.00299999, 0.003, true}, {0.00300001, 0.00300001, false},
        {0.012, 0.012, false}, {0.01200001, 0.012, true}, {0.01199999, 0.01199999, false},
        {1.5, 0.012, true},    {1e-12, 0.003, true},      {0, 0.003, true},
    };
    l1_head_scores scores;
    double row[L1_COLUMNS_COUNT];
    CHECK(vector.atr / vector.close == 0.003);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        asked.stop_fraction = rows[i].fraction;
        l1_head_row(of.bundle, L1_HEAD_SURVIVAL, &vector, &asked, row);
        CHECK(CLOSE_TO(row[L1_FEATURE_STOP_DISTANCE], log(rows[i].used) - sigma_ln_now()));
        l1_head_score(of.bundle, L1_HEAD_SURVIVAL, &vector, &asked, &scores);
        CHECK(scores.clamped == rows[i].clamped);
        l1_head_score(of.bundle, L1_HEAD_MOVEMENT, &vector, &asked, &scores);
        CHECK(!scores.clamped); /* the stop is no input of it */
    }
    vector.atr = 0; /* a market without any range still has finite scores */
    l1_head_score(of.bundle, L1_HEAD_SURVIVAL, &vector, &asked, &scores);
    CHECK(scores.clamped);
    for (int i = 0; i < L1_SCORES_COUNT; i++) CHECK(isfinite(scores.log_odds[i]));
}

static void test_sigma__stays_within_limits_that_keep_rows_finite(void **state)
{
    (void)state;
    static const struct {
        double term, want;
    } rows[] = {{1e6, 5}, {-1e6, -20}, {1e300, 5}, {-1e300, -20}, {INFINITY, 5}, {-INFINITY, -20}};
    double row[L1_COLUMNS_COUNT];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vector.har[0] = rows[i].term; /* weighs 2.74 */
        l1_head_row(of.bundle, L1_HEAD_SURVIVAL, &vector, &asked, row);
        CHECK(CLOSE_TO(row[L1_FEATURE_STOP_DISTANCE], log(0.006) - rows[i].want));
        CHECK(row[L1_FEATURE_BASELINE] >= 0 && row[L1_FEATURE_BASELINE] <= 1);
    }
}

/* Platt scales and stack that tell every number apart. */
static void exchange_calibration(void)
{
    exchange(&of.made, 0, "platt_logreg=1 0", "platt_logreg=2 0.5");
    exchange(&of.made, 0, "platt_random_forest=1 0", "platt_random_forest=-3 0.25");
    exchange(&of.made, 0, "platt_lightgbm=1 0", "platt_lightgbm=5 -0.125");
    exchange(&of.made, 0, "stack=0 ", "stack=0.0625 0.5 0.25 2 \n#");
    parse_parts(&of);
    CHECK(of.status == L1_OK);
}

static void test_scores__are_calibrated_and_stacked(void **state)
{
    (void)state;
    exchange_calibration();
    l1_head_scores scores;
    double row[L1_COLUMNS_COUNT];
    l1_head_row(of.bundle, L1_HEAD_SURVIVAL, &vector, &asked, row);
    l1_head_score(of.bundle, L1_HEAD_SURVIVAL, &vector, &asked, &scores);
    const l1_head_models *models = &of.bundle->models[L1_HEAD_SURVIVAL];
    const double logreg = l1_logreg_score(&models->logreg, row);
    const double forest = l1_forest_score(models->forest[L1_MODEL_RANDOM_FOREST], row);
    const double booster = l1_forest_score(models->forest[L1_MODEL_LIGHTGBM], row);
    CHECK(logreg != 0 && forest != 0 && booster != 0 && forest != booster);
    CHECK(l1_head_raw(of.bundle, L1_HEAD_SURVIVAL, L1_MODEL_LOGREG, row) == logreg);
    CHECK(l1_head_raw(of.bundle, L1_HEAD_SURVIVAL, L1_MODEL_RANDOM_FOREST, row) == forest);
    CHECK(l1_head_raw(of.bundle, L1_HEAD_SURVIVAL, L1_MODEL_LIGHTGBM, row) == booster);
    const double want[] = {2 * logreg + 0.5, -3 * forest + 0.25, 5 * booster - 0.125};
    double sum = 0.0625;
    sum += 0.5 * want[0];
    sum += 0.25 * want[1];
    sum += 2 * want[2];
    for (int i = 0; i < L1_SCORES_COUNT; i++) CHECK(scores.has[i]);
    for (int i = 0; i < L1_MODEL_COUNT; i++) CHECK(scores.log_odds[i] == want[i]);
    CHECK(scores.log_odds[L1_SCORE_ENSEMBLE] == sum);
}

static void test_raw__is_multiplied_by_the_sigmoid_of_the_model(void **state)
{
    (void)state;
    double row[L1_COLUMNS_COUNT];
    l1_head_row(of.bundle, L1_HEAD_SURVIVAL, &vector, &asked, row);
    const double before = l1_head_raw(of.bundle, L1_HEAD_SURVIVAL, L1_MODEL_LIGHTGBM, row);
    exchange(&of.made, 3, "sigmoid:1\n", "sigmoid:0.5\n");
    parse_parts(&of);
    CHECK(of.status == L1_OK);
    CHECK(l1_head_raw(of.bundle, L1_HEAD_SURVIVAL, L1_MODEL_LIGHTGBM, row) == 0.5 * before);
}

static void test_scores__differ_by_side_and_stop_for_survival(void **state)
{
    (void)state;
    l1_head_scores buy, sell, wide;
    l1_head_score(of.bundle, L1_HEAD_SURVIVAL, &vector, &asked, &buy);
    asked.side = L1_SIDE_SELL;
    l1_head_score(of.bundle, L1_HEAD_SURVIVAL, &vector, &asked, &sell);
    asked.side = L1_SIDE_BUY;
    asked.stop_fraction = 0.0115;
    l1_head_score(of.bundle, L1_HEAD_SURVIVAL, &vector, &asked, &wide);
    CHECK(buy.log_odds[L1_MODEL_LOGREG] != sell.log_odds[L1_MODEL_LOGREG]);
    CHECK(buy.log_odds[L1_MODEL_LOGREG] != wide.log_odds[L1_MODEL_LOGREG]);
    asked.side = L1_SIDE_SELL;
    l1_head_score(of.bundle, L1_HEAD_DIRECTION, &vector, &asked, &sell);
    asked.side = L1_SIDE_BUY;
    l1_head_score(of.bundle, L1_HEAD_DIRECTION, &vector, &asked, &buy);
    assert_memory_equal(buy.log_odds, sell.log_odds, sizeof buy.log_odds);
}

static void test_thresholds__are_those_of_symbol_head_and_kind(void **state)
{
    (void)state;
    exchange(&of.made, 0, "threshold_f1=ETH/USDT 10 11 12 13", "threshold_f1=ETH/USDT 1 -inf 2 3");
    parse_parts(&of);
    CHECK(of.status == L1_OK);
    static const struct {
        int symbol;
        l1_head head;
        l1_threshold_kind kind;
        double want[L1_SCORES_COUNT];
    } rows[] = {
        {0, L1_HEAD_SURVIVAL, L1_THRESHOLD_OPERATING, {0, 1, 2, 3}},
        {1, L1_HEAD_SURVIVAL, L1_THRESHOLD_OPERATING, {0, 1, 2, 3}},
        {0, L1_HEAD_SURVIVAL, L1_THRESHOLD_F1, {10, 11, 12, 13}},
        {1, L1_HEAD_SURVIVAL, L1_THRESHOLD_F1, {1, -INFINITY, 2, 3}},
        {1, L1_HEAD_DIRECTION, L1_THRESHOLD_F1, {210, 211, 212, 213}},
        {1, L1_HEAD_TREND, L1_THRESHOLD_F1, {0, 0, 0, 313}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_head_scores scores;
        asked.symbol = rows[i].symbol;
        asked.threshold = rows[i].kind;
        l1_head_score(of.bundle, rows[i].head, &vector, &asked, &scores);
        for (int j = 0; j < L1_SCORES_COUNT; j++) {
            CHECK(scores.has[j] == (rows[i].head != L1_HEAD_TREND || j == L1_SCORE_ENSEMBLE));
            CHECK(scores.threshold[j] == rows[i].want[j]);
        }
    }
}

static double trend_z(void)
{
    l1_head_scores scores;
    l1_head_score(of.bundle, L1_HEAD_TREND, &vector, &asked, &scores);
    return scores.log_odds[L1_SCORE_ENSEMBLE] / 1.7; /* the maker's Platt scale is (1.7, 0) */
}

static void test_trend__is_the_formula(void **state)
{
    (void)state;
    double v = 0;
    for (int j = 1; j <= 120; j++) v += pow(pow(239.0 / 241, j) - pow(59.0 / 61, j), 2);
    static const struct {
        double close, ema60, ema240, s1440;
    } rows[] = {
        {30000, 30010, 29950, 0.0007}, {30000, 29900, 30100, 0.0007}, {1, 1, 1, 0.001},
        {2000, 2001, 2000, 0.0001},    {2000, 2000, 2001, 0.01},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const double c = vector.close = rows[i].close;
        vector.ema60 = rows[i].ema60;
        vector.ema240 = rows[i].ema240;
        vector.s1440 = rows[i].s1440;
        const double d = (rows[i].ema60 - c) * pow(59.0 / 61, 120) -
                         (rows[i].ema240 - c) * pow(239.0 / 241, 120);
        CHECK(CLOSE_TO(trend_z(), d / (c * rows[i].s1440 * sqrt(v))));
    }
    vector.s1440 = 0;
    CHECK(trend_z() == 0);
}

static double normal(l1_prng *prng)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += l1_prng_unit(prng);
    return sum;
}

/* The formula's premise played through: random walks from here, both averages followed. */
static void test_trend__foretells_how_often_random_walks_end_that_way(void **state)
{
    (void)state;
    enum { WALKS = 20000 };
    static const double starts[][2] = {{30010, 29950}, {29950, 30050}, {30100, 30300}};
    l1_prng prng;
    l1_prng_seed(&prng, 5);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        int above = 0;
        vector.ema60 = starts[i][0];
        vector.ema240 = starts[i][1];
        for (int walk = 0; walk < WALKS; walk++) {
            double close = vector.close, ema60 = vector.ema60, ema240 = vector.ema240;
            for (int minute = 0; minute < 120; minute++) {
                close += vector.close * vector.s1440 * normal(&prng);
                ema60 += 2.0 / 61 * (close - ema60);
                ema240 += 2.0 / 241 * (close - ema240);
            }
            above += ema60 > ema240;
        }
        const double p = 0.5 * erfc(-trend_z() / sqrt(2));
        CHECK(p > 0.02 && p < 0.98);
        CHECK(fabs((double)above / WALKS - p) < 4 * sqrt(p * (1 - p) / WALKS));
    }
}

static bool all_nan(l1_head head)
{
    const uint64_t nan_bits = UINT64_C(0x7ff8000000000000);
    l1_head_scores scores;
    bool all = true;
    l1_head_score(of.bundle, head, &vector, &asked, &scores);
    for (int i = head == L1_HEAD_TREND ? L1_SCORE_ENSEMBLE : 0; i < L1_SCORES_COUNT; i++) {
        CHECK(scores.has[i]);
        all = all && memcmp(&scores.log_odds[i], &nan_bits, sizeof nan_bits) == 0 &&
              !(scores.log_odds[i] >= -INFINITY);
    }
    return all;
}

static void test_scores__of_a_row_that_is_not_finite_reach_no_threshold(void **state)
{
    (void)state;
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        for (int column = 0; column < L1_FEATURES_COUNT; column++) {
            const double good = vector.values[column];
            vector.values[column] = bad[i];
            for (int head = 0; head < L1_MODEL_HEADS; head++) CHECK(all_nan((l1_head)head));
            vector.values[column] = good;
        }
    }
    CHECK(!all_nan(L1_HEAD_SURVIVAL));
    double *const others[] = {&vector.close, &vector.atr, &vector.har[3]};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const double good = *others[i];
        *others[i] = NAN;
        CHECK(all_nan(L1_HEAD_SURVIVAL));
        *others[i] = good;
    }
    double *const of_trend[] = {&vector.close, &vector.s1440, &vector.ema60, &vector.ema240};
    for (size_t i = 0; i < sizeof of_trend / sizeof of_trend[0]; i++) {
        const double good = *of_trend[i];
        *of_trend[i] = NAN;
        CHECK(all_nan(L1_HEAD_TREND));
        *of_trend[i] = good;
    }
    vector.s1440 = NAN;
    CHECK(all_nan(L1_HEAD_MOVEMENT));
    vector.s1440 = -1; /* cannot be */
    CHECK(all_nan(L1_HEAD_MOVEMENT));
}

/* Every leaf of a forest becomes the same number. */
static void exchange_leaves(uint32_t part, const char *leaf)
{
    l1_bundle_part *of_part = &of.made.parts[part];
    const size_t capacity = 2 * of_part->size;
    char *text = calloc(capacity, 1), *old = calloc(of_part->size + 1, 1), *rest = old;
    assert_non_null(text);
    assert_non_null(old);
    memcpy(old, of_part->bytes, of_part->size);
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        if (strncmp(line, "tree_sizes=", 11) == 0) continue; /* optional, and no longer true */
        if (strncmp(line, "leaf_value=", 11) == 0) {
            strcat(text, "leaf_value=");
            for (char *at = line; at != NULL; at = strchr(at + 1, ' ')) {
                strcat(text, leaf);
                strcat(text, " ");
            }
            text[strlen(text) - 1] = '\0';
        } else {
            strcat(text, line);
        }
        if (rest != NULL) strcat(text, "\n");
        CHECK(strlen(text) + 1024 < capacity);
    }
    free(old);
    free((void *)(uintptr_t)of_part->bytes);
    *of_part = (l1_bundle_part){of_part->path, (const uint8_t *)text, strlen(text)};
    parse_parts(&of);
    if (of.status != L1_OK) print_message("%s\n", of.diag.text);
    CHECK(of.status == L1_OK);
}

static void test_scores__that_overflow_reach_no_threshold(void **state)
{
    (void)state;
    static const char *const leaves[] = {"1e308", "-1e308"};
    for (size_t i = 0; i < 2; i++) {
        l1_head_scores scores;
        exchange_leaves(3, leaves[i]); /* eight trees of it are infinite */
        l1_head_score(of.bundle, L1_HEAD_SURVIVAL, &vector, &asked, &scores);
        CHECK(isnan(scores.log_odds[L1_MODEL_LIGHTGBM]));
        CHECK(isnan(scores.log_odds[L1_SCORE_ENSEMBLE]));
        CHECK(isfinite(scores.log_odds[L1_MODEL_LOGREG]));
        CHECK(isfinite(scores.log_odds[L1_MODEL_RANDOM_FOREST]));
    }
}

#define WITH_BUNDLE(test) cmocka_unit_test_setup_teardown(test, open_it, close_it)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BUNDLE(test_row__turns_directional_columns_for_survival_alone),
        WITH_BUNDLE(test_row__of_survival_ends_with_the_baseline_and_the_stop),
        WITH_BUNDLE(test_row__of_other_heads_ends_with_their_baseline_and_0),
        WITH_BUNDLE(test_stop__is_clamped_to_the_range_of_training),
        WITH_BUNDLE(test_sigma__stays_within_limits_that_keep_rows_finite),
        WITH_BUNDLE(test_scores__are_calibrated_and_stacked),
        WITH_BUNDLE(test_raw__is_multiplied_by_the_sigmoid_of_the_model),
        WITH_BUNDLE(test_scores__differ_by_side_and_stop_for_survival),
        WITH_BUNDLE(test_thresholds__are_those_of_symbol_head_and_kind),
        WITH_BUNDLE(test_trend__is_the_formula),
        WITH_BUNDLE(test_trend__foretells_how_often_random_walks_end_that_way),
        WITH_BUNDLE(test_scores__of_a_row_that_is_not_finite_reach_no_threshold),
        WITH_BUNDLE(test_scores__that_overflow_reach_no_threshold),
    };
    return cmocka_run_group_tests_name("head", tests, NULL, NULL);
}
