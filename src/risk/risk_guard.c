/* risk/risk_guard.c: the table of rules, the facts they share and the walk. */
#include "risk/risk_guard.h"

#include <string.h>

#include "base/assert.h"
#include "risk/filters.h"
#include "risk/held.h"
#include "risk/judgement.h"

/* The order is contract: rules 4 to 26 (domain/rules.h). */
static void (*const rows[])(l1_judgement *) = {
    l1_rule_signal_expired,
    l1_rule_signal_from_future,
    l1_rule_halted,
    l1_rule_symbol_halted,
    l1_rule_reduce_only,
    l1_rule_symbol_frozen,
    l1_rule_venue_down,
    l1_rule_invalid_qty,
    l1_rule_invalid_price,
    l1_rule_stop_loss_missing,
    l1_rule_market_stale,
    l1_rule_stop_loss_incoherent,
    l1_rule_stop_loss_distance,
    l1_rule_price_collar,
    l1_rule_spread,
    l1_rule_qty_min,
    l1_rule_qty_max,
    l1_rule_notional_min,
    l1_rule_notional_max,
    l1_rule_exchange_filter,
    l1_rule_liquidity,
    l1_rule_portfolio_stale,
    l1_rule_balance_insufficient,
    l1_rule_balance_min,
    l1_rule_exposure_limit,
    l1_rule_correlation_limit,
    l1_rule_drawdown_symbol,
    l1_rule_drawdown_portfolio,
    l1_rule_rate_limit,
    l1_rule_repeated_order,
};
_Static_assert(sizeof rows / sizeof rows[0] + 1 <= L1_VIOLATIONS_MAX, "every rule may be violated");

/* ---- violations -------------------------------------------------------------------------- */

void l1_violate(l1_judgement *judgement, l1_rule rule, int64_t value_e8, int64_t limit_e8,
                const char *detail)
{
    l1_assessment *out = judgement->out;
    L1_ASSERT(out->violations_count < L1_VIOLATIONS_MAX);
    L1_ASSERT(out->violations_count == 0 || out->violations[out->violations_count - 1].rule < rule);
    l1_violation *row = &out->violations[out->violations_count++];
    row->rule = rule;
    row->value_e8 = value_e8;
    row->limit_e8 = limit_e8;
    memset(row->detail, 0, sizeof row->detail);
    const size_t size = strlen(detail);
    memcpy(row->detail, detail, size < sizeof row->detail ? size : sizeof row->detail - 1);
}

void l1_violate_missing(l1_judgement *judgement, l1_rule rule, int64_t limit_e8, const char *what)
{
    L1_ASSERT(what != NULL);
    L1_ASSERT(what[0] != '\0');
    l1_violate(judgement, rule, L1_OFF, limit_e8, what);
}

int64_t l1_figure_wide(l1_i128 value)
{
    if (value > INT64_MAX) return INT64_MAX;
    return value < -INT64_MAX ? -INT64_MAX : (int64_t)value;
}

int64_t l1_figure(int64_t a, int64_t b, int64_t divisor, l1_round mode)
{
    int64_t figure;
    L1_ASSERT(divisor > 0);
    if (!l1_mul_div(a, b, divisor, mode, &figure)) {
        return (a < 0) != (b < 0) ? -INT64_MAX : INT64_MAX;
    }
    return l1_figure_wide(figure);
}

int64_t l1_figure_ms(l1_i128 duration_ns)
{
    return l1_figure_wide(duration_ns * 100); /* ns / 10^6 x 10^8 */
}

int64_t l1_figure_count(int64_t count)
{
    return l1_figure_wide((l1_i128)count * L1_E8);
}

void l1_detail_add(char detail[48], const char *text, int64_t e8)
{
    char number[L1_DECIMAL_TEXT_MAX];
    const size_t used = strlen(detail);
    const size_t size = strlen(text);
    const size_t digits = l1_decimal_format(e8, number);
    L1_ASSERT(used < 48);
    if (used + size + digits >= 48) return;
    memcpy(detail + used, text, size);
    memcpy(detail + used + size, number, digits + 1);
}

int64_t l1_buy_cost_e8(int64_t qty_e8, int64_t price_e8, int64_t taker_fee_e8)
{
    L1_ASSERT(price_e8 >= 0);
    L1_ASSERT(taker_fee_e8 >= 0 && taker_fee_e8 <= L1_E8);
    if (qty_e8 <= 0) return 0;
    int64_t whole, cost;
    const int64_t factor = L1_E8 + taker_fee_e8;
    if (!l1_mul_div(qty_e8, price_e8, L1_E8, L1_ROUND_DOWN, &whole)) return INT64_MAX;
    /* qty x price = whole x 10^8 + rest, and so once more: exact without a wide division */
    const int64_t rest =
        (int64_t)((uint64_t)qty_e8 * (uint64_t)price_e8 - (uint64_t)whole * (uint64_t)L1_E8);
    if (!l1_mul_div(whole, factor, L1_E8, L1_ROUND_DOWN, &cost)) return INT64_MAX;
    const int64_t left =
        (int64_t)((uint64_t)whole * (uint64_t)factor - (uint64_t)cost * (uint64_t)L1_E8);
    L1_ASSERT(rest >= 0 && rest < L1_E8);
    L1_ASSERT(left >= 0 && left < L1_E8);
    const int64_t tail = left + (rest * factor + L1_E8 - 1) / L1_E8;
    const int64_t more = (tail + L1_E8 - 1) / L1_E8;
    return cost > INT64_MAX - more ? INT64_MAX : cost + more;
}

/* ---- facts ------------------------------------------------------------------------------- */

static void facts_unknown(l1_assessment *out)
{
    out->violations_count = 0;
    out->reducing = false;
    out->mid_e8 = 0;
    out->worst_e8 = 0;
    out->limit_e8 = 0;
    out->equity_e8 = L1_OFF;
    out->headroom_qty_e8 = L1_OFF;
    out->minimum_qty_e8 = L1_OFF;
    out->sell_qty_e8 = 0;
    out->exposure_e8 = L1_OFF;
    out->correlation_impact_e8 = L1_OFF;
}

/* A buy's commission is taken in base, so a strategy that sells what it ordered asks for a little
 * more than there is: up to taker_fee x qty plus one lot still counts as reducing. */
static void find_reducing(l1_judgement *judgement)
{
    const l1_signal *signal = judgement->signal;
    l1_assessment *out = judgement->out;
    const int64_t sellable = l1_account_sellable_e8(judgement->view->account, signal->symbol);
    const int64_t qty = signal->qty_e8;
    L1_ASSERT(sellable >= 0);
    if (signal->side != L1_SIDE_SELL || sellable == 0 || qty <= 0) return;
    const l1_i128 beyond = (l1_i128)qty - sellable - judgement->instrument->lot_e8;
    out->reducing = beyond * L1_E8 <= (l1_i128)judgement->limits->taker_fee_e8 * qty;
    if (out->reducing) out->sell_qty_e8 = qty < sellable ? qty : sellable;
}

static void find_prices(l1_judgement *judgement)
{
    const l1_signal *signal = judgement->signal;
    const l1_instrument *instrument = judgement->instrument;
    const int64_t age_ns = judgement->limits->market_age_ns;
    const int64_t now_ns = judgement->view->now_ns;
    l1_assessment *out = judgement->out;
    judgement->book_fresh = l1_market_book_fresh(judgement->market, now_ns, age_ns);
    judgement->bar_fresh = l1_market_bar_fresh(judgement->market, now_ns, age_ns);
    out->mid_e8 = l1_market_mid_e8(judgement->market, now_ns, age_ns);
    L1_ASSERT(out->mid_e8 >= 0);
    if (out->mid_e8 == 0) return;
    const int64_t price = signal->price_e8 > 0 ? signal->price_e8 : L1_OFF; /* else rule 9 */
    out->worst_e8 = l1_worst_price_e8(instrument, signal->side, out->mid_e8, price);
    out->limit_e8 = l1_limit_price_e8(instrument, signal->side, out->worst_e8);
    if (signal->side == L1_SIDE_BUY) {
        judgement->cost_e8 =
            l1_buy_cost_e8(signal->qty_e8, out->worst_e8, judgement->limits->taker_fee_e8);
    }
    out->minimum_qty_e8 =
        l1_minimum_order_e8(instrument, signal->side, out->mid_e8, out->limit_e8,
                            signal->stop_loss_e8, judgement->limits->taker_fee_e8);
}

static void find_equity(l1_judgement *judgement)
{
    const l1_risk_view *view = judgement->view;
    int64_t equity;
    L1_ASSERT(judgement->out->equity_e8 == L1_OFF);
    if (!view->account->has_snapshot && view->limits->mode == L1_MODE_LIVE) {
        judgement->portfolio_fault = "no balances";
    } else if (!l1_account_fresh(view->account, view->limits, view->now_ns)) {
        judgement->portfolio_fault = "portfolio stale";
    }
    judgement->equity_fault = judgement->portfolio_fault;
    if (!l1_account_equity(view->account, view->limits, view->markets, view->now_ns, &equity)) {
        if (judgement->equity_fault == NULL) judgement->equity_fault = "no equity";
        return;
    }
    if (equity != L1_OFF) judgement->out->equity_e8 = equity;
    if (equity <= 0 && judgement->equity_fault == NULL) {
        judgement->equity_fault = "equity not above 0";
    }
}

static l1_i128 floored(l1_i128 numerator, int64_t denominator)
{
    L1_ASSERT(denominator > 0);
    const l1_i128 quotient = numerator / denominator;
    return numerator < 0 && quotient * denominator != numerator ? quotient - 1 : quotient;
}

/* Base that exposure_max still allows at the limit price, from exact values. */
static void find_headroom(l1_judgement *judgement)
{
    const l1_risk_view *view = judgement->view;
    const int64_t most = judgement->instrument->exposure_max_e8;
    l1_assessment *out = judgement->out;
    judgement->value_known =
        l1_exposure_value_e16(view->account, view->limits, view->markets, judgement->signal->symbol,
                              view->now_ns, &judgement->value_e16);
    if (most == L1_OFF) {
        out->headroom_qty_e8 = INT64_MAX;
        return;
    }
    if (!judgement->value_known || out->equity_e8 <= 0 || out->limit_e8 == 0) return;
    const l1_i128 room_e16 = (l1_i128)most * out->equity_e8 - judgement->value_e16;
    out->headroom_qty_e8 = l1_figure_wide(floored(room_e16, out->limit_e8));
    L1_ASSERT(out->headroom_qty_e8 != L1_OFF);
}

static void find_losses(l1_judgement *judgement)
{
    const l1_risk_view *view = judgement->view;
    const l1_limits *limits = view->limits;
    const bool symbol_on = judgement->instrument->drawdown_max_e8 != L1_OFF;
    const bool portfolio_on = limits->drawdown_max_e8 != L1_OFF;
    int64_t mids_e8[L1_SYMBOLS_MAX]; /* of the symbols held; the others need none */
    if (judgement->out->reducing || !(symbol_on || portfolio_on)) return;
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    for (uint64_t held = l1_held(&view->account->total_e8[1], limits->symbols_count); held != 0;) {
        const uint32_t i = l1_held_take(&held);
        mids_e8[i] = l1_market_mid_e8(&view->markets[i], view->now_ns, limits->market_age_ns);
    }
    const l1_holdings holdings = {.symbols_count = limits->symbols_count,
                                  .base_e8 = &view->account->total_e8[1],
                                  .mid_e8 = mids_e8};
    judgement->losses_known[0] =
        symbol_on && l1_drawdown_symbol_loss(view->drawdown, &holdings, judgement->signal->symbol,
                                             view->now_ns, &judgement->loss_e8[0]);
    judgement->losses_known[1] =
        portfolio_on &&
        l1_drawdown_portfolio_loss(view->drawdown, &holdings, view->now_ns, &judgement->loss_e8[1]);
}

/* ---- impact ------------------------------------------------------------------------------ */

static void find_impact(const l1_risk_view *view, const l1_signal *signal, int64_t qty_e8,
                        int64_t price_e8, int64_t equity_e8, const l1_exposures *exposures,
                        int64_t *exposure_e8, int64_t *impact_e8)
{
    int64_t value, extra, after;
    l1_ratio effective_before, effective_after;
    *exposure_e8 = L1_OFF;
    *impact_e8 = L1_OFF;
    L1_ASSERT(signal->symbol >= 0 && (uint32_t)signal->symbol < view->limits->symbols_count);
    if (qty_e8 < 0 || price_e8 <= 0 || equity_e8 <= 0) return;
    if (!l1_mul_div(qty_e8, price_e8, L1_E8, L1_ROUND_UP, &extra)) return;
    if (signal->side == L1_SIDE_SELL) extra = -extra;
    if (!l1_exposure_value(view->account, view->limits, view->markets, signal->symbol, view->now_ns,
                           &value) ||
        __builtin_add_overflow(value, extra, &after)) {
        return;
    }
    if (after < 0) after = 0;
    if (!l1_mul_div(after, L1_E8, equity_e8, L1_ROUND_NEAREST, exposure_e8)) *exposure_e8 = L1_OFF;
    if (!exposures->known) return;
    const int64_t rho =
        l1_correlation_e8(view->account, view->limits, signal->correlation_e8, view->now_ns);
    if (l1_exposure_effective(exposures, view->limits, signal->symbol, value, 0, rho, equity_e8,
                              &effective_before) &&
        l1_exposure_effective(exposures, view->limits, signal->symbol, value, extra, rho, equity_e8,
                              &effective_after)) {
        *impact_e8 = effective_after.e8 - effective_before.e8; /* both >= 0 */
    }
}

void l1_risk_impact(const l1_risk_view *view, const l1_signal *signal, int64_t qty_e8,
                    int64_t price_e8, int64_t *exposure_e8, int64_t *impact_e8)
{
    int64_t equity;
    l1_exposures exposures;
    *exposure_e8 = L1_OFF;
    *impact_e8 = L1_OFF;
    if (signal->symbol < 0) return;
    L1_ASSERT((uint32_t)signal->symbol < view->limits->symbols_count);
    if (!l1_account_equity(view->account, view->limits, view->markets, view->now_ns, &equity)) {
        return;
    }
    l1_exposures_of(view->account, view->limits, view->markets, view->now_ns, &exposures);
    find_impact(view, signal, qty_e8, price_e8, equity, &exposures, exposure_e8, impact_e8);
}

/* ---- the walk ---------------------------------------------------------------------------- */

static bool symbol_known(const l1_limits *limits, const l1_signal *signal)
{
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    L1_ASSERT(signal->symbol < (int32_t)limits->symbols_count);
    return signal->symbol >= 0 && limits->symbols[signal->symbol].enabled;
}

void l1_risk_assess(const l1_risk_view *view, const l1_signal *signal, l1_assessment *out)
{
    facts_unknown(out);
    l1_judgement judgement = {.view = view, .signal = signal, .limits = view->limits, .out = out};
    if (!symbol_known(view->limits, signal)) {
        l1_violate(&judgement, L1_RULE_UNKNOWN_SYMBOL, L1_OFF, L1_OFF,
                   signal->symbol < 0 ? "not configured" : "disabled");
        return;
    }
    judgement.instrument = &view->limits->symbols[signal->symbol];
    judgement.market = &view->markets[signal->symbol];
    L1_ASSERT((unsigned)signal->side < L1_SIDE_COUNT);
    L1_ASSERT(judgement.instrument->lot_e8 > 0);
    find_reducing(&judgement);
    find_prices(&judgement);
    find_equity(&judgement);
    find_headroom(&judgement);
    l1_exposures_of(view->account, view->limits, view->markets, view->now_ns, &judgement.exposures);
    find_losses(&judgement);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) rows[i](&judgement);
    const int64_t qty = out->reducing ? out->sell_qty_e8 : signal->qty_e8;
    find_impact(view, signal, qty, out->mid_e8, out->equity_e8, &judgement.exposures,
                &out->exposure_e8, &out->correlation_impact_e8);
}
