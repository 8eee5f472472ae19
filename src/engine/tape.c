/* engine/tape.c: what each market has traded, from public trades and closed bars. */
#include "base/assert.h"
#include "engine/engine_state.h"

/* Quote value to the 1e-8; prices and quantities of the market are positive and fit. */
static uint64_t quote_of(int64_t price_e8, int64_t qty_e8)
{
    l1_notional worth = {0};
    L1_ASSERT(price_e8 >= 0 && qty_e8 >= 0);
    const bool fits = l1_notional_of((l1_price){price_e8}, (l1_qty){qty_e8}, L1_ROUND_DOWN, &worth);
    return fits ? (uint64_t)worth.e8 : 0;
}

void l1_engine_tape_trade(l1_engine *engine, const l1_trade *trade)
{
    L1_ASSERT(trade->symbol >= 0 && trade->symbol < (int32_t)engine->limits.symbols_count);
    l1_tape *tape = &engine->tapes[trade->symbol];
    const uint64_t base_e8 = (uint64_t)trade->qty_e8;
    const uint64_t quote_e8 = quote_of(trade->price_e8, trade->qty_e8);
    const int64_t minute = trade->ts_ns / L1_MINUTE_NS;
    L1_ASSERT(trade->qty_e8 >= 0);
    tape->base_e8 += base_e8;
    tape->quote_e8 += quote_e8;
    if (minute > tape->minute) {
        const bool next = minute == tape->minute + 1;
        tape->before_base_e8 = next ? tape->minute_base_e8 : 0;
        tape->before_quote_e8 = next ? tape->minute_quote_e8 : 0;
        tape->minute = minute;
        tape->minute_base_e8 = tape->minute_quote_e8 = 0;
    }
    if (minute == tape->minute) {
        tape->minute_base_e8 += base_e8;
        tape->minute_quote_e8 += quote_e8;
    } else if (minute + 1 == tape->minute) {
        tape->before_base_e8 += base_e8;
        tape->before_quote_e8 += quote_e8;
    }
}

void l1_engine_tape_bar(l1_engine *engine, const l1_bar *bar)
{
    L1_ASSERT(bar->symbol >= 0 && bar->symbol < (int32_t)engine->limits.symbols_count);
    l1_tape *tape = &engine->tapes[bar->symbol];
    const int64_t minute = bar->open_time_ns / L1_MINUTE_NS;
    uint64_t base_e8 = 0, quote_e8 = 0; /* told by trades already */
    if (minute == tape->minute) {
        base_e8 = tape->minute_base_e8;
        quote_e8 = tape->minute_quote_e8;
    } else if (minute + 1 == tape->minute) {
        base_e8 = tape->before_base_e8;
        quote_e8 = tape->before_quote_e8;
    }
    L1_ASSERT(bar->volume_e8 >= 0 && bar->quote_volume_e8 >= 0);
    if ((uint64_t)bar->volume_e8 > base_e8) tape->base_e8 += (uint64_t)bar->volume_e8 - base_e8;
    if ((uint64_t)bar->quote_volume_e8 > quote_e8) {
        tape->quote_e8 += (uint64_t)bar->quote_volume_e8 - quote_e8;
    }
}
