/* venue/simulated/book.h: the liquidity that orders meet, and what they take of it.
 *
 * A ladder is one side of a market as an order sees it, from best to worst: the shared book less
 * what was taken of it, or a book made around a price. What is taken of a level of the shared book
 * stays taken until that level is told with another quantity.
 * A bar's volume is one budget a side: whatever price a book is made around, level k takes from
 * the same quantity until the next bar.
 * Units: e8. Determinism: pure integers. */
#ifndef L1_VENUE_SIMULATED_BOOK_H
#define L1_VENUE_SIMULATED_BOOK_H

#include "venue/simulated/state.h"

typedef struct {
    enum { L1_LADDER_EMPTY, L1_LADDER_BOOK, L1_LADDER_MADE } kind;
    bool asks;
    const l1_depth_book *book;
    l1_simulated_market *market;
    int64_t anchor_e8, tick_e8; /* MADE */
    uint32_t at;                /* levels seen */
    uint32_t fresh;             /* levels met of which nothing was taken so far */
} l1_ladder;

typedef struct {
    int64_t price_e8, left_e8; /* left may be 0 */
    uint32_t level;            /* MADE: k - 1 */
    int64_t shown_e8;          /* BOOK */
} l1_ladder_level;

/* False (nothing changes) for a bar that is not newer than the last one. */
bool l1_simulated_market_on_bar(l1_simulated_market *market, const l1_instrument *instrument,
                                const l1_bar *bar, int64_t now_ns);

/* The book has changed: levels told with another quantity are whole again. */
void l1_simulated_market_told(l1_simulated_market *market, const l1_depth_book *book);

bool l1_simulated_book_fresh(const l1_depth_book *book, int64_t now_ns, int64_t age_ns);
bool l1_simulated_trade_fresh(const l1_simulated_market *market, int64_t now_ns, int64_t age_ns);
bool l1_simulated_bar_fresh(const l1_simulated_market *market, int64_t now_ns, int64_t age_ns);

/* What an order of `side` meets (a buy meets asks): the shared book; */
l1_ladder l1_ladder_of_book(l1_venue_simulated *venue, int32_t symbol, l1_side side);

/* a book made around `anchor_e8` (> 0) from the last bar's budget; */
l1_ladder l1_ladder_around(l1_venue_simulated *venue, int32_t symbol, l1_side side,
                           int64_t anchor_e8);

/* the book while it is fresh, else one made around `anchor_e8` (0 = the last close) while the bar
 * is fresh, else nothing. */
l1_ladder l1_ladder_now(l1_venue_simulated *venue, int32_t symbol, l1_side side, int64_t anchor_e8,
                        int64_t now_ns, int64_t age_ns);

/* The next level; false at the end, or where no more consumed levels could be remembered. */
bool l1_ladder_next(l1_ladder *ladder, l1_ladder_level *level);

/* The best price, 0 = none. */
int64_t l1_ladder_best_e8(l1_ladder ladder);

/* Takes from a level that l1_ladder_next gave. */
void l1_ladder_consume(const l1_ladder *ladder, const l1_ladder_level *level, int64_t qty_e8);

/* Takes up to `qty_e8` of what the bar offers an order of `side`, on the lot; returns how much. */
int64_t l1_simulated_bar_take(l1_simulated_market *market, l1_side side, int64_t qty_e8,
                              int64_t lot_e8);

#endif
