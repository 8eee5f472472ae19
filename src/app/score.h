/* app/score.h: features and scores by themselves: from bars, or of feature rows.
 *
 * What `l1 score` prints is what the engine computes: the same feature code, the same bundle, the
 * same heads. Doubles are printed with 17 digits, so that they read back to the same bits.
 * Errors: one line on standard error; exit codes of app/commands.h. */
#ifndef L1_APP_SCORE_H
#define L1_APP_SCORE_H

#include <stdio.h>

#include "app/history_files.h"
#include "app/model_slots.h"
#include "config/config.h"

typedef struct {
    const l1_config *config;
    const l1_history_files *history;
    int64_t at_ns; /* end of the minute scored; L1_OFF = the newest */
    int32_t symbol;
    l1_side side;
    int64_t stop_e8; /* L1_OFF = 2 ATR from the close */
    bool json;
} l1_score_bars;

int l1_score_from_bars(const l1_score_bars *options);

typedef struct {
    const l1_config *config;
    const char *file; /* CSV with a header of column names; "-" = standard input */
    l1_head head;
    bool json;
} l1_score_rows;

int l1_score_of_rows(const l1_score_rows *options);

/* Reads and parses the folder of ai.models; NULL and a line on standard error, in the name of
 * `command`, when it cannot be used. `slots` owns the bundle. */
const l1_bundle *l1_score_bundle(const char *command, const l1_config *config,
                                 l1_model_slots **slots);

/* The head with models that `text` names (NULL: survival); false and a line in the name of
 * `command`. */
bool l1_score_head(const char *command, const char *text, l1_head *head);

#endif
