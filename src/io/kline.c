/* io/kline.c: twelve columns, exact decimals. */
#include "io/kline.h"

#include <string.h>

#include "base/assert.h"
#include "base/decimal.h"
#include "bus/codec/timestamp.h"

enum { COLUMNS = 12 };

static const char *const columns[COLUMNS] = {
    "open_time",       "open",       "high",         "low",    "close",
    "volume",          "close_time", "quote_volume", "trades", "taker_buy_volume",
    "taker_buy_quote", "ignored",
};

typedef struct {
    const char *at;
    size_t size;
} column;

static l1_result refuse(const column *bad, int number, const char *why, l1_diag *diag)
{
    char shown[41];
    const size_t size = bad->size < sizeof shown - 1 ? bad->size : sizeof shown - 1;
    for (size_t i = 0; i < size; i++) { /* it goes to a terminal */
        shown[i] = bad->at[i] >= ' ' && bad->at[i] <= '~' ? bad->at[i] : '?';
    }
    shown[size] = '\0';
    return l1_refuse(diag, L1_INPUT_FIELD, columns[number], "%s is '%s': %s", columns[number],
                     shown, why);
}

/* "16541.77000000": digits, a point, digits; the common case of a dump. What it does not take,
 * l1_decimal_parse judges. */
static bool plain_decimal(const column *text, int64_t *e8)
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

static l1_result decimal(const column *text, int number, int64_t *e8, l1_diag *diag)
{
    if (plain_decimal(text, e8)) return L1_SUCCESS;
    if (l1_decimal_parse(text->at, text->size, e8).code != L1_OK) {
        return refuse(text, number, "must be a decimal number", diag);
    }
    return L1_SUCCESS;
}

static l1_result integer(const column *text, int number, int64_t *out, l1_diag *diag)
{
    int64_t value = 0;
    if (text->size == 0 || text->size > 18)
        return refuse(text, number, "must be a whole number", diag);
    for (size_t i = 0; i < text->size; i++) {
        const unsigned digit = (unsigned)(text->at[i] - '0');
        if (digit > 9) return refuse(text, number, "must be a whole number", diag);
        value = value * 10 + (int64_t)digit;
    }
    *out = value;
    return L1_SUCCESS;
}

/* Unix ms has 13 digits until 2286, us has 16. */
static l1_result moment(const column *text, int number, int64_t *ns, l1_diag *diag)
{
    int64_t value = 0;
    L1_TRY(integer(text, number, &value, diag));
    if (value >= L1_TIMESTAMP_MIN_NS / 1000 && value < L1_TIMESTAMP_END_NS / 1000) {
        *ns = value * 1000;
    } else if (value >= L1_TIMESTAMP_MIN_NS / 1000000 && value < L1_TIMESTAMP_END_NS / 1000000) {
        *ns = value * 1000000;
    } else {
        return refuse(text, number, "must be Unix ms or us of the years 2009 to 2100", diag);
    }
    return L1_SUCCESS;
}

static l1_result split(const char *row, size_t size, column out[COLUMNS], l1_diag *diag)
{
    size_t count = 0;
    const char *at = row;
    const char *end = row + size;
    for (;;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma != NULL ? comma : end;
        if (count < COLUMNS) out[count] = (column){at, (size_t)(stop - at)};
        count++;
        if (comma == NULL) break;
        at = comma + 1;
    }
    if (count == COLUMNS) return L1_SUCCESS;
    return l1_refuse(diag, L1_INPUT_FIELD, "row", "row has %zu columns, a kline has %d", count,
                     COLUMNS);
}

/* The fault's first word is the column that it blames. */
static l1_result refuse_bar(const column in[COLUMNS], const char *fault, l1_diag *diag)
{
    const size_t word = strcspn(fault, " ");
    for (int i = 0; i < COLUMNS; i++) {
        if (strlen(columns[i]) != word || memcmp(columns[i], fault, word) != 0) continue;
        return refuse(&in[i], i, fault, diag);
    }
    return l1_refuse(diag, L1_INPUT_FIELD, "row", "%s", fault);
}

l1_result l1_kline_parse(const char *row, size_t size, l1_bar *bar, l1_diag *diag)
{
    column in[COLUMNS];
    int64_t close_ns = 0, quote_e8 = 0;
    L1_ASSERT(row != NULL && bar != NULL);
    L1_TRY(split(row, size, in, diag));
    L1_TRY(moment(&in[0], 0, &bar->open_time_ns, diag));
    L1_TRY(decimal(&in[1], 1, &bar->open_e8, diag));
    L1_TRY(decimal(&in[2], 2, &bar->high_e8, diag));
    L1_TRY(decimal(&in[3], 3, &bar->low_e8, diag));
    L1_TRY(decimal(&in[4], 4, &bar->close_e8, diag));
    L1_TRY(decimal(&in[5], 5, &bar->volume_e8, diag));
    L1_TRY(moment(&in[6], 6, &close_ns, diag));
    L1_TRY(decimal(&in[7], 7, &bar->quote_volume_e8, diag));
    L1_TRY(integer(&in[8], 8, &bar->trades, diag));
    L1_TRY(decimal(&in[9], 9, &bar->taker_buy_volume_e8, diag));
    L1_TRY(decimal(&in[10], 10, &quote_e8, diag));
    if (quote_e8 < 0) return refuse(&in[10], 10, "is negative", diag);
    /* The last ms and the last us of the minute mean the same; the bus states the former. */
    if (close_ns <= bar->open_time_ns || close_ns >= bar->open_time_ns + L1_MINUTE_NS) {
        return refuse(&in[6], 6, "must lie within the minute that open_time begins", diag);
    }
    bar->close_time_ns = bar->open_time_ns + L1_MINUTE_NS - 1000000;
    const char *fault = l1_bar_fault(bar);
    return fault == NULL ? L1_SUCCESS : refuse_bar(in, fault, diag);
}

bool l1_kline_is_header(const char *row, size_t size)
{
    static const char name[] = "open_time";
    return size >= sizeof name - 1 && memcmp(row, name, sizeof name - 1) == 0;
}

l1_result l1_kline_header_check(const char *row, size_t size, l1_diag *diag)
{
    const char *const end = row + size;
    L1_ASSERT(l1_kline_is_header(row, size));
    for (int place = 0; place < COLUMNS && row <= end; place++) {
        const size_t length = (size_t)(end - row);
        const char *comma = memchr(row, ',', length);
        const size_t word = comma != NULL ? (size_t)(comma - row) : length;
        for (int i = 0; i < COLUMNS; i++) {
            if (i == place || strlen(columns[i]) != word || memcmp(columns[i], row, word) != 0)
                continue;
            return l1_refuse(diag, L1_INPUT_FIELD, columns[i],
                             "the header has %s as column %d, a kline as column %d", columns[i],
                             place + 1, i + 1);
        }
        if (comma == NULL) break;
        row = comma + 1;
    }
    return L1_SUCCESS;
}
