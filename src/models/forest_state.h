/* models/forest_state.h: the inside of a forest, shared by its reader, its layout and its three
 * paths; nobody else includes it.
 *
 * A slot is one question that all trees ask of one column: its rank among the thresholds that
 * nodes of the same missing type compare it with, or the side of one categorical split. A node
 * then compares small whole numbers: x <= threshold j  <=>  rank(x) <= j, exactly.
 * Rank MISSING lies above every threshold, so it goes right; nodes that send a missing value left
 * read it as 0 (portable) or ask for it by itself (AVX-512). */
#ifndef L1_MODELS_FOREST_STATE_H
#define L1_MODELS_FOREST_STATE_H

#include "models/forest.h"

#define FOREST_MISSING UINT16_C(0xffff)
#define FOREST_RANKS_MAX 32767 /* thresholds of one slot; ranks stay positive as int16_t */
#define FOREST_SLOTS_MAX 8192
#define FOREST_LEVELS_MAX 4 /* 16^4 > FOREST_RANKS_MAX */
#define FOREST_BLOCK 16     /* thresholds counted at once */
#define FOREST_LANES 8      /* trees walked in lockstep */

/* LightGBM's kZeroThreshold: a float widened to double. Values within it are zero. */
#define FOREST_ZERO ((double)1e-35f)

/* decision_type, bits 2 and 3. */
typedef enum { FOREST_MISSING_NONE, FOREST_MISSING_ZERO, FOREST_MISSING_NAN } forest_missing;
#define FOREST_MISSING_TYPES 3

/* --- what the reader hands to the layout --- */
typedef struct {
    double threshold;
    int16_t left, right; /* >= 0 node, < 0 leaf ~child, inside the tree */
    uint8_t column;      /* position in the row */
    uint8_t missing;     /* forest_missing */
    bool default_left;   /* false when it cannot matter */
    bool categorical;
    uint32_t words_at, words_count; /* categorical: bits of the categories that go left */
    uint16_t slot, rank;            /* filled by the layout */
} forest_raw_node;

typedef struct {
    uint32_t first_node, first_leaf; /* in raw nodes and leaves; leaves - 1 nodes */
    uint32_t leaves;
    uint32_t line; /* of "Tree=" */
} forest_raw_tree;

/* A threshold on its way to a rank. */
typedef struct {
    double threshold;
    uint32_t node;
    uint16_t slot;
} forest_raw_cut;

typedef struct {
    forest_raw_tree *trees;
    forest_raw_node *nodes;
    double *leaves;
    uint32_t *words;
    forest_raw_cut *cuts;
    uint32_t trees_count, nodes_count, leaves_count, words_count; /* so far; then in all */
    uint32_t trees_max, nodes_max, leaves_max, words_max;
    uint32_t columns;
    bool average;
    double sigmoid;
} forest_raw;

/* --- the forest itself --- */
typedef struct {
    uint32_t level_at[FOREST_LEVELS_MAX]; /* numerical: in thresholds; coarsest first */
    uint32_t words_at, words_count;       /* categorical: in words */
    uint8_t column;
    uint8_t nan_missing, zero_missing; /* 1: such a value is missing here */
} forest_slot;

/* 8 bytes. Goes to `left` if the rank is <= `rank`, else to left + 1; a leaf goes to itself. */
typedef struct {
    uint16_t variant; /* 2 x slot + default_left */
    uint16_t rank;
    uint32_t left; /* in nodes */
} forest_node;
_Static_assert(sizeof(forest_node) == 8, "a node is one word");

/* Trees of about equal depth, walked together. */
typedef struct {
    uint32_t root[FOREST_LANES];
    uint32_t tree[FOREST_LANES]; /* where the value goes; `trees` for a lane without a tree */
    uint32_t depth;
} forest_group;

/* All predicates of a tree at once. 31 nodes, 32 leaves, these from left to right. A leaf is out
 * of reach when a node that has it on its left goes right; the first leaf that is not out of
 * reach is the tree's answer: whatever lies to its left was left behind where the paths part.
 * Leaves that do not exist come last and are never out of reach. */
#define FOREST_WIDE_LEAVES 32
#define FOREST_WIDE_SLOTS 64
#define FOREST_WIDE_LEFT UINT16_C(0x8000) /* in `slot`: a missing value goes left */
typedef struct {
    uint16_t slot[FOREST_WIDE_LEAVES], rank[FOREST_WIDE_LEAVES];
    uint32_t above[FOREST_WIDE_LEAVES]; /* of a leaf: the nodes that have it on their left */
    double leaf[FOREST_WIDE_LEAVES];
} forest_wide_tree;
_Static_assert(sizeof(forest_wide_tree) == 512, "eight cache lines a tree, five of them read");

/* The same with ranks of one byte, as models of up to 255 bins have: two trees answer in one step,
 * or four when no tree has more than 16 leaves. What is read of every tree costs less than the
 * memory it comes from, so it is kept small. Node i stands between leaves i and i + 1: it has none
 * of the leaves behind itself on its left, so leaves from 16 on know nodes from 16 on alone. Places
 * without a tree are zero: their leaf adds 0, which changes no sum that began with +0. */
#define FOREST_BYTE_MISSING UINT8_C(0xff)
#define FOREST_BYTE_RANKS 254          /* thresholds of one slot */
#define FOREST_BYTE_LEFT UINT8_C(0x80) /* in `slot`: a missing value goes left */
#define FOREST_FEW_LEAVES 16
typedef struct {
    uint8_t slot[2][FOREST_WIDE_LEAVES], rank[2][FOREST_WIDE_LEAVES];
    uint32_t low[2][16];  /* `above` of leaves 0..15 */
    uint16_t high[2][16]; /* of leaves 16..31: nodes 16..31 */
} forest_pair;
_Static_assert(sizeof(forest_pair) == 320, "two and a half cache lines a tree, and one of leaves");

typedef struct {
    uint8_t slot[4][FOREST_FEW_LEAVES], rank[4][FOREST_FEW_LEAVES];
    uint16_t above[4][FOREST_FEW_LEAVES];
} forest_four;
_Static_assert(sizeof(forest_four) == 256, "one cache line a tree, and one of leaves");

struct l1_forest {
    const forest_slot *slots; /* numerical ones first */
    const double *thresholds;
    const uint32_t *words;
    const forest_node *nodes;
    const double *values; /* of a leaf, beside its node */
    const forest_group *groups;
    const forest_wide_tree *wide; /* NULL: does not fit */
    const forest_pair *pairs;     /* NULL: does not fit, or fours do */
    const forest_four *fours;     /* NULL: does not fit */
    const double *byte_leaves;    /* of pairs or fours: 32 or 16 a tree */
    uint64_t used;
    double sigmoid, divisor; /* divisor: 1 or the number of iterations */
    uint32_t slots_count, numerical_count, groups_count, trees_count, columns;
    uint32_t levels;        /* of every numerical slot */
    bool wide_missing_left; /* some node sends a missing value left */
    bool zero_missing;      /* some slot takes zero for missing */
    bool wide_usable;       /* fits, and the processor can */
    bool bytes_usable;      /* likewise, pairs or fours */
};

/* Reads the text into `raw`, whose arrays lie in `scratch`. */
L1_MUST_USE l1_result forest_read(const char *text, size_t size, const l1_forest_columns *columns,
                                  l1_arena *scratch, forest_raw *raw, l1_diag *diag);

/* Makes the forest in `arena`. Fails with INPUT_FIELD or LIMIT_FULL. */
L1_MUST_USE l1_result forest_lay_out(forest_raw *raw, l1_arena *arena, l1_forest **out,
                                     l1_diag *diag);

/* True when `size` bytes more fit into the arena. */
bool forest_fits(const l1_arena *arena, size_t size);

/* forest_avx512.c */
bool forest_wide_runs(void); /* the processor has the instructions */
bool forest_bytes_run(void);
double forest_wide_sum(const l1_forest *forest, const double *row);
double forest_bytes_sum(const l1_forest *forest, const double *row);

/* A row as the slots want it: tiny values are zero, as LightGBM's dense rows arrive; NaN is zero
 * too, which counts where it is not missing; and which were NaN, which are zero. */
typedef struct {
    double values[L1_COLUMNS_MAX];
    uint64_t nan, zero; /* bits by column; NaN is also a zero */
} forest_row;

static inline bool forest_is_missing(const forest_row *row, const forest_slot *slot)
{
    return ((row->nan >> slot->column & slot->nan_missing) |
            (row->zero >> slot->column & slot->zero_missing)) != 0;
}

/* 0 if the row's category goes left, 1 if right. */
static inline uint16_t forest_category_side(const forest_row *row, const forest_slot *slot,
                                            const uint32_t *all)
{
    const uint32_t *const words = all + slot->words_at;
    const double x = row->values[slot->column];
    if ((row->nan >> slot->column & 1) != 0) return 1;
    if (!(x > -1.0 && x < 2147483648.0)) return 1;
    const uint32_t category = (uint32_t)(int32_t)x;
    return category / 32 < slot->words_count && (words[category / 32] >> category % 32 & 1) != 0
               ? 0
               : 1;
}

#endif
