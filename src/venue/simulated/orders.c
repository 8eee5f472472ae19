/* venue/simulated/orders.c: slots, a hash index with linear probing, one chain a symbol.
 *
 * Removal shifts later entries of the probe run back instead of leaving a mark, so the index
 * never degrades however long the venue runs. */
#include "venue/simulated/orders.h"

#include <string.h>

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

/* Every live order may have two pending legs; one list may be in the making. */
static uint32_t capacity_of(uint32_t orders_max)
{
    L1_ASSERT(orders_max > 0);
    L1_ASSERT(orders_max <= UINT32_MAX / 16);
    return L1_LEGS_MAX * (orders_max + 1);
}

size_t l1_open_orders_cost(uint32_t orders_max)
{
    const uint32_t capacity = capacity_of(orders_max);
    return l1_arena_cost(capacity * sizeof(l1_open_order)) +
           l1_arena_cost(index_size(capacity) * sizeof(uint32_t)) +
           l1_arena_cost((orders_max + 1) * sizeof(l1_open_list));
}

void l1_open_orders_init(l1_open_orders *orders, l1_arena *arena, uint32_t orders_max)
{
    const uint32_t capacity = capacity_of(orders_max), size = index_size(capacity);
    memset(orders, 0, sizeof *orders);
    orders->capacity = capacity;
    orders->index_mask = size - 1;
    orders->slots = l1_arena_take(arena, capacity * sizeof orders->slots[0]);
    orders->index = l1_arena_take(arena, size * sizeof orders->index[0]);
    orders->lists_capacity = orders_max + 1;
    orders->due_first = orders->due_last = L1_SLOT_NONE;
    orders->lists = l1_arena_take(arena, orders->lists_capacity * sizeof orders->lists[0]);
    for (uint32_t i = 0; i < size; i++) orders->index[i] = L1_SLOT_NONE;
    for (uint32_t i = 0; i < capacity; i++) {
        orders->slots[i].newer = i + 1 < capacity ? i + 1 : L1_SLOT_NONE;
    }
    for (uint32_t i = 0; i < orders->lists_capacity; i++) {
        orders->lists[i] = (l1_open_list){.next = i + 1 <= orders_max ? i + 1 : L1_SLOT_NONE};
    }
    for (int32_t i = 0; i < L1_SYMBOLS_MAX; i++) {
        orders->symbols[i].oldest = orders->symbols[i].newest = L1_SLOT_NONE;
        l1_open_orders_changed(orders, i);
    }
}

bool l1_order_has_trigger(l1_order_type type)
{
    L1_ASSERT((unsigned)type < L1_ORDER_TYPE_COUNT);
    return type == L1_ORDER_STOP_LOSS || type == L1_ORDER_STOP_LOSS_LIMIT ||
           type == L1_ORDER_TAKE_PROFIT || type == L1_ORDER_TAKE_PROFIT_LIMIT;
}

bool l1_order_has_limit(l1_order_type type)
{
    L1_ASSERT((unsigned)type < L1_ORDER_TYPE_COUNT);
    return type == L1_ORDER_LIMIT || type == L1_ORDER_LIMIT_MAKER ||
           type == L1_ORDER_STOP_LOSS_LIMIT || type == L1_ORDER_TAKE_PROFIT_LIMIT;
}

bool l1_order_falls(const l1_order_leg *leg)
{
    L1_ASSERT(l1_order_has_trigger(leg->type));
    const bool stop = leg->type == L1_ORDER_STOP_LOSS || leg->type == L1_ORDER_STOP_LOSS_LIMIT;
    return stop == (leg->side == L1_SIDE_SELL);
}

/* The place in the index where `id` stands, or where it would be put. */
static uint32_t place_of(const l1_open_orders *orders, l1_order_id id)
{
    uint32_t at = home(orders, id);
    for (uint32_t probes = 0; orders->index[at] != L1_SLOT_NONE; probes++) {
        L1_ASSERT(probes <= orders->index_mask);
        if (l1_order_id_equal(orders->slots[orders->index[at]].leg.id, id)) break;
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

/* Counts one order into the sums of its symbol. */
static void count_in(l1_symbol_orders *own, const l1_open_order *order)
{
    const l1_order_leg *leg = &order->leg;
    own->pending += order->stage == L1_STAGE_PENDING;
    own->live += order->stage != L1_STAGE_PENDING;
    if (order->stage == L1_STAGE_WAITING) {
        own->algo++;
        if (l1_order_falls(leg)) {
            if (leg->stop_e8 > own->falling_e8) own->falling_e8 = leg->stop_e8;
        } else if (leg->stop_e8 < own->rising_e8) {
            own->rising_e8 = leg->stop_e8;
        }
    } else if (order->stage == L1_STAGE_RESTING && leg->side == L1_SIDE_BUY) {
        if (leg->price_e8 > own->bid_e8) own->bid_e8 = leg->price_e8;
    } else if (order->stage == L1_STAGE_RESTING) {
        if (leg->price_e8 < own->ask_e8) own->ask_e8 = leg->price_e8;
    }
}

void l1_open_orders_changed(l1_open_orders *orders, int32_t symbol)
{
    L1_ASSERT(symbol >= 0 && symbol < L1_SYMBOLS_MAX);
    l1_symbol_orders *own = &orders->symbols[symbol];
    L1_ASSERT(orders->live >= own->live);
    orders->live -= own->live;
    own->live = own->algo = own->pending = 0;
    own->falling_e8 = own->bid_e8 = 0;
    own->rising_e8 = own->ask_e8 = INT64_MAX;
    for (uint32_t at = own->oldest; at != L1_SLOT_NONE; at = orders->slots[at].newer) {
        count_in(own, &orders->slots[at]);
    }
    orders->live += own->live;
}

static void link_newest(l1_open_orders *orders, uint32_t slot)
{
    l1_open_order *own = &orders->slots[slot];
    l1_symbol_orders *list = &orders->symbols[own->symbol];
    own->older = list->newest;
    own->newer = L1_SLOT_NONE;
    if (list->newest == L1_SLOT_NONE) {
        list->oldest = slot;
    } else {
        orders->slots[list->newest].newer = slot;
    }
    list->newest = slot;
}

static void unlink_slot(l1_open_orders *orders, uint32_t slot)
{
    const l1_open_order *own = &orders->slots[slot];
    l1_symbol_orders *list = &orders->symbols[own->symbol];
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
}

uint32_t l1_open_orders_add(l1_open_orders *orders, const l1_open_order *order)
{
    L1_ASSERT(orders->count < orders->capacity);
    L1_ASSERT(order->left_e8 > 0 || order->stage == L1_STAGE_PENDING);
    const uint32_t place = place_of(orders, order->leg.id);
    L1_ASSERT(orders->index[place] == L1_SLOT_NONE);
    const uint32_t slot = orders->free_first;
    L1_ASSERT(slot < orders->capacity);
    orders->free_first = orders->slots[slot].newer;
    orders->index[place] = slot;
    orders->count++;
    orders->slots[slot] = *order;
    link_newest(orders, slot);
    l1_open_orders_changed(orders, order->symbol);
    return slot;
}

void l1_open_orders_renew(l1_open_orders *orders, uint32_t slot)
{
    L1_ASSERT(slot < orders->capacity);
    unlink_slot(orders, slot);
    link_newest(orders, slot);
    l1_open_orders_changed(orders, orders->slots[slot].symbol);
}

static void index_remove(l1_open_orders *orders, uint32_t hole)
{
    const uint32_t mask = orders->index_mask;
    orders->index[hole] = L1_SLOT_NONE;
    uint32_t at = (hole + 1) & mask;
    while (orders->index[at] != L1_SLOT_NONE) {
        const uint32_t slot = orders->index[at];
        const uint32_t wanted = home(orders, orders->slots[slot].leg.id);
        /* It may move back to the hole only if the hole is not before its home. */
        if (((at - wanted) & mask) >= ((at - hole) & mask)) {
            orders->index[hole] = slot;
            orders->index[at] = L1_SLOT_NONE;
            hole = at;
        }
        at = (at + 1) & mask;
    }
}

void l1_open_orders_remove(l1_open_orders *orders, uint32_t slot)
{
    L1_ASSERT(slot < orders->capacity);
    L1_ASSERT(orders->count > 0);
    l1_open_order *own = &orders->slots[slot];
    const uint32_t place = place_of(orders, own->leg.id);
    L1_ASSERT(orders->index[place] == slot);
    index_remove(orders, place);
    unlink_slot(orders, slot);
    l1_open_orders_changed(orders, own->symbol);
    own->newer = orders->free_first;
    orders->free_first = slot;
    orders->count--;
}

uint32_t l1_open_lists_take(l1_open_orders *orders, l1_list_kind kind, int32_t symbol)
{
    const uint32_t list = orders->lists_free;
    L1_ASSERT(list < orders->lists_capacity);
    L1_ASSERT(kind != L1_LIST_SINGLE && kind < L1_LIST_COUNT);
    l1_open_list *own = &orders->lists[list];
    orders->lists_free = own->next;
    *own = (l1_open_list){.kind = kind, .symbol = symbol, .next = L1_SLOT_NONE};
    for (uint32_t i = 0; i < L1_LEGS_MAX; i++) own->slots[i] = L1_SLOT_NONE;
    orders->symbols[symbol].lists++;
    return list;
}

void l1_open_lists_give(l1_open_orders *orders, uint32_t list)
{
    L1_ASSERT(list < orders->lists_capacity);
    l1_open_list *own = &orders->lists[list];
    L1_ASSERT(own->kind != L1_LIST_SINGLE);
    L1_ASSERT(orders->symbols[own->symbol].lists > 0);
    orders->symbols[own->symbol].lists--;
    *own = (l1_open_list){.kind = L1_LIST_SINGLE, .next = orders->lists_free};
    orders->lists_free = list;
}
