/* base/real_hyperbolic.c: hyperbolic sine and cosine and the inverse of the latter.
 *
 * Made of l1_exp and l1_ln; where those would cancel, of a plain Taylor series or of the part that
 * the rounding of a sum has lost. */
#include <math.h>

#include "base/real.h"

/* From here on e^-x is below half a unit of the last place of e^x. */
#define LONE_EXP 20.0
/* e^x alone would overflow soon after. */
#define HALVED 700.0
#define SINH_TERMS 12

/* e^x / 2 up to the end of the range. */
static double half_exp(double x)
{
    if (x < HALVED) return 0.5 * l1_exp(x);
    const double root = l1_exp(0.5 * x);
    return 0.5 * root * root;
}

double l1_sinh(double x)
{
    const double size = x < 0.0 ? -x : x;
    if (size < 1.0) { /* x (1 + x^2/(2 3) (1 + x^2/(4 5) (...))) */
        const double square = x * x;
        double series = 1.0;
        for (int n = 2 * SINH_TERMS; n >= 2; n -= 2) series = 1.0 + square * series / (n * (n + 1));
        return x * series;
    }
    double result = half_exp(size);
    if (size < LONE_EXP) result -= 0.5 * l1_exp(-size);
    return x < 0.0 ? -result : result;
}

double l1_cosh(double x)
{
    const double size = x < 0.0 ? -x : x;
    const double grown = half_exp(size);
    return size < LONE_EXP ? grown + 0.5 * l1_exp(-size) : grown;
}

/* ln(1 + x), x >= 0: what 1 + x has lost is added again. */
static double ln_beside_one(double x)
{
    const double one_x = 1.0 + x;
    if (one_x == 1.0) return x;
    return l1_ln(one_x) + (x - (one_x - 1.0)) / one_x;
}

double l1_acosh_beside_one(double x)
{
    static const double ln_2 = 0x1.62e42fefa39efp-1;
    if (x < 0.0) return l1_ln(-1.0); /* NaN */
    if (x > 0x1.0p30) return l1_ln(x) + (ln_2 + 1.0 / x);
    return ln_beside_one(x + sqrt(x * (x + 2.0)));
}

double l1_acosh(double x)
{
    return l1_acosh_beside_one(x - 1.0);
}
