/* domain/rules.h: every reason for which a signal may be stopped, in the order of evaluation.
 *
 * The order is contract: the first violated row is the report's reason. Zero is not "allowed" but
 * "not judged", which denies. Source: the rule table of docs/rules.md. */
#ifndef L1_DOMAIN_RULES_H
#define L1_DOMAIN_RULES_H

/* X(code, what the operator reads) */
#define L1_RULE_MAP(X)                                                                             \
    X(UNJUDGED, "not judged")                                                                      \
    X(MALFORMED_SIGNAL, "the message is not a valid signal")                                       \
    X(DUPLICATE_SIGNAL, "signal_id was seen before")                                               \
    X(SIGNAL_TABLE_FULL, "no room to remember another signal_id for 24 h")                         \
    X(UNKNOWN_SYMBOL, "symbol is not configured or disabled")                                      \
    X(SIGNAL_EXPIRED, "signal is older than its time to live")                                     \
    X(SIGNAL_FROM_FUTURE, "signal's ts lies ahead of the clock")                                   \
    X(HALTED, "trading is halted; resume clears it")                                               \
    X(SYMBOL_HALTED, "symbol is halted; resume_symbol clears it")                                  \
    X(REDUCE_ONLY, "only orders that reduce a holding pass; resume clears it")                     \
    X(SYMBOL_FROZEN, "an order of this symbol has an unknown outcome")                             \
    X(VENUE_DOWN, "the venue's session is down or silent")                                         \
    X(INVALID_QTY, "qty must be above zero")                                                       \
    X(INVALID_PRICE, "a price is not above zero or on the wrong side")                             \
    X(STOP_LOSS_MISSING, "stop_loss is mandatory")                                                 \
    X(MARKET_STALE, "no book or close is fresh enough to price the order")                         \
    X(STOP_LOSS_INCOHERENT, "stop_loss is on the wrong side of price or mid")                      \
    X(STOP_LOSS_DISTANCE, "stop_loss is too near or too far from mid")                             \
    X(PRICE_COLLAR, "price is too far from mid")                                                   \
    X(SPREAD, "spread is too wide or no usable book")                                              \
    X(QTY_MIN, "qty is below the symbol's minimum")                                                \
    X(QTY_MAX, "qty is above the symbol's maximum")                                                \
    X(NOTIONAL_MIN, "notional is below the symbol's minimum")                                      \
    X(NOTIONAL_MAX, "notional is above the symbol's maximum")                                      \
    X(EXCHANGE_FILTER, "a venue filter would refuse the order or its stop")                        \
    X(LIQUIDITY, "the market holds too little for this size")                                      \
    X(PORTFOLIO_STALE, "no balances, or the last snapshot is too old")                             \
    X(BALANCE_INSUFFICIENT, "free balance does not cover the order")                               \
    X(BALANCE_MIN, "the order would leave too little free quote")                                  \
    X(EXPOSURE_LIMIT, "the asset's exposure leaves no room for a minimum order")                   \
    X(CORRELATION_LIMIT, "correlated assets together exceed the cross exposure")                   \
    X(DRAWDOWN_SYMBOL, "the symbol's loss exceeds its drawdown limit")                             \
    X(DRAWDOWN_PORTFOLIO, "the portfolio's loss exceeds its drawdown limit")                       \
    X(RATE_LIMIT, "too many orders in 60 s")                                                       \
    X(REPEATED_ORDER, "the same order was sent too often in a short time")                         \
    X(VOLATILITY_UNKNOWN, "volatility is undefined but a limit needs it; send bars")               \
    X(STOP_LOSS_TOO_TIGHT, "stop_loss lies inside the market's noise")                             \
    X(AI_UNAVAILABLE, "no valid model bundle is loaded")                                           \
    X(AI_WARMUP, "a feature is undefined; more history is needed")                                 \
    X(AI_LOGREG, "logistic regression scores below its threshold")                                 \
    X(AI_RANDOM_FOREST, "random forest scores below its threshold")                                \
    X(AI_LIGHTGBM, "LightGBM scores below its threshold")                                          \
    X(AI_ENSEMBLE, "ensemble scores below its threshold")                                          \
    X(SIZE_BELOW_MIN, "the size that the limits leave is below the minimum order")                 \
    X(NO_PLAN, "no order can be planned")                                                          \
    X(PRESEND_REFUSED, "conditions changed between decision and sending")                          \
    X(VENUE_REJECTED, "the venue refused the order")                                               \
    X(NOT_FILLED, "the market did not fill the order within its worst price")                      \
    X(CANCELED_BY_CONTROL, "canceled by the operator")                                             \
    X(ORDER_TIMEOUT, "the order did not complete in time and was canceled")                        \
    X(OUTCOME_UNKNOWN, "the venue has not told the outcome; it is being queried")
typedef enum l1_rule {
#define X(code, text) L1_RULE_##code,
    L1_RULE_MAP(X)
#undef X
        L1_RULE_COUNT
} l1_rule;

/* Static storage. */
const char *l1_rule_code(l1_rule rule); /* "HALTED" */
const char *l1_rule_text(l1_rule rule);

#endif
