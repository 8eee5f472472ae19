/* decision/trend_ai.c: the gate without models. */
#include "decision/trend_ai.h"

#include "base/assert.h"

l1_rule l1_trend_ai_gate(const l1_limits *limits, l1_scores *scores)
{
    L1_ASSERT(limits != NULL);
    L1_ASSERT(scores != NULL);
    *scores = (l1_scores){L1_OFF, L1_OFF, L1_OFF, L1_OFF, L1_OFF};
    return limits->ai_required ? L1_RULE_AI_UNAVAILABLE : L1_RULE_UNJUDGED;
}
