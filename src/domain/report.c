/* domain/report.c: alert codes and levels; the archive forms of reports and alerts. */
#include "domain/report.h"

#include <string.h>

#include "base/assert.h"
#include "domain/index.h"

const char *l1_alert_code_text(l1_alert_code code)
{
    static const char *const texts[] = {
#define X(code, level) [L1_ALERT_##code] = #code,
        L1_ALERT_MAP(X)
#undef X
    };
    L1_ASSERT((unsigned)code < L1_ALERT_COUNT);
    L1_ASSERT(texts[code] != NULL);
    return texts[code];
}

l1_alert_level l1_alert_level_of(l1_alert_code code)
{
    static const l1_alert_level levels[] = {
#define X(code, level) [L1_ALERT_##code] = L1_LEVEL_##level,
        L1_ALERT_MAP(X)
#undef X
    };
    L1_ASSERT((unsigned)code < L1_ALERT_COUNT);
    return levels[code];
}

void l1_report_clear(l1_report *report)
{
    L1_ASSERT(report != NULL);
    memset(report, 0, offsetof(l1_report, violations));
    L1_ASSERT(report->violations_count == 0);
}

static void violation_archive(l1_archive *archive, l1_violation *violation)
{
    l1_archive_enum(archive, &violation->rule, L1_RULE_COUNT);
    l1_archive_i64(archive, &violation->value_e8);
    l1_archive_i64(archive, &violation->limit_e8);
    l1_archive_text(archive, violation->detail, sizeof violation->detail);
}

static void adjustment_archive(l1_archive *archive, l1_adjustment *adjustment)
{
    l1_archive_enum(archive, &adjustment->field, L1_FIELD_COUNT);
    l1_archive_enum(archive, &adjustment->rule, L1_ADJUST_COUNT);
    l1_archive_i64(archive, &adjustment->from_e8);
    l1_archive_i64(archive, &adjustment->to_e8);
}

void l1_report_order_archive(l1_archive *archive, l1_report_order *order)
{
    l1_order_id_archive(archive, &order->id);
    l1_archive_enum(archive, &order->side, L1_SIDE_COUNT);
    l1_archive_enum(archive, &order->type, L1_ORDER_TYPE_COUNT);
    l1_archive_enum(archive, &order->tif, L1_TIF_COUNT);
    l1_archive_i64(archive, &order->qty_e8);
    l1_archive_i64(archive, &order->price_e8);
    l1_archive_i64(archive, &order->stop_e8);
    l1_archive_i64(archive, &order->executed_e8);
    l1_archive_i64(archive, &order->avg_price_e8);
    l1_archive_enum(archive, &order->status, L1_ORDER_STATUS_COUNT);
}

static void head_archive(l1_archive *archive, l1_scores *scores)
{
    l1_archive_i64(archive, &scores->logreg_e8);
    l1_archive_i64(archive, &scores->random_forest_e8);
    l1_archive_i64(archive, &scores->lightgbm_e8);
    l1_archive_i64(archive, &scores->ensemble_e8);
    l1_archive_i64(archive, &scores->threshold_e8);
}

/* Heads that were not computed take no room. */
void l1_ai_scores_archive(l1_archive *archive, l1_ai_scores *scores)
{
    l1_archive_count(archive, &scores->computed, (1U << L1_HEAD_COUNT) - 1);
    l1_archive_enum(archive, &scores->head, L1_HEAD_COUNT);
    l1_archive_bool(archive, &scores->stop_clamped);
    L1_ASSERT(scores->computed < 1U << L1_HEAD_COUNT);
    for (unsigned head = 0; head < L1_HEAD_COUNT; head++) {
        if ((scores->computed >> head & 1) != 0) head_archive(archive, &scores->of[head]);
    }
}

static void lists_archive(l1_archive *archive, l1_report *report)
{
    l1_archive_count(archive, &report->violations_count, L1_VIOLATIONS_MAX);
    for (uint32_t i = 0; i < report->violations_count; i++) {
        violation_archive(archive, &report->violations[i]);
    }
    l1_archive_count(archive, &report->adjustments_count, L1_ADJUSTMENTS_MAX);
    for (uint32_t i = 0; i < report->adjustments_count; i++) {
        adjustment_archive(archive, &report->adjustments[i]);
    }
    l1_archive_count(archive, &report->orders_count, L1_REPORT_ORDERS_MAX);
    for (uint32_t i = 0; i < report->orders_count; i++) {
        l1_report_order_archive(archive, &report->orders[i]);
    }
    l1_archive_bool(archive, &report->has_stop);
    if (report->has_stop) l1_report_order_archive(archive, &report->stop);
    l1_archive_count(archive, &report->fees_count, L1_FEES_MAX);
    for (uint32_t i = 0; i < report->fees_count; i++) {
        l1_asset_archive(archive, &report->fees[i].asset);
        l1_archive_i64(archive, &report->fees[i].amount_e8);
    }
}

void l1_report_archive(l1_archive *archive, l1_report *report)
{
    l1_archive_bool(archive, &report->protection);
    l1_archive_bool(archive, &report->final);
    l1_archive_u32(archive, &report->revision);
    l1_archive_text(archive, report->execution_id, sizeof report->execution_id);
    l1_archive_text(archive, report->signal_id, sizeof report->signal_id);
    l1_archive_text(archive, report->symbol_text, sizeof report->symbol_text);
    l1_symbol_or_none_archive(archive, &report->symbol);
    l1_archive_enum(archive, &report->side, L1_SIDE_COUNT);
    l1_archive_bool(archive, &report->has_side);
    l1_archive_enum(archive, &report->status, L1_REPORT_STATUS_COUNT);
    l1_archive_i64(archive, &report->requested_qty_e8);
    l1_archive_i64(archive, &report->executed_qty_e8);
    l1_archive_i64(archive, &report->executed_quote_e8);
    l1_archive_i64(archive, &report->net_qty_e8);
    l1_archive_i64(archive, &report->avg_price_e8);
    l1_archive_i64(archive, &report->slippage_e8);
    l1_ai_scores_archive(archive, &report->scores);
    l1_archive_i64(archive, &report->exposure_e8);
    l1_archive_i64(archive, &report->correlation_impact_e8);
    l1_archive_enum(archive, &report->reason, L1_RULE_COUNT);
    lists_archive(archive, report);
    l1_archive_enum(archive, &report->mode, L1_MODE_COUNT);
    l1_archive_text(archive, report->detail, sizeof report->detail);
    l1_archive_bool(archive, &report->has_tca);
    if (!report->has_tca) return;
    l1_cost_analysis_archive(archive, &report->tca);
    l1_archive_text(archive, report->schedule_why, sizeof report->schedule_why);
}

void l1_analysis_archive(l1_archive *archive, l1_analysis *analysis)
{
    l1_archive_text(archive, analysis->execution_id, sizeof analysis->execution_id);
    l1_archive_text(archive, analysis->signal_id, sizeof analysis->signal_id);
    l1_archive_u64(archive, &analysis->report_seq);
    l1_symbol_archive(archive, &analysis->symbol);
    l1_archive_enum(archive, &analysis->side, L1_SIDE_COUNT);
    for (unsigned h = 0; h < L1_MARKOUTS; h++) {
        l1_archive_i64(archive, &analysis->markout_bp_e8[h]);
    }
    l1_cost_analysis_archive(archive, &analysis->tca);
}

void l1_alert_archive(l1_archive *archive, l1_alert *alert)
{
    l1_archive_enum(archive, &alert->code, L1_ALERT_COUNT);
    l1_symbol_or_none_archive(archive, &alert->symbol);
    l1_archive_text(archive, alert->signal_id, sizeof alert->signal_id);
    l1_archive_i64(archive, &alert->value_e8);
    l1_archive_i64(archive, &alert->limit_e8);
    l1_archive_text(archive, alert->message, sizeof alert->message);
}
