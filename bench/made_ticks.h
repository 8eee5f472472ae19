/* bench/made_ticks.h: ticks and bars from a seed, for where there is no recorded history.
 *
 * Nothing here is a market: prices walk, each symbol has a book of LEVELS levels a side, its top
 * changes with every quote, and about as many levels change in a message as recorded ones have
 * (33 on average, most of them near the top). */
#ifndef L1_BENCH_MADE_TICKS_H
#define L1_BENCH_MADE_TICKS_H

#include "base/prng.h"
#include "tape.h"

enum { MADE_LEVELS = 1000, MADE_QUOTES = 8, MADE_TRADES = 2, MADE_CHANGES = 33 };
#define MADE_MINUTE INT64_C(28333320)
#define MADE_STEP_NS INT64_C(100000000)

typedef struct {
    l1_prng prng;
    int64_t now_ns;
    uint64_t id, depth_id[2]; /* the last one; of the symbol's last change of levels */
    int64_t mid_e8[2], tick_e8;
    l1_event event;
} made_ticks;

static inline int64_t made_qty(made_ticks *made)
{
    return (1 + (int64_t)l1_prng_below(&made->prng, 5000)) * (L1_E8 / 10000);
}

static inline void made_put(made_ticks *made, tape *to, l1_event_kind kind)
{
    made->event.kind = kind;
    made->event.at_ns = made->now_ns;
    tape_add(to, &made->event);
}

/* All levels of both sides, in parts. */
static inline void made_snapshot(made_ticks *made, tape *to, int32_t symbol)
{
    l1_depth *depth = &made->event.as.depth;
    const uint64_t id = made->depth_id[symbol] = ++made->id;
    for (uint32_t from = 0; from < 2 * MADE_LEVELS; from += L1_DEPTH_CHANGES_MAX) {
        *depth = (l1_depth){.symbol = symbol,
                            .ts_ns = made->now_ns,
                            .first_id = id,
                            .last_id = id,
                            .snapshot = from == 0,
                            .more = from + L1_DEPTH_CHANGES_MAX < 2 * MADE_LEVELS};
        for (uint32_t i = from; i < 2 * MADE_LEVELS && i < from + L1_DEPTH_CHANGES_MAX; i++) {
            const int64_t away_e8 = (1 + (int64_t)i / 2) * made->tick_e8;
            depth->changes[depth->changes_count++] = (l1_depth_change){
                .ask = i % 2 == 1,
                .price_e8 = made->mid_e8[symbol] + (i % 2 == 1 ? away_e8 : -away_e8),
                .qty_e8 = made_qty(made)};
        }
        made_put(made, to, L1_EVENT_DEPTH);
    }
}

/* Side by side, best first, as exchanges send them. */
static inline int made_order(const void *left, const void *right)
{
    l1_depth_change a, b;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    if (a.ask != b.ask) return a.ask ? 1 : -1;
    const int rising = (a.price_e8 > b.price_e8) - (a.price_e8 < b.price_e8);
    return a.ask ? rising : -rising;
}

/* Half of the changes within 40 ticks of the mid, the others anywhere; the level next to the mid
 * stays, so that the book never crosses. */
static inline void made_depth(made_ticks *made, tape *to, int32_t symbol)
{
    l1_depth *depth = &made->event.as.depth;
    const uint64_t first = made->depth_id[symbol] + 1;
    made->depth_id[symbol] = ++made->id;
    *depth =
        (l1_depth){.symbol = symbol, .ts_ns = made->now_ns, .first_id = first, .last_id = made->id};
    for (uint32_t i = 0; i < MADE_CHANGES; i++) {
        const uint64_t reach = i % 2 == 0 ? 40 : MADE_LEVELS - 1;
        const bool ask = l1_prng_below(&made->prng, 2) == 1;
        const int64_t away_e8 = (2 + (int64_t)l1_prng_below(&made->prng, reach)) * made->tick_e8;
        depth->changes[depth->changes_count++] =
            (l1_depth_change){.ask = ask,
                              .price_e8 = made->mid_e8[symbol] + (ask ? away_e8 : -away_e8),
                              .qty_e8 = l1_prng_below(&made->prng, 3) == 0 ? 0 : made_qty(made)};
    }
    qsort(depth->changes, depth->changes_count, sizeof depth->changes[0], made_order);
    made_put(made, to, L1_EVENT_DEPTH);
}

static inline void made_top(made_ticks *made, tape *to, int32_t symbol)
{
    for (int i = 0; i < MADE_QUOTES; i++) {
        made->now_ns += MADE_STEP_NS / 20;
        made->event.as.quote = (l1_quote){
            .symbol = symbol,
            .ts_ns = made->now_ns,
            .update_id = ++made->id,
            .bid = {made->mid_e8[symbol] - made->tick_e8, made_qty(made)},
            .ask = {made->mid_e8[symbol] + made->tick_e8, made_qty(made)},
        };
        made_put(made, to, L1_EVENT_QUOTE);
        if (i >= MADE_TRADES) continue;
        const bool down = l1_prng_below(&made->prng, 2) == 1;
        made->event.as.trade = (l1_trade){
            .symbol = symbol,
            .ts_ns = made->now_ns,
            .price_e8 = made->mid_e8[symbol] + (down ? -made->tick_e8 : made->tick_e8),
            .qty_e8 = made_qty(made),
            .trade_id = made->id,
            .buyer_maker = down,
        };
        made_put(made, to, L1_EVENT_TRADE);
    }
}

/* Five minutes of two symbols. */
static inline tape made_tape(void)
{
    static made_ticks made;
    tape to = {0};
    made = (made_ticks){.now_ns = MADE_MINUTE * L1_MINUTE_NS,
                        .mid_e8 = {60000 * L1_E8, 2500 * L1_E8},
                        .tick_e8 = L1_E8 / 100};
    const int64_t end_ns = made.now_ns + 5 * L1_MINUTE_NS - 10 * MADE_STEP_NS;
    l1_prng_seed(&made.prng, 11);
    for (int32_t symbol = 0; symbol < 2; symbol++) made_snapshot(&made, &to, symbol);
    while (made.now_ns < end_ns) {
        for (int32_t symbol = 0; symbol < 2; symbol++) {
            made_top(&made, &to, symbol);
            made_depth(&made, &to, symbol);
        }
    }
    tape_close(&to);
    return to;
}

/* Minutes of two symbols on random walks, the newest ending at `end_ns`. */
static inline tape made_bars(int64_t minutes, int64_t end_ns)
{
    static l1_event event;
    l1_prng prng;
    tape to = {0};
    int64_t prices[2] = {60000 * L1_E8, 2500 * L1_E8};
    l1_prng_seed(&prng, 7);
    for (int64_t i = 0; i < 2 * minutes; i++) {
        const int32_t symbol = (int32_t)(i % 2);
        const int64_t open = prices[symbol];
        const int64_t close = open + open / 1000000 * ((int64_t)l1_prng_below(&prng, 1201) - 600);
        const int64_t volume = (1 + (int64_t)l1_prng_below(&prng, 100)) * L1_E8;
        const int64_t start_ns = (end_ns / L1_MINUTE_NS - minutes + i / 2) * L1_MINUTE_NS;
        prices[symbol] = close;
        event = (l1_event){.kind = L1_EVENT_BAR, .at_ns = start_ns + L1_MINUTE_NS};
        event.as.bar = (l1_bar){
            .symbol = symbol,
            .open_time_ns = start_ns,
            .close_time_ns = start_ns + L1_MINUTE_NS - 1000000,
            .open_e8 = open,
            .high_e8 = (open > close ? open : close) + open / 20000,
            .low_e8 = (open < close ? open : close) - open / 20000,
            .close_e8 = close,
            .volume_e8 = volume,
            .taker_buy_volume_e8 = (int64_t)l1_prng_below(&prng, (uint64_t)volume + 1),
            .trades = 1 + (int64_t)l1_prng_below(&prng, 2000),
        };
        tape_add(&to, &event);
    }
    tape_close(&to);
    return to;
}

#endif
