/* train/walk_forward.h: every fold fitted and its test rows predicted, fold after fold.
 *
 * Errors and determinism: as train/fit.h. Memory: one fitting at a time. */
#ifndef L1_TRAIN_WALK_FORWARD_H
#define L1_TRAIN_WALK_FORWARD_H

#include "train/fit.h"

typedef struct {
    uint32_t fold;
    const l1_fold *borders;
    const l1_fitting *fitting; /* of this fold; dies after the call */
    const l1_split *split;
    l1_head head;
    const l1_predictions *predictions; /* of split->test, row by row; dies after the call */
    l1_calibration baseline;           /* log-odds = a x predictions->baseline + b */
} l1_fold_result;

typedef struct {
    const l1_dataset *dataset;
    const l1_lightgbm *lightgbm;
    const l1_fold *folds;
    uint32_t folds_count;
    uint32_t heads; /* bits 1 << l1_head */
    uint64_t seed;
    uint32_t threads;
    double veto_share;
    l1_train_progress progress;
    /* Called for each head of each fold; a failure ends the walk. */
    l1_result (*take)(void *context, const l1_fold_result *result, l1_diag *diag);
    void *context;
} l1_walk_options;

L1_MUST_USE l1_result l1_walk_forward(const l1_walk_options *options, l1_diag *diag);

#endif
