/* tests/testlib/forest_data.h: seeded rows for training and scoring forests.
 *
 * Columns are of seven kinds in turn, so that every rule of a split is met: smooth, heavy-tailed,
 * half zero, few whole numbers, around 1e-35, with missing values, categories. */
#ifndef L1_TESTLIB_FOREST_DATA_H
#define L1_TESTLIB_FOREST_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "base/prng.h"

typedef enum { COLUMNS_MIXED, COLUMNS_SMOOTH, COLUMNS_CATEGORIES, COLUMNS_INFINITE } column_mix;

/* `count` x `columns` values and labels that depend on some of them. */
void forest_data_train(l1_prng *prng, column_mix mix, int32_t count, int32_t columns, double *rows,
                       float *labels);

/* Rows to be scored: like those of training, but every fourth value or so is one of the model's
 * thresholds, a neighbour of one, or special: NaN, infinities, signed zeros, denormals, 1e-35,
 * ends of the ranges of integers. `model` is the text whose thresholds are used. */
void forest_data_rows(l1_prng *prng, column_mix mix, const char *model, int32_t count,
                      int32_t columns, double *rows);

#endif
