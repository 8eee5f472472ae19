/* app/run_snapshot.c: snapshots while running are a child's work, one at a time. */
#include "app/log.h"
#include "app/run_session.h"

static void on_closed(uv_handle_t *handle)
{
    l1_run_session *session = handle->data;
    session->snapshot_runs = false;
}

static void on_exit_of_child(uv_process_t *process, int64_t status, int signal)
{
    l1_run_session *session = process->data;
    if ((status != 0 || signal != 0) && !session->stopping) {
        l1_log(L1_LOG_WARNING, NULL,
               "l1 snapshot ended with status %d, signal %d; the next segment tries again",
               (int)status, signal);
    }
    uv_close((uv_handle_t *)process, on_closed);
}

static void spawn(l1_run_session *session)
{
    char program[] = "/proc/self/exe", name[] = "l1", command[] = "snapshot";
    char dir[L1_PATH_TEXT_MAX];
    (void)snprintf(dir, sizeof dir, "%s", session->options->journal_dir);
    char *arguments[] = {name, command, dir, NULL};
    uv_stdio_container_t files[3] = {
        {.flags = UV_IGNORE}, {.flags = UV_IGNORE}, {.flags = UV_INHERIT_FD, .data.fd = 2}};
    const uv_process_options_t options = {.exit_cb = on_exit_of_child,
                                          .file = program,
                                          .args = arguments,
                                          .stdio_count = 3,
                                          .stdio = files};
    session->snapshot.data = session;
    session->snapshot_runs = true;
    const int failed = uv_spawn(&session->loop, &session->snapshot, &options);
    if (failed == 0) return;
    l1_log(L1_LOG_WARNING, NULL, "l1 snapshot cannot be started: %s", uv_strerror(failed));
    uv_close((uv_handle_t *)&session->snapshot, on_closed);
}

void l1_run_snapshot_turn(l1_run_session *session)
{
    if (l1_runner_snapshot_due(session->runner)) session->snapshot_wanted = true;
    if (!session->snapshot_wanted || session->snapshot_runs) return;
    session->snapshot_wanted = false;
    spawn(session);
}

/* The clean stop writes a newer one; two at once would remove each other's old files. */
void l1_run_snapshot_end(l1_run_session *session)
{
    if (!session->snapshot_runs) return;
    (void)uv_process_kill(&session->snapshot, SIGKILL);
    while (session->snapshot_runs) (void)uv_run(&session->loop, UV_RUN_ONCE);
}
