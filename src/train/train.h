/* train/train.h: from files of bars to a bundle's folder: what `l1 train` does.
 *
 * Models learn from all rows before the last 56 days, which calibrate, stack and set thresholds.
 * Training one model, or some heads, keeps the others of the folder's bundle: its HAR stays, since
 * kept models know their columns by it, and its data must not end later than the data given, or
 * the kept models would be calibrated on rows that they have learned.
 * Errors: one line; the folder is then untouched. Determinism: train/fit.h. */
#ifndef L1_TRAIN_TRAIN_H
#define L1_TRAIN_TRAIN_H

#include <stdio.h>

#include "train/evaluation.h"

#define L1_TRAIN_ROWS_MIN 1000 /* of each symbol, training */
#define L1_VALIDATION_ROWS_MIN 200

typedef struct {
    const l1_limits *limits;
    const l1_history_file *files;
    size_t files_count;
    const char *folder;
    uint32_t models; /* bits 1 << l1_model */
    uint32_t heads;  /* bits 1 << l1_head */
    uint64_t seed;
    uint32_t threads;
    double veto_share;
    l1_train_progress progress; /* units of its own */
    FILE *out;                  /* the tables of what was trained */
} l1_train_options;

L1_MUST_USE l1_result l1_train(const l1_train_options *options, l1_diag *diag);

/* Scores the folder's bundle on rows later than its training data and prints the tables. The
 * closed forms are calibrated on these very rows, which favours them. */
L1_MUST_USE l1_result l1_train_evaluate(const l1_train_options *options, l1_diag *diag);

#endif
