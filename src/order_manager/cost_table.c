/* order_manager/cost_table.c: running sums, mids at their horizons, and the parent due first. */
#include "order_manager/cost_table.h"

#include <string.h>

#include "base/assert.h"
#include "domain/index.h"

#define LAST (L1_MARKOUTS - 1)

/* --- memory --- */

size_t l1_cost_table_size(uint32_t orders_max)
{
    const size_t slots = 2 * (size_t)orders_max;
    return l1_arena_cost(slots * sizeof(l1_cost_entry)) +
           l1_arena_cost(slots * sizeof(l1_measured)) + l1_arena_cost(slots * sizeof(uint32_t));
}

void l1_cost_table_init(l1_cost_table *table, l1_arena *arena, uint32_t orders_max)
{
    L1_ASSERT(orders_max > 0);
    L1_ASSERT(orders_max <= UINT32_C(1) << 20);
    memset(table, 0, sizeof *table);
    table->watched_max = orders_max;
    table->capacity = 2 * orders_max;
    table->entries = l1_arena_take(arena, table->capacity * sizeof(l1_cost_entry));
    table->slots = l1_arena_take(arena, table->capacity * sizeof(l1_measured));
    table->free_slots = l1_arena_take(arena, table->capacity * sizeof(uint32_t));
    for (uint32_t i = 0; i < table->capacity; i++) {
        table->free_slots[i] = table->capacity - 1 - i; /* the first slot is on top */
    }
}

static l1_measured *parent_of(const l1_cost_table *table, const l1_cost_entry *entry)
{
    L1_ASSERT(entry->slot < table->capacity);
    return &table->slots[entry->slot];
}

/* --- the parent due first --- */

/* Whether the entry is due before the one that is next. */
static bool sooner(const l1_cost_table *table, uint32_t at)
{
    const l1_cost_entry *entry = &table->entries[at];
    if (entry->due_ns == INT64_MAX) return false;
    if (table->next == table->count) return true;
    const l1_cost_entry *next = &table->entries[table->next];
    return entry->due_ns < next->due_ns || (entry->due_ns == next->due_ns && entry->id < next->id);
}

static void find_next(l1_cost_table *table)
{
    table->next = table->count;
    for (uint32_t i = 0; i < table->count; i++) {
        if (sooner(table, i)) table->next = i;
    }
}

/* When a parent has something to note or to say. */
static int64_t due_of(const l1_measured *parent, bool ended)
{
    int64_t due_ns = ended ? parent->sums.ended_ns + l1_markout_ns[LAST] : INT64_MAX;
    for (uint32_t i = 0; i < parent->fills_count; i++) {
        const l1_watched_fill *fill = &parent->fills[i];
        L1_ASSERT(fill->noted < L1_MARKOUTS);
        const int64_t at_ns = fill->at_ns + l1_markout_ns[fill->noted];
        if (at_ns < due_ns) due_ns = at_ns;
    }
    return due_ns;
}

static void set_due(l1_cost_table *table, uint32_t at, int64_t due_ns)
{
    L1_ASSERT(at < table->count);
    const bool later = due_ns > table->entries[at].due_ns;
    table->entries[at].due_ns = due_ns;
    if (at == table->next && later) {
        find_next(table); /* all are looked at only when the first has had its turn */
    } else if (sooner(table, at)) {
        table->next = at;
    }
}

/* --- parents --- */

l1_measured *l1_cost_table_begin(l1_cost_table *table, uint64_t serial, int32_t symbol, uint64_t id)
{
    L1_ASSERT(table->count < table->capacity);
    L1_ASSERT(table->count == 0 || serial > table->entries[table->count - 1].serial);
    const bool none = table->next == table->count;
    const uint32_t slot = table->free_slots[table->capacity - 1 - table->count];
    table->entries[table->count++] = (l1_cost_entry){
        .serial = serial, .due_ns = INT64_MAX, .id = id, .symbol = symbol, .slot = slot};
    table->running++;
    if (none) table->next = table->count;
    l1_measured *parent = &table->slots[slot];
    memset(parent, 0, offsetof(l1_measured, fills));
    return parent;
}

/* Where the serial stands among the entries, which are in order; `count` when it is not there. */
static uint32_t place(const l1_cost_table *table, uint64_t serial)
{
    uint32_t low = 0, high = table->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (table->entries[middle].serial < serial) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < table->count && table->entries[low].serial == serial ? low : table->count;
}

static uint32_t running_place(const l1_cost_table *table, uint64_t serial)
{
    const uint32_t at = place(table, serial);
    return at < table->count && !table->entries[at].ended ? at : table->count;
}

l1_measured *l1_cost_table_find(l1_cost_table *table, uint64_t serial)
{
    const uint32_t at = running_place(table, serial);
    return at == table->count ? NULL : parent_of(table, &table->entries[at]);
}

static void drop(l1_cost_table *table, uint32_t at)
{
    L1_ASSERT(at < table->count);
    const uint32_t slot = table->entries[at].slot;
    const bool was_next = at == table->next;
    if (!table->entries[at].ended) table->running--;
    if (table->next > at) table->next--; /* of the entries behind it, or none */
    table->count--;
    memmove(&table->entries[at], &table->entries[at + 1],
            (table->count - at) * sizeof table->entries[0]);
    table->free_slots[table->capacity - 1 - table->count] = slot;
    if (was_next) find_next(table);
}

/* --- folds --- */

static void unknown_markouts(l1_measured *parent)
{
    for (unsigned h = 0; h < L1_MARKOUTS; h++) parent->value_e8[h] = L1_OFF;
}

static void watch_fill(l1_measured *parent, int64_t qty_e8, int64_t now_ns)
{
    l1_watched_fill *last =
        parent->fills_count == 0 ? NULL : &parent->fills[parent->fills_count - 1];
    L1_ASSERT(last == NULL || last->at_ns <= now_ns);
    if (last != NULL && last->at_ns == now_ns && last->noted == 0) {
        l1_cost_add(&last->qty_e8, qty_e8);
    } else if (parent->fills_count < L1_WATCHED_FILLS_MAX) {
        parent->fills[parent->fills_count++] = (l1_watched_fill){now_ns, qty_e8, 0};
    } else {
        unknown_markouts(parent);
    }
}

void l1_cost_table_fill(l1_cost_table *table, uint64_t serial, const l1_cost_fill_facts *fill,
                        int64_t now_ns)
{
    const uint32_t at = running_place(table, serial);
    if (at == table->count) return; /* after its final report: protection tells of it */
    l1_measured *parent = parent_of(table, &table->entries[at]);
    l1_cost_fill(&parent->sums, fill->price_e8, fill->qty_e8, fill->cost_e8, fill->fee_e8,
                 fill->maker, now_ns);
    watch_fill(parent, fill->qty_e8, now_ns);
    set_due(table, at, due_of(parent, false));
}

void l1_cost_table_trade(l1_cost_table *table, const l1_trade *trade)
{
    if (table->running == 0) return;
    const int64_t quote_e8 = l1_cost_value_e8(trade->qty_e8, trade->price_e8);
    for (uint32_t i = 0; i < table->count; i++) {
        const l1_cost_entry *entry = &table->entries[i];
        if (entry->ended || entry->symbol != trade->symbol) continue;
        l1_cost_market(&parent_of(table, entry)->sums, trade->qty_e8, quote_e8);
    }
}

void l1_cost_table_bar(l1_cost_table *table, const l1_bar *bar)
{
    if (table->running == 0) return;
    for (uint32_t i = 0; i < table->count; i++) {
        const l1_cost_entry *entry = &table->entries[i];
        if (entry->ended || entry->symbol != bar->symbol) continue;
        l1_measured *parent = parent_of(table, entry);
        if (bar->open_time_ns < parent->sums.started_ns) continue; /* it began before the parent */
        const bool priced = bar->quote_volume_e8 > 0 || bar->volume_e8 == 0;
        l1_cost_market(&parent->sums, bar->volume_e8, priced ? bar->quote_volume_e8 : L1_OFF);
    }
}

void l1_cost_table_end(l1_cost_table *table, uint64_t serial, uint64_t report_seq, bool watch)
{
    const uint32_t at = running_place(table, serial);
    L1_ASSERT(at < table->count);
    l1_cost_entry *entry = &table->entries[at];
    l1_measured *parent = parent_of(table, entry);
    const bool room = table->count - table->running < table->watched_max;
    table->skipped += watch && !room;
    if (!watch || !room) {
        drop(table, at);
        return;
    }
    L1_ASSERT(parent->sums.ended_ns != L1_OFF);
    parent->report_seq = report_seq;
    entry->ended = true;
    table->running--;
    set_due(table, at, due_of(parent, true));
}

/* --- horizons --- */

bool l1_cost_table_next(const l1_cost_table *table, int64_t *due_ns, uint64_t *id)
{
    if (table->next == table->count) return false;
    L1_ASSERT(table->next < table->count);
    *due_ns = table->entries[table->next].due_ns;
    *id = table->entries[table->next].id;
    return true;
}

int32_t l1_cost_table_next_symbol(const l1_cost_table *table)
{
    L1_ASSERT(table->next < table->count);
    return table->entries[table->next].symbol;
}

/* The mid for every fill whose next horizon is now; what has passed its last one is forgotten. */
static void note_mid(l1_measured *parent, int64_t now_ns, int64_t mid_e8, int64_t since_ns)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < parent->fills_count; i++) {
        l1_watched_fill fill = parent->fills[i];
        L1_ASSERT(fill.at_ns + l1_markout_ns[fill.noted] >= now_ns);
        if (fill.at_ns + l1_markout_ns[fill.noted] == now_ns) {
            const bool heard = since_ns > fill.at_ns;
            l1_cost_add(&parent->value_e8[fill.noted],
                        heard ? l1_cost_value_e8(fill.qty_e8, mid_e8) : L1_OFF);
            fill.noted++;
        }
        if (fill.noted < L1_MARKOUTS) parent->fills[kept++] = fill;
    }
    parent->fills_count = kept;
}

static void analyse(const l1_measured *parent, int32_t symbol, l1_analysis *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->signal_id, parent->signal_id, sizeof out->signal_id);
    memcpy(out->execution_id, parent->execution_id, sizeof out->execution_id);
    out->report_seq = parent->report_seq;
    out->symbol = symbol;
    out->side = parent->sums.side;
    out->tca = l1_cost_analyse(&parent->sums);
    for (unsigned h = 0; h < L1_MARKOUTS; h++) {
        out->markout_bp_e8[h] =
            l1_cost_markout_bp_e8(parent->sums.side, parent->sums.quote_e8, parent->value_e8[h]);
    }
}

bool l1_cost_table_fire(l1_cost_table *table, int64_t mid_e8, int64_t since_ns, l1_analysis *out)
{
    L1_ASSERT(table->next < table->count);
    const uint32_t at = table->next;
    const l1_cost_entry *entry = &table->entries[at];
    l1_measured *parent = parent_of(table, entry);
    const int64_t now_ns = entry->due_ns;
    note_mid(parent, now_ns, mid_e8, since_ns);
    if (entry->ended && now_ns == parent->sums.ended_ns + l1_markout_ns[LAST]) {
        L1_ASSERT(parent->fills_count == 0); /* none came after the end */
        analyse(parent, entry->symbol, out);
        drop(table, at);
        return true;
    }
    set_due(table, at, due_of(parent, entry->ended));
    return false;
}

/* --- archive --- */

static void parent_archive(l1_archive *archive, l1_measured *parent)
{
    l1_archive_text(archive, parent->signal_id, sizeof parent->signal_id);
    l1_archive_text(archive, parent->execution_id, sizeof parent->execution_id);
    l1_archive_u64(archive, &parent->report_seq);
    l1_cost_sums_archive(archive, &parent->sums);
    for (unsigned h = 0; h < L1_MARKOUTS; h++) l1_archive_i64(archive, &parent->value_e8[h]);
    l1_archive_count(archive, &parent->fills_count, L1_WATCHED_FILLS_MAX);
    for (uint32_t i = 0; i < parent->fills_count; i++) {
        l1_archive_i64(archive, &parent->fills[i].at_ns);
        l1_archive_i64(archive, &parent->fills[i].qty_e8);
        l1_archive_count(archive, &parent->fills[i].noted, LAST);
    }
}

/* In order of acceptance: which slots they have is no part of the state, and deadlines follow. */
void l1_cost_table_archive(l1_archive *archive, l1_cost_table *table)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    uint32_t count = table->count;
    l1_archive_count(archive, &count, table->capacity);
    l1_archive_u64(archive, &table->skipped);
    L1_ASSERT(!loading || table->count == 0);
    uint64_t last = 0;
    for (uint32_t i = 0; i < count; i++) {
        l1_cost_entry entry = {0};
        if (!loading) entry = table->entries[i];
        l1_archive_u64(archive, &entry.serial);
        l1_archive_u64(archive, &entry.id);
        l1_symbol_archive(archive, &entry.symbol);
        l1_archive_bool(archive, &entry.ended);
        if (entry.serial <= last) archive->failed = true; /* the order is what finds them */
        if (archive->failed) return;
        last = entry.serial;
        l1_measured *parent = loading
                                  ? l1_cost_table_begin(table, entry.serial, entry.symbol, entry.id)
                                  : parent_of(table, &entry);
        parent_archive(archive, parent);
        if (!loading) continue;
        table->entries[i].ended = entry.ended;
        if (entry.ended) table->running--;
        table->entries[i].due_ns = due_of(parent, entry.ended);
    }
    if (loading) find_next(table);
}

void l1_cost_table_adopt(l1_cost_table *table, const l1_cost_table *old, const int32_t *map)
{
    L1_ASSERT(table->capacity == old->capacity);
    L1_ASSERT(table->count == 0);
    table->skipped = old->skipped;
    for (uint32_t i = 0; i < old->count; i++) {
        const l1_cost_entry *entry = &old->entries[i];
        const int32_t symbol = map[entry->symbol];
        if (symbol < 0) continue;
        l1_measured *parent = l1_cost_table_begin(table, entry->serial, symbol, entry->id);
        *parent = *parent_of(old, entry);
        l1_cost_entry *taken = &table->entries[table->count - 1];
        taken->ended = entry->ended;
        taken->due_ns = entry->due_ns;
        if (entry->ended) table->running--;
    }
    find_next(table);
}
