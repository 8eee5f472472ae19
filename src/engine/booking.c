/* engine/booking.c: balances, locks, open buys and losses follow every send, fill and end.
 *
 * What an open order pays with is locked from its send on: quote for a buy at its limit, base for
 * a sell. A sell that released stops pays from base set aside in its execution instead. */
#include "base/assert.h"
#include "engine/engine_state.h"

static l1_order *order_at(l1_engine *engine, uint32_t order)
{
    L1_ASSERT(order < engine->executions.orders_capacity);
    return &engine->executions.orders[order];
}

static l1_execution *execution_of(l1_engine *engine, const l1_order *order)
{
    L1_ASSERT(order->execution < engine->executions.executions_capacity);
    return &engine->executions.executions[order->execution];
}

static bool is_stop(const l1_order *order)
{
    return order->type == L1_ORDER_STOP_LOSS;
}

/* Whether the order's own lock counts as sellable: a stop that is not being released. */
static bool sellable(l1_engine *engine, const l1_order *order)
{
    return is_stop(order) && execution_of(engine, order)->phase != L1_PHASE_RELEASED;
}

/* What a buy of `qty_e8` at the order's limit locks; the limits of size keep it inside int64. */
static int64_t quote_lock_e8(const l1_order *order, int64_t qty_e8)
{
    l1_notional lock = {0};
    const bool fits =
        l1_notional_of((l1_price){order->price_e8}, (l1_qty){qty_e8}, L1_ROUND_UP, &lock);
    L1_ASSERT(fits);
    return lock.e8;
}

static void set_lock(l1_engine *engine, l1_order *order, int64_t lock_e8)
{
    const int32_t asset = order->side == L1_SIDE_BUY ? 0 : order->symbol + 1;
    const int64_t change_e8 = lock_e8 - order->locked_e8;
    engine->account.own_locked_e8[asset] += change_e8;
    if (sellable(engine, order)) engine->account.stop_locked_e8[order->symbol] += change_e8;
    order->locked_e8 = lock_e8;
    L1_ASSERT(engine->account.own_locked_e8[asset] >= 0);
    L1_ASSERT(engine->account.stop_locked_e8[order->symbol] >= 0);
}

void l1_engine_book_send(l1_engine *engine, uint32_t at, bool pending)
{
    l1_order *order = order_at(engine, at);
    L1_ASSERT(order->state == L1_ORDER_SENT);
    L1_ASSERT(order->locked_e8 == 0);
    const l1_purpose purpose = order->id.purpose;
    if (purpose == L1_PURPOSE_ENTRY || purpose == L1_PURPOSE_EXIT) {
        l1_engine_costs_child(engine, order);
    }
    if (order->side == L1_SIDE_BUY) {
        set_lock(engine, order, quote_lock_e8(order, order->qty_e8));
        engine->account.open_buy_e8[order->symbol] += order->qty_e8;
        return;
    }
    if (is_stop(order)) engine->account.stops_open[order->symbol]++;
    if (order->id.purpose != L1_PURPOSE_EXIT && !pending) set_lock(engine, order, order->qty_e8);
}

void l1_engine_book_stop_live(l1_engine *engine, uint32_t at, int64_t qty_e8)
{
    l1_order *order = order_at(engine, at);
    L1_ASSERT(is_stop(order));
    L1_ASSERT(qty_e8 > 0);
    if (order->qty_e8 == 0) order->qty_e8 = qty_e8;
    set_lock(engine, order, order->qty_e8 - order->executed_e8);
}

void l1_engine_book_release(l1_engine *engine, uint32_t at)
{
    l1_order *order = order_at(engine, at);
    l1_execution *execution = execution_of(engine, order);
    L1_ASSERT(is_stop(order));
    L1_ASSERT(execution->phase != L1_PHASE_RELEASED);
    engine->account.stop_locked_e8[order->symbol] -= order->locked_e8;
    execution->phase = L1_PHASE_RELEASED;
    L1_ASSERT(engine->account.stop_locked_e8[order->symbol] >= 0);
}

void l1_engine_book_slot_back(l1_engine *engine, uint32_t at)
{
    l1_execution *execution = &engine->executions.executions[at];
    if (!execution->keeps_slot) return;
    execution->keeps_slot = false;
    L1_ASSERT(engine->account.stops_open[execution->symbol] > 0);
    engine->account.stops_open[execution->symbol]--;
}

/* The stop of `order` has ended. What gave way for a sell, or for a common stop, comes back: no
 * entry may take its slot until then. */
static void free_slot(l1_engine *engine, const l1_order *order)
{
    l1_execution *execution = execution_of(engine, order);
    const bool returns =
        execution->phase == L1_PHASE_RELEASED || execution->phase == L1_PHASE_MERGING;
    L1_ASSERT(engine->account.stops_open[order->symbol] > 0);
    L1_ASSERT(!execution->keeps_slot);
    if (returns && execution->serial == order->serial) {
        execution->keeps_slot = true;
    } else {
        engine->account.stops_open[order->symbol]--;
    }
}

void l1_engine_book_reserve(l1_engine *engine, uint32_t at, int64_t delta_e8)
{
    l1_execution *execution = &engine->executions.executions[at];
    execution->reserved_e8 += delta_e8;
    engine->account.own_locked_e8[execution->symbol + 1] += delta_e8;
    L1_ASSERT(execution->reserved_e8 >= 0);
    L1_ASSERT(engine->account.own_locked_e8[execution->symbol + 1] >= 0);
}

void l1_engine_book_rest(l1_engine *engine, uint32_t at, int64_t rest_e8)
{
    l1_parent *parent = &engine->parents.parents[at];
    l1_account *account = &engine->account;
    L1_ASSERT(rest_e8 >= 0);
    if (parent->side == L1_SIDE_SELL) {
        account->planned_sell_e8[parent->symbol] += rest_e8 - parent->rest_e8;
        parent->rest_e8 = rest_e8;
        L1_ASSERT(account->planned_sell_e8[parent->symbol] >= 0);
        return;
    }
    const l1_order worst = {.price_e8 = parent->limit_e8};
    const int64_t quote_e8 = rest_e8 == 0 ? 0 : quote_lock_e8(&worst, rest_e8);
    account->open_buy_e8[parent->symbol] += rest_e8 - parent->rest_e8;
    account->planned_quote_e8 += quote_e8 - parent->rest_quote_e8;
    parent->rest_e8 = rest_e8;
    parent->rest_quote_e8 = quote_e8;
    L1_ASSERT(account->open_buy_e8[parent->symbol] >= rest_e8);
    L1_ASSERT(account->planned_quote_e8 >= quote_e8);
}

static void book_fee(l1_engine *engine, l1_order *order, const l1_venue_event *fill)
{
    if (fill->fee_e8 == 0) return;
    l1_account_change(&engine->account, fill->fee_asset, -fill->fee_e8, engine->now_ns);
    if (fill->fee_asset == 0) {
        l1_drawdown_cash(&engine->drawdown, order->symbol, -fill->fee_e8);
        order->fee_quote_e8 += fill->fee_e8;
    } else if (fill->fee_asset == order->symbol + 1) {
        order->fee_base_e8 += fill->fee_e8;
    } else {
        l1_third_fee_add(&order->fee_third_asset, &order->fee_third_e8, fill->fee_asset,
                         fill->fee_e8);
    }
}

void l1_engine_book_fill(l1_engine *engine, uint32_t at, const l1_venue_event *fill)
{
    l1_order *order = order_at(engine, at);
    l1_execution *execution = execution_of(engine, order);
    const bool buy = order->side == L1_SIDE_BUY;
    l1_notional cost = {0};
    const bool fits = l1_notional_of((l1_price){fill->price_e8}, (l1_qty){fill->qty_e8},
                                     buy ? L1_ROUND_UP : L1_ROUND_DOWN, &cost);
    L1_ASSERT(fits);
    order->executed_e8 += fill->qty_e8;
    order->cost_e8 += cost.e8;
    const int64_t base_e8 = buy ? fill->qty_e8 : -fill->qty_e8;
    const int64_t quote_e8 = buy ? -cost.e8 : cost.e8;
    l1_account_change(&engine->account, order->symbol + 1, base_e8, engine->now_ns);
    l1_account_change(&engine->account, 0, quote_e8, engine->now_ns);
    l1_drawdown_cash(&engine->drawdown, order->symbol, quote_e8);
    book_fee(engine, order, fill);
    l1_engine_costs_fill(engine, order, fill, cost.e8);
    /* A very late fill may find its execution closed or its slot reused: only the books change. */
    if (execution->serial != order->serial || execution->phase == L1_PHASE_CLOSED) return;
    if (order->id.purpose == L1_PURPOSE_ENTRY) {
        execution->held_e8 += fill->qty_e8;
        if (fill->fee_asset == order->symbol + 1) execution->held_e8 -= fill->fee_e8;
    } else if (order->id.purpose != L1_PURPOSE_EXIT) {
        execution->held_e8 -= fill->qty_e8;
    }
    if (l1_order_ended(order->state) && !order->open) return; /* late: no lock is left */
    const int64_t left_e8 =
        order->qty_e8 > order->executed_e8 ? order->qty_e8 - order->executed_e8 : 0;
    if (buy) {
        set_lock(engine, order, quote_lock_e8(order, left_e8));
        engine->account.open_buy_e8[order->symbol] -= fill->qty_e8;
    } else if (order->id.purpose == L1_PURPOSE_EXIT) {
        l1_engine_book_reserve(engine, order->execution, -fill->qty_e8);
    } else {
        set_lock(engine, order, left_e8);
    }
}

void l1_engine_book_end(l1_engine *engine, uint32_t at)
{
    l1_order *order = order_at(engine, at);
    L1_ASSERT(l1_order_ended(order->state));
    L1_ASSERT(order->open);
    set_lock(engine, order, 0);
    if (order->side == L1_SIDE_BUY) {
        engine->account.open_buy_e8[order->symbol] -= order->qty_e8 - order->executed_e8;
        L1_ASSERT(engine->account.open_buy_e8[order->symbol] >= 0);
    } else if (is_stop(order)) {
        free_slot(engine, order);
    }
    l1_order_end(&engine->executions, at);
    /* A filled entry is looked at once more, by a final report that waits for its stop. */
    if (order->id.purpose == L1_PURPOSE_ENTRY && order->executed_e8 > 0) return;
    l1_order_free(&engine->executions, at);
}
