/* features/feature_vector.c: the values of the table for one minute.
 *
 * A window is a difference of two integers, turned into a double once. A zero denominator gives 0;
 * the logarithm of 0 is cut to -20 like everything beyond +-20. */
#include <math.h>

#include "base/assert.h"
#include "base/real.h"
#include "features/feature_memory.h"

#define CLIP 20.0
#define RANGE_SHIFT 1e-6
#define SHARE_SHIFT 1e-3

/* Everything that a logarithm is taken of: all at once, between the two halves of the work. */
typedef enum {
    LOG_VOLUME_5,
    LOG_VOLUME_60,
    LOG_TRADES_15,
    LOG_SQUARE_15,
    LOG_SQUARE_60,
    LOG_SQUARE_240,
    LOG_SQUARE_1440,
    LOG_SQUARE_10080,
    LOG_BANDWIDTH,
    LOG_ATR,
    LOG_RANGE,
    LOG_PAST_15,
    LOG_PAST_60,
    LOG_PAST_240,
    LOG_NEXT_60,
    LOG_NEXT_240,
    LOGS_COUNT
} log_id;

/* What several values share. */
typedef struct {
    const l1_feature_symbol *own, *peer;
    const l1_readings *readings, *peer_readings;
    int64_t minute;
    double sd, peer_sd; /* s1440 */
    l1_i128 square_240, peer_square_240, product_240;
    l1_minute_window day; /* own, 1440 minutes */
    double correlation;
    double *values, *of; /* `of`: by log_id, what a logarithm is taken of */
} vector_work;

static double clip(double value)
{
    if (value > CLIP) return CLIP;
    return value < -CLIP ? -CLIP : value;
}

static double over(double value, double divisor)
{
    return divisor == 0.0 ? 0.0 : value / divisor;
}

/* Its logarithm is that of value / divisor + shift; 0 when the divisor is. */
static double shifted(double value, double divisor, double shift)
{
    return divisor == 0.0 ? 1.0 : value / divisor + shift;
}

static double mean_square(const l1_minute_sums *sums, int64_t minute, int64_t width)
{
    const double sum = (double)l1_squares_over(sums, minute, width);
    return sum * L1_SQUARE_SCALE / (double)width;
}

/* (ln close - ln close of `width` minutes before) / (sd sqrt width) */
static double moved(const l1_minute_sums *sums, int64_t minute, int64_t width, double sd)
{
    const int64_t change = l1_log_change(sums, minute - width, minute);
    return over((double)change * L1_LOG_SCALE, sd * sqrt((double)width));
}

/* (ln close - its mean over `width` minutes) / (sd sqrt width) */
static double deviated(const l1_minute_sums *sums, int64_t minute, l1_i128 logs, int64_t width,
                       double sd)
{
    const l1_i128 apart = (l1_i128)l1_log_at(sums, minute) * width - logs;
    const double mean = (double)apart * L1_LOG_SCALE / (double)width;
    return over(mean, sd * sqrt((double)width));
}

/* 2 x taker / volume - 1 */
static double taker_share(const l1_minute_window *window)
{
    return over((double)(2 * window->taker - window->volume), (double)window->volume);
}

static void fill_own(const vector_work *work)
{
    const l1_minute_sums *const sums = &work->own->history.sums;
    const l1_readings *const readings = work->readings;
    const int64_t minute = work->minute;
    double *const values = work->values;
    const l1_minute_window last_1 = l1_totals_over(sums, minute, 1);
    const l1_minute_window last_5 = l1_totals_over(sums, minute, 5);
    const l1_minute_window last_15 = l1_totals_over(sums, minute, 15);
    const l1_minute_window last_60 = l1_totals_over(sums, minute, 60);
    const l1_minute_window last_240 = l1_totals_over(sums, minute, 240);
    values[L1_FEATURE_RETURN_1] = moved(sums, minute, 1, work->sd);
    values[L1_FEATURE_RETURN_5] = moved(sums, minute, 5, work->sd);
    values[L1_FEATURE_RETURN_15] = moved(sums, minute, 15, work->sd);
    values[L1_FEATURE_RETURN_60] = moved(sums, minute, 60, work->sd);
    values[L1_FEATURE_RETURN_240] = moved(sums, minute, 240, work->sd);
    values[L1_FEATURE_RETURN_1440] = moved(sums, minute, 1440, work->sd);
    values[L1_FEATURE_DEVIATION_15] = deviated(sums, minute, last_15.logs, 15, work->sd);
    values[L1_FEATURE_DEVIATION_60] = deviated(sums, minute, last_60.logs, 60, work->sd);
    values[L1_FEATURE_DEVIATION_240] = deviated(sums, minute, last_240.logs, 240, work->sd);
    values[L1_FEATURE_EMA_CROSS] =
        over((readings->ema60 - readings->ema240) / readings->close, work->sd * sqrt(240.0));
    values[L1_FEATURE_RSI_15M] = readings->rsi_15m;
    values[L1_FEATURE_RSI_1H] = readings->rsi_1h;
    values[L1_FEATURE_RSI_4H] = readings->rsi_4h;
    values[L1_FEATURE_MACD_15M] = readings->macd_15m;
    values[L1_FEATURE_MACD_1H] = readings->macd_1h;
    values[L1_FEATURE_BOLLINGER_1H] = readings->bollinger_z;
    values[L1_FEATURE_TAKER_1] = taker_share(&last_1);
    values[L1_FEATURE_TAKER_5] = taker_share(&last_5);
    values[L1_FEATURE_TAKER_15] = taker_share(&last_15);
    values[L1_FEATURE_TAKER_60] = taker_share(&last_60);
    const double volume = (double)work->day.volume / L1_DAY_MINUTES;
    const double trades = (double)work->day.trades / L1_DAY_MINUTES;
    work->of[LOG_VOLUME_5] = shifted((double)last_5.volume / 5, volume, SHARE_SHIFT);
    work->of[LOG_VOLUME_60] = shifted((double)last_60.volume / 60, volume, SHARE_SHIFT);
    work->of[LOG_TRADES_15] = shifted((double)last_15.trades / 15, trades, SHARE_SHIFT);
}

/* The ratio of prices: its return, and where it stands in a day's mean and deviation. */
static void fill_ratio(const vector_work *work)
{
    const l1_minute_sums *const own = &work->own->history.sums;
    const l1_minute_sums *const peer = &work->peer->history.sums;
    const int64_t minute = work->minute, n = L1_DAY_MINUTES;
    const l1_u128 squares = (l1_u128)l1_squares_over(own, minute, n) +
                            (l1_u128)l1_squares_over(peer, minute, n) -
                            2 * (l1_u128)l1_products_over(&work->own->pair, minute, n);
    const double mean = (double)(l1_i128)squares * L1_SQUARE_SCALE / (double)n;
    const double relative = mean > 0.0 ? sqrt(mean) : 0.0; /* products are rounded */
    const l1_i128 now = (l1_i128)l1_log_at(own, minute) - l1_log_at(peer, minute);
    const l1_i128 moved_15 =
        (l1_i128)l1_log_change(own, minute - 15, minute) - l1_log_change(peer, minute - 15, minute);
    work->values[L1_FEATURE_RATIO_RETURN_15] =
        over((double)moved_15 * L1_LOG_SCALE, relative * sqrt(15.0));

    /* Around an integer m near the mean: sum (l - m)^2 = sum l^2 - m (2 sum l - n m), and what the
     * mean is beside m comes off at the end. m is found from where l stands, so that the unknown
     * constant in l has no part in any bit. */
    const l1_i128 sum = work->day.logs - l1_totals_over(peer, minute, n).logs;
    const l1_i128 apart = now * n - sum;
    const double offset = (double)apart / (double)n;
    const l1_i128 middle = now - (offset > -0x1p62 && offset < 0x1p62 ? (int64_t)offset : 0);
    const l1_i128 rest = sum - middle * n;
    const l1_u128 about = (l1_u128)l1_ratio_squares_over(&work->own->pair, minute, n) -
                          (l1_u128)middle * (l1_u128)(sum + rest);
    const double squares_about = (double)(l1_i128)about - (double)rest * (double)rest / (double)n;
    const double variance = squares_about * (L1_LOG_SCALE * L1_LOG_SCALE) / (double)n;
    const double deviation = variance > 0.0 ? sqrt(variance) : 0.0;
    work->values[L1_FEATURE_RATIO_Z_1440] = over(offset * L1_LOG_SCALE, deviation);
}

static void fill_peer(const vector_work *work)
{
    const l1_minute_sums *const peer = &work->peer->history.sums;
    const l1_minute_window last_5 = l1_totals_over(peer, work->minute, 5);
    double *const values = work->values;
    values[L1_FEATURE_PEER_RETURN_1] = moved(peer, work->minute, 1, work->peer_sd);
    values[L1_FEATURE_PEER_RETURN_5] = moved(peer, work->minute, 5, work->peer_sd);
    values[L1_FEATURE_PEER_RETURN_15] = moved(peer, work->minute, 15, work->peer_sd);
    values[L1_FEATURE_PEER_RESIDUAL_15] =
        values[L1_FEATURE_RETURN_15] - work->correlation * values[L1_FEATURE_PEER_RETURN_15];
    values[L1_FEATURE_RSI_DIVERGENCE_1H] = work->readings->rsi_1h - work->peer_readings->rsi_1h;
    values[L1_FEATURE_PEER_TAKER_5] = taker_share(&last_5);
    values[L1_FEATURE_CORRELATION_240] = work->correlation;
    values[L1_FEATURE_BETA_240] = over((double)work->product_240, (double)work->peer_square_240);
}

static void fill_sigma(const vector_work *work)
{
    static const int64_t widths[] = {15, 60, 240, 1440, 10080};
    const l1_minute_sums *const sums = &work->own->history.sums;
    const double close = work->readings->close, sd = work->sd;
    double *const of = work->of;
    for (int i = 0; i < 5; i++) {
        of[LOG_SQUARE_15 + i] = mean_square(sums, work->minute, widths[i]);
    }
    const l1_extreme range = l1_extremes_at(&work->own->history.extremes, work->minute);
    of[LOG_BANDWIDTH] = shifted(work->readings->bollinger_width, sd * sqrt(60.0), 0.0);
    of[LOG_ATR] = shifted(work->readings->atr_15m / close, sd * sqrt(15.0), 0.0);
    of[LOG_RANGE] = shifted(l1_decimal_to_double(range.high_e8 - range.low_e8) / close,
                            sd * sqrt(60.0), RANGE_SHIFT);
}

static void fill_time(const vector_work *work)
{
    const int64_t minute = work->minute;
    const int64_t of_day = minute % L1_DAY_MINUTES;
    const int64_t of_week = (minute / L1_DAY_MINUTES + 3) % 7 * L1_DAY_MINUTES + of_day;
    const double day = (double)of_day / L1_DAY_MINUTES;
    const double week = (double)of_week / (7 * L1_DAY_MINUTES);
    const l1_profile *const profile = l1_profile_at(&work->own->history, minute);
    double *const values = work->values;
    l1_circle_turns(day, &values[L1_FEATURE_DAY_SIN], &values[L1_FEATURE_DAY_COS]);
    l1_circle_turns(week, &values[L1_FEATURE_WEEK_SIN], &values[L1_FEATURE_WEEK_COS]);
    values[L1_FEATURE_IS_BTC] = work->own->kind == L1_ASSET_BTC;
    values[L1_FEATURE_IS_ETH] = work->own->kind == L1_ASSET_ETH;
    work->of[LOG_PAST_15] = l1_profile_mean(profile, minute - 14, 15);
    work->of[LOG_PAST_60] = l1_profile_mean(profile, minute - 59, 60);
    work->of[LOG_PAST_240] = l1_profile_mean(profile, minute - 239, 240);
    work->of[LOG_NEXT_60] = l1_profile_mean(profile, minute + 1, 60);
    work->of[LOG_NEXT_240] = l1_profile_mean(profile, minute + 1, L1_HORIZON_MINUTES);
}

/* Values that are logarithms, and the terms of HAR. Roots are taken of squares by halving. */
static void fill_logs(const vector_work *work, double *har)
{
    double logs[LOGS_COUNT], *const values = work->values;
    l1_ln_many(work->of, logs, LOGS_COUNT);
    for (int i = LOG_SQUARE_15; i <= LOG_SQUARE_10080; i++) logs[i] *= 0.5;
    for (int i = LOG_PAST_15; i <= LOG_NEXT_240; i++) logs[i] *= 0.5;
    const bool moves = work->of[LOG_SQUARE_1440] > 0.0;
    const double sd_log = logs[LOG_SQUARE_1440];
    values[L1_FEATURE_VOLUME_5] = logs[LOG_VOLUME_5];
    values[L1_FEATURE_VOLUME_60] = logs[LOG_VOLUME_60];
    values[L1_FEATURE_TRADES_15] = logs[LOG_TRADES_15];
    values[L1_FEATURE_SIGMA_RATIO_15] = moves ? logs[LOG_SQUARE_15] - sd_log : 0.0;
    values[L1_FEATURE_SIGMA_RATIO_60] = moves ? logs[LOG_SQUARE_60] - sd_log : 0.0;
    values[L1_FEATURE_SIGMA_RATIO_240] = moves ? logs[LOG_SQUARE_240] - sd_log : 0.0;
    values[L1_FEATURE_SIGMA_RATIO_10080] =
        work->of[LOG_SQUARE_10080] > 0.0 ? sd_log - logs[LOG_SQUARE_10080] : 0.0;
    values[L1_FEATURE_SIGMA_1440] = sd_log;
    values[L1_FEATURE_BANDWIDTH_1H] = logs[LOG_BANDWIDTH];
    values[L1_FEATURE_ATR_15M] = logs[LOG_ATR];
    values[L1_FEATURE_RANGE_60] = logs[LOG_RANGE];
    values[L1_FEATURE_PROFILE_PAST_60] = logs[LOG_PAST_60];
    values[L1_FEATURE_PROFILE_PAST_240] = logs[LOG_PAST_240];
    values[L1_FEATURE_PROFILE_NEXT_60] = logs[LOG_NEXT_60];
    values[L1_FEATURE_PROFILE_NEXT_240] = logs[LOG_NEXT_240];
    har[0] = 1.0;
    for (int i = 0; i < 5; i++) har[1 + i] = clip(logs[LOG_SQUARE_15 + i]);
    har[6] = clip(logs[LOG_PAST_15]);
    har[7] = clip(logs[LOG_PAST_60]);
    har[8] = clip(logs[LOG_PAST_240]);
    har[9] = clip(logs[LOG_NEXT_240]);
}

bool l1_feature_vector_compute(const l1_feature_symbol *own, const l1_feature_symbol *peer,
                               int64_t minute, l1_feature_vector *out)
{
    L1_ASSERT(own != peer);
    L1_ASSERT(minute >= L1_BURN_IN_MINUTES);
    const l1_minute_sums *const mine = &own->history.sums, *const other = &peer->history.sums;
    double of[LOGS_COUNT];
    vector_work work = {
        .own = own,
        .peer = peer,
        .readings = l1_readings_at(&own->history, minute),
        .peer_readings = l1_readings_at(&peer->history, minute),
        .minute = minute,
        .sd = sqrt(mean_square(mine, minute, L1_DAY_MINUTES)),
        .peer_sd = sqrt(mean_square(other, minute, L1_DAY_MINUTES)),
        .square_240 = l1_squares_over(mine, minute, 240),
        .peer_square_240 = l1_squares_over(other, minute, 240),
        .product_240 = l1_products_over(&own->pair, minute, 240),
        .day = l1_totals_over(mine, minute, L1_DAY_MINUTES),
        .values = out->values,
        .of = of,
    };
    const double both = sqrt((double)work.square_240 * (double)work.peer_square_240);
    work.correlation = over((double)work.product_240, both);
    fill_own(&work);
    fill_ratio(&work);
    fill_peer(&work);
    fill_sigma(&work);
    fill_time(&work);
    fill_logs(&work, out->har);
    out->close_ns = (minute + 1) * L1_MINUTE_NS;
    out->close = work.readings->close;
    out->s1440 = work.sd;
    out->atr = work.readings->atr_15m;
    out->ema60 = work.readings->ema60;
    out->ema240 = work.readings->ema240;
    bool numbers = true;
    for (int i = 0; i < L1_FEATURES_COUNT; i++) {
        out->values[i] = clip(out->values[i]);
        numbers = numbers && out->values[i] >= -CLIP && out->values[i] <= CLIP;
    }
    return numbers;
}
