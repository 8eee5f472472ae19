/* tests/unit/bus_codec/test_encode.c: what is published, byte for byte and read back by jansson. */
#include "testlib/check.h"

#include <jansson.h>
#include <string.h>

#include "bus/codec/encode.h"
#include "unit/bus_codec/codec_desk.h"
#include "unit/domain/random_domain.h"

static char text[L1_ENCODED_MAX];

/* 0.01 for 501.253 in two fills, decided at 50070, arrived at 50070.5. */
static l1_cost_analysis costs(void)
{
    l1_cost_sums sums;
    l1_cost_begin(&sums, L1_SIDE_BUY, 1000000, INT64_C(5007000000000), INT64_C(5007050000000), 0);
    sums.children = 1;
    sums.chosen = L1_ALGO_SINGLE;
    l1_cost_fill(&sums, INT64_C(5012500000000), 400000, INT64_C(20050000000), 20050000, false,
                 50500000);
    l1_cost_fill(&sums, INT64_C(5012550000000), 600000, INT64_C(30075300000), 30075300, false,
                 50500000);
    l1_cost_end(&sums, INT64_C(5012000000000), 50500000);
    return l1_cost_analyse(&sums);
}
#define COSTS                                                                                      \
    "\"tca\":{\"decision_mid\":50070,\"arrival_mid\":50070.5,\"vwap\":50125.3,"                    \
    "\"market_vwap\":null,\"arrival_slippage_bp\":10.94456816,\"vwap_slippage_bp\":null,"          \
    "\"shortfall\":{\"delay\":0.005,\"trading\":0.548,\"opportunity\":0,\"fees\":0.501253,"        \
    "\"total\":1.054253,\"total_bp\":21.05558218},\"fill_ratio\":1,\"participation\":null,"        \
    "\"maker_share\":0,\"duration_ms\":50,\"children\":1,\"fills\":2,"                             \
    "\"algo\":{\"asked\":\"auto\",\"chosen\":\"single\"}},"

/* A filled buy with its stop, as in the contract's example. */
static l1_effect filled(void)
{
    l1_effect effect = {.seq = 42, .at_ns = INT64_C(1700000000123456789), .kind = L1_EFFECT_REPORT};
    effect.as.report = (l1_report){
        .final = true,
        .execution_id = "exec_456",
        .signal_id = "btc_signal_123",
        .symbol_text = "BTC/USDT",
        .symbol = 0,
        .has_side = true,
        .status = L1_REPORT_FILLED,
        .requested_qty_e8 = 1000000,
        .executed_qty_e8 = 1000000,
        .executed_quote_e8 = INT64_C(50125300000),
        .net_qty_e8 = 999000,
        .avg_price_e8 = INT64_C(5012530000000),
        .slippage_e8 = 11000000,
        .scores = {.computed = 1U << L1_HEAD_SURVIVAL | 1U << L1_HEAD_TREND,
                   .of = {[L1_HEAD_SURVIVAL] = {74500000, 82100000, 79800000, 79000000, 55000000},
                          [L1_HEAD_TREND] = {L1_OFF, L1_OFF, L1_OFF, 61000000, 50000000}}},
        .exposure_e8 = 18500000,
        .correlation_impact_e8 = 2300000,
        .adjustments_count = 1,
        .adjustments = {{L1_FIELD_TAKE_PROFIT, L1_ADJUST_TAKE_PROFIT, L1_E8, L1_OFF}},
        .orders_count = 1,
        .orders = {{.tif = L1_TIF_FOK,
                    .qty_e8 = 1000000,
                    .price_e8 = INT64_C(5020000000000),
                    .executed_e8 = 1000000,
                    .avg_price_e8 = INT64_C(5012530000000),
                    .status = L1_ORDER_STATUS_FILLED}},
        .has_stop = true,
        .stop = {.id = {.purpose = L1_PURPOSE_STOP},
                 .side = L1_SIDE_SELL,
                 .type = L1_ORDER_STOP_LOSS,
                 .qty_e8 = 999000,
                 .stop_e8 = INT64_C(4900000000000),
                 .avg_price_e8 = L1_OFF,
                 .status = L1_ORDER_STATUS_LIVE},
        .fees_count = 1,
        .fees = {{1, 1000}},
        .has_tca = true,
        .schedule_why = "one \"order\"",
        .tca = costs(),
    };
    return effect;
}

/* The text is `want`, and so is one of the examples in the topic's schema. */
static void check_text(size_t size, const char *want)
{
    CHECK(size < sizeof text);
    text[size] = '\0';
    assert_string_equal(text, want);
    json_t *const message = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    CHECK(message != NULL);
    char path[512];
    snprintf(path, sizeof path, "%s/schemas/%s.json", L1_SOURCE_DIR,
             json_string_value(json_object_get(message, "topic")));
    json_t *const schema = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    CHECK(schema != NULL);
    size_t i;
    const json_t *example;
    bool found = false;
    json_array_foreach(json_object_get(schema, "examples"), i, example)
    {
        found = found || json_equal(example, message);
    }
    CHECK(found);
    json_decref(schema);
    json_decref(message);
}

#define NO_ORDER "aaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_report__of_a_fill_stands_as_in_the_contract(void **state)
{
    (void)state;
    const l1_effect effect = filled();
    const l1_publication publication = {.decision_us = 4, .durable_us = 310, .venue_us = 0};
    check_text(
        l1_encode_effect(desk_limits(), &effect, &publication, text),
        "{\"topic\":\"reports\",\"seq\":42,\"kind\":\"signal\",\"execution_id\":\"exec_456\","
        "\"signal_id\":\"btc_signal_123\",\"symbol\":\"BTC/USDT\",\"side\":\"buy\","
        "\"status\":\"filled\",\"requested_qty\":0.01,\"executed_qty\":0.01,"
        "\"executed_quote\":501.253,"
        "\"net_qty\":0.00999,"
        "\"avg_price\":50125.3,\"slippage\":0.11,\"ai_scores\":{\"logreg\":0.745,"
        "\"random_forest\":0.821,\"lightgbm\":0.798,\"ensemble\":0.79,\"threshold\":0.55,"
        "\"head\":\"survival\",\"heads\":{\"trend\":{\"logreg\":null,\"random_forest\":null,"
        "\"lightgbm\":null,\"ensemble\":0.61,\"threshold\":0.5}}},"
        "\"risk_metrics\":{\"portfolio_exposure_btc\":0.185,"
        "\"correlation_impact\":0.023},\"reason\":null,\"violations\":[],\"adjustments\":[{"
        "\"field\":\"take_profit\",\"from\":1,\"to\":null,\"rule\":\"TAKE_PROFIT\"}],"
        "\"orders\":[{\"client_order_id\":\"E" NO_ORDER "\",\"side\":\"buy\",\"type\":\"limit\","
        "\"time_in_force\":\"FOK\",\"qty\":0.01,\"price\":50200,\"stop_price\":null,"
        "\"executed_qty\":0.01,\"avg_price\":50125.3,\"status\":\"filled\"}],"
        "\"stop\":{\"client_order_id\":\"S" NO_ORDER "\",\"side\":\"sell\",\"type\":\"stop_loss\","
        "\"time_in_force\":\"GTC\",\"qty\":0.00999,\"price\":null,\"stop_price\":49000,"
        "\"executed_qty\":0,\"avg_price\":null,\"status\":\"live\"},"
        "\"fees\":[{\"asset\":\"BTC\",\"amount\":0.00001}]," COSTS
        "\"schedule_why\":\"one \\\"order\\\"\","
        "\"latency_us\":{\"decision\":4,\"durable\":310,\"venue\":0},\"mode\":\"paper\","
        "\"duplicate\":false,\"revision\":0,\"ts\":1700000000123}");
}

static void test_report__of_a_malformed_signal_holds_nulls(void **state)
{
    (void)state;
    l1_effect effect = {.seq = 1, .at_ns = 999999, .kind = L1_EFFECT_REPORT};
    l1_report *const report = &effect.as.report;
    strcpy(report->execution_id, "x");
    strcpy(report->signal_id, "s");
    strcpy(report->detail, "qty is \"abc\"");
    report->symbol = -1;
    report->status = L1_REPORT_REJECTED;
    report->requested_qty_e8 = L1_OFF;
    report->avg_price_e8 = report->slippage_e8 = L1_OFF;
    report->exposure_e8 = report->correlation_impact_e8 = L1_OFF;
    report->reason = L1_RULE_MALFORMED_SIGNAL;
    report->violations_count = 2;
    report->violations[0] = (l1_violation){L1_RULE_MALFORMED_SIGNAL, L1_OFF, L1_OFF, ""};
    report->violations[1] = (l1_violation){L1_RULE_QTY_MIN, 5, 10000, "LOT_SIZE"};
    report->mode = L1_MODE_REPLAY;
    report->revision = 3;
    const l1_publication publication = {
        .seq = 9, .duplicate = true, .decision_us = L1_OFF, .durable_us = L1_OFF, .venue_us = 7};
    check_text(
        l1_encode_effect(desk_limits(), &effect, &publication, text),
        "{\"topic\":\"reports\",\"seq\":9,\"kind\":\"signal\",\"execution_id\":\"x\","
        "\"signal_id\":\"s\",\"symbol\":null,\"side\":null,\"status\":\"rejected\","
        "\"requested_qty\":null,\"executed_qty\":0,\"executed_quote\":0,"
        "\"net_qty\":0,\"avg_price\":null,"
        "\"slippage\":null,\"ai_scores\":{\"logreg\":null,\"random_forest\":null,"
        "\"lightgbm\":null,\"ensemble\":null,\"threshold\":null,\"head\":\"survival\","
        "\"heads\":{}},\"risk_metrics\":{\"portfolio_exposure\":null,\"correlation_impact\":null},"
        "\"reason\":{\"code\":\"MALFORMED_SIGNAL\",\"text\":\"the message is not a valid signal: "
        "qty is \\\"abc\\\"\"},\"violations\":[{\"code\":\"MALFORMED_SIGNAL\",\"value\":null,"
        "\"limit\":null},{\"code\":\"QTY_MIN\",\"value\":0.00000005,\"limit\":0.0001,"
        "\"detail\":\"LOT_SIZE\"}],\"adjustments\":[],\"orders\":[],\"stop\":null,\"fees\":[],"
        "\"tca\":null,\"latency_us\":{\"decision\":null,\"durable\":null,\"venue\":7},"
        "\"mode\":\"replay\",\"duplicate\":true,\"revision\":3,\"ts\":0}");
}

static void test_alert__acks_and_gaps(void **state)
{
    (void)state;
    l1_effect effect = {.seq = 18446744073, .at_ns = TS_NS, .kind = L1_EFFECT_ALERT};
    effect.as.alert = (l1_alert){.code = L1_ALERT_STOP_FILLED,
                                 .symbol = 1,
                                 .signal_id = "s",
                                 .value_e8 = 150000000,
                                 .limit_e8 = L1_OFF,
                                 .message = "stop\nfilled"};
    const l1_publication publication = {.seq = 0};
    check_text(l1_encode_effect(desk_limits(), &effect, &publication, text),
               "{\"topic\":\"alerts\",\"seq\":18446744073,\"alert_id\":\"alert_18446744073\","
               "\"level\":\"warning\",\"code\":\"STOP_FILLED\",\"symbol\":\"ETH/USDT\","
               "\"signal_id\":\"s\",\"message\":\"stop\\nfilled\",\"value\":1.5,\"limit\":null,"
               "\"ts\":" TS_MS "}");
    effect.seq = 1;
    effect.as.alert = (l1_alert){.code = L1_ALERT_HALTED, .symbol = -1, .message = "halt"};
    check_text(l1_encode_effect(desk_limits(), &effect, &publication, text),
               "{\"topic\":\"alerts\",\"seq\":1,\"alert_id\":\"alert_1\",\"level\":\"warning\","
               "\"code\":\"HALTED\",\"symbol\":null,\"signal_id\":null,\"message\":\"halt\","
               "\"value\":0,\"limit\":0,\"ts\":" TS_MS "}");
    check_text(l1_encode_ack(7, 0, text), "{\"topic\":\"ack\",\"client_seq\":7}");
    check_text(l1_encode_ack(0, 12, text), "{\"topic\":\"ack\",\"client_seq\":0,\"seq\":12}");
    check_text(l1_encode_gap(3, 9, text), "{\"topic\":\"gap\",\"from\":3,\"to\":9}");
}

static void test_analysis__holds_markouts_and_the_costs_of_its_report(void **state)
{
    (void)state;
    const l1_effect effect = {.seq = 57,
                              .at_ns = INT64_C(1700000060173000000),
                              .kind = L1_EFFECT_ANALYSIS,
                              .as.analysis = {.execution_id = "exec_456",
                                              .signal_id = "btc_signal_123",
                                              .report_seq = 42,
                                              .markout_bp_e8 = {-50000000, 125000000, L1_OFF},
                                              .tca = costs()}};
    const l1_publication publication = {.seq = 57};
    check_text(l1_encode_effect(desk_limits(), &effect, &publication, text),
               "{\"topic\":\"analysis\",\"seq\":57,\"kind\":\"tca\",\"execution_id\":\"exec_456\","
               "\"signal_id\":\"btc_signal_123\",\"report_seq\":42,\"symbol\":\"BTC/USDT\","
               "\"side\":\"buy\",\"markouts_bp\":{\"1\":-0.5,\"10\":1.25,\"60\":null}," COSTS
               "\"ts\":1700000060173}");
}

static void test_words__are_those_of_the_contract(void **state)
{
    (void)state;
    static const char *const statuses[L1_REPORT_STATUS_COUNT] = {
        "unknown",       "rejected",    "filled",      "partially_filled",      "expired",
        "canceled",      "stop_placed", "stop_filled", "stop_partially_filled", "stop_canceled",
        "stop_replaced", "stop_failed", "late_fill",
    };
    static const char *const orders[L1_ORDER_STATUS_COUNT] = {
        "sent", "live", "canceling", "unknown", "filled", "canceled", "expired", "rejected",
    };
    static const char *const adjusts[L1_ADJUST_COUNT] = {
        "LOT", "VOLATILITY", "EXPOSURE", "ATR_STOP", "BALANCE", "TAKE_PROFIT", "TICK",
    };
    for (unsigned i = 0; i < L1_REPORT_STATUS_COUNT; i++) {
        assert_string_equal(l1_report_status_text((l1_report_status)i), statuses[i]);
    }
    for (unsigned i = 0; i < L1_ORDER_STATUS_COUNT; i++) {
        assert_string_equal(l1_order_status_text((l1_order_status)i), orders[i]);
    }
    for (unsigned i = 0; i < L1_ADJUST_COUNT; i++) {
        assert_string_equal(l1_adjust_rule_text((l1_adjust_rule)i), adjusts[i]);
    }
    static const l1_topic topics[L1_EFFECT_COUNT] = {
        [L1_EFFECT_SUBMIT] = L1_TOPIC_UNKNOWN,    [L1_EFFECT_CANCEL] = L1_TOPIC_UNKNOWN,
        [L1_EFFECT_QUERY] = L1_TOPIC_UNKNOWN,     [L1_EFFECT_REPORT] = L1_TOPIC_REPORTS,
        [L1_EFFECT_REPUBLISH] = L1_TOPIC_REPORTS, [L1_EFFECT_ALERT] = L1_TOPIC_ALERTS,
        [L1_EFFECT_STATUS] = L1_TOPIC_UNKNOWN,    [L1_EFFECT_RELOAD_MODELS] = L1_TOPIC_UNKNOWN,
        [L1_EFFECT_ANALYSIS] = L1_TOPIC_ANALYSIS,
    };
    for (unsigned i = 0; i < L1_EFFECT_COUNT; i++) {
        CHECK(l1_effect_topic((l1_effect_kind)i) == topics[i]);
    }
}

static json_t *read_back(size_t size)
{
    json_error_t error;
    json_t *const root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) print_error("%s\n%.*s\n", error.text, (int)size, text);
    CHECK(root != NULL);
    return root;
}

static void check_number(const json_t *object, const char *key, int64_t e8)
{
    const json_t *const value = json_object_get(object, key);
    CHECK(value != NULL);
    if (e8 == L1_OFF) {
        CHECK(json_is_null(value));
        return;
    }
    const double want = (double)e8 / 1e8;
    const double got = json_number_value(value);
    const double error = got > want ? got - want : want - got;
    CHECK(json_is_number(value) && error <= (want < 0 ? -want : want) * 1e-15);
}

static void check_order(const json_t *got, const l1_report_order *order)
{
    check_number(got, "qty", order->qty_e8);
    check_number(got, "price", order->price_e8 == 0 ? L1_OFF : order->price_e8);
    check_number(got, "stop_price", order->stop_e8 == 0 ? L1_OFF : order->stop_e8);
    check_number(got, "executed_qty", order->executed_e8);
    check_number(got, "avg_price", order->avg_price_e8);
    char id[L1_ORDER_ID_TEXT];
    l1_order_id_text(order->id, id);
    assert_string_equal(json_string_value(json_object_get(got, "client_order_id")), id);
    assert_string_equal(json_string_value(json_object_get(got, "status")),
                        l1_order_status_text(order->status));
}

static void check_scores(const json_t *root, const l1_ai_scores *scores)
{
    const json_t *heads = json_object_get(root, "heads");
    size_t below = 0;
    assert_string_equal(json_string_value(json_object_get(root, "head")),
                        l1_head_text(scores->head));
    CHECK((json_object_get(root, "stop_clamped") != NULL) == scores->stop_clamped);
    for (unsigned head = 0; head < L1_HEAD_COUNT; head++) {
        const bool first = head == scores->head, has = (scores->computed >> head & 1) != 0;
        const json_t *at = first ? root : json_object_get(heads, l1_head_text((l1_head)head));
        if (!first) CHECK((at != NULL) == has);
        below += !first && has;
        if (at == NULL) continue;
        check_number(at, "logreg", has ? scores->of[head].logreg_e8 : L1_OFF);
        check_number(at, "random_forest", has ? scores->of[head].random_forest_e8 : L1_OFF);
        check_number(at, "lightgbm", has ? scores->of[head].lightgbm_e8 : L1_OFF);
        check_number(at, "ensemble", has ? scores->of[head].ensemble_e8 : L1_OFF);
        check_number(at, "threshold", has ? scores->of[head].threshold_e8 : L1_OFF);
    }
    CHECK(json_object_size(heads) == below);
}

static void check_costs(const json_t *got, const l1_cost_analysis *tca)
{
    const json_t *parts = json_object_get(got, "shortfall"), *algo = json_object_get(got, "algo");
    check_number(got, "decision_mid", tca->decision_mid_e8);
    check_number(got, "arrival_mid", tca->arrival_mid_e8);
    check_number(got, "vwap", tca->vwap_e8);
    check_number(got, "market_vwap", tca->market_vwap_e8);
    check_number(got, "arrival_slippage_bp", tca->arrival_slippage_bp_e8);
    check_number(got, "vwap_slippage_bp", tca->vwap_slippage_bp_e8);
    check_number(parts, "delay", tca->delay_e8);
    check_number(parts, "trading", tca->trading_e8);
    check_number(parts, "opportunity", tca->opportunity_e8);
    check_number(parts, "fees", tca->fees_e8);
    check_number(parts, "total", tca->shortfall_e8);
    check_number(parts, "total_bp", tca->shortfall_bp_e8);
    check_number(got, "fill_ratio", tca->fill_ratio_e8);
    check_number(got, "participation", tca->participation_e8);
    check_number(got, "maker_share", tca->maker_share_e8);
    CHECK(json_is_null(json_object_get(got, "duration_ms")) == (tca->duration_ns == L1_OFF));
    CHECK(json_integer_value(json_object_get(got, "children")) == tca->children);
    CHECK(json_integer_value(json_object_get(got, "fills")) == tca->fills);
    CHECK(json_is_string(json_object_get(algo, "asked")));
    CHECK(json_is_string(json_object_get(algo, "chosen")) && json_object_size(got) == 14);
}

static void check_analysis(const json_t *root, const l1_analysis *analysis)
{
    const json_t *markouts = json_object_get(root, "markouts_bp");
    check_number(markouts, "1", analysis->markout_bp_e8[0]);
    check_number(markouts, "10", analysis->markout_bp_e8[1]);
    check_number(markouts, "60", analysis->markout_bp_e8[2]);
    check_costs(json_object_get(root, "tca"), &analysis->tca);
    CHECK(json_object_size(root) == 11 && json_object_size(markouts) == L1_MARKOUTS);
}

static void check_report(const json_t *root, const l1_report *report)
{
    static const char *const keys[] = {
        "topic",          "seq",      "kind",       "execution_id",  "signal_id",
        "symbol",         "side",     "status",     "requested_qty", "executed_qty",
        "executed_quote", "net_qty",  "avg_price",  "slippage",      "ai_scores",
        "risk_metrics",   "reason",   "violations", "adjustments",   "orders",
        "stop",           "fees",     "tca",        "latency_us",    "mode",
        "duplicate",      "revision", "ts",
    };
    size_t at = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)root, key, value)
    { /* jansson keeps the order of insertion */
        CHECK(at < sizeof keys / sizeof keys[0]);
        assert_string_equal(key, keys[at++]);
    }
    CHECK(at == sizeof keys / sizeof keys[0]);
    check_number(root, "requested_qty", report->requested_qty_e8);
    check_number(root, "executed_qty", report->executed_qty_e8);
    check_number(root, "executed_quote", report->executed_quote_e8);
    check_number(root, "net_qty", report->net_qty_e8);
    check_number(root, "avg_price", report->avg_price_e8);
    check_number(root, "slippage", report->slippage_e8);
    check_scores(json_object_get(root, "ai_scores"), &report->scores);
    check_number(json_object_get(root, "risk_metrics"),
                 report->symbol < 0    ? "portfolio_exposure"
                 : report->symbol == 0 ? "portfolio_exposure_btc"
                                       : "portfolio_exposure_eth",
                 report->exposure_e8);
    CHECK(json_is_null(json_object_get(root, "side")) == !report->has_side);
    CHECK(json_is_null(json_object_get(root, "reason")) == (report->reason == L1_RULE_UNJUDGED));
    const json_t *list = json_object_get(root, "violations");
    CHECK(json_array_size(list) == report->violations_count);
    for (size_t i = 0; i < report->violations_count; i++) {
        check_number(json_array_get(list, i), "value", report->violations[i].value_e8);
        check_number(json_array_get(list, i), "limit", report->violations[i].limit_e8);
    }
    list = json_object_get(root, "adjustments");
    CHECK(json_array_size(list) == report->adjustments_count);
    for (size_t i = 0; i < report->adjustments_count; i++) {
        check_number(json_array_get(list, i), "from", report->adjustments[i].from_e8);
        check_number(json_array_get(list, i), "to", report->adjustments[i].to_e8);
    }
    list = json_object_get(root, "orders");
    CHECK(json_array_size(list) == report->orders_count);
    for (size_t i = 0; i < report->orders_count; i++) {
        check_order(json_array_get(list, i), &report->orders[i]);
    }
    const json_t *const stop = json_object_get(root, "stop");
    CHECK(json_is_null(stop) == !report->has_stop);
    if (report->has_stop) check_order(stop, &report->stop);
    CHECK(json_is_null(json_object_get(root, "tca")) == !report->has_tca);
    if (report->has_tca) check_costs(json_object_get(root, "tca"), &report->tca);
    list = json_object_get(root, "fees");
    CHECK(json_array_size(list) == report->fees_count);
    for (size_t i = 0; i < report->fees_count; i++) {
        check_number(json_array_get(list, i), "amount", report->fees[i].amount_e8);
    }
}

/* Any bytes in the texts, any number: valid JSON in UTF-8, and the values that went in. */
static void test_encode__is_read_back_by_another_reader(void **state)
{
    (void)state;
    static l1_effect effect;
    l1_prng prng;
    l1_prng_seed(&prng, 11);
    for (unsigned i = 0; i < 400; i++) {
        static const l1_effect_kind kinds[] = {L1_EFFECT_ALERT, L1_EFFECT_REPORT, L1_EFFECT_REPORT,
                                               L1_EFFECT_ANALYSIS};
        any_effect(&prng, kinds[i % 4], 2, &effect);
        const l1_publication publication = {.duplicate = any_bool(&prng),
                                            .decision_us = any_number(&prng),
                                            .durable_us = any_number(&prng),
                                            .venue_us = any_number(&prng)};
        const size_t size = l1_encode_effect(desk_limits(), &effect, &publication, text);
        CHECK(memchr(text, '\n', size) == NULL);
        json_t *const root = read_back(size);
        CHECK(json_integer_value(json_object_get(root, "seq")) == (json_int_t)effect.seq);
        CHECK(json_integer_value(json_object_get(root, "ts")) == effect.at_ns / 1000000);
        if (effect.kind == L1_EFFECT_ANALYSIS) {
            check_analysis(root, &effect.as.analysis);
        } else if (effect.kind == L1_EFFECT_ALERT) {
            check_number(root, "value", effect.as.alert.value_e8);
            check_number(root, "limit", effect.as.alert.limit_e8);
        } else {
            check_report(root, &effect.as.report);
        }
        json_decref(root);
    }
}

static void test_encode__largest_report_fits(void **state)
{
    (void)state;
    static l1_effect effect;
    l1_prng prng;
    l1_prng_seed(&prng, 12);
    any_effect(&prng, L1_EFFECT_REPORT, 2, &effect);
    l1_report *const report = &effect.as.report;
    report->violations_count = L1_VIOLATIONS_MAX;
    for (unsigned i = 0; i < L1_VIOLATIONS_MAX; i++) {
        report->violations[i].rule = L1_RULE_STOP_LOSS_INCOHERENT;
        report->violations[i].value_e8 = report->violations[i].limit_e8 = -INT64_MAX;
        memset(report->violations[i].detail, 1, sizeof report->violations[i].detail - 1);
    }
    memset(report->execution_id, 1, sizeof report->execution_id - 1);
    memset(report->signal_id, 1, sizeof report->signal_id - 1);
    memset(report->symbol_text, 1, sizeof report->symbol_text - 1);
    memset(report->detail, 1, sizeof report->detail - 1);
    report->reason = L1_RULE_STOP_LOSS_INCOHERENT;
    report->orders_count = L1_REPORT_ORDERS_MAX;
    report->has_tca = true;
    const l1_publication publication = {.seq = 0};
    json_decref(read_back(l1_encode_effect(desk_limits(), &effect, &publication, text)));
}

/* A report of every child there can be, with the numbers that 50,000 BTC a unit make. */
static void test_encode__report_of_all_children_is_a_message(void **state)
{
    (void)state;
    static l1_effect effect;
    l1_prng prng;
    l1_prng_seed(&prng, 14);
    any_effect(&prng, L1_EFFECT_REPORT, 2, &effect);
    l1_report *const report = &effect.as.report;
    report->violations_count = 1;
    report->orders_count = L1_REPORT_ORDERS_MAX;
    for (unsigned i = 0; i < L1_REPORT_ORDERS_MAX; i++) {
        l1_report_order *order = &report->orders[i];
        order->qty_e8 = order->executed_e8 = INT64_C(999912345678);
        order->price_e8 = order->stop_e8 = order->avg_price_e8 = INT64_C(9876543212345678);
    }
    report->has_tca = true;
    const l1_publication publication = {.seq = UINT64_C(1) << 40};
    const size_t size = l1_encode_effect(desk_limits(), &effect, &publication, text);
    CHECK(size <= L1_JSON_TEXT_MAX);
    json_decref(read_back(size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report__of_a_fill_stands_as_in_the_contract),
        cmocka_unit_test(test_report__of_a_malformed_signal_holds_nulls),
        cmocka_unit_test(test_alert__acks_and_gaps),
        cmocka_unit_test(test_analysis__holds_markouts_and_the_costs_of_its_report),
        cmocka_unit_test(test_words__are_those_of_the_contract),
        cmocka_unit_test(test_encode__is_read_back_by_another_reader),
        cmocka_unit_test(test_encode__largest_report_fits),
        cmocka_unit_test(test_encode__report_of_all_children_is_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
