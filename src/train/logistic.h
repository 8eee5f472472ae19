/* train/logistic.h: logistic regression of a matrix by liblinear, as the text of models/logreg.h.
 *
 * L2, C = 1e-3, on columns standardised by the training rows and clipped to +-5; scale and clip
 * are folded into the text's weights and bounds. A constant column is left out.
 * Errors: INPUT_FIELD when no column varies; LIMIT_FULL. Determinism: same rows, same text. */
#ifndef L1_TRAIN_LOGISTIC_H
#define L1_TRAIN_LOGISTIC_H

#include "train/matrix.h"

typedef struct {
    char *text; /* NUL-terminated; the caller frees it */
    size_t size;
    double weight[L1_COLUMNS_COUNT]; /* by standard deviation of the column */
} l1_logistic;

L1_MUST_USE l1_result l1_logistic_train(const l1_matrix *matrix, l1_logistic *out, l1_diag *diag);

#endif
