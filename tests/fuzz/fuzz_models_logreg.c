/* fuzz_models_logreg: any text is refused with a sentence, or is a model whose every number keeps
 * to its bounds and that gives a number for every row of numbers. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "models/logreg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const l1_logreg *model)
{
    double row[L1_COLUMNS_COUNT];
    uint64_t seen = 0;
    L1_ASSERT(model->count <= L1_COLUMNS_COUNT);
    L1_ASSERT(fabs(model->intercept) <= 1e9);
    for (uint32_t i = 0; i < model->count; i++) {
        L1_ASSERT(model->column[i] < L1_COLUMNS_COUNT);
        L1_ASSERT((seen >> model->column[i] & 1) == 0);
        seen |= UINT64_C(1) << model->column[i];
        L1_ASSERT(model->low[i] < model->high[i]);
        L1_ASSERT(fabs(model->weight[i]) <= 1e9);
    }
    for (int sign = -1; sign <= 1; sign++) {
        for (int i = 0; i < L1_COLUMNS_COUNT; i++) row[i] = sign * 1e6 * (i - 20);
        L1_ASSERT(isfinite(l1_logreg_score(model, row)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    l1_logreg model;
    l1_diag diag = {.text = ""};
    if (l1_logreg_parse((const char *)data, size, &model, &diag).code == L1_OK) {
        check(&model);
        L1_ASSERT(l1_logreg_parse((const char *)data, size, &model, NULL).code == L1_OK);
        return 0;
    }
    L1_ASSERT(strlen(diag.text) > 0 && strlen(diag.field) > 0);
    for (const char *at = diag.text; *at != '\0'; at++) L1_ASSERT(*at >= ' ' && *at <= '~');
    return 0;
}
