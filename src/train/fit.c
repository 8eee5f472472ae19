/* train/fit.c: a bundle in the making: HAR first, then the models of one head after the other. */
#include "train/fit.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "train/fitting.h"
#include "train/logistic.h"

#define ALIGNMENT 64

static l1_result no_memory(l1_diag *diag)
{
    return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
}

/* --- begin --- */

/* Pages that no model needs are never touched, so they cost nothing. */
static l1_result take_arena(l1_fitting *fitting, l1_diag *diag)
{
    fitting->memory = calloc(1, L1_BUNDLE_MEMORY + ALIGNMENT);
    if (fitting->memory == NULL) return no_memory(diag);
    const uintptr_t aside = (uintptr_t)fitting->memory % ALIGNMENT;
    fitting->arena = (l1_arena){
        .base = (uint8_t *)fitting->memory + (aside == 0 ? 0 : ALIGNMENT - aside),
        .capacity = L1_BUNDLE_MEMORY,
    };
    return L1_SUCCESS;
}

static l1_result add_symbol(l1_fitting *fitting, int32_t index, l1_diag *diag)
{
    const l1_fit_options *options = &fitting->options;
    const char *name = options->dataset->limits->symbols[index].name;
    l1_manifest *manifest = &fitting->bundle.manifest;
    l1_manifest_symbol *symbol = &manifest->symbols[manifest->symbols_count++];
    l1_text_copy(symbol->name, sizeof symbol->name, name);
    symbol->profile = options->dataset->profiles[index];
    if (options->base == NULL) {
        l1_har har;
        L1_TRY(l1_har_fit(options->dataset, &options->split->train, index, &har, diag));
        memcpy(symbol->har, har.coefficients, sizeof symbol->har);
        symbol->half_variance = har.half_variance;
        return L1_SUCCESS;
    }
    const int known = l1_bundle_symbol(options->base, name);
    if (known < 0) {
        return l1_refuse(diag, L1_INPUT_FIELD, "symbol",
                         "%s is not in the bundle whose other models are kept; train all", name);
    }
    const l1_manifest_symbol *base = &options->base->manifest.symbols[known];
    memcpy(symbol->har, base->har, sizeof symbol->har);
    symbol->half_variance = base->half_variance;
    memcpy(symbol->threshold, base->threshold, sizeof symbol->threshold);
    return L1_SUCCESS;
}

static l1_result begin(l1_fitting *fitting, l1_diag *diag)
{
    const l1_dataset *dataset = fitting->options.dataset;
    const l1_bundle *base = fitting->options.base;
    l1_manifest *manifest = &fitting->bundle.manifest;
    L1_TRY(take_arena(fitting, diag));
    l1_trend_prepare(&fitting->bundle.trend);
    for (uint32_t i = 0; i < dataset->limits->symbols_count; i++) {
        if (dataset->bars[i] > 0) L1_TRY(add_symbol(fitting, (int32_t)i, diag));
    }
    manifest->from_ms = dataset->from_ms;
    manifest->to_ms = dataset->to_ms;
    if (base == NULL) return L1_SUCCESS;
    if (base->manifest.symbols_count != manifest->symbols_count) {
        return l1_refuse(diag, L1_INPUT_FIELD, "symbol",
                         "the bundle whose other models are kept has %u symbols, the data %u; "
                         "train all",
                         (unsigned)base->manifest.symbols_count, (unsigned)manifest->symbols_count);
    }
    if (base->manifest.from_ms < manifest->from_ms) manifest->from_ms = base->manifest.from_ms;
    memcpy(manifest->heads, base->manifest.heads, sizeof manifest->heads);
    memcpy(fitting->bundle.models, base->models, sizeof fitting->bundle.models);
    return L1_SUCCESS;
}

l1_result l1_fitting_begin(const l1_fit_options *options, l1_fitting **out, l1_diag *diag)
{
    L1_ASSERT(options->threads > 0);
    L1_ASSERT(options->veto_share >= 0 && options->veto_share < 1);
    L1_ASSERT(options->models == L1_ALL_MODELS || options->base != NULL);
    l1_fitting *fitting = calloc(1, sizeof *fitting);
    if (fitting == NULL) return no_memory(diag);
    fitting->options = *options;
    const l1_result done = begin(fitting, diag);
    if (done.code == L1_OK) {
        *out = fitting;
    } else {
        l1_fitting_free(fitting);
    }
    return done;
}

/* --- one head --- */

static l1_result parse(l1_fitting *fitting, l1_head head, l1_model model, l1_diag *diag)
{
    const l1_head_fit *fit = &fitting->heads[head];
    l1_head_models *to = &fitting->bundle.models[head];
    if (model == L1_MODEL_LOGREG) {
        return l1_logreg_parse(fit->text[model], fit->size[model], &to->logreg, diag);
    }
    const char *names[L1_COLUMNS_COUNT];
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) names[i] = l1_features[i].name;
    const l1_forest_columns columns = {.names = names, .count = L1_COLUMNS_COUNT};
    l1_forest *forest = NULL;
    L1_TRY(l1_forest_parse(fit->text[model], fit->size[model], &columns, &fitting->arena, &forest,
                           diag));
    to->forest[model] = forest;
    return L1_SUCCESS;
}

static l1_result train_model(l1_fitting *fitting, l1_head head, l1_model model,
                             const l1_matrix *matrix, l1_diag *diag)
{
    l1_head_fit *fit = &fitting->heads[head];
    if (model == L1_MODEL_LOGREG) {
        l1_logistic made;
        L1_TRY(l1_logistic_train(matrix, &made, diag));
        fit->text[model] = made.text;
        fit->size[model] = made.size;
        l1_importance_set(&fit->importance, model, made.weight);
    } else {
        l1_trees made;
        const l1_lightgbm_options options = {
            .random_forest = model == L1_MODEL_RANDOM_FOREST,
            .seed = fitting->options.seed,
            .threads = fitting->options.threads,
        };
        L1_ASSERT(fitting->options.lightgbm != NULL);
        L1_TRY(l1_lightgbm_train(fitting->options.lightgbm, matrix, &options,
                                 &fitting->options.progress, &made, diag));
        fit->text[model] = made.text;
        fit->size[model] = made.size;
        l1_importance_set(&fit->importance, model, made.gain);
    }
    return parse(fitting, head, model, diag);
}

static l1_result train_models(l1_fitting *fitting, l1_head head, l1_diag *diag)
{
    l1_matrix matrix;
    L1_TRY(l1_matrix_make(fitting->options.dataset, &fitting->options.split->train,
                          &fitting->bundle, head, &matrix, diag));
    l1_result done = L1_SUCCESS;
    for (int model = 0; model < L1_MODEL_COUNT && done.code == L1_OK; model++) {
        if ((fitting->options.models >> model & 1) == 0) continue;
        done = train_model(fitting, head, (l1_model)model, &matrix, diag);
    }
    l1_matrix_free(&matrix);
    return done;
}

static l1_result fit_head(l1_fitting *fitting, l1_head head, l1_diag *diag)
{
    l1_manifest_head *of = &fitting->bundle.manifest.heads[head];
    if (fitting->options.models != L1_ALL_MODELS && !of->present) {
        return l1_refuse(diag, L1_INPUT_FIELD, "head",
                         "the bundle does not have it, so there are no other models to keep; train "
                         "all");
    }
    if (head == L1_HEAD_SURVIVAL) {
        of->stop_atr_min = L1_STOP_ATR_MIN;
        of->stop_atr_max = L1_STOP_ATR_MAX;
    }
    if (head != L1_HEAD_TREND) L1_TRY(train_models(fitting, head, diag));
    of->present = true;
    return l1_fit_decide(fitting, head, diag);
}

l1_result l1_fit_head(l1_fitting *fitting, l1_head head, l1_diag *diag)
{
    L1_ASSERT((int)head >= 0 && head < L1_HEAD_COUNT);
    l1_diag inner = {.text = ""};
    const l1_result done = fit_head(fitting, head, &inner);
    if (done.code == L1_OK) return done;
    return l1_refuse(diag, done.code, inner.field, "head %s: %.170s", l1_head_text(head),
                     inner.text);
}

/* --- what came out --- */

const l1_bundle *l1_fitting_bundle(const l1_fitting *fitting)
{
    return &fitting->bundle;
}

l1_calibration l1_fitting_baseline(const l1_fitting *fitting, l1_head head)
{
    return fitting->heads[head].baseline;
}

const l1_head_thresholds *l1_fitting_thresholds(const l1_fitting *fitting, l1_head head,
                                                int32_t symbol)
{
    L1_ASSERT(symbol >= 0 && symbol < L1_SYMBOLS_MAX);
    return &fitting->heads[head].thresholds[symbol];
}

const l1_importance *l1_fitting_importance(const l1_fitting *fitting, l1_head head)
{
    return &fitting->heads[head].importance;
}

const char *l1_fitting_text(const l1_fitting *fitting, l1_head head, l1_model model, size_t *size)
{
    *size = fitting->heads[head].size[model];
    return fitting->heads[head].text[model];
}

void l1_fitting_free(l1_fitting *fitting)
{
    if (fitting == NULL) return;
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        for (int model = 0; model < L1_MODEL_COUNT; model++) {
            free(fitting->heads[head].text[model]);
        }
    }
    free(fitting->memory);
    free(fitting);
}
