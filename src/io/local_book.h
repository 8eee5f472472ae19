/* io/local_book.h: level changes and snapshots as recorded, in the order a book can follow.
 *
 * Binance's procedure "How to manage a local order book correctly" (2025-11): changes are held
 * back until a snapshot comes; one older than the first of them is not used; those that it holds
 * already are dropped, the others follow it. Where a change is missing, the one behind the gap is
 * given out, so that whoever follows sees the gap too, and all is held back again until the next
 * snapshot. A snapshot that the changes given out have passed is not used.
 * Large events come out in parts of L1_DEPTH_CHANGES_MAX; a snapshot's levels worst first, which is
 * the cheap way to fill a sorted side.
 * Ownership: the caller frees with l1_local_book_clear. Memory: at most L1_LOCAL_BOOK_HELD levels
 * are held back; beyond that the oldest changes are dropped.
 * Errors: LIMIT_FULL without memory. Determinism: pure but for the allocation. */
#ifndef L1_IO_LOCAL_BOOK_H
#define L1_IO_LOCAL_BOOK_H

#include "base/status.h"
#include "domain/depth_book.h"

#define L1_LOCAL_BOOK_HELD (1u << 18)

typedef struct l1_local_event l1_local_event;
typedef struct {
    l1_local_event *first, *last;
} l1_local_list;

typedef struct {
    bool synced;
    uint64_t id;         /* of what was given out last, or held back last */
    l1_local_list ready; /* to be given out */
    l1_local_list held;  /* until a snapshot comes */
    uint64_t held_levels;
} l1_local_book; /* all zero = empty */

typedef struct {
    int64_t ts_ns;
    uint64_t first_id, last_id;
    bool snapshot;
    uint32_t changes_count; /* of a snapshot: each side best first, as the venue sends it */
    const l1_depth_change *changes;
} l1_local_change;

/* Takes the next message of the recording; its levels are copied. */
L1_MUST_USE l1_result l1_local_book_take(l1_local_book *book, const l1_local_change *change,
                                         l1_diag *diag);

/* The next part to be given out; false when there is none. `out->symbol` is the caller's. */
bool l1_local_book_next(l1_local_book *book, l1_depth *out);

/* Back to the start; frees what waits. */
void l1_local_book_clear(l1_local_book *book);

#endif
