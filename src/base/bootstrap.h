/* base/bootstrap.h: intervals by resampling blocks (days, runs of consecutive orders), because
 * neighbours are alike and single rows would claim more than they know.
 *
 * Method: the n blocks are drawn n times with replacement; a figure is computed anew of each draw;
 * the interval lies between the low and the high percentile of those rounds (Efron and Tibshirani,
 * "An Introduction to the Bootstrap", ch. 13; blocks after Carlstein, 1986).
 * Ownership:   every array is the caller's. Determinism: pure; the seed decides all of it. */
#ifndef L1_BASE_BOOTSTRAP_H
#define L1_BASE_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/prng.h"

typedef struct {
    double value, low, high;
} l1_estimate;

/* How often each of `count` blocks was drawn. */
void l1_bootstrap_draw(uint32_t *weights, uint32_t count, l1_prng *prng);

/* `value` with the interval that leaves out `tail` (0 to 0.5) of the rounds at either end. The
 * rounds, none of them NaN, are sorted. */
l1_estimate l1_bootstrap_interval(double value, double *rounds, size_t rounds_count, double tail);

/* Sum of `totals` over sum of `sizes`, by block: the mean of rows whose blocks differ in length, or
 * any ratio of sums. A draw without any size counts as 0. */
typedef struct {
    const double *totals, *sizes; /* by block */
    uint32_t *weights;            /* by block; scratch */
    uint32_t blocks;
    double *rounds; /* scratch */
    size_t rounds_count;
    double tail;
    uint64_t seed;
} l1_bootstrap_ratio;
l1_estimate l1_bootstrap_of_ratio(const l1_bootstrap_ratio *of);

#endif
