/* A feature state of BTC (0), ETH (1) and, with three symbols, ADA (2). */
#ifndef L1_UNIT_FEATURES_WORLD_H
#define L1_UNIT_FEATURES_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "features/feature_state.h"

#define START_MINUTE INT64_C(28333320) /* 2023-11-14 22:00 UTC, a Tuesday */

typedef struct {
    l1_limits limits;
    l1_feature_state *state;
    void *memory;
} world;

static inline world world_of(uint32_t symbols)
{
    static const char *const bases[] = {"BTC", "ETH", "ADA"};
    world w = {.limits = {.symbols_count = symbols}};
    for (uint32_t i = 0; i < symbols; i++) strcpy(w.limits.symbols[i].base, bases[i]);
    const size_t bytes = l1_feature_state_cost(&w.limits);
    w.memory = aligned_alloc(64, bytes);
    if (w.memory == NULL) abort();
    memset(w.memory, 0, bytes);
    l1_arena arena = {.base = w.memory, .capacity = bytes};
    w.state = l1_feature_state_new(&arena, &w.limits);
    return w;
}

static inline world world_new(void)
{
    return world_of(2);
}

static inline void world_free(world *w)
{
    free(w->memory);
    w->memory = NULL;
}

static inline l1_hash128 world_hash(const world *w)
{
    l1_archive archive = l1_archive_hashing(7);
    l1_feature_state_archive(&archive, w->state);
    return l1_hash_end(&archive.hasher);
}

#endif
