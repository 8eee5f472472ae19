/* domain/limits.c: finding a symbol by its name. */
#include "domain/limits.h"

#include <string.h>

#include "base/assert.h"

int l1_limits_symbol(const l1_limits *limits, const char *name)
{
    L1_ASSERT(limits != NULL);
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    if (strlen(name) < 3) return -1; /* "A/B" is the shortest; the test below reads four bytes */
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        const char *own = limits->symbols[i].name;
        if (memcmp(own, name, 4) == 0 && strcmp(own, name) == 0) return (int)i;
    }
    return -1;
}

const char *l1_head_text(l1_head head)
{
    static const char *const texts[L1_HEAD_COUNT] = {
        [L1_HEAD_SURVIVAL] = "survival",
        [L1_HEAD_MOVEMENT] = "movement",
        [L1_HEAD_DIRECTION] = "direction",
        [L1_HEAD_TREND] = "trend",
    };
    L1_ASSERT((unsigned)head < L1_HEAD_COUNT);
    L1_ASSERT(texts[head] != NULL);
    return texts[head];
}
