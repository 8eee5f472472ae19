/* app/clock.c: reading clocks and stamping events. */
#include "app/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t which)
{
    struct timespec at;
    (void)clock_gettime(which, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

int64_t l1_clock_wall_ns(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t l1_clock_mono_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void l1_clock_start(l1_clock *clock, const l1_limits *limits, int64_t now_ns)
{
    *clock = (l1_clock){.from_events = limits->clock_from_events,
                        .jump_min_ns = limits->clock_jump_ns,
                        .now_ns = now_ns,
                        .wall_ns = l1_clock_wall_ns(),
                        .mono_ns = l1_clock_mono_ns()};
}

void l1_clock_stamp_real(l1_clock *clock, int64_t wall_ns, int64_t mono_ns, l1_event *event)
{
    const int64_t ahead_ns = (wall_ns - clock->wall_ns) - (mono_ns - clock->mono_ns);
    clock->wall_ns = wall_ns;
    clock->mono_ns = mono_ns;
    if (wall_ns > clock->now_ns) clock->now_ns = wall_ns;
    event->at_ns = clock->now_ns;
    const bool jumped = clock->jump_min_ns != L1_OFF && ahead_ns > clock->jump_min_ns;
    event->clock_jump_ns = jumped ? ahead_ns : 0;
}

void l1_clock_stamp(l1_clock *clock, const l1_decoded *stated, l1_event *event)
{
    if (!clock->from_events) {
        l1_clock_stamp_real(clock, l1_clock_wall_ns(), l1_clock_mono_ns(), event);
        return;
    }
    const bool moves = stated != NULL && stated->has_ts && event->kind != L1_EVENT_REFUSED;
    if (moves && stated->ts_ns > clock->now_ns) clock->now_ns = stated->ts_ns;
    event->at_ns = clock->now_ns;
    event->clock_jump_ns = 0;
}
