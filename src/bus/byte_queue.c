/* bus/byte_queue.c: see byte_queue.h. */
#include "bus/byte_queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

size_t l1_byte_queue_size(const l1_byte_queue *queue)
{
    L1_ASSERT(queue->head <= queue->tail);
    return queue->tail - queue->head;
}

const char *l1_byte_queue_data(const l1_byte_queue *queue)
{
    return queue->base + queue->head;
}

/* Makes `size` bytes of room behind the tail. */
static bool reserve(l1_byte_queue *queue, size_t size)
{
    if (size <= queue->capacity - queue->tail) return true;
    const size_t used = l1_byte_queue_size(queue);
    if (queue->head > 0 && queue->head >= used) { /* moves each byte at most once per drain */
        memmove(queue->base, queue->base + queue->head, used);
        queue->head = 0;
        queue->tail = used;
        if (size <= queue->capacity - used) return true;
    }
    size_t capacity = queue->capacity < 4096 ? 4096 : queue->capacity;
    while (capacity - queue->tail < size) {
        if (capacity > SIZE_MAX / 2) return false;
        capacity *= 2;
    }
    char *base = realloc(queue->base, capacity);
    if (!base) return false;
    queue->base = base;
    queue->capacity = capacity;
    return true;
}

bool l1_byte_queue_add(l1_byte_queue *queue, const char *bytes, size_t size)
{
    if (size == 0) return true;
    if (!reserve(queue, size)) return false;
    memcpy(queue->base + queue->tail, bytes, size);
    queue->tail += size;
    return true;
}

bool l1_byte_queue_add_line(l1_byte_queue *queue, const char *text, size_t size)
{
    if (!reserve(queue, size + 1)) return false;
    if (size > 0) memcpy(queue->base + queue->tail, text, size);
    queue->base[queue->tail + size] = '\n';
    queue->tail += size + 1;
    return true;
}

void l1_byte_queue_drop(l1_byte_queue *queue, size_t size)
{
    L1_ASSERT(size <= l1_byte_queue_size(queue));
    queue->head += size;
    if (queue->head == queue->tail) queue->head = queue->tail = 0;
}

void l1_byte_queue_free(l1_byte_queue *queue)
{
    free(queue->base);
    *queue = (l1_byte_queue){0};
}
