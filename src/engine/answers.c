/* engine/answers.c: what the venue says about one order, and where that leads. */
#include "base/assert.h"
#include "engine/engine_state.h"

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

/* A fill after the end: booked and alerted; the report holds only what is new, because what came
 * before it has been reported. */
static void on_late_fill(l1_engine *engine, uint32_t at, const l1_venue_event *fill,
                         l1_engine_out *out)
{
    const l1_order before = engine->executions.orders[at];
    l1_engine_book_fill(engine, at, fill);
    l1_order late = engine->executions.orders[at];
    late.executed_e8 -= before.executed_e8;
    late.cost_e8 -= before.cost_e8;
    late.fee_base_e8 -= before.fee_base_e8;
    late.fee_quote_e8 -= before.fee_quote_e8;
    l1_execution *execution = &engine->executions.executions[late.execution];
    const bool known = execution->serial == late.serial;
    const char *signal_id = known ? execution->signal_id : NULL;
    l1_engine_alert(engine, L1_ALERT_LATE_FILL, late.symbol, signal_id, fill->qty_e8, L1_OFF, out,
                    "a fill came after the order had ended (%s); it is booked",
                    l1_order_state_text(before.state));
    if (!known || !execution->reported) return; /* else the final report will hold it */
    l1_engine_report_protection(engine, late.execution, &late, L1_REPORT_LATE_FILL, "", out);
    if (late.id.purpose != L1_PURPOSE_ENTRY) return;
    l1_engine_alert(engine, L1_ALERT_NAKED_POSITION, late.symbol, signal_id, fill->qty_e8, 0, out,
                    "a late fill has no stop; sell or protect it");
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
    l1_engine_report_execution(engine, execution, status, reason, out);
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
    l1_engine_alert(engine, L1_ALERT_LATE_FILL, event->symbol, NULL, event->qty_e8, L1_OFF, out,
                    "fill of order %s, which is no longer remembered; reconcile by hand", id);
}
