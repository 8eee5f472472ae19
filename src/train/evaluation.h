/* train/evaluation.h: predictions gathered by head and symbol, judged and printed.
 *
 * `l1 train --evaluate-on` and `l1 evaluate` fill it from different sources and print the same
 * tables. Survival is judged as the event "the stop is hit": labels and scores turned around; its
 * decisions at thresholds stay those of the gate: yes = the signal passes.
 * Ownership: the caller frees it. Errors: LIMIT_FULL. */
#ifndef L1_TRAIN_EVALUATION_H
#define L1_TRAIN_EVALUATION_H

#include <stdio.h>

#include "train/metrics.h"
#include "train/walk_forward.h"

typedef struct l1_evaluation l1_evaluation;

typedef struct {
    l1_head head;
    int32_t symbol;
    int score;      /* l1_model, or L1_SCORE_ENSEMBLE */
    l1_scored rows; /* as judged; the evaluation's */
    l1_metrics metrics;
    l1_decisions at[L1_THRESHOLD_COUNT]; /* by the bundle's or each fold's own thresholds */
} l1_judged;

L1_MUST_USE l1_result l1_evaluation_new(const l1_dataset *dataset, uint64_t seed,
                                        l1_evaluation **out, l1_diag *diag);

/* Adds predictions of `rows`; `baseline` calibrates the closed form. */
typedef struct {
    const l1_bundle *bundle; /* gives the thresholds */
    const l1_rows *rows;
    l1_head head;
    const l1_predictions *predictions;
    l1_calibration baseline;
} l1_evaluation_part;
L1_MUST_USE l1_result l1_evaluation_add(l1_evaluation *evaluation, const l1_evaluation_part *part,
                                        l1_diag *diag);

/* All that was added, judged: one entry for each head, symbol and score, in that order. */
L1_MUST_USE l1_result l1_evaluation_judge(l1_evaluation *evaluation, const l1_judged **judged,
                                          size_t *count, l1_diag *diag);

/* "stop hit", "movement", ...: what the figures of a head are about. Static storage. */
const char *l1_evaluation_event(l1_head head);

/* A table for each head and symbol, and the ensemble's reliability. After judging. */
void l1_evaluation_print(const l1_evaluation *evaluation, FILE *out);

void l1_evaluation_free(l1_evaluation *evaluation); /* NULL is fine */

#endif
