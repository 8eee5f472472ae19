/* tests/fuzz/fuzz_base_decimal.c: l1_decimal_parse against arithmetic on digits as text.
 *
 * The reference is slow and plain: it writes the mantissa out, moves the point by the exponent,
 * cuts at the 8th decimal, rounds by looking at one digit and compares digits with the limit. It
 * shares no line with the parser. What parses must also format and parse back, and survive the
 * double border within its 53 bits. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static _Noreturn void differs(const char *what)
{
    fprintf(stderr, "differs: %s\n", what);
    abort();
}

#define SAME(claim, what) ((claim) ? (void)0 : differs(what))

typedef struct {
    char digits[64]; /* significant ones */
    int count;       /* of them; may exceed what is kept */
    int point;       /* the value is 0.digits x 10^point */
    bool negative;
} reference;

/* One pass of a state machine over JSON's grammar of a number. */
static bool reference_read(const char *text, size_t size, reference *out)
{
    enum { SIGN, FIRST, ZERO, WHOLE, POINT, FRACTION, E, E_SIGN, EXPONENT } at = SIGN;
    double exponent = 0; /* exact as far as it matters: it is clamped */
    bool exponent_negative = false;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < size; i++) {
        const char c = text[i];
        const bool digit = c >= '0' && c <= '9';
        const bool e = c == 'e' || c == 'E';
        if (at == SIGN && c == '-') {
            out->negative = true;
            at = FIRST;
        } else if ((at == SIGN || at == FIRST) && digit) {
            at = c == '0' ? ZERO : WHOLE;
        } else if (at == WHOLE && digit) {
            at = WHOLE;
        } else if ((at == ZERO || at == WHOLE) && c == '.') {
            at = POINT;
        } else if ((at == POINT || at == FRACTION) && digit) {
            at = FRACTION;
        } else if ((at == ZERO || at == WHOLE || at == FRACTION) && e) {
            at = E;
        } else if (at == E && (c == '+' || c == '-')) {
            exponent_negative = c == '-';
            at = E_SIGN;
        } else if ((at == E || at == E_SIGN || at == EXPONENT) && digit) {
            at = EXPONENT;
        } else {
            return false;
        }
        if (at == EXPONENT) exponent = fmin(exponent * 10 + (c - '0'), 1e8);
        if (!digit || at == EXPONENT) continue;
        if (out->count == 0 && c == '0') {
            if (at == FRACTION) out->point--;
            continue;
        }
        if (out->count < (int)sizeof out->digits) out->digits[out->count] = c;
        out->count++;
        if (at != FRACTION) out->point++;
    }
    out->point += (int)(exponent_negative ? -exponent : exponent);
    return at == ZERO || at == WHOLE || at == FRACTION || at == EXPONENT;
}

static l1_status reference_parse(const char *text, size_t size, int64_t *e8)
{
    reference in;
    if (!reference_read(text, size, &in)) return L1_INPUT_SYNTAX;
    if (in.count > 20) return L1_INPUT_TOO_LONG;
    *e8 = 0;
    const int whole = in.point + 8; /* digits left of the cut */
    if (in.count == 0 || whole < 0) return L1_OK;
    if (whole > 19) return L1_INPUT_FIELD;
    uint64_t value = 0; /* 19 digits fit, and one more for the rounding */
    for (int i = 0; i < whole; i++) {
        value = value * 10 + (uint64_t)(i < in.count ? in.digits[i] - '0' : 0);
    }
    if (whole < in.count && in.digits[whole] >= '5') value++;
    if (value > (uint64_t)INT64_MAX) return L1_INPUT_FIELD;
    *e8 = in.negative ? -(int64_t)value : (int64_t)value;
    return L1_OK;
}

static void check_round_trips(int64_t e8)
{
    char text[L1_DECIMAL_TEXT_MAX];
    const size_t size = l1_decimal_format(e8, text);
    SAME(size < sizeof text && strlen(text) == size, "length of a formatted decimal");
    int64_t back = ~e8;
    SAME(l1_decimal_parse(text, size, &back).code == L1_OK && back == e8, "format and parse");
    const bool zeros = strchr(text, '.') != NULL && text[size - 1] == '0';
    SAME(!zeros, "shortest text");
    if (e8 > -(INT64_C(1) << 50) && e8 < INT64_C(1) << 50) {
        const double real = l1_decimal_to_double(e8);
        SAME(l1_decimal_from_double(real, &back) && back == e8, "to double and back");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 100000) return 0;
    const char *const text = size == 0 ? "" : (const char *)data;
    int64_t have = INT64_MIN;
    int64_t want = INT64_MIN;
    const l1_status status = l1_decimal_parse(text, size, &have).code;
    SAME(status == reference_parse(text, size, &want), "verdict");
    if (status != L1_OK) {
        SAME(have == INT64_MIN, "a failure wrote its result");
        return 0;
    }
    SAME(have == want, "value");
    check_round_trips(have);
    return 0;
}
