/* venue/simulated/venue_simulated.c: the venue's door: memory, requests and market data. */
#include "venue/simulated/venue_simulated.h"

#include <string.h>

#include "base/assert.h"
#include "venue/simulated/account.h"
#include "venue/simulated/book.h"
#include "venue/simulated/matching.h"
#include "venue/simulated/orders.h"
#include "venue/simulated/requests.h"
#include "venue/simulated/state.h"

uint32_t l1_venue_simulated_answers_max(const l1_limits *limits)
{
    /* One event may run every stop: each level ends once, so all of them together make one fill
     * a level and at most one more a stop, and each stop ends. An arriving list makes ACK, one
     * fill a level, DONE and the second leg's answer. */
    L1_ASSERT(limits->orders_max > 0);
    return L1_BOOK_LEVELS_MAX + 2 * limits->orders_max + 3;
}

size_t l1_venue_simulated_cost(const l1_limits *limits)
{
    return l1_arena_cost(sizeof(l1_venue_simulated)) + l1_open_orders_cost(limits->orders_max) +
           l1_requests_cost(limits->orders_max);
}

/* Symbols by name, so that the archive does not depend on the order of the configuration. */
static void sort_names(l1_venue_simulated *venue)
{
    for (uint32_t i = 0; i < venue->limits.symbols_count; i++) {
        const char *name = venue->limits.symbols[i].name;
        uint32_t at = i;
        for (; at > 0; at--) {
            const uint32_t other = venue->by_name[at - 1];
            if (strcmp(venue->limits.symbols[other].name, name) < 0) break;
            venue->by_name[at] = other;
        }
        venue->by_name[at] = i;
    }
}

l1_venue_simulated *l1_venue_simulated_new(l1_arena *arena, const l1_limits *limits)
{
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    L1_ASSERT(limits->taker_fee_e8 >= 0 && limits->taker_fee_e8 <= L1_E8);
    l1_venue_simulated *venue = l1_arena_take(arena, sizeof *venue);
    venue->limits = *limits;
    for (uint32_t i = 0; i <= limits->symbols_count; i++) {
        l1_simulated_asset_init(&venue->assets[i], limits->paper_balance_e8[i], 0);
    }
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        L1_ASSERT(limits->symbols[i].tick_e8 > 0);
        L1_ASSERT(limits->symbols[i].lot_e8 > 0);
    }
    sort_names(venue);
    l1_open_orders_init(&venue->orders, arena, limits->orders_max);
    l1_requests_init(&venue->requests, arena, limits->orders_max);
    return venue;
}

void l1_venue_simulated_submit(l1_venue_simulated *venue, const l1_submit *submit, int64_t due_ns,
                               uint64_t id)
{
    L1_ASSERT(submit->symbol >= 0 && (uint32_t)submit->symbol < venue->limits.symbols_count);
    L1_ASSERT(submit->legs_count >= 1 && submit->legs_count <= L1_LEGS_MAX);
    const l1_request request = {.is_cancel = false, .submit = *submit};
    l1_requests_put(&venue->requests, &request, due_ns, id);
}

void l1_venue_simulated_cancel(l1_venue_simulated *venue, const l1_cancel *cancel, int64_t due_ns,
                               uint64_t id)
{
    L1_ASSERT(cancel->symbol >= 0 && (uint32_t)cancel->symbol < venue->limits.symbols_count);
    const l1_request request = {.is_cancel = true, .cancel = *cancel};
    l1_requests_put(&venue->requests, &request, due_ns, id);
}

bool l1_venue_simulated_next(const l1_venue_simulated *venue, int64_t *due_ns, uint64_t *id)
{
    if (venue->requests.count == 0) return false;
    const l1_due *due = l1_requests_at(&venue->requests, 0);
    *due_ns = due->due_ns;
    *id = due->id;
    return true;
}

void l1_venue_simulated_arrive(l1_venue_simulated *venue, l1_venue_answers *answers)
{
    L1_ASSERT(answers->count == 0);
    l1_request request;
    const int64_t now_ns = l1_requests_take(&venue->requests, &request);
    if (request.is_cancel) {
        l1_simulated_run_cancel(venue, &request.cancel, answers);
    } else {
        l1_simulated_run_submit(venue, &request.submit, now_ns, answers);
    }
    L1_ASSERT(answers->count > 0);
}

void l1_venue_simulated_on_book(l1_venue_simulated *venue, const l1_book *book, int64_t now_ns,
                                l1_venue_answers *answers)
{
    L1_ASSERT(book->symbol >= 0 && (uint32_t)book->symbol < venue->limits.symbols_count);
    L1_ASSERT(answers->count == 0);
    l1_simulated_market_on_book(&venue->markets[book->symbol], book, now_ns);
    const l1_market_move move = {.kind = L1_MOVE_BOOK,
                                 .symbol = book->symbol,
                                 .now_ns = now_ns,
                                 .price_e8 = book->bids[0].price_e8};
    l1_simulated_run_stops(venue, &move, answers);
}

void l1_venue_simulated_on_bar(l1_venue_simulated *venue, const l1_bar *bar, int64_t now_ns,
                               l1_venue_answers *answers)
{
    L1_ASSERT(bar->symbol >= 0 && (uint32_t)bar->symbol < venue->limits.symbols_count);
    L1_ASSERT(answers->count == 0);
    const l1_instrument *instrument = &venue->limits.symbols[bar->symbol];
    l1_simulated_market *market = &venue->markets[bar->symbol];
    if (!l1_simulated_market_on_bar(market, instrument, bar, now_ns)) return;
    const l1_market_move move = {.kind = L1_MOVE_BAR,
                                 .symbol = bar->symbol,
                                 .now_ns = now_ns,
                                 .price_e8 = bar->low_e8,
                                 .open_e8 = bar->open_e8,
                                 .closed_ns = bar->close_time_ns};
    l1_simulated_run_stops(venue, &move, answers);
}

void l1_venue_simulated_on_trade(l1_venue_simulated *venue, const l1_trade *trade, int64_t now_ns,
                                 l1_venue_answers *answers)
{
    L1_ASSERT(trade->symbol >= 0 && (uint32_t)trade->symbol < venue->limits.symbols_count);
    L1_ASSERT(answers->count == 0);
    const l1_market_move move = {.kind = L1_MOVE_TRADE,
                                 .symbol = trade->symbol,
                                 .now_ns = now_ns,
                                 .price_e8 = trade->price_e8};
    l1_simulated_run_stops(venue, &move, answers);
}

bool l1_venue_simulated_adjust(l1_venue_simulated *venue, int32_t asset, int64_t total_e8,
                               int64_t foreign_e8)
{
    L1_ASSERT(asset >= 0 && (uint32_t)asset <= venue->limits.symbols_count);
    return l1_simulated_asset_adjust(&venue->assets[asset], total_e8, foreign_e8);
}

int64_t l1_venue_simulated_total_e8(const l1_venue_simulated *venue, int32_t asset)
{
    L1_ASSERT(asset >= 0 && (uint32_t)asset <= venue->limits.symbols_count);
    return venue->assets[asset].total_e8;
}

int64_t l1_venue_simulated_locked_e8(const l1_venue_simulated *venue, int32_t asset)
{
    L1_ASSERT(asset >= 0 && (uint32_t)asset <= venue->limits.symbols_count);
    return venue->assets[asset].locked_e8;
}
