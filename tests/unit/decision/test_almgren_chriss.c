/* The closed forms against direct sums in long double, their limits, and brute force. */
#include <math.h>
#include <stdio.h>

#include "base/prng.h"
#include "decision/almgren_chriss.h"
#include "testlib/check.h"

static l1_trade_problem problem(uint32_t slices, double kappa_t)
{
    /* sigma = eta = 1 and T = slices: tau = 1, and lambda makes kappa. */
    const double kappa = kappa_t / slices;
    return (l1_trade_problem){.slices = slices,
                              .quantity = 1000.0,
                              .horizon = slices,
                              .sigma = 1.0,
                              .eta = 1.0,
                              .lambda = 4.0 * sinh(0.5 * kappa) * sinh(0.5 * kappa)};
}

static double apart(double a, long double b)
{
    const long double scale = fabsl(b) > 1e-300L ? fabsl(b) : 1.0L;
    return (double)(fabsl((long double)a - b) / scale);
}

/* x_j by the definition, at the solution's own kappa. */
static long double held(const l1_trade_problem *p, double kappa, uint32_t j)
{
    const long double tau = (long double)p->horizon / p->slices, k = kappa;
    if (kappa == 0.0) return (long double)p->quantity * (p->slices - j) / p->slices;
    const long double b = k * p->horizon, a = k * tau * (p->slices - j);
    /* sinh a / sinh b without overflow */
    return p->quantity * expl(a - b) * (1.0L - expl(-2.0L * a)) / (1.0L - expl(-2.0L * b));
}

static void check_sums(const l1_trade_problem *p, double *worst)
{
    l1_trade_solution s;
    CHECK(l1_trade_solve(p, &s));
    const long double tau = (long double)p->horizon / p->slices;
    const long double eta = p->eta - 0.5L * p->gamma * tau;
    long double cost =
        0.5L * p->gamma * p->quantity * p->quantity + (long double)p->epsilon * p->quantity;
    long double variance = 0.0L, sent = 0.0L;
    for (uint32_t j = 1; j <= p->slices; j++) {
        const long double x = held(p, s.kappa, j), n = held(p, s.kappa, j - 1) - x;
        *worst = fmax(*worst, apart(s.holdings[j], x));
        *worst = fmax(*worst, apart(s.slices[j - 1], n));
        sent += (long double)s.slices[j - 1];
        cost += eta * n * n / tau;
        variance += (long double)p->sigma * p->sigma * tau * x * x;
    }
    *worst = fmax(*worst, apart((double)sent, p->quantity));
    *worst = fmax(*worst, apart(s.expected, cost));
    if (p->slices > 1 && variance > 1e-280L) *worst = fmax(*worst, apart(s.variance, variance));
}

static void test_solution__agrees_with_direct_sums(void **state)
{
    (void)state;
    static const double kappas[] = {0.0, 1e-7, 1e-5, 1e-3, 0.1,  0.3,   0.49,  0.51,  1.0,
                                    2.0, 5.0,  10.0, 19.9, 20.1, 100.0, 699.0, 701.0, 1500.0};
    double worst = 0.0;
    for (uint32_t slices = 1; slices <= L1_CHILDREN_MAX; slices++) {
        for (size_t i = 0; i < sizeof kappas / sizeof kappas[0]; i++) {
            if (kappas[i] / slices > 680.0) continue; /* lambda would not fit */
            l1_trade_problem p = problem(slices, kappas[i]);
            check_sums(&p, &worst);
            p.gamma = 0.7;
            p.epsilon = 12.5;
            check_sums(&p, &worst);
        }
    }
    l1_prng prng;
    l1_prng_seed(&prng, 3);
    for (int i = 0; i < 20000; i++) {
        l1_trade_problem p = {.slices = 1 + (uint32_t)l1_prng_below(&prng, L1_CHILDREN_MAX),
                              .quantity = exp(20.0 * l1_prng_unit(&prng) - 10.0),
                              .horizon = exp(16.0 * l1_prng_unit(&prng) - 3.0),
                              .sigma = exp(12.0 * l1_prng_unit(&prng) - 8.0),
                              .eta = exp(12.0 * l1_prng_unit(&prng) - 8.0),
                              .epsilon = l1_prng_unit(&prng),
                              .lambda = exp(20.0 * l1_prng_unit(&prng) - 14.0)};
        p.gamma = l1_prng_unit(&prng) * p.eta * p.slices / p.horizon;
        check_sums(&p, &worst);
    }
    printf("apart from direct sums: at most %.2e of each\n", worst);
    CHECK(worst < 1e-12);
}

static void test_solution__is_equal_slices_without_aversion_and_all_at_once_with_much(void **state)
{
    (void)state;
    l1_trade_solution s;
    l1_trade_problem p = problem(10, 0.0);
    CHECK(l1_trade_solve(&p, &s) && s.kappa == 0.0);
    for (int j = 0; j < 10; j++) CHECK(s.slices[j] == 100.0);
    p = problem(10, 0.9e-6); /* below and above the switch: no jump */
    CHECK(l1_trade_solve(&p, &s) && s.kappa == 0.0);
    p = problem(10, 1.1e-6);
    CHECK(l1_trade_solve(&p, &s) && s.kappa > 0.0);
    for (int j = 0; j < 10; j++) CHECK(fabs(s.slices[j] - 100.0) < 1e-9);
    p = problem(10, 1000.0);
    CHECK(l1_trade_solve(&p, &s));
    CHECK(fabs(s.slices[0] - 1000.0) < 1e-9 && s.slices[9] >= 0.0 && s.slices[9] < 1e-9);
    p = problem(10, 3.0);
    CHECK(l1_trade_solve(&p, &s) && fabs(s.kappa - 0.3) < 1e-12);
    for (int j = 1; j < 10; j++) CHECK(s.slices[j] < s.slices[j - 1]);
}

/* No exchange between neighbouring slices makes E + lambda V less. */
static void test_solution__is_the_least_of_its_neighbours(void **state)
{
    (void)state;
    for (double kappa_t = 0.5; kappa_t < 12.0; kappa_t *= 2.0) {
        l1_trade_solution s;
        const l1_trade_problem p = problem(8, kappa_t);
        CHECK(l1_trade_solve(&p, &s));
        for (int moved = -1; moved < 7; moved++) {
            for (double by = -1.0; by <= 1.0; by += 2.0) {
                double left = p.quantity, total = 0.0;
                for (int j = 0; j < 8; j++) {
                    double n = s.slices[j];
                    if (moved >= 0 && j == moved) n += by;
                    if (moved >= 0 && j == moved + 1) n -= by;
                    left -= n;
                    total += n * n + p.lambda * left * left;
                }
                const double own = s.expected + p.lambda * s.variance;
                CHECK(moved < 0 ? fabs(total - own) < 1e-6 : total > own);
            }
        }
    }
}

static void test_solution__needs_numbers_and_a_positive_eta(void **state)
{
    (void)state;
    l1_trade_solution s;
    const l1_trade_problem good = problem(4, 1.0);
    CHECK(l1_trade_solve(&good, &s));
    l1_trade_problem p = good;
    p.gamma = 1.999; /* eta~ = 1 - 0.9995 */
    CHECK(l1_trade_solve(&p, &s));
    p.gamma = 2.0;
    CHECK(!l1_trade_solve(&p, &s));
    double *const fields[] = {&p.quantity, &p.horizon, &p.sigma, &p.eta,
                              &p.gamma,    &p.epsilon, &p.lambda};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        p = good;
        *fields[i] = NAN;
        CHECK(!l1_trade_solve(&p, &s));
        p = good;
        *fields[i] = INFINITY;
        CHECK(!l1_trade_solve(&p, &s));
    }
    static const struct {
        double quantity, horizon, eta;
        bool want;
    } rows[] = {
        {1, 1, 1, true}, {0, 1, 1, false}, {1, 0, 1, false}, {1, 1, 0, false}, {-1, 1, 1, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        p = good;
        p.quantity = rows[i].quantity;
        p.horizon = rows[i].horizon;
        p.eta = rows[i].eta;
        CHECK(l1_trade_solve(&p, &s) == rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_solution__agrees_with_direct_sums),
        cmocka_unit_test(test_solution__is_equal_slices_without_aversion_and_all_at_once_with_much),
        cmocka_unit_test(test_solution__is_the_least_of_its_neighbours),
        cmocka_unit_test(test_solution__needs_numbers_and_a_positive_eta),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
