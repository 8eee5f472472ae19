/* journal/writer.h: the inside of l1_journal. Used inside src/journal only.
 *
 * Two halves of a queue: the appending thread fills one while the writer thread owns the other.
 * `lock` guards what stands under it below; the writer's own fields need none. A second thread
 * prepares the next segment, so that zero-filling never delays a sync. */
#ifndef L1_JOURNAL_WRITER_H
#define L1_JOURNAL_WRITER_H

#include <pthread.h>
#include <stdatomic.h>

#include "journal/directory.h"
#include "journal/journal.h"

typedef struct {
    uint8_t *bytes;
    size_t used;
} l1_half;

typedef enum { L1_NEXT_WANTED, L1_NEXT_READY, L1_NEXT_FAILED } l1_next_segment;
typedef enum { L1_WRITER_BUSY, L1_WRITER_ASLEEP, L1_WRITER_DOZING } l1_writer_mood;

struct l1_journal {
    l1_journal_options options; /* defaults filled in; dir and engine_id point to the copies */
    char path[L1_JOURNAL_PATH_MAX];
    char engine_id[L1_ENGINE_ID_MAX];
    l1_directory dir;
    int lock_handle;
    uint32_t epoch;

    /* The appending thread's own. */
    uint64_t next_sequence;
    uint64_t tag;

    bool turn_urgent; /* with options.turns: the turn has to be synced at its end */

    /* The writer's own: the thread that is BUSY, or the appending one while it has `taken`. */
    int segment_handle;
    uint64_t segment;     /* number of the current segment */
    uint64_t segment_end; /* its size in bytes */
    uint64_t position;    /* where the next record goes */
    uint32_t prev;        /* chain */
    bool synced;          /* everything written so far is synced */

    pthread_mutex_t lock;
    pthread_cond_t work;     /* -> writer: something queued, urgent, or stopping */
    pthread_cond_t done;     /* <- writer: durable moved, or failed */
    pthread_cond_t prepare;  /* -> preparer: segment wanted, or stopping */
    pthread_cond_t prepared; /* <- preparer: it answered */
    l1_half halves[2];       /* under lock: the one that fills */
    unsigned filling;        /* under lock */
    bool urgent, stopping;   /* under lock */
    bool preparer_stopping;  /* under lock; after the writer's end, which may need a segment */
    l1_writer_mood mood;     /* under lock */
    bool taken, held;        /* under lock: the appending thread writes; the writer waits for it */
    l1_next_segment next;    /* under lock */
    uint64_t next_number;    /* under lock: segment to prepare */
    int next_handle;         /* under lock: READY only */
    char error[256];         /* under lock */

    _Atomic uint64_t durable;
    _Atomic uint64_t wall_ns; /* of the newest record written: retention's clock */
    _Atomic bool failed, space_low;
    _Atomic bool hint; /* something urgent queued: read while spinning, without the lock */
    pthread_t writer_thread, preparer_thread;
    bool threads_run;
};

/* writer.c: one round of write, sync, publish; false when the journal has failed. */
bool l1_writer_round(l1_journal *journal);
void *l1_writer_main(void *journal);
/* Such a round on the appending thread; false when it is not for it to do. */
bool l1_writer_turn(l1_journal *journal);
/* Records the reason once, raises `failed`, wakes everybody and notifies. */
void l1_writer_fail(l1_journal *journal, const char *text);
void l1_writer_notify(const l1_journal *journal);

/* prepare.c: one attempt to prepare segment next_number, retention included. */
void l1_prepare_round(l1_journal *journal);
void *l1_prepare_main(void *journal);

#endif
