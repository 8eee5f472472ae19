/* tests/testlib/lightgbm.h: LightGBM's own library, opened at run time, as the oracle of scores.
 *
 * The few functions of its C API that parity tests and benches need. A call that fails ends the
 * program with LightGBM's message. Not thread-safe: one library a process.
 * Source: LightGBM 4.7 documentation, C API. */
#ifndef L1_TESTLIB_LIGHTGBM_H
#define L1_TESTLIB_LIGHTGBM_H

#include <stdbool.h>
#include <stdint.h>

/* Opens lib_lightgbm.so; false with a message on stderr. */
bool lightgbm_open(const char *path);

typedef struct {
    const double *rows; /* count x columns, row by row */
    const float *labels;
    int32_t count, columns;
    const char *parameters; /* "key=value key=value" for data set and booster */
    int iterations;
} lightgbm_training;

/* The model's text, NUL-terminated; the caller frees it. */
char *lightgbm_train(const lightgbm_training *training);

/* A booster from a text; lives until the process ends. */
void *lightgbm_load(const char *text);

/* Scores of dense rows: probabilities, or raw sums of leaves (of rf too: only the probability is
 * made of their mean). */
typedef enum { LIGHTGBM_PROBABILITY = 0, LIGHTGBM_RAW = 1 } lightgbm_output;
void lightgbm_predict(void *booster, lightgbm_output output, const double *rows, int32_t count,
                      int32_t columns, double *out);

/* The fast call for single rows, raw, one thread. */
void *lightgbm_fast(void *booster, int32_t columns);
double lightgbm_fast_score(void *fast, const double *row);

#endif
