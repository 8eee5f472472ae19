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
    L1_ORDER_STOP_LOSS,
    L1_ORDER_TYPE_COUNT
} l1_order_type;
typedef enum { L1_TIF_GTC, L1_TIF_IOC, L1_TIF_FOK, L1_TIF_COUNT } l1_time_in_force;

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
    int64_t qty_e8;   /* 0 in the second leg of an OPO list: what the first leg received */
    int64_t price_e8; /* LIMIT; else 0 */
    int64_t stop_e8;  /* STOP_LOSS trigger; else 0 */
} l1_order_leg;

#define L1_LEGS_MAX 3
typedef struct {
    int32_t symbol;
    uint32_t legs_count; /* 1 = single order; 2 = OPO: leg 1 goes live when leg 0 has filled */
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
} l1_venue_event;

void l1_submit_archive(l1_archive *archive, l1_submit *submit);
void l1_cancel_archive(l1_archive *archive, l1_cancel *cancel);
void l1_venue_event_archive(l1_archive *archive, l1_venue_event *event);
void l1_order_id_archive(l1_archive *archive, l1_order_id *id);

#endif
