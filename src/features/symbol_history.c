/* features/symbol_history.c: one symbol's minutes, its frames and its days. */
#include "features/symbol_history.h"

#include <string.h>

#include "base/assert.h"
#include "features/finite.h"

_Static_assert(L1_READINGS_BACK < L1_READINGS_RING, "readings are kept as far as they are asked");
_Static_assert(L1_READINGS_BACK <= L1_EXTREMES_BACK, "and so are extremes");
_Static_assert((L1_READINGS_RING & (L1_READINGS_RING - 1)) == 0, "a power of two");

void l1_symbol_history_init(l1_symbol_history *history)
{
    l1_profile_init(&history->profile);
    l1_profile_init(&history->before);
}

/* ---- days -------------------------------------------------------------------------------- */

/* The newest minute was its day's last one, and the day and the 1,440 minutes before it are there:
 * the profile learns it. */
static void learn_day(l1_symbol_history *history, int64_t day)
{
    double sums[L1_PROFILE_SLOTS];
    const l1_minute_sums *const minutes = &history->sums;
    const int64_t first = day * L1_DAY_MINUTES;
    const int64_t slot_minutes = L1_DAY_MINUTES / L1_PROFILE_SLOTS;
    if (minutes->count == 0 || minutes->newest != first + L1_DAY_MINUTES - 1) return;
    if (l1_minute_sums_start(minutes) > first - 1 - L1_DAY_MINUTES) return;
    for (int64_t i = 0; i < L1_PROFILE_SLOTS; i++) {
        const int64_t last = first + (i + 1) * slot_minutes - 1;
        sums[i] = (double)l1_squares_over(minutes, last, slot_minutes) * L1_SQUARE_SCALE;
    }
    const l1_i128 before = l1_squares_over(minutes, first - 1, L1_DAY_MINUTES);
    const double mean_square = (double)before * L1_SQUARE_SCALE / L1_DAY_MINUTES;
    l1_profile_learn(&history->profile, day, mean_square, sums);
}

/* `minute` is about to be taken: days before its own are over. */
static void pass_days(l1_symbol_history *history, int64_t minute)
{
    const int64_t day = minute / L1_DAY_MINUTES;
    L1_ASSERT(day > 0);
    if (history->profile.day >= day) return;
    history->before = history->profile;
    if (history->profile.day > 0) learn_day(history, history->profile.day);
    history->profile.day = day;
}

const l1_profile *l1_profile_at(const l1_symbol_history *history, int64_t minute)
{
    L1_ASSERT(minute <= history->sums.newest);
    L1_ASSERT(minute >= history->sums.newest - L1_READINGS_BACK);
    const bool earlier = minute / L1_DAY_MINUTES < history->profile.day;
    return earlier ? &history->before : &history->profile;
}

void l1_symbol_history_take_profile(l1_symbol_history *history, const l1_profile *profile,
                                    bool first)
{
    L1_ASSERT(l1_profile_valid(profile));
    if (!first && profile->day <= history->profile.day) return;
    history->profile = *profile;
    history->before = *profile;
}

/* ---- frames ------------------------------------------------------------------------------ */

/* Limited to what an archive takes back; values are cut to far less. */
static double over(double value, double divisor)
{
    if (divisor == 0.0) return 0.0;
    const double ratio = value / divisor;
    if (ratio > L1_FINITE_MAX) return L1_FINITE_MAX;
    return ratio < -L1_FINITE_MAX ? -L1_FINITE_MAX : ratio;
}

static double rsi_reading(const l1_rsi *rsi)
{
    double value;
    return l1_rsi_value(rsi, &value) ? value / 50.0 - 1.0 : 0.0;
}

static double macd_reading(const l1_macd *macd, const l1_atr *atr)
{
    double histogram, range;
    const bool known = l1_macd_histogram(macd, &histogram) && l1_atr_value(atr, &range);
    return known ? over(histogram, range) : 0.0;
}

static void on_four_hours(l1_symbol_history *history, l1_readings *now, const l1_candle *part)
{
    l1_candle candle;
    l1_frame_4h *const own = &history->four_hours;
    if (!l1_frame_add(&own->frame, L1_FOUR_HOURS_NS, part, &candle)) return;
    l1_rsi_on_value(&own->rsi, candle.close);
    now->rsi_4h = rsi_reading(&own->rsi);
}

static void on_hour(l1_symbol_history *history, l1_readings *now, const l1_candle *part)
{
    l1_candle candle;
    double mean, deviation;
    l1_frame_full *const own = &history->hour;
    if (!l1_frame_add(&own->frame, L1_HOUR_NS, part, &candle)) return;
    l1_rsi_on_value(&own->rsi, candle.close);
    l1_macd_on_value(&own->macd, candle.close);
    l1_atr_on_candle(&own->atr, &candle);
    l1_bollinger_on_value(&own->bollinger, candle.close);
    now->rsi_1h = rsi_reading(&own->rsi);
    now->macd_1h = macd_reading(&own->macd, &own->atr);
    if (l1_bollinger_value(&own->bollinger, &mean, &deviation)) {
        now->bollinger_z = over(candle.close - mean, deviation);
        now->bollinger_width = over(4.0 * deviation, mean);
    }
    on_four_hours(history, now, &candle);
}

static void on_quarter(l1_symbol_history *history, l1_readings *now, const l1_candle *part)
{
    l1_candle candle;
    l1_frame_full *const own = &history->quarter;
    if (!l1_frame_add(&own->frame, L1_QUARTER_NS, part, &candle)) return;
    l1_rsi_on_value(&own->rsi, candle.close);
    l1_macd_on_value(&own->macd, candle.close);
    l1_atr_on_candle(&own->atr, &candle);
    now->rsi_15m = rsi_reading(&own->rsi);
    now->macd_15m = macd_reading(&own->macd, &own->atr);
    if (!l1_atr_value(&own->atr, &now->atr_15m)) now->atr_15m = 0.0;
    on_hour(history, now, &candle);
}

/* ---- minutes ----------------------------------------------------------------------------- */

/* Everything of a symbol starts anew with `minute`, but for its profiles. */
static void restart(l1_symbol_history *history, int64_t minute)
{
    l1_minute_sums_restart(&history->sums, minute);
    history->ema60 = history->ema240 = (l1_ema){0};
    memset(&history->quarter, 0, sizeof history->quarter);
    memset(&history->hour, 0, sizeof history->hour);
    memset(&history->four_hours, 0, sizeof history->four_hours);
    memset(history->readings, 0, sizeof history->readings);
}

static void take_minute(l1_symbol_history *history, int64_t minute, const l1_bar *bar)
{
    L1_ASSERT(minute == history->sums.newest + 1);
    L1_ASSERT(bar->low_e8 > 0 && bar->high_e8 >= bar->low_e8 && bar->close_e8 > 0);
    const double close = l1_decimal_to_double(bar->close_e8);
    const bool first = history->sums.count == 0;
    const l1_minute sample = {first ? 0 : l1_return_of(bar->close_e8, history->close_e8),
                              bar->volume_e8, bar->taker_buy_volume_e8, bar->trades};
    const l1_candle candle = {minute * L1_MINUTE_NS, (minute + 1) * L1_MINUTE_NS,
                              l1_decimal_to_double(bar->high_e8), l1_decimal_to_double(bar->low_e8),
                              close};
    pass_days(history, minute);
    l1_minute_sums_add(&history->sums, &sample);
    l1_extremes_add(&history->extremes, minute, (l1_extreme){bar->high_e8, bar->low_e8});
    l1_readings *const now = &history->readings[minute & (L1_READINGS_RING - 1)];
    *now = history->readings[(minute - 1) & (L1_READINGS_RING - 1)];
    now->close = close;
    l1_ema_on_value(&history->ema60, L1_EMA_FAST, close);
    l1_ema_on_value(&history->ema240, L1_EMA_SLOW, close);
    if (!l1_ema_value(&history->ema60, L1_EMA_FAST, &now->ema60)) now->ema60 = 0.0;
    if (!l1_ema_value(&history->ema240, L1_EMA_SLOW, &now->ema240)) now->ema240 = 0.0;
    if (bar->volume_e8 == 0) now->thin_minute = minute;
    on_quarter(history, now, &candle);
    history->close_e8 = bar->close_e8;
}

void l1_symbol_history_on_bar(l1_symbol_history *history, const l1_bar *bar)
{
    L1_ASSERT(bar->open_time_ns > 0 && bar->open_time_ns % L1_MINUTE_NS == 0);
    const int64_t minute = bar->open_time_ns / L1_MINUTE_NS;
    const bool first = history->sums.count == 0;
    L1_ASSERT(first || minute > history->sums.newest);
    l1_volume_profile_on_bar(&history->volume, bar);
    const int64_t missing = minute - history->sums.newest - 1;
    if (first || missing > L1_GAP_FILL_MINUTES) {
        pass_days(history, minute);
        restart(history, minute);
    } else {
        l1_bar flat = {.high_e8 = history->close_e8,
                       .low_e8 = history->close_e8,
                       .close_e8 = history->close_e8};
        for (int64_t i = 0; i < missing; i++) take_minute(history, history->sums.newest + 1, &flat);
    }
    take_minute(history, minute, bar);
}

/* ---- archive ----------------------------------------------------------------------------- */

static void readings_archive(l1_archive *archive, l1_readings *readings, int64_t minute)
{
    double *const values[] = {&readings->close,       &readings->ema60,          &readings->ema240,
                              &readings->rsi_15m,     &readings->rsi_1h,         &readings->rsi_4h,
                              &readings->macd_15m,    &readings->macd_1h,        &readings->atr_15m,
                              &readings->bollinger_z, &readings->bollinger_width};
    _Static_assert(sizeof *readings == (sizeof values / sizeof values[0]) * 8 + 8,
                   "every reading is archived");
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        l1_finite_archive(archive, values[i]);
    }
    l1_archive_i64(archive, &readings->thin_minute);
    if (readings->thin_minute >= 0 && readings->thin_minute <= minute) return;
    L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
    l1_archive_refuse(archive);
    readings->thin_minute = 0;
}

static void full_archive(l1_archive *archive, l1_frame_full *full)
{
    l1_frame_archive(archive, &full->frame);
    l1_rsi_archive(archive, &full->rsi);
    l1_macd_archive(archive, &full->macd);
    l1_atr_archive(archive, &full->atr);
    l1_bollinger_archive(archive, &full->bollinger);
}

static bool sane(const l1_symbol_history *history)
{
    const int64_t next_ns = (history->sums.newest + 1) * L1_MINUTE_NS;
    if (history->sums.count == 0) return history->volume.newest == 0;
    if (history->volume.newest != history->sums.newest) return false;
    return history->close_e8 > 0 &&
           l1_frame_fits(&history->quarter.frame, L1_QUARTER_NS, next_ns) &&
           l1_frame_fits(&history->hour.frame, L1_HOUR_NS, next_ns) &&
           l1_frame_fits(&history->four_hours.frame, L1_FOUR_HOURS_NS, next_ns) &&
           history->profile.day >= history->sums.newest / L1_DAY_MINUTES;
}

void l1_symbol_history_archive(l1_archive *archive, l1_symbol_history *history)
{
    l1_minute_sums *const sums = &history->sums;
    l1_minute_sums_archive(archive, sums);
    const int64_t start = l1_minute_sums_start(sums);
    l1_extremes_archive(archive, &history->extremes, start, sums->newest);
    l1_ema_archive(archive, &history->ema60, L1_EMA_FAST);
    l1_ema_archive(archive, &history->ema240, L1_EMA_SLOW);
    full_archive(archive, &history->quarter);
    full_archive(archive, &history->hour);
    l1_frame_archive(archive, &history->four_hours.frame);
    l1_rsi_archive(archive, &history->four_hours.rsi);
    l1_archive_i64(archive, &history->close_e8);
    if (archive->mode == L1_ARCHIVE_LOAD) {
        memset(history->readings, 0, sizeof history->readings);
    }
    const int64_t back = sums->newest - L1_READINGS_BACK;
    for (int64_t at = back > start ? back : start; at <= sums->newest; at++) {
        readings_archive(archive, &history->readings[at & (L1_READINGS_RING - 1)], at);
    }
    l1_profile_archive(archive, &history->profile);
    l1_profile_archive(archive, &history->before);
    l1_volume_profile_archive(archive, &history->volume);
    if (sane(history)) return;
    L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
    l1_archive_refuse(archive);
    l1_minute_sums_restart(sums, 1);
    memset(&history->volume, 0, sizeof history->volume);
}
