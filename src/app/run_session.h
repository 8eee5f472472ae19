/* app/run_session.h: one `l1 run`: the loop between bus, runner and clocks. Private to cmd_run*.c
 * and run_*.c.
 *
 * Each line is decoded, stamped and applied at once. Before the loop waits, one turn does the
 * rest: releases what has become durable, answers, replays to subscribers that resume, sets the
 * timer to the system's next deadline, applies back pressure. A turn that applied little syncs it
 * itself (docs/decisions/2026-11-26-little-is-synced-by-the-loop.md); what was logged is written
 * when the messages have left.
 * Threads:  one; the journal's threads only wake the loop.
 * Errors:   the first failure is logged once, nothing is published after it, exit code 1. */
#ifndef L1_APP_RUN_SESSION_H
#define L1_APP_RUN_SESSION_H

#include <sys/stat.h>
#include <uv.h>

#include "app/clock.h"
#include "app/effect_cursor.h"
#include "app/runner.h"
#include "bus/bus_adapter.h"
#include "report/metrics.h"

typedef struct {
    l1_config config;
    char bus[L1_BUS_TEXT_MAX];
    char journal_dir[L1_PATH_TEXT_MAX];
} l1_run_options;

typedef struct {
    uint64_t client_seq;
    uint64_t record; /* that has to be durable */
    uint64_t seq;    /* effects so far */
} l1_pending_ack;

/* A connected client that owes or is owed something. */
typedef struct {
    uint32_t id; /* 0 = free */
    bool input_ended, full;
    bool subscribes;
    uint32_t topics;
    uint64_t after;           /* replays what follows this effect */
    l1_effect_cursor *cursor; /* NULL: live or no subscriber */
    l1_pending_ack *acks;     /* a ring */
    size_t acks_first, acks_count, acks_capacity;
} l1_run_client;

enum { L1_UNLOGGED_MAX = 8 };

typedef struct l1_run_session {
    const l1_run_options *options;
    uv_loop_t loop;
    uv_async_t durable;
    uv_prepare_t before_wait, after_sending;
    uv_timer_t due, pulse, metrics;
    uv_signal_t terminated, interrupted;
    uv_process_t snapshot;
    bool snapshot_runs, snapshot_wanted;
    uv_work_t models_work;
    l1_models_event models; /* being read */
    bool models_run, models_wanted;

    struct stat journal; /* the folder, as it was opened */
    l1_runner *runner;
    l1_bus *bus; /* NULL once closed */
    bool is_stdio;
    l1_clock clock;
    l1_decoder decoder;
    l1_decoded decoded;
    l1_run_client clients[L1_BUS_CLIENTS_MAX];
    l1_effect effect; /* being sent to a subscriber that resumes */
    char text[L1_ENCODED_MAX];
    struct { /* published in this turn; their log lines are made when they have left */
        l1_effect effect;
        l1_publication publication;
    } unlogged[L1_UNLOGGED_MAX];
    size_t unlogged_count;
    char figures_text[L1_METRICS_TEXT_MAX];

    /* What is really out on stdout. */
    uint64_t bytes_out;            /* given to the bus */
    uint64_t mark_seq, mark_bytes; /* effect mark_seq is out once mark_bytes are */
    uint64_t out_seq;

    bool paused, stopping, closed, failed, input_ended, output_failed;
} l1_run_session;

/* run_session.c */
L1_MUST_USE int l1_run(const l1_run_options *options);
void l1_run_fail(l1_run_session *session, const char *text); /* logs once, ends the run */
void l1_run_stop(l1_run_session *session);                   /* begins a clean end */
void l1_run_apply(l1_run_session *session, const l1_decoded *stated, l1_event *event,
                  int64_t received_ns);

/* run_input.c: the bus's callbacks */
l1_bus_handler l1_run_handler(l1_run_session *session);

/* run_output.c: the runner's sink */
l1_runner_sink l1_run_sink(l1_run_session *session);
void l1_run_send_metrics(l1_run_session *session);
void l1_run_sent(l1_run_session *session, size_t size); /* counts a line given to the bus */
void l1_run_log(l1_run_session *session);               /* makes the lines that wait */

/* run_clients.c */
l1_run_client *l1_run_client_of(l1_run_session *session, uint32_t id);
void l1_run_client_gone(l1_run_session *session, uint32_t id);
void l1_run_owe_ack(l1_run_session *session, uint32_t id, uint64_t client_seq);
void l1_run_subscribe(l1_run_session *session, uint32_t id, const l1_subscription *wanted);
void l1_run_serve_clients(l1_run_session *session);

/* run_models.c: reload_models, one at a time */
void l1_run_reload_models(l1_run_session *session);
void l1_run_models_end(l1_run_session *session); /* waits for the worker */

/* run_snapshot.c: `l1 snapshot` as a child, one at a time */
void l1_run_snapshot_turn(l1_run_session *session);
void l1_run_snapshot_end(l1_run_session *session);

#endif
