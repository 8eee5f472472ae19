/* models/manifest.h: manifest.txt as numbers; its format stands in models/bundle.h.
 *
 * Inner header of models/: the edge sees l1_manifest_files alone.
 * Errors: as in bundle.h; diag->line is the manifest's line. Determinism: pure. */
#ifndef L1_MODELS_MANIFEST_H
#define L1_MODELS_MANIFEST_H

#include "models/bundle.h"

#define L1_MODEL_HEADS ((int)L1_HEAD_TREND) /* heads before it have models */
_Static_assert(L1_HEAD_TREND == L1_HEAD_COUNT - 1, "the head without models is the last");
_Static_assert(L1_MODEL_HEADS *L1_MODEL_COUNT <= L1_BUNDLE_FILES_MAX, "every model has a file");

typedef struct {
    double a, b; /* log-odds = a x raw + b */
} l1_platt;

typedef struct {
    bool present;
    l1_platt platt[L1_SCORES_COUNT]; /* of the trend: [L1_SCORE_ENSEMBLE] alone */
    double stack[L1_SCORES_COUNT];   /* W0, then one weight for each model */
    double stop_atr_min, stop_atr_max;
} l1_manifest_head;

typedef struct {
    char name[L1_SYMBOL_TEXT_MAX];
    double har[L1_HAR_TERMS];
    double half_variance;
    double threshold[L1_HEAD_COUNT][L1_THRESHOLD_COUNT][L1_SCORES_COUNT];
    l1_profile profile;
} l1_manifest_symbol;

typedef struct {
    int64_t from_ms, to_ms;
    uint32_t files_count, symbols_count;
    l1_bundle_file files[L1_BUNDLE_FILES_MAX];
    uint8_t file_head[L1_BUNDLE_FILES_MAX], file_model[L1_BUNDLE_FILES_MAX];
    l1_manifest_head heads[L1_HEAD_COUNT];
    l1_manifest_symbol symbols[L1_SYMBOLS_MAX];
} l1_manifest;

/* `out` (about 125 KiB) is undefined after a failure. */
L1_MUST_USE l1_result l1_manifest_parse(const char *text, size_t size, l1_manifest *out,
                                        l1_diag *diag);

#endif
