/* Random runs against a venue that loses track: ends come before their fills, stops and exits fail.
 *
 * The venue below is the witness: it alone knows what has been bought and what rests. Whatever it
 * does, base that no resting stop covers and no exit is selling is told to the operator once it has
 * been so for order.naked_ms_max. L1_RUNS sets how many seeded runs are made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "testlib/check.h"
#include "testlib/scenario.h"

enum { ORDERS = 4096, SIGNALS = 512, STEPS = 1500, SEEDS = 30, CHILDREN = 4, NAKED = 64 };

typedef struct {
    l1_order_leg leg;
    int32_t signal;
    bool list_stop;     /* goes live for what its entry received */
    bool over, resting; /* as the engine has been told */
    bool canceling;
    int64_t left_e8; /* of an entry: will fill, perhaps after its end */
    int64_t net_e8;  /* of an entry: received */
    int64_t due_ms;
} venue_order;

typedef struct {
    int64_t base_e8;    /* bought and not sold */
    int64_t handed_e8;  /* of it: nothing was left to try, the operator knows */
    int64_t alarmed_ms; /* -1 = not */
    int64_t late;       /* fills after the end */
    struct {
        int64_t qty_e8, since_ms;
    } naked[NAKED]; /* oldest first: what was bared first is taken to be covered first */
    size_t naked_count;
} signal_fate;

typedef struct {
    l1_scenario s;
    l1_prng prng;
    venue_order orders[ORDERS];
    size_t count, seen; /* effects looked at */
    int64_t ms, base_e8;
    bool cut; /* its signals are cut into children */
    int32_t signals_count;
    signal_fate signals[SIGNALS];
} world;

static bool chance(world *w, uint64_t of)
{
    return l1_prng_below(&w->prng, of) == 0;
}

static void name(int32_t signal, char out[16])
{
    snprintf(out, 16, "s%d", signal);
}

/* Identities are pure functions, so whose an order is can be found by trying. */
static int32_t signal_of(const world *w, l1_order_id id)
{
    for (int32_t i = w->signals_count - 1; i >= 0; i--) {
        char text[16];
        name(i, text);
        for (uint32_t n = 0; n < 40 * CHILDREN; n++) {
            const l1_order_id tried =
                l1_order_id_of("l1-1", text, n % CHILDREN, id.purpose, n / CHILDREN);
            if (l1_order_id_equal(tried, id)) return i;
        }
    }
    CHECK(false);
    return 0;
}

static void note_alert(world *w, const l1_alert *alert)
{
    if (alert->code != L1_ALERT_NAKED_POSITION) return;
    for (int32_t i = 0; i < w->signals_count; i++) {
        char text[16];
        name(i, text);
        if (strcmp(text, alert->signal_id) != 0) continue;
        w->signals[i].alarmed_ms = w->ms;
        const bool given_up = strstr(alert->message, "cannot be protected") != NULL;
        if (given_up) w->signals[i].handed_e8 += alert->value_e8;
    }
}

static void note(world *w, const l1_effect *effect)
{
    if (effect->kind == L1_EFFECT_ALERT) note_alert(w, &effect->as.alert);
    for (size_t i = 0; effect->kind == L1_EFFECT_CANCEL && i < w->count; i++) {
        if (!l1_order_id_equal(w->orders[i].leg.id, effect->as.cancel.id)) continue;
        w->orders[i].canceling = true;
        w->orders[i].due_ms = w->ms + (int64_t)l1_prng_below(&w->prng, 700);
    }
    if (effect->kind != L1_EFFECT_SUBMIT) return;
    for (uint32_t leg = 0; leg < effect->as.submit.legs_count; leg++) {
        for (size_t i = 0; i < w->count; i++) { /* nothing is ever sent twice */
            CHECK(!l1_order_id_equal(w->orders[i].leg.id, effect->as.submit.legs[leg].id));
        }
        CHECK(w->count < ORDERS);
        venue_order *order = &w->orders[w->count++];
        *order = (venue_order){.leg = effect->as.submit.legs[leg], .list_stop = leg > 0};
        order->signal = signal_of(w, order->leg.id);
        order->due_ms = w->ms + (int64_t)l1_prng_below(&w->prng, 700);
        if (order->leg.side == L1_SIDE_BUY) order->left_e8 = order->leg.qty_e8;
    }
}

static void step(world *w, const l1_event *event)
{
    scenario_step(&w->s, event);
    for (; w->seen < w->s.count; w->seen++) note(w, &w->s.log[w->seen]);
}

/* What a signal's orders have left without a resting stop and without an exit under way. */
static int64_t naked_e8(const world *w, int32_t signal)
{
    int64_t naked = w->signals[signal].base_e8 - w->signals[signal].handed_e8;
    for (size_t i = 0; i < w->count; i++) {
        const venue_order *order = &w->orders[i];
        if (order->signal != signal) continue;
        const bool selling = order->leg.type == L1_ORDER_MARKET && !order->over;
        if (order->resting || selling) naked -= order->leg.qty_e8;
    }
    return naked;
}

/* Tells base that is naked now apart by how long it has been so. Less than a lot of each child
 * cannot be protected; each late piece may leave as much. */
static void age_naked(world *w, int32_t signal)
{
    signal_fate *fate = &w->signals[signal];
    const int64_t dust_e8 = 1000 * ((w->cut ? CHILDREN : 1) + fate->late) - 1;
    const int64_t naked = naked_e8(w, signal) > dust_e8 ? naked_e8(w, signal) - dust_e8 : 0;
    int64_t counted_e8 = 0;
    for (size_t i = 0; i < fate->naked_count; i++) counted_e8 += fate->naked[i].qty_e8;
    while (counted_e8 > naked) {
        const int64_t over_e8 = counted_e8 - naked;
        const bool whole = fate->naked[0].qty_e8 <= over_e8;
        counted_e8 -= whole ? fate->naked[0].qty_e8 : over_e8;
        fate->naked[0].qty_e8 -= whole ? fate->naked[0].qty_e8 : over_e8;
        if (!whole) continue;
        fate->naked_count--;
        memmove(&fate->naked[0], &fate->naked[1], fate->naked_count * sizeof fate->naked[0]);
    }
    if (counted_e8 == naked) return;
    CHECK(fate->naked_count < NAKED);
    fate->naked[fate->naked_count].qty_e8 = naked - counted_e8;
    fate->naked[fate->naked_count++].since_ms = w->ms;
}

static void say(world *w, venue_order *order, l1_venue_event_kind kind, int64_t qty_e8)
{
    const bool buy = order->leg.side == L1_SIDE_BUY;
    l1_event event = {.kind = L1_EVENT_VENUE, .at_ns = (SCENARIO_START_MS + w->ms) * 1000000};
    event.as.venue = (l1_venue_event){
        .kind = kind,
        .symbol = BTC,
        .id = order->leg.id,
        .price_e8 = buy ? e8("50000") : e8("49000"),
        .qty_e8 = qty_e8,
        .fee_asset = buy ? BTC + 1 : 0,
    };
    if (kind == L1_VENUE_FILL) {
        event.as.venue.fee_e8 = buy ? qty_e8 / 1000 : qty_e8 / 1000 * 49;
        const int64_t net_e8 = buy ? qty_e8 - event.as.venue.fee_e8 : -qty_e8;
        w->base_e8 += net_e8;
        w->signals[order->signal].base_e8 += net_e8;
        order->net_e8 += net_e8;
        age_naked(w, order->signal); /* what came in is told apart from what the step covers */
    }
    step(w, &event);
    age_naked(w, order->signal);
}

/* An entry's end may be told before its fills; those come later, in pieces. */
static void play_entry(world *w, venue_order *order)
{
    const int64_t lots = order->left_e8 / 1000;
    const int64_t piece_e8 = (1 + (int64_t)l1_prng_below(&w->prng, (uint64_t)lots)) * 1000;
    if (order->over) {
        w->signals[order->signal].late++;
        order->left_e8 = chance(w, 3) ? 0 : order->left_e8 - piece_e8;
        order->due_ms = w->ms + (int64_t)l1_prng_below(&w->prng, 3000);
        say(w, order, L1_VENUE_FILL, piece_e8);
        return;
    }
    if (chance(w, 2)) {
        order->left_e8 -= piece_e8;
        say(w, order, L1_VENUE_FILL, piece_e8);
    }
    order->over = true;
    if (chance(w, 3)) order->left_e8 = 0;
    order->due_ms = w->ms + 1 + (int64_t)l1_prng_below(&w->prng, 5000);
    say(w, order, L1_VENUE_EXPIRED, 0);
}

static void end(world *w, venue_order *order, l1_venue_event_kind kind)
{
    order->over = true;
    order->resting = false;
    say(w, order, kind, 0);
}

static int64_t free_e8(const world *w)
{
    int64_t resting_e8 = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (w->orders[i].resting) resting_e8 += w->orders[i].leg.qty_e8;
    }
    return w->base_e8 - resting_e8;
}

static void play_sell(world *w, venue_order *order)
{
    const bool stop = order->leg.type == L1_ORDER_STOP_LOSS;
    if (order->canceling && stop) {
        end(w, order, L1_VENUE_CANCELED);
    } else if (stop && order->resting) {
        order->resting = false; /* the market has come down */
        say(w, order, L1_VENUE_FILL, order->leg.qty_e8);
        end(w, order, L1_VENUE_DONE);
    } else if (order->leg.qty_e8 == 0 || order->leg.qty_e8 > free_e8(w) || chance(w, 4)) {
        end(w, order, stop && order->list_stop ? L1_VENUE_EXPIRED : L1_VENUE_REJECTED);
    } else if (stop) {
        order->resting = true;
        order->due_ms = w->ms + 1000 + (int64_t)l1_prng_below(&w->prng, 30000);
        say(w, order, L1_VENUE_ACK, order->leg.qty_e8);
    } else {
        say(w, order, L1_VENUE_FILL, order->leg.qty_e8);
        end(w, order, L1_VENUE_DONE);
    }
}

static void play_list_stop(world *w, size_t at)
{
    venue_order *order = &w->orders[at];
    const venue_order *entry = &w->orders[at - 1];
    if (!entry->over) {
        order->due_ms = w->ms + 50;
        return;
    }
    order->leg.qty_e8 = entry->net_e8 / 1000 * 1000;
    play_sell(w, order);
}

static void play(world *w)
{
    for (size_t i = 0; i < w->count; i++) {
        venue_order *order = &w->orders[i];
        const bool buy = order->leg.side == L1_SIDE_BUY;
        if (order->due_ms > w->ms || (order->over && !(buy && order->left_e8 > 0))) continue;
        if (buy) {
            play_entry(w, order);
        } else if (order->list_stop && !order->resting && !order->canceling) {
            play_list_stop(w, i);
        } else {
            play_sell(w, order);
        }
    }
}

static void check_naked(world *w)
{
    for (int32_t i = 0; i < w->signals_count; i++) {
        signal_fate *fate = &w->signals[i];
        age_naked(w, i);
        if (fate->naked_count == 0 || w->ms - fate->naked[0].since_ms <= 1000) continue;
        CHECK(fate->alarmed_ms >= fate->naked[0].since_ms);
    }
}

static void restart(world *w)
{
    l1_scenario fresh;
    scenario_copy(&fresh, &w->s);
    l1_system *const system = fresh.system;
    void *const block = fresh.block;
    fresh.system = w->s.system;
    fresh.block = w->s.block;
    w->s.system = system;
    w->s.block = block;
    scenario_close(&fresh);
}

static void open_world(world *w, uint64_t seed, bool cut)
{
    memset(w, 0, sizeof *w);
    w->cut = cut;
    l1_prng_seed(&w->prng, seed);
    for (int32_t i = 0; i < SIGNALS; i++) {
        w->signals[i].alarmed_ms = -1;
    }
    l1_limits limits = scenario_limits();
    limits.mode = L1_MODE_LIVE;
    limits.venue_silence_ns = L1_OFF;
    limits.clock_from_events = false;
    limits.portfolio_age_ns = INT64_C(3600000000000);
    limits.order_timeout_ns = INT64_C(10000000000);
    limits.execution_look_ns = INT64_C(300000000);
    limits.repeat_max = limits.drawdown_max_e8 = L1_OFF;
    limits.symbols[BTC].drawdown_max_e8 = L1_OFF;
    limits.symbols[BTC].exposure_max_e8 = L1_E8;
    limits.cross_exposure_max_e8 = L1_E8;
    limits.symbols[BTC].max_algo_orders = 64;
    limits.symbols[BTC].opo = seed % 3 != 0;
    limits.orders_max = cut ? 512 : 64; /* entries stay remembered */
    scenario_open(&w->s, &limits);
    scenario_portfolio(&w->s, 0, 0, "100000", "100000", "0");
    scenario_book(&w->s, 1, BTC, "50000", "50000.5", "1");
}

static void run(world *w, bool quiet)
{
    w->ms += 1 + (int64_t)l1_prng_below(&w->prng, 60);
    if (chance(w, 20)) {
        scenario_book(&w->s, w->ms, BTC, "50000", "50000.5", "1");
    }
    l1_event tick = {.kind = L1_EVENT_TICK, .at_ns = (SCENARIO_START_MS + w->ms) * 1000000};
    step(w, &tick);
    play(w);
    check_naked(w);
    if (!quiet && chance(w, 15)) {
        char id[16];
        CHECK(w->signals_count < SIGNALS);
        name(w->signals_count++, id);
        l1_signal signal = scenario_signal(id, BTC, L1_SIDE_BUY, "0.004", "49000");
        if (w->cut) { /* up to four children, each with orders that go wrong like any other's */
            signal.algo = chance(w, 3) ? L1_ALGO_ICEBERG : L1_ALGO_TWAP;
            signal.duration_s = 1 + (int64_t)l1_prng_below(&w->prng, 4);
            signal.slices_max = 1 + (int64_t)l1_prng_below(&w->prng, CHILDREN);
        }
        scenario_send(&w->s, w->ms, &signal);
        for (; w->seen < w->s.count; w->seen++) note(w, &w->s.log[w->seen]);
    }
    if (chance(w, 40)) restart(w);
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

/* Base that the reports alone add up to. */
static int64_t reported_e8(const l1_scenario *s)
{
    int64_t sum_e8 = 0;
    for (size_t i = 0; i < s->count; i++) {
        const l1_report *report = &s->log[i].as.report;
        if (s->log[i].kind != L1_EFFECT_REPORT || report->executed_qty_e8 <= 0) continue;
        if (!report->protection && !report->final) continue;
        sum_e8 += report->side == L1_SIDE_BUY ? report->executed_qty_e8 : -report->executed_qty_e8;
        for (uint32_t k = 0; k < report->fees_count; k++) {
            if (report->fees[k].asset == BTC + 1) sum_e8 -= report->fees[k].amount_e8;
        }
    }
    return sum_e8;
}

/* Every base the venue holds beyond dust rests under a stop, was sold, or the operator knows. */
static void run_seeds(bool cut)
{
    int64_t late = 0, alarmed = 0;
    world *w = malloc(sizeof *w);
    const char *wanted = getenv("L1_RUNS");
    const uint64_t all = wanted != NULL ? strtoull(wanted, NULL, 10) : SEEDS;
    const uint64_t seeds = cut ? all / 3 : all;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        open_world(w, seed, cut);
        for (int i = 0; i < STEPS; i++) run(w, false);
        for (int i = 0; i < 600; i++) run(w, true);
        for (int32_t i = 0; i < w->signals_count; i++) {
            char id[16];
            name(i, id);
            CHECK(scenario_reports(&w->s, id) == 1);
            check_revisions(&w->s, id);
            late += w->signals[i].late;
            alarmed += w->signals[i].alarmed_ms >= 0;
        }
        const l1_account *account = l1_engine_account(l1_system_engine(w->s.system));
        CHECK(account->total_e8[BTC + 1] == w->base_e8); /* all of it is booked */
        CHECK(reported_e8(&w->s) == w->base_e8);         /* and told, once */
        CHECK(l1_engine_naked_e8(l1_system_engine(w->s.system), BTC) == 0);
        scenario_close(&w->s);
    }
    free(w);
    CHECK(late > 20 * (int64_t)seeds); /* the runs are about something */
    print_message("%lld late fills in %d runs; %lld signals raised an alarm\n", (long long)late,
                  (int)seeds, (long long)alarmed);
}

static void test_random_late_fills__never_leave_base_naked_untold(void **state)
{
    (void)state;
    run_seeds(false);
}

static void test_random_late_fills__of_children_never_do_either(void **state)
{
    (void)state;
    run_seeds(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_late_fills__never_leave_base_naked_untold),
        cmocka_unit_test(test_random_late_fills__of_children_never_do_either),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
