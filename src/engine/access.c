/* engine/access.c: what metrics and tests may read. */
#include "base/assert.h"
#include "engine/engine_state.h"
#include "risk/exposure.h"

const l1_limits *l1_engine_limits(const l1_engine *engine)
{
    return &engine->limits;
}

const l1_account *l1_engine_account(const l1_engine *engine)
{
    return &engine->account;
}

const l1_kill_switch *l1_engine_kill_switch(const l1_engine *engine)
{
    return &engine->kill_switch;
}

int64_t l1_engine_now_ns(const l1_engine *engine)
{
    return engine->now_ns;
}

uint64_t l1_engine_effects(const l1_engine *engine)
{
    return engine->effect_seq;
}

int64_t l1_engine_mid_e8(const l1_engine *engine, int32_t symbol)
{
    L1_ASSERT(symbol >= 0 && symbol < (int32_t)engine->limits.symbols_count);
    return l1_market_mid_e8(&engine->markets[symbol], engine->now_ns, engine->limits.market_age_ns);
}

int64_t l1_engine_exposure_e8(const l1_engine *engine, int32_t symbol)
{
    int64_t value_e8 = 0, equity_e8 = 0;
    l1_ratio exposure = {0};
    L1_ASSERT(symbol >= 0 && symbol < (int32_t)engine->limits.symbols_count);
    if (!l1_exposure_value(&engine->account, &engine->limits, engine->markets, symbol,
                           engine->now_ns, &value_e8)) {
        return L1_OFF;
    }
    if (!l1_account_equity(&engine->account, &engine->limits, engine->markets, engine->now_ns,
                           &equity_e8)) {
        return L1_OFF;
    }
    if (equity_e8 <= 0 || !l1_ratio_of(value_e8, equity_e8, L1_ROUND_NEAREST, &exposure)) {
        return L1_OFF;
    }
    return exposure.e8;
}

int64_t l1_engine_correlation_e8(const l1_engine *engine)
{
    const l1_account *account = &engine->account;
    const bool known = account->has_snapshot && account->correlation_e8 != L1_OFF &&
                       l1_account_fresh(account, &engine->limits, engine->now_ns);
    if (!known) return L1_OFF;
    return l1_correlation_e8(account, &engine->limits, L1_OFF, engine->now_ns);
}

uint64_t l1_engine_unwatched(const l1_engine *engine)
{
    return engine->costs.skipped;
}

int64_t l1_engine_naked_e8(const l1_engine *engine, int32_t symbol)
{
    int64_t naked_e8 = 0;
    const l1_executions *table = &engine->executions;
    L1_ASSERT(symbol >= 0 && symbol < (int32_t)engine->limits.symbols_count);
    for (uint32_t i = 0; i < table->executions_capacity; i++) {
        const l1_execution *execution = &table->executions[i];
        if (execution->symbol != symbol || execution->side != L1_SIDE_BUY) continue;
        if (execution->phase != L1_PHASE_PROTECTING && execution->phase != L1_PHASE_GUARDED &&
            execution->phase != L1_PHASE_MERGING) {
            continue;
        }
        int64_t covered_e8 = 0;
        if (execution->stop != L1_NONE && table->orders[execution->stop].open) {
            covered_e8 = table->orders[execution->stop].locked_e8;
        }
        if (execution->held_e8 <= covered_e8) continue;
        /* less than a lot cannot be protected */
        naked_e8 +=
            l1_step_down(execution->held_e8 - covered_e8, engine->limits.symbols[symbol].lot_e8);
    }
    return naked_e8;
}
