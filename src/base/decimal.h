/* base/decimal.h: prices, quantities, notionals and ratios as integers with 8 decimals.
 *
 * Each is a type of its own, so adding a price to a quantity does not compile. Products go
 * through 128 bits and name their rounding; overflow is a result, never a wrap.
 * Units:       e8 = 1e-8 of quote per base (price), base (qty), quote (notional), 1 (ratio).
 * Determinism: pure integer arithmetic. */
#ifndef L1_BASE_DECIMAL_H
#define L1_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct {
    int64_t e8;
} l1_price; /* quote per base */
typedef struct {
    int64_t e8;
} l1_qty; /* base */
typedef struct {
    int64_t e8;
} l1_notional; /* quote */
typedef struct {
    int64_t e8;
} l1_ratio; /* dimensionless; 0.20 is 20000000 */

__extension__ typedef __int128 l1_i128;

#define L1_E8 INT64_C(100000000)

/* A limit that the configuration set to null: its rule is switched off. Tables of limits hold
 * it in any e8 or count field that may be null. */
#define L1_OFF INT64_MIN

typedef enum { L1_ROUND_DOWN, L1_ROUND_UP, L1_ROUND_NEAREST } l1_round;

/* a * b / divisor and its rounding; toward -inf, toward +inf, or half away from zero.
 * divisor > 0. False when the result leaves int64 (out is untouched). */
L1_MUST_USE bool l1_mul_div(int64_t a, int64_t b, int64_t divisor, l1_round mode, int64_t *out);

/* price x qty. Both >= 0. False on overflow. */
L1_MUST_USE bool l1_notional_of(l1_price price, l1_qty qty, l1_round mode, l1_notional *out);

/* notional / qty as a price; qty > 0. False on overflow. */
L1_MUST_USE bool l1_price_of(l1_notional notional, l1_qty qty, l1_round mode, l1_price *out);

/* notional / price as a quantity; price > 0. False on overflow. */
L1_MUST_USE bool l1_qty_of(l1_notional notional, l1_price price, l1_round mode, l1_qty *out);

/* value x ratio for any e8 value. False on overflow. */
L1_MUST_USE bool l1_scale(int64_t e8, l1_ratio ratio, l1_round mode, int64_t *out);

/* numerator / denominator as an e8 ratio; denominator > 0. False on overflow. */
L1_MUST_USE bool l1_ratio_of(int64_t numerator, int64_t denominator, l1_round mode, l1_ratio *out);

/* e8 rounded to a multiple of step (> 0). */
int64_t l1_step_down(int64_t e8, int64_t step); /* toward -inf; e8 >= INT64_MIN + step */
int64_t l1_step_up(int64_t e8, int64_t step);   /* toward +inf; e8 <= INT64_MAX - step */

/* Floor of the square root; value >= 0; INT64_MAX when the root is larger. For effective
 * exposure: sqrt of a 128-bit sum. */
int64_t l1_sqrt_i128(l1_i128 value);

/* Text to e8, in JSON's grammar of a number (RFC 8259 section 6): optional '-', digits without a
 * leading zero, optional fraction, optional exponent; no '+' in front, no "01", no ".5". At most
 * 20 digits in the mantissa, not counting leading zeros ("0.0001" has one); trailing zeros count.
 * Rounded to nearest (half away from zero) at the 8th decimal. INPUT_SYNTAX, INPUT_TOO_LONG (over
 * 20 digits) or INPUT_FIELD (beyond +/- INT64_MAX e8: INT64_MIN is L1_OFF and no value). The
 * whole text is the number. Time is linear in size whatever the exponent. No locale, no double. */
L1_MUST_USE l1_result l1_decimal_parse(const char *text, size_t size, int64_t *e8);

/* e8 to the shortest exact text ("0.01", "-3", "50125.3"); returns the length. `out` holds
 * L1_DECIMAL_TEXT_MAX bytes; NUL-terminated. */
#define L1_DECIMAL_TEXT_MAX 24
size_t l1_decimal_format(int64_t e8, char out[L1_DECIMAL_TEXT_MAX]);

/* Checked crossing of the float border (features, models and decision only). From e8 is exact
 * to 53 bits; into e8 rounds value x 1e8 to nearest (half away from zero) and fails on NaN,
 * infinity or overflow. */
double l1_decimal_to_double(int64_t e8);
L1_MUST_USE bool l1_decimal_from_double(double value, int64_t *e8);

#endif
