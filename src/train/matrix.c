/* train/matrix.c: rows through the engine's own l1_head_row. */
#include "train/matrix.h"

#include <stdlib.h>

#include "base/assert.h"

l1_head_question l1_row_question(const l1_row *row, const l1_limits *limits,
                                 const l1_bundle *bundle)
{
    const int symbol = l1_bundle_symbol(bundle, limits->symbols[row->symbol].name);
    L1_ASSERT(symbol >= 0);
    return (l1_head_question){
        .symbol = symbol,
        .side = row->side,
        .stop_fraction = row->stop_fraction,
        .threshold = L1_THRESHOLD_OPERATING,
    };
}

static l1_result fill(const l1_dataset *dataset, const l1_rows *rows, const l1_bundle *bundle,
                      l1_head head, l1_matrix *out, l1_diag *diag)
{
    size_t yes = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const l1_row *row = &dataset->rows[rows->places[i]];
        const l1_head_question question = l1_row_question(row, dataset->limits, bundle);
        double *values = out->values + i * L1_COLUMNS_COUNT;
        l1_head_row(bundle, head, &row->vector, &question, values);
        out->labels[i] = row->labels[head] != 0;
        yes += row->labels[head] != 0;
        for (int column = 0; column < L1_COLUMNS_COUNT; column++) {
            if (values[column] - values[column] == 0) continue;
            return l1_refuse(diag, L1_INPUT_FIELD, l1_features[column].name,
                             "%s of %s at minute %lld is not finite", l1_features[column].name,
                             dataset->limits->symbols[row->symbol].name, (long long)row->minute);
        }
    }
    if (yes != 0 && yes != rows->count) return L1_SUCCESS;
    return l1_refuse(diag, L1_INPUT_FIELD, "label",
                     "all %zu labels of the training rows are equal: nothing can be learned",
                     rows->count);
}

l1_result l1_matrix_make(const l1_dataset *dataset, const l1_rows *rows, const l1_bundle *bundle,
                         l1_head head, l1_matrix *out, l1_diag *diag)
{
    L1_ASSERT(head != L1_HEAD_TREND);
    *out = (l1_matrix){.count = rows->count};
    out->values = calloc(rows->count + 1, L1_COLUMNS_COUNT * sizeof *out->values);
    out->labels = calloc(rows->count + 1, sizeof *out->labels);
    l1_result done = out->values != NULL && out->labels != NULL
                         ? fill(dataset, rows, bundle, head, out, diag)
                         : l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    if (done.code != L1_OK) l1_matrix_free(out);
    return done;
}

void l1_matrix_free(l1_matrix *matrix)
{
    free(matrix->values);
    free(matrix->labels);
    *matrix = (l1_matrix){.count = 0};
}
