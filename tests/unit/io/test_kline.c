/* tests/unit/io/test_kline.c: rows of kline dumps, good and bad in each column. */
#include <stdio.h>
#include <string.h>

#include "io/kline.h"
#include "testlib/check.h"

enum { COLUMNS = 12, ROW_BYTES = 512 };

static const char *const good[COLUMNS] = {
    "1672531200000",  "16541.77000000", "16544.76000000",  "16538.45000000",
    "16543.67000000", "83.08143000",    "1672531259999",   "1374268.84886160",
    "2687",           "40.18369000",    "664706.01106360", "0",
};

/* A good row with one column replaced; -1 = none. */
static void make_row(int column, const char *text, char row[ROW_BYTES])
{
    size_t size = 0;
    for (int i = 0; i < COLUMNS; i++) {
        size += (size_t)snprintf(row + size, ROW_BYTES - size, "%s%s", i > 0 ? "," : "",
                                 i == column ? text : good[i]);
    }
}

static l1_result parse(const char *row, l1_bar *bar, l1_diag *diag)
{
    memset(bar, 0, sizeof *bar);
    memset(diag, 0, sizeof *diag);
    return l1_kline_parse(row, strlen(row), bar, diag);
}

static void test_kline__reads_each_column_exactly(void **state)
{
    (void)state;
    char row[ROW_BYTES];
    l1_bar bar;
    l1_diag diag;
    make_row(-1, "", row);
    assert_int_equal(parse(row, &bar, &diag).code, L1_OK);
    assert_int_equal(bar.open_time_ns, INT64_C(1672531200000000000));
    assert_int_equal(bar.close_time_ns, INT64_C(1672531259999000000));
    assert_int_equal(bar.open_e8, INT64_C(1654177000000));
    assert_int_equal(bar.high_e8, INT64_C(1654476000000));
    assert_int_equal(bar.low_e8, INT64_C(1653845000000));
    assert_int_equal(bar.close_e8, INT64_C(1654367000000));
    assert_int_equal(bar.volume_e8, INT64_C(8308143000));
    assert_int_equal(bar.quote_volume_e8, INT64_C(137426884886160));
    assert_int_equal(bar.trades, 2687);
    assert_int_equal(bar.taker_buy_volume_e8, INT64_C(4018369000));
}

static void test_kline__tells_ms_from_us_by_their_size(void **state)
{
    (void)state;
    static const struct {
        const char *row;
    } rows[] = {
        {"1672531200000,1,2,1,2,3,1672531259999,4,5,1,1,0"},
        {"1672531200000000,1,2,1,2,3,1672531259999999,4,5,1,1,0"},
        {"1672531200000000,1,2,1,2,3,1672531259999000,4,5,1,1,0"},
        {"1672531200000,1,2,1,2,3,1672531259999999,4,5,1,1,0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_bar bar;
        l1_diag diag;
        assert_int_equal(parse(rows[i].row, &bar, &diag).code, L1_OK);
        assert_int_equal(bar.open_time_ns, INT64_C(1672531200000000000));
        assert_int_equal(bar.close_time_ns, INT64_C(1672531259999000000));
    }
}

static void test_kline__reads_decimals_of_every_usual_form(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t e8;
    } rows[] = {
        {"0", 0},
        {"0.00000001", 1},
        {"1", 100000000},
        {"123456789.12345678", INT64_C(12345678912345678)},
        {"1234567890.12345678", INT64_C(123456789012345678)}, /* past the fast way */
        {"0.123456785", 12345679},                            /* rounded at the 8th */
        {"0.123456784", 12345678},
        {"1e2", INT64_C(10000000000)},
        {"5E-8", 5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char row[ROW_BYTES];
        l1_bar bar;
        l1_diag diag;
        make_row(7, rows[i].text, row);
        assert_int_equal(parse(row, &bar, &diag).code, L1_OK);
        assert_int_equal(bar.quote_volume_e8, rows[i].e8);
    }
}

static void test_kline__refuses_a_bad_column_by_name_and_value(void **state)
{
    (void)state;
    static const struct {
        int column;
        const char *text, *name;
    } rows[] = {
        {0, "", "open_time"},
        {0, "now", "open_time"},
        {0, "-1672531200000", "open_time"},
        {0, "1672531200000.0", "open_time"},
        {0, "1672531200", "open_time"},    /* seconds */
        {0, "1230767999999", "open_time"}, /* 2008 in ms, and in us */
        {0, "1230767999999999", "open_time"},
        {0, "4133980800000", "open_time"}, /* 2101 in ms, and in us */
        {0, "4133980800000000", "open_time"},
        {0, "1672531200000000000", "open_time"},  /* ns */
        {0, "999999999999999999", "open_time"},   /* would not fit as ns */
        {0, "99999999999999999999", "open_time"}, /* nor as an integer */
        {0, "1672531200001", "open_time"},        /* not at a minute */
        {1, "", "open"},
        {1, "one", "open"},
        {1, "1,5", "row"}, /* a thirteenth column */
        {1, "16538.44", "open"},
        {1, "16544.77", "open"},
        {2, "16544.76x", "high"},
        {2, "16538.44", "high"},
        {3, "0", "low"},
        {3, "-1", "low"},
        {3, "NaN", "low"},
        {4, "16538.44", "close"},
        {4, "16544.77", "close"},
        {4, "0x10", "close"},
        {4, "016543.67", "close"},
        {4, "16543.", "close"},
        {4, ".5", "close"},
        {4, "+16543.67", "close"},
        {4, " 16543.67", "close"},
        {5, "-0.00000001", "volume"},
        {5, "99999999999999999999", "volume"},
        {6, "1672531200000", "close_time"}, /* both ends of the minute */
        {6, "1672531260000", "close_time"},
        {6, "x", "close_time"},
        {7, "-1", "quote_volume"},
        {7, "", "quote_volume"},
        {8, "-1", "trades"},
        {8, "2687.5", "trades"},
        {8, "", "trades"},
        {8, "9999999999999999999", "trades"},
        {8, "18446744073709551617", "trades"},  /* 1 if it wrapped */
        {9, "83.08143001", "taker_buy_volume"}, /* more than volume */
        {9, "?", "taker_buy_volume"},
        {10, "?", "taker_buy_quote"},
        {10, "-1", "taker_buy_quote"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char row[ROW_BYTES];
        l1_bar bar;
        l1_diag diag;
        make_row(rows[i].column, rows[i].text, row);
        const l1_result parsed = parse(row, &bar, &diag);
        if (parsed.code != L1_INPUT_FIELD || strcmp(diag.field, rows[i].name) != 0) {
            fail_msg("column %d '%s': code %d, field %s, %s", rows[i].column, rows[i].text,
                     parsed.code, diag.field, diag.text);
        }
        if (strcmp(rows[i].name, "row") == 0) continue;
        CHECK(strstr(diag.text, rows[i].name) != NULL);
        CHECK(strstr(diag.text, rows[i].text) != NULL);
    }
}

static void test_kline__accepts_the_bounds_of_each_column(void **state)
{
    (void)state;
    static const struct {
        int column;
        const char *text;
    } rows[] = {
        {0, "1672531200000"},
        {1, "16538.45"},
        {1, "16544.76"},
        {2, "16543.67"},
        {3, "16541.77"},
        {4, "16538.45"},
        {4, "16544.76"},
        {5, "40.18369"},
        {6, "1672531200001"},
        {6, "1672531259999"},
        {7, "0"},
        {8, "0"},
        {9, "0"},
        {9, "83.08143"},
        {10, "0"},
        {11, ""},
        {11, "whatever it holds"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char row[ROW_BYTES];
        l1_bar bar;
        l1_diag diag;
        make_row(rows[i].column, rows[i].text, row);
        if (parse(row, &bar, &diag).code != L1_OK) fail_msg("'%s': %s", rows[i].text, diag.text);
    }
}

static void test_kline__counts_columns(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        ",",
        "1672531200000",
        "1,2,3,4,5,6,7,8,9,10,11",
        "1,2,3,4,5,6,7,8,9,10,11,12,13",
        ",,,,,,,,,,,,,,,,,,,,,,,,,,,,",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_bar bar;
        l1_diag diag;
        assert_int_equal(parse(rows[i], &bar, &diag).code, L1_INPUT_FIELD);
        assert_string_equal(diag.field, "row");
    }
}

static void test_kline__shows_no_control_characters_of_a_bad_value(void **state)
{
    (void)state;
    char row[ROW_BYTES];
    l1_bar bar;
    l1_diag diag;
    make_row(4, "\033[2J\x7f.\xff", row);
    assert_int_equal(parse(row, &bar, &diag).code, L1_INPUT_FIELD);
    CHECK(strstr(diag.text, "'?[2J?.?'") != NULL);
}

static void test_kline__knows_the_header(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        bool header;
    } rows[] = {
        {"open_time,open,high,low,close", true},
        {"open_time", true},
        {"open_tim", false},
        {"1672531200000,1", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(l1_kline_is_header(rows[i].row, strlen(rows[i].row)), rows[i].header);
    }
}

static void test_kline__refuses_a_header_of_another_order(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        const char *field; /* NULL: taken */
    } rows[] = {
        {"open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
         "taker_buy_quote_volume,ignore",
         NULL},
        {"open_time,open,high,low,close,volume,close_time,a,b,c,d,e\r", NULL},
        {"open_time,high,open,low,close,volume,close_time,a,b,c,d,e", "high"},
        {"open_time,open,high,low,close,quote_volume,close_time,volume,b,c,d,e", "quote_volume"},
        {"open_time,open,high,low,close,volume", NULL},
        {"open_time,", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_diag diag = {.text = ""};
        const l1_result done = l1_kline_header_check(rows[i].row, strlen(rows[i].row), &diag);
        assert_int_equal(done.code, rows[i].field == NULL ? L1_OK : L1_INPUT_FIELD);
        if (rows[i].field != NULL) assert_string_equal(diag.field, rows[i].field);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kline__reads_each_column_exactly),
        cmocka_unit_test(test_kline__tells_ms_from_us_by_their_size),
        cmocka_unit_test(test_kline__reads_decimals_of_every_usual_form),
        cmocka_unit_test(test_kline__refuses_a_bad_column_by_name_and_value),
        cmocka_unit_test(test_kline__accepts_the_bounds_of_each_column),
        cmocka_unit_test(test_kline__counts_columns),
        cmocka_unit_test(test_kline__shows_no_control_characters_of_a_bad_value),
        cmocka_unit_test(test_kline__knows_the_header),
        cmocka_unit_test(test_kline__refuses_a_header_of_another_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
