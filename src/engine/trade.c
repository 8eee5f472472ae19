/* engine/trade.c: sending orders: entries, and sells that free the base they need. */
#include <string.h>

#include "base/assert.h"
#include "engine/engine_state.h"
#include "executor/legs.h"

static l1_execution *at(l1_engine *engine, uint32_t execution)
{
    L1_ASSERT(execution < engine->executions.executions_capacity);
    return &engine->executions.executions[execution];
}

void l1_engine_timer_at(l1_engine *engine, uint32_t execution, int64_t deadline_ns)
{
    l1_execution_timer(&engine->executions, execution, deadline_ns, l1_engine_take_id(engine));
}

void l1_engine_stop_timer(l1_engine *engine, uint32_t execution)
{
    l1_execution_timer(&engine->executions, execution, L1_NO_DEADLINE, 0);
}

void l1_engine_close(l1_engine *engine, uint32_t execution)
{
    L1_ASSERT(at(engine, execution)->reported);
    L1_ASSERT(at(engine, execution)->reserved_e8 == 0);
    l1_engine_book_slot_back(engine, execution);
    l1_engine_stop_timer(engine, execution);
    l1_engine_child_closed(engine, execution);
    l1_execution_close(&engine->executions, execution);
}

static l1_venue_request *request(l1_engine_out *out)
{
    L1_ASSERT(out->requests_count < out->requests_capacity);
    l1_venue_request *next = &out->requests[out->requests_count++];
    memset(next, 0, sizeof *next);
    return next;
}

static void open_leg(l1_engine *engine, uint32_t execution, const l1_submit *submit, uint32_t leg)
{
    const uint32_t order =
        l1_order_open(&engine->executions, execution, submit->symbol, &submit->legs[leg]);
    L1_ASSERT(order != L1_NONE); /* intake left room for every order of an execution */
    l1_engine_book_send(engine, order, leg > 0);
    l1_execution *owner = at(engine, execution);
    switch (submit->legs[leg].id.purpose) {
    case L1_PURPOSE_ENTRY:
    case L1_PURPOSE_EXIT: owner->main = order; break;
    case L1_PURPOSE_STOP: owner->stop = order; break;
    default: owner->flat = order; break;
    }
    if (submit->legs[leg].id.purpose == L1_PURPOSE_STOP ||
        submit->legs[leg].id.purpose == L1_PURPOSE_FLAT) {
        owner->generation++;
    }
}

bool l1_engine_send(l1_engine *engine, uint32_t execution, const l1_submit *submit, bool exempt,
                    l1_engine_out *out)
{
    L1_ASSERT(submit->legs_count > 0);
    const l1_risk_view view = l1_engine_view(engine, at(engine, execution)->symbol);
    const l1_presend_request asked = {
        .submit = submit,
        .side = submit->legs[0].side,
        .exempt = exempt,
        .released_e8 = at(engine, execution)->reserved_e8,
    };
    l1_approved approved = {0};
    if (!l1_presend(&view, &asked, &approved, &at(engine, execution)->refusal)) {
        L1_ASSERT(at(engine, execution)->refusal.rule != L1_RULE_UNJUDGED);
        return false;
    }
    L1_ASSERT(l1_approved_valid(&approved));
    for (uint32_t leg = 0; leg < submit->legs_count; leg++) {
        open_leg(engine, execution, submit, leg);
    }
    engine->effect.as.submit = approved.submit;
    l1_engine_put(engine, L1_EFFECT_SUBMIT, out);
    request(out)->approved = approved;
    return true;
}

void l1_engine_cancel(l1_engine *engine, uint32_t order, l1_engine_out *out)
{
    l1_order *target = &engine->executions.orders[order];
    const l1_order_state next = l1_order_next(target->state, L1_ORDER_ON_CANCEL);
    L1_ASSERT(next != L1_ORDER_NONE);
    target->state = next;
    engine->effect.as.cancel = (l1_cancel){.symbol = target->symbol, .id = target->id};
    l1_engine_put(engine, L1_EFFECT_CANCEL, out);
    l1_venue_request *asked = request(out);
    asked->is_cancel = true;
    asked->cancel = (l1_cancel){.symbol = target->symbol, .id = target->id};
}

bool l1_engine_start_buy(l1_engine *engine, uint32_t execution, l1_engine_out *out)
{
    const l1_submit submit =
        l1_entry_submit(&engine->limits, at(engine, execution), at(engine, execution)->planned_e8);
    if (!l1_engine_send(engine, execution, &submit, false, out)) return false;
    at(engine, execution)->phase = L1_PHASE_SENT;
    l1_engine_timer_at(engine, execution, engine->now_ns + engine->limits.order_timeout_ns);
    return true;
}

/* A stop that a sell may have: it rests, is on its way, or is giving way to a common one. */
static bool releasable(const l1_execution *candidate, const l1_order *stop)
{
    if (!stop->open || stop->locked_e8 == 0) return false;
    if (candidate->phase == L1_PHASE_MERGING) return stop->state == L1_ORDER_CANCELING;
    if (candidate->phase != L1_PHASE_GUARDED && candidate->phase != L1_PHASE_PROTECTING) {
        return false;
    }
    return stop->state == L1_ORDER_LIVE || stop->state == L1_ORDER_SENT;
}

/* The oldest execution of `symbol` whose stop rests and is not released yet; L1_NONE. */
static uint32_t oldest_stop(const l1_engine *engine, int32_t symbol)
{
    const l1_executions *table = &engine->executions;
    uint32_t oldest = L1_NONE;
    for (uint32_t i = 0; i < table->executions_capacity; i++) {
        const l1_execution *candidate = &table->executions[i];
        if (candidate->symbol != symbol || candidate->stop == L1_NONE) continue;
        if (!releasable(candidate, &table->orders[candidate->stop])) continue;
        if (oldest == L1_NONE || candidate->serial < table->executions[oldest].serial) oldest = i;
    }
    return oldest;
}

/* Releases own stops, oldest first, until they free `needed_e8` or there are no more. */
static void release_stops(l1_engine *engine, uint32_t sell, int64_t needed_e8, l1_engine_out *out)
{
    l1_execution *execution = at(engine, sell);
    while (needed_e8 > 0 && execution->releases_count < L1_RELEASES_MAX) {
        const uint32_t from = oldest_stop(engine, execution->symbol);
        if (from == L1_NONE) break;
        const uint32_t order = at(engine, from)->stop;
        const bool going = engine->executions.orders[order].state == L1_ORDER_CANCELING;
        needed_e8 -= engine->executions.orders[order].locked_e8;
        l1_engine_book_release(engine, order);
        l1_engine_stop_timer(engine, from);
        at(engine, from)->released_by = sell;
        execution->releases[execution->releases_count++] =
            (l1_release){.execution = from, .freed_e8 = L1_OFF};
        if (!going) l1_engine_cancel(engine, order, out);
        l1_engine_child_changed(engine, from); /* a common stop does not wait for it */
    }
}

static bool all_released(const l1_execution *execution)
{
    for (uint32_t i = 0; i < execution->releases_count; i++) {
        if (execution->releases[i].freed_e8 == L1_OFF) return false;
    }
    return true;
}

static void refuse_sell(l1_engine *engine, uint32_t sell, l1_report_status status, l1_rule rule,
                        l1_engine_out *out)
{
    l1_engine_child_ended(engine, sell, status, rule, out);
    l1_engine_finish_sell(engine, sell, out);
}

/* Every stop it waited for has ended: sends what there is now, or ends. */
static void send_sell(l1_engine *engine, uint32_t sell, l1_engine_out *out)
{
    l1_execution *execution = at(engine, sell);
    const int64_t lot_e8 = engine->limits.symbols[execution->symbol].lot_e8;
    if (execution->ended_by != L1_RULE_UNJUDGED) {
        refuse_sell(engine, sell, L1_REPORT_CANCELED, execution->ended_by, out);
        return;
    }
    const int64_t there_e8 = execution->planned_e8 < execution->reserved_e8
                                 ? execution->planned_e8
                                 : execution->reserved_e8;
    const int64_t qty_e8 = l1_step_down(there_e8, lot_e8);
    if (qty_e8 <= 0) {
        execution->refusal = (l1_violation){.rule = L1_RULE_BALANCE_INSUFFICIENT,
                                            .value_e8 = execution->planned_e8,
                                            .limit_e8 = execution->reserved_e8,
                                            .detail = "own stops filled first"};
        refuse_sell(engine, sell, L1_REPORT_REJECTED, L1_RULE_BALANCE_INSUFFICIENT, out);
        return;
    }
    execution->planned_e8 = qty_e8;
    const l1_submit submit = l1_exit_submit(&engine->limits, execution, qty_e8);
    if (!l1_engine_send(engine, sell, &submit, true, out)) {
        refuse_sell(engine, sell, L1_REPORT_REJECTED, execution->refusal.rule, out);
        return;
    }
    execution->phase = L1_PHASE_SENT;
    l1_engine_timer_at(engine, sell, engine->now_ns + engine->limits.order_timeout_ns);
}

void l1_engine_start_sell(l1_engine *engine, uint32_t sell, l1_engine_out *out)
{
    l1_execution *execution = at(engine, sell);
    const int64_t free_e8 = l1_account_free_e8(&engine->account, execution->symbol + 1);
    execution->free_used_e8 = free_e8 < execution->planned_e8 ? free_e8 : execution->planned_e8;
    l1_engine_book_reserve(engine, sell, execution->free_used_e8);
    execution->phase = L1_PHASE_RELEASING;
    release_stops(engine, sell, execution->planned_e8 - execution->free_used_e8, out);
    if (all_released(execution)) {
        send_sell(engine, sell, out);
        return;
    }
    l1_engine_timer_at(engine, sell, engine->now_ns + engine->limits.order_timeout_ns);
}

void l1_engine_released(l1_engine *engine, uint32_t sell, uint32_t from, int64_t freed_e8,
                        l1_engine_out *out)
{
    l1_execution *execution = at(engine, sell);
    L1_ASSERT(freed_e8 >= 0);
    for (uint32_t i = 0; i < execution->releases_count; i++) {
        if (execution->releases[i].execution != from) continue;
        L1_ASSERT(execution->releases[i].freed_e8 == L1_OFF);
        execution->releases[i].freed_e8 = freed_e8;
    }
    l1_engine_book_reserve(engine, sell, freed_e8);
    if (execution->phase == L1_PHASE_RELEASING && all_released(execution)) {
        send_sell(engine, sell, out);
    }
}

/* The sell has ended: what it set aside and did not sell is protected again. */
void l1_engine_finish_sell(l1_engine *engine, uint32_t sell, l1_engine_out *out)
{
    l1_execution *execution = at(engine, sell);
    L1_ASSERT(execution->reported);
    const int64_t sold_e8 =
        execution->main == L1_NONE ? 0 : engine->executions.orders[execution->main].executed_e8;
    int64_t from_stops_e8 =
        sold_e8 > execution->free_used_e8 ? sold_e8 - execution->free_used_e8 : 0;
    l1_engine_book_reserve(engine, sell, -execution->reserved_e8);
    for (uint32_t i = 0; i < execution->releases_count; i++) {
        const l1_release *release = &execution->releases[i];
        l1_execution *owner = at(engine, release->execution);
        if (owner->phase != L1_PHASE_RELEASED || owner->released_by != sell) continue;
        const int64_t used_e8 =
            release->freed_e8 < from_stops_e8 ? release->freed_e8 : from_stops_e8;
        from_stops_e8 -= used_e8;
        owner->held_e8 -= used_e8;
        owner->released_by = L1_NONE;
        owner->phase = L1_PHASE_PROTECTING;
        owner->replacing = true;
        l1_engine_protect(engine, release->execution, out);
    }
    l1_engine_close(engine, sell);
}
