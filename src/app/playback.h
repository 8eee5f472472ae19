/* app/playback.h: history through a fresh system without a journal, its effects to a sink.
 *
 * Time is that of the messages; at the end of input pending timers run in virtual time. The same
 * files and configuration give the same effects. Ownership: nothing outlives the call. */
#ifndef L1_APP_PLAYBACK_H
#define L1_APP_PLAYBACK_H

#include "app/runner.h"
#include "io/history.h"

typedef struct {
    const l1_config *config; /* mode replay, clock from events */
    const l1_history_file *files;
    size_t files_count;
    int64_t from_ns, to_ns; /* L1_OFF = no bound */
    l1_runner_sink sink;
    void (*event)(void *state, const l1_event *event); /* before it is applied; may be NULL */
    bool log_models;
} l1_playback_options;

/* A bar is drawn on a terminal. CONFIG_*, INPUT_*, IO_* of the files; LIMIT_FULL. */
L1_MUST_USE l1_result l1_playback(const l1_playback_options *options, l1_diag *diag);

#endif
