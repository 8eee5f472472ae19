/* tests/unit/bus_codec/test_timestamp.c: dates against values of `date -u`. */
#include "testlib/check.h"

#include <stdio.h>
#include <string.h>

#include "bus/codec/timestamp.h"

#define S(n) (INT64_C(n) * 1000000000)

static void test_timestamp__reads_rfc_3339_and_refuses_the_rest(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ns; /* 0: refused */
    } rows[] = {
        {"2009-01-01T00:00:00Z", S(1230768000)},
        {"2008-12-31T23:59:59Z", 0},
        {"2008-12-31T23:59:59.999999999Z", 0},
        {"2008-12-31T23:00:00-01:00", S(1230768000)},
        {"2009-01-01T00:59:59+01:00", 0},
        {"2100-12-31T23:59:59Z", S(4133980799)},
        {"2100-12-31T23:59:59.999999999Z", S(4133980800) - 1},
        {"2101-01-01T00:00:00Z", 0},
        {"2101-01-01T00:00:00+00:01", S(4133980740)},
        {"2023-11-14T22:13:20Z", S(1700000000)},
        {"2023-11-14t22:13:20z", S(1700000000)},
        {"2023-11-14 22:13:20Z", S(1700000000)},
        {"2023-11-15T03:43:20+05:30", S(1700000000)},
        {"2023-11-14T14:13:20-08:00", S(1700000000)},
        {"2023-11-14T22:13:20.5Z", S(1700000000) + 500000000},
        {"2023-11-14T22:13:20.123456789Z", S(1700000000) + 123456789},
        {"2023-11-14T22:13:20.1234567899Z", S(1700000000) + 123456789},
        {"2024-02-29T00:00:00Z", S(1709164800)},
        {"2023-02-29T00:00:00Z", 0},
        {"2100-02-29T00:00:00Z", 0},
        {"2000-02-29T00:00:00Z", 0},
        {"2016-12-31T23:59:60Z", S(1483228800) - 1},
        {"2017-01-01T00:59:60.25+01:00", S(1483228800) - 1},
        {"2016-12-31T23:58:60Z", 0},
        {"2016-12-31T22:59:60Z", 0},
        {"2016-12-31T23:59:61Z", 0},
        {"2023-04-30T00:00:00Z", S(1682812800)},
        {"2023-04-31T00:00:00Z", 0},
        {"2023-00-10T00:00:00Z", 0},
        {"2023-13-10T00:00:00Z", 0},
        {"2023-11-00T00:00:00Z", 0},
        {"2023-11-14T24:00:00Z", 0},
        {"2023-11-14T22:60:00Z", 0},
        {"2023-11-14T22:13:20", 0},
        {"2023-11-14T22:13:20.Z", 0},
        {"2023-11-14T22:13Z", 0},
        {"2023-11-14", 0},
        {"2023-11-14T22:13:20+5:30", 0},
        {"2023-11-14T22:13:20+0530", 0},
        {"2023-11-14T22:13:20+24:00", 0},
        {"2023-11-14T22:13:20+23:60", 0},
        {"2023-11-14T22:13:20Z ", 0},
        {" 2023-11-14T22:13:20Z", 0},
        {"+023-11-14T22:13:20Z", 0},
        {"20231114T221320Z", 0},
        {"2023-11-14X22:13:20Z", 0},
        {"1700000000000", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t ns = -5;
        const bool read = l1_timestamp_parse(rows[i].text, strlen(rows[i].text), &ns);
        if (read != (rows[i].ns != 0)) print_error("%s\n", rows[i].text);
        CHECK(read == (rows[i].ns != 0));
        assert_int_equal(ns, read ? rows[i].ns : -5);
    }
}

static void test_timestamp__milliseconds_lie_within_2009_to_2100(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        bool want;
    } rows[] = {
        {INT64_C(1230768000000), true},
        {INT64_C(1230767999999), false},
        {INT64_C(4133980799999), true},
        {INT64_C(4133980800000), false},
        {0, false},
        {-1, false},
        {INT64_MAX, false},
        {INT64_MIN, false},
        {INT64_C(1700000000), false} /* seconds */,
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t ns = -5;
        CHECK(l1_timestamp_of_ms(rows[i].ms, &ns) == rows[i].want);
        CHECK(ns == (rows[i].want ? rows[i].ms * 1000000 : -5));
    }
}

static void test_timestamp__every_day_follows_the_day_before(void **state)
{
    (void)state;
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t want = S(1230768000);
    for (int year = 2009; year <= 2100; year++) {
        for (int month = 0; month < 12; month++) {
            const bool leap = year % 4 == 0 && year % 100 != 0; /* 2000 is not in the range */
            for (int day = 1; day <= days[month] + (month == 1 && leap); day++) {
                char text[64];
                snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00Z", year, month + 1, day);
                int64_t ns = 0;
                CHECK(l1_timestamp_parse(text, strlen(text), &ns));
                CHECK(ns == want);
                want += S(86400);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timestamp__reads_rfc_3339_and_refuses_the_rest),
        cmocka_unit_test(test_timestamp__milliseconds_lie_within_2009_to_2100),
        cmocka_unit_test(test_timestamp__every_day_follows_the_day_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
