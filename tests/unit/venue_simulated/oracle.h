/* tests/unit/venue_simulated/oracle.h: the venue once more: slow, plain, one lot at a time.
 *
 * Written from the rules alone, without the venue's tables, plans or guards: a market of integer
 * ticks (0.01) and lots (0.001), one symbol, books and trades (no bars, no icebergs), the
 * risk-averse queue, commission in the asset received. Money in units of 1e-8. What a trial may not
 * change is tried on a copy of everything. */
#ifndef L1_UNIT_VENUE_SIMULATED_ORACLE_H
#define L1_UNIT_VENUE_SIMULATED_ORACLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "domain/order.h"
#include "testlib/check.h"

enum { O_IDS = 48, O_LEVELS = 3, O_LISTS = 48 };
#define O_TICK INT64_C(1000000)
#define O_LOT INT64_C(100000)
#define O_FAR (INT64_C(1) << 40)

typedef enum {
    O_NONE,
    O_PENDING,
    O_WAITING,
    O_RESTING,
    O_DONE,
    O_EXPIRED,
    O_CANCELED,
    O_REJECTED
} o_state;

typedef struct {
    o_state state;
    l1_venue_reason reason;
    l1_side side;
    l1_order_type type;
    l1_time_in_force tif;
    l1_self_trade stp;
    int64_t qty, left, price, stop; /* lots and ticks */
    int64_t executed, quote;        /* lots, money */
    int64_t fee_e16, fee_paid;      /* exact, and taken */
    int64_t locked;                 /* money or base e8 */
    int64_t front;                  /* lots */
    int64_t age;
    int list, place;
} o_order;

typedef struct {
    l1_list_kind kind;
    int legs[3], count;
    bool working, due, filled;
} o_list;

typedef struct {
    int64_t price, shown, taken;
} o_level;

typedef struct {
    int64_t now_s;
    bool has_book;
    int64_t book_s, trade_s, trade; /* trade 0 = none */
    o_level levels[2][O_LEVELS];    /* bids, asks; best first */
    o_order orders[O_IDS];
    o_list lists[O_LISTS];
    int64_t total[2], locked[2]; /* quote, base */
    int64_t ages;
    int64_t taker_e8, maker_e8; /* rates */
    int due[O_LISTS], due_count;
    bool seen[O_IDS];
} oracle;

static inline bool o_open(const o_order *o)
{
    return o->state == O_PENDING || o->state == O_WAITING || o->state == O_RESTING;
}
static inline bool o_limit(const o_order *o)
{
    return o->type == L1_ORDER_LIMIT || o->type == L1_ORDER_LIMIT_MAKER ||
           o->type == L1_ORDER_STOP_LOSS_LIMIT || o->type == L1_ORDER_TAKE_PROFIT_LIMIT;
}
static inline bool o_stop(const o_order *o)
{
    return o->type == L1_ORDER_STOP_LOSS || o->type == L1_ORDER_STOP_LOSS_LIMIT;
}
static inline bool o_profit(const o_order *o)
{
    return o->type == L1_ORDER_TAKE_PROFIT || o->type == L1_ORDER_TAKE_PROFIT_LIMIT;
}
static inline bool o_falls(const o_order *o)
{
    return o_stop(o) == (o->side == L1_SIDE_SELL);
}
static inline bool o_fresh(const oracle *m)
{
    return m->has_book && m->now_s - m->book_s <= 60;
}
static inline int64_t o_money(int64_t price, int64_t lots)
{
    return price * lots * (O_TICK / 1000); /* tick x lot = 0.01 x 0.001 = 1e-5 = 1000 units */
}
static inline int64_t o_free(const oracle *m, int asset)
{
    return m->total[asset] - m->locked[asset];
}
static inline int o_paid(const o_order *o)
{
    return o->side == L1_SIDE_BUY ? 0 : 1;
}
static inline int64_t o_need(const o_order *o)
{
    if (o->side == L1_SIDE_SELL) return o->left * O_LOT;
    return o_money(o_limit(o) ? o->price : o->stop, o->left);
}
static inline void o_set_lock(oracle *m, o_order *o, int64_t locked)
{
    m->locked[o_paid(o)] += locked - o->locked;
    o->locked = locked;
}

/* One lot of an order executes. */
static inline void o_fill(oracle *m, o_order *o, int64_t price, bool maker)
{
    const bool buy = o->side == L1_SIDE_BUY;
    const int64_t money = o_money(price, 1), rate = maker ? m->maker_e8 : m->taker_e8;
    CHECK(o->left > 0);
    if (o_limit(o)) CHECK(buy ? price <= o->price : price >= o->price);
    o->left--;
    o->executed++;
    o->quote += money;
    o->fee_e16 += (buy ? O_LOT : money) * rate;
    const int64_t fee = (o->fee_e16 + L1_E8 - 1) / L1_E8 - o->fee_paid;
    o->fee_paid += fee;
    m->total[0] += buy ? -money : money - fee;
    m->total[1] += buy ? O_LOT - fee : -O_LOT;
    const int64_t need = o->type == L1_ORDER_MARKET ? o->locked : o_need(o);
    const int64_t paid = buy ? money : O_LOT;
    const int64_t kept = o->locked > paid ? o->locked - paid : 0;
    o_set_lock(m, o, kept < need ? kept : need);
}

static inline void o_end(oracle *m, o_order *o, o_state state, l1_venue_reason reason)
{
    o_set_lock(m, o, 0);
    o->state = state;
    o->reason = reason;
}

static inline o_order *o_sibling(oracle *m, const o_order *o)
{
    if (o->list < 0 || m->lists[o->list].kind != L1_LIST_OCO) return NULL;
    const int other = m->lists[o->list].legs[1 - o->place];
    return o_open(&m->orders[other]) ? &m->orders[other] : NULL;
}

static inline void o_touched(oracle *m, o_order *o)
{
    o_order *other = o_sibling(m, o);
    if (other == NULL) return;
    const int64_t both = o->locked + other->locked;
    o_set_lock(m, other, 0);
    o_set_lock(m, o, both < o_need(o) ? both : o_need(o));
    o_end(m, other, O_EXPIRED, L1_VENUE_REASON_OCO_TRIGGER);
    o->list = -1;
}

/* An order that was in the market ends: what its list makes of it is done after the call. */
static inline void o_over(oracle *m, o_order *o, o_state state, l1_venue_reason reason)
{
    o_order *other = o_sibling(m, o);
    o_end(m, o, state, reason);
    if (other != NULL) o_end(m, other, O_EXPIRED, L1_VENUE_REASON_OCO_TRIGGER);
    if (o->list < 0 || !m->lists[o->list].working) return;
    m->lists[o->list].working = false;
    m->lists[o->list].filled = state == O_DONE && o->executed == o->qty;
    m->due[m->due_count++] = o->list;
}

/* The own resting order that a taker would meet first. */
static inline o_order *o_best_own(oracle *m, l1_side side, int64_t limit)
{
    o_order *best = NULL;
    for (int i = 0; i < O_IDS; i++) {
        o_order *o = &m->orders[i];
        if (o->state != O_RESTING || o->side != side) continue;
        const bool ask = side == L1_SIDE_SELL;
        if (ask ? o->price > limit : o->price < limit) continue;
        if (best == NULL || (ask ? o->price < best->price : o->price > best->price) ||
            (o->price == best->price && o->age < best->age)) {
            best = o;
        }
    }
    return best;
}

static inline o_level *o_best_level(oracle *m, bool asks, int64_t limit)
{
    for (int i = 0; i < O_LEVELS; i++) {
        o_level *level = &m->levels[asks][i];
        if (asks ? level->price > limit : level->price < limit) return NULL;
        if (level->taken < level->shown) return level;
    }
    return NULL;
}

/* Takes lot by lot. `funds` limits a buy. Returns true when self-trade prevention ends the taker.
 */
static inline bool o_take(oracle *m, o_order *o, bool market, int64_t funds, bool *prevented)
{
    const bool buy = o->side == L1_SIDE_BUY;
    const int64_t limit = o_limit(o) ? o->price : buy ? O_FAR : 0;
    int64_t here_price = -1, here = 0;
    *prevented = false;
    while (o->left > 0) {
        o_level *level = market ? o_best_level(m, buy, limit) : NULL;
        o_order *own = o_best_own(m, buy ? L1_SIDE_SELL : L1_SIDE_BUY, limit);
        if (level == NULL && own == NULL) return false;
        if (level != NULL && level->price != here_price) {
            here_price = level->price;
            here = 0;
        }
        bool from_own = own != NULL;
        if (own != NULL && level != NULL) {
            from_own = buy ? own->price < level->price : own->price > level->price;
            if (own->price == level->price && own->front <= here) from_own = true;
        }
        const int64_t price = from_own ? own->price : level->price;
        if (!from_own || o->stp == L1_STP_NONE) {
            if (buy && o_money(price, 1) > funds) return false;
            funds -= o_money(price, 1);
        }
        if (!from_own) {
            level->taken++;
            here++;
            o_fill(m, o, price, false);
            continue;
        }
        switch (o->stp) {
        case L1_STP_EXPIRE_MAKER: o_over(m, own, O_EXPIRED, L1_VENUE_REASON_SELF_TRADE); break;
        case L1_STP_EXPIRE_TAKER: return true;
        case L1_STP_EXPIRE_BOTH: o_over(m, own, O_EXPIRED, L1_VENUE_REASON_SELF_TRADE); return true;
        case L1_STP_DECREMENT:
            o_touched(m, own);
            own->left--;
            o->left--;
            *prevented = true;
            o_set_lock(m, own, own->locked < o_need(own) ? own->locked : o_need(own));
            if (own->left == 0) o_over(m, own, O_EXPIRED, L1_VENUE_REASON_SELF_TRADE);
            break;
        default:
            o_touched(m, own);
            o_fill(m, own, price, true);
            if (own->left == 0) o_over(m, own, O_DONE, L1_VENUE_REASON_NONE);
            o_fill(m, o, price, false);
            break;
        }
    }
    return false;
}

static inline void o_rest(oracle *m, o_order *o)
{
    o->state = O_RESTING;
    o->age = ++m->ages;
    o->front = O_FAR;
    m->seen[o - m->orders] = true;
    if (!o_fresh(m)) return;
    const bool ask = o->side == L1_SIDE_SELL;
    const int64_t worst = m->levels[ask][O_LEVELS - 1].price;
    if (ask ? o->price > worst : o->price < worst) return;
    o->front = 0;
    for (int i = 0; i < O_LEVELS; i++) {
        if (m->levels[ask][i].price == o->price) o->front = m->levels[ask][i].shown;
    }
}

/* After a take: rests or ends. */
static inline void o_settle_taker(oracle *m, o_order *o, bool stopped, bool prevented, bool poor)
{
    if (o->left == 0 && !prevented) {
        o_over(m, o, O_DONE, L1_VENUE_REASON_NONE);
    } else if (stopped || (prevented && o->left == 0)) {
        o_over(m, o, O_EXPIRED, L1_VENUE_REASON_SELF_TRADE);
    } else if (o_limit(o) && o->tif == L1_TIF_GTC) {
        const int64_t need = o_need(o);
        o_set_lock(m, o, o->locked < need ? o->locked : need);
        o_rest(m, o);
    } else if (o_limit(o)) {
        o_over(m, o, O_EXPIRED,
               o->tif == L1_TIF_FOK ? L1_VENUE_REASON_UNFILLED_FOK : L1_VENUE_REASON_UNFILLED_IOC);
    } else {
        o_over(m, o, O_EXPIRED, poor ? L1_VENUE_REASON_BALANCE : L1_VENUE_REASON_NO_LIQUIDITY);
    }
}

/* A taker whose lock is set, or (not triggered) is to be. False when balance does not cover it. */
static inline bool o_run_taker(oracle *m, o_order *o, bool market, bool triggered)
{
    static oracle trial;
    const bool buy = o->side == L1_SIDE_BUY;
    const int at = (int)(o - m->orders);
    const int64_t funds = triggered && buy ? o->locked + o_free(m, 0) : INT64_MAX / 2;
    bool prevented = false;
    trial = *m;
    trial.total[0] = trial.total[1] = INT64_MAX / 4; /* what it would pay with all the money */
    o_order *copy = &trial.orders[at];
    const bool would_stop = o_take(&trial, copy, market, funds, &prevented);
    const bool whole = copy->left == 0 && !prevented && !would_stop;
    const bool fok_fails = o_limit(o) && o->tif == L1_TIF_FOK && !whole;
    const int64_t spends = fok_fails ? 0 : copy->quote - o->quote;
    if (!triggered) {
        int64_t lock = o->left * O_LOT;
        if (buy) {
            lock = o->type == L1_ORDER_MARKET ? 0 : o_need(o);
            if (spends > lock) lock = spends;
        }
        if (lock > o_free(m, o_paid(o))) return false;
        o_set_lock(m, o, lock);
    }
    if (fok_fails) {
        o_settle_taker(m, o, false, false, false);
        return true;
    }
    const bool stopped = o_take(m, o, market, funds, &prevented);
    const bool more = (market && o_best_level(m, true, O_FAR) != NULL) ||
                      o_best_own(m, L1_SIDE_SELL, O_FAR) != NULL;
    const bool poor = !o_limit(o) && o->left > 0 && triggered && buy && more;
    o_settle_taker(m, o, stopped, prevented, poor);
    return true;
}

static inline bool o_would_trigger(const oracle *m, const o_order *o)
{
    const bool falls = o_falls(o);
    if (o_fresh(m)) {
        const int64_t best = m->levels[o->side == L1_SIDE_BUY][0].price;
        if (falls ? best <= o->stop : best >= o->stop) return true;
    }
    if (m->trade == 0 || m->now_s - m->trade_s > 60) return false;
    if (o_fresh(m) && m->trade_s < m->book_s) return false;
    return falls ? m->trade <= o->stop : m->trade >= o->stop;
}

static inline bool o_would_match(oracle *m, const o_order *o)
{
    const bool buy = o->side == L1_SIDE_BUY;
    if (o_best_own(m, buy ? L1_SIDE_SELL : L1_SIDE_BUY, o->price) != NULL) return true;
    if (!o_fresh(m)) return false;
    const int64_t best = m->levels[buy][0].price;
    return buy ? best <= o->price : best >= o->price;
}

static inline l1_venue_reason o_judge(oracle *m, const o_order *o)
{
    const int64_t price = o_limit(o) ? o->price : o->stop;
    if (o->qty <= 0) return L1_VENUE_REASON_FILTER;
    if (o->type != L1_ORDER_MARKET && o_money(price, o->qty) < 5 * L1_E8) {
        return L1_VENUE_REASON_FILTER;
    }
    if ((o_stop(o) || o_profit(o)) && o_would_trigger(m, o)) return L1_VENUE_REASON_WOULD_TRIGGER;
    if (o->type == L1_ORDER_LIMIT_MAKER && o_would_match(m, o)) return L1_VENUE_REASON_WOULD_MATCH;
    return L1_VENUE_REASON_NONE;
}

/* Goes live; refused it is REJECTED, or EXPIRED when it was pending. */
static inline void o_place(oracle *m, o_order *o, bool pending)
{
    l1_venue_reason reason = o_judge(m, o);
    o->left = o->qty;
    if (o->type == L1_ORDER_LIMIT_MAKER) o->tif = L1_TIF_GTC;
    if (reason == L1_VENUE_REASON_NONE && (o_stop(o) || o_profit(o))) {
        if (o_need(o) > o_free(m, o_paid(o))) {
            reason = L1_VENUE_REASON_BALANCE;
        } else {
            o_set_lock(m, o, o_need(o));
            o->state = O_WAITING;
            o->age = ++m->ages;
            m->seen[o - m->orders] = true;
            return;
        }
    }
    if (reason == L1_VENUE_REASON_NONE) {
        o->state = O_NONE;
        if (o_run_taker(m, o, o_fresh(m), false)) return;
        reason = L1_VENUE_REASON_BALANCE;
    }
    if (pending) reason = L1_VENUE_REASON_PENDING_REFUSED;
    o_over(m, o, pending ? O_EXPIRED : O_REJECTED, reason);
}

static inline void o_place_oco(oracle *m, int list, int a, int b, bool pending)
{
    o_order *legs[2] = {&m->orders[a], &m->orders[b]};
    l1_venue_reason reason = L1_VENUE_REASON_NONE;
    for (int i = 0; i < 2; i++) {
        legs[i]->list = -1;
        legs[i]->left = legs[i]->qty;
        if (legs[i]->type == L1_ORDER_LIMIT_MAKER) legs[i]->tif = L1_TIF_GTC;
    }
    for (int i = 0; i < 2 && reason == L1_VENUE_REASON_NONE; i++) reason = o_judge(m, legs[i]);
    const int64_t need = o_need(legs[0]) > o_need(legs[1]) ? o_need(legs[0]) : o_need(legs[1]);
    if (reason == L1_VENUE_REASON_NONE && need > o_free(m, o_paid(legs[0]))) {
        reason = L1_VENUE_REASON_BALANCE;
    }
    if (reason != L1_VENUE_REASON_NONE) {
        if (pending) reason = L1_VENUE_REASON_PENDING_REFUSED;
        for (int i = 0; i < 2; i++) o_end(m, legs[i], pending ? O_EXPIRED : O_REJECTED, reason);
        return;
    }
    m->lists[list] = (o_list){.kind = L1_LIST_OCO, .legs = {a, b}, .count = 2};
    for (int i = 0; i < 2; i++) {
        legs[i]->list = list;
        legs[i]->place = i;
        o_set_lock(m, legs[i], i == 0 ? need : 0);
        if (o_limit(legs[i]) && !o_stop(legs[i]) && !o_profit(legs[i])) {
            o_rest(m, legs[i]);
        } else {
            legs[i]->state = O_WAITING;
            legs[i]->age = ++m->ages;
            m->seen[legs[i] - m->orders] = true;
        }
    }
}

/* The pending legs of lists whose leg 0 has ended. */
static inline void o_settle(oracle *m)
{
    for (int i = 0; i < m->due_count; i++) {
        const int at = m->due[i];
        const o_list list = m->lists[at];
        m->lists[at].count = 0;
        const o_order *first = &m->orders[list.legs[0]];
        for (int k = 1; k < list.count; k++) {
            o_order *o = &m->orders[list.legs[k]];
            o->list = -1;
            if (!list.filled) o_end(m, o, O_EXPIRED, L1_VENUE_REASON_PARENT);
            if (list.kind == L1_LIST_OPO || list.kind == L1_LIST_OPOCO) {
                o->qty = (first->executed * O_LOT - first->fee_paid) / O_LOT;
            }
        }
        if (!list.filled) continue;
        if (list.count == 3) {
            o_place_oco(m, at, list.legs[1], list.legs[2], true);
        } else {
            o_place(m, &m->orders[list.legs[1]], true);
        }
    }
    m->due_count = 0;
}

static inline void o_begin(oracle *m)
{
    m->due_count = 0;
    memset(m->seen, 0, sizeof m->seen);
}

static inline void o_submit(oracle *m, l1_list_kind kind, const int *ids, int count)
{
    o_begin(m);
    if (kind == L1_LIST_SINGLE) {
        o_place(m, &m->orders[ids[0]], false);
    } else {
        int at = 0;
        while (m->lists[at].count > 0) at++;
        if (kind == L1_LIST_OCO) {
            o_place_oco(m, at, ids[0], ids[1], false);
        } else {
            m->lists[at] = (o_list){.kind = kind, .count = count, .working = true};
            for (int i = 0; i < count; i++) {
                m->lists[at].legs[i] = ids[i];
                m->orders[ids[i]].list = at;
                m->orders[ids[i]].place = i;
                if (i > 0) m->orders[ids[i]].state = O_PENDING;
            }
            o_place(m, &m->orders[ids[0]], false);
        }
    }
    o_settle(m);
}

/* False: nothing to cancel. */
static inline bool o_cancel(oracle *m, int id)
{
    o_order *o = &m->orders[id];
    if (!o_open(o)) return false;
    if (o->list < 0) {
        o_end(m, o, O_CANCELED, L1_VENUE_REASON_NONE);
        return true;
    }
    o_list *list = &m->lists[o->list];
    for (int i = 0; i < list->count; i++) {
        o_order *leg = &m->orders[list->legs[i]];
        if (o_open(leg)) o_end(m, leg, O_CANCELED, L1_VENUE_REASON_NONE);
    }
    list->count = 0;
    return true;
}

/* The next resting order of a side, best price first, that this event has not reached. */
static inline o_order *o_next(oracle *m, l1_side side, int64_t bound)
{
    o_order *best = NULL;
    for (int i = 0; i < O_IDS; i++) {
        o_order *o = &m->orders[i];
        if (o->state != O_RESTING || o->side != side || m->seen[i]) continue;
        const bool buy = side == L1_SIDE_BUY;
        if (buy ? o->price < bound : o->price > bound) continue;
        if (best == NULL || (buy ? o->price > best->price : o->price < best->price) ||
            (o->price == best->price && o->age < best->age)) {
            best = o;
        }
    }
    if (best != NULL) m->seen[best - m->orders] = true;
    return best;
}

static inline void o_fill_resting(oracle *m, o_order *o, int64_t lots)
{
    if (lots > 0) o_touched(m, o);
    for (int64_t i = 0; i < lots; i++) o_fill(m, o, o->price, true);
    if (o->left == 0) o_over(m, o, O_DONE, L1_VENUE_REASON_NONE);
}

static inline void o_triggers(oracle *m, int64_t for_sells, int64_t for_buys, bool market)
{
    for (int stops = 1; stops >= 0; stops--) {
        for (;;) {
            o_order *oldest = NULL;
            for (int i = 0; i < O_IDS; i++) {
                o_order *o = &m->orders[i];
                if (o->state != O_WAITING || m->seen[i] || o_stop(o) != (stops == 1)) continue;
                const int64_t price = o->side == L1_SIDE_SELL ? for_sells : for_buys;
                if (o_falls(o) ? price > o->stop : price < o->stop) continue;
                if (oldest == NULL || o->age < oldest->age) oldest = o;
            }
            if (oldest == NULL) break;
            o_touched(m, oldest);
            oldest->state = O_NONE;
            (void)o_run_taker(m, oldest, market, true);
        }
    }
}

static inline void o_trade(oracle *m, int64_t price, int64_t lots, bool buyer_maker)
{
    o_begin(m);
    m->trade = price;
    m->trade_s = m->now_s;
    int64_t left = lots;
    for (int side = 0; side < 2; side++) {
        const l1_side own = side == 0 ? L1_SIDE_BUY : L1_SIDE_SELL;
        for (o_order *o = o_next(m, own, price); o != NULL; o = o_next(m, own, price)) {
            int64_t offered = left;
            if (o->price == price) {
                if ((own == L1_SIDE_BUY) != buyer_maker) continue;
                const int64_t ahead = o->front < left ? o->front : left;
                offered = left - ahead;
                if (o->front != O_FAR) o->front -= ahead;
            } else {
                o->front = 0;
            }
            const int64_t takes = offered < o->left ? offered : o->left;
            left -= takes;
            o_fill_resting(m, o, takes);
        }
    }
    o_triggers(m, price, price, o_fresh(m));
    o_settle(m);
}

static inline void o_book(oracle *m, o_level next[2][O_LEVELS])
{
    o_begin(m);
    for (int asks = 0; asks < 2; asks++) {
        for (int i = 0; i < O_LEVELS; i++) {
            for (int k = 0; k < O_LEVELS; k++) { /* told with the same quantity: still taken */
                const o_level *old = &m->levels[asks][k];
                if (m->has_book && old->price == next[asks][i].price &&
                    old->shown == next[asks][i].shown) {
                    next[asks][i].taken = old->taken;
                }
            }
        }
    }
    memcpy(m->levels, next, sizeof m->levels);
    m->has_book = true;
    m->book_s = m->now_s;
    for (int i = 0; i < O_IDS; i++) {
        o_order *o = &m->orders[i];
        const bool ask = o->side == L1_SIDE_SELL;
        if (o->state != O_RESTING) continue;
        const int64_t worst = m->levels[ask][O_LEVELS - 1].price;
        if (ask ? o->price > worst : o->price < worst) continue;
        int64_t shown = 0;
        for (int k = 0; k < O_LEVELS; k++) {
            if (m->levels[ask][k].price == o->price) shown = m->levels[ask][k].shown;
        }
        if (o->front > shown) o->front = shown;
    }
    for (int side = 0; side < 2; side++) {
        const l1_side own = side == 0 ? L1_SIDE_BUY : L1_SIDE_SELL;
        const int64_t far = m->levels[side == 0][0].price; /* passed, not reached */
        const int64_t bound = side == 0 ? far + 1 : far - 1;
        for (o_order *o = o_next(m, own, bound); o != NULL; o = o_next(m, own, bound)) {
            int64_t lots = 0;
            const int64_t beyond = side == 0 ? o->price - 1 : o->price + 1;
            o_level *level = o_best_level(m, side == 0, beyond);
            for (; level != NULL && lots < o->left; lots++) {
                level->taken++;
                level = o_best_level(m, side == 0, beyond);
            }
            o_fill_resting(m, o, lots);
        }
    }
    o_triggers(m, m->levels[0][0].price, m->levels[1][0].price, true);
    o_settle(m);
}

#endif
