/* tests/unit/base/test_real.c: base/real.h against strtod and the long double functions of libm,
 * which have 11 bits more. L1_RUNS sets how many random cases are tried. */
#include "testlib/check.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/prng.h"
#include "base/real.h"

enum { CASES = 250000 };

static int random_cases(void)
{
    const char *wanted = getenv("L1_RUNS");
    return wanted != NULL ? atoi(wanted) : CASES;
}

/* ---- text -------------------------------------------------------------------------------- */

static bool agrees_with_strtod(const char *text)
{
    char *end;
    const double want = strtod(text, &end);
    double got = -12345.0;
    if (*end != '\0' || end == text || !l1_real_parse(text, strlen(text), &got)) {
        printf("refused: %s\n", text);
        return false;
    }
    const bool same = want != want ? got != got : l1_real_bits(want) == l1_real_bits(got);
    if (!same) printf("%.60s: %a instead of %a\n", text, got, want);
    return same;
}

static void test_real_parse__reads_what_strtod_reads(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "0",
        "-0",
        "+0",
        "1",
        "1.",
        ".5",
        "-.5e-1",
        "1e5",
        "1E+5",
        "1.e-5",
        "00001.5000",
        "inf",
        "-inf",
        "Infinity",
        "+INF",
        "nan",
        "NaN",
        "9007199254740993",
        "9007199254740992.5",
        "9007199254740993.0000000000000000000000000000000000000000000000000000000000001",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e309",
        "-1e400",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "1e-400",
        "1e-99999999999999999999",
        "1e99999999999999999999",
        "0e99999999999999999999",
        "0.0000000000000000000000000000001",
        "100000000000000000000000000000000000000000000000",
        "1e22",
        "1e23",
        "1e-22",
        "1e-27",
        "1e-28",
        "1e27",
        "1e28",
        "9999999999999999999e27",
        "9999999999999999999e-27",
        "18446744073709551615",
        "18446744073709551616",
        "1.0000000180025095e-35",
        "-1.0000000180025095e-35",
        "8.41e21",
        "9.5367431640625e-7",
        "179769313486231580793728971405301e276",
        "6.9294956446009195e15",
        "3.518437208883201171875e13",
        "0.500000000000000166533453693773481"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) CHECK(agrees_with_strtod(rows[i]));
}

static void test_real_parse__refuses_what_is_not_one_number(void **state)
{
    (void)state;
    static const char *const rows[] = {"",     "-",   "+",    ".",     "e5",      "1e",       "1e+",
                                       "1e5.", " 1",  "1 ",   "1,5",   "0x10",    "1.5.2",    "--1",
                                       "+-1",  "in",  "infi", "nan()", "infinit", "1e5e5",    "1_0",
                                       "nanx", ".e1", "1e 5", "\t1",   "1f",      "infinityx"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double out = 7.0;
        CHECK(!l1_real_parse(rows[i], strlen(rows[i]), &out));
        CHECK(out == 7.0);
    }
    double out = 7.0;
    CHECK(!l1_real_parse("1\0", 2, &out));
    CHECK(!l1_real_parse(NULL, 0, &out));
    CHECK(l1_real_parse("15", 1, &out) && out == 1.0); /* size is the end, not a NUL */
}

static void test_real_parse__agrees_with_strtod_on_printed_doubles(void **state)
{
    (void)state;
    l1_prng prng;
    char text[64];
    l1_prng_seed(&prng, 1);
    for (int i = 0, cases = random_cases(); i < cases; i++) {
        const double x = l1_real_of_bits(l1_prng_next(&prng)); /* all magnitudes */
        snprintf(text, sizeof text, "%.*g", 1 + (int)l1_prng_below(&prng, 20), x);
        CHECK(x != x || agrees_with_strtod(text));
        const double y = (l1_prng_unit(&prng) - 0.5) * pow(10.0, (double)l1_prng_below(&prng, 30));
        snprintf(text, sizeof text, "%.17g", y * 1e-12);
        CHECK(agrees_with_strtod(text));
        double back = 0.0;
        CHECK(l1_real_parse(text, strlen(text), &back) && back == y * 1e-12);
    }
}

static void test_real_parse__agrees_with_strtod_on_random_digits(void **state)
{
    (void)state;
    l1_prng prng;
    char text[128];
    l1_prng_seed(&prng, 2);
    for (int i = 0, cases = random_cases(); i < cases; i++) {
        const size_t digits = 1 + l1_prng_below(&prng, i % 8 == 0 ? 60 : 22);
        for (size_t d = 0; d < digits; d++) text[d] = (char)('0' + l1_prng_below(&prng, 10));
        if (digits > 1 && l1_prng_below(&prng, 2) == 0) text[l1_prng_below(&prng, digits)] = '.';
        const int range = i % 3 == 0 ? 700 : 60;
        snprintf(text + digits, sizeof text - digits, "e%d",
                 (int)l1_prng_below(&prng, (uint64_t)range) - range / 2);
        CHECK(agrees_with_strtod(text));
    }
}

/* Exact halves between two doubles, and a hair beside them: 767 digits decide. */
static void test_real_parse__agrees_with_strtod_next_to_halfway(void **state)
{
    (void)state;
    l1_prng prng;
    char text[1400];
    l1_prng_seed(&prng, 3);
    for (int i = 0, cases = random_cases() / 50; i < cases; i++) {
        uint64_t bits = l1_prng_next(&prng) & (UINT64_MAX >> 1);
        if (i % 4 == 0) bits &= (UINT64_C(1) << (1 + l1_prng_below(&prng, 60))) - 1; /* subnormal */
        const double x = l1_real_of_bits(bits), above = nextafter(x, INFINITY);
        if (!(above < INFINITY)) continue;
        const long double half = (long double)x + ((long double)above - (long double)x) / 2;
        snprintf(text, sizeof text, "%.800Le", half);
        CHECK(agrees_with_strtod(text));
        char *const last = strchr(text, 'e') - 1; /* the 801st digit */
        CHECK(*last == '0');
        *last = '1';
        CHECK(agrees_with_strtod(text));
        snprintf(text, sizeof text, "%.1100Le", half);
        CHECK(agrees_with_strtod(text));
        snprintf(text, sizeof text, "%.*Le", 15 + (int)l1_prng_below(&prng, 100), half);
        CHECK(agrees_with_strtod(text));
    }
}

static void test_real_parse__reads_any_length(void **state)
{
    (void)state;
    enum { ZEROS = 100000 };
    static char text[2 * ZEROS];
    double out = 0.0;
    memset(text, '0', ZEROS);
    text[1] = '.';
    memcpy(text + ZEROS, "15e100001", 10); /* 0.00...015 */
    CHECK(l1_real_parse(text, ZEROS + 9, &out) && out == 150.0);
    memset(text, '9', ZEROS);
    memcpy(text + ZEROS, "e-99999", 8);
    CHECK(l1_real_parse(text, ZEROS + 7, &out) && out == 10.0);
}

/* ---- functions --------------------------------------------------------------------------- */

/* Distance in units of the last place of `want` as a double; the last rounding counts too. */
static double error_of(double got, long double want)
{
    const double near = (double)want;
    if (isinf(near) || isinf(got) || near == 0.0) return got == near ? 0.0 : INFINITY;
    const double unit = fabs(near) >= 0x1p-1022 ? ldexp(1.0, ilogb(near) - 52) : 0x1p-1074;
    return (double)(fabsl((long double)got - want) / unit);
}

static void test_ln__stays_below_one_ulp(void **state)
{
    (void)state;
    l1_prng prng;
    double worst = 0.0;
    l1_prng_seed(&prng, 4);
    for (int i = 0, cases = random_cases(); i < cases; i++) {
        const double any = l1_real_of_bits(l1_prng_next(&prng) & (UINT64_MAX >> 1));
        const double rows[] = {any, 0.5 + l1_prng_unit(&prng),
                               1.0 + ldexp(l1_prng_unit(&prng), -i % 50), l1_prng_unit(&prng) * 1e6,
                               0x1p-1030 * l1_prng_unit(&prng)};
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
            if (rows[k] != rows[k] || rows[k] == 0.0) continue;
            worst = fmax(worst, error_of(l1_ln(rows[k]), logl(rows[k])));
        }
    }
    printf("ln: at most %.3f ulp\n", worst);
    CHECK(worst < 0.6);
    CHECK(l1_ln(1.0) == 0.0 && l1_ln(0.0) == -INFINITY && l1_ln(-0.0) == -INFINITY);
    CHECK(l1_ln(INFINITY) == INFINITY && isnan(l1_ln(-1.0)) && isnan(l1_ln(NAN)));
    CHECK(isnan(l1_ln(-INFINITY)) && isnan(l1_ln(-0x1p-1074)));
}

static void test_exp__stays_below_one_ulp(void **state)
{
    (void)state;
    l1_prng prng;
    double worst = 0.0;
    l1_prng_seed(&prng, 5);
    for (int i = 0, cases = random_cases(); i < cases; i++) {
        const double rows[] = {(l1_prng_unit(&prng) - 0.5) * 1416.0,
                               (l1_prng_unit(&prng) - 0.5) * 20.0,
                               ldexp(l1_prng_unit(&prng) - 0.5, -i % 60)};
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
            worst = fmax(worst, error_of(l1_exp(rows[k]), expl(rows[k])));
    }
    printf("exp: at most %.3f ulp\n", worst);
    CHECK(worst < 0.7);
    CHECK(l1_exp(0.0) == 1.0 && l1_exp(-0.0) == 1.0 && isnan(l1_exp(NAN)));
    CHECK(l1_exp(INFINITY) == INFINITY && l1_exp(-INFINITY) == 0.0 && l1_exp(710.0) == INFINITY);
    CHECK(l1_exp(709.782712893384) < INFINITY && l1_exp(709.7827128933841) == INFINITY);
    CHECK(l1_exp(-745.1) == 0x1p-1074 && l1_exp(-745.2) == 0.0);
    double low = l1_exp(-746.0), high;
    for (double x = -746.0; x < -700.0; x += 0.001, low = high) { /* down to 0, never upwards */
        high = l1_exp(x);
        CHECK(high >= low);
    }
}

static void test_erfc__stays_below_four_ulp(void **state)
{
    (void)state;
    l1_prng prng;
    double worst = 0.0;
    l1_prng_seed(&prng, 6);
    for (int i = 0, cases = random_cases(); i < cases; i++) {
        const double rows[] = {l1_prng_unit(&prng) * 26.0, l1_prng_unit(&prng) * 3.0,
                               -6.0 * l1_prng_unit(&prng), l1_prng_unit(&prng) * 0.001 + 0.4995,
                               l1_prng_unit(&prng) * 0.001 + 6.2795};
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
            worst = fmax(worst, error_of(l1_erfc(rows[k]), erfcl(rows[k])));
    }
    printf("erfc: at most %.3f ulp\n", worst);
    CHECK(worst < 4.0);
    CHECK(l1_erfc(0.0) == 1.0 && l1_erfc(INFINITY) == 0.0 && l1_erfc(-INFINITY) == 2.0);
    CHECK(l1_erfc(30.0) == 0.0 && l1_erfc(-30.0) == 2.0 && isnan(l1_erfc(NAN)));
    CHECK(l1_erfc(26.5) > 0.0);
}

static void test_circle__is_exact_at_quarters_and_close_elsewhere(void **state)
{
    (void)state;
    static const struct {
        double turns, sine, cosine;
    } rows[] = {{0, 0, 1},         {0.25, 1, 0},        {0.5, 0, -1},   {0.75, -1, 0},
                {1, 0, 1},         {-0.25, -1, 0},      {-0.5, 0, -1},  {7.25, 1, 0},
                {1048576.0, 0, 1}, {-1048575.75, 1, 0}, {0x1p51, 0, 1}, {-0x1p60, 0, 1},
                {1e300, 0, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(l1_sin_turns(rows[i].turns) == rows[i].sine);
        CHECK(l1_cos_turns(rows[i].turns) == rows[i].cosine);
    }
    CHECK(isnan(l1_sin_turns(NAN)) && isnan(l1_cos_turns(INFINITY)));
    CHECK(isnan(l1_sin_turns(-INFINITY)) && isnan(l1_cos_turns(NAN)));
    l1_prng prng;
    double worst = 0.0;
    const long double two_pi = 2 * acosl(-1.0L);
    l1_prng_seed(&prng, 7);
    for (int i = 0, cases = random_cases(); i < cases; i++) {
        const double turns = ldexp(l1_prng_unit(&prng) * 2 - 1, i % 21);
        const long double angle = two_pi * ((long double)turns - roundl((long double)turns));
        worst = fmax(worst, (double)fabsl((long double)l1_sin_turns(turns) - sinl(angle)));
        worst = fmax(worst, (double)fabsl((long double)l1_cos_turns(turns) - cosl(angle)));
    }
    printf("circle: at most %.3f ulp of 1\n", worst * 0x1p52);
    CHECK(worst < 0x1p-51);
}

/* One value for every compiler and level: `make test-all` runs this on four builds. */
/* Blocks of plain numbers, and blocks with one that is not at each place; every length. */
static void test_real__many_give_the_bits_of_one(void **state)
{
    (void)state;
    static const double odd[] = {0.0,
                                 -0.0,
                                 -1.0,
                                 5e-324,
                                 0x1p-1022,
                                 DBL_MAX,
                                 (double)NAN,
                                 (double)INFINITY,
                                 -(double)INFINITY,
                                 709.8,
                                 -745.5,
                                 700.0};
    double x[16], logs[16], powers[16];
    l1_prng prng;
    l1_prng_seed(&prng, 91);
    for (int round = 0; round < 20000; round++) {
        const size_t count = l1_prng_below(&prng, 17);
        for (size_t i = 0; i < count; i++) {
            const double unit = l1_prng_unit(&prng);
            x[i] = round % 3 == 0 ? unit * 1500 - 750 : round % 3 == 1 ? unit * 2 : unit * 1e-9 + 1;
            if (l1_prng_below(&prng, 12) == 0) x[i] = odd[l1_prng_below(&prng, 12)];
        }
        l1_ln_many(x, logs, count);
        l1_exp_many(x, powers, count);
        for (size_t i = 0; i < count; i++) {
            CHECK(l1_real_bits(logs[i]) == l1_real_bits(l1_ln(x[i])));
            CHECK(l1_real_bits(powers[i]) == l1_real_bits(l1_exp(x[i])));
        }
    }
    CHECK(l1_real_bits(l1_ln(1.0)) == 0); /* features rely on it */
}

static void test_real__gives_the_same_bits_whatever_compiled_it(void **state)
{
    (void)state;
    l1_prng prng;
    l1_hasher hasher;
    l1_prng_seed(&prng, 8);
    l1_hash_begin(&hasher, 0);
    for (int i = 0; i < 100000; i++) {
        const double any = l1_real_of_bits(l1_prng_next(&prng) & (UINT64_MAX >> 1));
        const double x = (l1_prng_unit(&prng) - 0.3) * 40.0, unit = l1_prng_unit(&prng);
        const double results[] = {any != any ? 0.0 : l1_ln(any),
                                  l1_ln(0.5 + unit),
                                  l1_exp(x),
                                  l1_exp(x * 17.0),
                                  l1_erfc(x),
                                  l1_erfc(unit * 2.0 - 1.0),
                                  l1_sin_turns(x),
                                  l1_cos_turns(x)};
        l1_hash_add(&hasher, results, sizeof results);
    }
    char hex[33];
    l1_hash_hex(l1_hash_end(&hasher), hex);
    assert_string_equal(hex, "f5d9bafa62aec12912e415a67f6a744b");
}

/* ---- hyperbolic -------------------------------------------------------------------------- */

static void test_hyperbolic__stays_below_its_bounds(void **state)
{
    (void)state;
    l1_prng prng;
    double sine = 0.0, cosine = 0.0, inverse = 0.0, beside = 0.0;
    l1_prng_seed(&prng, 6);
    for (int i = 0, cases = random_cases() / 4; i < cases; i++) {
        const double sign = i % 2 == 0 ? 1.0 : -1.0;
        const double rows[] = {sign * l1_prng_unit(&prng) * 710.4,
                               sign * l1_prng_unit(&prng) * 25.0,
                               sign * ldexp(l1_prng_unit(&prng), -i % 40)};
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
            const double x = rows[k];
            sine = fmax(sine, error_of(l1_sinh(x), sinhl(x)));
            cosine = fmax(cosine, error_of(l1_cosh(x), coshl(x)));
            const double size = fabs(ldexp(x, i % 300)), one = 1.0 + fabs(x);
            inverse = fmax(inverse, error_of(l1_acosh(one), acoshl(one)));
            inverse = fmax(inverse, error_of(l1_acosh(1.0 + size), acoshl(1.0 + size)));
            /* acosh(1 + x) = 2 asinh(sqrt(x/2)), which does not cancel */
            const long double small = fabsl((long double)x) * 0x1p-30L;
            beside = fmax(beside, error_of(l1_acosh_beside_one((double)small),
                                           2.0L * asinhl(sqrtl(small * 0.5L))));
        }
    }
    printf("sinh %.3f, cosh %.3f, acosh %.3f, beside one %.3f ulp at most\n", sine, cosine, inverse,
           beside);
    CHECK(sine < 3.0 && cosine < 3.0 && inverse < 4.0 && beside < 4.0);
    CHECK(sine > 0.0 && cosine > 0.0 && inverse > 0.0 && beside > 0.0);
}

static void test_hyperbolic__gives_the_same_bits_whatever_compiled_it(void **state)
{
    (void)state;
    l1_prng prng;
    l1_hasher hasher;
    l1_prng_seed(&prng, 9);
    l1_hash_begin(&hasher, 0);
    for (int i = 0; i < 100000; i++) {
        const double x = (l1_prng_unit(&prng) - 0.5) * (i % 2 == 0 ? 1400.0 : 4.0);
        const double results[] = {l1_sinh(x), l1_cosh(x), l1_acosh(1.0 + x * x),
                                  l1_acosh_beside_one(ldexp(x * x, -i % 60))};
        l1_hash_add(&hasher, results, sizeof results);
    }
    char hex[33];
    l1_hash_hex(l1_hash_end(&hasher), hex);
    assert_string_equal(hex, "fb4cd63d0efe50f6943e2cc66f489dda");
}

static void test_hyperbolic__is_defined_at_every_end(void **state)
{
    (void)state;
    CHECK(l1_sinh(0.0) == 0.0 && l1_cosh(0.0) == 1.0 && l1_acosh(1.0) == 0.0);
    CHECK(l1_sinh(INFINITY) == INFINITY && l1_sinh(-INFINITY) == -INFINITY);
    CHECK(l1_cosh(INFINITY) == INFINITY && l1_cosh(-INFINITY) == INFINITY);
    CHECK(l1_sinh(710.4758) < INFINITY && l1_sinh(710.4759) == INFINITY);
    CHECK(l1_cosh(710.4758) < INFINITY && l1_cosh(710.4759) == INFINITY);
    CHECK(isnan(l1_sinh(NAN)) && isnan(l1_cosh(NAN)) && isnan(l1_acosh(NAN)));
    CHECK(isnan(l1_acosh(0.999)) && l1_acosh(INFINITY) == INFINITY);
    CHECK(l1_acosh(0x1.0p1023) > 709.0 && l1_acosh(0x1.0p1023) < 710.0);
    for (double x = 0.001; x < 30.0; x *= 1.01) {
        CHECK(l1_sinh(-x) == -l1_sinh(x) && l1_cosh(-x) == l1_cosh(x));
        CHECK(l1_sinh(x * 1.01) > l1_sinh(x) && l1_cosh(x * 1.01) > l1_cosh(x));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_parse__reads_what_strtod_reads),
        cmocka_unit_test(test_real_parse__refuses_what_is_not_one_number),
        cmocka_unit_test(test_real_parse__agrees_with_strtod_on_printed_doubles),
        cmocka_unit_test(test_real_parse__agrees_with_strtod_on_random_digits),
        cmocka_unit_test(test_real_parse__agrees_with_strtod_next_to_halfway),
        cmocka_unit_test(test_real_parse__reads_any_length),
        cmocka_unit_test(test_ln__stays_below_one_ulp),
        cmocka_unit_test(test_exp__stays_below_one_ulp),
        cmocka_unit_test(test_erfc__stays_below_four_ulp),
        cmocka_unit_test(test_circle__is_exact_at_quarters_and_close_elsewhere),
        cmocka_unit_test(test_real__many_give_the_bits_of_one),
        cmocka_unit_test(test_real__gives_the_same_bits_whatever_compiled_it),
        cmocka_unit_test(test_hyperbolic__stays_below_its_bounds),
        cmocka_unit_test(test_hyperbolic__gives_the_same_bits_whatever_compiled_it),
        cmocka_unit_test(test_hyperbolic__is_defined_at_every_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
