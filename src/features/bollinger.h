/* features/bollinger.h: mean and population standard deviation of the last 20 values.
 *
 * As TA-Lib's BBANDS and STDDEV in definition. The window is kept and recomputed around its mean
 * with every value, so nothing drifts; TA-Lib keeps a running sum of squares, which loses digits
 * where the deviation is small beside the price.
 * Determinism: + - * / and sqrt in a fixed order. */
#ifndef L1_FEATURES_BOLLINGER_H
#define L1_FEATURES_BOLLINGER_H

#include "base/archive.h"

#define L1_BOLLINGER_PERIOD 20

typedef struct {
    uint32_t count;                     /* at most the period */
    double values[L1_BOLLINGER_PERIOD]; /* oldest first */
    double mean, deviation;             /* of a full window */
} l1_bollinger;

void l1_bollinger_on_value(l1_bollinger *bollinger, double close);
bool l1_bollinger_value(const l1_bollinger *bollinger, double *mean, double *deviation);
void l1_bollinger_archive(l1_archive *archive, l1_bollinger *bollinger);

#endif
