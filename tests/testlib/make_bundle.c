/* tests/testlib/make_bundle.c: writes a model bundle made from a seed, for tests and benches.
 *
 *   make_bundle FOLDER [OPTION=VALUE...]
 *     seed=1                  another number gives other models
 *     size=small              or shipped: forests of 200x31 and 200x15
 *     random_forest=8x7x4     trees x leaves x depth; lightgbm alike
 *     heads=survival,trend    only these
 *     HEAD=LR,RF,GBDT,STACK   thresholds of survival, movement or direction, in log-odds
 *     trend=T                 threshold of the trend
 *     bias=0.6                log-odds added to every score of survival
 * Exit: 0 written, 2 usage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testlib/bundle_maker.h"

static bool read_thresholds(const char *value, int head, bundle_recipe *recipe)
{
    const char *at = value;
    for (int i = head == L1_HEAD_TREND ? L1_SCORE_ENSEMBLE : 0; i < L1_SCORES_COUNT; i++) {
        char *end = NULL;
        const double number = strtod(at, &end);
        if (end == at || *end != (i == L1_SCORE_ENSEMBLE ? '\0' : ',')) return false;
        at = end + 1;
        for (int kind = 0; kind < L1_THRESHOLD_COUNT; kind++) {
            recipe->threshold[head][kind][i] = number;
        }
    }
    return true;
}

static bool read_size(const char *value, forest_size *size)
{
    char behind;
    return sscanf(value, "%ux%ux%u%c", &size->trees, &size->leaves, &size->depth, &behind) == 3 &&
           size->trees > 0 && size->leaves > 0 && size->depth > 0;
}

static bool read_heads(const char *value, unsigned *heads)
{
    *heads = 0;
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        const char *word = l1_head_text((l1_head)head);
        const size_t size = strlen(word);
        if (strncmp(value, word, size) != 0) continue;
        *heads |= 1U << head;
        value += size;
        if (*value == ',') value++;
    }
    return *value == '\0' && *heads != 0; /* in the order of the contract */
}

static bool read_option(const char *option, bundle_recipe *recipe)
{
    const char *equals = strchr(option, '=');
    if (equals == NULL) return false;
    const size_t size = (size_t)(equals - option);
    const char *value = equals + 1;
    char *end = NULL;
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        const char *word = l1_head_text((l1_head)head);
        if (strlen(word) != size || memcmp(word, option, size) != 0) continue;
        return read_thresholds(value, head, recipe);
    }
    if (strncmp(option, "random_forest=", size + 1) == 0) {
        return read_size(value, &recipe->random_forest);
    }
    if (strncmp(option, "lightgbm=", size + 1) == 0) return read_size(value, &recipe->lightgbm);
    if (strncmp(option, "heads=", size + 1) == 0) return read_heads(value, &recipe->heads);
    if (strncmp(option, "seed=", size + 1) == 0) {
        recipe->seed = strtoull(value, &end, 10);
    } else if (strncmp(option, "bias=", size + 1) == 0) {
        recipe->bias[L1_HEAD_SURVIVAL] = strtod(value, &end);
    } else if (strcmp(option, "size=shipped") == 0) {
        recipe->random_forest = bundle_recipe_shipped().random_forest;
        recipe->lightgbm = bundle_recipe_shipped().lightgbm;
        return true;
    } else {
        return strcmp(option, "size=small") == 0;
    }
    return end != value && *end == '\0';
}

int main(int argc, char **argv)
{
    bundle_recipe recipe = bundle_recipe_small();
    bool good = argc >= 2;
    for (int i = 2; i < argc && good; i++) good = read_option(argv[i], &recipe);
    if (!good) {
        (void)fprintf(stderr, "usage: make_bundle FOLDER [seed=N] [size=small|shipped] "
                              "[random_forest=TxLxD] [lightgbm=TxLxD] [heads=HEAD,...] [bias=B] "
                              "[HEAD=LR,RF,GBDT,STACK] [trend=T]\n");
        return 2;
    }
    made_bundle made;
    bundle_make(&recipe, &made);
    bundle_write(&made, argv[1]);
    (void)printf("%s: %u files, %zu bytes\n", argv[1], (unsigned)made.count, made.image_size);
    bundle_free(&made);
    return 0;
}
