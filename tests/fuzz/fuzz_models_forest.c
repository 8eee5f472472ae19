/* fuzz_models_forest: any text is refused with a line and a sentence, or scored alike by both
 * paths and by a walk along the children as LightGBM describes it, whose tables are read here
 * once more, with strtod. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/real.h"
#include "models/forest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARENA_SIZE ((size_t)8 << 20)
#define LEAVES_MAX 1024

typedef struct {
    long leaves, splits;
    long column[LEAVES_MAX], decision[LEAVES_MAX], left[LEAVES_MAX], right[LEAVES_MAX];
    double threshold[LEAVES_MAX], leaf[LEAVES_MAX];
    long bounds[LEAVES_MAX + 1];
    unsigned long words[65536];
} plain_tree;

/* The numbers after "\nKEY=" up to the line's end. */
static const char *line_of(const char *block, const char *end, const char *key)
{
    const size_t size = strlen(key);
    for (const char *at = block; at < end; at++) {
        if (*at == '\n' && strncmp(at + 1, key, size) == 0) return at + 1 + size;
    }
    return NULL;
}

static void read_longs(const char *at, long *out, size_t max)
{
    for (size_t i = 0; at != NULL && i < max && *at != '\n'; i++) {
        char *stop;
        out[i] = strtol(at, &stop, 10);
        if (stop == at) return;
        for (at = stop; *at == ' ' || *at == '\r';) at++;
    }
}

static void read_doubles(const char *at, double *out, size_t max)
{
    for (size_t i = 0; at != NULL && i < max && *at != '\n'; i++) {
        char *stop;
        out[i] = strtod(at, &stop);
        if (stop == at) return;
        for (at = stop; *at == ' ' || *at == '\r';) at++;
    }
}

static void read_words(const char *at, unsigned long *out, size_t max)
{
    for (size_t i = 0; at != NULL && i < max && *at != '\n'; i++) {
        char *stop;
        out[i] = strtoul(at, &stop, 10);
        if (stop == at) return;
        for (at = stop; *at == ' ' || *at == '\r';) at++;
    }
}

static bool goes_left(const plain_tree *tree, long node, double x)
{
    const double zero = (double)1e-35f;
    const long type = tree->decision[node] >> 2 & 3;
    if (tree->decision[node] & 1) {
        if (!(x > -1.0 && x < 2147483648.0)) return false;
        const long category = (long)x, split = (long)tree->threshold[node];
        const long first = tree->bounds[split], count = tree->bounds[split + 1] - first;
        return category / 32 < count && (tree->words[first + category / 32] >> category % 32 & 1);
    }
    if (isnan(x) && type != 2) x = 0.0;
    if ((type == 1 && x >= -zero && x <= zero) || (type == 2 && isnan(x)))
        return (tree->decision[node] & 2) != 0;
    return x <= tree->threshold[node];
}

static double plain_score(const char *text, const double *row, const double *filtered)
{
    static plain_tree tree;
    double sum = 0.0;
    long trees = 0;
    (void)row;
    const char *block = strstr(text, "\nTree=");
    const char *const all_end = strstr(block, "\nend of trees");
    for (; block != NULL && block < all_end; trees++) {
        const char *next = strstr(block + 1, "\nTree=");
        const char *const end = next == NULL || next > all_end ? all_end : next;
        memset(&tree, 0, sizeof tree);
        read_longs(line_of(block, end, "num_leaves="), &tree.leaves, 1);
        read_longs(line_of(block, end, "split_feature="), tree.column, LEAVES_MAX);
        read_longs(line_of(block, end, "decision_type="), tree.decision, LEAVES_MAX);
        read_longs(line_of(block, end, "left_child="), tree.left, LEAVES_MAX);
        read_longs(line_of(block, end, "right_child="), tree.right, LEAVES_MAX);
        read_longs(line_of(block, end, "cat_boundaries="), tree.bounds, LEAVES_MAX + 1);
        read_words(line_of(block, end, "cat_threshold="), tree.words, 65536);
        read_doubles(line_of(block, end, "threshold="), tree.threshold, LEAVES_MAX);
        read_doubles(line_of(block, end, "leaf_value="), tree.leaf, LEAVES_MAX);
        long node = tree.leaves > 1 ? 0 : -1;
        while (node >= 0)
            node = goes_left(&tree, node, filtered[tree.column[node]]) ? tree.left[node]
                                                                       : tree.right[node];
        sum += tree.leaf[~node];
        block = end == all_end ? NULL : end;
    }
    const char *const average = strstr(text, "\naverage_output");
    return average != NULL && average < all_end ? sum / (double)trees : sum;
}

static double value_of(uint64_t seed)
{
    static const double values[] = {NAN,  INFINITY, -INFINITY, 0.0,  -0.0, 1e-35, -1e-36, 1.0,
                                    -1.0, 0.5,      3.0,       31.0, 32.0, 64.0,  1e9,    1e300};
    const uint64_t mixed = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
    if ((mixed >> 40 & 3) == 0) return l1_real_of_bits(mixed ^ mixed << 21);
    return values[mixed >> 60] + (double)(mixed >> 50 & 3) * 0.25;
}

static void check_scores(const l1_forest *forest, const char *text)
{
    double row[L1_COLUMNS_MAX], filtered[L1_COLUMNS_MAX];
    const uint32_t columns = l1_forest_columns_count(forest);
    L1_ASSERT(columns > 0 && columns <= L1_COLUMNS_MAX && l1_forest_trees(forest) > 0);
    for (uint64_t i = 0; i < 8; i++) {
        for (uint32_t k = 0; k < columns; k++) {
            row[k] = value_of(i * L1_COLUMNS_MAX + k);
            filtered[k] = fabs(row[k]) <= (double)1e-35f ? 0.0 : row[k];
        }
        const double score = l1_forest_score_by(forest, L1_FOREST_PORTABLE, row);
        const uint64_t bits = l1_real_bits(score);
        L1_ASSERT(l1_real_bits(l1_forest_score(forest, row)) == bits);
        for (l1_forest_path path = L1_FOREST_AVX512; path < L1_FOREST_PATHS; path++) {
            if (l1_forest_path_usable(forest, path))
                L1_ASSERT(l1_real_bits(l1_forest_score_by(forest, path, row)) == bits);
        }
        if (score == score) L1_ASSERT(l1_real_bits(plain_score(text, row, filtered)) == bits);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t *memory;
    static size_t used;
    static char text[100001];
    if (size > 100000) return 0;
    if (memory == NULL) memory = aligned_alloc(64, ARENA_SIZE);
    L1_ASSERT(memory != NULL);
    if (used == 0) memset(memory, 0, ARENA_SIZE);
    l1_arena arena = {.base = memory, .capacity = ARENA_SIZE};
    const l1_forest_columns any = {.names = NULL};
    l1_forest *forest = NULL;
    l1_diag diag = {.line = 0};
    char *const copy = malloc(size + 1); /* to the byte, so that a read beyond is seen */
    L1_ASSERT(copy != NULL);
    memcpy(copy, data, size);
    const l1_result result = l1_forest_parse(copy, size, &any, &arena, &forest, &diag);
    if (result.code == L1_OK) {
        memcpy(text, data, size);
        text[size] = '\0';
        L1_ASSERT(arena.used > 0);
        if (memchr(data, 0, size) == NULL) check_scores(forest, text);
        memset(memory, 0, arena.used);
    } else {
        L1_ASSERT(arena.used == 0 && diag.line > 0 && strlen(diag.text) > 10);
    }
    used = 1; /* what was taken is wiped; the parser promises the rest */
    for (size_t i = 0; i < 65536; i += 64) L1_ASSERT(memory[i] == 0);
    free(copy);
    return 0;
}
