/* app/runner.h: one running system with its journal; every subcommand that steps it uses this.
 *
 * apply: the decoded event is appended to the journal, the system steps at once, its effects are
 * appended and parked under their sequence. release: every parked effect up to the durable
 * sequence is handed to the sink, in order, exactly once; what a crash cut off is handed over
 * again after the restart, from the journaled publish position on, byte-identical but for
 * latency_us. Without a journal effects are durable at once.
 * Ownership:   the runner owns system, journal and buffers; the sink's arguments die on return.
 * Errors:      a failed write or sync of the journal is final: apply and release say so, hand
 *              over nothing more, and the process has to end.
 * Threads:     all calls on one thread; the journal's own threads only call `on_durable`. */
#ifndef L1_APP_RUNNER_H
#define L1_APP_RUNNER_H

#include "bus/codec/encode.h"
#include "config/config.h"
#include "journal/storage.h"
#include "report/metrics.h"
#include "system/system.h"

typedef struct l1_runner l1_runner;

typedef struct {
    void *state;
    /* One durable effect of kind REPORT, ALERT, STATUS or RELOAD_MODELS. A REPUBLISH comes as the
     * report that it names, with publication->duplicate set and publication->seq and effect->seq
     * its own. */
    void (*take)(void *state, const l1_effect *effect, const l1_publication *publication);
    /* The last effect that is really out, given the last one handed over; NULL: the same. */
    uint64_t (*published)(void *state, uint64_t handed);
} l1_runner_sink;

typedef struct {
    const l1_config *config;
    const char *journal_dir; /* NULL: no journal */
    uint64_t segment_size;   /* bytes; 0 = the journal's own choice (tests) */
    l1_runner_sink sink;
    void (*on_durable)(void *state); /* from the journal's threads; NULL: the caller polls */
    void *on_durable_state;
    bool measure; /* fill latency_us from the monotonic clock */
    /* reload_models is obeyed inside the apply that brings it (time comes from the messages, or
     * there is no loop); otherwise the sink gets an effect RELOAD_MODELS and does it. */
    bool reload_at_once;
    bool turns;  /* the caller releases after every batch of applies, before it waits; little is
                  * then synced by the release itself instead of the journal's thread */
    bool manual; /* no thread of the journal's: release and flush do its work (tests) */
    const l1_storage *storage; /* where the journal lies; NULL = the operating system's files */
} l1_runner_options;

/* What opening found and did, for the log. */
typedef struct {
    uint64_t records, snapshot;  /* replayed; sequence of the snapshot begun with, 0 = none */
    uint64_t bytes_cut;          /* of a torn tail */
    uint64_t published, effects; /* position; effects so far: those between come once more */
    uint32_t epoch;
    bool fresh, clean; /* a new journal; the last stop was clean */
    bool config_changed, build_changed;
} l1_runner_found;

/* Opens the journal, recovers (snapshot and replay; effects must equal the recorded ones), takes
 * over a changed configuration and appends START (and CONFIG). What was not published yet comes
 * with the first release. JOURNAL_DIFFERS, JOURNAL_CORRUPT, IO_LOCKED, ... with diag. */
L1_MUST_USE l1_result l1_runner_open(const l1_runner_options *options, l1_runner **out,
                                     l1_runner_found *found, l1_diag *diag);

/* Steps `event`; its at_ns is set by the caller (never before l1_runner_now_ns). `received_ns` is
 * the monotonic time of the read that brought it, 0 when not measured. Waits for the disk only
 * when the journal's queue is full. */
L1_MUST_USE l1_result l1_runner_apply(l1_runner *runner, const l1_event *event, int64_t received_ns,
                                      l1_diag *diag);

/* --- models: read by `load`, in force once `take` has applied the event --- */

/* Reads the folder of ai.models into `out`. May run on another thread while the runner is stepped;
 * one at a time. `commanded`: by reload_models. */
void l1_runner_load_models(l1_runner *runner, bool commanded, l1_models_event *out);

/* Applies what was read, at the system's time, if it changes or answers anything. */
L1_MUST_USE l1_result l1_runner_take_models(l1_runner *runner, const l1_models_event *models,
                                            l1_diag *diag);

/* Hands over what has become durable. */
L1_MUST_USE l1_result l1_runner_release(l1_runner *runner, l1_diag *diag);

/* Waits until everything appended is durable, then releases it. */
L1_MUST_USE l1_result l1_runner_flush(l1_runner *runner, l1_diag *diag);

/* Steps ticks in virtual time until every signal has its final report (end of input of a run that
 * takes its time from events). */
L1_MUST_USE l1_result l1_runner_drain(l1_runner *runner, l1_diag *diag);

/* A clean end: flushes, appends STOP and writes the clean snapshot. The runner may still be asked
 * but not applied to afterwards. */
L1_MUST_USE l1_result l1_runner_stop(l1_runner *runner, l1_diag *diag);

/* Everything becomes durable and is released, then a snapshot is written while the caller waits:
 * the next opening replays only what comes after it. Nothing without a journal. */
L1_MUST_USE l1_result l1_runner_snapshot(l1_runner *runner, l1_diag *diag);

/* Closes and frees, in whatever state; without l1_runner_stop the next opening replays. */
void l1_runner_close(l1_runner *runner);

l1_system *l1_runner_system(l1_runner *runner);
int64_t l1_runner_now_ns(const l1_runner *runner);
size_t l1_runner_parked(const l1_runner *runner); /* bytes waiting for the disk */

/* An input is durable, its effects included, once l1_runner_durable reaches what
 * l1_runner_appended said after its apply. */
uint64_t l1_runner_appended(const l1_runner *runner);
uint64_t l1_runner_durable(const l1_runner *runner);
uint64_t l1_runner_effects(const l1_runner *runner);  /* effects numbered so far */
uint64_t l1_runner_released(const l1_runner *runner); /* the last effect handed over */

/* The figures of every effect handed over since the journal began; latencies since this start. */
l1_metrics *l1_runner_figures(l1_runner *runner);

/* The record up to which the last release handed everything over. */
uint64_t l1_runner_released_record(const l1_runner *runner);

bool l1_runner_space_low(const l1_runner *runner);

/* True, once, when about a segment has been written since the last time: a snapshot is due. */
bool l1_runner_snapshot_due(l1_runner *runner);

/* The effect in `bytes` as the sink gets it; a REPUBLISH is resolved. False: of no kind that is
 * handed over. For subscribers that resume from the journal. */
L1_MUST_USE l1_result l1_runner_resolve(l1_runner *runner, const uint8_t *bytes, uint32_t size,
                                        l1_effect *effect, l1_publication *publication,
                                        bool *wanted, l1_diag *diag);

#endif
