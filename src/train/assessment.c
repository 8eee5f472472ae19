/* train/assessment.c: read, walk, gather, judge. */
#include "train/assessment.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "train/train.h"

#define READING_UNITS 300 /* of progress; then the forests, then the judging */
#define WALKING_UNITS 500
#define JUDGING_UNITS 200
#define ALL_UNITS (READING_UNITS + WALKING_UNITS + JUDGING_UNITS)

typedef struct {
    l1_assessment told;
    const l1_assessment_options *options;
    l1_lightgbm *lightgbm;
    l1_dataset *dataset;
    l1_evaluation *all, *by_fold[L1_FOLDS_MAX];
    l1_gate_trial *trial;
    l1_gate_use *uses;
    int64_t forests, forests_done, trees; /* for progress */
} assessing;

static void step(const assessing *in, int64_t units)
{
    const l1_train_progress *to = &in->options->progress;
    if (to->step != NULL) to->step(to->context, units, ALL_UNITS);
}

static void step_reading(void *context, int64_t done, int64_t all)
{
    if (all > 0) step(context, done * READING_UNITS / all);
}

static void step_walking(void *context, int64_t done, int64_t all)
{
    assessing *in = context;
    if (done < in->trees) in->forests_done++;
    in->trees = done;
    const int64_t trees = in->forests_done * all + done;
    step(in, READING_UNITS + trees * WALKING_UNITS / (in->forests * all));
}

/* --- data and folds --- */

static l1_result read_rows(assessing *in, l1_diag *diag)
{
    const l1_assessment_options *options = in->options;
    const l1_dataset_files from = {
        .options = {.limits = options->limits, .seed = options->seed},
        .files = options->files,
        .files_count = options->files_count,
        .progress = {step_reading, in},
    };
    L1_TRY(l1_dataset_read(&from, &in->dataset, diag));
    in->told.dataset = in->dataset;
    return L1_SUCCESS;
}

static l1_result choose_folds(assessing *in, l1_diag *diag)
{
    l1_assessment *told = &in->told;
    char day[L1_DAY_TEXT_SIZE], other[L1_DAY_TEXT_SIZE];
    const int64_t begin = in->dataset->from_ms / 60000, end = in->dataset->to_ms / 60000;
    const int64_t least = begin + (L1_ASSESS_TRAIN_DAYS + L1_VALIDATION_DAYS) * L1_MINUTES_A_DAY;
    int64_t from = begin + (end - begin) / 2;
    if (from < least) from = least;
    from = (from + L1_MINUTES_A_DAY - 1) / L1_MINUTES_A_DAY * L1_MINUTES_A_DAY;
    if (in->options->from != 0) from = in->options->from;
    const int64_t to = in->options->to != 0 && in->options->to < end ? in->options->to : end;
    if (from < least || from >= to) {
        return l1_refuse(diag, L1_INPUT_FIELD, "data",
                         "there is nothing to test between %s and %s: the data begin %d days "
                         "before the first test day, to learn and to calibrate, and end after it",
                         l1_day_text(from, day), l1_day_text(to, other),
                         L1_ASSESS_TRAIN_DAYS + L1_VALIDATION_DAYS);
    }
    told->folds_count = l1_folds_by_quarter(from, to, L1_VALIDATION_DAYS, told->folds);
    return L1_SUCCESS;
}

static size_t rows_of(const l1_dataset *dataset, const l1_rows *rows, uint32_t symbol)
{
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        count += dataset->rows[rows->places[i]].symbol == (int32_t)symbol;
    }
    return count;
}

static l1_result check_split(const assessing *in, const l1_split *split, uint32_t fold,
                             l1_diag *diag)
{
    const l1_dataset *data = in->dataset;
    for (uint32_t i = 0; i < data->limits->symbols_count; i++) {
        if (data->bars[i] == 0) continue;
        const size_t train = rows_of(data, &split->train, i);
        const size_t validation = rows_of(data, &split->validation, i);
        const size_t test = rows_of(data, &split->test, i);
        if (train >= L1_TRAIN_ROWS_MIN && validation >= L1_VALIDATION_ROWS_MIN && test > 0)
            continue;
        return l1_refuse(diag, L1_INPUT_FIELD, "rows",
                         "fold %u: %s has %zu rows to train (at least %d), %zu to validate (at "
                         "least %d), %zu to test (at least 1); a day has 57: give more history",
                         (unsigned)fold + 1, data->limits->symbols[i].name, train,
                         L1_TRAIN_ROWS_MIN, validation, L1_VALIDATION_ROWS_MIN, test);
    }
    return L1_SUCCESS;
}

/* Before anything is trained, so that too little history is told at once. */
static l1_result check_folds(assessing *in, l1_diag *diag)
{
    l1_assessment *told = &in->told;
    for (uint32_t fold = 0; fold < told->folds_count; fold++) {
        l1_split split;
        L1_TRY(l1_split_make(in->dataset, &told->folds[fold], &split, diag));
        told->train_rows[fold] = split.train.count;
        told->validation_rows[fold] = split.validation.count;
        told->test_rows[fold] = split.test.count;
        const l1_result done = check_split(in, &split, fold, diag);
        l1_split_free(&split);
        L1_TRY(done);
    }
    return L1_SUCCESS;
}

/* --- walking --- */

static bool has(uint32_t heads, int head)
{
    return (heads >> head & 1) != 0;
}

static bool is_last(uint32_t heads, l1_head head)
{
    return heads >> head == 1;
}

static void add_importance(l1_importance *to, const l1_importance *of, double weight)
{
    for (int model = 0; model < L1_MODEL_COUNT; model++) {
        for (int i = 0; i < L1_COLUMNS_COUNT; i++) {
            to->share[model][i] += weight * of->share[model][i];
        }
        to->cross_asset[model] += weight * of->cross_asset[model];
    }
}

static l1_result take(void *context, const l1_fold_result *result, l1_diag *diag)
{
    assessing *in = context;
    const l1_evaluation_part part = {
        .bundle = l1_fitting_bundle(result->fitting),
        .rows = &result->split->test,
        .head = result->head,
        .predictions = result->predictions,
        .baseline = result->baseline,
    };
    L1_TRY(l1_evaluation_add(in->all, &part, diag));
    L1_TRY(l1_evaluation_add(in->by_fold[result->fold], &part, diag));
    if (result->head != L1_HEAD_TREND) {
        add_importance(&in->told.importance[result->head],
                       l1_fitting_importance(result->fitting, result->head),
                       1 / (double)in->told.folds_count);
    }
    if (in->trial == NULL || !is_last(in->options->heads, result->head)) return L1_SUCCESS;
    return l1_gate_trial_add(in->trial, result, diag);
}

static l1_result begin(assessing *in, l1_diag *diag)
{
    const l1_assessment_options *options = in->options;
    L1_TRY(l1_evaluation_new(in->dataset, options->seed, &in->all, diag));
    for (uint32_t fold = 0; fold < in->told.folds_count; fold++) {
        L1_TRY(l1_evaluation_new(in->dataset, options->seed, &in->by_fold[fold], diag));
    }
    if (!has(options->heads, L1_HEAD_SURVIVAL)) return L1_SUCCESS;
    return l1_gate_trial_new(in->dataset, options->veto_share, options->seed, &in->trial, diag);
}

static l1_result walk(assessing *in, l1_diag *diag)
{
    const l1_assessment_options *options = in->options;
    for (int head = 0; head < L1_HEAD_TREND; head++) {
        if (has(options->heads, head)) in->forests += 2 * (int64_t)in->told.folds_count;
    }
    const l1_walk_options walk = {
        .dataset = in->dataset,
        .lightgbm = in->lightgbm,
        .folds = in->told.folds,
        .folds_count = in->told.folds_count,
        .heads = options->heads,
        .seed = options->seed,
        .threads = options->threads,
        .veto_share = options->veto_share,
        .progress = {step_walking, in},
        .take = take,
        .context = in,
    };
    return l1_walk_forward(&walk, diag);
}

/* --- judging --- */

static l1_result judge(assessing *in, l1_diag *diag)
{
    l1_assessment *told = &in->told;
    const int64_t parts = told->folds_count + 2, done = READING_UNITS + WALKING_UNITS;
    step(in, done);
    L1_TRY(l1_evaluation_judge(in->all, &told->all.judged, &told->all.count, diag));
    told->evaluation = in->all;
    for (uint32_t fold = 0; fold < told->folds_count; fold++) {
        step(in, done + (fold + 1) * JUDGING_UNITS / parts);
        l1_judgement *to = &told->by_fold[fold];
        L1_TRY(l1_evaluation_judge(in->by_fold[fold], &to->judged, &to->count, diag));
    }
    step(in, done + (parts - 1) * JUDGING_UNITS / parts);
    if (in->trial == NULL) return L1_SUCCESS;
    L1_TRY(l1_gate_trial_judge(in->trial, &in->uses, &told->uses_count, diag));
    told->uses = in->uses;
    return L1_SUCCESS;
}

static l1_result assess(assessing *in, l1_diag *diag)
{
    if ((in->options->heads & ~(UINT32_C(1) << L1_HEAD_TREND)) != 0) {
        L1_TRY(l1_lightgbm_open(&in->lightgbm, diag));
    }
    L1_TRY(read_rows(in, diag));
    L1_TRY(choose_folds(in, diag));
    L1_TRY(check_folds(in, diag));
    L1_TRY(begin(in, diag));
    L1_TRY(walk(in, diag));
    return judge(in, diag);
}

l1_result l1_assessment_make(const l1_assessment_options *options, const l1_assessment **out,
                             l1_diag *diag)
{
    L1_ASSERT(options->heads != 0 && (options->heads & ~L1_ALL_HEADS) == 0);
    assessing *in = calloc(1, sizeof *in);
    if (in == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    in->options = options;
    in->told.heads = options->heads;
    in->told.seed = options->seed;
    in->told.threads = options->threads;
    in->told.veto_share = options->veto_share;
    const l1_result done = assess(in, diag);
    in->options = NULL;
    if (done.code == L1_OK) {
        *out = &in->told;
    } else {
        l1_assessment_free(&in->told);
    }
    return done;
}

void l1_assessment_free(const l1_assessment *assessment)
{
    _Static_assert(offsetof(assessing, told) == 0, "what is told stands first");
    if (assessment == NULL) return;
    assessing *in = (assessing *)(uintptr_t)assessment;
    l1_evaluation_free(in->all);
    for (int fold = 0; fold < L1_FOLDS_MAX; fold++) l1_evaluation_free(in->by_fold[fold]);
    l1_gate_trial_free(in->trial);
    free(in->uses);
    l1_dataset_free(in->dataset);
    l1_lightgbm_close(in->lightgbm);
    free(in);
}
