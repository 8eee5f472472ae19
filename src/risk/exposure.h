/* risk/exposure.h: how much of the equity stands in each asset, alone and correlated.
 *
 * exposure of an asset = (base held + open and unknown buys) x mid / equity.
 * effective exposure   = sqrt(sum over i, j of a_i a_j rho_ij), rho_ii = 1, rho of BTC-ETH as
 *                        given, every other pair 1.
 * Units: e8; ratios of equity. Determinism: pure integers. */
#ifndef L1_RISK_EXPOSURE_H
#define L1_RISK_EXPOSURE_H

#include "risk/account.h"

/* Base held (not below 0) plus open and unknown buys; false when it does not fit. */
bool l1_exposure_base_e8(const l1_account *account, int32_t symbol, int64_t *base_e8);

/* Exact quote value of base held and open buys in 1e-16; false when base > 0 and there is no mid,
 * or it does not fit. Rules compare these; rounded ones are for figures. */
bool l1_exposure_value_e16(const l1_account *account, const l1_limits *limits,
                           const l1_market *markets, int32_t symbol, int64_t now_ns,
                           l1_i128 *value_e16);

/* Quote value of base held and open buys of `symbol`, rounded up; false when base > 0 and there
 * is no mid, or it does not fit. */
bool l1_exposure_value(const l1_account *account, const l1_limits *limits, const l1_market *markets,
                       int32_t symbol, int64_t now_ns, int64_t *value_e8);

/* All assets, in one pass. */
typedef struct {
    bool known;        /* every asset held or on order has a mid, and all of it fits */
    bool only_btc_eth; /* none but BTC and ETH is held or on order */
    l1_i128 total_e16;
    int64_t sum_e8, btc_e8, eth_e8; /* each asset rounded up */
} l1_exposures;
void l1_exposures_of(const l1_account *account, const l1_limits *limits, const l1_market *markets,
                     int64_t now_ns, l1_exposures *out);

/* Effective exposure as a ratio of equity (> 0), with `extra_e8` of quote value added to
 * `symbol`, whose value now is `value_e8` (negative: removed, not below 0). rho_e8 is BTC-ETH's.
 * False when it does not fit. `exposures` must be known. */
bool l1_exposure_effective(const l1_exposures *exposures, const l1_limits *limits, int32_t symbol,
                           int64_t value_e8, int64_t extra_e8, int64_t rho_e8, int64_t equity_e8,
                           l1_ratio *out);

/* rho of rule CORRELATION_LIMIT: the highest of the signal's and the fresh portfolio's; none or
 * outside [-1, 1] counts as 1. */
int64_t l1_correlation_e8(const l1_account *account, const l1_limits *limits, int64_t signal_e8,
                          int64_t now_ns);

/* True when `symbol` is BTC's or ETH's: every other pair counts as fully correlated. */
bool l1_exposure_is_btc_or_eth(const l1_limits *limits, int32_t symbol);

#endif
