/* tests/unit/decision/plan_desk.h: a request for a plan, easily changed. */
#ifndef L1_UNIT_DECISION_PLAN_DESK_H
#define L1_UNIT_DECISION_PLAN_DESK_H

#include <math.h>

#include "decision/execution_logic.h"
#include "risk/filters.h"
#include "testlib/check.h"
#include "testlib/scenario.h"

#define SECOND_NS INT64_C(1000000000)
#define DESK_START_NS (INT64_C(1700000000) * SECOND_NS)

typedef struct {
    l1_limits limits;
    l1_book book;
    double minute_volume[L1_PLAN_MINUTES_MAX];
    l1_plan_request request;
} plan_desk;

/* A purchase of 0.05 BTC at mid 50000, stop 49000, a book of 20 levels of 1 BTC a tick apart,
 * 0.1 % a minute, 20000 BTC a day, five stop slots. */
static inline void plan_desk_open(plan_desk *desk)
{
    *desk = (plan_desk){.limits = scenario_limits()};
    desk->book.bids_count = desk->book.asks_count = L1_BOOK_LEVELS_MAX;
    for (int i = 0; i < L1_BOOK_LEVELS_MAX; i++) {
        desk->book.asks[i] = (l1_level){e8("50000.01") + i * e8("0.01"), L1_E8};
        desk->book.bids[i] = (l1_level){e8("49999.99") - i * e8("0.01"), L1_E8};
    }
    for (int i = 0; i < L1_PLAN_MINUTES_MAX; i++) desk->minute_volume[i] = 20000.0 / 1440.0;
    desk->request = (l1_plan_request){.limits = &desk->limits,
                                      .instrument = &desk->limits.symbols[BTC],
                                      .symbol = BTC,
                                      .side = L1_SIDE_BUY,
                                      .algo = L1_ALGO_AUTO,
                                      .duration_s = L1_OFF,
                                      .slices_max = L1_OFF,
                                      .qty_e8 = e8("0.05"),
                                      .now_ns = DESK_START_NS,
                                      .mid_e8 = e8("50000"),
                                      .limit_e8 = e8("50100"),
                                      .stop_e8 = e8("49000"),
                                      .stop_slots = 5,
                                      .book = &desk->book,
                                      .book_live = true,
                                      .sigma = 0.001,
                                      .day_volume = 20000.0,
                                      .minute_volume = desk->minute_volume,
                                      .minutes_count = L1_PLAN_MINUTES_MAX};
    desk->request.minimum_e8 = l1_minimum_order_e8(
        desk->request.instrument, L1_SIDE_BUY, desk->request.mid_e8, desk->request.limit_e8,
        desk->request.stop_e8, desk->limits.taker_fee_e8);
}

static inline l1_plan plan_desk_make(const plan_desk *desk, l1_algo algo)
{
    l1_plan plan;
    l1_plan_request request = desk->request;
    request.algo = algo;
    CHECK(l1_plan_make(&request, &plan));
    return plan;
}

#endif
