/* domain/event.h: everything that can happen to the system, decoded.
 *
 * An event is what the journal holds: resolved facts, never text to be parsed again. Time is a
 * field. The archive form is the wire form of the journal.
 * Units:     at_ns Unix nanoseconds UTC, never before the previous event's.
 * Ownership: plain values; about 1.5 KiB (the book is the largest). */
#ifndef L1_DOMAIN_EVENT_H
#define L1_DOMAIN_EVENT_H

#include "base/archive.h"
#include "domain/depth_book.h"
#include "domain/market.h"
#include "domain/order.h"
#include "domain/portfolio.h"
#include "domain/signal.h"

typedef enum {
    L1_EVENT_TICK, /* only time passes: due timers fire */
    L1_EVENT_SIGNAL,
    L1_EVENT_BAR,
    L1_EVENT_BOOK,
    L1_EVENT_TRADE,
    L1_EVENT_PORTFOLIO,
    L1_EVENT_CONTROL,
    L1_EVENT_REFUSED, /* a message that could not be decoded */
    L1_EVENT_VENUE,   /* from a venue outside the process */
    L1_EVENT_SPACE,   /* journal.space_low changed: entries are denied while it is low */
    L1_EVENT_MODELS,  /* a model bundle was read, or could not be */
    L1_EVENT_DEPTH,   /* levels of a full book: a snapshot, or what has changed since */
    L1_EVENT_QUOTE,   /* a change of the best bid or ask */
    L1_EVENT_COUNT
} l1_event_kind;

typedef enum {
    L1_CONTROL_HALT,
    L1_CONTROL_RESUME,
    L1_CONTROL_HALT_SYMBOL,
    L1_CONTROL_RESUME_SYMBOL,
    L1_CONTROL_REDUCE_ONLY,
    L1_CONTROL_CANCEL_ALL,
    L1_CONTROL_STATUS,
    L1_CONTROL_RELOAD_MODELS,
    L1_CONTROL_COUNT
} l1_control_command;

#define L1_CONTROL_REASON_MAX 129
typedef struct {
    l1_control_command command;
    int32_t symbol; /* halt_symbol, resume_symbol; else -1 */
    char reason[L1_CONTROL_REASON_MAX];
} l1_control;

typedef enum {
    L1_TOPIC_SIGNALS,
    L1_TOPIC_MARKET,
    L1_TOPIC_PORTFOLIO,
    L1_TOPIC_CONTROL,
    L1_TOPIC_SUBSCRIBE,
    L1_TOPIC_REPORTS,
    L1_TOPIC_ALERTS,
    L1_TOPIC_METRICS,
    L1_TOPIC_ACK,
    L1_TOPIC_GAP,
    L1_TOPIC_ANALYSIS,
    L1_TOPIC_UNKNOWN, /* no known topic could be read */
    L1_TOPIC_COUNT
} l1_topic;

typedef struct {
    l1_topic topic;
    char signal_id[L1_SIGNAL_ID_MAX];     /* valid id that could be read; "" = none */
    char symbol_text[L1_SYMBOL_TEXT_MAX]; /* "" = could not be read */
    char field[64];                       /* what was wrong; "" = the text itself */
    char cause[192];                      /* a sentence with value and limit */
    uint64_t line;                        /* 1-based line of its source, 0 = unknown */
    uint64_t offset;                      /* byte in the line */
    l1_hash128 content;                   /* of the raw bytes */
} l1_refusal;

/* What came of reading the folder of models. The bundle itself lies in the bank of the system
 * (models/bundle.h) and, by the same hash, beside the journal. */
typedef struct {
    l1_hash128 hash; /* of the bundle that scores from now on; zero = none does */
    bool refused;    /* the folder could not be used; `cause` says why */
    bool commanded;  /* by reload_models, which is answered by an alert */
    char cause[192];
} l1_models_event;

typedef struct {
    l1_event_kind kind;
    int64_t at_ns;
    int64_t clock_jump_ns; /* wall clock moved this much ahead of the monotonic; normally 0 */
    union {
        l1_signal signal;
        l1_bar bar;
        l1_book book;
        l1_trade trade;
        l1_portfolio portfolio;
        l1_control control;
        l1_refusal refusal;
        l1_venue_event venue;
        bool space_low;
        l1_models_event models;
        l1_depth depth;
        l1_quote quote;
    } as;
} l1_event;

/* Largest archive form of an event, bytes. */
#define L1_EVENT_BYTES_MAX 2048 /* a book or a depth event of the most levels */

/* SAVE, LOAD or HASH. LOAD refuses unknown kinds and counts over their maximum. */
void l1_event_archive(l1_archive *archive, l1_event *event);

#endif
