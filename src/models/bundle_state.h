/* models/bundle_state.h: what a parsed bundle holds. Inner header of models/. */
#ifndef L1_MODELS_BUNDLE_STATE_H
#define L1_MODELS_BUNDLE_STATE_H

#include "models/forest.h"
#include "models/logreg.h"
#include "models/manifest.h"

typedef struct {
    l1_logreg logreg;
    const l1_forest *forest[L1_MODEL_COUNT]; /* that of L1_MODEL_LOGREG is NULL */
} l1_head_models;

/* Constants of the trend's formula, two hours ahead. */
typedef struct {
    double fast, slow; /* what is left of a deviation of EMA60, of EMA240 */
    double deviation;  /* of EMA60 - EMA240, for steps of deviation 1 */
} l1_trend;

struct l1_bundle {
    l1_manifest manifest;
    l1_head_models models[L1_MODEL_HEADS];
    l1_trend trend;
};

void l1_trend_prepare(l1_trend *trend);

#endif
