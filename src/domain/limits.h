/* domain/limits.h: every number that the operator may set and the core obeys.
 *
 * Filled once by config/ (or a test) before the core is built; read-only inside. One row per
 * key lives in config/keys.c, which states unit, bounds, default and help.
 * Units:     as named; *_ns nanoseconds; decimals are e8 (base/decimal.h).
 * L1_OFF:    in a field marked "may be off" a null in the configuration: the rule is switched off.
 * Ownership: plain value, no pointers; copied into the engine. */
#ifndef L1_DOMAIN_LIMITS_H
#define L1_DOMAIN_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/decimal.h"

#define L1_SYMBOLS_MAX 64
#define L1_ASSETS_MAX (L1_SYMBOLS_MAX + 1) /* asset 0 is the quote, asset i+1 symbol i's base */
#define L1_SYMBOL_TEXT_MAX 24              /* "BTC/USDT" with its NUL */
#define L1_ASSET_TEXT_MAX 12
#define L1_ENGINE_ID_MAX 33

typedef enum { L1_MODE_PAPER, L1_MODE_LIVE, L1_MODE_REPLAY, L1_MODE_COUNT } l1_mode;

/* Heads of the models; a list of heads is a set of bits 1 << head. */
typedef enum {
    L1_HEAD_SURVIVAL,  /* the stop is not touched within 240 minutes */
    L1_HEAD_MOVEMENT,  /* the range of 240 minutes exceeds its usual size */
    L1_HEAD_DIRECTION, /* the price is higher after 240 minutes */
    L1_HEAD_TREND,     /* EMA60 > EMA240 in 120 minutes: a formula, no model */
    L1_HEAD_COUNT
} l1_head;
typedef enum { L1_THRESHOLD_OPERATING, L1_THRESHOLD_F1, L1_THRESHOLD_COUNT } l1_threshold_kind;

/* How a parent order is cut into children (decision/execution_logic.h). */
typedef enum {
    L1_ALGO_AUTO,
    L1_ALGO_SINGLE,
    L1_ALGO_TWAP,
    L1_ALGO_VWAP,
    L1_ALGO_POV,
    L1_ALGO_ICEBERG,
    L1_ALGO_IS,
    L1_ALGO_COUNT
} l1_algo;
extern const char *const l1_algo_texts[L1_ALGO_COUNT + 1]; /* "auto", ...; NULL ends them */
const char *l1_algo_text(l1_algo algo);                    /* "twap"; static storage */
#define L1_CHILDREN_MAX 32                                 /* children of one parent */
/* What commission is taken in. One that the account cannot pay is taken in what was received. */
typedef enum {
    L1_COMMISSION_RECEIVED, /* the asset that the fill brought */
    L1_COMMISSION_BASE,
    L1_COMMISSION_QUOTE,
    L1_COMMISSION_ASSET /* limits.commission_asset, at that asset's price */
} l1_commission;

/* How a resting order moves up in its queue while others cancel ahead of it. */
typedef enum {
    L1_QUEUE_RISK_AVERSE, /* trades alone move it up: cancels come from behind */
    L1_QUEUE_POWER,       /* P(cancel behind) = back^n / (back^n + front^n), n = queue_power */
    L1_QUEUE_LOG,         /* the same with ln(1 + lots) */
    L1_QUEUE_COUNT
} l1_queue_model;

/* Values that a latency is drawn from, one for each message; without any it is constant. */
#define L1_LATENCIES_MAX 64
typedef struct {
    uint32_t count;
    int64_t ns[L1_LATENCIES_MAX];
} l1_latencies;

/* Further filters of a symbol at the venue (Binance's names in brackets); 0 switches one off. */
typedef struct {
    int64_t price_min_e8, price_max_e8;                          /* [PRICE_FILTER] */
    int64_t qty_min_e8, qty_max_e8;                              /* [LOT_SIZE] */
    int64_t market_qty_min_e8, market_qty_max_e8, market_lot_e8; /* [MARKET_LOT_SIZE] */
    int64_t notional_max_e8;                                     /* [NOTIONAL] */
    bool notional_market;                                   /* [NOTIONAL] also for market orders */
    int64_t bid_up_e8, bid_down_e8, ask_up_e8, ask_down_e8; /* [PERCENT_PRICE_BY_SIDE] */
    int64_t position_max_e8;                                /* [MAX_POSITION] */
    uint32_t orders_max;                                    /* [MAX_NUM_ORDERS] */
    uint32_t lists_max;                                     /* [MAX_NUM_ORDER_LISTS] */
    uint32_t iceberg_parts_max;                             /* [ICEBERG_PARTS] */
} l1_venue_filters;

/* One tradable pair: risk limits and the venue's filters. */
typedef struct {
    char name[L1_SYMBOL_TEXT_MAX]; /* "BTC/USDT" */
    char base[L1_ASSET_TEXT_MAX];  /* "BTC"; the quote is limits.quote for all */
    bool enabled;

    int64_t qty_min_e8, qty_max_e8;           /* base; may be off */
    int64_t notional_min_e8, notional_max_e8; /* quote; may be off */
    int64_t exposure_max_e8;                  /* ratio of equity; may be off */
    int64_t drawdown_max_e8;                  /* ratio of equity; may be off */
    int64_t balance_min_e8;                   /* free quote left after a buy; may be off */
    int64_t slippage_max_e8;                  /* ratio; never off: it makes the worst price */
    int64_t spread_max_e8;                    /* ratio; may be off */
    int64_t price_collar_e8;                  /* ratio; may be off */
    int64_t liquidity_factor_e8;              /* multiple of qty; may be off */
    int64_t participation_max_e8;             /* ratio of a bar's volume; may be off */
    int64_t volatility_target_e8;             /* daily volatility; may be off */
    int64_t stop_distance_min_e8, stop_distance_max_e8; /* ratio of mid; may be off */
    int64_t stop_sigma_min_e8;                          /* multiple; may be off */
    int64_t stop_atr_max_e8;                            /* multiple; may be off */

    int64_t tick_e8, lot_e8;       /* > 0 */
    int64_t venue_min_notional_e8; /* quote; >= 0 */
    uint32_t max_algo_orders;      /* stops that may rest at the venue at once */
    bool opo;                      /* the venue takes entry and stop as one list */
    bool oto; /* the same as OTO where there is no OPO: the stop's quantity is told beforehand */
    l1_venue_filters venue;
} l1_instrument;

typedef struct {
    l1_mode mode;
    char engine_id[L1_ENGINE_ID_MAX];
    char quote[L1_ASSET_TEXT_MAX];

    int64_t signal_ttl_ns;         /* may be off */
    int64_t signal_future_ns;      /* may be off; judged on a real clock only */
    int64_t rate_max;              /* orders in a sliding 60 s; may be off */
    int64_t repeat_max;            /* equal orders in the window; may be off */
    int64_t repeat_window_ns;      /* never off */
    int64_t market_age_ns;         /* never off */
    int64_t portfolio_age_ns;      /* may be off */
    int64_t correlation_max_e8;    /* may be off */
    int64_t cross_exposure_max_e8; /* ratio of equity; may be off */
    int64_t drawdown_max_e8;       /* of the portfolio; may be off */
    int64_t order_timeout_ns;      /* never off */
    int64_t naked_ns;              /* never off */
    int64_t clock_jump_ns;         /* may be off */
    int64_t venue_silence_ns;      /* may be off; LIVE only */

    int64_t paper_balance_e8[L1_ASSETS_MAX]; /* start of the simulated account, by asset index */
    int64_t taker_fee_e8, maker_fee_e8;      /* ratio */
    l1_commission commission;
    int32_t commission_asset; /* L1_COMMISSION_ASSET: its index */
    l1_queue_model queue;
    uint32_t queue_power;      /* L1_QUEUE_POWER: n */
    int64_t paper_latency_ns;  /* from send to the simulated venue (entry) */
    int64_t paper_feed_ns;     /* from the venue's market to here: data are that old */
    int64_t paper_response_ns; /* from the venue's answer to here */
    l1_latencies paper_latencies, paper_feeds, paper_responses; /* instead, where not empty */
    uint32_t paper_seed;                                        /* of what is drawn */

    l1_algo execution_algo;               /* of signals that ask for none, or for AUTO */
    int64_t execution_duration_ns;        /* horizon of a schedule; 0 = single orders only */
    int64_t execution_slices_max;         /* 1 to L1_CHILDREN_MAX */
    int64_t execution_participation_e8;   /* POV: ratio of the market's volume */
    int64_t execution_risk_aversion_e8;   /* what a standard deviation counts as, in cost */
    int64_t execution_impact_e8;          /* Y of the impact law */
    int64_t execution_impact_exponent_e8; /* its exponent, over 0 to 1 */
    int64_t execution_look_ns;            /* between two looks, and least between two slices */

    bool ai_required;
    uint32_t ai_gate, ai_shadow;    /* bits of l1_head: may veto; reported only */
    l1_threshold_kind ai_threshold; /* which of a bundle's thresholds a score has to reach */
    bool clock_from_events;         /* --clock events and replay: time is the messages' own */

    uint32_t signals_max; /* ids remembered */
    uint32_t orders_max;  /* own orders and stops open at once, all symbols */

    uint32_t symbols_count;
    l1_instrument symbols[L1_SYMBOLS_MAX];
} l1_limits;

/* "survival", ...; static storage. */
const char *l1_head_text(l1_head head);

/* The constant, or the value that a hash of (seed, use, number) picks from the table; `use` tells
 * the latencies of one message apart. And the longest. */
int64_t l1_delay_of(int64_t constant_ns, const l1_latencies *table, uint32_t seed, uint32_t use,
                    uint64_t number);
int64_t l1_delay_max(int64_t constant_ns, const l1_latencies *table);

/* Index of the configured symbol named `name`, or -1. */
int l1_limits_symbol(const l1_limits *limits, const char *name);

#endif
