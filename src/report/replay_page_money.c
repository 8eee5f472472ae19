/* report/replay_page_money.c: equity, drawdown, exposure, months, and fills on the price. */
#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "page/chart.h"
#include "page/plot.h"
#include "report/replay_page_state.h"

#define STYLES 6 /* of symbols: s0 to s5 */
#define MS_NS 1e6

static const char *const styles[STYLES] = {"s0", "s1", "s2", "s3", "s4", "s5"};

/* A series as points of a chart: ms, value x scale. Returns how many. */
static size_t points_of(l1_replay_page *page, const l1_series *series, double scale,
                        l1_chart_point points[L1_SERIES_POINTS_MAX])
{
    const size_t count = l1_series_points(series, page->points);
    L1_ASSERT(count <= L1_SERIES_POINTS_MAX);
    for (size_t i = 0; i < count; i++) {
        points[i] = (l1_chart_point){(double)page->points[i].at_ns / MS_NS,
                                     (double)page->points[i].value * scale};
    }
    return count;
}

static void put_series(l1_replay_page *page, const l1_chart *chart, const l1_series *series,
                       double scale, const char *style, bool area, double level, FILE *out)
{
    l1_chart_point points[L1_SERIES_POINTS_MAX];
    const size_t count = points_of(page, series, scale, points);
    l1_chart_line(chart, style, points, count, area, level, out);
}

static l1_chart over_time(const l1_replay_page *page, const char *id, const char *title,
                          const char *says)
{
    return (l1_chart){.id = id,
                      .title = title,
                      .says = says,
                      .x_low = (double)page->begin_ns / MS_NS,
                      .x_high = (double)page->last_ns / MS_NS,
                      .x_time = true};
}

/* --- equity, drawdown, exposure --- */

static void put_equity_chart(l1_replay_page *page, FILE *out)
{
    char title[96], says[160], low[L1_NUMBER_TEXT_MAX], high[L1_NUMBER_TEXT_MAX];
    const l1_series *equity = &page->equity;
    (void)snprintf(title, sizeof title, "Equity, %s", page->limits->quote);
    (void)snprintf(says, sizeof says, "Equity over time, between %s and %s",
                   l1_page_decimal(equity->low, 2, low), l1_page_decimal(equity->high, 2, high));
    l1_chart chart = over_time(page, "equity-chart", title, says);
    chart.x_bare = true;
    chart.y_low = (double)equity->low / 1e8;
    chart.y_high = (double)equity->high / 1e8;
    l1_chart_range(&chart.y_low, &chart.y_high);
    l1_chart_begin(&chart, out);
    l1_chart_level(&chart, "reference", (double)equity->first / 1e8, "", out);
    put_series(page, &chart, equity, 1e-8, "main", true, chart.y_low, out);
    l1_chart_end(&chart, out);
}

static void put_drawdown_chart(l1_replay_page *page, FILE *out)
{
    char says[120];
    (void)snprintf(says, sizeof says, "Drawdown over time, %.2f %% at the deepest",
                   (double)page->deepest_e8 / 1e6);
    l1_chart chart = over_time(page, "drawdown-chart", "Drawdown, below the highest so far", says);
    chart.style = "low";
    chart.unit = "%";
    chart.y_low = page->deepest_e8 > 0 ? -1.1 * (double)page->deepest_e8 / 1e6 : -1;
    chart.y_high = 0;
    l1_chart_begin(&chart, out);
    put_series(page, &chart, &page->drawdown, 1e-6, "down", true, 0, out);
    l1_chart_end(&chart, out);
}

/* Symbols by their highest exposure, highest first; those never held are left out. */
static uint32_t held_symbols(const l1_replay_page *page, uint32_t found[STYLES])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < page->limits->symbols_count; i++) {
        const int64_t high = page->symbols[i].exposure.high;
        if (page->symbols[i].exposure.count == 0 || high <= 0) continue;
        uint32_t at = count;
        while (at > 0 && page->symbols[found[at - 1]].exposure.high < high) at--;
        if (at == STYLES) continue;
        const uint32_t last = count < STYLES ? count++ : STYLES - 1;
        memmove(&found[at + 1], &found[at], (last - at) * sizeof found[0]);
        found[at] = i;
    }
    return count;
}

static void put_exposure_chart(l1_replay_page *page, FILE *out)
{
    uint32_t held[STYLES];
    char says[120], legend[96];
    const uint32_t count = held_symbols(page, held);
    if (count == 0) {
        (void)fputs("<p class=\"nothing\">Nothing was ever held, so there is no exposure to show."
                    "</p>\n",
                    out);
        return;
    }
    (void)snprintf(says, sizeof says, "Exposure over time, %.1f %% of equity at most",
                   (double)page->exposure.high / 1e6);
    l1_chart chart =
        over_time(page, "exposure-chart", "Exposure, share of equity held in each asset", says);
    chart.style = "mid";
    chart.unit = "%";
    chart.y_high = (double)page->exposure.high / 1e6 * 1.08 + 1e-6;
    l1_chart_begin(&chart, out);
    if (count > 1) put_series(page, &chart, &page->exposure, 1e-6, "price", true, 0, out);
    for (uint32_t i = 0; i < count; i++) {
        put_series(page, &chart, &page->symbols[held[i]].exposure, 1e-6, styles[i], count == 1, 0,
                   out);
    }
    l1_chart_end(&chart, out);
    l1_chart_legend_begin(out);
    if (count > 1) {
        (void)snprintf(legend, sizeof legend, "all, at most %.1f %%",
                       (double)page->exposure.high / 1e6);
        l1_chart_legend("price", legend, out);
    }
    for (uint32_t i = 0; i < count; i++) {
        const l1_instrument *instrument = &page->limits->symbols[held[i]];
        (void)snprintf(legend, sizeof legend, "%s, at most %.1f %%", instrument->name,
                       (double)page->symbols[held[i]].exposure.high / 1e6);
        l1_chart_legend(styles[i], legend, out);
    }
    l1_chart_legend_end(out);
}

/* --- months --- */

static void put_months(const l1_replay_page *page, FILE *out)
{
    static const char *const names[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (page->months_count < 2) return;
    (void)fputs("<div class=\"card\"><h3>Months</h3>\n<div class=\"months\">\n", out);
    double most = 1e-9, gains[L1_MONTHS_MAX];
    int64_t before_e8 = page->start_e8;
    for (uint32_t i = 0; i < page->months_count; i++) {
        const int64_t end_e8 = page->months[i].end_e8;
        gains[i] = before_e8 > 0 ? (double)(end_e8 - before_e8) / (double)before_e8 * 100 : 0;
        if (gains[i] > most || -gains[i] > most) most = gains[i] < 0 ? -gains[i] : gains[i];
        before_e8 = end_e8;
    }
    for (uint32_t i = 0; i < page->months_count; i++) {
        const int32_t month = page->months[i].month;
        const double depth = (gains[i] < 0 ? -gains[i] : gains[i]) / most;
        char text[L1_NUMBER_TEXT_MAX];
        (void)fprintf(out,
                      "<div class=\"%s\" style=\"--a:%.0f%%\"><small>%s %d</small><b>%s%s %%</b>"
                      "</div>\n",
                      gains[i] < 0 ? "down" : "up", 6 + 34 * depth, names[month % 12],
                      1900 + month / 12, gains[i] > 0 ? "+" : "",
                      l1_page_number(gains[i], most < 1 ? 2 : 1, text));
    }
    (void)fputs("</div></div>\n", out);
}

void l1_page_put_equity(l1_replay_page *page, FILE *out)
{
    (void)fputs("<h2 id=\"equity\">Equity</h2>\n", out);
    if (page->equity.count == 0) {
        l1_page_put_nothing("Equity is not known: no price came for something that is held.", out);
        return;
    }
    if (page->begin_ns >= page->last_ns || page->equity.count < 2) {
        l1_page_put_nothing("Equity was known at one moment only: there is no line to draw.", out);
        return;
    }
    (void)fputs("<div class=\"card\">", out);
    put_equity_chart(page, out);
    put_drawdown_chart(page, out);
    (void)fputs("</div>\n<div class=\"card\">", out);
    put_exposure_chart(page, out);
    (void)fputs("</div>\n", out);
    put_months(page, out);
    char begin[L1_NUMBER_TEXT_MAX], flows[L1_NUMBER_TEXT_MAX];
    if (page->begin_ns > page->first_ns) {
        (void)fprintf(out,
                      "<p class=\"faint small\">Charts and returns begin at %s UTC, with the first "
                      "%s; what came before was history.</p>\n",
                      l1_page_time(page->begin_ns, begin),
                      page->signaled ? "signal" : "portfolio snapshot");
    }
    if (page->snapshots == 0) return;
    (void)fprintf(out,
                  "<p class=\"faint small\">%" PRIu64
                  " portfolio snapshot%s set the balances; what "
                  "they put in or took out (%s %s in all) moves equity and is left out of return, "
                  "drawdown and months.</p>\n",
                  page->snapshots, page->snapshots == 1 ? "" : "s",
                  l1_page_decimal(page->flows_e8, 2, flows), page->limits->quote);
}

/* --- fills on the price --- */

static int64_t average_e8(const l1_mark *mark)
{
    int64_t price_e8 = 0;
    if (mark->count == 0 || mark->qty_e8 <= 0) return 0;
    return l1_mul_div(mark->quote_e8, L1_E8, mark->qty_e8, L1_ROUND_DOWN, &price_e8) ? price_e8 : 0;
}

static void widen(const l1_marks *marks, l1_chart *chart)
{
    for (uint32_t i = 0; i < L1_MARKS_CELLS; i++) {
        const double price = (double)average_e8(&marks->cells[i]) / 1e8;
        if (price <= 0) continue;
        if (price < chart->y_low) chart->y_low = price;
        if (price > chart->y_high) chart->y_high = price;
    }
}

static void put_marks(const l1_chart *chart, const l1_marks *marks, const char *symbol,
                      const char *base, FILE *out)
{
    for (uint32_t i = 0; i < L1_MARKS_CELLS; i++) {
        const l1_mark *mark = &marks->cells[i];
        const int64_t price_e8 = average_e8(mark);
        if (price_e8 <= 0) continue;
        char title[240], qty[L1_NUMBER_TEXT_MAX], price[L1_NUMBER_TEXT_MAX];
        char first[L1_NUMBER_TEXT_MAX], last[L1_NUMBER_TEXT_MAX];
        (void)l1_decimal_format(mark->qty_e8, qty);
        (void)l1_page_decimal(price_e8, 2, price);
        (void)l1_page_time(mark->first_ns, first);
        if (mark->count == 1) {
            (void)snprintf(title, sizeof title, "%s %s %s at %s, %s", symbol, qty, base, price,
                           first);
        } else {
            (void)snprintf(title, sizeof title,
                           "%" PRIu64 " x %s, %s %s at %s on average, %s to %s", mark->count,
                           symbol, qty, base, price, first, l1_page_time(mark->last_ns, last));
        }
        const int64_t middle_ns = mark->first_ns + (mark->last_ns - mark->first_ns) / 2;
        l1_chart_mark(chart, symbol, (double)middle_ns / MS_NS, (double)price_e8 / 1e8, title, out);
    }
}

static void put_legend(const char *style, uint64_t count, const char *what, FILE *out)
{
    char text[96];
    if (count == 0) return;
    (void)snprintf(text, sizeof text, "%" PRIu64 " %s%s", count, what, count == 1 ? "" : "s");
    l1_chart_legend(style, text, out);
}

static void put_symbol(l1_replay_page *page, uint32_t at, FILE *out)
{
    const l1_page_symbol *symbol = &page->symbols[at];
    const l1_instrument *instrument = &page->limits->symbols[at];
    char title[96], id[24], says[160];
    (void)snprintf(id, sizeof id, "price-%" PRIu32, at);
    (void)snprintf(title, sizeof title, "%s, price in %s", instrument->name, page->limits->quote);
    (void)snprintf(says, sizeof says,
                   "Price of %s with %" PRIu64 " buys, %" PRIu64 " sells and %" PRIu64 " stops",
                   instrument->name, symbol->buys.count, symbol->sells.count, symbol->stops.count);
    l1_chart chart = over_time(page, id, title, says);
    chart.style = "tall";
    chart.y_low = (double)symbol->price.low / 1e8;
    chart.y_high = (double)symbol->price.high / 1e8;
    widen(&symbol->buys, &chart);
    widen(&symbol->sells, &chart);
    widen(&symbol->stops, &chart);
    l1_chart_range(&chart.y_low, &chart.y_high);
    (void)fputs("<div class=\"card\">", out);
    l1_chart_begin(&chart, out);
    put_series(page, &chart, &symbol->price, 1e-8, "price", false, 0, out);
    put_marks(&chart, &symbol->buys, "buy", instrument->base, out);
    put_marks(&chart, &symbol->sells, "sell", instrument->base, out);
    put_marks(&chart, &symbol->stops, "stop", instrument->base, out);
    l1_chart_end(&chart, out);
    l1_chart_legend_begin(out);
    put_legend("buy", symbol->buys.count, "buy", out);
    put_legend("sell", symbol->sells.count, "sell", out);
    put_legend("stop", symbol->stops.count, "stop", out);
    l1_chart_legend_end(out);
    (void)fputs("</div>\n", out);
}

static void put_trip_tile(const char *name, int64_t sum_e8, uint64_t count, const char *quote,
                          FILE *out)
{
    (void)fprintf(out, "<div class=\"tile\"><span>%s</span><b class=\"%s\">", name,
                  sum_e8 > 0   ? "up"
                  : sum_e8 < 0 ? "down"
                               : "");
    if (count == 0) {
        (void)fputs("none</b></div>\n", out);
        return;
    }
    l1_page_put_decimal(sum_e8 / (int64_t)count, 2, out);
    (void)fprintf(out, "</b><span>%s on average, %" PRIu64 " of them</span></div>\n", quote, count);
}

static void put_trips(const l1_replay_page *page, FILE *out)
{
    const l1_round_trips *trips = &page->trips;
    const char *quote = page->limits->quote;
    int64_t mids_e8[L1_SYMBOLS_MAX] = {0};
    for (uint32_t i = 0; i < page->limits->symbols_count; i++) mids_e8[i] = page->symbols[i].mid_e8;
    const l1_outcomes open = l1_round_trips_open(trips, mids_e8);
    const uint64_t closed = trips->winners.count + trips->losers.count;
    (void)fputs("<div class=\"card\"><h3>Round trips</h3><div class=\"tiles\">", out);
    put_trip_tile("Winners", trips->winners.gain_e8, trips->winners.count, quote, out);
    put_trip_tile("Losers", trips->losers.gain_e8, trips->losers.count, quote, out);
    put_trip_tile("Open at the end", open.gain_e8, open.count, quote, out);
    (void)fputs("<div class=\"tile\"><span>Profit factor</span><b>", out);
    if (trips->losers.gain_e8 < 0) {
        (void)fprintf(out, "%.2f</b><span>gains to losses</span></div>\n",
                      -(double)trips->winners.gain_e8 / (double)trips->losers.gain_e8);
    } else {
        (void)fputs("n/a</b><span>nothing was lost</span></div>\n", out);
    }
    (void)fputs("<div class=\"tile\"><span>Held</span><b>", out);
    if (closed > 0) {
        const double hours = (double)trips->held_ns / (double)closed / 3.6e12;
        (void)fprintf(out, hours >= 1 ? "%.1f h</b>" : "%.0f min</b>",
                      hours >= 1 ? hours : hours * 60);
        (void)fputs("<span>on average</span></div>\n", out);
    } else {
        (void)fputs("n/a</b></div>\n", out);
    }
    (void)fputs("</div><p class=\"faint small\">A buy opens a round trip. Its stop closes it, or "
                "the sells that follow, oldest first; fees are in it, and what is too little to "
                "trade is given up.",
                out);
    if (trips->dropped > 0) {
        (void)fprintf(out, " %" PRIu64 " were open for so long that they are not followed.",
                      trips->dropped);
    }
    (void)fputs("</p></div>\n", out);
}

void l1_page_put_fills(l1_replay_page *page, FILE *out)
{
    uint32_t traded = 0;
    (void)fputs("<h2 id=\"fills\">Fills</h2>\n", out);
    for (uint32_t i = 0; i < page->limits->symbols_count; i++) {
        const l1_page_symbol *symbol = &page->symbols[i];
        if (symbol->buys.count + symbol->sells.count + symbol->stops.count == 0) continue;
        traded++;
        if (symbol->price.count > 0 && page->begin_ns < page->last_ns) put_symbol(page, i, out);
    }
    if (traded == 0) {
        l1_page_put_nothing("Nothing was bought or sold.", out);
        return;
    }
    put_trips(page, out);
}
