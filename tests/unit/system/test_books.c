/* tests/unit/system/test_books.c: whole books and best quotes as the engine sees them: a fresh
 * book like any other, and no book at all once they cannot be used. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "testlib/check.h"
#include "testlib/scenario.h"

static l1_event event_at(l1_event_kind kind, int64_t ms)
{
    return (l1_event){.kind = kind, .at_ns = (SCENARIO_START_MS + ms) * 1000000};
}

static l1_event depth_at(int64_t ms, int32_t symbol, uint64_t first, uint64_t last)
{
    l1_event event = event_at(L1_EVENT_DEPTH, ms);
    event.as.depth =
        (l1_depth){.symbol = symbol, .ts_ns = event.at_ns, .first_id = first, .last_id = last};
    return event;
}

static void level(l1_event *event, bool ask, const char *price, const char *qty)
{
    l1_depth *depth = &event->as.depth;
    depth->changes[depth->changes_count++] = (l1_depth_change){ask, e8(price), e8(qty)};
}

static void snapshot(l1_scenario *s, int64_t ms, int32_t symbol, uint64_t id, const char *bid,
                     const char *ask, const char *qty)
{
    l1_event event = depth_at(ms, symbol, 0, id);
    event.as.depth.snapshot = true;
    level(&event, false, bid, qty);
    level(&event, true, ask, qty);
    scenario_step(s, &event);
}

static void quote(l1_scenario *s, int64_t ms, int32_t symbol, uint64_t id, const char *bid,
                  const char *ask, const char *qty)
{
    l1_event event = event_at(L1_EVENT_QUOTE, ms);
    event.as.quote = (l1_quote){.symbol = symbol,
                                .ts_ns = event.at_ns,
                                .update_id = id,
                                .bid = {e8(bid), e8(qty)},
                                .ask = {e8(ask), e8(qty)}};
    scenario_step(s, &event);
}

static int64_t mid(const l1_scenario *s, int32_t symbol)
{
    return l1_engine_mid_e8(l1_system_engine(s->system), symbol);
}

static bool rejected_for(const l1_scenario *s, const char *id, l1_rule rule)
{
    const l1_report *report = scenario_report(s, id);
    return report != NULL && report->status == L1_REPORT_REJECTED && report->reason == rule;
}

static void test_depth__prices_a_signal_as_a_book_message_does(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    snapshot(&s, 0, BTC, 10, "50000", "50000.5", "1");
    CHECK(mid(&s, BTC) == e8("50000.25"));
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_tick(&s, 1050);
    const l1_report *report = scenario_report(&s, "a");
    CHECK(report != NULL && report->status == L1_REPORT_FILLED);
    CHECK(report->avg_price_e8 == e8("50000.5") && report->slippage_e8 == e8("0.0005"));
    /* What changes is followed, and its age counts from the last change. */
    l1_event change = depth_at(60000, BTC, 11, 12);
    level(&change, true, "50000.5", "0");
    level(&change, true, "50001", "2");
    scenario_step(&s, &change);
    CHECK(mid(&s, BTC) == e8("50000.5"));
    scenario_tick(&s, 180000);
    CHECK(mid(&s, BTC) == e8("50000.5"));
    scenario_tick(&s, 180001);
    CHECK(mid(&s, BTC) == 0);
    CHECK(scenario_agrees(&s));
    scenario_close(&s);
}

static void test_quote__moves_mid_and_spread(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    snapshot(&s, 0, BTC, 10, "50000", "50000.5", "1");
    quote(&s, 500, BTC, 11, "50000", "50100.5", "1"); /* 0.002 of mid = 100.1005: too wide */
    CHECK(mid(&s, BTC) == e8("50050.25"));
    scenario_buy(&s, 1000, "wide", "0.01", "49000");
    CHECK(rejected_for(&s, "wide", L1_RULE_SPREAD));
    quote(&s, 1500, BTC, 12, "50000", "50100", "1");
    scenario_buy(&s, 2000, "close", "0.01", "49000");
    scenario_tick(&s, 2050);
    CHECK(scenario_report(&s, "close")->status == L1_REPORT_FILLED);
    CHECK(scenario_report(&s, "close")->avg_price_e8 == e8("50100"));
    quote(&s, 2500, BTC, 12, "50000", "50001", "1"); /* no newer: nothing moves */
    CHECK(mid(&s, BTC) == e8("50050"));
    scenario_close(&s);
}

static void test_quote__alone_makes_a_book(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    quote(&s, 0, BTC, 7, "50000", "50000.5", "0.01");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_tick(&s, 1050);
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_FILLED);
    quote(&s, 2000, BTC, 8, "50000", "50000.5", "0.01");
    scenario_buy(&s, 3000, "b", "0.01001", "49000"); /* more than the quote shows */
    CHECK(rejected_for(&s, "b", L1_RULE_LIQUIDITY));
    scenario_close(&s);
}

/* The levels behind the best one are there when a signal asks for them, however they came. */
static void test_liquidity__counts_the_levels_behind_the_best(void **state)
{
    (void)state;
    static const struct {
        const char *qty;
        bool passes;
    } rows[] = {{"0.03", true}, {"0.03001", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s;
        scenario_open(&s, NULL);
        snapshot(&s, 0, BTC, 10, "50000", "50000.5", "0.01");
        l1_event change = depth_at(100, BTC, 11, 11);
        level(&change, true, "50010", "0.01");
        level(&change, true, "50020", "0.01");
        level(&change, true, "50101", "5"); /* beyond the worst price */
        scenario_step(&s, &change);
        scenario_buy(&s, 1000, "a", rows[i].qty, "49000");
        scenario_tick(&s, 1050);
        const l1_report *report = scenario_report(&s, "a");
        CHECK((report->status == L1_REPORT_FILLED) == rows[i].passes);
        CHECK((report->reason == L1_RULE_LIQUIDITY) == !rows[i].passes);
        scenario_close(&s);
    }
}

static void test_gap__is_no_book_and_one_alert(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    snapshot(&s, 0, BTC, 10, "50000", "50000.5", "1");
    snapshot(&s, 0, ETH, 10, "3000", "3000.1", "10");
    for (uint64_t i = 0; i < 20; i++) {
        const l1_event late = depth_at(100 + (int64_t)i, BTC, 12 + i, 12 + i);
        scenario_step(&s, &late);
    }
    CHECK(scenario_alerts(&s, L1_ALERT_BOOK_UNUSABLE) == 1);
    CHECK(mid(&s, BTC) == 0 && mid(&s, ETH) == e8("3000.05"));
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    CHECK(rejected_for(&s, "a", L1_RULE_MARKET_STALE));
    quote(&s, 1500, BTC, 40, "50000", "50000.5", "1"); /* no snapshot: still none */
    CHECK(mid(&s, BTC) == 0);
    snapshot(&s, 2000, BTC, 50, "50000", "50000.5", "1");
    scenario_buy(&s, 3000, "b", "0.01", "49000");
    scenario_tick(&s, 3050);
    CHECK(scenario_report(&s, "b")->status == L1_REPORT_FILLED);
    l1_event cross = depth_at(4000, BTC, 51, 51);
    level(&cross, false, "50000.5", "1");
    scenario_step(&s, &cross);
    CHECK(scenario_alerts(&s, L1_ALERT_BOOK_UNUSABLE) == 2 && mid(&s, BTC) == 0);
    scenario_close(&s);
}

static void test_gap__falls_back_on_the_last_close(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    scenario_bar(&s, 0, BTC, "49000", "49100", "48900", "49050", "100");
    snapshot(&s, 60000, BTC, 10, "50000", "50000.5", "1");
    CHECK(mid(&s, BTC) == e8("50000.25"));
    const l1_event gap = depth_at(60100, BTC, 12, 12);
    scenario_step(&s, &gap);
    CHECK(mid(&s, BTC) == e8("49050"));
    scenario_close(&s);
}

static void test_parts__are_no_book_until_the_last(void **state)
{
    (void)state;
    l1_scenario s;
    scenario_open(&s, NULL);
    l1_event first = depth_at(0, BTC, 0, 10), last = depth_at(0, BTC, 0, 10);
    first.as.depth.snapshot = first.as.depth.more = true;
    level(&first, false, "50000", "1");
    level(&last, true, "50000.5", "1");
    scenario_step(&s, &first);
    CHECK(mid(&s, BTC) == 0);
    scenario_step(&s, &last);
    CHECK(mid(&s, BTC) == e8("50000.25"));
    CHECK(scenario_alerts(&s, L1_ALERT_BOOK_UNUSABLE) == 0);
    scenario_close(&s);
}

static void test_live__sees_the_same(void **state)
{
    (void)state;
    l1_limits limits = scenario_limits();
    limits.mode = L1_MODE_LIVE;
    l1_scenario s;
    scenario_open(&s, &limits);
    snapshot(&s, 0, BTC, 10, "50000", "50000.5", "1");
    quote(&s, 1, BTC, 11, "50001", "50001.5", "1");
    CHECK(mid(&s, BTC) == e8("50001.25"));
    const l1_event gap = depth_at(100, BTC, 13, 13);
    scenario_step(&s, &gap);
    CHECK(mid(&s, BTC) == 0 && scenario_alerts(&s, L1_ALERT_BOOK_UNUSABLE) == 1);
    scenario_buy(&s, 200, "a", "0.01", "49000");
    CHECK(scenario_report(&s, "a")->status == L1_REPORT_REJECTED);
    scenario_close(&s);
}

static bool same_state(l1_scenario *a, l1_scenario *b)
{
    const l1_hash128 left = l1_system_hash(a->system), right = l1_system_hash(b->system);
    return left.lo == right.lo && left.hi == right.hi;
}

static void test_state__books_are_hashed_saved_and_go_on(void **state)
{
    (void)state;
    l1_scenario s, copy, other;
    scenario_open(&s, NULL);
    scenario_open(&other, NULL);
    snapshot(&s, 0, BTC, 10, "50000", "50000.5", "1");
    snapshot(&other, 0, BTC, 10, "50000", "50000.5", "1");
    CHECK(same_state(&s, &other));
    l1_event deep = depth_at(1, BTC, 11, 11), shallow = deep;
    level(&deep, false, "40000", "3"); /* far below what engine and venue look at */
    level(&shallow, false, "40000", "4");
    scenario_step(&s, &deep);
    scenario_step(&other, &shallow);
    CHECK(!same_state(&s, &other));
    quote(&s, 2, BTC, 20, "49999", "50001", "1");
    l1_event part = depth_at(3, BTC, 12, 14), rest = depth_at(3, BTC, 12, 14);
    part.as.depth.more = true;
    level(&part, false, "50000", "0");
    scenario_step(&s, &part); /* saved between two parts */
    scenario_copy(&copy, &s);
    CHECK(same_state(&s, &copy));
    level(&rest, true, "50002", "1");
    scenario_step(&s, &rest);
    scenario_step(&copy, &rest);
    CHECK(mid(&copy, BTC) == e8("50000") && same_state(&s, &copy));
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_buy(&copy, 1000, "a", "0.01", "49000");
    scenario_tick(&s, 2000);
    scenario_tick(&copy, 2000);
    CHECK(scenario_report(&copy, "a")->status == L1_REPORT_FILLED && same_state(&s, &copy));
    scenario_close(&copy);
    scenario_close(&other);
    scenario_close(&s);
}

static void test_adopt__carries_books_to_their_new_places(void **state)
{
    (void)state;
    l1_scenario s, t;
    l1_limits limits = scenario_limits();
    scenario_open(&s, NULL);
    snapshot(&s, 0, BTC, 10, "50000", "50000.5", "1");
    snapshot(&s, 0, ETH, 20, "3000", "3000.1", "10");
    const l1_instrument first = limits.symbols[0];
    limits.symbols[0] = limits.symbols[1];
    limits.symbols[1] = first;
    scenario_open(&t, &limits);
    const size_t capacity = l1_system_save_max(s.system);
    uint8_t *scratch = malloc(capacity);
    char why[160];
    CHECK(l1_system_adopt(t.system, s.system, scratch, capacity, why));
    CHECK(mid(&t, 0) == e8("3000.05") && mid(&t, 1) == e8("50000.25"));
    l1_event change = depth_at(1, 0, 21, 21); /* goes on from ETH's id */
    level(&change, false, "3000.05", "1");
    scenario_step(&t, &change);
    CHECK(mid(&t, 0) == e8("3000.075") && scenario_alerts(&t, L1_ALERT_BOOK_UNUSABLE) == 0);
    free(scratch);
    scenario_close(&t);
    scenario_close(&s);
}

/* A random change of a ladder of 30 levels a side around a mid that walks, or a quote within it. */
static void any_change(l1_prng *prng, const l1_depth_book *book, l1_event *event, uint64_t *id)
{
    l1_level bid = {e8("50000"), 0}, ask = {e8("50001"), 0};
    const bool known = l1_depth_book_best(book, &bid, &ask);
    const int64_t step_e8 = L1_E8 / 100;
    if (known && l1_prng_below(prng, 3) == 0) {
        event->kind = L1_EVENT_QUOTE;
        const int64_t moved = (int64_t)l1_prng_below(prng, 5) * step_e8;
        event->as.quote = (l1_quote){.ts_ns = event->at_ns,
                                     .update_id = ++*id,
                                     .bid = {bid.price_e8 - moved, 50 * L1_E8},
                                     .ask = {ask.price_e8 + moved, 60 * L1_E8}};
        return;
    }
    l1_depth *depth = &event->as.depth;
    event->kind = L1_EVENT_DEPTH;
    *depth = (l1_depth){.ts_ns = event->at_ns, .first_id = book->update_id + 1};
    depth->last_id = *id += 1 + l1_prng_below(prng, 3);
    depth->snapshot = !known;
    if (!known || l1_prng_below(prng, 20) == 0) depth->snapshot = true;
    if (known && l1_prng_below(prng, 25) == 0) depth->first_id = *id + 5; /* a gap */
    const int64_t middle_e8 = bid.price_e8 + ((int64_t)l1_prng_below(prng, 9) - 4) * step_e8;
    for (int64_t i = 0; i < 30; i++) {
        const int64_t qty_e8 = (int64_t)(40 + l1_prng_below(prng, 9)) * L1_E8;
        const int64_t away_e8 = i * 4 * step_e8;
        depth->changes[depth->changes_count++] =
            (l1_depth_change){false, middle_e8 - away_e8, qty_e8};
        depth->changes[depth->changes_count++] =
            (l1_depth_change){true, middle_e8 + step_e8 + away_e8, qty_e8};
    }
    if (!depth->snapshot) depth->changes_count = 0; /* quantities and depth of the ladder */
    for (int64_t i = 0; i < 8 && !depth->snapshot; i++) {
        const bool far = l1_prng_below(prng, 2) == 0;
        const int64_t from_e8 = far ? ask.price_e8 + step_e8 : bid.price_e8 - step_e8;
        const int64_t away_e8 = (int64_t)l1_prng_below(prng, 60) * step_e8;
        depth->changes[depth->changes_count++] =
            (l1_depth_change){far, far ? from_e8 + away_e8 : from_e8 - away_e8,
                              l1_prng_below(prng, 3) == 0 ? 0 : 45 * L1_E8};
    }
}

/* Whoever gets the whole book by its changes decides and fills as one who is sent its top 20 as
 * book messages: bytewise the same effects, but for the alerts that a message has no need of. */
static void test_changes__give_the_effects_that_book_messages_give(void **state)
{
    (void)state;
    size_t compared = 0, lost = 0, fills = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        l1_scenario by_changes, by_messages;
        l1_prng prng;
        uint64_t id = 1000;
        l1_limits limits = scenario_limits();
        limits.repeat_max = L1_OFF;
        scenario_open(&by_changes, &limits);
        scenario_open(&by_messages, &limits);
        const size_t cost = l1_depth_book_cost();
        l1_arena arena = {.base = aligned_alloc(64, cost), .capacity = cost};
        l1_depth_book book;
        l1_depth_book_init(&book, &arena);
        l1_prng_seed(&prng, seed);
        for (int step = 0; step < 500; step++) {
            l1_event event = event_at(L1_EVENT_TICK, 100 * (int64_t)step), message = event;
            any_change(&prng, &book, &event, &id);
            if (event.kind == L1_EVENT_DEPTH) {
                (void)l1_depth_book_apply(&book, &event.as.depth, event.at_ns);
            } else {
                (void)l1_depth_book_quote(&book, &event.as.quote, event.at_ns);
            }
            message.kind = L1_EVENT_BOOK;
            if (!l1_depth_book_top(&book, BTC, &message.as.book)) {
                /* A lost book has no message: neither sees it; the next change is a snapshot. */
                lost++;
                continue;
            }
            scenario_step(&by_changes, &event);
            scenario_step(&by_messages, &message);
            if (step % 7 == 3) {
                char name[16];
                const l1_side side = step % 2 == 0 ? L1_SIDE_BUY : L1_SIDE_SELL;
                (void)snprintf(name, sizeof name, "s%d", step);
                l1_signal signal = scenario_signal(name, BTC, side, "0.01", "49000");
                if (side == L1_SIDE_SELL) signal.stop_loss_e8 = e8("51000");
                scenario_send(&by_changes, 100 * (int64_t)step + 1, &signal);
                scenario_send(&by_messages, 100 * (int64_t)step + 1, &signal);
            }
            CHECK(mid(&by_changes, BTC) == mid(&by_messages, BTC));
            CHECK(by_changes.count == by_messages.count);
            CHECK(by_changes.effects.used == by_messages.effects.used);
            assert_memory_equal(by_changes.effects.base, by_messages.effects.base,
                                by_changes.effects.used);
            compared++;
        }
        for (size_t i = 0; i < by_changes.count; i++) {
            fills += by_changes.log[i].kind == L1_EFFECT_REPORT &&
                     by_changes.log[i].as.report.status == L1_REPORT_FILLED;
        }
        CHECK(scenario_agrees(&by_changes));
        free(arena.base);
        scenario_close(&by_changes);
        scenario_close(&by_messages);
    }
    print_message("%zu steps alike, %zu lost books, %zu filled\n", compared, lost, fills);
    CHECK(compared > 5000 && lost > 100 && fills > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_depth__prices_a_signal_as_a_book_message_does),
        cmocka_unit_test(test_quote__moves_mid_and_spread),
        cmocka_unit_test(test_quote__alone_makes_a_book),
        cmocka_unit_test(test_liquidity__counts_the_levels_behind_the_best),
        cmocka_unit_test(test_gap__is_no_book_and_one_alert),
        cmocka_unit_test(test_gap__falls_back_on_the_last_close),
        cmocka_unit_test(test_parts__are_no_book_until_the_last),
        cmocka_unit_test(test_live__sees_the_same),
        cmocka_unit_test(test_state__books_are_hashed_saved_and_go_on),
        cmocka_unit_test(test_changes__give_the_effects_that_book_messages_give),
        cmocka_unit_test(test_adopt__carries_books_to_their_new_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
