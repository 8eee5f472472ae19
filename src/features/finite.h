/* features/finite.h: archiving of doubles that are finite by construction.
 *
 * Prices stay below 1e11 and what is made of them below L1_FINITE_MAX. LOAD refuses NaN and what
 * lies beyond, so that arithmetic after a load overflows nowhere. */
#ifndef L1_FEATURES_FINITE_H
#define L1_FEATURES_FINITE_H

#include "base/archive.h"

#define L1_FINITE_MAX 1e15

/* Refuses what was loaded: later fields read as zero. */
static inline void l1_archive_refuse(l1_archive *archive)
{
    archive->failed = true;
    archive->in.at = archive->in.end;
}

static inline void l1_finite_archive(l1_archive *archive, double *value)
{
    l1_archive_f64(archive, value);
    if (archive->mode != L1_ARCHIVE_LOAD) return;
    if (*value >= -L1_FINITE_MAX && *value <= L1_FINITE_MAX) return;
    l1_archive_refuse(archive);
    *value = 0.0;
}

#endif
