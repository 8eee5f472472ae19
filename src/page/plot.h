/* page/plot.h: plots as inline SVG, for a page that brings the colours.
 *
 * A plot is as wide as its box and keeps its shape; its texts are its own, so that it reads the
 * same on a phone. Colours come from the page's classes: grid, axis, reference, and those of the
 * series. Texts are escaped. Determinism: pure. */
#ifndef L1_PAGE_PLOT_H
#define L1_PAGE_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct {
    double x, y;
    double low, high; /* of the whisker; equal = none */
} l1_plot_point;

typedef struct {
    const char *name;  /* in the legend; NULL = not in it */
    const char *style; /* class of the page */
    const l1_plot_point *points;
    size_t count;
    bool line, dots;
} l1_plot_series;

typedef struct {
    const char *title; /* what is read aloud; seen as the caption */
    const char *x_name, *y_name;
    double x_low, x_high, y_low, y_high;
    const char *const *x_labels; /* of x = 0, 1, ...; NULL = numbers */
    size_t x_labels_count;
    bool diagonal;
    bool level; /* a line across at `level_y` */
    double level_y;
    const l1_plot_series *series;
    size_t count;
} l1_plot;

/* A <figure>. */
void l1_plot_write(const l1_plot *plot, FILE *out);

/* Bars from the left, the largest filling the width. */
typedef struct {
    const char *name;
    const char *style;
    double value; /* a share, shown in % */
} l1_plot_bar;
void l1_plot_bars(const char *title, const l1_plot_bar *bars, size_t count, FILE *out);

/* Where `value` of [low, high] lies on [from, to]; held within. */
double l1_plot_place(double value, double low, double high, double from, double to);

/* Round numbers (1, 2 or 5 x 10^n apart) within [low, high], low < high: at most L1_TICKS_MAX,
 * at least 2 where they exist. Returns how many. */
#define L1_TICKS_MAX 7
size_t l1_plot_ticks(double low, double high, double ticks[L1_TICKS_MAX]);

/* `text` with &, <, >, " and ' as entities. */
void l1_plot_text(const char *text, FILE *out);

#endif
