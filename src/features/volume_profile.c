/* features/volume_profile.c: volumes by minute of the week and by day. */
#include "features/volume_profile.h"

#include <string.h>

#include "base/assert.h"
#include "base/real.h"
#include "features/finite.h"
#include "features/profile.h"

#define UNKNOWN (-1.0F)
#define NAN_BITS UINT64_C(0x7ff8000000000000)
#define VOLUME_MAX 1e12 /* base; an e8 volume is below 1e11 */

_Static_assert(L1_VOLUME_DAYS *L1_DAY_MINUTES == L1_VOLUME_MINUTES, "days and minutes go as far");

static float *slot(l1_volume_profile *profile, int64_t minute)
{
    L1_ASSERT(minute > 0);
    return &profile->minutes[minute % L1_VOLUME_MINUTES];
}

/* Volume of a minute that is kept; UNKNOWN for any other. */
static float volume_at(const l1_volume_profile *profile, int64_t minute)
{
    if (profile->newest == 0 || minute < profile->first || minute > profile->newest) return UNKNOWN;
    L1_ASSERT(profile->newest - minute < L1_VOLUME_MINUTES);
    return profile->minutes[minute % L1_VOLUME_MINUTES];
}

/* The middle of a few values; they are put in order. */
static double median(double values[], uint32_t count)
{
    L1_ASSERT(count > 0);
    for (uint32_t i = 1; i < count; i++) {
        const double value = values[i];
        uint32_t at = i;
        for (; at > 0 && values[at - 1] > value; at--) values[at] = values[at - 1];
        values[at] = value;
    }
    const double upper = values[count / 2];
    return count % 2 == 1 ? upper : 0.5 * (values[count / 2 - 1] + upper);
}

/* ---- days -------------------------------------------------------------------------------- */

static void renew_usual_day(l1_volume_profile *profile)
{
    double days[L1_VOLUME_DAYS];
    L1_ASSERT(profile->days_count <= L1_VOLUME_DAYS);
    if (profile->days_count == 0) return;
    memcpy(days, profile->days, profile->days_count * sizeof days[0]);
    profile->usual_day = median(days, profile->days_count);
}

static void close_day(l1_volume_profile *profile)
{
    if (profile->day_minutes >= L1_VOLUME_DAY_MINUTES_LEAST) {
        if (profile->days_count == L1_VOLUME_DAYS) {
            memmove(profile->days, profile->days + 1,
                    (L1_VOLUME_DAYS - 1) * sizeof profile->days[0]);
            profile->days_count--;
        }
        profile->days[profile->days_count++] =
            profile->day_volume * L1_DAY_MINUTES / profile->day_minutes;
        renew_usual_day(profile);
    }
    profile->day_volume = 0.0;
    profile->day_minutes = 0;
}

/* Before a day is complete: the last hour's minutes that are known, within a day. */
static double first_day(const l1_volume_profile *profile)
{
    double volume = 0.0;
    uint32_t seen = 0;
    for (int64_t minute = profile->newest; seen < L1_VOLUME_FIRST_MINUTES; minute--) {
        if (minute < profile->first || profile->newest - minute >= L1_DAY_MINUTES) {
            return l1_real_of_bits(NAN_BITS);
        }
        const float one = volume_at(profile, minute);
        if (one < 0.0F) continue;
        volume += (double)one;
        seen++;
    }
    return volume * L1_DAY_MINUTES / seen;
}

double l1_volume_profile_day(const l1_volume_profile *profile)
{
    if (profile->newest == 0) return l1_real_of_bits(NAN_BITS);
    return profile->days_count == 0 ? first_day(profile) : profile->usual_day;
}

/* ---- minutes ----------------------------------------------------------------------------- */

void l1_volume_profile_on_bar(l1_volume_profile *profile, const l1_bar *bar)
{
    const int64_t minute = bar->open_time_ns / L1_MINUTE_NS;
    L1_ASSERT(minute > profile->newest);
    L1_ASSERT(bar->volume_e8 >= 0);
    const double volume = l1_decimal_to_double(bar->volume_e8);
    const bool none = profile->newest == 0;
    if (!none && minute / L1_DAY_MINUTES != profile->newest / L1_DAY_MINUTES) close_day(profile);
    if (none || minute - profile->newest >= L1_VOLUME_MINUTES) {
        profile->first = minute;
    } else {
        for (int64_t at = profile->newest + 1; at < minute; at++) *slot(profile, at) = UNKNOWN;
        const int64_t oldest = minute - L1_VOLUME_MINUTES + 1;
        if (profile->first < oldest) profile->first = oldest;
    }
    *slot(profile, minute) = (float)volume;
    profile->newest = minute;
    profile->day_volume += volume;
    profile->day_minutes++;
}

bool l1_volume_profile_minutes(const l1_volume_profile *profile, int64_t first, uint32_t count,
                               double out[])
{
    L1_ASSERT(first > 0);
    L1_ASSERT(count > 0);
    if (profile->newest == 0 || profile->newest - profile->first + 1 < L1_WEEK_MINUTES)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const int64_t minute = first + i;
        double known[L1_VOLUME_WEEKS];
        uint32_t weeks = 0;
        if (minute - L1_WEEK_MINUTES > profile->newest) return false;
        for (int64_t week = 1; week <= L1_VOLUME_WEEKS; week++) {
            const float one = volume_at(profile, minute - week * L1_WEEK_MINUTES);
            if (one >= 0.0F) known[weeks++] = (double)one;
        }
        if (weeks == 0) return false;
        out[i] = median(known, weeks);
    }
    return true;
}

/* ---- archive ----------------------------------------------------------------------------- */

static void minute_archive(l1_archive *archive, float *volume)
{
    uint32_t bits;
    memcpy(&bits, volume, sizeof bits);
    l1_archive_u32(archive, &bits);
    memcpy(volume, &bits, sizeof bits);
    if (*volume == UNKNOWN || (*volume >= 0.0F && *volume <= (float)VOLUME_MAX)) return;
    L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
    l1_archive_refuse(archive);
    *volume = UNKNOWN;
}

static bool sane(const l1_volume_profile *profile)
{
    if (profile->newest == 0) return profile->first == 0 && profile->day_minutes == 0;
    return profile->first > 0 && profile->first <= profile->newest &&
           profile->newest - profile->first < L1_VOLUME_MINUTES &&
           profile->day_minutes <= L1_DAY_MINUTES && profile->newest < INT64_MAX / L1_MINUTE_NS;
}

void l1_volume_profile_archive(l1_archive *archive, l1_volume_profile *profile)
{
    l1_archive_i64(archive, &profile->first);
    l1_archive_i64(archive, &profile->newest);
    l1_archive_u32(archive, &profile->day_minutes);
    l1_finite_archive(archive, &profile->day_volume);
    l1_archive_count(archive, &profile->days_count, L1_VOLUME_DAYS);
    for (uint32_t i = 0; i < profile->days_count; i++) {
        l1_finite_archive(archive, &profile->days[i]);
    }
    if (archive->mode == L1_ARCHIVE_LOAD) renew_usual_day(profile);
    if (!sane(profile)) {
        L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
        l1_archive_refuse(archive);
        memset(profile, 0, sizeof *profile);
    }
    if (profile->newest == 0) return;
    for (int64_t minute = profile->first; minute <= profile->newest; minute++) {
        minute_archive(archive, slot(profile, minute));
    }
}
