/* base/arena.h: memory taken once at start, then sealed.
 *
 * Ownership: the caller owns the block behind the arena; nothing is ever given back.
 * Errors:    none; a take after the seal or beyond the capacity is a broken assertion, because
 *            capacities are computed from the configuration before the block is made. */
#ifndef L1_BASE_ARENA_H
#define L1_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint8_t *base; /* 64-byte aligned, zeroed */
    size_t used, capacity;
    bool sealed;
} l1_arena;

/* `size` bytes, 64-byte aligned, zeroed. */
void *l1_arena_take(l1_arena *arena, size_t size);

/* What a take of `size` costs, alignment included: for adding up a capacity beforehand. */
size_t l1_arena_cost(size_t size);

#endif
