/* Turns: what the appending thread syncs itself, what it leaves to the journal's thread, and that
 * the two never write at once. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/prng.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "testlib/check.h"
#include "testlib/storage_shim.h"

#define DIR "j"

/* Notes which thread syncs; two writers at once are an error. */
static struct {
    l1_storage inner;
    pthread_t caller;
    _Atomic unsigned by_caller, by_thread, inside;
    _Atomic bool together;
} watch;

static int64_t watched_write(void *state, int handle, const void *bytes, size_t size, uint64_t at)
{
    /* Filling the next segment goes on beside: it writes zeros, records never begin with one. */
    const bool record = size > 0 && *(const uint8_t *)bytes != 0;
    if (record && atomic_fetch_add(&watch.inside, 1) != 0) atomic_store(&watch.together, true);
    const int64_t done = watch.inner.write(state, handle, bytes, size, at);
    if (record) atomic_fetch_sub(&watch.inside, 1);
    return done;
}

static int watched_sync(void *state, int handle)
{
    const bool caller = pthread_equal(pthread_self(), watch.caller) != 0;
    atomic_fetch_add(caller ? &watch.by_caller : &watch.by_thread, 1);
    return watch.inner.sync(state, handle);
}

static l1_storage watched(l1_storage_shim *shim)
{
    watch.inner = *l1_storage_shim_port(shim);
    watch.caller = pthread_self();
    atomic_store(&watch.together, false);
    l1_storage storage = watch.inner;
    storage.write = watched_write;
    storage.sync = watched_sync;
    return storage;
}

static l1_journal_options options_for(const l1_storage *storage, uint32_t sync_ms)
{
    return (l1_journal_options){.dir = DIR,
                                .engine_id = "l1-test",
                                .segment_size = 1 << 20,
                                .sync_ms = sync_ms,
                                .turns = true,
                                .storage = storage};
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

static uint64_t put(l1_journal *journal, size_t size, bool urgent)
{
    static uint8_t payload[L1_RECORD_PAYLOAD_MAX];
    return l1_journal_append(journal, L1_RECORD_EVENT, payload, size, 0, 1, 0, urgent);
}

static void settle(void)
{
    usleep(50000); /* the next segment is prepared, the thread sleeps */
    atomic_store(&watch.by_caller, 0);
    atomic_store(&watch.by_thread, 0);
}

/* One turn of `records` records of `size` bytes; true when the caller synced it. */
static bool one_turn(l1_journal *journal, size_t records, size_t size)
{
    uint64_t last = 0;
    settle();
    for (size_t n = 1; n <= records; n++) {
        last = put(journal, size, n == records);
        CHECK(last > 0);
    }
    CHECK(l1_journal_durable(journal) == last - records); /* not before the turn */
    l1_journal_turn(journal);
    const bool at_once = l1_journal_durable(journal) == last;
    CHECK(l1_journal_wait(journal, last));
    const bool by_caller = atomic_load(&watch.by_caller) > 0;
    CHECK(atomic_load(&watch.by_caller) + atomic_load(&watch.by_thread) == 1);
    if (by_caller) CHECK(at_once);
    return by_caller;
}

static void test_turn__syncs_little_itself_and_leaves_much_to_the_thread(void **state)
{
    static const struct {
        size_t records, size;
        bool by_caller;
    } rows[] = {{1, 100, true},    {4, 400, true},   {1, 15000, true},
                {1, 17000, false}, {40, 400, false}, {1, 100, true}};
    (void)state;
    l1_storage_shim *shim = l1_storage_shim_new(1);
    const l1_storage storage = watched(shim);
    const l1_journal_options options = options_for(&storage, 0);
    l1_journal *journal = open_or_fail(&options, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool by_caller = one_turn(journal, rows[i].records, rows[i].size);
        for (int n = 0; n < 20 && rows[i].by_caller && !by_caller; n++) { /* a busy machine */
            by_caller = one_turn(journal, rows[i].records, rows[i].size);
        }
        CHECK(by_caller == rows[i].by_caller);
    }
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    l1_storage_shim_free(shim);
}

static void test_turn__what_is_not_urgent_is_synced_by_the_thread_within_sync_ms(void **state)
{
    (void)state;
    l1_storage_shim *shim = l1_storage_shim_new(1);
    const l1_storage storage = watched(shim);
    const l1_journal_options options = options_for(&storage, 40);
    l1_journal *journal = open_or_fail(&options, 0);
    settle();
    CHECK(put(journal, 100, false) == 1);
    l1_journal_turn(journal);
    CHECK(l1_journal_durable(journal) == 0);
    for (int i = 0; i < 400 && l1_journal_durable(journal) == 0; i++) usleep(5000);
    CHECK(l1_journal_durable(journal) == 1);
    CHECK(atomic_load(&watch.by_caller) == 0);
    CHECK(put(journal, 100, false) == 2); /* an urgent one takes it along */
    l1_journal_turn(journal);
    CHECK(put(journal, 100, true) == 3);
    l1_journal_turn(journal);
    CHECK(l1_journal_wait(journal, 3));
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    l1_storage_shim_free(shim);
}

static void test_turn__a_failure_ends_the_journal_and_keeps_what_was_durable(void **state)
{
    static const l1_shim_fault faults[] = {L1_SHIM_EIO, L1_SHIM_ENOSPC, L1_SHIM_SHORT};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (uint64_t nth = 1; nth <= 2; nth++) {                 /* the write; the sync */
            if (faults[i] == L1_SHIM_SHORT && nth == 2) continue; /* no sync is short */
            char text[256];
            l1_storage_shim *shim = l1_storage_shim_new(i + 1);
            const l1_storage storage = watched(shim);
            const l1_journal_options options = options_for(&storage, 0);
            l1_journal *journal = open_or_fail(&options, 0);
            settle();
            CHECK(put(journal, 300, true) == 1);
            l1_journal_turn(journal);
            CHECK(l1_journal_wait(journal, 1)); /* on a busy machine the thread may have it */
            settle();
            l1_storage_shim_fail(shim, nth, faults[i], false);
            CHECK(put(journal, 300, true) == 2);
            l1_journal_turn(journal);
            CHECK(!l1_journal_wait(journal, 2));
            CHECK(l1_journal_error(journal, text, sizeof text));
            CHECK(l1_journal_durable(journal) == 1);
            CHECK(put(journal, 300, true) == 0);
            l1_journal_turn(journal); /* asks for nothing any more */
            CHECK(!l1_journal_wait(journal, 2));
            CHECK(l1_journal_close(journal, NULL).code == L1_IO_WRITE);
            l1_storage_shim_power_loss(shim);
            l1_journal_found found;
            CHECK(l1_journal_open(&options, &journal, &found, NULL).code == L1_OK);
            CHECK(found.last_sequence == 1 || found.last_sequence == 2);
            CHECK(l1_journal_close(journal, NULL).code == L1_OK);
            l1_storage_shim_free(shim);
        }
    }
}

static void test_turn__and_the_thread_write_one_chain_and_never_at_once(void **state)
{
    (void)state;
    enum { RECORDS = 6000 };
    l1_prng prng;
    l1_prng_seed(&prng, 7);
    l1_storage_shim *shim = l1_storage_shim_new(1);
    const l1_storage storage = watched(shim);
    const l1_journal_options options = options_for(&storage, 1); /* the thread is always near */
    l1_journal *journal = open_or_fail(&options, 0);
    settle();
    uint64_t last = 0, seen = 0;
    while (last < RECORDS) {
        const uint64_t burst = 1 + l1_prng_below(&prng, 100) / 97 * 80;
        for (uint64_t i = 0; i < burst; i++) {
            const uint64_t got =
                put(journal, l1_prng_below(&prng, 600), l1_prng_below(&prng, 3) == 0);
            if (got > 0) last = got;
        }
        l1_journal_turn(journal);
        const uint64_t durable = l1_journal_durable(journal);
        CHECK(durable >= seen && durable <= last);
        seen = durable;
        if (l1_prng_below(&prng, 8) == 0) usleep((useconds_t)l1_prng_below(&prng, 1500));
    }
    CHECK(l1_journal_wait(journal, last));
    CHECK(!atomic_load(&watch.together));
    CHECK(atomic_load(&watch.by_caller) > 100);
    CHECK(atomic_load(&watch.by_thread) > 10);
    CHECK(l1_journal_close(journal, NULL).code == L1_OK);
    l1_journal_summary summary;
    CHECK(l1_journal_verify(&storage, DIR, last, &summary, NULL).code == L1_OK);
    CHECK(summary.records == last);
    l1_storage_shim_free(shim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turn__syncs_little_itself_and_leaves_much_to_the_thread),
        cmocka_unit_test(test_turn__what_is_not_urgent_is_synced_by_the_thread_within_sync_ms),
        cmocka_unit_test(test_turn__a_failure_ends_the_journal_and_keeps_what_was_durable),
        cmocka_unit_test(test_turn__and_the_thread_write_one_chain_and_never_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
