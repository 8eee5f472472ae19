/* train/walk_forward.c: one fold after the other. */
#include "train/walk_forward.h"

#include <stdio.h>

#include "base/assert.h"

static l1_result take_head(const l1_walk_options *options, uint32_t fold, l1_fitting *fitting,
                           const l1_split *split, l1_head head, l1_diag *diag)
{
    l1_predictions predictions;
    L1_TRY(l1_fit_head(fitting, head, diag));
    L1_TRY(l1_predict(l1_fitting_bundle(fitting), options->dataset, &split->test, head,
                      &predictions, diag));
    const l1_fold_result result = {
        .fold = fold,
        .borders = &options->folds[fold],
        .fitting = fitting,
        .split = split,
        .head = head,
        .predictions = &predictions,
        .baseline = l1_fitting_baseline(fitting, head),
    };
    const l1_result done = options->take(options->context, &result, diag);
    l1_predictions_free(&predictions);
    return done;
}

static l1_result take_fold(const l1_walk_options *options, uint32_t fold, l1_diag *diag)
{
    l1_split split;
    l1_fitting *fitting = NULL;
    L1_TRY(l1_split_make(options->dataset, &options->folds[fold], &split, diag));
    const l1_fit_options fit = {
        .dataset = options->dataset,
        .split = &split,
        .lightgbm = options->lightgbm,
        .models = L1_ALL_MODELS,
        .seed = options->seed,
        .threads = options->threads,
        .veto_share = options->veto_share,
        .progress = options->progress,
    };
    l1_result done = l1_fitting_begin(&fit, &fitting, diag);
    for (int head = 0; head < L1_HEAD_COUNT && done.code == L1_OK; head++) {
        if ((options->heads >> head & 1) == 0) continue;
        done = take_head(options, fold, fitting, &split, (l1_head)head, diag);
    }
    l1_fitting_free(fitting);
    l1_split_free(&split);
    return done;
}

l1_result l1_walk_forward(const l1_walk_options *options, l1_diag *diag)
{
    L1_ASSERT(options->folds_count <= L1_FOLDS_MAX);
    L1_ASSERT(options->take != NULL);
    for (uint32_t fold = 0; fold < options->folds_count; fold++) {
        l1_diag inner = {.text = ""};
        const l1_result done = take_fold(options, fold, &inner);
        if (done.code == L1_OK) continue;
        return l1_refuse(diag, done.code, inner.field, "fold %u: %.170s", (unsigned)fold + 1,
                         inner.text);
    }
    return L1_SUCCESS;
}
