/* A handler that records what the bus tells it, and a loop that runs until something is true. */
#ifndef L1_UNIT_BUS_BUS_PROBE_H
#define L1_UNIT_BUS_BUS_PROBE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/bus_adapter.h"
#include "testlib/check.h"

#define PROBE_TEXT 65536

typedef struct {
    uv_loop_t loop;
    l1_bus *bus;
    char log[PROBE_TEXT]; /* "client:number:text|" of the first lines, one after another */
    size_t log_size;
    uint64_t lines, line_bytes, oversizes, oversize_bytes, oversize_line;
    uint32_t last_client, gone_client;
    unsigned ends, gone, drained, errors, fatals, closed;
    char error[512];
    bool echo; /* publish every line as a report */
    uint64_t seq, pause_at;
} probe;

static inline void probe_line(void *state, uint32_t client, const char *text, size_t size,
                              uint64_t line)
{
    probe *p = state;
    p->lines++;
    p->line_bytes += size;
    p->last_client = client;
    if (p->log_size + size + 40 < sizeof p->log) {
        const int head =
            snprintf(p->log + p->log_size, 40, "%u:%llu:", client, (unsigned long long)line);
        p->log_size += (size_t)head;
        memcpy(p->log + p->log_size, text, size);
        p->log_size += size;
        p->log[p->log_size++] = '|';
    }
    if (p->echo) l1_bus_publish(p->bus, L1_BUS_REPORTS, ++p->seq, text, size);
    if (p->pause_at != 0 && p->lines == p->pause_at) l1_bus_pause(p->bus);
}

static inline void probe_oversize(void *state, uint32_t client, uint64_t line, uint64_t bytes)
{
    probe *p = state;
    p->last_client = client;
    p->oversizes++;
    p->oversize_line = line;
    p->oversize_bytes = bytes;
}

static inline void probe_end(void *state, uint32_t client)
{
    probe *p = state;
    p->last_client = client;
    p->ends++;
}

static inline void probe_gone(void *state, uint32_t client)
{
    probe *p = state;
    p->gone_client = client;
    p->gone++;
}

static inline void probe_drained(void *state, uint32_t client)
{
    probe *p = state;
    (void)client;
    p->drained++;
}

static inline void probe_error(void *state, bool fatal, const char *text)
{
    probe *p = state;
    p->errors++;
    if (fatal) p->fatals++;
    snprintf(p->error, sizeof p->error, "%s", text);
}

static inline void probe_closed(void *state)
{
    probe *p = state;
    p->closed++;
}

static inline l1_bus_handler probe_handler(probe *p)
{
    return (l1_bus_handler){p,          probe_line,    probe_oversize, probe_end,
                            probe_gone, probe_drained, probe_error};
}

static inline l1_result probe_try_open(probe *p, const char *address, l1_bus_options options,
                                       l1_diag *diag)
{
    memset(p, 0, sizeof *p);
    CHECK(uv_loop_init(&p->loop) == 0);
    const l1_bus_handler handler = probe_handler(p);
    const l1_result opened = l1_bus_open(&p->loop, address, &handler, &options, &p->bus, diag);
    if (opened.code != L1_OK) CHECK(uv_loop_close(&p->loop) == 0); /* nothing is left behind */
    return opened;
}

static inline void probe_open(probe *p, const char *address, l1_bus_options options)
{
    l1_diag diag = {0};
    const l1_result opened = probe_try_open(p, address, options, &diag);
    if (opened.code != L1_OK) fprintf(stderr, "%s\n", diag.text);
    CHECK(opened.code == L1_OK);
}

static inline void probe_tick(uv_timer_t *timer)
{
    (void)timer;
}

/* One turn of the loop that waits at most a few milliseconds. */
static inline void probe_turn(probe *p)
{
    uv_timer_t timer;
    uv_timer_init(&p->loop, &timer);
    uv_timer_start(&timer, probe_tick, 2, 2); /* again: the first may be due before the wait */
    uv_run(&p->loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&p->loop, UV_RUN_NOWAIT);
}

/* Turns until the claim is true; a claim that never becomes true fails. */
#define UNTIL(p, claim)                                                                            \
    do {                                                                                           \
        unsigned turns_ = 0;                                                                       \
        while (!(claim) && turns_++ < 5000) probe_turn(p);                                         \
        CHECK(claim);                                                                              \
    } while (0)

static inline void probe_close(probe *p)
{
    l1_bus_flush_and_close(p->bus, probe_closed, p);
    UNTIL(p, p->closed == 1);
    CHECK(uv_run(&p->loop, UV_RUN_NOWAIT) == 0);
    CHECK(uv_loop_close(&p->loop) == 0);
}

#endif
