/* plot: places, ticks, escapes, and what a drawing holds. */
#include "testlib/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page/plot.h"

static void test_plot__places_are_linear_and_held_within(void **state)
{
    (void)state;
    static const struct {
        double value, place;
    } rows[] = {{0, 100}, {5, 150}, {10, 200}, {-1, 100}, {11, 200}, {NAN, 100}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(fabs(l1_plot_place(rows[i].value, 0, 10, 100, 200) - rows[i].place) < 1e-12);
    }
    CHECK(l1_plot_place(2, 0, 10, 200, 100) == 180); /* downwards, as pixels count */
}

static void test_plot__ticks_are_round_and_within(void **state)
{
    (void)state;
    static const struct {
        double low, high, first, step;
        size_t count;
    } rows[] = {
        {0, 1, 0, 0.2, 6},      {0.5, 0.8, 0.5, 0.05, 7},
        {-3.2, 10.1, -2, 2, 7}, {-12.4, 1, -12, 2, 7},
        {0, 40.7, 0, 10, 5},    {7, 8, 7, 0.2, 6},
        {0, 7e6, 0, 2e6, 4},    {0.001, 0.0035, 0.001, 0.0005, 6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double ticks[L1_TICKS_MAX];
        const size_t count = l1_plot_ticks(rows[i].low, rows[i].high, ticks);
        CHECK(count == rows[i].count);
        for (size_t k = 0; k < count; k++) {
            const double want = rows[i].first + (double)k * rows[i].step;
            CHECK(fabs(ticks[k] - want) < 1e-9 * (1 + fabs(want)));
        }
    }
}

static char *text_of(void (*write)(FILE *out))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    CHECK(out != NULL);
    write(out);
    CHECK(fclose(out) == 0);
    return text;
}

static void write_escapes(FILE *out)
{
    l1_plot_text("<a href=\"x\">'&'", out);
}

static void write_plot(FILE *out)
{
    static const l1_plot_point points[] = {{0, 0.5, 0.25, 0.75}, {1, 1, 1, 1}};
    static const l1_plot_series series[] = {{"A & B", "ensemble", points, 2, true, true}};
    const l1_plot plot = {.title = "T<",
                          .x_name = "across",
                          .y_name = "up",
                          .x_high = 1,
                          .y_high = 1,
                          .diagonal = true,
                          .series = series,
                          .count = 1};
    l1_plot_write(&plot, out);
}

static void write_bars(FILE *out)
{
    static const l1_plot_bar bars[] = {{"one", "ensemble", 0.5}, {"two", "formula", 0.25}};
    l1_plot_bars("bars", bars, 2, out);
}

static size_t occurrences(const char *text, const char *of)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, of)) != NULL; at += strlen(of)) count++;
    return count;
}

static void test_plot__texts_are_escaped(void **state)
{
    (void)state;
    char *text = text_of(write_escapes);
    CHECK(strcmp(text, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;") == 0);
    free(text);
}

static void test_plot__draws_line_dots_and_whiskers_at_their_places(void **state)
{
    (void)state;
    char *text = text_of(write_plot);
    /* x 0..1 is 46..330, y 0..1 is 210..8. */
    CHECK(strstr(text, "<polyline points=\"46.0,109.0 330.0,8.0 \"/>") != NULL);
    CHECK(strstr(text, "class=\"whisker\" x1=\"46.0\" y1=\"159.5\" x2=\"46.0\" y2=\"58.5\"") !=
          NULL);
    CHECK(occurrences(text, "class=\"whisker\"") == 1); /* low = high has none */
    CHECK(occurrences(text, "<circle") == 2);
    CHECK(occurrences(text, "class=\"reference\"") == 1);
    CHECK(strstr(text, "A &amp; B") != NULL && strstr(text, "T&lt;") != NULL);
    CHECK(strstr(text, "A & B") == NULL);
    free(text);
}

static void test_plot__bars_are_as_long_as_their_shares(void **state)
{
    (void)state;
    char *text = text_of(write_bars);
    CHECK(strstr(text, "width=\"164.0\"") != NULL && strstr(text, "width=\"82.0\"") != NULL);
    CHECK(strstr(text, "50.0 %") != NULL && strstr(text, "25.0 %") != NULL);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plot__places_are_linear_and_held_within),
        cmocka_unit_test(test_plot__ticks_are_round_and_within),
        cmocka_unit_test(test_plot__texts_are_escaped),
        cmocka_unit_test(test_plot__draws_line_dots_and_whiskers_at_their_places),
        cmocka_unit_test(test_plot__bars_are_as_long_as_their_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
