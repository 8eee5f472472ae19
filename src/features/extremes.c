/* features/extremes.c: extremes of a sliding hour from blocks of 60 minutes. */
#include "features/extremes.h"

#include <string.h>

#include "base/assert.h"
#include "features/finite.h"

#define MASK (L1_EXTREMES_RING - 1)
/* The oldest answer's own minutes, and with them the block that they end in. */
#define NEEDED (L1_EXTREMES_BACK + L1_EXTREMES_WIDTH)

_Static_assert(NEEDED + L1_EXTREMES_WIDTH <= L1_EXTREMES_RING, "the ring holds what answers need");

static l1_extreme both(l1_extreme a, l1_extreme b)
{
    return (l1_extreme){a.high_e8 > b.high_e8 ? a.high_e8 : b.high_e8,
                        a.low_e8 < b.low_e8 ? a.low_e8 : b.low_e8};
}

/* The block that ends with `minute` is complete: what each of its minutes sees to the end. */
static void close_block(l1_extremes *extremes, int64_t minute)
{
    l1_extreme seen = extremes->minutes[minute & MASK].bar;
    for (int64_t at = minute; at > minute - L1_EXTREMES_WIDTH; at--) {
        seen = both(seen, extremes->minutes[at & MASK].bar);
        extremes->minutes[at & MASK].to_end = seen;
    }
}

void l1_extremes_add(l1_extremes *extremes, int64_t minute, l1_extreme bar)
{
    L1_ASSERT(minute > 0);
    L1_ASSERT(bar.low_e8 > 0 && bar.high_e8 >= bar.low_e8);
    l1_extreme_minute *const own = &extremes->minutes[minute & MASK];
    const l1_extreme before = extremes->minutes[(minute - 1) & MASK].from_start;
    own->from_start = minute % L1_EXTREMES_WIDTH == 0 ? bar : both(before, bar);
    own->bar = bar;
    if (minute % L1_EXTREMES_WIDTH == L1_EXTREMES_WIDTH - 1) close_block(extremes, minute);
}

l1_extreme l1_extremes_at(const l1_extremes *extremes, int64_t minute)
{
    const int64_t first = minute - (L1_EXTREMES_WIDTH - 1);
    L1_ASSERT(first > 0);
    return both(extremes->minutes[first & MASK].to_end,
                extremes->minutes[minute & MASK].from_start);
}

void l1_extremes_archive(l1_archive *archive, l1_extremes *extremes, int64_t start, int64_t newest)
{
    const int64_t oldest = newest - (NEEDED - 1) > start ? newest - (NEEDED - 1) : start;
    if (archive->mode == L1_ARCHIVE_LOAD) memset(extremes, 0, sizeof *extremes);
    for (int64_t at = oldest; at <= newest; at++) {
        l1_extreme bar = extremes->minutes[at & MASK].bar;
        l1_archive_i64(archive, &bar.high_e8);
        l1_archive_i64(archive, &bar.low_e8);
        if (bar.low_e8 <= 0 || bar.high_e8 < bar.low_e8) {
            L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
            l1_archive_refuse(archive);
            return;
        }
        if (archive->mode == L1_ARCHIVE_LOAD) l1_extremes_add(extremes, at, bar);
    }
}
