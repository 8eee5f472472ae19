/* train/platt.c: calibration and stack as logistic regressions of a few scores. */
#include "train/platt.h"

#include <stdlib.h>

#include "base/assert.h"
#include "train/solve.h"

#define STACK_RIDGE 1e-3

_Static_assert(L1_STACK_SCORES <= L1_NEWTON_SCORES_MAX, "the solver takes the stack");

static l1_result check(const double *scores, size_t columns, const uint8_t *labels, size_t count,
                       size_t *yes, l1_diag *diag)
{
    *yes = 0;
    for (size_t i = 0; i < count * columns; i++) {
        if (scores[i] - scores[i] == 0) continue;
        return l1_refuse(diag, L1_INPUT_FIELD, "score", "a score to calibrate is not finite");
    }
    for (size_t i = 0; i < count; i++) *yes += labels[i] != 0;
    if (*yes != 0 && *yes != count) return L1_SUCCESS;
    return l1_refuse(diag, L1_INPUT_FIELD, "label",
                     "all %zu labels of the validation rows are equal: nothing can be calibrated",
                     count);
}

static l1_result fit(const double *scores, size_t columns, const double *targets, size_t count,
                     double ridge, double *w, l1_diag *diag)
{
    const l1_newton problem = {
        .scores = scores, .targets = targets, .count = count, .columns = columns, .ridge = ridge};
    if (l1_newton_fit(&problem, w)) return L1_SUCCESS;
    return l1_refuse(diag, L1_INPUT_FIELD, "score", "the calibration does not come to rest");
}

l1_result l1_platt_fit(const double *scores, const uint8_t *labels, size_t count,
                       l1_calibration *out, l1_diag *diag)
{
    size_t yes = 0;
    double w[L1_NEWTON_SCORES_MAX + 1];
    L1_TRY(check(scores, 1, labels, count, &yes, diag));
    double *targets = malloc(count * sizeof *targets);
    if (targets == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    const double high = ((double)yes + 1) / ((double)yes + 2);
    const double low = 1 / ((double)(count - yes) + 2);
    for (size_t i = 0; i < count; i++) targets[i] = labels[i] != 0 ? high : low;
    const l1_result done = fit(scores, 1, targets, count, 0, w, diag);
    free(targets);
    if (done.code == L1_OK) *out = (l1_calibration){.a = w[1], .b = w[0]};
    return done;
}

l1_result l1_stack_fit(const double *log_odds, const uint8_t *labels, size_t count,
                       double weights[L1_STACK_SCORES + 1], l1_diag *diag)
{
    size_t yes = 0;
    L1_TRY(check(log_odds, L1_STACK_SCORES, labels, count, &yes, diag));
    double *targets = malloc(count * sizeof *targets);
    if (targets == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    for (size_t i = 0; i < count; i++) targets[i] = labels[i] != 0;
    const l1_result done =
        fit(log_odds, L1_STACK_SCORES, targets, count, STACK_RIDGE, weights, diag);
    free(targets);
    return done;
}
