/* decision/trend_ai.h: the gate: may the models veto this signal, and do they?
 *
 * No model bundle is part of this version, so the gate answers AI_UNAVAILABLE while
 * ai.required is true (fail closed) and passes with empty scores while it is false.
 * Determinism: pure. */
#ifndef L1_DECISION_TREND_AI_H
#define L1_DECISION_TREND_AI_H

#include "domain/report.h"

/* L1_RULE_UNJUDGED = passes. `scores` is always filled (L1_OFF = not computed). */
l1_rule l1_trend_ai_gate(const l1_limits *limits, l1_scores *scores);

#endif
