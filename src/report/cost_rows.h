/* report/cost_rows.h: what parents cost, summed by symbol and by the schedule that was chosen.
 *
 * Money sums are exact in 1e-8 of quote (they saturate); means count each parent once. A parent
 * whose shortfall is unknown counts as a parent and in no sum.
 * Ownership: plain values of the caller, all zero is empty. Determinism: pure. */
#ifndef L1_REPORT_COST_ROWS_H
#define L1_REPORT_COST_ROWS_H

#include "domain/cost_analysis.h"

/* A mean in the making; unknown figures are not in it. */
typedef struct {
    uint64_t count;
    int64_t sum_e8;
} l1_cost_mean;

typedef struct {
    uint64_t parents, known, children, fills;
    int64_t delay_e8, trading_e8, opportunity_e8, fees_e8, shortfall_e8; /* of the known ones */
    int64_t wanted_e8; /* their quantities at the decision's mids */
    l1_cost_mean shortfall_bp, slippage_bp, fill_ratio, maker_share, participation;
} l1_cost_row;

typedef struct {
    l1_cost_row chosen[L1_ALGO_COUNT];
    l1_cost_mean markout_bp[L1_MARKOUTS];
} l1_cost_rows;

void l1_cost_mean_add(l1_cost_mean *mean, int64_t value_e8);
/* L1_OFF when nothing was known. */
int64_t l1_cost_mean_e8(const l1_cost_mean *mean);

void l1_cost_row_add(l1_cost_row *row, const l1_cost_analysis *analysis);
/* `into` and `from` summed. */
void l1_cost_row_join(l1_cost_row *into, const l1_cost_row *from);

/* Shortfall of all together, in bp of what they wanted; L1_OFF when unknown. */
int64_t l1_cost_row_bp_e8(const l1_cost_row *row);

#endif
