/* decision/schedule.h: weights become children: on the lot, in time, none below the minimum.
 *
 * Cumulative rounding: after slice j the lots of parent x (w_1 + ... + w_j) / (w_1 + ... + w_N) are
 * out, rounded down, and after the last one all of it: the sum is exact. A slice below the minimum
 * is joined with the next one at the earlier time, a last one with the one before it.
 * Slice j goes at start + (j - 1) x duration / N.
 * Determinism: pure; weights are doubles >= 0, quantities integers. */
#ifndef L1_DECISION_SCHEDULE_H
#define L1_DECISION_SCHEDULE_H

#include "decision/execution_logic.h"

typedef struct {
    int64_t qty_e8, lot_e8, minimum_e8; /* quantity >= minimum */
    int64_t start_ns, duration_ns;
    uint32_t slices; /* 1 to L1_CHILDREN_MAX */
} l1_schedule_frame;

/* Fills `children`; returns how many, 1 at least. Weights that are all 0 count as equal. */
uint32_t l1_schedule_cut(const l1_schedule_frame *frame, const double weights[],
                         l1_child children[L1_CHILDREN_MAX]);

/* Weights of equal slices, and of the usual volume in each slice's time (false: it is not known
 * for all of it, or is 0). minute_volume[0] is of the minute that `start_ns` lies in. */
void l1_weights_equal(uint32_t slices, double weights[L1_CHILDREN_MAX]);
L1_MUST_USE bool l1_weights_by_volume(const l1_schedule_frame *frame, const double *minute_volume,
                                      uint32_t minutes_count, double weights[L1_CHILDREN_MAX]);

#endif
