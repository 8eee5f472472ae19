/* tests/fuzz/fuzz_domain_depth_book.c: a book from any saved bytes.
 *
 * What loads is a book: sorted, positive, walkable, and saved again as the bytes it came from; it
 * takes what comes next. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "domain/depth_book.h"

static l1_depth_book book;

static void start(void)
{
    static void *block;
    const size_t cost = l1_depth_book_cost();
    if (block == NULL) block = aligned_alloc(64, cost);
    L1_ASSERT(block != NULL);
    l1_arena arena = {.base = block, .capacity = cost};
    l1_depth_book_init(&book, &arena);
}

static void walk(bool asks)
{
    l1_level level = {0}, before = {0};
    uint32_t at = 0, count = 0;
    while (l1_depth_book_next(&book, asks, &at, &level)) {
        L1_ASSERT(level.price_e8 > 0 && level.qty_e8 > 0);
        L1_ASSERT(l1_depth_book_at_e8(&book, asks, level.price_e8) == level.qty_e8);
        if (count++ > 0) {
            L1_ASSERT(asks ? level.price_e8 > before.price_e8 : level.price_e8 < before.price_e8);
        }
        before = level;
    }
    L1_ASSERT(count <= L1_DEPTH_LEVELS_MAX + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[1 << 19];
    l1_level bid, ask;
    start();
    l1_archive loading = l1_archive_loading(data, size);
    l1_depth_book_archive(&loading, &book);
    if (!l1_archive_ok(&loading)) return 0;
    const size_t read = size - l1_read_left(&loading.in);
    l1_archive saving = l1_archive_saving(again, sizeof again);
    l1_depth_book_archive(&saving, &book);
    L1_ASSERT(l1_archive_ok(&saving) && saving.out.used == read);
    L1_ASSERT(memcmp(again, data, read) == 0);
    if (l1_depth_book_best(&book, &bid, &ask)) L1_ASSERT(bid.price_e8 < ask.price_e8);
    walk(false);
    walk(true);
    const l1_depth next = {.first_id = book.update_id,
                           .last_id = book.update_id + 1,
                           .changes_count = 2,
                           .changes = {{false, 100, 1}, {true, 200, 0}}};
    (void)l1_depth_book_apply(&book, &next, 1);
    walk(false);
    walk(true);
    return 0;
}
