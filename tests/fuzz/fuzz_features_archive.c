/* tests/fuzz/fuzz_features_archive.c: a state of features loaded from bytes that may be anything.
 *
 * First byte even: the rest is the archive. Odd: the rest patches the archive of two symbols that
 * are burnt in, five bytes a patch (where, little-endian, and what it is xored with), since random
 * bytes would never get that far. What loads takes bars and gives vectors as ever, and another
 * round of saving and loading leaves it as it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/feature_memory.h"

#define START_MINUTE INT64_C(28333320)
#define ARCHIVE_MAX 1000000
#define BURNT_IN (L1_BURN_IN_MINUTES + 100)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(claim) ((claim) ? (void)0 : breaks(#claim))

static _Noreturn void breaks(const char *claim)
{
    fprintf(stderr, "differs: %s\n", claim);
    abort();
}

static l1_bar bar_at(int32_t symbol, int64_t minute)
{
    uint64_t mixed = (uint64_t)minute * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)symbol;
    mixed ^= mixed >> 29;
    const int64_t close = (1000 + (int64_t)(mixed % 997)) * L1_E8;
    return (l1_bar){.symbol = symbol,
                    .open_time_ns = minute * L1_MINUTE_NS,
                    .high_e8 = close + L1_E8,
                    .low_e8 = close - L1_E8,
                    .close_e8 = close,
                    .volume_e8 = 1 + (int64_t)(mixed >> 33),
                    .taker_buy_volume_e8 = 1,
                    .trades = (int64_t)(mixed >> 50)};
}

static l1_feature_state *new_state(void)
{
    static l1_limits limits = {.symbols_count = 2};
    memcpy(limits.symbols[0].base, "BTC", 4);
    memcpy(limits.symbols[1].base, "ETH", 4);
    const size_t bytes = l1_feature_state_cost(&limits);
    l1_arena arena = {.base = aligned_alloc(64, bytes), .capacity = bytes};
    HOLDS(arena.base != NULL);
    memset(arena.base, 0, bytes);
    return l1_feature_state_new(&arena, &limits);
}

static void feed(l1_feature_state *state, int32_t symbol, int64_t from, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        const l1_bar bar = bar_at(symbol, from + i);
        l1_feature_state_on_bar(state, &bar);
    }
}

static size_t save(l1_feature_state *state, uint8_t bytes[ARCHIVE_MAX])
{
    l1_archive archive = l1_archive_saving(bytes, ARCHIVE_MAX);
    l1_feature_state_archive(&archive, state);
    HOLDS(l1_archive_ok(&archive));
    return archive.out.used;
}

static bool load(l1_feature_state *state, const uint8_t *bytes, size_t size)
{
    l1_archive archive = l1_archive_loading(bytes, size);
    l1_feature_state_archive(&archive, state);
    return l1_archive_ok(&archive);
}

static void use(l1_feature_state *state)
{
    static uint8_t first[ARCHIVE_MAX], second[ARCHIVE_MAX];
    l1_feature_vector vector;
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        const int64_t newest = state->symbols[symbol].history.sums.newest;
        if (newest < INT64_C(100000000)) feed(state, symbol, newest + 1, 20);
    }
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        if (l1_feature_vector_at(state, symbol, &vector) != L1_FEATURES_READY) continue;
        for (int i = 0; i < L1_FEATURES_COUNT; i++) {
            HOLDS(vector.values[i] >= -20 && vector.values[i] <= 20);
        }
    }
    const size_t size = save(state, first);
    if (!load(state, first, size)) return; /* grown beyond what prices can reach */
    HOLDS(save(state, second) == size && memcmp(first, second, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static l1_feature_state *state;
    static uint8_t image[ARCHIVE_MAX], patched[ARCHIVE_MAX];
    static size_t image_size;
    if (state == NULL) {
        state = new_state();
        for (int32_t symbol = 0; symbol < 2; symbol++) feed(state, symbol, START_MINUTE, BURNT_IN);
        image_size = save(state, image);
    }
    if (size == 0) return 0;
    if ((data[0] & 1) == 0) {
        if (load(state, data + 1, size - 1)) use(state);
        return 0;
    }
    memcpy(patched, image, image_size);
    for (size_t at = 1; at + 5 <= size; at += 5) {
        uint32_t place;
        memcpy(&place, data + at, sizeof place);
        patched[place % image_size] ^= data[at + 4];
    }
    if (load(state, patched, image_size)) use(state);
    return 0;
}
