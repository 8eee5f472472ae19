/* config/text.c: characters of names, paths and addresses. */
#include "config/text.h"

#include <stdint.h>
#include <string.h>

#include "base/assert.h"

#define SOCKET_PATH_MAX 107 /* sun_path less its NUL; Source: unix(7) */

bool l1_text_is(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(text, word, size) == 0;
}

static bool is_asset_byte(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

bool l1_text_asset(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!is_asset_byte(text[i])) return false;
    }
    return size > 0;
}

bool l1_text_name(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const char byte = text[i];
        const bool extra = (byte >= 'a' && byte <= 'z') || byte == '_' || byte == '-';
        if (!is_asset_byte(byte) && !extra) return false;
    }
    return size > 0;
}

/* One code point of UTF-8; its bytes, or 0 when malformed, overlong or a surrogate. */
static size_t code_point(const char *text, size_t size, uint32_t *out)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t first = (uint8_t)text[0];
    const size_t length = first < 0x80             ? 1
                          : (first & 0xE0) == 0xC0 ? 2
                          : (first & 0xF0) == 0xE0 ? 3
                          : (first & 0xF8) == 0xF0 ? 4
                                                   : 0;
    if (length == 0 || length > size) return 0;
    uint32_t point = length == 1 ? first : first & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        const uint8_t next = (uint8_t)text[i];
        if ((next & 0xC0) != 0x80) return 0;
        point = point << 6 | (next & 0x3Fu);
    }
    if (point < least[length] || point > 0x10FFFF || (point & 0xFFFFF800) == 0xD800) return 0;
    *out = point;
    return length;
}

bool l1_text_printable(const char *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        uint32_t point = 0;
        const size_t length = code_point(text + at, size - at, &point);
        if (length == 0 || point < 0x20 || (point >= 0x7F && point < 0xA0)) return false;
        if (point == 0x2028 || point == 0x2029 || point == 0xFEFF) return false;
        if ((point & 0xFFFE) == 0xFFFE) return false;
        at += length;
    }
    return true;
}

bool l1_text_bus(const char *text, size_t size)
{
    if (l1_text_is(text, size, "stdio")) return true;
    if (size > 5 && memcmp(text, "unix:", 5) == 0) return size - 5 <= SOCKET_PATH_MAX;
    if (size <= 7 || memcmp(text, "nats://", 7) != 0) return false;
    const char *host = text + 7, *colon = memrchr(host, ':', size - 7);
    if (colon == NULL || colon == host) return false;
    for (const char *at = host; at < colon; at++) {
        if (strchr("/@ ", *at) != NULL) return false; /* no user or password: secrets stay out */
    }
    const size_t digits = (size_t)(text + size - colon - 1);
    uint32_t port = 0;
    if (digits == 0 || digits > 5) return false;
    for (size_t i = 1; i <= digits; i++) {
        if (colon[i] < '0' || colon[i] > '9') return false;
        port = port * 10 + (uint32_t)(colon[i] - '0');
    }
    return port >= 1 && port <= 65535;
}

void l1_text_quote(const char *text, char *out, size_t capacity)
{
    size_t used = 0;
    L1_ASSERT(capacity >= 2 * strlen(text) + 3);
    out[used++] = '\'';
    for (; *text != '\0'; text++) {
        if (*text == '\'') out[used++] = '\'';
        out[used++] = *text;
    }
    out[used++] = '\'';
    out[used] = '\0';
}

void l1_text_show(const char *text, size_t size, char *out, size_t capacity)
{
    L1_ASSERT(capacity > 4);
    const size_t kept = size < capacity - 4 ? size : capacity - 4;
    for (size_t i = 0; i < kept; i++) {
        out[i] = text[i] >= 0x20 && text[i] < 0x7F ? text[i] : '?';
    }
    memcpy(out + kept, kept < size ? "..." : "", kept < size ? 4 : 1);
    if (size == 0) memcpy(out, "''", 3);
}
