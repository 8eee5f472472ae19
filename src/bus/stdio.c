/* bus/stdio.c: the bus on standard input and output.
 *
 * One thread reads, one writes, the loop's thread splits lines and calls the handler. Lines stop
 * flowing in the middle of a block as soon as the app pauses or too many bytes of output wait. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "bus/byte_queue.h"
#include "bus/input_thread.h"
#include "bus/line_splitter.h"
#include "bus/output_thread.h"
#include "bus/transport.h"

typedef struct {
    l1_bus bus;
    l1_input *input;
    l1_output *output;
    l1_byte_queue pending; /* published in this turn of the loop */
    uint64_t handed_over;  /* bytes given to the output thread so far */
    uint64_t taken_before; /* bytes written when the close deadline was set */
    bool over_backlog;     /* lines wait for stdout to drain */
    bool memory_short;     /* a line found no memory: fails at the next wake */
    bool failed;           /* stdout is lost; told */
    bool end_told;
    bool has_block;
    const char *at, *end; /* what is left of the block being split */
    l1_line_splitter splitter;
} stdio_bus;

static void notify(void *state)
{
    stdio_bus *stdio = state;
    uv_async_send(&stdio->bus.wake);
}

static size_t backlog(const l1_bus *bus, uint32_t client)
{
    const stdio_bus *stdio = (const stdio_bus *)bus;
    (void)client;
    if (bus->finishing) return 0;
    const uint64_t written = l1_output_written(stdio->output);
    L1_ASSERT(written <= stdio->handed_over);
    return (size_t)(stdio->handed_over - written) + l1_byte_queue_size(&stdio->pending);
}

static bool held(const stdio_bus *stdio)
{
    return stdio->bus.paused || stdio->bus.closing || stdio->over_backlog || stdio->failed;
}

/* Stdout can take no more for ever: nothing that would need an answer is accepted either. */
static void fail(stdio_bus *stdio, const char *cause)
{
    if (stdio->failed) return;
    stdio->failed = true;
    l1_bus_report(&stdio->bus, true, "stdout: %s; %zu bytes were not written", cause,
                  backlog(&stdio->bus, 0));
}

static void hand_line(stdio_bus *stdio, l1_line_kind kind, const l1_line *line)
{
    const l1_bus_handler *handler = &stdio->bus.handler;
    if (kind == L1_LINE_TEXT) {
        handler->on_line(handler->state, L1_BUS_STDIO_CLIENT, line->text, (size_t)line->size,
                         line->number);
    } else {
        handler->on_oversize(handler->state, L1_BUS_STDIO_CLIENT, line->number, line->size);
    }
}

/* The last line and the end, once everything before was delivered. */
static void deliver_end(stdio_bus *stdio)
{
    int error;
    if (stdio->end_told || !l1_input_ended(stdio->input, &error)) return;
    l1_line line;
    const l1_line_kind kind = l1_line_last(&stdio->splitter, &line);
    if (kind != L1_LINE_NONE) {
        hand_line(stdio, kind, &line);
        uv_async_send(&stdio->bus.wake); /* the handler may have paused: end in the next turn */
        return;
    }
    stdio->end_told = true;
    const l1_bus_handler *handler = &stdio->bus.handler;
    if (error != 0) l1_bus_report(&stdio->bus, false, "stdin: %s", strerror(error));
    handler->on_end(handler->state, L1_BUS_STDIO_CLIENT);
}

/* At most one block a turn, so that timers and signals are never starved. */
static void deliver(stdio_bus *stdio)
{
    if (held(stdio)) return;
    if (!stdio->has_block) {
        size_t size;
        if (!l1_input_peek(stdio->input, &stdio->at, &size)) {
            deliver_end(stdio);
            return;
        }
        stdio->end = stdio->at + size;
        stdio->has_block = true;
    }
    while (!held(stdio)) {
        l1_line line;
        const l1_line_kind kind = l1_line_next(&stdio->splitter, &stdio->at, stdio->end, &line);
        if (kind == L1_LINE_NONE) {
            stdio->has_block = false;
            l1_input_release(stdio->input);
            uv_async_send(&stdio->bus.wake);
            return;
        }
        hand_line(stdio, kind, &line);
    }
}

static void check_backlog(stdio_bus *stdio)
{
    const l1_bus_handler *handler = &stdio->bus.handler;
    if (!stdio->over_backlog || stdio->failed) return;
    if (backlog(&stdio->bus, 0) > stdio->bus.options.backlog_bytes_max / 2) return;
    stdio->over_backlog = false;
    if (!stdio->bus.closing) l1_output_watch(stdio->output, false);
    handler->on_drained(handler->state, L1_BUS_STDIO_CLIENT);
}

static void on_turn(l1_bus *bus)
{
    stdio_bus *stdio = (stdio_bus *)bus;
    const size_t size = l1_byte_queue_size(&stdio->pending);
    if (size == 0 || stdio->failed || bus->finishing) return;
    if (l1_output_hand_over(stdio->output, &stdio->pending)) {
        stdio->handed_over += size;
    } else {
        fail(stdio, "out of memory");
    }
}

static void finish(stdio_bus *stdio, const char *cause)
{
    const size_t left = backlog(&stdio->bus, 0);
    if (left > 0) fail(stdio, cause);
    l1_input_stop(stdio->input);
    l1_output_stop(stdio->output);
    stdio->input = NULL;
    stdio->output = NULL;
    l1_bus_finish(&stdio->bus);
}

static void on_wake(l1_bus *bus)
{
    stdio_bus *stdio = (stdio_bus *)bus;
    const int error = l1_output_error(stdio->output);
    if (error != 0) fail(stdio, strerror(error));
    if (stdio->memory_short) fail(stdio, "out of memory");
    check_backlog(stdio);
    deliver(stdio);
    if (bus->closing && (stdio->failed || backlog(bus, 0) == 0)) finish(stdio, "closed");
}

static void begin_close(l1_bus *bus)
{
    stdio_bus *stdio = (stdio_bus *)bus;
    l1_output_watch(stdio->output, true); /* the write that empties the backlog wakes the loop */
    stdio->taken_before = l1_output_written(stdio->output);
}

static void on_close_deadline(l1_bus *bus)
{
    stdio_bus *stdio = (stdio_bus *)bus;
    if (bus->finishing) return;
    const uint64_t taken = l1_output_written(stdio->output);
    if (taken == stdio->taken_before) finish(stdio, "not read by anyone");
    stdio->taken_before = taken; /* somebody reads, if slowly */
}

static bool add_line(stdio_bus *stdio, const char *text, size_t size)
{
    if (stdio->failed || stdio->memory_short || stdio->bus.finishing) return false;
    if (!l1_byte_queue_add_line(&stdio->pending, text, size)) {
        stdio->memory_short = true;
        uv_async_send(&stdio->bus.wake);
        return false;
    }
    if (stdio->over_backlog) return true;
    if (backlog(&stdio->bus, 0) <= stdio->bus.options.backlog_bytes_max) return true;
    stdio->over_backlog = true;
    l1_output_watch(stdio->output, true);
    uv_async_send(&stdio->bus.wake); /* the writer may be done before it saw that it is watched */
    return true;
}

static void publish(l1_bus *bus, l1_bus_topic topic, uint64_t seq, const char *text, size_t size)
{
    (void)topic;
    (void)seq;
    (void)add_line((stdio_bus *)bus, text, size);
}

static bool send_line(l1_bus *bus, uint32_t client, const char *text, size_t size)
{
    return client == L1_BUS_STDIO_CLIENT && add_line((stdio_bus *)bus, text, size);
}

static void subscribe(l1_bus *bus, uint32_t client, uint32_t topics, bool live)
{
    (void)bus;
    (void)client;
    (void)topics;
    (void)live;
}

static bool is_heard(const l1_bus *bus, l1_bus_topic topic)
{
    (void)bus;
    (void)topic;
    return true;
}

static void disconnect(l1_bus *bus, uint32_t client)
{
    (void)bus;
    (void)client;
}

static void destroy(l1_bus *bus)
{
    stdio_bus *stdio = (stdio_bus *)bus;
    l1_byte_queue_free(&stdio->pending);
    free(stdio);
}

static const l1_bus_transport transport = {
    .publish = publish,
    .send = send_line,
    .subscribe = subscribe,
    .is_heard = is_heard,
    .backlog = backlog,
    .disconnect = disconnect,
    .begin_close = begin_close,
    .on_wake = on_wake,
    .on_turn = on_turn,
    .on_close_deadline = on_close_deadline,
    .destroy = destroy,
};

l1_result l1_bus_open_stdio(uv_loop_t *loop, const l1_bus_handler *handler,
                            const l1_bus_options *options, l1_bus **out, l1_diag *diag)
{
    stdio_bus *stdio = calloc(1, sizeof *stdio);
    if (!stdio) return l1_refuse(diag, L1_IO_OPEN, "bus", "out of memory");
    const int error = l1_bus_start(&stdio->bus, loop, &transport, handler, options);
    if (error != 0) {
        free(stdio);
        return l1_refuse(diag, L1_IO_OPEN, "bus", "event loop: %s", uv_strerror(error));
    }
    const int output_fd = options->output_fd > 0 ? options->output_fd : STDOUT_FILENO;
    l1_result result = l1_output_start(&stdio->output, output_fd, notify, stdio);
    if (result.code == L1_OK) {
        result = l1_input_start(&stdio->input, options->input_fd, notify, stdio);
        if (result.code == L1_OK) {
            *out = &stdio->bus;
            return result;
        }
        l1_output_stop(stdio->output);
        stdio->output = NULL;
    }
    l1_bus_finish(&stdio->bus); /* the loop frees it */
    return l1_refuse(diag, L1_IO_OPEN, "bus", "no thread for standard input and output");
}
