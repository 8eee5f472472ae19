/* train/assessment.h: everything that `l1 evaluate` tells: a walk forward, judged.
 *
 * Test rows are those of [from, to), one fold a calendar quarter (train/walk_forward.h); judged are
 * all test rows together and each fold alone. Left open, the test is the later half of the data,
 * but leaves the first fold L1_VALIDATION_DAYS and L1_ASSESS_TRAIN_DAYS before it.
 * Ownership:   the caller frees. Errors: INPUT_FIELD (bad data, too little of it), IO_OPEN without
 *              LightGBM, LIMIT_FULL; one line.
 * Determinism: seeded; with one thread the same files give the same figures on one machine. */
#ifndef L1_TRAIN_ASSESSMENT_H
#define L1_TRAIN_ASSESSMENT_H

#include "train/evaluation.h"
#include "train/gate_use.h"

#define L1_ASSESS_TRAIN_DAYS 28 /* with 8 days of warm-up */

typedef struct {
    const l1_limits *limits; /* must outlive the assessment */
    const l1_history_file *files;
    size_t files_count;
    int64_t from, to; /* Unix minutes; 0 = open */
    uint32_t heads;   /* bits 1 << l1_head */
    uint64_t seed;
    uint32_t threads;
    double veto_share;
    l1_train_progress progress; /* units of its own */
} l1_assessment_options;

/* For each head, symbol and score, in that order. */
typedef struct {
    const l1_judged *judged;
    size_t count;
} l1_judgement;

typedef struct {
    const l1_dataset *dataset;
    uint32_t heads;
    uint64_t seed;
    uint32_t threads;
    double veto_share;
    uint32_t folds_count;
    l1_fold folds[L1_FOLDS_MAX];
    size_t train_rows[L1_FOLDS_MAX], validation_rows[L1_FOLDS_MAX], test_rows[L1_FOLDS_MAX];
    const l1_evaluation *evaluation; /* of all folds, judged */
    l1_judgement all, by_fold[L1_FOLDS_MAX];
    l1_importance importance[L1_HEAD_COUNT]; /* mean of the folds */
    const l1_gate_use *uses;                 /* none without the survival head */
    size_t uses_count;
} l1_assessment;

L1_MUST_USE l1_result l1_assessment_make(const l1_assessment_options *options,
                                         const l1_assessment **out, l1_diag *diag);
void l1_assessment_free(const l1_assessment *assessment); /* NULL is fine */

/* NULL when it was not judged. */
const l1_judged *l1_judgement_find(const l1_judgement *judgement, l1_head head, int32_t symbol,
                                   int score);
const l1_gate_use *l1_assessment_use(const l1_assessment *assessment, l1_signals signals,
                                     int32_t symbol, l1_gate_policy policy);

/* The column that `model` leans on most (rank 0), next (1), ... */
int l1_assessment_column(const l1_assessment *assessment, l1_head head, l1_model model, int rank);

/* --- in words; static storage --- */

/* "ensemble" or the model's name. */
const char *l1_score_text(int score);

/* Does the score beat its closed form (direction: a coin; trend: the base rate)? By the interval
 * of its Brier skill; a little when it ends below L1_SKILL_LITTLE. */
#define L1_SKILL_LITTLE 0.03
typedef enum {
    L1_VERDICT_WORSE,
    L1_VERDICT_SAME,
    L1_VERDICT_LITTLE,
    L1_VERDICT_BETTER,
    L1_VERDICT_COUNT
} l1_verdict;
const char *l1_verdict_text(l1_verdict verdict); /* "better than", ... */
const char *l1_reference_text(l1_head head);     /* "the closed form", "a coin", ... */
l1_verdict l1_verdict_of(const l1_judged *judged);

/* Figures once promised for direction, accuracy, F1 and AUC, beside what was measured at p = .5 by
 * the ensemble. */
typedef enum {
    L1_PROMISE_MET,
    L1_PROMISE_OPEN,   /* not reached, but the interval reaches it */
    L1_PROMISE_REFUTED /* the interval ends below it */
} l1_promise_state;
const char *l1_promise_text(l1_promise_state state);

typedef struct {
    l1_head head;
    int32_t symbol;
    const char *figure;
    double promised;
    l1_estimate measured;
    double reference; /* what costs nothing: AUC of the closed form, accuracy of the commoner
                         answer, F1 of always yes */
    l1_promise_state state;
} l1_promise;
#define L1_PROMISES_MAX 12
l1_promise_state l1_promise_state_of(double promised, const l1_estimate *measured);
size_t l1_assessment_promises(const l1_assessment *assessment, l1_promise out[L1_PROMISES_MAX]);

/* YYYY-MM-DD of a Unix minute. */
#define L1_DAY_TEXT_SIZE 16
const char *l1_day_text(int64_t minute, char out[L1_DAY_TEXT_SIZE]);

#endif
