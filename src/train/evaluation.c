/* train/evaluation.c: predictions gathered by head and symbol. */
#include "train/evaluation.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "models/bundle_state.h"

/* Rows of one head and symbol, in the order of time. */
typedef struct {
    size_t count, capacity;
    double *log_odds[L1_SCORES_COUNT];                    /* NULL: the head has no such score */
    double *margins[L1_THRESHOLD_COUNT][L1_SCORES_COUNT]; /* >= 0 passes, not turned around */
    double *baseline, *closed_form;                       /* calibrated and raw */
    uint8_t *labels, *own_labels;                         /* as judged, and the head's own */
    int64_t *days;
} series;

struct l1_evaluation {
    const l1_dataset *dataset;
    uint64_t seed;
    series of[L1_HEAD_COUNT][L1_SYMBOLS_MAX];
    l1_judged *judged;
    size_t count;
};

static l1_result no_memory(l1_diag *diag)
{
    return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
}

l1_result l1_evaluation_new(const l1_dataset *dataset, uint64_t seed, l1_evaluation **out,
                            l1_diag *diag)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) return no_memory(diag);
    (*out)->dataset = dataset;
    (*out)->seed = seed;
    return L1_SUCCESS;
}

/* --- adding --- */

static bool grow_doubles(double **values, size_t capacity)
{
    double *grown = realloc(*values, capacity * sizeof *grown);
    if (grown != NULL) *values = grown;
    return grown != NULL;
}

static bool grow_labels(uint8_t **values, size_t capacity)
{
    uint8_t *grown = realloc(*values, capacity);
    if (grown != NULL) *values = grown;
    return grown != NULL;
}

static bool grow(series *of, bool ensemble_only)
{
    const size_t capacity = of->capacity == 0 ? 1024 : of->capacity * 2;
    bool good = grow_doubles(&of->baseline, capacity) && grow_doubles(&of->closed_form, capacity) &&
                grow_labels(&of->labels, capacity) && grow_labels(&of->own_labels, capacity);
    int64_t *days = good ? realloc(of->days, capacity * sizeof *days) : NULL;
    if (days == NULL) return false;
    of->days = days;
    for (int i = ensemble_only ? L1_SCORE_ENSEMBLE : 0; i < L1_SCORES_COUNT; i++) {
        good = good && grow_doubles(&of->log_odds[i], capacity);
        for (int kind = 0; kind < L1_THRESHOLD_COUNT; kind++) {
            good = good && grow_doubles(&of->margins[kind][i], capacity);
        }
    }
    if (good) of->capacity = capacity;
    return good;
}

static void add_row(series *to, const l1_evaluation_part *part, const l1_row *row, size_t place,
                    const double (*thresholds)[L1_SCORES_COUNT])
{
    const bool turned = part->head == L1_HEAD_SURVIVAL;
    const size_t at = to->count++;
    const double raw = part->predictions->baseline[place];
    const double baseline = part->baseline.a * raw + part->baseline.b;
    to->baseline[at] = turned ? -baseline : baseline;
    to->closed_form[at] = turned ? -raw : raw;
    to->own_labels[at] = row->labels[part->head];
    to->labels[at] = turned ? !row->labels[part->head] : row->labels[part->head];
    to->days[at] = row->minute / L1_MINUTES_A_DAY;
    for (int i = 0; i < L1_SCORES_COUNT; i++) {
        if (part->predictions->log_odds[i] == NULL) continue;
        const double said = part->predictions->log_odds[i][place];
        to->log_odds[i][at] = turned ? -said : said;
        for (int kind = 0; kind < L1_THRESHOLD_COUNT; kind++) {
            to->margins[kind][i][at] = said - thresholds[kind][i];
        }
    }
}

l1_result l1_evaluation_add(l1_evaluation *evaluation, const l1_evaluation_part *part,
                            l1_diag *diag)
{
    const l1_dataset *dataset = evaluation->dataset;
    for (size_t i = 0; i < part->rows->count; i++) {
        const l1_row *row = &dataset->rows[part->rows->places[i]];
        series *to = &evaluation->of[part->head][row->symbol];
        const int symbol =
            l1_bundle_symbol(part->bundle, dataset->limits->symbols[row->symbol].name);
        L1_ASSERT(symbol >= 0);
        if (to->count == to->capacity && !grow(to, part->head == L1_HEAD_TREND)) {
            return no_memory(diag);
        }
        add_row(to, part, row, i, part->bundle->manifest.symbols[symbol].threshold[part->head]);
    }
    return L1_SUCCESS;
}

/* --- judging --- */

static l1_result judge(l1_evaluation *evaluation, l1_head head, int32_t symbol, int score,
                       l1_diag *diag)
{
    const series *of = &evaluation->of[head][symbol];
    l1_judged *out = &evaluation->judged[evaluation->count++];
    const double minutes = head == L1_HEAD_TREND ? L1_TREND_MINUTES : L1_HORIZON_MINUTES;
    *out = (l1_judged){.head = head, .symbol = symbol, .score = score};
    out->rows = (l1_scored){
        .count = of->count,
        .log_odds = of->log_odds[score],
        .baseline = head == L1_HEAD_TREND ? NULL : of->baseline,
        .closed_form = head == L1_HEAD_TREND ? NULL : of->closed_form,
        .labels = of->labels,
        .days = of->days,
        .overlap = minutes / L1_ROW_MINUTES,
        .seed = evaluation->seed,
    };
    for (int kind = 0; kind < L1_THRESHOLD_COUNT; kind++) {
        l1_scored margins = out->rows;
        margins.log_odds = of->margins[kind][score];
        margins.labels = of->own_labels;
        out->at[kind] = l1_metrics_at(&margins, 0);
    }
    return l1_metrics_of(&out->rows, &out->metrics, diag);
}

l1_result l1_evaluation_judge(l1_evaluation *evaluation, const l1_judged **judged, size_t *count,
                              l1_diag *diag)
{
    const uint32_t symbols = evaluation->dataset->limits->symbols_count;
    free(evaluation->judged);
    evaluation->count = 0;
    evaluation->judged =
        calloc((size_t)L1_HEAD_COUNT * symbols * L1_SCORES_COUNT, sizeof *evaluation->judged);
    if (evaluation->judged == NULL) return no_memory(diag);
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        for (uint32_t symbol = 0; symbol < symbols; symbol++) {
            const series *of = &evaluation->of[head][symbol];
            for (int score = 0; score < L1_SCORES_COUNT; score++) {
                if (of->count == 0 || of->log_odds[score] == NULL) continue;
                L1_TRY(judge(evaluation, (l1_head)head, (int32_t)symbol, score, diag));
            }
        }
    }
    *judged = evaluation->judged;
    *count = evaluation->count;
    return L1_SUCCESS;
}

/* --- printing --- */

const char *l1_evaluation_event(l1_head head)
{
    static const char *const events[L1_HEAD_COUNT] = {
        [L1_HEAD_SURVIVAL] = "stop hit (1 - survival)",
        [L1_HEAD_MOVEMENT] = "movement: range of 4 hours over 1.35 sigma",
        [L1_HEAD_DIRECTION] = "direction: higher after 4 hours",
        [L1_HEAD_TREND] = "trend: EMA60 over EMA240 in 2 hours (formula)",
    };
    L1_ASSERT((int)head >= 0 && head < L1_HEAD_COUNT);
    return events[head];
}

static void print_head(const l1_evaluation *evaluation, const l1_judged *one, FILE *out)
{
    const l1_metrics *of = &one->metrics;
    (void)fprintf(out, "\n%s, %s\n", l1_evaluation_event(one->head),
                  evaluation->dataset->limits->symbols[one->symbol].name);
    (void)fprintf(out,
                  "  %zu rows, worth %.0f independent ones; base rate %.3f; null SE of AUC %.4f",
                  of->count, of->effective_n, of->base_rate, of->auc_null_se);
    if (one->rows.baseline == NULL) {
        (void)fprintf(out, "; Brier of the base rate %.4f\n", of->brier_baseline);
    } else {
        (void)fprintf(out, "; closed form: AUC %.3f, Brier %.4f\n", of->auc_baseline,
                      of->brier_baseline);
    }
    (void)fputs("  score          AUC   [90 %]         acc   F1    log loss Brier  skill %"
                " [90 %]         ECE   | F1 threshold: acc F1 pass | operating: acc pass\n",
                out);
}

static void print_score(const l1_judged *one, FILE *out)
{
    const l1_metrics *of = &one->metrics;
    const l1_decisions *f1 = &one->at[L1_THRESHOLD_F1];
    const l1_decisions *operating = &one->at[L1_THRESHOLD_OPERATING];
    const char *name =
        one->score == L1_SCORE_ENSEMBLE ? "ensemble" : l1_model_text((l1_model)one->score);
    (void)fprintf(out,
                  "  %-14s %.3f [%.3f,%.3f]  %.3f %.3f %.4f   %.4f %+6.2f  [%+6.2f,%+6.2f]  %.3f"
                  " | %15.3f %.3f %.3f | %14.3f %.3f\n",
                  name, of->auc.value, of->auc.low, of->auc.high, of->accuracy.value, of->f1.value,
                  of->log_loss.value, of->brier.value, 100 * of->brier_skill.value,
                  100 * of->brier_skill.low, 100 * of->brier_skill.high, of->ece, f1->accuracy,
                  f1->f1, f1->pass_rate, operating->accuracy, operating->pass_rate);
}

static void print_reliability(const l1_judged *one, FILE *out)
{
    (void)fputs("  reliability    ", out);
    for (size_t i = 0; i < L1_RELIABILITY_BINS; i++) {
        const l1_reliability *bin = &one->metrics.reliability[i];
        if (bin->count == 0) continue;
        (void)fprintf(out, " %.2f:%.2f(%zu)", bin->mean_p, bin->mean_label, bin->count);
    }
    (void)fputs("  said:happened(rows)\n", out);
}

void l1_evaluation_print(const l1_evaluation *evaluation, FILE *out)
{
    const l1_judged *before = NULL;
    for (size_t i = 0; i < evaluation->count; i++) {
        const l1_judged *one = &evaluation->judged[i];
        if (before == NULL || before->head != one->head || before->symbol != one->symbol) {
            print_head(evaluation, one, out);
        }
        print_score(one, out);
        if (one->score == L1_SCORE_ENSEMBLE) print_reliability(one, out);
        before = one;
    }
}

/* --- the end --- */

static void free_series(series *of)
{
    for (int i = 0; i < L1_SCORES_COUNT; i++) {
        free(of->log_odds[i]);
        for (int kind = 0; kind < L1_THRESHOLD_COUNT; kind++) free(of->margins[kind][i]);
    }
    free(of->baseline);
    free(of->closed_form);
    free(of->labels);
    free(of->own_labels);
    free(of->days);
}

void l1_evaluation_free(l1_evaluation *evaluation)
{
    if (evaluation == NULL) return;
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        for (int symbol = 0; symbol < L1_SYMBOLS_MAX; symbol++) {
            free_series(&evaluation->of[head][symbol]);
        }
    }
    free(evaluation->judged);
    free(evaluation);
}
