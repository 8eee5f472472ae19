/* tests/testlib/scenario.h: a small system to play market, strategy and operator on.
 *
 * Prices and quantities are texts ("50000.5"), times milliseconds after a fixed start. Every effect
 * of every step is kept in order. The volatility rules are off in the default limits, so that a
 * book alone prices an order; tests that need them set them. */
#ifndef L1_TESTLIB_SCENARIO_H
#define L1_TESTLIB_SCENARIO_H

#include "system/system.h"

#define SCENARIO_START_MS INT64_C(1700000000000)
enum { BTC, ETH };

typedef struct {
    l1_limits limits;
    l1_system *system;
    void *block;
    l1_effects effects;
    l1_effect *log;
    size_t count, capacity;
} l1_scenario;

int64_t e8(const char *text);

l1_limits scenario_limits(void); /* the shipped numbers, volatility rules off, latency 50 ms */
void scenario_open(l1_scenario *scenario, const l1_limits *limits); /* NULL = default */
void scenario_close(l1_scenario *scenario);
/* A second system loaded from the first one's saved state (own log, empty). */
void scenario_copy(l1_scenario *copy, l1_scenario *from);

void scenario_step(l1_scenario *scenario, const l1_event *event);
void scenario_tick(l1_scenario *scenario, int64_t ms);
/* One level on each side. */
void scenario_book(l1_scenario *scenario, int64_t ms, int32_t symbol, const char *bid,
                   const char *ask, const char *qty);
void scenario_trade(l1_scenario *scenario, int64_t ms, int32_t symbol, const char *price);
/* The closed bar whose first minute is `minute` after the start's minute. */
void scenario_bar(l1_scenario *scenario, int64_t minute, int32_t symbol, const char *open,
                  const char *high, const char *low, const char *close, const char *volume);
l1_signal scenario_signal(const char *id, int32_t symbol, l1_side side, const char *qty,
                          const char *stop);
void scenario_send(l1_scenario *scenario, int64_t ms, const l1_signal *signal);
void scenario_buy(l1_scenario *scenario, int64_t ms, const char *id, const char *qty,
                  const char *stop); /* BTC */
void scenario_sell(l1_scenario *scenario, int64_t ms, const char *id, const char *qty,
                   const char *stop); /* BTC */
void scenario_control(l1_scenario *scenario, int64_t ms, l1_control_command command,
                      int32_t symbol);
/* Received at `ms`, stands for `ts_ms`. */
void scenario_portfolio(l1_scenario *scenario, int64_t ms, int64_t ts_ms, const char *equity,
                        const char *quote, const char *btc);

/* Final reports of `id` so far; the last one; NULL. */
size_t scenario_reports(const l1_scenario *scenario, const char *id);
const l1_report *scenario_report(const l1_scenario *scenario, const char *id);
/* The last protection report of `id` with that status; NULL. */
const l1_report *scenario_protection(const l1_scenario *scenario, const char *id,
                                     l1_report_status status);
size_t scenario_effects(const l1_scenario *scenario, l1_effect_kind kind);
size_t scenario_alerts(const l1_scenario *scenario, l1_alert_code code);
/* Engine and simulated venue agree on every total. */
bool scenario_agrees(const l1_scenario *scenario);

#endif
