/* order_manager/lifecycle.h: what may happen to one own order, as a table.
 *
 * A cell holds the next state, 0 (ORDER_NONE) where the event is illegal: the caller then changes
 * nothing and raises an alert. The ugly rows are real: a fill before its ack, a fill after a
 * cancel (late, booked and alerted), a cancel that finds nothing because the order has filled.
 * Silence never means rejected: a timeout at a venue outside the process makes UNKNOWN, and only
 * evidence or reconciliation (ABSENT) leaves it.
 * Source: venue order states, Binance Spot enums "Order status" (2026-07). */
#ifndef L1_ORDER_MANAGER_LIFECYCLE_H
#define L1_ORDER_MANAGER_LIFECYCLE_H

#include <stdbool.h>

typedef enum {
    L1_ORDER_NONE,
    L1_ORDER_SENT,
    L1_ORDER_LIVE,
    L1_ORDER_CANCELING,
    L1_ORDER_UNKNOWN,
    L1_ORDER_FILLED,
    L1_ORDER_CANCELED,
    L1_ORDER_EXPIRED,
    L1_ORDER_REJECTED,
    L1_ORDER_STATE_COUNT
} l1_order_state;

typedef enum {
    L1_ORDER_ON_SEND,
    L1_ORDER_ON_ACK,
    L1_ORDER_ON_REJECT,
    L1_ORDER_ON_TIMEOUT, /* no answer in time from a venue outside the process */
    L1_ORDER_ON_CANCEL,  /* a cancel was sent */
    L1_ORDER_ON_CANCEL_REJECT,
    L1_ORDER_ON_ABSENT, /* made by reconciliation alone */
    L1_ORDER_ON_CANCELED,
    L1_ORDER_ON_EXPIRED,
    L1_ORDER_ON_FILL, /* part of the quantity */
    L1_ORDER_ON_DONE, /* all of it */
    L1_ORDER_ON_COUNT
} l1_order_event;

/* The next state, L1_ORDER_NONE when `event` is illegal in `state`. */
l1_order_state l1_order_next(l1_order_state state, l1_order_event event);

/* Nothing more is expected of the order (a late fill may still come). */
bool l1_order_ended(l1_order_state state);

const char *l1_order_state_text(l1_order_state state);

#endif
