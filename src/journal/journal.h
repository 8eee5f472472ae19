/* journal/journal.h: the writer of the journal. What is not durable has not happened.
 *
 * Appending copies into a bounded queue and never touches the disk. A thread of its own takes
 * whatever has queued, writes it with one pwrite, syncs, publishes the durable sequence and calls
 * `notify`. Urgent records are synced at once (what queues meanwhile goes into the next sync);
 * others at least every sync_ms. A caller that works in turns may sync little itself, which
 * spares two changes of threads: l1_journal_turn.
 * Ownership:   the caller owns the options' texts until l1_journal_open returns.
 * Errors:      a failed write or sync is never retried: the durable sequence stays, nothing more
 *              is accepted, l1_journal_error says why and `notify` is called. The caller then
 *              ends the process; the next opening keeps what is provably there.
 * Threads:     append, close and pump from one thread; all other calls from any.
 * Recovery:    opening cuts a torn tail, refuses damage, writes the last batch anew (after an I/O
 *              error the page cache may show what the disk does not hold) and raises the epoch. */
#ifndef L1_JOURNAL_JOURNAL_H
#define L1_JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"
#include "journal/format/record.h"
#include "journal/storage.h"

typedef enum {
    L1_SYNC_GROUP, /* durable = synced */
    L1_SYNC_NONE,  /* durable = written: survives the process, not the machine */
} l1_journal_sync;

typedef struct {
    const char *dir;
    const char *engine_id; /* at most 32 bytes; must be that of an existing journal */
    l1_hash128 config_hash;
    l1_journal_sync sync;
    uint32_t sync_ms;      /* 0 = 100 */
    uint64_t segment_size; /* bytes; 0 = 64 MiB, at least 128 KiB */
    size_t queue_size;     /* bytes; 0 = 8 MiB; half fills while the other half is written */
    uint64_t size_max;     /* bytes of all segments; 0 = no limit */
    uint32_t retain_days;  /* segments younger than this stay; 0 = all stay */
    bool manual;           /* no threads: l1_journal_pump does the work (simulation, tests) */
    bool turns;       /* what is urgent waits for l1_journal_turn instead of waking the thread */
    uint32_t spin_us; /* the thread looks for work this long before it sleeps; 0 = never */
    void (*notify)(void *state); /* from the journal's threads; may be NULL */
    void *notify_state;
    const l1_storage *storage; /* NULL = the operating system's files */
} l1_journal_options;

typedef struct l1_journal l1_journal;

/* What opening found. */
typedef struct {
    uint64_t first_sequence; /* oldest record kept; 1 in a new journal */
    uint64_t last_sequence;  /* newest record accepted; 0 in a new journal */
    uint64_t bytes_cut;      /* of a torn tail, zeros not counted */
    uint32_t epoch;          /* of this opening */
} l1_journal_found;

/* IO_LOCKED (diag names the pid), JOURNAL_CORRUPT (names segment, offset, sequence),
 * JOURNAL_FORMAT, IO_*. On success everything up to found->last_sequence is durable. */
L1_MUST_USE l1_result l1_journal_open(const l1_journal_options *options, l1_journal **out,
                                      l1_journal_found *found, l1_diag *diag);

/* Writes and syncs what has queued, then frees everything, whatever the result. */
L1_MUST_USE l1_result l1_journal_close(l1_journal *journal, l1_diag *diag);

/* Queues one record and returns its sequence (contiguous), or 0 when the queue is full (wait for
 * `notify`, try again) or the journal has failed (l1_journal_error). size <= 64 KiB. `tag` never
 * falls: a number of the caller's (the last effect's) that readers can seek by. */
uint64_t l1_journal_append(l1_journal *journal, l1_record_type type, const void *payload,
                           size_t size, uint64_t mono_ns, uint64_t wall_ns, uint64_t tag,
                           bool urgent);

/* Highest sequence that survives. Never runs ahead of the sync. */
uint64_t l1_journal_durable(const l1_journal *journal);

/* Highest sequence given out. Appending thread only. */
uint64_t l1_journal_last(const l1_journal *journal);

/* True when a record with `size` bytes of payload fits the queue now. Appending thread only. */
bool l1_journal_has_room(l1_journal *journal, size_t size);

/* Ends a turn of the appending thread (options.turns; it has to follow every batch of appends).
 * Urgent records are written and synced here and now when they are little and the journal's
 * thread is idle; else that thread is woken. `notify` is called only in the second case. In manual
 * mode the same as l1_journal_pump. */
void l1_journal_turn(l1_journal *journal);

/* Makes what has queued urgent. */
void l1_journal_flush(l1_journal *journal);

/* Blocks until `sequence` is durable (flushes first); false when the journal failed before.
 * For replay, tools and the end of a run: the loop thread never calls it. */
bool l1_journal_wait(l1_journal *journal, uint64_t sequence);

/* True when the journal has failed; the sentence goes into `text` (NUL-terminated). */
bool l1_journal_error(l1_journal *journal, char *text, size_t capacity);

/* True while the next segment cannot be prepared (disk full, journal.size_max): deny entries and
 * use what is left of the current one for exits. Cleared when preparing succeeds again. */
bool l1_journal_space_low(const l1_journal *journal);

uint32_t l1_journal_epoch(const l1_journal *journal);

/* Manual mode: writes and syncs what has queued, prepares the next segment, notifies. */
void l1_journal_pump(l1_journal *journal);

#endif
