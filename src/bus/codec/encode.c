/* bus/codec/encode.c: reports and alerts, key by key in the order of the contract. */
#include "bus/codec/encode.h"

#include <string.h>

#include "base/assert.h"
#include "base/json.h"
#include "bus/codec/decode.h"

#define NS_PER_MS INT64_C(1000000)

/* ---- pieces ------------------------------------------------------------------------------ */

static void put_key_text(l1_json_writer *out, const char *key, const char *text)
{
    l1_json_key(out, key);
    l1_json_put_text(out, text);
}

/* An empty text is null. */
static void put_key_optional(l1_json_writer *out, const char *key, const char *text)
{
    put_key_text(out, key, text[0] == '\0' ? NULL : text);
}

static void put_key_decimal(l1_json_writer *out, const char *key, int64_t e8)
{
    l1_json_key(out, key);
    l1_json_put_decimal(out, e8);
}

static void put_key_integer(l1_json_writer *out, const char *key, int64_t value)
{
    l1_json_key(out, key);
    if (value == L1_OFF) {
        l1_json_put_null(out);
    } else {
        l1_json_put_integer(out, value);
    }
}

static void put_key_bool(l1_json_writer *out, const char *key, bool value)
{
    l1_json_key(out, key);
    l1_json_put_bool(out, value);
}

static void put_sequence(l1_json_writer *out, const char *key, uint64_t value)
{
    L1_ASSERT(value <= INT64_MAX);
    l1_json_key(out, key);
    l1_json_put_integer(out, (int64_t)value);
}

static void put_head(l1_json_writer *out, const char *topic, uint64_t seq)
{
    l1_json_open(out, '{');
    put_key_text(out, "topic", topic);
    put_sequence(out, "seq", seq);
}

static const char *symbol_name(const l1_limits *limits, int32_t symbol)
{
    L1_ASSERT(symbol >= -1);
    L1_ASSERT(symbol < (int32_t)limits->symbols_count);
    return symbol < 0 ? NULL : limits->symbols[symbol].name;
}

static const char *asset_name(const l1_limits *limits, int32_t asset)
{
    L1_ASSERT(asset >= 0);
    L1_ASSERT(asset <= (int32_t)limits->symbols_count);
    return asset == 0 ? limits->quote : limits->symbols[asset - 1].base;
}

/* ---- report ------------------------------------------------------------------------------ */

static void put_scores(l1_json_writer *out, const l1_scores *scores)
{
    l1_json_key(out, "ai_scores");
    l1_json_open(out, '{');
    put_key_decimal(out, "logreg", scores->logreg_e8);
    put_key_decimal(out, "random_forest", scores->random_forest_e8);
    put_key_decimal(out, "lightgbm", scores->lightgbm_e8);
    put_key_decimal(out, "ensemble", scores->ensemble_e8);
    put_key_decimal(out, "threshold", scores->threshold_e8);
    put_key_text(out, "head", "survival");
    l1_json_key(out, "heads");
    l1_json_put_raw(out, "{}", 2);
    l1_json_close(out, '}');
}

/* "portfolio_exposure_btc"; without the asset when the symbol is not configured. */
static void put_risk_metrics(l1_json_writer *out, const l1_limits *limits, const l1_report *report)
{
    static const char stem[] = "portfolio_exposure";
    enum { STEM = sizeof stem - 1 };
    char key[STEM + 1 + L1_ASSET_TEXT_MAX];
    memcpy(key, stem, sizeof stem);
    if (report->symbol >= 0) {
        const char *const base = asset_name(limits, report->symbol + 1);
        size_t size = 0;
        for (; base[size] != '\0'; size++) {
            L1_ASSERT(size + 1 < L1_ASSET_TEXT_MAX);
            const bool upper = base[size] >= 'A' && base[size] <= 'Z';
            key[STEM + 1 + size] = (char)(upper ? base[size] - 'A' + 'a' : base[size]);
        }
        key[STEM] = '_';
        key[STEM + 1 + size] = '\0';
    }
    l1_json_key(out, "risk_metrics");
    l1_json_open(out, '{');
    put_key_decimal(out, key, report->exposure_e8);
    put_key_decimal(out, "correlation_impact", report->correlation_impact_e8);
    l1_json_close(out, '}');
}

/* {code, text}; the report's own detail follows the rule's text. */
static void put_reason(l1_json_writer *out, const l1_report *report)
{
    l1_json_key(out, "reason");
    if (report->reason == L1_RULE_UNJUDGED) {
        l1_json_put_null(out);
        return;
    }
    char text[192];
    const char *const rule = l1_rule_text(report->reason);
    const size_t size = strlen(rule);
    const size_t more = strnlen(report->detail, sizeof report->detail);
    L1_ASSERT(size + 2 + more < sizeof text);
    memcpy(text, rule, size + 1);
    if (more > 0) {
        memcpy(text + size, ": ", 2);
        memcpy(text + size + 2, report->detail, more);
        text[size + 2 + more] = '\0';
    }
    l1_json_open(out, '{');
    put_key_text(out, "code", l1_rule_code(report->reason));
    put_key_text(out, "text", text);
    l1_json_close(out, '}');
}

static void put_violations(l1_json_writer *out, const l1_report *report)
{
    L1_ASSERT(report->violations_count <= L1_VIOLATIONS_MAX);
    l1_json_key(out, "violations");
    l1_json_open(out, '[');
    for (uint32_t i = 0; i < report->violations_count; i++) {
        const l1_violation *const violation = &report->violations[i];
        l1_json_open(out, '{');
        put_key_text(out, "code", l1_rule_code(violation->rule));
        put_key_decimal(out, "value", violation->value_e8);
        put_key_decimal(out, "limit", violation->limit_e8);
        if (violation->detail[0] != '\0') put_key_text(out, "detail", violation->detail);
        l1_json_close(out, '}');
    }
    l1_json_close(out, ']');
}

static void put_adjustments(l1_json_writer *out, const l1_report *report)
{
    L1_ASSERT(report->adjustments_count <= L1_ADJUSTMENTS_MAX);
    l1_json_key(out, "adjustments");
    l1_json_open(out, '[');
    for (uint32_t i = 0; i < report->adjustments_count; i++) {
        const l1_adjustment *const adjustment = &report->adjustments[i];
        l1_json_open(out, '{');
        put_key_text(out, "field", l1_adjusted_field_text(adjustment->field));
        put_key_decimal(out, "from", adjustment->from_e8);
        put_key_decimal(out, "to", adjustment->to_e8);
        put_key_text(out, "rule", l1_adjust_rule_text(adjustment->rule));
        l1_json_close(out, '}');
    }
    l1_json_close(out, ']');
}

static void put_order(l1_json_writer *out, const l1_report_order *order)
{
    static const char *const types[L1_ORDER_TYPE_COUNT] = {
        [L1_ORDER_LIMIT] = "limit",
        [L1_ORDER_MARKET] = "market",
        [L1_ORDER_STOP_LOSS] = "stop_loss",
    };
    static const char *const tifs[L1_TIF_COUNT] = {
        [L1_TIF_GTC] = "GTC",
        [L1_TIF_IOC] = "IOC",
        [L1_TIF_FOK] = "FOK",
    };
    L1_ASSERT((unsigned)order->type < L1_ORDER_TYPE_COUNT);
    L1_ASSERT((unsigned)order->tif < L1_TIF_COUNT);
    char id[L1_ORDER_ID_TEXT];
    l1_order_id_text(order->id, id);
    l1_json_open(out, '{');
    put_key_text(out, "client_order_id", id);
    put_key_text(out, "side", l1_side_text(order->side));
    put_key_text(out, "type", types[order->type]);
    put_key_text(out, "time_in_force", tifs[order->tif]);
    put_key_decimal(out, "qty", order->qty_e8);
    put_key_decimal(out, "price", order->price_e8 == 0 ? L1_OFF : order->price_e8);
    put_key_decimal(out, "stop_price", order->stop_e8 == 0 ? L1_OFF : order->stop_e8);
    put_key_decimal(out, "executed_qty", order->executed_e8);
    put_key_decimal(out, "avg_price", order->avg_price_e8);
    put_key_text(out, "status", l1_order_status_text(order->status));
    l1_json_close(out, '}');
}

static void put_orders(l1_json_writer *out, const l1_limits *limits, const l1_report *report)
{
    L1_ASSERT(report->orders_count <= L1_REPORT_ORDERS_MAX);
    L1_ASSERT(report->fees_count <= L1_FEES_MAX);
    l1_json_key(out, "orders");
    l1_json_open(out, '[');
    for (uint32_t i = 0; i < report->orders_count; i++) put_order(out, &report->orders[i]);
    l1_json_close(out, ']');
    l1_json_key(out, "stop");
    if (report->has_stop) {
        put_order(out, &report->stop);
    } else {
        l1_json_put_null(out);
    }
    l1_json_key(out, "fees");
    l1_json_open(out, '[');
    for (uint32_t i = 0; i < report->fees_count; i++) {
        l1_json_open(out, '{');
        put_key_text(out, "asset", asset_name(limits, report->fees[i].asset));
        put_key_decimal(out, "amount", report->fees[i].amount_e8);
        l1_json_close(out, '}');
    }
    l1_json_close(out, ']');
}

static void put_latency(l1_json_writer *out, const l1_publication *publication)
{
    l1_json_key(out, "latency_us");
    l1_json_open(out, '{');
    put_key_integer(out, "decision", publication->decision_us);
    put_key_integer(out, "durable", publication->durable_us);
    put_key_integer(out, "venue", publication->venue_us);
    l1_json_close(out, '}');
}

static void put_report(l1_json_writer *out, const l1_limits *limits, const l1_report *report,
                       const l1_publication *publication)
{
    put_key_text(out, "kind", report->protection ? "protection" : "signal");
    put_key_text(out, "execution_id", report->execution_id);
    put_key_text(out, "signal_id", report->signal_id);
    put_key_optional(out, "symbol", report->symbol_text);
    put_key_text(out, "side", report->has_side ? l1_side_text(report->side) : NULL);
    put_key_text(out, "status", l1_report_status_text(report->status));
    put_key_decimal(out, "requested_qty", report->requested_qty_e8);
    put_key_decimal(out, "executed_qty", report->executed_qty_e8);
    put_key_decimal(out, "net_qty", report->net_qty_e8);
    put_key_decimal(out, "avg_price", report->avg_price_e8);
    put_key_decimal(out, "slippage", report->slippage_e8);
    put_scores(out, &report->scores);
    put_risk_metrics(out, limits, report);
    put_reason(out, report);
    put_violations(out, report);
    put_adjustments(out, report);
    put_orders(out, limits, report);
    put_latency(out, publication);
    put_key_text(out, "mode", l1_mode_text(report->mode));
    put_key_bool(out, "duplicate", publication->duplicate);
    put_sequence(out, "revision", report->revision);
}

/* ---- alert ------------------------------------------------------------------------------- */

static void put_alert(l1_json_writer *out, const l1_limits *limits, const l1_alert *alert,
                      uint64_t seq)
{
    static const char stem[] = "alert_";
    char id[sizeof stem + 20];
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + seq % 10);
        seq /= 10;
    } while (seq > 0);
    const size_t size = sizeof digits - first;
    memcpy(id, stem, sizeof stem - 1);
    memcpy(id + sizeof stem - 1, digits + first, size);
    id[sizeof stem - 1 + size] = '\0';
    put_key_text(out, "alert_id", id);
    put_key_text(out, "level", l1_alert_level_text(l1_alert_level_of(alert->code)));
    put_key_text(out, "code", l1_alert_code_text(alert->code));
    put_key_text(out, "symbol", symbol_name(limits, alert->symbol));
    put_key_optional(out, "signal_id", alert->signal_id);
    put_key_text(out, "message", alert->message);
    put_key_decimal(out, "value", alert->value_e8);
    put_key_decimal(out, "limit", alert->limit_e8);
}

/* ---- entry ------------------------------------------------------------------------------- */

l1_topic l1_effect_topic(l1_effect_kind kind)
{
    L1_ASSERT((unsigned)kind < L1_EFFECT_COUNT);
    if (kind == L1_EFFECT_REPORT || kind == L1_EFFECT_REPUBLISH) return L1_TOPIC_REPORTS;
    return kind == L1_EFFECT_ALERT ? L1_TOPIC_ALERTS : L1_TOPIC_UNKNOWN;
}

static l1_json_writer writer(char *out)
{
    L1_ASSERT(out != NULL);
    return (l1_json_writer){.base = out, .capacity = L1_ENCODED_MAX};
}

static size_t finish(l1_json_writer *out)
{
    l1_json_close(out, '}');
    L1_ASSERT(!out->failed);
    L1_ASSERT(out->used > 0);
    return out->used;
}

size_t l1_encode_effect(const l1_limits *limits, const l1_effect *effect,
                        const l1_publication *publication, char *out)
{
    L1_ASSERT(effect->kind == L1_EFFECT_REPORT || effect->kind == L1_EFFECT_ALERT);
    L1_ASSERT(effect->at_ns >= 0);
    l1_json_writer json = writer(out);
    const uint64_t seq = publication->seq != 0 ? publication->seq : effect->seq;
    put_head(&json, l1_topic_text(l1_effect_topic(effect->kind)), seq);
    if (effect->kind == L1_EFFECT_REPORT) {
        put_report(&json, limits, &effect->as.report, publication);
    } else {
        put_alert(&json, limits, &effect->as.alert, effect->seq);
    }
    put_key_integer(&json, "ts", effect->at_ns / NS_PER_MS);
    return finish(&json);
}

size_t l1_encode_ack(uint64_t client_seq, uint64_t seq, char *out)
{
    l1_json_writer json = writer(out);
    l1_json_open(&json, '{');
    put_key_text(&json, "topic", "ack");
    put_sequence(&json, "client_seq", client_seq);
    if (seq != 0) put_sequence(&json, "seq", seq);
    return finish(&json);
}

size_t l1_encode_gap(uint64_t from, uint64_t to, char *out)
{
    L1_ASSERT(from <= to);
    l1_json_writer json = writer(out);
    l1_json_open(&json, '{');
    put_key_text(&json, "topic", "gap");
    put_sequence(&json, "from", from);
    put_sequence(&json, "to", to);
    return finish(&json);
}
