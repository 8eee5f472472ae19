/* train/gate_use.h: what the gate is worth: signals with and without it.
 *
 * Two kinds of signals are judged, every one held for 240 minutes or to its stop, filled at the
 * next minute's open and at the stop's own price:
 *   random   each row's random side and stop (1-4 ATR): what the survival head was trained on
 *   cross    like examples/ema_cross.c, on the rows' grid of 25 minutes and with EMA60 for its
 * EMA48: EMA60 has crossed EMA240 since the row before; buys and sells, stop of 3 ATR Thresholds
 * are quantiles of the validation rows before each fold, by symbol: the operating share is vetoed,
 * or the worse half; the formula (the survival's baseline) vetoes the same shares. Direction keeps
 * the fifth of which its head is most sure, on the signal's side. Costs are a number of bps for
 * each trade, so intervals after costs are those before, shifted. Units:       fractions of the
 * entry; bps where said. Intervals: 90 %, days as blocks. Ownership:   the caller frees. Errors:
 * LIMIT_FULL. Determinism: seeded. */
#ifndef L1_TRAIN_GATE_USE_H
#define L1_TRAIN_GATE_USE_H

#include "train/metrics.h"
#include "train/walk_forward.h"

typedef enum { L1_SIGNALS_RANDOM, L1_SIGNALS_CROSS, L1_SIGNALS_COUNT } l1_signals;

typedef enum {
    L1_POLICY_NONE,         /* every signal trades */
    L1_POLICY_VETO,         /* the ensemble vetoes the operating share */
    L1_POLICY_VETO_FORMULA, /* the formula vetoes the same share */
    L1_POLICY_HALF,         /* the ensemble vetoes half */
    L1_POLICY_HALF_FORMULA,
    L1_POLICY_DIRECTION, /* the most confident fifth of the direction head */
    L1_POLICY_COUNT
} l1_gate_policy;

typedef struct {
    l1_signals signals;
    int32_t symbol; /* -1: all of them together */
    l1_gate_policy policy;
    size_t count;         /* signals that were let through */
    double share;         /* of all */
    l1_estimate stopped;  /* share of those let through whose stop was hit */
    l1_estimate bps;      /* their mean before costs */
    l1_estimate more_bps; /* that mean less the mean of all signals, on the same days */
} l1_gate_use;

/* Costs of a round trip, in bps, that the figures are shown at. */
#define L1_COSTS_COUNT 3
extern const double l1_costs_bps[L1_COSTS_COUNT];

/* Static storage. */
const char *l1_signals_text(l1_signals signals);
const char *l1_gate_policy_text(l1_gate_policy policy);

/* The mean after a cost. */
l1_estimate l1_gate_use_after(const l1_gate_use *use, double cost_bps);

/* One signal and who lets it through; days never fall. */
typedef struct {
    int64_t day;
    int32_t symbol;
    uint32_t kept; /* bits 1 << l1_gate_policy */
    l1_outcome outcome;
} l1_gated;

/* Of one kind, symbol and policy. Without a signal let through, all figures but share are 0. */
typedef struct {
    const l1_gated *signals;
    size_t count;
    l1_signals kind;
    int32_t symbol; /* -1: all */
    l1_gate_policy policy;
    uint64_t seed;
} l1_gate_question;
L1_MUST_USE l1_result l1_gate_use_of(const l1_gate_question *question, l1_gate_use *out,
                                     l1_diag *diag);

/* Signals gathered fold by fold. */
typedef struct l1_gate_trial l1_gate_trial;
L1_MUST_USE l1_result l1_gate_trial_new(const l1_dataset *dataset, double veto_share, uint64_t seed,
                                        l1_gate_trial **out, l1_diag *diag);

/* The test rows of a fold; its bundle has the survival head, and perhaps the direction's. */
L1_MUST_USE l1_result l1_gate_trial_add(l1_gate_trial *trial, const l1_fold_result *fold,
                                        l1_diag *diag);

/* Every kind, symbol (all of them last) and policy that there are signals for; the caller frees. */
L1_MUST_USE l1_result l1_gate_trial_judge(const l1_gate_trial *trial, l1_gate_use **out,
                                          size_t *count, l1_diag *diag);
void l1_gate_trial_free(l1_gate_trial *trial); /* NULL is fine */

#endif
