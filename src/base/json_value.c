/* base/json_value.c: values out of parsed nodes. */
#include "base/json.h"

#include <string.h>

#include "base/assert.h"
#include "base/decimal.h"
#include "base/json_text.h"

/* ---- what a raw string means ------------------------------------------------------------- */

/* Queues the UTF-8 of a code point. */
static void queue_utf8(l1_json_unescaper *in, uint32_t code)
{
    L1_ASSERT(code <= 0x10ffff);
    L1_ASSERT(in->queued == 0);
    if (code < 0x80) {
        in->queue[in->queued++] = (uint8_t)code;
        return;
    }
    const unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    for (unsigned i = 0; i < more; i++) {
        in->queue[in->queued++] = (uint8_t)(0x80 | (code >> (6 * i) & 0x3f));
    }
    const unsigned lead = 0xf0u << (3 - more); /* 0xc0, 0xe0 or 0xf0 in its low byte */
    in->queue[in->queued++] = (uint8_t)(lead | code >> (6 * more));
}

static uint32_t code_point(l1_json_unescaper *in)
{
    const uint32_t unit = (uint32_t)l1_json_hex4(in->at);
    in->at += 4;
    if (unit < 0xd800 || unit > 0xdbff) return unit;
    const uint32_t low = (uint32_t)l1_json_hex4(in->at + 2);
    in->at += 6;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

int l1_json_next_byte(l1_json_unescaper *in)
{
    if (in->queued > 0) return in->queue[--in->queued];
    if (in->at == in->end) return -1;
    const uint8_t byte = *in->at++;
    if (byte != '\\') return byte;
    L1_ASSERT(in->at < in->end);
    const uint8_t escape = *in->at++;
    switch (escape) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': break;
    default: return escape;
    }
    queue_utf8(in, code_point(in));
    L1_ASSERT(in->at <= in->end);
    return in->queue[--in->queued];
}

int l1_json_compare(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    l1_json_unescaper x = {.at = a, .end = a + a_size};
    l1_json_unescaper y = {.at = b, .end = b + b_size};
    for (;;) {
        const int left = l1_json_next_byte(&x);
        const int right = l1_json_next_byte(&y);
        if (left != right) return left - right;
        if (left < 0) return 0;
    }
}

/* ---- nodes ------------------------------------------------------------------------------- */

static inline bool raw_equals(const l1_json *json, const l1_json_node *node, const char *text,
                              size_t size)
{
    const char *raw = json->text + node->at;
    if (!node->escaped) return node->size == size && memcmp(raw, text, size) == 0;
    /* `text` may hold backslashes, so it is compared as bytes and not as a raw string. */
    l1_json_unescaper in = {.at = (const uint8_t *)raw, .end = (const uint8_t *)raw + node->size};
    for (size_t i = 0; i < size; i++) {
        if (l1_json_next_byte(&in) != (uint8_t)text[i]) return false;
    }
    return l1_json_next_byte(&in) == -1;
}

uint32_t l1_json_member(const l1_json *json, uint32_t object, const char *key)
{
    L1_ASSERT(object < json->count);
    L1_ASSERT(key != NULL);
    const l1_json_node *const nodes = json->nodes;
    if (nodes[object].type != L1_JSON_OBJECT) return 0;
    const size_t size = strlen(key);
    uint32_t at = object + 1;
    for (unsigned left = nodes[object].count; left > 0; left--) {
        if (raw_equals(json, &nodes[at], key, size)) return at + 1;
        at += 2;
        /* Most members are no containers. Said so that a step need not wait for a load. */
        if (__builtin_expect(nodes[at - 1].type >= L1_JSON_ARRAY, 0)) at = nodes[at - 1].next;
    }
    return 0;
}

bool l1_json_equals(const l1_json *json, uint32_t node, const char *text)
{
    L1_ASSERT(node < json->count);
    L1_ASSERT(text != NULL);
    if (json->nodes[node].type != L1_JSON_STRING) return false;
    return raw_equals(json, &json->nodes[node], text, strlen(text));
}

l1_result l1_json_string(const l1_json *json, uint32_t node, char *out, size_t capacity)
{
    L1_ASSERT(node < json->count);
    L1_ASSERT(capacity > 0);
    const l1_json_node *const string = &json->nodes[node];
    if (string->type != L1_JSON_STRING) return L1_FAILURE(L1_INPUT_FIELD);
    const uint8_t *const raw = (const uint8_t *)json->text + string->at;
    if (!string->escaped) {
        if (string->size >= capacity) {
            memcpy(out, raw, capacity);
            return L1_FAILURE(L1_INPUT_TOO_LONG);
        }
        memcpy(out, raw, string->size);
        out[string->size] = '\0';
        return L1_SUCCESS;
    }
    l1_json_unescaper in = {.at = raw, .end = raw + string->size};
    for (size_t used = 0; used < capacity; used++) {
        const int byte = l1_json_next_byte(&in);
        if (byte == 0) return L1_FAILURE(L1_INPUT_FIELD);
        out[used] = byte < 0 ? '\0' : (char)byte;
        if (byte < 0) return L1_SUCCESS;
    }
    return L1_FAILURE(L1_INPUT_TOO_LONG);
}

void l1_json_cut(char *out, size_t capacity)
{
    L1_ASSERT(capacity > 4); /* the longest character and the NUL */
    size_t end = capacity - 1;
    while (end > 0 && ((unsigned char)out[end] & 0xc0) == 0x80) end--;
    memset(out + end, 0, capacity - end);
    L1_ASSERT(out[capacity - 1] == '\0');
}

l1_result l1_json_decimal(const l1_json *json, uint32_t node, int64_t *e8)
{
    L1_ASSERT(node < json->count);
    L1_ASSERT(e8 != NULL);
    const l1_json_node *const value = &json->nodes[node];
    if (value->type != L1_JSON_NUMBER && value->type != L1_JSON_STRING) {
        return L1_FAILURE(L1_INPUT_FIELD);
    }
    return l1_decimal_parse(json->text + value->at, value->size, e8);
}

l1_result l1_json_integer(const l1_json *json, uint32_t node, int64_t *out)
{
    L1_ASSERT(node < json->count);
    L1_ASSERT(out != NULL);
    const l1_json_node *const value = &json->nodes[node];
    if (value->type != L1_JSON_NUMBER) return L1_FAILURE(L1_INPUT_FIELD);
    const char *at = json->text + value->at;
    const char *const end = at + value->size;
    const bool negative = *at == '-';
    const uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    const bool fits = value->size <= 18; /* so few digits cannot overflow */
    uint64_t sum = 0;
    for (at += negative; at < end; at++) {
        const uint64_t digit = (uint64_t)(unsigned char)*at - '0';
        if (digit > 9) return L1_FAILURE(L1_INPUT_FIELD);
        if (!fits && sum > (limit - digit) / 10) return L1_FAILURE(L1_INPUT_FIELD);
        sum = sum * 10 + digit;
    }
    *out = (int64_t)(negative ? (uint64_t)0 - sum : sum);
    return L1_SUCCESS;
}
