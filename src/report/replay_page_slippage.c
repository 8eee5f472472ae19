/* report/replay_page_slippage.c: how slippage is spread, and the dearest executions. */
#include <inttypes.h>
#include <math.h>

#include "base/assert.h"
#include "bus/codec/encode.h"
#include "page/chart.h"
#include "page/plot.h"
#include "report/replay_page_state.h"

#define BARS_MAX 40

static void put_bp(double bp, FILE *out)
{
    char text[L1_NUMBER_TEXT_MAX];
    (void)fputs(l1_page_number(bp, 2, text), out);
}

/* The width of a bar, so that at most BARS_MAX of them reach from `low` to `high`. */
static double width_of(double low, double high)
{
    static const double widths[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50};
    size_t pick = 0;
    while (pick + 1 < sizeof widths / sizeof widths[0] && (high - low) / widths[pick] > BARS_MAX) {
        pick++;
    }
    return widths[pick];
}

static void put_histogram(const l1_distribution *of, FILE *out)
{
    char says[160], title[160];
    double low = l1_distribution_quantile(of, 0.005), high = l1_distribution_quantile(of, 0.995);
    if (low > 0) low = 0;
    if (high < 0) high = 0;
    const double width = width_of(low, high);
    low = (floor(low / width) - 1) * width;
    high = (floor(high / width) + 2) * width;
    uint64_t most = 1, shown = 0;
    for (double at = low; at < high - width / 2; at += width) {
        const uint64_t count = l1_distribution_between(of, at, at + width);
        shown += count;
        if (count > most) most = count;
    }
    (void)snprintf(says, sizeof says, "Slippage of %" PRIu64 " executions, median %.2f bp",
                   of->count, l1_distribution_quantile(of, 0.5));
    (void)snprintf(title, sizeof title, "Slippage of %" PRIu64 " execution%s, bars of %g bp",
                   of->count, of->count == 1 ? "" : "s", width);
    const l1_chart chart = {.id = "slippage-chart",
                            .title = title,
                            .says = says,
                            .x_low = low,
                            .x_high = high,
                            .y_high = (double)most * 1.06,
                            .y_counts = true,
                            .x_unit = " bp"};
    l1_chart_begin(&chart, out);
    for (double at = low; at < high - width / 2; at += width) {
        const uint64_t count = l1_distribution_between(of, at, at + width);
        if (count == 0) continue;
        (void)snprintf(title, sizeof title, "%" PRIu64 " from %.1f to %.1f bp", count, at,
                       at + width);
        l1_chart_bar(&chart, at >= -width / 2 ? "sell" : "up", at + width * 0.06, at + width * 0.94,
                     0, (double)count, title, out);
    }
    l1_chart_upright(&chart, "zero", 0, "", out);
    l1_chart_end(&chart, out);
    if (shown < of->count) {
        (void)fprintf(out, "<p class=\"faint small\">%" PRIu64 " lie outside of the drawing.</p>",
                      of->count - shown);
    }
}

static void put_quantiles(const char *name, const l1_distribution *of, FILE *out)
{
    static const struct {
        const char *name;
        double q;
    } wanted[] = {{"median", 0.5}, {"95 %", 0.95}, {"99 %", 0.99}};
    if (of->count == 0) return;
    (void)fputs("<tr><td>", out);
    l1_plot_text(name, out);
    (void)fputs("</td><td data-l=\"executions\">", out);
    l1_page_put_count(of->count, out);
    (void)fputs("</td><td data-l=\"mean\">", out);
    l1_page_put_decimal(l1_distribution_mean_e8(of), 2, out);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        (void)fprintf(out, "</td><td data-l=\"%s\">", wanted[i].name);
        put_bp(l1_distribution_quantile(of, wanted[i].q), out);
    }
    (void)fputs("</td><td data-l=\"worst\">", out);
    l1_page_put_decimal(of->high_e8, 2, out);
    (void)fputs("</td></tr>\n", out);
}

static void put_worst(const l1_replay_page *page, FILE *out)
{
    (void)fputs("<div class=\"card\"><h3>The dearest</h3><table class=\"rows\" id=\"worst\"><thead>"
                "<tr><th>signal</th><th>time, UTC</th><th>symbol</th><th>side</th><th>quantity</th>"
                "<th>price</th><th>slippage, bp</th></tr></thead><tbody>\n",
                out);
    for (uint32_t i = 0; i < page->worst_count; i++) {
        const l1_page_fill *fill = &page->worst[i];
        char text[L1_NUMBER_TEXT_MAX];
        (void)fputs("<tr><td>", out);
        l1_plot_text(fill->signal_id, out);
        (void)fprintf(out, "</td><td class=\"full\" data-l=\"time\">%s</td><td data-l=\"symbol\">",
                      l1_page_time(fill->at_ns, text));
        l1_plot_text(page->limits->symbols[fill->symbol].name, out);
        (void)fprintf(out, "</td><td data-l=\"side\">%s</td><td data-l=\"quantity\">",
                      l1_side_text(fill->side));
        l1_page_put_exact(fill->qty_e8, out);
        (void)fputs("</td><td data-l=\"price\">", out);
        l1_page_put_decimal(fill->price_e8, 2, out);
        (void)fputs("</td><td data-l=\"slippage, bp\">", out);
        l1_page_put_decimal(fill->slippage_bp_e8, 2, out);
        (void)fputs("</td></tr>\n", out);
    }
    (void)fputs("</tbody></table></div>\n", out);
}

void l1_page_put_slippage(const l1_replay_page *page, FILE *out)
{
    if (page->slippage.count == 0) return;
    (void)fputs("<div class=\"card\">", out);
    put_histogram(&page->slippage, out);
    (void)fputs("<table class=\"rows\" id=\"slippage\"><thead><tr><th>bp against the mid at arrival"
                "</th><th>executions</th><th>mean</th><th>median</th><th>95 %</th><th>99 %</th>"
                "<th>worst</th></tr></thead><tbody>\n",
                out);
    for (uint32_t i = 0; i < page->limits->symbols_count; i++) {
        put_quantiles(page->limits->symbols[i].name, &page->symbols[i].slippage, out);
    }
    put_quantiles("all", &page->slippage, out);
    (void)fputs("</tbody></table><p class=\"faint small\">Positive is worse than the mid at the "
                "signal's arrival. Fees are not in it.</p></div>\n",
                out);
    put_worst(page, out);
}
