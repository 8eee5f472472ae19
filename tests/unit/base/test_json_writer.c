/* tests/unit/base/test_json_writer.c: the writer's text, read back by jansson. */
#include "testlib/check.h"

#include <jansson.h>
#include <string.h>

#include "base/decimal.h"
#include "base/json.h"

static void write_example(l1_json_writer *out)
{
    l1_json_open(out, '{');
    l1_json_key(out, "text");
    l1_json_put_text(out, "a\"b\\c\n\x01\x1f/\x7f\xc3\xa9");
    l1_json_key(out, "none");
    l1_json_put_text(out, NULL);
    l1_json_key(out, "list");
    l1_json_open(out, '[');
    l1_json_open(out, '[');
    l1_json_put_decimal(out, 5012530000000);
    l1_json_put_decimal(out, -1);
    l1_json_put_decimal(out, L1_OFF);
    l1_json_close(out, ']');
    l1_json_open(out, '{');
    l1_json_close(out, '}');
    l1_json_put_bool(out, true);
    l1_json_put_bool(out, false);
    l1_json_put_null(out);
    l1_json_close(out, ']');
    l1_json_key(out, "max");
    l1_json_put_integer(out, INT64_MAX);
    l1_json_key(out, "min");
    l1_json_put_integer(out, INT64_MIN);
    l1_json_key(out, "zero");
    l1_json_put_integer(out, 0);
    l1_json_key(out, "raw");
    l1_json_put_raw(out, "[1,2]", 5);
    l1_json_close(out, '}');
}

static const char want[] =
    "{\"text\":\"a\\\"b\\\\c\\n\\u0001\\u001f/\x7f\xc3\xa9\",\"none\":null,\"list\":[[50125.3,"
    "-0.00000001,null],{},true,false,null],\"max\":9223372036854775807,"
    "\"min\":-9223372036854775808,\"zero\":0,\"raw\":[1,2]}";

static void test_writer__places_commas_and_escapes(void **state)
{
    (void)state;
    char text[512];
    l1_json_writer out = {.base = text, .capacity = sizeof text};
    write_example(&out);
    CHECK(!out.failed);
    CHECK(out.used == sizeof want - 1);
    CHECK(memcmp(text, want, out.used) == 0);
    json_t *tree = json_loadb(text, out.used, 0, NULL);
    CHECK(tree != NULL);
    json_decref(tree);
}

static void test_writer__fails_and_stays_inside_every_smaller_buffer(void **state)
{
    (void)state;
    char text[512];
    for (size_t capacity = 0; capacity <= sizeof want; capacity++) {
        memset(text, 'z', sizeof text);
        l1_json_writer out = {.base = text, .capacity = capacity};
        write_example(&out);
        CHECK(out.failed == (capacity < sizeof want - 1));
        CHECK(out.used <= capacity);
        CHECK(text[capacity] == 'z');
        CHECK(memcmp(text, want, out.used) == 0); /* a prefix: nothing after the failure */
    }
}

static void test_writer__writes_valid_json_for_any_bytes(void **state)
{
    (void)state;
    for (unsigned first = 1; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            const char bytes[] = {'x', (char)first, (char)second, second == 0 ? '\0' : 'y', '\0'};
            char text[64];
            l1_json_writer out = {.base = text, .capacity = sizeof text};
            l1_json_put_text(&out, bytes);
            CHECK(!out.failed);
            json_t *tree = json_loadb(text, out.used, JSON_DECODE_ANY, NULL);
            CHECK(tree != NULL);
            if (first < 0x80 && second < 0x80) assert_string_equal(json_string_value(tree), bytes);
            json_decref(tree);
        }
    }
    char text[64];
    l1_json_writer out = {.base = text, .capacity = sizeof text};
    l1_json_put_text(&out, "\xff\xed\xa0\x80z");
    static const char replaced[] = "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"";
    CHECK(out.used == sizeof replaced - 1);
    CHECK(memcmp(text, replaced, out.used) == 0);
}

static void test_writer__sees_every_byte_at_every_place(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 20; size++) {
        for (size_t at = 0; at < size; at++) {
            for (int byte = 1; byte < 0x80; byte++) {
                char bytes[32] = "abcdefghijklmnopqrst";
                bytes[at] = (char)byte;
                bytes[size] = '\0';
                char text[64];
                l1_json_writer out = {.base = text, .capacity = sizeof text};
                l1_json_put_text(&out, bytes);
                CHECK(!out.failed);
                const bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
                CHECK((out.used == size + 2) == plain);
                json_t *tree = json_loadb(text, out.used, JSON_DECODE_ANY, NULL);
                CHECK(tree != NULL);
                assert_string_equal(json_string_value(tree), bytes);
                json_decref(tree);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writer__places_commas_and_escapes),
        cmocka_unit_test(test_writer__fails_and_stays_inside_every_smaller_buffer),
        cmocka_unit_test(test_writer__sees_every_byte_at_every_place),
        cmocka_unit_test(test_writer__writes_valid_json_for_any_bytes),
    };
    return cmocka_run_group_tests_name("json writer", tests, NULL, NULL);
}
