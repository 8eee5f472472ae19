/* train/har.h: least squares of ln realised volatility on the HAR terms of a row.
 *
 * ln S240 = sum coefficient x term + half_variance, half the residual variance. Terms that the
 * others explain (a profile that is still flat) get the coefficient 0.
 * Errors: INPUT_FIELD when there are too few rows with any movement.
 * Source: Corsi, HAR-RV (2009), with a time-of-day profile. */
#ifndef L1_TRAIN_HAR_H
#define L1_TRAIN_HAR_H

#include "train/split.h"

typedef struct {
    double coefficients[L1_HAR_TERMS];
    double half_variance;
    size_t rows;
} l1_har;

/* On the rows of `symbol` in `rows`. */
L1_MUST_USE l1_result l1_har_fit(const l1_dataset *dataset, const l1_rows *rows, int32_t symbol,
                                 l1_har *out, l1_diag *diag);

#endif
