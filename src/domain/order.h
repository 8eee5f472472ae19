/* domain/order.h: the words in which orders travel between L1 and a venue.
 *
 * A submit is one order or a list of at most three legs; a venue answers with venue events only.
 * Units:     e8 decimals; *_ns Unix nanoseconds UTC.
 * Ownership: plain values. */
#ifndef L1_DOMAIN_ORDER_H
#define L1_DOMAIN_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/hash.h"
#include "domain/signal.h"

typedef enum {
    L1_PURPOSE_ENTRY, /* leg letter E: a buy that opens or adds */
    L1_PURPOSE_EXIT,  /* leg letter X: a strategy's sell */
    L1_PURPOSE_STOP,  /* leg letter S: protection of what an entry bought */
    L1_PURPOSE_FLAT,  /* leg letter F: market exit of what could not be protected */
    L1_PURPOSE_COUNT
} l1_purpose;

typedef enum {
    L1_ORDER_LIMIT,
    L1_ORDER_MARKET,
    L1_ORDER_STOP_LOSS,   /* triggers on the last trade, then executes as MARKET */
    L1_ORDER_LIMIT_MAKER, /* rejected if it would take */
    L1_ORDER_STOP_LOSS_LIMIT,
    L1_ORDER_TAKE_PROFIT,
    L1_ORDER_TAKE_PROFIT_LIMIT,
    L1_ORDER_TYPE_COUNT
} l1_order_type;
typedef enum { L1_TIF_GTC, L1_TIF_IOC, L1_TIF_FOK, L1_TIF_COUNT } l1_time_in_force;

/* What happens when two orders of this account would trade with each other. */
typedef enum {
    L1_STP_NONE,
    L1_STP_EXPIRE_MAKER,
    L1_STP_EXPIRE_TAKER,
    L1_STP_EXPIRE_BOTH,
    L1_STP_DECREMENT,
    L1_STP_COUNT
} l1_self_trade;

/* How the legs of a submit hang together (Binance's order lists). */
typedef enum {
    L1_LIST_SINGLE, /* one leg */
    L1_LIST_OCO,    /* 0 above, 1 below the market: one cancels the other */
    L1_LIST_OTO,    /* 1 goes live, with its own quantity, when 0 has filled wholly */
    L1_LIST_OTOCO,  /* 1 and 2 go live as an OCO when 0 has filled wholly */
    L1_LIST_OPO,    /* as OTO; 1 has quantity 0: what 0 received net of commission, on the lot */
    L1_LIST_OPOCO,  /* as OTOCO, quantities as OPO */
    L1_LIST_COUNT
} l1_list_kind;

/* Identity of one order: 128-bit hash of (engine id, signal id, child, purpose, generation). */
typedef struct {
    l1_hash128 hash;
    l1_purpose purpose;
} l1_order_id;

/* Leg letter and 26 base32 characters, NUL-terminated. */
#define L1_ORDER_ID_TEXT 28
void l1_order_id_text(l1_order_id id, char out[L1_ORDER_ID_TEXT]);
bool l1_order_id_equal(l1_order_id a, l1_order_id b);
l1_order_id l1_order_id_of(const char *engine_id, const char *signal_id, uint32_t child,
                           l1_purpose purpose, uint32_t generation);

typedef struct {
    l1_order_id id;
    l1_side side;
    l1_order_type type;
    l1_time_in_force tif;
    int64_t qty_e8;       /* 0 in the pending legs of OPO and OPOCO: what leg 0 received */
    int64_t quote_qty_e8; /* MARKET by amount of quote, then qty is 0; else 0 */
    int64_t price_e8;     /* the forms with a limit; else 0 */
    int64_t stop_e8;      /* trigger of STOP_LOSS* and TAKE_PROFIT*; else 0 */
    int64_t iceberg_e8;   /* visible part of a GTC limit; 0 = all of it */
    l1_self_trade self_trade;
} l1_order_leg;

#define L1_LEGS_MAX 3
typedef struct {
    int32_t symbol;
    l1_list_kind list;
    uint32_t legs_count; /* as `list` has */
    l1_order_leg legs[L1_LEGS_MAX];
} l1_submit;

typedef struct {
    int32_t symbol;
    l1_order_id id;
} l1_cancel;

typedef enum {
    L1_VENUE_ACK,           /* accepted; a stop is resting from here on */
    L1_VENUE_REJECTED,      /* never worked; nothing executed */
    L1_VENUE_FILL,          /* one execution; the order may go on */
    L1_VENUE_DONE,          /* the whole quantity has executed */
    L1_VENUE_CANCELED,      /* ended by a cancel, the rest will never execute */
    L1_VENUE_EXPIRED,       /* ended by the venue (FOK, IOC, market without liquidity) */
    L1_VENUE_CANCEL_REJECT, /* the cancel found nothing to cancel */
    L1_VENUE_ABSENT,        /* reconciliation: the order never reached the venue */
    L1_VENUE_SESSION_UP,
    L1_VENUE_SESSION_DOWN,
    L1_VENUE_EVENT_COUNT
} l1_venue_event_kind;

typedef enum {
    L1_VENUE_REASON_NONE,
    L1_VENUE_REASON_BALANCE,
    L1_VENUE_REASON_FILTER,
    L1_VENUE_REASON_WOULD_TRIGGER, /* a stop on the wrong side of the market */
    L1_VENUE_REASON_NO_LIQUIDITY,
    L1_VENUE_REASON_PARENT, /* a list's first leg did not fill */
    L1_VENUE_REASON_CAPACITY,
    L1_VENUE_REASON_WOULD_MATCH,     /* a LIMIT_MAKER that would take */
    L1_VENUE_REASON_UNFILLED_IOC,    /* UNFILLED_IOC_QUANTITY_EXPIRED */
    L1_VENUE_REASON_UNFILLED_FOK,    /* UNFILLED_FOK_ORDER_EXPIRED */
    L1_VENUE_REASON_OCO_TRIGGER,     /* the other leg of an OCO has triggered or filled */
    L1_VENUE_REASON_SELF_TRADE,      /* prevented: X = EXPIRED_IN_MATCH */
    L1_VENUE_REASON_PRICE_RANGE,     /* EXECUTION_RULE_PRICE_RANGE_EXCEEDED */
    L1_VENUE_REASON_LIST_FORM,       /* legs that make no list, or bad OCO prices */
    L1_VENUE_REASON_PENDING_REFUSED, /* a pending leg failed when its turn came: eR = REJECTED */
    L1_VENUE_REASON_COUNT
} l1_venue_reason;

typedef struct {
    l1_venue_event_kind kind;
    l1_venue_reason reason;
    int32_t symbol;
    l1_order_id id;
    int64_t price_e8, qty_e8; /* FILL: of this execution. ACK of a stop: trigger and quantity */
    int64_t fee_e8;           /* FILL: commission */
    int32_t fee_asset;        /* asset index (domain/limits.h) */
    uint64_t trade_id;        /* FILL: the venue's number, unique per symbol */
    bool maker;               /* FILL: the order rested and made liquidity */
} l1_venue_event;

void l1_order_leg_archive(l1_archive *archive, l1_order_leg *leg);
void l1_submit_archive(l1_archive *archive, l1_submit *submit);
void l1_cancel_archive(l1_archive *archive, l1_cancel *cancel);
void l1_venue_event_archive(l1_archive *archive, l1_venue_event *event);
void l1_order_id_archive(l1_archive *archive, l1_order_id *id);

#endif
