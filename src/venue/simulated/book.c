/* venue/simulated/book.c: ladders over the shared book or over one made out of a bar. */
#include "venue/simulated/book.h"

#include "base/assert.h"

#define STEP_RATIO 10000                  /* level k lies k / STEP_RATIO away from the anchor */
#define PARTICIPATION_PRESET (L1_E8 / 20) /* 5 %, when participation_max is off */

static int64_t earlier(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
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

bool l1_simulated_book_fresh(const l1_depth_book *book, int64_t now_ns, int64_t age_ns)
{
    return l1_depth_book_usable(book) && fresh(book->since_ns, now_ns, age_ns);
}

bool l1_simulated_trade_fresh(const l1_simulated_market *market, int64_t now_ns, int64_t age_ns)
{
    return market->trade_e8 > 0 && fresh(market->trade_ns, now_ns, age_ns);
}

bool l1_simulated_bar_fresh(const l1_simulated_market *market, int64_t now_ns, int64_t age_ns)
{
    return market->has_bar && fresh(market->bar_since_ns, now_ns, age_ns);
}

/* --- what was taken of the shared book ---------------------------------------------------------
 */

static void purge(l1_consumed *consumed, const l1_depth_book *book, bool asks)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < consumed->count; i++) {
        const l1_consumed_level *level = &consumed->levels[i];
        if (l1_depth_book_at_e8(book, asks, level->price_e8) != level->shown_e8) continue;
        consumed->levels[kept++] = *level;
    }
    L1_ASSERT(kept <= consumed->count);
    consumed->count = kept;
}

void l1_simulated_market_told(l1_simulated_market *market, const l1_depth_book *book)
{
    if ((market->bids.count | market->asks.count) == 0) return;
    if (!l1_depth_book_usable(book)) return; /* between parts, or lost: nothing was told */
    purge(&market->bids, book, false);
    purge(&market->asks, book, true);
}

static l1_consumed *consumed_of(const l1_ladder *ladder)
{
    L1_ASSERT(ladder->kind == L1_LADDER_BOOK);
    return ladder->asks ? &ladder->market->asks : &ladder->market->bids;
}

static l1_consumed_level *consumed_at(l1_consumed *consumed, int64_t price_e8)
{
    L1_ASSERT(consumed->count <= L1_TAKES_MAX);
    for (uint32_t i = 0; i < consumed->count; i++) {
        if (consumed->levels[i].price_e8 == price_e8) return &consumed->levels[i];
    }
    return NULL;
}

/* --- ladders -----------------------------------------------------------------------------------
 */

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

l1_ladder l1_ladder_of_book(l1_venue_simulated *venue, int32_t symbol, l1_side side)
{
    L1_ASSERT(symbol >= 0 && (uint32_t)symbol < venue->limits.symbols_count);
    const l1_depth_book *book = &venue->books[symbol];
    return (l1_ladder){.kind = l1_depth_book_usable(book) ? L1_LADDER_BOOK : L1_LADDER_EMPTY,
                       .asks = side == L1_SIDE_BUY,
                       .book = book,
                       .market = &venue->markets[symbol]};
}

l1_ladder l1_ladder_around(l1_venue_simulated *venue, int32_t symbol, l1_side side,
                           int64_t anchor_e8)
{
    L1_ASSERT(venue->markets[symbol].has_bar);
    L1_ASSERT(anchor_e8 > 0);
    return (l1_ladder){.kind = L1_LADDER_MADE,
                       .asks = side == L1_SIDE_BUY,
                       .market = &venue->markets[symbol],
                       .anchor_e8 = anchor_e8,
                       .tick_e8 = venue->limits.symbols[symbol].tick_e8};
}

l1_ladder l1_ladder_now(l1_venue_simulated *venue, int32_t symbol, l1_side side, int64_t anchor_e8,
                        int64_t now_ns, int64_t age_ns)
{
    L1_ASSERT(anchor_e8 >= 0);
    const l1_simulated_market *market = &venue->markets[symbol];
    if (l1_simulated_book_fresh(&venue->books[symbol], now_ns, age_ns)) {
        return l1_ladder_of_book(venue, symbol, side);
    }
    if (!l1_simulated_bar_fresh(market, now_ns, age_ns)) return (l1_ladder){.at = 0};
    return l1_ladder_around(venue, symbol, side, anchor_e8 > 0 ? anchor_e8 : market->close_e8);
}

static bool next_made(l1_ladder *ladder, l1_ladder_level *out)
{
    const uint32_t k = ladder->at;
    if (k >= L1_MADE_LEVELS) return false;
    int64_t price_e8 = 0;
    const l1_side side = ladder->asks ? L1_SIDE_BUY : L1_SIDE_SELL;
    if (!made_price(ladder->anchor_e8, ladder->tick_e8, side, (int64_t)k + 1, &price_e8)) {
        return false;
    }
    const l1_simulated_market *market = ladder->market;
    *out = (l1_ladder_level){.price_e8 = price_e8,
                             .left_e8 =
                                 ladder->asks ? market->asks_left_e8[k] : market->bids_left_e8[k],
                             .level = k};
    ladder->at++;
    return true;
}

bool l1_ladder_next(l1_ladder *ladder, l1_ladder_level *out)
{
    l1_level level = {0};
    if (ladder->kind == L1_LADDER_EMPTY) return false;
    if (ladder->kind == L1_LADDER_MADE) return next_made(ladder, out);
    l1_consumed *consumed = consumed_of(ladder);
    if (!l1_depth_book_next(ladder->book, ladder->asks, &ladder->at, &level)) return false;
    const l1_consumed_level *taken = consumed_at(consumed, level.price_e8);
    if (taken == NULL && consumed->count + ladder->fresh >= L1_TAKES_MAX) return false;
    ladder->fresh += taken == NULL;
    *out = (l1_ladder_level){.price_e8 = level.price_e8, .shown_e8 = level.qty_e8};
    out->left_e8 = level.qty_e8;
    if (taken != NULL && taken->shown_e8 == level.qty_e8) out->left_e8 -= taken->taken_e8;
    L1_ASSERT(out->left_e8 >= 0);
    return true;
}

int64_t l1_ladder_best_e8(l1_ladder ladder)
{
    l1_ladder_level level;
    L1_ASSERT(ladder.at == 0);
    return l1_ladder_next(&ladder, &level) ? level.price_e8 : 0;
}

void l1_ladder_consume(const l1_ladder *ladder, const l1_ladder_level *level, int64_t qty_e8)
{
    L1_ASSERT(qty_e8 > 0);
    L1_ASSERT(ladder->kind != L1_LADDER_EMPTY);
    if (ladder->kind == L1_LADDER_MADE) {
        l1_simulated_market *market = ladder->market;
        int64_t *left_e8 = ladder->asks ? market->asks_left_e8 : market->bids_left_e8;
        L1_ASSERT(qty_e8 <= left_e8[level->level]);
        left_e8[level->level] -= qty_e8;
        return;
    }
    l1_consumed *consumed = consumed_of(ladder);
    l1_consumed_level *taken = consumed_at(consumed, level->price_e8);
    if (taken == NULL) {
        L1_ASSERT(consumed->count < L1_TAKES_MAX);
        taken = &consumed->levels[consumed->count++];
        *taken = (l1_consumed_level){.price_e8 = level->price_e8, .shown_e8 = level->shown_e8};
    } else if (taken->shown_e8 != level->shown_e8) {
        *taken = (l1_consumed_level){.price_e8 = level->price_e8, .shown_e8 = level->shown_e8};
    }
    L1_ASSERT(qty_e8 <= taken->shown_e8 - taken->taken_e8); /* never more than was shown */
    taken->taken_e8 += qty_e8;
}

int64_t l1_simulated_bar_take(l1_simulated_market *market, l1_side side, int64_t qty_e8,
                              int64_t lot_e8)
{
    L1_ASSERT(market->has_bar);
    L1_ASSERT(qty_e8 > 0 && lot_e8 > 0);
    int64_t *left_e8 = side == L1_SIDE_BUY ? market->asks_left_e8 : market->bids_left_e8;
    int64_t offered_e8 = 0, taken_e8 = 0;
    for (uint32_t k = 0; k < L1_MADE_LEVELS && offered_e8 < qty_e8; k++) {
        const int64_t more_e8 = qty_e8 - offered_e8;
        offered_e8 += left_e8[k] < more_e8 ? left_e8[k] : more_e8;
    }
    const int64_t wanted_e8 = offered_e8 == qty_e8 ? qty_e8 : l1_step_down(offered_e8, lot_e8);
    for (uint32_t k = 0; k < L1_MADE_LEVELS && taken_e8 < wanted_e8; k++) {
        const int64_t more_e8 = wanted_e8 - taken_e8;
        const int64_t take_e8 = left_e8[k] < more_e8 ? left_e8[k] : more_e8;
        left_e8[k] -= take_e8;
        taken_e8 += take_e8;
    }
    L1_ASSERT(taken_e8 == wanted_e8);
    return taken_e8;
}
