/* domain/portfolio.c: the archive form of a snapshot, up to the last asset that holds anything. */
#include "domain/portfolio.h"

#include <string.h>

#include "base/assert.h"

static uint32_t assets_held(const l1_portfolio *portfolio)
{
    uint32_t count = L1_ASSETS_MAX;
    while (count > 0 && portfolio->free_e8[count - 1] == 0 &&
           portfolio->locked_e8[count - 1] == 0) {
        count--;
    }
    return count;
}

void l1_portfolio_archive(l1_archive *archive, l1_portfolio *portfolio)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    uint32_t count = loading ? 0 : assets_held(portfolio);
    l1_archive_i64(archive, &portfolio->ts_ns);
    l1_archive_i64(archive, &portfolio->equity_e8);
    l1_archive_i64(archive, &portfolio->correlation_e8);
    l1_archive_count(archive, &count, L1_ASSETS_MAX);
    L1_ASSERT(count <= L1_ASSETS_MAX);
    if (loading) {
        memset(portfolio->free_e8, 0, sizeof portfolio->free_e8);
        memset(portfolio->locked_e8, 0, sizeof portfolio->locked_e8);
    }
    for (uint32_t i = 0; i < count; i++) {
        l1_archive_i64(archive, &portfolio->free_e8[i]);
        l1_archive_i64(archive, &portfolio->locked_e8[i]);
    }
}
