/* app/cmd_run.c: the command line of `l1 run`. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/log.h"
#include "app/options.h"
#include "app/run_session.h"
#include "base/text.h"

static const char usage[] =
    "usage: l1 run [options]\n"
    "\n"
    "Runs the engine: messages in, reports and alerts out, until the end of input, SIGTERM or\n"
    "SIGINT. PAPER on standard input and output by default; logs go to standard error.\n"
    "\n"
    "  --config FILE            configuration (default: config/l1.yaml, then /etc/l1/l1.yaml)\n"
    "  --set KEY=VALUE          overrides one key; may be repeated\n"
    "  --clock real|events      time from the clock (default) or from the messages\n"
    "  --bus ADDRESS            stdio or unix:PATH (default: the key bus)\n"
    "  --journal DIR            where the journal lies (default: the key journal.dir)\n"
    "  --log-format text|json   form of the log (default: the key log.format)\n"
    "  --help                   this text\n"
    "\n"
    "Exit: 0 done, 1 failed while running, 2 usage or configuration.\n";

typedef struct {
    l1_config_source source;
    const char *clock, *bus, *journal, *log_format;
    bool help;
} arguments;

static bool parse(int argc, char **argv, arguments *given)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},  {"set", required_argument, NULL, 's'},
        {"clock", required_argument, NULL, 'k'},   {"bus", required_argument, NULL, 'b'},
        {"journal", required_argument, NULL, 'j'}, {"log-format", required_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    optind = 1;
    for (int option = 0; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (option) {
        case 'c': given->source.file = optarg; break;
        case 's':
            if (!l1_config_source_add(&given->source, optarg)) return false;
            break;
        case 'k': given->clock = optarg; break;
        case 'b': given->bus = optarg; break;
        case 'j': given->journal = optarg; break;
        case 'l': given->log_format = optarg; break;
        case 'h': given->help = true; return true;
        default: return false;
        }
    }
    if (optind == argc) return true;
    (void)fprintf(stderr, "l1 run: unexpected argument '%s'\n", argv[optind]);
    return false;
}

static bool one_of(const char *name, const char *value, const char *first, const char *second)
{
    if (value == NULL || strcmp(value, first) == 0 || strcmp(value, second) == 0) return true;
    (void)fprintf(stderr, "l1 run: %s is '%s'; it must be %s or %s\n", name, value, first, second);
    return false;
}

static bool resolve(const arguments *given, l1_run_options *options)
{
    if (!l1_config_load(&given->source, &options->config)) return false;
    l1_limits *limits = &options->config.limits;
    const l1_settings *settings = &options->config.settings;
    if (limits->mode != L1_MODE_PAPER) {
        (void)fprintf(stderr, "l1 run: mode is %s; %s\n", l1_mode_text(limits->mode),
                      limits->mode == L1_MODE_LIVE
                          ? "live trading is not available yet, and nothing falls back to paper"
                          : "history is played by l1 replay");
        return false;
    }
    if (given->clock != NULL) limits->clock_from_events = strcmp(given->clock, "events") == 0;
    l1_text_copy(options->bus, sizeof options->bus,
                 given->bus != NULL ? given->bus : settings->bus);
    l1_text_copy(options->journal_dir, sizeof options->journal_dir,
                 given->journal != NULL ? given->journal : settings->journal_dir);
    return true;
}

/* Said before anything is written: a journal is not begun for a bus that cannot be. */
static bool known_bus(const char *address)
{
    if (strcmp(address, "stdio") == 0 || strncmp(address, "unix:", 5) == 0) return true;
    (void)fprintf(stderr, "l1 run: bus '%s' is not part of this version; use stdio or unix:PATH\n",
                  address);
    return false;
}

int l1_cmd_run(int argc, char **argv)
{
    static l1_run_options options; /* outlives the loop; one run in a process */
    arguments given = {0};
    if (!parse(argc, argv, &given)) {
        (void)fputs("try l1 run --help\n", stderr);
        return L1_EXIT_USAGE;
    }
    if (given.help) {
        (void)fputs(usage, stdout);
        return L1_EXIT_DONE;
    }
    if (!one_of("--clock", given.clock, "real", "events") ||
        !one_of("--log-format", given.log_format, "text", "json")) {
        return L1_EXIT_USAGE;
    }
    if (!resolve(&given, &options) || !known_bus(options.bus)) return L1_EXIT_USAGE;
    l1_log_open(given.log_format != NULL ? strcmp(given.log_format, "json") == 0
                                         : options.config.settings.log_format == L1_LOG_JSON);
    l1_config_warn(&options.config);
    return l1_run(&options);
}
