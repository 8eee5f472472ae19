/* The set of symbols that have something: whole, in every group and at every end. */
#include "risk/held.h"
#include "testlib/check.h"

static void test_held__is_the_set_of_values_that_are_not_0(void **state)
{
    (void)state;
    static const uint64_t sets[] = {
        0, 1, UINT64_C(1) << 7, UINT64_C(1) << 8, UINT64_C(1) << 63, UINT64_C(0xff00), UINT64_MAX,
    };
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        for (uint32_t count = 0; count <= L1_SYMBOLS_MAX; count++) {
            int64_t values[L1_SYMBOLS_MAX];
            for (uint32_t n = 0; n < L1_SYMBOLS_MAX; n++) {
                values[n] = (sets[i] >> n & 1) == 0 ? 0 : n % 2 == 0 ? 1 : INT64_MIN;
            }
            const uint64_t configured = count == 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
            CHECK(l1_held(values, count) == (sets[i] & configured));
        }
    }
}

static void test_held__gives_up_its_symbols_in_order(void **state)
{
    (void)state;
    uint64_t held = UINT64_C(1) | UINT64_C(1) << 9 | UINT64_C(1) << 63;
    CHECK(l1_held_take(&held) == 0);
    CHECK(l1_held_take(&held) == 9);
    CHECK(l1_held_take(&held) == 63);
    CHECK(held == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_held__is_the_set_of_values_that_are_not_0),
        cmocka_unit_test(test_held__gives_up_its_symbols_in_order),
    };
    return cmocka_run_group_tests_name("held", tests, NULL, NULL);
}
