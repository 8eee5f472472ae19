/* train/assessment_json.c: the figures for other programs. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "train/assessment_output.h"

#define ROC_POINTS 101
#define BASE_SIZE ((size_t)1 << 20)
#define ENTRY_SIZE ((size_t)16 << 10) /* one score of one symbol, with its curve */

static void put_real(l1_json_writer *out, double value)
{
    char text[32];
    if (value - value != 0) {
        l1_json_put_null(out);
        return;
    }
    const int size = snprintf(text, sizeof text, "%.6g", value);
    l1_json_put_raw(out, text, (size_t)size);
}

static void key_text(l1_json_writer *out, const char *key, const char *text)
{
    l1_json_key(out, key);
    l1_json_put_text(out, text);
}

static void key_real(l1_json_writer *out, const char *key, double value)
{
    l1_json_key(out, key);
    put_real(out, value);
}

static void key_count(l1_json_writer *out, const char *key, size_t value)
{
    l1_json_key(out, key);
    l1_json_put_integer(out, (int64_t)value);
}

/* {"value": V, "low": L, "high": H} */
static void key_estimate(l1_json_writer *out, const char *key, const l1_estimate *of)
{
    l1_json_key(out, key);
    l1_json_open(out, '{');
    key_real(out, "value", of->value);
    key_real(out, "low", of->low);
    key_real(out, "high", of->high);
    l1_json_close(out, '}');
}

static void key_day(l1_json_writer *out, const char *key, int64_t minute)
{
    char day[L1_DAY_TEXT_SIZE];
    key_text(out, key, l1_day_text(minute, day));
}

static const char *name_of(const l1_assessment *of, int32_t symbol)
{
    return symbol < 0 ? "all" : of->dataset->limits->symbols[symbol].name;
}

static void put_decisions(l1_json_writer *out, const char *key, const l1_decisions *of)
{
    l1_json_key(out, key);
    l1_json_open(out, '{');
    key_real(out, "accuracy", of->accuracy);
    key_real(out, "precision", of->precision);
    key_real(out, "recall", of->recall);
    key_real(out, "f1", of->f1);
    key_real(out, "pass_rate", of->pass_rate);
    l1_json_close(out, '}');
}

static void put_reliability(l1_json_writer *out, const l1_metrics *of)
{
    l1_json_key(out, "reliability");
    l1_json_open(out, '[');
    for (int i = 0; i < L1_RELIABILITY_BINS; i++) {
        if (of->reliability[i].count == 0) continue;
        l1_json_open(out, '{');
        key_count(out, "rows", of->reliability[i].count);
        key_real(out, "said", of->reliability[i].mean_p);
        key_real(out, "happened", of->reliability[i].mean_label);
        l1_json_close(out, '}');
    }
    l1_json_close(out, ']');
}

static l1_result put_roc(l1_json_writer *out, const l1_scored *rows, l1_diag *diag)
{
    l1_roc_point points[ROC_POINTS];
    size_t count = 0;
    L1_TRY(l1_metrics_roc(rows, points, ROC_POINTS, &count, diag));
    l1_json_key(out, "roc");
    l1_json_open(out, '[');
    for (size_t i = 0; i < count; i++) {
        l1_json_open(out, '[');
        put_real(out, points[i].false_rate);
        put_real(out, points[i].true_rate);
        l1_json_close(out, ']');
    }
    l1_json_close(out, ']');
    return L1_SUCCESS;
}

static void put_metrics(l1_json_writer *out, const l1_judged *one)
{
    const l1_metrics *of = &one->metrics;
    key_count(out, "rows", of->count);
    key_real(out, "effective_n", of->effective_n);
    key_real(out, "base_rate", of->base_rate);
    key_estimate(out, "auc", &of->auc);
    key_real(out, "auc_closed_form", of->auc_baseline);
    key_real(out, "auc_null_se", of->auc_null_se);
    key_estimate(out, "accuracy", &of->accuracy);
    key_estimate(out, "f1", &of->f1);
    put_decisions(out, "at_f1_threshold", &one->at[L1_THRESHOLD_F1]);
    put_decisions(out, "at_operating_threshold", &one->at[L1_THRESHOLD_OPERATING]);
    key_estimate(out, "log_loss", &of->log_loss);
    key_estimate(out, "brier", &of->brier);
    key_real(out, "brier_closed_form", of->brier_baseline);
    key_estimate(out, "brier_skill", &of->brier_skill);
    key_real(out, "ece", of->ece);
    put_reliability(out, of);
}

static l1_result put_judgement(l1_json_writer *out, const l1_assessment *of, int fold,
                               l1_diag *diag)
{
    const l1_judgement *judgement = fold < 0 ? &of->all : &of->by_fold[fold];
    for (size_t i = 0; i < judgement->count; i++) {
        const l1_judged *one = &judgement->judged[i];
        l1_json_open(out, '{');
        l1_json_key(out, "fold");
        if (fold < 0) {
            l1_json_put_null(out);
        } else {
            l1_json_put_integer(out, fold + 1);
        }
        key_text(out, "head", l1_head_text(one->head));
        key_text(out, "event", l1_evaluation_event(one->head));
        key_text(out, "symbol", name_of(of, one->symbol));
        key_text(out, "score", l1_score_text(one->score));
        put_metrics(out, one);
        if (fold < 0) L1_TRY(put_roc(out, &one->rows, diag));
        l1_json_close(out, '}');
    }
    return L1_SUCCESS;
}

static void put_data(l1_json_writer *out, const l1_assessment *of)
{
    key_day(out, "data_from", of->dataset->from_ms / 60000);
    key_day(out, "data_to", of->dataset->to_ms / 60000);
    l1_json_key(out, "seed");
    l1_json_put_integer(out, (int64_t)of->seed);
    key_real(out, "veto_share", of->veto_share);
    key_real(out, "interval", 0.9);
    l1_json_key(out, "folds");
    l1_json_open(out, '[');
    for (uint32_t i = 0; i < of->folds_count; i++) {
        l1_json_open(out, '{');
        key_day(out, "validation_from", of->folds[i].validation_from);
        key_day(out, "test_from", of->folds[i].test_from);
        key_day(out, "test_to", of->folds[i].test_to);
        key_count(out, "train_rows", of->train_rows[i]);
        key_count(out, "validation_rows", of->validation_rows[i]);
        key_count(out, "test_rows", of->test_rows[i]);
        l1_json_close(out, '}');
    }
    l1_json_close(out, ']');
}

static void put_importance(l1_json_writer *out, const l1_assessment *of)
{
    l1_json_key(out, "importance");
    l1_json_open(out, '[');
    for (int head = 0; head < L1_HEAD_TREND; head++) {
        if ((of->heads >> head & 1) == 0) continue;
        for (int model = 0; model < L1_MODEL_COUNT; model++) {
            const l1_importance *shares = &of->importance[head];
            l1_json_open(out, '{');
            key_text(out, "head", l1_head_text((l1_head)head));
            key_text(out, "model", l1_model_text((l1_model)model));
            key_real(out, "other_asset", shares->cross_asset[model]);
            l1_json_key(out, "share");
            l1_json_open(out, '{');
            for (int i = 0; i < L1_COLUMNS_COUNT; i++) {
                key_real(out, l1_features[i].name, shares->share[model][i]);
            }
            l1_json_close(out, '}');
            l1_json_close(out, '}');
        }
    }
    l1_json_close(out, ']');
}

static void put_uses(l1_json_writer *out, const l1_assessment *of)
{
    l1_json_key(out, "gate");
    l1_json_open(out, '[');
    for (size_t i = 0; i < of->uses_count; i++) {
        const l1_gate_use *use = &of->uses[i];
        l1_json_open(out, '{');
        key_text(out, "signals", l1_signals_text(use->signals));
        key_text(out, "symbol", name_of(of, use->symbol));
        key_text(out, "policy", l1_gate_policy_text(use->policy));
        key_count(out, "trades", use->count);
        key_real(out, "share", use->share);
        key_estimate(out, "stopped", &use->stopped);
        key_estimate(out, "bps", &use->bps);
        for (int k = 0; k < L1_COSTS_COUNT; k++) {
            char key[32];
            const l1_estimate after = l1_gate_use_after(use, l1_costs_bps[k]);
            (void)snprintf(key, sizeof key, "bps_after_%.0f", l1_costs_bps[k]);
            key_estimate(out, key, &after);
        }
        key_estimate(out, "more_bps", &use->more_bps);
        l1_json_close(out, '}');
    }
    l1_json_close(out, ']');
}

static void put_promises(l1_json_writer *out, const l1_assessment *of)
{
    l1_promise promises[L1_PROMISES_MAX];
    const size_t count = l1_assessment_promises(of, promises);
    l1_json_key(out, "promises");
    l1_json_open(out, '[');
    for (size_t i = 0; i < count; i++) {
        l1_json_open(out, '{');
        key_text(out, "head", l1_head_text(promises[i].head));
        key_text(out, "symbol", name_of(of, promises[i].symbol));
        key_text(out, "figure", promises[i].figure);
        key_real(out, "promised", promises[i].promised);
        key_estimate(out, "measured", &promises[i].measured);
        key_real(out, "for_nothing", promises[i].reference);
        key_text(out, "state", l1_promise_text(promises[i].state));
        l1_json_close(out, '}');
    }
    l1_json_close(out, ']');
}

static l1_result put_all(l1_json_writer *out, const l1_assessment *of, const char *command,
                         l1_diag *diag)
{
    l1_json_open(out, '{');
    key_text(out, "command", command);
    put_data(out, of);
    l1_json_key(out, "figures");
    l1_json_open(out, '[');
    L1_TRY(put_judgement(out, of, -1, diag));
    for (uint32_t fold = 0; fold < of->folds_count; fold++) {
        L1_TRY(put_judgement(out, of, (int)fold, diag));
    }
    l1_json_close(out, ']');
    put_importance(out, of);
    put_uses(out, of);
    put_promises(out, of);
    l1_json_close(out, '}');
    return L1_SUCCESS;
}

l1_result l1_assessment_json(const l1_assessment *assessment, const char *command, FILE *out,
                             l1_diag *diag)
{
    size_t entries = assessment->all.count;
    for (uint32_t i = 0; i < assessment->folds_count; i++) entries += assessment->by_fold[i].count;
    l1_json_writer to = {.capacity = BASE_SIZE + entries * ENTRY_SIZE + 6 * strlen(command)};
    to.base = calloc(1, to.capacity);
    l1_result done = l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    if (to.base != NULL) done = put_all(&to, assessment, command, diag);
    if (done.code == L1_OK && to.failed) {
        done =
            l1_refuse(diag, L1_LIMIT_FULL, "json", "the figures do not fit %zu bytes", to.capacity);
    }
    if (done.code == L1_OK) {
        (void)fwrite(to.base, 1, to.used, out);
        (void)fputc('\n', out);
    }
    free(to.base);
    return done;
}
