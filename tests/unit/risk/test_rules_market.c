/* Rules 15 to 19: both sides of each limit, null switches off, a missing input violates. */
#include <stddef.h>

#include "world.h"

static void test_risk__spread_is_judged_exactly(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    world_book(BTC, E(49950, 0), E(50050, 0), E(10, 0)); /* 100 / 50,000 = 0.002 */
    CHECK(passes());
    world_book(BTC, E(49950, -1), E(50050, 0), E(10, 0));
    CHECK(violates_only(L1_RULE_SPREAD));
    CHECK(violation_of(L1_RULE_SPREAD)->value_e8 == 200001);
    world_book(BTC, E(49950, 1), E(50050, 0), E(10, 0));
    CHECK(passes());
    world_book(BTC, E(49000, 0), E(50900, 0), E(10, 0));
    CHECK(violates(L1_RULE_SPREAD));
    w.limits.symbols[BTC].spread_max_e8 = L1_OFF;
    CHECK(!violates(L1_RULE_SPREAD));
}

static void test_risk__spread_without_a_book_is_violated_in_live_alone(void **state)
{
    (void)state;
    for (l1_mode mode = L1_MODE_PAPER; mode < L1_MODE_COUNT; mode++) {
        world_make(L1_SIDE_BUY);
        w.limits.mode = mode;
        w.markets[BTC].has_book = false;
        CHECK(violates(L1_RULE_SPREAD) == (mode == L1_MODE_LIVE));
        w.limits.symbols[BTC].spread_max_e8 = L1_OFF;
        CHECK(!violates(L1_RULE_SPREAD));
    }
}

static void test_risk__qty_lies_within_its_limits(void **state)
{
    static const struct {
        int64_t qty;
        bool below, above;
    } rows[] = {
        {9999, true, false},     {10000, false, false},   {10001, false, false},
        {4999999, false, false}, {5000000, false, false}, {5000001, false, true},
    };
    (void)state;
    world_make(L1_SIDE_BUY);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        w.signal.qty_e8 = rows[i].qty;
        CHECK(violates(L1_RULE_QTY_MIN) == rows[i].below);
        CHECK(violates(L1_RULE_QTY_MAX) == rows[i].above);
    }
    CHECK(violation_of(L1_RULE_QTY_MAX)->limit_e8 == 5000000);
    w.limits.symbols[BTC].qty_max_e8 = w.limits.symbols[BTC].qty_min_e8 = L1_OFF;
    CHECK(!violates(L1_RULE_QTY_MAX));
    w.signal.qty_e8 = 1;
    CHECK(!violates(L1_RULE_QTY_MIN));
}

static void test_risk__notional_lies_within_its_limits(void **state)
{
    static const struct {
        int64_t qty;
        bool below, above;
    } rows[] = {
        /* 10 and 5,000 USDT at mid 50,000 */
        {19999, true, false},    {20000, false, false},    {20001, false, false},
        {9999999, false, false}, {10000000, false, false}, {10000001, false, true},
    };
    (void)state;
    world_make(L1_SIDE_BUY);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        w.signal.qty_e8 = rows[i].qty;
        CHECK(violates(L1_RULE_NOTIONAL_MIN) == rows[i].below);
        CHECK(violates(L1_RULE_NOTIONAL_MAX) == rows[i].above);
    }
    CHECK(violation_of(L1_RULE_NOTIONAL_MAX)->value_e8 == E(5000, 50000));
    w.limits.symbols[BTC].notional_max_e8 = w.limits.symbols[BTC].notional_min_e8 = L1_OFF;
    CHECK(!violates(L1_RULE_NOTIONAL_MAX));
    w.signal.qty_e8 = 1;
    CHECK(!violates(L1_RULE_NOTIONAL_MIN));
}

static bool filter_is(const char *name)
{
    return violates(L1_RULE_EXCHANGE_FILTER) &&
           strcmp(violation_of(L1_RULE_EXCHANGE_FILTER)->detail, name) == 0;
}

static void test_risk__venue_filters_are_named(void **state)
{
    l1_instrument *in = &w.limits.symbols[BTC];
    (void)state;
    world_make(L1_SIDE_BUY);
    w.signal.qty_e8 = 999; /* less than a lot */
    CHECK(filter_is("LOT_SIZE"));
    w.signal.qty_e8 = 1000999; /* rounded down, not refused */
    CHECK(!violates(L1_RULE_EXCHANGE_FILTER));
    w.signal.qty_e8 = 1000000;
    w.signal.price_e8 = in->tick_e8 - 1;
    CHECK(filter_is("PRICE_FILTER"));
    w.signal.price_e8 = L1_OFF;
    in->venue_min_notional_e8 = E(501, 0); /* 0.01 at 50,100 */
    w.signal.stop_loss_e8 = L1_OFF;
    CHECK(!violates(L1_RULE_EXCHANGE_FILTER));
    in->venue_min_notional_e8++;
    CHECK(filter_is("NOTIONAL"));
    w.signal.stop_loss_e8 = E(49000, 0);
    in->venue_min_notional_e8 = E(489, 51000000); /* 0.00999 at 49,000 */
    CHECK(!violates(L1_RULE_EXCHANGE_FILTER));
    in->venue_min_notional_e8++;
    CHECK(filter_is("STOP NOTIONAL"));
    w.signal.side = L1_SIDE_SELL; /* its stop is never placed */
    CHECK(!violates(L1_RULE_EXCHANGE_FILTER));
    w.signal.side = L1_SIDE_BUY;
    in->venue_min_notional_e8 = 0;
    w.signal.qty_e8 = 1000; /* one lot; the commission leaves less */
    CHECK(filter_is("STOP LOT_SIZE"));
    w.signal.qty_e8 = 2000;
    CHECK(!violates(L1_RULE_EXCHANGE_FILTER));
    w.signal.stop_loss_e8 = -5;
    CHECK(filter_is("STOP PRICE_FILTER"));
    w.signal.stop_loss_e8 = E(49000, 0);
    w.account.stops_open[BTC] = 4;
    CHECK(!violates(L1_RULE_EXCHANGE_FILTER));
    w.account.stops_open[BTC] = 5;
    CHECK(filter_is("MAX_NUM_ALGO_ORDERS"));
}

#define VENUE(field) offsetof(l1_venue_filters, field)

/* The signal: 0.01 at 50,100 (a sell: at 49,900); its stop: 0.00999 at 49,000. */
static void test_risk__every_filter_of_the_venue_is_known(void **state)
{
    static const struct {
        const char *fault;
        l1_side side;
        size_t field;
        int64_t passes, fails;
    } rows[] = {
        {"LOT_SIZE", L1_SIDE_SELL, VENUE(qty_min_e8), 1000000, 1000001},
        {"LOT_SIZE", L1_SIDE_BUY, VENUE(qty_max_e8), 1000000, 999999},
        {"STOP LOT_SIZE", L1_SIDE_BUY, VENUE(qty_min_e8), 999000, 999001},
        {"STOP MARKET_LOT_SIZE", L1_SIDE_BUY, VENUE(market_qty_min_e8), 999000, 999001},
        {"STOP MARKET_LOT_SIZE", L1_SIDE_BUY, VENUE(market_qty_max_e8), 999000, 998999},
        {"STOP MARKET_LOT_SIZE", L1_SIDE_BUY, VENUE(market_lot_e8), 3000, 2000},
        {"PRICE_FILTER", L1_SIDE_SELL, VENUE(price_min_e8), E(49900, 0), E(49900, 1)},
        {"PRICE_FILTER", L1_SIDE_BUY, VENUE(price_max_e8), E(50100, 0), E(50099, 99999999)},
        {"STOP PRICE_FILTER", L1_SIDE_BUY, VENUE(price_min_e8), E(49000, 0), E(49000, 1)},
        {"NOTIONAL", L1_SIDE_BUY, VENUE(notional_max_e8), E(501, 0), E(500, 99999999)},
        {"PERCENT_PRICE_BY_SIDE", L1_SIDE_BUY, VENUE(bid_up_e8), E(1, 200000), E(1, 199999)},
        {"PERCENT_PRICE_BY_SIDE", L1_SIDE_BUY, VENUE(bid_down_e8), E(1, 200000), E(1, 200001)},
        {"PERCENT_PRICE_BY_SIDE", L1_SIDE_SELL, VENUE(ask_up_e8), 99800000, 99799999},
        {"PERCENT_PRICE_BY_SIDE", L1_SIDE_SELL, VENUE(ask_down_e8), 99800000, 99800001},
        {"MAX_POSITION", L1_SIDE_BUY, VENUE(position_max_e8), 1500000, 1499999},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_make(rows[i].side);
        if (rows[i].side == L1_SIDE_BUY) { /* 0.005 held and on order */
            w.account.total_e8[BTC + 1] = 300000;
            w.account.open_buy_e8[BTC] = 200000;
        } else {
            w.account.total_e8[BTC + 1] = 1000000;
        }
        int64_t *field = (int64_t *)((char *)&w.limits.symbols[BTC].venue + rows[i].field);
        CHECK(!violates(L1_RULE_EXCHANGE_FILTER)); /* 0 is none */
        *field = rows[i].passes;
        CHECK(!violates(L1_RULE_EXCHANGE_FILTER));
        *field = rows[i].fails;
        CHECK(filter_is(rows[i].fault));
        /* another side's multipliers, and MAX_POSITION of a sell, bind nobody */
        w.signal.side = rows[i].side == L1_SIDE_BUY ? L1_SIDE_SELL : L1_SIDE_BUY;
        w.signal.stop_loss_e8 = L1_OFF;
        if (i >= 10) CHECK(!violates(L1_RULE_EXCHANGE_FILTER));
    }
    world_make(L1_SIDE_BUY);
    w.limits.symbols[BTC].venue.orders_max = 3;
    w.account.stops_open[BTC] = 2;
    CHECK(!violates(L1_RULE_EXCHANGE_FILTER));
    w.account.stops_open[BTC] = 3;
    CHECK(filter_is("MAX_NUM_ORDERS"));
    l1_instrument *in = &w.limits.symbols[BTC];
    CHECK(l1_stop_fault(in, 999000, E(49000, 0), 2) == NULL);
    CHECK(strcmp(l1_stop_fault(in, 999000, E(49000, 0), 3), "MAX_NUM_ORDERS") == 0);
    in->opo = true; /* in one list the entry counts, too */
    CHECK(filter_is("MAX_NUM_ORDERS"));
    w.account.stops_open[BTC] = 2;
    CHECK(filter_is("MAX_NUM_ORDERS"));
    w.account.stops_open[BTC] = 1;
    CHECK(!violates(L1_RULE_EXCHANGE_FILTER));
    in->venue.orders_max = 7; /* the stricter of the two */
    CHECK(l1_stop_slots(in) == 5);
    in->venue.orders_max = 5;
    CHECK(l1_stop_slots(in) == 4);
}

static void test_risk__minimum_order_meets_the_further_filters(void **state)
{
    l1_instrument *in = &w.limits.symbols[BTC];
    const int64_t mid = E(50000, 0), limit = E(50100, 0), stop = E(49000, 0);
    (void)state;
    world_make(L1_SIDE_BUY);
    in->venue.qty_min_e8 = 300000;
    CHECK(l1_minimum_order_e8(in, L1_SIDE_SELL, mid, limit, stop, 100000) == 300000);
    CHECK(l1_minimum_order_e8(in, L1_SIDE_BUY, mid, limit, stop, 100000) == 301000);
    in->venue.qty_min_e8 = 0;
    in->venue.market_qty_min_e8 = 400500; /* off the lot: 0.00401 has to be left */
    const int64_t least = l1_minimum_order_e8(in, L1_SIDE_BUY, mid, limit, stop, 100000);
    CHECK(least == 402000);
    CHECK(l1_filter_fault(in, L1_SIDE_BUY, least, limit, stop, 100000, 0) == NULL);
    CHECK(l1_filter_fault(in, L1_SIDE_BUY, least - 1000, limit, stop, 100000, 0) != NULL);
    CHECK(l1_minimum_order_e8(in, L1_SIDE_SELL, mid, limit, stop, 100000) == 20000);
}

static void test_risk__shrunk_sell_is_filtered_by_what_it_shrinks_to(void **state)
{
    (void)state;
    world_make(L1_SIDE_SELL);
    w.account.total_e8[BTC + 1] = 20500;
    w.signal.qty_e8 = 21000;
    w.limits.symbols[BTC].venue_min_notional_e8 = E(10, 0); /* 20,000 at 49,900 is 9.98 */
    CHECK(filter_is("NOTIONAL") && violation_of(L1_RULE_EXCHANGE_FILTER)->value_e8 == 20000);
    w.limits.symbols[BTC].venue_min_notional_e8 = E(9, 98000000);
    CHECK(passes());
}

static void test_risk__minimum_order_is_the_least_that_passes_the_filters(void **state)
{
    const l1_instrument *in = &w.limits.symbols[BTC];
    (void)state;
    world_make(L1_SIDE_BUY);
    const int64_t limit = E(50100, 0), stop = E(2500, 0);
    const int64_t least = l1_minimum_order_e8(in, L1_SIDE_BUY, E(50000, 0), limit, stop, 100000);
    CHECK(least == 201000); /* 0.002 at the stop, before commission, up to the lot */
    CHECK(l1_filter_fault(in, L1_SIDE_BUY, least, limit, stop, 100000, 0) == NULL);
    CHECK(l1_filter_fault(in, L1_SIDE_BUY, least - 1000, limit, stop, 100000, 0) != NULL);
    CHECK(l1_minimum_order_e8(in, L1_SIDE_SELL, E(50000, 0), limit, stop, 100000) == 20000);
    CHECK(l1_minimum_order_e8(in, L1_SIDE_BUY, E(50000, 0), limit, stop, L1_E8) == INT64_MAX);
    /* a stop that rule 9 refuses takes no room from rule 23 */
    CHECK(l1_minimum_order_e8(in, L1_SIDE_BUY, E(50000, 0), limit, 0, 0) == 20000);
    CHECK(l1_minimum_order_e8(in, L1_SIDE_BUY, E(50000, 0), limit, -1, 0) == 20000);
    w.limits.symbols[BTC].qty_min_e8 = 20001;
    CHECK(l1_minimum_order_e8(in, L1_SIDE_SELL, E(50000, 0), limit, stop, 0) == 21000);
    w.limits.symbols[BTC].qty_min_e8 = w.limits.symbols[BTC].notional_min_e8 = L1_OFF;
    CHECK(l1_minimum_order_e8(in, L1_SIDE_SELL, E(50000, 0), limit, stop, 0) == 10000);
}

static void test_risk__prices_round_to_the_conservative_side(void **state)
{
    const l1_instrument *in = &w.limits.symbols[BTC];
    (void)state;
    world_make(L1_SIDE_BUY);
    CHECK(l1_worst_price_e8(in, L1_SIDE_BUY, E(50000, 1), L1_OFF) == E(50100, 1));
    CHECK(l1_worst_price_e8(in, L1_SIDE_BUY, E(50000, 0), E(50099, 0)) == E(50099, 0));
    CHECK(l1_worst_price_e8(in, L1_SIDE_BUY, E(50000, 0), E(50101, 0)) == E(50100, 0));
    CHECK(l1_worst_price_e8(in, L1_SIDE_SELL, E(50000, 1), L1_OFF) == E(49900, 1));
    CHECK(l1_worst_price_e8(in, L1_SIDE_SELL, E(50000, 0), E(49901, 0)) == E(49901, 0));
    CHECK(l1_worst_price_e8(in, L1_SIDE_SELL, E(50000, 0), E(49899, 0)) == E(49900, 0));
    CHECK(l1_limit_price_e8(in, L1_SIDE_BUY, E(50100, 1999999)) == E(50100, 1000000));
    CHECK(l1_limit_price_e8(in, L1_SIDE_SELL, E(49900, 1)) == E(49900, 1000000));
    CHECK(l1_limit_price_e8(in, L1_SIDE_SELL, INT64_MAX) == 0);
    CHECK(l1_stop_price_e8(in, E(49000, 1)) == E(49000, 1000000));
    CHECK(l1_protected_qty_e8(in, 1000000, 100000) == 999000);
    CHECK(l1_filter_fault(in, L1_SIDE_SELL, 20000, E(49900, 1), L1_OFF, 0, 0) != NULL);
    CHECK(l1_filter_fault(in, L1_SIDE_SELL, 20001, E(49900, 0), L1_OFF, 0, 0) != NULL);
}

static void test_risk__liquidity_counts_the_far_side_within_slippage(void **state)
{
    (void)state;
    for (l1_side side = L1_SIDE_BUY; side < L1_SIDE_COUNT; side++) {
        const bool buys = side == L1_SIDE_BUY;
        world_make(side);
        l1_book *book = &w.markets[BTC].book;
        l1_level *far = buys ? book->asks : book->bids;
        book->asks_count = book->bids_count = 2;
        book->asks[1] = (l1_level){E(50100, 0), 1};
        book->bids[1] = (l1_level){E(49900, 0), 1};
        far[0].qty_e8 = 999999;
        CHECK(passes()); /* 999,999 + 1 */
        far[1].price_e8 += buys ? 1 : -1;
        CHECK(violates_only(L1_RULE_LIQUIDITY));
        CHECK(violation_of(L1_RULE_LIQUIDITY)->value_e8 == 999999);
        CHECK(violation_of(L1_RULE_LIQUIDITY)->limit_e8 == 1000000);
        w.limits.symbols[BTC].liquidity_factor_e8 = 99999900;
        CHECK(passes());
        w.limits.symbols[BTC].liquidity_factor_e8 = 2 * L1_E8;
        CHECK(violates_only(L1_RULE_LIQUIDITY));
        w.limits.symbols[BTC].liquidity_factor_e8 = L1_OFF;
        CHECK(passes());
    }
}

static void test_risk__liquidity_without_a_book_is_a_share_of_the_last_bar(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    w.markets[BTC].has_book = false;
    w.markets[BTC].bar.volume_e8 = 20000000; /* 5 % of it is 0.01 */
    CHECK(passes());
    w.signal.qty_e8++;
    CHECK(violates_only(L1_RULE_LIQUIDITY));
    CHECK(violation_of(L1_RULE_LIQUIDITY)->limit_e8 == 1000000);
    w.limits.symbols[BTC].liquidity_factor_e8 = L1_OFF; /* another way of measuring */
    CHECK(violates(L1_RULE_LIQUIDITY));
    w.limits.symbols[BTC].participation_max_e8 = L1_OFF;
    CHECK(passes());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_risk__spread_is_judged_exactly),
        cmocka_unit_test(test_risk__spread_without_a_book_is_violated_in_live_alone),
        cmocka_unit_test(test_risk__qty_lies_within_its_limits),
        cmocka_unit_test(test_risk__notional_lies_within_its_limits),
        cmocka_unit_test(test_risk__venue_filters_are_named),
        cmocka_unit_test(test_risk__every_filter_of_the_venue_is_known),
        cmocka_unit_test(test_risk__minimum_order_meets_the_further_filters),
        cmocka_unit_test(test_risk__shrunk_sell_is_filtered_by_what_it_shrinks_to),
        cmocka_unit_test(test_risk__minimum_order_is_the_least_that_passes_the_filters),
        cmocka_unit_test(test_risk__prices_round_to_the_conservative_side),
        cmocka_unit_test(test_risk__liquidity_counts_the_far_side_within_slippage),
        cmocka_unit_test(test_risk__liquidity_without_a_book_is_a_share_of_the_last_bar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
