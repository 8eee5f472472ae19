/* app/replay.c: history in, reports out, and what came of it. */
#include "app/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/clock.h"
#include "app/commands.h"
#include "app/log.h"
#include "app/models_start.h"
#include "app/output_place.h"
#include "app/progress.h"
#include "app/replay_report.h"
#include "app/runner.h"
#include "base/assert.h"
#include "report/metrics.h"

#define OUT_DOMAIN UINT64_C(0x4C314F5554505554) /* "L1OUTPUT" */

typedef struct {
    const l1_replay_options *options;
    l1_runner *runner;
    l1_history *history;
    FILE *out;
    bool out_failed;
    l1_hasher hasher; /* of every byte published */
    l1_metrics metrics;
    l1_replay_report *report; /* NULL: none is wanted */
    l1_clock clock;
    uint64_t messages, bars, duplicates, protections;
    int64_t fees_e8[L1_ASSETS_MAX];
    uint64_t statuses[L1_REPORT_STATUS_COUNT];
    int64_t began_ns;
    char text[L1_ENCODED_MAX];
} replay;

static void count_report(replay *at, const l1_report *report, bool duplicate)
{
    if (duplicate) {
        at->duplicates++;
        return;
    }
    at->statuses[report->status]++;
    at->protections += report->protection;
    for (uint32_t i = 0; i < report->fees_count; i++) {
        at->fees_e8[report->fees[i].asset] += report->fees[i].amount_e8;
    }
}

static void take(void *state, const l1_effect *effect, const l1_publication *publication)
{
    replay *at = state;
    const l1_limits *limits = &at->options->config->limits;
    if (effect->kind == L1_EFFECT_RELOAD_MODELS) return;
    if (effect->kind == L1_EFFECT_STATUS) return; /* the summary is the answer */
    if (effect->kind == L1_EFFECT_REPORT) {
        count_report(at, &effect->as.report, publication->duplicate);
    }
    if (!publication->duplicate) l1_metrics_take(&at->metrics, effect);
    l1_replay_report_effect(at->report, effect, publication->duplicate);
    l1_log_effect(limits, effect, publication);
    size_t size = l1_encode_effect(limits, effect, publication, at->text);
    L1_ASSERT(size < sizeof at->text);
    at->text[size++] = '\n';
    l1_hash_add(&at->hasher, at->text, size);
    if (!at->out_failed && fwrite(at->text, 1, size, at->out) != size) at->out_failed = true;
}

static l1_result open_files(replay *at, l1_diag *diag)
{
    const l1_replay_options *options = at->options;
    const l1_history_options history = {
        .limits = &options->config->limits,
        .files = options->files,
        .files_count = options->files_count,
        .from_ns = options->from_ns,
        .to_ns = options->to_ns,
    };
    L1_TRY(l1_history_open(&history, &at->history, diag));
    if (options->out != NULL) { /* what it wrote over would be destroyed */
        const l1_kept_places kept = l1_replay_keeps(options);
        L1_TRY(l1_place_check(&kept, "--out", options->out, diag));
    }
    L1_TRY(l1_replay_report_open(options, &at->report, diag));
    at->out = options->out == NULL ? stdout : fopen(options->out, "w");
    if (at->out != NULL) return L1_SUCCESS;
    return l1_refuse(diag, L1_IO_OPEN, "out", "%s: %s", options->out, strerror(errno));
}

static l1_result open_runner(replay *at, l1_diag *diag)
{
    const l1_replay_options *options = at->options;
    const l1_runner_options runner = {
        .config = options->config,
        .journal_dir = options->journal_dir,
        .sink = {.state = at, .take = take},
        .reload_at_once = true,
    };
    l1_runner_found found;
    L1_TRY(l1_runner_open(&runner, &at->runner, &found, diag));
    L1_TRY(l1_models_start(at->runner, options->config, true, diag));
    l1_clock_start(&at->clock, &options->config->limits, l1_runner_now_ns(at->runner));
    if (options->journal_dir != NULL && !found.fresh) {
        (void)fprintf(stderr,
                      "l1 replay: continues journal %s: what it holds already happened, older "
                      "bars are late and known signals are duplicates\n",
                      options->journal_dir);
    }
    return L1_SUCCESS;
}

static l1_result out_error(const replay *at, l1_diag *diag)
{
    return l1_refuse(diag, L1_IO_WRITE, "out", "%s: output cannot be written: %s",
                     at->options->out == NULL ? "standard output" : at->options->out,
                     strerror(errno));
}

static l1_result step(replay *at, const l1_decoded *message, l1_diag *diag)
{
    static l1_event event;
    event = message->event;
    l1_clock_stamp(&at->clock, message, &event);
    at->messages++;
    at->bars += event.kind == L1_EVENT_BAR;
    L1_TRY(l1_runner_apply(at->runner, &event, 0, diag));
    l1_replay_report_step(at->report, &event, at->runner);
    L1_TRY(l1_runner_release(at->runner, diag));
    return at->out_failed ? out_error(at, diag) : L1_SUCCESS;
}

/* What of the files came to nothing. */
static void tell_notices(const replay *at)
{
    uint64_t next = 0;
    char text[L1_NOTICE_TEXT];
    L1_ASSERT(at->history != NULL);
    while (l1_history_notice(at->history, &next, text)) {
        l1_log(L1_LOG_WARNING, NULL, "%s", text);
    }
}

/* Steps every message; OK behind the last. */
static l1_result step_all(replay *at, l1_diag *diag)
{
    const l1_decoded *message = NULL;
    l1_progress progress;
    l1_result done = L1_SUCCESS;
    l1_progress_start(&progress);
    for (;;) {
        done = l1_history_next(at->history, &message, diag);
        if (done.code == L1_OK) done = step(at, message, diag);
        if (done.code != L1_OK) break;
        if (at->messages % 4096 == 0) {
            l1_progress_step(&progress, l1_history_bytes_read(at->history),
                             l1_history_bytes(at->history));
        }
    }
    l1_progress_end(&progress);
    if (done.code == L1_IO_END) tell_notices(at);
    return done.code == L1_IO_END ? L1_SUCCESS : done;
}

static l1_result play(replay *at, l1_diag *diag)
{
    L1_TRY(step_all(at, diag));
    L1_TRY(l1_runner_drain(at->runner, diag));
    L1_TRY(l1_runner_flush(at->runner, diag));
    if (at->options->journal_dir != NULL) L1_TRY(l1_runner_stop(at->runner, diag));
    if (fflush(at->out) != 0 || at->out_failed) return out_error(at, diag);
    l1_hasher hasher = at->hasher; /* its end would change it */
    return l1_replay_report_write(at->report, at->runner, l1_hash_end(&hasher), at->messages, diag);
}

static void say_rules(const replay *at)
{
    for (int rule = 1; rule < L1_RULE_COUNT; rule++) {
        uint64_t count = 0;
        for (size_t i = 0; i <= L1_SYMBOLS_MAX; i++) count += at->metrics.symbols[i].rejected[rule];
        if (count == 0) continue;
        (void)fprintf(stderr, "  %8" PRIu64 "  %-22s %s\n", count, l1_rule_code((l1_rule)rule),
                      l1_rule_text((l1_rule)rule));
    }
}

static void say_money(const replay *at)
{
    const l1_engine *engine = l1_system_engine(l1_runner_system(at->runner));
    const l1_account *account = l1_engine_account(engine);
    const l1_limits *limits = l1_engine_limits(engine);
    for (uint32_t i = 0; i <= limits->symbols_count; i++) {
        char total[L1_DECIMAL_TEXT_MAX], fees[L1_DECIMAL_TEXT_MAX];
        (void)l1_decimal_format(account->total_e8[i], total);
        (void)l1_decimal_format(at->fees_e8[i], fees);
        (void)fprintf(stderr, "balance %-6s %s (fees %s)\n",
                      i == 0 ? limits->quote : limits->symbols[i - 1].base, total, fees);
    }
}

/* What the account holds at the last mids. */
static void say_equity(const replay *at)
{
    const l1_engine *engine = l1_system_engine(l1_runner_system(at->runner));
    const l1_account *account = l1_engine_account(engine);
    const l1_limits *limits = l1_engine_limits(engine);
    int64_t worth_e8 = account->total_e8[0];
    char text[L1_DECIMAL_TEXT_MAX];
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        const int64_t base_e8 = account->total_e8[i + 1];
        const int64_t mid_e8 = l1_engine_mid_e8(engine, (int32_t)i);
        int64_t part_e8 = 0;
        if (base_e8 == 0) continue;
        if (mid_e8 <= 0 || !l1_mul_div(base_e8, mid_e8, L1_E8, L1_ROUND_DOWN, &part_e8) ||
            __builtin_add_overflow(worth_e8, part_e8, &worth_e8)) {
            (void)fprintf(stderr, "equity unknown: no fresh price of %s\n",
                          limits->symbols[i].base);
            return;
        }
    }
    (void)l1_decimal_format(worth_e8, text);
    (void)fprintf(stderr, "equity %s %s\n", text, limits->quote);
}

static void say_summary(replay *at)
{
    uint64_t signals = 0;
    char hash[33];
    for (size_t i = 0; i <= L1_SYMBOLS_MAX; i++) signals += at->metrics.symbols[i].signals;
    const double seconds = (double)(l1_clock_mono_ns() - at->began_ns) / 1e9;
    (void)fprintf(stderr,
                  "signals %" PRIu64 ": filled %" PRIu64 ", partially %" PRIu64
                  ", rejected %" PRIu64 ", expired %" PRIu64 ", canceled %" PRIu64
                  "; duplicates answered %" PRIu64 "\n",
                  signals, at->statuses[L1_REPORT_FILLED], at->statuses[L1_REPORT_PARTIALLY_FILLED],
                  at->statuses[L1_REPORT_REJECTED], at->statuses[L1_REPORT_EXPIRED],
                  at->statuses[L1_REPORT_CANCELED], at->duplicates);
    say_rules(at);
    (void)fprintf(stderr, "protection reports %" PRIu64 ", stops filled %" PRIu64 "\n",
                  at->protections, at->statuses[L1_REPORT_STOP_FILLED]);
    say_money(at);
    say_equity(at);
    l1_hash_hex(l1_hash_end(&at->hasher), hash);
    (void)fprintf(stderr, "output hash %s\n", hash);
    l1_hash_hex(l1_system_hash(l1_runner_system(at->runner)), hash);
    (void)fprintf(stderr, "state hash  %s\n", hash);
    (void)fprintf(stderr, "%" PRIu64 " messages (%" PRIu64 " bars) in %.2f s, %.0f a second\n",
                  at->messages, at->bars, seconds,
                  seconds > 0 ? (double)at->messages / seconds : 0.0);
    if (at->messages == 0) {
        (void)fprintf(stderr, "nothing was played: the files hold no message%s\n",
                      at->options->from_ns != L1_OFF || at->options->to_ns != L1_OFF
                          ? " between --from and --to"
                          : "");
    }
}

int l1_replay(const l1_replay_options *options)
{
    static replay at;
    l1_diag diag = {0};
    at = (replay){.options = options, .began_ns = l1_clock_mono_ns()};
    l1_metrics_init(&at.metrics);
    l1_hash_begin(&at.hasher, OUT_DOMAIN);
    int code = L1_EXIT_DONE;
    l1_result opened = open_files(&at, &diag);
    bool usage = opened.code != L1_OK;
    if (opened.code == L1_OK) {
        opened = open_runner(&at, &diag);
        usage = opened.code == L1_USAGE || opened.code == L1_CONFIG_VALUE;
    }
    if (opened.code != L1_OK) {
        (void)fprintf(stderr, "l1 replay: %s\n",
                      diag.text[0] != '\0' ? diag.text : l1_status_text(opened.code));
        code = usage ? L1_EXIT_USAGE : L1_EXIT_FAILED;
    } else if (play(&at, &diag).code != L1_OK) {
        (void)fprintf(stderr, "l1 replay: %s\n", diag.text);
        code = L1_EXIT_FAILED;
    } else {
        say_summary(&at);
    }
    if (at.out != NULL && at.out != stdout && fclose(at.out) != 0 && code == L1_EXIT_DONE) {
        (void)fprintf(stderr, "l1 replay: %s: %s\n", options->out, strerror(errno));
        code = L1_EXIT_FAILED;
    }
    if (at.runner != NULL) l1_runner_close(at.runner);
    l1_replay_report_close(at.report);
    l1_history_close(at.history);
    return code;
}
