/* tests/fuzz/fuzz_io_dump.c: one row of a dump, of any bytes: what is accepted is sane. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "io/depth_row.h"
#include "io/dump.h"

static void trades(const char *row, size_t size)
{
    l1_diag diag;
    for (l1_dump kind = L1_DUMP_TRADES; kind <= L1_DUMP_AGG_TRADES; kind++) {
        l1_trade trade;
        if (l1_trade_row_parse(kind, row, size, &trade, &diag).code != L1_OK) continue;
        L1_ASSERT(trade.price_e8 > 0 && trade.qty_e8 > 0 && trade.ts_ns > 0);
        L1_ASSERT(l1_dump_of_row(row, size) == kind); /* a good row tells its kind */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    l1_diag diag;
    l1_quote quote;
    l1_depth_row level;
    int64_t known_ns = 0;
    char *row = malloc(size + 1); /* exactly as long, so that a read beyond it is seen */
    L1_ASSERT(row != NULL);
    if (size > 0) memcpy(row, data, size);
    row[size] = '\0';
    (void)l1_dump_of_name(row);
    char *exact = malloc(size > 0 ? size : 1);
    L1_ASSERT(exact != NULL);
    if (size > 0) memcpy(exact, data, size);
    trades(exact, size);
    if (l1_quote_row_parse(exact, size, &quote, &known_ns, &diag).code == L1_OK) {
        L1_ASSERT(quote.bid.price_e8 > 0 && quote.ask.price_e8 > quote.bid.price_e8);
        L1_ASSERT(known_ns >= quote.ts_ns && quote.ts_ns > 0);
        L1_ASSERT(l1_dump_of_row(exact, size) == L1_DUMP_QUOTES);
    }
    if (l1_depth_row_parse(exact, size, &level, &diag).code == L1_OK) {
        L1_ASSERT(level.change.price_e8 > 0 && level.change.qty_e8 >= 0);
        L1_ASSERT(level.snapshot || level.first_id <= level.last_id);
        L1_ASSERT(l1_depth_row_is(exact, size) && l1_depth_row_same_event(&level, &level));
    }
    const l1_dump kind = l1_dump_of_row(exact, size);
    if (kind > L1_DUMP_KLINES && l1_dump_is_header(exact, size)) {
        const l1_result known = l1_dump_header_check(kind, exact, size, &diag);
        L1_ASSERT(known.code == L1_OK || known.code == L1_INPUT_FIELD);
    }
    free(exact);
    free(row);
    return 0;
}
