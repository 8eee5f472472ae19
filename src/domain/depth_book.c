/* domain/depth_book.c: sorted sides, best last, so that what changes most moves least. */
#include "domain/depth_book.h"

#include <string.h>

#include "base/assert.h"
#include "domain/index.h"

enum { NEAR = 4 /* levels searched one by one before the rest is halved */ };

/* Rises towards the best on both sides. */
static int64_t rank(bool ask, int64_t price_e8)
{
    L1_ASSERT(price_e8 > 0);
    return ask ? -price_e8 : price_e8;
}

/* Where `price_e8` stands or belongs: the number of levels worse than it. Where it lies cannot be
 * guessed, so the halving has no branch on it. */
static uint32_t place_of(const l1_depth_side *side, bool ask, int64_t price_e8)
{
    const int64_t sign = ask ? -1 : 1, wanted = rank(ask, price_e8);
    uint32_t high = side->count;
    L1_ASSERT(side->count <= L1_DEPTH_LEVELS_MAX);
    for (uint32_t steps = 0; steps < NEAR && high > 0; steps++) {
        if (sign * side->levels[high - 1].price_e8 < wanted) return high;
        high--;
    }
    if (high == 0) return 0;
    const l1_level *low = side->levels;
    while (high > 1) {
        const uint32_t half = high / 2;
        low = sign * low[half - 1].price_e8 < wanted ? low + half : low;
        high -= half;
    }
    return (uint32_t)(low - side->levels) + (sign * low->price_e8 < wanted);
}

static void put(l1_depth_side *side, uint32_t at, l1_level level)
{
    L1_ASSERT(at <= side->count);
    L1_ASSERT(side->count <= L1_DEPTH_LEVELS_MAX);
    if (side->count == L1_DEPTH_LEVELS_MAX) { /* the worst makes room, or is the new one */
        if (at == 0) return;
        memmove(side->levels, side->levels + 1, (at - 1) * sizeof level);
        side->levels[at - 1] = level;
        return;
    }
    memmove(side->levels + at + 1, side->levels + at, (side->count - at) * sizeof level);
    side->levels[at] = level;
    side->count++;
}

static void change_level(l1_depth_book *book, const l1_depth_change *change)
{
    l1_depth_side *side = change->ask ? &book->asks : &book->bids;
    const uint32_t at = place_of(side, change->ask, change->price_e8);
    const bool there = at < side->count && side->levels[at].price_e8 == change->price_e8;
    L1_ASSERT(change->qty_e8 >= 0);
    if (there && change->qty_e8 > 0) {
        side->levels[at].qty_e8 = change->qty_e8;
    } else if (there) {
        side->count--;
        memmove(side->levels + at, side->levels + at + 1,
                (side->count - at) * sizeof side->levels[0]);
    } else if (change->qty_e8 > 0) {
        put(side, at, (l1_level){change->price_e8, change->qty_e8});
    }
}

static const l1_level *top_of(const l1_depth_side *side)
{
    return side->count == 0 ? NULL : &side->levels[side->count - 1];
}

static bool crossed(const l1_depth_book *book)
{
    const l1_level *bid = top_of(&book->bids), *ask = top_of(&book->asks);
    return bid != NULL && ask != NULL && bid->price_e8 >= ask->price_e8;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The ladder is lost. A quote stays: it was told apart from it. */
static l1_depth_outcome lose(l1_depth_book *book, l1_depth_outcome why)
{
    L1_ASSERT(why == L1_DEPTH_GAP || why == L1_DEPTH_CROSSED);
    if (book->started || book->fault == L1_DEPTH_APPLIED) book->fault = (uint8_t)why;
    book->started = false;
    book->partial = false;
    book->update_id = 0;
    book->bids.count = book->asks.count = 0;
    return why;
}

/* Where a message stands in the sequence of ids. */
static l1_depth_outcome order_of(const l1_depth_book *book, const l1_depth *depth)
{
    const bool numbered = depth->last_id != 0 && book->update_id != 0;
    if (depth->snapshot) {
        const bool older = book->started && !book->partial && numbered;
        return older && depth->last_id < book->update_id ? L1_DEPTH_STALE : L1_DEPTH_APPLIED;
    }
    if (book->partial && depth->last_id == book->update_id) return L1_DEPTH_APPLIED;
    if (book->partial || !book->started) return L1_DEPTH_GAP;
    if (depth->last_id <= book->update_id) return L1_DEPTH_STALE;
    return depth->first_id > book->update_id + 1 ? L1_DEPTH_GAP : L1_DEPTH_APPLIED;
}

size_t l1_depth_book_cost(void)
{
    return 2 * l1_arena_cost(L1_DEPTH_LEVELS_MAX * sizeof(l1_level));
}

void l1_depth_book_init(l1_depth_book *book, l1_arena *arena)
{
    L1_ASSERT(book != NULL && arena != NULL);
    memset(book, 0, sizeof *book);
    book->bids.levels = l1_arena_take(arena, L1_DEPTH_LEVELS_MAX * sizeof(l1_level));
    book->asks.levels = l1_arena_take(arena, L1_DEPTH_LEVELS_MAX * sizeof(l1_level));
    L1_ASSERT(book->bids.levels != book->asks.levels);
}

l1_depth_outcome l1_depth_book_apply(l1_depth_book *book, const l1_depth *depth, int64_t now_ns)
{
    const l1_depth_outcome order = order_of(book, depth);
    L1_ASSERT(depth->changes_count <= L1_DEPTH_CHANGES_MAX);
    if (order == L1_DEPTH_STALE) return order;
    if (order == L1_DEPTH_GAP) return lose(book, order);
    if (depth->snapshot) {
        book->bids.count = book->asks.count = 0;
        book->started = true;
        book->fault = L1_DEPTH_APPLIED;
    }
    for (uint32_t i = 0; i < depth->changes_count; i++) {
        const l1_depth_change *change = &depth->changes[i];
        if (change->price_e8 <= 0 || change->qty_e8 < 0) return lose(book, L1_DEPTH_CROSSED);
        change_level(book, change);
    }
    book->update_id = depth->last_id;
    book->partial = depth->more;
    book->since_ns = earlier(depth->ts_ns, now_ns);
    if (book->partial) return L1_DEPTH_APPLIED;
    if (book->has_quote && (book->quote.update_id == 0 || depth->last_id == 0 ||
                            book->quote.update_id <= depth->last_id)) {
        book->has_quote = false;
    }
    return crossed(book) ? lose(book, L1_DEPTH_CROSSED) : L1_DEPTH_APPLIED;
}

bool l1_depth_book_quote(l1_depth_book *book, const l1_quote *quote, int64_t now_ns)
{
    L1_ASSERT(book != NULL && quote != NULL);
    if (quote->bid.price_e8 <= 0 || quote->bid.qty_e8 <= 0) return false;
    if (quote->ask.qty_e8 <= 0 || quote->ask.price_e8 <= quote->bid.price_e8) return false;
    if (quote->update_id != 0) { /* ids of what has none compare with nothing: 0 */
        if (quote->update_id <= book->update_id) return false;
        if (book->has_quote && quote->update_id <= book->quote.update_id) return false;
    }
    book->quote = *quote;
    book->has_quote = true;
    book->since_ns = earlier(quote->ts_ns, now_ns);
    return true;
}

void l1_depth_book_replace(l1_depth_book *book, const l1_book *top, int64_t now_ns)
{
    L1_ASSERT(top->bids_count >= 1 && top->bids_count <= L1_BOOK_LEVELS_MAX);
    L1_ASSERT(top->asks_count >= 1 && top->asks_count <= L1_BOOK_LEVELS_MAX);
    for (uint32_t i = 0; i < top->bids_count; i++) {
        book->bids.levels[top->bids_count - 1 - i] = top->bids[i];
    }
    for (uint32_t i = 0; i < top->asks_count; i++) {
        book->asks.levels[top->asks_count - 1 - i] = top->asks[i];
    }
    book->bids.count = top->bids_count;
    book->asks.count = top->asks_count;
    book->started = true;
    book->partial = false;
    book->has_quote = false;
    book->fault = L1_DEPTH_APPLIED;
    book->update_id = 0;
    book->since_ns = earlier(top->ts_ns, now_ns);
    if (crossed(book)) (void)lose(book, L1_DEPTH_CROSSED);
}

void l1_depth_book_copy(l1_depth_book *book, const l1_depth_book *from, int32_t symbol)
{
    const l1_depth_side bids = {book->bids.levels, from->bids.count};
    const l1_depth_side asks = {book->asks.levels, from->asks.count};
    L1_ASSERT(book != from && bids.levels != from->bids.levels);
    memcpy(bids.levels, from->bids.levels, bids.count * sizeof *bids.levels);
    memcpy(asks.levels, from->asks.levels, asks.count * sizeof *asks.levels);
    *book = *from;
    book->bids = bids;
    book->asks = asks;
    book->quote.symbol = symbol;
}

bool l1_depth_book_usable(const l1_depth_book *book)
{
    if (book->partial) return false;
    if (!book->started) return book->has_quote && book->fault == L1_DEPTH_APPLIED;
    return book->has_quote || (book->bids.count > 0 && book->asks.count > 0);
}

bool l1_depth_book_best(const l1_depth_book *book, l1_level *bid, l1_level *ask)
{
    if (!l1_depth_book_usable(book)) return false;
    *bid = book->has_quote ? book->quote.bid : *top_of(&book->bids);
    *ask = book->has_quote ? book->quote.ask : *top_of(&book->asks);
    L1_ASSERT(bid->price_e8 > 0);
    L1_ASSERT(ask->price_e8 > bid->price_e8);
    return true;
}

/* `*at` is 1 + the number of ladder levels met or, being better than the quote, passed over. */
bool l1_depth_book_next(const l1_depth_book *book, bool asks, uint32_t *at, l1_level *level)
{
    const l1_depth_side *side = asks ? &book->asks : &book->bids;
    if (!l1_depth_book_usable(book)) return false;
    if (*at == 0) {
        *at = 1;
        if (book->has_quote) {
            *level = asks ? book->quote.ask : book->quote.bid;
            *at += side->count - place_of(side, asks, level->price_e8);
            return true;
        }
    }
    L1_ASSERT(*at <= side->count + 1);
    if (*at > side->count) return false;
    *level = side->levels[side->count - *at];
    *at += 1;
    return true;
}

int64_t l1_depth_book_at_e8(const l1_depth_book *book, bool ask, int64_t price_e8)
{
    const l1_depth_side *side = ask ? &book->asks : &book->bids;
    if (!l1_depth_book_usable(book) || price_e8 <= 0) return 0;
    if (book->has_quote) {
        const l1_level *best = ask ? &book->quote.ask : &book->quote.bid;
        if (price_e8 == best->price_e8) return best->qty_e8;
        if (rank(ask, price_e8) > rank(ask, best->price_e8)) return 0;
    }
    const uint32_t at = place_of(side, ask, price_e8);
    const bool there = at < side->count && side->levels[at].price_e8 == price_e8;
    return there ? side->levels[at].qty_e8 : 0;
}

bool l1_depth_book_top(const l1_depth_book *book, int32_t symbol, l1_book *out)
{
    uint32_t bids_at = 0, asks_at = 0;
    if (!l1_depth_book_usable(book)) return false;
    out->symbol = symbol;
    out->ts_ns = book->since_ns;
    out->bids_count = out->asks_count = 0;
    while (out->bids_count < L1_BOOK_LEVELS_MAX &&
           l1_depth_book_next(book, false, &bids_at, &out->bids[out->bids_count])) {
        out->bids_count++;
    }
    while (out->asks_count < L1_BOOK_LEVELS_MAX &&
           l1_depth_book_next(book, true, &asks_at, &out->asks[out->asks_count])) {
        out->asks_count++;
    }
    L1_ASSERT(out->bids_count > 0 && out->asks_count > 0);
    return true;
}

static void side_archive(l1_archive *archive, l1_depth_side *side, bool ask)
{
    l1_archive_count(archive, &side->count, L1_DEPTH_LEVELS_MAX);
    L1_ASSERT(side->count <= L1_DEPTH_LEVELS_MAX);
    for (uint32_t i = 0; i < side->count; i++) {
        l1_level *level = &side->levels[i];
        l1_archive_i64(archive, &level->price_e8);
        l1_archive_i64(archive, &level->qty_e8);
        if (archive->mode != L1_ARCHIVE_LOAD) continue;
        const bool sane = level->price_e8 > 0 && level->qty_e8 > 0;
        if (sane && i == 0) continue;
        if (sane && rank(ask, level->price_e8) > rank(ask, level[-1].price_e8)) continue;
        archive->failed = true; /* no such side was ever saved */
        side->count = i;
    }
}

void l1_depth_book_archive(l1_archive *archive, l1_depth_book *book)
{
    L1_ASSERT(book->bids.levels != NULL && book->asks.levels != NULL);
    l1_archive_bool(archive, &book->started);
    l1_archive_bool(archive, &book->partial);
    l1_archive_bool(archive, &book->has_quote);
    l1_archive_u8(archive, &book->fault);
    l1_archive_u64(archive, &book->update_id);
    l1_archive_i64(archive, &book->since_ns);
    if (book->has_quote) l1_quote_archive(archive, &book->quote);
    side_archive(archive, &book->bids, false);
    side_archive(archive, &book->asks, true);
    if (archive->mode != L1_ARCHIVE_LOAD) return;
    const l1_quote *quote = &book->quote;
    const bool quote_sane = quote->bid.price_e8 > 0 && quote->bid.qty_e8 > 0 &&
                            quote->ask.price_e8 > quote->bid.price_e8 && quote->ask.qty_e8 > 0;
    if (book->has_quote && !quote_sane) archive->failed = true;
    if (!book->partial && crossed(book)) archive->failed = true;
    if (book->fault > L1_DEPTH_CROSSED || (book->started && book->fault != L1_DEPTH_APPLIED)) {
        archive->failed = true;
    }
}

void l1_depth_archive(l1_archive *archive, l1_depth *depth)
{
    l1_symbol_archive(archive, &depth->symbol);
    l1_archive_i64(archive, &depth->ts_ns);
    l1_archive_u64(archive, &depth->first_id);
    l1_archive_u64(archive, &depth->last_id);
    l1_archive_bool(archive, &depth->snapshot);
    l1_archive_bool(archive, &depth->more);
    l1_archive_count(archive, &depth->changes_count, L1_DEPTH_CHANGES_MAX);
    L1_ASSERT(depth->changes_count <= L1_DEPTH_CHANGES_MAX);
    for (uint32_t i = 0; i < depth->changes_count; i++) {
        l1_archive_bool(archive, &depth->changes[i].ask);
        l1_archive_i64(archive, &depth->changes[i].price_e8);
        l1_archive_i64(archive, &depth->changes[i].qty_e8);
    }
}

void l1_quote_archive(l1_archive *archive, l1_quote *quote)
{
    l1_symbol_archive(archive, &quote->symbol);
    l1_archive_i64(archive, &quote->ts_ns);
    l1_archive_u64(archive, &quote->update_id);
    l1_archive_i64(archive, &quote->bid.price_e8);
    l1_archive_i64(archive, &quote->bid.qty_e8);
    l1_archive_i64(archive, &quote->ask.price_e8);
    l1_archive_i64(archive, &quote->ask.qty_e8);
}
