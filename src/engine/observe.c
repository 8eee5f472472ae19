/* engine/observe.c: market data, portfolio snapshots, control commands and the passing of time. */
#include <string.h>

#include "base/assert.h"
#include "engine/engine_state.h"

#define DAY_NS (INT64_C(86400) * 1000000000)

static l1_holdings holdings(l1_engine *engine)
{
    const int64_t age_ns = engine->limits.market_age_ns;
    for (uint32_t i = 0; i < engine->limits.symbols_count; i++) {
        engine->base_e8[i] = engine->account.total_e8[i + 1];
        engine->mid_e8[i] = l1_market_mid_e8(&engine->markets[i], engine->now_ns, age_ns);
        engine->mid_until_ns[i] = l1_market_mid_until_ns(&engine->markets[i], age_ns);
    }
    return (l1_holdings){
        .symbols_count = engine->limits.symbols_count,
        .base_e8 = engine->base_e8,
        .mid_e8 = engine->mid_e8,
        .mid_until_ns = engine->mid_until_ns,
    };
}

/* Closes the minutes that ended before `now_ns`, with the state as it was then. */
void l1_engine_before(l1_engine *engine, int64_t now_ns)
{
    L1_ASSERT(now_ns >= engine->now_ns);
    if (now_ns / L1_MINUTE_NS != engine->drawdown.minute + 1) {
        const l1_holdings held = holdings(engine); /* mids as of the last event */
        l1_drawdown_close_minutes(&engine->drawdown, &held, now_ns);
    }
    engine->now_ns = now_ns;
}

static bool day_complete(const l1_engine *engine, int64_t day)
{
    if (!engine->drawdown.portfolio.has_day || engine->drawdown.portfolio.day != day) return false;
    for (uint32_t i = 0; i < engine->limits.symbols_count; i++) {
        const l1_value_track *track = &engine->drawdown.symbols[i];
        if (!track->has_day || track->day != day) return false;
    }
    return true;
}

void l1_engine_open_day(l1_engine *engine)
{
    const int64_t day = engine->now_ns / DAY_NS;
    if (engine->day_done == day) return;
    const l1_holdings held = holdings(engine);
    l1_drawdown_open_day(&engine->drawdown, &held, engine->now_ns);
    if (day_complete(engine, day)) engine->day_done = day;
}

static void keep_mid(l1_engine *engine, int32_t symbol)
{
    const int64_t mid_e8 =
        l1_market_mid_e8(&engine->markets[symbol], engine->now_ns, engine->limits.market_age_ns);
    if (mid_e8 <= 0) return;
    engine->known_mid_e8[symbol] = mid_e8;
    l1_engine_costs_mid(engine, symbol, mid_e8);
}

void l1_engine_on_bar(l1_engine *engine, const l1_bar *bar, l1_engine_out *out)
{
    L1_ASSERT(bar->symbol >= 0 && bar->symbol < (int32_t)engine->limits.symbols_count);
    l1_market *market = &engine->markets[bar->symbol];
    const int64_t newest_ns = market->bar.open_time_ns;
    if (!l1_market_on_bar(market, bar, engine->now_ns)) {
        l1_engine_alert(engine, L1_ALERT_LATE_BAR, bar->symbol, NULL, L1_OFF, L1_OFF, out,
                        "bar of open_time %lld ms is not newer than %lld ms and is ignored",
                        (long long)(bar->open_time_ns / 1000000), (long long)(newest_ns / 1000000));
        return;
    }
    l1_volatility_on_bar(&engine->volatility[bar->symbol], bar);
    l1_feature_state_on_bar(engine->features, bar);
    l1_engine_tape_bar(engine, bar);
    l1_engine_costs_bar(engine, bar);
    keep_mid(engine, bar->symbol);
}

void l1_engine_on_book(l1_engine *engine, const l1_book *book)
{
    L1_ASSERT(book->symbol >= 0 && book->symbol < (int32_t)engine->limits.symbols_count);
    l1_market_on_book(&engine->markets[book->symbol], book, engine->now_ns);
    engine->top_due[book->symbol] = false;
    keep_mid(engine, book->symbol);
    l1_engine_plan_book(engine, book->symbol);
}

void l1_engine_on_depth(l1_engine *engine, int32_t symbol)
{
    L1_ASSERT(symbol >= 0 && symbol < (int32_t)engine->limits.symbols_count);
    l1_market *market = &engine->markets[symbol];
    l1_book *book = &market->book;
    market->has_book = l1_depth_book_best(&engine->books[symbol], &book->bids[0], &book->asks[0]);
    engine->top_due[symbol] = market->has_book;
    if (!market->has_book) return; /* what cannot be used is no book */
    book->bids_count = book->asks_count = 1;
    market->book_since_ns = engine->books[symbol].since_ns;
    keep_mid(engine, symbol);
    l1_engine_plan_book(engine, symbol);
}

void l1_engine_see_top(l1_engine *engine, int32_t symbol)
{
    L1_ASSERT(symbol >= 0 && symbol < (int32_t)engine->limits.symbols_count);
    if (!engine->top_due[symbol]) return;
    const bool usable =
        l1_depth_book_top(&engine->books[symbol], symbol, &engine->markets[symbol].book);
    L1_ASSERT(usable); /* it had its best levels, and nothing has come since */
    engine->top_due[symbol] = false;
}

void l1_engine_book_lost(l1_engine *engine, int32_t symbol, l1_depth_outcome why,
                         l1_engine_out *out)
{
    L1_ASSERT(symbol >= 0 && symbol < (int32_t)engine->limits.symbols_count);
    L1_ASSERT(why == L1_DEPTH_GAP || why == L1_DEPTH_CROSSED);
    l1_engine_alert(engine, L1_ALERT_BOOK_UNUSABLE, symbol, NULL, L1_OFF, L1_OFF, out,
                    why == L1_DEPTH_GAP
                        ? "level changes are missing: no book until the next snapshot"
                        : "level changes cross the book: no book until the next snapshot");
}

static const char *asset_name(const l1_engine *engine, int32_t asset)
{
    return asset == 0 ? engine->limits.quote : engine->limits.symbols[asset - 1].base;
}

static void alert_snapshot(l1_engine *engine, l1_snapshot_verdict verdict,
                           const l1_portfolio *portfolio, int32_t asset, l1_engine_out *out)
{
    const long long ts_ms = (long long)(portfolio->ts_ns / 1000000);
    if (verdict == L1_SNAPSHOT_LATE) {
        l1_engine_alert(engine, L1_ALERT_PORTFOLIO_LATE, -1, NULL, L1_OFF, L1_OFF, out,
                        "snapshot of ts %lld ms is not newer than the last (%lld ms); ignored",
                        ts_ms, (long long)(engine->account.snapshot_ts_ns / 1000000));
    } else if (verdict == L1_SNAPSHOT_UNCOVERED) {
        l1_engine_alert(engine, L1_ALERT_PORTFOLIO_REFUSED, asset - 1, NULL,
                        portfolio->free_e8[asset] + portfolio->locked_e8[asset],
                        engine->account.own_locked_e8[asset], out,
                        "snapshot leaves less %s than open orders lock; refused",
                        asset_name(engine, asset));
    } else {
        l1_engine_alert(engine, L1_ALERT_PORTFOLIO_REFUSED, -1, NULL, L1_OFF, L1_OFF, out,
                        "snapshot of ts %lld ms is older than the own fills remembered; refused",
                        ts_ms);
    }
}

void l1_engine_on_portfolio(l1_engine *engine, const l1_portfolio *portfolio, l1_engine_out *out)
{
    int64_t before_e8[L1_SYMBOLS_MAX];
    for (uint32_t i = 0; i < engine->limits.symbols_count; i++) {
        before_e8[i] = engine->account.total_e8[i + 1];
    }
    int32_t asset = -1;
    const l1_snapshot_verdict verdict = l1_account_on_snapshot(
        &engine->account, portfolio, engine->now_ns, engine->limits.mode != L1_MODE_LIVE, &asset);
    if (verdict != L1_SNAPSHOT_TAKEN) {
        alert_snapshot(engine, verdict, portfolio, asset, out);
        return;
    }
    engine->day_done = -1; /* base that came before its first mid is still to be priced */
    for (uint32_t i = 0; i < engine->limits.symbols_count; i++) {
        const int64_t delta_e8 = engine->account.total_e8[i + 1] - before_e8[i];
        if (delta_e8 == 0) continue;
        l1_drawdown_foreign_base(&engine->drawdown, (int32_t)i, delta_e8, engine->known_mid_e8[i]);
    }
}

static void cancel_all(l1_engine *engine, l1_engine_out *out)
{
    uint32_t canceled = 0;
    for (uint32_t i = 0; i < engine->executions.executions_capacity; i++) {
        l1_execution *execution = &engine->executions.executions[i];
        if (execution->phase == L1_PHASE_RELEASING) {
            execution->ended_by = L1_RULE_CANCELED_BY_CONTROL;
            canceled++;
        } else if (execution->phase == L1_PHASE_SENT && execution->main != L1_NONE) {
            const l1_order_state state = engine->executions.orders[execution->main].state;
            if (state != L1_ORDER_SENT && state != L1_ORDER_LIVE) continue;
            execution->ended_by = L1_RULE_CANCELED_BY_CONTROL;
            l1_engine_cancel(engine, execution->main, out);
            canceled++;
        }
    }
    for (uint32_t i = 0; i < engine->parents.capacity; i++) {
        const l1_parent *parent = &engine->parents.parents[i];
        if (parent->phase != L1_PARENT_WORKING) continue;
        if (l1_parent_under_way(parent, &engine->executions).count == 0) canceled++;
        l1_engine_plan_end(engine, i, L1_PLAN_END_CONTROL);
    }
    l1_engine_alert(engine, L1_ALERT_CANCEL_ALL, -1, NULL, (int64_t)canceled * L1_E8, L1_OFF, out,
                    "cancel_all: %u orders under way are being canceled; stops stay", canceled);
}

static const struct {
    l1_alert_code alert;
    const char *text;
} said[L1_CONTROL_COUNT] = {
    [L1_CONTROL_HALT] = {L1_ALERT_HALTED, "all new orders are stopped"},
    [L1_CONTROL_RESUME] = {L1_ALERT_RESUMED, "halt and reduce_only are cleared"},
    [L1_CONTROL_HALT_SYMBOL] = {L1_ALERT_SYMBOL_HALTED, "new orders of the symbol are stopped"},
    [L1_CONTROL_RESUME_SYMBOL] = {L1_ALERT_SYMBOL_RESUMED, "the symbol's halt is cleared"},
    [L1_CONTROL_REDUCE_ONLY] = {L1_ALERT_REDUCE_ONLY, "only reducing orders pass"},
};

void l1_engine_on_control(l1_engine *engine, const l1_control *control, l1_engine_out *out)
{
    L1_ASSERT(control->command < L1_CONTROL_COUNT);
    switch (control->command) {
    case L1_CONTROL_CANCEL_ALL: cancel_all(engine, out); return;
    case L1_CONTROL_STATUS: l1_engine_put(engine, L1_EFFECT_STATUS, out); return;
    case L1_CONTROL_RELOAD_MODELS: /* read off the loop; a MODELS event brings the answer */
        l1_engine_put(engine, L1_EFFECT_RELOAD_MODELS, out);
        return;
    default: break;
    }
    l1_kill_switch_control(&engine->kill_switch, control);
    l1_engine_alert(engine, said[control->command].alert, control->symbol, NULL, L1_OFF, L1_OFF,
                    out, "%s%s%s", said[control->command].text,
                    control->reason[0] == '\0' ? "" : ": ", control->reason);
}

void l1_engine_on_clock_jump(l1_engine *engine, int64_t jump_ns, l1_engine_out *out)
{
    if (engine->limits.clock_jump_ns == L1_OFF || jump_ns <= engine->limits.clock_jump_ns) return;
    for (uint32_t i = 0; i < engine->limits.symbols_count; i++) {
        engine->markets[i].valid_after_ns = engine->now_ns;
    }
    l1_engine_alert(engine, L1_ALERT_CLOCK_JUMP, -1, NULL, jump_ns / 1000000 * L1_E8,
                    engine->limits.clock_jump_ns / 1000000 * L1_E8, out,
                    "the clock jumped %lld ms forward; entries wait for fresh market data",
                    (long long)(jump_ns / 1000000));
}
