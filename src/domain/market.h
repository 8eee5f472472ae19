/* domain/market.h: bars, books and trades as they arrive, and what is known of one market.
 *
 * Units:       e8 decimals; *_ns Unix nanoseconds UTC.
 * Determinism: pure; time is an argument. */
#ifndef L1_DOMAIN_MARKET_H
#define L1_DOMAIN_MARKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/decimal.h"

#define L1_BOOK_LEVELS_MAX 20
#define L1_MINUTE_NS INT64_C(60000000000)

typedef struct {
    int32_t symbol;
    int64_t open_time_ns, close_time_ns; /* close_time_ns = open + 1 min - 1 ms */
    int64_t open_e8, high_e8, low_e8, close_e8;
    int64_t volume_e8, quote_volume_e8, taker_buy_volume_e8;
    int64_t trades;
} l1_bar; /* a closed 1m bar */

typedef struct {
    int64_t price_e8, qty_e8;
} l1_level;

typedef struct {
    int32_t symbol;
    int64_t ts_ns;
    uint32_t bids_count, asks_count; /* 1..L1_BOOK_LEVELS_MAX, best first */
    l1_level bids[L1_BOOK_LEVELS_MAX], asks[L1_BOOK_LEVELS_MAX];
} l1_book;

typedef struct {
    int32_t symbol;
    int64_t ts_ns;
    int64_t price_e8, qty_e8;
    uint64_t trade_id;
    bool buyer_maker;
} l1_trade;

/* What is known of one market. *_since_ns = min(message time, receipt): ages count from there. */
typedef struct {
    bool has_book, has_bar;
    l1_book book;
    int64_t book_since_ns;
    l1_bar bar; /* the last closed one */
    int64_t bar_since_ns;
    int64_t valid_after_ns; /* after a clock jump: data received before it counts as stale */
} l1_market;

/* True when the book (the last bar) is at most `age_ns` old at `now_ns`. */
bool l1_market_book_fresh(const l1_market *market, int64_t now_ns, int64_t age_ns);
bool l1_market_bar_fresh(const l1_market *market, int64_t now_ns, int64_t age_ns);

/* mid: of the fresh book, else the fresh close, else 0 = none. */
int64_t l1_market_mid_e8(const l1_market *market, int64_t now_ns, int64_t age_ns);

/* Since when that mid has stood: min(message time, receipt); INT64_MIN when there is none. */
int64_t l1_market_mid_since_ns(const l1_market *market, int64_t now_ns, int64_t age_ns);

/* Until when the mid stays defined without new data; INT64_MIN when there is none. */
int64_t l1_market_mid_until_ns(const l1_market *market, int64_t age_ns);

/* Keeps a book, or a bar newer than the last one. A late or repeated bar changes nothing and
 * returns false. */
void l1_market_on_book(l1_market *market, const l1_book *book, int64_t now_ns);
bool l1_market_on_bar(l1_market *market, const l1_bar *bar, int64_t now_ns);

/* NULL when the book is sane; otherwise why it is refused (static text): a side empty, crossed
 * or locked, unsorted, non-positive. The first word of each text is the field at fault. */
const char *l1_book_fault(const l1_book *book);
const char *l1_bar_fault(const l1_bar *bar); /* times not one closed minute, high < low, ... */

void l1_market_archive(l1_archive *archive, l1_market *market);
void l1_bar_archive(l1_archive *archive, l1_bar *bar);
void l1_book_archive(l1_archive *archive, l1_book *book);
void l1_trade_archive(l1_archive *archive, l1_trade *trade);

#endif
