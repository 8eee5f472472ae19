/* train/metrics.h: how good scores are, with what chance alone would give beside it.
 *
 * Scores are calibrated log-odds; p = 1 / (1 + e^-x). Rows overlap (a label spans 240 minutes, a
 * row comes every 25), so intervals come from a bootstrap of whole days and the null standard
 * error of AUC from n / overlap rows.
 * Determinism: seeded; rows in the order given. Errors: LIMIT_FULL. */
#ifndef L1_TRAIN_METRICS_H
#define L1_TRAIN_METRICS_H

#include <stdbool.h>

#include "base/bootstrap.h"
#include "base/status.h"

#define L1_BOOTSTRAP_ROUNDS 500
#define L1_RELIABILITY_BINS 10

typedef struct {
    size_t count;
    const double *log_odds;
    const double *baseline;    /* calibrated log-odds of the closed form; NULL = none */
    const double *closed_form; /* its raw score, for its AUC; NULL = baseline's */
    const uint8_t *labels;
    const int64_t *days; /* Unix day of each row, never falling */
    double overlap;      /* label minutes / minutes between rows, >= 1 */
    uint64_t seed;
} l1_scored;

/* An l1_estimate's interval is of 90 %: the 5th and 95th percentile of the bootstrap. */
#define L1_METRICS_TAIL 0.05

/* One decision rule: yes when the score is >= threshold. */
typedef struct {
    double threshold;
    size_t true_yes, false_yes, true_no, false_no;
    double accuracy, precision, recall, f1, pass_rate;
} l1_decisions;

/* Rows whose p lies in [i / 10, (i + 1) / 10). */
typedef struct {
    size_t count;
    double mean_p, mean_label; /* 0 when empty */
} l1_reliability;

typedef struct {
    size_t count;
    double effective_n, base_rate;
    l1_estimate auc; /* .5 when all labels are equal */
    double auc_null_se;
    double auc_baseline;
    l1_estimate log_loss, brier;
    double brier_baseline;
    l1_estimate brier_skill;  /* 1 - Brier / Brier of the baseline; of the base rate without one */
    double ece;               /* expected calibration error over the bins, weighted by rows */
    l1_estimate accuracy, f1; /* at p = .5 */
    l1_reliability reliability[L1_RELIABILITY_BINS];
} l1_metrics;

/* Area under the ROC curve by ranks, ties half. */
L1_MUST_USE l1_result l1_metrics_auc(const double *scores, const uint8_t *labels, size_t count,
                                     double *out, l1_diag *diag);

/* Everything; count > 0. */
L1_MUST_USE l1_result l1_metrics_of(const l1_scored *scored, l1_metrics *out, l1_diag *diag);

l1_decisions l1_metrics_at(const l1_scored *scored, double threshold);

/* One point of the ROC curve for every distinct score, from (0, 0) to (1, 1); at most `capacity`
 * of them, evenly thinned. Returns how many. */
typedef struct {
    double false_rate, true_rate;
} l1_roc_point;
L1_MUST_USE l1_result l1_metrics_roc(const l1_scored *scored, l1_roc_point *points, size_t capacity,
                                     size_t *count, l1_diag *diag);

/* The mean of `values` with its interval, days as blocks (the gate's usefulness in money). */
L1_MUST_USE l1_result l1_metrics_mean(const double *values, const int64_t *days, size_t count,
                                      uint64_t seed, l1_estimate *out, l1_diag *diag);

#endif
