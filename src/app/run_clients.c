/* app/run_clients.c: acks and resumed subscriptions of unix clients. */
#include <stdlib.h>
#include <string.h>

#include "app/log.h"
#include "app/run_session.h"
#include "base/assert.h"

enum {
    ACKS_MAX = 65536,       /* unsent ones of a client that does not read */
    EFFECTS_PER_TURN = 512, /* replayed to one client before others have their turn */
};

static void forget(l1_run_client *client)
{
    l1_effect_cursor_close(client->cursor);
    free(client->acks);
    *client = (l1_run_client){0};
}

l1_run_client *l1_run_client_of(l1_run_session *session, uint32_t id)
{
    l1_run_client *unused = NULL;
    L1_ASSERT(id != 0);
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) {
        if (session->clients[i].id == id) return &session->clients[i];
        if (session->clients[i].id == 0 && unused == NULL) unused = &session->clients[i];
    }
    if (unused != NULL) unused->id = id;
    return unused;
}

void l1_run_client_gone(l1_run_session *session, uint32_t id)
{
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) {
        if (session->clients[i].id == id) forget(&session->clients[i]);
    }
}

static bool grow(l1_run_client *client)
{
    const size_t capacity = client->acks_capacity == 0 ? 64 : 2 * client->acks_capacity;
    l1_pending_ack *acks = malloc(capacity * sizeof *acks);
    if (acks == NULL) return false;
    for (size_t i = 0; i < client->acks_count; i++) {
        acks[i] = client->acks[(client->acks_first + i) % client->acks_capacity];
    }
    free(client->acks);
    client->acks = acks;
    client->acks_first = 0;
    client->acks_capacity = capacity;
    return true;
}

void l1_run_owe_ack(l1_run_session *session, uint32_t id, uint64_t client_seq)
{
    l1_run_client *client = l1_run_client_of(session, id);
    if (client == NULL) return;
    if (client->acks_count == ACKS_MAX ||
        (client->acks_count == client->acks_capacity && !grow(client))) {
        l1_log(L1_LOG_WARNING, NULL, "bus: client %u reads no acks and is disconnected", id);
        l1_bus_disconnect(session->bus, id);
        return;
    }
    client->acks[(client->acks_first + client->acks_count) % client->acks_capacity] =
        (l1_pending_ack){.client_seq = client_seq,
                         .record = l1_runner_appended(session->runner),
                         .seq = l1_runner_effects(session->runner)};
    client->acks_count++;
}

void l1_run_subscribe(l1_run_session *session, uint32_t id, const l1_subscription *wanted)
{
    l1_diag diag = {.text = ""};
    l1_run_client *client = l1_run_client_of(session, id);
    if (client == NULL) return;
    l1_effect_cursor_close(client->cursor);
    client->cursor = NULL;
    client->subscribes = true;
    client->topics = wanted->topics;
    client->after = wanted->from;
    const bool live = !wanted->has_from || wanted->from >= l1_runner_released(session->runner);
    l1_bus_subscribe(session->bus, id, client->topics, live);
    if (live) return;
    const l1_directory dir = {l1_storage_posix(), session->options->journal_dir};
    const l1_result done = l1_effect_cursor_open(&dir, wanted->from + 1, &client->cursor, &diag);
    if (done.code != L1_OK) l1_run_fail(session, diag.text);
}

/* False when the client has no room now. */
static bool give(l1_run_session *session, l1_run_client *client, size_t size)
{
    if (!l1_bus_send(session->bus, client->id, session->text, size)) {
        client->full = true;
        return false;
    }
    return true;
}

/* True when the effect went out or is none of its topics. */
static bool send_effect(l1_run_session *session, l1_run_client *client, const uint8_t *bytes,
                        uint32_t size)
{
    l1_diag diag = {.text = ""};
    l1_publication publication;
    bool wanted = false;
    const l1_result done = l1_runner_resolve(session->runner, bytes, size, &session->effect,
                                             &publication, &wanted, &diag);
    if (done.code != L1_OK) {
        l1_run_fail(session, diag.text);
        return false;
    }
    const l1_topic topic = l1_effect_topic(session->effect.kind);
    if (!wanted || topic == L1_TOPIC_UNKNOWN) return true;
    if ((client->topics & L1_TOPIC_BIT(topic)) == 0) return true;
    return give(session, client,
                l1_encode_effect(&session->options->config.limits, &session->effect, &publication,
                                 session->text));
}

/* Sends what a full buffer held up, then goes on; live from the point where nothing is left. */
static void replay(l1_run_session *session, l1_run_client *client)
{
    l1_diag diag = {.text = ""};
    for (int i = 0; i < EFFECTS_PER_TURN && !client->full && !session->failed; i++) {
        uint64_t seq = 0;
        const uint8_t *bytes = NULL;
        uint32_t size = 0;
        const l1_result done = l1_effect_cursor_next(
            client->cursor, l1_runner_released_record(session->runner), &seq, &bytes, &size, &diag);
        if (done.code == L1_IO_END) {
            l1_effect_cursor_close(client->cursor);
            client->cursor = NULL;
            l1_bus_subscribe(session->bus, client->id, client->topics, true);
            return;
        }
        if (done.code != L1_OK) {
            l1_run_fail(session, diag.text);
            return;
        }
        if (seq > client->after + 1 &&
            !give(session, client, l1_encode_gap(client->after + 1, seq - 1, session->text))) {
            l1_effect_cursor_back(client->cursor);
            return;
        }
        client->after = seq - 1;
        if (!send_effect(session, client, bytes, size)) {
            l1_effect_cursor_back(client->cursor);
            return;
        }
        client->after = seq;
    }
}

static void send_acks(l1_run_session *session, l1_run_client *client)
{
    const uint64_t durable = l1_runner_released_record(session->runner);
    while (client->acks_count > 0 && !client->full) {
        const l1_pending_ack *ack = &client->acks[client->acks_first];
        if (ack->record > durable) return;
        if (!give(session, client, l1_encode_ack(ack->client_seq, ack->seq, session->text))) {
            return;
        }
        client->acks_first = (client->acks_first + 1) % client->acks_capacity;
        client->acks_count--;
    }
}

void l1_run_serve_clients(l1_run_session *session)
{
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) {
        l1_run_client *client = &session->clients[i];
        if (client->id == 0 || session->failed) continue;
        send_acks(session, client);
        if (client->cursor != NULL) replay(session, client);
        if (client->cursor != NULL && !client->full) { /* goes on in the next turn, at once */
            (void)uv_async_send(&session->durable);
        }
        if (client->input_ended && client->acks_count == 0 && !client->subscribes) {
            l1_bus_disconnect(session->bus, client->id);
        }
    }
}
