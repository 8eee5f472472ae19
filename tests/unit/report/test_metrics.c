/* tests/unit/report/test_metrics.c: what counts as executed, blocked, and nothing at all. */
#include "report/metrics.h"

#include <jansson.h>

#include "unit/report/figures.h"

static l1_metrics metrics;

static void test_metrics__count_each_final_report_of_a_signal_as_executed_or_blocked(void **state)
{
    static const struct {
        l1_report_status status;
        bool executed;
    } rows[] = {
        {L1_REPORT_FILLED, true},   {L1_REPORT_PARTIALLY_FILLED, true}, {L1_REPORT_REJECTED, false},
        {L1_REPORT_EXPIRED, false}, {L1_REPORT_CANCELED, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_metrics_init(&metrics);
        l1_metrics_take(&metrics, figures_report(1, ETH, rows[i].status));
        const l1_symbol_metrics *eth = &metrics.symbols[ETH];
        CHECK(eth->signals == 1);
        CHECK(eth->executed == (rows[i].executed ? 1 : 0));
        CHECK(eth->blocked == (rows[i].executed ? 0 : 1));
        CHECK(eth->rejected[L1_RULE_HALTED] == (rows[i].status == L1_REPORT_REJECTED ? 1 : 0));
        CHECK(metrics.symbols[BTC].signals == 0);
    }
}

static void test_metrics__count_neither_interim_reports_nor_an_effect_seen_before(void **state)
{
    (void)state;
    l1_metrics_init(&metrics);
    l1_effect *interim = figures_report(1, BTC, L1_REPORT_UNKNOWN);
    interim->as.report.final = false;
    l1_metrics_take(&metrics, interim);
    CHECK(metrics.symbols[BTC].signals == 0);
    l1_metrics_take(&metrics, figures_report(2, BTC, L1_REPORT_FILLED));
    l1_metrics_take(&metrics, figures_report(2, BTC, L1_REPORT_FILLED));
    l1_metrics_take(&metrics, figures_report(1, BTC, L1_REPORT_FILLED));
    CHECK(metrics.symbols[BTC].signals == 1);
    CHECK(metrics.seq == 2);
}

static void test_metrics__count_protection_beside_the_signals(void **state)
{
    static const struct {
        l1_report_status status;
        uint64_t filled, failed;
    } rows[] = {
        {L1_REPORT_STOP_PLACED, 0, 0},
        {L1_REPORT_STOP_PARTIALLY_FILLED, 0, 0},
        {L1_REPORT_STOP_FILLED, 1, 0},
        {L1_REPORT_STOP_FAILED, 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_metrics_init(&metrics);
        l1_effect *effect = figures_report(1, BTC, rows[i].status);
        effect->as.report.protection = true;
        effect->as.report.final = false;
        l1_metrics_take(&metrics, effect);
        CHECK(metrics.symbols[BTC].signals == 0);
        CHECK(metrics.symbols[BTC].stops_filled == rows[i].filled);
        CHECK(metrics.symbols[BTC].stops_failed == rows[i].failed);
    }
}

static void test_metrics__average_the_slippage_of_what_executed(void **state)
{
    (void)state;
    l1_metrics_init(&metrics);
    CHECK(l1_metrics_slippage_e8(&metrics.symbols[BTC]) == L1_OFF);
    CHECK(l1_metrics_success_e8(&metrics.symbols[BTC]) == L1_OFF);
    const int64_t slippages[] = {10000000, -4000000, L1_OFF};
    for (uint64_t i = 0; i < 3; i++) {
        l1_effect *effect = figures_report(i + 1, BTC, L1_REPORT_FILLED);
        effect->as.report.slippage_e8 = slippages[i];
        l1_metrics_take(&metrics, effect);
    }
    l1_effect *refused = figures_report(4, BTC, L1_REPORT_REJECTED);
    refused->as.report.slippage_e8 = 900000000;
    l1_metrics_take(&metrics, refused);
    CHECK(l1_metrics_slippage_e8(&metrics.symbols[BTC]) == 3000000);
    CHECK(l1_metrics_success_e8(&metrics.symbols[BTC]) == INT64_C(7500000000));
}

static void test_metrics__are_one_message_with_null_for_what_was_not_measured(void **state)
{
    static char text[L1_METRICS_TEXT_MAX];
    json_error_t error;
    (void)state;
    l1_metrics_init(&metrics);
    l1_metrics_take(&metrics, figures_report(1, BTC, L1_REPORT_REJECTED));
    l1_metrics_take(&metrics, figures_report(2, -1, L1_REPORT_REJECTED));
    l1_metrics_take(&metrics, figures_alert(3, L1_ALERT_STOP_FILLED));
    size_t size = l1_metrics_json(&metrics, figures_limits(), text);
    json_t *message = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(message);
    json_t *latency = json_object_get(message, "latency_us");
    CHECK(json_is_null(json_object_get(latency, "decision")));
    CHECK(json_is_null(json_object_get(latency, "durable")));
    CHECK(json_is_null(json_object_get(message, "correlation_btc_eth")));
    json_t *btc = json_object_get(json_object_get(message, "symbols"), "BTC/USDT");
    json_t *rejections = json_object_get(btc, "rejections");
    CHECK(json_integer_value(json_object_get(rejections, "HALTED")) == 1);
    CHECK(json_is_null(json_object_get(btc, "exposure")));
    json_t *stray = json_object_get(message, "unconfigured");
    CHECK(json_integer_value(json_object_get(stray, "blocked")) == 1);
    json_t *alerts = json_object_get(message, "alerts");
    CHECK(json_integer_value(json_object_get(alerts, "STOP_FILLED")) == 1);
    CHECK(json_integer_value(json_object_get(message, "ts")) == AT_NS / 1000000);
    json_decref(message);

    l1_metrics_latency(&metrics, 4, L1_OFF);
    size = l1_metrics_json(&metrics, figures_limits(), text);
    message = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    latency = json_object_get(message, "latency_us");
    CHECK(json_integer_value(json_object_get(json_object_get(latency, "decision"), "count")) == 1);
    CHECK(json_is_null(json_object_get(latency, "durable")));
    json_decref(message);
}

static void test_metrics__count_what_parents_cost_for_their_symbol(void **state)
{
    static char text[L1_METRICS_TEXT_MAX];
    json_error_t error;
    (void)state;
    l1_metrics_init(&metrics);
    l1_effect *effect = figures_report(1, ETH, L1_REPORT_FILLED);
    effect->as.report.has_tca = true;
    effect->as.report.tca.arrival_slippage_bp_e8 = 150000000;
    effect->as.report.tca.fees_e8 = effect->as.report.tca.shortfall_e8 = L1_E8;
    effect->as.report.tca.participation_e8 = L1_OFF;
    l1_metrics_take(&metrics, effect);
    l1_effect later = {.seq = 2, .kind = L1_EFFECT_ANALYSIS};
    later.as.analysis.symbol = ETH;
    later.as.analysis.markout_bp_e8[1] = 25000000;
    later.as.analysis.markout_bp_e8[2] = L1_OFF;
    l1_metrics_take(&metrics, &later);
    l1_metrics_take(&metrics, &later); /* once */
    metrics.unwatched = 3;
    const size_t size = l1_metrics_json(&metrics, figures_limits(), text);
    json_t *message = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    CHECK(json_integer_value(json_object_get(message, "unwatched")) == 3);
    json_t *symbols = json_object_get(message, "symbols");
    json_t *tca = json_object_get(json_object_get(symbols, "ETH/USDT"), "tca");
    CHECK(json_integer_value(json_object_get(tca, "parents")) == 1);
    CHECK(json_number_value(json_object_get(tca, "arrival_slippage_bp")) == 1.5);
    CHECK(json_is_null(json_object_get(tca, "participation")));
    CHECK(json_number_value(json_object_get(json_object_get(tca, "shortfall"), "total")) == 1);
    json_t *markouts = json_object_get(tca, "markouts_bp");
    CHECK(json_number_value(json_object_get(markouts, "10")) == 0.25);
    CHECK(json_is_null(json_object_get(markouts, "60")));
    CHECK(metrics.symbols[ETH].tca.means[L1_TCA_MARKOUT_10].count == 1);
    tca = json_object_get(json_object_get(symbols, "BTC/USDT"), "tca");
    CHECK(json_integer_value(json_object_get(tca, "parents")) == 0);
    CHECK(json_is_null(json_object_get(tca, "arrival_slippage_bp")));
    json_decref(message);
}

/* Under other symbols, each keeps its own; what is not configured any more is dropped. */
static void test_metrics__are_kept_by_name(void **state)
{
    (void)state;
    static uint8_t bytes[65536];
    static l1_metrics loaded;
    l1_limits other = *figures_limits();
    l1_metrics_init(&metrics);
    for (uint64_t seq = 1; seq <= 5; seq++) {
        l1_effect *effect = figures_report(seq, BTC, L1_REPORT_FILLED);
        effect->as.report.slippage_e8 = -7;
        effect->as.report.has_tca = true;
        effect->as.report.tca.fees_e8 = 11;
        l1_metrics_take(&metrics, effect);
    }
    l1_metrics_take(&metrics, figures_report(6, ETH, L1_REPORT_REJECTED));
    l1_metrics_take(&metrics, figures_report(7, -1, L1_REPORT_REJECTED));
    l1_metrics_take(&metrics, figures_alert(8, L1_ALERT_LATE_FILL));
    l1_archive saving = l1_archive_saving(bytes, sizeof bytes);
    l1_metrics_archive(&saving, &metrics, figures_limits());
    CHECK(l1_archive_ok(&saving));
    strcpy(other.symbols[0].name, "ADA/USDT");
    strcpy(other.symbols[1].name, "BTC/USDT");
    for (size_t cut = 0; cut <= saving.out.used; cut++) {
        l1_metrics_init(&loaded);
        l1_archive loading = l1_archive_loading(bytes, cut);
        l1_metrics_archive(&loading, &loaded, &other);
        CHECK(l1_archive_ok(&loading) == (cut == saving.out.used));
    }
    CHECK(loaded.seq == 8 && loaded.alerts[L1_ALERT_LATE_FILL] == 1);
    CHECK(loaded.symbols[0].signals == 0);
    CHECK(loaded.symbols[1].executed == 5 && loaded.symbols[1].slippages == 5);
    CHECK(loaded.symbols[1].slippage_sum_e8 == -35);
    CHECK(loaded.symbols[1].tca.parents == 5 && loaded.symbols[1].tca.fees_e8 == 55);
    CHECK(loaded.symbols[L1_SYMBOLS_MAX].rejected[L1_RULE_HALTED] == 1);
    l1_metrics_adopt(&metrics, figures_limits(), &other);
    for (uint32_t i = 0; i < 2; i++) {
        CHECK(metrics.symbols[i].signals == loaded.symbols[i].signals);
        CHECK(metrics.symbols[i].slippage_sum_e8 == loaded.symbols[i].slippage_sum_e8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics__count_each_final_report_of_a_signal_as_executed_or_blocked),
        cmocka_unit_test(test_metrics__count_neither_interim_reports_nor_an_effect_seen_before),
        cmocka_unit_test(test_metrics__count_protection_beside_the_signals),
        cmocka_unit_test(test_metrics__average_the_slippage_of_what_executed),
        cmocka_unit_test(test_metrics__are_one_message_with_null_for_what_was_not_measured),
        cmocka_unit_test(test_metrics__count_what_parents_cost_for_their_symbol),
        cmocka_unit_test(test_metrics__are_kept_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
