/* engine/engine_archive.c: the one listing of the engine's state, and its move to other limits. */
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "engine/engine_state.h"

static void archive_tape(l1_archive *archive, l1_tape *tape)
{
    l1_archive_u64(archive, &tape->base_e8);
    l1_archive_u64(archive, &tape->quote_e8);
    l1_archive_i64(archive, &tape->minute);
    l1_archive_u64(archive, &tape->minute_base_e8);
    l1_archive_u64(archive, &tape->minute_quote_e8);
    l1_archive_u64(archive, &tape->before_base_e8);
    l1_archive_u64(archive, &tape->before_quote_e8);
}

void l1_engine_archive(l1_archive *archive, l1_engine *engine)
{
    const uint32_t symbols = engine->limits.symbols_count;
    L1_ASSERT(symbols > 0);
    for (uint32_t i = 0; i < symbols; i++) {
        if (archive->mode != L1_ARCHIVE_LOAD) l1_engine_see_top(engine, (int32_t)i);
        l1_market_archive(archive, &engine->markets[i]);
        l1_volatility_archive(archive, &engine->volatility[i]);
        l1_archive_i64(archive, &engine->known_mid_e8[i]);
        l1_archive_i64(archive, &engine->drawdown_day[i + 1]);
        l1_mid_trail_archive(archive, &engine->trails[i]);
        l1_archive_i64(archive, &engine->traded_ns[i]);
        l1_archive_i64(archive, &engine->book_pace[i].from_ns);
        l1_archive_i64(archive, &engine->book_pace[i].last_ns);
    }
    l1_feature_state_archive(archive, engine->features);
    l1_archive_u64(archive, &engine->models.lo);
    l1_archive_u64(archive, &engine->models.hi);
    l1_account_archive(archive, &engine->account, symbols);
    l1_drawdown_archive(archive, &engine->drawdown, symbols);
    l1_kill_switch_archive(archive, &engine->kill_switch, symbols);
    l1_order_pace_archive(archive, engine->pace);
    l1_signal_table_archive(archive, &engine->signals);
    l1_executions_archive(archive, &engine->executions);
    l1_parents_archive(archive, &engine->parents);
    for (uint32_t i = 0; i < symbols; i++) archive_tape(archive, &engine->tapes[i]);
    l1_cost_table_archive(archive, &engine->costs);
    l1_archive_i64(archive, &engine->drawdown_day[0]);
    l1_archive_i64(archive, &engine->now_ns);
    l1_archive_i64(archive, &engine->day_done);
    l1_archive_u64(archive, &engine->effect_seq);
    l1_archive_u64(archive, &engine->last_id);
    l1_archive_u64(archive, &engine->last_serial);
    l1_archive_u32(archive, &engine->pending);
}

/* --- a change of configuration: symbols are matched by name --- */

static bool idle(const l1_engine *old, uint32_t symbol)
{
    const l1_account *account = &old->account;
    return account->total_e8[symbol + 1] == 0 && account->open_buy_e8[symbol] == 0 &&
           account->stops_open[symbol] == 0 && account->planned_sell_e8[symbol] == 0 &&
           old->kill_switch.unknown_orders[symbol] == 0;
}

static bool map_symbols(const l1_engine *engine, const l1_engine *old, int32_t map[L1_SYMBOLS_MAX],
                        char why[160])
{
    for (uint32_t i = 0; i < old->limits.symbols_count; i++) {
        map[i] = l1_limits_symbol(&engine->limits, old->limits.symbols[i].name);
        if (map[i] >= 0 || idle(old, i)) continue;
        snprintf(why, 160, "symbol %s is no longer configured but still has base, orders or stops",
                 old->limits.symbols[i].name);
        return false;
    }
    return true;
}

static void adopt_account(l1_account *to, const l1_account *from, const int32_t *map,
                          uint32_t count)
{
    const l1_account source = *from;
    int64_t start_e8[L1_ASSETS_MAX] = {0};
    /* A symbol that is new starts with its paper balance; under snapshots unlisted means zero. */
    if (!from->has_snapshot) memcpy(start_e8, to->total_e8, sizeof start_e8);
    *to = source;
    memcpy(to->total_e8, start_e8, sizeof to->total_e8);
    memset(to->foreign_locked_e8, 0, sizeof to->foreign_locked_e8);
    memset(to->own_locked_e8, 0, sizeof to->own_locked_e8);
    memset(to->stop_locked_e8, 0, sizeof to->stop_locked_e8);
    memset(to->open_buy_e8, 0, sizeof to->open_buy_e8);
    memset(to->stops_open, 0, sizeof to->stops_open);
    memset(to->planned_sell_e8, 0, sizeof to->planned_sell_e8);
    to->total_e8[0] = source.total_e8[0];
    to->foreign_locked_e8[0] = source.foreign_locked_e8[0];
    to->own_locked_e8[0] = source.own_locked_e8[0];
    for (uint32_t i = 0; i < count; i++) {
        if (map[i] < 0) continue;
        to->total_e8[map[i] + 1] = source.total_e8[i + 1];
        to->foreign_locked_e8[map[i] + 1] = source.foreign_locked_e8[i + 1];
        to->own_locked_e8[map[i] + 1] = source.own_locked_e8[i + 1];
        to->stop_locked_e8[map[i]] = source.stop_locked_e8[i];
        to->open_buy_e8[map[i]] = source.open_buy_e8[i];
        to->stops_open[map[i]] = source.stops_open[i];
        to->planned_sell_e8[map[i]] = source.planned_sell_e8[i];
    }
    for (uint32_t i = 0; i < L1_FILLS_KEPT; i++) {
        l1_balance_change *change = &to->changes[i];
        if (change->asset > 0 && change->asset <= (int32_t)count) {
            change->asset = map[change->asset - 1] + 1; /* -1 becomes the quote: delta dropped */
            if (change->asset == 0) change->delta_e8 = 0;
        }
    }
}

static void adopt_symbols(l1_engine *engine, const l1_engine *old, const int32_t *map)
{
    engine->drawdown.minute = old->drawdown.minute;
    engine->drawdown.portfolio = old->drawdown.portfolio;
    engine->kill_switch = old->kill_switch;
    engine->drawdown_day[0] = old->drawdown_day[0];
    memset(engine->kill_switch.symbol_halted, 0, sizeof engine->kill_switch.symbol_halted);
    memset(engine->kill_switch.unknown_orders, 0, sizeof engine->kill_switch.unknown_orders);
    for (uint32_t i = 0; i < old->limits.symbols_count; i++) {
        if (map[i] < 0) continue;
        engine->markets[map[i]] = old->markets[i];
        engine->markets[map[i]].book.symbol = map[i];
        engine->top_due[map[i]] = old->top_due[i]; /* the books are taken over before */
        engine->markets[map[i]].bar.symbol = map[i];
        engine->volatility[map[i]] = old->volatility[i];
        engine->tapes[map[i]] = old->tapes[i];
        engine->known_mid_e8[map[i]] = old->known_mid_e8[i];
        engine->trails[map[i]] = old->trails[i];
        engine->traded_ns[map[i]] = old->traded_ns[i];
        engine->book_pace[map[i]] = old->book_pace[i];
        engine->drawdown_day[map[i] + 1] = old->drawdown_day[i + 1];
        engine->drawdown.symbols[map[i]] = old->drawdown.symbols[i];
        l1_drawdown_cash(&engine->drawdown, map[i], old->drawdown.cash_e8[i]);
        engine->drawdown.unpriced_e8[map[i]] = old->drawdown.unpriced_e8[i];
        engine->kill_switch.symbol_halted[map[i]] = old->kill_switch.symbol_halted[i];
        engine->kill_switch.unknown_orders[map[i]] = old->kill_switch.unknown_orders[i];
    }
}

static void adopt_features(l1_engine *engine, const l1_engine *old)
{
    int32_t from[L1_SYMBOLS_MAX];
    for (uint32_t i = 0; i < engine->limits.symbols_count; i++) {
        from[i] = l1_limits_symbol(&old->limits, engine->limits.symbols[i].name);
    }
    l1_feature_state_adopt(engine->features, old->features, from);
    /* The bundle stays, so no MODELS event will bring a new symbol its profile. */
    for (uint32_t i = 0; i < engine->limits.symbols_count && old->bundle != NULL; i++) {
        l1_profile profile;
        const int symbol = l1_bundle_symbol(old->bundle, engine->limits.symbols[i].name);
        if (from[i] >= 0 || symbol < 0) continue;
        l1_bundle_profile(old->bundle, symbol, &profile);
        l1_feature_profile_take(engine->features, (int32_t)i, &profile, true);
    }
}

/* One in an asset that is no longer configured has no name any more. */
static void adopt_third_fee(int32_t *asset, int64_t *fee_e8, const int32_t *map)
{
    L1_ASSERT(*asset >= 0 && *asset < L1_ASSETS_MAX);
    L1_ASSERT(*fee_e8 >= 0);
    if (*asset == 0) return;
    const int32_t symbol = map[*asset - 1];
    *asset = symbol < 0 ? 0 : symbol + 1;
    if (symbol < 0) *fee_e8 = 0;
}

static void adopt_parents(l1_parents *to, const l1_parents *from, const int32_t *map)
{
    const size_t slots = from->capacity;
    L1_ASSERT(to->capacity == from->capacity);
    memcpy(to->parents, from->parents, slots * sizeof *to->parents);
    memcpy(to->free, from->free, slots * sizeof *to->free);
    memcpy(to->timed, from->timed, slots * sizeof *to->timed);
    to->free_first = from->free_first;
    to->free_next = from->free_next;
    to->timed_count = from->timed_count;
    to->next = from->next;
    to->last_serial = from->last_serial;
    for (size_t i = 0; i < slots; i++) {
        const int32_t symbol = map[to->parents[i].symbol];
        to->parents[i].symbol = symbol < 0 ? 0 : symbol;
        adopt_third_fee(&to->parents[i].fee_third_asset, &to->parents[i].fee_third_e8, map);
    }
}

static bool adopt_executions(l1_engine *engine, const l1_engine *old, const int32_t *map,
                             char why[160])
{
    l1_executions *to = &engine->executions;
    const l1_executions *from = &old->executions;
    if (to->orders_capacity != from->orders_capacity) {
        /* nothing under way: start empty */
        if (from->open_executions == 0 && old->pending == 0) return true;
        snprintf(why, 160, "order.open_max cannot change while %u executions are open",
                 from->open_executions + from->reserved);
        return false;
    }
    const size_t slots = from->orders_capacity;
    memcpy(to->orders, from->orders, slots * sizeof *to->orders);
    memcpy(to->executions, from->executions, slots * sizeof *to->executions);
    memcpy(to->index, from->index, ((size_t)from->index_mask + 1) * sizeof *to->index);
    memcpy(to->free_orders, from->free_orders, slots * sizeof *to->free_orders);
    memcpy(to->free_executions, from->free_executions, slots * sizeof *to->free_executions);
    memcpy(to->heap, from->heap, slots * sizeof *to->heap);
    to->free_orders_first = from->free_orders_first;
    to->free_orders_next = from->free_orders_next;
    to->free_executions_first = from->free_executions_first;
    to->free_executions_next = from->free_executions_next;
    to->heap_count = from->heap_count;
    to->open_orders = from->open_orders;
    to->open_executions = from->open_executions;
    to->reserved = from->reserved;
    l1_cost_table_adopt(&engine->costs, &old->costs, map);
    for (size_t i = 0; i < slots; i++) {
        /* An ended slot of a symbol that is gone keeps no meaning; it goes to symbol 0. */
        const int32_t order = map[to->orders[i].symbol];
        const int32_t execution = map[to->executions[i].symbol];
        to->orders[i].symbol = order < 0 ? 0 : order;
        adopt_third_fee(&to->orders[i].fee_third_asset, &to->orders[i].fee_third_e8, map);
        to->executions[i].symbol = execution < 0 ? 0 : execution;
    }
    adopt_parents(&engine->parents, &old->parents, map);
    return true;
}

static bool adopt_signals(l1_engine *engine, const l1_engine *old, char why[160])
{
    const l1_signal_table *from = &old->signals;
    for (uint64_t serial = from->first; serial < from->next; serial++) {
        const l1_remembered *slot = &from->slots[serial % from->capacity];
        if (l1_signal_table_restore(&engine->signals, slot)) continue;
        const bool old_enough = old->now_ns - slot->seen_ns > L1_SIGNAL_KEPT_NS;
        if (old_enough && slot->report_seq != 0) continue;
        snprintf(why, 160, "signal.remember_max is smaller than the %llu ids remembered",
                 (unsigned long long)(from->next - from->first));
        return false;
    }
    return true;
}

bool l1_engine_adopt(l1_engine *engine, const l1_engine *old, char why[160])
{
    int32_t map[L1_SYMBOLS_MAX];
    L1_ASSERT(engine->effect_seq == 0);
    if (strcmp(engine->limits.quote, old->limits.quote) != 0) {
        snprintf(why, 160, "portfolio.quote cannot change from %s", old->limits.quote);
        return false;
    }
    if (!map_symbols(engine, old, map, why)) return false;
    if (!adopt_executions(engine, old, map, why)) return false;
    if (!adopt_signals(engine, old, why)) return false;
    adopt_account(&engine->account, &old->account, map, old->limits.symbols_count);
    adopt_symbols(engine, old, map);
    adopt_features(engine, old);
    engine->models = old->models;
    memcpy(engine->pace, old->pace, sizeof *engine->pace);
    for (uint32_t i = 0; i < L1_PACE_KEPT; i++) {
        const int32_t symbol = engine->pace->entries[i].symbol;
        if (symbol >= 0 && symbol < (int32_t)old->limits.symbols_count) {
            engine->pace->entries[i].symbol = map[symbol];
        }
    }
    engine->now_ns = old->now_ns;
    engine->day_done = -1;
    engine->effect_seq = old->effect_seq;
    engine->last_id = old->last_id;
    engine->last_serial = old->last_serial;
    engine->pending = old->pending;
    return true;
}
