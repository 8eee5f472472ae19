/* split, har: borders to the minute, and coefficients that made the data. */
#include "testlib/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "train/har.h"

#define DAY L1_MINUTES_A_DAY
enum { ROWS = 3000 };

static l1_limits limits;
static l1_row rows[ROWS];
static l1_dataset dataset;
static l1_diag diag;

static int make(void **state)
{
    (void)state;
    limits.symbols_count = 2;
    memcpy(limits.symbols[0].name, "BTC/USDT", 9);
    memcpy(limits.symbols[1].name, "ETH/USDT", 9);
    dataset = (l1_dataset){.limits = &limits, .rows = rows, .count = ROWS};
    return 0;
}

static void place(size_t count, const int64_t *minutes)
{
    memset(rows, 0, sizeof rows);
    dataset.count = count;
    for (size_t i = 0; i < count; i++) {
        rows[i].minute = minutes[i];
        rows[i].label_end = minutes[i] + L1_HORIZON_MINUTES;
    }
}

static void test_split__purges_rows_whose_label_reaches_a_border(void **state)
{
    (void)state;
    const l1_fold fold = {10000, 20000, 30000};
    static const int64_t minutes[] = {0,     9759,  9760,  9999,  10000, 19759,
                                      19760, 19999, 20000, 29999, 30000};
    static const char where[] = "TT--VV--EE-"; /* train, validation, e = test */
    l1_split split;
    place(11, minutes);
    CHECK(l1_split_make(&dataset, &fold, &split, &diag).code == L1_OK);
    size_t train = 0, validation = 0, test = 0;
    for (size_t i = 0; i < 11; i++) {
        if (where[i] == 'T') CHECK(split.train.places[train++] == i);
        if (where[i] == 'V') CHECK(split.validation.places[validation++] == i);
        if (where[i] == 'E') CHECK(split.test.places[test++] == i);
    }
    CHECK(split.train.count == train && split.validation.count == validation);
    CHECK(split.test.count == test);
    l1_split_free(&split);
}

static void test_split__quarters_are_the_calendar_s(void **state)
{
    (void)state;
    l1_fold folds[L1_FOLDS_MAX];
    const int64_t y2023 = 19358 * DAY, y2024 = 19723 * DAY, leap = 59 + 1; /* 2024-02-29 */
    CHECK(l1_folds_by_quarter(y2023, y2024, 56, folds) == 4);
    static const int64_t starts[] = {0, 90, 181, 273, 365};
    for (int i = 0; i < 4; i++) {
        CHECK(folds[i].test_from == y2023 + starts[i] * DAY);
        CHECK(folds[i].test_to == y2023 + starts[i + 1] * DAY);
        CHECK(folds[i].validation_from == folds[i].test_from - 56 * DAY);
    }
    CHECK(l1_folds_by_quarter(y2024 + leap * DAY, y2024 + 100 * DAY, 28, folds) == 2);
    CHECK(folds[0].test_from == y2024 + leap * DAY && folds[0].test_to == y2024 + 91 * DAY);
    CHECK(folds[1].test_from == y2024 + 91 * DAY && folds[1].test_to == y2024 + 100 * DAY);
    CHECK(l1_folds_by_quarter(y2023, y2023, 56, folds) == 0);
}

static void test_split__the_final_fold_tests_nothing(void **state)
{
    (void)state;
    l1_split split;
    int64_t minutes[400];
    for (int64_t i = 0; i < 400; i++) minutes[i] = i * 360;
    place(400, minutes);
    dataset.to_ms = (399 * 360 + 241) * INT64_C(60000);
    const l1_fold fold = l1_fold_final(&dataset, 56);
    CHECK(l1_split_make(&dataset, &fold, &split, &diag).code == L1_OK);
    CHECK(split.test.count == 0);
    CHECK(split.validation.places[split.validation.count - 1] == 399);
    CHECK(split.train.count + split.validation.count >= 398);
    CHECK(split.validation.count == 224);
    l1_split_free(&split);
}

static double normal(l1_prng *prng)
{
    double x = -6;
    for (int k = 0; k < 12; k++) x += l1_prng_unit(prng);
    return x;
}

static void fill_har(bool flat_profile)
{
    l1_prng prng;
    int64_t minutes[ROWS];
    l1_prng_seed(&prng, 1);
    for (size_t i = 0; i < ROWS; i++) minutes[i] = (int64_t)i;
    place(ROWS, minutes);
    for (size_t i = 0; i < ROWS; i++) {
        double *x = rows[i].vector.har;
        rows[i].symbol = i % 2 != 0;
        x[0] = 1;
        for (int k = 1; k < L1_HAR_TERMS; k++) {
            x[k] = k < 6 ? -7 + normal(&prng) : flat_profile ? 0 : normal(&prng);
        }
        rows[i].realised_ln = rows[i].symbol == 0 ? -1 : -2;
        for (int k = 1; k < L1_HAR_TERMS; k++) rows[i].realised_ln += 0.1 * k * x[k];
        rows[i].realised_ln += 0.3 * normal(&prng);
    }
}

static void test_har__finds_each_symbol_s_coefficients(void **state)
{
    (void)state;
    l1_split split;
    l1_har har;
    const l1_fold all = {ROWS + 1000, ROWS + 2000, ROWS + 2000};
    for (int flat = 0; flat < 2; flat++) {
        fill_har(flat != 0);
        CHECK(l1_split_make(&dataset, &all, &split, &diag).code == L1_OK);
        for (int32_t symbol = 0; symbol < 2; symbol++) {
            CHECK(l1_har_fit(&dataset, &split.train, symbol, &har, &diag).code == L1_OK);
            CHECK(har.rows == ROWS / 2);
            CHECK(fabs(har.coefficients[0] + 1 + symbol) < 0.6);
            for (int k = 1; k < L1_HAR_TERMS; k++) {
                const double want = k < 6 || flat == 0 ? 0.1 * k : 0;
                CHECK(fabs(har.coefficients[k] - want) < 0.04);
                if (flat != 0 && k >= 6) CHECK(har.coefficients[k] == 0);
            }
            CHECK(fabs(har.half_variance - 0.09 / 2) < 0.006);
        }
        l1_split_free(&split);
    }
}

static void test_har__refuses_too_few_moves(void **state)
{
    (void)state;
    l1_split split;
    l1_har har;
    const l1_fold all = {ROWS + 1000, ROWS + 2000, ROWS + 2000};
    fill_har(false);
    CHECK(l1_split_make(&dataset, &all, &split, &diag).code == L1_OK);
    for (size_t i = 0; i < ROWS; i++) {
        if (i % 2 == 0 && i > 196) rows[i].realised_ln = -INFINITY; /* nothing moved */
    }
    CHECK(l1_har_fit(&dataset, &split.train, 0, &har, &diag).code == L1_INPUT_FIELD);
    CHECK(strstr(diag.text, "BTC/USDT: 99 training rows") != NULL);
    rows[198].realised_ln = -7;
    CHECK(l1_har_fit(&dataset, &split.train, 0, &har, &diag).code == L1_OK);
    l1_split_free(&split);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split__purges_rows_whose_label_reaches_a_border),
        cmocka_unit_test(test_split__quarters_are_the_calendar_s),
        cmocka_unit_test(test_split__the_final_fold_tests_nothing),
        cmocka_unit_test(test_har__finds_each_symbol_s_coefficients),
        cmocka_unit_test(test_har__refuses_too_few_moves),
    };
    return cmocka_run_group_tests(tests, make, NULL);
}
