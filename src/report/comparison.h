/* report/comparison.h: what the schedules cost beside each other, on the same replayed paths.
 *
 * Every parent is replayed once per schedule under the same market. A row compares its schedule
 * with the reference, parent by parent: the mean of (its shortfall - the reference's), in basis
 * points of the decision's notional, so that positive means dearer; its interval comes from a
 * block bootstrap over the parents in the order of their times. Commission is left out of both:
 * what does not execute pays none, which is no merit of its schedule. Whoever computes it fills it;
 * report/ shows it.
 * Units:       bp; ratios 0..1. Doubles, since these are statistics: nothing decides by them.
 * Ownership:   plain value of the caller.
 * Determinism: the same runs and seed give the same values. */
#ifndef L1_REPORT_COMPARISON_H
#define L1_REPORT_COMPARISON_H

#include "domain/signal.h"

#define L1_COMPARISON_ROWS_MAX 128

typedef struct {
    l1_algo algo;
    int32_t symbol;         /* index into limits.symbols; -1 = all of them */
    uint64_t parents;       /* pairs compared; 0: the other figures say nothing */
    double shortfall_bp;    /* mean of this schedule itself */
    double difference_bp;   /* mean of (this - reference); 0 in the reference's own row */
    double low_bp, high_bp; /* NAN: too few parents for an interval */
    double fill_ratio;      /* executed / wanted, summed over the parents by notional */
} l1_comparison_row;

typedef struct {
    l1_algo reference;
    double confidence;      /* of the intervals, e.g. 0.95 */
    uint32_t block_parents; /* most parents in a block of the bootstrap */
    uint32_t resamples;
    uint32_t count;
    l1_comparison_row rows[L1_COMPARISON_ROWS_MAX]; /* the reference's too; shown in this order */
} l1_comparison;

#endif
