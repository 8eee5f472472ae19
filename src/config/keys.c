/* config/keys.c: every key of the configuration: unit, type, home, bounds, default, rule, help.
 *
 * Order of rows is the order of `l1 config show` and of docs/configuration.md; rows of a group
 * stand together. A minimum that could be zero starts at 0.00000001: a zero there would switch
 * its rule off in silence, which only a null may do. */
#include "config/keys.h"

#include "config/config.h"

#define LIMIT(field) L1_HOME_LIMITS, offsetof(l1_limits, field), sizeof(((l1_limits *)0)->field)
#define SETTING(field)                                                                             \
    L1_HOME_SETTINGS, offsetof(l1_settings, field), sizeof(((l1_settings *)0)->field)
#define SYMBOL(field)                                                                              \
    L1_HOME_SYMBOL, offsetof(l1_instrument, field), sizeof(((l1_instrument *)0)->field)
#define BALANCE L1_HOME_BALANCE, offsetof(l1_limits, paper_balance_e8), sizeof(int64_t)

#define DAY_MS 86400000
#define MEBI INT64_C(1048576)
#define LARGEST (INT64_C(10000000000) * L1_E8) /* 1e10: a sum of nine still fits int64 e8 */
#define NEVER_OFF NULL
#define REQUIRED NULL

static const char *const modes[] = {"paper", "live", "replay", NULL};
static const char *const syncs[] = {"group", "none", NULL};
static const char *const clocks[] = {"real", "events", NULL};
static const char *const log_formats[] = {"text", "json", NULL};
static const char *const heads[] = {"survival", "movement", "direction", "trend", NULL};
static const char *const queues[] = {"risk_averse", "power", "log", NULL};
static const char *const thresholds[] = {"operating", "f1", NULL};

/* clang-format off */
const l1_key l1_keys[] = {
    {"mode", "-", L1_KEY_ENUM, LIMIT(mode), 0, 0, "paper", NEVER_OFF, modes,
     "paper simulates the venue, replay simulates it on history, live sends real orders"},
    {"engine_id", "-", L1_KEY_NAME, LIMIT(engine_id), 1, L1_ENGINE_ID_MAX - 1, "l1-1", NEVER_OFF,
     NULL, "names this engine in order ids, journal and bus subjects; never change it while orders "
     "are open"},
    {"bus", "-", L1_KEY_BUS, SETTING(bus), 1, L1_BUS_TEXT_MAX - 1, "stdio", NEVER_OFF, NULL,
     "where messages come from and reports go to"},

    {"clock.source", "-", L1_KEY_ENUM, LIMIT(clock_from_events), 0, 0, "real", NEVER_OFF, clocks,
     "real: time is the machine's; events: time is that of the messages (always so in replay)"},
    {"clock.jump_ms", "ms", L1_KEY_MILLIS, LIMIT(clock_jump_ns), 1, DAY_MS, "5000", "clock jump",
     NULL, "a forward jump of the clock over this denies entries until fresh data arrives"},

    {"journal.dir", "-", L1_KEY_PATH, SETTING(journal_dir), 1, L1_PATH_TEXT_MAX - 1,
     "data/journal", NEVER_OFF, NULL, "folder of the journal; one engine holds its lock"},
    {"journal.sync", "-", L1_KEY_ENUM, SETTING(journal_sync), 0, 0, "group", NEVER_OFF, syncs,
     "group: effects leave after their record is durable; none: unsafe, refused in live"},
    {"journal.sync_ms", "ms", L1_KEY_MILLIS, SETTING(journal_sync_ns), 1, 1000, "100", NEVER_OFF,
     NULL, "longest time a record without effects waits to become durable"},
    {"journal.size_max", "bytes", L1_KEY_COUNT, SETTING(journal_size_max), 128 * MEBI,
     MEBI * MEBI, "10737418240", NEVER_OFF, NULL,
     "the journal's whole size; when reached, entries are denied and exits go on"},
    {"journal.retain_days", "days", L1_KEY_COUNT, SETTING(journal_retain_days), 1, 3650, "7",
     NEVER_OFF, NULL, "closed segments younger than this are kept; signal ids are kept at least a "
     "day"},

    {"signal.ttl_ms", "ms", L1_KEY_MILLIS, LIMIT(signal_ttl_ns), 1, DAY_MS, "5000",
     "SIGNAL_EXPIRED", NULL, "oldest signal that is still acted on"},
    {"signal.future_ms", "ms", L1_KEY_MILLIS, LIMIT(signal_future_ns), 0, DAY_MS, "1000",
     "SIGNAL_FROM_FUTURE", NULL, "how far a signal's time may lie ahead of the clock"},
    {"signal.rate_max", "orders per 60 s", L1_KEY_COUNT, LIMIT(rate_max), 1, 60000, "6000",
     "RATE_LIMIT", NULL, "orders in a sliding minute, all symbols together"},
    {"signal.repeat_max", "orders", L1_KEY_COUNT, LIMIT(repeat_max), 1, 60000, "3",
     "REPEATED_ORDER", NULL, "equal orders (symbol, side, quantity) in the sliding window"},
    {"signal.repeat_window_s", "s", L1_KEY_SECONDS, LIMIT(repeat_window_ns), 1, 60, "10",
     NEVER_OFF, NULL, "length of the window of signal.repeat_max"},
    {"signal.remember_max", "signals", L1_KEY_COUNT, LIMIT(signals_max), 1, 10000000, "1000000",
     NEVER_OFF, NULL, "ids remembered against duplicates, some 105 bytes each, resident from "
     "the start; a table full of ids younger than a day denies"},

    {"market.age_ms_max", "ms", L1_KEY_MILLIS, LIMIT(market_age_ns), 1, DAY_MS, "120000",
     NEVER_OFF, NULL, "oldest book or close that still prices an order"},

    {"portfolio.age_ms_max", "ms", L1_KEY_MILLIS, LIMIT(portfolio_age_ns), 1, DAY_MS, "300000",
     "PORTFOLIO_STALE", NULL, "oldest portfolio snapshot that is still trusted"},
    {"portfolio.quote", "-", L1_KEY_ASSET, LIMIT(quote), 1, L1_ASSET_TEXT_MAX - 1, "USDT",
     NEVER_OFF, NULL, "the asset that every symbol is priced in"},
    {"portfolio.correlation_max", "ratio", L1_KEY_RATIO, LIMIT(correlation_max_e8), 0, L1_E8,
     "0.80", "CORRELATION_LIMIT", NULL,
     "correlation above which portfolio.cross_exposure_max applies"},
    {"portfolio.cross_exposure_max", "ratio of equity", L1_KEY_RATIO, LIMIT(cross_exposure_max_e8),
     0, L1_E8, "0.25", "CORRELATION_LIMIT", NULL,
     "summed exposure of all assets while they are correlated"},
    {"portfolio.drawdown_max", "ratio of equity", L1_KEY_RATIO, LIMIT(drawdown_max_e8), 0, L1_E8,
     "0.05", "DRAWDOWN_PORTFOLIO", NULL, "loss of all symbols together that stops entries"},

    {"order.timeout_ms", "ms", L1_KEY_MILLIS, LIMIT(order_timeout_ns), 1, 600000, "2000",
     NEVER_OFF, NULL, "an order without an outcome for this long counts as unknown"},
    {"order.naked_ms_max", "ms", L1_KEY_MILLIS, LIMIT(naked_ns), 1, 600000, "1000", NEVER_OFF,
     NULL, "longest time a fill may stand without a live stop"},
    {"order.open_max", "orders", L1_KEY_COUNT, LIMIT(orders_max), 1, 4096, "256", NEVER_OFF, NULL,
     "own orders and stops open at once, all symbols together"},

    {"execution.algo", "-", L1_KEY_ENUM, LIMIT(execution_algo), 0, 0, "auto", NEVER_OFF,
     l1_algo_texts,
     "schedule of a signal that asks for none, or for auto; auto: the least expected cost + risk"},
    {"execution.duration_s", "s", L1_KEY_SECONDS, LIMIT(execution_duration_ns), 0, 86400, "60",
     NEVER_OFF, NULL, "a schedule's time from first to last, unless the signal says otherwise; 0: "
     "single orders only"},
    {"execution.slices_max", "children", L1_KEY_COUNT, LIMIT(execution_slices_max), 1,
     L1_CHILDREN_MAX, "10", NEVER_OFF, NULL, "most children of one order, unless the signal says "
     "otherwise"},
    {"execution.participation", "ratio of volume", L1_KEY_RATIO, LIMIT(execution_participation_e8),
     1, L1_E8, "0.05", NEVER_OFF, NULL, "pov: share of the market's volume"},
    {"execution.risk_aversion", "cost of a standard deviation", L1_KEY_DECIMAL,
     LIMIT(execution_risk_aversion_e8), 0, 1000 * L1_E8, "1", NEVER_OFF, NULL,
     "auto and is: what a standard deviation of the price while waiting counts as, in cost"},
    {"execution.impact_coefficient", "multiple", L1_KEY_DECIMAL, LIMIT(execution_impact_e8), 0,
     1000 * L1_E8, "1", NEVER_OFF, NULL,
     "Y of the impact Y x daily volatility x (quantity / day's volume) ^ exponent"},
    {"execution.impact_exponent", "-", L1_KEY_RATIO, LIMIT(execution_impact_exponent_e8),
     L1_E8 / 10, L1_E8, "0.5", NEVER_OFF, NULL, "exponent of the impact"},
    {"execution.look_ms", "ms", L1_KEY_MILLIS, LIMIT(execution_look_ns), 100, 600000, "1000",
     NEVER_OFF, NULL, "pov and iceberg: time between two looks; least time between two children"},

    {"venue.silence_ms_max", "ms", L1_KEY_MILLIS, LIMIT(venue_silence_ns), 1, DAY_MS, "10000",
     "VENUE_DOWN", NULL, "live only: a venue silent for longer than this denies entries"},

    {"paper.balances.*", "asset", L1_KEY_DECIMAL, BALANCE, 0, LARGEST, "0", NEVER_OFF, NULL,
     "start of the simulated account; the quote or the base of a symbol. Without this map the "
     "account starts with 100000 of the quote; in the map an asset that is not listed has 0"},
    {"paper.taker_fee", "ratio", L1_KEY_RATIO, LIMIT(taker_fee_e8), 0, L1_E8 / 10, "0.001",
     NEVER_OFF, NULL, "commission on a fill that takes liquidity"},
    {"paper.maker_fee", "ratio", L1_KEY_RATIO, LIMIT(maker_fee_e8), 0, L1_E8 / 10, "0.001",
     NEVER_OFF, NULL, "commission on a fill that makes liquidity"},
    {"paper.commission", "-", L1_KEY_NAME, SETTING(paper_commission), 1, L1_ASSET_TEXT_MAX - 1,
     "received", NEVER_OFF, NULL, "what commission is taken in: received, base, quote, or an asset "
     "that is a symbol's base; one that the account cannot pay is taken in the asset received"},
    {"paper.queue", "-", L1_KEY_ENUM, LIMIT(queue), 0, 0, "risk_averse", NEVER_OFF, queues,
     "how a resting order moves up when others cancel: not at all (risk_averse), or by a power or "
     "logarithmic law"},
    {"paper.queue_power", "-", L1_KEY_COUNT, LIMIT(queue_power), 1, 4, "3", NEVER_OFF, NULL,
     "n of paper.queue power: back^n / (back^n + front^n) of cancels come from behind"},
    {"paper.latency_ms", "ms", L1_KEY_MILLIS, LIMIT(paper_latency_ns), 0, 60000, "50", NEVER_OFF,
     NULL, "time from sending an order to its arrival at the simulated venue"},
    {"paper.feed_latency_ms", "ms", L1_KEY_MILLIS, LIMIT(paper_feed_ns), 0, 60000, "0", NEVER_OFF,
     NULL, "age of market data on arrival: an order meets the market that is told this much later"},
    {"paper.response_latency_ms", "ms", L1_KEY_MILLIS, LIMIT(paper_response_ns), 0, 60000, "0",
     NEVER_OFF, NULL, "time from the simulated venue's answer to its arrival"},
    {"paper.latency_table_ms", "ms", L1_KEY_DELAYS, LIMIT(paper_latencies), 0, 60000, "[]",
     NEVER_OFF, NULL, "values each latency is drawn from, instead of paper.latency_ms"},
    {"paper.feed_latency_table_ms", "ms", L1_KEY_DELAYS, LIMIT(paper_feeds), 0, 60000, "[]",
     NEVER_OFF, NULL, "the same instead of paper.feed_latency_ms"},
    {"paper.response_latency_table_ms", "ms", L1_KEY_DELAYS, LIMIT(paper_responses), 0, 60000,
     "[]", NEVER_OFF, NULL, "the same instead of paper.response_latency_ms"},
    {"paper.seed", "-", L1_KEY_COUNT, LIMIT(paper_seed), 0, 4294967295, "1", NEVER_OFF, NULL,
     "seed of what is drawn"},

    {"ai.required", "-", L1_KEY_BOOL, LIMIT(ai_required), 0, 0, "true", NEVER_OFF, NULL,
     "true: a signal without good scores is rejected; false: scores are reported, never reject"},
    {"ai.models", "-", L1_KEY_PATH, SETTING(ai_models), 1, L1_PATH_TEXT_MAX - 1, "models/L1",
     NEVER_OFF, NULL,
     "folder of the model bundle; a relative path counts from the working directory"},
    {"ai.gate", "-", L1_KEY_LIST, LIMIT(ai_gate), 0, 0, "[survival]", NEVER_OFF, heads,
     "heads whose scores may reject a signal"},
    {"ai.shadow", "-", L1_KEY_LIST, LIMIT(ai_shadow), 0, 0, "[movement, direction, trend]",
     NEVER_OFF, heads, "heads that are scored and reported only"},
    {"ai.threshold", "-", L1_KEY_ENUM, LIMIT(ai_threshold), 0, 0, "operating", NEVER_OFF,
     thresholds, "which of the bundle's thresholds a score has to reach"},

    {"report.metrics_interval_s", "s", L1_KEY_SECONDS, SETTING(report_metrics_interval_ns), 1,
     86400, "60", NEVER_OFF, NULL, "time between two metrics messages"},
    {"log.format", "-", L1_KEY_ENUM, SETTING(log_format), 0, 0, "text", NEVER_OFF, log_formats,
     "how log lines on stderr are written"},

    {"symbols.*.enabled", "-", L1_KEY_BOOL, SYMBOL(enabled), 0, 0, "true", NEVER_OFF, NULL,
     "false: signals for the symbol are rejected as UNKNOWN_SYMBOL"},
    {"symbols.*.qty_min", "base", L1_KEY_DECIMAL, SYMBOL(qty_min_e8), 1, LARGEST, REQUIRED,
     "QTY_MIN", NULL, "smallest quantity of a signal; a multiple of venue.lot"},
    {"symbols.*.qty_max", "base", L1_KEY_DECIMAL, SYMBOL(qty_max_e8), 1, LARGEST, REQUIRED,
     "QTY_MAX", NULL, "largest quantity of a signal"},
    {"symbols.*.notional_min", "quote", L1_KEY_DECIMAL, SYMBOL(notional_min_e8), 1, LARGEST,
     REQUIRED, "NOTIONAL_MIN", NULL, "smallest quantity x mid of a signal"},
    {"symbols.*.notional_max", "quote", L1_KEY_DECIMAL, SYMBOL(notional_max_e8), 1, LARGEST,
     REQUIRED, "NOTIONAL_MAX", NULL, "largest quantity x mid of a signal"},
    {"symbols.*.exposure_max", "ratio of equity", L1_KEY_RATIO, SYMBOL(exposure_max_e8), 0, L1_E8,
     REQUIRED, "EXPOSURE_LIMIT", NULL, "largest share of equity held in the base"},
    {"symbols.*.drawdown_max", "ratio of equity", L1_KEY_RATIO, SYMBOL(drawdown_max_e8), 0, L1_E8,
     REQUIRED, "DRAWDOWN_SYMBOL", NULL, "loss on the symbol that stops its entries"},
    {"symbols.*.balance_min", "quote", L1_KEY_DECIMAL, SYMBOL(balance_min_e8), 0, LARGEST,
     REQUIRED, "BALANCE_MIN", NULL, "free quote that a buy has to leave"},
    {"symbols.*.slippage_max", "ratio", L1_KEY_RATIO, SYMBOL(slippage_max_e8), 0, L1_E8 - 1,
     REQUIRED, NEVER_OFF, NULL, "how far from mid an order may execute; makes its worst price"},
    {"symbols.*.spread_max", "ratio of mid", L1_KEY_RATIO, SYMBOL(spread_max_e8), 0, L1_E8,
     REQUIRED, "SPREAD", NULL, "widest spread in which an order is sent"},
    {"symbols.*.price_collar", "ratio of mid", L1_KEY_RATIO, SYMBOL(price_collar_e8), 0, L1_E8,
     REQUIRED, "PRICE_COLLAR", NULL, "how far a signal's price may lie from mid"},
    {"symbols.*.liquidity_factor", "multiple of quantity", L1_KEY_DECIMAL,
     SYMBOL(liquidity_factor_e8), 1, 1000 * L1_E8, REQUIRED, "LIQUIDITY (book)", NULL,
     "what the book has to hold within slippage_max of mid"},
    {"symbols.*.participation_max", "ratio of a bar's volume", L1_KEY_RATIO,
     SYMBOL(participation_max_e8), 0, L1_E8, REQUIRED, "LIQUIDITY (bar)", NULL,
     "without a book: largest quantity against the last closed bar's volume"},
    {"symbols.*.volatility_target", "daily volatility", L1_KEY_DECIMAL,
     SYMBOL(volatility_target_e8), 1, 10 * L1_E8, REQUIRED, "VOLATILITY", NULL,
     "the quantity shrinks while daily volatility is above this"},
    {"symbols.*.stop.distance_min", "ratio of mid", L1_KEY_RATIO, SYMBOL(stop_distance_min_e8), 1,
     L1_E8, REQUIRED, "STOP_LOSS_DISTANCE (near)", NULL, "nearest stop-loss"},
    {"symbols.*.stop.distance_max", "ratio of mid", L1_KEY_RATIO, SYMBOL(stop_distance_max_e8), 1,
     L1_E8, REQUIRED, "STOP_LOSS_DISTANCE (far)", NULL, "farthest stop-loss"},
    {"symbols.*.stop.sigma_min", "multiple of hourly volatility", L1_KEY_DECIMAL,
     SYMBOL(stop_sigma_min_e8), 1, 100 * L1_E8, REQUIRED, "STOP_LOSS_TOO_TIGHT", NULL,
     "nearest stop-loss against the noise of the last hour"},
    {"symbols.*.stop.atr_max", "multiple of ATR", L1_KEY_DECIMAL, SYMBOL(stop_atr_max_e8), 1,
     1000 * L1_E8, REQUIRED, "ATR_STOP", NULL, "a stop-loss farther than this is tightened to it"},
    {"symbols.*.venue.tick", "quote", L1_KEY_DECIMAL, SYMBOL(tick_e8), 1, LARGEST, REQUIRED,
     NEVER_OFF, NULL, "step of prices at the venue"},
    {"symbols.*.venue.lot", "base", L1_KEY_DECIMAL, SYMBOL(lot_e8), 1, LARGEST, REQUIRED,
     NEVER_OFF, NULL, "step of quantities at the venue"},
    {"symbols.*.venue.min_notional", "quote", L1_KEY_DECIMAL, SYMBOL(venue_min_notional_e8), 0,
     LARGEST, REQUIRED, NEVER_OFF, NULL, "smallest price x quantity that the venue accepts"},
    {"symbols.*.venue.max_algo_orders", "orders", L1_KEY_COUNT, SYMBOL(max_algo_orders), 1, 200,
     REQUIRED, NEVER_OFF, NULL, "stops that may rest at the venue at once"},
    {"symbols.*.venue.opo", "-", L1_KEY_BOOL, SYMBOL(opo), 0, 0, REQUIRED, NEVER_OFF, NULL,
     "true: the venue takes an entry and its stop as one list"},
    {"symbols.*.venue.oto", "-", L1_KEY_BOOL, SYMBOL(oto), 0, 0, "false", NEVER_OFF, NULL,
     "true, with opo false: entry and stop go as an OTO list, the stop for what taker_fee leaves"},
    {"symbols.*.venue.min_price", "quote", L1_KEY_DECIMAL,
     SYMBOL(venue.price_min_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "PRICE_FILTER: lowest price; 0 = none"},
    {"symbols.*.venue.max_price", "quote", L1_KEY_DECIMAL,
     SYMBOL(venue.price_max_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "PRICE_FILTER: highest price; 0 = none"},
    {"symbols.*.venue.min_qty", "base", L1_KEY_DECIMAL,
     SYMBOL(venue.qty_min_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "LOT_SIZE: smallest quantity; 0 = none"},
    {"symbols.*.venue.max_qty", "base", L1_KEY_DECIMAL,
     SYMBOL(venue.qty_max_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "LOT_SIZE: largest quantity; 0 = none"},
    {"symbols.*.venue.market_min_qty", "base", L1_KEY_DECIMAL,
     SYMBOL(venue.market_qty_min_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "MARKET_LOT_SIZE: smallest quantity of a market order; 0 = none"},
    {"symbols.*.venue.market_max_qty", "base", L1_KEY_DECIMAL,
     SYMBOL(venue.market_qty_max_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "MARKET_LOT_SIZE: largest quantity of a market order; 0 = none"},
    {"symbols.*.venue.market_lot", "base", L1_KEY_DECIMAL,
     SYMBOL(venue.market_lot_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "MARKET_LOT_SIZE: step of quantities of market orders; 0 = none"},
    {"symbols.*.venue.max_notional", "quote", L1_KEY_DECIMAL,
     SYMBOL(venue.notional_max_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "NOTIONAL: largest price x quantity; 0 = none"},
    {"symbols.*.venue.notional_market", "-", L1_KEY_BOOL,
     SYMBOL(venue.notional_market), 0, 0, "false", NEVER_OFF, NULL,
     "NOTIONAL: true: market orders too, at the last price"},
    {"symbols.*.venue.bid_up", "multiple", L1_KEY_DECIMAL,
     SYMBOL(venue.bid_up_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "PERCENT_PRICE_BY_SIDE: highest price of a buy against the last; 0 = none"},
    {"symbols.*.venue.bid_down", "multiple", L1_KEY_DECIMAL,
     SYMBOL(venue.bid_down_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "PERCENT_PRICE_BY_SIDE: lowest price of a buy against the last; 0 = none"},
    {"symbols.*.venue.ask_up", "multiple", L1_KEY_DECIMAL,
     SYMBOL(venue.ask_up_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "PERCENT_PRICE_BY_SIDE: highest price of a sell against the last; 0 = none"},
    {"symbols.*.venue.ask_down", "multiple", L1_KEY_DECIMAL,
     SYMBOL(venue.ask_down_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "PERCENT_PRICE_BY_SIDE: lowest price of a sell against the last; 0 = none"},
    {"symbols.*.venue.max_position", "base", L1_KEY_DECIMAL,
     SYMBOL(venue.position_max_e8), 0, LARGEST, "0", NEVER_OFF, NULL,
     "MAX_POSITION: base held and in open buys; 0 = none"},
    {"symbols.*.venue.max_orders", "orders", L1_KEY_COUNT,
     SYMBOL(venue.orders_max), 0, 100000, "0", NEVER_OFF, NULL,
     "MAX_NUM_ORDERS: open orders; 0 = none"},
    {"symbols.*.venue.max_order_lists", "lists", L1_KEY_COUNT,
     SYMBOL(venue.lists_max), 0, 100000, "0", NEVER_OFF, NULL,
     "MAX_NUM_ORDER_LISTS: open lists; 0 = none"},
    {"symbols.*.venue.max_iceberg_parts", "parts", L1_KEY_COUNT,
     SYMBOL(venue.iceberg_parts_max), 0, 100000, "0", NEVER_OFF, NULL,
     "ICEBERG_PARTS: visible parts of an iceberg; 0 = none"},
};
/* clang-format on */

const size_t l1_keys_count = sizeof l1_keys / sizeof l1_keys[0];
_Static_assert(sizeof l1_keys / sizeof l1_keys[0] <= L1_KEYS_MAX, "L1_KEYS_MAX holds every row");
_Static_assert(sizeof(l1_mode) == 4 && sizeof(l1_algo) == 4 && sizeof(bool) == 1,
               "enums and flags have the stored sizes");
