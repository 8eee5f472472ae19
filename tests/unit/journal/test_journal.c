/* The writer on real threads: order of group commit, failure of every call, locks, space. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/blob.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "journal/snapshot.h"
#include "testlib/check.h"
#include "testlib/storage_shim.h"

#define DIR "j"
#define DAY UINT64_C(86400000000000)

enum { SEGMENT = 128 * 1024 };

static _Atomic unsigned notified;

static void count_notify(void *state)
{
    (void)state;
    atomic_fetch_add(&notified, 1);
}

static l1_journal_options options_for(l1_storage_shim *shim)
{
    return (l1_journal_options){.dir = DIR,
                                .engine_id = "l1-test",
                                .segment_size = SEGMENT,
                                .queue_size = 256 * 1024,
                                .notify = count_notify,
                                .storage = shim != NULL ? l1_storage_shim_port(shim) : NULL};
}

static l1_journal *open_or_fail(const l1_journal_options *options, uint64_t last)
{
    l1_journal *journal = NULL;
    l1_journal_found found;
    l1_diag diag = {.text = ""};
    const l1_result opened = l1_journal_open(options, &journal, &found, &diag);
    if (opened.code != L1_OK) print_message("%s\n", diag.text);
    CHECK(opened.code == L1_OK);
    CHECK(found.last_sequence == last);
    return journal;
}

static uint64_t put(l1_journal *journal, size_t size, uint64_t tag, uint64_t wall_ns, bool urgent)
{
    static uint8_t payload[L1_RECORD_PAYLOAD_MAX];
    return l1_journal_append(journal, L1_RECORD_EVENT, payload, size, 0, wall_ns, tag, urgent);
}

/* Decorates the shim: at each sync, what was reported durable must not exceed what was synced. */
static struct {
    l1_storage inner;
    l1_journal *journal;
    _Atomic uint64_t writes, syncs;
    _Atomic bool ahead;
} watch;

static int64_t watched_write(void *state, int handle, const void *bytes, size_t size, uint64_t at)
{
    atomic_fetch_add(&watch.writes, 1);
    return watch.inner.write(state, handle, bytes, size, at);
}

static int watched_sync(void *state, int handle)
{
    const uint64_t before = watch.journal != NULL ? l1_journal_durable(watch.journal) : 0;
    usleep(200); /* whatever queues meanwhile belongs to the next batch */
    if (watch.journal != NULL && l1_journal_durable(watch.journal) != before) {
        atomic_store(&watch.ahead, true);
    }
    atomic_fetch_add(&watch.syncs, 1);
    return watch.inner.sync(state, handle);
}

static void test_writer__durable_moves_only_behind_a_sync_and_batches_share_one(void **state)
{
    (void)state;
    l1_storage_shim *shim = l1_storage_shim_new(1);
    watch.inner = *l1_storage_shim_port(shim);
    l1_storage storage = watch.inner;
    storage.write = watched_write;
    storage.sync = watched_sync;
    l1_journal_options options = options_for(shim);
    options.storage = &storage;
    options.segment_size = 4 << 20;
    l1_journal *journal = open_or_fail(&options, 0);
    while (atomic_load(&watch.syncs) < 2) usleep(1000); /* the next segment is prepared */
    usleep(20000);
    watch.journal = journal;
    const uint64_t writes = atomic_load(&watch.writes);
    const uint64_t syncs = atomic_load(&watch.syncs);
    uint64_t seen = 0;
    for (uint64_t i = 1; i <= 5000; i++) {
        uint64_t got = put(journal, 120, i, i, true);
        while (got == 0) got = put(journal, 120, i, i, true);
        CHECK(got == i);
        const uint64_t durable = l1_journal_durable(journal);
        CHECK(durable >= seen && durable <= i);
        seen = durable;
        if (i % 100 == 0) usleep(300);
    }
    CHECK(l1_journal_wait(journal, 5000));
    CHECK(l1_journal_durable(journal) == 5000 && l1_journal_last(journal) == 5000);
    CHECK(!atomic_load(&watch.ahead));
    const uint64_t rounds = atomic_load(&watch.syncs) - syncs;
    CHECK(rounds == atomic_load(&watch.writes) - writes); /* one write, one sync */
    CHECK(rounds > 1 && rounds < 1000);
    CHECK(atomic_load(&notified) > 0);
    watch.journal = NULL;
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    l1_journal_summary summary;
    CHECK(l1_journal_verify(&storage, DIR, 5000, &summary, NULL).code == L1_OK);
    CHECK(summary.records == 5000);
    l1_storage_shim_free(shim);
}

static void test_writer__records_without_urgency_are_synced_within_sync_ms(void **state)
{
    (void)state;
    l1_storage_shim *shim = l1_storage_shim_new(1);
    l1_journal_options options = options_for(shim);
    options.sync_ms = 60;
    l1_journal *journal = open_or_fail(&options, 0);
    CHECK(put(journal, 10, 1, 1, false) == 1);
    usleep(5000);
    CHECK(l1_journal_durable(journal) == 0);
    for (int i = 0; i < 400 && l1_journal_durable(journal) == 0; i++) usleep(5000);
    CHECK(l1_journal_durable(journal) == 1);
    CHECK(put(journal, 10, 1, 1, false) == 2); /* an urgent one takes it along */
    CHECK(put(journal, 10, 1, 1, true) == 3);
    CHECK(l1_journal_wait(journal, 3));
    CHECK(put(journal, 10, 1, 1, false) == 4); /* closing does as well */
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    journal = open_or_fail(&options, 4);
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    l1_storage_shim_free(shim);
}

static void test_writer__a_full_queue_refuses_and_loses_nothing(void **state)
{
    (void)state;
    l1_storage_shim *shim = l1_storage_shim_new(1);
    l1_journal_options options = options_for(shim);
    options.manual = true;
    l1_journal *journal = open_or_fail(&options, 0);
    uint64_t given = 0;
    while (l1_journal_has_room(journal, 1000)) CHECK(put(journal, 1000, 1, 1, true) == ++given);
    CHECK(put(journal, 1000, 1, 1, true) == 0);
    CHECK(l1_journal_last(journal) == given);
    l1_journal_pump(journal);
    CHECK(l1_journal_durable(journal) == given);
    CHECK(put(journal, 1000, 1, 1, true) == given + 1);
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    journal = open_or_fail(&options, given + 1);
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    l1_storage_shim_free(shim);
}

static void test_writer__an_error_on_any_call_stops_it_and_keeps_what_was_durable(void **state)
{
    (void)state;
    static const l1_shim_fault faults[] = {L1_SHIM_EIO, L1_SHIM_ENOSPC, L1_SHIM_SHORT};
    for (size_t f = 0; f < 3; f++) {
        for (uint64_t nth = 1; nth < 90; nth++) {
            l1_storage_shim *shim = l1_storage_shim_new(nth);
            l1_journal_options options = options_for(shim);
            options.manual = true;
            l1_journal *journal = NULL;
            l1_journal_found found;
            uint64_t durable = 0;
            char text[256] = "";
            l1_storage_shim_fail(shim, nth, faults[f], false);
            const l1_result opened = l1_journal_open(&options, &journal, &found, NULL);
            for (uint64_t i = 1; i <= 12 && opened.code == L1_OK; i++) {
                const uint64_t before = l1_journal_durable(journal);
                (void)put(journal, 30000, i, i, true);
                l1_journal_pump(journal);
                durable = l1_journal_durable(journal);
                if (!l1_journal_error(journal, text, sizeof text)) continue;
                CHECK(strlen(text) > 10);
                CHECK(durable == before && put(journal, 1, i, i, true) == 0);
                l1_journal_pump(journal); /* nothing is tried again */
                CHECK(l1_journal_durable(journal) == before);
            }
            if (opened.code == L1_OK) {
                CHECK((l1_journal_close(journal, NULL).code == L1_OK) == (text[0] == 0));
            }
            l1_storage_shim_process_death(shim);
            CHECK(l1_journal_open(&options, &journal, &found, NULL).code == L1_OK);
            CHECK(found.last_sequence >= durable);
            CHECK(l1_journal_close(journal, NULL).code == L1_OK);
            l1_storage_shim_free(shim);
        }
    }
}

static void test_writer__says_that_space_is_low_while_some_is_left(void **state)
{
    (void)state;
    l1_storage_shim *shim = l1_storage_shim_new(1);
    l1_journal_options options = options_for(shim);
    options.manual = true;
    options.size_max = 3 * SEGMENT;
    l1_journal *journal = open_or_fail(&options, 0);
    char text[256];
    uint64_t given = 0;
    l1_journal_pump(journal);
    CHECK(!l1_journal_space_low(journal));
    while (!l1_journal_space_low(journal)) {
        CHECK(put(journal, 10000, 1, 1, true) == ++given);
        l1_journal_pump(journal);
        CHECK(l1_journal_durable(journal) == given);
    }
    uint64_t after = 0; /* what is left of the segment takes the exits */
    while (put(journal, 10000, 1, 1, true) != 0) {
        l1_journal_pump(journal);
        if (l1_journal_durable(journal) > given) after++;
        given = l1_journal_durable(journal) > given ? given + 1 : given;
    }
    CHECK(after >= 10);
    CHECK(l1_journal_error(journal, text, sizeof text));
    CHECK(strstr(text, "full") != NULL);
    CHECK(l1_journal_close(journal, NULL).code != L1_OK);
    journal = open_or_fail(&options, given);
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    l1_storage_shim_free(shim);
}

/* Ten records a segment, one segment a day, snapshots at `snapshots`; returns the oldest left. */
static uint64_t oldest_after(uint32_t retain_days, uint64_t snapshot)
{
    l1_storage_shim *shim = l1_storage_shim_new(1);
    l1_journal_options options = options_for(shim);
    options.manual = true;
    options.retain_days = retain_days;
    l1_journal *journal = open_or_fail(&options, 0);
    const l1_directory dir = {options.storage, DIR};
    for (uint64_t i = 1; i <= 100; i++) {
        CHECK(put(journal, 12000, i, i * DAY / 10 + DAY * 100, true) == i);
        l1_journal_pump(journal);
        if (i == snapshot) {
            const l1_snapshot_info info = {
                .engine_id = "l1-test", .build_id = "b", .sequence = snapshot};
            CHECK(l1_snapshot_write(&dir, &info, "x", 1, NULL).code == L1_OK);
        }
    }
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    l1_journal_reader *reader = NULL;
    CHECK(l1_journal_reader_open(options.storage, DIR, &reader, NULL).code == L1_OK);
    const uint64_t first = l1_journal_reader_first(reader);
    CHECK(l1_journal_reader_seek(reader, first, NULL).code == L1_OK);
    if (first > 1) {
        CHECK(l1_journal_reader_seek(reader, first - 1, NULL).code == L1_INPUT_FIELD);
    }
    l1_journal_reader_close(reader);
    l1_storage_shim_free(shim);
    return first;
}

static void test_retention__removes_what_is_older_than_both_days_and_snapshot(void **state)
{
    (void)state;
    static const struct {
        uint32_t days;
        uint64_t snapshot, first;
    } rows[] = {
        {0, 85, 1},  /* keeps everything */
        {3, 0, 1},   /* no snapshot: nothing can be spared */
        {3, 5, 1},   /* the snapshot needs the first segment */
        {3, 10, 11}, /* records 1 to 10 are in the snapshot */
        {3, 85, 51}, /* three days before the newest segment began */
        {50, 85, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint64_t first = oldest_after(rows[i].days, rows[i].snapshot);
        if (first != rows[i].first) print_message("row %zu: %llu\n", i, (unsigned long long)first);
        CHECK(first == rows[i].first);
    }
}

static void test_reader__starts_at_any_sequence_and_not_behind_a_tag(void **state)
{
    (void)state;
    l1_storage_shim *shim = l1_storage_shim_new(1);
    l1_journal_options options = options_for(shim);
    options.manual = true;
    l1_journal *journal = open_or_fail(&options, 0);
    for (uint64_t i = 1; i <= 100; i++) {
        CHECK(put(journal, 9000, i / 3, i, true) == i);
        l1_journal_pump(journal);
    }
    l1_journal_reader *reader = NULL; /* beside the live writer */
    l1_record record;
    CHECK(l1_journal_reader_open(options.storage, DIR, &reader, NULL).code == L1_OK);
    for (uint64_t i = 1; i <= 100; i++) {
        CHECK(l1_journal_reader_seek(reader, i, NULL).code == L1_OK);
        CHECK(l1_journal_reader_next(reader, 100, &record, NULL).code == L1_OK);
        CHECK(record.header.sequence == i);
    }
    CHECK(l1_journal_reader_next(reader, 100, &record, NULL).code == L1_IO_END);
    uint64_t later = 0;
    for (uint64_t tag = 0; tag <= 33; tag++) {
        CHECK(l1_journal_reader_seek_tag(reader, tag, NULL).code == L1_OK);
        CHECK(l1_journal_reader_next(reader, 100, &record, NULL).code == L1_OK);
        CHECK(record.header.sequence == 1 || record.header.sequence / 3 < tag);
        later = record.header.sequence;
    }
    CHECK(later > 50);
    CHECK(l1_journal_reader_seek(reader, 101, NULL).code == L1_OK);
    for (uint64_t i = 101; i <= 140; i++) { /* follows the writer into new segments */
        CHECK(l1_journal_reader_next(reader, i - 1, &record, NULL).code == L1_IO_END);
        CHECK(put(journal, 9000, 40, i, true) == i);
        l1_journal_pump(journal);
        CHECK(l1_journal_reader_next(reader, i, &record, NULL).code == L1_OK);
        CHECK(record.header.sequence == i && record.header.wall_ns == i);
    }
    l1_journal_reader_close(reader);
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    l1_storage_shim_free(shim);
}

static void test_sync_none__writes_and_survives_the_process_but_claims_no_batches(void **state)
{
    (void)state;
    l1_storage_shim *shim = l1_storage_shim_new(1);
    l1_journal_options options = options_for(shim);
    options.sync = L1_SYNC_NONE;
    l1_journal *journal = open_or_fail(&options, 0);
    for (uint64_t i = 1; i <= 60; i++) {
        CHECK(put(journal, 9000, i, i, true) == i);
        CHECK(l1_journal_wait(journal, i));
    }
    l1_journal_summary summary;
    CHECK(l1_journal_verify(options.storage, DIR, 60, &summary, NULL).code == L1_OK);
    CHECK(summary.records == 60 && summary.segments > 2);
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    l1_storage_shim_power_loss(shim); /* closing has synced */
    journal = open_or_fail(&options, 60);
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    l1_storage_shim_free(shim);
}

static void test_directory__is_private_and_locked_on_a_real_disk(void **state)
{
    (void)state;
    char base[] = "/tmp/l1_journal_XXXXXX";
    char path[64];
    char command[96];
    CHECK(mkdtemp(base) != NULL);
    (void)snprintf(path, sizeof path, "%s/data/journal", base);
    l1_journal_options options = options_for(NULL);
    options.dir = path;
    l1_journal *journal = open_or_fail(&options, 0);
    CHECK(put(journal, 100, 1, 1, true) == 1);
    CHECK(l1_journal_wait(journal, 1));

    l1_journal *second = NULL;
    l1_journal_found found;
    l1_diag diag = {.text = ""};
    char pid[32];
    CHECK(l1_journal_open(&options, &second, &found, &diag).code == L1_IO_LOCKED);
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    CHECK(strstr(diag.text, pid) != NULL && strstr(diag.text, path) != NULL);

    struct stat info;
    char name[128];
    CHECK(stat(path, &info) == 0 && (info.st_mode & 0777) == 0700);
    static const char *const files[] = {"lock", "segment-0000000001.l1j"};
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(name, sizeof name, "%s/%s", path, files[i]);
        CHECK(stat(name, &info) == 0 && (info.st_mode & 0777) == 0600);
    }
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    journal = open_or_fail(&options, 1);
    CHECK(l1_journal_epoch(journal) == 2);
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);

    const l1_directory dir = {l1_storage_posix(), path};
    char hex[L1_BLOB_HEX_SIZE];
    uint8_t *bytes = NULL;
    size_t size = 0;
    CHECK(l1_blob_put(&dir, "mode: paper", 11, hex, NULL).code == L1_OK);
    CHECK(l1_blob_put(&dir, "mode: paper", 11, hex, NULL).code == L1_OK);
    CHECK(l1_blob_get(&dir, hex, &bytes, &size, NULL).code == L1_OK);
    CHECK(size == 11 && memcmp(bytes, "mode: paper", 11) == 0);
    free(bytes);
    hex[0] = hex[0] == '0' ? '1' : '0';
    CHECK(l1_blob_get(&dir, hex, &bytes, &size, NULL).code == L1_IO_OPEN);
    CHECK(l1_blob_get(&dir, "../../etc/passwd", &bytes, &size, NULL).code == L1_INPUT_FIELD);
    (void)snprintf(command, sizeof command, "rm -r '%s'", base);
    CHECK(system(command) == 0);
}

static void test_snapshot__the_newest_valid_one_is_found_and_two_are_kept(void **state)
{
    (void)state;
    l1_storage_shim *shim = l1_storage_shim_new(1);
    const l1_directory dir = {l1_storage_shim_port(shim), DIR};
    l1_snapshot_info info = {
        .engine_id = "l1-test", .build_id = "build 1", .tag = 9, .clean = true};
    info.config_hash = (l1_hash128){3, 4};
    uint8_t *body = NULL;
    size_t size = 0;
    l1_snapshot_info read;
    CHECK(l1_snapshot_find(&dir, "l1-test", 9, &read, &body, &size, NULL).code == L1_IO_END);
    for (info.sequence = 10; info.sequence <= 30; info.sequence += 10) {
        CHECK(l1_snapshot_write(&dir, &info, &info.sequence, 8, NULL).code == L1_OK);
    }
    static const struct {
        uint64_t max, want;
    } rows[] = {{UINT64_MAX, 30}, {30, 30}, {29, 20}, {20, 20}, {19, 0}};
    for (size_t i = 0; i < 5; i++) {
        const l1_result got =
            l1_snapshot_find(&dir, "l1-test", rows[i].max, &read, &body, &size, NULL);
        CHECK((got.code == L1_OK) == (rows[i].want != 0));
        if (got.code != L1_OK) continue;
        CHECK(read.sequence == rows[i].want && read.tag == 9 && read.clean && size == 8);
        CHECK(read.config_hash.lo == 3 && read.config_hash.hi == 4);
        CHECK(strcmp(read.build_id, "build 1") == 0 && memcmp(body, &read.sequence, 8) == 0);
        free(body);
    }
    CHECK(l1_snapshot_find(&dir, "l1-2", 99, &read, &body, &size, NULL).code == L1_JOURNAL_FORMAT);
    const char *path = DIR "/snapshot-00000000000000000030.l1s";
    for (size_t at = 0; at < L1_SNAPSHOT_HEADER_SIZE + 8; at++) {
        const uint8_t kept = l1_storage_shim_bytes(shim, path, &size)[at];
        l1_storage_shim_poke(shim, path, at, kept ^ 0x20);
        CHECK(l1_snapshot_find(&dir, "l1-test", 99, &read, &body, &size, NULL).code == L1_OK);
        CHECK(read.sequence == 20);
        free(body);
        l1_storage_shim_poke(shim, path, at, kept);
    }
    l1_storage_shim_free(shim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writer__durable_moves_only_behind_a_sync_and_batches_share_one),
        cmocka_unit_test(test_writer__records_without_urgency_are_synced_within_sync_ms),
        cmocka_unit_test(test_writer__a_full_queue_refuses_and_loses_nothing),
        cmocka_unit_test(test_writer__an_error_on_any_call_stops_it_and_keeps_what_was_durable),
        cmocka_unit_test(test_writer__says_that_space_is_low_while_some_is_left),
        cmocka_unit_test(test_retention__removes_what_is_older_than_both_days_and_snapshot),
        cmocka_unit_test(test_reader__starts_at_any_sequence_and_not_behind_a_tag),
        cmocka_unit_test(test_sync_none__writes_and_survives_the_process_but_claims_no_batches),
        cmocka_unit_test(test_directory__is_private_and_locked_on_a_real_disk),
        cmocka_unit_test(test_snapshot__the_newest_valid_one_is_found_and_two_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
