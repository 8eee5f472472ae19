/* base/prng.c: splitmix64 and xoshiro256**, after the authors' public domain code. */
#include "base/prng.h"

#include <stddef.h>

#include "base/assert.h"

__extension__ typedef unsigned __int128 u128;

static uint64_t rotate(uint64_t value, unsigned by)
{
    L1_ASSERT(by > 0 && by < 64);
    return value << by | value >> (64 - by);
}

void l1_prng_seed(l1_prng *prng, uint64_t seed)
{
    L1_ASSERT(prng != NULL);
    for (unsigned i = 0; i < 4; i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t mixed = seed;
        mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
        prng->s[i] = mixed ^ mixed >> 31;
    }
    L1_ASSERT((prng->s[0] | prng->s[1] | prng->s[2] | prng->s[3]) != 0);
}

uint64_t l1_prng_next(l1_prng *prng)
{
    uint64_t *const s = prng->s;
    const uint64_t result = rotate(s[1] * 5, 7) * 9;
    const uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return result;
}

/* Lemire, "Fast random integer generation in an interval" (2019): the high half of a product,
 * with the few values refused that would make it uneven. */
uint64_t l1_prng_below(l1_prng *prng, uint64_t bound)
{
    L1_ASSERT(bound > 0);
    const uint64_t uneven = ((uint64_t)0 - bound) % bound;
    u128 product;
    do {
        product = (u128)l1_prng_next(prng) * bound;
    } while ((uint64_t)product < uneven);
    const uint64_t result = (uint64_t)(product >> 64);
    L1_ASSERT(result < bound);
    return result;
}

double l1_prng_unit(l1_prng *prng)
{
    return (double)(l1_prng_next(prng) >> 11) * 0x1p-53;
}
