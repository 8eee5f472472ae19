/* features/minute_sums.c: rings of running sums. */
#include "features/minute_sums.h"

#include <string.h>

#include "base/assert.h"
#include "base/real.h"
#include "domain/market.h"
#include "features/finite.h"

#define LONG_MASK (L1_LONG_MINUTES - 1)
#define SHORT_MASK (L1_SHORT_MINUTES - 1)
#define RETURN_MAX 4.0
#define MINUTE_MAX (INT64_MAX / L1_MINUTE_NS)

_Static_assert((L1_LONG_MINUTES & LONG_MASK) == 0, "a power of two");
_Static_assert((L1_SHORT_MINUTES & SHORT_MASK) == 0, "a power of two");

/* ln(1 + x), |x| <= 1/2, with the relative error of ln and two divisions: what 1 + x loses, the
 * factor gives back (Kahan). */
static double ln_one_plus(double x)
{
    const double sum = 1.0 + x;
    return sum == 1.0 ? x : l1_ln(sum) * (x / (sum - 1.0));
}

double l1_return_of(int64_t close_e8, int64_t previous_e8)
{
    L1_ASSERT(close_e8 > 0 && previous_e8 > 0);
    const double share = (double)(close_e8 - previous_e8) / (double)previous_e8;
    const double change = share > -0.5 && share < 0.5
                              ? ln_one_plus(share)
                              : l1_ln((double)close_e8 / (double)previous_e8);
    if (change > RETURN_MAX) return RETURN_MAX;
    return change < -RETURN_MAX ? -RETURN_MAX : change;
}

/* By the double's own bits: a conversion to 128 bits would call the compiler's library. */
l1_i128 l1_product_of(double a, double b)
{
    const double product = a * b;
    const uint64_t bits = l1_real_bits(product);
    const int exponent = (int)(bits >> 52 & 0x7ff) - 1075 + 108; /* of the last bit, in 2^-108 */
    const uint64_t digits = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    L1_ASSERT(product >= -RETURN_MAX * RETURN_MAX && product <= RETURN_MAX * RETURN_MAX);
    if (exponent <= -53) return 0;
    const l1_i128 size = exponent >= 0 ? (l1_i128)digits << exponent : digits >> -exponent;
    return product < 0 ? -size : size;
}

void l1_minute_sums_restart(l1_minute_sums *sums, int64_t first)
{
    L1_ASSERT(first > 0 && first <= MINUTE_MAX);
    sums->newest = first - 1;
    sums->count = 0;
    sums->squares[sums->newest & LONG_MASK] = 0;
    memset(&sums->totals[sums->newest & SHORT_MASK], 0, sizeof sums->totals[0]);
}

double l1_return_at(const l1_minute_sums *sums, int64_t minute)
{
    L1_ASSERT(minute <= sums->newest);
    if (minute <= l1_minute_sums_oldest(sums)) return 0;
    return sums->returns[minute & LONG_MASK];
}

/* In 2^-58, to nearest. */
static int64_t log_step(double change)
{
    const double scaled = change * 0x1p58;
    return (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

/* Sign included: a negative value wraps, and comes back by wrapping. */
static l1_u128 wide(int64_t value)
{
    return (l1_u128)value;
}

void l1_minute_sums_add(l1_minute_sums *sums, const l1_minute *minute)
{
    L1_ASSERT(minute->change >= -RETURN_MAX && minute->change <= RETURN_MAX);
    L1_ASSERT(minute->volume_e8 >= 0 && minute->taker_e8 >= 0 && minute->trades >= 0);
    const bool first = sums->count == 0;
    const double change = first ? 0 : minute->change;
    const uint64_t log =
        first ? 0 : sums->logs[sums->newest & LONG_MASK] + (uint64_t)log_step(change);
    const l1_u128 squares = sums->squares[sums->newest & LONG_MASK];
    const l1_minute_totals before = sums->totals[sums->newest & SHORT_MASK];
    sums->newest++;
    sums->count++;
    sums->logs[sums->newest & LONG_MASK] = log;
    sums->returns[sums->newest & LONG_MASK] = change;
    sums->squares[sums->newest & LONG_MASK] = squares + (l1_u128)l1_product_of(change, change);
    sums->totals[sums->newest & SHORT_MASK] = (l1_minute_totals){
        .logs = before.logs + wide((int64_t)log),
        .volume = before.volume + wide(minute->volume_e8),
        .taker = before.taker + wide(minute->taker_e8),
        .trades = before.trades + wide(minute->trades),
    };
}

l1_i128 l1_squares_over(const l1_minute_sums *sums, int64_t minute, int64_t width)
{
    L1_ASSERT(minute <= sums->newest && width > 0);
    L1_ASSERT(minute - width >= l1_minute_sums_oldest(sums));
    return (l1_i128)(sums->squares[minute & LONG_MASK] -
                     sums->squares[(minute - width) & LONG_MASK]);
}

l1_minute_window l1_totals_over(const l1_minute_sums *sums, int64_t minute, int64_t width)
{
    L1_ASSERT(minute <= sums->newest && width > 0);
    L1_ASSERT(minute - width > sums->newest - L1_SHORT_MINUTES);
    const l1_minute_totals *const to = &sums->totals[minute & SHORT_MASK];
    const l1_minute_totals *const from = &sums->totals[(minute - width) & SHORT_MASK];
    return (l1_minute_window){
        .logs = (l1_i128)(to->logs - from->logs),
        .volume = (l1_i128)(to->volume - from->volume),
        .taker = (l1_i128)(to->taker - from->taker),
        .trades = (l1_i128)(to->trades - from->trades),
    };
}

/* ---- archive ----------------------------------------------------------------------------- */

/* One minute's own volumes: only the last L1_SHORT_MINUTES - 1 are still known. */
static void archive_volumes(l1_archive *archive, const l1_minute_sums *sums, int64_t at,
                            l1_minute *minute)
{
    if (archive->mode != L1_ARCHIVE_LOAD) {
        const l1_minute_window window = l1_totals_over(sums, at, 1);
        minute->volume_e8 = (int64_t)window.volume;
        minute->taker_e8 = (int64_t)window.taker;
        minute->trades = (int64_t)window.trades;
    }
    l1_archive_i64(archive, &minute->volume_e8);
    l1_archive_i64(archive, &minute->taker_e8);
    l1_archive_i64(archive, &minute->trades);
    const bool sane = minute->volume_e8 >= 0 && minute->taker_e8 >= 0 && minute->trades >= 0;
    if (sane) return;
    L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
    l1_archive_refuse(archive);
    minute->volume_e8 = minute->taker_e8 = minute->trades = 0;
}

static void archive_minutes(l1_archive *archive, l1_minute_sums *sums, int64_t oldest,
                            int64_t newest)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    for (int64_t at = oldest; at <= newest; at++) {
        l1_minute minute = {.change = loading ? 0 : l1_return_at(sums, at)};
        l1_archive_f64(archive, &minute.change);
        if (!(minute.change >= -RETURN_MAX && minute.change <= RETURN_MAX)) {
            L1_ASSERT(loading);
            l1_archive_refuse(archive);
            minute.change = 0;
        }
        if (at > newest - (L1_SHORT_MINUTES - 1)) archive_volumes(archive, sums, at, &minute);
        if (!loading) continue;
        if (!l1_archive_ok(archive)) return;
        l1_minute_sums_add(sums, &minute);
    }
}

void l1_minute_sums_archive(l1_archive *archive, l1_minute_sums *sums)
{
    int64_t newest = sums->newest, count = sums->count;
    l1_archive_i64(archive, &newest);
    l1_archive_i64(archive, &count);
    if (newest < 0 || newest >= MINUTE_MAX || count < 0 || count > newest) {
        L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
        l1_archive_refuse(archive);
        newest = count = 0;
    }
    const int64_t kept = count < L1_LONG_MINUTES ? count : L1_LONG_MINUTES;
    if (archive->mode == L1_ARCHIVE_LOAD) l1_minute_sums_restart(sums, newest - kept + 1);
    archive_minutes(archive, sums, newest - kept + 1, newest);
    if (archive->mode != L1_ARCHIVE_LOAD) return;
    if (l1_archive_ok(archive)) {
        L1_ASSERT(sums->newest == newest);
        sums->count = count;
    } else {
        l1_minute_sums_restart(sums, 1);
    }
}
