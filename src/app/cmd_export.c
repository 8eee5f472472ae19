/* app/cmd_export.c: a journal as tables. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/recovery.h"
#include "report/export.h"

static const char usage[] =
    "usage: l1 export --sqlite FILE | --csv DIR [options]\n"
    "\n"
    "  --sqlite FILE    one database of all tables; an earlier export is replaced\n"
    "  --csv DIR        one file a table\n"
    "  --force          replace FILE whatever it is\n"
    "  --journal DIR    the journal (default: the key journal.dir)\n"
    "  --config FILE    configuration (default: config/l1.yaml, then /etc/l1/l1.yaml)\n"
    "  --set KEY=VALUE  overrides one key; may be repeated\n"
    "  --help           this text\n"
    "\n"
    "Tables: signals protection orders fees violations adjustments alerts parents, joined by seq.\n"
    "Exit: 0 done, 1 failed, 2 usage or no journal.\n";

typedef struct {
    const char *sqlite, *csv, *journal;
    bool force;
    l1_config_source source;
} arguments;

typedef struct {
    l1_export *export;
    l1_config config; /* in force where the journal stands */
    uint64_t rows;
} target;

static void on_config(void *state, const l1_config *config)
{
    target *to = state;
    to->config = *config;
}

static void on_effect(void *state, const l1_effect *effect)
{
    target *to = state;
    to->rows += effect->kind == L1_EFFECT_REPORT || effect->kind == L1_EFFECT_ALERT;
    l1_export_take(to->export, &to->config.limits, effect);
}

static l1_result fill(const char *dir, target *to, l1_diag *diag)
{
    static l1_restored restored;
    const l1_restore_options options = {
        .dir = dir,
        .from_first = true,
        .visitor = {.state = to, .effect = on_effect, .config = on_config},
    };
    const l1_result done = l1_restore(&options, &restored, diag);
    l1_restored_free(&restored);
    if (done.code != L1_IO_END) return done;
    return l1_refuse(diag, L1_IO_END, "journal", "%s: there is no journal", dir);
}

static l1_result export_all(const arguments *given, const char *dir, target *to, l1_diag *diag)
{
    char scratch[600];
    if (given->csv != NULL) {
        if (mkdir(given->csv, 0700) != 0 && errno != EEXIST) {
            return l1_refuse(diag, L1_IO_OPEN, "csv", "%s: %s", given->csv, strerror(errno));
        }
        const int size = snprintf(scratch, sizeof scratch, "%s/.export", given->csv);
        if (size < 0 || (size_t)size >= sizeof scratch) {
            return l1_refuse(diag, L1_IO_OPEN, "csv", "the path is longer than %zu bytes",
                             sizeof scratch - sizeof "/.export");
        }
    }
    L1_TRY(l1_export_open(given->csv != NULL ? scratch : given->sqlite,
                          given->force || given->csv != NULL, &to->export, diag));
    l1_result done = fill(dir, to, diag);
    if (done.code == L1_OK && given->csv != NULL)
        done = l1_export_csv(to->export, given->csv, diag);
    const bool keep = done.code == L1_OK && given->csv == NULL;
    l1_diag closing = {0};
    const l1_result closed = l1_export_close(to->export, keep, &closing);
    if (done.code != L1_OK) return done;
    if (closed.code != L1_OK) *diag = closing;
    return closed;
}

static int execute(const arguments *given)
{
    static l1_config config;
    static target to;
    l1_diag diag = {0};
    const char *dir = given->journal;
    if (dir == NULL) {
        if (!l1_config_load(&given->source, &config)) return L1_EXIT_USAGE;
        dir = config.settings.journal_dir;
    }
    const l1_result done = export_all(given, dir, &to, &diag);
    if (done.code == L1_OK) {
        (void)printf("%llu reports and alerts exported to %s\n", (unsigned long long)to.rows,
                     given->csv != NULL ? given->csv : given->sqlite);
        return L1_EXIT_DONE;
    }
    (void)fprintf(stderr, "l1 export: %s\n", diag.text);
    const bool usage_error = done.code == L1_IO_END || done.code == L1_IO_OPEN;
    return usage_error ? L1_EXIT_USAGE : L1_EXIT_FAILED;
}

int l1_cmd_export(int argc, char **argv)
{
    static const struct option options[] = {
        {"sqlite", required_argument, NULL, 'q'}, {"csv", required_argument, NULL, 'v'},
        {"force", no_argument, NULL, 'f'},        {"journal", required_argument, NULL, 'j'},
        {"config", required_argument, NULL, 'c'}, {"set", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    static arguments given;
    given = (arguments){0};
    optind = 1;
    for (int option = 0; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (option) {
        case 'q': given.sqlite = optarg; break;
        case 'v': given.csv = optarg; break;
        case 'f': given.force = true; break;
        case 'j': given.journal = optarg; break;
        case 'c': given.source.file = optarg; break;
        case 's':
            if (!l1_config_source_add(&given.source, optarg)) return L1_EXIT_USAGE;
            break;
        case 'h': (void)fputs(usage, stdout); return L1_EXIT_DONE;
        default: (void)fputs("try l1 export --help\n", stderr); return L1_EXIT_USAGE;
        }
    }
    if (optind != argc || (given.sqlite == NULL) == (given.csv == NULL)) {
        (void)fputs("l1 export: either --sqlite FILE or --csv DIR\ntry l1 export --help\n", stderr);
        return L1_EXIT_USAGE;
    }
    return execute(&given);
}
