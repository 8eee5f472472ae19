/* tests/unit/base/test_decimal.c: arithmetic, text and float border of base/decimal.h. */
#include "testlib/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/prng.h"

static const l1_round D = L1_ROUND_DOWN, U = L1_ROUND_UP, N = L1_ROUND_NEAREST;

static void test_mul_div__rounds_as_named_on_both_sides_of_zero(void **state)
{
    (void)state;
    static const struct {
        int64_t a, b, divisor, down, up, nearest;
    } rows[] = {
        {7, 1, 2, 3, 4, 4},       {-7, 1, 2, -4, -3, -4},     {7, -1, 2, -4, -3, -4},
        {-7, -1, 2, 3, 4, 4},     {10, 1, 4, 2, 3, 3},        {-10, 1, 4, -3, -2, -3},
        {9, 1, 4, 2, 3, 2},       {-9, 1, 4, -3, -2, -2},     {11, 1, 4, 2, 3, 3},
        {-11, 1, 4, -3, -2, -3},  {8, 1, 4, 2, 2, 2},         {-8, 1, 4, -2, -2, -2},
        {0, -5, 3, 0, 0, 0},      {1, 1, INT64_MAX, 0, 1, 0}, {-1, 1, INT64_MAX, -1, 0, 0},
        {49, 1, 100, 0, 1, 0},    {50, 1, 100, 0, 1, 1},      {51, 1, 100, 0, 1, 1},
        {-49, 1, 100, -1, 0, 0},  {-50, 1, 100, -1, 0, -1},   {-51, 1, 100, -1, 0, -1},
        {1, 50, 101, 0, 1, 0},    {1, 51, 101, 0, 1, 1},      {-1, 50, 101, -1, 0, 0},
        {-1, 51, 101, -1, 0, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t out = 99;
        CHECK(l1_mul_div(rows[i].a, rows[i].b, rows[i].divisor, L1_ROUND_DOWN, &out));
        CHECK(out == rows[i].down);
        CHECK(l1_mul_div(rows[i].a, rows[i].b, rows[i].divisor, L1_ROUND_UP, &out));
        CHECK(out == rows[i].up);
        CHECK(l1_mul_div(rows[i].a, rows[i].b, rows[i].divisor, L1_ROUND_NEAREST, &out));
        CHECK(out == rows[i].nearest);
    }
}

static void test_mul_div__fails_exactly_beyond_int64(void **state)
{
    (void)state;
    const int64_t max = INT64_MAX;
    const int64_t min = INT64_MIN;
    const struct {
        int64_t a, b, divisor;
        l1_round mode;
        bool fits;
        int64_t want;
    } rows[] = {
        {max, 1, 1, D, true, max},
        {max, 2, 2, D, true, max},
        {max, max, max, D, true, max},
        {min, max, max, D, true, min},
        {min, 1, 1, D, true, min},
        {min, -1, 1, D, false, 0},
        {min, min, max, D, false, 0},
        {min, min, 1, D, false, 0},
        {max, max, 1, D, false, 0},
        {max, max, max - 1, D, false, 0},
        {max, 3, 3, U, true, max},
        {max - 1, max, max, U, true, max - 1},
        {max, 2, 1, D, false, 0},
        {(INT64_C(1) << 62), 4, 2, D, false, 0},
        {(INT64_C(1) << 62), 4, 2, U, false, 0},
        {-(INT64_C(1) << 62), 4, 2, D, true, min},
        {INT64_C(6148914691236517205), 9, 6, D, true, max}, /* max + 0.5 */
        {INT64_C(6148914691236517205), 9, 6, U, false, 0},
        {INT64_C(6148914691236517205), 9, 6, N, false, 0},
        {INT64_C(6148914691236517204), 9, 6, D, true, max - 1}, /* exactly max - 1 */
        {-INT64_C(6148914691236517205), 9, 6, N, true, min},    /* -(max + 0.5) */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t out = 42;
        const bool fits = l1_mul_div(rows[i].a, rows[i].b, rows[i].divisor, rows[i].mode, &out);
        if (fits != rows[i].fits) print_message("row %zu out %lld\n", i, (long long)out);
        CHECK(fits == rows[i].fits);
        CHECK(out == (rows[i].fits ? rows[i].want : 42));
    }
}

/* The reference is the mathematical definition, checked by multiplication in 128 bits. */
static void test_mul_div__agrees_with_its_definition_on_random_values(void **state)
{
    (void)state;
    l1_prng prng;
    l1_prng_seed(&prng, 7);
    unsigned fitting = 0;
    for (unsigned i = 0; i < 200000; i++) {
        const int64_t a = (int64_t)(l1_prng_next(&prng) >> l1_prng_below(&prng, 64));
        const int64_t b = (int64_t)(l1_prng_next(&prng) >> l1_prng_below(&prng, 64));
        const int64_t divisor =
            (int64_t)(l1_prng_next(&prng) >> (1 + l1_prng_below(&prng, 62))) + 1;
        const l1_i128 wide = (l1_i128)a * b;
        int64_t down = 0;
        int64_t up = 0;
        const l1_i128 floor = wide / divisor - (wide % divisor < 0);
        const bool fits = floor >= INT64_MIN && floor <= INT64_MAX;
        CHECK(l1_mul_div(a, b, divisor, L1_ROUND_DOWN, &down) == fits);
        if (!fits) continue;
        fitting++;
        CHECK(down == floor);
        if (l1_mul_div(a, b, divisor, L1_ROUND_UP, &up)) {
            CHECK(up - down == (wide % divisor != 0));
            int64_t near = 0;
            CHECK(l1_mul_div(a, b, divisor, L1_ROUND_NEAREST, &near));
            const l1_i128 twice = 2 * (wide - floor * divisor);
            const bool to_up = twice > divisor || (twice == divisor && wide > 0);
            CHECK(near == (to_up ? up : down));
        }
    }
    CHECK(fitting > 50000 && fitting < 200000);
}

static void test_named_products__are_exact_and_rounded(void **state)
{
    (void)state;
    l1_notional notional = {0};
    CHECK(l1_notional_of((l1_price){5012530000000}, (l1_qty){1000000}, D, &notional));
    CHECK(notional.e8 == INT64_C(50125300000));
    CHECK(l1_notional_of((l1_price){1}, (l1_qty){1}, D, &notional) && notional.e8 == 0);
    CHECK(l1_notional_of((l1_price){1}, (l1_qty){1}, U, &notional) && notional.e8 == 1);
    CHECK(!l1_notional_of((l1_price){INT64_MAX}, (l1_qty){L1_E8 + 1}, D, &notional));
    CHECK(l1_notional_of((l1_price){INT64_MAX}, (l1_qty){L1_E8}, D, &notional));
    CHECK(notional.e8 == INT64_MAX);
    l1_price price = {0};
    CHECK(l1_price_of((l1_notional){10 * L1_E8}, (l1_qty){3 * L1_E8}, D, &price));
    CHECK(price.e8 == 333333333);
    CHECK(l1_price_of((l1_notional){10 * L1_E8}, (l1_qty){3 * L1_E8}, U, &price));
    CHECK(price.e8 == 333333334);
    CHECK(!l1_price_of((l1_notional){INT64_MAX}, (l1_qty){1}, D, &price));
    l1_qty qty = {0};
    CHECK(l1_qty_of((l1_notional){20 * L1_E8}, (l1_price){3 * L1_E8}, N, &qty));
    CHECK(qty.e8 == 666666667);
    int64_t scaled = 0;
    CHECK(l1_scale(-3, (l1_ratio){L1_E8 / 2}, D, &scaled) && scaled == -2);
    CHECK(l1_scale(-3, (l1_ratio){L1_E8 / 2}, U, &scaled) && scaled == -1);
    l1_ratio ratio = {0};
    CHECK(l1_ratio_of(1, 3, D, &ratio) && ratio.e8 == 33333333);
    CHECK(l1_ratio_of(-2, 3, N, &ratio) && ratio.e8 == -66666667);
}

static void test_step__rounds_to_multiples(void **state)
{
    (void)state;
    static const struct {
        int64_t e8, step, down, up;
    } rows[] = {
        {0, 5, 0, 0},
        {1, 5, 0, 5},
        {4, 5, 0, 5},
        {5, 5, 5, 5},
        {6, 5, 5, 10},
        {-1, 5, -5, 0},
        {-4, 5, -5, 0},
        {-5, 5, -5, -5},
        {-6, 5, -10, -5},
        {7, 1, 7, 7},
        {INT64_MAX - 1, 1, INT64_MAX - 1, INT64_MAX - 1},
        {INT64_MIN + 2, 2, INT64_MIN + 2, INT64_MIN + 2},
        {INT64_MIN + 3, 2, INT64_MIN + 2, INT64_MIN + 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(l1_step_down(rows[i].e8, rows[i].step) == rows[i].down);
        CHECK(l1_step_up(rows[i].e8, rows[i].step) == rows[i].up);
    }
}

static void test_sqrt__is_the_floor_for_every_size(void **state)
{
    (void)state;
    static const int64_t roots[] = {
        0, 1, 2, 3, 1000, 3037000499, INT64_C(5000000000000), INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        const l1_i128 square = (l1_i128)roots[i] * roots[i];
        CHECK(l1_sqrt_i128(square) == roots[i]);
        if (roots[i] > 0) CHECK(l1_sqrt_i128(square - 1) == roots[i] - 1);
        if (roots[i] > 0) CHECK(l1_sqrt_i128(square + 2 * (l1_i128)roots[i]) == roots[i]);
    }
    const l1_i128 largest = (l1_i128)(((unsigned __int128)1 << 127) - 1);
    CHECK(l1_sqrt_i128(largest) == INT64_MAX);
}

static void test_parse__accepts_json_numbers_and_rounds_at_the_8th_decimal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t want;
    } rows[] = {
        {"0", 0},
        {"-0", 0},
        {"0.0", 0},
        {"1", 100000000},
        {"-1", -100000000},
        {"0.01", 1000000},
        {"49000.0", 4900000000000},
        {"50125.30", 5012530000000},
        {"1e-05", 1000},
        {"1E-5", 1000},
        {"1e+2", 10000000000},
        {"1.5e2", 15000000000},
        {"1e-8", 1},
        {"1e-9", 0},
        {"0e999999999999999999999999", 0},
        {"0.0e-5", 0},
        /* half away from zero */
        {"0.000000005", 1},
        {"0.0000000049999999999", 0},
        {"-0.000000005", -1},
        {"-0.0000000049999999999", 0},
        {"0.123456785", 12345679},
        {"0.123456784", 12345678},
        {"-0.123456785", -12345679},
        {"5e-9", 1},
        {"4e-9", 0},
        {"-5e-9", -1},
        {"0.9999999949", 99999999},
        {"0.999999995", 100000000},
        /* 20 digits, leading zeros not counted, trailing ones counted */
        {"0.00000000000000000000000000000000001", 0},
        {"0.00000000000000000000000000000000001e35", 100000000},
        {"12345678901234567890e-18", 1234567890},
        {"99999999999999999999e-20", 100000000},
        {"99999999999999999999e-29", 0},
        {"50000000000000000000e-28", 1},
        {"49999999999999999999e-28", 0},
        {"18446744073709551615e-19", 184467441},
        {"18446744073709551616e-19", 184467441},
        {"1.0000000000000000000", 100000000},
        {"0.00012345678901234567890", 12346},
        /* bounded whatever the exponent */
        {"1e-999999999", 0},
        {"9e-99999999999999999999999999999999999999", 0},
        /* edges of int64 */
        {"92233720368.54775807", INT64_MAX},
        {"-92233720368.54775807", -INT64_MAX},
        {"92233720368.547758074", INT64_MAX},
        {"9.223372036854775807e10", INT64_MAX},
        {"9223372036854775807e-8", INT64_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t e8 = 77;
        const l1_result result = l1_decimal_parse(rows[i].text, strlen(rows[i].text), &e8);
        if (result.code != L1_OK || e8 != rows[i].want) print_message("%s\n", rows[i].text);
        CHECK(result.code == L1_OK);
        CHECK(e8 == rows[i].want);
    }
}

static void test_parse__refuses_with_the_right_status(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        l1_status want;
    } rows[] = {
        {"", L1_INPUT_SYNTAX},
        {"-", L1_INPUT_SYNTAX},
        {"+1", L1_INPUT_SYNTAX},
        {".5", L1_INPUT_SYNTAX},
        {"5.", L1_INPUT_SYNTAX},
        {"-.5", L1_INPUT_SYNTAX},
        {"01", L1_INPUT_SYNTAX},
        {"-01", L1_INPUT_SYNTAX},
        {"00", L1_INPUT_SYNTAX},
        {"00.5", L1_INPUT_SYNTAX},
        {"1e", L1_INPUT_SYNTAX},
        {"1e+", L1_INPUT_SYNTAX},
        {"1e1.5", L1_INPUT_SYNTAX},
        {"1.e5", L1_INPUT_SYNTAX},
        {"--1", L1_INPUT_SYNTAX},
        {" 1", L1_INPUT_SYNTAX},
        {"1 ", L1_INPUT_SYNTAX},
        {"1,5", L1_INPUT_SYNTAX},
        {"0x10", L1_INPUT_SYNTAX},
        {"NaN", L1_INPUT_SYNTAX},
        {"nan", L1_INPUT_SYNTAX},
        {"Infinity", L1_INPUT_SYNTAX},
        {"-inf", L1_INPUT_SYNTAX},
        {"1_000", L1_INPUT_SYNTAX},
        {"\xd9\xa1", L1_INPUT_SYNTAX},
        {"123456789012345678901e-20", L1_INPUT_TOO_LONG},
        {"1.00000000000000000000", L1_INPUT_TOO_LONG},
        {"0.000100000000000000000000", L1_INPUT_TOO_LONG},
        {"100000000000000000000000000000", L1_INPUT_TOO_LONG},
        {"123456789012345678901x", L1_INPUT_SYNTAX},
        {"92233720368.54775808", L1_INPUT_FIELD},
        {"-92233720368.54775808", L1_INPUT_FIELD},
        {"92233720368.547758075", L1_INPUT_FIELD},
        {"99999999999999999999", L1_INPUT_FIELD},
        {"1e11", L1_INPUT_FIELD},
        {"1e18", L1_INPUT_FIELD},
        {"1e308", L1_INPUT_FIELD},
        {"1e999999999", L1_INPUT_FIELD},
        {"-1e99999999999999999999999999999999", L1_INPUT_FIELD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t e8 = 77;
        const l1_result result = l1_decimal_parse(rows[i].text, strlen(rows[i].text), &e8);
        if (result.code != rows[i].want) print_message("%s\n", rows[i].text);
        CHECK(result.code == rows[i].want);
        CHECK(e8 == 77);
    }
}

/* Usual numerals are read on a path of their own; an exponent of nothing takes the long one. */
static void test_parse__reads_short_numerals_as_it_reads_long_ones(void **state)
{
    (void)state;
    static const char letters[] = "00123456789999..-e";
    l1_prng prng;
    l1_prng_seed(&prng, 20);
    for (int round = 0; round < 300000; round++) {
        char text[32];
        size_t size = 0;
        const size_t wanted = l1_prng_below(&prng, 21);
        for (; size < wanted; size++) {
            text[size] = letters[l1_prng_below(&prng, sizeof letters - 1)];
        }
        int64_t usual = 7, long_way = 7;
        const l1_result one = l1_decimal_parse(text, size, &usual);
        if (memchr(text, 'e', size) != NULL) continue; /* no second exponent */
        memcpy(text + size, "e0", 2);
        const l1_result two = l1_decimal_parse(text, size + 2, &long_way);
        CHECK(one.code == two.code);
        CHECK(usual == long_way);
    }
}

static void test_parse__stops_at_the_size_it_was_given(void **state)
{
    (void)state;
    int64_t e8 = 0;
    CHECK(l1_decimal_parse("123456", 3, &e8).code == L1_OK && e8 == 123 * L1_E8);
    CHECK(l1_decimal_parse("1e5", 2, &e8).code == L1_INPUT_SYNTAX);
    CHECK(l1_decimal_parse("1\0002", 3, &e8).code == L1_INPUT_SYNTAX);
}

static void test_format__is_short_and_parses_back(void **state)
{
    (void)state;
    static const struct {
        int64_t e8;
        const char *want;
    } rows[] = {
        {0, "0"},
        {1, "0.00000001"},
        {-1, "-0.00000001"},
        {1000000, "0.01"},
        {-300000000, "-3"},
        {5012530000000, "50125.3"},
        {10 * L1_E8, "10"},
        {99999999, "0.99999999"},
        {INT64_MAX, "92233720368.54775807"},
        {INT64_MIN, "-92233720368.54775808"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[L1_DECIMAL_TEXT_MAX];
        CHECK(l1_decimal_format(rows[i].e8, text) == strlen(rows[i].want));
        assert_string_equal(text, rows[i].want);
    }
    l1_prng prng;
    l1_prng_seed(&prng, 3);
    for (unsigned i = 0; i < 100000; i++) {
        const int64_t e8 = (int64_t)l1_prng_next(&prng) >> l1_prng_below(&prng, 64);
        char text[L1_DECIMAL_TEXT_MAX];
        const size_t size = l1_decimal_format(e8, text);
        int64_t back = e8 + 1;
        if (e8 == INT64_MIN) continue;
        CHECK(l1_decimal_parse(text, size, &back).code == L1_OK);
        CHECK(back == e8);
    }
}

static void test_from_double__rounds_and_refuses_what_is_no_decimal(void **state)
{
    (void)state;
    static const struct {
        double value;
        bool fits;
        int64_t want;
    } rows[] = {
        {0.0, true, 0},
        {-0.0, true, 0},
        {0.1, true, 10000000},
        {-0.1, true, -10000000},
        {0.29, true, 29000000},
        {1e-8, true, 1},
        {0x1p-28, true, 0}, /* 0.37e-8 */
        {0x1p-27, true, 1}, /* 0.75e-8 */
        {-0x1p-27, true, -1},
        {0.5e-8, true, 1},
        {-0.5e-8, true, -1},
        {92233720368.0, true, INT64_C(9223372036800000000)},
        {92233720369.0, false, 0},
        {-92233720368.0, true, INT64_C(-9223372036800000000)},
        {-92233720369.0, false, 0},
        {92233720368.54774, true, INT64_C(9223372036854774784)}, /* the last before 2^63 */
        {92233720368.54776, false, 0},                           /* 2^63 */
        {-92233720368.54776, false, 0},
        {1e300, false, 0},
        {(double)NAN, false, 0},
        {(double)INFINITY, false, 0},
        {-(double)INFINITY, false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t e8 = 55;
        CHECK(l1_decimal_from_double(rows[i].value, &e8) == rows[i].fits);
        CHECK(e8 == (rows[i].fits ? rows[i].want : 55));
    }
    for (int64_t e8 = -(INT64_C(1) << 50); e8 < INT64_C(1) << 50; e8 += INT64_C(987654321987)) {
        int64_t back = 0;
        CHECK(l1_decimal_from_double(l1_decimal_to_double(e8), &back) && back == e8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mul_div__rounds_as_named_on_both_sides_of_zero),
        cmocka_unit_test(test_mul_div__fails_exactly_beyond_int64),
        cmocka_unit_test(test_mul_div__agrees_with_its_definition_on_random_values),
        cmocka_unit_test(test_named_products__are_exact_and_rounded),
        cmocka_unit_test(test_step__rounds_to_multiples),
        cmocka_unit_test(test_sqrt__is_the_floor_for_every_size),
        cmocka_unit_test(test_parse__accepts_json_numbers_and_rounds_at_the_8th_decimal),
        cmocka_unit_test(test_parse__refuses_with_the_right_status),
        cmocka_unit_test(test_parse__reads_short_numerals_as_it_reads_long_ones),
        cmocka_unit_test(test_parse__stops_at_the_size_it_was_given),
        cmocka_unit_test(test_format__is_short_and_parses_back),
        cmocka_unit_test(test_from_double__rounds_and_refuses_what_is_no_decimal),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
