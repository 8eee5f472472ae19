/* tests/unit/app/world.h: a runner fed with lines of the bus, and what it handed over.
 *
 * Time comes from the messages, so that a test is a list of lines. Outputs are kept as texts
 * without their measured times. */
#ifndef L1_UNIT_APP_WORLD_H
#define L1_UNIT_APP_WORLD_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/recovery.h"
#include "app/runner.h"
#include "testlib/check.h"

#define SEGMENT (UINT64_C(128) << 10)
enum { OUTPUTS_MAX = 4096 };

typedef struct {
    uint64_t seq;
    bool duplicate;
    char *text;
} output;

typedef struct {
    l1_config config;
    char dir[64];
    l1_runner *runner;
    l1_runner_found found;
    l1_clock clock;
    l1_decoder decoder;
    l1_decoded decoded;
    l1_diag diag;
    output outputs[OUTPUTS_MAX];
    size_t count;
    uint64_t published_max; /* the sink says that no more is out; UINT64_MAX = all */
} world;

static inline void take_output(void *state, const l1_effect *effect,
                               const l1_publication *publication)
{
    static char text[L1_ENCODED_MAX];
    world *w = state;
    CHECK(w->count < OUTPUTS_MAX);
    if (effect->kind == L1_EFFECT_STATUS) return;
    l1_publication bare = *publication;
    bare.decision_us = bare.durable_us = bare.venue_us = L1_OFF;
    const size_t size = l1_encode_effect(&w->config.limits, effect, &bare, text);
    w->outputs[w->count++] =
        (output){publication->seq, publication->duplicate, strndup(text, size)};
}

static inline uint64_t published_so_far(void *state, uint64_t handed)
{
    const world *w = state;
    return handed < w->published_max ? handed : w->published_max;
}

static inline void world_configure(world *w, const char *const *overrides, size_t count)
{
    static const char *const always[] = {
        "signal.remember_max=1000",
        "symbols.BTC/USDT.volatility_target=null",
        "symbols.BTC/USDT.stop.sigma_min=null",
        "symbols.BTC/USDT.stop.atr_max=null",
        "signal.repeat_max=null",
        "symbols.BTC/USDT.venue.max_algo_orders=100",
    };
    const char *all[32];
    const size_t fixed = sizeof always / sizeof always[0];
    l1_config_error error;
    memcpy(all, always, sizeof always);
    for (size_t i = 0; i < count; i++) all[fixed + i] = overrides[i];
    const l1_result read = l1_config_read(L1_SOURCE_DIR "/tests/testlib/l1.yaml", all,
                                          fixed + count, &w->config, &error);
    if (read.code != L1_OK) print_message("%s\n", error.text);
    CHECK(read.code == L1_OK);
    w->config.limits.clock_from_events = true;
}

/* A world with an empty folder for its journal. */
static inline world *world_new(void)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    strcpy(w->dir, "/tmp/l1_app_XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    w->published_max = UINT64_MAX;
    world_configure(w, NULL, 0);
    return w;
}

static inline l1_result world_try_open(world *w, bool journal)
{
    const l1_runner_options options = {
        .config = &w->config,
        .journal_dir = journal ? w->dir : NULL,
        .segment_size = SEGMENT,
        .sink = {.state = w, .take = take_output, .published = published_so_far},
    };
    const l1_result opened = l1_runner_open(&options, &w->runner, &w->found, &w->diag);
    if (opened.code != L1_OK) return opened;
    l1_clock_start(&w->clock, &w->config.limits, l1_runner_now_ns(w->runner));
    return opened;
}

static inline void world_open(world *w, bool journal)
{
    const l1_result opened = world_try_open(w, journal);
    if (opened.code != L1_OK) print_message("%s\n", w->diag.text);
    CHECK(opened.code == L1_OK);
}

static inline void world_line(world *w, const char *line)
{
    (void)l1_decode(&w->decoder, &w->config.limits, line, strlen(line), 0, &w->decoded);
    l1_clock_stamp(&w->clock, &w->decoded, &w->decoded.event);
    CHECK(l1_runner_apply(w->runner, &w->decoded.event, 0, &w->diag).code == L1_OK);
}

static inline void world_book(world *w, int64_t ms, double mid)
{
    char line[256];
    (void)snprintf(line, sizeof line,
                   "{\"topic\":\"market\",\"type\":\"book\",\"symbol\":\"BTC/USDT\",\"ts\":%lld,"
                   "\"bids\":[[%.2f,9]],\"asks\":[[%.2f,9]]}",
                   (long long)ms, mid - 1, mid + 1);
    world_line(w, line);
}

static inline void world_buy(world *w, int64_t ms, const char *id)
{
    char line[256];
    (void)snprintf(line, sizeof line,
                   "{\"signal_id\":\"%s\",\"symbol\":\"BTC/USDT\",\"side\":\"buy\",\"qty\":0.001,"
                   "\"stop_loss\":49000,\"ts\":%lld}",
                   id, (long long)ms);
    world_line(w, line);
}

#define START_MS INT64_C(1700000000000)

/* Input number `n` of an endless day: books, signals, duplicates, nonsense. */
static inline void world_input(world *w, size_t n)
{
    char id[32];
    const int64_t ms = START_MS + (int64_t)n * 30;
    (void)snprintf(id, sizeof id, "s%zu", n);
    switch (n % 7) {
    case 0: world_book(w, ms, 50000 + (double)(n % 13)); break;
    case 3: world_buy(w, ms, "s2"); break; /* seen before, or new with other content */
    case 5: world_line(w, "{nonsense"); break;
    default: world_buy(w, ms, id); break;
    }
}

static inline void world_flush(world *w)
{
    CHECK(l1_runner_flush(w->runner, &w->diag).code == L1_OK);
}

static inline l1_hash128 world_hash(world *w)
{
    return l1_system_hash(l1_runner_system(w->runner));
}

/* A crash: nothing is stopped cleanly. */
static inline void world_crash(world *w)
{
    l1_runner_close(w->runner);
    w->runner = NULL;
}

static inline void world_stop(world *w)
{
    const l1_result stopped = l1_runner_stop(w->runner, &w->diag);
    if (stopped.code != L1_OK) print_message("%s\n", w->diag.text);
    CHECK(stopped.code == L1_OK);
    world_crash(w);
}

static inline void world_forget_outputs(world *w)
{
    for (size_t i = 0; i < w->count; i++) free(w->outputs[i].text);
    w->count = 0;
}

static inline int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

static inline void world_free(world *w)
{
    l1_runner_close(w->runner);
    world_forget_outputs(w);
    CHECK(nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
    free(w);
}

static inline bool hash_equal(l1_hash128 a, l1_hash128 b)
{
    return a.lo == b.lo && a.hi == b.hi;
}

/* Restores the journal and gives its state's hash. */
static inline l1_hash128 restored_hash(const char *dir, bool from_first, l1_restored *restored,
                                       l1_diag *diag)
{
    const l1_restore_options options = {
        .dir = dir, .from_first = from_first, .check_snapshots = true};
    const l1_result done = l1_restore(&options, restored, diag);
    if (done.code != L1_OK) print_message("%s\n", diag->text);
    CHECK(done.code == L1_OK);
    return l1_system_hash(restored->instance.system);
}

#endif
