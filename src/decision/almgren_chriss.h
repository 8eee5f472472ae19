/* decision/almgren_chriss.h: the optimal trajectory of a sale or purchase in closed form.
 *
 * Almgren and Chriss, "Optimal execution of portfolio transactions" (2000), with linear impact: X
 * to be traded in N slices over T, tau = T/N, slice j at the start of its interval. eta~ = eta -
 * gamma tau/2 (> 0 is needed), kappa = acosh(1 + lambda sigma^2 tau^2 / (2 eta~)) / tau n_j = X 2
 * sinh(kappa tau/2) cosh(kappa (T - (j - 1/2) tau)) / sinh(kappa T) x_j = X sinh(kappa (T - j tau))
 * / sinh(kappa T), what is left after slice j E = gamma X^2/2 + epsilon X + eta~ X^2 tanh(kappa
 * tau/2) (tau sinh(2 kappa T) + 2 T sinh(kappa tau)) / (2 tau^2 sinh^2(kappa T)) V = sigma^2 X^2
 * (tau sinh(kappa T) cosh(kappa (T - tau)) - T sinh(kappa tau)) / (2 sinh^2(kappa T) sinh(kappa
 * tau)) Long kappa T is computed in powers of e^-kappa..., so that nothing overflows; kappa T <
 * 1e-6 is the limit of equal slices. Units: the caller's, if they fit together. Determinism: pure,
 * base/real.h only. */
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
