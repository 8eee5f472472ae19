/* features/bollinger.c: a window of 20 values, its mean and its deviation. */
#include "features/bollinger.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "features/finite.h"

/* Around the oldest value: a constant window deviates by exactly 0, whatever its value. */
static void measure(l1_bollinger *bollinger)
{
    const double base = bollinger->values[0];
    double sum = 0, squares = 0;
    L1_ASSERT(bollinger->count == L1_BOLLINGER_PERIOD);
    for (uint32_t i = 0; i < L1_BOLLINGER_PERIOD; i++) sum += bollinger->values[i] - base;
    const double mean = sum / L1_BOLLINGER_PERIOD;
    for (uint32_t i = 0; i < L1_BOLLINGER_PERIOD; i++) {
        const double apart = bollinger->values[i] - base - mean;
        squares += apart * apart;
    }
    bollinger->mean = base + mean;
    bollinger->deviation = sqrt(squares / L1_BOLLINGER_PERIOD);
}

void l1_bollinger_on_value(l1_bollinger *bollinger, double close)
{
    L1_ASSERT(bollinger->count <= L1_BOLLINGER_PERIOD);
    if (bollinger->count == L1_BOLLINGER_PERIOD) {
        memmove(bollinger->values, bollinger->values + 1,
                (L1_BOLLINGER_PERIOD - 1) * sizeof bollinger->values[0]);
        bollinger->count--;
    }
    bollinger->values[bollinger->count++] = close;
    if (bollinger->count == L1_BOLLINGER_PERIOD) measure(bollinger);
}

bool l1_bollinger_value(const l1_bollinger *bollinger, double *mean, double *deviation)
{
    L1_ASSERT(bollinger->count <= L1_BOLLINGER_PERIOD);
    if (bollinger->count < L1_BOLLINGER_PERIOD) return false;
    *mean = bollinger->mean;
    *deviation = bollinger->deviation;
    return true;
}

/* Mean and deviation follow from the window. */
void l1_bollinger_archive(l1_archive *archive, l1_bollinger *bollinger)
{
    if (archive->mode == L1_ARCHIVE_LOAD) memset(bollinger, 0, sizeof *bollinger);
    l1_archive_count(archive, &bollinger->count, L1_BOLLINGER_PERIOD);
    for (uint32_t i = 0; i < bollinger->count; i++) {
        l1_finite_archive(archive, &bollinger->values[i]);
    }
    if (archive->mode != L1_ARCHIVE_LOAD) return;
    if (bollinger->count == L1_BOLLINGER_PERIOD) measure(bollinger);
}
