/* report/distribution.h: how often a figure in basis points had which size, in fixed memory.
 *
 * Cells of 0.1 bp from -500 to 500 bp; what lies outside counts for the outermost ones. Sums and
 * extremes are exact.
 * Units:       bp in e8. Ownership: plain value, all zero is empty. Determinism: pure. */
#ifndef L1_REPORT_DISTRIBUTION_H
#define L1_REPORT_DISTRIBUTION_H

#include <stdbool.h>
#include <stdint.h>

#define L1_DISTRIBUTION_CELLS 10000 /* even: zero is an edge between two */
#define L1_DISTRIBUTION_CELL_E8 INT64_C(10000000)

typedef struct {
    uint64_t count;
    int64_t sum_e8, low_e8, high_e8; /* sum saturates */
    uint32_t cells[L1_DISTRIBUTION_CELLS];
} l1_distribution;

void l1_distribution_add(l1_distribution *distribution, int64_t bp_e8);

/* Rounded toward zero; 0 when empty. */
int64_t l1_distribution_mean_e8(const l1_distribution *distribution);

/* The middle of the cell that holds quantile q (0..1), within the extremes; 0 when empty. */
double l1_distribution_quantile(const l1_distribution *distribution, double q);

/* How many lie in [low_bp, high_bp), multiples of 0.1 bp. */
uint64_t l1_distribution_between(const l1_distribution *distribution, double low_bp,
                                 double high_bp);

#endif
