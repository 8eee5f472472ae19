/* order_manager/cost_table.h: what parents cost while they run, and where the price goes
 * afterwards.
 *
 * A parent is measured from the acceptance of its signal to its final report, under the serial of
 * its execution. Then it is watched for a minute: at 1, 10 and 60 s after each fill the mid is
 * noted, and at the end one analysis says them. Fills of the same instant are one. A mid counts at
 * a horizon when the market has been heard since the fill; else that horizon's markout is unknown.
 * Bounded: as many parents run as orders may be open, as many more are watched; one that finds no
 * room is not watched and counted. A parent of over 64 instants with fills in a minute has unknown
 * markouts.
 * Units:       e8, Unix ns. Ownership: arrays from the arena.
 * Determinism: pure. Watching is no pending work: nothing waits for it. */
#ifndef L1_ORDER_MANAGER_COST_TABLE_H
#define L1_ORDER_MANAGER_COST_TABLE_H

#include "base/arena.h"
#include "domain/market.h"
#include "domain/report.h"

#define L1_WATCHED_FILLS_MAX 64

typedef struct {
    int64_t at_ns, qty_e8;
    uint32_t noted; /* horizons that have passed */
} l1_watched_fill;

typedef struct {
    char signal_id[L1_SIGNAL_ID_MAX];
    char execution_id[32];
    uint64_t report_seq; /* of the final report; 0 = none yet */
    l1_cost_sums sums;
    int64_t value_e8[L1_MARKOUTS]; /* of what was filled, at the mids noted; L1_OFF = unknown */
    uint32_t fills_count;
    l1_watched_fill fills[L1_WATCHED_FILLS_MAX]; /* whose last horizon is still to come */
} l1_measured;

/* One a parent, in order of acceptance. */
typedef struct {
    uint64_t serial;
    int64_t due_ns; /* INT64_MAX = nothing to wait for */
    uint64_t id;    /* orders equal deadlines */
    int32_t symbol;
    uint32_t slot;
    bool ended;
} l1_cost_entry;

typedef struct {
    uint32_t capacity, watched_max;
    uint32_t count, running;
    l1_cost_entry *entries;
    l1_measured *slots;
    uint32_t *free_slots; /* a stack of those that no entry has */
    uint32_t next;        /* the entry due first; `count` = none */
    uint64_t skipped;     /* parents that were not watched for want of room */
} l1_cost_table;

size_t l1_cost_table_size(uint32_t orders_max);
void l1_cost_table_init(l1_cost_table *table, l1_arena *arena, uint32_t orders_max);

/* A parent begins; serials only grow, ids are the engine's. Its `sums` are the caller's to begin.
 * Never NULL: fewer parents run than orders may be open. */
l1_measured *l1_cost_table_begin(l1_cost_table *table, uint64_t serial, int32_t symbol,
                                 uint64_t id);

/* The running parent of that serial; NULL when there is none (any more). */
l1_measured *l1_cost_table_find(l1_cost_table *table, uint64_t serial);

/* A fill of a running parent; `cost_e8` is what changed hands, `fee_e8` in quote or L1_OFF. */
typedef struct {
    int64_t price_e8, qty_e8, cost_e8, fee_e8;
    bool maker;
} l1_cost_fill_facts;
void l1_cost_table_fill(l1_cost_table *table, uint64_t serial, const l1_cost_fill_facts *fill,
                        int64_t now_ns);

/* Public volume, for every running parent of the symbol. A bar counts where it opened after the
 * parent had begun. */
void l1_cost_table_trade(l1_cost_table *table, const l1_trade *trade);
void l1_cost_table_bar(l1_cost_table *table, const l1_bar *bar);

/* The parent ends: its sums must have ended. With `watch` its markouts follow, else it is gone. */
void l1_cost_table_end(l1_cost_table *table, uint64_t serial, uint64_t report_seq, bool watch);

/* What is due next; false when nothing is. */
bool l1_cost_table_next(const l1_cost_table *table, int64_t *due_ns, uint64_t *id);
int32_t l1_cost_table_next_symbol(const l1_cost_table *table);

/* Notes the mid for exactly that deadline; `mid_e8` L1_OFF = none, heard at `since_ns`. True when
 * that ended a parent's minute: *out is its analysis, and it is gone. */
L1_MUST_USE bool l1_cost_table_fire(l1_cost_table *table, int64_t mid_e8, int64_t since_ns,
                                    l1_analysis *out);

void l1_cost_table_archive(l1_archive *archive, l1_cost_table *table);

/* Takes over parents of a table of the same capacity; symbols are renumbered by `map`, a watched
 * parent of a symbol that is gone (-1) is dropped. */
void l1_cost_table_adopt(l1_cost_table *table, const l1_cost_table *old, const int32_t *map);

#endif
