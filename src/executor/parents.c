/* executor/parents.c: slots and timers of parents, and sums over their children. */
#include "executor/parents.h"

#include <string.h>

#include "base/assert.h"

/* As many as executions. */
static uint32_t slots_of(uint32_t orders_max)
{
    return 2 * orders_max;
}

size_t l1_parents_cost(uint32_t orders_max)
{
    const size_t slots = slots_of(orders_max);
    return l1_arena_cost(slots * sizeof(l1_parent)) + 2 * l1_arena_cost(slots * sizeof(uint32_t));
}

void l1_parents_init(l1_parents *table, l1_arena *arena, uint32_t orders_max)
{
    L1_ASSERT(orders_max > 0);
    const uint32_t slots = slots_of(orders_max);
    memset(table, 0, sizeof *table);
    table->capacity = slots;
    table->parents = l1_arena_take(arena, slots * sizeof(l1_parent));
    table->free = l1_arena_take(arena, slots * sizeof(uint32_t));
    table->timed = l1_arena_take(arena, slots * sizeof(uint32_t));
    for (uint32_t i = 0; i < slots; i++) table->free[i] = i;
    table->free_next = slots;
    table->next = L1_NONE;
    L1_ASSERT(table->parents != NULL);
}

uint32_t l1_parent_open(l1_parents *table)
{
    L1_ASSERT(table->free_first < table->free_next);
    const uint32_t at = table->free[table->free_first++ % table->capacity];
    l1_parent *parent = &table->parents[at];
    L1_ASSERT(parent->phase == L1_PARENT_FREE || parent->phase == L1_PARENT_CLOSED);
    memset(parent, 0, offsetof(l1_parent, plan)); /* what follows is filled in as it is used */
    parent->phase = L1_PARENT_WORKING;
    parent->serial = ++table->last_serial;
    parent->price_e8 = parent->exposure_e8 = parent->correlation_impact_e8 = L1_OFF;
    parent->due_ns = L1_NO_DEADLINE;
    parent->orders_count = 0;
    for (uint32_t i = 0; i < L1_CHILDREN_MAX; i++) {
        parent->children[i] = parent->order_of[i] = L1_NONE;
    }
    return at;
}

void l1_parent_close(l1_parents *table, uint32_t at)
{
    L1_ASSERT(at < table->capacity);
    L1_ASSERT(table->parents[at].phase == L1_PARENT_REPORTED);
    L1_ASSERT(table->parents[at].children_open == 0);
    L1_ASSERT(table->parents[at].due_ns == L1_NO_DEADLINE);
    L1_ASSERT(table->parents[at].rest_e8 == 0);
    table->parents[at].phase = L1_PARENT_CLOSED;
    table->free[table->free_next++ % table->capacity] = at;
}

void l1_parent_reopen(l1_parents *table, uint32_t at)
{
    L1_ASSERT(at < table->capacity);
    L1_ASSERT(table->parents[at].phase == L1_PARENT_CLOSED);
    uint64_t place = table->free_first;
    while (table->free[place % table->capacity] != at) {
        place++;
        L1_ASSERT(place < table->free_next);
    }
    for (; place + 1 < table->free_next; place++) { /* the others keep their order */
        table->free[place % table->capacity] = table->free[(place + 1) % table->capacity];
    }
    table->free_next--;
    table->parents[at].phase = L1_PARENT_REPORTED;
}

uint32_t l1_parent_of(const l1_parents *table, const l1_execution *execution)
{
    if (execution->parent == L1_NONE) return L1_NONE;
    L1_ASSERT(execution->parent < table->capacity);
    const bool held = table->parents[execution->parent].serial == execution->parent_serial;
    return held ? execution->parent : L1_NONE;
}

uint32_t l1_parent_named(const l1_parents *table, const char *execution_id)
{
    L1_ASSERT(execution_id[0] != '\0');
    for (uint32_t i = 0; i < table->capacity; i++) {
        const l1_parent *parent = &table->parents[i];
        if (parent->phase == L1_PARENT_FREE || parent->phase == L1_PARENT_CLOSED) continue;
        if (strcmp(parent->execution_id, execution_id) == 0) return i;
    }
    return L1_NONE;
}

/* --- timers: few parents have one at a time --- */

static bool before(const l1_parents *table, uint32_t a, uint32_t b)
{
    const l1_parent *x = &table->parents[a];
    const l1_parent *y = &table->parents[b];
    return x->due_ns != y->due_ns ? x->due_ns < y->due_ns : x->due_id < y->due_id;
}

void l1_parent_timer(l1_parents *table, uint32_t at, int64_t due_ns, uint64_t id)
{
    L1_ASSERT(at < table->capacity);
    l1_parent *parent = &table->parents[at];
    if (parent->due_ns == L1_NO_DEADLINE && due_ns == L1_NO_DEADLINE) return;
    uint32_t place = 0;
    while (place < table->timed_count && table->timed[place] < at) place++;
    const bool timed = place < table->timed_count && table->timed[place] == at;
    L1_ASSERT(timed == (parent->due_ns != L1_NO_DEADLINE));
    if (timed && due_ns == L1_NO_DEADLINE) {
        table->timed_count--;
        for (uint32_t i = place; i < table->timed_count; i++) table->timed[i] = table->timed[i + 1];
    } else if (!timed) {
        L1_ASSERT(table->timed_count < table->capacity);
        for (uint32_t i = table->timed_count; i > place; i--) table->timed[i] = table->timed[i - 1];
        table->timed[place] = at;
        table->timed_count++;
    }
    parent->due_ns = due_ns;
    parent->due_id = id;
    table->next = L1_NONE;
    for (uint32_t i = 0; i < table->timed_count; i++) {
        const uint32_t other = table->timed[i];
        if (table->next == L1_NONE || before(table, other, table->next)) table->next = other;
    }
}

/* --- sums --- */

bool l1_parent_single(const l1_parent *parent)
{
    L1_ASSERT(parent->plan.children_max >= 1);
    L1_ASSERT(parent->plan.children_max <= L1_CHILDREN_MAX);
    return parent->plan.children_max == 1;
}

void l1_parent_add(l1_parent *parent, uint32_t child, const l1_order *order, const l1_order *fresh)
{
    L1_ASSERT(child < L1_CHILDREN_MAX);
    L1_ASSERT(fresh->executed_e8 >= 0 && fresh->executed_e8 <= order->executed_e8);
    if (parent->order_of[child] == L1_NONE) {
        L1_ASSERT(parent->orders_count < L1_CHILDREN_MAX);
        parent->order_of[child] = parent->orders_count++;
    }
    parent->orders[parent->order_of[child]] = l1_report_order_of(order);
    parent->executed_e8 += fresh->executed_e8;
    parent->cost_e8 += fresh->cost_e8;
    parent->fee_base_e8 += fresh->fee_base_e8;
    parent->fee_quote_e8 += fresh->fee_quote_e8;
    l1_third_fee_add(&parent->fee_third_asset, &parent->fee_third_e8, fresh->fee_third_asset,
                     fresh->fee_third_e8);
    int64_t sum_e8 = 0;
    for (uint32_t i = 0; i < parent->orders_count; i++) sum_e8 += parent->orders[i].executed_e8;
    L1_ASSERT(sum_e8 == parent->executed_e8); /* children together are the parent */
}

l1_children_under_way l1_parent_under_way(const l1_parent *parent, const l1_executions *table)
{
    l1_children_under_way sums = {0};
    L1_ASSERT(parent->children_sent <= L1_CHILDREN_MAX);
    for (uint32_t i = 0; i < parent->children_sent; i++) {
        if (parent->children[i] == L1_NONE) continue;
        const l1_execution *child = &table->executions[parent->children[i]];
        if (child->reported) continue;
        const int64_t executed_e8 =
            child->main == L1_NONE ? 0 : table->orders[child->main].executed_e8;
        sums.count++;
        sums.executed_e8 += executed_e8;
        sums.working_e8 += child->planned_e8 - executed_e8;
    }
    L1_ASSERT(sums.working_e8 >= 0);
    return sums;
}

int64_t l1_parent_rest_e8(const l1_parent *parent, const l1_executions *table)
{
    const l1_children_under_way under_way = l1_parent_under_way(parent, table);
    const int64_t gone_e8 = parent->executed_e8 + under_way.executed_e8 + under_way.working_e8;
    return parent->plan.qty_e8 > gone_e8 ? parent->plan.qty_e8 - gone_e8 : 0;
}
