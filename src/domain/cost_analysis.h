/* domain/cost_analysis.h: what one parent order cost (transaction cost analysis).
 *
 * Integer folds over its fills and the market around it. Shortfall after Perold (1988), per parent
 * of quantity Q of which F executed, side = +1 buy, -1 sell, P_dec = mid at the decision (when the
 * signal was made: its ts; without a mid of that time, at arrival), P_arr = mid at arrival, P_end =
 * mid at the parent's end:
 *   delay       side x F x (P_arr - P_dec)
 *   trading     side x (sum f_i p_i - F x P_arr)
 *   opportunity side x (Q - F) x (P_end - P_dec)
 *   fees        commission in quote; in base valued at the fill's price
 *   shortfall   their sum: exact in 1e-8 of quote
 * In basis points each is divided by Q x P_dec.
 * Markout at h seconds: side x (mid(t + h) - fill price) / fill price in bp, weighted by quantity,
 * from each fill's own time; positive = the price went on in the order's direction.
 * Units: e8 decimals; bp are e8 too; L1_OFF = unknown. Determinism: pure. */
#ifndef L1_DOMAIN_COST_ANALYSIS_H
#define L1_DOMAIN_COST_ANALYSIS_H

#include "base/archive.h"
#include "domain/limits.h"
#include "domain/signal.h"

#define L1_MARKOUTS 3 /* 1, 10 and 60 s */
extern const int64_t l1_markout_ns[L1_MARKOUTS];

/* Running sums of one parent. */
typedef struct {
    l1_side side;
    int64_t qty_e8;                                            /* Q: after the decision */
    int64_t decision_mid_e8, arrival_mid_e8, end_mid_e8;       /* L1_OFF = unknown */
    int64_t started_ns, first_fill_ns, last_fill_ns, ended_ns; /* L1_OFF = not yet */
    int64_t executed_e8, quote_e8, maker_e8, fees_quote_e8;
    int64_t market_volume_e8, market_quote_e8; /* traded in the market from start to end */
    uint32_t children, fills;
    l1_algo asked, chosen;
} l1_cost_sums;

/* What is reported. */
typedef struct {
    int64_t decision_mid_e8, arrival_mid_e8, vwap_e8, market_vwap_e8;
    int64_t arrival_slippage_bp_e8; /* VWAP against the arrival mid; positive = worse */
    int64_t vwap_slippage_bp_e8;    /* against the market's VWAP of the interval */
    int64_t delay_e8, trading_e8, opportunity_e8, fees_e8, shortfall_e8; /* quote */
    int64_t shortfall_bp_e8;
    int64_t fill_ratio_e8, participation_e8, maker_share_e8;
    int64_t duration_ns; /* start to last fill */
    uint32_t children, fills;
    l1_algo asked, chosen;
} l1_cost_analysis;

void l1_cost_begin(l1_cost_sums *sums, l1_side side, int64_t qty_e8, int64_t decision_mid_e8,
                   int64_t arrival_mid_e8, int64_t now_ns);
/* One fill; `fee_quote_e8` is commission valued in quote. */
void l1_cost_fill(l1_cost_sums *sums, int64_t price_e8, int64_t qty_e8, int64_t quote_e8,
                  int64_t fee_quote_e8, bool maker, int64_t now_ns);
void l1_cost_market(l1_cost_sums *sums, int64_t qty_e8,
                    int64_t quote_e8); /* a public trade or bar */
void l1_cost_end(l1_cost_sums *sums, int64_t end_mid_e8, int64_t now_ns);
l1_cost_analysis l1_cost_analyse(const l1_cost_sums *sums);

void l1_cost_sums_archive(l1_archive *archive, l1_cost_sums *sums);
void l1_cost_analysis_archive(l1_archive *archive, l1_cost_analysis *analysis);

#endif
