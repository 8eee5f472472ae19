/* Tests of app/recovery.h: wherever a journal ends, and whatever in it is not what it was. */
#include "app/commands.h"
#include "app/effect_cursor.h"
#include "app/instance.h"
#include "base/text.h"
#include "journal/blob.h"
#include "world.h"

enum { INPUTS = 40 };

static void copy_dir(const char *from, const char *to)
{
    char command[256];
    (void)snprintf(command, sizeof command, "cp -a %s/. %s/", from, to);
    CHECK(system(command) == 0);
}

/* Cuts the journal behind record `last`: zeros to the end of its segment, as a torn write left
 * it. */
static void cut_behind(const char *dir, uint64_t last)
{
    l1_journal_reader *reader = NULL;
    l1_record record;
    uint64_t segment = 0, offset = 0;
    char path[128];
    CHECK(l1_journal_reader_open(NULL, dir, &reader, NULL).code == L1_OK);
    CHECK(l1_journal_reader_seek(reader, last, NULL).code == L1_OK);
    CHECK(l1_journal_reader_next(reader, UINT64_MAX, &record, NULL).code == L1_OK);
    l1_journal_reader_place(reader, &segment, &offset);
    offset += l1_record_size(record.header.length);
    l1_journal_reader_close(reader);
    (void)snprintf(path, sizeof path, "%s/segment-%010llu.l1j", dir, (unsigned long long)segment);
    CHECK(truncate(path, (off_t)offset) == 0);
    CHECK(truncate(path, (off_t)SEGMENT) == 0);
}

static size_t count_inputs(const char *dir)
{
    l1_restored restored;
    l1_diag diag = {.text = ""};
    (void)restored_hash(dir, true, &restored, &diag);
    const size_t events = restored.events;
    l1_restored_free(&restored);
    return events;
}

static void test_recovery__every_cut_ends_in_the_state_of_the_uncut_run(void **state)
{
    (void)state;
    world *whole = world_new();
    world_open(whole, true);
    for (size_t n = 0; n < INPUTS; n++) world_input(whole, n);
    world_flush(whole);
    const l1_hash128 hash = world_hash(whole);
    const uint64_t last = l1_runner_appended(whole->runner) - 1; /* PUBLISHED aside */
    world_crash(whole);
    CHECK(last > INPUTS + 20);
    for (uint64_t cut = 2; cut <= last; cut++) { /* 2: START and CONFIG */
        world *w = world_new();
        copy_dir(whole->dir, w->dir);
        cut_behind(w->dir, cut);
        const size_t done = count_inputs(w->dir);
        world_open(w, true);
        for (size_t n = done; n < INPUTS; n++) world_input(w, n);
        world_flush(w);
        CHECK(hash_equal(world_hash(w), hash));
        CHECK(w->count == whole->count); /* nothing had been published */
        for (size_t i = 0; i < w->count; i++) {
            assert_string_equal(w->outputs[i].text, whole->outputs[i].text);
        }
        world_stop(w);
        l1_restored restored;
        CHECK(hash_equal(restored_hash(w->dir, true, &restored, &w->diag), hash));
        CHECK(restored.hashes_compared == 2);
        l1_restored_free(&restored);
        world_free(w);
    }
    world_free(whole);
}

static void test_recovery__a_snapshot_beside_the_engine_equals_the_first_record(void **state)
{
    char command[] = "snapshot", dir[64];
    char *arguments[] = {command, dir, NULL};
    l1_restored restored;
    (void)state;
    world *w = world_new();
    world_open(w, true);
    memcpy(dir, w->dir, sizeof dir);
    uint64_t began_at = 0;
    for (size_t n = 0; n < 2100; n++) {
        world_input(w, n);
        if (n % 100 == 99) {
            world_flush(w);
            world_forget_outputs(w);
        }
        if (n % 700 != 699) continue;
        CHECK(l1_cmd_snapshot(2, arguments) == L1_EXIT_DONE);
        const l1_hash128 first = restored_hash(w->dir, true, &restored, &w->diag);
        CHECK(restored.hashes_compared > 0);
        l1_restored_free(&restored);
        CHECK(hash_equal(first, restored_hash(w->dir, false, &restored, &w->diag)));
        CHECK(restored.began_at > began_at);
        began_at = restored.began_at;
        l1_restored_free(&restored);
    }
    const l1_hash128 hash = world_hash(w);
    world_crash(w);
    world_open(w, true);
    CHECK(w->found.snapshot == began_at);
    CHECK(hash_equal(world_hash(w), hash));
    world_free(w);
}

/* The build under test, as its journals name it. */
static const char *own_build(void)
{
    static char id[L1_SNAPSHOT_BUILD_MAX];
    l1_restored restored;
    if (id[0] != '\0') return id;
    world *w = world_new();
    world_open(w, true);
    (void)restored_hash(w->dir, true, &restored, &w->diag);
    memcpy(id, restored.build_id, sizeof id);
    l1_restored_free(&restored);
    world_free(w);
    return id;
}

/* --- journals made by hand ----------------------------------------------------------------- */

typedef struct {
    l1_journal *journal;
    l1_instance instance; /* what a right engine would hold */
    uint64_t sequence;
} hand;

static void add(hand *at, l1_record_type type, const void *payload, size_t size)
{
    at->sequence = l1_journal_append(at->journal, type, payload, size, 0, 1, 0, true);
    CHECK(at->sequence > 0);
}

static hand begin_by_hand(world *w, const char *build_id)
{
    hand at = {0};
    l1_journal_found found;
    char *text = NULL, hex[L1_BLOB_HEX_SIZE];
    size_t size = 0;
    l1_hash128 hash;
    uint8_t bytes[L1_START_BYTES_MAX];
    const l1_directory dir = {l1_storage_posix(), w->dir};
    const l1_journal_options options = {
        .dir = w->dir, .engine_id = w->config.limits.engine_id, .segment_size = SEGMENT};
    CHECK(l1_journal_open(&options, &at.journal, &found, &w->diag).code == L1_OK);
    CHECK(l1_config_text(&w->config, &text, &size, &hash, &w->diag).code == L1_OK);
    CHECK(l1_blob_put(&dir, text, size, hex, &w->diag).code == L1_OK);
    free(text);
    l1_start_payload start = {.epoch = 1, .mode = L1_MODE_PAPER};
    l1_text_copy(start.build_id, sizeof start.build_id, build_id);
    add(&at, L1_RECORD_START, bytes, l1_start_put(&start, bytes));
    l1_hash_put(hash, bytes);
    add(&at, L1_RECORD_CONFIG, bytes, L1_HASH_BYTES);
    CHECK(l1_instance_make(&at.instance, &w->config.limits, &w->diag).code == L1_OK);
    return at;
}

/* Adds an event of text and steps the right engine with it. */
static void add_event(hand *at, world *w, int64_t ms, const char *text)
{
    uint8_t bytes[L1_EVENT_BYTES_MAX];
    (void)l1_decode(&w->decoder, &w->config.limits, text, strlen(text), 1, &w->decoded);
    w->decoded.event.at_ns = ms * 1000000;
    l1_archive archive = l1_archive_saving(bytes, sizeof bytes);
    l1_event_archive(&archive, &w->decoded.event);
    add(at, L1_RECORD_EVENT, bytes, archive.out.used);
    l1_system_step(at->instance.system, &w->decoded.event, &at->instance.effects);
}

/* Adds the effect of the last event that stands at *from, its byte `flip` changed when >= 0. */
static bool add_effect(hand *at, size_t *from, int flip)
{
    uint8_t copy[L1_EFFECT_BYTES_MAX];
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    if (!l1_effects_next(&at->instance.effects, from, &bytes, &size)) return false;
    memcpy(copy, bytes, size);
    if (flip >= 0) copy[(uint32_t)flip % size] ^= 1;
    add(at, L1_RECORD_EFFECT, copy, size);
    return true;
}

static l1_result restore_by_hand(hand *at, world *w, l1_restored *restored)
{
    const l1_restore_options options = {.dir = w->dir, .from_first = true, .check_snapshots = true};
    l1_instance_free(&at->instance);
    CHECK(l1_journal_close(at->journal, &w->diag).code == L1_OK);
    return l1_restore(&options, restored, &w->diag);
}

static void test_recovery__names_the_first_effect_that_differs(void **state)
{
    static const struct {
        int flip, skip;   /* byte changed; effect left out */
        bool extra, more; /* one effect too many; an event follows */
        l1_status want;
        bool recorded, recomputed;
    } rows[] = {
        {-1, -1, false, true, L1_OK, false, false},
        {20, -1, false, true, L1_JOURNAL_DIFFERS, true, true},
        {8, -1, false, false, L1_JOURNAL_DIFFERS, true, true},
        {-1, -1, true, false, L1_JOURNAL_DIFFERS, true, false},
        {-1, 0, false, true, L1_JOURNAL_DIFFERS, false, true}, /* missing in the middle */
        {-1, 0, false, false, L1_OK, false, false},            /* missing at the end */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_restored restored;
        world *w = world_new();
        hand at = begin_by_hand(w, own_build());
        add_event(&at, w, START_MS, "{nonsense");
        size_t from = 0;
        if (rows[i].skip < 0) CHECK(add_effect(&at, &from, rows[i].flip));
        from = 0;
        if (rows[i].extra) CHECK(add_effect(&at, &from, -1));
        if (rows[i].more) add_event(&at, w, START_MS, "{}");
        const uint64_t last = at.sequence;
        CHECK(restore_by_hand(&at, w, &restored).code == rows[i].want);
        CHECK((restored.difference.recorded != NULL) == rows[i].recorded);
        CHECK((restored.difference.recomputed != NULL) == rows[i].recomputed);
        if (rows[i].want != L1_OK) {
            CHECK(restored.difference.sequence == last - (rows[i].more && rows[i].flip >= 0));
        }
        l1_restored_free(&restored);
        world_free(w);
    }
}

static void test_recovery__another_build_is_accepted_only_when_effects_are_equal(void **state)
{
    (void)state;
    for (int flip = -1; flip <= 20; flip += 21) {
        l1_restored restored;
        world *w = world_new();
        hand at = begin_by_hand(w, "0.0.9-older");
        size_t from = 0;
        add_event(&at, w, START_MS, "{nonsense");
        CHECK(add_effect(&at, &from, flip));
        const l1_result done = restore_by_hand(&at, w, &restored);
        CHECK(restored.built_by_other);
        CHECK((done.code == L1_OK) == (flip < 0));
        l1_restored_free(&restored);
        if (flip >= 0) {
            CHECK(done.code == L1_JOURNAL_DIFFERS);
            CHECK(strstr(w->diag.text, "0.0.9-older") != NULL);
            CHECK(strstr(w->diag.text, own_build()) != NULL);
            CHECK(strstr(w->diag.text, "record 4") != NULL);
            CHECK(world_try_open(w, true).code == L1_JOURNAL_DIFFERS);
        } else {
            world_open(w, true);
            CHECK(w->found.build_changed);
        }
        world_free(w);
    }
}

static void test_recovery__compares_the_hash_of_a_stop(void **state)
{
    (void)state;
    for (unsigned wrong = 0; wrong < 2; wrong++) {
        l1_restored restored;
        uint8_t bytes[L1_HASH_BYTES];
        world *w = world_new();
        hand at = begin_by_hand(w, own_build());
        size_t from = 0;
        add_event(&at, w, START_MS, "{nonsense");
        CHECK(add_effect(&at, &from, -1));
        l1_hash_put(l1_system_hash(at.instance.system), bytes);
        bytes[3] ^= (uint8_t)wrong;
        add(&at, L1_RECORD_STOP, bytes, sizeof bytes);
        const l1_result done = restore_by_hand(&at, w, &restored);
        CHECK(done.code == (wrong ? L1_JOURNAL_DIFFERS : L1_OK));
        CHECK(restored.hashes_compared == 1);
        CHECK(wrong || restored.clean);
        l1_restored_free(&restored);
        world_free(w);
    }
}

static void test_recovery__refuses_what_it_cannot_read(void **state)
{
    static const struct {
        l1_record_type type;
        size_t size;
    } rows[] = {
        {L1_RECORD_EVENT, 3},
        {L1_RECORD_START, 1},
        {L1_RECORD_CONFIG, 15},
        {L1_RECORD_STOP, 15},
    };
    static const uint8_t nothing[64];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_restored restored;
        world *w = world_new();
        hand at = begin_by_hand(w, own_build());
        add(&at, rows[i].type, nothing, rows[i].size);
        CHECK(restore_by_hand(&at, w, &restored).code == L1_JOURNAL_CORRUPT);
        CHECK(strstr(w->diag.text, "record 3") != NULL);
        l1_restored_free(&restored);
        world_free(w);
    }
}

static void count_effect(void *state, const l1_effect *effect)
{
    uint64_t *last = state;
    CHECK(effect->seq == *last + 1);
    *last = effect->seq;
}

static void test_recovery__shows_every_effect_once_beside_a_running_engine(void **state)
{
    (void)state;
    world *w = world_new();
    world_open(w, true);
    for (size_t n = 0; n < 50; n++) world_input(w, n);
    world_flush(w);
    uint64_t last = 0;
    l1_restored restored;
    const l1_restore_options options = {.dir = w->dir,
                                        .visitor = {.state = &last, .effect = count_effect}};
    CHECK(l1_restore(&options, &restored, &w->diag).code == L1_OK);
    CHECK(last == l1_runner_effects(w->runner));
    CHECK(restored.effects == last);
    CHECK(hash_equal(l1_system_hash(restored.instance.system), world_hash(w)));
    l1_restored_free(&restored);
    world_free(w);
}

static void test_effect_cursor__begins_behind_what_was_seen(void **state)
{
    (void)state;
    world *w = world_new();
    world_open(w, true);
    for (size_t n = 0; n < 1500; n++) world_input(w, n); /* several segments */
    world_flush(w);
    const uint64_t effects = l1_runner_effects(w->runner);
    const uint64_t rows[] = {1, 2, effects / 2, effects};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_effect_cursor *cursor = NULL;
        const uint8_t *bytes = NULL;
        uint32_t size = 0;
        uint64_t seq = 0, want = rows[i];
        const uint64_t limit = l1_runner_durable(w->runner);
        const l1_directory dir = {l1_storage_posix(), w->dir};
        CHECK(l1_effect_cursor_open(&dir, want, &cursor, NULL).code == L1_OK);
        while (l1_effect_cursor_next(cursor, limit, &seq, &bytes, &size, NULL).code == L1_OK) {
            CHECK(seq == want++);
            l1_effect_cursor_back(cursor);
            CHECK(l1_effect_cursor_next(cursor, limit, &seq, &bytes, &size, NULL).code == L1_OK);
            CHECK(seq == want - 1);
        }
        CHECK(want == effects + 1);
        l1_effect_cursor_close(cursor);
    }
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recovery__every_cut_ends_in_the_state_of_the_uncut_run),
        cmocka_unit_test(test_recovery__a_snapshot_beside_the_engine_equals_the_first_record),
        cmocka_unit_test(test_recovery__names_the_first_effect_that_differs),
        cmocka_unit_test(test_recovery__another_build_is_accepted_only_when_effects_are_equal),
        cmocka_unit_test(test_recovery__compares_the_hash_of_a_stop),
        cmocka_unit_test(test_recovery__refuses_what_it_cannot_read),
        cmocka_unit_test(test_recovery__shows_every_effect_once_beside_a_running_engine),
        cmocka_unit_test(test_effect_cursor__begins_behind_what_was_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
