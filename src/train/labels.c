/* train/labels.c: minutes of a symbol, and what they say about the rows before them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/real.h"
#include "train/dataset_builder.h"

#define MINUTES_MAX ((size_t)20 * 366 * 1440) /* twenty years */
#define FAST (2.0 / 61.0)                     /* of EMA60 */
#define SLOW (2.0 / 241.0)
#define ROW_DOMAIN UINT64_C(0x4c3174726f77)
#define MIRROR_DOMAIN UINT64_C(0x4c316d6972)
#define MIRROR_E8_MAX 9e16

static l1_result append(l1_symbol_minutes *to, const l1_minute *minute, l1_diag *diag)
{
    if (to->count == MINUTES_MAX) {
        return l1_refuse(diag, L1_LIMIT_FULL, "open_time", "the bars span more than 20 years");
    }
    if (to->count == to->capacity) {
        const size_t capacity = to->capacity == 0 ? 65536 : to->capacity * 2;
        l1_minute *grown = realloc(to->minutes, capacity * sizeof *grown);
        if (grown == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
        to->minutes = grown;
        to->capacity = capacity;
    }
    if (to->count == 0) to->ema60 = to->ema240 = minute->close;
    to->ema60 += FAST * (minute->close - to->ema60);
    to->ema240 += SLOW * (minute->close - to->ema240);
    l1_minute *added = &to->minutes[to->count++];
    *added = *minute;
    added->trend = to->ema60 > to->ema240;
    return L1_SUCCESS;
}

l1_result l1_minutes_add(l1_symbol_minutes *minutes, const l1_bar *bar, l1_diag *diag)
{
    const int64_t minute = bar->open_time_ns / L1_MINUTE_NS;
    if (minutes->count == 0) minutes->first_minute = minute;
    L1_ASSERT(minute >= minutes->first_minute + (int64_t)minutes->count);
    while (minute > minutes->first_minute + (int64_t)minutes->count) {
        const double close = minutes->minutes[minutes->count - 1].close;
        const l1_minute flat = {.open = close, .high = close, .low = close, .close = close};
        L1_TRY(append(minutes, &flat, diag));
    }
    const l1_minute added = {
        .open = l1_decimal_to_double(bar->open_e8),
        .high = l1_decimal_to_double(bar->high_e8),
        .low = l1_decimal_to_double(bar->low_e8),
        .close = l1_decimal_to_double(bar->close_e8),
        .good = bar->volume_e8 > 0,
    };
    return append(minutes, &added, diag);
}

/* --- rows --- */

/* A coin and a number in [0, 1) for one symbol and minute. */
static double draw(const l1_dataset_options *options, int32_t symbol, int64_t minute, bool *coin)
{
    l1_hasher hasher;
    const char *name = options->limits->symbols[symbol].name;
    l1_hash_begin(&hasher, ROW_DOMAIN);
    l1_hash_add_word(&hasher, options->seed, 8);
    l1_hash_add_word(&hasher, (uint64_t)minute, 8);
    l1_hash_add(&hasher, name, strlen(name));
    const l1_hash128 hash = l1_hash_end(&hasher);
    *coin = (hash.lo & 1) != 0;
    return (double)(hash.hi >> 11) * 0x1p-53;
}

/* The minutes t+1..t+240, or NULL when one of them is not there, is filled or has no volume. */
static const l1_minute *minutes_after(const l1_symbol_minutes *minutes, int64_t minute)
{
    const int64_t first = minute + 1 - minutes->first_minute;
    if (first < 1 || first + L1_HORIZON_MINUTES > (int64_t)minutes->count) return NULL;
    const l1_minute *after = minutes->minutes + first;
    for (int i = 0; i < L1_HORIZON_MINUTES; i++) {
        if (!after[i].good) return NULL;
    }
    return after;
}

static void measure(const l1_minute *after, double *high, double *low, double *realised_ln)
{
    double squares = 0, before = l1_ln(after[-1].close);
    *high = after[0].high;
    *low = after[0].low;
    for (int i = 0; i < L1_HORIZON_MINUTES; i++) {
        const double close = l1_ln(after[i].close);
        squares += (close - before) * (close - before);
        before = close;
        if (after[i].high > *high) *high = after[i].high;
        if (after[i].low < *low) *low = after[i].low;
    }
    *realised_ln = 0.5 * l1_ln(squares);
}

/* A signal of `side` with stop `a`, when the price went from `entry` to `end`. */
static l1_outcome outcome_of(l1_side side, double a, double entry, double end, double high,
                             double low)
{
    const bool sell = side == L1_SIDE_SELL;
    const bool alive = sell ? high < entry * (1 + a) : low > entry * (1 - a);
    return (l1_outcome){alive, alive ? (end / entry - 1) * (sell ? -1 : 1) : -a};
}

bool l1_row_label(const l1_dataset_options *options, const l1_symbol_minutes *minutes, l1_row *row)
{
    const l1_minute *after = minutes_after(minutes, row->minute);
    const l1_feature_vector *vector = &row->vector;
    const double atr = vector->atr / vector->close;
    double high = 0, low = 0;
    bool sell = false;
    if (after == NULL || !(atr > 0)) return false;
    measure(after, &high, &low, &row->realised_ln);
    const double u = draw(options, row->symbol, row->minute, &sell);
    const double entry = after[0].open, end = after[L1_HORIZON_MINUTES - 1].close;
    const uint32_t asked = options->direction_minutes;
    const uint32_t horizon = asked == 0 ? L1_HORIZON_MINUTES : asked;
    row->label_end = row->minute + L1_HORIZON_MINUTES;
    row->side = sell ? L1_SIDE_SELL : L1_SIDE_BUY;
    row->stop_fraction = (L1_STOP_ATR_MIN + (L1_STOP_ATR_MAX - L1_STOP_ATR_MIN) * u) * atr;
    const l1_outcome own = outcome_of(row->side, row->stop_fraction, entry, end, high, low);
    const double usual = vector->s1440 * sqrt(L1_HORIZON_MINUTES);
    row->labels[L1_HEAD_SURVIVAL] = own.alive;
    row->labels[L1_HEAD_MOVEMENT] = l1_ln(high / low) > L1_MOVEMENT_SIGMAS * usual;
    row->labels[L1_HEAD_DIRECTION] = after[horizon - 1].close > entry;
    row->labels[L1_HEAD_TREND] = after[L1_TREND_MINUTES - 1].trend;
    row->trade = own.trade;
    for (int side = 0; side < L1_SIDE_COUNT; side++) {
        const double a = L1_STOP_ATR_RULE * atr;
        row->by_rule[side] = outcome_of((l1_side)side, a, entry, end, high, low);
    }
    return true;
}

/* --- the mirror --- */

static int64_t mirrored(double from_e8, double to_e8, int64_t price_e8, bool turned)
{
    const double ratio = (double)price_e8 / from_e8;
    double price = turned ? to_e8 / ratio : to_e8 * ratio;
    if (!(price >= 1)) price = 1;
    if (price > MIRROR_E8_MAX) price = MIRROR_E8_MAX;
    return (int64_t)(price + 0.5);
}

/* Both assets turn on the same coin, so that their correlation stays. */
void l1_bar_mirror(uint64_t seed, l1_symbol_minutes *minutes, l1_bar *bar)
{
    const uint64_t key[2] = {seed, (uint64_t)(bar->open_time_ns / L1_MINUTE_NS)};
    const bool turned = (l1_hash_of(MIRROR_DOMAIN, key, sizeof key).lo & 1) != 0;
    const double from =
        minutes->mirror_from_e8 > 0 ? minutes->mirror_from_e8 : (double)bar->open_e8;
    const double to = minutes->mirror_to_e8 > 0 ? minutes->mirror_to_e8 : (double)bar->open_e8;
    const int64_t high_e8 = mirrored(from, to, bar->high_e8, turned);
    const int64_t low_e8 = mirrored(from, to, bar->low_e8, turned);
    minutes->mirror_from_e8 = (double)bar->close_e8;
    bar->open_e8 = mirrored(from, to, bar->open_e8, turned);
    bar->close_e8 = mirrored(from, to, bar->close_e8, turned);
    bar->high_e8 = turned ? low_e8 : high_e8;
    bar->low_e8 = turned ? high_e8 : low_e8;
    if (turned) bar->taker_buy_volume_e8 = bar->volume_e8 - bar->taker_buy_volume_e8;
    minutes->mirror_to_e8 = (double)bar->close_e8;
}
