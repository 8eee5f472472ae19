/* bench/rig.h: what benches of one signal share: samples, limits as shipped, a system with a
 * decoder. "quiet" is the lowest p50 of ten slices: what the code costs while nobody else uses the
 * core. */
#ifndef L1_BENCH_RIG_H
#define L1_BENCH_RIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "bus/codec/decode.h"
#include "bus/codec/encode.h"
#include "io/pages.h"
#include "system/system.h"

enum { SAMPLES = 200000, SLICES = 10, SLICE = SAMPLES / SLICES };

static int64_t now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static int ascending(const void *left, const void *right)
{
    int64_t a = 0, b = 0;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return (a > b) - (a < b);
}

static int64_t samples[SAMPLES];

/* Returns the p50 of the quietest slice; without a name it prints nothing. */
static int64_t print(const char *name)
{
    int64_t quiet = INT64_MAX;
    for (size_t from = 0; from < SAMPLES; from += SLICE) {
        qsort(samples + from, SLICE, sizeof samples[0], ascending);
        const int64_t p50 = samples[from + SLICE / 2];
        if (p50 < quiet) quiet = p50;
    }
    if (name == NULL) return quiet;
    qsort(samples, SAMPLES, sizeof samples[0], ascending);
    printf("%-40s p50 %5lld (quiet %5lld)  p99 %6lld  p99.9 %7lld  max %9lld ns\n", name,
           (long long)samples[SAMPLES / 2], (long long)quiet,
           (long long)samples[SAMPLES / 100 * 99], (long long)samples[SAMPLES / 1000 * 999],
           (long long)samples[SAMPLES - 1]);
    return quiet;
}

typedef struct {
    l1_limits limits;
    l1_system *system;
    l1_effects effects;
    l1_decoder *decoder;
    void *block;
    size_t size;
    int64_t at_ns;
    const char *symbol; /* the one that the signals name */
} rig;

static int64_t e8(const char *text)
{
    int64_t value = 0;
    L1_ASSERT(l1_decimal_parse(text, strlen(text), &value).code == L1_OK);
    return value;
}

static void instrument(l1_instrument *made, const char *name, const char *base)
{
    *made = (l1_instrument){
        .enabled = true,
        .qty_min_e8 = e8("0.0001"),
        .qty_max_e8 = e8("0.05"),
        .notional_min_e8 = e8("10"),
        .notional_max_e8 = e8("5000"),
        .exposure_max_e8 = e8("0.2"),
        .drawdown_max_e8 = e8("0.03"),
        .balance_min_e8 = e8("100"),
        .slippage_max_e8 = e8("0.002"),
        .spread_max_e8 = e8("0.002"),
        .price_collar_e8 = e8("0.02"),
        .liquidity_factor_e8 = e8("1"),
        .participation_max_e8 = e8("0.05"),
        .volatility_target_e8 = L1_OFF,
        .stop_distance_min_e8 = e8("0.001"),
        .stop_distance_max_e8 = e8("0.1"),
        .stop_sigma_min_e8 = L1_OFF,
        .stop_atr_max_e8 = L1_OFF,
        .tick_e8 = e8("0.01"),
        .lot_e8 = e8("0.00001"),
        .venue_min_notional_e8 = e8("5"),
        .max_algo_orders = 5,
        .opo = true,
    };
    snprintf(made->name, sizeof made->name, "%s", name);
    snprintf(made->base, sizeof made->base, "%s", base);
}

static rig make(uint32_t symbols, uint32_t signals_max, bool hold)
{
    rig made = {0};
    made.limits = (l1_limits){
        .engine_id = "l1-1",
        .quote = "USDT",
        .signal_ttl_ns = INT64_C(5000000000),
        .signal_future_ns = INT64_C(1000000000),
        .rate_max = L1_OFF,
        .repeat_max = L1_OFF,
        .repeat_window_ns = INT64_C(10000000000),
        .market_age_ns = INT64_C(120000000000),
        .portfolio_age_ns = INT64_C(300000000000),
        .correlation_max_e8 = e8("0.8"),
        .cross_exposure_max_e8 = e8("0.25"),
        .drawdown_max_e8 = e8("0.05"),
        .order_timeout_ns = INT64_C(2000000000),
        .naked_ns = INT64_C(1000000000),
        .clock_jump_ns = L1_OFF,
        .venue_silence_ns = L1_OFF,
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
        .signals_max = signals_max,
        .orders_max = 256,
        .symbols_count = symbols,
    };
    for (uint32_t i = 0; i < symbols; i++) {
        char name[16], base[8];
        snprintf(base, sizeof base, i == 0 ? "BTC" : i == 1 ? "ETH" : "A%02u", i);
        snprintf(name, sizeof name, "%s/USDT", base);
        instrument(&made.limits.symbols[i], name, base);
        if (hold) made.limits.paper_balance_e8[i + 1] = e8("0.001");
    }
    const size_t cost = l1_system_cost(&made.limits);
    made.size = cost;
    made.block = l1_pages_take(cost); /* as the program does */
    L1_ASSERT(made.block != NULL);
    l1_pages_settle(made.block, cost);
    l1_arena arena = {.base = made.block, .capacity = cost};
    made.system = l1_system_new(&arena, &made.limits);
    made.effects.capacity = l1_system_effects_max(&made.limits);
    made.effects.base = malloc(made.effects.capacity);
    made.decoder = malloc(sizeof *made.decoder);
    made.at_ns = INT64_C(1700000000) * 1000000000;
    made.symbol = "BTC/USDT";
    return made;
}

static void drop(rig *r)
{
    l1_pages_free(r->block, r->size);
    free(r->effects.base);
    free(r->decoder);
}

static void feed(rig *r, const char *text, size_t size)
{
    l1_decoded decoded;
    const bool accepted = l1_decode(r->decoder, &r->limits, text, size, 1, &decoded);
    L1_ASSERT(accepted);
    decoded.event.at_ns = r->at_ns;
    l1_system_step(r->system, &decoded.event, &r->effects);
}

static void measure_jitter(void)
{
    for (int i = 0; i < SAMPLES; i++) {
        const int64_t from = now_ns();
        samples[i] = now_ns() - from;
    }
    (void)print("empty loop (timer and jitter)");
}

#endif
