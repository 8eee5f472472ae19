/* Tests of the figures: the engine, its next life, the journal from its first record and a watcher
 * that reads on all count the same. */
#include "app/commands.h"
#include "world.h"

static char *figures_text(const l1_metrics *figures, l1_system *system, const l1_limits *limits)
{
    static char text[L1_METRICS_TEXT_MAX];
    static l1_metrics copy;
    copy = *figures;
    copy.unknown_keys = L1_OFF; /* counted by whoever decodes, since its own start */
    l1_metrics_sample(&copy, l1_system_engine(system));
    const size_t size = l1_metrics_json(&copy, limits, text);
    return strndup(text, size);
}

static char *figures_of(world *w)
{
    return figures_text(l1_runner_figures(w->runner), l1_runner_system(w->runner),
                        &w->config.limits);
}

static char *restored_figures(l1_restored *restored)
{
    return figures_text(&restored->figures, restored->instance.system, &restored->config.limits);
}

/* From the first record, and as a restart begins. */
static void check_journal_counts(world *w, const char *want)
{
    for (int from_first = 0; from_first < 2; from_first++) {
        static l1_restored restored;
        (void)restored_hash(w->dir, from_first == 1, &restored, &w->diag);
        char *got = restored_figures(&restored);
        assert_string_equal(got, want);
        free(got);
        l1_restored_free(&restored);
    }
}

static void test_figures__go_on_over_crashes_stops_and_snapshots(void **state)
{
    (void)state;
    char command[] = "snapshot";
    world *w = world_new();
    world_open(w, true);
    size_t n = 0;
    for (int life = 0; life < 12; life++) {
        for (size_t until = n + 300; n < until; n++) world_input(w, n);
        world_flush(w);
        world_forget_outputs(w);
        char *before = figures_of(w);
        CHECK(l1_runner_figures(w->runner)->symbols[0].executed > 0);
        check_journal_counts(w, before);
        if (life % 3 == 2) {
            char *arguments[] = {command, w->dir, NULL};
            CHECK(l1_cmd_snapshot(2, arguments) == L1_EXIT_DONE);
            check_journal_counts(w, before);
        }
        if (life % 4 == 3) CHECK(l1_runner_snapshot(w->runner, &w->diag).code == L1_OK);
        if (life % 2 == 0) {
            world_crash(w);
        } else {
            world_stop(w);
        }
        world_open(w, true);
        world_flush(w); /* what is handed over again counts once */
        world_forget_outputs(w);
        char *after = figures_of(w);
        assert_string_equal(after, before);
        free(after);
        free(before);
    }
    world_free(w);
}

static void test_figures__follow_their_symbol_into_another_configuration(void **state)
{
    (void)state;
    static const char *const changed[] = {"symbols.ETH/USDT.qty_max=2"};
    world *w = world_new();
    world_open(w, true);
    for (size_t n = 0; n < 100; n++) world_input(w, n);
    world_flush(w);
    const l1_symbol_metrics before = l1_runner_figures(w->runner)->symbols[0];
    CHECK(before.executed > 0 && before.signals == before.executed + before.blocked);
    world_crash(w);
    world_configure(w, changed, 1);
    const l1_instrument first = w->config.limits.symbols[0];
    w->config.limits.symbols[0] = w->config.limits.symbols[1];
    w->config.limits.symbols[1] = first;
    world_forget_outputs(w);
    world_open(w, true);
    const l1_metrics *figures = l1_runner_figures(w->runner);
    assert_string_equal(w->config.limits.symbols[1].name, "BTC/USDT");
    CHECK(figures->symbols[1].executed == before.executed);
    CHECK(figures->symbols[0].signals == 0);
    world_free(w);
}

/* A watcher that reads on sees what one that begins anew sees, whatever the engine does. */
static void test_more__is_what_reading_from_the_first_record_gives(void **state)
{
    (void)state;
    static l1_restored kept;
    world *w = world_new();
    l1_diag diag = {.text = ""};
    const l1_restore_options options = {.dir = w->dir, .from_first = true};
    world_open(w, true);
    CHECK(l1_restore(&options, &kept, &diag).code == L1_OK);
    size_t n = 0;
    for (int look = 0; look < 60; look++) {
        for (size_t until = n + (size_t)(look * 7 % 40); n < until; n++) world_input(w, n);
        world_flush(w);
        world_forget_outputs(w);
        if (look % 15 == 7) world_crash(w);
        if (look % 15 == 14) world_stop(w);
        static l1_restored fresh;
        const uint64_t records = kept.records;
        CHECK(l1_restore(&options, &fresh, &diag).code == L1_OK);
        const l1_result more = l1_restore_more(&options, &kept, &diag);
        if (more.code != L1_OK) print_message("%s\n", diag.text);
        CHECK(more.code == L1_OK);
        CHECK(kept.last_sequence == fresh.last_sequence && kept.records == fresh.records);
        CHECK(kept.records >= records);
        CHECK(hash_equal(l1_system_hash(kept.instance.system),
                         l1_system_hash(fresh.instance.system)));
        char *got = restored_figures(&kept), *want = restored_figures(&fresh);
        assert_string_equal(got, want);
        free(got);
        free(want);
        l1_restored_free(&fresh);
        if (w->runner == NULL) world_open(w, true);
    }
    world_free(w);
    l1_restored_free(&kept);
}

static void test_more__refuses_a_journal_that_was_replaced(void **state)
{
    (void)state;
    for (size_t inputs = 1; inputs < 60; inputs += 29) { /* a shorter and a longer one */
        static l1_restored kept;
        l1_diag diag = {.text = ""};
        char command[256];
        world *w = world_new(), *other = world_new();
        const l1_restore_options options = {.dir = w->dir, .from_first = true};
        world_open(w, true);
        for (size_t n = 0; n < 20; n++) world_input(w, n);
        world_stop(w);
        CHECK(l1_restore(&options, &kept, &diag).code == L1_OK);
        world_open(other, true);
        for (size_t n = 0; n < inputs; n++) world_input(other, n + 1);
        world_stop(other);
        (void)snprintf(command, sizeof command, "rm -rf %s/* && cp -a %s/. %s/", w->dir, other->dir,
                       w->dir);
        CHECK(system(command) == 0);
        CHECK(l1_restore_more(&options, &kept, &diag).code != L1_OK);
        l1_restored_free(&kept);
        world_free(w);
        world_free(other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures__go_on_over_crashes_stops_and_snapshots),
        cmocka_unit_test(test_figures__follow_their_symbol_into_another_configuration),
        cmocka_unit_test(test_more__is_what_reading_from_the_first_record_gives),
        cmocka_unit_test(test_more__refuses_a_journal_that_was_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
