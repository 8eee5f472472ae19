/* tests/fuzz/fuzz_base_json.c: the JSON reader against jansson, verdict and content; and the
 * writer.
 *
 * Accepting and refusing must agree, and then every value, key, order and lookup, apart from:
 *   - texts over L1_JSON_TEXT_MAX and nesting over L1_JSON_DEPTH_MAX: refused with TOO_LONG here;
 *   - numbers beyond a double: jansson refuses them, here the text of a number has no size;
 *   - U+0000 in a key: jansson cannot hold it;
 *   - a raw NUL byte: JSON has no place for one; jansson 2.14 drops it after a number. */
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static _Noreturn void differs(const char *what)
{
    fprintf(stderr, "differs: %s\n", what);
    abort();
}

#define SAME(claim, what) ((claim) ? (void)0 : differs(what))

/* The reader under test. The canary's build plants a fault: it takes no exponent. */
static l1_result read_json(const char *text, size_t size, l1_json_node *nodes, l1_json *json,
                           l1_diag *diag)
{
#ifdef L1_CANARY
    if (memchr(text, 'e', size) != NULL && memchr(text, '"', size) == NULL) {
        return L1_FAILURE(L1_INPUT_SYNTAX);
    }
#endif
    return l1_json_parse(text, size, nodes, L1_JSON_NODES_MAX, json, diag);
}

static void compare_string(const l1_json *json, uint32_t node, const char *want, size_t size)
{
    static char text[L1_JSON_TEXT_MAX + 1];
    const l1_status status = l1_json_string(json, node, text, sizeof text).code;
    if (memchr(want, 0, size) != NULL) {
        SAME(status == L1_INPUT_FIELD, "a string with U+0000 was given out");
        return;
    }
    SAME(status == L1_OK, "a string cannot be read");
    SAME(strlen(text) == size && memcmp(text, want, size) == 0, "content of a string");
    SAME(l1_json_equals(json, node, want), "a string is not equal to itself");
    if (size == 0) return;
    text[size - 1] ^= 1;
    SAME(!l1_json_equals(json, node, text), "a string equals another one");
    text[size - 1] ^= 1;
    SAME(l1_json_string(json, node, text, size).code == L1_INPUT_TOO_LONG, "capacity of a string");
}

static void compare_number(const l1_json *json, uint32_t node, double want)
{
    int64_t e8 = 0;
    const l1_status status = l1_json_decimal(json, node, &e8).code;
    SAME(status != L1_INPUT_SYNTAX, "the grammars of decimal and reader");
    if (status == L1_OK) {
        const double error = fabs((double)e8 / 1e8 - want);
        SAME(error <= 0.500001e-8 + fabs(want) * 1e-15, "value of a number");
    } else if (status == L1_INPUT_FIELD) {
        SAME(fabs(want) > 92233720368.5, "a number that fits was refused");
    }
    int64_t integer = 0;
    if (l1_json_integer(json, node, &integer).code == L1_OK) {
        SAME((double)integer == want, "value of an integer"); /* both rounded the same way */
    }
}

static uint32_t compare(const l1_json *json, uint32_t node, const json_t *want);

static uint32_t compare_array(const l1_json *json, uint32_t node, const json_t *want)
{
    SAME(json->nodes[node].count == json_array_size(want), "count of an array");
    uint32_t next = node + 1;
    for (size_t i = 0; i < json_array_size(want); i++) {
        next = compare(json, next, json_array_get(want, i));
    }
    return next;
}

static uint32_t compare_object(const l1_json *json, uint32_t node, json_t *want)
{
    SAME(json->nodes[node].count == json_object_size(want), "count of an object");
    uint32_t next = node + 1;
    const char *key;
    json_t *value;
    json_object_foreach(want, key, value)
    { /* in insertion order */
        compare_string(json, next, key, strlen(key));
        SAME(l1_json_member(json, node, key) == next + 1, "lookup of a member");
        next = compare(json, next + 1, value);
    }
    SAME(l1_json_member(json, node, "\x01 absent") == 0, "lookup of what is not there");
    return next;
}

/* Compares one value; returns the node after it. */
static uint32_t compare(const l1_json *json, uint32_t node, const json_t *want)
{
    SAME(node < json->count, "number of values");
    const l1_json_node *const have = &json->nodes[node];
    SAME((size_t)have->at + have->size <= json->size, "a value lies inside the text");
    uint32_t next = node + 1;
    l1_json_type type = L1_JSON_NULL;
    switch (json_typeof(want)) {
    case JSON_OBJECT:
        type = L1_JSON_OBJECT;
        next = compare_object(json, node, (json_t *)(uintptr_t)want);
        break;
    case JSON_ARRAY:
        type = L1_JSON_ARRAY;
        next = compare_array(json, node, want);
        break;
    case JSON_STRING:
        type = L1_JSON_STRING;
        compare_string(json, node, json_string_value(want), json_string_length(want));
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        type = L1_JSON_NUMBER;
        compare_number(json, node, json_number_value(want));
        break;
    case JSON_TRUE: type = L1_JSON_TRUE; break;
    case JSON_FALSE: type = L1_JSON_FALSE; break;
    case JSON_NULL: type = L1_JSON_NULL; break;
    }
    SAME(have->type == type, "type of a value");
    SAME(have->next == next, "place of the next value");
    return next;
}

static size_t depth_of(const json_t *value)
{
    size_t deepest = 0;
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            const size_t depth = depth_of(json_array_get(value, i));
            if (depth > deepest) deepest = depth;
        }
        return deepest + 1;
    }
    if (!json_is_object(value)) return 0;
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        const size_t depth = depth_of(member);
        if (depth > deepest) deepest = depth;
    }
    return deepest + 1;
}

/* What the salvage gives must be the string that stands under that key when all is well. */
static void check_salvage(const char *text, size_t size, const json_t *tree)
{
    char out[32];
    const size_t found = l1_json_salvage_string(text, size, "id", out, sizeof out);
    SAME(found < sizeof out && out[found] == '\0' && strlen(out) == found, "salvaged text");
    if (tree == NULL) return;
    const json_t *want = json_is_object(tree) ? json_object_get(tree, "id") : NULL;
    const char *string = json_string_value(want);
    const size_t length = json_string_length(want);
    const bool fits = string != NULL && length < sizeof out && strlen(string) == length;
    SAME(found == (fits ? length : 0), "length of what was salvaged");
    SAME(!fits || memcmp(out, string, length) == 0, "content of what was salvaged");
}

/* The writer makes JSON of any bytes, and of text JSON that means this text. */
static void check_writer(const char *bytes, size_t size)
{
    static char text[256];
    static char written[6 * sizeof text + 2];
    const size_t length = size < sizeof text ? size : sizeof text - 1;
    memcpy(text, bytes, length);
    text[length] = '\0';
    l1_json_writer out = {.base = written, .capacity = sizeof written};
    l1_json_put_text(&out, text);
    SAME(!out.failed, "room that the writer needs");
    json_t *const have = json_loadb(written, out.used, JSON_DECODE_ANY, NULL);
    SAME(have != NULL, "jansson refuses what was written");
    json_t *const want = json_string(text); /* NULL when it is no UTF-8 */
    SAME(want == NULL || json_equal(have, want), "content of what was written");
    json_decref(have);
    json_decref(want);
    const size_t used = out.used;
    out = (l1_json_writer){.base = written, .capacity = used - 1};
    l1_json_put_text(&out, text);
    SAME(out.failed && out.used < used, "a writer without room");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static l1_json_node nodes[L1_JSON_NODES_MAX];
    const char *const text = size == 0 ? "" : (const char *)data;
    check_writer(text, size);
    l1_json json = {0};
    l1_diag diag = {0};
    const l1_status status = read_json(text, size, nodes, &json, &diag).code;
    if (size > L1_JSON_TEXT_MAX) {
        SAME(status == L1_INPUT_TOO_LONG, "a text over the limit was read");
        check_salvage(text, size, NULL);
        return 0;
    }
    SAME(status == L1_OK || diag.offset <= size, "the error lies inside the text");
    if (memchr(text, 0, size) != NULL) {
        SAME(status != L1_OK, "a text with a NUL byte was read");
        check_salvage(text, size, NULL);
        return 0;
    }
    json_error_t error;
    json_t *tree = json_loadb(text, size,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL |
                                  JSON_ALLOW_NUL,
                              &error);
    if (tree == NULL) {
        const enum json_error_code code = json_error_code(&error);
        const bool documented =
            code == json_error_numeric_overflow || code == json_error_null_byte_in_key;
        SAME(documented || status != L1_OK, "jansson refuses what was read");
        check_salvage(text, size, NULL);
        return 0;
    }
    if (status == L1_INPUT_TOO_LONG) {
        SAME(depth_of(tree) > L1_JSON_DEPTH_MAX, "refused as too deep");
    } else {
        SAME(status == L1_OK, "jansson reads what was refused");
        SAME(depth_of(tree) <= L1_JSON_DEPTH_MAX, "read although too deep");
        SAME(compare(&json, 0, tree) == json.count, "number of values");
        check_salvage(text, size, tree);
    }
    json_decref(tree);
    return 0;
}
