/* features/wilder.h: Wilder's average true range and relative strength, period 14, streaming.
 *
 * Both follow TA-Lib's ATR and RSI: the first average is the plain mean of the first 14 ranges
 * (changes), later ones are (13 x previous + new) / 14. The first candle (close) gives none.
 * Difference: where no price moved, so that gain + loss is 0, TA-Lib's RSI is 0; here it is 50.
 * A candle's range is looked at from its second on: the first may lack its beginning.
 * Determinism: + - * / in a fixed order. Source: Wilder, New Concepts in Technical Trading Systems
 * (1978); ta-lib ta_ATR.c, ta_RSI.c. */
#ifndef L1_FEATURES_WILDER_H
#define L1_FEATURES_WILDER_H

#include "base/archive.h"
#include "features/frame.h"

#define L1_ATR_PERIOD 14
#define L1_RSI_PERIOD 14

typedef struct {
    double previous_close;
    bool has_previous;
    uint32_t ranges_count; /* candles with a true range, at most L1_ATR_PERIOD */
    double range_sum;      /* until ranges_count reaches the period */
    double average;        /* quote per base; counts once ranges_count is full */
} l1_atr;

void l1_atr_on_candle(l1_atr *atr, const l1_candle *candle);
bool l1_atr_value(const l1_atr *atr, double *out); /* false while undefined */
void l1_atr_archive(l1_archive *archive, l1_atr *atr);

typedef struct {
    double previous;
    bool has_previous;
    uint32_t changes_count; /* at most L1_RSI_PERIOD */
    double gain, loss;      /* sums until changes_count is full, then averages; quote per base */
} l1_rsi;

void l1_rsi_on_value(l1_rsi *rsi, double close);
bool l1_rsi_value(const l1_rsi *rsi, double *out); /* 0..100; false while undefined */
void l1_rsi_archive(l1_archive *archive, l1_rsi *rsi);

#endif
