/* What becomes of a signal that is cut into children: slices, ends, protection, resume. */
#include <stdio.h>
#include <string.h>

#include "testlib/check.h"
#include "testlib/scenario.h"

static l1_signal cut(const char *id, l1_side side, const char *qty, int64_t duration_s,
                     int64_t slices)
{
    l1_signal signal = scenario_signal(id, BTC, side, qty, side == L1_SIDE_BUY ? "49000" : "51000");
    signal.algo = L1_ALGO_TWAP;
    signal.duration_s = duration_s;
    signal.slices_max = slices;
    return signal;
}

static size_t entries(const l1_scenario *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        count += s->log[i].kind == L1_EFFECT_SUBMIT &&
                 (s->log[i].as.submit.legs[0].id.purpose == L1_PURPOSE_ENTRY ||
                  s->log[i].as.submit.legs[0].id.purpose == L1_PURPOSE_EXIT);
    }
    return count;
}

static const l1_account *account_of(const l1_scenario *s)
{
    return l1_engine_account(l1_system_engine(s->system));
}

static void test_buy__in_slices_ends_with_one_report_and_one_stop(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    const l1_signal signal = cut("a", L1_SIDE_BUY, "0.02", 40, 4);
    scenario_send(&s, 1000, &signal);
    CHECK(entries(&s) == 1);
    scenario_tick(&s, 1100);
    CHECK(scenario_reports(&s, "a") == 0);
    CHECK(account_of(&s)->open_buy_e8[BTC] == e8("0.015"));     /* unsent counts as on order */
    CHECK(account_of(&s)->planned_quote_e8 == e8("751.50375")); /* at worst: 50100.25 */
    scenario_tick(&s, 10999);
    CHECK(entries(&s) == 1);
    scenario_tick(&s, 11000);
    CHECK(entries(&s) == 2);
    scenario_tick(&s, 31200);
    CHECK(entries(&s) == 4);
    CHECK(account_of(&s)->open_buy_e8[BTC] == 0 && account_of(&s)->planned_quote_e8 == 0);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report != NULL && report->final && scenario_reports(&s, "a") == 1);
    CHECK(report->status == L1_REPORT_FILLED && report->reason == L1_RULE_UNJUDGED);
    CHECK(report->executed_qty_e8 == e8("0.02") && report->orders_count == 4);
    CHECK(report->executed_quote_e8 == e8("1000.01"));
    CHECK(report->has_stop && report->stop.status == L1_ORDER_STATUS_LIVE);
    /* 4 x 0.004995 net; each child's stop left half a lot, the common one takes it up */
    CHECK(report->stop.qty_e8 == e8("0.01998") && report->stop.stop_e8 == e8("49000"));
    CHECK(account_of(&s)->stops_open[BTC] == 1);
    CHECK(l1_engine_naked_e8(l1_system_engine(s.system), BTC) == 0);
    CHECK(!l1_system_pending(s.system));
    CHECK(scenario_agrees(&s));
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 0);
    scenario_trade(&s, 40000, BTC, "48999");
    CHECK(scenario_protection(&s, "a", L1_REPORT_STOP_FILLED)->executed_qty_e8 == e8("0.01998"));
    CHECK(account_of(&s)->own_locked_e8[BTC + 1] == 0);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buy__in_slices_ends_with_one_report_and_one_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
