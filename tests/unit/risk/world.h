/* tests/unit/risk/world.h: a view in which a plain signal violates nothing, to be bent by tests.
 *
 * BTC/USDT at mid 50,000 (bid 49,999, ask 50,001) and ETH/USDT at mid 2,500, both with deep books
 * and fresh bars; 100,000 USDT, PAPER. Everything is static: one world per test program. */
#ifndef L1_UNIT_RISK_WORLD_H
#define L1_UNIT_RISK_WORLD_H

#include <string.h>

#include "risk/exposure.h"
#include "risk/filters.h"
#include "risk/risk_guard.h"
#include "testlib/check.h"

enum { BTC, ETH, ADA, WORLD_SYMBOLS };

#define E(units, e8) (INT64_C(units) * L1_E8 + INT64_C(e8)) /* 1.00000001 is E(1, 1) */
#define SECOND_NS INT64_C(1000000000)
#define NOW_NS (INT64_C(1700000000) * SECOND_NS) /* 22:13:20 UTC */

static struct {
    l1_limits limits;
    l1_market markets[WORLD_SYMBOLS];
    l1_account account;
    l1_drawdown drawdown;
    l1_kill_switch kill_switch;
    l1_order_pace pace;
    l1_signal signal;
    l1_assessment out;
    l1_risk_view view;
} w;

static inline void world_book(int symbol, int64_t bid_e8, int64_t ask_e8, int64_t qty_e8)
{
    l1_market *market = &w.markets[symbol];
    market->has_book = true;
    market->book_since_ns = NOW_NS;
    market->book = (l1_book){.symbol = symbol, .ts_ns = NOW_NS, .bids_count = 1, .asks_count = 1};
    market->book.bids[0] = (l1_level){bid_e8, qty_e8};
    market->book.asks[0] = (l1_level){ask_e8, qty_e8};
}

static inline void world_bar(int symbol, int64_t close_e8, int64_t volume_e8)
{
    w.markets[symbol].has_bar = true;
    w.markets[symbol].bar_since_ns = NOW_NS;
    w.markets[symbol].bar = (l1_bar){.symbol = symbol,
                                     .close_e8 = close_e8,
                                     .high_e8 = close_e8,
                                     .low_e8 = close_e8,
                                     .open_e8 = close_e8,
                                     .volume_e8 = volume_e8};
}

static inline void world_symbol(int symbol, const char *name, const char *base)
{
    l1_instrument *in = &w.limits.symbols[symbol];
    strcpy(in->name, name);
    strcpy(in->base, base);
    in->enabled = true;
    in->qty_min_e8 = 10000;
    in->qty_max_e8 = E(0, 5000000);
    in->notional_min_e8 = E(10, 0);
    in->notional_max_e8 = E(5000, 0);
    in->exposure_max_e8 = E(0, 20000000);
    in->drawdown_max_e8 = E(0, 3000000);
    in->balance_min_e8 = E(100, 0);
    in->slippage_max_e8 = E(0, 200000);
    in->spread_max_e8 = E(0, 200000);
    in->price_collar_e8 = E(0, 2000000);
    in->liquidity_factor_e8 = L1_E8;
    in->participation_max_e8 = E(0, 5000000);
    in->stop_distance_min_e8 = E(0, 100000);
    in->stop_distance_max_e8 = E(0, 10000000);
    in->tick_e8 = 1000000;
    in->lot_e8 = 1000;
    in->venue_min_notional_e8 = E(5, 0);
    in->max_algo_orders = 5;
}

static inline void world_signal(l1_side side)
{
    w.signal = (l1_signal){.symbol = BTC,
                           .side = side,
                           .qty_e8 = 1000000, /* 0.01 */
                           .stop_loss_e8 = side == L1_SIDE_BUY ? E(49000, 0) : E(51000, 0),
                           .price_e8 = L1_OFF,
                           .take_profit_e8 = L1_OFF,
                           .ts_ns = NOW_NS,
                           .expires_at_ns = L1_OFF,
                           .confidence_e8 = L1_OFF,
                           .correlation_e8 = E(0, 65000000)};
}

static inline l1_holdings world_holdings(int64_t mids_e8[WORLD_SYMBOLS],
                                         int64_t until_ns[WORLD_SYMBOLS])
{
    for (int i = 0; i < WORLD_SYMBOLS; i++) {
        mids_e8[i] = l1_market_mid_e8(&w.markets[i], w.view.now_ns, w.limits.market_age_ns);
        until_ns[i] = l1_market_mid_until_ns(&w.markets[i], w.limits.market_age_ns);
    }
    return (l1_holdings){WORLD_SYMBOLS, &w.account.total_e8[1], mids_e8, until_ns};
}

/* The UTC day opens with the state as it stands. */
static inline void world_open_day(void)
{
    int64_t mids_e8[WORLD_SYMBOLS], until_ns[WORLD_SYMBOLS];
    const l1_holdings holdings = world_holdings(mids_e8, until_ns);
    l1_drawdown_open_day(&w.drawdown, &holdings, w.view.now_ns);
}

static inline void world_make(l1_side side)
{
    memset(&w, 0, sizeof w);
    w.limits.mode = L1_MODE_PAPER;
    strcpy(w.limits.quote, "USDT");
    w.limits.symbols_count = WORLD_SYMBOLS;
    w.limits.signal_ttl_ns = 5 * SECOND_NS;
    w.limits.signal_future_ns = SECOND_NS;
    w.limits.rate_max = 6000;
    w.limits.repeat_max = 3;
    w.limits.repeat_window_ns = 10 * SECOND_NS;
    w.limits.market_age_ns = 120 * SECOND_NS;
    w.limits.portfolio_age_ns = 300 * SECOND_NS;
    w.limits.correlation_max_e8 = E(0, 80000000);
    w.limits.cross_exposure_max_e8 = E(0, 25000000);
    w.limits.drawdown_max_e8 = E(0, 5000000);
    w.limits.venue_silence_ns = 30 * SECOND_NS;
    w.limits.taker_fee_e8 = 100000;
    w.limits.paper_balance_e8[0] = E(100000, 0);
    world_symbol(BTC, "BTC/USDT", "BTC");
    world_symbol(ETH, "ETH/USDT", "ETH");
    world_symbol(ADA, "ADA/USDT", "ADA");
    w.limits.symbols[ADA].enabled = false;
    world_book(BTC, E(49999, 0), E(50001, 0), E(10, 0));
    world_book(ETH, E(2499, 0), E(2501, 0), E(10, 0));
    world_bar(BTC, E(50000, 0), E(100, 0));
    world_bar(ETH, E(2500, 0), E(100, 0));
    l1_account_init(&w.account, &w.limits);
    if (side == L1_SIDE_SELL) w.account.total_e8[BTC + 1] = E(0, 10000000);
    w.view = (l1_risk_view){&w.limits,      w.markets, &w.account, &w.drawdown,
                            &w.kill_switch, &w.pace,   NOW_NS};
    world_open_day();
    world_signal(side);
}

static inline const l1_violation *violation_of(l1_rule rule)
{
    for (uint32_t i = 0; i < w.out.violations_count; i++) {
        if (w.out.violations[i].rule == rule) return &w.out.violations[i];
    }
    return NULL;
}

/* Judges the world's signal; true when `rule` is violated. */
static inline bool violates(l1_rule rule)
{
    memset(&w.out, 0xA5, sizeof w.out); /* every field must be filled */
    l1_risk_assess(&w.view, &w.signal, &w.out);
    return violation_of(rule) != NULL;
}

static inline l1_rule reason(void)
{
    return w.out.violations_count == 0 ? L1_RULE_UNJUDGED : w.out.violations[0].rule;
}

/* True when `rule` and nothing else is violated. */
static inline bool violates_only(l1_rule rule)
{
    return violates(rule) && w.out.violations_count == 1;
}

static inline bool passes(void)
{
    (void)violates(L1_RULE_UNJUDGED);
    return w.out.violations_count == 0;
}

#endif
