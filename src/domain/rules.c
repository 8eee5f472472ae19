/* domain/rules.c: code and text of every rule. */
#include "domain/rules.h"

#include <stddef.h>

#include "base/assert.h"

const char *l1_rule_code(l1_rule rule)
{
    static const char *const codes[] = {
#define X(code, text) [L1_RULE_##code] = #code,
        L1_RULE_MAP(X)
#undef X
    };
    L1_ASSERT((unsigned)rule < L1_RULE_COUNT);
    L1_ASSERT(codes[rule] != NULL);
    return codes[rule];
}

const char *l1_rule_text(l1_rule rule)
{
    static const char *const texts[] = {
#define X(code, text) [L1_RULE_##code] = (text),
        L1_RULE_MAP(X)
#undef X
    };
    L1_ASSERT((unsigned)rule < L1_RULE_COUNT);
    L1_ASSERT(texts[rule] != NULL);
    return texts[rule];
}
