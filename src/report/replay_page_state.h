/* report/replay_page_state.h: what is folded, and the parts that write it. For replay_page*.c. */
#ifndef L1_REPORT_REPLAY_PAGE_STATE_H
#define L1_REPORT_REPLAY_PAGE_STATE_H

#include "report/distribution.h"
#include "report/replay_page.h"
#include "report/round_trips.h"
#include "report/series.h"
#include "report/tca.h"

#define L1_MONTHS_MAX 360
#define L1_WORST_MAX 6
#define L1_DAY_NS INT64_C(86400000000000)

/* What parents cost. */
typedef struct {
    l1_tca_totals totals;
    uint64_t children;
    int64_t wanted_e8; /* quantities at the decision's mids, of those that `totals` summed */
} l1_page_cost;

typedef struct {
    l1_series price, exposure; /* e8; ratio of equity */
    l1_marks buys, sells, stops;
    int64_t mid_e8, total_e8, value_e8; /* last mid; base held; their product */
    int64_t threshold_e8;               /* of the gate's ensemble, last seen; L1_OFF = none */
    uint64_t signals, statuses[L1_REPORT_STATUS_COUNT];
    uint64_t rejected[L1_RULE_COUNT];  /* final reports without execution, by reason */
    int64_t traded_e8, fees_e8;        /* quote; fees valued when they were taken */
    l1_distribution slippage;          /* against the mid at arrival */
    l1_page_cost costs[L1_ALGO_COUNT]; /* by the schedule that was chosen */
} l1_page_symbol;

typedef struct {
    int32_t month; /* year x 12 + month */
    int64_t end_e8;
} l1_page_month;

typedef struct {
    char signal_id[L1_SIGNAL_ID_MAX];
    int32_t symbol;
    l1_side side;
    int64_t at_ns, qty_e8, price_e8, slippage_bp_e8;
} l1_page_fill;

typedef struct {
    uint64_t count;
    int64_t last_ns;
    int32_t symbol;
    char message[256];
} l1_page_alert;

struct l1_replay_page {
    const l1_limits *limits;
    uint64_t events[L1_EVENT_COUNT];
    int64_t first_ns, last_ns;
    int64_t begin_ns; /* where charts and returns begin: the first signal, if nothing was held */
    bool signaled;

    bool priced; /* equity is known */
    int64_t quote_e8, equity_e8, flows_e8;
    uint64_t changes_count, snapshots;
    int64_t snapshot_ts_ns, exposed_ns, sampled_ns, exposure_e8;
    l1_i128 exposure_sum; /* ratio x ns */
    l1_series equity, drawdown, exposure;
    int64_t start_e8, peak_e8, peak_ns; /* equity less flows */
    int64_t deepest_e8, deepest_ns, deepest_peak_ns;

    int64_t day, day_ends_ns; /* of the last sample */
    int64_t day_end_e8;       /* own money at the end of the day before */
    uint64_t days;
    double day_sum, day_squares; /* of daily returns */
    uint32_t months_count;
    l1_page_month months[L1_MONTHS_MAX];

    uint64_t duplicates, protections;
    l1_round_trips trips;
    l1_outcomes vetoed;
    l1_distribution slippage;                      /* of all symbols */
    l1_page_cost costs;                            /* of all symbols */
    uint64_t chosen[L1_ALGO_COUNT][L1_ALGO_COUNT]; /* [asked for][chosen] */
    l1_head head;
    l1_page_alert alerts[L1_ALERT_COUNT];
    uint32_t worst_count;
    l1_page_fill worst[L1_WORST_MAX];

    l1_series_point points[L1_SERIES_POINTS_MAX]; /* while writing */
    l1_page_symbol symbols[];                     /* one more: of no configured symbol */
};

/* Money of the account less what was put in or taken out. */
int64_t l1_page_own_e8(const l1_replay_page *page);

/* Sums over the symbols. */
uint64_t l1_page_signals(const l1_replay_page *page);
uint64_t l1_page_status(const l1_replay_page *page, l1_report_status status);
uint64_t l1_page_executed(const l1_replay_page *page);
uint64_t l1_page_rejected(const l1_replay_page *page, l1_rule rule);
int64_t l1_page_fees_e8(const l1_replay_page *page);
int64_t l1_page_traded_e8(const l1_replay_page *page);

/* --- sections, in the order of the page --- */
void l1_page_put_head(const l1_replay_page *page, FILE *out);
void l1_page_put_summary(const l1_replay_page *page, FILE *out);
void l1_page_put_equity(l1_replay_page *page, FILE *out);
void l1_page_put_fills(l1_replay_page *page, FILE *out);
void l1_page_put_signals(const l1_replay_page *page, FILE *out);
void l1_page_put_scores(const l1_replay_page *page, FILE *out);
void l1_page_put_costs(const l1_replay_page *page, FILE *out);
void l1_page_put_slippage(const l1_replay_page *page, FILE *out); /* a part of the costs */
void l1_page_put_comparison(const l1_replay_page *page, const l1_comparison *comparison, FILE *out);
void l1_page_put_alerts(const l1_replay_page *page, FILE *out);
void l1_page_put_facts(const l1_replay_page *page, const l1_replay_facts *facts, FILE *out);

/* <data value="EXACT">rounded</data>. */
void l1_page_put_decimal(int64_t e8, int digits, FILE *out);
void l1_page_put_exact(int64_t e8, FILE *out);
void l1_page_put_count(uint64_t count, FILE *out);
/* "no data" in the place of a section's content. */
void l1_page_put_nothing(const char *text, FILE *out);

#endif
