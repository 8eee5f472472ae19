/* train/fit.h: from rows to one head's models, calibrations, stack and thresholds; and back to
 * scores.
 *
 * A fitting is a bundle in the making (models/bundle_state.h): first the HAR of each symbol, then
 * head by head. Rows, raw scores and predictions are the engine's own (l1_head_row, l1_head_raw,
 * l1_head_score), so what is judged is what will trade.
 * Protocol: models learn from the training rows alone; calibration, stack and thresholds come from
 * the validation rows; nothing is refitted.
 * Ownership: the caller frees the fitting, which owns texts and parsed models.
 * Errors:    INPUT_FIELD naming head and cause; IO_OPEN without LightGBM. */
#ifndef L1_TRAIN_FIT_H
#define L1_TRAIN_FIT_H

#include "train/har.h"
#include "train/importance.h"
#include "train/lightgbm.h"
#include "train/platt.h"
#include "train/thresholds.h"

#define L1_ALL_MODELS 7u /* bits 1 << l1_model */
#define L1_ALL_HEADS 15u /* bits 1 << l1_head */

typedef struct l1_fitting l1_fitting;

typedef struct {
    const l1_dataset *dataset;
    const l1_split *split;
    const l1_lightgbm *lightgbm; /* NULL when neither forest is trained */
    uint32_t models;             /* which to train; the others are those of `base` */
    const l1_bundle *base;       /* HAR and untrained models come from it; NULL = none */
    uint64_t seed;
    uint32_t threads;
    double veto_share; /* of the ensemble; each model alone a quarter of it (.20 -> .05) */
    l1_train_progress progress;
} l1_fit_options;

/* HAR of every symbol with rows (or base's). Options must outlive the fitting. */
L1_MUST_USE l1_result l1_fitting_begin(const l1_fit_options *options, l1_fitting **out,
                                       l1_diag *diag);

/* Trains, calibrates and stacks `head`, then sets its thresholds. */
L1_MUST_USE l1_result l1_fit_head(l1_fitting *fitting, l1_head head, l1_diag *diag);

/* The heads fitted so far, ready for l1_head_row and l1_head_score. */
const l1_bundle *l1_fitting_bundle(const l1_fitting *fitting);

/* What `head` says of the rows. Arrays hold rows.count elements each. */
typedef struct {
    double *log_odds[L1_SCORES_COUNT]; /* calibrated; of the trend the ensemble alone, else NULL */
    double *baseline; /* raw closed form: log-odds of survival, movement's score, 0 for direction;
                         the trend is its own */
} l1_predictions;
L1_MUST_USE l1_result l1_predict(const l1_bundle *bundle, const l1_dataset *dataset,
                                 const l1_rows *rows, l1_head head, l1_predictions *out,
                                 l1_diag *diag);
void l1_predictions_free(l1_predictions *predictions);

/* The closed form's calibration on the validation rows, to compare probabilities fairly. */
l1_calibration l1_fitting_baseline(const l1_fitting *fitting, l1_head head);

typedef struct {
    l1_f1_threshold f1[L1_SCORES_COUNT];
    double operating[L1_SCORES_COUNT];
} l1_head_thresholds;
const l1_head_thresholds *l1_fitting_thresholds(const l1_fitting *fitting, l1_head head,
                                                int32_t symbol);

const l1_importance *l1_fitting_importance(const l1_fitting *fitting, l1_head head);

/* The model's file, to be written as it is; NULL for the trend and what was not fitted. */
const char *l1_fitting_text(const l1_fitting *fitting, l1_head head, l1_model model, size_t *size);

void l1_fitting_free(l1_fitting *fitting); /* NULL is fine */

#endif
