/* domain/cost_analysis.h: what one parent order cost (transaction cost analysis).
 *
 * Integer folds over its fills and the market around it. Shortfall after Perold (1988), per parent
 * of quantity Q of which F executed for C of quote, side = +1 buy, -1 sell, P_dec = mid at the
 * decision (when the signal was made: its ts; without a mid of that time, at arrival), P_arr = mid
 * at arrival, P_end = mid at the parent's end:
 *   delay       side x F x (P_arr - P_dec)
 *   trading     side x (C - F x P_arr)
 *   opportunity side x (Q - F) x (P_end - P_dec)
 *   fees        commission in quote; in base valued at the fill's price
 *   shortfall   their sum, exactly: each product is rounded once, half away from zero, to 1e-8
 * In basis points the shortfall is divided by Q x P_dec, slippage by F x its benchmark.
 * Markout at h seconds: side x (sum f_i mid(t_i + h) - C) / C, in bp, from each fill's own time:
 * its mean over the fills weighted by what they cost; positive = the price went on in the order's
 * direction.
 * Unknown: L1_OFF. A figure that needs an unknown one is unknown itself, and so is one that leaves
 * int64; nothing unknown counts as zero. What never executed has no VWAP, slippage, maker share
 * or duration; its delay and trading are zero because F is.
 * Units: e8 decimals; bp are e8 too. Determinism: pure. */
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

/* Everything else of `sums` is cleared; children, asked and chosen are the caller's to set. */
void l1_cost_begin(l1_cost_sums *sums, l1_side side, int64_t qty_e8, int64_t decision_mid_e8,
                   int64_t arrival_mid_e8, int64_t now_ns);
/* One fill for `quote_e8`; `fee_quote_e8` is commission valued in quote, L1_OFF = unknown. */
void l1_cost_fill(l1_cost_sums *sums, int64_t price_e8, int64_t qty_e8, int64_t quote_e8,
                  int64_t fee_quote_e8, bool maker, int64_t now_ns);
/* A public trade, or a bar that lies in the parent's time. */
void l1_cost_market(l1_cost_sums *sums, int64_t qty_e8, int64_t quote_e8);
void l1_cost_end(l1_cost_sums *sums, int64_t end_mid_e8, int64_t now_ns);
l1_cost_analysis l1_cost_analyse(const l1_cost_sums *sums);

/* side x (value - cost) / cost in bp: `value_e8` is what was traded for `cost_e8`, at later mids.
 */
int64_t l1_cost_markout_bp_e8(l1_side side, int64_t cost_e8, int64_t value_e8);

/* value += more; L1_OFF when one of them is or the sum leaves int64. */
void l1_cost_add(int64_t *value_e8, int64_t more_e8);
/* qty x price to the nearest 1e-8, L1_OFF when one of them is or the product leaves int64. */
int64_t l1_cost_value_e8(int64_t qty_e8, int64_t price_e8);

void l1_cost_sums_archive(l1_archive *archive, l1_cost_sums *sums);
void l1_cost_analysis_archive(l1_archive *archive, l1_cost_analysis *analysis);

#endif
