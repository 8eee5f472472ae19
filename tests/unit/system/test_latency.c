/* Feed, entry and response latency: which market an order meets, when its answer comes, and what
 * holds while answers are under way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "testlib/check.h"
#include "testlib/scenario.h"

#define MS INT64_C(1000000)

static l1_limits limits_of(int64_t entry_ms, int64_t feed_ms, int64_t response_ms)
{
    l1_limits limits = scenario_limits();
    limits.paper_latency_ns = entry_ms * MS;
    limits.paper_feed_ns = feed_ms * MS;
    limits.paper_response_ns = response_ms * MS;
    return limits;
}

static void
test_answer__comes_response_after_the_venue_or_with_the_data_whichever_is_later(void **s)
{
    (void)s;
    static const struct {
        int64_t entry, feed, response, comes;
    } rows[] = {
        {50, 0, 0, 50},   {0, 0, 0, 0},     {50, 0, 30, 80},  {50, 30, 0, 80},
        {50, 30, 30, 80}, {50, 30, 40, 90}, {50, 40, 30, 90}, {0, 0, 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_limits limits = limits_of(rows[i].entry, rows[i].feed, rows[i].response);
        l1_scenario t;
        scenario_open(&t, &limits);
        scenario_book(&t, 0, BTC, "50000", "50000.5", "1");
        scenario_buy(&t, 1000, "a", "0.01", "49000");
        if (rows[i].comes > 0) {
            scenario_tick(&t, 1000 + rows[i].comes - 1);
            CHECK(scenario_reports(&t, "a") == 0);
            CHECK(l1_system_pending(t.system));
            CHECK(l1_system_next_due_ns(t.system) < INT64_MAX);
        }
        scenario_tick(&t, 1000 + rows[i].comes);
        CHECK(scenario_report(&t, "a")->status == L1_REPORT_FILLED);
        CHECK(!l1_system_pending(t.system));
        CHECK(scenario_agrees(&t));
        scenario_close(&t);
    }
}

static void test_order__meets_the_market_that_is_told_entry_and_feed_later(void **s)
{
    (void)s;
    static const struct {
        int64_t feed, told;
        const char *price;
    } rows[] = {
        {0, 1050, "50001"},
        {0, 1051, "50000.5"},
        {30, 1080, "50001"},
        {30, 1081, "50000.5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_limits limits = limits_of(50, rows[i].feed, 0);
        l1_scenario t;
        scenario_open(&t, &limits);
        scenario_book(&t, 0, BTC, "50000", "50000.5", "1");
        scenario_buy(&t, 1000, "a", "0.01", "49000");
        scenario_book(&t, rows[i].told - 1, BTC, "50000", "50001", "1");
        scenario_tick(&t, 2000);
        const bool moved = strcmp(rows[i].price, "50001") == 0;
        CHECK(scenario_report(&t, "a")->avg_price_e8 == e8(moved ? "50001" : "50000.5"));
        scenario_close(&t);
    }
}

/* Bought at 1050, heard of at 1150. */
static l1_scenario with_answers_under_way(const l1_limits *limits)
{
    l1_scenario t;
    scenario_open(&t, limits);
    scenario_book(&t, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(&t, 1000, "a", "0.01", "49000");
    scenario_tick(&t, 1100);
    CHECK(l1_system_venue_total_e8(t.system, BTC + 1) == e8("0.00999"));
    CHECK(l1_engine_account(l1_system_engine(t.system))->total_e8[BTC + 1] == 0);
    CHECK(!scenario_agrees(&t));
    return t;
}

static void test_under_way__survives_a_restart_and_a_change_of_the_symbols(void **s)
{
    (void)s;
    l1_limits limits = limits_of(50, 0, 100);
    l1_scenario t = with_answers_under_way(&limits), copy;
    scenario_copy(&copy, &t);
    scenario_tick(&copy, 1149);
    CHECK(scenario_reports(&copy, "a") == 0);
    scenario_tick(&copy, 1150);
    CHECK(scenario_report(&copy, "a")->status == L1_REPORT_FILLED && scenario_agrees(&copy));
    scenario_close(&copy);

    const l1_instrument btc = limits.symbols[BTC];
    limits.symbols[BTC] = limits.symbols[ETH];
    limits.symbols[ETH] = btc;
    scenario_open(&copy, &limits);
    const size_t capacity = l1_system_save_max(t.system);
    uint8_t *scratch = malloc(capacity);
    char why[160] = "";
    const bool adopted = l1_system_adopt(copy.system, t.system, scratch, capacity, why);
    if (adopted) {
        scenario_tick(&copy, 1150);
        CHECK(scenario_report(&copy, "a")->status == L1_REPORT_FILLED && scenario_agrees(&copy));
        CHECK(l1_system_venue_total_e8(copy.system, 2) == e8("0.00999"));
    } else {
        CHECK(strlen(why) > 0); /* an order under way may forbid it */
    }
    free(scratch);
    scenario_close(&copy);
    scenario_close(&t);
}

static void test_snapshot__moves_the_venue_by_what_it_changed_while_answers_are_under_way(void **s)
{
    (void)s;
    static const struct {
        const char *quote;
    } rows[] = {{"150000"}, {"100000"}, {"600"}, {"501"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_limits limits = limits_of(50, 0, 100);
        l1_scenario t = with_answers_under_way(&limits);
        scenario_portfolio(&t, 1110, 1110, rows[i].quote, rows[i].quote, "0");
        scenario_tick(&t, 3000);
        CHECK(scenario_report(&t, "a")->status == L1_REPORT_FILLED);
        CHECK(scenario_agrees(&t));
        scenario_close(&t);
    }
}

/* One random event: books that walk, trades, signals. */
static void random_event(l1_prng *prng, l1_event *event, int64_t *ms, int64_t *price, uint32_t n)
{
    memset(event, 0, sizeof *event);
    *ms += (int64_t)l1_prng_below(prng, 120);
    *price += (int64_t)l1_prng_below(prng, 4001) - 2000;
    const int32_t symbol = (int32_t)l1_prng_below(prng, 2);
    const int64_t mid_e8 = *price * 1000000 / (symbol == ETH ? 20 : 1) / 1000000 * 1000000;
    event->at_ns = (SCENARIO_START_MS + *ms) * MS;
    const uint64_t kind = l1_prng_below(prng, 20);
    if (kind < 8) {
        event->kind = L1_EVENT_BOOK;
        event->as.book = (l1_book){.symbol = symbol, .ts_ns = event->at_ns};
        event->as.book.bids_count = event->as.book.asks_count = 3;
        for (int64_t i = 0; i < 3; i++) {
            const int64_t qty = (int64_t)l1_prng_below(prng, 2000000) + 1000;
            event->as.book.bids[i] = (l1_level){mid_e8 - i * 5000000, qty};
            event->as.book.asks[i] = (l1_level){mid_e8 + 1000000 + i * 5000000, qty};
        }
    } else if (kind < 10) {
        event->kind = L1_EVENT_TRADE;
        event->as.trade =
            (l1_trade){.symbol = symbol, .ts_ns = event->at_ns, .price_e8 = mid_e8, .qty_e8 = 1000};
    } else if (kind < 18) {
        char id[32];
        snprintf(id, sizeof id, "s%u", n);
        event->kind = L1_EVENT_SIGNAL;
        const l1_side side = l1_prng_below(prng, 2) == 0 ? L1_SIDE_BUY : L1_SIDE_SELL;
        event->as.signal = scenario_signal(id, symbol, side, "1", "1");
        event->as.signal.qty_e8 = (int64_t)l1_prng_below(prng, symbol == ETH ? 40000000 : 2000000);
        const int64_t away = mid_e8 / 1000 * (int64_t)(1 + l1_prng_below(prng, 20));
        event->as.signal.stop_loss_e8 = side == L1_SIDE_BUY ? mid_e8 - away : mid_e8 + away;
    } else if (kind < 19) {
        event->kind = L1_EVENT_CONTROL;
        event->as.control.symbol = symbol;
        event->as.control.command = L1_CONTROL_CANCEL_ALL;
    } else {
        event->kind = L1_EVENT_TICK;
    }
}

static bool same_hash(l1_scenario *a, l1_scenario *b)
{
    const l1_hash128 x = l1_system_hash(a->system), y = l1_system_hash(b->system);
    return x.lo == y.lo && x.hi == y.hi;
}

/* Latencies drawn from tables, restarts in between: the same bytes, and at the end engine and
 * venue agree, every signal has one report, nothing is under way. */
static void test_random_latencies__lose_and_double_nothing(void **state)
{
    (void)state;
    uint32_t apart = 0;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        l1_limits limits = scenario_limits();
        limits.repeat_max = L1_OFF;
        limits.symbols[BTC].opo = seed % 3 != 0;
        limits.paper_seed = (uint32_t)seed;
        limits.paper_latencies = (l1_latencies){4, {10 * MS, 40 * MS, 200 * MS, 900 * MS}};
        limits.paper_feeds = (l1_latencies){3, {0, 20 * MS, 60 * MS}};
        limits.paper_responses = (l1_latencies){4, {0, 30 * MS, 100 * MS, 700 * MS}};
        if (seed % 2 == 0) limits.orders_max = 8;
        l1_scenario s, twin;
        scenario_open(&s, &limits);
        scenario_open(&twin, &limits);
        l1_prng prng;
        l1_prng_seed(&prng, seed);
        int64_t ms = 0, price = 5000000;
        uint32_t n = 0;
        for (n = 0; n < 600; n++) {
            l1_event event;
            random_event(&prng, &event, &ms, &price, n);
            scenario_step(&s, &event);
            scenario_step(&twin, &event);
            apart += !scenario_agrees(&s);
            if (l1_prng_below(&prng, 50) == 0) { /* a restart of the twin */
                l1_scenario fresh;
                scenario_copy(&fresh, &twin);
                scenario_close(&twin);
                twin = fresh;
            }
            if (n % 100 == 0) CHECK(same_hash(&s, &twin));
        }
        scenario_tick(&s, ms + 30000);
        scenario_tick(&twin, ms + 30000);
        CHECK(!l1_system_pending(s.system));
        CHECK(same_hash(&s, &twin));
        CHECK(scenario_agrees(&s));
        for (uint32_t i = 0; i < n; i++) {
            char id[32];
            snprintf(id, sizeof id, "s%u", i);
            CHECK(scenario_reports(&s, id) <= 2); /* an unknown one may come before */
        }
        scenario_close(&s);
        scenario_close(&twin);
    }
    CHECK(apart > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_answer__comes_response_after_the_venue_or_with_the_data_whichever_is_later),
        cmocka_unit_test(test_order__meets_the_market_that_is_told_entry_and_feed_later),
        cmocka_unit_test(test_under_way__survives_a_restart_and_a_change_of_the_symbols),
        cmocka_unit_test(
            test_snapshot__moves_the_venue_by_what_it_changed_while_answers_are_under_way),
        cmocka_unit_test(test_random_latencies__lose_and_double_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
