/* venue/simulated/matching.h: what happens to an order that has reached the venue.
 *
 * Order of an order's answers: ACK, FILL..., then DONE, EXPIRED or CANCELED; a refused one has
 * REJECTED alone. What a list's end brings about comes after all answers of what ended it.
 * Determinism: pure. */
#ifndef L1_VENUE_SIMULATED_MATCHING_H
#define L1_VENUE_SIMULATED_MATCHING_H

#include "venue/simulated/book.h"
#include "venue/simulated/state.h"

enum { L1_QUOTE_ASSET = 0 }; /* symbol i's base is i + 1 */

/* One call of the venue's door. */
typedef struct {
    l1_venue_simulated *venue;
    int64_t now_ns;
    l1_venue_answers *answers;
} l1_call;

/* What moved the market and may trigger orders. */
typedef struct {
    enum { L1_MOVE_BOOK, L1_MOVE_BAR, L1_MOVE_TRADE } kind;
    int32_t symbol;
    int64_t low_e8, high_e8; /* best bid and ask; the bar's; twice the trade's price */
    int64_t open_e8;         /* BAR */
    int64_t closed_ns;       /* BAR: close time; orders placed later were not there */
} l1_market_move;

/* --- fills.c: one execution, and the answers ---------------------------------------------------
 */
void l1_simulated_tell(const l1_call *call, l1_venue_event_kind kind, const l1_open_order *order,
                       l1_venue_reason reason, int64_t qty_e8);
void l1_simulated_tell_ack(const l1_call *call, const l1_open_order *order);

/* What an open order has to have locked for what is left of it; false when it does not fit. */
L1_MUST_USE bool l1_simulated_need(const l1_open_order *order, int64_t *need_e8);

/* False when its lock and what is free do not pay for it, or what it brings does not fit. */
bool l1_simulated_can_fill(const l1_call *call, const l1_open_order *order, int64_t price_e8,
                           int64_t qty_e8);

/* Books one execution of an order that can be filled. */
void l1_simulated_fill(const l1_call *call, l1_open_order *order, int64_t price_e8, int64_t qty_e8,
                       bool maker);

/* Gives back what is locked beyond the need of what is left. */
void l1_simulated_release(const l1_call *call, l1_open_order *order);

/* Price of the symbol by the last trade, else mid, else close, each while fresh; 0 = none. */
int64_t l1_simulated_reference_e8(const l1_venue_simulated *venue, int32_t symbol, int64_t now_ns);

/* How old the market may be that an order meets: one that was fresh when the order left is still
 * the market when it arrives. */
int64_t l1_simulated_age_ns(const l1_venue_simulated *venue);

/* --- filters.c: acceptance ---------------------------------------------------------------------
 */
/* The leg alone: its form and the venue's filters. */
bool l1_simulated_passes(const l1_venue_simulated *venue, int32_t symbol, const l1_order_leg *leg,
                         int64_t now_ns);

/* Everything but balance, in the venue's order; `algo` and `orders` tell how many slots it takes.
 */
l1_venue_reason l1_simulated_judge(const l1_call *call, const l1_open_order *order, uint32_t orders,
                                   uint32_t algo);

/* --- taker.c: orders that meet the book --------------------------------------------------------
 */
typedef enum {
    L1_PLACED_REFUSED,
    L1_PLACED_OPEN,   /* rests or waits; in the table */
    L1_PLACED_FILLED, /* wholly */
    L1_PLACED_ENDED
} l1_placed;

/* Takes from `ladder` what it may, then rests or ends. A triggered order has its ACK and its lock,
 * and is out of the table. */
l1_placed l1_simulated_take(const l1_call *call, l1_open_order *order, const l1_ladder *ladder,
                            bool triggered);

/* An order that goes live: refused, waiting, resting or through. */
l1_placed l1_simulated_place(const l1_call *call, l1_open_order *order, bool pending);

/* --- lists.c: submits, cancels, ends and what they bring about ---------------------------------
 */
void l1_simulated_run_submit(const l1_call *call, const l1_submit *submit);
void l1_simulated_run_cancel(const l1_call *call, const l1_cancel *cancel);

/* Ends an order of the table: gives its lock back, tells it, and notes what its list makes of it.
 */
void l1_simulated_end(const l1_call *call, uint32_t slot, l1_venue_event_kind kind,
                      l1_venue_reason reason);

/* The order has triggered or filled: the other leg of its OCO expires. */
void l1_simulated_touched(const l1_call *call, uint32_t slot);

/* Pending legs whose turn has come, or will not come. Ends every call. */
void l1_simulated_settle_lists(const l1_call *call);

/* --- resting.c: queues and passive fills -------------------------------------------------------
 */
/* Puts an order on the book at the end of its queue. */
void l1_simulated_rest(const l1_call *call, l1_open_order *order);
/* `qty_e8` of its visible part is gone: an iceberg shows the next one, at the end of the queue. */
void l1_simulated_show(const l1_call *call, uint32_t slot, int64_t qty_e8);
void l1_simulated_rest_on_trade(const l1_call *call, const l1_trade *trade);
void l1_simulated_rest_on_book(const l1_call *call, int32_t symbol);
void l1_simulated_rest_on_bar(const l1_call *call, const l1_bar *bar);

/* --- triggers.c --------------------------------------------------------------------------------
 */
/* Runs what the move triggers, oldest first: stops, then take-profits. */
void l1_simulated_run_triggers(const l1_call *call, const l1_market_move *move);

/* True when an order would trigger at once. */
bool l1_simulated_would_trigger(const l1_call *call, const l1_open_order *order);

#endif
