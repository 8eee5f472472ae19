/* executor/legs.h: intents to venue orders: which legs an entry, an exit or a protection sends.
 *
 * Entry: LIMIT FOK at the worst price, with a STOP_LOSS leg for what it receives when the venue
 * takes lists: OPO, or OTO with the quantity that commission leaves. Exit: LIMIT FOK sell. Stop: STOP_LOSS sell at the stop price on the tick,
 * rounded toward mid. Flat: MARKET sell of what could not be protected. Every identity is a pure
 * function of engine id, signal id, purpose and generation, so no leg can be sent twice unseen.
 * Determinism: pure. */
#ifndef L1_EXECUTOR_LEGS_H
#define L1_EXECUTOR_LEGS_H

#include "order_manager/executions.h"

l1_submit l1_entry_submit(const l1_limits *limits, const l1_execution *execution, int64_t qty_e8);
l1_submit l1_exit_submit(const l1_limits *limits, const l1_execution *execution, int64_t qty_e8);
l1_submit l1_stop_submit(const l1_limits *limits, const l1_execution *execution, int64_t qty_e8);
l1_submit l1_flat_submit(const l1_limits *limits, const l1_execution *execution, int64_t qty_e8);

/* "exec_" and 26 base32 characters: a pure function of engine id and signal id. */
void l1_execution_id_of(const char *engine_id, const char *signal_id, char out[32]);

#endif
