/* l1/l1.h: L1 inside another program; the only installed header.
 *
 * What `l1 run` does with lines of standard input, without the process around it: messages of the
 * bus go in with the time at which they came, reports, alerts and metrics come out through a
 * callback, as the same lines. Modes PAPER and REPLAY; docs/bus.md describes the messages.
 * Units:       now_ns is Unix nanoseconds UTC. The library reads no clock: time is what the caller
 *              says, and one that lies before an earlier one counts as that one.
 * Ownership:   the handle owns everything; l1_close frees it. Lines handed to the callback die when
 *              it returns. Nothing is kept of what the caller passes in.
 * Errors:      L1_LIBRARY_USAGE of l1_open: the configuration, or a journal that is not there to be
 *              had. L1_LIBRARY_FAILED: the disk failed; the handle takes nothing more and can only
 *              be closed. The text says what to do. A bad message is no error: it becomes an alert.
 * Threads:     one thread at a time a handle; two handles know nothing of each other. A journal has
 *              a thread of its own, which never calls the callback.
 * Determinism: same configuration, lines and times, same bytes out. */
#ifndef L1_L1_H
#define L1_L1_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct l1_handle l1_handle;

typedef enum {
    L1_LIBRARY_OK = 0,
    L1_LIBRARY_FAILED = 1,
    L1_LIBRARY_USAGE = 2,
} l1_outcome;

/* Takes one message without its LF; `line` is not NUL-terminated. It must not call back into the
 * handle. */
typedef void (*l1_output)(void *state, const char *line, size_t size);

typedef struct {
    const char *config; /* YAML, as config/l1.yaml; `bus` and `journal.dir` in it are not used */
    size_t config_size;
    const char *journal_dir; /* NULL: nothing survives the process */
    l1_output output;
    void *state;
} l1_open_options;

#define L1_ERROR_TEXT_MAX 1024

/* Makes a handle; from a journal that exists it goes on where that ended, and what was not noted as
 * published comes out once more with the first call. On failure *out is NULL and `error` a
 * sentence. */
l1_outcome l1_open(const l1_open_options *options, l1_handle **out, char error[L1_ERROR_TEXT_MAX]);

/* One message, without its LF. Timers that are due at now_ns fire before it. With a journal outputs
 * come as they become durable: in this call, a later one, or l1_flush. */
l1_outcome l1_feed(l1_handle *handle, const char *line, size_t size, int64_t now_ns);

/* Only time passes: what is due at now_ns happens. To be called when l1_next_due_ns has come. */
l1_outcome l1_advance(l1_handle *handle, int64_t now_ns);

/* INT64_MAX: nothing is waiting. */
int64_t l1_next_due_ns(const l1_handle *handle);

/* Waits until everything fed is durable and has been handed out. */
l1_outcome l1_flush(l1_handle *handle);

/* A long-lived host calls this now and then: flushes and writes a snapshot, so that the next
 * l1_open replays only what comes after it, and retention can let go of older segments. Takes the
 * time of a flush and of writing the state (some MiB, with 10^6 remembered ids up to 64 MiB).
 * Without a journal it does nothing. Not beside the command `l1 snapshot` on the same journal. */
l1_outcome l1_snapshot(l1_handle *handle);

/* 1, once, when about 64 MiB have been journaled since the last snapshot or the last 1. */
int l1_snapshot_due(l1_handle *handle);

/* 32 hexadecimal digits and a NUL: every field of the state. */
void l1_state_hash(l1_handle *handle, char out[33]);

/* What went wrong last; "" when nothing did. */
const char *l1_error_text(const l1_handle *handle);

/* A clean end: flushes, writes the snapshot, frees. NULL is allowed. Of a handle that has failed
 * it only frees. */
l1_outcome l1_close(l1_handle *handle);

/* "0.1.0". */
const char *l1_version_text(void);

#ifdef __cplusplus
}
#endif

#endif
