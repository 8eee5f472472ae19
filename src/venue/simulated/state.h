/* venue/simulated/state.h: what the simulated venue consists of, for its own files and tests.
 *
 * Units:       e8 decimals; *_ns Unix nanoseconds UTC.
 * Ownership:   every table lies in the arena given to l1_venue_simulated_new; the books are the
 *              system's.
 * Determinism: plain data; the order of memory is never observable. */
#ifndef L1_VENUE_SIMULATED_STATE_H
#define L1_VENUE_SIMULATED_STATE_H

#include "domain/depth_book.h"
#include "domain/limits.h"
#include "domain/market.h"
#include "domain/order.h"
#include "venue/simulated/venue_simulated.h"

#define L1_MADE_LEVELS 10 /* of a book made around a price */
#define L1_TAKES_MAX 128  /* levels that one order takes from; consumed levels kept a side */
#define L1_SLOT_NONE UINT32_MAX
#define L1_FRONT_UNKNOWN INT64_MAX /* more ahead than any trade can take */

/* A level of the shared book of which own orders took something. */
typedef struct {
    int64_t price_e8, shown_e8, taken_e8; /* 0 < taken <= shown: the quantity told */
} l1_consumed_level;

typedef struct {
    uint32_t count;
    l1_consumed_level levels[L1_TAKES_MAX];
} l1_consumed;

/* What own orders left of the shared book, and of what the last bar's volume offers a side. */
typedef struct {
    l1_consumed bids, asks;
    bool book_whole;            /* the book was last told by a book message */
    int64_t trade_e8, trade_ns; /* price and time of the last trade; 0 = none */
    bool has_bar;
    int64_t bar_open_ns, bar_since_ns; /* since = min(close time, arrival) */
    int64_t close_e8;
    int64_t bids_left_e8[L1_MADE_LEVELS], asks_left_e8[L1_MADE_LEVELS];
} l1_simulated_market;

/* One asset of the account. free = total - foreign - locked, never negative. `owed` is what a
 * withdrawal could not take yet; it is taken from what becomes free. The last three count modulo
 * 2^64 and exist to assert total = deposited + traded - fees. */
typedef struct {
    int64_t total_e8, foreign_e8, locked_e8, owed_e8;
    uint64_t deposited_e8, traded_e8, fees_e8;
} l1_simulated_asset;

typedef enum {
    L1_STAGE_PENDING, /* a leg whose turn has not come: nothing locked */
    L1_STAGE_WAITING, /* for its trigger */
    L1_STAGE_RESTING, /* on the book */
    L1_STAGE_COUNT
} l1_order_stage;

typedef struct {
    l1_order_leg leg; /* qty: as accepted */
    int32_t symbol;
    l1_order_stage stage;
    int64_t left_e8;               /* may still execute */
    int64_t executed_e8, quote_e8; /* sums of fills */
    int64_t net_e8;                /* received, less commission taken from it */
    int64_t locked_e8;             /* quote of a buy, base of a sell */
    int64_t fee_ahead_e16;         /* commission taken beyond the exact one, below 1e8 */
    int64_t visible_e8;            /* of left: all of it, or an iceberg's part */
    int64_t front_e8;              /* others' quantity ahead in the queue */
    int64_t level_e8, traded_e8;   /* shown at its price when last told; traded there since */
    int64_t placed_ns;             /* when it went live or was triggered */
    uint32_t list, place;          /* its list and leg there; L1_SLOT_NONE = single */
    uint32_t older, newer;         /* slots of the same symbol; newer also links the free */
    uint64_t seen;                 /* last event that was applied to it; not archived */
} l1_open_order;

/* The orders of one symbol, oldest first. Most events end at a comparison with one of the four
 * prices: highest trigger from above and lowest from below, best resting buy and sell. */
typedef struct {
    uint32_t oldest, newest;
    uint32_t live, algo, pending, lists; /* algo: waiting for a trigger */
    int64_t falling_e8, rising_e8;       /* triggers: 0 and INT64_MAX = none */
    int64_t bid_e8, ask_e8;              /* resting: 0 and INT64_MAX = none */
} l1_symbol_orders;

typedef struct {
    l1_list_kind kind; /* L1_LIST_SINGLE = this slot is free */
    int32_t symbol;
    bool working;                /* leg 0 of OTO and its kin has not ended yet */
    bool due, filled;            /* it has; wholly filled */
    int64_t received_e8;         /* by leg 0, net of commission in the same asset */
    uint32_t slots[L1_LEGS_MAX]; /* L1_SLOT_NONE = not open */
    uint32_t next;               /* free lists; lists that are due */
} l1_open_list;

typedef struct {
    uint32_t capacity, count, live, free_first, index_mask;
    l1_open_order *slots; /* capacity */
    uint32_t *index;      /* index_mask + 1 slots found by id, L1_SLOT_NONE = empty */
    uint32_t lists_capacity, lists_free;
    uint32_t due_first, due_last; /* within a call */
    l1_open_list *lists;
    l1_symbol_orders symbols[L1_SYMBOLS_MAX];
} l1_open_orders;

typedef struct {
    bool is_cancel;
    l1_submit submit; /* unless is_cancel */
    l1_cancel cancel; /* if is_cancel */
} l1_request;

typedef struct {
    int64_t due_ns;
    uint64_t id;
    uint32_t slot;
} l1_due;

/* Requests under way: a ring kept sorted by (due_ns, id), pointing at slots. */
typedef struct {
    uint32_t capacity, first, count;
    l1_due *ring;
    l1_request *slots;
    uint32_t *free_slots; /* a stack of capacity - count */
} l1_request_queue;

struct l1_venue_simulated {
    l1_limits limits;
    const l1_depth_book *books;       /* one a symbol */
    uint32_t by_name[L1_SYMBOLS_MAX]; /* symbols in the order of their names: the archive's */
    l1_simulated_market markets[L1_SYMBOLS_MAX];
    l1_simulated_asset assets[L1_ASSETS_MAX];
    uint64_t trades[L1_SYMBOLS_MAX]; /* last trade id given, by symbol */
    uint64_t event;                  /* number of the call that is being served; not archived */
    l1_open_orders orders;
    l1_request_queue requests;
};

#endif
