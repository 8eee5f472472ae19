/* Usual volumes: medians by minute of the week and by day, and what is not known. */
#include "features/volume_profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "features/profile.h"
#include "testlib/check.h"

#define MONDAY (INT64_C(2815) * L1_WEEK_MINUTES + 4 * L1_DAY_MINUTES) /* 1970-01-01: a Thursday */

static l1_volume_profile one;

static void trade(l1_volume_profile *profile, int64_t minute, double volume)
{
    const l1_bar bar = {.open_time_ns = minute * L1_MINUTE_NS,
                        .volume_e8 = (int64_t)(volume * 1e8 + 0.5)};
    l1_volume_profile_on_bar(profile, &bar);
}

/* Minute m of week w trades (w + 1) x 100 + m % 7. */
static double volume_of(int64_t week, int64_t m)
{
    return (double)(week + 1) * 100.0 + (double)(m % 7);
}

static void feed_week(int64_t week)
{
    for (int64_t m = 0; m < L1_WEEK_MINUTES; m++) {
        trade(&one, MONDAY + week * L1_WEEK_MINUTES + m, volume_of(week, m));
    }
}

static void test_minutes__are_the_median_of_the_weeks_before(void **state)
{
    (void)state;
    /* weeks of 100, 200, ...: the median of the last four at most */
    static const double want[] = {100, 150, 200, 250, 350, 450};
    double out[3];
    memset(&one, 0, sizeof one);
    for (int64_t week = 0; week < 6; week++) {
        feed_week(week);
        const int64_t next = MONDAY + (week + 1) * L1_WEEK_MINUTES;
        CHECK(l1_volume_profile_minutes(&one, next, 3, out));
        for (int i = 0; i < 3; i++) CHECK(out[i] == want[week] + i);
        /* a week ahead is the last that is told */
        CHECK(l1_volume_profile_minutes(&one, next + L1_WEEK_MINUTES - 1, 1, out));
        CHECK(!l1_volume_profile_minutes(&one, next + L1_WEEK_MINUTES - 1, 2, out));
        CHECK(!l1_volume_profile_minutes(&one, next + L1_WEEK_MINUTES, 1, out));
    }
}

static void test_minutes__need_a_whole_week(void **state)
{
    (void)state;
    double out[1];
    memset(&one, 0, sizeof one);
    CHECK(!l1_volume_profile_minutes(&one, MONDAY, 1, out));
    for (int64_t m = 0; m < L1_WEEK_MINUTES - 1; m++) trade(&one, MONDAY + m, 1.0);
    CHECK(!l1_volume_profile_minutes(&one, MONDAY + L1_WEEK_MINUTES, 1, out));
    trade(&one, MONDAY + L1_WEEK_MINUTES - 1, 1.0);
    CHECK(l1_volume_profile_minutes(&one, MONDAY + L1_WEEK_MINUTES, 1, out) && out[0] == 1.0);
}

static void test_minutes__of_its_own_week_and_later_never_count(void **state)
{
    (void)state;
    double before[100], after[100];
    memset(&one, 0, sizeof one);
    feed_week(0);
    const int64_t next = MONDAY + L1_WEEK_MINUTES;
    CHECK(l1_volume_profile_minutes(&one, next + 50, 100, before));
    for (int64_t m = 0; m < 120; m++) trade(&one, next + m, 1e6);
    CHECK(l1_volume_profile_minutes(&one, next + 50, 100, after));
    CHECK(memcmp(before, after, sizeof before) == 0);
}

static void test_minutes__that_are_missing_are_unknown_not_zero(void **state)
{
    (void)state;
    double out[2];
    memset(&one, 0, sizeof one);
    for (int64_t m = 0; m < 2 * L1_WEEK_MINUTES; m++) {
        const int64_t of_week = m % L1_WEEK_MINUTES;
        if (of_week == 500) continue;                        /* missing twice */
        if (of_week == 600 && m < L1_WEEK_MINUTES) continue; /* once */
        trade(&one, MONDAY + m, m < L1_WEEK_MINUTES ? 10.0 : 20.0);
    }
    const int64_t next = MONDAY + 2 * L1_WEEK_MINUTES;
    CHECK(l1_volume_profile_minutes(&one, next + 499, 1, out) && out[0] == 15.0);
    CHECK(!l1_volume_profile_minutes(&one, next + 500, 1, out));
    CHECK(!l1_volume_profile_minutes(&one, next + 499, 2, out));
    CHECK(l1_volume_profile_minutes(&one, next + 600, 1, out) && out[0] == 20.0);
    /* a gap as long as what is kept forgets it; one minute less keeps one */
    trade(&one, one.newest + L1_VOLUME_MINUTES - 1, 30.0);
    CHECK(one.first + L1_VOLUME_MINUTES - 1 == one.newest);
    trade(&one, one.newest + L1_VOLUME_MINUTES, 30.0);
    CHECK(one.first == one.newest);
}

static void test_day__is_the_median_of_complete_ones(void **state)
{
    (void)state;
    memset(&one, 0, sizeof one);
    CHECK(isnan(l1_volume_profile_day(&one)));
    for (int64_t m = 0; m < 59; m++) trade(&one, MONDAY + m, 1.0);
    CHECK(isnan(l1_volume_profile_day(&one)));
    trade(&one, MONDAY + 59, 61.0);
    CHECK(l1_volume_profile_day(&one) == 120.0 * 24.0); /* an hour, taken to a day */
    static const struct {
        int64_t minutes;
        double volume, want;
    } days[] = {
        {1440, 1.0, 1440.0},
        {1380, 2.0, 2160.0},  /* complete enough: taken to 1440 */
        {1379, 50.0, 2160.0}, /* not */
        {1440, 9.0, 2880.0},
    };
    memset(&one, 0, sizeof one);
    for (int64_t d = 0; d < 4; d++) {
        for (int64_t m = 0; m < days[d].minutes; m++) {
            trade(&one, MONDAY + d * L1_DAY_MINUTES + m, days[d].volume);
        }
        if (d > 0) CHECK(fabs(l1_volume_profile_day(&one) - days[d - 1].want) < 1e-9); /* not yet */
        l1_volume_profile next = one;
        trade(&next, MONDAY + (d + 1) * L1_DAY_MINUTES, 7.0);
        CHECK(fabs(l1_volume_profile_day(&next) - days[d].want) < 1e-9);
    }
    for (int64_t d = 4; d < 60; d++) { /* the last 28 alone count */
        for (int64_t m = 0; m < L1_DAY_MINUTES; m++) {
            trade(&one, MONDAY + d * L1_DAY_MINUTES + m, d < 31 ? 3.0 : 5.0);
        }
    }
    trade(&one, MONDAY + 60 * L1_DAY_MINUTES, 1.0);
    CHECK(one.days_count == L1_VOLUME_DAYS && l1_volume_profile_day(&one) == 7200.0);
}

static size_t save(l1_volume_profile *profile, uint8_t *bytes, size_t capacity)
{
    l1_archive archive = l1_archive_saving(bytes, capacity);
    l1_volume_profile_archive(&archive, profile);
    CHECK(l1_archive_ok(&archive));
    return archive.out.used;
}

static void test_archive__gives_all_of_it_back_and_grows_with_what_is_known(void **state)
{
    (void)state;
    static uint8_t bytes[400000], again[400000];
    static l1_volume_profile loaded;
    l1_prng prng;
    l1_prng_seed(&prng, 2);
    memset(&one, 0, sizeof one);
    CHECK(save(&one, bytes, sizeof bytes) < 64);
    int64_t minute = MONDAY;
    for (int i = 0; i < 30000; i++) {
        minute += 1 + (int64_t)(l1_prng_below(&prng, 600) == 0 ? l1_prng_below(&prng, 40) : 0);
        trade(&one, minute, l1_prng_unit(&prng) * 50.0);
        if (i % 5000 != 100) continue;
        const size_t size = save(&one, bytes, sizeof bytes);
        l1_archive load = l1_archive_loading(bytes, size);
        memset(&loaded, 1, sizeof loaded);
        l1_volume_profile_archive(&load, &loaded);
        CHECK(l1_archive_ok(&load) && save(&loaded, again, sizeof again) == size);
        CHECK(memcmp(bytes, again, size) == 0);
        double out[1], want[1];
        CHECK(l1_volume_profile_minutes(&one, minute + 1, 1, want) ==
              l1_volume_profile_minutes(&loaded, minute + 1, 1, out));
        const double day = l1_volume_profile_day(&one);
        CHECK(isnan(day) || day == l1_volume_profile_day(&loaded));
        if (i > 5100) CHECK(loaded.days_count > 0);
        for (int k = 0; k < 300; k++) {
            memcpy(again, bytes, size);
            again[l1_prng_below(&prng, k % 2 == 0 ? 40 : size)] ^=
                (uint8_t)(1u << l1_prng_below(&prng, 8));
            load = l1_archive_loading(again, size);
            l1_volume_profile_archive(&load, &loaded);
            if (!l1_archive_ok(&load)) continue;
            if (loaded.newest > 0 && loaded.newest < INT64_MAX / L1_MINUTE_NS - L1_WEEK_MINUTES) {
                if (l1_volume_profile_minutes(&loaded, loaded.newest + 1, 1, out))
                    CHECK(out[0] >= 0.0);
                trade(&loaded, loaded.newest + 1, 1.0);
            }
            (void)l1_volume_profile_day(&loaded);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_minutes__are_the_median_of_the_weeks_before),
        cmocka_unit_test(test_minutes__need_a_whole_week),
        cmocka_unit_test(test_minutes__of_its_own_week_and_later_never_count),
        cmocka_unit_test(test_minutes__that_are_missing_are_unknown_not_zero),
        cmocka_unit_test(test_day__is_the_median_of_complete_ones),
        cmocka_unit_test(test_archive__gives_all_of_it_back_and_grows_with_what_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
