/* engine/intake.c: one signal from the bus to its verdict, in the order of the stages. */
#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "decision/execution_logic.h"
#include "engine/engine_state.h"
#include "executor/legs.h"
#include "risk/filters.h"

#define ID_DOMAIN UINT64_C(0x4C315349474E4944) /* "L1SIGNID" */

l1_risk_view l1_engine_view(l1_engine *engine, int32_t symbol)
{
    if (symbol >= 0) l1_engine_see_top(engine, symbol);
    return (l1_risk_view){
        .limits = &engine->limits,
        .markets = engine->markets,
        .account = &engine->account,
        .drawdown = &engine->drawdown,
        .kill_switch = &engine->kill_switch,
        .pace = engine->pace,
        .now_ns = engine->now_ns,
    };
}

static bool same(l1_hash128 a, l1_hash128 b)
{
    return a.lo == b.lo && a.hi == b.hi;
}

/* What the signal is remembered by. The id of its execution, which every answer but a duplicate's
 * needs, is made while the table's memory is on its way. */
static l1_hash128 identify(l1_engine *engine, const char *signal_id)
{
    const l1_hash128 id = l1_hash_of(ID_DOMAIN, signal_id, strlen(signal_id));
    l1_signal_table_expect(&engine->signals, id);
    l1_execution_id_of(engine->limits.engine_id, signal_id, engine->execution_id);
    return id;
}

/* Rule 2. True when the id was seen: answered here, nothing is sent. */
static bool duplicate(l1_engine *engine, const char *signal_id, int32_t symbol, l1_hash128 id,
                      l1_hash128 content, l1_engine_out *out)
{
    const l1_remembered *seen = l1_signal_table_find(&engine->signals, id);
    if (seen == NULL) return false;
    const uint64_t report_seq = seen->report_seq;
    const bool reused = !same(seen->content, content);
    if (report_seq != 0) {
        engine->effect.as.of_seq = report_seq;
        l1_engine_put(engine, L1_EFFECT_REPUBLISH, out);
    } else {
        l1_signal_table_wait(&engine->signals, id);
    }
    if (reused) {
        l1_engine_alert(engine, L1_ALERT_SIGNAL_ID_REUSED, symbol, signal_id, L1_OFF, L1_OFF, out,
                        "signal_id %s came again with other content; the first one stands",
                        signal_id);
    }
    return true;
}

/* A report of a signal that never became an execution; the caller fills in what is known. */
static l1_report *blank_report(l1_engine *engine, const char *signal_id, l1_rule reason)
{
    l1_report *report = &engine->effect.as.report;
    l1_report_clear(report);
    report->final = true;
    report->status = L1_REPORT_REJECTED;
    report->reason = reason;
    report->mode = engine->limits.mode;
    report->symbol = -1;
    l1_text_copy(report->signal_id, sizeof report->signal_id, signal_id);
    memcpy(report->execution_id, engine->execution_id, sizeof report->execution_id);
    report->requested_qty_e8 = L1_OFF;
    report->avg_price_e8 = L1_OFF;
    report->slippage_e8 = L1_OFF;
    report->exposure_e8 = L1_OFF;
    report->correlation_impact_e8 = L1_OFF;
    report->scores = l1_ai_scores_none(&engine->limits);
    return report;
}

static l1_report *report_of_signal(l1_engine *engine, const l1_signal *signal, l1_rule reason)
{
    l1_report *report = blank_report(engine, signal->id, reason);
    report->symbol = signal->symbol;
    memcpy(report->symbol_text, signal->symbol_text, sizeof report->symbol_text);
    report->side = signal->side;
    report->has_side = true;
    report->requested_qty_e8 = signal->qty_e8;
    report->exposure_e8 = engine->facts.exposure_e8;
    report->correlation_impact_e8 = engine->facts.correlation_impact_e8;
    report->scores = engine->verdict.scores;
    return report;
}

/* Remembers a new id. False: no room; the signal is rejected without being remembered. */
static bool remember(l1_engine *engine, const char *signal_id, int32_t symbol, l1_hash128 id,
                     l1_hash128 content, l1_engine_out *out)
{
    if (l1_signal_table_add(&engine->signals, id, content, engine->now_ns)) return true;
    l1_engine_alert(engine, L1_ALERT_SIGNAL_TABLE_FULL, symbol, signal_id,
                    (int64_t)engine->limits.signals_max * L1_E8,
                    (int64_t)engine->limits.signals_max * L1_E8, out,
                    "no signal_id can be remembered; raise signal.remember_max");
    return false;
}

static void put_unremembered(l1_engine *engine, l1_engine_out *out)
{
    l1_engine_put(engine, L1_EFFECT_REPORT, out);
}

void l1_engine_on_refusal(l1_engine *engine, const l1_refusal *refusal, l1_engine_out *out)
{
    const int32_t symbol = l1_limits_symbol(&engine->limits, refusal->symbol_text);
    const bool named = refusal->topic == L1_TOPIC_SIGNALS && refusal->signal_id[0] != '\0';
    l1_engine_alert(engine, L1_ALERT_MALFORMED_MESSAGE, symbol, named ? refusal->signal_id : NULL,
                    L1_OFF, L1_OFF, out, "line %llu, offset %llu, field %s: %s",
                    (unsigned long long)refusal->line, (unsigned long long)refusal->offset,
                    refusal->field[0] == '\0' ? "-" : refusal->field, refusal->cause);
    if (!named) return;
    const l1_hash128 id = identify(engine, refusal->signal_id);
    if (duplicate(engine, refusal->signal_id, symbol, id, refusal->content, out)) return;
    const bool kept = remember(engine, refusal->signal_id, symbol, id, refusal->content, out);
    l1_report *report = blank_report(engine, refusal->signal_id, L1_RULE_MALFORMED_SIGNAL);
    report->symbol = symbol;
    memcpy(report->symbol_text, refusal->symbol_text, sizeof report->symbol_text);
    l1_text_copy(report->detail, sizeof report->detail, refusal->cause);
    l1_violation *violation = &report->violations[report->violations_count++];
    *violation = (l1_violation){L1_RULE_MALFORMED_SIGNAL, L1_OFF, L1_OFF, ""};
    l1_text_copy(violation->detail, sizeof violation->detail, refusal->field);
    if (kept) {
        l1_engine_final_report(engine, id, out);
    } else {
        put_unremembered(engine, out);
    }
}

static void reject(l1_engine *engine, const l1_signal *signal, l1_hash128 id,
                   const l1_violation *violations, uint32_t count, l1_engine_out *out)
{
    L1_ASSERT(count > 0);
    L1_ASSERT(count <= L1_VIOLATIONS_MAX);
    l1_report *report = report_of_signal(engine, signal, violations[0].rule);
    report->violations_count = count;
    memcpy(report->violations, violations, count * sizeof violations[0]);
    memcpy(report->detail, violations[0].detail, sizeof violations[0].detail);
    l1_engine_final_report(engine, id, out);
}

static void reject_for(l1_engine *engine, const l1_signal *signal, l1_hash128 id, l1_rule rule,
                       const char *detail, l1_engine_out *out)
{
    l1_violation violation = {.rule = rule, .value_e8 = L1_OFF, .limit_e8 = L1_OFF};
    l1_text_copy(violation.detail, sizeof violation.detail, detail);
    reject(engine, signal, id, &violation, 1, out);
}

/* One alert a UTC day for each drawdown limit that has been passed. */
static void alert_drawdown(l1_engine *engine, const l1_signal *signal, l1_engine_out *out)
{
    static const int64_t day_ns = INT64_C(86400) * 1000000000;
    const int64_t day = engine->now_ns / day_ns;
    for (uint32_t i = 0; i < engine->facts.violations_count; i++) {
        const l1_violation *violation = &engine->facts.violations[i];
        const bool portfolio = violation->rule == L1_RULE_DRAWDOWN_PORTFOLIO;
        if (!portfolio && violation->rule != L1_RULE_DRAWDOWN_SYMBOL) continue;
        if (violation->value_e8 == L1_OFF) continue; /* unknown, not passed */
        int64_t *alerted = &engine->drawdown_day[portfolio ? 0 : signal->symbol + 1];
        if (*alerted == day) continue;
        *alerted = day;
        l1_engine_alert(engine, L1_ALERT_DRAWDOWN, portfolio ? -1 : signal->symbol, signal->id,
                        violation->value_e8, violation->limit_e8, out, "%s",
                        l1_rule_text(violation->rule));
    }
}

static void begin(l1_engine *engine, const l1_signal *signal, l1_hash128 id, const l1_plan *plan,
                  l1_engine_out *out)
{
    const uint32_t at = l1_parent_open(&engine->parents);
    l1_parent *parent = &engine->parents.parents[at];
    const l1_risk_view view = l1_engine_view(engine, signal->symbol);
    memcpy(parent->signal_id, signal->id, sizeof parent->signal_id);
    memcpy(parent->execution_id, engine->execution_id, sizeof parent->execution_id);
    parent->id_hash = id;
    parent->symbol = signal->symbol;
    parent->side = signal->side;
    parent->reducing = engine->facts.reducing;
    parent->requested_e8 = signal->qty_e8;
    parent->price_e8 = signal->price_e8;
    parent->stop_e8 = engine->decision.stop_e8;
    parent->limit_e8 = engine->facts.limit_e8;
    parent->arrival_mid_e8 = engine->facts.mid_e8;
    parent->arrival_ns = engine->now_ns;
    parent->volume_from_e8 = engine->tapes[signal->symbol].base_e8;
    parent->scores = engine->verdict.scores;
    parent->adjustments_count = engine->decision.adjustments_count;
    memcpy(parent->adjustments, engine->decision.adjustments, sizeof parent->adjustments);
    parent->plan = *plan;
    l1_risk_impact(&view, signal, plan->qty_e8, parent->arrival_mid_e8, &parent->exposure_e8,
                   &parent->correlation_impact_e8);
    l1_engine_costs_begin(engine, parent, signal);
    engine->pending++;
    l1_order_pace_sent(engine->pace, signal->symbol, signal->side, signal->qty_e8, engine->now_ns);
    l1_engine_plan_start(engine, at, out);
}

/* Fresh figures only: what is stale or unknown makes a schedule impossible, never an order. */
static void add_volumes(l1_engine *engine, int64_t duration_ns, l1_plan_request *out)
{
    const l1_volume_profile *volume = l1_feature_volume(engine->features, out->symbol);
    const int64_t first = out->now_ns / L1_MINUTE_NS;
    const int64_t count = (out->now_ns + duration_ns) / L1_MINUTE_NS - first + 1;
    out->day_volume = l1_volume_profile_day(volume);
    if (count > L1_PLAN_MINUTES_MAX) return;
    if (!l1_volume_profile_minutes(volume, first, (uint32_t)count, engine->minute_volume)) return;
    out->minute_volume = engine->minute_volume;
    out->minutes_count = (uint32_t)count;
}

static l1_plan_request plan_request(l1_engine *engine, const l1_signal *signal)
{
    const l1_limits *limits = &engine->limits;
    const l1_instrument *instrument = &limits->symbols[signal->symbol];
    const l1_market *market = &engine->markets[signal->symbol];
    const int64_t age_ns = limits->market_age_ns, now_ns = engine->now_ns;
    const bool buy = signal->side == L1_SIDE_BUY;
    const uint32_t used = engine->account.stops_open[signal->symbol];
    const uint32_t slots = l1_stop_slots(instrument);
    l1_plan_request asked = {
        .limits = limits,
        .instrument = instrument,
        .symbol = signal->symbol,
        .side = signal->side,
        .algo = signal->algo,
        .duration_s = signal->duration_s,
        .slices_max = signal->slices_max,
        .expires_at_ns = signal->expires_at_ns,
        .qty_e8 = engine->decision.qty_e8,
        .now_ns = now_ns,
        .mid_e8 = engine->facts.mid_e8,
        .limit_e8 = engine->facts.limit_e8,
        .stop_e8 = buy ? engine->decision.stop_e8 : 0,
        .stop_slots = used < slots ? slots - used : 0,
        .book = l1_market_book_fresh(market, now_ns, age_ns) ? &market->book : NULL,
        .sigma = NAN,
        .day_volume = NAN,
    };
    asked.book_live = asked.book != NULL && l1_engine_book_live(engine, signal->symbol);
    asked.minimum_e8 = l1_minimum_order_e8(instrument, signal->side, asked.mid_e8, asked.limit_e8,
                                           buy ? asked.stop_e8 : L1_OFF, limits->taker_fee_e8);
    if (!l1_market_bar_fresh(market, now_ns, age_ns)) return asked;
    if (!l1_volatility_sigma(&engine->volatility[signal->symbol], &asked.sigma)) asked.sigma = NAN;
    const l1_algo algo = signal->algo != L1_ALGO_AUTO ? signal->algo : limits->execution_algo;
    if (algo == L1_ALGO_SINGLE) return asked;
    add_volumes(engine, l1_plan_duration_ns(limits, signal->duration_s), &asked);
    return asked;
}

/* A plan whose children will all find a slot; false: `plan->why` says what is missing. */
static bool make_plan(l1_engine *engine, const l1_signal *signal, l1_plan *plan)
{
    l1_plan_request asked = plan_request(engine, signal);
    if (!l1_plan_make(&asked, plan)) return false;
    if (l1_executions_room(&engine->executions, plan->children_max)) return true;
    uint32_t room = plan->children_max;
    while (room > 0 && !l1_executions_room(&engine->executions, room)) room--;
    asked.slices_max = room;
    if (room > 0 && l1_plan_make(&asked, plan) && plan->children_max <= room) return true;
    l1_text_copy(plan->why, sizeof plan->why, "order.open_max is reached");
    return false;
}

/* Rules 3 to 26 held: geometry, gate, size, plan, send. */
static void decide(l1_engine *engine, const l1_signal *signal, l1_hash128 id, l1_engine_out *out)
{
    const l1_limits *limits = &engine->limits;
    const l1_market *market = &engine->markets[signal->symbol];
    const l1_volatility *volatility = &engine->volatility[signal->symbol];
    const bool bar_fresh = l1_market_bar_fresh(market, engine->now_ns, limits->market_age_ns);
    if (!l1_decide_protection(limits, signal, &engine->facts, volatility, bar_fresh,
                              &engine->decision)) {
        reject(engine, signal, id, &engine->decision.refusal, 1, out);
        return;
    }
    const l1_ai_view view = l1_engine_ai_view(engine);
    const l1_ai_question question = {signal->symbol, signal->side, engine->facts.mid_e8,
                                     engine->decision.stop_e8};
    l1_trend_ai_gate(&view, &question, &engine->verdict);
    if (engine->verdict.vetoes_count > 0 && !engine->facts.reducing) {
        reject(engine, signal, id, engine->verdict.vetoes, engine->verdict.vetoes_count, out);
        return;
    }
    if (!l1_decide_size(limits, signal, &engine->facts, volatility, bar_fresh, &engine->decision)) {
        reject(engine, signal, id, &engine->decision.refusal, 1, out);
        return;
    }
    l1_plan plan;
    if (!make_plan(engine, signal, &plan)) {
        reject_for(engine, signal, id, L1_RULE_NO_PLAN, plan.why, out);
        return;
    }
    begin(engine, signal, id, &plan, out);
}

void l1_engine_on_signal(l1_engine *engine, const l1_signal *signal, l1_engine_out *out)
{
    L1_ASSERT(signal->id[0] != '\0');
    L1_ASSERT(signal->symbol < (int32_t)engine->limits.symbols_count);
    const l1_hash128 id = identify(engine, signal->id);
    engine->verdict.scores = l1_ai_scores_none(&engine->limits); /* until the gate has scored */
    if (duplicate(engine, signal->id, signal->symbol, id, signal->content, out)) return;
    if (!remember(engine, signal->id, signal->symbol, id, signal->content, out)) {
        engine->facts.exposure_e8 = engine->facts.correlation_impact_e8 = L1_OFF;
        l1_report *report = report_of_signal(engine, signal, L1_RULE_SIGNAL_TABLE_FULL);
        report->violations[report->violations_count++] =
            (l1_violation){L1_RULE_SIGNAL_TABLE_FULL, (int64_t)engine->limits.signals_max * L1_E8,
                           (int64_t)engine->limits.signals_max * L1_E8, ""};
        put_unremembered(engine, out);
        return;
    }
    const l1_risk_view view = l1_engine_view(engine, signal->symbol);
    l1_risk_assess(&view, signal, &engine->facts);
    if (engine->facts.violations_count > 0) {
        alert_drawdown(engine, signal, out);
        reject(engine, signal, id, engine->facts.violations, engine->facts.violations_count, out);
        return;
    }
    decide(engine, signal, id, out);
}
