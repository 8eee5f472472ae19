/* app/cmd_score.c: the command line of `l1 score`. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/score.h"

static const char usage[] =
    "usage: l1 score [options] FILE|DIR...\n"
    "       l1 score --rows FILE [--head HEAD] [options]\n"
    "\n"
    "Features and scores as the engine computes them, for a look inside and for comparison with\n"
    "other programs. From klines (files as for l1 replay, at least 8 days of both assets): the\n"
    "features of the last minute and every head's scores. With --rows: the models' raw scores of\n"
    "feature rows, whose columns a header names (docs/features.md).\n"
    "\n"
    "  --symbol SYMBOL     which asset (default: the first configured)\n"
    "  --side buy|sell     side of the signal (default: buy)\n"
    "  --stop PRICE        its stop_loss (default: 2 x ATR(14) of 15m bars from the close)\n"
    "  --at TIME           the last minute that ends at or before: RFC 3339 or Unix ms\n"
    "  --rows FILE         CSV of features; - reads standard input\n"
    "  --head HEAD         survival, movement or direction, for --rows (default: survival)\n"
    "  --models DIR        folder of the model bundle (default: the key ai.models)\n"
    "  --format table|json (default: table)\n"
    "  --config FILE       configuration (default: config/l1.yaml, then /etc/l1/l1.yaml)\n"
    "  --set KEY=VALUE     overrides one key; may be repeated\n"
    "  --help              this text\n"
    "\n"
    "Numbers have 17 digits: they read back to the same bits. Exit: 0 done, 1 failed, 2 usage,\n"
    "configuration or an unreadable file.\n";

typedef struct {
    l1_history_files history;
    l1_config_source source;
    const char *symbol, *side, *stop, *rows, *head, *models, *format;
    int64_t at_ns;
} arguments;

static bool take_option(arguments *given, int option)
{
    switch (option) {
    case 'y': given->symbol = optarg; return true;
    case 'e': given->side = optarg; return true;
    case 'p': given->stop = optarg; return true;
    case 't': return l1_history_time(&given->history, "--at", optarg, &given->at_ns);
    case 'r': given->rows = optarg; return true;
    case 'd': given->head = optarg; return true;
    case 'm': given->models = optarg; return true;
    case 'f': given->format = optarg; return true;
    case 'c': given->source.file = optarg; return true;
    case 's': return l1_config_source_add(&given->source, optarg);
    default: return false;
    }
}

static bool wrong(const char *name, const char *value, const char *must)
{
    (void)fprintf(stderr, "l1 score: %s is '%s'; it must be %s\n", name, value, must);
    return false;
}

static bool read_format(const arguments *given, bool *json)
{
    *json = given->format != NULL && strcmp(given->format, "json") == 0;
    if (given->format == NULL || *json || strcmp(given->format, "table") == 0) return true;
    return wrong("--format", given->format, "table or json");
}

static bool read_signal(const arguments *given, const l1_limits *limits, l1_score_bars *out)
{
    if (given->symbol != NULL) out->symbol = l1_limits_symbol(limits, given->symbol);
    if (out->symbol < 0) return wrong("--symbol", given->symbol, "a configured symbol");
    if (given->side != NULL && strcmp(given->side, "sell") == 0) {
        out->side = L1_SIDE_SELL;
    } else if (given->side != NULL && strcmp(given->side, "buy") != 0) {
        return wrong("--side", given->side, "buy or sell");
    }
    if (given->stop == NULL) return true;
    const l1_result parsed = l1_decimal_parse(given->stop, strlen(given->stop), &out->stop_e8);
    return (parsed.code == L1_OK && out->stop_e8 > 0) ||
           wrong("--stop", given->stop, "a price above 0");
}

static int score(arguments *given)
{
    static l1_config config;
    l1_score_rows rows = {.config = &config, .file = given->rows};
    l1_score_bars bars = {
        .config = &config, .history = &given->history, .at_ns = given->at_ns, .stop_e8 = L1_OFF};
    char models[L1_PATH_TEXT_MAX + 16];
    if (given->models != NULL) {
        (void)snprintf(models, sizeof models, "ai.models=%s", given->models);
        if (!l1_config_source_add(&given->source, models)) return L1_EXIT_USAGE;
    }
    if (!l1_config_load(&given->source, &config)) return L1_EXIT_USAGE;
    if (!read_format(given, &rows.json) || !l1_score_head("l1 score", given->head, &rows.head) ||
        !read_signal(given, &config.limits, &bars)) {
        return L1_EXIT_USAGE;
    }
    bars.json = rows.json;
    if (given->rows != NULL && given->history.count == 0) return l1_score_of_rows(&rows);
    if (given->rows == NULL && given->history.count > 0) return l1_score_from_bars(&bars);
    (void)fputs(given->rows != NULL ? "l1 score: either --rows or files of bars, not both\n"
                                    : "l1 score: which files?\n",
                stderr);
    return L1_EXIT_USAGE;
}

int l1_cmd_score(int argc, char **argv)
{
    static const struct option options[] = {
        {"symbol", required_argument, NULL, 'y'}, {"side", required_argument, NULL, 'e'},
        {"stop", required_argument, NULL, 'p'},   {"at", required_argument, NULL, 't'},
        {"rows", required_argument, NULL, 'r'},   {"head", required_argument, NULL, 'd'},
        {"models", required_argument, NULL, 'm'}, {"format", required_argument, NULL, 'f'},
        {"config", required_argument, NULL, 'c'}, {"set", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    static arguments given;
    given = (arguments){.history.command = "l1 score", .at_ns = L1_OFF};
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
    const int code = good ? score(&given) : L1_EXIT_USAGE;
    if (!good) (void)fputs("try l1 score --help\n", stderr);
    l1_history_files_free(&given.history);
    return code;
}
