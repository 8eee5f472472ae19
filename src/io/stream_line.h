/* io/stream_line.h: one line of a recorded combined stream of Binance Spot.
 *
 *   <local time> {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate",...}}
 *   <local time> {"lastUpdateId":...,"bids":[...],"asks":[...]}      (the REST snapshot)
 *
 * The local time is Unix ns (or ms, us) of the recorder's clock: when the message could be known.
 * depthUpdate, bookTicker, trade and aggTrade are read, whatever else is well-formed is OTHER. A
 * REST snapshot alone in a file has no local time; at_ns is then 0.
 * JSON is read by base/json.h. Texts beyond its limit, a snapshot of 5000 levels a side, are read
 * by it in pieces: the arrays are taken out, what is left is parsed, then the arrays are, some
 * levels at a time.
 * Errors: INPUT_SYNTAX, INPUT_TOO_LONG, INPUT_FIELD naming the field and its value.
 * Determinism: pure; no double. Source: binance-spot-api-docs, web-socket-streams.md (2025-11). */
#ifndef L1_IO_STREAM_LINE_H
#define L1_IO_STREAM_LINE_H

#include "base/json.h"
#include "domain/depth_book.h"

#define L1_STREAM_LINE_MAX (1 << 20)
#define L1_STREAM_CHANGES_MAX 16384 /* levels in one line */
#define L1_STREAM_ARRAYS_MAX 8

typedef enum {
    L1_STREAM_OTHER,
    L1_STREAM_DEPTH,
    L1_STREAM_SNAPSHOT,
    L1_STREAM_QUOTE,
    L1_STREAM_TRADE
} l1_stream_kind;

typedef struct {
    l1_stream_kind kind;
    int64_t at_ns;   /* local; 0 = the line states none */
    char symbol[24]; /* "BTCUSDT" as stated; "" = the line states none */
    char other[32];  /* OTHER: event, else stream, as stated (cut off); "" = neither */
    int64_t ts_ns;   /* the venue's; where it states none, at_ns */
    uint64_t first_id, last_id;
    bool aggregate; /* of a trade: an aggTrade */
    l1_trade trade; /* without its symbol, as the quote */
    l1_quote quote;
    uint32_t changes_count; /* bids, then asks, in the order of the text */
    const l1_depth_change *changes;
} l1_stream_message;

/* Working memory of the calls; 0.9 MB. */
typedef struct {
    size_t whole_max; /* longest JSON that is parsed in one piece; 0 = L1_JSON_TEXT_MAX */
    l1_json_node nodes[L1_JSON_NODES_MAX];
    char text[L1_JSON_TEXT_MAX + 2];
    struct {
        const char *at;
        size_t size;
    } arrays[L1_STREAM_ARRAYS_MAX]; /* what was taken out, without its brackets */
    uint32_t arrays_count;
    l1_depth_change changes[L1_STREAM_CHANGES_MAX];
} l1_stream_parser;

/* "<digits> {" or "{" and then "lastUpdateId": a line of this form, well-formed or not. */
bool l1_stream_line_is(const char *line, size_t size);

/* `out->changes` points into the parser and is valid until its next call. */
L1_MUST_USE l1_result l1_stream_line_parse(l1_stream_parser *parser, const char *line, size_t size,
                                           l1_stream_message *out, l1_diag *diag);

#endif
