/* base/histogram.h: latency histogram, log-linear, fixed memory, no allocation.
 * Values in any unit up to 2^40; relative error of a quantile <= 1/64 (1.6 %). Larger values
 * are counted in the last bucket. All zeros is an empty histogram. */
#ifndef L1_BASE_HISTOGRAM_H
#define L1_BASE_HISTOGRAM_H

#include <stdint.h>

#define L1_HISTOGRAM_BUCKETS (64 * 36)

typedef struct {
    uint64_t count, sum, max;
    uint64_t buckets[L1_HISTOGRAM_BUCKETS];
} l1_histogram;

void l1_histogram_add(l1_histogram *histogram, uint64_t value);

/* Upper bound of the bucket that holds quantile q (0..1), never above `max`; 0 when empty. */
uint64_t l1_histogram_quantile(const l1_histogram *histogram, double q);

#endif
