/* tests/e2e/walk_2023.c: the year 2023, walked forward by quarters, against what is known of it.
 *
 *   walk_2023 FOLDER    klines of 2022 and 2023; prints the tables, exit 1 when a figure is outside
 *                       its interval, 77 when LightGBM cannot be had
 *
 * The intervals are those of an independent implementation on the same data (90 %, day blocks);
 * baselines are deterministic and must agree within .005. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "e2e/real_klines.h"
#include "train/evaluation.h"

#define Y2023 (INT64_C(19358) * L1_MINUTES_A_DAY)
#define Y2024 (INT64_C(19723) * L1_MINUTES_A_DAY)

typedef struct {
    l1_head head;
    int symbol;
    double low, high; /* AUC of the ensemble */
    double baseline;  /* AUC of the closed form; 0 = it has none */
} expectation;

static const expectation known[] = {
    {L1_HEAD_MOVEMENT, 0, 0.761, 0.787, 0.760}, {L1_HEAD_MOVEMENT, 1, 0.748, 0.773, 0.748},
    {L1_HEAD_SURVIVAL, 0, 0.728, 0.742, 0.728}, {L1_HEAD_SURVIVAL, 1, 0.720, 0.735, 0.723},
    {L1_HEAD_TREND, 0, 0.720, 0.730, 0},        {L1_HEAD_TREND, 1, 0.733, 0.743, 0},
};

static l1_limits limits;

static l1_result take(void *context, const l1_fold_result *result, l1_diag *diag)
{
    const l1_evaluation_part part = {
        .bundle = l1_fitting_bundle(result->fitting),
        .rows = &result->split->test,
        .head = result->head,
        .predictions = result->predictions,
        .baseline = result->baseline,
    };
    return l1_evaluation_add(context, &part, diag);
}

static bool inside(const char *what, double value, double low, double high)
{
    const bool good = value >= low && value <= high;
    (void)printf("%s %-36s %.4f in [%.3f, %.3f]\n", good ? "ok  " : "FAIL", what, value, low, high);
    return good;
}

static bool compare(const l1_judged *judged, size_t count)
{
    bool good = true;
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        const expectation *want = &known[k];
        for (size_t i = 0; i < count; i++) {
            const l1_judged *one = &judged[i];
            char what[64];
            if (one->head != want->head || one->symbol != want->symbol) continue;
            if (one->score != L1_SCORE_ENSEMBLE) continue;
            (void)snprintf(what, sizeof what, "%s %s AUC", limits.symbols[want->symbol].base,
                           l1_head_text(want->head));
            good = inside(what, one->metrics.auc.value, want->low, want->high) && good;
            if (want->baseline == 0) continue;
            (void)snprintf(what, sizeof what, "%s %s closed form's AUC",
                           limits.symbols[want->symbol].base, l1_head_text(want->head));
            good = inside(what, one->metrics.auc_baseline, want->baseline - 0.005,
                          want->baseline + 0.005) &&
                   good;
        }
    }
    return good;
}

int main(int argc, char **argv)
{
    l1_diag diag = {.text = ""};
    l1_lightgbm *lightgbm = NULL;
    l1_evaluation *evaluation = NULL;
    const l1_judged *judged = NULL;
    l1_fold folds[L1_FOLDS_MAX];
    size_t count = 0;
    if (argc != 2) return 2;
    if (l1_lightgbm_open(&lightgbm, &diag).code != L1_OK) {
        (void)fprintf(stderr, "skipped: %s\n", diag.text);
        return 77;
    }
    limits = real_limits();
    const l1_dataset_options options = {.limits = &limits, .seed = 1};
    l1_dataset *dataset = read_klines(argv[1], 24, &options);
    if (l1_evaluation_new(dataset, 1, &evaluation, &diag).code != L1_OK) fail("memory", &diag);
    const l1_walk_options walk = {
        .dataset = dataset,
        .lightgbm = lightgbm,
        .folds = folds,
        .folds_count = l1_folds_by_quarter(Y2023, Y2024, L1_VALIDATION_DAYS, folds),
        .heads = L1_ALL_HEADS,
        .seed = 1,
        .threads = 1,
        .veto_share = L1_VETO_SHARE_ENSEMBLE,
        .take = take,
        .context = evaluation,
    };
    if (l1_walk_forward(&walk, &diag).code != L1_OK) fail("walk", &diag);
    if (l1_evaluation_judge(evaluation, &judged, &count, &diag).code != L1_OK) {
        fail("judging", &diag);
    }
    l1_evaluation_print(evaluation, stdout);
    (void)printf("\n");
    const bool good = compare(judged, count);
    l1_evaluation_free(evaluation);
    l1_dataset_free(dataset);
    l1_lightgbm_close(lightgbm);
    return good ? 0 : 1;
}
