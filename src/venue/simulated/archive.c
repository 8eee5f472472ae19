/* venue/simulated/archive.c: one listing of the venue's state for saving, loading and hashing.
 *
 * Symbols stand by name and in the order of their names, so neither bytes nor hash depend on the
 * order of the configuration. What follows from the rest is left out and rebuilt on LOAD: locks
 * from the open orders, the index, the sums behind the conservation check. */
#include <string.h>

#include "base/assert.h"
#include "venue/simulated/account.h"
#include "venue/simulated/orders.h"
#include "venue/simulated/requests.h"
#include "venue/simulated/state.h"

static void refuse(l1_archive *archive)
{
    L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
    archive->failed = true;
    archive->in.at = archive->in.end; /* later fields read as zero */
}

/* LOAD refuses what would break the venue's own claims. */
static void demand(l1_archive *archive, bool holds)
{
    if (!holds) refuse(archive); /* SAVE asserts what LOAD refuses */
}

static void archive_levels(l1_archive *archive, uint32_t *count, l1_level *levels)
{
    l1_archive_count(archive, count, L1_BOOK_LEVELS_MAX);
    demand(archive, *count > 0);
    for (uint32_t i = 0; i < *count; i++) {
        l1_archive_i64(archive, &levels[i].price_e8);
        l1_archive_i64(archive, &levels[i].qty_e8);
        demand(archive, levels[i].price_e8 > 0 && levels[i].qty_e8 >= 0);
    }
}

static void archive_market(l1_archive *archive, l1_simulated_market *market)
{
    l1_archive_bool(archive, &market->has_book);
    if (market->has_book) {
        l1_archive_i64(archive, &market->book_since_ns);
        demand(archive, market->book_since_ns >= 0);
        archive_levels(archive, &market->bids_count, market->bids);
        archive_levels(archive, &market->asks_count, market->asks);
    }
    l1_archive_bool(archive, &market->has_bar);
    if (!market->has_bar) return;
    l1_archive_i64(archive, &market->bar_open_ns);
    l1_archive_i64(archive, &market->bar_since_ns);
    l1_archive_i64(archive, &market->close_e8);
    demand(archive, market->bar_since_ns >= 0 && market->close_e8 > 0);
    for (uint32_t k = 0; k < L1_MADE_LEVELS; k++) {
        l1_archive_i64(archive, &market->bids_left_e8[k]);
        l1_archive_i64(archive, &market->asks_left_e8[k]);
        demand(archive, market->bids_left_e8[k] >= 0 && market->asks_left_e8[k] >= 0);
    }
}

static void archive_asset(l1_archive *archive, l1_simulated_asset *asset)
{
    int64_t total_e8 = asset->total_e8, foreign_e8 = asset->foreign_e8;
    l1_archive_i64(archive, &total_e8);
    l1_archive_i64(archive, &foreign_e8);
    demand(archive, foreign_e8 >= 0 && foreign_e8 <= total_e8);
    if (archive->mode != L1_ARCHIVE_LOAD) return;
    const bool usable = l1_archive_ok(archive);
    l1_simulated_asset_init(asset, usable ? total_e8 : 0, usable ? foreign_e8 : 0);
}

static void archive_stop(l1_archive *archive, l1_resting_stop *stop)
{
    l1_order_id_archive(archive, &stop->id);
    l1_archive_i64(archive, &stop->stop_e8);
    l1_archive_i64(archive, &stop->qty_e8);
    l1_archive_i64(archive, &stop->placed_ns);
    demand(archive, stop->stop_e8 > 0 && stop->qty_e8 > 0);
}

static void load_stop(l1_archive *archive, l1_venue_simulated *venue, int symbol)
{
    l1_resting_stop stop = {.symbol = symbol};
    archive_stop(archive, &stop);
    demand(archive, symbol >= 0); /* an order must not vanish with its symbol */
    if (!l1_archive_ok(archive)) return;
    l1_simulated_asset *base = &venue->assets[symbol + 1];
    demand(archive, venue->orders.count < venue->orders.capacity &&
                        l1_open_orders_find(&venue->orders, stop.id) == L1_SLOT_NONE &&
                        stop.qty_e8 <= l1_simulated_asset_free_e8(base));
    if (!l1_archive_ok(archive)) return;
    l1_simulated_asset_lock(base, stop.qty_e8);
    l1_open_orders_add(&venue->orders, &stop);
}

/* The stops of one symbol, oldest first. `symbol` is -1 for one that is not configured. */
static void archive_stops(l1_archive *archive, l1_venue_simulated *venue, int symbol)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    L1_ASSERT(loading || symbol >= 0);
    uint32_t count = loading ? 0 : venue->orders.lists[symbol].count;
    uint32_t slot = loading ? L1_SLOT_NONE : venue->orders.lists[symbol].oldest;
    l1_archive_count(archive, &count, venue->orders.capacity);
    for (uint32_t i = 0; i < count && l1_archive_ok(archive); i++) {
        if (loading) {
            load_stop(archive, venue, symbol);
            continue;
        }
        L1_ASSERT(slot != L1_SLOT_NONE);
        archive_stop(archive, &venue->orders.slots[slot]);
        slot = venue->orders.slots[slot].newer;
    }
}

/* Everything of one symbol after its name. One that is not configured any more is read into
 * nothing, and refused if it still holds base or orders. */
static void archive_symbol(l1_archive *archive, l1_venue_simulated *venue, int symbol)
{
    const bool known = symbol >= 0;
    l1_simulated_market gone_market = {.has_book = false};
    l1_simulated_asset gone_asset = {.total_e8 = 0};
    uint64_t gone_trades = 0;
    l1_simulated_asset *asset = known ? &venue->assets[symbol + 1] : &gone_asset;
    archive_asset(archive, asset);
    demand(archive, known || gone_asset.total_e8 == 0);
    l1_archive_u64(archive, known ? &venue->trades[symbol] : &gone_trades);
    archive_market(archive, known ? &venue->markets[symbol] : &gone_market);
    archive_stops(archive, venue, symbol);
}

static void archive_symbols(l1_archive *archive, l1_venue_simulated *venue)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    char name[L1_SYMBOL_TEXT_MAX] = "", last[L1_SYMBOL_TEXT_MAX] = "";
    uint32_t count = venue->limits.symbols_count;
    l1_archive_count(archive, &count, L1_SYMBOLS_MAX);
    for (uint32_t i = 0; i < count && l1_archive_ok(archive); i++) {
        int symbol = -1;
        if (!loading) {
            symbol = (int)venue->by_name[i];
            memcpy(name, venue->limits.symbols[symbol].name, sizeof name);
        }
        l1_archive_text(archive, name, sizeof name);
        demand(archive, strcmp(last, name) < 0); /* also: none twice */
        memcpy(last, name, sizeof last);
        if (loading) symbol = l1_limits_symbol(&venue->limits, name);
        archive_symbol(archive, venue, symbol);
    }
}

/* A request with its symbol by name; its index is written as 0. */
static void archive_request(l1_archive *archive, l1_venue_simulated *venue, l1_due *due,
                            l1_request *request)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    char name[L1_SYMBOL_TEXT_MAX] = "";
    int32_t *symbol = request->is_cancel ? &request->cancel.symbol : &request->submit.symbol;
    if (!loading) {
        memcpy(name, venue->limits.symbols[*symbol].name, sizeof name);
        *symbol = 0;
    }
    l1_archive_i64(archive, &due->due_ns);
    l1_archive_u64(archive, &due->id);
    l1_archive_text(archive, name, sizeof name);
    l1_archive_bool(archive, &request->is_cancel);
    if (request->is_cancel) {
        l1_cancel_archive(archive, &request->cancel);
        symbol = &request->cancel.symbol;
    } else {
        l1_submit_archive(archive, &request->submit);
        symbol = &request->submit.symbol;
        demand(archive, request->submit.legs_count > 0);
    }
    if (!loading) return;
    *symbol = l1_limits_symbol(&venue->limits, name);
    demand(archive, *symbol >= 0 && due->due_ns >= 0);
}

static void archive_requests(l1_archive *archive, l1_venue_simulated *venue)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    l1_request_queue *queue = &venue->requests;
    uint32_t count = queue->count;
    l1_due last = {.due_ns = -1};
    l1_archive_count(archive, &count, queue->capacity);
    for (uint32_t i = 0; i < count && l1_archive_ok(archive); i++) {
        l1_due due = {.due_ns = 0};
        l1_request request = {.is_cancel = false};
        if (!loading) {
            due = *l1_requests_at(queue, i);
            request = queue->slots[due.slot];
        }
        archive_request(archive, venue, &due, &request);
        if (!loading || !l1_archive_ok(archive)) continue;
        demand(archive,
               last.due_ns < due.due_ns || (last.due_ns == due.due_ns && last.id < due.id));
        if (l1_archive_ok(archive)) l1_requests_put(queue, &request, due.due_ns, due.id);
        last = due;
    }
}

void l1_venue_simulated_archive(l1_archive *archive, l1_venue_simulated *venue)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    L1_ASSERT(!loading || venue->orders.count == 0);
    L1_ASSERT(!loading || venue->requests.count == 0);
    char quote[L1_ASSET_TEXT_MAX];
    memcpy(quote, venue->limits.quote, sizeof quote);
    l1_archive_text(archive, quote, sizeof quote);
    demand(archive, strcmp(quote, venue->limits.quote) == 0);
    archive_asset(archive, &venue->assets[0]);
    archive_symbols(archive, venue);
    archive_requests(archive, venue);
}
