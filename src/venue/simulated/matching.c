/* venue/simulated/matching.c: acceptance, execution, stops and lists.
 *
 * Source: Binance Spot (2026-07): filters, FOK, STOP_LOSS, OPO lists; a list's second leg is
 * checked after the fill of the first. */
#include "venue/simulated/matching.h"

#include "base/assert.h"
#include "venue/simulated/account.h"
#include "venue/simulated/book.h"
#include "venue/simulated/orders.h"

enum { QUOTE = 0 }; /* asset index; symbol i's base is i + 1 */

static void answer(l1_venue_answers *answers, const l1_venue_event *event)
{
    L1_ASSERT(answers->count < answers->capacity);
    answers->items[answers->count++] = *event;
}

static void tell(l1_venue_answers *answers, l1_venue_event_kind kind, int32_t symbol,
                 l1_order_id id, l1_venue_reason reason)
{
    const l1_venue_event event = {.kind = kind, .reason = reason, .symbol = symbol, .id = id};
    answer(answers, &event);
}

static void tell_ack(l1_venue_answers *answers, int32_t symbol, const l1_order_leg *leg)
{
    const bool stop = leg->type == L1_ORDER_STOP_LOSS;
    const l1_venue_event event = {.kind = L1_VENUE_ACK,
                                  .symbol = symbol,
                                  .id = leg->id,
                                  .price_e8 = stop ? leg->stop_e8 : leg->price_e8,
                                  .qty_e8 = leg->qty_e8};
    answer(answers, &event);
}

/* DONE, or EXPIRED with what was left. */
static void tell_end(l1_venue_answers *answers, int32_t symbol, l1_order_id id, int64_t left_e8)
{
    L1_ASSERT(left_e8 >= 0);
    l1_venue_event event = {.kind = L1_VENUE_DONE, .symbol = symbol, .id = id};
    if (left_e8 > 0) {
        event.kind = L1_VENUE_EXPIRED;
        event.reason = L1_VENUE_REASON_NO_LIQUIDITY;
        event.qty_e8 = left_e8;
    }
    answer(answers, &event);
}

/* Books a walk: one FILL a level, commission in the asset received. The order's commission is
 * rounded up once, not level by level, so that how many levels it took cannot cost its stop a
 * lot. Returns what was received net of it. */
static int64_t execute(l1_venue_simulated *venue, int32_t symbol, l1_order_id id, l1_side side,
                       const l1_ladder *ladder, const l1_walk *walk, l1_venue_answers *answers)
{
    const bool buy = side == L1_SIDE_BUY;
    const int32_t base = symbol + 1;
    const int32_t received = buy ? base : QUOTE;
    l1_simulated_asset *in = &venue->assets[received];
    l1_simulated_asset *out = &venue->assets[buy ? QUOTE : base];
    const l1_ratio rate = {venue->limits.taker_fee_e8};
    int64_t gross_e8 = 0, fees_e8 = 0;
    l1_ladder_consume(ladder, walk);
    for (uint32_t i = 0; i < walk->count; i++) {
        const l1_take *take = &walk->takes[i];
        const int64_t amount_e8 = buy ? take->qty_e8 : take->notional_e8;
        int64_t fees_sum_e8 = 0;
        gross_e8 += amount_e8;
        const bool fits = l1_scale(gross_e8, rate, L1_ROUND_UP, &fees_sum_e8);
        L1_ASSERT(fits); /* the rate is at most 1 */
        const int64_t fee_e8 = fees_sum_e8 - fees_e8;
        fees_e8 = fees_sum_e8;
        l1_simulated_asset_pay(out, buy ? take->notional_e8 : take->qty_e8);
        l1_simulated_asset_receive(in, amount_e8, fee_e8);
        const l1_venue_event fill = {.kind = L1_VENUE_FILL,
                                     .symbol = symbol,
                                     .id = id,
                                     .price_e8 = take->price_e8,
                                     .qty_e8 = take->qty_e8,
                                     .fee_e8 = fee_e8,
                                     .fee_asset = received,
                                     .trade_id = ++venue->trades[symbol]};
        answer(answers, &fill);
    }
    L1_ASSERT(gross_e8 == (buy ? walk->qty_e8 : walk->notional_e8));
    return gross_e8 - fees_e8;
}

/* How old the market may be that an order meets: one that was fresh when the order left is still
 * the market when it arrives. */
static int64_t age_ns(const l1_venue_simulated *venue)
{
    L1_ASSERT(venue->limits.market_age_ns >= 0);
    L1_ASSERT(venue->limits.paper_latency_ns >= 0);
    return venue->limits.market_age_ns + venue->limits.paper_latency_ns;
}

/* Room that the asset received has below INT64_MAX. */
static int64_t room_e8(const l1_venue_simulated *venue, int32_t symbol, l1_side side)
{
    const int32_t received = side == L1_SIDE_BUY ? symbol + 1 : QUOTE;
    return INT64_MAX - venue->assets[received].total_e8;
}

/* --- acceptance --------------------------------------------------------------------------------
 */

/* LOT_SIZE, PRICE_FILTER and NOTIONAL; the last not for market orders. */
static bool passes_filters(const l1_instrument *instrument, const l1_order_leg *leg)
{
    L1_ASSERT(instrument->lot_e8 > 0);
    L1_ASSERT(instrument->tick_e8 > 0);
    if (leg->qty_e8 <= 0 || leg->qty_e8 % instrument->lot_e8 != 0) return false;
    if (leg->type == L1_ORDER_MARKET) return true;
    const int64_t price_e8 = leg->type == L1_ORDER_LIMIT ? leg->price_e8 : leg->stop_e8;
    if (price_e8 <= 0 || price_e8 % instrument->tick_e8 != 0) return false;
    l1_notional notional;
    if (!l1_notional_of((l1_price){price_e8}, (l1_qty){leg->qty_e8}, L1_ROUND_DOWN, &notional)) {
        return false;
    }
    return notional.e8 >= instrument->venue_min_notional_e8;
}

/* The forms that this venue takes: LIMIT only as FOK, STOP_LOSS only to sell, a list only as a
 * buy and the stop of what it buys, where the symbol has lists. */
static bool known_form(const l1_instrument *instrument, const l1_submit *submit)
{
    const l1_order_leg *legs = submit->legs;
    const bool fok = legs[0].type == L1_ORDER_LIMIT && legs[0].tif == L1_TIF_FOK;
    if (submit->legs_count == 2) {
        return instrument->opo && fok && legs[0].side == L1_SIDE_BUY &&
               legs[1].type == L1_ORDER_STOP_LOSS && legs[1].side == L1_SIDE_SELL;
    }
    if (legs[0].type == L1_ORDER_STOP_LOSS) return legs[0].side == L1_SIDE_SELL;
    return fok || legs[0].type == L1_ORDER_MARKET;
}

static bool id_taken(const l1_venue_simulated *venue, const l1_submit *submit)
{
    for (uint32_t i = 0; i < submit->legs_count; i++) {
        const l1_order_id id = submit->legs[i].id;
        if (l1_open_orders_find(&venue->orders, id) != L1_SLOT_NONE) return true;
        if (i > 0 && l1_order_id_equal(id, submit->legs[0].id)) return true;
    }
    return false;
}

static l1_venue_reason stop_refused(l1_venue_simulated *venue, int32_t symbol,
                                    const l1_order_leg *leg, int64_t now_ns)
{
    const l1_instrument *instrument = &venue->limits.symbols[symbol];
    if (!passes_filters(instrument, leg)) return L1_VENUE_REASON_FILTER;
    if (venue->orders.lists[symbol].count >= instrument->max_algo_orders ||
        venue->orders.count >= venue->orders.capacity) {
        return L1_VENUE_REASON_CAPACITY;
    }
    l1_ladder bids;
    l1_ladder_now(&venue->markets[symbol], instrument, L1_SIDE_SELL, 0, now_ns, age_ns(venue),
                  &bids);
    if (bids.count > 0 && bids.price_e8[0] <= leg->stop_e8) return L1_VENUE_REASON_WOULD_TRIGGER;
    if (leg->qty_e8 > l1_simulated_asset_free_e8(&venue->assets[symbol + 1])) {
        return L1_VENUE_REASON_BALANCE;
    }
    return L1_VENUE_REASON_NONE;
}

/* Rests, or is rejected. */
static void run_stop_order(l1_venue_simulated *venue, int32_t symbol, const l1_order_leg *leg,
                           int64_t now_ns, l1_venue_answers *answers)
{
    L1_ASSERT(leg->type == L1_ORDER_STOP_LOSS);
    L1_ASSERT(leg->side == L1_SIDE_SELL);
    const l1_venue_reason reason = stop_refused(venue, symbol, leg, now_ns);
    if (reason != L1_VENUE_REASON_NONE) {
        tell(answers, L1_VENUE_REJECTED, symbol, leg->id, reason);
        return;
    }
    const l1_resting_stop stop = {.id = leg->id,
                                  .symbol = symbol,
                                  .stop_e8 = leg->stop_e8,
                                  .qty_e8 = leg->qty_e8,
                                  .placed_ns = now_ns};
    l1_simulated_asset_lock(&venue->assets[symbol + 1], leg->qty_e8);
    l1_open_orders_add(&venue->orders, &stop);
    tell_ack(answers, symbol, leg);
}

/* What a taker has to have free: a sell its quantity; a buy price x quantity, and if the
 * rounding of several levels makes more, what it will pay. */
static bool covered(const l1_venue_simulated *venue, int32_t symbol, const l1_order_leg *leg,
                    const l1_walk *walk)
{
    if (leg->side == L1_SIDE_SELL) {
        return leg->qty_e8 <= l1_simulated_asset_free_e8(&venue->assets[symbol + 1]);
    }
    const int64_t free_e8 = l1_simulated_asset_free_e8(&venue->assets[QUOTE]);
    if (walk->notional_e8 > free_e8) return false;
    if (leg->type == L1_ORDER_MARKET) return true;
    l1_notional lock;
    const l1_price price = {leg->price_e8};
    if (!l1_notional_of(price, (l1_qty){leg->qty_e8}, L1_ROUND_UP, &lock)) return false;
    return lock.e8 <= free_e8;
}

/* A LIMIT FOK or MARKET order from beginning to end. True when all of it has executed; then
 * *net_e8 is what was received net of commission. */
static bool run_taker(l1_venue_simulated *venue, int32_t symbol, const l1_order_leg *leg,
                      int64_t now_ns, l1_venue_answers *answers, int64_t *net_e8)
{
    const l1_instrument *instrument = &venue->limits.symbols[symbol];
    if (!passes_filters(instrument, leg)) {
        tell(answers, L1_VENUE_REJECTED, symbol, leg->id, L1_VENUE_REASON_FILTER);
        return false;
    }
    const bool limited = leg->type == L1_ORDER_LIMIT;
    const int64_t any_price_e8 = leg->side == L1_SIDE_BUY ? INT64_MAX : 0;
    l1_ladder ladder;
    l1_walk walk;
    l1_ladder_now(&venue->markets[symbol], instrument, leg->side, 0, now_ns, age_ns(venue),
                  &ladder);
    l1_ladder_walk(&ladder, leg->side, limited ? leg->price_e8 : any_price_e8, leg->qty_e8,
                   room_e8(venue, symbol, leg->side), &walk);
    if (limited && walk.qty_e8 < leg->qty_e8) walk = (l1_walk){.count = 0}; /* all or nothing */
    if (!covered(venue, symbol, leg, &walk)) {
        tell(answers, L1_VENUE_REJECTED, symbol, leg->id, L1_VENUE_REASON_BALANCE);
        return false;
    }
    tell_ack(answers, symbol, leg);
    *net_e8 = execute(venue, symbol, leg->id, leg->side, &ladder, &walk, answers);
    tell_end(answers, symbol, leg->id, leg->qty_e8 - walk.qty_e8);
    return walk.qty_e8 == leg->qty_e8;
}

void l1_simulated_run_submit(l1_venue_simulated *venue, const l1_submit *submit, int64_t now_ns,
                             l1_venue_answers *answers)
{
    L1_ASSERT(submit->symbol >= 0 && (uint32_t)submit->symbol < venue->limits.symbols_count);
    L1_ASSERT(submit->legs_count >= 1 && submit->legs_count <= L1_LEGS_MAX);
    const int32_t symbol = submit->symbol;
    const l1_instrument *instrument = &venue->limits.symbols[symbol];
    const l1_order_leg *first = &submit->legs[0];
    int64_t net_e8 = 0;
    bool filled = false;
    if (submit->legs_count > 2 || !known_form(instrument, submit)) {
        tell(answers, L1_VENUE_REJECTED, symbol, first->id, L1_VENUE_REASON_FILTER);
    } else if (id_taken(venue, submit)) {
        tell(answers, L1_VENUE_REJECTED, symbol, first->id, L1_VENUE_REASON_NONE);
    } else if (first->type == L1_ORDER_STOP_LOSS) {
        run_stop_order(venue, symbol, first, now_ns, answers);
    } else {
        filled = run_taker(venue, symbol, first, now_ns, answers, &net_e8);
    }
    for (uint32_t i = 1; i < submit->legs_count && !filled; i++) {
        tell(answers, L1_VENUE_EXPIRED, symbol, submit->legs[i].id, L1_VENUE_REASON_PARENT);
    }
    if (submit->legs_count != 2 || !filled) return;
    l1_order_leg stop = submit->legs[1];
    stop.qty_e8 = l1_step_down(net_e8, instrument->lot_e8);
    run_stop_order(venue, symbol, &stop, now_ns, answers);
}

/* --- what ends a resting stop ------------------------------------------------------------------
 */

/* Takes a stop out of the table and gives its lock back. */
static void end_stop(l1_venue_simulated *venue, uint32_t slot)
{
    const l1_resting_stop *stop = &venue->orders.slots[slot];
    l1_simulated_asset_unlock(&venue->assets[stop->symbol + 1], stop->qty_e8);
    l1_open_orders_remove(&venue->orders, slot);
}

void l1_simulated_run_cancel(l1_venue_simulated *venue, const l1_cancel *cancel,
                             l1_venue_answers *answers)
{
    L1_ASSERT(cancel->symbol >= 0 && (uint32_t)cancel->symbol < venue->limits.symbols_count);
    const uint32_t slot = l1_open_orders_find(&venue->orders, cancel->id);
    if (slot == L1_SLOT_NONE || venue->orders.slots[slot].symbol != cancel->symbol) {
        tell(answers, L1_VENUE_CANCEL_REJECT, cancel->symbol, cancel->id, L1_VENUE_REASON_NONE);
        return;
    }
    end_stop(venue, slot);
    tell(answers, L1_VENUE_CANCELED, cancel->symbol, cancel->id, L1_VENUE_REASON_NONE);
}

/* The bids that a triggered stop meets. A price that was traded is no better for the stop than
 * the worse of its trigger and what the market showed. */
static void bids_for(l1_venue_simulated *venue, const l1_market_move *move, int64_t stop_e8,
                     l1_ladder *out)
{
    l1_simulated_market *market = &venue->markets[move->symbol];
    const l1_instrument *instrument = &venue->limits.symbols[move->symbol];
    const int64_t seen_e8 = move->kind == L1_MOVE_BAR ? move->open_e8 : move->price_e8;
    const int64_t anchor_e8 = seen_e8 < stop_e8 ? seen_e8 : stop_e8;
    L1_ASSERT(anchor_e8 > 0);
    switch (move->kind) {
    case L1_MOVE_BOOK: l1_ladder_of_book(market, L1_SIDE_SELL, out); break;
    case L1_MOVE_BAR: l1_ladder_around(market, instrument, L1_SIDE_SELL, anchor_e8, out); break;
    case L1_MOVE_TRADE:
        l1_ladder_now(market, instrument, L1_SIDE_SELL, anchor_e8, move->now_ns,
                      venue->limits.market_age_ns, out);
        break;
    }
}

static void run_triggered(l1_venue_simulated *venue, const l1_market_move *move, uint32_t slot,
                          l1_venue_answers *answers)
{
    const l1_resting_stop stop = venue->orders.slots[slot];
    L1_ASSERT(stop.symbol == move->symbol);
    L1_ASSERT(stop.stop_e8 >= move->price_e8);
    l1_ladder bids;
    l1_walk walk;
    end_stop(venue, slot);
    bids_for(venue, move, stop.stop_e8, &bids);
    l1_ladder_walk(&bids, L1_SIDE_SELL, 0, stop.qty_e8, room_e8(venue, stop.symbol, L1_SIDE_SELL),
                   &walk);
    (void)execute(venue, stop.symbol, stop.id, L1_SIDE_SELL, &bids, &walk, answers);
    tell_end(answers, stop.symbol, stop.id, stop.qty_e8 - walk.qty_e8);
}

void l1_simulated_run_stops(l1_venue_simulated *venue, const l1_market_move *move,
                            l1_venue_answers *answers)
{
    L1_ASSERT(move->price_e8 > 0);
    const l1_stop_list *list = &venue->orders.lists[move->symbol];
    if (list->highest_e8 < move->price_e8) return;
    uint32_t slot = list->oldest;
    while (slot != L1_SLOT_NONE) {
        const l1_resting_stop *stop = &venue->orders.slots[slot];
        const uint32_t newer = stop->newer; /* executing frees the slot */
        const bool there = move->kind != L1_MOVE_BAR || stop->placed_ns <= move->closed_ns;
        if (stop->stop_e8 >= move->price_e8 && there) run_triggered(venue, move, slot, answers);
        slot = newer;
    }
}
