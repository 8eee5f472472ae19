/* sigma against a naive recomputation; ATR against rows computed by hand. */
#include "features/volatility.h"

#include <math.h>
#include <string.h>

#include "base/prng.h"
#include "testlib/check.h"

#define FRAME INT64_C(15)
#define START_MINUTE INT64_C(28333320) /* on a 15m border */

static l1_volatility v;

static void bar(int64_t minute, double high, double low, double close)
{
    const l1_bar b = {.open_time_ns = (START_MINUTE + minute) * L1_MINUTE_NS,
                      .high_e8 = (int64_t)llround(high * 1e8),
                      .low_e8 = (int64_t)llround(low * 1e8),
                      .close_e8 = (int64_t)llround(close * 1e8)};
    l1_volatility_on_bar(&v, &b);
}

static void flat_bar(int64_t minute, double close)
{
    bar(minute, close, close, close);
}

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * fabs(b);
}

static void test_sigma__is_undefined_until_61_consecutive_closes(void **state)
{
    double sigma = -1;
    (void)state;
    memset(&v, 0, sizeof v);
    for (int64_t i = 0; i < 60; i++) {
        flat_bar(i, i % 2 == 0 ? 100 : 110);
        CHECK(!l1_volatility_sigma(&v, &sigma));
    }
    flat_bar(60, 100);
    CHECK(l1_volatility_sigma(&v, &sigma));
    /* 30 returns of 0.1 and 30 of -1/11: half their distance */
    CHECK(near(sigma, (0.1 + 1.0 / 11.0) / 2));
    flat_bar(62, 100); /* one minute missing */
    CHECK(!l1_volatility_sigma(&v, &sigma));
    for (int64_t i = 63; i < 122; i++) flat_bar(i, 100);
    CHECK(!l1_volatility_sigma(&v, &sigma));
    flat_bar(122, 100);
    CHECK(l1_volatility_sigma(&v, &sigma) && sigma == 0);
}

static void test_sigma__equals_a_naive_recomputation(void **state)
{
    static double closes[2000];
    l1_prng prng;
    (void)state;
    memset(&v, 0, sizeof v);
    l1_prng_seed(&prng, 3);
    for (int i = 0; i < 2000; i++) {
        closes[i] = round((50000 + 1000 * l1_prng_unit(&prng)) * 100) / 100;
        flat_bar(i, closes[i]);
        double sigma, sum = 0, squares = 0;
        if (!l1_volatility_sigma(&v, &sigma)) continue;
        for (int k = i - 59; k <= i; k++) sum += closes[k] / closes[k - 1] - 1;
        for (int k = i - 59; k <= i; k++) {
            const double apart = closes[k] / closes[k - 1] - 1 - sum / 60;
            squares += apart * apart;
        }
        CHECK(near(sigma, sqrt(squares / 60)));
    }
    CHECK(v.sigma_known);
}

/* A 15m bar: a high, a low and a close in three of its minutes. */
static void frame(int64_t number, double high, double low, double close)
{
    for (int64_t i = 0; i < FRAME; i++) {
        const double middle = (high + low) / 2;
        bar(number * FRAME + i, i == 3 ? high : middle, i == 7 ? low : middle,
            i == FRAME - 1 ? close : middle);
    }
}

static void test_atr__starts_with_a_mean_and_goes_on_as_wilders(void **state)
{
    double atr = -1;
    (void)state;
    memset(&v, 0, sizeof v);
    frame(0, 500, 10, 100); /* no true range: nothing stands before it */
    for (int64_t i = 1; i <= 13; i++) {
        frame(i, 101, 99, 100); /* 2 each */
        CHECK(!l1_volatility_atr(&v, &atr));
    }
    frame(14, 109, 105, 106); /* gap up: 109 - 100 = 9 */
    CHECK(l1_volatility_atr(&v, &atr) && near(atr, (13 * 2 + 9) / 14.0));
    frame(15, 100, 98, 99); /* gap down: 106 - 98 = 8 */
    CHECK(l1_volatility_atr(&v, &atr) && near(atr, (2.5 * 13 + 8) / 14));
    const double before = atr;
    bar(16 * FRAME, 1000, 1, 99); /* an unfinished 15m bar does not count */
    CHECK(l1_volatility_atr(&v, &atr) && atr == before);
}

static void warm_up(void)
{
    memset(&v, 0, sizeof v);
    for (int64_t i = 0; i <= 14; i++) frame(i, 101, 99, 100);
}

static void test_atr__fills_gaps_of_up_to_120_minutes(void **state)
{
    double atr = -1;
    (void)state;
    warm_up(); /* ATR 2, last minute 224 */
    for (int64_t i = 225; i < 238; i++) bar(i, 104, 100, 102);
    bar(239, 104, 100, 102); /* minute 238 is missing */
    CHECK(l1_volatility_atr(&v, &atr) && near(atr, (2.0 * 13 + 4) / 14));

    warm_up();
    flat_bar(225 + 120, 100); /* 120 missing: 8 flat 15m bars */
    CHECK(l1_volatility_atr(&v, &atr) && near(atr, 2 * pow(13.0 / 14, 8)));
    warm_up();
    flat_bar(225 + 121, 100);
    CHECK(!l1_volatility_atr(&v, &atr));
    for (int64_t i = 225 + 122; i < 360 + 14 * FRAME - 1; i++) flat_bar(i, 100);
    CHECK(!l1_volatility_atr(&v, &atr)); /* a frame that gives a close, then 13 ranges */
    flat_bar(360 + 14 * FRAME - 1, 100);
    CHECK(l1_volatility_atr(&v, &atr) && atr == 0);
}

static void test_volatility__archive_restores_every_answer(void **state)
{
    static uint8_t bytes[2000];
    l1_volatility loaded;
    (void)state;
    warm_up();
    bar(225, 103, 99, 101);
    l1_archive save = l1_archive_saving(bytes, sizeof bytes);
    l1_volatility_archive(&save, &v);
    CHECK(l1_archive_ok(&save));
    l1_archive load = l1_archive_loading(bytes, save.out.used);
    l1_volatility_archive(&load, &loaded);
    CHECK(l1_archive_ok(&load) && load.in.at == load.in.end);
    for (int64_t i = 226; i < 330; i++) bar(i, 105, 98, 100);
    const l1_volatility went_on = v;
    v = loaded;
    for (int64_t i = 226; i < 330; i++) bar(i, 105, 98, 100);
    CHECK(v.sigma == went_on.sigma && v.atr.average == went_on.atr.average && v.sigma_known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sigma__is_undefined_until_61_consecutive_closes),
        cmocka_unit_test(test_sigma__equals_a_naive_recomputation),
        cmocka_unit_test(test_atr__starts_with_a_mean_and_goes_on_as_wilders),
        cmocka_unit_test(test_atr__fills_gaps_of_up_to_120_minutes),
        cmocka_unit_test(test_volatility__archive_restores_every_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
