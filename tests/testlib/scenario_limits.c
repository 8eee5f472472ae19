/* tests/testlib/scenario_limits.c: default limits and signals; needs nothing but base. */
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "testlib/scenario.h"

int64_t e8(const char *text)
{
    int64_t value = 0;
    const l1_result parsed = l1_decimal_parse(text, strlen(text), &value);
    L1_ASSERT(parsed.code == L1_OK);
    return value;
}

static l1_instrument instrument(const char *name, const char *base, const char *qty_max)
{
    l1_instrument made = {
        .enabled = true,
        .qty_min_e8 = e8("0.0001"),
        .qty_max_e8 = e8(qty_max),
        .notional_min_e8 = e8("10"),
        .notional_max_e8 = e8("5000"),
        .exposure_max_e8 = e8("0.20"),
        .drawdown_max_e8 = e8("0.03"),
        .balance_min_e8 = e8("100"),
        .slippage_max_e8 = e8("0.002"),
        .spread_max_e8 = e8("0.002"),
        .price_collar_e8 = e8("0.02"),
        .liquidity_factor_e8 = e8("1"),
        .participation_max_e8 = e8("0.05"),
        .volatility_target_e8 = L1_OFF,
        .stop_distance_min_e8 = e8("0.001"),
        .stop_distance_max_e8 = e8("0.10"),
        .stop_sigma_min_e8 = L1_OFF,
        .stop_atr_max_e8 = L1_OFF,
        .tick_e8 = e8("0.01"),
        .lot_e8 = e8("0.00001"),
        .venue_min_notional_e8 = e8("5"),
        .max_algo_orders = 5,
        .opo = true,
    };
    l1_text_copy(made.name, sizeof made.name, name);
    l1_text_copy(made.base, sizeof made.base, base);
    return made;
}

l1_limits scenario_limits(void)
{
    l1_limits limits = {
        .mode = L1_MODE_PAPER,
        .engine_id = "l1-1",
        .quote = "USDT",
        .signal_ttl_ns = INT64_C(5000000000),
        .signal_future_ns = INT64_C(1000000000),
        .rate_max = 6000,
        .repeat_max = 3,
        .repeat_window_ns = INT64_C(10000000000),
        .market_age_ns = INT64_C(120000000000),
        .portfolio_age_ns = INT64_C(300000000000),
        .correlation_max_e8 = e8("0.80"),
        .cross_exposure_max_e8 = e8("0.25"),
        .drawdown_max_e8 = e8("0.05"),
        .order_timeout_ns = INT64_C(2000000000),
        .naked_ns = INT64_C(1000000000),
        .clock_jump_ns = INT64_C(5000000000),
        .venue_silence_ns = INT64_C(10000000000),
        .paper_balance_e8 = {INT64_C(100000) * L1_E8},
        .taker_fee_e8 = e8("0.001"),
        .maker_fee_e8 = e8("0.001"),
        .paper_latency_ns = INT64_C(50000000),
        .execution_algo = L1_ALGO_AUTO,
        .execution_duration_ns = INT64_C(60000000000),
        .execution_slices_max = 10,
        .execution_participation_e8 = e8("0.05"),
        .execution_risk_aversion_e8 = L1_E8,
        .execution_impact_e8 = L1_E8,
        .execution_impact_exponent_e8 = L1_E8 / 2,
        .execution_look_ns = INT64_C(1000000000),
        .clock_from_events = true,
        .signals_max = 1024,
        .orders_max = 32,
        .symbols_count = 2,
    };
    limits.symbols[BTC] = instrument("BTC/USDT", "BTC", "0.05");
    limits.symbols[ETH] = instrument("ETH/USDT", "ETH", "1.0");
    limits.symbols[ETH].lot_e8 = e8("0.0001");
    return limits;
}

l1_signal scenario_signal(const char *id, int32_t symbol, l1_side side, const char *qty,
                          const char *stop)
{
    l1_signal signal = {
        .symbol = symbol,
        .side = side,
        .qty_e8 = e8(qty),
        .stop_loss_e8 = stop == NULL ? L1_OFF : e8(stop),
        .price_e8 = L1_OFF,
        .take_profit_e8 = L1_OFF,
        .ts_ns = L1_OFF,
        .expires_at_ns = L1_OFF,
        .confidence_e8 = L1_OFF,
        .correlation_e8 = e8("0.5"),
        .duration_s = L1_OFF,
        .slices_max = L1_OFF,
    };
    l1_text_copy(signal.id, sizeof signal.id, id);
    l1_text_copy(signal.symbol_text, sizeof signal.symbol_text,
                 symbol == ETH ? "ETH/USDT" : "BTC/USDT");
    signal.content = l1_hash_of(1, &signal.qty_e8, sizeof signal.qty_e8);
    return signal;
}
