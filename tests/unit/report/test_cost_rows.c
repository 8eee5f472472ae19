/* cost_rows: sums are exact, unknown figures are in none, means count each parent once. */
#include "testlib/check.h"

#include "report/cost_rows.h"

/* A parent that wanted 1000 of quote and cost 2.5, of which 1 was fees: 25 bp. */
static l1_cost_analysis analysis(void)
{
    return (l1_cost_analysis){.decision_mid_e8 = 5 * L1_E8,
                              .arrival_slippage_bp_e8 = 15 * L1_E8,
                              .delay_e8 = 50000000,
                              .trading_e8 = 150000000,
                              .opportunity_e8 = -50000000,
                              .fees_e8 = 100000000,
                              .shortfall_e8 = 250000000,
                              .shortfall_bp_e8 = 25 * L1_E8,
                              .fill_ratio_e8 = L1_E8,
                              .participation_e8 = L1_OFF,
                              .maker_share_e8 = 0,
                              .children = 3,
                              .fills = 4,
                              .chosen = L1_ALGO_TWAP};
}

static void test_rows__sum_money_and_average_parents(void **state)
{
    (void)state;
    l1_cost_row row = {0};
    l1_cost_analysis one = analysis();
    l1_cost_row_add(&row, &one);
    one.shortfall_e8 = -50000000; /* of 500: -10 bp */
    one.shortfall_bp_e8 = -10 * L1_E8;
    one.fill_ratio_e8 = L1_E8 / 2;
    l1_cost_row_add(&row, &one);
    CHECK(row.parents == 2 && row.known == 2 && row.children == 6 && row.fills == 8);
    CHECK(row.shortfall_e8 == 200000000 && row.fees_e8 == 200000000);
    CHECK(row.delay_e8 == 100000000 && row.trading_e8 == 300000000);
    CHECK(row.opportunity_e8 == -100000000);
    CHECK(row.wanted_e8 == 1500 * L1_E8); /* 2.5 / 25 bp and 0.5 / 10 bp */
    CHECK(l1_cost_mean_e8(&row.shortfall_bp) == 750000000);
    CHECK(l1_cost_mean_e8(&row.fill_ratio) == 75000000);
    CHECK(l1_cost_mean_e8(&row.maker_share) == 0);
    CHECK(l1_cost_mean_e8(&row.participation) == L1_OFF);
}

static void test_rows__an_unknown_shortfall_is_in_no_sum(void **state)
{
    (void)state;
    l1_cost_row row = {0};
    l1_cost_analysis one = analysis();
    one.shortfall_e8 = one.shortfall_bp_e8 = one.delay_e8 = L1_OFF;
    l1_cost_row_add(&row, &one);
    CHECK(row.parents == 1 && row.known == 0);
    CHECK(row.shortfall_e8 == 0 && row.fees_e8 == 0 && row.delay_e8 == 0 && row.wanted_e8 == 0);
    CHECK(l1_cost_row_bp_e8(&row) == L1_OFF);
    CHECK(l1_cost_mean_e8(&row.shortfall_bp) == L1_OFF);
    CHECK(l1_cost_mean_e8(&row.slippage_bp) == 15 * L1_E8);
}

static void test_rows__bp_are_of_what_all_of_them_wanted(void **state)
{
    (void)state;
    static const struct {
        int64_t shortfall_e8, wanted_e8, bp_e8;
    } rows[] = {{L1_E8, 1000 * L1_E8, 10 * L1_E8},
                {-L1_E8, 1000 * L1_E8, -10 * L1_E8},
                {0, 1000 * L1_E8, 0},
                {L1_E8, 0, L1_OFF}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_cost_row row = {.shortfall_e8 = rows[i].shortfall_e8,
                                 .wanted_e8 = rows[i].wanted_e8};
        CHECK(l1_cost_row_bp_e8(&row) == rows[i].bp_e8);
    }
}

static void test_rows__joining_is_adding_both(void **state)
{
    (void)state;
    l1_cost_row a = {0}, b = {0}, both = {0};
    l1_cost_analysis one = analysis();
    l1_cost_row_add(&a, &one);
    l1_cost_row_add(&both, &one);
    one.shortfall_e8 = 7;
    one.maker_share_e8 = L1_E8;
    l1_cost_row_add(&b, &one);
    l1_cost_row_add(&both, &one);
    l1_cost_row_join(&a, &b);
    CHECK(a.parents == both.parents && a.known == both.known && a.fills == both.fills);
    CHECK(a.children == both.children && a.shortfall_e8 == both.shortfall_e8);
    CHECK(a.delay_e8 == both.delay_e8 && a.trading_e8 == both.trading_e8);
    CHECK(a.opportunity_e8 == both.opportunity_e8 && a.fees_e8 == both.fees_e8);
    CHECK(a.wanted_e8 == both.wanted_e8);
    CHECK(l1_cost_mean_e8(&a.maker_share) == 50000000);
    CHECK(l1_cost_mean_e8(&a.shortfall_bp) == l1_cost_mean_e8(&both.shortfall_bp));
    CHECK(l1_cost_mean_e8(&a.slippage_bp) == l1_cost_mean_e8(&both.slippage_bp));
    CHECK(l1_cost_mean_e8(&a.fill_ratio) == l1_cost_mean_e8(&both.fill_ratio));
    CHECK(a.participation.count == 0);
}

static void test_rows__a_sum_that_does_not_fit_stays_at_the_most(void **state)
{
    (void)state;
    l1_cost_mean mean = {.count = 1, .sum_e8 = INT64_MAX - 1};
    l1_cost_mean_add(&mean, 5);
    CHECK(mean.sum_e8 == INT64_MAX && mean.count == 2);
    l1_cost_mean_add(&mean, L1_OFF);
    CHECK(mean.count == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows__sum_money_and_average_parents),
        cmocka_unit_test(test_rows__an_unknown_shortfall_is_in_no_sum),
        cmocka_unit_test(test_rows__bp_are_of_what_all_of_them_wanted),
        cmocka_unit_test(test_rows__joining_is_adding_both),
        cmocka_unit_test(test_rows__a_sum_that_does_not_fit_stays_at_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
