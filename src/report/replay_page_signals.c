/* report/replay_page_signals.c: what became of the signals, by which rule, at which score. */
#include <inttypes.h>

#include "base/assert.h"
#include "page/chart.h"
#include "page/plot.h"
#include "report/replay_page_state.h"

/* --- fates and rules --- */

static void put_fates(const l1_replay_page *page, FILE *out)
{
    static const struct {
        l1_report_status status;
        const char *style, *name;
    } fates[] = {{L1_REPORT_FILLED, "c-filled", "filled"},
                 {L1_REPORT_PARTIALLY_FILLED, "c-part", "partially filled"},
                 {L1_REPORT_REJECTED, "c-rejected", "rejected"},
                 {L1_REPORT_EXPIRED, "c-expired", "expired"},
                 {L1_REPORT_CANCELED, "c-canceled", "canceled"}};
    const double all = (double)l1_page_signals(page);
    L1_ASSERT(all > 0);
    (void)fputs("<div class=\"fate\" role=\"img\" aria-label=\"shares of what became of the "
                "signals\">",
                out);
    for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++) {
        const uint64_t count = l1_page_status(page, fates[i].status);
        if (count == 0) continue;
        (void)fprintf(out, "<i class=\"%s\" style=\"flex:%.4f\"></i>", fates[i].style,
                      (double)count / all);
    }
    (void)fputs("</div>\n", out);
    l1_chart_legend_begin(out);
    for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++) {
        const uint64_t count = l1_page_status(page, fates[i].status);
        char text[96];
        if (count == 0) continue;
        (void)snprintf(text, sizeof text, "%s %" PRIu64 " (%.1f %%)", fates[i].name, count,
                       100 * (double)count / all);
        l1_chart_legend(fates[i].style, text, out);
    }
    l1_chart_legend_end(out);
}

static void put_rules(const l1_replay_page *page, FILE *out)
{
    uint64_t most = 0, all = 0;
    for (int rule = 0; rule < L1_RULE_COUNT; rule++) {
        const uint64_t count = l1_page_rejected(page, (l1_rule)rule);
        all += count;
        if (count > most) most = count;
    }
    if (all == 0) {
        (void)fputs("<p class=\"nothing\">No signal was stopped by a rule.</p>\n", out);
        return;
    }
    (void)fputs("<table id=\"rules\"><thead><tr><th>first rule violated</th><th>signals</th>"
                "<th class=\"left\">share</th></tr></thead><tbody>\n",
                out);
    for (uint64_t below = UINT64_MAX; below > 0;) { /* by count, the largest first */
        uint64_t next = 0;
        for (int rule = 0; rule < L1_RULE_COUNT; rule++) {
            const uint64_t count = l1_page_rejected(page, (l1_rule)rule);
            if (count < below && count > next) next = count;
        }
        for (int rule = 0; next > 0 && rule < L1_RULE_COUNT; rule++) {
            if (l1_page_rejected(page, (l1_rule)rule) != next) continue;
            (void)fprintf(out, "<tr><td><code>%s</code><small>", l1_rule_code((l1_rule)rule));
            l1_plot_text(l1_rule_text((l1_rule)rule), out);
            (void)fputs("</small></td><td>", out);
            l1_page_put_count(next, out);
            (void)fprintf(out,
                          "</td><td class=\"left\"><span class=\"share c-rejected\"><i "
                          "style=\"width:%.1f%%\"></i></span></td></tr>\n",
                          100 * (double)next / (double)most);
        }
        below = next;
    }
    (void)fputs("</tbody></table>\n", out);
}

void l1_page_put_signals(const l1_replay_page *page, FILE *out)
{
    (void)fputs("<h2 id=\"signals\">Signals</h2>\n", out);
    if (l1_page_signals(page) == 0) {
        l1_page_put_nothing("No signal arrived.", out);
        return;
    }
    (void)fputs("<div class=\"card\"><h3>What became of them</h3>", out);
    put_fates(page, out);
    put_rules(page, out);
    if (page->duplicates > 0) {
        (void)fputs("<p class=\"faint small\">", out);
        l1_page_put_count(page->duplicates, out);
        (void)fputs(" repeated: answered with the report that they already had.</p>", out);
    }
    (void)fputs("</div>\n", out);
}

/* --- scores --- */

typedef struct {
    const char *id, *name, *style;
    const l1_outcomes *of;
} outcome;

static void range_of(const outcome *outcomes, size_t count, double *low, double *high)
{
    uint32_t first = L1_SCORE_BINS, last = 0;
    for (size_t i = 0; i < count; i++) {
        for (uint32_t bin = 0; bin < L1_SCORE_BINS; bin++) {
            if (outcomes[i].of->score_bins[bin] == 0) continue;
            if (bin < first) first = bin;
            if (bin + 1 > last) last = bin + 1;
        }
    }
    L1_ASSERT(first < last);
    *low = ((double)first - 1) / L1_SCORE_BINS;
    *high = ((double)last + 1) / L1_SCORE_BINS;
    if (*low < 0) *low = 0;
    if (*high > 1) *high = 1;
}

static void put_thresholds(const l1_replay_page *page, const l1_chart *chart, FILE *out)
{
    for (uint32_t i = 0; i < page->limits->symbols_count && i < 4; i++) {
        const int64_t threshold_e8 = page->symbols[i].threshold_e8;
        if (threshold_e8 == L1_OFF) continue;
        const double at = (double)threshold_e8 / 1e8;
        if (at < chart->x_low || at > chart->x_high) continue;
        l1_chart_upright(chart, "reference", at, "", out);
    }
}

static void put_threshold_words(const l1_replay_page *page, FILE *out)
{
    bool any = false;
    for (uint32_t i = 0; i < page->limits->symbols_count && i < 4; i++) {
        if (page->symbols[i].threshold_e8 == L1_OFF) continue;
        (void)fputs(any ? ", " : " (", out);
        l1_plot_text(page->limits->symbols[i].name, out);
        (void)fprintf(out, " %.3f", (double)page->symbols[i].threshold_e8 / 1e8);
        any = true;
    }
    if (any) (void)fputs(")", out);
}

static void put_outcome(const l1_replay_page *page, const outcome *one, double low, double high,
                        bool last, FILE *out)
{
    char title[96], bar[96];
    uint64_t most = 1;
    for (uint32_t bin = 0; bin < L1_SCORE_BINS; bin++) {
        if (one->of->score_bins[bin] > most) most = one->of->score_bins[bin];
    }
    (void)snprintf(title, sizeof title, "%s: %" PRIu64, one->name, one->of->scored);
    const l1_chart chart = {.id = one->id,
                            .title = title,
                            .says = title,
                            .style = "rows",
                            .x_bare = !last,
                            .y_counts = true,
                            .x_low = low,
                            .x_high = high,
                            .y_high = (double)most * 1.05};
    l1_chart_begin(&chart, out);
    for (uint32_t bin = 0; bin < L1_SCORE_BINS; bin++) {
        if (one->of->score_bins[bin] == 0) continue;
        const double from = (double)bin / L1_SCORE_BINS, to = (double)(bin + 1) / L1_SCORE_BINS;
        (void)snprintf(bar, sizeof bar, "%" PRIu64 " scored %.2f to %.2f", one->of->score_bins[bin],
                       from, to);
        l1_chart_bar(&chart, one->style, from + (to - from) * 0.06, to - (to - from) * 0.06, 0,
                     (double)one->of->score_bins[bin], bar, out);
    }
    put_thresholds(page, &chart, out);
    l1_chart_end(&chart, out);
}

void l1_page_put_scores(const l1_replay_page *page, FILE *out)
{
    int64_t mids_e8[L1_SYMBOLS_MAX] = {0};
    for (uint32_t i = 0; i < page->limits->symbols_count; i++) mids_e8[i] = page->symbols[i].mid_e8;
    const l1_outcomes open = l1_round_trips_open(&page->trips, mids_e8);
    const outcome outcomes[] = {{"score-vetoed", "Vetoed", "price", &page->vetoed},
                                {"score-won", "Executed and won", "up", &page->trips.winners},
                                {"score-lost", "Executed and lost", "down", &page->trips.losers},
                                {"score-open", "Executed, open at the end", "main", &open}};
    const size_t count = sizeof outcomes / sizeof outcomes[0];
    uint64_t scored = 0;
    size_t last = 0;
    for (size_t i = 0; i < count; i++) {
        scored += outcomes[i].of->scored;
        if (outcomes[i].of->scored > 0) last = i;
    }
    (void)fputs("<h2 id=\"scores\">Gate scores by outcome</h2>\n", out);
    if (scored == 0) {
        l1_page_put_nothing("No entry was scored: no models were loaded, or none of the signals "
                            "came as far as the gate.",
                            out);
        return;
    }
    double low = 0, high = 1;
    range_of(outcomes, count, &low, &high);
    (void)fprintf(out, "<div class=\"card\"><h3>Ensemble, head %s</h3>\n",
                  l1_head_text(page->head));
    for (size_t i = 0; i < count; i++) {
        if (outcomes[i].of->scored == 0) continue;
        put_outcome(page, &outcomes[i], low, high, i == last, out);
    }
    (void)fputs("<p class=\"faint small\">Dashed: the gate's thresholds", out);
    put_threshold_words(page, out);
    (void)fputs(". A gate that is worth something scores winners higher than losers; what the "
                "vetoed ones would have become is not known.</p></div>\n",
                out);
}
