/* bus/codec/messages.c: the rows of every message, in the order in which senders write them. */
#include "bus/codec/messages.h"

#include "bus/codec/decode.h"

/* A row is KIND(key, MUST or MAY, ..., member of l1_decoded). */
#define MUST true
#define MAY false
#define NAMED(text, shown) .key = (text), .name = (shown), .key_size = sizeof(text) - 1
#define AT(member) .offset = (uint16_t)offsetof(l1_decoded, member)
#define AND_AT(member) .second = (uint16_t)offsetof(l1_decoded, member)
#define SIZE_OF(member) .capacity = (uint16_t)sizeof(((l1_decoded *)0)->member)
#define ROW(text, shown, its_kind, need)                                                           \
    NAMED(text, shown), .kind = L1_KIND_##its_kind, .required = (need)

/* clang-format off */
#define KNOWN(text) {ROW(text, text, KNOWN, MAY)}
#define DECIMAL(text, need, member) DECIMAL_IN(text, text, need, -INT64_MAX, INT64_MAX, member)
#define DECIMAL_IN(text, shown, need, lowest, highest, member) \
    {ROW(text, shown, DECIMAL, need), .min = (lowest), .max = (highest), AT(member)}
#define INTEGER_IN(text, shown, need, lowest, highest, member) \
    {ROW(text, shown, INTEGER, need), .min = (lowest), .max = (highest), AT(member)}
#define COUNT(text, need, member) INTEGER_IN(text, text, need, 0, INT64_MAX, member)
#define TIME(text, need, member) {ROW(text, text, TIME, need), AT(member)}
#define TEXT(text, shown, need, member) {ROW(text, shown, TEXT, need), AT(member), SIZE_OF(member)}
#define CHOICE(text, shown, need, list, member) \
    {ROW(text, shown, CHOICE, need), .choices = (list), \
     .choices_count = sizeof(list) / sizeof((list)[0]), AT(member)}
#define BOOL(text, need, member) {ROW(text, text, BOOL, need), AT(member)}
#define SYMBOL(need, member) {ROW("symbol", "symbol", SYMBOL, need), AT(member)}
#define OBJECT(text, table) {ROW(text, text, OBJECT, MAY), .inner = &(table)}
#define PAIRED(text, its_kind, member, other) \
    {ROW(text, text, its_kind, MUST), AT(member), AND_AT(other)}
#define TABLE(list) {.rows = (list), .count = sizeof(list) / sizeof((list)[0])}
#define ENVELOPE KNOWN("topic"), COUNT("client_seq", MAY, client_seq)
/* clang-format on */

_Static_assert(sizeof(l1_decoded) <= UINT16_MAX, "an offset into it fits");
_Static_assert(sizeof(l1_side) == sizeof(unsigned), "a choice is stored as an unsigned int");
_Static_assert(offsetof(l1_decoded, topic) == 0, "offset 0 means that a choice is not stored");

/* ---- signals ----------------------------------------------------------------------------- */

#define SIGNAL(member) event.as.signal.member

static const char *const sides[] = {[L1_SIDE_BUY] = "buy", [L1_SIDE_SELL] = "sell"};
_Static_assert(sizeof sides / sizeof sides[0] == L1_SIDE_COUNT, "every side has its word");

/* A correlation outside [-1, 1] is no malformed message: the rule counts it as 1. */
static const l1_field context_rows[] = {
    TEXT("regime", "strategy_context.regime", MAY, SIGNAL(regime)),
    DECIMAL_IN("correlation_btc_eth", "strategy_context.correlation_btc_eth", MAY, -INT64_MAX,
               INT64_MAX, SIGNAL(correlation_e8)),
};
static const l1_field_table context_table = {.rows = context_rows, .count = 2, .open = true};

/* A year: no plan is longer, and sums of nanoseconds stay far from their limit. */
#define DURATION_S_MAX INT64_C(31536000)
#define SLICES_MAX INT64_C(1000000)
static const l1_field execution_rows[] = {
    {ROW("algo", "execution.algo", CHOICE, MAY), .choices = l1_algo_texts,
     .choices_count = L1_ALGO_COUNT, AT(SIGNAL(algo))},
    INTEGER_IN("duration_s", "execution.duration_s", MAY, 0, DURATION_S_MAX, SIGNAL(duration_s)),
    INTEGER_IN("slices_max", "execution.slices_max", MAY, 1, SLICES_MAX, SIGNAL(slices_max)),
};
static const l1_field_table execution_table = TABLE(execution_rows);

/* Numbers that are zero or negative, and a missing stop_loss, are for the rules to judge. */
static const l1_field signal_rows[] = {
    ENVELOPE,
    {ROW("signal_id", "signal_id", SIGNAL_ID, MUST), AT(SIGNAL(id)), SIZE_OF(SIGNAL(id))},
    {ROW("symbol", "symbol", SYMBOL_TEXT, MUST), AT(SIGNAL(symbol_text)),
     SIZE_OF(SIGNAL(symbol_text)), AND_AT(SIGNAL(symbol))},
    CHOICE("side", "side", MUST, sides, SIGNAL(side)),
    DECIMAL("qty", MUST, SIGNAL(qty_e8)),
    DECIMAL("stop_loss", MAY, SIGNAL(stop_loss_e8)),
    DECIMAL("price", MAY, SIGNAL(price_e8)),
    DECIMAL("take_profit", MAY, SIGNAL(take_profit_e8)),
    TIME("ts", MAY, SIGNAL(ts_ns)),
    TIME("expires_at", MAY, SIGNAL(expires_at_ns)),
    TEXT("strategy_id", "strategy_id", MAY, SIGNAL(strategy_id)),
    DECIMAL_IN("confidence", "confidence", MAY, 0, L1_E8, SIGNAL(confidence_e8)),
    OBJECT("strategy_context", context_table),
    OBJECT("execution", execution_table),
};
const l1_field_table l1_signal_fields = TABLE(signal_rows);

/* ---- market ------------------------------------------------------------------------------ */

#define BAR(member) event.as.bar.member
#define BOOK(member) event.as.book.member
#define TRADE(member) event.as.trade.member

static const char *const intervals[] = {"1m"};

/* Signs and order of the numbers are checked by l1_bar_fault and l1_book_fault. */
static const l1_field bar_rows[] = {
    ENVELOPE,
    KNOWN("type"),
    SYMBOL(MUST, BAR(symbol)),
    CHOICE("interval", "interval", MUST, intervals, topic /* offset 0: checked, not stored */),
    TIME("open_time", MUST, BAR(open_time_ns)),
    TIME("close_time", MUST, BAR(close_time_ns)),
    DECIMAL("open", MUST, BAR(open_e8)),
    DECIMAL("high", MUST, BAR(high_e8)),
    DECIMAL("low", MUST, BAR(low_e8)),
    DECIMAL("close", MUST, BAR(close_e8)),
    DECIMAL("volume", MUST, BAR(volume_e8)),
    DECIMAL("quote_volume", MUST, BAR(quote_volume_e8)),
    COUNT("trades", MUST, BAR(trades)),
    DECIMAL("taker_buy_volume", MUST, BAR(taker_buy_volume_e8)),
};
const l1_field_table l1_bar_fields = TABLE(bar_rows);

static const l1_field book_rows[] = {
    ENVELOPE,
    KNOWN("type"),
    SYMBOL(MUST, BOOK(symbol)),
    TIME("ts", MUST, BOOK(ts_ns)),
    PAIRED("bids", LEVELS, BOOK(bids), BOOK(bids_count)),
    PAIRED("asks", LEVELS, BOOK(asks), BOOK(asks_count)),
};
const l1_field_table l1_book_fields = TABLE(book_rows);

static const l1_field trade_rows[] = {
    ENVELOPE,
    KNOWN("type"),
    SYMBOL(MUST, TRADE(symbol)),
    TIME("ts", MUST, TRADE(ts_ns)),
    DECIMAL_IN("price", "price", MUST, 1, INT64_MAX, TRADE(price_e8)),
    DECIMAL_IN("qty", "qty", MUST, 1, INT64_MAX, TRADE(qty_e8)),
    COUNT("trade_id", MUST, TRADE(trade_id)),
    BOOL("buyer_maker", MUST, TRADE(buyer_maker)),
};
const l1_field_table l1_trade_fields = TABLE(trade_rows);

/* ---- portfolio, control, subscribe ------------------------------------------------------- */

#define PORTFOLIO(member) event.as.portfolio.member
#define CONTROL(member) event.as.control.member

static const l1_field portfolio_rows[] = {
    ENVELOPE,
    TIME("ts", MUST, PORTFOLIO(ts_ns)),
    DECIMAL("equity", MAY, PORTFOLIO(equity_e8)), /* absent violates the rules that need it */
    PAIRED("balances", BALANCES, PORTFOLIO(free_e8), PORTFOLIO(locked_e8)),
    DECIMAL("correlation_btc_eth", MAY, PORTFOLIO(correlation_e8)),
};
const l1_field_table l1_portfolio_fields = TABLE(portfolio_rows);

static const char *const commands[] = {
    [L1_CONTROL_HALT] = "halt",
    [L1_CONTROL_RESUME] = "resume",
    [L1_CONTROL_HALT_SYMBOL] = "halt_symbol",
    [L1_CONTROL_RESUME_SYMBOL] = "resume_symbol",
    [L1_CONTROL_REDUCE_ONLY] = "reduce_only",
    [L1_CONTROL_CANCEL_ALL] = "cancel_all",
    [L1_CONTROL_STATUS] = "status",
    [L1_CONTROL_RELOAD_MODELS] = "reload_models",
};
_Static_assert(sizeof commands / sizeof commands[0] == L1_CONTROL_COUNT, "every command is named");

static const l1_field control_rows[] = {
    ENVELOPE,
    CHOICE("command", "command", MUST, commands, CONTROL(command)),
    SYMBOL(MAY, CONTROL(symbol)),
    TEXT("reason", "reason", MAY, CONTROL(reason)),
    TIME("ts", MAY, ts_ns),
};
const l1_field_table l1_control_fields = TABLE(control_rows);

static const l1_field subscribe_rows[] = {
    ENVELOPE,
    {ROW("topics", "topics", TOPICS, MUST), AT(subscribe.topics)},
    COUNT("from", MAY, subscribe.from),
};
const l1_field_table l1_subscribe_fields = TABLE(subscribe_rows);
