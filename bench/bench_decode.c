/* bench/bench_decode.c: recorded files to decoded events, on one core, as they are packed.
 *
 * The recorded ticks of both symbols (JSON lines) and a month of klines of both, each plain, .gz
 * and .xz, through the readers that `l1 replay` uses; beside it their lines alone, unpacked and not
 * decoded. Figures are of processor time; the size is that of the plain text.
 * Usage: bench_decode [SECONDS]   (2 for each) */
#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include "config/config.h"
#include "io/history.h"
#include "io/line_source.h"
#include "recorded.h"

typedef struct {
    uint64_t messages, events, bytes;
} amount;

static char work[] = "/tmp/bench_decode_XXXXXX";
static l1_limits limits;

static void read_limits(void)
{
    static l1_config config;
    static l1_config_error error;
    char path[600];
    (void)snprintf(path, sizeof path, "%s/config/l1.yaml", root);
    if (l1_config_read(path, NULL, 0, &config, &error).code != L1_OK) {
        fail("configuration", error.text);
    }
    limits = config.limits;
}

static void must(struct archive *out, int code)
{
    if (code != ARCHIVE_OK) fail("packing", archive_error_string(out));
}

/* `path` packed anew into the working folder as NAME + ending; `packed` becomes its path. */
static void pack(const char *path, const char *ending, char packed[PATH_SIZE])
{
    const char *name = strrchr(path, '/') + 1;
    const size_t stem = strcspn(name, ".");
    const bool rows = strstr(name, ".csv") != NULL;
    l1_line_source *in = NULL;
    const char *line = NULL;
    size_t size = 0;
    l1_diag diag = {.text = ""};
    (void)snprintf(packed, PATH_SIZE, "%s/%.*s%s%s", work, (int)stem, name, rows ? ".csv" : "",
                   ending);
    if (l1_line_source_open(path, &in, &diag).code != L1_OK) fail("open", diag.text);
    struct archive *out = archive_write_new();
    must(out, archive_write_set_format_raw(out));
    if (strcmp(ending, ".gz") == 0) must(out, archive_write_add_filter_gzip(out));
    if (strcmp(ending, ".xz") == 0) must(out, archive_write_add_filter_xz(out));
    must(out, archive_write_open_filename(out, packed));
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    must(out, archive_write_header(out, entry));
    while (l1_line_source_next(in, &line, &size, &diag).code == L1_OK) {
        if (archive_write_data(out, line, size) < 0 || archive_write_data(out, "\n", 1) < 0) {
            fail("packing", archive_error_string(out));
        }
    }
    archive_entry_free(entry);
    must(out, archive_write_close(out));
    (void)archive_write_free(out);
    l1_line_source_close(in);
}

static amount read_lines(char paths[FILES_MAX][PATH_SIZE], size_t count)
{
    amount read = {0};
    for (size_t i = 0; i < count; i++) {
        l1_line_source *in = NULL;
        const char *line = NULL;
        size_t size = 0;
        l1_diag diag = {.text = ""};
        if (l1_line_source_open(paths[i], &in, &diag).code != L1_OK) fail("open", diag.text);
        while (l1_line_source_next(in, &line, &size, &diag).code == L1_OK) {
            read.messages++;
            read.bytes += size + 1;
        }
        l1_line_source_close(in);
    }
    read.events = read.messages;
    return read;
}

static amount decode(char paths[FILES_MAX][PATH_SIZE], size_t count)
{
    static l1_history_file files[FILES_MAX];
    l1_history *history = NULL;
    const l1_decoded *message = NULL;
    l1_diag diag = {.text = ""};
    amount read = {0};
    for (size_t i = 0; i < count; i++) files[i] = (l1_history_file){.path = paths[i]};
    const l1_history_options options = {.limits = &limits,
                                        .files = files,
                                        .files_count = count,
                                        .from_ns = L1_OFF,
                                        .to_ns = L1_OFF};
    if (l1_history_open(&options, &history, &diag).code != L1_OK) fail("history", diag.text);
    for (;;) {
        const l1_status code = l1_history_next(history, &message, &diag).code;
        if (code == L1_IO_END) break;
        if (code != L1_OK) fail("history", diag.text);
        const l1_event *event = &message->event;
        if (event->kind == L1_EVENT_REFUSED) fail("refused", event->as.refusal.cause);
        read.messages++;
        read.events += event->kind == L1_EVENT_DEPTH ? event->as.depth.changes_count : 1;
    }
    l1_history_close(history);
    return read;
}

/* The same files again and again for `seconds`; returns what one pass reads. */
static amount measure(amount (*pass)(char[FILES_MAX][PATH_SIZE], size_t),
                      char paths[FILES_MAX][PATH_SIZE], size_t count, double seconds, windows *out)
{
    const int64_t end_ns = read_ns(CLOCK_MONOTONIC) + (int64_t)(seconds * 1e9);
    amount read = {0};
    for (out->count = 0; out->count < 3 || read_ns(CLOCK_MONOTONIC) < end_ns; out->count++) {
        const int64_t wall_ns = read_ns(CLOCK_MONOTONIC);
        const int64_t busy_ns = read_ns(CLOCK_PROCESS_CPUTIME_ID);
        read = pass(paths, count);
        out->busy[out->count] = (double)(read_ns(CLOCK_PROCESS_CPUTIME_ID) - busy_ns) / 1e9;
        out->wall[out->count] = (double)(read_ns(CLOCK_MONOTONIC) - wall_ns) / 1e9;
    }
    return read;
}

static void run(const char *what, char paths[FILES_MAX][PATH_SIZE], size_t count, double seconds)
{
    static const char *const endings[] = {"", ".gz", ".xz"};
    static char packed[FILES_MAX][PATH_SIZE];
    static windows seen;
    if (count == 0) {
        printf("SKIP: no %s in %s\n", what, data);
        return;
    }
    for (size_t form = 0; form < 3; form++) {
        for (size_t i = 0; i < count; i++) pack(paths[i], endings[form], packed[i]);
        const amount lines = measure(read_lines, packed, count, seconds / 2, &seen);
        const double bare_s = best_of(&seen);
        const amount read = measure(decode, packed, count, seconds, &seen);
        const double best_s = best_of(&seen), text_mb = (double)lines.bytes / 1e6;
        printf(
            "%-8s %-6s %9.0f events/s, %8.0f messages/s, %6.1f MB/s of text (median %.1f); lines "
            "alone %7.1f MB/s\n",
            what, form == 0 ? "plain" : endings[form], (double)read.events / best_s,
            (double)read.messages / best_s, text_mb / best_s, text_mb / seen.busy[seen.count / 2],
            text_mb / bare_s);
        for (size_t i = 0; i < count; i++) (void)unlink(packed[i]);
    }
}

int main(int argc, char **argv)
{
    static char paths[FILES_MAX][PATH_SIZE];
    const double seconds = argc > 1 ? strtod(argv[1], NULL) : 2;
    if (seconds <= 0) {
        (void)fprintf(stderr, "usage: bench_decode [SECONDS]\n");
        return 2;
    }
    find_data();
    pin();
    read_limits();
    if (mkdtemp(work) == NULL) fail("temporary folder", "cannot be made");
    run("ticks", paths, list_files("ticks", "btcusdt_", "ethusdt_", paths), seconds);
    run("klines", paths, list_files("klines_1m", "BTCUSDT-1m-2023-01", "ETHUSDT-1m-2023-01", paths),
        seconds);
    (void)rmdir(work);
    return 0;
}
