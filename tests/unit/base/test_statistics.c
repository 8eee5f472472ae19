/* tests/unit/base/test_statistics.c: histogram and random numbers. */
#include "testlib/check.h"

#include <string.h>

#include "base/histogram.h"
#include "base/prng.h"

static void test_histogram__is_exact_to_64_and_within_a_64th_beyond(void **state)
{
    (void)state;
    static l1_histogram histogram;
    for (uint64_t value = 0; value < UINT64_C(1) << 40; value += 1 + value / 1000) {
        memset(&histogram, 0, sizeof histogram);
        l1_histogram_add(&histogram, value);
        histogram.max = UINT64_MAX; /* so that the bucket's own bound shows */
        const uint64_t bound = l1_histogram_quantile(&histogram, 0.5);
        CHECK(bound >= value);
        CHECK(bound - value <= value / 64);
        if (value < 128) CHECK(bound == value);
    }
}

static void test_histogram__gives_quantiles_on_both_sides_of_a_rank(void **state)
{
    (void)state;
    static l1_histogram histogram;
    memset(&histogram, 0, sizeof histogram);
    CHECK(l1_histogram_quantile(&histogram, 0.5) == 0);
    for (uint64_t value = 1; value <= 100; value++) l1_histogram_add(&histogram, value);
    static const struct {
        double q;
        uint64_t want;
    } rows[] = {{0.0, 1},    {0.01, 1},  {0.011, 2},   {0.5, 50},
                {0.501, 51}, {0.99, 99}, {0.991, 100}, {1.0, 100}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(l1_histogram_quantile(&histogram, rows[i].q) == rows[i].want);
    }
    CHECK(histogram.count == 100 && histogram.sum == 5050 && histogram.max == 100);
    l1_histogram_add(&histogram, UINT64_MAX); /* far beyond 2^40: counted, and max says it */
    CHECK(l1_histogram_quantile(&histogram, 1.0) == UINT64_MAX);
    CHECK(l1_histogram_quantile(&histogram, 0.5) == 51);
}

static void test_prng__gives_the_published_streams(void **state)
{
    (void)state;
    /* splitmix64 of seed 1234567, the values of its usual test suite */
    l1_prng prng;
    l1_prng_seed(&prng, 1234567);
    CHECK(prng.s[0] == UINT64_C(6457827717110365317));
    CHECK(prng.s[1] == UINT64_C(3203168211198807973));
    CHECK(prng.s[2] == UINT64_C(9817491932198370423));
    CHECK(prng.s[3] == UINT64_C(4593380528125082431));
    /* xoshiro256** of the state 1, 2, 3, 4, the values of the rand_xoshiro test suite */
    prng = (l1_prng){{1, 2, 3, 4}};
    static const uint64_t want[] = {11520, 0, 1509978240, UINT64_C(1215971899390074240),
                                    UINT64_C(1216172134540287360)};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) CHECK(l1_prng_next(&prng) == want[i]);
}

static void test_prng__is_uniform_below_its_bound(void **state)
{
    (void)state;
    l1_prng prng;
    l1_prng_seed(&prng, 42);
    for (unsigned i = 0; i < 1000; i++) CHECK(l1_prng_below(&prng, 1) == 0);
    unsigned counts[7] = {0};
    for (unsigned i = 0; i < 70000; i++) counts[l1_prng_below(&prng, 7)]++;
    for (unsigned i = 0; i < 7; i++) CHECK(counts[i] > 9600 && counts[i] < 10400);
    /* with this bound a plain product would give the lowest third twice as often */
    unsigned low = 0;
    const uint64_t bound = UINT64_C(3) << 62;
    for (unsigned i = 0; i < 30000; i++) low += l1_prng_below(&prng, bound) % 3 == 0;
    CHECK(low > 9500 && low < 10500);
    double sum = 0;
    for (unsigned i = 0; i < 10000; i++) {
        const double unit = l1_prng_unit(&prng);
        CHECK(unit >= 0.0 && unit < 1.0);
        sum += unit;
    }
    CHECK(sum > 4900 && sum < 5100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histogram__is_exact_to_64_and_within_a_64th_beyond),
        cmocka_unit_test(test_histogram__gives_quantiles_on_both_sides_of_a_rank),
        cmocka_unit_test(test_prng__gives_the_published_streams),
        cmocka_unit_test(test_prng__is_uniform_below_its_bound),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
