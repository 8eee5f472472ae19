/* domain/depth_book.c: sorted sides with gaps, best last.
 *
 * A change finds its slot by halving, some changes side by side: the processor overlaps what does
 * not wait for each other, and no step is a jump that it could guess wrong. A deleted level stays
 * as a gap; a new one takes the gap beside its place, or moves the levels up to the next gap. Where
 * gaps are far apart the side is spread out anew. What is seen from outside, saved or hashed are
 * the levels alone. */
#include "domain/depth_book.h"

#include <string.h>

#include "base/assert.h"
#include "domain/index.h"

#define SLOTS (L1_DEPTH_LEVELS_MAX + L1_DEPTH_LEVELS_MAX / 2)

enum {
    NEAR = 4,     /* slots searched one by one before the rest is halved */
    WINDOW = 128, /* slots first looked at below the last change */
    LANES = 8,    /* changes searched side by side */
    FAR = 128,    /* a side is spread anew when an insertion moved more levels */
    FRONT = 64,   /* gaps opened at once before the worst level */
    LOOSE = 64    /* and when it has more gaps than levels and this */
};

_Static_assert(FRONT + LANES + L1_DEPTH_LEVELS_MAX / 4 <= SLOTS - L1_DEPTH_LEVELS_MAX,
               "a full side that was spread has room for what comes until it is spread again");

/* ---- sides --------------------------------------------------------------------------------- */

/* True when a level at `price_e8` is worse than one at `wanted_e8`. */
static inline bool worse(bool ask, int64_t price_e8, int64_t wanted_e8)
{
    return ask ? price_e8 > wanted_e8 : price_e8 < wanted_e8;
}

static bool is_gap(const l1_level *level)
{
    return level->qty_e8 == 0;
}

/* Where each price stands or belongs: the number of slots worse than it. They lie at or below
 * `high`, the worst comes last and is mostly not far below. */
static inline void find_places(const l1_depth_side *side, bool ask, uint32_t high,
                               const int64_t wanted_e8[LANES], uint32_t places[LANES])
{
    const l1_level *at[LANES];
    uint32_t left = WINDOW;
    L1_ASSERT(high <= side->used);
    while (left < high && !worse(ask, side->levels[high - left].price_e8, wanted_e8[LANES - 1])) {
        left *= 2;
    }
    if (left > high) left = high;
    for (int lane = 0; lane < LANES; lane++) {
        at[lane] = side->levels + (high - left);
        places[lane] = 0;
    }
    if (left == 0) return;
    while (left > 1) {
        const size_t half = left / 2;
        for (int lane = 0; lane < LANES; lane++) { /* the mask instead of a jump */
            const bool on = worse(ask, at[lane][half - 1].price_e8, wanted_e8[lane]);
            at[lane] += half & -(size_t)on;
        }
        left -= left / 2;
    }
    for (int lane = 0; lane < LANES; lane++) {
        const bool on = worse(ask, at[lane]->price_e8, wanted_e8[lane]);
        places[lane] = (uint32_t)(at[lane] - side->levels) + on;
    }
}

/* The same for one price, which is mostly near the best. */
static uint32_t place_of(const l1_depth_side *side, bool ask, int64_t price_e8)
{
    uint32_t left = side->used;
    L1_ASSERT(price_e8 > 0);
    L1_ASSERT(left <= SLOTS);
    for (uint32_t steps = 0; steps < NEAR && left > 0; steps++) {
        if (worse(ask, side->levels[left - 1].price_e8, price_e8)) return left;
        left--;
    }
    if (left == 0) return 0;
    const l1_level *at = side->levels;
    while (left > 1) {
        const uint32_t half = left / 2;
        at += half & -(uint32_t)worse(ask, at[half - 1].price_e8, price_e8);
        left -= half;
    }
    return (uint32_t)(at - side->levels) + worse(ask, at->price_e8, price_e8);
}

static const l1_level *at_price(const l1_depth_side *side, bool ask, int64_t price_e8)
{
    const uint32_t at = place_of(side, ask, price_e8);
    const bool there = at < side->used && side->levels[at].price_e8 == price_e8;
    return there && !is_gap(&side->levels[at]) ? &side->levels[at] : NULL;
}

static void empty(l1_depth_side *side)
{
    side->count = side->used = 0;
}

/* Drops the gaps and leaves one behind each second level, or each fourth of a large side. */
static void spread(l1_depth_side *side)
{
    l1_level *levels = side->levels;
    uint32_t packed = 0;
    for (uint32_t i = 0; i < side->used; i++) {
        levels[packed] = levels[i];
        packed += !is_gap(&levels[i]);
    }
    L1_ASSERT(packed == side->count);
    if (packed == 0) {
        empty(side);
        return;
    }
    const uint32_t every = packed <= L1_DEPTH_LEVELS_MAX / 2 ? 2 : 4;
    uint32_t to = packed + (packed - 1) / every;
    side->used = to;
    L1_ASSERT(side->used <= SLOTS - FRONT - LANES);
    for (uint32_t i = packed; i-- > 0;) { /* the gap has the price of the level that it follows */
        if (i % every == every - 1 && i + 1 < packed) {
            levels[--to] = (l1_level){levels[i].price_e8, 0};
        }
        levels[--to] = levels[i];
    }
    L1_ASSERT(to == 0);
}

/* Of a full side: the worst level goes. False when what is to come to `at` is worse still. */
static bool drop_worst(l1_depth_side *side, uint32_t at)
{
    uint32_t first = 0;
    L1_ASSERT(side->count == L1_DEPTH_LEVELS_MAX);
    while (is_gap(&side->levels[first])) first++;
    L1_ASSERT(first < side->used);
    if (at <= first) return false;
    side->levels[first].qty_e8 = 0;
    side->count--;
    return true;
}

/* Gaps before the worst level, whose price is worse than any. */
static void open_front(l1_depth_side *side, bool ask)
{
    L1_ASSERT(side->used + FRONT <= SLOTS);
    memmove(side->levels + FRONT, side->levels, side->used * sizeof side->levels[0]);
    for (uint32_t i = 0; i < FRONT; i++) {
        side->levels[i] = (l1_level){ask ? INT64_MAX : 0, 0};
    }
    side->used += FRONT;
}

typedef struct {
    bool moved;   /* places searched before are no longer true */
    bool crowded; /* gaps are far apart */
} disorder;

/* A new level at `at`; returns its slot. Places of better levels may have changed, those of worse
 * ones have not unless `moved`. */
static uint32_t insert(l1_depth_side *side, bool ask, uint32_t at, l1_level level, disorder *now)
{
    l1_level *levels = side->levels;
    L1_ASSERT(at <= side->used);
    L1_ASSERT(level.qty_e8 > 0);
    if (side->count == L1_DEPTH_LEVELS_MAX && !drop_worst(side, at)) return at;
    side->count++;
    uint32_t slot = at, gap = at;
    if (at > 0 && is_gap(&levels[at - 1])) {
        slot = at - 1;
    } else {
        while (gap < side->used && gap <= at + FAR && !is_gap(&levels[gap])) gap++;
        now->crowded |= at > 0 && gap > at + FAR;
        if (at == 0 && gap > FAR) {
            open_front(side, ask);
            now->moved = true;
            slot = FRONT - 1;
        } else {
            while (gap < side->used && !is_gap(&levels[gap])) gap++;
            side->used += gap == side->used;
            L1_ASSERT(side->used <= SLOTS);
            memmove(levels + at + 1, levels + at, (gap - at) * sizeof level);
        }
    }
    levels[slot] = level;
    return slot;
}

/* Sets what stands at `at`, deletes it, or puts it there; returns its slot. */
static inline uint32_t change_at(l1_depth_side *side, bool ask, uint32_t at,
                                 const l1_depth_change *change, disorder *now)
{
    l1_level *levels = side->levels;
    if (at < side->used && levels[at].price_e8 == change->price_e8) {
        const bool was = !is_gap(&levels[at]), is = change->qty_e8 > 0;
        if (!was && is && side->count == L1_DEPTH_LEVELS_MAX && !drop_worst(side, at)) return at;
        side->count += (uint32_t)is - (uint32_t)was;
        levels[at].qty_e8 = change->qty_e8;
        while (side->used > 0 && is_gap(&levels[side->used - 1])) side->used--;
        return at;
    }
    if (change->qty_e8 == 0) return at;
    return insert(side, ask, at, (l1_level){change->price_e8, change->qty_e8}, now);
}

/* How many of the changes come best first, up to LANES; their prices, the last one's to the end. */
static inline uint32_t take_lanes(bool ask, const l1_depth_change *changes, uint32_t count,
                                  int64_t wanted_e8[LANES])
{
    uint32_t lanes = 1;
    L1_ASSERT(count > 0);
    while (lanes < LANES && lanes < count &&
           worse(ask, changes[lanes].price_e8, changes[lanes - 1].price_e8)) {
        lanes++;
    }
    for (uint32_t lane = 0; lane < LANES; lane++) {
        wanted_e8[lane] = changes[lane < lanes ? lane : lanes - 1].price_e8;
    }
    return lanes;
}

/* Changes of one side. They come best first: a place found before the better ones were changed is
 * still true, or lies behind the slot of the last one. What comes otherwise is searched anew. */
static inline void change_side(l1_depth_side *side, bool ask, const l1_depth_change *changes,
                               uint32_t count)
{
    uint32_t behind = side->used;
    for (uint32_t i = 0; i < count;) {
        int64_t wanted_e8[LANES];
        uint32_t places[LANES];
        disorder now = {false, false};
        const uint32_t lanes = take_lanes(ask, changes + i, count - i, wanted_e8);
        if (i > 0 && !worse(ask, wanted_e8[0], changes[i - 1].price_e8)) behind = side->used;
        find_places(side, ask, behind, wanted_e8, places);
        for (uint32_t lane = 0; lane < lanes && !now.moved; lane++, i++) {
            const uint32_t at = places[lane] < behind ? places[lane] : behind;
            behind = change_at(side, ask, at, &changes[i], &now);
            if (behind > side->used) behind = side->used;
        }
        const bool loose = side->used > 2 * side->count + LOOSE;
        if (!now.crowded && !loose && side->used <= SLOTS - FRONT - LANES) continue;
        spread(side);
        behind = side->used;
    }
}

static const l1_level *top_of(const l1_depth_side *side)
{
    L1_ASSERT(side->used == 0 || !is_gap(&side->levels[side->used - 1]));
    return side->used == 0 ? NULL : &side->levels[side->used - 1];
}

/* ---- books --------------------------------------------------------------------------------- */

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
    empty(&book->bids);
    empty(&book->asks);
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

/* False when a change is none. Runs of one side go together. */
static bool change_levels(l1_depth_book *book, const l1_depth *depth)
{
    const l1_depth_change *changes = depth->changes;
    const uint32_t count = depth->changes_count;
    bool sane = true;
    for (uint32_t i = 0; i < count; i++) {
        sane &= changes[i].price_e8 > 0;
        sane &= changes[i].qty_e8 >= 0;
    }
    for (uint32_t i = 0; sane && i < count;) {
        const uint32_t from = i;
        const bool ask = changes[from].ask;
        while (i < count && changes[i].ask == ask) i++;
        if (ask) change_side(&book->asks, true, changes + from, i - from);
        if (!ask) change_side(&book->bids, false, changes + from, i - from);
    }
    return sane;
}

size_t l1_depth_book_cost(void)
{
    return 2 * l1_arena_cost(SLOTS * sizeof(l1_level));
}

void l1_depth_book_init(l1_depth_book *book, l1_arena *arena)
{
    L1_ASSERT(book != NULL && arena != NULL);
    memset(book, 0, sizeof *book);
    book->bids.levels = l1_arena_take(arena, SLOTS * sizeof(l1_level));
    book->asks.levels = l1_arena_take(arena, SLOTS * sizeof(l1_level));
    L1_ASSERT(book->bids.levels != book->asks.levels);
}

l1_depth_outcome l1_depth_book_apply(l1_depth_book *book, const l1_depth *depth, int64_t now_ns)
{
    const l1_depth_outcome order = order_of(book, depth);
    L1_ASSERT(depth->changes_count <= L1_DEPTH_CHANGES_MAX);
    if (order == L1_DEPTH_STALE) return order;
    if (order == L1_DEPTH_GAP) return lose(book, order);
    if (depth->snapshot) {
        empty(&book->bids);
        empty(&book->asks);
        book->started = true;
        book->fault = L1_DEPTH_APPLIED;
    }
    if (!change_levels(book, depth)) return lose(book, L1_DEPTH_CROSSED);
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
    book->bids.count = book->bids.used = top->bids_count;
    book->asks.count = book->asks.used = top->asks_count;
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
    const l1_depth_side bids = {book->bids.levels, from->bids.count, from->bids.used};
    const l1_depth_side asks = {book->asks.levels, from->asks.count, from->asks.used};
    L1_ASSERT(book != from && bids.levels != from->bids.levels);
    memcpy(bids.levels, from->bids.levels, bids.used * sizeof *bids.levels);
    memcpy(asks.levels, from->asks.levels, asks.used * sizeof *asks.levels);
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

/* `*at` is 1 + the number of slots met or, being better than the quote, passed over. */
bool l1_depth_book_next(const l1_depth_book *book, bool asks, uint32_t *at, l1_level *level)
{
    const l1_depth_side *side = asks ? &book->asks : &book->bids;
    if (!l1_depth_book_usable(book)) return false;
    if (*at == 0) {
        *at = 1;
        if (book->has_quote) {
            *level = asks ? book->quote.ask : book->quote.bid;
            *at += side->used - place_of(side, asks, level->price_e8);
            return true;
        }
    }
    L1_ASSERT(*at <= side->used + 1);
    while (*at <= side->used && is_gap(&side->levels[side->used - *at])) *at += 1;
    if (*at > side->used) return false;
    *level = side->levels[side->used - *at];
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
        if (worse(ask, best->price_e8, price_e8)) return 0;
    }
    const l1_level *level = at_price(side, ask, price_e8);
    return level == NULL ? 0 : level->qty_e8;
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

/* The levels from the worst to the best; gaps are nobody's business. */
static void side_archive(l1_archive *archive, l1_depth_side *side, bool ask)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    l1_archive_count(archive, &side->count, L1_DEPTH_LEVELS_MAX);
    L1_ASSERT(side->count <= L1_DEPTH_LEVELS_MAX);
    if (loading) side->used = side->count;
    for (uint32_t i = 0; i < side->used; i++) {
        l1_level *level = &side->levels[i];
        if (!loading && is_gap(level)) continue;
        l1_archive_i64(archive, &level->price_e8);
        l1_archive_i64(archive, &level->qty_e8);
        if (!loading) continue;
        const bool sane = level->price_e8 > 0 && level->qty_e8 > 0;
        if (sane && i == 0) continue;
        if (sane && worse(ask, level[-1].price_e8, level->price_e8)) continue;
        archive->failed = true; /* no such side was ever saved */
        side->count = side->used = i;
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
