/* Account, order pace and kill switch: what they remember, forget and archive. */
#include "world.h"

/* ---- account ----------------------------------------------------------------------------- */

static l1_portfolio snapshot_at(int64_t ts_ns, int64_t quote_free, int64_t quote_locked)
{
    l1_portfolio portfolio = {.ts_ns = ts_ns, .equity_e8 = E(77, 0), .correlation_e8 = L1_OFF};
    portfolio.free_e8[0] = quote_free;
    portfolio.locked_e8[0] = quote_locked;
    return portfolio;
}

static void test_account__own_fills_after_a_snapshots_ts_apply_on_top(void **state)
{
    int64_t equity = 0;
    (void)state;
    world_make(L1_SIDE_BUY);
    CHECK(l1_account_equity(&w.account, &w.limits, w.markets, NOW_NS, &equity));
    CHECK(equity == E(100000, 0));
    l1_account_change(&w.account, 0, -E(1, 0), NOW_NS - 1);
    l1_account_change(&w.account, 0, -E(2, 0), NOW_NS);
    l1_account_change(&w.account, 0, -E(4, 0), NOW_NS + 1);
    l1_account_change(&w.account, 1, 9, NOW_NS + 1);
    l1_portfolio portfolio = snapshot_at(NOW_NS, E(1000, 0), E(10, 0));
    w.account.own_locked_e8[0] = E(3, 0);
    CHECK(l1_account_on_snapshot(&w.account, &portfolio, NOW_NS + 5, true, NULL) ==
          L1_SNAPSHOT_TAKEN);
    CHECK(w.account.total_e8[0] == E(1006, 0) && w.account.total_e8[1] == 9);
    CHECK(w.account.foreign_locked_e8[0] == E(7, 0));
    CHECK(l1_account_free_e8(&w.account, 0) == E(996, 0));
    CHECK(w.account.snapshot_since_ns == NOW_NS);
    CHECK(l1_account_equity(&w.account, &w.limits, w.markets, NOW_NS, &equity));
    CHECK(equity == E(77, 0));
    CHECK(l1_account_on_snapshot(&w.account, &portfolio, NOW_NS + 5, true, NULL) ==
          L1_SNAPSHOT_LATE);
    portfolio.ts_ns = NOW_NS + 9; /* ahead of the clock: its age counts from receipt */
    CHECK(l1_account_on_snapshot(&w.account, &portfolio, NOW_NS + 6, true, NULL) ==
          L1_SNAPSHOT_TAKEN);
    CHECK(w.account.snapshot_since_ns == NOW_NS + 6 && w.account.total_e8[0] == E(1010, 0));
}

static void test_account__snapshot_that_uncovers_own_locks_is_refused(void **state)
{
    int32_t asset = -1;
    (void)state;
    world_make(L1_SIDE_BUY);
    w.account.own_locked_e8[0] = E(5, 0);
    l1_portfolio portfolio = snapshot_at(NOW_NS, E(5, -1), 0);
    CHECK(l1_account_on_snapshot(&w.account, &portfolio, NOW_NS, true, &asset) ==
          L1_SNAPSHOT_UNCOVERED);
    CHECK(asset == 0 && w.account.total_e8[0] == E(100000, 0) && !w.account.has_snapshot);
    portfolio.free_e8[0]++;
    CHECK(l1_account_on_snapshot(&w.account, &portfolio, NOW_NS, true, &asset) ==
          L1_SNAPSHOT_TAKEN);
    portfolio = snapshot_at(NOW_NS + 1, 1, 0);
    CHECK(l1_account_on_snapshot(&w.account, &portfolio, NOW_NS + 1, false, NULL) ==
          L1_SNAPSHOT_TAKEN); /* LIVE takes the venue's word */
    CHECK(l1_account_free_e8(&w.account, 0) == 0);
}

static void test_account__snapshot_before_forgotten_fills_is_too_old(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    for (int64_t i = 0; i < L1_FILLS_KEPT; i++) l1_account_change(&w.account, 0, -1, NOW_NS + i);
    l1_portfolio portfolio = snapshot_at(NOW_NS - 1, E(1, 0), 0);
    l1_account account = w.account;
    CHECK(l1_account_on_snapshot(&account, &portfolio, NOW_NS, true, NULL) == L1_SNAPSHOT_TAKEN);
    CHECK(account.total_e8[0] == E(1, -L1_FILLS_KEPT));
    l1_account_change(&w.account, 0, -1, NOW_NS + L1_FILLS_KEPT);
    CHECK(l1_account_on_snapshot(&w.account, &portfolio, NOW_NS, true, NULL) ==
          L1_SNAPSHOT_TOO_OLD);
    portfolio.ts_ns = NOW_NS; /* the first one is forgotten, but lies at its ts */
    CHECK(l1_account_on_snapshot(&w.account, &portfolio, NOW_NS, true, NULL) ==
          L1_SNAPSHOT_TOO_OLD); /* the oldest one kept is later: nobody knows */
    portfolio.ts_ns = NOW_NS + 1;
    CHECK(l1_account_on_snapshot(&w.account, &portfolio, NOW_NS, true, NULL) == L1_SNAPSHOT_TAKEN);
}

static void test_account__archive_restores_every_field(void **state)
{
    static uint8_t bytes[200000];
    static l1_account loaded;
    (void)state;
    world_make(L1_SIDE_SELL);
    w.account.own_locked_e8[1] = 1;
    w.account.stop_locked_e8[0] = 2;
    w.account.open_buy_e8[1] = 3;
    w.account.stops_open[2] = 4;
    w.account.correlation_e8 = 5;
    for (int64_t i = 0; i < L1_FILLS_KEPT + 9; i++) l1_account_change(&w.account, 2, i, NOW_NS + i);
    l1_archive save = l1_archive_saving(bytes, sizeof bytes);
    l1_account_archive(&save, &w.account, WORLD_SYMBOLS);
    CHECK(l1_archive_ok(&save));
    l1_archive load = l1_archive_loading(bytes, save.out.used);
    l1_account_archive(&load, &loaded, WORLD_SYMBOLS);
    CHECK(l1_archive_ok(&load) && load.in.at == load.in.end);
    CHECK(memcmp(&loaded, &w.account, sizeof loaded) == 0);
}

/* ---- order pace -------------------------------------------------------------------------- */

static void test_pace__equals_a_naive_count(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    int64_t at_ns = NOW_NS;
    static int64_t times[5000];
    for (int i = 0; i < 5000; i++) {
        at_ns += (i * 7919 % 100) * SECOND_NS / 50;
        times[i] = at_ns;
        l1_order_pace_sent(&w.pace, BTC, (l1_side)(i % 2), i % 3, at_ns);
        int64_t rate = 0, repeats = 0;
        for (int k = 0; k <= i; k++) {
            rate += at_ns - times[k] < 60 * SECOND_NS;
            repeats += k % 6 == i % 6 && at_ns - times[k] < 10 * SECOND_NS;
        }
        CHECK(l1_order_pace_rate(&w.pace, at_ns, 1000) == rate);
        CHECK(l1_order_pace_rate(&w.pace, at_ns, 5) == (rate < 6 ? rate : 6));
        CHECK(l1_order_pace_repeats(&w.pace, BTC, (l1_side)(i % 2), i % 3, at_ns, 10 * SECOND_NS,
                                    1000) == repeats);
    }
}

static void test_pace__answers_too_many_when_it_had_to_forget(void **state)
{
    (void)state;
    world_make(L1_SIDE_BUY);
    l1_order_pace_sent(&w.pace, ETH, L1_SIDE_BUY, 5, NOW_NS);
    for (int i = 1; i < L1_PACE_KEPT; i++) {
        l1_order_pace_sent(&w.pace, BTC, L1_SIDE_BUY, i, NOW_NS + 1);
    }
    CHECK(l1_order_pace_rate(&w.pace, NOW_NS + 1, 70000) == L1_PACE_KEPT);
    CHECK(l1_order_pace_repeats(&w.pace, ETH, L1_SIDE_BUY, 5, NOW_NS + 1, SECOND_NS, 3) == 1);
    l1_order_pace_sent(&w.pace, BTC, L1_SIDE_BUY, 7, NOW_NS + 1);
    CHECK(l1_order_pace_rate(&w.pace, NOW_NS + 1, 70000) == 70001);
    CHECK(l1_order_pace_repeats(&w.pace, ETH, L1_SIDE_BUY, 5, NOW_NS + 1, SECOND_NS, 3) == 4);
    const int64_t later = NOW_NS + 1 + SECOND_NS;
    CHECK(l1_order_pace_repeats(&w.pace, ETH, L1_SIDE_BUY, 5, later, SECOND_NS, 3) == 0);
    CHECK(l1_order_pace_rate(&w.pace, NOW_NS + 1 + 60 * SECOND_NS, 70000) == 0);
}

static void test_pace__archive_keeps_what_is_inside_the_windows(void **state)
{
    static uint8_t bytes[100000];
    static l1_order_pace loaded;
    (void)state;
    world_make(L1_SIDE_BUY);
    l1_order_pace_sent(&w.pace, BTC, L1_SIDE_BUY, 5, NOW_NS);
    for (int i = 1; i <= 100; i++) {
        l1_order_pace_sent(&w.pace, BTC, L1_SIDE_BUY, 5, NOW_NS + i * SECOND_NS);
    }
    l1_archive save = l1_archive_saving(bytes, sizeof bytes);
    l1_order_pace_archive(&save, &w.pace);
    CHECK(l1_archive_ok(&save) && save.out.used == 12 + 60 * 21);
    l1_archive load = l1_archive_loading(bytes, save.out.used);
    l1_order_pace_archive(&load, &loaded);
    CHECK(l1_archive_ok(&load) && load.in.at == load.in.end && loaded.count == 101);
    const int64_t now_ns = NOW_NS + 130 * SECOND_NS;
    CHECK(l1_order_pace_rate(&loaded, now_ns, 500) == l1_order_pace_rate(&w.pace, now_ns, 500));
    CHECK(l1_order_pace_repeats(&loaded, BTC, L1_SIDE_BUY, 5, now_ns, 60 * SECOND_NS, 99) == 30);
    l1_archive one = l1_archive_hashing(1), two = l1_archive_hashing(1);
    l1_order_pace_archive(&one, &w.pace);
    l1_order_pace_archive(&two, &loaded);
    CHECK(l1_hash_end(&one.hasher).lo == l1_hash_end(&two.hasher).lo);
    l1_archive torn = l1_archive_loading(bytes, save.out.used - 1);
    l1_order_pace_archive(&torn, &loaded);
    CHECK(!l1_archive_ok(&torn));
}

/* ---- kill switch ------------------------------------------------------------------------- */

static void command(l1_control_command name, int32_t symbol)
{
    const l1_control control = {.command = name, .symbol = symbol};
    l1_kill_switch_control(&w.kill_switch, &control);
}

static void test_kill_switch__commands_set_and_clear_their_own_halts_only(void **state)
{
    static uint8_t bytes[100];
    static l1_kill_switch loaded;
    (void)state;
    world_make(L1_SIDE_BUY);
    l1_kill_switch *k = &w.kill_switch;
    k->unknown_orders[BTC] = 2;
    command(L1_CONTROL_HALT, -1);
    command(L1_CONTROL_REDUCE_ONLY, -1);
    command(L1_CONTROL_HALT_SYMBOL, ETH);
    command(L1_CONTROL_HALT_SYMBOL, -1);
    CHECK(k->halted && k->reduce_only && k->symbol_halted[ETH] && !k->symbol_halted[BTC]);
    command(L1_CONTROL_CANCEL_ALL, -1);
    command(L1_CONTROL_STATUS, -1);
    command(L1_CONTROL_RELOAD_MODELS, -1);
    command(L1_CONTROL_RESUME_SYMBOL, BTC);
    CHECK(k->halted && k->reduce_only && k->symbol_halted[ETH]);
    k->venue_heard_ns = 3;
    k->space_low = true;
    l1_archive save = l1_archive_saving(bytes, sizeof bytes);
    l1_kill_switch_archive(&save, k, WORLD_SYMBOLS);
    CHECK(l1_archive_ok(&save));
    l1_archive load = l1_archive_loading(bytes, save.out.used);
    l1_kill_switch_archive(&load, &loaded, WORLD_SYMBOLS);
    CHECK(l1_archive_ok(&load) && memcmp(&loaded, k, sizeof loaded) == 0);
    command(L1_CONTROL_RESUME, -1);
    CHECK(!k->halted && !k->reduce_only && k->symbol_halted[ETH]);
    command(L1_CONTROL_RESUME_SYMBOL, ETH);
    CHECK(!k->symbol_halted[ETH] && k->unknown_orders[BTC] == 2); /* a freeze stays */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_account__own_fills_after_a_snapshots_ts_apply_on_top),
        cmocka_unit_test(test_account__snapshot_that_uncovers_own_locks_is_refused),
        cmocka_unit_test(test_account__snapshot_before_forgotten_fills_is_too_old),
        cmocka_unit_test(test_account__archive_restores_every_field),
        cmocka_unit_test(test_pace__equals_a_naive_count),
        cmocka_unit_test(test_pace__answers_too_many_when_it_had_to_forget),
        cmocka_unit_test(test_pace__archive_keeps_what_is_inside_the_windows),
        cmocka_unit_test(test_kill_switch__commands_set_and_clear_their_own_halts_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
