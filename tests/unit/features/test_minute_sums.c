/* Running sums: changes of logarithms against long double, windows against plain sums, exactness.
 */
#include "features/minute_sums.h"

#include <math.h>
#include <stdlib.h>

#include "base/prng.h"
#include "features/pair_sums.h"
#include "testlib/check.h"

#define E8(price) ((int64_t)((price)*1e8))

static void test_return__is_the_logarithm_of_the_quotient(void **state)
{
    static const struct {
        int64_t close, previous;
    } rows[] = {
        {E8(50000), E8(50000)},
        {E8(50000.01), E8(50000)},
        {E8(49999.99), E8(50000)},
        {E8(50050), E8(50000)},
        {E8(75000), E8(50000)},
        {E8(74999.99), E8(50000)},
        {E8(25000), E8(50000)},
        {E8(25000.01), E8(50000)},
        {E8(1), E8(0.03)},
        {E8(0.03), E8(1)},
        {3, 2},
        {2, 3},
        {1000001, 1000000},
        {INT64_MAX, INT64_MAX},
        {INT64_MAX, INT64_MAX - 1},
        {INT64_MAX, INT64_MAX / 7},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const long double want =
            log1pl((long double)(rows[i].close - rows[i].previous) / (long double)rows[i].previous);
        const long double have = l1_return_of(rows[i].close, rows[i].previous);
        CHECK(fabsl(have - want) <= 6e-16L * fabsl(want));
    }
    CHECK(l1_return_of(7, 7) == 0);
}

static void test_return__is_limited_to_4_each_way(void **state)
{
    (void)state;
    CHECK(l1_return_of(E8(54.5), E8(1)) < 4); /* e^4 = 54.598 */
    CHECK(l1_return_of(E8(54.6), E8(1)) == 4);
    CHECK(l1_return_of(E8(1), E8(54.5)) > -4);
    CHECK(l1_return_of(E8(1), E8(54.6)) == -4);
    CHECK(l1_return_of(INT64_MAX, 1) == 4 && l1_return_of(1, INT64_MAX) == -4);
}

/* Two histories that differ before the window give the same sums in it, to the last bit, after as
 * many minutes as make the rings go round. */
static void test_windows__are_exact_and_know_nothing_of_what_lies_before(void **state)
{
    l1_minute_sums *const a = calloc(1, sizeof *a), *const b = calloc(1, sizeof *b);
    static l1_minute minutes[60000];
    const int64_t count = 60000, late = 40000;
    l1_prng prng;
    (void)state;
    CHECK(a != NULL && b != NULL);
    l1_prng_seed(&prng, 9);
    l1_minute_sums_restart(a, 1000);
    l1_minute_sums_restart(b, 1000 + late);
    for (int64_t i = 0; i < count; i++) {
        minutes[i] = (l1_minute){
            .change = 8 * l1_prng_unit(&prng) - 4,
            .volume_e8 = (int64_t)(l1_prng_next(&prng) >> 1), /* up to the largest there is */
            .taker_e8 = (int64_t)l1_prng_below(&prng, 1000000),
            .trades = (int64_t)l1_prng_below(&prng, 5000),
        };
        l1_minute_sums_add(a, &minutes[i]);
        if (i >= late) l1_minute_sums_add(b, &minutes[i]);
    }
    const int64_t newest = 1000 + count - 1;
    for (int64_t back = 0; back <= 120; back += 60) {
        CHECK(l1_squares_over(a, newest - back, 10080) == l1_squares_over(b, newest - back, 10080));
        const l1_minute_window x = l1_totals_over(a, newest - back, 1440);
        l1_i128 volume = 0, taker = 0, trades = 0, squares = 0;
        for (int64_t i = count - back - 1440; i < count - back; i++) {
            volume += minutes[i].volume_e8;
            taker += minutes[i].taker_e8;
            trades += minutes[i].trades;
            squares += l1_product_of(minutes[i].change, minutes[i].change);
        }
        CHECK(x.volume == volume && x.taker == taker && x.trades == trades);
        CHECK(l1_squares_over(a, newest - back, 1440) == squares);
    }
    free(a);
    free(b);
}

static void test_product__is_the_double_in_fixed_point(void **state)
{
    l1_prng prng;
    (void)state;
    l1_prng_seed(&prng, 2);
    for (int i = 0; i < 100000; i++) {
        const double a = ldexp(l1_prng_unit(&prng) - 0.5, 3 - (int)l1_prng_below(&prng, 60));
        const double b = ldexp(l1_prng_unit(&prng) - 0.5, 3 - (int)l1_prng_below(&prng, 60));
        CHECK(l1_product_of(a, b) == (l1_i128)ldexpl((long double)(a * b), 108));
    }
    CHECK(l1_product_of(4, -4) == -((l1_i128)16 << 108) && l1_product_of(4, 4) > 0);
    CHECK(l1_product_of(0, 3) == 0 && l1_product_of(-0.0, 3) == 0);
    CHECK(l1_product_of(0x1p-54, 0x1p-54) == 1 && l1_product_of(0x1p-54, 0x1p-55) == 0);
    CHECK(l1_product_of(5e-324, 4) == 0);
}

static void test_pair__takes_minutes_once_both_have_them(void **state)
{
    l1_minute_sums *const own = calloc(1, sizeof *own), *const peer = calloc(1, sizeof *peer);
    static l1_pair_sums step, whole;
    const l1_minute one = {.change = 0.375}, two = {.change = -0.625};
    (void)state;
    CHECK(own != NULL && peer != NULL);
    l1_minute_sums_restart(own, 100);
    l1_minute_sums_restart(peer, 100);
    for (int i = 0; i < 50; i++) l1_minute_sums_add(own, &one);
    l1_pair_sums_catch_up(&step, own, peer);
    CHECK(step.newest == 0); /* the other has nothing yet */
    for (int i = 0; i < 40; i++) {
        l1_minute_sums_add(peer, &two);
        l1_pair_sums_catch_up(&step, own, peer);
        CHECK(step.newest == 100 + i);
    }
    l1_pair_sums_catch_up(&whole, own, peer);
    CHECK(whole.newest == step.newest);
    CHECK(l1_products_over(&step, 139, 30) == l1_products_over(&whole, 139, 30));
    CHECK(l1_products_over(&step, 139, 30) == -30 * ((l1_i128)15 << 102));
    l1_minute_sums_restart(own, 400); /* a long gap of one: both begin anew */
    for (int i = 0; i < 5; i++) l1_minute_sums_add(own, &one);
    l1_pair_sums_catch_up(&step, own, peer);
    CHECK(step.newest == 139);
    l1_minute_sums_restart(peer, 402);
    for (int i = 0; i < 5; i++) l1_minute_sums_add(peer, &two);
    l1_pair_sums_catch_up(&step, own, peer);
    CHECK(step.newest == 404);
    CHECK(l1_products_over(&step, 404, 2) == -2 * ((l1_i128)15 << 102));
    free(own);
    free(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_return__is_the_logarithm_of_the_quotient),
        cmocka_unit_test(test_return__is_limited_to_4_each_way),
        cmocka_unit_test(test_windows__are_exact_and_know_nothing_of_what_lies_before),
        cmocka_unit_test(test_product__is_the_double_in_fixed_point),
        cmocka_unit_test(test_pair__takes_minutes_once_both_have_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
