/* tests/testlib/scenario.c: building events and looking effects up. */
#include "testlib/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"

static void allocate(l1_scenario *scenario)
{
    const size_t cost = l1_system_cost(&scenario->limits);
    scenario->block = aligned_alloc(64, (cost + 63) / 64 * 64);
    L1_ASSERT(scenario->block != NULL);
    memset(scenario->block, 0, cost);
    l1_arena arena = {.base = scenario->block, .capacity = cost};
    scenario->system = l1_system_new(&arena, &scenario->limits);
    L1_ASSERT(arena.used <= cost);
    scenario->effects.capacity = l1_system_effects_max(&scenario->limits);
    scenario->effects.base = malloc(scenario->effects.capacity);
}

void scenario_open(l1_scenario *scenario, const l1_limits *limits)
{
    memset(scenario, 0, sizeof *scenario);
    scenario->limits = limits != NULL ? *limits : scenario_limits();
    allocate(scenario);
}

void scenario_copy(l1_scenario *copy, l1_scenario *from)
{
    scenario_open(copy, &from->limits);
    const size_t capacity = l1_system_save_max(from->system);
    uint8_t *bytes = malloc(capacity);
    const size_t size = l1_system_save(from->system, bytes, capacity);
    L1_ASSERT(size > 0);
    const bool loaded = l1_system_load(copy->system, bytes, size);
    L1_ASSERT(loaded);
    free(bytes);
}

void scenario_close(l1_scenario *scenario)
{
    free(scenario->block);
    free(scenario->effects.base);
    free(scenario->log);
    memset(scenario, 0, sizeof *scenario);
}

void scenario_step(l1_scenario *scenario, const l1_event *event)
{
    l1_system_step(scenario->system, event, &scenario->effects);
    size_t at = 0;
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    while (l1_effects_next(&scenario->effects, &at, &bytes, &size)) {
        if (scenario->count == scenario->capacity) {
            scenario->capacity = scenario->capacity == 0 ? 64 : 2 * scenario->capacity;
            scenario->log = realloc(scenario->log, scenario->capacity * sizeof *scenario->log);
        }
        const bool loaded = l1_effect_load(bytes, size, &scenario->log[scenario->count]);
        L1_ASSERT(loaded);
        scenario->count++;
    }
}

static l1_event at(l1_event_kind kind, int64_t ms)
{
    return (l1_event){.kind = kind, .at_ns = (SCENARIO_START_MS + ms) * 1000000};
}

void scenario_tick(l1_scenario *scenario, int64_t ms)
{
    const l1_event event = at(L1_EVENT_TICK, ms);
    scenario_step(scenario, &event);
}

void scenario_book(l1_scenario *scenario, int64_t ms, int32_t symbol, const char *bid,
                   const char *ask, const char *qty)
{
    l1_event event = at(L1_EVENT_BOOK, ms);
    event.as.book = (l1_book){.symbol = symbol, .ts_ns = event.at_ns};
    event.as.book.bids_count = event.as.book.asks_count = 1;
    event.as.book.bids[0] = (l1_level){e8(bid), e8(qty)};
    event.as.book.asks[0] = (l1_level){e8(ask), e8(qty)};
    L1_ASSERT(l1_book_fault(&event.as.book) == NULL);
    scenario_step(scenario, &event);
}

void scenario_trade(l1_scenario *scenario, int64_t ms, int32_t symbol, const char *price)
{
    l1_event event = at(L1_EVENT_TRADE, ms);
    event.as.trade =
        (l1_trade){.symbol = symbol, .ts_ns = event.at_ns, .price_e8 = e8(price), .qty_e8 = L1_E8};
    scenario_step(scenario, &event);
}

void scenario_bar(l1_scenario *scenario, int64_t minute, int32_t symbol, const char *open,
                  const char *high, const char *low, const char *close, const char *volume)
{
    const int64_t first_ms = SCENARIO_START_MS / 60000 * 60000 + minute * 60000;
    l1_event event = {.kind = L1_EVENT_BAR, .at_ns = (first_ms + 59999) * 1000000};
    event.as.bar = (l1_bar){
        .symbol = symbol,
        .open_time_ns = first_ms * 1000000,
        .close_time_ns = (first_ms + 59999) * 1000000,
        .open_e8 = e8(open),
        .high_e8 = e8(high),
        .low_e8 = e8(low),
        .close_e8 = e8(close),
        .volume_e8 = e8(volume),
        .trades = 1,
    };
    L1_ASSERT(l1_bar_fault(&event.as.bar) == NULL);
    scenario_step(scenario, &event);
}

void scenario_send(l1_scenario *scenario, int64_t ms, const l1_signal *signal)
{
    l1_event event = at(L1_EVENT_SIGNAL, ms);
    event.as.signal = *signal;
    scenario_step(scenario, &event);
}

void scenario_buy(l1_scenario *scenario, int64_t ms, const char *id, const char *qty,
                  const char *stop)
{
    const l1_signal signal = scenario_signal(id, BTC, L1_SIDE_BUY, qty, stop);
    scenario_send(scenario, ms, &signal);
}

void scenario_sell(l1_scenario *scenario, int64_t ms, const char *id, const char *qty,
                   const char *stop)
{
    const l1_signal signal = scenario_signal(id, BTC, L1_SIDE_SELL, qty, stop);
    scenario_send(scenario, ms, &signal);
}

void scenario_control(l1_scenario *scenario, int64_t ms, l1_control_command command, int32_t symbol)
{
    l1_event event = at(L1_EVENT_CONTROL, ms);
    event.as.control = (l1_control){.command = command, .symbol = symbol};
    scenario_step(scenario, &event);
}

void scenario_portfolio(l1_scenario *scenario, int64_t ms, int64_t ts_ms, const char *equity,
                        const char *quote, const char *btc)
{
    l1_event event = at(L1_EVENT_PORTFOLIO, ms);
    event.as.portfolio.ts_ns = (SCENARIO_START_MS + ts_ms) * 1000000;
    event.as.portfolio.equity_e8 = e8(equity);
    event.as.portfolio.free_e8[0] = e8(quote);
    event.as.portfolio.free_e8[1] = e8(btc);
    event.as.portfolio.correlation_e8 = L1_OFF;
    scenario_step(scenario, &event);
}

static bool is_report(const l1_effect *effect, const char *id, bool protection)
{
    return effect->kind == L1_EFFECT_REPORT && effect->as.report.protection == protection &&
           strcmp(effect->as.report.signal_id, id) == 0;
}

size_t scenario_reports(const l1_scenario *scenario, const char *id)
{
    size_t count = 0;
    for (size_t i = 0; i < scenario->count; i++) {
        if (is_report(&scenario->log[i], id, false) && scenario->log[i].as.report.final) count++;
    }
    return count;
}

const l1_report *scenario_report(const l1_scenario *scenario, const char *id)
{
    const l1_report *found = NULL;
    for (size_t i = 0; i < scenario->count; i++) {
        if (is_report(&scenario->log[i], id, false)) found = &scenario->log[i].as.report;
    }
    return found;
}

const l1_report *scenario_protection(const l1_scenario *scenario, const char *id,
                                     l1_report_status status)
{
    const l1_report *found = NULL;
    for (size_t i = 0; i < scenario->count; i++) {
        if (!is_report(&scenario->log[i], id, true)) continue;
        if (scenario->log[i].as.report.status == status) found = &scenario->log[i].as.report;
    }
    return found;
}

size_t scenario_effects(const l1_scenario *scenario, l1_effect_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < scenario->count; i++) count += scenario->log[i].kind == kind;
    return count;
}

size_t scenario_alerts(const l1_scenario *scenario, l1_alert_code code)
{
    size_t count = 0;
    for (size_t i = 0; i < scenario->count; i++) {
        count += scenario->log[i].kind == L1_EFFECT_ALERT && scenario->log[i].as.alert.code == code;
    }
    return count;
}

bool scenario_agrees(const l1_scenario *scenario)
{
    const l1_account *account = l1_engine_account(l1_system_engine(scenario->system));
    for (uint32_t i = 0; i <= scenario->limits.symbols_count; i++) {
        if (account->total_e8[i] != l1_system_venue_total_e8(scenario->system, (int32_t)i)) {
            return false;
        }
    }
    return true;
}
