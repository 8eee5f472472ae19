/* risk/filters.c: the venue's filters and the prices and sizes they force. */
#include "risk/filters.h"

#include "base/assert.h"
#include "risk/exposure.h"

int64_t l1_worst_price_e8(const l1_instrument *instrument, l1_side side, int64_t mid_e8,
                          int64_t price_e8)
{
    L1_ASSERT(mid_e8 > 0);
    L1_ASSERT(instrument->slippage_max_e8 >= 0);
    const bool priced = price_e8 != L1_OFF;
    int64_t cap;
    if (side == L1_SIDE_BUY) {
        if (!l1_mul_div(mid_e8, L1_E8 + instrument->slippage_max_e8, L1_E8, L1_ROUND_DOWN, &cap)) {
            cap = INT64_MAX;
        }
        return priced && price_e8 < cap ? price_e8 : cap;
    }
    /* mid x (1 - slippage) may reach 0, which is no price: the least one stands in its place. */
    if (!l1_mul_div(mid_e8, L1_E8 - instrument->slippage_max_e8, L1_E8, L1_ROUND_UP, &cap) ||
        cap < 1) {
        cap = 1;
    }
    return priced && price_e8 > cap ? price_e8 : cap;
}

int64_t l1_limit_price_e8(const l1_instrument *instrument, l1_side side, int64_t worst_e8)
{
    L1_ASSERT(instrument->tick_e8 > 0);
    L1_ASSERT(worst_e8 > 0);
    if (side == L1_SIDE_BUY) return l1_step_down(worst_e8, instrument->tick_e8);
    if (worst_e8 > INT64_MAX - instrument->tick_e8) return 0;
    return l1_step_up(worst_e8, instrument->tick_e8);
}

int64_t l1_stop_price_e8(const l1_instrument *instrument, int64_t stop_e8)
{
    L1_ASSERT(instrument->tick_e8 > 0);
    if (stop_e8 <= 0 || stop_e8 > INT64_MAX - instrument->tick_e8) return 0;
    return l1_step_up(stop_e8, instrument->tick_e8);
}

int64_t l1_protected_qty_e8(const l1_instrument *instrument, int64_t qty_e8, int64_t taker_fee_e8)
{
    L1_ASSERT(instrument->lot_e8 > 0);
    L1_ASSERT(taker_fee_e8 >= 0);
    if (qty_e8 <= 0 || taker_fee_e8 >= L1_E8) return 0;
    int64_t left = 0;
    const bool fits = l1_mul_div(qty_e8, L1_E8 - taker_fee_e8, L1_E8, L1_ROUND_DOWN, &left);
    L1_ASSERT(fits); /* it only shrinks */
    return l1_step_down(left, instrument->lot_e8);
}

/* A limit of 0 is none. */
static bool within(int64_t value, int64_t min, int64_t max)
{
    return (min == 0 || value >= min) && (max == 0 || value <= max);
}

static bool lot_passes(const l1_instrument *instrument, int64_t qty_e8)
{
    const l1_venue_filters *filters = &instrument->venue;
    L1_ASSERT(instrument->lot_e8 > 0);
    if (qty_e8 <= 0 || qty_e8 % instrument->lot_e8 != 0) return false;
    return within(qty_e8, filters->qty_min_e8, filters->qty_max_e8);
}

/* Of orders that execute as MARKET, stops among them. */
static bool market_lot_passes(const l1_instrument *instrument, int64_t qty_e8)
{
    const l1_venue_filters *filters = &instrument->venue;
    L1_ASSERT(filters->market_lot_e8 >= 0);
    if (filters->market_lot_e8 > 0 && qty_e8 % filters->market_lot_e8 != 0) return false;
    return within(qty_e8, filters->market_qty_min_e8, filters->market_qty_max_e8);
}

static bool price_passes(const l1_instrument *instrument, int64_t price_e8)
{
    L1_ASSERT(instrument->tick_e8 > 0);
    return price_e8 > 0 && price_e8 % instrument->tick_e8 == 0 &&
           within(price_e8, instrument->venue.price_min_e8, instrument->venue.price_max_e8);
}

static bool notional_passes(const l1_instrument *instrument, int64_t qty_e8, int64_t price_e8)
{
    L1_ASSERT(qty_e8 >= 0);
    L1_ASSERT(price_e8 >= 0);
    const l1_i128 notional = (l1_i128)qty_e8 * price_e8;
    const int64_t most_e8 = instrument->venue.notional_max_e8;
    if (most_e8 > 0 && notional > (l1_i128)most_e8 * L1_E8) return false;
    return notional >= (l1_i128)instrument->venue_min_notional_e8 * L1_E8;
}

uint32_t l1_stop_slots(const l1_instrument *instrument)
{
    const uint32_t most = instrument->venue.orders_max, algo = instrument->max_algo_orders;
    L1_ASSERT(algo <= UINT32_MAX / 2);
    if (most == 0) return algo;
    const uint32_t entry = instrument->opo || instrument->oto; /* counts beside its stop */
    return most - entry < algo ? most - entry : algo;
}

const char *l1_stop_fault(const l1_instrument *instrument, int64_t qty_e8, int64_t stop_e8,
                          uint32_t stops_open)
{
    L1_ASSERT(stop_e8 != L1_OFF);
    L1_ASSERT(l1_stop_slots(instrument) <= instrument->max_algo_orders);
    if (!lot_passes(instrument, qty_e8)) return "STOP LOT_SIZE";
    if (!market_lot_passes(instrument, qty_e8)) return "STOP MARKET_LOT_SIZE";
    if (!price_passes(instrument, stop_e8)) return "STOP PRICE_FILTER";
    if (!notional_passes(instrument, qty_e8, stop_e8)) return "STOP NOTIONAL";
    if (stops_open >= instrument->max_algo_orders) return "MAX_NUM_ALGO_ORDERS";
    const uint32_t most = instrument->venue.orders_max;
    return most > 0 && stops_open >= most ? "MAX_NUM_ORDERS" : NULL;
}

const char *l1_market_fault(const l1_instrument *instrument, int64_t qty_e8, int64_t mid_e8)
{
    L1_ASSERT(mid_e8 >= 0);
    if (!lot_passes(instrument, qty_e8)) return "LOT_SIZE";
    if (!market_lot_passes(instrument, qty_e8)) return "MARKET_LOT_SIZE";
    if (!instrument->venue.notional_market || mid_e8 == 0) return NULL;
    return notional_passes(instrument, qty_e8, mid_e8) ? NULL : "NOTIONAL";
}

const char *l1_state_fault(const l1_instrument *instrument, const l1_account *account,
                           const l1_intended *order)
{
    const l1_venue_filters *filters = &instrument->venue;
    const bool buy = order->side == L1_SIDE_BUY;
    const int64_t up_e8 = buy ? filters->bid_up_e8 : filters->ask_up_e8;
    const int64_t down_e8 = buy ? filters->bid_down_e8 : filters->ask_down_e8;
    L1_ASSERT(order->mid_e8 >= 0);
    L1_ASSERT(filters->position_max_e8 >= 0);
    if (order->mid_e8 > 0) {
        const l1_i128 price = (l1_i128)order->limit_e8 * L1_E8;
        const bool high = up_e8 > 0 && price > (l1_i128)order->mid_e8 * up_e8;
        const bool low = down_e8 > 0 && price < (l1_i128)order->mid_e8 * down_e8;
        if (high || low) return "PERCENT_PRICE_BY_SIDE";
    }
    if (!buy || filters->position_max_e8 == 0) return NULL;
    int64_t base_e8 = 0;
    if (!l1_exposure_base_e8(account, order->symbol, &base_e8)) return "MAX_POSITION";
    return (l1_i128)base_e8 + order->qty_e8 > filters->position_max_e8 ? "MAX_POSITION" : NULL;
}

const char *l1_filter_fault(const l1_instrument *instrument, l1_side side, int64_t qty_e8,
                            int64_t limit_e8, int64_t stop_e8, int64_t taker_fee_e8,
                            uint32_t stops_open)
{
    if (!lot_passes(instrument, qty_e8)) return "LOT_SIZE";
    if (!price_passes(instrument, limit_e8)) return "PRICE_FILTER";
    if (!notional_passes(instrument, qty_e8, limit_e8)) return "NOTIONAL";
    if (side != L1_SIDE_BUY || stop_e8 == L1_OFF) return NULL;
    const char *fault =
        l1_stop_fault(instrument, l1_protected_qty_e8(instrument, qty_e8, taker_fee_e8),
                      l1_stop_price_e8(instrument, stop_e8), stops_open);
    if (fault != NULL) return fault;
    return stops_open >= l1_stop_slots(instrument) ? "MAX_NUM_ORDERS" : NULL;
}

/* The least quantity on the lot worth `notional_e8` at `price_e8`; INT64_MAX when none is. */
static int64_t qty_worth(const l1_instrument *instrument, int64_t notional_e8, int64_t price_e8)
{
    int64_t qty;
    L1_ASSERT(notional_e8 >= 0);
    L1_ASSERT(instrument->lot_e8 > 0);
    if (price_e8 <= 0) return INT64_MAX;
    if (!l1_mul_div(notional_e8, L1_E8, price_e8, L1_ROUND_UP, &qty)) return INT64_MAX;
    if (qty < instrument->lot_e8) return instrument->lot_e8;
    if (qty > INT64_MAX - instrument->lot_e8) return INT64_MAX;
    return l1_step_up(qty, instrument->lot_e8);
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The least quantity whose stop, after commission, is worth the venue's minimum, and as much as it
 * takes of an order. */
static int64_t qty_for_stop(const l1_instrument *instrument, int64_t stop_e8, int64_t taker_fee_e8)
{
    L1_ASSERT(taker_fee_e8 >= 0);
    if (taker_fee_e8 >= L1_E8) return INT64_MAX;
    int64_t stop_qty = qty_worth(instrument, instrument->venue_min_notional_e8,
                                 l1_stop_price_e8(instrument, stop_e8));
    stop_qty = greater(stop_qty, instrument->venue.qty_min_e8);
    stop_qty = greater(stop_qty, instrument->venue.market_qty_min_e8);
    if (stop_qty > INT64_MAX - instrument->lot_e8) return INT64_MAX;
    stop_qty = l1_step_up(stop_qty, instrument->lot_e8);
    int64_t qty;
    if (!l1_mul_div(stop_qty, L1_E8, L1_E8 - taker_fee_e8, L1_ROUND_UP, &qty)) return INT64_MAX;
    L1_ASSERT(qty >= stop_qty);
    return qty;
}

int64_t l1_minimum_order_e8(const l1_instrument *instrument, l1_side side, int64_t mid_e8,
                            int64_t limit_e8, int64_t stop_e8, int64_t taker_fee_e8)
{
    L1_ASSERT(mid_e8 > 0);
    L1_ASSERT(instrument->lot_e8 > 0);
    const int64_t candidates[] = {
        instrument->lot_e8,
        instrument->venue.qty_min_e8,
        instrument->qty_min_e8 == L1_OFF ? 0 : instrument->qty_min_e8,
        instrument->notional_min_e8 == L1_OFF
            ? 0
            : qty_worth(instrument, instrument->notional_min_e8, mid_e8),
        qty_worth(instrument, instrument->venue_min_notional_e8, limit_e8),
        side == L1_SIDE_BUY && stop_e8 > 0 ? qty_for_stop(instrument, stop_e8, taker_fee_e8) : 0,
    };
    int64_t least = 0;
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        if (candidates[i] > least) least = candidates[i];
    }
    if (least > INT64_MAX - instrument->lot_e8) return INT64_MAX;
    return l1_step_up(least, instrument->lot_e8);
}
