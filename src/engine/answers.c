/* engine/answers.c: what the venue says about one order, and where that leads. */
#include "base/assert.h"
#include "engine/engine_state.h"
#include "executor/legs.h"

static const struct {
    bool about_order;
    l1_order_event event;
} meanings[L1_VENUE_EVENT_COUNT] = {
    [L1_VENUE_ACK] = {true, L1_ORDER_ON_ACK},
    [L1_VENUE_REJECTED] = {true, L1_ORDER_ON_REJECT},
    [L1_VENUE_FILL] = {true, L1_ORDER_ON_FILL},
    [L1_VENUE_DONE] = {true, L1_ORDER_ON_DONE},
    [L1_VENUE_CANCELED] = {true, L1_ORDER_ON_CANCELED},
    [L1_VENUE_EXPIRED] = {true, L1_ORDER_ON_EXPIRED},
    [L1_VENUE_CANCEL_REJECT] = {true, L1_ORDER_ON_CANCEL_REJECT},
    [L1_VENUE_ABSENT] = {true, L1_ORDER_ON_ABSENT},
};

static void on_session(l1_engine *engine, const l1_venue_event *event, l1_engine_out *out)
{
    const bool down = event->kind == L1_VENUE_SESSION_DOWN;
    if (down && !engine->kill_switch.venue_down) {
        l1_engine_alert(engine, L1_ALERT_VENUE_DOWN, -1, NULL, L1_OFF, L1_OFF, out,
                        "the venue's session is down; entries are denied until it is back");
    }
    engine->kill_switch.venue_down = down;
}

/* The execution that protects what `entry` bought late; L1_NONE: told to the operator. */
static uint32_t protector(l1_engine *engine, uint32_t entry, int64_t net_e8, l1_engine_out *out)
{
    const l1_order *order = &engine->executions.orders[entry];
    const l1_execution *own = &engine->executions.executions[order->execution];
    const bool counted = own->serial == order->serial && own->phase != L1_PHASE_CLOSED;
    const uint32_t at = l1_execution_resume(&engine->executions, entry, engine->last_serial + 1);
    if (at == L1_NONE) {
        l1_engine_alert(engine, L1_ALERT_NAKED_POSITION, order->symbol, order->origin.signal_id,
                        net_e8, 0, out,
                        "a late fill cannot be protected: order.open_max is reached or its stop "
                        "price is not known; place a stop or sell by hand");
        return L1_NONE;
    }
    l1_execution *execution = &engine->executions.executions[at];
    if (execution->execution_id[0] == '\0') { /* a fresh one */
        engine->last_serial++;
        l1_execution_id_of(engine->limits.engine_id, execution->signal_id, execution->execution_id);
    }
    l1_engine_child_revived(engine, at);
    if (!counted) execution->held_e8 += net_e8;
    return at;
}

/* What of `after` is new since `before`; earlier executions have been reported. */
static l1_order news(const l1_order *before, const l1_order *after)
{
    l1_order fresh = *after;
    L1_ASSERT(after->executed_e8 >= before->executed_e8);
    fresh.executed_e8 -= before->executed_e8;
    fresh.cost_e8 -= before->cost_e8;
    fresh.fee_base_e8 -= before->fee_base_e8;
    fresh.fee_quote_e8 -= before->fee_quote_e8;
    fresh.fee_third_e8 -= before->fee_third_e8;
    return fresh;
}

/* What came late belongs to its signal's final report, or is told after it. */
static void tell_late(l1_engine *engine, uint32_t owner, uint32_t at, const l1_order *late,
                      l1_engine_out *out)
{
    l1_execution *child = &engine->executions.executions[owner];
    if (!child->reported) return; /* it is added when its end is told */
    l1_engine_child_revived(engine, owner);
    const uint32_t parent = l1_engine_parent(engine, owner);
    if (engine->parents.parents[parent].phase == L1_PARENT_REPORTED) {
        l1_engine_report_protection(engine, owner, late, L1_REPORT_LATE_FILL, "", out);
    } else if (late->id.purpose == L1_PURPOSE_ENTRY || late->id.purpose == L1_PURPOSE_EXIT) {
        l1_parent_add(&engine->parents.parents[parent], child->child,
                      &engine->executions.orders[at], late);
    } else {
        l1_engine_report_protection(engine, owner, late, L1_REPORT_LATE_FILL, "", out);
    }
    if (child->phase == L1_PHASE_CLOSED) l1_engine_child_closed(engine, owner);
}

/* A fill after the end: booked and alerted, and what it bought gets the entry's stop, also when
 * its execution has been closed, or reused, since. */
static void on_late_fill(l1_engine *engine, uint32_t at, const l1_venue_event *fill,
                         l1_engine_out *out)
{
    const l1_order before = engine->executions.orders[at];
    const bool entry = before.id.purpose == L1_PURPOSE_ENTRY;
    l1_engine_book_fill(engine, at, fill);
    const l1_order late = news(&before, &engine->executions.orders[at]);
    uint32_t owner = before.execution;
    const bool known = engine->executions.executions[owner].serial == before.serial;
    const char *signal_id = known ? engine->executions.executions[owner].signal_id : NULL;
    if (entry) signal_id = before.origin.signal_id;
    l1_engine_alert(engine, L1_ALERT_LATE_FILL, late.symbol, signal_id, fill->qty_e8, L1_OFF, out,
                    "a fill came after the order had ended (%s); it is booked",
                    l1_order_state_text(before.state));
    if (entry) owner = protector(engine, at, late.executed_e8 - late.fee_base_e8, out);
    if (owner == L1_NONE || (!entry && !known)) return;
    tell_late(engine, owner, at, &late, out);
    if (entry) l1_engine_bought_late(engine, owner, out);
}

static void on_main_ended(l1_engine *engine, uint32_t execution, l1_engine_out *out)
{
    l1_execution *owner = &engine->executions.executions[execution];
    if (owner->side == L1_SIDE_BUY) {
        l1_engine_entry_ended(engine, execution, out);
        return;
    }
    const l1_order *order = &engine->executions.orders[owner->main];
    l1_report_status status = L1_REPORT_EXPIRED;
    l1_rule reason = L1_RULE_NOT_FILLED;
    if (order->executed_e8 > 0) {
        reason = L1_RULE_UNJUDGED;
        status =
            order->executed_e8 == owner->planned_e8 ? L1_REPORT_FILLED : L1_REPORT_PARTIALLY_FILLED;
    } else if (order->state == L1_ORDER_REJECTED) {
        status = L1_REPORT_REJECTED;
        reason = L1_RULE_VENUE_REJECTED;
    } else if (order->state == L1_ORDER_CANCELED) {
        status = L1_REPORT_CANCELED;
        reason =
            owner->ended_by == L1_RULE_UNJUDGED ? L1_RULE_CANCELED_BY_CONTROL : owner->ended_by;
    }
    l1_engine_child_ended(engine, execution, status, reason, out);
    l1_engine_finish_sell(engine, execution, out);
}

static void on_ended(l1_engine *engine, uint32_t at, bool live_once, l1_venue_reason reason,
                     l1_engine_out *out)
{
    const uint32_t execution = engine->executions.orders[at].execution;
    switch (engine->executions.orders[at].id.purpose) {
    case L1_PURPOSE_ENTRY:
    case L1_PURPOSE_EXIT: on_main_ended(engine, execution, out); break;
    case L1_PURPOSE_STOP:
        l1_engine_stop_ended(engine, execution, at, live_once, reason, out);
        break;
    default: l1_engine_flat_ended(engine, execution, at, reason, out); break;
    }
}

static void on_order(l1_engine *engine, uint32_t at, const l1_venue_event *event,
                     l1_engine_out *out)
{
    l1_order *order = &engine->executions.orders[at];
    const l1_order_state before = order->state;
    const l1_order_state next = l1_order_next(before, meanings[event->kind].event);
    if (next == L1_ORDER_NONE) return; /* illegal: proves nothing, changes nothing */
    if (event->kind == L1_VENUE_FILL && !order->open) {
        on_late_fill(engine, at, event, out);
        return;
    }
    order->state = next;
    if (next == L1_ORDER_UNKNOWN && before != L1_ORDER_UNKNOWN) {
        engine->kill_switch.unknown_orders[order->symbol]++; /* a cancel that proved nothing */
    }
    if (before == L1_ORDER_UNKNOWN && next != L1_ORDER_UNKNOWN) {
        L1_ASSERT(engine->kill_switch.unknown_orders[order->symbol] > 0);
        engine->kill_switch.unknown_orders[order->symbol]--;
    }
    if (event->kind == L1_VENUE_FILL) l1_engine_book_fill(engine, at, event);
    if (event->kind == L1_VENUE_ACK && order->id.purpose == L1_PURPOSE_STOP && order->open) {
        const int64_t qty_e8 = order->qty_e8 > 0 ? order->qty_e8 : event->qty_e8;
        if (qty_e8 > 0) {
            l1_engine_book_stop_live(engine, at, qty_e8);
            l1_engine_stop_live(engine, order->execution, out);
        }
        return;
    }
    if (l1_order_ended(next) && order->open) {
        const bool live_once =
            order->type == L1_ORDER_STOP_LOSS && order->locked_e8 > 0 && before != L1_ORDER_SENT;
        const bool executed = order->executed_e8 > 0;
        l1_engine_book_end(engine, at);
        on_ended(engine, at, live_once || executed, event->reason, out);
    }
}

void l1_engine_on_venue(l1_engine *engine, const l1_venue_event *event, l1_engine_out *out)
{
    L1_ASSERT(event->kind < L1_VENUE_EVENT_COUNT);
    engine->kill_switch.venue_heard_ns = engine->now_ns;
    if (!meanings[event->kind].about_order) {
        on_session(engine, event, out);
        return;
    }
    const uint32_t order = l1_order_find(&engine->executions, event->id);
    if (order != L1_NONE) {
        on_order(engine, order, event, out);
        return;
    }
    if (event->kind != L1_VENUE_FILL) return;
    char id[L1_ORDER_ID_TEXT];
    l1_order_id_text(event->id, id);
    l1_engine_alert(
        engine, L1_ALERT_LATE_FILL, event->symbol, NULL, event->qty_e8, L1_OFF, out,
        "fill of order %s, which is no longer remembered: neither booked nor protected; "
        "place its stop or sell at the venue, then send a portfolio snapshot",
        id);
}
