/* features/frame.c: the bar being built takes the next part. */
#include "features/frame.h"

#include "base/assert.h"
#include "features/finite.h"

static double larger(double a, double b)
{
    return a > b ? a : b;
}

bool l1_frame_add(l1_frame *frame, int64_t length_ns, const l1_candle *part, l1_candle *out)
{
    const int64_t open_ns = part->open_ns - part->open_ns % length_ns;
    L1_ASSERT(part->open_ns > 0 && part->end_ns <= open_ns + length_ns);
    L1_ASSERT(frame->open_ns == 0 || frame->open_ns == open_ns);
    if (frame->open_ns == 0) {
        frame->open_ns = open_ns;
        frame->high = part->high;
        frame->low = part->low;
    }
    frame->high = larger(frame->high, part->high);
    frame->low = -larger(-frame->low, -part->low);
    frame->close = part->close;
    if (part->end_ns != open_ns + length_ns) return false;
    L1_ASSERT(frame->high >= frame->low);
    *out = (l1_candle){open_ns, open_ns + length_ns, frame->high, frame->low, frame->close};
    frame->open_ns = 0;
    return true;
}

bool l1_frame_fits(const l1_frame *frame, int64_t length_ns, int64_t next_ns)
{
    L1_ASSERT(length_ns > 0);
    if (frame->open_ns == 0) return true;
    const int64_t open_ns = next_ns - next_ns % length_ns;
    return frame->open_ns == open_ns && next_ns > open_ns && frame->high >= frame->low;
}

void l1_frame_archive(l1_archive *archive, l1_frame *frame)
{
    l1_archive_i64(archive, &frame->open_ns);
    l1_finite_archive(archive, &frame->high);
    l1_finite_archive(archive, &frame->low);
    l1_finite_archive(archive, &frame->close);
}
