/* venue/simulated/requests.h: submits and cancels on their way to the venue.
 *
 * At most 2 x orders_max. Latency is constant, so a request nearly always arrives last and is
 * appended; any other due time is moved into its place.
 * Determinism: pure; what is observable is the order (due_ns, id) only. */
#ifndef L1_VENUE_SIMULATED_REQUESTS_H
#define L1_VENUE_SIMULATED_REQUESTS_H

#include "base/arena.h"
#include "venue/simulated/state.h"

uint32_t l1_requests_max(uint32_t orders_max);
size_t l1_requests_cost(uint32_t orders_max);
void l1_requests_init(l1_request_queue *queue, l1_arena *arena, uint32_t orders_max);

/* The queue has room and (due_ns, id) is not in it (asserted). */
void l1_requests_put(l1_request_queue *queue, const l1_request *request, int64_t due_ns,
                     uint64_t id);

/* Number i (0 = next) of those under way. */
const l1_due *l1_requests_at(const l1_request_queue *queue, uint32_t i);

/* Takes the next one out; there is one (asserted). Returns its due_ns. */
int64_t l1_requests_take(l1_request_queue *queue, l1_request *out);

#endif
