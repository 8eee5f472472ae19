/* io/depth_row.c: a level a row. */
#include "io/depth_row.h"

#include <string.h>

#include "base/assert.h"
#include "io/csv_row.h"

enum { COLUMNS_LEAST = 8, COLUMNS = 9 };

static bool is_type(const l1_column *text)
{
    return l1_csv_is(text, "snap") || l1_csv_is(text, "set");
}

bool l1_depth_row_is(const char *row, size_t size)
{
    l1_column in[COLUMNS];
    const size_t count = l1_csv_split(row, size, in, COLUMNS);
    return (count == COLUMNS_LEAST || count == COLUMNS) && is_type(&in[5]);
}

static bool is_side(const l1_column *text)
{
    return l1_csv_is(text, "a") || l1_csv_is(text, "b");
}

l1_result l1_depth_row_parse(const char *row, size_t size, l1_depth_row *out, l1_diag *diag)
{
    l1_column in[COLUMNS];
    int64_t first = 0, last = 0;
    L1_ASSERT(row != NULL && out != NULL);
    const size_t count = l1_csv_split(row, size, in, COLUMNS);
    if (count != COLUMNS_LEAST && count != COLUMNS) {
        return l1_refuse(diag, L1_INPUT_FIELD, "row", "row has %zu columns, depth has %d", count,
                         COLUMNS_LEAST);
    }
    if (in[0].size == 0 || in[0].size >= sizeof out->symbol) {
        return l1_csv_refuse(&in[0], "symbol", "is no symbol such as BTCUSDT", diag);
    }
    memset(out->symbol, 0, sizeof out->symbol);
    memcpy(out->symbol, in[0].at, in[0].size);
    L1_TRY(l1_csv_moment(&in[1], "timestamp", &out->ts_ns, diag));
    L1_TRY(l1_csv_integer(&in[2], "first_update_id", &first, diag));
    L1_TRY(l1_csv_integer(&in[3], "last_update_id", &last, diag));
    if (!is_side(&in[4])) return l1_csv_refuse(&in[4], "side", "must be a or b", diag);
    if (!is_type(&in[5])) return l1_csv_refuse(&in[5], "update_type", "must be snap or set", diag);
    L1_TRY(l1_csv_positive(&in[6], "price", &out->change.price_e8, diag));
    L1_TRY(l1_csv_amount(&in[7], "qty", &out->change.qty_e8, diag));
    out->change.ask = in[4].at[0] == 'a';
    out->snapshot = l1_csv_is(&in[5], "snap");
    out->first_id = (uint64_t)first;
    out->last_id = (uint64_t)last;
    if (!out->snapshot && (last == 0 || first > last)) {
        return l1_csv_refuse(&in[3], "last_update_id", "is below first_update_id, or 0", diag);
    }
    return L1_SUCCESS;
}

bool l1_depth_row_same_event(const l1_depth_row *a, const l1_depth_row *b)
{
    return a->ts_ns == b->ts_ns && a->first_id == b->first_id && a->last_id == b->last_id &&
           a->snapshot == b->snapshot && strcmp(a->symbol, b->symbol) == 0;
}
