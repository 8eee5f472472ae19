/* app/run_input.c: what comes from the bus. */
#include <string.h>

#include "app/log.h"
#include "app/run_session.h"
#include "base/assert.h"

_Static_assert((int)L1_BUS_REPORTS == (int)L1_TOPIC_REPORTS, "one numbering of topics");
_Static_assert((int)L1_BUS_ALERTS == (int)L1_TOPIC_ALERTS, "one numbering of topics");
_Static_assert((int)L1_BUS_METRICS == (int)L1_TOPIC_METRICS, "one numbering of topics");
_Static_assert((int)L1_BUS_ANALYSIS == (int)L1_TOPIC_ANALYSIS, "one numbering of topics");

static void take(l1_run_session *session, uint32_t client, int64_t received_ns)
{
    l1_decoded *decoded = &session->decoded;
    const bool subscribes =
        decoded->topic == L1_TOPIC_SUBSCRIBE && decoded->event.kind != L1_EVENT_REFUSED;
    if (subscribes) {
        if (!session->is_stdio) l1_run_subscribe(session, client, &decoded->subscribe);
    } else {
        l1_run_apply(session, decoded, &decoded->event, received_ns);
    }
    if (decoded->has_client_seq && !session->is_stdio && !session->failed) {
        l1_run_owe_ack(session, client, decoded->client_seq);
    }
}

static void on_line(void *state, uint32_t client, const char *text, size_t size, uint64_t line)
{
    l1_run_session *session = state;
    if (session->stopping || session->failed) return;
    const int64_t received_ns = session->clock.from_events ? 0 : l1_clock_mono_ns();
    (void)l1_decode(&session->decoder, &session->options->config.limits, text, size, line,
                    &session->decoded);
    l1_runner_figures(session->runner)->unknown_keys += session->decoded.unknown_keys;
    take(session, client, received_ns);
}

static void on_oversize(void *state, uint32_t client, uint64_t line, uint64_t bytes)
{
    l1_run_session *session = state;
    if (session->stopping || session->failed) return;
    l1_decode_oversize(line, bytes, &session->decoded);
    take(session, client, 0);
}

static void on_end(void *state, uint32_t client)
{
    l1_run_session *session = state;
    if (session->is_stdio) {
        session->input_ended = true;
        return;
    }
    l1_run_client *known = l1_run_client_of(session, client);
    if (known != NULL) known->input_ended = true;
}

static void on_client_gone(void *state, uint32_t client)
{
    l1_run_client_gone(state, client);
}

static void on_drained(void *state, uint32_t client)
{
    l1_run_session *session = state;
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) {
        if (session->clients[i].id == client) session->clients[i].full = false;
    }
}

static void on_error(void *state, bool fatal, const char *text)
{
    l1_run_session *session = state;
    if (!fatal) {
        l1_log(L1_LOG_WARNING, NULL, "bus: %s", text);
        return;
    }
    session->output_failed = true;
    session->failed = true;
    l1_log(L1_LOG_ERROR, NULL, "bus: %s", text);
    l1_run_stop(session);
}

l1_bus_handler l1_run_handler(l1_run_session *session)
{
    return (l1_bus_handler){.state = session,
                            .on_line = on_line,
                            .on_oversize = on_oversize,
                            .on_end = on_end,
                            .on_client_gone = on_client_gone,
                            .on_drained = on_drained,
                            .on_error = on_error};
}
