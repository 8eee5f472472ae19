/* features/profile.h: how a symbol's variance spreads over the quarter hours of a UTC day, on
 * working days and on weekends.
 *
 * Every slot starts at 1. After each day D its 96 slots move by
 *   T += 0.05 x (min(sum r^2 of the slot / (15 s^2), 25) - T),
 * s^2 the mean r^2 over the 1,440 minutes before D's first one. A day that is not complete, whose
 * preceding day is not, or with s = 0, changes nothing. Minutes of a day see the profile of
 * earlier days only, its last minute included.
 * Units: minutes and days from the Unix epoch. Determinism: + - * / in a fixed order, base/real.h.
 */
#ifndef L1_FEATURES_PROFILE_H
#define L1_FEATURES_PROFILE_H

#include "base/archive.h"

#define L1_PROFILE_SLOTS 96 /* quarter hours of a UTC day */
#define L1_DAY_MINUTES 1440

/* Relative variance of each quarter hour, [0] Monday to Friday, [1] weekend; starts at 1. */
typedef struct {
    int64_t day; /* Unix day; bars of this day and later ones still change it; 0 = unset */
    double slots[2][L1_PROFILE_SLOTS];
} l1_profile;

void l1_profile_init(l1_profile *profile);

/* Day `day` was complete: `mean_square` of the day before it, `sums` of r^2 of its slots. */
void l1_profile_learn(l1_profile *profile, int64_t day, double mean_square,
                      const double sums[L1_PROFILE_SLOTS]);

/* q(a, b) = 0.5 ln(mean of the slots of minutes first..first + count - 1); count <= 240. */
double l1_profile_q(const l1_profile *profile, int64_t first, int64_t count);
double l1_profile_mean(const l1_profile *profile, int64_t first, int64_t count); /* without ln */

/* Every slot lies in [0, 25] and the day is not negative. */
bool l1_profile_valid(const l1_profile *profile);

void l1_profile_archive(l1_archive *archive, l1_profile *profile);

#endif
