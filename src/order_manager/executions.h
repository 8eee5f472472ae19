/* order_manager/executions.h: children of accepted signals being executed or protected, and their
 * orders.
 *
 * An execution is one child of a parent (executor/parents.h): it lives from its sending until
 * nothing of it rests at the venue. Its orders are slots of one bounded table, found by identity.
 * Ended slots are reused oldest first, so a late fill still finds its order for as long as
 * possible; an entry remembers what protecting such a fill needs, should its execution's slot hold
 * another by then. Each execution has at most one timer; timers fire in order of (deadline, id).
 * Units:       e8, Unix ns. Ownership: arrays from the arena; indices, never pointers, are kept.
 * Determinism: pure. */
#ifndef L1_ORDER_MANAGER_EXECUTIONS_H
#define L1_ORDER_MANAGER_EXECUTIONS_H

#include "base/arena.h"
#include "domain/report.h"
#include "order_manager/lifecycle.h"

#define L1_NONE UINT32_MAX
#define L1_RELEASES_MAX 64 /* own stops that one sell may release */
#define L1_NO_DEADLINE INT64_MAX

/* What a late fill of an entry needs of its execution, kept with the order. */
typedef struct {
    char signal_id[L1_SIGNAL_ID_MAX];
    uint32_t child;
    int64_t requested_e8;
    int64_t stop_e8;               /* the stop price after the decision; 0 = no entry */
    uint32_t revision, generation; /* the next ones; written when the execution closes */
} l1_origin;

typedef struct {
    l1_order_id id;
    l1_order_state state; /* NONE: the slot was never used */
    uint32_t execution;
    uint64_t serial; /* the execution's: tells whether that slot still holds it */
    int32_t symbol;
    l1_side side;
    l1_order_type type;
    l1_time_in_force tif;
    int64_t qty_e8, price_e8, stop_e8;
    int64_t executed_e8, cost_e8;      /* base and quote that have changed hands */
    int64_t fee_base_e8, fee_quote_e8; /* commission */
    int64_t fee_third_e8;              /* and in another asset, */
    int32_t fee_third_asset;           /* of that index; 0 = none yet */
    int64_t locked_e8; /* of what it pays with: counted in the account's own locks */
    bool open;         /* not ended, its last event handled */
    l1_origin origin;  /* entries only */
} l1_order;

typedef enum {
    L1_PHASE_FREE,
    L1_PHASE_RELEASING,  /* a sell waits for own stops to be canceled */
    L1_PHASE_SENT,       /* its entry or exit is at the venue */
    L1_PHASE_PROTECTING, /* bought; the stop is not live yet */
    L1_PHASE_GUARDED,    /* a stop rests */
    L1_PHASE_RELEASED,   /* its stop was released for a sell that is not done yet */
    L1_PHASE_MERGING,    /* its stop gives way to one for all children of its parent */
    L1_PHASE_FLATTENING, /* could not be protected: a market exit is at the venue */
    L1_PHASE_CLOSED,     /* nothing rests; the slot waits for reuse */
    L1_PHASE_COUNT
} l1_phase;

typedef struct {
    uint32_t execution; /* whose stop was released */
    int64_t freed_e8;   /* base that its cancel freed; L1_OFF = not ended yet */
} l1_release;

typedef struct {
    l1_phase phase;
    char signal_id[L1_SIGNAL_ID_MAX];
    char execution_id[32];  /* "": made anew for a late fill, to be filled in */
    uint32_t parent, child; /* slot of its parent, and its number there */
    uint64_t parent_serial; /* tells whether that slot still holds the parent */
    int32_t symbol;
    l1_side side;
    int64_t requested_e8, planned_e8; /* base: the signal's, and this child's */
    int64_t stop_e8;                  /* the stop price after the decision */
    int64_t limit_e8;                 /* worst price on the tick */

    uint64_t serial; /* order of opening: own stops are released oldest first */
    /* Orders: entry or exit, newest stop, market exit. An ended order's slot may be reused, so
     * what is needed of it later is kept below; L1_NONE once it must not be looked at. */
    uint32_t main, stop, flat;
    uint32_t entry;       /* slot of its entry, which may hold another order by now; L1_NONE */
    bool bought;          /* the entry has ended and executed something */
    uint32_t released_by; /* the sell that released this one's stop; L1_NONE */
    uint32_t generation;  /* of the next stop */
    int64_t held_e8;      /* base bought, net of commission, not yet sold again by own orders */
    int64_t reserved_e8;  /* exits: base set aside, counted in the account's own locks */
    int64_t free_used_e8; /* exits: the part of it that was free */
    uint32_t releases_count;
    l1_release releases[L1_RELEASES_MAX];

    l1_rule ended_by;     /* CANCELED_BY_CONTROL, ORDER_TIMEOUT; UNJUDGED = neither */
    l1_violation refusal; /* presend's; rule UNJUDGED = none */
    bool reported;        /* its parent knows how its entry or exit ended */
    bool replacing;       /* the stop on its way replaces a released one */
    bool keeps_slot;      /* its stop gave way for a moment: its slot at the venue stays taken */
    bool overdue;         /* the watchdog fired: no further stop is tried */
    uint32_t revision;    /* the next one, when its parent's slot holds another */

    int64_t deadline_ns; /* L1_NO_DEADLINE = no timer */
    uint64_t deadline_id;
    uint32_t heap_at;    /* position in the heap; L1_NONE */
    int64_t naked_by_ns; /* base bought during a market exit is told then; L1_NO_DEADLINE */
    uint32_t queries;    /* asked so far about an unknown outcome */
} l1_execution;

typedef struct {
    uint32_t orders_capacity, executions_capacity;
    l1_order *orders;
    l1_execution *executions;
    uint32_t *index; /* of orders by identity: slot + 1 */
    uint32_t index_mask;
    uint32_t *free_orders, *free_executions; /* FIFO rings of reusable slots */
    uint64_t free_orders_first, free_orders_next;
    uint64_t free_executions_first, free_executions_next;
    uint32_t *heap; /* executions by (deadline, id) */
    uint32_t heap_count;
    uint32_t open_orders, open_executions;
    uint32_t reserved; /* executions that plans under way may still open */
} l1_executions;

size_t l1_executions_cost(uint32_t orders_max);
void l1_executions_init(l1_executions *table, l1_arena *arena, uint32_t orders_max);

/* A fresh execution (every field zero or NONE); L1_NONE when all slots are open. */
uint32_t l1_execution_open(l1_executions *table);
void l1_execution_close(l1_executions *table, uint32_t execution); /* its timer must be off */

/* The execution that answers for a late fill of `entry`: its own when that is open or can be
 * opened again (PROTECTING, holding nothing), else a fresh one of that identity, made from what
 * the entry remembers. The entry becomes the last ended order to be reused. L1_NONE when no slot
 * is left for it and two orders, or no stop price is known. `serial` is a fresh one's. */
uint32_t l1_execution_resume(l1_executions *table, uint32_t entry, uint64_t serial);

/* The entry of that identity, if it is still remembered, and its execution, when closed, go on
 * from `revision`: siblings have reported since. */
void l1_entry_revise(l1_executions *table, l1_order_id entry, uint32_t revision);

/* True when `count` more executions, and two open orders of each, will find slots. */
bool l1_executions_room(const l1_executions *table, uint32_t count);

/* A fresh order of `execution` from one leg, in state SENT; L1_NONE when all slots are open. */
uint32_t l1_order_open(l1_executions *table, uint32_t execution, int32_t symbol,
                       const l1_order_leg *leg);
/* An order has ended; its slot stays out of reuse until l1_order_free. */
void l1_order_end(l1_executions *table, uint32_t order);
void l1_order_free(l1_executions *table, uint32_t order);

/* Commission in an asset that is neither base nor quote (and of amount 0: none); `sum_asset` starts
 * at 0. A second such asset in one sum, which takes a change of paper.commission on the way, does
 * not fit in: the account alone has it. */
void l1_third_fee_add(int32_t *sum_asset, int64_t *sum_e8, int32_t asset, int64_t fee_e8);

/* The order of that identity, open or not yet reused; L1_NONE. */
uint32_t l1_order_find(const l1_executions *table, l1_order_id id);

/* Sets, moves or (L1_NO_DEADLINE) stops an execution's timer. `id` orders equal deadlines. */
void l1_execution_timer(l1_executions *table, uint32_t execution, int64_t deadline_ns, uint64_t id);

/* The execution whose timer is next; L1_NONE. */
uint32_t l1_executions_next(const l1_executions *table);

l1_order_status l1_order_status_of(const l1_order *order);
l1_report_order l1_report_order_of(const l1_order *order);

void l1_executions_archive(l1_archive *archive, l1_executions *table);

#endif
