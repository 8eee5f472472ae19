/* io/dump.c: the layouts as a table, and rows read by place. */
#include "io/dump.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "io/csv_row.h"
#include "io/depth_row.h"
#include "io/kline.h"

enum { COLUMNS_MAX = 12, NAMES_MAX = 3 };

/* A column's names; the first is ours, the others are met in headers. */
typedef const char *names[NAMES_MAX];

typedef struct {
    const char *text;
    const char *in_name; /* what tells it in a file's name, in lower case */
    size_t least, most;  /* columns */
    names columns[COLUMNS_MAX];
} layout;

static const layout layouts[L1_DUMP_COUNT] = {
    [L1_DUMP_UNKNOWN] = {.text = "unknown"},
    [L1_DUMP_KLINES] = {.text = "klines", .least = 12, .most = 12},
    [L1_DUMP_TRADES] = {"trades",
                        "-trades-",
                        6,
                        7,
                        {{"id", "trade_id"},
                         {"price"},
                         {"qty", "quantity"},
                         {"quote_qty"},
                         {"time", "timestamp"},
                         {"is_buyer_maker"},
                         {"is_best_match"}}},
    [L1_DUMP_AGG_TRADES] = {"aggTrades",
                            "-aggtrades-",
                            7,
                            8,
                            {{"agg_trade_id", "agg_id"},
                             {"price"},
                             {"qty", "quantity"},
                             {"first_trade_id", "first"},
                             {"last_trade_id", "last"},
                             {"time", "transact_time", "timestamp"},
                             {"is_buyer_maker"},
                             {"is_best_match"}}},
    [L1_DUMP_QUOTES] = {"bookTicker",
                        "-bookticker-",
                        7,
                        7,
                        {{"update_id"},
                         {"best_bid_price"},
                         {"best_bid_qty"},
                         {"best_ask_price"},
                         {"best_ask_qty"},
                         {"transaction_time"},
                         {"event_time"}}},
    [L1_DUMP_DEPTH] = {"depth",
                       "depth",
                       8,
                       9,
                       {{"symbol"},
                        {"timestamp"},
                        {"first_update_id"},
                        {"last_update_id"},
                        {"side"},
                        {"update_type"},
                        {"price"},
                        {"qty"},
                        {"pu"}}},
};

const char *l1_dump_text(l1_dump kind)
{
    L1_ASSERT((unsigned)kind < L1_DUMP_COUNT);
    return layouts[kind].text;
}

bool l1_dump_is_header(const char *row, size_t size)
{
    return size > 0 && isalpha((unsigned char)row[0]) != 0 &&
           l1_dump_of_row(row, size) != L1_DUMP_UNKNOWN && !l1_depth_row_is(row, size);
}

static bool has_name(const names *column, const l1_column *word)
{
    for (size_t i = 0; i < NAMES_MAX && (*column)[i] != NULL; i++) {
        if (l1_csv_is(word, (*column)[i])) return true;
    }
    return false;
}

static l1_dump of_header(const l1_column *first)
{
    for (unsigned kind = L1_DUMP_TRADES; kind < L1_DUMP_COUNT; kind++) {
        if (has_name(&layouts[kind].columns[0], first)) return (l1_dump)kind;
    }
    return L1_DUMP_UNKNOWN;
}

l1_dump l1_dump_of_row(const char *row, size_t size)
{
    l1_column in[COLUMNS_MAX];
    if (size == 0) return L1_DUMP_UNKNOWN;
    if (l1_kline_is_header(row, size)) return L1_DUMP_KLINES;
    if (l1_depth_row_is(row, size)) return L1_DUMP_DEPTH;
    const size_t count = l1_csv_split(row, size, in, COLUMNS_MAX);
    if (isalpha((unsigned char)row[0]) != 0) return of_header(&in[0]);
    if (count == 12) return L1_DUMP_KLINES;
    if ((count == 6 || count == 7) && l1_csv_is_bool(&in[5])) return L1_DUMP_TRADES;
    if ((count == 7 || count == 8) && l1_csv_is_bool(&in[6])) return L1_DUMP_AGG_TRADES;
    return count == 7 ? L1_DUMP_QUOTES : L1_DUMP_UNKNOWN;
}

l1_dump l1_dump_of_name(const char *name)
{
    L1_ASSERT(name != NULL);
    for (unsigned kind = L1_DUMP_TRADES; kind < L1_DUMP_COUNT; kind++) {
        const char *sign = layouts[kind].in_name;
        for (const char *at = name; *at != '\0'; at++) {
            if (strncasecmp(at, sign, strlen(sign)) == 0) return (l1_dump)kind;
        }
    }
    return L1_DUMP_UNKNOWN;
}

l1_result l1_dump_header_check(l1_dump kind, const char *row, size_t size, l1_diag *diag)
{
    l1_column in[COLUMNS_MAX];
    const layout *as = &layouts[kind];
    L1_ASSERT(kind > L1_DUMP_KLINES && kind < L1_DUMP_COUNT);
    const size_t count = l1_csv_split(row, size, in, COLUMNS_MAX);
    for (size_t place = 0; place < count && place < as->most; place++) {
        for (size_t i = 0; i < as->most; i++) {
            if (i == place || !has_name(&as->columns[i], &in[place])) continue;
            return l1_refuse(diag, L1_INPUT_FIELD, as->columns[i][0],
                             "the header has %s as column %zu, %s as column %zu", as->columns[i][0],
                             place + 1, as->text, i + 1);
        }
    }
    return L1_SUCCESS;
}

static l1_result split(l1_dump kind, const char *row, size_t size, l1_column *in, l1_diag *diag)
{
    const layout *as = &layouts[kind];
    const size_t count = l1_csv_split(row, size, in, as->most);
    if (count >= as->least && count <= as->most) return L1_SUCCESS;
    return l1_refuse(diag, L1_INPUT_FIELD, "row", "row has %zu columns, %s have %zu", count,
                     as->text, as->most);
}

l1_result l1_trade_row_parse(l1_dump kind, const char *row, size_t size, l1_trade *out,
                             l1_diag *diag)
{
    l1_column in[COLUMNS_MAX];
    int64_t id = 0, first = 0, last = 0, quote_e8 = 0;
    L1_ASSERT(kind == L1_DUMP_TRADES || kind == L1_DUMP_AGG_TRADES);
    const layout *as = &layouts[kind];
    L1_TRY(split(kind, row, size, in, diag));
    L1_TRY(l1_csv_integer(&in[0], as->columns[0][0], &id, diag));
    L1_TRY(l1_csv_positive(&in[1], "price", &out->price_e8, diag));
    L1_TRY(l1_csv_positive(&in[2], "qty", &out->qty_e8, diag));
    const size_t time = kind == L1_DUMP_TRADES ? 4 : 5;
    if (kind == L1_DUMP_TRADES) {
        L1_TRY(l1_csv_amount(&in[3], "quote_qty", &quote_e8, diag));
    } else {
        L1_TRY(l1_csv_integer(&in[3], "first_trade_id", &first, diag));
        L1_TRY(l1_csv_integer(&in[4], "last_trade_id", &last, diag));
        if (last < first) {
            return l1_csv_refuse(&in[4], "last_trade_id", "is below first_trade_id", diag);
        }
    }
    L1_TRY(l1_csv_moment(&in[time], "time", &out->ts_ns, diag));
    L1_TRY(l1_csv_bool(&in[time + 1], "is_buyer_maker", &out->buyer_maker, diag));
    out->trade_id = (uint64_t)id;
    return L1_SUCCESS;
}

l1_result l1_quote_row_parse(const char *row, size_t size, l1_quote *out, int64_t *known_at_ns,
                             l1_diag *diag)
{
    l1_column in[COLUMNS_MAX];
    int64_t id = 0;
    const layout *as = &layouts[L1_DUMP_QUOTES];
    L1_ASSERT(row != NULL && out != NULL);
    L1_TRY(split(L1_DUMP_QUOTES, row, size, in, diag));
    L1_TRY(l1_csv_integer(&in[0], "update_id", &id, diag));
    L1_TRY(l1_csv_positive(&in[1], as->columns[1][0], &out->bid.price_e8, diag));
    L1_TRY(l1_csv_positive(&in[2], as->columns[2][0], &out->bid.qty_e8, diag));
    L1_TRY(l1_csv_positive(&in[3], as->columns[3][0], &out->ask.price_e8, diag));
    L1_TRY(l1_csv_positive(&in[4], as->columns[4][0], &out->ask.qty_e8, diag));
    L1_TRY(l1_csv_moment(&in[5], "transaction_time", &out->ts_ns, diag));
    L1_TRY(l1_csv_moment(&in[6], "event_time", known_at_ns, diag));
    if (out->ask.price_e8 <= out->bid.price_e8) {
        return l1_csv_refuse(&in[3], as->columns[3][0], "is not above best_bid_price", diag);
    }
    if (*known_at_ns < out->ts_ns) *known_at_ns = out->ts_ns;
    out->update_id = (uint64_t)id;
    return L1_SUCCESS;
}
