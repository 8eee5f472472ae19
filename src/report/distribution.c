/* report/distribution.c: cells and their quantiles. */
#include "report/distribution.h"

#include <math.h>

#include "base/assert.h"

#define HALF (L1_DISTRIBUTION_CELLS / 2)

void l1_distribution_add(l1_distribution *distribution, int64_t bp_e8)
{
    int64_t cell = bp_e8 / L1_DISTRIBUTION_CELL_E8;
    if (bp_e8 < 0 && bp_e8 % L1_DISTRIBUTION_CELL_E8 != 0) cell--;
    if (cell < -HALF) cell = -HALF;
    if (cell >= HALF) cell = HALF - 1;
    distribution->cells[cell + HALF]++;
    if (distribution->count == 0) distribution->low_e8 = distribution->high_e8 = bp_e8;
    if (bp_e8 < distribution->low_e8) distribution->low_e8 = bp_e8;
    if (bp_e8 > distribution->high_e8) distribution->high_e8 = bp_e8;
    if (__builtin_add_overflow(distribution->sum_e8, bp_e8, &distribution->sum_e8)) {
        distribution->sum_e8 = bp_e8 < 0 ? INT64_MIN + 1 : INT64_MAX;
    }
    distribution->count++;
}

int64_t l1_distribution_mean_e8(const l1_distribution *distribution)
{
    if (distribution->count == 0) return 0;
    return distribution->sum_e8 / (int64_t)distribution->count;
}

double l1_distribution_quantile(const l1_distribution *distribution, double q)
{
    L1_ASSERT(q >= 0 && q <= 1);
    if (distribution->count == 0) return 0;
    const double wanted = q * (double)distribution->count;
    uint64_t seen = 0;
    int cell = 0;
    for (; cell < L1_DISTRIBUTION_CELLS; cell++) {
        seen += distribution->cells[cell];
        if (seen > 0 && (double)seen >= wanted) break;
    }
    double bp = (cell - HALF + 0.5) * 0.1;
    const double low = (double)distribution->low_e8 / 1e8;
    const double high = (double)distribution->high_e8 / 1e8;
    if (bp < low) bp = low;
    return bp > high ? high : bp;
}

uint64_t l1_distribution_between(const l1_distribution *distribution, double low_bp, double high_bp)
{
    uint64_t count = 0;
    const long long from = llround(low_bp * 10) + HALF, to = llround(high_bp * 10) + HALF;
    for (long long i = from > 0 ? from : 0; i < to && i < L1_DISTRIBUTION_CELLS; i++) {
        count += distribution->cells[i];
    }
    return count;
}
