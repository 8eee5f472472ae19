/* venue/simulated/orders.h: the open orders, found by id and walked by age, and their lists.
 *
 * At most limits.orders_max are live over all symbols; a live one may hold two pending legs.
 * Knows nothing of balances.
 * Determinism: pure; what is observable is the order of placement only. */
#ifndef L1_VENUE_SIMULATED_ORDERS_H
#define L1_VENUE_SIMULATED_ORDERS_H

#include "base/arena.h"
#include "venue/simulated/state.h"

size_t l1_open_orders_cost(uint32_t orders_max);
void l1_open_orders_init(l1_open_orders *orders, l1_arena *arena, uint32_t orders_max);

/* The slot of an open order, or L1_SLOT_NONE. */
uint32_t l1_open_orders_find(const l1_open_orders *orders, l1_order_id id);

/* As the newest of its symbol; the table has room and the id is new (asserted). The links of
 * `order` are ignored. Returns its slot. */
uint32_t l1_open_orders_add(l1_open_orders *orders, const l1_open_order *order);

void l1_open_orders_remove(l1_open_orders *orders, uint32_t slot);

/* Makes it the newest of its symbol: it went live, was triggered, or lost its place in the queue.
 */
void l1_open_orders_renew(l1_open_orders *orders, uint32_t slot);

/* To be called after a change of stage. */
void l1_open_orders_changed(l1_open_orders *orders, int32_t symbol);

/* True when a falling price sets the order off (a stop that sells, a take-profit that buys). */
bool l1_order_falls(const l1_order_leg *leg);
bool l1_order_has_trigger(l1_order_type type);
bool l1_order_has_limit(l1_order_type type);

/* A fresh list; there is one for every live order. */
uint32_t l1_open_lists_take(l1_open_orders *orders, l1_list_kind kind, int32_t symbol);
void l1_open_lists_give(l1_open_orders *orders, uint32_t list);

#endif
