/* report/tca.h: transaction cost analysis of a run, folded from its effects.
 *
 * l1_tca_take keeps totals, bounded, per symbol (metrics, dashboard); l1_tca_rows keeps a row a
 * parent, growing (pages). A parent is counted with its final report; its markouts, which come a
 * minute later, are joined by `report_seq`. Duplicates are no effects of their own and never come.
 * Averages are over parents, each of which counts once, and only over those whose figure is known.
 * The shortfall's parts are summed over the parents whose total is known, so that they add up.
 * Units:       e8 decimals; L1_OFF = unknown.
 * Determinism: pure; rows allocate. */
#ifndef L1_REPORT_TCA_H
#define L1_REPORT_TCA_H

#include <stddef.h>

#include "domain/effect.h"

/* --- one parent --- */

typedef struct {
    uint64_t seq; /* of the final report */
    int64_t at_ns;
    char execution_id[32];
    char signal_id[L1_SIGNAL_ID_MAX];
    int32_t symbol;
    l1_side side;
    l1_report_status status;
    int64_t requested_e8, executed_e8;
    l1_cost_analysis tca;
    bool analysed;                      /* its markouts have come */
    int64_t markout_bp_e8[L1_MARKOUTS]; /* L1_OFF before that */
} l1_tca_row;

/* The row of a final report with an analysis; false for every other effect. */
L1_MUST_USE bool l1_tca_row_of(const l1_effect *effect, l1_tca_row *out);

typedef struct {
    l1_tca_row *rows; /* in order of their seq */
    size_t count, capacity;
} l1_tca_rows;

/* All zero is an empty one. False: no memory; the rows so far stay. */
L1_MUST_USE bool l1_tca_rows_take(l1_tca_rows *rows, const l1_effect *effect);
void l1_tca_rows_free(l1_tca_rows *rows);

/* --- totals --- */

typedef struct {
    uint64_t count;
    int64_t sum_e8; /* L1_OFF = beyond int64 */
} l1_tca_mean;

typedef enum {
    L1_TCA_ARRIVAL_SLIPPAGE, /* bp */
    L1_TCA_VWAP_SLIPPAGE,    /* bp */
    L1_TCA_SHORTFALL,        /* bp */
    L1_TCA_FILL_RATIO,
    L1_TCA_PARTICIPATION,
    L1_TCA_MAKER_SHARE,
    L1_TCA_MARKOUT_1, /* bp */
    L1_TCA_MARKOUT_10,
    L1_TCA_MARKOUT_60,
    L1_TCA_MEANS
} l1_tca_figure;

/* Of one symbol. */
typedef struct {
    uint64_t parents;
    uint64_t summed; /* those whose shortfall is known: the sums' */
    int64_t delay_e8, trading_e8, opportunity_e8, fees_e8, shortfall_e8; /* quote */
    l1_tca_mean means[L1_TCA_MEANS];
} l1_tca_totals;

/* A report or an analysis of that symbol; other effects change nothing. */
void l1_tca_take(l1_tca_totals *totals, const l1_effect *effect);

/* Its average, L1_OFF when no parent has one. */
int64_t l1_tca_mean_e8(const l1_tca_totals *totals, l1_tca_figure figure);

void l1_tca_totals_archive(l1_archive *archive, l1_tca_totals *totals);

#endif
