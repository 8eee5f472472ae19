/* app/what_if_json.c: the difference for programs: one JSON object a line, the summary last. */
#include <stdio.h>
#include <string.h>

#include "app/what_if_run.h"
#include "base/assert.h"
#include "base/json.h"
#include "bus/codec/encode.h"
#include "journal/blob.h"
#include "l1_build_id.h"

enum { LINE_MAX_BYTES = 1 << 18 };

static void open_line(l1_json_writer *to, const char *kind)
{
    static char line[LINE_MAX_BYTES];
    *to = (l1_json_writer){.base = line, .capacity = sizeof line};
    l1_json_open(to, '{');
    l1_json_key(to, "kind");
    l1_json_put_text(to, kind);
}

static void close_line(l1_json_writer *to, FILE *out)
{
    l1_json_close(to, '}');
    L1_ASSERT(!to->failed);
    (void)fwrite(to->base, 1, to->used, out);
    (void)fputc('\n', out);
}

static void put_text(l1_json_writer *to, const char *key, const char *text)
{
    l1_json_key(to, key);
    l1_json_put_text(to, text);
}

static void put_count(l1_json_writer *to, const char *key, uint64_t value)
{
    l1_json_key(to, key);
    l1_json_put_integer(to, (int64_t)value);
}

static void put_key(void *state, const char *key, const char *was, const char *is)
{
    l1_json_writer *to = state;
    l1_json_open(to, '{');
    put_text(to, "key", key);
    put_text(to, "recorded", was);
    put_text(to, "changed", is);
    l1_json_close(to, '}');
}

static void put_head(const l1_what_if_run *run, FILE *out)
{
    l1_json_writer to;
    const l1_restored *restored = &run->restored;
    open_line(&to, "what_if");
    put_text(&to, "journal", run->options->dir);
    put_text(&to, "engine_id", restored->engine_id);
    put_text(&to, "build", L1_BUILD_ID);
    put_count(&to, "first_record", restored->began_at + 1);
    put_count(&to, "last_record", run->last_sequence);
    l1_json_key(&to, "snapshot");
    if (restored->began_at != 0) {
        l1_json_put_integer(&to, (int64_t)restored->began_at);
    } else {
        l1_json_put_null(&to);
    }
    put_count(&to, "portfolio_snapshots", run->portfolios);
    put_count(&to, "events_added", run->drained);
    l1_json_key(&to, "other_build");
    l1_json_put_bool(&to, restored->built_by_other);
    l1_json_key(&to, "set");
    l1_json_open(&to, '[');
    (void)l1_config_changes(&restored->config, &run->config, &to, put_key);
    l1_json_close(&to, ']');
    char hex[L1_BLOB_HEX_SIZE];
    l1_blob_hex(run->models_hash, hex);
    put_text(&to, "models", run->models != NULL ? hex : NULL);
    close_line(&to, out);
}

static void put_first(const l1_what_if_run *run, FILE *out)
{
    l1_json_writer to;
    const l1_what_if_first *first = &run->first;
    if (!first->found) return;
    open_line(&to, "first_difference");
    l1_json_key(&to, "record");
    if (first->sequence != 0) {
        l1_json_put_integer(&to, (int64_t)first->sequence);
    } else {
        l1_json_put_null(&to);
    }
    l1_json_key(&to, "ts");
    l1_json_put_integer(&to, first->at_ns / 1000000);
    put_text(&to, "signal_id", first->signal_id[0] != '\0' ? first->signal_id : NULL);
    put_text(&to, "recorded", first->recorded);
    put_text(&to, "changed", first->changed);
    close_line(&to, out);
}

static void put_value(l1_json_writer *to, const l1_outcome_field *field, const l1_outcome *of)
{
    char text[L1_OUTCOME_TEXT_MAX];
    l1_outcome_field_text(field, of, text);
    const bool number = field->kind == L1_FIELD_IS_DECIMAL || field->kind == L1_FIELD_IS_COUNT;
    if (field->kind == L1_FIELD_IS_RULES) {
        l1_json_open(to, '[');
        char *rest = NULL;
        const char *word = strcmp(text, "none") == 0 ? NULL : strtok_r(text, " ", &rest);
        for (; word != NULL; word = strtok_r(NULL, " ", &rest)) l1_json_put_text(to, word);
        l1_json_close(to, ']');
    } else if (strcmp(text, "none") == 0) {
        l1_json_put_null(to);
    } else if (number) {
        l1_json_put_raw(to, text, strlen(text));
    } else {
        l1_json_put_text(to, text);
    }
}

static void put_row(const l1_ledger_row *row, FILE *out)
{
    l1_json_writer to;
    open_line(&to, "signal");
    put_text(&to, "signal_id", row->id);
    put_text(&to, "symbol", row->symbol_text[0] != '\0' ? row->symbol_text : NULL);
    put_text(&to, "side", row->has_side ? l1_side_text(row->side) : NULL);
    put_count(&to, "record", row->sequence);
    l1_json_key(&to, "ts");
    l1_json_put_integer(&to, row->at_ns / 1000000);
    put_text(&to, "cause", l1_cause_text(row->cause));
    l1_json_key(&to, "differences");
    l1_json_open(&to, '[');
    for (size_t i = 0; i < l1_outcome_fields_count; i++) {
        const l1_outcome_field *field = &l1_outcome_fields[i];
        if (l1_outcome_field_same(field, &row->of[0], &row->of[1])) continue;
        l1_json_open(&to, '{');
        put_text(&to, "field", field->name);
        l1_json_key(&to, "recorded");
        put_value(&to, field, &row->of[0]);
        l1_json_key(&to, "changed");
        put_value(&to, field, &row->of[1]);
        l1_json_close(&to, '}');
    }
    l1_json_close(&to, ']');
    close_line(&to, out);
}

static void put_figures(l1_json_writer *to, const char *key, const l1_what_if_figures *figures,
                        const l1_limits *limits)
{
    l1_json_key(to, key);
    l1_json_open(to, '{');
    l1_json_key(to, "pnl");
    l1_json_put_decimal(to, figures->pnl_known ? figures->pnl_e8 : L1_OFF);
    l1_json_key(to, "drawdown_max");
    l1_json_put_decimal(to, figures->pnl_known ? figures->drawdown_max_e8 : L1_OFF);
    l1_json_key(to, "fees");
    l1_json_open(to, '{');
    for (uint32_t i = 0; i <= limits->symbols_count; i++) {
        l1_json_key(to, i == 0 ? limits->quote : limits->symbols[i - 1].base);
        l1_json_put_decimal(to, figures->fees_e8[i]);
    }
    l1_json_close(to, '}');
    l1_json_key(to, "exposure_max");
    l1_json_open(to, '{');
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        l1_json_key(to, limits->symbols[i].base);
        l1_json_put_decimal(to, figures->exposure_max_e8[i]);
    }
    l1_json_close(to, '}');
    put_count(to, "orders_sent", figures->submits);
    put_count(to, "alerts", figures->alerts);
    put_count(to, "effects", figures->effects);
    l1_json_close(to, '}');
}

static void put_summary(const l1_what_if_run *run, FILE *out)
{
    static l1_what_if_counts counts;
    l1_json_writer to;
    l1_what_if_count(run, &counts);
    open_line(&to, "summary");
    put_count(&to, "signals", counts.signals);
    put_count(&to, "unfinished", counts.unfinished);
    put_count(&to, "differ", counts.differ);
    for (int cause = L1_CAUSE_UNKNOWN; cause < L1_CAUSE_COUNT; cause++) {
        put_count(&to, l1_cause_text((l1_cause)cause), counts.of[cause]);
    }
    put_count(&to, "details_only", counts.details_only);
    put_count(&to, "qty_changed", counts.qty_changed);
    put_count(&to, "stop_changed", counts.stop_changed);
    put_count(&to, "fill_changed", counts.fill_changed);
    put_count(&to, "score_changed", counts.score_changed);
    l1_json_key(&to, "kinds");
    l1_json_open(&to, '{');
    for (size_t i = 0; i < counts.kinds_count; i++) {
        put_count(&to, counts.kinds[i].text, counts.kinds[i].count);
    }
    l1_json_close(&to, '}');
    put_count(&to, "effects_same", run->effects_same);
    put_count(&to, "steps_different", run->steps_different);
    l1_json_key(&to, "state_same");
    l1_json_put_bool(&to, run->state_same);
    put_figures(&to, "recorded", &run->figures[0], &run->restored.config.limits);
    put_figures(&to, "changed", &run->figures[1], &run->restored.config.limits);
    close_line(&to, out);
}

void l1_what_if_json(l1_what_if_run *run, FILE *out)
{
    put_head(run, out);
    put_first(run, out);
    for (size_t i = 0; i < run->ledger.count; i++) {
        if (run->ledger.rows[i].cause != L1_CAUSE_NONE) put_row(&run->ledger.rows[i], out);
    }
    put_summary(run, out);
}
