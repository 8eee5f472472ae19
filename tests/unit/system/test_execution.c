/* What becomes of a signal: execution, protection, sells that release stops, control. */
#include <stdio.h>
#include <string.h>

#include "testlib/check.h"
#include "testlib/scenario.h"

static void test_buy__is_filled_and_its_stop_rests(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    CHECK(scenario_reports(&s, "a") == 0);
    CHECK(l1_system_pending(s.system));
    scenario_tick(&s, 1049);
    CHECK(scenario_reports(&s, "a") == 0);
    scenario_tick(&s, 1050);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report != NULL && report->final);
    CHECK(report->status == L1_REPORT_FILLED);
    CHECK(report->executed_qty_e8 == e8("0.01"));
    CHECK(report->executed_quote_e8 == e8("500.005"));
    CHECK(report->net_qty_e8 == e8("0.00999"));
    CHECK(report->avg_price_e8 == e8("50000.5"));
    CHECK(report->slippage_e8 == e8("0.0005")); /* 0.25 of 50000.25, in percent */
    CHECK(report->fees_count == 1 && report->fees[0].asset == BTC + 1);
    CHECK(report->fees[0].amount_e8 == e8("0.00001"));
    CHECK(report->has_stop && report->stop.status == L1_ORDER_STATUS_LIVE);
    CHECK(report->stop.qty_e8 == e8("0.00999") && report->stop.stop_e8 == e8("49000"));
    CHECK(!l1_system_pending(s.system));
    CHECK(l1_engine_naked_e8(l1_system_engine(s.system), BTC) == 0);
    CHECK(scenario_agrees(&s));
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 1);
    scenario_close(&s);
}

static void test_buy__expires_when_the_book_has_moved_beyond_its_worst_price(void **state)
{
    (void)state;
    static const struct {
        const char *ask;
        l1_report_status want;
    } rows[] = {
        /* worst price = 50000.25 x 1.002 = 50100.25 */
        {"50100.25", L1_REPORT_FILLED},
        {"50100.26", L1_REPORT_EXPIRED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s;
        scenario_open(&s, NULL);
        scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
        scenario_buy(&s, 1000, "a", "0.01", "49000");
        scenario_book(&s, 1020, BTC, "50000", rows[i].ask, "1");
        scenario_tick(&s, 2000);
        CHECK(scenario_report(&s, "a")->status == rows[i].want);
        CHECK(scenario_reports(&s, "a") == 1);
        CHECK(scenario_agrees(&s));
        scenario_close(&s);
    }
}

static void test_stop__that_fires_later_is_reported_and_alerted(void **state)
{
    (void)state;
    l1_scenario s, restarted;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_tick(&s, 1100);
    scenario_trade(&s, 50000, BTC, "49000.01");
    CHECK(scenario_alerts(&s, L1_ALERT_STOP_FILLED) == 0);
    scenario_copy(&restarted, &s); /* a restart lies between */
    scenario_book(&restarted, 60000, BTC, "48999", "48999.5", "1");
    const l1_report *fired = scenario_protection(&restarted, "a", L1_REPORT_STOP_FILLED);
    CHECK(fired != NULL);
    CHECK(fired->executed_qty_e8 == e8("0.00999"));
    CHECK(fired->avg_price_e8 == e8("48999"));
    CHECK(fired->revision > scenario_report(&s, "a")->revision);
    CHECK(strcmp(fired->execution_id, scenario_report(&s, "a")->execution_id) == 0);
    CHECK(scenario_alerts(&restarted, L1_ALERT_STOP_FILLED) == 1);
    CHECK(scenario_agrees(&restarted));
    CHECK(l1_engine_account(l1_system_engine(restarted.system))->stops_open[BTC] == 0);
    scenario_close(&s);
    scenario_close(&restarted);
}

static void test_duplicate__is_answered_from_the_first_and_sends_nothing(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_buy(&s, 1001, "a", "0.01", "49000"); /* no report yet: published twice later */
    CHECK(scenario_effects(&s, L1_EFFECT_REPUBLISH) == 0);
    scenario_tick(&s, 1100);
    CHECK(scenario_reports(&s, "a") == 1);
    CHECK(scenario_effects(&s, L1_EFFECT_REPUBLISH) == 1);
    scenario_buy(&s, 2000, "a", "0.01", "49000");
    CHECK(scenario_effects(&s, L1_EFFECT_REPUBLISH) == 2);
    CHECK(scenario_alerts(&s, L1_ALERT_SIGNAL_ID_REUSED) == 0);
    scenario_buy(&s, 2001, "a", "0.02", "49000");
    CHECK(scenario_effects(&s, L1_EFFECT_REPUBLISH) == 3);
    CHECK(scenario_alerts(&s, L1_ALERT_SIGNAL_ID_REUSED) == 1);
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 1);
    CHECK(scenario_reports(&s, "a") == 1);
    scenario_close(&s);
}

static void test_rejected__ids_are_consumed_too(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 1000, "a", "0.01", NULL);
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_REJECTED);
    CHECK(scenario_report(&s, "a")->reason == L1_RULE_STOP_LOSS_MISSING);
    scenario_buy(&s, 1001, "a", "0.01", "49000");
    CHECK(scenario_effects(&s, L1_EFFECT_REPUBLISH) == 1);
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 0);
    scenario_close(&s);
}

/* Two buys of 0.01 each (0.00999 net), stops at 49000 and 48000, nothing free. */
static void open_with_two_buys(l1_scenario *s)
{
    scenario_open(s, NULL);
    scenario_book(s, 0, BTC, "50000", "50000.5", "10");
    scenario_buy(s, 1000, "first", "0.01", "49000");
    scenario_tick(s, 1100);
    scenario_buy(s, 2000, "second", "0.01", "48000");
    scenario_tick(s, 2100);
    CHECK(l1_engine_account(l1_system_engine(s->system))->stops_open[BTC] == 2);
}

static void test_sell__releases_only_the_oldest_stop_it_needs(void **state)
{
    (void)state;
    l1_scenario s;
    open_with_two_buys(&s);
    scenario_sell(&s, 3000, "out", "0.005", "51000");
    CHECK(scenario_effects(&s, L1_EFFECT_CANCEL) == 1);
    scenario_tick(&s, 3400);
    const l1_report *report = scenario_report(&s, "out");
    CHECK(report->status == L1_REPORT_FILLED);
    CHECK(report->executed_qty_e8 == e8("0.005"));
    CHECK(!report->has_stop);
    const l1_report *replaced = scenario_protection(&s, "first", L1_REPORT_STOP_REPLACED);
    CHECK(replaced != NULL);
    CHECK(replaced->stop.qty_e8 == e8("0.00499"));
    CHECK(replaced->stop.stop_e8 == e8("49000"));
    CHECK(scenario_protection(&s, "second", L1_REPORT_STOP_REPLACED) == NULL);
    CHECK(l1_engine_naked_e8(l1_system_engine(s.system), BTC) == 0);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

static void test_sell__of_everything_ends_both_protections(void **state)
{
    (void)state;
    l1_scenario s;
    open_with_two_buys(&s);
    /* 0.02 asked, 0.01998 there: commission was taken in base; shrunk, not refused */
    scenario_sell(&s, 3000, "out", "0.02", "51000");
    scenario_tick(&s, 3400);
    const l1_report *report = scenario_report(&s, "out");
    CHECK(report->status == L1_REPORT_FILLED);
    CHECK(report->executed_qty_e8 == e8("0.01998"));
    CHECK(report->adjustments_count == 1);
    CHECK(report->adjustments[0].rule == L1_ADJUST_BALANCE);
    CHECK(report->adjustments[0].from_e8 == e8("0.02"));
    CHECK(scenario_protection(&s, "first", L1_REPORT_STOP_CANCELED) != NULL);
    CHECK(scenario_protection(&s, "second", L1_REPORT_STOP_CANCELED) != NULL);
    const l1_account *account = l1_engine_account(l1_system_engine(s.system));
    CHECK(account->total_e8[BTC + 1] == 0);
    CHECK(account->own_locked_e8[BTC + 1] == 0 && account->stop_locked_e8[BTC] == 0);
    CHECK(account->stops_open[BTC] == 0);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

static void test_sell__that_takes_what_lies_below_the_lot_leaves_the_rest_protected(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    /* Each holds 0.000999 and protects 0.00099: 0.000027 are free. */
    scenario_buy(&s, 1000, "a", "0.001", "49000");
    scenario_buy(&s, 1001, "b", "0.001", "48000");
    scenario_buy(&s, 1002, "c", "0.001", "47000");
    scenario_tick(&s, 2000);
    scenario_sell(&s, 2001, "x", "0.0005", "51000"); /* 0.000473 of them from the stop of a */
    scenario_tick(&s, 3000);
    CHECK(scenario_report(&s, "x")->status == L1_REPORT_FILLED);
    const l1_report *again = scenario_protection(&s, "a", L1_REPORT_STOP_REPLACED);
    CHECK(again != NULL && again->stop.qty_e8 == e8("0.00051")); /* of 0.000517 that are there */
    CHECK(again->stop.stop_e8 == e8("49000"));
    CHECK(scenario_alerts(&s, L1_ALERT_STOP_FAILED) == 0);
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 0);
    CHECK(l1_engine_naked_e8(l1_system_engine(s.system), BTC) == 0);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

static void test_sell__that_does_not_fill_is_protected_again(void **state)
{
    (void)state;
    l1_scenario s;
    open_with_two_buys(&s);
    scenario_sell(&s, 3000, "out", "0.01998", "51000");
    scenario_book(&s, 3060, BTC, "49500", "49500.5", "10"); /* below its worst price */
    scenario_tick(&s, 3400);
    CHECK(scenario_report(&s, "out")->status == L1_REPORT_EXPIRED);
    CHECK(scenario_report(&s, "out")->reason == L1_RULE_NOT_FILLED);
    CHECK(scenario_protection(&s, "first", L1_REPORT_STOP_REPLACED)->stop.qty_e8 == e8("0.00999"));
    CHECK(scenario_protection(&s, "second", L1_REPORT_STOP_REPLACED)->stop.stop_e8 == e8("48000"));
    const l1_account *account = l1_engine_account(l1_system_engine(s.system));
    CHECK(account->stop_locked_e8[BTC] == e8("0.01998"));
    CHECK(account->own_locked_e8[BTC + 1] == e8("0.01998"));
    CHECK(l1_engine_naked_e8(l1_system_engine(s.system), BTC) == 0);
    scenario_close(&s);
}

static void test_sell__whose_stop_fires_first_sells_only_what_is_left(void **state)
{
    (void)state;
    l1_scenario s;
    open_with_two_buys(&s);
    scenario_sell(&s, 3000, "out", "0.01998", "51000");
    scenario_trade(&s, 3010, BTC, "48900"); /* triggers 49000 while its cancel is under way */
    scenario_tick(&s, 3400);
    CHECK(scenario_protection(&s, "first", L1_REPORT_STOP_FILLED) != NULL);
    const l1_report *report = scenario_report(&s, "out");
    CHECK(report->final);
    CHECK(report->executed_qty_e8 == e8("0.00999"));
    const l1_account *account = l1_engine_account(l1_system_engine(s.system));
    CHECK(account->total_e8[BTC + 1] == 0 && account->own_locked_e8[BTC + 1] == 0);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

static void test_stop__reached_between_fill_and_arrival_ends_in_a_market_exit(void **state)
{
    (void)state;
    l1_limits limits = scenario_limits();
    limits.symbols[BTC].opo = false; /* the stop follows by itself, 50 ms later */
    l1_scenario s;
    scenario_open(&s, &limits);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "10");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_tick(&s, 1060);
    CHECK(scenario_reports(&s, "a") == 0); /* filled, waits for its stop */
    scenario_book(&s, 1070, BTC, "48500", "48500.5", "10");
    scenario_tick(&s, 1400);
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    CHECK(scenario_alerts(&s, L1_ALERT_STOP_FAILED) == 1);
    const l1_report *flat = scenario_protection(&s, "a", L1_REPORT_STOP_FILLED);
    CHECK(flat != NULL && flat->executed_qty_e8 == e8("0.00999"));
    CHECK(l1_engine_account(l1_system_engine(s.system))->own_locked_e8[BTC + 1] == 0);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

static void test_venue_without_lists__gets_the_stop_as_a_second_order(void **state)
{
    (void)state;
    l1_limits limits = scenario_limits();
    limits.symbols[BTC].opo = false;
    l1_scenario s;
    scenario_open(&s, &limits);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "10");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_tick(&s, 1100);
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    CHECK(scenario_report(&s, "a")->stop.status == L1_ORDER_STATUS_LIVE);
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 2);
    CHECK(l1_engine_naked_e8(l1_system_engine(s.system), BTC) == 0);
    scenario_close(&s);
}

static void test_stop__that_finds_no_liquidity_is_followed_by_alarm(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_tick(&s, 1100);
    scenario_book(&s, 2000, BTC, "48900", "48900.5", "0.004"); /* too little for the stop */
    CHECK(scenario_protection(&s, "a", L1_REPORT_STOP_PARTIALLY_FILLED)->executed_qty_e8 ==
          e8("0.004"));
    scenario_tick(&s, 2500); /* the market exit finds an empty book: consumed stays consumed */
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 1);
    CHECK(l1_engine_account(l1_system_engine(s.system))->own_locked_e8[BTC + 1] == 0);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

static void test_control__halts_survive_and_no_command_cancels_a_stop(void **state)
{
    (void)state;
    l1_scenario s, restarted;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_tick(&s, 1100);
    scenario_control(&s, 1200, L1_CONTROL_HALT, -1);
    scenario_control(&s, 1201, L1_CONTROL_CANCEL_ALL, -1);
    scenario_copy(&restarted, &s);
    scenario_buy(&restarted, 2000, "b", "0.01", "49000");
    scenario_sell(&restarted, 2001, "c", "0.005", "51000");
    CHECK(scenario_report(&restarted, "b")->reason == L1_RULE_HALTED);
    CHECK(scenario_report(&restarted, "c")->reason == L1_RULE_HALTED);
    CHECK(l1_engine_account(l1_system_engine(restarted.system))->stops_open[BTC] == 1);
    scenario_control(&restarted, 3000, L1_CONTROL_RESUME, -1);
    scenario_control(&restarted, 3001, L1_CONTROL_REDUCE_ONLY, -1);
    scenario_buy(&restarted, 3002, "d", "0.01", "49000");
    scenario_sell(&restarted, 3003, "e", "0.005", "51000");
    scenario_tick(&restarted, 3500);
    CHECK(scenario_report(&restarted, "d")->reason == L1_RULE_REDUCE_ONLY);
    CHECK(scenario_report(&restarted, "e")->status == L1_REPORT_FILLED);
    scenario_close(&s);
    scenario_close(&restarted);
}

static void test_cancel_all__ends_a_sell_that_still_waits_and_protects_again(void **state)
{
    (void)state;
    l1_scenario s;
    open_with_two_buys(&s);
    scenario_sell(&s, 3000, "out", "0.01998", "51000");
    scenario_control(&s, 3010, L1_CONTROL_CANCEL_ALL, -1);
    scenario_tick(&s, 3400);
    CHECK(scenario_report(&s, "out")->status == L1_REPORT_CANCELED);
    CHECK(scenario_report(&s, "out")->reason == L1_RULE_CANCELED_BY_CONTROL);
    CHECK(l1_engine_account(l1_system_engine(s.system))->stops_open[BTC] == 2);
    CHECK(l1_engine_naked_e8(l1_system_engine(s.system), BTC) == 0);
    scenario_close(&s);
}

static void test_pace__counts_sent_orders_of_every_signal(void **state)
{
    (void)state;
    l1_limits limits = scenario_limits();
    limits.rate_max = 4;
    l1_scenario s;
    scenario_open(&s, &limits);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "10");
    for (int i = 0; i < 4; i++) { /* repeat_max = 3 of the same in 10 s */
        const char id[2] = {(char)('a' + i), 0};
        scenario_buy(&s, 1000 + 200 * i, id, "0.01", "49000");
    }
    scenario_tick(&s, 2000);
    CHECK(scenario_report(&s, "c")->status == L1_REPORT_FILLED);
    CHECK(scenario_report(&s, "d")->reason == L1_RULE_REPEATED_ORDER);
    scenario_buy(&s, 2100, "e", "0.011", "49000"); /* another qty: the fourth order */
    scenario_buy(&s, 2200, "f", "0.012", "49000"); /* would be the fifth in 60 s */
    scenario_tick(&s, 3000);
    CHECK(scenario_report(&s, "e")->status == L1_REPORT_FILLED);
    CHECK(scenario_report(&s, "f")->reason == L1_RULE_RATE_LIMIT);
    scenario_close(&s);
}

static void test_drawdown__stops_entries_lets_exits_pass_and_alerts_once_a_day(void **state)
{
    (void)state;
    l1_limits limits = scenario_limits();
    limits.symbols[BTC].drawdown_max_e8 = e8("0.0001"); /* 10 USDT of 100000 */
    l1_scenario s;
    scenario_open(&s, &limits);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "10");
    scenario_buy(&s, 1000, "a", "0.05", "46000");
    scenario_tick(&s, 1100);
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    scenario_book(&s, 2000, BTC, "49700", "49700.5", "10"); /* about 17 lost */
    scenario_buy(&s, 2001, "b", "0.01", "48000");
    scenario_buy(&s, 2002, "c", "0.011", "48000");
    CHECK(scenario_report(&s, "b")->reason == L1_RULE_DRAWDOWN_SYMBOL);
    CHECK(scenario_report(&s, "c")->reason == L1_RULE_DRAWDOWN_SYMBOL);
    CHECK(scenario_alerts(&s, L1_ALERT_DRAWDOWN) == 1);
    scenario_sell(&s, 2003, "out", "0.04", "51000");
    scenario_tick(&s, 2500);
    CHECK(scenario_report(&s, "out")->status == L1_REPORT_FILLED);
    scenario_close(&s);
}

static void test_clock_jump__denies_entries_until_fresh_data(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    l1_event jump = {.kind = L1_EVENT_TICK,
                     .at_ns = (SCENARIO_START_MS + 10000) * 1000000,
                     .clock_jump_ns = INT64_C(5000000001)};
    scenario_step(&s, &jump);
    CHECK(scenario_alerts(&s, L1_ALERT_CLOCK_JUMP) == 1);
    scenario_buy(&s, 10001, "a", "0.01", "49000");
    CHECK(scenario_report(&s, "a")->reason == L1_RULE_MARKET_STALE);
    scenario_book(&s, 10002, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 10003, "b", "0.01", "49000");
    scenario_tick(&s, 11000);
    CHECK(scenario_report(&s, "b")->status == L1_REPORT_FILLED);
    scenario_close(&s);
}

static void test_snapshot__adjusts_the_simulated_account_or_is_refused(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    scenario_portfolio(&s, 500, 500, "60000", "50000", "0.2");
    CHECK(scenario_agrees(&s));
    scenario_sell(&s, 1000, "out", "0.01", "51000");
    scenario_tick(&s, 1100);
    CHECK(scenario_report(&s, "out")->status == L1_REPORT_FILLED);
    scenario_portfolio(&s, 1500, 500, "60000", "1", "1"); /* not newer */
    CHECK(scenario_alerts(&s, L1_ALERT_PORTFOLIO_LATE) == 1);
    CHECK(scenario_agrees(&s));
    scenario_buy(&s, 2000, "in", "0.01", "49000");
    scenario_tick(&s, 2100);
    scenario_portfolio(&s, 3000, 3000, "60000", "50000", "0.005"); /* the stop locks 0.00999 */
    CHECK(scenario_alerts(&s, L1_ALERT_PORTFOLIO_REFUSED) == 1);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

/* Two orders an execution: order.open_max of four lets two stand. */
static void test_buy__is_refused_when_open_orders_would_pass_their_maximum(void **state)
{
    (void)state;
    static const struct {
        uint32_t orders_max;
        bool third;
    } rows[] = {{5, false}, {6, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_limits limits = scenario_limits();
        limits.orders_max = rows[i].orders_max;
        l1_scenario s;
        scenario_open(&s, &limits);
        scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
        scenario_buy(&s, 1000, "a", "0.01", "49000");
        scenario_buy(&s, 1001, "b", "0.01", "49000");
        scenario_buy(&s, 1002, "c", "0.01", "49000");
        scenario_tick(&s, 2000);
        CHECK(scenario_report(&s, "b")->status == L1_REPORT_FILLED);
        CHECK((scenario_report(&s, "c")->status == L1_REPORT_FILLED) == rows[i].third);
        if (!rows[i].third) CHECK(scenario_report(&s, "c")->reason == L1_RULE_NO_PLAN);
        scenario_close(&s);
    }
}

/* What metrics show is what is known, not what the rule assumes. */
static void test_correlation__is_known_only_from_a_fresh_snapshot_that_states_it(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    const l1_engine *engine = l1_system_engine(s.system);
    CHECK(l1_engine_correlation_e8(engine) == L1_OFF);
    scenario_portfolio(&s, 0, 0, "100000", "100000", "0"); /* states none */
    CHECK(l1_engine_correlation_e8(engine) == L1_OFF);
    l1_event event = {.kind = L1_EVENT_PORTFOLIO, .at_ns = (SCENARIO_START_MS + 10) * 1000000};
    event.as.portfolio.ts_ns = event.at_ns;
    event.as.portfolio.equity_e8 = event.as.portfolio.free_e8[0] = e8("100000");
    event.as.portfolio.correlation_e8 = e8("0.73");
    scenario_step(&s, &event);
    CHECK(l1_engine_correlation_e8(engine) == e8("0.73"));
    scenario_tick(&s, 300010); /* portfolio.age_ms_max */
    CHECK(l1_engine_correlation_e8(engine) == e8("0.73"));
    scenario_tick(&s, 300011);
    CHECK(l1_engine_correlation_e8(engine) == L1_OFF);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buy__is_filled_and_its_stop_rests),
        cmocka_unit_test(test_buy__expires_when_the_book_has_moved_beyond_its_worst_price),
        cmocka_unit_test(test_stop__that_fires_later_is_reported_and_alerted),
        cmocka_unit_test(test_duplicate__is_answered_from_the_first_and_sends_nothing),
        cmocka_unit_test(test_rejected__ids_are_consumed_too),
        cmocka_unit_test(test_sell__releases_only_the_oldest_stop_it_needs),
        cmocka_unit_test(test_sell__of_everything_ends_both_protections),
        cmocka_unit_test(test_sell__that_takes_what_lies_below_the_lot_leaves_the_rest_protected),
        cmocka_unit_test(test_sell__that_does_not_fill_is_protected_again),
        cmocka_unit_test(test_sell__whose_stop_fires_first_sells_only_what_is_left),
        cmocka_unit_test(test_stop__reached_between_fill_and_arrival_ends_in_a_market_exit),
        cmocka_unit_test(test_venue_without_lists__gets_the_stop_as_a_second_order),
        cmocka_unit_test(test_stop__that_finds_no_liquidity_is_followed_by_alarm),
        cmocka_unit_test(test_control__halts_survive_and_no_command_cancels_a_stop),
        cmocka_unit_test(test_cancel_all__ends_a_sell_that_still_waits_and_protects_again),
        cmocka_unit_test(test_pace__counts_sent_orders_of_every_signal),
        cmocka_unit_test(test_drawdown__stops_entries_lets_exits_pass_and_alerts_once_a_day),
        cmocka_unit_test(test_clock_jump__denies_entries_until_fresh_data),
        cmocka_unit_test(test_snapshot__adjusts_the_simulated_account_or_is_refused),
        cmocka_unit_test(test_correlation__is_known_only_from_a_fresh_snapshot_that_states_it),
        cmocka_unit_test(test_buy__is_refused_when_open_orders_would_pass_their_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
