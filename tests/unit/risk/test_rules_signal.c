/* Rules 3 to 14: both sides of each limit, null switches off, a missing input violates. */
#include "world.h"

#define VALUE(rule, value, limit)                                                                  \
    (violation_of(L1_RULE_##rule)->value_e8 == (value) &&                                          \
     violation_of(L1_RULE_##rule)->limit_e8 == (limit))

static void test_risk__plain_buy_and_plain_sell_violate_nothing(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    CHECK(passes());
    CHECK(w.out.mid_e8 == E(50000, 0) && w.out.worst_e8 == E(50100, 0));
    CHECK(w.out.limit_e8 == E(50100, 0) && w.out.equity_e8 == E(100000, 0));
    CHECK(!w.out.reducing);
    CHECK(w.out.headroom_qty_e8 == 39920159); /* 20,000 / 50,100 down */
    CHECK(w.out.minimum_qty_e8 == 20000);     /* 10 USDT at mid */
    CHECK(w.out.exposure_e8 == 500000);       /* 500 of 100,000 */
    CHECK(w.out.correlation_impact_e8 == 500000);
    world_make(L1_SIDE_SELL);
    CHECK(passes());
    CHECK(w.out.reducing && w.out.sell_qty_e8 == 1000000 && w.out.worst_e8 == E(49900, 0));
    CHECK(w.out.exposure_e8 == 4285714); /* 4,500 of 105,000 */
}

static void test_risk__unknown_symbol_ends_the_evaluation(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    w.kill_switch.halted = true;
    w.signal.symbol = -1;
    CHECK(violates_only(L1_RULE_UNKNOWN_SYMBOL));
    CHECK(w.out.equity_e8 == L1_OFF && w.out.exposure_e8 == L1_OFF && w.out.mid_e8 == 0);
    w.signal.symbol = ADA; /* disabled */
    CHECK(violates_only(L1_RULE_UNKNOWN_SYMBOL));
    w.signal.symbol = ETH;
    CHECK(!violates(L1_RULE_UNKNOWN_SYMBOL) && reason() == L1_RULE_HALTED);
}

static void test_risk__signal_expires_after_ttl_or_expires_at(void **state)
{
    static const struct {
        int64_t age_ns, left_ns;
        bool want;
    } rows[] = {
        {5 * SECOND_NS - 1, 1, false},
        {5 * SECOND_NS, 0, false},
        {5 * SECOND_NS + 1, 1, true},
        {0, 1, false},
        {0, 0, false},
        {0, -1, true},
    };
    (void)state;
    world_make(L1_SIDE_BUY);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        w.signal.ts_ns = NOW_NS - rows[i].age_ns;
        w.signal.expires_at_ns = NOW_NS + rows[i].left_ns;
        CHECK(violates(L1_RULE_SIGNAL_EXPIRED) == rows[i].want);
    }
    world_make(L1_SIDE_BUY);
    w.signal.ts_ns = NOW_NS - 6 * SECOND_NS;
    CHECK(violates_only(L1_RULE_SIGNAL_EXPIRED) && VALUE(SIGNAL_EXPIRED, E(6000, 0), E(5000, 0)));
    w.limits.signal_ttl_ns = L1_OFF;
    CHECK(passes());
    w.limits.signal_ttl_ns = 0;
    w.signal.ts_ns = L1_OFF; /* counts as now */
    CHECK(passes());
}

static void test_risk__signal_from_future_only_on_a_real_clock(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    w.signal.ts_ns = NOW_NS + SECOND_NS;
    CHECK(passes());
    w.signal.ts_ns++;
    CHECK(violates_only(L1_RULE_SIGNAL_FROM_FUTURE));
    CHECK(VALUE(SIGNAL_FROM_FUTURE, E(1000, 100), E(1000, 0)));
    w.limits.clock_from_events = true;
    CHECK(passes());
    w.limits.clock_from_events = false;
    w.limits.signal_future_ns = L1_OFF;
    CHECK(passes());
}

static void test_risk__halts_deny_each_by_its_own_code(void **state)
{
    (void)state;
    for (l1_side side = L1_SIDE_BUY; side < L1_SIDE_COUNT; side++) {
        world_make(side);
        w.kill_switch.halted = true;
        CHECK(violates_only(L1_RULE_HALTED));
        w.kill_switch.halted = false;
        w.kill_switch.symbol_halted[ETH] = true;
        CHECK(passes());
        w.kill_switch.symbol_halted[BTC] = true;
        CHECK(violates_only(L1_RULE_SYMBOL_HALTED));
        w.kill_switch.symbol_halted[BTC] = false;
        w.kill_switch.reduce_only = true;
        CHECK(violates(L1_RULE_REDUCE_ONLY) == (side == L1_SIDE_BUY));
        CHECK(w.out.violations_count == (side == L1_SIDE_BUY));
        w.kill_switch.reduce_only = false;
        w.kill_switch.space_low = true;
        CHECK(violates(L1_RULE_HALTED) == (side == L1_SIDE_BUY));
        CHECK(side == L1_SIDE_SELL ||
              strcmp(violation_of(L1_RULE_HALTED)->detail, "journal space") == 0);
        w.kill_switch.space_low = false;
        w.kill_switch.unknown_orders[ETH] = 1;
        CHECK(passes());
        w.kill_switch.unknown_orders[BTC] = 1;
        CHECK(violates_only(L1_RULE_SYMBOL_FROZEN));
    }
    w.kill_switch.halted = w.kill_switch.reduce_only = w.kill_switch.symbol_halted[BTC] = true;
    w.signal.qty_e8 = E(1, 0); /* not reducing any more */
    CHECK(violates(L1_RULE_HALTED) && violates(L1_RULE_SYMBOL_HALTED));
    CHECK(violates(L1_RULE_REDUCE_ONLY) && reason() == L1_RULE_HALTED);
}

static void test_risk__venue_down_only_in_live(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    w.kill_switch.venue_down = true;
    CHECK(passes());
    w.limits.mode = L1_MODE_LIVE;
    CHECK(violates(L1_RULE_VENUE_DOWN));
    w.kill_switch.venue_down = false;
    w.kill_switch.venue_heard_ns = NOW_NS - 30 * SECOND_NS;
    CHECK(!violates(L1_RULE_VENUE_DOWN));
    w.kill_switch.venue_heard_ns--;
    CHECK(violates(L1_RULE_VENUE_DOWN) && VALUE(VENUE_DOWN, E(30000, 100), E(30000, 0)));
    w.limits.venue_silence_ns = L1_OFF;
    CHECK(!violates(L1_RULE_VENUE_DOWN));
}

static void test_risk__qty_must_be_above_zero(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    w.signal.qty_e8 = 1;
    CHECK(!violates(L1_RULE_INVALID_QTY));
    w.signal.qty_e8 = 0;
    CHECK(violates(L1_RULE_INVALID_QTY) && reason() == L1_RULE_INVALID_QTY);
    w.signal.qty_e8 = -1;
    CHECK(violates(L1_RULE_INVALID_QTY) && VALUE(INVALID_QTY, -1, 0));
}

static void test_risk__prices_are_positive_and_take_profit_on_its_side(void **state)
{
    const int64_t off = L1_OFF, mid = E(50000, 0), price = E(50010, 0);
    const struct {
        l1_side side;
        int64_t price, stop, take;
        bool want;
    } rows[] = {
        {L1_SIDE_BUY, 0, E(49000, 0), off, true},
        {L1_SIDE_BUY, -1, E(49000, 0), off, true},
        {L1_SIDE_BUY, 1, E(49000, 0), off, false},
        {L1_SIDE_BUY, off, 0, off, true},
        {L1_SIDE_BUY, off, 1, off, false},
        {L1_SIDE_BUY, off, E(49000, 0), 0, true},
        {L1_SIDE_BUY, off, E(49000, 0), mid - 1, true},
        {L1_SIDE_BUY, off, E(49000, 0), mid, true},
        {L1_SIDE_BUY, off, E(49000, 0), mid + 1, false},
        {L1_SIDE_BUY, price, E(49000, 0), price, true},
        {L1_SIDE_BUY, price, E(49000, 0), mid + 1, true},
        {L1_SIDE_BUY, price, E(49000, 0), price + 1, false},
        {L1_SIDE_SELL, off, E(51000, 0), 0, true},
        {L1_SIDE_SELL, off, E(51000, 0), 1, false},
        {L1_SIDE_SELL, off, E(51000, 0), mid - 1, false},
        {L1_SIDE_SELL, off, E(51000, 0), mid, true},
        {L1_SIDE_SELL, price, E(51000, 0), price - 1, false},
        {L1_SIDE_SELL, price, E(51000, 0), price, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_make(rows[i].side);
        w.signal.price_e8 = rows[i].price;
        w.signal.stop_loss_e8 = rows[i].stop;
        w.signal.take_profit_e8 = rows[i].take;
        CHECK(violates(L1_RULE_INVALID_PRICE) == rows[i].want);
    }
    world_make(L1_SIDE_BUY);
    w.signal.take_profit_e8 = 1;
    w.markets[BTC].has_book = w.markets[BTC].has_bar = false;
    CHECK(!violates(L1_RULE_INVALID_PRICE) && reason() == L1_RULE_MARKET_STALE);
}

static void test_risk__stop_loss_is_mandatory(void **state)
{
    (void)state;
    for (l1_side side = L1_SIDE_BUY; side < L1_SIDE_COUNT; side++) {
        world_make(side);
        w.signal.stop_loss_e8 = L1_OFF;
        CHECK(violates_only(L1_RULE_STOP_LOSS_MISSING)); /* 12, 13 have nothing to judge */
    }
}

static void test_risk__market_is_stale_only_when_older_than_its_limit(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    w.markets[BTC].has_bar = false;
    w.view.now_ns = NOW_NS + 120 * SECOND_NS;
    w.signal.ts_ns = w.view.now_ns;
    CHECK(passes());
    w.view.now_ns++;
    CHECK(violates(L1_RULE_MARKET_STALE) && VALUE(MARKET_STALE, E(120000, 100), E(120000, 0)));
    CHECK(reason() == L1_RULE_MARKET_STALE && w.out.mid_e8 == 0);
    static const l1_rule needing[] = {
        L1_RULE_STOP_LOSS_INCOHERENT, L1_RULE_STOP_LOSS_DISTANCE, L1_RULE_NOTIONAL_MIN,
        L1_RULE_NOTIONAL_MAX,         L1_RULE_EXCHANGE_FILTER,    L1_RULE_LIQUIDITY,
        L1_RULE_BALANCE_INSUFFICIENT, L1_RULE_BALANCE_MIN,        L1_RULE_EXPOSURE_LIMIT,
    };
    for (size_t i = 0; i < sizeof needing / sizeof needing[0]; i++) {
        CHECK(violation_of(needing[i]) != NULL);
        CHECK(strncmp(violation_of(needing[i])->detail, "no ", 3) == 0);
    }
    CHECK(violation_of(L1_RULE_PRICE_COLLAR) == NULL); /* no price: nothing to judge */
    w.signal.price_e8 = E(50000, 0);
    CHECK(violates(L1_RULE_PRICE_COLLAR));
    w.limits.symbols[BTC].price_collar_e8 = L1_OFF;
    CHECK(!violates(L1_RULE_PRICE_COLLAR));
    w.limits.symbols[BTC].stop_distance_min_e8 = L1_OFF;
    CHECK(violates(L1_RULE_STOP_LOSS_DISTANCE));
    w.limits.symbols[BTC].stop_distance_max_e8 = L1_OFF;
    CHECK(!violates(L1_RULE_STOP_LOSS_DISTANCE));
    w.markets[BTC].has_book = false;
    CHECK(violates(L1_RULE_MARKET_STALE));
    CHECK(strcmp(violation_of(L1_RULE_MARKET_STALE)->detail, "no book, no bar") == 0);
}

static void test_risk__data_from_before_a_clock_jump_is_stale(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    w.markets[BTC].valid_after_ns = NOW_NS + 1;
    w.view.now_ns = NOW_NS + 2;
    CHECK(violates(L1_RULE_MARKET_STALE));
    CHECK(strcmp(violation_of(L1_RULE_MARKET_STALE)->detail, "from before a clock jump") == 0);
    w.markets[BTC].valid_after_ns = NOW_NS;
    CHECK(passes());
}

static void test_risk__close_serves_when_the_book_is_stale(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    w.markets[BTC].book_since_ns = NOW_NS - 121 * SECOND_NS;
    w.markets[BTC].bar.close_e8 = E(50002, 0);
    CHECK(passes() && w.out.mid_e8 == E(50002, 0));
}

static void test_risk__stop_loss_stands_on_the_losing_side(void **state)
{
    const int64_t off = L1_OFF, mid = E(50000, 0), price = E(49990, 0);
    const struct {
        l1_side side;
        int64_t price, stop;
        bool want;
    } rows[] = {
        {L1_SIDE_BUY, off, mid - 1, false},       {L1_SIDE_BUY, off, mid, true},
        {L1_SIDE_BUY, off, mid + 1, true},        {L1_SIDE_BUY, price, price - 1, false},
        {L1_SIDE_BUY, price, price, true},        {L1_SIDE_BUY, price, price + 1, true},
        {L1_SIDE_SELL, off, mid + 1, false},      {L1_SIDE_SELL, off, mid, true},
        {L1_SIDE_SELL, off, mid - 1, true},       {L1_SIDE_SELL, price, mid + 1, false},
        {L1_SIDE_SELL, mid + 20, mid + 20, true}, {L1_SIDE_SELL, mid + 20, mid + 21, false},
        {L1_SIDE_SELL, price, mid, true},         {L1_SIDE_BUY, mid + 9, mid + 1, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_make(rows[i].side);
        w.signal.price_e8 = rows[i].price;
        w.signal.stop_loss_e8 = rows[i].stop;
        CHECK(violates(L1_RULE_STOP_LOSS_INCOHERENT) == rows[i].want);
    }
}

static void test_risk__stop_distance_lies_within_its_limits(void **state)
{
    static const struct {
        int64_t stop;
        bool want;
    } rows[] = {
        /* 0.1 % of 50,000 is 50, 10 % is 5,000 */
        {E(49950, 1), true},  {E(49950, 0), false}, {E(49950, -1), false},
        {E(45000, 1), false}, {E(45000, 0), false}, {E(45000, -1), true},
    };
    (void)state;
    world_make(L1_SIDE_BUY);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        w.signal.stop_loss_e8 = rows[i].stop;
        CHECK(violates(L1_RULE_STOP_LOSS_DISTANCE) == rows[i].want);
    }
    CHECK(violates_only(L1_RULE_STOP_LOSS_DISTANCE));
    CHECK(VALUE(STOP_LOSS_DISTANCE, 10000001, 10000000)); /* rounded away from its limit */
    w.limits.symbols[BTC].stop_distance_max_e8 = L1_OFF;
    CHECK(passes());
    w.signal.stop_loss_e8 = E(49950, 1);
    CHECK(violates_only(L1_RULE_STOP_LOSS_DISTANCE));
    CHECK(VALUE(STOP_LOSS_DISTANCE, 99999, 100000));
    w.limits.symbols[BTC].stop_distance_min_e8 = L1_OFF;
    CHECK(passes());
    world_make(L1_SIDE_SELL);
    w.signal.stop_loss_e8 = E(50050, 0);
    CHECK(passes());
    w.signal.stop_loss_e8 = E(50050, -1);
    CHECK(violates_only(L1_RULE_STOP_LOSS_DISTANCE));
}

static void test_risk__price_lies_within_the_collar(void **state)
{
    static const struct {
        int64_t price;
        bool want;
    } rows[] = {
        {E(51000, -1), false}, {E(51000, 0), false}, {E(51000, 1), true},
        {E(49000, 1), false},  {E(49000, 0), false}, {E(49000, -1), true},
    };
    (void)state;
    world_make(L1_SIDE_BUY);
    w.signal.stop_loss_e8 = E(48000, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        w.signal.price_e8 = rows[i].price;
        CHECK(violates(L1_RULE_PRICE_COLLAR) == rows[i].want);
    }
    CHECK(violates_only(L1_RULE_PRICE_COLLAR) && VALUE(PRICE_COLLAR, 2000001, 2000000));
    w.limits.symbols[BTC].price_collar_e8 = L1_OFF;
    CHECK(passes());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_risk__plain_buy_and_plain_sell_violate_nothing),
        cmocka_unit_test(test_risk__unknown_symbol_ends_the_evaluation),
        cmocka_unit_test(test_risk__signal_expires_after_ttl_or_expires_at),
        cmocka_unit_test(test_risk__signal_from_future_only_on_a_real_clock),
        cmocka_unit_test(test_risk__halts_deny_each_by_its_own_code),
        cmocka_unit_test(test_risk__venue_down_only_in_live),
        cmocka_unit_test(test_risk__qty_must_be_above_zero),
        cmocka_unit_test(test_risk__prices_are_positive_and_take_profit_on_its_side),
        cmocka_unit_test(test_risk__stop_loss_is_mandatory),
        cmocka_unit_test(test_risk__market_is_stale_only_when_older_than_its_limit),
        cmocka_unit_test(test_risk__data_from_before_a_clock_jump_is_stale),
        cmocka_unit_test(test_risk__close_serves_when_the_book_is_stale),
        cmocka_unit_test(test_risk__stop_loss_stands_on_the_losing_side),
        cmocka_unit_test(test_risk__stop_distance_lies_within_its_limits),
        cmocka_unit_test(test_risk__price_lies_within_the_collar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
