/* risk/held.h: which symbols have something, so that a rule's cost follows what is held and not
 * what is configured. Private to risk/.
 *
 * Found anew each time, a group of symbols at a time: a set that is kept beside the balances could
 * disagree with them.
 * Determinism: pure. */
#ifndef L1_RISK_HELD_H
#define L1_RISK_HELD_H

#include <stdint.h>

#include "base/assert.h"
#include "domain/limits.h"

/* Bit i: `values[i]` is not 0. */
static inline uint64_t l1_held(const int64_t *values, uint32_t count)
{
    uint64_t held = 0;
    uint32_t i = 0;
    L1_ASSERT(count <= L1_SYMBOLS_MAX);
    while (i < count) {
        const int64_t *at = &values[i];
        if (i + 8 <= count &&
            (at[0] | at[1] | at[2] | at[3] | at[4] | at[5] | at[6] | at[7]) == 0) {
            i += 8;
            continue;
        }
        held |= (uint64_t)(*at != 0) << i;
        i++;
    }
    return held;
}

/* Takes the first symbol out of a set that is not empty. */
static inline uint32_t l1_held_take(uint64_t *held)
{
    L1_ASSERT(*held != 0);
    const uint32_t first = (uint32_t)__builtin_ctzll(*held);
    *held &= *held - 1;
    return first;
}

#endif
