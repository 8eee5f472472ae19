/* features/pair_sums.h: running sums over the minutes that a symbol and the other asset have both
 * closed.
 *
 * r and r' are their returns, l = ln close - ln close' is the logarithm of their ratio. Everything
 * follows from the two symbols' minutes, so nothing of it is saved: after a load the sums are made
 * anew. l is known but for a constant, which the sums around its mean do not see.
 * Determinism: integers. */
#ifndef L1_FEATURES_PAIR_SUMS_H
#define L1_FEATURES_PAIR_SUMS_H

#include "features/minute_sums.h"

#define L1_PAIR_RING 2048

typedef struct {
    l1_u128 products, ratio_squares; /* sums of r r' and of l^2, up to and with this minute */
} l1_pair_minute;

typedef struct {
    int64_t newest; /* minute; 0 = none */
    l1_pair_minute minutes[L1_PAIR_RING];
} l1_pair_sums;

/* Takes every minute that both have and that was not yet taken. */
void l1_pair_sums_catch_up(l1_pair_sums *pair, const l1_minute_sums *own,
                           const l1_minute_sums *peer);

/* Sum of r r' over `width` minutes (at most 1440) up to and with `minute`. */
l1_i128 l1_products_over(const l1_pair_sums *pair, int64_t minute, int64_t width);

/* Sum of l^2, likewise. */
l1_i128 l1_ratio_squares_over(const l1_pair_sums *pair, int64_t minute, int64_t width);

#endif
