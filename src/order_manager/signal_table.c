/* order_manager/signal_table.c: ring of remembered ids and its index. */
#include "order_manager/signal_table.h"

#include <string.h>

#include "base/assert.h"

static uint32_t index_size(uint32_t capacity)
{
    uint32_t size = 16;
    while (size < 2 * capacity) size *= 2;
    return size;
}

size_t l1_signal_table_cost(uint32_t capacity)
{
    return l1_arena_cost((size_t)capacity * sizeof(l1_remembered)) +
           l1_arena_cost((size_t)index_size(capacity) * sizeof(l1_signal_place));
}

void l1_signal_table_init(l1_signal_table *table, l1_arena *arena, uint32_t capacity)
{
    L1_ASSERT(capacity > 0);
    L1_ASSERT(capacity <= UINT32_C(1) << 28);
    memset(table, 0, sizeof *table);
    table->capacity = capacity;
    table->index_mask = index_size(capacity) - 1;
    table->slots = l1_arena_take(arena, (size_t)capacity * sizeof(l1_remembered));
    table->index = l1_arena_take(arena, (size_t)index_size(capacity) * sizeof(l1_signal_place));
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ b) * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 32)) * UINT64_C(0xD6E8FEB86659FD93);
    return x ^ (x >> 29);
}

static uint64_t slot_hash(const l1_remembered *slot)
{
    uint64_t hash = mix(slot->id.lo, slot->id.hi);
    hash = mix(hash, slot->content.lo);
    hash = mix(hash, slot->content.hi);
    hash = mix(hash, (uint64_t)slot->seen_ns);
    hash = mix(hash, slot->report_seq);
    return mix(hash, slot->waiting);
}

static bool same(l1_hash128 a, l1_hash128 b)
{
    return a.lo == b.lo && a.hi == b.hi;
}

/* Position in the index that holds `id`, or the empty one where it would go. The bits kept in the
 * index spare the look at a slot, which lies anywhere in memory, unless it is the right one. */
static uint32_t probe(const l1_signal_table *table, l1_hash128 id)
{
    const uint32_t bits = (uint32_t)id.lo;
    uint32_t at = bits & table->index_mask;
    for (; table->index[at].slot != 0; at = (at + 1) & table->index_mask) {
        const l1_signal_place *place = &table->index[at];
        if (place->bits == bits && same(table->slots[place->slot - 1].id, id)) break;
    }
    return at;
}

void l1_signal_table_expect(const l1_signal_table *table, l1_hash128 id)
{
    L1_ASSERT(table->index != NULL);
    __builtin_prefetch(&table->index[(uint32_t)id.lo & table->index_mask]);
    if (table->next - table->first < table->capacity) return;
    const l1_remembered *oldest = &table->slots[table->first % table->capacity];
    __builtin_prefetch(&table->index[(uint32_t)oldest->id.lo & table->index_mask]);
}

static l1_remembered *find(const l1_signal_table *table, l1_hash128 id)
{
    const uint32_t slot = table->index[probe(table, id)].slot;
    L1_ASSERT(slot <= table->capacity);
    return slot == 0 ? NULL : &table->slots[slot - 1];
}

const l1_remembered *l1_signal_table_find(const l1_signal_table *table, l1_hash128 id)
{
    return find(table, id);
}

/* Takes the oldest slot out of the index; entries behind it move up so that no probe breaks. */
static void forget_oldest(l1_signal_table *table)
{
    L1_ASSERT(table->first < table->next);
    const uint32_t slot = (uint32_t)(table->first % table->capacity);
    table->hash -= slot_hash(&table->slots[slot]);
    uint32_t hole = probe(table, table->slots[slot].id);
    L1_ASSERT(table->index[hole].slot == slot + 1);
    uint32_t at = hole;
    for (;;) {
        at = (at + 1) & table->index_mask;
        if (table->index[at].slot == 0) break;
        const uint32_t home = table->index[at].bits & table->index_mask;
        if (((at - home) & table->index_mask) >= ((at - hole) & table->index_mask)) {
            table->index[hole] = table->index[at];
            hole = at;
        }
    }
    table->index[hole].slot = 0;
    table->first++;
}

bool l1_signal_table_has_room(const l1_signal_table *table, int64_t now_ns)
{
    if (table->next - table->first < table->capacity) return true;
    const l1_remembered *oldest = &table->slots[table->first % table->capacity];
    return oldest->report_seq != 0 && now_ns - oldest->seen_ns > L1_SIGNAL_KEPT_NS;
}

static void append(l1_signal_table *table, const l1_remembered *from)
{
    const uint32_t slot = (uint32_t)(table->next % table->capacity);
    const uint32_t at = probe(table, from->id);
    L1_ASSERT(table->index[at].slot == 0);
    table->slots[slot] = *from;
    table->index[at] = (l1_signal_place){.slot = slot + 1, .bits = (uint32_t)from->id.lo};
    table->hash += slot_hash(&table->slots[slot]);
    table->next++;
}

bool l1_signal_table_add(l1_signal_table *table, l1_hash128 id, l1_hash128 content, int64_t now_ns)
{
    L1_ASSERT(find(table, id) == NULL);
    if (!l1_signal_table_has_room(table, now_ns)) return false;
    if (table->next - table->first == table->capacity) forget_oldest(table);
    const l1_remembered slot = {.id = id, .content = content, .seen_ns = now_ns};
    append(table, &slot);
    L1_ASSERT(table->next - table->first <= table->capacity);
    return true;
}

void l1_signal_table_wait(l1_signal_table *table, l1_hash128 id)
{
    l1_remembered *slot = find(table, id);
    L1_ASSERT(slot != NULL);
    L1_ASSERT(slot->report_seq == 0);
    table->hash -= slot_hash(slot);
    slot->waiting = 1;
    table->hash += slot_hash(slot);
}

bool l1_signal_table_reported(l1_signal_table *table, l1_hash128 id, uint64_t seq)
{
    l1_remembered *slot = find(table, id);
    L1_ASSERT(slot != NULL);
    L1_ASSERT(seq > slot->report_seq);
    const bool waiting = slot->waiting != 0;
    table->hash -= slot_hash(slot);
    slot->report_seq = seq;
    slot->waiting = 0;
    table->hash += slot_hash(slot);
    return waiting;
}

bool l1_signal_table_restore(l1_signal_table *table, const l1_remembered *slot)
{
    if (find(table, slot->id) != NULL) return false;
    if (table->next - table->first == table->capacity) return false;
    append(table, slot);
    return true;
}

void l1_signal_table_archive(l1_archive *archive, l1_signal_table *table)
{
    if (archive->mode == L1_ARCHIVE_HASH) {
        uint64_t count = table->next - table->first;
        l1_archive_u64(archive, &count);
        l1_archive_u64(archive, &table->hash);
        return;
    }
    uint32_t count = (uint32_t)(table->next - table->first);
    l1_archive_count(archive, &count, table->capacity);
    for (uint32_t i = 0; i < count && l1_archive_ok(archive); i++) {
        l1_remembered slot = {0};
        if (archive->mode == L1_ARCHIVE_SAVE) {
            slot = table->slots[(table->first + i) % table->capacity];
        }
        l1_archive_u64(archive, &slot.id.lo);
        l1_archive_u64(archive, &slot.id.hi);
        l1_archive_u64(archive, &slot.content.lo);
        l1_archive_u64(archive, &slot.content.hi);
        l1_archive_i64(archive, &slot.seen_ns);
        l1_archive_u64(archive, &slot.report_seq);
        l1_archive_u8(archive, &slot.waiting);
        if (archive->mode == L1_ARCHIVE_LOAD && l1_archive_ok(archive) &&
            !l1_signal_table_restore(table, &slot)) {
            archive->failed = true;
        }
    }
}
