/* app/main.c: the table of subcommands. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "bus/bus_adapter.h"

typedef struct {
    const char *name;
    int (*run)(int argc, char **argv); /* NULL: not part of this version */
    const char *summary;
} command;

static const command commands[] = {
    {"run", l1_cmd_run, "run the engine: messages in, reports and alerts out (PAPER on stdio)"},
    {"replay", l1_cmd_replay,
     "play history (bars, ticks, books, messages), or a recorded run with a change"},
    {"features", l1_cmd_features, "training rows as CSV, for models made by other programs"},
    {"score", l1_cmd_score, "features and scores of bars or feature rows"},
    {"train", l1_cmd_train, "train models on klines, or judge them on later ones"},
    {"evaluate", l1_cmd_evaluate, "how good the models are: walk-forward figures, page, card"},
    {"verify", l1_cmd_verify, "re-run a journal and compare every effect and the state's hash"},
    {"snapshot", l1_cmd_snapshot, "replay closed segments of a journal onto its last snapshot"},
    {"dashboard", l1_cmd_dashboard, "signals, slippage and exposure of a journal, live or not"},
    {"export", l1_cmd_export, "a journal as SQLite or CSV tables"},
    {"control", l1_cmd_control, "halt, resume, cancel_all, status, ... on a running engine"},
    {"config", l1_cmd_config, "check, show or explain the configuration"},
    {"version", l1_cmd_version, "version, build and compiler"},
    {"feed", NULL, "publish market data"},
    {"sim", NULL, "simulate faults"},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_usage(FILE *out)
{
    (void)fputs("usage: l1 COMMAND [options]\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (commands[i].run == NULL) continue;
        (void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    }
    (void)fputs("\n`l1 COMMAND --help` tells a command's options.\n"
                "Exit: 0 done, 1 failed while running, 2 usage or configuration, 3 verification "
                "differs.\n",
                out);
}

/* Edits between two short words, by letters changed, added or dropped. */
static size_t distance(const char *a, const char *b)
{
    size_t row[32];
    const size_t width = strlen(b);
    for (size_t k = 0; k <= width; k++) row[k] = k;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t corner = row[0]++;
        for (size_t k = 0; k < width; k++) {
            const size_t swap = corner + (a[i] != b[k]);
            corner = row[k + 1];
            size_t least = row[k] + 1 < row[k + 1] + 1 ? row[k] + 1 : row[k + 1] + 1;
            if (swap < least) least = swap;
            row[k + 1] = least;
        }
    }
    return row[width];
}

static int unknown(const char *name)
{
    const command *nearest = NULL;
    size_t least = 3; /* farther is no typing error */
    for (size_t i = 0; i < COMMANDS && strlen(name) < 32; i++) {
        const size_t edits = distance(name, commands[i].name);
        if (edits >= least || commands[i].run == NULL) continue;
        least = edits;
        nearest = &commands[i];
    }
    (void)fprintf(stderr, "l1: unknown command '%s'", name);
    if (nearest != NULL) (void)fprintf(stderr, "; did you mean '%s'?", nearest->name);
    (void)fputs("\ntry l1 --help\n", stderr);
    return L1_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    l1_bus_hold_standard_files();
    if (argc < 2) {
        print_usage(stderr);
        return L1_EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_usage(stdout);
        return L1_EXIT_DONE;
    }
    if (strcmp(name, "--version") == 0) return l1_cmd_version(argc - 1, argv + 1);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(name, commands[i].name) != 0) continue;
        if (commands[i].run != NULL) return commands[i].run(argc - 1, argv + 1);
        (void)fprintf(stderr, "l1 %s: not part of this version (see BUGS.md)\n", name);
        return L1_EXIT_USAGE;
    }
    return unknown(name);
}
