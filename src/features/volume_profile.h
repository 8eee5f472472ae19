/* features/volume_profile.h: how much one symbol usually trades in each minute of the week, and in
 * a day.
 *
 * The volumes of the last four weeks' minutes are kept. The usual volume of a coming minute is the
 * median of the same minute of the week in the weeks before, so nothing of its own day or later is
 * looked at: a minute is asked for at most a week ahead. The usual volume of a day is the median of
 * the last complete UTC days kept (at most 28); before the first one, that of the last 60 minutes
 * seen, taken to a day.
 * A missing minute is unknown, not zero. A profile exists once a whole week has been seen.
 * Units:       base; minutes and days from the Unix epoch. A minute's volume is kept in single
 *              precision.
 * Memory:      160 KB. Determinism: pure. */
#ifndef L1_FEATURES_VOLUME_PROFILE_H
#define L1_FEATURES_VOLUME_PROFILE_H

#include "base/archive.h"
#include "domain/market.h"

#define L1_WEEK_MINUTES 10080
#define L1_VOLUME_WEEKS 4
#define L1_VOLUME_MINUTES (L1_VOLUME_WEEKS * L1_WEEK_MINUTES)
#define L1_VOLUME_DAYS 28
#define L1_VOLUME_DAY_MINUTES_LEAST 1380 /* a day with more missing is not complete */
#define L1_VOLUME_FIRST_MINUTES 60

typedef struct {
    int64_t first, newest;            /* minutes; newest 0 = none. first <= newest */
    float minutes[L1_VOLUME_MINUTES]; /* by minute modulo; < 0: unknown */
    double day_volume;                /* of the day of `newest`, so far */
    uint32_t day_minutes;             /* of them seen */
    uint32_t days_count;
    double days[L1_VOLUME_DAYS]; /* complete ones, oldest first, as if no minute were missing */
    double usual_day;            /* their median; follows from them */
} l1_volume_profile;

/* Takes a closed bar, newer than the last one. */
void l1_volume_profile_on_bar(l1_volume_profile *profile, const l1_bar *bar);

/* Usual volume of `count` minutes from `first` on; false while one of them is not known, or lies
 * a week or more after the newest bar. */
L1_MUST_USE bool l1_volume_profile_minutes(const l1_volume_profile *profile, int64_t first,
                                           uint32_t count, double out[]);

/* Usual volume of a day; NaN while it is not known. */
double l1_volume_profile_day(const l1_volume_profile *profile);

void l1_volume_profile_archive(l1_archive *archive, l1_volume_profile *profile);

#endif
