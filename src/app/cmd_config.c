/* app/cmd_config.c: check, show or explain the configuration. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/options.h"

static const char usage[] =
    "usage: l1 config check|show|explain KEY|reference [options]\n"
    "\n"
    "  check        read it and name the rules that a null switches off\n"
    "  show         print it resolved: defaults filled in, overrides applied\n"
    "  explain KEY  type, unit, bounds, default and meaning of a key or a group\n"
    "  reference    print the reference page (docs/configuration.md)\n"
    "\n"
    "  --config FILE    configuration (default: config/l1.yaml, then /etc/l1/l1.yaml)\n"
    "  --set KEY=VALUE  overrides one key; may be repeated\n"
    "  --help           this text\n"
    "\n"
    "Exit: 0 good, 2 not.\n";

static const l1_config_out *to(FILE *file)
{
    static l1_config_out out;
    out = (l1_config_out){.context = file, .write = l1_config_print};
    return &out;
}

static int check(const l1_config_source *source)
{
    static l1_config config;
    if (!l1_config_load(source, &config)) return L1_EXIT_USAGE;
    const unsigned off = l1_config_warnings(&config, *to(stderr));
    (void)printf("%s: good, %u symbols, %u rules switched off\n",
                 source->file != NULL ? source->file : l1_config_default_file(),
                 config.limits.symbols_count, off);
    return L1_EXIT_DONE;
}

static int show(const l1_config_source *source)
{
    static l1_config config;
    if (!l1_config_load(source, &config)) return L1_EXIT_USAGE;
    l1_config_show(&config, *to(stdout));
    return L1_EXIT_DONE;
}

static int explain(const char *key)
{
    static l1_config_error error;
    if (key == NULL) {
        (void)fputs("l1 config explain: which key? `l1 config explain signal` tells a group\n",
                    stderr);
        return L1_EXIT_USAGE;
    }
    if (l1_config_explain(key, *to(stdout), &error).code == L1_OK) return L1_EXIT_DONE;
    (void)fprintf(stderr, "%s\n", error.text);
    return L1_EXIT_USAGE;
}

static int choose(int count, char **words, const l1_config_source *source)
{
    const char *what = count > 0 ? words[0] : "";
    if (strcmp(what, "explain") == 0 && count <= 2) return explain(count == 2 ? words[1] : NULL);
    if (count != 1) {
        (void)fputs(count == 0 ? "l1 config: check, show, explain or reference?\n"
                               : "l1 config: too many arguments\n",
                    stderr);
        return L1_EXIT_USAGE;
    }
    if (strcmp(what, "check") == 0) return check(source);
    if (strcmp(what, "show") == 0) return show(source);
    if (strcmp(what, "reference") == 0) {
        l1_config_reference(*to(stdout));
        return L1_EXIT_DONE;
    }
    (void)fprintf(stderr, "l1 config: '%s' is not check, show, explain or reference\n", what);
    return L1_EXIT_USAGE;
}

int l1_cmd_config(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    l1_config_source source = {0};
    optind = 1;
    for (int option = 0; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (option) {
        case 'c': source.file = optarg; break;
        case 's':
            if (!l1_config_source_add(&source, optarg)) return L1_EXIT_USAGE;
            break;
        case 'h': (void)fputs(usage, stdout); return L1_EXIT_DONE;
        default: (void)fputs("try l1 config --help\n", stderr); return L1_EXIT_USAGE;
        }
    }
    return choose(argc - optind, argv + optind, &source);
}
