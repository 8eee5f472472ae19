/* models/lines.c: lines, words and numbers of small texts. */
#include "models/lines.h"

#include <string.h>

#include "base/assert.h"
#include "base/real.h"

void l1_lines_begin(l1_lines *lines, const char *text, size_t size, l1_diag *diag)
{
    L1_ASSERT(lines != NULL);
    L1_ASSERT(text != NULL || size == 0);
    memset(lines, 0, sizeof *lines);
    lines->at = text;
    lines->end = size == 0 ? text : text + size;
    lines->diag = diag;
}

/* Takes one line off the text. */
static void take_line(l1_lines *lines)
{
    const size_t left = (size_t)(lines->end - lines->at);
    const char *end = memchr(lines->at, '\n', left);
    lines->line.at = lines->at;
    lines->line.size = end == NULL ? left : (size_t)(end - lines->at);
    lines->at += lines->line.size + (end != NULL);
    lines->number++;
    if (lines->line.size > 0 && lines->line.at[lines->line.size - 1] == '\r') lines->line.size--;
    while (lines->line.size > 0 && lines->line.at[lines->line.size - 1] == ' ') lines->line.size--;
}

bool l1_lines_next(l1_lines *lines)
{
    L1_ASSERT(lines->at <= lines->end);
    do {
        if (lines->at == lines->end) return false;
        take_line(lines);
    } while (lines->line.size == 0 || lines->line.at[0] == '#');
    const char *equals = memchr(lines->line.at, '=', lines->line.size);
    lines->has_value = equals != NULL;
    lines->key = lines->line;
    lines->value = (l1_span){lines->line.at + lines->line.size, 0};
    if (equals != NULL) {
        lines->key.size = (size_t)(equals - lines->line.at);
        lines->value.at = equals + 1;
        lines->value.size = lines->line.size - lines->key.size - 1;
    }
    return true;
}

bool l1_span_is(l1_span span, const char *word)
{
    return strlen(word) == span.size && memcmp(span.at, word, span.size) == 0;
}

bool l1_span_word(l1_span *from, l1_span *word)
{
    L1_ASSERT(from != NULL && word != NULL);
    while (from->size > 0 && from->at[0] == ' ') {
        from->at++;
        from->size--;
    }
    if (from->size == 0) return false;
    const char *end = memchr(from->at, ' ', from->size);
    word->at = from->at;
    word->size = end == NULL ? from->size : (size_t)(end - from->at);
    from->at += word->size;
    from->size -= word->size;
    L1_ASSERT(word->size > 0);
    return true;
}

uint32_t l1_span_words(l1_span span)
{
    uint32_t count = 0;
    l1_span word;
    while (l1_span_word(&span, &word)) count++;
    return count;
}

static bool in_range(const l1_lines_range *range, double x)
{
    if (x > range->high) return range->plus_infinity && x - x != 0;
    if (x < range->low) return range->minus_infinity && x - x != 0;
    return range->above_low ? x > range->low : x >= range->low; /* false for NaN */
}

l1_result l1_lines_numbers(const l1_lines *lines, l1_span value, const l1_lines_range *range,
                           uint32_t count, double *out)
{
    L1_ASSERT(count > 0);
    L1_ASSERT(range->low < range->high);
    char key[L1_SPAN_SHOWN_SIZE];
    l1_span_show(lines->key, key);
    const uint32_t found = l1_span_words(value);
    if (found != count) {
        if (lines->diag != NULL) lines->diag->line = lines->number;
        return l1_refuse(lines->diag, L1_INPUT_FIELD, key, "line %u: %s: %u numbers, must be %u",
                         lines->number, key, (unsigned)found, (unsigned)count);
    }
    l1_span word;
    for (uint32_t i = 0; i < count && l1_span_word(&value, &word); i++) {
        double x = 0;
        if (!l1_real_parse(word.at, word.size, &x) || !in_range(range, x)) {
            return l1_lines_refuse(lines, L1_INPUT_FIELD, word, range->what);
        }
        out[i] = x;
    }
    return L1_SUCCESS;
}

l1_result l1_lines_whole(const l1_lines *lines, int64_t low, int64_t high, const char *what,
                         int64_t *out)
{
    enum { DIGITS_MAX = 18 }; /* fits int64 */
    L1_ASSERT(low >= 0 && low <= high);
    const l1_span text = lines->value;
    int64_t number = 0;
    bool good = text.size > 0 && text.size <= DIGITS_MAX;
    for (size_t i = 0; good && i < text.size; i++) {
        good = text.at[i] >= '0' && text.at[i] <= '9';
        number = 10 * number + (text.at[i] - '0');
    }
    if (!good || number < low || number > high) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, text, what);
    }
    *out = number;
    return L1_SUCCESS;
}

l1_result l1_lines_refuse(const l1_lines *lines, l1_status status, l1_span value, const char *rule)
{
    L1_ASSERT(rule != NULL);
    char key[L1_SPAN_SHOWN_SIZE], shown[L1_SPAN_SHOWN_SIZE];
    l1_span_show(lines->key, key);
    l1_span_show(value, shown);
    if (lines->diag != NULL) lines->diag->line = lines->number;
    if (value.at == lines->key.at || lines->key.size == 0) { /* the whole line, or as good */
        const char *field = lines->key.size == 0 ? "line" : key;
        return l1_refuse(lines->diag, status, field, "line %u: \"%s\" %s", lines->number, shown,
                         rule);
    }
    return l1_refuse(lines->diag, status, key, "line %u: %s: \"%s\" %s", lines->number, key, shown,
                     rule);
}

l1_result l1_lines_fail(const l1_lines *lines, l1_status status, const char *field,
                        const char *what)
{
    L1_ASSERT(field != NULL && what != NULL);
    if (lines->diag != NULL) lines->diag->line = lines->number;
    return l1_refuse(lines->diag, status, field, "line %u: %s", lines->number, what);
}

void l1_span_show(l1_span span, char out[L1_SPAN_SHOWN_SIZE])
{
    const size_t room = L1_SPAN_SHOWN_SIZE - 1;
    const bool cut = span.size > room;
    const size_t size = cut ? room - 3 : span.size;
    for (size_t i = 0; i < size; i++) {
        out[i] = span.at[i] >= ' ' && span.at[i] <= '~' ? span.at[i] : '?';
    }
    if (cut) memcpy(out + size, "...", 3);
    out[cut ? room : size] = '\0';
}
