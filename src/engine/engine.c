/* engine/engine.c: the door: one event, one answer or one timer at a time. */
#include "engine/engine.h"

#include <string.h>

#include "base/assert.h"
#include "engine/engine_state.h"

uint32_t l1_engine_requests_max(const l1_limits *limits)
{
    /* At most every open order is canceled and every released stop is placed anew. */
    return 2 * limits->orders_max + 8;
}

size_t l1_engine_cost(const l1_limits *limits)
{
    return l1_arena_cost(sizeof(l1_engine)) + l1_arena_cost(sizeof(l1_order_pace)) +
           l1_feature_state_cost(limits) + l1_signal_table_cost(limits->signals_max) +
           l1_executions_cost(limits->orders_max) + l1_parents_cost(limits->orders_max) +
           l1_cost_table_size(limits->orders_max);
}

l1_engine *l1_engine_new(l1_arena *arena, const l1_limits *limits, const l1_depth_book *books)
{
    L1_ASSERT(limits->symbols_count > 0);
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    L1_ASSERT(books != NULL);
    l1_engine *engine = l1_arena_take(arena, sizeof *engine);
    engine->books = books;
    engine->limits = *limits;
    engine->pace = l1_arena_take(arena, sizeof *engine->pace);
    engine->features = l1_feature_state_new(arena, limits);
    l1_signal_table_init(&engine->signals, arena, limits->signals_max);
    l1_executions_init(&engine->executions, arena, limits->orders_max);
    l1_parents_init(&engine->parents, arena, limits->orders_max);
    l1_cost_table_init(&engine->costs, arena, limits->orders_max);
    l1_account_init(&engine->account, limits);
    engine->day_done = -1;
    return engine;
}

uint64_t l1_engine_take_id(l1_engine *engine)
{
    return ++engine->last_id;
}

void l1_engine_event(l1_engine *engine, const l1_event *event, l1_engine_out *out)
{
    L1_ASSERT(event->at_ns >= engine->now_ns);
    L1_ASSERT(event->kind < L1_EVENT_COUNT);
    l1_engine_before(engine, event->at_ns);
    if (event->clock_jump_ns != 0) l1_engine_on_clock_jump(engine, event->clock_jump_ns, out);
    switch (event->kind) {
    case L1_EVENT_SIGNAL: l1_engine_on_signal(engine, &event->as.signal, out); break;
    case L1_EVENT_BAR: l1_engine_on_bar(engine, &event->as.bar, out); break;
    case L1_EVENT_BOOK: l1_engine_on_book(engine, &event->as.book); break;
    case L1_EVENT_TRADE:
        l1_engine_tape_trade(engine, &event->as.trade);
        l1_engine_costs_trade(engine, &event->as.trade);
        break;
    case L1_EVENT_DEPTH: l1_engine_on_depth(engine, event->as.depth.symbol); break;
    case L1_EVENT_QUOTE: l1_engine_on_depth(engine, event->as.quote.symbol); break;
    case L1_EVENT_PORTFOLIO: l1_engine_on_portfolio(engine, &event->as.portfolio, out); break;
    case L1_EVENT_CONTROL: l1_engine_on_control(engine, &event->as.control, out); break;
    case L1_EVENT_REFUSED: l1_engine_on_refusal(engine, &event->as.refusal, out); break;
    case L1_EVENT_VENUE: l1_engine_on_venue(engine, &event->as.venue, out); break;
    case L1_EVENT_MODELS: l1_engine_on_models(engine, &event->as.models, out); break;
    case L1_EVENT_SPACE:
        engine->kill_switch.space_low = event->as.space_low;
        l1_engine_alert(engine, L1_ALERT_JOURNAL_SPACE, -1, NULL, L1_OFF, L1_OFF, out, "%s",
                        event->as.space_low
                            ? "the journal cannot grow: entries are denied, exits go on"
                            : "the journal can grow again");
        break;
    default: break; /* TICK */
    }
    l1_engine_open_day(engine);
}

void l1_engine_answer(l1_engine *engine, const l1_venue_event *answer, int64_t now_ns,
                      l1_engine_out *out)
{
    L1_ASSERT(engine->limits.mode != L1_MODE_LIVE);
    l1_engine_before(engine, now_ns);
    l1_engine_on_venue(engine, answer, out);
}

/* What has a timer of its own; NOBODY when none is set. */
typedef enum { OF_NOBODY, OF_EXECUTION, OF_PLAN, OF_COSTS } timer_owner;

static timer_owner next_timer(const l1_engine *engine, int64_t *due_ns, uint64_t *id)
{
    timer_owner owner = OF_NOBODY;
    const uint32_t execution = l1_executions_next(&engine->executions);
    if (execution != L1_NONE) {
        owner = OF_EXECUTION;
        *due_ns = engine->executions.executions[execution].deadline_ns;
        *id = engine->executions.executions[execution].deadline_id;
    }
    const uint32_t next = engine->parents.next;
    if (next != L1_NONE) {
        const l1_parent *parent = &engine->parents.parents[next];
        if (owner == OF_NOBODY || parent->due_ns < *due_ns ||
            (parent->due_ns == *due_ns && parent->due_id < *id)) {
            owner = OF_PLAN;
            *due_ns = parent->due_ns;
            *id = parent->due_id;
        }
    }
    int64_t costs_ns = 0;
    uint64_t costs_id = 0;
    if (l1_cost_table_next(&engine->costs, &costs_ns, &costs_id) &&
        (owner == OF_NOBODY || costs_ns < *due_ns || (costs_ns == *due_ns && costs_id < *id))) {
        owner = OF_COSTS;
        *due_ns = costs_ns;
        *id = costs_id;
    }
    return owner;
}

bool l1_engine_next_timer(const l1_engine *engine, int64_t *due_ns, uint64_t *id)
{
    return next_timer(engine, due_ns, id) != OF_NOBODY;
}

/* A venue outside the process has not answered: nothing is known, so it is asked. */
static void ask(l1_engine *engine, uint32_t execution, uint32_t order, l1_engine_out *out)
{
    static const int64_t first_ns = 250 * 1000000LL, longest_ns = 4000 * 1000000LL;
    l1_execution *owner = &engine->executions.executions[execution];
    l1_order *target = &engine->executions.orders[order];
    if (target->state != L1_ORDER_UNKNOWN) {
        target->state = l1_order_next(target->state, L1_ORDER_ON_TIMEOUT);
        L1_ASSERT(target->state == L1_ORDER_UNKNOWN);
        engine->kill_switch.unknown_orders[target->symbol]++;
        l1_engine_alert(engine, L1_ALERT_OUTCOME_UNKNOWN, target->symbol, owner->signal_id, L1_OFF,
                        L1_OFF, out, "the venue has not answered; the symbol is frozen");
        if (!owner->reported) {
            l1_engine_report_signal(engine, l1_engine_parent(engine, execution), execution,
                                    L1_REPORT_UNKNOWN, L1_RULE_OUTCOME_UNKNOWN, "", out);
        }
    }
    engine->effect.as.cancel = (l1_cancel){.symbol = target->symbol, .id = target->id};
    l1_engine_put(engine, L1_EFFECT_QUERY, out);
    const uint32_t doublings = owner->queries < 4 ? owner->queries : 4;
    const int64_t wait_ns = first_ns << doublings;
    owner->queries++;
    l1_engine_timer_at(engine, execution,
                       engine->now_ns + (wait_ns < longest_ns ? wait_ns : longest_ns));
}

static void late(l1_engine *engine, uint32_t execution, uint32_t order, l1_engine_out *out)
{
    const l1_order *target = &engine->executions.orders[order];
    if (!target->open) return;
    if (engine->limits.mode == L1_MODE_LIVE) {
        ask(engine, execution, order, out);
        return;
    }
    if (target->state != L1_ORDER_SENT && target->state != L1_ORDER_LIVE) return;
    engine->executions.executions[execution].ended_by = L1_RULE_ORDER_TIMEOUT;
    l1_engine_cancel(engine, order, out);
}

/* A market exit is late, or what was bought while it is under way has been naked for too long. */
static void exit_late(l1_engine *engine, uint32_t execution, l1_engine_out *out)
{
    l1_execution *owner = &engine->executions.executions[execution];
    if (owner->naked_by_ns <= engine->now_ns) {
        owner->naked_by_ns = L1_NO_DEADLINE;
        l1_engine_watchdog(engine, execution, out);
        l1_engine_timer_at(engine, execution, engine->now_ns + engine->limits.order_timeout_ns);
        return;
    }
    late(engine, execution, owner->flat, out);
    if (owner->naked_by_ns < owner->deadline_ns) {
        l1_engine_timer_at(engine, execution, owner->naked_by_ns);
    }
}

void l1_engine_timer(l1_engine *engine, l1_engine_out *out)
{
    int64_t due_ns = 0;
    uint64_t id = 0;
    const timer_owner of = next_timer(engine, &due_ns, &id);
    L1_ASSERT(of != OF_NOBODY);
    if (of == OF_PLAN) {
        const uint32_t parent = engine->parents.next;
        l1_engine_before(engine, due_ns);
        l1_parent_timer(&engine->parents, parent, L1_NO_DEADLINE, 0);
        l1_engine_plan_due(engine, parent, out);
        return;
    }
    if (of == OF_COSTS) {
        l1_engine_before(engine, due_ns);
        l1_engine_costs_timer(engine, out);
        return;
    }
    const uint32_t execution = l1_executions_next(&engine->executions);
    l1_execution *owner = &engine->executions.executions[execution];
    l1_engine_before(engine, owner->deadline_ns);
    l1_engine_stop_timer(engine, execution);
    switch (owner->phase) {
    case L1_PHASE_RELEASING: owner->ended_by = L1_RULE_ORDER_TIMEOUT; break;
    case L1_PHASE_SENT: late(engine, execution, owner->main, out); break;
    case L1_PHASE_FLATTENING: exit_late(engine, execution, out); break;
    case L1_PHASE_MERGING: l1_engine_merge_late(engine, execution, out); break;
    case L1_PHASE_RELEASED:
    case L1_PHASE_PROTECTING: l1_engine_watchdog(engine, execution, out); break;
    default: break;
    }
}

bool l1_engine_pending(const l1_engine *engine)
{
    return engine->pending > 0;
}
