/* train/logistic.c: liblinear's L2-regularised logistic regression (primal, trust region). */
#include "train/logistic.h"

#include <linear.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"

#define COST 1e-3
#define STOP 1e-4
#define CLIP 5.0
#define BIAS 1.0
#define LINE_MAX_BYTES 160

typedef struct {
    uint32_t count;
    int column[L1_COLUMNS_COUNT];
    double mean[L1_COLUMNS_COUNT], sd[L1_COLUMNS_COUNT];
} scale;

static void be_quiet(const char *text)
{
    (void)text;
}

/* Mean and deviation of every column that varies. */
static void measure(const l1_matrix *matrix, scale *out)
{
    out->count = 0;
    for (int column = 0; column < L1_COLUMNS_COUNT; column++) {
        const double *values = matrix->values + column, n = (double)matrix->count;
        double mean = 0, squares = 0;
        for (size_t i = 0; i < matrix->count; i++) mean += values[i * L1_COLUMNS_COUNT];
        mean /= n;
        for (size_t i = 0; i < matrix->count; i++) {
            const double apart = values[i * L1_COLUMNS_COUNT] - mean;
            squares += apart * apart;
        }
        const double sd = sqrt(squares / n);
        if (!(sd > 1e-9 * fabs(mean)) || !(sd > 1e-12)) continue;
        out->column[out->count] = column;
        out->mean[out->count] = mean;
        out->sd[out->count++] = sd;
    }
}

/* Rows as liblinear takes them: index and value, the bias last, then the end. */
static void spread(const l1_matrix *matrix, const scale *by, struct feature_node *nodes,
                   struct feature_node **rows, double *labels)
{
    for (size_t i = 0; i < matrix->count; i++) {
        const double *values = matrix->values + i * L1_COLUMNS_COUNT;
        rows[i] = nodes;
        labels[i] = matrix->labels[i] > 0 ? 1 : -1;
        for (uint32_t k = 0; k < by->count; k++) {
            double z = (values[by->column[k]] - by->mean[k]) / by->sd[k];
            if (z < -CLIP) z = -CLIP;
            if (z > CLIP) z = CLIP;
            *nodes++ = (struct feature_node){(int)k + 1, z};
        }
        *nodes++ = (struct feature_node){(int)by->count + 1, BIAS};
        *nodes++ = (struct feature_node){-1, 0};
    }
}

static l1_result write_text(const scale *by, const double *weights, double bias, l1_logistic *out,
                            l1_diag *diag)
{
    const size_t capacity = (by->count + 4) * LINE_MAX_BYTES;
    double intercept = bias;
    char *text = malloc(capacity);
    if (text == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    for (uint32_t k = 0; k < by->count; k++) intercept -= weights[k] * by->mean[k] / by->sd[k];
    size_t used = (size_t)snprintf(text, capacity, "l1_logreg=1\nintercept=%.17g\n", intercept);
    for (uint32_t k = 0; k < by->count; k++) {
        out->weight[by->column[k]] = weights[k];
        used += (size_t)snprintf(text + used, capacity - used, "feature=%s %.17g %.17g %.17g\n",
                                 l1_features[by->column[k]].name, by->mean[k] - CLIP * by->sd[k],
                                 by->mean[k] + CLIP * by->sd[k], weights[k] / by->sd[k]);
        L1_ASSERT(used < capacity);
    }
    used += (size_t)snprintf(text + used, capacity - used, "end\n");
    L1_ASSERT(used < capacity);
    out->text = text;
    out->size = used;
    return L1_SUCCESS;
}

static l1_result solve(const l1_matrix *matrix, const scale *by, struct feature_node **rows,
                       double *labels, l1_logistic *out, l1_diag *diag)
{
    struct problem problem = {
        .l = (int)matrix->count, .n = (int)by->count + 1, .y = labels, .x = rows, .bias = BIAS};
    struct parameter parameter = {.solver_type = L2R_LR, .eps = STOP, .C = COST, .p = 0.1};
    double weights[L1_COLUMNS_COUNT + 1];
    L1_ASSERT(check_parameter(&problem, &parameter) == NULL);
    set_print_string_function(be_quiet);
    struct model *model = train(&problem, &parameter);
    if (model == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "liblinear has no memory");
    const double sign = model->label[0] == 1 ? 1 : -1; /* weights speak for the first label seen */
    for (uint32_t k = 0; k <= by->count; k++) weights[k] = sign * model->w[k];
    free_and_destroy_model(&model);
    return write_text(by, weights, weights[by->count] * BIAS, out, diag);
}

l1_result l1_logistic_train(const l1_matrix *matrix, l1_logistic *out, l1_diag *diag)
{
    scale by;
    *out = (l1_logistic){.text = NULL};
    L1_ASSERT(matrix->count > 0 && matrix->count < INT32_MAX);
    measure(matrix, &by);
    if (by.count == 0) {
        return l1_refuse(diag, L1_INPUT_FIELD, "column",
                         "no column varies: nothing can be learned");
    }
    struct feature_node *nodes = calloc(matrix->count * (by.count + 2), sizeof *nodes);
    struct feature_node **rows = calloc(matrix->count, sizeof *rows);
    double *labels = calloc(matrix->count, sizeof *labels);
    l1_result done = l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    if (nodes != NULL && rows != NULL && labels != NULL) {
        spread(matrix, &by, nodes, rows, labels);
        done = solve(matrix, &by, rows, labels, out, diag);
    }
    free(nodes);
    free(rows);
    free(labels);
    return done;
}
