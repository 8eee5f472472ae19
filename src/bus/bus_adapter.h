/* bus/bus_adapter.h: the port between L1 and whoever talks to it, as lines of text.
 *
 * A bus carries NDJSON lines both ways and knows nothing of their content: the app decodes and
 * journals them. Transports: "stdio" (standard input and output) and "unix:PATH" (a socket with
 * up to L1_BUS_CLIENTS_MAX clients, each of which may publish and subscribe).
 *
 * Threads:     every function is called on the loop's thread and every callback runs there, from
 *              uv_run, never from inside a function below. stdio has two threads of its own for
 *              read() and write(), because regular files cannot be polled; no descriptor that
 *              other processes share is ever made non-blocking.
 * Ownership:   text of a callback is valid only during the callback and is not NUL-terminated;
 *              texts given to functions are copied.
 * Blocking:    no function blocks. stdout never drops: above `backlog_bytes_max` unwritten bytes
 *              no more lines are delivered until it drains. A unix client that does not read is
 *              never waited for: it gets a gap (see l1_bus_publish).
 * Determinism: lines of one client arrive in order and numbered; no clock is read.
 * Errors:      on_error; `fatal` means that the bus will not deliver or publish any more. */
#ifndef L1_BUS_BUS_ADAPTER_H
#define L1_BUS_BUS_ADAPTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/json.h"
#include "base/status.h"

#define L1_BUS_LINE_MAX L1_JSON_TEXT_MAX /* bytes of a line without its CR and LF */
#define L1_BUS_CLIENTS_MAX 64
#define L1_BUS_STDIO_CLIENT 0 /* the client id of standard input; unix ids start at 1 */

#define L1_BUS_TOPIC_MAP(X)                                                                        \
    X(SIGNALS, "signals")                                                                          \
    X(MARKET, "market")                                                                            \
    X(PORTFOLIO, "portfolio")                                                                      \
    X(CONTROL, "control")                                                                          \
    X(SUBSCRIBE, "subscribe")                                                                      \
    X(REPORTS, "reports")                                                                          \
    X(ALERTS, "alerts")                                                                            \
    X(METRICS, "metrics")                                                                          \
    X(ACK, "ack")                                                                                  \
    X(GAP, "gap")                                                                                  \
    X(ANALYSIS, "analysis")
typedef enum {
#define X(name, text) L1_BUS_##name,
    L1_BUS_TOPIC_MAP(X)
#undef X
        L1_BUS_TOPICS
} l1_bus_topic;

/* The bit of a topic in a mask for l1_bus_subscribe. */
#define L1_BUS_BIT(topic) (UINT32_C(1) << (topic))

/* The name of a topic, static storage; and back, false when there is no such topic. */
const char *l1_bus_topic_name(l1_bus_topic topic);
L1_MUST_USE bool l1_bus_topic_parse(const char *text, size_t size, l1_bus_topic *topic);

typedef struct l1_bus l1_bus;

/* Every callback must be set. `client` is never used again after on_client_gone. */
typedef struct {
    void *state;
    /* A line without its LF and without one CR before it; 0..L1_BUS_LINE_MAX bytes of anything,
     * NUL included. `line` counts the client's lines from 1, oversize ones included. */
    void (*on_line)(void *state, uint32_t client, const char *text, size_t size, uint64_t line);
    /* A line of `bytes` > L1_BUS_LINE_MAX was skipped whole; called once, at its end. */
    void (*on_oversize)(void *state, uint32_t client, uint64_t line, uint64_t bytes);
    /* The client's input ended and every line of it was delivered. A unix client may still
     * read: l1_bus_disconnect closes it once nothing more is owed to it. */
    void (*on_end)(void *state, uint32_t client);
    void (*on_client_gone)(void *state, uint32_t client);
    /* There is room again after l1_bus_send returned false or stdout was over its backlog. */
    void (*on_drained)(void *state, uint32_t client);
    void (*on_error)(void *state, bool fatal, const char *text);
} l1_bus_handler;

/* Zero means the default. */
typedef struct {
    bool lock_held;           /* unix: the journal's lock is held, so a dead socket file is stale */
    size_t client_bytes_max;  /* unix: unsent bytes kept for a client; 4 MiB */
    size_t backlog_bytes_max; /* stdio: unwritten bytes above which reading stops; 1 MiB */
    uint32_t close_wait_ms; /* at close; stdio: longest without a byte taken, no limit; unix: 1 s */
    int input_fd, output_fd; /* stdio: 0 and 1; not closed by the bus */
} l1_bus_options;

/* Opens the bus named `address`. USAGE for an address of no known form; IO_OPEN or IO_LOCKED (a
 * live socket) with diag->text for the rest. Lines flow once the loop runs. */
L1_MUST_USE l1_result l1_bus_open(uv_loop_t *loop, const char *address,
                                  const l1_bus_handler *handler, const l1_bus_options *options,
                                  l1_bus **out, l1_diag *diag);

/* To stdout (every topic), or to every live subscriber of `topic`. LF is added; what is published
 * in one turn of the loop leaves in one write. `seq` > 0 ascends. A unix client without room for
 * the line gets nothing until it has drained, then {"topic":"gap","from":F,"to":T}, F and T being
 * the first and last sequence it missed; then its subscription is no longer live. */
void l1_bus_publish(l1_bus *bus, l1_bus_topic topic, uint64_t seq, const char *text, size_t size);

/* One line to one client: acks and replays. False when its buffer is full (on_drained will tell)
 * or the client is gone; nothing was queued then. stdout takes every line. */
L1_MUST_USE bool l1_bus_send(l1_bus *bus, uint32_t client, const char *text, size_t size);

/* Replaces what the client hears of l1_bus_publish. Not live: nothing, for the time of a replay.
 * While a gap waits to be told the subscription stays not live, whatever is asked. No effect on
 * stdio or on a client that is gone. */
void l1_bus_subscribe(l1_bus *bus, uint32_t client, uint32_t topics, bool live);

/* True when a publish to this topic would be heard by at least one client (stdio: always). */
bool l1_bus_is_heard(const l1_bus *bus, l1_bus_topic topic);

/* Back pressure for all clients: no line is delivered after pause returns, until resume. */
void l1_bus_pause(l1_bus *bus);
void l1_bus_resume(l1_bus *bus);

/* Bytes accepted but not yet handed to the system, of stdout or of one client. */
size_t l1_bus_backlog(const l1_bus *bus, uint32_t client);

/* Sends what is queued for a unix client, then closes it (on_client_gone). */
void l1_bus_disconnect(l1_bus *bus, uint32_t client);

/* Delivers no more lines, writes what is queued, removes the socket file, frees everything, then
 * calls `on_closed`; `bus` is invalid from then on. What could not be written within
 * close_wait_ms or because of an error is told by on_error before. Called again: no effect. */
void l1_bus_flush_and_close(l1_bus *bus, void (*on_closed)(void *state), void *state);

/* Where close_wait_ms is without limit it is `ms` from now on, also while the bus closes already:
 * somebody wants an end, and whoever should read may never. */
void l1_bus_limit_close(l1_bus *bus, uint32_t ms);

/* For main, before anything opens a file: a closed 0, 1 or 2 would be taken by the next file
 * opened. Input then reads as ended, output fails as closed, errors go nowhere. */
void l1_bus_hold_standard_files(void);

#endif
