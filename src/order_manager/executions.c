/* order_manager/executions.c: slots, identity index and timers of executions. */
#include "order_manager/executions.h"

#include <string.h>

#include "base/assert.h"

static uint32_t index_size(uint32_t capacity)
{
    uint32_t size = 16;
    while (size < 2 * capacity) size *= 2;
    return size;
}

/* Twice the open ones: ended slots stay findable for late fills until they are reused. */
static uint32_t slots_of(uint32_t orders_max)
{
    return 2 * orders_max;
}

size_t l1_executions_cost(uint32_t orders_max)
{
    const size_t slots = slots_of(orders_max);
    return l1_arena_cost(slots * sizeof(l1_order)) + l1_arena_cost(slots * sizeof(l1_execution)) +
           l1_arena_cost(index_size((uint32_t)slots) * sizeof(uint32_t)) +
           3 * l1_arena_cost(slots * sizeof(uint32_t));
}

void l1_executions_init(l1_executions *table, l1_arena *arena, uint32_t orders_max)
{
    L1_ASSERT(orders_max > 0);
    L1_ASSERT(orders_max <= UINT32_C(1) << 20);
    memset(table, 0, sizeof *table);
    const uint32_t slots = slots_of(orders_max);
    table->orders_capacity = slots;
    table->executions_capacity = slots;
    table->orders = l1_arena_take(arena, slots * sizeof(l1_order));
    table->executions = l1_arena_take(arena, slots * sizeof(l1_execution));
    table->index = l1_arena_take(arena, index_size(slots) * sizeof(uint32_t));
    table->index_mask = index_size(slots) - 1;
    table->free_orders = l1_arena_take(arena, slots * sizeof(uint32_t));
    table->free_executions = l1_arena_take(arena, slots * sizeof(uint32_t));
    table->heap = l1_arena_take(arena, slots * sizeof(uint32_t));
    for (uint32_t i = 0; i < slots; i++) {
        table->free_orders[i] = i;
        table->free_executions[i] = i;
    }
    table->free_orders_next = slots;
    table->free_executions_next = slots;
}

/* --- identity index --- */

static uint32_t probe(const l1_executions *table, l1_order_id id)
{
    uint32_t at = (uint32_t)id.hash.lo & table->index_mask;
    while (table->index[at] != 0 &&
           !l1_order_id_equal(table->orders[table->index[at] - 1].id, id)) {
        at = (at + 1) & table->index_mask;
    }
    return at;
}

static void index_remove(l1_executions *table, l1_order_id id)
{
    uint32_t hole = probe(table, id);
    if (table->index[hole] == 0) return;
    uint32_t at = hole;
    for (;;) {
        at = (at + 1) & table->index_mask;
        if (table->index[at] == 0) break;
        const uint32_t home =
            (uint32_t)table->orders[table->index[at] - 1].id.hash.lo & table->index_mask;
        if (((at - home) & table->index_mask) >= ((at - hole) & table->index_mask)) {
            table->index[hole] = table->index[at];
            hole = at;
        }
    }
    table->index[hole] = 0;
}

uint32_t l1_order_find(const l1_executions *table, l1_order_id id)
{
    const uint32_t entry = table->index[probe(table, id)];
    return entry == 0 ? L1_NONE : entry - 1;
}

/* --- slots --- */

uint32_t l1_execution_open(l1_executions *table)
{
    if (table->free_executions_first == table->free_executions_next) return L1_NONE;
    const uint32_t at =
        table->free_executions[table->free_executions_first++ % table->executions_capacity];
    l1_execution *execution = &table->executions[at];
    L1_ASSERT(execution->phase == L1_PHASE_FREE || execution->phase == L1_PHASE_CLOSED);
    memset(execution, 0, sizeof *execution);
    execution->main = execution->stop = execution->flat = execution->entry = L1_NONE;
    execution->released_by = execution->parent = L1_NONE;
    execution->heap_at = L1_NONE;
    execution->deadline_ns = execution->naked_by_ns = L1_NO_DEADLINE;
    table->open_executions++;
    return at;
}

void l1_execution_close(l1_executions *table, uint32_t at)
{
    L1_ASSERT(at < table->executions_capacity);
    L1_ASSERT(table->executions[at].phase != L1_PHASE_CLOSED);
    L1_ASSERT(table->executions[at].heap_at == L1_NONE);
    const l1_execution *execution = &table->executions[at];
    if (execution->entry != L1_NONE) {
        l1_order *entry = &table->orders[execution->entry];
        L1_ASSERT(execution->entry < table->orders_capacity);
        if (entry->serial == execution->serial && entry->id.purpose == L1_PURPOSE_ENTRY) {
            entry->origin.revision = execution->revision;
            entry->origin.generation = execution->generation;
        }
    }
    table->executions[at].phase = L1_PHASE_CLOSED;
    table->free_executions[table->free_executions_next++ % table->executions_capacity] = at;
    table->open_executions--;
}

/* Takes `slot` out of a ring, keeping the others' order; false when it is not in it. */
static bool ring_take(uint32_t *ring, uint64_t first, uint64_t *next, uint32_t capacity,
                      uint32_t slot)
{
    uint64_t at = first;
    while (at < *next && ring[at % capacity] != slot) at++;
    if (at == *next) return false;
    for (; at + 1 < *next; at++) ring[at % capacity] = ring[(at + 1) % capacity];
    (*next)--;
    return true;
}

/* More pieces of a late fill may follow: its order is kept as long as any other ended one. */
static void keep_longest(l1_executions *table, uint32_t order)
{
    L1_ASSERT(!table->orders[order].open);
    if (!ring_take(table->free_orders, table->free_orders_first, &table->free_orders_next,
                   table->orders_capacity, order)) {
        return; /* its final report is still to come: not free yet */
    }
    l1_order_free(table, order);
}

static void reopen(l1_executions *table, uint32_t at)
{
    l1_execution *execution = &table->executions[at];
    const bool taken = ring_take(table->free_executions, table->free_executions_first,
                                 &table->free_executions_next, table->executions_capacity, at);
    L1_ASSERT(taken);
    table->open_executions++;
    execution->phase = L1_PHASE_PROTECTING;
    execution->main = execution->stop = execution->flat = L1_NONE;
    execution->released_by = L1_NONE;
    execution->held_e8 = 0; /* what it could not protect has been handed to the operator */
    execution->bought = true;
    execution->overdue = execution->replacing = false;
    execution->naked_by_ns = L1_NO_DEADLINE;
}

static uint32_t open_again(l1_executions *table, uint32_t order, uint64_t serial)
{
    l1_order *entry = &table->orders[order];
    const l1_origin *origin = &entry->origin;
    const uint32_t at = l1_execution_open(table);
    if (at == L1_NONE) return L1_NONE;
    l1_execution *execution = &table->executions[at];
    execution->phase = L1_PHASE_PROTECTING;
    memcpy(execution->signal_id, origin->signal_id, sizeof execution->signal_id);
    execution->parent = L1_NONE;
    execution->child = origin->child;
    execution->symbol = entry->symbol;
    execution->side = entry->side;
    execution->requested_e8 = origin->requested_e8;
    execution->planned_e8 = entry->qty_e8;
    execution->stop_e8 = origin->stop_e8;
    execution->limit_e8 = entry->price_e8;
    execution->serial = serial;
    execution->entry = order;
    execution->bought = execution->reported = true;
    execution->revision = origin->revision;
    execution->generation = origin->generation;
    entry->execution = at;
    entry->serial = serial;
    return at;
}

uint32_t l1_execution_resume(l1_executions *table, uint32_t order, uint64_t serial)
{
    L1_ASSERT(order < table->orders_capacity);
    const l1_order *entry = &table->orders[order];
    L1_ASSERT(entry->id.purpose == L1_PURPOSE_ENTRY);
    l1_execution *own = &table->executions[entry->execution];
    const bool known = own->serial == entry->serial;
    if (known && own->phase != L1_PHASE_CLOSED) {
        keep_longest(table, order);
        return entry->execution;
    }
    if (!known && entry->origin.stop_e8 <= 0) return L1_NONE;
    /* Twice what intake lets in: late fills may use the other half. */
    if (2 * (table->open_executions + table->reserved + 1) > table->orders_capacity) return L1_NONE;
    keep_longest(table, order);
    if (!known) return open_again(table, order, serial);
    reopen(table, entry->execution);
    return entry->execution;
}

void l1_entry_revise(l1_executions *table, l1_order_id id, uint32_t revision)
{
    const uint32_t at = l1_order_find(table, id);
    L1_ASSERT(id.purpose == L1_PURPOSE_ENTRY);
    if (at == L1_NONE) return;
    l1_order *entry = &table->orders[at];
    l1_execution *own = &table->executions[entry->execution];
    L1_ASSERT(entry->origin.revision <= revision);
    entry->origin.revision = revision;
    if (own->serial == entry->serial) own->revision = revision;
}

bool l1_executions_room(const l1_executions *table, uint32_t count)
{
    L1_ASSERT(count > 0);
    L1_ASSERT(table->open_executions <= table->executions_capacity);
    /* Two open orders an execution, in the half of the slots that orders_max stands for. */
    return 4 * (table->open_executions + table->reserved + count) <= table->orders_capacity;
}

uint32_t l1_order_open(l1_executions *table, uint32_t execution, int32_t symbol,
                       const l1_order_leg *leg)
{
    L1_ASSERT(execution < table->executions_capacity);
    if (table->free_orders_first == table->free_orders_next) return L1_NONE;
    const uint32_t at = table->free_orders[table->free_orders_first++ % table->orders_capacity];
    l1_order *order = &table->orders[at];
    L1_ASSERT(!order->open);
    if (order->state != L1_ORDER_NONE) index_remove(table, order->id);
    *order = (l1_order){
        .id = leg->id,
        .state = l1_order_next(L1_ORDER_NONE, L1_ORDER_ON_SEND),
        .execution = execution,
        .serial = table->executions[execution].serial,
        .symbol = symbol,
        .side = leg->side,
        .type = leg->type,
        .tif = leg->tif,
        .qty_e8 = leg->qty_e8,
        .price_e8 = leg->price_e8,
        .stop_e8 = leg->stop_e8,
        .open = true,
    };
    const uint32_t place = probe(table, leg->id);
    L1_ASSERT(table->index[place] == 0); /* an identity is used once */
    table->index[place] = at + 1;
    table->open_orders++;
    if (leg->id.purpose == L1_PURPOSE_ENTRY) {
        l1_execution *owner = &table->executions[execution];
        memcpy(order->origin.signal_id, owner->signal_id, sizeof order->origin.signal_id);
        order->origin.child = owner->child;
        order->origin.requested_e8 = owner->requested_e8;
        order->origin.stop_e8 = owner->stop_e8;
        owner->entry = at;
    }
    return at;
}

void l1_order_end(l1_executions *table, uint32_t at)
{
    L1_ASSERT(at < table->orders_capacity);
    L1_ASSERT(table->orders[at].open);
    L1_ASSERT(table->orders[at].locked_e8 == 0);
    table->orders[at].open = false;
    L1_ASSERT(table->open_orders > 0);
    table->open_orders--;
}

void l1_order_free(l1_executions *table, uint32_t at)
{
    L1_ASSERT(!table->orders[at].open);
    L1_ASSERT(table->free_orders_next - table->free_orders_first < table->orders_capacity);
    table->free_orders[table->free_orders_next++ % table->orders_capacity] = at;
}

/* --- timers: a binary heap whose nodes know their place --- */

static bool before(const l1_executions *table, uint32_t a, uint32_t b)
{
    const l1_execution *x = &table->executions[a];
    const l1_execution *y = &table->executions[b];
    if (x->deadline_ns != y->deadline_ns) return x->deadline_ns < y->deadline_ns;
    return x->deadline_id < y->deadline_id;
}

static void place(l1_executions *table, uint32_t at, uint32_t execution)
{
    table->heap[at] = execution;
    table->executions[execution].heap_at = at;
}

static void sift(l1_executions *table, uint32_t at)
{
    const uint32_t moving = table->heap[at];
    while (at > 0 && before(table, moving, table->heap[(at - 1) / 2])) {
        place(table, at, table->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= table->heap_count) break;
        if (child + 1 < table->heap_count &&
            before(table, table->heap[child + 1], table->heap[child])) {
            child++;
        }
        if (!before(table, table->heap[child], moving)) break;
        place(table, at, table->heap[child]);
        at = child;
    }
    place(table, at, moving);
}

void l1_execution_timer(l1_executions *table, uint32_t at, int64_t deadline_ns, uint64_t id)
{
    L1_ASSERT(at < table->executions_capacity);
    l1_execution *execution = &table->executions[at];
    if (execution->heap_at != L1_NONE) {
        const uint32_t hole = execution->heap_at;
        const uint32_t last = table->heap[--table->heap_count];
        execution->heap_at = L1_NONE;
        if (last != at) {
            place(table, hole, last);
            sift(table, hole);
        }
    }
    execution->deadline_ns = deadline_ns;
    execution->deadline_id = id;
    if (deadline_ns == L1_NO_DEADLINE) return;
    L1_ASSERT(table->heap_count < table->executions_capacity);
    place(table, table->heap_count, at);
    table->heap_count++;
    sift(table, table->heap_count - 1);
}

uint32_t l1_executions_next(const l1_executions *table)
{
    return table->heap_count == 0 ? L1_NONE : table->heap[0];
}

/* --- reporting --- */

l1_order_status l1_order_status_of(const l1_order *order)
{
    static const l1_order_status statuses[L1_ORDER_STATE_COUNT] = {
        [L1_ORDER_NONE] = L1_ORDER_STATUS_SENT,
        [L1_ORDER_SENT] = L1_ORDER_STATUS_SENT,
        [L1_ORDER_LIVE] = L1_ORDER_STATUS_LIVE,
        [L1_ORDER_CANCELING] = L1_ORDER_STATUS_CANCELING,
        [L1_ORDER_UNKNOWN] = L1_ORDER_STATUS_UNKNOWN,
        [L1_ORDER_FILLED] = L1_ORDER_STATUS_FILLED,
        [L1_ORDER_CANCELED] = L1_ORDER_STATUS_CANCELED,
        [L1_ORDER_EXPIRED] = L1_ORDER_STATUS_EXPIRED,
        [L1_ORDER_REJECTED] = L1_ORDER_STATUS_REJECTED,
    };
    L1_ASSERT(order->state < L1_ORDER_STATE_COUNT);
    return statuses[order->state];
}

void l1_third_fee_add(int32_t *sum_asset, int64_t *sum_e8, int32_t asset, int64_t fee_e8)
{
    L1_ASSERT(fee_e8 >= 0);
    L1_ASSERT(fee_e8 == 0 || asset > 0);
    if (fee_e8 == 0) return;
    if (*sum_e8 == 0) *sum_asset = asset;
    if (*sum_asset == asset) *sum_e8 += fee_e8;
}

l1_report_order l1_report_order_of(const l1_order *order)
{
    l1_price average = {L1_OFF};
    if (order->executed_e8 > 0 &&
        !l1_price_of((l1_notional){order->cost_e8}, (l1_qty){order->executed_e8}, L1_ROUND_NEAREST,
                     &average)) {
        average.e8 = L1_OFF;
    }
    return (l1_report_order){
        .id = order->id,
        .side = order->side,
        .type = order->type,
        .tif = order->tif,
        .qty_e8 = order->qty_e8,
        .price_e8 = order->price_e8,
        .stop_e8 = order->stop_e8,
        .executed_e8 = order->executed_e8,
        .avg_price_e8 = average.e8,
        .status = l1_order_status_of(order),
    };
}
