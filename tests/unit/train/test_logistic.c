/* logistic regression by liblinear: the optimum of its objective, folded into raw columns. */
#include "testlib/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "models/logreg.h"
#include "train/importance.h"
#include "train/logistic.h"

enum { ROWS = 6000, SIGNAL = L1_FEATURE_RSI_1H, WILD = L1_FEATURE_VOLUME_5 };
static double values[ROWS * L1_COLUMNS_COUNT];
static float labels[ROWS];
static l1_diag diag;

static double normal(l1_prng *prng)
{
    double x = -6;
    for (int k = 0; k < 12; k++) x += l1_prng_unit(prng);
    return x;
}

/* Three columns vary; one of them throws a value far out now and then. */
static l1_matrix draw(void)
{
    l1_prng prng;
    l1_prng_seed(&prng, 1);
    memset(values, 0, sizeof values);
    for (size_t i = 0; i < ROWS; i++) {
        double *row = values + i * L1_COLUMNS_COUNT;
        const double x = normal(&prng);
        row[SIGNAL] = 3 + 0.5 * x;
        row[WILD] = l1_prng_below(&prng, 500) == 0 ? 1000 : normal(&prng);
        row[L1_FEATURE_BASELINE] = normal(&prng);
        row[L1_FEATURE_IS_BTC] = 1; /* constant */
        labels[i] = l1_prng_unit(&prng) < 1 / (1 + exp(-(0.5 + 1.5 * x)));
    }
    return (l1_matrix){.values = values, .labels = labels, .count = ROWS};
}

static l1_logreg trained(const l1_matrix *matrix, l1_logistic *made)
{
    l1_logreg model;
    CHECK(l1_logistic_train(matrix, made, &diag).code == L1_OK);
    CHECK(strlen(made->text) == made->size);
    CHECK(l1_logreg_parse(made->text, made->size, &model, &diag).code == L1_OK);
    return model;
}

static void test_logistic__rests_where_its_objective_is_least(void **state)
{
    (void)state;
    l1_logistic made;
    const l1_matrix matrix = draw();
    const l1_logreg model = trained(&matrix, &made);
    CHECK(model.count == 3);
    for (uint32_t k = 0; k < model.count; k++) {
        const double half = (model.high[k] - model.low[k]) / 2, sd = half / 5;
        const double mean = model.low[k] + half, weight = model.weight[k] * sd;
        double gradient = weight, sum = 0;
        for (size_t i = 0; i < ROWS; i++) {
            const double *row = values + i * L1_COLUMNS_COUNT;
            const double p = 1 / (1 + exp(-l1_logreg_score(&model, row)));
            const double x = row[model.column[k]];
            const double z = fmin(fmax((x - mean) / sd, -5), 5);
            gradient -= 1e-3 * ((labels[i] > 0) - p) * z;
            sum += x;
        }
        CHECK(fabs(mean - sum / ROWS) < 1e-9 * fmax(1, fabs(mean)));
        CHECK(fabs(gradient) < 1e-4);
        CHECK(fabs(weight - made.weight[model.column[k]]) < 1e-9);
        if (model.column[k] == SIGNAL) CHECK(weight > 0.5);
        if (model.column[k] != SIGNAL) CHECK(fabs(weight) < 0.1);
    }
    free(made.text);
}

static void test_logistic__leaves_constants_out_and_is_the_same_twice(void **state)
{
    (void)state;
    l1_logistic made, again;
    l1_matrix matrix = draw();
    const l1_logreg model = trained(&matrix, &made);
    for (uint32_t k = 0; k < model.count; k++) CHECK(model.column[k] != L1_FEATURE_IS_BTC);
    (void)trained(&matrix, &again);
    CHECK(made.size == again.size && memcmp(made.text, again.text, made.size) == 0);
    free(again.text);
    free(made.text);
    for (size_t i = 0; i < ROWS; i++) labels[i] = 1 - labels[i]; /* another label comes first */
    const l1_logreg turned = trained(&matrix, &made);
    CHECK(fabs(turned.intercept + model.intercept) < 1e-2);
    for (uint32_t k = 0; k < model.count; k++) {
        CHECK(fabs(turned.weight[k] + model.weight[k]) < 1e-2);
    }
    free(made.text);
}

static void test_logistic__refuses_columns_that_say_nothing(void **state)
{
    (void)state;
    l1_logistic made;
    const l1_matrix matrix = draw();
    for (size_t i = 0; i < ROWS * L1_COLUMNS_COUNT; i++) values[i] = 7.25;
    CHECK(l1_logistic_train(&matrix, &made, &diag).code == L1_INPUT_FIELD);
    CHECK(strstr(diag.text, "no column varies") != NULL);
}

static void test_importance__shares_add_up_and_know_the_other_asset(void **state)
{
    (void)state;
    static l1_importance of;
    double weights[L1_COLUMNS_COUNT] = {0};
    weights[L1_FEATURE_BASELINE] = -3;
    weights[L1_FEATURE_PEER_RETURN_5] = 1;
    l1_importance_set(&of, L1_MODEL_LOGREG, weights);
    CHECK(of.share[L1_MODEL_LOGREG][L1_FEATURE_BASELINE] == 0.75);
    CHECK(of.cross_asset[L1_MODEL_LOGREG] == 0.25);
    weights[L1_FEATURE_BASELINE] = weights[L1_FEATURE_PEER_RETURN_5] = 0;
    l1_importance_set(&of, L1_MODEL_LOGREG, weights);
    CHECK(of.cross_asset[L1_MODEL_LOGREG] == 0 && of.share[0][L1_FEATURE_BASELINE] == 0);
    int crossed = 0;
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) {
        const bool both = strstr(l1_features[i].inputs, "both") != NULL ||
                          strstr(l1_features[i].inputs, "other") != NULL;
        CHECK(l1_column_cross_asset(i) == both);
        crossed += l1_column_cross_asset(i);
    }
    CHECK(crossed == 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logistic__rests_where_its_objective_is_least),
        cmocka_unit_test(test_logistic__leaves_constants_out_and_is_the_same_twice),
        cmocka_unit_test(test_logistic__refuses_columns_that_say_nothing),
        cmocka_unit_test(test_importance__shares_add_up_and_know_the_other_asset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
