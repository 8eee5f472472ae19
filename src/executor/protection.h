/* executor/protection.h: what to do when bought base stands without a live stop.
 *
 * The chain, each step a journaled single attempt: the list's stop, then a standalone stop, then a
 * market exit, then the operator. A stop that the venue refuses because it would trigger at once
 * has already been reached by the market: the market exit follows directly.
 * Determinism: pure. */
#ifndef L1_EXECUTOR_PROTECTION_H
#define L1_EXECUTOR_PROTECTION_H

#include "order_manager/executions.h"

typedef enum {
    L1_PROTECT_NOTHING, /* nothing is naked */
    L1_PROTECT_STOP,    /* send a standalone stop */
    L1_PROTECT_FLAT,    /* send a market exit */
    L1_PROTECT_ALARM    /* nothing left to send: tell the operator */
} l1_protect;

/* After `ended` (a stop or a market exit of `execution`) ended without protecting everything.
 * `naked_e8` on the lot; `standalone_tried` when a stop that was no list leg has ended too;
 * `live_once` when the ended stop had been resting. */
l1_protect l1_protection_next(const l1_order *ended, l1_venue_reason reason, int64_t naked_e8,
                              bool standalone_tried, bool live_once);

#endif
