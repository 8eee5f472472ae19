/* domain/market.c: freshness and mid of one market; what makes a book or a bar acceptable. */
#include "domain/market.h"

#include <string.h>

#include "base/assert.h"
#include "domain/index.h"

#define MILLISECOND_NS INT64_C(1000000)

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool fresh(int64_t since_ns, int64_t valid_after_ns, int64_t now_ns, int64_t age_ns)
{
    L1_ASSERT(age_ns >= 0);
    return since_ns >= valid_after_ns && now_ns - since_ns <= age_ns;
}

bool l1_market_book_fresh(const l1_market *market, int64_t now_ns, int64_t age_ns)
{
    return market->has_book && fresh(market->book_since_ns, market->valid_after_ns, now_ns, age_ns);
}

bool l1_market_bar_fresh(const l1_market *market, int64_t now_ns, int64_t age_ns)
{
    return market->has_bar && fresh(market->bar_since_ns, market->valid_after_ns, now_ns, age_ns);
}

int64_t l1_market_mid_e8(const l1_market *market, int64_t now_ns, int64_t age_ns)
{
    if (l1_market_book_fresh(market, now_ns, age_ns)) {
        const int64_t bid = market->book.bids[0].price_e8;
        const int64_t ask = market->book.asks[0].price_e8;
        L1_ASSERT(bid > 0);
        L1_ASSERT(ask > bid);
        return bid + (ask - bid) / 2; /* the sum could leave int64 */
    }
    if (!l1_market_bar_fresh(market, now_ns, age_ns)) return 0;
    L1_ASSERT(market->bar.close_e8 > 0);
    return market->bar.close_e8;
}

int64_t l1_market_mid_since_ns(const l1_market *market, int64_t now_ns, int64_t age_ns)
{
    if (l1_market_book_fresh(market, now_ns, age_ns)) return market->book_since_ns;
    return l1_market_bar_fresh(market, now_ns, age_ns) ? market->bar_since_ns : INT64_MIN;
}

int64_t l1_market_mid_until_ns(const l1_market *market, int64_t age_ns)
{
    L1_ASSERT(age_ns >= 0);
    int64_t until = INT64_MIN;
    if (market->has_book && market->book_since_ns >= market->valid_after_ns) {
        until = market->book_since_ns + age_ns;
    }
    if (market->has_bar && market->bar_since_ns >= market->valid_after_ns &&
        market->bar_since_ns + age_ns > until) {
        until = market->bar_since_ns + age_ns;
    }
    return until;
}

void l1_market_on_book(l1_market *market, const l1_book *book, int64_t now_ns)
{
    L1_ASSERT(book->bids_count >= 1 && book->bids_count <= L1_BOOK_LEVELS_MAX);
    L1_ASSERT(book->asks_count >= 1 && book->asks_count <= L1_BOOK_LEVELS_MAX);
    market->book.symbol = book->symbol;
    market->book.ts_ns = book->ts_ns;
    market->book.bids_count = book->bids_count;
    market->book.asks_count = book->asks_count;
    memcpy(market->book.bids, book->bids, book->bids_count * sizeof book->bids[0]);
    memcpy(market->book.asks, book->asks, book->asks_count * sizeof book->asks[0]);
    market->book_since_ns = earlier(book->ts_ns, now_ns);
    market->has_book = true;
}

bool l1_market_on_bar(l1_market *market, const l1_bar *bar, int64_t now_ns)
{
    L1_ASSERT(bar->close_e8 > 0);
    L1_ASSERT(bar->close_time_ns > bar->open_time_ns);
    if (market->has_bar && bar->close_time_ns <= market->bar.close_time_ns) return false;
    market->bar = *bar;
    market->bar_since_ns = earlier(bar->close_time_ns, now_ns);
    market->has_bar = true;
    return true;
}

typedef struct {
    const char *empty, *price, *qty, *order;
} side_faults;

/* One side, best first: bids fall, asks rise. */
static const char *side_fault(const l1_level *levels, uint32_t count, bool bids)
{
    static const side_faults texts[2] = {
        {"asks are empty", "asks hold a price that is not above 0",
         "asks hold a quantity that is not above 0", "asks are not sorted best first"},
        {"bids are empty", "bids hold a price that is not above 0",
         "bids hold a quantity that is not above 0", "bids are not sorted best first"},
    };
    L1_ASSERT(count <= L1_BOOK_LEVELS_MAX);
    const side_faults *const text = &texts[bids];
    if (count == 0) return text->empty;
    for (uint32_t i = 0; i < count; i++) {
        if (levels[i].price_e8 <= 0) return text->price;
        if (levels[i].qty_e8 <= 0) return text->qty;
        if (i == 0) continue;
        const int64_t better = levels[i - 1].price_e8;
        const bool sorted = bids ? levels[i].price_e8 < better : levels[i].price_e8 > better;
        if (!sorted) return text->order;
    }
    return NULL;
}

const char *l1_book_fault(const l1_book *book)
{
    L1_ASSERT(book != NULL);
    const char *fault = side_fault(book->bids, book->bids_count, true);
    if (fault == NULL) fault = side_fault(book->asks, book->asks_count, false);
    if (fault != NULL) return fault;
    if (book->bids[0].price_e8 > book->asks[0].price_e8) return "bids cross asks";
    if (book->bids[0].price_e8 == book->asks[0].price_e8) return "bids lock asks: same best price";
    return NULL;
}

const char *l1_bar_fault(const l1_bar *bar)
{
    L1_ASSERT(bar != NULL);
    if (bar->open_time_ns % L1_MINUTE_NS != 0) return "open_time does not begin a minute";
    if (bar->close_time_ns - bar->open_time_ns != L1_MINUTE_NS - MILLISECOND_NS) {
        return "close_time is not open_time + 59999 ms";
    }
    if (bar->low_e8 <= 0) return "low is not above 0";
    if (bar->high_e8 < bar->low_e8) return "high is below low";
    if (bar->open_e8 < bar->low_e8 || bar->open_e8 > bar->high_e8) {
        return "open lies outside low and high";
    }
    if (bar->close_e8 < bar->low_e8 || bar->close_e8 > bar->high_e8) {
        return "close lies outside low and high";
    }
    if (bar->volume_e8 < 0) return "volume is negative";
    if (bar->quote_volume_e8 < 0) return "quote_volume is negative";
    if (bar->taker_buy_volume_e8 < 0) return "taker_buy_volume is negative";
    if (bar->taker_buy_volume_e8 > bar->volume_e8) return "taker_buy_volume exceeds volume";
    if (bar->trades < 0) return "trades is negative";
    return NULL;
}

void l1_bar_archive(l1_archive *archive, l1_bar *bar)
{
    l1_symbol_archive(archive, &bar->symbol);
    l1_archive_i64(archive, &bar->open_time_ns);
    l1_archive_i64(archive, &bar->close_time_ns);
    l1_archive_i64(archive, &bar->open_e8);
    l1_archive_i64(archive, &bar->high_e8);
    l1_archive_i64(archive, &bar->low_e8);
    l1_archive_i64(archive, &bar->close_e8);
    l1_archive_i64(archive, &bar->volume_e8);
    l1_archive_i64(archive, &bar->quote_volume_e8);
    l1_archive_i64(archive, &bar->taker_buy_volume_e8);
    l1_archive_i64(archive, &bar->trades);
}

void l1_book_archive(l1_archive *archive, l1_book *book)
{
    l1_symbol_archive(archive, &book->symbol);
    l1_archive_i64(archive, &book->ts_ns);
    l1_archive_count(archive, &book->bids_count, L1_BOOK_LEVELS_MAX);
    l1_archive_count(archive, &book->asks_count, L1_BOOK_LEVELS_MAX);
    for (uint32_t i = 0; i < book->bids_count; i++) {
        l1_archive_i64(archive, &book->bids[i].price_e8);
        l1_archive_i64(archive, &book->bids[i].qty_e8);
    }
    for (uint32_t i = 0; i < book->asks_count; i++) {
        l1_archive_i64(archive, &book->asks[i].price_e8);
        l1_archive_i64(archive, &book->asks[i].qty_e8);
    }
}

void l1_trade_archive(l1_archive *archive, l1_trade *trade)
{
    l1_symbol_archive(archive, &trade->symbol);
    l1_archive_i64(archive, &trade->ts_ns);
    l1_archive_i64(archive, &trade->price_e8);
    l1_archive_i64(archive, &trade->qty_e8);
    l1_archive_u64(archive, &trade->trade_id);
    l1_archive_bool(archive, &trade->buyer_maker);
}

void l1_market_archive(l1_archive *archive, l1_market *market)
{
    l1_archive_bool(archive, &market->has_book);
    l1_archive_bool(archive, &market->has_bar);
    if (market->has_book) {
        l1_book_archive(archive, &market->book);
        l1_archive_i64(archive, &market->book_since_ns);
    }
    if (market->has_bar) {
        l1_bar_archive(archive, &market->bar);
        l1_archive_i64(archive, &market->bar_since_ns);
    }
    l1_archive_i64(archive, &market->valid_after_ns);
}
