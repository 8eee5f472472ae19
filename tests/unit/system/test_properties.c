/* What holds for every run: one final report a signal, conservation, protection, determinism. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "testlib/check.h"
#include "testlib/scenario.h"

/* One random event of a busy market, the same for every system of the seed. */
static void random_event(l1_prng *prng, l1_event *event, int64_t *ms, int64_t *price, uint32_t n)
{
    memset(event, 0, sizeof *event);
    *ms += (int64_t)l1_prng_below(prng, 120);
    *price += (int64_t)l1_prng_below(prng, 4001) - 2000;
    const int32_t symbol = (int32_t)l1_prng_below(prng, 2);
    const int64_t mid_e8 = *price * 1000000 / (symbol == ETH ? 20 : 1);
    event->at_ns = (SCENARIO_START_MS + *ms) * 1000000;
    const uint64_t kind = l1_prng_below(prng, 10);
    if (kind < 4) {
        event->kind = L1_EVENT_BOOK;
        event->as.book = (l1_book){.symbol = symbol, .ts_ns = event->at_ns};
        event->as.book.bids_count = event->as.book.asks_count = 3;
        for (int64_t i = 0; i < 3; i++) {
            const int64_t qty = (int64_t)l1_prng_below(prng, 2000000) + 1000;
            event->as.book.bids[i] = (l1_level){mid_e8 / 1000000 * 1000000 - i * 5000000, qty};
            event->as.book.asks[i] =
                (l1_level){mid_e8 / 1000000 * 1000000 + 1000000 + i * 5000000, qty};
        }
    } else if (kind < 5) {
        event->kind = L1_EVENT_TRADE;
        event->as.trade =
            (l1_trade){.symbol = symbol, .ts_ns = event->at_ns, .price_e8 = mid_e8, .qty_e8 = 1000};
    } else if (kind < 9) {
        char id[32];
        snprintf(id, sizeof id, "s%u", n - (l1_prng_below(prng, 20) == 0 ? 3 : 0));
        event->kind = L1_EVENT_SIGNAL;
        const l1_side side = l1_prng_below(prng, 2) == 0 ? L1_SIDE_BUY : L1_SIDE_SELL;
        event->as.signal = scenario_signal(id, symbol, side, "1", "1");
        event->as.signal.qty_e8 = (int64_t)l1_prng_below(prng, symbol == ETH ? 40000000 : 2000000);
        const int64_t away = mid_e8 / 1000 * (int64_t)(1 + l1_prng_below(prng, 20));
        event->as.signal.stop_loss_e8 = side == L1_SIDE_BUY ? mid_e8 - away : mid_e8 + away;
    } else {
        event->kind = L1_EVENT_CONTROL;
        event->as.control.symbol = symbol;
        event->as.control.command =
            l1_prng_below(prng, 4) == 0 ? L1_CONTROL_CANCEL_ALL : L1_CONTROL_RESUME;
    }
}

static bool same_hash(l1_scenario *a, l1_scenario *b)
{
    const l1_hash128 x = l1_system_hash(a->system), y = l1_system_hash(b->system);
    return x.lo == y.lo && x.hi == y.hi;
}

/* Cash and base recomputed from the reports alone, exactly. */
static void check_conservation(const l1_scenario *s)
{
    const int64_t *start_e8 = s->limits.paper_balance_e8;
    int64_t total[3] = {start_e8[0], start_e8[1], start_e8[2]};
    for (size_t i = 0; i < s->count; i++) {
        const l1_report *report = &s->log[i].as.report;
        if (s->log[i].kind != L1_EFFECT_REPORT || report->executed_qty_e8 <= 0) continue;
        const int64_t sign = report->side == L1_SIDE_BUY ? 1 : -1;
        total[report->symbol + 1] += sign * report->executed_qty_e8;
        total[0] -= sign * report->executed_quote_e8;
        for (uint32_t k = 0; k < report->fees_count; k++) {
            total[report->fees[k].asset] -= report->fees[k].amount_e8;
        }
    }
    for (int32_t asset = 0; asset < 3; asset++) {
        CHECK(total[asset] == l1_system_venue_total_e8(s->system, asset));
    }
}

static void check_reports(const l1_scenario *s, uint32_t signals)
{
    for (uint32_t n = 0; n < signals; n++) {
        char id[32];
        snprintf(id, sizeof id, "s%u", n);
        CHECK(scenario_reports(s, id) <= 1);
    }
    size_t finals = 0;
    for (size_t i = 0; i < s->count; i++) {
        const l1_report *report = &s->log[i].as.report;
        finals += s->log[i].kind == L1_EFFECT_REPORT && !report->protection && report->final;
    }
    CHECK(finals > 50);
}

static void check_submits_once(const l1_scenario *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->log[i].kind != L1_EFFECT_SUBMIT) continue;
        for (size_t k = i + 1; k < s->count; k++) {
            if (s->log[k].kind != L1_EFFECT_SUBMIT) continue;
            CHECK(
                !l1_order_id_equal(s->log[i].as.submit.legs[0].id, s->log[k].as.submit.legs[0].id));
        }
    }
}

static void test_random_runs__conserve_protect_and_replay_alike(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        l1_limits limits = scenario_limits();
        limits.repeat_max = L1_OFF;
        limits.symbols[BTC].opo = seed % 3 != 0;
        if (seed % 4 == 0) { /* a third asset's for BTC; until it is used up */
            limits.commission = L1_COMMISSION_ASSET;
            limits.commission_asset = ETH + 1;
            limits.paper_balance_e8[ETH + 1] = e8("0.005");
        }
        l1_scenario s, twin;
        scenario_open(&s, &limits);
        scenario_open(&twin, &limits);
        l1_prng prng;
        l1_prng_seed(&prng, seed);
        int64_t ms = 0, price = 5000000, naked_since = -1;
        uint32_t n = 0;
        for (n = 0; n < 600; n++) {
            l1_event event;
            random_event(&prng, &event, &ms, &price, n);
            scenario_step(&s, &event);
            scenario_step(&twin, &event);
            CHECK(scenario_agrees(&s));
            if (l1_engine_naked_e8(l1_system_engine(s.system), BTC) == 0)
                naked_since = -1;
            else if (naked_since < 0)
                naked_since = ms;
            CHECK(naked_since < 0 || ms - naked_since <= 1000);
            if (l1_prng_below(&prng, 50) == 0) { /* a restart of the twin */
                l1_scenario fresh;
                scenario_copy(&fresh, &twin);
                scenario_close(&twin);
                twin = fresh;
            }
            if (n % 100 == 0) CHECK(same_hash(&s, &twin));
        }
        scenario_tick(&s, ms + 10000);
        scenario_tick(&twin, ms + 10000);
        CHECK(!l1_system_pending(s.system));
        CHECK(same_hash(&s, &twin));
        check_conservation(&s);
        check_reports(&s, n);
        check_submits_once(&s);
        scenario_close(&s);
        scenario_close(&twin);
    }
}

/* Filters near what the runs send, so that each of them binds now and then. */
static l1_venue_filters narrow_filters(l1_prng *prng)
{
    const int64_t lots = 1 + (int64_t)l1_prng_below(prng, 2);
    const bool wide = l1_prng_below(prng, 4) != 0;
    return (l1_venue_filters){.price_min_e8 = e8("40000"),
                              .price_max_e8 = e8("60000"),
                              .qty_min_e8 = e8("0.0008"),
                              .qty_max_e8 = e8("0.018"),
                              .market_qty_min_e8 = e8("0.001"),
                              .market_qty_max_e8 = e8("0.017"),
                              .market_lot_e8 = lots * e8("0.00001"),
                              .notional_max_e8 = e8("800"),
                              .notional_market = true,
                              .bid_up_e8 = e8(wide ? "1.002" : "1.0019"),
                              .bid_down_e8 = e8("0.999"),
                              .ask_up_e8 = e8("1.001"),
                              .ask_down_e8 = e8(wide ? "0.998" : "0.9981"),
                              .position_max_e8 = e8("0.05"),
                              .orders_max = 4,
                              .lists_max = 1,
                              .iceberg_parts_max = 1};
}

/* What rule 18 and presend let through, the simulated venue takes. */
static void test_random_runs__meet_no_filter_of_the_venue(void **state)
{
    (void)state;
    static const char *const names[] = {
        "LOT_SIZE",      "STOP LOT_SIZE",         "STOP MARKET_LOT_SIZE",
        "NOTIONAL",      "PERCENT_PRICE_BY_SIDE", "MAX_POSITION",
        "MAX_NUM_ORDERS"};
    uint32_t met[sizeof names / sizeof names[0]] = {0}, filled = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        l1_limits limits = scenario_limits();
        l1_prng prng;
        l1_prng_seed(&prng, seed);
        limits.repeat_max = L1_OFF;
        limits.paper_latency_ns = 0; /* the market that is judged is the one that is met */
        limits.symbols[BTC].opo = seed % 3 != 0;
        limits.symbols[BTC].oto = seed % 3 == 1;
        limits.symbols[BTC].venue = narrow_filters(&prng);
        l1_scenario s;
        scenario_open(&s, &limits);
        int64_t ms = 0, price = 5000000;
        for (uint32_t n = 0; n < 600; n++) {
            l1_event event;
            random_event(&prng, &event, &ms, &price, n);
            if (event.kind == L1_EVENT_TRADE) continue; /* the reference is the mid for both */
            for (uint32_t i = 0; event.kind == L1_EVENT_BOOK && i < 3; i++) { /* enough for all */
                event.as.book.bids[i].qty_e8 = event.as.book.asks[i].qty_e8 = L1_E8;
            }
            scenario_step(&s, &event);
        }
        scenario_tick(&s, ms + 10000);
        check_conservation(&s);
        for (size_t i = 0; i < s.count; i++) {
            const l1_report *report = &s.log[i].as.report;
            if (s.log[i].kind == L1_EFFECT_ALERT) { /* L1 may have no stop to place, for a rest */
                const l1_alert *alert = &s.log[i].as.alert;
                CHECK(alert->code != L1_ALERT_VENUE_REJECTED);
                CHECK(strstr(alert->message, "and left base naked") == NULL);
            }
            if (s.log[i].kind != L1_EFFECT_REPORT) continue;
            CHECK(report->reason != L1_RULE_VENUE_REJECTED);
            filled += report->status == L1_REPORT_FILLED && report->symbol == BTC;
            for (uint32_t k = 0; k < report->violations_count; k++) {
                for (size_t f = 0; f < sizeof names / sizeof names[0]; f++) {
                    met[f] += strcmp(report->violations[k].detail, names[f]) == 0;
                }
            }
        }

        scenario_close(&s);
    }
    CHECK(filled > 50);
    for (size_t f = 0; f < sizeof names / sizeof names[0]; f++) {
        if (met[f] == 0) fail_msg("no signal met %s", names[f]);
    }
}

static void test_load__refuses_every_truncation_of_a_saved_state(void **state)
{
    (void)state;
    l1_limits limits = scenario_limits();
    limits.orders_max = 4;
    l1_scenario s;
    scenario_open(&s, &limits);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_tick(&s, 1100);
    const size_t capacity = l1_system_save_max(s.system);
    uint8_t *bytes = malloc(capacity);
    const size_t size = l1_system_save(s.system, bytes, capacity);
    CHECK(size > 0);
    CHECK(l1_system_save(s.system, bytes, size - 1) == 0);
    CHECK(l1_system_save(s.system, bytes, size) == size);
    for (size_t cut = 0; cut < size; cut += 1 + size / 400) {
        l1_scenario t;
        scenario_open(&t, &limits);
        CHECK(!l1_system_load(t.system, bytes, cut));
        scenario_close(&t);
    }
    free(bytes);
    scenario_close(&s);
}

static void test_adopt__keeps_holdings_stops_and_ids_under_other_limits(void **state)
{
    (void)state;
    l1_scenario s, t;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_tick(&s, 1100);
    l1_limits limits = scenario_limits(); /* ADA added in front, so every index moves */
    limits.symbols_count = 3;
    limits.symbols[2] = limits.symbols[ETH];
    limits.symbols[1] = limits.symbols[BTC];
    memcpy(limits.symbols[0].name, "ADA/USDT", 9);
    memcpy(limits.symbols[0].base, "ADA", 4);
    limits.symbols[1].qty_max_e8 = e8("0.001");
    scenario_open(&t, &limits);
    const size_t capacity = l1_system_save_max(s.system);
    uint8_t *scratch = malloc(capacity);
    char why[160];
    CHECK(l1_system_adopt(t.system, s.system, scratch, capacity, why));
    CHECK(scenario_agrees(&t));
    CHECK(l1_engine_account(l1_system_engine(t.system))->total_e8[2] == e8("0.00999"));
    l1_signal again = scenario_signal("a", 1, L1_SIDE_BUY, "0.01", "49000");
    scenario_send(&t, 2000, &again);
    CHECK(scenario_effects(&t, L1_EFFECT_REPUBLISH) == 1);
    l1_signal larger = scenario_signal("b", 1, L1_SIDE_BUY, "0.01", "49000");
    scenario_send(&t, 2001, &larger);
    CHECK(scenario_report(&t, "b")->reason == L1_RULE_QTY_MAX);
    scenario_trade(&t, 3000, 1, "48999"); /* the stop moved along */
    CHECK(scenario_alerts(&t, L1_ALERT_STOP_FILLED) == 1);
    CHECK(scenario_agrees(&t));
    free(scratch);
    scenario_close(&s);
    scenario_close(&t);
}

static void test_adopt__refuses_to_drop_a_symbol_that_is_still_held(void **state)
{
    (void)state;
    l1_scenario s, t;
    scenario_open(&s, NULL);
    scenario_book(&s, 0, BTC, "50000", "50000.5", "1");
    scenario_buy(&s, 1000, "a", "0.01", "49000");
    scenario_tick(&s, 1100);
    l1_limits limits = scenario_limits();
    limits.symbols[0] = limits.symbols[ETH];
    limits.symbols_count = 1;
    scenario_open(&t, &limits);
    const size_t capacity = l1_system_save_max(s.system);
    uint8_t *scratch = malloc(capacity);
    char why[160] = "";
    CHECK(!l1_system_adopt(t.system, s.system, scratch, capacity, why));
    CHECK(strstr(why, "BTC/USDT") != NULL);
    free(scratch);
    scenario_close(&s);
    scenario_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_runs__conserve_protect_and_replay_alike),
        cmocka_unit_test(test_random_runs__meet_no_filter_of_the_venue),
        cmocka_unit_test(test_load__refuses_every_truncation_of_a_saved_state),
        cmocka_unit_test(test_adopt__keeps_holdings_stops_and_ids_under_other_limits),
        cmocka_unit_test(test_adopt__refuses_to_drop_a_symbol_that_is_still_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
