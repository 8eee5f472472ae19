/* bus/bus_adapter.c: chooses the transport by its address; the part of a bus that all share. */
#include "bus/bus_adapter.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "bus/transport.h"

static const char *const topic_names[] = {
#define X(name, text) [L1_BUS_##name] = (text),
    L1_BUS_TOPIC_MAP(X)
#undef X
};

const char *l1_bus_topic_name(l1_bus_topic topic)
{
    L1_ASSERT((unsigned)topic < L1_BUS_TOPICS);
    return topic_names[topic];
}

bool l1_bus_topic_parse(const char *text, size_t size, l1_bus_topic *topic)
{
    for (unsigned i = 0; i < L1_BUS_TOPICS; i++) {
        if (strlen(topic_names[i]) != size || memcmp(topic_names[i], text, size) != 0) continue;
        *topic = (l1_bus_topic)i;
        return true;
    }
    return false;
}

l1_result l1_bus_open(uv_loop_t *loop, const char *address, const l1_bus_handler *handler,
                      const l1_bus_options *options, l1_bus **out, l1_diag *diag)
{
    L1_ASSERT(handler->on_line && handler->on_oversize && handler->on_end);
    L1_ASSERT(handler->on_client_gone && handler->on_drained && handler->on_error);
    if (strcmp(address, "stdio") == 0) {
        return l1_bus_open_stdio(loop, handler, options, out, diag);
    }
    if (strncmp(address, "unix:", 5) == 0) {
        return l1_bus_open_unix(loop, address + 5, handler, options, out, diag);
    }
    return l1_refuse(diag, L1_USAGE, "bus", "\"%s\" is neither stdio nor unix:PATH", address);
}

static void on_wake(uv_async_t *handle)
{
    l1_bus *bus = handle->data;
    bus->transport->on_wake(bus);
}

static void on_before_wait(uv_prepare_t *handle)
{
    l1_bus *bus = handle->data;
    bus->transport->on_turn(bus);
}

static void on_after_wait(uv_check_t *handle)
{
    l1_bus *bus = handle->data;
    bus->transport->on_turn(bus);
}

static void on_deadline(uv_timer_t *handle)
{
    l1_bus *bus = handle->data;
    bus->transport->on_close_deadline(bus);
}

int l1_bus_start(l1_bus *bus, uv_loop_t *loop, const l1_bus_transport *transport,
                 const l1_bus_handler *handler, const l1_bus_options *options)
{
    bus->transport = transport;
    bus->handler = *handler;
    bus->options = *options;
    bus->loop = loop;
    if (bus->options.client_bytes_max == 0) bus->options.client_bytes_max = (size_t)4 << 20;
    if (bus->options.backlog_bytes_max == 0) bus->options.backlog_bytes_max = (size_t)1 << 20;
    const int error = uv_async_init(loop, &bus->wake, on_wake);
    if (error != 0) return error;
    uv_prepare_init(loop, &bus->before_wait);
    uv_check_init(loop, &bus->after_wait);
    uv_timer_init(loop, &bus->deadline);
    bus->wake.data = bus->before_wait.data = bus->after_wait.data = bus->deadline.data = bus;
    uv_prepare_start(&bus->before_wait, on_before_wait);
    uv_check_start(&bus->after_wait, on_after_wait);
    bus->handles_open = 4;
    return 0;
}

void l1_bus_handle_closed(l1_bus *bus)
{
    L1_ASSERT(bus->handles_open > 0);
    bus->handles_open--;
    if (bus->handles_open > 0) return;
    L1_ASSERT(bus->finishing);
    void (*const on_closed)(void *) = bus->on_closed;
    void *const state = bus->closed_state;
    bus->transport->destroy(bus);
    if (on_closed) on_closed(state);
}

static void on_own_handle_closed(uv_handle_t *handle)
{
    l1_bus_handle_closed(handle->data);
}

void l1_bus_finish(l1_bus *bus)
{
    L1_ASSERT(!bus->finishing);
    bus->finishing = true;
    uv_close((uv_handle_t *)&bus->wake, on_own_handle_closed);
    uv_close((uv_handle_t *)&bus->before_wait, on_own_handle_closed);
    uv_close((uv_handle_t *)&bus->after_wait, on_own_handle_closed);
    uv_close((uv_handle_t *)&bus->deadline, on_own_handle_closed);
}

void l1_bus_report(l1_bus *bus, bool fatal, const char *format, ...)
{
    char text[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    bus->handler.on_error(bus->handler.state, fatal, text);
}

void l1_bus_publish(l1_bus *bus, l1_bus_topic topic, uint64_t seq, const char *text, size_t size)
{
    L1_ASSERT((unsigned)topic < L1_BUS_TOPICS);
    L1_ASSERT(memchr(text, '\n', size) == NULL);
    bus->transport->publish(bus, topic, seq, text, size);
}

bool l1_bus_send(l1_bus *bus, uint32_t client, const char *text, size_t size)
{
    L1_ASSERT(memchr(text, '\n', size) == NULL);
    return bus->transport->send(bus, client, text, size);
}

void l1_bus_subscribe(l1_bus *bus, uint32_t client, uint32_t topics, bool live)
{
    bus->transport->subscribe(bus, client, topics, live);
}

bool l1_bus_is_heard(const l1_bus *bus, l1_bus_topic topic)
{
    return bus->transport->is_heard(bus, topic);
}

void l1_bus_pause(l1_bus *bus)
{
    bus->paused = true;
}

void l1_bus_resume(l1_bus *bus)
{
    if (!bus->paused) return;
    bus->paused = false;
    if (!bus->finishing) uv_async_send(&bus->wake);
}

size_t l1_bus_backlog(const l1_bus *bus, uint32_t client)
{
    return bus->transport->backlog(bus, client);
}

void l1_bus_disconnect(l1_bus *bus, uint32_t client)
{
    bus->transport->disconnect(bus, client);
}

/* Again and again until the transport has finished: it may grant more time. */
static void start_deadline(l1_bus *bus)
{
    const uint32_t ms = bus->options.close_wait_ms;
    if (ms == 0) return;
    uv_update_time(bus->loop); /* the loop's idea of now may be old after a long callback */
    uv_timer_start(&bus->deadline, on_deadline, ms, ms);
}

void l1_bus_flush_and_close(l1_bus *bus, void (*on_closed)(void *state), void *state)
{
    if (bus->closing) return;
    bus->closing = true;
    bus->on_closed = on_closed;
    bus->closed_state = state;
    bus->transport->begin_close(bus);
    start_deadline(bus);
    uv_async_send(&bus->wake);
}

void l1_bus_limit_close(l1_bus *bus, uint32_t ms)
{
    L1_ASSERT(ms > 0);
    if (bus->finishing || bus->options.close_wait_ms > 0) return;
    bus->options.close_wait_ms = ms;
    if (bus->closing) start_deadline(bus);
}

void l1_bus_hold_standard_files(void)
{
    /* The wrong direction for 1 on purpose: a write must fail, not vanish. */
    static const int flags[3] = {O_RDONLY, O_RDONLY, O_WRONLY};
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) != -1) continue;
        const int opened = open("/dev/null", flags[fd]);
        L1_ASSERT(opened == fd || opened == -1);
    }
}
