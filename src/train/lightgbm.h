/* train/lightgbm.h: LightGBM's C API, opened at run time.
 *
 * The library is lib_lightgbm.so of the PyPI wheel lightgbm 4.7.0 in the project's own folder:
 * .venv/lib/python3.N/site-packages/lightgbm/lib/, below the working folder or beside the
 * program's build folder; the environment variable L1_LIGHTGBM names another place. Its SHA-256
 * must be the pinned one. `make train-setup` (tools/lightgbm.sh) gets it.
 * Single-threaded and seeded, the same rows give the same text, byte for byte, on one machine.
 * Errors: IO_OPEN with the command that gets the library; INPUT_FIELD with LightGBM's own words.
 * Source: LightGBM 4.7.0, include/LightGBM/c_api.h. */
#ifndef L1_TRAIN_LIGHTGBM_H
#define L1_TRAIN_LIGHTGBM_H

#include "train/matrix.h"

#define L1_LIGHTGBM_VERSION "4.7.0"

typedef struct l1_lightgbm l1_lightgbm;

L1_MUST_USE l1_result l1_lightgbm_open(l1_lightgbm **out, l1_diag *diag);
void l1_lightgbm_close(l1_lightgbm *library); /* NULL is fine */

typedef struct {
    bool random_forest; /* else gradient boosting */
    uint64_t seed;
    uint32_t threads; /* 1: reproducible */
} l1_lightgbm_options;

typedef struct {
    char *text; /* the model, NUL-terminated; the caller frees it */
    size_t size;
    double gain[L1_COLUMNS_COUNT]; /* sum of the splits' gains by column */
} l1_trees;

/* `progress` counts trees. */
L1_MUST_USE l1_result l1_lightgbm_train(const l1_lightgbm *library, const l1_matrix *matrix,
                                        const l1_lightgbm_options *options,
                                        const l1_train_progress *progress, l1_trees *out,
                                        l1_diag *diag);

#endif
