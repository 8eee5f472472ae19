/* venue/simulated/venue_simulated.h: a venue inside the deterministic system (PAPER, REPLAY).
 *
 * Takes the submits and cancels that LIVE would take, answers with the same venue events. Orders
 * reach it paper.latency_ms after they were sent; answers come back at once.
 * Market:   per symbol its own copy of the last book; consumed liquidity stays consumed until the
 *           next one. Without a book fresher than market.age_ms_max, a book made around the last
 *           close: level k = 1..10 at close x (1 +/- k x 0.0001) on the tick (bids down, asks up),
 *           each holding a tenth of participation_max x volume of that bar (5 % when off), on the
 *           lot. A bar's volume is one budget a side, whatever prices books are made around.
 * LIMIT FOK fills wholly within its price, level by level, or expires. MARKET fills what there is,
 * the rest expires. STOP_LOSS (sell) rests, and triggers on a trade, a best bid or a bar's low at
 * or below its stop; it then executes as MARKET: after a book against that book; after a trade
 * against the last book if fresh, else one made around min(stop, the trade's price); after a bar
 * against one made around min(stop, the bar's open). A bar that closed before the stop was placed
 * does not touch it. When a bar touches a stop, stops come before anything else of that bar. OPO:
 * leg 1 (the stop) goes live for what leg 0 received net of commission, on the lot, when leg 0 has
 * filled; else it expires with reason PARENT.
 * Answers: an order's ACK comes first; EXPIRED names in qty_e8 what was left. REJECTED: other forms
 * (LIMIT without FOK, a stop that buys, three legs, a list where the symbol has opo false) and
 * filters with FILTER; no free stop slot (max_algo_orders, orders_max) with CAPACITY; an id that is
 * already open with NONE.
 * Filters, balances and locks are checked as the venue would; commission is taken in the asset
 * received (taker_fee, rounded up at 1e-8 once an order: its fills' fees add up to that).
 * Conservation: totals change only by fills, fees and adjustments; asserted.
 * Determinism: pure; no randomness. Memory: taken from the arena at init. */
#ifndef L1_VENUE_SIMULATED_VENUE_SIMULATED_H
#define L1_VENUE_SIMULATED_VENUE_SIMULATED_H

#include "base/archive.h"
#include "base/arena.h"
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
l1_venue_simulated *l1_venue_simulated_new(l1_arena *arena, const l1_limits *limits);

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

/* Market data: keeps it and triggers what it triggers (venue time = now_ns). */
void l1_venue_simulated_on_book(l1_venue_simulated *venue, const l1_book *book, int64_t now_ns,
                                l1_venue_answers *answers);
void l1_venue_simulated_on_bar(l1_venue_simulated *venue, const l1_bar *bar, int64_t now_ns,
                               l1_venue_answers *answers);
void l1_venue_simulated_on_trade(l1_venue_simulated *venue, const l1_trade *trade, int64_t now_ns,
                                 l1_venue_answers *answers);

/* A deposit or withdrawal: the asset's total becomes `total_e8`, of which `foreign_e8` is not
 * L1's to use. False (nothing changes) when open orders lock more than that would leave. */
L1_MUST_USE bool l1_venue_simulated_adjust(l1_venue_simulated *venue, int32_t asset,
                                           int64_t total_e8, int64_t foreign_e8);

int64_t l1_venue_simulated_total_e8(const l1_venue_simulated *venue, int32_t asset);
int64_t l1_venue_simulated_locked_e8(const l1_venue_simulated *venue, int32_t asset);

/* LOAD goes into a venue just made, of any configuration: symbols stand by name. It fails on
 * another quote, and on a symbol that is no longer configured but still holds base, orders or
 * requests; a venue whose LOAD failed must not be used. A configured symbol that the archive does
 * not name keeps its fresh state. */
void l1_venue_simulated_archive(l1_archive *archive, l1_venue_simulated *venue);

#endif
