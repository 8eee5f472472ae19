/* train/solve.h: small symmetric linear systems, and logistic regression of a few scores.
 *
 * Determinism: + - * / sqrt and base/real.h in a fixed order. No memory. */
#ifndef L1_TRAIN_SOLVE_H
#define L1_TRAIN_SOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define L1_SOLVE_MAX 16

/* x of matrix x = right, by Cholesky; `matrix` is n x n, row by row, symmetric and not negative;
 * both are overwritten, `right` with x. An unknown that the ones before it explain becomes 0. */
void l1_solve(double *matrix, double *right, size_t n);

#define L1_NEWTON_SCORES_MAX 3

/* Maximum likelihood of log-odds = w[0] + sum w[i + 1] x scores[i]. */
typedef struct {
    const double *scores;  /* count rows of `columns` */
    const double *targets; /* 0..1 */
    size_t count;
    size_t columns; /* 1..L1_NEWTON_SCORES_MAX */
    double ridge;   /* penalty ridge/2 x w^2 on every weight but w[0] */
} l1_newton;

/* False when it does not come to rest within 100 steps. */
bool l1_newton_fit(const l1_newton *problem, double w[L1_NEWTON_SCORES_MAX + 1]);

#endif
