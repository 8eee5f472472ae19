/* A venue outside the process: silence is not rejection, and evidence alone ends it. */
#include <string.h>

#include "testlib/check.h"
#include "testlib/scenario.h"

static void open_live(l1_scenario *s)
{
    l1_limits limits = scenario_limits();
    limits.mode = L1_MODE_LIVE;
    limits.venue_silence_ns = L1_OFF;
    limits.clock_from_events = false;
    scenario_open(s, &limits);
    scenario_portfolio(s, 0, 0, "100000", "100000", "0");
    scenario_book(s, 1, BTC, "50000", "50000.5", "1");
    scenario_buy(s, 1000, "a", "0.01", "49000");
    CHECK(scenario_effects(s, L1_EFFECT_SUBMIT) == 1);
}

static const l1_submit *sent(const l1_scenario *s)
{
    const l1_submit *found = NULL;
    for (size_t i = 0; i < s->count; i++) {
        if (s->log[i].kind == L1_EFFECT_SUBMIT) found = &s->log[i].as.submit;
    }
    return found;
}

static void answer(l1_scenario *s, int64_t ms, uint32_t leg, l1_venue_event_kind kind,
                   const char *price, const char *qty, const char *fee)
{
    l1_event event = {.kind = L1_EVENT_VENUE, .at_ns = (SCENARIO_START_MS + ms) * 1000000};
    event.as.venue = (l1_venue_event){
        .kind = kind,
        .symbol = BTC,
        .id = sent(s)->legs[leg].id,
        .price_e8 = e8(price),
        .qty_e8 = e8(qty),
        .fee_e8 = e8(fee),
        .fee_asset = BTC + 1,
    };
    scenario_step(s, &event);
}

static void test_silence__freezes_the_symbol_and_sends_nothing_again(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    scenario_tick(&s, 2999);
    CHECK(scenario_effects(&s, L1_EFFECT_QUERY) == 0);
    scenario_tick(&s, 3000); /* order.timeout_ms = 2000 */
    CHECK(scenario_effects(&s, L1_EFFECT_QUERY) == 1);
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_UNKNOWN);
    CHECK(!scenario_report(&s, "a")->final);
    scenario_tick(&s, 10000);
    CHECK(scenario_effects(&s, L1_EFFECT_QUERY) > 3);
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 1);
    scenario_book(&s, 10001, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 10002, "b", "0.01", "49000");
    CHECK(scenario_report(&s, "b")->reason == L1_RULE_SYMBOL_FROZEN);
    scenario_control(&s, 10003, L1_CONTROL_RESUME, -1); /* clears no freeze */
    scenario_buy(&s, 10004, "c", "0.01", "49000");
    CHECK(scenario_report(&s, "c")->reason == L1_RULE_SYMBOL_FROZEN);
    scenario_close(&s);
}

static void test_unknown__ends_by_evidence_with_a_higher_revision(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    scenario_tick(&s, 3000);
    const uint32_t interim = scenario_report(&s, "a")->revision;
    answer(&s, 4000, 0, L1_VENUE_FILL, "50000.5", "0.01", "0.00001");
    answer(&s, 4000, 0, L1_VENUE_DONE, "0", "0", "0");
    CHECK(scenario_reports(&s, "a") == 0); /* filled, its stop is not live yet */
    answer(&s, 4001, 1, L1_VENUE_ACK, "49000", "0.00999", "0");
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->final && report->status == L1_REPORT_FILLED);
    CHECK(report->revision > interim);
    CHECK(report->stop.status == L1_ORDER_STATUS_LIVE);
    scenario_book(&s, 4002, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 4003, "b", "0.01", "49000");
    CHECK(scenario_report(&s, "b") == NULL); /* no longer frozen: it was sent */
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 2);
    scenario_close(&s);
}

static void test_absent__made_by_reconciliation_ends_it_as_rejected(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    scenario_tick(&s, 3000);
    answer(&s, 4000, 0, L1_VENUE_CANCEL_REJECT, "0", "0", "0"); /* proves nothing */
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_UNKNOWN);
    answer(&s, 4001, 0, L1_VENUE_ABSENT, "0", "0", "0");
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_REJECTED);
    CHECK(scenario_reports(&s, "a") == 1);
    scenario_close(&s);
}

static void test_fill_before_ack__is_a_fill(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    answer(&s, 1100, 0, L1_VENUE_FILL, "50000", "0.01", "0.00001");
    answer(&s, 1101, 0, L1_VENUE_ACK, "50000", "0.01", "0");
    answer(&s, 1102, 0, L1_VENUE_DONE, "0", "0", "0");
    answer(&s, 1103, 1, L1_VENUE_ACK, "49000", "0.00999", "0");
    answer(&s, 1103, 1, L1_VENUE_ACK, "49000", "0.00999", "0"); /* a repeated event */
    CHECK(scenario_reports(&s, "a") == 1);
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    const l1_account *account = l1_engine_account(l1_system_engine(s.system));
    CHECK(account->stop_locked_e8[BTC] == e8("0.00999"));
    scenario_close(&s);
}

static void test_missing_stop__is_replaced_then_sold_at_market(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    answer(&s, 1100, 0, L1_VENUE_FILL, "50000", "0.01", "0.00001");
    answer(&s, 1100, 0, L1_VENUE_DONE, "0", "0", "0");
    answer(&s, 2000, 1, L1_VENUE_REJECTED, "0", "0", "0"); /* the list's stop is refused */
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 2);
    CHECK(sent(&s)->legs[0].type == L1_ORDER_STOP_LOSS);
    answer(&s, 2099, 0, L1_VENUE_REJECTED, "0", "0", "0"); /* so is the standalone one */
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 0);
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 3);
    CHECK(sent(&s)->legs[0].type == L1_ORDER_MARKET);
    CHECK(sent(&s)->legs[0].qty_e8 == e8("0.00999"));
    answer(&s, 2300, 0, L1_VENUE_REJECTED, "0", "0", "0"); /* nothing is left to try */
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 1);
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 3);
    CHECK(scenario_reports(&s, "a") == 1);
    scenario_close(&s);
}

static void test_watchdog__acts_when_the_stop_stays_silent(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        size_t alarms;
    } rows[] = {{2099, 0}, {2100, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s;
        open_live(&s);
        answer(&s, 1100, 0, L1_VENUE_FILL, "50000", "0.01", "0.00001");
        answer(&s, 1100, 0, L1_VENUE_DONE, "0", "0", "0");
        scenario_tick(&s, rows[i].ms);
        CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == rows[i].alarms);
        CHECK(scenario_effects(&s, L1_EFFECT_CANCEL) == rows[i].alarms);
        scenario_close(&s);
    }
}

/* The clock runs from the fill: a standalone stop gets what is left of it, not a second. */
static void test_watchdog__gives_the_second_stop_no_second_allowance(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    answer(&s, 1100, 0, L1_VENUE_FILL, "50000", "0.01", "0.00001");
    answer(&s, 1100, 0, L1_VENUE_DONE, "0", "0", "0");
    answer(&s, 2000, 1, L1_VENUE_REJECTED, "0", "0", "0");
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 2);
    scenario_tick(&s, 2099);
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 0);
    scenario_tick(&s, 2100);
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 1);
    CHECK(scenario_effects(&s, L1_EFFECT_CANCEL) == 1);
    answer(&s, 2150, 0, L1_VENUE_CANCELED, "0", "0", "0");
    CHECK(sent(&s)->legs[0].type == L1_ORDER_MARKET);
    scenario_close(&s);
}

/* A cancel that found nothing proves nothing: the symbol is frozen until the outcome is known. */
static void test_canceled__entry_whose_cancel_is_refused_freezes_until_known(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    scenario_control(&s, 1100, L1_CONTROL_CANCEL_ALL, -1);
    answer(&s, 1200, 0, L1_VENUE_CANCEL_REJECT, "0", "0", "0");
    scenario_buy(&s, 1300, "b", "0.01", "49000");
    CHECK(scenario_report(&s, "b")->reason == L1_RULE_SYMBOL_FROZEN);
    answer(&s, 1400, 0, L1_VENUE_FILL, "50000", "0.01", "0.00001");
    answer(&s, 1400, 0, L1_VENUE_DONE, "0", "0", "0");
    answer(&s, 1401, 1, L1_VENUE_ACK, "49000", "0.00999", "0");
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    scenario_buy(&s, 1500, "c", "0.01", "49000");
    CHECK(scenario_report(&s, "c") == NULL); /* sent */
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence__freezes_the_symbol_and_sends_nothing_again),
        cmocka_unit_test(test_unknown__ends_by_evidence_with_a_higher_revision),
        cmocka_unit_test(test_absent__made_by_reconciliation_ends_it_as_rejected),
        cmocka_unit_test(test_fill_before_ack__is_a_fill),
        cmocka_unit_test(test_missing_stop__is_replaced_then_sold_at_market),
        cmocka_unit_test(test_watchdog__acts_when_the_stop_stays_silent),
        cmocka_unit_test(test_watchdog__gives_the_second_stop_no_second_allowance),
        cmocka_unit_test(test_canceled__entry_whose_cancel_is_refused_freezes_until_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
