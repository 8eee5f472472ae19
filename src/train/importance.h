/* train/importance.h: what the models of a head look at.
 *
 * Trees: gain of a column's splits as a share of all gain. Logistic regression: |weight| by
 * standard deviation as a share of their sum. Determinism: pure. */
#ifndef L1_TRAIN_IMPORTANCE_H
#define L1_TRAIN_IMPORTANCE_H

#include "models/bundle.h"

typedef struct {
    double share[L1_MODEL_COUNT][L1_COLUMNS_COUNT]; /* sums to 1; all 0 when not trained here */
    double cross_asset[L1_MODEL_COUNT];             /* share of columns that see the other asset */
} l1_importance;

/* True for columns made of the other asset, alone or together with the own one. */
bool l1_column_cross_asset(int column);

/* Absolute `weights` into shares. */
void l1_importance_set(l1_importance *importance, l1_model model,
                       const double weights[L1_COLUMNS_COUNT]);

#endif
