/* tests/unit/domain/test_depth_book_random.c: thousands of random messages against a book that is
 * kept the plain way: a list of levels in no order, searched from end to end. */
#include "testlib/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "domain/depth_book.h"

enum { PRICES = 120, ROUNDS = 40, STEPS = 4000 };

/* qty by side and price; what the documents say, word by word. */
typedef struct {
    int64_t qty[2][PRICES + 1];
    bool started, lost, partial, has_quote;
    uint64_t id;
    l1_quote quote;
} plain;

static int64_t below(l1_prng *prng, uint64_t end)
{
    return (int64_t)(l1_prng_next(prng) % end);
}

static int64_t plain_best(const plain *p, bool ask)
{
    for (int64_t i = 1; i <= PRICES; i++) {
        const int64_t price = ask ? i : PRICES + 1 - i;
        if (p->qty[ask][price] > 0) return price;
    }
    return 0;
}

static void plain_lose(plain *p)
{
    memset(p->qty, 0, sizeof p->qty);
    p->started = p->partial = false;
    p->lost = true;
    p->id = 0;
}

static void plain_apply(plain *p, const l1_depth *depth)
{
    if (depth->snapshot) {
        if (p->started && !p->partial && depth->last_id < p->id) return;
        memset(p->qty, 0, sizeof p->qty);
        p->started = true;
        p->lost = false;
    } else if (!p->started) {
        plain_lose(p);
        return;
    } else if (p->partial) {
        if (depth->last_id != p->id) {
            plain_lose(p);
            return;
        }
    } else if (depth->last_id <= p->id) {
        return;
    } else if (depth->first_id > p->id + 1) {
        plain_lose(p);
        return;
    }
    for (uint32_t i = 0; i < depth->changes_count; i++) {
        const l1_depth_change *change = &depth->changes[i];
        p->qty[change->ask][change->price_e8] = change->qty_e8;
    }
    p->id = depth->last_id;
    p->partial = depth->more;
    if (p->partial) return;
    if (p->has_quote && p->quote.update_id <= p->id) p->has_quote = false;
    const int64_t bid = plain_best(p, false), ask = plain_best(p, true);
    if (bid != 0 && ask != 0 && bid >= ask) plain_lose(p);
}

static void plain_quote(plain *p, const l1_quote *quote)
{
    if (quote->bid.price_e8 >= quote->ask.price_e8) return;
    if (quote->update_id <= p->id) return;
    if (p->has_quote && quote->update_id <= p->quote.update_id) return;
    p->quote = *quote;
    p->has_quote = true;
}

/* Quantity at a price as the quote leaves it. */
static int64_t plain_at(const plain *p, bool ask, int64_t price)
{
    const l1_level *best = ask ? &p->quote.ask : &p->quote.bid;
    if (p->has_quote && price == best->price_e8) return best->qty_e8;
    const bool better = ask ? price < best->price_e8 : price > best->price_e8;
    return p->has_quote && better ? 0 : p->qty[ask][price];
}

static bool plain_usable(const plain *p)
{
    if (p->partial) return false;
    if (!p->started) return p->has_quote && !p->lost;
    return p->has_quote || (plain_best(p, false) != 0 && plain_best(p, true) != 0);
}

static void same(const plain *p, const l1_depth_book *book)
{
    l1_level level, bid, ask;
    const bool usable = plain_usable(p);
    CHECK(l1_depth_book_usable(book) == usable);
    CHECK(book->update_id == p->id);
    CHECK(l1_depth_book_best(book, &bid, &ask) == usable);
    for (int side = 0; side < 2; side++) {
        uint32_t at = 0, count = 0;
        for (int64_t i = 1; i <= PRICES; i++) {
            const int64_t price = side == 1 ? i : PRICES + 1 - i;
            const int64_t qty = usable ? plain_at(p, side == 1, price) : 0;
            CHECK(l1_depth_book_at_e8(book, side == 1, price) == qty);
            if (qty == 0) continue;
            CHECK(l1_depth_book_next(book, side == 1, &at, &level));
            CHECK(level.price_e8 == price && level.qty_e8 == qty);
            if (count++ == 0) CHECK((side == 1 ? ask : bid).price_e8 == price);
        }
        CHECK(!l1_depth_book_next(book, side == 1, &at, &level));
    }
}

static void any_depth(l1_prng *prng, uint64_t *id, int64_t middle, l1_depth *depth)
{
    const bool restart = below(prng, 60) == 0;
    memset(depth, 0, sizeof *depth);
    const uint64_t skip = below(prng, 80) == 0 ? (uint64_t)below(prng, 3) : 0;
    depth->snapshot = restart;
    depth->first_id = *id + 1 + skip;
    depth->last_id = *id + skip + 1 + (uint64_t)below(prng, 4);
    if (below(prng, 20) == 0) depth->last_id = *id - (uint64_t)below(prng, 3);
    depth->more = below(prng, 12) == 0;
    const uint32_t count = (uint32_t)below(prng, restart ? L1_DEPTH_CHANGES_MAX + 1 : 9);
    for (uint32_t i = 0; i < count; i++) {
        l1_depth_change *change = &depth->changes[i];
        change->ask = below(prng, 2) == 0;
        int64_t price = middle + (change->ask ? 1 + below(prng, 50) : -below(prng, 50));
        if (below(prng, 400) == 0) price = 1 + below(prng, PRICES);
        change->price_e8 = price < 1 ? 1 : price > PRICES ? PRICES : price;
        change->qty_e8 = below(prng, 3) == 0 ? 0 : 1 + below(prng, 100);
    }
    depth->changes_count = count;
    if (depth->last_id > *id) *id = depth->last_id;
}

static void test_book__random_messages_agree_with_the_plain_book(void **state)
{
    (void)state;
    static l1_depth depth;
    uint64_t usable = 0, lost = 0, quoted = 0;
    l1_prng prng;
    l1_prng_seed(&prng, 20240808);
    const size_t cost = l1_depth_book_cost();
    void *block = aligned_alloc(64, cost);
    for (int round = 0; round < ROUNDS; round++) {
        l1_arena arena = {.base = block, .capacity = cost};
        l1_depth_book book;
        static plain p;
        memset(&p, 0, sizeof p);
        l1_depth_book_init(&book, &arena);
        uint64_t id = 1000;
        for (int step = 0; step < STEPS; step++) {
            const int64_t middle = 60 + step / 40 % 5;
            if (below(&prng, 3) == 0) {
                const l1_quote quote = {.update_id = id + (uint64_t)below(&prng, 4) - 1,
                                        .bid = {middle - below(&prng, 8), 1 + below(&prng, 50)},
                                        .ask = {middle + below(&prng, 8), 1 + below(&prng, 50)}};
                plain_quote(&p, &quote);
                (void)l1_depth_book_quote(&book, &quote, step);
            } else {
                any_depth(&prng, &id, middle, &depth);
                plain_apply(&p, &depth);
                (void)l1_depth_book_apply(&book, &depth, step);
                /* Its other parts come at once, or something else does. */
                depth.snapshot = false;
                depth.more = false;
                if (book.partial && below(&prng, 4) != 0) {
                    plain_apply(&p, &depth);
                    (void)l1_depth_book_apply(&book, &depth, step);
                }
            }
            if (step % 7 == 0) same(&p, &book);
            usable += l1_depth_book_usable(&book);
            lost += p.lost;
            quoted += p.has_quote && p.started;
        }
    }
    free(block);
    /* All of it was met often. */
    print_message("usable %llu, lost %llu, quoted %llu of %d\n", (unsigned long long)usable,
                  (unsigned long long)lost, (unsigned long long)quoted, ROUNDS * STEPS);
    CHECK(usable > ROUNDS * STEPS / 10 && lost > ROUNDS * STEPS / 50);
    CHECK(quoted > ROUNDS * STEPS / 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_book__random_messages_agree_with_the_plain_book),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
