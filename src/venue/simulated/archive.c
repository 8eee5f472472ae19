/* venue/simulated/archive.c: one listing of the venue's state for saving, loading and hashing.
 *
 * Symbols stand by name and in the order of their names, so neither bytes nor hash depend on the
 * order of the configuration. What follows from the rest is left out and rebuilt on LOAD: locks of
 * the assets from the open orders, the index, the sums behind the conservation check. */
#include <string.h>

#include "base/assert.h"
#include "venue/simulated/account.h"
#include "venue/simulated/matching.h"
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

static void archive_consumed(l1_archive *archive, l1_consumed *consumed)
{
    l1_archive_count(archive, &consumed->count, L1_TAKES_MAX);
    for (uint32_t i = 0; i < consumed->count; i++) {
        l1_consumed_level *level = &consumed->levels[i];
        l1_archive_i64(archive, &level->price_e8);
        l1_archive_i64(archive, &level->shown_e8);
        l1_archive_i64(archive, &level->taken_e8);
        demand(archive,
               level->price_e8 > 0 && level->taken_e8 > 0 && level->taken_e8 <= level->shown_e8);
    }
}

static void archive_market(l1_archive *archive, l1_simulated_market *market)
{
    archive_consumed(archive, &market->bids);
    archive_consumed(archive, &market->asks);
    l1_archive_bool(archive, &market->book_whole);
    l1_archive_i64(archive, &market->trade_e8);
    l1_archive_i64(archive, &market->trade_ns);
    demand(archive, market->trade_e8 >= 0 && market->trade_ns >= 0);
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
    int64_t total_e8 = asset->total_e8, foreign_e8 = asset->foreign_e8, owed_e8 = asset->owed_e8;
    l1_archive_i64(archive, &total_e8);
    l1_archive_i64(archive, &foreign_e8);
    l1_archive_i64(archive, &owed_e8);
    demand(archive, foreign_e8 >= 0 && foreign_e8 <= total_e8 && owed_e8 >= 0);
    if (archive->mode != L1_ARCHIVE_LOAD) return;
    const bool usable = l1_archive_ok(archive);
    l1_simulated_asset_init(asset, usable ? total_e8 : 0, usable ? foreign_e8 : 0);
    asset->owed_e8 = usable ? owed_e8 : 0;
}

/* The fields of one order; its list by number within the symbol, 0 = none. */
static void archive_order(l1_archive *archive, l1_open_order *order, uint32_t *list)
{
    l1_order_leg_archive(archive, &order->leg);
    l1_archive_enum(archive, &order->stage, L1_STAGE_COUNT);
    l1_archive_i64(archive, &order->left_e8);
    l1_archive_i64(archive, &order->executed_e8);
    l1_archive_i64(archive, &order->quote_e8);
    l1_archive_i64(archive, &order->net_e8);
    l1_archive_i64(archive, &order->locked_e8);
    l1_archive_i64(archive, &order->fee_ahead_e16);
    l1_archive_i64(archive, &order->visible_e8);
    l1_archive_i64(archive, &order->front_e8);
    l1_archive_i64(archive, &order->level_e8);
    l1_archive_i64(archive, &order->traded_e8);
    l1_archive_i64(archive, &order->placed_ns);
    l1_archive_u32(archive, list);
    l1_archive_count(archive, &order->place, L1_LEGS_MAX - 1);
}

/* What the venue claims of an order in each stage. */
static bool sane(const l1_open_order *order, bool listed)
{
    const l1_order_leg *leg = &order->leg;
    const bool limit = l1_order_has_limit(leg->type), trigger = l1_order_has_trigger(leg->type);
    int64_t need_e8 = 0;
    if (order->executed_e8 < 0 || order->quote_e8 < 0 || order->net_e8 < 0 ||
        order->locked_e8 < 0 || order->fee_ahead_e16 < 0 || order->fee_ahead_e16 >= L1_E8 ||
        order->level_e8 < 0 || order->traded_e8 < 0 || leg->iceberg_e8 < 0) {
        return false;
    }
    if (order->stage == L1_STAGE_PENDING) {
        return listed && leg->qty_e8 >= 0 && leg->price_e8 >= 0 && leg->stop_e8 >= 0 &&
               leg->quote_qty_e8 >= 0 && order->locked_e8 == 0 && order->left_e8 == leg->qty_e8;
    }
    if (order->left_e8 <= 0 || order->left_e8 > leg->qty_e8 - order->executed_e8) return false;
    if ((limit ? leg->price_e8 <= 0 : leg->price_e8 != 0) || leg->quote_qty_e8 != 0) return false;
    if (trigger ? leg->stop_e8 <= 0 : leg->stop_e8 != 0) return false;
    if (!l1_simulated_need(order, &need_e8)) return false;
    if (!listed && leg->side == L1_SIDE_SELL && order->locked_e8 != order->left_e8) return false;
    if (order->stage == L1_STAGE_WAITING) return trigger;
    return limit && order->visible_e8 > 0 && order->visible_e8 <= order->left_e8 &&
           order->front_e8 >= 0;
}

static void load_order(l1_archive *archive, l1_venue_simulated *venue, int symbol,
                       uint32_t lists_first, uint32_t lists_count)
{
    l1_open_order order = {.symbol = symbol};
    uint32_t list = 0;
    archive_order(archive, &order, &list);
    demand(archive, symbol >= 0 && list <= lists_count); /* no order vanishes with its symbol */
    if (!l1_archive_ok(archive)) return;
    order.list = list == 0 ? L1_SLOT_NONE : lists_first + list - 1;
    l1_open_orders *orders = &venue->orders;
    l1_open_list *own = list == 0 ? NULL : &orders->lists[order.list];
    const bool live = order.stage != L1_STAGE_PENDING;
    l1_simulated_asset *paid = &venue->assets[order.leg.side == L1_SIDE_BUY ? 0 : symbol + 1];
    demand(archive, sane(&order, own != NULL) && orders->count < orders->capacity &&
                        (!live || orders->live < venue->limits.orders_max) &&
                        l1_open_orders_find(orders, order.leg.id) == L1_SLOT_NONE &&
                        order.locked_e8 <= l1_simulated_asset_free_e8(paid) &&
                        (own == NULL || own->slots[order.place] == L1_SLOT_NONE));
    if (!l1_archive_ok(archive)) return;
    l1_simulated_asset_lock(paid, order.locked_e8);
    const uint32_t slot = l1_open_orders_add(orders, &order);
    if (own != NULL) own->slots[order.place] = slot;
}

/* A list as it stands between two calls: an OCO with both legs live, or a leg 0 on the book and
 * its pending legs. */
static bool list_sane(const l1_open_orders *orders, const l1_open_list *list)
{
    const bool two = list->kind == L1_LIST_OTOCO || list->kind == L1_LIST_OPOCO;
    int64_t needs_e8[2] = {0};
    for (uint32_t i = 0; i < L1_LEGS_MAX; i++) {
        const uint32_t slot = list->slots[i];
        const bool wanted = i < 2 || two;
        if ((slot != L1_SLOT_NONE) != wanted) return false;
        if (slot == L1_SLOT_NONE) continue;
        const l1_open_order *order = &orders->slots[slot];
        const bool live = order->stage != L1_STAGE_PENDING;
        if (live != (i == 0 || list->kind == L1_LIST_OCO)) return false;
        if (list->kind != L1_LIST_OCO && i == 0 && order->stage != L1_STAGE_RESTING) return false;
        if (i < 2 && live && !l1_simulated_need(order, &needs_e8[i])) return false;
    }
    const l1_open_order *a = &orders->slots[list->slots[0]], *b = &orders->slots[list->slots[1]];
    if (list->kind != L1_LIST_OCO) {
        return a->leg.side == L1_SIDE_BUY || a->locked_e8 == needs_e8[0];
    }
    const int64_t need_e8 = needs_e8[0] > needs_e8[1] ? needs_e8[0] : needs_e8[1];
    return a->leg.side == b->leg.side && a->left_e8 == b->left_e8 && a->locked_e8 <= need_e8 &&
           b->locked_e8 == need_e8 - a->locked_e8;
}

/* Numbers the lists of a symbol from 1, in the order in which their orders stand. */
static uint32_t number_lists(l1_open_orders *orders, int symbol)
{
    uint32_t count = 0;
    for (uint32_t at = orders->symbols[symbol].oldest; at != L1_SLOT_NONE;
         at = orders->slots[at].newer) {
        const uint32_t list = orders->slots[at].list;
        if (list != L1_SLOT_NONE) orders->lists[list].next = 0;
    }
    for (uint32_t at = orders->symbols[symbol].oldest; at != L1_SLOT_NONE;
         at = orders->slots[at].newer) {
        const uint32_t list = orders->slots[at].list;
        if (list == L1_SLOT_NONE || orders->lists[list].next != 0) continue;
        orders->lists[list].next = ++count;
    }
    L1_ASSERT(count == orders->symbols[symbol].lists);
    return count;
}

/* The kinds of the lists, in their numbers' order. */
static void archive_lists(l1_archive *archive, l1_open_orders *orders, int symbol, uint32_t count,
                          uint32_t *first)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    uint32_t at = loading ? L1_SLOT_NONE : orders->symbols[symbol].oldest;
    uint32_t told = 0;
    for (uint32_t i = 0; i < count && l1_archive_ok(archive); i++) {
        l1_list_kind kind = L1_LIST_SINGLE;
        while (!loading) {
            L1_ASSERT(at != L1_SLOT_NONE);
            const uint32_t list = orders->slots[at].list;
            at = orders->slots[at].newer;
            if (list == L1_SLOT_NONE || orders->lists[list].next != told + 1) continue;
            told++;
            kind = orders->lists[list].kind;
            break;
        }
        l1_archive_enum(archive, &kind, L1_LIST_COUNT);
        demand(archive, kind != L1_LIST_SINGLE);
        if (!loading || !l1_archive_ok(archive)) continue;
        demand(archive, symbol >= 0 && orders->lists_free != L1_SLOT_NONE);
        if (!l1_archive_ok(archive)) continue;
        const uint32_t list = l1_open_lists_take(orders, kind, symbol);
        orders->lists[list].working = kind != L1_LIST_OCO;
        if (i == 0) *first = list; /* a fresh table gives them one after the other */
        L1_ASSERT(list == *first + i);
    }
}

/* The orders of one symbol, oldest first. `symbol` is -1 for one that is not configured. */
static void archive_orders(l1_archive *archive, l1_venue_simulated *venue, int symbol)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    l1_open_orders *orders = &venue->orders;
    L1_ASSERT(loading || symbol >= 0);
    uint32_t lists = loading ? 0 : number_lists(orders, symbol), lists_first = 0;
    l1_archive_count(archive, &lists, orders->lists_capacity);
    archive_lists(archive, orders, symbol, lists, &lists_first);
    uint32_t count = loading ? 0 : orders->symbols[symbol].live + orders->symbols[symbol].pending;
    uint32_t slot = loading ? L1_SLOT_NONE : orders->symbols[symbol].oldest;
    l1_archive_count(archive, &count, orders->capacity);
    for (uint32_t i = 0; i < count && l1_archive_ok(archive); i++) {
        if (loading) {
            load_order(archive, venue, symbol, lists_first, lists);
            continue;
        }
        L1_ASSERT(slot != L1_SLOT_NONE);
        l1_open_order *order = &orders->slots[slot];
        uint32_t list = order->list == L1_SLOT_NONE ? 0 : orders->lists[order->list].next;
        archive_order(archive, order, &list);
        slot = order->newer;
    }
    for (uint32_t i = 0; loading && l1_archive_ok(archive) && i < lists; i++) {
        demand(archive, list_sane(orders, &orders->lists[lists_first + i]));
    }
}

/* Everything of one symbol after its name. One that is not configured any more is read into
 * nothing, and refused if it still holds base or orders. */
static void archive_symbol(l1_archive *archive, l1_venue_simulated *venue, int symbol)
{
    const bool known = symbol >= 0;
    l1_simulated_market gone_market = {.has_bar = false};
    l1_simulated_asset gone_asset = {.total_e8 = 0};
    uint64_t gone_trades = 0;
    l1_simulated_asset *asset = known ? &venue->assets[symbol + 1] : &gone_asset;
    archive_asset(archive, asset);
    demand(archive, known || gone_asset.total_e8 == 0);
    l1_archive_u64(archive, known ? &venue->trades[symbol] : &gone_trades);
    archive_market(archive, known ? &venue->markets[symbol] : &gone_market);
    archive_orders(archive, venue, symbol);
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
