/* app/replay_report.c: checks of the path, the fold, and a file that is whole or not there. */
#include "app/replay_report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/instance.h"
#include "app/output_place.h"
#include "base/assert.h"
#include "l1_build_id.h"
#include "report/replay_page.h"

typedef char building_name[PATH_MAX + 32]; /* of the file beside it, until it is whole */

struct l1_replay_report {
    const l1_replay_options *options;
    const char *path;
    building_name building;
    l1_replay_page *page;
};

/* --- where it may be written --- */

l1_kept_places l1_replay_keeps(const l1_replay_options *options)
{
    return (l1_kept_places){.files = options->files,
                            .files_count = options->files_count,
                            .config_file = options->config_file,
                            .journal_dir = options->journal_dir};
}

static l1_result failed(const char *path, l1_status status, l1_diag *diag)
{
    return l1_refuse(diag, status, "report", "%.200s: %s", path, strerror(errno));
}

static l1_result check_place(const l1_replay_options *options, l1_diag *diag)
{
    struct stat of;
    const char *path = options->report;
    const l1_kept_places kept = l1_replay_keeps(options);
    L1_TRY(l1_place_check(&kept, "--report", path, diag));
    if (options->out != NULL && l1_place_same(path, options->out)) {
        return l1_refuse(diag, L1_USAGE, "report", "--report and --out are both %.200s", path);
    }
    if (stat(path, &of) == 0 && !S_ISREG(of.st_mode)) {
        return l1_refuse(diag, L1_USAGE, "report", "--report %.200s is no plain file", path);
    }
    return L1_SUCCESS;
}

/* A file beside `path`, fresh; its name goes to `building`. */
static int create(const char *path, building_name building)
{
    (void)snprintf(building, sizeof(building_name), "%s.%ld.building", path, (long)getpid());
    (void)unlink(building);
    return open(building, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

l1_result l1_replay_report_check(const l1_replay_options *options, l1_diag *diag)
{
    static building_name building;
    if (options->report == NULL) return L1_SUCCESS;
    L1_TRY(check_place(options, diag));
    const int probe = create(options->report, building);
    if (probe < 0) return failed(options->report, L1_IO_OPEN, diag);
    (void)close(probe);
    (void)unlink(building);
    return L1_SUCCESS;
}

l1_result l1_replay_report_open(const l1_replay_options *options, l1_replay_report **out,
                                l1_diag *diag)
{
    *out = NULL;
    if (options->report == NULL) return L1_SUCCESS;
    L1_TRY(l1_replay_report_check(options, diag));
    l1_replay_report *report = calloc(1, sizeof *report);
    if (report == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "report", "no memory");
    report->options = options;
    report->path = options->report;
    const l1_result done = l1_replay_page_open(&options->config->limits, &report->page, diag);
    if (done.code != L1_OK) {
        free(report);
        return done;
    }
    *out = report;
    return L1_SUCCESS;
}

/* --- the run --- */

void l1_replay_report_step(l1_replay_report *report, const l1_event *event, l1_runner *runner)
{
    if (report == NULL) return;
    l1_replay_page_event(report->page, event, l1_system_engine(l1_runner_system(runner)));
}

void l1_replay_report_effect(l1_replay_report *report, const l1_effect *effect, bool duplicate)
{
    if (report != NULL) l1_replay_page_effect(report->page, effect, duplicate);
}

/* --- the file --- */

/* Writes, syncs and renames; on failure the file beside it is gone. */
static l1_result put_file(l1_replay_report *report, const l1_replay_facts *facts, l1_diag *diag)
{
    const int descriptor = create(report->path, report->building);
    FILE *out = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (out == NULL) {
        const l1_result done = failed(report->path, L1_IO_OPEN, diag);
        if (descriptor >= 0) (void)close(descriptor);
        return done;
    }
    l1_replay_page_write(report->page, facts, out);
    bool good = fflush(out) == 0 && ferror(out) == 0 && fsync(fileno(out)) == 0;
    int why = errno;
    if (fclose(out) != 0 && good) {
        good = false;
        why = errno;
    }
    if (good && rename(report->building, report->path) == 0) return L1_SUCCESS;
    errno = good ? errno : why;
    const l1_result done = failed(report->path, L1_IO_WRITE, diag);
    (void)unlink(report->building);
    return done;
}

l1_result l1_replay_report_write(l1_replay_report *report, l1_runner *runner,
                                 l1_hash128 output_hash, uint64_t messages, l1_diag *diag)
{
    if (report == NULL) return L1_SUCCESS;
    const l1_replay_options *options = report->options;
    l1_system *system = l1_runner_system(runner);
    const l1_event end = {.kind = L1_EVENT_TICK, .at_ns = l1_runner_now_ns(runner)};
    l1_replay_facts facts = {.build = "l1 " L1_VERSION ", build " L1_BUILD_ID,
                             .files_count = options->files_count,
                             .out = options->comparison == NULL ? options->out : NULL,
                             .journal = options->journal_dir,
                             .models_hash = l1_system_models(system),
                             .state_hash = l1_system_hash(system),
                             .output_hash = output_hash,
                             .messages = messages,
                             .comparison = options->comparison};
    l1_replay_report_step(report, &end, runner); /* what the timers behind the last one did */
    char *text = NULL;
    size_t size = 0;
    const char **files = calloc(options->files_count + 1, sizeof *files);
    if (files == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "report", "no memory");
    for (size_t i = 0; i < options->files_count; i++) files[i] = options->files[i].path;
    facts.files = files;
    l1_result done = l1_config_text(options->config, &text, &size, &facts.config_hash, diag);
    if (done.code == L1_OK) {
        L1_ASSERT(text != NULL && strlen(text) == size);
        facts.config_text = text;
        done = put_file(report, &facts, diag);
    }
    free(text);
    free(files);
    return done;
}

void l1_replay_report_close(l1_replay_report *report)
{
    if (report == NULL) return;
    l1_replay_page_close(report->page);
    free(report);
}
