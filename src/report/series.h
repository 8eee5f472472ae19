/* report/series.h: a value over time in bounded memory, with its lows and highs kept.
 *
 * Time is cut into equal cells. When it outgrows them, neighbours are joined and the cells become
 * twice as wide. Each cell keeps its lowest and highest value and when they were, so that a line
 * through them (at most L1_SERIES_POINTS_MAX points) shows every extreme of the original.
 * Marks are kept the same way: what happened in one cell becomes one mark with its sums.
 * Units:       Unix ns; values as the caller's, e8 as a rule.
 * Ownership:   plain values of the caller; all zero is an empty one.
 * Determinism: pure. Values come in the order of time; an older one counts for the last cell. */
#ifndef L1_REPORT_SERIES_H
#define L1_REPORT_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define L1_SERIES_CELLS 900 /* even */
#define L1_SERIES_POINTS_MAX (2 * L1_SERIES_CELLS + 2)
#define L1_MARKS_CELLS 160 /* even */

/* How time is cut: cell i is [start + i * width, start + (i + 1) * width). */
typedef struct {
    int64_t start_ns, width_ns; /* width 0: nothing came yet */
    uint32_t used;              /* cells up to the last one that holds something */
} l1_time_cells;

typedef struct {
    int64_t low, high, low_at_ns, high_at_ns;
    uint64_t count; /* 0: empty, the rest says nothing */
} l1_series_cell;

typedef struct {
    l1_time_cells time;
    int64_t first, last, first_at_ns, last_at_ns; /* of all */
    int64_t low, high, low_at_ns, high_at_ns;
    uint64_t count;
    l1_series_cell cells[L1_SERIES_CELLS];
} l1_series;

void l1_series_add(l1_series *series, int64_t at_ns, int64_t value);

typedef struct {
    int64_t at_ns, value;
} l1_series_point;

/* The first value, each cell's extremes in the order of their times, the last value; returns how
 * many. `points` holds L1_SERIES_POINTS_MAX. */
size_t l1_series_points(const l1_series *series, l1_series_point *points);

typedef struct {
    int64_t qty_e8, quote_e8; /* sums */
    int64_t first_ns, last_ns;
    uint64_t count; /* 0: empty */
} l1_mark;

typedef struct {
    l1_time_cells time;
    uint64_t count;
    l1_mark cells[L1_MARKS_CELLS];
} l1_marks;

/* Sums saturate. */
void l1_marks_add(l1_marks *marks, int64_t at_ns, int64_t qty_e8, int64_t quote_e8);

#endif
