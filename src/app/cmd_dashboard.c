/* app/cmd_dashboard.c: a journal's figures, once or every second; beside a running engine too. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/recovery.h"
#include "report/dashboard.h"

static const char usage[] =
    "usage: l1 dashboard [options]\n"
    "\n"
    "  --journal DIR    the journal (default: the key journal.dir)\n"
    "  --watch          again every second, until Ctrl-C\n"
    "  --lang es|en     language (default: es when LANG begins with es, else en)\n"
    "  --json           the metrics message instead of the page\n"
    "  --config FILE    configuration (default: config/l1.yaml, then /etc/l1/l1.yaml)\n"
    "  --set KEY=VALUE  overrides one key; may be repeated\n"
    "  --help           this text\n"
    "\n"
    "Counts since the journal began. Exit: 0 done, 1 the journal is damaged, 2 usage or no\n"
    "journal.\n";

/* What was read so far; every look goes on from there. */
typedef struct {
    l1_restored restored;
    bool began;
} watched;

static l1_result look(const char *dir, watched *at, l1_diag *diag)
{
    const l1_restore_options options = {.dir = dir, .from_first = true};
    if (at->began && l1_restore_more(&options, &at->restored, diag).code == L1_OK) {
        return L1_SUCCESS;
    }
    if (at->began) l1_restored_free(&at->restored); /* another journal by now: from its beginning */
    at->began = true;
    return l1_restore(&options, &at->restored, diag);
}

static int refuse(const char *dir, l1_result done, const l1_diag *diag)
{
    if (done.code == L1_IO_END) {
        (void)fprintf(stderr, "l1 dashboard: %s: there is no journal\n", dir);
    } else {
        (void)fprintf(stderr, "l1 dashboard: %s\n", diag->text);
    }
    const bool absent = done.code == L1_IO_END || done.code == L1_IO_OPEN;
    return absent ? L1_EXIT_USAGE : L1_EXIT_FAILED;
}

static int show(const char *dir, watched *at, l1_language language, bool json)
{
    static char text[L1_METRICS_TEXT_MAX];
    l1_diag diag = {0};
    const l1_result done = look(dir, at, &diag);
    if (done.code != L1_OK) return refuse(dir, done, &diag);
    l1_metrics *metrics = &at->restored.figures;
    if (at->restored.instance.system != NULL) { /* a crash right after the start leaves none */
        l1_metrics_sample(metrics, l1_system_engine(at->restored.instance.system));
    }
    const l1_limits *limits = &at->restored.config.limits;
    const size_t size = json ? l1_metrics_json(metrics, limits, text)
                             : l1_dashboard_text(metrics, limits, language, text);
    if (isatty(STDOUT_FILENO) && !json) (void)fputs("\033[H\033[J", stdout);
    (void)fwrite(text, 1, size, stdout);
    if (json) (void)putchar('\n');
    (void)fflush(stdout);
    return L1_EXIT_DONE;
}

static bool choose_language(const char *given, l1_language *out)
{
    const char *locale = getenv("LC_ALL");
    if (locale == NULL || locale[0] == '\0') locale = getenv("LANG");
    *out = locale != NULL && strncmp(locale, "es", 2) == 0 ? L1_LANGUAGE_ES : L1_LANGUAGE_EN;
    if (given == NULL) return true;
    *out = strcmp(given, "es") == 0 ? L1_LANGUAGE_ES : L1_LANGUAGE_EN;
    if (strcmp(given, "es") == 0 || strcmp(given, "en") == 0) return true;
    (void)fprintf(stderr, "l1 dashboard: --lang is '%s'; it must be es or en\n", given);
    return false;
}

int l1_cmd_dashboard(int argc, char **argv)
{
    static const struct option options[] = {
        {"journal", required_argument, NULL, 'j'}, {"watch", no_argument, NULL, 'w'},
        {"lang", required_argument, NULL, 'l'},    {"json", no_argument, NULL, 'o'},
        {"config", required_argument, NULL, 'c'},  {"set", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    static l1_config config;
    l1_config_source source = {0};
    const char *dir = NULL, *given = NULL;
    bool watch = false, json = false;
    l1_language language = L1_LANGUAGE_EN;
    optind = 1;
    for (int option = 0; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (option) {
        case 'j': dir = optarg; break;
        case 'w': watch = true; break;
        case 'l': given = optarg; break;
        case 'o': json = true; break;
        case 'c': source.file = optarg; break;
        case 's':
            if (!l1_config_source_add(&source, optarg)) return L1_EXIT_USAGE;
            break;
        case 'h': (void)fputs(usage, stdout); return L1_EXIT_DONE;
        default: (void)fputs("try l1 dashboard --help\n", stderr); return L1_EXIT_USAGE;
        }
    }
    if (optind != argc) {
        (void)fprintf(stderr, "l1 dashboard: unexpected argument '%s'\n", argv[optind]);
        return L1_EXIT_USAGE;
    }
    if (!choose_language(given, &language)) return L1_EXIT_USAGE;
    if (dir == NULL) {
        if (!l1_config_load(&source, &config)) return L1_EXIT_USAGE;
        dir = config.settings.journal_dir;
    }
    static watched at;
    int code = show(dir, &at, language, json);
    while (watch && code == L1_EXIT_DONE) {
        (void)sleep(1);
        code = show(dir, &at, language, json);
    }
    l1_restored_free(&at.restored);
    return code;
}
