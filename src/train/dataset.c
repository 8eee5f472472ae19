/* train/dataset.c: bars in, rows out. */
#include "train/dataset.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "train/dataset_builder.h"

#define MS_NS INT64_C(1000000)

static l1_result no_memory(l1_diag *diag)
{
    return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
}

/* --- begin --- */

static l1_result make_state(l1_dataset_builder *builder, l1_diag *diag)
{
    const l1_limits *limits = builder->options.limits;
    const size_t cost = (l1_feature_state_cost(limits) + 63) / 64 * 64;
    builder->memory = aligned_alloc(64, cost);
    if (builder->memory == NULL) return no_memory(diag);
    memset(builder->memory, 0, cost);
    l1_arena arena = {.base = builder->memory, .capacity = cost};
    builder->state = l1_feature_state_new(&arena, limits);
    const l1_bundle *bundle = builder->options.bundle;
    for (uint32_t i = 0; i < limits->symbols_count && bundle != NULL; i++) {
        const int symbol = l1_bundle_symbol(bundle, limits->symbols[i].name);
        l1_profile profile;
        if (symbol < 0) continue;
        l1_bundle_profile(bundle, symbol, &profile);
        l1_feature_profile_take(builder->state, (int32_t)i, &profile, false);
    }
    return L1_SUCCESS;
}

l1_result l1_dataset_begin(const l1_dataset_options *options, l1_dataset_builder **out,
                           l1_diag *diag)
{
    L1_ASSERT(options->limits != NULL && options->limits->symbols_count > 0);
    L1_ASSERT(options->direction_minutes <= L1_HORIZON_MINUTES);
    l1_dataset_builder *builder = calloc(1, sizeof *builder);
    if (builder == NULL) return no_memory(diag);
    builder->options = *options;
    builder->dataset = calloc(1, sizeof *builder->dataset);
    l1_result done = builder->dataset != NULL ? make_state(builder, diag) : no_memory(diag);
    if (done.code != L1_OK) {
        l1_dataset_abandon(builder);
        return done;
    }
    builder->dataset->limits = options->limits;
    for (uint32_t i = 0; i < L1_SYMBOLS_MAX; i++) builder->symbols[i].row_minute = -1;
    *out = builder;
    return L1_SUCCESS;
}

/* --- bars --- */

static const char *time_text(int64_t ns, char out[32])
{
    const time_t seconds = (time_t)(ns / 1000000000);
    struct tm utc;
    if (gmtime_r(&seconds, &utc) == NULL || strftime(out, 32, "%Y-%m-%dT%H:%MZ", &utc) == 0) {
        out[0] = '\0';
    }
    return out;
}

/* Every field, so that a second word about the same minute is noticed. */
static bool same_bar(const l1_bar *a, const l1_bar *b)
{
    return a->open_time_ns == b->open_time_ns && a->open_e8 == b->open_e8 &&
           a->high_e8 == b->high_e8 && a->low_e8 == b->low_e8 && a->close_e8 == b->close_e8 &&
           a->volume_e8 == b->volume_e8 && a->quote_volume_e8 == b->quote_volume_e8 &&
           a->taker_buy_volume_e8 == b->taker_buy_volume_e8 && a->trades == b->trades;
}

static l1_result refuse_order(const l1_dataset_builder *builder, const l1_bar *bar, l1_diag *diag)
{
    char then[32], last[32];
    const int64_t last_ns = builder->symbols[bar->symbol].last.open_time_ns;
    const char *name = builder->options.limits->symbols[bar->symbol].name;
    if (bar->open_time_ns == last_ns) {
        return l1_refuse(diag, L1_INPUT_FIELD, "open_time", "%s: two different bars of %s", name,
                         time_text(last_ns, last));
    }
    return l1_refuse(diag, L1_INPUT_FIELD, "open_time",
                     "%s: the bar of %s comes after that of %s: rows are out of order, or files "
                     "overlap",
                     name, time_text(bar->open_time_ns, then), time_text(last_ns, last));
}

static l1_row *add_row(l1_dataset_builder *builder)
{
    l1_dataset *dataset = builder->dataset;
    if (dataset->count == builder->rows_capacity) {
        const size_t capacity = builder->rows_capacity == 0 ? 4096 : builder->rows_capacity * 2;
        l1_row *grown = realloc(dataset->rows, capacity * sizeof *grown);
        if (grown == NULL) return NULL;
        dataset->rows = grown;
        builder->rows_capacity = capacity;
    }
    l1_row *row = &dataset->rows[dataset->count++];
    memset(row, 0, sizeof *row);
    return row;
}

/* Both assets must have closed the minute, so the later one's bar brings the rows of both. */
static l1_result take_rows(l1_dataset_builder *builder, int64_t minute, l1_diag *diag)
{
    const bool early = builder->options.control == L1_NEGATIVE_EARLY;
    for (uint32_t i = 0; i < builder->options.limits->symbols_count; i++) {
        l1_symbol_minutes *of = &builder->symbols[i];
        l1_feature_vector vector;
        if (of->row_minute >= minute) continue;
        if (l1_feature_vector_at(builder->state, (int32_t)i, &vector) != L1_FEATURES_READY)
            continue;
        if (vector.close_ns != (minute + 1) * L1_MINUTE_NS) continue;
        l1_row *row = add_row(builder);
        if (row == NULL) return no_memory(diag);
        row->symbol = (int32_t)i;
        row->minute = early ? minute - L1_EARLY_MINUTES : minute;
        row->vector = vector;
        of->row_minute = minute;
    }
    return L1_SUCCESS;
}

l1_result l1_dataset_bar(l1_dataset_builder *builder, const l1_bar *bar, l1_diag *diag)
{
    L1_ASSERT(bar->symbol >= 0 && (uint32_t)bar->symbol < builder->options.limits->symbols_count);
    l1_dataset *dataset = builder->dataset;
    l1_symbol_minutes *of = &builder->symbols[bar->symbol];
    l1_bar taken = *bar;
    if (of->has_last && bar->open_time_ns <= of->last.open_time_ns) {
        if (!same_bar(bar, &of->last)) return refuse_order(builder, bar, diag);
        dataset->repeated++;
        return L1_SUCCESS;
    }
    if (of->has_last) {
        dataset->missing +=
            (uint64_t)((bar->open_time_ns - of->last.open_time_ns) / L1_MINUTE_NS - 1);
    }
    of->last = *bar;
    of->has_last = true;
    if (builder->options.control == L1_NEGATIVE_MIRRORED) {
        l1_bar_mirror(builder->options.seed, of, &taken);
    }
    L1_TRY(l1_minutes_add(of, &taken, diag));
    const int64_t open_ms = bar->open_time_ns / MS_NS, minute = bar->open_time_ns / L1_MINUTE_NS;
    if (dataset->to_ms == 0 || open_ms < dataset->from_ms) dataset->from_ms = open_ms;
    if (open_ms + 60000 > dataset->to_ms) dataset->to_ms = open_ms + 60000;
    dataset->bars[bar->symbol]++;
    dataset->end_ms[bar->symbol] = open_ms + 60000;
    l1_feature_state_on_bar(builder->state, &taken);
    if (minute % L1_ROW_MINUTES != 0) return L1_SUCCESS;
    of->asked++;
    return take_rows(builder, minute, diag);
}

/* --- finish --- */

/* Where `symbol`'s other asset stands: ETH for BTC, BTC for the others; -1 = not configured. */
static int peer_of(const l1_limits *limits, uint32_t symbol)
{
    const char *wanted = strcmp(limits->symbols[symbol].base, "BTC") == 0 ? "ETH" : "BTC";
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        if (i != symbol && strcmp(limits->symbols[i].base, wanted) == 0) return (int)i;
    }
    return -1;
}

static l1_result check_peers(const l1_dataset *dataset, l1_diag *diag)
{
    const l1_limits *limits = dataset->limits;
    uint64_t bars = 0;
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        const int peer = peer_of(limits, i);
        bars += dataset->bars[i];
        if (dataset->bars[i] == 0 || (peer >= 0 && dataset->bars[peer] > 0)) continue;
        return l1_refuse(diag, L1_INPUT_FIELD, "symbol",
                         "%s has bars, its other asset %s has none; features need both",
                         limits->symbols[i].name,
                         strcmp(limits->symbols[i].base, "BTC") == 0 ? "ETH" : "BTC");
    }
    if (bars > 0) return L1_SUCCESS;
    return l1_refuse(diag, L1_INPUT_FIELD, "rows",
                     "the files hold no bar; give klines (trades, quotes and books make no rows)");
}

static int by_minute(const void *left, const void *right)
{
    const l1_row *a = left, *b = right;
    if (a->minute != b->minute) return a->minute < b->minute ? -1 : 1;
    return (a->symbol > b->symbol) - (a->symbol < b->symbol);
}

static l1_result label_rows(l1_dataset_builder *builder, l1_diag *diag)
{
    l1_dataset *dataset = builder->dataset;
    size_t kept = 0;
    uint64_t asked = 0;
    for (uint32_t i = 0; i < L1_SYMBOLS_MAX; i++) asked += builder->symbols[i].asked;
    dataset->unready = (size_t)asked - dataset->count;
    for (size_t i = 0; i < dataset->count; i++) {
        l1_row *row = &dataset->rows[i];
        if (!l1_row_label(&builder->options, &builder->symbols[row->symbol], row)) continue;
        dataset->rows[kept++] = *row;
    }
    dataset->cut = dataset->count - kept;
    dataset->count = kept;
    if (kept == 0) {
        return l1_refuse(diag, L1_INPUT_FIELD, "rows",
                         "%lld days of bars give no row (%zu without features, %zu without label): "
                         "needed are 8 days of both assets without a gap over 2 hours, 4 hours "
                         "more, and prices that move",
                         (long long)((dataset->to_ms - dataset->from_ms) / 86400000),
                         dataset->unready, dataset->cut);
    }
    qsort(dataset->rows, kept, sizeof *dataset->rows, by_minute);
    return L1_SUCCESS;
}

l1_result l1_dataset_finish(l1_dataset_builder *builder, l1_dataset **out, l1_diag *diag)
{
    l1_dataset *dataset = builder->dataset;
    l1_result done = check_peers(dataset, diag);
    if (done.code == L1_OK) done = label_rows(builder, diag);
    for (uint32_t i = 0; i < builder->options.limits->symbols_count; i++) {
        l1_feature_profile(builder->state, (int32_t)i, &dataset->profiles[i]);
    }
    if (done.code == L1_OK) {
        builder->dataset = NULL;
        *out = dataset;
    }
    l1_dataset_abandon(builder);
    return done;
}

l1_result l1_dataset_check_ends(const l1_dataset *dataset, l1_diag *diag)
{
    char own[32], all[32];
    L1_ASSERT(dataset->count > 0);
    for (uint32_t i = 0; i < dataset->limits->symbols_count; i++) {
        const int64_t end_ms = dataset->end_ms[i];
        if (dataset->bars[i] == 0) continue;
        if (dataset->to_ms - end_ms <= L1_ENDS_APART_MINUTES * INT64_C(60000)) continue;
        return l1_refuse(diag, L1_INPUT_FIELD, "data",
                         "the bars of %s end at %s, others at %s: is a file missing? all must end "
                         "within %d minutes",
                         dataset->limits->symbols[i].name, time_text(end_ms * MS_NS, own),
                         time_text(dataset->to_ms * MS_NS, all), L1_ENDS_APART_MINUTES);
    }
    return L1_SUCCESS;
}

void l1_dataset_abandon(l1_dataset_builder *builder)
{
    if (builder == NULL) return;
    for (uint32_t i = 0; i < L1_SYMBOLS_MAX; i++) free(builder->symbols[i].minutes);
    l1_dataset_free(builder->dataset);
    free(builder->memory);
    free(builder);
}

void l1_dataset_free(l1_dataset *dataset)
{
    if (dataset == NULL) return;
    free(dataset->rows);
    free(dataset);
}

/* --- files --- */

static l1_result feed(l1_dataset_builder *builder, l1_history *history,
                      const l1_train_progress *progress, l1_diag *diag)
{
    const l1_decoded *message = NULL;
    uint64_t count = 0;
    for (;;) {
        const l1_result next = l1_history_next(history, &message, diag);
        if (next.code == L1_IO_END) return L1_SUCCESS;
        L1_TRY(next);
        if (message->event.kind == L1_EVENT_REFUSED) {
            return l1_refuse(diag, L1_INPUT_SYNTAX, "line", "line %llu: %s",
                             (unsigned long long)message->event.as.refusal.line,
                             message->event.as.refusal.cause);
        }
        if (message->event.kind != L1_EVENT_BAR) continue;
        L1_TRY(l1_dataset_bar(builder, &message->event.as.bar, diag));
        if (++count % 4096 != 0 || progress->step == NULL) continue;
        progress->step(progress->context, l1_history_bytes_read(history),
                       l1_history_bytes(history));
    }
}

l1_result l1_dataset_read(const l1_dataset_files *from, l1_dataset **out, l1_diag *diag)
{
    const l1_history_options wanted = {
        .limits = from->options.limits,
        .files = from->files,
        .files_count = from->files_count,
        .from_ns = L1_OFF,
        .to_ns = L1_OFF,
    };
    l1_history *history = NULL;
    l1_dataset_builder *builder = NULL;
    L1_TRY(l1_history_open(&wanted, &history, diag));
    l1_result done = l1_dataset_begin(&from->options, &builder, diag);
    if (done.code == L1_OK) done = feed(builder, history, &from->progress, diag);
    l1_history_close(history);
    if (done.code == L1_OK) return l1_dataset_finish(builder, out, diag);
    l1_dataset_abandon(builder);
    return done;
}
