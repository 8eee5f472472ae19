/* bus/codec/decode.h: one line of the bus to one event.
 *
 * Every message of the bus comes through here, whatever transport or file it came from. What each
 * message may hold is a table (bus/codec/messages.c); a message that its table does not admit
 * becomes an L1_EVENT_REFUSED that names field and cause, and is applied like any other event, so
 * that the refusal is journaled and alerted.
 * Ownership:   the caller owns all; nothing in the output points into the text.
 * Errors:      none: every text, of any bytes, yields an event.
 * Determinism: pure: same text, same limits, same output. */
#ifndef L1_BUS_CODEC_DECODE_H
#define L1_BUS_CODEC_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "domain/event.h"
#include "domain/limits.h"

/* Room to work in; about 96 KiB, reused for every line, never read between lines. */
typedef struct {
    l1_json_node nodes[L1_JSON_NODES_MAX];
} l1_decoder;

/* The bit of a topic in a mask. */
#define L1_TOPIC_BIT(topic) (UINT32_C(1) << (topic))

typedef struct {
    uint32_t topics; /* mask; of reports, alerts and metrics */
    bool has_from;
    uint64_t from; /* replay from the journal after this sequence; has_from = false: live only */
} l1_subscription;

typedef struct {
    l1_topic topic; /* UNKNOWN when it is no input or could not be read */
    l1_event event; /* at_ns and clock_jump_ns are 0: the caller sets them. A subscription is no
                       event: kind TICK, not to be applied */
    bool has_ts;    /* the message states its time: ts, of a bar close_time. Accepted only */
    int64_t ts_ns;
    bool has_client_seq; /* also of a refused message, when it could be read */
    uint64_t client_seq;
    l1_subscription subscribe; /* topic SUBSCRIBE */
    uint32_t unknown_keys;     /* ignored keys, unknown assets included */
} l1_decoded;

/* `line` counts the source's lines from 1 (0 = unknown). False when the message was refused:
 * out->event is then of kind L1_EVENT_REFUSED. */
bool l1_decode(l1_decoder *decoder, const l1_limits *limits, const char *text, size_t size,
               uint64_t line, l1_decoded *out);

/* The refusal of a line of `bytes` > L1_JSON_TEXT_MAX that was skipped unread. */
void l1_decode_oversize(uint64_t line, uint64_t bytes, l1_decoded *out);

/* Name of a topic ("signals"; "unknown"), static storage. */
const char *l1_topic_text(l1_topic topic);

#endif
