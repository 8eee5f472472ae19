/* train/predict.c: what a bundle says of rows, by the engine's own scoring. */
#include <stdlib.h>

#include "base/assert.h"
#include "base/real.h"
#include "train/fit.h"

#define PROBABILITY_MIN 1e-9

static double log_odds_of(double p)
{
    if (p < PROBABILITY_MIN) p = PROBABILITY_MIN;
    if (p > 1 - PROBABILITY_MIN) p = 1 - PROBABILITY_MIN;
    return l1_ln(p / (1 - p));
}

/* The head's closed form, as it stands among the columns. */
static double closed_form(const l1_bundle *bundle, l1_head head, const l1_row *row,
                          const l1_head_question *question)
{
    double columns[L1_COLUMNS_COUNT];
    if (head == L1_HEAD_DIRECTION) return 0;
    l1_head_row(bundle, head, &row->vector, question, columns);
    const double value = columns[L1_FEATURE_BASELINE];
    return head == L1_HEAD_SURVIVAL ? log_odds_of(value) : value;
}

static l1_result predict_row(const l1_bundle *bundle, const l1_dataset *dataset, const l1_row *row,
                             l1_head head, size_t place, l1_predictions *out, l1_diag *diag)
{
    const l1_head_question question = l1_row_question(row, dataset->limits, bundle);
    l1_head_scores scores;
    l1_head_score(bundle, head, &row->vector, &question, &scores);
    for (int i = 0; i < L1_SCORES_COUNT; i++) {
        if (!scores.has[i]) continue;
        if (scores.log_odds[i] - scores.log_odds[i] != 0) {
            return l1_refuse(diag, L1_INPUT_FIELD, "score",
                             "head %s: the score of %s at minute %lld is not finite",
                             l1_head_text(head), dataset->limits->symbols[row->symbol].name,
                             (long long)row->minute);
        }
        out->log_odds[i][place] = scores.log_odds[i];
    }
    out->baseline[place] = head == L1_HEAD_TREND ? scores.log_odds[L1_SCORE_ENSEMBLE]
                                                 : closed_form(bundle, head, row, &question);
    return L1_SUCCESS;
}

static bool take_memory(l1_predictions *out, size_t count, l1_head head)
{
    bool good = true;
    *out = (l1_predictions){.baseline = calloc(count + 1, sizeof(double))};
    for (int i = 0; i < L1_SCORES_COUNT; i++) {
        if (head == L1_HEAD_TREND && i != L1_SCORE_ENSEMBLE) continue;
        out->log_odds[i] = calloc(count + 1, sizeof(double));
        good = good && out->log_odds[i] != NULL;
    }
    return good && out->baseline != NULL;
}

l1_result l1_predict(const l1_bundle *bundle, const l1_dataset *dataset, const l1_rows *rows,
                     l1_head head, l1_predictions *out, l1_diag *diag)
{
    L1_ASSERT(l1_bundle_has(bundle, head));
    l1_result done = take_memory(out, rows->count, head)
                         ? L1_SUCCESS
                         : l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    for (size_t i = 0; i < rows->count && done.code == L1_OK; i++) {
        done = predict_row(bundle, dataset, &dataset->rows[rows->places[i]], head, i, out, diag);
    }
    if (done.code != L1_OK) l1_predictions_free(out);
    return done;
}

void l1_predictions_free(l1_predictions *predictions)
{
    for (int i = 0; i < L1_SCORES_COUNT; i++) free(predictions->log_odds[i]);
    free(predictions->baseline);
    *predictions = (l1_predictions){.baseline = NULL};
}
