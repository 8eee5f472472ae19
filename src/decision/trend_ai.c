/* decision/trend_ai.c: from scores in log-odds to vetoes. */
#include "decision/trend_ai.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/real.h"
#include "base/text.h"

static const l1_rule veto_of[L1_SCORES_COUNT] = {
    [L1_MODEL_LOGREG] = L1_RULE_AI_LOGREG,
    [L1_MODEL_RANDOM_FOREST] = L1_RULE_AI_RANDOM_FOREST,
    [L1_MODEL_LIGHTGBM] = L1_RULE_AI_LIGHTGBM,
    [L1_SCORE_ENSEMBLE] = L1_RULE_AI_ENSEMBLE,
};

/* L1_OFF for a score that is no number; such a one reaches no threshold. */
static int64_t share_e8(double log_odds, double power)
{
    int64_t e8 = 0;
    const bool made = l1_decimal_from_double(1.0 / (1.0 + power), &e8);
    L1_ASSERT(made || log_odds != log_odds);
    return made ? e8 : L1_OFF;
}

static int64_t probability_e8(double log_odds)
{
    return share_e8(log_odds, l1_exp(-log_odds));
}

static bool in(uint32_t heads, unsigned head)
{
    return (heads >> head & 1) != 0;
}

l1_ai_scores l1_ai_scores_none(const l1_limits *limits)
{
    const uint32_t first = limits->ai_gate != 0 ? limits->ai_gate : limits->ai_shadow;
    l1_ai_scores scores = {.head = L1_HEAD_SURVIVAL};
    if (first != 0) scores.head = (l1_head)__builtin_ctz(first);
    L1_ASSERT(scores.head < L1_HEAD_COUNT);
    return scores;
}

static void veto(l1_gate_verdict *out, l1_rule rule, int64_t value_e8, int64_t limit_e8,
                 const char *detail)
{
    L1_ASSERT(out->vetoes_count < L1_VETOES_MAX);
    l1_violation *added = &out->vetoes[out->vetoes_count++];
    *added = (l1_violation){.rule = rule, .value_e8 = value_e8, .limit_e8 = limit_e8};
    l1_text_copy(added->detail, sizeof added->detail, detail);
}

/* A veto rests on log-odds: two scores that differ by less than a report's eight decimals are
 * told apart here. NaN denies. */
static void judge(const l1_head_scores *scores, const char *head, l1_gate_verdict *out)
{
    for (int i = 0; i < L1_SCORES_COUNT; i++) {
        if (!scores->has[i] || scores->log_odds[i] >= scores->threshold[i]) continue;
        veto(out, veto_of[i], probability_e8(scores->log_odds[i]),
             probability_e8(scores->threshold[i]), head);
    }
}

/* All scores and the ensemble's threshold as probabilities. */
static l1_scores reported(const l1_head_scores *scores)
{
    enum { THRESHOLD = L1_SCORES_COUNT, COUNT };
    double log_odds[COUNT], minus[COUNT], powers[COUNT];
    int64_t e8[COUNT];
    for (int i = 0; i < L1_SCORES_COUNT; i++) log_odds[i] = scores->log_odds[i];
    log_odds[THRESHOLD] = scores->threshold[L1_SCORE_ENSEMBLE];
    for (int i = 0; i < COUNT; i++) minus[i] = -log_odds[i];
    l1_exp_many(minus, powers, COUNT);
    for (int i = 0; i < COUNT; i++) {
        const bool has = i == THRESHOLD || scores->has[i];
        e8[i] = has ? share_e8(log_odds[i], powers[i]) : L1_OFF;
    }
    return (l1_scores){
        .logreg_e8 = e8[L1_MODEL_LOGREG],
        .random_forest_e8 = e8[L1_MODEL_RANDOM_FOREST],
        .lightgbm_e8 = e8[L1_MODEL_LIGHTGBM],
        .ensemble_e8 = e8[L1_SCORE_ENSEMBLE],
        .threshold_e8 = e8[THRESHOLD],
    };
}

/* Why nothing can be scored; UNJUDGED when it can. `vector` is then filled. */
static l1_rule ready(const l1_ai_view *view, int32_t symbol, l1_feature_vector *vector,
                     const char **why)
{
    *why = "ai.required is true";
    if (view->bundle == NULL) return L1_RULE_AI_UNAVAILABLE;
    if (view->bundle_symbols[symbol] < 0) {
        *why = "the bundle was not trained for the symbol";
        return L1_RULE_AI_UNAVAILABLE;
    }
    const l1_features_status status = l1_feature_vector_at(view->features, symbol, vector);
    if (status != L1_FEATURES_READY) {
        *why = l1_features_status_text(status);
        return L1_RULE_AI_WARMUP;
    }
    L1_ASSERT(vector->close > 0.0);
    if (view->now_ns - vector->close_ns > view->limits->market_age_ns) {
        *why = "the newest bar of both assets is too old";
        return L1_RULE_AI_WARMUP;
    }
    return L1_RULE_UNJUDGED;
}

void l1_trend_ai_gate(const l1_ai_view *view, const l1_ai_question *question, l1_gate_verdict *out)
{
    const l1_limits *limits = view->limits;
    const uint32_t gate = limits->ai_required ? limits->ai_gate : 0;
    l1_feature_vector vector;
    const char *why = NULL;
    L1_ASSERT(question->mid_e8 > 0 && question->stop_e8 > 0);
    out->vetoes_count = 0;
    out->scores = l1_ai_scores_none(limits);
    const l1_rule fault = ready(view, question->symbol, &vector, &why);
    if (fault != L1_RULE_UNJUDGED) {
        if (limits->ai_required) veto(out, fault, L1_OFF, L1_OFF, why);
        return;
    }
    const double mid = l1_decimal_to_double(question->mid_e8);
    const double apart = l1_decimal_to_double(question->mid_e8 - question->stop_e8);
    const l1_head_question asked = {
        .symbol = view->bundle_symbols[question->symbol],
        .side = question->side,
        .stop_fraction = (apart < 0 ? -apart : apart) / mid,
        .threshold = limits->ai_threshold,
    };
    for (unsigned head = 0; head < L1_HEAD_COUNT; head++) {
        l1_head_scores scores;
        if (!in(limits->ai_gate | limits->ai_shadow, head)) continue;
        if (!l1_bundle_has(view->bundle, (l1_head)head)) {
            if (in(gate, head))
                veto(out, L1_RULE_AI_UNAVAILABLE, L1_OFF, L1_OFF, "head is missing");
            continue;
        }
        l1_head_score(view->bundle, (l1_head)head, &vector, &asked, &scores);
        out->scores.computed |= 1U << head;
        out->scores.of[head] = reported(&scores);
        if (scores.clamped) out->scores.stop_clamped = true;
        if (in(gate, head)) judge(&scores, l1_head_text((l1_head)head), out);
    }
}
