/* bus/codec/encode.c: reports, alerts and analyses, key by key in the order of the contract. */
#include "bus/codec/encode.h"

#include <string.h>

#include "base/assert.h"
#include "base/json.h"
#include "bus/codec/decode.h"

#define NS_PER_MS INT64_C(1000000)

/* ---- pieces ------------------------------------------------------------------------------ */

/* Text that needs no escape: keys and words of the contract. The writer's own functions would
 * look at each byte; most of a report is such text. */
static inline void put_plain(l1_json_writer *out, const char *text, size_t size)
{
    L1_ASSERT(out->used <= out->capacity);
    if (out->failed || out->capacity - out->used < size) {
        out->failed = true;
        return;
    }
    memcpy(out->base + out->used, text, size);
    out->used += size;
}

static inline void put_key(l1_json_writer *out, const char *comma_and_key, size_t size)
{
    const size_t skipped = out->comma ? 0 : 1;
    put_plain(out, comma_and_key + skipped, size - skipped);
    out->comma = false;
}

/* `name` is a literal, so its size is known here. */
#define KEY(out, name) put_key((out), ",\"" name "\":", sizeof(",\"" name "\":") - 1)

#define FIGURE(out, name, e8) (KEY(out, name), l1_json_put_decimal((out), (e8)))

static inline void put_word(l1_json_writer *out, const char *word)
{
    put_plain(out, "\"", 1);
    put_plain(out, word, strlen(word));
    put_plain(out, "\"", 1);
    out->comma = true;
}

/* An empty text is null. */
static void put_optional(l1_json_writer *out, const char *text)
{
    l1_json_put_text(out, text[0] == '\0' ? NULL : text);
}

static void put_integer_or_null(l1_json_writer *out, int64_t value)
{
    if (value == L1_OFF) {
        l1_json_put_null(out);
    } else {
        l1_json_put_integer(out, value);
    }
}

static void put_sequence(l1_json_writer *out, uint64_t value)
{
    L1_ASSERT(value <= INT64_MAX);
    l1_json_put_integer(out, (int64_t)value);
}

static void put_head(l1_json_writer *out, const char *topic, uint64_t seq)
{
    l1_json_open(out, '{');
    KEY(out, "topic");
    put_word(out, topic);
    KEY(out, "seq");
    put_sequence(out, seq);
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

static void put_head_scores(l1_json_writer *out, const l1_scores *scores)
{
    KEY(out, "logreg");
    l1_json_put_decimal(out, scores->logreg_e8);
    KEY(out, "random_forest");
    l1_json_put_decimal(out, scores->random_forest_e8);
    KEY(out, "lightgbm");
    l1_json_put_decimal(out, scores->lightgbm_e8);
    KEY(out, "ensemble");
    l1_json_put_decimal(out, scores->ensemble_e8);
    KEY(out, "threshold");
    l1_json_put_decimal(out, scores->threshold_e8);
}

/* The gate's head first, the others below it. */
static void put_scores(l1_json_writer *out, const l1_ai_scores *scores)
{
    static const l1_scores none = {L1_OFF, L1_OFF, L1_OFF, L1_OFF, L1_OFF};
    const uint32_t first = 1U << scores->head;
    KEY(out, "ai_scores");
    l1_json_open(out, '{');
    put_head_scores(out, (scores->computed & first) != 0 ? &scores->of[scores->head] : &none);
    KEY(out, "head");
    put_word(out, l1_head_text(scores->head));
    if (scores->stop_clamped) {
        KEY(out, "stop_clamped");
        l1_json_put_bool(out, true);
    }
    KEY(out, "heads");
    l1_json_open(out, '{');
    for (unsigned head = 0; head < L1_HEAD_COUNT; head++) {
        if ((scores->computed & ~first & 1U << head) == 0) continue;
        l1_json_key(out, l1_head_text((l1_head)head));
        l1_json_open(out, '{');
        put_head_scores(out, &scores->of[head]);
        l1_json_close(out, '}');
    }
    l1_json_close(out, '}');
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
    KEY(out, "risk_metrics");
    l1_json_open(out, '{');
    l1_json_key(out, key);
    l1_json_put_decimal(out, report->exposure_e8);
    KEY(out, "correlation_impact");
    l1_json_put_decimal(out, report->correlation_impact_e8);
    l1_json_close(out, '}');
}

/* {code, text}; the report's own detail follows the rule's text. */
static void put_reason(l1_json_writer *out, const l1_report *report)
{
    KEY(out, "reason");
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
    KEY(out, "code");
    put_word(out, l1_rule_code(report->reason));
    KEY(out, "text");
    l1_json_put_text(out, text);
    l1_json_close(out, '}');
}

static void put_violations(l1_json_writer *out, const l1_report *report)
{
    L1_ASSERT(report->violations_count <= L1_VIOLATIONS_MAX);
    KEY(out, "violations");
    l1_json_open(out, '[');
    for (uint32_t i = 0; i < report->violations_count; i++) {
        const l1_violation *const violation = &report->violations[i];
        l1_json_open(out, '{');
        KEY(out, "code");
        put_word(out, l1_rule_code(violation->rule));
        KEY(out, "value");
        l1_json_put_decimal(out, violation->value_e8);
        KEY(out, "limit");
        l1_json_put_decimal(out, violation->limit_e8);
        if (violation->detail[0] != '\0') {
            KEY(out, "detail");
            l1_json_put_text(out, violation->detail);
        }
        l1_json_close(out, '}');
    }
    l1_json_close(out, ']');
}

static void put_adjustments(l1_json_writer *out, const l1_report *report)
{
    L1_ASSERT(report->adjustments_count <= L1_ADJUSTMENTS_MAX);
    KEY(out, "adjustments");
    l1_json_open(out, '[');
    for (uint32_t i = 0; i < report->adjustments_count; i++) {
        const l1_adjustment *const adjustment = &report->adjustments[i];
        l1_json_open(out, '{');
        KEY(out, "field");
        put_word(out, l1_adjusted_field_text(adjustment->field));
        KEY(out, "from");
        l1_json_put_decimal(out, adjustment->from_e8);
        KEY(out, "to");
        l1_json_put_decimal(out, adjustment->to_e8);
        KEY(out, "rule");
        put_word(out, l1_adjust_rule_text(adjustment->rule));
        l1_json_close(out, '}');
    }
    l1_json_close(out, ']');
}

static void put_order(l1_json_writer *out, const l1_report_order *order)
{
    char id[L1_ORDER_ID_TEXT];
    l1_order_id_text(order->id, id);
    l1_json_open(out, '{');
    KEY(out, "client_order_id");
    put_word(out, id);
    KEY(out, "side");
    put_word(out, l1_side_text(order->side));
    KEY(out, "type");
    put_word(out, l1_order_type_text(order->type));
    KEY(out, "time_in_force");
    put_word(out, l1_tif_text(order->tif));
    KEY(out, "qty");
    l1_json_put_decimal(out, order->qty_e8);
    KEY(out, "price");
    l1_json_put_decimal(out, order->price_e8 == 0 ? L1_OFF : order->price_e8);
    KEY(out, "stop_price");
    l1_json_put_decimal(out, order->stop_e8 == 0 ? L1_OFF : order->stop_e8);
    KEY(out, "executed_qty");
    l1_json_put_decimal(out, order->executed_e8);
    KEY(out, "avg_price");
    l1_json_put_decimal(out, order->avg_price_e8);
    KEY(out, "status");
    put_word(out, l1_order_status_text(order->status));
    l1_json_close(out, '}');
}

static void put_orders(l1_json_writer *out, const l1_limits *limits, const l1_report *report)
{
    L1_ASSERT(report->orders_count <= L1_REPORT_ORDERS_MAX);
    L1_ASSERT(report->fees_count <= L1_FEES_MAX);
    KEY(out, "orders");
    l1_json_open(out, '[');
    for (uint32_t i = 0; i < report->orders_count; i++) put_order(out, &report->orders[i]);
    l1_json_close(out, ']');
    KEY(out, "stop");
    if (report->has_stop) {
        put_order(out, &report->stop);
    } else {
        l1_json_put_null(out);
    }
    KEY(out, "fees");
    l1_json_open(out, '[');
    for (uint32_t i = 0; i < report->fees_count; i++) {
        l1_json_open(out, '{');
        KEY(out, "asset");
        l1_json_put_text(out, asset_name(limits, report->fees[i].asset));
        KEY(out, "amount");
        l1_json_put_decimal(out, report->fees[i].amount_e8);
        l1_json_close(out, '}');
    }
    l1_json_close(out, ']');
}

/* What the parent cost; null where there is nothing to say. */
static void put_tca(l1_json_writer *out, const l1_cost_analysis *tca)
{
    KEY(out, "tca");
    if (tca == NULL) {
        l1_json_put_null(out);
        return;
    }
    l1_json_open(out, '{');
    FIGURE(out, "decision_mid", tca->decision_mid_e8);
    FIGURE(out, "arrival_mid", tca->arrival_mid_e8);
    FIGURE(out, "vwap", tca->vwap_e8);
    FIGURE(out, "market_vwap", tca->market_vwap_e8);
    FIGURE(out, "arrival_slippage_bp", tca->arrival_slippage_bp_e8);
    FIGURE(out, "vwap_slippage_bp", tca->vwap_slippage_bp_e8);
    KEY(out, "shortfall");
    l1_json_open(out, '{');
    FIGURE(out, "delay", tca->delay_e8);
    FIGURE(out, "trading", tca->trading_e8);
    FIGURE(out, "opportunity", tca->opportunity_e8);
    FIGURE(out, "fees", tca->fees_e8);
    FIGURE(out, "total", tca->shortfall_e8);
    FIGURE(out, "total_bp", tca->shortfall_bp_e8);
    l1_json_close(out, '}');
    FIGURE(out, "fill_ratio", tca->fill_ratio_e8);
    FIGURE(out, "participation", tca->participation_e8);
    FIGURE(out, "maker_share", tca->maker_share_e8);
    KEY(out, "duration_ms");
    put_integer_or_null(out, tca->duration_ns == L1_OFF ? L1_OFF : tca->duration_ns / NS_PER_MS);
    KEY(out, "children");
    l1_json_put_integer(out, tca->children);
    KEY(out, "fills");
    l1_json_put_integer(out, tca->fills);
    KEY(out, "algo");
    l1_json_open(out, '{');
    KEY(out, "asked");
    put_word(out, l1_algo_text(tca->asked));
    KEY(out, "chosen");
    put_word(out, l1_algo_text(tca->chosen));
    l1_json_close(out, '}');
    l1_json_close(out, '}');
}

static void put_latency(l1_json_writer *out, const l1_publication *publication)
{
    KEY(out, "latency_us");
    l1_json_open(out, '{');
    KEY(out, "decision");
    put_integer_or_null(out, publication->decision_us);
    KEY(out, "durable");
    put_integer_or_null(out, publication->durable_us);
    KEY(out, "venue");
    put_integer_or_null(out, publication->venue_us);
    l1_json_close(out, '}');
}

static void put_report(l1_json_writer *out, const l1_limits *limits, const l1_report *report,
                       const l1_publication *publication)
{
    KEY(out, "kind");
    put_word(out, report->protection ? "protection" : "signal");
    KEY(out, "execution_id");
    l1_json_put_text(out, report->execution_id);
    KEY(out, "signal_id");
    l1_json_put_text(out, report->signal_id);
    KEY(out, "symbol");
    put_optional(out, report->symbol_text);
    KEY(out, "side");
    if (report->has_side) {
        put_word(out, l1_side_text(report->side));
    } else {
        l1_json_put_null(out);
    }
    KEY(out, "status");
    put_word(out, l1_report_status_text(report->status));
    KEY(out, "requested_qty");
    l1_json_put_decimal(out, report->requested_qty_e8);
    KEY(out, "executed_qty");
    l1_json_put_decimal(out, report->executed_qty_e8);
    KEY(out, "executed_quote");
    l1_json_put_decimal(out, report->executed_quote_e8);
    KEY(out, "net_qty");
    l1_json_put_decimal(out, report->net_qty_e8);
    KEY(out, "avg_price");
    l1_json_put_decimal(out, report->avg_price_e8);
    KEY(out, "slippage");
    l1_json_put_decimal(out, report->slippage_e8);
    put_scores(out, &report->scores);
    put_risk_metrics(out, limits, report);
    put_reason(out, report);
    put_violations(out, report);
    put_adjustments(out, report);
    put_orders(out, limits, report);
    put_tca(out, report->has_tca ? &report->tca : NULL);
    if (report->has_tca && report->schedule_why[0] != '\0') {
        KEY(out, "schedule_why");
        l1_json_put_text(out, report->schedule_why);
    }
    put_latency(out, publication);
    KEY(out, "mode");
    put_word(out, l1_mode_text(report->mode));
    KEY(out, "duplicate");
    l1_json_put_bool(out, publication->duplicate);
    KEY(out, "revision");
    put_sequence(out, report->revision);
}

/* ---- analysis ----------------------------------------------------------------------------- */

static void put_analysis(l1_json_writer *out, const l1_limits *limits, const l1_analysis *analysis)
{
    KEY(out, "kind");
    put_word(out, "tca");
    KEY(out, "execution_id");
    l1_json_put_text(out, analysis->execution_id);
    KEY(out, "signal_id");
    l1_json_put_text(out, analysis->signal_id);
    KEY(out, "report_seq");
    put_sequence(out, analysis->report_seq);
    KEY(out, "symbol");
    l1_json_put_text(out, symbol_name(limits, analysis->symbol));
    KEY(out, "side");
    put_word(out, l1_side_text(analysis->side));
    KEY(out, "markouts_bp");
    l1_json_open(out, '{');
    FIGURE(out, "1", analysis->markout_bp_e8[0]);
    FIGURE(out, "10", analysis->markout_bp_e8[1]);
    FIGURE(out, "60", analysis->markout_bp_e8[2]);
    l1_json_close(out, '}');
    put_tca(out, &analysis->tca);
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
    KEY(out, "alert_id");
    put_word(out, id);
    KEY(out, "level");
    put_word(out, l1_alert_level_text(l1_alert_level_of(alert->code)));
    KEY(out, "code");
    put_word(out, l1_alert_code_text(alert->code));
    KEY(out, "symbol");
    l1_json_put_text(out, symbol_name(limits, alert->symbol));
    KEY(out, "signal_id");
    put_optional(out, alert->signal_id);
    KEY(out, "message");
    l1_json_put_text(out, alert->message);
    KEY(out, "value");
    l1_json_put_decimal(out, alert->value_e8);
    KEY(out, "limit");
    l1_json_put_decimal(out, alert->limit_e8);
}

/* ---- entry ------------------------------------------------------------------------------- */

l1_topic l1_effect_topic(l1_effect_kind kind)
{
    L1_ASSERT((unsigned)kind < L1_EFFECT_COUNT);
    if (kind == L1_EFFECT_REPORT || kind == L1_EFFECT_REPUBLISH) return L1_TOPIC_REPORTS;
    if (kind == L1_EFFECT_ANALYSIS) return L1_TOPIC_ANALYSIS;
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
    L1_ASSERT(l1_effect_topic(effect->kind) != L1_TOPIC_UNKNOWN);
    L1_ASSERT(effect->kind != L1_EFFECT_REPUBLISH && effect->at_ns >= 0);
    l1_json_writer json = writer(out);
    const uint64_t seq = publication->seq != 0 ? publication->seq : effect->seq;
    put_head(&json, l1_topic_text(l1_effect_topic(effect->kind)), seq);
    if (effect->kind == L1_EFFECT_REPORT) {
        put_report(&json, limits, &effect->as.report, publication);
    } else if (effect->kind == L1_EFFECT_ANALYSIS) {
        put_analysis(&json, limits, &effect->as.analysis);
    } else {
        put_alert(&json, limits, &effect->as.alert, effect->seq);
    }
    KEY(&json, "ts");
    put_integer_or_null(&json, effect->at_ns / NS_PER_MS);
    return finish(&json);
}

size_t l1_encode_ack(uint64_t client_seq, uint64_t seq, char *out)
{
    l1_json_writer json = writer(out);
    l1_json_open(&json, '{');
    KEY(&json, "topic");
    put_word(&json, "ack");
    KEY(&json, "client_seq");
    put_sequence(&json, client_seq);
    if (seq != 0) {
        KEY(&json, "seq");
        put_sequence(&json, seq);
    }
    return finish(&json);
}

size_t l1_encode_gap(uint64_t from, uint64_t to, char *out)
{
    L1_ASSERT(from <= to);
    l1_json_writer json = writer(out);
    l1_json_open(&json, '{');
    KEY(&json, "topic");
    put_word(&json, "gap");
    KEY(&json, "from");
    put_sequence(&json, from);
    KEY(&json, "to");
    put_sequence(&json, to);
    return finish(&json);
}
