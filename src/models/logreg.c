/* models/logreg.c: reads and scores a logistic regression. */
#include "models/logreg.h"

#include "base/assert.h"
#include "models/lines.h"

/* Weights so large are a broken fit; below it no sum of a bundle can overflow. */
static const l1_lines_range number = {
    .low = -1e9, .high = 1e9, .what = "must be a number from -1e9 to 1e9"};
static const l1_lines_range clamp = {.low = -1e9,
                                     .high = 1e9,
                                     .minus_infinity = true,
                                     .plus_infinity = true,
                                     .what = "must be a number from -1e9 to 1e9, -inf or inf"};

static l1_result read_feature(const l1_lines *lines, l1_logreg *model)
{
    l1_span rest = lines->value, name = {lines->value.at, 0};
    (void)l1_span_word(&rest, &name);
    const int column = l1_feature_find(name.at, name.size);
    if (column < 0) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, name, "is no column that L1 computes");
    }
    for (uint32_t i = 0; i < model->count; i++) {
        if (model->column[i] != column) continue;
        return l1_lines_refuse(lines, L1_INPUT_FIELD, name, "stands twice");
    }
    L1_ASSERT(model->count < L1_COLUMNS_COUNT);
    double bounds[3]; /* low, high, weight */
    L1_TRY(l1_lines_numbers(lines, rest, &clamp, 3, bounds));
    if (!(bounds[0] < bounds[1])) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, lines->value, "must have LOW < HIGH");
    }
    if (!(bounds[2] >= number.low && bounds[2] <= number.high)) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, lines->value,
                               "must have a WEIGHT from -1e9 to 1e9");
    }
    model->column[model->count] = (uint8_t)column;
    model->low[model->count] = bounds[0];
    model->high[model->count] = bounds[1];
    model->weight[model->count] = bounds[2];
    model->count++;
    return L1_SUCCESS;
}

/* The lines between the first one and `end`. */
static l1_result read_body(l1_lines *lines, l1_logreg *model)
{
    bool has_intercept = false;
    while (l1_lines_next(lines)) {
        if (l1_span_is(lines->line, "end")) {
            if (!has_intercept) {
                return l1_lines_fail(lines, L1_INPUT_FIELD, "intercept", "there is no intercept=");
            }
            if (!l1_lines_next(lines)) return L1_SUCCESS;
            return l1_lines_refuse(lines, L1_INPUT_SYNTAX, lines->line, "stands behind end");
        }
        if (lines->has_value && l1_span_is(lines->key, "feature")) {
            L1_TRY(read_feature(lines, model));
        } else if (lines->has_value && l1_span_is(lines->key, "intercept")) {
            if (has_intercept) {
                return l1_lines_refuse(lines, L1_INPUT_FIELD, lines->value, "stands twice");
            }
            L1_TRY(l1_lines_numbers(lines, lines->value, &number, 1, &model->intercept));
            has_intercept = true;
        } else {
            return l1_lines_refuse(lines, L1_INPUT_SYNTAX, lines->line,
                                   "is neither intercept=, feature= nor end");
        }
    }
    return l1_lines_fail(lines, L1_INPUT_SYNTAX, "end",
                         "the text is cut: its last line must be end");
}

l1_result l1_logreg_parse(const char *text, size_t size, l1_logreg *out, l1_diag *diag)
{
    L1_ASSERT(out != NULL);
    l1_lines lines;
    l1_logreg model = {0};
    l1_lines_begin(&lines, text, size, diag);
    if (!l1_lines_next(&lines) || !l1_span_is(lines.line, "l1_logreg=1")) {
        return l1_lines_fail(&lines, L1_INPUT_SYNTAX, "l1_logreg",
                             "the first line must be l1_logreg=1");
    }
    L1_TRY(read_body(&lines, &model));
    *out = model;
    return L1_SUCCESS;
}

double l1_logreg_score(const l1_logreg *model, const double *row)
{
    L1_ASSERT(model->count <= L1_COLUMNS_COUNT);
    double sum = model->intercept;
    for (uint32_t i = 0; i < model->count; i++) {
        double x = row[model->column[i]];
        if (x < model->low[i]) x = model->low[i];
        if (x > model->high[i]) x = model->high[i]; /* NaN stays */
        sum += model->weight[i] * x;
    }
    return sum;
}
