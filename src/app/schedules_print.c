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

static void print_difference(double difference, double low, double high, bool reference, FILE *out)
{
    char number[32], interval[72];
    (void)fprintf(out, "  %8s %-18s", reference ? "-" : number_text(difference, number),
                  reference ? "" : interval_text(low, high, interval));
}

static void print_row(const l1_schedules *all, uint32_t at, FILE *out)
{
    const l1_comparison_row *row = &all->comparison.rows[at];
    const l1_schedule_detail *detail = &all->details[at];
    const l1_schedule_figure *fees = &detail->with_fees, *slippage = &detail->slippage;
    const bool reference = row->algo == all->comparison.reference;
    char orders[32], fill[32], cost[32];
    (void)fprintf(out, "%-8s %-9s %6" PRIu64 " %5" PRIu64 " %6s %7s %8s", l1_algo_text(row->algo),
                  symbol_of(all, row->symbol), row->parents, detail->left_out,
                  number_text(detail->children, orders), number_text(100 * row->fill_ratio, fill),
                  number_text(row->shortfall_bp, cost));
    print_difference(row->difference_bp, row->low_bp, row->high_bp, reference, out);
    print_difference(fees->difference_bp, fees->low_bp, fees->high_bp, reference, out);
    print_difference(slippage->difference_bp, slippage->low_bp, slippage->high_bp, reference, out);
    (void)fputc('\n', out);
}

static void print_table(const l1_schedules *all, FILE *out)
{
    const l1_comparison *comparison = &all->comparison;
    (void)fprintf(
        out,
        "signals %" PRIu64 ", %" PRIu64 " of them with a schedule of their own (left out)\n"
        "cost: implementation shortfall before commission, in basis points; its difference "
        "from %s, parent by parent,\nwith commission, and of the fills alone against the "
        "mid at arrival; positive is dearer. Intervals of %.0f %%:\n%u resamples of blocks "
        "of up to %u consecutive parents. out: parents left out, because one run alone sent "
        "them.\n\n",
        all->signals, all->own_algo, l1_algo_text(comparison->reference),
        100 * comparison->confidence, comparison->resamples, comparison->block_parents);
    (void)fprintf(out, "%-8s %-9s %6s %5s %6s %7s %8s  %8s %-18s  %8s %-18s  %8s %-18s\n",
                  "schedule", "symbol", "pairs", "out", "orders", "fill %", "cost", "differs",
                  "interval", "w. fees", "interval", "fills", "interval");
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

static void put_figure(l1_json_writer *to, const char *key, const l1_schedule_figure *figure)
{
    l1_json_key(to, key);
    l1_json_open(to, '{');
    put_count(to, "pairs", figure->pairs);
    put_number(to, "mean_bp", figure->mean_bp);
    put_number(to, "difference_bp", figure->difference_bp);
    put_number(to, "low_bp", figure->low_bp);
    put_number(to, "high_bp", figure->high_bp);
    l1_json_close(to, '}');
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
        put_figure(&to, "with_fees", &detail->with_fees);
        put_figure(&to, "slippage", &detail->slippage);
        close_line(&to, out);
    }
}

void l1_schedules_print(const l1_schedules *schedules, bool json, void *file)
{
    (json ? print_json : print_table)(schedules, file);
}
