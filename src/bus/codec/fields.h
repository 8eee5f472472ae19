/* bus/codec/fields.h: the fields of a JSON object into a struct, by a table.
 *
 * A row says how one key is checked and where its value goes. null counts as absent; an absent
 * field that is not required gets its preset: L1_OFF, "", 0, false, -1 for a symbol.
 * Errors:      INPUT_FIELD with diag->field, diag->text (value and limit) and diag->offset.
 * Determinism: pure. */
#ifndef L1_BUS_CODEC_FIELDS_H
#define L1_BUS_CODEC_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/status.h"
#include "domain/limits.h"

typedef enum {
    L1_KIND_KNOWN,       /* read elsewhere */
    L1_KIND_DECIMAL,     /* int64_t e8 from min to max */
    L1_KIND_INTEGER,     /* int64_t from min to max */
    L1_KIND_TIME,        /* int64_t Unix ns */
    L1_KIND_TEXT,        /* char[capacity] */
    L1_KIND_SIGNAL_ID,   /* char[capacity] of the set that ids may hold */
    L1_KIND_CHOICE,      /* enum: the index into choices; offset 0: checked, not stored */
    L1_KIND_BOOL,        /* bool */
    L1_KIND_SYMBOL,      /* int32_t: a configured symbol */
    L1_KIND_SYMBOL_TEXT, /* char[capacity] as given, and at `second` its int32_t index or -1 */
    L1_KIND_OBJECT,      /* `inner` reads it, into the same struct */
    L1_KIND_LEVELS,      /* l1_level[L1_BOOK_LEVELS_MAX], and at `second` the uint32_t count */
    L1_KIND_BALANCES,    /* int64_t free[L1_ASSETS_MAX], and at `second` the same of locked */
    L1_KIND_TOPICS,      /* uint32_t: mask of topics that can be subscribed to */
} l1_field_kind;

struct l1_field_table;

typedef struct {
    const char *key;
    const char *name; /* as the operator reads it: "execution.duration_s" */
    uint16_t key_size;
    uint16_t offset;   /* of the destination */
    uint16_t second;   /* of the second destination */
    uint16_t capacity; /* of a text, its NUL included */
    l1_field_kind kind;
    bool required;
    uint8_t choices_count;
    const char *const *choices;
    int64_t min, max;
    const struct l1_field_table *inner;
} l1_field;

#define L1_FIELD_ROWS_MAX 32

typedef struct l1_field_table {
    const l1_field *rows;
    uint32_t count;
    bool open; /* other keys are expected here, and not counted */
} l1_field_table;

typedef struct {
    const l1_json *json;
    const l1_limits *limits;
    void *out; /* the struct that the offsets count from */
    uint32_t unknown_keys;
    l1_diag *diag; /* never NULL */
} l1_fields;

/* Reads the object at `node`. */
L1_MUST_USE l1_result l1_fields_take(l1_fields *in, const l1_field_table *table, uint32_t node);

/* True for 1-64 characters of A-Z a-z 0-9 . _ : - */
bool l1_signal_id_valid(const char *text);

/* Refuses the value at `node`: "NAME is VALUE; it must be MUST". */
L1_MUST_USE l1_result l1_fields_refuse(l1_diag *diag, const l1_json *json, uint32_t node,
                                       const char *name, const char *must);

#endif
