/* models/logreg.h: logistic regression as a small text, weights of raw features.
 *
 *   l1_logreg=1
 *   intercept=-0.25
 *   feature=return_1 LOW HIGH WEIGHT
 *   ...
 *   end
 *
 * log-odds = intercept + sum, in the file's order, of WEIGHT x x clamped to [LOW, HIGH]: scaling
 * and clipping of training are folded in. Numbers are read to the nearest double; LOW < HIGH may
 * be infinite, the others are finite. '#' begins a comment line. Each feature once.
 * Errors:      INPUT_* with diag->line. Determinism: pure. */
#ifndef L1_MODELS_LOGREG_H
#define L1_MODELS_LOGREG_H

#include "base/status.h"
#include "features/feature_set.h"

typedef struct {
    uint32_t count;
    uint8_t column[L1_COLUMNS_MAX]; /* position in the row */
    double low[L1_COLUMNS_MAX], high[L1_COLUMNS_MAX], weight[L1_COLUMNS_MAX];
    double intercept;
} l1_logreg;

/* `out` is filled only on success. */
L1_MUST_USE l1_result l1_logreg_parse(const char *text, size_t size, l1_logreg *out, l1_diag *diag);

/* Log-odds of one row of L1_COLUMNS_COUNT columns. */
double l1_logreg_score(const l1_logreg *model, const double *row);

#endif
