/* report/dashboard.c: the page. */
#include "report/dashboard.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

typedef struct {
    const char *signals, *success, *slippage, *exposure, *correlation, *limit, *unknown, *counted;
    const char *costs, *parents, *arrival, *executed, *shortfall, *delay, *trading, *opportunity;
    const char *fees;
} words;

static const words languages[] = {
    [L1_LANGUAGE_ES] = {"Señales procesadas", "Success rate", "Slippage promedio",
                        "Exposición actual", "Correlación BTC-ETH", "límite", "n/d",
                        "cuenta como 1.00", "COSTE DE LAS ÓRDENES (media por orden)", "Órdenes",
                        "slippage de llegada", "ejecutado", "Shortfall", "retraso", "ejecución",
                        "oportunidad", "comisiones"},
    [L1_LANGUAGE_EN] = {"Signals processed", "Success rate", "Average slippage", "Current exposure",
                        "BTC-ETH correlation", "limit", "n/a", "counted as 1.00",
                        "WHAT ORDERS COST (average an order)", "Orders", "arrival slippage",
                        "filled", "Shortfall", "delay", "trading", "opportunity", "fees"},
};

typedef struct {
    char *base;
    size_t used;
} page;

__attribute__((format(printf, 2, 3))) static void add(page *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int size =
        vsnprintf(out->base + out->used, L1_DASHBOARD_TEXT_MAX - out->used, format, arguments);
    va_end(arguments);
    L1_ASSERT(size >= 0);
    out->used += (size_t)size;
    L1_ASSERT(out->used < L1_DASHBOARD_TEXT_MAX);
}

/* A decimal rounded to `digits` places, integers only; "n/a" when it is not known. With `whole`
 * nothing stands behind the point when it is zero ("20" instead of "20.0"). */
static const char *rounded(int64_t e8, int digits, bool whole, char out[32])
{
    static const int64_t units[] = {100000000, 10000000, 1000000};
    int64_t steps = 0;
    if (e8 == L1_OFF) return "n/a";
    if (!l1_mul_div(e8 < 0 ? -e8 : e8, 1, units[digits], L1_ROUND_NEAREST, &steps)) return "n/a";
    const int64_t scale = L1_E8 / units[digits];
    const char *sign = e8 < 0 && steps > 0 ? "-" : "";
    if (digits == 0 || (whole && steps % scale == 0)) {
        (void)snprintf(out, 32, "%s%lld", sign, (long long)(steps / scale));
    } else {
        (void)snprintf(out, 32, "%s%lld.%0*lld", sign, (long long)(steps / scale), digits,
                       (long long)(steps % scale));
    }
    return out;
}

static int64_t percent(int64_t ratio_e8)
{
    return ratio_e8 == L1_OFF ? L1_OFF : ratio_e8 * 100;
}

/* "18.5%", or "n/a" bare. */
static const char *with_percent(const char *number, char out[40])
{
    if (number[0] == 'n') return number;
    (void)snprintf(out, 40, "%s%%", number);
    return out;
}

static void add_symbol(page *out, const words *say, const char *name, const char *branch,
                       const char *rail, const l1_symbol_metrics *symbol, int64_t exposure_max)
{
    char a[32], b[40];
    add(out, "%s── %s\n", branch, name);
    add(out, "%s   ├── %s: %llu ✅ | %llu ❌\n", rail, say->signals,
        (unsigned long long)symbol->executed, (unsigned long long)symbol->blocked);
    add(out, "%s   ├── %s: %s\n", rail, say->success,
        with_percent(rounded(l1_metrics_success_e8(symbol), 1, false, a), b));
    add(out, "%s   ├── %s: %s\n", rail, say->slippage,
        with_percent(rounded(l1_metrics_slippage_e8(symbol), 2, false, a), b));
    add(out, "%s   └── %s: %s / ", rail, say->exposure,
        with_percent(rounded(percent(symbol->exposure_e8), 1, false, a), b));
    if (exposure_max == L1_OFF) {
        add(out, "∞\n");
    } else {
        add(out, "%s%% max\n", rounded(percent(exposure_max), 1, true, a));
    }
}

static const char *bp(const l1_tca_totals *tca, l1_tca_figure figure, char out[40])
{
    char text[32];
    const char *number = rounded(l1_tca_mean_e8(tca, figure), 2, false, text);
    (void)snprintf(out, 40, number[0] == 'n' ? "%s" : "%s bp", number);
    return out;
}

static void add_shortfall(page *out, const words *say, const l1_tca_totals *tca, const char *quote)
{
    char total[32], delay[32], trading[32], opportunity[32], fees[32], each[40];
    if (tca->summed == 0) {
        add(out, "n/a\n");
        return;
    }
    add(out, "%s %s (%s) = %s %s, %s %s, %s %s, %s %s\n",
        rounded(tca->shortfall_e8, 2, false, total), quote, bp(tca, L1_TCA_SHORTFALL, each),
        say->delay, rounded(tca->delay_e8, 2, false, delay), say->trading,
        rounded(tca->trading_e8, 2, false, trading), say->opportunity,
        rounded(tca->opportunity_e8, 2, false, opportunity), say->fees,
        rounded(tca->fees_e8, 2, false, fees));
}

/* Below the page proper: only symbols of which something was sent. */
static void add_costs(page *out, const words *say, const l1_metrics *metrics,
                      const l1_limits *limits)
{
    uint32_t left = 0;
    char a[40], b[40], c[40], number[32];
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        left += metrics->symbols[i].tca.parents > 0;
    }
    if (left > 0) add(out, "\n💱 %s\n", say->costs);
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        const l1_tca_totals *tca = &metrics->symbols[i].tca;
        if (tca->parents == 0) continue;
        const char *rail = --left == 0 ? " " : "│";
        add(out, "%s── %s\n", left == 0 ? "└" : "├", limits->symbols[i].name);
        add(out, "%s   ├── %s: %llu | %s %s | %s %s", rail, say->parents,
            (unsigned long long)tca->parents, say->arrival, bp(tca, L1_TCA_ARRIVAL_SLIPPAGE, a),
            say->executed,
            with_percent(rounded(percent(l1_tca_mean_e8(tca, L1_TCA_FILL_RATIO)), 1, false, number),
                         b));
        add(out, " | maker %s\n",
            with_percent(
                rounded(percent(l1_tca_mean_e8(tca, L1_TCA_MAKER_SHARE)), 1, false, number), b));
        add(out, "%s   ├── %s: ", rail, say->shortfall);
        add_shortfall(out, say, tca, limits->quote);
        add(out, "%s   └── Markouts: 1 s %s | 10 s %s | 60 s %s\n", rail,
            bp(tca, L1_TCA_MARKOUT_1, a), bp(tca, L1_TCA_MARKOUT_10, b),
            bp(tca, L1_TCA_MARKOUT_60, c));
    }
}

size_t l1_dashboard_text(const l1_metrics *metrics, const l1_limits *limits, l1_language language,
                         char *text)
{
    const words *say = &languages[language];
    page out = {.base = text};
    char a[32], b[32];
    const bool both =
        l1_limits_symbol(limits, "BTC/USDT") >= 0 && l1_limits_symbol(limits, "ETH/USDT") >= 0;
    add(&out, "🎯 L1 OPERATIONAL DASHBOARD\n");
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        const bool last = i + 1 == limits->symbols_count && !both;
        add_symbol(&out, say, limits->symbols[i].name, last ? "└" : "├", last ? " " : "│",
                   &metrics->symbols[i], limits->symbols[i].exposure_max_e8);
    }
    if (both) {
        const char *value = metrics->correlation_e8 == L1_OFF
                                ? say->unknown
                                : rounded(metrics->correlation_e8, 2, false, a);
        const char *limit = limits->correlation_max_e8 == L1_OFF
                                ? "∞"
                                : rounded(limits->correlation_max_e8, 2, false, b);
        add(&out, "└── %s: %s (%s: %s", say->correlation, value, say->limit, limit);
        if (metrics->correlation_e8 == L1_OFF) add(&out, "; %s", say->counted);
        add(&out, ")\n");
    }
    add_costs(&out, say, metrics, limits);
    return out.used;
}
