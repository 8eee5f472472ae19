/* report/cost_rows.c: sums over analyses. */
#include "report/cost_rows.h"

#include "base/assert.h"

#define BP INT64_C(10000)

static void add(int64_t *sum_e8, int64_t more_e8)
{
    if (__builtin_add_overflow(*sum_e8, more_e8, sum_e8)) {
        *sum_e8 = more_e8 < 0 ? INT64_MIN + 1 : INT64_MAX;
    }
}

void l1_cost_mean_add(l1_cost_mean *mean, int64_t value_e8)
{
    if (value_e8 == L1_OFF) return;
    mean->count++;
    add(&mean->sum_e8, value_e8);
}

int64_t l1_cost_mean_e8(const l1_cost_mean *mean)
{
    return mean->count == 0 ? L1_OFF : mean->sum_e8 / (int64_t)mean->count;
}

/* Quantity x decision mid: shortfall / its bp; 0 when they do not tell it. */
static int64_t wanted_of(const l1_cost_analysis *analysis)
{
    int64_t wanted_e8 = 0;
    const int64_t bp_e8 = analysis->shortfall_bp_e8;
    if (bp_e8 == L1_OFF || bp_e8 == 0) return 0;
    const int64_t size_e8 =
        analysis->shortfall_e8 < 0 ? -analysis->shortfall_e8 : analysis->shortfall_e8;
    if (!l1_mul_div(size_e8, BP * L1_E8, bp_e8 < 0 ? -bp_e8 : bp_e8, L1_ROUND_DOWN, &wanted_e8)) {
        return 0;
    }
    return wanted_e8;
}

void l1_cost_row_add(l1_cost_row *row, const l1_cost_analysis *analysis)
{
    L1_ASSERT((unsigned)analysis->chosen < L1_ALGO_COUNT);
    row->parents++;
    row->children += analysis->children;
    row->fills += analysis->fills;
    l1_cost_mean_add(&row->slippage_bp, analysis->arrival_slippage_bp_e8);
    l1_cost_mean_add(&row->fill_ratio, analysis->fill_ratio_e8);
    l1_cost_mean_add(&row->maker_share, analysis->maker_share_e8);
    l1_cost_mean_add(&row->participation, analysis->participation_e8);
    l1_cost_mean_add(&row->shortfall_bp, analysis->shortfall_bp_e8);
    if (analysis->shortfall_e8 == L1_OFF) return;
    row->known++;
    add(&row->delay_e8, analysis->delay_e8);
    add(&row->trading_e8, analysis->trading_e8);
    add(&row->opportunity_e8, analysis->opportunity_e8);
    add(&row->fees_e8, analysis->fees_e8);
    add(&row->shortfall_e8, analysis->shortfall_e8);
    add(&row->wanted_e8, wanted_of(analysis));
}

static void join_means(l1_cost_mean *into, const l1_cost_mean *from)
{
    into->count += from->count;
    add(&into->sum_e8, from->sum_e8);
}

void l1_cost_row_join(l1_cost_row *into, const l1_cost_row *from)
{
    into->parents += from->parents;
    into->known += from->known;
    into->children += from->children;
    into->fills += from->fills;
    add(&into->delay_e8, from->delay_e8);
    add(&into->trading_e8, from->trading_e8);
    add(&into->opportunity_e8, from->opportunity_e8);
    add(&into->fees_e8, from->fees_e8);
    add(&into->shortfall_e8, from->shortfall_e8);
    add(&into->wanted_e8, from->wanted_e8);
    join_means(&into->shortfall_bp, &from->shortfall_bp);
    join_means(&into->slippage_bp, &from->slippage_bp);
    join_means(&into->fill_ratio, &from->fill_ratio);
    join_means(&into->maker_share, &from->maker_share);
    join_means(&into->participation, &from->participation);
}

int64_t l1_cost_row_bp_e8(const l1_cost_row *row)
{
    int64_t bp_e8 = 0;
    if (row->wanted_e8 <= 0) return L1_OFF;
    const bool negative = row->shortfall_e8 < 0;
    const int64_t size_e8 = negative ? -row->shortfall_e8 : row->shortfall_e8;
    if (!l1_mul_div(size_e8, BP * L1_E8, row->wanted_e8, L1_ROUND_DOWN, &bp_e8)) return L1_OFF;
    return negative ? -bp_e8 : bp_e8;
}
