/* tests/unit/system/test_costs.c: what parents cost, in final reports and a minute later. */
#include <stdlib.h>
#include <string.h>

#include "testlib/check.h"
#include "testlib/scenario.h"

#define MS INT64_C(1000000)

static const l1_analysis *analysis_of(const l1_scenario *s, const char *id, int64_t *at_ms)
{
    for (size_t i = 0; i < s->count; i++) {
        const l1_analysis *analysis = &s->log[i].as.analysis;
        if (s->log[i].kind != L1_EFFECT_ANALYSIS || strcmp(analysis->signal_id, id) != 0) continue;
        if (at_ms != NULL) *at_ms = s->log[i].at_ns / MS - SCENARIO_START_MS;
        return analysis;
    }
    return NULL;
}

static void send_decided(l1_scenario *s, int64_t ms, int64_t ts_ms, l1_side side, const char *qty,
                         const char *stop)
{
    l1_signal signal = scenario_signal("a", BTC, side, qty, stop);
    signal.ts_ns = ts_ms == L1_OFF ? L1_OFF : (SCENARIO_START_MS + ts_ms) * MS;
    scenario_send(s, ms, &signal);
}

/* Decided at a mid of 50000, arrived at 50010, filled 50 ms later at an ask of 50021. */
static void bought(l1_scenario *s)
{
    scenario_open(s, NULL);
    scenario_book(s, 0, BTC, "49999", "50001", "5");
    scenario_book(s, 500, BTC, "50009", "50011", "5");
    send_decided(s, 1000, 400, L1_SIDE_BUY, "0.01", "49000");
    scenario_book(s, 1020, BTC, "50019", "50021", "5");
    scenario_tick(s, 1100);
}

static void test_costs__a_buy_reports_its_shortfall_in_four_parts(void **state)
{
    (void)state;
    l1_scenario s;
    bought(&s);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->status == L1_REPORT_FILLED && report->has_tca);
    const l1_cost_analysis *tca = &report->tca;
    CHECK(tca->decision_mid_e8 == e8("50000") && tca->arrival_mid_e8 == e8("50010"));
    CHECK(tca->vwap_e8 == e8("50021") && tca->vwap_e8 == report->avg_price_e8);
    CHECK(tca->delay_e8 == e8("0.1") && tca->trading_e8 == e8("0.11"));
    CHECK(tca->opportunity_e8 == 0);
    CHECK(tca->fees_e8 == e8("0.50021")); /* 0.1 % of the base, at the fill's price */
    CHECK(tca->shortfall_e8 == e8("0.71021"));
    CHECK(tca->shortfall_bp_e8 == e8("14.2042")); /* of 500 */
    CHECK(tca->arrival_slippage_bp_e8 == e8("2.19956009"));
    CHECK(tca->fill_ratio_e8 == L1_E8 && tca->maker_share_e8 == 0);
    CHECK(tca->duration_ns == 50 * MS && tca->children == 1 && tca->fills == 1);
    CHECK(tca->asked == L1_ALGO_AUTO && tca->chosen == L1_ALGO_SINGLE);
    CHECK(tca->participation_e8 == L1_OFF && tca->market_vwap_e8 == L1_OFF);
    scenario_close(&s);
}

static void test_costs__the_decision_is_at_the_signals_time_or_at_arrival(void **state)
{
    (void)state;
    static const struct {
        int64_t ts_ms;
        const char *mid;
    } rows[] = {
        {-1, "50010"},  {0, "50000"},    {499, "50000"},
        {500, "50010"}, {1000, "50010"}, {L1_OFF, "50010"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s;
        scenario_open(&s, NULL);
        scenario_book(&s, 0, BTC, "49999", "50001", "5");
        scenario_book(&s, 500, BTC, "50009", "50011", "5");
        send_decided(&s, 1000, rows[i].ts_ms, L1_SIDE_BUY, "0.01", "49000");
        scenario_tick(&s, 1100);
        const l1_report *report = scenario_report(&s, "a");
        CHECK(report->has_tca && report->tca.decision_mid_e8 == e8(rows[i].mid));
        CHECK(report->tca.arrival_mid_e8 == e8("50010"));
        scenario_close(&s);
    }
}

static void test_costs__what_was_not_sent_or_was_refused_has_no_analysis(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "49999", "50001", "5");
    scenario_buy(&s, 1000, "big", "9", "49000");
    CHECK(scenario_report(&s, "big")->status == L1_REPORT_REJECTED);
    CHECK(!scenario_report(&s, "big")->has_tca);
    scenario_tick(&s, 200000);
    CHECK(scenario_effects(&s, L1_EFFECT_ANALYSIS) == 0);
    scenario_close(&s);
}

/* Nothing executed: what it missed is its cost. */
static void test_costs__an_order_that_expires_costs_its_opportunity(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "49999", "50001", "5");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_book(&s, 1020, BTC, "50499", "50501", "5"); /* away: the FOK finds nothing */
    scenario_tick(&s, 1100);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->status == L1_REPORT_EXPIRED && report->has_tca);
    CHECK(report->tca.opportunity_e8 == e8("5") && report->tca.shortfall_e8 == e8("5"));
    CHECK(report->tca.shortfall_bp_e8 == e8("100") && report->tca.fill_ratio_e8 == 0);
    CHECK(report->tca.vwap_e8 == L1_OFF && report->tca.duration_ns == L1_OFF);
    scenario_tick(&s, 70000);
    const l1_analysis *analysis = analysis_of(&s, "a", NULL);
    CHECK(analysis != NULL && analysis->markout_bp_e8[0] == L1_OFF);
    scenario_close(&s);
}

static void test_costs__a_minute_after_the_end_the_markouts_follow(void **state)
{
    (void)state;
    l1_scenario s;
    bought(&s); /* the fill came at 1050 */
    scenario_book(&s, 1500, BTC, "50019", "50021", "5");
    scenario_book(&s, 2050, BTC, "50030", "50032", "5"); /* at the horizon, not after it */
    scenario_book(&s, 2051, BTC, "90000", "90001", "5");
    scenario_book(&s, 10000, BTC, "50010", "50012", "5");
    CHECK(!l1_system_pending(s.system)); /* nothing waits for it */
    scenario_book(&s, 40000, BTC, "50046", "50048", "5");
    CHECK(scenario_effects(&s, L1_EFFECT_ANALYSIS) == 0);
    scenario_book(&s, 61050, BTC, "1", "2", "5");
    int64_t at_ms = 0;
    const l1_analysis *analysis = analysis_of(&s, "a", &at_ms);
    CHECK(analysis != NULL && at_ms == 61050);
    /* 50021 paid; 50020 before the horizon's own book, 50011 and 50047 later */
    CHECK(analysis->markout_bp_e8[0] == e8("-0.19991604"));
    CHECK(analysis->markout_bp_e8[1] == e8("-1.99916035"));
    CHECK(analysis->markout_bp_e8[2] == e8("5.19781692"));
    const l1_report *report = scenario_report(&s, "a");
    CHECK(memcmp(&analysis->tca, &report->tca, sizeof report->tca) == 0);
    assert_string_equal(analysis->execution_id, report->execution_id);
    CHECK(analysis->symbol == BTC && analysis->side == L1_SIDE_BUY);
    for (size_t i = 0; i < s.count; i++) {
        if (s.log[i].seq != analysis->report_seq) continue;
        CHECK(s.log[i].kind == L1_EFFECT_REPORT && s.log[i].as.report.final);
    }
    scenario_close(&s);
}

/* No book came between the fill and the horizon: the price then is not known. */
static void test_costs__a_market_that_was_silent_since_the_fill_has_no_markout(void **state)
{
    (void)state;
    l1_scenario s;
    bought(&s);
    scenario_book(&s, 5000, BTC, "50030", "50032", "5");
    scenario_tick(&s, 70000);
    const l1_analysis *analysis = analysis_of(&s, "a", NULL);
    CHECK(analysis->markout_bp_e8[0] == L1_OFF);
    CHECK(analysis->markout_bp_e8[1] != L1_OFF && analysis->markout_bp_e8[2] != L1_OFF);
    scenario_close(&s);
}

static void test_costs__a_stale_mid_is_no_markout(void **state)
{
    (void)state;
    for (int64_t late_ms = 0; late_ms <= 1; late_ms++) {
        l1_scenario s;
        l1_limits limits = scenario_limits();
        limits.market_age_ns = 30000 * MS;
        scenario_open(&s, &limits);
        scenario_book(&s, 0, BTC, "49999", "50001", "5");
        scenario_buy(&s, 1000, "a", "0.01", "49000");
        scenario_book(&s, 31050 - late_ms, BTC, "50030", "50032", "5");
        scenario_tick(&s, 70000);
        const l1_analysis *analysis = analysis_of(&s, "a", NULL);
        CHECK((analysis->markout_bp_e8[2] == L1_OFF) == (late_ms == 1));
        scenario_close(&s);
    }
}

static void test_costs__public_trades_make_the_markets_price_else_bars_do(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "49999", "50001", "5");
    scenario_trade(&s, 900, BTC, "49000"); /* before the parent */
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_trade(&s, 1000, BTC, "50000");
    scenario_trade(&s, 1010, ETH, "10");
    scenario_trade(&s, 1030, BTC, "50010");
    scenario_tick(&s, 1100);
    const l1_cost_analysis *tca = &scenario_report(&s, "a")->tca;
    CHECK(tca->market_vwap_e8 == e8("50005") && tca->participation_e8 == e8("0.005"));
    CHECK(tca->vwap_slippage_bp_e8 == e8("-0.79992001")); /* 50001 against 50005 */
    scenario_close(&s);
}

/* The venue is outside and slow: bars close while the order is on its way. */
static void test_costs__bars_count_where_no_trades_came_in_them(void **state)
{
    (void)state;
    for (int traded = 0; traded <= 1; traded++) {
        l1_scenario s;
        l1_limits limits = scenario_limits();
        limits.paper_latency_ns = INT64_C(100000) * MS;
        limits.order_timeout_ns = INT64_C(300000) * MS;
        scenario_open(&s, &limits);
        const int64_t first_ms = 60000 - SCENARIO_START_MS % 60000;
        scenario_book(&s, 0, BTC, "49999", "50001", "5");
        scenario_buy(&s, first_ms, "a", "0.01", "49000");
        if (traded == 1) scenario_trade(&s, first_ms + 5000, BTC, "50000");
        scenario_bar(&s, 1, BTC, "50000", "50000", "50000", "50000", "4");
        scenario_bar(&s, 2, BTC, "50000", "50000", "50000", "50000", "6");
        scenario_tick(&s, first_ms + 200000);
        const l1_report *report = scenario_report(&s, "a");
        CHECK(report->has_tca && report->tca.fill_ratio_e8 == L1_E8);
        CHECK(report->tca.duration_ns == INT64_C(100000) * MS);
        CHECK(report->tca.participation_e8 == (traded == 1 ? e8("0.01") : e8("0.0025")));
        scenario_close(&s);
    }
}

/* A saved system goes on to the same analysis, and its hash is the same all the way. */
static void test_costs__a_restart_loses_no_parent_that_is_watched(void **state)
{
    (void)state;
    l1_scenario s, copy;
    bought(&s);
    scenario_book(&s, 5000, BTC, "50030", "50032", "5");
    scenario_copy(&copy, &s);
    for (int64_t ms = 6000; ms <= 70000; ms += 500) {
        const char *bid = ms % 1000 == 0 ? "50020" : "50035";
        scenario_book(&s, ms, BTC, bid, "50040", "5");
        scenario_book(&copy, ms, BTC, bid, "50040", "5");
        const l1_hash128 a = l1_system_hash(s.system), b = l1_system_hash(copy.system);
        CHECK(a.lo == b.lo && a.hi == b.hi);
    }
    CHECK(scenario_effects(&copy, L1_EFFECT_ANALYSIS) == 1);
    const l1_analysis *want = analysis_of(&s, "a", NULL), *got = analysis_of(&copy, "a", NULL);
    for (int h = 0; h < L1_MARKOUTS; h++) CHECK(want->markout_bp_e8[h] == got->markout_bp_e8[h]);
    CHECK(want->markout_bp_e8[1] != L1_OFF);
    scenario_close(&s);
    scenario_close(&copy);
}

/* A sell is measured with its signs turned round; its fee is in quote already. */
static void test_costs__a_sell_is_worse_where_its_price_is_lower(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_portfolio(&s, 0, 0, "200000", "100000", "1");
    scenario_book(&s, 10, BTC, "49999", "50001", "5");
    send_decided(&s, 1000, 900, L1_SIDE_SELL, "0.01", "51000");
    scenario_tick(&s, 1100);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->status == L1_REPORT_FILLED && report->has_tca);
    CHECK(report->tca.trading_e8 == e8("0.01") && report->tca.fees_e8 == e8("0.49999"));
    CHECK(report->tca.arrival_slippage_bp_e8 == e8("0.2") && report->tca.children == 1);
    scenario_close(&s);
}

/* What was decided now arrived now: both have the arrival's mid, whose book is stale by now. */
static void test_costs__a_decision_of_this_instant_is_the_arrival(void **state)
{
    (void)state;
    l1_scenario s;
    l1_limits limits = scenario_limits();
    limits.market_age_ns = INT64_C(60000) * MS;
    limits.symbols[BTC].participation_max_e8 = L1_OFF;
    scenario_open(&s, &limits);
    const int64_t first_ms = 60000 - SCENARIO_START_MS % 60000;
    scenario_book(&s, first_ms + 30000, BTC, "49999", "50001", "5");
    scenario_bar(&s, 1, BTC, "50000", "50100", "50000", "50100", "40");
    send_decided(&s, first_ms + 90001, first_ms + 90001, L1_SIDE_BUY, "0.01", "49000");
    scenario_tick(&s, first_ms + 91000);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->has_tca && report->tca.arrival_mid_e8 == e8("50100"));
    CHECK(report->tca.decision_mid_e8 == e8("50100"));
    scenario_close(&s);
}

/* --- a venue outside the process --- */

static void open_live(l1_scenario *s)
{
    l1_limits limits = scenario_limits();
    limits.mode = L1_MODE_LIVE;
    limits.venue_silence_ns = L1_OFF;
    limits.clock_from_events = false;
    scenario_open(s, &limits);
    scenario_portfolio(s, 0, 0, "100000", "100000", "0");
    scenario_book(s, 1, BTC, "49999", "50001", "1");
    scenario_buy(s, 1000, "a", "0.01", "49000");
    CHECK(scenario_effects(s, L1_EFFECT_SUBMIT) == 1);
}

static l1_venue_event answer_to(const l1_scenario *s, uint32_t leg, l1_venue_event_kind kind)
{
    const l1_submit *sent = NULL;
    for (size_t i = 0; i < s->count; i++) {
        if (s->log[i].kind == L1_EFFECT_SUBMIT) sent = &s->log[i].as.submit;
    }
    return (l1_venue_event){.kind = kind, .symbol = BTC, .id = sent->legs[leg].id};
}

static void answer(l1_scenario *s, int64_t ms, l1_venue_event said)
{
    const l1_event event = {
        .kind = L1_EVENT_VENUE, .at_ns = (SCENARIO_START_MS + ms) * MS, .as.venue = said};
    scenario_step(s, &event);
}

static void test_costs__what_the_venue_refused_has_no_analysis(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    answer(&s, 1010, answer_to(&s, 0, L1_VENUE_REJECTED));
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->final && report->reason == L1_RULE_VENUE_REJECTED && !report->has_tca);
    scenario_tick(&s, 100000);
    CHECK(scenario_effects(&s, L1_EFFECT_ANALYSIS) == 0);
    scenario_close(&s);
}

/* Commission in another asset counts at that one's mid, and is unknown while it has none. */
static void test_costs__commission_in_any_asset_is_valued_or_unknown(void **state)
{
    (void)state;
    static const struct {
        int32_t asset;
        const char *amount, *mid, *want; /* mid: of ETH; NULL = none */
    } rows[] = {
        {0, "0.25", NULL, "0.25"},       {BTC + 1, "0.00001", NULL, "0.5001"},
        {ETH + 1, "0.001", "2000", "2"}, {ETH + 1, "0.001", NULL, NULL},
        {ETH + 1, "0", NULL, "0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s;
        open_live(&s);
        if (rows[i].mid != NULL) scenario_book(&s, 1001, ETH, "1999", "2001", "9");
        l1_venue_event fill = answer_to(&s, 0, L1_VENUE_FILL);
        fill.price_e8 = e8("50010");
        fill.qty_e8 = e8("0.01");
        fill.fee_e8 = e8(rows[i].amount);
        fill.fee_asset = rows[i].asset;
        fill.maker = true;
        answer(&s, 1010, fill);
        answer(&s, 1010, answer_to(&s, 0, L1_VENUE_DONE));
        l1_venue_event live = answer_to(&s, 1, L1_VENUE_ACK);
        live.price_e8 = e8("49000");
        live.qty_e8 = e8("0.00999");
        answer(&s, 1011, live);
        const l1_report *report = scenario_report(&s, "a");
        CHECK(report->final && report->has_tca);
        CHECK(report->tca.fees_e8 == (rows[i].want == NULL ? L1_OFF : e8(rows[i].want)));
        CHECK((report->tca.shortfall_e8 == L1_OFF) == (rows[i].want == NULL));
        CHECK(report->tca.maker_share_e8 == L1_E8);
        CHECK(report->fees_count == (fill.fee_e8 > 0)); /* and named, whatever it is worth */
        CHECK(fill.fee_e8 == 0 || (report->fees[0].asset == fill.fee_asset &&
                                   report->fees[0].amount_e8 == fill.fee_e8));
        CHECK(report->net_qty_e8 == e8(fill.fee_asset == BTC + 1 ? "0.00999" : "0.01"));
        scenario_close(&s);
    }
}

/* The asset moves along with the symbols of another configuration, and into a snapshot, in the
 * middle of an order. */
static void test_costs__commission_in_a_third_asset_survives_another_configuration(void **state)
{
    (void)state;
    l1_scenario s, t, u;
    open_live(&s);
    l1_venue_event fill = answer_to(&s, 0, L1_VENUE_FILL);
    fill.price_e8 = e8("50010");
    fill.qty_e8 = e8("0.004");
    fill.fee_e8 = e8("0.0004");
    fill.fee_asset = ETH + 1;
    answer(&s, 1010, fill);
    l1_limits limits = s.limits; /* ADA in front */
    limits.symbols_count = 3;
    limits.symbols[2] = limits.symbols[ETH];
    limits.symbols[1] = limits.symbols[BTC];
    memcpy(limits.symbols[0].name, "ADA/USDT", 9);
    memcpy(limits.symbols[0].base, "ADA", 4);
    scenario_open(&t, &limits);
    const size_t capacity = l1_system_save_max(s.system);
    uint8_t *scratch = malloc(capacity);
    char why[160];
    CHECK(l1_system_adopt(t.system, s.system, scratch, capacity, why));
    free(scratch);
    scenario_copy(&u, &t);
    l1_venue_event done = answer_to(&s, 0, L1_VENUE_DONE);
    l1_venue_event live = answer_to(&s, 1, L1_VENUE_ACK);
    fill.symbol = done.symbol = live.symbol = BTC + 1;
    fill.fee_asset = ETH + 2;
    fill.qty_e8 = e8("0.006");
    fill.fee_e8 = e8("0.0006");
    fill.trade_id++;
    answer(&u, 1020, fill);
    answer(&u, 1021, done);
    live.price_e8 = e8("49000");
    live.qty_e8 = e8("0.01");
    answer(&u, 1022, live);
    const l1_report *report = scenario_report(&u, "a");
    CHECK(report->final && report->executed_qty_e8 == e8("0.01"));
    CHECK(report->fees_count == 1 && report->fees[0].asset == ETH + 2);
    CHECK(report->fees[0].amount_e8 == e8("0.001"));
    scenario_close(&s);
    scenario_close(&t);
    scenario_close(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_costs__a_buy_reports_its_shortfall_in_four_parts),
        cmocka_unit_test(test_costs__the_decision_is_at_the_signals_time_or_at_arrival),
        cmocka_unit_test(test_costs__what_was_not_sent_or_was_refused_has_no_analysis),
        cmocka_unit_test(test_costs__an_order_that_expires_costs_its_opportunity),
        cmocka_unit_test(test_costs__a_minute_after_the_end_the_markouts_follow),
        cmocka_unit_test(test_costs__a_market_that_was_silent_since_the_fill_has_no_markout),
        cmocka_unit_test(test_costs__a_stale_mid_is_no_markout),
        cmocka_unit_test(test_costs__public_trades_make_the_markets_price_else_bars_do),
        cmocka_unit_test(test_costs__bars_count_where_no_trades_came_in_them),
        cmocka_unit_test(test_costs__a_restart_loses_no_parent_that_is_watched),
        cmocka_unit_test(test_costs__a_sell_is_worse_where_its_price_is_lower),
        cmocka_unit_test(test_costs__a_decision_of_this_instant_is_the_arrival),
        cmocka_unit_test(test_costs__what_the_venue_refused_has_no_analysis),
        cmocka_unit_test(test_costs__commission_in_any_asset_is_valued_or_unknown),
        cmocka_unit_test(test_costs__commission_in_a_third_asset_survives_another_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
