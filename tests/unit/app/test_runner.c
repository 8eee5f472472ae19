/* Tests of app/runner.h: when outputs come, and that they come again after a crash. */
#include "world.h"

static void test_runner__without_a_journal_outputs_come_at_once(void **state)
{
    (void)state;
    world *w = world_new();
    world_open(w, false);
    world_book(w, START_MS, 50000);
    CHECK(w->count == 0);
    world_buy(w, START_MS + 10, "a");
    world_book(w, START_MS + 100, 50000); /* the venue's answer is due */
    CHECK(w->count == 1);
    CHECK(strstr(w->outputs[0].text, "\"status\":\"filled\"") != NULL);
    world_buy(w, START_MS + 110, "a");
    CHECK(w->count >= 2);
    CHECK(w->outputs[1].duplicate);
    CHECK(l1_runner_parked(w->runner) == 0);
    world_free(w);
}

static void test_runner__outputs_wait_until_their_inputs_are_durable(void **state)
{
    (void)state;
    world *w = world_new();
    world_open(w, true);
    for (size_t n = 0; n < 20; n++) world_input(w, n);
    CHECK(w->count == 0);
    CHECK(l1_runner_parked(w->runner) > 0);
    const uint64_t appended = l1_runner_appended(w->runner);
    world_flush(w);
    CHECK(w->count > 0);
    CHECK(l1_runner_parked(w->runner) == 0);
    CHECK(l1_runner_durable(w->runner) >= appended);
    CHECK(l1_runner_released(w->runner) == l1_runner_effects(w->runner));
    for (size_t i = 1; i < w->count; i++) CHECK(w->outputs[i].seq > w->outputs[i - 1].seq);
    world_free(w);
}

static void test_runner__a_journal_changes_no_output(void **state)
{
    (void)state;
    world *with = world_new(), *without = world_new();
    world_open(with, true);
    world_open(without, false);
    for (size_t n = 0; n < 60; n++) {
        world_input(with, n);
        world_input(without, n);
    }
    CHECK(l1_runner_drain(with->runner, &with->diag).code == L1_OK);
    CHECK(l1_runner_drain(without->runner, &without->diag).code == L1_OK);
    CHECK(with->count == without->count);
    CHECK(with->count > 40);
    for (size_t i = 0; i < with->count; i++) {
        assert_string_equal(with->outputs[i].text, without->outputs[i].text);
    }
    CHECK(hash_equal(world_hash(with), world_hash(without)));
    CHECK(!l1_system_pending(l1_runner_system(with->runner)));
    world_free(with);
    world_free(without);
}

static void test_runner__what_was_not_published_comes_again_byte_for_byte(void **state)
{
    static const uint64_t published_rows[] = {0, 1, 7, UINT64_MAX};
    (void)state;
    for (size_t row = 0; row < sizeof published_rows / sizeof published_rows[0]; row++) {
        world *w = world_new();
        w->published_max = published_rows[row];
        world_open(w, true);
        for (size_t n = 0; n < 30; n++) world_input(w, n);
        world_flush(w);
        world_flush(w); /* makes the position durable */
        const uint64_t effects = l1_runner_effects(w->runner);
        const uint64_t position = published_rows[row] < effects ? published_rows[row] : effects;
        const size_t before = w->count;
        world_crash(w);
        w->published_max = UINT64_MAX;
        world_open(w, true);
        CHECK(w->found.published == position);
        CHECK(!w->found.clean);
        CHECK(w->count == before); /* not from inside open */
        CHECK(l1_runner_release(w->runner, &w->diag).code == L1_OK);
        size_t first = 0;
        while (first < before && w->outputs[first].seq <= position) first++;
        CHECK(w->count - before == before - first);
        for (size_t i = first; i < before; i++) {
            assert_string_equal(w->outputs[i].text, w->outputs[before + i - first].text);
        }
        CHECK(l1_runner_release(w->runner, &w->diag).code == L1_OK);
        CHECK(w->count - before == before - first); /* once */
        world_free(w);
    }
}

static void test_runner__a_clean_stop_replays_nothing(void **state)
{
    (void)state;
    world *w = world_new();
    world_open(w, true);
    CHECK(w->found.fresh);
    for (size_t n = 0; n < 30; n++) world_input(w, n);
    world_flush(w);
    const l1_hash128 hash = world_hash(w);
    const int64_t now_ns = l1_runner_now_ns(w->runner);
    world_stop(w);
    world_forget_outputs(w);
    world_open(w, true);
    CHECK(!w->found.fresh);
    CHECK(w->found.clean);
    CHECK(w->found.records == 0);
    CHECK(w->found.snapshot > 0);
    CHECK(!w->found.config_changed);
    CHECK(hash_equal(world_hash(w), hash));
    CHECK(l1_runner_now_ns(w->runner) == now_ns);
    world_flush(w);
    CHECK(w->count == 0);
    world_free(w);
}

static void test_runner__a_duplicate_gets_a_report_from_before_the_snapshot(void **state)
{
    (void)state;
    world *w = world_new();
    world_open(w, true);
    world_book(w, START_MS, 50000);
    world_buy(w, START_MS + 10, "a");
    world_book(w, START_MS + 100, 50000);
    world_stop(w);
    CHECK(w->count == 1);
    world_open(w, true);
    world_buy(w, START_MS + 10, "a");
    world_flush(w);
    CHECK(w->count == 2);
    CHECK(w->outputs[1].duplicate);
    CHECK(w->outputs[1].seq > w->outputs[0].seq);
    CHECK(strstr(w->outputs[1].text, "\"status\":\"filled\"") != NULL);
    world_free(w);
}

static void test_runner__takes_over_a_changed_configuration_and_verifies(void **state)
{
    static const char *const changed[] = {"symbols.BTC/USDT.qty_max=0.0005"};
    l1_restored restored;
    (void)state;
    world *w = world_new();
    world_open(w, true);
    for (size_t n = 0; n < 15; n++) world_input(w, n);
    world_crash(w); /* not even a clean stop lies between */
    world_configure(w, changed, 1);
    world_open(w, true);
    CHECK(w->found.config_changed);
    world_flush(w);
    world_forget_outputs(w);
    world_buy(w, START_MS + 1000, "too_large_now");
    world_flush(w);
    CHECK(strstr(w->outputs[w->count - 1].text, "QTY_MAX") != NULL);
    world_stop(w);
    const l1_hash128 first = restored_hash(w->dir, true, &restored, &w->diag);
    CHECK(restored.hashes_compared == 2);
    CHECK(restored.config.limits.symbols[0].qty_max_e8 == 50000);
    CHECK(restored.config.limits.clock_from_events);
    l1_restored_free(&restored);
    CHECK(hash_equal(first, restored_hash(w->dir, false, &restored, &w->diag)));
    CHECK(restored.began_at > 0);
    l1_restored_free(&restored);
    world_free(w);
}

static void test_runner__keeps_a_second_engine_out(void **state)
{
    (void)state;
    world *w = world_new();
    world_open(w, true);
    l1_runner *first = w->runner;
    CHECK(world_try_open(w, true).code == L1_IO_LOCKED);
    CHECK(strstr(w->diag.text, "process id") != NULL);
    w->runner = first;
    world_free(w);
}

static void test_runner__asks_for_a_snapshot_once_per_segment(void **state)
{
    (void)state;
    world *w = world_new();
    world_open(w, true);
    size_t due = 0;
    for (size_t n = 0; n < 1500; n++) {
        world_input(w, n);
        if (l1_runner_snapshot_due(w->runner)) due++;
        if (n % 100 == 99) {
            world_flush(w);
            world_forget_outputs(w);
        }
    }
    CHECK(due >= 2);
    CHECK(due < 50);
    world_free(w);
}

static void test_clock__tells_a_jump_only_beyond_the_limit(void **state)
{
    static const struct {
        int64_t wall_ns, mono_ns, at_ns, jump_ns;
    } rows[] = {
        {2000, 2000, 2000, 0}, /* as much as the monotonic */
        {2100, 2000, 2100, 0}, /* ahead by the limit itself */
        {2101, 2000, 2101, 101},
        {500, 2000, 1000, 0}, /* backwards: time stands */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_clock clock = {.jump_min_ns = 100, .now_ns = 1000, .wall_ns = 1000, .mono_ns = 1000};
        l1_event event = {.kind = L1_EVENT_TICK};
        l1_clock_stamp_real(&clock, rows[i].wall_ns, rows[i].mono_ns, &event);
        CHECK(event.at_ns == rows[i].at_ns);
        CHECK(event.clock_jump_ns == rows[i].jump_ns);
    }
}

static void test_clock__from_events_moves_only_forward_and_only_by_valid_messages(void **state)
{
    static const struct {
        bool has_ts;
        int64_t ts_ns;
        l1_event_kind kind;
        int64_t want_ns;
    } rows[] = {
        {true, 1001, L1_EVENT_BAR, 1001},     {true, 999, L1_EVENT_BAR, 1000},
        {false, 5000, L1_EVENT_SIGNAL, 1000}, {true, 5000, L1_EVENT_REFUSED, 1000},
        {true, 1000, L1_EVENT_SIGNAL, 1000},
    };
    static l1_decoded stated;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_clock clock = {.from_events = true, .now_ns = 1000};
        stated.has_ts = rows[i].has_ts;
        stated.ts_ns = rows[i].ts_ns;
        stated.event.kind = rows[i].kind;
        l1_clock_stamp(&clock, &stated, &stated.event);
        CHECK(stated.event.at_ns == rows[i].want_ns);
        CHECK(clock.now_ns == rows[i].want_ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runner__without_a_journal_outputs_come_at_once),
        cmocka_unit_test(test_runner__outputs_wait_until_their_inputs_are_durable),
        cmocka_unit_test(test_runner__a_journal_changes_no_output),
        cmocka_unit_test(test_runner__what_was_not_published_comes_again_byte_for_byte),
        cmocka_unit_test(test_runner__a_clean_stop_replays_nothing),
        cmocka_unit_test(test_runner__a_duplicate_gets_a_report_from_before_the_snapshot),
        cmocka_unit_test(test_runner__takes_over_a_changed_configuration_and_verifies),
        cmocka_unit_test(test_runner__keeps_a_second_engine_out),
        cmocka_unit_test(test_runner__asks_for_a_snapshot_once_per_segment),
        cmocka_unit_test(test_clock__tells_a_jump_only_beyond_the_limit),
        cmocka_unit_test(test_clock__from_events_moves_only_forward_and_only_by_valid_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
