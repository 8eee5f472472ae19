/* train/metrics.c: figures from one sorting of the scores; the bootstrap weighs days, not rows. */
#include "train/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/real.h"

typedef struct {
    double score;
    uint32_t row;
} ranked;

/* Sums over the rows of one day, or of all of them. */
typedef struct {
    double n, yes, log_loss, brier, brier_reference;
    double right, true_yes, said_yes; /* at p = .5 */
} sums;

typedef struct {
    const l1_scored *scored;
    ranked *order;     /* ascending */
    uint32_t *day_of;  /* of each row: 0.. */
    sums *days;        /* by day */
    uint32_t *weights; /* of each day in this round */
    uint32_t days_count;
} table;

typedef enum { AUC, LOG_LOSS, BRIER, SKILL, ACCURACY, F1, FIGURES } figure;

static int by_score(const void *left, const void *right)
{
    const double a = ((const ranked *)left)->score, b = ((const ranked *)right)->score;
    return (a > b) - (a < b);
}

static ranked *order_of(const double *scores, size_t count)
{
    L1_ASSERT(count <= UINT32_MAX);
    ranked *order = calloc(count, sizeof *order);
    if (order == NULL) return NULL;
    for (size_t i = 0; i < count; i++) order[i] = (ranked){scores[i], (uint32_t)i};
    qsort(order, count, sizeof *order, by_score);
    return order;
}

static l1_result no_memory(l1_diag *diag)
{
    return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
}

/* Mann-Whitney's U over the product of the classes. Rows count by the weight of their day. */
static double auc_of(const ranked *order, size_t count, const uint8_t *labels,
                     const uint32_t *day_of, const uint32_t *weights)
{
    double yes = 0, no = 0, wins = 0;
    for (size_t i = 0; i < count;) {
        double tied_yes = 0, tied_no = 0;
        const double score = order[i].score;
        for (; i < count && order[i].score == score; i++) {
            const uint32_t row = order[i].row;
            const double weight = weights != NULL ? weights[day_of[row]] : 1;
            if (labels[row] != 0) {
                tied_yes += weight;
            } else {
                tied_no += weight;
            }
        }
        wins += tied_yes * (no + tied_no / 2);
        yes += tied_yes;
        no += tied_no;
    }
    return yes > 0 && no > 0 ? wins / (yes * no) : 0.5;
}

l1_result l1_metrics_auc(const double *scores, const uint8_t *labels, size_t count, double *out,
                         l1_diag *diag)
{
    ranked *order = order_of(scores, count);
    if (order == NULL) return no_memory(diag);
    *out = auc_of(order, count, labels, NULL, NULL);
    free(order);
    return L1_SUCCESS;
}

/* --- sums by day --- */

static double probability(double log_odds)
{
    return 1 / (1 + l1_exp(-log_odds));
}

/* -ln of the probability given to what happened. */
static double log_loss_of(double log_odds, bool yes)
{
    const double x = yes ? -log_odds : log_odds;
    const double size = x < 0 ? -x : x;
    return l1_ln(1 + l1_exp(-size)) + (x > 0 ? x : 0);
}

static void add_row(sums *to, const l1_scored *scored, size_t row)
{
    const double label = scored->labels[row] != 0, p = probability(scored->log_odds[row]);
    const bool said_yes = scored->log_odds[row] >= 0;
    to->n += 1;
    to->yes += label;
    to->log_loss += log_loss_of(scored->log_odds[row], label > 0);
    to->brier += (p - label) * (p - label);
    if (scored->baseline != NULL) {
        const double q = probability(scored->baseline[row]);
        to->brier_reference += (q - label) * (q - label);
    }
    to->right += said_yes == (label > 0);
    to->true_yes += said_yes && label > 0;
    to->said_yes += said_yes;
}

static sums weighed(const table *of)
{
    sums all = {0};
    for (uint32_t day = 0; day < of->days_count; day++) {
        const sums *one = &of->days[day];
        const double weight = of->weights[day];
        all.n += weight * one->n;
        all.yes += weight * one->yes;
        all.log_loss += weight * one->log_loss;
        all.brier += weight * one->brier;
        all.brier_reference += weight * one->brier_reference;
        all.right += weight * one->right;
        all.true_yes += weight * one->true_yes;
        all.said_yes += weight * one->said_yes;
    }
    return all;
}

static double ratio(double above, double below, double otherwise)
{
    return below > 0 ? above / below : otherwise;
}

/* Every figure of the days as they are weighed now. */
static void figures_of(const table *of, double figures[FIGURES])
{
    const l1_scored *scored = of->scored;
    const sums all = weighed(of);
    const double p = ratio(all.yes, all.n, 0);
    const double reference = scored->baseline != NULL ? all.brier_reference : all.n * p * (1 - p);
    figures[AUC] = auc_of(of->order, scored->count, scored->labels, of->day_of, of->weights);
    figures[LOG_LOSS] = ratio(all.log_loss, all.n, 0);
    figures[BRIER] = ratio(all.brier, all.n, 0);
    figures[SKILL] = 1 - ratio(all.brier, reference, 1);
    figures[ACCURACY] = ratio(all.right, all.n, 0);
    figures[F1] = ratio(2 * all.true_yes, all.said_yes + all.yes, 0);
}

/* --- the bootstrap --- */

static void bootstrap(const table *of, l1_metrics *out)
{
    static const size_t places[FIGURES] = {
        [AUC] = offsetof(l1_metrics, auc),           [LOG_LOSS] = offsetof(l1_metrics, log_loss),
        [BRIER] = offsetof(l1_metrics, brier),       [SKILL] = offsetof(l1_metrics, brier_skill),
        [ACCURACY] = offsetof(l1_metrics, accuracy), [F1] = offsetof(l1_metrics, f1),
    };
    double rounds[FIGURES][L1_BOOTSTRAP_ROUNDS], figures[FIGURES], drawn[FIGURES];
    l1_prng prng;
    l1_prng_seed(&prng, of->scored->seed);
    figures_of(of, figures);
    for (int round = 0; round < L1_BOOTSTRAP_ROUNDS; round++) {
        l1_bootstrap_draw(of->weights, of->days_count, &prng);
        figures_of(of, drawn);
        for (int i = 0; i < FIGURES; i++) rounds[i][round] = drawn[i];
    }
    for (int i = 0; i < FIGURES; i++) {
        const l1_estimate estimate =
            l1_bootstrap_interval(figures[i], rounds[i], L1_BOOTSTRAP_ROUNDS, L1_METRICS_TAIL);
        memcpy((char *)out + places[i], &estimate, sizeof estimate);
    }
}

/* Places the days of the rows; returns how many there are. */
static uint32_t days_of(const int64_t *days, size_t count, uint32_t *day_of)
{
    uint32_t last = 0;
    for (size_t i = 0; i < count; i++) {
        L1_ASSERT(i == 0 || days[i] >= days[i - 1]);
        if (i > 0 && days[i] != days[i - 1]) last++;
        day_of[i] = last;
    }
    return last + 1;
}

/* --- the rest --- */

static void reliability_of(const l1_scored *scored, l1_metrics *out)
{
    double apart = 0;
    for (size_t i = 0; i < scored->count; i++) {
        const double p = probability(scored->log_odds[i]);
        size_t bin = (size_t)(p * L1_RELIABILITY_BINS);
        if (bin == L1_RELIABILITY_BINS) bin--;
        out->reliability[bin].count++;
        out->reliability[bin].mean_p += p;
        out->reliability[bin].mean_label += scored->labels[i] != 0;
    }
    for (size_t bin = 0; bin < L1_RELIABILITY_BINS; bin++) {
        l1_reliability *in = &out->reliability[bin];
        if (in->count == 0) continue;
        apart += fabs(in->mean_p - in->mean_label);
        in->mean_p /= (double)in->count;
        in->mean_label /= (double)in->count;
    }
    out->ece = apart / (double)scored->count;
}

/* Standard error of AUC when scores say nothing, with n / overlap independent rows. */
static double null_se(double n, double p)
{
    const double yes = n * p, no = n * (1 - p);
    return yes > 0 && no > 0 ? sqrt((n + 1) / (12 * yes * no)) : 0;
}

static l1_result fill(const table *of, l1_metrics *out, l1_diag *diag)
{
    const l1_scored *scored = of->scored;
    sums all;
    for (size_t i = 0; i < scored->count; i++) add_row(&of->days[of->day_of[i]], scored, i);
    for (uint32_t day = 0; day < of->days_count; day++) of->weights[day] = 1;
    all = weighed(of);
    *out = (l1_metrics){.count = scored->count};
    out->effective_n = all.n / scored->overlap;
    out->base_rate = all.yes / all.n;
    out->auc_null_se = null_se(out->effective_n, out->base_rate);
    out->auc_baseline = 0.5;
    out->brier_baseline = out->base_rate * (1 - out->base_rate);
    reliability_of(scored, out);
    bootstrap(of, out);
    if (scored->baseline == NULL) return L1_SUCCESS;
    out->brier_baseline = all.brier_reference / all.n;
    const double *ranks = scored->closed_form != NULL ? scored->closed_form : scored->baseline;
    return l1_metrics_auc(ranks, scored->labels, scored->count, &out->auc_baseline, diag);
}

l1_result l1_metrics_of(const l1_scored *scored, l1_metrics *out, l1_diag *diag)
{
    L1_ASSERT(scored->count > 0);
    L1_ASSERT(scored->overlap >= 1);
    table of = {.scored = scored, .order = order_of(scored->log_odds, scored->count)};
    of.day_of = calloc(scored->count, sizeof *of.day_of);
    l1_result done = no_memory(diag);
    if (of.order != NULL && of.day_of != NULL) {
        of.days_count = days_of(scored->days, scored->count, of.day_of);
        of.days = calloc(of.days_count, sizeof *of.days);
        of.weights = calloc(of.days_count, sizeof *of.weights);
        if (of.days != NULL && of.weights != NULL) done = fill(&of, out, diag);
    }
    free(of.order);
    free(of.day_of);
    free(of.days);
    free(of.weights);
    return done;
}

l1_decisions l1_metrics_at(const l1_scored *scored, double threshold)
{
    l1_decisions out = {.threshold = threshold};
    for (size_t i = 0; i < scored->count; i++) {
        const bool yes = scored->labels[i] != 0;
        if (scored->log_odds[i] >= threshold) {
            out.true_yes += yes;
            out.false_yes += !yes;
        } else {
            out.false_no += yes;
            out.true_no += !yes;
        }
    }
    const double n = (double)scored->count, true_yes = (double)out.true_yes;
    const double said = true_yes + (double)out.false_yes, are = true_yes + (double)out.false_no;
    out.accuracy = ratio(true_yes + (double)out.true_no, n, 0);
    out.precision = ratio(true_yes, said, 0);
    out.recall = ratio(true_yes, are, 0);
    out.f1 = ratio(2 * true_yes, said + are, 0);
    out.pass_rate = ratio(said, n, 0);
    return out;
}

l1_result l1_metrics_roc(const l1_scored *scored, l1_roc_point *points, size_t capacity,
                         size_t *count, l1_diag *diag)
{
    L1_ASSERT(capacity >= 2 && scored->count > 0);
    double yes = 0, true_yes = 0, false_yes = 0;
    ranked *order = order_of(scored->log_odds, scored->count);
    if (order == NULL) return no_memory(diag);
    const size_t n = scored->count, stride = (n + capacity - 2) / (capacity - 1);
    for (size_t i = 0; i < n; i++) yes += scored->labels[i] != 0;
    const double no = (double)n - yes;
    points[0] = (l1_roc_point){0, 0};
    *count = 1;
    for (size_t i = n, since = 0; i-- > 0;) { /* from the highest score down */
        if (scored->labels[order[i].row] != 0) {
            true_yes++;
        } else {
            false_yes++;
        }
        since++;
        const bool tied = i > 0 && order[i - 1].score == order[i].score;
        if (tied || (since < stride && i > 0)) continue;
        points[(*count)++] = (l1_roc_point){ratio(false_yes, no, 1), ratio(true_yes, yes, 1)};
        since = 0;
    }
    free(order);
    return L1_SUCCESS;
}

static l1_result mean_of_days(const double *values, const uint32_t *day_of, size_t count,
                              uint32_t days_count, uint64_t seed, l1_estimate *out, l1_diag *diag)
{
    double rounds[L1_BOOTSTRAP_ROUNDS], all = 0;
    double *totals = calloc(days_count, sizeof *totals), *rows = calloc(days_count, sizeof *rows);
    uint32_t *weights = calloc(days_count, sizeof *weights);
    const bool good = totals != NULL && rows != NULL && weights != NULL;
    for (size_t i = 0; i < count && good; i++) {
        totals[day_of[i]] += values[i];
        rows[day_of[i]] += 1;
        all += values[i];
    }
    if (good) {
        *out = l1_bootstrap_of_ratio(&(l1_bootstrap_ratio){
            totals, rows, weights, days_count, rounds, L1_BOOTSTRAP_ROUNDS, L1_METRICS_TAIL, seed});
        out->value = all / (double)count; /* in the rows' own order: its last bits are recorded */
    }
    free(totals);
    free(rows);
    free(weights);
    return good ? L1_SUCCESS : no_memory(diag);
}

l1_result l1_metrics_mean(const double *values, const int64_t *days, size_t count, uint64_t seed,
                          l1_estimate *out, l1_diag *diag)
{
    L1_ASSERT(count > 0);
    uint32_t *day_of = calloc(count, sizeof *day_of);
    if (day_of == NULL) return no_memory(diag);
    const uint32_t days_count = days_of(days, count, day_of);
    const l1_result done = mean_of_days(values, day_of, count, days_count, seed, out, diag);
    free(day_of);
    return done;
}
