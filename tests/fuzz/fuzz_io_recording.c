/* tests/fuzz/fuzz_io_recording.c: whole recordings, of any bytes, to a book.
 *
 * The first byte picks a stream or a depth dump, and whether a beginning is left out. Times never
 * fall, parts follow each other, and a book that is followed is never crossed. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "io/recording.h"

#define FROM INT64_C(1723161254000000000)

static l1_depth_book books[2];

static void start(void)
{
    for (int i = 0; i < 2; i++) {
        const size_t cost = l1_depth_book_cost();
        if (books[i].bids.levels == NULL) {
            l1_arena arena = {.base = aligned_alloc(64, cost), .capacity = cost};
            L1_ASSERT(arena.base != NULL);
            l1_depth_book_init(&books[i], &arena);
        }
        l1_depth_book *book = &books[i];
        *book = (l1_depth_book){.bids.levels = book->bids.levels, .asks.levels = book->asks.levels};
    }
}

static void drain(l1_recording *recording, int64_t *last_ns)
{
    static l1_decoded message;
    while (l1_recording_next(recording, &message)) {
        L1_ASSERT(message.has_ts && message.ts_ns >= *last_ns);
        *last_ns = message.ts_ns;
        if (message.event.kind == L1_EVENT_QUOTE) {
            l1_depth_book *book = &books[message.event.as.quote.symbol];
            (void)l1_depth_book_quote(book, &message.event.as.quote, message.ts_ns);
        }
        if (message.event.kind != L1_EVENT_DEPTH) continue;
        const l1_depth *depth = &message.event.as.depth;
        L1_ASSERT(depth->symbol == 0 || depth->symbol == 1);
        l1_depth_book *book = &books[depth->symbol];
        const bool was_whole = book->started && !book->partial;
        const l1_depth_outcome outcome = l1_depth_book_apply(book, depth, message.ts_ns);
        /* Only the first part behind a gap may be one; what a snapshot starts is followed. */
        if (outcome == L1_DEPTH_GAP && was_whole) L1_ASSERT(!depth->snapshot);
        l1_level bid, ask;
        if (l1_depth_book_best(book, &bid, &ask)) L1_ASSERT(bid.price_e8 < ask.price_e8);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static l1_limits limits;
    limits.symbols_count = 2;
    memcpy(limits.quote, "USDT", 5);
    memcpy(limits.symbols[0].base, "BTC", 4);
    memcpy(limits.symbols[1].base, "ETH", 4);
    if (size == 0) return 0;
    const l1_recording_options options = {.limits = &limits,
                                          .symbol = data[0] & 4 ? -1 : 0,
                                          .rows = (data[0] & 1) != 0,
                                          .from_ns = data[0] & 2 ? FROM : L1_OFF};
    l1_recording *recording = l1_recording_new(&options);
    L1_ASSERT(recording != NULL);
    int64_t last_ns = 0;
    l1_diag diag;
    start();
    l1_recording_file(recording, 0, -1);
    const char *at = (const char *)data + 1, *end = (const char *)data + size;
    l1_result taken = L1_SUCCESS;
    while (at < end && taken.code == L1_OK) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL) stop = end;
        taken = l1_recording_take(recording, at, (size_t)(stop - at), &diag);
        if (taken.code == L1_OK) drain(recording, &last_ns);
        at = stop < end ? stop + 1 : end;
    }
    if (taken.code == L1_OK && l1_recording_end(recording, &diag).code == L1_OK) {
        drain(recording, &last_ns);
    }
    l1_recording_free(recording);
    return 0;
}
