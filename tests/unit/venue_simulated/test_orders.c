/* tests/unit/venue_simulated/test_orders.c: order forms and lists beside LIMIT FOK and stops, each
 * told step by step. Numbers of what the slow venue covers at random stand here to be read. */
#include "unit/venue_simulated/desk.h"

static l1_order_leg limit(uint64_t n, l1_side side, double qty, double price, l1_time_in_force tif)
{
    l1_order_leg leg = limit_fok(n, side, qty, price);
    leg.tif = tif;
    return leg;
}

static l1_order_leg maker(uint64_t n, l1_side side, double qty, double price)
{
    l1_order_leg leg = limit_fok(n, side, qty, price);
    leg.type = L1_ORDER_LIMIT_MAKER;
    return leg;
}

static l1_order_leg trigger(uint64_t n, l1_order_type type, l1_side side, double qty, double stop,
                            double price)
{
    l1_order_leg leg = stop_loss(n, qty, stop);
    leg.type = type;
    leg.side = side;
    leg.price_e8 = E8(price);
    return leg;
}

static const char *trade_of(desk *d, double price, double qty, bool buyer_maker)
{
    const l1_trade trade = {.symbol = BTC,
                            .ts_ns = d->now_ns,
                            .price_e8 = E8(price),
                            .qty_e8 = E8(qty),
                            .buyer_maker = buyer_maker};
    d->answers.count = 0;
    l1_venue_simulated_on_trade(d->venue, &trade, d->now_ns, &d->answers);
    return desk_text(d);
}

static desk desk_with_book(void)
{
    l1_limits limits = desk_limits();
    limits.maker_fee_e8 = E8(0.0005);
    desk d = desk_open(&limits);
    desk_book(&d, 100, 101, 1); /* bids 100, 99, 98; asks 101, 102, 103 */
    return d;
}

static void test_limit__takes_what_it_may_and_then_ends_or_rests_by_its_tif(void **state)
{
    (void)state;
    static const struct {
        l1_time_in_force tif;
        const char *want;
        double locked;
    } rows[] = {
        {L1_TIF_GTC, "ack 1 101x1.5; fill 1 101x1 fee 0.001", 50.5},
        {L1_TIF_IOC, "ack 1 101x1.5; fill 1 101x1 fee 0.001; expired 1 unfilled_ioc 0.5", 0},
        {L1_TIF_FOK, "ack 1 101x1.5; expired 1 unfilled_fok 1.5", 0},
    };
    for (size_t i = 0; i < 3; i++) {
        desk d = desk_with_book();
        SAYS(desk_single(&d, BTC, limit(1, L1_SIDE_BUY, 1.5, 101, rows[i].tif)), rows[i].want);
        CHECK(LOCKED(&d, QUOTE) == E8(rows[i].locked));
        desk_close(&d);
    }
}

static void test_limit_maker__is_rejected_where_it_would_take(void **state)
{
    (void)state;
    desk d = desk_with_book();
    SAYS(desk_single(&d, BTC, maker(1, L1_SIDE_BUY, 1, 101)), "rejected 1 would_match");
    SAYS(desk_single(&d, BTC, maker(1, L1_SIDE_BUY, 1, 100.99)), "ack 1 100.99x1");
    SAYS(desk_single(&d, BTC, maker(2, L1_SIDE_SELL, 1, 100)), "rejected 2 would_match");
    SAYS(desk_single(&d, BTC, maker(2, L1_SIDE_SELL, 1, 100.99)), "rejected 2 would_match");
    SAYS(desk_single(&d, BTC, maker(2, L1_SIDE_SELL, 1, 101)), "ack 2 101x1"); /* own 1 is below */
    desk_close(&d);
}

static void test_market__by_amount_of_quote_spends_it_in_whole_lots(void **state)
{
    (void)state;
    static const struct {
        l1_side side;
        double amount;
        const char *want;
    } rows[] = {
        {L1_SIDE_BUY, 50.5, "ack 1 0x0; fill 1 101x0.5 fee 0.0005; done 1"},
        {L1_SIDE_BUY, 50.55, "ack 1 0x0; fill 1 101x0.5 fee 0.0005; done 1"},
        {L1_SIDE_BUY, 50.601, "ack 1 0x0; fill 1 101x0.501 fee 0.000501; done 1"},
        {L1_SIDE_BUY, 152, "ack 1 0x0; fill 1 101x1 fee 0.001; fill 1 102x0.5 fee 0.0005; done 1"},
        {L1_SIDE_BUY, 400,
         "ack 1 0x0; fill 1 101x1 fee 0.001; fill 1 102x1 fee 0.001; "
         "fill 1 103x1 fee 0.001; expired 1 no_liquidity"},
        {L1_SIDE_SELL, 50, "ack 1 0x0; fill 1 100x0.5 fee 0.05; done 1"},
        {L1_SIDE_BUY, 0.1, "ack 1 0x0; expired 1 no_liquidity"}, /* less than a lot costs */
        {L1_SIDE_BUY, 10001,
         "ack 1 0x0; fill 1 101x1 fee 0.001; fill 1 102x1 fee 0.001; "
         "fill 1 103x1 fee 0.001; expired 1 no_liquidity"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_with_book();
        l1_order_leg leg = market_order(1, rows[i].side, 0);
        leg.quote_qty_e8 = E8(rows[i].amount);
        SAYS(desk_single(&d, BTC, leg), rows[i].want);
        CHECK(LOCKED(&d, QUOTE) == 0 && LOCKED(&d, BTC_BASE) == 0);
        desk_close(&d);
    }
}

/* --- the queue ---------------------------------------------------------------------------------
 */

static void test_resting__fills_when_the_queue_is_used_up_and_never_on_a_touch(void **state)
{
    (void)state;
    desk d = desk_with_book();
    SAYS(desk_single(&d, BTC, limit(1, L1_SIDE_BUY, 0.5, 100, L1_TIF_GTC)), "ack 1 100x0.5");
    SAYS(trade_of(&d, 100, 0.999, true), ""); /* 1 is ahead */
    SAYS(trade_of(&d, 100, 5, false), "");    /* a buyer's trade takes no bids */
    SAYS(trade_of(&d, 100, 0.001, true), ""); /* nothing is ahead any more */
    SAYS(trade_of(&d, 100.01, 5, true), "");  /* above */
    SAYS(trade_of(&d, 100, 0.2, true), "fill 1 100x0.2 fee 0.0001");
    CHECK(d.answers.items[0].maker && LOCKED(&d, QUOTE) == E8(30));
    SAYS(trade_of(&d, 100, 0.2004, true), "fill 1 100x0.2 fee 0.0001"); /* whole lots */
    SAYS(trade_of(&d, 100, 3, true), "fill 1 100x0.1 fee 0.00005; done 1");
    CHECK(LOCKED(&d, QUOTE) == 0 && TOTAL(&d, QUOTE) == E8(9950));
    desk_close(&d);
}

static void test_resting__fills_at_its_price_when_it_is_traded_through_up_to_the_trade(void **state)
{
    (void)state;
    desk d = desk_with_book();
    desk_single(&d, BTC, limit(1, L1_SIDE_BUY, 1, 99, L1_TIF_GTC));
    desk_single(&d, BTC, limit(2, L1_SIDE_BUY, 1, 99.5, L1_TIF_GTC));
    desk_single(&d, BTC, limit(3, L1_SIDE_BUY, 1, 99.5, L1_TIF_GTC));
    SAYS(trade_of(&d, 99.49, 1.5, false),
         "fill 2 99.5x1 fee 0.0005; done 2; fill 3 99.5x0.5 fee 0.00025");
    SAYS(trade_of(&d, 98.99, 1, true), "fill 3 99.5x0.5 fee 0.00025; done 3; "
                                       "fill 1 99x0.5 fee 0.00025");
    desk_close(&d);
}

static void
test_resting__moves_up_by_what_is_shown_now_and_meets_a_far_side_beyond_its_price(void **state)
{
    (void)state;
    desk d = desk_with_book();
    desk_single(&d, BTC, limit(1, L1_SIDE_BUY, 1, 99, L1_TIF_GTC));
    desk_book(&d, 100, 101, 0.3); /* 0.7 of 99 was canceled: at most 0.3 is ahead */
    SAYS(trade_of(&d, 99, 0.4, true), "fill 1 99x0.1 fee 0.00005");
    desk_book(&d, 100, 101, 2); /* more behind it */
    SAYS(trade_of(&d, 99, 0.1, true), "fill 1 99x0.1 fee 0.00005");
    SAYS(desk_book(&d, 98, 99.01, 0.5), "");
    SAYS(desk_book(&d, 98, 99, 0.5), ""); /* a touch */
    SAYS(desk_book(&d, 98, 98.99, 0.5), "fill 1 99x0.5 fee 0.00025");
    SAYS(desk_book(&d, 98, 98.99, 0.5), ""); /* that quantity is used up */
    SAYS(desk_book(&d, 97, 98.5, 0.6), "fill 1 99x0.3 fee 0.00015; done 1");
    SAYS(desk_single(&d, BTC, limit_fok(2, L1_SIDE_BUY, 0.301, 98.5)),
         "ack 2 98.5x0.301; expired 2 unfilled_fok 0.301");
    desk_close(&d);
}

/* At its price the far side tells only that nobody is ahead any more. */
static void test_resting__is_not_filled_by_a_far_side_shown_at_its_price(void **state)
{
    (void)state;
    desk d = desk_with_book();
    desk_single(&d, BTC, limit(1, L1_SIDE_BUY, 0.3, 99, L1_TIF_GTC));
    desk_single(&d, BTC, limit(2, L1_SIDE_SELL, 0.3, 102, L1_TIF_GTC));
    SAYS(desk_book(&d, 98, 99, 5), "");
    SAYS(trade_of(&d, 99, 0.2, false), ""); /* a buyer took of the sellers at 99 */
    SAYS(trade_of(&d, 99, 0.2, true), "fill 1 99x0.2 fee 0.0001"); /* the queue is exhausted */
    SAYS(desk_book(&d, 102, 103, 5), "");
    SAYS(trade_of(&d, 102, 0.2, true), "");
    SAYS(trade_of(&d, 102, 0.2, false), "fill 2 102x0.2 fee 0.0102");
    SAYS(desk_book(&d, 102.01, 103, 0.05), "fill 2 102x0.05 fee 0.00255");
    SAYS(desk_book(&d, 98, 98.99, 0.05), "fill 1 99x0.05 fee 0.000025");
    desk_close(&d);
}

static void test_queue_models__share_cancels_between_ahead_and_behind(void **state)
{
    (void)state;
    static const struct {
        l1_queue_model model;
        uint32_t power;
        double front; /* of 100 shown when it came, 60 more behind it, then 80 canceled */
    } rows[] = {
        {L1_QUEUE_RISK_AVERSE, 3, 80}, /* what is shown now bounds it */
        {L1_QUEUE_POWER, 1, 50},       /* behind: 80 x 60/160 = 30 */
        {L1_QUEUE_POWER, 3, 34.211},   /* 80 x 0.6^3 / (0.6^3 + 1) = 14.211 */
        {L1_QUEUE_LOG, 3, 59.092},     /* ln 60001 / (ln 60001 + ln 100001) x 80 = 39.092 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_limits limits = desk_limits();
        limits.queue = rows[i].model;
        limits.queue_power = rows[i].power;
        desk d = desk_open(&limits);
        desk_book(&d, 100, 101, 100);
        desk_single(&d, BTC, limit(1, L1_SIDE_BUY, 1, 100, L1_TIF_GTC));
        desk_book(&d, 100, 101, 160);
        desk_book(&d, 100, 101, 80);
        l1_venue_order order;
        CHECK(l1_venue_simulated_order(d.venue, number(1), &order));
        const int64_t off = order.front_e8 - E8(rows[i].front);
        if (off < -E8(0.01) || off > E8(0.01)) {
            fail_msg("row %zu: front %lld", i, (long long)order.front_e8);
        }
        desk_close(&d);
    }
}

static void test_queue_models__count_what_traded_as_traded_not_as_canceled(void **state)
{
    (void)state;
    l1_limits limits = desk_limits();
    limits.queue = L1_QUEUE_POWER;
    limits.queue_power = 1;
    desk d = desk_open(&limits);
    desk_book(&d, 100, 101, 100);
    desk_single(&d, BTC, limit(1, L1_SIDE_BUY, 1, 100, L1_TIF_GTC));
    desk_book(&d, 100, 101, 200);
    trade_of(&d, 100, 40, true); /* 60 ahead, and the book is 160 by it */
    desk_book(&d, 100, 101, 160);
    l1_venue_order order;
    CHECK(l1_venue_simulated_order(d.venue, number(1), &order));
    CHECK(order.front_e8 == E8(60));
    desk_book(&d, 100, 101, 128); /* 32 canceled: behind 32 x 100/160 = 20 */
    CHECK(l1_venue_simulated_order(d.venue, number(1), &order));
    CHECK(order.front_e8 == E8(48));
    desk_close(&d);
}

static void test_order__beyond_the_book_waits_behind_an_unknown_queue(void **state)
{
    (void)state;
    desk d = desk_with_book();
    desk_single(&d, BTC, limit(1, L1_SIDE_BUY, 1, 97.99, L1_TIF_GTC));
    l1_venue_order order;
    CHECK(l1_venue_simulated_order(d.venue, number(1), &order));
    CHECK(order.front_e8 == INT64_MAX && !order.waiting && !order.pending);
    SAYS(trade_of(&d, 97.99, 1000, true), ""); /* enough for any queue but an unknown one */
    SAYS(trade_of(&d, 97.98, 0.4, true), "fill 1 97.99x0.4 fee 0.0002");
    desk_book(&d, 99.99, 101, 2); /* 99.99, 98.99, 97.99: now 2 are seen */
    CHECK(l1_venue_simulated_order(d.venue, number(1), &order) && order.front_e8 == 0);
    desk_close(&d);
}

static void test_iceberg__queues_anew_with_each_part(void **state)
{
    (void)state;
    desk d = desk_with_book();
    l1_order_leg leg = limit(1, L1_SIDE_BUY, 1, 100, L1_TIF_GTC);
    leg.iceberg_e8 = E8(0.3);
    SAYS(desk_single(&d, BTC, leg), "ack 1 100x1");
    desk_single(&d, BTC, limit(2, L1_SIDE_BUY, 0.5, 100, L1_TIF_GTC));
    CHECK(LOCKED(&d, QUOTE) == E8(150));
    SAYS(trade_of(&d, 100, 1.4, true), /* 1 ahead, the visible 0.3, then the next own order */
         "fill 1 100x0.3 fee 0.00015; fill 2 100x0.1 fee 0.00005");
    SAYS(trade_of(&d, 99.99, 0.1, true), "fill 2 100x0.1 fee 0.00005"); /* 2 is older by now */
    SAYS(trade_of(&d, 100, 0.6, true),
         "fill 2 100x0.3 fee 0.00015; done 2; fill 1 100x0.3 fee 0.00015");
    SAYS(trade_of(&d, 100, 0.4, true), ""); /* behind the 1 that is shown */
    SAYS(trade_of(&d, 99.99, 2, true), "fill 1 100x0.4 fee 0.0002; done 1");
    desk_close(&d);
}

static const char *bar_of(desk *d, double low, double high, double volume)
{
    const l1_bar bar = {.symbol = BTC,
                        .open_time_ns = d->now_ns - L1_MINUTE_NS + 1000000,
                        .close_time_ns = d->now_ns,
                        .open_e8 = E8(100),
                        .high_e8 = E8(high),
                        .low_e8 = E8(low),
                        .close_e8 = E8(100),
                        .volume_e8 = E8(volume)};
    d->answers.count = 0;
    l1_venue_simulated_on_bar(d->venue, &bar, d->now_ns, &d->answers);
    return desk_text(d);
}

static void
test_bar__fills_what_rested_all_along_when_it_goes_through_up_to_its_volume(void **state)
{
    (void)state;
    static const struct {
        double low;
        int64_t placed_ms_after_open;
        const char *want;
    } rows[] = {
        {99, 0, ""}, /* a touch */
        {98.99, 0, "fill 1 99x1 fee 0.001"},
        {98.99, 1, ""}, /* it was not there all along */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_open_default();
        d.limits.maker_fee_e8 = 0;
        desk_bar(&d, 100, 100, 100, 10);
        d.now_ns += 1000000 + rows[i].placed_ms_after_open * 1000000;
        desk_single(&d, BTC, limit(1, L1_SIDE_BUY, 2, 99, L1_TIF_GTC));
        d.now_ns = START + L1_MINUTE_NS;
        const char *said = bar_of(&d, rows[i].low, 100, 10); /* 10 % of 10: 1 */
        CHECK((rows[i].want[0] == '\0') == (said[0] == '\0'));
        CHECK(said[0] == '\0' || strncmp(said, "fill 1 99x1 ", 12) == 0);
        desk_close(&d);
    }
}

static void test_bar__that_goes_through_one_price_only_touches_the_next(void **state)
{
    (void)state;
    desk d = desk_open_default();
    desk_single(&d, BTC, limit(1, L1_SIDE_BUY, 0.1, 99, L1_TIF_GTC));
    desk_single(&d, BTC, limit(2, L1_SIDE_BUY, 0.1, 98, L1_TIF_GTC));
    desk_single(&d, BTC, limit(3, L1_SIDE_SELL, 0.1, 101, L1_TIF_GTC));
    desk_single(&d, BTC, limit(4, L1_SIDE_SELL, 0.1, 102, L1_TIF_GTC));
    d.now_ns += L1_MINUTE_NS;
    SAYS(bar_of(&d, 98, 102, 100), "fill 1 99x0.1 fee 0; done 1; fill 3 101x0.1 fee 0; done 3");
    desk_close(&d);
}

static void test_bar__after_fresh_books_or_trades_has_nothing_new_for_resting_orders(void **state)
{
    (void)state;
    desk d = desk_with_book();
    desk_single(&d, BTC, limit(1, L1_SIDE_BUY, 2, 99, L1_TIF_GTC));
    d.now_ns += L1_MINUTE_NS;
    SAYS(bar_of(&d, 90, 100, 10), ""); /* the book is 60 s old */
    d.now_ns += L1_MINUTE_NS;
    trade_of(&d, 99.5, 1, true);
    SAYS(bar_of(&d, 90, 100, 10), "");
    d.now_ns += 2 * L1_MINUTE_NS;
    SAYS(bar_of(&d, 90, 100, 10), "fill 1 99x1 fee 0.0005");
    desk_close(&d);
}

/* --- triggers ----------------------------------------------------------------------------------
 */

static void test_triggers__by_type_and_side(void **state)
{
    (void)state;
    static const struct {
        l1_order_type type;
        l1_side side;
        double stop, price, misses, hits;
        const char *want;
    } rows[] = {
        {L1_ORDER_STOP_LOSS, L1_SIDE_SELL, 90, 0, 90.01, 90, "fill 1 100x0.5 fee 0.05; done 1"},
        {L1_ORDER_STOP_LOSS, L1_SIDE_BUY, 110, 0, 109.99, 110, "fill 1 101x0.5 fee 0.0005; done 1"},
        {L1_ORDER_TAKE_PROFIT, L1_SIDE_SELL, 110, 0, 109.99, 110,
         "fill 1 100x0.5 fee 0.05; done 1"},
        {L1_ORDER_TAKE_PROFIT, L1_SIDE_BUY, 90, 0, 90.01, 90, "fill 1 101x0.5 fee 0.0005; done 1"},
        {L1_ORDER_STOP_LOSS_LIMIT, L1_SIDE_SELL, 90, 100, 90.01, 89,
         "fill 1 100x0.5 fee 0.05; done 1"},
        {L1_ORDER_STOP_LOSS_LIMIT, L1_SIDE_SELL, 90, 100.01, 90.01, 90, ""}, /* rests */
        {L1_ORDER_TAKE_PROFIT_LIMIT, L1_SIDE_BUY, 90, 100, 90.01, 90, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_with_book();
        desk_single(&d, BTC,
                    trigger(1, rows[i].type, rows[i].side, 0.5, rows[i].stop, rows[i].price));
        CHECK(d.answers.items[0].kind == L1_VENUE_ACK && d.answers.count == 1);
        SAYS(trade_of(&d, rows[i].misses, 1, true), "");
        l1_venue_order order;
        CHECK(l1_venue_simulated_order(d.venue, number(1), &order) && order.waiting);
        SAYS(trade_of(&d, rows[i].hits, 1, true), rows[i].want);
        const bool open = l1_venue_simulated_order(d.venue, number(1), &order);
        CHECK(open == (rows[i].want[0] == '\0') && (!open || !order.waiting));
        desk_close(&d);
    }
}

static void test_levels_and_quotes__trigger_only_where_no_trades_come(void **state)
{
    (void)state;
    for (int trades = 0; trades < 2; trades++) {
        desk d = desk_with_book();
        desk_single(&d, BTC, stop_loss(1, 1, 95));
        if (trades == 1) trade_of(&d, 100, 1, true);
        const l1_quote quote = {
            .symbol = BTC, .ts_ns = d.now_ns, .bid = {E8(95), E8(2)}, .ask = {E8(95.5), E8(2)}};
        CHECK(l1_depth_book_quote(&d.books[BTC], &quote, d.now_ns));
        d.answers.count = 0;
        l1_venue_simulated_on_book(d.venue, BTC, L1_TOLD_QUOTE, d.now_ns, &d.answers);
        SAYS(desk_text(&d), trades == 1 ? "" : "fill 1 95x1 fee 0.095; done 1");
        desk_close(&d);
    }
}

static void test_depth__a_level_told_with_the_same_quantity_stays_consumed(void **state)
{
    (void)state;
    desk d = desk_open_default();
    l1_depth depth = {.symbol = BTC,
                      .ts_ns = d.now_ns,
                      .last_id = 10,
                      .snapshot = true,
                      .changes_count = 2,
                      .changes = {{false, E8(100), E8(1)}, {true, E8(101), E8(1)}}};
    CHECK(l1_depth_book_apply(&d.books[BTC], &depth, d.now_ns) == L1_DEPTH_APPLIED);
    l1_venue_simulated_on_book(d.venue, BTC, L1_TOLD_DEPTH, d.now_ns, &d.answers);
    desk_single(&d, BTC, limit_fok(1, L1_SIDE_BUY, 1, 101));
    for (int i = 0; i < 3; i++) {
        static const double told[] = {1, 1.5, 1.5};
        depth = (l1_depth){.symbol = BTC,
                           .ts_ns = d.now_ns,
                           .first_id = 11 + (uint64_t)i,
                           .last_id = 11 + (uint64_t)i,
                           .changes_count = 1,
                           .changes = {{true, E8(101), E8(told[i])}}};
        CHECK(l1_depth_book_apply(&d.books[BTC], &depth, d.now_ns) == L1_DEPTH_APPLIED);
        d.answers.count = 0;
        l1_venue_simulated_on_book(d.venue, BTC, L1_TOLD_DEPTH, d.now_ns, &d.answers);
        desk_single(&d, BTC, limit_fok(2, L1_SIDE_BUY, 1, 101));
        CHECK((d.answers.items[1].kind == L1_VENUE_FILL) == (i == 1));
    }
    desk_close(&d);
}

static void test_depth__what_was_consumed_outlives_a_gap(void **state)
{
    (void)state;
    desk d = desk_open_default();
    for (int i = 0; i < 4; i++) { /* a snapshot, a gap, the same snapshot later, another one */
        const l1_depth depth = {
            .symbol = BTC,
            .ts_ns = d.now_ns,
            .first_id = 20,
            .last_id = i == 0 ? 10 : 30 + (uint64_t)i,
            .snapshot = i != 1,
            .changes_count = 2,
            .changes = {{false, E8(100), E8(1)}, {true, E8(101), E8(i / 3 + 1)}}};
        (void)l1_depth_book_apply(&d.books[BTC], &depth, d.now_ns);
        CHECK(l1_depth_book_usable(&d.books[BTC]) == (i != 1));
        d.answers.count = 0;
        l1_venue_simulated_on_book(d.venue, BTC, L1_TOLD_DEPTH, d.now_ns, &d.answers);
        desk_single(&d, BTC, limit_fok(1, L1_SIDE_BUY, 1, 101));
        CHECK((d.answers.items[1].kind == L1_VENUE_FILL) == (i == 0 || i == 3));
    }
    desk_close(&d);
}

/* --- lists -------------------------------------------------------------------------------------
 */

static l1_submit list_of(l1_list_kind kind, uint32_t count, l1_order_leg a, l1_order_leg b,
                         l1_order_leg c)
{
    return (l1_submit){.symbol = BTC, .list = kind, .legs_count = count, .legs = {a, b, c}};
}

static void test_oco__locks_once_and_one_leg_ends_the_other(void **state)
{
    (void)state;
    const l1_order_leg none = {.qty_e8 = 0};
    const l1_submit oco =
        list_of(L1_LIST_OCO, 2, maker(1, L1_SIDE_SELL, 1, 110), stop_loss(2, 1, 90), none);
    desk d = desk_with_book();
    SAYS(desk_submit(&d, &oco), "ack 1 110x1; ack 2 90x1");
    CHECK(LOCKED(&d, BTC_BASE) == E8(1));
    SAYS(trade_of(&d, 90, 1, true), "expired 1 oco_trigger 1; fill 2 100x1 fee 0.1; done 2");
    CHECK(LOCKED(&d, BTC_BASE) == 0);
    SAYS(desk_submit(&d, &oco), "rejected 1 would_trigger; rejected 2 would_trigger");
    d.now_ns += SECOND; /* a book that is newer than that trade */
    desk_book(&d, 100, 101, 1.2);
    desk_submit(&d, &oco);
    SAYS(trade_of(&d, 110.01, 0.4, false), "expired 2 oco_trigger 1; fill 1 110x0.4 fee 0.022");
    CHECK(LOCKED(&d, BTC_BASE) == E8(0.6));
    SAYS(desk_cancel(&d, BTC, 1), "canceled 1");
    CHECK(LOCKED(&d, BTC_BASE) == 0);
    desk_book(&d, 100, 101, 1.1);
    desk_submit(&d, &oco);
    SAYS(desk_cancel(&d, BTC, 2), "canceled 2; canceled 1");
    CHECK(LOCKED(&d, BTC_BASE) == 0);
    l1_submit dear =
        list_of(L1_LIST_OCO, 2, trigger(1, L1_ORDER_STOP_LOSS_LIMIT, L1_SIDE_BUY, 1, 105, 90),
                maker(2, L1_SIDE_BUY, 1, 95), none);
    d.now_ns += SECOND;
    desk_book(&d, 100, 101, 1.3);
    SAYS(desk_submit(&d, &dear), "ack 1 105x1; ack 2 95x1");
    CHECK(LOCKED(&d, QUOTE) == E8(95)); /* the second one is the dearer */
    desk_cancel(&d, BTC, 1);
    CHECK(LOCKED(&d, QUOTE) == 0);
    l1_submit bad = oco;
    bad.legs[0].price_e8 = E8(90); /* not above the stop */
    SAYS(desk_submit(&d, &bad), "rejected 1 list_form; expired 2 parent");
    bad = oco;
    bad.legs[1].qty_e8 = E8(0.9);
    SAYS(desk_submit(&d, &bad), "rejected 1 list_form; expired 2 parent");
    bad = oco;
    bad.legs[0].price_e8 = E8(100);
    SAYS(desk_submit(&d, &bad), "rejected 1 would_match; rejected 2 would_match");
    desk_close(&d);
}

static void test_oco__stop_with_a_limit_rests_alone_once_it_has_triggered(void **state)
{
    (void)state;
    const l1_order_leg none = {.qty_e8 = 0};
    const l1_submit oco =
        list_of(L1_LIST_OCO, 2, maker(1, L1_SIDE_SELL, 1, 110),
                trigger(2, L1_ORDER_STOP_LOSS_LIMIT, L1_SIDE_SELL, 1, 90, 100.5), none);
    desk d = desk_with_book();
    SAYS(desk_submit(&d, &oco), "ack 1 110x1; ack 2 90x1");
    SAYS(trade_of(&d, 90, 1, true), "expired 1 oco_trigger 1"); /* the bids are below its limit */
    l1_venue_order order;
    CHECK(l1_venue_simulated_order(d.venue, number(2), &order) && !order.waiting);
    CHECK(LOCKED(&d, BTC_BASE) == E8(1));
    SAYS(trade_of(&d, 100.51, 0.4, false), "fill 2 100.5x0.4 fee 0.0201");
    CHECK(LOCKED(&d, BTC_BASE) == E8(0.6));
    SAYS(desk_cancel(&d, BTC, 1), "cancel_reject 1"); /* it has lost to the trigger */
    SAYS(desk_cancel(&d, BTC, 2), "canceled 2");
    CHECK(LOCKED(&d, BTC_BASE) == 0);
    desk_close(&d);
}

static void test_oto__pending_leg_comes_only_with_the_whole_fill(void **state)
{
    (void)state;
    const l1_order_leg none = {.qty_e8 = 0};
    const l1_submit oto = list_of(L1_LIST_OTO, 2, limit(1, L1_SIDE_BUY, 1, 99.5, L1_TIF_GTC),
                                  stop_loss(2, 0.9, 95), none);
    desk d = desk_with_book();
    SAYS(desk_submit(&d, &oto), "ack 1 99.5x1");
    l1_venue_order order;
    CHECK(l1_venue_simulated_order(d.venue, number(2), &order) && order.pending);
    CHECK(LOCKED(&d, QUOTE) == E8(99.5) && LOCKED(&d, BTC_BASE) == 0);
    SAYS(trade_of(&d, 99.4, 0.6, true), "fill 1 99.5x0.6 fee 0.0003");
    SAYS(trade_of(&d, 99.4, 0.6, true), "fill 1 99.5x0.4 fee 0.0002; done 1; ack 2 95x0.9");
    CHECK(LOCKED(&d, QUOTE) == 0 && LOCKED(&d, BTC_BASE) == E8(0.9));
    SAYS(desk_cancel(&d, BTC, 2), "canceled 2");
    desk_submit(&d, &oto);
    SAYS(trade_of(&d, 99.4, 0.6, true), "fill 1 99.5x0.6 fee 0.0003");
    SAYS(desk_cancel(&d, BTC, 1), "canceled 1; canceled 2"); /* what was bought stays naked */
    CHECK(LOCKED(&d, QUOTE) == 0 && LOCKED(&d, BTC_BASE) == 0);
    desk_submit(&d, &oto);
    SAYS(desk_cancel(&d, BTC, 2), "canceled 2; canceled 1");
    desk_close(&d);
}

static void test_otoco_and_opoco__bring_a_pair_for_their_quantity(void **state)
{
    (void)state;
    for (int all = 0; all < 2; all++) {
        desk d = desk_with_book();
        const double qty = all == 1 ? 0 : 0.7;
        const l1_submit list =
            list_of(all == 1 ? L1_LIST_OPOCO : L1_LIST_OTOCO, 3, limit_fok(1, L1_SIDE_BUY, 1, 101),
                    maker(2, L1_SIDE_SELL, qty, 110), stop_loss(3, qty, 90));
        SAYS(desk_submit(&d, &list),
             all == 1
                 ? "ack 1 101x1; fill 1 101x1 fee 0.001; done 1; ack 2 110x0.999; ack 3 90x0.999"
                 : "ack 1 101x1; fill 1 101x1 fee 0.001; done 1; ack 2 110x0.7; ack 3 90x0.7");
        CHECK(LOCKED(&d, BTC_BASE) == E8(all == 1 ? 0.999 : 0.7));
        desk_close(&d);
        d = desk_with_book();
        l1_submit late = list;
        late.legs[0].price_e8 = E8(100);
        SAYS(desk_submit(&d, &late),
             "ack 1 100x1; expired 1 unfilled_fok 1; expired 2 parent; expired 3 parent");
        late = list;
        late.legs[1].price_e8 = E8(100); /* would match by then: both are refused */
        late.legs[2].stop_e8 = E8(99);
        SAYS(desk_submit(&d, &late), "ack 1 101x1; fill 1 101x1 fee 0.001; done 1; "
                                     "expired 2 pending_refused; expired 3 pending_refused");
        desk_close(&d);
    }
}

static void test_self_trade__is_prevented_as_the_taker_says(void **state)
{
    (void)state;
    static const struct {
        l1_self_trade mode;
        const char *want;
    } rows[] = {
        {L1_STP_NONE, "ack 2 99x1.5; fill 1 100.5x1 fee 0.0005; done 1; "
                      "fill 2 100.5x1 fee 0.1005; fill 2 100x0.5 fee 0.05; done 2"},
        {L1_STP_EXPIRE_MAKER, "ack 2 99x1.5; expired 1 self_trade 1; "
                              "fill 2 100x1 fee 0.1; fill 2 99x0.5 fee 0.0495; done 2"},
        {L1_STP_EXPIRE_TAKER, "ack 2 99x1.5; expired 2 self_trade 1.5"},
        {L1_STP_EXPIRE_BOTH, "ack 2 99x1.5; expired 1 self_trade 1; expired 2 self_trade 1.5"},
        {L1_STP_DECREMENT, "ack 2 99x1.5; expired 1 self_trade; fill 2 100x0.5 fee 0.05; "
                           "expired 2 self_trade"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_with_book();
        desk_single(&d, BTC, limit(1, L1_SIDE_BUY, 1, 100.5, L1_TIF_GTC));
        l1_order_leg taker = limit(2, L1_SIDE_SELL, 1.5, 99, L1_TIF_GTC);
        taker.self_trade = rows[i].mode;
        SAYS(desk_single(&d, BTC, taker), rows[i].want);
        CHECK(LOCKED(&d, BTC_BASE) == 0);
        CHECK(LOCKED(&d, QUOTE) == (rows[i].mode == L1_STP_EXPIRE_TAKER ? E8(100.5) : 0));
        desk_close(&d);
    }
}

/* --- commission --------------------------------------------------------------------------------
 */

static void test_commission__is_taken_as_configured_or_else_from_what_was_received(void **state)
{
    (void)state;
    static const struct {
        l1_commission in;
        l1_side side;
        double third;  /* ETH held; ETH's last price is 10 */
        int32_t asset; /* told */
        double fee;
    } rows[] = {
        {L1_COMMISSION_RECEIVED, L1_SIDE_BUY, 1, BTC_BASE, 0.001},
        {L1_COMMISSION_RECEIVED, L1_SIDE_SELL, 1, QUOTE, 0.1},
        {L1_COMMISSION_BASE, L1_SIDE_BUY, 1, BTC_BASE, 0.001},
        {L1_COMMISSION_BASE, L1_SIDE_SELL, 1, BTC_BASE, 0.001},
        {L1_COMMISSION_QUOTE, L1_SIDE_BUY, 1, QUOTE, 0.101},
        {L1_COMMISSION_QUOTE, L1_SIDE_SELL, 1, QUOTE, 0.1},
        {L1_COMMISSION_ASSET, L1_SIDE_BUY, 1, ETH_BASE, 0.0101},
        {L1_COMMISSION_ASSET, L1_SIDE_BUY, 0.0101, ETH_BASE, 0.0101},
        {L1_COMMISSION_ASSET, L1_SIDE_BUY, 0.01009999, BTC_BASE, 0.001},
        {L1_COMMISSION_ASSET, L1_SIDE_SELL, 1, ETH_BASE, 0.01},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_limits limits = desk_limits();
        limits.commission = rows[i].in;
        limits.commission_asset = ETH_BASE;
        limits.paper_balance_e8[ETH_BASE] = E8(rows[i].third);
        desk d = desk_open(&limits);
        desk_book(&d, 100, 101, 1);
        const l1_trade trade = {
            .symbol = ETH, .ts_ns = d.now_ns, .price_e8 = E8(10), .qty_e8 = E8(1)};
        d.answers.count = 0;
        l1_venue_simulated_on_trade(d.venue, &trade, d.now_ns, &d.answers);
        const int64_t before_e8 = TOTAL(&d, ETH_BASE);
        const double price = rows[i].side == L1_SIDE_BUY ? 101 : 100;
        desk_single(&d, BTC, limit_fok(1, rows[i].side, 1, price));
        CHECK(d.answers.items[1].fee_asset == rows[i].asset);
        CHECK(d.answers.items[1].fee_e8 == E8(rows[i].fee));
        CHECK(before_e8 - TOTAL(&d, ETH_BASE) == (rows[i].asset == ETH_BASE ? E8(rows[i].fee) : 0));
        desk_close(&d);
    }
}

static void test_opo__protects_all_of_it_when_commission_is_taken_elsewhere(void **state)
{
    (void)state;
    l1_limits limits = desk_limits();
    limits.commission = L1_COMMISSION_QUOTE;
    desk d = desk_open(&limits);
    desk_book(&d, 100, 101, 1);
    SAYS(desk_list(&d, limit_fok(1, L1_SIDE_BUY, 1, 101), stop_loss(2, 0, 90)),
         "ack 1 101x1; fill 1 101x1 fee 0.101; done 1; ack 2 90x1");
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit__takes_what_it_may_and_then_ends_or_rests_by_its_tif),
        cmocka_unit_test(test_limit_maker__is_rejected_where_it_would_take),
        cmocka_unit_test(test_market__by_amount_of_quote_spends_it_in_whole_lots),
        cmocka_unit_test(test_resting__fills_when_the_queue_is_used_up_and_never_on_a_touch),
        cmocka_unit_test(
            test_resting__fills_at_its_price_when_it_is_traded_through_up_to_the_trade),
        cmocka_unit_test(
            test_resting__moves_up_by_what_is_shown_now_and_meets_a_far_side_beyond_its_price),
        cmocka_unit_test(test_resting__is_not_filled_by_a_far_side_shown_at_its_price),
        cmocka_unit_test(test_queue_models__share_cancels_between_ahead_and_behind),
        cmocka_unit_test(test_queue_models__count_what_traded_as_traded_not_as_canceled),
        cmocka_unit_test(test_order__beyond_the_book_waits_behind_an_unknown_queue),
        cmocka_unit_test(test_iceberg__queues_anew_with_each_part),
        cmocka_unit_test(
            test_bar__fills_what_rested_all_along_when_it_goes_through_up_to_its_volume),
        cmocka_unit_test(test_bar__that_goes_through_one_price_only_touches_the_next),
        cmocka_unit_test(test_bar__after_fresh_books_or_trades_has_nothing_new_for_resting_orders),
        cmocka_unit_test(test_triggers__by_type_and_side),
        cmocka_unit_test(test_levels_and_quotes__trigger_only_where_no_trades_come),
        cmocka_unit_test(test_depth__a_level_told_with_the_same_quantity_stays_consumed),
        cmocka_unit_test(test_depth__what_was_consumed_outlives_a_gap),
        cmocka_unit_test(test_oco__locks_once_and_one_leg_ends_the_other),
        cmocka_unit_test(test_oco__stop_with_a_limit_rests_alone_once_it_has_triggered),
        cmocka_unit_test(test_oto__pending_leg_comes_only_with_the_whole_fill),
        cmocka_unit_test(test_otoco_and_opoco__bring_a_pair_for_their_quantity),
        cmocka_unit_test(test_self_trade__is_prevented_as_the_taker_says),
        cmocka_unit_test(test_commission__is_taken_as_configured_or_else_from_what_was_received),
        cmocka_unit_test(test_opo__protects_all_of_it_when_commission_is_taken_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
