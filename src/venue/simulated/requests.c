/* venue/simulated/requests.c: a sorted ring of due times over a pool of requests. */
#include "venue/simulated/requests.h"

#include "base/assert.h"

uint32_t l1_requests_max(uint32_t orders_max)
{
    L1_ASSERT(orders_max > 0);
    L1_ASSERT(orders_max <= UINT32_MAX / 4);
    return 2 * orders_max;
}

size_t l1_requests_cost(uint32_t orders_max)
{
    const uint32_t capacity = l1_requests_max(orders_max);
    return l1_arena_cost(capacity * sizeof(l1_due)) + l1_arena_cost(capacity * sizeof(l1_request)) +
           l1_arena_cost(capacity * sizeof(uint32_t));
}

void l1_requests_init(l1_request_queue *queue, l1_arena *arena, uint32_t orders_max)
{
    const uint32_t capacity = l1_requests_max(orders_max);
    *queue = (l1_request_queue){.capacity = capacity};
    queue->ring = l1_arena_take(arena, capacity * sizeof queue->ring[0]);
    queue->slots = l1_arena_take(arena, capacity * sizeof queue->slots[0]);
    queue->free_slots = l1_arena_take(arena, capacity * sizeof queue->free_slots[0]);
    for (uint32_t i = 0; i < capacity; i++) queue->free_slots[i] = i;
}

static l1_due *at(const l1_request_queue *queue, uint32_t i)
{
    L1_ASSERT(i < queue->capacity);
    const uint32_t place = queue->first + i;
    return &queue->ring[place < queue->capacity ? place : place - queue->capacity];
}

static bool before(const l1_due *a, const l1_due *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->id < b->id;
}

void l1_requests_put(l1_request_queue *queue, const l1_request *request, int64_t due_ns,
                     uint64_t id)
{
    L1_ASSERT(queue->count < queue->capacity);
    const uint32_t slot = queue->free_slots[queue->capacity - queue->count - 1];
    L1_ASSERT(slot < queue->capacity);
    queue->slots[slot] = *request;
    const l1_due due = {.due_ns = due_ns, .id = id, .slot = slot};
    uint32_t i = queue->count++;
    for (; i > 0 && before(&due, at(queue, i - 1)); i--) *at(queue, i) = *at(queue, i - 1);
    L1_ASSERT(i == 0 || before(at(queue, i - 1), &due));
    *at(queue, i) = due;
}

const l1_due *l1_requests_at(const l1_request_queue *queue, uint32_t i)
{
    L1_ASSERT(i < queue->count);
    return at(queue, i);
}

int64_t l1_requests_take(l1_request_queue *queue, l1_request *out)
{
    L1_ASSERT(queue->count > 0);
    const l1_due due = *at(queue, 0);
    *out = queue->slots[due.slot];
    queue->first = queue->first + 1 < queue->capacity ? queue->first + 1 : 0;
    queue->count--;
    queue->free_slots[queue->capacity - queue->count - 1] = due.slot;
    return due.due_ns;
}
