/* engine/publish.c: numbering effects, alerts and reports. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "engine/engine_state.h"
#include "executor/legs.h"

void l1_engine_put(l1_engine *engine, l1_effect_kind kind, l1_engine_out *out)
{
    L1_ASSERT(kind < L1_EFFECT_COUNT);
    engine->effect.seq = ++engine->effect_seq;
    engine->effect.at_ns = engine->now_ns;
    engine->effect.kind = kind;
    l1_effects_put(out->effects, &engine->effect);
}

void l1_engine_alert(l1_engine *engine, l1_alert_code code, int32_t symbol, const char *signal_id,
                     int64_t value_e8, int64_t limit_e8, l1_engine_out *out, const char *format,
                     ...)
{
    L1_ASSERT(code < L1_ALERT_COUNT);
    l1_alert *alert = &engine->effect.as.alert;
    memset(alert, 0, sizeof *alert);
    alert->code = code;
    alert->symbol = symbol;
    if (signal_id != NULL) l1_text_copy(alert->signal_id, sizeof alert->signal_id, signal_id);
    alert->value_e8 = value_e8;
    alert->limit_e8 = limit_e8;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(alert->message, sizeof alert->message, format, arguments);
    va_end(arguments);
    l1_engine_put(engine, L1_EFFECT_ALERT, out);
}

void l1_engine_final_report(l1_engine *engine, l1_hash128 id, l1_engine_out *out)
{
    L1_ASSERT(engine->effect.as.report.final);
    l1_engine_put(engine, L1_EFFECT_REPORT, out);
    const uint64_t seq = engine->effect.seq;
    if (l1_signal_table_reported(&engine->signals, id, seq)) {
        engine->effect.as.of_seq = seq;
        l1_engine_put(engine, L1_EFFECT_REPUBLISH, out);
    }
}

static void add_fee(l1_report *report, int32_t asset, int64_t amount_e8)
{
    if (amount_e8 == 0) return;
    L1_ASSERT(report->fees_count < L1_FEES_MAX);
    report->fees[report->fees_count++] = (l1_fee){.asset = asset, .amount_e8 = amount_e8};
}

static void add_fees(l1_report *report, const l1_order *order)
{
    add_fee(report, order->symbol + 1, order->fee_base_e8);
    add_fee(report, 0, order->fee_quote_e8);
    add_fee(report, order->fee_third_asset, order->fee_third_e8);
}

/* Starts engine->effect.as.report from a parent; `stop` is the execution whose stop it shows. */
static l1_report *report_of(l1_engine *engine, l1_parent *parent, uint32_t stop)
{
    l1_report *report = &engine->effect.as.report;
    l1_report_clear(report);
    memcpy(report->execution_id, parent->execution_id, sizeof report->execution_id);
    memcpy(report->signal_id, parent->signal_id, sizeof report->signal_id);
    report->symbol = parent->symbol;
    memcpy(report->symbol_text, engine->limits.symbols[parent->symbol].name,
           sizeof report->symbol_text);
    report->side = parent->side;
    report->has_side = true;
    report->revision = parent->revision++;
    report->mode = engine->limits.mode;
    report->requested_qty_e8 = parent->requested_e8;
    report->avg_price_e8 = L1_OFF;
    report->slippage_e8 = L1_OFF;
    report->scores = parent->scores;
    report->exposure_e8 = parent->exposure_e8;
    report->correlation_impact_e8 = parent->correlation_impact_e8;
    report->adjustments_count = parent->adjustments_count;
    memcpy(report->adjustments, parent->adjustments, sizeof report->adjustments);
    if (stop == L1_NONE) return report;
    /* A closed execution's stop may have given its slot to another order. */
    const l1_execution *execution = &engine->executions.executions[stop];
    if (execution->stop != L1_NONE &&
        engine->executions.orders[execution->stop].serial == execution->serial) {
        report->has_stop = true;
        report->stop = l1_report_order_of(&engine->executions.orders[execution->stop]);
    }
    return report;
}

/* Percent against the mid at arrival; positive = worse for the side. */
static int64_t slippage_percent_e8(l1_side side, int64_t average_e8, int64_t mid_e8)
{
    if (average_e8 == L1_OFF || mid_e8 <= 0) return L1_OFF;
    const int64_t worse_e8 = side == L1_SIDE_BUY ? average_e8 - mid_e8 : mid_e8 - average_e8;
    int64_t percent_e8 = 0;
    return l1_mul_div(worse_e8, 100 * L1_E8, mid_e8, L1_ROUND_NEAREST, &percent_e8) ? percent_e8
                                                                                    : L1_OFF;
}

/* The main orders of children, and what they did, those under way included. */
static void add_children(l1_engine *engine, l1_report *report, const l1_parent *parent)
{
    l1_order sum = {.symbol = parent->symbol,
                    .executed_e8 = parent->executed_e8,
                    .cost_e8 = parent->cost_e8,
                    .fee_base_e8 = parent->fee_base_e8,
                    .fee_quote_e8 = parent->fee_quote_e8,
                    .fee_third_e8 = parent->fee_third_e8,
                    .fee_third_asset = parent->fee_third_asset};
    for (uint32_t i = 0; i < parent->orders_count; i++) {
        report->orders[report->orders_count++] = parent->orders[i];
    }
    for (uint32_t i = 0; i < parent->children_sent; i++) {
        if (parent->children[i] == L1_NONE) continue;
        const l1_execution *child = &engine->executions.executions[parent->children[i]];
        if (child->reported || child->main == L1_NONE) continue;
        const l1_order *order = &engine->executions.orders[child->main];
        report->orders[report->orders_count++] = l1_report_order_of(order);
        sum.executed_e8 += order->executed_e8;
        sum.cost_e8 += order->cost_e8;
        sum.fee_base_e8 += order->fee_base_e8;
        sum.fee_quote_e8 += order->fee_quote_e8;
        l1_third_fee_add(&sum.fee_third_asset, &sum.fee_third_e8, order->fee_third_asset,
                         order->fee_third_e8);
    }
    L1_ASSERT(report->orders_count <= L1_CHILDREN_MAX);
    report->executed_qty_e8 = sum.executed_e8;
    report->executed_quote_e8 = sum.cost_e8;
    report->net_qty_e8 = sum.executed_e8 - sum.fee_base_e8;
    report->avg_price_e8 = l1_report_order_of(&sum).avg_price_e8;
    report->slippage_e8 =
        slippage_percent_e8(parent->side, report->avg_price_e8, parent->arrival_mid_e8);
    add_fees(report, &sum);
}

void l1_engine_report_signal(l1_engine *engine, uint32_t at, uint32_t stop, l1_report_status status,
                             l1_rule reason, const char *detail, l1_engine_out *out)
{
    l1_parent *parent = &engine->parents.parents[at];
    L1_ASSERT(parent->phase == L1_PARENT_WORKING || parent->phase == L1_PARENT_ENDING);
    l1_report *report = report_of(engine, parent, stop);
    report->status = status;
    report->reason = reason;
    report->final = status != L1_REPORT_UNKNOWN;
    l1_text_copy(report->detail, sizeof report->detail, detail);
    if (reason != L1_RULE_UNJUDGED && parent->refusal.rule == reason) {
        report->violations[report->violations_count++] = parent->refusal;
    }
    add_children(engine, report, parent);
    if (!report->final) {
        l1_engine_put(engine, L1_EFFECT_REPORT, out);
        return;
    }
    L1_ASSERT(parent->rest_e8 == 0);
    parent->phase = L1_PARENT_REPORTED;
    L1_ASSERT(engine->pending > 0);
    engine->pending--;
    /* A single sell may have found less than it had planned. */
    const int64_t qty_e8 = l1_parent_single(parent) && stop != L1_NONE
                               ? engine->executions.executions[stop].planned_e8
                               : parent->plan.qty_e8;
    l1_engine_costs_end(engine, parent->serial, qty_e8, report);
    if (report->has_tca) {
        l1_text_copy(report->schedule_why, sizeof report->schedule_why, parent->plan.why);
    }
    l1_engine_final_report(engine, parent->id_hash, out);
}

void l1_engine_report_protection(l1_engine *engine, uint32_t at, const l1_order *order,
                                 l1_report_status status, const char *detail, l1_engine_out *out)
{
    l1_parent *parent = &engine->parents.parents[l1_engine_parent(engine, at)];
    L1_ASSERT(status >= L1_REPORT_STOP_PLACED);
    l1_report *report = report_of(engine, parent, at);
    report->protection = true;
    report->status = status;
    l1_text_copy(report->detail, sizeof report->detail, detail);
    report->side = L1_SIDE_SELL; /* a stop's, unless the order is another */
    if (order != NULL) {
        report->side = order->side;
        report->orders[report->orders_count++] = l1_report_order_of(order);
        report->executed_qty_e8 = order->executed_e8;
        report->executed_quote_e8 = order->cost_e8;
        report->net_qty_e8 = order->executed_e8 - order->fee_base_e8;
        report->avg_price_e8 = report->orders[0].avg_price_e8;
        add_fees(report, order);
    }
    report->adjustments_count = 0;
    l1_engine_put(engine, L1_EFFECT_REPORT, out);
}
