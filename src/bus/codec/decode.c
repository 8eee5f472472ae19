/* bus/codec/decode.c: topic and type choose a table; the table decodes; what it refuses becomes a
 * refusal. */
#include "bus/codec/decode.h"

#include <string.h>

#include "base/assert.h"
#include "bus/codec/messages.h"

/* Separate the two content hashes from each other and from every other use: "signal ", "refused".
 */
#define SIGNAL_CONTENT_DOMAIN UINT64_C(0x7369676e616c2020)
#define REFUSED_CONTENT_DOMAIN UINT64_C(0x7265667573656420)

static const char *const topic_texts[L1_TOPIC_COUNT] = {
    [L1_TOPIC_SIGNALS] = "signals",
    [L1_TOPIC_MARKET] = "market",
    [L1_TOPIC_PORTFOLIO] = "portfolio",
    [L1_TOPIC_CONTROL] = "control",
    [L1_TOPIC_SUBSCRIBE] = "subscribe",
    [L1_TOPIC_REPORTS] = "reports",
    [L1_TOPIC_ALERTS] = "alerts",
    [L1_TOPIC_METRICS] = "metrics",
    [L1_TOPIC_ACK] = "ack",
    [L1_TOPIC_GAP] = "gap",
    [L1_TOPIC_ANALYSIS] = "analysis",
    [L1_TOPIC_UNKNOWN] = "unknown",
};

#define INPUT_TOPICS (L1_TOPIC_SUBSCRIBE + 1) /* the first ones of the list */

const char *l1_topic_text(l1_topic topic)
{
    L1_ASSERT((unsigned)topic < L1_TOPIC_COUNT);
    return topic_texts[topic];
}

/* ---- content ----------------------------------------------------------------------------- */

static void add_text(l1_hasher *hasher, const char *text)
{
    const size_t size = strlen(text);
    l1_hash_add_word(hasher, size, 2); /* no two lists of texts look the same */
    l1_hash_add(hasher, text, size);
}

/* Of every known field but the id: order of keys, spelling of numbers and spaces do not count.
 * The index of the symbol is left out because it depends on the configuration. */
static l1_hash128 content_of(const l1_signal *signal)
{
    const int64_t numbers[] = {
        signal->qty_e8,     signal->stop_loss_e8,  signal->price_e8,      signal->take_profit_e8,
        signal->ts_ns,      signal->expires_at_ns, signal->confidence_e8, signal->correlation_e8,
        signal->duration_s, signal->slices_max,
    };
    enum { NUMBERS = sizeof numbers / sizeof numbers[0] };
    _Static_assert(NUMBERS <= 32, "a bit for each");
    uint32_t present = 0;
    for (unsigned i = 0; i < NUMBERS; i++) present |= (uint32_t)(numbers[i] != L1_OFF) << i;
    l1_hasher hasher;
    l1_hash_begin(&hasher, SIGNAL_CONTENT_DOMAIN);
    l1_hash_add_word(&hasher, present, 4);
    l1_hash_add_word(&hasher, (uint64_t)signal->side, 2);
    l1_hash_add_word(&hasher, (uint64_t)signal->algo, 2);
    for (unsigned i = 0; i < NUMBERS; i++) {
        if ((present >> i & 1) != 0) l1_hash_add_word(&hasher, (uint64_t)numbers[i], 8);
    }
    add_text(&hasher, signal->symbol_text);
    add_text(&hasher, signal->strategy_id);
    add_text(&hasher, signal->regime);
    return l1_hash_end(&hasher);
}

/* ---- refusals ---------------------------------------------------------------------------- */

static void copy_text(char *to, size_t capacity, const char *from)
{
    const size_t size = strnlen(from, capacity - 1);
    memset(to, 0, capacity);
    memcpy(to, from, size);
}

static l1_topic topic_named(const char *name)
{
    for (unsigned i = 0; i < INPUT_TOPICS; i++) {
        if (strcmp(name, topic_texts[i]) == 0) return (l1_topic)i;
    }
    return L1_TOPIC_UNKNOWN;
}

/* What can be read of a text that is no JSON. Without a readable topic an id makes it a signal. */
static void salvage(const char *text, size_t size, l1_refusal *refusal)
{
    L1_ASSERT(text != NULL || size == 0);
    char topic[16];
    char id[L1_SIGNAL_ID_MAX];
    const size_t topic_size = l1_json_salvage_string(text, size, "topic", topic, sizeof topic);
    const size_t id_size = l1_json_salvage_string(text, size, "signal_id", id, sizeof id);
    const bool has_id = id_size > 0 && l1_signal_id_valid(id);
    refusal->topic = L1_TOPIC_UNKNOWN;
    if (topic_size > 0) refusal->topic = topic_named(topic);
    if (topic_size == 0 && has_id) refusal->topic = L1_TOPIC_SIGNALS;
    if (has_id && refusal->topic == L1_TOPIC_SIGNALS) {
        copy_text(refusal->signal_id, sizeof refusal->signal_id, id);
    }
    (void)l1_json_salvage_string(text, size, "symbol", refusal->symbol_text,
                                 sizeof refusal->symbol_text);
}

/* What can be read of a message that is JSON but not what its table admits. */
static void read_names(const l1_json *json, l1_topic topic, l1_refusal *refusal)
{
    char id[L1_SIGNAL_ID_MAX];
    refusal->topic = topic;
    if (json->nodes[0].type != L1_JSON_OBJECT) return;
    uint32_t node = l1_json_member(json, 0, "signal_id");
    if (node != 0 && topic == L1_TOPIC_SIGNALS &&
        l1_json_string(json, node, id, sizeof id).code == L1_OK && l1_signal_id_valid(id)) {
        copy_text(refusal->signal_id, sizeof refusal->signal_id, id);
    }
    node = l1_json_member(json, 0, "symbol");
    if (node == 0) return;
    if (l1_json_string(json, node, refusal->symbol_text, sizeof refusal->symbol_text).code !=
        L1_OK) {
        memset(refusal->symbol_text, 0, sizeof refusal->symbol_text);
    }
}

/* Makes the output a refusal; `json` is NULL when the text is none. */
static void refuse(const char *text, size_t size, uint64_t line, const l1_json *json,
                   const l1_diag *diag, l1_decoded *out)
{
    l1_refusal *const refusal = &out->event.as.refusal;
    L1_ASSERT(diag->text[0] != '\0');
    memset(refusal, 0, sizeof *refusal); /* it lies where the decoded fields were */
    if (json == NULL) {
        salvage(text, size, refusal);
    } else {
        read_names(json, out->topic, refusal);
    }
    copy_text(refusal->field, sizeof refusal->field, diag->field);
    copy_text(refusal->cause, sizeof refusal->cause, diag->text);
    refusal->line = line;
    refusal->offset = diag->offset;
    refusal->content = l1_hash_of(REFUSED_CONTENT_DOMAIN, text, size);
    out->event.kind = L1_EVENT_REFUSED;
    out->topic = refusal->topic;
    out->has_ts = false;
    out->ts_ns = 0;
    out->subscribe = (l1_subscription){.topics = 0};
    L1_ASSERT(out->event.at_ns == 0);
}

void l1_decode_oversize(uint64_t line, uint64_t bytes, l1_decoded *out)
{
    L1_ASSERT(bytes > L1_JSON_TEXT_MAX);
    l1_diag diag = {.offset = L1_JSON_TEXT_MAX};
    const l1_result refused =
        l1_refuse(&diag, L1_INPUT_TOO_LONG, NULL, "message of %llu bytes; the limit is %d",
                  (unsigned long long)bytes, L1_JSON_TEXT_MAX);
    L1_ASSERT(refused.code == L1_INPUT_TOO_LONG);
    *out = (l1_decoded){.topic = L1_TOPIC_UNKNOWN};
    refuse("", 0, line, NULL, &diag, out);
}

/* ---- one message ------------------------------------------------------------------------- */

/* Names the fault that a book or a bar has as a whole; the text's first word is the field. */
static l1_result refuse_fault(l1_diag *diag, const char *fault)
{
    char field[sizeof diag->field] = "";
    const char *const space = strchr(fault, ' ');
    L1_ASSERT(space != NULL && (size_t)(space - fault) < sizeof field);
    memcpy(field, fault, (size_t)(space - fault));
    diag->offset = 0;
    return l1_refuse(diag, L1_INPUT_FIELD, field, "%s", fault);
}

static l1_result decode_signal(l1_fields *in, l1_decoded *out)
{
    l1_signal *const signal = &out->event.as.signal;
    L1_TRY(l1_fields_take(in, &l1_signal_fields, 0));
    signal->content = content_of(signal);
    out->event.kind = L1_EVENT_SIGNAL;
    out->ts_ns = signal->ts_ns;
    return L1_SUCCESS;
}

/* The core knows whole minutes. A bar stands for the minute it opens in, and ends with it; the
 * clock takes the close as stated. */
static l1_result decode_bar(l1_fields *in, l1_decoded *out)
{
    l1_bar *const bar = &out->event.as.bar;
    L1_TRY(l1_fields_take(in, &l1_bar_fields, 0));
    const int64_t lasts_ns = bar->close_time_ns - bar->open_time_ns;
    if (lasts_ns != L1_MINUTE_NS && lasts_ns != L1_MINUTE_NS - 1000000) {
        return refuse_fault(in->diag, "close_time is not open_time + 59999 or 60000 ms");
    }
    out->ts_ns = bar->close_time_ns;
    bar->open_time_ns -= bar->open_time_ns % L1_MINUTE_NS;
    bar->close_time_ns = bar->open_time_ns + L1_MINUTE_NS - 1000000;
    out->event.kind = L1_EVENT_BAR;
    const char *const fault = l1_bar_fault(bar);
    return fault == NULL ? L1_SUCCESS : refuse_fault(in->diag, fault);
}

static l1_result decode_market(l1_fields *in, l1_decoded *out)
{
    const uint32_t type = l1_json_member(in->json, 0, "type");
    if (type == 0 || in->json->nodes[type].type == L1_JSON_NULL) {
        in->diag->offset = 0;
        return l1_refuse(in->diag, L1_INPUT_FIELD, "type", "type is missing");
    }
    const char *fault = NULL;
    if (l1_json_equals(in->json, type, "trade")) {
        L1_TRY(l1_fields_take(in, &l1_trade_fields, 0));
        out->event.kind = L1_EVENT_TRADE;
        out->ts_ns = out->event.as.trade.ts_ns;
    } else if (l1_json_equals(in->json, type, "book")) {
        L1_TRY(l1_fields_take(in, &l1_book_fields, 0));
        out->event.kind = L1_EVENT_BOOK;
        out->ts_ns = out->event.as.book.ts_ns;
        fault = l1_book_fault(&out->event.as.book);
    } else if (l1_json_equals(in->json, type, "bar")) {
        L1_TRY(decode_bar(in, out));
    } else {
        return l1_fields_refuse(in->diag, in->json, type, "type", "bar, book or trade");
    }
    return fault == NULL ? L1_SUCCESS : refuse_fault(in->diag, fault);
}

static l1_result decode_portfolio(l1_fields *in, l1_decoded *out)
{
    L1_TRY(l1_fields_take(in, &l1_portfolio_fields, 0));
    out->event.kind = L1_EVENT_PORTFOLIO;
    out->ts_ns = out->event.as.portfolio.ts_ns;
    return L1_SUCCESS;
}

static l1_result decode_control(l1_fields *in, l1_decoded *out)
{
    l1_control *const control = &out->event.as.control;
    L1_TRY(l1_fields_take(in, &l1_control_fields, 0));
    const bool of_symbol =
        control->command == L1_CONTROL_HALT_SYMBOL || control->command == L1_CONTROL_RESUME_SYMBOL;
    if (of_symbol && control->symbol < 0) {
        in->diag->offset = 0;
        return l1_refuse(in->diag, L1_INPUT_FIELD, "symbol",
                         "symbol is missing; halt_symbol and resume_symbol need it");
    }
    if (!of_symbol) control->symbol = -1;
    out->event.kind = L1_EVENT_CONTROL;
    return L1_SUCCESS;
}

static l1_result decode_subscribe(l1_fields *in, l1_decoded *out)
{
    out->subscribe.from = (uint64_t)L1_OFF;
    L1_TRY(l1_fields_take(in, &l1_subscribe_fields, 0));
    out->subscribe.has_from = out->subscribe.from != (uint64_t)L1_OFF;
    if (!out->subscribe.has_from) out->subscribe.from = 0;
    return L1_SUCCESS;
}

static l1_result take_topic(const l1_json *json, l1_decoded *out, l1_diag *diag)
{
    if (json->nodes[0].type != L1_JSON_OBJECT) {
        return l1_fields_refuse(diag, json, 0, "message", "a JSON object");
    }
    const uint32_t node = l1_json_member(json, 0, "topic");
    out->topic = L1_TOPIC_SIGNALS;
    if (node == 0 || json->nodes[node].type == L1_JSON_NULL) return L1_SUCCESS;
    for (unsigned i = 0; i < INPUT_TOPICS; i++) {
        out->topic = (l1_topic)i;
        if (l1_json_equals(json, node, topic_texts[i])) return L1_SUCCESS;
    }
    out->topic = L1_TOPIC_UNKNOWN;
    return l1_fields_refuse(diag, json, node, "topic",
                            "signals, market, portfolio, control or subscribe");
}

static l1_result decode_json(const l1_json *json, const l1_limits *limits, l1_decoded *out,
                             l1_diag *diag)
{
    L1_TRY(take_topic(json, out, diag));
    l1_fields in = {.json = json, .limits = limits, .out = out, .diag = diag};
    l1_result result = L1_SUCCESS;
    switch (out->topic) {
    case L1_TOPIC_SIGNALS: result = decode_signal(&in, out); break;
    case L1_TOPIC_MARKET: result = decode_market(&in, out); break;
    case L1_TOPIC_PORTFOLIO: result = decode_portfolio(&in, out); break;
    case L1_TOPIC_CONTROL: result = decode_control(&in, out); break;
    default: result = decode_subscribe(&in, out); break;
    }
    out->unknown_keys = in.unknown_keys;
    return result;
}

/* A refused message may have been refused before its number was reached. */
static void read_client_seq(const l1_json *json, l1_decoded *out)
{
    int64_t value = 0;
    out->client_seq = (uint64_t)L1_OFF;
    if (json->nodes[0].type != L1_JSON_OBJECT) return;
    const uint32_t node = l1_json_member(json, 0, "client_seq");
    if (node == 0 || json->nodes[node].type != L1_JSON_NUMBER) return;
    if (l1_json_integer(json, node, &value).code == L1_OK && value >= 0) {
        out->client_seq = (uint64_t)value;
    }
}

bool l1_decode(l1_decoder *decoder, const l1_limits *limits, const char *text, size_t size,
               uint64_t line, l1_decoded *out)
{
    L1_ASSERT(decoder != NULL && limits != NULL && out != NULL);
    L1_ASSERT(text != NULL || size == 0);
    l1_json json;
    l1_diag diag;
    diag.offset = 0;
    out->topic = L1_TOPIC_UNKNOWN;
    out->event.kind = L1_EVENT_TICK;
    out->event.at_ns = 0;
    out->event.clock_jump_ns = 0;
    out->ts_ns = L1_OFF;
    out->client_seq = (uint64_t)L1_OFF;
    out->subscribe = (l1_subscription){.topics = 0};
    out->unknown_keys = 0;
    bool accepted = false;
    if (l1_json_parse(text, size, decoder->nodes, L1_JSON_NODES_MAX, &json, &diag).code != L1_OK) {
        refuse(text, size, line, NULL, &diag, out);
    } else if (decode_json(&json, limits, out, &diag).code != L1_OK) {
        read_client_seq(&json, out);
        refuse(text, size, line, &json, &diag, out);
    } else {
        accepted = true;
        out->has_ts = out->ts_ns != L1_OFF;
        if (!out->has_ts) out->ts_ns = 0;
    }
    out->has_client_seq = out->client_seq != (uint64_t)L1_OFF;
    if (!out->has_client_seq) out->client_seq = 0;
    L1_ASSERT(accepted == (out->event.kind != L1_EVENT_REFUSED));
    return accepted;
}
