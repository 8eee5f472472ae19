/* risk/risk_guard.h: the ordered chain of rules 3 to 26, one reason each, every violation listed.
 *
 * Rules are rows of a table in the order of domain/rules.h; each row is a pure function that
 * appends at most one violation with its value and limit. Rules 1 and 2 (and SIGNAL_TABLE_FULL)
 * belong to order_manager/intake. UNKNOWN_SYMBOL ends the evaluation; of the others all are
 * evaluated and the first violated one is the reason. Limits compare inclusively. A needed input
 * that is missing or stale violates the rule. No violation at all is the only way to pass.
 * Rules 8-26 use the signal's own qty. A reducing sell is exempt from 23-26.
 * Determinism: pure integers; time is an argument. */
#ifndef L1_RISK_RISK_GUARD_H
#define L1_RISK_RISK_GUARD_H

#include "domain/report.h"
#include "risk/account.h"
#include "risk/drawdown.h"
#include "risk/kill_switch.h"
#include "risk/order_pace.h"

/* Everything the rules may look at, read-only. */
typedef struct {
    const l1_limits *limits;
    const l1_market *markets; /* by symbol */
    const l1_account *account;
    const l1_drawdown *drawdown;
    const l1_kill_switch *kill_switch;
    const l1_order_pace *pace;
    int64_t now_ns;
} l1_risk_view;

typedef struct {
    uint32_t violations_count;
    l1_violation violations[L1_VIOLATIONS_MAX]; /* in rule order; [0] is the reason */

    /* Facts found on the way, for decision, presend and report; 0 or L1_OFF when not known. */
    bool reducing;           /* sell within the sellable base (commission tolerance included) */
    int64_t mid_e8;          /* 0 = none */
    int64_t worst_e8;        /* worst price before the tick; 0 = none */
    int64_t limit_e8;        /* worst price on the tick; 0 = none */
    int64_t equity_e8;       /* L1_OFF = unknown */
    int64_t headroom_qty_e8; /* base that EXPOSURE_LIMIT still allows, may be < 0; INT64_MAX when
                                off; L1_OFF = unknown */
    int64_t minimum_qty_e8;  /* minimum order; L1_OFF = unknown */
    int64_t sell_qty_e8;     /* sells: min(qty, sellable base) when within the tolerance */
    int64_t exposure_e8;     /* of the symbol after the order / equity; L1_OFF = unknown */
    int64_t correlation_impact_e8; /* growth of effective exposure; L1_OFF = unknown */
} l1_assessment;

/* Judges `signal` (symbol may be -1). Fills every field of `out`. */
void l1_risk_assess(const l1_risk_view *view, const l1_signal *signal, l1_assessment *out);

/* Exposure and correlation impact if `qty_e8` were executed at `price_e8`; for reports after the
 * decision has changed the size. L1_OFF = unknown. */
void l1_risk_impact(const l1_risk_view *view, const l1_signal *signal, int64_t qty_e8,
                    int64_t price_e8, int64_t *exposure_e8, int64_t *impact_e8);

#endif
