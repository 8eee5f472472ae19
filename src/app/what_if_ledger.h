/* app/what_if_ledger.h: what became of each signal in two runs, side by side.
 *
 * Side 0 is the run as recorded, side 1 the changed one. An outcome is folded from reports; two
 * outcomes are the same decision when every field of the table is equal. What else a report says
 * (exposure after the order, the limits beside violated rules) is compared as `details` only.
 * Units:     e8, L1_OFF = null; times Unix ns.
 * Ownership: the ledger owns its rows; free with l1_ledger_free.
 * Errors:    LIMIT_FULL without memory or beyond L1_LEDGER_SIGNALS_MAX. */
#ifndef L1_APP_WHAT_IF_LEDGER_H
#define L1_APP_WHAT_IF_LEDGER_H

#include "domain/effect.h"

enum { L1_LEDGER_SIGNALS_MAX = 1 << 22 };

typedef struct {
    int64_t base_e8, quote_e8, other_e8; /* other: in a third asset, by its own unit */
} l1_outcome_fees;

typedef struct {
    bool reported; /* the final report has come; else only protection's and details mean anything */
    l1_report_status status;
    l1_rule reason;
    uint64_t violations; /* bits 1 << rule */
    int64_t requested_qty_e8, qty_e8, limit_price_e8, stop_e8;
    int64_t orders;
    int64_t executed_qty_e8, avg_price_e8, executed_quote_e8, net_qty_e8;
    l1_outcome_fees fees;
    int64_t slippage_e8, exposure_e8;
    bool has_tca; /* it was sent; else the figures of what it cost are L1_OFF */
    l1_algo schedule;
    int64_t shortfall_e8, shortfall_bp_e8, fees_bp_e8, arrival_slippage_bp_e8, arrival_mid_e8;
    l1_scores scores; /* of the head shown first; all L1_OFF when it was not computed */
    /* kind "protection": whatever came after the final report */
    int64_t protections;
    l1_report_status protection; /* the last one's */
    int64_t after_qty_e8, after_quote_e8;
    l1_outcome_fees after_fees;
    l1_hash128 details; /* of every report, its number and time apart */
} l1_outcome;

typedef enum {
    L1_CAUSE_NONE,     /* the decisions are the same */
    L1_CAUSE_UNKNOWN,  /* not looked for, or the report never came */
    L1_CAUSE_DIRECT,   /* the change alone, from the recorded state before the signal, does it */
    L1_CAUSE_KNOCK_ON, /* from the recorded state the decision would be the recorded one */
    L1_CAUSE_LATER,    /* only what came after the final report differs */
    L1_CAUSE_COUNT
} l1_cause;

typedef struct {
    char id[L1_SIGNAL_ID_MAX];
    char symbol_text[L1_SYMBOL_TEXT_MAX]; /* "" = not configured */
    int32_t symbol;
    bool has_side;
    l1_side side;
    uint64_t sequence; /* record of the event that brought it */
    int64_t at_ns;
    l1_cause cause;
    l1_outcome of[2];
} l1_ledger_row;

typedef struct {
    l1_ledger_row *rows;
    size_t count, capacity;
    uint32_t *index; /* open addressing; 0 = free, else row + 1 */
    size_t index_size;
} l1_ledger;

/* NULL: no such signal. */
l1_ledger_row *l1_ledger_find(const l1_ledger *ledger, const char *id);

/* Makes the row of a SIGNAL or REFUSED event's signal when it is new. */
L1_MUST_USE l1_result l1_ledger_signal(l1_ledger *ledger, const l1_event *event, uint64_t sequence,
                                       const l1_limits *limits, l1_diag *diag);
void l1_ledger_free(l1_ledger *ledger);

/* A report of a signal that has a row; others are left out (of before a snapshot). */
void l1_ledger_report(l1_ledger *ledger, int side, const l1_report *report);

/* Nothing reported yet. */
l1_outcome l1_outcome_none(void);

/* One report into one outcome. */
void l1_outcome_take(l1_outcome *outcome, const l1_report *report);

/* --- the fields of a decision --- */
typedef enum {
    L1_FIELD_IS_STATUS,
    L1_FIELD_IS_RULE,
    L1_FIELD_IS_RULES,
    L1_FIELD_IS_SCHEDULE,
    L1_FIELD_IS_DECIMAL,
    L1_FIELD_IS_COUNT,
} l1_outcome_kind;

typedef struct {
    const char *name;
    l1_outcome_kind kind;
    size_t offset;
    bool later; /* of what came after the final report */
} l1_outcome_field;

extern const l1_outcome_field l1_outcome_fields[];
extern const size_t l1_outcome_fields_count;

bool l1_outcome_field_same(const l1_outcome_field *field, const l1_outcome *a, const l1_outcome *b);

/* All fields up to the final report, and those after it. */
bool l1_outcome_same(const l1_outcome *a, const l1_outcome *b);
bool l1_outcome_same_later(const l1_outcome *a, const l1_outcome *b);

/* Whether an order went to the venue. */
bool l1_outcome_accepted(const l1_outcome *outcome);

/* The value as it is shown; "none" for null. */
#define L1_OUTCOME_TEXT_MAX 1536
void l1_outcome_field_text(const l1_outcome_field *field, const l1_outcome *outcome,
                           char out[L1_OUTCOME_TEXT_MAX]);

#endif
