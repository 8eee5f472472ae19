/* train/matrix.h: the columns that a head's models see, row by row, with its labels.
 *
 * Columns are made by l1_head_row (models/bundle.h) with the HAR of the bundle in the making.
 * Ownership: the caller frees it. Errors: LIMIT_FULL; INPUT_FIELD for a value that is not finite
 * or for labels that are all equal: nothing can be learned from them. */
#ifndef L1_TRAIN_MATRIX_H
#define L1_TRAIN_MATRIX_H

#include "train/split.h"

typedef struct {
    double *values; /* count rows of L1_COLUMNS_COUNT */
    float *labels;  /* 0 or 1 */
    size_t count;
} l1_matrix;

L1_MUST_USE l1_result l1_matrix_make(const l1_dataset *dataset, const l1_rows *rows,
                                     const l1_bundle *bundle, l1_head head, l1_matrix *out,
                                     l1_diag *diag);
void l1_matrix_free(l1_matrix *matrix);

/* What a row asks of the head, for l1_head_row and l1_head_score. */
l1_head_question l1_row_question(const l1_row *row, const l1_limits *limits,
                                 const l1_bundle *bundle);

#endif
