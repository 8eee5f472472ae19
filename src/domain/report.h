/* domain/report.h: a signal's fate, and alerts, as the core states them.
 *
 * Rendered to JSON by bus/codec at publication. latency_us is not here: measured times are no
 * part of verified bytes.
 * Units: e8 decimals, L1_OFF = null; at_ns Unix nanoseconds UTC. */
#ifndef L1_DOMAIN_REPORT_H
#define L1_DOMAIN_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/archive.h"
#include "domain/cost_analysis.h"
#include "domain/event.h"
#include "domain/order.h"
#include "domain/rules.h"

typedef enum {
    L1_REPORT_UNKNOWN, /* interim: a final one follows */
    L1_REPORT_REJECTED,
    L1_REPORT_FILLED,
    L1_REPORT_PARTIALLY_FILLED,
    L1_REPORT_EXPIRED,
    L1_REPORT_CANCELED,
    /* kind "protection" only */
    L1_REPORT_STOP_PLACED,
    L1_REPORT_STOP_FILLED,
    L1_REPORT_STOP_PARTIALLY_FILLED,
    L1_REPORT_STOP_CANCELED,
    L1_REPORT_STOP_REPLACED,
    L1_REPORT_STOP_FAILED,
    L1_REPORT_LATE_FILL,
    L1_REPORT_STATUS_COUNT
} l1_report_status;

typedef struct {
    l1_rule rule;
    int64_t value_e8, limit_e8; /* durations in ms; L1_OFF = not a number */
    char detail[48];            /* what exactly, e.g. the filter's name; may be "" */
} l1_violation;
#define L1_VIOLATIONS_MAX 32

typedef enum {
    L1_FIELD_QTY,
    L1_FIELD_STOP_LOSS,
    L1_FIELD_TAKE_PROFIT,
    L1_FIELD_COUNT
} l1_adjusted_field;
typedef enum {
    L1_ADJUST_LOT,
    L1_ADJUST_VOLATILITY,
    L1_ADJUST_EXPOSURE,
    L1_ADJUST_ATR_STOP,
    L1_ADJUST_BALANCE,
    L1_ADJUST_TAKE_PROFIT, /* checked, not placed */
    L1_ADJUST_TICK,        /* a stop between two ticks is placed on the nearer one to mid */
    L1_ADJUST_COUNT
} l1_adjust_rule;
typedef struct {
    l1_adjusted_field field;
    l1_adjust_rule rule;
    int64_t from_e8, to_e8; /* to: L1_OFF = null */
} l1_adjustment;
#define L1_ADJUSTMENTS_MAX 8

typedef enum {
    L1_ORDER_STATUS_SENT,
    L1_ORDER_STATUS_LIVE,
    L1_ORDER_STATUS_CANCELING,
    L1_ORDER_STATUS_UNKNOWN,
    L1_ORDER_STATUS_FILLED,
    L1_ORDER_STATUS_CANCELED,
    L1_ORDER_STATUS_EXPIRED,
    L1_ORDER_STATUS_REJECTED,
    L1_ORDER_STATUS_COUNT
} l1_order_status;

typedef struct {
    l1_order_id id;
    l1_side side;
    l1_order_type type;
    l1_time_in_force tif;
    int64_t qty_e8, price_e8, stop_e8;
    int64_t executed_e8, avg_price_e8; /* avg: L1_OFF = nothing executed */
    l1_order_status status;
} l1_report_order;
#define L1_REPORT_ORDERS_MAX 32 /* one of each child */

typedef struct {
    int32_t asset;
    int64_t amount_e8;
} l1_fee;
#define L1_FEES_MAX 3

/* Scores of one model head, probabilities in e8; L1_OFF = not computed. */
typedef struct {
    int64_t logreg_e8, random_forest_e8, lightgbm_e8, ensemble_e8;
    int64_t threshold_e8; /* of the ensemble */
} l1_scores;

/* Scores of all heads for one signal. */
typedef struct {
    uint32_t computed; /* bits of l1_head; the others hold nothing */
    l1_head head;      /* the one shown first: the gate's */
    bool stop_clamped; /* survival was asked for the nearest stop that training knew */
    l1_scores of[L1_HEAD_COUNT];
} l1_ai_scores;

typedef struct {
    bool protection; /* false: kind "signal" */
    bool final;      /* false only for the interim UNKNOWN and for protection */
    uint32_t revision;
    char execution_id[32];
    char signal_id[L1_SIGNAL_ID_MAX];
    char symbol_text[L1_SYMBOL_TEXT_MAX]; /* "" = null */
    int32_t symbol;                       /* -1 = not configured */
    l1_side side;
    bool has_side;
    l1_report_status status;
    int64_t requested_qty_e8, executed_qty_e8, net_qty_e8, avg_price_e8;
    int64_t executed_quote_e8; /* what changed hands in quote, exactly; avg_price is rounded */
    int64_t slippage_e8;       /* percent against the mid at arrival, positive = worse */
    l1_ai_scores scores;
    int64_t exposure_e8;           /* after the order / equity */
    int64_t correlation_impact_e8; /* growth of effective exposure caused by the order */
    l1_rule reason;                /* UNJUDGED = null */
    bool has_stop;
    l1_report_order stop; /* the protection as it stands at this report */
    l1_mode mode;
    char detail[96];       /* appended to the reason's text; may be "" */
    bool has_tca;          /* a final report of a signal that was sent and not refused */
    l1_cost_analysis tca;  /* what it cost */
    char schedule_why[96]; /* a sentence of the plan's: why this schedule; with `tca` */
    uint32_t violations_count, adjustments_count, orders_count, fees_count;
    l1_violation violations[L1_VIOLATIONS_MAX]; /* the lists come last: l1_report_clear */
    l1_adjustment adjustments[L1_ADJUSTMENTS_MAX];
    l1_report_order orders[L1_REPORT_ORDERS_MAX];
    l1_fee fees[L1_FEES_MAX];
} l1_report;

/* What a parent cost and where the price went: a minute after its final report. */
typedef struct {
    char execution_id[32];
    char signal_id[L1_SIGNAL_ID_MAX];
    uint64_t report_seq; /* of its final report */
    int32_t symbol;
    l1_side side;
    int64_t markout_bp_e8[L1_MARKOUTS]; /* L1_OFF = unknown */
    l1_cost_analysis tca;               /* as the report had it */
} l1_analysis;

/* X(code, level) */
#define L1_ALERT_MAP(X)                                                                            \
    X(MALFORMED_MESSAGE, WARNING)                                                                  \
    X(SIGNAL_ID_REUSED, WARNING)                                                                   \
    X(SIGNAL_TABLE_FULL, CRITICAL)                                                                 \
    X(LATE_BAR, WARNING)                                                                           \
    X(PORTFOLIO_LATE, WARNING)                                                                     \
    X(PORTFOLIO_REFUSED, WARNING)                                                                  \
    X(HALTED, WARNING)                                                                             \
    X(RESUMED, INFO)                                                                               \
    X(SYMBOL_HALTED, WARNING)                                                                      \
    X(SYMBOL_RESUMED, INFO)                                                                        \
    X(REDUCE_ONLY, WARNING)                                                                        \
    X(CANCEL_ALL, WARNING)                                                                         \
    X(MODELS_UNAVAILABLE, WARNING)                                                                 \
    X(CLOCK_JUMP, CRITICAL)                                                                        \
    X(DRAWDOWN, CRITICAL)                                                                          \
    X(STOP_FILLED, WARNING)                                                                        \
    X(STOP_FAILED, CRITICAL)                                                                       \
    X(NAKED_POSITION, CRITICAL)                                                                    \
    X(LATE_FILL, CRITICAL)                                                                         \
    X(OUTCOME_UNKNOWN, CRITICAL)                                                                   \
    X(VENUE_REJECTED, WARNING)                                                                     \
    X(VENUE_DOWN, CRITICAL)                                                                        \
    X(JOURNAL_SPACE, CRITICAL)                                                                     \
    X(MODELS_LOADED, INFO)                                                                         \
    X(BOOK_UNUSABLE, WARNING)
typedef enum l1_alert_code {
#define X(code, level) L1_ALERT_##code,
    L1_ALERT_MAP(X)
#undef X
        L1_ALERT_COUNT
} l1_alert_code;
typedef enum { L1_LEVEL_INFO, L1_LEVEL_WARNING, L1_LEVEL_CRITICAL } l1_alert_level;

const char *l1_alert_code_text(l1_alert_code code);
l1_alert_level l1_alert_level_of(l1_alert_code code);

typedef struct {
    l1_alert_code code;
    int32_t symbol;                   /* -1 = null */
    char signal_id[L1_SIGNAL_ID_MAX]; /* "" = null */
    int64_t value_e8, limit_e8;
    char message[256];
} l1_alert;

void l1_ai_scores_archive(l1_archive *archive, l1_ai_scores *scores);

/* All zero and empty. What lies in the lists beyond their counts is not touched: they are most of
 * a report and mostly empty. */
void l1_report_clear(l1_report *report);
void l1_report_order_archive(l1_archive *archive, l1_report_order *order);
void l1_report_archive(l1_archive *archive, l1_report *report);
void l1_alert_archive(l1_archive *archive, l1_alert *alert);
void l1_analysis_archive(l1_archive *archive, l1_analysis *analysis);

#endif
