/* train/gate_use.c: thresholds from validation rows, signals of test rows, means by day. */
#include "train/gate_use.h"

#include <stdlib.h>

#include "base/assert.h"
#include "train/thresholds.h"

#define BPS 1e4
#define HALF 0.5
#define CONFIDENT 0.8 /* of the direction's validation scores lie below */

const double l1_costs_bps[L1_COSTS_COUNT] = {2, 10, 20};

/* What is known of a signal before it trades. */
typedef enum { BY_ENSEMBLE, BY_FORMULA, BY_DIRECTION, SCORES } score;

typedef struct {
    l1_side side;
    double stop_fraction;
    l1_outcome outcome;
} signal;

/* A score passes its policy when it is >= the threshold. */
typedef struct {
    double at[L1_POLICY_COUNT];
} limits_of;

struct l1_gate_trial {
    const l1_dataset *dataset;
    double veto_share;
    uint64_t seed;
    bool has_direction;
    bool *crossed; /* of each row of the dataset */
    struct {
        l1_gated *signals;
        size_t count, capacity;
    } of[L1_SIGNALS_COUNT];
};

static l1_result no_memory(l1_diag *diag)
{
    return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
}

const char *l1_signals_text(l1_signals signals)
{
    static const char *const texts[L1_SIGNALS_COUNT] = {"random", "ema_cross"};
    L1_ASSERT((int)signals >= 0 && signals < L1_SIGNALS_COUNT);
    return texts[signals];
}

const char *l1_gate_policy_text(l1_gate_policy policy)
{
    static const char *const texts[L1_POLICY_COUNT] = {
        "no gate",          "models, operating",  "formula, operating",
        "models keep half", "formula keeps half", "direction, surest 1/5"};
    L1_ASSERT((int)policy >= 0 && policy < L1_POLICY_COUNT);
    return texts[policy];
}

l1_estimate l1_gate_use_after(const l1_gate_use *use, double cost_bps)
{
    const l1_estimate *of = &use->bps;
    return (l1_estimate){of->value - cost_bps, of->low - cost_bps, of->high - cost_bps};
}

/* --- the trial --- */

static void mark_crossings(const l1_dataset *dataset, bool *crossed)
{
    int64_t last[L1_SYMBOLS_MAX] = {0};
    bool above[L1_SYMBOLS_MAX] = {false};
    for (size_t i = 0; i < dataset->count; i++) {
        const l1_row *row = &dataset->rows[i];
        const bool now = row->vector.ema60 > row->vector.ema240;
        crossed[i] = row->minute - last[row->symbol] == L1_ROW_MINUTES && now != above[row->symbol];
        last[row->symbol] = row->minute;
        above[row->symbol] = now;
    }
}

l1_result l1_gate_trial_new(const l1_dataset *dataset, double veto_share, uint64_t seed,
                            l1_gate_trial **out, l1_diag *diag)
{
    l1_gate_trial *trial = calloc(1, sizeof *trial);
    if (trial == NULL) return no_memory(diag);
    *trial = (l1_gate_trial){.dataset = dataset, .veto_share = veto_share, .seed = seed};
    trial->crossed = calloc(dataset->count + 1, sizeof *trial->crossed);
    if (trial->crossed == NULL) {
        free(trial);
        return no_memory(diag);
    }
    mark_crossings(dataset, trial->crossed);
    *out = trial;
    return L1_SUCCESS;
}

void l1_gate_trial_free(l1_gate_trial *trial)
{
    if (trial == NULL) return;
    for (int kind = 0; kind < L1_SIGNALS_COUNT; kind++) free(trial->of[kind].signals);
    free(trial->crossed);
    free(trial);
}

/* --- one fold --- */

static signal signal_of(const l1_row *row, l1_signals kind)
{
    if (kind == L1_SIGNALS_RANDOM) {
        const l1_outcome own = {row->labels[L1_HEAD_SURVIVAL] != 0, row->trade};
        return (signal){row->side, row->stop_fraction, own};
    }
    const bool up = row->vector.ema60 > row->vector.ema240;
    const l1_side side = up ? L1_SIDE_BUY : L1_SIDE_SELL;
    const double a = L1_STOP_ATR_RULE * row->vector.atr / row->vector.close;
    return (signal){side, a, row->by_rule[side]};
}

static void score_of(const l1_bundle *bundle, const l1_limits *limits, const l1_row *row,
                     const signal *asked, double scores[SCORES])
{
    l1_head_question question = l1_row_question(row, limits, bundle);
    l1_head_scores said;
    double columns[L1_COLUMNS_COUNT];
    question.side = asked->side;
    question.stop_fraction = asked->stop_fraction;
    l1_head_score(bundle, L1_HEAD_SURVIVAL, &row->vector, &question, &said);
    scores[BY_ENSEMBLE] = said.log_odds[L1_SCORE_ENSEMBLE];
    l1_head_row(bundle, L1_HEAD_SURVIVAL, &row->vector, &question, columns);
    scores[BY_FORMULA] = columns[L1_FEATURE_BASELINE];
    scores[BY_DIRECTION] = 0;
    if (!l1_bundle_has(bundle, L1_HEAD_DIRECTION)) return;
    l1_head_score(bundle, L1_HEAD_DIRECTION, &row->vector, &question, &said);
    const double up = said.log_odds[L1_SCORE_ENSEMBLE];
    scores[BY_DIRECTION] = asked->side == L1_SIDE_BUY ? up : -up;
}

static const struct {
    score by;
    bool half;
} policies[L1_POLICY_COUNT] = {
    [L1_POLICY_VETO] = {BY_ENSEMBLE, false},       [L1_POLICY_VETO_FORMULA] = {BY_FORMULA, false},
    [L1_POLICY_HALF] = {BY_ENSEMBLE, true},        [L1_POLICY_HALF_FORMULA] = {BY_FORMULA, true},
    [L1_POLICY_DIRECTION] = {BY_DIRECTION, false},
};

static l1_result set_limits(const l1_gate_trial *trial, double *scores[SCORES], size_t count,
                            limits_of *out, l1_diag *diag)
{
    for (int policy = L1_POLICY_VETO; policy < L1_POLICY_COUNT; policy++) {
        double share = policies[policy].half ? HALF : trial->veto_share;
        if (policy == L1_POLICY_DIRECTION) share = CONFIDENT;
        L1_TRY(
            l1_threshold_veto(scores[policies[policy].by], count, share, &out->at[policy], diag));
    }
    return L1_SUCCESS;
}

/* Thresholds of one kind and symbol, from every validation row asked as such a signal. */
static l1_result find_limits(const l1_gate_trial *trial, const l1_fold_result *fold,
                             l1_signals kind, int32_t symbol, limits_of *out, l1_diag *diag)
{
    const l1_rows *rows = &fold->split->validation;
    const l1_bundle *bundle = l1_fitting_bundle(fold->fitting);
    double *scores[SCORES] = {NULL};
    size_t count = 0;
    bool good = true;
    for (int by = 0; by < SCORES; by++) {
        scores[by] = calloc(rows->count + 1, sizeof *scores[by]);
        good = good && scores[by] != NULL;
    }
    for (size_t i = 0; i < rows->count && good; i++) {
        const l1_row *row = &trial->dataset->rows[rows->places[i]];
        double said[SCORES];
        if (row->symbol != symbol) continue;
        const signal asked = signal_of(row, kind);
        score_of(bundle, trial->dataset->limits, row, &asked, said);
        for (int by = 0; by < SCORES; by++) scores[by][count] = said[by];
        count++;
    }
    l1_result done = good ? L1_SUCCESS : no_memory(diag);
    if (good && count > 0) done = set_limits(trial, scores, count, out, diag);
    for (int by = 0; by < SCORES; by++) free(scores[by]);
    return done;
}

static l1_result append(l1_gate_trial *trial, l1_signals kind, const l1_gated *gated, l1_diag *diag)
{
    if (trial->of[kind].count == trial->of[kind].capacity) {
        const size_t capacity = trial->of[kind].capacity == 0 ? 4096 : trial->of[kind].capacity * 2;
        l1_gated *grown = realloc(trial->of[kind].signals, capacity * sizeof *grown);
        if (grown == NULL) return no_memory(diag);
        trial->of[kind].signals = grown;
        trial->of[kind].capacity = capacity;
    }
    trial->of[kind].signals[trial->of[kind].count++] = *gated;
    return L1_SUCCESS;
}

static l1_result add_signals(l1_gate_trial *trial, const l1_fold_result *fold, l1_signals kind,
                             const limits_of *limits, l1_diag *diag)
{
    const l1_bundle *bundle = l1_fitting_bundle(fold->fitting);
    const l1_rows *rows = &fold->split->test;
    for (size_t i = 0; i < rows->count; i++) {
        const l1_row *row = &trial->dataset->rows[rows->places[i]];
        double said[SCORES];
        if (kind == L1_SIGNALS_CROSS && !trial->crossed[rows->places[i]]) continue;
        const signal asked = signal_of(row, kind);
        l1_gated gated = {.day = row->minute / L1_MINUTES_A_DAY,
                          .symbol = row->symbol,
                          .kept = UINT32_C(1) << L1_POLICY_NONE,
                          .outcome = asked.outcome};
        score_of(bundle, trial->dataset->limits, row, &asked, said);
        for (int policy = L1_POLICY_VETO; policy < L1_POLICY_COUNT; policy++) {
            if (!(said[policies[policy].by] >= limits[row->symbol].at[policy])) continue;
            gated.kept |= UINT32_C(1) << policy;
        }
        L1_TRY(append(trial, kind, &gated, diag));
    }
    return L1_SUCCESS;
}

l1_result l1_gate_trial_add(l1_gate_trial *trial, const l1_fold_result *fold, l1_diag *diag)
{
    const l1_dataset *dataset = trial->dataset;
    L1_ASSERT(l1_bundle_has(l1_fitting_bundle(fold->fitting), L1_HEAD_SURVIVAL));
    trial->has_direction = l1_bundle_has(l1_fitting_bundle(fold->fitting), L1_HEAD_DIRECTION);
    for (int kind = 0; kind < L1_SIGNALS_COUNT; kind++) {
        limits_of limits[L1_SYMBOLS_MAX] = {0};
        for (uint32_t symbol = 0; symbol < dataset->limits->symbols_count; symbol++) {
            L1_TRY(
                find_limits(trial, fold, (l1_signals)kind, (int32_t)symbol, &limits[symbol], diag));
        }
        L1_TRY(add_signals(trial, fold, (l1_signals)kind, limits, diag));
    }
    return L1_SUCCESS;
}

/* --- judging --- */

/* Of one day, all signals and those let through. */
typedef struct {
    double n, bps, kept, kept_bps, kept_stopped;
} day_sums;

static void add_day(day_sums *to, const day_sums *day, double weight)
{
    to->n += weight * day->n;
    to->bps += weight * day->bps;
    to->kept += weight * day->kept;
    to->kept_bps += weight * day->kept_bps;
    to->kept_stopped += weight * day->kept_stopped;
}

enum { STOPPED, MEAN, MORE, FIGURES };

static void figures_of(const day_sums *all, double figures[FIGURES])
{
    const bool some = all->kept > 0;
    figures[STOPPED] = some ? all->kept_stopped / all->kept : 0;
    figures[MEAN] = some ? all->kept_bps / all->kept : 0;
    figures[MORE] = some ? figures[MEAN] - all->bps / all->n : 0;
}

static uint32_t sum_days(const l1_gate_question *question, day_sums *days, l1_gate_use *out)
{
    uint32_t count = 0;
    size_t all = 0;
    int64_t last = 0;
    for (size_t i = 0; i < question->count; i++) {
        const l1_gated *one = &question->signals[i];
        if (question->symbol >= 0 && one->symbol != question->symbol) continue;
        const double kept = one->kept >> question->policy & 1;
        L1_ASSERT(count == 0 || one->day >= last);
        if (count == 0 || one->day != last) count++;
        last = one->day;
        const double bps = BPS * one->outcome.trade, stopped = !one->outcome.alive;
        add_day(&days[count - 1], &(day_sums){1, bps, kept, kept * bps, kept * stopped}, 1);
        all++;
        out->count += kept > 0;
    }
    out->share = all > 0 ? (double)out->count / (double)all : 0;
    return count;
}

static l1_estimate interval(double value, double rounds[L1_BOOTSTRAP_ROUNDS])
{
    return l1_bootstrap_interval(value, rounds, L1_BOOTSTRAP_ROUNDS, L1_METRICS_TAIL);
}

static void judge_days(const day_sums *days, uint32_t count, uint32_t *weights, uint64_t seed,
                       l1_gate_use *out)
{
    double rounds[FIGURES][L1_BOOTSTRAP_ROUNDS], figures[FIGURES], drawn[FIGURES];
    day_sums all = {0};
    l1_prng prng;
    l1_prng_seed(&prng, seed);
    for (uint32_t day = 0; day < count; day++) add_day(&all, &days[day], 1);
    figures_of(&all, figures);
    for (int round = 0; round < L1_BOOTSTRAP_ROUNDS; round++) {
        day_sums these = {0};
        l1_bootstrap_draw(weights, count, &prng);
        for (uint32_t day = 0; day < count; day++) add_day(&these, &days[day], weights[day]);
        figures_of(&these, drawn);
        for (int i = 0; i < FIGURES; i++) rounds[i][round] = drawn[i];
    }
    out->stopped = interval(figures[STOPPED], rounds[STOPPED]);
    out->bps = interval(figures[MEAN], rounds[MEAN]);
    out->more_bps = interval(figures[MORE], rounds[MORE]);
}

l1_result l1_gate_use_of(const l1_gate_question *question, l1_gate_use *out, l1_diag *diag)
{
    day_sums *days = calloc(question->count + 1, sizeof *days);
    uint32_t *weights = calloc(question->count + 1, sizeof *weights);
    const bool good = days != NULL && weights != NULL;
    *out = (l1_gate_use){
        .signals = question->kind, .symbol = question->symbol, .policy = question->policy};
    if (good) {
        const uint32_t count = sum_days(question, days, out);
        if (out->count > 0) judge_days(days, count, weights, question->seed, out);
    }
    free(days);
    free(weights);
    return good ? L1_SUCCESS : no_memory(diag);
}

l1_result l1_gate_trial_judge(const l1_gate_trial *trial, l1_gate_use **out, size_t *count,
                              l1_diag *diag)
{
    const int32_t symbols = (int32_t)trial->dataset->limits->symbols_count;
    const size_t most = (size_t)L1_SIGNALS_COUNT * (size_t)(symbols + 1) * L1_POLICY_COUNT;
    l1_gate_use *uses = calloc(most, sizeof *uses);
    l1_result done = uses != NULL ? L1_SUCCESS : no_memory(diag);
    *count = 0;
    for (size_t i = 0; i < most && done.code == L1_OK; i++) {
        const size_t kind = i / L1_POLICY_COUNT / (size_t)(symbols + 1);
        const int32_t symbol = (int32_t)(i / L1_POLICY_COUNT % (size_t)(symbols + 1));
        const l1_gate_question question = {
            .signals = trial->of[kind].signals,
            .count = trial->of[kind].count,
            .kind = (l1_signals)kind,
            .symbol = symbol == symbols ? -1 : symbol,
            .policy = (l1_gate_policy)(i % L1_POLICY_COUNT),
            .seed = trial->seed,
        };
        if (question.policy == L1_POLICY_DIRECTION && !trial->has_direction) continue;
        if (symbol < symbols && trial->dataset->bars[symbol] == 0) continue;
        done = l1_gate_use_of(&question, &uses[*count], diag);
        if (done.code == L1_OK) (*count)++;
    }
    if (done.code == L1_OK) {
        *out = uses;
    } else {
        free(uses);
    }
    return done;
}
