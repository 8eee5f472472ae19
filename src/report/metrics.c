/* report/metrics.c: the fold and its message. */
#include "report/metrics.h"

#include <string.h>

#include "base/assert.h"
#include "base/json.h"

void l1_metrics_init(l1_metrics *metrics)
{
    memset(metrics, 0, sizeof *metrics);
    metrics->correlation_e8 = L1_OFF;
    metrics->unknown_keys = L1_OFF;
    for (uint32_t i = 0; i <= L1_SYMBOLS_MAX; i++) metrics->symbols[i].exposure_e8 = L1_OFF;
}

static l1_symbol_metrics *of(l1_metrics *metrics, int32_t symbol)
{
    const bool known = symbol >= 0 && symbol < L1_SYMBOLS_MAX;
    return &metrics->symbols[known ? symbol : L1_SYMBOLS_MAX];
}

static void take_report(l1_metrics *metrics, const l1_report *report)
{
    l1_symbol_metrics *symbol = of(metrics, report->symbol);
    if (report->protection) {
        symbol->stops_filled += report->status == L1_REPORT_STOP_FILLED;
        symbol->stops_failed += report->status == L1_REPORT_STOP_FAILED;
        return;
    }
    if (!report->final) return;
    symbol->signals++;
    const bool executed =
        report->status == L1_REPORT_FILLED || report->status == L1_REPORT_PARTIALLY_FILLED;
    symbol->executed += executed;
    symbol->blocked += !executed;
    if (!executed) symbol->rejected[report->reason]++;
    if (executed && report->slippage_e8 != L1_OFF) {
        symbol->slippages++;
        symbol->slippage_sum_e8 += report->slippage_e8;
    }
}

void l1_metrics_take(l1_metrics *metrics, const l1_effect *effect)
{
    L1_ASSERT(effect->kind < L1_EFFECT_COUNT);
    if (effect->seq <= metrics->seq) return; /* each effect once */
    metrics->seq = effect->seq;
    metrics->at_ns = effect->at_ns;
    if (effect->kind == L1_EFFECT_REPORT) {
        take_report(metrics, &effect->as.report);
        l1_tca_take(&of(metrics, effect->as.report.symbol)->tca, effect);
    }
    if (effect->kind == L1_EFFECT_ANALYSIS) {
        l1_tca_take(&of(metrics, effect->as.analysis.symbol)->tca, effect);
    }
    if (effect->kind == L1_EFFECT_ALERT) metrics->alerts[effect->as.alert.code]++;
}

void l1_metrics_sample(l1_metrics *metrics, const l1_engine *engine)
{
    const l1_limits *limits = l1_engine_limits(engine);
    const l1_kill_switch *kill_switch = l1_engine_kill_switch(engine);
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        metrics->symbols[i].exposure_e8 = l1_engine_exposure_e8(engine, (int32_t)i);
    }
    metrics->correlation_e8 = l1_engine_correlation_e8(engine);
    metrics->unwatched = l1_engine_unwatched(engine);
    metrics->halted = kill_switch->halted;
    metrics->reduce_only = kill_switch->reduce_only;
    metrics->at_ns = l1_engine_now_ns(engine);
}

void l1_metrics_latency(l1_metrics *metrics, int64_t decision_us, int64_t durable_us)
{
    if (decision_us >= 0) l1_histogram_add(&metrics->decision_us, (uint64_t)decision_us);
    if (durable_us >= 0) l1_histogram_add(&metrics->durable_us, (uint64_t)durable_us);
}

int64_t l1_metrics_success_e8(const l1_symbol_metrics *symbol)
{
    l1_ratio share = {0};
    const int64_t all = (int64_t)(symbol->executed + symbol->blocked);
    if (all == 0) return L1_OFF;
    const bool fits = l1_ratio_of((int64_t)symbol->executed * 100, all, L1_ROUND_NEAREST, &share);
    return fits ? share.e8 : L1_OFF;
}

int64_t l1_metrics_slippage_e8(const l1_symbol_metrics *symbol)
{
    int64_t mean = 0;
    if (symbol->slippages == 0) return L1_OFF;
    return l1_mul_div(symbol->slippage_sum_e8, 1, (int64_t)symbol->slippages, L1_ROUND_NEAREST,
                      &mean)
               ? mean
               : L1_OFF;
}

static void put_count(l1_json_writer *out, const char *key, uint64_t value)
{
    l1_json_key(out, key);
    l1_json_put_integer(out, (int64_t)value);
}

static void put_decimal(l1_json_writer *out, const char *key, int64_t e8)
{
    l1_json_key(out, key);
    l1_json_put_decimal(out, e8);
}

/* Averages over parents; the parts of the shortfall are sums, of those whose total is known. */
static void put_tca(l1_json_writer *out, const l1_tca_totals *tca)
{
    static const struct {
        const char *key;
        l1_tca_figure figure;
    } means[] = {
        {"arrival_slippage_bp", L1_TCA_ARRIVAL_SLIPPAGE},
        {"vwap_slippage_bp", L1_TCA_VWAP_SLIPPAGE},
        {"shortfall_bp", L1_TCA_SHORTFALL},
        {"fill_ratio", L1_TCA_FILL_RATIO},
        {"participation", L1_TCA_PARTICIPATION},
        {"maker_share", L1_TCA_MAKER_SHARE},
    };
    l1_json_key(out, "tca");
    l1_json_open(out, '{');
    put_count(out, "parents", tca->parents);
    for (size_t i = 0; i < sizeof means / sizeof means[0]; i++) {
        put_decimal(out, means[i].key, l1_tca_mean_e8(tca, means[i].figure));
    }
    l1_json_key(out, "markouts_bp");
    l1_json_open(out, '{');
    put_decimal(out, "1", l1_tca_mean_e8(tca, L1_TCA_MARKOUT_1));
    put_decimal(out, "10", l1_tca_mean_e8(tca, L1_TCA_MARKOUT_10));
    put_decimal(out, "60", l1_tca_mean_e8(tca, L1_TCA_MARKOUT_60));
    l1_json_close(out, '}');
    l1_json_key(out, "shortfall");
    l1_json_open(out, '{');
    put_count(out, "parents", tca->summed);
    put_decimal(out, "delay", tca->delay_e8);
    put_decimal(out, "trading", tca->trading_e8);
    put_decimal(out, "opportunity", tca->opportunity_e8);
    put_decimal(out, "fees", tca->fees_e8);
    put_decimal(out, "total", tca->shortfall_e8);
    l1_json_close(out, '}');
    l1_json_close(out, '}');
}

static void put_symbol(l1_json_writer *out, const l1_symbol_metrics *symbol, int64_t exposure_max)
{
    l1_json_open(out, '{');
    put_count(out, "signals", symbol->signals);
    put_count(out, "executed", symbol->executed);
    put_count(out, "blocked", symbol->blocked);
    put_decimal(out, "success_rate", l1_metrics_success_e8(symbol));
    put_decimal(out, "slippage_avg", l1_metrics_slippage_e8(symbol));
    put_decimal(out, "exposure", symbol->exposure_e8);
    put_decimal(out, "exposure_max", exposure_max);
    put_count(out, "stops_filled", symbol->stops_filled);
    put_count(out, "stops_failed", symbol->stops_failed);
    put_tca(out, &symbol->tca);
    l1_json_key(out, "rejections");
    l1_json_open(out, '{');
    for (int rule = 0; rule < L1_RULE_COUNT; rule++) {
        if (symbol->rejected[rule] == 0) continue;
        put_count(out, l1_rule_code((l1_rule)rule), symbol->rejected[rule]);
    }
    l1_json_close(out, '}');
    l1_json_close(out, '}');
}

static void put_latency(l1_json_writer *out, const char *key, const l1_histogram *histogram)
{
    l1_json_key(out, key);
    if (histogram->count == 0) {
        l1_json_put_null(out);
        return;
    }
    l1_json_open(out, '{');
    put_count(out, "count", histogram->count);
    put_count(out, "p50", l1_histogram_quantile(histogram, 0.5));
    put_count(out, "p99", l1_histogram_quantile(histogram, 0.99));
    put_count(out, "max", histogram->max);
    l1_json_close(out, '}');
}

static void put_symbols(l1_json_writer *out, const l1_metrics *metrics, const l1_limits *limits)
{
    l1_json_key(out, "symbols");
    l1_json_open(out, '{');
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        l1_json_key(out, limits->symbols[i].name);
        put_symbol(out, &metrics->symbols[i], limits->symbols[i].exposure_max_e8);
    }
    l1_json_close(out, '}');
}

size_t l1_metrics_json(const l1_metrics *metrics, const l1_limits *limits, char *text)
{
    l1_json_writer out = {.base = text, .capacity = L1_METRICS_TEXT_MAX};
    l1_json_open(&out, '{');
    l1_json_key(&out, "topic");
    l1_json_put_text(&out, "metrics");
    put_count(&out, "seq", metrics->seq);
    put_symbols(&out, metrics, limits);
    l1_json_key(&out, "unconfigured");
    put_symbol(&out, &metrics->symbols[L1_SYMBOLS_MAX], L1_OFF);
    put_decimal(&out, "correlation_btc_eth", metrics->correlation_e8);
    put_decimal(&out, "correlation_max", limits->correlation_max_e8);
    l1_json_key(&out, "halted");
    l1_json_put_bool(&out, metrics->halted);
    l1_json_key(&out, "reduce_only");
    l1_json_put_bool(&out, metrics->reduce_only);
    l1_json_key(&out, "alerts");
    l1_json_open(&out, '{');
    for (int code = 0; code < L1_ALERT_COUNT; code++) {
        if (metrics->alerts[code] == 0) continue;
        put_count(&out, l1_alert_code_text((l1_alert_code)code), metrics->alerts[code]);
    }
    l1_json_close(&out, '}');
    put_count(&out, "unwatched", metrics->unwatched);
    l1_json_key(&out, "unknown_keys");
    if (metrics->unknown_keys == L1_OFF) {
        l1_json_put_null(&out);
    } else {
        l1_json_put_integer(&out, metrics->unknown_keys);
    }
    l1_json_key(&out, "latency_us");
    l1_json_open(&out, '{');
    put_latency(&out, "decision", &metrics->decision_us);
    put_latency(&out, "durable", &metrics->durable_us);
    l1_json_close(&out, '}');
    put_count(&out, "ts", (uint64_t)(metrics->at_ns / 1000000));
    l1_json_close(&out, '}');
    L1_ASSERT(!out.failed);
    return out.used;
}
