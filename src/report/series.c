/* report/series.c: cells that double. */
#include "report/series.h"

#include "base/assert.h"

/* The first width: finer than any two points that a page could show apart. */
#define FIRST_WIDTH_NS INT64_C(1000000)

/* The cell of `at_ns`, or `capacity` when the cells have to be joined first. */
static uint32_t cell_of(l1_time_cells *time, int64_t at_ns, uint32_t capacity)
{
    if (time->width_ns == 0) *time = (l1_time_cells){at_ns, FIRST_WIDTH_NS, 0};
    L1_ASSERT(time->used <= capacity);
    const int64_t since_ns = at_ns - time->start_ns;
    if (since_ns < time->used * time->width_ns) return time->used - 1; /* as a rule, and quick */
    const int64_t cell = since_ns > 0 ? since_ns / time->width_ns : 0;
    return cell >= capacity ? capacity : (uint32_t)cell;
}

static void widen(l1_time_cells *time)
{
    L1_ASSERT(time->width_ns > 0 && time->width_ns <= INT64_MAX / 2);
    time->width_ns *= 2;
    time->used = (time->used + 1) / 2;
}

/* --- values --- */

static void join_values(l1_series_cell *into, const l1_series_cell *from)
{
    if (from->count == 0) return;
    if (into->count == 0) {
        *into = *from;
        return;
    }
    if (from->low < into->low) {
        into->low = from->low;
        into->low_at_ns = from->low_at_ns;
    }
    if (from->high > into->high) {
        into->high = from->high;
        into->high_at_ns = from->high_at_ns;
    }
    into->count += from->count;
}

static void halve_values(l1_series *series)
{
    static const l1_series_cell empty;
    widen(&series->time);
    for (uint32_t i = 0; i < L1_SERIES_CELLS / 2; i++) {
        const l1_series_cell later = series->cells[2 * i + 1];
        series->cells[i] = series->cells[2 * i];
        join_values(&series->cells[i], &later);
    }
    for (uint32_t i = L1_SERIES_CELLS / 2; i < L1_SERIES_CELLS; i++) series->cells[i] = empty;
}

void l1_series_add(l1_series *series, int64_t at_ns, int64_t value)
{
    uint32_t at;
    while ((at = cell_of(&series->time, at_ns, L1_SERIES_CELLS)) == L1_SERIES_CELLS) {
        halve_values(series);
    }
    const l1_series_cell one = {value, value, at_ns, at_ns, 1};
    join_values(&series->cells[at], &one);
    if (at + 1 > series->time.used) series->time.used = at + 1;
    if (series->count == 0) {
        series->first = series->low = series->high = value;
        series->first_at_ns = series->low_at_ns = series->high_at_ns = at_ns;
    }
    if (value < series->low) {
        series->low = value;
        series->low_at_ns = at_ns;
    }
    if (value > series->high) {
        series->high = value;
        series->high_at_ns = at_ns;
    }
    series->last = value;
    series->last_at_ns = at_ns;
    series->count++;
}

static size_t put(l1_series_point *points, size_t count, int64_t at_ns, int64_t value)
{
    if (count > 0 && points[count - 1].at_ns == at_ns && points[count - 1].value == value) {
        return count;
    }
    L1_ASSERT(count < L1_SERIES_POINTS_MAX);
    points[count] = (l1_series_point){at_ns, value};
    return count + 1;
}

size_t l1_series_points(const l1_series *series, l1_series_point *points)
{
    if (series->count == 0) return 0;
    size_t count = put(points, 0, series->first_at_ns, series->first);
    for (uint32_t i = 0; i < series->time.used; i++) {
        const l1_series_cell *cell = &series->cells[i];
        if (cell->count == 0) continue;
        const bool low_first = cell->low_at_ns <= cell->high_at_ns;
        count = put(points, count, low_first ? cell->low_at_ns : cell->high_at_ns,
                    low_first ? cell->low : cell->high);
        count = put(points, count, low_first ? cell->high_at_ns : cell->low_at_ns,
                    low_first ? cell->high : cell->low);
    }
    return put(points, count, series->last_at_ns, series->last);
}

/* --- marks --- */

static int64_t sum(int64_t a, int64_t b)
{
    int64_t of = 0;
    return __builtin_add_overflow(a, b, &of) ? INT64_MAX : of;
}

static void join_marks(l1_mark *into, const l1_mark *from)
{
    if (from->count == 0) return;
    if (into->count == 0) {
        *into = *from;
        return;
    }
    into->qty_e8 = sum(into->qty_e8, from->qty_e8);
    into->quote_e8 = sum(into->quote_e8, from->quote_e8);
    if (from->first_ns < into->first_ns) into->first_ns = from->first_ns;
    if (from->last_ns > into->last_ns) into->last_ns = from->last_ns;
    into->count += from->count;
}

static void halve_marks(l1_marks *marks)
{
    static const l1_mark empty;
    widen(&marks->time);
    for (uint32_t i = 0; i < L1_MARKS_CELLS / 2; i++) {
        const l1_mark later = marks->cells[2 * i + 1];
        marks->cells[i] = marks->cells[2 * i];
        join_marks(&marks->cells[i], &later);
    }
    for (uint32_t i = L1_MARKS_CELLS / 2; i < L1_MARKS_CELLS; i++) marks->cells[i] = empty;
}

void l1_marks_add(l1_marks *marks, int64_t at_ns, int64_t qty_e8, int64_t quote_e8)
{
    uint32_t at;
    L1_ASSERT(qty_e8 >= 0 && quote_e8 >= 0);
    while ((at = cell_of(&marks->time, at_ns, L1_MARKS_CELLS)) == L1_MARKS_CELLS) {
        halve_marks(marks);
    }
    const l1_mark one = {qty_e8, quote_e8, at_ns, at_ns, 1};
    join_marks(&marks->cells[at], &one);
    if (at + 1 > marks->time.used) marks->time.used = at + 1;
    marks->count++;
}
