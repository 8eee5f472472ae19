/* risk/filters.h: what the venue would refuse, checked before it is asked.
 *
 * Units: e8. Determinism: pure integers.
 * Source: Binance Spot "Filters" (2026-07). Of the venue's filters these are missing, because no
 * order of L1 meets them: ICEBERG_PARTS, TRAILING_DELTA, MAX_NUM_ORDER_AMENDS, and
 * MAX_NUM_ORDER_LISTS: a list whose first leg is FOK has ended when the next one comes. */
#ifndef L1_RISK_FILTERS_H
#define L1_RISK_FILTERS_H

#include "domain/limits.h"
#include "domain/signal.h"
#include "risk/account.h"

/* The order's worst price, before the tick: the stricter of `price_e8` (L1_OFF = none) and
 * mid x (1 +/- slippage_max). mid > 0. */
int64_t l1_worst_price_e8(const l1_instrument *instrument, l1_side side, int64_t mid_e8,
                          int64_t price_e8);

/* The same on the tick, rounded conservatively: a buy down, a sell up. */
int64_t l1_limit_price_e8(const l1_instrument *instrument, l1_side side, int64_t worst_e8);

/* A stop's trigger on the tick: up, because a stop may only tighten. 0 = no such price. */
int64_t l1_stop_price_e8(const l1_instrument *instrument, int64_t stop_e8);

/* What a bought quantity leaves after commission in base, on the lot: the stop's quantity. */
int64_t l1_protected_qty_e8(const l1_instrument *instrument, int64_t qty_e8, int64_t taker_fee_e8);

/* NULL when an order of `qty_e8` (already on the lot) at `limit_e8` passes every filter, and for
 * a buy its stop at `stop_e8` too (quantity after commission, notional at the stop price on the
 * tick); otherwise the filter's name: "LOT_SIZE", "PRICE_FILTER", "NOTIONAL",
 * "STOP LOT_SIZE", "STOP MARKET_LOT_SIZE", "STOP PRICE_FILTER", "STOP NOTIONAL",
 * "MAX_NUM_ALGO_ORDERS", "MAX_NUM_ORDERS". `stops_open` counts the slots that others use. stop_e8 =
 * L1_OFF: the stop is not judged. */
const char *l1_filter_fault(const l1_instrument *instrument, l1_side side, int64_t qty_e8,
                            int64_t limit_e8, int64_t stop_e8, int64_t taker_fee_e8,
                            uint32_t stops_open);

/* The same for a stop that stands alone: quantity on the lot, trigger on the tick. */
const char *l1_stop_fault(const l1_instrument *instrument, int64_t qty_e8, int64_t stop_e8,
                          uint32_t stops_open);

/* The same for a market order; mid_e8 = 0: its notional is not judged. */
const char *l1_market_fault(const l1_instrument *instrument, int64_t qty_e8, int64_t mid_e8);

/* Filters that look at more than the order. */
typedef struct {
    int32_t symbol;
    l1_side side;
    int64_t qty_e8, limit_e8;
    int64_t mid_e8; /* stands for the venue's reference price; 0 = unknown, not judged */
} l1_intended;

/* NULL, "PERCENT_PRICE_BY_SIDE" or "MAX_POSITION": base held and in buys on order, and this one. */
const char *l1_state_fault(const l1_instrument *instrument, const l1_account *account,
                           const l1_intended *order);

/* Stops that may rest at once, so that the last of them still comes in one list with its entry. */
uint32_t l1_stop_slots(const l1_instrument *instrument);

/* The smallest quantity that rules and filters let pass: max(qty_min, notional_min / mid, venue
 * minimums of the entry at `limit_e8` and, for a buy, of its stop at `stop_e8`), up to the lot.
 * stop_e8 = L1_OFF: no stop. INT64_MAX: none passes. */
int64_t l1_minimum_order_e8(const l1_instrument *instrument, l1_side side, int64_t mid_e8,
                            int64_t limit_e8, int64_t stop_e8, int64_t taker_fee_e8);

#endif
