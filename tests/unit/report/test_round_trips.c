/* round_trips, distribution: gains to the last unit, bins on both sides of their edges. */
#include "testlib/check.h"

#include <math.h>
#include <string.h>

#include "report/distribution.h"
#include "report/round_trips.h"
#include "unit/report/figures.h"

static l1_round_trips trips;
static l1_distribution distribution;

static l1_limits *limits(void)
{
    l1_limits *of = figures_limits();
    of->symbols[BTC].lot_e8 = 1000;
    of->symbols[ETH].lot_e8 = 10000;
    return of;
}

static void clear(void)
{
    memset(&trips, 0, sizeof trips);
}

static l1_lot_trade trade(int32_t symbol, const char *id, int64_t qty_e8, int64_t quote_e8)
{
    return (l1_lot_trade){symbol, id, AT_NS, qty_e8, quote_e8, L1_OFF};
}

static void buy(int32_t symbol, const char *id, int64_t qty_e8, int64_t quote_e8)
{
    const l1_lot_trade one = trade(symbol, id, qty_e8, quote_e8);
    l1_round_trips_buy(&trips, &one);
}

static void sell(int32_t symbol, const char *id, int64_t qty_e8, int64_t quote_e8, bool own)
{
    const l1_lot_trade one = trade(symbol, id, qty_e8, quote_e8);
    l1_round_trips_sell(&trips, limits(), &one, own);
}

static void test_trips__a_sell_closes_the_oldest_lot_of_its_symbol(void **state)
{
    (void)state;
    clear();
    buy(ETH, "e", 10000, 500);
    buy(BTC, "a", 10000, 1000);
    buy(BTC, "b", 10000, 3000);
    sell(BTC, "x", 15000, 3000, false); /* 2000 for a, 1000 for half of b */
    CHECK(trips.winners.count == 1 && trips.winners.gain_e8 == 1000);
    CHECK(trips.losers.count == 0 && trips.count == 2);
    CHECK(trips.lots[0].symbol == ETH && trips.lots[0].qty_e8 == 10000);
    CHECK(trips.lots[1].qty_e8 == 5000 && trips.lots[1].cost_e8 == 1500);
    CHECK(trips.lots[1].gain_e8 == -500);
    sell(BTC, "y", 5000, 1600, false);
    CHECK(trips.losers.count == 1 && trips.losers.gain_e8 == -400);
}

static void test_trips__a_stop_closes_its_own_execution_alone(void **state)
{
    (void)state;
    clear();
    buy(BTC, "a", 10000, 1000);
    buy(BTC, "b", 10000, 3000);
    sell(BTC, "b", 10000, 2900, true);
    CHECK(trips.losers.count == 1 && trips.losers.gain_e8 == -100);
    CHECK(trips.count == 1 && strcmp(trips.lots[0].execution_id, "a") == 0);
    sell(BTC, "c", 10000, 2900, true); /* nobody's */
    CHECK(trips.count == 1 && trips.winners.count == 0);
}

static void test_trips__a_lot_ends_when_less_than_the_venue_trades_is_left(void **state)
{
    (void)state;
    static const struct {
        int64_t sold_e8;
        uint32_t open;
        int64_t gain_e8;
    } rows[] = {{9000, 1, 0}, {9001, 0, 99}, {10000, 0, 99}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clear();
        buy(BTC, "a", 10000, 1);
        sell(BTC, "x", rows[i].sold_e8, 100, false);
        CHECK(trips.count == rows[i].open && trips.winners.gain_e8 == rows[i].gain_e8);
    }
}

static void test_trips__no_gain_is_a_loss_and_open_lots_are_worth_the_mid(void **state)
{
    (void)state;
    clear();
    buy(BTC, "a", L1_E8, 10 * L1_E8);
    buy(BTC, "b", L1_E8, 10 * L1_E8);
    sell(BTC, "x", L1_E8, 10 * L1_E8, false);
    CHECK(trips.losers.count == 1 && trips.losers.gain_e8 == 0 && trips.winners.count == 0);
    int64_t mids_e8[L1_SYMBOLS_MAX] = {[BTC] = 12 * L1_E8};
    CHECK(l1_round_trips_open(&trips, mids_e8).gain_e8 == 2 * L1_E8);
    mids_e8[BTC] = 0;
    CHECK(l1_round_trips_open(&trips, mids_e8).gain_e8 == 0);
}

static void test_trips__the_oldest_goes_when_there_is_no_room(void **state)
{
    (void)state;
    clear();
    for (int i = 0; i < L1_LOTS_MAX; i++) buy(BTC, i == 0 ? "first" : "a", 10000, 1);
    CHECK(trips.dropped == 0);
    buy(ETH, "last", 10000, 1);
    CHECK(trips.dropped == 1 && trips.count == L1_LOTS_MAX);
    CHECK(strcmp(trips.lots[0].execution_id, "a") == 0);
    CHECK(strcmp(trips.lots[L1_LOTS_MAX - 1].execution_id, "last") == 0);
}

static void test_scores__bins_are_fiftieths(void **state)
{
    (void)state;
    static const struct {
        int64_t score_e8;
        uint32_t bin;
    } rows[] = {{-1, 0},        {0, 0},         {1999999, 0},    {2000000, 1},
                {97999999, 48}, {98000000, 49}, {100000000, 49}, {200000000, 49}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(l1_score_bin(rows[i].score_e8) == rows[i].bin);
    }
}

static void test_distribution__cells_reach_from_their_edge_to_below_the_next(void **state)
{
    (void)state;
    static const struct {
        int64_t bp_e8;
        double low, high;
    } rows[] = {
        {0, 0, 0.1},
        {9999999, 0, 0.1},
        {10000000, 0.1, 0.2},
        {-1, -0.1, 0},
        {-10000000, -0.1, 0},
        {-10000001, -0.2, -0.1},
        {L1_OFF + 1, -500, -499.9},
        {INT64_MAX, 499.9, 500},
        {-50001000000, -500, -499.9},
        {50000000000, 499.9, 500},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(&distribution, 0, sizeof distribution);
        l1_distribution_add(&distribution, rows[i].bp_e8);
        CHECK(l1_distribution_between(&distribution, rows[i].low, rows[i].high) == 1);
        CHECK(l1_distribution_between(&distribution, -500, 500) == 1);
        CHECK(l1_distribution_between(&distribution, -500, rows[i].low) == 0);
        CHECK(l1_distribution_between(&distribution, rows[i].high, 500) == 0);
        CHECK(distribution.low_e8 == rows[i].bp_e8 && distribution.high_e8 == rows[i].bp_e8);
        CHECK(l1_distribution_mean_e8(&distribution) == rows[i].bp_e8);
    }
}

static void test_distribution__quantiles_are_within_a_cell(void **state)
{
    (void)state;
    memset(&distribution, 0, sizeof distribution);
    CHECK(l1_distribution_quantile(&distribution, 0.5) == 0);
    for (int i = 1; i <= 100; i++) l1_distribution_add(&distribution, i * L1_E8);
    static const struct {
        double q, bp;
    } rows[] = {{0, 1}, {0.01, 1}, {0.5, 50}, {0.95, 95}, {1, 100}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(fabs(l1_distribution_quantile(&distribution, rows[i].q) - rows[i].bp) < 0.1);
    }
    CHECK(l1_distribution_mean_e8(&distribution) == 5050000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trips__a_sell_closes_the_oldest_lot_of_its_symbol),
        cmocka_unit_test(test_trips__a_stop_closes_its_own_execution_alone),
        cmocka_unit_test(test_trips__a_lot_ends_when_less_than_the_venue_trades_is_left),
        cmocka_unit_test(test_trips__no_gain_is_a_loss_and_open_lots_are_worth_the_mid),
        cmocka_unit_test(test_trips__the_oldest_goes_when_there_is_no_room),
        cmocka_unit_test(test_scores__bins_are_fiftieths),
        cmocka_unit_test(test_distribution__cells_reach_from_their_edge_to_below_the_next),
        cmocka_unit_test(test_distribution__quantiles_are_within_a_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
