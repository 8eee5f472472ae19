/* bus/input_thread.h: reads any descriptor (file, pipe, terminal, /dev/null, socket) on a thread.
 *
 * Blocks go through a ring of L1_INPUT_BLOCKS; when all are full the thread waits, so a paused
 * consumer stops the producer behind the pipe. The descriptor is left as it is: other processes
 * may share it.
 * Threads: `notify` is called on the reader's thread, once per block and at the end; everything
 *          else belongs to one consumer thread.
 * Ownership: the descriptor stays the caller's. */
#ifndef L1_BUS_INPUT_THREAD_H
#define L1_BUS_INPUT_THREAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

#define L1_INPUT_BLOCKS 4
#define L1_INPUT_BLOCK_SIZE (256 * 1024)

typedef struct l1_input l1_input;

L1_MUST_USE l1_result l1_input_start(l1_input **out, int fd, void (*notify)(void *state),
                                     void *state);

/* The oldest block not yet released; false when there is none. */
L1_MUST_USE bool l1_input_peek(l1_input *input, const char **bytes, size_t *size);
void l1_input_release(l1_input *input);

/* True when the input has ended and every block was released; *error is its errno or 0. */
L1_MUST_USE bool l1_input_ended(l1_input *input, int *error);

/* Stops the thread at its next wait and frees everything. */
void l1_input_stop(l1_input *input);

#endif
