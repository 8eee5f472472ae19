/* risk/account.h: what the engine knows of the account: last snapshot plus its own fills since.
 *
 * Without any snapshot the account starts from limits.paper_balance_e8 (PAPER, REPLAY) and is
 * always fresh. A snapshot is complete and stands for its ts: own fills after that ts are applied
 * on top; only what it locks beyond own orders' locks is foreign.
 * Units:       e8; asset 0 = quote, asset i + 1 = base of symbol i.
 * Determinism: pure. No clock, no I/O, no allocation after l1_account_init. */
#ifndef L1_RISK_ACCOUNT_H
#define L1_RISK_ACCOUNT_H

#include "base/archive.h"
#include "domain/limits.h"
#include "domain/market.h"
#include "domain/order.h"
#include "domain/portfolio.h"

#define L1_FILLS_KEPT 4096 /* own fills that a late snapshot can still be corrected by */

typedef struct {
    int64_t at_ns;
    int32_t asset;
    int64_t delta_e8;
} l1_balance_change;

typedef struct {
    bool has_snapshot;
    int64_t snapshot_ts_ns;    /* the last one's ts */
    int64_t snapshot_since_ns; /* min(ts, receipt): its age counts from there */
    int64_t equity_e8;         /* the snapshot's; meaningful with has_snapshot */
    int64_t correlation_e8;    /* the snapshot's; L1_OFF = absent */
    int64_t total_e8[L1_ASSETS_MAX];
    int64_t foreign_locked_e8[L1_ASSETS_MAX];
    int64_t own_locked_e8[L1_ASSETS_MAX];    /* by own open orders, stops included */
    int64_t stop_locked_e8[L1_SYMBOLS_MAX];  /* base: the part of own_locked held by stops */
    int64_t open_buy_e8[L1_SYMBOLS_MAX];     /* base: open and unknown buys, unfilled part */
    uint32_t stops_open[L1_SYMBOLS_MAX];     /* stop slots in use, pending ones included */
    int64_t planned_sell_e8[L1_SYMBOLS_MAX]; /* base that plans under way are still to sell */
    int64_t planned_quote_e8; /* what the unsent rest of buy plans may cost; the base itself is
                                 counted in open_buy_e8 */
    uint64_t changes_count;   /* ever; ring of the last L1_FILLS_KEPT */
    l1_balance_change changes[L1_FILLS_KEPT];
} l1_account;

void l1_account_init(l1_account *account, const l1_limits *limits);

typedef enum {
    L1_SNAPSHOT_TAKEN,
    L1_SNAPSHOT_LATE,      /* not newer than the last one */
    L1_SNAPSHOT_UNCOVERED, /* leaves less of an asset than own open orders lock */
    L1_SNAPSHOT_TOO_OLD,   /* own fills after its ts are no longer remembered */
} l1_snapshot_verdict;

/* On anything but TAKEN nothing changes. `asset` (may be NULL) names the offending one.
 * `refuse_uncovered` is the rule of PAPER and REPLAY; LIVE takes the venue's word. */
l1_snapshot_verdict l1_account_on_snapshot(l1_account *account, const l1_portfolio *portfolio,
                                           int64_t now_ns, bool refuse_uncovered, int32_t *asset);

/* An own fill: `asset` changes by `delta_e8` (negative = paid). Remembered for late snapshots. */
void l1_account_change(l1_account *account, int32_t asset, int64_t delta_e8, int64_t at_ns);

/* Never below 0. What plans under way are still to pay is not free; base that they are still to
 * sell is, because stops of the same base come first. */
int64_t l1_account_free_e8(const l1_account *account, int32_t asset);

/* Base that a new sell of `symbol` may use: free plus locked by own stops, less what plans under
 * way are still to sell. */
int64_t l1_account_sellable_e8(const l1_account *account, int32_t symbol);

/* Equity in quote; false when it is not known: a base is held whose symbol has no mid (without a
 * snapshot), or it does not fit. May be <= 0, which callers must treat as a violation. */
bool l1_account_equity(const l1_account *account, const l1_limits *limits, const l1_market *markets,
                       int64_t now_ns, int64_t *equity_e8);

/* Fresh when no snapshot ever came, or the last is at most portfolio_age_ns old. */
bool l1_account_fresh(const l1_account *account, const l1_limits *limits, int64_t now_ns);

void l1_account_archive(l1_archive *archive, l1_account *account, uint32_t symbols_count);

#endif
