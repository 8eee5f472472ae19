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
#define SQRT_2 0x1.6a09e667f3bcdp+0
#define LANES 4 /* numbers that one series is computed of side by side */

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

/* ln of 2^exponent m, m in [sqrt(1/2), sqrt 2): ln m = 2 atanh(s), s = (m - 1) / (m + 1). The
 * quotient is carried with its remainder, so 2s counts as exact. */
static inline double ln_of_parts(double m, double exponent)
{
    double below_low, s_d_low, lead_low;
    const double above = m - 1.0, below = sum(m, 1.0, &below_low);
    const double s = above / below;
    const double s_d = product(s, below, &s_d_low);
    const double s_low = (((above - s_d) - s_d_low) - s * below_low) / below;
    const double lead = sum(exponent * ln2_high, 2.0 * s, &lead_low);
    const double rest = 2.0 * s * atanh_rest(s * s) + (2.0 * s_low + exponent * ln2_low);
    return lead + (lead_low + rest);
}

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
    if (m >= SQRT_2) {
        m *= 0.5;
        exponent++;
    }
    L1_ASSERT(m > 0.7 && m < 1.5);
    return ln_of_parts(m, exponent);
}

/* Normal numbers side by side, so that their series overlap. */
static void ln_lanes(const double x[LANES], double out[LANES])
{
    double parts[LANES], exponents[LANES];
    for (int i = 0; i < LANES; i++) {
        const uint64_t bits = l1_real_bits(x[i]);
        const uint64_t fraction = bits & ((UINT64_C(1) << MANTISSA_BITS) - 1);
        const double m = l1_real_of_bits(fraction | (uint64_t)EXPONENT_BIAS << MANTISSA_BITS);
        const bool upper = m >= SQRT_2;
        exponents[i] = (int)(bits >> MANTISSA_BITS) - EXPONENT_BIAS + upper;
        parts[i] = upper ? m * 0.5 : m;
    }
    for (int i = 0; i < LANES; i++) out[i] = ln_of_parts(parts[i], exponents[i]);
}

static bool ln_is_plain(double x)
{
    return x >= 0x1.0p-1022 && x <= 0x1.fffffffffffffp+1023;
}

/* Whole blocks of plain numbers at once, the others one by one. */
static void many(const double *x, double *out, size_t count, bool (*is_plain)(double),
                 void (*lanes)(const double *, double *), double (*one)(double))
{
    L1_ASSERT(x != out);
    for (size_t at = 0; at < count; at += LANES) {
        bool plain = count - at >= LANES;
        for (size_t i = at; plain && i < at + LANES; i++) plain = is_plain(x[i]);
        if (plain) lanes(x + at, out + at);
        for (size_t i = at; !plain && i < count && i < at + LANES; i++) out[i] = one(x[i]);
    }
}

void l1_ln_many(const double *x, double *out, size_t count)
{
    many(x, out, count, ln_is_plain, ln_lanes, l1_ln);
}

/* ---- exponential ------------------------------------------------------------------------- */

#define EXP_TERMS 14

/* The k of e^x = 2^k e^r, |r| < 0.35. */
static inline int exp_turns(double x)
{
    static const double log2_e = 0x1.71547652b82fep+0;
    const double turns = x * log2_e;
    return (int)(turns < 0.0 ? turns - 0.5 : turns + 0.5);
}

/* e^(x + x_low) x (factor + factor_low) / 2^k, each low part far below its own; the factor near 1.
 * r = x - k ln 2. */
static inline double exp_mantissa(double x, double x_low, double factor, double factor_low, int k)
{
    double r_low, one_low, power_low, low;
    const double r = sum(x - k * ln2_high, x_low - k * ln2_low, &r_low);
    double tail = 1.0 / EXP_TERMS; /* 1/2! + r/3! + r^2/4! + ... = 1/2 (1 + r/3 (1 + r/4 (...))) */
    for (int term = EXP_TERMS - 1; term >= 2; term--) tail = (1.0 + r * tail) * (1.0 / term);
    const double one_r = sum(1.0, r, &one_low);
    const double power = sum(one_r, one_low + (r * r * tail + (r_low + r * r_low)), &power_low);
    const double lead = product(power, factor, &low);
    return lead + (low + (power_low * factor + power * factor_low));
}

static double exp_times(double x, double x_low, double factor, double factor_low)
{
    const int k = exp_turns(x);
    const double mantissa = exp_mantissa(x, x_low, factor, factor_low, k);
    L1_ASSERT(x - k * ln2_high > -0.35 && x - k * ln2_high < 0.35);
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

/* Results that are normal numbers: one power of two does. */
static void exp_lanes(const double x[LANES], double out[LANES])
{
    for (int i = 0; i < LANES; i++) {
        const int k = exp_turns(x[i]);
        const uint64_t power = (uint64_t)(uint32_t)(k + EXPONENT_BIAS) << MANTISSA_BITS;
        out[i] = exp_mantissa(x[i], 0.0, 1.0, 0.0, k) * l1_real_of_bits(power);
    }
}

static bool exp_is_plain(double x)
{
    return x > -700.0 && x < 700.0;
}

void l1_exp_many(const double *x, double *out, size_t count)
{
    many(x, out, count, exp_is_plain, exp_lanes, l1_exp);
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

void l1_circle_turns(double turns, double *sine, double *cosine)
{
    *sine = *cosine = turns;
    if (!(turns >= -0x1.0p51 && turns <= 0x1.0p51)) {
        turns -= turns; /* whole turns; infinity becomes NaN */
        *sine = *cosine = turns;
        if (turns != turns) return;
    }
    const double fourfold = turns * 4.0;
    const int64_t nearest = (int64_t)(fourfold < 0.0 ? fourfold - 0.5 : fourfold + 0.5);
    double odd, even;
    small_angle((fourfold - (double)nearest) * 0.25, &odd, &even);
    switch (nearest & 3) {
    case 0: *sine = odd, *cosine = even; break;
    case 1: *sine = even, *cosine = 0.0 - odd; break;
    case 2: *sine = 0.0 - odd, *cosine = 0.0 - even; break;
    default: *sine = 0.0 - even, *cosine = odd; break;
    }
}

double l1_sin_turns(double turns)
{
    double sine, cosine;
    l1_circle_turns(turns, &sine, &cosine);
    return sine;
}

double l1_cos_turns(double turns)
{
    double sine, cosine;
    l1_circle_turns(turns, &sine, &cosine);
    return cosine;
}
