/* app/cmd_replay.c: the command line of `l1 replay`. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/history_files.h"
#include "app/log.h"
#include "app/options.h"
#include "app/output_place.h"
#include "app/replay.h"
#include "app/replay_report.h"
#include "app/schedules.h"
#include "app/what_if.h"

static const char usage[] =
    "usage: l1 replay [options] FILE|DIR...\n"
    "       l1 replay --journal DIR [--set KEY=VALUE]... [--models FOLDER] [--format text|json]\n"
    "\n"
    "Plays history as fast as possible: market data or bus messages in, reports and alerts out.\n"
    "Time is that of the messages; the same input gives the same bytes.\n"
    "\n"
    "  FILE               one of Binance's dumps: klines, trades, aggTrades, bookTicker, depth\n"
    "                     (the name begins with the symbol, or FILE=BTC/USDT); a recorded stream\n"
    "                     (lines <local ns> <json>); or NDJSON of the bus. Plain, .gz, .xz, .zst,\n"
    "                     .bz2, .zip; docs/history.md says more\n"
    "  DIR                every such file in it, by name: .csv, .ndjson, .jsonl, packed, .zip, or\n"
    "                     a recording (btcusdt_20240808.gz)\n"
    "  --data FILE        the same as FILE or DIR; may be repeated\n"
    "  --signals FILE     NDJSON, whatever it looks like; may be repeated\n"
    "  --from TIME        leave out what is before: RFC 3339 or Unix ms\n"
    "  --to TIME          leave out what is at or after\n"
    "  --out FILE         reports and alerts (default: standard output)\n"
    "  --report FILE      the run as a page: equity, fills, costs, rejections; needs no network\n"
    "  --journal DIR      keep a journal (default: none)\n"
    "  --quiet            log errors only\n"
    "  --config FILE      configuration (default: config/l1.yaml, then /etc/l1/l1.yaml)\n"
    "  --set KEY=VALUE    overrides one key; may be repeated\n"
    "  --log-format text|json\n"
    "  --help             this text\n"
    "\n"
    "Without files the run recorded in --journal DIR is done again with what --set and --models\n"
    "change, and the difference of its decisions is printed: what each signal was and would be,\n"
    "whether the change did it directly or by what it did before, and both runs' figures. The\n"
    "configuration is the recorded one; the journal is only read.\n"
    "\n"
    "  --models FOLDER    score with these models from the start\n"
    "  --format text|json as text (default) or as one JSON object a line\n"
    "  --out FILE         where it is written (default: standard output)\n"
    "\n"
    "--compare-schedules[=LIST] plays the files once per schedule (single, twap, vwap, pov,\n"
    "iceberg, is, auto; execution.algo) and prints what each costs a parent beside a single\n"
    "order, with intervals, in place of reports. With --report they are played once more as\n"
    "configured, for the page, which shows the comparison too.\n"
    "\n"
    "  --block N          consecutive parents resampled together (default: those that overlap)\n"
    "  --resamples N      of the bootstrap (default 2000)\n"
    "  --seed N           of the bootstrap (default 1)\n"
    "  --format text|json as a table (default) or as one JSON object a line\n"
    "  --out FILE         where it is written (default: standard output)\n"
    "\n"
    "A replay of files ends with a summary on standard error. Exit: 0 done, 1 failed midway, 2\n"
    "usage, configuration or an unreadable file, 3 the journal's records are not what this build\n"
    "makes of its inputs.\n";

typedef struct {
    l1_history_files history;
    l1_config_source source;
    const char *out, *report, *journal, *log_format, *models, *format;
    int64_t from_ns, to_ns;
    bool quiet, compare;
    const char *of_comparison; /* an option given that belongs to one; NULL = none */
    l1_schedules_options schedules;
} arguments;

static bool take_number(const char *name, const char *text, uint64_t least, uint64_t most,
                        uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && value >= least &&
        value <= most) {
        *out = value;
        return true;
    }
    (void)fprintf(stderr, "l1 replay: %s is '%s'; it must be a whole number from %llu to %llu\n",
                  name, text, (unsigned long long)least, (unsigned long long)most);
    return false;
}

/* The options of a comparison. */
static bool take_schedules(arguments *given, int option)
{
    l1_schedules_options *schedules = &given->schedules;
    uint64_t value = 0;
    switch (option) {
    case 'C': given->compare = true; return l1_schedules_parse(optarg, schedules);
    case 'B':
        given->of_comparison = "--block";
        if (!take_number("--block", optarg, 1, 1000000, &value)) return false;
        schedules->block_parents = (uint32_t)value;
        return true;
    case 'R':
        given->of_comparison = "--resamples";
        if (!take_number("--resamples", optarg, 1, L1_SCHEDULES_RESAMPLES_MAX, &value))
            return false;
        schedules->resamples = (uint32_t)value;
        return true;
    case 'S':
        given->of_comparison = "--seed";
        return take_number("--seed", optarg, 0, UINT64_MAX, &schedules->seed);
    default: return false;
    }
}

static bool take_option(arguments *given, int option)
{
    switch (option) {
    case 'd': return l1_history_files_add(&given->history, optarg);
    case 'i': return l1_history_files_add_file(&given->history, optarg, true);
    case 'f': return l1_history_time(&given->history, "--from", optarg, &given->from_ns);
    case 't': return l1_history_time(&given->history, "--to", optarg, &given->to_ns);
    case 'o': given->out = optarg; return true;
    case 'r': given->report = optarg; return true;
    case 'j': given->journal = optarg; return true;
    case 'm': given->models = optarg; return true;
    case 'p':
        given->format = optarg;
        if (strcmp(optarg, "text") == 0 || strcmp(optarg, "json") == 0) return true;
        (void)fprintf(stderr, "l1 replay: --format is '%s'; it must be text or json\n", optarg);
        return false;
    case 'q': given->quiet = true; return true;
    case 'c': given->source.file = optarg; return true;
    case 'l':
        given->log_format = optarg;
        if (strcmp(optarg, "text") == 0 || strcmp(optarg, "json") == 0) return true;
        (void)fprintf(stderr, "l1 replay: --log-format is '%s'; it must be text or json\n", optarg);
        return false;
    case 's': return l1_config_source_add(&given->source, optarg);
    default: return take_schedules(given, option);
    }
}

static l1_replay_options replay_of(const arguments *given)
{
    return (l1_replay_options){
        .config_file = l1_config_source_file(&given->source),
        .files = given->history.files,
        .files_count = given->history.count,
        .from_ns = given->from_ns,
        .to_ns = given->to_ns,
        .out = given->out,
        .report = given->report,
        .journal_dir = given->journal,
    };
}

/* `comparison`: reports go nowhere, the page shows it; NULL = none was made. */
static int play(const arguments *given, const l1_comparison *comparison)
{
    static l1_config config;
    if (!l1_config_load(&given->source, &config)) return L1_EXIT_USAGE;
    l1_log_open(given->log_format != NULL ? strcmp(given->log_format, "json") == 0
                                          : config.settings.log_format == L1_LOG_JSON);
    if (given->quiet) l1_log_threshold(L1_LOG_ERROR);
    l1_config_warn(&config);
    l1_replay_options options = replay_of(given);
    options.config = &config;
    options.comparison = comparison;
    if (comparison != NULL) options.out = "/dev/null";
    return l1_replay(&options);
}

/* The configuration of a replay of files; a recorded run keeps its own. */
static const char *const own_settings[] = {"mode=replay", "clock.source=events"};
enum { OWN_SETTINGS = sizeof own_settings / sizeof own_settings[0] };

/* A recorded run once more, when no files are named. */
static int ask_what_if(const arguments *given)
{
    if (given->source.file != NULL || given->from_ns != L1_OFF || given->to_ns != L1_OFF) {
        (void)fputs("l1 replay: without files the run in --journal is done again, whole and under "
                    "its recorded configuration: --config, --from and --to do not go with it\n",
                    stderr);
        return L1_EXIT_USAGE;
    }
    const l1_what_if_options options = {
        .dir = given->journal,
        .overrides = given->source.overrides + OWN_SETTINGS,
        .overrides_count = given->source.overrides_count - OWN_SETTINGS,
        .models = given->models,
        .out = given->out,
        .json = given->format != NULL && strcmp(given->format, "json") == 0,
    };
    return l1_what_if(&options);
}

/* The comparison of schedules, in place of reports. */
static int compare(arguments *given)
{
    static l1_schedules schedules;
    l1_diag diag = {.text = ""};
    const bool json = given->format != NULL && strcmp(given->format, "json") == 0;
    const l1_replay_options replay = replay_of(given);
    l1_result place = l1_replay_report_check(&replay, &diag);
    if (place.code == L1_OK && given->out != NULL) {
        const l1_kept_places kept = l1_replay_keeps(&replay);
        place = l1_place_check(&kept, "--out", given->out, &diag);
    }
    if (place.code != L1_OK) {
        (void)fprintf(stderr, "l1 replay: %s\n", diag.text);
        return L1_EXIT_USAGE;
    }
    l1_log_threshold(L1_LOG_ERROR);
    given->schedules.source = &given->source;
    given->schedules.files = given->history.files;
    given->schedules.files_count = given->history.count;
    given->schedules.from_ns = given->from_ns;
    given->schedules.to_ns = given->to_ns;
    const l1_result done = l1_schedules_compare(&given->schedules, &schedules, &diag);
    if (done.code != L1_OK) {
        if (diag.text[0] != '\0') (void)fprintf(stderr, "l1 replay: %s\n", diag.text);
        return done.code == L1_LIMIT_FULL ? L1_EXIT_FAILED : L1_EXIT_USAGE;
    }
    FILE *out = given->out == NULL ? stdout : fopen(given->out, "w");
    if (out != NULL) l1_schedules_print(&schedules, json, out);
    bool good = out != NULL && ferror(out) == 0 && fflush(out) == 0;
    if (out != NULL && out != stdout) good = fclose(out) == 0 && good;
    if (good) return given->report == NULL ? L1_EXIT_DONE : play(given, &schedules.comparison);
    (void)fprintf(stderr, "l1 replay: %s: %s\n",
                  given->out == NULL ? "standard output" : given->out, strerror(errno));
    return out == NULL ? L1_EXIT_USAGE : L1_EXIT_FAILED;
}

static bool files_fit(const arguments *given)
{
    const char *error = NULL;
    if (given->from_ns != L1_OFF && given->to_ns != L1_OFF && given->from_ns >= given->to_ns) {
        error = "--from must lie before --to";
    } else if (given->compare && given->journal != NULL) {
        error = "--compare-schedules keeps no journal";
    } else if (!given->compare && given->of_comparison != NULL) {
        error = "--block, --resamples and --seed go with --compare-schedules";
    } else if (given->history.count > 0 && given->models != NULL) {
        error = "--models goes with --journal DIR alone, without files; the models of a replay are "
                "--set ai.models=FOLDER";
    } else if (given->history.count > 0 && given->format != NULL && !given->compare) {
        error = "--format goes with --compare-schedules, or with --journal DIR without files";
    } else if (given->history.count == 0 && given->report != NULL) {
        error = "--report is the page of a replay of files";
    } else if (given->history.count == 0 && (given->journal == NULL || given->compare)) {
        error = "which files?";
    }
    if (error != NULL) (void)fprintf(stderr, "l1 replay: %s\n", error);
    return error == NULL;
}

int l1_cmd_replay(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'},
        {"signals", required_argument, NULL, 'i'},
        {"from", required_argument, NULL, 'f'},
        {"to", required_argument, NULL, 't'},
        {"out", required_argument, NULL, 'o'},
        {"journal", required_argument, NULL, 'j'},
        {"quiet", no_argument, NULL, 'q'},
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, 's'},
        {"log-format", required_argument, NULL, 'l'},
        {"report", required_argument, NULL, 'r'},
        {"format", required_argument, NULL, 'p'},
        {"models", required_argument, NULL, 'm'},
        {"compare-schedules", optional_argument, NULL, 'C'},
        {"block", required_argument, NULL, 'B'},
        {"resamples", required_argument, NULL, 'R'},
        {"seed", required_argument, NULL, 'S'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static arguments given;
    given = (arguments){.history.command = "l1 replay",
                        .from_ns = L1_OFF,
                        .to_ns = L1_OFF,
                        .schedules = {.resamples = L1_SCHEDULES_RESAMPLES, .seed = 1}};
    bool good = true;
    for (size_t i = 0; i < OWN_SETTINGS; i++) {
        good = good && l1_config_source_add(&given.source, own_settings[i]);
    }
    optind = 1;
    for (int option = 0; good && (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option == 'h') {
            (void)fputs(usage, stdout);
            return L1_EXIT_DONE;
        }
        good = take_option(&given, option);
    }
    for (int i = optind; good && i < argc; i++) {
        good = l1_history_files_add(&given.history, argv[i]);
    }
    good = good && files_fit(&given);
    int code = L1_EXIT_USAGE;
    if (good) {
        code = given.compare             ? compare(&given)
               : given.history.count > 0 ? play(&given, NULL)
                                         : ask_what_if(&given);
    } else {
        (void)fputs("try l1 replay --help\n", stderr);
    }
    l1_history_files_free(&given.history);
    return code;
}
