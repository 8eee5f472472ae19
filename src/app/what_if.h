/* app/what_if.h: a recorded run once more with one thing changed, and what that changes.
 *
 * The journal's inputs are stepped through two systems side by side: the one that wrote it, whose
 * effects are held against the recorded ones, and one under the changed configuration or models.
 * Inputs are facts of the recorded run and stay as they were: a portfolio snapshot, say, sets the
 * balances that the recorded run had. A signal whose decision differs differs DIRECTLY when the
 * change, applied to the recorded state right before that signal, changes its decision; else it is
 * a KNOCK-ON of earlier ones. Both are found by stepping, not by guessing.
 * Reads the journal without a lock and writes nothing into it: a running engine's may be read.
 * Errors: told on standard error, as the exit code says. */
#ifndef L1_APP_WHAT_IF_H
#define L1_APP_WHAT_IF_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *dir;
    const char *const *overrides; /* "key=value" */
    size_t overrides_count;
    const char *models; /* folder; NULL = those of the recorded run */
    const char *out;    /* NULL: standard output */
    bool json;
} l1_what_if_options;

/* Returns the exit code: 0 whether or not decisions differ; 1 unreadable or damaged; 2 no journal,
 * or a setting that cannot be; 3 this build does not reproduce what was recorded. */
int l1_what_if(const l1_what_if_options *options);

#endif
