/* decision/risk_rules.c: protection geometry and size. */
#include "decision/risk_rules.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "risk/filters.h"

static bool refuse(l1_decision *out, l1_rule rule, int64_t value_e8, int64_t limit_e8,
                   const char *detail)
{
    out->refusal = (l1_violation){.rule = rule, .value_e8 = value_e8, .limit_e8 = limit_e8};
    l1_text_copy(out->refusal.detail, sizeof out->refusal.detail, detail);
    return false;
}

static void adjust(l1_decision *out, l1_adjusted_field field, l1_adjust_rule rule, int64_t from_e8,
                   int64_t to_e8)
{
    L1_ASSERT(out->adjustments_count < L1_ADJUSTMENTS_MAX);
    out->adjustments[out->adjustments_count++] =
        (l1_adjustment){.field = field, .rule = rule, .from_e8 = from_e8, .to_e8 = to_e8};
}

/* A smaller quantity replaces the larger one and says why. */
static void shrink(l1_decision *out, int64_t to_e8, l1_adjust_rule rule)
{
    if (to_e8 >= out->qty_e8) return;
    adjust(out, L1_FIELD_QTY, rule, out->qty_e8, to_e8);
    out->qty_e8 = to_e8;
}

static double ratio(int64_t e8)
{
    return l1_decimal_to_double(e8);
}

/* An e8 figure for a report; the largest value stands for what does not fit. */
static int64_t figure(double value)
{
    int64_t e8 = 0;
    return l1_decimal_from_double(value, &e8) ? e8 : INT64_MAX;
}

static bool known(const l1_instrument *instrument, const l1_volatility *volatility, bool bar_fresh,
                  l1_decision *out)
{
    double unused = 0.0;
    const bool needs_sigma =
        instrument->volatility_target_e8 != L1_OFF || instrument->stop_sigma_min_e8 != L1_OFF;
    const bool needs_atr = instrument->stop_atr_max_e8 != L1_OFF;
    if (needs_sigma && !(bar_fresh && l1_volatility_sigma(volatility, &unused))) {
        return refuse(out, L1_RULE_VOLATILITY_UNKNOWN, L1_OFF, L1_OFF,
                      "sigma needs 61 consecutive closed 1m bars");
    }
    if (needs_atr && !(bar_fresh && l1_volatility_atr(volatility, &unused))) {
        return refuse(out, L1_RULE_VOLATILITY_UNKNOWN, L1_OFF, L1_OFF,
                      "ATR needs 15 complete 15m bars");
    }
    return true;
}

static void tighten(const l1_instrument *instrument, const l1_volatility *volatility,
                    int64_t mid_e8, l1_decision *out)
{
    double atr = 0.0;
    int64_t reach_e8 = 0;
    if (instrument->stop_atr_max_e8 == L1_OFF) return;
    if (!l1_volatility_atr(volatility, &atr)) return;
    if (!l1_decimal_from_double(ratio(instrument->stop_atr_max_e8) * atr, &reach_e8)) return;
    if (reach_e8 < 0 || mid_e8 - out->stop_e8 <= reach_e8) return;
    const int64_t tightened = l1_step_up(mid_e8 - reach_e8, instrument->tick_e8);
    if (tightened <= out->stop_e8 || tightened >= mid_e8) return;
    adjust(out, L1_FIELD_STOP_LOSS, L1_ADJUST_ATR_STOP, out->stop_e8, tightened);
    out->stop_e8 = tightened;
}

bool l1_decide_protection(const l1_limits *limits, const l1_signal *signal,
                          const l1_assessment *facts, const l1_volatility *volatility,
                          bool bar_fresh, l1_decision *out)
{
    L1_ASSERT(facts->violations_count == 0);
    L1_ASSERT(facts->mid_e8 > 0);
    memset(out, 0, sizeof *out);
    out->qty_e8 = signal->qty_e8;
    out->stop_e8 = signal->stop_loss_e8;
    if (facts->reducing) return true;
    const l1_instrument *instrument = &limits->symbols[signal->symbol];
    if (!known(instrument, volatility, bar_fresh, out)) return false;
    if (signal->side != L1_SIDE_BUY) return true; /* a sell's stop is checked, never placed */
    tighten(instrument, volatility, facts->mid_e8, out);
    double sigma = 0.0;
    if (instrument->stop_sigma_min_e8 != L1_OFF && l1_volatility_sigma(volatility, &sigma)) {
        const double distance = ratio(facts->mid_e8 - out->stop_e8) / ratio(facts->mid_e8);
        const double least = ratio(instrument->stop_sigma_min_e8) * sigma * sqrt(60.0);
        if (distance < least) {
            return refuse(out, L1_RULE_STOP_LOSS_TOO_TIGHT, figure(distance), figure(least), "");
        }
    }
    return true;
}

static void size_by_volatility(const l1_instrument *instrument, const l1_volatility *volatility,
                               l1_decision *out)
{
    double sigma = 0.0;
    int64_t qty_e8 = 0;
    if (instrument->volatility_target_e8 == L1_OFF) return;
    if (!l1_volatility_sigma(volatility, &sigma) || !(sigma > 0.0)) return;
    const double scale = ratio(instrument->volatility_target_e8) / (sigma * sqrt(1440.0));
    if (!(scale < 1.0)) return;
    if (!l1_decimal_from_double(ratio(out->qty_e8) * scale, &qty_e8)) return;
    shrink(out, qty_e8, L1_ADJUST_VOLATILITY);
}

/* The venue takes stops on the tick only: up, so that it tightens. */
static void put_on_tick(const l1_instrument *instrument, l1_decision *out)
{
    const int64_t placed_e8 = l1_stop_price_e8(instrument, out->stop_e8);
    L1_ASSERT(placed_e8 >= out->stop_e8); /* rule 18 has found a price for it */
    if (placed_e8 == out->stop_e8) return;
    adjust(out, L1_FIELD_STOP_LOSS, L1_ADJUST_TICK, out->stop_e8, placed_e8);
    out->stop_e8 = placed_e8;
}

bool l1_decide_size(const l1_limits *limits, const l1_signal *signal, const l1_assessment *facts,
                    const l1_volatility *volatility, bool bar_fresh, l1_decision *out)
{
    L1_ASSERT(facts->violations_count == 0);
    L1_ASSERT(out->qty_e8 == signal->qty_e8);
    const l1_instrument *instrument = &limits->symbols[signal->symbol];
    int64_t minimum_e8 = 0;
    if (facts->reducing) {
        shrink(out, facts->sell_qty_e8, L1_ADJUST_BALANCE);
    } else {
        if (!known(instrument, volatility, bar_fresh, out)) return false;
        size_by_volatility(instrument, volatility, out);
        shrink(out, facts->headroom_qty_e8, L1_ADJUST_EXPOSURE);
        minimum_e8 = l1_minimum_order_e8(instrument, signal->side, facts->mid_e8, facts->limit_e8,
                                         out->stop_e8, limits->taker_fee_e8);
    }
    shrink(out, l1_step_down(out->qty_e8, instrument->lot_e8), L1_ADJUST_LOT);
    if (out->qty_e8 < minimum_e8 || out->qty_e8 <= 0) {
        return refuse(out, L1_RULE_SIZE_BELOW_MIN, out->qty_e8, minimum_e8, "");
    }
    if (!facts->reducing && signal->side == L1_SIDE_BUY) put_on_tick(instrument, out);
    if (signal->take_profit_e8 != L1_OFF) {
        adjust(out, L1_FIELD_TAKE_PROFIT, L1_ADJUST_TAKE_PROFIT, signal->take_profit_e8, L1_OFF);
    }
    L1_ASSERT(out->qty_e8 <= signal->qty_e8);
    return true;
}
