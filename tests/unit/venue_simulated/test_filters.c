/* tests/unit/venue_simulated/test_filters.c: each filter on both sides of its limit, and off at 0.
 */
#include "unit/venue_simulated/desk.h"

typedef struct {
    l1_venue_filters filters;
    l1_order_type type;
    l1_side side;
    double qty, price, stop, quote, iceberg;
    bool passes;
} filter_row;

/* Book 100 / 101, last trade 100.5. */
static bool passes(const filter_row *row)
{
    l1_limits limits = desk_limits();
    limits.symbols[BTC].venue = row->filters;
    desk d = desk_open(&limits);
    desk_book(&d, 100, 101, 20);
    desk_trade(&d, 100.5);
    l1_order_leg leg = {.id = number(1),
                        .side = row->side,
                        .type = row->type,
                        .qty_e8 = E8(row->qty),
                        .price_e8 = E8(row->price),
                        .stop_e8 = E8(row->stop),
                        .quote_qty_e8 = E8(row->quote),
                        .iceberg_e8 = E8(row->iceberg)};
    const bool refused = strcmp(desk_single(&d, BTC, leg), "rejected 1 filter") == 0;
    CHECK(refused || d.answers.items[0].kind == L1_VENUE_ACK);
    desk_close(&d);
    return !refused;
}

#define BUY_AT(price_, passes_)                                                                    \
    .type = L1_ORDER_LIMIT, .side = L1_SIDE_BUY, .qty = 1, .price = price_, .passes = passes_
#define BUY_OF(qty_, passes_)                                                                      \
    .type = L1_ORDER_LIMIT, .side = L1_SIDE_BUY, .qty = qty_, .price = 99, .passes = passes_
#define SELL_AT(price_, passes_)                                                                   \
    .type = L1_ORDER_LIMIT, .side = L1_SIDE_SELL, .qty = 1, .price = price_, .passes = passes_
#define MARKET_OF(qty_, passes_)                                                                   \
    .type = L1_ORDER_MARKET, .side = L1_SIDE_SELL, .qty = qty_, .passes = passes_
#define STOP_AT(stop_, passes_)                                                                    \
    .type = L1_ORDER_STOP_LOSS, .side = L1_SIDE_SELL, .qty = 1, .stop = stop_, .passes = passes_

static const filter_row rows[] = {
    {.filters.price_min_e8 = E8(90), BUY_AT(90, true)},
    {.filters.price_min_e8 = E8(90), BUY_AT(89.99, false)},
    {.filters.price_min_e8 = E8(90), STOP_AT(90, true)},
    {.filters.price_min_e8 = E8(90), STOP_AT(89.99, false)},
    {.filters.price_max_e8 = E8(110), SELL_AT(110, true)},
    {.filters.price_max_e8 = E8(110), SELL_AT(110.01, false)},
    {.filters.qty_min_e8 = E8(0.5), BUY_OF(0.5, true)},
    {.filters.qty_min_e8 = E8(0.5), BUY_OF(0.499, false)},
    {.filters.qty_min_e8 = E8(0.5), MARKET_OF(0.499, false)},
    {.filters.qty_max_e8 = E8(2), BUY_OF(2, true)},
    {.filters.qty_max_e8 = E8(2), BUY_OF(2.001, false)},
    {.filters.market_qty_min_e8 = E8(0.5), MARKET_OF(0.5, true)},
    {.filters.market_qty_min_e8 = E8(0.5), MARKET_OF(0.499, false)},
    {.filters.market_qty_min_e8 = E8(0.5), BUY_OF(0.499, true)},
    {.filters.market_qty_max_e8 = E8(2), MARKET_OF(2, true)},
    {.filters.market_qty_max_e8 = E8(2), MARKET_OF(2.001, false)},
    {.filters.market_lot_e8 = E8(0.01), MARKET_OF(0.51, true)},
    {.filters.market_lot_e8 = E8(0.01), MARKET_OF(0.511, false)},
    {.filters.market_lot_e8 = E8(0.01), BUY_OF(0.511, true)},
    {.filters.market_lot_e8 = 0, MARKET_OF(0.511, true)}, /* zero steps divide nothing */
    {.filters.notional_max_e8 = E8(198), BUY_OF(2, true)},
    {.filters.notional_max_e8 = E8(197.99), BUY_OF(2, false)},
    {.filters.notional_market = false, MARKET_OF(0.001, true)},
    {.filters.notional_market = true, MARKET_OF(0.05, true)},   /* 5.025 at the last price */
    {.filters.notional_market = true, MARKET_OF(0.049, false)}, /* 4.9245 */
    {.filters.notional_market = true,
     .type = L1_ORDER_MARKET,
     .side = L1_SIDE_BUY,
     .quote = 5,
     .passes = true},
    {.filters.notional_market = true,
     .type = L1_ORDER_MARKET,
     .side = L1_SIDE_BUY,
     .quote = 4.99,
     .passes = false},
    {.filters.bid_up_e8 = E8(1.2), BUY_AT(120.6, true)},
    {.filters.bid_up_e8 = E8(1.2), BUY_AT(120.61, false)},
    {.filters.bid_up_e8 = E8(1.2), SELL_AT(150, true)},
    {.filters.bid_down_e8 = E8(0.8), BUY_AT(80.4, true)},
    {.filters.bid_down_e8 = E8(0.8), BUY_AT(80.39, false)},
    {.filters.ask_up_e8 = E8(1.2), SELL_AT(120.6, true)},
    {.filters.ask_up_e8 = E8(1.2), SELL_AT(120.61, false)},
    {.filters.ask_down_e8 = E8(0.8), SELL_AT(80.4, true)},
    {.filters.ask_down_e8 = E8(0.8), SELL_AT(80.39, false)},
    {.filters.ask_down_e8 = E8(0.8), STOP_AT(50, true)},  /* a market form has no price */
    {.filters.position_max_e8 = E8(11), BUY_OF(1, true)}, /* 10 are held */
    {.filters.position_max_e8 = E8(11), BUY_OF(1.001, false)},
    {.filters.position_max_e8 = E8(1), SELL_AT(105, true)},
    {.filters.iceberg_parts_max = 4,
     .type = L1_ORDER_LIMIT,
     .side = L1_SIDE_BUY,
     .qty = 1,
     .price = 99,
     .iceberg = 0.25,
     .passes = true},
    {.filters.iceberg_parts_max = 4,
     .type = L1_ORDER_LIMIT,
     .side = L1_SIDE_BUY,
     .qty = 1,
     .price = 99,
     .iceberg = 0.249,
     .passes = false},
};

static void test_filters__hold_on_both_sides_of_their_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (passes(&rows[i]) != rows[i].passes) fail_msg("row %zu", i);
    }
}

static l1_order_leg resting(uint64_t n, l1_side side, double qty, double price)
{
    l1_order_leg leg = limit_fok(n, side, qty, price);
    leg.tif = L1_TIF_GTC;
    return leg;
}

static void test_number_filters__count_what_is_open(void **state)
{
    (void)state;
    l1_limits limits = desk_limits();
    limits.symbols[BTC].venue.orders_max = 3;
    limits.symbols[BTC].venue.lists_max = 1;
    limits.symbols[BTC].max_algo_orders = 1;
    desk d = desk_open(&limits);
    desk_book(&d, 100, 101, 5);
    SAYS(desk_single(&d, BTC, stop_loss(1, 0.1, 90)), "ack 1 90x0.1");
    SAYS(desk_single(&d, BTC, stop_loss(2, 0.1, 90)), "rejected 2 capacity");
    SAYS(desk_single(&d, BTC, resting(2, L1_SIDE_BUY, 0.1, 99)), "ack 2 99x0.1");
    SAYS(desk_single(&d, BTC, resting(3, L1_SIDE_BUY, 0.1, 99)), "ack 3 99x0.1");
    SAYS(desk_single(&d, BTC, resting(4, L1_SIDE_BUY, 0.1, 99)), "rejected 4 capacity");
    SAYS(desk_single(&d, ETH, resting(4, L1_SIDE_BUY, 0.1, 99)), "ack 4 99x0.1"); /* a symbol's */
    desk_single(&d, BTC, limit_fok(5, L1_SIDE_BUY, 0.1, 101)); /* what cannot rest needs no slot */
    CHECK(d.answers.items[d.answers.count - 1].kind == L1_VENUE_DONE);
    desk_cancel(&d, BTC, 1);
    desk_cancel(&d, BTC, 2);
    l1_submit oto = {.symbol = BTC, .list = L1_LIST_OTO, .legs_count = 2};
    oto.legs[0] = resting(6, L1_SIDE_BUY, 0.1, 99);
    oto.legs[1] = stop_loss(7, 0.1, 90);
    SAYS(desk_submit(&d, &oto), "ack 6 99x0.1");
    oto.legs[0].id = number(8);
    oto.legs[1].id = number(9);
    SAYS(desk_submit(&d, &oto), "rejected 8 capacity; expired 9 parent");
    desk_cancel(&d, BTC, 7);
    SAYS(desk_submit(&d, &oto), "ack 8 99x0.1");
    SAYS(desk_single(&d, BTC, resting(10, L1_SIDE_BUY, 0.1, 99)), "rejected 10 capacity");
    desk_close(&d);
}

/* With room for orders, the number of lists alone. */
static void test_number_filters__count_lists(void **state)
{
    (void)state;
    l1_limits limits = desk_limits();
    limits.symbols[BTC].venue.lists_max = 1;
    desk d = desk_open(&limits);
    desk_book(&d, 100, 101, 5);
    l1_submit oto = {.symbol = BTC, .list = L1_LIST_OTO, .legs_count = 2};
    oto.legs[0] = resting(1, L1_SIDE_BUY, 0.1, 99);
    oto.legs[1] = stop_loss(2, 0.1, 90);
    SAYS(desk_submit(&d, &oto), "ack 1 99x0.1");
    oto.legs[0].id = number(3);
    oto.legs[1].id = number(4);
    SAYS(desk_submit(&d, &oto), "rejected 3 capacity; expired 4 parent");
    desk_cancel(&d, BTC, 2);
    SAYS(desk_submit(&d, &oto), "ack 3 99x0.1");
    desk_close(&d);
}

/* A list counts with all of its legs, also when the first of them cannot rest. */
static void test_number_filters__count_the_legs_of_a_list(void **state)
{
    (void)state;
    l1_limits limits = desk_limits();
    limits.symbols[BTC].venue.orders_max = 3;
    desk d = desk_open(&limits);
    desk_book(&d, 100, 101, 5);
    l1_submit oto = {.symbol = BTC, .list = L1_LIST_OTO, .legs_count = 2};
    oto.legs[0] = limit_fok(6, L1_SIDE_BUY, 0.1, 99);
    oto.legs[1] = stop_loss(7, 0.1, 90);
    desk_single(&d, BTC, resting(1, L1_SIDE_BUY, 0.1, 99));
    SAYS(desk_submit(&d, &oto), "ack 6 99x0.1; expired 6 unfilled_fok 0.1; expired 7 parent");
    desk_single(&d, BTC, resting(2, L1_SIDE_BUY, 0.1, 99));
    SAYS(desk_submit(&d, &oto), "rejected 6 capacity; expired 7 parent");
    desk_close(&d);
}

static void test_position_filter__counts_open_buys(void **state)
{
    (void)state;
    l1_limits limits = desk_limits();
    limits.symbols[BTC].venue.position_max_e8 = E8(11);
    desk d = desk_open(&limits);
    desk_book(&d, 100, 101, 5);
    SAYS(desk_single(&d, BTC, resting(1, L1_SIDE_BUY, 0.6, 99)), "ack 1 99x0.6");
    SAYS(desk_single(&d, BTC, resting(2, L1_SIDE_BUY, 0.401, 99)), "rejected 2 filter");
    SAYS(desk_single(&d, BTC, resting(2, L1_SIDE_BUY, 0.4, 99)), "ack 2 99x0.4");
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters__hold_on_both_sides_of_their_limits),
        cmocka_unit_test(test_number_filters__count_what_is_open),
        cmocka_unit_test(test_number_filters__count_lists),
        cmocka_unit_test(test_number_filters__count_the_legs_of_a_list),
        cmocka_unit_test(test_position_filter__counts_open_buys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
