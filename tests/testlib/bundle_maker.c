/* tests/testlib/bundle_maker.c: model bundles from a seed. */
#include "testlib/bundle_maker.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/assert.h"
#include "base/prng.h"
#include "base/text.h"
#include "io/sha256.h"

enum { LEAVES_MAX = 256 };

/* --- texts --- */

typedef struct {
    FILE *file;
    char *bytes;
    size_t size;
} text;

static void text_open(text *to)
{
    to->file = open_memstream(&to->bytes, &to->size);
    L1_ASSERT(to->file != NULL);
}

static void text_close(text *to)
{
    L1_ASSERT(fclose(to->file) == 0);
}

static void put_numbers(FILE *to, const char *key, const double *numbers, unsigned count)
{
    (void)fprintf(to, "%s=", key);
    for (unsigned i = 0; i < count; i++)
        (void)fprintf(to, "%s%.17g", i == 0 ? "" : " ", numbers[i]);
    (void)fprintf(to, "\n");
}

static void put_wholes(FILE *to, const char *key, const int *numbers, unsigned count)
{
    (void)fprintf(to, "%s=", key);
    for (unsigned i = 0; i < count; i++) (void)fprintf(to, "%s%d", i == 0 ? "" : " ", numbers[i]);
    (void)fprintf(to, "\n");
}

/* --- where a column's values lie --- */

typedef struct {
    double middle, spread;
} place;

static place place_of(l1_head head, int column)
{
    switch (column) {
    case L1_FEATURE_SIGMA_1440: return (place){-7, 0.6};
    case L1_FEATURE_SIGMA_RATIO_15:
    case L1_FEATURE_SIGMA_RATIO_60:
    case L1_FEATURE_SIGMA_RATIO_240:
    case L1_FEATURE_SIGMA_RATIO_10080: return (place){0, 0.5};
    case L1_FEATURE_STOP_DISTANCE: return (place){-0.3, 0.5};
    case L1_FEATURE_BASELINE:
        return head == L1_HEAD_SURVIVAL   ? (place){0.6, 0.2}
               : head == L1_HEAD_MOVEMENT ? (place){0, 0.3}
                                          : (place){0.5, 0.1};
    default: return (place){0, 1};
    }
}

/* About normal, on a grid, so that thresholds recur as LightGBM's do. */
static double draw(l1_prng *prng, place at)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += l1_prng_unit(prng);
    return at.middle + at.spread * floor(sum * 32) / 32;
}

/* --- forests --- */

typedef struct {
    unsigned leaves;
    int column[LEAVES_MAX], left[LEAVES_MAX], right[LEAVES_MAX], decision[LEAVES_MAX];
    int leaf_count[LEAVES_MAX], node_count[LEAVES_MAX];
    double threshold[LEAVES_MAX], gain[LEAVES_MAX], leaf[LEAVES_MAX], node_value[LEAVES_MAX];
} tree;

/* Splits random leaves until there are enough, as LightGBM numbers them: the left child keeps the
 * leaf's number. */
static void grow(l1_prng *prng, l1_head head, const forest_size *size, tree *out)
{
    unsigned depth[LEAVES_MAX] = {0};
    int *link[LEAVES_MAX] = {NULL}; /* what points to the leaf */
    L1_ASSERT(size->leaves >= 1 && size->leaves <= LEAVES_MAX);
    L1_ASSERT(size->depth >= 31 || size->leaves <= 1U << size->depth);
    memset(out, 0, sizeof *out);
    for (out->leaves = 1; out->leaves < size->leaves; out->leaves++) {
        unsigned leaf = (unsigned)l1_prng_below(prng, out->leaves);
        while (depth[leaf] == size->depth) leaf = (leaf + 1) % out->leaves;
        const unsigned node = out->leaves - 1;
        const int columns = L1_COLUMNS_COUNT - (head != L1_HEAD_SURVIVAL);
        out->column[node] = (int)l1_prng_below(prng, (uint64_t)columns);
        const bool flag =
            out->column[node] == L1_FEATURE_IS_BTC || out->column[node] == L1_FEATURE_IS_ETH;
        out->threshold[node] =
            flag ? 1.0000000180025095e-35 : draw(prng, place_of(head, out->column[node]));
        out->decision[node] = 2; /* numerical, nothing missing, default left */
        out->gain[node] = 1 + floor(l1_prng_unit(prng) * 100);
        if (link[leaf] != NULL) *link[leaf] = (int)node;
        out->left[node] = ~(int)leaf;
        out->right[node] = ~(int)out->leaves;
        link[leaf] = &out->left[node];
        link[out->leaves] = &out->right[node];
        depth[leaf] += 1;
        depth[out->leaves] = depth[leaf];
    }
}

static void fill(l1_prng *prng, tree *out, double middle, double spread)
{
    for (unsigned i = 0; i < out->leaves; i++) {
        out->leaf[i] = middle + spread * (2 * l1_prng_unit(prng) - 1);
        out->leaf_count[i] = 200 + (int)l1_prng_below(prng, 1000);
    }
    for (unsigned i = out->leaves - 1; i-- > 0;) { /* children come after their parent */
        const int side[2] = {out->left[i], out->right[i]};
        for (int j = 0; j < 2; j++) {
            out->node_count[i] +=
                side[j] < 0 ? out->leaf_count[~side[j]] : out->node_count[side[j]];
        }
        out->node_value[i] = middle;
    }
}

static void put_tree(FILE *to, unsigned index, const tree *from, double shrinkage)
{
    const unsigned nodes = from->leaves - 1;
    double weight[LEAVES_MAX], node_weight[LEAVES_MAX];
    for (unsigned i = 0; i < from->leaves; i++) weight[i] = 0.25 * from->leaf_count[i];
    for (unsigned i = 0; i < nodes; i++) node_weight[i] = 0.25 * from->node_count[i];
    (void)fprintf(to, "Tree=%u\nnum_leaves=%u\nnum_cat=0\n", index, from->leaves);
    put_wholes(to, "split_feature", from->column, nodes);
    put_numbers(to, "split_gain", from->gain, nodes);
    put_numbers(to, "threshold", from->threshold, nodes);
    put_wholes(to, "decision_type", from->decision, nodes);
    put_wholes(to, "left_child", from->left, nodes);
    put_wholes(to, "right_child", from->right, nodes);
    put_numbers(to, "leaf_value", from->leaf, from->leaves);
    put_numbers(to, "leaf_weight", weight, from->leaves);
    put_wholes(to, "leaf_count", from->leaf_count, from->leaves);
    put_numbers(to, "internal_value", from->node_value, nodes);
    put_numbers(to, "internal_weight", node_weight, nodes);
    put_wholes(to, "internal_count", from->node_count, nodes);
    (void)fprintf(to, "is_linear=0\nshrinkage=%.17g\n\n\n", shrinkage);
}

static void put_header(FILE *to, bool average)
{
    (void)fprintf(to,
                  "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
                  "max_feature_idx=%d\nobjective=binary sigmoid:1\n%sfeature_names=",
                  L1_COLUMNS_COUNT - 1, average ? "average_output\n" : "");
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) {
        (void)fprintf(to, "%s%s", i == 0 ? "" : " ", l1_features[i].name);
    }
    (void)fprintf(to, "\nfeature_infos=");
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) (void)fprintf(to, "%s[-20:20]", i == 0 ? "" : " ");
    (void)fprintf(to, "\ntree_sizes=");
}

/* A random forest's trees each hold a whole answer, a booster's the share of one. */
static void make_forest(l1_prng *prng, l1_head head, l1_model model, const bundle_recipe *recipe,
                        text *out)
{
    const bool average = model == L1_MODEL_RANDOM_FOREST;
    const forest_size *size = average ? &recipe->random_forest : &recipe->lightgbm;
    const double share = average ? 1 : 1.0 / size->trees;
    text trees;
    text_open(&trees);
    text_open(out);
    put_header(out->file, average);
    long before = 0;
    for (unsigned i = 0; i < size->trees; i++) {
        tree one;
        grow(prng, head, size, &one);
        fill(prng, &one, share * recipe->bias[head], share * (average ? 1.0 : 2.0));
        put_tree(trees.file, i, &one, average ? 1 : 0.03);
        const long behind = ftell(trees.file);
        (void)fprintf(out->file, "%s%ld", i == 0 ? "" : " ", behind - before);
        before = behind;
    }
    text_close(&trees);
    (void)fprintf(out->file, "\n\n%send of trees\n\nfeature_importances:\n\nparameters:\n",
                  trees.bytes);
    (void)fprintf(out->file, "[boosting: %s]\nend of parameters\n\npandas_categorical:null\n",
                  average ? "rf" : "gbdt");
    text_close(out);
    free(trees.bytes);
}

/* --- logistic regression --- */

static void make_logreg(l1_prng *prng, l1_head head, const bundle_recipe *recipe, text *out)
{
    double intercept = recipe->bias[head];
    double weight[L1_COLUMNS_COUNT];
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) {
        const place at = place_of(head, i);
        weight[i] = 0.1 * (2 * l1_prng_unit(prng) - 1) / at.spread;
        intercept -= weight[i] * at.middle;
    }
    text_open(out);
    (void)fprintf(out->file, "# weights from a seed\nl1_logreg=1\nintercept=%.17g\n", intercept);
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) {
        const place at = place_of(head, i);
        (void)fprintf(out->file, "feature=%s %.17g %.17g %.17g\n", l1_features[i].name,
                      at.middle - 5 * at.spread, at.middle + 5 * at.spread, weight[i]);
    }
    (void)fprintf(out->file, "end\n");
    text_close(out);
}

/* --- manifest --- */

static const char *const usual_symbols[] = {"BTC/USDT", "ETH/USDT"};

static const char *symbol_at(const bundle_recipe *recipe, uint32_t index)
{
    return recipe->symbols == NULL ? usual_symbols[index] : recipe->symbols[index];
}

static void put_symbol(FILE *to, const bundle_recipe *recipe, uint32_t index)
{
    /* ln of the deviation over 240 minutes: ln sqrt(240) and a mean of what was. */
    static const double har[] = {2.74, 0.05, 0.15, 0.35, 0.35, 0.1, 0, 0, -0.5, 0.5, 0.06};
    double slots[L1_PROFILE_SLOTS];
    (void)fprintf(to, "\n[symbol %s]\n", symbol_at(recipe, index));
    put_numbers(to, "har", har, L1_HAR_TERMS + 1);
    (void)fprintf(to, "profile_day=%lld\n", (long long)recipe->profile_day);
    for (int weekend = 0; weekend < 2; weekend++) {
        for (int i = 0; i < L1_PROFILE_SLOTS; i++) { /* a hump in the European afternoon */
            const double away = fabs(i - 60.0) / 48;
            slots[i] = (weekend ? 0.6 : 1.0) * (1.5 - away + 0.01 * index);
        }
        put_numbers(to, weekend ? "profile_weekend" : "profile_weekday", slots, L1_PROFILE_SLOTS);
    }
}

static void put_thresholds(FILE *to, const bundle_recipe *recipe, l1_head head)
{
    static const char *const keys[L1_THRESHOLD_COUNT] = {"threshold_operating", "threshold_f1"};
    for (int kind = 0; kind < L1_THRESHOLD_COUNT; kind++) {
        for (uint32_t i = 0; i < recipe->symbols_count; i++) {
            (void)fprintf(to, "%s=%s", keys[kind], symbol_at(recipe, i));
            for (int j = head == L1_HEAD_TREND ? L1_SCORE_ENSEMBLE : 0; j < L1_SCORES_COUNT; j++) {
                (void)fprintf(to, " %.17g", recipe->threshold[head][kind][j]);
            }
            (void)fprintf(to, "\n");
        }
    }
}

static void put_head(FILE *to, const bundle_recipe *recipe, l1_head head,
                     const l1_bundle_part *files)
{
    (void)fprintf(to, "\n[head %s]\n", l1_head_text(head));
    if (head == L1_HEAD_TREND) {
        (void)fprintf(to, "platt=1.7 %.17g\n", recipe->bias[head]);
    } else {
        for (int model = 0; model < L1_MODEL_COUNT; model++) {
            char hex[L1_SHA256_HEX_SIZE];
            const l1_bundle_part *file = &files[model];
            L1_ASSERT(l1_sha256_hex(file->bytes, file->size, hex, NULL).code == L1_OK);
            (void)fprintf(to, "%s=%s %s\n", l1_model_text((l1_model)model), file->path, hex);
            (void)fprintf(to, "platt_%s=1 0\n", l1_model_text((l1_model)model));
        }
        const double third = 1.0 / L1_MODEL_COUNT;
        put_numbers(to, "stack", (double[]){0, third, third, third}, L1_SCORES_COUNT);
    }
    if (head == L1_HEAD_SURVIVAL) {
        put_numbers(to, "stop_atr", (double[]){recipe->stop_atr_min, recipe->stop_atr_max}, 2);
    }
    put_thresholds(to, recipe, head);
}

static void put_manifest(FILE *to, const bundle_recipe *recipe, const made_bundle *made)
{
    char hex[33];
    l1_hash_hex(l1_features_hash(), hex);
    (void)fprintf(to, "l1_bundle=1\n# made from seed %llu; nothing in it is learned\n",
                  (unsigned long long)recipe->seed);
    (void)fprintf(to, "features=%s\ntrained_from=%lld\ntrained_to=%lld\n", hex,
                  (long long)recipe->trained_from_ms, (long long)recipe->trained_to_ms);
    for (uint32_t i = 0; i < recipe->symbols_count; i++) put_symbol(to, recipe, i);
    uint32_t file = 1;
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        if ((recipe->heads >> head & 1) == 0) continue;
        put_head(to, recipe, (l1_head)head, &made->parts[file]);
        if (head != L1_HEAD_TREND) file += L1_MODEL_COUNT;
    }
    L1_ASSERT(file == made->count);
    (void)fprintf(to, "\nend\n");
}

/* --- bundles --- */

bundle_recipe bundle_recipe_small(void)
{
    bundle_recipe recipe = {
        .seed = 1,
        .symbols_count = 2,
        .heads = (1U << L1_HEAD_COUNT) - 1,
        .random_forest = {8, 7, 4},
        .lightgbm = {8, 5, 3},
        .bias = {[L1_HEAD_SURVIVAL] = 0.6},
        .stop_atr_min = 1,
        .stop_atr_max = 4,
        .trained_from_ms = INT64_C(1640995200000), /* 2022-01-01 */
        .trained_to_ms = INT64_C(1672531200000),   /* 2023-01-01 */
        .profile_day = 19358,                      /* the same */
    };
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        for (int kind = 0; kind < L1_THRESHOLD_COUNT; kind++) {
            for (int i = 0; i < L1_SCORES_COUNT; i++) recipe.threshold[head][kind][i] = -INFINITY;
        }
    }
    return recipe;
}

bundle_recipe bundle_recipe_shipped(void)
{
    bundle_recipe recipe = bundle_recipe_small();
    recipe.random_forest = (forest_size){200, 31, 8};
    recipe.lightgbm = (forest_size){200, 15, 6};
    return recipe;
}

void bundle_seal(const bundle_recipe *recipe, made_bundle *made)
{
    text manifest;
    text_open(&manifest);
    put_manifest(manifest.file, recipe, made);
    text_close(&manifest);
    free((void *)(uintptr_t)made->parts[0].bytes);
    free(made->image);
    l1_text_copy(made->paths[0], sizeof made->paths[0], L1_MANIFEST_PATH);
    made->parts[0] =
        (l1_bundle_part){made->paths[0], (const uint8_t *)manifest.bytes, manifest.size};
    made->image_size = l1_bundle_image_size(made->parts, made->count);
    made->image = malloc(made->image_size);
    L1_ASSERT(made->image != NULL);
    l1_bundle_image(made->parts, made->count, made->image);
}

void bundle_make(const bundle_recipe *recipe, made_bundle *out)
{
    static const char *const names[L1_MODEL_COUNT] = {"modelo1_lr", "modelo2_rf", "modelo3_lgbm"};
    l1_prng prng;
    l1_prng_seed(&prng, recipe->seed);
    memset(out, 0, sizeof *out);
    out->count = 1;
    for (int head = 0; head < L1_HEAD_TREND; head++) {
        for (int model = 0; model < L1_MODEL_COUNT && (recipe->heads >> head & 1) != 0; model++) {
            text file;
            if (model == L1_MODEL_LOGREG) {
                make_logreg(&prng, (l1_head)head, recipe, &file);
            } else {
                make_forest(&prng, (l1_head)head, (l1_model)model, recipe, &file);
            }
            char *path = out->paths[out->count];
            (void)snprintf(path, L1_BUNDLE_PATH_MAX, "%s/%s.txt", l1_head_text((l1_head)head),
                           names[model]);
            out->parts[out->count++] =
                (l1_bundle_part){path, (const uint8_t *)file.bytes, file.size};
        }
    }
    bundle_seal(recipe, out);
}

void bundle_free(made_bundle *made)
{
    for (uint32_t i = 0; i < made->count; i++) free((void *)(uintptr_t)made->parts[i].bytes);
    free(made->image);
    memset(made, 0, sizeof *made);
}

static void make_folder(const char *path)
{
    L1_ASSERT(mkdir(path, 0777) == 0 || errno == EEXIST);
}

void bundle_write(const made_bundle *made, const char *folder)
{
    char path[4096];
    make_folder(folder);
    for (uint32_t i = 0; i < made->count; i++) {
        const l1_bundle_part *part = &made->parts[i];
        (void)snprintf(path, sizeof path, "%s/%s", folder, part->path);
        char *slash = strrchr(path + strlen(folder) + 1, '/');
        if (slash != NULL) {
            *slash = '\0';
            make_folder(path);
            *slash = '/';
        }
        FILE *file = fopen(path, "wb");
        L1_ASSERT(file != NULL);
        L1_ASSERT(fwrite(part->bytes, 1, part->size, file) == part->size);
        L1_ASSERT(fclose(file) == 0);
    }
}
