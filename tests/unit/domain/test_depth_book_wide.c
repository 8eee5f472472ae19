/* tests/unit/domain/test_depth_book_wide.c: books of thousands of levels against one that holds a
 * quantity for each price: snapshots, changes best first and in any order, a full side, and the
 * bytes that a book saved is worth. */
#include "testlib/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "domain/depth_book.h"

enum { PRICES = 24000, MIDDLE = PRICES / 2, MESSAGES = 3000, LOOKS = 150 };

typedef struct {
    int64_t qty[2][PRICES + 1];
    uint32_t count[2];
} plain;

static int64_t below(l1_prng *prng, int64_t end)
{
    return (int64_t)l1_prng_below(prng, (uint64_t)end);
}

/* The n-th price of a side, best first, whether or not anything stands there. */
static int64_t nth(bool ask, int64_t n)
{
    return ask ? MIDDLE + 1 + n : MIDDLE - n;
}

static void plain_change(plain *p, const l1_depth_change *change)
{
    int64_t *qty = &p->qty[change->ask][change->price_e8];
    const bool added = *qty == 0 && change->qty_e8 > 0;
    if (added && p->count[change->ask] == L1_DEPTH_LEVELS_MAX) {
        int64_t n = MIDDLE - 1;
        while (p->qty[change->ask][nth(change->ask, n)] == 0) n--;
        const int64_t worst = nth(change->ask, n);
        if (change->ask ? change->price_e8 > worst : change->price_e8 < worst) return;
        p->qty[change->ask][worst] = 0;
        p->count[change->ask]--;
    }
    p->count[change->ask] += (uint32_t)added;
    p->count[change->ask] -= (uint32_t)(*qty > 0 && change->qty_e8 == 0);
    *qty = change->qty_e8;
}

static void same(const plain *p, const l1_depth_book *book)
{
    for (int ask = 0; ask < 2; ask++) {
        uint32_t at = 0;
        l1_level level;
        for (int64_t n = 0; n < MIDDLE; n++) {
            const int64_t price = nth(ask == 1, n), qty = p->qty[ask][price];
            if (n % 97 == 0) CHECK(l1_depth_book_at_e8(book, ask == 1, price) == qty);
            if (qty == 0) continue;
            CHECK(l1_depth_book_next(book, ask == 1, &at, &level));
            CHECK(level.price_e8 == price && level.qty_e8 == qty);
        }
        CHECK(!l1_depth_book_next(book, ask == 1, &at, &level));
        CHECK((ask == 1 ? book->asks : book->bids).count == p->count[ask]);
    }
}

/* What was saved makes a book that is saved to the same bytes, gaps or not. */
static void same_saved(l1_depth_book *book, l1_depth_book *other)
{
    static uint8_t bytes[2][1 << 19];
    l1_archive saving = l1_archive_saving(bytes[0], sizeof bytes[0]);
    l1_depth_book_archive(&saving, book);
    l1_archive loading = l1_archive_loading(bytes[0], saving.out.used);
    l1_depth_book_archive(&loading, other);
    CHECK(l1_archive_ok(&loading) && l1_read_left(&loading.in) == 0);
    l1_archive again = l1_archive_saving(bytes[1], sizeof bytes[1]);
    l1_depth_book_archive(&again, other);
    CHECK(again.out.used == saving.out.used);
    assert_memory_equal(bytes[0], bytes[1], saving.out.used);
}

typedef struct {
    const char *what;
    int64_t reach;       /* how far from the best changes go */
    int64_t deleted_of8; /* of eight changes */
    bool ordered;        /* best first, as exchanges send them */
    int64_t step;        /* between the prices of a message in order; 0 = any */
    int64_t snapshot;    /* levels a side to begin with */
} habit;

static int by_rank(const void *left, const void *right)
{
    l1_depth_change a, b;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    if (a.ask != b.ask) return a.ask ? 1 : -1;
    const int rising = (a.price_e8 > b.price_e8) - (a.price_e8 < b.price_e8);
    return a.ask ? rising : -rising;
}

static void any_message(l1_prng *prng, const habit *how, uint64_t id, l1_depth *depth)
{
    *depth = (l1_depth){.first_id = id, .last_id = id};
    depth->changes_count = (uint32_t)below(prng, L1_DEPTH_CHANGES_MAX + 1);
    const int64_t start = below(prng, how->reach);
    for (uint32_t i = 0; i < depth->changes_count; i++) {
        const bool ask = below(prng, 2) == 1;
        int64_t n = how->step == 0 ? below(prng, how->reach) : start + i * how->step;
        n = n < 1 ? 1 : n > MIDDLE - 1 ? MIDDLE - 1 : n; /* the best stays */
        const bool gone = below(prng, 8) < how->deleted_of8;
        depth->changes[i] = (l1_depth_change){
            .ask = ask, .price_e8 = nth(ask, n), .qty_e8 = gone ? 0 : 1 + below(prng, 1000)};
    }
    if (!how->ordered) return;
    qsort(depth->changes, depth->changes_count, sizeof depth->changes[0], by_rank);
}

/* A snapshot as exchanges send it: side by side, best first, in parts. */
static void start(l1_depth_book *book, plain *p, int64_t levels)
{
    l1_depth depth = {.snapshot = true, .last_id = 1};
    memset(p, 0, sizeof *p);
    for (int64_t i = 0; i < 2 * levels; i++) {
        const bool ask = i >= levels;
        const l1_depth_change level = {
            .ask = ask, .price_e8 = nth(ask, i % levels), .qty_e8 = 1 + i};
        depth.changes[depth.changes_count++] = level;
        plain_change(p, &level);
        depth.more = i + 1 < 2 * levels;
        if (depth.more && depth.changes_count < L1_DEPTH_CHANGES_MAX) continue;
        CHECK(l1_depth_book_apply(book, &depth, 0) == L1_DEPTH_APPLIED);
        depth.changes_count = 0;
        depth.snapshot = false;
    }
    same(p, book);
}

static void test_book__wide_books_agree_with_one_that_holds_every_price(void **state)
{
    (void)state;
    static const habit habits[] = {
        {"near, growing", 400, 3, true, 0, 1},
        {"near, any order", 400, 4, false, 0, 300},
        {"as wide as it goes, full", MIDDLE, 1, true, 0, 1000},
        {"full, any order", MIDDLE, 1, false, 0, 5000},
        {"runs of neighbours", 6000, 2, true, 1, 1},
        {"runs further apart", 9000, 2, true, 30, 8000},
        {"mostly deleted", 3000, 6, true, 0, 2500},
    };
    static plain p;
    static l1_depth depth;
    const size_t cost = l1_depth_book_cost();
    void *blocks[2] = {aligned_alloc(64, cost), aligned_alloc(64, cost)};
    l1_depth_book books[2];
    for (int i = 0; i < 2; i++) {
        l1_arena arena = {.base = blocks[i], .capacity = cost};
        l1_depth_book_init(&books[i], &arena);
    }
    l1_prng prng;
    l1_prng_seed(&prng, 77);
    uint32_t most = 0;
    for (size_t row = 0; row < sizeof habits / sizeof habits[0]; row++) {
        books[0].started = false;
        start(&books[0], &p, habits[row].snapshot);
        for (uint64_t i = 0; i < MESSAGES; i++) {
            any_message(&prng, &habits[row], i + 2, &depth);
            for (uint32_t k = 0; k < depth.changes_count; k++) plain_change(&p, &depth.changes[k]);
            CHECK(l1_depth_book_apply(&books[0], &depth, 0) == L1_DEPTH_APPLIED);
            if (i % LOOKS == 0) same(&p, &books[0]);
        }
        same(&p, &books[0]);
        same_saved(&books[0], &books[1]);
        if (p.count[0] > most) most = p.count[0];
    }
    CHECK(most == L1_DEPTH_LEVELS_MAX); /* the limit was met */
    free(blocks[0]);
    free(blocks[1]);
}

/* One message deletes the best and puts a level where others were deleted before. */
static void test_book__a_level_may_follow_the_best_that_went_in_one_message(void **state)
{
    (void)state;
    static const struct {
        uint32_t count;
        int64_t prices[4], qtys[4];
    } rows[] = {
        {4, {100, 90, 80, 70}, {1, 1, 1, 1}},
        {2, {90, 80}, {0, 0}},
        {2, {100, 85}, {0, 2}}, /* between two that are gone, behind one that goes now */
    };
    const size_t cost = l1_depth_book_cost();
    for (int ask = 0; ask < 2; ask++) {
        l1_arena arena = {.base = aligned_alloc(64, cost), .capacity = cost};
        l1_depth_book book;
        l1_level level;
        uint32_t at = 0;
        l1_depth_book_init(&book, &arena);
        for (uint64_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
            l1_depth depth = {.snapshot = row == 0, .first_id = row + 1, .last_id = row + 1};
            for (uint32_t i = 0; i < rows[row].count; i++) {
                const int64_t away = 1000 - rows[row].prices[i];
                depth.changes[depth.changes_count++] = (l1_depth_change){
                    ask == 1, 1000 + (ask == 1 ? away : -away), rows[row].qtys[i]};
            }
            if (row == 0)
                depth.changes[depth.changes_count++] = (l1_depth_change){ask == 0, 1000, 1};
            CHECK(l1_depth_book_apply(&book, &depth, 0) == L1_DEPTH_APPLIED);
        }
        CHECK(l1_depth_book_next(&book, ask == 1, &at, &level));
        CHECK(level.price_e8 == 1000 + (ask == 1 ? 915 : -915) && level.qty_e8 == 2);
        CHECK(l1_depth_book_next(&book, ask == 1, &at, &level));
        CHECK(level.price_e8 == 1000 + (ask == 1 ? 930 : -930) && level.qty_e8 == 1);
        CHECK(!l1_depth_book_next(&book, ask == 1, &at, &level));
        free(arena.base);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_book__wide_books_agree_with_one_that_holds_every_price),
        cmocka_unit_test(test_book__a_level_may_follow_the_best_that_went_in_one_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
