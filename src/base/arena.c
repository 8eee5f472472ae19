/* base/arena.c: memory taken once at start, then sealed. */
#include "base/arena.h"

#include "base/assert.h"

enum { ALIGNMENT = 64 }; /* one cache line */

size_t l1_arena_cost(size_t size)
{
    L1_ASSERT(size <= SIZE_MAX - ALIGNMENT);
    const size_t cost = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    L1_ASSERT(cost >= size);
    return cost;
}

void *l1_arena_take(l1_arena *arena, size_t size)
{
    const size_t cost = l1_arena_cost(size);
    L1_ASSERT(!arena->sealed);
    L1_ASSERT(arena->used <= arena->capacity);
    L1_ASSERT(cost <= arena->capacity - arena->used);
    L1_ASSERT((uintptr_t)arena->base % ALIGNMENT == 0);
    void *taken = arena->base + arena->used;
    arena->used += cost;
    return taken;
}
