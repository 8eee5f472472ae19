/* tests/unit/domain/test_cost_analysis.c: what a parent cost, held against sums in wide integers.
 */
#include "testlib/check.h"

#include <string.h>

#include "base/prng.h"
#include "domain/cost_analysis.h"

#define E8(n) ((n)*L1_E8)
#define MS INT64_C(1000000)

enum { ROUNDS = 20000 };

/* Q 2, wanted at 100, arrived at 101; 1.5 bought for 153.3, the end at 104. */
static l1_cost_sums worked(l1_side side)
{
    l1_cost_sums sums;
    l1_cost_begin(&sums, side, E8(2), E8(100), E8(101), 1000 * MS);
    l1_cost_market(&sums, E8(10), E8(1015));
    l1_cost_fill(&sums, E8(102), E8(1), E8(102), 10200000, false, 1500 * MS);
    l1_cost_fill(&sums, INT64_C(10260000000), E8(1) / 2, INT64_C(5130000000), 5130000, true,
                 2250 * MS);
    l1_cost_market(&sums, E8(20), E8(2045));
    l1_cost_end(&sums, E8(104), 3000 * MS);
    return sums;
}

static void test_cost__a_worked_buy_has_the_figures_of_the_definition(void **state)
{
    (void)state;
    const l1_cost_sums sums = worked(L1_SIDE_BUY);
    const l1_cost_analysis got = l1_cost_analyse(&sums);
    CHECK(got.decision_mid_e8 == E8(100) && got.arrival_mid_e8 == E8(101));
    CHECK(got.vwap_e8 == INT64_C(10220000000));                /* 153.3 / 1.5 */
    CHECK(got.market_vwap_e8 == E8(102));                      /* 3060 / 30 */
    CHECK(got.delay_e8 == E8(3) / 2);                          /* 1.5 x 1 */
    CHECK(got.trading_e8 == INT64_C(180000000));               /* 153.3 - 151.5 */
    CHECK(got.opportunity_e8 == E8(2));                        /* 0.5 x 4 */
    CHECK(got.fees_e8 == 15330000);                            /* 0.1533 */
    CHECK(got.shortfall_e8 == INT64_C(545330000));             /* 5.4533 */
    CHECK(got.shortfall_bp_e8 == INT64_C(27266500000));        /* of 200: 272.665 bp */
    CHECK(got.arrival_slippage_bp_e8 == INT64_C(11881188119)); /* 1.8 / 151.5 */
    CHECK(got.vwap_slippage_bp_e8 == INT64_C(1960784314));     /* 0.3 / 153 */
    CHECK(got.fill_ratio_e8 == 75000000);
    CHECK(got.participation_e8 == 5000000);
    CHECK(got.maker_share_e8 == 33333333);
    CHECK(got.duration_ns == 1250 * MS);
    CHECK(got.fills == 2 && got.children == 0);
    CHECK(sums.first_fill_ns == 1500 * MS && sums.last_fill_ns == 2250 * MS);
}

static void test_cost__a_sell_has_the_prices_turned_round_and_the_same_fees(void **state)
{
    (void)state;
    const l1_cost_sums buy = worked(L1_SIDE_BUY), sell = worked(L1_SIDE_SELL);
    const l1_cost_analysis a = l1_cost_analyse(&buy), b = l1_cost_analyse(&sell);
    CHECK(b.delay_e8 == -a.delay_e8 && b.trading_e8 == -a.trading_e8);
    CHECK(b.opportunity_e8 == -a.opportunity_e8 && b.fees_e8 == a.fees_e8);
    CHECK(b.arrival_slippage_bp_e8 == -a.arrival_slippage_bp_e8);
    CHECK(b.vwap_slippage_bp_e8 == -a.vwap_slippage_bp_e8);
    CHECK(b.vwap_e8 == a.vwap_e8 && b.fill_ratio_e8 == a.fill_ratio_e8);
    CHECK(b.shortfall_e8 == b.delay_e8 + b.trading_e8 + b.opportunity_e8 + b.fees_e8);
}

static void test_cost__without_a_mid_at_the_decision_it_is_that_of_arrival(void **state)
{
    (void)state;
    l1_cost_sums sums;
    l1_cost_begin(&sums, L1_SIDE_BUY, E8(1), L1_OFF, E8(50), 5);
    CHECK(sums.decision_mid_e8 == E8(50));
    l1_cost_fill(&sums, E8(51), E8(1), E8(51), 0, false, 5);
    l1_cost_end(&sums, E8(60), 5);
    const l1_cost_analysis got = l1_cost_analyse(&sums);
    CHECK(got.delay_e8 == 0 && got.trading_e8 == E8(1) && got.opportunity_e8 == 0);
    CHECK(got.shortfall_e8 == E8(1) && got.duration_ns == 0);
}

/* What never executed cost its opportunity alone. */
static void test_cost__what_never_executed_has_no_price_and_only_an_opportunity(void **state)
{
    (void)state;
    l1_cost_sums sums;
    l1_cost_begin(&sums, L1_SIDE_SELL, E8(3), E8(100), E8(101), 0);
    l1_cost_end(&sums, E8(98), 9);
    const l1_cost_analysis got = l1_cost_analyse(&sums);
    CHECK(got.delay_e8 == 0 && got.trading_e8 == 0 && got.fees_e8 == 0);
    CHECK(got.opportunity_e8 == E8(6) && got.shortfall_e8 == E8(6));
    CHECK(got.shortfall_bp_e8 == E8(200));
    CHECK(got.fill_ratio_e8 == 0);
    CHECK(got.vwap_e8 == L1_OFF && got.arrival_slippage_bp_e8 == L1_OFF);
    CHECK(got.vwap_slippage_bp_e8 == L1_OFF && got.maker_share_e8 == L1_OFF);
    CHECK(got.duration_ns == L1_OFF && got.participation_e8 == L1_OFF);
}

typedef struct {
    bool arrival, end, fee, market;   /* known */
    int64_t executed_e8;              /* of 2 */
    bool delay, trading, opportunity; /* known then */
    bool fees, shortfall, vwap_slippage;
} unknown_row;

static void test_cost__a_figure_that_needs_an_unknown_one_is_unknown(void **state)
{
    (void)state;
    static const unknown_row rows[] = {
        {1, 1, 1, 1, E8(1), 1, 1, 1, 1, 1, 1}, {0, 1, 1, 1, E8(1), 0, 0, 1, 1, 0, 1},
        {1, 0, 1, 1, E8(1), 1, 1, 0, 1, 0, 1}, {1, 0, 1, 1, E8(2) - 1, 1, 1, 0, 1, 0, 1},
        {1, 0, 1, 1, E8(2), 1, 1, 1, 1, 1, 1}, {1, 1, 0, 1, E8(1), 1, 1, 1, 0, 0, 1},
        {1, 1, 1, 0, E8(1), 1, 1, 1, 1, 1, 0}, {0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const unknown_row *row = &rows[i];
        l1_cost_sums sums;
        l1_cost_begin(&sums, L1_SIDE_BUY, E8(2), E8(10), row->arrival ? E8(11) : L1_OFF, 0);
        if (row->market) l1_cost_market(&sums, E8(5), E8(50));
        if (row->executed_e8 > 0) {
            l1_cost_fill(&sums, E8(10), row->executed_e8, 10 * row->executed_e8,
                         row->fee ? 7 : L1_OFF, false, 1);
        }
        l1_cost_end(&sums, row->end ? E8(12) : L1_OFF, 2);
        const l1_cost_analysis got = l1_cost_analyse(&sums);
        CHECK((got.delay_e8 != L1_OFF) == row->delay);
        CHECK((got.trading_e8 != L1_OFF) == row->trading);
        CHECK((got.opportunity_e8 != L1_OFF) == row->opportunity);
        CHECK((got.fees_e8 != L1_OFF) == row->fees);
        CHECK((got.shortfall_e8 != L1_OFF) == row->shortfall);
        CHECK((got.shortfall_bp_e8 != L1_OFF) == row->shortfall);
        CHECK((got.vwap_slippage_bp_e8 != L1_OFF) == row->vwap_slippage);
        CHECK((got.participation_e8 != L1_OFF) == row->market);
        CHECK((got.market_vwap_e8 != L1_OFF) == row->market);
    }
}

static void test_cost__more_than_was_planned_leaves_no_opportunity(void **state)
{
    (void)state;
    l1_cost_sums sums;
    l1_cost_begin(&sums, L1_SIDE_BUY, E8(1), E8(10), E8(10), 0);
    l1_cost_fill(&sums, E8(10), E8(1) + 1, E8(10), 0, false, 0);
    l1_cost_end(&sums, E8(99), 0);
    const l1_cost_analysis got = l1_cost_analyse(&sums);
    CHECK(got.opportunity_e8 == 0 && got.fill_ratio_e8 == L1_E8 + 1);
}

static void test_cost__sums_beyond_int64_are_unknown_and_stay_so(void **state)
{
    (void)state;
    int64_t sum = INT64_MAX - 1;
    l1_cost_add(&sum, 1);
    CHECK(sum == INT64_MAX);
    l1_cost_add(&sum, 1);
    CHECK(sum == L1_OFF);
    l1_cost_add(&sum, -5);
    CHECK(sum == L1_OFF);
    sum = 3;
    l1_cost_add(&sum, L1_OFF);
    CHECK(sum == L1_OFF);
    CHECK(l1_cost_value_e8(INT64_MAX, L1_E8) == INT64_MAX);
    CHECK(l1_cost_value_e8(INT64_MAX, L1_E8 + 1) == L1_OFF);
    CHECK(l1_cost_value_e8(L1_OFF, 1) == L1_OFF && l1_cost_value_e8(1, L1_OFF) == L1_OFF);
    l1_cost_sums sums;
    l1_cost_begin(&sums, L1_SIDE_BUY, 1, 1, 1, 0);
    l1_cost_market(&sums, INT64_MAX, INT64_MAX);
    l1_cost_market(&sums, 1, 1);
    CHECK(sums.market_volume_e8 == L1_OFF && sums.market_quote_e8 == L1_OFF);
    CHECK(l1_cost_analyse(&sums).market_vwap_e8 == L1_OFF);
}

static void test_markout__is_positive_where_the_price_went_on(void **state)
{
    (void)state;
    static const struct {
        l1_side side;
        int64_t cost_e8, value_e8, want_e8;
    } rows[] = {
        {L1_SIDE_BUY, E8(100), E8(101), E8(100)},
        {L1_SIDE_BUY, E8(100), E8(99), -E8(100)},
        {L1_SIDE_SELL, E8(100), E8(101), -E8(100)},
        {L1_SIDE_SELL, E8(100), E8(99), E8(100)},
        {L1_SIDE_BUY, E8(100), E8(100), 0},
        {L1_SIDE_BUY, L1_OFF, E8(99), L1_OFF},
        {L1_SIDE_BUY, E8(100), L1_OFF, L1_OFF},
        {L1_SIDE_BUY, 0, E8(1), L1_OFF},
        {L1_SIDE_BUY, E8(3), E8(4), INT64_C(333333333333)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(l1_cost_markout_bp_e8(rows[i].side, rows[i].cost_e8, rows[i].value_e8) ==
              rows[i].want_e8);
    }
    CHECK(l1_markout_ns[0] == 1000 * MS && l1_markout_ns[1] == 10000 * MS);
    CHECK(l1_markout_ns[2] == 60000 * MS);
}

/* --- the oracle: everything in units of 1e-16, rounded in its own way --- */

static l1_i128 size_of(l1_i128 value)
{
    return value < 0 ? -value : value;
}

/* value / unit, to the nearest, halves away from zero. */
static int64_t nearest(l1_i128 value, l1_i128 unit)
{
    const l1_i128 half_up = (2 * size_of(value) + unit) / (2 * unit);
    return (int64_t)(value < 0 ? -half_up : half_up);
}

typedef struct {
    l1_i128 done, cost, fees, maker, volume, turnover;
} wide;

static void fold(l1_prng *prng, l1_cost_sums *sums, wide *kept, int64_t tick, int64_t lot)
{
    memset(kept, 0, sizeof *kept);
    const int64_t q = lot * (int64_t)(1 + l1_prng_below(prng, 1000000));
    const int64_t base = 1000 + (int64_t)l1_prng_below(prng, 10000000);
    const l1_side side = (l1_side)l1_prng_below(prng, 2);
    l1_cost_begin(sums, side, q, tick * base,
                  tick * (base + (int64_t)l1_prng_below(prng, 200) - 100), 0);
    const unsigned fills = (unsigned)l1_prng_below(prng, 7);
    int64_t left = q / lot;
    for (unsigned i = 0; i < fills && left > 0; i++) {
        const int64_t qty = lot * (int64_t)(1 + l1_prng_below(prng, (uint64_t)left));
        const int64_t price = tick * (base + (int64_t)l1_prng_below(prng, 400) - 200);
        const int64_t cost = l1_cost_value_e8(qty, price);
        const int64_t fee = (int64_t)l1_prng_below(prng, 100000);
        const bool maker = l1_prng_below(prng, 2) == 1;
        l1_cost_fill(sums, price, qty, cost, fee, maker, i);
        left -= qty / lot;
        kept->done += qty;
        kept->cost += cost;
        kept->fees += fee;
        kept->maker += maker ? qty : 0;
        l1_cost_market(sums, qty * 3, cost * 3 - i);
        kept->volume += (l1_i128)qty * 3;
        kept->turnover += (l1_i128)cost * 3 - i;
    }
    l1_cost_end(sums, tick * (base + (int64_t)l1_prng_below(prng, 600) - 300), 10);
}

static void check_fold(const l1_cost_sums *sums, const wide *kept, bool exact)
{
    const l1_cost_analysis got = l1_cost_analyse(sums);
    const l1_i128 s = sums->side == L1_SIDE_BUY ? 1 : -1;
    const l1_i128 dec = sums->decision_mid_e8, arr = sums->arrival_mid_e8, end = sums->end_mid_e8;
    const l1_i128 left = sums->qty_e8 - kept->done;
    CHECK(got.delay_e8 == nearest(s * kept->done * (arr - dec), L1_E8));
    CHECK(got.trading_e8 == (int64_t)s * ((int64_t)kept->cost - nearest(kept->done * arr, L1_E8)));
    CHECK(got.opportunity_e8 == nearest(s * left * (end - dec), L1_E8));
    CHECK(got.fees_e8 == (int64_t)kept->fees);
    CHECK(got.shortfall_e8 == got.delay_e8 + got.trading_e8 + got.opportunity_e8 + got.fees_e8);
    /* Perold's own sum, which never sees the arrival. */
    const l1_i128 whole =
        s * (kept->cost * L1_E8 - kept->done * dec + left * (end - dec)) + kept->fees * L1_E8;
    CHECK(2 * size_of((l1_i128)got.shortfall_e8 * L1_E8 - whole) <= 3 * (l1_i128)L1_E8);
    if (exact) CHECK((l1_i128)got.shortfall_e8 * L1_E8 == whole);
    CHECK(got.fill_ratio_e8 == nearest(kept->done * L1_E8, sums->qty_e8));
    const l1_i128 paid = nearest((l1_i128)sums->qty_e8 * dec, L1_E8);
    CHECK(got.shortfall_bp_e8 == nearest((l1_i128)got.shortfall_e8 * 10000 * L1_E8, paid));
    if (kept->done == 0) return;
    CHECK(got.vwap_e8 == nearest(kept->cost * L1_E8, kept->done));
    CHECK(got.maker_share_e8 == nearest(kept->maker * L1_E8, kept->done));
    CHECK(got.participation_e8 == nearest(kept->done * L1_E8, kept->volume));
    CHECK(got.market_vwap_e8 == nearest(kept->turnover * L1_E8, kept->volume));
    const l1_i128 at_arrival = nearest(kept->done * arr, L1_E8);
    CHECK(got.arrival_slippage_bp_e8 ==
          nearest((l1_i128)got.trading_e8 * 10000 * L1_E8, at_arrival));
    const l1_i128 at_market = nearest(kept->done * kept->turnover, kept->volume);
    CHECK(got.vwap_slippage_bp_e8 ==
          nearest(s * (kept->cost - at_market) * 10000 * L1_E8, at_market));
}

static void test_cost__random_folds_have_the_figures_of_wide_integers(void **state)
{
    (void)state;
    static const struct {
        int64_t tick, lot;
        bool exact; /* tick x lot is a multiple of 1e-8: nothing is rounded */
    } markets[] = {{1000000, 1000, true}, {1000000, 10000, true}, {7, 3, false}, {1, 33, false}};
    l1_prng prng;
    l1_prng_seed(&prng, 20260801);
    for (unsigned i = 0; i < ROUNDS; i++) {
        l1_cost_sums sums;
        wide kept;
        const size_t market = i % (sizeof markets / sizeof markets[0]);
        fold(&prng, &sums, &kept, markets[market].tick, markets[market].lot);
        check_fold(&sums, &kept, markets[market].exact);
    }
}

static size_t save(l1_cost_sums *sums, l1_cost_analysis *analysis, uint8_t *bytes, size_t capacity)
{
    l1_archive archive = l1_archive_saving(bytes, capacity);
    l1_cost_sums_archive(&archive, sums);
    l1_cost_analysis_archive(&archive, analysis);
    CHECK(l1_archive_ok(&archive));
    return archive.out.used;
}

static void test_cost__what_is_saved_is_loaded_and_cut_bytes_are_refused(void **state)
{
    (void)state;
    l1_cost_sums sums = worked(L1_SIDE_SELL), loaded;
    sums.children = 3;
    sums.asked = L1_ALGO_IS;
    sums.chosen = L1_ALGO_TWAP;
    l1_cost_analysis analysis = l1_cost_analyse(&sums), read;
    CHECK(analysis.children == 3 && analysis.asked == L1_ALGO_IS);
    CHECK(analysis.chosen == L1_ALGO_TWAP);
    uint8_t bytes[512], again[512];
    const size_t size = save(&sums, &analysis, bytes, sizeof bytes);
    for (size_t cut = 0; cut <= size; cut++) {
        l1_archive archive = l1_archive_loading(bytes, cut);
        memset(&loaded, 0xee, sizeof loaded);
        memset(&read, 0xee, sizeof read);
        l1_cost_sums_archive(&archive, &loaded);
        l1_cost_analysis_archive(&archive, &read);
        CHECK(l1_archive_ok(&archive) == (cut == size));
    }
    CHECK(save(&loaded, &read, again, sizeof again) == size);
    assert_memory_equal(bytes, again, size);
    CHECK(loaded.maker_e8 == sums.maker_e8 && loaded.market_quote_e8 == sums.market_quote_e8);
    CHECK(read.shortfall_e8 == analysis.shortfall_e8 && read.duration_ns == analysis.duration_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cost__a_worked_buy_has_the_figures_of_the_definition),
        cmocka_unit_test(test_cost__a_sell_has_the_prices_turned_round_and_the_same_fees),
        cmocka_unit_test(test_cost__without_a_mid_at_the_decision_it_is_that_of_arrival),
        cmocka_unit_test(test_cost__what_never_executed_has_no_price_and_only_an_opportunity),
        cmocka_unit_test(test_cost__a_figure_that_needs_an_unknown_one_is_unknown),
        cmocka_unit_test(test_cost__more_than_was_planned_leaves_no_opportunity),
        cmocka_unit_test(test_cost__sums_beyond_int64_are_unknown_and_stay_so),
        cmocka_unit_test(test_markout__is_positive_where_the_price_went_on),
        cmocka_unit_test(test_cost__random_folds_have_the_figures_of_wide_integers),
        cmocka_unit_test(test_cost__what_is_saved_is_loaded_and_cut_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
