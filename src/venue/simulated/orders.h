/* venue/simulated/orders.h: the resting stops, found by id and walked by age.
 *
 * Bounded by limits.orders_max over all symbols. Knows nothing of balances.
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
 * `stop` are ignored. */
void l1_open_orders_add(l1_open_orders *orders, const l1_resting_stop *stop);

void l1_open_orders_remove(l1_open_orders *orders, uint32_t slot);

#endif
