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
    CHECK(scenario_alerts(&s, L1_ALERT_STOP_FAILED) == 0); /* the stops gave way as meant */
    CHECK(scenario_protection(&s, "a", L1_REPORT_STOP_CANCELED) == NULL);
    scenario_trade(&s, 40000, BTC, "48999");
    CHECK(scenario_protection(&s, "a", L1_REPORT_STOP_FILLED)->executed_qty_e8 == e8("0.01998"));
    CHECK(account_of(&s)->own_locked_e8[BTC + 1] == 0);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

/* One slice of 0.005 has been bought by 1100; the others are due at 11000, 21000 and 31000. */
static void open_with_a_slice(l1_scenario *s, const l1_limits *limits)
{
    scenario_open(s, limits);
    scenario_book(s, 0, BTC, "50000", "50000.5", "1");
    const l1_signal signal = cut("a", L1_SIDE_BUY, "0.02", 40, 4);
    scenario_send(s, 1000, &signal);
    scenario_tick(s, 1100);
    CHECK(entries(s) == 1 && scenario_reports(s, "a") == 0);
}

static void move_away(l1_scenario *s) /* the worst price at arrival was 50100.25 */
{
    scenario_book(s, 5000, BTC, "50099.9", "50100.26", "1");
}

static void widen(l1_scenario *s)
{
    scenario_book(s, 5000, BTC, "49999.5", "50099.8", "1"); /* 0.2006 % */
}

static void halt(l1_scenario *s)
{
    scenario_control(s, 5000, L1_CONTROL_HALT, -1);
}

static void halt_symbol(l1_scenario *s)
{
    scenario_control(s, 5000, L1_CONTROL_HALT_SYMBOL, BTC);
}

static void reduce_only(l1_scenario *s)
{
    scenario_control(s, 5000, L1_CONTROL_REDUCE_ONLY, -1);
}

static void cancel_all(l1_scenario *s)
{
    scenario_control(s, 5000, L1_CONTROL_CANCEL_ALL, -1);
}

static void reach_the_stop(l1_scenario *s)
{
    scenario_trade(s, 5000, BTC, "48999");
}

static void fall_below_the_stop(l1_scenario *s)
{
    scenario_book(s, 5000, BTC, "48990", "48990.5", "1");
}

static void withdraw(l1_scenario *s)
{
    scenario_portfolio(s, 5000, 5000, "100000", "300", "0.004995");
}

static void test_buy__in_slices_that_cannot_go_on_ends_in_part_and_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*happens)(l1_scenario *);
        int64_t ends_ms; /* no report before */
        l1_rule reason;
        const char *detail;
        bool stop_rests;
    } rows[] = {
        {"away", move_away, 41000, L1_RULE_NOT_FILLED,
         "deadline; slices waited for: PRICE_COLLAR the market moved away", true},
        {"spread", widen, 41000, L1_RULE_NOT_FILLED, "deadline; slices waited for: SPREAD", true},
        {"balance", withdraw, 41000, L1_RULE_NOT_FILLED,
         "deadline; slices waited for: BALANCE_INSUFFICIENT quote", true},
        {"halt", halt, 11000, L1_RULE_HALTED, "ended before its quantity", true},
        {"halt_symbol", halt_symbol, 11000, L1_RULE_SYMBOL_HALTED, "ended before its quantity",
         true},
        {"reduce_only", reduce_only, 11000, L1_RULE_REDUCE_ONLY, "ended before its quantity", true},
        {"cancel_all", cancel_all, 5000, L1_RULE_CANCELED_BY_CONTROL, "cancel_all", true},
        {"stop", reach_the_stop, 5000, L1_RULE_NOT_FILLED, "the stop was reached", false},
        {"fall", fall_below_the_stop, 5000, L1_RULE_NOT_FILLED, "the stop was reached", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s;
        open_with_a_slice(&s, NULL);
        rows[i].happens(&s);
        scenario_tick(&s, rows[i].ends_ms - 1 > 5000 ? rows[i].ends_ms - 1 : 5000);
        if (rows[i].ends_ms > 5000) CHECK(scenario_reports(&s, "a") == 0);
        scenario_tick(&s, rows[i].ends_ms + 200);
        const l1_report *report = scenario_report(&s, "a");
        if (report == NULL) fail_msg("%s: no report", rows[i].name);
        if (report->reason != rows[i].reason ||
            strncmp(report->detail, rows[i].detail, strlen(rows[i].detail)) != 0) {
            fail_msg("%s: %s %s", rows[i].name, l1_rule_code(report->reason), report->detail);
        }
        CHECK(report->status == L1_REPORT_PARTIALLY_FILLED);
        CHECK(report->executed_qty_e8 == e8("0.005") && report->orders_count == 1);
        CHECK(report->has_stop == rows[i].stop_rests);
        CHECK(entries(&s) == 1);
        CHECK(account_of(&s)->open_buy_e8[BTC] == 0 && account_of(&s)->planned_quote_e8 == 0);
        CHECK(!l1_system_pending(s.system));
        if (rows[i].happens != withdraw) CHECK(scenario_agrees(&s));
        scenario_close(&s);
    }
}

static void test_slices__that_were_missed_go_as_one_once_the_market_is_back(void **state)
{
    (void)state;
    l1_scenario s;
    open_with_a_slice(&s, NULL);
    move_away(&s);
    scenario_tick(&s, 22000);
    CHECK(entries(&s) == 1);
    scenario_book(&s, 22500, BTC, "50000", "50000.5", "1");
    scenario_tick(&s, 23100); /* looked at again each second */
    CHECK(entries(&s) == 2);
    scenario_tick(&s, 41000);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->status == L1_REPORT_FILLED && report->orders_count == 3);
    CHECK(report->orders[1].qty_e8 == e8("0.01"));
    CHECK(report->stop.qty_e8 == e8("0.01998"));
    scenario_close(&s);
}

/* What a slice did not execute, FOK, waits for the next one. */
static void test_slice__that_expires_is_taken_up_by_the_next(void **state)
{
    (void)state;
    l1_scenario s;
    open_with_a_slice(&s, NULL);
    scenario_tick(&s, 11000);
    scenario_book(&s, 11020, BTC, "50000", "50000.5", "0.004"); /* too little when it arrives */
    scenario_tick(&s, 11100);
    CHECK(entries(&s) == 2);
    CHECK(account_of(&s)->open_buy_e8[BTC] == e8("0.015"));
    scenario_book(&s, 12000, BTC, "50000", "50000.5", "1");
    scenario_tick(&s, 20999);
    CHECK(entries(&s) == 2);
    scenario_tick(&s, 41000);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->status == L1_REPORT_FILLED && report->orders_count == 4);
    CHECK(report->orders[1].status == L1_ORDER_STATUS_EXPIRED);
    CHECK(report->orders[2].qty_e8 == e8("0.01"));
    scenario_close(&s);
}

/* An hour of bars, then a book that one order of 0.05 walks: three levels, `books` times. */
static void open_thin(l1_scenario *s, int64_t books, int64_t apart_ms)
{
    scenario_open(s, NULL);
    for (int64_t minute = 0; minute < 62; minute++) {
        const bool up = minute % 2 == 0;
        scenario_bar(s, minute, BTC, "50000", "50002", "49998", up ? "50001" : "49999", "1");
    }
    for (int64_t i = 0; i < books; i++) {
        const int64_t ms = 62 * 60000 + i * apart_ms;
        l1_event event = {.kind = L1_EVENT_BOOK, .at_ns = (SCENARIO_START_MS + ms) * 1000000};
        event.as.book = (l1_book){.symbol = BTC, .ts_ns = event.at_ns};
        event.as.book.bids_count = event.as.book.asks_count = 3;
        for (int64_t k = 0; k < 3; k++) {
            event.as.book.bids[k] = (l1_level){(49999 - 10 * k) * L1_E8, e8("0.02")};
            event.as.book.asks[k] = (l1_level){(50001 + 10 * k) * L1_E8, e8("0.02")};
        }
        scenario_step(s, &event);
    }
}

/* One book, or one now and then, does not come back while a cut waits for it: one order fills, and
 * slices would not. A stream that has gone on for a minute does. */
static void test_auto__cuts_in_a_book_that_lives_alone(void **state)
{
    (void)state;
    static const struct {
        int64_t books, apart_ms, then_ms;
        bool cut;
    } rows[] = {{1, 0, 0, false},    {60, 1001, 0, false},   {60, 1000, 0, false},
                {61, 1000, 0, true}, {61, 1000, 1000, true}, {61, 1000, 1001, false},
                {601, 100, 0, true}, {600, 100, 0, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s, copy;
        open_thin(&s, rows[i].books, rows[i].apart_ms);
        scenario_copy(&copy, &s); /* what is known of the stream survives a restart */
        const int64_t ms = 62 * 60000 + (rows[i].books - 1) * rows[i].apart_ms + rows[i].then_ms;
        scenario_buy(&s, ms, "a", "0.05", "49000");
        scenario_buy(&copy, ms, "a", "0.05", "49000");
        scenario_tick(&s, ms + 100);
        CHECK(entries(&s) == 1 && entries(&copy) == 1);
        CHECK((scenario_report(&s, "a") == NULL) == rows[i].cut);
        CHECK((account_of(&copy)->planned_quote_e8 > 0) == rows[i].cut);
        if (!rows[i].cut) {
            CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
            CHECK(scenario_report(&s, "a")->executed_quote_e8 == e8("2500.45"));
        }
        scenario_close(&s);
        scenario_close(&copy);
    }
}

static void test_iceberg__without_a_book_goes_at_equal_times(void **state)
{
    (void)state;
    l1_scenario s;
    open_thin(&s, 0, 0);
    l1_signal signal = cut("a", L1_SIDE_BUY, "0.0016", 40, 4);
    signal.algo = L1_ALGO_ICEBERG;
    scenario_send(&s, 62 * 60000, &signal);
    scenario_tick(&s, 62 * 60000 + 41000);
    CHECK(scenario_report(&s, "a") != NULL && scenario_report(&s, "a")->orders_count == 4);
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    scenario_close(&s);
}

/* A book that stands still lets no second clip go; the report says what was waited for. */
static void test_iceberg__whose_book_stands_still_ends_at_its_deadline(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    l1_signal signal = cut("a", L1_SIDE_BUY, "0.02", 40, 4);
    signal.algo = L1_ALGO_ICEBERG;
    scenario_send(&s, 1000, &signal);
    scenario_tick(&s, 40999);
    CHECK(scenario_report(&s, "a") == NULL);
    scenario_tick(&s, 41200);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->status == L1_REPORT_PARTIALLY_FILLED && report->reason == L1_RULE_NOT_FILLED);
    CHECK(report->executed_qty_e8 == e8("0.005") && report->orders_count == 1);
    assert_string_equal(report->detail, "deadline: the book stood still");
    scenario_close(&s);
}

/* A slot that a sell has freed for a moment belongs to the stop that comes back. */
static void test_sell__keeps_the_slot_of_the_stop_that_it_released(void **state)
{
    (void)state;
    l1_scenario s;
    l1_limits limits = scenario_limits();
    limits.symbols[BTC].max_algo_orders = 1;
    scenario_open(&s, &limits);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 1000, "a", "0.02", "49000");
    scenario_tick(&s, 1200);
    scenario_sell(&s, 2000, "b", "0.01", "51000");
    scenario_tick(&s, 2060); /* its stop has gone, the sell is under way */
    scenario_buy(&s, 2061, "c", "0.01", "49000");
    const l1_report *refused = scenario_report(&s, "c");
    CHECK(refused != NULL && refused->reason == L1_RULE_EXCHANGE_FILTER);
    scenario_tick(&s, 2300);
    CHECK(scenario_report(&s, "b")->status == L1_REPORT_FILLED);
    CHECK(scenario_protection(&s, "a", L1_REPORT_STOP_REPLACED) != NULL);
    CHECK(scenario_protection(&s, "a", L1_REPORT_STOP_FAILED) == NULL);
    CHECK(account_of(&s)->stops_open[BTC] == 1);
    scenario_sell(&s, 3000, "d", "0.00998", "51000"); /* all of it: the slot is free again */
    scenario_tick(&s, 3300);
    CHECK(scenario_report(&s, "d")->status == L1_REPORT_FILLED);
    CHECK(account_of(&s)->stops_open[BTC] == 0);
    scenario_buy(&s, 4000, "e", "0.01", "49000");
    scenario_tick(&s, 4300);
    CHECK(scenario_report(&s, "e")->status == L1_REPORT_FILLED);
    scenario_close(&s);
}

static void test_buy__of_which_nothing_fills_expires(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    const l1_signal signal = cut("a", L1_SIDE_BUY, "0.02", 40, 4);
    scenario_send(&s, 1000, &signal);
    scenario_book(&s, 1020, BTC, "50099.9", "50100.26", "1");
    scenario_tick(&s, 42000);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->status == L1_REPORT_EXPIRED && report->reason == L1_RULE_NOT_FILLED);
    CHECK(report->executed_qty_e8 == 0 && report->orders_count == 1 && !report->has_stop);
    CHECK(account_of(&s)->own_locked_e8[0] == 0);
    scenario_close(&s);
}

static void test_buy__that_is_canceled_before_anything_fills_is_canceled(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    const l1_signal signal = cut("a", L1_SIDE_BUY, "0.02", 40, 4);
    scenario_send(&s, 1000, &signal);
    scenario_book(&s, 1020, BTC, "50099.9", "50100.26", "1");
    scenario_tick(&s, 2000);
    CHECK(scenario_reports(&s, "a") == 0);
    scenario_control(&s, 5000, L1_CONTROL_CANCEL_ALL, -1);
    scenario_tick(&s, 5001);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->status == L1_REPORT_CANCELED);
    CHECK(report->reason == L1_RULE_CANCELED_BY_CONTROL && report->orders_count == 1);
    scenario_close(&s);
}

static void test_cancel_all__with_the_last_slice_under_way_is_the_reason(void **state)
{
    (void)state;
    l1_scenario s;
    open_with_a_slice(&s, NULL);
    scenario_tick(&s, 31000);
    CHECK(entries(&s) == 4);
    scenario_control(&s, 31010, L1_CONTROL_CANCEL_ALL, -1);
    scenario_book(&s, 31020, BTC, "50099.9", "50100.26", "1"); /* it does not fill either */
    scenario_tick(&s, 33000);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->status == L1_REPORT_PARTIALLY_FILLED && report->orders_count == 4);
    CHECK(report->reason == L1_RULE_CANCELED_BY_CONTROL);
    CHECK(report->stop.qty_e8 == e8("0.01498"));
    scenario_close(&s);
}

/* Trades count as they come, and the bar of their minute adds what they had not told. */
static void test_pov__counts_what_the_market_has_traded_once(void **state)
{
    (void)state;
    static const struct {
        const char *volume; /* of the minute's bar, in which one trade of 1 has come */
        size_t children;
    } rows[] = {{"1", 0}, {"1.24", 0}, {"1.25", 1}, {"2", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_limits limits = scenario_limits();
        limits.execution_participation_e8 = e8("0.004"); /* a clip of 0.005 needs 1.25 */
        l1_scenario s;
        scenario_open(&s, &limits);
        scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
        l1_signal signal = cut("a", L1_SIDE_BUY, "0.02", 60, 4);
        signal.algo = L1_ALGO_POV;
        scenario_send(&s, 1000, &signal);
        scenario_trade(&s, 2000, BTC, "50000");
        scenario_tick(&s, 39998);
        CHECK(entries(&s) == 0);
        scenario_bar(&s, 0, BTC, "50000", "50001", "49999", "50000", rows[i].volume);
        scenario_tick(&s, 50000);
        CHECK(entries(&s) == rows[i].children);
        scenario_close(&s);
    }
}

static void test_market__without_data_ends_the_plan_at_its_deadline(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    const l1_signal signal = cut("a", L1_SIDE_BUY, "0.02", 400, 4);
    scenario_send(&s, 1000, &signal);
    scenario_tick(&s, 500000);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->status == L1_REPORT_PARTIALLY_FILLED && report->orders_count == 2);
    CHECK(strstr(report->detail, "MARKET_STALE") != NULL);
    scenario_close(&s);
}

static void test_two_plans__together_stay_within_exposure_and_balance(void **state)
{
    (void)state;
    l1_limits limits = scenario_limits();
    limits.paper_balance_e8[0] = e8("5000");
    l1_scenario s;
    scenario_open(&s, &limits);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    const l1_signal first = cut("a", L1_SIDE_BUY, "0.016", 40, 4); /* 16 % */
    scenario_send(&s, 1000, &first);
    scenario_tick(&s, 1100); /* a quarter has been bought */
    const l1_signal second = cut("b", L1_SIDE_BUY, "0.016", 40, 4);
    scenario_send(&s, 1200, &second);
    scenario_tick(&s, 60000);
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    const l1_report *report = scenario_report(&s, "b");
    CHECK(report->adjustments_count > 0 && report->adjustments[0].rule == L1_ADJUST_EXPOSURE);
    CHECK(report->executed_qty_e8 <= e8("0.004") && report->executed_qty_e8 > e8("0.0035"));
    CHECK(l1_engine_exposure_e8(l1_system_engine(s.system), BTC) <= e8("0.20"));
    scenario_close(&s);

    limits.symbols[BTC].exposure_max_e8 = limits.cross_exposure_max_e8 = L1_OFF;
    limits.paper_balance_e8[0] = e8("2000");
    scenario_open(&s, &limits);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    const l1_signal large = cut("a", L1_SIDE_BUY, "0.03", 40, 4); /* 1503 at worst */
    scenario_send(&s, 1000, &large);
    scenario_tick(&s, 1100);
    scenario_buy(&s, 1200, "b", "0.008", "49000"); /* 401.2: 497 are left, 100 must stay */
    CHECK(scenario_report(&s, "b")->reason == L1_RULE_BALANCE_MIN);
    scenario_tick(&s, 60000);
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    scenario_close(&s);
}

static void test_plan__for_which_no_slots_are_left_gets_fewer_children_or_none(void **state)
{
    (void)state;
    static const struct {
        uint32_t orders_max, children;
    } rows[] = {{8, 4}, {7, 3}, {6, 3}, {4, 2}, {3, 1}, {2, 1}, {1, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_limits limits = scenario_limits();
        limits.orders_max = rows[i].orders_max;
        l1_scenario s;
        scenario_open(&s, &limits);
        scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
        const l1_signal signal = cut("a", L1_SIDE_BUY, "0.02", 40, 4);
        scenario_send(&s, 1000, &signal);
        scenario_buy(&s, 1001, "b", "0.001", "49000");
        scenario_tick(&s, 60000);
        const l1_report *report = scenario_report(&s, "a");
        CHECK(report->orders_count == rows[i].children);
        CHECK((report->reason == L1_RULE_NO_PLAN) == (rows[i].children == 0));
        /* what was promised to the first is not given to the second */
        const bool room = rows[i].orders_max / 2 > rows[i].children;
        CHECK((scenario_report(&s, "b")->reason == L1_RULE_NO_PLAN) == !room);
        scenario_close(&s);
    }
}

static void test_slots__of_children_that_will_not_go_are_given_back(void **state)
{
    (void)state;
    l1_limits limits = scenario_limits();
    limits.orders_max = 8; /* four children */
    l1_scenario s;
    open_with_a_slice(&s, &limits);
    scenario_buy(&s, 2000, "b", "0.001", "49000");
    CHECK(scenario_report(&s, "b")->reason == L1_RULE_NO_PLAN);
    scenario_control(&s, 5000, L1_CONTROL_CANCEL_ALL, -1);
    scenario_buy(&s, 6000, "c", "0.001", "49000");
    scenario_tick(&s, 7000);
    CHECK(scenario_report(&s, "c")->status == L1_REPORT_FILLED);
    scenario_close(&s);
}

/* Two other stops take slots that the plan counted on: its own become one to make room. */
static void test_stops__become_one_midway_when_slots_are_needed(void **state)
{
    (void)state;
    l1_limits limits = scenario_limits();
    limits.symbols[BTC].max_algo_orders = 4;
    limits.symbols[BTC].exposure_max_e8 = limits.cross_exposure_max_e8 = L1_OFF;
    l1_scenario s;
    open_with_a_slice(&s, &limits);
    scenario_tick(&s, 11100); /* two slices */
    scenario_buy(&s, 12000, "b", "0.001", "49000");
    scenario_buy(&s, 12001, "c", "0.0012", "49000");
    scenario_tick(&s, 12100);
    CHECK(account_of(&s)->stops_open[BTC] == 4);
    scenario_tick(&s, 21000); /* no slot for the third slice */
    CHECK(entries(&s) == 4);
    CHECK(scenario_effects(&s, L1_EFFECT_CANCEL) == 2);
    scenario_tick(&s, 21049);
    CHECK(entries(&s) == 4 && account_of(&s)->stops_open[BTC] == 4);
    scenario_tick(&s, 21050); /* both are gone, one is on its way: the slice goes */
    CHECK(entries(&s) == 5 && account_of(&s)->stops_open[BTC] == 4);
    scenario_tick(&s, 41200);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->status == L1_REPORT_FILLED && report->orders_count == 4);
    CHECK(report->stop.qty_e8 == e8("0.01998"));
    CHECK(account_of(&s)->stops_open[BTC] == 3);
    CHECK(l1_engine_naked_e8(l1_system_engine(s.system), BTC) == 0);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

/* A holding of 0.01998 under one stop at 49000. */
static void open_with_a_holding(l1_scenario *s, const l1_limits *limits)
{
    scenario_open(s, limits);
    scenario_book(s, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(s, 500, "held", "0.02", "49000");
    scenario_tick(s, 600);
    CHECK(account_of(s)->stop_locked_e8[BTC] == e8("0.01998"));
}

static void test_sell__in_slices_releases_what_each_needs_and_protects_the_rest(void **state)
{
    (void)state;
    l1_scenario s;
    open_with_a_holding(&s, NULL);
    const l1_signal signal = cut("out", L1_SIDE_SELL, "0.012", 40, 3);
    scenario_send(&s, 1000, &signal);
    scenario_tick(&s, 1300);
    CHECK(account_of(&s)->total_e8[BTC + 1] == e8("0.01598"));
    CHECK(account_of(&s)->stop_locked_e8[BTC] == e8("0.01598")); /* protected between slices */
    CHECK(account_of(&s)->planned_sell_e8[BTC] == e8("0.008"));
    scenario_sell(&s, 2000, "other", "0.009", "51000"); /* 0.00798 are not spoken for */
    CHECK(scenario_report(&s, "other")->reason == L1_RULE_BALANCE_INSUFFICIENT);
    scenario_tick(&s, 60000);
    const l1_report *report = scenario_report(&s, "out");
    CHECK(report->status == L1_REPORT_FILLED && report->orders_count == 3 && !report->has_stop);
    CHECK(report->executed_qty_e8 == e8("0.012"));
    CHECK(account_of(&s)->stop_locked_e8[BTC] == e8("0.00798"));
    CHECK(account_of(&s)->planned_sell_e8[BTC] == 0);
    CHECK(l1_engine_naked_e8(l1_system_engine(s.system), BTC) == 0);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

static void test_sell__in_slices_ends_as_told_and_why(void **state)
{
    (void)state;
    static const struct {
        void (*happens)(l1_scenario *);
        l1_report_status status;
        l1_rule reason;
        const char *left; /* under stops */
    } rows[] = {
        {halt, L1_REPORT_PARTIALLY_FILLED, L1_RULE_HALTED, "0.01598"},
        {cancel_all, L1_REPORT_PARTIALLY_FILLED, L1_RULE_CANCELED_BY_CONTROL, "0.01598"},
        {reduce_only, L1_REPORT_FILLED, L1_RULE_UNJUDGED, "0.00798"},
        {reach_the_stop, L1_REPORT_PARTIALLY_FILLED, L1_RULE_BALANCE_INSUFFICIENT, "0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s;
        open_with_a_holding(&s, NULL);
        const l1_signal signal = cut("out", L1_SIDE_SELL, "0.012", 40, 3);
        scenario_send(&s, 1000, &signal);
        scenario_tick(&s, 1300);
        rows[i].happens(&s);
        scenario_tick(&s, 60000);
        const l1_report *report = scenario_report(&s, "out");
        CHECK(report->status == rows[i].status && report->reason == rows[i].reason);
        CHECK(account_of(&s)->stop_locked_e8[BTC] == e8(rows[i].left));
        CHECK(account_of(&s)->planned_sell_e8[BTC] == 0);
        CHECK(!l1_system_pending(s.system));
        CHECK(scenario_agrees(&s));
        scenario_close(&s);
    }
}

/* Four children have been bought by 31050; their stops give way from then on, one rests at 31150.
 */
static void open_at_the_merge(l1_scenario *s, const l1_limits *limits)
{
    open_with_a_slice(s, limits);
    scenario_tick(s, 31049);
    CHECK(scenario_effects(s, L1_EFFECT_CANCEL) == 0);
    scenario_tick(s, 31050);
    CHECK(scenario_effects(s, L1_EFFECT_CANCEL) == 4);
}

static void test_stops__that_fire_while_they_give_way_sell_all_there_is(void **state)
{
    (void)state;
    l1_scenario s;
    open_at_the_merge(&s, NULL);
    scenario_trade(&s, 31060, BTC, "48999"); /* before the cancels arrive */
    scenario_tick(&s, 33000);
    /* what lay below the lot four times, 0.00002 together, was sold at market */
    CHECK(account_of(&s)->total_e8[BTC + 1] == 0);
    CHECK(account_of(&s)->own_locked_e8[BTC + 1] == 0);
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    CHECK(!scenario_report(&s, "a")->has_stop);
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 0);
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 5);
    CHECK(scenario_alerts(&s, L1_ALERT_STOP_FAILED) == 0); /* none is tried where one has fired */
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

static void test_stop__for_all_that_would_trigger_at_once_ends_in_a_market_exit(void **state)
{
    (void)state;
    l1_scenario s;
    open_at_the_merge(&s, NULL);
    scenario_tick(&s, 31100); /* canceled; the common stop is on its way */
    scenario_book(&s, 31110, BTC, "48900", "48900.5", "1");
    scenario_tick(&s, 33000);
    CHECK(account_of(&s)->total_e8[BTC + 1] == 0);
    const l1_report *flat = scenario_protection(&s, "a", L1_REPORT_STOP_FILLED);
    CHECK(flat != NULL && flat->executed_qty_e8 == e8("0.01998"));
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

static void test_sell__takes_stops_that_are_giving_way(void **state)
{
    (void)state;
    l1_scenario s;
    open_at_the_merge(&s, NULL);
    scenario_sell(&s, 31070, "out", "0.009", "51000");
    CHECK(scenario_effects(&s, L1_EFFECT_CANCEL) == 4); /* none is canceled twice */
    scenario_tick(&s, 33000);
    CHECK(scenario_report(&s, "out")->status == L1_REPORT_FILLED);
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    CHECK(account_of(&s)->stop_locked_e8[BTC] == e8("0.01098"));
    CHECK(l1_engine_naked_e8(l1_system_engine(s.system), BTC) == 0);
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 0);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

/* Half of order.naked_ms_max without an answer: the others no longer wait. */
static void test_stops__of_a_slow_venue_are_placed_one_by_one(void **state)
{
    (void)state;
    l1_limits limits = scenario_limits();
    limits.naked_ns = INT64_C(80000000); /* less than the 50 ms there and 50 ms back, doubled */
    l1_scenario s;
    open_at_the_merge(&s, &limits);
    scenario_tick(&s, 31099);
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 4);
    scenario_tick(&s, 31100); /* all have ended, each gets its own */
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 8);
    scenario_tick(&s, 33000);
    CHECK(scenario_effects(&s, L1_EFFECT_CANCEL) == 8); /* not tried a second time */
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report->status == L1_REPORT_FILLED);
    CHECK(scenario_agrees(&s));
    CHECK(l1_engine_naked_e8(l1_system_engine(s.system), BTC) == 0);
    scenario_close(&s);
}

/* OTO: the stop's quantity is told beforehand, and locks nothing until the entry has filled. */
static void test_entry__goes_as_an_oto_list_where_there_is_no_opo(void **state)
{
    (void)state;
    l1_limits limits = scenario_limits();
    limits.symbols[BTC].opo = false;
    limits.symbols[BTC].oto = true;
    l1_scenario s;
    scenario_open(&s, &limits);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 1);
    const l1_submit *submit = &s.log[s.count - 1].as.submit;
    CHECK(submit->list == L1_LIST_OTO && submit->legs[1].qty_e8 == e8("0.00999"));
    CHECK(account_of(&s)->own_locked_e8[BTC + 1] == 0);
    scenario_tick(&s, 1050); /* one way there: entry filled, stop live */
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    CHECK(scenario_report(&s, "a")->stop.qty_e8 == e8("0.00999"));
    CHECK(account_of(&s)->stop_locked_e8[BTC] == e8("0.00999"));
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 1);
    scenario_buy(&s, 2000, "b", "0.01", "49000");
    scenario_book(&s, 2010, BTC, "50099.9", "50100.26", "1"); /* beyond its worst price */
    scenario_tick(&s, 2100);
    CHECK(scenario_report(&s, "b")->status == L1_REPORT_EXPIRED);
    CHECK(account_of(&s)->own_locked_e8[BTC + 1] == e8("0.00999"));
    CHECK(account_of(&s)->stops_open[BTC] == 1);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buy__in_slices_ends_with_one_report_and_one_stop),
        cmocka_unit_test(test_buy__in_slices_that_cannot_go_on_ends_in_part_and_says_why),
        cmocka_unit_test(test_slices__that_were_missed_go_as_one_once_the_market_is_back),
        cmocka_unit_test(test_slice__that_expires_is_taken_up_by_the_next),
        cmocka_unit_test(test_auto__cuts_in_a_book_that_lives_alone),
        cmocka_unit_test(test_iceberg__without_a_book_goes_at_equal_times),
        cmocka_unit_test(test_iceberg__whose_book_stands_still_ends_at_its_deadline),
        cmocka_unit_test(test_sell__keeps_the_slot_of_the_stop_that_it_released),
        cmocka_unit_test(test_buy__of_which_nothing_fills_expires),
        cmocka_unit_test(test_buy__that_is_canceled_before_anything_fills_is_canceled),
        cmocka_unit_test(test_cancel_all__with_the_last_slice_under_way_is_the_reason),
        cmocka_unit_test(test_pov__counts_what_the_market_has_traded_once),
        cmocka_unit_test(test_market__without_data_ends_the_plan_at_its_deadline),
        cmocka_unit_test(test_two_plans__together_stay_within_exposure_and_balance),
        cmocka_unit_test(test_plan__for_which_no_slots_are_left_gets_fewer_children_or_none),
        cmocka_unit_test(test_slots__of_children_that_will_not_go_are_given_back),
        cmocka_unit_test(test_stops__become_one_midway_when_slots_are_needed),
        cmocka_unit_test(test_sell__in_slices_releases_what_each_needs_and_protects_the_rest),
        cmocka_unit_test(test_sell__in_slices_ends_as_told_and_why),
        cmocka_unit_test(test_stops__that_fire_while_they_give_way_sell_all_there_is),
        cmocka_unit_test(test_stop__for_all_that_would_trigger_at_once_ends_in_a_market_exit),
        cmocka_unit_test(test_sell__takes_stops_that_are_giving_way),
        cmocka_unit_test(test_stops__of_a_slow_venue_are_placed_one_by_one),
        cmocka_unit_test(test_entry__goes_as_an_oto_list_where_there_is_no_opo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
