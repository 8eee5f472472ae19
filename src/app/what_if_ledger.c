/* app/what_if_ledger.c: rows by signal_id, and the table of what makes a decision. */
#include "app/what_if_ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "bus/codec/encode.h"
#include "decision/execution_logic.h"

#define ID_DOMAIN UINT64_C(0x4C31494644494421)     /* "L1IFDID!" */
#define DETAIL_DOMAIN UINT64_C(0x4C31494644455421) /* "L1IFDET!" */

_Static_assert(L1_RULE_COUNT <= 64, "a set of rules fits a word");

#define FIELD(name, kind, member, later)                                                           \
    {                                                                                              \
        name, L1_FIELD_IS_##kind, offsetof(l1_outcome, member), later                              \
    }
const l1_outcome_field l1_outcome_fields[] = {
    FIELD("status", STATUS, status, false),
    FIELD("reason", RULE, reason, false),
    FIELD("violations", RULES, violations, false),
    FIELD("qty", DECIMAL, qty_e8, false),
    FIELD("stop", DECIMAL, stop_e8, false),
    FIELD("schedule", SCHEDULE, schedule, false),
    FIELD("orders", COUNT, orders, false),
    FIELD("limit_price", DECIMAL, limit_price_e8, false),
    FIELD("executed_qty", DECIMAL, executed_qty_e8, false),
    FIELD("avg_price", DECIMAL, avg_price_e8, false),
    FIELD("slippage", DECIMAL, slippage_e8, false),
    FIELD("shortfall", DECIMAL, shortfall_e8, false),
    FIELD("net_qty", DECIMAL, net_qty_e8, false),
    FIELD("fee_base", DECIMAL, fees.base_e8, false),
    FIELD("fee_quote", DECIMAL, fees.quote_e8, false),
    FIELD("fee_other", DECIMAL, fees.other_e8, false),
    FIELD("score_logreg", DECIMAL, scores.logreg_e8, false),
    FIELD("score_random_forest", DECIMAL, scores.random_forest_e8, false),
    FIELD("score_lightgbm", DECIMAL, scores.lightgbm_e8, false),
    FIELD("score_ensemble", DECIMAL, scores.ensemble_e8, false),
    FIELD("score_threshold", DECIMAL, scores.threshold_e8, false),
    FIELD("protection", STATUS, protection, true),
    FIELD("protection_reports", COUNT, protections, true),
    FIELD("later_qty", DECIMAL, after_qty_e8, true),
    FIELD("later_quote", DECIMAL, after_quote_e8, true),
    FIELD("later_fee_base", DECIMAL, after_fees.base_e8, true),
    FIELD("later_fee_quote", DECIMAL, after_fees.quote_e8, true),
    FIELD("later_fee_other", DECIMAL, after_fees.other_e8, true),
};
const size_t l1_outcome_fields_count = sizeof l1_outcome_fields / sizeof l1_outcome_fields[0];

/* --- rows --- */

static size_t slot_of(const l1_ledger *ledger, const char *id)
{
    const l1_hash128 hash = l1_hash_of(ID_DOMAIN, id, strlen(id));
    size_t slot = (size_t)hash.lo & (ledger->index_size - 1);
    while (ledger->index[slot] != 0 && strcmp(ledger->rows[ledger->index[slot] - 1].id, id) != 0) {
        slot = (slot + 1) & (ledger->index_size - 1);
    }
    return slot;
}

l1_ledger_row *l1_ledger_find(const l1_ledger *ledger, const char *id)
{
    if (ledger->count == 0) return NULL;
    const uint32_t at = ledger->index[slot_of(ledger, id)];
    return at == 0 ? NULL : &ledger->rows[at - 1];
}

/* Room for another row; the index is kept at most half full. */
static bool grow(l1_ledger *ledger)
{
    if (ledger->count < ledger->capacity) return true;
    if (ledger->count == L1_LEDGER_SIGNALS_MAX) return false;
    const size_t capacity = ledger->capacity == 0 ? 1024 : ledger->capacity * 2;
    l1_ledger_row *rows = realloc(ledger->rows, capacity * sizeof *rows);
    if (rows == NULL) return false;
    ledger->rows = rows;
    uint32_t *index = calloc(capacity * 2, sizeof *index);
    if (index == NULL) return false;
    free(ledger->index);
    ledger->index = index;
    ledger->index_size = capacity * 2;
    ledger->capacity = capacity;
    for (size_t i = 0; i < ledger->count; i++) {
        ledger->index[slot_of(ledger, ledger->rows[i].id)] = (uint32_t)i + 1;
    }
    return true;
}

l1_outcome l1_outcome_none(void)
{
    return (l1_outcome){
        .status = L1_REPORT_UNKNOWN,
        .qty_e8 = L1_OFF,
        .limit_price_e8 = L1_OFF,
        .stop_e8 = L1_OFF,
        .avg_price_e8 = L1_OFF,
        .slippage_e8 = L1_OFF,
        .exposure_e8 = L1_OFF,
        .shortfall_e8 = L1_OFF,
        .shortfall_bp_e8 = L1_OFF,
        .fees_bp_e8 = L1_OFF,
        .arrival_slippage_bp_e8 = L1_OFF,
        .arrival_mid_e8 = L1_OFF,
        .scores = {L1_OFF, L1_OFF, L1_OFF, L1_OFF, L1_OFF},
        .protection = L1_REPORT_UNKNOWN,
    };
}

l1_result l1_ledger_signal(l1_ledger *ledger, const l1_event *event, uint64_t sequence,
                           const l1_limits *limits, l1_diag *diag)
{
    const bool good = event->kind == L1_EVENT_SIGNAL;
    L1_ASSERT(good || event->kind == L1_EVENT_REFUSED);
    const char *id = good ? event->as.signal.id : event->as.refusal.signal_id;
    if (id[0] == '\0' || l1_ledger_find(ledger, id) != NULL) return L1_SUCCESS;
    if (!grow(ledger)) {
        return l1_refuse(diag, L1_LIMIT_FULL, "signals", "no room for more than %zu signals",
                         ledger->count);
    }
    const size_t slot = slot_of(ledger, id);
    l1_ledger_row *row = &ledger->rows[ledger->count++];
    *row = (l1_ledger_row){.symbol = -1, .sequence = sequence, .at_ns = event->at_ns};
    row->of[0] = row->of[1] = l1_outcome_none();
    l1_text_copy(row->id, sizeof row->id, id);
    if (good && event->as.signal.symbol >= 0) {
        row->symbol = event->as.signal.symbol;
        l1_text_copy(row->symbol_text, sizeof row->symbol_text, limits->symbols[row->symbol].name);
    }
    row->has_side = good;
    if (good) row->side = event->as.signal.side;
    ledger->index[slot] = (uint32_t)ledger->count;
    return L1_SUCCESS;
}

void l1_ledger_free(l1_ledger *ledger)
{
    free(ledger->rows);
    free(ledger->index);
    *ledger = (l1_ledger){0};
}

void l1_ledger_report(l1_ledger *ledger, int side, const l1_report *report)
{
    l1_ledger_row *row = l1_ledger_find(ledger, report->signal_id);
    L1_ASSERT(side == 0 || side == 1);
    if (row != NULL) l1_outcome_take(&row->of[side], report);
}

/* --- outcomes --- */

static void add_details(l1_outcome *outcome, const l1_report *report)
{
    l1_report copy = *report;
    l1_archive archive = l1_archive_hashing(DETAIL_DOMAIN);
    l1_archive_u64(&archive, &outcome->details.lo);
    l1_archive_u64(&archive, &outcome->details.hi);
    l1_report_archive(&archive, &copy);
    L1_ASSERT(l1_archive_ok(&archive));
    outcome->details = l1_hash_end(&archive.hasher);
}

static void take_fees(const l1_report *report, l1_outcome_fees *fees)
{
    L1_ASSERT(report->fees_count <= L1_FEES_MAX);
    for (uint32_t i = 0; i < report->fees_count; i++) {
        const l1_fee *fee = &report->fees[i];
        int64_t *sum_e8 = &fees->other_e8;
        if (fee->asset == 0) sum_e8 = &fees->quote_e8;
        if (fee->asset == report->symbol + 1) sum_e8 = &fees->base_e8;
        *sum_e8 += fee->amount_e8;
    }
}

/* The quantity that the decision left. */
static int64_t decided_qty(const l1_report *report)
{
    int64_t qty_e8 = report->requested_qty_e8;
    for (uint32_t i = 0; i < report->adjustments_count; i++) {
        const l1_adjustment *adjustment = &report->adjustments[i];
        if (adjustment->field == L1_FIELD_QTY) qty_e8 = adjustment->to_e8;
    }
    return qty_e8;
}

/* Commission in basis points of Q x P_dec, as the shortfall has it. */
static int64_t fees_bp_e8(const l1_report *report)
{
    int64_t notional_e8 = 0, out_e8 = 0;
    const l1_cost_analysis *tca = &report->tca;
    const int64_t qty_e8 = decided_qty(report);
    if (tca->fees_e8 == L1_OFF || tca->decision_mid_e8 == L1_OFF) return L1_OFF;
    if (!l1_mul_div(qty_e8, tca->decision_mid_e8, L1_E8, L1_ROUND_NEAREST, &notional_e8) ||
        notional_e8 <= 0 ||
        !l1_mul_div(tca->fees_e8, 10000 * L1_E8, notional_e8, L1_ROUND_NEAREST, &out_e8)) {
        return L1_OFF;
    }
    return out_e8;
}

static void take_costs(l1_outcome *outcome, const l1_report *report)
{
    outcome->has_tca = report->has_tca;
    if (!report->has_tca) return;
    outcome->schedule = report->tca.chosen;
    outcome->shortfall_e8 = report->tca.shortfall_e8;
    outcome->shortfall_bp_e8 = report->tca.shortfall_bp_e8;
    outcome->fees_bp_e8 = fees_bp_e8(report);
    outcome->arrival_slippage_bp_e8 = report->tca.arrival_slippage_bp_e8;
    outcome->arrival_mid_e8 = report->tca.arrival_mid_e8;
}

static void take_final(l1_outcome *outcome, const l1_report *report)
{
    outcome->reported = true;
    outcome->status = report->status;
    outcome->reason = report->reason;
    outcome->violations = 0;
    for (uint32_t i = 0; i < report->violations_count; i++) {
        outcome->violations |= UINT64_C(1) << report->violations[i].rule;
    }
    outcome->requested_qty_e8 = report->requested_qty_e8;
    outcome->qty_e8 = decided_qty(report);
    outcome->stop_e8 = report->has_stop ? report->stop.stop_e8 : L1_OFF;
    outcome->orders = report->orders_count;
    outcome->limit_price_e8 = report->orders_count > 0 ? report->orders[0].price_e8 : L1_OFF;
    outcome->executed_qty_e8 = report->executed_qty_e8;
    outcome->avg_price_e8 = report->avg_price_e8;
    outcome->executed_quote_e8 = report->executed_quote_e8;
    outcome->net_qty_e8 = report->net_qty_e8;
    outcome->slippage_e8 = report->slippage_e8;
    outcome->exposure_e8 = report->exposure_e8;
    take_costs(outcome, report);
    const l1_head head = report->scores.head;
    if ((report->scores.computed >> head & 1) != 0) outcome->scores = report->scores.of[head];
    take_fees(report, &outcome->fees);
}

void l1_outcome_take(l1_outcome *outcome, const l1_report *report)
{
    add_details(outcome, report);
    if (report->protection) {
        outcome->protections++;
        outcome->protection = report->status;
        outcome->after_qty_e8 += report->executed_qty_e8;
        outcome->after_quote_e8 += report->executed_quote_e8;
        take_fees(report, &outcome->after_fees);
    } else if (report->final) {
        take_final(outcome, report);
    }
}

static int64_t number_of(const l1_outcome_field *field, const l1_outcome *outcome)
{
    int64_t value = 0;
    memcpy(&value, (const char *)outcome + field->offset, sizeof value);
    return value;
}

static unsigned enum_of(const l1_outcome_field *field, const l1_outcome *outcome)
{
    unsigned value = 0;
    memcpy(&value, (const char *)outcome + field->offset, sizeof value);
    return value;
}

static bool is_enum(const l1_outcome_field *field)
{
    return field->kind == L1_FIELD_IS_STATUS || field->kind == L1_FIELD_IS_RULE ||
           field->kind == L1_FIELD_IS_SCHEDULE;
}

bool l1_outcome_field_same(const l1_outcome_field *field, const l1_outcome *a, const l1_outcome *b)
{
    L1_ASSERT(field->offset < sizeof *a);
    return is_enum(field) ? enum_of(field, a) == enum_of(field, b)
                          : number_of(field, a) == number_of(field, b);
}

static bool same_fields(const l1_outcome *a, const l1_outcome *b, bool later)
{
    for (size_t i = 0; i < l1_outcome_fields_count; i++) {
        if (l1_outcome_fields[i].later != later) continue;
        if (!l1_outcome_field_same(&l1_outcome_fields[i], a, b)) return false;
    }
    return true;
}

bool l1_outcome_same(const l1_outcome *a, const l1_outcome *b)
{
    return a->reported == b->reported && same_fields(a, b, false);
}

bool l1_outcome_same_later(const l1_outcome *a, const l1_outcome *b)
{
    return same_fields(a, b, true);
}

bool l1_outcome_accepted(const l1_outcome *outcome)
{
    return outcome->reported && outcome->status != L1_REPORT_REJECTED;
}

static void rules_text(uint64_t rules, char out[L1_OUTCOME_TEXT_MAX])
{
    size_t used = 0;
    out[0] = '\0';
    for (unsigned rule = 0; rule < L1_RULE_COUNT; rule++) {
        if ((rules >> rule & 1) == 0) continue;
        const int size = snprintf(out + used, L1_OUTCOME_TEXT_MAX - used, "%s%s",
                                  used > 0 ? " " : "", l1_rule_code((l1_rule)rule));
        L1_ASSERT(size > 0 && (size_t)size < L1_OUTCOME_TEXT_MAX - used);
        used += (size_t)size;
    }
    if (used == 0) (void)snprintf(out, L1_OUTCOME_TEXT_MAX, "none");
}

void l1_outcome_field_text(const l1_outcome_field *field, const l1_outcome *outcome,
                           char out[L1_OUTCOME_TEXT_MAX])
{
    const char *word = NULL;
    switch (field->kind) {
    case L1_FIELD_IS_STATUS: {
        const bool there = field->later ? outcome->protections > 0 : outcome->reported;
        word = there ? l1_report_status_text((l1_report_status)enum_of(field, outcome)) : "none";
        break;
    }
    case L1_FIELD_IS_RULE: {
        const l1_rule rule = (l1_rule)enum_of(field, outcome);
        word = rule == L1_RULE_UNJUDGED ? "none" : l1_rule_code(rule);
        break;
    }
    case L1_FIELD_IS_SCHEDULE:
        word = outcome->has_tca ? l1_algo_text((l1_algo)enum_of(field, outcome)) : "none";
        break;
    case L1_FIELD_IS_RULES: rules_text((uint64_t)number_of(field, outcome), out); return;
    case L1_FIELD_IS_COUNT:
        (void)snprintf(out, L1_OUTCOME_TEXT_MAX, "%" PRId64, number_of(field, outcome));
        return;
    case L1_FIELD_IS_DECIMAL:
        if (number_of(field, outcome) != L1_OFF) {
            (void)l1_decimal_format(number_of(field, outcome), out);
            return;
        }
        word = "none";
        break;
    }
    L1_ASSERT(word != NULL);
    (void)snprintf(out, L1_OUTCOME_TEXT_MAX, "%s", word);
}
