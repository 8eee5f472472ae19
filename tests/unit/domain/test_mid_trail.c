/* tests/unit/domain/test_mid_trail.c: which mid is found for a time that has passed. */
#include "testlib/check.h"

#include <string.h>

#include "base/hash.h"
#include "domain/mid_trail.h"

#define STEP L1_TRAIL_STEP_NS
#define AGE (INT64_C(1000) * STEP)

static void test_trail__finds_the_last_mid_at_or_before_a_time(void **state)
{
    (void)state;
    l1_mid_trail trail = {0};
    CHECK(l1_mid_trail_at(&trail, 5, AGE) == L1_OFF);
    l1_mid_trail_add(&trail, 100, 10 * STEP);
    l1_mid_trail_add(&trail, 200, 12 * STEP + 7);
    static const struct {
        int64_t at_ns, want;
    } rows[] = {
        {10 * STEP - 1, L1_OFF}, {10 * STEP, 100},     {12 * STEP + 6, 100},
        {12 * STEP + 7, 200},    {12 * STEP + 8, 200},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(l1_mid_trail_at(&trail, rows[i].at_ns, AGE) == rows[i].want);
    }
}

static void test_trail__a_mid_older_than_the_age_is_none(void **state)
{
    (void)state;
    l1_mid_trail trail = {0};
    l1_mid_trail_add(&trail, 100, 1000);
    CHECK(l1_mid_trail_at(&trail, 1000 + AGE, AGE) == 100);
    CHECK(l1_mid_trail_at(&trail, 1001 + AGE, AGE) == L1_OFF);
}

/* A later mid of the same tenth takes the place of the earlier, and is found from its own time. */
static void test_trail__keeps_the_last_mid_of_each_tenth_and_never_looks_ahead(void **state)
{
    (void)state;
    l1_mid_trail trail = {0};
    l1_mid_trail_add(&trail, 1, 5 * STEP - 1);
    l1_mid_trail_add(&trail, 2, 5 * STEP);
    l1_mid_trail_add(&trail, 3, 6 * STEP - 1);
    CHECK(trail.count == 2);
    CHECK(l1_mid_trail_at(&trail, 6 * STEP - 2, AGE) == 1);
    CHECK(l1_mid_trail_at(&trail, 6 * STEP - 1, AGE) == 3);
    l1_mid_trail_add(&trail, 4, 6 * STEP);
    CHECK(trail.count == 3);
}

static void test_trail__goes_back_as_many_tenths_as_it_keeps(void **state)
{
    (void)state;
    l1_mid_trail trail = {0};
    for (int64_t i = 1; i <= 3 * L1_TRAIL_KEPT; i++) l1_mid_trail_add(&trail, i, i * STEP);
    CHECK(trail.count == L1_TRAIL_KEPT);
    const int64_t oldest = 2 * L1_TRAIL_KEPT + 1;
    CHECK(l1_mid_trail_at(&trail, oldest * STEP, AGE) == oldest);
    CHECK(l1_mid_trail_at(&trail, oldest * STEP - 1, AGE) == L1_OFF);
}

static l1_hash128 hash_of(l1_mid_trail *trail)
{
    l1_archive archive = l1_archive_hashing(3);
    l1_mid_trail_archive(&archive, trail);
    return l1_hash_end(&archive.hasher);
}

static void test_trail__loaded_it_says_and_hashes_the_same_wherever_the_ring_began(void **state)
{
    (void)state;
    static const int64_t lengths[] = {0, 1, 5, L1_TRAIL_KEPT, L1_TRAIL_KEPT + 17};
    for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
        l1_mid_trail trail = {0}, loaded;
        uint8_t bytes[2048];
        for (int64_t i = 1; i <= lengths[k]; i++) l1_mid_trail_add(&trail, i, i * STEP);
        l1_archive saving = l1_archive_saving(bytes, sizeof bytes);
        l1_mid_trail_archive(&saving, &trail);
        CHECK(l1_archive_ok(&saving));
        memset(&loaded, 0, sizeof loaded);
        l1_archive loading = l1_archive_loading(bytes, saving.out.used);
        l1_mid_trail_archive(&loading, &loaded);
        CHECK(l1_archive_ok(&loading) && l1_read_left(&loading.in) == 0);
        CHECK(hash_of(&trail).lo == hash_of(&loaded).lo);
        l1_mid_trail_add(&trail, 999, (lengths[k] + 1) * STEP);
        l1_mid_trail_add(&loaded, 999, (lengths[k] + 1) * STEP);
        CHECK(hash_of(&trail).lo == hash_of(&loaded).lo);
        for (int64_t i = 0; i <= lengths[k] + 1; i++) {
            CHECK(l1_mid_trail_at(&trail, i * STEP, AGE) ==
                  l1_mid_trail_at(&loaded, i * STEP, AGE));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trail__finds_the_last_mid_at_or_before_a_time),
        cmocka_unit_test(test_trail__a_mid_older_than_the_age_is_none),
        cmocka_unit_test(test_trail__keeps_the_last_mid_of_each_tenth_and_never_looks_ahead),
        cmocka_unit_test(test_trail__goes_back_as_many_tenths_as_it_keeps),
        cmocka_unit_test(test_trail__loaded_it_says_and_hashes_the_same_wherever_the_ring_began),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
