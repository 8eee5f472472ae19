/* The table of features against its page, docs/features.md, which `test_feature_set table` prints
 * the rows of. */
#include "features/feature_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testlib/check.h"

#define ROW_MAX 400

static void row_text(int row, char out[ROW_MAX])
{
    const l1_feature *const feature = &l1_features[row];
    const int size = snprintf(out, ROW_MAX, "| `%s` | `%s` | %s | %u | %s | %s |\n", feature->name,
                              feature->formula, feature->inputs, feature->window,
                              feature->directional ? "yes" : "no", feature->source);
    CHECK(size > 0 && size < ROW_MAX);
}

static char *page(void)
{
    FILE *const file = fopen(L1_SOURCE_DIR "/docs/features.md", "rb");
    CHECK(file != NULL);
    char *const text = calloc(1, 100000);
    CHECK(text != NULL && fread(text, 1, 99999, file) > 0);
    fclose(file);
    return text;
}

static void test_page__shows_every_row_in_order_and_the_hash(void **state)
{
    char expected[ROW_MAX], hash[33];
    (void)state;
    char *const text = page();
    const char *at = strstr(text, "| Name |");
    CHECK(at != NULL);
    at = strchr(strchr(at, '\n') + 1, '\n') + 1; /* behind the table's head */
    for (int row = 0; row < L1_COLUMNS_COUNT; row++) {
        row_text(row, expected);
        if (strncmp(at, expected, strlen(expected)) != 0) fail_msg("the page lacks %s", expected);
        at += strlen(expected);
    }
    CHECK(*at == '\n'); /* and no row more */
    l1_hash_hex(l1_features_hash(), hash);
    if (strstr(text, hash) == NULL) fail_msg("the page lacks the table's hash %s", hash);
    free(text);
}

static void test_rows__are_complete_and_found_by_name(void **state)
{
    (void)state;
    for (int row = 0; row < L1_COLUMNS_COUNT; row++) {
        const l1_feature *const feature = &l1_features[row];
        CHECK(feature->name != NULL && strlen(feature->name) > 0);
        CHECK(strlen(feature->formula) > 0 && strlen(feature->inputs) > 0);
        CHECK(strlen(feature->source) > 0);
        CHECK(feature->window <= 11520); /* the burn-in covers it */
        CHECK(feature->directional == (row < L1_DIRECTIONAL_COUNT));
        CHECK(l1_feature_find(feature->name, strlen(feature->name)) == row);
        CHECK(strspn(feature->name, "abcdefghijklmnopqrstuvwxyz0123456789_") ==
              strlen(feature->name));
    }
    CHECK(l1_feature_find("return_1", 7) == -1);
    CHECK(l1_feature_find("return_15", 8) == L1_FEATURE_RETURN_1);
    CHECK(l1_feature_find("return_", 7) == -1);
    CHECK(l1_feature_find("RETURN_1", 8) == -1);
    CHECK(l1_feature_find("", 0) == -1);
}

static void test_table__has_the_sizes_that_models_count_on(void **state)
{
    (void)state;
    CHECK(L1_FEATURES_COUNT == 51 && L1_COLUMNS_COUNT == 53);
    CHECK(L1_DIRECTIONAL_COUNT == 28);
    CHECK(strcmp(l1_features[L1_FEATURE_BASELINE].name, "baseline") == 0);
}

static void print_table(void)
{
    char text[ROW_MAX];
    for (int row = 0; row < L1_COLUMNS_COUNT; row++) {
        row_text(row, text);
        fputs(text, stdout);
    }
    l1_hash_hex(l1_features_hash(), text);
    puts(text);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "table") == 0) {
        print_table();
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page__shows_every_row_in_order_and_the_hash),
        cmocka_unit_test(test_rows__are_complete_and_found_by_name),
        cmocka_unit_test(test_table__has_the_sizes_that_models_count_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
