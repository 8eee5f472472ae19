/* risk/judgement.h: what the rows of the rule table share. Private to risk/.
 *
 * A row is a function that looks at one judgement and appends at most one violation. Comparisons
 * are cross-multiplied in 128 bits, so no rounded ratio decides; the value and limit of a
 * violation are rounded away from the limit, so that they read as violated.
 * Determinism: pure integers. */
#ifndef L1_RISK_JUDGEMENT_H
#define L1_RISK_JUDGEMENT_H

#include "risk/exposure.h"
#include "risk/risk_guard.h"

typedef struct {
    const l1_risk_view *view;
    const l1_signal *signal;
    const l1_limits *limits;
    const l1_instrument *instrument;
    const l1_market *market;
    bool book_fresh, bar_fresh;
    const char *portfolio_fault; /* NULL, or why balances and equity cannot be relied on */
    const char *equity_fault;    /* the same for what needs equity > 0 */
    bool value_known;
    l1_i128 value_e16; /* exposure of the symbol in quote, with value_known */
    l1_exposures exposures;
    int64_t cost_e8; /* of a buy with a worst price, else 0 */
    bool losses_known[2];
    int64_t loss_e8[2]; /* of the symbol, of the portfolio */
    l1_assessment *out;
} l1_judgement;

void l1_violate(l1_judgement *judgement, l1_rule rule, int64_t value_e8, int64_t limit_e8,
                const char *detail);

/* A needed input is missing: violated, whatever the value would have been. */
void l1_violate_missing(l1_judgement *judgement, l1_rule rule, int64_t limit_e8, const char *what);

/* a x b / divisor (> 0), saturated; never L1_OFF. For figures, not for comparisons. */
int64_t l1_figure(int64_t a, int64_t b, int64_t divisor, l1_round mode);
int64_t l1_figure_wide(l1_i128 value);     /* saturated; never L1_OFF */
int64_t l1_figure_ms(l1_i128 duration_ns); /* ms in e8 */
int64_t l1_figure_count(int64_t count);    /* in e8 */

/* What a buy costs at most: qty x price x (1 + fee), up; INT64_MAX when it does not fit. */
int64_t l1_buy_cost_e8(int64_t qty_e8, int64_t price_e8, int64_t taker_fee_e8);

/* Text of a violation's detail: `text`, a number, appended while there is room. */
void l1_detail_add(char detail[48], const char *text, int64_t e8);

/* rules_signal.c: rows 4-14 */
void l1_rule_signal_expired(l1_judgement *judgement);
void l1_rule_signal_from_future(l1_judgement *judgement);
void l1_rule_halted(l1_judgement *judgement);
void l1_rule_symbol_halted(l1_judgement *judgement);
void l1_rule_reduce_only(l1_judgement *judgement);
void l1_rule_symbol_frozen(l1_judgement *judgement);
void l1_rule_venue_down(l1_judgement *judgement);
void l1_rule_invalid_qty(l1_judgement *judgement);
void l1_rule_invalid_price(l1_judgement *judgement);
void l1_rule_stop_loss_missing(l1_judgement *judgement);
void l1_rule_market_stale(l1_judgement *judgement);
void l1_rule_stop_loss_incoherent(l1_judgement *judgement);
void l1_rule_stop_loss_distance(l1_judgement *judgement);
void l1_rule_price_collar(l1_judgement *judgement);

/* rules_market.c: rows 15-19 */
void l1_rule_spread(l1_judgement *judgement);
void l1_rule_qty_min(l1_judgement *judgement);
void l1_rule_qty_max(l1_judgement *judgement);
void l1_rule_notional_min(l1_judgement *judgement);
void l1_rule_notional_max(l1_judgement *judgement);
void l1_rule_exchange_filter(l1_judgement *judgement);
void l1_rule_liquidity(l1_judgement *judgement);

/* rules_account.c: rows 20-26 */
void l1_rule_portfolio_stale(l1_judgement *judgement);
void l1_rule_balance_insufficient(l1_judgement *judgement);
void l1_rule_balance_min(l1_judgement *judgement);
void l1_rule_exposure_limit(l1_judgement *judgement);
void l1_rule_correlation_limit(l1_judgement *judgement);
void l1_rule_drawdown_symbol(l1_judgement *judgement);
void l1_rule_drawdown_portfolio(l1_judgement *judgement);
void l1_rule_rate_limit(l1_judgement *judgement);
void l1_rule_repeated_order(l1_judgement *judgement);

#endif
