/* decision/execution_logic.h: the plan of child orders for one signal.
 *
 * A plan is a pure function of the decided size and time. Today every plan is one child, sent at
 * once; execution.algo is accepted and its choice reported by the orders themselves.
 * Determinism: pure. */
#ifndef L1_DECISION_EXECUTION_LOGIC_H
#define L1_DECISION_EXECUTION_LOGIC_H

#include "domain/signal.h"

#define L1_CHILDREN_MAX 32

typedef struct {
    int64_t qty_e8;
    int64_t send_at_ns;
} l1_child;

typedef struct {
    uint32_t children_count;
    l1_child children[L1_CHILDREN_MAX];
} l1_plan;

/* Children add up to `qty_e8` exactly. False = NO_PLAN. */
bool l1_plan_make(int64_t qty_e8, int64_t now_ns, l1_plan *out);

#endif
