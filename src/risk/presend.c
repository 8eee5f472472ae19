/* risk/presend.c: the checks of an order's own send time, in the order of the rule table. */
#include "risk/presend.h"

#include <string.h>

#include "base/assert.h"
#include "risk/filters.h"
#include "risk/judgement.h"

static const char seal[] = "presend";

typedef struct {
    const l1_risk_view *view;
    const l1_presend_request *request;
    const l1_order_leg *leg; /* the one that is sent now */
    const l1_instrument *instrument;
    int32_t symbol;
    int64_t mid_e8;
    l1_violation *why;
} check;

static bool deny(const check *at, l1_rule rule, int64_t value_e8, int64_t limit_e8,
                 const char *detail)
{
    const size_t size = strlen(detail);
    L1_ASSERT(rule != L1_RULE_UNJUDGED);
    L1_ASSERT(size < sizeof at->why->detail);
    memset(at->why, 0, sizeof *at->why);
    at->why->rule = rule;
    at->why->value_e8 = value_e8;
    at->why->limit_e8 = limit_e8;
    memcpy(at->why->detail, detail, size);
    return false;
}

static bool passes_halts(const check *at, bool reducing)
{
    const l1_kill_switch *kill_switch = at->view->kill_switch;
    const l1_limits *limits = at->view->limits;
    const int32_t symbol = at->symbol;
    if (kill_switch->halted) return deny(at, L1_RULE_HALTED, L1_OFF, L1_OFF, "");
    if (kill_switch->space_low && !reducing) {
        return deny(at, L1_RULE_HALTED, L1_OFF, L1_OFF, "journal space");
    }
    if (kill_switch->symbol_halted[symbol]) {
        return deny(at, L1_RULE_SYMBOL_HALTED, L1_OFF, L1_OFF, "");
    }
    if (kill_switch->reduce_only && !reducing) {
        return deny(at, L1_RULE_REDUCE_ONLY, L1_OFF, L1_OFF, "");
    }
    if (kill_switch->unknown_orders[symbol] > 0) {
        return deny(at, L1_RULE_SYMBOL_FROZEN, l1_figure_count(kill_switch->unknown_orders[symbol]),
                    0, "orders of unknown outcome");
    }
    if (limits->mode != L1_MODE_LIVE) return true;
    if (kill_switch->venue_down) {
        return deny(at, L1_RULE_VENUE_DOWN, L1_OFF, L1_OFF, "session not logged on");
    }
    const l1_i128 silent_ns = (l1_i128)at->view->now_ns - kill_switch->venue_heard_ns;
    if (limits->venue_silence_ns != L1_OFF && silent_ns > limits->venue_silence_ns) {
        return deny(at, L1_RULE_VENUE_DOWN, l1_figure_ms(silent_ns),
                    l1_figure_ms(limits->venue_silence_ns), "silent");
    }
    return true;
}

/* The market may have moved away since the worst price was made. */
static bool passes_market(const check *at)
{
    const int64_t mid = at->mid_e8;
    if (mid == 0) return deny(at, L1_RULE_MARKET_STALE, L1_OFF, L1_OFF, "no mid");
    if (at->leg->type != L1_ORDER_LIMIT) return true;
    const int64_t price = at->leg->price_e8;
    const int64_t collar = at->instrument->price_collar_e8;
    const l1_i128 above = (l1_i128)price - mid;
    const l1_i128 apart = above < 0 ? -above : above;
    if (collar != L1_OFF && apart * L1_E8 > (l1_i128)collar * mid) {
        return deny(at, L1_RULE_PRICE_COLLAR,
                    l1_figure(l1_figure_wide(apart), L1_E8, mid, L1_ROUND_UP), collar, "");
    }
    const l1_i128 worse = at->leg->side == L1_SIDE_BUY ? above : -above;
    const int64_t slippage = at->instrument->slippage_max_e8;
    if (worse * L1_E8 > (l1_i128)slippage * mid) {
        return deny(at, L1_RULE_PRICE_COLLAR,
                    l1_figure(l1_figure_wide(worse), L1_E8, mid, L1_ROUND_UP), slippage,
                    "slippage_max");
    }
    return true;
}

static const char *filter_fault(const check *at)
{
    const l1_submit *submit = at->request->submit;
    const l1_order_leg *leg = at->leg;
    const uint32_t stops_open = at->view->account->stops_open[submit->symbol];
    if (leg->type == L1_ORDER_STOP_LOSS) {
        return l1_stop_fault(at->instrument, leg->qty_e8, leg->stop_e8, stops_open);
    }
    if (leg->type == L1_ORDER_MARKET) {
        return l1_market_fault(at->instrument, leg->qty_e8, at->mid_e8);
    }
    const int64_t stop = submit->legs_count > 1 ? submit->legs[1].stop_e8 : L1_OFF;
    const char *fault = l1_filter_fault(at->instrument, leg->side, leg->qty_e8, leg->price_e8, stop,
                                        at->view->limits->taker_fee_e8, stops_open);
    const l1_intended intended = {submit->symbol, leg->side, leg->qty_e8, leg->price_e8,
                                  at->mid_e8};
    return fault != NULL ? fault : l1_state_fault(at->instrument, at->view->account, &intended);
}

static int64_t cost_of(const check *at)
{
    const int64_t price = at->leg->type == L1_ORDER_LIMIT ? at->leg->price_e8 : at->mid_e8;
    L1_ASSERT(at->leg->side == L1_SIDE_BUY);
    L1_ASSERT(price >= 0);
    return l1_buy_cost_e8(at->leg->qty_e8, price, at->view->limits->taker_fee_e8);
}

static bool passes_filters_and_balance(const check *at)
{
    const l1_account *account = at->view->account;
    const int64_t qty = at->leg->qty_e8;
    const char *fault = filter_fault(at);
    if (fault != NULL) return deny(at, L1_RULE_EXCHANGE_FILTER, qty, L1_OFF, fault);
    if (at->leg->side == L1_SIDE_SELL) {
        const int64_t free_e8 = l1_account_free_e8(account, at->request->submit->symbol + 1);
        const l1_i128 available = (l1_i128)free_e8 + at->request->released_e8;
        if (qty <= available) return true;
        return deny(at, L1_RULE_BALANCE_INSUFFICIENT, qty, l1_figure_wide(available), "base");
    }
    const int64_t free_e8 = l1_account_free_e8(account, 0);
    const int64_t cost = cost_of(at);
    if (cost == INT64_MAX || cost > free_e8) {
        return deny(at, L1_RULE_BALANCE_INSUFFICIENT, cost, free_e8, "quote");
    }
    return true;
}

static bool passes_portfolio(const check *at)
{
    const l1_limits *limits = at->view->limits;
    const l1_account *account = at->view->account;
    if (!account->has_snapshot && limits->mode == L1_MODE_LIVE) {
        return deny(at, L1_RULE_PORTFOLIO_STALE, L1_OFF, L1_OFF, "no balances");
    }
    if (l1_account_fresh(account, limits, at->view->now_ns)) return true;
    const l1_i128 age_ns = (l1_i128)at->view->now_ns - account->snapshot_since_ns;
    return deny(at, L1_RULE_PORTFOLIO_STALE, l1_figure_ms(age_ns),
                l1_figure_ms(limits->portfolio_age_ns), "age");
}

static bool passes_balance_min(const check *at)
{
    const int64_t least = at->instrument->balance_min_e8;
    if (least == L1_OFF || at->leg->side != L1_SIDE_BUY) return true;
    const int64_t left = l1_account_free_e8(at->view->account, 0) - cost_of(at);
    if (left >= least) return true;
    return deny(at, L1_RULE_BALANCE_MIN, left, least, "");
}

static bool passes_exposure(const check *at)
{
    const l1_risk_view *view = at->view;
    const int64_t most = at->instrument->exposure_max_e8;
    int64_t equity;
    l1_i128 value;
    if (most == L1_OFF || at->leg->side != L1_SIDE_BUY) return true;
    if (!l1_account_equity(view->account, view->limits, view->markets, view->now_ns, &equity) ||
        equity <= 0) {
        return deny(at, L1_RULE_EXPOSURE_LIMIT, L1_OFF, most, "no equity");
    }
    const int64_t price = at->leg->type == L1_ORDER_LIMIT ? at->leg->price_e8 : at->mid_e8;
    if (!l1_exposure_value_e16(view->account, view->limits, view->markets,
                               at->request->submit->symbol, view->now_ns, &value) ||
        __builtin_add_overflow(value, (l1_i128)at->leg->qty_e8 * price, &value)) {
        return deny(at, L1_RULE_EXPOSURE_LIMIT, L1_OFF, most, "value out of range");
    }
    if (value <= (l1_i128)most * equity) return true;
    const l1_i128 ratio = value / equity + (value % equity != 0);
    return deny(at, L1_RULE_EXPOSURE_LIMIT, l1_figure_wide(ratio), most, "");
}

bool l1_presend(const l1_risk_view *view, const l1_presend_request *request, l1_approved *out,
                l1_violation *why)
{
    const l1_submit *submit = request->submit;
    L1_ASSERT(submit->legs_count >= 1 && submit->legs_count <= L1_LEGS_MAX);
    L1_ASSERT(submit->symbol >= 0 && (uint32_t)submit->symbol < view->limits->symbols_count);
    L1_ASSERT(request->side == submit->legs[0].side);
    L1_ASSERT(request->released_e8 >= 0);
    const check at = {
        .view = view,
        .request = request,
        .leg = &submit->legs[0],
        .instrument = &view->limits->symbols[submit->symbol],
        .symbol = submit->symbol,
        .mid_e8 = l1_market_mid_e8(&view->markets[submit->symbol], view->now_ns,
                                   view->limits->market_age_ns),
        .why = why,
    };
    memset(out, 0, sizeof *out);
    if (!request->exempt && !(passes_halts(&at, false) && passes_market(&at))) return false;
    if (!request->exempt && !passes_portfolio(&at)) return false;
    if (!passes_filters_and_balance(&at)) return false;
    if (!request->exempt && !(passes_balance_min(&at) && passes_exposure(&at))) return false;
    out->seal = seal;
    out->submit = *submit;
    return true;
}

/* Neither side of the book makes the slice a bad one: too wide, or gone beyond its worst price. */
static bool passes_book(const check *at, const l1_slice_request *request)
{
    const l1_market *market = &at->view->markets[request->symbol];
    const int64_t age_ns = at->view->limits->market_age_ns;
    if (!l1_market_book_fresh(market, at->view->now_ns, age_ns)) return true;
    const int64_t bid = market->book.bids[0].price_e8, ask = market->book.asks[0].price_e8;
    const int64_t most = at->instrument->spread_max_e8;
    L1_ASSERT(ask > bid);
    if (most != L1_OFF && (l1_i128)2 * (ask - bid) * L1_E8 > (l1_i128)most * ((l1_i128)bid + ask)) {
        return deny(at, L1_RULE_SPREAD, l1_figure(ask - bid, L1_E8, at->mid_e8, L1_ROUND_UP), most,
                    "");
    }
    const bool buy = request->side == L1_SIDE_BUY;
    const int64_t best = buy ? ask : bid;
    if (buy ? best <= request->limit_e8 : best >= request->limit_e8) return true;
    return deny(at, L1_RULE_PRICE_COLLAR, best, request->limit_e8, "the market moved away");
}

bool l1_presend_slice(const l1_risk_view *view, const l1_slice_request *request, l1_violation *why)
{
    L1_ASSERT(request->symbol >= 0 && (uint32_t)request->symbol < view->limits->symbols_count);
    L1_ASSERT(request->stop_e8 >= 0);
    const check at = {
        .view = view,
        .instrument = &view->limits->symbols[request->symbol],
        .symbol = request->symbol,
        .mid_e8 = l1_market_mid_e8(&view->markets[request->symbol], view->now_ns,
                                   view->limits->market_age_ns),
        .why = why,
    };
    if (!passes_halts(&at, request->reducing)) return false;
    if (at.mid_e8 == 0) return deny(&at, L1_RULE_MARKET_STALE, L1_OFF, L1_OFF, "no mid");
    if (request->stop_e8 > 0 && at.mid_e8 <= request->stop_e8) {
        return deny(&at, L1_RULE_STOP_LOSS_INCOHERENT, at.mid_e8, request->stop_e8,
                    "the stop was reached");
    }
    return passes_book(&at, request);
}

bool l1_approved_valid(const l1_approved *approved)
{
    return approved->seal == seal;
}
