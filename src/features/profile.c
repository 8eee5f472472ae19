/* features/profile.c: the slots of a day learn slowly. */
#include "features/profile.h"

#include "base/assert.h"
#include "base/real.h"
#include "features/finite.h"

#define SLOT_MINUTES 15
#define RATE 0.05
#define SHARE_MAX 25.0
#define DAY_MAX (INT64_C(1) << 40)

_Static_assert(L1_PROFILE_SLOTS *SLOT_MINUTES == L1_DAY_MINUTES, "slots make up a day");

/* 1970-01-01 was a Thursday. */
static int is_weekend(int64_t day)
{
    L1_ASSERT(day >= 0);
    return (day + 3) % 7 >= 5;
}

void l1_profile_init(l1_profile *profile)
{
    *profile = (l1_profile){.day = 0};
    for (int kind = 0; kind < 2; kind++) {
        for (int i = 0; i < L1_PROFILE_SLOTS; i++) profile->slots[kind][i] = 1.0;
    }
}

void l1_profile_learn(l1_profile *profile, int64_t day, double mean_square,
                      const double sums[L1_PROFILE_SLOTS])
{
    L1_ASSERT(day >= profile->day);
    L1_ASSERT(mean_square >= 0.0);
    if (mean_square == 0.0) return;
    double *const slots = profile->slots[is_weekend(day)];
    for (int i = 0; i < L1_PROFILE_SLOTS; i++) {
        const double share = sums[i] / (SLOT_MINUTES * mean_square);
        slots[i] += RATE * ((share < SHARE_MAX ? share : SHARE_MAX) - slots[i]);
    }
}

double l1_profile_mean(const l1_profile *profile, int64_t first, int64_t count)
{
    L1_ASSERT(first >= 0);
    L1_ASSERT(count > 0 && count <= 240);
    const int64_t end = first + count;
    int64_t day = first / L1_DAY_MINUTES, at = first;
    int64_t slot = first % L1_DAY_MINUTES / SLOT_MINUTES;
    const double *slots = profile->slots[is_weekend(day)];
    double sum = 0;
    while (at < end) {
        int64_t next = day * L1_DAY_MINUTES + (slot + 1) * SLOT_MINUTES;
        if (next > end) next = end;
        sum += slots[slot] * (double)(next - at);
        at = next;
        if (++slot < L1_PROFILE_SLOTS) continue;
        slot = 0;
        day++;
        slots = profile->slots[is_weekend(day)];
    }
    return sum / (double)count;
}

double l1_profile_q(const l1_profile *profile, int64_t first, int64_t count)
{
    return 0.5 * l1_ln(l1_profile_mean(profile, first, count));
}

bool l1_profile_valid(const l1_profile *profile)
{
    if (profile->day < 0 || profile->day > DAY_MAX) return false;
    for (int kind = 0; kind < 2; kind++) {
        for (int i = 0; i < L1_PROFILE_SLOTS; i++) {
            const double slot = profile->slots[kind][i];
            if (!(slot >= 0.0 && slot <= SHARE_MAX)) return false;
        }
    }
    return true;
}

void l1_profile_archive(l1_archive *archive, l1_profile *profile)
{
    l1_archive_i64(archive, &profile->day);
    for (int kind = 0; kind < 2; kind++) {
        for (int i = 0; i < L1_PROFILE_SLOTS; i++) {
            l1_finite_archive(archive, &profile->slots[kind][i]);
        }
    }
    if (l1_profile_valid(profile)) return;
    L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
    l1_archive_refuse(archive);
    l1_profile_init(profile);
}
