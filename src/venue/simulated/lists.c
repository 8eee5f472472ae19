/* venue/simulated/lists.c: submits and cancels, how orders end, and what that does to their lists.
 *
 * Source: Binance Spot order lists (2026-07). OTO and its kin: pending legs go live when leg 0 has
 * filled wholly, and are judged then; a leg refused then is EXPIRED. OCO: a leg that triggers or
 * fills ends the other; balance is locked once, for the dearer leg. Canceling a leg cancels all. */
#include "base/assert.h"
#include "venue/simulated/account.h"
#include "venue/simulated/matching.h"
#include "venue/simulated/orders.h"

static int32_t paid_asset(const l1_open_order *order)
{
    return order->leg.side == L1_SIDE_BUY ? L1_QUOTE_ASSET : order->symbol + 1;
}

static l1_open_order fresh_order(const l1_call *call, int32_t symbol, const l1_order_leg *leg)
{
    return (l1_open_order){.leg = *leg,
                           .symbol = symbol,
                           .left_e8 = leg->qty_e8,
                           .placed_ns = call->now_ns,
                           .list = L1_SLOT_NONE,
                           .seen = call->venue->event};
}

/* Leg 0 has ended: its pending legs get their turn when this call's own work is done. */
static void list_due(l1_open_orders *orders, uint32_t at, bool filled, int64_t received_e8)
{
    l1_open_list *list = &orders->lists[at];
    L1_ASSERT(list->working && !list->due);
    list->working = false;
    list->due = true;
    list->filled = filled;
    list->received_e8 = received_e8;
    list->next = L1_SLOT_NONE;
    if (orders->due_last == L1_SLOT_NONE) {
        orders->due_first = at;
    } else {
        orders->lists[orders->due_last].next = at;
    }
    orders->due_last = at;
}

static void end_one(const l1_call *call, uint32_t slot, l1_venue_event_kind kind,
                    l1_venue_reason reason, int64_t told_e8)
{
    l1_open_orders *orders = &call->venue->orders;
    l1_open_order *order = &orders->slots[slot];
    l1_simulated_asset_unlock(&call->venue->assets[paid_asset(order)], order->locked_e8);
    order->locked_e8 = 0;
    l1_simulated_tell(call, kind, order, reason, told_e8);
    if (order->list != L1_SLOT_NONE) {
        orders->lists[order->list].slots[order->place] = L1_SLOT_NONE;
    }
    l1_open_orders_remove(orders, slot);
}

/* The other leg of the order's OCO, or L1_SLOT_NONE. */
static uint32_t sibling_of(const l1_open_orders *orders, const l1_open_order *order)
{
    if (order->list == L1_SLOT_NONE) return L1_SLOT_NONE;
    const l1_open_list *list = &orders->lists[order->list];
    if (list->kind != L1_LIST_OCO) return L1_SLOT_NONE;
    L1_ASSERT(order->place < 2);
    return list->slots[1 - order->place];
}

/* The order stands alone from here on. */
static void leave_list(l1_open_orders *orders, l1_open_order *order)
{
    if (order->list == L1_SLOT_NONE) return;
    l1_open_lists_give(orders, order->list);
    order->list = L1_SLOT_NONE;
}

void l1_simulated_touched(const l1_call *call, uint32_t slot)
{
    l1_open_orders *orders = &call->venue->orders;
    l1_open_order *order = &orders->slots[slot];
    const uint32_t other = sibling_of(orders, order);
    if (other == L1_SLOT_NONE) return;
    l1_open_order *sibling = &orders->slots[other];
    order->locked_e8 += sibling->locked_e8; /* one of the two held the lock of both */
    sibling->locked_e8 = 0;
    l1_simulated_release(call, order);
    end_one(call, other, L1_VENUE_EXPIRED, L1_VENUE_REASON_OCO_TRIGGER, sibling->left_e8);
    leave_list(orders, order);
}

void l1_simulated_end(const l1_call *call, uint32_t slot, l1_venue_event_kind kind,
                      l1_venue_reason reason)
{
    l1_open_orders *orders = &call->venue->orders;
    const l1_open_order order = orders->slots[slot];
    L1_ASSERT(order.stage != L1_STAGE_PENDING);
    const uint32_t other = sibling_of(orders, &order);
    const bool done = kind == L1_VENUE_DONE;
    L1_ASSERT(!done || order.left_e8 == 0);
    end_one(call, slot, kind, reason, done || kind == L1_VENUE_CANCELED ? 0 : order.left_e8);
    if (order.list == L1_SLOT_NONE) return;
    if (other != L1_SLOT_NONE) {
        end_one(call, other, L1_VENUE_EXPIRED, L1_VENUE_REASON_OCO_TRIGGER,
                orders->slots[other].left_e8);
    }
    if (orders->lists[order.list].working) {
        L1_ASSERT(order.place == 0);
        list_due(orders, order.list, done && order.executed_e8 == order.leg.qty_e8, order.net_e8);
    } else {
        l1_open_lists_give(orders, order.list);
    }
}

/* --- going live --------------------------------------------------------------------------------
 */

/* The legs of an OCO, above and below. False when their forms or prices make none. */
static bool is_oco(const l1_order_leg *above, const l1_order_leg *below)
{
    const bool sell = above->side == L1_SIDE_SELL;
    const l1_order_leg *take = sell ? above : below, *stop = sell ? below : above;
    const bool limit = take->type == L1_ORDER_LIMIT_MAKER;
    const bool profit =
        take->type == L1_ORDER_TAKE_PROFIT || take->type == L1_ORDER_TAKE_PROFIT_LIMIT;
    const bool loss = stop->type == L1_ORDER_STOP_LOSS || stop->type == L1_ORDER_STOP_LOSS_LIMIT;
    if (above->side != below->side || above->qty_e8 != below->qty_e8) return false;
    if (!loss || (!limit && !profit)) return false;
    const int64_t take_e8 = limit ? take->price_e8 : take->stop_e8;
    return sell ? take_e8 > stop->stop_e8 : take_e8 < stop->stop_e8;
}

/* What both need locked: the more of the two. */
static bool oco_covered(const l1_call *call, const l1_open_order legs[2], int64_t *need_e8)
{
    int64_t a_e8 = 0, b_e8 = 0;
    if (!l1_simulated_need(&legs[0], &a_e8) || !l1_simulated_need(&legs[1], &b_e8)) return false;
    *need_e8 = a_e8 > b_e8 ? a_e8 : b_e8;
    return *need_e8 <= l1_simulated_asset_free_e8(&call->venue->assets[paid_asset(&legs[0])]);
}

static void place_oco(const l1_call *call, l1_open_order legs[2], bool pending)
{
    l1_venue_simulated *venue = call->venue;
    int64_t need_e8 = 0;
    l1_venue_reason reason = L1_VENUE_REASON_NONE;
    if (!is_oco(&legs[0].leg, &legs[1].leg)) reason = L1_VENUE_REASON_LIST_FORM;
    const uint32_t algo = 1U + l1_order_has_trigger(legs[legs[0].leg.side == L1_SIDE_BUY].leg.type);
    for (uint32_t i = 0; i < 2 && reason == L1_VENUE_REASON_NONE; i++) {
        legs[i].left_e8 = legs[i].leg.qty_e8;
        if (legs[i].leg.type == L1_ORDER_LIMIT_MAKER) legs[i].leg.tif = L1_TIF_GTC;
        reason = l1_simulated_judge(call, &legs[i], 2, algo);
    }
    if (reason == L1_VENUE_REASON_NONE && !oco_covered(call, legs, &need_e8)) {
        reason = L1_VENUE_REASON_BALANCE;
    }
    if (reason != L1_VENUE_REASON_NONE) {
        if (pending) reason = L1_VENUE_REASON_PENDING_REFUSED;
        const l1_venue_event_kind kind = pending ? L1_VENUE_EXPIRED : L1_VENUE_REJECTED;
        for (uint32_t i = 0; i < 2; i++) l1_simulated_tell(call, kind, &legs[i], reason, 0);
        return;
    }
    l1_simulated_asset_lock(&venue->assets[paid_asset(&legs[0])], need_e8);
    const uint32_t list = l1_open_lists_take(&venue->orders, L1_LIST_OCO, legs[0].symbol);
    for (uint32_t i = 0; i < 2; i++) {
        legs[i].list = list;
        legs[i].place = i;
        legs[i].locked_e8 = i == 0 ? need_e8 : 0;
        legs[i].placed_ns = call->now_ns;
        legs[i].seen = venue->event;
        l1_simulated_tell_ack(call, &legs[i]);
        if (l1_order_has_trigger(legs[i].leg.type)) {
            legs[i].stage = L1_STAGE_WAITING;
            venue->orders.lists[list].slots[i] = l1_open_orders_add(&venue->orders, &legs[i]);
        } else {
            l1_simulated_rest(call, &legs[i]);
        }
    }
}

/* Takes the pending legs out of their list and the list out of the table. Returns how many. */
static uint32_t pending_of(l1_venue_simulated *venue, uint32_t at, l1_open_order out[2])
{
    l1_open_list *list = &venue->orders.lists[at];
    uint32_t count = 0;
    for (uint32_t i = 1; i < L1_LEGS_MAX; i++) {
        const uint32_t slot = list->slots[i];
        if (slot == L1_SLOT_NONE) continue;
        out[count] = venue->orders.slots[slot];
        L1_ASSERT(out[count].stage == L1_STAGE_PENDING);
        out[count].list = L1_SLOT_NONE;
        out[count].place = 0;
        count++;
        l1_open_orders_remove(&venue->orders, slot);
    }
    l1_open_lists_give(&venue->orders, at);
    return count;
}

static void settle_one(const l1_call *call, uint32_t at)
{
    l1_venue_simulated *venue = call->venue;
    const l1_open_list list = venue->orders.lists[at];
    const int64_t lot_e8 = venue->limits.symbols[list.symbol].lot_e8;
    l1_open_order legs[2];
    const uint32_t count = pending_of(venue, at, legs);
    for (uint32_t i = 0; i < count; i++) {
        if (!list.filled) {
            l1_simulated_tell(call, L1_VENUE_EXPIRED, &legs[i], L1_VENUE_REASON_PARENT, 0);
        } else if (list.kind == L1_LIST_OPO || list.kind == L1_LIST_OPOCO) {
            legs[i].leg.qty_e8 = l1_step_down(list.received_e8, lot_e8);
        }
    }
    if (!list.filled || count == 0) return;
    if (count == 2) {
        place_oco(call, legs, true);
    } else {
        (void)l1_simulated_place(call, &legs[0], true);
    }
}

void l1_simulated_settle_lists(const l1_call *call)
{
    l1_open_orders *orders = &call->venue->orders;
    while (orders->due_first != L1_SLOT_NONE) {
        const uint32_t at = orders->due_first;
        orders->due_first = orders->lists[at].next;
        if (orders->due_first == L1_SLOT_NONE) orders->due_last = L1_SLOT_NONE;
        settle_one(call, at);
    }
}

/* --- submits -----------------------------------------------------------------------------------
 */

static bool id_taken(const l1_venue_simulated *venue, const l1_submit *submit)
{
    for (uint32_t i = 0; i < submit->legs_count; i++) {
        const l1_order_id id = submit->legs[i].id;
        if (l1_open_orders_find(&venue->orders, id) != L1_SLOT_NONE) return true;
        for (uint32_t j = 0; j < i; j++) {
            if (l1_order_id_equal(id, submit->legs[j].id)) return true;
        }
    }
    return false;
}

/* Whether the legs make the list that they are said to make. */
static bool list_formed(const l1_instrument *instrument, const l1_submit *submit)
{
    static const uint32_t counts[L1_LIST_COUNT] = {1, 2, 2, 3, 2, 3};
    const l1_order_leg *legs = submit->legs;
    if ((unsigned)submit->list >= L1_LIST_COUNT) return false;
    if (submit->legs_count != counts[submit->list]) return false;
    if (submit->list == L1_LIST_SINGLE) return true;
    if (submit->list == L1_LIST_OCO) return is_oco(&legs[0], &legs[1]);
    if (legs[0].type != L1_ORDER_LIMIT && legs[0].type != L1_ORDER_LIMIT_MAKER) return false;
    const bool all = submit->list == L1_LIST_OPO || submit->list == L1_LIST_OPOCO;
    if (all && (!instrument->opo || legs[0].side != L1_SIDE_BUY)) return false;
    for (uint32_t i = 1; i < submit->legs_count; i++) {
        if (all && (legs[i].side != L1_SIDE_SELL || legs[i].qty_e8 != 0)) return false;
        if (!all && legs[i].qty_e8 <= 0 && legs[i].quote_qty_e8 <= 0) return false;
    }
    return submit->legs_count == 2 || is_oco(&legs[1], &legs[2]);
}

/* Leg 0 works, the others are pending. */
static void run_list(const l1_call *call, const l1_submit *submit)
{
    l1_open_orders *orders = &call->venue->orders;
    const uint32_t at = l1_open_lists_take(orders, submit->list, submit->symbol);
    orders->lists[at].working = true;
    for (uint32_t i = 1; i < submit->legs_count; i++) {
        l1_open_order leg = fresh_order(call, submit->symbol, &submit->legs[i]);
        leg.stage = L1_STAGE_PENDING;
        leg.list = at;
        leg.place = i;
        orders->lists[at].slots[i] = l1_open_orders_add(orders, &leg);
    }
    l1_open_order first = fresh_order(call, submit->symbol, &submit->legs[0]);
    first.list = at;
    const l1_placed placed = l1_simulated_place(call, &first, false);
    if (placed == L1_PLACED_OPEN) return; /* it has told the list its slot */
    list_due(orders, at, placed == L1_PLACED_FILLED, first.net_e8);
}

/* MAX_NUM_ORDERS: a list counts with all of its legs, those that wait for their turn included. */
static bool list_crowds(const l1_venue_simulated *venue, const l1_submit *submit)
{
    const uint32_t max = venue->limits.symbols[submit->symbol].venue.orders_max;
    const l1_symbol_orders *own = &venue->orders.symbols[submit->symbol];
    L1_ASSERT(submit->list != L1_LIST_SINGLE);
    return max > 0 && own->live + own->pending + submit->legs_count > max;
}

void l1_simulated_run_submit(const l1_call *call, const l1_submit *submit)
{
    l1_venue_simulated *venue = call->venue;
    L1_ASSERT(submit->symbol >= 0 && (uint32_t)submit->symbol < venue->limits.symbols_count);
    L1_ASSERT(submit->legs_count >= 1 && submit->legs_count <= L1_LEGS_MAX);
    const l1_instrument *instrument = &venue->limits.symbols[submit->symbol];
    const uint32_t lists = venue->orders.symbols[submit->symbol].lists;
    l1_venue_reason reason = L1_VENUE_REASON_NONE;
    const bool formed = list_formed(instrument, submit);
    const bool full = submit->list != L1_LIST_SINGLE &&
                      (list_crowds(venue, submit) ||
                       (instrument->venue.lists_max > 0 && lists >= instrument->venue.lists_max));
    if (!formed) reason = L1_VENUE_REASON_LIST_FORM;
    if (formed && full) reason = L1_VENUE_REASON_CAPACITY;
    l1_open_order legs[L1_LEGS_MAX];
    for (uint32_t i = 0; i < submit->legs_count; i++) {
        legs[i] = fresh_order(call, submit->symbol, &submit->legs[i]);
    }
    if (reason == L1_VENUE_REASON_NONE && !id_taken(venue, submit)) {
        if (submit->list == L1_LIST_SINGLE) {
            (void)l1_simulated_place(call, &legs[0], false);
        } else if (submit->list == L1_LIST_OCO) {
            place_oco(call, legs, false);
        } else {
            run_list(call, submit);
        }
        return;
    }
    l1_simulated_tell(call, L1_VENUE_REJECTED, &legs[0], reason, 0);
    for (uint32_t i = 1; i < submit->legs_count; i++) {
        l1_simulated_tell(call, L1_VENUE_EXPIRED, &legs[i], L1_VENUE_REASON_PARENT, 0);
    }
}

void l1_simulated_run_cancel(const l1_call *call, const l1_cancel *cancel)
{
    l1_open_orders *orders = &call->venue->orders;
    const uint32_t slot = l1_open_orders_find(orders, cancel->id);
    if (slot == L1_SLOT_NONE || orders->slots[slot].symbol != cancel->symbol) {
        const l1_open_order none = {.symbol = cancel->symbol, .leg = {.id = cancel->id}};
        l1_simulated_tell(call, L1_VENUE_CANCEL_REJECT, &none, L1_VENUE_REASON_NONE, 0);
        return;
    }
    const uint32_t at = orders->slots[slot].list;
    end_one(call, slot, L1_VENUE_CANCELED, L1_VENUE_REASON_NONE, 0);
    if (at == L1_SLOT_NONE) return;
    for (uint32_t i = 0; i < L1_LEGS_MAX; i++) {
        const uint32_t other = orders->lists[at].slots[i];
        if (other == L1_SLOT_NONE) continue;
        end_one(call, other, L1_VENUE_CANCELED, L1_VENUE_REASON_NONE, 0);
    }
    l1_open_lists_give(orders, at);
}
