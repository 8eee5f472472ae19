/* Tests of models in the engine: which bundle scores, what reports say of it, what it may stop. */
#include "testlib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_state.h"
#include "testlib/bundle_maker.h"
#include "testlib/scenario.h"
#include "unit/features/bars.h"

enum { READY_MINUTES = L1_BURN_IN_MINUTES + 30, ARENA_SIZE = 4 << 20 };
#define START_MINUTE (SCENARIO_START_MS / 60000)
static const l1_hash128 lenient = {1, 2}, strict = {3, 4};

/* Two bundles: one lets everything pass, the other nothing. */
typedef struct {
    l1_model_bank bank;
    void *memory[2];
    l1_scenario s;
    bar_source source;
    l1_bar last[2];
    int64_t ms;
} fixture;

static void bank_bundle(fixture *f, int slot, l1_hash128 hash, double threshold)
{
    l1_diag diag = {.text = ""};
    made_bundle made;
    bundle_recipe recipe = bundle_recipe_small();
    for (int kind = 0; kind < L1_THRESHOLD_COUNT && threshold != 0; kind++) {
        recipe.threshold[L1_HEAD_SURVIVAL][kind][L1_SCORE_ENSEMBLE] = threshold;
    }
    bundle_make(&recipe, &made);
    f->memory[slot] = aligned_alloc(64, ARENA_SIZE);
    assert_non_null(f->memory[slot]);
    memset(f->memory[slot], 0, ARENA_SIZE);
    l1_arena arena = {.base = f->memory[slot], .capacity = ARENA_SIZE};
    l1_bundle *bundle = NULL;
    CHECK(l1_bundle_parse(made.image, made.image_size, &arena, &bundle, &diag).code == L1_OK);
    f->bank.bundle[slot] = bundle;
    f->bank.hash[slot] = hash;
    bundle_free(&made);
}

static fixture *make(const l1_limits *limits)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    bank_bundle(f, 0, lenient, 0);
    bank_bundle(f, 1, strict, 50);
    scenario_open(&f->s, limits);
    CHECK(l1_system_use_models(f->s.system, &f->bank));
    return f;
}

static void drop(fixture *f)
{
    scenario_close(&f->s);
    free(f->memory[0]);
    free(f->memory[1]);
    free(f);
}

static l1_limits gated(void)
{
    l1_limits limits = scenario_limits();
    limits.ai_required = true;
    limits.ai_gate = 1U << L1_HEAD_SURVIVAL;
    limits.ai_shadow = 1U << L1_HEAD_TREND;
    return limits;
}

/* Eight days of bars, then a book around the last close of BTC. */
static void warm(fixture *f)
{
    f->source = bar_source_new(3);
    for (int64_t i = 0; i < READY_MINUTES; i++) {
        bar_source_next(&f->source, START_MINUTE + i, f->last);
        for (int symbol = 0; symbol < 2; symbol++) {
            l1_event event = {.kind = L1_EVENT_BAR, .as.bar = f->last[symbol]};
            event.at_ns = f->last[symbol].open_time_ns + L1_MINUTE_NS;
            scenario_step(&f->s, &event);
        }
    }
    f->ms = (f->last[BTC].open_time_ns + L1_MINUTE_NS) / 1000000 - SCENARIO_START_MS;
    char bid[32], ask[32];
    (void)snprintf(bid, sizeof bid, "%lld", (long long)(f->last[BTC].close_e8 / L1_E8));
    (void)snprintf(ask, sizeof ask, "%lld.5", (long long)(f->last[BTC].close_e8 / L1_E8));
    scenario_book(&f->s, f->ms, BTC, bid, ask, "5");
}

static void use(fixture *f, l1_hash128 hash, bool commanded, const char *refused)
{
    l1_event event = {.kind = L1_EVENT_MODELS,
                      .at_ns = (SCENARIO_START_MS + f->ms) * 1000000,
                      .as.models = {.hash = hash, .commanded = commanded}};
    event.as.models.refused = refused != NULL;
    if (refused != NULL) strcpy(event.as.models.cause, refused);
    scenario_step(&f->s, &event);
}

/* The report of a signal with a stop of 1 % on the side that is right for it. */
static const l1_report *ask(fixture *f, const char *id, l1_side side)
{
    char stop[32];
    const int64_t close = f->last[BTC].close_e8 / L1_E8;
    (void)snprintf(stop, sizeof stop, "%lld",
                   (long long)(side == L1_SIDE_BUY ? close * 99 / 100 : close * 101 / 100));
    const l1_signal signal = scenario_signal(id, BTC, side, "0.01", stop);
    f->ms += 10;
    scenario_send(&f->s, f->ms, &signal);
    f->ms += 500;
    scenario_tick(&f->s, f->ms);
    return scenario_report(&f->s, id);
}

static bool scored(const l1_report *report)
{
    return report->scores.computed == (1U << L1_HEAD_SURVIVAL | 1U << L1_HEAD_TREND);
}

static void test_models__veto_entries_and_never_what_reduces(void **state)
{
    (void)state;
    const l1_limits limits = gated();
    fixture *f = make(&limits);
    warm(f);
    const l1_report *report = ask(f, "none", L1_SIDE_BUY);
    CHECK(report->reason == L1_RULE_AI_UNAVAILABLE && report->scores.computed == 0);
    use(f, lenient, false, NULL);
    report = ask(f, "passes", L1_SIDE_BUY);
    CHECK(report->status == L1_REPORT_FILLED && scored(report));
    use(f, strict, false, NULL);
    report = ask(f, "stopped", L1_SIDE_BUY);
    CHECK(report->reason == L1_RULE_AI_ENSEMBLE && scored(report));
    CHECK(report->status == L1_REPORT_REJECTED);
    report = ask(f, "reduces", L1_SIDE_SELL);
    CHECK(report->status == L1_REPORT_FILLED && scored(report));
    drop(f);
}

static void test_models__are_asked_for_the_stop_after_it_was_tightened(void **state)
{
    (void)state;
    for (int tightened = 0; tightened < 2; tightened++) { /* trained on stops of 1 to 4 ATR */
        l1_limits limits = gated();
        limits.symbols[BTC].stop_atr_max_e8 = tightened ? 2 * L1_E8 : L1_OFF;
        fixture *f = make(&limits);
        warm(f);
        use(f, lenient, false, NULL);
        char stop[32];
        (void)snprintf(stop, sizeof stop, "%lld",
                       (long long)(f->last[BTC].close_e8 / L1_E8 * 92 / 100));
        const l1_signal signal = scenario_signal("far", BTC, L1_SIDE_BUY, "0.01", stop);
        scenario_send(&f->s, f->ms + 10, &signal);
        scenario_tick(&f->s, f->ms + 500);
        const l1_report *report = scenario_report(&f->s, "far");
        CHECK(report->status == L1_REPORT_FILLED && scored(report));
        CHECK(report->scores.stop_clamped == !tightened);
        drop(f);
    }
}

static void test_models__answer_a_command_and_every_refusal(void **state)
{
    (void)state;
    static const l1_hash128 none;
    const l1_limits limits = gated();
    fixture *f = make(&limits);
    use(f, lenient, false, NULL); /* found by a start: the log has it */
    CHECK(f->s.count == 0);
    use(f, strict, true, NULL);
    CHECK(f->s.count == 1 && scenario_alerts(&f->s, L1_ALERT_MODELS_LOADED) == 1);
    const l1_alert *alert = &f->s.log[0].as.alert;
    CHECK(strstr(alert->message, "models 00000000000000040000000000000003 score") != NULL);
    use(f, strict, true, "broken");
    CHECK(f->s.count == 2 && scenario_alerts(&f->s, L1_ALERT_MODELS_UNAVAILABLE) == 1);
    alert = &f->s.log[1].as.alert;
    CHECK(strcmp(alert->message, "the old models stay: broken") == 0);
    CHECK(l1_system_models(f->s.system).lo == strict.lo);
    use(f, none, false, "broken");
    alert = &f->s.log[2].as.alert;
    CHECK(f->s.count == 3 && strcmp(alert->message, "no models score: broken") == 0);
    CHECK(l1_system_models(f->s.system).lo == 0);
    drop(f);
}

static void test_models__are_part_of_the_state(void **state)
{
    (void)state;
    l1_scenario copy;
    fixture *f = make(NULL);
    use(f, lenient, false, NULL);
    const l1_hash128 before = l1_system_hash(f->s.system);
    scenario_copy(&copy, &f->s);
    CHECK(l1_system_models(copy.system).lo == lenient.lo);
    CHECK(l1_system_models(copy.system).hi == lenient.hi);
    CHECK(l1_system_use_models(copy.system, &f->bank));
    const l1_hash128 same = l1_system_hash(copy.system);
    CHECK(same.lo == before.lo && same.hi == before.hi);
    use(f, strict, false, NULL);
    const l1_hash128 after = l1_system_hash(f->s.system);
    CHECK(after.lo != before.lo || after.hi != before.hi);
    f->bank.hash[1].lo++; /* another content than the state's */
    CHECK(!l1_system_use_models(f->s.system, &f->bank));
    f->bank.hash[1].lo--;
    scenario_close(&copy);
    drop(f);
}

static void test_models__give_a_symbol_its_profile_whenever_it_comes(void **state)
{
    (void)state;
    l1_profile want, got;
    char why[160] = "";
    l1_limits alone = gated();
    alone.symbols_count = 1;
    fixture *f = make(&alone);
    use(f, lenient, false, NULL);
    const l1_engine *old = l1_system_engine(f->s.system);
    for (int symbol = 0; symbol < 2; symbol++) { /* BTC had it from the event, ETH comes later */
        l1_scenario later;
        const l1_limits both = gated();
        scenario_open(&later, &both);
        const size_t size = l1_system_save_max(f->s.system);
        void *scratch = malloc(size);
        CHECK(l1_system_adopt(later.system, f->s.system, scratch, size, why));
        CHECK(l1_system_use_models(later.system, &f->bank));
        CHECK(l1_system_models(later.system).lo == lenient.lo);
        l1_bundle_profile(f->bank.bundle[0],
                          l1_bundle_symbol(f->bank.bundle[0], both.symbols[symbol].name), &want);
        l1_feature_profile(l1_system_engine(later.system)->features, symbol, &got);
        CHECK(want.day > 0 && memcmp(&want, &got, sizeof want) == 0);
        free(scratch);
        scenario_close(&later);
    }
    l1_feature_profile(old->features, BTC, &got);
    CHECK(got.day > 0);
    drop(f);
}

static void test_models__bring_the_first_profile_whatever_day_it_reaches_to(void **state)
{
    (void)state;
    l1_profile want, got;
    const l1_limits limits = gated();
    fixture *f = make(&limits);
    warm(f); /* bars of later days than the bundle's profile */
    l1_bundle_profile(f->bank.bundle[0], l1_bundle_symbol(f->bank.bundle[0], "BTC/USDT"), &want);
    l1_feature_profile(l1_system_engine(f->s.system)->features, BTC, &got);
    CHECK(got.day > want.day);
    use(f, lenient, false, NULL);
    l1_feature_profile(l1_system_engine(f->s.system)->features, BTC, &got);
    CHECK(memcmp(&want, &got, sizeof want) == 0);
    drop(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models__veto_entries_and_never_what_reduces),
        cmocka_unit_test(test_models__are_asked_for_the_stop_after_it_was_tightened),
        cmocka_unit_test(test_models__answer_a_command_and_every_refusal),
        cmocka_unit_test(test_models__are_part_of_the_state),
        cmocka_unit_test(test_models__give_a_symbol_its_profile_whenever_it_comes),
        cmocka_unit_test(test_models__bring_the_first_profile_whatever_day_it_reaches_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
