/* bench/bench_forest.c: one row scored by two forests, beside LightGBM's fast call for single rows
 * in the same run.
 *
 * Two sizes: rf 300 x 31 and gbdt 500 x 31, depth 8, 43 columns; rf 200 x 31 depth 8 and
 * gbdt 200 x 15 depth 6, 53 columns. LightGBM's library trains them once (kept beside this
 * program) and is called from C, so nothing but its own work is counted. Hot: blocks of calls by
 * turns, each on another row. Cold: 64 MiB are written before every call.
 * Usage: bench_forest [LIBRARY]; without it tools/lightgbm.sh is asked. */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "models/forest.h"
#include "testlib/forest_data.h"
#include "testlib/lightgbm.h"

enum { ROWS = 4096, TRAIN_ROWS = 30000, COLUMNS_MOST = 64, BLOCK = 500, BLOCKS = 24, COLD = 300 };
#define ARENA_SIZE ((size_t)16 << 20)
#define FLUSH_SIZE ((size_t)64 << 20)

typedef struct {
    const char *name, *parameters;
    int iterations;
} part;

static const struct {
    const char *name;
    int32_t columns;
    part parts[2];
} sizes[] = {
    {"rf 300 x 31 + gbdt 500 x 31, depth 8, 43 columns",
     43,
     {{"rf_300", "boosting=rf num_leaves=31 max_depth=8", 300},
      {"gbdt_500", "boosting=gbdt num_leaves=31 max_depth=8 learning_rate=0.05", 500}}},
    {"rf 200 x 31, depth 8 + gbdt 200 x 15, depth 6, 53 columns",
     53,
     {{"rf_200", "boosting=rf num_leaves=31 max_depth=8", 200},
      {"gbdt_200", "boosting=gbdt num_leaves=15 max_depth=6 learning_rate=0.05", 200}}},
};

typedef enum { LIGHTGBM, PORTABLE, AVX512, BYTES, WAYS } way;
static const char *const way_names[WAYS] = {"LightGBM", "portable", "AVX-512", "and bytes"};
static const l1_forest_path paths[WAYS] = {L1_FOREST_PATHS, L1_FOREST_PORTABLE, L1_FOREST_AVX512,
                                           L1_FOREST_AVX512_BYTES};

static struct {
    l1_forest *forests[2];
    void *fast[2];
    double rows[(size_t)ROWS * COLUMNS_MOST], train[(size_t)TRAIN_ROWS * COLUMNS_MOST];
    float labels[TRAIN_ROWS];
    uint32_t times[WAYS][BLOCKS * BLOCK];
    uint8_t *flush;
    double sink;
} w;

static uint32_t now_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint32_t)(at.tv_sec * 1000000000 + at.tv_nsec);
}

/* ---- models ------------------------------------------------------------------------------ */

static char *read_file(const char *path)
{
    FILE *const file = fopen(path, "rb");
    if (file == NULL) return NULL;
    char *const text = calloc(1, 8 << 20);
    if (text != NULL && fread(text, 1, (8 << 20) - 1, file) == 0) text[0] = '\0';
    fclose(file);
    return text;
}

/* The model's text: kept beside the program, or trained and kept. */
static char *model_text(const char *folder, const part *p, int32_t columns)
{
    char path[4096], parameters[512];
    snprintf(path, sizeof path, "%s/forest_%s.txt", folder, p->name);
    char *text = read_file(path);
    if (text != NULL) return text;
    fprintf(stderr, "training %s once\n", p->name);
    l1_prng prng;
    l1_prng_seed(&prng, 77);
    forest_data_train(&prng, COLUMNS_SMOOTH, TRAIN_ROWS, columns, w.train, w.labels);
    snprintf(parameters, sizeof parameters,
             "%s objective=binary bagging_freq=1 bagging_fraction=0.7 feature_fraction=0.7 "
             "num_threads=1 verbosity=-1 seed=1 deterministic=true",
             p->parameters);
    text = lightgbm_train(&(lightgbm_training){.rows = w.train,
                                               .labels = w.labels,
                                               .count = TRAIN_ROWS,
                                               .columns = columns,
                                               .parameters = parameters,
                                               .iterations = p->iterations});
    FILE *const file = fopen(path, "wb");
    if (file != NULL) {
        fputs(text, file);
        fclose(file);
    }
    return text;
}

static l1_forest *parse(const char *text)
{
    l1_diag diag = {.line = 0};
    l1_forest *forest = NULL;
    l1_arena arena = {.base = aligned_alloc(64, ARENA_SIZE), .capacity = ARENA_SIZE};
    if (arena.base == NULL) exit(1);
    memset(arena.base, 0, ARENA_SIZE);
    const l1_forest_columns any = {.names = NULL};
    if (l1_forest_parse(text, strlen(text), &any, &arena, &forest, &diag).code == L1_OK)
        return forest;
    fprintf(stderr, "%s\n", diag.text);
    exit(1);
}

/* ---- measuring --------------------------------------------------------------------------- */

static double score(way by, const double *row)
{
    if (by == LIGHTGBM)
        return lightgbm_fast_score(w.fast[0], row) + lightgbm_fast_score(w.fast[1], row);
    return l1_forest_score_by(w.forests[0], paths[by], row) +
           l1_forest_score_by(w.forests[1], paths[by], row);
}

static uint32_t timed(way by, uint32_t turn, int32_t columns)
{
    const double *const row = w.rows + (size_t)(turn % ROWS) * (size_t)columns;
    const uint32_t start = now_ns();
    w.sink += score(by, row);
    return now_ns() - start;
}

static int compare(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void print(const char *heat, way by, uint32_t count)
{
    static double lightgbm_p50;
    uint32_t *const times = w.times[by];
    qsort(times, count, sizeof times[0], compare);
    const double p50 = times[count / 2];
    if (by == LIGHTGBM) lightgbm_p50 = p50;
    printf("%-5s %-9s p50 %7.2f us   p99 %7.2f us   %5.1f x\n", heat, way_names[by], p50 * 1e-3,
           times[count * 99 / 100] * 1e-3, lightgbm_p50 / p50);
}

static bool usable(way by)
{
    return by == LIGHTGBM || (l1_forest_path_usable(w.forests[0], paths[by]) &&
                              l1_forest_path_usable(w.forests[1], paths[by]));
}

static void measure_hot(int32_t columns)
{
    for (uint32_t block = 0; block < BLOCKS; block++) {
        for (way by = LIGHTGBM; by < WAYS; by++) {
            if (!usable(by)) continue;
            for (uint32_t i = 0; i < BLOCK / 10; i++) timed(by, block * 7 + i, columns);
            for (uint32_t i = 0; i < BLOCK; i++)
                w.times[by][block * BLOCK + i] = timed(by, block * BLOCK + i, columns);
        }
    }
    for (way by = LIGHTGBM; by < WAYS; by++) {
        if (usable(by)) print("hot", by, BLOCKS * BLOCK);
    }
}

static void measure_cold(int32_t columns)
{
    for (uint32_t i = 0; i < COLD; i++) {
        for (way by = LIGHTGBM; by < WAYS; by++) {
            if (!usable(by)) continue;
            for (size_t at = 0; at < FLUSH_SIZE; at += 64) w.flush[at] = (uint8_t)(i + at);
            w.times[by][i] = timed(by, i, columns);
        }
    }
    for (way by = LIGHTGBM; by < WAYS; by++) {
        if (usable(by)) print("cold", by, COLD);
    }
}

static void measure(size_t size, const char *folder)
{
    const int32_t columns = sizes[size].columns;
    l1_prng prng;
    l1_prng_seed(&prng, 78);
    for (int i = 0; i < 2; i++) {
        char *const text = model_text(folder, &sizes[size].parts[i], columns);
        w.forests[i] = parse(text);
        w.fast[i] = lightgbm_fast(lightgbm_load(text), columns);
        free(text);
    }
    forest_data_rows(&prng, COLUMNS_SMOOTH, "", ROWS, columns, w.rows);
    printf("%s\n", sizes[size].name);
    measure_hot(columns);
    measure_cold(columns);
}

/* The library's path from tools/lightgbm.sh, or false. */
static bool ask_path(char *path, size_t size)
{
    char command[4096];
    const char *const source = getenv("L1_SOURCE");
    snprintf(command, sizeof command, "%s/tools/lightgbm.sh", source == NULL ? "." : source);
    FILE *const pipe = popen(command, "r");
    if (pipe == NULL) return false;
    const bool read = fgets(path, (int)size, pipe) != NULL;
    path[strcspn(path, "\n")] = '\0';
    return pclose(pipe) == 0 && read;
}

int main(int count, char **arguments)
{
    char path[4096] = "", self[4096] = "";
    if (count > 1) snprintf(path, sizeof path, "%s", arguments[1]);
    if ((count < 2 && !ask_path(path, sizeof path)) || !lightgbm_open(path)) {
        puts("skipped: LightGBM's library is not here, and the comparison is the point");
        return 0;
    }
    if (readlink("/proc/self/exe", self, sizeof self - 1) <= 0) return 1;
    const char *const folder = dirname(self);
    w.flush = malloc(FLUSH_SIZE);
    if (w.flush == NULL) return 1;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) measure(i, folder);
    printf("(sum %g)\n", w.sink);
    return 0;
}
