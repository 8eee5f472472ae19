/* features/feature_set.c: the rows of the table. */
#include "features/feature_set.h"

#include <string.h>

#include "base/assert.h"

#define HASH_DOMAIN UINT64_C(0x6665617475726573) /* "features" */

/* One row. Formulas: L = ln close, r = L_t - L_(t-1), s_w = sqrt(mean r^2 over w minutes), sd =
 * s1440, ' = the other asset, c = close; docs/features.md says the rest. */
#define ROW(id, text, formula_text, inputs_text, window_minutes, signed_by_side, source_text)      \
    [L1_FEATURE_##                                                                                 \
        id] = {text, formula_text, inputs_text, window_minutes, signed_by_side, source_text}

static const char returns_source[] = "normalised log return";
static const char wilder_source[] = "Wilder (1978), as TA-Lib";
static const char macd_source[] = "Appel's MACD, as TA-Lib";
static const char bands_source[] = "Bollinger, as TA-Lib";
static const char flow_source[] = "order flow imbalance of takers";
static const char sigma_source[] = "realised volatility";
static const char activity_source[] = "relative activity";
static const char pair_source[] = "pair of assets";
static const char clock_source[] = "UTC clock";
static const char profile_source[] = "time-of-day profile of variance";

const l1_feature l1_features[L1_COLUMNS_COUNT] = {
    ROW(RETURN_1, "return_1", "(L_t - L_(t-1)) / sd", "close", 1440, true, returns_source),
    ROW(RETURN_5, "return_5", "(L_t - L_(t-5)) / (sd sqrt 5)", "close", 1440, true, returns_source),
    ROW(RETURN_15, "return_15", "(L_t - L_(t-15)) / (sd sqrt 15)", "close", 1440, true,
        returns_source),
    ROW(RETURN_60, "return_60", "(L_t - L_(t-60)) / (sd sqrt 60)", "close", 1440, true,
        returns_source),
    ROW(RETURN_240, "return_240", "(L_t - L_(t-240)) / (sd sqrt 240)", "close", 1440, true,
        returns_source),
    ROW(RETURN_1440, "return_1440", "(L_t - L_(t-1440)) / (sd sqrt 1440)", "close", 1440, true,
        returns_source),
    ROW(DEVIATION_15, "deviation_15", "(L_t - mean L over 15) / (sd sqrt 15)", "close", 1440, true,
        returns_source),
    ROW(DEVIATION_60, "deviation_60", "(L_t - mean L over 60) / (sd sqrt 60)", "close", 1440, true,
        returns_source),
    ROW(DEVIATION_240, "deviation_240", "(L_t - mean L over 240) / (sd sqrt 240)", "close", 1440,
        true, returns_source),
    ROW(EMA_CROSS, "ema_cross", "(EMA60 - EMA240) / c / (sd sqrt 240)", "close", 1440, true,
        returns_source),
    ROW(RSI_15M, "rsi_15m", "RSI14 / 50 - 1 of 15m closes", "close", 225, true, wilder_source),
    ROW(RSI_1H, "rsi_1h", "RSI14 / 50 - 1 of 1h closes", "close", 900, true, wilder_source),
    ROW(RSI_4H, "rsi_4h", "RSI14 / 50 - 1 of 4h closes", "close", 3600, true, wilder_source),
    ROW(MACD_15M, "macd_15m", "MACD(12, 26, 9) histogram / ATR14, 15m", "high, low, close", 510,
        true, macd_source),
    ROW(MACD_1H, "macd_1h", "MACD(12, 26, 9) histogram / ATR14, 1h", "high, low, close", 2040, true,
        macd_source),
    ROW(BOLLINGER_1H, "bollinger_1h", "(close - mean20) / sd20 of 1h closes", "close", 1200, true,
        bands_source),
    ROW(TAKER_1, "taker_1", "2 sum(taker buys) / sum(volume) - 1 over 1", "volume, taker buys", 1,
        true, flow_source),
    ROW(TAKER_5, "taker_5", "2 sum(taker buys) / sum(volume) - 1 over 5", "volume, taker buys", 5,
        true, flow_source),
    ROW(TAKER_15, "taker_15", "2 sum(taker buys) / sum(volume) - 1 over 15", "volume, taker buys",
        15, true, flow_source),
    ROW(TAKER_60, "taker_60", "2 sum(taker buys) / sum(volume) - 1 over 60", "volume, taker buys",
        60, true, flow_source),
    ROW(RATIO_RETURN_15, "ratio_return_15",
        "(l_t - l_(t-15)) / (sqrt(mean (r - r')^2 over 1440) sqrt 15), l = L - L'", "close of both",
        1440, true, returns_source),
    ROW(RATIO_Z_1440, "ratio_z_1440", "(l_t - mean l) / sd of l, both over 1440, l = L - L'",
        "close of both", 1440, true, pair_source),
    ROW(PEER_RETURN_1, "peer_return_1", "(L'_t - L'_(t-1)) / sd'", "close of the other", 1440, true,
        returns_source),
    ROW(PEER_RETURN_5, "peer_return_5", "(L'_t - L'_(t-5)) / (sd' sqrt 5)", "close of the other",
        1440, true, returns_source),
    ROW(PEER_RETURN_15, "peer_return_15", "(L'_t - L'_(t-15)) / (sd' sqrt 15)",
        "close of the other", 1440, true, returns_source),
    ROW(PEER_RESIDUAL_15, "peer_residual_15", "return_15 - correlation_240 x peer_return_15",
        "close of both", 1440, true, pair_source),
    ROW(RSI_DIVERGENCE_1H, "rsi_divergence_1h", "rsi_1h - rsi_1h'", "close of both", 900, true,
        wilder_source),
    ROW(PEER_TAKER_5, "peer_taker_5", "taker_5'", "volume, taker buys of the other", 5, true,
        flow_source),
    ROW(BANDWIDTH_1H, "bandwidth_1h", "ln(4 sd20 / mean20 of 1h closes) - ln(sd sqrt 60)", "close",
        1440, false, bands_source),
    ROW(ATR_15M, "atr_15m", "ln(ATR14 of 15m / c / (sd sqrt 15))", "high, low, close", 1440, false,
        wilder_source),
    ROW(SIGMA_RATIO_15, "sigma_ratio_15", "ln(s15 / sd)", "close", 1440, false, sigma_source),
    ROW(SIGMA_RATIO_60, "sigma_ratio_60", "ln(s60 / sd)", "close", 1440, false, sigma_source),
    ROW(SIGMA_RATIO_240, "sigma_ratio_240", "ln(s240 / sd)", "close", 1440, false, sigma_source),
    ROW(SIGMA_RATIO_10080, "sigma_ratio_10080", "ln(sd / s10080)", "close", 10080, false,
        sigma_source),
    ROW(SIGMA_1440, "sigma_1440", "ln sd", "close", 1440, false, sigma_source),
    ROW(RANGE_60, "range_60", "ln((max high - min low over 60) / (c sd sqrt 60) + 1e-6)",
        "high, low, close", 1440, false, sigma_source),
    ROW(VOLUME_5, "volume_5", "ln(mean volume over 5 / mean volume over 1440 + 1e-3)", "volume",
        1440, false, activity_source),
    ROW(VOLUME_60, "volume_60", "ln(mean volume over 60 / mean volume over 1440 + 1e-3)", "volume",
        1440, false, activity_source),
    ROW(TRADES_15, "trades_15", "ln(mean trades over 15 / mean trades over 1440 + 1e-3)", "trades",
        1440, false, activity_source),
    ROW(CORRELATION_240, "correlation_240", "sum(r r') / sqrt(sum r^2 sum r'^2) over 240",
        "close of both", 240, false, pair_source),
    ROW(BETA_240, "beta_240", "sum(r r') / sum r'^2 over 240", "close of both", 240, false,
        pair_source),
    ROW(DAY_SIN, "day_sin", "sin(2 pi minute of day / 1440)", "time", 0, false, clock_source),
    ROW(DAY_COS, "day_cos", "cos(2 pi minute of day / 1440)", "time", 0, false, clock_source),
    ROW(WEEK_SIN, "week_sin", "sin(2 pi minute of week / 10080), Monday 00:00 = 0", "time", 0,
        false, clock_source),
    ROW(WEEK_COS, "week_cos", "cos(2 pi minute of week / 10080), Monday 00:00 = 0", "time", 0,
        false, clock_source),
    ROW(IS_BTC, "is_btc", "1 when the base is BTC, else 0", "symbol", 0, false, "the symbol"),
    ROW(IS_ETH, "is_eth", "1 when the base is ETH, else 0", "symbol", 0, false, "the symbol"),
    ROW(PROFILE_PAST_60, "profile_past_60", "q(-59, 0) = 0.5 ln(mean profile over t-59..t)",
        "close, time", 2880, false, profile_source),
    ROW(PROFILE_PAST_240, "profile_past_240", "q(-239, 0) = 0.5 ln(mean profile over t-239..t)",
        "close, time", 2880, false, profile_source),
    ROW(PROFILE_NEXT_60, "profile_next_60", "q(1, 60) = 0.5 ln(mean profile over t+1..t+60)",
        "close, time", 2880, false, profile_source),
    ROW(PROFILE_NEXT_240, "profile_next_240", "q(1, 240) = 0.5 ln(mean profile over t+1..t+240)",
        "close, time", 2880, false, profile_source),
    ROW(BASELINE, "baseline",
        "survival: 1 - erfc(a / (S240 sqrt 2)); movement: ln(S240 / (sd sqrt 240)); direction: 0.5",
        "HAR sigma; stop for survival", 10080, false, "HAR regression, normal tail"),
    ROW(STOP_DISTANCE, "stop_distance", "survival: ln(a / S240); else 0", "HAR sigma, stop", 10080,
        false, "HAR regression"),
};

static void add_text(l1_hasher *hasher, const char *text)
{
    L1_ASSERT(text != NULL && text[0] != '\0');
    l1_hash_add(hasher, text, strlen(text) + 1);
}

l1_hash128 l1_features_hash(void)
{
    l1_hasher hasher;
    l1_hash_begin(&hasher, HASH_DOMAIN);
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) {
        add_text(&hasher, l1_features[i].name);
        add_text(&hasher, l1_features[i].formula);
        l1_hash_add_word(&hasher, l1_features[i].directional, 1);
    }
    return l1_hash_end(&hasher);
}

int l1_feature_find(const char *name, size_t size)
{
    L1_ASSERT(name != NULL || size == 0);
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) {
        const char *const own = l1_features[i].name;
        if (strlen(own) == size && memcmp(own, name, size) == 0) return i;
    }
    return -1;
}
