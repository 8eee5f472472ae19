/* domain/mid_trail.c: a ring of one mid a tenth of a second. */
#include "domain/mid_trail.h"

#include <string.h>

#include "base/assert.h"

/* The k-th newest; 0 = the newest. */
static const l1_trail_mid *back(const l1_mid_trail *trail, uint32_t k)
{
    L1_ASSERT(k < trail->count);
    return &trail->mids[(trail->newest + L1_TRAIL_KEPT - k) % L1_TRAIL_KEPT];
}

void l1_mid_trail_add(l1_mid_trail *trail, int64_t mid_e8, int64_t now_ns)
{
    L1_ASSERT(mid_e8 > 0);
    L1_ASSERT(trail->count == 0 || now_ns >= trail->mids[trail->newest].at_ns);
    const bool same_step =
        trail->count > 0 &&
        trail->mids[trail->newest].at_ns / L1_TRAIL_STEP_NS == now_ns / L1_TRAIL_STEP_NS;
    if (!same_step) {
        trail->newest = (trail->newest + 1) % L1_TRAIL_KEPT;
        trail->count += trail->count < L1_TRAIL_KEPT;
    }
    trail->mids[trail->newest] = (l1_trail_mid){now_ns, mid_e8};
}

int64_t l1_mid_trail_at(const l1_mid_trail *trail, int64_t at_ns, int64_t age_ns)
{
    L1_ASSERT(age_ns >= 0);
    for (uint32_t k = 0; k < trail->count; k++) {
        const l1_trail_mid *mid = back(trail, k);
        if (mid->at_ns > at_ns) continue;
        return at_ns - mid->at_ns <= age_ns ? mid->mid_e8 : L1_OFF;
    }
    return L1_OFF;
}

/* Oldest first: where in the ring they lie is no part of the state. */
void l1_mid_trail_archive(l1_archive *archive, l1_mid_trail *trail)
{
    l1_archive_count(archive, &trail->count, L1_TRAIL_KEPT);
    L1_ASSERT(trail->count <= L1_TRAIL_KEPT);
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    if (loading) trail->newest = trail->count == 0 ? 0 : trail->count - 1;
    for (uint32_t k = trail->count; k > 0; k--) {
        const uint32_t at = (trail->newest + L1_TRAIL_KEPT - (k - 1)) % L1_TRAIL_KEPT;
        l1_archive_i64(archive, &trail->mids[at].at_ns);
        l1_archive_i64(archive, &trail->mids[at].mid_e8);
    }
}
