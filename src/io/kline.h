/* io/kline.h: one row of Binance's public kline dumps to a closed bar.
 *
 * Twelve columns: open time, open, high, low, close, volume, close time, quote volume, trades,
 * taker buy base, taker buy quote, ignored (whatever it holds). Times are Unix ms or (dumps since
 * 2025) us, told by their size, row by row. Decimals are read exactly. A bar counts as closed at
 * the end of its minute whatever close time within it the row states.
 * Errors: INPUT_FIELD naming the column and its value. Determinism: pure; no double. */
#ifndef L1_IO_KLINE_H
#define L1_IO_KLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "domain/market.h"

/* `bar->symbol` is left to the caller; on failure `bar` may be partly filled. */
L1_MUST_USE l1_result l1_kline_parse(const char *row, size_t size, l1_bar *bar, l1_diag *diag);

/* True for the header line that some dumps begin with. */
bool l1_kline_is_header(const char *row, size_t size);

/* Refuses a header that has a name in another's place: rows are read by place. Names that it does
 * not know may stand anywhere; columns are counted in the rows. */
L1_MUST_USE l1_result l1_kline_header_check(const char *row, size_t size, l1_diag *diag);

#endif
