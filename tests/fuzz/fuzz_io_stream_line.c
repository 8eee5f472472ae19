/* tests/fuzz/fuzz_io_stream_line.c: one line of a recorded stream, of any bytes.
 *
 * What is accepted lies within its bounds, and reading it in pieces gives what reading it whole
 * gives; levels that are refused whole are refused in pieces. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "io/stream_line.h"

static void check(const l1_stream_message *message)
{
    L1_ASSERT(message->changes_count <= L1_STREAM_CHANGES_MAX);
    L1_ASSERT(memchr(message->symbol, 0, sizeof message->symbol) != NULL);
    for (uint32_t i = 0; i < message->changes_count; i++) {
        L1_ASSERT(message->changes[i].price_e8 > 0 && message->changes[i].qty_e8 >= 0);
    }
    const l1_quote *quote = &message->quote;
    switch (message->kind) {
    case L1_STREAM_QUOTE:
        L1_ASSERT(quote->bid.price_e8 > 0 && quote->bid.qty_e8 > 0 && quote->ask.qty_e8 > 0);
        L1_ASSERT(quote->ask.price_e8 > quote->bid.price_e8);
        break;
    case L1_STREAM_TRADE:
        L1_ASSERT(message->trade.price_e8 > 0 && message->trade.qty_e8 > 0);
        break;
    case L1_STREAM_DEPTH:
        L1_ASSERT(message->first_id <= message->last_id && message->last_id > 0);
        break;
    default: break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static l1_stream_parser whole, pieces;
    l1_stream_message a, b;
    l1_diag diag = {0};
    if (size == 0) return 0;
    /* The first byte picks the length of the pieces: from hardly anything on. */
    pieces.whole_max = 40 + (size_t)data[0] * 4;
    char *line = malloc(size);
    L1_ASSERT(line != NULL);
    memcpy(line, data + 1, size - 1);
    (void)l1_stream_line_is(line, size - 1);
    const l1_result first = l1_stream_line_parse(&whole, line, size - 1, &a, &diag);
    const l1_result second = l1_stream_line_parse(&pieces, line, size - 1, &b, &diag);
    if (first.code == L1_OK) check(&a);
    if (second.code == L1_OK) check(&b);
    const bool levels = b.kind == L1_STREAM_DEPTH || b.kind == L1_STREAM_SNAPSHOT;
    if (second.code == L1_OK && levels && size - 1 <= L1_JSON_TEXT_MAX) {
        L1_ASSERT(first.code == L1_OK || first.code == L1_INPUT_TOO_LONG);
    }
    if (first.code == L1_OK && second.code == L1_OK) {
        L1_ASSERT(a.kind == b.kind && a.changes_count == b.changes_count);
        L1_ASSERT(a.at_ns == b.at_ns && a.ts_ns == b.ts_ns && a.last_id == b.last_id);
        for (uint32_t i = 0; i < a.changes_count; i++) {
            L1_ASSERT(a.changes[i].price_e8 == b.changes[i].price_e8);
            L1_ASSERT(a.changes[i].qty_e8 == b.changes[i].qty_e8);
            L1_ASSERT(a.changes[i].ask == b.changes[i].ask);
        }
    }
    free(line);
    return 0;
}
