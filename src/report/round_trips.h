/* report/round_trips.h: what became of each entry: closed at a gain, at a loss, or still open.
 *
 * A buy opens a lot. A stop closes lots of its own execution, any other sell the oldest lots of
 * its symbol (as the engine releases stops, oldest first). A lot is closed when less than the
 * venue's lot is left of it; its gain is what its sells brought less what it cost, fees in it.
 * What is sold beyond all lots came from elsewhere and is left out.
 * Units:       e8, quote. Memory: L1_LOTS_MAX open lots of all symbols; beyond that the oldest
 *              one of all is dropped and counted.
 * Ownership:   plain value of the caller, all zero is empty.
 * Determinism: pure; in the order of the reports. */
#ifndef L1_REPORT_ROUND_TRIPS_H
#define L1_REPORT_ROUND_TRIPS_H

#include "domain/limits.h"

#define L1_LOTS_MAX 4096
#define L1_EXECUTION_ID_MAX 32

typedef struct {
    int32_t symbol;
    char execution_id[L1_EXECUTION_ID_MAX];
    int64_t opened_ns;
    int64_t qty_e8, cost_e8; /* of what is still held */
    int64_t gain_e8;         /* of what has been sold */
    int64_t score_e8;        /* of the entry; L1_OFF = none */
} l1_lot;

#define L1_SCORE_BINS 50
typedef struct {
    uint64_t count;
    int64_t gain_e8; /* their sum */
    uint64_t scored, score_bins[L1_SCORE_BINS];
} l1_outcomes;

typedef struct {
    l1_outcomes winners, losers; /* closed; a gain of zero is a loss */
    int64_t held_ns;             /* sum over the closed ones; saturates */
    uint64_t dropped;
    uint32_t count;
    l1_lot lots[L1_LOTS_MAX]; /* open ones, oldest first */
} l1_round_trips;

typedef struct {
    int32_t symbol;
    const char *execution_id;
    int64_t at_ns;
    int64_t qty_e8;   /* bought, net of commission; or sold */
    int64_t quote_e8; /* paid, fees in quote on top; or received, fees off */
    int64_t score_e8; /* of a buy; L1_OFF = none */
} l1_lot_trade;

void l1_round_trips_buy(l1_round_trips *trips, const l1_lot_trade *trade);
/* `own`: only lots of the same execution, as its stop; else the symbol's oldest. */
void l1_round_trips_sell(l1_round_trips *trips, const l1_limits *limits, const l1_lot_trade *trade,
                         bool own);

/* The bin of a probability in e8, held within [0, 1]. */
uint32_t l1_score_bin(int64_t score_e8);
void l1_outcomes_add(l1_outcomes *outcomes, int64_t gain_e8, int64_t score_e8);

/* The open lots as outcomes at these prices (by symbol; 0 = unknown, then at cost). */
l1_outcomes l1_round_trips_open(const l1_round_trips *trips, const int64_t *mids_e8);

#endif
