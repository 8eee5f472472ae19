/* tests/unit/venue_simulated/test_stops.c: resting stops, and what sets them off. */
#include "unit/venue_simulated/desk.h"

/* Book 100 / 101 with 1 at each level, and stop 1 for `qty` at 90. */
static desk desk_with_stop(double qty)
{
    desk d = desk_open_default();
    desk_book(&d, 100, 101, 1);
    const l1_order_leg stop = stop_loss(1, qty, 90);
    desk_single(&d, BTC, stop);
    CHECK(d.answers.count == 1 && d.answers.items[0].kind == L1_VENUE_ACK);
    CHECK(d.answers.items[0].price_e8 == stop.stop_e8);
    CHECK(LOCKED(&d, BTC_BASE) == stop.qty_e8);
    return d;
}

static void test_stop__is_refused_when_it_would_trigger_at_once(void **state)
{
    (void)state;
    static const struct {
        double stop;
        bool refused;
    } book_rows[] = {{99.99, false}, {100, true}, {100.01, true}},
      bar_rows[] = {{99.98, false}, {99.99, true}, {100, true}};
    for (size_t i = 0; i < 3; i++) {
        desk d = desk_open_default();
        desk_book(&d, 100, 101, 1);
        const char *said = desk_single(&d, BTC, stop_loss(1, 1, book_rows[i].stop));
        CHECK((strcmp(said, "rejected 1 would_trigger") == 0) == book_rows[i].refused);
        CHECK(LOCKED(&d, BTC_BASE) == (book_rows[i].refused ? 0 : E8(1)));
        desk_close(&d);
        d = desk_open_default();
        desk_bar(&d, 100, 100, 100, 10); /* best bid of the made book 99.99 */
        said = desk_single(&d, BTC, stop_loss(1, 1, bar_rows[i].stop));
        CHECK((strcmp(said, "rejected 1 would_trigger") == 0) == bar_rows[i].refused);
        desk_close(&d);
    }
}

static void test_stop__needs_its_base_free(void **state)
{
    (void)state;
    desk d = desk_with_stop(4);
    SAYS(desk_single(&d, BTC, stop_loss(2, 6.001, 90)), "rejected 2 balance");
    SAYS(desk_single(&d, BTC, stop_loss(2, 6, 90)), "ack 2 90x6");
    SAYS(desk_single(&d, BTC, limit_fok(3, L1_SIDE_SELL, 0.1, 100)), "rejected 3 balance");
    SAYS(desk_cancel(&d, BTC, 1), "canceled 1");
    CHECK(LOCKED(&d, BTC_BASE) == E8(6));
    SAYS(desk_single(&d, BTC, limit_fok(3, L1_SIDE_SELL, 0.1, 100)),
         "ack 3 100x0.1; fill 3 100x0.1 fee 0.01; done 3");
    desk_close(&d);
}

static void test_cancel__ends_a_resting_stop_and_nothing_else(void **state)
{
    (void)state;
    desk d = desk_with_stop(1);
    SAYS(desk_cancel(&d, BTC, 2), "cancel_reject 2");
    SAYS(desk_cancel(&d, ETH, 1), "cancel_reject 1");
    CHECK(LOCKED(&d, BTC_BASE) == E8(1));
    SAYS(desk_cancel(&d, BTC, 1), "canceled 1");
    CHECK(LOCKED(&d, BTC_BASE) == 0 && TOTAL(&d, BTC_BASE) == E8(10));
    SAYS(desk_cancel(&d, BTC, 1), "cancel_reject 1");
    SAYS(desk_trade(&d, 80), "");
    desk_close(&d);
}

static void test_book__triggers_at_its_best_bid_and_is_what_the_stop_meets(void **state)
{
    (void)state;
    static const struct {
        double bid;
        const char *want;
    } rows[] = {
        {90.01, ""},
        {90, "fill 1 90x1 fee 0.09; fill 1 89x0.5 fee 0.0445; done 1"},
        {80, "fill 1 80x1 fee 0.08; fill 1 79x0.5 fee 0.0395; done 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_with_stop(1.5);
        SAYS(desk_book(&d, rows[i].bid, 101, 1), rows[i].want);
        CHECK(LOCKED(&d, BTC_BASE) == (rows[i].want[0] == '\0' ? E8(1.5) : 0));
        desk_close(&d);
    }
}

static void test_trade__triggers_and_the_stop_meets_the_last_book(void **state)
{
    (void)state;
    desk d = desk_with_stop(1.5);
    SAYS(desk_trade(&d, 90.01), "");
    SAYS(desk_trade(&d, 90), "fill 1 100x1 fee 0.1; fill 1 99x0.5 fee 0.0495; done 1");
    desk_close(&d);
    d = desk_with_stop(1.5); /* no fresh book: one around min(stop, trade), if the bar is fresh */
    d.now_ns += 61 * SECOND;
    desk_bar(&d, 100, 100, 100, 200);
    SAYS(desk_trade(&d, 89), "fill 1 88.99x1.5 fee 0.133485; done 1");
    desk_close(&d);
    d = desk_with_stop(1.5);
    d.now_ns += 61 * SECOND;
    SAYS(desk_trade(&d, 89), "expired 1 no_liquidity 1.5");
    CHECK(LOCKED(&d, BTC_BASE) == 0 && TOTAL(&d, BTC_BASE) == E8(10));
    desk_close(&d);
}

static void test_bar__triggers_at_its_low_around_the_worse_of_stop_and_open(void **state)
{
    (void)state;
    static const struct {
        double open, low, close;
        const char *want;
    } rows[] = {
        {100, 90.01, 100, ""},
        {100, 90, 100, "fill 1 89.99x1 fee 0.08999; fill 1 89.98x0.5 fee 0.04499; done 1"},
        {90, 90, 100, "fill 1 89.99x1 fee 0.08999; fill 1 89.98x0.5 fee 0.04499; done 1"},
        {80, 70, 100, "fill 1 79.99x1 fee 0.07999; fill 1 79.98x0.5 fee 0.03999; done 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_with_stop(1.5); /* with a fresh book: the bar's rule holds all the same */
        d.now_ns += SECOND;
        SAYS(desk_bar(&d, rows[i].open, rows[i].low, rows[i].close, 100), rows[i].want);
        desk_close(&d);
    }
}

static void test_bar__volume_is_one_budget_for_stops_and_later_sells(void **state)
{
    (void)state;
    desk d = desk_with_stop(1.5);
    SAYS(desk_single(&d, BTC, stop_loss(2, 1, 91)), "ack 2 91x1");
    d.now_ns += 61 * SECOND;             /* the book is stale */
    SAYS(desk_bar(&d, 100, 85, 100, 20), /* 0.2 a level */
         "fill 1 89.99x0.2 fee 0.017998; fill 1 89.98x0.2 fee 0.017996; "
         "fill 1 89.97x0.2 fee 0.017994; fill 1 89.96x0.2 fee 0.017992; "
         "fill 1 89.95x0.2 fee 0.01799; fill 1 89.94x0.2 fee 0.017988; "
         "fill 1 89.93x0.2 fee 0.017986; fill 1 89.92x0.1 fee 0.008992; done 1; "
         "fill 2 90.92x0.1 fee 0.009092; fill 2 90.91x0.2 fee 0.018182; "
         "fill 2 90.9x0.2 fee 0.01818; expired 2 no_liquidity 0.5");
    CHECK(LOCKED(&d, BTC_BASE) == 0);
    SAYS(desk_single(&d, BTC, limit_fok(3, L1_SIDE_SELL, 0.1, 90)),
         "ack 3 90x0.1; expired 3 unfilled_fok 0.1");
    SAYS(desk_single(&d, BTC, limit_fok(4, L1_SIDE_BUY, 0.1, 101)),
         "ack 4 101x0.1; fill 4 100.01x0.1 fee 0.0001; done 4");
    desk_close(&d);
}

static void test_bar__does_not_touch_a_stop_placed_after_it_closed(void **state)
{
    (void)state;
    static const struct {
        int64_t placed_ms_after_close;
        bool triggers;
    } rows[] = {{-1, true}, {0, true}, {1, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d = desk_open_default();
        d.now_ns = START + rows[i].placed_ms_after_close * 1000000;
        desk_single(&d, BTC, stop_loss(1, 1, 90));
        d.now_ns = START;
        desk_bar(&d, 100, 80, 100, 1000);
        CHECK((d.answers.count > 0) == rows[i].triggers);
        desk_close(&d);
    }
}

static void test_bar__late_or_repeated_changes_nothing(void **state)
{
    (void)state;
    desk d = desk_open_default();
    desk_bar(&d, 100, 100, 100, 10);
    d.now_ns += SECOND;
    SAYS(desk_single(&d, BTC, stop_loss(1, 1, 90)), "ack 1 90x1");
    const l1_hash128 before = desk_hash(&d);
    d.now_ns -= SECOND;
    SAYS(desk_bar(&d, 80, 80, 80, 10), ""); /* the same minute again */
    d.now_ns -= L1_MINUTE_NS;
    SAYS(desk_bar(&d, 80, 80, 80, 10), "");
    const l1_hash128 after = desk_hash(&d);
    CHECK(before.lo == after.lo && before.hi == after.hi);
    desk_close(&d);
}

static void test_stops__triggered_together_run_oldest_first(void **state)
{
    (void)state;
    desk d = desk_with_stop(1);
    SAYS(desk_single(&d, BTC, stop_loss(2, 1, 95)), "ack 2 95x1");
    SAYS(desk_single(&d, BTC, stop_loss(3, 1, 80)), "ack 3 80x1");
    SAYS(desk_single(&d, BTC, stop_loss(4, 2, 92)), "ack 4 92x2");
    SAYS(desk_book(&d, 90, 91, 1), "fill 1 90x1 fee 0.09; done 1; fill 2 89x1 fee 0.089; done 2; "
                                   "fill 4 88x1 fee 0.088; expired 4 no_liquidity 1");
    CHECK(LOCKED(&d, BTC_BASE) == E8(1));
    SAYS(desk_trade(&d, 80), "expired 3 no_liquidity 1"); /* that book is used up */
    desk_close(&d);
}

static void test_slots__are_free_again_after_a_stop_ended(void **state)
{
    (void)state;
    desk d = desk_open_default();
    for (uint64_t n = 1; n <= 400; n++) { /* five rest at a time */
        const double stop = 90.0 - (double)(n % 5);
        desk_book(&d, 100, 101, 1);
        desk_single(&d, BTC, stop_loss(n, 0.1, stop));
        CHECK(d.answers.items[0].kind == L1_VENUE_ACK);
        desk_single(&d, BTC, stop_loss(n, 0.1, stop));
        CHECK(d.answers.items[0].kind == L1_VENUE_REJECTED); /* its id is found */
        if (n >= 5) desk_cancel(&d, BTC, n - 4);
        CHECK(n < 5 || d.answers.items[0].kind == L1_VENUE_CANCELED);
    }
    CHECK(LOCKED(&d, BTC_BASE) == E8(0.4));
    SAYS(desk_trade(&d, 86.01),
         "fill 397 100x0.1 fee 0.01; done 397; fill 398 100x0.1 fee 0.01; done 398; "
         "fill 400 100x0.1 fee 0.01; done 400");
    CHECK(LOCKED(&d, BTC_BASE) == E8(0.1)); /* 399 rests at 86 */
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop__is_refused_when_it_would_trigger_at_once),
        cmocka_unit_test(test_stop__needs_its_base_free),
        cmocka_unit_test(test_cancel__ends_a_resting_stop_and_nothing_else),
        cmocka_unit_test(test_book__triggers_at_its_best_bid_and_is_what_the_stop_meets),
        cmocka_unit_test(test_trade__triggers_and_the_stop_meets_the_last_book),
        cmocka_unit_test(test_bar__triggers_at_its_low_around_the_worse_of_stop_and_open),
        cmocka_unit_test(test_bar__volume_is_one_budget_for_stops_and_later_sells),
        cmocka_unit_test(test_bar__does_not_touch_a_stop_placed_after_it_closed),
        cmocka_unit_test(test_bar__late_or_repeated_changes_nothing),
        cmocka_unit_test(test_stops__triggered_together_run_oldest_first),
        cmocka_unit_test(test_slots__are_free_again_after_a_stop_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
