/* base/json.h: L1's own strict JSON reader and writer: bounded, no allocation, exact decimals.
 *
 * Reader: RFC 8259 text in UTF-8 (validated, surrogate escapes included), one value per text,
 * nesting at most L1_JSON_DEPTH_MAX, duplicate keys refused (compared after unescaping), no NaN,
 * no comments, no trailing bytes other than white space. It tokenises into an array the caller
 * owns; nodes are in document order, a container is followed by its content. In an object,
 * members alternate key node, value node.
 * Writer: appends to a caller's buffer; `failed` is sticky when room runs out.
 * Determinism: pure. Fuzzed against jansson (tests/fuzz). */
#ifndef L1_BASE_JSON_H
#define L1_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define L1_JSON_DEPTH_MAX 8
#define L1_JSON_TEXT_MAX 16384 /* bytes of one message */
#define L1_JSON_NODES_MAX 8192

typedef enum {
    L1_JSON_NULL,
    L1_JSON_FALSE,
    L1_JSON_TRUE,
    L1_JSON_NUMBER,
    L1_JSON_STRING, /* at/size is the raw text between the quotes, escapes still in it */
    L1_JSON_ARRAY,
    L1_JSON_OBJECT,
} l1_json_type;

typedef struct {
    uint8_t type;    /* l1_json_type */
    uint8_t escaped; /* string holds at least one escape */
    uint16_t count;  /* members of an object, elements of an array */
    uint16_t at;     /* byte offset into the text */
    uint16_t size;   /* bytes of the raw token */
    uint16_t next;   /* index of the node after this one and all its content */
} l1_json_node;

typedef struct {
    const char *text;
    size_t size;
    const l1_json_node *nodes;
    uint32_t count;
} l1_json;

/* Parses `text` whole. On failure INPUT_SYNTAX or INPUT_TOO_LONG and diag->offset/text say
 * where and why (diag->field is the key when it is a duplicate); `out` is untouched. TOO_LONG is
 * for the limits: bytes, nesting, nodes. Time is bounded by size x log(size). */
L1_MUST_USE l1_result l1_json_parse(const char *text, size_t size, l1_json_node *nodes,
                                    uint32_t nodes_max, l1_json *out, l1_diag *diag);

/* Best effort on a text that l1_json_parse refused, of any size: the value of a top-level string
 * member `key`, unescaped, when it can be read before the first error. Returns its length copied
 * into `out` (NUL-terminated), 0 when it cannot be read or does not fit. Uses 80 KiB of stack. */
size_t l1_json_salvage_string(const char *text, size_t size, const char *key, char *out,
                              size_t capacity);

/* Index of the value of `key` in the object at `object`, or 0 when absent (0 is the root) or when
 * that node is no object. */
uint32_t l1_json_member(const l1_json *json, uint32_t object, const char *key);

/* True when the string node equals `text` after unescaping. */
bool l1_json_equals(const l1_json *json, uint32_t node, const char *text);

/* Cuts what l1_json_string left in `out` with INPUT_TOO_LONG to the whole characters that fit. */
void l1_json_cut(char *out, size_t capacity);

/* Unescapes a string node into `out`, NUL-terminated; INPUT_TOO_LONG when it does not fit,
 * INPUT_FIELD when it holds U+0000 or is no string. */
L1_MUST_USE l1_result l1_json_string(const l1_json *json, uint32_t node, char *out,
                                     size_t capacity);

/* A decimal: number node, or string node holding a number in the same grammar without escapes.
 * As l1_decimal_parse; INPUT_FIELD for another type. */
L1_MUST_USE l1_result l1_json_decimal(const l1_json *json, uint32_t node, int64_t *e8);

/* An integer number node without fraction or exponent that fits int64; else INPUT_FIELD. */
L1_MUST_USE l1_result l1_json_integer(const l1_json *json, uint32_t node, int64_t *out);

typedef struct {
    char *base;
    size_t used, capacity;
    bool failed;
    bool comma; /* a value was written at this level: the next one needs a comma */
} l1_json_writer;

void l1_json_open(l1_json_writer *out, char bracket);  /* '{' or '[' */
void l1_json_close(l1_json_writer *out, char bracket); /* '}' or ']' */
void l1_json_key(l1_json_writer *out, const char *key);
void l1_json_put_text(l1_json_writer *out, const char *text); /* escaped; NULL writes null; a byte
                                                               * that is no UTF-8 becomes U+FFFD */
void l1_json_put_decimal(l1_json_writer *out, int64_t e8);    /* L1_OFF writes null */
void l1_json_put_integer(l1_json_writer *out, int64_t value);
void l1_json_put_bool(l1_json_writer *out, bool value);
void l1_json_put_null(l1_json_writer *out);
void l1_json_put_raw(l1_json_writer *out, const char *text, size_t size); /* a whole value */

#endif
