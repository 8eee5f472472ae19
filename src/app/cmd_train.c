/* app/cmd_train.c: the command line of `l1 train`. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/history_files.h"
#include "app/options.h"
#include "app/progress.h"
#include "base/real.h"
#include "train/bundle_folder.h"
#include "train/train.h"

static const char usage[] =
    "usage: l1 train lr|rf|lgbm|all [options] --data FILE|DIR...\n"
    "       l1 train [options] --evaluate-on FILE|DIR...\n"
    "\n"
    "Trains the models of a bundle on klines (files as for l1 replay) of BTC and ETH, or of every\n"
    "configured symbol that the files hold. The last 56 days calibrate the models and set the\n"
    "thresholds, the days before teach them. `lr`, `rf` or `lgbm` trains that model anew, keeps\n"
    "the others of the bundle in --out, then calibrates and weighs all. The folder changes as a\n"
    "whole or not at all; its MODEL_CARD.md, which spoke of the old models, goes.\n"
    "With --evaluate-on: judges the bundle in --out on klines later than its training data (give\n"
    "8 days more before them, to warm up).\n"
    "\n"
    "  --data FILE|DIR       klines; more may follow\n"
    "  --out DIR             folder of the bundle (default: models/L1)\n"
    "  --head HEAD           survival, movement, direction or trend; may be repeated (default:\n"
    "                        all); the other heads of the bundle in --out are kept\n"
    "  --veto-share SHARE    of validation signals that the ensemble's operating threshold vetoes\n"
    "                        (default: 0.20); each model alone a quarter of it\n"
    "  --seed N              (default: 1)\n"
    "  --threads N           (default: 1); with more, two runs may differ in their last bits\n"
    "  --evaluate-on FILE|DIR  klines; more may follow\n"
    "  --config FILE         configuration (default: config/l1.yaml, then /etc/l1/l1.yaml)\n"
    "  --set KEY=VALUE       overrides one key; may be repeated\n"
    "  --help                this text\n"
    "\n"
    "Same files, seed and machine: the same bundle, byte for byte. rf, lgbm and all need\n"
    "LightGBM: `make train-setup` gets it. Exit: 0 done, 1 failed, 2 usage or unusable data.\n";

typedef struct {
    l1_history_files files;
    l1_config_source source;
    l1_train_options options;
    bool evaluates;
} arguments;

static bool wrong(const char *name, const char *value, const char *must)
{
    (void)fprintf(stderr, "l1 train: %s is '%s'; it must be %s\n", name, value, must);
    return false;
}

static bool read_whole(const char *name, const char *text, uint64_t low, uint64_t high,
                       const char *must, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoull(text, &end, 10);
    const bool good = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 &&
                      *out >= low && *out <= high;
    return good || wrong(name, text, must);
}

static bool read_share(const char *text, double *out)
{
    const bool good = l1_real_parse(text, strlen(text), out) && *out >= 0 && *out < 1;
    return good || wrong("--veto-share", text, "a number from 0 to below 1");
}

static bool add_head(arguments *given, const char *text)
{
    for (unsigned i = 0; i < L1_HEAD_COUNT; i++) {
        if (strcmp(text, l1_head_text((l1_head)i)) != 0) continue;
        given->options.heads |= UINT32_C(1) << i;
        return true;
    }
    return wrong("--head", text, "survival, movement, direction or trend");
}

static bool take_number(arguments *given, int option)
{
    uint64_t number = 0;
    if (option == 'n') {
        if (!read_whole("--seed", optarg, 0, INT32_MAX, "a whole number up to 2147483647", &number))
            return false;
        given->options.seed = number;
        return true;
    }
    if (!read_whole("--threads", optarg, 1, 64, "a whole number from 1 to 64", &number))
        return false;
    given->options.threads = (uint32_t)number;
    return true;
}

static bool take_option(arguments *given, int option)
{
    switch (option) {
    case 'e': given->evaluates = true; return l1_history_files_add(&given->files, optarg);
    case 'd': return l1_history_files_add(&given->files, optarg);
    case 'o': given->options.folder = optarg; return true;
    case 'a': return add_head(given, optarg);
    case 'v': return read_share(optarg, &given->options.veto_share);
    case 'n':
    case 't': return take_number(given, option);
    case 'c': given->source.file = optarg; return true;
    case 's': return l1_config_source_add(&given->source, optarg);
    default: return false;
    }
}

/* lr, rf, lgbm or all. */
static bool take_models(arguments *given, const char *text)
{
    static const struct {
        const char *word;
        uint32_t models;
    } words[] = {
        {"lr", UINT32_C(1) << L1_MODEL_LOGREG},
        {"rf", UINT32_C(1) << L1_MODEL_RANDOM_FOREST},
        {"lgbm", UINT32_C(1) << L1_MODEL_LIGHTGBM},
        {"all", L1_ALL_MODELS},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i].word) != 0) continue;
        given->options.models = words[i].models;
        return true;
    }
    return wrong("the model", text, "lr, rf, lgbm or all");
}

static void step(void *context, int64_t done, int64_t all)
{
    l1_progress_step(context, done, all);
}

/* Tables are printed when the bar has gone, so that they do not run into each other. */
static l1_result work(arguments *given, char **tables, l1_diag *diag)
{
    l1_progress progress;
    size_t size = 0;
    given->options.out = open_memstream(tables, &size);
    if (given->options.out == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    given->options.progress = (l1_train_progress){step, &progress};
    l1_progress_start(&progress);
    const l1_result done = given->evaluates ? l1_train_evaluate(&given->options, diag)
                                            : l1_train(&given->options, diag);
    l1_progress_end(&progress);
    (void)fclose(given->options.out);
    return done;
}

/* The card of the models that are about to be replaced. */
static bool has_card(const arguments *given)
{
    char path[PATH_MAX];
    const int size = snprintf(path, sizeof path, "%s/" L1_MODEL_CARD, given->options.folder);
    return !given->evaluates && size > 0 && (size_t)size < sizeof path && access(path, F_OK) == 0;
}

static int run(arguments *given)
{
    static l1_config config;
    l1_diag diag = {.text = ""};
    char *tables = NULL;
    if (given->files.count == 0) {
        (void)fputs("l1 train: which data?\ntry l1 train --help\n", stderr);
        return L1_EXIT_USAGE;
    }
    if (!l1_config_load(&given->source, &config)) return L1_EXIT_USAGE;
    given->options.limits = &config.limits;
    given->options.files = given->files.files;
    given->options.files_count = given->files.count;
    if (given->options.heads == 0) given->options.heads = L1_ALL_HEADS;
    const bool card = has_card(given);
    const l1_result done = work(given, &tables, &diag);
    if (tables != NULL) (void)fputs(tables, stdout);
    free(tables);
    if (done.code == L1_OK) {
        if (!given->evaluates) (void)printf("\nwrote %s\n", given->options.folder);
        if (card) {
            (void)puts(L1_MODEL_CARD " there spoke of the old models and is gone; `l1 evaluate` "
                                     "--card writes one");
        }
        return fflush(stdout) == 0 ? L1_EXIT_DONE : L1_EXIT_FAILED;
    }
    (void)fflush(stdout);
    (void)fprintf(stderr, "l1 train: %s\n",
                  diag.text[0] != '\0' ? diag.text : l1_status_text(done.code));
    const bool data = done.code >= L1_INPUT_SYNTAX && done.code <= L1_INPUT_TOO_LONG;
    return data ? L1_EXIT_USAGE : L1_EXIT_FAILED;
}

/* The model comes first, or nothing does when a bundle is judged; the rest are files. */
static bool take_rest(arguments *given, int argc, char **argv)
{
    int next = optind;
    if (!given->evaluates) {
        if (next == argc) {
            (void)fputs("l1 train: which model? lr, rf, lgbm or all\n", stderr);
            return false;
        }
        if (!take_models(given, argv[next++])) return false;
    }
    for (; next < argc; next++) {
        if (!l1_history_files_add(&given->files, argv[next])) return false;
    }
    return true;
}

int l1_cmd_train(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'},
        {"out", required_argument, NULL, 'o'},
        {"head", required_argument, NULL, 'a'},
        {"veto-share", required_argument, NULL, 'v'},
        {"seed", required_argument, NULL, 'n'},
        {"threads", required_argument, NULL, 't'},
        {"evaluate-on", required_argument, NULL, 'e'},
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static arguments given;
    given = (arguments){
        .files.command = "l1 train",
        .options = {
            .folder = "models/L1", .seed = 1, .threads = 1, .veto_share = L1_VETO_SHARE_ENSEMBLE}};
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
    good = good && take_rest(&given, argc, argv);
    const int code = good ? run(&given) : L1_EXIT_USAGE;
    if (!good) (void)fputs("try l1 train --help\n", stderr);
    l1_history_files_free(&given.files);
    return code;
}
