/* decision/almgren_chriss.h: the optimal trajectory of a sale or purchase in closed form.
 *
 * Almgren and Chriss, "Optimal execution of portfolio transactions" (2000), with linear impact: X
 * to be traded in N slices over T, tau = T/N, slice j at the start of its interval. With eta~ =
 * eta - gamma tau/2, which has to be positive, and k for kappa:
 *   k    acosh(1 + lambda sigma^2 tau^2 / (2 eta~)) / tau
 *   n_j  X 2 sinh(k tau/2) cosh(k (T - (j - 1/2) tau)) / sinh(k T)
 *   x_j  X sinh(k (T - j tau)) / sinh(k T): what is left after slice j
 *   E    gamma X^2/2 + epsilon X + eta~ X^2 tanh(k tau/2)
 *        (tau sinh(2 k T) + 2 T sinh(k tau)) / (2 tau^2 sinh^2(k T))
 *   V    sigma^2 X^2 (tau sinh(k T) cosh(k (T - tau)) - T sinh(k tau))
 *        / (2 sinh^2(k T) sinh(k tau))
 * Long k T are computed in powers of e^-k, so that nothing overflows; k T < 1e-6 is the limit of
 * equal slices. Against direct sums all are right to 1e-12 of each.
 * Units: the caller's, if they fit together. Determinism: pure, base/real.h only. */
#ifndef L1_DECISION_ALMGREN_CHRISS_H
#define L1_DECISION_ALMGREN_CHRISS_H

#include "base/status.h"
#include "domain/limits.h"

typedef struct {
    uint32_t slices; /* N, 1 to L1_CHILDREN_MAX */
    double quantity; /* X */
    double horizon;  /* T */
    double sigma;    /* of the price, by the root of time */
    double eta;      /* temporary impact: price by (quantity by time) */
    double gamma;    /* permanent impact: price by quantity */
    double epsilon;  /* fixed cost of a unit: half the spread, commission */
    double lambda;   /* what variance costs */
} l1_trade_problem;

typedef struct {
    double kappa;                         /* 1/kappa: half-life of the trade; 0 = equal slices */
    double slices[L1_CHILDREN_MAX];       /* n_1 ... n_N */
    double holdings[L1_CHILDREN_MAX + 1]; /* x_0 = X ... x_N = 0 */
    double expected;                      /* E */
    double variance;                      /* V */
} l1_trade_solution;

/* False when eta~ is not positive or an input is no finite number: there is no such optimum. */
L1_MUST_USE bool l1_trade_solve(const l1_trade_problem *problem, l1_trade_solution *out);

#endif
