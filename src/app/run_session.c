/* app/run_session.c: the loop of `l1 run`: start, turns, end. */
#include "app/run_session.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/log.h"
#include "app/models_start.h"
#include "base/assert.h"

enum {
    PARKED_MAX = 8 << 20, /* bytes waiting for the disk above which no input is taken */
    PULSE_MS = 200,
    UNREAD_MS = 3000, /* stopping, a reader that takes no byte for so long is given up */
    MS_NS = 1000000,
};

void l1_run_fail(l1_run_session *session, const char *text)
{
    if (!session->failed) l1_log(L1_LOG_ERROR, NULL, "%s", text);
    session->failed = true;
    session->stopping = true;
    if (session->bus != NULL) l1_bus_limit_close(session->bus, UNREAD_MS);
}

void l1_run_stop(l1_run_session *session)
{
    session->stopping = true;
}

void l1_run_apply(l1_run_session *session, const l1_decoded *stated, l1_event *event,
                  int64_t received_ns)
{
    l1_diag diag = {.text = ""};
    if (session->failed) return;
    l1_clock_stamp(&session->clock, stated, event);
    l1_result done = l1_runner_apply(session->runner, event, received_ns, &diag);
    /* Answered with the state as it is now: otherwise the disk's pace would choose the figures. */
    const bool asked =
        event->kind == L1_EVENT_CONTROL && event->as.control.command == L1_CONTROL_STATUS;
    if (done.code == L1_OK && asked && session->clock.from_events) {
        done = l1_runner_flush(session->runner, &diag);
    }
    if (done.code != L1_OK) l1_run_fail(session, diag.text);
}

/* --- what a turn does ---------------------------------------------------------------------- */

static void on_due(uv_timer_t *timer)
{
    l1_run_session *session = timer->data;
    if (session->stopping) return;
    l1_event tick = {.kind = L1_EVENT_TICK};
    l1_run_apply(session, NULL, &tick, 0);
}

/* The system's next deadline on the wall clock, rounded up so that it is due when it fires. */
static void set_due(l1_run_session *session)
{
    if (session->clock.from_events) return;
    const int64_t due_ns = l1_system_next_due_ns(l1_runner_system(session->runner));
    if (due_ns == INT64_MAX) {
        (void)uv_timer_stop(&session->due);
        return;
    }
    const int64_t left_ns = due_ns - l1_clock_wall_ns();
    uv_update_time(&session->loop);
    (void)uv_timer_start(&session->due, on_due, left_ns <= 0 ? 0 : (uint64_t)(left_ns / MS_NS + 1),
                         0);
}

static void watch_space(l1_run_session *session)
{
    const l1_engine *engine = l1_system_engine(l1_runner_system(session->runner));
    const bool low = l1_runner_space_low(session->runner);
    if (low == l1_engine_kill_switch(engine)->space_low) return;
    l1_event event = {.kind = L1_EVENT_SPACE, .as.space_low = low};
    l1_run_apply(session, NULL, &event, 0);
}

static void press_back(l1_run_session *session)
{
    const size_t parked = l1_runner_parked(session->runner);
    if (!session->paused && parked > PARKED_MAX) {
        session->paused = true;
        l1_bus_pause(session->bus);
    } else if (session->paused && parked < PARKED_MAX / 2) {
        session->paused = false;
        l1_bus_resume(session->bus);
    }
}

/* End of standard input: virtual time runs on until every signal has its report and nothing is on
 * its way to the venue; real time is waited for. */
static void finish_input(l1_run_session *session)
{
    l1_diag diag = {.text = ""};
    l1_system *system = l1_runner_system(session->runner);
    if (!session->input_ended || session->stopping) return;
    if (session->clock.from_events) {
        const l1_result done = l1_runner_drain(session->runner, &diag);
        if (done.code != L1_OK) l1_run_fail(session, diag.text);
        session->stopping = true;
    } else if (!l1_system_pending(system) || l1_system_next_due_ns(system) == INT64_MAX) {
        session->stopping = true;
    }
}

static void on_bus_closed(void *state)
{
    l1_run_session *session = state;
    session->bus = NULL;
    session->closed = true;
    uv_stop(&session->loop);
}

static void begin_close(l1_run_session *session)
{
    l1_diag diag = {.text = ""};
    l1_bus_pause(session->bus);
    if (!session->failed) {
        const l1_result done = l1_runner_flush(session->runner, &diag);
        if (done.code != L1_OK) l1_run_fail(session, diag.text);
        if (!session->failed) l1_run_serve_clients(session);
    }
    (void)uv_prepare_stop(&session->before_wait);
    l1_bus_flush_and_close(session->bus, on_bus_closed, session);
}

static void release(l1_run_session *session)
{
    l1_diag diag = {.text = ""};
    if (session->failed) return;
    const l1_result done = l1_runner_release(session->runner, &diag);
    if (done.code != L1_OK) l1_run_fail(session, diag.text);
}

static void before_wait(uv_prepare_t *prepare)
{
    l1_run_session *session = prepare->data;
    if (!session->stopping) watch_space(session);
    release(session);
    l1_run_serve_clients(session);
    finish_input(session);
    if (session->stopping) {
        begin_close(session);
        return;
    }
    set_due(session);
    press_back(session);
    l1_run_snapshot_turn(session);
}

static void after_sending(uv_prepare_t *prepare)
{
    l1_run_log(prepare->data);
    l1_log_flush();
}

/* --- wake-ups: the turn does the work ------------------------------------------------------ */

static void on_durable(void *state)
{
    l1_run_session *session = state;
    (void)uv_async_send(&session->durable);
}

static void on_async(uv_async_t *async)
{
    (void)async;
}

/* Writes into removed files succeed and are worth nothing: no order may rest on them. */
static void on_pulse(uv_timer_t *timer)
{
    l1_run_session *session = timer->data;
    const struct stat *opened = &session->journal;
    char text[L1_PATH_TEXT_MAX + 128];
    struct stat now;
    if (session->stopping) return;
    if (stat(session->options->journal_dir, &now) == 0 && now.st_ino == opened->st_ino &&
        now.st_dev == opened->st_dev) {
        return;
    }
    (void)snprintf(text, sizeof text,
                   "journal: %s was removed or replaced while the engine ran; nothing more is "
                   "published, put it back and start again",
                   session->options->journal_dir);
    l1_run_fail(session, text);
}

static void on_metrics(uv_timer_t *timer)
{
    l1_run_session *session = timer->data;
    if (!session->stopping) l1_run_send_metrics(session);
}

static void on_signal(uv_signal_t *handle, int number)
{
    l1_run_session *session = handle->data;
    if (!session->stopping) l1_log(L1_LOG_INFO, NULL, "signal %d: stopping", number);
    if (session->bus != NULL) l1_bus_limit_close(session->bus, UNREAD_MS);
    l1_run_stop(session);
}

/* --- start and end ------------------------------------------------------------------------- */

static void tell_found(const l1_runner_found *found, const char *dir)
{
    if (found->fresh) {
        l1_log(L1_LOG_INFO, NULL, "new journal in %s", dir);
        return;
    }
    l1_log(L1_LOG_INFO, NULL,
           "recovered from %s: %s stop, snapshot %" PRIu64 ", %" PRIu64 " records replayed, "
           "%" PRIu64 " bytes of a torn tail cut",
           dir, found->clean ? "clean" : "unclean", found->snapshot, found->records,
           found->bytes_cut);
    if (found->effects > found->published) {
        l1_log(L1_LOG_INFO, NULL, "outputs %" PRIu64 " to %" PRIu64 " are published again",
               found->published + 1, found->effects);
    }
    if (found->config_changed) l1_log(L1_LOG_INFO, NULL, "changed configuration taken over");
    if (found->build_changed) l1_log(L1_LOG_INFO, NULL, "the journal was written by another build");
}

static void start_handles(l1_run_session *session)
{
    uv_loop_t *loop = &session->loop;
    const int64_t interval_ns = session->options->config.settings.report_metrics_interval_ns;
    session->before_wait.data = session->due.data = session->pulse.data = session;
    session->metrics.data = session->terminated.data = session->interrupted.data = session;
    (void)uv_prepare_init(loop, &session->before_wait);
    (void)uv_prepare_start(&session->before_wait, before_wait);
    (void)uv_timer_init(loop, &session->due);
    (void)uv_timer_init(loop, &session->pulse);
    (void)uv_timer_start(&session->pulse, on_pulse, PULSE_MS, PULSE_MS);
    (void)uv_timer_init(loop, &session->metrics);
    if (interval_ns > 0 && !session->clock.from_events) { /* measured in real time */
        const uint64_t ms = (uint64_t)(interval_ns / MS_NS);
        (void)uv_timer_start(&session->metrics, on_metrics, ms, ms);
    }
    (void)uv_signal_init(loop, &session->terminated);
    (void)uv_signal_start(&session->terminated, on_signal, SIGTERM);
    (void)uv_signal_init(loop, &session->interrupted);
    (void)uv_signal_start(&session->interrupted, on_signal, SIGINT);
}

static void close_handle(uv_handle_t *handle, void *ignored)
{
    (void)ignored;
    if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

static l1_result open_all(l1_run_session *session, l1_diag *diag)
{
    const l1_run_options *options = session->options;
    l1_runner_found found;
    const l1_runner_options wanted = {
        .config = &options->config,
        .journal_dir = options->journal_dir,
        .sink = l1_run_sink(session),
        .on_durable = on_durable,
        .on_durable_state = session,
        .measure = !options->config.limits.clock_from_events,
        .reload_at_once = options->config.limits.clock_from_events,
        .turns = true,
    };
    session->is_stdio = strcmp(options->bus, "stdio") == 0;
    L1_TRY(l1_runner_open(&wanted, &session->runner, &found, diag));
    tell_found(&found, options->journal_dir);
    if (stat(options->journal_dir, &session->journal) != 0) {
        return l1_refuse(diag, L1_IO_OPEN, "journal.dir", "%s: %s", options->journal_dir,
                         strerror(errno));
    }
    session->out_seq = session->mark_seq = found.published;
    l1_clock_start(&session->clock, &options->config.limits, l1_runner_now_ns(session->runner));
    L1_TRY(l1_models_start(session->runner, &options->config, true, diag));
    session->after_sending.data = session;
    (void)uv_prepare_init(&session->loop, &session->after_sending);
    (void)uv_prepare_start(&session->after_sending, after_sending);
    const l1_bus_handler handler = l1_run_handler(session);
    L1_TRY(l1_bus_open(&session->loop, options->bus, &handler, &(l1_bus_options){.lock_held = true},
                       &session->bus, diag));
    start_handles(session); /* libuv runs the newest first: the turn, the bus sends, the log */
    l1_log_hold();
    return L1_SUCCESS;
}

static int run_loop(l1_run_session *session)
{
    l1_diag diag = {.text = ""};
    release(session); /* what was not published yet, before anyone subscribes */
    while (!session->closed) (void)uv_run(&session->loop, UV_RUN_DEFAULT);
    l1_run_snapshot_end(session);
    l1_run_models_end(session);
    l1_run_log(session);
    l1_log_flush();
    if (session->failed && !session->output_failed) return 1;
    const l1_result done = l1_runner_stop(session->runner, &diag);
    if (done.code != L1_OK) {
        l1_log(L1_LOG_ERROR, NULL, "%s", diag.text);
        return 1;
    }
    return session->output_failed ? 1 : 0;
}

int l1_run(const l1_run_options *options)
{
    l1_diag diag = {.text = ""};
    l1_run_session *session = calloc(1, sizeof *session);
    if (session == NULL) return 1;
    session->options = options;
    const int failed = uv_loop_init(&session->loop);
    L1_ASSERT(failed == 0);
    (void)uv_async_init(&session->loop, &session->durable, on_async);
    const l1_result opened = open_all(session, &diag);
    int code = opened.code == L1_USAGE || opened.code == L1_CONFIG_VALUE ? 2 : 1;
    if (opened.code == L1_OK) {
        code = run_loop(session);
    } else {
        l1_log(L1_LOG_ERROR, NULL, "%s",
               diag.text[0] != 0 ? diag.text : l1_status_text(opened.code));
    }
    for (uint32_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) {
        if (session->clients[i].id != 0) l1_run_client_gone(session, session->clients[i].id);
    }
    l1_runner_close(session->runner);
    uv_walk(&session->loop, close_handle, NULL);
    (void)uv_run(&session->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&session->loop);
    free(session);
    return code;
}
