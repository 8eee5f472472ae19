/* domain/depth_book.h: one market's whole book, rebuilt from level changes and best quotes.
 *
 * Two layers. The ladder holds what snapshots and depth changes say; the quote is the newest best
 * bid and ask told apart from them. A quote newer than the ladder overrides its top: levels better
 * than it are taken as gone, its own stand with its quantities. A quote as old as the ladder adds
 * nothing. Where no ladder has ever come (a dump of best quotes alone), the quote is the book: one
 * level a side.
 * Sequence (Binance "How to manage a local order book correctly", 2025-11): a change with
 * last_id <= the book's id is stale and ignored; one with first_id > id + 1 is a gap and makes the
 * book unusable until the next snapshot; else levels are set, quantity 0 deletes, id = last_id. An
 * event too large for one message comes in parts: all but the last have `more`, and the book is
 * usable again after the last one. A snapshot older than the ladder is stale as well; one without
 * an id (0) never is.
 * A book message of the bus (at most 20 levels a side) replaces all of it, without ids.
 * A crossed or locked ladder after a whole change is damage: unusable until the next snapshot.
 * Units:       e8 decimals; *_ns Unix nanoseconds UTC; ids are the venue's update ids.
 * Ownership:   levels lie in the arena given to init; L1_DEPTH_LEVELS_MAX a side, the worst beyond
 *              that are dropped.
 * Errors:      none; what cannot be used makes the book unusable. Determinism: pure. */
#ifndef L1_DOMAIN_DEPTH_BOOK_H
#define L1_DOMAIN_DEPTH_BOOK_H

#include "base/arena.h"
#include "domain/market.h"

#define L1_DEPTH_CHANGES_MAX 64  /* levels in one event */
#define L1_DEPTH_LEVELS_MAX 8192 /* levels kept a side */

typedef struct {
    bool ask;
    int64_t price_e8, qty_e8; /* qty 0 deletes */
} l1_depth_change;

typedef struct {
    int32_t symbol;
    int64_t ts_ns;              /* the venue's time */
    uint64_t first_id, last_id; /* of the whole change, the same in all its parts */
    bool snapshot;              /* starts a book of last_id; only in its first part */
    bool more;                  /* further parts follow */
    uint32_t changes_count;
    l1_depth_change changes[L1_DEPTH_CHANGES_MAX];
} l1_depth;

typedef struct {
    int32_t symbol;
    int64_t ts_ns;
    uint64_t update_id; /* 0 = none told: newer than whatever came before it */
    l1_level bid, ask;
} l1_quote;

/* One side. Slots are sorted, best last, and the last one holds a level; a slot without a quantity
 * is a gap: what was deleted, or room for what will come. Read it by the functions below. */
typedef struct {
    l1_level *levels;
    uint32_t count; /* levels */
    uint32_t used;  /* slots, gaps included */
} l1_depth_side;

typedef struct {
    bool started; /* a snapshot has come and no gap since */
    bool partial; /* between the parts of one event */
    bool has_quote;
    uint8_t fault;      /* l1_depth_outcome that lost the ladder: GAP or CROSSED; 0 = none did */
    uint64_t update_id; /* of the ladder; 0 = without ids (a book message) */
    int64_t since_ns;   /* min(venue's time, receipt) of the newest data */
    l1_quote quote;
    l1_depth_side bids, asks;
} l1_depth_book;

typedef enum {
    L1_DEPTH_APPLIED,
    L1_DEPTH_STALE,  /* older than the book: nothing changed */
    L1_DEPTH_GAP,    /* changes are missing: unusable until a snapshot */
    L1_DEPTH_CROSSED /* damage, an impossible level included: unusable until a snapshot */
} l1_depth_outcome;

size_t l1_depth_book_cost(void); /* arena bytes of one book's levels */
void l1_depth_book_init(l1_depth_book *book, l1_arena *arena);

l1_depth_outcome l1_depth_book_apply(l1_depth_book *book, const l1_depth *depth, int64_t now_ns);

/* False: older than the quote or the ladder at hand, or not two positive, uncrossed levels. */
bool l1_depth_book_quote(l1_depth_book *book, const l1_quote *quote, int64_t now_ns);

/* Replaces everything by a bus message's book. */
void l1_depth_book_replace(l1_depth_book *book, const l1_book *top, int64_t now_ns);

/* Another book's content under another index (a changed configuration). */
void l1_depth_book_copy(l1_depth_book *book, const l1_depth_book *from, int32_t symbol);

/* Started (or a quote where nothing was ever lost), whole, and with a level on both sides. */
bool l1_depth_book_usable(const l1_depth_book *book);

/* Best bid and ask, the quote considered; false when not usable. */
bool l1_depth_book_best(const l1_depth_book *book, l1_level *bid, l1_level *ask);

/* Levels from best to worst as an order would meet them, the quote considered. `*at` starts at 0.
 * False at the end. */
bool l1_depth_book_next(const l1_depth_book *book, bool asks, uint32_t *at, l1_level *level);

/* Quantity shown at exactly that price, 0 when none. */
int64_t l1_depth_book_at_e8(const l1_depth_book *book, bool ask, int64_t price_e8);

/* The best L1_BOOK_LEVELS_MAX of both sides; false when not usable. */
bool l1_depth_book_top(const l1_depth_book *book, int32_t symbol, l1_book *out);

void l1_depth_book_archive(l1_archive *archive, l1_depth_book *book);
void l1_depth_archive(l1_archive *archive, l1_depth *depth);
void l1_quote_archive(l1_archive *archive, l1_quote *quote);

#endif
