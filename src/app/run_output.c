/* app/run_output.c: effects to the bus and the log, and how far they really got. */
#include "app/log.h"
#include "app/run_session.h"
#include "base/assert.h"

void l1_run_sent(l1_run_session *session, size_t size)
{
    session->bytes_out += size + 1; /* its LF */
}

static void publish(l1_run_session *session, l1_bus_topic topic, uint64_t seq, size_t size)
{
    l1_bus_publish(session->bus, topic, seq, session->text, size);
    l1_run_sent(session, size);
}

void l1_run_log(l1_run_session *session)
{
    for (size_t i = 0; i < session->unlogged_count; i++) {
        l1_log_effect(&session->options->config.limits, &session->unlogged[i].effect,
                      &session->unlogged[i].publication);
    }
    session->unlogged_count = 0;
}

static void log_later(l1_run_session *session, const l1_effect *effect,
                      const l1_publication *publication)
{
    if (session->unlogged_count == L1_UNLOGGED_MAX) l1_run_log(session);
    session->unlogged[session->unlogged_count].effect = *effect;
    session->unlogged[session->unlogged_count].publication = *publication;
    session->unlogged_count++;
}

static void take(void *state, const l1_effect *effect, const l1_publication *publication)
{
    l1_run_session *session = state;
    const l1_limits *limits = &session->options->config.limits;
    if (session->output_failed) return; /* it counts as not published and comes again */
    L1_ASSERT(session->bus != NULL);
    if (effect->kind == L1_EFFECT_STATUS) {
        l1_run_send_metrics(session);
        return;
    }
    if (effect->kind == L1_EFFECT_RELOAD_MODELS) {
        if (!session->options->config.limits.clock_from_events) l1_run_reload_models(session);
        return;
    }
    log_later(session, effect, publication);
    const l1_bus_topic topic = (l1_bus_topic)l1_effect_topic(effect->kind);
    if (!l1_bus_is_heard(session->bus, topic)) return;
    const size_t size = l1_encode_effect(limits, effect, publication, session->text);
    publish(session, topic, publication->seq, size);
}

/* stdout: an effect is out when its bytes and all before it have been written. One mark at a time
 * is followed; behind it a new one is set. A unix bus has taken a line when it has it: who
 * listens later asks the journal. */
static uint64_t published(void *state, uint64_t handed)
{
    l1_run_session *session = state;
    if (!session->is_stdio) return handed;
    if (session->output_failed) return session->out_seq;
    const uint64_t waiting =
        session->bus == NULL ? 0 : l1_bus_backlog(session->bus, L1_BUS_STDIO_CLIENT);
    L1_ASSERT(waiting <= session->bytes_out);
    if (session->bytes_out - waiting >= session->mark_bytes) {
        session->out_seq = session->mark_seq;
        session->mark_seq = handed;
        session->mark_bytes = session->bytes_out;
        if (waiting == 0) session->out_seq = handed;
    }
    return session->out_seq;
}

l1_runner_sink l1_run_sink(l1_run_session *session)
{
    return (l1_runner_sink){.state = session, .take = take, .published = published};
}

void l1_run_send_metrics(l1_run_session *session)
{
    if (session->output_failed || session->bus == NULL) return;
    l1_metrics *figures = l1_runner_figures(session->runner);
    l1_metrics_sample(figures, l1_system_engine(l1_runner_system(session->runner)));
    const size_t size =
        l1_metrics_json(figures, &session->options->config.limits, session->figures_text);
    if (!l1_bus_is_heard(session->bus, L1_BUS_METRICS)) return;
    l1_bus_publish(session->bus, L1_BUS_METRICS, figures->seq, session->figures_text, size);
    l1_run_sent(session, size);
}
