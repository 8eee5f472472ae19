/* bus/byte_queue.h: bytes waiting to be written, first in, first out.
 *
 * Grows on demand; who uses it bounds it. Zeroed memory is an empty queue. Not thread-safe. */
#ifndef L1_BUS_BYTE_QUEUE_H
#define L1_BUS_BYTE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef struct {
    char *base;
    size_t head, tail, capacity; /* the bytes are base[head..tail) */
} l1_byte_queue;

size_t l1_byte_queue_size(const l1_byte_queue *queue);
const char *l1_byte_queue_data(const l1_byte_queue *queue);

/* False when memory ran out: the queue is unchanged. */
L1_MUST_USE bool l1_byte_queue_add(l1_byte_queue *queue, const char *bytes, size_t size);
L1_MUST_USE bool l1_byte_queue_add_line(l1_byte_queue *queue, const char *text, size_t size);

void l1_byte_queue_drop(l1_byte_queue *queue, size_t size); /* from the head */
void l1_byte_queue_free(l1_byte_queue *queue);              /* empty again, memory returned */

#endif
