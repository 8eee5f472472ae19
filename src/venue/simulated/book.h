/* venue/simulated/book.h: the liquidity that orders meet, and what they take of it.
 *
 * A ladder is one side of a book as an order sees it: prices from best to worst, and pointers to
 * what is left at each. It is valid until the market's next book or bar.
 * A bar's volume is one budget a side: whatever price a book is made around, level k takes from
 * the same quantity until the next bar.
 * Units: e8. Determinism: pure integers. */
#ifndef L1_VENUE_SIMULATED_BOOK_H
#define L1_VENUE_SIMULATED_BOOK_H

#include "venue/simulated/state.h"

typedef struct {
    uint32_t count;
    int64_t price_e8[L1_BOOK_LEVELS_MAX];
    int64_t *left_e8[L1_BOOK_LEVELS_MAX];
} l1_ladder;

typedef struct {
    uint32_t level;
    int64_t price_e8, qty_e8, notional_e8; /* notional: a buy's rounded up, a sell's down */
} l1_take;

typedef struct {
    uint32_t count;
    int64_t qty_e8, notional_e8; /* sums */
    l1_take takes[L1_BOOK_LEVELS_MAX];
} l1_walk;

void l1_simulated_market_on_book(l1_simulated_market *market, const l1_book *book, int64_t now_ns);

/* False (nothing changes) for a bar that is not newer than the last one. */
bool l1_simulated_market_on_bar(l1_simulated_market *market, const l1_instrument *instrument,
                                const l1_bar *bar, int64_t now_ns);

bool l1_simulated_book_fresh(const l1_simulated_market *market, int64_t now_ns, int64_t age_ns);

/* The side that an order of `side` takes from (a buy takes asks): of the last book; */
void l1_ladder_of_book(l1_simulated_market *market, l1_side side, l1_ladder *out);

/* of a book made around `anchor_e8` (> 0), from the last bar's budget; */
void l1_ladder_around(l1_simulated_market *market, const l1_instrument *instrument, l1_side side,
                      int64_t anchor_e8, l1_ladder *out);

/* of the book while it is fresh, else of one made around `anchor_e8` (0 = the last close) while
 * the bar is fresh, else empty. */
void l1_ladder_now(l1_simulated_market *market, const l1_instrument *instrument, l1_side side,
                   int64_t anchor_e8, int64_t now_ns, int64_t age_ns, l1_ladder *out);

/* What an order for `qty_e8` would take at prices no worse than `limit_e8` (a market order: 0 or
 * INT64_MAX) while the received asset grows by at most `room_e8`. Takes nothing yet. */
void l1_ladder_walk(const l1_ladder *ladder, l1_side side, int64_t limit_e8, int64_t qty_e8,
                    int64_t room_e8, l1_walk *out);

/* Takes it. */
void l1_ladder_consume(const l1_ladder *ladder, const l1_walk *walk);

#endif
