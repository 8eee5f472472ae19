/* base/real.c: logarithm, exponential, error function and circle, from + - * / alone.
 *
 * Each result is made of a leading part that is exact and a small rest, so that nearly the whole
 * error is that of the last addition. Series are plain Taylor series, cut where the next term is
 * below 2^-58 of the sum: nothing here was fitted. */
#include "base/real.h"

#include <stdint.h>
#include <string.h>

#include "base/assert.h"

_Static_assert(sizeof(double) == 8 && sizeof(unsigned long long) == 8, "IEEE 754 binary64");

#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1023
#define SIGN_BIT (UINT64_C(1) << 63)
#define INFINITY_BITS UINT64_C(0x7ff0000000000000)
#define NAN_BITS UINT64_C(0x7ff8000000000000)

/* ln 2 in two parts; the first has 38 bits, so that its product with any exponent is exact. */
static const double ln2_high = 0x1.62e42fefa0000p-1, ln2_low = 0x1.cf79abc9e3b3ap-40;

double l1_real_of_bits(unsigned long long bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

unsigned long long l1_real_bits(double x)
{
    unsigned long long bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* 2^exponent, a normal number. */
static double power_of_two(int exponent)
{
    L1_ASSERT(exponent >= 1 - EXPONENT_BIAS);
    L1_ASSERT(exponent <= EXPONENT_BIAS);
    return l1_real_of_bits((uint64_t)(exponent + EXPONENT_BIAS) << MANTISSA_BITS);
}

/* a x b without error, as high + *low (Dekker; both factors far from the ends of the range). */
static double product(double a, double b, double *low)
{
    const double split = 0x1.0p27 + 1.0;
    const double a_scaled = a * split, b_scaled = b * split;
    const double a_high = a_scaled - (a_scaled - a), a_low = a - a_high;
    const double b_high = b_scaled - (b_scaled - b), b_low = b - b_high;
    const double high = a * b;
    *low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
    return high;
}

/* a + b without error, as high + *low (Knuth). */
static double sum(double a, double b, double *low)
{
    const double high = a + b;
    const double b_part = high - a, a_part = high - b_part;
    *low = (a - a_part) + (b - b_part);
    return high;
}

/* ---- logarithm --------------------------------------------------------------------------- */

/* 2 atanh(s) - 2s for s = square root of `square`, divided by 2s. */
static double atanh_rest(double square)
{
    double rest = 1.0 / 25;
    for (int odd = 23; odd >= 3; odd -= 2) rest = rest * square + 1.0 / odd;
    return rest * square;
}

/* x = 2^exponent m with m in [sqrt(1/2), sqrt 2); ln m = 2 atanh(s), s = (m - 1) / (m + 1). The
 * quotient is carried with its remainder, so 2s counts as exact. */
double l1_ln(double x)
{
    uint64_t bits = l1_real_bits(x);
    int exponent = 0;
    if (x != x || bits == INFINITY_BITS) return x;
    if (x == 0.0) return l1_real_of_bits(INFINITY_BITS | SIGN_BIT);
    if (x < 0.0) return l1_real_of_bits(NAN_BITS);
    if (bits < UINT64_C(1) << MANTISSA_BITS) { /* subnormal */
        bits = l1_real_bits(x * 0x1.0p54);
        exponent = -54;
    }
    exponent += (int)(bits >> MANTISSA_BITS) - EXPONENT_BIAS;
    const uint64_t fraction = bits & ((UINT64_C(1) << MANTISSA_BITS) - 1);
    double m = l1_real_of_bits(fraction | (uint64_t)EXPONENT_BIAS << MANTISSA_BITS);
    if (m >= 0x1.6a09e667f3bcdp+0) { /* sqrt 2 */
        m *= 0.5;
        exponent++;
    }
    L1_ASSERT(m > 0.7 && m < 1.5);
    double below_low, s_d_low, lead_low;
    const double above = m - 1.0, below = sum(m, 1.0, &below_low);
    const double s = above / below;
    const double s_d = product(s, below, &s_d_low);
    const double s_low = (((above - s_d) - s_d_low) - s * below_low) / below;
    const double lead = sum(exponent * ln2_high, 2.0 * s, &lead_low);
    const double rest = 2.0 * s * atanh_rest(s * s) + (2.0 * s_low + exponent * ln2_low);
    return lead + (lead_low + rest);
}

/* ---- exponential ------------------------------------------------------------------------- */

#define EXP_TERMS 14

/* e^(x + x_low) x (factor + factor_low), each low part far below its own; the factor near 1.
 * e^x = 2^k e^r, r = x - k ln 2, |r| < 0.35. */
static double exp_times(double x, double x_low, double factor, double factor_low)
{
    static const double log2_e = 0x1.71547652b82fep+0;
    const double turns = x * log2_e;
    const int k = (int)(turns < 0.0 ? turns - 0.5 : turns + 0.5);
    double r_low, one_low, power_low, low;
    const double r = sum(x - k * ln2_high, x_low - k * ln2_low, &r_low);
    L1_ASSERT(r > -0.35 && r < 0.35);
    double tail = 1.0 / EXP_TERMS; /* 1/2! + r/3! + r^2/4! + ... = 1/2 (1 + r/3 (1 + r/4 (...))) */
    for (int term = EXP_TERMS - 1; term >= 2; term--) tail = (1.0 + r * tail) * (1.0 / term);
    const double one_r = sum(1.0, r, &one_low);
    const double power = sum(one_r, one_low + (r * r * tail + (r_low + r * r_low)), &power_low);
    const double lead = product(power, factor, &low);
    const double mantissa = lead + (low + (power_low * factor + power * factor_low));
    L1_ASSERT(power > 0.7 && power < 1.5);
    const int half = k / 2; /* in two steps: 2^k alone may lie beyond the range */
    return mantissa * power_of_two(half) * power_of_two(k - half);
}

double l1_exp(double x)
{
    if (x != x) return x;
    if (x > 709.79) return l1_real_of_bits(INFINITY_BITS);
    if (x < -746.0) return 0.0;
    return exp_times(x, 0.0, 1.0, 0.0);
}

/* ---- complementary error function -------------------------------------------------------- */

#define ERF_TERMS 14
#define ERFC_NODES 13

/* erf for |x| < 1/2: 2/sqrt(pi) x sum (-1)^n x^2n / (n! (2n + 1)). */
static double erf_small(double x)
{
    static const double two_by_root_pi = 0x1.20dd750429b6dp+0;
    const double square = x * x;
    double factor = 1.0, series = 0.0, terms[ERF_TERMS];
    for (int n = 0; n < ERF_TERMS; n++) {
        terms[n] = factor / (2 * n + 1);
        factor = -factor * square / (n + 1);
    }
    for (int n = ERF_TERMS - 1; n >= 0; n--) series += terms[n];
    return two_by_root_pi * x * series;
}

/* For x >= 1/2: the trapezium rule with step 1/2 on erfc(x) = e^-x^2 / pi x the integral over all
 * t of x e^-t^2 / (t^2 + x^2). Its error for this function is known: the residue at t = ix, taken
 * off at the end, and a rest of order e^-4 pi^2 = 7e-18. x / (t^2 + x^2) is written as
 * (1 - t^2 / (t^2 + x^2)) / x, because the sum over the ones is 1 / sqrt pi. */
static double erfc_large(double x)
{
    static const double weights[ERFC_NODES] = {
        /* t^2 e^-t^2 / pi, t = n/2 */
        0x1.fbb2fd3e63b83p-5,  0x1.dfa3e572aa123p-4,  0x1.3531790ec9d83p-4,  0x1.7e13fd7d199b4p-6,
        0x1.f762595727fccp-9,  0x1.72b77d241411ap-12, 0x1.390a083cafaadp-16, 0x1.33b3574d5dd08p-21,
        0x1.6384a3b83217bp-27, 0x1.e60ecb34a6fbdp-34, 0x1.8b09578e47bfap-41, 0x1.7f0e0e84b0b89p-49,
        0x1.bc56da2f44f90p-58};
    static const double by_root_pi = 0x1.20dd750429b6dp-1, by_root_pi_low = 0x1.1ae3a914fed80p-57,
                        four_pi = 0x1.921fb54442d18p+3;
    L1_ASSERT(x >= 0.5);
    if (x > 28.0) return 0.0;
    double square_low, nodes = by_root_pi_low, factor_low, back_low;
    const double square = product(x, x, &square_low);
    for (int n = ERFC_NODES; n >= 1; n--) nodes -= weights[n - 1] / (0.25 * n * n + square);
    const double above = sum(by_root_pi, nodes, &factor_low);
    const double factor = above / x, back = product(factor, x, &back_low);
    factor_low = (((above - back) - back_low) + factor_low) / x;
    double result = exp_times(-square, -square_low, factor, factor_low);
    if (x < 6.28) result -= 2.0 / (l1_exp(four_pi * x) - 1.0);
    return result;
}

double l1_erfc(double x)
{
    if (x != x) return x;
    if (x >= 0.5) return erfc_large(x);
    if (x > -0.5) return 1.0 - erf_small(x);
    return 2.0 - erfc_large(-x);
}

/* ---- circle ------------------------------------------------------------------------------ */

#define CIRCLE_TERMS 9

/* Sine and cosine of 2 pi r, |r| <= 1/8 turn. */
static void small_angle(double r, double *sine, double *cosine)
{
    static const double two_pi = 0x1.921fb54442d18p+2;
    const double angle = two_pi * r, square = angle * angle;
    double odd = 1.0, even = 1.0; /* 1 - a^2/(2 3) (1 - a^2/(4 5) ...), 1 - a^2/(1 2) (...) */
    for (int n = 2 * CIRCLE_TERMS; n >= 2; n -= 2) {
        odd = 1.0 - square * odd / (n * (n + 1));
        even = 1.0 - square * even / ((n - 1) * n);
    }
    *sine = angle * odd;
    *cosine = even;
}

/* The sine of `turns` plus `quarters` quarter turns. */
static double circle(double turns, int quarters)
{
    if (!(turns >= -0x1.0p51 && turns <= 0x1.0p51)) {
        turns -= turns; /* whole turns; infinity becomes NaN */
        if (turns != turns) return turns;
    }
    const double fourfold = turns * 4.0;
    const int64_t nearest = (int64_t)(fourfold < 0.0 ? fourfold - 0.5 : fourfold + 0.5);
    double sine, cosine;
    small_angle((fourfold - (double)nearest) * 0.25, &sine, &cosine);
    switch ((nearest + quarters) & 3) {
    case 0: return sine;
    case 1: return cosine;
    case 2: return 0.0 - sine;
    default: return 0.0 - cosine;
    }
}

double l1_sin_turns(double turns)
{
    return circle(turns, 0);
}

double l1_cos_turns(double turns)
{
    return circle(turns, 1);
}
