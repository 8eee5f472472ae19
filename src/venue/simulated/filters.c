/* venue/simulated/filters.c: whether the venue takes an order.
 *
 * Source: Binance Spot "Filters" and "Spot Trading Endpoints" (2026-07): which fields a type has,
 * PRICE_FILTER, LOT_SIZE, MARKET_LOT_SIZE, NOTIONAL, PERCENT_PRICE_BY_SIDE, MAX_NUM_ORDERS,
 * MAX_NUM_ALGO_ORDERS, MAX_POSITION, ICEBERG_PARTS. Zero switches a part off. */
#include "base/assert.h"
#include "venue/simulated/matching.h"
#include "venue/simulated/orders.h"

static bool within(int64_t value, int64_t min, int64_t max)
{
    return (min == 0 || value >= min) && (max == 0 || value <= max);
}

/* The fields that its type has, and no others. */
static bool formed(const l1_order_leg *leg)
{
    if ((unsigned)leg->type >= L1_ORDER_TYPE_COUNT || (unsigned)leg->tif >= L1_TIF_COUNT ||
        (unsigned)leg->self_trade >= L1_STP_COUNT) {
        return false;
    }
    const bool limit = l1_order_has_limit(leg->type), trigger = l1_order_has_trigger(leg->type);
    const bool by_quote = leg->quote_qty_e8 != 0;
    if (limit ? leg->price_e8 <= 0 : leg->price_e8 != 0) return false;
    if (trigger ? leg->stop_e8 <= 0 : leg->stop_e8 != 0) return false;
    if (by_quote) return leg->type == L1_ORDER_MARKET && leg->quote_qty_e8 > 0 && leg->qty_e8 == 0;
    if (leg->qty_e8 <= 0 || leg->iceberg_e8 < 0) return false;
    if (leg->iceberg_e8 == 0) return true;
    const bool stays = leg->type == L1_ORDER_LIMIT_MAKER || leg->tif == L1_TIF_GTC;
    return limit && stays && leg->iceberg_e8 < leg->qty_e8;
}

static bool lot_passes(const l1_instrument *instrument, const l1_order_leg *leg)
{
    const l1_venue_filters *filters = &instrument->venue;
    L1_ASSERT(instrument->lot_e8 > 0);
    L1_ASSERT(filters->market_lot_e8 >= 0);
    if (leg->quote_qty_e8 != 0) return true;
    if (leg->qty_e8 % instrument->lot_e8 != 0) return false;
    if (leg->iceberg_e8 % instrument->lot_e8 != 0) return false;
    if (!within(leg->qty_e8, filters->qty_min_e8, filters->qty_max_e8)) return false;
    if (filters->iceberg_parts_max > 0 && leg->iceberg_e8 > 0) {
        const int64_t parts = (leg->qty_e8 - 1) / leg->iceberg_e8 + 1;
        if (parts > filters->iceberg_parts_max) return false;
    }
    if (l1_order_has_limit(leg->type)) return true;
    if (filters->market_lot_e8 > 0 && leg->qty_e8 % filters->market_lot_e8 != 0) return false;
    return within(leg->qty_e8, filters->market_qty_min_e8, filters->market_qty_max_e8);
}

static bool price_passes(const l1_instrument *instrument, int64_t price_e8)
{
    L1_ASSERT(instrument->tick_e8 > 0);
    L1_ASSERT(price_e8 >= 0);
    if (price_e8 == 0) return true; /* the type has none */
    return price_e8 % instrument->tick_e8 == 0 &&
           within(price_e8, instrument->venue.price_min_e8, instrument->venue.price_max_e8);
}

/* PERCENT_PRICE_BY_SIDE: bid multipliers for buys, ask multipliers for sells. */
static bool percent_passes(const l1_venue_filters *filters, const l1_order_leg *leg,
                           int64_t reference_e8)
{
    const bool buy = leg->side == L1_SIDE_BUY;
    const int64_t up_e8 = buy ? filters->bid_up_e8 : filters->ask_up_e8;
    const int64_t down_e8 = buy ? filters->bid_down_e8 : filters->ask_down_e8;
    if (leg->price_e8 == 0 || reference_e8 == 0) return true;
    const l1_i128 price = (l1_i128)leg->price_e8 * L1_E8;
    if (up_e8 > 0 && price > (l1_i128)reference_e8 * up_e8) return false;
    return down_e8 == 0 || price >= (l1_i128)reference_e8 * down_e8;
}

/* NOTIONAL: at the limit, else at the trigger, else (market orders) at the reference price. */
static bool notional_passes(const l1_instrument *instrument, const l1_order_leg *leg,
                            int64_t reference_e8)
{
    const l1_venue_filters *filters = &instrument->venue;
    int64_t price_e8 = l1_order_has_limit(leg->type) ? leg->price_e8 : leg->stop_e8;
    l1_notional notional = {leg->quote_qty_e8};
    if (leg->type == L1_ORDER_MARKET) {
        if (!filters->notional_market) return true;
        price_e8 = reference_e8;
        if (price_e8 == 0 && leg->quote_qty_e8 == 0) return true;
    }
    if (leg->quote_qty_e8 == 0 &&
        !l1_notional_of((l1_price){price_e8}, (l1_qty){leg->qty_e8}, L1_ROUND_DOWN, &notional)) {
        return false;
    }
    return notional.e8 >= instrument->venue_min_notional_e8 &&
           within(notional.e8, 0, filters->notional_max_e8);
}

bool l1_simulated_passes(const l1_venue_simulated *venue, int32_t symbol, const l1_order_leg *leg,
                         int64_t now_ns)
{
    const l1_instrument *instrument = &venue->limits.symbols[symbol];
    if (!formed(leg)) return false;
    const int64_t reference_e8 = l1_simulated_reference_e8(venue, symbol, now_ns);
    return lot_passes(instrument, leg) && price_passes(instrument, leg->price_e8) &&
           price_passes(instrument, leg->stop_e8) &&
           percent_passes(&instrument->venue, leg, reference_e8) &&
           notional_passes(instrument, leg, reference_e8);
}

/* MAX_POSITION: what is held and what open buys may add. */
static bool position_passes(const l1_venue_simulated *venue, const l1_open_order *order)
{
    const int64_t max_e8 = venue->limits.symbols[order->symbol].venue.position_max_e8;
    if (max_e8 == 0 || order->leg.side != L1_SIDE_BUY) return true;
    const l1_open_orders *orders = &venue->orders;
    l1_i128 sum_e8 = (l1_i128)venue->assets[order->symbol + 1].total_e8 + order->leg.qty_e8;
    for (uint32_t at = orders->symbols[order->symbol].oldest; at != L1_SLOT_NONE;
         at = orders->slots[at].newer) {
        const l1_open_order *own = &orders->slots[at];
        if (own->stage != L1_STAGE_PENDING && own->leg.side == L1_SIDE_BUY) sum_e8 += own->left_e8;
    }
    return sum_e8 <= max_e8;
}

/* True when an order at `price_e8` would take: from the market, or from an own order. */
static bool would_match(const l1_call *call, const l1_open_order *order)
{
    const l1_symbol_orders *own = &call->venue->orders.symbols[order->symbol];
    const bool buy = order->leg.side == L1_SIDE_BUY;
    const int64_t price_e8 = order->leg.price_e8;
    const l1_ladder far = l1_ladder_now(call->venue, order->symbol, order->leg.side, 0,
                                        call->now_ns, l1_simulated_age_ns(call->venue));
    const int64_t best_e8 = l1_ladder_best_e8(far);
    if (buy) return (best_e8 > 0 && best_e8 <= price_e8) || own->ask_e8 <= price_e8;
    return best_e8 >= price_e8 || own->bid_e8 >= price_e8;
}

l1_venue_reason l1_simulated_judge(const l1_call *call, const l1_open_order *order, uint32_t orders,
                                   uint32_t algo)
{
    const l1_venue_simulated *venue = call->venue;
    const l1_instrument *instrument = &venue->limits.symbols[order->symbol];
    const l1_symbol_orders *own = &venue->orders.symbols[order->symbol];
    const l1_order_leg *leg = &order->leg;
    if (!l1_simulated_passes(venue, order->symbol, leg, call->now_ns) ||
        !position_passes(venue, order)) {
        return L1_VENUE_REASON_FILTER;
    }
    const uint32_t max = instrument->venue.orders_max;
    if (orders > 0 && (venue->orders.live + orders > venue->limits.orders_max ||
                       (max > 0 && own->live + own->pending + orders > max))) {
        return L1_VENUE_REASON_CAPACITY;
    }
    if (algo > 0 && own->algo + algo > instrument->max_algo_orders) {
        return L1_VENUE_REASON_CAPACITY;
    }
    if (l1_order_has_trigger(leg->type)) {
        return l1_simulated_would_trigger(call, order) ? L1_VENUE_REASON_WOULD_TRIGGER
                                                       : L1_VENUE_REASON_NONE;
    }
    if (leg->type == L1_ORDER_LIMIT_MAKER && would_match(call, order)) {
        return L1_VENUE_REASON_WOULD_MATCH;
    }
    return L1_VENUE_REASON_NONE;
}
