/* venue/simulated/fills.c: one execution: money, commission, and what is told of it. */
#include "base/assert.h"
#include "venue/simulated/account.h"
#include "venue/simulated/matching.h"
#include "venue/simulated/orders.h"

static void answer(const l1_call *call, const l1_venue_event *event)
{
    l1_venue_answers *answers = call->answers;
    L1_ASSERT(answers->count < answers->capacity);
    answers->items[answers->count++] = *event;
}

void l1_simulated_tell(const l1_call *call, l1_venue_event_kind kind, const l1_open_order *order,
                       l1_venue_reason reason, int64_t qty_e8)
{
    L1_ASSERT(kind != L1_VENUE_FILL);
    L1_ASSERT(qty_e8 >= 0);
    const l1_venue_event event = {.kind = kind,
                                  .reason = reason,
                                  .symbol = order->symbol,
                                  .id = order->leg.id,
                                  .qty_e8 = qty_e8};
    answer(call, &event);
}

void l1_simulated_tell_ack(const l1_call *call, const l1_open_order *order)
{
    const l1_order_leg *leg = &order->leg;
    const bool trigger = l1_order_has_trigger(leg->type);
    L1_ASSERT(leg->qty_e8 > 0 || leg->quote_qty_e8 > 0);
    const l1_venue_event event = {.kind = L1_VENUE_ACK,
                                  .symbol = order->symbol,
                                  .id = leg->id,
                                  .price_e8 = trigger ? leg->stop_e8 : leg->price_e8,
                                  .qty_e8 = leg->qty_e8};
    answer(call, &event);
}

bool l1_simulated_need(const l1_open_order *order, int64_t *need_e8)
{
    L1_ASSERT(order->left_e8 >= 0);
    if (order->leg.side == L1_SIDE_SELL) {
        *need_e8 = order->left_e8;
        return true;
    }
    const bool limit = l1_order_has_limit(order->leg.type);
    const l1_price price = {limit ? order->leg.price_e8 : order->leg.stop_e8};
    l1_notional need;
    if (!l1_notional_of(price, (l1_qty){order->left_e8}, L1_ROUND_UP, &need)) return false;
    *need_e8 = need.e8;
    return true;
}

static bool amount_of(const l1_open_order *order, int64_t price_e8, int64_t qty_e8, int64_t *out)
{
    const l1_round mode = order->leg.side == L1_SIDE_BUY ? L1_ROUND_UP : L1_ROUND_DOWN;
    l1_notional notional;
    if (!l1_notional_of((l1_price){price_e8}, (l1_qty){qty_e8}, mode, &notional)) return false;
    *out = notional.e8;
    return true;
}

bool l1_simulated_can_fill(const l1_call *call, const l1_open_order *order, int64_t price_e8,
                           int64_t qty_e8)
{
    int64_t amount_e8 = 0;
    L1_ASSERT(qty_e8 > 0 && qty_e8 <= order->left_e8);
    if (!amount_of(order, price_e8, qty_e8, &amount_e8)) return false;
    const l1_simulated_asset *quote = &call->venue->assets[L1_QUOTE_ASSET];
    const l1_simulated_asset *base = &call->venue->assets[order->symbol + 1];
    if (order->leg.side == L1_SIDE_SELL) {
        return qty_e8 <= order->locked_e8 + l1_simulated_asset_free_e8(base) &&
               amount_e8 <= INT64_MAX - quote->total_e8;
    }
    if (qty_e8 > INT64_MAX - base->total_e8) return false;
    return amount_e8 <= order->locked_e8 + l1_simulated_asset_free_e8(quote);
}

int64_t l1_simulated_age_ns(const l1_venue_simulated *venue)
{
    const l1_limits *limits = &venue->limits;
    L1_ASSERT(limits->market_age_ns >= 0);
    return limits->market_age_ns +
           l1_delay_max(limits->paper_latency_ns, &limits->paper_latencies) +
           l1_delay_max(limits->paper_feed_ns, &limits->paper_feeds);
}

int64_t l1_simulated_reference_e8(const l1_venue_simulated *venue, int32_t symbol, int64_t now_ns)
{
    const int64_t age_ns = l1_simulated_age_ns(venue);
    const l1_simulated_market *market = &venue->markets[symbol];
    const l1_depth_book *book = &venue->books[symbol];
    l1_level bid, ask;
    if (l1_simulated_trade_fresh(market, now_ns, age_ns)) return market->trade_e8;
    if (l1_simulated_book_fresh(book, now_ns, age_ns) && l1_depth_book_best(book, &bid, &ask)) {
        return bid.price_e8 + (ask.price_e8 - bid.price_e8) / 2;
    }
    return l1_simulated_bar_fresh(market, now_ns, age_ns) ? market->close_e8 : 0;
}

/* --- commission --------------------------------------------------------------------------------
 */

typedef struct {
    int64_t qty_e8, amount_e8; /* of this fill in base and quote */
    l1_ratio rate;
} l1_commission_due;

static int32_t wanted_asset(const l1_limits *limits, const l1_open_order *order)
{
    const bool buy = order->leg.side == L1_SIDE_BUY;
    switch (limits->commission) {
    case L1_COMMISSION_BASE: return order->symbol + 1;
    case L1_COMMISSION_QUOTE: return L1_QUOTE_ASSET;
    case L1_COMMISSION_ASSET: return limits->commission_asset;
    default: return buy ? order->symbol + 1 : L1_QUOTE_ASSET;
    }
}

/* Commission in another asset than the one received; false when there is no price for it. */
static bool due_in(const l1_call *call, int32_t asset, const l1_open_order *order,
                   const l1_commission_due *due, int64_t *fee_e8)
{
    if (asset == order->symbol + 1) return l1_scale(due->qty_e8, due->rate, L1_ROUND_UP, fee_e8);
    int64_t worth_e8 = 0;
    if (!l1_scale(due->amount_e8, due->rate, L1_ROUND_UP, &worth_e8)) return false;
    *fee_e8 = worth_e8;
    if (asset == L1_QUOTE_ASSET) return true;
    const int64_t price_e8 = l1_simulated_reference_e8(call->venue, asset - 1, call->now_ns);
    l1_qty fee;
    if (price_e8 <= 0) return false;
    if (!l1_qty_of((l1_notional){worth_e8}, (l1_price){price_e8}, L1_ROUND_UP, &fee)) return false;
    *fee_e8 = fee.e8;
    return true;
}

/* Of what was received: rounded up once an order, not fill by fill, so that how many levels it
 * took cannot cost its stop a lot. */
static int64_t due_of_received(l1_open_order *order, const l1_commission_due *due)
{
    const bool buy = order->leg.side == L1_SIDE_BUY;
    const l1_i128 exact = (l1_i128)(buy ? due->qty_e8 : due->amount_e8) * due->rate.e8;
    const l1_i128 missing = exact - order->fee_ahead_e16;
    L1_ASSERT(order->fee_ahead_e16 >= 0 && order->fee_ahead_e16 < L1_E8);
    const int64_t fee_e8 = missing <= 0 ? 0 : (int64_t)((missing + L1_E8 - 1) / L1_E8);
    order->fee_ahead_e16 = (int64_t)((l1_i128)fee_e8 * L1_E8 - missing);
    L1_ASSERT(fee_e8 >= 0);
    return fee_e8;
}

static int64_t charge(const l1_call *call, l1_open_order *order, const l1_commission_due *due,
                      int32_t *asset)
{
    const int32_t received = order->leg.side == L1_SIDE_BUY ? order->symbol + 1 : L1_QUOTE_ASSET;
    const int32_t wanted = wanted_asset(&call->venue->limits, order);
    l1_simulated_asset *in = &call->venue->assets[received];
    l1_simulated_asset *other = &call->venue->assets[wanted];
    int64_t fee_e8 = 0;
    *asset = received;
    if (wanted != received && due_in(call, wanted, order, due, &fee_e8) &&
        fee_e8 <= l1_simulated_asset_free_e8(other)) {
        *asset = wanted;
        l1_simulated_asset_charge(in, 0);
        l1_simulated_asset_charge(other, fee_e8);
        return fee_e8;
    }
    fee_e8 = due_of_received(order, due);
    l1_simulated_asset_charge(in, fee_e8);
    order->net_e8 -= fee_e8;
    return fee_e8;
}

void l1_simulated_fill(const l1_call *call, l1_open_order *order, int64_t price_e8, int64_t qty_e8,
                       bool maker)
{
    const l1_limits *limits = &call->venue->limits;
    const bool buy = order->leg.side == L1_SIDE_BUY;
    l1_simulated_asset *base = &call->venue->assets[order->symbol + 1];
    l1_simulated_asset *quote = &call->venue->assets[L1_QUOTE_ASSET];
    int64_t amount_e8 = 0;
    const bool fits = amount_of(order, price_e8, qty_e8, &amount_e8);
    L1_ASSERT(fits);
    L1_ASSERT(qty_e8 > 0 && qty_e8 <= order->left_e8);
    if (l1_order_has_limit(order->leg.type)) {
        L1_ASSERT(buy ? price_e8 <= order->leg.price_e8 : price_e8 >= order->leg.price_e8);
    }
    const int64_t paid_e8 = buy ? amount_e8 : qty_e8;
    const int64_t of_lock_e8 = paid_e8 < order->locked_e8 ? paid_e8 : order->locked_e8;
    l1_simulated_asset_pay(buy ? quote : base, paid_e8, of_lock_e8);
    l1_simulated_asset_receive(buy ? base : quote, buy ? qty_e8 : amount_e8);
    order->locked_e8 -= of_lock_e8;
    order->left_e8 -= qty_e8;
    order->executed_e8 += qty_e8;
    order->quote_e8 += amount_e8;
    order->net_e8 += buy ? qty_e8 : amount_e8;
    const l1_commission_due due = {
        qty_e8, amount_e8, {maker ? limits->maker_fee_e8 : limits->taker_fee_e8}};
    l1_venue_event fill = {.kind = L1_VENUE_FILL,
                           .symbol = order->symbol,
                           .id = order->leg.id,
                           .price_e8 = price_e8,
                           .qty_e8 = qty_e8,
                           .trade_id = ++call->venue->trades[order->symbol],
                           .maker = maker};
    fill.fee_e8 = charge(call, order, &due, &fill.fee_asset);
    answer(call, &fill);
}

void l1_simulated_release(const l1_call *call, l1_open_order *order)
{
    int64_t need_e8 = 0;
    const int32_t asset = order->leg.side == L1_SIDE_BUY ? L1_QUOTE_ASSET : order->symbol + 1;
    const bool fits = l1_simulated_need(order, &need_e8);
    L1_ASSERT(fits); /* less than when it was accepted */
    if (order->locked_e8 <= need_e8) return;
    l1_simulated_asset_unlock(&call->venue->assets[asset], order->locked_e8 - need_e8);
    order->locked_e8 = need_e8;
}
