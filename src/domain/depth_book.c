/* domain/depth_book.c: the archive forms of level changes and best quotes. */
#include "domain/depth_book.h"

#include "base/assert.h"
#include "domain/index.h"

void l1_depth_archive(l1_archive *archive, l1_depth *depth)
{
    l1_symbol_archive(archive, &depth->symbol);
    l1_archive_i64(archive, &depth->ts_ns);
    l1_archive_u64(archive, &depth->first_id);
    l1_archive_u64(archive, &depth->last_id);
    l1_archive_bool(archive, &depth->snapshot);
    l1_archive_bool(archive, &depth->more);
    l1_archive_count(archive, &depth->changes_count, L1_DEPTH_CHANGES_MAX);
    L1_ASSERT(depth->changes_count <= L1_DEPTH_CHANGES_MAX);
    for (uint32_t i = 0; i < depth->changes_count; i++) {
        l1_archive_bool(archive, &depth->changes[i].ask);
        l1_archive_i64(archive, &depth->changes[i].price_e8);
        l1_archive_i64(archive, &depth->changes[i].qty_e8);
    }
}

void l1_quote_archive(l1_archive *archive, l1_quote *quote)
{
    l1_symbol_archive(archive, &quote->symbol);
    l1_archive_i64(archive, &quote->ts_ns);
    l1_archive_u64(archive, &quote->update_id);
    l1_archive_i64(archive, &quote->bid.price_e8);
    l1_archive_i64(archive, &quote->bid.qty_e8);
    l1_archive_i64(archive, &quote->ask.price_e8);
    l1_archive_i64(archive, &quote->ask.qty_e8);
}
