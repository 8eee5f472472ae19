/* train/decide.c: what the validation rows decide: calibration, stack and thresholds. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "train/fitting.h"

/* Scores of the validation rows of one head. */
typedef struct {
    const l1_rows *rows;
    uint8_t *labels;
    double *raw;      /* one model's, or the closed form's */
    double *log_odds; /* rows of three */
} validation;

static void free_validation(validation *in)
{
    free(in->labels);
    free(in->raw);
    free(in->log_odds);
}

static l1_result take_validation(const l1_fitting *fitting, l1_head head, validation *out,
                                 l1_diag *diag)
{
    const l1_dataset *dataset = fitting->options.dataset;
    const l1_rows *rows = &fitting->options.split->validation;
    *out = (validation){.rows = rows};
    if (rows->count == 0) {
        return l1_refuse(diag, L1_INPUT_FIELD, "rows", "no rows are left to calibrate with");
    }
    out->labels = calloc(rows->count, sizeof *out->labels);
    out->raw = calloc(rows->count, sizeof *out->raw);
    out->log_odds = calloc(rows->count * L1_MODEL_COUNT, sizeof *out->log_odds);
    if (out->labels == NULL || out->raw == NULL || out->log_odds == NULL) {
        free_validation(out);
        return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    }
    for (size_t i = 0; i < rows->count; i++) {
        out->labels[i] = dataset->rows[rows->places[i]].labels[head];
    }
    return L1_SUCCESS;
}

static l1_result calibrate_model(l1_fitting *fitting, l1_head head, l1_model model, validation *on,
                                 l1_diag *diag)
{
    const l1_dataset *dataset = fitting->options.dataset;
    const l1_bundle *bundle = &fitting->bundle;
    for (size_t i = 0; i < on->rows->count; i++) {
        const l1_row *row = &dataset->rows[on->rows->places[i]];
        const l1_head_question question = l1_row_question(row, dataset->limits, bundle);
        double columns[L1_COLUMNS_COUNT];
        l1_head_row(bundle, head, &row->vector, &question, columns);
        on->raw[i] = l1_head_raw(bundle, head, model, columns);
    }
    l1_calibration made;
    L1_TRY(l1_platt_fit(on->raw, on->labels, on->rows->count, &made, diag));
    fitting->bundle.manifest.heads[head].platt[model] = (l1_platt){made.a, made.b};
    for (size_t i = 0; i < on->rows->count; i++) {
        on->log_odds[i * L1_MODEL_COUNT + (size_t)model] = made.a * on->raw[i] + made.b;
    }
    return L1_SUCCESS;
}

static l1_result calibrate_models(l1_fitting *fitting, l1_head head, validation *on, l1_diag *diag)
{
    double *stack = fitting->bundle.manifest.heads[head].stack;
    _Static_assert(L1_STACK_SCORES == (int)L1_MODEL_COUNT, "the stack weighs every model");
    for (int model = 0; model < L1_MODEL_COUNT; model++) {
        L1_TRY(calibrate_model(fitting, head, (l1_model)model, on, diag));
    }
    return l1_stack_fit(on->log_odds, on->labels, on->rows->count, stack, diag);
}

/* The closed form; of the trend, which has nothing else, the head itself. */
static l1_result calibrate_baseline(l1_fitting *fitting, l1_head head, const validation *on,
                                    l1_diag *diag)
{
    l1_predictions said;
    l1_platt *trend = &fitting->bundle.manifest.heads[head].platt[L1_SCORE_ENSEMBLE];
    l1_calibration *out = &fitting->heads[head].baseline;
    if (head == L1_HEAD_TREND) *trend = (l1_platt){1, 0};
    L1_TRY(l1_predict(&fitting->bundle, fitting->options.dataset, on->rows, head, &said, diag));
    const l1_result done = l1_platt_fit(said.baseline, on->labels, on->rows->count, out, diag);
    l1_predictions_free(&said);
    if (done.code != L1_OK || head != L1_HEAD_TREND) return done;
    *trend = (l1_platt){out->a, out->b};
    *out = (l1_calibration){1, 0};
    return L1_SUCCESS;
}

/* --- thresholds --- */

/* The scores of one symbol's rows, picked out of `said`. */
static size_t pick(const l1_dataset *dataset, const validation *on, int32_t symbol,
                   const double *said, double *scores, uint8_t *labels)
{
    size_t count = 0;
    for (size_t i = 0; i < on->rows->count; i++) {
        if (dataset->rows[on->rows->places[i]].symbol != symbol) continue;
        scores[count] = said[i];
        labels[count++] = on->labels[i];
    }
    return count;
}

static l1_result check_symbol(const l1_fitting *fitting, int32_t symbol, const uint8_t *labels,
                              size_t count, l1_diag *diag)
{
    size_t yes = 0;
    for (size_t i = 0; i < count; i++) yes += labels[i];
    if (yes != 0 && yes != count) return L1_SUCCESS;
    return l1_refuse(
        diag, L1_INPUT_FIELD, "label",
        "all %zu labels of %s are equal in the validation rows: no threshold can be told", count,
        fitting->options.dataset->limits->symbols[symbol].name);
}

static l1_result set_symbol(l1_fitting *fitting, l1_head head, int32_t symbol, const validation *on,
                            const l1_predictions *said, l1_diag *diag)
{
    const l1_dataset *dataset = fitting->options.dataset;
    l1_head_thresholds *out = &fitting->heads[head].thresholds[symbol];
    const int place = l1_bundle_symbol(&fitting->bundle, dataset->limits->symbols[symbol].name);
    const double share = fitting->options.veto_share;
    uint8_t *labels = calloc(on->rows->count, sizeof *labels);
    l1_result done =
        labels != NULL ? L1_SUCCESS : l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    for (int i = 0; i < L1_SCORES_COUNT && done.code == L1_OK; i++) {
        if (said->log_odds[i] == NULL) continue;
        const size_t count = pick(dataset, on, symbol, said->log_odds[i], on->raw, labels);
        const double veto = i == L1_SCORE_ENSEMBLE ? share : share / 4;
        done = check_symbol(fitting, symbol, labels, count, diag);
        if (done.code == L1_OK) done = l1_threshold_f1(on->raw, labels, count, &out->f1[i], diag);
        if (done.code == L1_OK) {
            done = l1_threshold_veto(on->raw, count, veto, &out->operating[i], diag);
        }
        double(*to)[L1_SCORES_COUNT] = fitting->bundle.manifest.symbols[place].threshold[head];
        to[L1_THRESHOLD_F1][i] = out->f1[i].threshold;
        to[L1_THRESHOLD_OPERATING][i] = out->operating[i];
    }
    free(labels);
    return done;
}

static l1_result set_thresholds(l1_fitting *fitting, l1_head head, const validation *on,
                                l1_diag *diag)
{
    const l1_dataset *dataset = fitting->options.dataset;
    l1_predictions said;
    L1_TRY(l1_predict(&fitting->bundle, dataset, on->rows, head, &said, diag));
    l1_result done = L1_SUCCESS;
    for (uint32_t i = 0; i < dataset->limits->symbols_count && done.code == L1_OK; i++) {
        if (dataset->bars[i] == 0) continue;
        done = set_symbol(fitting, head, (int32_t)i, on, &said, diag);
    }
    l1_predictions_free(&said);
    return done;
}

l1_result l1_fit_decide(l1_fitting *fitting, l1_head head, l1_diag *diag)
{
    validation on;
    L1_TRY(take_validation(fitting, head, &on, diag));
    l1_result done = L1_SUCCESS;
    if (head != L1_HEAD_TREND) done = calibrate_models(fitting, head, &on, diag);
    if (done.code == L1_OK) done = calibrate_baseline(fitting, head, &on, diag);
    if (done.code == L1_OK) done = set_thresholds(fitting, head, &on, diag);
    free_validation(&on);
    return done;
}
