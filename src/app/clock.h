/* app/clock.h: the only clocks of the program, and the time that an event is given.
 *
 * A real clock stamps max(previous, wall clock) and tells when the wall clock ran ahead of the
 * monotonic one by more than the configured jump. A clock from events moves with the times that
 * valid messages state, never backwards; a message without a time takes the current one.
 * Units:  Unix ns UTC; the monotonic clock counts from an unknown start.
 * Errors: none. */
#ifndef L1_APP_CLOCK_H
#define L1_APP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/codec/decode.h"

int64_t l1_clock_wall_ns(void);
int64_t l1_clock_mono_ns(void);

typedef struct {
    bool from_events;
    int64_t jump_min_ns;      /* a jump is told when it is longer; L1_OFF = never */
    int64_t now_ns;           /* the last time given out */
    int64_t wall_ns, mono_ns; /* the reading before */
} l1_clock;

/* `now_ns` is the time of the last event of the journal, 0 when there is none. */
void l1_clock_start(l1_clock *clock, const l1_limits *limits, int64_t now_ns);

/* Sets at_ns and clock_jump_ns of the event. `stated` is the message that it came from; NULL for
 * what no message caused. */
void l1_clock_stamp(l1_clock *clock, const l1_decoded *stated, l1_event *event);

/* The same with readings handed in: what l1_clock_stamp does on a real clock (tests). */
void l1_clock_stamp_real(l1_clock *clock, int64_t wall_ns, int64_t mono_ns, l1_event *event);

#endif
