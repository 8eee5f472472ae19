/* app/runner.h: one running system with its journal; every subcommand that steps it uses this.
 *
 * apply: the decoded event is appended to the journal, the system steps at once, its effects are
 * appended and parked under their sequence. release: every parked effect up to the durable
 * sequence is handed to the sink, in order, exactly once; what a crash cut off is handed over
 * again after the restart, from the journaled publish position on, byte-identical but for
 * latency_us. Without a journal effects are durable at once.
 * Ownership:   the runner owns system, journal and buffers; the sink's arguments die on return.
 * Errors:      a failed write or sync of the journal is final: apply and release say so and the
 *              process has to end.
 * Threads:     all calls on one thread; the journal's own thread only wakes `on_durable`. */
#ifndef L1_APP_RUNNER_H
#define L1_APP_RUNNER_H

#include "bus/codec/encode.h"
#include "config/config.h"
#include "system/system.h"

typedef struct l1_runner l1_runner;

typedef struct {
    void *state;
    /* One durable effect of kind REPORT, ALERT or STATUS. A REPUBLISH comes as the report that it
     * names, with publication->duplicate set and effect->seq its own. */
    void (*take)(void *state, const l1_effect *effect, const l1_publication *publication);
} l1_runner_sink;

typedef struct {
    const l1_config *config;
    const char *journal_dir; /* NULL: no journal */
    l1_runner_sink sink;
    void (*on_durable)(void *state); /* from the journal's thread; NULL: the caller polls */
    void *on_durable_state;
    bool measure; /* fill latency_us from the monotonic clock */
} l1_runner_options;

/* Opens the journal, recovers (snapshot and replay; effects must equal the recorded ones), takes
 * over a changed configuration, appends START (and CONFIG), and hands what was not published yet
 * to the sink. JOURNAL_DIFFERS, JOURNAL_CORRUPT, IO_LOCKED, ... with diag. */
L1_MUST_USE l1_result l1_runner_open(const l1_runner_options *options, l1_runner **out,
                                     l1_diag *diag);

/* Steps `event`; its at_ns is set by the caller (never before l1_runner_now_ns). `received_ns` is
 * the monotonic time of the read that brought it, 0 when not measured. Waits for the disk only
 * when the journal's ring is full. */
L1_MUST_USE l1_result l1_runner_apply(l1_runner *runner, const l1_event *event, int64_t received_ns,
                                      l1_diag *diag);

/* Hands over what has become durable. */
L1_MUST_USE l1_result l1_runner_release(l1_runner *runner, l1_diag *diag);

/* Waits until everything appended is durable, then releases it. */
L1_MUST_USE l1_result l1_runner_flush(l1_runner *runner, l1_diag *diag);

/* Steps ticks in virtual time until every signal has its final report (end of input of a run that
 * takes its time from events). */
L1_MUST_USE l1_result l1_runner_drain(l1_runner *runner, l1_diag *diag);

/* Flushes, writes the clean snapshot and STOP, closes and frees. Also after an error. */
L1_MUST_USE l1_result l1_runner_close(l1_runner *runner, l1_diag *diag);

l1_system *l1_runner_system(l1_runner *runner);
int64_t l1_runner_now_ns(const l1_runner *runner);
size_t l1_runner_parked(const l1_runner *runner);          /* bytes waiting for the disk */
uint64_t l1_runner_durable_input(const l1_runner *runner); /* inputs applied and durable */
uint64_t l1_runner_inputs(const l1_runner *runner);        /* inputs applied */
bool l1_runner_space_low(const l1_runner *runner);

#endif
