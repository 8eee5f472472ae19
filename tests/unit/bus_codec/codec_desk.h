/* tests/unit/bus_codec/codec_desk.h: limits of two symbols and one call to decode a text. */
#ifndef L1_UNIT_BUS_CODEC_CODEC_DESK_H
#define L1_UNIT_BUS_CODEC_CODEC_DESK_H

#include <stdio.h>
#include <string.h>

#include "bus/codec/decode.h"

/* 2023-11-14T22:13:20Z; the minute begins at ..200 s. */
#define TS_MS "1700000000000"
#define TS_NS INT64_C(1700000000000000000)

static inline const l1_limits *desk_limits(void)
{
    static const l1_limits limits = {
        .quote = "USDT",
        .symbols_count = 2,
        .symbols = {{.name = "BTC/USDT", .base = "BTC"}, {.name = "ETH/USDT", .base = "ETH"}},
    };
    return &limits;
}

/* The output is static and starts as garbage, so nothing can be right by chance. */
static inline l1_decoded *desk_decode_bytes(const char *text, size_t size)
{
    static l1_decoder decoder;
    static l1_decoded out;
    memset(&decoder, 0xee, sizeof decoder);
    memset(&out, 0xee, sizeof out);
    const bool accepted = l1_decode(&decoder, desk_limits(), text, size, 7, &out);
    CHECK(accepted == (out.event.kind != L1_EVENT_REFUSED));
    CHECK(out.event.at_ns == 0 && out.event.clock_jump_ns == 0);
    return &out;
}

static inline l1_decoded *desk_decode(const char *text)
{
    return desk_decode_bytes(text, strlen(text));
}

/* One row: in a good message the member `"key":...` becomes `"key":value`. */
typedef struct {
    const char *key;   /* as it stands in the message */
    const char *value; /* NULL: the member is left out */
    const char *field; /* NULL: accepted; otherwise the field that the refusal names */
    const char *cause; /* part of the cause; NULL: any */
} desk_row;

/* Copies `message` with the first `"key":` given another value; values end at ',' or '}' of
 * the same depth. */
static inline void desk_replace(const char *message, const char *key, const char *value, char *out,
                                size_t capacity)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *const start = strstr(message, quoted);
    CHECK(start != NULL);
    const char *end = start + strlen(quoted);
    int depth = 0;
    bool text = false;
    for (;; end++) {
        CHECK(*end != '\0');
        if (*end == '"') text = !text;
        if (text) continue;
        if (depth == 0 && (*end == ',' || *end == '}')) break;
        depth += (*end == '{' || *end == '[') - (*end == '}' || *end == ']');
    }
    if (value != NULL) {
        snprintf(out, capacity, "%.*s%s%s%s", (int)(start - message), message, quoted, value, end);
    } else if (*end == ',') {
        snprintf(out, capacity, "%.*s%s", (int)(start - message), message, end + 1);
    } else { /* the last member: the comma before it goes */
        snprintf(out, capacity, "%.*s%s", (int)(start - message) - 1, message, end);
    }
}

/* A refusal names field and cause, and changes no other output. */
static inline void desk_check_refused(const l1_decoded *out, l1_topic topic, const char *field,
                                      const char *cause)
{
    const l1_refusal *const refusal = &out->event.as.refusal;
    CHECK(out->event.kind == L1_EVENT_REFUSED);
    CHECK(refusal->topic == topic && out->topic == topic);
    assert_string_equal(refusal->field, field);
    CHECK(refusal->cause[0] != '\0');
    CHECK(field[0] == '\0' || strstr(refusal->cause, field) != NULL);
    if (cause != NULL && strstr(refusal->cause, cause) == NULL) {
        print_error("cause \"%s\" lacks \"%s\"\n", refusal->cause, cause);
        fail();
    }
    CHECK(refusal->line == 7);
    CHECK(!out->has_ts && out->subscribe.topics == 0);
}

static inline void desk_run_rows(const char *message, l1_topic topic, const desk_row *rows,
                                 size_t count)
{
    CHECK(desk_decode(message)->event.kind != L1_EVENT_REFUSED);
    for (size_t i = 0; i < count; i++) {
        char text[4096];
        desk_replace(message, rows[i].key, rows[i].value, text, sizeof text);
        const l1_decoded *const out = desk_decode(text);
        if (rows[i].field != NULL) {
            if (out->event.kind != L1_EVENT_REFUSED) print_error("accepted: %s\n", text);
            desk_check_refused(out, topic, rows[i].field, rows[i].cause);
        } else if (out->event.kind == L1_EVENT_REFUSED) {
            print_error("%s\n%s\n", text, out->event.as.refusal.cause);
            fail();
        }
    }
}

#define RUN_ROWS(message, topic, rows)                                                             \
    desk_run_rows((message), (topic), (rows), sizeof(rows) / sizeof((rows)[0]))

#endif
