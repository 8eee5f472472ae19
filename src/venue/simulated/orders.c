/* venue/simulated/orders.c: slots, a hash index with linear probing, and one list a symbol.
 *
 * Removal shifts later entries of the probe run back instead of leaving a mark, so the index
 * never degrades however long the venue runs. */
#include "venue/simulated/orders.h"

#include "base/assert.h"

/* At most half full, so that probe runs stay short. */
static uint32_t index_size(uint32_t orders_max)
{
    L1_ASSERT(orders_max > 0);
    L1_ASSERT(orders_max <= UINT32_MAX / 4);
    uint32_t size = 2;
    while (size < 2 * orders_max) size *= 2;
    return size;
}

static uint32_t home(const l1_open_orders *orders, l1_order_id id)
{
    const uint64_t mixed = id.hash.lo ^ (id.hash.hi << 3) ^ (uint64_t)id.purpose;
    return (uint32_t)(mixed ^ mixed >> 32) & orders->index_mask;
}

size_t l1_open_orders_cost(uint32_t orders_max)
{
    return l1_arena_cost(orders_max * sizeof(l1_resting_stop)) +
           l1_arena_cost(index_size(orders_max) * sizeof(uint32_t));
}

void l1_open_orders_init(l1_open_orders *orders, l1_arena *arena, uint32_t orders_max)
{
    const uint32_t size = index_size(orders_max);
    orders->capacity = orders_max;
    orders->count = 0;
    orders->index_mask = size - 1;
    orders->slots = l1_arena_take(arena, orders_max * sizeof orders->slots[0]);
    orders->index = l1_arena_take(arena, size * sizeof orders->index[0]);
    for (uint32_t i = 0; i < size; i++) orders->index[i] = L1_SLOT_NONE;
    for (uint32_t i = 0; i < orders_max; i++) orders->slots[i].newer = i + 1;
    orders->slots[orders_max - 1].newer = L1_SLOT_NONE;
    orders->free_first = 0;
    for (uint32_t i = 0; i < L1_SYMBOLS_MAX; i++) {
        orders->lists[i] = (l1_stop_list){.oldest = L1_SLOT_NONE, .newest = L1_SLOT_NONE};
    }
}

/* The place in the index where `id` stands, or where it would be put. */
static uint32_t place_of(const l1_open_orders *orders, l1_order_id id)
{
    uint32_t at = home(orders, id);
    for (uint32_t probes = 0; orders->index[at] != L1_SLOT_NONE; probes++) {
        L1_ASSERT(probes <= orders->index_mask);
        if (l1_order_id_equal(orders->slots[orders->index[at]].id, id)) break;
        at = (at + 1) & orders->index_mask;
    }
    return at;
}

uint32_t l1_open_orders_find(const l1_open_orders *orders, l1_order_id id)
{
    const uint32_t slot = orders->index[place_of(orders, id)];
    L1_ASSERT(slot == L1_SLOT_NONE || slot < orders->capacity);
    return slot;
}

void l1_open_orders_add(l1_open_orders *orders, const l1_resting_stop *stop)
{
    L1_ASSERT(orders->count < orders->capacity);
    L1_ASSERT(stop->qty_e8 > 0 && stop->stop_e8 > 0);
    const uint32_t place = place_of(orders, stop->id);
    L1_ASSERT(orders->index[place] == L1_SLOT_NONE);
    const uint32_t slot = orders->free_first;
    L1_ASSERT(slot < orders->capacity);
    l1_resting_stop *own = &orders->slots[slot];
    orders->free_first = own->newer;
    orders->index[place] = slot;
    orders->count++;

    l1_stop_list *list = &orders->lists[stop->symbol];
    *own = *stop;
    own->older = list->newest;
    own->newer = L1_SLOT_NONE;
    if (list->newest == L1_SLOT_NONE) {
        list->oldest = slot;
    } else {
        orders->slots[list->newest].newer = slot;
    }
    list->newest = slot;
    list->count++;
    if (stop->stop_e8 > list->highest_e8) list->highest_e8 = stop->stop_e8;
}

static void index_remove(l1_open_orders *orders, uint32_t hole)
{
    const uint32_t mask = orders->index_mask;
    orders->index[hole] = L1_SLOT_NONE;
    uint32_t at = (hole + 1) & mask;
    while (orders->index[at] != L1_SLOT_NONE) {
        const uint32_t slot = orders->index[at];
        const uint32_t wanted = home(orders, orders->slots[slot].id);
        /* It may move back to the hole only if the hole is not before its home. */
        if (((at - wanted) & mask) >= ((at - hole) & mask)) {
            orders->index[hole] = slot;
            orders->index[at] = L1_SLOT_NONE;
            hole = at;
        }
        at = (at + 1) & mask;
    }
}

static int64_t highest_of(const l1_open_orders *orders, const l1_stop_list *list)
{
    int64_t highest_e8 = 0;
    for (uint32_t at = list->oldest; at != L1_SLOT_NONE; at = orders->slots[at].newer) {
        if (orders->slots[at].stop_e8 > highest_e8) highest_e8 = orders->slots[at].stop_e8;
    }
    return highest_e8;
}

void l1_open_orders_remove(l1_open_orders *orders, uint32_t slot)
{
    L1_ASSERT(slot < orders->capacity);
    L1_ASSERT(orders->count > 0);
    l1_resting_stop *own = &orders->slots[slot];
    const uint32_t place = place_of(orders, own->id);
    L1_ASSERT(orders->index[place] == slot);
    index_remove(orders, place);

    l1_stop_list *list = &orders->lists[own->symbol];
    if (own->older == L1_SLOT_NONE) {
        list->oldest = own->newer;
    } else {
        orders->slots[own->older].newer = own->newer;
    }
    if (own->newer == L1_SLOT_NONE) {
        list->newest = own->older;
    } else {
        orders->slots[own->newer].older = own->older;
    }
    list->count--;
    if (own->stop_e8 == list->highest_e8) list->highest_e8 = highest_of(orders, list);
    own->newer = orders->free_first;
    orders->free_first = slot;
    orders->count--;
}
