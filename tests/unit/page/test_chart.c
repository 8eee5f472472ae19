/* chart: numbers, times of the calendar, and places as shares of the box. */
#include "testlib/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page/chart.h"

static void test_numbers__are_rounded_to_nearest_with_thousands_apart(void **state)
{
    (void)state;
    static const struct {
        int64_t e8;
        int digits;
        const char *text;
    } rows[] = {
        {0, 2, "0.00"},
        {1234567 * INT64_C(100000000), 0, "1,234,567"},
        {INT64_C(99999499999), 2, "999.99"},
        {INT64_C(99999500000), 2, "1,000.00"},
        {-INT64_C(99999500000), 2, "-1,000.00"},
        {-400000, 2, "0.00"}, /* no minus before nothing */
        {-500000, 2, "-0.01"},
        {1, 8, "0.00000001"},
        {49999999, 0, "0"},
        {50000000, 0, "1"},
        {INT64_MAX, 0, "92,233,720,369"},
        {INT64_MIN + 1, 8, "-92,233,720,368.54775807"},
    };
    char text[L1_NUMBER_TEXT_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(strcmp(l1_page_decimal(rows[i].e8, rows[i].digits, text), rows[i].text) == 0);
    }
    CHECK(strcmp(l1_page_number(-1234.567, 1, text), "-1,234.6") == 0);
    CHECK(strcmp(l1_page_number(1e15, 1, text), "1e+15") == 0);
}

static void test_times__are_utc_minutes(void **state)
{
    (void)state;
    char text[L1_NUMBER_TEXT_MAX];
    CHECK(strcmp(l1_page_time(INT64_C(1704067199999000000), text), "2023-12-31 23:59") == 0);
    CHECK(strcmp(l1_page_time(INT64_C(1704067200000000000), text), "2024-01-01 00:00") == 0);
}

#define DAY 86400000.0
#define NEW_YEAR 1672531200000.0 /* 2023 */

static void test_ticks__are_those_of_the_calendar(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        size_t count;
        const char *first, *last;
    } rows[] = {
        {NEW_YEAR, NEW_YEAR + 364 * DAY, 6, "2023", "Nov"},
        {NEW_YEAR + DAY, NEW_YEAR + 364 * DAY, 5, "Mar", "Nov"},
        {NEW_YEAR - 364 * DAY, NEW_YEAR + 364 * DAY, 3, "Jul", "Jul"},
        {NEW_YEAR, NEW_YEAR + DAY - 60000, 4, "1 Jan", "18:00"},
        {NEW_YEAR + 3600000, NEW_YEAR + 3 * 3600000, 5, "01:00", "03:00"},
        {NEW_YEAR, NEW_YEAR + 345000, 6, "1 Jan", "00:05"},
        {NEW_YEAR, NEW_YEAR + 20000, 5, "00:00:00", "00:00:20"},
        {NEW_YEAR, NEW_YEAR + 30 * DAY, 4, "5 Jan", "26 Jan"},
        {NEW_YEAR, NEW_YEAR + 98 * DAY, 7, "5 Jan", "30 Mar"},
        {NEW_YEAR, NEW_YEAR + 98 * DAY + 1000, 4, "2023", "Apr"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_time_tick ticks[L1_TIME_TICKS_MAX];
        const size_t count = l1_chart_time_ticks(rows[i].low, rows[i].high, ticks);
        CHECK(count == rows[i].count);
        CHECK(count >= 2 && count <= L1_TIME_TICKS_MAX);
        for (size_t k = 0; k < count; k++) {
            CHECK(ticks[k].at_ms >= rows[i].low && ticks[k].at_ms <= rows[i].high);
            CHECK(k == 0 || ticks[k].at_ms > ticks[k - 1].at_ms);
            CHECK(ticks[k].text[0] != '\0');
        }
        CHECK(strcmp(ticks[0].text, rows[i].first) == 0);
        CHECK(strcmp(ticks[count - 1].text, rows[i].last) == 0);
    }
}

static void test_range__is_never_empty(void **state)
{
    (void)state;
    static const struct {
        double low, high;
    } rows[] = {{0, 0}, {5, 5}, {-3, -3}, {1, 2}, {100000, 100000.000001}, {1e-12, 1e-12}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double low = rows[i].low, high = rows[i].high;
        l1_chart_range(&low, &high);
        CHECK(low < rows[i].low && high > rows[i].high);
        CHECK(high - low > 1e-9);
    }
}

static void test_chart__places_are_shares_of_the_box(void **state)
{
    (void)state;
    static const l1_chart_point points[] = {{0, 0}, {5, 10}, {10, 5}};
    const l1_chart chart = {.id = "c",
                            .title = "T<",
                            .says = "\"said\"",
                            .style = "low",
                            .x_high = 10,
                            .y_high = 10,
                            .unit = "%"};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    CHECK(out != NULL);
    l1_chart_begin(&chart, out);
    l1_chart_line(&chart, "main", points, 3, true, 0, out);
    l1_chart_line(&chart, "main", points, 0, true, 0, out); /* nothing */
    l1_chart_mark(&chart, "buy", 2.5, 7.5, "a & b", out);
    l1_chart_bar(&chart, "sell", 2, 4, 0, 5, "five", out);
    l1_chart_level(&chart, "reference", 5, "half", out);
    l1_chart_end(&chart, out);
    CHECK(fclose(out) == 0);
    CHECK(strstr(text, "<figure id=\"c\"><figcaption>T&lt;</figcaption>") != NULL);
    CHECK(strstr(text, "aria-label=\"&quot;said&quot;\"") != NULL);
    CHECK(strstr(text, "<polyline points=\"0.0,1000.0 500.0,0.0 1000.0,500.0 \"/>") != NULL);
    CHECK(strstr(text, "<polygon points=\"0.0,1000.0 0.0,1000.0 500.0,0.0 1000.0,500.0 "
                       "1000.0,1000.0\"/>") != NULL);
    CHECK(strstr(text, "href=\"#buy\" x=\"25.00%\" y=\"25.00%\"><title>a &amp; b<") != NULL);
    CHECK(
        strstr(text, "x=\"20.00%\" y=\"50.00%\" width=\"20.00%\" height=\"50.00%\"><title>five") !=
        NULL);
    CHECK(strstr(text, "y1=\"50.00%\" y2=\"50.00%\"/><text class=\"note\"") != NULL);
    const char *line = strstr(text, "<polyline");
    CHECK(line != NULL && strstr(line + 1, "<polyline") == NULL);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers__are_rounded_to_nearest_with_thousands_apart),
        cmocka_unit_test(test_times__are_utc_minutes),
        cmocka_unit_test(test_ticks__are_those_of_the_calendar),
        cmocka_unit_test(test_range__is_never_empty),
        cmocka_unit_test(test_chart__places_are_shares_of_the_box),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
