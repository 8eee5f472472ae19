/* app/progress.h: a bar with the time that is left, on a terminal only. */
#ifndef L1_APP_PROGRESS_H
#define L1_APP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    bool shown; /* standard error is a terminal */
    int64_t began_ms, last_ms;
} l1_progress;

void l1_progress_start(l1_progress *progress);

/* `done` of `all` units; draws at most ten times a second. */
void l1_progress_step(l1_progress *progress, int64_t done, int64_t all);

/* Wipes the bar. */
void l1_progress_end(const l1_progress *progress);

#endif
