/* venue/simulated/matching.h: what happens to an order that has reached the venue.
 *
 * Order of an order's answers: ACK, FILL..., then DONE or EXPIRED; a refused one has REJECTED
 * alone. An OPO list tells leg 0 wholly, then leg 1.
 * Determinism: pure. */
#ifndef L1_VENUE_SIMULATED_MATCHING_H
#define L1_VENUE_SIMULATED_MATCHING_H

#include "venue/simulated/state.h"

/* What moved the market and may trigger stops. */
typedef struct {
    enum { L1_MOVE_BOOK, L1_MOVE_BAR, L1_MOVE_TRADE } kind;
    int32_t symbol;
    int64_t now_ns;
    int64_t price_e8;  /* best bid, the bar's low, the trade's price */
    int64_t open_e8;   /* BAR */
    int64_t closed_ns; /* BAR: close time; stops placed later were not there to be touched */
} l1_market_move;

void l1_simulated_run_submit(l1_venue_simulated *venue, const l1_submit *submit, int64_t now_ns,
                             l1_venue_answers *answers);
void l1_simulated_run_cancel(l1_venue_simulated *venue, const l1_cancel *cancel,
                             l1_venue_answers *answers);

/* Runs the stops that the move triggers, oldest first. */
void l1_simulated_run_stops(l1_venue_simulated *venue, const l1_market_move *move,
                            l1_venue_answers *answers);

#endif
