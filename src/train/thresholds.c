/* train/thresholds.c: thresholds by sorting. */
#include "train/thresholds.h"

#include <stdlib.h>

#include "base/assert.h"

typedef struct {
    double score;
    uint8_t label;
} scored;

static int by_score(const void *left, const void *right)
{
    const double a = ((const scored *)left)->score, b = ((const scored *)right)->score;
    return (a > b) - (a < b);
}

/* The scores with their labels (NULL: none), ascending. */
static scored *sorted(const double *scores, const uint8_t *labels, size_t count)
{
    scored *rows = calloc(count, sizeof *rows);
    if (rows == NULL) return NULL;
    for (size_t i = 0; i < count; i++) {
        rows[i] = (scored){scores[i], labels != NULL && labels[i] != 0};
    }
    qsort(rows, count, sizeof *rows, by_score);
    return rows;
}

l1_result l1_threshold_f1(const double *scores, const uint8_t *labels, size_t count,
                          l1_f1_threshold *out, l1_diag *diag)
{
    L1_ASSERT(count > 0);
    size_t yes = 0, below = 0, yes_below = 0;
    scored *rows = sorted(scores, labels, count);
    if (rows == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    for (size_t i = 0; i < count; i++) yes += rows[i].label;
    const double n = (double)count, p = (double)yes / n;
    *out = (l1_f1_threshold){.f1 = -1, .f1_always = 2 * p / (1 + p)};
    while (below < count) { /* the threshold is rows[below].score: what is below says no */
        const double passed = (double)(count - below), true_yes = (double)(yes - yes_below);
        const double f1 = 2 * true_yes / (passed + (double)yes);
        if (f1 > out->f1) {
            out->f1 = f1;
            out->threshold = rows[below].score;
            out->pass_rate = passed / n;
            out->accuracy = (true_yes + (double)(below - yes_below)) / n;
        }
        const double score = rows[below].score;
        while (below < count && rows[below].score == score) yes_below += rows[below++].label;
    }
    free(rows);
    return L1_SUCCESS;
}

l1_result l1_threshold_veto(const double *scores, size_t count, double share, double *out,
                            l1_diag *diag)
{
    L1_ASSERT(count > 0);
    L1_ASSERT(share >= 0 && share < 1);
    scored *rows = sorted(scores, NULL, count);
    if (rows == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    *out = rows[(size_t)(share * (double)count)].score;
    free(rows);
    return L1_SUCCESS;
}
