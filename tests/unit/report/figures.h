/* tests/unit/report/figures.h: effects made by hand, for what folds them. */
#ifndef L1_UNIT_REPORT_FIGURES_H
#define L1_UNIT_REPORT_FIGURES_H

#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "domain/effect.h"
#include "testlib/check.h"

#define AT_NS INT64_C(1700000000123000000)
enum { BTC, ETH };

/* The shipped limits' shape: BTC and ETH of 20 % and 15 %, correlation 0.80. */
static inline l1_limits *figures_limits(void)
{
    static l1_limits limits;
    memset(&limits, 0, sizeof limits);
    limits.symbols_count = 2;
    limits.correlation_max_e8 = 80000000;
    strcpy(limits.quote, "USDT");
    strcpy(limits.symbols[BTC].name, "BTC/USDT");
    strcpy(limits.symbols[BTC].base, "BTC");
    limits.symbols[BTC].exposure_max_e8 = 20000000;
    strcpy(limits.symbols[ETH].name, "ETH/USDT");
    strcpy(limits.symbols[ETH].base, "ETH");
    limits.symbols[ETH].exposure_max_e8 = 15000000;
    return &limits;
}

/* A final report of kind "signal". */
static inline l1_effect *figures_report(uint64_t seq, int32_t symbol, l1_report_status status)
{
    static l1_effect effect;
    memset(&effect, 0, sizeof effect);
    effect.seq = seq;
    effect.at_ns = AT_NS;
    effect.kind = L1_EFFECT_REPORT;
    l1_report *report = &effect.as.report;
    report->final = true;
    report->symbol = symbol;
    report->status = status;
    report->reason = status == L1_REPORT_REJECTED ? L1_RULE_HALTED : L1_RULE_UNJUDGED;
    report->avg_price_e8 = report->slippage_e8 = report->requested_qty_e8 = L1_OFF;
    report->exposure_e8 = report->correlation_impact_e8 = L1_OFF;
    (void)snprintf(report->signal_id, sizeof report->signal_id, "s%llu", (unsigned long long)seq);
    strcpy(report->execution_id, "exec_1");
    if (symbol >= 0) strcpy(report->symbol_text, figures_limits()->symbols[symbol].name);
    return &effect;
}

static inline l1_effect *figures_alert(uint64_t seq, l1_alert_code code)
{
    static l1_effect effect;
    memset(&effect, 0, sizeof effect);
    effect.seq = seq;
    effect.at_ns = AT_NS;
    effect.kind = L1_EFFECT_ALERT;
    effect.as.alert.code = code;
    effect.as.alert.symbol = -1;
    effect.as.alert.value_e8 = effect.as.alert.limit_e8 = L1_OFF;
    return &effect;
}

#endif
