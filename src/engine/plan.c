/* engine/plan.c: which child of a parent goes when, judged anew at its own time.
 *
 * l1_plan_next says what is due; a slice that may not go now is skipped, and what it would have
 * sent is due again at the next look, until the plan's deadline. Everything is looked at from the
 * parent's own timer, so no answer of the venue is handled halfway. */
#include <string.h>

#include "base/assert.h"
#include "engine/engine_state.h"
#include "risk/filters.h"

static l1_parent *at(l1_engine *engine, uint32_t parent)
{
    L1_ASSERT(parent < engine->parents.capacity);
    return &engine->parents.parents[parent];
}

/* The later of two looks is not lost: whichever comes first decides. */
static void look_at(l1_engine *engine, uint32_t parent, int64_t due_ns)
{
    if (at(engine, parent)->due_ns <= due_ns) return;
    l1_parent_timer(&engine->parents, parent, due_ns, l1_engine_take_id(engine));
}

static int64_t mid_of(const l1_engine *engine, const l1_parent *parent)
{
    return l1_market_mid_e8(&engine->markets[parent->symbol], engine->now_ns,
                            engine->limits.market_age_ns);
}

/* No child's worst price is worse than the signal's at arrival, nor than slippage_max allows from
 * the mid of its own time. */
static int64_t limit_of(const l1_engine *engine, const l1_parent *parent)
{
    const l1_instrument *instrument = &engine->limits.symbols[parent->symbol];
    const int64_t mid_e8 = mid_of(engine, parent);
    if (mid_e8 == 0 || l1_parent_single(parent)) return parent->limit_e8;
    const int64_t worst_e8 = l1_worst_price_e8(instrument, parent->side, mid_e8, parent->price_e8);
    const int64_t limit_e8 = l1_limit_price_e8(instrument, parent->side, worst_e8);
    const bool buy = parent->side == L1_SIDE_BUY;
    if (limit_e8 <= 0) return parent->limit_e8;
    return (limit_e8 < parent->limit_e8) == buy ? limit_e8 : parent->limit_e8;
}

static int64_t minimum_of(const l1_engine *engine, const l1_parent *parent)
{
    const int64_t mid_e8 = mid_of(engine, parent);
    const bool buy = parent->side == L1_SIDE_BUY;
    return l1_minimum_order_e8(&engine->limits.symbols[parent->symbol], parent->side,
                               mid_e8 > 0 ? mid_e8 : parent->arrival_mid_e8,
                               limit_of(engine, parent), buy ? parent->stop_e8 : L1_OFF,
                               engine->limits.taker_fee_e8);
}

/* What the account counts as on order beyond what is at the venue. */
static void count_rest(l1_engine *engine, uint32_t parent)
{
    const l1_parent *own = at(engine, parent);
    int64_t rest_e8 = 0;
    if (own->phase == L1_PARENT_WORKING) {
        rest_e8 = l1_parent_rest_e8(own, &engine->executions);
    }
    l1_engine_book_rest(engine, parent, rest_e8);
}

static void open_child(l1_engine *engine, uint32_t parent, uint32_t execution, int64_t qty_e8)
{
    l1_parent *own = at(engine, parent);
    l1_execution *child = &engine->executions.executions[execution];
    L1_ASSERT(own->children_sent < own->plan.children_max);
    memcpy(child->signal_id, own->signal_id, sizeof child->signal_id);
    memcpy(child->execution_id, own->execution_id, sizeof child->execution_id);
    child->parent = parent;
    child->parent_serial = own->serial;
    child->child = own->children_sent;
    child->serial = ++engine->last_serial;
    child->symbol = own->symbol;
    child->side = own->side;
    child->requested_e8 = own->requested_e8;
    child->planned_e8 = qty_e8;
    child->stop_e8 = own->stop_e8;
    child->limit_e8 = limit_of(engine, own);
    own->children[own->children_sent++] = execution;
    own->children_open++;
    own->sent_e8 += qty_e8;
    own->last_sent_ns = engine->now_ns;
    L1_ASSERT(engine->executions.reserved > 0);
    engine->executions.reserved--;
}

/* Nothing of it has left: its number goes to the next one. */
static void take_back(l1_engine *engine, uint32_t parent, uint32_t execution, int64_t sent_ns)
{
    l1_parent *own = at(engine, parent);
    l1_execution *child = &engine->executions.executions[execution];
    L1_ASSERT(child->main == L1_NONE && child->stop == L1_NONE);
    L1_ASSERT(own->children[own->children_sent - 1] == execution);
    own->refusal = child->refusal;
    own->children[--own->children_sent] = L1_NONE;
    own->children_open--;
    own->sent_e8 -= child->planned_e8;
    own->last_sent_ns = sent_ns;
    child->parent = L1_NONE;
    child->reported = true;
    l1_execution_close(&engine->executions, execution);
    engine->executions.reserved++;
}

/* True when no later look could find it otherwise. */
static bool ends_plan(l1_rule rule)
{
    switch (rule) {
    case L1_RULE_HALTED:
    case L1_RULE_SYMBOL_HALTED:
    case L1_RULE_REDUCE_ONLY:
    case L1_RULE_SYMBOL_FROZEN:
    case L1_RULE_STOP_LOSS_INCOHERENT: return true;
    default: return false;
    }
}

/* False: it may not go now, and own->refusal says why. */
static bool send_child(l1_engine *engine, uint32_t parent, int64_t qty_e8, l1_engine_out *out)
{
    l1_parent *own = at(engine, parent);
    const bool buy = own->side == L1_SIDE_BUY;
    const l1_risk_view view = l1_engine_view(engine, own->symbol);
    const l1_slice_request slice = {.symbol = own->symbol,
                                    .side = own->side,
                                    .reducing = own->reducing,
                                    .limit_e8 = limit_of(engine, own),
                                    .stop_e8 = buy ? own->stop_e8 : 0};
    own->refusal = (l1_violation){0};
    if (!l1_parent_single(own) && !l1_presend_slice(&view, &slice, &own->refusal)) return false;
    const uint32_t execution = l1_execution_open(&engine->executions);
    const int64_t sent_ns = own->last_sent_ns;
    L1_ASSERT(execution != L1_NONE); /* intake left room for every child */
    open_child(engine, parent, execution, qty_e8);
    count_rest(engine, parent); /* its own part is on order from here on */
    if (!buy) {
        l1_engine_start_sell(engine, execution, out);
        return true;
    }
    if (l1_engine_start_buy(engine, execution, out)) return true;
    if (l1_parent_single(own)) {
        l1_engine_plan_end(engine, parent, L1_PLAN_END_COMPLETE);
        l1_engine_child_ended(engine, execution, L1_REPORT_REJECTED,
                              engine->executions.executions[execution].refusal.rule, out);
        l1_engine_close(engine, execution);
        return true;
    }
    take_back(engine, parent, execution, sent_ns);
    count_rest(engine, parent);
    return false;
}

/* A slice did not go: the plan ends, or it is due again at a later look. */
static void skip(l1_engine *engine, uint32_t parent, l1_engine_out *out)
{
    l1_parent *own = at(engine, parent);
    const int64_t wait_ns = engine->limits.execution_look_ns;
    L1_ASSERT(wait_ns > 0);
    own->skipped++;
    if (ends_plan(own->refusal.rule)) {
        l1_engine_plan_end(engine, parent, L1_PLAN_END_RULE);
        return;
    }
    if (engine->now_ns >= own->plan.deadline_ns) {
        l1_engine_plan_end(engine, parent, L1_PLAN_END_DEADLINE);
        return;
    }
    const bool slots = own->refusal.rule == L1_RULE_EXCHANGE_FILTER &&
                       strcmp(own->refusal.detail, "MAX_NUM_ALGO_ORDERS") == 0;
    if (slots) (void)l1_engine_merge(engine, parent, out);
    const int64_t again_ns = engine->now_ns + wait_ns;
    look_at(engine, parent, again_ns < own->plan.deadline_ns ? again_ns : own->plan.deadline_ns);
}

static l1_plan_progress progress_of(const l1_engine *engine, const l1_parent *parent)
{
    const l1_children_under_way under_way = l1_parent_under_way(parent, &engine->executions);
    const int64_t changed_ns = engine->markets[parent->symbol].book_since_ns;
    return (l1_plan_progress){
        .children_sent = parent->children_sent,
        .sent_e8 = parent->sent_e8,
        .working_e8 = under_way.working_e8,
        .executed_e8 = parent->executed_e8 + under_way.executed_e8,
        .market_volume_e8 =
            (int64_t)(engine->tapes[parent->symbol].base_e8 - parent->volume_from_e8),
        .last_sent_ns = parent->last_sent_ns,
        .refilled_ns = changed_ns > parent->last_end_ns ? changed_ns : 0,
    };
}

/* Nothing more is due, ever: why. */
static l1_plan_end why_done(l1_engine *engine, const l1_parent *parent)
{
    const int64_t rest_e8 = l1_parent_rest_e8(parent, &engine->executions);
    if (rest_e8 == 0 || parent->children_sent == parent->plan.children_max) {
        return L1_PLAN_END_COMPLETE;
    }
    return rest_e8 < minimum_of(engine, parent) ? L1_PLAN_END_DUST : L1_PLAN_END_DEADLINE;
}

static void go_on(l1_engine *engine, uint32_t parent, l1_engine_out *out)
{
    l1_parent *own = at(engine, parent);
    const int64_t lot_e8 = engine->limits.symbols[own->symbol].lot_e8;
    while (own->phase == L1_PARENT_WORKING) {
        const l1_plan_progress progress = progress_of(engine, own);
        const l1_plan_step step =
            l1_plan_next(&own->plan, &progress, lot_e8, minimum_of(engine, own), engine->now_ns);
        if (step.kind == L1_PLAN_WAIT) {
            L1_ASSERT(step.at_ns > engine->now_ns);
            look_at(engine, parent, step.at_ns);
            return;
        }
        if (step.kind == L1_PLAN_DONE) {
            const bool single = l1_parent_single(own);
            if (progress.working_e8 > 0 && !single) return; /* its end leads on */
            l1_engine_plan_end(engine, parent, why_done(engine, own));
            return;
        }
        if (!send_child(engine, parent, step.qty_e8, out)) {
            skip(engine, parent, out);
            return;
        }
    }
}

void l1_engine_plan_start(l1_engine *engine, uint32_t parent, l1_engine_out *out)
{
    l1_parent *own = at(engine, parent);
    L1_ASSERT(own->phase == L1_PARENT_WORKING);
    L1_ASSERT(own->children_sent == 0);
    engine->executions.reserved += own->plan.children_max;
    go_on(engine, parent, out);
    if (own->phase == L1_PARENT_ENDING && own->children_sent == 0 && l1_parent_single(own)) {
        l1_engine_signal_ended(engine, parent, out); /* no child is there to end it */
    }
}

/* Waits for children, their stops and, when these can become one, for that. */
static void settle(l1_engine *engine, uint32_t parent, l1_engine_out *out)
{
    const l1_parent *own = at(engine, parent);
    L1_ASSERT(own->phase == L1_PARENT_ENDING);
    if (l1_parent_under_way(own, &engine->executions).count > 0) return;
    for (uint32_t i = 0; i < own->children_sent; i++) {
        if (own->children[i] == L1_NONE) continue;
        const l1_phase phase = engine->executions.executions[own->children[i]].phase;
        if (phase != L1_PHASE_GUARDED && phase != L1_PHASE_FLATTENING) return;
    }
    if (l1_engine_merge(engine, parent, out)) return;
    l1_engine_signal_ended(engine, parent, out);
}

void l1_engine_plan_due(l1_engine *engine, uint32_t parent, l1_engine_out *out)
{
    const l1_parent *own = at(engine, parent);
    L1_ASSERT(!l1_parent_single(own));
    L1_ASSERT(own->phase != L1_PARENT_FREE && own->phase != L1_PARENT_CLOSED);
    l1_engine_merge_check(engine, parent, out);
    if (own->phase == L1_PARENT_WORKING) {
        count_rest(engine, parent);
        go_on(engine, parent, out);
    }
    if (own->phase == L1_PARENT_ENDING) settle(engine, parent, out);
}

bool l1_engine_book_live(const l1_engine *engine, int32_t symbol)
{
    const l1_book_pace *pace = &engine->book_pace[symbol];
    L1_ASSERT(symbol >= 0 && symbol < (int32_t)engine->limits.symbols_count);
    if (engine->now_ns - pace->last_ns > engine->limits.execution_look_ns) return false;
    return pace->last_ns - pace->from_ns >= L1_MINUTE_NS;
}

void l1_engine_plan_book(l1_engine *engine, int32_t symbol)
{
    const l1_parents *table = &engine->parents;
    L1_ASSERT(symbol >= 0 && symbol < (int32_t)engine->limits.symbols_count);
    l1_book_pace *pace = &engine->book_pace[symbol];
    if (engine->now_ns - pace->last_ns > engine->limits.execution_look_ns) {
        pace->from_ns = engine->now_ns;
    }
    pace->last_ns = engine->now_ns;
    for (uint32_t i = 0; i < table->timed_count; i++) { /* in order of slots: a restart keeps it */
        const uint32_t parent = table->timed[i];
        const l1_parent *own = at(engine, parent);
        const bool waits = own->phase == L1_PARENT_WORKING && own->symbol == symbol &&
                           own->plan.chosen == L1_ALGO_ICEBERG &&
                           own->due_ns == own->plan.deadline_ns;
        if (waits) look_at(engine, parent, engine->now_ns);
    }
}

void l1_engine_plan_end(l1_engine *engine, uint32_t parent, l1_plan_end end)
{
    l1_parent *own = at(engine, parent);
    L1_ASSERT(end != L1_PLAN_END_NONE);
    if (own->phase != L1_PARENT_WORKING) return;
    const uint32_t unsent = own->plan.children_max - own->children_sent;
    L1_ASSERT(engine->executions.reserved >= unsent);
    engine->executions.reserved -= unsent;
    own->phase = L1_PARENT_ENDING;
    own->end = end;
    count_rest(engine, parent);
    L1_ASSERT(own->rest_e8 == 0 && own->rest_quote_e8 == 0);
    if (!l1_parent_single(own)) look_at(engine, parent, engine->now_ns);
}
