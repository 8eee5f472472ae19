/* risk/rules_account.c: rows that judge the order against balances, exposure, losses and pace. */
#include "base/assert.h"
#include "risk/judgement.h"

void l1_rule_portfolio_stale(l1_judgement *judgement)
{
    const l1_account *account = judgement->view->account;
    const int64_t age_max_ns = judgement->limits->portfolio_age_ns;
    if (judgement->portfolio_fault == NULL) return;
    const int64_t limit = age_max_ns == L1_OFF ? L1_OFF : l1_figure_ms(age_max_ns);
    if (!account->has_snapshot) {
        l1_violate_missing(judgement, L1_RULE_PORTFOLIO_STALE, limit, judgement->portfolio_fault);
        return;
    }
    const l1_i128 age_ns = (l1_i128)judgement->view->now_ns - account->snapshot_since_ns;
    l1_violate(judgement, L1_RULE_PORTFOLIO_STALE, l1_figure_ms(age_ns), limit, "age");
}

/* NULL, or what a rule about a buy's cost lacks. */
static const char *cost_fault(const l1_judgement *judgement)
{
    if (judgement->out->mid_e8 == 0) return "no mid";
    return judgement->portfolio_fault;
}

void l1_rule_balance_insufficient(l1_judgement *judgement)
{
    const l1_rule rule = L1_RULE_BALANCE_INSUFFICIENT;
    const l1_account *account = judgement->view->account;
    const l1_signal *signal = judgement->signal;
    if (signal->side == L1_SIDE_BUY) {
        const int64_t free_e8 = l1_account_free_e8(account, 0);
        if (cost_fault(judgement) != NULL) {
            l1_violate_missing(judgement, rule, free_e8, cost_fault(judgement));
            return;
        }
        const int64_t cost = judgement->cost_e8;
        if (cost == INT64_MAX || cost > free_e8) {
            l1_violate(judgement, rule, cost, free_e8, "quote");
        }
        return;
    }
    const int64_t sellable = l1_account_sellable_e8(account, signal->symbol);
    if (judgement->portfolio_fault != NULL) {
        l1_violate_missing(judgement, rule, sellable, judgement->portfolio_fault);
    } else if (!judgement->out->reducing && signal->qty_e8 > sellable) {
        l1_violate(judgement, rule, signal->qty_e8, sellable, "base");
    }
}

void l1_rule_balance_min(l1_judgement *judgement)
{
    const int64_t least = judgement->instrument->balance_min_e8;
    if (least == L1_OFF || judgement->signal->side != L1_SIDE_BUY) return;
    L1_ASSERT(judgement->cost_e8 >= 0);
    if (cost_fault(judgement) != NULL) {
        l1_violate_missing(judgement, L1_RULE_BALANCE_MIN, least, cost_fault(judgement));
        return;
    }
    const int64_t free_e8 = l1_account_free_e8(judgement->view->account, 0);
    const int64_t left = free_e8 - judgement->cost_e8; /* both >= 0 */
    if (left < least) l1_violate(judgement, L1_RULE_BALANCE_MIN, left, least, "");
}

void l1_rule_exposure_limit(l1_judgement *judgement)
{
    const l1_assessment *out = judgement->out;
    const int64_t most = judgement->instrument->exposure_max_e8;
    if (most == L1_OFF || out->reducing) return;
    const char *fault = judgement->equity_fault;
    if (fault == NULL && out->mid_e8 == 0) fault = "no mid";
    if (fault == NULL && out->limit_e8 == 0) fault = "no price";
    if (fault == NULL && !judgement->value_known) fault = "value out of range";
    if (fault != NULL) {
        l1_violate_missing(judgement, L1_RULE_EXPOSURE_LIMIT, most, fault);
        return;
    }
    L1_ASSERT(out->headroom_qty_e8 != L1_OFF);
    L1_ASSERT(out->minimum_qty_e8 != L1_OFF);
    if (out->headroom_qty_e8 < out->minimum_qty_e8 || out->minimum_qty_e8 == INT64_MAX) {
        char detail[48] = "";
        l1_detail_add(detail, "room ", out->headroom_qty_e8);
        l1_detail_add(detail, " of ", out->minimum_qty_e8);
        l1_violate(judgement, L1_RULE_EXPOSURE_LIMIT,
                   l1_figure_wide(judgement->value_e16 / out->equity_e8), most, detail);
    }
}

/* Value of all assets after the order; false when it cannot be known. */
static bool total_after(const l1_judgement *judgement, l1_i128 *total_e16)
{
    const l1_signal *signal = judgement->signal;
    L1_ASSERT(judgement->out->mid_e8 > 0);
    *total_e16 = judgement->exposures.total_e16;
    if (!judgement->exposures.known) return false;
    if (signal->side != L1_SIDE_BUY || signal->qty_e8 <= 0) return true;
    const l1_i128 bought = (l1_i128)signal->qty_e8 * judgement->out->mid_e8;
    return !__builtin_add_overflow(*total_e16, bought, total_e16);
}

void l1_rule_correlation_limit(l1_judgement *judgement)
{
    const l1_rule rule = L1_RULE_CORRELATION_LIMIT;
    const l1_risk_view *view = judgement->view;
    const int64_t rho_max = judgement->limits->correlation_max_e8;
    const int64_t cross_max = judgement->limits->cross_exposure_max_e8;
    if (rho_max == L1_OFF || cross_max == L1_OFF || judgement->out->reducing) return;
    int64_t rho = l1_correlation_e8(view->account, view->limits, judgement->signal->correlation_e8,
                                    view->now_ns);
    if (!judgement->exposures.only_btc_eth ||
        !l1_exposure_is_btc_or_eth(view->limits, judgement->signal->symbol)) {
        rho = L1_E8;
    }
    if (rho <= rho_max) return;
    const char *fault = judgement->equity_fault;
    l1_i128 total = 0;
    if (fault == NULL && judgement->out->mid_e8 == 0) fault = "no mid";
    if (fault == NULL && !total_after(judgement, &total)) fault = "no mid of a held asset";
    if (fault != NULL) {
        l1_violate_missing(judgement, rule, rho_max, fault);
        return;
    }
    const int64_t equity = judgement->out->equity_e8;
    if (total > (l1_i128)cross_max * equity) {
        char detail[48] = "";
        l1_detail_add(detail, "cross exposure ", l1_figure_wide(total / equity + 1));
        l1_detail_add(detail, " over ", cross_max);
        l1_violate(judgement, rule, rho, rho_max, detail);
    }
}

static void judge_drawdown(l1_judgement *judgement, l1_rule rule, unsigned which, int64_t most)
{
    const int64_t equity = judgement->out->equity_e8;
    if (most == L1_OFF || judgement->out->reducing) return;
    const char *fault = judgement->equity_fault;
    if (fault == NULL && !judgement->losses_known[which]) fault = "loss not known";
    if (fault != NULL) {
        l1_violate_missing(judgement, rule, most, fault);
        return;
    }
    const int64_t loss = judgement->loss_e8[which];
    L1_ASSERT(loss >= 0);
    L1_ASSERT(equity > 0);
    if ((l1_i128)loss * L1_E8 > (l1_i128)most * equity) {
        l1_violate(judgement, rule, l1_figure(loss, L1_E8, equity, L1_ROUND_UP), most, "");
    }
}

void l1_rule_drawdown_symbol(l1_judgement *judgement)
{
    judge_drawdown(judgement, L1_RULE_DRAWDOWN_SYMBOL, 0, judgement->instrument->drawdown_max_e8);
}

void l1_rule_drawdown_portfolio(l1_judgement *judgement)
{
    judge_drawdown(judgement, L1_RULE_DRAWDOWN_PORTFOLIO, 1, judgement->limits->drawdown_max_e8);
}

void l1_rule_rate_limit(l1_judgement *judgement)
{
    const int64_t most = judgement->limits->rate_max;
    if (most == L1_OFF || judgement->out->reducing) return;
    const int64_t sent = l1_order_pace_rate(judgement->view->pace, judgement->view->now_ns, most);
    L1_ASSERT(sent >= 0);
    if (sent >= most) {
        l1_violate(judgement, L1_RULE_RATE_LIMIT, l1_figure_count(sent + 1), l1_figure_count(most),
                   "orders in 60 s");
    }
}

void l1_rule_repeated_order(l1_judgement *judgement)
{
    const l1_signal *signal = judgement->signal;
    const int64_t most = judgement->limits->repeat_max;
    if (most == L1_OFF || judgement->out->reducing) return;
    const int64_t sent =
        l1_order_pace_repeats(judgement->view->pace, signal->symbol, signal->side, signal->qty_e8,
                              judgement->view->now_ns, judgement->limits->repeat_window_ns, most);
    L1_ASSERT(sent >= 0);
    if (sent >= most) {
        l1_violate(judgement, L1_RULE_REPEATED_ORDER, l1_figure_count(sent + 1),
                   l1_figure_count(most), "equal orders in the window");
    }
}
