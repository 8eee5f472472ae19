/* app/cmd_features.c: `l1 features`: training rows as CSV, for models made by other programs. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/output_place.h"
#include "app/progress.h"
#include "app/score.h"
#include "train/dataset.h"

static const char usage[] =
    "usage: l1 features [options] FILE|DIR...\n"
    "\n"
    "The rows that `l1 train` learns from, as CSV: every 25 minutes of each asset the columns of\n"
    "docs/features.md with the bits that the engine computes, and what came after. Before the\n"
    "columns stand symbol, time_ms (end of the minute), label_end_ms, side, stop_fraction, label.\n"
    "Files as for l1 train. baseline and stop_distance need the bundle's volatility model.\n"
    "\n"
    "  --data FILE|DIR     the same as FILE or DIR; may be repeated\n"
    "  --head HEAD         survival (default), movement or direction: its label; for survival the\n"
    "                      directional columns are multiplied by the row's side\n"
    "  --out csv|FILE      csv is standard output (the default)\n"
    "  --seed N            of survival's random sides and stops (default: 1)\n"
    "  --models DIR        folder of the bundle (default: the key ai.models)\n"
    "  --config FILE       configuration (default: config/l1.yaml, then /etc/l1/l1.yaml)\n"
    "  --set KEY=VALUE     overrides one key; may be repeated\n"
    "  --help              this text\n"
    "\n"
    "Exit: 0 done, 1 failed, 2 usage, configuration or unusable data.\n";

typedef struct {
    l1_history_files history;
    l1_config_source source;
    const char *head, *out, *models;
    uint64_t seed;
} arguments;

static bool take_seed(arguments *given, const char *text)
{
    char behind = '\0';
    unsigned long long seed = 0;
    if (text[0] != '-' && sscanf(text, "%llu%c", &seed, &behind) == 1) {
        given->seed = seed;
        return true;
    }
    (void)fprintf(stderr, "l1 features: --seed is '%s'; it must be a whole number from 0\n", text);
    return false;
}

static bool take_option(arguments *given, int option)
{
    switch (option) {
    case 'd': return l1_history_files_add(&given->history, optarg);
    case 'a': given->head = optarg; return true;
    case 'o': given->out = optarg; return true;
    case 'n': return take_seed(given, optarg);
    case 'm': given->models = optarg; return true;
    case 'c': given->source.file = optarg; return true;
    case 's': return l1_config_source_add(&given->source, optarg);
    default: return false;
    }
}

static void print_row(FILE *out, const l1_dataset *data, const l1_bundle *bundle, l1_head head,
                      const l1_row *row)
{
    static const int64_t minute_ms = L1_MINUTE_NS / 1000000;
    const char *name = data->limits->symbols[row->symbol].name;
    const l1_head_question question = {.symbol = l1_bundle_symbol(bundle, name),
                                       .side = row->side,
                                       .stop_fraction = row->stop_fraction};
    double columns[L1_COLUMNS_COUNT];
    l1_head_row(bundle, head, &row->vector, &question, columns);
    (void)fprintf(out, "%s,%lld,%lld,%s,%.17g,%d", name, (long long)((row->minute + 1) * minute_ms),
                  (long long)((row->label_end + 1) * minute_ms),
                  row->side == L1_SIDE_BUY ? "buy" : "sell", row->stop_fraction, row->labels[head]);
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) (void)fprintf(out, ",%.17g", columns[i]);
    (void)fputc('\n', out);
}

/* False and a line when a symbol of the data is none of the bundle's. */
static bool known(const l1_dataset *data, const l1_bundle *bundle)
{
    for (uint32_t i = 0; i < data->limits->symbols_count; i++) {
        const char *name = data->limits->symbols[i].name;
        if (data->bars[i] == 0 || l1_bundle_symbol(bundle, name) >= 0) continue;
        (void)fprintf(stderr, "l1 features: the bundle was not trained for %s\n", name);
        return false;
    }
    return true;
}

static int write_rows(const arguments *given, const l1_dataset *data, const l1_bundle *bundle,
                      l1_head head)
{
    const bool to_file = given->out != NULL && strcmp(given->out, "csv") != 0;
    FILE *out = to_file ? fopen(given->out, "w") : stdout;
    if (out == NULL) {
        (void)fprintf(stderr, "l1 features: %s: %s\n", given->out, strerror(errno));
        return L1_EXIT_USAGE;
    }
    (void)fputs("symbol,time_ms,label_end_ms,side,stop_fraction,label", out);
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) (void)fprintf(out, ",%s", l1_features[i].name);
    (void)fputc('\n', out);
    for (size_t i = 0; i < data->count; i++) print_row(out, data, bundle, head, &data->rows[i]);
    const bool bad = ferror(out) != 0;
    const bool failed = (to_file ? fclose(out) : fflush(out)) != 0 || bad;
    if (!failed) return L1_EXIT_DONE;
    (void)fprintf(stderr, "l1 features: %s: %s\n", to_file ? given->out : "standard output",
                  strerror(errno));
    return L1_EXIT_FAILED;
}

static void on_progress(void *context, int64_t done, int64_t all)
{
    l1_progress_step(context, done, all);
}

static int with_bundle(const arguments *given, const l1_config *config, l1_head head,
                       const l1_bundle *bundle)
{
    l1_diag diag = {.text = ""};
    l1_dataset *data = NULL;
    l1_progress progress;
    const l1_dataset_files from = {.options = {.limits = &config->limits, .seed = given->seed},
                                   .files = given->history.files,
                                   .files_count = given->history.count,
                                   .progress = {on_progress, &progress}};
    l1_progress_start(&progress);
    const l1_result done = l1_dataset_read(&from, &data, &diag);
    l1_progress_end(&progress);
    if (done.code != L1_OK) {
        (void)fprintf(stderr, "l1 features: %s\n",
                      diag.text[0] != '\0' ? diag.text : l1_status_text(done.code));
        const bool unusable = done.code >= L1_INPUT_SYNTAX && done.code <= L1_INPUT_TOO_LONG;
        return unusable ? L1_EXIT_USAGE : L1_EXIT_FAILED;
    }
    const int code = known(data, bundle) ? write_rows(given, data, bundle, head) : L1_EXIT_FAILED;
    l1_dataset_free(data);
    return code;
}

/* Before the work, not after it. */
static bool out_is_free(const arguments *given)
{
    l1_diag diag = {.text = ""};
    const l1_kept_places kept = {.files = given->history.files,
                                 .files_count = given->history.count,
                                 .config_file = l1_config_source_file(&given->source)};
    if (given->out == NULL || l1_place_check(&kept, "--out", given->out, &diag).code == L1_OK) {
        return true;
    }
    (void)fprintf(stderr, "l1 features: %s\n", diag.text);
    return false;
}

static int export_rows(arguments *given)
{
    static l1_config config;
    char models[L1_PATH_TEXT_MAX + 16];
    l1_model_slots *slots = NULL;
    l1_head head;
    if (given->history.count == 0) {
        (void)fputs("l1 features: which files?\ntry l1 features --help\n", stderr);
        return L1_EXIT_USAGE;
    }
    if (given->models != NULL) {
        (void)snprintf(models, sizeof models, "ai.models=%s", given->models);
        if (!l1_config_source_add(&given->source, models)) return L1_EXIT_USAGE;
    }
    if (!l1_score_head("l1 features", given->head, &head) ||
        !l1_config_load(&given->source, &config)) {
        return L1_EXIT_USAGE;
    }
    if (!out_is_free(given)) return L1_EXIT_USAGE;
    const l1_bundle *bundle = l1_score_bundle("l1 features", &config, &slots);
    int code = L1_EXIT_FAILED;
    if (bundle != NULL && l1_bundle_has(bundle, head)) {
        code = with_bundle(given, &config, head, bundle);
    } else if (bundle != NULL) {
        (void)fprintf(stderr, "l1 features: the bundle has no head %s\n", l1_head_text(head));
    }
    l1_model_slots_close(slots);
    return code;
}

int l1_cmd_features(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'},
        {"head", required_argument, NULL, 'a'},
        {"out", required_argument, NULL, 'o'},
        {"seed", required_argument, NULL, 'n'},
        {"models", required_argument, NULL, 'm'},
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static arguments given;
    given = (arguments){.history.command = "l1 features", .seed = 1};
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
    const int code = good ? export_rows(&given) : L1_EXIT_USAGE;
    if (!good) (void)fputs("try l1 features --help\n", stderr);
    l1_history_files_free(&given.history);
    return code;
}
