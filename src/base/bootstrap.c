/* base/bootstrap.c: draws, and the percentiles of what they gave. */
#include "base/bootstrap.h"

#include <string.h>

#include "base/assert.h"

void l1_bootstrap_draw(uint32_t *weights, uint32_t count, l1_prng *prng)
{
    L1_ASSERT(weights != NULL && count > 0);
    memset(weights, 0, count * sizeof *weights);
    for (uint32_t i = 0; i < count; i++) weights[l1_prng_below(prng, count)]++;
}

/* Lets the value at `root` sink in the heap of the first `count`. */
static void sink(double *values, size_t root, size_t count)
{
    L1_ASSERT(root < count);
    const double sinking = values[root];
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= count) break;
        if (child + 1 < count && values[child + 1] > values[child]) child++;
        if (!(values[child] > sinking)) break;
        values[root] = values[child];
        root = child;
    }
    values[root] = sinking;
}

/* Heapsort: in place, without the C library's allocation. */
static void sort(double *values, size_t count)
{
    L1_ASSERT(count > 0);
    for (size_t i = count / 2; i > 0; i--) sink(values, i - 1, count);
    for (size_t end = count - 1; end > 0; end--) {
        const double largest = values[0];
        values[0] = values[end];
        values[end] = largest;
        sink(values, 0, end);
    }
    L1_ASSERT(values[0] <= values[count - 1]);
}

l1_estimate l1_bootstrap_interval(double value, double *rounds, size_t rounds_count, double tail)
{
    L1_ASSERT(rounds_count > 0);
    L1_ASSERT(tail >= 0 && tail < 0.5);
    const size_t cut = (size_t)(tail * (double)rounds_count);
    sort(rounds, rounds_count);
    return (l1_estimate){value, rounds[cut], rounds[rounds_count - 1 - cut]};
}

static double ratio(double above, double below)
{
    return below > 0 ? above / below : 0;
}

l1_estimate l1_bootstrap_of_ratio(const l1_bootstrap_ratio *of)
{
    l1_prng prng;
    double total = 0, size = 0;
    L1_ASSERT(of->blocks > 0);
    l1_prng_seed(&prng, of->seed);
    for (size_t round = 0; round < of->rounds_count; round++) {
        total = size = 0;
        l1_bootstrap_draw(of->weights, of->blocks, &prng);
        for (uint32_t block = 0; block < of->blocks; block++) {
            total += of->weights[block] * of->totals[block];
            size += of->weights[block] * of->sizes[block];
        }
        of->rounds[round] = ratio(total, size);
    }
    total = size = 0;
    for (uint32_t block = 0; block < of->blocks; block++) {
        total += of->totals[block];
        size += of->sizes[block];
    }
    return l1_bootstrap_interval(ratio(total, size), of->rounds, of->rounds_count, of->tail);
}
