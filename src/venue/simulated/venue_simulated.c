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
    /* One event may reach every order. Each fill but one an order uses up a level of a side or an
     * own order, which then fills too; each order is acknowledged and ends once, lists included. */
    L1_ASSERT(limits->orders_max > 0);
    const uint32_t orders = L1_LEGS_MAX * (limits->orders_max + 2);
    return 2 * (L1_TAKES_MAX + L1_MADE_LEVELS) + 6 * orders;
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

l1_venue_simulated *l1_venue_simulated_new(l1_arena *arena, const l1_limits *limits,
                                           const l1_depth_book *books)
{
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    L1_ASSERT(limits->taker_fee_e8 >= 0 && limits->taker_fee_e8 <= L1_E8);
    L1_ASSERT(limits->maker_fee_e8 >= 0 && limits->maker_fee_e8 <= L1_E8);
    l1_venue_simulated *venue = l1_arena_take(arena, sizeof *venue);
    venue->limits = *limits;
    venue->books = books;
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

/* What every call begins and ends with. */
static l1_call begin(l1_venue_simulated *venue, int64_t now_ns, l1_venue_answers *answers)
{
    L1_ASSERT(answers->count == 0);
    venue->event++;
    return (l1_call){.venue = venue, .now_ns = now_ns, .answers = answers};
}

void l1_venue_simulated_arrive(l1_venue_simulated *venue, l1_venue_answers *answers)
{
    l1_request request;
    const int64_t now_ns = l1_requests_take(&venue->requests, &request);
    const l1_call call = begin(venue, now_ns, answers);
    if (request.is_cancel) {
        l1_simulated_run_cancel(&call, &request.cancel);
    } else {
        l1_simulated_run_submit(&call, &request.submit);
    }
    l1_simulated_settle_lists(&call);
    L1_ASSERT(answers->count > 0);
}

void l1_venue_simulated_on_book(l1_venue_simulated *venue, int32_t symbol, l1_book_told told,
                                int64_t now_ns, l1_venue_answers *answers)
{
    L1_ASSERT(symbol >= 0 && (uint32_t)symbol < venue->limits.symbols_count);
    L1_ASSERT(answers->count == 0);
    l1_simulated_market *market = &venue->markets[symbol];
    const l1_symbol_orders *own = &venue->orders.symbols[symbol];
    market->book_whole = told == L1_TOLD_BOOK;
    l1_simulated_market_told(market, &venue->books[symbol]);
    if (own->live == 0) return;
    const l1_call call = begin(venue, now_ns, answers);
    l1_simulated_rest_on_book(&call, symbol);
    l1_level bid, ask;
    const bool stands_for_trades =
        market->book_whole ||
        !l1_simulated_trade_fresh(market, now_ns, venue->limits.market_age_ns);
    if (stands_for_trades && l1_depth_book_best(&venue->books[symbol], &bid, &ask)) {
        const l1_market_move move = {.kind = L1_MOVE_BOOK,
                                     .symbol = symbol,
                                     .low_e8 = bid.price_e8,
                                     .high_e8 = ask.price_e8};
        l1_simulated_run_triggers(&call, &move);
    }
    l1_simulated_settle_lists(&call);
}

void l1_venue_simulated_on_bar(l1_venue_simulated *venue, const l1_bar *bar, int64_t now_ns,
                               l1_venue_answers *answers)
{
    L1_ASSERT(bar->symbol >= 0 && (uint32_t)bar->symbol < venue->limits.symbols_count);
    L1_ASSERT(answers->count == 0);
    const l1_instrument *instrument = &venue->limits.symbols[bar->symbol];
    l1_simulated_market *market = &venue->markets[bar->symbol];
    if (!l1_simulated_market_on_bar(market, instrument, bar, now_ns)) return;
    if (venue->orders.symbols[bar->symbol].live == 0) return;
    const l1_call call = begin(venue, now_ns, answers);
    const l1_market_move move = {.kind = L1_MOVE_BAR,
                                 .symbol = bar->symbol,
                                 .low_e8 = bar->low_e8,
                                 .high_e8 = bar->high_e8,
                                 .open_e8 = bar->open_e8,
                                 .closed_ns = bar->close_time_ns};
    l1_simulated_run_triggers(&call, &move);
    l1_simulated_rest_on_bar(&call, bar);
    l1_simulated_settle_lists(&call);
}

void l1_venue_simulated_on_trade(l1_venue_simulated *venue, const l1_trade *trade, int64_t now_ns,
                                 l1_venue_answers *answers)
{
    L1_ASSERT(trade->symbol >= 0 && (uint32_t)trade->symbol < venue->limits.symbols_count);
    L1_ASSERT(answers->count == 0);
    l1_simulated_market *market = &venue->markets[trade->symbol];
    const l1_symbol_orders *own = &venue->orders.symbols[trade->symbol];
    const int64_t price_e8 = trade->price_e8;
    market->trade_e8 = price_e8;
    market->trade_ns = trade->ts_ns < now_ns ? trade->ts_ns : now_ns;
    if (own->bid_e8 < price_e8 && own->ask_e8 > price_e8 && own->falling_e8 < price_e8 &&
        own->rising_e8 > price_e8) {
        return;
    }
    const l1_call call = begin(venue, now_ns, answers);
    l1_simulated_rest_on_trade(&call, trade);
    const l1_market_move move = {
        .kind = L1_MOVE_TRADE, .symbol = trade->symbol, .low_e8 = price_e8, .high_e8 = price_e8};
    l1_simulated_run_triggers(&call, &move);
    l1_simulated_settle_lists(&call);
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

void l1_venue_simulated_move(l1_venue_simulated *venue, int32_t asset, int64_t delta_e8,
                             int64_t foreign_e8)
{
    L1_ASSERT(asset >= 0 && (uint32_t)asset <= venue->limits.symbols_count);
    l1_simulated_asset_move(&venue->assets[asset], delta_e8, foreign_e8);
}

int64_t l1_venue_simulated_owed_e8(const l1_venue_simulated *venue, int32_t asset)
{
    L1_ASSERT(asset >= 0 && (uint32_t)asset <= venue->limits.symbols_count);
    return venue->assets[asset].owed_e8;
}

int64_t l1_venue_simulated_free_e8(const l1_venue_simulated *venue, int32_t asset)
{
    L1_ASSERT(asset >= 0 && (uint32_t)asset <= venue->limits.symbols_count);
    return l1_simulated_asset_free_e8(&venue->assets[asset]);
}

static l1_venue_order view_of(const l1_open_order *order)
{
    return (l1_venue_order){.leg = order->leg,
                            .symbol = order->symbol,
                            .pending = order->stage == L1_STAGE_PENDING,
                            .waiting = order->stage == L1_STAGE_WAITING,
                            .executed_e8 = order->executed_e8,
                            .quote_e8 = order->quote_e8,
                            .left_e8 = order->left_e8,
                            .locked_e8 = order->locked_e8,
                            .front_e8 = order->stage == L1_STAGE_RESTING ? order->front_e8 : 0,
                            .since_ns = order->placed_ns};
}

bool l1_venue_simulated_order(const l1_venue_simulated *venue, l1_order_id id, l1_venue_order *out)
{
    const uint32_t slot = l1_open_orders_find(&venue->orders, id);
    if (slot == L1_SLOT_NONE) return false;
    *out = view_of(&venue->orders.slots[slot]);
    return true;
}

bool l1_venue_simulated_open(const l1_venue_simulated *venue, int32_t symbol, uint32_t *at,
                             l1_venue_order *out)
{
    L1_ASSERT(symbol >= 0 && (uint32_t)symbol < venue->limits.symbols_count);
    const l1_open_orders *orders = &venue->orders;
    uint32_t slot = orders->symbols[symbol].oldest;
    for (uint32_t i = 0; i < *at && slot != L1_SLOT_NONE; i++) slot = orders->slots[slot].newer;
    if (slot == L1_SLOT_NONE) return false;
    *out = view_of(&orders->slots[slot]);
    *at += 1;
    return true;
}
