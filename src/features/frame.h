/* features/frame.h: bars of 15 minutes, 1 hour, 4 hours from shorter ones, aligned to UTC.
 *
 * A frame is complete once its last minute has closed; until then it counts for nothing. The
 * first frame after a start may lack its beginning: its close is right, its high and low may not
 * be (indicators take only the close of their first frame).
 * Units: ns, quote per base. Determinism: comparisons only. */
#ifndef L1_FEATURES_FRAME_H
#define L1_FEATURES_FRAME_H

#include "base/archive.h"
#include "domain/market.h"

#define L1_QUARTER_NS (15 * L1_MINUTE_NS)
#define L1_HOUR_NS (60 * L1_MINUTE_NS)
#define L1_FOUR_HOURS_NS (240 * L1_MINUTE_NS)

/* Up to so many missing minutes become flat bars without volume once the next bar arrives. */
#define L1_GAP_FILL_MINUTES 120

/* A closed stretch of time, [open_ns, end_ns). */
typedef struct {
    int64_t open_ns, end_ns;
    double high, low, close;
} l1_candle;

/* The bar being built. */
typedef struct {
    int64_t open_ns; /* its start; 0 = none */
    double high, low, close;
} l1_frame;

/* Adds the next part, which lies within one frame of `length_ns`. True when that completes the
 * frame: `out` is the complete one. */
bool l1_frame_add(l1_frame *frame, int64_t length_ns, const l1_candle *part, l1_candle *out);

/* False when the frame cannot take what follows `next_ns` (a loaded one that was damaged). */
bool l1_frame_fits(const l1_frame *frame, int64_t length_ns, int64_t next_ns);

void l1_frame_archive(l1_archive *archive, l1_frame *frame);

#endif
