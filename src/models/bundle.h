/* models/bundle.h: a model bundle: the manifest and the models of every head, checked as a whole.
 *
 * A bundle is a folder: manifest.txt, and for each head HEAD/modelo1_lr.txt, modelo2_rf.txt and
 * modelo3_lgbm.txt. The edge reads it, holds each file against the SHA-256 in the manifest and
 * packs all into one image, whose content hash names the bundle in events and in the journal.
 *
 * manifest.txt, lines "key=value" in any order inside their section, '#' comments; the first line
 * is l1_bundle=1 and the last one `end`, so that a cut text is known; symbols stand above heads:
 *   l1_bundle=1
 *   features=32 hex digits of l1_features_hash
 *   trained_from=MS
 *   trained_to=MS                              Unix ms UTC, [from, to)
 *   [symbol BTC/USDT]
 *   har=C0 ... C9 V                            ln S240 = sum C x term + V (half residual variance)
 *   profile_day=DAY                            Unix day; bars of it and later ones continue
 *   profile_weekday=96 numbers
 *   profile_weekend=96 numbers
 *   [head survival]                            also movement, direction
 *   logreg=PATH SHA256                         the same with random_forest, lightgbm
 *   platt_logreg=A B                           log-odds = A x raw + B; the same with the others
 *   stack=W0 W1 W2 W3                          log-odds = W0 + sum W x calibrated log-odds
 *   stop_atr=MIN MAX                           survival: range of the stop in ATR while training
 *   threshold_operating=SYMBOL T1 T2 T3 T4     log-odds: of each model in this order, of the stack
 *   threshold_f1=SYMBOL T1 T2 T3 T4
 *   [head trend]
 *   platt=A B
 *   threshold_operating=SYMBOL T
 *   threshold_f1=SYMBOL T
 *   end
 *
 * Raw of a forest is sigmoid x its raw score. Every number is finite (thresholds may be -inf:
 * never a veto). Every symbol needs both thresholds of every head that is there; at least one
 * symbol and one head are. docs/models.md states the bounds.
 * Errors:      INPUT_SYNTAX, INPUT_FIELD, INPUT_TOO_LONG, LIMIT_FULL; diag->text is one line with
 *              file, line, field, value and limit; all or nothing.
 * Ownership:   a parsed bundle lies in the arena given; read-only afterwards.
 * Determinism: pure. */
#ifndef L1_MODELS_BUNDLE_H
#define L1_MODELS_BUNDLE_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/status.h"
#include "domain/limits.h"
#include "domain/signal.h"
#include "features/feature_state.h"

#define L1_MANIFEST_PATH "manifest.txt"
#define L1_MANIFEST_SIZE_MAX ((size_t)1 << 20)
#define L1_BUNDLE_FILES_MAX 16
#define L1_BUNDLE_PATH_MAX 96
#define L1_BUNDLE_MEMORY ((size_t)64 << 20) /* bytes of an arena that holds any bundle */
#define L1_BUNDLE_IMAGE_MAX ((size_t)64 << 20)

typedef enum {
    L1_MODEL_LOGREG,
    L1_MODEL_RANDOM_FOREST,
    L1_MODEL_LIGHTGBM,
    L1_MODEL_COUNT
} l1_model;
/* Scores of a head: one for each model, then the stack. */
#define L1_SCORE_ENSEMBLE ((int)L1_MODEL_COUNT)
#define L1_SCORES_COUNT ((int)L1_MODEL_COUNT + 1)

typedef struct l1_bundle l1_bundle;

/* --- reading a folder, in steps --- */
typedef struct {
    char path[L1_BUNDLE_PATH_MAX]; /* relative; no "..", no leading '/' */
    char sha256[65];               /* lower case hex */
} l1_bundle_file;

/* The files that a manifest names, so that the edge can read and check them. */
L1_MUST_USE l1_result l1_manifest_files(const char *text, size_t size,
                                        l1_bundle_file files[L1_BUNDLE_FILES_MAX], uint32_t *count,
                                        l1_diag *diag);

typedef struct {
    const char *path; /* "manifest.txt" or as the manifest names it */
    const uint8_t *bytes;
    size_t size;
} l1_bundle_part;

/* The image of the parts, the manifest first, then its files in the order of l1_manifest_files:
 * its size, and its bytes into `out`. It holds a hash of its content. */
size_t l1_bundle_image_size(const l1_bundle_part *parts, uint32_t count);
void l1_bundle_image(const l1_bundle_part *parts, uint32_t count, uint8_t *out);

/* Parses an image whole; `*out` is set only on success, but the arena is used up either way.
 * `arena`, zeroed as base/arena.h says, must hold L1_BUNDLE_MEMORY for any bundle within the
 * limits. */
L1_MUST_USE l1_result l1_bundle_parse(const uint8_t *image, size_t size, l1_arena *arena,
                                      l1_bundle **out, l1_diag *diag);

/* --- using one --- */
int l1_bundle_symbol(const l1_bundle *bundle, const char *name); /* -1 = not trained for it */
bool l1_bundle_has(const l1_bundle *bundle, l1_head head);
void l1_bundle_profile(const l1_bundle *bundle, int symbol, l1_profile *out);
void l1_bundle_range(const l1_bundle *bundle, int64_t *from_ms, int64_t *to_ms);

/* What is asked of a head for one signal. */
typedef struct {
    int symbol; /* l1_bundle_symbol */
    l1_side side;
    double stop_fraction; /* |mid - stop| / mid, >= 0; survival only */
    l1_threshold_kind threshold;
} l1_head_question;

typedef struct {
    bool has[L1_SCORES_COUNT];         /* trend has only the ensemble */
    double log_odds[L1_SCORES_COUNT];  /* calibrated; all are NaN when the row is not finite */
    double threshold[L1_SCORES_COUNT]; /* passed if log_odds >= threshold, which NaN never is */
    bool clamped; /* the stop lay outside the training range and was clamped to it */
} l1_head_scores;

/* Scores `head` (present in the bundle) on a READY vector. A log-odds is finite or NaN. */
void l1_head_score(const l1_bundle *bundle, l1_head head, const l1_feature_vector *vector,
                   const l1_head_question *question, l1_head_scores *out);

/* The row of L1_COLUMNS_COUNT columns that the head's models see (l1 score, training); any head
 * but the trend. `baseline` is: survival 1 - erfc(a / (S240 sqrt 2)), movement ln S240 -
 * ln(s1440 sqrt 240), direction 0.5; `stop_distance` is ln(a / S240) of survival, else 0; a is the
 * stop fraction within stop_atr x ATR / close. */
void l1_head_row(const l1_bundle *bundle, l1_head head, const l1_feature_vector *vector,
                 const l1_head_question *question, double row[L1_COLUMNS_COUNT]);

/* Raw (uncalibrated) log-odds of one model for a row. */
double l1_head_raw(const l1_bundle *bundle, l1_head head, l1_model model, const double *row);

/* "logreg", "random_forest", "lightgbm"; static storage. */
const char *l1_model_text(l1_model model);

/* --- two slots --- */

/* The caller's: at most one of them is active in a system, the other takes the next bundle. */
typedef struct {
    const l1_bundle *bundle[2];
    l1_hash128 hash[2]; /* content hash of the image; {0, 0} = empty */
} l1_model_bank;

/* The bundle of that content, or NULL. */
const l1_bundle *l1_model_bank_find(const l1_model_bank *bank, l1_hash128 hash);

#endif
