/* train/lightgbm.c: the few calls of LightGBM's C API that training needs. */
#include "train/lightgbm.h"

#include <dlfcn.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "io/sha256.h"

#define PLACE "/.venv/lib/python3*/site-packages/lightgbm/lib/lib_lightgbm.so"
#define HOW "`make train-setup` puts version " L1_LIGHTGBM_VERSION " into .venv"
#define TREES 200
#define LIBRARY_BYTES_MAX ((size_t)64 << 20)
enum { DOUBLES = 1, FLOATS = 0, GAIN = 1 }; /* C_API_DTYPE_*, C_API_FEATURE_IMPORTANCE_GAIN */

/* SHA-256 of lib_lightgbm.so in the wheels of PyPI; tools/lightgbm.sh pins the wheels.
 */
#if defined(__x86_64__)
static const char pinned[] = "573d57e8a2c6290c2271b99b87afa7a802e796eafc9e8d66aefa0913cbc1616a";
#elif defined(__aarch64__)
static const char pinned[] = "05ec49bad350009b9debd36769ef1cced2132cd93abfe3fe0b8aa116c4388052";
#else
static const char pinned[] = "none for this processor";
#endif

struct l1_lightgbm {
    void *handle;
    const char *(*last_error)(void);
    int (*log_callback)(void (*callback)(const char *));
    int (*dataset_create)(const void *data, int type, int32_t rows, int32_t columns, int row_major,
                          const char *parameters, const void *reference, void **out);
    int (*dataset_field)(void *dataset, const char *name, const void *data, int count, int type);
    int (*dataset_names)(void *dataset, const char **names, int count);
    int (*dataset_free)(void *dataset);
    int (*booster_create)(const void *dataset, const char *parameters, void **out);
    int (*booster_update)(void *booster, int *finished);
    int (*booster_count)(void *booster, int *count);
    int (*booster_save)(void *booster, int start, int iterations, int importance, int64_t capacity,
                        int64_t *size, char *text);
    int (*booster_importance)(void *booster, int iterations, int type, double *out);
    int (*booster_free)(void *booster);
};

static const struct {
    const char *name;
    size_t place;
} functions[] = {
    {"LGBM_GetLastError", offsetof(l1_lightgbm, last_error)},
    {"LGBM_RegisterLogCallback", offsetof(l1_lightgbm, log_callback)},
    {"LGBM_DatasetCreateFromMat", offsetof(l1_lightgbm, dataset_create)},
    {"LGBM_DatasetSetField", offsetof(l1_lightgbm, dataset_field)},
    {"LGBM_DatasetSetFeatureNames", offsetof(l1_lightgbm, dataset_names)},
    {"LGBM_DatasetFree", offsetof(l1_lightgbm, dataset_free)},
    {"LGBM_BoosterCreate", offsetof(l1_lightgbm, booster_create)},
    {"LGBM_BoosterUpdateOneIter", offsetof(l1_lightgbm, booster_update)},
    {"LGBM_BoosterGetCurrentIteration", offsetof(l1_lightgbm, booster_count)},
    {"LGBM_BoosterSaveModelToString", offsetof(l1_lightgbm, booster_save)},
    {"LGBM_BoosterFeatureImportance", offsetof(l1_lightgbm, booster_importance)},
    {"LGBM_BoosterFree", offsetof(l1_lightgbm, booster_free)},
};

/* --- finding and opening --- */

static bool found_below(const char *folder, char path[PATH_MAX])
{
    char pattern[PATH_MAX];
    glob_t places;
    const int size = snprintf(pattern, sizeof pattern, "%s" PLACE, folder);
    if (size < 0 || (size_t)size >= sizeof pattern) return false;
    const bool found = glob(pattern, 0, NULL, &places) == 0 && places.gl_pathc > 0;
    if (found) (void)snprintf(path, PATH_MAX, "%s", places.gl_pathv[0]);
    globfree(&places);
    return found;
}

/* Said, below the working folder, or beside the build folder that the program lies in. */
static bool find(char path[PATH_MAX])
{
    const char *said = getenv("L1_LIGHTGBM");
    if (said != NULL && said[0] != '\0') {
        (void)snprintf(path, PATH_MAX, "%s", said);
        return true;
    }
    if (found_below(".", path)) return true;
    char program[PATH_MAX];
    const ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    if (size <= 0) return false;
    program[size] = '\0';
    for (char *slash = strrchr(program, '/'); slash != NULL; slash = strrchr(program, '/')) {
        *slash = '\0';
        if (found_below(program, path)) return true;
    }
    return false;
}

static l1_result read_library(const char *path, uint8_t *bytes, size_t *size, l1_diag *diag)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return l1_refuse(diag, L1_IO_OPEN, "lightgbm", "%s: %s; " HOW, path, strerror(errno));
    }
    *size = fread(bytes, 1, LIBRARY_BYTES_MAX, file);
    const bool good = ferror(file) == 0;
    (void)fclose(file);
    return good ? L1_SUCCESS : l1_refuse(diag, L1_IO_READ, "lightgbm", "%s: read failed", path);
}

static l1_result check_pin(const char *path, l1_diag *diag)
{
    char hex[L1_SHA256_HEX_SIZE];
    size_t size = 0;
    uint8_t *bytes = malloc(LIBRARY_BYTES_MAX);
    if (bytes == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    l1_result done = read_library(path, bytes, &size, diag);
    if (done.code == L1_OK) done = l1_sha256_hex(bytes, size, hex, diag);
    free(bytes);
    L1_TRY(done);
    if (strcmp(hex, pinned) == 0) return L1_SUCCESS;
    return l1_refuse(
        diag, L1_IO_OPEN, "lightgbm",
        "LightGBM: a library of SHA-256 %.12s... was found, not the pinned %.12s...; " HOW, hex,
        pinned);
}

static l1_result load(l1_lightgbm *library, const char *path, l1_diag *diag)
{
    library->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library->handle == NULL) {
        return l1_refuse(diag, L1_IO_OPEN, "lightgbm", "LightGBM: %.150s", dlerror());
    }
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *const function = dlsym(library->handle, functions[i].name);
        if (function == NULL) {
            return l1_refuse(diag, L1_IO_OPEN, "lightgbm", "LightGBM: it has no %s",
                             functions[i].name);
        }
        memcpy((char *)library + functions[i].place, &function, sizeof function);
    }
    return L1_SUCCESS;
}

static void be_quiet(const char *text)
{
    (void)text;
}

l1_result l1_lightgbm_open(l1_lightgbm **out, l1_diag *diag)
{
    char path[PATH_MAX];
    if (!find(path)) {
        return l1_refuse(diag, L1_IO_OPEN, "lightgbm",
                         "LightGBM is needed to train and is not here; " HOW);
    }
    L1_TRY(check_pin(path, diag));
    l1_lightgbm *library = calloc(1, sizeof *library);
    if (library == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    const l1_result done = load(library, path, diag);
    if (done.code != L1_OK) {
        l1_lightgbm_close(library);
        return done;
    }
    (void)library->log_callback(be_quiet);
    *out = library;
    return L1_SUCCESS;
}

void l1_lightgbm_close(l1_lightgbm *library)
{
    if (library == NULL) return;
    if (library->handle != NULL) (void)dlclose(library->handle);
    free(library);
}

/* --- training --- */

static l1_result failed(const l1_lightgbm *library, l1_diag *diag)
{
    return l1_refuse(diag, L1_INPUT_FIELD, "lightgbm", "LightGBM: %.150s", library->last_error());
}

static void write_parameters(const l1_lightgbm_options *options, char *out, size_t capacity)
{
    const int size = snprintf(
        out, capacity,
        "objective=binary boosting=%s num_iterations=%d %s bagging_freq=1 max_bin=127 seed=%u "
        "deterministic=true force_row_wise=true num_threads=%u verbosity=-1",
        options->random_forest ? "rf" : "gbdt", TREES,
        options->random_forest ? "num_leaves=31 max_depth=8 min_data_in_leaf=200 "
                                 "feature_fraction=0.35 bagging_fraction=0.3"
                               : "num_leaves=15 max_depth=6 learning_rate=0.03 "
                                 "min_data_in_leaf=400 lambda_l2=10 feature_fraction=0.5 "
                                 "bagging_fraction=0.5",
        (unsigned)(options->seed & INT32_MAX), (unsigned)options->threads);
    L1_ASSERT(size > 0 && (size_t)size < capacity);
}

static l1_result grow(const l1_lightgbm *library, void *booster, const l1_train_progress *progress,
                      l1_diag *diag)
{
    int finished = 0, count = 0;
    for (int tree = 0; tree < TREES && finished == 0; tree++) {
        if (library->booster_update(booster, &finished) != 0) return failed(library, diag);
        if (progress->step != NULL) progress->step(progress->context, tree + 1, TREES);
    }
    if (library->booster_count(booster, &count) != 0) return failed(library, diag);
    if (count > 0) return L1_SUCCESS;
    return l1_refuse(diag, L1_INPUT_FIELD, "lightgbm",
                     "LightGBM finds nothing to split: too few rows, or no column that says "
                     "anything");
}

static l1_result save(const l1_lightgbm *library, void *booster, l1_trees *out, l1_diag *diag)
{
    int64_t size = 0;
    if (library->booster_importance(booster, 0, GAIN, out->gain) != 0 ||
        library->booster_save(booster, 0, 0, GAIN, 0, &size, NULL) != 0) {
        return failed(library, diag);
    }
    out->text = malloc((size_t)size); /* its NUL is counted */
    if (out->text == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    out->size = (size_t)size - 1;
    if (library->booster_save(booster, 0, 0, GAIN, size, &size, out->text) == 0) return L1_SUCCESS;
    free(out->text);
    out->text = NULL;
    return failed(library, diag);
}

static l1_result boost(const l1_lightgbm *library, void *dataset, const l1_matrix *matrix,
                       const char *parameters, const l1_train_progress *progress, l1_trees *out,
                       l1_diag *diag)
{
    const char *names[L1_COLUMNS_COUNT];
    void *booster = NULL;
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) names[i] = l1_features[i].name;
    if (library->dataset_field(dataset, "label", matrix->labels, (int)matrix->count, FLOATS) != 0 ||
        library->dataset_names(dataset, names, L1_COLUMNS_COUNT) != 0 ||
        library->booster_create(dataset, parameters, &booster) != 0) {
        return failed(library, diag);
    }
    l1_result done = grow(library, booster, progress, diag);
    if (done.code == L1_OK) done = save(library, booster, out, diag);
    (void)library->booster_free(booster);
    return done;
}

l1_result l1_lightgbm_train(const l1_lightgbm *library, const l1_matrix *matrix,
                            const l1_lightgbm_options *options, const l1_train_progress *progress,
                            l1_trees *out, l1_diag *diag)
{
    char parameters[512];
    void *dataset = NULL;
    L1_ASSERT(matrix->count > 0 && matrix->count < INT32_MAX);
    L1_ASSERT(options->threads > 0);
    *out = (l1_trees){.text = NULL};
    write_parameters(options, parameters, sizeof parameters);
    if (library->dataset_create(matrix->values, DOUBLES, (int32_t)matrix->count, L1_COLUMNS_COUNT,
                                1, parameters, NULL, &dataset) != 0) {
        return failed(library, diag);
    }
    const l1_result done = boost(library, dataset, matrix, parameters, progress, out, diag);
    (void)library->dataset_free(dataset);
    return done;
}
