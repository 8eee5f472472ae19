/* Synthetic bars of two assets: random walks that share a part of each step and move more at some
 * hours than at others. Integers only, so that every compiler makes the same ones. */
#ifndef L1_UNIT_FEATURES_BARS_H
#define L1_UNIT_FEATURES_BARS_H

#include "base/prng.h"
#include "domain/market.h"

#define BTC 0
#define ETH 1

typedef struct {
    l1_prng prng;
    int64_t prices_e8[2];
} bar_source;

static inline bar_source bar_source_new(uint64_t seed)
{
    bar_source source = {.prices_e8 = {50000 * L1_E8, 2500 * L1_E8}};
    l1_prng_seed(&source.prng, seed);
    return source;
}

static inline int64_t step_of(bar_source *source, uint64_t size)
{
    return (int64_t)l1_prng_below(&source->prng, 2 * size + 1) - (int64_t)size;
}

/* The bars of one minute, prices in cents. */
static inline void bar_source_next(bar_source *source, int64_t minute, l1_bar out[2])
{
    const uint64_t size = minute % 1440 < 480 ? 400 : 1000; /* millionths */
    const int64_t shared = step_of(source, size);
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        const int64_t open = source->prices_e8[symbol];
        const int64_t unit = open / 1000000;
        const int64_t close =
            (open + unit * (shared + step_of(source, size / 2))) / 1000000 * 1000000;
        const int64_t high = open > close ? open : close, low = open < close ? open : close;
        const int64_t volume = 1 + (int64_t)l1_prng_below(&source->prng, 100 * L1_E8);
        out[symbol] = (l1_bar){
            .symbol = symbol,
            .open_time_ns = minute * L1_MINUTE_NS,
            .close_time_ns = (minute + 1) * L1_MINUTE_NS - 1000000,
            .open_e8 = open,
            .high_e8 = high + unit * (int64_t)l1_prng_below(&source->prng, 300),
            .low_e8 = low - unit * (int64_t)l1_prng_below(&source->prng, 300),
            .close_e8 = close,
            .volume_e8 = volume,
            .taker_buy_volume_e8 = (int64_t)l1_prng_below(&source->prng, (uint64_t)volume + 1),
            .trades = (int64_t)l1_prng_below(&source->prng, 2000),
        };
        source->prices_e8[symbol] = close;
    }
}

#endif
