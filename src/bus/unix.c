/* bus/unix.c: the bus on a unix socket.
 *
 * Everything happens on the loop's thread with non-blocking sockets. Publishes only queue; what
 * was queued in a turn is sent before the loop waits again. Clients are closed there as well, so
 * no function of the port ever pulls one away from under a callback. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "bus/transport.h"
#include "bus/unix_client.h"
#include "bus/unix_listener.h"

#define CLOSE_WAIT_MS 1000

typedef struct {
    l1_bus bus;
    l1_unix_listener listener;
    uv_poll_t accepting;
    int spare_fd; /* given up to accept and turn away a client when descriptors run out */
    uint32_t last_id;
    bool refusal_told; /* since the last client went */
    l1_client *clients[L1_BUS_CLIENTS_MAX];
} unix_bus;

static l1_client *find(const l1_bus *bus, uint32_t id)
{
    const unix_bus *ux = (const unix_bus *)bus;
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) {
        if (ux->clients[i] && ux->clients[i]->id == id) return ux->clients[i];
    }
    return NULL;
}

static bool held(const l1_client *client)
{
    return client->bus->paused || client->bus->closing || client->leaving;
}

static bool input_done(const l1_client *client)
{
    return client->input_ended && client->end_told;
}

/* Hands out what was received, until the app pauses. */
static void deliver(l1_client *client)
{
    const l1_bus_handler *handler = &client->bus->handler;
    while (!held(client)) {
        l1_line line;
        const l1_line_kind kind = l1_client_next_line(client, &line);
        if (kind == L1_LINE_NONE) break;
        if (kind == L1_LINE_TEXT) {
            handler->on_line(handler->state, client->id, line.text, (size_t)line.size, line.number);
        } else {
            handler->on_oversize(handler->state, client->id, line.number, line.size);
        }
    }
    if (held(client) || !client->input_ended || client->end_told) return;
    client->end_told = true;
    handler->on_end(handler->state, client->id);
}

/* At most one read a turn: clients take turns. */
static void read_and_deliver(l1_client *client)
{
    if (held(client) || input_done(client)) return;
    deliver(client);
    if (held(client) || client->input_ended) return;
    l1_client_read(client);
    deliver(client);
}

static void on_client_event(uv_poll_t *handle, int status, int events)
{
    l1_client *client = handle->data;
    if (status < 0) client->interest = 0; /* libuv stopped watching */
    if (status < 0 || (events & UV_PRIORITIZED)) client->hung_up = client->output_ended = true;
    if (events & UV_READABLE) read_and_deliver(client);
}

/* Watches for what can go on. Nothing on a unix socket is urgent, but libuv reports a hang-up as
 * UV_PRIORITIZED when that is watched: it comes also for a client that is paused or half closed,
 * and unlike UV_DISCONNECT not again and again while it stays half closed. */
static void watch(l1_client *client)
{
    int interest = 0;
    if (!client->hung_up) {
        interest = UV_PRIORITIZED;
        if (!held(client) && !client->input_ended) interest |= UV_READABLE;
        if (l1_byte_queue_size(&client->out) > 0) interest |= UV_WRITABLE;
    } else if (!held(client) && !input_done(client)) {
        uv_async_send(&client->bus->wake); /* reads what was left behind */
    }
    if (interest == client->interest) return;
    client->interest = interest;
    if (interest == 0) {
        uv_poll_stop(&client->poll);
    } else {
        uv_poll_start(&client->poll, interest, on_client_event);
    }
}

static void on_client_closed(uv_handle_t *handle)
{
    l1_client *client = handle->data;
    l1_bus *bus = client->bus;
    close(client->fd);
    l1_byte_queue_free(&client->out);
    free(client);
    l1_bus_handle_closed(bus);
}

static void drop(unix_bus *ux, size_t slot)
{
    l1_client *client = ux->clients[slot];
    const uint32_t id = client->id;
    ux->clients[slot] = NULL;
    ux->refusal_told = false;
    uv_close((uv_handle_t *)&client->poll, on_client_closed);
    ux->bus.handler.on_client_gone(ux->bus.handler.state, id);
}

static void settle(unix_bus *ux, size_t slot)
{
    l1_client *client = ux->clients[slot];
    const l1_bus_handler *handler = &ux->bus.handler;
    l1_client_flush(client);
    l1_client_settle_gap(client);
    if (client->refused && !client->output_ended && l1_client_has_drained(client)) {
        client->refused = false;
        handler->on_drained(handler->state, client->id);
    }
    l1_client_flush(client);
    const bool sent = l1_byte_queue_size(&client->out) == 0 && !client->gapped;
    const bool gone = client->output_ended && (input_done(client) || client->leaving);
    if (gone || (client->leaving && sent)) {
        drop(ux, slot);
    } else {
        watch(client);
    }
}

static void finish(unix_bus *ux)
{
    size_t lost = 0;
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) {
        if (!ux->clients[i]) continue;
        if (!ux->clients[i]->output_ended) lost += l1_byte_queue_size(&ux->clients[i]->out);
        drop(ux, i);
    }
    if (lost > 0) {
        l1_bus_report(&ux->bus, false, "%zu bytes were not read by the clients of the bus", lost);
    }
    l1_bus_finish(&ux->bus);
}

static bool all_sent(const unix_bus *ux)
{
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) {
        const l1_client *client = ux->clients[i];
        if (!client || client->output_ended) continue;
        if (l1_byte_queue_size(&client->out) > 0 || client->gapped) return false;
    }
    return true;
}

static void on_turn(l1_bus *bus)
{
    unix_bus *ux = (unix_bus *)bus;
    if (bus->finishing) return;
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) {
        if (ux->clients[i]) settle(ux, i);
    }
    if (bus->closing && all_sent(ux)) finish(ux);
}

static void on_wake(l1_bus *bus)
{
    unix_bus *ux = (unix_bus *)bus;
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) {
        l1_client *client = ux->clients[i];
        if (!client || input_done(client)) continue;
        if (client->hung_up) {
            read_and_deliver(client);
        } else {
            deliver(client);
        }
    }
}

static void on_close_deadline(l1_bus *bus)
{
    if (!bus->finishing) finish((unix_bus *)bus);
}

static void refuse_client(unix_bus *ux, int fd)
{
    close(fd);
    if (ux->refusal_told) return;
    ux->refusal_told = true;
    l1_bus_report(&ux->bus, false, "a client was turned away: %d are connected",
                  L1_BUS_CLIENTS_MAX);
}

static void add_client(unix_bus *ux, int fd)
{
    size_t slot = 0;
    while (slot < L1_BUS_CLIENTS_MAX && ux->clients[slot]) slot++;
    l1_client *client = slot < L1_BUS_CLIENTS_MAX ? calloc(1, sizeof *client) : NULL;
    if (!client) {
        refuse_client(ux, fd);
        return;
    }
    const int error = uv_poll_init(ux->bus.loop, &client->poll, fd);
    if (error != 0) {
        l1_bus_report(&ux->bus, false, "client: %s", uv_strerror(error));
        free(client);
        close(fd);
        return;
    }
    client->bus = &ux->bus;
    client->poll.data = client;
    client->fd = fd;
    client->id = ++ux->last_id;
    client->out_max = ux->bus.options.client_bytes_max;
    ux->clients[slot] = client;
    ux->bus.handles_open++;
    watch(client);
}

/* No descriptor is left for the client at the door, who would else wake the loop for ever. */
static void turn_away(unix_bus *ux)
{
    if (!ux->refusal_told) l1_bus_report(&ux->bus, false, "accept: %s", strerror(errno));
    ux->refusal_told = true;
    if (ux->spare_fd < 0) return;
    close(ux->spare_fd);
    const int fd = accept4(ux->listener.fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0) close(fd);
    ux->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void on_connection(uv_poll_t *handle, int status, int events)
{
    unix_bus *ux = handle->data;
    (void)events;
    if (status < 0) {
        l1_bus_report(&ux->bus, true, "listening socket: %s", uv_strerror(status));
        return;
    }
    const int fd = accept4(ux->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
        add_client(ux, fd);
    } else if (errno == EMFILE || errno == ENFILE) {
        turn_away(ux);
    }
}

static void publish(l1_bus *bus, l1_bus_topic topic, uint64_t seq, const char *text, size_t size)
{
    unix_bus *ux = (unix_bus *)bus;
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) {
        l1_client *client = ux->clients[i];
        if (!client || client->output_ended || client->leaving) continue;
        if (!client->live && !client->gapped) continue;
        if (client->topics & L1_BUS_BIT(topic)) l1_client_publish(client, seq, text, size);
    }
}

static bool send_line(l1_bus *bus, uint32_t id, const char *text, size_t size)
{
    l1_client *client = find(bus, id);
    if (!client || client->output_ended || client->leaving) return false;
    if (l1_client_queue(client, text, size)) return true;
    client->refused = true;
    return false;
}

static void subscribe(l1_bus *bus, uint32_t id, uint32_t topics, bool live)
{
    l1_client *client = find(bus, id);
    if (!client) return;
    client->topics = topics;
    client->live = live && !client->gapped;
}

static bool is_heard(const l1_bus *bus, l1_bus_topic topic)
{
    const unix_bus *ux = (const unix_bus *)bus;
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) {
        const l1_client *client = ux->clients[i];
        if (!client || !(client->live || client->gapped)) continue;
        if (client->topics & L1_BUS_BIT(topic)) return true;
    }
    return false;
}

static size_t backlog(const l1_bus *bus, uint32_t id)
{
    const l1_client *client = find(bus, id);
    return client ? l1_byte_queue_size(&client->out) : 0;
}

static void disconnect(l1_bus *bus, uint32_t id)
{
    l1_client *client = find(bus, id);
    if (!client) return;
    client->leaving = true;
    uv_async_send(&bus->wake);
}

static void on_listener_closed(uv_handle_t *handle)
{
    unix_bus *ux = handle->data;
    l1_unix_unlisten(&ux->listener);
    l1_bus_handle_closed(&ux->bus);
}

static void begin_close(l1_bus *bus)
{
    unix_bus *ux = (unix_bus *)bus;
    uv_close((uv_handle_t *)&ux->accepting, on_listener_closed);
}

static void destroy(l1_bus *bus)
{
    unix_bus *ux = (unix_bus *)bus;
    if (ux->spare_fd >= 0) close(ux->spare_fd);
    free(ux);
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

/* On failure the listener is closed again and the loop frees the bus when it can. */
static int start(unix_bus *ux, uv_loop_t *loop, const l1_bus_handler *handler,
                 const l1_bus_options *options)
{
    l1_bus_options filled = *options;
    if (filled.close_wait_ms == 0) filled.close_wait_ms = CLOSE_WAIT_MS;
    int error = l1_bus_start(&ux->bus, loop, &transport, handler, &filled);
    if (error != 0) {
        l1_unix_unlisten(&ux->listener);
        free(ux);
        return error;
    }
    error = uv_poll_init(loop, &ux->accepting, ux->listener.fd);
    if (error != 0) {
        l1_unix_unlisten(&ux->listener);
        l1_bus_finish(&ux->bus);
        return error;
    }
    ux->accepting.data = ux;
    ux->bus.handles_open++;
    ux->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    uv_poll_start(&ux->accepting, UV_READABLE, on_connection);
    return 0;
}

l1_result l1_bus_open_unix(uv_loop_t *loop, const char *path, const l1_bus_handler *handler,
                           const l1_bus_options *options, l1_bus **out, l1_diag *diag)
{
    unix_bus *ux = calloc(1, sizeof *ux);
    if (!ux) return l1_refuse(diag, L1_IO_OPEN, "bus", "out of memory");
    ux->spare_fd = -1;
    const l1_result result = l1_unix_listen(&ux->listener, path, options->lock_held, diag);
    if (result.code != L1_OK) {
        free(ux);
        return result;
    }
    const int error = start(ux, loop, handler, options);
    if (error != 0) {
        return l1_refuse(diag, L1_IO_OPEN, "bus", "event loop: %s", uv_strerror(error));
    }
    *out = &ux->bus;
    return L1_SUCCESS;
}
