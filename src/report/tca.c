/* report/tca.c: parents, and what they cost together. */
#include "report/tca.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

/* --- rows --- */

bool l1_tca_row_of(const l1_effect *effect, l1_tca_row *out)
{
    L1_ASSERT(out != NULL);
    if (effect->kind != L1_EFFECT_REPORT) return false;
    const l1_report *report = &effect->as.report;
    if (!report->final || report->protection || !report->has_tca) return false;
    memset(out, 0, sizeof *out);
    out->seq = effect->seq;
    out->at_ns = effect->at_ns;
    memcpy(out->execution_id, report->execution_id, sizeof out->execution_id);
    memcpy(out->signal_id, report->signal_id, sizeof out->signal_id);
    out->symbol = report->symbol;
    out->side = report->side;
    out->status = report->status;
    out->requested_e8 = report->requested_qty_e8;
    out->executed_e8 = report->executed_qty_e8;
    out->tca = report->tca;
    for (int h = 0; h < L1_MARKOUTS; h++) out->markout_bp_e8[h] = L1_OFF;
    return true;
}

/* The row of that report; NULL. */
static l1_tca_row *row_at(const l1_tca_rows *rows, uint64_t seq)
{
    size_t low = 0, high = rows->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (rows->rows[middle].seq < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < rows->count && rows->rows[low].seq == seq ? &rows->rows[low] : NULL;
}

static bool grown(l1_tca_rows *rows)
{
    if (rows->count < rows->capacity) return true;
    const size_t capacity = rows->capacity == 0 ? 256 : 2 * rows->capacity;
    l1_tca_row *more = realloc(rows->rows, capacity * sizeof *more);
    if (more == NULL) return false;
    rows->rows = more;
    rows->capacity = capacity;
    return true;
}

bool l1_tca_rows_take(l1_tca_rows *rows, const l1_effect *effect)
{
    l1_tca_row row;
    if (effect->kind == L1_EFFECT_ANALYSIS) {
        l1_tca_row *of = row_at(rows, effect->as.analysis.report_seq);
        if (of == NULL) return true; /* its report lies before what was folded */
        of->analysed = true;
        memcpy(of->markout_bp_e8, effect->as.analysis.markout_bp_e8, sizeof of->markout_bp_e8);
        return true;
    }
    if (!l1_tca_row_of(effect, &row)) return true;
    L1_ASSERT(rows->count == 0 || rows->rows[rows->count - 1].seq < row.seq);
    if (!grown(rows)) return false;
    rows->rows[rows->count++] = row;
    return true;
}

void l1_tca_rows_free(l1_tca_rows *rows)
{
    free(rows->rows);
    *rows = (l1_tca_rows){0};
}

/* --- totals --- */

static void add(l1_tca_totals *totals, l1_tca_figure figure, int64_t e8)
{
    l1_tca_mean *mean = &totals->means[figure];
    L1_ASSERT(figure < L1_TCA_MEANS);
    if (e8 == L1_OFF) return;
    mean->count++;
    l1_cost_add(&mean->sum_e8, e8);
}

static void take_costs(l1_tca_totals *totals, const l1_cost_analysis *tca)
{
    totals->parents++;
    add(totals, L1_TCA_ARRIVAL_SLIPPAGE, tca->arrival_slippage_bp_e8);
    add(totals, L1_TCA_VWAP_SLIPPAGE, tca->vwap_slippage_bp_e8);
    add(totals, L1_TCA_SHORTFALL, tca->shortfall_bp_e8);
    add(totals, L1_TCA_FILL_RATIO, tca->fill_ratio_e8);
    add(totals, L1_TCA_PARTICIPATION, tca->participation_e8);
    add(totals, L1_TCA_MAKER_SHARE, tca->maker_share_e8);
    if (tca->shortfall_e8 == L1_OFF) return;
    totals->summed++;
    l1_cost_add(&totals->delay_e8, tca->delay_e8);
    l1_cost_add(&totals->trading_e8, tca->trading_e8);
    l1_cost_add(&totals->opportunity_e8, tca->opportunity_e8);
    l1_cost_add(&totals->fees_e8, tca->fees_e8);
    l1_cost_add(&totals->shortfall_e8, tca->shortfall_e8);
}

void l1_tca_take(l1_tca_totals *totals, const l1_effect *effect)
{
    L1_ASSERT(effect->kind < L1_EFFECT_COUNT);
    if (effect->kind == L1_EFFECT_ANALYSIS) {
        const int64_t *markouts = effect->as.analysis.markout_bp_e8;
        add(totals, L1_TCA_MARKOUT_1, markouts[0]);
        add(totals, L1_TCA_MARKOUT_10, markouts[1]);
        add(totals, L1_TCA_MARKOUT_60, markouts[2]);
        return;
    }
    if (effect->kind != L1_EFFECT_REPORT) return;
    const l1_report *report = &effect->as.report;
    if (report->final && !report->protection && report->has_tca) take_costs(totals, &report->tca);
}

int64_t l1_tca_mean_e8(const l1_tca_totals *totals, l1_tca_figure figure)
{
    int64_t mean_e8 = 0;
    const l1_tca_mean *mean = &totals->means[figure];
    if (mean->count == 0 || mean->sum_e8 == L1_OFF) return L1_OFF;
    return l1_mul_div(mean->sum_e8, 1, (int64_t)mean->count, L1_ROUND_NEAREST, &mean_e8) ? mean_e8
                                                                                         : L1_OFF;
}

void l1_tca_totals_archive(l1_archive *archive, l1_tca_totals *totals)
{
    l1_archive_u64(archive, &totals->parents);
    l1_archive_u64(archive, &totals->summed);
    l1_archive_i64(archive, &totals->delay_e8);
    l1_archive_i64(archive, &totals->trading_e8);
    l1_archive_i64(archive, &totals->opportunity_e8);
    l1_archive_i64(archive, &totals->fees_e8);
    l1_archive_i64(archive, &totals->shortfall_e8);
    for (int i = 0; i < L1_TCA_MEANS; i++) {
        l1_archive_u64(archive, &totals->means[i].count);
        l1_archive_i64(archive, &totals->means[i].sum_e8);
    }
}
