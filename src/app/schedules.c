/* app/schedules.c: runs, pairs, intervals. */
#include "app/schedules.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/playback.h"
#include "app/what_if_ledger.h"
#include "base/assert.h"
#include "base/bootstrap.h"
#include "decision/execution_logic.h"

enum { RUNS_MAX = L1_ALGO_COUNT };
#define TAIL 0.025
enum { BLOCKS_LEAST = 6 }; /* of an interval: fewer draw too few different samples to have tails */
#define CONFIDENCE 0.95

/* What is compared. */
enum { BEFORE_FEES, WITH_FEES, SLIPPAGE, FIGURES };

typedef struct {
    const l1_schedules_options *options;
    l1_schedules *out;
    l1_config config;
    l1_ledger ledger; /* side 0: single; side 1: the schedule at hand */
    bool *own_algo;   /* by row: the signal asks for a schedule of its own */
    size_t own_algo_capacity;
    int side;
    l1_result failed;
    l1_diag *diag;
    /* pairs of one row of the comparison */
    double *values[FIGURES], *totals, *sizes, *rounds;
    uint32_t *weights;
    int64_t *times;
} comparer;

bool l1_schedules_parse(const char *list, l1_schedules_options *options)
{
    const bool all = list == NULL || list[0] == '\0';
    for (int i = 0; i < L1_ALGO_COUNT; i++) options->wanted[i] = all;
    for (const char *at = list; !all;) {
        const size_t size = strcspn(at, ",");
        int algo = 0;
        while (algo < L1_ALGO_COUNT && (strlen(l1_algo_text((l1_algo)algo)) != size ||
                                        strncmp(l1_algo_text((l1_algo)algo), at, size) != 0)) {
            algo++;
        }
        if (algo == L1_ALGO_COUNT) {
            (void)fprintf(stderr,
                          "l1 replay: --compare-schedules: '%.*s' is none of single, twap, vwap, "
                          "pov, iceberg, is, auto\n",
                          (int)(size < 40 ? size : 40), at);
            return false;
        }
        options->wanted[algo] = true;
        if (at[size] == '\0') break;
        at += size + 1;
    }
    return true;
}

/* --- one run --- */

static void on_event(void *state, const l1_event *event)
{
    comparer *at = state;
    if (at->side != 0 || at->failed.code != L1_OK) return;
    if (event->kind != L1_EVENT_SIGNAL) return;
    const size_t before = at->ledger.count;
    at->failed = l1_ledger_signal(&at->ledger, event, before + 1, &at->config.limits, at->diag);
    if (at->failed.code != L1_OK || at->ledger.count == before) return;
    if (at->ledger.capacity != at->own_algo_capacity) {
        bool *grown = realloc(at->own_algo, at->ledger.capacity * sizeof *grown);
        if (grown == NULL) {
            at->failed = l1_refuse(at->diag, L1_LIMIT_FULL, "memory", "no memory");
            return;
        }
        at->own_algo = grown;
        at->own_algo_capacity = at->ledger.capacity;
    }
    at->own_algo[before] = event->as.signal.algo != L1_ALGO_AUTO;
    at->out->own_algo += at->own_algo[before];
}

static void on_effect(void *state, const l1_effect *effect, const l1_publication *publication)
{
    comparer *at = state;
    if (effect->kind != L1_EFFECT_REPORT || publication->duplicate) return;
    l1_ledger_report(&at->ledger, at->side, &effect->as.report);
}

static l1_result run(comparer *at, l1_algo algo)
{
    char setting[64];
    l1_config_source source = *at->options->source;
    (void)snprintf(setting, sizeof setting, "execution.algo=%s", l1_algo_text((l1_algo)algo));
    if (!l1_config_source_add(&source, setting) || !l1_config_load(&source, &at->config)) {
        at->diag->text[0] = '\0'; /* it has been told */
        return L1_FAILURE(L1_USAGE);
    }
    at->side = algo == L1_ALGO_SINGLE ? 0 : 1;
    for (size_t i = 0; i < at->ledger.count; i++) {
        at->ledger.rows[i].of[at->side] = l1_outcome_none();
    }
    const l1_playback_options options = {
        .config = &at->config,
        .files = at->options->files,
        .files_count = at->options->files_count,
        .from_ns = at->options->from_ns,
        .to_ns = at->options->to_ns,
        .sink = {.state = at, .take = on_effect},
        .event = on_event,
        .log_models = algo == L1_ALGO_SINGLE,
    };
    L1_TRY(l1_playback(&options, at->diag));
    return at->failed;
}

/* --- pairs --- */

/* Most parents of the pairs that begin within one schedule's duration of each other: they live on
 * the same piece of the path. */
static uint32_t overlap_of(const comparer *at, size_t pairs)
{
    uint32_t most = 1;
    for (size_t first = 0, last = 0; last < pairs; last++) {
        while (at->times[last] - at->times[first] > at->config.limits.execution_duration_ns)
            first++;
        if (last - first + 1 > most) most = (uint32_t)(last - first + 1);
    }
    return most;
}

/* The block's length: what is asked for; else about the cube root of the pairs, or as many as
 * overlap, if that is more. */
static uint32_t block_of(const comparer *at, size_t pairs)
{
    uint32_t length = at->options->block_parents;
    if (length == 0) {
        length = overlap_of(at, pairs);
        while ((uint64_t)length * length * length < pairs) length++;
    }
    return length;
}

static double mean(double sum, size_t count)
{
    return count > 0 ? sum / (double)count : NAN;
}

/* The mean of `values` with its interval; fewer than BLOCKS_LEAST whole blocks have none. */
static l1_estimate interval_of(comparer *at, const double *values, size_t count, uint32_t length)
{
    L1_ASSERT(length > 0);
    if (count < (size_t)BLOCKS_LEAST * length) {
        double sum = 0;
        for (size_t i = 0; i < count; i++) sum += values[i];
        return (l1_estimate){mean(sum, count), NAN, NAN};
    }
    const uint32_t blocks = (uint32_t)((count + length - 1) / length);
    memset(at->totals, 0, blocks * sizeof *at->totals);
    memset(at->sizes, 0, blocks * sizeof *at->sizes);
    for (size_t i = 0; i < count; i++) {
        at->totals[i / length] += values[i];
        at->sizes[i / length] += 1;
    }
    return l1_bootstrap_of_ratio(&(l1_bootstrap_ratio){
        .totals = at->totals,
        .sizes = at->sizes,
        .weights = at->weights,
        .blocks = blocks,
        .rounds = at->rounds,
        .rounds_count = at->options->resamples,
        .tail = TAIL,
        .seed = at->options->seed,
    });
}

static double bp(int64_t bp_e8)
{
    L1_ASSERT(bp_e8 != L1_OFF);
    return (double)bp_e8 / 1e8;
}

typedef struct {
    double own[FIGURES], children, wanted, executed;
    size_t pairs[FIGURES];
    uint64_t left_out;
} sums;

/* Sent, and all that it cost is known: the market had a mid when it ended. */
static bool known(const l1_outcome *outcome)
{
    return outcome->has_tca && outcome->shortfall_bp_e8 != L1_OFF && outcome->fees_bp_e8 != L1_OFF;
}

static void add_value(comparer *at, sums *all, int figure, double mine, double reference)
{
    L1_ASSERT(figure >= 0 && figure < FIGURES);
    at->values[figure][all->pairs[figure]++] = mine - reference;
    all->own[figure] += mine;
}

static void add_pair(comparer *at, sums *all, const l1_ledger_row *row, int side)
{
    const l1_outcome *reference = &row->of[0], *mine = &row->of[side];
    if (!reference->has_tca && !mine->has_tca) return;
    if (!known(reference) || !known(mine) || reference->qty_e8 != mine->qty_e8) {
        all->left_out++;
        return;
    }
    at->times[all->pairs[BEFORE_FEES]] = row->at_ns;
    const double whole = bp(mine->shortfall_bp_e8), whole_of_it = bp(reference->shortfall_bp_e8);
    add_value(at, all, BEFORE_FEES, whole - bp(mine->fees_bp_e8),
              whole_of_it - bp(reference->fees_bp_e8));
    add_value(at, all, WITH_FEES, whole, whole_of_it);
    all->children += (double)mine->orders;
    /* By notional: quantities of different symbols do not add up. */
    const double price = (double)mine->arrival_mid_e8;
    all->wanted += (double)mine->qty_e8 * price;
    all->executed += (double)mine->executed_qty_e8 * price;
    const int64_t was_e8 = reference->arrival_slippage_bp_e8, is_e8 = mine->arrival_slippage_bp_e8;
    if (was_e8 != L1_OFF && is_e8 != L1_OFF) { /* both filled something */
        add_value(at, all, SLIPPAGE, bp(is_e8), bp(was_e8));
    }
}

static l1_schedule_figure figure_of(comparer *at, const sums *all, int figure, uint32_t length)
{
    const size_t pairs = all->pairs[figure];
    const l1_estimate of = interval_of(at, at->values[figure], pairs, length);
    return (l1_schedule_figure){pairs, mean(all->own[figure], pairs), of.value, of.low, of.high};
}

static void add_row(comparer *at, l1_algo algo, int32_t symbol)
{
    l1_comparison *comparison = &at->out->comparison;
    sums all = {0};
    L1_ASSERT(comparison->count < L1_COMPARISON_ROWS_MAX);
    const int side = algo == L1_ALGO_SINGLE ? 0 : 1;
    for (size_t i = 0; i < at->ledger.count; i++) {
        const l1_ledger_row *row = &at->ledger.rows[i];
        if (at->own_algo[i] || (symbol >= 0 && row->symbol != symbol)) continue;
        add_pair(at, &all, row, side);
    }
    const uint32_t length = block_of(at, all.pairs[BEFORE_FEES]);
    const l1_schedule_figure cost = figure_of(at, &all, BEFORE_FEES, length);
    if (symbol < 0 && length > comparison->block_parents) comparison->block_parents = length;
    at->out->details[comparison->count] = (l1_schedule_detail){
        .left_out = all.left_out,
        .with_fees = figure_of(at, &all, WITH_FEES, length),
        .slippage = figure_of(at, &all, SLIPPAGE, length),
        .children = mean(all.children, cost.pairs),
        .block_parents = length,
    };
    comparison->rows[comparison->count++] = (l1_comparison_row){
        .algo = algo,
        .symbol = symbol,
        .parents = cost.pairs,
        .shortfall_bp = cost.mean_bp,
        .difference_bp = cost.difference_bp,
        .low_bp = cost.low_bp,
        .high_bp = cost.high_bp,
        .fill_ratio = all.wanted > 0 ? all.executed / all.wanted : NAN,
    };
}

/* All symbols together, then each that has a parent; as many as there is room for. */
static void add_rows(comparer *at, l1_algo algo)
{
    const l1_limits *limits = &at->config.limits;
    add_row(at, algo, -1);
    for (uint32_t i = 0; i < limits->symbols_count && limits->symbols_count > 1; i++) {
        const size_t room = L1_COMPARISON_ROWS_MAX / RUNS_MAX;
        if (i + 2 > room) return;
        add_row(at, algo, (int32_t)i);
    }
}

static l1_result take_room(comparer *at)
{
    const size_t rows = at->ledger.count + 1;
    bool good = true;
    for (int i = 0; i < FIGURES; i++) {
        at->values[i] = calloc(rows, sizeof *at->values[i]);
        good = good && at->values[i] != NULL;
    }
    at->totals = calloc(rows, sizeof *at->totals);
    at->sizes = calloc(rows, sizeof *at->sizes);
    at->weights = calloc(rows, sizeof *at->weights);
    at->times = calloc(rows, sizeof *at->times);
    at->rounds = calloc(at->options->resamples, sizeof *at->rounds);
    if (good && at->totals != NULL && at->sizes != NULL && at->weights != NULL &&
        at->times != NULL && at->rounds != NULL) {
        return L1_SUCCESS;
    }
    return l1_refuse(at->diag, L1_LIMIT_FULL, "memory", "no memory");
}

static l1_result compare_all(comparer *at)
{
    l1_schedules *out = at->out;
    L1_TRY(run(at, L1_ALGO_SINGLE));
    out->signals = at->ledger.count;
    if (out->signals == 0) {
        return l1_refuse(at->diag, L1_USAGE, "signals",
                         "nothing to compare: the files hold no signal; give some with --signals");
    }
    for (uint32_t i = 0; i < at->config.limits.symbols_count; i++) {
        memcpy(out->symbols[i], at->config.limits.symbols[i].name, sizeof out->symbols[i]);
    }
    L1_TRY(take_room(at));
    add_rows(at, L1_ALGO_SINGLE);
    for (int algo = 0; algo < L1_ALGO_COUNT; algo++) {
        const int next = (algo + 1) % L1_ALGO_COUNT; /* auto comes last */
        if (!at->options->wanted[next] || next == L1_ALGO_SINGLE) continue;
        L1_TRY(run(at, (l1_algo)next));
        add_rows(at, (l1_algo)next);
    }
    return L1_SUCCESS;
}

l1_result l1_schedules_compare(const l1_schedules_options *options, l1_schedules *out,
                               l1_diag *diag)
{
    comparer *at = calloc(1, sizeof *at);
    L1_ASSERT(options->resamples > 0 && options->resamples <= L1_SCHEDULES_RESAMPLES_MAX);
    memset(out, 0, sizeof *out);
    if (at == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    out->comparison.reference = L1_ALGO_SINGLE;
    out->comparison.confidence = CONFIDENCE;
    out->comparison.resamples = options->resamples;
    at->options = options;
    at->out = out;
    at->diag = diag;
    const l1_result done = compare_all(at);
    l1_ledger_free(&at->ledger);
    free(at->own_algo);
    for (int i = 0; i < FIGURES; i++) free(at->values[i]);
    free(at->totals);
    free(at->sizes);
    free(at->weights);
    free(at->times);
    free(at->rounds);
    free(at);
    return done;
}
