/* decision/risk_rules.h: how large, and with which stop, a signal that broke no rule is executed.
 *
 * Protection geometry (buys): a stop farther than stop.atr_max x ATR is tightened to it, on the
 * tick toward mid; a stop nearer than stop.sigma_min x sigma x sqrt(60) of mid is refused. Size:
 * min(qty, qty x volatility_target / (sigma x sqrt(1440)), headroom), down to the lot. Size only
 * shrinks, a stop only tightens, and every change is an adjustment. A reducing sell is exempt from
 * all but the lot and the shrink to the base there is (BALANCE).
 * Order of judgement: geometry, then the gate (decision/trend_ai.h), then the size.
 * Determinism: double only for volatility, entering and leaving by checked conversion. */
#ifndef L1_DECISION_RISK_RULES_H
#define L1_DECISION_RISK_RULES_H

#include "features/volatility.h"
#include "risk/risk_guard.h"

typedef struct {
    l1_violation refusal; /* rule UNJUDGED = go */
    int64_t qty_e8, stop_e8;
    uint32_t adjustments_count;
    l1_adjustment adjustments[L1_ADJUSTMENTS_MAX];
} l1_decision;

/* Stop and refusal of the geometry; starts `out` (qty as asked, no adjustments). False = refused.
 */
bool l1_decide_protection(const l1_limits *limits, const l1_signal *signal,
                          const l1_assessment *facts, const l1_volatility *volatility,
                          bool bar_fresh, l1_decision *out);

/* Size and its adjustments on top of it. False = refused. */
bool l1_decide_size(const l1_limits *limits, const l1_signal *signal, const l1_assessment *facts,
                    const l1_volatility *volatility, bool bar_fresh, l1_decision *out);

#endif
