/* risk/rules_market.c: rows that judge the order against market, size limits and venue filters. */
#include "base/assert.h"
#include "risk/filters.h"
#include "risk/judgement.h"

void l1_rule_spread(l1_judgement *judgement)
{
    const int64_t most = judgement->instrument->spread_max_e8;
    if (most == L1_OFF) return;
    if (!judgement->book_fresh) {
        if (judgement->limits->mode != L1_MODE_LIVE) return;
        l1_violate_missing(judgement, L1_RULE_SPREAD, most, "no usable book");
        return;
    }
    const int64_t bid = judgement->market->book.bids[0].price_e8;
    const int64_t ask = judgement->market->book.asks[0].price_e8;
    L1_ASSERT(bid > 0);
    L1_ASSERT(ask > bid);
    /* spread / mid with mid = sum / 2, exact even where mid itself has a ninth decimal */
    const l1_i128 twice = (l1_i128)2 * (ask - bid);
    if (twice * L1_E8 > (l1_i128)most * ((l1_i128)bid + ask)) {
        l1_violate(judgement, L1_RULE_SPREAD,
                   l1_figure(ask - bid, L1_E8, judgement->out->mid_e8, L1_ROUND_UP), most, "");
    }
}

void l1_rule_qty_min(l1_judgement *judgement)
{
    const int64_t least = judgement->instrument->qty_min_e8;
    const int64_t qty = judgement->signal->qty_e8;
    if (least != L1_OFF && qty < least) {
        l1_violate(judgement, L1_RULE_QTY_MIN, l1_figure_wide(qty), least, "");
    }
}

void l1_rule_qty_max(l1_judgement *judgement)
{
    const int64_t most = judgement->instrument->qty_max_e8;
    const int64_t qty = judgement->signal->qty_e8;
    if (most != L1_OFF && qty > most) l1_violate(judgement, L1_RULE_QTY_MAX, qty, most, "");
}

void l1_rule_notional_min(l1_judgement *judgement)
{
    const int64_t least = judgement->instrument->notional_min_e8;
    const int64_t qty = judgement->signal->qty_e8;
    const int64_t mid = judgement->out->mid_e8;
    if (least == L1_OFF) return;
    if (mid == 0) {
        l1_violate_missing(judgement, L1_RULE_NOTIONAL_MIN, least, "no mid");
    } else if ((l1_i128)qty * mid < (l1_i128)least * L1_E8) {
        l1_violate(judgement, L1_RULE_NOTIONAL_MIN, l1_figure(qty, mid, L1_E8, L1_ROUND_DOWN),
                   least, "");
    }
}

void l1_rule_notional_max(l1_judgement *judgement)
{
    const int64_t most = judgement->instrument->notional_max_e8;
    const int64_t qty = judgement->signal->qty_e8;
    const int64_t mid = judgement->out->mid_e8;
    if (most == L1_OFF) return;
    if (mid == 0) {
        l1_violate_missing(judgement, L1_RULE_NOTIONAL_MAX, most, "no mid");
    } else if ((l1_i128)qty * mid > (l1_i128)most * L1_E8) {
        l1_violate(judgement, L1_RULE_NOTIONAL_MAX, l1_figure(qty, mid, L1_E8, L1_ROUND_UP), most,
                   "");
    }
}

/* What would be sent: the signal's qty, or what a sell is shrunk to, down to the lot. */
void l1_rule_exchange_filter(l1_judgement *judgement)
{
    const l1_signal *signal = judgement->signal;
    const l1_instrument *instrument = judgement->instrument;
    const l1_assessment *out = judgement->out;
    const uint32_t stops_open = judgement->view->account->stops_open[signal->symbol];
    if (out->limit_e8 == 0 && out->mid_e8 == 0) {
        l1_violate_missing(judgement, L1_RULE_EXCHANGE_FILTER, L1_OFF, "no mid");
        return;
    }
    const int64_t wanted = out->reducing ? out->sell_qty_e8 : signal->qty_e8;
    const int64_t qty = wanted > 0 ? l1_step_down(wanted, instrument->lot_e8) : 0;
    const char *fault =
        l1_filter_fault(instrument, signal->side, qty, out->limit_e8, signal->stop_loss_e8,
                        judgement->limits->taker_fee_e8, stops_open);
    const l1_intended intended = {signal->symbol, signal->side, qty, out->limit_e8, out->mid_e8};
    if (fault == NULL) fault = l1_state_fault(instrument, judgement->view->account, &intended);
    if (fault != NULL) {
        const int64_t least = out->minimum_qty_e8;
        l1_violate(judgement, L1_RULE_EXCHANGE_FILTER, qty, least, fault);
    }
}

/* What the far side holds at prices within slippage_max of mid; counted up to what is needed. */
static l1_i128 reachable_qty(const l1_judgement *judgement, l1_i128 need_e16)
{
    const l1_book *book = &judgement->market->book;
    const bool buys = judgement->signal->side == L1_SIDE_BUY;
    const l1_level *levels = buys ? book->asks : book->bids;
    const uint32_t count = buys ? book->asks_count : book->bids_count;
    const int64_t slippage = judgement->instrument->slippage_max_e8;
    const l1_i128 edge =
        (l1_i128)judgement->out->mid_e8 * (buys ? L1_E8 + slippage : L1_E8 - slippage);
    l1_i128 qty = 0;
    L1_ASSERT(count <= L1_BOOK_LEVELS_MAX);
    for (uint32_t i = 0; i < count && qty * L1_E8 < need_e16; i++) {
        const l1_i128 price = (l1_i128)levels[i].price_e8 * L1_E8;
        if (buys ? price > edge : price < edge) break;
        L1_ASSERT(levels[i].qty_e8 > 0);
        qty += levels[i].qty_e8;
    }
    return qty;
}

/* Without a book: the last closed bar's volume stands for the market. */
static void judge_by_volume(l1_judgement *judgement)
{
    const int64_t share = judgement->instrument->participation_max_e8;
    const int64_t qty = judgement->signal->qty_e8;
    if (share == L1_OFF) return;
    if (!judgement->bar_fresh) {
        l1_violate_missing(judgement, L1_RULE_LIQUIDITY, L1_OFF, "no book, no bar");
        return;
    }
    const int64_t volume = judgement->market->bar.volume_e8;
    L1_ASSERT(volume >= 0);
    if ((l1_i128)qty * L1_E8 > (l1_i128)share * volume) {
        l1_violate(judgement, L1_RULE_LIQUIDITY, qty,
                   l1_figure(share, volume, L1_E8, L1_ROUND_DOWN), "qty against volume");
    }
}

void l1_rule_liquidity(l1_judgement *judgement)
{
    const int64_t factor = judgement->instrument->liquidity_factor_e8;
    const int64_t qty = judgement->signal->qty_e8;
    if (!judgement->book_fresh) {
        judge_by_volume(judgement);
        return;
    }
    if (factor == L1_OFF) return;
    L1_ASSERT(judgement->out->mid_e8 > 0);
    const l1_i128 need_e16 = (l1_i128)qty * factor;
    const l1_i128 held = reachable_qty(judgement, need_e16);
    if (held * L1_E8 < need_e16) {
        l1_violate(judgement, L1_RULE_LIQUIDITY, l1_figure_wide(held),
                   l1_figure(qty, factor, L1_E8, L1_ROUND_UP), "book against need");
    }
}
