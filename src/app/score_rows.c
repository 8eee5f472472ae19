/* app/score_rows.c: raw scores of rows that another program made. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/score.h"
#include "base/assert.h"
#include "base/real.h"

typedef struct {
    const l1_score_rows *options;
    const l1_bundle *bundle;
    int columns[L1_COLUMNS_MAX]; /* place in the row of each field */
    size_t fields;
    unsigned long line;
    double row[L1_COLUMNS_COUNT];
} reading;

/* The next field of `*at`, which moves behind its comma; false at the end of the line. */
static bool next_field(char **at, char **field, size_t *size)
{
    if (*at == NULL) return false;
    *field = *at;
    *size = strcspn(*at, ",");
    *at = (*at)[*size] == ',' ? *at + *size + 1 : NULL;
    return true;
}

static bool complain(const reading *in, const char *field, size_t size, const char *what)
{
    (void)fprintf(stderr, "l1 score: %s line %lu: '%.*s' %s\n", in->options->file, in->line,
                  (int)(size < 64 ? size : 64), field, what);
    return false;
}

/* Every column that the table names, each once, in any order. */
static bool read_header(reading *in, char *line)
{
    char *field = NULL;
    size_t size = 0;
    bool seen[L1_COLUMNS_COUNT] = {false};
    while (next_field(&line, &field, &size)) {
        const int column = l1_feature_find(field, size);
        if (column < 0) return complain(in, field, size, "is no column (docs/features.md)");
        if (seen[column]) return complain(in, field, size, "stands twice");
        seen[column] = true;
        in->columns[in->fields++] = column;
    }
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) {
        if (!seen[i]) {
            return complain(in, l1_features[i].name, strlen(l1_features[i].name), "is missing");
        }
    }
    return true;
}

static bool read_row(reading *in, char *line)
{
    char *field = NULL;
    size_t size = 0, count = 0;
    while (next_field(&line, &field, &size)) {
        if (count == in->fields) return complain(in, field, size, "is one field too many");
        if (!l1_real_parse(field, size, &in->row[in->columns[count]])) {
            return complain(in, field, size, "is no number");
        }
        count++;
    }
    if (count == in->fields) return true;
    return complain(in, "", 0, "the line ends before its last field");
}

static void print_row(const reading *in)
{
    double raw[L1_MODEL_COUNT];
    for (int model = 0; model < L1_MODEL_COUNT; model++) {
        raw[model] = l1_head_raw(in->bundle, in->options->head, (l1_model)model, in->row);
    }
    (void)printf(in->options->json
                     ? "{\"logreg\":%.17g,\"random_forest\":%.17g,\"lightgbm\":%.17g}\n"
                     : "%.17g,%.17g,%.17g\n",
                 raw[L1_MODEL_LOGREG], raw[L1_MODEL_RANDOM_FOREST], raw[L1_MODEL_LIGHTGBM]);
}

static bool read_lines(reading *in, FILE *file)
{
    char *line = NULL;
    size_t capacity = 0;
    bool good = true;
    if (!in->options->json) (void)printf("logreg,random_forest,lightgbm\n");
    while (good && getline(&line, &capacity, file) >= 0) {
        in->line++;
        line[strcspn(line, "\r\n")] = '\0';
        if (in->line == 1) {
            good = read_header(in, line);
        } else if (line[0] != '\0') {
            good = read_row(in, line);
            if (good) print_row(in);
        }
    }
    free(line);
    if (good && in->line == 0) good = complain(in, "", 0, "the file is empty");
    return good;
}

int l1_score_of_rows(const l1_score_rows *options)
{
    static reading in;
    l1_model_slots *slots = NULL;
    in = (reading){.options = options};
    in.bundle = l1_score_bundle("l1 score", options->config, &slots);
    if (in.bundle == NULL) {
        l1_model_slots_close(slots);
        return L1_EXIT_FAILED;
    }
    int code = L1_EXIT_USAGE;
    FILE *file = strcmp(options->file, "-") == 0 ? stdin : fopen(options->file, "r");
    if (!l1_bundle_has(in.bundle, options->head)) {
        (void)fprintf(stderr, "l1 score: the bundle has no head %s\n", l1_head_text(options->head));
    } else if (file == NULL) {
        (void)fprintf(stderr, "l1 score: %s: %s\n", options->file, strerror(errno));
    } else if (read_lines(&in, file)) {
        code = fflush(stdout) == 0 ? L1_EXIT_DONE : L1_EXIT_FAILED;
    }
    if (file != NULL && file != stdin) (void)fclose(file);
    l1_model_slots_close(slots);
    return code;
}
