/* bench/bench_risk.c: time of one l1_risk_assess, hot, beside an empty turn of the same loop.
 *
 * A buy that violates nothing: every rule is evaluated to its end. The pace rules are off, as in
 * every figure of throughput. Usage: bench_risk [ROUNDS]. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/histogram.h"
#include "risk/risk_guard.h"

#define NOW_NS INT64_C(1700000000000000000)
#define SECOND_NS INT64_C(1000000000)

enum { BATCH = 32 }; /* assessments between two looks at the clock */

static struct {
    l1_limits limits;
    l1_market markets[L1_SYMBOLS_MAX];
    l1_account account;
    l1_drawdown drawdown;
    l1_kill_switch kill_switch;
    l1_order_pace pace;
    l1_assessment out;
} w;

static int64_t clock_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * SECOND_NS + at.tv_nsec;
}

static void make_symbol(uint32_t i, const char *base, int64_t mid)
{
    w.limits.symbols[i] = (l1_instrument){.enabled = true,
                                          .qty_min_e8 = 10000,
                                          .qty_max_e8 = 5000000,
                                          .notional_min_e8 = 10 * L1_E8,
                                          .notional_max_e8 = 5000 * L1_E8,
                                          .exposure_max_e8 = 20000000,
                                          .drawdown_max_e8 = 3000000,
                                          .balance_min_e8 = 100 * L1_E8,
                                          .slippage_max_e8 = 200000,
                                          .spread_max_e8 = 200000,
                                          .price_collar_e8 = 2000000,
                                          .liquidity_factor_e8 = L1_E8,
                                          .participation_max_e8 = 5000000,
                                          .stop_distance_min_e8 = 100000,
                                          .stop_distance_max_e8 = 10000000,
                                          .tick_e8 = 1000000,
                                          .lot_e8 = 1000,
                                          .venue_min_notional_e8 = 5 * L1_E8,
                                          .max_algo_orders = 5};
    snprintf(w.limits.symbols[i].base, sizeof w.limits.symbols[i].base, "%s", base);
    l1_book book = {.symbol = (int32_t)i, .ts_ns = NOW_NS, .bids_count = 20, .asks_count = 20};
    for (int64_t level = 0; level < 20; level++) {
        book.bids[level] = (l1_level){(mid - 1 - level) * L1_E8, L1_E8 / 10};
        book.asks[level] = (l1_level){(mid + 1 + level) * L1_E8, L1_E8 / 10};
    }
    l1_market_on_book(&w.markets[i], &book, NOW_NS);
}

static void make_world(uint32_t symbols)
{
    memset(&w, 0, sizeof w);
    w.limits.symbols_count = symbols;
    w.limits.signal_ttl_ns = 5 * SECOND_NS;
    w.limits.rate_max = w.limits.repeat_max = L1_OFF;
    w.limits.repeat_window_ns = 10 * SECOND_NS;
    w.limits.market_age_ns = 120 * SECOND_NS;
    w.limits.portfolio_age_ns = 300 * SECOND_NS;
    w.limits.correlation_max_e8 = 80000000;
    w.limits.cross_exposure_max_e8 = 25000000;
    w.limits.drawdown_max_e8 = 5000000;
    w.limits.taker_fee_e8 = 100000;
    w.limits.paper_balance_e8[0] = 100000 * L1_E8;
    for (uint32_t i = 0; i < symbols; i++) {
        make_symbol(i, i == 0 ? "BTC" : i == 1 ? "ETH" : "ALT", i == 0 ? 50000 : 2500);
    }
    l1_account_init(&w.account, &w.limits);
    w.account.total_e8[1] = L1_E8 / 20;
    w.account.total_e8[2] = L1_E8;
    const int64_t mids_e8[L1_SYMBOLS_MAX] = {50000 * L1_E8, 2500 * L1_E8};
    const l1_holdings holdings = {
        .symbols_count = symbols, .base_e8 = &w.account.total_e8[1], .mid_e8 = mids_e8};
    l1_drawdown_open_day(&w.drawdown, &holdings, NOW_NS);
}

static void report(const char *what, const l1_histogram *figures)
{
    printf("%-34s p50 %4llu ns   p99 %4llu ns\n", what,
           (unsigned long long)l1_histogram_quantile(figures, 0.5),
           (unsigned long long)l1_histogram_quantile(figures, 0.99));
}

static void run(uint32_t symbols, long rounds)
{
    static l1_histogram judged, empty;
    l1_signal signal = {.side = L1_SIDE_BUY,
                        .qty_e8 = 1000000,
                        .stop_loss_e8 = 49000 * L1_E8,
                        .price_e8 = L1_OFF,
                        .take_profit_e8 = L1_OFF,
                        .ts_ns = NOW_NS,
                        .expires_at_ns = L1_OFF,
                        .correlation_e8 = 65000000};
    make_world(symbols);
    memset(&judged, 0, sizeof judged);
    memset(&empty, 0, sizeof empty);
    const l1_risk_view view = {&w.limits,      w.markets, &w.account, &w.drawdown,
                               &w.kill_switch, &w.pace,   NOW_NS};
    for (long round = 0; round < rounds; round++) {
        const int64_t begin = clock_ns();
        for (int i = 0; i < BATCH; i++) {
            signal.qty_e8 = 1000000 + i * 1000;
            __asm__ volatile("" : : "g"(&signal) : "memory");
        }
        const int64_t middle = clock_ns();
        for (int i = 0; i < BATCH; i++) {
            signal.qty_e8 = 1000000 + i * 1000;
            __asm__ volatile("" : : "g"(&signal) : "memory");
            l1_risk_assess(&view, &signal, &w.out);
            if (w.out.violations_count != 0) exit(1);
        }
        l1_histogram_add(&empty, (uint64_t)(middle - begin) / BATCH);
        l1_histogram_add(&judged, (uint64_t)(clock_ns() - middle) / BATCH);
    }
    char what[64];
    snprintf(what, sizeof what, "l1_risk_assess, %u symbols", symbols);
    report(what, &judged);
    report("  beside: the same loop, empty", &empty);
}

int main(int argc, char **argv)
{
    const long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 20000;
    if (rounds <= 0) {
        fprintf(stderr, "usage: bench_risk [ROUNDS]\n");
        return 2;
    }
    run(2, rounds);
    run(64, rounds);
    return 0;
}
