/* base/json_text.h: the inside of JSON strings, shared by json_reader.c, json_value.c and
 * json_writer.c and by nobody else.
 *
 * Determinism: pure. The vector path and the byte path stop at the same byte. */
#ifndef L1_BASE_JSON_TEXT_H
#define L1_BASE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* A byte that stands for itself in a string: no control, quote, backslash or non-ASCII. */
static inline bool l1_json_is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* The first byte from `at` that is not plain, or `end`. */
static inline const uint8_t *l1_json_plain_end(const uint8_t *at, const uint8_t *end)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(0x20);
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        /* Signed compare: bytes from 0x80 on are negative, so below a space too. */
        const __m128i low = _mm_cmplt_epi8(bytes, space);
        const __m128i marks =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        const int mask = _mm_movemask_epi8(_mm_or_si128(low, marks));
        if (mask != 0) return at + __builtin_ctz((unsigned)mask);
    }
#endif
    while (at < end && l1_json_is_plain(*at)) at++;
    return at;
}

/* Bytes of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), 0 when it is not. */
static inline size_t l1_json_utf8_size(const uint8_t *at, const uint8_t *end)
{
    const size_t left = (size_t)(end - at);
    if (left == 0) return 0;
    const uint8_t lead = at[0];
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    const size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (left < size) return 0;
    const uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;  /* no overlong */
    const uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf; /* no surrogate */
    if (at[1] < low || at[1] > high) return 0;
    for (size_t i = 2; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
    }
    return size;
}

/* Four hexadecimal digits; -1 when one is not. */
static inline int32_t l1_json_hex4(const uint8_t *at)
{
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        const uint8_t lower = at[i] | 0x20;
        int32_t digit;
        if (at[i] >= '0' && at[i] <= '9') {
            digit = at[i] - '0';
        } else if (lower >= 'a' && lower <= 'f') {
            digit = lower - 'a' + 10;
        } else {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

/* Reads a validated raw string as the bytes it means. */
typedef struct {
    const uint8_t *at, *end;
    uint8_t queue[4]; /* rest of an escape's UTF-8, last byte first */
    unsigned queued;
} l1_json_unescaper;

/* The next byte, or -1 at the end. */
int l1_json_next_byte(l1_json_unescaper *in);

/* Order of two validated raw strings by the bytes they mean: negative, 0 or positive. */
int l1_json_compare(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size);

#endif
