/* decision/almgren_chriss.c: sinh trajectories without overflow and without cancellation. */
#include "decision/almgren_chriss.h"

#include <math.h>

#include "base/assert.h"
#include "base/real.h"

#define EQUAL_BELOW 1e-6 /* kappa T: from here on down slices are equal */
#define SUM_BELOW 0.5    /* kappa T: below, the closed form of V cancels and the sum is taken */
#define LONG_FROM 20.0   /* kappa T: from here on in powers of e^-kappa... */

/* sinh(a) / sinh(b) and cosh(a) / sinh(b), 0 <= a <= b. */
static double sinh_ratio(double a, double b)
{
    if (b < LONG_FROM) return l1_sinh(a) / l1_sinh(b);
    return l1_exp(a - b) * (1.0 - l1_exp(-2.0 * a)) / (1.0 - l1_exp(-2.0 * b));
}

static double cosh_ratio(double a, double b)
{
    if (b < LONG_FROM) return l1_cosh(a) / l1_sinh(b);
    return l1_exp(a - b) * (1.0 + l1_exp(-2.0 * a)) / (1.0 - l1_exp(-2.0 * b));
}

/* 2 sinh(a/2) cosh(b - a/2) / sinh(b), 0 < a <= b: the part of X that a slice takes. */
static double share(double a, double middle, double b)
{
    if (b < LONG_FROM) return 2.0 * l1_sinh(0.5 * a) * cosh_ratio(middle, b);
    /* e^(a/2) stands with e^(middle - b): apart they overflow and underflow. */
    const double grown = l1_exp(0.5 * a + middle - b);
    return grown * (1.0 - l1_exp(-a)) * (1.0 + l1_exp(-2.0 * middle)) / (1.0 - l1_exp(-2.0 * b));
}

static double tanh_of(double x)
{
    if (x < LONG_FROM) return l1_sinh(x) / l1_cosh(x);
    return 1.0;
}

/* sinh(2b)/sinh^2(b) = 2 coth b, and sinh(a)/sinh^2(b). */
static double expected_factor(double tau, double horizon, double kappa)
{
    const double a = kappa * tau, b = kappa * horizon;
    const double double_ratio = 2.0 * cosh_ratio(b, b);
    const double decay = b < LONG_FROM ? 1.0 / l1_sinh(b) : 2.0 * l1_exp(-b);
    const double single_ratio = sinh_ratio(a, b) * decay;
    return tanh_of(0.5 * a) * (tau * double_ratio + 2.0 * horizon * single_ratio) /
           (2.0 * tau * tau);
}

static double variance_factor(double tau, double horizon, double kappa)
{
    const double a = kappa * tau, b = kappa * horizon;
    const double decay = b < LONG_FROM ? 1.0 / l1_sinh(b) : 2.0 * l1_exp(-b);
    /* cosh(b - a) / (sinh(b) sinh(a)); for long a it is 2 e^-2a. */
    const double by_sinh_a = a < LONG_FROM ? 1.0 / l1_sinh(a) : 2.0 * l1_exp(-a);
    return 0.5 * (tau * cosh_ratio(b - a, b) * by_sinh_a - horizon * decay * decay);
}

static void equal_slices(const l1_trade_problem *problem, l1_trade_solution *out)
{
    const uint32_t slices = problem->slices;
    for (uint32_t j = 0; j < slices; j++) {
        out->slices[j] = problem->quantity / slices;
        out->holdings[j] = problem->quantity * (slices - j) / slices;
    }
    out->holdings[slices] = 0.0;
}

static void curved_slices(const l1_trade_problem *problem, double tau, l1_trade_solution *out)
{
    const double b = out->kappa * problem->horizon, a = out->kappa * tau;
    for (uint32_t j = 0; j < problem->slices; j++) {
        const double until = problem->horizon - j * tau;
        const double middle = out->kappa * (until - 0.5 * tau);
        out->slices[j] = problem->quantity * share(a, middle, b);
        out->holdings[j] = problem->quantity * sinh_ratio(out->kappa * until, b);
    }
    out->holdings[problem->slices] = 0.0;
}

static double variance_by_sum(const l1_trade_problem *problem, double tau,
                              const l1_trade_solution *out)
{
    double squares = 0.0;
    for (uint32_t j = 1; j < problem->slices; j++) {
        squares += out->holdings[j] * out->holdings[j];
    }
    return problem->sigma * problem->sigma * tau * squares;
}

bool l1_trade_solve(const l1_trade_problem *problem, l1_trade_solution *out)
{
    L1_ASSERT(problem->slices >= 1);
    L1_ASSERT(problem->slices <= L1_CHILDREN_MAX);
    const double tau = problem->horizon / problem->slices, size = problem->quantity;
    const double eta = problem->eta - 0.5 * problem->gamma * tau;
    const double bend = 0.5 * problem->lambda * problem->sigma * problem->sigma * tau * tau / eta;
    const double fixed = 0.5 * problem->gamma * size * size + problem->epsilon * size;
    if (!(size > 0.0 && tau > 0.0 && eta > 0.0)) return false;
    const double inputs[] = {size, tau, eta, bend, fixed, problem->sigma, problem->lambda};
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        if (!(inputs[i] >= 0.0 && inputs[i] < 1e300)) return false; /* NaN fails too */
    }
    *out = (l1_trade_solution){.kappa = l1_acosh_beside_one(bend) / tau};
    if (out->kappa * problem->horizon < EQUAL_BELOW) {
        out->kappa = 0.0;
        equal_slices(problem, out);
        out->expected = fixed + eta * size * size / problem->horizon;
        out->variance = variance_by_sum(problem, tau, out);
        return true;
    }
    curved_slices(problem, tau, out);
    out->expected = fixed + eta * size * size * expected_factor(tau, problem->horizon, out->kappa);
    out->variance = out->kappa * problem->horizon < SUM_BELOW
                        ? variance_by_sum(problem, tau, out)
                        : problem->sigma * problem->sigma * size * size *
                              variance_factor(tau, problem->horizon, out->kappa);
    return true;
}
