/* Intervals by resampling: against the normal's, blocks that agree, sorting, seeds. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bootstrap.h"
#include "testlib/check.h"

enum { ROWS = 4000, ROUNDS = 2000 };

static double totals[ROWS], sizes[ROWS], rounds[ROUNDS];
static uint32_t weights[ROWS];

static double normal(l1_prng *prng)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += l1_prng_unit(prng);
    return sum;
}

static l1_estimate of_blocks(uint32_t blocks, double tail, uint64_t seed)
{
    return l1_bootstrap_of_ratio(
        &(l1_bootstrap_ratio){totals, sizes, weights, blocks, rounds, ROUNDS, tail, seed});
}

/* ROWS rows of mean .3 and deviation 1; `alike` neighbours are the same number. */
static void fill(uint32_t block_rows, uint32_t alike, uint64_t seed)
{
    l1_prng prng;
    double value = 0;
    l1_prng_seed(&prng, seed);
    memset(totals, 0, sizeof totals);
    memset(sizes, 0, sizeof sizes);
    for (uint32_t i = 0; i < ROWS; i++) {
        if (i % alike == 0) value = 0.3 + normal(&prng);
        totals[i / block_rows] += value;
        sizes[i / block_rows] += 1;
    }
}

static void test_bootstrap__independent_rows_give_the_normal_interval(void **state)
{
    (void)state;
    static const struct {
        double tail, deviations;
    } rows[] = {{0.05, 1.645}, {0.025, 1.960}, {0.16, 0.994}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fill(1, 1, 11);
        const l1_estimate of = of_blocks(ROWS, rows[i].tail, 5);
        const double half = (of.high - of.low) / 2 * sqrt(ROWS);
        CHECK(fabs(half / rows[i].deviations - 1) < 0.08);
        CHECK(of.low < of.value && of.value < of.high);
        CHECK(fabs(of.value - 0.3) < 0.06);
    }
}

static void test_bootstrap__covers_the_truth_as_often_as_it_says(void **state)
{
    (void)state;
    int held = 0;
    enum { TRIALS = 200, SMALL = 60 };
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        fill(ROWS / SMALL, ROWS / SMALL, 100 + trial); /* each block says one thing */
        const l1_estimate of = of_blocks(ROWS / (ROWS / SMALL), 0.025, trial);
        held += of.low <= 0.3 && 0.3 <= of.high;
    }
    CHECK(held >= 180 && held < TRIALS); /* 95 % of 200, a little less with 60 blocks */
}

static void test_bootstrap__blocks_widen_what_neighbours_repeat(void **state)
{
    (void)state;
    fill(1, 20, 3);
    const l1_estimate alone = of_blocks(ROWS, 0.025, 1);
    fill(20, 20, 3);
    const l1_estimate blocks = of_blocks(ROWS / 20, 0.025, 1);
    CHECK(fabs(alone.value - blocks.value) < 1e-9);
    const double wider = (blocks.high - blocks.low) / (alone.high - alone.low);
    CHECK(wider > 0.8 * sqrt(20) && wider < 1.2 * sqrt(20));
}

static void test_bootstrap__the_seed_decides_all(void **state)
{
    (void)state;
    fill(7, 1, 9);
    const uint32_t blocks = (ROWS + 6) / 7;
    const l1_estimate a = of_blocks(blocks, 0.025, 1), b = of_blocks(blocks, 0.025, 1);
    const l1_estimate c = of_blocks(blocks, 0.025, 2);
    CHECK(memcmp(&a, &b, sizeof a) == 0);
    CHECK(a.value == c.value && (a.low != c.low || a.high != c.high));
}

static void test_bootstrap__counts_a_block_by_its_size(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 50; i++) totals[i] = 3.0 * (sizes[i] = 1 + (i % 7) * (i % 3));
    const l1_estimate all = of_blocks(50, 0.025, 1);
    CHECK(all.value == 3 && all.low == 3 && all.high == 3);
    memset(sizes, 0, sizeof sizes); /* nothing to divide by */
    const l1_estimate none = of_blocks(50, 0.025, 1);
    CHECK(none.value == 0 && none.low == 0 && none.high == 0);
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void test_bootstrap__cuts_the_sorted_rounds_at_both_ends(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 7, 64, 1000};
    l1_prng prng;
    l1_prng_seed(&prng, 4);
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        double values[1000], wanted[1000];
        for (size_t i = 0; i < counts[c]; i++) {
            values[i] = (double)l1_prng_below(&prng, 50) - 25; /* with ties */
        }
        memcpy(wanted, values, sizeof wanted);
        qsort(wanted, counts[c], sizeof *wanted, by_value);
        const size_t cut = counts[c] / 4;
        const l1_estimate of = l1_bootstrap_interval(7, values, counts[c], 0.25);
        CHECK(of.value == 7 && of.low == wanted[cut] && of.high == wanted[counts[c] - 1 - cut]);
        CHECK(memcmp(values, wanted, counts[c] * sizeof *values) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bootstrap__independent_rows_give_the_normal_interval),
        cmocka_unit_test(test_bootstrap__covers_the_truth_as_often_as_it_says),
        cmocka_unit_test(test_bootstrap__blocks_widen_what_neighbours_repeat),
        cmocka_unit_test(test_bootstrap__the_seed_decides_all),
        cmocka_unit_test(test_bootstrap__counts_a_block_by_its_size),
        cmocka_unit_test(test_bootstrap__cuts_the_sorted_rounds_at_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
