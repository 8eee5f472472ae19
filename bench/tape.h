/* bench/tape.h: decoded events one behind the other in memory, to be played again and again.
 *
 * An event is kept at the length that its kind needs, since an l1_event has room for the largest.
 * Each turn of the tape lies later than the one before: all times move by the tape's span, update
 * and trade ids by theirs, so that nothing runs backwards and no change is stale. */
#ifndef L1_BENCH_TAPE_H
#define L1_BENCH_TAPE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "system/system.h"

#define TAPE_ALL UINT32_MAX

typedef struct {
    l1_event_kind kind;
    uint32_t size; /* of what follows */
    int64_t at_ns;
} tape_head;

/* What a tape holds. A change of a level counts unless it belongs to a snapshot. */
typedef struct {
    uint64_t messages, levels, quotes, trades, books, bars, snapshot_levels;
} tape_counts;

typedef struct {
    uint8_t *bytes;
    size_t used, capacity;
    tape_counts counts;
    int64_t first_ns, last_ns;
    int64_t span_ns;          /* by how much the next turn is later */
    uint64_t id_low, id_high; /* of updates; 0 = none */
    bool in_snapshot[L1_SYMBOLS_MAX];
} tape;

typedef struct {
    int64_t later_ns;
    uint64_t ids;
} tape_shift;

static inline uint64_t tape_events(const tape_counts *counts)
{
    return counts->levels + counts->quotes + counts->trades + counts->books + counts->bars;
}

static inline uint32_t tape_size_of(const l1_event *event)
{
    switch (event->kind) {
    case L1_EVENT_BAR: return sizeof event->as.bar;
    case L1_EVENT_TRADE: return sizeof event->as.trade;
    case L1_EVENT_BOOK: return sizeof event->as.book;
    case L1_EVENT_QUOTE: return sizeof event->as.quote;
    case L1_EVENT_DEPTH:
        return (uint32_t)(offsetof(l1_depth, changes) +
                          event->as.depth.changes_count * sizeof event->as.depth.changes[0]);
    default: return 0; /* no market data: not kept */
    }
}

static inline void tape_ids(tape *to, uint64_t low, uint64_t high)
{
    if (low != 0 && (to->id_low == 0 || low < to->id_low)) to->id_low = low;
    if (high > to->id_high) to->id_high = high;
}

static inline void tape_count(tape *to, const l1_event *event)
{
    const l1_depth *depth = &event->as.depth;
    to->counts.messages++;
    to->counts.bars += event->kind == L1_EVENT_BAR;
    to->counts.books += event->kind == L1_EVENT_BOOK;
    to->counts.trades += event->kind == L1_EVENT_TRADE;
    to->counts.quotes += event->kind == L1_EVENT_QUOTE;
    if (event->kind == L1_EVENT_QUOTE) {
        tape_ids(to, event->as.quote.update_id, event->as.quote.update_id);
    }
    if (event->kind != L1_EVENT_DEPTH) return;
    bool *in_snapshot = &to->in_snapshot[depth->symbol];
    if (depth->snapshot) *in_snapshot = true;
    if (*in_snapshot) to->counts.snapshot_levels += depth->changes_count;
    if (!*in_snapshot) to->counts.levels += depth->changes_count;
    if (!depth->more) *in_snapshot = false;
    tape_ids(to, depth->first_id, depth->last_id);
}

static inline void tape_add(tape *to, const l1_event *event)
{
    const tape_head head = {event->kind, tape_size_of(event), event->at_ns};
    const size_t need = sizeof head + head.size;
    L1_ASSERT(head.size % 8 == 0);
    if (head.size == 0) return;
    if (to->used + need > to->capacity) {
        to->capacity = to->capacity * 2 + ((size_t)1 << 20);
        to->bytes = realloc(to->bytes, to->capacity);
        L1_ASSERT(to->bytes != NULL);
    }
    L1_ASSERT(to->counts.messages == 0 || event->at_ns >= to->last_ns);
    if (to->counts.messages == 0) to->first_ns = event->at_ns;
    to->last_ns = event->at_ns;
    memcpy(to->bytes + to->used, &head, sizeof head);
    memcpy(to->bytes + to->used + sizeof head, &event->as, head.size);
    to->used += need;
    tape_count(to, event);
}

/* The next turn starts on the first whole minute from which no time overlaps. */
static inline void tape_close(tape *to)
{
    to->span_ns = ((to->last_ns - to->first_ns) / L1_MINUTE_NS + 1) * L1_MINUTE_NS;
}

static inline tape_shift tape_turn(const tape *from, uint64_t turn)
{
    return (tape_shift){(int64_t)turn * from->span_ns, turn * (from->id_high - from->id_low + 1)};
}

/* The event at `*at`, moved by `shift`; false at the end. Only the part of `out` that the kind
 * needs is written. */
static inline bool tape_next(const tape *from, size_t *at, const tape_shift *shift, l1_event *out)
{
    tape_head head;
    if (*at >= from->used) return false;
    memcpy(&head, from->bytes + *at, sizeof head);
    memcpy(&out->as, from->bytes + *at + sizeof head, head.size);
    *at += sizeof head + head.size;
    out->kind = head.kind;
    out->at_ns = head.at_ns + shift->later_ns;
    switch (head.kind) {
    case L1_EVENT_BAR:
        out->as.bar.open_time_ns += shift->later_ns;
        out->as.bar.close_time_ns += shift->later_ns;
        break;
    case L1_EVENT_TRADE:
        out->as.trade.ts_ns += shift->later_ns;
        out->as.trade.trade_id += shift->ids;
        break;
    case L1_EVENT_BOOK: out->as.book.ts_ns += shift->later_ns; break;
    case L1_EVENT_QUOTE:
        out->as.quote.ts_ns += shift->later_ns;
        if (out->as.quote.update_id != 0) out->as.quote.update_id += shift->ids;
        break;
    default:
        out->as.depth.ts_ns += shift->later_ns;
        out->as.depth.first_id += shift->ids;
        out->as.depth.last_id += shift->ids;
        break;
    }
    return true;
}

/* A tape of some kinds only (bits 1 << kind). */
static inline tape tape_of(const tape *from, uint32_t kinds)
{
    static l1_event event;
    const tape_shift none = {0, 0};
    tape made = {0};
    for (size_t at = 0; tape_next(from, &at, &none, &event);) {
        if ((kinds & 1U << event.kind) != 0) tape_add(&made, &event);
    }
    made.span_ns = from->span_ns;
    made.id_low = from->id_low;
    made.id_high = from->id_high;
    return made;
}

static inline void tape_free(tape *from)
{
    free(from->bytes);
    *from = (tape){0};
}

#endif
