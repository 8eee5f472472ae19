/* venue/simulated/resting.c: the queue that a resting order stands in, and what reaches it.
 *
 * Own orders are in no recorded book, so others' quantity ahead is estimated: what was shown at
 * the price when the order came, less what traded there since; never more than is shown now. What
 * others cancel counts as behind it (risk-averse), or in part as ahead (power, log).
 * Source: hftbacktest's probability queue models, written anew in integers. */
#include "base/assert.h"
#include "venue/simulated/account.h"
#include "venue/simulated/matching.h"
#include "venue/simulated/orders.h"

/* Quantity shown at the order's price; L1_FRONT_UNKNOWN where the book does not reach. */
static int64_t shown_e8(const l1_call *call, const l1_open_order *order)
{
    const l1_depth_book *book = &call->venue->books[order->symbol];
    const bool ask = order->leg.side == L1_SIDE_SELL;
    const int64_t price_e8 = order->leg.price_e8;
    const l1_depth_side *side = ask ? &book->asks : &book->bids;
    if (!l1_simulated_book_fresh(book, call->now_ns, l1_simulated_age_ns(call->venue))) {
        return L1_FRONT_UNKNOWN;
    }
    const l1_level *quoted = ask ? &book->quote.ask : &book->quote.bid;
    const l1_level *worst = side->count > 0 ? &side->levels[0] : quoted;
    const bool beyond = ask ? price_e8 > worst->price_e8 : price_e8 < worst->price_e8;
    if (beyond) return L1_FRONT_UNKNOWN;
    return l1_depth_book_at_e8(book, ask, price_e8);
}

static void join_queue(const l1_call *call, l1_open_order *order)
{
    const int64_t part_e8 = order->leg.iceberg_e8 > 0 ? order->leg.iceberg_e8 : order->left_e8;
    order->visible_e8 = part_e8 < order->left_e8 ? part_e8 : order->left_e8;
    order->front_e8 = shown_e8(call, order);
    order->level_e8 = order->front_e8 == L1_FRONT_UNKNOWN ? 0 : order->front_e8;
    order->traded_e8 = 0;
    L1_ASSERT(order->visible_e8 > 0);
    L1_ASSERT(order->front_e8 >= 0);
}

void l1_simulated_rest(const l1_call *call, l1_open_order *order)
{
    l1_open_orders *orders = &call->venue->orders;
    L1_ASSERT(order->left_e8 > 0);
    L1_ASSERT(order->leg.price_e8 > 0);
    order->stage = L1_STAGE_RESTING;
    order->placed_ns = call->now_ns;
    order->seen = call->venue->event;
    join_queue(call, order);
    const uint32_t slot = l1_open_orders_add(orders, order);
    if (order->list != L1_SLOT_NONE) orders->lists[order->list].slots[order->place] = slot;
}

void l1_simulated_show(const l1_call *call, uint32_t slot, int64_t qty_e8)
{
    l1_open_orders *orders = &call->venue->orders;
    l1_open_order *order = &orders->slots[slot];
    L1_ASSERT(order->stage == L1_STAGE_RESTING);
    L1_ASSERT(order->left_e8 > 0);
    order->visible_e8 -= qty_e8 < order->visible_e8 ? qty_e8 : order->visible_e8;
    if (order->visible_e8 > order->left_e8) order->visible_e8 = order->left_e8;
    if (order->visible_e8 > 0) return;
    join_queue(call, order);
    l1_open_orders_renew(orders, slot);
}

/* --- the queue ---------------------------------------------------------------------------------
 */

/* ln(1 + x) in units of 2^-16, up to one constant factor: a binary logarithm, which is all that a
 * ratio of two needs. */
static int64_t log_of(int64_t lots)
{
    L1_ASSERT(lots >= 0);
    uint64_t x = (uint64_t)lots + 1;
    const int whole = 63 - __builtin_clzll(x);
    int64_t log = whole;
    x = whole > 31 ? x >> (whole - 31) : x << (31 - whole); /* in [2^31, 2^32) */
    for (int i = 0; i < 16; i++) {
        x = x * x >> 31;
        const uint64_t carry = x >> 32;
        log = 2 * log + (int64_t)carry;
        x >>= carry;
    }
    return log;
}

/* back^n and front^n, scaled to fit; n = 1 to 4. */
static void powers(int64_t *back, int64_t *front, uint32_t n)
{
    L1_ASSERT(n >= 1 && n <= 4);
    while (*back >= 1 << 14 || *front >= 1 << 14) {
        *back >>= 1;
        *front >>= 1;
    }
    const int64_t b = *back, f = *front;
    for (uint32_t i = 1; i < n; i++) {
        *back *= b;
        *front *= f;
    }
}

/* Of `gone_e8` that left the level without trading, what was behind the order. */
static int64_t gone_behind(const l1_limits *limits, const l1_open_order *order, int64_t lot_e8,
                           int64_t gone_e8)
{
    const int64_t back_e8 =
        order->level_e8 > order->front_e8 ? order->level_e8 - order->front_e8 : 0;
    int64_t back = back_e8 / lot_e8, front = order->front_e8 / lot_e8, behind_e8 = 0;
    if (limits->queue == L1_QUEUE_LOG) {
        back = log_of(back);
        front = log_of(front);
    } else {
        powers(&back, &front, limits->queue_power);
    }
    if (back + front == 0) return gone_e8;
    const bool fits = l1_mul_div(gone_e8, back, back + front, L1_ROUND_UP, &behind_e8);
    L1_ASSERT(fits); /* back <= back + front */
    return behind_e8 < back_e8 ? behind_e8 : back_e8;
}

/* The book was told: where the order stands now. */
static void requeue(const l1_call *call, l1_open_order *order)
{
    const l1_limits *limits = &call->venue->limits;
    const int64_t now_e8 = shown_e8(call, order);
    if (now_e8 == L1_FRONT_UNKNOWN) return;
    if (limits->queue != L1_QUEUE_RISK_AVERSE && order->front_e8 != L1_FRONT_UNKNOWN) {
        const l1_i128 gone = (l1_i128)order->level_e8 - now_e8 - order->traded_e8;
        if (gone > 0) {
            const int64_t gone_e8 = (int64_t)gone; /* at most level_e8 */
            const int64_t lot_e8 = limits->symbols[order->symbol].lot_e8;
            const int64_t ahead_e8 = gone_e8 - gone_behind(limits, order, lot_e8, gone_e8);
            L1_ASSERT(ahead_e8 >= 0);
            order->front_e8 -= ahead_e8 < order->front_e8 ? ahead_e8 : order->front_e8;
        }
    }
    if (order->front_e8 > now_e8) order->front_e8 = now_e8;
    order->level_e8 = now_e8;
    order->traded_e8 = 0;
    L1_ASSERT(order->front_e8 >= 0);
}

/* --- fills -------------------------------------------------------------------------------------
 */

/* Fills a resting order at its own price; ends it when nothing is left, or when the last decimals
 * of its lock were spent on the rounding of earlier fills. */
static void fill_resting(const l1_call *call, uint32_t slot, int64_t qty_e8)
{
    l1_open_order *order = &call->venue->orders.slots[slot];
    L1_ASSERT(qty_e8 > 0 && qty_e8 <= order->left_e8);
    l1_simulated_touched(call, slot); /* an OCO's lock may stand with the other leg */
    if (!l1_simulated_can_fill(call, order, order->leg.price_e8, qty_e8)) {
        l1_simulated_end(call, slot, L1_VENUE_EXPIRED, L1_VENUE_REASON_BALANCE);
        return;
    }
    l1_simulated_fill(call, order, order->leg.price_e8, qty_e8, true);
    l1_simulated_release(call, order);
    if (order->left_e8 == 0) {
        l1_simulated_end(call, slot, L1_VENUE_DONE, L1_VENUE_REASON_NONE);
    } else {
        l1_simulated_show(call, slot, qty_e8);
    }
}

/* Best price, then oldest, of the resting orders of a side that this call has not seen and whose
 * price is at `bound_e8` or better. */
static uint32_t best_unseen(const l1_venue_simulated *venue, int32_t symbol, l1_side side,
                            int64_t bound_e8)
{
    const l1_open_orders *orders = &venue->orders;
    const bool buy = side == L1_SIDE_BUY;
    uint32_t best = L1_SLOT_NONE;
    int64_t best_e8 = 0;
    for (uint32_t at = orders->symbols[symbol].oldest; at != L1_SLOT_NONE;
         at = orders->slots[at].newer) {
        const l1_open_order *order = &orders->slots[at];
        if (order->stage != L1_STAGE_RESTING || order->leg.side != side) continue;
        if (order->seen == venue->event) continue;
        const int64_t price_e8 = order->leg.price_e8;
        if (buy ? price_e8 < bound_e8 : price_e8 > bound_e8) continue;
        if (best == L1_SLOT_NONE || (buy ? price_e8 > best_e8 : price_e8 < best_e8)) {
            best = at;
            best_e8 = price_e8;
        }
    }
    return best;
}

/* `offered_e8` rounded to what an order of that much left may fill. */
static int64_t on_lot(const l1_call *call, const l1_open_order *order, int64_t offered_e8,
                      int64_t most_e8)
{
    L1_ASSERT(offered_e8 >= 0);
    L1_ASSERT(most_e8 > 0 && most_e8 <= order->left_e8);
    if (offered_e8 >= most_e8) return most_e8;
    return l1_step_down(offered_e8, call->venue->limits.symbols[order->symbol].lot_e8);
}

/* A trade reaches the orders of one side; `left_e8` of it are not used up yet. */
static int64_t trade_reaches(const l1_call *call, const l1_trade *trade, l1_side side,
                             int64_t left_e8)
{
    const bool hits = (side == L1_SIDE_BUY) == trade->buyer_maker; /* that side was resting */
    for (;;) {
        const uint32_t slot = best_unseen(call->venue, trade->symbol, side, trade->price_e8);
        if (slot == L1_SLOT_NONE) return left_e8;
        l1_open_order *order = &call->venue->orders.slots[slot];
        order->seen = call->venue->event;
        int64_t ahead_e8 = 0, most_e8 = order->left_e8;
        if (order->leg.price_e8 == trade->price_e8) {
            if (!hits) continue;
            ahead_e8 = order->front_e8 < left_e8 ? order->front_e8 : left_e8;
            if (order->front_e8 != L1_FRONT_UNKNOWN) order->front_e8 -= ahead_e8;
            if (order->traded_e8 <= INT64_MAX - trade->qty_e8) order->traded_e8 += trade->qty_e8;
            most_e8 = order->visible_e8;
        } else {
            order->front_e8 = 0; /* traded through: everything at its price is gone */
        }
        const int64_t qty_e8 = on_lot(call, order, left_e8 - ahead_e8, most_e8);
        if (qty_e8 == 0) continue;
        left_e8 -= qty_e8;
        fill_resting(call, slot, qty_e8);
    }
}

void l1_simulated_rest_on_trade(const l1_call *call, const l1_trade *trade)
{
    const l1_symbol_orders *own = &call->venue->orders.symbols[trade->symbol];
    int64_t left_e8 = trade->qty_e8;
    L1_ASSERT(trade->price_e8 > 0);
    L1_ASSERT(trade->qty_e8 >= 0);
    if (own->bid_e8 >= trade->price_e8) {
        left_e8 = trade_reaches(call, trade, L1_SIDE_BUY, left_e8);
    }
    if (own->ask_e8 <= trade->price_e8) {
        (void)trade_reaches(call, trade, L1_SIDE_SELL, left_e8);
    }
}

/* What the far side shows beyond a resting order's price could not have passed it. What it shows
 * at the price fills nothing: it only tells that nobody is ahead any more. Much of it would not
 * have been placed there had the order been seen (LIMIT_MAKER). */
static void book_reaches(const l1_call *call, int32_t symbol, l1_side side, int64_t far_e8)
{
    const int64_t bound_e8 = side == L1_SIDE_BUY ? far_e8 + 1 : far_e8 - 1; /* through */
    for (;;) {
        const uint32_t slot = best_unseen(call->venue, symbol, side, bound_e8);
        if (slot == L1_SLOT_NONE) return;
        l1_open_order *order = &call->venue->orders.slots[slot];
        order->seen = call->venue->event;
        l1_ladder ladder = l1_ladder_of_book(call->venue, symbol, side);
        l1_ladder_level level;
        int64_t filled_e8 = 0;
        const int64_t left_e8 = order->left_e8, limit_e8 = order->leg.price_e8;
        while (filled_e8 < left_e8 && l1_ladder_next(&ladder, &level)) {
            if (side == L1_SIDE_BUY ? level.price_e8 >= limit_e8 : level.price_e8 <= limit_e8) {
                break;
            }
            const int64_t missing_e8 = left_e8 - filled_e8;
            const int64_t qty_e8 = on_lot(call, order, level.left_e8, missing_e8);
            if (qty_e8 == 0) continue;
            l1_ladder_consume(&ladder, &level, qty_e8);
            filled_e8 += qty_e8;
        }
        if (filled_e8 > 0) fill_resting(call, slot, filled_e8);
    }
}

void l1_simulated_rest_on_book(const l1_call *call, int32_t symbol)
{
    l1_open_orders *orders = &call->venue->orders;
    const l1_symbol_orders *own = &orders->symbols[symbol];
    const l1_depth_book *book = &call->venue->books[symbol];
    l1_level bid, ask;
    if (own->bid_e8 == 0 && own->ask_e8 == INT64_MAX) return;
    if (!l1_depth_book_best(book, &bid, &ask)) return;
    for (uint32_t at = own->oldest; at != L1_SLOT_NONE; at = orders->slots[at].newer) {
        if (orders->slots[at].stage == L1_STAGE_RESTING) requeue(call, &orders->slots[at]);
    }
    if (ask.price_e8 < own->bid_e8) book_reaches(call, symbol, L1_SIDE_BUY, ask.price_e8);
    if (bid.price_e8 > own->ask_e8) book_reaches(call, symbol, L1_SIDE_SELL, bid.price_e8);
}

static void bar_reaches(const l1_call *call, const l1_bar *bar, l1_side side)
{
    const bool buy = side == L1_SIDE_BUY;
    const int64_t lot_e8 = call->venue->limits.symbols[bar->symbol].lot_e8;
    const int64_t bound_e8 = buy ? bar->low_e8 + 1 : bar->high_e8 - 1; /* through, not touched */
    for (;;) {
        const uint32_t slot = best_unseen(call->venue, bar->symbol, side, bound_e8);
        if (slot == L1_SLOT_NONE) return;
        l1_open_order *order = &call->venue->orders.slots[slot];
        order->seen = call->venue->event;
        if (order->placed_ns > bar->open_time_ns) continue; /* was not there all of the bar */
        const int64_t qty_e8 =
            l1_simulated_bar_take(&call->venue->markets[bar->symbol], side, order->left_e8, lot_e8);
        if (qty_e8 > 0) fill_resting(call, slot, qty_e8);
    }
}

void l1_simulated_rest_on_bar(const l1_call *call, const l1_bar *bar)
{
    const l1_venue_simulated *venue = call->venue;
    const l1_symbol_orders *own = &venue->orders.symbols[bar->symbol];
    const int64_t age_ns = venue->limits.market_age_ns;
    const l1_simulated_market *market = &venue->markets[bar->symbol];
    /* What books and trades told of these minutes has already reached them. */
    if (l1_simulated_book_fresh(&venue->books[bar->symbol], call->now_ns, age_ns)) return;
    if (l1_simulated_trade_fresh(market, call->now_ns, age_ns)) return;
    if (own->bid_e8 > bar->low_e8) bar_reaches(call, bar, L1_SIDE_BUY);
    if (own->ask_e8 < bar->high_e8) bar_reaches(call, bar, L1_SIDE_SELL);
}
