/* io/depth_row.h: one row of a depth dump: a level of a snapshot, or a change of one.
 *
 * Columns: symbol, timestamp, first_update_id, last_update_id, side (a or b), update_type (snap or
 * set), price, qty, pu (may be missing; not read). Rows that agree in everything up to
 * last_update_id and in update_type are one event. Of a "snap" the ids may be anything; 0 = none.
 * Errors: INPUT_FIELD naming the column and its value. Determinism: pure; no double. */
#ifndef L1_IO_DEPTH_ROW_H
#define L1_IO_DEPTH_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "domain/depth_book.h"

typedef struct {
    int64_t ts_ns;
    uint64_t first_id, last_id;
    bool snapshot;
    l1_depth_change change;
    char symbol[16]; /* as stated, "BTCUSDT"; cut */
} l1_depth_row;

/* 8 or 9 columns of which the sixth is snap or set. */
bool l1_depth_row_is(const char *row, size_t size);

L1_MUST_USE l1_result l1_depth_row_parse(const char *row, size_t size, l1_depth_row *out,
                                         l1_diag *diag);

/* True when both rows are of one event. */
bool l1_depth_row_same_event(const l1_depth_row *a, const l1_depth_row *b);

#endif
