/* engine/parent.c: what the end of a child means for its signal, and how a signal ends. */
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "engine/engine_state.h"

static l1_parent *at(l1_engine *engine, uint32_t parent)
{
    L1_ASSERT(parent < engine->parents.capacity);
    return &engine->parents.parents[parent];
}

static l1_execution *child_at(l1_engine *engine, uint32_t execution)
{
    L1_ASSERT(execution < engine->executions.executions_capacity);
    return &engine->executions.executions[execution];
}

uint32_t l1_engine_parent(const l1_engine *engine, uint32_t execution)
{
    const l1_execution *child = &engine->executions.executions[execution];
    const uint32_t parent = l1_parent_of(&engine->parents, child);
    L1_ASSERT(parent != L1_NONE);
    L1_ASSERT(engine->parents.parents[parent].phase != L1_PARENT_CLOSED);
    return parent;
}

/* The parent looks at itself at this time still, once what is being handled has been. */
static void look(l1_engine *engine, uint32_t parent)
{
    const l1_parent *own = at(engine, parent);
    if (own->phase != L1_PARENT_WORKING && own->phase != L1_PARENT_ENDING) return;
    if (l1_parent_single(own) || own->due_ns <= engine->now_ns) return;
    l1_parent_timer(&engine->parents, parent, engine->now_ns, l1_engine_take_id(engine));
}

void l1_engine_child_changed(l1_engine *engine, uint32_t execution)
{
    look(engine, l1_engine_parent(engine, execution));
}

/* What a child's end says about the children that would follow. */
static void judge_end(l1_engine *engine, uint32_t parent, const l1_execution *child)
{
    const l1_parent *own = at(engine, parent);
    if (own->status == L1_REPORT_REJECTED && own->reason == L1_RULE_VENUE_REJECTED) {
        l1_engine_plan_end(engine, parent, L1_PLAN_END_VENUE);
    } else if (own->side == L1_SIDE_SELL && own->reason == L1_RULE_BALANCE_INSUFFICIENT) {
        l1_engine_plan_end(engine, parent, L1_PLAN_END_NO_BASE);
    } else if (child->ended_by == L1_RULE_CANCELED_BY_CONTROL) {
        l1_engine_plan_end(engine, parent, L1_PLAN_END_CONTROL);
    }
}

void l1_engine_child_ended(l1_engine *engine, uint32_t execution, l1_report_status status,
                           l1_rule reason, l1_engine_out *out)
{
    const uint32_t parent = l1_engine_parent(engine, execution);
    l1_parent *own = at(engine, parent);
    l1_execution *child = child_at(engine, execution);
    L1_ASSERT(!child->reported);
    L1_ASSERT(status != L1_REPORT_UNKNOWN);
    child->reported = true;
    if (child->main != L1_NONE) {
        const l1_order *order = &engine->executions.orders[child->main];
        l1_parent_add(own, child->child, order, order);
    }
    own->status = status;
    own->reason = reason;
    own->last_end_ns = engine->now_ns;
    if (child->refusal.rule != L1_RULE_UNJUDGED) own->refusal = child->refusal;
    if (l1_parent_single(own)) {
        l1_engine_plan_end(engine, parent, L1_PLAN_END_COMPLETE);
        const char *detail = own->refusal.rule == reason ? own->refusal.detail : "";
        l1_engine_report_signal(engine, parent, execution, status, reason, detail, out);
        return;
    }
    judge_end(engine, parent, child);
    look(engine, parent);
}

/* --- the end of a signal that was cut ----------------------------------------------------------
 */

static const struct {
    l1_rule reason; /* of what was filled in part; UNJUDGED: the last child's, or presend's */
    const char *text;
} ends[L1_PLAN_END_COUNT] = {
    [L1_PLAN_END_NONE] = {L1_RULE_UNJUDGED, ""},
    [L1_PLAN_END_COMPLETE] = {L1_RULE_NOT_FILLED, "every slice was sent"},
    [L1_PLAN_END_DUST] = {L1_RULE_NOT_FILLED, "dust: the rest is below the minimum order"},
    [L1_PLAN_END_DEADLINE] = {L1_RULE_NOT_FILLED, "deadline"},
    [L1_PLAN_END_RULE] = {L1_RULE_UNJUDGED, "ended before its quantity"},
    [L1_PLAN_END_CONTROL] = {L1_RULE_CANCELED_BY_CONTROL, "cancel_all"},
    [L1_PLAN_END_STOPPED] = {L1_RULE_NOT_FILLED, "the stop was reached"},
    [L1_PLAN_END_NAKED] = {L1_RULE_NOT_FILLED, "what was bought could not be protected"},
    [L1_PLAN_END_NO_BASE] = {L1_RULE_BALANCE_INSUFFICIENT, "what was to be sold is gone"},
    [L1_PLAN_END_VENUE] = {L1_RULE_VENUE_REJECTED, "the venue refused a slice"},
};

typedef struct {
    l1_report_status status;
    l1_rule reason;
} signal_end;

/* Nothing has executed. */
static signal_end end_unfilled(const l1_parent *own)
{
    L1_ASSERT(own->executed_e8 == 0);
    if (own->end == L1_PLAN_END_CONTROL) {
        return (signal_end){L1_REPORT_CANCELED, L1_RULE_CANCELED_BY_CONTROL};
    }
    if (own->orders_count == 0) { /* stopped before sending */
        const l1_rule why = own->refusal.rule;
        return (signal_end){L1_REPORT_REJECTED,
                            why == L1_RULE_UNJUDGED ? L1_RULE_PRESEND_REFUSED : why};
    }
    if (own->status == L1_REPORT_REJECTED || own->status == L1_REPORT_CANCELED) {
        return (signal_end){own->status, own->reason};
    }
    return (signal_end){L1_REPORT_EXPIRED, L1_RULE_NOT_FILLED};
}

static signal_end end_of(const l1_parent *own)
{
    if (own->executed_e8 == 0) return end_unfilled(own);
    if (own->executed_e8 >= own->plan.qty_e8) {
        return (signal_end){L1_REPORT_FILLED, L1_RULE_UNJUDGED};
    }
    const l1_rule reason = own->end == L1_PLAN_END_RULE ? own->refusal.rule : ends[own->end].reason;
    L1_ASSERT(reason != L1_RULE_UNJUDGED);
    return (signal_end){L1_REPORT_PARTIALLY_FILLED, reason};
}

/* The child whose stop the report shows: the oldest one that has one open. */
static uint32_t shown_stop(const l1_engine *engine, const l1_parent *own)
{
    for (uint32_t i = 0; i < own->children_sent; i++) {
        if (own->children[i] == L1_NONE) continue;
        const uint32_t stop = engine->executions.executions[own->children[i]].stop;
        if (stop != L1_NONE && engine->executions.orders[stop].open) return own->children[i];
    }
    return L1_NONE;
}

/* An iceberg whose next clip would have gone, had the book changed. */
static bool waited_for_book(const l1_engine *engine, const l1_parent *own)
{
    return own->end == L1_PLAN_END_DEADLINE && own->plan.chosen == L1_ALGO_ICEBERG &&
           own->last_end_ns > 0 && engine->markets[own->symbol].book_since_ns <= own->last_end_ns;
}

void l1_engine_signal_ended(l1_engine *engine, uint32_t parent, l1_engine_out *out)
{
    l1_parent *own = at(engine, parent);
    const signal_end end = end_of(own);
    char detail[96] = "";
    L1_ASSERT(own->end != L1_PLAN_END_NONE);
    L1_ASSERT(l1_parent_under_way(own, &engine->executions).count == 0);
    if (end.status != L1_REPORT_FILLED) {
        const bool skipped = own->skipped > 0 && own->refusal.rule != L1_RULE_UNJUDGED;
        (void)snprintf(detail, sizeof detail, "%s%s%s%s%s", ends[own->end].text,
                       skipped                        ? "; slices waited for: "
                       : waited_for_book(engine, own) ? ": the book stood still"
                                                      : "",
                       skipped ? l1_rule_code(own->refusal.rule) : "",
                       skipped && own->refusal.detail[0] != '\0' ? " " : "",
                       skipped ? own->refusal.detail : "");
    }
    l1_parent_timer(&engine->parents, parent, L1_NO_DEADLINE, 0);
    l1_engine_report_signal(engine, parent, shown_stop(engine, own), end.status, end.reason, detail,
                            out);
    if (own->children_open == 0) l1_engine_parent_close(engine, parent);
}

/* --- closing and opening again -----------------------------------------------------------------
 */

void l1_engine_parent_close(l1_engine *engine, uint32_t parent)
{
    const l1_parent *own = at(engine, parent);
    L1_ASSERT(own->phase == L1_PARENT_REPORTED);
    for (uint32_t i = 0; own->children_sent > 1 && i < own->children_sent; i++) {
        if (own->side != L1_SIDE_BUY) break;
        const l1_order_id entry =
            l1_order_id_of(engine->limits.engine_id, own->signal_id, i, L1_PURPOSE_ENTRY, 0);
        l1_entry_revise(&engine->executions, entry, own->revision);
    }
    l1_parent_close(&engine->parents, parent);
}

void l1_engine_child_closed(l1_engine *engine, uint32_t execution)
{
    const uint32_t parent = l1_engine_parent(engine, execution);
    l1_parent *own = at(engine, parent);
    l1_execution *child = child_at(engine, execution);
    L1_ASSERT(own->children[child->child] == execution);
    L1_ASSERT(own->children_open > 0);
    child->revision = own->revision;
    own->children[child->child] = L1_NONE;
    own->children_open--;
    look(engine, parent);
    if (own->children_open == 0 && own->phase == L1_PARENT_REPORTED) {
        l1_engine_parent_close(engine, parent);
    }
}

/* A parent made anew from what a late fill's execution knows: all has been reported but that. */
static uint32_t parent_again(l1_engine *engine, const l1_execution *child)
{
    const uint32_t parent = l1_parent_open(&engine->parents);
    l1_parent *own = at(engine, parent);
    memcpy(own->signal_id, child->signal_id, sizeof own->signal_id);
    memcpy(own->execution_id, child->execution_id, sizeof own->execution_id);
    own->phase = L1_PARENT_REPORTED;
    own->symbol = child->symbol;
    own->side = child->side;
    own->requested_e8 = child->requested_e8;
    own->stop_e8 = child->stop_e8;
    own->limit_e8 = child->limit_e8;
    own->plan = (l1_plan){.children_max = 1};
    own->children_sent = child->child + 1;
    return parent;
}

void l1_engine_child_revived(l1_engine *engine, uint32_t execution)
{
    l1_execution *child = child_at(engine, execution);
    uint32_t parent = l1_parent_of(&engine->parents, child);
    L1_ASSERT(child->execution_id[0] != '\0');
    if (parent == L1_NONE) parent = l1_parent_named(&engine->parents, child->execution_id);
    if (parent == L1_NONE) parent = parent_again(engine, child);
    l1_parent *own = at(engine, parent);
    if (own->phase == L1_PARENT_CLOSED) l1_parent_reopen(&engine->parents, parent);
    child->parent = parent;
    child->parent_serial = own->serial;
    if (own->revision < child->revision) own->revision = child->revision;
    if (own->children_sent <= child->child) own->children_sent = child->child + 1;
    if (own->children[child->child] == execution) return;
    L1_ASSERT(own->children[child->child] == L1_NONE);
    own->children[child->child] = execution;
    own->children_open++;
}
