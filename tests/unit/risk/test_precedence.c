/* Of several violated rules the first is the reason and all are listed, in the order of the
 * table; hostile numbers deny without ever leaving int64. */
#include "world.h"

static void expired(void)
{
    w.signal.expires_at_ns = NOW_NS - 1;
}
static void halted(void)
{
    w.kill_switch.halted = true;
}
static void symbol_halted(void)
{
    w.kill_switch.symbol_halted[BTC] = true;
}
static void reduce_only(void)
{
    w.kill_switch.reduce_only = true;
}
static void frozen(void)
{
    w.kill_switch.unknown_orders[BTC] = 1;
}
static void take_profit(void)
{
    w.signal.take_profit_e8 = -1;
}
static void from_future(void)
{
    w.signal.ts_ns = NOW_NS + 2 * SECOND_NS;
}
static void stop_missing(void)
{
    w.signal.stop_loss_e8 = L1_OFF;
}
static void collar(void)
{
    w.signal.price_e8 = E(52000, 0);
}
static void spread(void)
{
    w.limits.symbols[BTC].spread_max_e8 = 0;
}
static void qty_min(void)
{
    w.limits.symbols[BTC].qty_min_e8 = 1000001;
}
static void qty_max(void)
{
    w.limits.symbols[BTC].qty_max_e8 = 999999;
}
static void notional_min(void)
{
    w.limits.symbols[BTC].notional_min_e8 = E(501, 0);
}
static void notional_max(void)
{
    w.limits.symbols[BTC].notional_max_e8 = E(499, 0);
}
static void filter(void)
{
    w.limits.symbols[BTC].venue_min_notional_e8 = E(600, 0);
}
static void liquidity(void)
{
    w.limits.symbols[BTC].liquidity_factor_e8 = E(1001, 0);
}
static void balance(void)
{
    w.account.foreign_locked_e8[0] = E(100000, 0);
}
static void balance_min(void)
{
    w.limits.symbols[BTC].balance_min_e8 = E(100000, 0);
}
static void exposure(void)
{
    w.limits.symbols[BTC].exposure_max_e8 = 0;
}
static void correlation(void)
{
    w.signal.correlation_e8 = L1_E8;
    w.limits.cross_exposure_max_e8 = 0;
}
static void drawdown_symbol(void)
{
    l1_drawdown_cash(&w.drawdown, BTC, -E(4000, 0));
}
static void drawdown_portfolio(void)
{
    l1_drawdown_cash(&w.drawdown, ETH, -E(6000, 0));
}
static void rate(void)
{
    w.limits.rate_max = 0;
}
static void repeated(void)
{
    w.limits.repeat_max = 0;
}

static const struct {
    l1_rule rule;
    void (*cause)(void);
} causes[] = {
    {L1_RULE_SIGNAL_EXPIRED, expired},
    {L1_RULE_SIGNAL_FROM_FUTURE, from_future},
    {L1_RULE_HALTED, halted},
    {L1_RULE_SYMBOL_HALTED, symbol_halted},
    {L1_RULE_REDUCE_ONLY, reduce_only},
    {L1_RULE_SYMBOL_FROZEN, frozen},
    {L1_RULE_INVALID_PRICE, take_profit},
    {L1_RULE_STOP_LOSS_MISSING, stop_missing},
    {L1_RULE_PRICE_COLLAR, collar},
    {L1_RULE_SPREAD, spread},
    {L1_RULE_QTY_MIN, qty_min},
    {L1_RULE_QTY_MAX, qty_max},
    {L1_RULE_NOTIONAL_MIN, notional_min},
    {L1_RULE_NOTIONAL_MAX, notional_max},
    {L1_RULE_EXCHANGE_FILTER, filter},
    {L1_RULE_LIQUIDITY, liquidity},
    {L1_RULE_BALANCE_INSUFFICIENT, balance},
    {L1_RULE_BALANCE_MIN, balance_min},
    {L1_RULE_EXPOSURE_LIMIT, exposure},
    {L1_RULE_CORRELATION_LIMIT, correlation},
    {L1_RULE_DRAWDOWN_SYMBOL, drawdown_symbol},
    {L1_RULE_DRAWDOWN_PORTFOLIO, drawdown_portfolio},
    {L1_RULE_RATE_LIMIT, rate},
    {L1_RULE_REPEATED_ORDER, repeated},
};
enum { CAUSES = sizeof causes / sizeof causes[0] };

static void test_risk__first_violated_rule_is_the_reason_and_all_are_listed(void **state)
{
    (void)state;
    for (size_t i = 0; i < CAUSES; i++) {
        for (size_t j = 0; j < CAUSES; j++) {
            world_make(L1_SIDE_BUY);
            causes[j].cause();
            causes[i].cause();
            const size_t first = i < j ? i : j;
            CHECK(violates(causes[i].rule));
            CHECK(violation_of(causes[j].rule) != NULL);
            CHECK(reason() == causes[first].rule);
            for (uint32_t k = 1; k < w.out.violations_count; k++) {
                CHECK(w.out.violations[k - 1].rule < w.out.violations[k].rule);
            }
        }
    }
}

static void test_risk__all_at_once_fit_the_list(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    for (size_t i = 0; i < CAUSES; i++) causes[i].cause();
    CHECK(violates(L1_RULE_SIGNAL_EXPIRED) && reason() == L1_RULE_SIGNAL_EXPIRED);
    CHECK(w.out.violations_count >= CAUSES - 1);
}

static void test_risk__hostile_numbers_deny_and_never_overflow(void **state)
{
    static const int64_t numbers[] = {INT64_MAX, INT64_MAX - 1, E(90000000000, 0), 1, 0,
                                      -1,        -INT64_MAX};
    enum { NUMBERS = sizeof numbers / sizeof numbers[0] };
    (void)state;
    for (size_t i = 0; i < NUMBERS * NUMBERS * NUMBERS; i++) {
        for (l1_side side = L1_SIDE_BUY; side < L1_SIDE_COUNT; side++) {
            world_make(side);
            w.signal.qty_e8 = numbers[i % NUMBERS];
            w.signal.price_e8 = numbers[i / NUMBERS % NUMBERS];
            w.signal.stop_loss_e8 = numbers[i / NUMBERS / NUMBERS];
            w.signal.take_profit_e8 = numbers[(i + 1) % NUMBERS];
            w.signal.correlation_e8 = numbers[(i + 2) % NUMBERS];
            CHECK(!passes());
            for (uint32_t k = 0; k < w.out.violations_count; k++) {
                CHECK(w.out.violations[k].rule != L1_RULE_UNJUDGED);
            }
        }
    }
}

static void test_risk__hostile_markets_and_accounts_deny(void **state)
{
    (void)state;
    for (l1_side side = L1_SIDE_BUY; side < L1_SIDE_COUNT; side++) {
        world_make(side);
        world_book(BTC, INT64_MAX - 1, INT64_MAX, INT64_MAX);
        world_bar(BTC, INT64_MAX, INT64_MAX);
        w.account.total_e8[0] = w.account.total_e8[BTC + 1] = INT64_MAX;
        w.account.total_e8[ETH + 1] = w.account.open_buy_e8[ETH] = INT64_MAX;
        w.signal.qty_e8 = INT64_MAX;
        CHECK(!passes());
        world_make(side);
        world_book(BTC, 1, 2, 1);
        CHECK(!passes());
    }
}

static void test_risk__impact_knows_sides_and_missing_inputs(void **state)
{
    int64_t exposure_e8, impact_e8;
    (void)state;
    world_make(L1_SIDE_SELL);
    l1_risk_impact(&w.view, &w.signal, E(0, 10000000), E(50000, 0), &exposure_e8, &impact_e8);
    CHECK(exposure_e8 == 0 && impact_e8 == -4761905); /* all 5,000 of 105,000 gone */
    l1_risk_impact(&w.view, &w.signal, E(1, 0), E(50000, 0), &exposure_e8, &impact_e8);
    CHECK(exposure_e8 == 0 && impact_e8 == -4761905); /* not below nothing */
    w.signal.symbol = -1;
    l1_risk_impact(&w.view, &w.signal, 1, 1, &exposure_e8, &impact_e8);
    CHECK(exposure_e8 == L1_OFF && impact_e8 == L1_OFF);
    world_make(L1_SIDE_BUY);
    /* 3 and 4 thousand apart by rho 0: sqrt(9 + 16) = 5 thousand, of 110,000 */
    w.account.total_e8[BTC + 1] = E(0, 6000000);
    w.account.total_e8[ETH + 1] = E(1, 60000000);
    w.account.total_e8[0] = E(103000, 0);
    static const struct {
        int64_t rho_e8, want_e8;
    } rows[] = {{0, 5000000}, {L1_E8, 7000000}, {-L1_E8, 1000000}};
    l1_exposures all;
    l1_ratio ratio;
    l1_exposures_of(&w.account, &w.limits, w.markets, NOW_NS, &all);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(l1_exposure_effective(&all, &w.limits, BTC, E(3000, 0), 0, rows[i].rho_e8,
                                    E(100000, 0), &ratio));
        CHECK(ratio.e8 == rows[i].want_e8);
    }
    w.account.open_buy_e8[ETH] = 1; /* 0.000025 */
    l1_exposures_of(&w.account, &w.limits, w.markets, NOW_NS, &all);
    CHECK(all.known && all.only_btc_eth && all.sum_e8 == E(7000, 2500));
    w.account.open_buy_e8[ADA] = 1; /* without a price */
    l1_exposures_of(&w.account, &w.limits, w.markets, NOW_NS, &all);
    CHECK(!all.known && !all.only_btc_eth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_risk__first_violated_rule_is_the_reason_and_all_are_listed),
        cmocka_unit_test(test_risk__all_at_once_fit_the_list),
        cmocka_unit_test(test_risk__hostile_numbers_deny_and_never_overflow),
        cmocka_unit_test(test_risk__hostile_markets_and_accounts_deny),
        cmocka_unit_test(test_risk__impact_knows_sides_and_missing_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
