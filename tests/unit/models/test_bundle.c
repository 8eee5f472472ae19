/* bundle: an image is taken whole or not at all; what it says; the bank of two. */
#include "bundles.h"

#include "models/bundle_state.h"

static parsed of;

static int open_small(void **state)
{
    (void)state;
    const bundle_recipe recipe = bundle_recipe_small();
    parsed_make(&of, &recipe);
    return 0;
}

/* One head and trees of one leaf: short enough to be cut and changed at every byte. */
static int open_tiny(void **state)
{
    (void)state;
    static const char *const symbols[] = {"BTC/USDT"};
    bundle_recipe recipe = bundle_recipe_small();
    recipe.heads = 1U << L1_HEAD_SURVIVAL;
    recipe.symbols = symbols;
    recipe.symbols_count = 1;
    recipe.random_forest = recipe.lightgbm = (forest_size){1, 2, 1};
    parsed_make(&of, &recipe);
    return 0;
}

static int close_it(void **state)
{
    (void)state;
    parsed_free(&of);
    return 0;
}

static void refused(l1_status status, const char *says)
{
    if (of.status != status || strstr(of.diag.text, says) == NULL) {
        print_message("status %d, \"%s\"\n", (int)of.status, of.diag.text);
    }
    CHECK(of.status == status);
    CHECK(strstr(of.diag.text, says) != NULL);
    CHECK(strlen(of.diag.field) > 0);
    CHECK(strchr(of.diag.text, '\n') == NULL);
}

static void test_bundle__says_what_it_holds(void **state)
{
    (void)state;
    const bundle_recipe recipe = bundle_recipe_small();
    CHECK(l1_bundle_symbol(of.bundle, "BTC/USDT") == 0);
    CHECK(l1_bundle_symbol(of.bundle, "ETH/USDT") == 1);
    CHECK(l1_bundle_symbol(of.bundle, "ADA/USDT") == -1);
    CHECK(l1_bundle_symbol(of.bundle, "") == -1);
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        CHECK(l1_bundle_has(of.bundle, (l1_head)head));
    }
    int64_t from_ms = 0, to_ms = 0;
    l1_bundle_range(of.bundle, &from_ms, &to_ms);
    CHECK(from_ms == recipe.trained_from_ms && to_ms == recipe.trained_to_ms);
    l1_profile profile;
    l1_bundle_profile(of.bundle, 1, &profile);
    CHECK(profile.day == recipe.profile_day);
    CHECK(profile.slots[0][60] == 1.51 && profile.slots[1][60] == 0.6 * 1.51);
    for (int head = 0; head < L1_MODEL_HEADS; head++) {
        const l1_head_models *models = &of.bundle->models[head];
        CHECK(models->logreg.count == L1_COLUMNS_COUNT);
        CHECK(l1_forest_trees(models->forest[L1_MODEL_RANDOM_FOREST]) ==
              recipe.random_forest.trees);
        CHECK(l1_forest_trees(models->forest[L1_MODEL_LIGHTGBM]) == recipe.lightgbm.trees);
        CHECK(l1_forest_columns_count(models->forest[L1_MODEL_LIGHTGBM]) == L1_COLUMNS_COUNT);
    }
}

static void test_bundle__may_hold_the_trend_alone(void **state)
{
    (void)state;
    bundle_recipe recipe = bundle_recipe_small();
    parsed trend;
    recipe.heads = 1U << L1_HEAD_TREND;
    parsed_make(&trend, &recipe);
    CHECK(trend.made.count == 1);
    CHECK(l1_bundle_has(trend.bundle, L1_HEAD_TREND));
    CHECK(!l1_bundle_has(trend.bundle, L1_HEAD_SURVIVAL));
    parsed_free(&trend);
}

static void test_bundle__of_the_shipped_size_fits_its_memory(void **state)
{
    (void)state;
    const bundle_recipe recipe = bundle_recipe_shipped();
    parsed shipped;
    parsed_make(&shipped, &recipe);
    print_message("image %zu bytes, memory %zu bytes\n", shipped.made.image_size,
                  shipped.arena.used);
    CHECK(shipped.arena.used < L1_BUNDLE_MEMORY / 16);
    parsed_free(&shipped);
}

static void test_bundle__is_the_same_from_the_same_seed(void **state)
{
    (void)state;
    bundle_recipe recipe = bundle_recipe_small();
    made_bundle again;
    bundle_make(&recipe, &again);
    CHECK(again.image_size == of.made.image_size);
    assert_memory_equal(again.image, of.made.image, again.image_size);
    bundle_free(&again);
    recipe.seed++;
    bundle_make(&recipe, &again);
    CHECK(again.image_size != of.made.image_size ||
          memcmp(again.image, of.made.image, again.image_size) != 0);
    bundle_free(&again);
}

static void test_image__cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t size = 0; size < of.made.image_size; size++) {
        parse_image(&of, of.made.image, size);
        CHECK(of.status == L1_INPUT_SYNTAX);
        CHECK(strlen(of.diag.text) > 0);
    }
    parse_image(&of, of.made.image, of.made.image_size);
    CHECK(of.status == L1_OK);
}

static void test_image__changed_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < of.made.image_size; i++) {
        const uint8_t bit = (uint8_t)(1U << i % 8);
        of.made.image[i] ^= bit;
        parse_image(&of, of.made.image, of.made.image_size);
        CHECK(of.status == L1_INPUT_SYNTAX);
        of.made.image[i] ^= bit;
    }
    parse_image(&of, of.made.image, of.made.image_size);
    CHECK(of.status == L1_OK);
}

static void test_image__with_its_manifest_cut_is_refused(void **state)
{
    (void)state;
    const size_t whole = of.made.parts[0].size - 1; /* the last newline may lack */
    for (size_t size = 0; size <= whole; size++) {
        of.made.parts[0].size = size;
        parse_parts(&of);
        CHECK((of.status == L1_OK) == (size == whole));
    }
}

/* A forest may lose what LightGBM adds behind its trees, but no tree. */
static void test_image__with_a_model_cut_is_refused(void **state)
{
    (void)state;
    for (uint32_t part = 1; part < of.made.count; part++) {
        const size_t size = of.made.parts[part].size;
        const uint8_t *end = memmem(of.made.parts[part].bytes, size, "\nend of trees", 13);
        const size_t needed =
            end == NULL ? size - 1 : (size_t)(end - of.made.parts[part].bytes) + 13;
        for (of.made.parts[part].size = 0; of.made.parts[part].size < needed;
             of.made.parts[part].size++) {
            parse_parts(&of);
            CHECK(of.status == L1_INPUT_SYNTAX || of.status == L1_INPUT_FIELD);
            CHECK(strstr(of.diag.text, of.made.parts[part].path) == of.diag.text);
        }
        of.made.parts[part].size = size;
        parse_parts(&of);
        CHECK(of.status == L1_OK);
    }
}

static void test_image__holds_exactly_the_files_of_its_manifest(void **state)
{
    (void)state;
    made_bundle *made = &of.made;
    const uint32_t count = made->count;
    made->count = count - 1;
    parse_parts(&of);
    refused(L1_INPUT_FIELD, "names 9 files, the image holds 8");
    made->count = count + 1;
    made->parts[count] = made->parts[1];
    parse_parts(&of);
    refused(L1_INPUT_FIELD, "names 9 files, the image holds 10");
    made->count = count;
    const l1_bundle_part second = made->parts[2];
    made->parts[2] = made->parts[3];
    made->parts[3] = second;
    parse_parts(&of);
    refused(L1_INPUT_FIELD, "manifest.txt names survival/modelo2_rf.txt where");
    made->parts[3] = made->parts[2];
    made->parts[2] = second;
    const l1_bundle_part manifest = made->parts[0];
    made->parts[0] = made->parts[1];
    made->parts[1] = manifest;
    parse_parts(&of);
    refused(L1_INPUT_SYNTAX, "first part is not manifest.txt");
    made->parts[1] = made->parts[0];
    made->parts[0] = manifest;
    parse_parts(&of);
    CHECK(of.status == L1_OK);
}

/* Changes the image below its hash, which is then made to fit. */
static void patched(size_t offset, const void *bytes, size_t size, size_t image_size)
{
    uint8_t *image = malloc(image_size + 1);
    assert_non_null(image);
    memcpy(image, of.made.image, of.made.image_size);
    memset(image + of.made.image_size, 0,
           image_size > of.made.image_size ? image_size - of.made.image_size : 0);
    memcpy(image + offset, bytes, size);
    const l1_hash128 hash = l1_hash_of(UINT64_C(0x4c31696d616765), image + 32, image_size - 32);
    memcpy(image + 16, &hash, sizeof hash);
    parse_image(&of, image, image_size);
    free(image);
}

static void test_image__with_a_bad_frame_is_refused(void **state)
{
    (void)state;
    const size_t size = of.made.image_size;
    const size_t size_at = 32 + 2 + strlen("manifest.txt");
    const uint64_t manifest = of.made.parts[0].size;
    patched(32, of.made.image + 32, 2, size); /* nothing changed: the patch itself is right */
    CHECK(of.status == L1_OK);
    static const struct {
        uint32_t count;
        const char *says;
    } counts[] = {{0, "1 to 17 parts"}, {18, "1 to 17 parts"}, {UINT32_MAX, "1 to 17 parts"},
                  {17, "no path"},      {3, "bytes follow"},   {5, "no path"}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        patched(8, &counts[i].count, 4, size);
        refused(L1_INPUT_SYNTAX, counts[i].says);
    }
    static const uint16_t paths[] = {0, L1_BUNDLE_PATH_MAX, UINT16_MAX};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        patched(32, &paths[i], 2, size);
        refused(L1_INPUT_SYNTAX, "no path of 1 to 95 bytes");
    }
    static const uint64_t sizes[] = {UINT64_MAX, UINT64_MAX / 2, 1 << 30};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        patched(size_at, &sizes[i], 8, size);
        refused(L1_INPUT_SYNTAX, "ends inside a part");
    }
    const uint64_t rest = size - size_at - 8;
    patched(size_at, &rest, 8, size);
    refused(L1_INPUT_SYNTAX, "no path"); /* of the second part: nothing is left */
    patched(size_at, &manifest, 8, size + 1);
    refused(L1_INPUT_SYNTAX, "bytes follow the image's last part");
    patched(12, "\1", 1, size);
    refused(L1_INPUT_SYNTAX, "no image of this version");
    patched(0, "l1bndle1", 8, size);
    refused(L1_INPUT_SYNTAX, "no image of this version");
    parse_image(&of, of.made.image, L1_BUNDLE_IMAGE_MAX + 1);
    refused(L1_INPUT_SYNTAX, "longer than 64 MiB");
    CHECK(l1_bundle_parse(of.made.image, 5, &of.arena, &of.bundle, NULL).code == L1_INPUT_SYNTAX);
}

static void test_bundle__names_file_line_and_value_of_what_it_refuses(void **state)
{
    (void)state;
    exchange(&of.made, 1, "intercept=", "intercept=nan");
    exchange(&of.made, 1, "nan", "nan ");
    parse_parts(&of);
    refused(L1_INPUT_FIELD, "survival/modelo1_lr.txt: line 3: intercept: 2 numbers, must be 1");
    CHECK(of.diag.line == 3);
    exchange(&of.made, 1, "intercept=nan ", "intercept=");
    exchange(&of.made, 1, "feature=return_1 ", "feature=return_2 ");
    parse_parts(&of);
    refused(L1_INPUT_FIELD, "survival/modelo1_lr.txt: line 4: feature: \"return_2\" is no column");
    exchange(&of.made, 1, "feature=return_2 ", "feature=return_1 ");
    exchange(&of.made, 2, "leaf_value=", "leaf_value=nan ");
    parse_parts(&of);
    refused(L1_INPUT_FIELD, "survival/modelo2_rf.txt: line ");
    CHECK(of.diag.line > 0);
    exchange(&of.made, 2, "leaf_value=nan ", "leaf_value=");
    exchange(&of.made, 3, "feature_names=return_1 ", "feature_names=return_2 ");
    parse_parts(&of);
    refused(L1_INPUT_FIELD, "survival/modelo3_lgbm.txt: line 8: ");
    exchange(&of.made, 3, "feature_names=return_2 ", "feature_names=return_1 ");
    exchange(&of.made, 0, "features=", "features=0");
    parse_parts(&of);
    refused(L1_INPUT_FIELD, "manifest.txt: line 3: features: \"0");
    exchange(&of.made, 0, "features=0", "features=");
    parse_parts(&of);
    CHECK(of.status == L1_OK);
}

static void test_bundle__refuses_an_arena_that_is_too_small(void **state)
{
    (void)state;
    const size_t used = of.arena.used, most = of.arena.capacity;
    size_t refusals = 0;
    for (of.arena.capacity = 0; of.arena.capacity < most; of.arena.capacity += 64) {
        parse_image(&of, of.made.image, of.made.image_size);
        if (of.status == L1_OK) break;
        CHECK(of.status == L1_LIMIT_FULL);
        CHECK(strlen(of.diag.text) > 0);
        refusals++;
    }
    CHECK(of.status == L1_OK && of.arena.used == used);
    CHECK(64 * refusals >= used); /* reading a forest may need more than it keeps, never less */
    of.arena.capacity = most;
}

static void test_bank__finds_by_content_and_never_by_nothing(void **state)
{
    (void)state;
    const l1_hash128 one = {1, 0}, two = {0, 2}, none = {0, 0};
    l1_model_bank bank = {0};
    CHECK(l1_model_bank_find(&bank, none) == NULL);
    CHECK(l1_model_bank_find(&bank, one) == NULL);
    bank.bundle[0] = of.bundle; /* a hash of zero is an empty slot, whatever stands beside it */
    CHECK(l1_model_bank_find(&bank, none) == NULL);
    bank.hash[0] = one;
    CHECK(l1_model_bank_find(&bank, one) == of.bundle);
    CHECK(l1_model_bank_find(&bank, two) == NULL);
    bank.bundle[1] = of.bundle;
    bank.bundle[0] = NULL;
    bank.hash[0] = none;
    bank.hash[1] = two;
    CHECK(l1_model_bank_find(&bank, two) == of.bundle);
    CHECK(l1_model_bank_find(&bank, (l1_hash128){2, 0}) == NULL);
    CHECK(l1_model_bank_find(&bank, (l1_hash128){1, 2}) == NULL);
}

static void test_models__have_the_words_of_the_contract(void **state)
{
    (void)state;
    assert_string_equal(l1_model_text(L1_MODEL_LOGREG), "logreg");
    assert_string_equal(l1_model_text(L1_MODEL_RANDOM_FOREST), "random_forest");
    assert_string_equal(l1_model_text(L1_MODEL_LIGHTGBM), "lightgbm");
}

#define SMALL(test) cmocka_unit_test_setup_teardown(test, open_small, close_it)
#define TINY(test) cmocka_unit_test_setup_teardown(test, open_tiny, close_it)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SMALL(test_bundle__says_what_it_holds),
        cmocka_unit_test(test_bundle__may_hold_the_trend_alone),
        cmocka_unit_test(test_bundle__of_the_shipped_size_fits_its_memory),
        SMALL(test_bundle__is_the_same_from_the_same_seed),
        TINY(test_image__cut_anywhere_is_refused),
        TINY(test_image__changed_anywhere_is_refused),
        TINY(test_image__with_its_manifest_cut_is_refused),
        TINY(test_image__with_a_model_cut_is_refused),
        SMALL(test_image__holds_exactly_the_files_of_its_manifest),
        TINY(test_image__with_a_bad_frame_is_refused),
        TINY(test_bundle__names_file_line_and_value_of_what_it_refuses),
        TINY(test_bundle__refuses_an_arena_that_is_too_small),
        SMALL(test_bank__finds_by_content_and_never_by_nothing),
        cmocka_unit_test(test_models__have_the_words_of_the_contract),
    };
    return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}
