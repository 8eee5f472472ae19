/* Rules 20 to 26: both sides of each limit, null switches off, a missing input violates, and the
 * exemptions of a reducing order. */
#include "risk/judgement.h"

#include "world.h"

static void world_snapshot(int64_t equity_e8, int64_t rho_e8)
{
    static l1_portfolio portfolio;
    portfolio = (l1_portfolio){.ts_ns = NOW_NS, .equity_e8 = equity_e8, .correlation_e8 = rho_e8};
    memcpy(portfolio.free_e8, w.account.total_e8, sizeof portfolio.free_e8);
    CHECK(l1_account_on_snapshot(&w.account, &portfolio, NOW_NS, true, NULL) == L1_SNAPSHOT_TAKEN);
}

static void keep_market_fresh(void)
{
    for (int i = 0; i < WORLD_SYMBOLS; i++) {
        w.markets[i].book_since_ns = w.markets[i].bar_since_ns = w.view.now_ns;
    }
    w.signal.ts_ns = w.view.now_ns;
}

static void test_risk__portfolio_is_stale_once_a_snapshot_is_too_old(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    w.view.now_ns = NOW_NS + 301 * SECOND_NS;
    keep_market_fresh();
    CHECK(passes()); /* the simulated account is always fresh */
    world_snapshot(E(100000, 0), L1_OFF);
    w.view.now_ns = NOW_NS + 300 * SECOND_NS;
    keep_market_fresh();
    CHECK(passes());
    w.view.now_ns++;
    CHECK(violates(L1_RULE_PORTFOLIO_STALE) && reason() == L1_RULE_PORTFOLIO_STALE);
    CHECK(violation_of(L1_RULE_PORTFOLIO_STALE)->value_e8 == E(300000, 100));
    CHECK(violation_of(L1_RULE_PORTFOLIO_STALE)->limit_e8 == E(300000, 0));
    static const l1_rule needing[] = {L1_RULE_BALANCE_INSUFFICIENT, L1_RULE_BALANCE_MIN,
                                      L1_RULE_EXPOSURE_LIMIT, L1_RULE_DRAWDOWN_SYMBOL,
                                      L1_RULE_DRAWDOWN_PORTFOLIO};
    for (size_t i = 0; i < sizeof needing / sizeof needing[0]; i++) {
        CHECK(strcmp(violation_of(needing[i])->detail, "portfolio stale") == 0);
    }
    w.limits.portfolio_age_ns = L1_OFF;
    CHECK(passes());
}

static void test_risk__live_without_balances_is_denied(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    w.limits.mode = L1_MODE_LIVE;
    l1_account_init(&w.account, &w.limits);
    CHECK(l1_account_free_e8(&w.account, 0) == 0);
    CHECK(violates(L1_RULE_PORTFOLIO_STALE));
    CHECK(strcmp(violation_of(L1_RULE_PORTFOLIO_STALE)->detail, "no balances") == 0);
    CHECK(violation_of(L1_RULE_BALANCE_INSUFFICIENT) && violation_of(L1_RULE_BALANCE_MIN));
    CHECK(violation_of(L1_RULE_EXPOSURE_LIMIT) && violation_of(L1_RULE_DRAWDOWN_PORTFOLIO));
    w.limits.portfolio_age_ns = L1_OFF;
    CHECK(violates(L1_RULE_PORTFOLIO_STALE));
}

static void test_risk__buy_needs_its_cost_and_what_must_be_left(void **state)
{
    /* 0.01 x 50,100 x 1.001 = 501.501 */
    static const struct {
        int64_t free_e8, least_e8;
        bool lacks, leaves_too_little;
    } rows[] = {
        {E(501, 50100000), 0, false, false},         {E(501, 50099999), 0, true, true},
        {E(601, 50100000), E(100, 0), false, false}, {E(601, 50099999), E(100, 0), false, true},
        {E(601, 50100001), E(100, 0), false, false}, {E(501, 50100000), L1_OFF, false, false},
        {E(501, 50099999), L1_OFF, true, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_make(L1_SIDE_BUY);
        w.account.total_e8[0] = rows[i].free_e8 + 7;
        w.account.own_locked_e8[0] = 5;
        w.account.foreign_locked_e8[0] = 2;
        w.limits.symbols[BTC].balance_min_e8 = rows[i].least_e8;
        CHECK(violates(L1_RULE_BALANCE_INSUFFICIENT) == rows[i].lacks);
        CHECK(violates(L1_RULE_BALANCE_MIN) == rows[i].leaves_too_little);
    }
    CHECK(violation_of(L1_RULE_BALANCE_INSUFFICIENT)->value_e8 == E(501, 50100000));
    CHECK(violation_of(L1_RULE_BALANCE_INSUFFICIENT)->limit_e8 == E(501, 50099999));
    w.signal.price_e8 = E(50099, 0); /* the stricter of price and mid's cap */
    CHECK(!violates(L1_RULE_BALANCE_INSUFFICIENT));
    world_make(L1_SIDE_BUY); /* 501.501501501 is rounded up */
    w.signal.qty_e8 = 1000001;
    w.account.total_e8[0] = E(501, 50150151);
    CHECK(!violates(L1_RULE_BALANCE_INSUFFICIENT));
    w.account.total_e8[0]--;
    CHECK(violates(L1_RULE_BALANCE_INSUFFICIENT));
}

static void test_risk__cost_of_a_buy_is_exact_and_saturates(void **state)
{
    static const struct {
        int64_t qty, price, fee, want;
    } rows[] = {
        {1, 99900100, 100000, 2}, /* 1.000000001 of the least unit */
        {1, 99900099, 100000, 1},
        {L1_E8, E(100, 0), 0, E(100, 0)},
        {L1_E8, E(100, 0), 100000, E(100, 10000000)},
        {0, E(1, 0), 100000, 0},
        {-1, E(1, 0), 100000, 0},
        {INT64_MAX, L1_E8, 0, INT64_MAX},
        {INT64_MAX, L1_E8 + 1, 0, INT64_MAX},
        {INT64_MAX, L1_E8, 100000, INT64_MAX},
        {INT64_MAX, INT64_MAX, 100000, INT64_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(l1_buy_cost_e8(rows[i].qty, rows[i].price, rows[i].fee) == rows[i].want);
    }
}

static void test_risk__sell_reduces_within_the_commission_tolerance(void **state)
{
    /* tolerance at qty 1,000,000: 0.1 % = 1,000, and one lot of 1,000 */
    static const struct {
        int64_t free_e8, in_stops_e8;
        bool reduces;
        int64_t sell_e8;
    } rows[] = {
        {1000001, 0, true, 1000000},    {1000000, 0, true, 1000000}, {999999, 0, true, 999999},
        {998000, 0, true, 998000},      {997999, 0, false, 0},       {0, 1000000, true, 1000000},
        {500000, 498000, true, 998000}, {500000, 497999, false, 0},  {0, 0, false, 0},
    };
    (void)state;
    world_make(L1_SIDE_SELL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        w.account.total_e8[BTC + 1] = rows[i].free_e8 + rows[i].in_stops_e8;
        w.account.own_locked_e8[BTC + 1] = rows[i].in_stops_e8;
        w.account.stop_locked_e8[BTC] = rows[i].in_stops_e8;
        CHECK(violates(L1_RULE_BALANCE_INSUFFICIENT) == !rows[i].reduces);
        CHECK(w.out.reducing == rows[i].reduces && w.out.sell_qty_e8 == rows[i].sell_e8);
        CHECK(!rows[i].reduces || w.out.violations_count == 0);
    }
    w.signal.qty_e8 = 1; /* nothing to sell: never reducing, however small */
    CHECK(violates(L1_RULE_BALANCE_INSUFFICIENT) && !w.out.reducing);
}

static void test_risk__exposure_leaves_room_for_a_minimum_order(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    world_snapshot(E(100000, 0), L1_OFF);
    w.limits.cross_exposure_max_e8 = L1_OFF;
    /* 20,000 - 18,998 = 1,002 of room: 0.02 at 50,100, made the minimum order */
    w.limits.symbols[BTC].qty_min_e8 = 2000000;
    w.signal.qty_e8 = 2000000;
    w.account.total_e8[BTC + 1] = 30000000;
    w.account.open_buy_e8[BTC] = 7996000;
    CHECK(passes() && w.out.headroom_qty_e8 == 2000000);
    w.account.open_buy_e8[BTC]++;
    CHECK(violates_only(L1_RULE_EXPOSURE_LIMIT) && w.out.headroom_qty_e8 == 1999999);
    CHECK(violation_of(L1_RULE_EXPOSURE_LIMIT)->limit_e8 == 20000000);
    CHECK(strcmp(violation_of(L1_RULE_EXPOSURE_LIMIT)->detail, "room 0.01999999 of 0.02") == 0);
    w.account.open_buy_e8[BTC] = 10000001; /* 0.0005 over 20,000: rounded down all the same */
    CHECK(violates(L1_RULE_EXPOSURE_LIMIT) && w.out.headroom_qty_e8 == -1);
    w.limits.symbols[BTC].exposure_max_e8 = L1_OFF;
    CHECK(passes() && w.out.headroom_qty_e8 == INT64_MAX);
    w.limits.symbols[BTC].exposure_max_e8 = 1;
    CHECK(violates(L1_RULE_EXPOSURE_LIMIT) && w.out.headroom_qty_e8 < 0);
}

static void test_risk__equity_absent_or_not_positive_violates(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    w.signal.correlation_e8 = L1_OFF; /* rho 1 */
    for (int64_t equity = 0; equity >= -1; equity--) {
        world_make(L1_SIDE_BUY);
        w.signal.correlation_e8 = L1_OFF;
        world_snapshot(equity, L1_OFF);
        CHECK(violates(L1_RULE_EXPOSURE_LIMIT) && violates(L1_RULE_CORRELATION_LIMIT));
        CHECK(violates(L1_RULE_DRAWDOWN_SYMBOL) && violates(L1_RULE_DRAWDOWN_PORTFOLIO));
        CHECK(w.out.violations_count == 4);
    }
    world_make(L1_SIDE_BUY);
    w.signal.correlation_e8 = L1_OFF;
    world_snapshot(L1_OFF, L1_OFF); /* a snapshot without equity: none, not the one computed */
    CHECK(violates(L1_RULE_EXPOSURE_LIMIT) && violates(L1_RULE_CORRELATION_LIMIT));
    CHECK(violates(L1_RULE_DRAWDOWN_SYMBOL) && violates(L1_RULE_DRAWDOWN_PORTFOLIO));
    CHECK(w.out.violations_count == 4 && w.out.equity_e8 == L1_OFF);
    CHECK(strcmp(violation_of(L1_RULE_EXPOSURE_LIMIT)->detail, "no equity") == 0);
    world_make(L1_SIDE_BUY);
    w.account.total_e8[ADA + 1] = 1; /* held, but nobody knows its price */
    CHECK(violates(L1_RULE_EXPOSURE_LIMIT) && w.out.equity_e8 == L1_OFF);
    CHECK(strcmp(violation_of(L1_RULE_EXPOSURE_LIMIT)->detail, "no equity") == 0);
    CHECK(violation_of(L1_RULE_CORRELATION_LIMIT) && violation_of(L1_RULE_DRAWDOWN_PORTFOLIO));
    world_snapshot(E(100000, 0), L1_OFF); /* now equity is known, the exposure still is not */
    CHECK(!violates(L1_RULE_EXPOSURE_LIMIT) && violates(L1_RULE_CORRELATION_LIMIT));
    CHECK(violates(L1_RULE_DRAWDOWN_PORTFOLIO) && !violates(L1_RULE_DRAWDOWN_SYMBOL));
}

static void test_risk__correlated_assets_share_one_limit(void **state)
{
    const int64_t off = L1_OFF;
    const struct {
        int64_t signal, snapshot, more_e8;
        bool want;
    } rows[] = {
        {80000000, off, 1, false},
        {80000001, off, 1, true},
        {80000001, off, 0, false},
        {off, off, 1, true},
        {off, 80000000, 1, false},
        {off, 80000001, 1, true},
        {50000000, 90000000, 1, true},
        {90000000, 50000000, 1, true},
        {-100000000, -100000000, 1, false},
        {-100000001, 0, 1, true},
        {100000001, 0, 1, true},
        {0, 100000001, 1, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_make(L1_SIDE_BUY);
        world_snapshot(E(100000, 0), rows[i].snapshot);
        /* 500 ordered + 14,500 BTC + 10,000 ETH = 0.25 of equity */
        w.account.total_e8[BTC + 1] = 29000000;
        w.account.total_e8[ETH + 1] = E(3, 0);
        w.account.open_buy_e8[ETH] = E(1, 0) + rows[i].more_e8;
        w.signal.correlation_e8 = rows[i].signal;
        CHECK(violates(L1_RULE_CORRELATION_LIMIT) == rows[i].want);
        CHECK(w.out.violations_count == rows[i].want);
    }
    CHECK(violation_of(L1_RULE_CORRELATION_LIMIT)->value_e8 == L1_E8);
    CHECK(violation_of(L1_RULE_CORRELATION_LIMIT)->limit_e8 == 80000000);
    w.limits.correlation_max_e8 = L1_OFF;
    CHECK(passes());
    w.limits.correlation_max_e8 = 80000000;
    w.limits.cross_exposure_max_e8 = L1_OFF;
    CHECK(passes());
}

static void test_risk__other_pairs_count_as_fully_correlated(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    world_snapshot(E(100000, 0), L1_OFF);
    w.account.total_e8[BTC + 1] = 39000000;
    w.account.total_e8[ETH + 1] = E(4, 0);
    w.signal.correlation_e8 = 0;
    CHECK(passes());
    world_bar(ADA, E(1, 0), E(100, 0));
    w.account.total_e8[ADA + 1] = 1;
    CHECK(violates_only(L1_RULE_CORRELATION_LIMIT));
}

static void test_risk__fresh_portfolio_alone_lends_its_correlation(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    world_snapshot(E(100000, 0), 90000000);
    const int64_t last = NOW_NS + 300 * SECOND_NS;
    CHECK(l1_correlation_e8(&w.account, &w.limits, 50000000, last) == 90000000);
    CHECK(l1_correlation_e8(&w.account, &w.limits, 50000000, last + 1) == 50000000);
    CHECK(l1_correlation_e8(&w.account, &w.limits, L1_OFF, last + 1) == L1_E8);
}

static void test_risk__drawdown_compares_loss_with_equity(void **state)
{
    /* 1 BTC bought by the day's V at 50,000; equity 10,000 by snapshot */
    static const struct {
        int64_t loss_e8;
        bool symbol, portfolio;
    } rows[] = {
        {E(300, -1), false, false}, {E(300, 0), false, false}, {E(300, 1), true, false},
        {E(500, -1), true, false},  {E(500, 0), true, false},  {E(500, 1), true, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_make(L1_SIDE_BUY);
        world_snapshot(E(10000, 0), L1_OFF);
        l1_drawdown_cash(&w.drawdown, BTC, -rows[i].loss_e8);
        CHECK(violates(L1_RULE_DRAWDOWN_SYMBOL) == rows[i].symbol);
        CHECK(violates(L1_RULE_DRAWDOWN_PORTFOLIO) == rows[i].portfolio);
    }
    CHECK(violation_of(L1_RULE_DRAWDOWN_SYMBOL)->value_e8 == 5000001);
    CHECK(violation_of(L1_RULE_DRAWDOWN_SYMBOL)->limit_e8 == 3000000);
    w.limits.symbols[BTC].drawdown_max_e8 = L1_OFF;
    CHECK(violates_only(L1_RULE_DRAWDOWN_PORTFOLIO));
    w.limits.drawdown_max_e8 = L1_OFF;
    CHECK(passes());
    w.limits.drawdown_max_e8 = E(0, 5000000);
    w.limits.symbols[BTC].drawdown_max_e8 = E(0, 3000000);
    w.signal.symbol = ETH; /* another symbol's loss counts for the portfolio alone */
    w.signal.qty_e8 = E(0, 4000000);
    w.signal.stop_loss_e8 = E(2400, 0);
    CHECK(violates_only(L1_RULE_DRAWDOWN_PORTFOLIO));
}

static void test_risk__drawdown_before_a_first_value_is_missing(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    memset(&w.drawdown, 0, sizeof w.drawdown);
    CHECK(violates(L1_RULE_DRAWDOWN_SYMBOL) && violates(L1_RULE_DRAWDOWN_PORTFOLIO));
    CHECK(strcmp(violation_of(L1_RULE_DRAWDOWN_SYMBOL)->detail, "loss not known") == 0);
}

static void test_risk__order_beyond_the_rate_is_refused(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    w.limits.rate_max = 3;
    for (int i = 0; i < 2; i++) l1_order_pace_sent(&w.pace, ETH, L1_SIDE_BUY, 7, NOW_NS);
    CHECK(passes());
    l1_order_pace_sent(&w.pace, ETH, L1_SIDE_BUY, 7, NOW_NS);
    CHECK(violates_only(L1_RULE_RATE_LIMIT));
    CHECK(violation_of(L1_RULE_RATE_LIMIT)->value_e8 == E(4, 0));
    CHECK(violation_of(L1_RULE_RATE_LIMIT)->limit_e8 == E(3, 0));
    w.limits.rate_max = L1_OFF;
    CHECK(passes());
    w.limits.rate_max = 3;
    w.view.now_ns = NOW_NS + 60 * SECOND_NS - 1;
    keep_market_fresh();
    CHECK(violates_only(L1_RULE_RATE_LIMIT));
    w.view.now_ns++;
    CHECK(passes());
}

static void test_risk__equal_order_beyond_repeat_max_is_refused(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    l1_order_pace_sent(&w.pace, ETH, L1_SIDE_BUY, 1000000, NOW_NS);
    l1_order_pace_sent(&w.pace, BTC, L1_SIDE_SELL, 1000000, NOW_NS);
    l1_order_pace_sent(&w.pace, BTC, L1_SIDE_BUY, 1000001, NOW_NS);
    for (int i = 0; i < 2; i++) l1_order_pace_sent(&w.pace, BTC, L1_SIDE_BUY, 1000000, NOW_NS);
    CHECK(passes());
    l1_order_pace_sent(&w.pace, BTC, L1_SIDE_BUY, 1000000, NOW_NS);
    CHECK(violates_only(L1_RULE_REPEATED_ORDER));
    CHECK(violation_of(L1_RULE_REPEATED_ORDER)->value_e8 == E(4, 0));
    w.limits.repeat_max = L1_OFF;
    CHECK(passes());
    w.limits.repeat_max = 3;
    w.view.now_ns = NOW_NS + 10 * SECOND_NS - 1;
    keep_market_fresh();
    CHECK(violates_only(L1_RULE_REPEATED_ORDER));
    w.view.now_ns++;
    CHECK(passes());
}

static void test_risk__reducing_order_is_exempt_from_23_to_26(void **state)
{
    (void)state;
    for (int reducing = 0; reducing <= 1; reducing++) {
        world_make(L1_SIDE_SELL);
        world_snapshot(E(10000, 0), L1_OFF);
        w.signal.correlation_e8 = L1_OFF;
        w.limits.symbols[BTC].exposure_max_e8 = 0;
        w.limits.cross_exposure_max_e8 = 0;
        w.limits.rate_max = w.limits.repeat_max = 0;
        l1_drawdown_cash(&w.drawdown, BTC, -E(5000, 0));
        if (!reducing) w.signal.qty_e8 = E(0, 11000000);
        static const l1_rule rules[] = {L1_RULE_EXPOSURE_LIMIT,  L1_RULE_CORRELATION_LIMIT,
                                        L1_RULE_DRAWDOWN_SYMBOL, L1_RULE_DRAWDOWN_PORTFOLIO,
                                        L1_RULE_RATE_LIMIT,      L1_RULE_REPEATED_ORDER};
        for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
            CHECK(violates(rules[i]) == !reducing);
        }
        CHECK(w.out.reducing == (reducing == 1) && passes() == (reducing == 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_risk__portfolio_is_stale_once_a_snapshot_is_too_old),
        cmocka_unit_test(test_risk__live_without_balances_is_denied),
        cmocka_unit_test(test_risk__buy_needs_its_cost_and_what_must_be_left),
        cmocka_unit_test(test_risk__cost_of_a_buy_is_exact_and_saturates),
        cmocka_unit_test(test_risk__sell_reduces_within_the_commission_tolerance),
        cmocka_unit_test(test_risk__exposure_leaves_room_for_a_minimum_order),
        cmocka_unit_test(test_risk__equity_absent_or_not_positive_violates),
        cmocka_unit_test(test_risk__correlated_assets_share_one_limit),
        cmocka_unit_test(test_risk__other_pairs_count_as_fully_correlated),
        cmocka_unit_test(test_risk__fresh_portfolio_alone_lends_its_correlation),
        cmocka_unit_test(test_risk__drawdown_compares_loss_with_equity),
        cmocka_unit_test(test_risk__drawdown_before_a_first_value_is_missing),
        cmocka_unit_test(test_risk__order_beyond_the_rate_is_refused),
        cmocka_unit_test(test_risk__equal_order_beyond_repeat_max_is_refused),
        cmocka_unit_test(test_risk__reducing_order_is_exempt_from_23_to_26),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
