/* order_manager/lifecycle.c: the table. */
#include "order_manager/lifecycle.h"

#include <stdint.h>

#include "base/assert.h"

/* clang-format off */
static const uint8_t next[L1_ORDER_STATE_COUNT][L1_ORDER_ON_COUNT] = {
    [L1_ORDER_NONE] = {
        [L1_ORDER_ON_SEND] = L1_ORDER_SENT },
    [L1_ORDER_SENT] = {
        [L1_ORDER_ON_ACK] = L1_ORDER_LIVE,       [L1_ORDER_ON_REJECT] = L1_ORDER_REJECTED,
        [L1_ORDER_ON_TIMEOUT] = L1_ORDER_UNKNOWN,[L1_ORDER_ON_CANCEL] = L1_ORDER_CANCELING,
        [L1_ORDER_ON_CANCELED] = L1_ORDER_CANCELED, [L1_ORDER_ON_EXPIRED] = L1_ORDER_EXPIRED,
        [L1_ORDER_ON_FILL] = L1_ORDER_LIVE /* fill before ack */,
        [L1_ORDER_ON_DONE] = L1_ORDER_FILLED },
    [L1_ORDER_LIVE] = {
        [L1_ORDER_ON_ACK] = L1_ORDER_LIVE /* ack after fill */,
        [L1_ORDER_ON_TIMEOUT] = L1_ORDER_UNKNOWN,[L1_ORDER_ON_CANCEL] = L1_ORDER_CANCELING,
        [L1_ORDER_ON_CANCELED] = L1_ORDER_CANCELED, [L1_ORDER_ON_EXPIRED] = L1_ORDER_EXPIRED,
        [L1_ORDER_ON_FILL] = L1_ORDER_LIVE,      [L1_ORDER_ON_DONE] = L1_ORDER_FILLED },
    [L1_ORDER_CANCELING] = {
        [L1_ORDER_ON_ACK] = L1_ORDER_CANCELING,  [L1_ORDER_ON_REJECT] = L1_ORDER_REJECTED,
        [L1_ORDER_ON_TIMEOUT] = L1_ORDER_UNKNOWN,[L1_ORDER_ON_CANCEL] = L1_ORDER_CANCELING,
        [L1_ORDER_ON_CANCEL_REJECT] = L1_ORDER_UNKNOWN /* it may have filled: ask */,
        [L1_ORDER_ON_CANCELED] = L1_ORDER_CANCELED, [L1_ORDER_ON_EXPIRED] = L1_ORDER_EXPIRED,
        [L1_ORDER_ON_FILL] = L1_ORDER_CANCELING, [L1_ORDER_ON_DONE] = L1_ORDER_FILLED },
    [L1_ORDER_UNKNOWN] = {
        [L1_ORDER_ON_ACK] = L1_ORDER_LIVE,       [L1_ORDER_ON_REJECT] = L1_ORDER_REJECTED,
        [L1_ORDER_ON_TIMEOUT] = L1_ORDER_UNKNOWN,[L1_ORDER_ON_CANCEL] = L1_ORDER_UNKNOWN,
        [L1_ORDER_ON_CANCEL_REJECT] = L1_ORDER_UNKNOWN /* proves nothing */,
        [L1_ORDER_ON_ABSENT] = L1_ORDER_REJECTED,
        [L1_ORDER_ON_CANCELED] = L1_ORDER_CANCELED, [L1_ORDER_ON_EXPIRED] = L1_ORDER_EXPIRED,
        [L1_ORDER_ON_FILL] = L1_ORDER_LIVE,      [L1_ORDER_ON_DONE] = L1_ORDER_FILLED },
    /* Ended: duplicates are absorbed, late fills are booked and alerted. */
    [L1_ORDER_FILLED] = {
        [L1_ORDER_ON_ACK] = L1_ORDER_FILLED,     [L1_ORDER_ON_TIMEOUT] = L1_ORDER_FILLED,
        [L1_ORDER_ON_CANCEL_REJECT] = L1_ORDER_FILLED,
        [L1_ORDER_ON_FILL] = L1_ORDER_FILLED,    [L1_ORDER_ON_DONE] = L1_ORDER_FILLED },
    [L1_ORDER_CANCELED] = {
        [L1_ORDER_ON_ACK] = L1_ORDER_CANCELED,   [L1_ORDER_ON_TIMEOUT] = L1_ORDER_CANCELED,
        [L1_ORDER_ON_CANCEL_REJECT] = L1_ORDER_CANCELED,
        [L1_ORDER_ON_CANCELED] = L1_ORDER_CANCELED,
        [L1_ORDER_ON_FILL] = L1_ORDER_CANCELED,  [L1_ORDER_ON_DONE] = L1_ORDER_FILLED },
    [L1_ORDER_EXPIRED] = {
        [L1_ORDER_ON_ACK] = L1_ORDER_EXPIRED,    [L1_ORDER_ON_TIMEOUT] = L1_ORDER_EXPIRED,
        [L1_ORDER_ON_CANCEL_REJECT] = L1_ORDER_EXPIRED,
        [L1_ORDER_ON_EXPIRED] = L1_ORDER_EXPIRED,
        [L1_ORDER_ON_FILL] = L1_ORDER_EXPIRED,   [L1_ORDER_ON_DONE] = L1_ORDER_FILLED },
    [L1_ORDER_REJECTED] = {
        [L1_ORDER_ON_REJECT] = L1_ORDER_REJECTED,[L1_ORDER_ON_TIMEOUT] = L1_ORDER_REJECTED,
        [L1_ORDER_ON_CANCEL_REJECT] = L1_ORDER_REJECTED,
        [L1_ORDER_ON_ABSENT] = L1_ORDER_REJECTED,
        [L1_ORDER_ON_FILL] = L1_ORDER_REJECTED,  [L1_ORDER_ON_DONE] = L1_ORDER_FILLED },
};
/* clang-format on */
_Static_assert(L1_ORDER_STATE_COUNT <= UINT8_MAX, "a state fits the cell");

l1_order_state l1_order_next(l1_order_state state, l1_order_event event)
{
    L1_ASSERT(state < L1_ORDER_STATE_COUNT);
    L1_ASSERT(event < L1_ORDER_ON_COUNT);
    return (l1_order_state)next[state][event];
}

bool l1_order_ended(l1_order_state state)
{
    L1_ASSERT(state < L1_ORDER_STATE_COUNT);
    return state >= L1_ORDER_FILLED;
}

const char *l1_order_state_text(l1_order_state state)
{
    static const char *const texts[L1_ORDER_STATE_COUNT] = {
        "none", "sent", "live", "canceling", "unknown", "filled", "canceled", "expired", "rejected",
    };
    L1_ASSERT(state < L1_ORDER_STATE_COUNT);
    return texts[state];
}
