/* app/cmd_replay.c: the command line of `l1 replay`. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/history_files.h"
#include "app/log.h"
#include "app/options.h"
#include "app/replay.h"

static const char usage[] =
    "usage: l1 replay [options] FILE|DIR...\n"
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
    "  --journal DIR      keep a journal (default: none)\n"
    "  --quiet            log errors only\n"
    "  --config FILE      configuration (default: config/l1.yaml, then /etc/l1/l1.yaml)\n"
    "  --set KEY=VALUE    overrides one key; may be repeated\n"
    "  --log-format text|json\n"
    "  --help             this text\n"
    "\n"
    "Ends with a summary on standard error. Exit: 0 done, 1 failed midway, 2 usage, "
    "configuration or\nan unreadable file.\n";

typedef struct {
    l1_history_files history;
    l1_config_source source;
    const char *out, *journal, *log_format;
    int64_t from_ns, to_ns;
    bool quiet;
} arguments;

static bool take_option(arguments *given, int option)
{
    switch (option) {
    case 'd': return l1_history_files_add(&given->history, optarg);
    case 'i': return l1_history_files_add_file(&given->history, optarg, true);
    case 'f': return l1_history_time(&given->history, "--from", optarg, &given->from_ns);
    case 't': return l1_history_time(&given->history, "--to", optarg, &given->to_ns);
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
        .files = given->history.files,
        .files_count = given->history.count,
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
    given = (arguments){.history.command = "l1 replay", .from_ns = L1_OFF, .to_ns = L1_OFF};
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
    for (int i = optind; good && i < argc; i++) {
        good = l1_history_files_add(&given.history, argv[i]);
    }
    if (good && given.from_ns != L1_OFF && given.to_ns != L1_OFF && given.from_ns >= given.to_ns) {
        (void)fputs("l1 replay: --from must lie before --to\n", stderr);
        good = false;
    }
    if (good && given.history.count == 0) {
        (void)fputs("l1 replay: which files?\n", stderr);
        good = false;
    }
    int code = L1_EXIT_USAGE;
    if (good) {
        code = play(&given);
    } else {
        (void)fputs("try l1 replay --help\n", stderr);
    }
    l1_history_files_free(&given.history);
    return code;
}
