/* platt, stack, thresholds, least squares: what was put in comes out; the gradient is zero. */
#include "testlib/check.h"

#include <math.h>
#include <string.h>

#include "base/prng.h"
#include "train/platt.h"
#include "train/solve.h"
#include "train/thresholds.h"

enum { ROWS = 20000 };
static double scores[ROWS], three[3 * ROWS];
static uint8_t labels[ROWS];
static l1_diag diag;

static double normal(l1_prng *prng)
{
    double x = -6;
    for (int k = 0; k < 12; k++) x += l1_prng_unit(prng);
    return x;
}

static void test_platt__finds_the_scale_that_made_the_labels(void **state)
{
    (void)state;
    l1_prng prng;
    l1_calibration of;
    l1_prng_seed(&prng, 1);
    for (size_t i = 0; i < ROWS; i++) {
        scores[i] = normal(&prng);
        labels[i] = l1_prng_unit(&prng) < 1 / (1 + exp(-(1.5 * scores[i] - 0.7)));
    }
    CHECK(l1_platt_fit(scores, labels, ROWS, &of, &diag).code == L1_OK);
    CHECK(fabs(of.a - 1.5) < 0.06 && fabs(of.b + 0.7) < 0.06);
    double gradient[2] = {0};
    for (size_t i = 0; i < ROWS; i++) {
        const double apart = labels[i] - 1 / (1 + exp(-(of.a * scores[i] + of.b)));
        gradient[0] += apart;
        gradient[1] += apart * scores[i];
    }
    CHECK(fabs(gradient[0]) < 2 && fabs(gradient[1]) < 2); /* smoothed targets move it a little */
}

static void test_platt__survives_separation_constants_and_large_scores(void **state)
{
    (void)state;
    l1_calibration of;
    static const double apart[] = {-1000, -999, 999, 1000};
    static const double same[] = {3, 3, 3, 3};
    static const uint8_t with[] = {0, 0, 1, 1}, mostly[] = {0, 1, 1, 1};
    CHECK(l1_platt_fit(apart, with, 4, &of, &diag).code == L1_OK);
    CHECK(of.a > 0 && of.a < 1 && isfinite(of.b));
    CHECK(l1_platt_fit(same, mostly, 4, &of, &diag).code == L1_OK);
    CHECK(of.a == 0 || fabs(of.a * 3 + of.b - log(3.7 / 2.3)) < 0.1);
    const double p = 1 / (1 + exp(-(of.a * 3 + of.b)));
    CHECK(fabs(p - (3 * 0.8 + 1.0 / 3) / 4) < 1e-6); /* the mean of the smoothed targets */
}

static void test_platt__refuses_one_class_and_what_is_not_finite(void **state)
{
    (void)state;
    l1_calibration of;
    double weights[L1_STACK_SCORES + 1];
    static const uint8_t none[4] = {0}, all[] = {1, 1, 1, 1}, with[] = {0, 1, 0, 1};
    double odd[12] = {1, 2, NAN, 4};
    CHECK(l1_platt_fit(scores, none, 4, &of, &diag).code == L1_INPUT_FIELD);
    CHECK(strstr(diag.text, "equal") != NULL);
    CHECK(l1_platt_fit(scores, all, 4, &of, &diag).code == L1_INPUT_FIELD);
    CHECK(l1_platt_fit(odd, with, 4, &of, &diag).code == L1_INPUT_FIELD);
    CHECK(strstr(diag.text, "finite") != NULL);
    CHECK(l1_stack_fit(odd, with, 4, weights, &diag).code == L1_INPUT_FIELD);
    odd[2] = INFINITY;
    CHECK(l1_stack_fit(odd, with, 4, weights, &diag).code == L1_INPUT_FIELD);
    CHECK(l1_stack_fit(scores, all, 4, weights, &diag).code == L1_INPUT_FIELD);
}

static void test_stack__weighs_what_knows_more(void **state)
{
    (void)state;
    double w[L1_STACK_SCORES + 1];
    l1_prng prng;
    l1_prng_seed(&prng, 2);
    for (size_t i = 0; i < ROWS; i++) {
        const double x = normal(&prng), y = normal(&prng);
        three[3 * i] = x;
        three[3 * i + 1] = y;
        three[3 * i + 2] = normal(&prng); /* knows nothing */
        labels[i] = l1_prng_unit(&prng) < 1 / (1 + exp(-(0.2 + 1.2 * x + 0.5 * y)));
    }
    CHECK(l1_stack_fit(three, labels, ROWS, w, &diag).code == L1_OK);
    CHECK(fabs(w[0] - 0.2) < 0.05 && fabs(w[1] - 1.2) < 0.06 && fabs(w[2] - 0.5) < 0.05);
    CHECK(fabs(w[3]) < 0.05);
    for (size_t i = 0; i < ROWS; i++) three[3 * i + 2] = three[3 * i]; /* one score twice */
    CHECK(l1_stack_fit(three, labels, ROWS, w, &diag).code == L1_OK);
    CHECK(fabs(w[1] - w[3]) < 1e-3 && fabs(w[1] + w[3] - 1.2) < 0.06);
}

static void test_solve__gives_zero_to_what_others_explain(void **state)
{
    (void)state;
    double matrix[] = {4, 2, 6, 2, 5, 7, 6, 7, 13}; /* the third is the sum of both */
    double right[] = {8, 12, 20};
    l1_solve(matrix, right, 3);
    CHECK(fabs(right[0] - 1) < 1e-12 && fabs(right[1] - 2) < 1e-12 && right[2] == 0);
    double zero[] = {0}, one[] = {1};
    l1_solve(zero, one, 1);
    CHECK(one[0] == 0);
}

static void test_thresholds__f1_is_the_best_of_all(void **state)
{
    (void)state;
    l1_f1_threshold of;
    l1_prng prng;
    l1_prng_seed(&prng, 3);
    for (size_t i = 0; i < 300; i++) {
        scores[i] = (double)l1_prng_below(&prng, 60);
        labels[i] = l1_prng_below(&prng, 60) < (uint64_t)scores[i];
    }
    double best = 0, at = -1, yes = 0;
    for (size_t i = 0; i < 300; i++) yes += labels[i];
    for (int threshold = 60; threshold >= 0; threshold--) {
        double said = 0, right = 0;
        for (size_t i = 0; i < 300; i++) {
            said += scores[i] >= threshold;
            right += scores[i] >= threshold && labels[i] != 0;
        }
        if (said + yes > 0 && 2 * right / (said + yes) >= best) {
            best = 2 * right / (said + yes);
            at = threshold;
        }
    }
    CHECK(l1_threshold_f1(scores, labels, 300, &of, &diag).code == L1_OK);
    CHECK(fabs(of.f1 - best) < 1e-12);
    CHECK(of.threshold >= at); /* scores are whole: between two of them all are alike */
    CHECK(fabs(of.f1_always - 2 * yes / (300 + yes)) < 1e-12);
    CHECK(of.pass_rate > 0 && of.pass_rate <= 1 && of.accuracy > 0.5);
}

static void test_thresholds__veto_takes_the_share_and_passes_ties(void **state)
{
    (void)state;
    static const double some[] = {5, 1, 4, 2, 3, 9, 8, 7, 6, 10};
    static const double tied[] = {1, 1, 1, 1, 2};
    static const struct {
        const double *scores;
        size_t count;
        double share, want;
    } rows[] = {
        {some, 10, 0, 1},     {some, 10, 0.05, 1}, {some, 10, 0.1, 2},   {some, 10, 0.2, 3},
        {some, 10, 0.25, 3},  {some, 10, 0.3, 4},  {some, 10, 0.99, 10}, {tied, 5, 0.2, 1},
        {tied, 5, 0.7999, 1}, {tied, 5, 0.8, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double out = -1;
        CHECK(l1_threshold_veto(rows[i].scores, rows[i].count, rows[i].share, &out, &diag).code ==
              L1_OK);
        CHECK(out == rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_platt__finds_the_scale_that_made_the_labels),
        cmocka_unit_test(test_platt__survives_separation_constants_and_large_scores),
        cmocka_unit_test(test_platt__refuses_one_class_and_what_is_not_finite),
        cmocka_unit_test(test_stack__weighs_what_knows_more),
        cmocka_unit_test(test_solve__gives_zero_to_what_others_explain),
        cmocka_unit_test(test_thresholds__f1_is_the_best_of_all),
        cmocka_unit_test(test_thresholds__veto_takes_the_share_and_passes_ties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
