/* tests/testlib/bundle_maker.h: small, complete model bundles made from a seed, for tests and
 * benches of what uses models. Nothing in them is learned.
 *
 * Forests are LightGBM texts with random splits at plausible places; the logistic regressions
 * have small random weights; Platt scales are (1, 0) and stacks weigh the models alike, so that
 * the ensemble is their mean. The same recipe gives the same bytes. Ends the process when it has
 * no memory or cannot write. */
#ifndef L1_TESTLIB_BUNDLE_MAKER_H
#define L1_TESTLIB_BUNDLE_MAKER_H

#include "models/bundle.h"

typedef struct {
    unsigned trees, leaves, depth;
} forest_size;

typedef struct {
    uint64_t seed;
    const char *const *symbols; /* NULL = BTC/USDT and ETH/USDT */
    uint32_t symbols_count;
    unsigned heads; /* bits 1 << l1_head */
    forest_size random_forest, lightgbm;
    double bias[L1_HEAD_COUNT]; /* added to the log-odds of every score of the head */
    double stop_atr_min, stop_atr_max;
    int64_t trained_from_ms, trained_to_ms, profile_day;
    /* Log-odds, for every symbol; of the trend [L1_SCORE_ENSEMBLE] alone. */
    double threshold[L1_HEAD_COUNT][L1_THRESHOLD_COUNT][L1_SCORES_COUNT];
} bundle_recipe;

/* Small: forests of 8x7 and 8x5; all heads; trained on 2022; every threshold -inf (no veto). */
bundle_recipe bundle_recipe_small(void);
/* The same with forests of the size that L1 ships: 200x31 depth 8, 200x15 depth 6. */
bundle_recipe bundle_recipe_shipped(void);

typedef struct {
    l1_bundle_part parts[1 + L1_BUNDLE_FILES_MAX]; /* the manifest first */
    char paths[1 + L1_BUNDLE_FILES_MAX][L1_BUNDLE_PATH_MAX];
    uint32_t count;
    uint8_t *image;
    size_t image_size;
} made_bundle;

void bundle_make(const bundle_recipe *recipe, made_bundle *out);
void bundle_free(made_bundle *made);

/* Its files below `folder`, which is made when it is not there. */
void bundle_write(const made_bundle *made, const char *folder);

/* A manifest for files that stand in parts[1..]: their SHA-256 and what else the recipe says. For
 * tests that exchange one file. Replaces parts[0] and the image. */
void bundle_seal(const bundle_recipe *recipe, made_bundle *made);

#endif
