/* A what-if over a journal whose beginning is retired, and the fork of a state. */
#include <dirent.h>

#include "app/commands.h"
#include "app/what_if.h"
#include "journal/directory.h"
#include "journal/snapshot.h"
#include "world.h"

static char said[1 << 20];

/* Asks and reads the answer; `said` is its JSON lines. */
static int ask(const world *w, const char *const *overrides, size_t count)
{
    char path[96];
    (void)snprintf(path, sizeof path, "%s.answer", w->dir);
    const l1_what_if_options options = {
        .dir = w->dir, .overrides = overrides, .overrides_count = count, .out = path, .json = true};
    const int code = l1_what_if(&options);
    said[0] = '\0';
    FILE *in = fopen(path, "r");
    if (in != NULL) {
        said[fread(said, 1, sizeof said - 1, in)] = '\0';
        (void)fclose(in);
    }
    (void)remove(path);
    return code;
}

static bool says(const char *text)
{
    return strstr(said, text) != NULL;
}

/* Removes the segments that end before `sequence`, as retention does. Returns how many. */
static size_t retire(const world *w, uint64_t sequence)
{
    const l1_directory dir = {l1_storage_posix(), w->dir};
    l1_numbers segments;
    l1_diag diag;
    size_t removed = 0;
    CHECK(l1_directory_segments(&dir, &segments, &diag).code == L1_OK);
    for (size_t i = 0; i + 1 < segments.count; i++) {
        l1_segment_header header;
        l1_segment_state state = L1_SEGMENT_UNUSED;
        char path[128];
        const l1_result read =
            l1_directory_header(&dir, segments.at[i + 1], &header, &state, &diag);
        if (read.code != L1_OK || state != L1_SEGMENT_VALID) break;
        if (header.first_sequence > sequence + 1) break;
        (void)snprintf(path, sizeof path, "%s/segment-%010llu.l1j", w->dir,
                       (unsigned long long)segments.at[i]);
        CHECK(remove(path) == 0);
        removed++;
    }
    l1_numbers_free(&segments);
    return removed;
}

enum { INPUTS = 1500, SNAPSHOT_AT = 1000 };

/* A run of INPUTS inputs with one snapshot in it; returns the record it stands behind. */
static uint64_t record(world *w)
{
    uint64_t sequence = 0;
    l1_diag diag;
    const l1_directory dir = {l1_storage_posix(), w->dir};
    world_open(w, true);
    for (size_t n = 0; n < INPUTS; n++) {
        world_input(w, n);
        if (n + 1 == SNAPSHOT_AT) CHECK(l1_runner_snapshot(w->runner, &w->diag).code == L1_OK);
    }
    world_flush(w);
    world_crash(w);
    CHECK(l1_snapshot_newest(&dir, &sequence, &diag).code == L1_OK);
    CHECK(sequence > 0);
    return sequence;
}

static void test_what_if__begins_with_the_oldest_snapshot_when_records_are_retired(void **state)
{
    (void)state;
    static const char *const change[] = {"symbols.BTC/USDT.qty_min=0.01"};
    char text[64];
    world *w = world_new();
    const uint64_t sequence = record(w);
    CHECK(ask(w, NULL, 0) == L1_EXIT_DONE);
    CHECK(says("\"snapshot\":null") && says("\"differ\":0,") && says("\"state_same\":true"));
    CHECK(ask(w, change, 1) == L1_EXIT_DONE);
    CHECK(says("\"signal_id\":\"s1\"") && says("filled -> rejected by QTY_MIN"));

    CHECK(retire(w, sequence) > 0);
    CHECK(ask(w, NULL, 0) == L1_EXIT_DONE);
    (void)snprintf(text, sizeof text, "\"snapshot\":%llu,", (unsigned long long)sequence);
    CHECK(says(text) && says("\"differ\":0,") && says("\"steps_different\":0,"));
    CHECK(says("\"state_same\":true"));
    CHECK(ask(w, change, 1) == L1_EXIT_DONE);
    CHECK(!says("\"signal_id\":\"s1\"") && says(" -> rejected by QTY_MIN"));
    CHECK(says("\"cause\":\"direct\""));
    CHECK(says("\"knock_on\":0,") && says("\"unknown\":0,"));
    world_free(w);
}

static void test_what_if__says_so_when_no_snapshot_reaches_back(void **state)
{
    (void)state;
    char path[128];
    world *w = world_new();
    const uint64_t sequence = record(w);
    CHECK(retire(w, sequence) > 0);
    (void)snprintf(path, sizeof path, "rm -f %s/snapshot-*", w->dir);
    CHECK(system(path) == 0);
    CHECK(ask(w, NULL, 0) == L1_EXIT_FAILED);
    CHECK(said[0] == '\0');
    world_free(w);
}

/* A setting that the recorded state does not fit: forks fail, the rest is told. */
static void test_what_if__leaves_a_cause_unknown_that_cannot_be_looked_for(void **state)
{
    (void)state;
    static const char *const change[] = {"symbols.BTC/USDT.qty_min=0.01", "order.open_max=100"};
    world *w = world_new();
    (void)record(w);
    CHECK(ask(w, change, 2) == L1_EXIT_DONE);
    CHECK(says("\"cause\":\"unknown\"") && says("filled -> rejected by QTY_MIN"));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_if__begins_with_the_oldest_snapshot_when_records_are_retired),
        cmocka_unit_test(test_what_if__says_so_when_no_snapshot_reaches_back),
        cmocka_unit_test(test_what_if__leaves_a_cause_unknown_that_cannot_be_looked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
