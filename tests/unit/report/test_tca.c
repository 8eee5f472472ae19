/* tests/unit/report/test_tca.c: rows and totals of parents. */
#include "report/tca.h"

#include "base/prng.h"
#include "unit/report/figures.h"

static l1_effect *parent(uint64_t seq, const l1_cost_analysis *tca)
{
    l1_effect *effect = figures_report(seq, BTC, L1_REPORT_FILLED);
    effect->as.report.has_tca = true;
    effect->as.report.tca = *tca;
    return effect;
}

static l1_effect *analysis(uint64_t seq, uint64_t report_seq, int64_t one, int64_t ten,
                           int64_t sixty)
{
    static l1_effect effect;
    memset(&effect, 0, sizeof effect);
    effect.seq = seq;
    effect.kind = L1_EFFECT_ANALYSIS;
    effect.as.analysis.report_seq = report_seq;
    effect.as.analysis.markout_bp_e8[0] = one;
    effect.as.analysis.markout_bp_e8[1] = ten;
    effect.as.analysis.markout_bp_e8[2] = sixty;
    return &effect;
}

static l1_cost_analysis known(int64_t scale)
{
    return (l1_cost_analysis){.arrival_slippage_bp_e8 = scale,
                              .vwap_slippage_bp_e8 = 2 * scale,
                              .delay_e8 = 3 * scale,
                              .trading_e8 = 4 * scale,
                              .opportunity_e8 = 5 * scale,
                              .fees_e8 = 6 * scale,
                              .shortfall_e8 = 18 * scale,
                              .shortfall_bp_e8 = 7 * scale,
                              .fill_ratio_e8 = 8 * scale,
                              .participation_e8 = 9 * scale,
                              .maker_share_e8 = 10 * scale};
}

static void test_rows__markouts_join_the_row_of_their_report(void **state)
{
    (void)state;
    l1_tca_rows rows = {0};
    const l1_cost_analysis tca = known(1);
    for (uint64_t seq = 10; seq <= 5000; seq += 10)
        CHECK(l1_tca_rows_take(&rows, parent(seq, &tca)));
    CHECK(rows.count == 500 && rows.rows[499].seq == 5000);
    CHECK(!rows.rows[7].analysed && rows.rows[7].markout_bp_e8[0] == L1_OFF);
    CHECK(l1_tca_rows_take(&rows, analysis(6000, 80, 1, L1_OFF, 3)));
    CHECK(rows.rows[7].analysed && rows.rows[7].markout_bp_e8[0] == 1);
    CHECK(rows.rows[7].markout_bp_e8[1] == L1_OFF && rows.rows[7].markout_bp_e8[2] == 3);
    CHECK(l1_tca_rows_take(&rows, analysis(6001, 81, 1, 1, 1))); /* nobody's */
    CHECK(l1_tca_rows_take(&rows, analysis(6002, 5001, 1, 1, 1)));
    for (size_t i = 0; i < rows.count; i++) CHECK(rows.rows[i].analysed == (i == 7));
    assert_string_equal(rows.rows[7].signal_id, "s80");
    l1_tca_rows_free(&rows);
    CHECK(rows.rows == NULL && rows.count == 0);
}

static void test_rows__only_final_reports_with_an_analysis_make_one(void **state)
{
    (void)state;
    l1_tca_row row;
    l1_tca_totals totals = {0};
    const l1_cost_analysis tca = known(1);
    for (int i = 0; i < 5; i++) {
        l1_effect *effect = parent(1, &tca);
        if (i == 1) effect->as.report.final = false;
        if (i == 2) effect->as.report.protection = true;
        if (i == 3) effect->as.report.has_tca = false;
        if (i == 4) effect = figures_alert(1, L1_ALERT_HALTED);
        CHECK(l1_tca_row_of(effect, &row) == (i == 0));
        l1_tca_take(&totals, effect);
    }
    CHECK(totals.parents == 1 && totals.summed == 1);
}

/* Each average is over those that know their figure; the sums over those that know all. */
static void test_totals__average_what_is_known_and_sum_what_adds_up(void **state)
{
    (void)state;
    l1_tca_totals totals = {0};
    for (int i = 0; i < L1_TCA_MEANS; i++) {
        CHECK(l1_tca_mean_e8(&totals, (l1_tca_figure)i) == L1_OFF);
    }
    l1_cost_analysis a = known(100), b = known(201), c = known(1000);
    c.shortfall_e8 = c.opportunity_e8 = c.shortfall_bp_e8 = L1_OFF;
    c.participation_e8 = L1_OFF;
    l1_tca_take(&totals, parent(1, &a));
    l1_tca_take(&totals, parent(2, &b));
    l1_tca_take(&totals, parent(3, &c));
    l1_tca_take(&totals, analysis(4, 1, 10, L1_OFF, -30));
    l1_tca_take(&totals, analysis(5, 2, 20, L1_OFF, -31));
    static const int64_t want[L1_TCA_MEANS] = {434, 867, 1054, 3469, 1355, 4337, 15, L1_OFF, -31};
    for (int i = 0; i < L1_TCA_MEANS; i++) {
        CHECK(l1_tca_mean_e8(&totals, (l1_tca_figure)i) == want[i]);
    }
    CHECK(totals.parents == 3 && totals.summed == 2);
    CHECK(totals.delay_e8 == 903 && totals.trading_e8 == 1204 && totals.opportunity_e8 == 1505);
    CHECK(totals.fees_e8 == 1806 && totals.shortfall_e8 == 5418);
    CHECK(totals.delay_e8 + totals.trading_e8 + totals.opportunity_e8 + totals.fees_e8 ==
          totals.shortfall_e8);
}

static void test_totals__are_saved_whole(void **state)
{
    (void)state;
    l1_tca_totals totals, loaded;
    l1_prng prng;
    l1_prng_seed(&prng, 5);
    uint8_t bytes[sizeof totals];
    uint8_t *at = (uint8_t *)&totals;
    for (size_t i = 0; i < sizeof totals; i++) at[i] = (uint8_t)l1_prng_below(&prng, 256);
    l1_archive saving = l1_archive_saving(bytes, sizeof bytes);
    l1_tca_totals_archive(&saving, &totals);
    CHECK(l1_archive_ok(&saving));
    l1_archive loading = l1_archive_loading(bytes, saving.out.used);
    l1_tca_totals_archive(&loading, &loaded);
    CHECK(l1_archive_ok(&loading));
    assert_memory_equal(&totals, &loaded, sizeof totals); /* words only: no padding */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows__markouts_join_the_row_of_their_report),
        cmocka_unit_test(test_rows__only_final_reports_with_an_analysis_make_one),
        cmocka_unit_test(test_totals__average_what_is_known_and_sum_what_adds_up),
        cmocka_unit_test(test_totals__are_saved_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
