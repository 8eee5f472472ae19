/* The last word before an order leaves: what it judges again, and who skips what. */
#include "risk/presend.h"

#include "world.h"

static l1_submit submit;
static l1_approved approved;
static l1_violation why;
static int64_t released_e8;

static bool sends(bool exempt)
{
    const l1_presend_request request = {.submit = &submit,
                                        .side = submit.legs[0].side,
                                        .exempt = exempt,
                                        .released_e8 = released_e8};
    why.rule = L1_RULE_UNJUDGED;
    const bool sent = l1_presend(&w.view, &request, &approved, &why);
    CHECK(sent == l1_approved_valid(&approved));
    CHECK(sent == (why.rule == L1_RULE_UNJUDGED));
    return sent;
}

static bool refuses(l1_rule rule)
{
    return !sends(false) && why.rule == rule;
}

/* An entry with its stop as one list, at the worst price of the plain signal. */
static void entry(void)
{
    world_make(L1_SIDE_BUY);
    released_e8 = 0;
    submit = (l1_submit){.symbol = BTC, .legs_count = 2};
    submit.legs[0] = (l1_order_leg){.side = L1_SIDE_BUY,
                                    .type = L1_ORDER_LIMIT,
                                    .tif = L1_TIF_FOK,
                                    .qty_e8 = 1000000,
                                    .price_e8 = E(50100, 0)};
    submit.legs[1] =
        (l1_order_leg){.side = L1_SIDE_SELL, .type = L1_ORDER_STOP_LOSS, .stop_e8 = E(49000, 0)};
}

static void test_presend__approves_what_still_holds(void **state)
{
    (void)state;
    entry();
    CHECK(sends(false));
    CHECK(memcmp(&approved.submit, &submit, sizeof submit) == 0);
    approved = (l1_approved){.seal = "presend", .submit = submit};
    CHECK(!l1_approved_valid(&approved)); /* equal text is not the seal */
}

static void test_presend__halts_bind_entries_and_spare_the_exempt(void **state)
{
    (void)state;
    entry();
    w.kill_switch.halted = true;
    CHECK(refuses(L1_RULE_HALTED) && sends(true));
    w.kill_switch.halted = false;
    w.kill_switch.space_low = true;
    CHECK(refuses(L1_RULE_HALTED) && sends(true));
    w.kill_switch.space_low = false;
    w.kill_switch.symbol_halted[BTC] = true;
    CHECK(refuses(L1_RULE_SYMBOL_HALTED) && sends(true));
    w.kill_switch.symbol_halted[BTC] = false;
    w.kill_switch.reduce_only = true;
    CHECK(refuses(L1_RULE_REDUCE_ONLY) && sends(true));
    w.kill_switch.reduce_only = false;
    w.kill_switch.unknown_orders[BTC] = 1;
    CHECK(refuses(L1_RULE_SYMBOL_FROZEN) && sends(true));
    w.kill_switch.unknown_orders[BTC] = 0;
    w.limits.mode = L1_MODE_LIVE;
    w.kill_switch.venue_down = true;
    CHECK(refuses(L1_RULE_VENUE_DOWN));
    w.kill_switch.venue_down = false;
    w.kill_switch.venue_heard_ns = NOW_NS - 30 * SECOND_NS - 1;
    CHECK(refuses(L1_RULE_VENUE_DOWN));
    w.kill_switch.venue_heard_ns++;
    CHECK(refuses(L1_RULE_PORTFOLIO_STALE)); /* LIVE without balances */
}

static void test_presend__judges_the_market_of_its_own_time(void **state)
{
    (void)state;
    entry();
    world_book(BTC, E(49998, 0), E(50002, -2), E(10, 0)); /* mid 1e-8 lower: beyond the cap */
    CHECK(refuses(L1_RULE_PRICE_COLLAR) && strcmp(why.detail, "slippage_max") == 0 && sends(true));
    entry();
    submit.legs[0].price_e8 = E(49000, 0);
    CHECK(sends(false)); /* 2 % below is the collar itself */
    submit.legs[0].price_e8 = E(48999, 99000000);
    CHECK(refuses(L1_RULE_PRICE_COLLAR) && strcmp(why.detail, "") == 0);
    entry();
    w.markets[BTC].has_book = w.markets[BTC].has_bar = false;
    CHECK(refuses(L1_RULE_MARKET_STALE) && sends(true));
    entry();
    w.account.has_snapshot = true;
    w.account.equity_e8 = E(100000, 0);
    w.account.snapshot_since_ns = NOW_NS - 300 * SECOND_NS;
    CHECK(sends(false));
    w.account.snapshot_since_ns--;
    CHECK(refuses(L1_RULE_PORTFOLIO_STALE) && sends(true));
}

static void test_presend__filters_and_balance_bind_everyone(void **state)
{
    (void)state;
    entry();
    submit.legs[0].qty_e8++;
    CHECK(refuses(L1_RULE_EXCHANGE_FILTER) && !sends(true));
    entry();
    submit.legs[0].price_e8 -= 1;
    CHECK(refuses(L1_RULE_EXCHANGE_FILTER) && strcmp(why.detail, "PRICE_FILTER") == 0);
    entry();
    w.account.stops_open[BTC] = 5;
    CHECK(refuses(L1_RULE_EXCHANGE_FILTER) && strcmp(why.detail, "MAX_NUM_ALGO_ORDERS") == 0);
    entry();
    w.limits.symbols[BTC].venue.position_max_e8 = submit.legs[0].qty_e8;
    CHECK(sends(false));
    w.limits.symbols[BTC].venue.position_max_e8--;
    CHECK(refuses(L1_RULE_EXCHANGE_FILTER) && strcmp(why.detail, "MAX_POSITION") == 0);
    entry();
    w.account.total_e8[0] = E(501, 50100000);
    w.limits.symbols[BTC].balance_min_e8 = w.limits.symbols[BTC].exposure_max_e8 = L1_OFF;
    CHECK(sends(false) && sends(true));
    w.account.total_e8[0]--;
    CHECK(refuses(L1_RULE_BALANCE_INSUFFICIENT) && !sends(true));
    entry();
    w.account.total_e8[0] = E(601, 50100000);
    w.limits.symbols[BTC].exposure_max_e8 = L1_OFF;
    CHECK(sends(false));
    w.account.total_e8[0]--;
    CHECK(refuses(L1_RULE_BALANCE_MIN) && sends(true));
}

static void test_presend__exposure_binds_entries(void **state)
{
    (void)state;
    entry();
    w.account.has_snapshot = true;
    w.account.snapshot_since_ns = NOW_NS;
    w.account.equity_e8 = E(100000, 0);
    w.account.total_e8[BTC + 1] = 30000000;
    w.account.open_buy_e8[BTC] = 8998000; /* 19,499 + 501 */
    CHECK(sends(false));
    w.account.open_buy_e8[BTC]++;
    CHECK(refuses(L1_RULE_EXPOSURE_LIMIT) && sends(true));
    w.limits.symbols[BTC].exposure_max_e8 = L1_OFF;
    CHECK(sends(false));
    w.limits.symbols[BTC].exposure_max_e8 = L1_E8;
    w.account.equity_e8 = 0;
    CHECK(refuses(L1_RULE_EXPOSURE_LIMIT));
}

static void test_presend__protective_orders_need_base_and_filters_alone(void **state)
{
    (void)state;
    entry();
    submit.legs_count = 1;
    submit.legs[0] = submit.legs[1];
    submit.legs[0].qty_e8 = 999000;
    w.account.total_e8[BTC + 1] = 999000;
    CHECK(sends(true));
    w.account.own_locked_e8[BTC + 1] = 1;
    CHECK(!sends(true) && why.rule == L1_RULE_BALANCE_INSUFFICIENT);
    released_e8 = 1;
    CHECK(sends(true));
    submit.legs[0].qty_e8 = 998999;
    CHECK(!sends(true) && strcmp(why.detail, "STOP LOT_SIZE") == 0);
    submit.legs[0].qty_e8 = 999000;
    w.account.stops_open[BTC] = 5;
    CHECK(!sends(true) && strcmp(why.detail, "MAX_NUM_ALGO_ORDERS") == 0);
    submit.legs[0].type = L1_ORDER_MARKET; /* the way out needs no slot */
    CHECK(sends(true));
    submit.legs[0].qty_e8 = 998999;
    CHECK(!sends(true) && strcmp(why.detail, "LOT_SIZE") == 0);
    submit.legs[0].qty_e8 = 999000;
    l1_venue_filters *filters = &w.limits.symbols[BTC].venue;
    filters->market_qty_max_e8 = 999000;
    filters->notional_max_e8 = E(499, 50000000); /* 0.00999 at mid */
    filters->notional_market = true;
    CHECK(sends(true));
    filters->notional_max_e8--;
    CHECK(!sends(true) && strcmp(why.detail, "NOTIONAL") == 0);
    filters->notional_market = false;
    CHECK(sends(true));
    filters->market_qty_max_e8--;
    CHECK(!sends(true) && strcmp(why.detail, "MARKET_LOT_SIZE") == 0);
}

static l1_slice_request slice;

static bool goes(void)
{
    why.rule = L1_RULE_UNJUDGED;
    const bool passed = l1_presend_slice(&w.view, &slice, &why);
    CHECK(passed == (why.rule == L1_RULE_UNJUDGED));
    return passed;
}

static bool waits(l1_rule rule)
{
    return !goes() && why.rule == rule;
}

static void slice_of(l1_side side)
{
    entry();
    const bool buy = side == L1_SIDE_BUY;
    slice = (l1_slice_request){.symbol = BTC,
                               .side = side,
                               .reducing = !buy,
                               .limit_e8 = buy ? E(50100, 0) : E(49900, 0),
                               .stop_e8 = buy ? E(49000, 0) : 0};
}

static void set_book(int64_t bid_e8, int64_t ask_e8)
{
    w.markets[BTC].book.bids[0].price_e8 = bid_e8;
    w.markets[BTC].book.asks[0].price_e8 = ask_e8;
}

static void test_slice__is_bound_by_halts_and_a_reducing_one_passes_reduce_only(void **state)
{
    (void)state;
    slice_of(L1_SIDE_BUY);
    CHECK(goes());
    w.kill_switch.reduce_only = true;
    CHECK(waits(L1_RULE_REDUCE_ONLY));
    slice_of(L1_SIDE_SELL);
    w.kill_switch.reduce_only = w.kill_switch.space_low = true;
    CHECK(goes());
    w.kill_switch.halted = true;
    CHECK(waits(L1_RULE_HALTED));
    w.kill_switch.halted = false;
    w.kill_switch.symbol_halted[BTC] = true;
    CHECK(waits(L1_RULE_SYMBOL_HALTED));
    w.kill_switch.symbol_halted[BTC] = false;
    w.kill_switch.unknown_orders[BTC] = 1;
    CHECK(waits(L1_RULE_SYMBOL_FROZEN));
}

static void test_slice__waits_for_a_market_within_its_worst_price(void **state)
{
    (void)state;
    slice_of(L1_SIDE_BUY);
    set_book(E(50050, 0), E(50100, 0));
    CHECK(goes());
    set_book(E(50050, 0), E(50100, 1));
    CHECK(waits(L1_RULE_PRICE_COLLAR));
    slice_of(L1_SIDE_SELL);
    set_book(E(49900, 0), E(49950, 0));
    CHECK(goes());
    set_book(E(49900, 0) - 1, E(49950, 0));
    CHECK(waits(L1_RULE_PRICE_COLLAR));
}

static void test_slice__waits_while_the_spread_is_too_wide(void **state)
{
    (void)state;
    slice_of(L1_SIDE_BUY); /* spread_max 0.002 of the mid of 50000: 100 */
    set_book(E(49950, 0), E(50050, 0));
    CHECK(goes());
    set_book(E(49950, 0) - 1, E(50050, 0) + 1);
    CHECK(waits(L1_RULE_SPREAD));
    w.limits.symbols[BTC].spread_max_e8 = L1_OFF;
    CHECK(goes());
}

static void test_slice__ends_once_the_stop_price_is_reached(void **state)
{
    (void)state;
    slice_of(L1_SIDE_BUY);
    set_book(E(49000, 0), E(49000, 2)); /* mid one above the stop */
    CHECK(goes());
    set_book(E(49000, 0) - 1, E(49000, 0) + 1);
    CHECK(waits(L1_RULE_STOP_LOSS_INCOHERENT));
    slice.stop_e8 = 0;
    CHECK(goes());
}

static void test_slice__waits_without_a_mid(void **state)
{
    (void)state;
    slice_of(L1_SIDE_SELL);
    w.view.now_ns += w.limits.market_age_ns + INT64_C(3600000000000);
    CHECK(waits(L1_RULE_MARKET_STALE));
}

/* The rest of plans: a buy's cost is no longer free, a sell's base is promised. */
static void test_plans__take_from_free_quote_and_from_what_a_new_sell_may_use(void **state)
{
    (void)state;
    entry();
    const int64_t free_e8 = l1_account_free_e8(&w.account, 0);
    w.account.planned_quote_e8 = 7;
    CHECK(l1_account_free_e8(&w.account, 0) == free_e8 - 7);
    w.account.planned_quote_e8 = free_e8 + 1;
    CHECK(l1_account_free_e8(&w.account, 0) == 0);
    w.account.total_e8[BTC + 1] = 100;
    w.account.planned_sell_e8[BTC] = 30;
    CHECK(l1_account_free_e8(&w.account, BTC + 1) == 100); /* stops come first */
    CHECK(l1_account_sellable_e8(&w.account, BTC) == 70);
    w.account.planned_sell_e8[BTC] = 101;
    CHECK(l1_account_sellable_e8(&w.account, BTC) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presend__approves_what_still_holds),
        cmocka_unit_test(test_presend__halts_bind_entries_and_spare_the_exempt),
        cmocka_unit_test(test_presend__judges_the_market_of_its_own_time),
        cmocka_unit_test(test_presend__filters_and_balance_bind_everyone),
        cmocka_unit_test(test_presend__exposure_binds_entries),
        cmocka_unit_test(test_presend__protective_orders_need_base_and_filters_alone),
        cmocka_unit_test(test_slice__is_bound_by_halts_and_a_reducing_one_passes_reduce_only),
        cmocka_unit_test(test_slice__waits_for_a_market_within_its_worst_price),
        cmocka_unit_test(test_slice__waits_while_the_spread_is_too_wide),
        cmocka_unit_test(test_slice__ends_once_the_stop_price_is_reached),
        cmocka_unit_test(test_slice__waits_without_a_mid),
        cmocka_unit_test(test_plans__take_from_free_quote_and_from_what_a_new_sell_may_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
