/* io/kline.c: twelve columns, exact decimals. */
#include "io/kline.h"

#include <string.h>

#include "base/assert.h"
#include "io/csv_row.h"

enum { COLUMNS = 12 };

static const char *const columns[COLUMNS] = {
    "open_time",       "open",       "high",         "low",    "close",
    "volume",          "close_time", "quote_volume", "trades", "taker_buy_volume",
    "taker_buy_quote", "ignored",
};

/* The fault's first word is the column that it blames. */
static l1_result refuse_bar(const l1_column in[COLUMNS], const char *fault, l1_diag *diag)
{
    const size_t word = strcspn(fault, " ");
    for (int i = 0; i < COLUMNS; i++) {
        if (strlen(columns[i]) != word || memcmp(columns[i], fault, word) != 0) continue;
        return l1_csv_refuse(&in[i], columns[i], fault, diag);
    }
    return l1_refuse(diag, L1_INPUT_FIELD, "row", "%s", fault);
}

l1_result l1_kline_parse(const char *row, size_t size, l1_bar *bar, l1_diag *diag)
{
    l1_column in[COLUMNS];
    int64_t close_ns = 0, quote_e8 = 0;
    L1_ASSERT(row != NULL && bar != NULL);
    const size_t count = l1_csv_split(row, size, in, COLUMNS);
    if (count != COLUMNS) {
        return l1_refuse(diag, L1_INPUT_FIELD, "row", "row has %zu columns, a kline has %d", count,
                         COLUMNS);
    }
    L1_TRY(l1_csv_moment(&in[0], columns[0], &bar->open_time_ns, diag));
    L1_TRY(l1_csv_decimal(&in[1], columns[1], &bar->open_e8, diag));
    L1_TRY(l1_csv_decimal(&in[2], columns[2], &bar->high_e8, diag));
    L1_TRY(l1_csv_decimal(&in[3], columns[3], &bar->low_e8, diag));
    L1_TRY(l1_csv_decimal(&in[4], columns[4], &bar->close_e8, diag));
    L1_TRY(l1_csv_decimal(&in[5], columns[5], &bar->volume_e8, diag));
    L1_TRY(l1_csv_moment(&in[6], columns[6], &close_ns, diag));
    L1_TRY(l1_csv_decimal(&in[7], columns[7], &bar->quote_volume_e8, diag));
    L1_TRY(l1_csv_integer(&in[8], columns[8], &bar->trades, diag));
    L1_TRY(l1_csv_decimal(&in[9], columns[9], &bar->taker_buy_volume_e8, diag));
    L1_TRY(l1_csv_decimal(&in[10], columns[10], &quote_e8, diag));
    if (quote_e8 < 0) return l1_csv_refuse(&in[10], columns[10], "is negative", diag);
    /* The last ms and the last us of the minute mean the same; the bus states the former. */
    if (close_ns <= bar->open_time_ns || close_ns >= bar->open_time_ns + L1_MINUTE_NS) {
        return l1_csv_refuse(
            &in[6], columns[6],
            "must lie within the minute that open_time begins (1m klines are read)", diag);
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
