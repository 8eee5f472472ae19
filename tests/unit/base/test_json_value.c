/* tests/unit/base/test_json_value.c: lookups, strings and numbers of parsed JSON. */
#include "testlib/check.h"

#include <string.h>

#include "base/json.h"

static l1_json_node nodes[256];

static l1_json parsed(const char *text)
{
    l1_json json = {0};
    CHECK(l1_json_parse(text, strlen(text), nodes, 256, &json, NULL).code == L1_OK);
    return json;
}

static void test_member__finds_own_members_only(void **state)
{
    (void)state;
    const l1_json json = parsed("{\"x\":{\"inner\":1,\"list\":[1,{\"deep\":2}]},\"\\u0079\":\"x\","
                                "\"long_key_name\":3,\"a\\\\b\":4,\"\":5}");
    const uint32_t x = l1_json_member(&json, 0, "x");
    CHECK(x == 2);
    CHECK(json.nodes[x].type == L1_JSON_OBJECT);
    CHECK(l1_json_member(&json, 0, "inner") == 0);
    CHECK(l1_json_member(&json, x, "x") == 0);
    CHECK(json.nodes[l1_json_member(&json, x, "inner")].type == L1_JSON_NUMBER);
    const uint32_t list = l1_json_member(&json, x, "list");
    CHECK(json.nodes[list].type == L1_JSON_ARRAY);
    CHECK(l1_json_member(&json, list, "deep") == 0); /* an array has no members */
    CHECK(l1_json_equals(&json, l1_json_member(&json, 0, "y"), "x"));
    CHECK(l1_json_member(&json, 0, "\\u0079") == 0);
    CHECK(l1_json_member(&json, 0, "long_key_nam") == 0);
    CHECK(l1_json_member(&json, 0, "long_key_name") != 0);
    CHECK(l1_json_member(&json, 0, "long_key_name_") == 0);
    CHECK(l1_json_member(&json, 0, "a\\b") != 0);
    CHECK(l1_json_member(&json, 0, "") == json.count - 1);
}

static void test_string__unescapes_within_its_capacity(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"\"\"", ""},
        {"\"abc\"", "abc"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
        {"\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00z\"", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"},
        {"\"\\u007f\\u0080\\u07ff\\u0800\\uffff\"", "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"},
        {"\"\\ud800\\udc00\\udbff\\udfff\"", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
        {"\"\xe2\x82\xac\\n\"", "\xe2\x82\xac\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_json json = parsed(rows[i].text);
        const size_t need = strlen(rows[i].want) + 1;
        char out[64];
        memset(out, 'z', sizeof out);
        CHECK(l1_json_string(&json, 0, out, need).code == L1_OK);
        assert_string_equal(out, rows[i].want);
        CHECK(out[need] == 'z');
        CHECK(l1_json_equals(&json, 0, rows[i].want));
        if (need == 1) continue;
        CHECK(l1_json_string(&json, 0, out, need - 1).code == L1_INPUT_TOO_LONG);
        if (need - 1 <= 4) continue;
        l1_json_cut(out, need - 1); /* whole characters, and as many as fit */
        const size_t kept = strlen(out);
        CHECK(kept < need - 1 && memcmp(out, rows[i].want, kept) == 0);
        CHECK(((unsigned char)rows[i].want[kept] & 0xc0) != 0x80);
        char other[64];
        memcpy(other, rows[i].want, need);
        other[need - 2] ^= 1;
        CHECK(!l1_json_equals(&json, 0, other));
        other[need - 2] = '\0';
        CHECK(!l1_json_equals(&json, 0, other));
    }
    char out[8];
    l1_json json = parsed("\"a\\u0000b\"");
    CHECK(l1_json_string(&json, 0, out, sizeof out).code == L1_INPUT_FIELD);
    CHECK(!l1_json_equals(&json, 0, "a"));
    json = parsed("12");
    CHECK(l1_json_string(&json, 0, out, sizeof out).code == L1_INPUT_FIELD);
    CHECK(!l1_json_equals(&json, 0, "12"));
}

static void test_decimal__takes_numbers_and_strings_of_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        l1_status status;
        int64_t want;
    } rows[] = {
        {"1e-05", L1_OK, 1000},
        {"\"1e-05\"", L1_OK, 1000},
        {"\"-0.5\"", L1_OK, -50000000},
        {"\"+1\"", L1_INPUT_SYNTAX, 0},
        {"\" 1\"", L1_INPUT_SYNTAX, 0},
        {"\"\"", L1_INPUT_SYNTAX, 0},
        {"\"\\u0031\"", L1_INPUT_SYNTAX, 0},
        {"\"NaN\"", L1_INPUT_SYNTAX, 0},
        {"12345678901234567890e-10", L1_OK, INT64_C(123456789012345679)},
        {"123456789012345678901e-11", L1_INPUT_TOO_LONG, 0},
        {"1e999999999", L1_INPUT_FIELD, 0},
        {"true", L1_INPUT_FIELD, 0},
        {"null", L1_INPUT_FIELD, 0},
        {"[1]", L1_INPUT_FIELD, 0},
        {"{}", L1_INPUT_FIELD, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_json json = parsed(rows[i].text);
        int64_t e8 = 0;
        const l1_status status = l1_json_decimal(&json, 0, &e8).code;
        if (status != rows[i].status) print_message("%s\n", rows[i].text);
        CHECK(status == rows[i].status);
        CHECK(e8 == rows[i].want);
    }
}

static void test_integer__takes_int64_without_fraction_or_exponent(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool fits;
        int64_t want;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"7", true, 7},
        {"1700000000000", true, INT64_C(1700000000000)},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"-9223372036854775808", true, INT64_MIN},
        {"-9223372036854775809", false, 0},
        {"18446744073709551616", false, 0},
        {"18446744073709551617", false, 0},
        {"99999999999999999999999999", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"1E3", false, 0},
        {"\"1\"", false, 0},
        {"true", false, 0},
        {"[1]", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_json json = parsed(rows[i].text);
        int64_t out = 0;
        const l1_status status = l1_json_integer(&json, 0, &out).code;
        if ((status == L1_OK) != rows[i].fits) print_message("%s\n", rows[i].text);
        CHECK(status == (rows[i].fits ? L1_OK : L1_INPUT_FIELD));
        CHECK(out == rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_member__finds_own_members_only),
        cmocka_unit_test(test_string__unescapes_within_its_capacity),
        cmocka_unit_test(test_decimal__takes_numbers_and_strings_of_numbers),
        cmocka_unit_test(test_integer__takes_int64_without_fraction_or_exponent),
    };
    return cmocka_run_group_tests_name("json value", tests, NULL, NULL);
}
