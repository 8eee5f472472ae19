/* base/json_writer.c: JSON text into a caller's buffer. */
#include "base/json.h"

#include <string.h>

#include "base/assert.h"
#include "base/decimal.h"
#include "base/json_text.h"

static inline void put(l1_json_writer *out, const void *bytes, size_t size)
{
    L1_ASSERT(out->used <= out->capacity);
    if (out->failed || out->capacity - out->used < size) {
        out->failed = true;
        return;
    }
    memcpy(out->base + out->used, bytes, size);
    out->used += size;
}

static inline void begin_value(l1_json_writer *out)
{
    if (out->comma) put(out, ",", 1);
    out->comma = true;
}

static void put_escape(l1_json_writer *out, uint8_t byte)
{
    static const char hex[] = "0123456789abcdef";
    static const char letters[] = "btnvfr"; /* 0x08 to 0x0d; there is no escape for 0x0b */
    char text[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
    if (byte == '"' || byte == '\\') {
        text[1] = (char)byte;
        put(out, text, 2);
    } else if (byte >= 8 && byte <= 13 && byte != 11) {
        text[1] = letters[byte - 8];
        put(out, text, 2);
    } else {
        put(out, text, 6);
    }
}

/* A byte that is not plain, or the UTF-8 sequence it begins; returns what follows it. */
static const uint8_t *put_special(l1_json_writer *out, const uint8_t *at, const uint8_t *end)
{
    L1_ASSERT(at < end);
    L1_ASSERT(!l1_json_is_plain(*at));
    if (*at < 0x80) {
        put_escape(out, *at);
        return at + 1;
    }
    const size_t size = l1_json_utf8_size(at, end);
    if (size == 0) {
        put(out, "\xef\xbf\xbd", 3); /* U+FFFD: the output stays valid whatever came in */
        return at + 1;
    }
    put(out, at, size);
    return at + size;
}

/* Exact: the lowest byte that is not plain always sets its top bit, and without one no
 * subtraction borrows. */
static inline bool word_is_plain(uint64_t word)
{
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t quote = (word ^ ones * '"') - ones;
    const uint64_t backslash = (word ^ ones * '\\') - ones;
    return (((word - ones * 0x20) | word | quote | backslash) & ones * 0x80) == 0;
}

/* Copies `size` bytes while all are plain; false, with anything in `to`, when one is not. */
static inline bool copy_plain(char *to, const char *from, size_t size)
{
    uint64_t word;
    if (size < sizeof word) {
        for (size_t i = 0; i < size; i++) {
            if (!l1_json_is_plain((uint8_t)from[i])) return false;
            to[i] = from[i];
        }
        return true;
    }
    for (size_t i = 0;; i += sizeof word) {
        if (i + sizeof word > size) i = size - sizeof word; /* overlaps the word before it */
        memcpy(&word, from + i, sizeof word);
        if (!word_is_plain(word)) return false;
        memcpy(to + i, &word, sizeof word);
        if (i + sizeof word == size) return true;
    }
}

static void put_string(l1_json_writer *out, const char *text)
{
    const size_t size = strlen(text);
    const size_t room = out->failed ? 0 : out->capacity - out->used;
    char *const to = out->base + out->used;
    if (room >= size + 2 && copy_plain(to + 1, text, size)) { /* the usual text */
        to[0] = '"';
        to[size + 1] = '"';
        out->used += size + 2;
        return;
    }
    put(out, "\"", 1);
    const uint8_t *at = (const uint8_t *)text;
    const uint8_t *const end = at + size;
    while (at < end) {
        const uint8_t *const plain = l1_json_plain_end(at, end);
        put(out, at, (size_t)(plain - at));
        at = plain == end ? end : put_special(out, plain, end);
    }
    put(out, "\"", 1);
}

void l1_json_open(l1_json_writer *out, char bracket)
{
    L1_ASSERT(bracket == '{' || bracket == '[');
    begin_value(out);
    put(out, &bracket, 1);
    out->comma = false;
}

void l1_json_close(l1_json_writer *out, char bracket)
{
    L1_ASSERT(bracket == '}' || bracket == ']');
    put(out, &bracket, 1);
    out->comma = true;
}

void l1_json_key(l1_json_writer *out, const char *key)
{
    L1_ASSERT(key != NULL);
    begin_value(out);
    put_string(out, key);
    put(out, ":", 1);
    out->comma = false;
}

void l1_json_put_text(l1_json_writer *out, const char *text)
{
    if (text == NULL) {
        l1_json_put_null(out);
        return;
    }
    begin_value(out);
    put_string(out, text);
}

void l1_json_put_decimal(l1_json_writer *out, int64_t e8)
{
    if (e8 == L1_OFF) {
        l1_json_put_null(out);
        return;
    }
    char text[L1_DECIMAL_TEXT_MAX];
    const size_t size = l1_decimal_format(e8, text);
    begin_value(out);
    put(out, text, size);
}

void l1_json_put_integer(l1_json_writer *out, int64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t left = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0) digits[--at] = '-';
    begin_value(out);
    put(out, digits + at, sizeof digits - at);
}

void l1_json_put_bool(l1_json_writer *out, bool value)
{
    begin_value(out);
    put(out, value ? "true" : "false", value ? 4 : 5);
}

void l1_json_put_null(l1_json_writer *out)
{
    begin_value(out);
    put(out, "null", 4);
}

void l1_json_put_raw(l1_json_writer *out, const char *text, size_t size)
{
    L1_ASSERT(text != NULL);
    L1_ASSERT(size > 0);
    begin_value(out);
    put(out, text, size);
}
