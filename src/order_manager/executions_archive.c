/* order_manager/executions_archive.c: the one listing of the executions' fields.
 *
 * Closed slots are part of the state: their order of reuse and their identities decide which late
 * fills can still be matched. */
#include "base/assert.h"
#include "domain/index.h"
#include "order_manager/executions.h"

static void archive_order(l1_archive *archive, l1_order *order)
{
    l1_order_id_archive(archive, &order->id);
    l1_archive_enum(archive, &order->state, L1_ORDER_STATE_COUNT);
    l1_archive_u32(archive, &order->execution);
    l1_archive_u64(archive, &order->serial);
    l1_archive_u32(archive, (uint32_t *)&order->symbol);
    l1_archive_enum(archive, &order->side, L1_SIDE_COUNT);
    l1_archive_enum(archive, &order->type, L1_ORDER_TYPE_COUNT);
    l1_archive_enum(archive, &order->tif, L1_TIF_COUNT);
    l1_archive_i64(archive, &order->qty_e8);
    l1_archive_i64(archive, &order->price_e8);
    l1_archive_i64(archive, &order->stop_e8);
    l1_archive_i64(archive, &order->executed_e8);
    l1_archive_i64(archive, &order->cost_e8);
    l1_archive_i64(archive, &order->fee_base_e8);
    l1_archive_i64(archive, &order->fee_quote_e8);
    l1_archive_i64(archive, &order->fee_third_e8);
    l1_asset_archive(archive, &order->fee_third_asset);
    l1_archive_i64(archive, &order->locked_e8);
    l1_archive_bool(archive, &order->open);
    if (order->id.purpose != L1_PURPOSE_ENTRY) return;
    l1_archive_text(archive, order->origin.signal_id, sizeof order->origin.signal_id);
    l1_archive_u32(archive, &order->origin.child);
    l1_archive_i64(archive, &order->origin.requested_e8);
    l1_archive_i64(archive, &order->origin.stop_e8);
    l1_archive_u32(archive, &order->origin.revision);
    l1_archive_u32(archive, &order->origin.generation);
}

static void archive_decided(l1_archive *archive, l1_execution *execution)
{
    l1_archive_text(archive, execution->signal_id, sizeof execution->signal_id);
    l1_archive_text(archive, execution->execution_id, sizeof execution->execution_id);
    l1_archive_u32(archive, &execution->parent);
    l1_archive_u32(archive, &execution->child);
    l1_archive_u64(archive, &execution->parent_serial);
    l1_archive_u32(archive, (uint32_t *)&execution->symbol);
    l1_archive_enum(archive, &execution->side, L1_SIDE_COUNT);
    l1_archive_i64(archive, &execution->requested_e8);
    l1_archive_i64(archive, &execution->planned_e8);
    l1_archive_i64(archive, &execution->stop_e8);
    l1_archive_i64(archive, &execution->limit_e8);
}

static void archive_progress(l1_archive *archive, l1_execution *execution)
{
    l1_archive_u64(archive, &execution->serial);
    l1_archive_u32(archive, &execution->main);
    l1_archive_u32(archive, &execution->stop);
    l1_archive_u32(archive, &execution->flat);
    l1_archive_u32(archive, &execution->entry);
    l1_archive_bool(archive, &execution->bought);
    l1_archive_u32(archive, &execution->released_by);
    l1_archive_u32(archive, &execution->generation);
    l1_archive_i64(archive, &execution->held_e8);
    l1_archive_i64(archive, &execution->reserved_e8);
    l1_archive_i64(archive, &execution->free_used_e8);
    l1_archive_count(archive, &execution->releases_count, L1_RELEASES_MAX);
    for (uint32_t i = 0; i < execution->releases_count; i++) {
        l1_archive_u32(archive, &execution->releases[i].execution);
        l1_archive_i64(archive, &execution->releases[i].freed_e8);
    }
    l1_archive_enum(archive, &execution->ended_by, L1_RULE_COUNT);
    l1_archive_enum(archive, &execution->refusal.rule, L1_RULE_COUNT);
    l1_archive_i64(archive, &execution->refusal.value_e8);
    l1_archive_i64(archive, &execution->refusal.limit_e8);
    l1_archive_text(archive, execution->refusal.detail, sizeof execution->refusal.detail);
    l1_archive_bool(archive, &execution->reported);
    l1_archive_bool(archive, &execution->replacing);
    l1_archive_bool(archive, &execution->keeps_slot);
    l1_archive_bool(archive, &execution->overdue);
    l1_archive_u32(archive, &execution->revision);
    l1_archive_i64(archive, &execution->deadline_ns);
    l1_archive_u64(archive, &execution->deadline_id);
    l1_archive_i64(archive, &execution->naked_by_ns);
    l1_archive_u32(archive, &execution->queries);
}

static bool in_range(uint32_t at, uint32_t count)
{
    return at == L1_NONE || at < count;
}

/* A loaded state is untrusted bytes until its references have been checked. */
static bool references_sound(const l1_executions *table, const l1_execution *execution)
{
    if (!in_range(execution->main, table->orders_capacity)) return false;
    if (!in_range(execution->stop, table->orders_capacity)) return false;
    if (!in_range(execution->flat, table->orders_capacity)) return false;
    if (!in_range(execution->entry, table->orders_capacity)) return false;
    if (!in_range(execution->released_by, table->executions_capacity)) return false;
    if (!in_range(execution->parent, table->executions_capacity)) return false;
    for (uint32_t i = 0; i < execution->releases_count; i++) {
        if (execution->releases[i].execution >= table->executions_capacity) return false;
    }
    return execution->symbol >= 0 && execution->symbol < L1_SYMBOLS_MAX;
}

/* Never-used slots have nothing to say but their phase. */
static void archive_execution(l1_archive *archive, l1_executions *table, uint32_t at)
{
    l1_execution *execution = &table->executions[at];
    l1_archive_enum(archive, &execution->phase, L1_PHASE_COUNT);
    if (execution->phase == L1_PHASE_FREE) return;
    archive_decided(archive, execution);
    archive_progress(archive, execution);
    if (archive->mode != L1_ARCHIVE_LOAD) return;
    execution->heap_at = L1_NONE;
    if (!references_sound(table, execution)) {
        archive->failed = true;
        return;
    }
    const int64_t deadline = execution->deadline_ns;
    execution->deadline_ns = L1_NO_DEADLINE;
    if (execution->phase != L1_PHASE_CLOSED && deadline != L1_NO_DEADLINE) {
        l1_execution_timer(table, at, deadline, execution->deadline_id);
    }
}

/* A ring of reusable slots: LOAD must yield each closed slot exactly once, which the counts and
 * the bounds make sure of together with the caller's check of openness. */
static void archive_ring(l1_archive *archive, uint32_t *ring, uint64_t *first, uint64_t *next,
                         uint32_t capacity)
{
    uint32_t count = (uint32_t)(*next - *first);
    l1_archive_count(archive, &count, capacity);
    if (archive->mode == L1_ARCHIVE_LOAD) {
        *first = 0;
        *next = count;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *slot = &ring[(*first + i) % capacity];
        l1_archive_u32(archive, slot);
        if (*slot >= capacity) {
            archive->failed = true;
            *slot = 0;
        }
    }
}

static void index_loaded(l1_archive *archive, l1_executions *table, uint32_t at)
{
    const l1_order *order = &table->orders[at];
    if (order->execution >= table->executions_capacity || order->symbol < 0 ||
        order->symbol >= L1_SYMBOLS_MAX || l1_order_find(table, order->id) != L1_NONE) {
        archive->failed = true;
        return;
    }
    uint32_t place = (uint32_t)order->id.hash.lo & table->index_mask;
    while (table->index[place] != 0) place = (place + 1) & table->index_mask;
    table->index[place] = at + 1;
}

void l1_executions_archive(l1_archive *archive, l1_executions *table)
{
    L1_ASSERT(table->orders_capacity > 0);
    uint32_t slots = table->orders_capacity;
    l1_archive_u32(archive, &slots);
    if (slots != table->orders_capacity) {
        archive->failed = true;
        return;
    }
    for (uint32_t i = 0; i < table->orders_capacity; i++) {
        l1_order *order = &table->orders[i];
        bool used = order->state != L1_ORDER_NONE;
        l1_archive_bool(archive, &used);
        if (!used) continue;
        archive_order(archive, order);
        if (archive->mode == L1_ARCHIVE_LOAD && l1_archive_ok(archive)) {
            index_loaded(archive, table, i);
        }
    }
    for (uint32_t i = 0; i < table->executions_capacity; i++) archive_execution(archive, table, i);
    archive_ring(archive, table->free_orders, &table->free_orders_first, &table->free_orders_next,
                 table->orders_capacity);
    archive_ring(archive, table->free_executions, &table->free_executions_first,
                 &table->free_executions_next, table->executions_capacity);
    l1_archive_u32(archive, &table->open_orders);
    l1_archive_count(archive, &table->reserved, table->executions_capacity);
    table->open_executions = table->executions_capacity -
                             (uint32_t)(table->free_executions_next - table->free_executions_first);
}
