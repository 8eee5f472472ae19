/* train/solve.c: Cholesky with left-out unknowns; Newton's method with halved steps. */
#include "train/solve.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/real.h"

#define DEPENDENT 1e-10 /* of its diagonal: what is left when the others explain an unknown */
#define STEPS_MAX 100
#define HALVINGS_MAX 40
#define AT_REST 1e-10

void l1_solve(double *matrix, double *right, size_t n)
{
    bool used[L1_SOLVE_MAX];
    L1_ASSERT(n > 0 && n <= L1_SOLVE_MAX);
    for (size_t j = 0; j < n; j++) {
        double pivot = matrix[j * n + j];
        const double whole = pivot;
        for (size_t k = 0; k < j; k++) pivot -= matrix[j * n + k] * matrix[j * n + k];
        used[j] = pivot > DEPENDENT * whole;
        const double root = used[j] ? sqrt(pivot) : 0;
        for (size_t i = j + 1; i < n; i++) {
            double sum = matrix[i * n + j];
            for (size_t k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k];
            matrix[i * n + j] = used[j] ? sum / root : 0;
        }
        matrix[j * n + j] = root;
    }
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; k < j; k++) right[j] -= matrix[j * n + k] * right[k];
        right[j] = used[j] ? right[j] / matrix[j * n + j] : 0;
    }
    for (size_t j = n; j-- > 0;) {
        for (size_t k = j + 1; k < n; k++) right[j] -= matrix[k * n + j] * right[k];
        right[j] = used[j] ? right[j] / matrix[j * n + j] : 0;
    }
}

/* --- logistic regression --- */

static double log_odds_of(const l1_newton *problem, const double *w, size_t row)
{
    double sum = w[0];
    for (size_t i = 0; i < problem->columns; i++) {
        sum += w[i + 1] * problem->scores[row * problem->columns + i];
    }
    return sum;
}

/* -log likelihood and penalty. ln(1 + e^x) without overflow. */
static double loss_of(const l1_newton *problem, const double *w)
{
    double loss = 0;
    for (size_t row = 0; row < problem->count; row++) {
        const double x = log_odds_of(problem, w, row);
        const double size = x < 0 ? -x : x;
        loss += l1_ln(1 + l1_exp(-size)) + (x > 0 ? x : 0) - problem->targets[row] * x;
    }
    for (size_t i = 1; i <= problem->columns; i++) loss += problem->ridge / 2 * w[i] * w[i];
    return loss;
}

/* The step of Newton's method from w. */
static void step_of(const l1_newton *problem, const double *w, double *step)
{
    const size_t n = problem->columns + 1;
    double hessian[(L1_NEWTON_SCORES_MAX + 1) * (L1_NEWTON_SCORES_MAX + 1)] = {0};
    memset(step, 0, n * sizeof *step);
    for (size_t row = 0; row < problem->count; row++) {
        double x[L1_NEWTON_SCORES_MAX + 1] = {1};
        memcpy(x + 1, problem->scores + row * problem->columns, (n - 1) * sizeof *x);
        const double p = 1 / (1 + l1_exp(-log_odds_of(problem, w, row)));
        for (size_t i = 0; i < n; i++) {
            step[i] += (problem->targets[row] - p) * x[i];
            for (size_t k = 0; k < n; k++) hessian[i * n + k] += p * (1 - p) * x[i] * x[k];
        }
    }
    for (size_t i = 1; i < n; i++) {
        step[i] -= problem->ridge * w[i];
        hessian[i * n + i] += problem->ridge;
    }
    l1_solve(hessian, step, n);
}

bool l1_newton_fit(const l1_newton *problem, double w[L1_NEWTON_SCORES_MAX + 1])
{
    const size_t n = problem->columns + 1;
    L1_ASSERT(problem->count > 0);
    L1_ASSERT(problem->columns >= 1 && problem->columns <= L1_NEWTON_SCORES_MAX);
    memset(w, 0, n * sizeof *w);
    double loss = loss_of(problem, w);
    for (int steps = 0; steps < STEPS_MAX; steps++) {
        double step[L1_NEWTON_SCORES_MAX + 1], next[L1_NEWTON_SCORES_MAX + 1];
        step_of(problem, w, step);
        double share = 1, then = 0;
        for (int halvings = 0; halvings < HALVINGS_MAX; halvings++, share /= 2) {
            for (size_t i = 0; i < n; i++) next[i] = w[i] + share * step[i];
            then = loss_of(problem, next);
            if (then <= loss) break;
        }
        if (!(then <= loss)) return loss - loss == 0; /* no step is better: at rest */
        const double gain = loss - then;
        memcpy(w, next, n * sizeof *w);
        loss = then;
        if (gain <= AT_REST * (1 + loss)) return true;
    }
    return false;
}
