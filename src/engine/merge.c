/* engine/merge.c: the stops of one signal's children become one.
 *
 * All give way at once, and the one is placed when the last of them has ended: every unit stands
 * without a stop for one way to the venue and back. Growing one stop child by child would leave
 * the first units bare again at each step. What the venue does not answer in half of
 * order.naked_ms_max no longer holds the others up: these get their stop, the rest its own, and
 * with that signal it is not tried again. */
#include "base/assert.h"
#include "engine/engine_state.h"

static l1_execution *child_at(l1_engine *engine, uint32_t execution)
{
    L1_ASSERT(execution < engine->executions.executions_capacity);
    return &engine->executions.executions[execution];
}

static bool stop_open(const l1_engine *engine, const l1_execution *child)
{
    return child->stop != L1_NONE && engine->executions.orders[child->stop].open;
}

/* A child whose stop rests undisturbed. */
static bool mergeable(const l1_engine *engine, const l1_execution *child)
{
    return child->phase == L1_PHASE_GUARDED && stop_open(engine, child) &&
           engine->executions.orders[child->stop].state == L1_ORDER_LIVE;
}

bool l1_engine_merge(l1_engine *engine, uint32_t parent, l1_engine_out *out)
{
    const l1_parent *own = &engine->parents.parents[parent];
    uint32_t count = 0;
    if (own->merge_late) return false;
    for (uint32_t i = 0; i < own->children_sent; i++) {
        if (own->children[i] == L1_NONE) continue;
        const l1_execution *child = child_at(engine, own->children[i]);
        if (child->phase == L1_PHASE_MERGING) return true;
        count += mergeable(engine, child);
    }
    if (count < 2) return false;
    for (uint32_t i = 0; i < own->children_sent; i++) {
        if (own->children[i] == L1_NONE) continue;
        l1_execution *child = child_at(engine, own->children[i]);
        if (!mergeable(engine, child)) continue;
        child->phase = L1_PHASE_MERGING;
        l1_engine_timer_at(engine, own->children[i], engine->now_ns + engine->limits.naked_ns / 2);
        l1_engine_cancel(engine, child->stop, out);
    }
    return true;
}

/* Of children whose stops have ended the oldest takes over what the others hold. */
static void place_one(l1_engine *engine, uint32_t parent, l1_engine_out *out)
{
    const l1_parent *own = &engine->parents.parents[parent];
    uint32_t keeper = L1_NONE;
    int64_t by_ns = L1_NO_DEADLINE;
    bool reached = false;
    for (uint32_t i = 0; i < own->children_sent; i++) {
        const uint32_t member = own->children[i];
        if (member == L1_NONE) continue;
        l1_execution *child = child_at(engine, member);
        if (child->phase != L1_PHASE_MERGING || stop_open(engine, child)) continue;
        const l1_order *stop = &engine->executions.orders[child->stop];
        if (stop->serial == child->serial && stop->executed_e8 > 0) reached = true;
        if (child->deadline_ns < by_ns) by_ns = child->deadline_ns;
        if (keeper == L1_NONE) {
            keeper = member;
            continue;
        }
        child_at(engine, keeper)->held_e8 += child->held_e8;
        child->held_e8 = 0;
        l1_engine_close(engine, member);
    }
    if (keeper == L1_NONE) return;
    l1_execution *kept = child_at(engine, keeper);
    const bool timed = by_ns != L1_NO_DEADLINE;
    l1_engine_stop_timer(engine, keeper);
    kept->phase = L1_PHASE_PROTECTING;
    /* The allowance began when the stops began to give way. */
    kept->deadline_ns =
        timed ? by_ns + engine->limits.naked_ns / 2 : engine->now_ns + engine->limits.naked_ns / 2;
    if (reached) {
        l1_engine_flatten(engine, keeper, out);
        return;
    }
    kept->replacing = true;
    l1_engine_protect(engine, keeper, out);
}

void l1_engine_merge_check(l1_engine *engine, uint32_t parent, l1_engine_out *out)
{
    const l1_parent *own = &engine->parents.parents[parent];
    L1_ASSERT(own->phase != L1_PARENT_FREE);
    for (uint32_t i = 0; i < own->children_sent; i++) {
        if (own->children[i] == L1_NONE) continue;
        const l1_execution *child = child_at(engine, own->children[i]);
        if (child->phase == L1_PHASE_MERGING && stop_open(engine, child)) return;
    }
    place_one(engine, parent, out);
}

void l1_engine_merge_late(l1_engine *engine, uint32_t execution, l1_engine_out *out)
{
    const uint32_t parent = l1_engine_parent(engine, execution);
    l1_parent *own = &engine->parents.parents[parent];
    own->merge_late = true;
    for (uint32_t i = 0; i < own->children_sent; i++) {
        if (own->children[i] == L1_NONE) continue;
        l1_execution *child = child_at(engine, own->children[i]);
        if (child->phase != L1_PHASE_MERGING || !stop_open(engine, child)) continue;
        child->phase = L1_PHASE_PROTECTING; /* its stop's end leads on */
        child->replacing = true;
        l1_engine_timer_at(engine, own->children[i], engine->now_ns + engine->limits.naked_ns / 2);
    }
    place_one(engine, parent, out);
}
