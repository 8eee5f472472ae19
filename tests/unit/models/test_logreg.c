/* logreg: every line of the text, its refusals, and the score of a row. */
#include "testlib/check.h"

#include <math.h>
#include <string.h>

#include "models/logreg.h"

static l1_logreg model;
static l1_diag diag;

static l1_status parse(const char *text)
{
    memset(&model, 0, sizeof model);
    memset(&diag, 0, sizeof diag);
    return l1_logreg_parse(text, strlen(text), &model, &diag).code;
}

static void test_logreg__reads_what_is_written(void **state)
{
    (void)state;
    CHECK(parse("# fitted by hand\n"
                "l1_logreg=1\n"
                "\n"
                "intercept=-0.25\n"
                "feature=return_5 -0.5 0.5 2\n"
                "feature=baseline -inf inf -1e9\r\n"
                "feature=stop_distance  -1e9   1e9 0 \n"
                "end\n") == L1_OK);
    CHECK(model.count == 3);
    CHECK(model.intercept == -0.25);
    CHECK(model.column[0] == L1_FEATURE_RETURN_5 && model.column[1] == L1_FEATURE_BASELINE);
    CHECK(model.low[0] == -0.5 && model.high[0] == 0.5 && model.weight[0] == 2);
    CHECK(model.low[1] == -INFINITY && model.high[1] == INFINITY && model.weight[1] == -1e9);
    CHECK(model.low[2] == -1e9 && model.high[2] == 1e9 && model.weight[2] == 0);
    CHECK(parse("l1_logreg=1\nintercept=1e9\nend") == L1_OK); /* a constant */
    CHECK(model.count == 0 && model.intercept == 1e9);
}

#define HEAD "l1_logreg=1\nintercept=1\n"

static void test_logreg__refuses_with_line_and_value(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line;
        const char *says;
    } rows[] = {
        {"", 0, "first line must be l1_logreg=1"},
        {"l1_logreg=2\nintercept=1\nend\n", 1, "first line must be l1_logreg=1"},
        {"intercept=1\nl1_logreg=1\nend\n", 1, "first line must be l1_logreg=1"},
        {"l1_logreg=1\n", 1, "last line must be end"},
        {HEAD, 2, "last line must be end"},
        {HEAD "en", 3, "\"en\" is neither"},
        {"l1_logreg=1\nend\n", 2, "there is no intercept="},
        {HEAD "intercept=1\nend\n", 3, "stands twice"},
        {HEAD "l1_logreg=1\nend\n", 3, "is neither"},
        {HEAD "weight=1\nend\n", 3, "\"weight=1\" is neither"},
        {HEAD "feature\nend\n", 3, "is neither"},
        {HEAD "end\nfeature=return_1 0 1 1\n", 4, "stands behind end"},
        {"l1_logreg=1\nintercept=\nend\n", 2, "0 numbers, must be 1"},
        {"l1_logreg=1\nintercept=1 2\nend\n", 2, "2 numbers, must be 1"},
        {"l1_logreg=1\nintercept=nan\nend\n", 2, "\"nan\" must be a number from -1e9 to 1e9"},
        {"l1_logreg=1\nintercept=inf\nend\n", 2, "\"inf\" must be a number"},
        {"l1_logreg=1\nintercept=-inf\nend\n", 2, "\"-inf\" must be a number"},
        {"l1_logreg=1\nintercept=1e9\nend\n", 0, NULL},
        {"l1_logreg=1\nintercept=1000000000.0000002\nend\n", 2, "from -1e9 to 1e9"},
        {"l1_logreg=1\nintercept=-1000000000.0000002\nend\n", 2, "from -1e9 to 1e9"},
        {"l1_logreg=1\nintercept=0x1\nend\n", 2, "\"0x1\" must be"},
        {"l1_logreg=1\nintercept=1,5\nend\n", 2, "\"1,5\" must be"},
        {HEAD "feature=\nend\n", 3, "\"\" is no column"},
        {HEAD "feature=return_2 0 1 1\nend\n", 3, "\"return_2\" is no column"},
        {HEAD "feature=return_1 0 1\nend\n", 3, "2 numbers, must be 3"},
        {HEAD "feature=return_1 0 1 1 1\nend\n", 3, "4 numbers, must be 3"},
        {HEAD "feature=return_1 1 1 1\nend\n", 3, "must have LOW < HIGH"},
        {HEAD "feature=return_1 1 0 1\nend\n", 3, "must have LOW < HIGH"},
        {HEAD "feature=return_1 inf inf 1\nend\n", 3, "must have LOW < HIGH"},
        {HEAD "feature=return_1 -inf inf 1\nend\n", 0, NULL},
        {HEAD "feature=return_1 nan 1 1\nend\n", 3, "\"nan\" must be a number"},
        {HEAD "feature=return_1 0 nan 1\nend\n", 3, "\"nan\" must be a number"},
        {HEAD "feature=return_1 0 1 nan\nend\n", 3, "\"nan\" must be a number"},
        {HEAD "feature=return_1 0 1 inf\nend\n", 3, "WEIGHT from -1e9 to 1e9"},
        {HEAD "feature=return_1 0 1 1.1e9\nend\n", 3, "must be a number from -1e9"},
        {HEAD "feature=return_1 0 1 1\nfeature=return_1 0 1 1\nend\n", 4, "stands twice"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_status status = parse(rows[i].text);
        if (rows[i].says == NULL) {
            CHECK(status == L1_OK);
            continue;
        }
        if (status == L1_OK || diag.line != rows[i].line ||
            strstr(diag.text, rows[i].says) == NULL) {
            print_message("row %zu: line %u, \"%s\"\n", i, diag.line, diag.text);
        }
        CHECK(status == L1_INPUT_SYNTAX || status == L1_INPUT_FIELD);
        CHECK(diag.line == rows[i].line);
        CHECK(strstr(diag.text, rows[i].says) != NULL);
        CHECK(strlen(diag.field) > 0);
        CHECK(l1_logreg_parse(rows[i].text, strlen(rows[i].text), &model, NULL).code == status);
    }
}

static void test_logreg__fills_nothing_when_it_refuses(void **state)
{
    (void)state;
    model.count = 77;
    const char *text = HEAD "feature=return_1 0 1 1\n";
    CHECK(l1_logreg_parse(text, strlen(text), &model, &diag).code != L1_OK);
    CHECK(model.count == 77);
}

static void test_logreg__accepts_no_beginning_of_itself(void **state)
{
    (void)state;
    const char *text = HEAD "feature=return_1 -1.5 1.5 0.125\nfeature=is_btc 0 1 -3\nend";
    for (size_t size = 0; size < strlen(text); size++) {
        CHECK(l1_logreg_parse(text, size, &model, &diag).code != L1_OK);
    }
    CHECK(l1_logreg_parse(text, strlen(text), &model, &diag).code == L1_OK);
}

static void test_logreg__shows_hostile_bytes_as_printable_text(void **state)
{
    (void)state;
    const char text[] =
        HEAD "\x01\x02\xff bytes without end and without sense, many of them\0\nend";
    CHECK(l1_logreg_parse(text, sizeof text - 1, &model, &diag).code == L1_INPUT_SYNTAX);
    for (const char *at = diag.text; *at != '\0'; at++) CHECK(*at >= ' ' && *at <= '~');
    CHECK(strstr(diag.text, "\"??? bytes without end and without sen...\"") != NULL);
}

static void test_logreg__holds_every_column_once(void **state)
{
    (void)state;
    char text[8192] = HEAD;
    for (int i = L1_COLUMNS_COUNT; i-- > 0;) {
        strcat(text, "feature=");
        strcat(text, l1_features[i].name);
        strcat(text, " -1 1 0.5\n");
    }
    strcat(text, "end\n");
    CHECK(parse(text) == L1_OK);
    CHECK(model.count == L1_COLUMNS_COUNT);
    double row[L1_COLUMNS_COUNT];
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) row[i] = i % 2 == 0 ? 7 : 0.5;
    CHECK(l1_logreg_score(&model, row) == 1 + 27 * 0.5 + 26 * 0.25);
}

static void test_logreg__clamps_then_weighs_in_file_order(void **state)
{
    (void)state;
    CHECK(parse(HEAD "feature=return_5 -0.5 0.25 2\nfeature=return_1 -inf inf 4\nend\n") == L1_OK);
    static const struct {
        double return_1, return_5, want;
    } rows[] = {
        {0, 0, 1},          {0, 0.25, 1.5},    {0, 0.250001, 1.5},
        {0, -0.5, 0},       {0, -0.500001, 0}, {1e300, 0, 4e300},
        {1, INFINITY, 5.5}, {0, -INFINITY, 0}, {INFINITY, 0, INFINITY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double row[L1_COLUMNS_COUNT] = {0};
        row[L1_FEATURE_RETURN_1] = rows[i].return_1;
        row[L1_FEATURE_RETURN_5] = rows[i].return_5;
        CHECK(l1_logreg_score(&model, row) == rows[i].want);
    }
    double row[L1_COLUMNS_COUNT] = {[L1_FEATURE_RETURN_5] = NAN};
    CHECK(isnan(l1_logreg_score(&model, row))); /* never a number that looks like a score */
    /* 1e16 + 1 - 1e16 is 0 in this order and 1 in another. */
    CHECK(parse("l1_logreg=1\nintercept=0\nfeature=return_5 -inf inf 1\n"
                "feature=return_1 -inf inf 1\nfeature=return_15 -inf inf -1\nend\n") == L1_OK);
    double order[L1_COLUMNS_COUNT] = {[L1_FEATURE_RETURN_1] = 1};
    order[L1_FEATURE_RETURN_5] = order[L1_FEATURE_RETURN_15] = 1e16;
    CHECK(l1_logreg_score(&model, order) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logreg__reads_what_is_written),
        cmocka_unit_test(test_logreg__refuses_with_line_and_value),
        cmocka_unit_test(test_logreg__fills_nothing_when_it_refuses),
        cmocka_unit_test(test_logreg__accepts_no_beginning_of_itself),
        cmocka_unit_test(test_logreg__shows_hostile_bytes_as_printable_text),
        cmocka_unit_test(test_logreg__holds_every_column_once),
        cmocka_unit_test(test_logreg__clamps_then_weighs_in_file_order),
    };
    return cmocka_run_group_tests_name("logreg", tests, NULL, NULL);
}
