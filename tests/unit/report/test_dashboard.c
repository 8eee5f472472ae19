/* tests/unit/report/test_dashboard.c: the page, to the letter. */
#include "report/dashboard.h"

#include "unit/report/figures.h"

static l1_metrics metrics;
static char text[L1_DASHBOARD_TEXT_MAX];

/* The figures of the contract's example, and an ETH that saw nothing. */
static void fill(void)
{
    l1_metrics_init(&metrics);
    for (uint64_t i = 1; i <= 48; i++) {
        l1_effect *effect = figures_report(i, BTC, i <= 45 ? L1_REPORT_FILLED : L1_REPORT_REJECTED);
        if (i <= 45) effect->as.report.slippage_e8 = 12000000;
        l1_metrics_take(&metrics, effect);
    }
    metrics.symbols[BTC].exposure_e8 = 18500000;
    metrics.symbols[ETH].exposure_e8 = 0;
    metrics.correlation_e8 = 73000000;
}

static void test_dashboard__is_the_page_of_the_contract_in_both_languages(void **state)
{
    static const struct {
        l1_language language;
        const char *want;
    } rows[] = {
        {L1_LANGUAGE_ES, "🎯 L1 OPERATIONAL DASHBOARD\n"
                         "├── BTC/USDT\n"
                         "│   ├── Señales procesadas: 45 ✅ | 3 ❌\n"
                         "│   ├── Success rate: 93.8%\n"
                         "│   ├── Slippage promedio: 0.12%\n"
                         "│   └── Exposición actual: 18.5% / 20% max\n"
                         "├── ETH/USDT\n"
                         "│   ├── Señales procesadas: 0 ✅ | 0 ❌\n"
                         "│   ├── Success rate: n/a\n"
                         "│   ├── Slippage promedio: n/a\n"
                         "│   └── Exposición actual: 0.0% / 15% max\n"
                         "└── Correlación BTC-ETH: 0.73 (límite: 0.80)\n"},
        {L1_LANGUAGE_EN, "🎯 L1 OPERATIONAL DASHBOARD\n"
                         "├── BTC/USDT\n"
                         "│   ├── Signals processed: 45 ✅ | 3 ❌\n"
                         "│   ├── Success rate: 93.8%\n"
                         "│   ├── Average slippage: 0.12%\n"
                         "│   └── Current exposure: 18.5% / 20% max\n"
                         "├── ETH/USDT\n"
                         "│   ├── Signals processed: 0 ✅ | 0 ❌\n"
                         "│   ├── Success rate: n/a\n"
                         "│   ├── Average slippage: n/a\n"
                         "│   └── Current exposure: 0.0% / 15% max\n"
                         "└── BTC-ETH correlation: 0.73 (limit: 0.80)\n"},
    };
    (void)state;
    fill();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const size_t size = l1_dashboard_text(&metrics, figures_limits(), rows[i].language, text);
        assert_string_equal(text, rows[i].want);
        CHECK(size == strlen(rows[i].want));
    }
}

/* Below the page of the contract, which stays as it is. */
static void test_dashboard__says_below_what_orders_cost(void **state)
{
    static const struct {
        l1_language language;
        const char *want;
    } rows[] = {
        {L1_LANGUAGE_ES, "└── Correlación BTC-ETH: 0.73 (límite: 0.80)\n"
                         "\n💱 COSTE DE LAS ÓRDENES (media por orden)\n"
                         "├── BTC/USDT\n"
                         "│   ├── Órdenes: 2 | slippage de llegada 1.50 bp | ejecutado 75.0% | "
                         "maker 12.5%\n"
                         "│   ├── Shortfall: 4.25 USDT (3.10 bp) = retraso -0.25, ejecución 2.50, "
                         "oportunidad 0.00, comisiones 2.00\n"
                         "│   └── Markouts: 1 s -0.50 bp | 10 s 1.25 bp | 60 s n/a\n"
                         "└── ETH/USDT\n"
                         "    ├── Órdenes: 1 | slippage de llegada n/a | ejecutado 0.0% | "
                         "maker n/a\n"
                         "    ├── Shortfall: n/a\n"
                         "    └── Markouts: 1 s n/a | 10 s n/a | 60 s n/a\n"},
        {L1_LANGUAGE_EN, "└── BTC-ETH correlation: 0.73 (limit: 0.80)\n"
                         "\n💱 WHAT ORDERS COST (average an order)\n"
                         "├── BTC/USDT\n"
                         "│   ├── Orders: 2 | arrival slippage 1.50 bp | filled 75.0% | "
                         "maker 12.5%\n"
                         "│   ├── Shortfall: 4.25 USDT (3.10 bp) = delay -0.25, trading 2.50, "
                         "opportunity 0.00, fees 2.00\n"
                         "│   └── Markouts: 1 s -0.50 bp | 10 s 1.25 bp | 60 s n/a\n"
                         "└── ETH/USDT\n"
                         "    ├── Orders: 1 | arrival slippage n/a | filled 0.0% | maker n/a\n"
                         "    ├── Shortfall: n/a\n"
                         "    └── Markouts: 1 s n/a | 10 s n/a | 60 s n/a\n"},
    };
    (void)state;
    fill();
    metrics.symbols[BTC].tca = (l1_tca_totals){
        .parents = 2,
        .summed = 2,
        .delay_e8 = -25000000,
        .trading_e8 = 250000000,
        .fees_e8 = 200000000,
        .shortfall_e8 = 425000000,
        .means = {[L1_TCA_ARRIVAL_SLIPPAGE] = {2, 300000000},
                  [L1_TCA_SHORTFALL] = {2, 620000000},
                  [L1_TCA_FILL_RATIO] = {2, 150000000},
                  [L1_TCA_MAKER_SHARE] = {2, 25000000},
                  [L1_TCA_MARKOUT_1] = {1, -50000000},
                  [L1_TCA_MARKOUT_10] = {1, 125000000}},
    };
    metrics.symbols[ETH].tca =
        (l1_tca_totals){.parents = 1, .means = {[L1_TCA_FILL_RATIO] = {1, 0}}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)l1_dashboard_text(&metrics, figures_limits(), rows[i].language, text);
        assert_string_equal(strstr(text, "└── Corr") != NULL ? strstr(text, "└── Corr")
                                                             : strstr(text, "└── BTC-ETH"),
                            rows[i].want);
    }
}

static void test_dashboard__says_what_is_unknown_or_switched_off(void **state)
{
    (void)state;
    fill();
    l1_limits limits = *figures_limits();
    limits.symbols[BTC].exposure_max_e8 = L1_OFF;
    limits.correlation_max_e8 = L1_OFF;
    metrics.correlation_e8 = L1_OFF;
    metrics.symbols[ETH].exposure_e8 = L1_OFF;
    (void)l1_dashboard_text(&metrics, &limits, L1_LANGUAGE_EN, text);
    assert_non_null(strstr(text, "Current exposure: 18.5% / ∞\n"));
    assert_non_null(strstr(text, "Current exposure: n/a / 15% max\n"));
    assert_non_null(strstr(text, "correlation: n/a (limit: ∞; counted as 1.00)\n"));
    (void)l1_dashboard_text(&metrics, figures_limits(), L1_LANGUAGE_EN, text);
    assert_non_null(strstr(text, "correlation: n/a (limit: 0.80; counted as 1.00)\n"));
    (void)l1_dashboard_text(&metrics, figures_limits(), L1_LANGUAGE_ES, text);
    assert_non_null(strstr(text, "Correlación BTC-ETH: n/d (límite: 0.80; cuenta como 1.00)\n"));
}

static void test_dashboard__rounds_to_nearest_and_keeps_the_sign(void **state)
{
    static const struct {
        int64_t slippage_e8;
        const char *want;
    } rows[] = {
        {499999, "slippage: 0.00%"},    {500000, "slippage: 0.01%"},
        {-499999, "slippage: 0.00%"},   {-12500000, "slippage: -0.13%"},
        {110499999, "slippage: 1.10%"}, {110500000, "slippage: 1.11%"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_metrics_init(&metrics);
        l1_effect *effect = figures_report(1, BTC, L1_REPORT_FILLED);
        effect->as.report.slippage_e8 = rows[i].slippage_e8;
        l1_metrics_take(&metrics, effect);
        (void)l1_dashboard_text(&metrics, figures_limits(), L1_LANGUAGE_EN, text);
        if (strstr(text, rows[i].want) == NULL) print_message("%s\n%s", rows[i].want, text);
        assert_non_null(strstr(text, rows[i].want));
    }
}

static void
test_dashboard__ends_with_the_last_symbol_when_btc_and_eth_are_not_both_there(void **state)
{
    (void)state;
    fill();
    l1_limits limits = *figures_limits();
    strcpy(limits.symbols[ETH].name, "ADA/USDT");
    (void)l1_dashboard_text(&metrics, &limits, L1_LANGUAGE_EN, text);
    assert_null(strstr(text, "correlation"));
    assert_non_null(strstr(text, "└── ADA/USDT\n    ├── Signals"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dashboard__is_the_page_of_the_contract_in_both_languages),
        cmocka_unit_test(test_dashboard__says_below_what_orders_cost),
        cmocka_unit_test(test_dashboard__says_what_is_unknown_or_switched_off),
        cmocka_unit_test(test_dashboard__rounds_to_nearest_and_keeps_the_sign),
        cmocka_unit_test(
            test_dashboard__ends_with_the_last_symbol_when_btc_and_eth_are_not_both_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
