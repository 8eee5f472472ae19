/* app/what_if_figures.h: what one of two runs made of the account, sampled after every event.
 *
 * Profit and loss is that of own fills net of commission: what they changed in quote, plus what
 * they changed in base at the last known mid. Deposits and portfolio snapshots are no part of it.
 * Drawdown is the largest fall of it from its highest value so far. Exposure is the engine's own
 * (held and open buys, of equity).
 * Units: e8. Determinism: pure. */
#ifndef L1_APP_WHAT_IF_FIGURES_H
#define L1_APP_WHAT_IF_FIGURES_H

#include "domain/effect.h"
#include "engine/engine.h"

typedef struct {
    uint64_t effects, submits, alerts;
    uint64_t changes_seen; /* of the account's ring */
    bool lost; /* more fills in one step than the account remembers: profit is unknown */
    int64_t own_e8[L1_ASSETS_MAX];  /* what own fills changed, by asset */
    int64_t mid_e8[L1_SYMBOLS_MAX]; /* last known; 0 = never */
    int64_t fees_e8[L1_ASSETS_MAX];
    int64_t exposure_max_e8[L1_SYMBOLS_MAX]; /* L1_OFF = never known */
    int64_t pnl_e8, peak_e8, drawdown_max_e8;
    bool pnl_known; /* every base held by own fills has had a mid */
} l1_what_if_figures;

/* Before the first step; what the account has seen by then is of no interest. */
void l1_what_if_figures_begin(l1_what_if_figures *figures, const l1_engine *engine);

void l1_what_if_figures_take(l1_what_if_figures *figures, const l1_effect *effect);

/* After each step. */
void l1_what_if_figures_sample(l1_what_if_figures *figures, const l1_engine *engine);

/* The symbols stand in another order from here on (a changed configuration). */
void l1_what_if_figures_adopt(l1_what_if_figures *figures, const l1_limits *from,
                              const l1_limits *to);

#endif
