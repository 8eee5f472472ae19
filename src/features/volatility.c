/* features/volatility.c: sigma over a window of returns, ATR over 15m bars. */
#include "features/volatility.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"

/* ---- sigma ------------------------------------------------------------------------------- */

/* Four sums side by side: a fixed order that lets the processor overlap the additions. */
static double mean_of(const double values[L1_SIGMA_RETURNS])
{
    double sums[4] = {0, 0, 0, 0};
    _Static_assert(L1_SIGMA_RETURNS % 4 == 0, "the sums take four at a time");
    for (size_t i = 0; i < L1_SIGMA_RETURNS; i += 4) {
        for (size_t lane = 0; lane < 4; lane++) sums[lane] += values[i + lane];
    }
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) / L1_SIGMA_RETURNS;
}

static double sigma_of(const double returns[L1_SIGMA_RETURNS])
{
    double squares[L1_SIGMA_RETURNS];
    const double mean = mean_of(returns);
    for (size_t i = 0; i < L1_SIGMA_RETURNS; i++) {
        const double apart = returns[i] - mean;
        squares[i] = apart * apart;
    }
    const double variance = mean_of(squares);
    L1_ASSERT(variance >= 0.0);
    return sqrt(variance);
}

/* The window stays in order of time, oldest first, so that equal windows give equal sums. */
static void take_close(l1_volatility *volatility, int64_t close_e8, bool consecutive)
{
    L1_ASSERT(close_e8 > 0);
    L1_ASSERT(volatility->returns_count <= L1_SIGMA_RETURNS);
    volatility->sigma_known = false;
    if (!consecutive) {
        volatility->returns_count = 0;
        return;
    }
    if (volatility->returns_count == L1_SIGMA_RETURNS) {
        memmove(volatility->returns, volatility->returns + 1,
                (L1_SIGMA_RETURNS - 1) * sizeof volatility->returns[0]);
        volatility->returns_count--;
    }
    const double previous = l1_decimal_to_double(volatility->last_close_e8);
    volatility->returns[volatility->returns_count] = l1_decimal_to_double(close_e8) / previous - 1;
    volatility->returns_count++;
    if (volatility->returns_count < L1_SIGMA_RETURNS) return;
    volatility->sigma = sigma_of(volatility->returns);
    volatility->sigma_known = true;
}

/* ---- ATR --------------------------------------------------------------------------------- */

static void take_minute(l1_volatility *volatility, int64_t open_ns, double high, double low,
                        double close)
{
    const l1_candle minute = {open_ns, open_ns + L1_MINUTE_NS, high, low, close};
    l1_candle quarter;
    L1_ASSERT(open_ns > 0);
    if (!l1_frame_add(&volatility->frame, L1_QUARTER_NS, &minute, &quarter)) return;
    l1_atr_on_candle(&volatility->atr, &quarter);
}

/* Missing minutes become flat bars at the last close, unless too many are missing. */
static void fill_gap(l1_volatility *volatility, int64_t open_ns)
{
    L1_ASSERT(volatility->last_open_ns > 0);
    const int64_t missing = (open_ns - volatility->last_open_ns) / L1_MINUTE_NS - 1;
    L1_ASSERT(missing >= 0);
    if (missing > L1_GAP_FILL_MINUTES) {
        volatility->frame.open_ns = 0;
        volatility->atr.has_previous = false;
        volatility->atr.ranges_count = 0;
        volatility->atr.range_sum = 0;
        volatility->atr.average = 0;
        return;
    }
    const double flat = l1_decimal_to_double(volatility->last_close_e8);
    for (int64_t i = 1; i <= missing; i++) {
        take_minute(volatility, volatility->last_open_ns + i * L1_MINUTE_NS, flat, flat, flat);
    }
}

/* ---- public ------------------------------------------------------------------------------ */

void l1_volatility_on_bar(l1_volatility *volatility, const l1_bar *bar)
{
    L1_ASSERT(bar->open_time_ns > volatility->last_open_ns);
    L1_ASSERT(bar->open_time_ns % L1_MINUTE_NS == 0);
    L1_ASSERT(bar->low_e8 > 0 && bar->high_e8 >= bar->low_e8);
    const bool first = volatility->last_open_ns == 0;
    const bool next = !first && bar->open_time_ns == volatility->last_open_ns + L1_MINUTE_NS;
    take_close(volatility, bar->close_e8, next);
    if (!first) fill_gap(volatility, bar->open_time_ns);
    take_minute(volatility, bar->open_time_ns, l1_decimal_to_double(bar->high_e8),
                l1_decimal_to_double(bar->low_e8), l1_decimal_to_double(bar->close_e8));
    volatility->last_open_ns = bar->open_time_ns;
    volatility->last_close_e8 = bar->close_e8;
}

bool l1_volatility_sigma(const l1_volatility *volatility, double *sigma)
{
    L1_ASSERT(!volatility->sigma_known || volatility->returns_count == L1_SIGMA_RETURNS);
    if (volatility->sigma_known) *sigma = volatility->sigma;
    return volatility->sigma_known;
}

bool l1_volatility_atr(const l1_volatility *volatility, double *atr)
{
    return l1_atr_value(&volatility->atr, atr);
}

void l1_volatility_archive(l1_archive *archive, l1_volatility *volatility)
{
    if (archive->mode == L1_ARCHIVE_LOAD) memset(volatility, 0, sizeof *volatility);
    l1_archive_i64(archive, &volatility->last_open_ns);
    l1_archive_i64(archive, &volatility->last_close_e8);
    l1_archive_count(archive, &volatility->returns_count, L1_SIGMA_RETURNS);
    for (uint32_t i = 0; i < volatility->returns_count; i++) {
        l1_archive_f64(archive, &volatility->returns[i]);
    }
    l1_archive_bool(archive, &volatility->sigma_known);
    l1_archive_f64(archive, &volatility->sigma);
    l1_frame_archive(archive, &volatility->frame);
    l1_atr_archive(archive, &volatility->atr);
}
