/* features/average.c: exponential averages that start with a mean. */
#include "features/average.h"

#include "base/assert.h"
#include "features/finite.h"

void l1_ema_on_value(l1_ema *ema, uint32_t period, double value)
{
    L1_ASSERT(period >= 1 && period <= L1_EMA_PERIOD_MAX);
    L1_ASSERT(ema->count <= period);
    if (ema->count == period) {
        ema->value += (value - ema->value) * (2.0 / (period + 1));
        return;
    }
    ema->value += value;
    ema->count++;
    if (ema->count == period) ema->value /= period;
}

bool l1_ema_value(const l1_ema *ema, uint32_t period, double *out)
{
    L1_ASSERT(ema->count <= period);
    if (ema->count < period) return false;
    *out = ema->value;
    return true;
}

void l1_ema_archive(l1_archive *archive, l1_ema *ema, uint32_t period)
{
    L1_ASSERT(period >= 1 && period <= L1_EMA_PERIOD_MAX);
    l1_archive_count(archive, &ema->count, period);
    l1_finite_archive(archive, &ema->value);
}

void l1_macd_on_value(l1_macd *macd, double close)
{
    L1_ASSERT(macd->count <= L1_MACD_SLOW);
    double fast, slow, signal;
    l1_ema_on_value(&macd->slow, L1_MACD_SLOW, close);
    if (macd->count >= L1_MACD_SLOW - L1_MACD_FAST) {
        l1_ema_on_value(&macd->fast, L1_MACD_FAST, close);
    }
    if (macd->count < L1_MACD_SLOW) macd->count++;
    if (!l1_ema_value(&macd->slow, L1_MACD_SLOW, &slow)) return;
    const bool together = l1_ema_value(&macd->fast, L1_MACD_FAST, &fast);
    L1_ASSERT(together);
    const double line = fast - slow;
    l1_ema_on_value(&macd->signal, L1_MACD_SIGNAL, line);
    if (l1_ema_value(&macd->signal, L1_MACD_SIGNAL, &signal)) macd->histogram = line - signal;
}

bool l1_macd_histogram(const l1_macd *macd, double *out)
{
    double unused;
    if (!l1_ema_value(&macd->signal, L1_MACD_SIGNAL, &unused)) return false;
    L1_ASSERT(macd->count == L1_MACD_SLOW);
    *out = macd->histogram;
    return true;
}

void l1_macd_archive(l1_archive *archive, l1_macd *macd)
{
    const uint32_t ahead = L1_MACD_SLOW - L1_MACD_FAST;
    l1_archive_count(archive, &macd->count, L1_MACD_SLOW);
    l1_ema_archive(archive, &macd->fast, L1_MACD_FAST);
    l1_ema_archive(archive, &macd->slow, L1_MACD_SLOW);
    l1_ema_archive(archive, &macd->signal, L1_MACD_SIGNAL);
    l1_finite_archive(archive, &macd->histogram);
    const bool sane = macd->slow.count == macd->count &&
                      macd->fast.count == (macd->count > ahead ? macd->count - ahead : 0) &&
                      (macd->signal.count == 0 || macd->count == L1_MACD_SLOW);
    if (archive->mode != L1_ARCHIVE_LOAD || sane) return;
    l1_archive_refuse(archive);
    *macd = (l1_macd){0};
}
