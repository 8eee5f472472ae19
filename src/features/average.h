/* features/average.h: exponential averages and MACD(12, 26, 9), streaming.
 *
 * EMA: the first value is the plain mean of the first `period` values, later ones are
 * previous + (value - previous) x 2 / (period + 1). As TA-Lib's EMA.
 * MACD: fast and slow averages start together at the 26th value, so the fast one starts with the
 * mean of values 15 to 26; the signal line starts with the mean of the first nine differences. As
 * TA-Lib's MACD, whose output also begins with the 34th value.
 * Determinism: + - * / in a fixed order. Source: ta-lib ta_EMA.c, ta_MACD.c. */
#ifndef L1_FEATURES_AVERAGE_H
#define L1_FEATURES_AVERAGE_H

#include "base/archive.h"

#define L1_MACD_FAST 12
#define L1_MACD_SLOW 26
#define L1_MACD_SIGNAL 9
#define L1_EMA_PERIOD_MAX 1000

typedef struct {
    uint32_t count; /* values taken, at most the period */
    double value;   /* their sum until count reaches the period, then the average */
} l1_ema;

/* `period` is the same in every call, 1..L1_EMA_PERIOD_MAX. */
void l1_ema_on_value(l1_ema *ema, uint32_t period, double value);
bool l1_ema_value(const l1_ema *ema, uint32_t period, double *out); /* false while undefined */
void l1_ema_archive(l1_archive *archive, l1_ema *ema, uint32_t period);

typedef struct {
    uint32_t count; /* values taken, at most L1_MACD_SLOW */
    l1_ema fast, slow, signal;
    double histogram; /* (fast - slow) - signal; counts once signal is known */
} l1_macd;

void l1_macd_on_value(l1_macd *macd, double close);
bool l1_macd_histogram(const l1_macd *macd, double *out); /* false while undefined */
void l1_macd_archive(l1_archive *archive, l1_macd *macd);

#endif
