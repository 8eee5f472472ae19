/* report/replay_page_facts.c: alerts, and what is needed to make the same run again. */
#include <inttypes.h>

#include "base/assert.h"
#include "bus/codec/encode.h"
#include "page/chart.h"
#include "page/plot.h"
#include "report/replay_page_state.h"

#define FILES_SHOWN 4

void l1_page_put_alerts(const l1_replay_page *page, FILE *out)
{
    static const char *const styles[] = {
        [L1_LEVEL_INFO] = "faint", [L1_LEVEL_WARNING] = "sell", [L1_LEVEL_CRITICAL] = "down"};
    uint64_t all = 0;
    (void)fputs("<h2 id=\"alerts\">Alerts</h2>\n", out);
    for (int code = 0; code < L1_ALERT_COUNT; code++) all += page->alerts[code].count;
    if (all == 0) {
        l1_page_put_nothing("None was raised.", out);
        return;
    }
    (void)fputs("<div class=\"card\"><table class=\"rows\" id=\"alert-codes\"><thead><tr>"
                "<th>code</th><th class=\"left\">level</th><th>alerts</th><th class=\"left\">the "
                "last one</th></tr></thead><tbody>\n",
                out);
    for (int level = L1_LEVEL_CRITICAL; level >= L1_LEVEL_INFO; level--) {
        for (int code = 0; code < L1_ALERT_COUNT; code++) {
            const l1_page_alert *alert = &page->alerts[code];
            if (alert->count == 0 || (int)l1_alert_level_of((l1_alert_code)code) != level) continue;
            char at[L1_NUMBER_TEXT_MAX];
            (void)fprintf(out,
                          "<tr><td><code>%s</code></td><td class=\"left %s\" data-l=\"level\">%s"
                          "</td><td data-l=\"alerts\">",
                          l1_alert_code_text((l1_alert_code)code), styles[level],
                          l1_alert_level_text((l1_alert_level)level));
            l1_page_put_count(alert->count, out);
            (void)fprintf(out, "</td><td class=\"left full\"><span>%s ",
                          l1_page_time(alert->last_ns, at));
            l1_plot_text(alert->message, out);
            (void)fputs("</span></td></tr>\n", out);
        }
    }
    (void)fputs("</tbody></table></div>\n", out);
}

/* --- facts --- */

static void put_fact(const char *name, const char *text, FILE *out)
{
    (void)fprintf(out, "<dt>%s</dt><dd>", name);
    l1_plot_text(text, out);
    (void)fputs("</dd>\n", out);
}

static void put_hash(const char *name, l1_hash128 hash, const char *none, FILE *out)
{
    char text[33];
    if (none != NULL && hash.lo == 0 && hash.hi == 0) {
        put_fact(name, none, out);
        return;
    }
    l1_hash_hex(hash, text);
    (void)fprintf(out, "<dt>%s</dt><dd><code>%s</code></dd>\n", name, text);
}

static void put_files(const l1_replay_facts *facts, FILE *out)
{
    (void)fputs("<dt>files</dt><dd>", out);
    if (facts->files_count == 0) (void)fputs("none", out);
    for (size_t i = 0; i < facts->files_count && i < FILES_SHOWN; i++) {
        if (i > 0) (void)fputs("<br>", out);
        l1_plot_text(facts->files[i], out);
    }
    if (facts->files_count > FILES_SHOWN) {
        (void)fprintf(out, "<details><summary>and %zu more</summary>",
                      facts->files_count - FILES_SHOWN);
        for (size_t i = FILES_SHOWN; i < facts->files_count; i++) {
            l1_plot_text(facts->files[i], out);
            (void)fputs("<br>", out);
        }
        (void)fputs("</details>", out);
    }
    (void)fputs("</dd>\n", out);
}

static void put_events(const l1_replay_page *page, uint64_t messages, FILE *out)
{
    static const struct {
        l1_event_kind kind;
        const char *name;
    } kinds[] = {{L1_EVENT_BAR, "bars"},
                 {L1_EVENT_BOOK, "books"},
                 {L1_EVENT_DEPTH, "depth"},
                 {L1_EVENT_QUOTE, "quotes"},
                 {L1_EVENT_TRADE, "trades"},
                 {L1_EVENT_SIGNAL, "signals"},
                 {L1_EVENT_PORTFOLIO, "portfolio snapshots"},
                 {L1_EVENT_CONTROL, "control"},
                 {L1_EVENT_REFUSED, "refused"}};
    (void)fputs("<dt>messages</dt><dd>", out);
    l1_page_put_count(messages, out);
    bool any = false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const uint64_t count = page->events[kinds[i].kind];
        if (count == 0) continue;
        (void)fprintf(out, "%s%s ", any ? ", " : ": ", kinds[i].name);
        l1_page_put_count(count, out);
        any = true;
    }
    (void)fputs("</dd>\n", out);
}

void l1_page_put_facts(const l1_replay_page *page, const l1_replay_facts *facts, FILE *out)
{
    char from[L1_NUMBER_TEXT_MAX], to[L1_NUMBER_TEXT_MAX], span[2 * L1_NUMBER_TEXT_MAX + 16];
    L1_ASSERT(facts->files_count == 0 || facts->files != NULL);
    (void)fputs("<h2 id=\"facts\">Facts of the run</h2>\n<div class=\"card\"><dl>\n", out);
    if (page->first_ns != 0) {
        (void)snprintf(span, sizeof span, "%s to %s UTC", l1_page_time(page->first_ns, from),
                       l1_page_time(page->last_ns, to));
        put_fact("time", span, out);
    }
    put_files(facts, out);
    put_events(page, facts->messages, out);
    if (facts->out != NULL) put_fact("reports", facts->out, out);
    if (facts->journal != NULL) put_fact("journal", facts->journal, out);
    put_fact("engine", page->limits->engine_id, out);
    if (facts->build != NULL) put_fact("program", facts->build, out);
    put_hash("configuration", facts->config_hash, NULL, out);
    put_hash("models", facts->models_hash, "none scored", out);
    put_hash("output hash", facts->output_hash, NULL, out);
    put_hash("state hash", facts->state_hash, NULL, out);
    (void)fputs("</dl>", out);
    if (facts->config_text != NULL) {
        (void)fputs("<details><summary>the configuration</summary><pre>", out);
        l1_plot_text(facts->config_text, out);
        (void)fputs("</pre></details>", out);
    }
    (void)fputs("<p class=\"faint small\">The same files, configuration, models and program give "
                "the same hashes and the same page. A simulated venue is no market: "
                "what it fills, a market may not.</p></div>\n",
                out);
}
