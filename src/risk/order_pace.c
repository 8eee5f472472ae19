/* risk/order_pace.c: a ring of sent orders, chained by hash bucket. */
#include "risk/order_pace.h"

#include <string.h>

#include "base/assert.h"

static const l1_pace_entry *entry_at(const l1_order_pace *pace, uint64_t number)
{
    L1_ASSERT(number < pace->count);
    L1_ASSERT(pace->count - number <= L1_PACE_KEPT);
    return &pace->entries[number % L1_PACE_KEPT];
}

static size_t bucket_of(int32_t symbol, l1_side side, int64_t qty_e8)
{
    const uint64_t kind = (uint64_t)qty_e8 * 2 + (uint64_t)side;
    const uint64_t mixed = (kind ^ (uint64_t)symbol << 48) * UINT64_C(0x9E3779B97F4A7C15);
    _Static_assert(L1_PACE_BUCKETS == 4096, "the top 12 bits name the bucket");
    return (size_t)(mixed >> 52);
}

static void append(l1_order_pace *pace, l1_pace_entry entry)
{
    uint64_t *bucket = &pace->buckets[bucket_of(entry.symbol, entry.side, entry.qty_e8)];
    L1_ASSERT(*bucket <= pace->count);
    entry.previous = *bucket;
    pace->entries[pace->count % L1_PACE_KEPT] = entry;
    pace->count++;
    *bucket = pace->count;
}

void l1_order_pace_sent(l1_order_pace *pace, int32_t symbol, l1_side side, int64_t qty_e8,
                        int64_t now_ns)
{
    L1_ASSERT(symbol >= 0 && symbol < L1_SYMBOLS_MAX);
    L1_ASSERT((unsigned)side < L1_SIDE_COUNT);
    L1_ASSERT(pace->count == 0 || entry_at(pace, pace->count - 1)->at_ns <= now_ns);
    append(pace,
           (l1_pace_entry){.at_ns = now_ns, .qty_e8 = qty_e8, .symbol = symbol, .side = side});
}

/* Orders kept that are younger than the window: `back` of them, found by doubling, then halving,
 * so that a quiet hour costs one look. */
static uint64_t younger(const l1_order_pace *pace, int64_t now_ns, uint64_t most)
{
    L1_ASSERT(most <= pace->count);
    uint64_t inside = 0;         /* this many are inside for certain */
    uint64_t outside = most + 1; /* the one at this depth is not, or is not asked for */
    for (uint64_t depth = 1; depth <= most; depth *= 2) {
        if (now_ns - entry_at(pace, pace->count - depth)->at_ns >= L1_PACE_WINDOW_NS) {
            outside = depth;
            break;
        }
        inside = depth;
    }
    while (outside - inside > 1) {
        const uint64_t depth = inside + (outside - inside) / 2;
        const bool in = now_ns - entry_at(pace, pace->count - depth)->at_ns < L1_PACE_WINDOW_NS;
        if (in) inside = depth;
        if (!in) outside = depth;
    }
    L1_ASSERT(inside <= most);
    return inside;
}

int64_t l1_order_pace_rate(const l1_order_pace *pace, int64_t now_ns, int64_t max)
{
    L1_ASSERT(max >= 0);
    L1_ASSERT(max < INT64_MAX);
    const uint64_t kept = pace->count < L1_PACE_KEPT ? pace->count : L1_PACE_KEPT;
    const uint64_t asked = (uint64_t)max + 1;
    const uint64_t found = younger(pace, now_ns, kept < asked ? kept : asked);
    /* Everything kept is inside and older ones were overwritten: nobody knows how many more. */
    if (found == L1_PACE_KEPT && pace->count > L1_PACE_KEPT) return max + 1;
    return (int64_t)found;
}

int64_t l1_order_pace_repeats(const l1_order_pace *pace, int32_t symbol, l1_side side,
                              int64_t qty_e8, int64_t now_ns, int64_t window_ns, int64_t max)
{
    L1_ASSERT(max >= 0);
    L1_ASSERT(window_ns > 0 && window_ns <= L1_PACE_WINDOW_NS);
    int64_t found = 0;
    uint64_t next = pace->buckets[bucket_of(symbol, side, qty_e8)];
    while (next != 0 && found <= max) {
        const uint64_t number = next - 1;
        if (pace->count - number > L1_PACE_KEPT) { /* overwritten: judged by the oldest one kept */
            const l1_pace_entry *oldest = entry_at(pace, pace->count - L1_PACE_KEPT);
            return now_ns - oldest->at_ns < window_ns ? max + 1 : found;
        }
        const l1_pace_entry *entry = entry_at(pace, number);
        if (now_ns - entry->at_ns >= window_ns) break;
        if (entry->symbol == symbol && entry->side == side && entry->qty_e8 == qty_e8) found++;
        L1_ASSERT(entry->previous < next);
        next = entry->previous;
    }
    return found;
}

static void archive_entry(l1_archive *archive, l1_pace_entry *entry)
{
    uint32_t symbol = (uint32_t)entry->symbol;
    l1_archive_i64(archive, &entry->at_ns);
    l1_archive_i64(archive, &entry->qty_e8);
    l1_archive_count(archive, &symbol, L1_SYMBOLS_MAX - 1);
    l1_archive_enum(archive, &entry->side, L1_SIDE_COUNT);
    entry->symbol = (int32_t)symbol;
}

/* The links are rebuilt on LOAD; those to orders outside the window lead nowhere from then on,
 * which no look-back can tell. */
void l1_order_pace_archive(l1_archive *archive, l1_order_pace *pace)
{
    uint64_t count = pace->count;
    uint32_t kept = 0;
    if (archive->mode != L1_ARCHIVE_LOAD && count > 0) {
        const uint64_t most = count < L1_PACE_KEPT ? count : L1_PACE_KEPT;
        kept = (uint32_t)younger(pace, entry_at(pace, count - 1)->at_ns, most);
        L1_ASSERT(kept >= 1);
    }
    l1_archive_u64(archive, &count);
    l1_archive_count(archive, &kept, L1_PACE_KEPT);
    if (archive->mode == L1_ARCHIVE_LOAD) {
        memset(pace, 0, sizeof *pace);
        if (kept > count) {
            archive->failed = true;
            return;
        }
        pace->count = count - kept;
    }
    for (uint32_t i = 0; i < kept; i++) {
        l1_pace_entry entry = {0};
        if (archive->mode != L1_ARCHIVE_LOAD) entry = *entry_at(pace, count - kept + i);
        archive_entry(archive, &entry);
        if (archive->mode == L1_ARCHIVE_LOAD) append(pace, entry);
    }
    L1_ASSERT(pace->count == count);
}
