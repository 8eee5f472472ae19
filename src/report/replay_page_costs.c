/* report/replay_page_costs.c: what parents cost, by schedule; schedules beside each other. */
#include <inttypes.h>
#include <math.h>

#include "base/assert.h"
#include "bus/codec/encode.h"
#include "page/chart.h"
#include "page/plot.h"
#include "report/replay_page_state.h"

static void put_bp(double bp, FILE *out)
{
    char text[L1_NUMBER_TEXT_MAX];
    (void)fputs(l1_page_number(bp, 2, text), out);
}

static void put_name(const l1_replay_page *page, int32_t symbol, FILE *out)
{
    const bool known = symbol >= 0 && (uint32_t)symbol < page->limits->symbols_count;
    l1_plot_text(known ? page->limits->symbols[symbol].name : "all", out);
}

/* --- realised costs --- */

static void put_part(const char *id, const char *name, int64_t part_e8, int64_t wanted_e8,
                     const char *quote, FILE *out)
{
    (void)fprintf(out, "<div class=\"tile\" id=\"%s\"><span>%s</span><b class=\"%s\">", id, name,
                  part_e8 < 0 && part_e8 != L1_OFF ? "up" : "");
    if (part_e8 == L1_OFF) {
        (void)fputs("n/a", out);
    } else {
        l1_page_put_decimal(part_e8, 2, out);
    }
    (void)fprintf(out, "</b><span>%s", quote);
    if (wanted_e8 > 0 && part_e8 != L1_OFF) {
        (void)fputs(", ", out);
        put_bp(1e4 * (double)part_e8 / (double)wanted_e8, out);
        (void)fputs(" bp", out);
    }
    (void)fputs("</span></div>\n", out);
}

static void put_split(const l1_replay_page *page, FILE *out)
{
    const char *quote = page->limits->quote;
    const l1_tca_totals *all = &page->costs.totals;
    const int64_t wanted_e8 = page->costs.wanted_e8;
    (void)fputs("<div class=\"card\"><h3>Implementation shortfall</h3><div class=\"tiles\">", out);
    put_part("cost-total", "In all", all->shortfall_e8, wanted_e8, quote, out);
    put_part("cost-delay", "Delay", all->delay_e8, wanted_e8, quote, out);
    put_part("cost-trading", "Trading", all->trading_e8, wanted_e8, quote, out);
    put_part("cost-opportunity", "Opportunity", all->opportunity_e8, wanted_e8, quote, out);
    put_part("cost-fees", "Fees", all->fees_e8, wanted_e8, quote, out);
    (void)fputs("</div><p class=\"faint small\">Against the mid at the decision: while the signal "
                "travelled (delay), while it was executed (trading), on what was not executed "
                "(opportunity), and fees. Negative is a gain. Stops are not in it.",
                out);
    if (all->summed < all->parents) {
        (void)fprintf(out, " Of %" PRIu64 " of the %" PRIu64 " orders it is not known.",
                      all->parents - all->summed, all->parents);
    }
    (void)fputs("</p></div>\n", out);
}

/* A mean x scale with its unit; "n/a" when nothing was known. */
static void put_mean(const char *label, const l1_tca_totals *totals, l1_tca_figure figure,
                     int64_t scale, int digits, const char *unit, FILE *out)
{
    int64_t shown_e8 = l1_tca_mean_e8(totals, figure);
    (void)fprintf(out, "<td data-l=\"%s\">", label);
    if (shown_e8 == L1_OFF || __builtin_mul_overflow(shown_e8, scale, &shown_e8)) {
        (void)fputs("n/a</td>", out);
        return;
    }
    char text[L1_NUMBER_TEXT_MAX];
    (void)fprintf(out, "%s%s</td>", l1_page_decimal(shown_e8, digits, text), unit);
}

static void put_money(const char *label, int64_t e8, FILE *out)
{
    (void)fprintf(out, "<td data-l=\"%s\">", label);
    if (e8 == L1_OFF) {
        (void)fputs("n/a", out);
    } else {
        l1_page_put_decimal(e8, 2, out);
    }
    (void)fputs("</td>", out);
}

static void put_row(const char *algo, const char *symbol, const l1_page_cost *cost, FILE *out)
{
    const l1_tca_totals *totals = &cost->totals;
    (void)fprintf(out, "<tr><td>%s%s", algo, symbol[0] != '\0' ? ", " : "");
    l1_plot_text(symbol, out);
    (void)fputs("</td><td data-l=\"orders\">", out);
    l1_page_put_count(totals->parents, out);
    (void)fputs("</td><td data-l=\"children\">", out);
    l1_page_put_count(cost->children, out);
    (void)fputs("</td>", out);
    put_mean("filled", totals, L1_TCA_FILL_RATIO, 100, 1, " %", out);
    put_mean("maker", totals, L1_TCA_MAKER_SHARE, 100, 1, " %", out);
    put_mean("slippage, bp", totals, L1_TCA_ARRIVAL_SLIPPAGE, 1, 2, "", out);
    put_money("delay", totals->delay_e8, out);
    put_money("trading", totals->trading_e8, out);
    put_money("opportunity", totals->opportunity_e8, out);
    put_money("fees", totals->fees_e8, out);
    put_money("shortfall", totals->shortfall_e8, out);
    put_mean("shortfall, bp", totals, L1_TCA_SHORTFALL, 1, 2, "", out);
    (void)fputs("</tr>\n", out);
}

static void put_rows(const l1_replay_page *page, FILE *out)
{
    (void)fputs("<div class=\"card\"><h3>By schedule and symbol</h3><table class=\"rows\" "
                "id=\"cost-rows\"><thead><tr><th>chosen, symbol</th><th>orders</th><th>children"
                "</th><th>filled</th><th>maker</th><th>slippage, bp</th><th>delay</th>"
                "<th>trading</th><th>opportunity</th><th>fees</th><th>shortfall</th><th>bp</th>"
                "</tr></thead><tbody>\n",
                out);
    uint32_t rows = 0;
    for (int algo = 0; algo < L1_ALGO_COUNT; algo++) {
        for (uint32_t i = 0; i < page->limits->symbols_count; i++) {
            const l1_page_cost *cost = &page->symbols[i].costs[algo];
            if (cost->totals.parents == 0) continue;
            put_row(l1_algo_text((l1_algo)algo), page->limits->symbols[i].name, cost, out);
            rows++;
        }
    }
    if (rows != 1) put_row("all", "", &page->costs, out);
    (void)fprintf(out,
                  "</tbody></table><p class=\"faint small\">Sums in %s; ratios and bp are means in "
                  "which each order counts once.</p></div>\n",
                  page->limits->quote);
}

static bool any_markout(const l1_tca_totals *totals)
{
    const l1_tca_mean *known = &totals->means[L1_TCA_MARKOUT_1];
    return known[0].count + known[1].count + known[2].count > 0;
}

static void put_markouts(const l1_replay_page *page, FILE *out)
{
    static const char *const names[L1_MARKOUTS] = {"1 s", "10 s", "60 s"};
    if (!any_markout(&page->costs.totals)) return;
    (void)fputs("<div class=\"card\"><h3>Markouts</h3><table class=\"rows\" "
                "id=\"markouts\"><thead><tr><th>bp after</th><th>1 s</th><th>10 s</th><th>60 s</th>"
                "</tr></thead><tbody>\n",
                out);
    for (int algo = 0; algo < L1_ALGO_COUNT; algo++) {
        for (uint32_t i = 0; i < page->limits->symbols_count; i++) {
            const l1_tca_totals *totals = &page->symbols[i].costs[algo].totals;
            if (!any_markout(totals)) continue;
            (void)fprintf(out, "<tr><td>%s, ", l1_algo_text((l1_algo)algo));
            l1_plot_text(page->limits->symbols[i].name, out);
            (void)fputs("</td>", out);
            for (int k = 0; k < L1_MARKOUTS; k++) {
                put_mean(names[k], totals, (l1_tca_figure)(L1_TCA_MARKOUT_1 + k), 1, 2, "", out);
            }
            (void)fputs("</tr>\n", out);
        }
    }
    (void)fputs("</tbody></table><p class=\"faint small\">Where the mid went after the fills, in "
                "the order's direction: negative means that waiting would have been cheaper. n/a: "
                "no mid came so soon after any fill, as with bars of a minute.</p></div>\n",
                out);
}

void l1_page_put_costs(const l1_replay_page *page, FILE *out)
{
    const l1_tca_totals *all = &page->costs.totals;
    (void)fputs("<h2 id=\"costs\">Costs</h2>\n", out);
    if (all->parents == 0 && page->slippage.count == 0) {
        l1_page_put_nothing("Nothing was executed, so nothing was paid.", out);
        return;
    }
    if (all->summed > 0) put_split(page, out);
    l1_page_put_slippage(page, out);
    if (all->parents > 0) put_rows(page, out);
    put_markouts(page, out);
}

/* --- schedules --- */

#define LEAST_BP 0.005 /* less is shown as zero */

/* Where the interval lies beside zero, as a short line. */
static void put_whisker(const l1_comparison_row *row, double most, FILE *out)
{
    const double low = l1_plot_place(row->low_bp, -most, most, 0, 100);
    const double high = l1_plot_place(row->high_bp, -most, most, 0, 100);
    const double at = l1_plot_place(row->difference_bp, -most, most, 0, 100);
    const char *style = row->low_bp > LEAST_BP ? "down" : row->high_bp < -LEAST_BP ? "up" : "price";
    (void)fprintf(out,
                  "<svg class=\"whisker %s\" role=\"img\" aria-label=\"%.2f bp, from %.2f to "
                  "%.2f\"><line class=\"zero\" x1=\"50%%\" x2=\"50%%\" y1=\"0\" y2=\"100%%\"/>"
                  "<line class=\"span\" x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"50%%\" y2=\"50%%\"/>"
                  "<circle cx=\"%.1f%%\" cy=\"50%%\" r=\"3.5\"/></svg>",
                  style, row->difference_bp, row->low_bp, row->high_bp, low, high, at);
}

static void put_comparison_row(const l1_replay_page *page, const l1_comparison *comparison,
                               const l1_comparison_row *row, double most, FILE *out)
{
    char text[L1_NUMBER_TEXT_MAX];
    (void)fprintf(out, "<tr><td>%s, ", l1_algo_text(row->algo));
    put_name(page, row->symbol, out);
    (void)fputs("</td><td data-l=\"parents\">", out);
    l1_page_put_count(row->parents, out);
    if (row->parents == 0) {
        (void)fputs("</td><td data-l=\"shortfall, bp\">n/a</td><td data-l=\"filled\">n/a</td><td "
                    "data-l=\"difference, bp\">n/a</td><td></td></tr>\n",
                    out);
        return;
    }
    (void)fputs("</td><td data-l=\"shortfall, bp\">", out);
    put_bp(row->shortfall_bp, out);
    (void)fprintf(
        out, "</td><td data-l=\"filled\">%s %%</td><td class=\"full\" data-l=\"difference, bp\">",
        l1_page_number(100 * row->fill_ratio, 1, text));
    if (row->algo == comparison->reference) {
        (void)fputs("reference</td><td></td></tr>\n", out);
        return;
    }
    (void)fprintf(out, "<span>%s%s <span class=\"faint\">[",
                  row->difference_bp > LEAST_BP ? "+" : "",
                  l1_page_number(row->difference_bp, 2, text));
    put_bp(row->low_bp, out);
    (void)fputs(", ", out);
    put_bp(row->high_bp, out);
    (void)fputs("]</span></span></td><td class=\"left full\">", out);
    if (isfinite(row->low_bp) && isfinite(row->high_bp)) put_whisker(row, most, out);
    (void)fputs("</td></tr>\n", out);
}

/* What each schedule that was asked for became. */
static void put_choices(const l1_replay_page *page, FILE *out)
{
    uint64_t all = 0;
    for (int asked = 0; asked < L1_ALGO_COUNT; asked++) {
        for (int chosen = 0; chosen < L1_ALGO_COUNT; chosen++) all += page->chosen[asked][chosen];
    }
    if (all == 0) return;
    (void)fputs("<div class=\"card\"><h3>Asked for, and chosen</h3><table id=\"chosen\"><thead><tr>"
                "<th>asked for</th><th class=\"left\">chosen</th><th>orders</th>"
                "<th class=\"left\">share</th></tr></thead><tbody>\n",
                out);
    for (int asked = 0; asked < L1_ALGO_COUNT; asked++) {
        uint64_t sum = 0;
        for (int chosen = 0; chosen < L1_ALGO_COUNT; chosen++) sum += page->chosen[asked][chosen];
        for (int chosen = 0; chosen < L1_ALGO_COUNT; chosen++) {
            const uint64_t count = page->chosen[asked][chosen];
            if (count == 0) continue;
            const double share = 100 * (double)count / (double)sum;
            (void)fprintf(out, "<tr><td>%s</td><td class=\"left\">%s</td><td>",
                          l1_algo_text((l1_algo)asked), l1_algo_text((l1_algo)chosen));
            l1_page_put_count(count, out);
            (void)fprintf(out,
                          "</td><td class=\"left\"><span class=\"share main\"><i style=\"width:"
                          "%.1f%%\"></i></span></td></tr>\n",
                          share);
        }
    }
    (void)fputs("</tbody></table></div>\n", out);
}

void l1_page_put_comparison(const l1_replay_page *page, const l1_comparison *comparison, FILE *out)
{
    (void)fputs("<h2 id=\"schedules\">Schedules</h2>\n", out);
    put_choices(page, out);
    if (comparison == NULL || comparison->count == 0) {
        l1_page_put_nothing("The schedules were not compared in this run.", out);
        return;
    }
    L1_ASSERT(comparison->count <= L1_COMPARISON_ROWS_MAX);
    double most = 0.1;
    for (uint32_t i = 0; i < comparison->count; i++) {
        const l1_comparison_row *row = &comparison->rows[i];
        if (row->parents == 0 || row->algo == comparison->reference) continue;
        if (!isfinite(row->low_bp) || !isfinite(row->high_bp)) continue;
        most = fmax(most, fmax(fabs(row->low_bp), fabs(row->high_bp)));
    }
    (void)fprintf(out,
                  "<div class=\"card\"><h3>Against %s, on the same paths</h3><table class=\"rows\" "
                  "id=\"comparison\"><thead><tr><th>schedule</th><th>parents</th>"
                  "<th>shortfall, bp</th><th>filled</th><th>difference, bp</th>"
                  "<th class=\"left\">cheaper &larr; &rarr; dearer</th></tr></thead><tbody>\n",
                  l1_algo_text(comparison->reference));
    for (uint32_t i = 0; i < comparison->count; i++) {
        put_comparison_row(page, comparison, &comparison->rows[i], most, out);
    }
    (void)fprintf(out,
                  "</tbody></table><p class=\"faint small\">Each parent was replayed once per "
                  "schedule. In brackets: %.0f %% intervals of the mean difference, from %" PRIu32
                  " samples of blocks of up to %" PRIu32 " parents (n/a: fewer than six blocks). "
                  "An interval that holds zero shows no difference. What was not filled "
                  "is in the shortfall as the price's way alone: look at what was filled first."
                  "</p></div>\n",
                  100 * comparison->confidence, comparison->resamples, comparison->block_parents);
}
