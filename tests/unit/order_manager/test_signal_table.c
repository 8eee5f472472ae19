/* Remembered ids: found, kept for 24 h, refused when the table is full of younger ones. */
#include <stdlib.h>
#include <string.h>

#include "order_manager/signal_table.h"
#include "testlib/check.h"

typedef struct {
    void *block;
    l1_signal_table table;
} fixture;

static fixture make(uint32_t capacity)
{
    fixture made;
    const size_t cost = l1_signal_table_cost(capacity);
    made.block = aligned_alloc(64, (cost + 63) / 64 * 64);
    memset(made.block, 0, cost);
    l1_arena arena = {.base = made.block, .capacity = cost};
    l1_signal_table_init(&made.table, &arena, capacity);
    return made;
}

static l1_hash128 id(uint64_t n)
{
    return l1_hash_of(7, &n, sizeof n);
}

static void test_signal_table__makes_room_only_by_ids_older_than_24_hours_and_reported(void **state)
{
    (void)state;
    static const struct {
        int64_t age_ns;
        bool reported, want;
    } rows[] = {
        {L1_SIGNAL_KEPT_NS, true, false},
        {L1_SIGNAL_KEPT_NS + 1, true, true},
        {L1_SIGNAL_KEPT_NS + 1, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = make(2);
        CHECK(l1_signal_table_add(&f.table, id(1), id(0), 1000));
        CHECK(l1_signal_table_add(&f.table, id(2), id(0), 1000));
        if (rows[i].reported) CHECK(!l1_signal_table_reported(&f.table, id(1), 5));
        CHECK(l1_signal_table_add(&f.table, id(3), id(0), 1000 + rows[i].age_ns) == rows[i].want);
        CHECK((l1_signal_table_find(&f.table, id(1)) == NULL) == rows[i].want);
        CHECK(l1_signal_table_find(&f.table, id(2)) != NULL);
        free(f.block);
    }
}

static void test_signal_table__tells_once_that_a_duplicate_waits(void **state)
{
    (void)state;
    fixture f = make(4);
    CHECK(l1_signal_table_add(&f.table, id(1), id(0), 1));
    l1_signal_table_wait(&f.table, id(1));
    CHECK(l1_signal_table_reported(&f.table, id(1), 9));
    CHECK(l1_signal_table_find(&f.table, id(1))->report_seq == 9);
    CHECK(!l1_signal_table_reported(&f.table, id(1), 10));
    free(f.block);
}

static uint64_t hash_of(l1_signal_table *table)
{
    l1_archive archive = l1_archive_hashing(1);
    l1_signal_table_archive(&archive, table);
    return l1_hash_end(&archive.hasher).lo;
}

/* Turns the ring many times over; every lookup agrees with what must be remembered. */
static void test_signal_table__survives_many_turns_and_a_restart(void **state)
{
    (void)state;
    enum { CAPACITY = 100, TURNS = 5000 };
    fixture f = make(CAPACITY);
    for (uint64_t n = 0; n < TURNS; n++) {
        const int64_t now = (int64_t)n * (L1_SIGNAL_KEPT_NS / 50);
        CHECK(l1_signal_table_add(&f.table, id(n), id(n + 1), now));
        (void)l1_signal_table_reported(&f.table, id(n), n + 1);
        if (n % 97 != 0) continue;
        for (uint64_t back = 0; back <= n && back < 2 * CAPACITY; back++) {
            const bool kept = back < CAPACITY;
            CHECK((l1_signal_table_find(&f.table, id(n - back)) != NULL) == kept);
        }
    }
    static uint8_t bytes[64 * CAPACITY + 64];
    l1_archive saving = l1_archive_saving(bytes, sizeof bytes);
    l1_signal_table_archive(&saving, &f.table);
    CHECK(l1_archive_ok(&saving));
    fixture g = make(CAPACITY);
    l1_archive loading = l1_archive_loading(bytes, saving.out.used);
    l1_signal_table_archive(&loading, &g.table);
    CHECK(l1_archive_ok(&loading));
    CHECK(hash_of(&f.table) == hash_of(&g.table));
    CHECK(l1_signal_table_find(&g.table, id(TURNS - 1))->report_seq == TURNS);
    (void)l1_signal_table_reported(&g.table, id(TURNS - 1), TURNS + 1);
    CHECK(hash_of(&f.table) != hash_of(&g.table));
    free(f.block);
    free(g.block);
}

/* Ids that fall on the same place with the same bits beside it, or with others. */
static void test_signal_table__tells_ids_apart_that_share_a_place(void **state)
{
    (void)state;
    enum { CAPACITY = 6 };
    static const l1_hash128 ids[CAPACITY] = {
        {.lo = 5, .hi = 9},
        {.lo = 5, .hi = 9 + (UINT64_C(1) << 32)},
        {.lo = 5 + (UINT64_C(1) << 32), .hi = 9},
        {.lo = 5, .hi = 8},
        {.lo = 5, .hi = UINT64_C(0xFFFFFFFF)},
        {.lo = 6, .hi = 9},
    };
    fixture f = make(CAPACITY);
    for (uint64_t n = 0; n < CAPACITY; n++) {
        l1_signal_table_expect(&f.table, ids[n]);
        CHECK(l1_signal_table_find(&f.table, ids[n]) == NULL);
        CHECK(l1_signal_table_add(&f.table, ids[n], id(n), 1));
        CHECK(!l1_signal_table_reported(&f.table, ids[n], n + 1));
    }
    const l1_hash128 never = {.lo = 5, .hi = 9 + (UINT64_C(1) << 40)};
    CHECK(l1_signal_table_find(&f.table, never) == NULL);
    for (uint64_t turned = 0; turned < CAPACITY; turned++) {
        for (uint64_t n = 0; n < CAPACITY; n++) {
            const l1_remembered *seen = l1_signal_table_find(&f.table, ids[n]);
            CHECK((seen != NULL) == (n >= turned));
            if (seen != NULL) CHECK(seen->report_seq == n + 1);
        }
        CHECK(l1_signal_table_add(&f.table, id(100 + turned), id(0), 2 + L1_SIGNAL_KEPT_NS));
    }
    free(f.block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_signal_table__makes_room_only_by_ids_older_than_24_hours_and_reported),
        cmocka_unit_test(test_signal_table__tells_once_that_a_duplicate_waits),
        cmocka_unit_test(test_signal_table__survives_many_turns_and_a_restart),
        cmocka_unit_test(test_signal_table__tells_ids_apart_that_share_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
