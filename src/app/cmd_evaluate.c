/* app/cmd_evaluate.c: the command line of `l1 evaluate`. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/history_files.h"
#include "app/options.h"
#include "app/output_place.h"
#include "app/progress.h"
#include "base/real.h"
#include "train/assessment_output.h"

static const char usage[] =
    "usage: l1 evaluate [options] --data FILE|DIR...\n"
    "\n"
    "How good the models are: trains them anew for every calendar quarter on what lies before it,\n"
    "judges them on it, and shows every figure beside that of the closed form which needs no\n"
    "model. Files as for l1 train. The bundle in models/L1 is neither read nor changed; to judge\n"
    "that one on later data: l1 train --evaluate-on.\n"
    "\n"
    "  --data FILE|DIR       klines; more may follow\n"
    "  --from TIME, --to TIME  test from the one to before the other, RFC 3339 or Unix ms\n"
    "                        (default: the later half of the data)\n"
    "  --head HEAD           survival, movement, direction or trend; may be repeated (default:\n"
    "                        all)\n"
    "  --json FILE           the figures for programs\n"
    "  --html FILE           the figures as a page with plots; needs no network\n"
    "  --card FILE           the figures as a model card, e.g. models/L1/MODEL_CARD.md\n"
    "  --veto-share SHARE    of signals that the ensemble's operating threshold vetoes (default:\n"
    "                        0.20)\n"
    "  --seed N              (default: 1)\n"
    "  --threads N           (default: 1); with more, two runs may differ in their last digits\n"
    "  --config FILE         configuration (default: config/l1.yaml, then /etc/l1/l1.yaml)\n"
    "  --set KEY=VALUE       overrides one key; may be repeated\n"
    "  --help                this text\n"
    "\n"
    "Needs LightGBM: `make train-setup` gets it. docs/evaluation.md explains the figures.\n"
    "Exit: 0 done, 1 failed, 2 usage or unusable data.\n";

#define MINUTE_NS INT64_C(60000000000)

typedef enum { JSON, HTML, CARD, OUTPUTS } output;

typedef struct {
    l1_history_files files;
    l1_config_source source;
    l1_assessment_options options;
    const char *paths[OUTPUTS]; /* NULL: not wanted */
    char command[4096];
} arguments;

static bool wrong(const char *name, const char *value, const char *must)
{
    (void)fprintf(stderr, "l1 evaluate: %s is '%s'; it must be %s\n", name, value, must);
    return false;
}

static bool read_whole(const char *name, uint64_t low, uint64_t high, const char *must,
                       uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoull(optarg, &end, 10);
    const bool good = optarg[0] >= '0' && optarg[0] <= '9' && *end == '\0' && errno == 0 &&
                      *out >= low && *out <= high;
    return good || wrong(name, optarg, must);
}

static bool read_share(double *out)
{
    const bool good = l1_real_parse(optarg, strlen(optarg), out) && *out >= 0 && *out < 1;
    return good || wrong("--veto-share", optarg, "a number from 0 to below 1");
}

static bool read_minute(const arguments *given, const char *name, int64_t *out)
{
    int64_t ns = 0;
    if (!l1_history_time(&given->files, name, optarg, &ns)) return false;
    *out = ns / MINUTE_NS;
    return (ns > 0 && ns % MINUTE_NS == 0) || wrong(name, optarg, "a whole minute since 1970");
}

static bool add_head(arguments *given)
{
    for (unsigned i = 0; i < L1_HEAD_COUNT; i++) {
        if (strcmp(optarg, l1_head_text((l1_head)i)) != 0) continue;
        given->options.heads |= UINT32_C(1) << i;
        return true;
    }
    return wrong("--head", optarg, "survival, movement, direction or trend");
}

static bool take_threads(arguments *given)
{
    uint64_t number = 0;
    if (!read_whole("--threads", 1, 64, "a whole number from 1 to 64", &number)) return false;
    given->options.threads = (uint32_t)number;
    return true;
}

static bool take_option(arguments *given, int option)
{
    switch (option) {
    case 'd': return l1_history_files_add(&given->files, optarg);
    case 'f': return read_minute(given, "--from", &given->options.from);
    case 'u': return read_minute(given, "--to", &given->options.to);
    case 'a': return add_head(given);
    case 'j': given->paths[JSON] = optarg; return true;
    case 'p': given->paths[HTML] = optarg; return true;
    case 'm': given->paths[CARD] = optarg; return true;
    case 'v': return read_share(&given->options.veto_share);
    case 'n':
        return read_whole("--seed", 0, INT32_MAX, "a whole number up to 2147483647",
                          &given->options.seed);
    case 't': return take_threads(given);
    case 'c': given->source.file = optarg; return true;
    case 's': return l1_config_source_add(&given->source, optarg);
    default: return false;
    }
}

static void step(void *context, int64_t done, int64_t all)
{
    l1_progress_step(context, done, all);
}

/* --- what is written --- */

static l1_result write_one(const l1_assessment *figures, const arguments *given, output kind,
                           FILE *out, l1_diag *diag)
{
    switch (kind) {
    case JSON: return l1_assessment_json(figures, given->command, out, diag);
    case HTML: return l1_assessment_page(figures, given->command, out, diag);
    default: l1_assessment_card(figures, given->command, out); return L1_SUCCESS;
    }
}

static bool write_file(const l1_assessment *figures, const arguments *given, output kind)
{
    l1_diag diag = {.text = ""};
    const char *path = given->paths[kind];
    FILE *out = path != NULL ? fopen(path, "w") : NULL;
    if (path == NULL) return true;
    bool good = out != NULL;
    if (good) {
        const l1_result done = write_one(figures, given, kind, out, &diag);
        good = ferror(out) == 0 && done.code == L1_OK;
        good = fclose(out) == 0 && good;
    }
    if (good) {
        (void)printf("wrote %s\n", path);
    } else {
        (void)fprintf(stderr, "l1 evaluate: %s: %s\n", path,
                      diag.text[0] != '\0' ? diag.text : strerror(errno));
    }
    return good;
}

/* Two outputs in one file: the later would overwrite the earlier. */
static bool named_twice(const arguments *given, int kind)
{
    for (int other = 0; other < kind; other++) {
        if (given->paths[other] == NULL) continue;
        if (strcmp(given->paths[other], given->paths[kind]) != 0) continue;
        (void)fprintf(stderr, "l1 evaluate: two outputs are to go to %s\n", given->paths[kind]);
        return true;
    }
    return false;
}

/* Found out before an hour of work, not after it. */
static bool check_paths(const arguments *given)
{
    static const char *const options[OUTPUTS] = {
        [JSON] = "--json", [HTML] = "--html", [CARD] = "--card"};
    const l1_kept_places kept = {.files = given->files.files,
                                 .files_count = given->files.count,
                                 .config_file = l1_config_source_file(&given->source)};
    l1_diag diag = {.text = ""};
    for (int kind = 0; kind < OUTPUTS; kind++) {
        const char *path = given->paths[kind];
        if (path == NULL) continue;
        if (named_twice(given, kind)) return false;
        if (l1_place_check(&kept, options[kind], path, &diag).code != L1_OK) {
            (void)fprintf(stderr, "l1 evaluate: %s\n", diag.text);
            return false;
        }
        const bool there = access(path, F_OK) == 0;
        FILE *out = fopen(path, "a");
        if (out == NULL || fclose(out) != 0) {
            (void)fprintf(stderr, "l1 evaluate: %s: %s\n", path, strerror(errno));
            return false;
        }
        if (!there) (void)unlink(path);
    }
    return true;
}

static int tell(const l1_assessment *figures, const arguments *given)
{
    bool good = true;
    l1_assessment_print(figures, stdout);
    (void)fputc('\n', stdout);
    for (int kind = 0; kind < OUTPUTS; kind++) {
        good = write_file(figures, given, (output)kind) && good;
    }
    return fflush(stdout) == 0 && good ? L1_EXIT_DONE : L1_EXIT_FAILED;
}

static int run(arguments *given)
{
    static l1_config config;
    l1_diag diag = {.text = ""};
    l1_progress progress;
    const l1_assessment *figures = NULL;
    if (given->files.count == 0) {
        (void)fputs("l1 evaluate: which data?\ntry l1 evaluate --help\n", stderr);
        return L1_EXIT_USAGE;
    }
    if (!l1_config_load(&given->source, &config)) return L1_EXIT_USAGE;
    if (!check_paths(given)) return L1_EXIT_USAGE;
    given->options.limits = &config.limits;
    given->options.files = given->files.files;
    given->options.files_count = given->files.count;
    given->options.progress = (l1_train_progress){step, &progress};
    if (given->options.heads == 0) given->options.heads = L1_ALL_HEADS;
    l1_progress_start(&progress);
    const l1_result done = l1_assessment_make(&given->options, &figures, &diag);
    l1_progress_end(&progress);
    if (done.code != L1_OK) {
        (void)fprintf(stderr, "l1 evaluate: %s\n",
                      diag.text[0] != '\0' ? diag.text : l1_status_text(done.code));
        const bool data = done.code >= L1_INPUT_SYNTAX && done.code <= L1_INPUT_TOO_LONG;
        return data ? L1_EXIT_USAGE : L1_EXIT_FAILED;
    }
    const int code = tell(figures, given);
    l1_assessment_free(figures);
    return code;
}

/* The words as they were given, for the reader to repeat; cut when they are very many. */
static void keep_command(arguments *given, int argc, char **argv)
{
    size_t used = (size_t)snprintf(given->command, sizeof given->command, "l1");
    for (int i = 0; i < argc && used < sizeof given->command; i++) {
        used +=
            (size_t)snprintf(given->command + used, sizeof given->command - used, " %s", argv[i]);
    }
}

int l1_cmd_evaluate(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'},   {"from", required_argument, NULL, 'f'},
        {"to", required_argument, NULL, 'u'},     {"head", required_argument, NULL, 'a'},
        {"json", required_argument, NULL, 'j'},   {"html", required_argument, NULL, 'p'},
        {"card", required_argument, NULL, 'm'},   {"veto-share", required_argument, NULL, 'v'},
        {"seed", required_argument, NULL, 'n'},   {"threads", required_argument, NULL, 't'},
        {"config", required_argument, NULL, 'c'}, {"set", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    static arguments given;
    given = (arguments){.files.command = "l1 evaluate",
                        .options = {.seed = 1, .threads = 1, .veto_share = L1_VETO_SHARE_ENSEMBLE}};
    keep_command(&given, argc, argv);
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
    for (; good && optind < argc; optind++) good = l1_history_files_add(&given.files, argv[optind]);
    const int code = good ? run(&given) : L1_EXIT_USAGE;
    if (!good) (void)fputs("try l1 evaluate --help\n", stderr);
    l1_history_files_free(&given.files);
    return code;
}
