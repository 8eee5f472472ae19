/* risk/drawdown.c: value tracks with a sliding maximum, and the losses they show. */
#include "risk/drawdown.h"

#include <string.h>

#include "base/assert.h"
#include "risk/held.h"

#define RING (L1_DRAWDOWN_MINUTES + 1)

static const int64_t minute_ns = INT64_C(60000000000);
static const int64_t day_ns = INT64_C(86400000000000);

/* Saturates; the result can be negated. */
static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) return a > 0 ? INT64_MAX : -INT64_MAX;
    return sum < -INT64_MAX ? -INT64_MAX : sum;
}

/* ---- value tracks ------------------------------------------------------------------------ */

static l1_peak *peak_at(l1_value_track *track, uint32_t index)
{
    L1_ASSERT(index < track->count);
    L1_ASSERT(track->head < RING);
    return &track->peaks[(track->head + index) % RING];
}

/* Drops what lies before the window of 24 h that ends with the closed minute `minute`. */
static void track_expire(l1_value_track *track, int64_t minute)
{
    L1_ASSERT(track->count <= RING);
    while (track->count > 0 && peak_at(track, 0)->minute <= minute - L1_DRAWDOWN_MINUTES) {
        track->head = (track->head + 1) % RING;
        track->count--;
    }
}

/* `minute` closed at `value_e8`; a later equal value outlives an earlier one. */
static void track_push(l1_value_track *track, int64_t minute, int64_t value_e8)
{
    const int64_t stored = add(value_e8, -track->shift_e8);
    track_expire(track, minute);
    while (track->count > 0 && peak_at(track, track->count - 1)->value_e8 <= stored) track->count--;
    L1_ASSERT(track->count < RING);
    track->count++;
    *peak_at(track, track->count - 1) = (l1_peak){.minute = minute, .value_e8 = stored};
}

static void track_shift(l1_value_track *track, int64_t delta_e8)
{
    L1_ASSERT(track->count <= RING);
    if (track->has_day) track->day_value_e8 = add(track->day_value_e8, delta_e8);
    if (track->count > 0) track->shift_e8 = add(track->shift_e8, delta_e8);
}

static void track_open_day(l1_value_track *track, int64_t day, int64_t value_e8)
{
    L1_ASSERT(!track->has_day || track->day <= day);
    if (track->has_day && track->day == day) return;
    track->has_day = true;
    track->day = day;
    track->day_value_e8 = value_e8;
}

/* False before the track's first V. */
static bool track_loss(const l1_value_track *track, int64_t value_e8, int64_t now_ns,
                       int64_t *loss_e8)
{
    if (!track->has_day) return false;
    l1_i128 loss = 0;
    if (track->day == now_ns / day_ns) { /* else this V is the day's first */
        loss = (l1_i128)track->day_value_e8 - value_e8;
    }
    const int64_t closed = now_ns / minute_ns - 1;
    for (uint32_t i = 0; i < track->count; i++) {
        const l1_peak *peak = &track->peaks[(track->head + i) % RING];
        if (peak->minute <= closed - L1_DRAWDOWN_MINUTES) continue;
        const l1_i128 below = (l1_i128)peak->value_e8 + track->shift_e8 - value_e8;
        if (below > loss) loss = below;
        break; /* values fall from here on */
    }
    if (loss > INT64_MAX) return false;
    *loss_e8 = loss > 0 ? (int64_t)loss : 0;
    L1_ASSERT(*loss_e8 >= 0);
    return true;
}

/* ---- V ----------------------------------------------------------------------------------- */

/* Base alone, rounded down to 1e-8 of quote; false without the mid that it needs. */
static bool base_value(const l1_holdings *holdings, uint32_t symbol, int64_t *value_e8)
{
    L1_ASSERT(symbol < holdings->symbols_count);
    *value_e8 = 0;
    const int64_t base = holdings->base_e8[symbol];
    if (base == 0) return true;
    const int64_t mid = holdings->mid_e8[symbol];
    L1_ASSERT(mid >= 0);
    return mid > 0 && l1_mul_div(base, mid, L1_E8, L1_ROUND_DOWN, value_e8);
}

static bool narrow(l1_i128 wide, int64_t *out)
{
    if (wide > INT64_MAX || wide < -INT64_MAX) return false;
    *out = (int64_t)wide;
    return true;
}

static bool symbol_value(const l1_drawdown *drawdown, const l1_holdings *holdings, uint32_t symbol,
                         int64_t *value_e8)
{
    int64_t base;
    L1_ASSERT(symbol < L1_SYMBOLS_MAX);
    if (!base_value(holdings, symbol, &base)) return false;
    return narrow((l1_i128)drawdown->cash_e8[symbol] + base, value_e8);
}

static bool portfolio_value(const l1_drawdown *drawdown, const l1_holdings *holdings,
                            int64_t *value_e8)
{
    l1_i128 sum = drawdown->cash_sum_e8;
    L1_ASSERT(holdings->symbols_count <= L1_SYMBOLS_MAX);
    for (uint64_t held = l1_held(holdings->base_e8, holdings->symbols_count); held != 0;) {
        int64_t base;
        if (!base_value(holdings, l1_held_take(&held), &base)) return false;
        sum += base;
    }
    return narrow(sum, value_e8);
}

/* ---- what happens ------------------------------------------------------------------------ */

void l1_drawdown_cash(l1_drawdown *drawdown, int32_t symbol, int64_t delta_e8)
{
    L1_ASSERT(symbol >= 0 && symbol < L1_SYMBOLS_MAX);
    const int64_t before_e8 = drawdown->cash_e8[symbol];
    drawdown->cash_e8[symbol] = add(before_e8, delta_e8);
    drawdown->cash_sum_e8 += (l1_i128)drawdown->cash_e8[symbol] - before_e8;
}

/* The value of the base that came is rounded up, so that a loss is never understated. */
static void shift_both(l1_drawdown *drawdown, int32_t symbol, int64_t delta_e8, int64_t mid_e8)
{
    int64_t value;
    L1_ASSERT(mid_e8 > 0);
    if (!l1_mul_div(delta_e8, mid_e8, L1_E8, L1_ROUND_UP, &value)) {
        value = delta_e8 > 0 ? INT64_MAX : -INT64_MAX;
    }
    track_shift(&drawdown->symbols[symbol], value);
    track_shift(&drawdown->portfolio, value);
}

void l1_drawdown_foreign_base(l1_drawdown *drawdown, int32_t symbol, int64_t delta_e8,
                              int64_t mid_e8)
{
    L1_ASSERT(symbol >= 0 && symbol < L1_SYMBOLS_MAX);
    L1_ASSERT(mid_e8 >= 0);
    if (mid_e8 == 0) { /* never priced yet: it is valued at the first mid that comes */
        drawdown->unpriced_e8[symbol] = add(drawdown->unpriced_e8[symbol], delta_e8);
        return;
    }
    shift_both(drawdown, symbol, delta_e8, mid_e8);
}

static void price_the_unpriced(l1_drawdown *drawdown, const l1_holdings *holdings)
{
    L1_ASSERT(holdings->symbols_count <= L1_SYMBOLS_MAX);
    for (uint32_t i = 0; i < holdings->symbols_count; i++) {
        if (drawdown->unpriced_e8[i] == 0 || holdings->mid_e8[i] == 0) continue;
        shift_both(drawdown, (int32_t)i, drawdown->unpriced_e8[i], holdings->mid_e8[i]);
        drawdown->unpriced_e8[i] = 0;
    }
}

/* The last minute that closed by `until_ns` and after the last call; INT64_MIN = none. All of
 * them closed at the same V, and the last one outlives the others. */
static int64_t last_closed(int64_t after, int64_t last, int64_t until_ns)
{
    L1_ASSERT(after < last);
    if (until_ns < 0) return INT64_MIN;
    const int64_t until = until_ns / minute_ns - 1;
    const int64_t minute = until < last ? until : last;
    return minute > after ? minute : INT64_MIN;
}

void l1_drawdown_close_minutes(l1_drawdown *drawdown, const l1_holdings *holdings, int64_t now_ns)
{
    const int64_t last = now_ns / minute_ns - 1;
    L1_ASSERT(now_ns >= 0);
    if (last <= drawdown->minute) return;
    const int64_t after = drawdown->minute;
    drawdown->minute = last;
    int64_t all_until_ns = INT64_MAX;
    for (uint32_t i = 0; i < holdings->symbols_count; i++) {
        const bool held = holdings->base_e8[i] != 0;
        const int64_t until_ns = held ? holdings->mid_until_ns[i] : INT64_MAX;
        if (until_ns < all_until_ns) all_until_ns = until_ns;
        const int64_t minute = last_closed(after, last, until_ns);
        int64_t value;
        if (minute != INT64_MIN && symbol_value(drawdown, holdings, i, &value)) {
            track_push(&drawdown->symbols[i], minute, value);
        }
        track_expire(&drawdown->symbols[i], last);
    }
    const int64_t minute = last_closed(after, last, all_until_ns);
    int64_t value;
    if (minute != INT64_MIN && portfolio_value(drawdown, holdings, &value)) {
        track_push(&drawdown->portfolio, minute, value);
    }
    track_expire(&drawdown->portfolio, last);
    L1_ASSERT(drawdown->minute == last);
}

void l1_drawdown_open_day(l1_drawdown *drawdown, const l1_holdings *holdings, int64_t now_ns)
{
    L1_ASSERT(now_ns >= 0);
    price_the_unpriced(drawdown, holdings);
    const int64_t day = now_ns / day_ns;
    int64_t value;
    for (uint32_t i = 0; i < holdings->symbols_count; i++) {
        const l1_value_track *track = &drawdown->symbols[i];
        if (track->has_day && track->day == day) continue;
        if (!symbol_value(drawdown, holdings, i, &value)) continue;
        track_open_day(&drawdown->symbols[i], day, value);
    }
    const l1_value_track *portfolio = &drawdown->portfolio;
    if (portfolio->has_day && portfolio->day == day) return;
    if (portfolio_value(drawdown, holdings, &value)) {
        track_open_day(&drawdown->portfolio, day, value);
    }
    L1_ASSERT(!portfolio->has_day || portfolio->day <= day);
}

/* ---- what is asked ----------------------------------------------------------------------- */

bool l1_drawdown_symbol_loss(const l1_drawdown *drawdown, const l1_holdings *holdings,
                             int32_t symbol, int64_t now_ns, int64_t *loss_e8)
{
    int64_t value;
    L1_ASSERT(symbol >= 0 && (uint32_t)symbol < holdings->symbols_count);
    if (!symbol_value(drawdown, holdings, (uint32_t)symbol, &value)) return false;
    return track_loss(&drawdown->symbols[symbol], value, now_ns, loss_e8);
}

bool l1_drawdown_portfolio_loss(const l1_drawdown *drawdown, const l1_holdings *holdings,
                                int64_t now_ns, int64_t *loss_e8)
{
    int64_t value;
    L1_ASSERT(now_ns >= 0);
    if (!portfolio_value(drawdown, holdings, &value)) return false;
    return track_loss(&drawdown->portfolio, value, now_ns, loss_e8);
}

/* ---- archive ----------------------------------------------------------------------------- */

/* The ring is written from its head, so equal tracks give equal bytes wherever they start. */
static void archive_track(l1_archive *archive, l1_value_track *track)
{
    L1_ASSERT(track->count <= RING);
    l1_archive_bool(archive, &track->has_day);
    l1_archive_i64(archive, &track->day);
    l1_archive_i64(archive, &track->day_value_e8);
    l1_archive_i64(archive, &track->shift_e8);
    l1_archive_count(archive, &track->count, RING);
    for (uint32_t i = 0; i < track->count; i++) {
        l1_archive_i64(archive, &peak_at(track, i)->minute);
        l1_archive_i64(archive, &peak_at(track, i)->value_e8);
    }
}

void l1_drawdown_archive(l1_archive *archive, l1_drawdown *drawdown, uint32_t symbols_count)
{
    L1_ASSERT(symbols_count <= L1_SYMBOLS_MAX);
    if (archive->mode == L1_ARCHIVE_LOAD) memset(drawdown, 0, sizeof *drawdown);
    l1_archive_i64(archive, &drawdown->minute);
    for (uint32_t i = 0; i < symbols_count; i++) {
        l1_archive_i64(archive, &drawdown->cash_e8[i]);
        if (archive->mode == L1_ARCHIVE_LOAD) drawdown->cash_sum_e8 += drawdown->cash_e8[i];
        l1_archive_i64(archive, &drawdown->unpriced_e8[i]);
        archive_track(archive, &drawdown->symbols[i]);
    }
    archive_track(archive, &drawdown->portfolio);
}
