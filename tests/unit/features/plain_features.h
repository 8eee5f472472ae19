/* The features once more, from the whole history at once: plain loops over arrays in long double,
 * the C library's logarithm and sine, no shared code with src/features but its table of names.
 * docs/features.md is what both follow. */
#ifndef L1_UNIT_FEATURES_PLAIN_FEATURES_H
#define L1_UNIT_FEATURES_PLAIN_FEATURES_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "domain/market.h"
#include "features/feature_set.h"

typedef long double real;

#define PLAIN_DAY 1440

/* What was known when a minute had closed; 0 while undefined. */
typedef struct {
    real high, low, close, volume, taker, trades;
    real change; /* ln(close / previous close) */
    real ema60, ema240;
    real rsi[3], macd[2], atr[2]; /* 15m, 1h, 4h */
    real bollinger_z, bollinger_width;
} plain_minute;

typedef struct {
    int64_t start; /* minute of the first element */
    int64_t count;
    plain_minute *minutes;
    int64_t first_day;
    int64_t days;
    real (*profiles)[2][96]; /* as the minutes of each day see it */
} plain_history;

/* ---- indicators, as their books define them ------------------------------------------------ */

static real *reals(int64_t count)
{
    return calloc((size_t)count + 1, sizeof(real));
}

static void plain_ema(const real *in, int64_t count, int64_t period, int64_t skip, real *out)
{
    real mean = 0;
    for (int64_t i = skip; i < count; i++) {
        if (i < skip + period) {
            mean += in[i] / (real)period;
            if (i == skip + period - 1) out[i] = mean;
        } else {
            out[i] = in[i] * 2 / (real)(period + 1) +
                     out[i - 1] * (real)(period - 1) / (real)(period + 1);
        }
    }
}

static void plain_rsi(const real *in, int64_t count, real *out)
{
    real gain = 0, loss = 0;
    for (int64_t i = 1; i < count; i++) {
        const real up = in[i] > in[i - 1] ? in[i] - in[i - 1] : 0;
        const real down = in[i] < in[i - 1] ? in[i - 1] - in[i] : 0;
        if (i <= 14) {
            gain += up / 14;
            loss += down / 14;
        } else {
            gain = (gain * 13 + up) / 14;
            loss = (loss * 13 + down) / 14;
        }
        if (i >= 14) out[i] = gain + loss == 0 ? 50 : 100 * gain / (gain + loss);
    }
}

static void plain_atr(const real *high, const real *low, const real *close, int64_t count,
                      real *out)
{
    real atr = 0;
    for (int64_t i = 1; i < count; i++) {
        const real range = fmaxl(
            high[i] - low[i], fmaxl(fabsl(high[i] - close[i - 1]), fabsl(low[i] - close[i - 1])));
        atr = i <= 14 ? atr + range / 14 : (atr * 13 + range) / 14;
        if (i >= 14) out[i] = atr;
    }
}

static void plain_macd(const real *close, int64_t count, real *out)
{
    real *const fast = reals(count), *const slow = reals(count), *const line = reals(count),
                *const signal = reals(count);
    plain_ema(close, count, 12, 14, fast);
    plain_ema(close, count, 26, 0, slow);
    for (int64_t i = 25; i < count; i++) line[i] = fast[i] - slow[i];
    plain_ema(line, count, 9, 25, signal);
    for (int64_t i = 33; i < count; i++) out[i] = line[i] - signal[i];
    free(fast);
    free(slow);
    free(line);
    free(signal);
}

static void plain_bands(const real *close, int64_t i, real *mean, real *deviation)
{
    real sum = 0, squares = 0;
    for (int64_t k = i - 19; k <= i; k++) sum += close[k];
    *mean = sum / 20;
    for (int64_t k = i - 19; k <= i; k++) squares += (close[k] - *mean) * (close[k] - *mean);
    *deviation = sqrtl(squares / 20);
}

/* ---- frames -------------------------------------------------------------------------------- */

/* Frame `which` (0 = 15m, 1 = 1h, 2 = 4h): bars, indicators, and what each minute then knows. */
static void plain_frames(plain_history *history, int which)
{
    const int64_t lengths[] = {15, 60, 240}, length = lengths[which],
                  room = history->count / length + 2;
    real *const high = reals(room), *const low = reals(room), *const close = reals(room);
    real *const rsi = reals(room), *const macd = reals(room), *const atr = reals(room);
    int64_t frames = 0;
    bool open = false;
    for (int64_t i = 0; i < history->count; i++) {
        const plain_minute *const minute = &history->minutes[i];
        if (!open || minute->high > high[frames]) high[frames] = minute->high;
        if (!open || minute->low < low[frames]) low[frames] = minute->low;
        close[frames] = minute->close;
        open = (history->start + i + 1) % length != 0;
        if (!open) frames++;
    }
    plain_rsi(close, frames, rsi);
    plain_macd(close, frames, macd);
    plain_atr(high, low, close, frames, atr);
    int64_t known = -1; /* newest complete frame */
    for (int64_t i = 0; i < history->count; i++) {
        plain_minute *const minute = &history->minutes[i];
        if ((history->start + i + 1) % length == 0) known++;
        if (known >= 14) minute->rsi[which] = rsi[known] / 50 - 1;
        if (which == 2 || known < 0) continue;
        if (known >= 14) minute->atr[which] = atr[known];
        if (known >= 33 && atr[known] != 0) minute->macd[which] = macd[known] / atr[known];
        if (which != 1 || known < 19) continue;
        real mean, deviation;
        plain_bands(close, known, &mean, &deviation);
        if (deviation != 0) minute->bollinger_z = (close[known] - mean) / deviation;
        minute->bollinger_width = 4 * deviation / mean;
    }
    free(high);
    free(low);
    free(close);
    free(rsi);
    free(macd);
    free(atr);
}

static void plain_minute_emas(plain_history *history)
{
    real *const close = reals(history->count), *const out = reals(history->count);
    for (int64_t i = 0; i < history->count; i++) close[i] = history->minutes[i].close;
    plain_ema(close, history->count, 60, 0, out);
    for (int64_t i = 0; i < history->count; i++) history->minutes[i].ema60 = out[i];
    memset(out, 0, (size_t)history->count * sizeof *out);
    plain_ema(close, history->count, 240, 0, out);
    for (int64_t i = 0; i < history->count; i++) history->minutes[i].ema240 = out[i];
    free(close);
    free(out);
}

/* ---- returns, windows, profile --------------------------------------------------------------- */

/* ln(close of `to` / close of `from`) */
static real plain_log(const plain_history *history, int64_t from, int64_t to)
{
    return logl(history->minutes[to].close / history->minutes[from].close);
}

static real plain_return(const plain_history *history, int64_t i)
{
    return history->minutes[i].change;
}

static real plain_mean_square(const plain_history *history, int64_t t, int64_t width)
{
    real sum = 0;
    for (int64_t i = t - width + 1; i <= t; i++) {
        sum += plain_return(history, i) * plain_return(history, i);
    }
    return sum / (real)width;
}

static int plain_weekend(int64_t day)
{
    const int64_t weekday = (day + 4) % 7; /* 1970-01-01 was a Thursday; 0 = Sunday */
    return weekday == 0 || weekday == 6;
}

static void plain_profiles(plain_history *history)
{
    history->first_day = history->start / PLAIN_DAY;
    history->days = (history->start + history->count - 1) / PLAIN_DAY - history->first_day + 2;
    history->profiles = calloc((size_t)history->days, sizeof *history->profiles);
    for (int i = 0; i < 192; i++) history->profiles[0][i / 96][i % 96] = 1;
    for (int64_t d = 0; d + 1 < history->days; d++) {
        const int64_t day = history->first_day + d, first = day * PLAIN_DAY - history->start;
        memcpy(history->profiles[d + 1], history->profiles[d], sizeof history->profiles[d]);
        if (first - PLAIN_DAY - 1 < 0 || first + PLAIN_DAY > history->count) continue;
        const real usual = plain_mean_square(history, first - 1, PLAIN_DAY);
        for (int64_t slot = 0; slot < 96 && usual != 0; slot++) {
            real sum = 0;
            for (int64_t i = first + slot * 15; i < first + slot * 15 + 15; i++) {
                sum += plain_return(history, i) * plain_return(history, i);
            }
            real *const cell = &history->profiles[d + 1][plain_weekend(day)][slot];
            *cell += 0.05L * (fminl(sum / (15 * usual), 25) - *cell);
        }
    }
}

static real plain_q(const plain_history *history, int64_t t, int64_t from, int64_t to)
{
    const int64_t now = history->start + t;
    const real(*const profile)[96] = history->profiles[now / PLAIN_DAY - history->first_day];
    real sum = 0;
    for (int64_t i = now + from; i <= now + to; i++) {
        sum += profile[plain_weekend(i / PLAIN_DAY)][i % PLAIN_DAY / 15];
    }
    return logl(sum / (real)(to - from + 1)) / 2;
}

/* Consecutive bars, gaps already filled. */
static plain_history plain_history_new(const l1_bar *bars, int64_t count)
{
    plain_history history = {.start = bars[0].open_time_ns / L1_MINUTE_NS, .count = count};
    history.minutes = calloc((size_t)count, sizeof *history.minutes);
    for (int64_t i = 0; i < count; i++) {
        history.minutes[i] = (plain_minute){.high = (real)bars[i].high_e8 / 1e8L,
                                            .low = (real)bars[i].low_e8 / 1e8L,
                                            .close = (real)bars[i].close_e8 / 1e8L,
                                            .volume = (real)bars[i].volume_e8,
                                            .taker = (real)bars[i].taker_buy_volume_e8,
                                            .trades = (real)bars[i].trades};
    }
    for (int64_t i = 1; i < count; i++) {
        history.minutes[i].change = plain_log(&history, i - 1, i);
    }
    for (int which = 0; which < 3; which++) plain_frames(&history, which);
    plain_minute_emas(&history);
    plain_profiles(&history);
    return history;
}

static void plain_history_free(plain_history *history)
{
    free(history->minutes);
    free(history->profiles);
}

/* ---- the table ------------------------------------------------------------------------------- */

static real plain_over(real value, real divisor)
{
    return divisor == 0 ? 0 : value / divisor;
}

static real plain_log_over(real value, real divisor, real shift)
{
    return divisor == 0 ? 0 : logl(value / divisor + shift);
}

/* Sum over the last `width` minutes; what: 0 volume, 1 taker buys, 2 trades. */
static real plain_sum(const plain_history *history, int64_t t, int64_t width, int what)
{
    real sum = 0;
    for (int64_t i = t - width + 1; i <= t; i++) {
        const plain_minute *const minute = &history->minutes[i];
        sum += what == 0 ? minute->volume : what == 1 ? minute->taker : minute->trades;
    }
    return sum;
}

static real plain_taker(const plain_history *history, int64_t t, int64_t width)
{
    const real volume = plain_sum(history, t, width, 0);
    return volume == 0 ? 0 : 2 * plain_sum(history, t, width, 1) / volume - 1;
}

static real plain_move(const plain_history *history, int64_t t, int64_t k, real sd)
{
    return plain_over(plain_log(history, t - k, t), sd * sqrtl((real)k));
}

static real plain_deviation(const plain_history *history, int64_t t, int64_t k, real sd)
{
    real sum = 0;
    for (int64_t i = t - k + 1; i <= t; i++) sum += plain_log(history, i, t);
    return plain_over(sum / (real)k, sd * sqrtl((real)k));
}

static void plain_ratio(const plain_history *own, const plain_history *peer, int64_t t, int64_t u,
                        real *values)
{
    real changes = 0, sum = 0, squares = 0;
    for (int64_t i = 0; i < PLAIN_DAY; i++) {
        const real change = plain_return(own, t - i) - plain_return(peer, u - i);
        const real below = plain_log(own, t - i, t) - plain_log(peer, u - i, u);
        changes += change * change;
        sum += below;
    }
    const real mean = sum / PLAIN_DAY; /* how far the newest stands above the mean */
    for (int64_t i = 0; i < PLAIN_DAY; i++) {
        const real apart = plain_log(own, t - i, t) - plain_log(peer, u - i, u) - mean;
        squares += apart * apart;
    }
    values[L1_FEATURE_RATIO_RETURN_15] =
        plain_over(plain_log(own, t - 15, t) - plain_log(peer, u - 15, u),
                   sqrtl(changes / PLAIN_DAY) * sqrtl(15));
    values[L1_FEATURE_RATIO_Z_1440] = plain_over(mean, sqrtl(squares / PLAIN_DAY));
}

static void plain_pair(const plain_history *own, const plain_history *peer, int64_t t, int64_t u,
                       real peer_sd, real *values)
{
    real own_squares = 0, peer_squares = 0, products = 0;
    for (int64_t i = 0; i < 240; i++) {
        const real r = plain_return(own, t - i), other = plain_return(peer, u - i);
        own_squares += r * r;
        peer_squares += other * other;
        products += r * other;
    }
    plain_ratio(own, peer, t, u, values);
    values[L1_FEATURE_CORRELATION_240] = plain_over(products, sqrtl(own_squares * peer_squares));
    values[L1_FEATURE_BETA_240] = plain_over(products, peer_squares);
    values[L1_FEATURE_PEER_RETURN_1] = plain_move(peer, u, 1, peer_sd);
    values[L1_FEATURE_PEER_RETURN_5] = plain_move(peer, u, 5, peer_sd);
    values[L1_FEATURE_PEER_RETURN_15] = plain_move(peer, u, 15, peer_sd);
    values[L1_FEATURE_PEER_RESIDUAL_15] =
        values[L1_FEATURE_RETURN_15] -
        values[L1_FEATURE_CORRELATION_240] * values[L1_FEATURE_PEER_RETURN_15];
    values[L1_FEATURE_RSI_DIVERGENCE_1H] = own->minutes[t].rsi[1] - peer->minutes[u].rsi[1];
    values[L1_FEATURE_PEER_TAKER_5] = plain_taker(peer, u, 5);
}

static void plain_sigmas(const plain_history *own, int64_t t, real sd, real *values, double *har)
{
    static const int64_t widths[] = {15, 60, 240, 1440, 10080};
    const plain_minute *const now = &own->minutes[t];
    real sigma[5], high = 0, low = INFINITY;
    for (int i = 0; i < 5; i++) {
        sigma[i] = sqrtl(plain_mean_square(own, t, widths[i]));
        har[1 + i] = (double)fmaxl(-20, fminl(20, logl(sigma[i])));
    }
    for (int64_t i = t - 59; i <= t; i++) {
        high = fmaxl(high, own->minutes[i].high);
        low = fminl(low, own->minutes[i].low);
    }
    values[L1_FEATURE_BANDWIDTH_1H] = plain_log_over(now->bollinger_width, sd * sqrtl(60), 0);
    values[L1_FEATURE_ATR_15M] = plain_log_over(now->atr[0] / now->close, sd * sqrtl(15), 0);
    values[L1_FEATURE_SIGMA_RATIO_15] = plain_log_over(sigma[0], sd, 0);
    values[L1_FEATURE_SIGMA_RATIO_60] = plain_log_over(sigma[1], sd, 0);
    values[L1_FEATURE_SIGMA_RATIO_240] = plain_log_over(sigma[2], sd, 0);
    values[L1_FEATURE_SIGMA_RATIO_10080] = plain_log_over(sd, sigma[4], 0);
    values[L1_FEATURE_SIGMA_1440] = logl(sd);
    values[L1_FEATURE_RANGE_60] = plain_log_over((high - low) / now->close, sd * sqrtl(60), 1e-6L);
}

static void plain_time(const plain_history *own, int64_t t, real *values, double *har)
{
    const int64_t minute = own->start + t;
    const real day = 2 * acosl(-1) * (real)(minute % PLAIN_DAY) / PLAIN_DAY;
    const int64_t monday = 4 * PLAIN_DAY; /* 1970-01-05 */
    const real week = 2 * acosl(-1) * (real)((minute - monday) % (7 * PLAIN_DAY)) / (7 * PLAIN_DAY);
    values[L1_FEATURE_DAY_SIN] = sinl(day);
    values[L1_FEATURE_DAY_COS] = cosl(day);
    values[L1_FEATURE_WEEK_SIN] = sinl(week);
    values[L1_FEATURE_WEEK_COS] = cosl(week);
    values[L1_FEATURE_PROFILE_PAST_60] = plain_q(own, t, -59, 0);
    values[L1_FEATURE_PROFILE_PAST_240] = plain_q(own, t, -239, 0);
    values[L1_FEATURE_PROFILE_NEXT_60] = plain_q(own, t, 1, 60);
    values[L1_FEATURE_PROFILE_NEXT_240] = plain_q(own, t, 1, 240);
    har[0] = 1;
    har[6] = (double)plain_q(own, t, -14, 0);
    har[7] = (double)plain_q(own, t, -59, 0);
    har[8] = (double)plain_q(own, t, -239, 0);
    har[9] = (double)plain_q(own, t, 1, 240);
}

/* The vector of `minute` of the symbol BTC (`is_btc`) or ETH. */
static void plain_vector(const plain_history *own, const plain_history *peer, int64_t minute,
                         bool is_btc, double out[L1_FEATURES_COUNT], double har[10])
{
    static const int64_t moves[] = {1, 5, 15, 60, 240, 1440}, widths[] = {15, 60, 240},
                         takers[] = {1, 5, 15, 60};
    real values[L1_COLUMNS_COUNT] = {0};
    const int64_t t = minute - own->start, u = minute - peer->start;
    const plain_minute *const now = &own->minutes[t];
    const real sd = sqrtl(plain_mean_square(own, t, PLAIN_DAY));
    const real peer_sd = sqrtl(plain_mean_square(peer, u, PLAIN_DAY));
    for (int i = 0; i < 6; i++) values[L1_FEATURE_RETURN_1 + i] = plain_move(own, t, moves[i], sd);
    for (int i = 0; i < 3; i++) {
        values[L1_FEATURE_DEVIATION_15 + i] = plain_deviation(own, t, widths[i], sd);
    }
    values[L1_FEATURE_EMA_CROSS] =
        plain_over((now->ema60 - now->ema240) / now->close, sd * sqrtl(240));
    for (int i = 0; i < 3; i++) values[L1_FEATURE_RSI_15M + i] = now->rsi[i];
    for (int i = 0; i < 2; i++) values[L1_FEATURE_MACD_15M + i] = now->macd[i];
    values[L1_FEATURE_BOLLINGER_1H] = now->bollinger_z;
    for (int i = 0; i < 4; i++) values[L1_FEATURE_TAKER_1 + i] = plain_taker(own, t, takers[i]);
    const real volume = plain_sum(own, t, PLAIN_DAY, 0) / PLAIN_DAY;
    const real trades = plain_sum(own, t, PLAIN_DAY, 2) / PLAIN_DAY;
    values[L1_FEATURE_VOLUME_5] = plain_log_over(plain_sum(own, t, 5, 0) / 5, volume, 1e-3L);
    values[L1_FEATURE_VOLUME_60] = plain_log_over(plain_sum(own, t, 60, 0) / 60, volume, 1e-3L);
    values[L1_FEATURE_TRADES_15] = plain_log_over(plain_sum(own, t, 15, 2) / 15, trades, 1e-3L);
    values[is_btc ? L1_FEATURE_IS_BTC : L1_FEATURE_IS_ETH] = 1;
    plain_pair(own, peer, t, u, peer_sd, values);
    plain_sigmas(own, t, sd, values, har);
    plain_time(own, t, values, har);
    for (int i = 0; i < L1_FEATURES_COUNT; i++) {
        out[i] = (double)fmaxl(-20, fminl(20, values[i]));
    }
}

#endif
