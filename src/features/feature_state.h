/* features/feature_state.h: the history that features look at, streamed from closed 1m bars.
 *
 * Each symbol keeps rings of exact running sums (integers, so that sums cannot drift), streaming
 * indicators on 15m, 1h and 4h frames, and the time-of-day profile of its volatility. A bar costs
 * O(1). Vectors are computed when they are asked for.
 *
 * The peer ("the other asset") of BTC is ETH, of every other symbol BTC; without a configured
 * peer no vector exists. A vector stands for minute t, the newest that both symbols have closed.
 * Gaps: up to 120 missing minutes are filled with flat bars without volume once the next bar
 * arrives; a longer gap restarts the burn-in of 8 days. Definitions: docs/features.md.
 * Units:       natural logarithms per minute; ns; quote per base.
 * Memory:      from the arena, about 0.9 MB a symbol. Determinism: pure, base/real.h only. */
#ifndef L1_FEATURES_FEATURE_STATE_H
#define L1_FEATURES_FEATURE_STATE_H

#include "base/archive.h"
#include "base/arena.h"
#include "domain/limits.h"
#include "domain/market.h"
#include "features/feature_set.h"
#include "features/profile.h"
#include "features/volume_profile.h"

#define L1_BURN_IN_MINUTES 11520 /* 8 days */
#define L1_QUIET_MINUTES 300     /* without a filled bar or one without volume */
#define L1_HAR_TERMS 10
#define L1_HORIZON_MINUTES 240

typedef struct l1_feature_state l1_feature_state;

/* Why there is no vector. The first is the denying one. */
typedef enum {
    L1_FEATURES_UNSET,
    L1_FEATURES_NO_PEER, /* the other asset is not configured */
    L1_FEATURES_BURN_IN, /* less than 8 days without a long gap, of either symbol */
    L1_FEATURES_APART,   /* the newest bars of both lie more than 120 minutes apart */
    L1_FEATURES_QUIET,   /* a filled bar or one without volume in the last 300 minutes */
    L1_FEATURES_READY
} l1_features_status;

/* Everything that heads need of minute t. */
typedef struct {
    int64_t close_ns;                 /* end of minute t: open + 1 min, Unix ns */
    double values[L1_FEATURES_COUNT]; /* rows of the table without the head's own */
    double har[L1_HAR_TERMS];         /* 1, ln s15, ln s60, ln s240, ln s1440, ln s10080,
                                         q(-14,0), q(-59,0), q(-239,0), q(1,240) */
    double close;                     /* last close */
    double s1440;                     /* root mean square of 1m log returns over a day */
    double atr;                       /* Wilder ATR(14) of 15m bars */
    double ema60, ema240;             /* of 1m closes */
} l1_feature_vector;

size_t l1_feature_state_cost(const l1_limits *limits);
l1_feature_state *l1_feature_state_new(l1_arena *arena, const l1_limits *limits);

/* Takes a closed bar, newer than the last one of its symbol (the caller checked). */
void l1_feature_state_on_bar(l1_feature_state *state, const l1_bar *bar);

/* The vector of `symbol`'s newest minute; `out` is filled only when READY. */
l1_features_status l1_feature_vector_at(const l1_feature_state *state, int32_t symbol,
                                        l1_feature_vector *out);

/* The running profile, and its replacement by a bundle's (l1_profile_valid) when that one's day is
 * later; by the `first` one whatever its day, because what runs was learnt from 1. */
void l1_feature_profile(const l1_feature_state *state, int32_t symbol, l1_profile *out);
void l1_feature_profile_take(l1_feature_state *state, int32_t symbol, const l1_profile *profile,
                             bool first);

/* What `symbol` usually trades. */
const l1_volume_profile *l1_feature_volume(const l1_feature_state *state, int32_t symbol);

/* A sentence for the operator; static storage. */
const char *l1_features_status_text(l1_features_status status);

/* Save, load or hash; and a changed configuration: `from` maps each symbol to its old index or
 * -1. */
void l1_feature_state_archive(l1_archive *archive, l1_feature_state *state);
void l1_feature_state_adopt(l1_feature_state *state, const l1_feature_state *old,
                            const int32_t from[L1_SYMBOLS_MAX]);

#endif
