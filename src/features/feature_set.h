/* features/feature_set.h: the one table of features; drives computation, docs, model checks and
 * training.
 *
 * A model names its columns by these names. The first L1_FEATURES_COUNT rows depend on closed
 * bars alone; the last L1_HEAD_COLUMNS_COUNT are made by a head for one signal
 * (models/head.h): the head's closed-form baseline and the distance of the stop.
 * Directional rows are multiplied by the signal's side (+1 buy, -1 sell) for the survival head.
 * Source: definitions in docs/features.md, which a test holds against this table. */
#ifndef L1_FEATURES_FEATURE_SET_H
#define L1_FEATURES_FEATURE_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"

/* X(NAME, name): the order is the order of columns and is part of the table's hash. */
#define L1_FEATURE_MAP(X)                                                                          \
    X(RETURN_1, return_1)                                                                          \
    X(RETURN_5, return_5)                                                                          \
    X(RETURN_15, return_15)                                                                        \
    X(RETURN_60, return_60)                                                                        \
    X(RETURN_240, return_240)                                                                      \
    X(RETURN_1440, return_1440)                                                                    \
    X(DEVIATION_15, deviation_15)                                                                  \
    X(DEVIATION_60, deviation_60)                                                                  \
    X(DEVIATION_240, deviation_240)                                                                \
    X(EMA_CROSS, ema_cross)                                                                        \
    X(RSI_15M, rsi_15m)                                                                            \
    X(RSI_1H, rsi_1h)                                                                              \
    X(RSI_4H, rsi_4h)                                                                              \
    X(MACD_15M, macd_15m)                                                                          \
    X(MACD_1H, macd_1h)                                                                            \
    X(BOLLINGER_1H, bollinger_1h)                                                                  \
    X(TAKER_1, taker_1)                                                                            \
    X(TAKER_5, taker_5)                                                                            \
    X(TAKER_15, taker_15)                                                                          \
    X(TAKER_60, taker_60)                                                                          \
    X(RATIO_RETURN_15, ratio_return_15)                                                            \
    X(RATIO_Z_1440, ratio_z_1440)                                                                  \
    X(PEER_RETURN_1, peer_return_1)                                                                \
    X(PEER_RETURN_5, peer_return_5)                                                                \
    X(PEER_RETURN_15, peer_return_15)                                                              \
    X(PEER_RESIDUAL_15, peer_residual_15)                                                          \
    X(RSI_DIVERGENCE_1H, rsi_divergence_1h)                                                        \
    X(PEER_TAKER_5, peer_taker_5)                                                                  \
    X(BANDWIDTH_1H, bandwidth_1h)                                                                  \
    X(ATR_15M, atr_15m)                                                                            \
    X(SIGMA_RATIO_15, sigma_ratio_15)                                                              \
    X(SIGMA_RATIO_60, sigma_ratio_60)                                                              \
    X(SIGMA_RATIO_240, sigma_ratio_240)                                                            \
    X(SIGMA_RATIO_10080, sigma_ratio_10080)                                                        \
    X(SIGMA_1440, sigma_1440)                                                                      \
    X(RANGE_60, range_60)                                                                          \
    X(VOLUME_5, volume_5)                                                                          \
    X(VOLUME_60, volume_60)                                                                        \
    X(TRADES_15, trades_15)                                                                        \
    X(CORRELATION_240, correlation_240)                                                            \
    X(BETA_240, beta_240)                                                                          \
    X(DAY_SIN, day_sin)                                                                            \
    X(DAY_COS, day_cos)                                                                            \
    X(WEEK_SIN, week_sin)                                                                          \
    X(WEEK_COS, week_cos)                                                                          \
    X(IS_BTC, is_btc)                                                                              \
    X(IS_ETH, is_eth)                                                                              \
    X(PROFILE_PAST_60, profile_past_60)                                                            \
    X(PROFILE_PAST_240, profile_past_240)                                                          \
    X(PROFILE_NEXT_60, profile_next_60)                                                            \
    X(PROFILE_NEXT_240, profile_next_240)                                                          \
    X(BASELINE, baseline)                                                                          \
    X(STOP_DISTANCE, stop_distance)

typedef enum {
#define X(name, text) L1_FEATURE_##name,
    L1_FEATURE_MAP(X)
#undef X
        L1_COLUMNS_COUNT
} l1_feature_id;

#define L1_FEATURES_COUNT ((int)L1_FEATURE_BASELINE)
#define L1_HEAD_COLUMNS_COUNT (L1_COLUMNS_COUNT - L1_FEATURES_COUNT)
#define L1_DIRECTIONAL_COUNT ((int)L1_FEATURE_BANDWIDTH_1H) /* rows before it are directional */
#define L1_COLUMNS_MAX 64
_Static_assert(L1_COLUMNS_COUNT <= L1_COLUMNS_MAX, "a row of columns fits the scoring registers");

typedef struct {
    const char *name;    /* the column's name in models, e.g. "return_1" */
    const char *formula; /* for docs and the manifest; part of the hash */
    const char *inputs;  /* "close", "close of both", ... */
    uint32_t window;     /* minutes of history that the value looks back on */
    bool directional;    /* multiplied by the signal's side for survival */
    const char *source;  /* definition that it follows */
} l1_feature;

extern const l1_feature l1_features[L1_COLUMNS_COUNT];

/* Hash of names, formulas and order: a bundle made for another table is refused. */
l1_hash128 l1_features_hash(void);

/* The row named `name` (size bytes), or -1. */
int l1_feature_find(const char *name, size_t size);

#endif
