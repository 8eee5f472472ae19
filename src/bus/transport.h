/* bus/transport.h: what a transport of the bus implements; included by transports only.
 *
 * A transport embeds l1_bus as its first member. Its functions have the contracts of the
 * functions of the same name in bus_adapter.h. */
#ifndef L1_BUS_TRANSPORT_H
#define L1_BUS_TRANSPORT_H

#include "bus/bus_adapter.h"

typedef struct {
    void (*publish)(l1_bus *bus, l1_bus_topic topic, uint64_t seq, const char *text, size_t size);
    bool (*send)(l1_bus *bus, uint32_t client, const char *text, size_t size);
    void (*subscribe)(l1_bus *bus, uint32_t client, uint32_t topics, bool live);
    bool (*is_heard)(const l1_bus *bus, l1_bus_topic topic);
    size_t (*backlog)(const l1_bus *bus, uint32_t client);
    void (*disconnect)(l1_bus *bus, uint32_t client);
    void (*begin_close)(l1_bus *bus);
    void (*on_wake)(l1_bus *bus); /* another thread, resume or close asks for attention */
    void (*on_turn)(l1_bus *bus); /* before and after the loop waits: send what was queued */
    void (*on_close_deadline)(l1_bus *bus);
    void (*destroy)(l1_bus *bus); /* every handle of the transport is closed: free it */
} l1_bus_transport;

struct l1_bus {
    const l1_bus_transport *transport;
    l1_bus_handler handler;
    l1_bus_options options; /* defaults filled in */
    uv_loop_t *loop;
    uv_async_t wake;
    uv_prepare_t before_wait;
    uv_check_t after_wait;
    uv_timer_t deadline;
    unsigned handles_open;
    bool paused, closing, finishing;
    void (*on_closed)(void *state);
    void *closed_state;
};

/* Starts the handles of `bus`, whose memory the transport owns; libuv's error or 0. */
int l1_bus_start(l1_bus *bus, uv_loop_t *loop, const l1_bus_transport *transport,
                 const l1_bus_handler *handler, const l1_bus_options *options);

/* Closes the handles of l1_bus_start; destroy and on_closed follow when all are closed. A
 * transport's own handles are closed before with l1_bus_handle_closed as callback or from it. */
void l1_bus_finish(l1_bus *bus);

/* A handle counted in `handles_open` is closed. */
void l1_bus_handle_closed(l1_bus *bus);

/* on_error, printf-like. */
__attribute__((format(printf, 3, 4))) void l1_bus_report(l1_bus *bus, bool fatal,
                                                         const char *format, ...);

l1_result l1_bus_open_stdio(uv_loop_t *loop, const l1_bus_handler *handler,
                            const l1_bus_options *options, l1_bus **out, l1_diag *diag);
l1_result l1_bus_open_unix(uv_loop_t *loop, const char *path, const l1_bus_handler *handler,
                           const l1_bus_options *options, l1_bus **out, l1_diag *diag);

#endif
