/* Weights become lots and times: rows, and sums that are exact whatever the weights. */
#include <math.h>

#include "base/prng.h"
#include "decision/schedule.h"
#include "testlib/check.h"

#define S INT64_C(1000000000)
#define START (28333333 * L1_MINUTE_NS + 50 * S) /* ten seconds before a minute's end */

static l1_schedule_frame frame(int64_t qty, int64_t minimum, uint32_t slices)
{
    return (l1_schedule_frame){.qty_e8 = qty,
                               .lot_e8 = 10,
                               .minimum_e8 = minimum,
                               .start_ns = START,
                               .duration_ns = 60 * S,
                               .slices = slices};
}

static void test_cut__rounds_cumulatively_and_joins_what_is_too_small(void **state)
{
    (void)state;
    static const struct {
        int64_t qty, minimum;
        uint32_t slices;
        double weights[5];
        uint32_t want;
        int64_t children[5], after_s[5];
    } rows[] = {
        {100, 10, 1, {1}, 1, {100}, {0}},
        {100, 10, 3, {1, 1, 1}, 3, {30, 30, 40}, {0, 20, 40}},
        {90, 30, 3, {1, 1, 1}, 3, {30, 30, 30}, {0, 20, 40}},
        {90, 31, 3, {1, 1, 1}, 1, {90}, {0}}, /* 60, and 30 joined with it */
        {100, 40, 3, {1, 1, 1}, 2, {60, 40}, {0, 40}},
        {100, 41, 3, {1, 1, 1}, 1, {100}, {0}},
        {100, 10, 3, {0, 0, 0}, 3, {30, 30, 40}, {0, 20, 40}}, /* none is equal */
        {100, 10, 3, {0, 1, 0}, 1, {100}, {20}},
        {100, 10, 4, {8, 1, 0.5, 0.5}, 3, {80, 10, 10}, {0, 15, 45}}, /* 9.5 lots are 9 */
        {100, 20, 4, {8, 1, 0.5, 0.5}, 2, {80, 20}, {0, 15}},
        {100, 30, 4, {8, 1, 0.5, 0.5}, 1, {100}, {0}},
        {100, 20, 5, {1, 0.5, 0.5, 4, 4}, 3, {20, 40, 40}, {0, 36, 48}},
        {100, 15, 2, {0.1, 9.9}, 1, {100}, {30}}, /* 0 is no slice: nothing to join */
        {50, 60, 2, {1, 1}, 1, {50}, {0}},        /* all of it is too small */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_schedule_frame f = frame(rows[i].qty, rows[i].minimum, rows[i].slices);
        l1_child children[L1_CHILDREN_MAX];
        CHECK(l1_schedule_cut(&f, rows[i].weights, children) == rows[i].want);
        for (uint32_t k = 0; k < rows[i].want; k++) {
            CHECK(children[k].qty_e8 == rows[i].children[k]);
            CHECK(children[k].send_at_ns == START + rows[i].after_s[k] * S);
        }
    }
}

static void test_cut__adds_up_for_any_weights(void **state)
{
    (void)state;
    l1_prng prng;
    l1_prng_seed(&prng, 9);
    for (int i = 0; i < 200000; i++) {
        const int64_t lot = 1 + (int64_t)l1_prng_below(&prng, 100000);
        const int64_t lots = 1 + (int64_t)l1_prng_below(&prng, i % 2 == 0 ? 100 : 1000000000);
        l1_schedule_frame f = {.qty_e8 = lot * lots,
                               .lot_e8 = lot,
                               .start_ns = START,
                               .duration_ns = (int64_t)l1_prng_below(&prng, 86400) * S,
                               .slices = 1 + (uint32_t)l1_prng_below(&prng, L1_CHILDREN_MAX)};
        f.minimum_e8 = lot * (1 + (int64_t)l1_prng_below(&prng, (uint64_t)lots));
        double weights[L1_CHILDREN_MAX];
        const bool equal = l1_prng_below(&prng, 3) == 0;
        for (uint32_t k = 0; k < f.slices; k++) {
            weights[k] = equal ? 1.0 : l1_prng_unit(&prng) * (double)l1_prng_below(&prng, 1000);
        }
        l1_child children[L1_CHILDREN_MAX];
        const uint32_t count = l1_schedule_cut(&f, weights, children);
        CHECK(count >= 1 && count <= f.slices);
        int64_t sum = 0, at = f.start_ns;
        for (uint32_t k = 0; k < count; k++) {
            CHECK(children[k].qty_e8 >= f.minimum_e8 && children[k].qty_e8 % lot == 0);
            CHECK(children[k].send_at_ns >= at &&
                  (k == 0 || f.duration_ns == 0 || children[k].send_at_ns > at));
            at = children[k].send_at_ns;
            sum += children[k].qty_e8;
        }
        CHECK(sum == f.qty_e8 && (f.duration_ns == 0 || at < f.start_ns + f.duration_ns));
        if (!equal || f.qty_e8 / f.minimum_e8 < f.slices) continue;
        CHECK(count == f.slices); /* equal slices that fit stay as many */
        for (uint32_t k = 0; k < count; k++) {
            const int64_t even = lots / f.slices * lot;
            CHECK(children[k].qty_e8 >= even && children[k].qty_e8 <= even + lot);
        }
    }
}

static void test_weights__take_minutes_by_the_part_that_lies_in_a_slice(void **state)
{
    (void)state;
    static const double volume[] = {6.0, 60.0, 600.0};
    double weights[L1_CHILDREN_MAX];
    l1_schedule_frame f = frame(100, 10, 3); /* 50-70, 70-90, 90-110 s */
    CHECK(l1_weights_by_volume(&f, volume, 2, weights));
    CHECK(fabs(weights[0] - (1.0 + 10.0)) < 1e-9);
    CHECK(fabs(weights[1] - 20.0) < 1e-9 && fabs(weights[2] - 20.0) < 1e-9);
    CHECK(!l1_weights_by_volume(&f, volume, 1, weights)); /* the second minute is not known */
    f.duration_ns = 70 * S;                               /* to the end of the second */
    CHECK(l1_weights_by_volume(&f, volume, 2, weights));
    f.duration_ns += 1;
    CHECK(!l1_weights_by_volume(&f, volume, 2, weights));
    CHECK(l1_weights_by_volume(&f, volume, 3, weights));
    static const double none[] = {0.0, 0.0, 0.0}, bad[] = {1.0, NAN, 1.0};
    CHECK(!l1_weights_by_volume(&f, none, 3, weights));
    CHECK(!l1_weights_by_volume(&f, bad, 3, weights));
    f.duration_ns = 0;
    CHECK(!l1_weights_by_volume(&f, volume, 3, weights));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut__rounds_cumulatively_and_joins_what_is_too_small),
        cmocka_unit_test(test_cut__adds_up_for_any_weights),
        cmocka_unit_test(test_weights__take_minutes_by_the_part_that_lies_in_a_slice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
