/* engine/protect.c: bought base and its stop, from the entry's end to the last unit sold. */
#include "base/assert.h"
#include "engine/engine_state.h"
#include "executor/legs.h"
#include "executor/protection.h"

static l1_execution *at(l1_engine *engine, uint32_t execution)
{
    L1_ASSERT(execution < engine->executions.executions_capacity);
    return &engine->executions.executions[execution];
}

static const l1_order *order_at(const l1_engine *engine, uint32_t order)
{
    L1_ASSERT(order < engine->executions.orders_capacity);
    return &engine->executions.orders[order];
}

static bool stop_open(l1_engine *engine, uint32_t execution)
{
    const uint32_t stop = at(engine, execution)->stop;
    return stop != L1_NONE && order_at(engine, stop)->open;
}

/* What it holds on the lot: less than a lot cannot be sold and counts as nothing. */
static int64_t naked_e8(l1_engine *engine, uint32_t execution)
{
    const l1_execution *owner = at(engine, execution);
    const int64_t held_e8 = owner->held_e8 > 0 ? owner->held_e8 : 0;
    return l1_step_down(held_e8, engine->limits.symbols[owner->symbol].lot_e8);
}

/* A sell takes free base first, and what entries hold below the lot of their stops is free: it
 * may have sold some of what this one still counts as its own. What is not there needs no stop.
 * What another's lock withholds is there: it stays counted, and its missing stop is told. */
static void forget_sold(l1_engine *engine, uint32_t execution)
{
    l1_execution *owner = at(engine, execution);
    const l1_account *account = &engine->account;
    const int32_t asset = owner->symbol + 1;
    const int64_t there_e8 = account->total_e8[asset] - account->own_locked_e8[asset];
    L1_ASSERT(!stop_open(engine, execution));
    if (owner->held_e8 > there_e8) owner->held_e8 = there_e8 > 0 ? there_e8 : 0;
}

static void report_entry(l1_engine *engine, uint32_t execution, l1_engine_out *out)
{
    l1_execution *owner = at(engine, execution);
    if (owner->reported) return;
    const l1_order *order = order_at(engine, owner->main);
    l1_report_status status = L1_REPORT_EXPIRED;
    l1_rule reason = L1_RULE_NOT_FILLED;
    if (order->executed_e8 > 0) {
        reason = L1_RULE_UNJUDGED;
        status =
            order->executed_e8 == owner->planned_e8 ? L1_REPORT_FILLED : L1_REPORT_PARTIALLY_FILLED;
    } else if (order->state == L1_ORDER_REJECTED) {
        status = L1_REPORT_REJECTED;
        reason = L1_RULE_VENUE_REJECTED;
        l1_engine_alert(engine, L1_ALERT_VENUE_REJECTED, owner->symbol, owner->signal_id, L1_OFF,
                        L1_OFF, out, "the venue refused the entry");
    } else if (order->state == L1_ORDER_CANCELED) {
        status = L1_REPORT_CANCELED;
        reason =
            owner->ended_by == L1_RULE_UNJUDGED ? L1_RULE_CANCELED_BY_CONTROL : owner->ended_by;
    }
    l1_engine_child_ended(engine, execution, status, reason, out);
    if (owner->bought) l1_order_free(&engine->executions, owner->main);
    owner->main = L1_NONE;
}

void l1_engine_entry_ended(l1_engine *engine, uint32_t execution, l1_engine_out *out)
{
    l1_execution *owner = at(engine, execution);
    l1_engine_stop_timer(engine, execution);
    owner->bought = order_at(engine, owner->main)->executed_e8 > 0;
    if (!owner->bought) {
        report_entry(engine, execution, out);
        if (!stop_open(engine, execution)) l1_engine_close(engine, execution);
        return; /* the list's second leg ends by itself */
    }
    owner->phase = L1_PHASE_PROTECTING;
    l1_engine_timer_at(engine, execution, engine->now_ns + engine->limits.naked_ns);
    if (!stop_open(engine, execution)) l1_engine_protect(engine, execution, out);
}

static bool signal_reported(l1_engine *engine, uint32_t execution)
{
    const uint32_t parent = l1_engine_parent(engine, execution);
    return engine->parents.parents[parent].phase == L1_PARENT_REPORTED;
}

/* The part of it, on the lot, that its stop does not cover. */
static int64_t uncovered_e8(l1_engine *engine, uint32_t execution)
{
    const l1_execution *owner = at(engine, execution);
    const int64_t covered_e8 =
        stop_open(engine, execution) ? order_at(engine, owner->stop)->locked_e8 : 0;
    if (owner->held_e8 <= covered_e8) return 0;
    return l1_step_down(owner->held_e8 - covered_e8, engine->limits.symbols[owner->symbol].lot_e8);
}

/* A resting stop that covers less than is held gives way to one that covers all, in time. */
static void enlarge_stop(l1_engine *engine, uint32_t execution, int64_t deadline_ns,
                         l1_engine_out *out)
{
    l1_execution *owner = at(engine, execution);
    L1_ASSERT(owner->phase == L1_PHASE_GUARDED);
    if (uncovered_e8(engine, execution) == 0) return;
    if (order_at(engine, owner->stop)->state != L1_ORDER_LIVE) return; /* its end leads on */
    owner->phase = L1_PHASE_PROTECTING;
    owner->replacing = true;
    l1_engine_timer_at(engine, execution, deadline_ns);
    l1_engine_cancel(engine, owner->stop, out);
}

void l1_engine_stop_live(l1_engine *engine, uint32_t execution, l1_engine_out *out)
{
    l1_execution *owner = at(engine, execution);
    const l1_order *stop = order_at(engine, owner->stop);
    if (stop->state != L1_ORDER_LIVE) return; /* already being canceled */
    if (owner->phase != L1_PHASE_PROTECTING) return;
    const int64_t deadline_ns = owner->deadline_ns;
    owner->phase = L1_PHASE_GUARDED;
    l1_engine_stop_timer(engine, execution);
    l1_engine_child_changed(engine, execution);
    if (!owner->reported) {
        report_entry(engine, execution, out); /* the final report shows the stop */
    } else if (signal_reported(engine, execution)) {
        const l1_report_status status =
            owner->replacing ? L1_REPORT_STOP_REPLACED : L1_REPORT_STOP_PLACED;
        l1_engine_report_protection(engine, execution, stop, status, "", out);
    }
    owner->replacing = false;
    const int64_t latest_ns = engine->now_ns + engine->limits.naked_ns;
    enlarge_stop(engine, execution, deadline_ns < latest_ns ? deadline_ns : latest_ns, out);
}

/* Nothing is held any more, or nothing that can be sold. */
static void close_if_done(l1_engine *engine, uint32_t execution, l1_engine_out *out)
{
    report_entry(engine, execution, out);
    if (!stop_open(engine, execution)) l1_engine_close(engine, execution);
}

static void alarm_naked(l1_engine *engine, uint32_t execution, const char *why, l1_engine_out *out)
{
    l1_execution *owner = at(engine, execution);
    l1_engine_alert(engine, L1_ALERT_NAKED_POSITION, owner->symbol, owner->signal_id,
                    owner->held_e8, 0, out, "held without a stop and cannot be protected: %s", why);
    l1_engine_plan_end(engine, l1_engine_parent(engine, execution), L1_PLAN_END_NAKED);
    close_if_done(engine, execution, out);
}

void l1_engine_flatten(l1_engine *engine, uint32_t execution, l1_engine_out *out)
{
    l1_execution *owner = at(engine, execution);
    l1_engine_book_slot_back(engine, execution);
    forget_sold(engine, execution);
    const int64_t qty_e8 = naked_e8(engine, execution);
    if (qty_e8 == 0) {
        close_if_done(engine, execution, out);
        return;
    }
    const l1_submit submit = l1_flat_submit(&engine->limits, owner, qty_e8);
    owner->refusal = (l1_violation){0};
    const bool sent = l1_engine_send(engine, execution, &submit, true, out);
    const l1_violation why = owner->refusal;
    owner->refusal = (l1_violation){0};
    if (!sent) {
        alarm_naked(engine, execution, why.detail, out);
        return;
    }
    owner->phase = L1_PHASE_FLATTENING;
    l1_engine_timer_at(engine, execution, engine->now_ns + engine->limits.order_timeout_ns);
    l1_engine_plan_end(engine, l1_engine_parent(engine, execution), L1_PLAN_END_NAKED);
    l1_engine_child_changed(engine, execution);
}

void l1_engine_protect(l1_engine *engine, uint32_t execution, l1_engine_out *out)
{
    l1_execution *owner = at(engine, execution);
    l1_engine_book_slot_back(engine, execution);
    forget_sold(engine, execution);
    const int64_t qty_e8 = naked_e8(engine, execution);
    if (qty_e8 == 0) {
        if (owner->replacing) {
            owner->replacing = false;
            l1_engine_report_protection(engine, execution, NULL, L1_REPORT_STOP_CANCELED,
                                        "sold by a later signal", out);
        }
        close_if_done(engine, execution, out);
        return;
    }
    /* A clock that runs since a fill goes on: a second stop gets no second allowance. */
    int64_t deadline_ns = engine->now_ns + engine->limits.naked_ns;
    if (owner->phase == L1_PHASE_PROTECTING && owner->deadline_ns < deadline_ns) {
        deadline_ns = owner->deadline_ns;
    }
    if (owner->naked_by_ns < deadline_ns) deadline_ns = owner->naked_by_ns;
    owner->naked_by_ns = L1_NO_DEADLINE;
    owner->phase = L1_PHASE_PROTECTING;
    const l1_submit submit = l1_stop_submit(&engine->limits, owner, qty_e8);
    owner->refusal = (l1_violation){0};
    const bool sent = l1_engine_send(engine, execution, &submit, true, out);
    const l1_violation why = owner->refusal;
    owner->refusal = (l1_violation){0};
    if (sent) {
        l1_engine_timer_at(engine, execution, deadline_ns);
        return;
    }
    report_entry(engine, execution, out);
    l1_engine_report_protection(engine, execution, NULL, L1_REPORT_STOP_FAILED, why.detail, out);
    l1_engine_alert(engine, L1_ALERT_STOP_FAILED, owner->symbol, owner->signal_id, qty_e8, 0, out,
                    "no stop can be placed: %s", why.detail);
    owner->replacing = false;
    l1_engine_flatten(engine, execution, out);
}

static void go_on(l1_engine *engine, uint32_t execution, l1_protect action, l1_engine_out *out)
{
    switch (action) {
    case L1_PROTECT_NOTHING: close_if_done(engine, execution, out); break;
    case L1_PROTECT_STOP: l1_engine_protect(engine, execution, out); break;
    case L1_PROTECT_FLAT: l1_engine_flatten(engine, execution, out); break;
    default: alarm_naked(engine, execution, "the market exit left a rest", out); break;
    }
}

/* A stop that a sell had released has ended: canceled as asked, or filled before that. */
static void released_stop_ended(l1_engine *engine, uint32_t execution, const l1_order *stop,
                                l1_engine_out *out)
{
    l1_execution *owner = at(engine, execution);
    const uint32_t sell = owner->released_by;
    L1_ASSERT(sell != L1_NONE);
    int64_t freed_e8 = stop->qty_e8 - stop->executed_e8;
    if (stop->state == L1_ORDER_FILLED) freed_e8 = 0;
    owner->stop = L1_NONE;
    l1_engine_released(engine, sell, execution, freed_e8, out);
    if (freed_e8 > 0 || owner->phase != L1_PHASE_RELEASED) return;
    owner->released_by = L1_NONE;
    owner->phase = L1_PHASE_GUARDED;
    l1_engine_flatten(engine, execution,
                      out); /* what came late, if any: its stop price has been reached */
}

/* `meant`: canceled by this engine to make room, nothing failed. */
static void report_stop_end(l1_engine *engine, uint32_t execution, const l1_order *stop, bool meant,
                            l1_engine_out *out)
{
    l1_execution *owner = at(engine, execution);
    if (meant && stop->executed_e8 == 0) return;
    report_entry(engine, execution, out);
    if (stop->executed_e8 > 0) {
        const bool whole = stop->state == L1_ORDER_FILLED;
        l1_engine_report_protection(engine, execution, stop,
                                    whole ? L1_REPORT_STOP_FILLED : L1_REPORT_STOP_PARTIALLY_FILLED,
                                    "", out);
        l1_engine_alert(engine, L1_ALERT_STOP_FILLED, owner->symbol, owner->signal_id,
                        stop->executed_e8, stop->qty_e8, out, "the stop was %s",
                        whole ? "filled" : "filled in part");
        l1_engine_plan_end(engine, l1_engine_parent(engine, execution), L1_PLAN_END_STOPPED);
        if (whole || meant) return;
    } else if (stop->state == L1_ORDER_CANCELED) {
        l1_engine_report_protection(engine, execution, stop, L1_REPORT_STOP_CANCELED, "", out);
    }
    /* What it executed has been reported: no quantity is ever told twice. */
    l1_engine_report_protection(engine, execution, stop->executed_e8 > 0 ? NULL : stop,
                                L1_REPORT_STOP_FAILED, "base is held without a stop", out);
    l1_engine_alert(engine, L1_ALERT_STOP_FAILED, owner->symbol, owner->signal_id,
                    naked_e8(engine, execution), 0, out, "the stop ended (%s) and left base naked",
                    l1_order_state_text(stop->state));
}

void l1_engine_stop_ended(l1_engine *engine, uint32_t execution, uint32_t order, bool live_once,
                          l1_venue_reason reason, l1_engine_out *out)
{
    l1_execution *owner = at(engine, execution);
    const l1_order stop = *order_at(engine, order);
    if (!owner->bought) { /* the list ends with its entry, in either order */
        if (owner->reported) l1_engine_close(engine, execution);
        return;
    }
    if (naked_e8(engine, execution) > 0 || stop.executed_e8 > 0) {
        const bool making_room = owner->phase == L1_PHASE_RELEASED ||
                                 owner->phase == L1_PHASE_MERGING ||
                                 (owner->replacing && live_once && !owner->overdue);
        report_stop_end(engine, execution, &stop, making_room && stop.state == L1_ORDER_CANCELED,
                        out);
    }
    if (owner->phase == L1_PHASE_RELEASED) {
        released_stop_ended(engine, execution, &stop, out);
        return;
    }
    if (owner->phase == L1_PHASE_MERGING) {
        l1_engine_merge_check(engine, l1_engine_parent(engine, execution), out);
        return;
    }
    const l1_instrument *instrument = &engine->limits.symbols[owner->symbol];
    const bool standalone = owner->generation > 1 || !(instrument->opo || instrument->oto);
    l1_protect action =
        l1_protection_next(&stop, reason, naked_e8(engine, execution), standalone, live_once);
    if (action == L1_PROTECT_STOP && owner->overdue) action = L1_PROTECT_FLAT;
    go_on(engine, execution, action, out);
}

void l1_engine_flat_ended(l1_engine *engine, uint32_t execution, uint32_t order,
                          l1_venue_reason reason, l1_engine_out *out)
{
    const l1_order flat = *order_at(engine, order);
    l1_engine_stop_timer(engine, execution);
    if (flat.executed_e8 > 0) {
        const bool whole = flat.state == L1_ORDER_FILLED;
        l1_engine_report_protection(engine, execution, &flat,
                                    whole ? L1_REPORT_STOP_FILLED : L1_REPORT_STOP_PARTIALLY_FILLED,
                                    "market exit in place of the stop", out);
        l1_engine_alert(engine, L1_ALERT_STOP_FILLED, flat.symbol, at(engine, execution)->signal_id,
                        flat.executed_e8, flat.qty_e8, out,
                        "sold at market because no stop could be placed");
    }
    if (flat.state == L1_ORDER_FILLED) at(engine, execution)->overdue = false;
    go_on(engine, execution,
          l1_protection_next(&flat, reason, naked_e8(engine, execution), true, true), out);
}

void l1_engine_watchdog(l1_engine *engine, uint32_t execution, l1_engine_out *out)
{
    l1_execution *owner = at(engine, execution);
    if (owner->phase != L1_PHASE_PROTECTING) {
        l1_engine_alert(engine, L1_ALERT_NAKED_POSITION, owner->symbol, owner->signal_id,
                        owner->held_e8, 0, out,
                        "a late fill waits for the %s under way; its stop is sent after that",
                        owner->phase == L1_PHASE_RELEASED ? "sell" : "market exit");
        return;
    }
    l1_engine_alert(engine, L1_ALERT_NAKED_POSITION, owner->symbol, owner->signal_id,
                    engine->limits.naked_ns / 1000000 * L1_E8,
                    engine->limits.naked_ns / 1000000 * L1_E8, out,
                    "no live stop %lld ms after the fill; going on to a market exit",
                    (long long)(engine->limits.naked_ns / 1000000));
    owner->overdue = true;
    report_entry(engine, execution, out);
    if (!stop_open(engine, execution)) {
        l1_engine_flatten(engine, execution, out);
        return;
    }
    const l1_order *stop = order_at(engine, owner->stop);
    if (stop->state == L1_ORDER_SENT || stop->state == L1_ORDER_LIVE) {
        l1_engine_cancel(engine, owner->stop, out); /* its end leads to the market exit */
    }
}

void l1_engine_bought_late(l1_engine *engine, uint32_t execution, l1_engine_out *out)
{
    l1_execution *owner = at(engine, execution);
    L1_ASSERT(owner->side == L1_SIDE_BUY);
    L1_ASSERT(owner->phase != L1_PHASE_CLOSED);
    switch (owner->phase) {
    case L1_PHASE_SENT: /* the entry had ended with nothing; its list's stop is still open */
        owner->bought = true;
        owner->phase = L1_PHASE_PROTECTING;
        l1_engine_timer_at(engine, execution, engine->now_ns + engine->limits.naked_ns);
        L1_ASSERT(stop_open(engine, execution));
        break;
    case L1_PHASE_PROTECTING: /* a stop on its way is enlarged once it rests */
        if (!stop_open(engine, execution)) l1_engine_protect(engine, execution, out);
        break;
    case L1_PHASE_GUARDED:
        enlarge_stop(engine, execution, engine->now_ns + engine->limits.naked_ns, out);
        break;
    case L1_PHASE_MERGING: break; /* the common stop will cover it */
    case L1_PHASE_RELEASED:       /* protected when the sell that released its stop has ended */
        if (owner->deadline_ns != L1_NO_DEADLINE) break;
        l1_engine_timer_at(engine, execution, engine->now_ns + engine->limits.naked_ns);
        break;
    default: /* FLATTENING: what its market exit does not sell is protected at its end */
        if (owner->naked_by_ns != L1_NO_DEADLINE) break;
        owner->naked_by_ns = engine->now_ns + engine->limits.naked_ns;
        if (owner->naked_by_ns < owner->deadline_ns) {
            l1_engine_timer_at(engine, execution, owner->naked_by_ns);
        }
        break;
    }
}
