/* executor/parents.h: accepted signals, each a parent of the children that its plan sends.
 *
 * A parent lives from its signal's acceptance until its final report is out and none of its
 * children (executions, order_manager/executions.h) is open. It holds the plan and what has come
 * of it, so that the next slice is a pure function of the state; what a child did is added up here
 * when its entry or exit has ended. Closed slots are reused oldest first: a late fill opens its
 * parent again while the slot still holds it.
 * Units:       e8, Unix ns. Ownership: arrays from the arena; indices, never pointers, are kept.
 * Determinism: pure. */
#ifndef L1_EXECUTOR_PARENTS_H
#define L1_EXECUTOR_PARENTS_H

#include "decision/execution_logic.h"
#include "order_manager/executions.h"

typedef enum {
    L1_PARENT_FREE,
    L1_PARENT_WORKING,  /* its plan goes on */
    L1_PARENT_ENDING,   /* sends no further child; waits for those under way and their stops */
    L1_PARENT_REPORTED, /* the final report is out; children of it may still be protected */
    L1_PARENT_CLOSED,   /* the slot waits for reuse */
    L1_PARENT_PHASE_COUNT
} l1_parent_phase;

/* Why a plan sent no further child. */
typedef enum {
    L1_PLAN_END_NONE,
    L1_PLAN_END_COMPLETE, /* every child that it could send has been sent */
    L1_PLAN_END_DUST,     /* the rest is below the minimum order */
    L1_PLAN_END_DEADLINE, /* its time was over before its quantity */
    L1_PLAN_END_RULE,     /* presend's `refusal`: halted, reduce-only, frozen, the stop reached */
    L1_PLAN_END_CONTROL,  /* cancel_all */
    L1_PLAN_END_STOPPED,  /* the market has reached the stop of what it bought */
    L1_PLAN_END_NAKED,    /* what it bought could not be protected */
    L1_PLAN_END_NO_BASE,  /* a sell: what it was to sell is gone */
    L1_PLAN_END_VENUE,    /* the venue refused a child */
    L1_PLAN_END_COUNT
} l1_plan_end;

typedef struct {
    l1_parent_phase phase;
    uint64_t serial; /* tells whether the slot still holds it */
    char signal_id[L1_SIGNAL_ID_MAX];
    char execution_id[32];
    l1_hash128 id_hash;
    int32_t symbol;
    l1_side side;
    bool reducing;
    int64_t requested_e8; /* base asked for; after the decision: plan.qty_e8 */
    int64_t price_e8;     /* the signal's own worst price; L1_OFF = none */
    int64_t stop_e8;      /* the stop price after the decision */
    int64_t limit_e8;     /* worst price at arrival, on the tick: no child's is worse */
    int64_t arrival_mid_e8, arrival_ns;
    int64_t exposure_e8, correlation_impact_e8;
    l1_ai_scores scores;
    uint32_t adjustments_count;
    l1_adjustment adjustments[L1_ADJUSTMENTS_MAX];
    uint32_t revision; /* of the next report */

    /* Sums over children whose entry or exit has ended. */
    int64_t sent_e8; /* of all children */
    int64_t executed_e8, cost_e8, fee_base_e8, fee_quote_e8, fee_third_e8;
    int32_t fee_third_asset;           /* as an order's */
    int64_t last_sent_ns, last_end_ns; /* of the newest child; 0 = none yet */
    uint64_t volume_from_e8;           /* the market's running volume at the start */
    uint32_t children_sent, children_open;

    l1_plan_end end;
    l1_violation refusal;    /* presend's of the last slice that did not go; UNJUDGED = none */
    l1_report_status status; /* of the child that ended last, and why it ended so */
    l1_rule reason;
    bool merge_late;                /* the venue was too slow for a common stop: not tried again */
    uint32_t skipped;               /* slices that did not go when their time had come */
    int64_t rest_e8, rest_quote_e8; /* unsent: counted in the account as on order */
    int64_t due_ns;                 /* of the next look at the plan; L1_NO_DEADLINE */
    uint64_t due_id;                /* orders equal times */
    l1_plan plan;
    uint32_t children[L1_CHILDREN_MAX]; /* executions, by number; L1_NONE once closed */
    uint32_t order_of[L1_CHILDREN_MAX]; /* a child's place in `orders`; L1_NONE */
    uint32_t orders_count;
    l1_report_order orders[L1_CHILDREN_MAX]; /* main orders of ended children, as they ended */
} l1_parent;

typedef struct {
    uint32_t capacity;
    l1_parent *parents;
    uint32_t *free; /* FIFO ring of reusable slots */
    uint64_t free_first, free_next;
    uint32_t *timed; /* parents with a due time, in order of their slots */
    uint32_t timed_count;
    uint32_t next; /* of them the one that is due first; L1_NONE */
    uint64_t last_serial;
} l1_parents;

size_t l1_parents_cost(uint32_t orders_max);
void l1_parents_init(l1_parents *table, l1_arena *arena, uint32_t orders_max);

/* A fresh parent, WORKING, every other field zero, OFF or NONE; never L1_NONE: there are as many
 * as executions, and a parent under way holds or has reserved at least one. */
uint32_t l1_parent_open(l1_parents *table);
void l1_parent_close(l1_parents *table, uint32_t parent); /* its timer must be off */
/* A closed parent whose slot was not reused goes on, REPORTED. */
void l1_parent_reopen(l1_parents *table, uint32_t parent);

/* The parent of `execution`, open or closed; L1_NONE when its slot holds another. */
uint32_t l1_parent_of(const l1_parents *table, const l1_execution *execution);

/* The open parent of that execution id; L1_NONE. Walks the table: for late fills only. */
uint32_t l1_parent_named(const l1_parents *table, const char *execution_id);

/* Sets, moves or (L1_NO_DEADLINE) stops a parent's timer. `id` orders equal times. */
void l1_parent_timer(l1_parents *table, uint32_t parent, int64_t due_ns, uint64_t id);

/* What of its children is under way: sent and not ended, and what these have executed. */
typedef struct {
    uint32_t count;
    int64_t working_e8, executed_e8;
} l1_children_under_way;
/* A child's main order has ended, or was filled after that: `order` as it is now, of which
 * `fresh` has not been added yet. */
void l1_parent_add(l1_parent *parent, uint32_t child, const l1_order *order, const l1_order *fresh);

/* True when no second child can ever go: its final report is its child's end. */
bool l1_parent_single(const l1_parent *parent);

l1_children_under_way l1_parent_under_way(const l1_parent *parent, const l1_executions *table);

/* What may still be sent: the plan's quantity less what has executed or is under way. */
int64_t l1_parent_rest_e8(const l1_parent *parent, const l1_executions *table);

void l1_parents_archive(l1_archive *archive, l1_parents *table);

#endif
