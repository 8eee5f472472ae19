/* series: extremes survive, memory does not grow, the order of time is kept. */
#include "testlib/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "report/series.h"

#define START INT64_C(1700000000000000000)
#define MINUTE INT64_C(60000000000)

static l1_series series;
static l1_marks marks;
static l1_series_point points[L1_SERIES_POINTS_MAX];

static void clear(void)
{
    memset(&series, 0, sizeof series);
    memset(&marks, 0, sizeof marks);
}

static void test_series__is_empty_until_something_comes(void **state)
{
    (void)state;
    clear();
    CHECK(l1_series_points(&series, points) == 0);
    l1_series_add(&series, START, -7);
    CHECK(l1_series_points(&series, points) == 1);
    CHECK(points[0].at_ns == START && points[0].value == -7);
}

static void test_series__few_values_come_back_as_they_were(void **state)
{
    (void)state;
    clear();
    static const int64_t values[] = {5, 9, 1, 4};
    for (int i = 0; i < 4; i++) l1_series_add(&series, START + i * MINUTE, values[i]);
    CHECK(l1_series_points(&series, points) == 4);
    for (int i = 0; i < 4; i++) {
        CHECK(points[i].value == values[i] && points[i].at_ns == START + i * MINUTE);
    }
    CHECK(series.low == 1 && series.low_at_ns == START + 2 * MINUTE);
    CHECK(series.high == 9 && series.high_at_ns == START + MINUTE);
    CHECK(series.first == 5 && series.last == 4);
}

static void test_series__cells_are_joined_exactly_when_time_outgrows_them(void **state)
{
    (void)state;
    static const struct {
        int64_t after_ms, width_ms;
    } rows[] = {
        {L1_SERIES_CELLS - 1, 1},
        {L1_SERIES_CELLS, 2},
        {2 * L1_SERIES_CELLS - 1, 2},
        {2 * L1_SERIES_CELLS, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clear();
        l1_series_add(&series, START, 1);
        l1_series_add(&series, START + rows[i].after_ms * 1000000, 2);
        CHECK(series.time.width_ns == rows[i].width_ms * 1000000);
        CHECK(series.time.used <= L1_SERIES_CELLS);
        CHECK(l1_series_points(&series, points) == 2);
    }
}

/* A walk of a year of minutes, with one needle up and one down. */
static void test_series__a_year_keeps_every_extreme_in_bounded_points(void **state)
{
    (void)state;
    clear();
    l1_prng prng;
    l1_prng_seed(&prng, 5);
    int64_t value = 100000;
    const int count = 365 * 1440;
    for (int i = 0; i < count; i++) {
        value += (int64_t)l1_prng_below(&prng, 11) - 5;
        const int64_t needle = i == 123456 ? 50000000 : i == 345678 ? -50000000 : 0;
        l1_series_add(&series, START + i * MINUTE, value + needle);
    }
    const size_t found = l1_series_points(&series, points);
    CHECK(found > L1_SERIES_CELLS / 2 && found <= L1_SERIES_POINTS_MAX);
    int up = 0, down = 0;
    for (size_t i = 0; i < found; i++) {
        up += points[i].value > 10000000 && points[i].at_ns == START + 123456 * MINUTE;
        down += points[i].value < -10000000 && points[i].at_ns == START + 345678 * MINUTE;
        CHECK(i == 0 || points[i - 1].at_ns <= points[i].at_ns);
    }
    CHECK(up == 1 && down == 1);
    CHECK(points[0].at_ns == START && points[found - 1].value == value);
    uint64_t counted = 0;
    for (uint32_t i = 0; i < series.time.used; i++) counted += series.cells[i].count;
    CHECK(counted == (uint64_t)count && series.count == (uint64_t)count);
}

static void test_series__an_older_value_counts_for_the_last_cell(void **state)
{
    (void)state;
    clear();
    l1_series_add(&series, START, 1);
    l1_series_add(&series, START + 500 * INT64_C(1000000), 2);
    l1_series_add(&series, START - MINUTE, 3);
    CHECK(series.time.used == 501 && series.cells[500].count == 2);
    CHECK(series.cells[500].high == 3);
    l1_series_add(&series, START + 100 * INT64_C(1000000), 4);
    CHECK(series.cells[500].count == 3 && series.cells[100].count == 0);
}

static void test_marks__sums_are_kept_when_cells_are_joined(void **state)
{
    (void)state;
    clear();
    for (int i = 0; i < 1000; i++) l1_marks_add(&marks, START + i * MINUTE, 2, 30 + i % 2);
    uint64_t count = 0;
    int64_t qty = 0, quote = 0, last = 0;
    for (uint32_t i = 0; i < L1_MARKS_CELLS; i++) {
        const l1_mark *mark = &marks.cells[i];
        if (mark->count == 0) continue;
        count += mark->count;
        qty += mark->qty_e8;
        quote += mark->quote_e8;
        CHECK(mark->first_ns > last || last == 0);
        CHECK(mark->last_ns - mark->first_ns == (int64_t)(mark->count - 1) * MINUTE);
        last = mark->last_ns;
    }
    CHECK(count == 1000 && marks.count == 1000 && qty == 2000 && quote == 30500);
    CHECK(marks.time.used > L1_MARKS_CELLS / 4 && marks.time.used <= L1_MARKS_CELLS);
}

static void test_marks__a_sum_that_does_not_fit_stays_at_the_most(void **state)
{
    (void)state;
    clear();
    l1_marks_add(&marks, START, INT64_MAX - 1, 1);
    l1_marks_add(&marks, START, 5, 1);
    CHECK(marks.cells[0].qty_e8 == INT64_MAX && marks.cells[0].quote_e8 == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series__is_empty_until_something_comes),
        cmocka_unit_test(test_series__few_values_come_back_as_they_were),
        cmocka_unit_test(test_series__cells_are_joined_exactly_when_time_outgrows_them),
        cmocka_unit_test(test_series__a_year_keeps_every_extreme_in_bounded_points),
        cmocka_unit_test(test_series__an_older_value_counts_for_the_last_cell),
        cmocka_unit_test(test_marks__sums_are_kept_when_cells_are_joined),
        cmocka_unit_test(test_marks__a_sum_that_does_not_fit_stays_at_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
