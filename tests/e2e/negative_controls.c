/* tests/e2e/negative_controls.c: does the procedure find what is not there, and would it notice a
 * leak? Direction over 60 minutes on half a year, models trained on four months.
 *
 *   negative_controls FOLDER    klines of 2022; exit 1 when a control fails, 77 without LightGBM
 *
 *   honest     as it is: the figure that the leak is compared with
 *   early      features of minute t+5 in the row of t: AUC must jump by .05 at least, or the
 *              procedure would be blind
 *   permuted   labels dealt out anew: AUC .50 +- .02
 *   mirrored   each minute's bars upside down at random: nothing is left to learn, AUC within three
 *              null standard errors of .50 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/prng.h"
#include "e2e/real_klines.h"
#include "train/metrics.h"
#include "train/walk_forward.h"

#define MONTHS 6
#define TEST_FROM (INT64_C(19113) * L1_MINUTES_A_DAY) /* 2022-05-01 */
#define TEST_TO (INT64_C(19174) * L1_MINUTES_A_DAY)   /* 2022-07-01 */
#define VALIDATION_DAYS 28
#define DIRECTION_MINUTES 60

static l1_limits limits;
static l1_lightgbm *lightgbm;

typedef struct {
    const l1_dataset *dataset;
    l1_metrics metrics;
} judgement;

static l1_result take(void *context, const l1_fold_result *result, l1_diag *diag)
{
    judgement *out = context;
    const l1_rows *rows = &result->split->test;
    uint8_t *labels = calloc(rows->count, sizeof *labels);
    int64_t *days = calloc(rows->count, sizeof *days);
    if (labels == NULL || days == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "none");
    for (size_t i = 0; i < rows->count; i++) {
        const l1_row *row = &out->dataset->rows[rows->places[i]];
        labels[i] = row->labels[L1_HEAD_DIRECTION];
        days[i] = row->minute / L1_MINUTES_A_DAY;
    }
    const l1_scored scored = {
        .count = rows->count,
        .log_odds = result->predictions->log_odds[L1_SCORE_ENSEMBLE],
        .labels = labels,
        .days = days,
        .overlap = 2.0 * DIRECTION_MINUTES / L1_ROW_MINUTES, /* two assets that move together */
        .seed = 1,
    };
    const l1_result done = l1_metrics_of(&scored, &out->metrics, diag);
    free(labels);
    free(days);
    return done;
}

static void permute(l1_dataset *dataset)
{
    l1_prng prng;
    l1_prng_seed(&prng, 1);
    for (size_t i = dataset->count; i > 1; i--) {
        uint8_t *a = &dataset->rows[i - 1].labels[L1_HEAD_DIRECTION];
        uint8_t *b = &dataset->rows[l1_prng_below(&prng, i)].labels[L1_HEAD_DIRECTION];
        const uint8_t kept = *a;
        *a = *b;
        *b = kept;
    }
}

static l1_metrics judged(const char *folder, l1_negative_control control, bool permuted)
{
    l1_diag diag = {.text = ""};
    const l1_dataset_options options = {
        .limits = &limits, .seed = 1, .direction_minutes = DIRECTION_MINUTES, .control = control};
    l1_dataset *dataset = read_klines(folder, MONTHS, &options);
    judgement out = {.dataset = dataset};
    const l1_fold fold = {TEST_FROM - VALIDATION_DAYS * L1_MINUTES_A_DAY, TEST_FROM, TEST_TO};
    if (permuted) permute(dataset);
    const l1_walk_options walk = {.dataset = dataset,
                                  .lightgbm = lightgbm,
                                  .folds = &fold,
                                  .folds_count = 1,
                                  .heads = 1u << L1_HEAD_DIRECTION,
                                  .seed = 1,
                                  .threads = 1,
                                  .veto_share = L1_VETO_SHARE_ENSEMBLE,
                                  .take = take,
                                  .context = &out};
    if (l1_walk_forward(&walk, &diag).code != L1_OK) fail("walk", &diag);
    l1_dataset_free(dataset);
    return out.metrics;
}

static bool told(const char *name, const l1_metrics *of, double low, double high)
{
    const bool good = of->auc.value >= low && of->auc.value <= high;
    (void)printf("%s %-9s %zu rows, AUC %.4f in [%.4f, %.4f], null SE %.4f\n",
                 good ? "ok  " : "FAIL", name, of->count, of->auc.value, low, high,
                 of->auc_null_se);
    return good;
}

int main(int argc, char **argv)
{
    l1_diag diag = {.text = ""};
    if (argc != 2) return 2;
    if (l1_lightgbm_open(&lightgbm, &diag).code != L1_OK) {
        (void)fprintf(stderr, "skipped: %s\n", diag.text);
        return 77;
    }
    limits = real_limits();
    const l1_metrics honest = judged(argv[1], L1_NEGATIVE_NONE, false);
    const l1_metrics early = judged(argv[1], L1_NEGATIVE_EARLY, false);
    const l1_metrics permuted = judged(argv[1], L1_NEGATIVE_NONE, true);
    const l1_metrics mirrored = judged(argv[1], L1_NEGATIVE_MIRRORED, false);
    bool good = told("honest", &honest, 0.45, 0.62);
    good = told("early", &early, honest.auc.value + 0.05, 1) && good;
    good = told("permuted", &permuted, 0.48, 0.52) && good;
    good = told("mirrored", &mirrored, 0.5 - 3 * mirrored.auc_null_se,
                0.5 + 3 * mirrored.auc_null_se) &&
           good;
    l1_lightgbm_close(lightgbm);
    return good ? 0 : 1;
}
