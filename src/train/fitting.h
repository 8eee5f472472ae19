/* train/fitting.h: what a fitting holds. Inner header of train/. */
#ifndef L1_TRAIN_FITTING_H
#define L1_TRAIN_FITTING_H

#include "models/bundle_state.h"
#include "train/fit.h"

typedef struct {
    char *text[L1_MODEL_COUNT]; /* NULL: not trained here */
    size_t size[L1_MODEL_COUNT];
    l1_importance importance;
    l1_calibration baseline;
    l1_head_thresholds thresholds[L1_SYMBOLS_MAX]; /* by symbol of the limits */
} l1_head_fit;

struct l1_fitting {
    l1_fit_options options;
    l1_bundle bundle; /* in the making */
    l1_head_fit heads[L1_HEAD_COUNT];
    void *memory; /* of the parsed models */
    l1_arena arena;
};

/* Calibration, stack and thresholds of a head whose models stand in the bundle. */
L1_MUST_USE l1_result l1_fit_decide(l1_fitting *fitting, l1_head head, l1_diag *diag);

#endif
