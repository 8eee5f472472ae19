/* Power losses, failing calls and damage by seed: what was reported durable is always there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "journal/snapshot.h"
#include "testlib/check.h"
#include "testlib/storage_shim.h"

#define DIR "j"

enum { SEGMENT = 128 * 1024, SEEDS = 2000 };

/* What record `sequence` of history `seed` holds: the same whenever it is written. */
static size_t payload_of(uint64_t seed, uint64_t sequence, uint8_t *out)
{
    l1_prng prng;
    l1_prng_seed(&prng, seed * 1000003 + sequence);
    const bool long_one = l1_prng_below(&prng, 12) == 0;
    const size_t size = (size_t)l1_prng_below(&prng, long_one ? 30000 : 400);
    const bool zeros = l1_prng_below(&prng, 4) == 0;
    for (size_t i = 0; i < size; i++) out[i] = zeros ? 0 : (uint8_t)l1_prng_next(&prng);
    return size;
}

static l1_journal_options options_for(l1_storage_shim *shim)
{
    return (l1_journal_options){.dir = DIR,
                                .engine_id = "l1-test",
                                .segment_size = SEGMENT,
                                .queue_size = 256 * 1024,
                                .manual = true,
                                .storage = l1_storage_shim_port(shim)};
}

typedef struct {
    uint64_t durable;  /* highest sequence ever reported durable */
    uint64_t given;    /* highest sequence ever given out */
    uint64_t snapshot; /* highest snapshot reported written */
    uint32_t epoch;
    uint64_t corrupt; /* openings refused as corrupt */
} history;

static void append_some(l1_journal *journal, l1_storage_shim *shim, l1_prng *prng, uint64_t seed,
                        history *past)
{
    static uint8_t payload[L1_RECORD_PAYLOAD_MAX];
    const l1_directory dir = {l1_storage_shim_port(shim), DIR};
    const uint64_t rounds = 1 + l1_prng_below(prng, 8);
    for (uint64_t round = 0; round < rounds; round++) {
        const uint64_t batch = 1 + l1_prng_below(prng, 12);
        for (uint64_t i = 0; i < batch; i++) {
            const uint64_t next = l1_journal_last(journal) + 1;
            const size_t size = payload_of(seed, next, payload);
            const uint64_t got = l1_journal_append(journal, L1_RECORD_EVENT, payload, size, next,
                                                   1000 + next, next, true);
            if (got == 0) break;
            CHECK(got == next);
            if (got > past->given) past->given = got;
        }
        const uint64_t before = l1_journal_durable(journal);
        l1_journal_pump(journal);
        const uint64_t durable = l1_journal_durable(journal);
        CHECK(durable >= before);
        if (durable > past->durable) past->durable = durable;
        if (durable > 0 && l1_prng_below(prng, 8) == 0) {
            const l1_snapshot_info info = {
                .engine_id = "l1-test", .build_id = "b", .sequence = durable};
            if (l1_snapshot_write(&dir, &info, &durable, sizeof durable, NULL).code == L1_OK) {
                past->snapshot = durable;
            }
        }
    }
}

/* One life of the engine, from opening to whatever ends it. */
static bool live(l1_storage_shim *shim, l1_prng *prng, uint64_t seed, history *past)
{
    l1_journal *journal = NULL;
    l1_journal_found found;
    l1_diag diag = {.text = ""};
    l1_journal_options options = options_for(shim);
    const l1_result opened = l1_journal_open(&options, &journal, &found, &diag);
    if (opened.code != L1_OK) {
        if (opened.code == L1_JOURNAL_CORRUPT || opened.code == L1_JOURNAL_FORMAT) {
            print_message("seed %llu: %s\n", (unsigned long long)seed, diag.text);
            past->corrupt++;
        }
        return false;
    }
    if (found.last_sequence < past->durable) {
        print_message("seed %llu: %llu of %llu\n", (unsigned long long)seed,
                      (unsigned long long)found.last_sequence, (unsigned long long)past->durable);
    }
    CHECK(found.last_sequence >= past->durable);
    CHECK(found.last_sequence <= past->given);
    CHECK(found.epoch > past->epoch);
    past->epoch = found.epoch;
    past->durable = found.last_sequence; /* acted upon from now on */
    append_some(journal, shim, prng, seed, past);
    const l1_result closed = l1_journal_close(journal, &diag);
    CHECK(closed.code == L1_OK || diag.text[0] != 0);
    return true;
}

static void check_content(l1_storage_shim *shim, uint64_t seed, const history *past)
{
    static uint8_t payload[L1_RECORD_PAYLOAD_MAX];
    l1_journal_reader *reader = NULL;
    l1_diag diag = {.text = ""};
    uint64_t sequence = 0;
    CHECK(l1_journal_reader_open(l1_storage_shim_port(shim), DIR, &reader, &diag).code == L1_OK);
    for (;;) {
        l1_record record;
        const l1_result got = l1_journal_reader_next(reader, UINT64_MAX, &record, &diag);
        if (got.code == L1_IO_END) break;
        CHECK(got.code == L1_OK);
        CHECK(record.header.sequence == ++sequence);
        CHECK(record.header.length == payload_of(seed, sequence, payload));
        CHECK(memcmp(record.payload, payload, record.header.length) == 0);
    }
    CHECK(sequence >= past->durable && sequence <= past->given);
    l1_journal_reader_close(reader);
    if (past->snapshot > 0) {
        const l1_directory dir = {l1_storage_shim_port(shim), DIR};
        l1_snapshot_info info;
        uint8_t *body = NULL;
        size_t size = 0;
        CHECK(l1_snapshot_find(&dir, "l1-test", UINT64_MAX, &info, &body, &size, &diag).code ==
              L1_OK);
        CHECK(info.sequence >= past->snapshot && size == 8 && memcmp(body, &info.sequence, 8) == 0);
        free(body);
    }
}

static void test_recovery__keeps_what_was_reported_durable_over_2000_seeded_crashes(void **state)
{
    (void)state;
    uint64_t crashes = 0;
    uint64_t in_opening = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        l1_storage_shim *shim = l1_storage_shim_new(seed);
        history past = {0};
        l1_prng prng;
        l1_prng_seed(&prng, seed ^ 0xC0FFEE);
        for (int life = 0; life < 5; life++) {
            static const l1_shim_fault faults[] = {L1_SHIM_CRASH, L1_SHIM_CRASH,  L1_SHIM_CRASH,
                                                   L1_SHIM_EIO,   L1_SHIM_ENOSPC, L1_SHIM_SHORT};
            const l1_shim_fault fault = faults[l1_prng_below(&prng, 6)];
            const bool lasting = l1_prng_below(&prng, 2) == 0;
            l1_storage_shim_fail(shim, 1 + l1_prng_below(&prng, 90), fault, lasting);
            const bool opened = live(shim, &prng, seed, &past);
            crashes++;
            if (!opened) in_opening++;
            /* A machine may lose power long after its process gave up, or not at all. */
            if (l1_storage_shim_crashed(shim) || l1_prng_below(&prng, 2) == 0) {
                l1_storage_shim_power_loss(shim);
            } else {
                l1_storage_shim_process_death(shim);
            }
        }
        CHECK(live(shim, &prng, seed, &past));
        CHECK(past.corrupt == 0);
        check_content(shim, seed, &past);
        l1_storage_shim_free(shim);
    }
    CHECK(crashes == SEEDS * 5 && in_opening > SEEDS / 10);
}

/* Fifty records in single batches of five, closed without a word. */
static l1_storage_shim *fifty(void)
{
    static uint8_t payload[L1_RECORD_PAYLOAD_MAX];
    l1_storage_shim *shim = l1_storage_shim_new(7);
    l1_journal_options options = options_for(shim);
    l1_journal *journal = NULL;
    l1_journal_found found;
    CHECK(l1_journal_open(&options, &journal, &found, NULL).code == L1_OK);
    CHECK(found.last_sequence == 0 && found.first_sequence == 1 && found.epoch == 1);
    for (uint64_t i = 1; i <= 50; i++) {
        memset(payload, (int)i, 100);
        CHECK(l1_journal_append(journal, L1_RECORD_EVENT, payload, 100, i, i, i, true) == i);
        if (i % 5 == 0) l1_journal_pump(journal);
    }
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    return shim;
}

static l1_status reopen(l1_storage_shim *shim, l1_journal_found *found, l1_diag *diag)
{
    l1_journal_options options = options_for(shim);
    l1_journal *journal = NULL;
    const l1_result opened = l1_journal_open(&options, &journal, found, diag);
    if (opened.code == L1_OK) CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    return opened.code;
}

static void test_recovery__every_truncation_recovers_the_records_before_it(void **state)
{
    (void)state;
    const size_t record = 48 + 104;
    for (size_t cut = 0; cut <= 50 * record; cut += 4) {
        l1_storage_shim *shim = fifty();
        l1_journal_found found;
        l1_storage_shim_shorten(shim, DIR "/segment-0000000001.l1j", 4096 + cut);
        CHECK(reopen(shim, &found, NULL) == L1_OK);
        CHECK(found.last_sequence == cut / record);
        l1_journal_summary summary;
        CHECK(l1_journal_verify(l1_storage_shim_port(shim), DIR, UINT64_MAX, &summary, NULL).code ==
              L1_OK);
        CHECK(summary.records == cut / record);
        l1_storage_shim_free(shim);
    }
}

static void test_recovery__names_segment_offset_and_sequence_of_damage(void **state)
{
    (void)state;
    const size_t record = 48 + 104;
    for (size_t at = 20 * record; at < 21 * record; at++) {
        l1_storage_shim *shim = fifty();
        l1_journal_found found;
        l1_diag diag = {.text = ""};
        size_t size = 0;
        const uint8_t *bytes = l1_storage_shim_bytes(shim, DIR "/segment-0000000001.l1j", &size);
        l1_storage_shim_poke(shim, DIR "/segment-0000000001.l1j", 4096 + at,
                             bytes[4096 + at] ^ 0x04);
        CHECK(reopen(shim, &found, &diag) == L1_JOURNAL_CORRUPT);
        CHECK(strstr(diag.text, "segment-0000000001.l1j") != NULL);
        CHECK(strstr(diag.text, "offset 7136") != NULL && strstr(diag.text, "record 21") != NULL);
        CHECK(diag.offset == 7136);
        l1_journal_summary summary;
        CHECK(l1_journal_verify(l1_storage_shim_port(shim), DIR, UINT64_MAX, &summary, NULL).code ==
              L1_JOURNAL_CORRUPT);
        l1_storage_shim_free(shim);
    }
}

static void test_recovery__refuses_another_engine_and_a_snapshot_beyond_the_end(void **state)
{
    (void)state;
    l1_storage_shim *shim = fifty();
    l1_journal_options options = options_for(shim);
    l1_journal *journal = NULL;
    l1_journal_found found;
    l1_diag diag = {.text = ""};
    options.engine_id = "l1-other";
    CHECK(l1_journal_open(&options, &journal, &found, &diag).code == L1_JOURNAL_FORMAT);
    CHECK(strstr(diag.text, "l1-test") != NULL && strstr(diag.text, "l1-other") != NULL);
    const l1_directory dir = {l1_storage_shim_port(shim), DIR};
    l1_snapshot_info info = {.engine_id = "l1-test", .build_id = "b", .sequence = 50};
    CHECK(l1_snapshot_write(&dir, &info, "x", 1, NULL).code == L1_OK);
    CHECK(reopen(shim, &found, &diag) == L1_OK);
    info.sequence = 51;
    CHECK(l1_snapshot_write(&dir, &info, "x", 1, NULL).code == L1_OK);
    CHECK(reopen(shim, &found, &diag) == L1_JOURNAL_CORRUPT);
    l1_storage_shim_free(shim);
}

static void test_recovery__restarts_without_records_use_no_more_files(void **state)
{
    (void)state;
    l1_storage_shim *shim = fifty();
    l1_journal_found found;
    for (uint32_t i = 0; i < 100; i++) {
        CHECK(reopen(shim, &found, NULL) == L1_OK);
        CHECK(found.last_sequence == 50 && found.epoch == i + 2);
    }
    size_t size = 0;
    CHECK(l1_storage_shim_bytes(shim, DIR "/segment-0000000002.l1j", &size) != NULL);
    CHECK(l1_storage_shim_bytes(shim, DIR "/segment-0000000004.l1j", &size) == NULL);
    l1_storage_shim_free(shim);
}

static void test_recovery__the_accepted_tail_is_on_the_disk_before_opening_returns(void **state)
{
    (void)state;
    /* A sync that failed leaves records readable that the disk does not hold. */
    for (uint64_t seed = 1; seed <= 200; seed++) {
        l1_storage_shim *shim = l1_storage_shim_new(seed);
        l1_journal_options options = options_for(shim);
        l1_journal *journal = NULL;
        l1_journal_found found;
        static const uint8_t payload[600] = {1};
        CHECK(l1_journal_open(&options, &journal, &found, NULL).code == L1_OK);
        l1_journal_pump(journal);
        CHECK(l1_journal_append(journal, L1_RECORD_EVENT, payload, 600, 1, 1, 1, true) == 1);
        l1_journal_pump(journal);
        CHECK(l1_journal_append(journal, L1_RECORD_EVENT, payload, 600, 2, 2, 2, true) == 2);
        l1_storage_shim_fail(shim, 2, L1_SHIM_EIO, false); /* the sync behind the write */
        l1_journal_pump(journal);
        CHECK(l1_journal_durable(journal) == 1);
        char text[256];
        CHECK(l1_journal_error(journal, text, sizeof text) && strlen(text) > 0);
        CHECK(l1_journal_append(journal, L1_RECORD_EVENT, payload, 600, 3, 3, 3, true) == 0);
        CHECK(l1_journal_close(journal, NULL).code != L1_OK);
        l1_storage_shim_process_death(shim);
        CHECK(reopen(shim, &found, NULL) == L1_OK);
        CHECK(found.last_sequence == 2);
        l1_storage_shim_power_loss(shim);
        CHECK(reopen(shim, &found, NULL) == L1_OK);
        CHECK(found.last_sequence == 2);
        l1_storage_shim_free(shim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recovery__every_truncation_recovers_the_records_before_it),
        cmocka_unit_test(test_recovery__names_segment_offset_and_sequence_of_damage),
        cmocka_unit_test(test_recovery__refuses_another_engine_and_a_snapshot_beyond_the_end),
        cmocka_unit_test(test_recovery__restarts_without_records_use_no_more_files),
        cmocka_unit_test(test_recovery__the_accepted_tail_is_on_the_disk_before_opening_returns),
        cmocka_unit_test(test_recovery__keeps_what_was_reported_durable_over_2000_seeded_crashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
