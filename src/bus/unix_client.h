/* bus/unix_client.h: one connection of the unix bus: its two bounded buffers and its state.
 *
 * Everything but the loop handle: what was received and not yet split, what waits to be sent,
 * what the client subscribed to, and the gap that it has to be told. The socket is used without
 * blocking and without SIGPIPE. Reading and writing end separately: bytes that a client left
 * behind when it went away are still read. */
#ifndef L1_BUS_UNIX_CLIENT_H
#define L1_BUS_UNIX_CLIENT_H

#include <uv.h>

#include "bus/byte_queue.h"
#include "bus/line_splitter.h"

#define L1_CLIENT_INPUT_SIZE (64 * 1024)

typedef struct l1_client {
    l1_bus *bus;
    uv_poll_t poll;
    int fd, interest; /* what the loop watches: UV_READABLE, ... */
    uint32_t id;
    bool input_ended;  /* no byte will come any more */
    bool output_ended; /* no byte can be sent any more */
    bool hung_up;      /* the other side is gone: the loop watches no more, reads what is left */
    bool end_told;
    bool leaving; /* closes as soon as its output is sent; its input is not read any more */

    uint32_t topics;
    bool live;
    bool gapped; /* publishes were missed since the buffer was full */
    uint64_t gap_from, gap_to;
    bool refused; /* a send was refused: on_drained is owed */
    size_t out_max;
    l1_byte_queue out;

    size_t in_at, in_end;
    char in[L1_CLIENT_INPUT_SIZE];
    l1_line_splitter splitter;
} l1_client;

/* A line for the client; false when it has no room. */
L1_MUST_USE bool l1_client_queue(l1_client *client, const char *text, size_t size);

/* A publish the client is subscribed to: queued, or counted as missed. */
void l1_client_publish(l1_client *client, uint64_t seq, const char *text, size_t size);

/* Sends what the socket takes. */
void l1_client_flush(l1_client *client);

/* Tells the gap once the client has drained; its subscription is not live afterwards. */
void l1_client_settle_gap(l1_client *client);
bool l1_client_has_drained(const l1_client *client);

/* One read into the empty input buffer. */
void l1_client_read(l1_client *client);

/* Splits off the next received line, or the last one once input ended; NONE when more bytes have
 * to be read. */
l1_line_kind l1_client_next_line(l1_client *client, l1_line *line);

#endif
