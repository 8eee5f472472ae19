/* app/replay.h: history through the engine, as fast as it goes. */
#ifndef L1_APP_REPLAY_H
#define L1_APP_REPLAY_H

#include "config/config.h"
#include "io/history.h"
#include "report/comparison.h"

typedef struct {
    const l1_config *config; /* mode replay, clock from events */
    const char *config_file; /* where it was read */
    const l1_history_file *files;
    size_t files_count;
    int64_t from_ns, to_ns;          /* L1_OFF = no bound */
    const char *out;                 /* NULL: standard output */
    const char *journal_dir;         /* NULL: none */
    const char *report;              /* a page about the run; NULL: none */
    const l1_comparison *comparison; /* of schedules, for the page; NULL: none */
} l1_replay_options;

/* Returns the exit code; every failure has been told. */
int l1_replay(const l1_replay_options *options);

#endif
