/* What holds for every run of cut signals: children are their parent, cash and base are exact,
 * base stands naked for the allowed time at most, exposure with all that is unsent stays within its
 * limit, no order is sent twice, and a restart at any event changes nothing.
 *
 * L1_RUNS sets how many seeded runs are made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "testlib/check.h"
#include "testlib/scenario.h"

enum { EVENTS = 500, RUNS = 60, ORDERS = 8192 };

typedef struct {
    l1_scenario s, twin;
    l1_prng prng;
    int64_t ms, price_e2;
    int64_t naked_since_ms[2];
    uint32_t signals;
    size_t seen;
    l1_order_id ids[ORDERS];
    size_t ids_count;
    uint64_t cut, merged;
} world;

static uint64_t seed_of_run; /* named when a check fails */

#undef CHECK
#define CHECK(claim)                                                                               \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            fail_msg("seed %llu: %s", (unsigned long long)seed_of_run, #claim);                    \
        }                                                                                          \
    } while (0)

static bool chance(world *w, uint64_t of)
{
    return l1_prng_below(&w->prng, of) == 0;
}

static void make_book(world *w, l1_event *event, int32_t symbol, int64_t mid_e8)
{
    event->kind = L1_EVENT_BOOK;
    l1_book *book = &event->as.book;
    *book = (l1_book){.symbol = symbol, .ts_ns = event->at_ns};
    book->bids_count = book->asks_count = 3;
    const int64_t gap_e8 = chance(w, 40) ? 20000000000 : 1000000; /* now and then too wide */
    for (int64_t i = 0; i < 3; i++) {
        const int64_t qty_e8 = (int64_t)l1_prng_below(&w->prng, 4000000) + 1000;
        book->bids[i] = (l1_level){mid_e8 / 1000000 * 1000000 - i * 5000000, qty_e8};
        book->asks[i] = (l1_level){mid_e8 / 1000000 * 1000000 + gap_e8 + i * 5000000, qty_e8};
    }
}

static void make_signal(world *w, l1_event *event, int32_t symbol, int64_t mid_e8)
{
    char id[32];
    snprintf(id, sizeof id, "s%u", w->signals++);
    const l1_side side = chance(w, 3) ? L1_SIDE_SELL : L1_SIDE_BUY;
    event->kind = L1_EVENT_SIGNAL;
    event->as.signal = scenario_signal(id, symbol, side, "1", "1");
    l1_signal *signal = &event->as.signal;
    signal->qty_e8 = (int64_t)l1_prng_below(&w->prng, symbol == ETH ? 60000000 : 4000000);
    const int64_t away_e8 = mid_e8 / 1000 * (int64_t)(2 + l1_prng_below(&w->prng, 20));
    signal->stop_loss_e8 = side == L1_SIDE_BUY ? mid_e8 - away_e8 : mid_e8 + away_e8;
    signal->algo = (l1_algo)l1_prng_below(&w->prng, L1_ALGO_COUNT);
    signal->duration_s = (int64_t)l1_prng_below(&w->prng, 15) + 1;
    signal->slices_max = (int64_t)l1_prng_below(&w->prng, 8) + 1;
}

static void make_control(world *w, l1_event *event, int32_t symbol)
{
    static const l1_control_command commands[] = {
        L1_CONTROL_CANCEL_ALL, L1_CONTROL_HALT,        L1_CONTROL_HALT_SYMBOL,
        L1_CONTROL_RESUME,     L1_CONTROL_REDUCE_ONLY, L1_CONTROL_RESUME_SYMBOL,
        L1_CONTROL_RESUME,     L1_CONTROL_RESUME,      L1_CONTROL_RESUME_SYMBOL,
    };
    event->kind = L1_EVENT_CONTROL;
    event->as.control.command =
        commands[l1_prng_below(&w->prng, sizeof commands / sizeof commands[0])];
    const bool of_symbol = event->as.control.command == L1_CONTROL_HALT_SYMBOL ||
                           event->as.control.command == L1_CONTROL_RESUME_SYMBOL;
    event->as.control.symbol = of_symbol ? symbol : -1;
}

static void random_event(world *w, l1_event *event)
{
    memset(event, 0, sizeof *event);
    w->ms += (int64_t)l1_prng_below(&w->prng, 200);
    w->price_e2 += (int64_t)l1_prng_below(&w->prng, 6001) - 3000;
    const int32_t symbol = (int32_t)l1_prng_below(&w->prng, 2);
    const int64_t mid_e8 = w->price_e2 * 1000000 / (symbol == ETH ? 20 : 1);
    event->at_ns = (SCENARIO_START_MS + w->ms) * 1000000;
    const uint64_t kind = l1_prng_below(&w->prng, 20);
    if (kind < 12) {
        make_book(w, event, symbol, mid_e8);
    } else if (kind < 15) {
        event->kind = L1_EVENT_TRADE;
        event->as.trade = (l1_trade){.symbol = symbol,
                                     .ts_ns = event->at_ns,
                                     .price_e8 = mid_e8,
                                     .qty_e8 = (int64_t)l1_prng_below(&w->prng, 50000000)};
    } else if (kind < 19) {
        make_signal(w, event, symbol, mid_e8);
    } else {
        make_control(w, event, symbol);
    }
}

static bool note_id(world *w, l1_order_id id)
{
    for (size_t i = 0; i < w->ids_count; i++) {
        if (l1_order_id_equal(w->ids[i], id)) return false;
    }
    CHECK(w->ids_count < ORDERS);
    w->ids[w->ids_count++] = id;
    return true;
}

/* Quantity executed by the orders of a report; each child's, together the parent's. */
static void check_sums(world *w, const l1_report *report)
{
    int64_t sum_e8 = 0;
    for (uint32_t i = 0; i < report->orders_count; i++) sum_e8 += report->orders[i].executed_e8;
    CHECK(sum_e8 == report->executed_qty_e8);
    CHECK(report->executed_qty_e8 <= report->requested_qty_e8 || report->protection);
    if (!report->protection && report->orders_count > 1) {
        w->cut++;
        w->merged += report->has_stop && report->stop.status == L1_ORDER_STATUS_LIVE;
    }
    if (report->protection || !report->final) return;
    const bool whole = report->status == L1_REPORT_FILLED;
    const bool reasoned = report->reason != L1_RULE_UNJUDGED;
    CHECK(!whole || !reasoned);
    /* part of a single order's quantity needs no reason: a sell that found less base */
    CHECK(whole || reasoned || report->status == L1_REPORT_PARTIALLY_FILLED);
    CHECK((report->status == L1_REPORT_FILLED || report->status == L1_REPORT_PARTIALLY_FILLED) ==
          (report->executed_qty_e8 > 0));
}

/* True when an entry was sent. */
static bool look_at_effects(world *w)
{
    bool entry = false;
    for (; w->seen < w->s.count; w->seen++) {
        const l1_effect *effect = &w->s.log[w->seen];
        if (effect->kind == L1_EFFECT_REPORT) check_sums(w, &effect->as.report);
        if (effect->kind != L1_EFFECT_SUBMIT) continue;
        for (uint32_t leg = 0; leg < effect->as.submit.legs_count; leg++) {
            CHECK(note_id(w, effect->as.submit.legs[leg].id));
        }
        if (effect->as.submit.legs[0].side == L1_SIDE_BUY) entry = true;
    }
    return entry;
}

static void check_exposure(world *w)
{
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        const int64_t exposure_e8 = l1_engine_exposure_e8(l1_system_engine(w->s.system), symbol);
        CHECK(exposure_e8 == L1_OFF || exposure_e8 <= w->s.limits.symbols[symbol].exposure_max_e8);
    }
}

static void check_naked(world *w)
{
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        const int64_t naked_e8 = l1_engine_naked_e8(l1_system_engine(w->s.system), symbol);
        if (naked_e8 == 0) w->naked_since_ms[symbol] = -1;
        if (naked_e8 > 0 && w->naked_since_ms[symbol] < 0) w->naked_since_ms[symbol] = w->ms;
        CHECK(w->naked_since_ms[symbol] < 0 ||
              (w->ms - w->naked_since_ms[symbol]) * 1000000 <= w->s.limits.naked_ns);
    }
}

static void step(world *w, const l1_event *event)
{
    const l1_event tick = {.kind = L1_EVENT_TICK, .at_ns = event->at_ns};
    scenario_step(&w->s, &tick); /* slices go while the market is as it was */
    if (look_at_effects(w)) check_exposure(w);
    scenario_step(&w->s, event);
    const bool signal = event->kind == L1_EVENT_SIGNAL;
    if (look_at_effects(w) && signal) check_exposure(w);
    scenario_step(&w->twin, &tick);
    scenario_step(&w->twin, event);
    CHECK(w->s.limits.paper_responses.count > 0 || scenario_agrees(&w->s));
    check_naked(w);
}

static void restart_twin(world *w)
{
    l1_scenario fresh;
    scenario_copy(&fresh, &w->twin);
    scenario_close(&w->twin);
    w->twin = fresh;
}

static bool same_hash(world *w)
{
    const l1_hash128 x = l1_system_hash(w->s.system), y = l1_system_hash(w->twin.system);
    return x.lo == y.lo && x.hi == y.hi;
}

/* Cash and base recomputed from the reports alone, exactly. */
static void check_conservation(const l1_scenario *s)
{
    int64_t total[3] = {s->limits.paper_balance_e8[0], 0, 0};
    for (size_t i = 0; i < s->count; i++) {
        const l1_report *report = &s->log[i].as.report;
        if (s->log[i].kind != L1_EFFECT_REPORT || report->executed_qty_e8 <= 0) continue;
        if (!report->protection && !report->final) continue;
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

/* Reports of one signal are numbered without a gap: none is taken for a repetition. */
static void check_revisions(const l1_scenario *s, const char *signal_id)
{
    uint32_t next = 0;
    for (size_t i = 0; i < s->count; i++) {
        const l1_report *report = &s->log[i].as.report;
        if (s->log[i].kind != L1_EFFECT_REPORT || strcmp(report->signal_id, signal_id) != 0)
            continue;
        CHECK(report->revision == next);
        next++;
    }
}

static void check_nothing_is_left(const l1_scenario *s)
{
    const l1_account *account = l1_engine_account(l1_system_engine(s->system));
    CHECK(account->planned_quote_e8 == 0);
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        CHECK(account->open_buy_e8[symbol] == 0);
        CHECK(account->planned_sell_e8[symbol] == 0);
        CHECK(account->own_locked_e8[symbol + 1] == account->stop_locked_e8[symbol]);
        CHECK(account->stop_locked_e8[symbol] > 0 || account->stops_open[symbol] == 0);
        CHECK(l1_engine_naked_e8(l1_system_engine(s->system), symbol) == 0);
    }
    CHECK(account->own_locked_e8[0] == 0);
}

static void open_world(world *w, uint64_t seed)
{
    memset(w, 0, sizeof *w);
    l1_prng_seed(&w->prng, seed);
    l1_limits limits = scenario_limits();
    limits.repeat_max = L1_OFF;
    limits.drawdown_max_e8 = limits.symbols[BTC].drawdown_max_e8 = L1_OFF;
    limits.symbols[ETH].drawdown_max_e8 = L1_OFF;
    limits.symbols[BTC].opo = seed % 3 != 0;
    limits.symbols[BTC].oto = seed % 6 == 0;
    limits.symbols[BTC].max_algo_orders = 2 + (uint32_t)(seed % 7);
    limits.orders_max = seed % 4 == 0 ? 12 : 64;
    limits.paper_latency_ns = (int64_t)l1_prng_below(&w->prng, 300) * 1000000;
    if (seed % 2 == 0) { /* answers come later than the venue acts */
        limits.paper_seed = (uint32_t)seed;
        limits.paper_latencies = (l1_latencies){4, {10000000, 40000000, 100000000, 240000000}};
        limits.paper_feeds = (l1_latencies){3, {0, 20000000, 60000000}};
        limits.paper_responses = (l1_latencies){4, {0, 30000000, 100000000, 200000000}};
    }
    limits.execution_look_ns = (int64_t)(100 + l1_prng_below(&w->prng, 900)) * 1000000;
    scenario_open(&w->s, &limits);
    scenario_open(&w->twin, &limits);
    w->price_e2 = 5000000;
    w->naked_since_ms[BTC] = w->naked_since_ms[ETH] = -1;
}

static void run(world *w, uint64_t seed)
{
    open_world(w, seed);
    for (int i = 0; i < EVENTS; i++) {
        l1_event event;
        random_event(w, &event);
        step(w, &event);
        if (chance(w, 25)) restart_twin(w);
        if (i % 50 == 0) CHECK(same_hash(w));
    }
    for (int i = 0; i < 300; i++) { /* plans end, what is protected stays so */
        w->ms += 100;
        const l1_event tick = {.kind = L1_EVENT_TICK,
                               .at_ns = (SCENARIO_START_MS + w->ms) * 1000000};
        step(w, &tick);
    }
    CHECK(!l1_system_pending(w->s.system));
    CHECK(scenario_agrees(&w->s));
    CHECK(same_hash(w));
    for (uint32_t n = 0; n < w->signals; n++) {
        char id[32];
        snprintf(id, sizeof id, "s%u", n);
        CHECK(scenario_reports(&w->s, id) == 1);
        check_revisions(&w->s, id);
    }
    check_conservation(&w->s);
    check_nothing_is_left(&w->s);
    scenario_close(&w->s);
    scenario_close(&w->twin);
}

static void test_random_plans__conserve_protect_and_survive_restarts(void **state)
{
    (void)state;
    const char *wanted = getenv("L1_RUNS");
    const uint64_t runs = wanted != NULL ? strtoull(wanted, NULL, 10) : RUNS;
    const char *first = getenv("L1_SEED");
    const uint64_t from = first != NULL ? strtoull(first, NULL, 10) : 1;
    uint64_t cut = 0, merged = 0;
    world *w = malloc(sizeof *w);
    for (uint64_t seed = from; seed < from + runs; seed++) {
        seed_of_run = seed;
        run(w, seed);
        cut += w->cut;
        merged += w->merged;
    }
    free(w);
    CHECK(runs < RUNS || (cut > 2 * runs && merged > runs)); /* the runs are about something */
    print_message("%llu cut signals in %llu runs, %llu with a common stop at their end\n",
                  (unsigned long long)cut, (unsigned long long)runs, (unsigned long long)merged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_plans__conserve_protect_and_survive_restarts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
