/* train/split.c: quarters, borders and the rows between them. */
#include "train/split.h"

#include <stdlib.h>

#include "base/assert.h"

/* Unix day of the first of `month` (0..11) of `year`. Source: Hinnant, days_from_civil. */
static int64_t day_of_month(int64_t year, int64_t month)
{
    const int64_t y = month < 2 ? year - 1 : year;
    const int64_t shifted = (month + 10) % 12; /* March is 0 */
    const int64_t era = y / 400, of_era = y % 400;
    const int64_t of_year = (153 * shifted + 2) / 5;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

uint32_t l1_folds_by_quarter(int64_t from, int64_t to, int64_t validation_days,
                             l1_fold folds[L1_FOLDS_MAX])
{
    uint32_t count = 0;
    L1_ASSERT(from >= 0 && validation_days > 0);
    for (int64_t quarter = 0; count < L1_FOLDS_MAX; quarter++) {
        const int64_t year = 1970 + quarter / 4, month = quarter % 4 * 3;
        int64_t begin = day_of_month(year, month) * L1_MINUTES_A_DAY;
        int64_t end = day_of_month(year + (month == 9), (month + 3) % 12) * L1_MINUTES_A_DAY;
        if (begin >= to) break;
        if (end <= from) continue;
        if (begin < from) begin = from;
        if (end > to) end = to;
        folds[count++] = (l1_fold){begin - validation_days * L1_MINUTES_A_DAY, begin, end};
    }
    return count;
}

l1_fold l1_fold_final(const l1_dataset *dataset, int64_t validation_days)
{
    const int64_t end = dataset->to_ms / 60000;
    L1_ASSERT(validation_days > 0);
    return (l1_fold){end - validation_days * L1_MINUTES_A_DAY, end, end};
}

typedef enum { NOWHERE, TRAIN, VALIDATION, TEST } side;

/* A label that ends in the border's first minute or later has seen the other side. */
static side side_of(const l1_row *row, const l1_fold *fold)
{
    if (row->minute < fold->validation_from) {
        return row->label_end < fold->validation_from ? TRAIN : NOWHERE;
    }
    if (row->minute < fold->test_from) {
        return row->label_end < fold->test_from ? VALIDATION : NOWHERE;
    }
    return row->minute < fold->test_to ? TEST : NOWHERE;
}

l1_result l1_split_make(const l1_dataset *dataset, const l1_fold *fold, l1_split *out,
                        l1_diag *diag)
{
    L1_ASSERT(fold->validation_from < fold->test_from && fold->test_from <= fold->test_to);
    L1_ASSERT(dataset->count <= UINT32_MAX);
    *out = (l1_split){0};
    l1_rows *const rows[] = {NULL, &out->train, &out->validation, &out->test};
    for (size_t i = 1; i < sizeof rows / sizeof rows[0]; i++) {
        rows[i]->places = malloc((dataset->count + 1) * sizeof *rows[i]->places);
        if (rows[i]->places != NULL) continue;
        l1_split_free(out);
        return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    }
    for (size_t i = 0; i < dataset->count; i++) {
        const side where = side_of(&dataset->rows[i], fold);
        if (where != NOWHERE) rows[where]->places[rows[where]->count++] = (uint32_t)i;
    }
    return L1_SUCCESS;
}

void l1_split_free(l1_split *split)
{
    free(split->train.places);
    free(split->validation.places);
    free(split->test.places);
    *split = (l1_split){0};
}
