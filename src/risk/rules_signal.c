/* risk/rules_signal.c: rows that judge the signal itself, the halts and the signal's prices. */
#include "risk/judgement.h"

void l1_rule_signal_expired(l1_judgement *judgement)
{
    const l1_signal *signal = judgement->signal;
    const l1_i128 now_ns = judgement->view->now_ns;
    const int64_t ttl_ns = judgement->limits->signal_ttl_ns;
    if (ttl_ns != L1_OFF && signal->ts_ns != L1_OFF && now_ns - signal->ts_ns > ttl_ns) {
        l1_violate(judgement, L1_RULE_SIGNAL_EXPIRED, l1_figure_ms(now_ns - signal->ts_ns),
                   l1_figure_ms(ttl_ns), "age");
        return;
    }
    if (signal->expires_at_ns != L1_OFF && now_ns > signal->expires_at_ns) {
        l1_violate(judgement, L1_RULE_SIGNAL_EXPIRED, l1_figure_ms(now_ns - signal->expires_at_ns),
                   0, "after expires_at");
    }
}

void l1_rule_signal_from_future(l1_judgement *judgement)
{
    const int64_t future_ns = judgement->limits->signal_future_ns;
    const int64_t ts_ns = judgement->signal->ts_ns;
    if (judgement->limits->clock_from_events || future_ns == L1_OFF || ts_ns == L1_OFF) return;
    const l1_i128 ahead_ns = (l1_i128)ts_ns - judgement->view->now_ns;
    if (ahead_ns > future_ns) {
        l1_violate(judgement, L1_RULE_SIGNAL_FROM_FUTURE, l1_figure_ms(ahead_ns),
                   l1_figure_ms(future_ns), "ahead");
    }
}

void l1_rule_halted(l1_judgement *judgement)
{
    const l1_kill_switch *kill_switch = judgement->view->kill_switch;
    if (kill_switch->halted) {
        l1_violate(judgement, L1_RULE_HALTED, L1_OFF, L1_OFF, "");
    } else if (kill_switch->space_low && !judgement->out->reducing) {
        l1_violate(judgement, L1_RULE_HALTED, L1_OFF, L1_OFF, "journal space");
    }
}

void l1_rule_symbol_halted(l1_judgement *judgement)
{
    if (judgement->view->kill_switch->symbol_halted[judgement->signal->symbol]) {
        l1_violate(judgement, L1_RULE_SYMBOL_HALTED, L1_OFF, L1_OFF, "");
    }
}

void l1_rule_reduce_only(l1_judgement *judgement)
{
    if (judgement->view->kill_switch->reduce_only && !judgement->out->reducing) {
        l1_violate(judgement, L1_RULE_REDUCE_ONLY, L1_OFF, L1_OFF, "");
    }
}

void l1_rule_symbol_frozen(l1_judgement *judgement)
{
    const uint32_t unknown =
        judgement->view->kill_switch->unknown_orders[judgement->signal->symbol];
    if (unknown > 0) {
        l1_violate(judgement, L1_RULE_SYMBOL_FROZEN, l1_figure_count(unknown), 0,
                   "orders of unknown outcome");
    }
}

void l1_rule_venue_down(l1_judgement *judgement)
{
    const l1_kill_switch *kill_switch = judgement->view->kill_switch;
    const int64_t silence_max_ns = judgement->limits->venue_silence_ns;
    if (judgement->limits->mode != L1_MODE_LIVE) return;
    const l1_i128 silent_ns = (l1_i128)judgement->view->now_ns - kill_switch->venue_heard_ns;
    if (kill_switch->venue_down) {
        l1_violate(judgement, L1_RULE_VENUE_DOWN, L1_OFF, L1_OFF, "session not logged on");
    } else if (silence_max_ns != L1_OFF && silent_ns > silence_max_ns) {
        l1_violate(judgement, L1_RULE_VENUE_DOWN, l1_figure_ms(silent_ns),
                   l1_figure_ms(silence_max_ns), "silent");
    }
}

void l1_rule_invalid_qty(l1_judgement *judgement)
{
    const int64_t qty = judgement->signal->qty_e8;
    if (qty <= 0) l1_violate(judgement, L1_RULE_INVALID_QTY, l1_figure_wide(qty), 0, "");
}

static bool present_but_not_positive(int64_t e8)
{
    return e8 != L1_OFF && e8 <= 0;
}

void l1_rule_invalid_price(l1_judgement *judgement)
{
    const l1_signal *signal = judgement->signal;
    const int64_t take = signal->take_profit_e8;
    const int64_t price = signal->price_e8;
    const bool buys = signal->side == L1_SIDE_BUY;
    if (present_but_not_positive(price)) {
        l1_violate(judgement, L1_RULE_INVALID_PRICE, price, 0, "price");
    } else if (present_but_not_positive(signal->stop_loss_e8)) {
        l1_violate(judgement, L1_RULE_INVALID_PRICE, signal->stop_loss_e8, 0, "stop_loss");
    } else if (present_but_not_positive(take)) {
        l1_violate(judgement, L1_RULE_INVALID_PRICE, take, 0, "take_profit");
    } else if (take != L1_OFF) {
        const bool priced = price != L1_OFF;
        const int64_t beyond = priced ? price : judgement->out->mid_e8;
        if (beyond == 0) return; /* no mid: MARKET_STALE says so */
        if (buys ? take <= beyond : take >= beyond) {
            l1_violate(judgement, L1_RULE_INVALID_PRICE, take, beyond,
                       priced ? "take_profit against price" : "take_profit against mid");
        }
    }
}

void l1_rule_stop_loss_missing(l1_judgement *judgement)
{
    if (judgement->signal->stop_loss_e8 == L1_OFF) {
        l1_violate(judgement, L1_RULE_STOP_LOSS_MISSING, L1_OFF, L1_OFF, "");
    }
}

void l1_rule_market_stale(l1_judgement *judgement)
{
    const l1_market *market = judgement->market;
    const int64_t age_max_ns = judgement->limits->market_age_ns;
    if (judgement->out->mid_e8 != 0) return;
    if (!market->has_book && !market->has_bar) {
        l1_violate_missing(judgement, L1_RULE_MARKET_STALE, l1_figure_ms(age_max_ns),
                           "no book, no bar");
        return;
    }
    int64_t newest_ns = market->has_book ? market->book_since_ns : INT64_MIN;
    if (market->has_bar && market->bar_since_ns > newest_ns) newest_ns = market->bar_since_ns;
    const l1_i128 age_ns = (l1_i128)judgement->view->now_ns - newest_ns;
    l1_violate(judgement, L1_RULE_MARKET_STALE, l1_figure_ms(age_ns), l1_figure_ms(age_max_ns),
               age_ns > age_max_ns ? "age" : "from before a clock jump");
}

void l1_rule_stop_loss_incoherent(l1_judgement *judgement)
{
    const l1_signal *signal = judgement->signal;
    const int64_t stop = signal->stop_loss_e8;
    const int64_t mid = judgement->out->mid_e8;
    const bool buys = signal->side == L1_SIDE_BUY;
    if (stop == L1_OFF) return;
    if (signal->price_e8 != L1_OFF &&
        (buys ? stop >= signal->price_e8 : stop <= signal->price_e8)) {
        l1_violate(judgement, L1_RULE_STOP_LOSS_INCOHERENT, stop, signal->price_e8,
                   "against price");
    } else if (mid == 0) {
        l1_violate_missing(judgement, L1_RULE_STOP_LOSS_INCOHERENT, L1_OFF, "no mid");
    } else if (buys ? stop >= mid : stop <= mid) {
        l1_violate(judgement, L1_RULE_STOP_LOSS_INCOHERENT, stop, mid, "against mid");
    }
}

static l1_i128 distance(int64_t a, int64_t b)
{
    const l1_i128 apart = (l1_i128)a - b;
    return apart < 0 ? -apart : apart;
}

void l1_rule_stop_loss_distance(l1_judgement *judgement)
{
    const l1_rule rule = L1_RULE_STOP_LOSS_DISTANCE;
    const int64_t least = judgement->instrument->stop_distance_min_e8;
    const int64_t most = judgement->instrument->stop_distance_max_e8;
    const int64_t stop = judgement->signal->stop_loss_e8;
    const int64_t mid = judgement->out->mid_e8;
    if (stop == L1_OFF || (least == L1_OFF && most == L1_OFF)) return;
    if (mid == 0) {
        l1_violate_missing(judgement, rule, least != L1_OFF ? least : most, "no mid");
        return;
    }
    const l1_i128 apart = distance(mid, stop);
    const int64_t shown = l1_figure_wide(apart);
    if (least != L1_OFF && apart * L1_E8 < (l1_i128)least * mid) {
        l1_violate(judgement, rule, l1_figure(shown, L1_E8, mid, L1_ROUND_DOWN), least, "too near");
    } else if (most != L1_OFF && apart * L1_E8 > (l1_i128)most * mid) {
        l1_violate(judgement, rule, l1_figure(shown, L1_E8, mid, L1_ROUND_UP), most, "too far");
    }
}

void l1_rule_price_collar(l1_judgement *judgement)
{
    const int64_t most = judgement->instrument->price_collar_e8;
    const int64_t price = judgement->signal->price_e8;
    const int64_t mid = judgement->out->mid_e8;
    if (price == L1_OFF || most == L1_OFF) return;
    if (mid == 0) {
        l1_violate_missing(judgement, L1_RULE_PRICE_COLLAR, most, "no mid");
        return;
    }
    const l1_i128 apart = distance(mid, price);
    if (apart * L1_E8 > (l1_i128)most * mid) {
        const int64_t shown = l1_figure_wide(apart);
        l1_violate(judgement, L1_RULE_PRICE_COLLAR, l1_figure(shown, L1_E8, mid, L1_ROUND_UP), most,
                   "");
    }
}
