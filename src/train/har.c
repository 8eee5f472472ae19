/* train/har.c: normal equations of ten terms. */
#include "train/har.h"

#include "base/assert.h"
#include "train/solve.h"

#define ROWS_MIN 100

static bool usable(const l1_row *row, int32_t symbol)
{
    return row->symbol == symbol && row->realised_ln - row->realised_ln == 0;
}

static double residual_of(const l1_row *row, const double coefficients[L1_HAR_TERMS])
{
    double rest = row->realised_ln;
    for (int i = 0; i < L1_HAR_TERMS; i++) rest -= coefficients[i] * row->vector.har[i];
    return rest;
}

l1_result l1_har_fit(const l1_dataset *dataset, const l1_rows *rows, int32_t symbol, l1_har *out,
                     l1_diag *diag)
{
    double normal[L1_HAR_TERMS * L1_HAR_TERMS] = {0}, right[L1_HAR_TERMS] = {0};
    double squares = 0;
    _Static_assert(L1_HAR_TERMS <= L1_SOLVE_MAX, "the solver takes the terms");
    L1_ASSERT(symbol >= 0 && (uint32_t)symbol < dataset->limits->symbols_count);
    *out = (l1_har){.rows = 0};
    for (size_t i = 0; i < rows->count; i++) {
        const l1_row *row = &dataset->rows[rows->places[i]];
        if (!usable(row, symbol)) continue;
        const double *x = row->vector.har;
        out->rows++;
        for (int j = 0; j < L1_HAR_TERMS; j++) {
            right[j] += x[j] * row->realised_ln;
            for (int k = 0; k < L1_HAR_TERMS; k++) normal[j * L1_HAR_TERMS + k] += x[j] * x[k];
        }
    }
    if (out->rows < ROWS_MIN) {
        return l1_refuse(diag, L1_INPUT_FIELD, "rows",
                         "%s: %zu training rows with any movement; the volatility needs %d",
                         dataset->limits->symbols[symbol].name, out->rows, ROWS_MIN);
    }
    l1_solve(normal, right, L1_HAR_TERMS);
    for (int j = 0; j < L1_HAR_TERMS; j++) out->coefficients[j] = right[j];
    for (size_t i = 0; i < rows->count; i++) {
        const l1_row *row = &dataset->rows[rows->places[i]];
        if (!usable(row, symbol)) continue;
        const double rest = residual_of(row, out->coefficients);
        squares += rest * rest;
    }
    out->half_variance = squares / (double)(out->rows - L1_HAR_TERMS) / 2;
    return L1_SUCCESS;
}
