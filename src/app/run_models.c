/* app/run_models.c: reload_models while running: read on a worker thread, applied on the loop.
 *
 * One at a time; a command that comes meanwhile is obeyed once the first has been answered. */
#include "app/log.h"
#include "app/models_start.h"
#include "app/run_session.h"
#include "base/assert.h"

static void on_worker(uv_work_t *work)
{
    l1_run_session *session = work->data;
    l1_runner_load_models(session->runner, true, &session->models);
}

static void on_read(uv_work_t *work, int status)
{
    l1_run_session *session = work->data;
    l1_diag diag = {.text = ""};
    session->models_run = false;
    if (session->failed || session->stopping || status != 0) return;
    l1_event now = {.kind = L1_EVENT_TICK};
    l1_models_log(&session->options->config, &session->models);
    l1_run_apply(session, NULL, &now, 0);
    if (session->failed) return;
    const l1_result done = l1_runner_take_models(session->runner, &session->models, &diag);
    if (done.code != L1_OK) l1_run_fail(session, diag.text);
    if (session->models_wanted) l1_run_reload_models(session);
}

void l1_run_reload_models(l1_run_session *session)
{
    session->models_wanted = session->models_run;
    if (session->models_run || session->stopping) return;
    session->models_work.data = session;
    session->models_run = true;
    const int failed = uv_queue_work(&session->loop, &session->models_work, on_worker, on_read);
    L1_ASSERT(failed == 0);
}

void l1_run_models_end(l1_run_session *session)
{
    while (session->models_run) (void)uv_run(&session->loop, UV_RUN_ONCE);
}
