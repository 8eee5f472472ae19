/* features/extremes.h: highest high and lowest low of the last 60 minutes, O(1) a minute.
 *
 * Minutes are cut into blocks of 60. Each keeps the extremes from its block's start to itself, and,
 * once its block is complete, from itself to the block's end; any 60 minutes are the end of one
 * block and the start of the next. Answers reach back L1_EXTREMES_BACK minutes.
 * Units: e8, minutes from the Unix epoch. Determinism: integers.
 * Source: van Herk (1992), Gil and Werman (1993). */
#ifndef L1_FEATURES_EXTREMES_H
#define L1_FEATURES_EXTREMES_H

#include "base/archive.h"

#define L1_EXTREMES_WIDTH 60
#define L1_EXTREMES_BACK 120
#define L1_EXTREMES_RING 256

typedef struct {
    int64_t high_e8, low_e8;
} l1_extreme;

typedef struct {
    l1_extreme bar, from_start, to_end;
} l1_extreme_minute;

typedef struct {
    l1_extreme_minute minutes[L1_EXTREMES_RING];
} l1_extremes;

/* Minutes follow each other, or everything starts anew: what lies before a gap may be seen by
 * answers for less than 60 minutes after it, which nobody asks for. */
void l1_extremes_add(l1_extremes *extremes, int64_t minute, l1_extreme bar);

/* Over the 60 minutes up to and with `minute`; all of them were added. */
l1_extreme l1_extremes_at(const l1_extremes *extremes, int64_t minute);

/* The minutes from `start` to `newest`, as far as later answers need them. */
void l1_extremes_archive(l1_archive *archive, l1_extremes *extremes, int64_t start, int64_t newest);

#endif
