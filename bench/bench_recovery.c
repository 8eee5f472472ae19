/* bench/bench_recovery.c: opening a journal of 1,000,000 inputs after a crash without a snapshot,
 * beside plain reading of the same files.
 *
 * 98 of 100 inputs are market (books, trades and 1m bars in turn), 2 are signals: one rejected, one
 * executed; what they cause (submits, reports, alerts) is recorded on top. Each opening reads,
 * checks and replays every record, compares every effect, and is ready for input at its end.
 * Target: at most 1 s.
 * Usage: bench_recovery   (makes a folder in the current one, removed at the end) */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/runner.h"
#include "base/assert.h"
#include "journal/reader.h"

enum { INPUTS = 1000000, RUNS = 3, FLUSH_EVERY = 2000 };
#define START_MS INT64_C(1700000000000)

typedef struct {
    l1_config config;
    char dir[64];
    l1_runner *runner;
    l1_runner_found found;
    l1_clock clock;
    l1_decoder decoder;
    l1_decoded decoded;
    l1_diag diag;
    int64_t ms;
} bench;

static uint64_t now_ns(clockid_t clock)
{
    struct timespec at;
    (void)clock_gettime(clock, &at);
    return (uint64_t)at.tv_sec * 1000000000U + (uint64_t)at.tv_nsec;
}

static void must(const bench *at, l1_result done)
{
    if (done.code == L1_OK) return;
    (void)fprintf(stderr, "%s: %s\n", l1_status_text(done.code), at->diag.text);
    exit(1);
}

static void configure(bench *at)
{
    static const char *const settings[] = {
        "signal.rate_max=null",
        "signal.repeat_max=null",
        "portfolio.correlation_max=null",
        "portfolio.drawdown_max=null",
        "symbols.BTC/USDT.volatility_target=null",
        "symbols.BTC/USDT.stop.sigma_min=null",
        "symbols.BTC/USDT.stop.atr_max=null",
        "symbols.BTC/USDT.drawdown_max=null",
        "symbols.BTC/USDT.exposure_max=null",
        "symbols.BTC/USDT.venue.max_algo_orders=200",
    };
    char path[512];
    const char *source = getenv("L1_SOURCE");
    l1_config_error error;
    (void)snprintf(path, sizeof path, "%s/tests/testlib/l1.yaml", source != NULL ? source : ".");
    const l1_result read =
        l1_config_read(path, settings, sizeof settings / sizeof settings[0], &at->config, &error);
    if (read.code != L1_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        exit(1);
    }
    at->config.limits.clock_from_events = true;
}

static void open_runner(bench *at)
{
    const l1_runner_options options = {.config = &at->config, .journal_dir = at->dir};
    must(at, l1_runner_open(&options, &at->runner, &at->found, &at->diag));
    l1_clock_start(&at->clock, &at->config.limits, l1_runner_now_ns(at->runner));
}

/* Market message number n; the price stays well above the stops. */
static void market(bench *at, int n, char *text, size_t size)
{
    const int levels = 5;
    const double mid = 50000 + n * 7 % 100;
    const long long ms = (long long)at->ms;
    int used = 0;
    if (n % 3 == 0) {
        used = snprintf(text, size,
                        "{\"topic\":\"market\",\"type\":\"book\",\"symbol\":\"BTC/USDT\","
                        "\"ts\":%lld,\"bids\":[",
                        ms);
        for (int i = 0; i < levels; i++) {
            used += snprintf(text + used, size - (size_t)used, "%s[%.2f,3.5]", i > 0 ? "," : "",
                             mid - 1 - i);
        }
        used += snprintf(text + used, size - (size_t)used, "],\"asks\":[");
        for (int i = 0; i < levels; i++) {
            used += snprintf(text + used, size - (size_t)used, "%s[%.2f,3.5]", i > 0 ? "," : "",
                             mid + 1 + i);
        }
        (void)snprintf(text + used, size - (size_t)used, "]}");
    } else if (n % 3 == 1) {
        (void)snprintf(text, size,
                       "{\"topic\":\"market\",\"type\":\"trade\",\"symbol\":\"BTC/USDT\","
                       "\"ts\":%lld,\"price\":%.2f,\"qty\":0.01,\"trade_id\":%d,"
                       "\"buyer_maker\":false}",
                       ms, mid, n + 1);
    } else {
        at->ms += 60000;
        const long long open_ms = (long long)(at->ms / 60000 * 60000 - 60000);
        (void)snprintf(text, size,
                       "{\"topic\":\"market\",\"type\":\"bar\",\"symbol\":\"BTC/USDT\","
                       "\"interval\":\"1m\",\"open_time\":%lld,\"close_time\":%lld,"
                       "\"open\":%.2f,\"high\":%.2f,\"low\":%.2f,\"close\":%.2f,"
                       "\"volume\":12.5,\"quote_volume\":625000,\"trades\":100,"
                       "\"taker_buy_volume\":6}",
                       open_ms, open_ms + 59999, mid, mid + 20, mid - 20, mid + 1);
    }
}

/* Signal number n: a rejected one, then a buy or a sell that are executed. */
static void signal(int n, char *text, size_t size)
{
    const char *order = "\"side\":\"buy\",\"qty\":0.001";
    if (n % 4 == 1) order = "\"side\":\"buy\",\"qty\":0.001,\"stop_loss\":47000";
    if (n % 4 == 3) order = "\"side\":\"sell\",\"qty\":0.001,\"stop_loss\":53000";
    (void)snprintf(text, size, "{\"signal_id\":\"r%d\",\"symbol\":\"BTC/USDT\",%s}", n, order);
}

static void fill(bench *at)
{
    static char text[2048];
    int signals = 0, markets = 0;
    for (int i = 0; i < INPUTS; i++) {
        at->ms += 10;
        if (i % 50 == 49) {
            signal(signals++, text, sizeof text);
        } else {
            market(at, markets++, text, sizeof text);
        }
        (void)l1_decode(&at->decoder, &at->config.limits, text, strlen(text), 0, &at->decoded);
        L1_ASSERT(at->decoded.event.kind != L1_EVENT_REFUSED);
        l1_clock_stamp(&at->clock, &at->decoded, &at->decoded.event);
        must(at, l1_runner_apply(at->runner, &at->decoded.event, 0, &at->diag));
        if (i % FLUSH_EVERY == 0) must(at, l1_runner_flush(at->runner, &at->diag));
    }
    must(at, l1_runner_flush(at->runner, &at->diag));
    L1_ASSERT(signals == INPUTS / 50);
    printf("%d inputs: %d market, %d signals; %llu effects recorded with them\n", INPUTS, markets,
           signals, (unsigned long long)l1_runner_effects(at->runner));
}

static void read_plainly(const bench *at)
{
    static uint8_t bytes[1 << 20];
    char pattern[128];
    glob_t found;
    uint64_t total = 0;
    (void)snprintf(pattern, sizeof pattern, "%s/segment-*", at->dir);
    L1_ASSERT(glob(pattern, 0, NULL, &found) == 0);
    const uint64_t begun = now_ns(CLOCK_MONOTONIC);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const int file = open(found.gl_pathv[i], O_RDONLY | O_CLOEXEC);
        L1_ASSERT(file >= 0);
        for (ssize_t got = 1; got > 0; total += (uint64_t)got)
            got = read(file, bytes, sizeof bytes);
        (void)close(file);
    }
    printf("%-38s %7.3f s   (%zu segments, %.0f MB, from the page cache)\n",
           "plain reading of the files", (double)(now_ns(CLOCK_MONOTONIC) - begun) / 1e9,
           found.gl_pathc, (double)total / 1e6);
    globfree(&found);
}

static void read_checked(bench *at)
{
    l1_journal_summary summary;
    const uint64_t begun = now_ns(CLOCK_MONOTONIC);
    must(at, l1_journal_verify(NULL, at->dir, UINT64_MAX, &summary, &at->diag));
    printf("%-38s %7.3f s   (%llu records)\n", "reading, CRC and chain checked",
           (double)(now_ns(CLOCK_MONOTONIC) - begun) / 1e9, (unsigned long long)summary.records);
}

int main(void)
{
    static bench at = {.dir = "bench_recovery_XXXXXX", .ms = START_MS};
    char command[128];
    double best = 0;
    L1_ASSERT(mkdtemp(at.dir) != NULL);
    configure(&at);
    open_runner(&at);
    fill(&at);
    l1_runner_close(at.runner); /* as after a crash: no STOP, no snapshot */
    for (int i = 0; i < RUNS; i++) {
        read_plainly(&at);
        read_checked(&at);
        const uint64_t begun = now_ns(CLOCK_MONOTONIC), cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
        open_runner(&at);
        const double took = (double)(now_ns(CLOCK_MONOTONIC) - begun) / 1e9;
        printf("%-38s %7.3f s   (%.3f s of CPU, %llu records)\n", "recovery", took,
               (double)(now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e9,
               (unsigned long long)at.found.records);
        L1_ASSERT(at.found.snapshot == 0 && at.found.records > INPUTS);
        l1_runner_close(at.runner);
        if (i == 0 || took < best) best = took;
    }
    printf("%-38s %7.3f s   (target 1 s)\n", "recovery, best", best);
    (void)snprintf(command, sizeof command, "rm -r '%s'", at.dir);
    return system(command) == 0 ? 0 : 1;
}
