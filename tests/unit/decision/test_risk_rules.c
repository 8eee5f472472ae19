/* Size only shrinks, a stop only tightens, and a reducing order is never held back. */
#include <math.h>
#include <string.h>

#include "decision/risk_rules.h"
#include "testlib/check.h"
#include "testlib/scenario.h"

typedef struct {
    l1_limits limits;
    l1_signal signal;
    l1_assessment facts;
    l1_volatility volatility;
    l1_decision decision;
    bool bar_fresh;
} fixture;

/* A buy of 0.01 BTC at mid 50000, stop 49000; sigma 0.001 a minute, ATR 100. */
static fixture make(void)
{
    fixture f = {.limits = scenario_limits(), .bar_fresh = true};
    f.signal = scenario_signal("a", BTC, L1_SIDE_BUY, "0.01", "49000");
    f.facts.mid_e8 = e8("50000");
    f.facts.limit_e8 = e8("50100");
    f.facts.headroom_qty_e8 = INT64_MAX;
    f.facts.sell_qty_e8 = e8("0.01");
    f.volatility.sigma_known = true;
    f.volatility.returns_count = L1_SIGMA_RETURNS;
    f.volatility.sigma = 0.001;
    f.volatility.atr = (l1_atr){.ranges_count = L1_ATR_PERIOD, .average = 100.0};
    return f;
}

static bool protect(fixture *f)
{
    return l1_decide_protection(&f->limits, &f->signal, &f->facts, &f->volatility, f->bar_fresh,
                                &f->decision);
}

static bool size(fixture *f)
{
    return protect(f) && l1_decide_size(&f->limits, &f->signal, &f->facts, &f->volatility,
                                        f->bar_fresh, &f->decision);
}

static void test_stop__farther_than_the_atr_multiple_is_tightened_to_the_tick(void **state)
{
    (void)state;
    static const struct {
        const char *multiple, *want;
        bool adjusted;
    } rows[] = {
        {"10", "49000", false},       /* exactly 10 x 100 away: passes */
        {"9.9999", "49000.01", true}, /* 999.99 */
        {"5", "49500", true},         {"4.99985", "49500.02", true}, /* up to the tick */
        {"11", "49000", false},                                      /* never loosened */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = make();
        f.limits.symbols[BTC].stop_atr_max_e8 = e8(rows[i].multiple);
        CHECK(protect(&f));
        CHECK(f.decision.stop_e8 == e8(rows[i].want));
        CHECK((f.decision.adjustments_count == 1) == rows[i].adjusted);
        if (!rows[i].adjusted) continue;
        CHECK(f.decision.adjustments[0].rule == L1_ADJUST_ATR_STOP);
        CHECK(f.decision.adjustments[0].field == L1_FIELD_STOP_LOSS);
        CHECK(f.decision.adjustments[0].from_e8 == e8("49000"));
    }
}

static void test_stop__inside_the_noise_is_refused(void **state)
{
    (void)state;
    /* distance 0.02; sigma x sqrt(60) = 0.007746: the multiple between is 2.5819889 */
    static const struct {
        const char *multiple;
        bool want;
    } rows[] = {{"2.5819", true}, {"2.5820", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = make();
        f.limits.symbols[BTC].stop_sigma_min_e8 = e8(rows[i].multiple);
        CHECK(protect(&f) == rows[i].want);
        if (!rows[i].want) CHECK(f.decision.refusal.rule == L1_RULE_STOP_LOSS_TOO_TIGHT);
    }
}

static void test_volatility__that_is_unknown_refuses_only_what_needs_it(void **state)
{
    (void)state;
    static const struct {
        bool target, sigma_min, atr_max, sigma_known, atr_known, fresh, want;
    } rows[] = {
        {false, false, false, false, false, false, true},
        {true, false, false, true, false, true, true},
        {true, false, false, false, true, true, false},
        {false, true, false, false, true, true, false},
        {false, true, false, true, false, true, true},
        {false, false, true, true, false, true, false},
        {false, false, true, false, true, true, true},
        {false, false, true, true, true, false, false}, /* known but stale */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = make();
        l1_instrument *btc = &f.limits.symbols[BTC];
        if (rows[i].target) btc->volatility_target_e8 = e8("1");
        if (rows[i].sigma_min) btc->stop_sigma_min_e8 = e8("0.1");
        if (rows[i].atr_max) btc->stop_atr_max_e8 = e8("20");
        f.volatility.sigma_known = rows[i].sigma_known;
        f.volatility.atr.ranges_count = rows[i].atr_known ? L1_ATR_PERIOD : L1_ATR_PERIOD - 1;
        f.bar_fresh = rows[i].fresh;
        CHECK(size(&f) == rows[i].want);
        if (!rows[i].want) CHECK(f.decision.refusal.rule == L1_RULE_VOLATILITY_UNKNOWN);
        f.facts.reducing = true; /* never held back */
        CHECK(size(&f));
    }
}

static void test_size__is_the_least_of_signal_volatility_and_headroom_on_the_lot(void **state)
{
    (void)state;
    /* sigma x sqrt(1440) = 0.0379473 a day */
    static const struct {
        const char *target, *headroom, *want;
        uint32_t adjustments;
    } rows[] = {
        {"0.04", "1", "0.01", 0},
        {"0.0379474", "1", "0.01", 0},
        {"0.0189736", "1", "0.00499", 2}, /* volatility, then lot */
        {"0.04", "0.01", "0.01", 0},
        {"0.04", "0.009999", "0.00999", 2}, /* exposure, then lot */
        {"0.0189736", "0.003", "0.003", 2}, /* volatility, then exposure */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = make();
        f.limits.symbols[BTC].volatility_target_e8 = e8(rows[i].target);
        f.facts.headroom_qty_e8 = e8(rows[i].headroom);
        CHECK(size(&f));
        CHECK(f.decision.qty_e8 == e8(rows[i].want));
        CHECK(f.decision.adjustments_count == rows[i].adjustments);
        for (uint32_t k = 0; k < f.decision.adjustments_count; k++) {
            CHECK(f.decision.adjustments[k].to_e8 < f.decision.adjustments[k].from_e8);
        }
    }
}

static void test_size__below_the_minimum_order_is_refused(void **state)
{
    (void)state;
    /* notional_min 10 at mid 50000: 0.0002 */
    static const struct {
        const char *headroom;
        bool want;
    } rows[] = {{"0.0002", true}, {"0.00019999", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = make();
        f.facts.headroom_qty_e8 = e8(rows[i].headroom);
        CHECK(size(&f) == rows[i].want);
        if (!rows[i].want) CHECK(f.decision.refusal.rule == L1_RULE_SIZE_BELOW_MIN);
    }
}

static void test_reducing__sell_is_only_put_on_the_lot_and_cut_to_what_there_is(void **state)
{
    (void)state;
    fixture f = make();
    l1_instrument *btc = &f.limits.symbols[BTC];
    btc->volatility_target_e8 = e8("0.0001");
    btc->stop_sigma_min_e8 = e8("50");
    btc->stop_atr_max_e8 = e8("0.1");
    f.signal = scenario_signal("a", BTC, L1_SIDE_SELL, "0.01", "51000");
    f.facts.reducing = true;
    f.facts.headroom_qty_e8 = 0;
    f.facts.sell_qty_e8 = e8("0.009995");
    CHECK(size(&f));
    CHECK(f.decision.qty_e8 == e8("0.00999"));
    CHECK(f.decision.adjustments_count == 2);
    CHECK(f.decision.adjustments[0].rule == L1_ADJUST_BALANCE);
    CHECK(f.decision.adjustments[1].rule == L1_ADJUST_LOT);
    CHECK(f.decision.stop_e8 == e8("51000"));
}

static void test_stop__between_two_ticks_is_listed_as_placed_on_the_upper_one(void **state)
{
    static const struct {
        const char *stop, *placed;
    } rows[] = {{"49000", NULL},
                {"49000.01", NULL},
                {"49000.00000001", "49000.01"},
                {"49000.00999999", "49000.01"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = make();
        f.signal.stop_loss_e8 = e8(rows[i].stop);
        CHECK(size(&f));
        CHECK(f.decision.adjustments_count == (rows[i].placed != NULL ? 1 : 0));
        if (rows[i].placed == NULL) continue;
        CHECK(f.decision.adjustments[0].field == L1_FIELD_STOP_LOSS);
        CHECK(f.decision.adjustments[0].rule == L1_ADJUST_TICK);
        CHECK(f.decision.adjustments[0].from_e8 == e8(rows[i].stop));
        CHECK(f.decision.adjustments[0].to_e8 == e8(rows[i].placed));
        CHECK(f.decision.stop_e8 == e8(rows[i].placed));
    }
    fixture f = make(); /* a sell's is never placed */
    f.facts.reducing = true;
    f.signal.side = L1_SIDE_SELL;
    f.signal.stop_loss_e8 = e8("51000.001");
    CHECK(size(&f) && f.decision.adjustments_count == 0);
}

static void test_take_profit__is_listed_as_not_placed(void **state)
{
    (void)state;
    fixture f = make();
    f.signal.take_profit_e8 = e8("52000");
    CHECK(size(&f));
    CHECK(f.decision.adjustments_count == 1);
    CHECK(f.decision.adjustments[0].rule == L1_ADJUST_TAKE_PROFIT);
    CHECK(f.decision.adjustments[0].to_e8 == L1_OFF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop__farther_than_the_atr_multiple_is_tightened_to_the_tick),
        cmocka_unit_test(test_stop__inside_the_noise_is_refused),
        cmocka_unit_test(test_volatility__that_is_unknown_refuses_only_what_needs_it),
        cmocka_unit_test(test_size__is_the_least_of_signal_volatility_and_headroom_on_the_lot),
        cmocka_unit_test(test_size__below_the_minimum_order_is_refused),
        cmocka_unit_test(test_reducing__sell_is_only_put_on_the_lot_and_cut_to_what_there_is),
        cmocka_unit_test(test_stop__between_two_ticks_is_listed_as_placed_on_the_upper_one),
        cmocka_unit_test(test_take_profit__is_listed_as_not_placed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
