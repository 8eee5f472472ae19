/* page/plot.c: axes, lines, dots, whiskers and bars. */
#include "page/plot.h"

#include <math.h>

#include "base/assert.h"

/* In units of the drawing, which is as wide as a phone's page. */
#define WIDTH 340.0
#define HEIGHT 250.0
#define LEFT 46.0
#define RIGHT 10.0
#define TOP 8.0
#define BOTTOM 40.0
#define BAR_STEP 20.0
#define BAR_LEFT 132.0
#define BAR_RIGHT 44.0

void l1_plot_text(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&': (void)fputs("&amp;", out); break;
        case '<': (void)fputs("&lt;", out); break;
        case '>': (void)fputs("&gt;", out); break;
        case '"': (void)fputs("&quot;", out); break;
        case '\'': (void)fputs("&#39;", out); break;
        default: (void)fputc(*text, out);
        }
    }
}

double l1_plot_place(double value, double low, double high, double from, double to)
{
    L1_ASSERT(low < high);
    double share = (value - low) / (high - low);
    if (!(share > 0)) share = 0;
    if (share > 1) share = 1;
    return from + share * (to - from);
}

size_t l1_plot_ticks(double low, double high, double ticks[L1_TICKS_MAX])
{
    static const double factors[] = {2, 2.5, 2}; /* 1, 2, 5, 10 */
    L1_ASSERT(low < high && high - low < 1e15 && high - low > 1e-15);
    double step = 1;
    size_t count = 0;
    while (step > (high - low) / L1_TICKS_MAX) step /= 10;
    for (int i = 0; floor(high / step + 1e-9) - ceil(low / step - 1e-9) >= L1_TICKS_MAX; i++) {
        step *= factors[i % 3];
    }
    for (double k = ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) {
        ticks[count++] = k == 0 ? 0 : k * step;
    }
    return count;
}

/* --- frame --- */

static double x_of(const l1_plot *plot, double x)
{
    return l1_plot_place(x, plot->x_low, plot->x_high, LEFT, WIDTH - RIGHT);
}

static double y_of(const l1_plot *plot, double y)
{
    return l1_plot_place(y, plot->y_low, plot->y_high, HEIGHT - BOTTOM, TOP);
}

static void begin(const char *title, double height, FILE *out)
{
    (void)fputs("<figure><figcaption>", out);
    l1_plot_text(title, out);
    (void)fprintf(out, "</figcaption><svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"",
                  WIDTH, height);
    l1_plot_text(title, out);
    (void)fputs("\">\n", out);
}

static void line(const char *style, double x1, double y1, double x2, double y2, FILE *out)
{
    (void)fprintf(out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                  style, x1, y1, x2, y2);
}

static void label(const char *anchor, double x, double y, const char *text, FILE *out)
{
    (void)fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    l1_plot_text(text, out);
    (void)fputs("</text>\n", out);
}

static void axes(const l1_plot *plot, FILE *out)
{
    double ticks[L1_TICKS_MAX];
    char text[32];
    size_t count = l1_plot_ticks(plot->y_low, plot->y_high, ticks);
    for (size_t i = 0; i < count; i++) {
        const double y = y_of(plot, ticks[i]);
        line("grid", LEFT, y, WIDTH - RIGHT, y, out);
        (void)snprintf(text, sizeof text, "%.4g", ticks[i]);
        label("end", LEFT - 5, y + 4, text, out);
    }
    count = plot->x_labels != NULL ? plot->x_labels_count
                                   : l1_plot_ticks(plot->x_low, plot->x_high, ticks);
    const size_t stride = count / 9 + 1; /* labels that do not touch */
    for (size_t i = 0; i < count; i += stride) {
        const double x = x_of(plot, plot->x_labels != NULL ? (double)i : ticks[i]);
        (void)snprintf(text, sizeof text, "%.4g", plot->x_labels != NULL ? 0 : ticks[i]);
        label("middle", x, HEIGHT - BOTTOM + 15, plot->x_labels != NULL ? plot->x_labels[i] : text,
              out);
    }
    line("axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, out);
    line("axis", LEFT, TOP, LEFT, HEIGHT - BOTTOM, out);
    label("middle", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, plot->x_name, out);
    (void)fprintf(out, "<text transform=\"translate(11 %.0f) rotate(-90)\" text-anchor=\"middle\">",
                  (TOP + HEIGHT - BOTTOM) / 2);
    l1_plot_text(plot->y_name, out);
    (void)fputs("</text>\n", out);
    if (plot->diagonal) {
        line("reference", x_of(plot, plot->x_low), y_of(plot, plot->y_low),
             x_of(plot, plot->x_high), y_of(plot, plot->y_high), out);
    }
    if (plot->level) {
        const double y = y_of(plot, plot->level_y);
        line("reference", LEFT, y, WIDTH - RIGHT, y, out);
    }
}

/* --- content --- */

static void draw(const l1_plot *plot, const l1_plot_series *of, FILE *out)
{
    (void)fprintf(out, "<g class=\"%s\">", of->style);
    if (of->line && of->count > 0) {
        (void)fputs("<polyline points=\"", out);
        for (size_t i = 0; i < of->count; i++) {
            (void)fprintf(out, "%.1f,%.1f ", x_of(plot, of->points[i].x),
                          y_of(plot, of->points[i].y));
        }
        (void)fputs("\"/>", out);
    }
    for (size_t i = 0; i < of->count; i++) {
        const l1_plot_point *point = &of->points[i];
        const double x = x_of(plot, point->x);
        if (point->low < point->high) {
            line("whisker", x, y_of(plot, point->low), x, y_of(plot, point->high), out);
        }
        if (!of->dots) continue;
        (void)fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\"/>", x, y_of(plot, point->y));
    }
    (void)fputs("</g>\n", out);
}

void l1_plot_write(const l1_plot *plot, FILE *out)
{
    begin(plot->title, HEIGHT, out);
    axes(plot, out);
    for (size_t i = 0; i < plot->count; i++) draw(plot, &plot->series[i], out);
    (void)fputs("</svg><p class=\"legend\">", out);
    for (size_t i = 0; i < plot->count; i++) {
        if (plot->series[i].name == NULL) continue;
        (void)fprintf(out, "<span class=\"%s\">", plot->series[i].style);
        l1_plot_text(plot->series[i].name, out);
        (void)fputs("</span> ", out);
    }
    (void)fputs("</p></figure>\n", out);
}

void l1_plot_bars(const char *title, const l1_plot_bar *bars, size_t count, FILE *out)
{
    double most = 0;
    begin(title, BAR_STEP * (double)count + 4, out);
    for (size_t i = 0; i < count; i++) most = bars[i].value > most ? bars[i].value : most;
    for (size_t i = 0; i < count; i++) {
        char text[32];
        const double y = BAR_STEP * (double)i + 2;
        const double end = most > 0
                               ? l1_plot_place(bars[i].value, 0, most, BAR_LEFT, WIDTH - BAR_RIGHT)
                               : BAR_LEFT;
        label("end", BAR_LEFT - 5, y + 13, bars[i].name, out);
        (void)fprintf(out,
                      "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                      bars[i].style, BAR_LEFT, y + 2, end - BAR_LEFT, BAR_STEP - 5);
        (void)snprintf(text, sizeof text, "%.1f %%", 100 * bars[i].value);
        label("start", end + 4, y + 13, text, out);
    }
    (void)fputs("</svg></figure>\n", out);
}
