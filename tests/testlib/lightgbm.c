/* tests/testlib/lightgbm.c: LightGBM's C API through dlopen. */
#include "testlib/lightgbm.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLOAT32 = 0, FLOAT64 = 1, ROW_MAJOR = 1 };

static struct {
    const char *(*last_error)(void);
    int (*log_callback)(void (*)(const char *));
    int (*data_create)(const void *, int, int32_t, int32_t, int, const char *, const void *,
                       void **);
    int (*data_set)(void *, const char *, const void *, int, int);
    int (*data_free)(void *);
    int (*create)(const void *, const char *, void **);
    int (*update)(void *, int *);
    int (*to_string)(void *, int, int, int, int64_t, int64_t *, char *);
    int (*from_string)(const char *, int *, void **);
    int (*free)(void *);
    int (*predict)(void *, const void *, int, int32_t, int32_t, int, int, int, int, const char *,
                   int64_t *, double *);
    int (*fast_init)(void *, int, int, int, int, int32_t, const char *, void **);
    int (*fast_score)(void *, const void *, int64_t *, double *);
} api;

static void be_silent(const char *text)
{
    (void)text;
}

static bool find(void *library, const char *name, void *function)
{
    void *const address = dlsym(library, name);
    if (address == NULL) {
        fprintf(stderr, "%s is not in this library\n", name);
        return false;
    }
    memcpy(function, &address, sizeof address);
    return true;
}

bool lightgbm_open(const char *path)
{
    void *const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return false;
    }
    const struct {
        const char *name;
        void *function;
    } rows[] = {
        {"LGBM_GetLastError", &api.last_error},
        {"LGBM_RegisterLogCallback", &api.log_callback},
        {"LGBM_DatasetCreateFromMat", &api.data_create},
        {"LGBM_DatasetSetField", &api.data_set},
        {"LGBM_DatasetFree", &api.data_free},
        {"LGBM_BoosterCreate", &api.create},
        {"LGBM_BoosterUpdateOneIter", &api.update},
        {"LGBM_BoosterSaveModelToString", &api.to_string},
        {"LGBM_BoosterLoadModelFromString", &api.from_string},
        {"LGBM_BoosterFree", &api.free},
        {"LGBM_BoosterPredictForMat", &api.predict},
        {"LGBM_BoosterPredictForMatSingleRowFastInit", &api.fast_init},
        {"LGBM_BoosterPredictForMatSingleRowFast", &api.fast_score},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!find(library, rows[i].name, rows[i].function)) return false;
    }
    return api.log_callback(be_silent) == 0;
}

static void need(int outcome)
{
    if (outcome == 0) return;
    fprintf(stderr, "LightGBM: %s\n", api.last_error());
    exit(1);
}

char *lightgbm_train(const lightgbm_training *t)
{
    void *data = NULL, *booster = NULL;
    need(api.data_create(t->rows, FLOAT64, t->count, t->columns, ROW_MAJOR, t->parameters, NULL,
                         &data));
    need(api.data_set(data, "label", t->labels, t->count, FLOAT32));
    need(api.create(data, t->parameters, &booster));
    int finished = 0;
    for (int i = 0; i < t->iterations && finished == 0; i++) need(api.update(booster, &finished));
    int64_t size = 0;
    char *text = NULL;
    need(api.to_string(booster, 0, -1, 0, 0, &size, NULL));
    text = malloc((size_t)size);
    if (text == NULL) exit(1);
    need(api.to_string(booster, 0, -1, 0, size, &size, text));
    need(api.free(booster));
    need(api.data_free(data));
    return text;
}

void *lightgbm_load(const char *text)
{
    void *booster = NULL;
    int iterations = 0;
    need(api.from_string(text, &iterations, &booster));
    return booster;
}

void lightgbm_predict(void *booster, lightgbm_output output, const double *rows, int32_t count,
                      int32_t columns, double *out)
{
    int64_t size = 0;
    need(api.predict(booster, rows, FLOAT64, count, columns, ROW_MAJOR, (int)output, 0, -1,
                     "num_threads=1", &size, out));
    if (size != count) exit(1);
}

void *lightgbm_fast(void *booster, int32_t columns)
{
    void *fast = NULL;
    need(api.fast_init(booster, LIGHTGBM_RAW, 0, -1, FLOAT64, columns, "num_threads=1", &fast));
    return fast;
}

double lightgbm_fast_score(void *fast, const double *row)
{
    int64_t size = 0;
    double score = 0.0;
    if (api.fast_score(fast, row, &size, &score) != 0 || size != 1) need(-1);
    return score;
}
