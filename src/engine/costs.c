/* engine/costs.c: parents are measured from their acceptance on, and watched for a minute after. */
#include <string.h>

#include "base/assert.h"
#include "engine/engine_state.h"

/* The mid at the signal's own time; L1_OFF = it had none, or no mid of then is known. */
static int64_t decision_mid_e8(const l1_engine *engine, const l1_signal *signal)
{
    if (signal->ts_ns == L1_OFF || signal->ts_ns >= engine->now_ns) return L1_OFF;
    return l1_mid_trail_at(&engine->trails[signal->symbol], signal->ts_ns,
                           engine->limits.market_age_ns);
}

static int64_t mid_or_off(const l1_engine *engine, int32_t symbol)
{
    const int64_t mid_e8 = l1_engine_mid_e8(engine, symbol);
    return mid_e8 > 0 ? mid_e8 : L1_OFF;
}

void l1_engine_costs_begin(l1_engine *engine, const l1_parent *parent, const l1_signal *signal)
{
    L1_ASSERT(parent->plan.qty_e8 > 0);
    l1_measured *measured = l1_cost_table_begin(&engine->costs, parent->serial, parent->symbol,
                                                l1_engine_take_id(engine));
    memcpy(measured->signal_id, parent->signal_id, sizeof measured->signal_id);
    memcpy(measured->execution_id, parent->execution_id, sizeof measured->execution_id);
    l1_cost_begin(&measured->sums, parent->side, parent->plan.qty_e8,
                  decision_mid_e8(engine, signal), parent->arrival_mid_e8, engine->now_ns);
    measured->sums.asked = parent->plan.asked;
    measured->sums.chosen = parent->plan.chosen;
}

/* Of the order's parent; 0 when its execution's slot holds another by now. */
static uint64_t serial_of(const l1_engine *engine, const l1_order *order)
{
    const l1_execution *child = &engine->executions.executions[order->execution];
    return child->serial == order->serial ? child->parent_serial : 0;
}

void l1_engine_costs_child(l1_engine *engine, const l1_order *order)
{
    l1_measured *parent = l1_cost_table_find(&engine->costs, serial_of(engine, order));
    if (parent != NULL) parent->sums.children++;
}

/* Commission in quote: in base at the fill's price, in another asset at that one's mid. */
static int64_t fee_in_quote_e8(const l1_engine *engine, const l1_order *order,
                               const l1_venue_event *fill)
{
    if (fill->fee_e8 == 0 || fill->fee_asset == 0) return fill->fee_e8;
    if (fill->fee_asset == order->symbol + 1) {
        return l1_cost_value_e8(fill->fee_e8, fill->price_e8);
    }
    return l1_cost_value_e8(fill->fee_e8, mid_or_off(engine, fill->fee_asset - 1));
}

void l1_engine_costs_fill(l1_engine *engine, const l1_order *order, const l1_venue_event *fill,
                          int64_t cost_e8)
{
    if (order->id.purpose != L1_PURPOSE_ENTRY && order->id.purpose != L1_PURPOSE_EXIT) return;
    const l1_cost_fill_facts facts = {.price_e8 = fill->price_e8,
                                      .qty_e8 = fill->qty_e8,
                                      .cost_e8 = cost_e8,
                                      .fee_e8 = fee_in_quote_e8(engine, order, fill),
                                      .maker = fill->maker};
    l1_cost_table_fill(&engine->costs, serial_of(engine, order), &facts, engine->now_ns);
}

void l1_engine_costs_end(l1_engine *engine, uint64_t serial, int64_t qty_e8, l1_report *report)
{
    l1_measured *parent = l1_cost_table_find(&engine->costs, serial);
    L1_ASSERT(parent != NULL);
    L1_ASSERT(report->final && !report->protection);
    parent->sums.qty_e8 = qty_e8; /* a sell may have found less than it had planned */
    l1_cost_end(&parent->sums, mid_or_off(engine, report->symbol), engine->now_ns);
    report->has_tca = report->status != L1_REPORT_REJECTED && parent->sums.children > 0;
    if (report->has_tca) report->tca = l1_cost_analyse(&parent->sums);
    l1_cost_table_end(&engine->costs, serial, engine->effect_seq + 1, report->has_tca);
}

void l1_engine_costs_trade(l1_engine *engine, const l1_trade *trade)
{
    L1_ASSERT(trade->symbol >= 0 && trade->symbol < (int32_t)engine->limits.symbols_count);
    if (trade->ts_ns > engine->traded_ns[trade->symbol]) {
        engine->traded_ns[trade->symbol] = trade->ts_ns;
    }
    l1_cost_table_trade(&engine->costs, trade);
}

void l1_engine_costs_bar(l1_engine *engine, const l1_bar *bar)
{
    /* Its volume has come as trades. */
    if (engine->traded_ns[bar->symbol] >= bar->open_time_ns) return;
    l1_cost_table_bar(&engine->costs, bar);
}

void l1_engine_costs_mid(l1_engine *engine, int32_t symbol, int64_t mid_e8)
{
    l1_mid_trail_add(&engine->trails[symbol], mid_e8, engine->now_ns);
}

void l1_engine_costs_timer(l1_engine *engine, l1_engine_out *out)
{
    const int32_t symbol = l1_cost_table_next_symbol(&engine->costs);
    const int64_t since_ns = l1_market_mid_since_ns(&engine->markets[symbol], engine->now_ns,
                                                    engine->limits.market_age_ns);
    const bool over = l1_cost_table_fire(&engine->costs, mid_or_off(engine, symbol), since_ns,
                                         &engine->effect.as.analysis);
    if (over) l1_engine_put(engine, L1_EFFECT_ANALYSIS, out);
}
