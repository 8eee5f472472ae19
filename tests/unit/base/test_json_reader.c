/* tests/unit/base/test_json_reader.c: what the reader accepts, refuses and says about it. */
#include "testlib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static l1_json_node nodes[L1_JSON_NODES_MAX];

/* Parses a copy of exactly `size` bytes, so that a sanitizer sees any byte read beyond it. */
static l1_status parse(const char *text, size_t size, l1_json *json, l1_diag *diag)
{
    static char *copy;
    free(copy);
    copy = malloc(size + 1);
    CHECK(copy != NULL);
    /* The text ends where the block ends. */
    memcpy(copy + 1, text, size);
    return l1_json_parse(copy + 1, size, nodes, L1_JSON_NODES_MAX, json, diag).code;
}

static l1_status parse_text(const char *text)
{
    l1_json json = {0};
    return parse(text, strlen(text), &json, NULL);
}

static void test_parse__accepts_every_kind_of_value(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1e5",
        "1E+5",
        "1.25e-7",
        "\"\"",
        "[]",
        "{}",
        " [ ] ",
        "\t\r\n{ } ",
        "[1,2,3]",
        "[[],[[]],{}]",
        "{\"a\":1,\"b\":{\"a\":1}}",
        "{\"\":1}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
        "\"\\ud83d\\ude00\"",
        "\"\\uD83D\\uDE00\"",
        "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
        "\"\x7f\"",
        "\"\\u0000\"",
        "\"\xef\xbf\xbf\"",
        "\"\xf4\x8f\xbf\xbf\"",
        "\"\xed\x9f\xbf\"",
        "\"\xee\x80\x80\"",
        "\"\xe0\xa0\x80\"",
        "\"\xf0\x90\x80\x80\"",
        "\"\xc2\x80\"",
        "123456789012345678901234567890",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (parse_text(rows[i]) != L1_OK) print_message("%s\n", rows[i]);
        CHECK(parse_text(rows[i]) == L1_OK);
    }
}

static const struct {
    const char *text;
    size_t offset;
    const char *why;
} malformed[] = {
    {"", 0, "ends too early"},
    {" ", 1, "ends too early"},
    {"\xef\xbb\xbf{}", 0, "expected a value"},
    {"{} {}", 3, "bytes after the value"},
    {"1 2", 2, "bytes after the value"},
    {"nul", 0, "expected a value"},
    {"truE", 0, "expected a value"},
    {"nullx", 4, "bytes after the value"},
    {"NaN", 0, "expected a value"},
    {"Infinity", 0, "expected a value"},
    {"-Infinity", 1, "expected a digit"},
    {"-", 1, "ends too early"},
    {"+1", 0, "expected a value"},
    {".5", 0, "expected a value"},
    {"01", 0, "leading zero"},
    {"-01", 1, "leading zero"},
    {"[1.]", 3, "expected a digit"},
    {"[1.e5]", 3, "expected a digit"},
    {"[1e]", 3, "expected a digit"},
    {"[1e+]", 4, "expected a digit"},
    {"0x10", 1, "bytes after the value"},
    {"[1,]", 3, "expected a value"},
    {"[,1]", 1, "expected a value"},
    {"[1 2]", 3, "expected ',' or the closing bracket"},
    {"[1}", 2, "expected ',' or the closing bracket"},
    {"{\"a\":1]", 6, "expected ',' or the closing bracket"},
    {"{\"a\":1,}", 7, "expected a key"},
    {"{,}", 1, "expected a key"},
    {"{a:1}", 1, "expected a key"},
    {"{1:1}", 1, "expected a key"},
    {"{\"a\" 1}", 5, "expected ':'"},
    {"{\"a\":}", 5, "expected a value"},
    {"{\"a\":1", 6, "ends too early"},
    {"[", 1, "ends too early"},
    {"]", 0, "expected a value"},
    {"\"abc", 4, "ends too early"},
    {"'a'", 0, "expected a value"},
    {"[1] // no", 4, "bytes after the value"},
    {"/* no */ 1", 0, "expected a value"},
    {"\"a\nb\"", 2, "control character"},
    {"\"a\tb\"", 2, "control character"},
    {"\"\x1f\"", 1, "control character"},
    {"\"0123456789abcdefghij\x01\"", 21, "control character"},
    {"\"\\x41\"", 1, "unknown escape"},
    {"\"\\'\"", 1, "unknown escape"},
    {"\"\\u12g4\"", 1, "four hexadecimal digits"},
    {"\"\\u12\"", 6, "ends too early"},
    {"\"\\ud800\"", 1, "lone surrogate"},
    {"\"\\ud800x\\udc00\"", 1, "lone surrogate"},
    {"\"\\ud800\\n12345\"", 1, "lone surrogate"},
    {"\"\\ud800\\ud800\"", 1, "lone surrogate"},
    {"\"\\ud800\\u0041\"", 1, "lone surrogate"},
    {"\"\\ud800\\udbff\"", 1, "lone surrogate"},
    {"\"\\ud800\\ue000\"", 1, "lone surrogate"},
    {"\"\\ud800\\ndc00\"", 1, "lone surrogate"},
    {"\"\\ud800/udc00\"", 1, "lone surrogate"},
    {"\"\\udc00\"", 1, "lone surrogate"},
    {"\"\\udfff\\ud800\"", 1, "lone surrogate"},
    {"\"\x80\"", 1, "invalid UTF-8"},
    {"\"\xbf\"", 1, "invalid UTF-8"},
    {"\"\xc0\xaf\"", 1, "invalid UTF-8"}, /* overlong */
    {"\"\xc1\xbf\"", 1, "invalid UTF-8"},
    {"\"\xe0\x9f\xbf\"", 1, "invalid UTF-8"},
    {"\"\xf0\x8f\xbf\xbf\"", 1, "invalid UTF-8"},
    {"\"\xed\xa0\x80\"", 1, "invalid UTF-8"}, /* surrogates */
    {"\"\xed\xbf\xbf\"", 1, "invalid UTF-8"},
    {"\"\xf4\x90\x80\x80\"", 1, "invalid UTF-8"}, /* beyond U+10FFFF */
    {"\"\xf5\x80\x80\x80\"", 1, "invalid UTF-8"},
    {"\"\xff\"", 1, "invalid UTF-8"},
    {"\"\xc3\"", 1, "invalid UTF-8"},
    {"\"\xe2\x82\"", 1, "invalid UTF-8"},
    {"\"\xe2\x28\xa1\"", 1, "invalid UTF-8"},
    {"\"\xf0\x9f\x98\"", 1, "invalid UTF-8"},
};

static void test_parse__refuses_with_place_and_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        l1_diag diag = {.offset = 999};
        l1_json json = {.count = 12345};
        const l1_status status = parse(malformed[i].text, strlen(malformed[i].text), &json, &diag);
        if (status != L1_INPUT_SYNTAX || diag.offset != malformed[i].offset ||
            strstr(diag.text, malformed[i].why) == NULL) {
            print_message("%s: %d at %zu: %s\n", malformed[i].text, (int)status, diag.offset,
                          diag.text);
        }
        CHECK(status == L1_INPUT_SYNTAX);
        CHECK(diag.offset == malformed[i].offset);
        CHECK(strstr(diag.text, malformed[i].why) != NULL);
        CHECK(json.count == 12345);
    }
}

static void test_parse__refuses_a_raw_nul_everywhere(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
    } rows[] = {{"\0", 1}, {"1\0", 2}, {"[\0]", 3}, {"\"\0\"", 3}, {"\"\\\0\"", 4}, {"{}\0", 3}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_json json = {0};
        CHECK(parse(rows[i].text, rows[i].size, &json, NULL) == L1_INPUT_SYNTAX);
    }
}

static const char example[] =
    "{\"signal_id\":\"btc_signal_123\",\"symbol\":\"BTC\\/USDT\",\"side\":\"buy\",\"qty\":1e-05,"
    "\"stop_loss\":-49000.25,\"list\":[[1,2],[],{\"k\":null}],\"name\":\"\\ud83d\\ude00\xc3\xa9\","
    "\"strategy_context\":{\"regime\":\"bull_market\",\"ok\":true,\"no\":false}}";

static void test_parse__refuses_a_text_cut_at_any_byte(void **state)
{
    (void)state;
    l1_json json = {0};
    CHECK(parse(example, sizeof example - 1, &json, NULL) == L1_OK);
    for (size_t size = 0; size < sizeof example - 1; size++) {
        l1_diag diag = {0};
        CHECK(parse(example, size, &json, &diag) == L1_INPUT_SYNTAX);
        CHECK(diag.offset <= size);
    }
}

static void test_parse__gives_nodes_in_document_order(void **state)
{
    (void)state;
    l1_json json = {0};
    const char text[] = " {\"a\":[-1, [], [ 3]],\"\\u0062\":true}";
    CHECK(parse(text, sizeof text - 1, &json, NULL) == L1_OK);
    CHECK(json.count == 9);
    CHECK(nodes[0].type == L1_JSON_OBJECT && nodes[0].count == 2 && nodes[0].next == 9);
    CHECK(nodes[0].at == 1 && nodes[0].size == sizeof text - 2);
    CHECK(nodes[1].type == L1_JSON_STRING && nodes[1].at == 3 && nodes[1].size == 1);
    CHECK(nodes[2].type == L1_JSON_ARRAY && nodes[2].count == 3 && nodes[2].next == 7);
    CHECK(nodes[2].at == 6 && nodes[2].size == 14);
    CHECK(nodes[3].type == L1_JSON_NUMBER && nodes[3].at == 7 && nodes[3].size == 2);
    CHECK(nodes[4].type == L1_JSON_ARRAY && nodes[4].count == 0 && nodes[4].next == 5);
    CHECK(nodes[5].type == L1_JSON_ARRAY && nodes[5].count == 1 && nodes[5].next == 7);
    CHECK(nodes[6].type == L1_JSON_NUMBER && nodes[6].next == 7);
    CHECK(nodes[7].type == L1_JSON_STRING && nodes[7].escaped == 1 && nodes[7].size == 6);
    CHECK(nodes[8].type == L1_JSON_TRUE && nodes[8].size == 4 && nodes[8].next == 9);
}

static void test_parse__holds_its_limits(void **state)
{
    (void)state;
    static char text[L1_JSON_TEXT_MAX + 1];
    l1_json json = {0};
    l1_diag diag = {0};
    CHECK(parse_text("[[[[[[[[1]]]]]]]]") == L1_OK); /* depth 8 */
    CHECK(parse_text("[[[[[[[[[1]]]]]]]]]") == L1_INPUT_TOO_LONG);
    CHECK(parse_text("{\"a\":[{\"a\":[{\"a\":[{\"a\":[]}]}]}]}") == L1_OK);
    CHECK(parse_text("{\"a\":[{\"a\":[{\"a\":[{\"a\":[{}]}]}]}]}") == L1_INPUT_TOO_LONG);
    memset(text, 'a', sizeof text); /* one string of 16384, then 16385 bytes */
    text[0] = text[L1_JSON_TEXT_MAX - 1] = '"';
    CHECK(parse(text, L1_JSON_TEXT_MAX, &json, NULL) == L1_OK);
    CHECK(json.nodes[0].size == L1_JSON_TEXT_MAX - 2);
    text[L1_JSON_TEXT_MAX - 1] = 'a';
    text[L1_JSON_TEXT_MAX] = '"';
    CHECK(parse(text, L1_JSON_TEXT_MAX + 1, &json, &diag) == L1_INPUT_TOO_LONG);
    CHECK(diag.offset == L1_JSON_TEXT_MAX && strstr(diag.text, "16385") != NULL);
    /* the most nodes that 16 KiB can hold fit */
    for (size_t i = 0; i < L1_JSON_TEXT_MAX; i++) text[i] = i % 2 == 0 ? ',' : '1';
    text[0] = '[';
    text[L1_JSON_TEXT_MAX - 1] = ']';
    text[L1_JSON_TEXT_MAX - 2] = ' ';
    CHECK(parse(text, L1_JSON_TEXT_MAX, &json, NULL) == L1_OK);
    CHECK(json.count == 8192 && json.nodes[0].count == 8191);
    CHECK(l1_json_parse("[1,2]", 5, nodes, 3, &json, NULL).code == L1_OK);
    CHECK(l1_json_parse("[1,2]", 5, nodes, 2, &json, &diag).code == L1_INPUT_TOO_LONG);
    CHECK(diag.offset == 3);
}

static void test_parse__refuses_duplicate_keys_compared_unescaped(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool refused;
        size_t offset;
        const char *field;
    } rows[] = {
        {"{\"a\":1,\"a\":2}", true, 8, "a"},
        {"{\"a\":1,\"b\":{},\"c\":[1,{\"x\":1}],\"a\":2}", true, 31, "a"},
        {"{\"a\":1,\"A\":2}", false, 0, ""},
        {"{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}", false, 0, ""},
        {"[{\"a\":1},{\"a\":1}]", false, 0, ""},
        {"{\"a\":1,\"\\u0061\":2}", true, 8, "\\u0061"},
        {"{\"\\u0061\":1,\"a\":2}", true, 13, "a"},
        {"{\"\\u0061\":1,\"x\":0,\"a\":2}", true, 19, "a"},
        {"{\"\\u00e9\":1,\"\xc3\xa9\":2}", true, 13, "\xc3\xa9"},
        {"{\"\\u20AC\":1,\"\xe2\x82\xac\":2}", true, 13, "\xe2\x82\xac"},
        {"{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}", true, 19, "\xf0\x9f\x98\x80"},
        {"{\"\\/\":1,\"/\":2}", true, 9, "/"},
        {"{\"\\n\":1,\"\\u000a\":2}", true, 9, "\\u000a"},
        {"{\"\\n\":1,\"n\":2}", false, 0, ""},
        {"{\"\\b\":1,\"\\f\":2,\"\\n\":3,\"\\r\":4,\"\\t\":5,\"\\u0000\":6}", false, 0, ""},
        {"{\"\\b\":1,\"\\f\":2,\"\\r\":4,\"\\t\":5,\"\\u0009\":6}", true, 30, "\\u0009"},
        {"{\"\\\\\":1,\"\\u005c\":2}", true, 9, "\\u005c"},
        {"{\"a\":1,\"a\\u0000\":2}", false, 0, ""},
        {"{\"\":1,\"\":2}", true, 7, ""},
        {"{\"abxcd\":1,\"aaxdd\":2,\"acxbd\":3}", false, 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_json json = {0};
        l1_diag diag = {0};
        const l1_status status = parse(rows[i].text, strlen(rows[i].text), &json, &diag);
        if (status != (rows[i].refused ? L1_INPUT_SYNTAX : L1_OK))
            print_message("%s\n", rows[i].text);
        CHECK(status == (rows[i].refused ? L1_INPUT_SYNTAX : L1_OK));
        if (!rows[i].refused) continue;
        CHECK(diag.offset == rows[i].offset);
        assert_string_equal(diag.field, rows[i].field);
        CHECK(strstr(diag.text, "duplicate key") != NULL);
    }
}

/* An object of `count` keys "k<i>" in which key number `repeat` is written as key number 0. */
static size_t many_keys(char *text, unsigned count, unsigned repeat, bool escaped)
{
    size_t used = 0;
    for (unsigned i = 0; i < count; i++) {
        const char *letter = escaped && i % 2 != 0 ? "\\u006b" : "k";
        used += (size_t)sprintf(text + used, "%c\"%s%u\":%u", i == 0 ? '{' : ',', letter,
                                i == repeat ? 0 : i, i);
    }
    text[used++] = '}';
    return used;
}

static void test_parse__finds_duplicates_among_any_number_of_keys(void **state)
{
    (void)state;
    static char text[20000];
    for (unsigned count = 2; count <= 80; count++) {
        for (unsigned repeat = 1; repeat <= count; repeat++) { /* repeat == count: none */
            for (int escaped = 0; escaped < 2; escaped++) {
                l1_json json = {0};
                l1_diag diag = {0};
                const size_t size = many_keys(text, count, repeat, escaped != 0);
                const l1_status status = parse(text, size, &json, &diag);
                CHECK(status == (repeat == count ? L1_OK : L1_INPUT_SYNTAX));
                if (repeat == count) continue;
                CHECK(strncmp(text + diag.offset, repeat % 2 && escaped ? "\\u006b0\"" : "k0\"",
                              3) == 0);
                CHECK(diag.offset > 2);
            }
        }
    }
    for (int escaped = 0; escaped < 2; escaped++) {
        l1_json json = {0};
        const unsigned count = escaped ? 1050 : 1300;
        CHECK(parse(text, many_keys(text, count, count, escaped != 0), &json, NULL) == L1_OK);
        CHECK(parse(text, many_keys(text, count, count - 1, escaped != 0), &json, NULL) ==
              L1_INPUT_SYNTAX);
        CHECK(parse(text, many_keys(text, count, 1, escaped != 0), &json, NULL) == L1_INPUT_SYNTAX);
    }
}

static void test_salvage__reads_a_key_that_stands_before_the_error(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"{\"signal_id\":\"s1\",\"qty\":NaN}", "s1"},
        {"{\"qty\":1,\"signal_id\":\"s1\"", "s1"},
        {"{\"x\":{\"signal_id\":\"inner\"},\"signal_id\":\"outer\",", "outer"},
        {"{\"x\":[1,[2],{\"signal_id\":\"inner\"", ""},
        {"{\"x\":[1,2}", ""},
        {"{\"x\":[\"signal_id\",\"inner\"", ""},
        {"{\"qty\":NaN,\"signal_id\":\"s1\"}", ""},
        {"{\"signal_id\":\"s1", ""},
        {"{\"signal_id\":\"s1\"", "s1"},
        {"{\"signal_id\":\"s1\" \"x\"", "s1"},
        {"{\"signal_id\":12,", ""},
        {"{\"signal_id\":[\"s1\"],", ""},
        {"{\"signal_id\"", ""},
        {"{\"\\u0073ignal_id\":\"s\\u0031\",", "s1"},
        {"{\"signal_id\":\"a\\u0000b\",", ""},
        {"{\"signal_id\":\"\",", ""},
        {"{\"signal_id\":\"1234567\",", "1234567"},
        {"{\"signal_id\":\"12345678\",", ""},
        {"{\"a\":\"signal_id\",\"b\":\"signal_id\",", ""},
        {"{\"signal_id\":\"s1\",\"signal_id\":\"s2\"}", "s1"},
        {"[\"signal_id\",\"s1\",", ""},
        {"\"signal_id\"", ""},
        {"{\"signal_id\":\"s1\",\"a\":[[[[[[[[[[[[", "s1"},
        {"", ""},
        {"\xff", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[8];
        memset(out, 'z', sizeof out);
        const size_t size = l1_json_salvage_string(rows[i].text, strlen(rows[i].text), "signal_id",
                                                   out, sizeof out);
        if (strcmp(out, rows[i].want) != 0) print_message("%s -> %s\n", rows[i].text, out);
        assert_string_equal(out, rows[i].want);
        CHECK(size == strlen(rows[i].want));
    }
    static char huge[100000]; /* far beyond a message: what stands in its first 16 KiB counts */
    memset(huge, ' ', sizeof huge);
    memcpy(huge, "{\"signal_id\":\"s1\",", 18);
    char out[8];
    CHECK(l1_json_salvage_string(huge, sizeof huge, "signal_id", out, sizeof out) == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse__accepts_every_kind_of_value),
        cmocka_unit_test(test_parse__refuses_with_place_and_reason),
        cmocka_unit_test(test_parse__refuses_a_raw_nul_everywhere),
        cmocka_unit_test(test_parse__refuses_a_text_cut_at_any_byte),
        cmocka_unit_test(test_parse__gives_nodes_in_document_order),
        cmocka_unit_test(test_parse__holds_its_limits),
        cmocka_unit_test(test_parse__refuses_duplicate_keys_compared_unescaped),
        cmocka_unit_test(test_parse__finds_duplicates_among_any_number_of_keys),
        cmocka_unit_test(test_salvage__reads_a_key_that_stands_before_the_error),
    };
    return cmocka_run_group_tests_name("json reader", tests, NULL, NULL);
}
