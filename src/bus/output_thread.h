/* bus/output_thread.h: writes to any descriptor on a thread, losing nothing and never blocking
 * the thread that hands the bytes over.
 *
 * A shared descriptor is not made non-blocking: a pipe is opened a second time for that, or
 * written in pieces that cannot block once poll said so.
 * Threads: `notify` is called on the writer's thread; all else belongs to one producer thread.
 * Errors:  the first one (a closed pipe: EPIPE, no signal is raised) ends the writing; what
 *          was not written by then stays counted. Ownership: the descriptor stays the caller's. */
#ifndef L1_BUS_OUTPUT_THREAD_H
#define L1_BUS_OUTPUT_THREAD_H

#include <stdint.h>

#include "bus/byte_queue.h"

typedef struct l1_output l1_output;

L1_MUST_USE l1_result l1_output_start(l1_output **out, int fd, void (*notify)(void *state),
                                      void *state);

/* Takes all bytes of `pending`, which is empty afterwards. False when memory ran out: nothing
 * was taken. */
L1_MUST_USE bool l1_output_hand_over(l1_output *output, l1_byte_queue *pending);

uint64_t l1_output_written(l1_output *output); /* bytes so far */
int l1_output_error(l1_output *output);        /* errno, or 0 */

/* From now on `notify` follows each write as well (it always follows an error). */
void l1_output_watch(l1_output *output, bool on);

/* Gives up what is not written, ends the thread and frees everything. */
void l1_output_stop(l1_output *output);

#endif
