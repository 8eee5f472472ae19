/* venue/simulated/venue_simulated.h: a venue inside the deterministic system (PAPER, REPLAY).
 *
 * Takes the submits and cancels that LIVE would take, answers with the same venue events, and
 * follows Binance Spot's rules. docs/venue.md tells users the same at length, with what is not
 * simulated. It knows nothing of the system: a test exchange may stand on it as well.
 * Orders:   LIMIT (GTC, IOC, FOK, icebergs), LIMIT_MAKER, MARKET (by quantity or amount of quote),
 *           STOP_LOSS, STOP_LOSS_LIMIT, TAKE_PROFIT, TAKE_PROFIT_LIMIT; lists OCO, OTO, OTOCO and,
 *           where the symbol has `opo`, OPO and OPOCO. Ids are the caller's, unique while open.
 * Market:   the system's shared book of each symbol, less what own orders took of it: a level stays
 *           consumed until it is told with another quantity. Without a book fresher than
 *           market.age_ms_max (and the latency), a book made around the last close: level k = 1..10
 *           at close x (1 +/- k x 0.0001) on the tick (bids down, asks up), each holding a tenth of
 *           participation_max x volume of that bar (5 % when off), on the lot. A bar's volume is
 *           one budget a side, whatever prices books are made around.
 * Takers:   walk that market as it is when they arrive, from the best price on. FOK fills wholly or
 *           expires; IOC's and MARKET's rest expires; GTC's rests.
 * Makers:   stand behind what is shown at their price. A trade at the price by an aggressor of the
 *           other side uses up what is ahead and fills with what is left of its quantity; a trade
 *           through the price, and a far side shown beyond it, fill up to their quantity (a far
 *           side at the price only ends the queue ahead);
 *           a bar (without fresh books and trades) fills when it goes through the price, was open
 *           all along, and up to its volume. A touch fills nothing. Fills are at the own limit. Of
 *           cancels ahead see l1_queue_model. Own orders: price, then time.
 * Triggers: on the last trade. Where only books or bars come, and with book messages of the bus,
 *           also on the price that the order would take from, and a bar's low and high: those that
 *           closed before an order was placed do not touch it. A triggered order meets: after a
 *           book, that book; after a trade, the last book if fresh, else one made around the worse
 *           of its trigger and the trade; after a bar, one made around the worse of its trigger and
 *           the open (a take-profit: its trigger). Stops come before take-profits, those before
 *           resting orders of the same bar. Own fills trigger nothing.
 * Lists:    pending legs of OTO and its kin lock nothing and are judged when leg 0 has filled
 *           wholly; refused then, they EXPIRE with PENDING_REFUSED; if it ends otherwise, with
 *           PARENT. OPO's and OPOCO's quantity is what leg 0 received net of commission, on the
 *           lot. An OCO locks once; a leg that triggers or fills expires the other (OCO_TRIGGER).
 *           Canceling a leg cancels the list.
 * Answers:  an order's ACK comes first, when it is live; EXPIRED names in qty_e8 what was left. A
 *           refused order has REJECTED alone: FILTER (filters and forms), LIST_FORM, CAPACITY (the
 *           number filters and orders_max), WOULD_TRIGGER, WOULD_MATCH, BALANCE, or NONE: an id
 *           that is open already. A list that is refused as such names leg 0; its other legs expire
 *           with PARENT.
 * Balances: a live buy locks quote at its limit (else its trigger), a sell its base. Commission in
 *           limits.commission; in the asset received it is rounded up at 1e-8 once an order.
 * Conservation: totals change only by fills, fees and adjustments; locks are the sum over open
 *           orders; no fill beyond limit or quantity; no level gives more than it showed. Asserted.
 * Determinism: pure; no randomness. Memory: taken from the arena at init. */
#ifndef L1_VENUE_SIMULATED_VENUE_SIMULATED_H
#define L1_VENUE_SIMULATED_VENUE_SIMULATED_H

#include "base/archive.h"
#include "base/arena.h"
#include "domain/depth_book.h"
#include "domain/limits.h"
#include "domain/market.h"
#include "domain/order.h"

typedef struct l1_venue_simulated l1_venue_simulated;

/* Answers of one call, in order; the caller empties it (count = 0) before each call. */
typedef struct {
    uint32_t count, capacity;
    l1_venue_event *items;
} l1_venue_answers;

/* Most answers one call can give, for sizing l1_venue_answers. */
uint32_t l1_venue_simulated_answers_max(const l1_limits *limits);
size_t l1_venue_simulated_cost(const l1_limits *limits); /* arena bytes */

/* `books` are the caller's, one a symbol, and outlive the venue. */
l1_venue_simulated *l1_venue_simulated_new(l1_arena *arena, const l1_limits *limits,
                                           const l1_depth_book *books);

/* Puts a request on its way; it arrives at due_ns, requests of equal due_ns in order of `id`
 * (the caller's counter, rising). At most 2 x orders_max are under way (asserted by the caller's
 * own bound on open orders). */
void l1_venue_simulated_submit(l1_venue_simulated *venue, const l1_submit *submit, int64_t due_ns,
                               uint64_t id);
void l1_venue_simulated_cancel(l1_venue_simulated *venue, const l1_cancel *cancel, int64_t due_ns,
                               uint64_t id);

/* The next arrival; false when nothing is under way. */
bool l1_venue_simulated_next(const l1_venue_simulated *venue, int64_t *due_ns, uint64_t *id);

/* Processes exactly that arrival. */
void l1_venue_simulated_arrive(l1_venue_simulated *venue, l1_venue_answers *answers);

/* What told the symbol's book anew. */
typedef enum {
    L1_TOLD_BOOK,  /* a book message: all of it */
    L1_TOLD_DEPTH, /* levels */
    L1_TOLD_QUOTE  /* the best two */
} l1_book_told;

/* Market data: keeps it, fills and triggers what it reaches (venue time = now_ns). The book of
 * the symbol has taken the message already; one that it refused or ignored is not told here. */
void l1_venue_simulated_on_book(l1_venue_simulated *venue, int32_t symbol, l1_book_told told,
                                int64_t now_ns, l1_venue_answers *answers);
void l1_venue_simulated_on_bar(l1_venue_simulated *venue, const l1_bar *bar, int64_t now_ns,
                               l1_venue_answers *answers);
void l1_venue_simulated_on_trade(l1_venue_simulated *venue, const l1_trade *trade, int64_t now_ns,
                                 l1_venue_answers *answers);

/* A deposit or withdrawal: the asset's total becomes `total_e8`, of which `foreign_e8` is not
 * L1's to use. False (nothing changes) when open orders lock more than that would leave. */
L1_MUST_USE bool l1_venue_simulated_adjust(l1_venue_simulated *venue, int32_t asset,
                                           int64_t total_e8, int64_t foreign_e8);

/* The same by `delta_e8`, for a caller that has not heard of everything yet. What open orders do
 * not leave is owed, and taken as soon as it is free; `foreign_e8` is cut to what they leave. */
void l1_venue_simulated_move(l1_venue_simulated *venue, int32_t asset, int64_t delta_e8,
                             int64_t foreign_e8);

int64_t l1_venue_simulated_total_e8(const l1_venue_simulated *venue, int32_t asset);
int64_t l1_venue_simulated_locked_e8(const l1_venue_simulated *venue, int32_t asset);
int64_t l1_venue_simulated_owed_e8(const l1_venue_simulated *venue, int32_t asset);
int64_t l1_venue_simulated_free_e8(const l1_venue_simulated *venue, int32_t asset);

/* An open order as the venue would tell it on a query. */
typedef struct {
    l1_order_leg leg; /* as accepted; the quantity of an OPO's leg once it is known */
    int32_t symbol;
    bool pending, waiting; /* its turn, its trigger has not come; neither: it rests on the book */
    int64_t executed_e8, quote_e8, left_e8;
    int64_t locked_e8; /* an OCO's lock stands with one of its legs */
    int64_t front_e8;  /* others' quantity ahead; INT64_MAX = unknown */
    int64_t since_ns;
} l1_venue_order;

/* False when no such order is open. */
bool l1_venue_simulated_order(const l1_venue_simulated *venue, l1_order_id id, l1_venue_order *out);

/* The open orders of a symbol, oldest first. `*at` starts at 0; false at the end. */
bool l1_venue_simulated_open(const l1_venue_simulated *venue, int32_t symbol, uint32_t *at,
                             l1_venue_order *out);

/* LOAD goes into a venue just made, of any configuration: symbols stand by name. It fails on
 * another quote, and on a symbol that is no longer configured but still holds base, orders or
 * requests; a venue whose LOAD failed must not be used. A configured symbol that the archive does
 * not name keeps its fresh state. The shared books are the caller's to archive. */
void l1_venue_simulated_archive(l1_archive *archive, l1_venue_simulated *venue);

#endif
