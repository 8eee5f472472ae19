/* The time-of-day profile: what a day teaches by hand, which minutes see it, whose profile wins. */
#include "features/profile.h"

#include <math.h>

#include "bars.h"
#include "features/feature_memory.h"
#include "testlib/check.h"
#include "world.h"

#define DAY L1_DAY_MINUTES
#define FRIDAY INT64_C(19678) /* 2023-11-17 */

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-12;
}

static void test_days__are_named_as_the_calendar_does(void **state)
{
    l1_profile profile;
    (void)state;
    l1_profile_init(&profile);
    profile.slots[1][0] = 4; /* weekend, 00:00 to 00:14 */
    const struct {
        int64_t day;
        double slot;
    } rows[] = {{FRIDAY, 1}, {FRIDAY + 1, 4}, {FRIDAY + 2, 4}, {FRIDAY + 3, 1},
                {1, 1},      {2, 4},          {3, 4},          {4, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) { /* day 2: Saturday 1970-01-03 */
        CHECK(near(l1_profile_q(&profile, rows[i].day * DAY, 15), 0.5 * log(rows[i].slot)));
    }
}

static void test_q__is_half_the_logarithm_of_the_mean_over_minutes(void **state)
{
    l1_profile profile;
    (void)state;
    l1_profile_init(&profile);
    for (int i = 0; i < L1_PROFILE_SLOTS; i++) {
        profile.slots[0][i] = 0.5 + 0.01 * i;
        profile.slots[1][i] = 2 + 0.02 * i;
    }
    static const int64_t counts[] = {1, 14, 15, 16, 60, 239, 240};
    for (int64_t first = FRIDAY * DAY + 1100; first < FRIDAY * DAY + 1500; first++) {
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            double sum = 0;
            for (int64_t m = first; m < first + counts[c]; m++) {
                const int weekend = m >= (FRIDAY + 1) * DAY;
                sum += profile.slots[weekend][m % DAY / 15];
            }
            const double want = 0.5 * log(sum / (double)counts[c]);
            CHECK(near(l1_profile_q(&profile, first, counts[c]), want));
        }
    }
}

static void test_learn__moves_a_twentieth_of_the_way_and_never_beyond_25(void **state)
{
    double sums[L1_PROFILE_SLOTS] = {0};
    l1_profile profile;
    (void)state;
    l1_profile_init(&profile);
    sums[0] = 15 * 3.0;    /* share 3 with a mean square of 1 */
    sums[1] = 15 * 24.9;   /* below the cap */
    sums[2] = 15 * 25.0;   /* at it */
    sums[3] = 15 * 1000.0; /* above */
    l1_profile_learn(&profile, FRIDAY, 1.0, sums);
    CHECK(near(profile.slots[0][0], 1.1) && near(profile.slots[0][1], 1 + 0.05 * 23.9));
    CHECK(near(profile.slots[0][2], 2.2) && profile.slots[0][3] == profile.slots[0][2]);
    CHECK(near(profile.slots[0][4], 0.95) && profile.slots[1][0] == 1);
    l1_profile_learn(&profile, FRIDAY + 1, 1.0, sums); /* a Saturday */
    CHECK(near(profile.slots[1][0], 1.1) && near(profile.slots[0][0], 1.1));
    const l1_profile before = profile;
    l1_profile_learn(&profile, FRIDAY + 2, 0.0, sums); /* nothing to compare with */
    CHECK(memcmp(&before, &profile, sizeof before) == 0);
}

/* ---- inside the state ----------------------------------------------------------------------- */

static bar_source source;

static void feed(world *w, int64_t from, int64_t end)
{
    for (int64_t minute = from; minute < end; minute++) {
        l1_bar bars[2];
        bar_source_next(&source, minute, bars);
        l1_feature_state_on_bar(w->state, &bars[BTC]);
        l1_feature_state_on_bar(w->state, &bars[ETH]);
    }
}

static l1_profile profile_of(const world *w)
{
    l1_profile profile;
    l1_feature_profile(w->state, BTC, &profile);
    return profile;
}

static bool same_slots(const l1_profile *a, const l1_profile *b)
{
    return memcmp(a->slots, b->slots, sizeof a->slots) == 0;
}

static void test_day__teaches_when_the_next_begins_if_it_and_the_one_before_are_whole(void **state)
{
    l1_profile fresh;
    (void)state;
    l1_profile_init(&fresh);
    /* First minute of the history, relative to Friday 00:00; whether Friday teaches. */
    const struct {
        int64_t start;
        bool teaches;
    } rows[] = {{-DAY - 1, true}, {-DAY, false}, {-DAY - 2, true}, {-10, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        source = bar_source_new(5);
        world w = world_new();
        feed(&w, FRIDAY * DAY + rows[i].start, (FRIDAY + 1) * DAY);
        l1_profile profile = profile_of(&w);
        CHECK(profile.day == FRIDAY && same_slots(&profile, &fresh));
        feed(&w, (FRIDAY + 1) * DAY, (FRIDAY + 1) * DAY + 1); /* Saturday 00:00 has closed */
        profile = profile_of(&w);
        CHECK(profile.day == FRIDAY + 1 && same_slots(&profile, &fresh) != rows[i].teaches);
        for (int k = 0; k < L1_PROFILE_SLOTS; k++) CHECK(profile.slots[1][k] == 1);
        world_free(&w);
    }
}

static void test_day__cut_by_a_long_gap_teaches_nothing_and_a_whole_one_before_it_does(void **state)
{
    (void)state;
    for (int cut = 0; cut < 2; cut++) { /* the gap begins at the day's end, or a minute before */
        source = bar_source_new(6);
        world w = world_new();
        feed(&w, (FRIDAY - 2) * DAY, (FRIDAY + 1) * DAY - cut);
        const l1_profile before = profile_of(&w);
        feed(&w, (FRIDAY + 3) * DAY + 7, (FRIDAY + 3) * DAY + 8);
        const l1_profile after = profile_of(&w);
        CHECK(before.day == FRIDAY && after.day == FRIDAY + 3);
        CHECK(same_slots(&before, &after) == (cut == 1));
        world_free(&w);
    }
}

static void test_minutes__see_only_what_earlier_days_taught(void **state)
{
    (void)state;
    source = bar_source_new(7);
    world w = world_new();
    feed(&w, (FRIDAY - 8) * DAY, (FRIDAY + 1) * DAY - 1);
    l1_feature_vector vector;
    const l1_profile thursday = profile_of(&w);
    for (int64_t k = -1; k <= 1; k++) {
        const int64_t minute = (FRIDAY + 1) * DAY + k;
        feed(&w, minute, minute + 1);
        CHECK(l1_feature_vector_at(w.state, BTC, &vector) == L1_FEATURES_READY);
        const l1_profile now = profile_of(&w), *const seen = k < 0 ? &thursday : &now;
        CHECK(same_slots(&now, &thursday) == (k < 0));
        CHECK(vector.har[6] == l1_profile_q(seen, minute - 14, 15));
        CHECK(vector.har[7] == l1_profile_q(seen, minute - 59, 60));
        CHECK(vector.har[8] == l1_profile_q(seen, minute - 239, 240));
        CHECK(vector.har[9] == l1_profile_q(seen, minute + 1, 240));
        CHECK(vector.values[L1_FEATURE_PROFILE_NEXT_60] == l1_profile_q(seen, minute + 1, 60));
    }
    world_free(&w);
}

static l1_profile made_profile(int64_t day)
{
    l1_profile profile;
    l1_profile_init(&profile);
    profile.day = day;
    for (int i = 0; i < L1_PROFILE_SLOTS; i++) profile.slots[0][i] = profile.slots[1][i] = 3;
    return profile;
}

static void test_take__replaces_only_by_a_later_day(void **state)
{
    (void)state;
    for (int64_t later = -1; later <= 1; later++) {
        source = bar_source_new(8);
        world w = world_new();
        feed(&w, FRIDAY * DAY + 100, FRIDAY * DAY + 101);
        const l1_profile given = made_profile(FRIDAY + later);
        l1_feature_profile_take(w.state, BTC, &given, false);
        const l1_profile now = profile_of(&w);
        CHECK(same_slots(&now, &given) == (later == 1));
        CHECK(now.day == (later == 1 ? FRIDAY + 1 : FRIDAY));
        world_free(&w);
    }
    source = bar_source_new(8); /* the first one given is taken whatever its day */
    world older = world_new();
    feed(&older, FRIDAY * DAY + 100, FRIDAY * DAY + 101);
    const l1_profile early = made_profile(FRIDAY - 400);
    l1_feature_profile_take(older.state, BTC, &early, true);
    const l1_profile kept = profile_of(&older);
    CHECK(same_slots(&kept, &early) && kept.day == FRIDAY - 400);
    world_free(&older);
    world w = world_new(); /* before the first bar any day is later */
    const l1_profile given = made_profile(5);
    l1_feature_profile_take(w.state, BTC, &given, false);
    const l1_profile now = profile_of(&w);
    CHECK(same_slots(&now, &given) && now.day == 5);
    world_free(&w);
}

static void test_taken_profile__is_seen_at_once_even_if_its_day_is_to_come(void **state)
{
    l1_feature_vector vector;
    (void)state;
    source = bar_source_new(10);
    world w = world_new();
    feed(&w, (FRIDAY - 8) * DAY, FRIDAY * DAY + 10);
    const l1_profile given = made_profile(FRIDAY + 1);
    l1_feature_profile_take(w.state, BTC, &given, false);
    CHECK(l1_feature_vector_at(w.state, BTC, &vector) == L1_FEATURES_READY);
    for (int k = 6; k <= 9; k++) CHECK(near(vector.har[k], 0.5 * log(3)));
    world_free(&w);
}

static void test_taken_profile__learns_from_its_day_on_and_not_before(void **state)
{
    (void)state;
    source = bar_source_new(9);
    world w = world_new();
    const l1_profile given = made_profile(FRIDAY);
    l1_feature_profile_take(w.state, BTC, &given, false);
    feed(&w, (FRIDAY - 3) * DAY, (FRIDAY + 1) * DAY);
    l1_profile now = profile_of(&w);
    CHECK(same_slots(&now, &given) && now.day == FRIDAY); /* three whole days taught nothing */
    feed(&w, (FRIDAY + 1) * DAY, (FRIDAY + 1) * DAY + 1);
    now = profile_of(&w);
    CHECK(!same_slots(&now, &given) && now.day == FRIDAY + 1);
    world_free(&w);
}

static void test_valid__is_within_0_and_25(void **state)
{
    const struct {
        double slot;
        bool valid;
    } rows[] = {{0, true},    {25, true},        {-1e-300, false}, {25.000001, false},
                {NAN, false}, {INFINITY, false}, {1, true}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_profile profile = made_profile(1);
        profile.slots[1][95] = rows[i].slot;
        CHECK(l1_profile_valid(&profile) == rows[i].valid);
    }
    l1_profile profile = made_profile(-1);
    CHECK(!l1_profile_valid(&profile));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days__are_named_as_the_calendar_does),
        cmocka_unit_test(test_q__is_half_the_logarithm_of_the_mean_over_minutes),
        cmocka_unit_test(test_learn__moves_a_twentieth_of_the_way_and_never_beyond_25),
        cmocka_unit_test(test_day__teaches_when_the_next_begins_if_it_and_the_one_before_are_whole),
        cmocka_unit_test(
            test_day__cut_by_a_long_gap_teaches_nothing_and_a_whole_one_before_it_does),
        cmocka_unit_test(test_minutes__see_only_what_earlier_days_taught),
        cmocka_unit_test(test_take__replaces_only_by_a_later_day),
        cmocka_unit_test(test_taken_profile__is_seen_at_once_even_if_its_day_is_to_come),
        cmocka_unit_test(test_taken_profile__learns_from_its_day_on_and_not_before),
        cmocka_unit_test(test_valid__is_within_0_and_25),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
