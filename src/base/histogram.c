/* base/histogram.c: 64 buckets of one unit, then 64 per power of two. */
#include "base/histogram.h"

#include "base/assert.h"

enum { PER_OCTAVE = 64, PER_OCTAVE_BITS = 6 };

static unsigned bucket_of(uint64_t value)
{
    if (value < PER_OCTAVE) return (unsigned)value;
    const unsigned shift = 63 - (unsigned)__builtin_clzll(value) - PER_OCTAVE_BITS;
    const unsigned bucket = shift * PER_OCTAVE + (unsigned)(value >> shift);
    return bucket < L1_HISTOGRAM_BUCKETS ? bucket : L1_HISTOGRAM_BUCKETS - 1;
}

/* The largest value that falls into the bucket. */
static uint64_t upper_bound(unsigned bucket)
{
    L1_ASSERT(bucket < L1_HISTOGRAM_BUCKETS);
    if (bucket == L1_HISTOGRAM_BUCKETS - 1) return UINT64_MAX;
    if (bucket < PER_OCTAVE) return bucket;
    const unsigned shift = bucket / PER_OCTAVE - 1;
    const uint64_t first = PER_OCTAVE + bucket % PER_OCTAVE;
    return ((first + 1) << shift) - 1;
}

void l1_histogram_add(l1_histogram *histogram, uint64_t value)
{
    const unsigned bucket = bucket_of(value);
    L1_ASSERT(bucket < L1_HISTOGRAM_BUCKETS);
    histogram->buckets[bucket]++;
    histogram->count++;
    histogram->sum += value;
    if (value > histogram->max) histogram->max = value;
}

uint64_t l1_histogram_quantile(const l1_histogram *histogram, double q)
{
    L1_ASSERT(q >= 0.0 && q <= 1.0);
    if (histogram->count == 0) return 0;
    const double exact = q * (double)histogram->count;
    uint64_t rank = (uint64_t)exact;
    if ((double)rank < exact) rank++;
    if (rank == 0) rank = 1;
    if (rank > histogram->count) rank = histogram->count;
    uint64_t below = 0;
    for (unsigned i = 0; i < L1_HISTOGRAM_BUCKETS; i++) {
        below += histogram->buckets[i];
        if (below >= rank) {
            const uint64_t bound = upper_bound(i);
            return bound < histogram->max ? bound : histogram->max;
        }
    }
    L1_ASSERT(below == histogram->count);
    return histogram->max;
}
