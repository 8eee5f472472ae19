/* decision/schedule.c: lot-exact slices in time. */
#include "decision/schedule.h"

#include "base/assert.h"

static double sum_of(const double weights[], uint32_t count)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < count; i++) {
        L1_ASSERT(weights[i] >= 0.0);
        sum += weights[i];
    }
    return sum;
}

/* What is out after a part of the weights: on the lot, never more than the parent. */
static int64_t out_after(const l1_schedule_frame *frame, double part)
{
    const double lots = l1_decimal_to_double(frame->qty_e8) / l1_decimal_to_double(frame->lot_e8);
    const double out = lots * part + 1e-6; /* 3 lots of 9 by thirds are 3, not 2.9999 */
    L1_ASSERT(part >= 0.0);
    if (out >= lots) return frame->qty_e8;
    L1_ASSERT(out < 9.2e18);
    const int64_t out_e8 = (int64_t)out * frame->lot_e8;
    return out_e8 < frame->qty_e8 ? out_e8 : frame->qty_e8;
}

static int64_t slot_ns(const l1_schedule_frame *frame, uint32_t slot)
{
    int64_t after_ns = 0;
    L1_ASSERT(slot <= frame->slices);
    const bool fits = l1_mul_div(frame->duration_ns, slot, frame->slices, L1_ROUND_DOWN, &after_ns);
    L1_ASSERT(fits);
    return frame->start_ns + after_ns;
}

uint32_t l1_schedule_cut(const l1_schedule_frame *frame, const double weights[],
                         l1_child children[L1_CHILDREN_MAX])
{
    L1_ASSERT(frame->slices >= 1 && frame->slices <= L1_CHILDREN_MAX);
    L1_ASSERT(frame->lot_e8 > 0 && frame->qty_e8 > 0);
    L1_ASSERT(frame->duration_ns >= 0);
    const double sum = sum_of(weights, frame->slices);
    double part = 0.0;
    int64_t out_e8 = 0, joined_e8 = 0, joined_ns = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < frame->slices; i++) {
        part += sum > 0.0 ? weights[i] / sum : 1.0 / frame->slices;
        const int64_t after_e8 =
            i + 1 == frame->slices ? frame->qty_e8 : out_after(frame, part < 1.0 ? part : 1.0);
        const int64_t slice_e8 = after_e8 > out_e8 ? after_e8 - out_e8 : 0;
        if (joined_e8 == 0) joined_ns = slot_ns(frame, i);
        joined_e8 += slice_e8;
        out_e8 += slice_e8;
        if (joined_e8 == 0 || joined_e8 < frame->minimum_e8) continue;
        children[count++] = (l1_child){.qty_e8 = joined_e8, .send_at_ns = joined_ns};
        joined_e8 = 0;
    }
    L1_ASSERT(out_e8 == frame->qty_e8);
    if (count == 0) {
        children[count++] = (l1_child){.qty_e8 = joined_e8, .send_at_ns = frame->start_ns};
    } else {
        children[count - 1].qty_e8 += joined_e8;
    }
    return count;
}

void l1_weights_equal(uint32_t slices, double weights[L1_CHILDREN_MAX])
{
    L1_ASSERT(slices >= 1);
    L1_ASSERT(slices <= L1_CHILDREN_MAX);
    for (uint32_t i = 0; i < slices; i++) weights[i] = 1.0;
}

/* Usual volume between two times, minutes taken in part. */
static double volume_between(const double *minute_volume, int64_t first_minute, int64_t from_ns,
                             int64_t until_ns)
{
    double volume = 0.0;
    L1_ASSERT(from_ns <= until_ns);
    for (int64_t at_ns = from_ns; at_ns < until_ns;) {
        const int64_t minute = at_ns / L1_MINUTE_NS, end_ns = (minute + 1) * L1_MINUTE_NS;
        const int64_t next_ns = end_ns < until_ns ? end_ns : until_ns;
        L1_ASSERT(minute >= first_minute);
        volume +=
            minute_volume[minute - first_minute] * (double)(next_ns - at_ns) / (double)L1_MINUTE_NS;
        at_ns = next_ns;
    }
    return volume;
}

bool l1_weights_by_volume(const l1_schedule_frame *frame, const double *minute_volume,
                          uint32_t minutes_count, double weights[L1_CHILDREN_MAX])
{
    L1_ASSERT(frame->slices >= 1 && frame->slices <= L1_CHILDREN_MAX);
    L1_ASSERT(frame->start_ns >= 0);
    const int64_t first = frame->start_ns / L1_MINUTE_NS;
    if (frame->duration_ns <= 0) return false;
    const int64_t last = (frame->start_ns + frame->duration_ns - 1) / L1_MINUTE_NS;
    if (last - first >= minutes_count) return false;
    double sum = 0.0;
    for (uint32_t i = 0; i < frame->slices; i++) {
        weights[i] = volume_between(minute_volume, first, slot_ns(frame, i), slot_ns(frame, i + 1));
        if (!(weights[i] >= 0.0)) return false;
        sum += weights[i];
    }
    return sum > 0.0 && sum < 1e300;
}
