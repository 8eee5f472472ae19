/* report/replay_page_render.c: the order of the page, its head and the run in short. */
#include <inttypes.h>
#include <math.h>

#include "base/assert.h"
#include "page/chart.h"
#include "page/plot.h"
#include "report/replay_page_state.h"
#include "report/replay_page_style.h"

/* --- pieces that every section uses --- */

void l1_page_put_decimal(int64_t e8, int digits, FILE *out)
{
    char exact[L1_DECIMAL_TEXT_MAX], shown[L1_NUMBER_TEXT_MAX];
    (void)l1_decimal_format(e8, exact);
    (void)fprintf(out, "<data value=\"%s\">%s</data>", exact, l1_page_decimal(e8, digits, shown));
}

void l1_page_put_exact(int64_t e8, FILE *out)
{
    char exact[L1_DECIMAL_TEXT_MAX];
    (void)l1_decimal_format(e8, exact);
    (void)fprintf(out, "<data value=\"%s\">%s</data>", exact, exact);
}

void l1_page_put_count(uint64_t count, FILE *out)
{
    char shown[L1_NUMBER_TEXT_MAX];
    const bool fits = count <= (uint64_t)(INT64_MAX / L1_E8);
    (void)fprintf(out, "<data value=\"%" PRIu64 "\">%s</data>", count,
                  l1_page_decimal(fits ? (int64_t)count * L1_E8 : INT64_MAX, 0, shown));
}

void l1_page_put_nothing(const char *text, FILE *out)
{
    (void)fputs("<div class=\"card\"><p class=\"nothing\">", out);
    l1_plot_text(text, out);
    (void)fputs("</p></div>\n", out);
}

/* --- the head --- */

static void put_span(const l1_replay_page *page, FILE *out)
{
    char from[L1_NUMBER_TEXT_MAX], to[L1_NUMBER_TEXT_MAX], span[L1_NUMBER_TEXT_MAX];
    if (page->first_ns == 0) {
        (void)fputs("no message was read", out);
        return;
    }
    const double hours = (double)(page->last_ns - page->first_ns) / 3.6e12;
    (void)fprintf(out, "%s to %s UTC &middot; ", l1_page_time(page->first_ns, from),
                  l1_page_time(page->last_ns, to));
    if (hours >= 48) {
        (void)fprintf(out, "%s days", l1_page_number(hours / 24, 0, span));
    } else if (hours >= 2) {
        (void)fprintf(out, "%s hours", l1_page_number(hours, 1, span));
    } else {
        (void)fprintf(out, "%s minutes", l1_page_number(hours * 60, 1, span));
    }
}

void l1_page_put_head(const l1_replay_page *page, FILE *out)
{
    static const struct {
        const char *id, *name;
    } links[] = {
        {"equity", "Equity"},   {"fills", "Fills"},
        {"signals", "Signals"}, {"scores", "Scores"},
        {"costs", "Costs"},     {"schedules", "Schedules"},
        {"alerts", "Alerts"},   {"facts", "Facts of the run"},
    };
    const l1_limits *limits = page->limits;
    (void)fputs(l1_page_head, out);
    (void)fputs("<header><p class=\"kicker\">L1 replay</p><h1>", out);
    const uint32_t shown = limits->symbols_count <= 4 ? limits->symbols_count : 3;
    for (uint32_t i = 0; i < shown; i++) {
        if (i > 0) (void)fputs(", ", out);
        l1_plot_text(limits->symbols[i].name, out);
    }
    if (shown < limits->symbols_count) {
        (void)fprintf(out, " and %" PRIu32 " more", limits->symbols_count - shown);
    }
    (void)fputs("</h1><p class=\"faint\">", out);
    put_span(page, out);
    (void)fputs("</p><nav>", out);
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        (void)fprintf(out, "<a href=\"#%s\">%s</a>", links[i].id, links[i].name);
    }
    (void)fputs("</nav></header>\n<main>\n", out);
}

/* --- in short --- */

static double percent(int64_t part_e8, int64_t whole_e8)
{
    return whole_e8 > 0 ? 100 * (double)part_e8 / (double)whole_e8 : 0;
}

static const char *tone(double value)
{
    return value > 0 ? "up" : value < 0 ? "down" : "";
}

static void put_signed(double value, int digits, const char *unit, FILE *out)
{
    char text[L1_NUMBER_TEXT_MAX];
    (void)fprintf(out, "<span class=\"%s\">%s%s%s</span>", tone(value), value > 0 ? "+" : "",
                  l1_page_number(value, digits, text), unit);
}

static void put_lead(const l1_replay_page *page, FILE *out)
{
    const uint64_t signals = l1_page_signals(page), executed = l1_page_executed(page);
    (void)fputs("<p class=\"lead\">", out);
    if (page->equity.count == 0) {
        (void)fputs("The account's worth is not known: something held has no price. ", out);
    } else {
        const int64_t own_e8 = l1_page_own_e8(page);
        (void)fputs("Equity went from ", out);
        l1_page_put_decimal(page->start_e8, 2, out);
        (void)fputs(" to ", out);
        l1_page_put_decimal(page->equity_e8, 2, out);
        (void)fprintf(out, " %s (", page->limits->quote);
        put_signed(percent(own_e8 - page->start_e8, page->start_e8), 2, " %", out);
        (void)fprintf(out, "%s), at worst %.2f %% below its peak. ",
                      page->flows_e8 != 0 ? " without what snapshots put in or took out" : "",
                      (double)page->deepest_e8 / 1e6);
    }
    if (signals == 0) {
        (void)fputs("No signal arrived, so nothing was decided.</p>\n", out);
        return;
    }
    (void)fputs("Of ", out);
    l1_page_put_count(signals, out);
    (void)fprintf(out, " signal%s ", signals == 1 ? "" : "s");
    l1_page_put_count(executed, out);
    (void)fprintf(out, " %s executed and ", executed == 1 ? "was" : "were");
    l1_page_put_count(signals - executed, out);
    (void)fprintf(out, " %s not.</p>\n", signals - executed == 1 ? "was" : "were");
}

/* Opens a tile up to its figure; the caller writes the figure. */
static void tile(const char *id, const char *name, const char *style, FILE *out)
{
    (void)fprintf(out, "<div class=\"tile\" id=\"%s\"><span>%s</span><b class=\"%s\">", id, name,
                  style);
}

static void tile_end(FILE *out)
{
    (void)fputs("</span></div>\n", out);
}

static void put_money_tiles(const l1_replay_page *page, FILE *out)
{
    char text[L1_NUMBER_TEXT_MAX];
    const int64_t gain_e8 = page->equity.count > 0 ? l1_page_own_e8(page) - page->start_e8 : 0;
    const double gain = percent(gain_e8, page->start_e8);
    tile("return", "Return", tone(gain), out);
    (void)fprintf(out, "%s%s %%</b><span>", gain > 0 ? "+" : "", l1_page_number(gain, 2, text));
    l1_page_put_decimal(gain_e8, 2, out);
    (void)fprintf(out, " %s", page->limits->quote);
    tile_end(out);
    tile("drawdown", "Deepest drawdown", page->deepest_e8 > 0 ? "down" : "", out);
    (void)fprintf(out, "%s%.2f %%</b><span>", page->deepest_e8 > 0 ? "-" : "",
                  (double)page->deepest_e8 / 1e6);
    (void)fputs(page->deepest_ns != 0 ? l1_page_time(page->deepest_ns, text) : "never below", out);
    tile_end(out);
    tile("sharpe", "Sharpe, a year", "", out);
    const double days = (double)page->days;
    const double mean = days > 0 ? page->day_sum / days : 0;
    const double spread = days > 1 ? (page->day_squares - days * mean * mean) / (days - 1) : 0;
    if (days >= 30 && spread > 1e-18) {
        (void)fprintf(out, "%.2f</b><span>of %.0f daily returns", mean / sqrt(spread) * sqrt(365.0),
                      days);
    } else {
        (void)fprintf(out, "n/a</b><span>%s",
                      days < 30 ? "needs 30 daily returns" : "equity never moved");
    }
    tile_end(out);
    const int64_t span_ns = page->last_ns - page->begin_ns;
    tile("exposure", "Mean exposure", "", out);
    (void)fprintf(out, "%.1f %%</b><span>at most %.1f %%",
                  span_ns > 0 ? (double)page->exposure_sum / (double)span_ns / 1e6 : 0,
                  page->exposure.count > 0 ? (double)page->exposure.high / 1e6 : 0);
    tile_end(out);
}

static void put_trade_tiles(const l1_replay_page *page, FILE *out)
{
    const uint64_t signals = l1_page_signals(page), executed = l1_page_executed(page);
    const uint64_t closed = page->trips.winners.count + page->trips.losers.count;
    tile("executed", "Executed", "", out);
    l1_page_put_count(executed, out);
    (void)fputs("</b><span>of ", out);
    l1_page_put_count(signals, out);
    (void)fputs(" signals", out);
    tile_end(out);
    tile("won", "Round trips won", "", out);
    if (closed > 0) {
        (void)fprintf(out, "%.0f %%</b><span>of %" PRIu64 " closed",
                      100 * (double)page->trips.winners.count / (double)closed, closed);
    } else {
        (void)fputs("n/a</b><span>none was closed", out);
    }
    tile_end(out);
    tile("stopped", "Stops filled", "", out);
    l1_page_put_count(l1_page_status(page, L1_REPORT_STOP_FILLED), out);
    (void)fputs("</b><span>", out);
    l1_page_put_count(l1_page_status(page, L1_REPORT_STOP_FAILED), out);
    (void)fputs(" failed", out);
    tile_end(out);
    tile("fees", "Fees", "", out);
    l1_page_put_decimal(l1_page_fees_e8(page), 2, out);
    (void)fprintf(out, "</b><span>%s, of ", page->limits->quote);
    l1_page_put_decimal(l1_page_traded_e8(page), 0, out);
    (void)fputs(" traded", out);
    tile_end(out);
}

/* A cell of a table whose rows become blocks where it is narrow. */
static void cell(const char *label, FILE *out)
{
    (void)fprintf(out, "<td data-l=\"%s\">", label);
}

static void put_symbol_row(const l1_replay_page *page, uint32_t at, FILE *out)
{
    const l1_page_symbol *symbol = &page->symbols[at];
    const bool known = at < page->limits->symbols_count;
    const uint64_t executed =
        symbol->statuses[L1_REPORT_FILLED] + symbol->statuses[L1_REPORT_PARTIALLY_FILLED];
    (void)fputs("<tr><td>", out);
    l1_plot_text(known ? page->limits->symbols[at].name : "not configured", out);
    (void)fputs("</td>", out);
    cell("price", out);
    if (symbol->price.count > 0) {
        put_signed(percent(symbol->price.last - symbol->price.first, symbol->price.first), 1, " %",
                   out);
    } else {
        (void)fputs("none", out);
    }
    const uint64_t counts[] = {symbol->signals, executed, symbol->signals - executed,
                               symbol->statuses[L1_REPORT_STOP_FILLED]};
    static const char *const names[] = {"signals", "executed", "not executed", "stops filled"};
    for (int i = 0; i < 4; i++) {
        (void)fputs("</td>", out);
        cell(names[i], out);
        l1_page_put_count(counts[i], out);
    }
    (void)fputs("</td>", out);
    cell("traded", out);
    l1_page_put_decimal(symbol->traded_e8, 0, out);
    (void)fputs("</td>", out);
    cell("fees", out);
    l1_page_put_decimal(symbol->fees_e8, 2, out);
    (void)fputs("</td>", out);
    cell("held", out);
    l1_page_put_exact(symbol->total_e8, out);
    (void)fputs("</td>", out);
    cell("exposure", out);
    (void)fprintf(out, "%.1f %%</td></tr>\n",
                  symbol->exposure.count > 0 ? (double)symbol->exposure.high / 1e6 : 0);
}

void l1_page_put_summary(const l1_replay_page *page, FILE *out)
{
    put_lead(page, out);
    (void)fputs("<div class=\"tiles\">", out);
    put_money_tiles(page, out);
    put_trade_tiles(page, out);
    (void)fputs("</div>\n<div class=\"card\"><table class=\"rows\" id=\"symbols\"><thead><tr>"
                "<th>symbol</th>"
                "<th>price</th><th>signals</th><th>executed</th><th>not</th><th>stops</th>"
                "<th>traded</th><th>fees</th><th>held</th><th>exposure, most</th></tr></thead>"
                "<tbody>\n",
                out);
    for (uint32_t i = 0; i <= page->limits->symbols_count; i++) {
        if (i == page->limits->symbols_count && page->symbols[i].signals == 0) continue;
        put_symbol_row(page, i, out);
    }
    (void)fputs("</tbody></table></div>\n", out);
}

void l1_replay_page_write(l1_replay_page *page, const l1_replay_facts *facts, FILE *out)
{
    L1_ASSERT(page->limits->symbols_count <= L1_SYMBOLS_MAX);
    l1_page_put_head(page, out);
    l1_page_put_summary(page, out);
    l1_page_put_equity(page, out);
    l1_page_put_fills(page, out);
    l1_page_put_signals(page, out);
    l1_page_put_scores(page, out);
    l1_page_put_costs(page, out);
    l1_page_put_comparison(page, facts->comparison, out);
    l1_page_put_alerts(page, out);
    l1_page_put_facts(page, facts, out);
    (void)fputs("</main>\n</body>\n</html>\n", out);
}
