/* app/schedules_print.c: the comparison as a table, and for programs. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "app/schedules.h"
#include "base/assert.h"
#include "base/json.h"
#include "decision/execution_logic.h"

enum { LINE_MAX_BYTES = 4096 };

static const char *symbol_of(const l1_schedules *all, int32_t symbol)
{
    L1_ASSERT(symbol < L1_SYMBOLS_MAX);
    return symbol < 0 ? "all" : all->symbols[symbol];
}

/* "-" for what no pair tells. */
static const char *number_text(double value, char out[32])
{
    if (isfinite(value)) {
        (void)snprintf(out, 32, "%.3f", value);
    } else {
        (void)snprintf(out, 32, "-");
    }
    return out;
}

static const char *interval_text(double low, double high, char out[72])
{
    char a[32], b[32];
    (void)snprintf(out, 72, "[%s, %s]", number_text(low, a), number_text(high, b));
    return out;
}

static void print_row(const l1_schedules *all, uint32_t at, FILE *out)
{
    const l1_comparison_row *row = &all->comparison.rows[at];
    const l1_schedule_detail *detail = &all->details[at];
    char orders[32], fill[32], cost[32], slippage[32], difference[32], interval[72];
    (void)fprintf(out, "%-8s %-10s %7" PRIu64 " %8" PRIu64 " %7s %8s %9s", l1_algo_text(row->algo),
                  symbol_of(all, row->symbol), row->parents, detail->left_out,
                  number_text(detail->children, orders), number_text(100 * row->fill_ratio, fill),
                  number_text(row->shortfall_bp, cost));
    const bool reference = row->algo == all->comparison.reference;
    (void)fprintf(out, " %9s %20s", reference ? "-" : number_text(row->difference_bp, difference),
                  reference ? "-" : interval_text(row->low_bp, row->high_bp, interval));
    (void)fprintf(out, " %9s %9s %20s\n", number_text(detail->slippage_bp, slippage),
                  reference ? "-" : number_text(detail->slippage_difference_bp, difference),
                  reference
                      ? "-"
                      : interval_text(detail->slippage_low_bp, detail->slippage_high_bp, interval));
}

static void print_table(const l1_schedules *all, FILE *out)
{
    const l1_comparison *comparison = &all->comparison;
    (void)fprintf(out,
                  "signals %" PRIu64 ", %" PRIu64
                  " of them with a schedule of their own (left out); "
                  "reference %s\nintervals of %.0f %%, %u resamples of blocks of %u consecutive "
                  "parents; positive differences are dearer\n\n",
                  all->signals, all->own_algo, l1_algo_text(comparison->reference),
                  100 * comparison->confidence, comparison->resamples, comparison->block_parents);
    (void)fprintf(out, "%-8s %-10s %7s %8s %7s %8s %9s %9s %20s %9s %9s %20s\n", "schedule",
                  "symbol", "pairs", "left out", "orders", "fill %", "cost bp", "differs",
                  "interval", "slippage", "differs", "interval");
    for (uint32_t i = 0; i < comparison->count; i++) print_row(all, i, out);
}

static void put_number(l1_json_writer *to, const char *key, double value)
{
    char text[64];
    l1_json_key(to, key);
    if (!isfinite(value)) {
        l1_json_put_null(to);
        return;
    }
    const int size = snprintf(text, sizeof text, "%.6f", value);
    L1_ASSERT(size > 0 && (size_t)size < sizeof text);
    l1_json_put_raw(to, text, (size_t)size);
}

static void put_count(l1_json_writer *to, const char *key, uint64_t value)
{
    l1_json_key(to, key);
    l1_json_put_integer(to, (int64_t)value);
}

static void put_text(l1_json_writer *to, const char *key, const char *text)
{
    l1_json_key(to, key);
    l1_json_put_text(to, text);
}

static void open_line(l1_json_writer *to, const char *kind)
{
    static char line[LINE_MAX_BYTES];
    *to = (l1_json_writer){.base = line, .capacity = sizeof line};
    l1_json_open(to, '{');
    put_text(to, "kind", kind);
}

static void close_line(l1_json_writer *to, FILE *out)
{
    l1_json_close(to, '}');
    L1_ASSERT(!to->failed);
    (void)fwrite(to->base, 1, to->used, out);
    (void)fputc('\n', out);
}

static void print_json(const l1_schedules *all, FILE *out)
{
    l1_json_writer to;
    const l1_comparison *comparison = &all->comparison;
    open_line(&to, "comparison");
    put_text(&to, "reference", l1_algo_text(comparison->reference));
    put_number(&to, "confidence", comparison->confidence);
    put_count(&to, "resamples", comparison->resamples);
    put_count(&to, "signals", all->signals);
    put_count(&to, "own_algo", all->own_algo);
    close_line(&to, out);
    for (uint32_t i = 0; i < comparison->count; i++) {
        const l1_comparison_row *row = &comparison->rows[i];
        const l1_schedule_detail *detail = &all->details[i];
        open_line(&to, "schedule");
        put_text(&to, "algo", l1_algo_text(row->algo));
        put_text(&to, "symbol", row->symbol < 0 ? NULL : all->symbols[row->symbol]);
        put_count(&to, "pairs", row->parents);
        put_count(&to, "left_out", detail->left_out);
        put_count(&to, "block_parents", detail->block_parents);
        put_number(&to, "orders", detail->children);
        put_number(&to, "fill_ratio", row->fill_ratio);
        put_number(&to, "cost_bp", row->shortfall_bp);
        put_number(&to, "difference_bp", row->difference_bp);
        put_number(&to, "low_bp", row->low_bp);
        put_number(&to, "high_bp", row->high_bp);
        put_count(&to, "slippage_pairs", detail->slippages);
        put_number(&to, "slippage_bp", detail->slippage_bp);
        put_number(&to, "slippage_difference_bp", detail->slippage_difference_bp);
        put_number(&to, "slippage_low_bp", detail->slippage_low_bp);
        put_number(&to, "slippage_high_bp", detail->slippage_high_bp);
        close_line(&to, out);
    }
}

void l1_schedules_print(const l1_schedules *schedules, bool json, void *file)
{
    (json ? print_json : print_table)(schedules, file);
}
