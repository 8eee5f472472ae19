/* venue/simulated/state.h: what the simulated venue consists of, for its own files and tests.
 *
 * Only stops rest: a LIMIT FOK and a MARKET order begin and end within one arrival, so what a
 * buy locks while it is open is checked there and never seen from outside.
 * Units:       e8 decimals; *_ns Unix nanoseconds UTC.
 * Ownership:   every table lies in the arena given to l1_venue_simulated_new.
 * Determinism: plain data; the order of memory is never observable. */
#ifndef L1_VENUE_SIMULATED_STATE_H
#define L1_VENUE_SIMULATED_STATE_H

#include "domain/limits.h"
#include "domain/market.h"
#include "domain/order.h"
#include "venue/simulated/venue_simulated.h"

#define L1_MADE_LEVELS 10 /* of a book made around a price */
#define L1_SLOT_NONE UINT32_MAX

/* What is left of the last book, and of what the last bar's volume offers on each side. */
typedef struct {
    bool has_book;
    uint32_t bids_count, asks_count;
    int64_t book_since_ns; /* min(ts, arrival) */
    l1_level bids[L1_BOOK_LEVELS_MAX], asks[L1_BOOK_LEVELS_MAX];
    bool has_bar;
    int64_t bar_open_ns, bar_since_ns; /* since = min(close time, arrival) */
    int64_t close_e8;
    int64_t bids_left_e8[L1_MADE_LEVELS], asks_left_e8[L1_MADE_LEVELS];
} l1_simulated_market;

/* One asset of the account. free = total - foreign - locked, never negative. The last three
 * count modulo 2^64 and exist to assert total = deposited + traded - fees. */
typedef struct {
    int64_t total_e8, foreign_e8, locked_e8;
    uint64_t deposited_e8, traded_e8, fees_e8;
} l1_simulated_asset;

typedef struct {
    l1_order_id id;
    int32_t symbol;
    int64_t stop_e8, qty_e8; /* qty of base is locked */
    int64_t placed_ns;
    uint32_t older, newer; /* slots of the same symbol; newer also links the free ones */
} l1_resting_stop;

/* The stops of one symbol, oldest first. */
typedef struct {
    uint32_t oldest, newest, count;
    int64_t highest_e8; /* highest trigger, 0 = none: most events end at this comparison */
} l1_stop_list;

typedef struct {
    uint32_t capacity, count, free_first, index_mask;
    l1_resting_stop *slots; /* capacity */
    uint32_t *index;        /* index_mask + 1 slots found by id, L1_SLOT_NONE = empty */
    l1_stop_list lists[L1_SYMBOLS_MAX];
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
    uint32_t by_name[L1_SYMBOLS_MAX]; /* symbols in the order of their names: the archive's */
    l1_simulated_market markets[L1_SYMBOLS_MAX];
    l1_simulated_asset assets[L1_ASSETS_MAX];
    uint64_t trades[L1_SYMBOLS_MAX]; /* last trade id given, by symbol */
    l1_open_orders orders;
    l1_request_queue requests;
};

#endif
