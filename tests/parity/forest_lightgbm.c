/* tests/parity/forest_lightgbm.c: L1's raw scores against LightGBM's own, bit by bit.
 *
 *   forest_lightgbm LIBRARY            trains every model below with LightGBM, scores seeded rows
 *                                      through its C API and on all paths of L1
 *   forest_lightgbm LIBRARY --fixture FOLDER   writes small models, rows and scores for the test
 *                                      that runs without the library
 *
 * 0 differing bits are demanded; a text with a wrong rule planted must differ. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/real.h"
#include "models/forest.h"
#include "testlib/forest_data.h"
#include "testlib/lightgbm.h"

#define TRAIN_ROWS 20000
#define SCORE_ROWS 48000
#define FAST_ROWS 4000 /* of them, through the call for single rows as well */
#define COLUMNS_MOST 64
#define ARENA_SIZE ((size_t)64 << 20)

typedef struct {
    const char *name, *parameters;
    column_mix mix;
    int32_t columns;
    int iterations;
    bool portable_only; /* more leaves than the wide path takes */
} model;

#define GBDT "boosting=gbdt objective=binary "
#define RF "boosting=rf objective=binary bagging_freq=1 bagging_fraction=0.6 feature_fraction=0.7 "
#define CATEGORIES "categorical_feature=1,2,4,5,7,8,10,11 "

static const model models[] = {
    {"gbdt_depth_8", GBDT "num_leaves=31 max_depth=8", COLUMNS_MIXED, 43, 200, false},
    {"gbdt_unbounded", GBDT "num_leaves=31 max_depth=-1", COLUMNS_MIXED, 43, 200, false},
    {"gbdt_slow", GBDT "num_leaves=15 max_depth=6 learning_rate=0.02", COLUMNS_MIXED, 53, 200,
     false},
    {"gbdt_smooth", GBDT "num_leaves=31 max_depth=8", COLUMNS_SMOOTH, 43, 300, false},
    {"rf_depth_8", RF "num_leaves=31 max_depth=8", COLUMNS_MIXED, 43, 200, false},
    {"rf_unbounded", RF "num_leaves=31", COLUMNS_MIXED, 43, 150, false},
    {"rf_smooth", RF "num_leaves=31 max_depth=8", COLUMNS_SMOOTH, 12, 7, false},
    {"gbdt_zero_as_missing", GBDT "num_leaves=31 max_depth=8 zero_as_missing=true", COLUMNS_MIXED,
     43, 150, false},
    {"rf_zero_as_missing", RF "num_leaves=31 zero_as_missing=true", COLUMNS_MIXED, 43, 100, false},
    {"gbdt_no_missing", GBDT "num_leaves=31 use_missing=false", COLUMNS_MIXED, 43, 150, false},
    {"rf_no_missing", RF "num_leaves=31 max_depth=8 use_missing=false", COLUMNS_MIXED, 43, 100,
     false},
    {"gbdt_categories",
     GBDT CATEGORIES "num_leaves=15 max_depth=6 cat_smooth=1 min_data_per_group=5",
     COLUMNS_CATEGORIES, 12, 60, true},
    {"gbdt_few_categories",
     GBDT CATEGORIES "num_leaves=8 cat_smooth=1 min_data_per_group=5 max_cat_to_onehot=100",
     COLUMNS_CATEGORIES, 12, 6, false},
    {"rf_categories", RF CATEGORIES "num_leaves=31 cat_smooth=1 min_data_per_group=5",
     COLUMNS_CATEGORIES, 12, 40, true},
    {"categories_zero_as_missing",
     GBDT CATEGORIES "num_leaves=31 zero_as_missing=true cat_smooth=1 min_data_per_group=5",
     COLUMNS_CATEGORIES, 12, 40, true},
    {"gbdt_single_leaf", GBDT "num_leaves=31 min_data_in_leaf=15000", COLUMNS_MIXED, 43, 5, false},
    {"rf_single_leaf", RF "num_leaves=31 min_data_in_leaf=15000", COLUMNS_MIXED, 43, 5, false},
    {"gbdt_stumps", GBDT "num_leaves=2", COLUMNS_MIXED, 43, 300, false},
    {"gbdt_infinite", GBDT "num_leaves=31", COLUMNS_INFINITE, 16, 100, false},
    {"rf_infinite", RF "num_leaves=31 max_depth=5", COLUMNS_INFINITE, 16, 60, false},
    {"gbdt_sigmoid", GBDT "num_leaves=31 max_depth=8 sigmoid=0.35", COLUMNS_MIXED, 43, 100, false},
    {"rf_sigmoid", RF "num_leaves=31 max_depth=8 sigmoid=2.5", COLUMNS_MIXED, 43, 50, false},
    {"gbdt_leaves_255", GBDT "num_leaves=255", COLUMNS_MIXED, 43, 60, true},
    {"gbdt_leaves_1000", GBDT "num_leaves=1000 min_data_in_leaf=2 max_bin=1023", COLUMNS_SMOOTH, 20,
     20, true},
    {"gbdt_fine", GBDT "num_leaves=31 max_bin=8000 min_data_in_bin=1", COLUMNS_SMOOTH, 8, 300,
     false},
    {"gbdt_columns_64", GBDT "num_leaves=32 max_depth=9 extra_trees=true", COLUMNS_MIXED, 64, 150,
     false},
    {"gbdt_one_tree", GBDT "num_leaves=31 boost_from_average=false", COLUMNS_MIXED, 5, 1, false},
};

#define MODELS_COUNT (sizeof models / sizeof models[0])

static struct {
    double train[(size_t)TRAIN_ROWS * COLUMNS_MOST];
    float labels[TRAIN_ROWS];
    double rows[(size_t)SCORE_ROWS * COLUMNS_MOST];
    double want[SCORE_ROWS];
    uint8_t *memory;
} w;

static char *train(size_t i, int32_t rows, int iterations)
{
    const model *const m = &models[i];
    char parameters[512];
    l1_prng prng;
    l1_prng_seed(&prng, 1000 + i);
    forest_data_train(&prng, m->mix, rows, m->columns, w.train, w.labels);
    snprintf(parameters, sizeof parameters,
             "%s num_threads=1 verbosity=-1 seed=%zu deterministic=true", m->parameters, i + 1);
    return lightgbm_train(&(lightgbm_training){.rows = w.train,
                                               .labels = w.labels,
                                               .count = rows,
                                               .columns = m->columns,
                                               .parameters = parameters,
                                               .iterations = iterations});
}

static l1_forest *parse(const char *text)
{
    l1_diag diag = {.line = 0};
    l1_forest *forest = NULL;
    l1_arena arena = {.base = w.memory, .capacity = ARENA_SIZE};
    memset(w.memory, 0, ARENA_SIZE);
    const l1_forest_columns any = {.names = NULL};
    if (l1_forest_parse(text, strlen(text), &any, &arena, &forest, &diag).code == L1_OK)
        return forest;
    printf("refused: %s\n", diag.text);
    return NULL;
}

static int32_t differing(const l1_forest *forest, l1_forest_path path, int32_t rows,
                         int32_t columns)
{
    int32_t count = 0;
    for (int32_t i = 0; i < rows; i++) {
        const double *const row = w.rows + (size_t)i * (size_t)columns;
        const double got = l1_forest_score_by(forest, path, row);
        count += l1_real_bits(got) != l1_real_bits(w.want[i]);
    }
    return count;
}

/* What a raw score of LightGBM is to be divided by: its rf sums, and divides only for the
 * probability, which is checked as well. */
static double iterations_of(const char *text)
{
    const char *const average = strstr(text, "\naverage_output\n");
    if (average == NULL) return 1.0;
    double trees = 0.0;
    for (const char *at = strstr(text, "\nTree="); at != NULL; at = strstr(at + 1, "\nTree="))
        trees += 1.0;
    return trees;
}

static void predict(void *booster, const char *text, int32_t rows, int32_t columns)
{
    const double divisor = iterations_of(text);
    lightgbm_predict(booster, LIGHTGBM_RAW, w.rows, rows, columns, w.want);
    for (int32_t i = 0; i < rows; i++) w.want[i] /= divisor;
}

/* LightGBM's two ways must agree with each other, or the oracle is none. */
static int32_t fast_differs(void *booster, const char *text, int32_t columns)
{
    const double divisor = iterations_of(text);
    void *const fast = lightgbm_fast(booster, columns);
    int32_t count = 0;
    for (int32_t i = 0; i < FAST_ROWS; i++) {
        const double got = lightgbm_fast_score(fast, w.rows + (size_t)i * (size_t)columns);
        count += l1_real_bits(got / divisor) != l1_real_bits(w.want[i]);
    }
    return count;
}

/* LightGBM's probability is the logistic function, by libm, of sigmoid x L1's score. */
static int32_t probability_differs(void *booster, const l1_forest *forest, int32_t columns)
{
    static double want[FAST_ROWS];
    int32_t count = 0;
    lightgbm_predict(booster, LIGHTGBM_PROBABILITY, w.rows, FAST_ROWS, columns, want);
    for (size_t i = 0; i < FAST_ROWS; i++) {
        const double score = l1_forest_score(forest, w.rows + i * (size_t)columns);
        const double got = 1.0 / (1.0 + exp(-l1_forest_sigmoid(forest) * score));
        count += l1_real_bits(got) != l1_real_bits(want[i]);
    }
    return count;
}

static size_t occurrences(const char *text, const char *what)
{
    size_t count = 0;
    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what)) count++;
    return count;
}

/* One model, all rows, all paths. Returns the text for the canaries, or NULL on a failure. */
static char *compare(size_t i, int64_t *rows_done)
{
    const model *const m = &models[i];
    char *const text = train(i, TRAIN_ROWS, m->iterations);
    l1_prng prng;
    l1_prng_seed(&prng, 5000 + i);
    void *const booster = lightgbm_load(text);
    forest_data_rows(&prng, m->mix, text, SCORE_ROWS, m->columns, w.rows);
    const l1_forest *const forest = parse(text);
    if (forest == NULL) return NULL;
    predict(booster, text, SCORE_ROWS, m->columns);
    const bool wide = l1_forest_path_usable(forest, L1_FOREST_AVX512);
    const bool bytes = l1_forest_path_usable(forest, L1_FOREST_AVX512_BYTES);
    int32_t bad[5] = {fast_differs(booster, text, m->columns),
                      differing(forest, L1_FOREST_PORTABLE, SCORE_ROWS, m->columns), 0,
                      probability_differs(booster, forest, m->columns), 0};
    if (wide) bad[2] = differing(forest, L1_FOREST_AVX512, SCORE_ROWS, m->columns);
    if (bytes) bad[4] = differing(forest, L1_FOREST_AVX512_BYTES, SCORE_ROWS, m->columns);
    printf("%-27s %4u trees, inf %zu, cat %zu; differ: fast %d probability %d portable %d avx512 ",
           m->name, l1_forest_trees(forest), occurrences(text, "inf "),
           occurrences(text, "\ncat_threshold="), bad[0], bad[3], bad[1]);
    if (wide) printf("%d bytes ", bad[2]);
    if (!wide) printf("- bytes ");
    if (bytes) printf("%d\n", bad[4]);
    if (!bytes) puts("-");
    *rows_done += SCORE_ROWS;
    const bool fits = wide != m->portable_only || !__builtin_cpu_supports("avx512bw");
    if (!fits) printf("  the wide path is usable where it should not be, or the reverse\n");
    if (fits && bad[0] + bad[1] + bad[2] + bad[3] + bad[4] == 0) return text;
    free(text);
    return NULL;
}

/* ---- canaries ---------------------------------------------------------------------------- */

typedef void (*planter)(const char *word, char *out, size_t size);

static void plant_default_side(const char *word, char *out, size_t size)
{
    snprintf(out, size, "%d", atoi(word) ^ 2);
}

static void plant_nan_as_zero(const char *word, char *out, size_t size)
{
    snprintf(out, size, "%d", atoi(word) & 3);
}

static void plant_next_threshold(const char *word, char *out, size_t size)
{
    snprintf(out, size, "%.17g", nextafter(strtod(word, NULL), -INFINITY));
}

static void plant_less_exact_leaf(const char *word, char *out, size_t size)
{
    snprintf(out, size, "%.15g", strtod(word, NULL));
}

/* The text with every word of the lines of `key` replaced, and without tree_sizes. */
static char *planted(const char *good, const char *key, planter plant)
{
    const size_t size = 2 * strlen(good) + 64;
    char *const text = malloc(size), *out = text;
    if (text == NULL) exit(1);
    for (const char *line = good; *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        const char *at = line, *const end = line + length;
        if (strncmp(line, key, strlen(key)) == 0) {
            out += snprintf(out, size, "%s", key);
            for (at += strlen(key); at < end;) {
                char word[64] = "", changed[64];
                const size_t letters = strcspn(at, " \n");
                memcpy(word, at, letters < 63 ? letters : 63);
                plant(word, changed, sizeof changed);
                out += snprintf(out, 64, "%s ", changed);
                at += letters + (at[letters] == ' ');
            }
            *out++ = '\n';
        } else if (strncmp(line, "tree_sizes=", 11) != 0) {
            memcpy(out, line, length);
            out += length;
            *out++ = '\n';
        }
        line = end + (*end == '\n');
    }
    *out = '\0';
    return text;
}

/* The rows and scores of the last comparison are still there. */
static bool canaries(const char *good, int32_t columns)
{
    static const struct {
        const char *what, *key;
        planter plant;
    } rows[] = {{"missing goes to the other side", "decision_type=", plant_default_side},
                {"NaN is zero", "decision_type=", plant_nan_as_zero},
                {"thresholds one step lower", "threshold=", plant_next_threshold},
                {"leaves with 15 digits", "leaf_value=", plant_less_exact_leaf}};
    bool all = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *const text = planted(good, rows[i].key, rows[i].plant);
        const l1_forest *const forest = parse(text);
        free(text);
        const int32_t bad =
            forest == NULL ? 0 : differing(forest, L1_FOREST_PORTABLE, SCORE_ROWS, columns);
        printf("canary: %-32s %d of %d rows differ\n", rows[i].what, bad, SCORE_ROWS);
        all = all && bad > 0;
    }
    return all;
}

/* ---- fixture ----------------------------------------------------------------------------- */

enum { FIXTURE_TRAIN_ROWS = 2000, FIXTURE_ROWS = 120, FIXTURE_ITERATIONS = 6 };

static FILE *open_file(const char *folder, const char *name, const char *suffix)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, suffix);
    FILE *const file = fopen(path, "w");
    if (file == NULL) perror(path);
    return file;
}

/* NAME.txt the model, NAME.rows a line a row: its values and the score, as bits. */
static bool write_fixture(size_t i, const char *folder)
{
    const model *const m = &models[i];
    char *const text =
        train(i, FIXTURE_TRAIN_ROWS,
              m->iterations < FIXTURE_ITERATIONS ? m->iterations : FIXTURE_ITERATIONS);
    l1_prng prng;
    l1_prng_seed(&prng, 9000 + i);
    forest_data_rows(&prng, m->mix, text, FIXTURE_ROWS, m->columns, w.rows);
    predict(lightgbm_load(text), text, FIXTURE_ROWS, m->columns);
    FILE *const model_file = open_file(folder, m->name, "txt");
    FILE *const rows_file = open_file(folder, m->name, "rows");
    if (model_file == NULL || rows_file == NULL) return false;
    char *const parameters = strstr(text, "\nparameters:"); /* long, and no part of a score */
    if (parameters != NULL) parameters[1] = '\0';
    fputs(text, model_file);
    for (size_t row = 0; row < FIXTURE_ROWS; row++) {
        for (size_t k = 0; k < (size_t)m->columns; k++)
            fprintf(rows_file, "%llx ", l1_real_bits(w.rows[row * (size_t)m->columns + k]));
        fprintf(rows_file, "%llx\n", l1_real_bits(w.want[row]));
    }
    free(text);
    return fclose(model_file) == 0 && fclose(rows_file) == 0;
}

static int write_fixtures(const char *folder)
{
    static const char *const names[] = {
        "gbdt_slow",       "rf_smooth",           "rf_zero_as_missing",
        "gbdt_no_missing", "gbdt_few_categories", "categories_zero_as_missing",
        "rf_single_leaf",  "gbdt_infinite",       "gbdt_sigmoid",
        "gbdt_leaves_255", "gbdt_one_tree"};
    for (size_t i = 0; i < MODELS_COUNT; i++) {
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
            if (strcmp(models[i].name, names[k]) == 0 && !write_fixture(i, folder)) return 1;
        }
    }
    return 0;
}

int main(int count, char **arguments)
{
    if (count < 2 || !lightgbm_open(arguments[1])) return 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    w.memory = aligned_alloc(64, ARENA_SIZE);
    if (w.memory == NULL) return 1;
    if (count == 4 && strcmp(arguments[2], "--fixture") == 0) return write_fixtures(arguments[3]);
    int64_t rows = 0;
    size_t bad = 0;
    for (size_t i = 0; i < MODELS_COUNT; i++) {
        char *const text = compare(i, &rows);
        bad += text == NULL;
        if (i == 0 && (text == NULL || !canaries(text, models[i].columns))) bad++;
        free(text);
    }
    printf("%zu models, %lld rows, %zu of them with a difference\n", MODELS_COUNT, (long long)rows,
           bad);
    return bad == 0 && rows >= 1000000 ? 0 : 1;
}
