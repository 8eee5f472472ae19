/* io/csv_row.h: one row of a dump: columns between commas, and what may stand in one.
 *
 * Times are Unix ms, us or ns, told by their size, value by value. Decimals are read exactly.
 * Errors: INPUT_FIELD naming the column and its value. Determinism: pure; no double. */
#ifndef L1_IO_CSV_ROW_H
#define L1_IO_CSV_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct {
    const char *at;
    size_t size;
} l1_column;

/* The columns of the row, of which the first `most` are put into `out`. Returns how many it has. */
size_t l1_csv_split(const char *row, size_t size, l1_column *out, size_t most);

/* "NAME is 'VALUE': WHY"; the value cut and made printable. */
L1_MUST_USE l1_result l1_csv_refuse(const l1_column *bad, const char *name, const char *why,
                                    l1_diag *diag);

L1_MUST_USE l1_result l1_csv_decimal(const l1_column *text, const char *name, int64_t *e8,
                                     l1_diag *diag);
/* A decimal above 0; at least 0. */
L1_MUST_USE l1_result l1_csv_positive(const l1_column *text, const char *name, int64_t *e8,
                                      l1_diag *diag);
L1_MUST_USE l1_result l1_csv_amount(const l1_column *text, const char *name, int64_t *e8,
                                    l1_diag *diag);
/* Digits, at most 18. */
L1_MUST_USE l1_result l1_csv_integer(const l1_column *text, const char *name, int64_t *out,
                                     l1_diag *diag);
L1_MUST_USE l1_result l1_csv_moment(const l1_column *text, const char *name, int64_t *ns,
                                    l1_diag *diag);
/* True or False, true or false. */
L1_MUST_USE l1_result l1_csv_bool(const l1_column *text, const char *name, bool *out,
                                  l1_diag *diag);

bool l1_csv_is(const l1_column *text, const char *word);
bool l1_csv_is_bool(const l1_column *text);

/* Unix ms has 13 digits until 2286, us 16, ns 19; false outside the years 2009 to 2100. */
bool l1_csv_moment_of(int64_t value, int64_t *ns);

#endif
