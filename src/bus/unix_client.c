/* bus/unix_client.c: see unix_client.h. */
#include "bus/unix_client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/assert.h"

#define OUT_KEPT ((size_t)64 << 10) /* a buffer that once grew larger is returned when empty */

bool l1_client_queue(l1_client *client, const char *text, size_t size)
{
    if (client->output_ended) return false;
    const size_t used = l1_byte_queue_size(&client->out);
    L1_ASSERT(used <= client->out_max);
    if (size + 1 > client->out_max - used) return false;
    return l1_byte_queue_add_line(&client->out, text, size);
}

void l1_client_publish(l1_client *client, uint64_t seq, const char *text, size_t size)
{
    L1_ASSERT(client->live || client->gapped);
    if (!client->gapped) {
        if (l1_client_queue(client, text, size)) return;
        client->gapped = true;
        client->gap_from = seq;
    }
    client->gap_to = seq;
}

void l1_client_flush(l1_client *client)
{
    while (!client->output_ended && l1_byte_queue_size(&client->out) > 0) {
        const ssize_t sent = send(client->fd, l1_byte_queue_data(&client->out),
                                  l1_byte_queue_size(&client->out), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            l1_byte_queue_drop(&client->out, (size_t)sent);
        } else if (sent < 0 && errno == EINTR) {
            continue;
        } else if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)) {
            return;
        } else {
            client->output_ended = true;
        }
    }
    if (client->output_ended || client->out.capacity > OUT_KEPT) l1_byte_queue_free(&client->out);
}

bool l1_client_has_drained(const l1_client *client)
{
    return l1_byte_queue_size(&client->out) <= client->out_max / 4;
}

void l1_client_settle_gap(l1_client *client)
{
    if (!client->gapped || !l1_client_has_drained(client)) return;
    char text[96];
    const int size =
        snprintf(text, sizeof text, "{\"topic\":\"gap\",\"from\":%" PRIu64 ",\"to\":%" PRIu64 "}",
                 client->gap_from, client->gap_to);
    L1_ASSERT(size > 0 && (size_t)size < sizeof text);
    if (!l1_client_queue(client, text, (size_t)size)) return;
    client->gapped = false;
    client->live = false;
}

void l1_client_read(l1_client *client)
{
    L1_ASSERT(client->in_at == client->in_end);
    if (client->input_ended) return;
    client->in_at = client->in_end = 0;
    const ssize_t size = recv(client->fd, client->in, sizeof client->in, MSG_DONTWAIT);
    if (size > 0) {
        client->in_end = (size_t)size;
        return;
    }
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        client->input_ended = client->hung_up && errno == EAGAIN; /* nothing more can come */
        return;
    }
    client->input_ended = true;
    if (size < 0) client->output_ended = true;
}

l1_line_kind l1_client_next_line(l1_client *client, l1_line *line)
{
    if (client->in_at < client->in_end) {
        const char *at = client->in + client->in_at;
        const l1_line_kind kind =
            l1_line_next(&client->splitter, &at, client->in + client->in_end, line);
        client->in_at = (size_t)(at - client->in);
        if (kind != L1_LINE_NONE) return kind;
    }
    L1_ASSERT(client->in_at == client->in_end);
    return client->input_ended ? l1_line_last(&client->splitter, line) : L1_LINE_NONE;
}
