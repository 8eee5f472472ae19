/* fit and bundle_folder: one model anew in a bundle from a seed, all decisions, the folder as a
 * whole. What needs LightGBM is in tests/e2e/train_models.py. */
#include "testlib/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testlib/bundle_maker.h"
#include "testlib/scenario.h"
#include "train/bundle_folder.h"
#include "train/fitting.h"
#include "unit/features/bars.h"

#define FIRST (INT64_C(19675) * 1440)
enum { DAYS = 30 };

static l1_limits limits;
static l1_dataset *dataset;
static l1_split split;
static l1_diag diag;
static char base_folder[] = "/tmp/l1-test-fit-XXXXXX", folder[64], other[64];
static l1_bundle_loaded base;

static int set_up(void **state)
{
    (void)state;
    const l1_dataset_options options = {.limits = &limits, .seed = 1};
    l1_dataset_builder *builder = NULL;
    bar_source source = bar_source_new(5);
    made_bundle made;
    limits = scenario_limits();
    if (l1_dataset_begin(&options, &builder, &diag).code != L1_OK) return -1;
    for (int i = 0; i < DAYS * 1440; i++) {
        l1_bar bars[2];
        bar_source_next(&source, FIRST + i, bars);
        for (int k = 0; k < 2; k++) {
            if (l1_dataset_bar(builder, &bars[k], &diag).code != L1_OK) return -1;
        }
    }
    if (l1_dataset_finish(builder, &dataset, &diag).code != L1_OK) return -1;
    const l1_fold fold = l1_fold_final(dataset, 7);
    if (l1_split_make(dataset, &fold, &split, &diag).code != L1_OK) return -1;
    const bundle_recipe recipe = bundle_recipe_small();
    if (mkdtemp(base_folder) == NULL) return -1;
    (void)snprintf(folder, sizeof folder, "%s/base", base_folder);
    (void)snprintf(other, sizeof other, "%s/made", base_folder);
    bundle_make(&recipe, &made);
    bundle_write(&made, folder);
    bundle_free(&made);
    return l1_bundle_folder_read(folder, &base, &diag).code == L1_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    l1_bundle_loaded_free(&base);
    l1_split_free(&split);
    l1_dataset_free(dataset);
    (void)snprintf(command, sizeof command, "rm -rf %s", base_folder);
    return system(command);
}

static l1_fit_options logreg_only(void)
{
    return (l1_fit_options){.dataset = dataset,
                            .split = &split,
                            .models = 1u << L1_MODEL_LOGREG,
                            .base = base.bundle,
                            .seed = 1,
                            .threads = 1,
                            .veto_share = 0.20};
}

static l1_fitting *fitted(void)
{
    l1_fitting *fitting = NULL;
    const l1_fit_options options = logreg_only();
    CHECK(l1_fitting_begin(&options, &fitting, &diag).code == L1_OK);
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        const l1_result done = l1_fit_head(fitting, (l1_head)head, &diag);
        if (done.code != L1_OK) print_message("%s\n", diag.text);
        CHECK(done.code == L1_OK);
    }
    return fitting;
}

static uint8_t label_of(const l1_rows *rows, size_t i, int head)
{
    return dataset->rows[rows->places[i]].labels[head];
}

static void test_fit__keeps_the_others_and_their_columns(void **state)
{
    (void)state;
    l1_fitting *fitting = fitted();
    size_t size = 0;
    for (int i = 0; i < 2; i++) {
        const l1_manifest_symbol *kept = &base.bundle->manifest.symbols[i];
        const l1_manifest_symbol *made = &l1_fitting_bundle(fitting)->manifest.symbols[i];
        CHECK(memcmp(kept->har, made->har, sizeof kept->har) == 0);
        CHECK(kept->half_variance == made->half_variance);
        CHECK(memcmp(&made->profile, &dataset->profiles[i], sizeof made->profile) == 0);
    }
    CHECK(l1_fitting_text(fitting, L1_HEAD_MOVEMENT, L1_MODEL_LOGREG, &size) != NULL && size > 100);
    CHECK(l1_fitting_text(fitting, L1_HEAD_MOVEMENT, L1_MODEL_LIGHTGBM, &size) == NULL);
    CHECK(l1_fitting_text(fitting, L1_HEAD_TREND, L1_MODEL_LOGREG, &size) == NULL);
    l1_fitting_free(fitting);
}

static void test_fit__calibrates_every_score_on_the_validation_rows(void **state)
{
    (void)state;
    l1_fitting *fitting = fitted();
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        l1_predictions said;
        CHECK(l1_predict(l1_fitting_bundle(fitting), dataset, &split.validation, (l1_head)head,
                         &said, &diag)
                  .code == L1_OK);
        double base_rate = 0;
        const double n = (double)split.validation.count;
        for (size_t i = 0; i < split.validation.count; i++) {
            base_rate += label_of(&split.validation, i, head) / n;
        }
        for (int score = 0; score < L1_SCORES_COUNT; score++) {
            double mean = 0;
            CHECK((said.log_odds[score] == NULL) ==
                  (head == L1_HEAD_TREND && score != L1_SCORE_ENSEMBLE));
            if (said.log_odds[score] == NULL) continue;
            for (size_t i = 0; i < split.validation.count; i++) {
                mean += 1 / (1 + exp(-said.log_odds[score][i])) / n;
            }
            CHECK(fabs(mean - base_rate) < 0.003);
        }
        const l1_calibration formula = l1_fitting_baseline(fitting, (l1_head)head);
        double mean = 0;
        for (size_t i = 0; i < split.validation.count; i++) {
            mean += 1 / (1 + exp(-(formula.a * said.baseline[i] + formula.b))) / n;
        }
        CHECK(fabs(mean - base_rate) < 0.003);
        l1_predictions_free(&said);
    }
    l1_fitting_free(fitting);
}

static void test_fit__thresholds_veto_their_share_of_each_symbol(void **state)
{
    (void)state;
    l1_fitting *fitting = fitted();
    l1_predictions said;
    CHECK(l1_predict(l1_fitting_bundle(fitting), dataset, &split.validation, L1_HEAD_SURVIVAL,
                     &said, &diag)
              .code == L1_OK);
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        const l1_head_thresholds *of = l1_fitting_thresholds(fitting, L1_HEAD_SURVIVAL, symbol);
        const double(*in)[L1_SCORES_COUNT] =
            l1_fitting_bundle(fitting)->manifest.symbols[symbol].threshold[L1_HEAD_SURVIVAL];
        for (int score = 0; score < L1_SCORES_COUNT; score++) {
            size_t count = 0, vetoed = 0, passed = 0;
            for (size_t i = 0; i < split.validation.count; i++) {
                if (dataset->rows[split.validation.places[i]].symbol != symbol) continue;
                count++;
                vetoed += said.log_odds[score][i] < of->operating[score];
                passed += said.log_odds[score][i] >= of->f1[score].threshold;
            }
            const double share = score == L1_SCORE_ENSEMBLE ? 0.20 : 0.05;
            CHECK(vetoed <= (size_t)(share * (double)count));
            CHECK(vetoed + 3 > (size_t)(share * (double)count)); /* forests give ties */
            CHECK(fabs((double)passed / (double)count - of->f1[score].pass_rate) < 1e-9);
            CHECK(in[L1_THRESHOLD_OPERATING][score] == of->operating[score]);
            CHECK(in[L1_THRESHOLD_F1][score] == of->f1[score].threshold);
        }
    }
    l1_predictions_free(&said);
    l1_fitting_free(fitting);
}

static void test_fit__refuses_labels_that_are_all_equal(void **state)
{
    (void)state;
    static const struct {
        bool training, validation;
        int32_t symbol; /* -1 = both */
        l1_head head;
        const char *says;
    } rows[] = {
        {true, false, -1, L1_HEAD_MOVEMENT, "head movement: all "},
        {false, true, -1, L1_HEAD_MOVEMENT, "head movement: all "},
        {false, true, 1, L1_HEAD_DIRECTION, "labels of ETH/USDT are equal in the validation rows"},
        {false, true, -1, L1_HEAD_TREND, "head trend: all "},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        l1_fitting *fitting = NULL;
        const l1_fit_options options = logreg_only();
        uint8_t *kept = malloc(dataset->count);
        for (size_t i = 0; i < dataset->count; i++) kept[i] = dataset->rows[i].labels[rows[k].head];
        for (int part = 0; part < 2; part++) {
            const l1_rows *of = part == 0 ? &split.train : &split.validation;
            for (size_t i = 0; i < of->count; i++) {
                l1_row *row = &dataset->rows[of->places[i]];
                if (!(part == 0 ? rows[k].training : rows[k].validation)) continue;
                if (rows[k].symbol < 0 || row->symbol == rows[k].symbol)
                    row->labels[rows[k].head] = 1;
            }
        }
        CHECK(l1_fitting_begin(&options, &fitting, &diag).code == L1_OK);
        CHECK(l1_fit_head(fitting, rows[k].head, &diag).code == L1_INPUT_FIELD);
        CHECK(strstr(diag.text, rows[k].says) != NULL);
        l1_fitting_free(fitting);
        for (size_t i = 0; i < dataset->count; i++) dataset->rows[i].labels[rows[k].head] = kept[i];
        free(kept);
    }
}

static void test_fit__refuses_a_value_that_is_not_finite(void **state)
{
    (void)state;
    l1_fitting *fitting = NULL;
    const l1_fit_options options = logreg_only();
    const size_t places[] = {split.train.places[3], split.validation.places[3]};
    for (int k = 0; k < 2; k++) {
        double *value = &dataset->rows[places[k]].vector.values[L1_FEATURE_RSI_1H];
        const double kept = *value;
        *value = NAN;
        CHECK(l1_fitting_begin(&options, &fitting, &diag).code == L1_OK);
        CHECK(l1_fit_head(fitting, L1_HEAD_SURVIVAL, &diag).code == L1_INPUT_FIELD);
        CHECK(strstr(diag.text, "not finite") != NULL);
        l1_fitting_free(fitting);
        *value = kept;
    }
}

/* --- the folder --- */

static l1_result write_to(const l1_fitting *fitting, const char *target)
{
    const l1_bundle_folder options = {.fitting = fitting, .folder = target, .kept_from = folder};
    return l1_bundle_folder_write(&options, &diag);
}

static size_t entries_of(const char *path)
{
    char command[160];
    size_t count = 0;
    (void)snprintf(command, sizeof command, "ls -A %s | wc -l", path);
    FILE *listing = popen(command, "r");
    CHECK(listing != NULL && fscanf(listing, "%zu", &count) == 1);
    (void)pclose(listing);
    return count;
}

static void check_same_scores(const l1_bundle *a, const l1_bundle *b)
{
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        l1_predictions one, two;
        CHECK(l1_predict(a, dataset, &split.validation, (l1_head)head, &one, &diag).code == L1_OK);
        CHECK(l1_predict(b, dataset, &split.validation, (l1_head)head, &two, &diag).code == L1_OK);
        const size_t bytes = split.validation.count * sizeof(double);
        for (int score = 0; score < L1_SCORES_COUNT; score++) {
            if (one.log_odds[score] == NULL) continue;
            CHECK(memcmp(one.log_odds[score], two.log_odds[score], bytes) == 0);
        }
        l1_predictions_free(&one);
        l1_predictions_free(&two);
    }
}

static void test_bundle_folder__reads_back_to_the_same_scores(void **state)
{
    (void)state;
    l1_bundle_loaded back;
    l1_fitting *fitting = fitted();
    for (int round = 0; round < 2; round++) { /* new, then in place of itself */
        CHECK(write_to(fitting, other).code == L1_OK);
        CHECK(l1_bundle_folder_read(other, &back, &diag).code == L1_OK);
        check_same_scores(l1_fitting_bundle(fitting), back.bundle);
        CHECK(memcmp(l1_fitting_bundle(fitting)->manifest.symbols, back.bundle->manifest.symbols,
                     sizeof back.bundle->manifest.symbols) == 0);
        l1_bundle_loaded_free(&back);
        CHECK(entries_of(base_folder) == 2); /* base, made: nothing is left lying about */
        CHECK(entries_of(other) == 4);       /* manifest and three heads */
    }
    l1_fitting_free(fitting);
}

static void
test_bundle_folder__leaves_alone_what_is_no_bundle_and_what_it_cannot_finish(void **state)
{
    (void)state;
    char path[512];
    struct stat status;
    l1_fitting *fitting = fitted();
    CHECK(mkdir(other, 0777) == 0 || access(other, F_OK) == 0);
    (void)snprintf(path, sizeof path, "rm -rf %s && mkdir %s && echo hello > %s/letter", other,
                   other, other);
    CHECK(system(path) == 0);
    CHECK(write_to(fitting, other).code == L1_IO_OPEN);
    CHECK(strstr(diag.text, "no bundle of models") != NULL);
    (void)snprintf(path, sizeof path, "%s/letter", other);
    CHECK(stat(path, &status) == 0 && entries_of(other) == 1);
    CHECK(remove(path) == 0);
    CHECK(write_to(fitting, other).code == L1_OK); /* an empty folder is no one's */
    CHECK(write_to(fitting, "").code == L1_IO_OPEN);
    (void)snprintf(path, sizeof path, "%s/nowhere/at/all", base_folder);
    CHECK(write_to(fitting, path).code == L1_IO_OPEN);
    const l1_bundle_folder lost = {.fitting = fitting, .folder = other, .kept_from = "/tmp/none"};
    CHECK(l1_bundle_folder_write(&lost, &diag).code == L1_IO_OPEN);
    CHECK(entries_of(base_folder) == 2 && entries_of(other) == 4);
    l1_fitting_free(fitting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fit__keeps_the_others_and_their_columns),
        cmocka_unit_test(test_fit__calibrates_every_score_on_the_validation_rows),
        cmocka_unit_test(test_fit__thresholds_veto_their_share_of_each_symbol),
        cmocka_unit_test(test_fit__refuses_labels_that_are_all_equal),
        cmocka_unit_test(test_fit__refuses_a_value_that_is_not_finite),
        cmocka_unit_test(test_bundle_folder__reads_back_to_the_same_scores),
        cmocka_unit_test(
            test_bundle_folder__leaves_alone_what_is_no_bundle_and_what_it_cannot_finish),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
