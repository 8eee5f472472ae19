/* train/platt.h: calibration of one score, and the weighted decision over three.
 *
 * Both are maximum likelihood by Newton's method with step halving, in double, in the order of
 * the rows. Platt's smoothed targets keep a perfect separation finite; the stack has a ridge of
 * 1e-3 a weight (against n observations) for scores that say the same.
 * Errors: INPUT_FIELD when all labels are equal or a score is not finite.
 * Source: Platt (1999); Lin, Lin, Weng (2007). */
#ifndef L1_TRAIN_PLATT_H
#define L1_TRAIN_PLATT_H

#include "base/status.h"

#define L1_STACK_SCORES 3

/* log-odds = a x score + b. */
typedef struct {
    double a, b;
} l1_calibration;

L1_MUST_USE l1_result l1_platt_fit(const double *scores, const uint8_t *labels, size_t count,
                                   l1_calibration *out, l1_diag *diag);

/* weights[0] + sum weights[i + 1] x log_odds[i]; `log_odds` holds count rows of three. */
L1_MUST_USE l1_result l1_stack_fit(const double *log_odds, const uint8_t *labels, size_t count,
                                   double weights[L1_STACK_SCORES + 1], l1_diag *diag);

#endif
