/* venue/simulated/taker.c: an order that arrives, or was triggered, meets the market.
 *
 * It is planned first and executed then: FOK and balance are judged by the plan. Own orders stand
 * in the market by price and time; at a shared price others' quantity ahead of them comes first. */
#include "base/assert.h"
#include "venue/simulated/account.h"
#include "venue/simulated/matching.h"
#include "venue/simulated/orders.h"

typedef enum {
    TAKE_MARKET,
    TAKE_OWN,          /* trades with an own order */
    TAKE_EXPIRE_MAKER, /* self-trade prevented: the own order ends */
    TAKE_DECREMENT     /* prevented: both lose the quantity */
} take_kind;

typedef struct {
    take_kind kind;
    l1_ladder_level level; /* MARKET */
    uint32_t slot;         /* else */
    int64_t price_e8, qty_e8;
} take;

typedef struct {
    uint32_t count;
    int64_t qty_e8, amount_e8; /* sums of what executes, in base and quote */
    int64_t prevented_e8;      /* DECREMENT */
    bool stopped;              /* self-trade prevented: the taker ends */
    bool poor;                 /* what may be spent has ended */
    take takes[L1_TAKES_MAX];
} plan;

/* What limits a walk. */
typedef struct {
    const l1_open_order *order;
    bool buy;
    int64_t limit_e8;
    int64_t lot_e8;
    int64_t funds_e8; /* quote that a buy may spend, or a sell by quote earn */
    int64_t room_e8;  /* below INT64_MAX, of the asset received */
} wish;

static bool reaches(const wish *want, int64_t price_e8)
{
    return want->buy ? price_e8 <= want->limit_e8 : price_e8 >= want->limit_e8;
}

/* The own resting order that a taker meets after `last` (L1_SLOT_NONE = the first): by price, then
 * by age. */
static uint32_t next_own(const l1_venue_simulated *venue, const wish *want, uint32_t last)
{
    const l1_open_orders *orders = &venue->orders;
    const l1_symbol_orders *own = &orders->symbols[want->order->symbol];
    if (!reaches(want, want->buy ? own->ask_e8 : own->bid_e8)) return L1_SLOT_NONE;
    if (!want->buy && own->bid_e8 == 0) return L1_SLOT_NONE;
    const int64_t last_e8 = last == L1_SLOT_NONE ? 0 : orders->slots[last].leg.price_e8;
    uint32_t best = L1_SLOT_NONE;
    bool past_last = false;
    for (uint32_t at = own->oldest; at != L1_SLOT_NONE; at = orders->slots[at].newer) {
        const l1_open_order *order = &orders->slots[at];
        if (at == last) past_last = true;
        if (at == last || order->stage != L1_STAGE_RESTING) continue;
        if ((order->leg.side == L1_SIDE_SELL) != want->buy) continue;
        const int64_t price_e8 = order->leg.price_e8;
        if (!reaches(want, price_e8)) continue;
        if (last != L1_SLOT_NONE) {
            const bool worse = want->buy ? price_e8 > last_e8 : price_e8 < last_e8;
            if (!worse && !(price_e8 == last_e8 && past_last)) continue;
        }
        const int64_t best_e8 = best == L1_SLOT_NONE ? 0 : orders->slots[best].leg.price_e8;
        if (best == L1_SLOT_NONE || (want->buy ? price_e8 < best_e8 : price_e8 > best_e8)) {
            best = at;
        }
    }
    return best;
}

/* How much of `most_e8` the wish may still execute at that price; 0 ends the walk. */
static int64_t allowed_e8(const wish *want, plan *out, int64_t price_e8, int64_t most_e8)
{
    const l1_round mode = want->buy ? L1_ROUND_UP : L1_ROUND_DOWN;
    const int64_t funds_left_e8 = want->funds_e8 - out->amount_e8;
    l1_notional amount;
    int64_t qty_e8 = most_e8;
    L1_ASSERT(most_e8 > 0);
    L1_ASSERT(funds_left_e8 >= 0);
    if (!l1_notional_of((l1_price){price_e8}, (l1_qty){qty_e8}, mode, &amount)) return 0;
    if (amount.e8 > funds_left_e8) {
        l1_qty affordable;
        out->poor = true;
        if (!l1_qty_of((l1_notional){funds_left_e8}, (l1_price){price_e8}, L1_ROUND_DOWN,
                       &affordable)) {
            return 0;
        }
        qty_e8 = l1_step_down(affordable.e8, want->lot_e8);
        if (qty_e8 > most_e8) qty_e8 = l1_step_down(most_e8, want->lot_e8);
        if (qty_e8 <= 0) return 0;
        if (!l1_notional_of((l1_price){price_e8}, (l1_qty){qty_e8}, mode, &amount)) return 0;
        if (amount.e8 > funds_left_e8) return 0;
    }
    int64_t sum_e8 = 0;
    if (__builtin_add_overflow(out->amount_e8, amount.e8, &sum_e8)) return 0;
    if ((want->buy ? out->qty_e8 + qty_e8 : sum_e8) > want->room_e8) return 0;
    out->amount_e8 = sum_e8;
    out->qty_e8 += qty_e8;
    return qty_e8;
}

static void put(plan *out, take next)
{
    L1_ASSERT(out->count < L1_TAKES_MAX);
    out->takes[out->count++] = next;
}

/* One meeting with an own order. Returns false when the walk ends there. */
static bool meet_own(const l1_venue_simulated *venue, const wish *want, uint32_t slot,
                     int64_t *left_e8, plan *out)
{
    const l1_open_order *maker = &venue->orders.slots[slot];
    const int64_t most_e8 = maker->left_e8 < *left_e8 ? maker->left_e8 : *left_e8;
    take next = {.slot = slot, .price_e8 = maker->leg.price_e8, .qty_e8 = most_e8};
    switch (want->order->leg.self_trade) {
    case L1_STP_EXPIRE_TAKER: out->stopped = true; return false;
    case L1_STP_EXPIRE_BOTH:
    case L1_STP_EXPIRE_MAKER:
        next.kind = TAKE_EXPIRE_MAKER;
        put(out, next);
        out->stopped = want->order->leg.self_trade == L1_STP_EXPIRE_BOTH;
        return !out->stopped;
    case L1_STP_DECREMENT:
        next.kind = TAKE_DECREMENT;
        put(out, next);
        out->prevented_e8 += most_e8;
        *left_e8 -= most_e8;
        return true;
    default: break;
    }
    next.kind = TAKE_OWN;
    next.qty_e8 = allowed_e8(want, out, next.price_e8, most_e8);
    if (next.qty_e8 == 0) return false;
    put(out, next);
    *left_e8 -= next.qty_e8;
    return !out->poor;
}

static bool next_level(const wish *want, l1_ladder *ladder, l1_ladder_level *level)
{
    while (l1_ladder_next(ladder, level)) {
        if (!reaches(want, level->price_e8)) return false;
        if (level->left_e8 > 0) return true;
    }
    return false;
}

/* What `want` would take of ladder and own orders. Takes nothing yet. */
static void make_plan(const l1_venue_simulated *venue, const wish *want, l1_ladder ladder,
                      int64_t qty_e8, plan *out)
{
    l1_ladder_level level;
    int64_t left_e8 = qty_e8, here_e8 = 0;
    out->count = 0;
    out->qty_e8 = out->amount_e8 = out->prevented_e8 = 0;
    out->stopped = out->poor = false;
    bool market = next_level(want, &ladder, &level);
    uint32_t own = next_own(venue, want, L1_SLOT_NONE);
    while (left_e8 > 0 && out->count < L1_TAKES_MAX && (market || own != L1_SLOT_NONE)) {
        const l1_open_order *maker = own == L1_SLOT_NONE ? NULL : &venue->orders.slots[own];
        int64_t most_e8 = market ? level.left_e8 : 0;
        if (maker != NULL && market) {
            const int64_t price_e8 = maker->leg.price_e8;
            const int64_t ahead_e8 = maker->front_e8 > here_e8 ? maker->front_e8 - here_e8 : 0;
            const bool first = want->buy ? price_e8 < level.price_e8 : price_e8 > level.price_e8;
            if (first) most_e8 = 0;
            if (price_e8 == level.price_e8 && ahead_e8 < most_e8) most_e8 = ahead_e8;
        }
        if (most_e8 == 0) {
            if (!meet_own(venue, want, own, &left_e8, out)) break;
            own = next_own(venue, want, own);
            continue;
        }
        if (most_e8 > left_e8) most_e8 = left_e8;
        const int64_t took_e8 = allowed_e8(want, out, level.price_e8, most_e8);
        if (took_e8 == 0) break;
        put(out, (take){TAKE_MARKET, level, L1_SLOT_NONE, level.price_e8, took_e8});
        left_e8 -= took_e8;
        level.left_e8 -= took_e8;
        here_e8 += took_e8;
        if (out->poor) break;
        if (level.left_e8 > 0) continue;
        market = next_level(want, &ladder, &level);
        here_e8 = 0;
    }
    L1_ASSERT(out->qty_e8 + out->prevented_e8 <= qty_e8);
}

/* The own order's side of a take. */
static void serve_own(const l1_call *call, const take *next)
{
    l1_open_order *maker = &call->venue->orders.slots[next->slot];
    if (next->kind == TAKE_EXPIRE_MAKER) {
        l1_simulated_end(call, next->slot, L1_VENUE_EXPIRED, L1_VENUE_REASON_SELF_TRADE);
        return;
    }
    if (next->kind == TAKE_OWN) {
        l1_simulated_fill(call, maker, next->price_e8, next->qty_e8, true);
    } else {
        maker->left_e8 -= next->qty_e8;
    }
    l1_simulated_release(call, maker);
    if (maker->left_e8 > 0) {
        l1_simulated_show(call, next->slot, next->qty_e8);
        return;
    }
    const bool prevented = next->kind == TAKE_DECREMENT;
    l1_simulated_end(call, next->slot, prevented ? L1_VENUE_EXPIRED : L1_VENUE_DONE,
                     prevented ? L1_VENUE_REASON_SELF_TRADE : L1_VENUE_REASON_NONE);
}

static void execute(const l1_call *call, l1_open_order *order, const l1_ladder *ladder,
                    const plan *todo)
{
    for (uint32_t i = 0; i < todo->count; i++) {
        const take *next = &todo->takes[i];
        const bool own = next->kind == TAKE_OWN || next->kind == TAKE_DECREMENT;
        if (own) l1_simulated_touched(call, next->slot);
        if (next->kind == TAKE_OWN &&
            !l1_simulated_can_fill(call, &call->venue->orders.slots[next->slot], next->price_e8,
                                   next->qty_e8)) {
            /* the last decimals of its lock were spent on the rounding of earlier fills */
            l1_simulated_end(call, next->slot, L1_VENUE_EXPIRED, L1_VENUE_REASON_BALANCE);
            continue;
        }
        if (next->kind == TAKE_MARKET) {
            l1_ladder_consume(ladder, &next->level, next->qty_e8);
        } else {
            serve_own(call, next);
        }
        if (next->kind == TAKE_DECREMENT) order->left_e8 -= next->qty_e8;
        if (next->kind == TAKE_MARKET || next->kind == TAKE_OWN) {
            l1_simulated_fill(call, order, next->price_e8, next->qty_e8, false);
        }
    }
}

/* Locks what a taker needs: a sell its quantity; a buy price x quantity, and if the rounding of
 * several levels makes more, what it will pay. False when it is not there. */
static bool lock(const l1_call *call, l1_open_order *order, const plan *todo)
{
    const bool buy = order->leg.side == L1_SIDE_BUY;
    l1_simulated_asset *asset = &call->venue->assets[buy ? L1_QUOTE_ASSET : order->symbol + 1];
    int64_t need_e8 = order->left_e8;
    if (buy) {
        need_e8 = 0;
        if (order->leg.type != L1_ORDER_MARKET && !l1_simulated_need(order, &need_e8)) {
            return false;
        }
        if (todo->amount_e8 > need_e8) need_e8 = todo->amount_e8;
    }
    L1_ASSERT(order->locked_e8 == 0);
    if (need_e8 > l1_simulated_asset_free_e8(asset)) return false;
    l1_simulated_asset_lock(asset, need_e8);
    order->locked_e8 = need_e8;
    return true;
}

static void unlock(const l1_call *call, l1_open_order *order)
{
    const bool buy = order->leg.side == L1_SIDE_BUY;
    l1_simulated_asset_unlock(&call->venue->assets[buy ? L1_QUOTE_ASSET : order->symbol + 1],
                              order->locked_e8);
    order->locked_e8 = 0;
}

static l1_placed finish(const l1_call *call, l1_open_order *order, const plan *todo, bool limited)
{
    l1_venue_reason why = L1_VENUE_REASON_NO_LIQUIDITY;
    if (limited && order->leg.tif == L1_TIF_FOK) why = L1_VENUE_REASON_UNFILLED_FOK;
    if (limited && order->leg.tif == L1_TIF_IOC) why = L1_VENUE_REASON_UNFILLED_IOC;
    if (!limited && todo->poor) why = L1_VENUE_REASON_BALANCE;
    if (todo->stopped || (todo->prevented_e8 > 0 && order->left_e8 == 0)) {
        why = L1_VENUE_REASON_SELF_TRADE;
    }
    const bool stays = limited && order->leg.tif == L1_TIF_GTC && !todo->stopped;
    if (order->left_e8 > 0 && stays) {
        int64_t need_e8 = 0;
        l1_simulated_release(call, order);
        const bool fits = l1_simulated_need(order, &need_e8);
        L1_ASSERT(fits && order->locked_e8 <= need_e8);
        l1_simulated_rest(call, order);
        return L1_PLACED_OPEN;
    }
    unlock(call, order);
    if (order->left_e8 == 0 && todo->prevented_e8 == 0) {
        l1_simulated_tell(call, L1_VENUE_DONE, order, L1_VENUE_REASON_NONE, 0);
        return L1_PLACED_FILLED;
    }
    l1_simulated_tell(call, L1_VENUE_EXPIRED, order, why, order->left_e8);
    return L1_PLACED_ENDED;
}

/* A market order by amount of quote executes what the plan found: that is its quantity. */
static l1_placed finish_by_quote(const l1_call *call, l1_open_order *order, const plan *todo)
{
    unlock(call, order);
    if (todo->poor && todo->qty_e8 > 0 && !todo->stopped) {
        l1_simulated_tell(call, L1_VENUE_DONE, order, L1_VENUE_REASON_NONE, 0);
        return L1_PLACED_FILLED;
    }
    l1_simulated_tell(call, L1_VENUE_EXPIRED, order,
                      todo->stopped ? L1_VENUE_REASON_SELF_TRADE : L1_VENUE_REASON_NO_LIQUIDITY, 0);
    return L1_PLACED_ENDED;
}

l1_placed l1_simulated_take(const l1_call *call, l1_open_order *order, const l1_ladder *ladder,
                            bool triggered)
{
    const l1_venue_simulated *venue = call->venue;
    const bool buy = order->leg.side == L1_SIDE_BUY, by_quote = order->leg.quote_qty_e8 > 0;
    const bool limited = l1_order_has_limit(order->leg.type);
    const int32_t received = buy ? order->symbol + 1 : L1_QUOTE_ASSET;
    const l1_simulated_asset *quote = &venue->assets[L1_QUOTE_ASSET];
    wish want = {.order = order,
                 .buy = buy,
                 .limit_e8 = limited ? order->leg.price_e8 : (buy ? INT64_MAX - 1 : 0),
                 .lot_e8 = venue->limits.symbols[order->symbol].lot_e8,
                 .funds_e8 = by_quote ? order->leg.quote_qty_e8 : INT64_MAX,
                 .room_e8 = INT64_MAX - venue->assets[received].total_e8};
    if (triggered && buy) want.funds_e8 = order->locked_e8 + l1_simulated_asset_free_e8(quote);
    plan todo;
    make_plan(venue, &want, *ladder, by_quote ? INT64_MAX : order->left_e8, &todo);
    const bool whole = todo.qty_e8 == order->left_e8 && !todo.stopped;
    if (limited && order->leg.tif == L1_TIF_FOK && !whole) {
        todo.count = 0; /* all or nothing */
        todo.qty_e8 = todo.amount_e8 = todo.prevented_e8 = 0;
        todo.stopped = false;
    }
    if (by_quote) order->left_e8 = todo.qty_e8 + todo.prevented_e8;
    if (!triggered && !lock(call, order, &todo)) return L1_PLACED_REFUSED;
    if (!triggered) l1_simulated_tell_ack(call, order);
    execute(call, order, ladder, &todo);
    return by_quote ? finish_by_quote(call, order, &todo) : finish(call, order, &todo, limited);
}

/* A stop or take-profit that has not triggered: locks and waits. */
static l1_placed wait(const l1_call *call, l1_open_order *order)
{
    const bool buy = order->leg.side == L1_SIDE_BUY;
    l1_simulated_asset *asset = &call->venue->assets[buy ? L1_QUOTE_ASSET : order->symbol + 1];
    int64_t need_e8 = 0;
    if (!l1_simulated_need(order, &need_e8)) return L1_PLACED_REFUSED;
    if (need_e8 > l1_simulated_asset_free_e8(asset)) return L1_PLACED_REFUSED;
    l1_simulated_asset_lock(asset, need_e8);
    order->locked_e8 = need_e8;
    order->stage = L1_STAGE_WAITING;
    order->placed_ns = call->now_ns;
    order->seen = call->venue->event;
    (void)l1_open_orders_add(&call->venue->orders, order);
    l1_simulated_tell_ack(call, order);
    return L1_PLACED_OPEN;
}

l1_placed l1_simulated_place(const l1_call *call, l1_open_order *order, bool pending)
{
    const bool trigger = l1_order_has_trigger(order->leg.type);
    const bool stays = order->leg.type == L1_ORDER_LIMIT_MAKER ||
                       (order->leg.type == L1_ORDER_LIMIT && order->leg.tif == L1_TIF_GTC);
    l1_venue_reason reason = l1_simulated_judge(call, order, trigger || stays, trigger);
    order->left_e8 = order->leg.qty_e8;
    if (order->leg.type == L1_ORDER_LIMIT_MAKER) order->leg.tif = L1_TIF_GTC;
    if (reason == L1_VENUE_REASON_NONE) {
        l1_placed placed = L1_PLACED_REFUSED;
        if (trigger) {
            placed = wait(call, order);
        } else {
            const l1_ladder ladder = l1_ladder_now(call->venue, order->symbol, order->leg.side, 0,
                                                   call->now_ns, l1_simulated_age_ns(call->venue));
            placed = l1_simulated_take(call, order, &ladder, false);
        }
        if (placed != L1_PLACED_REFUSED) return placed;
        reason = L1_VENUE_REASON_BALANCE;
    }
    if (pending) reason = L1_VENUE_REASON_PENDING_REFUSED;
    l1_simulated_tell(call, pending ? L1_VENUE_EXPIRED : L1_VENUE_REJECTED, order, reason, 0);
    return L1_PLACED_REFUSED;
}
