/* tests/unit/domain/test_depth_book.c: ladders from level changes, the quote over them, and what
 * makes a book unusable. */
#include "testlib/check.h"

#include <stdlib.h>
#include <string.h>

#include "domain/depth_book.h"

#define E8(n) ((n)*L1_E8)
#define NOW INT64_C(1000)

typedef struct {
    l1_depth_book book;
    void *block;
} desk;

static void open_desk(desk *d)
{
    const size_t cost = l1_depth_book_cost();
    d->block = aligned_alloc(64, cost);
    CHECK(d->block != NULL);
    memset(d->block, 0, cost);
    l1_arena arena = {.base = d->block, .capacity = cost};
    l1_depth_book_init(&d->book, &arena);
    CHECK(arena.used == cost);
}

static void close_desk(desk *d)
{
    free(d->block);
}

static void level(l1_depth *depth, bool ask, int64_t price, int64_t qty)
{
    depth->changes[depth->changes_count++] = (l1_depth_change){ask, E8(price), E8(qty)};
}

/* Bids 100, 99, 98 and asks 102, 103, 104 of quantities 1, 2, 3. */
static l1_depth snapshot_of(uint64_t id)
{
    l1_depth depth = {.ts_ns = NOW, .last_id = id, .snapshot = true};
    for (int i = 0; i < 3; i++) {
        level(&depth, false, 100 - i, i + 1);
        level(&depth, true, 102 + i, i + 1);
    }
    return depth;
}

static l1_depth change_of(uint64_t first, uint64_t last)
{
    return (l1_depth){.ts_ns = NOW, .first_id = first, .last_id = last};
}

static l1_quote quote_of(uint64_t id, int64_t bid, int64_t ask)
{
    return (l1_quote){
        .ts_ns = NOW, .update_id = id, .bid = {E8(bid), E8(7)}, .ask = {E8(ask), E8(8)}};
}

static void start(desk *d, uint64_t id)
{
    const l1_depth depth = snapshot_of(id);
    CHECK(l1_depth_book_apply(&d->book, &depth, NOW) == L1_DEPTH_APPLIED);
    CHECK(l1_depth_book_usable(&d->book));
}

static bool best_is(const l1_depth_book *book, int64_t bid, int64_t bid_qty, int64_t ask,
                    int64_t ask_qty)
{
    l1_level b, a;
    if (!l1_depth_book_best(book, &b, &a)) return false;
    return b.price_e8 == E8(bid) && b.qty_e8 == E8(bid_qty) && a.price_e8 == E8(ask) &&
           a.qty_e8 == E8(ask_qty);
}

static void test_book__a_snapshot_is_read_best_first(void **state)
{
    (void)state;
    desk d;
    l1_level found;
    uint32_t bids_at = 0, asks_at = 0;
    open_desk(&d);
    CHECK(!l1_depth_book_usable(&d.book) && !l1_depth_book_best(&d.book, &found, &found));
    CHECK(!l1_depth_book_next(&d.book, true, &asks_at, &found) && asks_at == 0);
    start(&d, 10);
    CHECK(best_is(&d.book, 100, 1, 102, 1));
    for (int i = 0; i < 3; i++) {
        CHECK(l1_depth_book_next(&d.book, false, &bids_at, &found));
        CHECK(found.price_e8 == E8(100 - i) && found.qty_e8 == E8(i + 1));
        CHECK(l1_depth_book_next(&d.book, true, &asks_at, &found));
        CHECK(found.price_e8 == E8(102 + i) && found.qty_e8 == E8(i + 1));
    }
    CHECK(!l1_depth_book_next(&d.book, false, &bids_at, &found));
    CHECK(!l1_depth_book_next(&d.book, true, &asks_at, &found));
    CHECK(l1_depth_book_at_e8(&d.book, false, E8(99)) == E8(2));
    CHECK(l1_depth_book_at_e8(&d.book, true, E8(104)) == E8(3));
    CHECK(l1_depth_book_at_e8(&d.book, true, E8(99)) == 0);
    CHECK(l1_depth_book_at_e8(&d.book, true, E8(105)) == 0);
    CHECK(l1_depth_book_at_e8(&d.book, true, 0) == 0);
    close_desk(&d);
}

static void test_book__ids_decide_what_a_change_is(void **state)
{
    (void)state;
    static const struct {
        uint64_t first, last;
        l1_depth_outcome outcome;
    } rows[] = {
        {11, 11, L1_DEPTH_APPLIED}, {11, 20, L1_DEPTH_APPLIED}, {1, 11, L1_DEPTH_APPLIED},
        {10, 11, L1_DEPTH_APPLIED}, {12, 12, L1_DEPTH_GAP},     {12, 20, L1_DEPTH_GAP},
        {10, 10, L1_DEPTH_STALE},   {1, 9, L1_DEPTH_STALE},     {1, 10, L1_DEPTH_STALE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d;
        open_desk(&d);
        start(&d, 10);
        l1_depth depth = change_of(rows[i].first, rows[i].last);
        level(&depth, false, 101, 5);
        CHECK(l1_depth_book_apply(&d.book, &depth, NOW) == rows[i].outcome);
        const bool applied = rows[i].outcome == L1_DEPTH_APPLIED;
        CHECK(l1_depth_book_usable(&d.book) == (rows[i].outcome != L1_DEPTH_GAP));
        CHECK(best_is(&d.book, 101, 5, 102, 1) == applied);
        CHECK(best_is(&d.book, 100, 1, 102, 1) == (rows[i].outcome == L1_DEPTH_STALE));
        CHECK(d.book.fault == (rows[i].outcome == L1_DEPTH_GAP ? L1_DEPTH_GAP : 0));
        close_desk(&d);
    }
}

static void test_book__a_gap_lasts_until_the_next_snapshot(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    start(&d, 10);
    const l1_depth gap = change_of(12, 12), next = change_of(13, 13);
    CHECK(l1_depth_book_apply(&d.book, &gap, NOW) == L1_DEPTH_GAP);
    CHECK(l1_depth_book_apply(&d.book, &next, NOW) == L1_DEPTH_GAP);
    const l1_quote quote = quote_of(14, 100, 101);
    CHECK(l1_depth_book_quote(&d.book, &quote, NOW)); /* kept, but no book by itself now */
    CHECK(!l1_depth_book_usable(&d.book));
    CHECK(l1_depth_book_at_e8(&d.book, true, E8(101)) == 0);
    start(&d, 5); /* whatever its id */
    CHECK(d.book.fault == L1_DEPTH_APPLIED && d.book.update_id == 5);
    CHECK(best_is(&d.book, 100, 7, 101, 8)); /* the quote is newer than the snapshot */
    close_desk(&d);
}

static void test_book__changes_without_a_snapshot_are_a_gap(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    const l1_depth depth = change_of(1, 1);
    CHECK(l1_depth_book_apply(&d.book, &depth, NOW) == L1_DEPTH_GAP);
    CHECK(!l1_depth_book_usable(&d.book) && d.book.fault == L1_DEPTH_GAP);
    close_desk(&d);
}

static void test_book__an_older_snapshot_is_stale_and_one_without_id_is_not(void **state)
{
    (void)state;
    static const struct {
        uint64_t id;
        l1_depth_outcome outcome;
    } rows[] = {
        {9, L1_DEPTH_STALE}, {10, L1_DEPTH_APPLIED}, {11, L1_DEPTH_APPLIED}, {0, L1_DEPTH_APPLIED}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d;
        open_desk(&d);
        start(&d, 10);
        l1_depth depth = {.ts_ns = NOW, .last_id = rows[i].id, .snapshot = true};
        level(&depth, false, 90, 1);
        level(&depth, true, 91, 1);
        CHECK(l1_depth_book_apply(&d.book, &depth, NOW) == rows[i].outcome);
        CHECK(best_is(&d.book, 90, 1, 91, 1) == (rows[i].outcome == L1_DEPTH_APPLIED));
        CHECK(best_is(&d.book, 100, 1, 102, 1) == (rows[i].outcome == L1_DEPTH_STALE));
        close_desk(&d);
    }
}

static void test_book__quantity_zero_deletes_and_of_nothing_is_nothing(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    start(&d, 10);
    l1_depth depth = change_of(11, 12);
    level(&depth, false, 100, 0);
    level(&depth, true, 102, 0);
    level(&depth, true, 101, 0); /* not there */
    level(&depth, false, 98, 9);
    CHECK(l1_depth_book_apply(&d.book, &depth, NOW) == L1_DEPTH_APPLIED);
    CHECK(best_is(&d.book, 99, 2, 103, 2));
    CHECK(d.book.bids.count == 2 && d.book.asks.count == 2 && d.book.update_id == 12);
    CHECK(l1_depth_book_at_e8(&d.book, false, E8(98)) == E8(9));
    close_desk(&d);
}

static void test_book__an_empty_side_is_unusable_but_no_damage(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    start(&d, 10);
    l1_depth empty = change_of(11, 11), back = change_of(12, 12);
    for (int i = 0; i < 3; i++) level(&empty, true, 102 + i, 0);
    CHECK(l1_depth_book_apply(&d.book, &empty, NOW) == L1_DEPTH_APPLIED);
    CHECK(!l1_depth_book_usable(&d.book) && d.book.started && d.book.fault == 0);
    level(&back, true, 105, 1);
    CHECK(l1_depth_book_apply(&d.book, &back, NOW) == L1_DEPTH_APPLIED);
    CHECK(best_is(&d.book, 100, 1, 105, 1));
    close_desk(&d);
}

static void test_book__crossed_or_locked_after_a_change_is_damage(void **state)
{
    (void)state;
    static const struct {
        bool ask;
        int64_t price_e8, qty_e8;
        bool damage;
    } rows[] = {
        {false, E8(102) - 1, 1, false}, {false, E8(102), 1, true}, {false, E8(103), 1, true},
        {true, E8(100) + 1, 1, false},  {true, E8(100), 1, true},  {true, E8(99), 1, true},
        {false, 1, 1, false},           {false, 0, 1, true},       {false, -1, 1, true},
        {true, INT64_MAX, 1, false},    {true, E8(103), -1, true}, {true, 0, 0, true},
        {false, INT64_MIN, 1, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d;
        open_desk(&d);
        start(&d, 10);
        l1_depth depth = change_of(11, 11);
        depth.changes[depth.changes_count++] =
            (l1_depth_change){rows[i].ask, rows[i].price_e8, rows[i].qty_e8};
        const l1_depth_outcome outcome = l1_depth_book_apply(&d.book, &depth, NOW);
        CHECK(outcome == (rows[i].damage ? L1_DEPTH_CROSSED : L1_DEPTH_APPLIED));
        CHECK(l1_depth_book_usable(&d.book) != rows[i].damage);
        CHECK(d.book.fault == outcome);
        const l1_depth next = change_of(12, 12);
        CHECK(l1_depth_book_apply(&d.book, &next, NOW) ==
              (rows[i].damage ? L1_DEPTH_GAP : L1_DEPTH_APPLIED));
        CHECK(d.book.fault == outcome); /* the first cause stays */
        close_desk(&d);
    }
}

static void test_book__parts_make_one_event(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    l1_depth first = snapshot_of(10), last = {.ts_ns = NOW, .last_id = 10};
    first.more = true;
    level(&last, true, 101, 4);
    CHECK(l1_depth_book_apply(&d.book, &first, NOW) == L1_DEPTH_APPLIED);
    CHECK(d.book.partial && !l1_depth_book_usable(&d.book));
    CHECK(l1_depth_book_apply(&d.book, &last, NOW) == L1_DEPTH_APPLIED);
    CHECK(!d.book.partial && best_is(&d.book, 100, 1, 101, 4));
    /* Crossed between the parts only. */
    l1_depth up = change_of(11, 15), clear = change_of(11, 15);
    up.more = true;
    level(&up, false, 101, 6);
    level(&clear, true, 101, 0);
    CHECK(l1_depth_book_apply(&d.book, &up, NOW) == L1_DEPTH_APPLIED);
    CHECK(l1_depth_book_apply(&d.book, &clear, NOW) == L1_DEPTH_APPLIED);
    CHECK(best_is(&d.book, 101, 6, 102, 1));
    /* The same again is stale, in all its parts. */
    CHECK(l1_depth_book_apply(&d.book, &up, NOW) == L1_DEPTH_STALE);
    CHECK(l1_depth_book_apply(&d.book, &clear, NOW) == L1_DEPTH_STALE);
    CHECK(best_is(&d.book, 101, 6, 102, 1));
    close_desk(&d);
}

static void test_book__a_lost_part_is_a_gap_and_a_snapshot_starts_over(void **state)
{
    (void)state;
    static const uint64_t ids[] = {9, 11, 20};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        desk d;
        open_desk(&d);
        l1_depth first = snapshot_of(10);
        first.more = true;
        CHECK(l1_depth_book_apply(&d.book, &first, NOW) == L1_DEPTH_APPLIED);
        const l1_depth other = change_of(ids[i], ids[i]);
        CHECK(l1_depth_book_apply(&d.book, &other, NOW) == L1_DEPTH_GAP);
        CHECK(l1_depth_book_apply(&d.book, &first, NOW) == L1_DEPTH_APPLIED && d.book.partial);
        start(&d, 3); /* in the middle of the parts of another */
        CHECK(d.book.update_id == 3 && best_is(&d.book, 100, 1, 102, 1));
        close_desk(&d);
    }
}

static void test_quote__overrides_the_top_of_an_older_ladder(void **state)
{
    (void)state;
    static const struct {
        uint64_t id;
        int64_t bid, ask;
        bool taken;
    } rows[] = {
        {9, 101, 103, false},  {10, 101, 103, false}, {11, 101, 103, true},
        {0, 101, 103, true},   {11, 99, 105, true},   {11, 101, 101, false},
        {11, 102, 101, false}, {11, 0, 101, false},   {11, 105, 106, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d;
        open_desk(&d);
        start(&d, 10);
        const l1_quote quote = quote_of(rows[i].id, rows[i].bid, rows[i].ask);
        CHECK(l1_depth_book_quote(&d.book, &quote, NOW) == rows[i].taken);
        CHECK(best_is(&d.book, 100, 1, 102, 1) == !rows[i].taken);
        CHECK(best_is(&d.book, rows[i].bid, 7, rows[i].ask, 8) == rows[i].taken);
        close_desk(&d);
    }
    desk d;
    open_desk(&d);
    start(&d, 10);
    l1_quote bad = quote_of(11, 101, 103);
    bad.bid.qty_e8 = 0;
    CHECK(!l1_depth_book_quote(&d.book, &bad, NOW));
    bad = quote_of(11, 101, 103);
    bad.ask.qty_e8 = -1;
    CHECK(!l1_depth_book_quote(&d.book, &bad, NOW));
    close_desk(&d);
}

static void test_quote__hides_better_levels_and_keeps_worse_ones(void **state)
{
    (void)state;
    desk d;
    l1_level found;
    open_desk(&d);
    start(&d, 10);
    const l1_quote quote = quote_of(11, 99, 103); /* at levels of the ladder */
    CHECK(l1_depth_book_quote(&d.book, &quote, NOW));
    CHECK(l1_depth_book_at_e8(&d.book, false, E8(100)) == 0); /* taken as gone */
    CHECK(l1_depth_book_at_e8(&d.book, false, E8(99)) == E8(7));
    CHECK(l1_depth_book_at_e8(&d.book, false, E8(98)) == E8(3));
    CHECK(l1_depth_book_at_e8(&d.book, true, E8(102)) == 0);
    CHECK(l1_depth_book_at_e8(&d.book, true, E8(103)) == E8(8));
    CHECK(l1_depth_book_at_e8(&d.book, true, E8(104)) == E8(3));
    uint32_t at = 0;
    CHECK(l1_depth_book_next(&d.book, true, &at, &found) && found.price_e8 == E8(103));
    CHECK(found.qty_e8 == E8(8));
    CHECK(l1_depth_book_next(&d.book, true, &at, &found) && found.price_e8 == E8(104));
    CHECK(!l1_depth_book_next(&d.book, true, &at, &found));
    /* Between levels and beyond them all. */
    const l1_quote far = quote_of(12, 1, 1000);
    CHECK(l1_depth_book_quote(&d.book, &far, NOW));
    l1_book top;
    CHECK(l1_depth_book_top(&d.book, 3, &top) && top.symbol == 3);
    CHECK(top.bids_count == 1 && top.asks_count == 1 && top.bids[0].price_e8 == E8(1));
    const l1_quote inside = quote_of(13, 101, 102);
    CHECK(l1_depth_book_quote(&d.book, &inside, NOW));
    CHECK(l1_depth_book_top(&d.book, 0, &top) && top.bids_count == 4 && top.asks_count == 3);
    CHECK(top.bids[0].qty_e8 == E8(7) && top.asks[0].qty_e8 == E8(8));
    CHECK(l1_book_fault(&top) == NULL);
    close_desk(&d);
}

static void test_quote__lasts_until_the_ladder_has_caught_up(void **state)
{
    (void)state;
    static const struct {
        uint64_t quote, last;
        bool stays;
    } rows[] = {{15, 14, true}, {15, 15, false}, {15, 16, false}, {0, 11, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d;
        open_desk(&d);
        start(&d, 10);
        const l1_quote quote = quote_of(rows[i].quote, 101, 103);
        CHECK(l1_depth_book_quote(&d.book, &quote, NOW));
        CHECK(l1_depth_book_quote(&d.book, &quote, NOW) == (rows[i].quote == 0)); /* no newer */
        const l1_depth depth = change_of(11, rows[i].last);
        CHECK(l1_depth_book_apply(&d.book, &depth, NOW) == L1_DEPTH_APPLIED);
        CHECK(best_is(&d.book, 101, 7, 103, 8) == rows[i].stays);
        CHECK(best_is(&d.book, 100, 1, 102, 1) == !rows[i].stays);
        close_desk(&d);
    }
}

static void test_quote__alone_is_a_book_of_one_level(void **state)
{
    (void)state;
    desk d;
    l1_book top;
    open_desk(&d);
    const l1_quote first = quote_of(5, 100, 101), older = quote_of(4, 99, 101);
    CHECK(l1_depth_book_quote(&d.book, &first, NOW));
    CHECK(!l1_depth_book_quote(&d.book, &older, NOW));
    CHECK(l1_depth_book_top(&d.book, 0, &top));
    CHECK(top.bids_count == 1 && top.asks_count == 1 && top.asks[0].qty_e8 == E8(8));
    const l1_depth depth = change_of(6, 6); /* but no snapshot came */
    CHECK(l1_depth_book_apply(&d.book, &depth, NOW) == L1_DEPTH_GAP);
    CHECK(!l1_depth_book_usable(&d.book));
    close_desk(&d);
}

static void test_book__a_bus_message_replaces_everything(void **state)
{
    (void)state;
    desk d;
    l1_book top = {.ts_ns = NOW, .bids_count = 2, .asks_count = 1}, shown;
    top.bids[0] = (l1_level){E8(50), E8(1)};
    top.bids[1] = (l1_level){E8(49), E8(2)};
    top.asks[0] = (l1_level){E8(51), E8(3)};
    open_desk(&d);
    start(&d, 10);
    const l1_quote quote = quote_of(12, 101, 103);
    CHECK(l1_depth_book_quote(&d.book, &quote, NOW));
    l1_depth_book_replace(&d.book, &top, NOW + 5);
    CHECK(best_is(&d.book, 50, 1, 51, 3) && d.book.update_id == 0 && d.book.since_ns == NOW);
    CHECK(l1_depth_book_top(&d.book, 0, &shown) && shown.bids_count == 2);
    CHECK(shown.bids[1].price_e8 == E8(49));
    CHECK(l1_depth_book_quote(&d.book, &quote, NOW)); /* without ids the later one is newer */
    CHECK(best_is(&d.book, 101, 7, 103, 8));
    const l1_depth change = change_of(2, 2);
    CHECK(l1_depth_book_apply(&d.book, &change, NOW) == L1_DEPTH_GAP);
    l1_depth_book_replace(&d.book, &top, NOW);
    CHECK(l1_depth_book_usable(&d.book));
    top.asks[0].price_e8 = E8(50);
    l1_depth_book_replace(&d.book, &top, NOW);
    CHECK(!l1_depth_book_usable(&d.book));
    close_desk(&d);
}

static void test_book__its_age_counts_from_the_earlier_time(void **state)
{
    (void)state;
    static const struct {
        int64_t ts, now, since;
    } rows[] = {{100, 200, 100}, {200, 100, 100}, {150, 150, 150}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk d;
        open_desk(&d);
        l1_depth depth = snapshot_of(10);
        depth.ts_ns = rows[i].ts;
        (void)l1_depth_book_apply(&d.book, &depth, rows[i].now);
        CHECK(d.book.since_ns == rows[i].since);
        d.book.since_ns = 0;
        l1_quote quote = quote_of(11, 100, 101);
        quote.ts_ns = rows[i].ts;
        (void)l1_depth_book_quote(&d.book, &quote, rows[i].now);
        CHECK(d.book.since_ns == rows[i].since);
        quote.ts_ns = 1; /* refused: nothing has become newer */
        (void)l1_depth_book_quote(&d.book, &quote, rows[i].now);
        CHECK(d.book.since_ns == rows[i].since);
        close_desk(&d);
    }
}

/* Asks at 1..count + 1000, best last to come. */
static void fill(desk *d, uint32_t count)
{
    l1_depth depth = {.ts_ns = NOW, .last_id = 10, .snapshot = true};
    level(&depth, false, 1000, 1);
    for (uint32_t i = 0; i < count; i++) {
        level(&depth, true, 1001 + (int64_t)(count - i), 1);
        depth.more = i + 1 < count;
        if (depth.changes_count < L1_DEPTH_CHANGES_MAX && depth.more) continue;
        CHECK(l1_depth_book_apply(&d->book, &depth, NOW) == L1_DEPTH_APPLIED);
        depth.changes_count = 0;
        depth.snapshot = false;
    }
    CHECK(d->book.asks.count == count && l1_depth_book_usable(&d->book));
}

/* The asks from the worst one, told by a price, up to the best at 1,001 without a hole. */
static void asks_fall_from(const l1_depth_book *book, int64_t worst)
{
    uint32_t at = 0;
    l1_level level;
    for (int64_t price = 1001; price <= worst; price++) {
        CHECK(l1_depth_book_next(book, true, &at, &level) && level.price_e8 == E8(price));
    }
    CHECK(!l1_depth_book_next(book, true, &at, &level));
}

static void test_book__the_worst_levels_beyond_the_most_are_dropped(void **state)
{
    (void)state;
    enum { MOST = L1_DEPTH_LEVELS_MAX };
    desk d;
    open_desk(&d);
    fill(&d, MOST - 1);
    l1_depth depth = change_of(11, 11);
    level(&depth, true, 1001 + MOST, 1); /* the last that fits, worst of all */
    CHECK(l1_depth_book_apply(&d.book, &depth, NOW) == L1_DEPTH_APPLIED);
    CHECK(d.book.asks.count == MOST && l1_depth_book_at_e8(&d.book, true, E8(1001 + MOST)) != 0);
    depth = change_of(12, 12);
    level(&depth, true, 1002 + MOST, 1); /* worse than the worst: not kept */
    CHECK(l1_depth_book_apply(&d.book, &depth, NOW) == L1_DEPTH_APPLIED);
    CHECK(d.book.asks.count == MOST && l1_depth_book_at_e8(&d.book, true, E8(1002 + MOST)) == 0);
    depth = change_of(13, 13);
    level(&depth, true, 1001, 5); /* a new best: the worst goes */
    CHECK(l1_depth_book_apply(&d.book, &depth, NOW) == L1_DEPTH_APPLIED);
    CHECK(d.book.asks.count == MOST && best_is(&d.book, 1000, 1, 1001, 5));
    CHECK(l1_depth_book_at_e8(&d.book, true, E8(1001 + MOST)) == 0);
    asks_fall_from(&d.book, 1000 + MOST);
    close_desk(&d);
}

static size_t save(l1_depth_book *book, uint8_t *bytes, size_t capacity)
{
    l1_archive archive = l1_archive_saving(bytes, capacity);
    l1_depth_book_archive(&archive, book);
    CHECK(l1_archive_ok(&archive));
    return archive.out.used;
}

static bool load(l1_depth_book *book, const uint8_t *bytes, size_t size)
{
    l1_archive archive = l1_archive_loading(bytes, size);
    l1_depth_book_archive(&archive, book);
    return l1_archive_ok(&archive) && l1_read_left(&archive.in) == 0;
}

static void test_archive__a_book_comes_back_and_damage_does_not(void **state)
{
    (void)state;
    static uint8_t bytes[4096], again[4096];
    desk d, other;
    l1_book shown[2];
    open_desk(&d);
    open_desk(&other);
    start(&d, 10);
    const l1_quote quote = quote_of(12, 99, 103);
    CHECK(l1_depth_book_quote(&d.book, &quote, NOW));
    const size_t size = save(&d.book, bytes, sizeof bytes);
    CHECK(load(&other.book, bytes, size) && save(&other.book, again, sizeof again) == size);
    assert_memory_equal(bytes, again, size);
    CHECK(l1_depth_book_top(&d.book, 0, &shown[0]) && l1_depth_book_top(&other.book, 0, &shown[1]));
    CHECK(shown[0].bids_count == shown[1].bids_count);
    for (size_t cut = 0; cut < size; cut++) CHECK(!load(&other.book, bytes, cut));
    /* What no ladder can be: out of order, empty levels, crossed, a quote that is none. */
    desk bad;
    for (int i = 0; i < 7; i++) {
        open_desk(&bad);
        l1_depth_book_copy(&bad.book, &d.book, 0);
        if (i == 0) bad.book.bids.levels[1].price_e8 = bad.book.bids.levels[0].price_e8;
        if (i == 1) bad.book.asks.levels[0].qty_e8 = 0;
        if (i == 2) bad.book.asks.levels[0].price_e8 = -1;
        if (i == 3) bad.book.bids.levels[2].price_e8 = bad.book.asks.levels[2].price_e8;
        if (i == 4) bad.book.quote.ask.price_e8 = bad.book.quote.bid.price_e8;
        if (i == 5) bad.book.fault = L1_DEPTH_GAP; /* and started */
        if (i == 6) bad.book.fault = L1_DEPTH_CROSSED + 1;
        CHECK(!load(&other.book, again, save(&bad.book, again, sizeof again)));
        close_desk(&bad);
    }
    CHECK(load(&other.book, bytes, size));
    close_desk(&other);
    close_desk(&d);
}

static void test_copy__is_a_book_of_its_own(void **state)
{
    (void)state;
    desk d, copy;
    open_desk(&d);
    open_desk(&copy);
    start(&d, 10);
    const l1_quote quote = quote_of(12, 99, 103);
    CHECK(l1_depth_book_quote(&d.book, &quote, NOW));
    l1_depth_book_copy(&copy.book, &d.book, 5);
    CHECK(best_is(&copy.book, 99, 7, 103, 8) && copy.book.quote.symbol == 5);
    l1_depth depth = change_of(11, 20);
    level(&depth, false, 100, 0);
    CHECK(l1_depth_book_apply(&copy.book, &depth, NOW) == L1_DEPTH_APPLIED);
    CHECK(best_is(&copy.book, 99, 2, 102, 1) && best_is(&d.book, 99, 7, 103, 8));
    CHECK(d.book.bids.count == 3 && copy.book.bids.count == 2);
    close_desk(&copy);
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_book__a_snapshot_is_read_best_first),
        cmocka_unit_test(test_book__ids_decide_what_a_change_is),
        cmocka_unit_test(test_book__a_gap_lasts_until_the_next_snapshot),
        cmocka_unit_test(test_book__changes_without_a_snapshot_are_a_gap),
        cmocka_unit_test(test_book__an_older_snapshot_is_stale_and_one_without_id_is_not),
        cmocka_unit_test(test_book__quantity_zero_deletes_and_of_nothing_is_nothing),
        cmocka_unit_test(test_book__an_empty_side_is_unusable_but_no_damage),
        cmocka_unit_test(test_book__crossed_or_locked_after_a_change_is_damage),
        cmocka_unit_test(test_book__parts_make_one_event),
        cmocka_unit_test(test_book__a_lost_part_is_a_gap_and_a_snapshot_starts_over),
        cmocka_unit_test(test_quote__overrides_the_top_of_an_older_ladder),
        cmocka_unit_test(test_quote__hides_better_levels_and_keeps_worse_ones),
        cmocka_unit_test(test_quote__lasts_until_the_ladder_has_caught_up),
        cmocka_unit_test(test_quote__alone_is_a_book_of_one_level),
        cmocka_unit_test(test_book__a_bus_message_replaces_everything),
        cmocka_unit_test(test_book__its_age_counts_from_the_earlier_time),
        cmocka_unit_test(test_book__the_worst_levels_beyond_the_most_are_dropped),
        cmocka_unit_test(test_archive__a_book_comes_back_and_damage_does_not),
        cmocka_unit_test(test_copy__is_a_book_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
