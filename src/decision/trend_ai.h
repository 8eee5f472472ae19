/* decision/trend_ai.h: the gate: what do the models think of this signal, and may they veto it?
 *
 * Every configured head is scored for the signal's own side and stop. Of the heads in ai.gate the
 * logistic regression is the fast filter, the random forest the confirmation, LightGBM the final
 * word and the stack the weighted decision: each has to reach its symbol's threshold. All is
 * compared in log-odds; probabilities are made for the report only. Heads in ai.shadow are scored
 * and never veto. Without a valid bundle for the symbol the answer is AI_UNAVAILABLE, without a
 * defined and fresh vector of features AI_WARMUP (fail closed).
 * With ai.required false nothing is vetoed; scores are there when they can be computed.
 * Determinism: pure. */
#ifndef L1_DECISION_TREND_AI_H
#define L1_DECISION_TREND_AI_H

#include "domain/report.h"
#include "models/bundle.h"

/* Read-only. */
typedef struct {
    const l1_limits *limits;
    const l1_bundle *bundle;       /* NULL: no valid one */
    const int32_t *bundle_symbols; /* the bundle's index by symbol; -1 = not trained for it */
    const l1_feature_state *features;
    int64_t now_ns;
} l1_ai_view;

/* One signal after its protection geometry. */
typedef struct {
    int32_t symbol;
    l1_side side;
    int64_t mid_e8, stop_e8; /* > 0 */
} l1_ai_question;

#define L1_VETOES_MAX (L1_HEAD_COUNT * 4)

typedef struct {
    l1_ai_scores scores;
    uint32_t vetoes_count; /* 0 = passes */
    l1_violation vetoes[L1_VETOES_MAX];
} l1_gate_verdict;

/* Fills every field of `out`. */
void l1_trend_ai_gate(const l1_ai_view *view, const l1_ai_question *question, l1_gate_verdict *out);

/* A verdict without any score: of signals that were stopped before the gate. */
l1_ai_scores l1_ai_scores_none(const l1_limits *limits);

#endif
