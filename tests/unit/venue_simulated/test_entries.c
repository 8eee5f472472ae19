/* tests/unit/venue_simulated/test_entries.c: LIMIT FOK and MARKET orders, filters and lists. */
#include "unit/venue_simulated/desk.h"

static void test_fok__fills_wholly_within_its_price_level_by_level_or_expires(void **state)
{
    (void)state;
    static const struct {
        l1_side side;
        double qty, price;
        const char *want;
    } rows[] = {
        {L1_SIDE_BUY, 1, 101, "ack 1 101x1; fill 1 101x1 fee 0.001; done 1"},
        {L1_SIDE_BUY, 1.001, 101, "ack 1 101x1.001; expired 1 unfilled_fok 1.001"},
        {L1_SIDE_BUY, 1, 100.99, "ack 1 100.99x1; expired 1 unfilled_fok 1"},
        {L1_SIDE_BUY, 1.5, 102,
         "ack 1 102x1.5; fill 1 101x1 fee 0.001; fill 1 102x0.5 fee 0.0005; done 1"},
        {L1_SIDE_BUY, 1.5, 101.99, "ack 1 101.99x1.5; expired 1 unfilled_fok 1.5"},
        {L1_SIDE_BUY, 3, 200,
         "ack 1 200x3; fill 1 101x1 fee 0.001; fill 1 102x1 fee 0.001; fill 1 103x1 fee 0.001; "
         "done 1"},
        {L1_SIDE_BUY, 3.001, 200, "ack 1 200x3.001; expired 1 unfilled_fok 3.001"},
        {L1_SIDE_SELL, 1, 100, "ack 1 100x1; fill 1 100x1 fee 0.1; done 1"},
        {L1_SIDE_SELL, 1, 100.01, "ack 1 100.01x1; expired 1 unfilled_fok 1"},
        {L1_SIDE_SELL, 2, 99, "ack 1 99x2; fill 1 100x1 fee 0.1; fill 1 99x1 fee 0.099; done 1"},
        {L1_SIDE_SELL, 2, 99.01, "ack 1 99.01x2; expired 1 unfilled_fok 2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_open_default();
        desk_book(&d, 100, 101, 1);
        SAYS(desk_single(&d, BTC, limit_fok(1, rows[i].side, rows[i].qty, rows[i].price)),
             rows[i].want);
        CHECK(LOCKED(&d, QUOTE) == 0 && LOCKED(&d, BTC_BASE) == 0);
        desk_close(&d);
    }
}

static void test_market_order__fills_what_there_is_and_the_rest_expires(void **state)
{
    (void)state;
    desk d = desk_open_default();
    SAYS(desk_single(&d, BTC, market_order(1, L1_SIDE_SELL, 1)),
         "ack 1 0x1; expired 1 no_liquidity 1");
    desk_book(&d, 100, 101, 1);
    SAYS(desk_single(&d, BTC, market_order(2, L1_SIDE_SELL, 3.5)),
         "ack 2 0x3.5; fill 2 100x1 fee 0.1; fill 2 99x1 fee 0.099; fill 2 98x1 fee 0.098; "
         "expired 2 no_liquidity 0.5");
    CHECK(TOTAL(&d, BTC_BASE) == E8(7));
    CHECK(TOTAL(&d, QUOTE) == E8(10000 + 297 - 0.297));
    SAYS(desk_single(&d, BTC, market_order(3, L1_SIDE_BUY, 1)),
         "ack 3 0x1; fill 3 101x1 fee 0.001; done 3");
    desk_close(&d);
}

static void test_level__stays_consumed_until_told_with_another_quantity(void **state)
{
    (void)state;
    desk d = desk_open_default();
    desk_book(&d, 100, 101, 1);
    desk_single(&d, BTC, limit_fok(1, L1_SIDE_BUY, 0.6, 101));
    SAYS(desk_single(&d, BTC, limit_fok(2, L1_SIDE_BUY, 0.401, 101)),
         "ack 2 101x0.401; expired 2 unfilled_fok 0.401");
    SAYS(desk_single(&d, BTC, limit_fok(3, L1_SIDE_BUY, 0.4, 101)),
         "ack 3 101x0.4; fill 3 101x0.4 fee 0.0004; done 3");
    SAYS(desk_single(&d, BTC, limit_fok(4, L1_SIDE_BUY, 0.1, 102)),
         "ack 4 102x0.1; fill 4 102x0.1 fee 0.0001; done 4");
    desk_book(&d, 100, 101, 1); /* the same quantities: nothing new at 101 */
    SAYS(desk_single(&d, BTC, limit_fok(5, L1_SIDE_BUY, 1, 101)),
         "ack 5 101x1; expired 5 unfilled_fok 1");
    desk_book(&d, 100, 101, 1.001);
    SAYS(desk_single(&d, BTC, limit_fok(6, L1_SIDE_BUY, 1, 101)),
         "ack 6 101x1; fill 6 101x1 fee 0.001; done 6");
    desk_book(&d, 100, 101, 1.001);
    SAYS(desk_single(&d, BTC, limit_fok(7, L1_SIDE_BUY, 0.1, 101)),
         "ack 7 101x0.1; expired 7 unfilled_fok 0.1");
    desk_book(&d, 99, 100.5, 1);    /* told gone, */
    desk_book(&d, 100, 101, 1.001); /* and told anew */
    SAYS(desk_single(&d, BTC, limit_fok(8, L1_SIDE_BUY, 1, 101)),
         "ack 8 101x1; fill 8 101x1 fee 0.001; done 8");
    desk_close(&d);
}

static void test_trade_ids__rise_by_one_per_symbol(void **state)
{
    (void)state;
    desk d = desk_open_default();
    uint64_t last = 0;
    for (uint64_t n = 1; n <= 5; n++) {
        desk_book(&d, 100, 101, 0.1 + (double)n * 0.001);
        desk_single(&d, BTC, limit_fok(n, L1_SIDE_BUY, 0.2, 103));
        for (uint32_t i = 0; i < d.answers.count; i++) {
            if (d.answers.items[i].kind != L1_VENUE_FILL) continue;
            CHECK(d.answers.items[i].trade_id == ++last);
        }
    }
    CHECK(last == 10);
    desk_close(&d);
}

static void test_made_book__stands_around_the_close_while_book_is_stale_and_bar_fresh(void **state)
{
    (void)state;
    /* A bar of 100 units at 10 % participation: 1 unit a level, asks 100.01, 100.02, ... */
    static const struct {
        int64_t book_age_s, bar_age_s;
        const char *want;
    } rows[] = {
        {60, 60, "ack 1 101x0.5; fill 1 101x0.5 fee 0.0005; done 1"},
        {61, 60, "ack 1 101x0.5; fill 1 100.01x0.5 fee 0.0005; done 1"},
        {61, 61, "ack 1 101x0.5; expired 1 unfilled_fok 0.5"},
        {-1, 60, "ack 1 101x0.5; fill 1 100.01x0.5 fee 0.0005; done 1"},
        {-1, -1, "ack 1 101x0.5; expired 1 unfilled_fok 0.5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_open_default();
        if (rows[i].book_age_s >= 0) {
            d.now_ns = START - rows[i].book_age_s * SECOND;
            desk_book(&d, 100, 101, 1);
        }
        if (rows[i].bar_age_s >= 0) {
            d.now_ns = START - rows[i].bar_age_s * SECOND;
            desk_bar(&d, 100, 100, 100, 100);
        }
        d.now_ns = START;
        SAYS(desk_single(&d, BTC, limit_fok(1, L1_SIDE_BUY, 0.5, 101)), rows[i].want);
        desk_close(&d);
    }
}

static void test_market__ages_from_its_own_time_not_from_its_arrival(void **state)
{
    (void)state;
    static const struct {
        int64_t age_s, latency_s; /* when it arrives; fresh for 60 s when the order was sent */
        bool bar, fills;
    } rows[] = {{60, 0, false, true}, {61, 0, false, false}, {60, 0, true, true},
                {61, 0, true, false}, {61, 1, false, true},  {62, 1, false, false},
                {61, 1, true, true},  {62, 1, true, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_limits limits = desk_limits();
        limits.paper_latency_ns = rows[i].latency_s * SECOND;
        desk d = desk_open(&limits);
        const int64_t then_ns = START - rows[i].age_s * SECOND;
        const l1_book book = book_of(100, 101, 1, then_ns);
        const l1_bar bar = {.symbol = BTC,
                            .open_time_ns = then_ns - L1_MINUTE_NS + 1000000,
                            .close_time_ns = then_ns,
                            .open_e8 = E8(100),
                            .high_e8 = E8(100),
                            .low_e8 = E8(100),
                            .close_e8 = E8(100),
                            .volume_e8 = E8(100)};
        if (rows[i].bar) {
            l1_venue_simulated_on_bar(d.venue, &bar, d.now_ns, &d.answers);
        } else {
            desk_told(&d, &book);
        }
        desk_single(&d, BTC, limit_fok(1, L1_SIDE_BUY, 0.5, 101));
        const l1_venue_event *end = &d.answers.items[d.answers.count - 1];
        CHECK((end->kind == L1_VENUE_DONE) == rows[i].fills);
        desk_close(&d);
    }
    desk d = desk_open_default(); /* one dated in the future ages from its arrival */
    const l1_book ahead = book_of(100, 101, 1, START + 3600 * SECOND);
    desk_told(&d, &ahead);
    d.now_ns += 61 * SECOND;
    SAYS(desk_single(&d, BTC, limit_fok(1, L1_SIDE_BUY, 0.5, 101)),
         "ack 1 101x0.5; expired 1 unfilled_fok 0.5");
    desk_close(&d);
}

static void test_made_book__has_ten_levels_of_a_tenth_of_the_participation(void **state)
{
    (void)state;
    static const struct {
        int64_t participation_e8;
        double volume, qty;
        bool fills;
    } rows[] = {
        {E8(0.1), 100, 10, true},        {E8(0.1), 100, 10.001, false},
        {L1_OFF, 100, 5, true},          {L1_OFF, 100, 5.001, false},
        {E8(0.1), 0.5, 0.05, true},      {E8(0.1), 0.5, 0.051, false},
        {E8(0.1), 0.199, 0.019, true},   {E8(0.1), 0.199, 0.02, false},
        {E8(0.1), 0, 0.001, false},      {E8(0.1), 0.09, 0.009, true},
        {E8(0.1), 0.0099, 0.001, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_limits limits = desk_limits();
        limits.symbols[BTC].participation_max_e8 = rows[i].participation_e8;
        limits.symbols[BTC].venue_min_notional_e8 = 0;
        desk d = desk_open(&limits);
        desk_bar(&d, 100, 100, 100, rows[i].volume);
        desk_single(&d, BTC, limit_fok(1, L1_SIDE_BUY, rows[i].qty, 101));
        const l1_venue_event *end = &d.answers.items[d.answers.count - 1];
        CHECK((end->kind == L1_VENUE_DONE) == rows[i].fills);
        desk_close(&d);
    }
    desk d = desk_open_default();
    desk_bar(&d, 100, 100, 100, 1); /* 0.01 a level, bids on the tick below, asks above */
    SAYS(desk_single(&d, BTC, limit_fok(1, L1_SIDE_SELL, 0.1, 99.9)),
         "ack 1 99.9x0.1; fill 1 99.99x0.01 fee 0.0009999; fill 1 99.98x0.01 fee 0.0009998; "
         "fill 1 99.97x0.01 fee 0.0009997; fill 1 99.96x0.01 fee 0.0009996; "
         "fill 1 99.95x0.01 fee 0.0009995; fill 1 99.94x0.01 fee 0.0009994; "
         "fill 1 99.93x0.01 fee 0.0009993; fill 1 99.92x0.01 fee 0.0009992; "
         "fill 1 99.91x0.01 fee 0.0009991; fill 1 99.9x0.01 fee 0.000999; done 1");
    SAYS(desk_single(&d, BTC, limit_fok(2, L1_SIDE_SELL, 0.1, 99)),
         "ack 2 99x0.1; expired 2 unfilled_fok 0.1");
    d.now_ns += L1_MINUTE_NS;
    desk_bar(&d, 99.99, 99.99, 99.99, 10);
    SAYS(desk_single(&d, BTC, limit_fok(3, L1_SIDE_SELL, 0.1, 99.98)),
         "ack 3 99.98x0.1; fill 3 99.98x0.1 fee 0.009998; done 3");
    SAYS(desk_single(&d, BTC, limit_fok(4, L1_SIDE_BUY, 0.1, 100)),
         "ack 4 100x0.1; fill 4 100x0.1 fee 0.0001; done 4");
    desk_close(&d);
}

static void test_filters__refuse_what_the_venue_would_refuse(void **state)
{
    (void)state;
    static const struct {
        l1_order_type type;
        double qty, price;
        bool refused;
    } rows[] = {
        {L1_ORDER_LIMIT, 0.05, 100, false},     {L1_ORDER_LIMIT, 0.049, 100, true},
        {L1_ORDER_LIMIT, 1, 100.005, true},     {L1_ORDER_LIMIT, 1.0005, 100, true},
        {L1_ORDER_LIMIT, 0, 100, true},         {L1_ORDER_LIMIT, 1, 0, true},
        {L1_ORDER_LIMIT, -1, 100, true},        {L1_ORDER_LIMIT, 1, -100, true},
        {L1_ORDER_MARKET, 0.001, 0, false},     {L1_ORDER_MARKET, 0.0015, 0, true},
        {L1_ORDER_MARKET, 0, 0, true},          {L1_ORDER_STOP_LOSS, 0.1, 50, false},
        {L1_ORDER_STOP_LOSS, 0.099, 50, true},  {L1_ORDER_STOP_LOSS, 1, 50.001, true},
        {L1_ORDER_STOP_LOSS, 1.0001, 50, true}, {L1_ORDER_STOP_LOSS, 1, 0, true},
        {L1_ORDER_LIMIT, 90e9, 90e9, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_open_default();
        desk_book(&d, 100, 101, 5);
        l1_order_leg leg = limit_fok(1, L1_SIDE_SELL, rows[i].qty, rows[i].price);
        if (rows[i].type == L1_ORDER_MARKET) leg = market_order(1, L1_SIDE_SELL, rows[i].qty);
        if (rows[i].type == L1_ORDER_STOP_LOSS) leg = stop_loss(1, rows[i].qty, rows[i].price);
        const bool refused = strcmp(desk_single(&d, BTC, leg), "rejected 1 filter") == 0;
        CHECK(refused == rows[i].refused);
        desk_close(&d);
    }
}

static void test_forms__with_missing_or_foreign_fields_are_rejected(void **state)
{
    (void)state;
    const l1_order_leg limit = limit_fok(1, L1_SIDE_SELL, 1, 105);
    static const struct {
        l1_order_type type;
        l1_time_in_force tif;
        double qty, quote, price, stop, iceberg;
        bool taken;
    } rows[] = {
        {L1_ORDER_LIMIT, L1_TIF_GTC, 1, 0, 105, 0, 0, true},
        {L1_ORDER_LIMIT, L1_TIF_IOC, 1, 0, 105, 0, 0, true},
        {L1_ORDER_LIMIT, L1_TIF_GTC, 1, 0, 105, 104, 0, false},
        {L1_ORDER_LIMIT, L1_TIF_GTC, 0, 100, 105, 0, 0, false},
        {L1_ORDER_LIMIT, L1_TIF_GTC, 1, 0, 105, 0, 0.999, true},
        {L1_ORDER_LIMIT, L1_TIF_GTC, 1, 0, 105, 0, 1, false}, /* all of it is no part */
        {L1_ORDER_LIMIT, L1_TIF_GTC, 1, 0, 105, 0, 0.0005, false},
        {L1_ORDER_LIMIT, L1_TIF_IOC, 1, 0, 105, 0, 0.5, false},
        {L1_ORDER_LIMIT_MAKER, L1_TIF_GTC, 1, 0, 105, 0, 0, true},
        {L1_ORDER_LIMIT_MAKER, L1_TIF_FOK, 1, 0, 105, 0, 0.5, true}, /* it has no tif */
        {L1_ORDER_MARKET, L1_TIF_GTC, 1, 0, 0, 0, 0, true},
        {L1_ORDER_MARKET, L1_TIF_GTC, 1, 0, 105, 0, 0, false},
        {L1_ORDER_MARKET, L1_TIF_GTC, 0, 100, 0, 0, 0, true},
        {L1_ORDER_MARKET, L1_TIF_GTC, 1, 100, 0, 0, 0, false},
        {L1_ORDER_MARKET, L1_TIF_GTC, 0, -100, 0, 0, 0, false},
        {L1_ORDER_MARKET, L1_TIF_GTC, 0, 0, 0, 0, 0, false},
        {L1_ORDER_STOP_LOSS, L1_TIF_GTC, 1, 0, 0, 90, 0, true},
        {L1_ORDER_STOP_LOSS, L1_TIF_GTC, 1, 0, 89, 90, 0, false},
        {L1_ORDER_STOP_LOSS_LIMIT, L1_TIF_GTC, 1, 0, 89, 90, 0, true},
        {L1_ORDER_STOP_LOSS_LIMIT, L1_TIF_GTC, 1, 0, 0, 90, 0, false},
        {L1_ORDER_TAKE_PROFIT, L1_TIF_GTC, 1, 0, 0, 110, 0, true},
        {L1_ORDER_TAKE_PROFIT, L1_TIF_GTC, 1, 0, 0, 0, 0, false},
        {L1_ORDER_TAKE_PROFIT_LIMIT, L1_TIF_GTC, 1, 0, 110, 110, 0, true},
        {L1_ORDER_TAKE_PROFIT_LIMIT, L1_TIF_GTC, 1, 0, 110, 0, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_open_default();
        desk_book(&d, 100, 101, 5);
        l1_order_leg leg = limit;
        leg.type = rows[i].type;
        leg.tif = rows[i].tif;
        leg.qty_e8 = E8(rows[i].qty);
        leg.quote_qty_e8 = E8(rows[i].quote);
        leg.price_e8 = E8(rows[i].price);
        leg.stop_e8 = E8(rows[i].stop);
        leg.iceberg_e8 = E8(rows[i].iceberg);
        const bool taken = strcmp(desk_single(&d, BTC, leg), "rejected 1 filter") != 0;
        CHECK(taken == rows[i].taken);
        CHECK(!taken || d.answers.items[0].kind == L1_VENUE_ACK);
        desk_close(&d);
    }
}

static void test_lists__whose_legs_make_none_are_rejected(void **state)
{
    (void)state;
    desk d = desk_open_default();
    desk_book(&d, 100, 101, 5);
    SAYS(desk_list(&d, limit_fok(1, L1_SIDE_SELL, 1, 100), stop_loss(2, 0, 90)),
         "rejected 1 list_form; expired 2 parent");
    SAYS(desk_list(&d, market_order(1, L1_SIDE_BUY, 1), stop_loss(2, 0, 90)),
         "rejected 1 list_form; expired 2 parent");
    SAYS(desk_list(&d, limit_fok(1, L1_SIDE_BUY, 1, 101), stop_loss(2, 1, 90)),
         "rejected 1 list_form; expired 2 parent"); /* OPO's legs have no quantity */
    SAYS(desk_list(&d, limit_fok(1, L1_SIDE_BUY, 1, 101), limit_fok(2, L1_SIDE_BUY, 0, 90)),
         "rejected 1 list_form; expired 2 parent");
    l1_submit submit = {.symbol = BTC, .legs_count = 2};
    submit.legs[0] = limit_fok(1, L1_SIDE_BUY, 1, 101);
    submit.legs[1] = stop_loss(2, 1, 90);
    SAYS(desk_submit(&d, &submit), "rejected 1 list_form; expired 2 parent"); /* SINGLE has one */
    submit.list = L1_LIST_OTOCO;
    SAYS(desk_submit(&d, &submit), "rejected 1 list_form; expired 2 parent");
    desk_close(&d);
    l1_limits limits = desk_limits();
    limits.symbols[BTC].opo = false;
    d = desk_open(&limits);
    desk_book(&d, 100, 101, 5);
    SAYS(desk_list(&d, limit_fok(1, L1_SIDE_BUY, 1, 101), stop_loss(2, 0, 90)),
         "rejected 1 list_form; expired 2 parent");
    desk_close(&d);
}

static void test_balance__covers_price_x_qty_of_a_buy_and_the_base_of_a_sell(void **state)
{
    (void)state;
    static const struct {
        l1_side side;
        double quote, base, foreign_quote, foreign_base, qty, price;
        bool refused;
    } rows[] = {
        {L1_SIDE_BUY, 102, 0, 0, 0, 1, 102, false},
        {L1_SIDE_BUY, 101.99, 0, 0, 0, 1, 102, true}, /* the limit counts, not the fill */
        {L1_SIDE_BUY, 202, 0, 100, 0, 1, 102, false},
        {L1_SIDE_BUY, 202, 0, 100.01, 0, 1, 102, true},
        {L1_SIDE_SELL, 0, 1, 0, 0, 1, 100, false},
        {L1_SIDE_SELL, 0, 0.99999999, 0, 0, 1, 100, true},
        {L1_SIDE_SELL, 0, 2, 0, 1, 1, 100, false},
        {L1_SIDE_SELL, 0, 2, 0, 1.00000001, 1, 100, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_open_default();
        desk_book(&d, 100, 101, 5);
        CHECK(l1_venue_simulated_adjust(d.venue, QUOTE, E8(rows[i].quote),
                                        E8(rows[i].foreign_quote)));
        CHECK(l1_venue_simulated_adjust(d.venue, BTC_BASE, E8(rows[i].base),
                                        E8(rows[i].foreign_base)));
        const char *said =
            desk_single(&d, BTC, limit_fok(1, rows[i].side, rows[i].qty, rows[i].price));
        CHECK((strcmp(said, "rejected 1 balance") == 0) == rows[i].refused);
        desk_close(&d);
    }
}

static void test_rounding__favours_the_venue_at_the_last_decimal(void **state)
{
    (void)state;
    l1_limits limits = desk_limits();
    limits.symbols[BTC].lot_e8 = 1;
    limits.symbols[BTC].tick_e8 = 1;
    limits.symbols[BTC].venue_min_notional_e8 = 0;
    desk d = desk_open(&limits);
    desk_book(&d, 100.00000001, 101.00000001, 5);
    /* 101.00000001 x 0.00000150 = 0.0001515000000015: paid 0.00015151; fee 0.0000000015 up. */
    SAYS(desk_single(&d, BTC, limit_fok(1, L1_SIDE_BUY, 0.0000015, 102)),
         "ack 1 102x0.0000015; fill 1 101.00000001x0.0000015 fee 0.00000001; done 1");
    CHECK(TOTAL(&d, QUOTE) == E8(10000) - 15151);
    CHECK(TOTAL(&d, BTC_BASE) == E8(10) + 149);
    /* 100.00000001 x 0.0000015 = 0.000150000000015: received 0.00015, fee 0.00000015 exact. */
    SAYS(desk_single(&d, BTC, limit_fok(2, L1_SIDE_SELL, 0.0000015, 100)),
         "ack 2 100x0.0000015; fill 2 100.00000001x0.0000015 fee 0.00000015; done 2");
    CHECK(TOTAL(&d, QUOTE) == E8(10000) - 15151 + 15000 - 15);
    desk_close(&d);
}

static void test_commission__is_rounded_up_once_an_order(void **state)
{
    (void)state;
    l1_limits limits = desk_limits();
    limits.taker_fee_e8 = E8(0.00033333);
    desk d = desk_open(&limits);
    desk_book(&d, 100, 101, 0.001);
    /* 0.003 x 0.00033333 = 0.00000099999: 0.000001, of which no fill may add a unit. */
    SAYS(desk_single(&d, BTC, limit_fok(1, L1_SIDE_BUY, 0.003, 2000)),
         "ack 1 2000x0.003; fill 1 101x0.001 fee 0.00000034; fill 1 102x0.001 fee 0.00000033; "
         "fill 1 103x0.001 fee 0.00000033; done 1");
    desk_close(&d);
}

static void test_list__stop_goes_live_for_what_the_entry_received(void **state)
{
    (void)state;
    desk d = desk_open_default();
    desk_book(&d, 100, 101, 1);
    SAYS(desk_list(&d, limit_fok(1, L1_SIDE_BUY, 1.5, 102), stop_loss(2, 0, 90)),
         "ack 1 102x1.5; fill 1 101x1 fee 0.001; fill 1 102x0.5 fee 0.0005; done 1; "
         "ack 2 90x1.498");
    CHECK(LOCKED(&d, BTC_BASE) == E8(1.498));
    CHECK(TOTAL(&d, BTC_BASE) == E8(10 + 1.4985));
    SAYS(desk_list(&d, limit_fok(3, L1_SIDE_BUY, 1.5, 102), stop_loss(4, 0, 90)),
         "ack 3 102x1.5; expired 3 unfilled_fok 1.5; expired 4 parent");
    SAYS(desk_list(&d, limit_fok(3, L1_SIDE_BUY, 1.5, 102.001), stop_loss(4, 0, 90)),
         "rejected 3 filter; expired 4 parent");
    SAYS(desk_list(&d, limit_fok(3, L1_SIDE_BUY, 200, 102), stop_loss(4, 0, 90)),
         "rejected 3 balance; expired 4 parent");
    desk_close(&d);
}

static void test_list__stop_is_judged_after_the_fill(void **state)
{
    (void)state;
    static const struct {
        double qty, stop;
        const char *stop_says;
    } rows[] = {
        {1, 99.99, "ack 2 99.99x0.999"},
        {1, 100, "expired 2 pending_refused"}, /* best bid 100 */
        {1, 100.01, "expired 2 pending_refused"},
        {1, 90.001, "expired 2 pending_refused"},
        {0.101, 50, "ack 2 50x0.1"},                 /* notional exactly 5 */
        {0.101, 49.99, "expired 2 pending_refused"}, /* under it */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_open_default();
        desk_book(&d, 100, 101, 1);
        const char *said = desk_list(&d, limit_fok(1, L1_SIDE_BUY, rows[i].qty, 101),
                                     stop_loss(2, 0, rows[i].stop));
        const char *done = strstr(said, "done 1; ");
        CHECK(done != NULL);
        SAYS(done + 8, rows[i].stop_says);
        desk_close(&d);
    }
}

static void test_list__stop_needs_a_free_slot(void **state)
{
    (void)state;
    static const struct {
        uint32_t algo_max, orders_max, resting;
        bool live;
    } rows[] = {{5, 8, 4, true}, {5, 8, 5, false}, {9, 4, 3, true}, {9, 4, 4, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_limits limits = desk_limits();
        limits.symbols[BTC].max_algo_orders = rows[i].algo_max;
        limits.orders_max = rows[i].orders_max;
        desk d = desk_open(&limits);
        desk_book(&d, 100, 101, 1);
        for (uint64_t n = 0; n < rows[i].resting; n++) {
            desk_single(&d, BTC, stop_loss(100 + n, 0.1, 90));
            CHECK(d.answers.items[0].kind == L1_VENUE_ACK);
        }
        SAYS(desk_list(&d, limit_fok(1, L1_SIDE_BUY, 1, 101), stop_loss(2, 0, 90)),
             rows[i].live
                 ? "ack 1 101x1; fill 1 101x1 fee 0.001; done 1; ack 2 90x0.999"
                 : "ack 1 101x1; fill 1 101x1 fee 0.001; done 1; expired 2 pending_refused");
        /* Exits need no slot. */
        SAYS(desk_single(&d, BTC, limit_fok(3, L1_SIDE_SELL, 1, 100)),
             "ack 3 100x1; fill 3 100x1 fee 0.1; done 3");
        desk_close(&d);
    }
}

static void test_ids__open_ones_are_refused_and_ended_ones_may_return(void **state)
{
    (void)state;
    desk d = desk_open_default();
    desk_book(&d, 100, 101, 1);
    SAYS(desk_single(&d, BTC, stop_loss(1, 1, 90)), "ack 1 90x1");
    SAYS(desk_single(&d, BTC, stop_loss(1, 1, 90)), "rejected 1");
    SAYS(desk_single(&d, ETH, stop_loss(1, 1, 90)), "rejected 1");
    SAYS(desk_single(&d, BTC, limit_fok(1, L1_SIDE_SELL, 1, 100)), "rejected 1");
    SAYS(desk_list(&d, limit_fok(2, L1_SIDE_BUY, 1, 101), stop_loss(1, 0, 90)),
         "rejected 2; expired 1 parent");
    SAYS(desk_list(&d, limit_fok(3, L1_SIDE_BUY, 1, 101), stop_loss(3, 0, 90)),
         "rejected 3; expired 3 parent");
    SAYS(desk_cancel(&d, BTC, 1), "canceled 1");
    SAYS(desk_single(&d, BTC, stop_loss(1, 1, 90)), "ack 1 90x1");
    desk_close(&d);
}

static void test_requests__arrive_by_due_time_then_id(void **state)
{
    (void)state;
    static const struct {
        int64_t due_ns;
        uint64_t id;
        int order;
    } rows[] = {{50, 1, 2}, {60, 2, 4}, {50, 3, 3}, {10, 4, 0}, {70, 5, 5}, {10, 6, 1}};
    desk d = desk_open_default();
    int64_t due_ns = 0;
    uint64_t id = 0;
    for (int round = 0; round < 5; round++) { /* the ring wraps */
        CHECK(!l1_venue_simulated_next(d.venue, &due_ns, &id));
        for (size_t i = 0; i < 6; i++) {
            const l1_cancel cancel = {.symbol = BTC, .id = number(rows[i].id)};
            l1_venue_simulated_cancel(d.venue, &cancel, rows[i].due_ns, rows[i].id);
        }
        for (int place = 0; place < 6; place++) {
            size_t i = 0;
            while (rows[i].order != place) i++;
            CHECK(l1_venue_simulated_next(d.venue, &due_ns, &id));
            CHECK(due_ns == rows[i].due_ns && id == rows[i].id);
            desk_arrive(&d);
            CHECK(d.answers.items[0].id.hash.lo == rows[i].id);
        }
    }
    desk_close(&d);
}

static void test_adjustment__may_not_take_what_open_orders_lock(void **state)
{
    (void)state;
    static const struct {
        double total, foreign;
        bool taken;
    } rows[] = {
        {1, 0, true},           {0.99999999, 0, false}, {3, 2, true},
        {3, 2.00000001, false}, {-1, 0, false},         {1, -1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_open_default();
        desk_book(&d, 100, 101, 1);
        desk_single(&d, BTC, stop_loss(1, 1, 90));
        const bool taken =
            l1_venue_simulated_adjust(d.venue, BTC_BASE, E8(rows[i].total), E8(rows[i].foreign));
        CHECK(taken == rows[i].taken);
        CHECK(TOTAL(&d, BTC_BASE) == (taken ? E8(rows[i].total) : E8(10)));
        CHECK(LOCKED(&d, BTC_BASE) == E8(1));
        desk_close(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fok__fills_wholly_within_its_price_level_by_level_or_expires),
        cmocka_unit_test(test_market_order__fills_what_there_is_and_the_rest_expires),
        cmocka_unit_test(test_level__stays_consumed_until_told_with_another_quantity),
        cmocka_unit_test(test_trade_ids__rise_by_one_per_symbol),
        cmocka_unit_test(test_made_book__stands_around_the_close_while_book_is_stale_and_bar_fresh),
        cmocka_unit_test(test_market__ages_from_its_own_time_not_from_its_arrival),
        cmocka_unit_test(test_made_book__has_ten_levels_of_a_tenth_of_the_participation),
        cmocka_unit_test(test_filters__refuse_what_the_venue_would_refuse),
        cmocka_unit_test(test_forms__with_missing_or_foreign_fields_are_rejected),
        cmocka_unit_test(test_lists__whose_legs_make_none_are_rejected),
        cmocka_unit_test(test_balance__covers_price_x_qty_of_a_buy_and_the_base_of_a_sell),
        cmocka_unit_test(test_rounding__favours_the_venue_at_the_last_decimal),
        cmocka_unit_test(test_commission__is_rounded_up_once_an_order),
        cmocka_unit_test(test_list__stop_goes_live_for_what_the_entry_received),
        cmocka_unit_test(test_list__stop_is_judged_after_the_fill),
        cmocka_unit_test(test_list__stop_needs_a_free_slot),
        cmocka_unit_test(test_ids__open_ones_are_refused_and_ended_ones_may_return),
        cmocka_unit_test(test_requests__arrive_by_due_time_then_id),
        cmocka_unit_test(test_adjustment__may_not_take_what_open_orders_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
