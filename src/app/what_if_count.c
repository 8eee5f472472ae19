/* app/what_if_count.c: the differing decisions by kind. */
#include <stdio.h>
#include <string.h>

#include "app/what_if_run.h"
#include "base/assert.h"
#include "bus/codec/encode.h"

const char *l1_cause_text(l1_cause cause)
{
    static const char *const texts[] = {
        [L1_CAUSE_NONE] = "none",     [L1_CAUSE_UNKNOWN] = "unknown",
        [L1_CAUSE_DIRECT] = "direct", [L1_CAUSE_KNOCK_ON] = "knock_on",
        [L1_CAUSE_LATER] = "later",
    };
    L1_ASSERT((unsigned)cause < L1_CAUSE_COUNT);
    return texts[cause];
}

static void fate(const l1_outcome *outcome, char out[64])
{
    if (!outcome->reported) {
        (void)snprintf(out, 64, "no report");
    } else if (outcome->status == L1_REPORT_REJECTED) {
        (void)snprintf(out, 64, "rejected by %s", l1_rule_code(outcome->reason));
    } else {
        (void)snprintf(out, 64, "%s", l1_report_status_text(outcome->status));
    }
}

/* A fate that changed gets its own line; kinds beyond the room are counted in the last one. */
static void add_kind(l1_what_if_counts *counts, const l1_ledger_row *row)
{
    char was[64], is[64], text[sizeof counts->kinds[0].text];
    fate(&row->of[0], was);
    fate(&row->of[1], is);
    if (strcmp(was, is) == 0) return;
    (void)snprintf(text, sizeof text, "%.60s -> %.60s", was, is);
    size_t at = 0;
    while (at < counts->kinds_count && strcmp(counts->kinds[at].text, text) != 0) at++;
    if (at == L1_WHAT_IF_KINDS_MAX) {
        (void)snprintf(counts->kinds[--at].text, sizeof text, "others");
    } else if (at == counts->kinds_count) {
        counts->kinds[counts->kinds_count++] = (l1_what_if_kind){.count = 0};
        memcpy(counts->kinds[at].text, text, sizeof text);
    }
    counts->kinds[at].count++;
}

static bool same_scores(const l1_scores *a, const l1_scores *b)
{
    return a->logreg_e8 == b->logreg_e8 && a->random_forest_e8 == b->random_forest_e8 &&
           a->lightgbm_e8 == b->lightgbm_e8 && a->ensemble_e8 == b->ensemble_e8 &&
           a->threshold_e8 == b->threshold_e8;
}

void l1_what_if_count(const l1_what_if_run *run, l1_what_if_counts *counts)
{
    *counts = (l1_what_if_counts){.signals = run->ledger.count};
    for (size_t i = 0; i < run->ledger.count; i++) {
        const l1_ledger_row *row = &run->ledger.rows[i];
        const l1_outcome *was = &row->of[0], *is = &row->of[1];
        const bool details = was->details.lo == is->details.lo && was->details.hi == is->details.hi;
        counts->unfinished += !was->reported;
        counts->of[row->cause]++;
        if (row->cause == L1_CAUSE_NONE) {
            counts->details_only += !details;
            continue;
        }
        counts->differ++;
        add_kind(counts, row);
        const bool both = l1_outcome_accepted(was) && l1_outcome_accepted(is);
        counts->qty_changed += both && was->qty_e8 != is->qty_e8;
        counts->stop_changed += both && was->stop_e8 != is->stop_e8;
        counts->fill_changed += both && (was->executed_qty_e8 != is->executed_qty_e8 ||
                                         was->avg_price_e8 != is->avg_price_e8);
        counts->score_changed += !same_scores(&was->scores, &is->scores);
    }
}
