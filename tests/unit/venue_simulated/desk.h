/* tests/unit/venue_simulated/desk.h: a simulated venue on the table, and what it answers as text.
 *
 * BTC/USDT and ETH/USDT, tick 0.01, lot 0.001, minimum notional 5, fee 0.1 %, data fresh for 60 s,
 * 10000 USDT and 10 BTC. Answers read "ack 1; fill 1 100x0.5 fee 0.0005; done 1", where the
 * number is the order's and an end's reason or rest follows it. */
#ifndef L1_UNIT_VENUE_SIMULATED_DESK_H
#define L1_UNIT_VENUE_SIMULATED_DESK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "testlib/check.h"
#include "venue/simulated/state.h"
#include "venue/simulated/venue_simulated.h"

enum { BTC, ETH, QUOTE = 0, BTC_BASE = 1, ETH_BASE = 2 };
#define SECOND INT64_C(1000000000)
#define START (INT64_C(1700000000) * SECOND) /* not on a minute */
#define E8(units) ((int64_t)((units)*1e8 + ((units) < 0 ? -0.5 : 0.5)))

typedef struct {
    l1_limits limits;
    l1_arena arena;
    l1_depth_book *books;
    l1_venue_simulated *venue;
    l1_venue_answers answers;
    int64_t now_ns;
    uint64_t requests;
    char text[4096];
} desk;

static inline l1_limits desk_limits(void)
{
    l1_limits limits = {.quote = "USDT",
                        .market_age_ns = 60 * SECOND,
                        .taker_fee_e8 = E8(0.001),
                        .orders_max = 8,
                        .symbols_count = 2};
    const l1_instrument instrument = {.tick_e8 = E8(0.01),
                                      .lot_e8 = E8(0.001),
                                      .participation_max_e8 = E8(0.1),
                                      .venue_min_notional_e8 = E8(5),
                                      .max_algo_orders = 5,
                                      .opo = true};
    limits.symbols[BTC] = instrument;
    limits.symbols[ETH] = instrument;
    strcpy(limits.symbols[BTC].name, "BTC/USDT");
    strcpy(limits.symbols[ETH].name, "ETH/USDT");
    limits.paper_balance_e8[QUOTE] = E8(10000);
    limits.paper_balance_e8[BTC_BASE] = E8(10);
    return limits;
}

static inline desk desk_open(const l1_limits *limits)
{
    desk d = {.limits = *limits, .now_ns = START};
    const size_t books = l1_arena_cost(limits->symbols_count * sizeof(l1_depth_book)) +
                         limits->symbols_count * l1_depth_book_cost();
    const size_t cost = books + l1_venue_simulated_cost(limits);
    d.arena.base = aligned_alloc(64, cost);
    CHECK(d.arena.base != NULL);
    memset(d.arena.base, 0, cost);
    d.arena.capacity = cost;
    d.books = l1_arena_take(&d.arena, limits->symbols_count * sizeof(l1_depth_book));
    for (uint32_t i = 0; i < limits->symbols_count; i++) l1_depth_book_init(&d.books[i], &d.arena);
    d.venue = l1_venue_simulated_new(&d.arena, limits, d.books);
    CHECK(d.arena.used == cost);
    d.answers.capacity = l1_venue_simulated_answers_max(limits);
    d.answers.items = calloc(d.answers.capacity, sizeof d.answers.items[0]);
    CHECK(d.answers.items != NULL);
    return d;
}

static inline desk desk_open_default(void)
{
    const l1_limits limits = desk_limits();
    return desk_open(&limits);
}

static inline void desk_close(desk *d)
{
    free(d->arena.base);
    free(d->answers.items);
}

static inline l1_order_id number(uint64_t n)
{
    return (l1_order_id){.hash = {.lo = n}, .purpose = L1_PURPOSE_ENTRY};
}

/* --- what is sent ------------------------------------------------------------------------------
 */

static inline l1_order_leg limit_fok(uint64_t n, l1_side side, double qty, double price)
{
    return (l1_order_leg){.id = number(n),
                          .side = side,
                          .type = L1_ORDER_LIMIT,
                          .tif = L1_TIF_FOK,
                          .qty_e8 = E8(qty),
                          .price_e8 = E8(price)};
}
static inline l1_order_leg market_order(uint64_t n, l1_side side, double qty)
{
    return (l1_order_leg){
        .id = number(n), .side = side, .type = L1_ORDER_MARKET, .qty_e8 = E8(qty)};
}
static inline l1_order_leg stop_loss(uint64_t n, double qty, double stop)
{
    return (l1_order_leg){.id = number(n),
                          .side = L1_SIDE_SELL,
                          .type = L1_ORDER_STOP_LOSS,
                          .qty_e8 = E8(qty),
                          .stop_e8 = E8(stop)};
}

static inline const char *desk_text(desk *d);

/* Sends, lets it arrive at once and returns the answers. */
static inline const char *desk_arrive(desk *d)
{
    d->answers.count = 0;
    l1_venue_simulated_arrive(d->venue, &d->answers);
    return desk_text(d);
}
static inline const char *desk_submit(desk *d, const l1_submit *submit)
{
    l1_venue_simulated_submit(d->venue, submit, d->now_ns, ++d->requests);
    return desk_arrive(d);
}
static inline const char *desk_single(desk *d, int32_t symbol, l1_order_leg leg)
{
    const l1_submit submit = {.symbol = symbol, .legs_count = 1, .legs = {leg}};
    l1_venue_simulated_submit(d->venue, &submit, d->now_ns, ++d->requests);
    return desk_arrive(d);
}
static inline const char *desk_list(desk *d, l1_order_leg entry, l1_order_leg stop)
{
    const l1_submit submit = {
        .symbol = BTC, .list = L1_LIST_OPO, .legs_count = 2, .legs = {entry, stop}};
    l1_venue_simulated_submit(d->venue, &submit, d->now_ns, ++d->requests);
    return desk_arrive(d);
}
static inline const char *desk_cancel(desk *d, int32_t symbol, uint64_t n)
{
    const l1_cancel cancel = {.symbol = symbol, .id = number(n)};
    l1_venue_simulated_cancel(d->venue, &cancel, d->now_ns, ++d->requests);
    return desk_arrive(d);
}

/* --- the market --------------------------------------------------------------------------------
 */

/* Three levels a side, 1 apart, from `bid` down and `ask` up, each with `qty`. */
static inline l1_book book_of(double bid, double ask, double qty, int64_t ts_ns)
{
    l1_book book = {.symbol = BTC, .ts_ns = ts_ns, .bids_count = 3, .asks_count = 3};
    for (int i = 0; i < 3; i++) {
        book.bids[i] = (l1_level){E8(bid - i), E8(qty)};
        book.asks[i] = (l1_level){E8(ask + i), E8(qty)};
    }
    return book;
}
static inline const char *desk_told(desk *d, const l1_book *book)
{
    d->answers.count = 0;
    l1_depth_book_replace(&d->books[book->symbol], book, d->now_ns);
    l1_venue_simulated_on_book(d->venue, book->symbol, L1_TOLD_BOOK, d->now_ns, &d->answers);
    return desk_text(d);
}
static inline const char *desk_book(desk *d, double bid, double ask, double qty)
{
    const l1_book book = book_of(bid, ask, qty, d->now_ns);
    return desk_told(d, &book);
}
static inline const char *desk_trade(desk *d, double price)
{
    const l1_trade trade = {
        .symbol = BTC, .ts_ns = d->now_ns, .price_e8 = E8(price), .qty_e8 = E8(1)};
    d->answers.count = 0;
    l1_venue_simulated_on_trade(d->venue, &trade, d->now_ns, &d->answers);
    return desk_text(d);
}
/* A bar that closes now. */
static inline const char *desk_bar(desk *d, double open, double low, double close, double volume)
{
    const double top = open > close ? open : close;
    const l1_bar bar = {.symbol = BTC,
                        .open_time_ns = d->now_ns - L1_MINUTE_NS + 1000000,
                        .close_time_ns = d->now_ns,
                        .open_e8 = E8(open),
                        .high_e8 = E8(top),
                        .low_e8 = E8(low),
                        .close_e8 = E8(close),
                        .volume_e8 = E8(volume)};
    d->answers.count = 0;
    l1_venue_simulated_on_bar(d->venue, &bar, d->now_ns, &d->answers);
    return desk_text(d);
}

/* The books are not the venue's to save: they stand in the order of the other desk's symbols. */
static inline void desk_copy_books(desk *d, const desk *from)
{
    for (uint32_t i = 0; i < d->limits.symbols_count; i++) {
        const int at = l1_limits_symbol(&from->limits, d->limits.symbols[i].name);
        if (at >= 0) l1_depth_book_copy(&d->books[i], &from->books[at], (int32_t)i);
    }
}

/* --- what is seen ------------------------------------------------------------------------------
 */

static inline void desk_say(desk *d, const char *words)
{
    const size_t used = strlen(d->text);
    CHECK(used + strlen(words) < sizeof d->text);
    strcpy(d->text + used, words);
}

static inline void desk_say_event(desk *d, const l1_venue_event *event)
{
    static const char *const kinds[L1_VENUE_EVENT_COUNT] = {[L1_VENUE_ACK] = "ack",
                                                            [L1_VENUE_REJECTED] = "rejected",
                                                            [L1_VENUE_FILL] = "fill",
                                                            [L1_VENUE_DONE] = "done",
                                                            [L1_VENUE_CANCELED] = "canceled",
                                                            [L1_VENUE_EXPIRED] = "expired",
                                                            [L1_VENUE_CANCEL_REJECT] =
                                                                "cancel_reject"};
    static const char *const reasons[L1_VENUE_REASON_COUNT] = {
        [L1_VENUE_REASON_NONE] = "",
        [L1_VENUE_REASON_BALANCE] = " balance",
        [L1_VENUE_REASON_FILTER] = " filter",
        [L1_VENUE_REASON_WOULD_TRIGGER] = " would_trigger",
        [L1_VENUE_REASON_NO_LIQUIDITY] = " no_liquidity",
        [L1_VENUE_REASON_PARENT] = " parent",
        [L1_VENUE_REASON_CAPACITY] = " capacity",
        [L1_VENUE_REASON_WOULD_MATCH] = " would_match",
        [L1_VENUE_REASON_UNFILLED_IOC] = " unfilled_ioc",
        [L1_VENUE_REASON_UNFILLED_FOK] = " unfilled_fok",
        [L1_VENUE_REASON_OCO_TRIGGER] = " oco_trigger",
        [L1_VENUE_REASON_SELF_TRADE] = " self_trade",
        [L1_VENUE_REASON_PRICE_RANGE] = " price_range",
        [L1_VENUE_REASON_LIST_FORM] = " list_form",
        [L1_VENUE_REASON_PENDING_REFUSED] = " pending_refused"};
    char line[192], price[L1_DECIMAL_TEXT_MAX], qty[L1_DECIMAL_TEXT_MAX], fee[L1_DECIMAL_TEXT_MAX];
    l1_decimal_format(event->price_e8, price);
    l1_decimal_format(event->qty_e8, qty);
    l1_decimal_format(event->fee_e8, fee);
    snprintf(line, sizeof line, "%s%s %d%s", d->text[0] == '\0' ? "" : "; ", kinds[event->kind],
             (int)event->id.hash.lo, reasons[event->reason]);
    desk_say(d, line);
    line[0] = '\0';
    if (event->kind == L1_VENUE_FILL) snprintf(line, sizeof line, " %sx%s fee %s", price, qty, fee);
    if (event->kind == L1_VENUE_ACK) snprintf(line, sizeof line, " %sx%s", price, qty);
    if (event->kind == L1_VENUE_EXPIRED && event->qty_e8 > 0) {
        snprintf(line, sizeof line, " %s", qty);
    }
    desk_say(d, line);
}

static inline const char *desk_text(desk *d)
{
    d->text[0] = '\0';
    for (uint32_t i = 0; i < d->answers.count; i++) desk_say_event(d, &d->answers.items[i]);
    return d->text;
}

static inline l1_hash128 desk_hash(const desk *d)
{
    l1_archive archive = l1_archive_hashing(1);
    l1_venue_simulated_archive(&archive, d->venue);
    return l1_hash_end(&archive.hasher);
}

#define SAYS(said, wanted) assert_string_equal(said, wanted)
#define TOTAL(d, asset) l1_venue_simulated_total_e8((d)->venue, asset)
#define LOCKED(d, asset) l1_venue_simulated_locked_e8((d)->venue, asset)

#endif
