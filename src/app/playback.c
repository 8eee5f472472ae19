/* app/playback.c: message by message. */
#include "app/playback.h"

#include "app/clock.h"
#include "app/models_start.h"
#include "app/progress.h"
#include "base/assert.h"

enum { PROGRESS_EVERY = 4096 };

static l1_result step_all(const l1_playback_options *options, l1_runner *runner,
                          l1_history *history, l1_diag *diag)
{
    static l1_event event;
    const l1_decoded *message = NULL;
    l1_progress progress;
    l1_clock clock;
    l1_result done = L1_SUCCESS;
    l1_clock_start(&clock, &options->config->limits, l1_runner_now_ns(runner));
    l1_progress_start(&progress);
    for (uint64_t count = 1;; count++) {
        done = l1_history_next(history, &message, diag);
        if (done.code != L1_OK) break;
        event = message->event;
        l1_clock_stamp(&clock, message, &event);
        if (options->event != NULL) options->event(options->sink.state, &event);
        done = l1_runner_apply(runner, &event, 0, diag);
        if (done.code == L1_OK) done = l1_runner_release(runner, diag);
        if (done.code != L1_OK) break;
        if (count % PROGRESS_EVERY != 0) continue;
        l1_progress_step(&progress, l1_history_bytes_read(history), l1_history_bytes(history));
    }
    l1_progress_end(&progress);
    if (done.code != L1_IO_END) return done;
    return l1_runner_drain(runner, diag);
}

static l1_result play(const l1_playback_options *options, l1_runner *runner, l1_diag *diag)
{
    const l1_history_options wanted = {
        .limits = &options->config->limits,
        .files = options->files,
        .files_count = options->files_count,
        .from_ns = options->from_ns,
        .to_ns = options->to_ns,
    };
    l1_history *history = NULL;
    L1_TRY(l1_models_start(runner, options->config, options->log_models, diag));
    l1_result done = l1_history_open(&wanted, &history, diag);
    if (done.code == L1_OK) done = step_all(options, runner, history, diag);
    l1_history_close(history);
    return done;
}

l1_result l1_playback(const l1_playback_options *options, l1_diag *diag)
{
    const l1_runner_options wanted = {
        .config = options->config, .sink = options->sink, .reload_at_once = true};
    l1_runner_found found;
    l1_runner *runner = NULL;
    L1_ASSERT(options->config->limits.clock_from_events);
    L1_TRY(l1_runner_open(&wanted, &runner, &found, diag));
    const l1_result done = play(options, runner, diag);
    l1_runner_close(runner);
    return done;
}
