/* train/split.h: which rows train, which calibrate, which test: anchored walk-forward.
 *
 * A fold trains on everything before its validation, which is the last 56 days before its test
 * quarter. A row whose label reaches a border belongs to neither side of it, so that nothing is
 * learned from minutes that are judged later. No shuffling.
 * Units:       Unix minutes, half open [from, to). Determinism: pure. */
#ifndef L1_TRAIN_SPLIT_H
#define L1_TRAIN_SPLIT_H

#include "train/dataset.h"

#define L1_VALIDATION_DAYS 56
#define L1_MINUTES_A_DAY INT64_C(1440)
#define L1_FOLDS_MAX 64

typedef struct {
    int64_t validation_from; /* training: rows before it, their labels too */
    int64_t test_from;       /* validation: [validation_from, test_from), labels too */
    int64_t test_to;         /* test: [test_from, test_to), labels may reach beyond */
} l1_fold;

/* One fold for each calendar quarter (UTC) in [from, to), cut at both ends. Returns how many. */
uint32_t l1_folds_by_quarter(int64_t from, int64_t to, int64_t validation_days,
                             l1_fold folds[L1_FOLDS_MAX]);

/* The fold of models to be shipped: the last days validate, nothing tests. */
l1_fold l1_fold_final(const l1_dataset *dataset, int64_t validation_days);

/* Rows of a dataset by their places, ascending. */
typedef struct {
    uint32_t *places;
    size_t count;
} l1_rows;

typedef struct {
    l1_rows train, validation, test;
} l1_split;

L1_MUST_USE l1_result l1_split_make(const l1_dataset *dataset, const l1_fold *fold, l1_split *out,
                                    l1_diag *diag);
void l1_split_free(l1_split *split);

#endif
