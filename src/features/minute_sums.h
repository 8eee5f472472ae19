/* features/minute_sums.h: running sums over a symbol's consecutive minutes; any window is one
 * subtraction.
 *
 * Sums are of integers, so a window's sum is exact: it does not drift, depends on nothing that lies
 * before it, and needs no rebuilding. Running sums wrap around; windows come out right as long as
 * they themselves fit.
 * Units:       logarithms 2^-58, squares and products of returns 2^-108; volumes 1e-8 of base.
 * Bounds:      a minute's return is limited to +-4 (e^4 = 55-fold), so the squares of 10,080
 *              minutes stay below 2^126. It is within 2 ulp of ln(close / previous); the logarithm
 *              changes by it to 2^-59.
 * Minutes:     counted from the Unix epoch, by their opening.
 * Determinism: integers, and base/real.h's logarithm. */
#ifndef L1_FEATURES_MINUTE_SUMS_H
#define L1_FEATURES_MINUTE_SUMS_H

#include "base/archive.h"
#include "base/decimal.h"

#define L1_LONG_MINUTES 16384 /* logarithms and squares: for windows of up to 10,200 minutes */
#define L1_SHORT_MINUTES 2048 /* the other sums: up to 1,560 */
#define L1_LOG_SCALE 0x1p-58
#define L1_SQUARE_SCALE 0x1p-108

__extension__ typedef unsigned __int128 l1_u128;

typedef struct {
    l1_u128 logs, volume, taker, trades; /* up to and with this minute */
} l1_minute_totals;

typedef struct {
    int64_t newest;                 /* minute */
    int64_t count;                  /* consecutive minutes up to newest since the start; 0 = none */
    uint64_t logs[L1_LONG_MINUTES]; /* ln close, but for a constant: the sum of returns */
    double returns[L1_LONG_MINUTES];
    l1_u128 squares[L1_LONG_MINUTES];
    l1_minute_totals totals[L1_SHORT_MINUTES];
} l1_minute_sums;

/* What one minute adds. */
typedef struct {
    double change; /* its return; of no account in the first minute */
    int64_t volume_e8, taker_e8, trades;
} l1_minute;

/* ln(close / previous), limited. Both > 0. */
double l1_return_of(int64_t close_e8, int64_t previous_e8);

void l1_minute_sums_restart(l1_minute_sums *sums, int64_t first); /* its first minute to come */
void l1_minute_sums_add(l1_minute_sums *sums, const l1_minute *minute);

static inline int64_t l1_minute_sums_start(const l1_minute_sums *sums)
{
    return sums->newest - sums->count + 1;
}

/* The oldest minute whose logarithm is still there. */
static inline int64_t l1_minute_sums_oldest(const l1_minute_sums *sums)
{
    const int64_t kept = sums->count < L1_LONG_MINUTES ? sums->count : L1_LONG_MINUTES;
    return sums->newest - kept + 1;
}

/* ln close of one minute less ln close of another; both are at least the oldest. */
static inline int64_t l1_log_change(const l1_minute_sums *sums, int64_t from, int64_t to)
{
    return (int64_t)(sums->logs[to & (L1_LONG_MINUTES - 1)] -
                     sums->logs[from & (L1_LONG_MINUTES - 1)]);
}

/* ln close but for a constant. */
static inline int64_t l1_log_at(const l1_minute_sums *sums, int64_t minute)
{
    return (int64_t)sums->logs[minute & (L1_LONG_MINUTES - 1)];
}

/* The return of a minute; 0 where the previous one is not known. */
double l1_return_at(const l1_minute_sums *sums, int64_t minute);

/* a x b in 2^-108, cut towards 0; both are returns. */
l1_i128 l1_product_of(double a, double b);

/* Sum of squared returns over `width` minutes up to and with `minute`. */
l1_i128 l1_squares_over(const l1_minute_sums *sums, int64_t minute, int64_t width);

/* The others over the same kind of window; `width` <= 1440. */
typedef struct {
    l1_i128 logs, volume, taker, trades;
} l1_minute_window;
l1_minute_window l1_totals_over(const l1_minute_sums *sums, int64_t minute, int64_t width);

/* Saves what single minutes were; sums are made anew on LOAD. */
void l1_minute_sums_archive(l1_archive *archive, l1_minute_sums *sums);

#endif
