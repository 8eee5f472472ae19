/* domain/mid_trail.h: the mids of one market in the last seconds, for what was decided a little
 * ago.
 *
 * Kept is the last mid of each tenth of a second in which one came, the newest 64 of them: at least
 * 6.4 s back, an hour where only bars come. A look back never finds a mid that came later.
 * Units:       Unix ns of receipt, e8.
 * Determinism: pure; time is an argument. */
#ifndef L1_DOMAIN_MID_TRAIL_H
#define L1_DOMAIN_MID_TRAIL_H

#include "base/archive.h"
#include "domain/limits.h"

#define L1_TRAIL_KEPT 64
#define L1_TRAIL_STEP_NS INT64_C(100000000)

typedef struct {
    int64_t at_ns, mid_e8;
} l1_trail_mid;

typedef struct {
    uint32_t count, newest; /* newest: where in the ring */
    l1_trail_mid mids[L1_TRAIL_KEPT];
} l1_mid_trail;

/* now_ns not before the last one's. */
void l1_mid_trail_add(l1_mid_trail *trail, int64_t mid_e8, int64_t now_ns);

/* The last mid kept at or before `at_ns`, not older than `age_ns` then; L1_OFF when there is none.
 */
int64_t l1_mid_trail_at(const l1_mid_trail *trail, int64_t at_ns, int64_t age_ns);

void l1_mid_trail_archive(l1_archive *archive, l1_mid_trail *trail);

#endif
