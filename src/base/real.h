/* base/real.h: deterministic functions of doubles, and their text form.
 *
 * The C library's transcendentals differ in the last bit between versions and processors; these
 * use + - * / and sqrt only, in one order, so that features and scores are the same bits
 * everywhere (-ffp-contract=off). They are tested against libm; the errors stated are bounds.
 * Errors:      none; NaN in gives NaN out. Determinism: pure. */
#ifndef L1_BASE_REAL_H
#define L1_BASE_REAL_H

#include <stdbool.h>
#include <stddef.h>

/* Natural logarithm; < 1 ulp. ln(0) = -inf, ln(x < 0) = NaN. */
double l1_ln(double x);

/* e to the x; < 1 ulp in the normal range. Overflow gives inf, underflow goes down to 0. */
double l1_exp(double x);

/* The same bits for many at once, sooner; `out` is another array. */
void l1_ln_many(const double *x, double *out, size_t count);
void l1_exp_many(const double *x, double *out, size_t count);

/* Complementary error function; relative error < 4 ulp for x <= 26. */
double l1_erfc(double x);

/* Sine and cosine of an angle in turns (1 = a full circle); |turns| <= 2^20, < 2 ulp of 1. Turns,
 * not radians: multiples of a quarter are exact. */
double l1_sin_turns(double turns);
double l1_cos_turns(double turns);
void l1_circle_turns(double turns, double *sine, double *cosine); /* both of them */

/* Hyperbolic sine and cosine; < 3 ulp, overflow gives +/-inf. */
double l1_sinh(double x);
double l1_cosh(double x);

/* The x >= 0 of cosh x; of 1 + x, exact also for x far below 1; < 4 ulp. NaN below 1 (below 0). */
double l1_acosh(double x);
double l1_acosh_beside_one(double x);

/* The double nearest to a text (ties to even) as C's strtod reads it in the C locale: optional
 * sign, digits with an optional point, optional exponent; or inf, infinity, nan in any case. No
 * leading space, no hexadecimal. True when the whole text is one number. Beyond the range gives
 * +/-inf or 0 as strtod does. Any length; bounded memory. */
bool l1_real_parse(const char *text, size_t size, double *out);

/* Bits as a double and back. */
double l1_real_of_bits(unsigned long long bits);
unsigned long long l1_real_bits(double x);

#endif
