/* tests/unit/domain/random_domain.h: events and effects filled from a seeded generator, within
 * what the archive admits: indexes in range, counts under their maximum, texts that end. */
#ifndef L1_UNIT_DOMAIN_RANDOM_DOMAIN_H
#define L1_UNIT_DOMAIN_RANDOM_DOMAIN_H

#include <string.h>

#include "base/prng.h"
#include "domain/effect.h"
#include "domain/event.h"

static inline int64_t any_number(l1_prng *prng)
{
    const uint64_t shape = l1_prng_below(prng, 8);
    if (shape == 0) return L1_OFF;
    if (shape == 1) return 0;
    if (shape == 2) return INT64_MAX;
    if (shape == 3) return -(int64_t)l1_prng_below(prng, 1000000);
    return (int64_t)l1_prng_below(prng, UINT64_C(10000000000000));
}

static inline bool any_bool(l1_prng *prng)
{
    return l1_prng_below(prng, 2) == 1;
}

static inline unsigned any_below(l1_prng *prng, unsigned bound)
{
    return (unsigned)l1_prng_below(prng, bound);
}

/* Any length that fits, bytes 1 to 255. */
static inline void any_text(l1_prng *prng, char *text, size_t capacity)
{
    const size_t size = l1_prng_below(prng, 3) == 0 ? capacity - 1 : l1_prng_below(prng, capacity);
    memset(text, 0, capacity);
    for (size_t i = 0; i < size; i++) text[i] = (char)(1 + l1_prng_below(prng, 255));
}

static inline l1_hash128 any_hash(l1_prng *prng)
{
    return (l1_hash128){l1_prng_next(prng), l1_prng_next(prng)};
}

static inline l1_order_id any_order_id(l1_prng *prng)
{
    return (l1_order_id){any_hash(prng), (l1_purpose)any_below(prng, L1_PURPOSE_COUNT)};
}

static inline void any_signal(l1_prng *prng, l1_signal *signal)
{
    any_text(prng, signal->id, sizeof signal->id);
    any_text(prng, signal->symbol_text, sizeof signal->symbol_text);
    signal->symbol = (int32_t)any_below(prng, L1_SYMBOLS_MAX + 1) - 1;
    signal->side = (l1_side)any_below(prng, L1_SIDE_COUNT);
    signal->qty_e8 = any_number(prng);
    signal->stop_loss_e8 = any_number(prng);
    signal->price_e8 = any_number(prng);
    signal->take_profit_e8 = any_number(prng);
    signal->ts_ns = any_number(prng);
    signal->expires_at_ns = any_number(prng);
    signal->confidence_e8 = any_number(prng);
    signal->correlation_e8 = any_number(prng);
    any_text(prng, signal->strategy_id, sizeof signal->strategy_id);
    any_text(prng, signal->regime, sizeof signal->regime);
    signal->algo = (l1_algo)any_below(prng, L1_ALGO_COUNT);
    signal->duration_s = any_number(prng);
    signal->slices_max = any_number(prng);
    signal->content = any_hash(prng);
}

static inline void any_bar(l1_prng *prng, l1_bar *bar)
{
    bar->symbol = (int32_t)any_below(prng, L1_SYMBOLS_MAX);
    bar->open_time_ns = any_number(prng);
    bar->close_time_ns = any_number(prng);
    bar->open_e8 = any_number(prng);
    bar->high_e8 = any_number(prng);
    bar->low_e8 = any_number(prng);
    bar->close_e8 = any_number(prng);
    bar->volume_e8 = any_number(prng);
    bar->quote_volume_e8 = any_number(prng);
    bar->taker_buy_volume_e8 = any_number(prng);
    bar->trades = any_number(prng);
}

static inline void any_book(l1_prng *prng, l1_book *book)
{
    book->symbol = (int32_t)any_below(prng, L1_SYMBOLS_MAX);
    book->ts_ns = any_number(prng);
    book->bids_count = any_below(prng, L1_BOOK_LEVELS_MAX + 1);
    book->asks_count = any_below(prng, L1_BOOK_LEVELS_MAX + 1);
    for (unsigned i = 0; i < L1_BOOK_LEVELS_MAX; i++) {
        book->bids[i] = (l1_level){any_number(prng), any_number(prng)};
        book->asks[i] = (l1_level){any_number(prng), any_number(prng)};
    }
}

static inline void any_portfolio(l1_prng *prng, l1_portfolio *portfolio)
{
    memset(portfolio, 0, sizeof *portfolio);
    portfolio->ts_ns = any_number(prng);
    portfolio->equity_e8 = any_number(prng);
    portfolio->correlation_e8 = any_number(prng);
    const unsigned held = any_below(prng, L1_ASSETS_MAX + 1);
    for (unsigned i = 0; i < held; i++) {
        portfolio->free_e8[i] = any_number(prng);
        portfolio->locked_e8[i] = any_number(prng);
    }
}

static inline void any_refusal(l1_prng *prng, l1_refusal *refusal)
{
    refusal->topic = (l1_topic)any_below(prng, L1_TOPIC_COUNT);
    any_text(prng, refusal->signal_id, sizeof refusal->signal_id);
    any_text(prng, refusal->symbol_text, sizeof refusal->symbol_text);
    any_text(prng, refusal->field, sizeof refusal->field);
    any_text(prng, refusal->cause, sizeof refusal->cause);
    refusal->line = l1_prng_next(prng);
    refusal->offset = l1_prng_next(prng);
    refusal->content = any_hash(prng);
}

static inline void any_venue_event(l1_prng *prng, l1_venue_event *event)
{
    event->kind = (l1_venue_event_kind)any_below(prng, L1_VENUE_EVENT_COUNT);
    event->reason = (l1_venue_reason)any_below(prng, L1_VENUE_REASON_COUNT);
    event->symbol = (int32_t)any_below(prng, L1_SYMBOLS_MAX + 1) - 1;
    event->id = any_order_id(prng);
    event->price_e8 = any_number(prng);
    event->qty_e8 = any_number(prng);
    event->fee_e8 = any_number(prng);
    event->fee_asset = (int32_t)any_below(prng, L1_ASSETS_MAX);
    event->trade_id = l1_prng_next(prng);
    event->maker = any_bool(prng);
}

static inline void any_depth(l1_prng *prng, l1_depth *depth)
{
    depth->symbol = (int32_t)any_below(prng, L1_SYMBOLS_MAX);
    depth->ts_ns = any_number(prng);
    depth->first_id = l1_prng_next(prng);
    depth->last_id = l1_prng_next(prng);
    depth->snapshot = any_bool(prng);
    depth->more = any_bool(prng);
    depth->changes_count = any_below(prng, L1_DEPTH_CHANGES_MAX + 1);
    for (unsigned i = 0; i < depth->changes_count; i++) {
        depth->changes[i] = (l1_depth_change){any_bool(prng), any_number(prng), any_number(prng)};
    }
}

static inline void any_event(l1_prng *prng, l1_event_kind kind, l1_event *event)
{
    event->kind = kind;
    event->at_ns = any_number(prng);
    event->clock_jump_ns = any_number(prng);
    switch (kind) {
    case L1_EVENT_TICK: break;
    case L1_EVENT_SIGNAL: any_signal(prng, &event->as.signal); break;
    case L1_EVENT_BAR: any_bar(prng, &event->as.bar); break;
    case L1_EVENT_BOOK: any_book(prng, &event->as.book); break;
    case L1_EVENT_TRADE:
        event->as.trade = (l1_trade){(int32_t)any_below(prng, L1_SYMBOLS_MAX),
                                     any_number(prng),
                                     any_number(prng),
                                     any_number(prng),
                                     l1_prng_next(prng),
                                     any_bool(prng)};
        break;
    case L1_EVENT_PORTFOLIO: any_portfolio(prng, &event->as.portfolio); break;
    case L1_EVENT_CONTROL:
        event->as.control.command = (l1_control_command)any_below(prng, L1_CONTROL_COUNT);
        event->as.control.symbol = (int32_t)any_below(prng, L1_SYMBOLS_MAX + 1) - 1;
        any_text(prng, event->as.control.reason, sizeof event->as.control.reason);
        break;
    case L1_EVENT_REFUSED: any_refusal(prng, &event->as.refusal); break;
    case L1_EVENT_VENUE: any_venue_event(prng, &event->as.venue); break;
    case L1_EVENT_SPACE: event->as.space_low = any_bool(prng); break;
    case L1_EVENT_MODELS:
        event->as.models.hash.lo = l1_prng_next(prng);
        event->as.models.hash.hi = l1_prng_next(prng);
        event->as.models.refused = any_bool(prng);
        event->as.models.commanded = any_bool(prng);
        any_text(prng, event->as.models.cause, sizeof event->as.models.cause);
        break;
    case L1_EVENT_DEPTH: any_depth(prng, &event->as.depth); break;
    case L1_EVENT_QUOTE:
        event->as.quote = (l1_quote){(int32_t)any_below(prng, L1_SYMBOLS_MAX),
                                     any_number(prng),
                                     l1_prng_next(prng),
                                     {any_number(prng), any_number(prng)},
                                     {any_number(prng), any_number(prng)}};
        break;
    case L1_EVENT_COUNT: break;
    }
}

static inline l1_report_order any_order(l1_prng *prng)
{
    return (l1_report_order){
        .id = any_order_id(prng),
        .side = (l1_side)any_below(prng, L1_SIDE_COUNT),
        .type = (l1_order_type)any_below(prng, L1_ORDER_TYPE_COUNT),
        .tif = (l1_time_in_force)any_below(prng, L1_TIF_COUNT),
        .qty_e8 = any_number(prng),
        .price_e8 = any_number(prng),
        .stop_e8 = any_number(prng),
        .executed_e8 = any_number(prng),
        .avg_price_e8 = any_number(prng),
        .status = (l1_order_status)any_below(prng, L1_ORDER_STATUS_COUNT),
    };
}

/* `symbols`: indexes stay below it. */
static inline void any_costs(l1_prng *prng, l1_cost_analysis *tca)
{
    int64_t *const numbers[] = {
        &tca->decision_mid_e8,
        &tca->arrival_mid_e8,
        &tca->vwap_e8,
        &tca->market_vwap_e8,
        &tca->arrival_slippage_bp_e8,
        &tca->vwap_slippage_bp_e8,
        &tca->delay_e8,
        &tca->trading_e8,
        &tca->opportunity_e8,
        &tca->fees_e8,
        &tca->shortfall_e8,
        &tca->shortfall_bp_e8,
        &tca->fill_ratio_e8,
        &tca->participation_e8,
        &tca->maker_share_e8,
        &tca->duration_ns,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) *numbers[i] = any_number(prng);
    tca->children = any_below(prng, 33);
    tca->fills = (uint32_t)l1_prng_next(prng);
    tca->asked = (l1_algo)any_below(prng, L1_ALGO_COUNT);
    tca->chosen = (l1_algo)any_below(prng, L1_ALGO_COUNT);
}

static inline void any_analysis(l1_prng *prng, unsigned symbols, l1_analysis *analysis)
{
    any_text(prng, analysis->execution_id, sizeof analysis->execution_id);
    any_text(prng, analysis->signal_id, sizeof analysis->signal_id);
    analysis->report_seq = 1 + l1_prng_below(prng, 1000000);
    analysis->symbol = (int32_t)any_below(prng, symbols);
    analysis->side = (l1_side)any_below(prng, L1_SIDE_COUNT);
    for (unsigned h = 0; h < L1_MARKOUTS; h++) analysis->markout_bp_e8[h] = any_number(prng);
    any_costs(prng, &analysis->tca);
}

static inline void any_report(l1_prng *prng, unsigned symbols, l1_report *report)
{
    report->protection = any_bool(prng);
    report->final = any_bool(prng);
    report->revision = any_below(prng, 1000);
    any_text(prng, report->execution_id, sizeof report->execution_id);
    any_text(prng, report->signal_id, sizeof report->signal_id);
    any_text(prng, report->symbol_text, sizeof report->symbol_text);
    report->symbol = (int32_t)any_below(prng, symbols + 1) - 1;
    report->side = (l1_side)any_below(prng, L1_SIDE_COUNT);
    report->has_side = any_bool(prng);
    report->status = (l1_report_status)any_below(prng, L1_REPORT_STATUS_COUNT);
    int64_t *const numbers[] = {
        &report->requested_qty_e8,  &report->executed_qty_e8, &report->executed_quote_e8,
        &report->executed_quote_e8, &report->net_qty_e8,      &report->avg_price_e8,
        &report->slippage_e8,       &report->exposure_e8,     &report->correlation_impact_e8,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) *numbers[i] = any_number(prng);
    report->scores.computed = any_below(prng, 1U << L1_HEAD_COUNT);
    report->scores.head = (l1_head)any_below(prng, L1_HEAD_COUNT);
    report->scores.stop_clamped = any_bool(prng);
    for (unsigned head = 0; head < L1_HEAD_COUNT; head++) {
        report->scores.of[head] = (l1_scores){any_number(prng), any_number(prng), any_number(prng),
                                              any_number(prng), any_number(prng)};
    }
    report->reason = (l1_rule)any_below(prng, L1_RULE_COUNT);
    report->violations_count = any_below(prng, L1_VIOLATIONS_MAX + 1);
    for (unsigned i = 0; i < report->violations_count; i++) {
        l1_violation *const violation = &report->violations[i];
        violation->rule = (l1_rule)any_below(prng, L1_RULE_COUNT);
        violation->value_e8 = any_number(prng);
        violation->limit_e8 = any_number(prng);
        any_text(prng, violation->detail, sizeof violation->detail);
    }
    report->adjustments_count = any_below(prng, L1_ADJUSTMENTS_MAX + 1);
    for (unsigned i = 0; i < report->adjustments_count; i++) {
        report->adjustments[i] = (l1_adjustment){(l1_adjusted_field)any_below(prng, L1_FIELD_COUNT),
                                                 (l1_adjust_rule)any_below(prng, L1_ADJUST_COUNT),
                                                 any_number(prng), any_number(prng)};
    }
    report->orders_count = any_below(prng, L1_REPORT_ORDERS_MAX + 1);
    for (unsigned i = 0; i < report->orders_count; i++) report->orders[i] = any_order(prng);
    report->has_stop = any_bool(prng);
    report->stop = any_order(prng);
    report->fees_count = any_below(prng, L1_FEES_MAX + 1);
    for (unsigned i = 0; i < report->fees_count; i++) {
        report->fees[i] = (l1_fee){(int32_t)any_below(prng, symbols + 1), any_number(prng)};
    }
    report->mode = (l1_mode)any_below(prng, L1_MODE_COUNT);
    any_text(prng, report->detail, sizeof report->detail);
    report->has_tca = any_bool(prng);
    any_costs(prng, &report->tca);
}

static inline void any_alert(l1_prng *prng, unsigned symbols, l1_alert *alert)
{
    alert->code = (l1_alert_code)any_below(prng, L1_ALERT_COUNT);
    alert->symbol = (int32_t)any_below(prng, symbols + 1) - 1;
    any_text(prng, alert->signal_id, sizeof alert->signal_id);
    alert->value_e8 = any_number(prng);
    alert->limit_e8 = any_number(prng);
    any_text(prng, alert->message, sizeof alert->message);
}

static inline void any_effect(l1_prng *prng, l1_effect_kind kind, unsigned symbols,
                              l1_effect *effect)
{
    effect->seq = 1 + l1_prng_below(prng, 1000000);
    effect->at_ns = (int64_t)l1_prng_below(prng, UINT64_C(4000000000000000000));
    effect->kind = kind;
    switch (kind) {
    case L1_EFFECT_SUBMIT:
        effect->as.submit.symbol = (int32_t)any_below(prng, symbols);
        effect->as.submit.list = (l1_list_kind)any_below(prng, L1_LIST_COUNT);
        effect->as.submit.legs_count = any_below(prng, L1_LEGS_MAX + 1);
        for (unsigned i = 0; i < effect->as.submit.legs_count; i++) {
            effect->as.submit.legs[i] =
                (l1_order_leg){any_order_id(prng),
                               (l1_side)any_below(prng, L1_SIDE_COUNT),
                               (l1_order_type)any_below(prng, L1_ORDER_TYPE_COUNT),
                               (l1_time_in_force)any_below(prng, L1_TIF_COUNT),
                               any_number(prng),
                               any_number(prng),
                               any_number(prng),
                               any_number(prng),
                               any_number(prng),
                               (l1_self_trade)any_below(prng, L1_STP_COUNT)};
        }
        break;
    case L1_EFFECT_CANCEL:
    case L1_EFFECT_QUERY:
        effect->as.cancel = (l1_cancel){(int32_t)any_below(prng, symbols), any_order_id(prng)};
        break;
    case L1_EFFECT_REPORT: any_report(prng, symbols, &effect->as.report); break;
    case L1_EFFECT_REPUBLISH: effect->as.of_seq = l1_prng_next(prng); break;
    case L1_EFFECT_ANALYSIS: any_analysis(prng, symbols, &effect->as.analysis); break;
    case L1_EFFECT_ALERT: any_alert(prng, symbols, &effect->as.alert); break;
    case L1_EFFECT_STATUS:
    case L1_EFFECT_RELOAD_MODELS:
    case L1_EFFECT_COUNT: break;
    }
}

#endif
