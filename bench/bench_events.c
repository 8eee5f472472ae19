/* bench/bench_events.c: decoded market data a second through the whole system on one core.
 *
 * Recorded ticks (whole book, best quotes, trades) and years of 1m bars, in memory, are stepped
 * again and again through a REPLAY system of the shipped configuration: rules, features, the
 * shipped models, simulated venue. A trickle of signals buys with stops and sells again; the gate
 * scores but does not reject (ai.required=false), so that stops rest. An event is a trade, a change
 * of the best quote, a change of one level, or a bar; levels of snapshots are stepped and not
 * counted. One pass over the tape is a window. Beside it: the same loop without the step; what one
 * kind costs is what its leaving out saves. Targets: 2,000,000 events/s, 1,000,000 bars/s. Where
 * there is no history (L1_DATA) the data are made from a seed and said to be. Usage: bench_events
 * [ticks|bars|guard] [SECONDS]   (10) */
#include "app/clock.h"
#include "app/model_slots.h"
#include "config/config.h"
#include "io/history.h"
#include "io/model_folder.h"
#include "io/pages.h"
#include "made_ticks.h"
#include "recorded.h"
#include "report/metrics.h"
#include "tape.h"

enum { MADE_BARS = 200000, PHASES = 6 };
#define WARM_UP_MINUTES (L1_BURN_IN_MINUTES + 400)

typedef struct {
    l1_config config;
    l1_model_slots *models;
    l1_hash128 models_hash;
    l1_system *system;
    l1_effects effects;
    void *block;
    size_t size;
    l1_metrics figures;
    uint64_t signals, protections, resting_sum;
    int64_t resting[2];
    uint64_t turn;
} world;

/* ---- the system ---------------------------------------------------------------------------- */

static void load_models(world *w)
{
    char folder[600];
    uint8_t *image = NULL;
    size_t size = 0;
    l1_diag diag = {.text = ""};
    (void)snprintf(folder, sizeof folder, "%s/models/L1", root);
    if (l1_model_folder_read(folder, &image, &size, &diag).code != L1_OK ||
        l1_model_slots_open(&w->models, &diag).code != L1_OK ||
        l1_model_slots_put(w->models, (l1_hash128){0, 0}, image, size, &w->models_hash, &diag)
                .code != L1_OK) {
        fail("models", diag.text);
    }
    free(image);
}

static void start(world *w, int64_t at_ns)
{
    l1_arena arena = {.base = w->block, .capacity = w->size};
    static l1_event event;
    memset(w->block, 0, w->size);
    w->system = l1_system_new(&arena, &w->config.limits);
    if (!l1_system_use_models(w->system, &w->models->bank)) fail("models", "not in the bank");
    event = (l1_event){.kind = L1_EVENT_MODELS, .at_ns = at_ns, .as.models.hash = w->models_hash};
    l1_system_step(w->system, &event, &w->effects);
    l1_metrics_init(&w->figures);
    w->signals = w->protections = w->resting_sum = w->turn = 0;
    w->resting[0] = w->resting[1] = 0;
}

static void open_world(world *w)
{
    static const char *const overrides[] = {"mode=replay", "ai.required=false"};
    static l1_config_error error;
    char path[600];
    (void)snprintf(path, sizeof path, "%s/config/l1.yaml", root);
    if (l1_config_read(path, overrides, 2, &w->config, &error).code != L1_OK) {
        fail("configuration", error.text);
    }
    w->config.limits.clock_from_events = true;
    load_models(w);
    w->size = l1_system_cost(&w->config.limits);
    w->block = l1_pages_take(w->size);
    w->effects.capacity = l1_system_effects_max(&w->config.limits);
    w->effects.base = malloc(w->effects.capacity);
    if (w->block == NULL || w->effects.base == NULL) fail("memory", "there is none");
    l1_pages_settle(w->block, w->size);
}

static void close_world(world *w)
{
    l1_pages_free(w->block, w->size);
    free(w->effects.base);
    l1_model_slots_close(w->models);
}

static void take_effects(world *w)
{
    static l1_effect effect;
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    size_t at = 0;
    while (l1_effects_next(&w->effects, &at, &bytes, &size)) {
        if (!l1_effect_load(bytes, size, &effect)) fail("effect", "cannot be read");
        l1_metrics_take(&w->figures, &effect);
        if (effect.kind != L1_EFFECT_REPORT) continue;
        const l1_report *report = &effect.as.report;
        const bool bought = !report->protection && report->side == L1_SIDE_BUY;
        w->protections += report->protection;
        if (report->symbol < 0) continue;
        int64_t *resting = &w->resting[report->symbol];
        if (bought && report->status == L1_REPORT_FILLED) ++*resting;
        if (report->status == L1_REPORT_STOP_FILLED) --*resting;
        if (!bought && !report->protection && report->status == L1_REPORT_FILLED) *resting = 0;
    }
}

static inline void step(world *w, const l1_event *event)
{
    l1_system_step(w->system, event, &w->effects);
    if (w->effects.count > 0) take_effects(w);
}

/* Five buys with stops 1 % below for each symbol in turn, then a sale of all of it. */
static void send_signal(world *w, int64_t at_ns)
{
    static l1_event event;
    static const int64_t buys_e8[2] = {L1_E8 / 1000, L1_E8 / 50};
    l1_signal *signal = &event.as.signal;
    const l1_engine *engine = l1_system_engine(w->system);
    const int32_t symbol = (int32_t)(w->signals % 2);
    const bool sell = w->signals / 2 % PHASES == PHASES - 1;
    const l1_instrument *instrument = &w->config.limits.symbols[symbol];
    const int64_t held_e8 = l1_engine_account(engine)->total_e8[symbol + 1];
    const int64_t mid_e8 = l1_engine_mid_e8(engine, symbol);
    w->signals++;
    w->resting_sum += (uint64_t)(w->resting[0] + w->resting[1]);
    if (mid_e8 <= 0 || (sell && held_e8 < instrument->qty_min_e8)) return;
    event = (l1_event){.kind = L1_EVENT_SIGNAL, .at_ns = at_ns};
    *signal =
        (l1_signal){.symbol = symbol,
                    .side = sell ? L1_SIDE_SELL : L1_SIDE_BUY,
                    .qty_e8 = sell ? l1_step_down(held_e8, instrument->lot_e8) : buys_e8[symbol],
                    .stop_loss_e8 = sell ? mid_e8 + mid_e8 / 100 : mid_e8 - mid_e8 / 100,
                    .price_e8 = L1_OFF,
                    .take_profit_e8 = L1_OFF,
                    .ts_ns = at_ns,
                    .expires_at_ns = L1_OFF,
                    .confidence_e8 = L1_OFF,
                    .correlation_e8 = L1_E8 / 2,
                    .duration_s = L1_OFF,
                    .slices_max = L1_OFF,
                    .content = {w->signals, 1}};
    (void)snprintf(signal->id, sizeof signal->id, "s%llu", (unsigned long long)w->signals);
    memcpy(signal->symbol_text, instrument->name, sizeof signal->symbol_text);
    step(w, &event);
}

/* ---- the data ------------------------------------------------------------------------------ */

/* Bars out of the trades of a recording, so that minutes close as they do on a live feed. */
typedef struct {
    l1_bar bar[2];
    int64_t minute;
} minutes;

static void close_minute(minutes *at, tape *to, int64_t now_ns)
{
    static l1_event event;
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        if (at->bar[symbol].trades == 0) continue;
        event.kind = L1_EVENT_BAR;
        event.at_ns = now_ns;
        event.as.bar = at->bar[symbol];
        tape_add(to, &event);
        at->bar[symbol].trades = 0;
    }
}

static void add_trade(minutes *at, const l1_trade *trade)
{
    l1_bar *bar = &at->bar[trade->symbol];
    if (bar->trades == 0) {
        *bar = (l1_bar){.symbol = trade->symbol,
                        .open_time_ns = at->minute * L1_MINUTE_NS,
                        .close_time_ns = (at->minute + 1) * L1_MINUTE_NS - 1000000,
                        .open_e8 = trade->price_e8,
                        .high_e8 = trade->price_e8,
                        .low_e8 = trade->price_e8};
    }
    if (trade->price_e8 > bar->high_e8) bar->high_e8 = trade->price_e8;
    if (trade->price_e8 < bar->low_e8) bar->low_e8 = trade->price_e8;
    bar->close_e8 = trade->price_e8;
    bar->volume_e8 += trade->qty_e8;
    if (!trade->buyer_maker) bar->taker_buy_volume_e8 += trade->qty_e8;
    bar->trades++;
}

/* The same with a minute bar of the trades wherever a minute ends, the last one where the tape
 * turns. */
static tape with_bars(tape *from)
{
    static l1_event event;
    const tape_shift none = {0, 0};
    minutes open = {.minute = from->first_ns / L1_MINUTE_NS};
    tape to = {0};
    for (size_t at = 0; tape_next(from, &at, &none, &event);) {
        const int64_t minute = event.at_ns / L1_MINUTE_NS;
        if (minute != open.minute) close_minute(&open, &to, event.at_ns);
        open.minute = minute;
        if (event.kind == L1_EVENT_TRADE) add_trade(&open, &event.as.trade);
        tape_add(&to, &event);
    }
    close_minute(&open, &to, (open.minute + 1) * L1_MINUTE_NS);
    to.span_ns = (open.minute + 1 - from->first_ns / L1_MINUTE_NS) * L1_MINUTE_NS;
    tape_free(from);
    return to;
}

/* Every message of market data in the files. */
static tape read_files(const l1_limits *limits, char paths[FILES_MAX][PATH_SIZE], size_t count)
{
    static l1_history_file files[FILES_MAX];
    static l1_event event;
    l1_history *history = NULL;
    const l1_decoded *message = NULL;
    l1_diag diag = {.text = ""};
    l1_clock clock;
    tape to = {0};
    for (size_t i = 0; i < count; i++) files[i] = (l1_history_file){.path = paths[i]};
    const l1_history_options options = {
        .limits = limits, .files = files, .files_count = count, .from_ns = L1_OFF, .to_ns = L1_OFF};
    if (l1_history_open(&options, &history, &diag).code != L1_OK) fail("history", diag.text);
    l1_clock_start(&clock, limits, 0);
    for (;;) {
        const l1_status read = l1_history_next(history, &message, &diag).code;
        if (read == L1_IO_END) break;
        if (read != L1_OK) fail("history", diag.text);
        event = message->event;
        l1_clock_stamp(&clock, message, &event);
        tape_add(&to, &event);
    }
    l1_history_close(history);
    tape_close(&to);
    return to;
}

static tape read_ticks(const l1_limits *limits)
{
    static char paths[FILES_MAX][PATH_SIZE];
    const size_t count = list_files("ticks", "btcusdt_", "ethusdt_", paths);
    if (count == 0) printf("no recorded ticks in %s: made from a seed\n", data);
    tape read = count > 0 ? read_files(limits, paths, count) : made_tape();
    return with_bars(&read);
}

static tape read_bars(const l1_limits *limits, const char *one, const char *other)
{
    static char paths[FILES_MAX][PATH_SIZE];
    const size_t count = list_files("klines_1m", one, other, paths);
    if (count > 0) return read_files(limits, paths, count);
    printf("no klines in %s: made from a seed\n", data);
    return made_bars(MADE_BARS, MADE_MINUTE * L1_MINUTE_NS);
}

/* ---- measuring ----------------------------------------------------------------------------- */

/* One turn of the tape; a signal each `every` messages, 0 = none. */
static void play(world *w, const tape *from, uint64_t every)
{
    static l1_event event;
    const tape_shift shift = tape_turn(from, w->turn++);
    uint64_t until = every;
    for (size_t at = 0; tape_next(from, &at, &shift, &event);) {
        step(w, &event);
        if (every == 0 || --until > 0) continue;
        send_signal(w, event.at_ns);
        until = every;
    }
}

static void play_empty(const tape *from, uint64_t turn)
{
    static l1_event event;
    const tape_shift shift = tape_turn(from, turn);
    for (size_t at = 0; tape_next(from, &at, &shift, &event);) keep(&event);
}

/* One turn as one window; without a world that of the empty loop. */
static void window(world *w, const tape *from, uint64_t every, windows *out)
{
    const int64_t wall_ns = read_ns(CLOCK_MONOTONIC);
    const int64_t busy_ns = read_ns(CLOCK_PROCESS_CPUTIME_ID);
    if (w != NULL) play(w, from, every);
    if (w == NULL) play_empty(from, out->count);
    out->busy[out->count] = (double)(read_ns(CLOCK_PROCESS_CPUTIME_ID) - busy_ns) / 1e9;
    out->wall[out->count++] = (double)(read_ns(CLOCK_MONOTONIC) - wall_ns) / 1e9;
}

/* Windows for `seconds` of wall time, at least three. */
static void measure(world *w, const tape *from, uint64_t every, double seconds, windows *out)
{
    const int64_t end_ns = read_ns(CLOCK_MONOTONIC) + (int64_t)(seconds * 1e9);
    out->count = 0;
    while (out->count < 3 || (out->count < WINDOWS_MAX && read_ns(CLOCK_MONOTONIC) < end_ns)) {
        window(w, from, every, out);
    }
}

/* What was measured was the work: prices are known and no book was lost. */
static void check(const world *w)
{
    const l1_engine *engine = l1_system_engine(w->system);
    if (w->figures.alerts[L1_ALERT_BOOK_UNUSABLE] > 0) fail("books", "one became unusable");
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        if (l1_engine_mid_e8(engine, symbol) <= 0) fail("prices", "a symbol has none");
    }
}

static void say_signals(const world *w)
{
    const l1_symbol_metrics *of = w->figures.symbols;
    printf("  %llu signals: %llu executed, %llu rejected; %llu reports of protection, %llu stops "
           "filled; on average %.1f stops rest\n",
           (unsigned long long)w->signals, (unsigned long long)(of[0].executed + of[1].executed),
           (unsigned long long)(of[0].blocked + of[1].blocked), (unsigned long long)w->protections,
           (unsigned long long)(of[0].stops_filled + of[1].stops_filled),
           w->signals == 0 ? 0.0 : (double)w->resting_sum / (double)w->signals);
    for (int rule = 1; rule < L1_RULE_COUNT; rule++) {
        const uint64_t times = of[0].rejected[rule] + of[1].rejected[rule];
        if (times == 0) continue;
        printf("  rejected %llu times: %s\n", (unsigned long long)times,
               l1_rule_code((l1_rule)rule));
    }
}

static void say_counts(const tape *of)
{
    const tape_counts *counts = &of->counts;
    printf("a window: %llu messages = %llu events: %llu level changes, %llu quotes, %llu trades, "
           "%llu books, %llu bars; beside them %llu levels of snapshots; %.1f MB\n",
           (unsigned long long)counts->messages, (unsigned long long)tape_events(counts),
           (unsigned long long)counts->levels, (unsigned long long)counts->quotes,
           (unsigned long long)counts->trades, (unsigned long long)counts->books,
           (unsigned long long)counts->bars, (unsigned long long)counts->snapshot_levels,
           (double)of->used / 1e6);
}

/* Bars enough for every feature, ending where the ticks begin. */
static void warm_up(world *w, const tape *bars, int64_t until_ns)
{
    static l1_event event;
    const int64_t last_ns = (bars->last_ns + L1_MINUTE_NS - 1) / L1_MINUTE_NS * L1_MINUTE_NS;
    const tape_shift shift = {until_ns / L1_MINUTE_NS * L1_MINUTE_NS - last_ns, 0};
    const int64_t from_ns = bars->last_ns - WARM_UP_MINUTES * L1_MINUTE_NS;
    bool started = false;
    for (size_t at = 0; tape_next(bars, &at, &shift, &event);) {
        if (event.at_ns - shift.later_ns <= from_ns) continue;
        if (!started) start(w, event.at_ns);
        started = true;
        step(w, &event);
    }
}

/* What one kind costs: a turn of the whole tape less one without that kind, taken in turns. */
static void say_kind(world *w, const tape *all, const char *name, l1_event_kind kind,
                     uint64_t events, double seconds)
{
    static windows with, without;
    if (events == 0) return;
    tape others = tape_of(all, TAPE_ALL & ~(1U << kind));
    const int64_t end_ns = read_ns(CLOCK_MONOTONIC) + (int64_t)(seconds * 1e9);
    with.count = without.count = 0;
    while (with.count < 3 || (with.count < WINDOWS_MAX && read_ns(CLOCK_MONOTONIC) < end_ns)) {
        window(w, all, 0, &with);
        window(w, &others, 0, &without);
    }
    const double each_ns = (best_of(&with) - best_of(&without)) * 1e9 / (double)events;
    printf("  %-14s %7.1f ns each, %9.0f a second\n", name, each_ns, 1e9 / each_ns);
    tape_free(&others);
}

static void run_ticks(world *w, double seconds)
{
    static windows seen;
    tape ticks = read_ticks(&w->config.limits);
    tape bars = read_bars(&w->config.limits, "BTCUSDT-1m-2023-12", "ETHUSDT-1m-2023-12");
    const uint64_t events = tape_events(&ticks.counts);
    say_counts(&ticks);
    measure(NULL, &ticks, 0, 1.0, &seen);
    (void)say("  beside: the loop without the step", &seen, events);
    warm_up(w, &bars, ticks.first_ns);
    measure(w, &ticks, ticks.counts.messages / (2 * PHASES), seconds, &seen);
    check(w);
    const double best_s = say("ticks", &seen, events);
    say_signals(w);
    printf("events ticks %.0f %.0f\n", (double)events / best_s,
           (double)events / seen.busy[seen.count / 2]);
    say_kind(w, &ticks, "level changes", L1_EVENT_DEPTH, ticks.counts.levels, seconds / 4);
    say_kind(w, &ticks, "quotes", L1_EVENT_QUOTE, ticks.counts.quotes, seconds / 4);
    say_kind(w, &ticks, "trades", L1_EVENT_TRADE, ticks.counts.trades, seconds / 4);
    tape_free(&ticks);
    tape_free(&bars);
}

static void run_bars(world *w, double seconds)
{
    static windows seen;
    tape bars = read_bars(&w->config.limits, "BTCUSDT-1m-", "ETHUSDT-1m-");
    say_counts(&bars);
    measure(NULL, &bars, 0, 1.0, &seen);
    (void)say("  beside: the loop without the step", &seen, bars.counts.bars);
    start(w, bars.first_ns);
    measure(w, &bars, 1000, seconds, &seen);
    check(w);
    const double best_s = say("bars", &seen, bars.counts.bars);
    say_signals(w);
    printf("events bars %.0f %.0f\n", (double)bars.counts.bars / best_s,
           (double)bars.counts.bars / seen.busy[seen.count / 2]);
    tape_free(&bars);
}

/* Turns of a tape beside the hash of its bytes: how many times as long the steps take, which a
 * loaded or slower machine changes little. */
static void guard(world *w, const char *name, const tape *from, double seconds)
{
    static windows steps, hashes;
    const int64_t end_ns = read_ns(CLOCK_MONOTONIC) + (int64_t)(seconds * 1e9);
    steps.count = hashes.count = 0;
    while (steps.count < 5 || (steps.count < WINDOWS_MAX && read_ns(CLOCK_MONOTONIC) < end_ns)) {
        window(w, from, 1000, &steps);
        const int64_t busy_ns = read_ns(CLOCK_PROCESS_CPUTIME_ID);
        const l1_hash128 hash = l1_hash_of(1, from->bytes, from->used);
        keep(&hash);
        hashes.busy[hashes.count++] = (double)(read_ns(CLOCK_PROCESS_CPUTIME_ID) - busy_ns) / 1e9;
    }
    check(w);
    const double step_s = best_of(&steps), hash_s = best_of(&hashes);
    printf("guard %s: %.0f events/s, %.2f times the hash of the same %zu bytes\n", name,
           (double)tape_events(&from->counts) / step_s, step_s / hash_s, from->used);
}

static void run_guard(world *w, double seconds)
{
    tape made = made_tape();
    tape ticks = with_bars(&made);
    tape bars = made_bars(WARM_UP_MINUTES + 10000, ticks.first_ns);
    warm_up(w, &bars, ticks.first_ns);
    guard(w, "ticks", &ticks, seconds);
    start(w, bars.first_ns);
    guard(w, "bars", &bars, seconds);
    tape_free(&ticks);
    tape_free(&bars);
}

int main(int argc, char **argv)
{
    static world w;
    const char *what = argc > 1 ? argv[1] : "all";
    const double seconds = argc > 2 ? strtod(argv[2], NULL) : 10;
    find_data();
    if (seconds <= 0) {
        (void)fprintf(stderr, "usage: bench_events [ticks|bars|guard] [SECONDS]\n");
        return 2;
    }
    pin();
    open_world(&w);
    const bool all = strcmp(what, "all") == 0;
    if (all || strcmp(what, "ticks") == 0) run_ticks(&w, seconds);
    if (all || strcmp(what, "bars") == 0) run_bars(&w, seconds);
    if (strcmp(what, "guard") == 0) run_guard(&w, seconds);
    close_world(&w);
    return 0;
}
