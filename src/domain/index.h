/* domain/index.h: archiving of the small integers that name a symbol or an asset.
 *
 * A loaded index is used to address arrays, so one that lies outside its range is refused here
 * and never reaches a caller.
 * Determinism: pure. */
#ifndef L1_DOMAIN_INDEX_H
#define L1_DOMAIN_INDEX_H

#include "base/archive.h"
#include "base/assert.h"
#include "domain/limits.h"

/* An index in [lowest, end): lowest is 0, or -1 where "none" is allowed. SAVE asserts the range,
 * LOAD refuses what lies outside it and yields `lowest`. */
static inline void l1_index_archive(l1_archive *archive, int32_t *index, int32_t lowest,
                                    int32_t end)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    L1_ASSERT(loading || (*index >= lowest && *index < end));
    uint32_t word = loading ? 0 : (uint32_t)*index;
    l1_archive_u32(archive, &word);
    const bool outside = (int32_t)word < lowest || (int32_t)word >= end;
    if (outside) {
        archive->failed = true;
        archive->in.at = archive->in.end; /* later fields read as zero */
    }
    *index = outside ? lowest : (int32_t)word;
}

/* A configured symbol; and one that may be none (-1). */
static inline void l1_symbol_archive(l1_archive *archive, int32_t *symbol)
{
    l1_index_archive(archive, symbol, 0, L1_SYMBOLS_MAX);
}
static inline void l1_symbol_or_none_archive(l1_archive *archive, int32_t *symbol)
{
    l1_index_archive(archive, symbol, -1, L1_SYMBOLS_MAX);
}
static inline void l1_asset_archive(l1_archive *archive, int32_t *asset)
{
    l1_index_archive(archive, asset, 0, L1_ASSETS_MAX);
}

#endif
