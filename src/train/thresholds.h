/* train/thresholds.h: where a score begins to say yes, from validation rows.
 *
 * A score passes when it is >= the threshold. Determinism: pure but for the memory to sort in. */
#ifndef L1_TRAIN_THRESHOLDS_H
#define L1_TRAIN_THRESHOLDS_H

#include <stdbool.h>

#include "base/status.h"

#define L1_VETO_SHARE_MODEL 0.05 /* each model alone vetoes its worst twentieth */
#define L1_VETO_SHARE_ENSEMBLE 0.20

typedef struct {
    double threshold; /* the smallest one of the best F1 */
    double f1, accuracy, pass_rate;
    double f1_always; /* of saying yes to all: 2 p / (1 + p) */
} l1_f1_threshold;

/* Count > 0. */
L1_MUST_USE l1_result l1_threshold_f1(const double *scores, const uint8_t *labels, size_t count,
                                      l1_f1_threshold *out, l1_diag *diag);

/* Exactly floor(share x count) scores lie before it in order; equal ones pass. share in [0, 1). */
L1_MUST_USE l1_result l1_threshold_veto(const double *scores, size_t count, double share,
                                        double *out, l1_diag *diag);

#endif
