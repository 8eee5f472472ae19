/* models/head.c: rows, scores and thresholds of a head for one signal.
 *
 * A zero denominator gives 0, as everywhere in the features. */
#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/real.h"
#include "models/bundle_state.h"

#define TREND_MINUTES 120 /* how far ahead the trend is asked for */

static bool is_finite(double x)
{
    return x - x == 0;
}

/* ln S240: the symbol's HAR regression. Beyond e^-20..e^5 no price moves; the limits keep what
 * follows finite. NaN stays. */
static double sigma_ln(const l1_manifest_symbol *symbol, const double har[L1_HAR_TERMS])
{
    double sum = symbol->half_variance;
    for (int i = 0; i < L1_HAR_TERMS; i++) sum += symbol->har[i] * har[i];
    return sum < -20 ? -20 : sum > 5 ? 5 : sum;
}

/* The stop's distance as a fraction, within the range of training; *clamped when that moved it.
 * Never 0, which a market without any range would make it. */
static double stop_of(const l1_manifest_head *head, const l1_feature_vector *vector,
                      double stop_fraction, bool *clamped)
{
    L1_ASSERT(stop_fraction >= 0);
    const double atr = vector->atr / vector->close;
    const double low = head->stop_atr_min * atr, high = head->stop_atr_max * atr;
    double a = stop_fraction;
    if (!(a <= high)) a = high; /* written so that NaN goes on as NaN */
    if (!(a >= low)) a = low;
    if (a < 1e-9) a = 1e-9;
    *clamped = a != stop_fraction;
    return a;
}

/* The head's own columns, behind the features. */
static void head_columns(const l1_bundle *bundle, l1_head head, const l1_feature_vector *vector,
                         const l1_head_question *question, double *row, bool *clamped)
{
    const l1_manifest_symbol *symbol = &bundle->manifest.symbols[question->symbol];
    const double sigma = sigma_ln(symbol, vector->har);
    double baseline = 0.5, distance = 0;
    if (head == L1_HEAD_SURVIVAL) {
        const double a =
            stop_of(&bundle->manifest.heads[head], vector, question->stop_fraction, clamped);
        baseline = 1 - l1_erfc(a / (l1_exp(sigma) * sqrt(2)));
        distance = l1_ln(a) - sigma;
    } else if (head == L1_HEAD_MOVEMENT) {
        const double usual = vector->s1440 * sqrt(L1_HORIZON_MINUTES);
        baseline = usual == 0 ? 0 : sigma - l1_ln(usual);
    }
    row[L1_FEATURE_BASELINE] = baseline;
    row[L1_FEATURE_STOP_DISTANCE] = distance;
}

static void make_row(const l1_bundle *bundle, l1_head head, const l1_feature_vector *vector,
                     const l1_head_question *question, double row[L1_COLUMNS_COUNT], bool *clamped)
{
    L1_ASSERT(head != L1_HEAD_TREND);
    L1_ASSERT((uint32_t)question->symbol < bundle->manifest.symbols_count);
    memcpy(row, vector->values, sizeof vector->values);
    if (head == L1_HEAD_SURVIVAL && question->side == L1_SIDE_SELL) {
        for (int i = 0; i < L1_DIRECTIONAL_COUNT; i++) row[i] = -row[i];
    }
    head_columns(bundle, head, vector, question, row, clamped);
}

void l1_head_row(const l1_bundle *bundle, l1_head head, const l1_feature_vector *vector,
                 const l1_head_question *question, double row[L1_COLUMNS_COUNT])
{
    bool clamped = false;
    make_row(bundle, head, vector, question, row, &clamped);
}

double l1_head_raw(const l1_bundle *bundle, l1_head head, l1_model model, const double *row)
{
    L1_ASSERT((int)head >= 0 && (int)head < L1_MODEL_HEADS);
    L1_ASSERT(bundle->manifest.heads[head].present);
    const l1_head_models *models = &bundle->models[head];
    if (model == L1_MODEL_LOGREG) return l1_logreg_score(&models->logreg, row);
    const l1_forest *forest = models->forest[model];
    return l1_forest_sigmoid(forest) * l1_forest_score(forest, row);
}

/* Every model of a head, calibrated, and their stack. */
static void score_models(const l1_bundle *bundle, l1_head head, const double *row,
                         l1_head_scores *out)
{
    const l1_manifest_head *of = &bundle->manifest.heads[head];
    double sum = of->stack[0];
    for (int i = 0; i < L1_MODEL_COUNT; i++) {
        const double raw = l1_head_raw(bundle, head, (l1_model)i, row);
        out->has[i] = true;
        out->log_odds[i] = of->platt[i].a * raw + of->platt[i].b;
        sum += of->stack[i + 1] * out->log_odds[i];
    }
    out->log_odds[L1_SCORE_ENSEMBLE] = sum;
}

void l1_trend_prepare(l1_trend *trend)
{
    const double fast = 59.0 / 61.0, slow = 239.0 / 241.0; /* 1 - 2 / (n + 1) */
    double sum = 0;
    trend->fast = trend->slow = 1;
    for (int j = 1; j <= TREND_MINUTES; j++) {
        trend->fast *= fast;
        trend->slow *= slow;
        sum += (trend->slow - trend->fast) * (trend->slow - trend->fast);
    }
    trend->deviation = sqrt(sum);
}

/* Log-odds that EMA60 > EMA240 in two hours, if the close walks at random from here: both
 * averages decay towards it, and each minute's step enters the one faster than the other. */
static double score_trend(const l1_bundle *bundle, const l1_feature_vector *vector)
{
    const l1_trend *trend = &bundle->trend;
    const l1_platt *platt = &bundle->manifest.heads[L1_HEAD_TREND].platt[L1_SCORE_ENSEMBLE];
    const double c = vector->close;
    const double d = (vector->ema60 - c) * trend->fast - (vector->ema240 - c) * trend->slow;
    const double sigma = c * vector->s1440 * trend->deviation;
    const double z = sigma == 0 ? 0 : d / sigma;
    return platt->a * z + platt->b;
}

/* One NaN, so that reports and hashes have the same bits everywhere. */
static double not_a_number(void)
{
    return l1_real_of_bits(UINT64_C(0x7ff8000000000000));
}

static bool row_is_finite(const double row[L1_COLUMNS_COUNT])
{
    double sum = 0; /* of zeros, one for each finite column */
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) sum += row[i] - row[i];
    return sum == 0;
}

void l1_head_score(const l1_bundle *bundle, l1_head head, const l1_feature_vector *vector,
                   const l1_head_question *question, l1_head_scores *out)
{
    L1_ASSERT(l1_bundle_has(bundle, head));
    L1_ASSERT((int)question->threshold >= 0 && question->threshold < L1_THRESHOLD_COUNT);
    L1_ASSERT(question->symbol >= 0);
    L1_ASSERT((uint32_t)question->symbol < bundle->manifest.symbols_count);
    const l1_manifest_symbol *symbol = &bundle->manifest.symbols[question->symbol];
    memset(out, 0, sizeof *out);
    out->has[L1_SCORE_ENSEMBLE] = true;
    bool finite = true;
    if (head == L1_HEAD_TREND) {
        out->log_odds[L1_SCORE_ENSEMBLE] = score_trend(bundle, vector);
    } else {
        double row[L1_COLUMNS_COUNT];
        make_row(bundle, head, vector, question, row, &out->clamped);
        score_models(bundle, head, row, out);
        finite = row_is_finite(row); /* no model was trained on other rows */
    }
    for (int i = 0; i < L1_SCORES_COUNT; i++) {
        out->threshold[i] = symbol->threshold[head][question->threshold][i];
        if (!finite || !is_finite(out->log_odds[i])) out->log_odds[i] = not_a_number();
    }
}
