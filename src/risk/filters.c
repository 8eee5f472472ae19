/* risk/filters.c: the venue's filters and the prices and sizes they force. */
#include "risk/filters.h"

#include "base/assert.h"

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

static bool notional_passes(const l1_instrument *instrument, int64_t qty_e8, int64_t price_e8)
{
    L1_ASSERT(qty_e8 >= 0);
    L1_ASSERT(price_e8 >= 0);
    return (l1_i128)qty_e8 * price_e8 >= (l1_i128)instrument->venue_min_notional_e8 * L1_E8;
}

const char *l1_stop_fault(const l1_instrument *instrument, int64_t qty_e8, int64_t stop_e8,
                          uint32_t stops_open)
{
    L1_ASSERT(instrument->lot_e8 > 0);
    L1_ASSERT(instrument->tick_e8 > 0);
    if (qty_e8 <= 0 || qty_e8 % instrument->lot_e8 != 0) return "STOP LOT_SIZE";
    if (stop_e8 <= 0 || stop_e8 % instrument->tick_e8 != 0) return "STOP PRICE_FILTER";
    if (!notional_passes(instrument, qty_e8, stop_e8)) return "STOP NOTIONAL";
    if (stops_open >= instrument->max_algo_orders) return "MAX_NUM_ALGO_ORDERS";
    return NULL;
}

const char *l1_filter_fault(const l1_instrument *instrument, l1_side side, int64_t qty_e8,
                            int64_t limit_e8, int64_t stop_e8, int64_t taker_fee_e8,
                            uint32_t stops_open)
{
    L1_ASSERT(instrument->lot_e8 > 0);
    L1_ASSERT(instrument->tick_e8 > 0);
    if (qty_e8 <= 0 || qty_e8 % instrument->lot_e8 != 0) return "LOT_SIZE";
    if (limit_e8 <= 0 || limit_e8 % instrument->tick_e8 != 0) return "PRICE_FILTER";
    if (!notional_passes(instrument, qty_e8, limit_e8)) return "NOTIONAL";
    if (side != L1_SIDE_BUY || stop_e8 == L1_OFF) return NULL;
    return l1_stop_fault(instrument, l1_protected_qty_e8(instrument, qty_e8, taker_fee_e8),
                         l1_stop_price_e8(instrument, stop_e8), stops_open);
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

/* The least quantity whose stop, after commission, is worth the venue's minimum. */
static int64_t qty_for_stop(const l1_instrument *instrument, int64_t stop_e8, int64_t taker_fee_e8)
{
    L1_ASSERT(taker_fee_e8 >= 0);
    if (taker_fee_e8 >= L1_E8) return INT64_MAX;
    const int64_t stop_qty = qty_worth(instrument, instrument->venue_min_notional_e8,
                                       l1_stop_price_e8(instrument, stop_e8));
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
