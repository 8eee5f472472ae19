/* models/forest.c: parsing as a whole, the portable path, and the choice between the paths. */
#include "models/forest.h"

#include <string.h>

#include "base/assert.h"
#include "models/forest_state.h"

/* ---- parsing ----------------------------------------------------------------------------- */

bool forest_fits(const l1_arena *arena, size_t size)
{
    L1_ASSERT(arena->used <= arena->capacity);
    const size_t left = arena->capacity - arena->used;
    return size <= left && l1_arena_cost(size) <= left;
}

/* What the reader needs only while it reads lies at the far end of the arena; it is wiped, so
 * that later takes find zeros. */
l1_result l1_forest_parse(const char *text, size_t size, const l1_forest_columns *columns,
                          l1_arena *arena, l1_forest **out, l1_diag *diag)
{
    L1_ASSERT(text != NULL && columns != NULL && arena != NULL && out != NULL);
    L1_ASSERT(!arena->sealed);
    L1_ASSERT(columns->names == NULL || columns->count <= L1_COLUMNS_MAX);
    const size_t half = (arena->capacity - arena->used) / 2 / 64 * 64;
    l1_arena scratch = {.base = arena->base + arena->used + half,
                        .capacity = arena->capacity - arena->used - half};
    l1_arena kept = {.base = arena->base, .used = arena->used, .capacity = arena->used + half};
    forest_raw raw = {.trees_count = 0};
    l1_result result = forest_read(text, size, columns, &scratch, &raw, diag);
    if (result.code == L1_OK) result = forest_lay_out(&raw, &kept, out, diag);
    memset(scratch.base, 0, scratch.used);
    if (result.code != L1_OK) {
        memset(arena->base + arena->used, 0, kept.used - arena->used);
        return result;
    }
    arena->used = kept.used;
    return L1_SUCCESS;
}

uint32_t l1_forest_columns_count(const l1_forest *forest)
{
    return forest->columns;
}

uint32_t l1_forest_trees(const l1_forest *forest)
{
    return forest->trees_count;
}

double l1_forest_sigmoid(const l1_forest *forest)
{
    return forest->sigmoid;
}

uint64_t l1_forest_used(const l1_forest *forest)
{
    return forest->used;
}

/* ---- portable path ----------------------------------------------------------------------- */

/* How many of the 16 are below x: a loop that compilers turn into vector comparisons. */
static uint32_t count_below(const double *block, double x)
{
    int64_t count = 0;
    for (int i = 0; i < FOREST_BLOCK; i++) count += block[i] < x;
    return (uint32_t)count;
}

static void clean_row(const l1_forest *forest, const double *row, forest_row *out)
{
    out->nan = out->zero = 0;
    for (uint32_t i = 0; i < forest->columns; i++) {
        const double x = row[i];
        const bool nan = x != x, zero = !(x < -FOREST_ZERO || x > FOREST_ZERO);
        out->values[i] = zero ? 0.0 : x;
        out->nan |= (uint64_t)nan << i;
        out->zero |= (uint64_t)zero << i;
    }
}

/* The number of thresholds below x. A level above holds every block's last threshold, and the
 * last block ends in infinity, so the count never leaves the block. */
static uint32_t rank_of(const double *thresholds, const forest_slot *slot, uint32_t levels,
                        double x)
{
    uint32_t rank = 0;
    for (uint32_t level = 0; level < levels; level++) {
        const double *const all = thresholds + slot->level_at[level];
        rank = rank * FOREST_BLOCK + count_below(all + rank * FOREST_BLOCK, x);
    }
    return rank;
}

/* Both readings of every slot: missing as the highest rank, and missing as the lowest. */
static void rank_row(const l1_forest *forest, const double *row, uint16_t *variants)
{
    forest_row clean;
    clean_row(forest, row, &clean);
    for (uint32_t i = 0; i < forest->numerical_count; i++) {
        const forest_slot *const slot = &forest->slots[i];
        const uint32_t rank =
            rank_of(forest->thresholds, slot, forest->levels, clean.values[slot->column]);
        const uint32_t missing = forest_is_missing(&clean, slot) ? FOREST_MISSING : 0;
        variants[2 * i] = (uint16_t)(rank | missing);
        variants[2 * i + 1] = (uint16_t)(rank & ~missing);
    }
    for (uint32_t i = forest->numerical_count; i < forest->slots_count; i++) {
        const uint16_t side = forest_category_side(&clean, &forest->slots[i], forest->words);
        variants[2 * i] = variants[2 * i + 1] = side;
    }
}

/* Eight trees, one level of each in turn, without a branch: the walks overlap. */
static void walk_group(const l1_forest *forest, const forest_group *group, const uint16_t *variants,
                       double *values)
{
    const forest_node *const nodes = forest->nodes;
    uint32_t at[FOREST_LANES];
    memcpy(at, group->root, sizeof at);
    for (uint32_t level = 0; level < group->depth; level++) {
        for (int lane = 0; lane < FOREST_LANES; lane++) {
            const forest_node node = nodes[at[lane]];
            at[lane] = node.left + (variants[node.variant] > node.rank);
        }
    }
    for (int lane = 0; lane < FOREST_LANES; lane++)
        values[group->tree[lane]] = forest->values[at[lane]];
}

/* Leaves are added in the trees' order, whatever order they were found in. */
static double portable_sum(const l1_forest *forest, const double *row)
{
    uint16_t variants[2 * FOREST_SLOTS_MAX];
    double values[L1_FOREST_TREES_MAX + 1];
    L1_ASSERT(forest->slots_count <= FOREST_SLOTS_MAX);
    L1_ASSERT(forest->trees_count <= L1_FOREST_TREES_MAX);
    variants[0] = 0; /* read by leaves, whatever the model asks */
    rank_row(forest, row, variants);
    for (uint32_t i = 0; i < forest->groups_count; i++)
        walk_group(forest, &forest->groups[i], variants, values);
    double sum = 0.0;
    for (uint32_t i = 0; i < forest->trees_count; i++) sum += values[i];
    return sum;
}

/* ---- the choice -------------------------------------------------------------------------- */

bool l1_forest_path_usable(const l1_forest *forest, l1_forest_path path)
{
    L1_ASSERT(path >= L1_FOREST_PORTABLE && path < L1_FOREST_PATHS);
    L1_ASSERT(!forest->bytes_usable || forest->wide_usable);
    if (path == L1_FOREST_AVX512) return forest->wide_usable;
    return path == L1_FOREST_PORTABLE || forest->bytes_usable;
}

double l1_forest_score_by(const l1_forest *forest, l1_forest_path path, const double *row)
{
    L1_ASSERT(forest != NULL && row != NULL);
    L1_ASSERT(l1_forest_path_usable(forest, path));
    const double sum = path == L1_FOREST_AVX512_BYTES ? forest_bytes_sum(forest, row)
                       : path == L1_FOREST_AVX512     ? forest_wide_sum(forest, row)
                                                      : portable_sum(forest, row);
    return sum / forest->divisor;
}

double l1_forest_score(const l1_forest *forest, const double *row)
{
    if (forest->bytes_usable) return l1_forest_score_by(forest, L1_FOREST_AVX512_BYTES, row);
    return l1_forest_score_by(forest, forest->wide_usable ? L1_FOREST_AVX512 : L1_FOREST_PORTABLE,
                              row);
}
