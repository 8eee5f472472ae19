/* metrics: figures worked out by hand or by brute force; intervals that cover what they must. */
#include "testlib/check.h"

#include <math.h>

#include "base/prng.h"
#include "base/real.h"
#include "train/metrics.h"

enum { ROWS = 4000 };
static double scores[ROWS], baseline[ROWS];
static uint8_t labels[ROWS];
static int64_t days[ROWS];
static l1_diag diag;

static double auc(const double *of, const uint8_t *with, size_t count)
{
    double out = -1;
    CHECK(l1_metrics_auc(of, with, count, &out, &diag).code == L1_OK);
    return out;
}

static double auc_by_pairs(size_t count)
{
    double wins = 0, pairs = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            if (labels[i] == 0 || labels[k] != 0) continue;
            wins += scores[i] > scores[k] ? 1 : scores[i] == scores[k] ? 0.5 : 0;
            pairs += 1;
        }
    }
    return wins / pairs;
}

static void test_metrics__auc_counts_pairs_and_halves_ties(void **state)
{
    (void)state;
    static const double few[] = {1, 2, 2, 3};
    static const uint8_t with[] = {0, 0, 1, 1};
    CHECK(auc(few, with, 4) == 0.875);
    static const uint8_t turned[] = {1, 1, 0, 0};
    CHECK(auc(few, turned, 4) == 0.125);
    static const uint8_t one_kind[] = {1, 1, 1, 1};
    CHECK(auc(few, one_kind, 4) == 0.5);
    l1_prng prng;
    l1_prng_seed(&prng, 7);
    for (size_t i = 0; i < 500; i++) {
        labels[i] = (uint8_t)l1_prng_below(&prng, 2);
        scores[i] = (double)l1_prng_below(&prng, 40) + 5 * labels[i]; /* many ties */
    }
    CHECK(fabs(auc(scores, labels, 500) - auc_by_pairs(500)) < 1e-12);
}

static void test_metrics__figures_are_those_of_a_small_table(void **state)
{
    (void)state;
    static const double odds[] = {-1, 2, 0, -3};
    static const double formula[] = {0, 0, 0, 0};
    static const uint8_t with[] = {0, 1, 0, 1};
    static const int64_t on[] = {1, 1, 2, 3};
    const l1_scored scored = {.count = 4,
                              .log_odds = odds,
                              .baseline = formula,
                              .labels = with,
                              .days = on,
                              .overlap = 2};
    l1_metrics of;
    CHECK(l1_metrics_of(&scored, &of, &diag).code == L1_OK);
    double loss = 0, brier = 0;
    for (int i = 0; i < 4; i++) {
        const double p = 1 / (1 + exp(-odds[i]));
        loss -= log(with[i] != 0 ? p : 1 - p) / 4;
        brier += (p - with[i]) * (p - with[i]) / 4;
    }
    CHECK(fabs(of.log_loss.value - loss) < 1e-12);
    CHECK(fabs(of.brier.value - brier) < 1e-12);
    CHECK(fabs(of.brier_skill.value - (1 - brier / 0.25)) < 1e-12);
    CHECK(of.brier_baseline == 0.25 && of.auc_baseline == 0.5);
    CHECK(of.base_rate == 0.5 && of.effective_n == 2);
    CHECK(fabs(of.auc_null_se - sqrt(3.0 / 12)) < 1e-12); /* (n + 1) / (12 x 1 x 1), n = 2 */
    CHECK(of.auc.value == 0.5);                           /* 2 > -1, 2 > 0, -3 below both */
    CHECK(of.accuracy.value == 0.5);                      /* 0 says yes */
    CHECK(of.f1.value == 0.5);                            /* 1 of 2 said, 1 of 2 there */
    CHECK(of.reliability[0].count == 1 && of.reliability[0].mean_label == 1);
    CHECK(of.reliability[5].count == 1 && of.reliability[5].mean_p == 0.5);
    double apart = 0;
    for (int i = 0; i < 4; i++) apart += fabs(1 / (1 + exp(-odds[i])) - with[i]) / 4;
    CHECK(fabs(of.ece - apart) < 1e-12); /* each row has a bin of its own */
}

/* Labels of log-odds x, four of them each day. */
static void draw_rows(uint64_t seed, double signal)
{
    l1_prng prng;
    l1_prng_seed(&prng, seed);
    for (size_t i = 0; i < ROWS; i++) {
        double x = -6;
        for (int k = 0; k < 12; k++) x += l1_prng_unit(&prng);
        scores[i] = signal * x;
        baseline[i] = 0;
        labels[i] = l1_prng_unit(&prng) < 1 / (1 + exp(-signal * x));
        days[i] = (int64_t)i / 4;
    }
}

static l1_metrics of_rows(uint64_t seed)
{
    l1_metrics out;
    const l1_scored scored = {.count = ROWS,
                              .log_odds = scores,
                              .baseline = baseline,
                              .labels = labels,
                              .days = days,
                              .overlap = 1,
                              .seed = seed};
    CHECK(l1_metrics_of(&scored, &out, &diag).code == L1_OK);
    return out;
}

static void test_metrics__intervals_hold_the_value_and_depend_on_the_seed_alone(void **state)
{
    (void)state;
    draw_rows(1, 1);
    const l1_metrics one = of_rows(1), again = of_rows(1), other = of_rows(2);
    CHECK(one.auc.low < one.auc.value && one.auc.value < one.auc.high);
    CHECK(one.auc.low == again.auc.low && one.brier_skill.high == again.brier_skill.high);
    CHECK(one.auc.low != other.auc.low);
    /* 1.645 null standard errors to each side, a little less with signal */
    const double half = (one.auc.high - one.auc.low) / 2 / (1.645 * one.auc_null_se);
    CHECK(half > 0.8 && half < 1.2);
    CHECK(one.brier_skill.low > 0); /* the scores are the truth, the formula says nothing */
    CHECK(one.ece < 0.03);
}

static void test_metrics__scores_without_signal_stay_within_their_null_error(void **state)
{
    (void)state;
    int outside = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        draw_rows(seed, 1);
        l1_prng prng;
        l1_prng_seed(&prng, seed + 100);
        for (size_t i = 0; i < ROWS; i++) labels[i] = l1_prng_below(&prng, 2) != 0;
        const l1_metrics of = of_rows(seed);
        outside += fabs(of.auc.value - 0.5) > 1.645 * of.auc_null_se;
    }
    CHECK(outside <= 6); /* one in ten is expected */
}

static void test_metrics__days_that_agree_widen_the_interval(void **state)
{
    (void)state;
    l1_prng prng;
    draw_rows(3, 1);
    const l1_metrics alone = of_rows(1);
    l1_prng_seed(&prng, 5);
    for (size_t i = 0; i < ROWS; i += 40) { /* forty rows a day, all alike */
        for (size_t k = 0; k < 40; k++) {
            scores[i + k] = scores[i];
            labels[i + k] = labels[i];
            days[i + k] = (int64_t)i / 40;
        }
    }
    const l1_metrics together = of_rows(1);
    CHECK(together.auc.high - together.auc.low > 3 * (alone.auc.high - alone.auc.low));
}

static void test_metrics__a_threshold_says_yes_at_its_own_score(void **state)
{
    (void)state;
    static const double odds[] = {1, 2, 3, 4};
    static const uint8_t with[] = {0, 1, 0, 1};
    const l1_scored scored = {.count = 4, .log_odds = odds, .labels = with};
    const l1_decisions at = l1_metrics_at(&scored, 2);
    CHECK(at.true_yes == 2 && at.false_yes == 1 && at.true_no == 1 && at.false_no == 0);
    CHECK(at.pass_rate == 0.75 && at.accuracy == 0.75 && at.recall == 1);
    CHECK(fabs(at.f1 - 0.8) < 1e-12 && fabs(at.precision - 2.0 / 3) < 1e-12);
    CHECK(l1_metrics_at(&scored, -INFINITY).pass_rate == 1);
    CHECK(l1_metrics_at(&scored, 4.5).pass_rate == 0);
}

static void test_metrics__roc_runs_from_corner_to_corner_and_never_falls(void **state)
{
    (void)state;
    l1_roc_point points[51];
    static const size_t capacities[] = {2, 3, 51};
    draw_rows(4, 1);
    const l1_scored scored = {.count = ROWS, .log_odds = scores, .labels = labels};
    for (size_t c = 0; c < 3; c++) {
        size_t count = 0;
        CHECK(l1_metrics_roc(&scored, points, capacities[c], &count, &diag).code == L1_OK);
        CHECK(count >= 2 && count <= capacities[c]);
        CHECK(points[0].false_rate == 0 && points[0].true_rate == 0);
        CHECK(points[count - 1].false_rate == 1 && points[count - 1].true_rate == 1);
        double area = 0;
        for (size_t i = 1; i < count; i++) {
            CHECK(points[i].false_rate >= points[i - 1].false_rate);
            CHECK(points[i].true_rate >= points[i - 1].true_rate);
            area += (points[i].false_rate - points[i - 1].false_rate) *
                    (points[i].true_rate + points[i - 1].true_rate) / 2;
        }
        if (capacities[c] == 51) CHECK(fabs(area - auc(scores, labels, ROWS)) < 0.005);
    }
}

static void test_metrics__mean_has_the_interval_of_its_days(void **state)
{
    (void)state;
    l1_estimate of;
    draw_rows(5, 1);
    CHECK(l1_metrics_mean(scores, days, ROWS, 1, &of, &diag).code == L1_OK);
    double mean = 0;
    for (size_t i = 0; i < ROWS; i++) mean += scores[i] / ROWS;
    CHECK(fabs(of.value - mean) < 1e-12);
    const double half = (of.high - of.low) / 2 * sqrt(ROWS) / 1.645; /* deviation 1 */
    CHECK(half > 0.85 && half < 1.15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics__auc_counts_pairs_and_halves_ties),
        cmocka_unit_test(test_metrics__figures_are_those_of_a_small_table),
        cmocka_unit_test(test_metrics__intervals_hold_the_value_and_depend_on_the_seed_alone),
        cmocka_unit_test(test_metrics__scores_without_signal_stay_within_their_null_error),
        cmocka_unit_test(test_metrics__days_that_agree_widen_the_interval),
        cmocka_unit_test(test_metrics__a_threshold_says_yes_at_its_own_score),
        cmocka_unit_test(test_metrics__roc_runs_from_corner_to_corner_and_never_falls),
        cmocka_unit_test(test_metrics__mean_has_the_interval_of_its_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
