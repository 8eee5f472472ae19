/* app/library.c: the public header over a runner: lines and times in, lines out. */
#include "l1/l1.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/models_start.h"
#include "app/runner.h"
#include "base/assert.h"
#include "base/text.h"
#include "bus/codec/decode.h"
#include "l1_build_id.h"
#include "report/metrics.h"

_Static_assert(L1_ERROR_TEXT_MAX >= L1_CONFIG_ERROR_MAX, "a configuration's error fits");

/* Bytes that may wait for the disk before a call waits for it too. */
enum { PARKED_MAX = 8 << 20 };

struct l1_handle {
    l1_runner *runner;
    l1_output output;
    void *state;
    uint64_t lines;
    bool failed;
    l1_config config;
    l1_decoder decoder;
    l1_decoded decoded;
    l1_diag diag;
    char text[L1_METRICS_TEXT_MAX];
};
_Static_assert(L1_METRICS_TEXT_MAX >= L1_ENCODED_MAX, "a report fits where metrics do");

static void take(void *state, const l1_effect *effect, const l1_publication *publication)
{
    l1_handle *handle = state;
    size_t size = 0;
    if (effect->kind == L1_EFFECT_RELOAD_MODELS) return;
    if (effect->kind == L1_EFFECT_STATUS) {
        l1_metrics *figures = l1_runner_figures(handle->runner);
        l1_metrics_sample(figures, l1_system_engine(l1_runner_system(handle->runner)));
        size = l1_metrics_json(figures, &handle->config.limits, handle->text);
    } else {
        size = l1_encode_effect(&handle->config.limits, effect, publication, handle->text);
    }
    L1_ASSERT(size > 0 && size <= sizeof handle->text);
    handle->output(handle->state, handle->text, size);
}

static l1_outcome outcome(l1_handle *handle, l1_result result)
{
    if (result.code == L1_OK) return L1_LIBRARY_OK;
    handle->failed = true;
    return L1_LIBRARY_FAILED;
}

/* Reads the configuration and opens the runner; false with a sentence. */
static bool open_all(l1_handle *handle, const l1_open_options *options,
                     char error[L1_ERROR_TEXT_MAX])
{
    l1_config_error fault = {0};
    l1_runner_found found;
    if (l1_config_parse(options->config, options->config_size, "config", NULL, 0, &handle->config,
                        &fault)
            .code != L1_OK) {
        l1_text_copy(error, L1_ERROR_TEXT_MAX, fault.text);
        return false;
    }
    L1_ASSERT(handle->config.limits.mode != L1_MODE_LIVE); /* no configuration can say it */
    const l1_runner_options runner = {
        .config = &handle->config,
        .journal_dir = options->journal_dir,
        .sink = {.state = handle, .take = take},
        .reload_at_once = true,
    };
    l1_result opened = l1_runner_open(&runner, &handle->runner, &found, &handle->diag);
    if (opened.code == L1_OK) {
        opened = l1_models_start(handle->runner, &handle->config, false, &handle->diag);
    }
    if (opened.code == L1_OK) return true;
    l1_text_copy(error, L1_ERROR_TEXT_MAX, handle->diag.text);
    return false;
}

l1_outcome l1_open(const l1_open_options *options, l1_handle **out, char error[L1_ERROR_TEXT_MAX])
{
    L1_ASSERT(options->config != NULL && options->output != NULL);
    *out = NULL;
    error[0] = '\0';
    l1_handle *handle = calloc(1, sizeof *handle);
    if (handle == NULL) {
        l1_text_copy(error, L1_ERROR_TEXT_MAX, "no memory");
        return L1_LIBRARY_FAILED;
    }
    handle->output = options->output;
    handle->state = options->state;
    if (open_all(handle, options, error)) {
        *out = handle;
        return L1_LIBRARY_OK;
    }
    if (handle->runner != NULL) l1_runner_close(handle->runner);
    free(handle);
    return L1_LIBRARY_USAGE;
}

static l1_result step(l1_handle *handle, l1_event *event, int64_t now_ns)
{
    const int64_t before_ns = l1_runner_now_ns(handle->runner);
    event->at_ns = now_ns > before_ns ? now_ns : before_ns;
    event->clock_jump_ns = 0; /* the caller's clock is the only one: nothing to compare it with */
    return l1_runner_apply(handle->runner, event, 0, &handle->diag);
}

/* Entries are denied while the disk leaves no room for another segment. */
static l1_result watch_space(l1_handle *handle, int64_t now_ns)
{
    const l1_engine *engine = l1_system_engine(l1_runner_system(handle->runner));
    const bool low = l1_runner_space_low(handle->runner);
    if (low == l1_engine_kill_switch(engine)->space_low) return L1_SUCCESS;
    l1_event event = {.kind = L1_EVENT_SPACE, .as.space_low = low};
    return step(handle, &event, now_ns);
}

static l1_result apply(l1_handle *handle, l1_event *event, int64_t now_ns)
{
    L1_TRY(watch_space(handle, now_ns));
    L1_TRY(step(handle, event, now_ns));
    if (l1_runner_parked(handle->runner) > PARKED_MAX) {
        return l1_runner_flush(handle->runner, &handle->diag);
    }
    return l1_runner_release(handle->runner, &handle->diag);
}

l1_outcome l1_feed(l1_handle *handle, const char *line, size_t size, int64_t now_ns)
{
    if (handle->failed) return L1_LIBRARY_FAILED;
    handle->lines++;
    if (size > L1_JSON_TEXT_MAX) {
        l1_decode_oversize(handle->lines, size, &handle->decoded);
    } else {
        (void)l1_decode(&handle->decoder, &handle->config.limits, line, size, handle->lines,
                        &handle->decoded);
        l1_runner_figures(handle->runner)->unknown_keys += handle->decoded.unknown_keys;
    }
    /* There is one subscriber, and it gets everything. */
    if (handle->decoded.topic == L1_TOPIC_SUBSCRIBE &&
        handle->decoded.event.kind != L1_EVENT_REFUSED) {
        return L1_LIBRARY_OK;
    }
    return outcome(handle, apply(handle, &handle->decoded.event, now_ns));
}

l1_outcome l1_advance(l1_handle *handle, int64_t now_ns)
{
    l1_event tick = {.kind = L1_EVENT_TICK};
    if (handle->failed) return L1_LIBRARY_FAILED;
    return outcome(handle, apply(handle, &tick, now_ns));
}

int64_t l1_next_due_ns(const l1_handle *handle)
{
    return l1_system_next_due_ns(l1_runner_system(handle->runner));
}

l1_outcome l1_flush(l1_handle *handle)
{
    if (handle->failed) return L1_LIBRARY_FAILED;
    return outcome(handle, l1_runner_flush(handle->runner, &handle->diag));
}

l1_outcome l1_snapshot(l1_handle *handle)
{
    if (handle->failed) return L1_LIBRARY_FAILED;
    return outcome(handle, l1_runner_snapshot(handle->runner, &handle->diag));
}

int l1_snapshot_due(l1_handle *handle)
{
    return !handle->failed && l1_runner_snapshot_due(handle->runner) ? 1 : 0;
}

void l1_state_hash(l1_handle *handle, char out[33])
{
    l1_hash_hex(l1_system_hash(l1_runner_system(handle->runner)), out);
}

const char *l1_error_text(const l1_handle *handle)
{
    return handle->failed ? handle->diag.text : "";
}

l1_outcome l1_close(l1_handle *handle)
{
    l1_outcome ended = L1_LIBRARY_OK;
    if (handle == NULL) return ended;
    if (!handle->failed) ended = l1_flush(handle);
    if (ended == L1_LIBRARY_OK && !handle->failed) {
        ended = outcome(handle, l1_runner_stop(handle->runner, &handle->diag));
    }
    l1_runner_close(handle->runner);
    free(handle);
    return ended;
}

const char *l1_version_text(void)
{
    return L1_VERSION;
}
