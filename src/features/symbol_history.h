/* features/symbol_history.h: what features remember of one symbol, streamed from its closed bars.
 *
 * Running sums, extremes, indicators on 15m, 1h and 4h frames, and the time-of-day profile. What
 * indicators said is kept for each of the last minutes, so that a vector can stand for a minute
 * that the other asset has only now closed.
 * Gaps: up to L1_GAP_FILL_MINUTES missing minutes become flat bars without volume once the next
 * bar arrives; a longer gap starts everything anew but the profiles. A minute without volume,
 * filled or not, is thin.
 * Determinism: pure. */
#ifndef L1_FEATURES_SYMBOL_HISTORY_H
#define L1_FEATURES_SYMBOL_HISTORY_H

#include "base/archive.h"
#include "domain/market.h"
#include "features/average.h"
#include "features/bollinger.h"
#include "features/extremes.h"
#include "features/frame.h"
#include "features/minute_sums.h"
#include "features/profile.h"
#include "features/volume_profile.h"
#include "features/wilder.h"

#define L1_EMA_FAST 60
#define L1_EMA_SLOW 240

/* So far back a vector may lie behind a symbol's newest minute. */
#define L1_READINGS_BACK 120
#define L1_READINGS_RING 128

/* What the indicators said when a minute closed; 0 while one is undefined. */
typedef struct {
    double close, ema60, ema240;
    double rsi_15m, rsi_1h, rsi_4h;      /* RSI / 50 - 1 */
    double macd_15m, macd_1h;            /* histogram / ATR of the same frame */
    double atr_15m;                      /* quote per base */
    double bollinger_z, bollinger_width; /* (close - mean) / deviation, 4 deviations / mean */
    int64_t thin_minute;                 /* newest thin minute; 0 = none */
} l1_readings;

typedef struct {
    l1_frame frame;
    l1_rsi rsi;
} l1_frame_4h;

typedef struct {
    l1_frame frame;
    l1_rsi rsi;
    l1_macd macd;
    l1_atr atr;
    l1_bollinger bollinger; /* used on 1h */
} l1_frame_full;

typedef struct {
    l1_minute_sums sums;
    l1_extremes extremes;
    l1_ema ema60, ema240;
    l1_frame_full quarter, hour;
    l1_frame_4h four_hours;
    int64_t close_e8;                       /* of the newest minute */
    l1_readings readings[L1_READINGS_RING]; /* by minute */
    l1_profile profile;                     /* seen by minutes of its day and later ones */
    l1_profile before;                      /* seen by earlier minutes */
    l1_volume_profile volume;               /* goes on over gaps of any length */
} l1_symbol_history;

void l1_symbol_history_init(l1_symbol_history *history);

/* Takes a closed bar, newer than the last one. */
void l1_symbol_history_on_bar(l1_symbol_history *history, const l1_bar *bar);

/* Both for one of the last L1_READINGS_BACK + 1 minutes. */
static inline const l1_readings *l1_readings_at(const l1_symbol_history *history, int64_t minute)
{
    return &history->readings[minute & (L1_READINGS_RING - 1)];
}
const l1_profile *l1_profile_at(const l1_symbol_history *history, int64_t minute);

/* Replaces the profile by one that reaches further, or by the first one given. */
void l1_symbol_history_take_profile(l1_symbol_history *history, const l1_profile *profile,
                                    bool first);

void l1_symbol_history_archive(l1_archive *archive, l1_symbol_history *history);

#endif
