/* report/round_trips.c: lots opened by buys and eaten up by sells. */
#include "report/round_trips.h"

#include <string.h>

#include "base/assert.h"
#include "base/text.h"

/* `whole` x part / of; 0 when it does not fit, which money of an account never is. */
static int64_t share(int64_t whole, int64_t part, int64_t of)
{
    int64_t out = 0;
    L1_ASSERT(part >= 0 && of > 0);
    return l1_mul_div(whole, part, of, L1_ROUND_DOWN, &out) ? out : 0;
}

static int64_t plus(int64_t a, int64_t b)
{
    int64_t out = 0;
    if (!__builtin_add_overflow(a, b, &out)) return out;
    return b < 0 ? INT64_MIN + 1 : INT64_MAX;
}

uint32_t l1_score_bin(int64_t score_e8)
{
    if (score_e8 <= 0) return 0;
    const int64_t bin = score_e8 / (L1_E8 / L1_SCORE_BINS);
    return bin >= L1_SCORE_BINS ? L1_SCORE_BINS - 1 : (uint32_t)bin;
}

void l1_outcomes_add(l1_outcomes *outcomes, int64_t gain_e8, int64_t score_e8)
{
    outcomes->count++;
    outcomes->gain_e8 = plus(outcomes->gain_e8, gain_e8);
    if (score_e8 == L1_OFF) return;
    outcomes->scored++;
    outcomes->score_bins[l1_score_bin(score_e8)]++;
}

static void drop(l1_round_trips *trips, uint32_t at)
{
    L1_ASSERT(at < trips->count);
    memmove(&trips->lots[at], &trips->lots[at + 1],
            (trips->count - at - 1) * sizeof trips->lots[0]);
    trips->count--;
}

static void close_lot(l1_round_trips *trips, uint32_t at, int64_t now_ns)
{
    const l1_lot *lot = &trips->lots[at];
    const int64_t gain_e8 = plus(lot->gain_e8, -lot->cost_e8); /* dust is given up */
    l1_outcomes_add(gain_e8 > 0 ? &trips->winners : &trips->losers, gain_e8, lot->score_e8);
    if (now_ns > lot->opened_ns) trips->held_ns = plus(trips->held_ns, now_ns - lot->opened_ns);
    drop(trips, at);
}

void l1_round_trips_buy(l1_round_trips *trips, const l1_lot_trade *trade)
{
    L1_ASSERT(trade->symbol >= 0 && trade->symbol < L1_SYMBOLS_MAX);
    if (trade->qty_e8 <= 0) return;
    if (trips->count == L1_LOTS_MAX) {
        drop(trips, 0);
        trips->dropped++;
    }
    l1_lot *lot = &trips->lots[trips->count++];
    *lot = (l1_lot){.symbol = trade->symbol,
                    .opened_ns = trade->at_ns,
                    .qty_e8 = trade->qty_e8,
                    .cost_e8 = trade->quote_e8,
                    .score_e8 = trade->score_e8};
    l1_text_copy(lot->execution_id, sizeof lot->execution_id, trade->execution_id);
}

void l1_round_trips_sell(l1_round_trips *trips, const l1_limits *limits, const l1_lot_trade *trade,
                         bool own)
{
    L1_ASSERT(trade->symbol >= 0 && (uint32_t)trade->symbol < limits->symbols_count);
    int64_t left_e8 = trade->qty_e8, quote_e8 = trade->quote_e8;
    const int64_t lot_e8 = limits->symbols[trade->symbol].lot_e8;
    for (uint32_t i = 0; i < trips->count && left_e8 > 0;) {
        l1_lot *lot = &trips->lots[i];
        if (lot->symbol != trade->symbol ||
            (own && strcmp(lot->execution_id, trade->execution_id) != 0)) {
            i++;
            continue;
        }
        const int64_t part_e8 = left_e8 < lot->qty_e8 ? left_e8 : lot->qty_e8;
        const int64_t brought_e8 = share(quote_e8, part_e8, left_e8);
        const int64_t cost_e8 = share(lot->cost_e8, part_e8, lot->qty_e8);
        lot->gain_e8 = plus(lot->gain_e8, brought_e8 - cost_e8);
        lot->cost_e8 -= cost_e8;
        lot->qty_e8 -= part_e8;
        left_e8 -= part_e8;
        quote_e8 -= brought_e8;
        if (lot->qty_e8 < lot_e8 || lot->qty_e8 == 0) {
            close_lot(trips, i, trade->at_ns);
        } else {
            i++;
        }
    }
}

l1_outcomes l1_round_trips_open(const l1_round_trips *trips, const int64_t *mids_e8)
{
    l1_outcomes open = {0};
    for (uint32_t i = 0; i < trips->count; i++) {
        const l1_lot *lot = &trips->lots[i];
        const int64_t mid_e8 = mids_e8[lot->symbol];
        const int64_t worth_e8 = mid_e8 > 0 ? share(lot->qty_e8, mid_e8, L1_E8) : lot->cost_e8;
        l1_outcomes_add(&open, plus(lot->gain_e8, worth_e8 - lot->cost_e8), lot->score_e8);
    }
    return open;
}
