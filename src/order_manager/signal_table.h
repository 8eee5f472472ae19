/* order_manager/signal_table.h: every signal_id that got a report, so that none is judged twice.
 *
 * A ring of 64-byte slots in order of arrival plus an open-addressing index. A slot is reused only
 * when it is older than 24 h and its final report is out; until then a full table refuses, which
 * rejects the new signal (SIGNAL_TABLE_FULL).
 * Units:       times Unix ns. Memory: from the arena at init.
 * Determinism: pure. The table's hash is kept incrementally, so hashing the state stays O(1) in
 *              the number of remembered ids. */
#ifndef L1_ORDER_MANAGER_SIGNAL_TABLE_H
#define L1_ORDER_MANAGER_SIGNAL_TABLE_H

#include "base/archive.h"
#include "base/arena.h"
#include "base/hash.h"

#define L1_SIGNAL_KEPT_NS (INT64_C(24) * 3600 * 1000000000)

typedef struct {
    l1_hash128 id, content;
    int64_t seen_ns;
    uint64_t report_seq; /* effect of the latest final report; 0 = none yet */
    uint8_t waiting;     /* a duplicate came before the final report */
    uint8_t reserved[15];
} l1_remembered;
_Static_assert(sizeof(l1_remembered) == 64, "design limit of a remembered signal");

typedef struct {
    uint32_t slot; /* its number + 1; 0 = empty */
    uint32_t bits; /* the low ones of id.lo; the lowest say where the entry belongs */
} l1_signal_place;

typedef struct {
    l1_remembered *slots;
    l1_signal_place *index;
    uint32_t capacity, index_mask;
    uint64_t first, next; /* serials of the oldest and of the next slot; slot = serial % capacity */
    uint64_t hash;        /* sum of the slots' hashes */
} l1_signal_table;

size_t l1_signal_table_cost(uint32_t capacity);
void l1_signal_table_init(l1_signal_table *table, l1_arena *arena, uint32_t capacity);

/* The slot of `id`, or NULL. Valid until the next add. */
const l1_remembered *l1_signal_table_find(const l1_signal_table *table, l1_hash128 id);

/* `id` will be looked up soon: asks the memory for its place, so that the look need not wait. */
void l1_signal_table_expect(const l1_signal_table *table, l1_hash128 id);

/* Remembers a new id (the caller looked it up); false when the table is full of younger ids or of
 * ids that wait for their report. */
bool l1_signal_table_add(l1_signal_table *table, l1_hash128 id, l1_hash128 content, int64_t now_ns);

/* True when an add at `now_ns` would find room. */
bool l1_signal_table_has_room(const l1_signal_table *table, int64_t now_ns);

/* A duplicate of `id` came while it had no final report. */
void l1_signal_table_wait(l1_signal_table *table, l1_hash128 id);

/* The final report of `id` is effect `seq`. Returns true when a duplicate waits for it. */
bool l1_signal_table_reported(l1_signal_table *table, l1_hash128 id, uint64_t seq);

/* Puts a slot back as it was (loading a snapshot, a change of configuration). */
bool l1_signal_table_restore(l1_signal_table *table, const l1_remembered *slot);

void l1_signal_table_archive(l1_archive *archive, l1_signal_table *table);

#endif
