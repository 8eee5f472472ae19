/* Tests of the gate: each score on both sides of its threshold, and what denies without scores. */
#include "testlib/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decision/trend_ai.h"
#include "models/bundle_state.h"
#include "testlib/bundle_maker.h"
#include "testlib/scenario.h"
#include "unit/features/bars.h"

#define START_MINUTE INT64_C(28333320)

enum { READY_MINUTES = L1_BURN_IN_MINUTES + 30, ARENA_SIZE = 4 << 20 };

typedef struct {
    l1_limits limits;
    void *memory;
    l1_feature_state *features;
    l1_bar last[2];
    bar_source source;
    int64_t minutes;
    bundle_recipe recipe;
    made_bundle made;
    l1_arena arena;
    l1_bundle *bundle;
    int32_t symbols[L1_SYMBOLS_MAX];
    l1_gate_verdict verdict;
} fixture;

static void feed(fixture *f, int64_t minutes)
{
    for (int64_t i = 0; i < minutes; i++, f->minutes++) {
        bar_source_next(&f->source, START_MINUTE + f->minutes, f->last);
        for (int i2 = 0; i2 < 2; i2++) l1_feature_state_on_bar(f->features, &f->last[i2]);
    }
}

static void *zeroed(size_t size)
{
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);
    assert_non_null(memory);
    return memset(memory, 0, (size + 63) / 64 * 64);
}

/* The bundle of the fixture's recipe, made anew. */
static void use_recipe(fixture *f)
{
    l1_diag diag = {.text = ""};
    bundle_free(&f->made);
    bundle_make(&f->recipe, &f->made);
    memset(f->arena.base, 0, f->arena.capacity);
    f->arena.used = 0;
    CHECK(l1_bundle_parse(f->made.image, f->made.image_size, &f->arena, &f->bundle, &diag).code ==
          L1_OK);
    for (uint32_t i = 0; i < f->limits.symbols_count; i++) {
        f->symbols[i] = l1_bundle_symbol(f->bundle, f->limits.symbols[i].name);
    }
}

static fixture *make(int64_t minutes)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->limits = scenario_limits();
    f->limits.ai_required = true;
    f->limits.ai_gate = 1U << L1_HEAD_SURVIVAL;
    f->limits.ai_shadow = 1U << L1_HEAD_MOVEMENT | 1U << L1_HEAD_DIRECTION | 1U << L1_HEAD_TREND;
    const size_t cost = l1_feature_state_cost(&f->limits);
    f->memory = zeroed(cost);
    l1_arena arena = {.base = f->memory, .capacity = cost};
    f->features = l1_feature_state_new(&arena, &f->limits);
    f->source = bar_source_new(5);
    feed(f, minutes);
    f->arena = (l1_arena){.base = zeroed(ARENA_SIZE), .capacity = ARENA_SIZE};
    f->recipe = bundle_recipe_small();
    use_recipe(f);
    return f;
}

static void drop(fixture *f)
{
    bundle_free(&f->made);
    free(f->arena.base);
    free(f->memory);
    free(f);
}

static l1_ai_question question(const fixture *f)
{
    const int64_t mid_e8 = f->last[BTC].close_e8;
    return (l1_ai_question){
        .symbol = BTC, .side = L1_SIDE_BUY, .mid_e8 = mid_e8, .stop_e8 = mid_e8 / 100 * 99};
}

static l1_ai_view view_at(const fixture *f, int64_t after_close_ns)
{
    return (l1_ai_view){
        .limits = &f->limits,
        .bundle = f->bundle,
        .bundle_symbols = f->symbols,
        .features = f->features,
        .now_ns = f->last[BTC].open_time_ns + L1_MINUTE_NS + after_close_ns,
    };
}

static const l1_gate_verdict *judge(fixture *f)
{
    const l1_ai_view view = view_at(f, 0);
    const l1_ai_question asked = question(f);
    l1_trend_ai_gate(&view, &asked, &f->verdict);
    return &f->verdict;
}

/* What the survival head says, exactly. */
static l1_head_scores exact(const fixture *f, l1_head head)
{
    l1_feature_vector vector;
    l1_head_scores scores;
    const l1_ai_question asked = question(f);
    CHECK(l1_feature_vector_at(f->features, BTC, &vector) == L1_FEATURES_READY);
    const double mid = l1_decimal_to_double(asked.mid_e8);
    const l1_head_question inner = {
        .symbol = f->symbols[BTC],
        .side = asked.side,
        .stop_fraction = l1_decimal_to_double(asked.mid_e8 - asked.stop_e8) / mid,
    };
    l1_head_score(f->bundle, head, &vector, &inner, &scores);
    return scores;
}

static void test_gate__vetoes_a_score_only_below_its_own_threshold(void **state)
{
    (void)state;
    static const l1_rule rules[L1_SCORES_COUNT] = {L1_RULE_AI_LOGREG, L1_RULE_AI_RANDOM_FOREST,
                                                   L1_RULE_AI_LIGHTGBM, L1_RULE_AI_ENSEMBLE};
    fixture *f = make(READY_MINUTES);
    const l1_head_scores scores = exact(f, L1_HEAD_SURVIVAL);
    for (int i = 0; i < L1_SCORES_COUNT; i++) {
        double *threshold = &f->recipe.threshold[L1_HEAD_SURVIVAL][L1_THRESHOLD_OPERATING][i];
        *threshold = scores.log_odds[i]; /* a score equal to its threshold passes */
        use_recipe(f);
        CHECK(judge(f)->vetoes_count == 0);
        *threshold = nextafter(scores.log_odds[i], INFINITY);
        use_recipe(f);
        CHECK(judge(f)->vetoes_count == 1);
        CHECK(f->verdict.vetoes[0].rule == rules[i]);
        assert_string_equal(f->verdict.vetoes[0].detail, "survival");
        CHECK(f->verdict.vetoes[0].value_e8 > 0 && f->verdict.vetoes[0].limit_e8 > 0);
        *threshold = -INFINITY;
    }
    drop(f);
}

static void test_gate__lists_every_score_that_is_too_low_in_order(void **state)
{
    (void)state;
    fixture *f = make(READY_MINUTES);
    for (int i = 0; i < L1_SCORES_COUNT; i++) {
        f->recipe.threshold[L1_HEAD_SURVIVAL][L1_THRESHOLD_OPERATING][i] = 50;
    }
    use_recipe(f);
    CHECK(judge(f)->vetoes_count == 4);
    CHECK(f->verdict.vetoes[0].rule == L1_RULE_AI_LOGREG);
    CHECK(f->verdict.vetoes[1].rule == L1_RULE_AI_RANDOM_FOREST);
    CHECK(f->verdict.vetoes[2].rule == L1_RULE_AI_LIGHTGBM);
    CHECK(f->verdict.vetoes[3].rule == L1_RULE_AI_ENSEMBLE);
    f->limits.ai_threshold = L1_THRESHOLD_F1; /* those of the other kind are still low */
    CHECK(judge(f)->vetoes_count == 0);
    f->limits.ai_threshold = L1_THRESHOLD_OPERATING;
    f->limits.ai_required = false; /* reported, never a veto */
    CHECK(judge(f)->vetoes_count == 0);
    CHECK((f->verdict.scores.computed & 1U << L1_HEAD_SURVIVAL) != 0);
    drop(f);
}

static void test_gate__reports_every_configured_head_and_no_other(void **state)
{
    (void)state;
    fixture *f = make(READY_MINUTES);
    const l1_ai_scores *scores = &judge(f)->scores;
    CHECK(scores->computed == (1U << L1_HEAD_COUNT) - 1);
    CHECK(scores->head == L1_HEAD_SURVIVAL);
    CHECK(scores->of[L1_HEAD_TREND].logreg_e8 == L1_OFF);
    CHECK(scores->of[L1_HEAD_TREND].ensemble_e8 > 0);
    for (unsigned head = 0; head < L1_HEAD_TREND; head++) {
        CHECK(scores->of[head].logreg_e8 > 0 && scores->of[head].logreg_e8 < L1_E8);
        CHECK(scores->of[head].random_forest_e8 > 0 && scores->of[head].lightgbm_e8 > 0);
        CHECK(scores->of[head].threshold_e8 == 0); /* -inf: never */
    }
    const double p = 1 / (1 + exp(-exact(f, L1_HEAD_SURVIVAL).log_odds[L1_SCORE_ENSEMBLE]));
    CHECK(fabs((double)scores->of[L1_HEAD_SURVIVAL].ensemble_e8 / 1e8 - p) < 1e-8);
    f->limits.ai_gate = 1U << L1_HEAD_TREND;
    f->limits.ai_shadow = 0;
    CHECK(judge(f)->scores.computed == 1U << L1_HEAD_TREND);
    CHECK(f->verdict.scores.head == L1_HEAD_TREND);
    drop(f);
}

static void test_gate__vetoes_by_every_head_that_the_operator_named(void **state)
{
    (void)state;
    fixture *f = make(READY_MINUTES);
    f->recipe.threshold[L1_HEAD_TREND][L1_THRESHOLD_OPERATING][L1_SCORE_ENSEMBLE] = 50;
    f->recipe.threshold[L1_HEAD_DIRECTION][L1_THRESHOLD_OPERATING][L1_MODEL_LIGHTGBM] = 50;
    use_recipe(f);
    CHECK(judge(f)->vetoes_count == 0); /* both are in the shadow */
    f->limits.ai_gate |= 1U << L1_HEAD_TREND | 1U << L1_HEAD_DIRECTION;
    f->limits.ai_shadow = 1U << L1_HEAD_MOVEMENT;
    CHECK(judge(f)->vetoes_count == 2);
    CHECK(f->verdict.vetoes[0].rule == L1_RULE_AI_LIGHTGBM);
    assert_string_equal(f->verdict.vetoes[0].detail, "direction");
    CHECK(f->verdict.vetoes[1].rule == L1_RULE_AI_ENSEMBLE);
    assert_string_equal(f->verdict.vetoes[1].detail, "trend");
    drop(f);
}

static void check_denied(fixture *f, l1_rule rule)
{
    CHECK(judge(f)->vetoes_count == 1);
    CHECK(f->verdict.vetoes[0].rule == rule);
    CHECK(f->verdict.vetoes[0].value_e8 == L1_OFF);
    CHECK((f->verdict.scores.computed & 1U << L1_HEAD_SURVIVAL) == 0);
    f->limits.ai_required = false;
    CHECK(judge(f)->vetoes_count == 0);
    f->limits.ai_required = true;
}

static void test_gate__denies_without_a_bundle_for_symbol_and_head(void **state)
{
    (void)state;
    static const char *const only_eth[] = {"ETH/USDT"};
    fixture *f = make(READY_MINUTES);
    f->recipe.heads = 1U << L1_HEAD_MOVEMENT;
    use_recipe(f);
    check_denied(f, L1_RULE_AI_UNAVAILABLE);
    f->recipe = bundle_recipe_small();
    f->recipe.symbols = only_eth;
    f->recipe.symbols_count = 1;
    use_recipe(f);
    check_denied(f, L1_RULE_AI_UNAVAILABLE);
    f->bundle = NULL;
    check_denied(f, L1_RULE_AI_UNAVAILABLE);
    drop(f);
}

static void test_gate__scores_the_own_side_and_reports_the_ensembles_threshold(void **state)
{
    (void)state;
    fixture *f = make(READY_MINUTES);
    f->recipe.threshold[L1_HEAD_SURVIVAL][f->limits.ai_threshold][L1_SCORE_ENSEMBLE] = 0;
    use_recipe(f);
    const l1_scores buy = judge(f)->scores.of[L1_HEAD_SURVIVAL];
    l1_ai_question asked = question(f);
    asked.side = L1_SIDE_SELL;
    asked.stop_e8 = 2 * asked.mid_e8 - asked.stop_e8; /* as far, on the other side */
    const l1_ai_view view = view_at(f, 0);
    l1_trend_ai_gate(&view, &asked, &f->verdict);
    CHECK(f->verdict.scores.of[L1_HEAD_SURVIVAL].logreg_e8 != buy.logreg_e8);
    CHECK(buy.threshold_e8 == L1_E8 / 2); /* log-odds 0 */
    drop(f);
}

static void test_gate__denies_a_score_that_is_no_number(void **state)
{
    (void)state;
    fixture *f = make(READY_MINUTES);
    f->bundle->manifest.heads[L1_HEAD_SURVIVAL].stack[0] = NAN;
    CHECK(judge(f)->vetoes_count == 1); /* although its threshold is -inf */
    CHECK(f->verdict.vetoes[0].rule == L1_RULE_AI_ENSEMBLE);
    CHECK(f->verdict.scores.of[L1_HEAD_SURVIVAL].ensemble_e8 == L1_OFF);
    drop(f);
}

static void test_gate__denies_until_the_features_are_warm(void **state)
{
    (void)state;
    fixture *f = make(100);
    check_denied(f, L1_RULE_AI_WARMUP);
    feed(f, READY_MINUTES - 100);
    CHECK(judge(f)->vetoes_count == 0);
    drop(f);
}

static void test_gate__denies_a_vector_that_is_too_old(void **state)
{
    (void)state;
    fixture *f = make(READY_MINUTES);
    const l1_ai_question asked = question(f);
    l1_ai_view view = view_at(f, f->limits.market_age_ns);
    l1_trend_ai_gate(&view, &asked, &f->verdict);
    CHECK(f->verdict.vetoes_count == 0);
    view = view_at(f, f->limits.market_age_ns + 1);
    l1_trend_ai_gate(&view, &asked, &f->verdict);
    CHECK(f->verdict.vetoes_count == 1);
    CHECK(f->verdict.vetoes[0].rule == L1_RULE_AI_WARMUP);
    drop(f);
}

static void test_gate__says_that_a_stop_was_clamped_to_what_training_knew(void **state)
{
    (void)state;
    fixture *f = make(READY_MINUTES);
    const l1_ai_view view = view_at(f, 0);
    l1_ai_question asked = question(f);
    l1_feature_vector vector;
    CHECK(l1_feature_vector_at(f->features, BTC, &vector) == L1_FEATURES_READY);
    static const struct {
        double atr;
        bool clamped;
    } rows[] = {{0.9, true}, {1.1, false}, {3.9, false}, {4.1, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        asked.stop_e8 = asked.mid_e8 - (int64_t)(rows[i].atr * vector.atr * 1e8);
        l1_trend_ai_gate(&view, &asked, &f->verdict);
        CHECK(f->verdict.scores.stop_clamped == rows[i].clamped);
    }
    drop(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate__vetoes_a_score_only_below_its_own_threshold),
        cmocka_unit_test(test_gate__lists_every_score_that_is_too_low_in_order),
        cmocka_unit_test(test_gate__reports_every_configured_head_and_no_other),
        cmocka_unit_test(test_gate__vetoes_by_every_head_that_the_operator_named),
        cmocka_unit_test(test_gate__denies_without_a_bundle_for_symbol_and_head),
        cmocka_unit_test(test_gate__scores_the_own_side_and_reports_the_ensembles_threshold),
        cmocka_unit_test(test_gate__denies_a_score_that_is_no_number),
        cmocka_unit_test(test_gate__denies_until_the_features_are_warm),
        cmocka_unit_test(test_gate__denies_a_vector_that_is_too_old),
        cmocka_unit_test(test_gate__says_that_a_stop_was_clamped_to_what_training_knew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
