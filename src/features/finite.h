/* features/finite.h: archiving of doubles that are finite by construction.
 *
 * LOAD refuses NaN and infinity, so that arithmetic after a load knows neither. */
#ifndef L1_FEATURES_FINITE_H
#define L1_FEATURES_FINITE_H

#include "base/archive.h"

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
    if (*value - *value == 0.0) return; /* not so for NaN and infinity */
    l1_archive_refuse(archive);
    *value = 0.0;
}

#endif
