/* tests/unit/io/test_local_book.c: changes wait for their snapshot, and again behind a gap. */
#include "io/local_book.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "testlib/check.h"

enum { SEEN_BYTES = 512 };

static l1_depth part;

static void take(l1_local_book *book, bool snapshot, uint64_t first, uint64_t last, uint32_t count)
{
    static l1_depth_change changes[L1_DEPTH_CHANGES_MAX * 40];
    l1_diag diag;
    CHECK(count <= sizeof changes / sizeof changes[0]);
    for (uint32_t i = 0; i < count; i++) {
        changes[i] = (l1_depth_change){i >= count / 2, (int64_t)i + 1, (int64_t)i + 1};
    }
    const l1_local_change change = {.ts_ns = (int64_t)last,
                                    .first_id = first,
                                    .last_id = last,
                                    .snapshot = snapshot,
                                    .changes_count = count,
                                    .changes = changes};
    CHECK(l1_local_book_take(book, &change, &diag).code == L1_OK);
}

/* "s7" a snapshot, "8-9" a change; a '+' behind a part that others follow. */
static const char *given(l1_local_book *book)
{
    static char seen[SEEN_BYTES];
    size_t used = 0;
    seen[0] = '\0';
    while (l1_local_book_next(book, &part)) {
        CHECK(part.changes_count <= L1_DEPTH_CHANGES_MAX && part.ts_ns == (int64_t)part.last_id);
        const char *space = used > 0 ? " " : "";
        const unsigned long long first = part.first_id, last = part.last_id;
        used += (size_t)(part.snapshot
                             ? snprintf(seen + used, sizeof seen - used, "%ss%llu", space, last)
                             : snprintf(seen + used, sizeof seen - used, "%s%llu-%llu", space,
                                        first, last));
        if (part.more) used += (size_t)snprintf(seen + used, sizeof seen - used, "+");
    }
    return seen;
}

typedef struct {
    bool snapshot;
    uint64_t first, last;
    const char *given; /* behind it */
} message;

static void test_book__follows_the_procedure(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        message messages[10];
    } rows[] = {
        {"changes wait, the snapshot's own are dropped, the others follow it",
         {{false, 1, 3, ""},
          {false, 4, 6, ""},
          {false, 7, 9, ""},
          {true, 0, 5, "s5 4-6 7-9"},
          {false, 10, 12, "10-12"}}},
        {"the snapshot holds them all",
         {{false, 1, 3, ""}, {true, 0, 3, "s3"}, {false, 4, 4, "4-4"}}},
        {"a snapshot newer than the changes",
         {{false, 1, 3, ""}, {true, 0, 9, "s9"}, {false, 4, 8, ""}, {false, 9, 11, "9-11"}}},
        {"a snapshot right before the first change is used, an older one is not",
         {{false, 5, 6, ""}, {true, 0, 3, ""}, {true, 0, 4, "s4 5-6"}}},
        {"a gap is shown once, and all waits again",
         {{true, 0, 5, "s5"},
          {false, 6, 7, "6-7"},
          {false, 9, 10, "9-10"},
          {false, 11, 12, ""},
          {false, 13, 13, ""},
          {true, 0, 11, "s11 11-12 13-13"},
          {false, 14, 15, "14-15"}}},
        {"a second gap while waiting: only what follows without one is held",
         {{true, 0, 5, "s5"},
          {false, 8, 9, "8-9"},
          {false, 20, 21, ""},
          {true, 0, 15, ""},
          {true, 0, 20, "s20 20-21"}}},
        {"a snapshot that was passed is not used, a newer one is",
         {{true, 0, 5, "s5"},
          {false, 6, 9, "6-9"},
          {true, 0, 8, ""},
          {true, 0, 9, "s9"},
          {true, 0, 12, "s12"},
          {false, 10, 12, ""},
          {false, 10, 13, "10-13"}}},
        {"the same again is dropped",
         {{true, 0, 5, "s5"}, {false, 6, 7, "6-7"}, {false, 6, 7, ""}, {false, 8, 8, "8-8"}}},
        {"the same again while waiting",
         {{false, 4, 5, ""},
          {false, 6, 7, ""},
          {false, 4, 5, ""},
          {true, 0, 4, "s4 4-5 6-7"},
          {false, 8, 8, "8-8"}}},
        {"snapshots without ids",
         {{true, 0, 0, "s0"}, {true, 0, 0, "s0"}, {false, 1, 2, "1-2"}, {true, 0, 0, "s0"}}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_local_book book = {0};
        for (size_t k = 0; k < 10 && rows[i].messages[k].given != NULL; k++) {
            const message *m = &rows[i].messages[k];
            take(&book, m->snapshot, m->first, m->last, 2);
            const char *seen = given(&book);
            if (strcmp(seen, m->given) != 0) {
                fail_msg("%s: message %zu gives '%s', expected '%s'", rows[i].what, k, seen,
                         m->given);
            }
        }
        l1_local_book_clear(&book);
    }
}

static void test_parts__hold_at_most_64_levels(void **state)
{
    (void)state;
    static const struct {
        uint32_t count;
        const char *given;
    } rows[] = {{0, "s5"},       {1, "s5"},        {64, "s5"},
                {65, "s5+ 0-5"}, {128, "s5+ 0-5"}, {129, "s5+ 0-5+ 0-5"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_local_book book = {0};
        take(&book, true, 0, 5, rows[i].count);
        assert_string_equal(given(&book), rows[i].given);
        l1_local_book_clear(&book);
    }
}

static void test_parts__of_a_snapshot_fill_a_book_and_come_worst_first(void **state)
{
    (void)state;
    l1_local_book book = {0};
    uint32_t seen = 0;
    take(&book, true, 0, 5, 100);
    while (l1_local_book_next(&book, &part)) {
        for (uint32_t i = 0; i < part.changes_count; i++, seen++) {
            CHECK(part.changes[i].price_e8 == 100 - (int64_t)seen);
            CHECK(part.changes[i].ask == (part.changes[i].price_e8 > 50));
        }
    }
    CHECK(seen == 100);
    take(&book, false, 6, 7, 100);
    seen = 0;
    while (l1_local_book_next(&book, &part)) {
        for (uint32_t i = 0; i < part.changes_count; i++, seen++) {
            CHECK(part.changes[i].price_e8 == (int64_t)seen + 1); /* a change as it is */
        }
    }
    l1_local_book_clear(&book);
}

static void test_held__is_bounded_and_the_oldest_go(void **state)
{
    (void)state;
    enum { LEVELS = L1_DEPTH_CHANGES_MAX * 40, EVENTS = L1_LOCAL_BOOK_HELD / (LEVELS + 1) };
    l1_local_book book = {0};
    for (uint64_t i = 1; i <= EVENTS; i++) take(&book, false, i, i, LEVELS);
    CHECK(book.held_levels == EVENTS * (LEVELS + UINT64_C(1)));
    for (uint64_t i = EVENTS + 1; i <= EVENTS + 10; i++) take(&book, false, i, i, LEVELS);
    CHECK(book.held_levels <= L1_LOCAL_BOOK_HELD);
    take(&book, true, 0, 9, 1); /* 10 is gone: it cannot be led on from */
    CHECK(given(&book)[0] == '\0');
    take(&book, true, 0, EVENTS + 9, 1);
    CHECK(l1_local_book_next(&book, &part) && part.snapshot);
    CHECK(l1_local_book_next(&book, &part) && part.first_id == EVENTS + 10);
    l1_local_book_clear(&book);
    CHECK(book.held_levels == 0 && book.ready.first == NULL && !book.synced);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_book__follows_the_procedure),
        cmocka_unit_test(test_parts__hold_at_most_64_levels),
        cmocka_unit_test(test_parts__of_a_snapshot_fill_a_book_and_come_worst_first),
        cmocka_unit_test(test_held__is_bounded_and_the_oldest_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
