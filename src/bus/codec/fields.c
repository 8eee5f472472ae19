/* bus/codec/fields.c: one function per kind of field, and the loop over an object's members. */
#include "bus/codec/fields.h"

#include <string.h>

#include "base/assert.h"
#include "bus/codec/decode.h"
#include "bus/codec/timestamp.h"
#include "domain/market.h"

enum {
    EXCERPT_MAX = 40,     /* bytes of a value that a refusal shows */
    NUMBER_TEXT_MAX = 48, /* longest time text worth unescaping */
    SENTENCE_MAX = 128,
};

/* ---- refusals ---------------------------------------------------------------------------- */

typedef struct {
    char text[SENTENCE_MAX];
    size_t used;
} sentence;

/* Appends what fits. */
static void say(sentence *out, const char *text, size_t size)
{
    L1_ASSERT(out->used < sizeof out->text);
    const size_t room = sizeof out->text - 1 - out->used;
    const size_t taken = size < room ? size : room;
    memcpy(out->text + out->used, text, taken);
    out->used += taken;
    out->text[out->used] = '\0';
}

static void say_text(sentence *out, const char *text)
{
    say(out, text, strlen(text));
}

static void say_decimal(sentence *out, int64_t e8)
{
    char text[L1_DECIMAL_TEXT_MAX];
    say(out, text, l1_decimal_format(e8, text));
}

/* The value as it stands in the message, cut at a whole character. */
static void say_value(sentence *out, const l1_json *json, uint32_t node)
{
    static const char *const names[] = {
        [L1_JSON_NULL] = "null",       [L1_JSON_FALSE] = "false", [L1_JSON_TRUE] = "true",
        [L1_JSON_NUMBER] = NULL,       [L1_JSON_STRING] = NULL,   [L1_JSON_ARRAY] = "an array",
        [L1_JSON_OBJECT] = "an object"};
    const l1_json_node *const value = &json->nodes[node];
    L1_ASSERT(value->type <= L1_JSON_OBJECT);
    if (names[value->type] != NULL) {
        say_text(out, names[value->type]);
        return;
    }
    const char *const quote = value->type == L1_JSON_STRING ? "\"" : "";
    const char *const raw = json->text + value->at;
    size_t size = value->size;
    if (size > EXCERPT_MAX) {
        for (size = EXCERPT_MAX; size > 0 && ((unsigned char)raw[size] & 0xc0) == 0x80;) size--;
    }
    say_text(out, quote);
    say(out, raw, size);
    say_text(out, size < value->size ? "..." : "");
    say_text(out, quote);
}

l1_result l1_fields_refuse(l1_diag *diag, const l1_json *json, uint32_t node, const char *name,
                           const char *must)
{
    L1_ASSERT(node < json->count);
    L1_ASSERT(name != NULL && must != NULL);
    sentence value = {.used = 0};
    say_value(&value, json, node);
    if (diag != NULL) diag->offset = json->nodes[node].at;
    return l1_refuse(diag, L1_INPUT_FIELD, name, "%s is %s; it must be %s", name, value.text, must);
}

static l1_result refuse(const l1_fields *in, const l1_field *field, uint32_t node, const char *must)
{
    return l1_fields_refuse(in->diag, in->json, node, field->name, must);
}

/* A number's bounds in words: e8 for decimals, whole for integers. */
static l1_result refuse_range(const l1_fields *in, const l1_field *field, uint32_t node)
{
    const bool decimal = field->kind == L1_KIND_DECIMAL;
    const bool lower = field->min > (decimal ? -INT64_MAX : INT64_MIN);
    const bool upper = field->max < INT64_MAX;
    const int64_t unit = decimal ? 1 : L1_E8;
    L1_ASSERT(lower || upper);
    sentence must = {.used = 0};
    say_text(&must, decimal ? "a decimal number " : "an integer ");
    say_text(&must, !upper ? "of at least " : lower ? "from " : "of at most ");
    if (lower) say_decimal(&must, field->min * unit);
    if (lower && upper) say_text(&must, " to ");
    if (upper) say_decimal(&must, field->max * unit);
    return refuse(in, field, node, must.text);
}

/* ---- one function per kind --------------------------------------------------------------- */

static const l1_json_node *node_at(const l1_fields *in, uint32_t node)
{
    L1_ASSERT(node < in->json->count);
    return &in->json->nodes[node];
}

static void put(const l1_fields *in, uint16_t offset, const void *value, size_t size)
{
    memcpy((char *)in->out + offset, value, size);
}

/* What a field holds that the message does not. */
static void absent(const l1_fields *in, const l1_field *field)
{
    static const int64_t off = L1_OFF;
    static const int32_t none = -1;
    static const uint32_t zero = 0;
    char *const to = (char *)in->out + field->offset;
    switch (field->kind) {
    case L1_KIND_KNOWN: break;
    case L1_KIND_DECIMAL:
    case L1_KIND_INTEGER:
    case L1_KIND_TIME: memcpy(to, &off, sizeof off); break;
    case L1_KIND_TEXT:
    case L1_KIND_SIGNAL_ID: memset(to, 0, field->capacity); break;
    case L1_KIND_CHOICE:
    case L1_KIND_TOPICS:
        if (field->offset != 0) memcpy(to, &zero, sizeof zero);
        break;
    case L1_KIND_BOOL: memset(to, 0, sizeof(bool)); break;
    case L1_KIND_SYMBOL: memcpy(to, &none, sizeof none); break;
    case L1_KIND_SYMBOL_TEXT:
        memset(to, 0, field->capacity);
        put(in, field->second, &none, sizeof none);
        break;
    case L1_KIND_OBJECT:
        for (uint32_t i = 0; i < field->inner->count; i++) absent(in, &field->inner->rows[i]);
        break;
    case L1_KIND_LEVELS: put(in, field->second, &zero, sizeof zero); break;
    case L1_KIND_BALANCES:
        memset(to, 0, L1_ASSETS_MAX * sizeof(int64_t));
        memset((char *)in->out + field->second, 0, L1_ASSETS_MAX * sizeof(int64_t));
        break;
    }
}

static l1_result decimal_at(const l1_fields *in, const l1_field *field, uint32_t node, int64_t *e8)
{
    const l1_result result = l1_json_decimal(in->json, node, e8);
    if (result.code == L1_OK) return result;
    const bool number = node_at(in, node)->type == L1_JSON_NUMBER;
    if (result.code == L1_INPUT_TOO_LONG) {
        return refuse(in, field, node, "a decimal number of at most 20 digits");
    }
    if (number) return refuse(in, field, node, "within +/-92233720368.54775807");
    return refuse(in, field, node, "a decimal number");
}

static l1_result take_decimal(const l1_fields *in, const l1_field *field, uint32_t node)
{
    int64_t e8;
    L1_TRY(decimal_at(in, field, node, &e8));
    if (e8 < field->min || e8 > field->max) return refuse_range(in, field, node);
    put(in, field->offset, &e8, sizeof e8);
    return L1_SUCCESS;
}

/* An integer, of a number or of a string that holds one and nothing else. */
static bool integer_at(const l1_fields *in, uint32_t node, int64_t *out)
{
    const l1_json_node *const value = node_at(in, node);
    if (value->type == L1_JSON_NUMBER) return l1_json_integer(in->json, node, out).code == L1_OK;
    if (value->type != L1_JSON_STRING || value->size == 0 || value->size > 20) return false;
    const char *at = in->json->text + value->at;
    const char *const end = at + value->size;
    const bool negative = *at == '-';
    at += negative;
    if (at == end || (*at == '0' && end - at > 1)) return false;
    uint64_t sum = 0;
    for (; at < end; at++) {
        const unsigned digit = (unsigned)(unsigned char)*at - '0';
        if (digit > 9 || sum > ((uint64_t)INT64_MAX - digit) / 10) return false;
        sum = sum * 10 + digit;
    }
    *out = negative ? -(int64_t)sum : (int64_t)sum;
    return true;
}

static l1_result take_integer(const l1_fields *in, const l1_field *field, uint32_t node)
{
    int64_t value;
    if (!integer_at(in, node, &value) || value < field->min || value > field->max) {
        return refuse_range(in, field, node);
    }
    put(in, field->offset, &value, sizeof value);
    return L1_SUCCESS;
}

static l1_result take_time(const l1_fields *in, const l1_field *field, uint32_t node)
{
    int64_t ns = 0;
    int64_t ms = 0;
    char text[NUMBER_TEXT_MAX];
    bool valid = false;
    if (node_at(in, node)->type == L1_JSON_NUMBER) {
        valid = l1_json_integer(in->json, node, &ms).code == L1_OK && l1_timestamp_of_ms(ms, &ns);
    } else if (node_at(in, node)->type == L1_JSON_STRING) {
        valid = l1_json_string(in->json, node, text, sizeof text).code == L1_OK &&
                l1_timestamp_parse(text, strlen(text), &ns);
    }
    if (!valid) {
        return refuse(in, field, node,
                      "integer Unix milliseconds or RFC 3339 text, in the years 2009 to 2100");
    }
    L1_ASSERT(ns >= L1_TIMESTAMP_MIN_NS && ns < L1_TIMESTAMP_END_NS);
    put(in, field->offset, &ns, sizeof ns);
    return L1_SUCCESS;
}

/* Text of at least `shortest` (0 or 1) bytes straight into its array, zeros behind it. Free text,
 * which may be empty, is cut where it is too long: a remark must not keep a halt or an exit from
 * being obeyed. */
static l1_result take_text(const l1_fields *in, const l1_field *field, uint32_t node,
                           size_t shortest)
{
    char *const to = (char *)in->out + field->offset;
    L1_ASSERT(field->capacity > 1);
    L1_ASSERT(shortest <= 1);
    memset(to, 0, field->capacity);
    const l1_result result = l1_json_string(in->json, node, to, field->capacity);
    if (result.code == L1_OK && (shortest == 0 || to[0] != '\0')) return result;
    if (result.code == L1_INPUT_TOO_LONG && shortest == 0) {
        l1_json_cut(to, field->capacity);
        return L1_SUCCESS;
    }
    sentence must = {.used = 0};
    if (result.code == L1_INPUT_FIELD && node_at(in, node)->type == L1_JSON_STRING) {
        say_text(&must, "text without U+0000");
    } else if (shortest == 0) {
        say_text(&must, "text");
    } else {
        say_text(&must, "text of 1 to ");
        say_decimal(&must, (int64_t)(field->capacity - 1) * L1_E8);
        say_text(&must, " bytes");
    }
    return refuse(in, field, node, must.text);
}

bool l1_signal_id_valid(const char *text)
{
    /* One bit per byte: . - 0-9 : below 64, A-Z _ a-z below 128, none above. */
    static const uint64_t allowed[4] = {UINT64_C(0x07ff600000000000), UINT64_C(0x07fffffe87fffffe)};
    L1_ASSERT(text != NULL);
    size_t size = 0;
    for (; text[size] != '\0'; size++) {
        const unsigned char c = (unsigned char)text[size];
        if ((allowed[c >> 6] >> (c & 63) & 1) == 0) return false;
    }
    return size >= 1 && size < L1_SIGNAL_ID_MAX;
}

static l1_result take_signal_id(const l1_fields *in, const l1_field *field, uint32_t node)
{
    char *const to = (char *)in->out + field->offset;
    L1_ASSERT(field->capacity == L1_SIGNAL_ID_MAX);
    memset(to, 0, field->capacity);
    if (l1_json_string(in->json, node, to, field->capacity).code == L1_OK &&
        l1_signal_id_valid(to)) {
        return L1_SUCCESS;
    }
    return refuse(in, field, node, "text of 1 to 64 characters of A-Z a-z 0-9 . _ : -");
}

static l1_result take_choice(const l1_fields *in, const l1_field *field, uint32_t node)
{
    L1_ASSERT(field->choices_count > 0);
    for (unsigned i = 0; i < field->choices_count; i++) {
        if (!l1_json_equals(in->json, node, field->choices[i])) continue;
        if (field->offset != 0) put(in, field->offset, &i, sizeof i);
        return L1_SUCCESS;
    }
    sentence must = {.used = 0};
    for (unsigned i = 0; i < field->choices_count; i++) {
        if (i > 0) say_text(&must, i + 1 == field->choices_count ? " or " : ", ");
        say_text(&must, field->choices[i]);
    }
    return refuse(in, field, node, must.text);
}

static l1_result take_bool(const l1_fields *in, const l1_field *field, uint32_t node)
{
    const uint8_t type = node_at(in, node)->type;
    const bool value = type == L1_JSON_TRUE;
    if (!value && type != L1_JSON_FALSE) return refuse(in, field, node, "true or false");
    put(in, field->offset, &value, sizeof value);
    return L1_SUCCESS;
}

static l1_result take_symbol(const l1_fields *in, const l1_field *field, uint32_t node)
{
    char name[L1_SYMBOL_TEXT_MAX];
    int32_t index = -1;
    if (l1_json_string(in->json, node, name, sizeof name).code == L1_OK) {
        index = l1_limits_symbol(in->limits, name);
    }
    if (index < 0) return refuse(in, field, node, "a configured symbol such as BTC/USDT");
    L1_ASSERT(index < L1_SYMBOLS_MAX);
    put(in, field->offset, &index, sizeof index);
    return L1_SUCCESS;
}

static l1_result take_symbol_text(const l1_fields *in, const l1_field *field, uint32_t node)
{
    L1_TRY(take_text(in, field, node, 1));
    const int32_t index = l1_limits_symbol(in->limits, (const char *)in->out + field->offset);
    L1_ASSERT(index >= -1 && index < L1_SYMBOLS_MAX);
    put(in, field->second, &index, sizeof index);
    return L1_SUCCESS;
}

static l1_result take_levels(const l1_fields *in, const l1_field *field, uint32_t node)
{
    const l1_json_node *const list = node_at(in, node);
    if (list->type != L1_JSON_ARRAY) return refuse(in, field, node, "an array of [price, qty]");
    const uint32_t count = list->count;
    if (count > L1_BOOK_LEVELS_MAX) {
        in->diag->offset = list->at;
        return l1_refuse(in->diag, L1_INPUT_FIELD, field->name, "%s has %u levels; the limit is %d",
                         field->name, count, L1_BOOK_LEVELS_MAX);
    }
    uint32_t at = node + 1;
    for (uint32_t i = 0; i < count; i++) {
        const l1_json_node *const pair = node_at(in, at);
        if (pair->type != L1_JSON_ARRAY || pair->count != 2) {
            in->diag->offset = pair->at;
            return l1_refuse(in->diag, L1_INPUT_FIELD, field->name,
                             "level %u of %s is not a pair [price, qty]", i + 1, field->name);
        }
        l1_level level;
        L1_TRY(decimal_at(in, field, at + 1, &level.price_e8));
        L1_TRY(decimal_at(in, field, node_at(in, at + 1)->next, &level.qty_e8));
        put(in, (uint16_t)(field->offset + i * sizeof level), &level, sizeof level);
        at = pair->next;
    }
    put(in, field->second, &count, sizeof count);
    return L1_SUCCESS;
}

/* Index of the asset that the key at `node` names, or -1. */
static int32_t asset_at(const l1_fields *in, uint32_t node)
{
    const l1_limits *const limits = in->limits;
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    if (l1_json_equals(in->json, node, limits->quote)) return 0;
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        if (l1_json_equals(in->json, node, limits->symbols[i].base)) return (int32_t)i + 1;
    }
    return -1;
}

static const l1_field balance_rows[] = {
    {.key = "free",
     .name = "balances.free",
     .key_size = 4,
     .offset = 0,
     .kind = L1_KIND_DECIMAL,
     .required = true,
     .max = INT64_MAX},
    {.key = "locked",
     .name = "balances.locked",
     .key_size = 6,
     .offset = sizeof(int64_t),
     .kind = L1_KIND_DECIMAL,
     .required = true,
     .max = INT64_MAX},
};
static const l1_field_table balance_table = {.rows = balance_rows, .count = 2};

static l1_result take_balances(l1_fields *in, const l1_field *field, uint32_t node)
{
    const l1_json_node *const list = node_at(in, node);
    if (list->type != L1_JSON_OBJECT) {
        return refuse(in, field, node, "an object {asset: {free, locked}}");
    }
    absent(in, field); /* an asset that is not listed is zero */
    uint32_t at = node + 1;
    for (uint32_t left = list->count; left > 0; left--) {
        const uint32_t value = at + 1;
        const int32_t asset = asset_at(in, at);
        at = node_at(in, value)->next;
        if (asset < 0) in->unknown_keys++;
        if (asset < 0 || node_at(in, value)->type == L1_JSON_NULL) continue;
        if (node_at(in, value)->type != L1_JSON_OBJECT) {
            return refuse(in, field, value, "an object {free, locked} for each asset");
        }
        int64_t held[2] = {0, 0};
        l1_fields inner = *in;
        inner.out = held;
        L1_TRY(l1_fields_take(&inner, &balance_table, value));
        in->unknown_keys = inner.unknown_keys;
        const size_t place = (size_t)asset * sizeof held[0];
        put(in, (uint16_t)(field->offset + place), &held[0], sizeof held[0]);
        put(in, (uint16_t)(field->second + place), &held[1], sizeof held[1]);
    }
    return L1_SUCCESS;
}

static l1_result take_topics(const l1_fields *in, const l1_field *field, uint32_t node)
{
    static const l1_topic outputs[] = {L1_TOPIC_REPORTS, L1_TOPIC_ALERTS, L1_TOPIC_METRICS,
                                       L1_TOPIC_ANALYSIS};
    const l1_json_node *const list = node_at(in, node);
    if (list->type != L1_JSON_ARRAY) return refuse(in, field, node, "an array of topics");
    uint32_t mask = 0;
    uint32_t at = node + 1;
    for (uint32_t left = list->count; left > 0; left--) {
        uint32_t bit = 0;
        for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
            const bool named = node_at(in, at)->type == L1_JSON_STRING &&
                               l1_json_equals(in->json, at, l1_topic_text(outputs[i]));
            if (named) bit = L1_TOPIC_BIT(outputs[i]);
        }
        if (bit == 0) return refuse(in, field, at, "reports, alerts, metrics or analysis");
        mask |= bit;
        at = node_at(in, at)->next;
    }
    put(in, field->offset, &mask, sizeof mask);
    return L1_SUCCESS;
}

/* ---- an object by its table -------------------------------------------------------------- */

static l1_result take_object(l1_fields *in, const l1_field *field, uint32_t node)
{
    L1_ASSERT(field->inner != NULL);
    if (node_at(in, node)->type != L1_JSON_OBJECT) return refuse(in, field, node, "an object");
    return l1_fields_take(in, field->inner, node); /* tables are two deep at most */
}

static l1_result take_field(l1_fields *in, const l1_field *field, uint32_t node)
{
    switch (field->kind) {
    case L1_KIND_KNOWN: return L1_SUCCESS;
    case L1_KIND_DECIMAL: return take_decimal(in, field, node);
    case L1_KIND_INTEGER: return take_integer(in, field, node);
    case L1_KIND_TIME: return take_time(in, field, node);
    case L1_KIND_TEXT: return take_text(in, field, node, 0);
    case L1_KIND_SIGNAL_ID: return take_signal_id(in, field, node);
    case L1_KIND_CHOICE: return take_choice(in, field, node);
    case L1_KIND_BOOL: return take_bool(in, field, node);
    case L1_KIND_SYMBOL: return take_symbol(in, field, node);
    case L1_KIND_SYMBOL_TEXT: return take_symbol_text(in, field, node);
    case L1_KIND_OBJECT: return take_object(in, field, node);
    case L1_KIND_LEVELS: return take_levels(in, field, node);
    case L1_KIND_BALANCES: return take_balances(in, field, node);
    case L1_KIND_TOPICS: return take_topics(in, field, node);
    }
    l1_panic("a field's kind is one of the list", __FILE__, __LINE__);
}

/* Row of the key at `node`, or `count`. Messages tend to follow the table's order, so the search
 * begins after the last row that was found. */
static uint32_t find_row(const l1_fields *in, const l1_field_table *table, uint32_t node,
                         uint32_t from)
{
    const l1_json_node *const key = node_at(in, node);
    const char *const raw = in->json->text + key->at;
    for (uint32_t tried = 0, row = from; tried < table->count; tried++, row++) {
        if (row >= table->count) row = 0;
        const l1_field *const field = &table->rows[row];
        if (key->escaped != 0) {
            if (l1_json_equals(in->json, node, field->key)) return row;
        } else if (key->size == field->key_size && raw[0] == field->key[0] &&
                   memcmp(raw, field->key, key->size) == 0) {
            return row;
        }
    }
    return table->count;
}

l1_result l1_fields_take(l1_fields *in, const l1_field_table *table, uint32_t node)
{
    const l1_json_node *const object = node_at(in, node);
    L1_ASSERT(object->type == L1_JSON_OBJECT);
    L1_ASSERT(table->count <= L1_FIELD_ROWS_MAX);
    uint32_t seen = 0;
    uint32_t row = 0;
    uint32_t at = node + 1;
    for (uint32_t left = object->count; left > 0; left--) {
        const uint32_t value = at + 1;
        const uint32_t found = find_row(in, table, at, row);
        at = node_at(in, value)->next;
        if (found == table->count) {
            in->unknown_keys += !table->open;
            continue;
        }
        row = found + 1;
        if (node_at(in, value)->type == L1_JSON_NULL) continue;
        seen |= UINT32_C(1) << found;
        L1_TRY(take_field(in, &table->rows[found], value));
    }
    for (uint32_t i = 0; i < table->count; i++) {
        const l1_field *const field = &table->rows[i];
        if ((seen >> i & 1) != 0) continue;
        absent(in, field);
        if (!field->required) continue;
        in->diag->offset = object->at;
        return l1_refuse(in->diag, L1_INPUT_FIELD, field->name, "%s is missing", field->name);
    }
    return L1_SUCCESS;
}
