/* app/cmd_replay.c: the command line of `l1 replay`. */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/commands.h"
#include "app/log.h"
#include "app/options.h"
#include "app/replay.h"
#include "bus/codec/timestamp.h"

static const char usage[] =
    "usage: l1 replay [options] FILE|DIR...\n"
    "\n"
    "Plays history as fast as possible: klines or bus messages in, reports and alerts out. Time\n"
    "is that of the messages; the same input gives the same bytes.\n"
    "\n"
    "  FILE               klines (Binance's 12 columns; the name begins with the symbol, or\n"
    "                     FILE=BTC/USDT) or NDJSON of the bus; plain, .gz, .xz, .zst, .bz2, .zip\n"
    "  DIR                every such file in it, by name: .csv, .ndjson, .jsonl, packed, or .zip\n"
    "  --data FILE        the same as FILE or DIR; may be repeated\n"
    "  --signals FILE     NDJSON, whatever it looks like; may be repeated\n"
    "  --from TIME        leave out what is before: RFC 3339 or Unix ms\n"
    "  --to TIME          leave out what is at or after\n"
    "  --out FILE         reports and alerts (default: standard output)\n"
    "  --journal DIR      keep a journal (default: none)\n"
    "  --quiet            log errors only\n"
    "  --config FILE      configuration (default: config/l1.yaml, then /etc/l1/l1.yaml)\n"
    "  --set KEY=VALUE    overrides one key; may be repeated\n"
    "  --log-format text|json\n"
    "  --help             this text\n"
    "\n"
    "Ends with a summary on standard error. Exit: 0 done, 1 failed midway, 2 usage, "
    "configuration or\nan unreadable file.\n";

enum { FILES_MAX = 4096 };

typedef struct {
    char *paths[FILES_MAX]; /* owned */
    l1_history_file files[FILES_MAX];
    size_t files_count;
    l1_config_source source;
    const char *out, *journal, *log_format;
    int64_t from_ns, to_ns;
    bool quiet;
} arguments;

static bool add_file(arguments *given, const char *path, bool messages)
{
    if (given->files_count == FILES_MAX) {
        (void)fprintf(stderr, "l1 replay: more than %d files\n", FILES_MAX);
        return false;
    }
    char *kept = strdup(path);
    if (kept == NULL) return false;
    given->paths[given->files_count] = kept;
    given->files[given->files_count++] = (l1_history_file){.path = kept, .messages = messages};
    return true;
}

static bool ends(const char *name, size_t size, const char *ending)
{
    const size_t wanted = strlen(ending);
    return size > wanted && memcmp(name + size - wanted, ending, wanted) == 0;
}

/* NAME.csv, .ndjson or .jsonl, packed or not, or NAME.zip; nothing hidden. */
static int is_history(const struct dirent *entry)
{
    static const char *const packings[] = {".gz", ".xz", ".zst", ".bz2"};
    const char *name = entry->d_name;
    size_t size = strlen(name);
    if (name[0] == '.') return 0;
    if (ends(name, size, ".zip")) return 1;
    for (size_t i = 0; i < sizeof packings / sizeof packings[0]; i++) {
        if (!ends(name, size, packings[i])) continue;
        size -= strlen(packings[i]);
        break;
    }
    return ends(name, size, ".csv") || ends(name, size, ".ndjson") || ends(name, size, ".jsonl");
}

static int by_name(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

/* A file as it is; of a folder, every file of history in it, in the order of their names. */
static bool add(arguments *given, const char *path)
{
    struct stat status;
    struct dirent **entries = NULL;
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) return add_file(given, path, false);
    const int count = scandir(path, &entries, is_history, by_name);
    bool good = count > 0;
    if (count == 0) {
        (void)fprintf(stderr, "l1 replay: no klines or NDJSON files in %s\n", path);
    } else if (count < 0) {
        (void)fprintf(stderr, "l1 replay: %s: %s\n", path, strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        char joined[PATH_MAX];
        const int size = snprintf(joined, sizeof joined, "%s/%s", path, entries[i]->d_name);
        if (size < 0 || (size_t)size >= sizeof joined) {
            (void)fprintf(stderr, "l1 replay: the path of %s is too long\n", entries[i]->d_name);
            good = false;
        }
        good = good && add_file(given, joined, false);
        free(entries[i]);
    }
    free(entries);
    return good;
}

static bool take_time(const char *name, const char *text, int64_t *ns)
{
    char *end = NULL;
    const long long ms = strtoll(text, &end, 10);
    if (*text != '\0' && *end == '\0' && l1_timestamp_of_ms((int64_t)ms, ns)) return true;
    if (l1_timestamp_parse(text, strlen(text), ns)) return true;
    (void)fprintf(stderr, "l1 replay: %s is '%s'; it must be RFC 3339 or Unix ms, 2009 to 2100\n",
                  name, text);
    return false;
}

static bool take_option(arguments *given, int option)
{
    switch (option) {
    case 'd': return add(given, optarg);
    case 'i': return add_file(given, optarg, true);
    case 'f': return take_time("--from", optarg, &given->from_ns);
    case 't': return take_time("--to", optarg, &given->to_ns);
    case 'o': given->out = optarg; return true;
    case 'j': given->journal = optarg; return true;
    case 'q': given->quiet = true; return true;
    case 'c': given->source.file = optarg; return true;
    case 'l':
        given->log_format = optarg;
        if (strcmp(optarg, "text") == 0 || strcmp(optarg, "json") == 0) return true;
        (void)fprintf(stderr, "l1 replay: --log-format is '%s'; it must be text or json\n", optarg);
        return false;
    case 's': return l1_config_source_add(&given->source, optarg);
    default: return false;
    }
}

static int play(const arguments *given)
{
    static l1_config config;
    if (!l1_config_load(&given->source, &config)) return L1_EXIT_USAGE;
    l1_log_open(given->log_format != NULL ? strcmp(given->log_format, "json") == 0
                                          : config.settings.log_format == L1_LOG_JSON);
    if (given->quiet) l1_log_threshold(L1_LOG_ERROR);
    l1_config_warn(&config);
    const l1_replay_options options = {
        .config = &config,
        .files = given->files,
        .files_count = given->files_count,
        .from_ns = given->from_ns,
        .to_ns = given->to_ns,
        .out = given->out,
        .journal_dir = given->journal,
    };
    return l1_replay(&options);
}

int l1_cmd_replay(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'}, {"signals", required_argument, NULL, 'i'},
        {"from", required_argument, NULL, 'f'}, {"to", required_argument, NULL, 't'},
        {"out", required_argument, NULL, 'o'},  {"journal", required_argument, NULL, 'j'},
        {"quiet", no_argument, NULL, 'q'},      {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, 's'},  {"log-format", required_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0},
    };
    static arguments given;
    given = (arguments){.from_ns = L1_OFF, .to_ns = L1_OFF};
    bool good = l1_config_source_add(&given.source, "mode=replay") &&
                l1_config_source_add(&given.source, "clock.source=events");
    optind = 1;
    for (int option = 0; good && (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option == 'h') {
            (void)fputs(usage, stdout);
            return L1_EXIT_DONE;
        }
        good = take_option(&given, option);
    }
    for (int i = optind; good && i < argc; i++) good = add(&given, argv[i]);
    if (good && given.from_ns != L1_OFF && given.to_ns != L1_OFF && given.from_ns >= given.to_ns) {
        (void)fputs("l1 replay: --from must lie before --to\n", stderr);
        good = false;
    }
    if (good && given.files_count == 0) {
        (void)fputs("l1 replay: which files?\n", stderr);
        good = false;
    }
    int code = L1_EXIT_USAGE;
    if (good) {
        code = play(&given);
    } else {
        (void)fputs("try l1 replay --help\n", stderr);
    }
    for (size_t i = 0; i < given.files_count; i++) free(given.paths[i]);
    return code;
}
