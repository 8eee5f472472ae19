/* features/wilder.c: averages that start with a mean and go on as Wilder's. */
#include "features/wilder.h"

#include "base/assert.h"
#include "features/finite.h"

static double larger(double a, double b)
{
    return a > b ? a : b;
}

void l1_atr_on_candle(l1_atr *atr, const l1_candle *candle)
{
    L1_ASSERT(candle->high >= candle->low);
    L1_ASSERT(atr->ranges_count <= L1_ATR_PERIOD);
    if (atr->has_previous) {
        const double high = larger(candle->high, atr->previous_close);
        const double low = -larger(-candle->low, -atr->previous_close);
        const double range = high - low;
        if (atr->ranges_count < L1_ATR_PERIOD) {
            atr->ranges_count++;
            atr->range_sum += range;
            atr->average = atr->range_sum / L1_ATR_PERIOD;
        } else {
            atr->average = (atr->average * (L1_ATR_PERIOD - 1) + range) / L1_ATR_PERIOD;
        }
    }
    atr->previous_close = candle->close;
    atr->has_previous = true;
}

bool l1_atr_value(const l1_atr *atr, double *out)
{
    L1_ASSERT(atr->ranges_count <= L1_ATR_PERIOD);
    const bool known = atr->ranges_count == L1_ATR_PERIOD;
    if (known) *out = atr->average;
    return known;
}

void l1_atr_archive(l1_archive *archive, l1_atr *atr)
{
    l1_finite_archive(archive, &atr->previous_close);
    l1_archive_bool(archive, &atr->has_previous);
    l1_archive_count(archive, &atr->ranges_count, L1_ATR_PERIOD);
    l1_finite_archive(archive, &atr->range_sum);
    l1_finite_archive(archive, &atr->average);
}

void l1_rsi_on_value(l1_rsi *rsi, double close)
{
    L1_ASSERT(rsi->changes_count <= L1_RSI_PERIOD);
    L1_ASSERT(rsi->has_previous || rsi->changes_count == 0);
    if (rsi->has_previous) {
        const double change = close - rsi->previous;
        const double gain = change > 0 ? change : 0;
        const double loss = change < 0 ? -change : 0;
        if (rsi->changes_count < L1_RSI_PERIOD) {
            rsi->gain += gain;
            rsi->loss += loss;
            rsi->changes_count++;
            if (rsi->changes_count == L1_RSI_PERIOD) {
                rsi->gain /= L1_RSI_PERIOD;
                rsi->loss /= L1_RSI_PERIOD;
            }
        } else {
            rsi->gain = (rsi->gain * (L1_RSI_PERIOD - 1) + gain) / L1_RSI_PERIOD;
            rsi->loss = (rsi->loss * (L1_RSI_PERIOD - 1) + loss) / L1_RSI_PERIOD;
        }
    }
    rsi->previous = close;
    rsi->has_previous = true;
}

bool l1_rsi_value(const l1_rsi *rsi, double *out)
{
    L1_ASSERT(rsi->changes_count <= L1_RSI_PERIOD);
    if (rsi->changes_count < L1_RSI_PERIOD) return false;
    const double moved = rsi->gain + rsi->loss;
    L1_ASSERT(moved >= 0.0);
    *out = moved == 0.0 ? 50.0 : 100.0 * (rsi->gain / moved);
    return true;
}

void l1_rsi_archive(l1_archive *archive, l1_rsi *rsi)
{
    l1_finite_archive(archive, &rsi->previous);
    l1_archive_bool(archive, &rsi->has_previous);
    l1_archive_count(archive, &rsi->changes_count, L1_RSI_PERIOD);
    l1_finite_archive(archive, &rsi->gain);
    l1_finite_archive(archive, &rsi->loss);
    const bool sane =
        (rsi->has_previous || rsi->changes_count == 0) && rsi->gain >= 0 && rsi->loss >= 0;
    if (archive->mode != L1_ARCHIVE_LOAD || sane) return;
    l1_archive_refuse(archive);
    *rsi = (l1_rsi){0};
}
