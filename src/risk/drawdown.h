/* risk/drawdown.h: loss of each symbol and of the portfolio since the UTC day's start and since
 * the highest closed minute of the last 24 h.
 *
 * V(symbol) = cash of own fills net of fees + base held x mid. A change of base that own fills do
 * not explain (deposit, snapshot) shifts every stored V of that symbol, and of the portfolio,
 * equally, so it is neither gain nor loss. Portfolio V = sum over symbols. A symbol that holds no
 * base needs no mid.
 * loss = max(0, V at the day's first mid - V, highest V at a closed minute of 24 h - V);
 * 24 h are the last 1,440 closed minutes. V is rounded down to 1e-8 of quote.
 * Units:       e8 of quote. Determinism: pure. */
#ifndef L1_RISK_DRAWDOWN_H
#define L1_RISK_DRAWDOWN_H

#include "base/archive.h"
#include "domain/limits.h"

#define L1_DRAWDOWN_MINUTES 1440

/* Sliding maximum over closed minutes: a monotone queue, amortised O(1). */
typedef struct {
    int64_t minute; /* Unix minute whose end was sampled */
    int64_t value_e8;
} l1_peak;
typedef struct {
    bool has_day;
    int64_t day;          /* Unix day of day_value */
    int64_t day_value_e8; /* V at the day's first mid */
    int64_t shift_e8;     /* added to every stored value: shifting all is O(1) */
    uint32_t head, count; /* ring of peaks, values falling from head */
    l1_peak peaks[L1_DRAWDOWN_MINUTES + 1];
} l1_value_track;

typedef struct {
    int64_t minute;                      /* last Unix minute that was closed for all tracks */
    int64_t cash_e8[L1_SYMBOLS_MAX];     /* changed by l1_drawdown_cash alone */
    l1_i128 cash_sum_e8;                 /* of all symbols */
    int64_t unpriced_e8[L1_SYMBOLS_MAX]; /* foreign base that came before any mid */
    l1_value_track symbols[L1_SYMBOLS_MAX];
    l1_value_track portfolio;
} l1_drawdown;

/* An own fill changed the symbol's cash (net of quote fees). Base changes come with `base_e8`. */
void l1_drawdown_cash(l1_drawdown *drawdown, int32_t symbol, int64_t delta_e8);

/* Base of `symbol` changed by `delta_e8` without an own fill, while `mid_e8` was the mid or, when
 * that is stale, the last one known (0 = there never was one: the shift is then taken at the
 * first mid that l1_drawdown_open_day sees). */
void l1_drawdown_foreign_base(l1_drawdown *drawdown, int32_t symbol, int64_t delta_e8,
                              int64_t mid_e8);

/* What the tracks need at one instant: base held and mid by symbol (mid 0 = none now). */
typedef struct {
    uint32_t symbols_count;
    const int64_t *base_e8;      /* by symbol */
    const int64_t *mid_e8;       /* by symbol; 0 = none; losses look at those of held base only */
    const int64_t *mid_until_ns; /* by symbol: when that mid goes stale without new data */
} l1_holdings;

/* To be called with the state BEFORE the event at `now_ns` is applied: closes every minute that
 * ended since the last call, while the mids were still fresh. */
void l1_drawdown_close_minutes(l1_drawdown *drawdown, const l1_holdings *holdings, int64_t now_ns);

/* To be called after market data was applied: takes the UTC day's first V once mids exist. */
void l1_drawdown_open_day(l1_drawdown *drawdown, const l1_holdings *holdings, int64_t now_ns);

/* Losses now, >= 0; false when V is not known (base held without a mid, or never a
 * first V). On a new day without market data so far, V now is the day's first. */
bool l1_drawdown_symbol_loss(const l1_drawdown *drawdown, const l1_holdings *holdings,
                             int32_t symbol, int64_t now_ns, int64_t *loss_e8);
bool l1_drawdown_portfolio_loss(const l1_drawdown *drawdown, const l1_holdings *holdings,
                                int64_t now_ns, int64_t *loss_e8);

void l1_drawdown_archive(l1_archive *archive, l1_drawdown *drawdown, uint32_t symbols_count);

#endif
