/* venue/simulated/book.c: keeping books, making them out of bars, and walking them. */
#include "venue/simulated/book.h"

#include <string.h>

#include "base/assert.h"

#define STEP_RATIO 10000                  /* level k lies k / STEP_RATIO away from the anchor */
#define PARTICIPATION_PRESET (L1_E8 / 20) /* 5 %, when participation_max is off */

static int64_t earlier(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

void l1_simulated_market_on_book(l1_simulated_market *market, const l1_book *book, int64_t now_ns)
{
    L1_ASSERT(book->bids_count > 0 && book->bids_count <= L1_BOOK_LEVELS_MAX);
    L1_ASSERT(book->asks_count > 0 && book->asks_count <= L1_BOOK_LEVELS_MAX);
    market->has_book = true;
    market->book_since_ns = earlier(book->ts_ns, now_ns);
    market->bids_count = book->bids_count;
    market->asks_count = book->asks_count;
    memcpy(market->bids, book->bids, book->bids_count * sizeof book->bids[0]);
    memcpy(market->asks, book->asks, book->asks_count * sizeof book->asks[0]);
}

bool l1_simulated_market_on_bar(l1_simulated_market *market, const l1_instrument *instrument,
                                const l1_bar *bar, int64_t now_ns)
{
    L1_ASSERT(bar->close_e8 > 0);
    L1_ASSERT(bar->volume_e8 >= 0);
    if (market->has_bar && bar->open_time_ns <= market->bar_open_ns) return false;
    market->has_bar = true;
    market->bar_open_ns = bar->open_time_ns;
    market->bar_since_ns = earlier(bar->close_time_ns, now_ns);
    market->close_e8 = bar->close_e8;

    const int64_t off = instrument->participation_max_e8;
    const l1_ratio share = {off == L1_OFF ? PARTICIPATION_PRESET : off};
    int64_t offered_e8 = 0;
    if (!l1_scale(bar->volume_e8, share, L1_ROUND_DOWN, &offered_e8)) offered_e8 = INT64_MAX;
    L1_ASSERT(offered_e8 >= 0);
    const int64_t level_e8 = l1_step_down(offered_e8 / L1_MADE_LEVELS, instrument->lot_e8);
    const int64_t rest_e8 =
        l1_step_down(offered_e8, instrument->lot_e8) - level_e8 * L1_MADE_LEVELS;
    L1_ASSERT(rest_e8 >= 0);
    for (uint32_t k = 0; k < L1_MADE_LEVELS; k++) {
        const bool last = k == L1_MADE_LEVELS - 1; /* it holds what the lot left of the tenths */
        market->bids_left_e8[k] = level_e8 + (last ? rest_e8 : 0);
        market->asks_left_e8[k] = market->bids_left_e8[k];
    }
    return true;
}

static bool fresh(int64_t since_ns, int64_t now_ns, int64_t age_ns)
{
    L1_ASSERT(age_ns >= 0);
    return now_ns - since_ns <= age_ns;
}

bool l1_simulated_book_fresh(const l1_simulated_market *market, int64_t now_ns, int64_t age_ns)
{
    return market->has_book && fresh(market->book_since_ns, now_ns, age_ns);
}

void l1_ladder_of_book(l1_simulated_market *market, l1_side side, l1_ladder *out)
{
    L1_ASSERT(market->has_book);
    const bool buy = side == L1_SIDE_BUY;
    l1_level *levels = buy ? market->asks : market->bids;
    out->count = buy ? market->asks_count : market->bids_count;
    L1_ASSERT(out->count <= L1_BOOK_LEVELS_MAX);
    for (uint32_t i = 0; i < out->count; i++) {
        out->price_e8[i] = levels[i].price_e8;
        out->left_e8[i] = &levels[i].qty_e8;
    }
}

/* Price of made level k = 1..L1_MADE_LEVELS, rounded away from the anchor; false when there is
 * no such price. */
static bool made_price(int64_t anchor_e8, int64_t tick_e8, l1_side side, int64_t k, int64_t *out)
{
    L1_ASSERT(anchor_e8 > 0);
    L1_ASSERT(k >= 1 && k <= L1_MADE_LEVELS);
    int64_t price_e8 = 0;
    if (side == L1_SIDE_BUY) {
        if (!l1_mul_div(anchor_e8, STEP_RATIO + k, STEP_RATIO, L1_ROUND_UP, &price_e8))
            return false;
        if (price_e8 > INT64_MAX - tick_e8) return false;
        price_e8 = l1_step_up(price_e8, tick_e8);
    } else {
        const bool fits =
            l1_mul_div(anchor_e8, STEP_RATIO - k, STEP_RATIO, L1_ROUND_DOWN, &price_e8);
        L1_ASSERT(fits); /* smaller than the anchor */
        price_e8 = l1_step_down(price_e8, tick_e8);
    }
    *out = price_e8;
    return price_e8 > 0;
}

void l1_ladder_around(l1_simulated_market *market, const l1_instrument *instrument, l1_side side,
                      int64_t anchor_e8, l1_ladder *out)
{
    L1_ASSERT(market->has_bar);
    L1_ASSERT(anchor_e8 > 0);
    int64_t *left_e8 = side == L1_SIDE_BUY ? market->asks_left_e8 : market->bids_left_e8;
    out->count = 0;
    for (uint32_t k = 0; k < L1_MADE_LEVELS; k++) {
        int64_t price_e8 = 0;
        if (!made_price(anchor_e8, instrument->tick_e8, side, (int64_t)k + 1, &price_e8)) break;
        out->price_e8[out->count] = price_e8;
        out->left_e8[out->count] = &left_e8[k];
        out->count++;
    }
}

void l1_ladder_now(l1_simulated_market *market, const l1_instrument *instrument, l1_side side,
                   int64_t anchor_e8, int64_t now_ns, int64_t age_ns, l1_ladder *out)
{
    L1_ASSERT(anchor_e8 >= 0);
    out->count = 0;
    if (l1_simulated_book_fresh(market, now_ns, age_ns)) {
        l1_ladder_of_book(market, side, out);
    } else if (market->has_bar && fresh(market->bar_since_ns, now_ns, age_ns)) {
        const int64_t around_e8 = anchor_e8 > 0 ? anchor_e8 : market->close_e8;
        l1_ladder_around(market, instrument, side, around_e8, out);
    }
}

void l1_ladder_walk(const l1_ladder *ladder, l1_side side, int64_t limit_e8, int64_t qty_e8,
                    int64_t room_e8, l1_walk *out)
{
    L1_ASSERT(qty_e8 > 0);
    L1_ASSERT(room_e8 >= 0);
    const bool buy = side == L1_SIDE_BUY;
    const l1_round mode = buy ? L1_ROUND_UP : L1_ROUND_DOWN;
    out->count = 0;
    out->qty_e8 = 0;
    out->notional_e8 = 0;
    for (uint32_t i = 0; i < ladder->count && out->qty_e8 < qty_e8; i++) {
        const int64_t price_e8 = ladder->price_e8[i];
        if (buy ? price_e8 > limit_e8 : price_e8 < limit_e8) break;
        const int64_t left_e8 = *ladder->left_e8[i];
        const int64_t missing_e8 = qty_e8 - out->qty_e8;
        const int64_t take_e8 = left_e8 < missing_e8 ? left_e8 : missing_e8;
        if (take_e8 == 0) continue;
        L1_ASSERT(take_e8 > 0);
        l1_notional notional;
        if (!l1_notional_of((l1_price){price_e8}, (l1_qty){take_e8}, mode, &notional)) break;
        int64_t sum_e8 = 0;
        if (__builtin_add_overflow(out->notional_e8, notional.e8, &sum_e8)) break;
        if ((buy ? out->qty_e8 + take_e8 : sum_e8) > room_e8) break;
        out->takes[out->count++] = (l1_take){i, price_e8, take_e8, notional.e8};
        out->qty_e8 += take_e8;
        out->notional_e8 = sum_e8;
    }
    L1_ASSERT(out->qty_e8 <= qty_e8);
}

void l1_ladder_consume(const l1_ladder *ladder, const l1_walk *walk)
{
    L1_ASSERT(walk->count <= ladder->count);
    for (uint32_t i = 0; i < walk->count; i++) {
        const l1_take *take = &walk->takes[i];
        L1_ASSERT(take->qty_e8 <= *ladder->left_e8[take->level]);
        *ladder->left_e8[take->level] -= take->qty_e8;
    }
}
