/* tests/crash/power_loss.c: runner and system through several lives on a disk that loses power.
 *
 * The disk (testlib/storage_shim.h) drops, tears and reorders what was not synced. A life opens
 * the journal, feeds signals and market, takes snapshots, and ends at a random call to the disk, in
 * a clean stop or by a death in between. After each recovery:
 *   - what was durable is still there, record for record;
 *   - every acked signal is, and has exactly one final report once nothing is pending;
 *   - every output that had been published comes again with the same bytes or not at all;
 *   - no order id is submitted twice;
 *   - the state's hash equals that of a replay from the first record without a snapshot.
 * At the end of a seed the price falls through every stop: each one that reports say is resting
 * must fill, and no other.
 *
 * Usage: power_loss lives FIRST COUNT     seeds FIRST to FIRST + COUNT - 1
 *        power_loss errors                EIO and ENOSPC at every call of a short run
 *        power_loss forgetful FIRST COUNT a disk that forgets synced sectors: must fail
 * Exit:  0 all held, 1 a claim did not hold (the line names seed and claim). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/recovery.h"
#include "app/runner.h"
#include "app/snapshot_advance.h"
#include "base/assert.h"
#include "base/prng.h"
#include "testlib/storage_shim.h"

#define DIR "journal"
#define SEGMENT (UINT64_C(128) << 10)
#define START_MS INT64_C(1700000000000)
#define STOP_AT 45000 /* far enough that a short walk seldom reaches it */

enum { LIVES = 4, HEARD_MAX = 1 << 12, SIGNALS_MAX = 1024, RECORDS_MAX = 1 << 13 };

/* One output as the consumer has it. */
typedef struct {
    bool known;
    l1_effect_kind kind;
    bool final, duplicate, stop_live, stop_filled;
    uint32_t signal; /* number in its id; 0 = none of ours */
    uint32_t revision;
    l1_hash128 text;
} output;

typedef struct {
    bool sent, acked;
    uint64_t record; /* of this life: acked once it is durable; 0 = not sent in it */
} signal_sent;

typedef struct {
    uint64_t seed;
    const char *part;
    l1_prng prng;
    l1_storage_shim *shim;
    l1_config config;
    l1_runner *runner;
    l1_runner_found found;
    l1_clock clock;
    l1_decoder decoder;
    l1_decoded decoded;
    l1_diag diag;

    /* The consumer, and what is on its way to it: a pipe that a crash empties. */
    output heard[HEARD_MAX];
    output pipe[HEARD_MAX];
    uint64_t pipe_seq[HEARD_MAX];
    size_t pipe_first, pipe_next;
    uint64_t out_seq;
    bool hears_all;
    uint64_t taken; /* outputs handed over */
    bool turns;     /* a release syncs; else it only hands over what a flush has synced */

    signal_sent signals[SIGNALS_MAX];
    uint32_t signals_count;
    int64_t ms;
    double mid;

    l1_hash128 records[RECORDS_MAX]; /* contents at the last look; index = sequence */
    uint64_t records_last, durable;  /* the last looked at; durable when the life ended */
    uint64_t crashes, cut, stops;    /* for the summary */
} world;

static _Noreturn void fail(const world *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)printf("seed %llu, %s: ", (unsigned long long)w->seed, w->part);
    (void)vprintf(format, arguments);
    (void)printf("\n");
    va_end(arguments);
    exit(1);
}

#define EXPECT(w, claim, ...)                                                                      \
    do {                                                                                           \
        if (!(claim)) fail(w, __VA_ARGS__);                                                        \
    } while (0)

static bool equal(l1_hash128 a, l1_hash128 b)
{
    return a.lo == b.lo && a.hi == b.hi;
}

static uint64_t below(world *w, uint64_t limit)
{
    return l1_prng_below(&w->prng, limit);
}

/* --- the consumer -------------------------------------------------------------------------- */

static uint32_t number_of(const char *signal_id)
{
    return signal_id[0] == 's' ? (uint32_t)strtoul(signal_id + 1, NULL, 10) : 0;
}

static void take(void *state, const l1_effect *effect, const l1_publication *publication)
{
    static char text[L1_ENCODED_MAX];
    world *w = state;
    output out = {.known = true, .kind = effect->kind, .duplicate = publication->duplicate};
    w->taken++;
    if (effect->kind == L1_EFFECT_STATUS) return;
    l1_publication bare = *publication; /* measured times are no part of the bytes that count */
    bare.decision_us = bare.durable_us = bare.venue_us = L1_OFF;
    const size_t size = l1_encode_effect(&w->config.limits, effect, &bare, text);
    out.text = l1_hash_of(1, text, size);
    if (effect->kind == L1_EFFECT_REPORT) {
        const l1_report *report = &effect->as.report;
        out.final = report->final && !report->protection;
        out.signal = number_of(report->signal_id);
        out.revision = report->revision;
        out.stop_live = report->has_stop && report->stop.status == L1_ORDER_STATUS_LIVE;
        out.stop_filled = report->protection && report->status == L1_REPORT_STOP_FILLED;
    }
    EXPECT(w, w->pipe_next < HEARD_MAX && publication->seq < HEARD_MAX, "more outputs than room");
    w->pipe[w->pipe_next] = out;
    w->pipe_seq[w->pipe_next++] = publication->seq;
}

static void hear(world *w, size_t at)
{
    const uint64_t seq = w->pipe_seq[at];
    const output *out = &w->pipe[at];
    output *known = &w->heard[seq];
    EXPECT(w, !known->known || equal(known->text, out->text), "output %llu came with other bytes",
           (unsigned long long)seq);
    *known = *out;
}

/* Some of what is under way arrives; all before the position returned has. */
static uint64_t published(void *state, uint64_t handed)
{
    world *w = state;
    const size_t waiting = w->pipe_next - w->pipe_first;
    size_t count = w->hears_all ? waiting : (size_t)below(w, waiting + 1);
    for (; count > 0; count--) {
        hear(w, w->pipe_first);
        w->out_seq = w->pipe_seq[w->pipe_first++];
    }
    if (w->pipe_first == w->pipe_next) w->out_seq = handed;
    return w->out_seq;
}

/* --- feeding ------------------------------------------------------------------------------- */

static l1_result apply(world *w, const l1_decoded *stated, l1_event *event)
{
    l1_clock_stamp(&w->clock, stated, event);
    return l1_runner_apply(w->runner, event, 0, &w->diag);
}

static l1_result line(world *w, const char *text)
{
    (void)l1_decode(&w->decoder, &w->config.limits, text, strlen(text), 0, &w->decoded);
    return apply(w, &w->decoded, &w->decoded.event);
}

/* Virtual time until nothing is pending; the clock goes on from there. */
static void drain(world *w)
{
    EXPECT(w, l1_runner_drain(w->runner, &w->diag).code == L1_OK, "%s", w->diag.text);
    EXPECT(w, !l1_system_pending(l1_runner_system(w->runner)), "still pending after a drain");
    const int64_t now_ns = l1_runner_now_ns(w->runner);
    l1_clock_start(&w->clock, &w->config.limits, now_ns);
    if (w->ms < now_ns / 1000000) w->ms = now_ns / 1000000;
}

static l1_result book(world *w)
{
    char text[256];
    (void)snprintf(text, sizeof text,
                   "{\"topic\":\"market\",\"type\":\"book\",\"symbol\":\"BTC/USDT\",\"ts\":%lld,"
                   "\"bids\":[[%.2f,9]],\"asks\":[[%.2f,9]]}",
                   (long long)w->ms, w->mid - 1, w->mid + 1);
    return line(w, text);
}

static l1_result trade(world *w)
{
    char text[256];
    (void)snprintf(text, sizeof text,
                   "{\"topic\":\"market\",\"type\":\"trade\",\"symbol\":\"BTC/USDT\",\"ts\":%lld,"
                   "\"price\":%.2f,\"qty\":0.1,\"trade_id\":%lld,\"buyer_maker\":false}",
                   (long long)w->ms, w->mid, (long long)w->ms);
    return line(w, text);
}

/* What a signal is follows from its number, so that a repetition has the same content. */
static l1_result signal(world *w, uint32_t number)
{
    char text[256], stop[40] = "";
    const bool sells = number % 5 == 4;
    const int64_t stop_at = sells ? 60000 : number % 11 == 10 ? 49900 : STOP_AT;
    if (number % 7 != 6) {
        (void)snprintf(stop, sizeof stop, ",\"stop_loss\":%lld", (long long)stop_at);
    }
    (void)snprintf(text, sizeof text,
                   "{\"signal_id\":\"s%u\",\"symbol\":\"BTC/USDT\",\"side\":\"%s\",\"qty\":%s%s}",
                   number, sells ? "sell" : "buy", number % 3 == 0 ? "0.002" : "0.001", stop);
    const l1_result done = line(w, text);
    if (done.code != L1_OK) return done;
    w->signals[number].sent = true;
    w->signals[number].record = l1_runner_appended(w->runner);
    return done;
}

static l1_result new_signal(world *w)
{
    EXPECT(w, w->signals_count + 1 < SIGNALS_MAX, "more signals than room");
    return signal(w, ++w->signals_count);
}

/* As the run's loop does. */
static l1_result watch_space(world *w)
{
    const l1_engine *engine = l1_system_engine(l1_runner_system(w->runner));
    const bool low = l1_runner_space_low(w->runner);
    if (low == l1_engine_kill_switch(engine)->space_low) return L1_SUCCESS;
    l1_event event = {.kind = L1_EVENT_SPACE, .as.space_low = low};
    return apply(w, NULL, &event);
}

static l1_result one_input(world *w)
{
    const uint64_t what = below(w, 100);
    w->ms += (int64_t)below(w, 80);
    L1_TRY(watch_space(w));
    if (what < 50) return new_signal(w);
    if (what < 60 && w->signals_count > 0) {
        return signal(w, 1 + (uint32_t)below(w, w->signals_count));
    }
    if (what < 63) return line(w, "{nonsense");
    if (what < 64) return line(w, "{\"topic\":\"control\",\"command\":\"halt\"}");
    if (what < 67) return line(w, "{\"topic\":\"control\",\"command\":\"resume\"}");
    if (what < 75) return trade(w);
    w->mid += (double)below(w, 41) - 20;
    return book(w);
}

/* What is durable and released is acked. */
static void note_acks(world *w)
{
    const uint64_t until = l1_runner_released_record(w->runner);
    for (uint32_t i = 1; i <= w->signals_count; i++) {
        if (w->signals[i].record != 0 && w->signals[i].record <= until) w->signals[i].acked = true;
    }
}

static l1_result turn(world *w)
{
    const uint64_t what = below(w, 100);
    uint64_t sequence = 0;
    const l1_directory dir = {l1_storage_shim_port(w->shim), DIR};
    if (what < 40) {
        L1_TRY(l1_runner_release(w->runner, &w->diag));
        note_acks(w);
    } else if (what < 50) {
        L1_TRY(l1_runner_flush(w->runner, &w->diag));
        note_acks(w);
    } else if (what < 52) {
        L1_TRY(l1_snapshot_advance(&dir, &sequence, &w->diag));
    }
    return L1_SUCCESS;
}

/* --- what a recovered journal must be ------------------------------------------------------ */

typedef struct {
    world *w;
    l1_hash128 records[RECORDS_MAX];
    uint64_t last;
    bool seen[SIGNALS_MAX]; /* its event is in the journal */
    uint32_t finals[SIGNALS_MAX];
    l1_order_id submitted[8 * SIGNALS_MAX];
    size_t submitted_count;
} look;

static void look_at_record(void *state, const l1_record *record)
{
    look *at = state;
    EXPECT(at->w, record->header.sequence < RECORDS_MAX, "more records than room");
    at->last = record->header.sequence;
    at->records[at->last] = l1_hash_of(record->header.type, record->payload, record->header.length);
}

static void look_at_event(void *state, const l1_event *event, const l1_system *system)
{
    look *at = state;
    (void)system;
    if (event->kind != L1_EVENT_SIGNAL) return;
    const uint32_t number = number_of(event->as.signal.id);
    EXPECT(at->w, number < SIGNALS_MAX && at->w->signals[number].sent, "a signal nobody sent");
    at->seen[number] = true;
}

static void look_at_submit(look *at, const l1_submit *submit)
{
    for (uint32_t i = 0; i < submit->legs_count; i++) {
        for (size_t n = 0; n < at->submitted_count; n++) {
            EXPECT(at->w, !l1_order_id_equal(at->submitted[n], submit->legs[i].id),
                   "an order id was submitted twice");
        }
        EXPECT(at->w, at->submitted_count < sizeof at->submitted / sizeof at->submitted[0],
               "more orders than room");
        at->submitted[at->submitted_count++] = submit->legs[i].id;
    }
}

static void look_at_effect(void *state, const l1_effect *effect)
{
    look *at = state;
    world *w = at->w;
    const l1_effect_kind kind = effect->kind;
    if (kind == L1_EFFECT_SUBMIT) look_at_submit(at, &effect->as.submit);
    if (kind == L1_EFFECT_REPORT || kind == L1_EFFECT_ALERT || kind == L1_EFFECT_REPUBLISH) {
        EXPECT(w, effect->seq < HEARD_MAX && w->heard[effect->seq].known,
               "effect %llu never reached the consumer", (unsigned long long)effect->seq);
    }
    if (kind != L1_EFFECT_REPORT || !effect->as.report.final || effect->as.report.protection)
        return;
    at->finals[number_of(effect->as.report.signal_id)]++;
}

static void check_history(world *w, const look *at)
{
    EXPECT(w, at->last >= w->durable, "%llu records are left of %llu that were durable",
           (unsigned long long)at->last, (unsigned long long)w->durable);
    const uint64_t both = w->records_last < w->durable ? w->records_last : w->durable;
    for (uint64_t i = 1; i <= both; i++) {
        EXPECT(w, equal(w->records[i], at->records[i]), "durable record %llu has changed",
               (unsigned long long)i);
    }
    memcpy(w->records, at->records, sizeof w->records);
    w->records_last = at->last;
}

/* Exactly one final report of each acked signal, by the journal and by what the consumer heard. */
static void check_signals(world *w, const look *at)
{
    static uint32_t heard[SIGNALS_MAX];
    const bool pending = l1_system_pending(l1_runner_system(w->runner));
    const uint64_t effects = l1_runner_effects(w->runner);
    memset(heard, 0, sizeof heard);
    for (uint64_t seq = 1; seq < HEARD_MAX; seq++) {
        const output *out = &w->heard[seq];
        EXPECT(w, !out->known || seq <= effects, "output %llu was published and is gone",
               (unsigned long long)seq);
        if (out->known && out->final && !out->duplicate) heard[out->signal]++;
    }
    for (uint32_t i = 1; i <= w->signals_count; i++) {
        EXPECT(w, !w->signals[i].acked || at->seen[i], "signal s%u was acked and is gone", i);
        EXPECT(w, heard[i] == at->finals[i], "s%u: %u final reports heard, %u journaled", i,
               heard[i], at->finals[i]);
        EXPECT(w, heard[i] <= 1, "s%u has %u final reports", i, heard[i]);
        EXPECT(w, !at->seen[i] || pending || heard[i] == 1, "s%u has no final report", i);
    }
}

static void check(world *w)
{
    static look at;
    memset(&at, 0, sizeof at);
    at.w = w;
    l1_restored restored;
    const l1_restore_options options = {
        .storage = l1_storage_shim_port(w->shim),
        .dir = DIR,
        .from_first = true,
        .check_snapshots = true,
        .visitor = {.state = &at,
                    .record = look_at_record,
                    .event = look_at_event,
                    .effect = look_at_effect},
    };
    w->hears_all = true;
    for (int i = 0; i < 2; i++) { /* hands over, then notes that it has */
        EXPECT(w, l1_runner_flush(w->runner, &w->diag).code == L1_OK, "%s", w->diag.text);
    }
    w->hears_all = false;
    note_acks(w);
    EXPECT(w, l1_restore(&options, &restored, &w->diag).code == L1_OK, "%s", w->diag.text);
    EXPECT(w, restored.first_sequence == 1 && restored.began_at == 0,
           "not from the first record: first %llu, began at %llu, last %llu",
           (unsigned long long)restored.first_sequence, (unsigned long long)restored.began_at,
           (unsigned long long)restored.last_sequence);
    EXPECT(w,
           equal(l1_system_hash(restored.instance.system),
                 l1_system_hash(l1_runner_system(w->runner))),
           "a replay from the first record has another hash");
    l1_restored_free(&restored);
    check_history(w, &at);
    check_signals(w, &at);
}

/* --- lives --------------------------------------------------------------------------------- */

static void configure(world *w)
{
    static const char *const settings[] = {
        "signal.remember_max=4096",
        "signal.repeat_max=null",
        "signal.rate_max=null",
        "portfolio.correlation_max=null",
        "portfolio.drawdown_max=null",
        "symbols.BTC/USDT.drawdown_max=null",
        "symbols.BTC/USDT.exposure_max=null",
        "symbols.BTC/USDT.volatility_target=null",
        "symbols.BTC/USDT.stop.sigma_min=null",
        "symbols.BTC/USDT.stop.atr_max=null",
        "symbols.BTC/USDT.venue.max_algo_orders=200",
    };
    l1_config_error error;
    const l1_result read = l1_config_read(L1_SOURCE_DIR "/tests/testlib/l1.yaml", settings,
                                          sizeof settings / sizeof settings[0], &w->config, &error);
    EXPECT(w, read.code == L1_OK, "%s", error.text);
    w->config.limits.clock_from_events = true;
}

/* A world with an empty disk. */
static world *begin(uint64_t seed)
{
    static world at;
    memset(&at, 0, sizeof at);
    at.seed = seed;
    at.part = "begin";
    at.ms = START_MS;
    at.mid = 50000;
    l1_prng_seed(&at.prng, seed);
    at.shim = l1_storage_shim_new(seed);
    configure(&at);
    return &at;
}

static void end(world *w)
{
    l1_runner_close(w->runner);
    w->runner = NULL;
    l1_storage_shim_free(w->shim);
}

static l1_result open_runner(world *w)
{
    const l1_runner_options options = {
        .config = &w->config,
        .journal_dir = DIR,
        .segment_size = SEGMENT,
        .sink = {.state = w, .take = take, .published = published},
        .turns = w->turns,
        .manual = true,
        .storage = l1_storage_shim_port(w->shim),
    };
    w->pipe_first = w->pipe_next = 0;
    L1_TRY(l1_runner_open(&options, &w->runner, &w->found, &w->diag));
    w->out_seq = w->found.published;
    l1_clock_start(&w->clock, &w->config.limits, l1_runner_now_ns(w->runner));
    return L1_SUCCESS;
}

/* The life ends here, whatever was under way. */
static void die(world *w, bool power)
{
    if (w->runner != NULL) {
        w->durable = l1_runner_durable(w->runner);
        if (!l1_storage_shim_crashed(w->shim)) {
            l1_storage_shim_fail(w->shim, 1, L1_SHIM_CRASH, true); /* closing saves nothing */
        }
        l1_runner_close(w->runner);
        w->runner = NULL;
    }
    w->crashes++;
    for (uint32_t i = 1; i <= w->signals_count; i++) w->signals[i].record = 0;
    if (power) {
        l1_storage_shim_power_loss(w->shim);
    } else {
        l1_storage_shim_process_death(w->shim);
    }
}

static l1_result feed(world *w, uint64_t inputs)
{
    if (w->found.fresh) L1_TRY(book(w));
    for (uint64_t i = 0; i < inputs; i++) {
        L1_TRY(one_input(w));
        L1_TRY(turn(w));
    }
    return L1_SUCCESS;
}

/* As a client does that got no ack before the connection broke; some never come back. */
static l1_result resend(world *w, bool all)
{
    for (uint32_t i = 1; i <= w->signals_count; i++) {
        if (w->signals[i].acked || (!all && below(w, 2) == 0)) continue;
        L1_TRY(signal(w, i));
    }
    return L1_SUCCESS;
}

static void arm(world *w, uint64_t calls_max)
{
    l1_storage_shim_fail(w->shim, 1 + below(w, calls_max), L1_SHIM_CRASH, false);
}

static void disarm(world *w)
{
    l1_storage_shim_fail(w->shim, 0, L1_SHIM_CRASH, false);
}

/* True when the life goes on; what failed must have been the crash. (One that hits the preparing
 * of the next segment is told by nobody before that segment is needed.) */
static bool lives(const world *w, l1_result done)
{
    if (l1_storage_shim_crashed(w->shim)) return false;
    EXPECT(w, done.code == L1_OK, "%s (%s)", w->diag.text, l1_status_text(done.code));
    return true;
}

static bool reopen(world *w)
{
    w->part = "recovery";
    if (!lives(w, open_runner(w))) return false;
    disarm(w);
    w->cut += w->found.bytes_cut > 0;
    check(w);
    if (below(w, 2) == 0) {
        drain(w);
        check(w);
    }
    return true;
}

static void one_life(world *w)
{
    const bool power = below(w, 4) != 0;
    w->turns = below(w, 2) == 0;
    if (below(w, 3) == 0) arm(w, 60); /* while it recovers */
    if (!reopen(w)) {
        die(w, power);
        return;
    }
    w->part = "feeding";
    const bool by_call = below(w, 8) != 0;
    if (by_call) arm(w, 250);
    l1_result done = resend(w, false);
    if (done.code == L1_OK) done = feed(w, 20 + below(w, 100));
    if (lives(w, done) && below(w, 2) == 0) {
        w->part = "stop";
        if (lives(w, l1_runner_stop(w->runner, &w->diag))) {
            disarm(w);
            w->durable = l1_runner_durable(w->runner);
        }
    }
    die(w, power);
}

/* Every stop that rests by the reports must be found by a falling price, and no other. */
static void fall(world *w)
{
    static bool live[SIGNALS_MAX], filled[SIGNALS_MAX];
    memset(live, 0, sizeof live);
    memset(filled, 0, sizeof filled);
    const uint64_t before = l1_runner_effects(w->runner);
    for (uint64_t seq = 1; seq <= before; seq++) { /* in order: the last report counts */
        const output *out = &w->heard[seq];
        if (out->known && out->signal != 0 && !out->duplicate) live[out->signal] = out->stop_live;
    }
    w->part = "fall";
    w->ms += 1000;
    w->mid = 40000;
    EXPECT(w, book(w).code == L1_OK, "%s", w->diag.text);
    w->ms += 1000;
    EXPECT(w, book(w).code == L1_OK, "%s", w->diag.text);
    check(w);
    for (uint64_t seq = before + 1; seq <= l1_runner_effects(w->runner); seq++) {
        if (w->heard[seq].known && w->heard[seq].stop_filled) filled[w->heard[seq].signal] = true;
    }
    for (uint32_t i = 1; i <= w->signals_count; i++) {
        w->stops += filled[i];
        EXPECT(w, live[i] == filled[i], "s%u: its stop %s", i,
               live[i] ? "was resting and did not fill" : "filled and was not resting");
    }
    EXPECT(w, l1_engine_naked_e8(l1_system_engine(l1_runner_system(w->runner)), 0) == 0,
           "something was left without a stop");
}

static void last_life(world *w)
{
    disarm(w);
    EXPECT(w, reopen(w), "it does not open");
    w->part = "last life";
    EXPECT(w, resend(w, true).code == L1_OK, "%s", w->diag.text);
    drain(w);
    check(w);
    for (uint32_t i = 1; i <= w->signals_count; i++) {
        EXPECT(w, w->signals[i].acked, "s%u is not acked after a flush", i);
    }
    fall(w);
    w->part = "clean stop";
    const l1_hash128 hash = l1_system_hash(l1_runner_system(w->runner));
    EXPECT(w, l1_runner_stop(w->runner, &w->diag).code == L1_OK, "%s", w->diag.text);
    w->durable = l1_runner_durable(w->runner);
    l1_runner_close(w->runner);
    w->runner = NULL;
    l1_storage_shim_power_loss(w->shim); /* nothing is left to lose */
    EXPECT(w, open_runner(w).code == L1_OK, "%s", w->diag.text);
    EXPECT(w, w->found.clean && w->found.records == 0, "the stop was not clean");
    EXPECT(w, equal(hash, l1_system_hash(l1_runner_system(w->runner))), "another hash");
}

static void all_lives(uint64_t first, uint64_t count, bool forgetful)
{
    uint64_t crashes = 0, cut = 0, signals = 0, stops = 0;
    for (uint64_t seed = first; seed < first + count; seed++) {
        world *w = begin(seed);
        if (forgetful) l1_storage_shim_forget(w->shim, 20);
        for (int i = 0; i < LIVES; i++) one_life(w);
        last_life(w);
        crashes += w->crashes;
        cut += w->cut;
        signals += w->signals_count;
        stops += w->stops;
        end(w);
    }
    printf("%llu seeds, %llu lives ended, %llu torn tails cut, %llu signals, %llu resting stops "
           "found by the price: every claim held\n",
           (unsigned long long)count, (unsigned long long)crashes, (unsigned long long)cut,
           (unsigned long long)signals, (unsigned long long)stops);
}

/* --- errors at every call ------------------------------------------------------------------ */

static l1_result short_run(world *w)
{
    w->part = "run";
    L1_TRY(open_runner(w));
    L1_TRY(feed(w, 110)); /* into a second segment */
    L1_TRY(l1_runner_flush(w->runner, &w->diag));
    note_acks(w);
    w->part = "stop";
    return l1_runner_stop(w->runner, &w->diag);
}

/* One run that meets `fault` at call `nth`; 0 = at none. Returns the calls it made; *told when
 * the run ended with an error. */
static uint64_t meet(l1_shim_fault fault, uint64_t nth, bool lasting, bool turns, bool *told)
{
    world *w = begin(1);
    w->turns = turns;
    l1_storage_shim_fail(w->shim, nth, fault, lasting);
    *told = short_run(w).code != L1_OK;
    const uint64_t calls = l1_storage_shim_calls(w->shim);
    EXPECT(w, !*told || w->diag.text[0] != '\0', "call %llu: an error without a sentence",
           (unsigned long long)nth);
    if (*told && w->runner != NULL) { /* nothing more is handed over, however often it is asked */
        const uint64_t taken = w->taken;
        const bool flushed = l1_runner_flush(w->runner, &w->diag).code == L1_OK;
        EXPECT(w, !flushed || !lasting || strcmp(w->part, "stop") == 0,
               "call %llu: the error is forgotten", (unsigned long long)nth);
        EXPECT(w, flushed || w->taken == taken, "call %llu: published after the error",
               (unsigned long long)nth);
    }
    while (w->pipe_first < w->pipe_next) hear(w, w->pipe_first++); /* handed over = published */
    w->part = fault == L1_SHIM_EIO ? "after EIO" : "after ENOSPC";
    const bool stopped = !*told;
    die(w, true);
    EXPECT(w, open_runner(w).code == L1_OK, "call %llu: %s", (unsigned long long)nth, w->diag.text);
    EXPECT(w, !stopped || w->found.clean, "call %llu: no error was told, and no clean stop found",
           (unsigned long long)nth);
    check(w);
    drain(w);
    check(w);
    end(w);
    return calls;
}

static void all_errors(void)
{
    for (unsigned i = 0; i < 8; i++) {
        const l1_shim_fault fault = i & 1 ? L1_SHIM_ENOSPC : L1_SHIM_EIO;
        const bool lasting = (i & 2) != 0, turns = (i & 4) != 0;
        bool told = false;
        uint64_t errors = 0;
        const uint64_t calls = meet(fault, 0, false, turns, &told);
        L1_ASSERT(!told && calls > 100);
        for (uint64_t nth = 1; nth <= calls; nth++) {
            (void)meet(fault, nth, lasting, turns, &told);
            errors += told;
        }
        printf("%s at each of %llu calls, %s, %s: %llu runs ended with the error\n",
               fault == L1_SHIM_EIO ? "EIO" : "ENOSPC", (unsigned long long)calls,
               lasting ? "and at all later ones" : "once", turns ? "in turns" : "by flushes",
               (unsigned long long)errors);
        L1_ASSERT(errors > calls / 2);
    }
}

int main(int argc, char **argv)
{
    const uint64_t first = argc == 4 ? strtoull(argv[2], NULL, 10) : 0;
    const uint64_t count = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;
    if (argc == 2 && strcmp(argv[1], "errors") == 0) {
        all_errors();
    } else if (count > 0 && strcmp(argv[1], "lives") == 0) {
        all_lives(first, count, false);
    } else if (count > 0 && strcmp(argv[1], "forgetful") == 0) {
        all_lives(first, count, true);
    } else {
        (void)fprintf(stderr, "usage: power_loss lives|forgetful FIRST COUNT, or errors\n");
        return 2;
    }
    return 0;
}
