/* io/csv_row.c: columns, exact decimals and moments. */
#include "io/csv_row.h"

#include <string.h>

#include "base/assert.h"
#include "base/decimal.h"
#include "bus/codec/timestamp.h"

size_t l1_csv_split(const char *row, size_t size, l1_column *out, size_t most)
{
    size_t count = 0;
    const char *at = row;
    const char *end = row + size;
    L1_ASSERT(row != NULL && out != NULL);
    for (;;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma != NULL ? comma : end;
        if (count < most) out[count] = (l1_column){at, (size_t)(stop - at)};
        count++;
        if (comma == NULL) return count;
        at = comma + 1;
    }
}

l1_result l1_csv_refuse(const l1_column *bad, const char *name, const char *why, l1_diag *diag)
{
    char shown[41];
    const size_t size = bad->size < sizeof shown - 1 ? bad->size : sizeof shown - 1;
    for (size_t i = 0; i < size; i++) { /* it goes to a terminal */
        shown[i] = bad->at[i] >= ' ' && bad->at[i] <= '~' ? bad->at[i] : '?';
    }
    shown[size] = '\0';
    return l1_refuse(diag, L1_INPUT_FIELD, name, "%s is '%s': %s", name, shown, why);
}

/* "16541.77000000": digits, a point, digits; the common case of a dump. What it does not take,
 * l1_decimal_parse judges. */
static bool plain_decimal(const l1_column *text, int64_t *e8)
{
    static const int64_t scale[9] = {100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
    int64_t value = 0;
    size_t i = 0, decimals = 0;
    if (text->size == 0 || text->size > 17) return false;
    for (; i < text->size && text->at[i] != '.'; i++) {
        const unsigned digit = (unsigned)(text->at[i] - '0');
        if (digit > 9) return false;
        value = value * 10 + (int64_t)digit;
    }
    if (i == 0 || i > 9 || (text->at[0] == '0' && i > 1)) return false;
    if (i + 1 == text->size) return false; /* a point and nothing behind it */
    for (i++; i < text->size; i++, decimals++) {
        const unsigned digit = (unsigned)(text->at[i] - '0');
        if (digit > 9 || decimals == 8) return false;
        value = value * 10 + (int64_t)digit;
    }
    *e8 = value * scale[decimals];
    return true;
}

l1_result l1_csv_decimal(const l1_column *text, const char *name, int64_t *e8, l1_diag *diag)
{
    if (plain_decimal(text, e8)) return L1_SUCCESS;
    if (l1_decimal_parse(text->at, text->size, e8).code != L1_OK) {
        return l1_csv_refuse(
            text, name, "must be a decimal number of at most 20 digits, up to 92233720368", diag);
    }
    return L1_SUCCESS;
}

l1_result l1_csv_positive(const l1_column *text, const char *name, int64_t *e8, l1_diag *diag)
{
    L1_TRY(l1_csv_decimal(text, name, e8, diag));
    return *e8 > 0 ? L1_SUCCESS : l1_csv_refuse(text, name, "must be above 0", diag);
}

l1_result l1_csv_amount(const l1_column *text, const char *name, int64_t *e8, l1_diag *diag)
{
    L1_TRY(l1_csv_decimal(text, name, e8, diag));
    return *e8 >= 0 ? L1_SUCCESS : l1_csv_refuse(text, name, "is negative", diag);
}

l1_result l1_csv_integer(const l1_column *text, const char *name, int64_t *out, l1_diag *diag)
{
    int64_t value = 0;
    if (text->size == 0 || text->size > 18) {
        return l1_csv_refuse(text, name, "must be a whole number of at most 18 digits", diag);
    }
    for (size_t i = 0; i < text->size; i++) {
        const unsigned digit = (unsigned)(text->at[i] - '0');
        if (digit > 9)
            return l1_csv_refuse(text, name, "must be a whole number of at most 18 digits", diag);
        value = value * 10 + (int64_t)digit;
    }
    *out = value;
    return L1_SUCCESS;
}

bool l1_csv_moment_of(int64_t value, int64_t *ns)
{
    for (int64_t unit_ns = 1; unit_ns <= 1000000; unit_ns *= 1000) {
        if (value < L1_TIMESTAMP_MIN_NS / unit_ns || value >= L1_TIMESTAMP_END_NS / unit_ns) {
            continue;
        }
        *ns = value * unit_ns;
        return true;
    }
    return false;
}

l1_result l1_csv_moment(const l1_column *text, const char *name, int64_t *ns, l1_diag *diag)
{
    int64_t value = 0;
    L1_TRY(l1_csv_integer(text, name, &value, diag));
    if (l1_csv_moment_of(value, ns)) return L1_SUCCESS;
    return l1_csv_refuse(text, name, "must be Unix ms or us of the years 2009 to 2100", diag);
}

bool l1_csv_is(const l1_column *text, const char *word)
{
    L1_ASSERT(word != NULL);
    return text->size == strlen(word) && memcmp(text->at, word, text->size) == 0;
}

bool l1_csv_is_bool(const l1_column *text)
{
    return l1_csv_is(text, "True") || l1_csv_is(text, "False") || l1_csv_is(text, "true") ||
           l1_csv_is(text, "false");
}

l1_result l1_csv_bool(const l1_column *text, const char *name, bool *out, l1_diag *diag)
{
    if (!l1_csv_is_bool(text)) return l1_csv_refuse(text, name, "must be True or False", diag);
    *out = text->at[0] == 'T' || text->at[0] == 't';
    return L1_SUCCESS;
}
