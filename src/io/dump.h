/* io/dump.h: which of Binance's public dumps a file is, and one row of trades or best quotes.
 *
 * Columns, by place (a header is optional; of trades and aggTrades the last may be missing):
 *   trades       id, price, qty, quote_qty, time, is_buyer_maker, is_best_match
 *   aggTrades    agg_trade_id, price, qty, first_trade_id, last_trade_id, time, is_buyer_maker,
 *                is_best_match
 *   bookTicker   update_id, best_bid_price, best_bid_qty, best_ask_price, best_ask_qty,
 *                transaction_time, event_time
 *   depth        io/depth_row.h; klines: io/kline.h
 * Times are Unix ms or us, told by their size, row by row. An aggregated trade is one trade, its
 * id the aggregate's. A quote's time is when it could be known: event_time; its age counts from
 * transaction_time.
 * Errors: INPUT_FIELD naming the column and its value. Determinism: pure; no double.
 * Source: github.com/binance/binance-public-data, README (2025-01). */
#ifndef L1_IO_DUMP_H
#define L1_IO_DUMP_H

#include "base/status.h"
#include "domain/depth_book.h"

typedef enum {
    L1_DUMP_UNKNOWN,
    L1_DUMP_KLINES,
    L1_DUMP_TRADES,
    L1_DUMP_AGG_TRADES,
    L1_DUMP_QUOTES,
    L1_DUMP_DEPTH,
    L1_DUMP_COUNT
} l1_dump;

/* By a file's first row, be it a header or not: the number of columns and where True or False
 * stands tell them apart. UNKNOWN when nothing does. */
l1_dump l1_dump_of_row(const char *row, size_t size);

/* By "-trades-", "-aggTrades-", "-bookTicker-", "depth" in a file's name. */
l1_dump l1_dump_of_name(const char *name);

const char *l1_dump_text(l1_dump kind); /* "trades", ... */

/* A row that begins with a letter. Of trades to depth; klines have their own. */
bool l1_dump_is_header(const char *row, size_t size);

/* Refuses a header that has a known name in another's place: rows are read by place. */
L1_MUST_USE l1_result l1_dump_header_check(l1_dump kind, const char *row, size_t size,
                                           l1_diag *diag);

/* `symbol` is left to the caller; on failure `out` may be partly filled. */
L1_MUST_USE l1_result l1_trade_row_parse(l1_dump kind, const char *row, size_t size, l1_trade *out,
                                         l1_diag *diag);
L1_MUST_USE l1_result l1_quote_row_parse(const char *row, size_t size, l1_quote *out,
                                         int64_t *known_at_ns, l1_diag *diag);

#endif
