/* train/train.c: data, split, heads, folder. */
#include "train/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "models/bundle_state.h"
#include "train/bundle_folder.h"

#define READING_UNITS 300 /* of progress; the rest is shared by the forests */
#define FITTING_UNITS 700

typedef struct {
    const l1_train_options *options;
    l1_lightgbm *lightgbm;
    l1_bundle_loaded base;
    l1_dataset *dataset;
    l1_split split;
    l1_fitting *fitting;
    int64_t forests, forests_done, trees; /* for progress */
} training;

/* --- progress --- */

static void step_reading(void *context, int64_t done, int64_t all)
{
    const l1_train_progress *to = &((const training *)context)->options->progress;
    if (to->step == NULL || all <= 0) return;
    to->step(to->context, done * READING_UNITS / all, READING_UNITS + FITTING_UNITS);
}

static void step_fitting(void *context, int64_t done, int64_t all)
{
    training *in = context;
    const l1_train_progress *to = &in->options->progress;
    if (to->step == NULL) return;
    if (done < in->trees) in->forests_done++;
    in->trees = done;
    const int64_t trees = in->forests_done * all + done;
    to->step(to->context, READING_UNITS + trees * FITTING_UNITS / (in->forests * all),
             READING_UNITS + FITTING_UNITS);
}

/* --- what is there --- */

static uint32_t bits(uint32_t set)
{
    uint32_t count = 0;
    for (; set != 0; set &= set - 1) count++;
    return count;
}

static bool keeps_something(const l1_train_options *options)
{
    return options->models != L1_ALL_MODELS || options->heads != L1_ALL_HEADS;
}

/* Of a bundle whose every head is trained anew, nothing is kept. */
static void drop_base_without_use(training *in)
{
    bool used = in->options->models != L1_ALL_MODELS;
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        const bool trained = (in->options->heads >> head & 1) != 0;
        used = used || (!trained && l1_bundle_has(in->base.bundle, (l1_head)head));
    }
    if (!used) l1_bundle_loaded_free(&in->base);
}

static l1_result open_base(training *in, l1_diag *diag)
{
    const l1_train_options *options = in->options;
    if (!keeps_something(options)) return L1_SUCCESS;
    if (l1_bundle_folder_exists(options->folder)) {
        L1_TRY(l1_bundle_folder_read(options->folder, &in->base, diag));
        drop_base_without_use(in);
        return L1_SUCCESS;
    }
    if (options->models == L1_ALL_MODELS) return L1_SUCCESS; /* some heads, nothing to keep */
    return l1_refuse(diag, L1_INPUT_FIELD, "models",
                     "%.100s holds no bundle whose other models could be kept; train all first",
                     options->folder);
}

static l1_result read_rows(training *in, const l1_bundle *bundle, l1_diag *diag)
{
    const l1_train_options *options = in->options;
    const l1_dataset_files from = {
        .options = {.limits = options->limits, .seed = options->seed, .bundle = bundle},
        .files = options->files,
        .files_count = options->files_count,
        .progress = {step_reading, in},
    };
    return l1_dataset_read(&from, &in->dataset, diag);
}

static l1_result check_range(const training *in, l1_diag *diag)
{
    int64_t from_ms = 0, to_ms = 0;
    if (in->base.bundle == NULL) return L1_SUCCESS;
    l1_bundle_range(in->base.bundle, &from_ms, &to_ms);
    if (in->dataset->to_ms >= to_ms) return L1_SUCCESS;
    return l1_refuse(
        diag, L1_INPUT_FIELD, "data",
        "the data end before those of the models that are kept (%lld < %lld ms), which "
        "have learned rows that would judge them",
        (long long)in->dataset->to_ms, (long long)to_ms);
}

static size_t rows_of(const l1_dataset *dataset, const l1_rows *rows, uint32_t symbol)
{
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        count += dataset->rows[rows->places[i]].symbol == (int32_t)symbol;
    }
    return count;
}

/* Too little history is an error, not a poor model. */
static l1_result check_rows(const training *in, l1_diag *diag)
{
    const l1_dataset *dataset = in->dataset;
    for (uint32_t i = 0; i < dataset->limits->symbols_count; i++) {
        if (dataset->bars[i] == 0) continue;
        const size_t train = rows_of(dataset, &in->split.train, i);
        const size_t validation = rows_of(dataset, &in->split.validation, i);
        if (train >= L1_TRAIN_ROWS_MIN && validation >= L1_VALIDATION_ROWS_MIN) continue;
        return l1_refuse(diag, L1_INPUT_FIELD, "rows",
                         "%s: %zu rows to train (at least %d) and %zu to validate (at least %d); a "
                         "day has 57: give more history, without gaps",
                         dataset->limits->symbols[i].name, train, L1_TRAIN_ROWS_MIN, validation,
                         L1_VALIDATION_ROWS_MIN);
    }
    return L1_SUCCESS;
}

static l1_result prepare(training *in, l1_diag *diag)
{
    const l1_train_options *options = in->options;
    const bool trees = (options->models & ~(UINT32_C(1) << L1_MODEL_LOGREG)) != 0;
    const uint32_t heads = bits(options->heads & ~(UINT32_C(1) << L1_HEAD_TREND));
    if (trees && heads > 0) L1_TRY(l1_lightgbm_open(&in->lightgbm, diag));
    in->forests = (int64_t)heads * bits(options->models & ~(UINT32_C(1) << L1_MODEL_LOGREG));
    L1_TRY(open_base(in, diag));
    L1_TRY(l1_bundle_folder_check(options->folder, diag));
    L1_TRY(read_rows(in, NULL, diag));
    L1_TRY(l1_dataset_check_ends(in->dataset, diag));
    L1_TRY(check_range(in, diag));
    const l1_fold fold = l1_fold_final(in->dataset, L1_VALIDATION_DAYS);
    L1_TRY(l1_split_make(in->dataset, &fold, &in->split, diag));
    return check_rows(in, diag);
}

/* --- telling --- */

static void print_data(const training *in, FILE *out)
{
    const l1_dataset *data = in->dataset;
    uint64_t bars = 0;
    for (uint32_t i = 0; i < data->limits->symbols_count; i++) bars += data->bars[i];
    (void)fprintf(out,
                  "%llu bars, %lld days; %llu minutes missing, %llu bars repeated and passed over\n"
                  "%zu rows: %zu to train, %zu to validate; left out: %zu without features, %zu "
                  "without a full label\n",
                  (unsigned long long)bars, (long long)((data->to_ms - data->from_ms) / 86400000),
                  (unsigned long long)data->missing, (unsigned long long)data->repeated,
                  data->count, in->split.train.count, in->split.validation.count, data->unready,
                  data->cut);
}

static void print_thresholds(const training *in, l1_head head, FILE *out)
{
    const l1_dataset *data = in->dataset;
    (void)fprintf(out, "\nhead %s, validation\n", l1_head_text(head));
    (void)fputs("  symbol      score          log-odds F1  F1    always yes  acc   passes"
                " | log-odds operating\n",
                out);
    for (uint32_t symbol = 0; symbol < data->limits->symbols_count; symbol++) {
        if (data->bars[symbol] == 0) continue;
        const l1_head_thresholds *of = l1_fitting_thresholds(in->fitting, head, (int32_t)symbol);
        for (int i = head == L1_HEAD_TREND ? L1_SCORE_ENSEMBLE : 0; i < L1_SCORES_COUNT; i++) {
            const l1_f1_threshold *f1 = &of->f1[i];
            (void)fprintf(out, "  %-11s %-14s %+11.4f  %.3f %10.3f  %.3f  %.3f | %+.4f\n",
                          data->limits->symbols[symbol].name,
                          i == L1_SCORE_ENSEMBLE ? "ensemble" : l1_model_text((l1_model)i),
                          f1->threshold, f1->f1, f1->f1_always, f1->accuracy, f1->pass_rate,
                          of->operating[i]);
        }
    }
}

static void print_importance(const training *in, l1_head head, l1_model model, FILE *out)
{
    enum { SHOWN = 6 };
    const l1_importance *of = l1_fitting_importance(in->fitting, head);
    bool shown[L1_COLUMNS_COUNT] = {false};
    (void)fprintf(out, "  %-14s other asset %4.1f %%;", l1_model_text(model),
                  100 * of->cross_asset[model]);
    for (int k = 0; k < SHOWN; k++) {
        int best = -1;
        for (int i = 0; i < L1_COLUMNS_COUNT; i++) {
            if (shown[i]) continue;
            if (best < 0 || of->share[model][i] > of->share[model][best]) best = i;
        }
        shown[best] = true;
        (void)fprintf(out, " %s %.1f %%", l1_features[best].name, 100 * of->share[model][best]);
    }
    (void)fputc('\n', out);
}

/* --- training --- */

static l1_result fit_heads(training *in, l1_diag *diag)
{
    const l1_train_options *options = in->options;
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        if ((options->heads >> head & 1) == 0) continue;
        L1_TRY(l1_fit_head(in->fitting, (l1_head)head, diag));
        print_thresholds(in, (l1_head)head, options->out);
        for (int model = 0; model < L1_MODEL_COUNT && head != L1_HEAD_TREND; model++) {
            if ((options->models >> model & 1) == 0) continue;
            print_importance(in, (l1_head)head, (l1_model)model, options->out);
        }
    }
    return L1_SUCCESS;
}

static l1_result train_all(training *in, l1_diag *diag)
{
    const l1_train_options *options = in->options;
    L1_TRY(prepare(in, diag));
    const l1_fit_options fit = {
        .dataset = in->dataset,
        .split = &in->split,
        .lightgbm = in->lightgbm,
        .models = options->models,
        .base = in->base.bundle,
        .seed = options->seed,
        .threads = options->threads,
        .veto_share = options->veto_share,
        .progress = {step_fitting, in},
    };
    print_data(in, options->out);
    L1_TRY(l1_fitting_begin(&fit, &in->fitting, diag));
    L1_TRY(fit_heads(in, diag));
    const l1_bundle_folder folder = {
        .fitting = in->fitting,
        .folder = options->folder,
        .kept_from = in->base.bundle != NULL ? options->folder : NULL,
    };
    return l1_bundle_folder_write(&folder, diag);
}

static void free_training(training *in)
{
    l1_fitting_free(in->fitting);
    l1_split_free(&in->split);
    l1_dataset_free(in->dataset);
    l1_bundle_loaded_free(&in->base);
    l1_lightgbm_close(in->lightgbm);
}

l1_result l1_train(const l1_train_options *options, l1_diag *diag)
{
    L1_ASSERT(options->models != 0 && options->heads != 0);
    training in = {.options = options};
    const l1_result done = train_all(&in, diag);
    free_training(&in);
    return done;
}

/* --- judging --- */

/* The rows that the bundle cannot have seen, of symbols that it knows. */
static l1_result take_unseen(training *in, l1_rows *out, l1_diag *diag)
{
    int64_t from_ms = 0, to_ms = 0;
    const l1_dataset *data = in->dataset;
    l1_bundle_range(in->base.bundle, &from_ms, &to_ms);
    out->places = calloc(data->count + 1, sizeof *out->places);
    if (out->places == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    for (size_t i = 0; i < data->count; i++) {
        const char *name = data->limits->symbols[data->rows[i].symbol].name;
        if (data->rows[i].minute * 60000 < to_ms) continue;
        if (l1_bundle_symbol(in->base.bundle, name) < 0) continue;
        out->places[out->count++] = (uint32_t)i;
    }
    (void)fprintf(in->options->out, "%zu rows; %zu are later than what the bundle was trained on\n",
                  data->count, out->count);
    if (out->count > 0) return L1_SUCCESS;
    return l1_refuse(diag, L1_INPUT_FIELD, "data",
                     "no row is later than %lld ms, where the bundle's training data end",
                     (long long)to_ms);
}

static l1_result calibrate(const l1_dataset *data, const l1_rows *rows, l1_head head,
                           const double *scores, l1_calibration *out, l1_diag *diag)
{
    uint8_t *labels = calloc(rows->count, sizeof *labels);
    if (labels == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    for (size_t i = 0; i < rows->count; i++) {
        labels[i] = data->rows[rows->places[i]].labels[head];
    }
    const l1_result done = l1_platt_fit(scores, labels, rows->count, out, diag);
    free(labels);
    return done;
}

static l1_result judge_head(training *in, const l1_rows *rows, l1_head head,
                            l1_evaluation *evaluation, l1_diag *diag)
{
    l1_predictions said;
    L1_TRY(l1_predict(in->base.bundle, in->dataset, rows, head, &said, diag));
    l1_evaluation_part part = {
        .bundle = in->base.bundle, .rows = rows, .head = head, .predictions = &said};
    l1_result done = calibrate(in->dataset, rows, head, said.baseline, &part.baseline, diag);
    if (done.code == L1_OK) done = l1_evaluation_add(evaluation, &part, diag);
    l1_predictions_free(&said);
    return done;
}

static l1_result judge_all(training *in, const l1_rows *rows, l1_diag *diag)
{
    l1_evaluation *evaluation = NULL;
    const l1_judged *judged = NULL;
    size_t count = 0;
    L1_TRY(l1_evaluation_new(in->dataset, in->options->seed, &evaluation, diag));
    l1_result done = L1_SUCCESS;
    for (int head = 0; head < L1_HEAD_COUNT && done.code == L1_OK; head++) {
        const bool wanted = (in->options->heads >> head & 1) != 0;
        if (!wanted || !l1_bundle_has(in->base.bundle, (l1_head)head)) continue;
        done = judge_head(in, rows, (l1_head)head, evaluation, diag);
    }
    if (done.code == L1_OK) done = l1_evaluation_judge(evaluation, &judged, &count, diag);
    if (done.code == L1_OK) l1_evaluation_print(evaluation, in->options->out);
    l1_evaluation_free(evaluation);
    return done;
}

l1_result l1_train_evaluate(const l1_train_options *options, l1_diag *diag)
{
    training in = {.options = options};
    l1_rows rows = {.places = NULL};
    l1_result done = l1_bundle_folder_read(options->folder, &in.base, diag);
    if (done.code == L1_OK) done = read_rows(&in, in.base.bundle, diag);
    if (done.code == L1_OK) done = take_unseen(&in, &rows, diag);
    if (done.code == L1_OK) done = judge_all(&in, &rows, diag);
    free(rows.places);
    free_training(&in);
    return done;
}
