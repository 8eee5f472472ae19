/* tests/unit/models/test_forest.c: LightGBM's texts and scores, stored; refusals by line.
 *
 * forest/NAME.txt are models that LightGBM 4.7.0 trained on made-up data, forest/NAME.rows rows
 * and its scores, as bits (tests/parity/forest_lightgbm.c --fixture makes both). */
#include "testlib/check.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/real.h"
#include "models/forest.h"

#define ARENA_SIZE ((size_t)8 << 20)
#define FOLDER L1_SOURCE_DIR "/tests/unit/models/forest/"

static _Alignas(64) uint8_t memory[ARENA_SIZE];
static l1_diag diag;

static l1_status parse_in(const char *text, const l1_forest_columns *columns, size_t capacity,
                          l1_forest **out)
{
    l1_arena arena = {.base = memory, .capacity = capacity};
    memset(memory, 0, capacity);
    memset(&diag, 0, sizeof diag);
    const l1_status status = l1_forest_parse(text, strlen(text), columns, &arena, out, &diag).code;
    if (status != L1_OK) CHECK(arena.used == 0);
    bool wiped = true; /* what was not taken is as it was */
    for (size_t i = arena.used; i < capacity; i++) wiped = wiped && memory[i] == 0;
    CHECK(wiped);
    return status;
}

static l1_forest *parse(const char *text)
{
    l1_forest *forest = NULL;
    const l1_forest_columns any = {.names = NULL};
    const l1_status status = parse_in(text, &any, sizeof memory, &forest);
    if (status != L1_OK) printf("refused: %s\n", diag.text);
    CHECK(status == L1_OK);
    return forest;
}

static char *read_file(const char *name, const char *suffix)
{
    char path[4096];
    snprintf(path, sizeof path, "%s%s.%s", FOLDER, name, suffix);
    FILE *const file = fopen(path, "rb");
    CHECK(file != NULL);
    char *const text = calloc(1, 1 << 20);
    CHECK(text != NULL && fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

/* Rows whose score differs; `rows` is advanced by strtoull alone. */
static int differing(const l1_forest *forest, l1_forest_path path, const char *rows, int *count)
{
    double row[L1_COLUMNS_MAX];
    int bad = 0;
    *count = 0;
    for (char *at = (char *)(uintptr_t)rows; *at != '\0'; at++, ++*count) {
        for (uint32_t k = 0; k < l1_forest_columns_count(forest); k++)
            row[k] = l1_real_of_bits(strtoull(at, &at, 16));
        const unsigned long long want = strtoull(at, &at, 16);
        CHECK(*at == '\n');
        bad += l1_real_bits(l1_forest_score_by(forest, path, row)) != want;
    }
    return bad;
}

static void test_forest__gives_the_bits_of_lightgbm(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t trees;
        double sigmoid;
        bool wide;
    } rows[] = {{"gbdt_slow", 6, 1, true},           {"rf_smooth", 6, 1, true},
                {"rf_zero_as_missing", 6, 1, true},  {"gbdt_no_missing", 6, 1, true},
                {"gbdt_few_categories", 6, 1, true}, {"categories_zero_as_missing", 6, 1, true},
                {"rf_single_leaf", 5, 1, true},      {"gbdt_infinite", 6, 1, true},
                {"gbdt_sigmoid", 6, 0.35, true},     {"gbdt_leaves_255", 6, 1, false},
                {"gbdt_one_tree", 1, 1, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *const model = read_file(rows[i].name, "txt"), *const want =
                                                                read_file(rows[i].name, "rows");
        const l1_forest *const forest = parse(model);
        CHECK(l1_forest_trees(forest) == rows[i].trees);
        CHECK(l1_forest_sigmoid(forest) == rows[i].sigmoid);
        int count = 0;
        CHECK(differing(forest, L1_FOREST_PORTABLE, want, &count) == 0);
        CHECK(count == 120);
        if (l1_forest_path_usable(forest, L1_FOREST_AVX512)) {
            CHECK(rows[i].wide);
            CHECK(differing(forest, L1_FOREST_AVX512, want, &count) == 0);
        } else {
            CHECK(!rows[i].wide || !__builtin_cpu_supports("avx512bw"));
        }
        if (l1_forest_path_usable(forest, L1_FOREST_AVX512_BYTES)) {
            CHECK(rows[i].wide);
            CHECK(differing(forest, L1_FOREST_AVX512_BYTES, want, &count) == 0);
        } else {
            CHECK(!rows[i].wide || !__builtin_cpu_supports("avx512vbmi"));
        }
        free(model);
        free(want);
    }
}

/* ---- by hand ----------------------------------------------------------------------------- */

#define HEAD                                                                                       \
    "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=2\n"  \
    "objective=binary sigmoid:1\nfeature_names=a b c\nfeature_infos=none none none\n\n"
#define TREE_0                                                                                     \
    "Tree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 1\nthreshold=0.5 inf\ndecision_type=2 8\n"   \
    "left_child=1 -1\nright_child=-3 -2\nleaf_value=1 2 4\nis_linear=0\nshrinkage=1\n\n\n"
#define TREE_1                                                                                     \
    "Tree=1\nnum_leaves=3\nnum_cat=1\nsplit_feature=2 0\nthreshold=0 -1\ndecision_type=1 6\n"      \
    "left_child=-1 -2\nright_child=1 -3\nleaf_value=16 32 64\ncat_boundaries=0 2\n"                \
    "cat_threshold=5 2147483648\n\n"
#define TAIL "end of trees\n\nfeature_importances:\na=1\n"
#define SMALL HEAD TREE_0 TREE_1 TAIL

/* Tree 0: a <= 0.5 (NaN is 0), then b: NaN right, all else left. Tree 1: c in {0, 2, 63} left, else
 * a <= -1 with zero and NaN to the left. */
static void test_forest__follows_every_rule_of_a_split(void **state)
{
    (void)state;
    const double tiny = (double)1e-35f;
    const struct {
        double a, b, c, want;
    } rows[] = {
        {0.5, 0, 0, 1 + 16},        {0.6, 0, 0, 4 + 16},
        {NAN, 0, 0, 1 + 16},        {0.5, NAN, 2, 2 + 16},
        {0.5, INFINITY, 2, 1 + 16}, {0.5, -INFINITY, 2, 1 + 16},
        {0, 0, 1, 1 + 32},          {NAN, 0, 1, 1 + 32},
        {tiny, 0, 1, 1 + 32},       {-tiny, 0, 1, 1 + 32},
        {-0.0, 0, 1, 1 + 32},       {2 * tiny, 0, 1, 1 + 64},
        {-1, 0, 1, 1 + 32},         {-0.5, 0, 1, 1 + 64},
        {1, 0, NAN, 4 + 64},        {1, 0, 63, 4 + 16},
        {1, 0, 63.9, 4 + 16},       {1, 0, 62, 4 + 64},
        {1, 0, 64, 4 + 64},         {1, 0, -0.5, 4 + 16},
        {1, 0, -1, 4 + 64},         {1, 0, 2147483648.0, 4 + 64},
        {1, 0, INFINITY, 4 + 64},   {1, 0, -INFINITY, 4 + 64},
        {1, 0, 1e300, 4 + 64},      {1, 0, 2147483647, 4 + 64},
        {1, 0, 2.5, 4 + 16},        {INFINITY, 0, 0, 4 + 16},
        {-INFINITY, 0, 1, 1 + 32},
    };
    const l1_forest *const forest = parse(SMALL);
    CHECK(l1_forest_columns_count(forest) == 3 && l1_forest_used(forest) == 7);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const double row[] = {rows[i].a, rows[i].b, rows[i].c};
        CHECK(l1_forest_score_by(forest, L1_FOREST_PORTABLE, row) == rows[i].want);
        CHECK(l1_forest_score(forest, row) == rows[i].want);
    }
}

static void test_forest__adds_in_order_and_divides_the_mean(void **state)
{
    (void)state;
    char text[4096];
    int size = snprintf(text, sizeof text, "%s", HEAD);
    static const char *const leaves[] = {"1e16", "1", "-1e16", "3"};
    for (int i = 0; i < 4; i++)
        size += snprintf(text + size, sizeof text - (size_t)size,
                         "Tree=%d\nnum_leaves=1\nnum_cat=0\nleaf_value=%s\n\n", i, leaves[i]);
    snprintf(text + size, sizeof text - (size_t)size, TAIL);
    const double row[3] = {0, 0, 0};
    CHECK(l1_forest_score(parse(text), row) == 3.0); /* 1e16 + 1 is 1e16 */
    char *const place = strstr(text, "feature_names");
    memmove(place + 15, place, strlen(place) + 1);
    memcpy(place, "average_output\n", 15);
    const l1_forest *const forest = parse(text);
    CHECK(l1_forest_score(forest, row) == 0.75);
    CHECK(l1_forest_score_by(forest, L1_FOREST_PORTABLE, row) == 0.75);
    CHECK(l1_forest_used(forest) == 0);
}

static void test_forest__maps_its_columns_by_name(void **state)
{
    (void)state;
    static const char *const names[] = {"x", "c", "y", "a", "b"};
    static const char *const lacking[] = {"a", "b"};
    l1_forest *forest = NULL;
    const l1_forest_columns five = {names, 5}, two = {lacking, 2};
    CHECK(parse_in(SMALL, &five, sizeof memory, &forest) == L1_OK);
    CHECK(l1_forest_columns_count(forest) == 5 && l1_forest_used(forest) == 0x1a);
    const double row[] = {99, 2, 99, 0.6, NAN};
    CHECK(l1_forest_score(forest, row) == 4 + 16);
    CHECK(parse_in(SMALL, &two, sizeof memory, &forest) == L1_INPUT_FIELD && diag.line == 8);
}

static void test_forest__reads_old_files_and_carriage_returns(void **state)
{
    (void)state;
    char text[4096];
    size_t size = 0;
    const double row[] = {0.6, 0, 0};
    for (const char *at = SMALL; *at != '\0'; at++) {
        if (*at == '\n') text[size++] = '\r';
        text[size++] = *at;
    }
    text[size] = '\0';
    CHECK(l1_forest_score(parse(text), row) == 4 + 16);
    const size_t one = strlen(TREE_0), two = strlen(TREE_1);
    snprintf(text, sizeof text, "tree\ntree_sizes=%zu %zu\n%s", one, two, strchr(SMALL, 'v'));
    CHECK(l1_forest_score(parse(text), row) == 4 + 16);
}

/* SMALL with `was` replaced by `is` the first time it occurs. */
static void replaced(const char *was, const char *is, char *out, size_t size)
{
    const char *const at = strstr(SMALL, was);
    CHECK(at != NULL);
    snprintf(out, size, "%.*s%s%s", (int)(at - SMALL), SMALL, is, at + strlen(was));
}

/* What is changed in SMALL, and the line that is named for it. */
static const struct {
    const char *was, *is;
    l1_status status;
    unsigned line;
} refusals[] = {
    {"tree\n", "trees\n", L1_INPUT_SYNTAX, 1},
    {"version=v4", "version=v2", L1_INPUT_FIELD, 2},
    {"num_class=1", "num_class=3", L1_INPUT_FIELD, 3},
    {"num_tree_per_iteration=1", "num_tree_per_iteration=2", L1_INPUT_FIELD, 4},
    {"max_feature_idx=2", "max_feature_idx=64", L1_LIMIT_FULL, 6},
    {"max_feature_idx=2", "max_feature_idx=3", L1_INPUT_FIELD, 8},
    {"max_feature_idx=2", "max_feature_idx=1", L1_INPUT_FIELD, 8},
    {"binary sigmoid:1", "regression", L1_INPUT_FIELD, 7},
    {"binary sigmoid:1", "binary", L1_INPUT_FIELD, 7},
    {"binary sigmoid:1", "binary sigmoid:0", L1_INPUT_FIELD, 7},
    {"binary sigmoid:1", "binary sigmoid:inf", L1_INPUT_FIELD, 7},
    {"binary sigmoid:1", "binary sigmoid:1 sqrt", L1_INPUT_FIELD, 7},
    {"label_index=0", "version=v4", L1_INPUT_FIELD, 5},
    {"label_index=0", "novelty=1", L1_INPUT_SYNTAX, 5},
    {"label_index=0", "tree_sizes=1 2", L1_INPUT_FIELD, 5},
    {"Tree=0", "Tree=1", L1_INPUT_SYNTAX, 11},
    {"num_leaves=3", "num_leaves=0", L1_INPUT_FIELD, 12},
    {"num_leaves=3", "num_leaves=1025", L1_LIMIT_FULL, 12},
    {"num_leaves=3", "num_leaves=4", L1_INPUT_FIELD, 19},
    {"num_leaves=3", "num_leaves=2", L1_INPUT_FIELD, 19},
    {"num_leaves=3\n", "", L1_INPUT_FIELD, 11},
    {"num_cat=0", "num_cat=3", L1_INPUT_FIELD, 13},
    {"num_cat=0", "num_cat=1", L1_INPUT_FIELD, 11},
    {"split_feature=0 1", "split_feature=0 3", L1_INPUT_FIELD, 14},
    {"split_feature=0 1", "split_feature=0", L1_INPUT_FIELD, 14},
    {"split_feature=0 1", "split_feature=0 1 1", L1_INPUT_FIELD, 14},
    {"split_feature=0 1", "split_feature=0 -1", L1_INPUT_FIELD, 14},
    {"threshold=0.5 inf", "threshold=0.5 nan", L1_INPUT_FIELD, 15},
    {"threshold=0.5 inf", "threshold=0.5 0x1", L1_INPUT_FIELD, 15},
    {"threshold=0.5 inf\n", "", L1_INPUT_FIELD, 11},
    {"decision_type=2 8", "decision_type=2 12", L1_INPUT_FIELD, 16},
    {"decision_type=2 8", "decision_type=2 16", L1_INPUT_FIELD, 16},
    {"decision_type=2 8", "decision_type=1 8", L1_INPUT_FIELD, 15},
    {"left_child=1 -1", "left_child=0 -1", L1_INPUT_FIELD, 11},
    {"left_child=1 -1", "left_child=1 1", L1_INPUT_FIELD, 11},
    {"left_child=1 -1", "left_child=1 -2", L1_INPUT_FIELD, 11},
    {"left_child=1 -1", "left_child=-1 1", L1_INPUT_FIELD, 11},
    {"left_child=1 -1", "left_child=2 -1", L1_INPUT_FIELD, 17},
    {"left_child=1 -1", "left_child=1 -4", L1_INPUT_FIELD, 17},
    {"left_child=1 -1", "left_child=1 -0", L1_INPUT_FIELD, 17},
    {"left_child=1 -1", "left_child=1 -99999999999999999999", L1_INPUT_FIELD, 17},
    {"leaf_value=1 2 4", "leaf_value=1 2 inf", L1_INPUT_FIELD, 19},
    {"leaf_value=1 2 4", "leaf_value=1 2 1e999", L1_INPUT_FIELD, 19},
    {"is_linear=0", "is_linear=1", L1_INPUT_FIELD, 20},
    {"is_linear=0", "leaf_const=0 0 0", L1_INPUT_SYNTAX, 20},
    {"shrinkage=1\n\n", "shrinkage=1\n\nshrinkage=1\n", L1_INPUT_SYNTAX, 23},
    {"threshold=0 -1", "threshold=1 -1", L1_INPUT_FIELD, 28},
    {"threshold=0 -1", "threshold=-1 -1", L1_INPUT_FIELD, 28},
    {"cat_boundaries=0 2", "cat_boundaries=0 3", L1_INPUT_FIELD, 34},
    {"cat_boundaries=0 2", "cat_boundaries=1 2", L1_INPUT_FIELD, 33},
    {"cat_boundaries=0 2", "cat_boundaries=0", L1_INPUT_FIELD, 33},
    {"cat_boundaries=0 2", "cat_boundaries=0 4000000000", L1_INPUT_FIELD, 33},
    {"cat_threshold=5 2147483648", "cat_threshold=5 4294967296", L1_INPUT_FIELD, 34},
    {"cat_threshold=5 2147483648", "cat_threshold=5 1 1", L1_INPUT_FIELD, 34},
    {"end of trees", "end of tree", L1_INPUT_SYNTAX, 36},
};

static void test_forest__refuses_with_the_line_what_it_cannot_score(void **state)
{
    (void)state;
    char text[4096];
    const l1_forest_columns any = {.names = NULL};
    l1_forest *forest = NULL;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        replaced(refusals[i].was, refusals[i].is, text, sizeof text);
        const l1_status status = parse_in(text, &any, 65536, &forest);
        if (status != refusals[i].status || diag.line != refusals[i].line)
            printf("\"%s\": status %d, %s\n", refusals[i].is, status, diag.text);
        CHECK(status == refusals[i].status);
        CHECK(diag.line == refusals[i].line && diag.field[0] != '\0');
    }
}

static void test_forest__refuses_every_truncation(void **state)
{
    (void)state;
    static const char small[] = SMALL;
    char text[sizeof small];
    const size_t needed = (size_t)(strstr(small, "end of trees") - small) + strlen("end of trees");
    const l1_forest_columns any = {.names = NULL};
    l1_forest *forest = NULL;
    for (size_t size = 0; size < needed; size++) {
        memcpy(text, small, size);
        text[size] = '\0';
        const l1_status status = parse_in(text, &any, 65536, &forest);
        CHECK(status == L1_INPUT_SYNTAX || status == L1_INPUT_FIELD);
    }
}

static void test_forest__refuses_memory_that_is_too_small(void **state)
{
    (void)state;
    const l1_forest_columns any = {.names = NULL};
    l1_forest *forest = NULL;
    bool fitted = false;
    for (size_t capacity = 0; capacity < 32768; capacity += 64) {
        const l1_status status = parse_in(SMALL, &any, capacity, &forest);
        CHECK(status == L1_OK || (status == L1_LIMIT_FULL && !fitted));
        fitted = status == L1_OK;
    }
    CHECK(fitted);
}

/* Trees of one column, each a chain to the right; `cuts` different thresholds in all, from 0 on.
 * Every second node sends NaN left. */
static void chains_text(char *text, size_t capacity, int cuts, int leaves)
{
    size_t size = (size_t)snprintf(text, capacity, "%s", HEAD);
    for (int tree = 0, cut = 0; cut < cuts; tree++) {
        const int nodes = cuts - cut < leaves - 1 ? cuts - cut : leaves - 1;
        static const char *const keys[] = {"split_feature", "threshold",   "decision_type",
                                           "left_child",    "right_child", "leaf_value"};
        size += (size_t)snprintf(text + size, capacity - size, "Tree=%d\nnum_leaves=%d\nnum_cat=0",
                                 tree, nodes + 1);
        for (int key = 0; key < 6; key++) {
            size += (size_t)snprintf(text + size, capacity - size, "\n%s=", keys[key]);
            for (int i = 0; i < nodes + (key == 5); i++) {
                const int right = i + 1 < nodes ? i + 1 : ~nodes;
                const int numbers[] = {0, cut + i, 8 + 2 * (i % 2), ~i, right, (tree + 1) * 37 + i};
                size += (size_t)snprintf(text + size, capacity - size, "%s%d%s", i == 0 ? "" : " ",
                                         numbers[key], key == 5 ? ".1" : "");
            }
        }
        size += (size_t)snprintf(text + size, capacity - size, "\n\n");
        cut += nodes;
    }
    snprintf(text + size, capacity - size, TAIL);
}

/* On both sides of what a byte can hold, and of what four trees in one step can. */
static void test_forest__paths_agree_up_to_the_last_threshold(void **state)
{
    (void)state;
    static const struct {
        int cuts, leaves;
        bool bytes;
    } rows[] = {{254, 16, true}, {255, 16, false}, {254, 17, true}, {255, 17, false},
                {254, 32, true}, {1, 2, true},     {30, 16, true},  {100, 3, true}};
    static char text[1 << 16];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        chains_text(text, sizeof text, rows[i].cuts, rows[i].leaves);
        const l1_forest *const forest = parse(text);
        const bool bytes = l1_forest_path_usable(forest, L1_FOREST_AVX512_BYTES);
        CHECK(bytes == (rows[i].bytes && __builtin_cpu_supports("avx512vbmi")));
        for (int at = -1; at <= 2 * rows[i].cuts + 1; at++) {
            const double row[3] = {at < 0 ? (double)NAN : at * 0.5 - 0.25, 0, 0};
            const double score = l1_forest_score_by(forest, L1_FOREST_PORTABLE, row);
            for (l1_forest_path path = L1_FOREST_AVX512; path < L1_FOREST_PATHS; path++) {
                if (!l1_forest_path_usable(forest, path)) continue;
                CHECK(l1_real_bits(l1_forest_score_by(forest, path, row)) == l1_real_bits(score));
            }
        }
    }
}

static void test_forest__refuses_more_trees_than_fit(void **state)
{
    (void)state;
    static char text[1 << 20];
    const double row[3] = {0, 0, 0};
    for (int trees = L1_FOREST_TREES_MAX; trees <= L1_FOREST_TREES_MAX + 1; trees++) {
        size_t size = (size_t)snprintf(text, sizeof text, "%s", HEAD);
        for (int i = 0; i < trees; i++)
            size += (size_t)snprintf(text + size, sizeof text - size,
                                     "Tree=%d\nnum_leaves=1\nnum_cat=0\nleaf_value=1\n\n", i);
        snprintf(text + size, sizeof text - size, TAIL);
        const l1_forest_columns any = {.names = NULL};
        l1_forest *forest = NULL;
        const l1_status status = parse_in(text, &any, sizeof memory, &forest);
        CHECK(status == (trees > L1_FOREST_TREES_MAX ? L1_LIMIT_FULL : L1_OK));
        if (status != L1_OK) continue;
        CHECK(l1_forest_score_by(forest, L1_FOREST_PORTABLE, row) == L1_FOREST_TREES_MAX);
        CHECK(l1_forest_score(forest, row) == L1_FOREST_TREES_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forest__gives_the_bits_of_lightgbm),
        cmocka_unit_test(test_forest__follows_every_rule_of_a_split),
        cmocka_unit_test(test_forest__adds_in_order_and_divides_the_mean),
        cmocka_unit_test(test_forest__maps_its_columns_by_name),
        cmocka_unit_test(test_forest__reads_old_files_and_carriage_returns),
        cmocka_unit_test(test_forest__refuses_with_the_line_what_it_cannot_score),
        cmocka_unit_test(test_forest__refuses_every_truncation),
        cmocka_unit_test(test_forest__refuses_memory_that_is_too_small),
        cmocka_unit_test(test_forest__paths_agree_up_to_the_last_threshold),
        cmocka_unit_test(test_forest__refuses_more_trees_than_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
