/* venue/simulated/triggers.c: orders that wait for a price, and what they do when it comes.
 *
 * Binance triggers on the last trade alone. Where books or bars come without trades, the price
 * that the order would take from (best bid of a sell, best ask of a buy) and a bar's low and high
 * stand for it; a book message of the bus does so always. */
#include "base/assert.h"
#include "venue/simulated/matching.h"
#include "venue/simulated/orders.h"

/* The price of a move that an order looks at. */
static int64_t seen_e8(const l1_market_move *move, const l1_order_leg *leg, bool falls)
{
    if (move->kind != L1_MOVE_BOOK) return falls ? move->low_e8 : move->high_e8;
    return leg->side == L1_SIDE_SELL ? move->low_e8 : move->high_e8;
}

static bool is_stop(const l1_order_leg *leg)
{
    return leg->type == L1_ORDER_STOP_LOSS || leg->type == L1_ORDER_STOP_LOSS_LIMIT;
}

static bool triggers(const l1_market_move *move, const l1_open_order *order)
{
    const l1_order_leg *leg = &order->leg;
    const bool falls = l1_order_falls(leg);
    const int64_t price_e8 = seen_e8(move, leg, falls);
    if (move->kind == L1_MOVE_BAR && order->placed_ns > move->closed_ns) return false;
    return falls ? price_e8 <= leg->stop_e8 : price_e8 >= leg->stop_e8;
}

/* The market that a triggered order meets. A price that was traded is no better for it than the
 * worse of its trigger and what the market showed; a take-profit gets its trigger. */
static l1_ladder market_for(const l1_call *call, const l1_market_move *move,
                            const l1_order_leg *leg)
{
    int64_t anchor_e8 = leg->stop_e8;
    const int64_t told_e8 = move->kind == L1_MOVE_BAR ? move->open_e8 : move->low_e8;
    if (is_stop(leg)) {
        const bool worse = leg->side == L1_SIDE_SELL ? told_e8 < anchor_e8 : told_e8 > anchor_e8;
        if (worse) anchor_e8 = told_e8;
    }
    L1_ASSERT(anchor_e8 > 0);
    if (move->kind == L1_MOVE_BOOK) return l1_ladder_of_book(call->venue, move->symbol, leg->side);
    if (move->kind == L1_MOVE_BAR) {
        return l1_ladder_around(call->venue, move->symbol, leg->side, anchor_e8);
    }
    return l1_ladder_now(call->venue, move->symbol, leg->side, anchor_e8, call->now_ns,
                         call->venue->limits.market_age_ns);
}

static void run_triggered(const l1_call *call, const l1_market_move *move, uint32_t slot)
{
    l1_open_orders *orders = &call->venue->orders;
    l1_simulated_touched(call, slot);
    l1_open_order order = orders->slots[slot];
    L1_ASSERT(order.symbol == move->symbol);
    L1_ASSERT(order.stage == L1_STAGE_WAITING && order.list == L1_SLOT_NONE);
    l1_open_orders_remove(orders, slot);
    const l1_ladder ladder = market_for(call, move, &order.leg);
    (void)l1_simulated_take(call, &order, &ladder, true);
}

/* The oldest order that the move triggers and this call has not seen. */
static uint32_t next_triggered(const l1_venue_simulated *venue, const l1_market_move *move,
                               bool stops)
{
    const l1_open_orders *orders = &venue->orders;
    for (uint32_t at = orders->symbols[move->symbol].oldest; at != L1_SLOT_NONE;
         at = orders->slots[at].newer) {
        const l1_open_order *order = &orders->slots[at];
        if (order->stage != L1_STAGE_WAITING || order->seen == venue->event) continue;
        if (is_stop(&order->leg) == stops && triggers(move, order)) return at;
    }
    return L1_SLOT_NONE;
}

void l1_simulated_run_triggers(const l1_call *call, const l1_market_move *move)
{
    L1_ASSERT(move->low_e8 > 0);
    L1_ASSERT(move->high_e8 >= move->low_e8);
    const l1_symbol_orders *own = &call->venue->orders.symbols[move->symbol];
    for (int stops = 1; stops >= 0; stops--) {
        while (own->falling_e8 >= move->low_e8 || own->rising_e8 <= move->high_e8) {
            const uint32_t slot = next_triggered(call->venue, move, stops == 1);
            if (slot == L1_SLOT_NONE) break;
            run_triggered(call, move, slot);
        }
    }
}

bool l1_simulated_would_trigger(const l1_call *call, const l1_open_order *order)
{
    l1_venue_simulated *venue = call->venue;
    const l1_order_leg *leg = &order->leg;
    const int64_t age_ns = l1_simulated_age_ns(venue);
    const bool falls = l1_order_falls(leg);
    const l1_simulated_market *market = &venue->markets[order->symbol];
    const l1_depth_book *book = &venue->books[order->symbol];
    const l1_ladder ladder =
        l1_ladder_now(venue, order->symbol, leg->side, 0, call->now_ns, age_ns);
    const int64_t best_e8 = l1_ladder_best_e8(ladder);
    if (best_e8 > 0 && (falls ? best_e8 <= leg->stop_e8 : best_e8 >= leg->stop_e8)) return true;
    if (!l1_simulated_trade_fresh(market, call->now_ns, age_ns)) return false;
    if (ladder.kind == L1_LADDER_BOOK && market->trade_ns < book->since_ns) return false;
    return falls ? market->trade_e8 <= leg->stop_e8 : market->trade_e8 >= leg->stop_e8;
}
