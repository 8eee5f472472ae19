/* replay_page: the fold to the last unit on a small run, and what a page must say or escape. */
#include "testlib/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/replay_page.h"
#include "report/replay_page_state.h"
#include "testlib/scenario.h"

#define HOUR INT64_C(3600000)

static l1_scenario scenario;
static l1_replay_page *page;
static size_t seen; /* effects handed to the page */

static void begin(void)
{
    l1_diag diag = {0};
    l1_limits limits = scenario_limits();
    limits.portfolio_age_ns = L1_OFF;
    limits.market_age_ns = 48 * HOUR * 1000000;
    scenario_open(&scenario, &limits);
    CHECK(l1_replay_page_open(&scenario.limits, &page, &diag).code == L1_OK);
    seen = 0;
}

static void end(void)
{
    l1_replay_page_close(page);
    scenario_close(&scenario);
}

/* The page sees what the scenario has just stepped. */
static void show(l1_event_kind kind, int64_t ms, int32_t symbol)
{
    l1_event event = {.kind = kind, .at_ns = (SCENARIO_START_MS + ms) * 1000000};
    if (kind == L1_EVENT_BOOK) event.as.book.symbol = symbol;
    for (; seen < scenario.count; seen++) {
        l1_replay_page_effect(page, &scenario.log[seen], false);
    }
    l1_replay_page_event(page, &event, l1_system_engine(scenario.system));
}

static void book(int64_t ms, const char *bid, const char *ask)
{
    scenario_book(&scenario, ms, BTC, bid, ask, "5");
    show(L1_EVENT_BOOK, ms, BTC);
}

static void send(int64_t ms, const char *id, l1_side side, const char *qty, const char *stop)
{
    const l1_signal signal = scenario_signal(id, BTC, side, qty, stop);
    scenario_send(&scenario, ms, &signal);
    show(L1_EVENT_SIGNAL, ms, BTC);
    scenario_tick(&scenario, ms + 500);
    show(L1_EVENT_TICK, ms + 500, BTC);
}

static char *written(const l1_comparison *comparison, const char *config)
{
    static const char *const files[] = {"a<b>&\"'.csv", "2", "3", "4", "5", "six"};
    const l1_replay_facts facts = {.build = "l1",
                                   .files = files,
                                   .files_count = 6,
                                   .config_text = config,
                                   .state_hash = {1, 2},
                                   .messages = 7,
                                   .comparison = comparison};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    CHECK(out != NULL);
    l1_replay_page_write(page, &facts, out);
    CHECK(fclose(out) == 0 && size > 1000);
    return text;
}

static void test_page__equity_exposure_and_drawdown_are_exact(void **state)
{
    (void)state;
    begin();
    book(0, "49999.99", "50000.01");
    send(1000, "in", L1_SIDE_BUY, "0.02", "49000");
    /* 100000 - 0.02 x 50000.01 + (0.02 less 0.1 %) x 50000 */
    CHECK(page->equity_e8 == e8("99998.9998"));
    CHECK(page->start_e8 == e8("100000"));
    CHECK(page->symbols[BTC].total_e8 == e8("0.01998"));
    CHECK(page->symbols[BTC].exposure.last == e8("0.00999009")); /* 999 / 99998.9998, down */
    book(2 * HOUR, "50999.99", "51000.01");
    CHECK(page->equity_e8 == e8("100018.9798"));
    book(3 * HOUR, "50499.99", "50500.01");
    CHECK(page->equity_e8 == e8("100008.9898"));
    CHECK(page->deepest_e8 == e8("0.00009989")); /* 9.99 / 100018.9798, up */
    CHECK(page->peak_e8 == e8("100018.9798"));
    CHECK(page->drawdown.last == -page->deepest_e8);
    CHECK(page->deepest_peak_ns == (SCENARIO_START_MS + 2 * HOUR) * 1000000);
    book(4 * HOUR, "51000.49", "51000.51");
    CHECK(page->peak_e8 == e8("100018.98979")); /* higher by however little */
    end();
}

static void test_page__a_round_trip_gains_what_the_account_gained(void **state)
{
    (void)state;
    begin();
    book(0, "49999.99", "50000.01");
    send(1000, "in", L1_SIDE_BUY, "0.02", "49000");
    CHECK(page->trips.count == 1 && page->trips.lots[0].cost_e8 == e8("1000.0002"));
    CHECK(page->symbols[BTC].fees_e8 == e8("1.0000002")); /* 0.00002 x 50000.01 */
    book(2 * HOUR, "50999.99", "51000.01");
    send(2 * HOUR + 1000, "out", L1_SIDE_SELL, "0.01998", "52000");
    CHECK(page->symbols[BTC].buys.count == 1 && page->symbols[BTC].sells.count == 1);
    CHECK(page->symbols[BTC].stops.count == 0);
    CHECK(page->trips.count == 0 && page->trips.winners.count == 1);
    CHECK(page->trips.winners.gain_e8 == page->equity_e8 - e8("100000"));
    CHECK(page->trips.winners.gain_e8 > e8("17"));
    CHECK(page->exposure.last == 0 && page->symbols[BTC].statuses[L1_REPORT_FILLED] == 2);
    CHECK(page->slippage.count == 2 && page->worst_count == 2);
    CHECK(page->worst[0].slippage_bp_e8 >= page->worst[1].slippage_bp_e8);
    CHECK(strcmp(page->worst[0].signal_id, "in") == 0);
    end();
}

static void test_page__costs_are_those_of_the_analyses(void **state)
{
    (void)state;
    begin();
    book(0, "49999.99", "50000.01");
    send(1000, "in", L1_SIDE_BUY, "0.02", "49000");
    const l1_cost_analysis tca = scenario_report(&scenario, "in")->tca;
    const l1_page_cost *cost = &page->symbols[BTC].costs[L1_ALGO_SINGLE];
    CHECK(page->chosen[L1_ALGO_AUTO][L1_ALGO_SINGLE] == 1 && cost->children == 1);
    CHECK(cost->totals.parents == 1 && cost->totals.summed == 1);
    CHECK(cost->totals.trading_e8 == e8("0.0002") && cost->totals.fees_e8 == tca.fees_e8);
    CHECK(cost->totals.shortfall_e8 == tca.shortfall_e8 && tca.shortfall_e8 > L1_E8);
    CHECK(llabs(cost->wanted_e8 - e8("1000")) < e8("0.0001")); /* 0.02 x 50000, of rounded bp */
    CHECK(page->costs.totals.parents == 1 && page->costs.wanted_e8 == cost->wanted_e8);
    CHECK(page->slippage.sum_e8 == tca.arrival_slippage_bp_e8);
    book(2500, "50009.99", "50010.01");
    scenario_tick(&scenario, 70000);
    show(L1_EVENT_TICK, 70000, BTC);
    CHECK(cost->totals.means[L1_TCA_MARKOUT_10].count == 1);
    CHECK(cost->totals.parents == 1);
    char *text = written(NULL, NULL);
    CHECK(strstr(text, "single, BTC/USDT") != NULL && strstr(text, "Markouts") != NULL);
    CHECK(strstr(text, "<td>auto</td><td class=\"left\">single</td>") != NULL);
    free(text);
    end();
}

static void test_page__a_stop_is_a_stop_and_closes_its_entry(void **state)
{
    (void)state;
    begin();
    book(0, "49999.99", "50000.01");
    send(1000, "in", L1_SIDE_BUY, "0.02", "49900");
    book(HOUR, "49799.99", "49800.01");
    scenario_trade(&scenario, HOUR + 1000, BTC, "49800");
    show(L1_EVENT_TRADE, HOUR + 1000, BTC);
    scenario_tick(&scenario, HOUR + 2000);
    show(L1_EVENT_TICK, HOUR + 2000, BTC);
    CHECK(page->symbols[BTC].statuses[L1_REPORT_STOP_FILLED] == 1);
    CHECK(page->symbols[BTC].stops.count == 1 && page->symbols[BTC].sells.count == 0);
    CHECK(page->trips.losers.count == 1 && page->trips.count == 0);
    CHECK(page->trips.losers.gain_e8 == page->equity_e8 - e8("100000"));
    char *text = written(NULL, NULL);
    CHECK(strstr(text, "href=\"#stop\"") != NULL && strstr(text, "1 stop<") != NULL);
    free(text);
    end();
}

static void test_page__a_stop_leaves_older_entries_alone(void **state)
{
    (void)state;
    begin();
    book(0, "49999.99", "50000.01");
    send(1000, "old", L1_SIDE_BUY, "0.01", "47000");
    send(2000, "in", L1_SIDE_BUY, "0.02", "49900");
    book(HOUR, "49799.99", "49800.01");
    scenario_trade(&scenario, HOUR + 1000, BTC, "49800");
    scenario_tick(&scenario, HOUR + 2000);
    show(L1_EVENT_TICK, HOUR + 2000, BTC);
    CHECK(page->trips.losers.count == 1 && page->trips.count == 1);
    CHECK(page->trips.lots[0].qty_e8 == e8("0.00999"));
    CHECK(page->trips.lots[0].opened_ns < (SCENARIO_START_MS + 2000) * 1000000);
    end();
}

static void test_page__counts_signals_by_fate_and_first_rule(void **state)
{
    (void)state;
    begin();
    book(0, "49999.99", "50000.01");
    l1_signal bare = scenario_signal("bare", BTC, L1_SIDE_BUY, "0.01", "49000");
    bare.stop_loss_e8 = L1_OFF;
    scenario_send(&scenario, 1000, &bare);
    show(L1_EVENT_SIGNAL, 1000, BTC);
    send(2000, "big", L1_SIDE_BUY, "9", "49000");
    send(3000, "good", L1_SIDE_BUY, "0.01", "49000");
    CHECK(l1_page_signals(page) == 3 && l1_page_executed(page) == 1);
    CHECK(l1_page_rejected(page, L1_RULE_STOP_LOSS_MISSING) == 1);
    CHECK(l1_page_rejected(page, L1_RULE_QTY_MAX) == 1);
    l1_replay_page_effect(page, &scenario.log[seen - 1], true);
    CHECK(page->duplicates == 1 && l1_page_signals(page) == 3);
    char *text = written(NULL, NULL);
    CHECK(strstr(text, "<code>QTY_MAX</code>") != NULL);
    CHECK(strstr(text, "<code>HALTED</code>") == NULL);
    CHECK(strstr(text, "rejected 2 (66.7 %)") != NULL);
    free(text);
    end();
}

static void test_page__says_so_when_every_signal_had_been_seen(void **state)
{
    (void)state;
    begin();
    book(0, "49999.99", "50000.01");
    const l1_effect again = {.kind = L1_EFFECT_REPORT, .as.report = {.final = true}};
    l1_replay_page_effect(page, &again, true);
    char *text = written(NULL, NULL);
    CHECK(l1_page_signals(page) == 0 && strstr(text, "had been seen before, so nothing") != NULL);
    CHECK(strstr(text, "No signal arrived") == NULL);
    free(text);
    end();
}

static void test_page__what_a_snapshot_puts_in_is_no_gain(void **state)
{
    (void)state;
    begin();
    book(0, "49999.99", "50000.01");
    scenario_portfolio(&scenario, 500, 500, "20000", "20000", "0");
    show(L1_EVENT_PORTFOLIO, 500, BTC);
    CHECK(page->start_e8 == e8("20000") && page->flows_e8 == 0); /* never used before it */
    send(1000, "in", L1_SIDE_BUY, "0.02", "49000");
    const int64_t own_e8 = l1_page_own_e8(page);
    scenario_portfolio(&scenario, 9000, 9000, "20000", "19499.9998", "0.01998");
    show(L1_EVENT_PORTFOLIO, 9000, BTC);
    CHECK(page->snapshots == 2 && page->flows_e8 == e8("500"));
    CHECK(l1_page_own_e8(page) == own_e8);
    CHECK(page->equity_e8 == own_e8 + e8("500"));
    end();
}

static void test_page__begins_with_the_first_signal_when_nothing_was_held(void **state)
{
    (void)state;
    begin();
    book(0, "40000", "40001");
    book(5 * HOUR, "49999.99", "50000.01");
    CHECK(page->begin_ns == SCENARIO_START_MS * 1000000);
    send(6 * HOUR, "big", L1_SIDE_BUY, "9", "49000"); /* rejected, but a signal */
    CHECK(page->begin_ns == (SCENARIO_START_MS + 6 * HOUR) * 1000000);
    send(6 * HOUR + 5000, "in", L1_SIDE_BUY, "0.02", "49000");
    CHECK(page->begin_ns == (SCENARIO_START_MS + 6 * HOUR) * 1000000);
    CHECK(page->symbols[BTC].price.first == e8("50000"));
    CHECK(page->first_ns == SCENARIO_START_MS * 1000000);
    send(7 * HOUR, "more", L1_SIDE_BUY, "0.01", "49000");
    CHECK(page->begin_ns == (SCENARIO_START_MS + 6 * HOUR) * 1000000);
    end();
}

/* The first polyline behind `id`. */
static const char *line_of(const char *text, const char *id)
{
    const char *at = strstr(text, id);
    return at == NULL ? NULL : strstr(at, "<polyline points=\"");
}

static void test_page__a_value_stands_until_the_next_one(void **state)
{
    (void)state;
    begin();
    book(0, "49999.99", "50000.01");
    send(1000, "no", L1_SIDE_BUY, "9", "49000"); /* the chart begins; nothing is held for an hour */
    send(HOUR, "in", L1_SIDE_BUY, "0.02", "49000");
    book(2 * HOUR, "50000.99", "50001.01");
    char *text = written(NULL, NULL);
    const char *line = line_of(text, "id=\"exposure-chart\"");
    /* Level at nothing until half time, then upright. */
    static const char want[] = "<polyline points=\"0.0,1000.0 500.0,1000.0 500.0,74.1 ";
    CHECK(line != NULL && strncmp(line, want, sizeof want - 1) == 0);
    free(text);
    end();
}

static void test_page__days_and_months_end_with_their_last_value(void **state)
{
    (void)state;
    begin(); /* 2023-11-14 22:13:20 */
    book(0, "49999.99", "50000.01");
    send(1000, "in", L1_SIDE_BUY, "0.02", "46000");
    const int64_t first_e8 = page->equity_e8;
    book(24 * HOUR, "50999.99", "51000.01");
    CHECK(page->days == 1 && page->day_end_e8 == first_e8 && page->months_count == 1);
    book(20 * 24 * HOUR, "51999.99", "52000.01"); /* 4 December; the days between had no price */
    CHECK(page->days == 2 && page->months_count == 2);
    CHECK(page->months[0].month == 123 * 12 + 10 && page->months[1].month == 123 * 12 + 11);
    CHECK(page->months[0].end_e8 == first_e8 + e8("19.98")); /* 0.01998 x 1000 */
    CHECK(page->months[1].end_e8 == page->equity_e8);
    char *text = written(NULL, NULL);
    CHECK(strstr(text, "Nov 2023") != NULL && strstr(text, "Dec 2023") != NULL);
    free(text);
    end();
}

static void test_page__days_pass_while_nothing_is_held(void **state)
{
    (void)state;
    begin();
    for (int day = 0; day < 4; day++) book(day * 24 * HOUR, "49999.99", "50000.01");
    CHECK(page->days == 3 && page->equity.count == 4);
    CHECK(page->day_sum == 0 && page->day_end_e8 == e8("100000"));
    end();
}

static void test_page__empty_runs_read_well(void **state)
{
    (void)state;
    static const char *const said[] = {
        "No signal arrived",    "Nothing was bought or sold.", "No entry was scored",
        "Nothing was executed", "were not compared",           "None was raised.",
        "nothing was decided",
    };
    for (int messages = 0; messages < 3; messages++) { /* none, one, a line without signals */
        begin();
        for (int i = 0; i < messages; i++) book(i * HOUR, "49999.99", "50000.01");
        if (messages > 0) show(L1_EVENT_TICK, (messages - 1) * HOUR, BTC); /* as the run's end */
        char *text = written(NULL, NULL);
        for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
            CHECK(strstr(text, said[i]) != NULL);
        }
        CHECK((strstr(text, "no message was read") != NULL) == (messages == 0));
        CHECK((strstr(text, "at one moment only") != NULL) == (messages == 1));
        CHECK((strstr(text, "id=\"equity-chart\"") != NULL) == (messages == 2));
        CHECK(strstr(text, "nan") == NULL && strstr(text, "inf") == NULL);
        free(text);
        end();
    }
}

static void test_page__texts_from_outside_are_escaped(void **state)
{
    (void)state;
    begin();
    book(0, "49999.99", "50000.01");
    l1_event halt = {.kind = L1_EVENT_CONTROL,
                     .at_ns = (SCENARIO_START_MS + 1000) * 1000000,
                     .as.control = {.command = L1_CONTROL_HALT, .symbol = -1}};
    strcpy(halt.as.control.reason, "</td><script>alert('1')</script>&\"");
    scenario_step(&scenario, &halt);
    show(L1_EVENT_CONTROL, 1000, BTC);
    CHECK(page->alerts[L1_ALERT_HALTED].count == 1);
    char *text = written(NULL, "x: \"</pre><img src=x onerror=alert(1)>\"");
    CHECK(strstr(text, "<script") == NULL && strstr(text, "<img") == NULL);
    CHECK(strstr(text, "&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;") !=
          NULL);
    CHECK(strstr(text, "&lt;/pre&gt;&lt;img src=x") != NULL);
    CHECK(strstr(text, "a&lt;b&gt;&amp;&quot;&#39;.csv") != NULL);
    CHECK(strstr(text, "and 2 more") != NULL && strstr(text, "six") != NULL);
    free(text);
    end();
}

static void test_page__shows_a_comparison_when_there_is_one(void **state)
{
    (void)state;
    begin();
    book(0, "49999.99", "50000.01");
    const l1_comparison comparison = {
        .reference = L1_ALGO_SINGLE,
        .confidence = 0.95,
        .block_parents = 12,
        .resamples = 2000,
        .count = 4,
        .rows = {{L1_ALGO_SINGLE, -1, 40, 1.5, 0, 0, 0, 1},
                 {L1_ALGO_IS, -1, 5, 4, 2.5, NAN, NAN, 1}, /* too few for an interval */
                 {L1_ALGO_TWAP, BTC, 40, 3.75, 2.25, 1.125, 3.5, 0.875},
                 {L1_ALGO_POV, ETH, 0, 0, 0, 0, 0, 0}}};
    char *text = written(&comparison, NULL);
    CHECK(strstr(text, "Against single") != NULL);
    CHECK(strstr(text, "twap, BTC/USDT") != NULL && strstr(text, "pov, ETH/USDT") != NULL);
    CHECK(strstr(text, "+2.50 <span class=\"faint\">[n/a, n/a]") != NULL);
    CHECK(strstr(text, "nan") == NULL && strstr(text, "aria-label=\"2.50 bp") == NULL);
    CHECK(strstr(text, "+2.25 <span class=\"faint\">[1.13, 3.50]") != NULL);
    CHECK(strstr(text, "87.5 %") != NULL && strstr(text, "blocks of up to 12 parents") != NULL);
    CHECK(strstr(text, "were not compared") == NULL);
    free(text);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page__equity_exposure_and_drawdown_are_exact),
        cmocka_unit_test(test_page__a_round_trip_gains_what_the_account_gained),
        cmocka_unit_test(test_page__costs_are_those_of_the_analyses),
        cmocka_unit_test(test_page__a_stop_is_a_stop_and_closes_its_entry),
        cmocka_unit_test(test_page__a_stop_leaves_older_entries_alone),
        cmocka_unit_test(test_page__counts_signals_by_fate_and_first_rule),
        cmocka_unit_test(test_page__says_so_when_every_signal_had_been_seen),
        cmocka_unit_test(test_page__what_a_snapshot_puts_in_is_no_gain),
        cmocka_unit_test(test_page__begins_with_the_first_signal_when_nothing_was_held),
        cmocka_unit_test(test_page__a_value_stands_until_the_next_one),
        cmocka_unit_test(test_page__days_and_months_end_with_their_last_value),
        cmocka_unit_test(test_page__days_pass_while_nothing_is_held),
        cmocka_unit_test(test_page__empty_runs_read_well),
        cmocka_unit_test(test_page__texts_from_outside_are_escaped),
        cmocka_unit_test(test_page__shows_a_comparison_when_there_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
