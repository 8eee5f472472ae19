/* bench/bench_features.c: time of a bar, of a vector and of the state's hash, hot, beside an empty
 * turn of the same loop.
 *
 * Two symbols on random walks, more than the burn-in, then MINUTES more. A bar is timed over a
 * whole pass of all of them, in processor time (a symbol-year is 525,600 bars); a vector over
 * batches.
 * Usage: bench_features [MINUTES]. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/histogram.h"
#include "base/prng.h"
#include "features/feature_state.h"

#define START_MINUTE INT64_C(28333320)
#define SECOND_NS INT64_C(1000000000)
#define YEAR_MINUTES 525600

enum { BATCH = 32, ROUNDS = 20000, HASHES = 20 };

static int64_t read_ns(clockid_t clock)
{
    struct timespec at;
    clock_gettime(clock, &at);
    return at.tv_sec * SECOND_NS + at.tv_nsec;
}

static int64_t clock_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

static int64_t processor_ns(void)
{
    return read_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static void keep(const void *value)
{
    __asm__ volatile("" : : "g"(value) : "memory");
}

static int64_t walk(l1_prng *prng, int64_t price)
{
    const int64_t step = (int64_t)l1_prng_below(prng, 2001) - 1000;
    return price + price / 1000000 * step;
}

static void make_bars(l1_bar *bars, int64_t minutes)
{
    l1_prng prng;
    int64_t prices[2] = {50000 * L1_E8, 2500 * L1_E8};
    l1_prng_seed(&prng, 7);
    for (int64_t i = 0; i < 2 * minutes; i++) {
        const int32_t symbol = (int32_t)(i % 2);
        const int64_t open = prices[symbol], close = walk(&prng, open);
        const int64_t volume = 1 + (int64_t)l1_prng_below(&prng, 100 * L1_E8);
        prices[symbol] = close;
        bars[i] = (l1_bar){
            .symbol = symbol,
            .open_time_ns = (START_MINUTE + i / 2) * L1_MINUTE_NS,
            .open_e8 = open,
            .high_e8 = (open > close ? open : close) + open / 20000,
            .low_e8 = (open < close ? open : close) - open / 20000,
            .close_e8 = close,
            .volume_e8 = volume,
            .taker_buy_volume_e8 = (int64_t)l1_prng_below(&prng, (uint64_t)volume + 1),
            .trades = 1 + (int64_t)l1_prng_below(&prng, 2000),
        };
    }
}

static void time_bars(l1_feature_state *state, const l1_bar *bars, int64_t count)
{
    const int64_t begin = processor_ns();
    for (int64_t i = 0; i < count; i++) keep(&bars[i]);
    const int64_t middle = processor_ns();
    for (int64_t i = 0; i < count; i++) {
        keep(&bars[i]);
        l1_feature_state_on_bar(state, &bars[i]);
    }
    const double each = (double)(processor_ns() - middle) / (double)count;
    printf("%-36s %7.1f ns a bar, %.3f s a symbol-year\n", "l1_feature_state_on_bar, 2 symbols",
           each, each * YEAR_MINUTES * 1e-9);
    printf("%-36s %7.1f ns a bar\n", "  beside: the same loop, empty",
           (double)(middle - begin) / (double)count);
}

static void report(const char *what, const l1_histogram *figures)
{
    printf("%-36s p50 %4llu ns   p99 %4llu ns\n", what,
           (unsigned long long)l1_histogram_quantile(figures, 0.5),
           (unsigned long long)l1_histogram_quantile(figures, 0.99));
}

static void time_vectors(const l1_feature_state *state)
{
    static l1_histogram computed, empty;
    l1_feature_vector vector;
    for (int round = 0; round < ROUNDS; round++) {
        const int64_t begin = clock_ns();
        for (int i = 0; i < BATCH; i++) keep(&vector);
        const int64_t middle = clock_ns();
        for (int i = 0; i < BATCH; i++) {
            if (l1_feature_vector_at(state, i % 2, &vector) != L1_FEATURES_READY) exit(1);
            keep(&vector);
        }
        l1_histogram_add(&empty, (uint64_t)(middle - begin) / BATCH);
        l1_histogram_add(&computed, (uint64_t)(clock_ns() - middle) / BATCH);
    }
    report("l1_feature_vector_at", &computed);
    report("  beside: the same loop, empty", &empty);
}

static void time_hash(l1_feature_state *state)
{
    const int64_t begin = clock_ns();
    for (int i = 0; i < HASHES; i++) {
        l1_archive archive = l1_archive_hashing(1);
        l1_feature_state_archive(&archive, state);
        const l1_hash128 hash = l1_hash_end(&archive.hasher);
        keep(&hash);
    }
    printf("%-36s %7.1f us\n", "hash of the state, 2 symbols",
           (double)(clock_ns() - begin) / HASHES / 1000);
}

int main(int argc, char **argv)
{
    const int64_t more = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    if (more <= 0) {
        fprintf(stderr, "usage: bench_features [MINUTES]\n");
        return 2;
    }
    static l1_limits limits = {.symbols_count = 2};
    memcpy(limits.symbols[0].base, "BTC", 4);
    memcpy(limits.symbols[1].base, "ETH", 4);
    const int64_t minutes = L1_BURN_IN_MINUTES + more;
    const size_t bytes = l1_feature_state_cost(&limits);
    l1_bar *const bars = calloc((size_t)minutes * 2, sizeof *bars);
    l1_arena arena = {.base = aligned_alloc(64, bytes), .capacity = bytes};
    if (bars == NULL || arena.base == NULL) return 1;
    memset(arena.base, 0, bytes);
    make_bars(bars, minutes);
    l1_feature_state *const state = l1_feature_state_new(&arena, &limits);
    const int64_t burn_in = 2 * (int64_t)L1_BURN_IN_MINUTES;
    for (int64_t i = 0; i < burn_in; i++) l1_feature_state_on_bar(state, &bars[i]);
    printf("memory: %zu bytes for 2 symbols\n", bytes);
    time_bars(state, bars + burn_in, 2 * more);
    time_vectors(state);
    time_hash(state);
    free(arena.base);
    free(bars);
    return 0;
}
