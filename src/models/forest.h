/* models/forest.h: trees of a LightGBM text model, read once and scored in microseconds.
 *
 * Reads GBDT and boosting=rf with one tree an iteration and a binary sigmoid objective: numerical
 * and categorical splits, all missing types, average_output. What cannot be scored exactly is
 * refused with its line (linear trees, other objectives, more leaves or trees than fit).
 * A score has the bits of LightGBM's own raw score (C API, dense rows): thresholds become ranks,
 * leaves are added in the trees' order, and rf is divided by the number of iterations at the end
 * (LightGBM's raw score of rf is the sum before that division, its probability the one after it).
 * Three paths, bit-identical: portable, and two with AVX-512 chosen at run time.
 * Ownership:   everything lies in the arena given to the parser; read-only afterwards.
 * Determinism: pure. Source: LightGBM text format version v4. */
#ifndef L1_MODELS_FOREST_H
#define L1_MODELS_FOREST_H

#include "base/arena.h"
#include "base/status.h"
#include "features/feature_set.h"

#define L1_FOREST_TREES_MAX 4096
#define L1_FOREST_LEAVES_MAX 1024

typedef struct l1_forest l1_forest;

/* The names a model's columns may have, in the order of the rows that will be scored. NULL
 * `names`: the model's own order, any name (parity tests). */
typedef struct {
    const char *const *names;
    uint32_t count; /* <= L1_COLUMNS_MAX; with names == NULL ignored */
} l1_forest_columns;

/* Parses the text. INPUT_SYNTAX, INPUT_FIELD or LIMIT_FULL (the arena is too small, too many
 * trees) with diag->line; nothing of `out` may be used then. Linear time. */
L1_MUST_USE l1_result l1_forest_parse(const char *text, size_t size,
                                      const l1_forest_columns *columns, l1_arena *arena,
                                      l1_forest **out, l1_diag *diag);

uint32_t l1_forest_columns_count(const l1_forest *forest); /* doubles in a row */
uint32_t l1_forest_trees(const l1_forest *forest);
double l1_forest_sigmoid(const l1_forest *forest); /* log-odds = sigmoid x raw score */

/* The model's columns that are used by some split, as bits by row position. */
uint64_t l1_forest_used(const l1_forest *forest);

/* Raw score of one row by the fastest path that this processor and this model allow. */
double l1_forest_score(const l1_forest *forest, const double *row);

/* The same by a named path (tests, benches). */
typedef enum {
    L1_FOREST_PORTABLE,
    L1_FOREST_AVX512,       /* at most 32 leaves a tree, 64 slots */
    L1_FOREST_AVX512_BYTES, /* and at most 254 thresholds a slot; needs VBMI */
    L1_FOREST_PATHS
} l1_forest_path;
bool l1_forest_path_usable(const l1_forest *forest, l1_forest_path path);
double l1_forest_score_by(const l1_forest *forest, l1_forest_path path, const double *row);

#endif
