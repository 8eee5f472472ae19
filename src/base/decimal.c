/* base/decimal.c: arithmetic, text and float border of the e8 integers. */
#include "base/decimal.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"

__extension__ typedef unsigned __int128 u128;

enum { DIGITS_MAX = 20, DIGITS_OF_U64 = 19 };

/* Exponents stop growing here: far beyond any text, far from overflow. */
static const int64_t exponent_cap = INT64_C(100000000000000000);

static const uint64_t powers_of_ten[DIGITS_OF_U64 + 1] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
}

/* ---- arithmetic -------------------------------------------------------------------------- */

/* Whether the truncated magnitude has to grow by one to be rounded as asked. */
static bool grows(uint64_t remainder, uint64_t divisor, bool negative, l1_round mode)
{
    L1_ASSERT(remainder < divisor);
    if (remainder == 0) return false;
    if (mode == L1_ROUND_DOWN) return negative;
    if (mode == L1_ROUND_UP) return !negative;
    L1_ASSERT(mode == L1_ROUND_NEAREST);
    return remainder >= divisor - remainder;
}

bool l1_mul_div(int64_t a, int64_t b, int64_t divisor, l1_round mode, int64_t *out)
{
    L1_ASSERT(divisor > 0);
    const bool negative = (a < 0) != (b < 0);
    const uint64_t by = (uint64_t)divisor;
    const u128 wide = (u128)magnitude(a) * magnitude(b);
    uint64_t quotient;
    uint64_t remainder;
    if (wide <= UINT64_MAX) {
        quotient = (uint64_t)wide / by;
        remainder = (uint64_t)wide % by;
    } else {
        if ((uint64_t)(wide >> 64) >= by) return false; /* quotient needs more than 64 bits */
        quotient = (uint64_t)(wide / by);
        remainder = (uint64_t)(wide - (u128)quotient * by);
    }
    const uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    if (quotient > limit) return false;
    if (grows(remainder, by, negative, mode)) {
        if (quotient == limit) return false;
        quotient++;
    }
    *out = negative ? (int64_t)((uint64_t)0 - quotient) : (int64_t)quotient;
    return true;
}

bool l1_notional_of(l1_price price, l1_qty qty, l1_round mode, l1_notional *out)
{
    L1_ASSERT(price.e8 >= 0);
    L1_ASSERT(qty.e8 >= 0);
    return l1_mul_div(price.e8, qty.e8, L1_E8, mode, &out->e8);
}

bool l1_price_of(l1_notional notional, l1_qty qty, l1_round mode, l1_price *out)
{
    L1_ASSERT(qty.e8 > 0);
    L1_ASSERT(out != NULL);
    return l1_mul_div(notional.e8, L1_E8, qty.e8, mode, &out->e8);
}

bool l1_qty_of(l1_notional notional, l1_price price, l1_round mode, l1_qty *out)
{
    L1_ASSERT(price.e8 > 0);
    L1_ASSERT(out != NULL);
    return l1_mul_div(notional.e8, L1_E8, price.e8, mode, &out->e8);
}

bool l1_scale(int64_t e8, l1_ratio ratio, l1_round mode, int64_t *out)
{
    return l1_mul_div(e8, ratio.e8, L1_E8, mode, out);
}

bool l1_ratio_of(int64_t numerator, int64_t denominator, l1_round mode, l1_ratio *out)
{
    L1_ASSERT(denominator > 0);
    L1_ASSERT(out != NULL);
    return l1_mul_div(numerator, L1_E8, denominator, mode, &out->e8);
}

int64_t l1_step_down(int64_t e8, int64_t step)
{
    L1_ASSERT(step > 0);
    L1_ASSERT(e8 >= INT64_MIN + step);
    const int64_t rest = e8 % step;
    return rest < 0 ? e8 - rest - step : e8 - rest;
}

int64_t l1_step_up(int64_t e8, int64_t step)
{
    L1_ASSERT(step > 0);
    L1_ASSERT(e8 <= INT64_MAX - step);
    const int64_t rest = e8 % step;
    return rest > 0 ? e8 - rest + step : e8 - rest;
}

int64_t l1_sqrt_i128(l1_i128 value)
{
    L1_ASSERT(value >= 0);
    const u128 wide = (u128)value;
    if (wide >= (u128)INT64_MAX * INT64_MAX) return INT64_MAX;
    /* The processor's square root (exact to 53 bits, the same everywhere) is where Newton's
     * method starts; the loops make the floor exact in integers whatever the start was. */
    u128 root = (u128)(uint64_t)sqrt((double)value) + 1;
    root = (root + wide / root) / 2;
    while (root * root > wide) root--;
    while ((root + 1) * (root + 1) <= wide) root++;
    L1_ASSERT(root <= INT64_MAX);
    return (int64_t)root;
}

/* ---- text -------------------------------------------------------------------------------- */

typedef struct {
    const char *at, *end;
    uint64_t mantissa;   /* the first 19 significant digits */
    uint64_t last_digit; /* the 20th, when there is one */
    unsigned digits;     /* significant digits seen, leading zeros not counted */
    int64_t scale;       /* the value is mantissa x 10^scale */
    bool negative;
} numeral;

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

/* Takes a run of digits. Bounded: only the first 20 significant ones are kept, the rest only
 * counted, and the caller refuses a numeral that has more. */
static size_t take_digits(numeral *in)
{
    const char *const start = in->at;
    const char *at = start;
    uint64_t mantissa = in->mantissa;
    unsigned digits = in->digits;
    for (; at < in->end && is_digit(*at); at++) {
        const uint64_t digit = (uint64_t)(*at - '0');
        if (digits < DIGITS_OF_U64) {
            mantissa = mantissa * 10 + digit;
            digits += mantissa != 0;
        } else {
            if (digits == DIGITS_OF_U64) in->last_digit = digit;
            digits += digits <= DIGITS_MAX;
        }
    }
    in->at = at;
    in->mantissa = mantissa;
    in->digits = digits;
    return (size_t)(at - start);
}

static bool take_exponent(numeral *in)
{
    if (in->at == in->end || (*in->at | 0x20) != 'e') return true;
    in->at++;
    bool negative = false;
    if (in->at < in->end && (*in->at == '-' || *in->at == '+')) {
        negative = *in->at == '-';
        in->at++;
    }
    if (in->at == in->end || !is_digit(*in->at)) return false;
    int64_t exponent = 0;
    for (; in->at < in->end && is_digit(*in->at); in->at++) {
        if (exponent < exponent_cap) exponent = exponent * 10 + (*in->at - '0');
    }
    in->scale += negative ? -exponent : exponent;
    return true;
}

/* JSON's grammar of a number, RFC 8259 section 6. */
static bool take_numeral(numeral *in)
{
    if (in->at < in->end && *in->at == '-') {
        in->negative = true;
        in->at++;
    }
    if (in->at == in->end) return false;
    const bool zero = *in->at == '0';
    const size_t whole = take_digits(in);
    if (whole == 0 || (zero && whole > 1)) return false;
    if (in->at < in->end && *in->at == '.') {
        in->at++;
        const size_t fraction = take_digits(in);
        if (fraction == 0) return false;
        in->scale -= (int64_t)fraction;
    }
    return take_exponent(in) && in->at == in->end;
}

/* mantissa x 10^scale as a magnitude, rounded half up; UINT64_MAX when beyond int64. */
static uint64_t scaled(u128 mantissa, int64_t scale)
{
    if (mantissa == 0) return 0;
    if (scale >= DIGITS_OF_U64) return UINT64_MAX;
    u128 wide;
    if (scale >= 0) {
        wide = mantissa * powers_of_ten[scale]; /* below 10^20 x 10^18: no overflow */
    } else if (scale < -DIGITS_MAX) {
        return 0; /* below 10^20 / 10^21: less than a half */
    } else if (scale >= -DIGITS_OF_U64 && mantissa <= UINT64_MAX) {
        const uint64_t by = powers_of_ten[-scale];
        const uint64_t narrow = (uint64_t)mantissa;
        const uint64_t rest = narrow % by;
        wide = narrow / by + (rest >= by - rest);
    } else {
        const u128 by = (u128)powers_of_ten[-scale - 1] * 10;
        wide = mantissa / by;
        const u128 rest = mantissa - wide * by;
        wide += rest >= by - rest;
    }
    return wide > INT64_MAX ? UINT64_MAX : (uint64_t)wide;
}

/* The usual numeral: at most 18 characters, digits with perhaps a fraction of up to eight. False
 * for everything else, right or wrong: then nothing is said of it. */
static bool parse_usual(const char *text, size_t size, int64_t *e8)
{
    enum { SIZE_USUAL = 18, PLACES = 8 };
    const char *const end = text + size;
    const char *const first = text + (size > 0 && *text == '-');
    if (size > SIZE_USUAL || first == end) return false;
    if (*first == '0' && end - first > 1 && first[1] != '.') return false;
    uint64_t mantissa = 0;
    const char *point = end;
    for (const char *at = first; at < end; at++) {
        if (is_digit(*at)) {
            mantissa = mantissa * 10 + (uint64_t)(*at - '0');
        } else if (*at == '.' && point == end && at > first && at + 1 < end) {
            point = at;
        } else {
            return false;
        }
    }
    const ptrdiff_t places = point == end ? 0 : end - point - 1;
    if (places > PLACES) return false;
    uint64_t value;
    if (__builtin_mul_overflow(mantissa, powers_of_ten[PLACES - places], &value)) return false;
    if (value > INT64_MAX) return false;
    *e8 = first == text ? (int64_t)value : -(int64_t)value;
    return true;
}

l1_result l1_decimal_parse(const char *text, size_t size, int64_t *e8)
{
    L1_ASSERT(text != NULL || size == 0);
    L1_ASSERT(e8 != NULL);
    if (size == 0) return L1_FAILURE(L1_INPUT_SYNTAX);
    if (parse_usual(text, size, e8)) return L1_SUCCESS;
    numeral in = {.at = text, .end = text + size, .scale = 8};
    if (!take_numeral(&in)) return L1_FAILURE(L1_INPUT_SYNTAX);
    if (in.digits > DIGITS_MAX) return L1_FAILURE(L1_INPUT_TOO_LONG);
    u128 mantissa = in.mantissa;
    if (in.digits == DIGITS_MAX) mantissa = mantissa * 10 + in.last_digit;
    const uint64_t wide = scaled(mantissa, in.scale);
    if (wide == UINT64_MAX) return L1_FAILURE(L1_INPUT_FIELD);
    *e8 = in.negative ? -(int64_t)wide : (int64_t)wide;
    return L1_SUCCESS;
}

/* Writes the digits of `value` so that they end before `at`; returns where they begin. */
static char *digits_before(char *at, uint64_t value)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    for (; value >= 100; value /= 100) {
        at -= 2;
        memcpy(at, pairs + 2 * (value % 100), 2);
    }
    if (value >= 10) {
        at -= 2;
        memcpy(at, pairs + 2 * value, 2);
    } else {
        *--at = (char)('0' + value);
    }
    return at;
}

size_t l1_decimal_format(int64_t e8, char out[L1_DECIMAL_TEXT_MAX])
{
    char digits[L1_DECIMAL_TEXT_MAX];
    char *const end = digits + sizeof digits;
    char *at = end;
    const uint64_t value = magnitude(e8);
    uint32_t fraction = (uint32_t)(value % (uint64_t)L1_E8);
    if (fraction != 0) {
        unsigned places = 8;
        if (fraction % 10000 == 0) {
            fraction /= 10000;
            places -= 4;
        }
        if (fraction % 100 == 0) {
            fraction /= 100;
            places -= 2;
        }
        if (fraction % 10 == 0) {
            fraction /= 10;
            places -= 1;
        }
        L1_ASSERT(fraction % 10 != 0);
        at = digits_before(at, fraction);
        while (at > end - places) *--at = '0';
        *--at = '.';
    }
    at = digits_before(at, value / (uint64_t)L1_E8);
    if (e8 < 0) *--at = '-';
    const size_t size = (size_t)(end - at);
    L1_ASSERT(size < L1_DECIMAL_TEXT_MAX);
    memcpy(out, at, size);
    out[size] = '\0';
    return size;
}

/* ---- the float border -------------------------------------------------------------------- */

double l1_decimal_to_double(int64_t e8)
{
    return (double)e8 / 1e8;
}

bool l1_decimal_from_double(double value, int64_t *e8)
{
    L1_ASSERT(e8 != NULL);
    const double wide = value * 1e8;
    if (!(wide > -0x1p63 && wide < 0x1p63)) return false; /* NaN fails too */
    const int64_t whole = (int64_t)wide;
    const double rest = wide - (double)whole; /* exact: both are below 2^53 when it is not 0 */
    L1_ASSERT(rest > -1.0 && rest < 1.0);
    *e8 = whole + (rest >= 0.5) - (rest <= -0.5);
    return true;
}
