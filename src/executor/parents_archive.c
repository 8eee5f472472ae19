/* executor/parents_archive.c: the one listing of the parents' fields. */
#include "base/assert.h"
#include "domain/index.h"
#include "executor/parents.h"

static void archive_decided(l1_archive *archive, l1_parent *parent)
{
    l1_archive_text(archive, parent->signal_id, sizeof parent->signal_id);
    l1_archive_text(archive, parent->execution_id, sizeof parent->execution_id);
    l1_archive_u64(archive, &parent->id_hash.lo);
    l1_archive_u64(archive, &parent->id_hash.hi);
    l1_archive_enum(archive, &parent->side, L1_SIDE_COUNT);
    l1_archive_bool(archive, &parent->reducing);
    l1_archive_i64(archive, &parent->requested_e8);
    l1_archive_i64(archive, &parent->price_e8);
    l1_archive_i64(archive, &parent->stop_e8);
    l1_archive_i64(archive, &parent->limit_e8);
    l1_archive_i64(archive, &parent->arrival_mid_e8);
    l1_archive_i64(archive, &parent->arrival_ns);
    l1_archive_i64(archive, &parent->exposure_e8);
    l1_archive_i64(archive, &parent->correlation_impact_e8);
    l1_ai_scores_archive(archive, &parent->scores);
    l1_archive_count(archive, &parent->adjustments_count, L1_ADJUSTMENTS_MAX);
    for (uint32_t i = 0; i < parent->adjustments_count; i++) {
        l1_adjustment *adjustment = &parent->adjustments[i];
        l1_archive_enum(archive, &adjustment->field, L1_FIELD_COUNT);
        l1_archive_enum(archive, &adjustment->rule, L1_ADJUST_COUNT);
        l1_archive_i64(archive, &adjustment->from_e8);
        l1_archive_i64(archive, &adjustment->to_e8);
    }
    l1_plan_archive(archive, &parent->plan);
}

static void archive_sums(l1_archive *archive, l1_parent *parent)
{
    l1_archive_u32(archive, &parent->revision);
    l1_archive_i64(archive, &parent->sent_e8);
    l1_archive_i64(archive, &parent->executed_e8);
    l1_archive_i64(archive, &parent->cost_e8);
    l1_archive_i64(archive, &parent->fee_base_e8);
    l1_archive_i64(archive, &parent->fee_quote_e8);
    l1_archive_i64(archive, &parent->fee_third_e8);
    l1_asset_archive(archive, &parent->fee_third_asset);
    l1_archive_i64(archive, &parent->last_sent_ns);
    l1_archive_i64(archive, &parent->last_end_ns);
    l1_archive_u64(archive, &parent->volume_from_e8);
    l1_archive_count(archive, &parent->children_sent, L1_CHILDREN_MAX);
    l1_archive_count(archive, &parent->children_open, L1_CHILDREN_MAX);
    l1_archive_enum(archive, &parent->end, L1_PLAN_END_COUNT);
    l1_archive_enum(archive, &parent->refusal.rule, L1_RULE_COUNT);
    l1_archive_i64(archive, &parent->refusal.value_e8);
    l1_archive_i64(archive, &parent->refusal.limit_e8);
    l1_archive_text(archive, parent->refusal.detail, sizeof parent->refusal.detail);
    l1_archive_enum(archive, &parent->status, L1_REPORT_STATUS_COUNT);
    l1_archive_enum(archive, &parent->reason, L1_RULE_COUNT);
    l1_archive_bool(archive, &parent->merge_late);
    l1_archive_u32(archive, &parent->skipped);
    l1_archive_i64(archive, &parent->rest_e8);
    l1_archive_i64(archive, &parent->rest_quote_e8);
    l1_archive_i64(archive, &parent->due_ns);
    l1_archive_u64(archive, &parent->due_id);
}

static void archive_children(l1_archive *archive, l1_parent *parent, uint32_t executions)
{
    l1_archive_count(archive, &parent->orders_count, L1_CHILDREN_MAX);
    for (uint32_t i = 0; i < L1_CHILDREN_MAX; i++) {
        uint32_t *child = &parent->children[i], *order = &parent->order_of[i];
        if (i >= parent->children_sent) {
            *child = *order = L1_NONE;
            continue;
        }
        l1_archive_u32(archive, child);
        l1_archive_u32(archive, order);
        const bool sound = (*child == L1_NONE || *child < executions) &&
                           (*order == L1_NONE || *order < parent->orders_count);
        if (sound) continue;
        archive->failed = true;
        *child = *order = L1_NONE;
    }
    for (uint32_t i = 0; i < parent->orders_count; i++) {
        l1_report_order_archive(archive, &parent->orders[i]);
    }
}

/* Never-used slots have nothing to say but their phase. */
static void archive_parent(l1_archive *archive, l1_parents *table, uint32_t at)
{
    l1_parent *parent = &table->parents[at];
    l1_archive_enum(archive, &parent->phase, L1_PARENT_PHASE_COUNT);
    if (parent->phase == L1_PARENT_FREE) return;
    l1_archive_u64(archive, &parent->serial);
    uint32_t symbol = (uint32_t)parent->symbol;
    l1_archive_count(archive, &symbol, L1_SYMBOLS_MAX - 1);
    parent->symbol = (int32_t)symbol;
    archive_decided(archive, parent);
    archive_sums(archive, parent);
    archive_children(archive, parent, table->capacity);
    if (archive->mode != L1_ARCHIVE_LOAD) return;
    const int64_t due_ns = parent->due_ns;
    const bool under_way = parent->phase == L1_PARENT_WORKING || parent->phase == L1_PARENT_ENDING;
    parent->due_ns = L1_NO_DEADLINE;
    if (parent->plan.children_max < 1 || parent->plan.children_max > L1_CHILDREN_MAX ||
        (due_ns != L1_NO_DEADLINE && !under_way)) {
        archive->failed = true;
        return;
    }
    if (due_ns != L1_NO_DEADLINE) l1_parent_timer(table, at, due_ns, parent->due_id);
}

void l1_parents_archive(l1_archive *archive, l1_parents *table)
{
    uint32_t capacity = table->capacity;
    L1_ASSERT(capacity > 0);
    l1_archive_u32(archive, &capacity);
    if (capacity != table->capacity) {
        archive->failed = true;
        return;
    }
    for (uint32_t i = 0; i < table->capacity && !archive->failed; i++) {
        archive_parent(archive, table, i);
    }
    uint32_t count = (uint32_t)(table->free_next - table->free_first);
    l1_archive_count(archive, &count, table->capacity);
    if (archive->mode == L1_ARCHIVE_LOAD) {
        table->free_first = 0;
        table->free_next = count;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *slot = &table->free[(table->free_first + i) % table->capacity];
        l1_archive_u32(archive, slot);
        if (*slot >= table->capacity) {
            archive->failed = true;
            *slot = 0;
        }
    }
    l1_archive_u64(archive, &table->last_serial);
}
