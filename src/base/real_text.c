/* base/real_text.c: text to the nearest double.
 *
 * The digits become w x 10^e. Up to 19 digits and |e| <= 27 the value is exact in 128 bits (5^27
 * fits in 63); everything else goes through whole numbers of up to 3,072 bits. 770 digits decide
 * any rounding: a halfway case has at most 767, so what follows only says "a little more". */
#include <stdint.h>

#include "base/assert.h"
#include "base/real.h"

__extension__ typedef unsigned __int128 u128;

#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1023
#define EXPONENT_MAX 1023
#define EXPONENT_MIN (-1022)
#define SIGN_BIT (UINT64_C(1) << 63)
#define INFINITY_BITS UINT64_C(0x7ff0000000000000)
#define NAN_BITS UINT64_C(0x7ff8000000000000)

#define DIGITS_MAX 770
#define SHORT_DIGITS 19
#define SHORT_POWER 27
/* Decimal point positions (0.ddd x 10^point) beyond which the answer is known. */
#define POINT_MAX 310
#define POINT_MIN (-330)
#define EXPONENT_CLAMP INT64_C(1000000000000000)

typedef struct {
    uint8_t digits[DIGITS_MAX]; /* the first is not 0 */
    uint32_t count;
    bool more; /* a digit other than 0 follows */
    int64_t point;
} decimal;

/* mantissa x 2^exponent plus, if `more`, something less than one more unit of the mantissa; the
 * mantissa's highest bit is set. */
typedef struct {
    uint64_t mantissa;
    int exponent;
    bool more;
} binary;

/* ---- rounding ---------------------------------------------------------------------------- */

/* Nearest, ties to even, into the bits of a double >= 0. */
static uint64_t round_to_bits(binary value)
{
    L1_ASSERT(value.mantissa >> 63 == 1);
    const int top = value.exponent + 63; /* value in [2^top, 2^(top + 1)) */
    if (top > EXPONENT_MAX) return INFINITY_BITS;
    const bool normal = top >= EXPONENT_MIN;
    const int unit = (normal ? top : EXPONENT_MIN) - MANTISSA_BITS;
    const int shift = unit - value.exponent;
    L1_ASSERT(shift >= 11);
    if (shift > 64) return 0; /* below half of the smallest */
    const uint64_t whole = shift == 64 ? 0 : value.mantissa >> shift;
    const uint64_t half = UINT64_C(1) << (shift - 1);
    const uint64_t rest = value.mantissa & (half | (half - 1));
    uint64_t bits = whole;
    if (normal) bits += (uint64_t)(top + EXPONENT_BIAS - 1) << MANTISSA_BITS;
    const bool up = rest > half || (rest == half && (value.more || (whole & 1) != 0));
    return bits + up; /* a carry goes into the exponent, up to infinity */
}

static binary normalized(u128 value, int exponent, bool more)
{
    L1_ASSERT(value != 0);
    const uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;
    const int zeros = high != 0 ? __builtin_clzll(high) : 64 + __builtin_clzll(low);
    value <<= zeros;
    return (binary){(uint64_t)(value >> 64), exponent + 64 - zeros, more || (uint64_t)value != 0};
}

/* ---- short numbers ----------------------------------------------------------------------- */

static uint64_t power_of_five(uint32_t exponent)
{
    L1_ASSERT(exponent <= SHORT_POWER);
    uint64_t power = 1;
    for (uint32_t i = 0; i < exponent; i++) power *= 5;
    return power;
}

/* w x 10^exponent, exactly. */
static binary from_short(uint64_t w, int exponent)
{
    L1_ASSERT(w != 0);
    if (exponent >= 0) return normalized((u128)w * power_of_five((uint32_t)exponent), exponent, 0);
    const uint64_t divisor = power_of_five((uint32_t)-exponent);
    const int zeros = __builtin_clzll(w);
    const u128 dividend = (u128)(w << zeros) << 63; /* 127 bits: the quotient has 64 or more */
    return normalized(dividend / divisor, exponent - zeros - 63, dividend % divisor != 0);
}

/* ---- long numbers ------------------------------------------------------------------------ */

#define WORDS_MAX 48
#define DIGIT_GROUP UINT64_C(1000000000000000000)

/* A whole number, lowest word first; words[count - 1] != 0. */
typedef struct {
    uint64_t words[WORDS_MAX];
    uint32_t count;
} whole;

static void multiply_add(whole *number, uint64_t factor, uint64_t addend)
{
    u128 carry = addend;
    for (uint32_t i = 0; i < number->count; i++) {
        carry += (u128)number->words[i] * factor;
        number->words[i] = (uint64_t)carry;
        carry >>= 64;
    }
    if (carry == 0) return;
    L1_ASSERT(number->count < WORDS_MAX);
    number->words[number->count++] = (uint64_t)carry;
}

static void multiply_by_fives(whole *number, uint32_t exponent)
{
    for (; exponent >= SHORT_POWER; exponent -= SHORT_POWER)
        multiply_add(number, power_of_five(SHORT_POWER), 0);
    if (exponent > 0) multiply_add(number, power_of_five(exponent), 0);
}

static uint32_t bits_of(const whole *number)
{
    L1_ASSERT(number->count > 0);
    return 64 * number->count - (uint32_t)__builtin_clzll(number->words[number->count - 1]);
}

static void shift_left(whole *number, uint32_t bits)
{
    const uint32_t words = bits / 64, rest = bits % 64;
    L1_ASSERT(number->count + words + 1 <= WORDS_MAX);
    number->words[number->count] = 0;
    for (uint32_t i = number->count + 1; i-- > 0;) {
        const uint64_t below = i > 0 && rest > 0 ? number->words[i - 1] >> (64 - rest) : 0;
        number->words[i + words] = number->words[i] << rest | below;
    }
    for (uint32_t i = 0; i < words; i++) number->words[i] = 0;
    number->count += words + 1;
    while (number->count > 0 && number->words[number->count - 1] == 0) number->count--;
}

static int compare(const whole *a, const whole *b)
{
    if (a->count != b->count) return a->count < b->count ? -1 : 1;
    for (uint32_t i = a->count; i-- > 0;) {
        if (a->words[i] != b->words[i]) return a->words[i] < b->words[i] ? -1 : 1;
    }
    return 0;
}

static void subtract(whole *a, const whole *b)
{
    uint64_t borrow = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        const u128 take = (u128)(i < b->count ? b->words[i] : 0) + borrow;
        borrow = a->words[i] < take;
        a->words[i] -= (uint64_t)take;
    }
    L1_ASSERT(borrow == 0);
    while (a->count > 0 && a->words[a->count - 1] == 0) a->count--;
}

static binary from_whole(const whole *number, int exponent)
{
    const uint32_t count = number->count;
    const uint64_t low = count > 1 ? number->words[count - 2] : 0;
    bool more = false;
    for (uint32_t i = 0; i + 2 < count; i++) more = more || number->words[i] != 0;
    return normalized((u128)number->words[count - 1] << 64 | low, exponent + 64 * ((int)count - 2),
                      more);
}

/* a / b x 2^exponent: 65 bits of quotient, one at a time. */
static binary from_quotient(whole *a, whole *b, int exponent)
{
    const uint32_t a_bits = bits_of(a), b_bits = bits_of(b);
    if (a_bits < b_bits) shift_left(a, b_bits - a_bits);
    if (b_bits < a_bits) shift_left(b, a_bits - b_bits);
    exponent += (int)a_bits - (int)b_bits;
    u128 quotient = 0; /* now 1/2 < a / b < 2 */
    for (int bit = 0; bit < 66; bit++) {
        quotient <<= 1;
        if (compare(a, b) >= 0) {
            subtract(a, b);
            quotient |= 1;
        }
        if (a->count > 0) shift_left(a, 1);
    }
    return normalized(quotient, exponent - 65, a->count > 0);
}

static binary from_long(const decimal *text)
{
    whole number = {.count = 0};
    for (uint32_t i = 0; i < text->count;) {
        uint64_t group = 0, scale = 1;
        for (; i < text->count && scale < DIGIT_GROUP; i++, scale *= 10)
            group = group * 10 + text->digits[i];
        multiply_add(&number, scale, group);
    }
    int64_t exponent = text->point - text->count;
    if (text->more) { /* any digit there decides as the true ones would */
        multiply_add(&number, 10, 1);
        exponent--;
    }
    L1_ASSERT(exponent >= -1200 && exponent <= POINT_MAX);
    if (exponent >= 0) {
        multiply_by_fives(&number, (uint32_t)exponent);
        return from_whole(&number, (int)exponent);
    }
    whole divisor = {.words = {1}, .count = 1};
    multiply_by_fives(&divisor, (uint32_t)-exponent);
    return from_quotient(&number, &divisor, (int)exponent);
}

/* ---- reading ----------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(const char *text, size_t size, const char *word)
{
    size_t i = 0;
    for (; i < size && word[i] != '\0'; i++) {
        const char low = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
        if (low != word[i]) return false;
    }
    return i == size && word[i] == '\0';
}

static void take_digit(decimal *out, char digit, bool after_point)
{
    if (out->count == 0 && digit == '0') {
        out->point -= after_point;
        return;
    }
    if (out->count < DIGITS_MAX) {
        out->digits[out->count++] = (uint8_t)(digit - '0');
    } else {
        out->more = out->more || digit != '0';
    }
    out->point += !after_point;
}

/* [+-] digits, the whole of text; beyond the clamp nothing changes any more. */
static bool read_exponent(const char *text, size_t size, int64_t *out)
{
    size_t at = 0;
    const bool minus = size > 0 && text[0] == '-';
    if (minus || (size > 0 && text[0] == '+')) at++;
    if (at == size) return false;
    int64_t exponent = 0;
    for (; at < size; at++) {
        if (!is_digit(text[at])) return false;
        if (exponent < EXPONENT_CLAMP) exponent = exponent * 10 + (text[at] - '0');
    }
    *out = minus ? -exponent : exponent;
    return true;
}

/* digits [. digits] [e exponent], the whole of text, one digit at least. */
static bool read_decimal(const char *text, size_t size, decimal *out)
{
    size_t at = 0, digits = 0;
    out->count = 0;
    out->more = false;
    out->point = 0;
    for (; at < size && is_digit(text[at]); at++, digits++) take_digit(out, text[at], false);
    if (at < size && text[at] == '.') {
        at++;
        for (; at < size && is_digit(text[at]); at++, digits++) take_digit(out, text[at], true);
    }
    if (digits == 0) return false;
    if (at == size) return true;
    int64_t exponent = 0;
    if (text[at] != 'e' && text[at] != 'E') return false;
    if (!read_exponent(text + at + 1, size - at - 1, &exponent)) return false;
    out->point += exponent;
    return true;
}

static uint64_t bits_of_decimal(decimal *text)
{
    if (!text->more) {
        while (text->count > 0 && text->digits[text->count - 1] == 0) text->count--;
    }
    if (text->count == 0 || text->point < POINT_MIN) return 0;
    if (text->point > POINT_MAX) return INFINITY_BITS;
    const int64_t exponent = text->point - text->count;
    if (text->more || text->count > SHORT_DIGITS || exponent > SHORT_POWER ||
        exponent < -SHORT_POWER) {
        return round_to_bits(from_long(text));
    }
    uint64_t w = 0;
    for (uint32_t i = 0; i < text->count; i++) w = w * 10 + text->digits[i];
    return round_to_bits(from_short(w, (int)exponent));
}

bool l1_real_parse(const char *text, size_t size, double *out)
{
    L1_ASSERT(text != NULL || size == 0);
    L1_ASSERT(out != NULL);
    const bool minus = size > 0 && text[0] == '-';
    if (minus || (size > 0 && text[0] == '+')) {
        text++;
        size--;
    }
    uint64_t bits;
    decimal number;
    if (is_word(text, size, "inf") || is_word(text, size, "infinity")) {
        bits = INFINITY_BITS;
    } else if (is_word(text, size, "nan")) {
        bits = NAN_BITS;
    } else if (read_decimal(text, size, &number)) {
        bits = bits_of_decimal(&number);
    } else {
        return false;
    }
    *out = l1_real_of_bits(bits | (minus ? SIGN_BIT : 0));
    return true;
}
