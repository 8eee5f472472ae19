/* app/what_if_text.c: the difference as people read it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/what_if_run.h"
#include "base/assert.h"
#include "bus/codec/encode.h"
#include "journal/blob.h"
#include "l1_build_id.h"

static void time_of(int64_t at_ns, char out[32])
{
    struct tm parts;
    char seconds[24];
    const time_t at = (time_t)(at_ns / 1000000000);
    (void)gmtime_r(&at, &parts);
    (void)strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(out, 32, "%s.%03dZ", seconds, (int)(at_ns / 1000000 % 1000));
}

static void print_key(void *out, const char *key, const char *was, const char *is)
{
    (void)fprintf(out, "set      %s: %s -> %s\n", key, was, is);
}

static void print_head(l1_what_if_run *run, FILE *out)
{
    const l1_restored *restored = &run->restored;
    (void)fprintf(out, "what if  journal %s, engine %s, build %s\n", run->options->dir,
                  restored->engine_id, L1_BUILD_ID);
    (void)fprintf(out, "records  %" PRIu64 " to %" PRIu64 "\n", restored->began_at + 1,
                  run->last_sequence);
    if (restored->began_at != 0) {
        (void)fprintf(out,
                      "note     earlier records are retired: both runs begin with the state of "
                      "snapshot %" PRIu64 "; a changed paper.balances has no effect\n",
                      restored->began_at);
    }
    if (run->portfolios > 0) {
        (void)fprintf(out,
                      "note     %" PRIu64 " portfolio snapshots are in the journal: they set the "
                      "balances of both runs to those of the recorded one\n",
                      run->portfolios);
    }
    if (restored->built_by_other) {
        (void)fprintf(out, "note     some records are of another build; this one made the same "
                           "effects of the same inputs\n");
    }
    if (run->drained > 0) {
        (void)fprintf(out, "note     orders were under way where the journal ends: both runs were "
                           "played on in virtual time\n");
    }
    unsigned changes = l1_config_changes(&restored->config, &run->config, out, print_key);
    if (run->models != NULL) {
        char hex[L1_BLOB_HEX_SIZE];
        l1_blob_hex(run->models_hash, hex);
        (void)fprintf(out, "models   %s from the start\n", hex);
        changes++;
    }
    if (changes == 0) (void)fputs("set      nothing: the recorded values\n", out);
}

static void print_first(const l1_what_if_run *run, FILE *out)
{
    char time[32];
    const l1_what_if_first *first = &run->first;
    if (!first->found) {
        (void)fputs("first    no effect differs\n", out);
        return;
    }
    time_of(first->at_ns, time);
    if (first->sequence != 0) {
        (void)fprintf(out, "first    record %" PRIu64 ", %s", first->sequence, time);
    } else {
        (void)fprintf(out, "first    behind the last record, %s", time);
    }
    (void)fprintf(out, "%s%s: %s -> %s\n", first->signal_id[0] != '\0' ? ", signal " : "",
                  first->signal_id, first->recorded, first->changed);
}

static void print_row(const l1_ledger_row *row, FILE *out)
{
    char time[32];
    time_of(row->at_ns, time);
    (void)fprintf(out, "\n%s  %s %s  record %" PRIu64 " %s  %s\n", row->id,
                  row->symbol_text[0] != '\0' ? row->symbol_text : "-",
                  row->has_side ? l1_side_text(row->side) : "-", row->sequence, time,
                  l1_cause_text(row->cause));
    for (size_t i = 0; i < l1_outcome_fields_count; i++) {
        const l1_outcome_field *field = &l1_outcome_fields[i];
        char was[L1_OUTCOME_TEXT_MAX], is[L1_OUTCOME_TEXT_MAX];
        if (l1_outcome_field_same(field, &row->of[0], &row->of[1])) continue;
        l1_outcome_field_text(field, &row->of[0], was);
        l1_outcome_field_text(field, &row->of[1], is);
        (void)fprintf(out, "  %-19s %s -> %s\n", field->name, was, is);
    }
}

static void print_counts(const l1_what_if_run *run, FILE *out)
{
    static l1_what_if_counts counts;
    l1_what_if_count(run, &counts);
    (void)fprintf(out,
                  "\nsignals %" PRIu64 ", decisions that differ %" PRIu64 ": direct %" PRIu64
                  ", knock-on %" PRIu64 ", only after the final report %" PRIu64,
                  counts.signals, counts.differ, counts.of[L1_CAUSE_DIRECT],
                  counts.of[L1_CAUSE_KNOCK_ON], counts.of[L1_CAUSE_LATER]);
    if (counts.of[L1_CAUSE_UNKNOWN] > 0) {
        (void)fprintf(out, ", of unknown cause %" PRIu64, counts.of[L1_CAUSE_UNKNOWN]);
    }
    (void)fprintf(out, "\nsame decision, other details in the report %" PRIu64 "\n",
                  counts.details_only);
    for (size_t i = 0; i < counts.kinds_count; i++) {
        (void)fprintf(out, "  %8" PRIu64 "  %s\n", counts.kinds[i].count, counts.kinds[i].text);
    }
    const struct {
        uint64_t count;
        const char *text;
    } others[] = {{counts.qty_changed, "sent with another quantity"},
                  {counts.stop_changed, "sent with another stop"},
                  {counts.fill_changed, "filled otherwise"},
                  {counts.score_changed, "scored otherwise"}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (others[i].count == 0) continue;
        (void)fprintf(out, "  %8" PRIu64 "  %s\n", others[i].count, others[i].text);
    }
}

static void print_number(FILE *out, const char *name, bool known, int64_t was, int64_t is)
{
    char a[L1_DECIMAL_TEXT_MAX] = "unknown", b[L1_DECIMAL_TEXT_MAX] = "unknown",
         c[L1_DECIMAL_TEXT_MAX] = "-";
    if (known && was != L1_OFF) (void)l1_decimal_format(was, a);
    if (known && is != L1_OFF) (void)l1_decimal_format(is, b);
    if (known && was != L1_OFF && is != L1_OFF) (void)l1_decimal_format(is - was, c);
    (void)fprintf(out, "%-26s %20s %20s %20s\n", name, a, b, c);
}

static void print_figures(const l1_what_if_run *run, FILE *out)
{
    const l1_what_if_figures *was = &run->figures[0], *is = &run->figures[1];
    const l1_limits *limits = &run->restored.config.limits;
    const bool known = was->pnl_known && is->pnl_known;
    char name[64];
    (void)fprintf(out, "\n%-26s %20s %20s %20s\n", "", "recorded", "changed", "difference");
    (void)snprintf(name, sizeof name, "profit and loss %s", limits->quote);
    print_number(out, name, known, was->pnl_e8, is->pnl_e8);
    (void)snprintf(name, sizeof name, "largest fall of it %s", limits->quote);
    print_number(out, name, known, was->drawdown_max_e8, is->drawdown_max_e8);
    for (uint32_t i = 0; i <= limits->symbols_count; i++) {
        if (i > 0 && was->fees_e8[i] == 0 && is->fees_e8[i] == 0) continue;
        (void)snprintf(name, sizeof name, "fees %s",
                       i == 0 ? limits->quote : limits->symbols[i - 1].base);
        print_number(out, name, true, was->fees_e8[i], is->fees_e8[i]);
    }
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        (void)snprintf(name, sizeof name, "highest exposure %s", limits->symbols[i].base);
        print_number(out, name, true, was->exposure_max_e8[i], is->exposure_max_e8[i]);
    }
    (void)fprintf(out, "%-26s %20" PRIu64 " %20" PRIu64 "\n", "orders sent", was->submits,
                  is->submits);
    (void)fprintf(out, "%-26s %20" PRIu64 " %20" PRIu64 "\n", "effects", was->effects, is->effects);
    (void)fprintf(out, "state at the end %s\n", run->state_same ? "equal" : "differs");
}

void l1_what_if_text(l1_what_if_run *run, FILE *out)
{
    print_head(run, out);
    print_first(run, out);
    for (size_t i = 0; i < run->ledger.count; i++) {
        if (run->ledger.rows[i].cause != L1_CAUSE_NONE) print_row(&run->ledger.rows[i], out);
    }
    print_counts(run, out);
    print_figures(run, out);
}
