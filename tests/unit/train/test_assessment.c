/* assessment: verdicts and promises on both sides of their borders, ranks of columns, days. */
#include "testlib/check.h"

#include <string.h>

#include "train/assessment.h"

static void test_assessment__verdict_follows_the_interval_of_the_skill(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        l1_verdict verdict;
    } rows[] = {
        {-0.02, -0.001, L1_VERDICT_WORSE}, {-0.02, 0, L1_VERDICT_SAME},
        {0, 0.05, L1_VERDICT_SAME},        {0.001, 0.029, L1_VERDICT_LITTLE},
        {0.001, 0.03, L1_VERDICT_BETTER},  {0.02, 0.05, L1_VERDICT_BETTER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_judged one = {0};
        one.metrics.brier_skill = (l1_estimate){0, rows[i].low, rows[i].high};
        CHECK(l1_verdict_of(&one) == rows[i].verdict);
    }
}

static void test_assessment__promise_is_met_open_or_refuted(void **state)
{
    (void)state;
    static const struct {
        double value, high;
        l1_promise_state state;
    } rows[] = {
        {0.72, 0.73, L1_PROMISE_MET},
        {0.719, 0.72, L1_PROMISE_OPEN},
        {0.7, 0.719, L1_PROMISE_REFUTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_estimate measured = {rows[i].value, 0.6, rows[i].high};
        CHECK(l1_promise_state_of(0.72, &measured) == rows[i].state);
    }
}

static void test_assessment__promises_stand_beside_what_is_had_for_nothing(void **state)
{
    (void)state;
    static l1_limits limits = {.symbols_count = 2};
    static l1_dataset dataset = {.limits = &limits};
    static l1_judged judged[2];
    static l1_assessment of = {.dataset = &dataset};
    l1_promise promises[L1_PROMISES_MAX];
    (void)strcpy(limits.symbols[0].base, "SOL");
    (void)strcpy(limits.symbols[1].base, "BTC");
    for (int i = 0; i < 2; i++) {
        judged[i].head = L1_HEAD_MOVEMENT;
        judged[i].symbol = i;
        judged[i].score = L1_SCORE_ENSEMBLE;
        judged[i].metrics.base_rate = 0.25;
        judged[i].metrics.accuracy = (l1_estimate){0.70, 0.69, 0.71};
        judged[i].metrics.auc_baseline = 0.6;
    }
    of.all = (l1_judgement){judged, 2};
    CHECK(l1_assessment_promises(&of, promises) == 3); /* of BTC's movement alone */
    CHECK(promises[0].symbol == 1 && promises[0].state == L1_PROMISE_MET);
    CHECK(promises[0].reference == 0.75); /* always no */
    CHECK(promises[1].reference == 0.4);  /* always yes: 2 x .25 / 1.25 */
    CHECK(promises[2].reference == 0.6 && promises[2].state == L1_PROMISE_REFUTED);
    CHECK(l1_judgement_find(&of.all, L1_HEAD_MOVEMENT, 1, L1_SCORE_ENSEMBLE) == &judged[1]);
    CHECK(l1_judgement_find(&of.all, L1_HEAD_MOVEMENT, 1, 0) == NULL);
}

static void test_assessment__columns_are_ranked_by_share(void **state)
{
    (void)state;
    static l1_assessment of;
    double *share = of.importance[L1_HEAD_MOVEMENT].share[L1_MODEL_LIGHTGBM];
    share[7] = 0.5;
    share[3] = share[9] = 0.25; /* equal ones: in the order of the table */
    static const int want[] = {7, 3, 9, 0, 1};
    for (int rank = 0; rank < 5; rank++) {
        CHECK(l1_assessment_column(&of, L1_HEAD_MOVEMENT, L1_MODEL_LIGHTGBM, rank) == want[rank]);
    }
}

static void test_assessment__a_minute_has_its_day(void **state)
{
    (void)state;
    char day[L1_DAY_TEXT_SIZE];
    CHECK(strcmp(l1_day_text(0, day), "1970-01-01") == 0);
    CHECK(strcmp(l1_day_text(INT64_C(19358) * 1440, day), "2023-01-01") == 0);
    CHECK(strcmp(l1_day_text(INT64_C(19358) * 1440 - 1, day), "2022-12-31") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assessment__verdict_follows_the_interval_of_the_skill),
        cmocka_unit_test(test_assessment__promise_is_met_open_or_refuted),
        cmocka_unit_test(test_assessment__promises_stand_beside_what_is_had_for_nothing),
        cmocka_unit_test(test_assessment__columns_are_ranked_by_share),
        cmocka_unit_test(test_assessment__a_minute_has_its_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
