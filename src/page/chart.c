/* page/chart.c: boxes in shares, ticks, lines, marks and bars. */
#include "page/chart.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "page/plot.h"

/* Lines are drawn on a square of this side, which is stretched to the box. */
#define SIDE 1000.0

/* --- texts --- */

const char *l1_page_decimal(int64_t e8, int digits, char out[L1_NUMBER_TEXT_MAX])
{
    L1_ASSERT(digits >= 0 && digits <= 8);
    uint64_t unit = 1;
    for (int i = digits; i < 8; i++) unit *= 10;
    uint64_t size = e8 < 0 ? 0 - (uint64_t)e8 : (uint64_t)e8;
    size = size / unit + (size % unit >= unit - unit / 2 && unit > 1);
    char reversed[L1_NUMBER_TEXT_MAX];
    size_t used = 0, whole = 0;
    const bool negative = e8 < 0 && size != 0;
    for (int i = 0; i < digits; i++, size /= 10) reversed[used++] = (char)('0' + size % 10);
    if (digits > 0) reversed[used++] = '.';
    do {
        if (whole > 0 && whole % 3 == 0) reversed[used++] = ',';
        reversed[used++] = (char)('0' + size % 10);
        size /= 10;
        whole++;
    } while (size > 0);
    if (negative) reversed[used++] = '-';
    for (size_t i = 0; i < used; i++) out[i] = reversed[used - 1 - i];
    out[used] = '\0';
    return out;
}

const char *l1_page_number(double value, int digits, char out[L1_NUMBER_TEXT_MAX])
{
    if (isfinite(value) && fabs(value) < 9e10) {
        return l1_page_decimal((int64_t)llround(value * 1e8), digits, out);
    }
    (void)snprintf(out, L1_NUMBER_TEXT_MAX, "%.3g", value);
    if (isnan(value)) (void)strcpy(out, "n/a");
    return out;
}

const char *l1_page_time(int64_t at_ns, char out[L1_NUMBER_TEXT_MAX])
{
    const time_t seconds = (time_t)(at_ns / 1000000000);
    struct tm utc;
    if (gmtime_r(&seconds, &utc) == NULL ||
        strftime(out, L1_NUMBER_TEXT_MAX, "%Y-%m-%d %H:%M", &utc) == 0) {
        out[0] = '\0';
    }
    return out;
}

/* Digits behind the point that tell numbers `step` apart. */
static int digits_of(double step)
{
    int digits = 0;
    for (double left = step; digits < 8 && left - floor(left + 1e-9) > 1e-6; left *= 10) digits++;
    return digits;
}

/* --- the calendar --- */

static const double steps_s[] = {
    0.001, 0.002, 0.005, 0.01,  0.02,  0.05,  0.1,    0.2,    0.5,     1,
    2,     5,     10,    15,    30,    60,    120,    300,    600,     900,
    1800,  3600,  10800, 21600, 43200, 86400, 172800, 604800, 1209600,
};
static const int steps_months[] = {1, 2, 3, 6, 12, 24, 60, 120};

#define LIST_COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define TICKS_WANTED (L1_TIME_TICKS_MAX - 2)

static void tick_text(double at_ms, double step_s, l1_time_tick *tick)
{
    const time_t seconds = (time_t)floor(at_ms / 1000 + 1e-6);
    struct tm utc;
    tick->at_ms = at_ms;
    tick->text[0] = '\0';
    if (gmtime_r(&seconds, &utc) == NULL) return;
    const bool midnight = utc.tm_hour == 0 && utc.tm_min == 0 && utc.tm_sec == 0;
    const char *form = step_s < 60 ? "%H:%M:%S" : midnight ? "%-d %b" : "%H:%M";
    if (step_s > 2000000) form = utc.tm_mon == 0 ? "%Y" : "%b";
    if (strftime(tick->text, sizeof tick->text, form, &utc) == 0) tick->text[0] = '\0';
}

static size_t month_ticks(double low_ms, double high_ms, l1_time_tick ticks[L1_TIME_TICKS_MAX])
{
    const double months = (high_ms - low_ms) / 86400000.0 / 30.4375;
    size_t pick = 0;
    while (pick + 1 < LIST_COUNT(steps_months) && months / steps_months[pick] > TICKS_WANTED) {
        pick++;
    }
    const time_t from = (time_t)(low_ms / 1000);
    struct tm utc;
    if (gmtime_r(&from, &utc) == NULL) return 0;
    const int step = steps_months[pick];
    int month = (utc.tm_year * 12 + utc.tm_mon) / step * step;
    size_t count = 0;
    for (; count < L1_TIME_TICKS_MAX; month += step) {
        struct tm at = {.tm_year = month / 12, .tm_mon = month % 12, .tm_mday = 1};
        const double at_ms = (double)timegm(&at) * 1000;
        if (at_ms > high_ms) break;
        if (at_ms >= low_ms) tick_text(at_ms, 30 * 86400.0, &ticks[count++]);
    }
    return count;
}

size_t l1_chart_time_ticks(double low_ms, double high_ms, l1_time_tick ticks[L1_TIME_TICKS_MAX])
{
    L1_ASSERT(low_ms < high_ms);
    const double span_s = (high_ms - low_ms) / 1000;
    if (span_s > 98 * 86400.0) return month_ticks(low_ms, high_ms, ticks);
    size_t pick = 0;
    while (pick + 1 < LIST_COUNT(steps_s) && span_s / steps_s[pick] > TICKS_WANTED) pick++;
    const double step_ms = steps_s[pick] * 1000;
    size_t count = 0;
    for (double at = ceil(low_ms / step_ms - 1e-9) * step_ms;
         at <= high_ms && count < L1_TIME_TICKS_MAX; at += step_ms) {
        tick_text(at, steps_s[pick], &ticks[count++]);
    }
    return count;
}

/* --- the box --- */

void l1_chart_range(double *low, double *high)
{
    L1_ASSERT(*low <= *high);
    double air = (*high - *low) * 0.04;
    if (air < fabs(*high) * 1e-7) air = fabs(*high) * 0.01;
    if (air < 1e-9) air = 1;
    *low -= air;
    *high += air;
}

static double x_share(const l1_chart *chart, double x)
{
    return l1_plot_place(x, chart->x_low, chart->x_high, 0, 100);
}

static double y_share(const l1_chart *chart, double y)
{
    return l1_plot_place(y, chart->y_low, chart->y_high, 100, 0);
}

static void put_y_axis(const l1_chart *chart, FILE *out)
{
    double ticks[L1_TICKS_MAX];
    char number[L1_NUMBER_TEXT_MAX];
    const size_t count = l1_plot_ticks(chart->y_low, chart->y_high, ticks);
    const int digits = chart->y_counts ? 0 : count > 1 ? digits_of(ticks[1] - ticks[0]) : 2;
    for (size_t i = 0; i < count; i++) {
        const double y = y_share(chart, ticks[i]);
        if (chart->y_counts && i > 0 && (i + 1 < count || ticks[i] != floor(ticks[i]))) continue;
        (void)fprintf(out,
                      "<line class=\"grid\" x2=\"100%%\" y1=\"%.2f%%\" y2=\"%.2f%%\"/>"
                      "<text class=\"y\" x=\"100%%\" y=\"%.2f%%\" dx=\"7\" dy=\"4\">%s%s</text>\n",
                      y, y, y, l1_page_number(ticks[i], digits, number),
                      chart->unit != NULL ? chart->unit : "");
    }
}

static void put_x_label(const l1_chart *chart, double x, bool minor, const char *text, FILE *out)
{
    const double share = x_share(chart, x);
    const char *anchor = share < 4 ? "start" : share > 96 ? "end" : "middle";
    (void)fprintf(out, "<line class=\"tick\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"100%%\"/>",
                  share, share);
    if (chart->x_bare) return;
    (void)fprintf(out, "<text class=\"x%s\" x=\"%.2f%%\" y=\"100%%\" dy=\"17\" text-anchor=\"%s\">",
                  minor ? " minor" : "", share, anchor);
    l1_plot_text(text, out);
    (void)fputs("</text>\n", out);
}

static void put_x_axis(const l1_chart *chart, FILE *out)
{
    if (chart->x_time) {
        l1_time_tick times[L1_TIME_TICKS_MAX];
        const size_t count = l1_chart_time_ticks(chart->x_low, chart->x_high, times);
        for (size_t i = 0; i < count; i++) {
            put_x_label(chart, times[i].at_ms, count > 5 && i % 2 == 1, times[i].text, out);
        }
        return;
    }
    double ticks[L1_TICKS_MAX];
    char number[L1_NUMBER_TEXT_MAX], text[L1_NUMBER_TEXT_MAX + 16];
    const size_t count = l1_plot_ticks(chart->x_low, chart->x_high, ticks);
    const int digits = count > 1 ? digits_of(ticks[1] - ticks[0]) : 2;
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(text, sizeof text, "%s%.15s", l1_page_number(ticks[i], digits, number),
                       chart->x_unit != NULL ? chart->x_unit : "");
        put_x_label(chart, ticks[i], count > 5 && i % 2 == 1, text, out);
    }
}

void l1_chart_begin(const l1_chart *chart, FILE *out)
{
    L1_ASSERT(chart->x_low < chart->x_high);
    L1_ASSERT(chart->y_low < chart->y_high);
    (void)fputs("<figure", out);
    if (chart->id != NULL) (void)fprintf(out, " id=\"%s\"", chart->id);
    (void)fputs("><figcaption>", out);
    l1_plot_text(chart->title, out);
    (void)fprintf(out, "</figcaption><svg class=\"chart %s%s\" role=\"img\" aria-label=\"",
                  chart->style != NULL ? chart->style : "", chart->x_bare ? " bare" : "");
    l1_plot_text(chart->says, out);
    (void)fputs("\">\n", out);
    put_y_axis(chart, out);
    put_x_axis(chart, out);
}

void l1_chart_line(const l1_chart *chart, const char *style, const l1_chart_point *points,
                   size_t count, bool area, double level, FILE *out)
{
    if (count == 0) return;
    const double scale = SIDE / 100;
    (void)fprintf(out,
                  "<svg class=\"%s\" width=\"100%%\" height=\"100%%\" viewBox=\"0 0 %.0f %.0f\" "
                  "preserveAspectRatio=\"none\">",
                  style, SIDE, SIDE);
    if (area) {
        const double floor_at = scale * y_share(chart, level);
        (void)fprintf(out, "<polygon points=\"%.1f,%.1f ", scale * x_share(chart, points[0].x),
                      floor_at);
        for (size_t i = 0; i < count; i++) {
            (void)fprintf(out, "%.1f,%.1f ", scale * x_share(chart, points[i].x),
                          scale * y_share(chart, points[i].y));
        }
        (void)fprintf(out, "%.1f,%.1f\"/>", scale * x_share(chart, points[count - 1].x), floor_at);
    }
    (void)fputs("<polyline points=\"", out);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "%.1f,%.1f ", scale * x_share(chart, points[i].x),
                      scale * y_share(chart, points[i].y));
    }
    (void)fputs("\"/></svg>\n", out);
}

void l1_chart_level(const l1_chart *chart, const char *style, double y, const char *text, FILE *out)
{
    const double share = y_share(chart, y);
    (void)fprintf(out, "<line class=\"%s\" x2=\"100%%\" y1=\"%.2f%%\" y2=\"%.2f%%\"/>", style,
                  share, share);
    if (text[0] == '\0') return;
    (void)fprintf(out, "<text class=\"note\" x=\"0\" y=\"%.2f%%\" dy=\"-4\">", share);
    l1_plot_text(text, out);
    (void)fputs("</text>\n", out);
}

void l1_chart_upright(const l1_chart *chart, const char *style, double x, const char *text,
                      FILE *out)
{
    const double share = x_share(chart, x);
    (void)fprintf(out,
                  "<line class=\"%s\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"100%%\"/>"
                  "<text class=\"note\" x=\"%.2f%%\" y=\"0\" dx=\"%d\" dy=\"10\" "
                  "text-anchor=\"%s\">",
                  style, share, share, share, share > 60 ? -4 : 4, share > 60 ? "end" : "start");
    l1_plot_text(text, out);
    (void)fputs("</text>\n", out);
}

void l1_chart_mark(const l1_chart *chart, const char *symbol, double x, double y, const char *title,
                   FILE *out)
{
    (void)fprintf(out, "<use class=\"%s\" href=\"#%s\" x=\"%.2f%%\" y=\"%.2f%%\"><title>", symbol,
                  symbol, x_share(chart, x), y_share(chart, y));
    l1_plot_text(title, out);
    (void)fputs("</title></use>\n", out);
}

void l1_chart_bar(const l1_chart *chart, const char *style, double x_from, double x_to,
                  double y_from, double y_to, const char *title, FILE *out)
{
    const double left = x_share(chart, x_from), right = x_share(chart, x_to);
    const double top = y_share(chart, y_to), bottom = y_share(chart, y_from);
    L1_ASSERT(left <= right && top <= bottom);
    (void)fprintf(out,
                  "<rect class=\"%s\" x=\"%.2f%%\" y=\"%.2f%%\" width=\"%.2f%%\" "
                  "height=\"%.2f%%\"><title>",
                  style, left, top, right - left, bottom - top);
    l1_plot_text(title, out);
    (void)fputs("</title></rect>\n", out);
}

void l1_chart_end(const l1_chart *chart, FILE *out)
{
    L1_ASSERT(chart->title != NULL);
    (void)fputs("</svg></figure>\n", out);
}

void l1_chart_legend_begin(FILE *out)
{
    (void)fputs("<p class=\"legend\">", out);
}

void l1_chart_legend(const char *style, const char *text, FILE *out)
{
    (void)fprintf(out, "<span class=\"%s\">", style);
    l1_plot_text(text, out);
    (void)fputs("</span> ", out);
}

void l1_chart_legend_end(FILE *out)
{
    (void)fputs("</p>\n", out);
}
