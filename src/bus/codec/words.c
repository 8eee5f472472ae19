/* bus/codec/words.c: enums in the words of the contract. */
#include "base/assert.h"
#include "bus/codec/encode.h"
#include "bus/codec/messages.h"

const char *l1_report_status_text(l1_report_status status)
{
    static const char *const texts[L1_REPORT_STATUS_COUNT] = {
        [L1_REPORT_UNKNOWN] = "unknown",
        [L1_REPORT_REJECTED] = "rejected",
        [L1_REPORT_FILLED] = "filled",
        [L1_REPORT_PARTIALLY_FILLED] = "partially_filled",
        [L1_REPORT_EXPIRED] = "expired",
        [L1_REPORT_CANCELED] = "canceled",
        [L1_REPORT_STOP_PLACED] = "stop_placed",
        [L1_REPORT_STOP_FILLED] = "stop_filled",
        [L1_REPORT_STOP_PARTIALLY_FILLED] = "stop_partially_filled",
        [L1_REPORT_STOP_CANCELED] = "stop_canceled",
        [L1_REPORT_STOP_REPLACED] = "stop_replaced",
        [L1_REPORT_STOP_FAILED] = "stop_failed",
        [L1_REPORT_LATE_FILL] = "late_fill",
    };
    L1_ASSERT((unsigned)status < L1_REPORT_STATUS_COUNT);
    L1_ASSERT(texts[status] != NULL);
    return texts[status];
}

const char *l1_order_status_text(l1_order_status status)
{
    static const char *const texts[L1_ORDER_STATUS_COUNT] = {
        [L1_ORDER_STATUS_SENT] = "sent",           [L1_ORDER_STATUS_LIVE] = "live",
        [L1_ORDER_STATUS_CANCELING] = "canceling", [L1_ORDER_STATUS_UNKNOWN] = "unknown",
        [L1_ORDER_STATUS_FILLED] = "filled",       [L1_ORDER_STATUS_CANCELED] = "canceled",
        [L1_ORDER_STATUS_EXPIRED] = "expired",     [L1_ORDER_STATUS_REJECTED] = "rejected",
    };
    L1_ASSERT((unsigned)status < L1_ORDER_STATUS_COUNT);
    L1_ASSERT(texts[status] != NULL);
    return texts[status];
}

const char *l1_adjust_rule_text(l1_adjust_rule rule)
{
    static const char *const texts[L1_ADJUST_COUNT] = {
        [L1_ADJUST_LOT] = "LOT",           [L1_ADJUST_VOLATILITY] = "VOLATILITY",
        [L1_ADJUST_EXPOSURE] = "EXPOSURE", [L1_ADJUST_ATR_STOP] = "ATR_STOP",
        [L1_ADJUST_BALANCE] = "BALANCE",   [L1_ADJUST_TAKE_PROFIT] = "TAKE_PROFIT",
        [L1_ADJUST_TICK] = "TICK",
    };
    L1_ASSERT((unsigned)rule < L1_ADJUST_COUNT);
    L1_ASSERT(texts[rule] != NULL);
    return texts[rule];
}

const char *l1_adjusted_field_text(l1_adjusted_field field)
{
    static const char *const texts[L1_FIELD_COUNT] = {
        [L1_FIELD_QTY] = "qty",
        [L1_FIELD_STOP_LOSS] = "stop_loss",
        [L1_FIELD_TAKE_PROFIT] = "take_profit",
    };
    L1_ASSERT((unsigned)field < L1_FIELD_COUNT);
    L1_ASSERT(texts[field] != NULL);
    return texts[field];
}

const char *l1_alert_level_text(l1_alert_level level)
{
    static const char *const texts[] = {
        [L1_LEVEL_INFO] = "info",
        [L1_LEVEL_WARNING] = "warning",
        [L1_LEVEL_CRITICAL] = "critical",
    };
    L1_ASSERT((unsigned)level < sizeof texts / sizeof texts[0]);
    return texts[level];
}

const char *l1_side_text(l1_side side)
{
    L1_ASSERT((unsigned)side < L1_SIDE_COUNT);
    return side == L1_SIDE_BUY ? "buy" : "sell";
}

const char *l1_mode_text(l1_mode mode)
{
    static const char *const texts[L1_MODE_COUNT] = {
        [L1_MODE_PAPER] = "paper",
        [L1_MODE_LIVE] = "live",
        [L1_MODE_REPLAY] = "replay",
    };
    L1_ASSERT((unsigned)mode < L1_MODE_COUNT);
    return texts[mode];
}

const char *l1_order_type_text(l1_order_type type)
{
    static const char *const texts[L1_ORDER_TYPE_COUNT] = {
        [L1_ORDER_LIMIT] = "limit",
        [L1_ORDER_MARKET] = "market",
        [L1_ORDER_STOP_LOSS] = "stop_loss",
        [L1_ORDER_LIMIT_MAKER] = "limit_maker",
        [L1_ORDER_STOP_LOSS_LIMIT] = "stop_loss_limit",
        [L1_ORDER_TAKE_PROFIT] = "take_profit",
        [L1_ORDER_TAKE_PROFIT_LIMIT] = "take_profit_limit",
    };
    L1_ASSERT((unsigned)type < L1_ORDER_TYPE_COUNT);
    L1_ASSERT(texts[type] != NULL);
    return texts[type];
}

const char *l1_tif_text(l1_time_in_force tif)
{
    static const char *const texts[L1_TIF_COUNT] = {
        [L1_TIF_GTC] = "GTC",
        [L1_TIF_IOC] = "IOC",
        [L1_TIF_FOK] = "FOK",
    };
    L1_ASSERT((unsigned)tif < L1_TIF_COUNT);
    L1_ASSERT(texts[tif] != NULL);
    return texts[tif];
}
