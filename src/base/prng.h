/* base/prng.h: seeded pseudo-random numbers for simulation and generated data; never for keys.
 * Algorithm: splitmix64 for seeding, xoshiro256** (Blackman and Vigna, 2018) for the stream. */
#ifndef L1_BASE_PRNG_H
#define L1_BASE_PRNG_H

#include <stdint.h>

typedef struct {
    uint64_t s[4];
} l1_prng;

void l1_prng_seed(l1_prng *prng, uint64_t seed);
uint64_t l1_prng_next(l1_prng *prng);
uint64_t l1_prng_below(l1_prng *prng, uint64_t bound); /* uniform in [0, bound); bound > 0 */
double l1_prng_unit(l1_prng *prng);                    /* [0, 1), 53 bits */

#endif
