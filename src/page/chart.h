/* page/chart.h: charts that are as wide as their box while their text keeps its size.
 *
 * A chart is one <figure>: places are shares of the box, so that the same drawing fits a phone and
 * a desk; lines are stretched with it, texts and marks are not. The page brings the colours: a
 * style is one of its classes. Labels marked "minor" may be hidden where it is narrow. Texts are
 * escaped. Determinism: pure; times are UTC. */
#ifndef L1_PAGE_CHART_H
#define L1_PAGE_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    const char *id;    /* of the figure; NULL = none */
    const char *title; /* the caption */
    const char *says;  /* what is read aloud in place of the drawing */
    const char *style; /* class of the drawing, e.g. its height; NULL = none */
    double x_low, x_high, y_low, y_high;
    bool x_time;      /* x is Unix ms: its ticks are those of the calendar */
    bool x_bare;      /* no labels below: another chart with the same x follows */
    bool y_counts;    /* y counts things: whole numbers, the least and the most alone */
    const char *unit; /* behind each number of the y axis, e.g. "%" */
    const char *x_unit;
} l1_chart;

typedef struct {
    double x, y;
} l1_chart_point;

/* low < high afterwards: what is equal is moved apart, what is not is given some air. */
void l1_chart_range(double *low, double *high);

void l1_chart_begin(const l1_chart *chart, FILE *out);
/* `area`: filled down (or up) to y = `level`. */
void l1_chart_line(const l1_chart *chart, const char *style, const l1_chart_point *points,
                   size_t count, bool area, double level, FILE *out);
/* A line across at `y` with a short text at its left end; "" = none. */
void l1_chart_level(const l1_chart *chart, const char *style, double y, const char *text,
                    FILE *out);
/* A line upwards at `x`. */
void l1_chart_upright(const l1_chart *chart, const char *style, double x, const char *text,
                      FILE *out);
/* The page's symbol of that name; `title` is shown when it is pointed at. */
void l1_chart_mark(const l1_chart *chart, const char *symbol, double x, double y, const char *title,
                   FILE *out);
/* A bar from y_from to y_to over [x_from, x_to]. */
void l1_chart_bar(const l1_chart *chart, const char *style, double x_from, double x_to,
                  double y_from, double y_to, const char *title, FILE *out);
void l1_chart_end(const l1_chart *chart, FILE *out);
void l1_chart_legend_begin(FILE *out);
void l1_chart_legend(const char *style, const char *text, FILE *out);
void l1_chart_legend_end(FILE *out);

/* Ticks of the calendar within [low_ms, high_ms]: their times and texts. Returns how many. */
#define L1_TIME_TICKS_MAX 9
typedef struct {
    double at_ms;
    char text[16];
} l1_time_tick;
size_t l1_chart_time_ticks(double low_ms, double high_ms, l1_time_tick ticks[L1_TIME_TICKS_MAX]);

/* "-1,234.50", n/a of NAN; `digits` behind the point, 0 to 8. `out` holds L1_NUMBER_TEXT_MAX. */
#define L1_NUMBER_TEXT_MAX 48
const char *l1_page_number(double value, int digits, char out[L1_NUMBER_TEXT_MAX]);
/* The same of a decimal in units of 1e-8, rounded to nearest, exactly. */
const char *l1_page_decimal(int64_t e8, int digits, char out[L1_NUMBER_TEXT_MAX]);
/* "2023-01-31 23:59" UTC. `out` holds L1_NUMBER_TEXT_MAX. */
const char *l1_page_time(int64_t at_ns, char out[L1_NUMBER_TEXT_MAX]);

#endif
