/* models/forest_layout.c: plain trees into slots, ranks and the three layouts. */
#include <string.h>

#include "base/assert.h"
#include "base/real.h"
#include "models/forest_state.h"

#define INFINITY_BITS UINT64_C(0x7ff0000000000000)
#define NO_SLOT UINT16_MAX

typedef struct {
    forest_raw *raw;
    l1_arena *arena;
    l1_diag *diag;
    l1_forest *out;
    uint16_t numerical[L1_COLUMNS_MAX][FOREST_MISSING_TYPES]; /* slot of a column */
    uint32_t numerical_count, slots_count;
    bool full; /* the arena was too small for something */
} layout;

static l1_result refuse(const layout *lay, l1_status status, uint32_t line, const char *why)
{
    if (lay->diag != NULL) {
        lay->diag->line = line;
        lay->diag->offset = 0;
    }
    return l1_refuse(lay->diag, status, "Tree", "line %u: Tree: %s", (unsigned)line, why);
}

static void *take(layout *lay, size_t count, size_t size)
{
    lay->full = lay->full || !forest_fits(lay->arena, count * size);
    return lay->full ? NULL : l1_arena_take(lay->arena, count * size);
}

/* ---- slots and ranks --------------------------------------------------------------------- */

static uint32_t line_of_node(const forest_raw *raw, uint32_t node)
{
    uint32_t tree = 0;
    while (tree + 1 < raw->trees_count && raw->trees[tree + 1].first_node <= node) tree++;
    return raw->trees[tree].line;
}

/* Numerical slots first, then one for each categorical split. */
static l1_result number_slots(layout *lay)
{
    forest_raw *const raw = lay->raw;
    memset(lay->numerical, 0xff, sizeof lay->numerical);
    for (uint32_t i = 0; i < raw->nodes_count; i++) {
        forest_raw_node *const node = &raw->nodes[i];
        if (node->categorical) continue;
        uint16_t *const slot = &lay->numerical[node->column][node->missing];
        if (*slot == NO_SLOT) *slot = (uint16_t)lay->slots_count++;
        node->slot = *slot;
    }
    lay->numerical_count = lay->slots_count;
    for (uint32_t i = 0; i < raw->nodes_count; i++) {
        forest_raw_node *const node = &raw->nodes[i];
        if (!node->categorical) continue;
        if (lay->slots_count == FOREST_SLOTS_MAX)
            return refuse(lay, L1_LIMIT_FULL, line_of_node(raw, i),
                          "more categorical splits than fit");
        node->slot = (uint16_t)lay->slots_count++;
        node->rank = 0;
    }
    L1_ASSERT(lay->slots_count <= FOREST_SLOTS_MAX);
    return L1_SUCCESS;
}

static bool before(const forest_raw_cut *a, const forest_raw_cut *b)
{
    return a->slot != b->slot ? a->slot < b->slot : a->threshold < b->threshold;
}

static void sift(forest_raw_cut *cuts, uint32_t at, uint32_t count)
{
    const forest_raw_cut moved = cuts[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count) break;
        if (child + 1 < count && before(&cuts[child], &cuts[child + 1])) child++;
        if (!before(&moved, &cuts[child])) break;
        cuts[at] = cuts[child];
        at = child;
    }
    cuts[at] = moved;
}

/* Heap sort: no recursion, no memory, never quadratic. */
static void sort_cuts(forest_raw_cut *cuts, uint32_t count)
{
    for (uint32_t i = count / 2; i-- > 0;) sift(cuts, i, count);
    for (uint32_t i = count; i-- > 1;) {
        const forest_raw_cut last = cuts[i];
        cuts[i] = cuts[0];
        cuts[0] = last;
        sift(cuts, 0, i);
    }
}

static uint32_t collect_cuts(const forest_raw *raw)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < raw->nodes_count; i++) {
        const forest_raw_node *const node = &raw->nodes[i];
        if (!node->categorical)
            raw->cuts[count++] = (forest_raw_cut){node->threshold, i, node->slot};
    }
    sort_cuts(raw->cuts, count);
    return count;
}

/* Whole blocks, and at least one infinity behind the thresholds. */
static uint32_t padded(uint32_t count)
{
    return (count / FOREST_BLOCK + 1) * FOREST_BLOCK;
}

/* Levels that a slot with that many thresholds needs. */
static uint32_t levels_of(uint32_t thresholds)
{
    uint32_t levels = 1;
    for (uint32_t width = padded(thresholds); width > FOREST_BLOCK; levels++)
        width = (width / FOREST_BLOCK + FOREST_BLOCK - 1) / FOREST_BLOCK * FOREST_BLOCK;
    L1_ASSERT(levels <= FOREST_LEVELS_MAX);
    return levels;
}

/* Doubles of `levels` levels above that many thresholds. */
static uint32_t levels_size(uint32_t thresholds, uint32_t levels)
{
    uint32_t width = padded(thresholds), size = width;
    for (uint32_t level = 1; level < levels; level++) {
        width = (width / FOREST_BLOCK + FOREST_BLOCK - 1) / FOREST_BLOCK * FOREST_BLOCK;
        size += width;
    }
    return size;
}

/* The finest level is there; each level above holds the last threshold of every block. */
static void fill_levels(double *thresholds, forest_slot *slot, uint32_t levels, uint32_t count,
                        uint32_t size)
{
    uint32_t end = size, level = levels;
    const uint32_t base = slot->level_at[0];
    uint32_t width = padded(count);
    while (level-- > 0) {
        L1_ASSERT(end >= width);
        end -= width;
        slot->level_at[level] = base + end;
        if (level == 0) break;
        const uint32_t blocks = width / FOREST_BLOCK;
        const uint32_t above = (blocks + FOREST_BLOCK - 1) / FOREST_BLOCK * FOREST_BLOCK;
        double *const to = thresholds + base + end - above;
        for (uint32_t i = 0; i < above; i++)
            to[i] = i < blocks ? thresholds[base + end + i * FOREST_BLOCK + FOREST_BLOCK - 1]
                               : l1_real_of_bits(INFINITY_BITS);
        width = above;
    }
    L1_ASSERT(end == 0);
}

/* Distinct thresholds of the slot whose cuts begin at `at`; each node gets its rank. */
static uint32_t rank_slot(forest_raw *raw, uint32_t at, uint32_t cuts)
{
    uint32_t distinct = 0;
    const uint16_t slot = raw->cuts[at].slot;
    for (uint32_t i = at; i < cuts && raw->cuts[i].slot == slot; i++) {
        if (i == at || raw->cuts[i].threshold != raw->cuts[i - 1].threshold) distinct++;
        if (distinct > FOREST_RANKS_MAX) break;
        raw->nodes[raw->cuts[i].node].rank = (uint16_t)(distinct - 1);
    }
    return distinct;
}

/* Ranks of all nodes; then the levels that the slots share, and the doubles that they take. */
static l1_result rank_nodes(layout *lay, uint32_t cuts, uint32_t *size)
{
    forest_raw *const raw = lay->raw;
    uint32_t levels = 1;
    for (int pass = 0; pass < 2; pass++) { /* the second knows the levels */
        *size = 0;
        for (uint32_t at = 0; at < cuts;) {
            const uint32_t distinct = rank_slot(raw, at, cuts);
            if (distinct > FOREST_RANKS_MAX)
                return refuse(lay, L1_LIMIT_FULL, line_of_node(raw, raw->cuts[at].node),
                              "more thresholds of one column than fit");
            if (levels < levels_of(distinct)) levels = levels_of(distinct);
            *size += levels_size(distinct, levels);
            const uint16_t slot = raw->cuts[at].slot;
            while (at < cuts && raw->cuts[at].slot == slot) at++;
        }
    }
    lay->out->levels = levels;
    return L1_SUCCESS;
}

/* The slot whose cuts begin at `at`, its levels at thresholds + used; returns their size. */
static uint32_t fill_slot(const layout *lay, uint32_t at, uint32_t cuts, forest_slot *slot,
                          double *thresholds, uint32_t used)
{
    const forest_raw *const raw = lay->raw;
    const forest_raw_node *const node = &raw->nodes[raw->cuts[at].node];
    uint32_t end = at;
    while (end < cuts && raw->cuts[end].slot == node->slot) end++;
    const uint32_t distinct = raw->nodes[raw->cuts[end - 1].node].rank + 1U;
    const uint32_t size = levels_size(distinct, lay->out->levels);
    *slot = (forest_slot){.level_at = {used},
                          .column = node->column,
                          .nan_missing = node->missing != FOREST_MISSING_NONE,
                          .zero_missing = node->missing == FOREST_MISSING_ZERO};
    double *const finest = thresholds + used + size - padded(distinct);
    for (uint32_t i = 0; i < padded(distinct); i++) finest[i] = l1_real_of_bits(INFINITY_BITS);
    for (; at < end; at++) finest[raw->nodes[raw->cuts[at].node].rank] = raw->cuts[at].threshold;
    fill_levels(thresholds, slot, lay->out->levels, distinct, size);
    return size;
}

static l1_result make_ranks(layout *lay)
{
    forest_raw *const raw = lay->raw;
    const uint32_t cuts = collect_cuts(raw);
    uint32_t size = 0, used = 0, slot = 0;
    L1_TRY(rank_nodes(lay, cuts, &size));
    forest_slot *const slots = take(lay, lay->slots_count, sizeof *slots);
    double *const thresholds = take(lay, size, sizeof *thresholds);
    if (lay->full) return refuse(lay, L1_LIMIT_FULL, 1, "the model is larger than its memory");
    for (uint32_t at = 0; at < cuts; slot++) {
        used += fill_slot(lay, at, cuts, &slots[slot], thresholds, used);
        while (at < cuts && raw->cuts[at].slot == slot) at++;
    }
    L1_ASSERT(used == size && slot == lay->numerical_count);
    for (uint32_t i = 0; i < raw->nodes_count; i++) {
        const forest_raw_node *const node = &raw->nodes[i];
        if (!node->categorical) continue;
        slots[node->slot] = (forest_slot){
            .column = node->column, .words_at = node->words_at, .words_count = node->words_count};
    }
    lay->out->slots = slots;
    lay->out->thresholds = thresholds;
    return L1_SUCCESS;
}

/* ---- portable layout --------------------------------------------------------------------- */

/* A tree's nodes and leaves breadth first; the two children of a node are neighbours. */
typedef struct {
    int16_t order[2 * L1_FOREST_LEAVES_MAX];  /* >= 0 node, < 0 leaf ~ */
    uint16_t child[2 * L1_FOREST_LEAVES_MAX]; /* place of the left one */
    uint16_t depth[2 * L1_FOREST_LEAVES_MAX];
    uint32_t count, depth_max;
} ordering;

static const forest_raw_node *node_of(const forest_raw *raw, const forest_raw_tree *tree, int id)
{
    L1_ASSERT(id >= 0 && (uint32_t)id + 1 < tree->leaves);
    return &raw->nodes[tree->first_node + (uint32_t)id];
}

/* False when the children do not form one tree: a node or leaf met twice or never. */
static bool order_tree(const forest_raw *raw, const forest_raw_tree *tree, ordering *out)
{
    bool node_seen[L1_FOREST_LEAVES_MAX] = {false}, leaf_seen[L1_FOREST_LEAVES_MAX] = {false};
    const uint32_t all = 2 * tree->leaves - 1;
    out->order[0] = tree->leaves > 1 ? 0 : ~0;
    out->depth[0] = 0;
    out->count = 1;
    out->depth_max = 0;
    for (uint32_t at = 0; at < out->count; at++) {
        const int16_t id = out->order[at];
        bool *const seen = id >= 0 ? &node_seen[id] : &leaf_seen[~id];
        if (*seen) return false;
        *seen = true;
        out->depth_max = out->depth[at];
        out->child[at] = (uint16_t)at;
        if (id < 0) continue;
        if (out->count + 2 > all) return false;
        const forest_raw_node *const node = node_of(raw, tree, id);
        out->child[at] = (uint16_t)out->count;
        for (int side = 0; side < 2; side++) {
            out->order[out->count] = side == 0 ? node->left : node->right;
            out->depth[out->count++] = (uint16_t)(out->depth[at] + 1);
        }
    }
    return out->count == all;
}

static void lay_tree(const forest_raw *raw, const forest_raw_tree *tree, const ordering *order,
                     forest_node *nodes, double *values, uint32_t first)
{
    for (uint32_t at = 0; at < order->count; at++) {
        const int16_t id = order->order[at];
        forest_node *const to = &nodes[first + at];
        to->left = first + order->child[at];
        if (id < 0) { /* no rank is above: it stays */
            to->rank = UINT16_MAX;
            to->variant = 0;
            values[first + at] = raw->leaves[tree->first_leaf + (uint32_t)(-1 - id)];
            continue;
        }
        const forest_raw_node *const node = node_of(raw, tree, id);
        to->variant = (uint16_t)(2 * node->slot + node->default_left);
        to->rank = node->rank;
    }
}

/* Deepest trees together: a group takes as many steps as its deepest tree. Each lane without a
 * tree walks tree 0 and throws the value away. */
static void make_groups(layout *lay, const uint16_t *depths, const uint32_t *roots,
                        forest_group *groups)
{
    uint32_t starts[L1_FOREST_LEAVES_MAX + 1] = {0};
    const uint32_t trees = lay->raw->trees_count, lanes = lay->out->groups_count * FOREST_LANES;
    for (uint32_t i = 0; i < trees; i++) starts[depths[i] + 1U]++;
    for (uint32_t i = 1; i <= L1_FOREST_LEAVES_MAX; i++) starts[i] += starts[i - 1];
    for (uint32_t i = 0; i < trees; i++) {
        const uint32_t place = starts[depths[i]]++;
        forest_group *const group = &groups[place / FOREST_LANES];
        group->root[place % FOREST_LANES] = roots[i];
        group->tree[place % FOREST_LANES] = i;
        if (group->depth < depths[i]) group->depth = depths[i];
    }
    for (uint32_t place = trees; place < lanes; place++) {
        groups[place / FOREST_LANES].root[place % FOREST_LANES] = roots[0];
        groups[place / FOREST_LANES].tree[place % FOREST_LANES] = trees;
    }
}

static l1_result lay_portable(layout *lay)
{
    forest_raw *const raw = lay->raw;
    ordering order;
    uint16_t depths[L1_FOREST_TREES_MAX];
    uint32_t roots[L1_FOREST_TREES_MAX];
    const uint32_t all = raw->nodes_count + raw->leaves_count;
    lay->out->groups_count = (raw->trees_count + FOREST_LANES - 1) / FOREST_LANES;
    forest_node *const nodes = take(lay, all, sizeof *nodes);
    double *const values = take(lay, all, sizeof *values);
    forest_group *const groups = take(lay, lay->out->groups_count, sizeof *groups);
    if (lay->full) return refuse(lay, L1_LIMIT_FULL, 1, "the model is larger than its memory");
    uint32_t first = 0;
    for (uint32_t i = 0; i < raw->trees_count; i++) {
        if (!order_tree(raw, &raw->trees[i], &order))
            return refuse(lay, L1_INPUT_FIELD, raw->trees[i].line, "the children form no tree");
        lay_tree(raw, &raw->trees[i], &order, nodes, values, first);
        depths[i] = (uint16_t)order.depth_max;
        roots[i] = first;
        first += order.count;
    }
    L1_ASSERT(first == all);
    make_groups(lay, depths, roots, groups);
    lay->out->nodes = nodes;
    lay->out->values = values;
    lay->out->groups = groups;
    return L1_SUCCESS;
}

/* ---- wide layout ------------------------------------------------------------------------- */

static bool wide_fits(const layout *lay)
{
    if (lay->slots_count > FOREST_WIDE_SLOTS) return false;
    for (uint32_t i = 0; i < lay->raw->trees_count; i++) {
        if (lay->raw->trees[i].leaves > FOREST_WIDE_LEAVES) return false;
    }
    return true;
}

/* Depth first, left before right; the children are known to form a tree. */
static void lay_wide_tree(const forest_raw *raw, const forest_raw_tree *tree, forest_wide_tree *out)
{
    struct {
        uint32_t above;
        int16_t id;
    } stack[FOREST_WIDE_LEAVES + 1] = {{0, tree->leaves > 1 ? 0 : ~0}};
    uint32_t leaves = 0;
    for (uint32_t top = 1; top > 0;) {
        const int16_t id = stack[--top].id;
        const uint32_t above = stack[top].above;
        if (id < 0) {
            out->above[leaves] = above;
            out->leaf[leaves++] = raw->leaves[tree->first_leaf + (uint32_t)(-1 - id)];
            continue;
        }
        const forest_raw_node *const node = node_of(raw, tree, id);
        out->slot[id] = (uint16_t)(node->slot | (node->default_left ? FOREST_WIDE_LEFT : 0));
        out->rank[id] = node->rank;
        L1_ASSERT(top + 2 <= FOREST_WIDE_LEAVES + 1);
        stack[top].above = above;
        stack[top++].id = node->right;
        stack[top].above = above | UINT32_C(1) << id;
        stack[top++].id = node->left;
    }
    L1_ASSERT(leaves == tree->leaves);
}

static l1_result lay_wide(layout *lay)
{
    const forest_raw *const raw = lay->raw;
    if (!wide_fits(lay)) return L1_SUCCESS;
    forest_wide_tree *const trees = take(lay, raw->trees_count, sizeof *trees);
    if (lay->full) return refuse(lay, L1_LIMIT_FULL, 1, "the model is larger than its memory");
    for (uint32_t i = 0; i < raw->trees_count; i++) lay_wide_tree(raw, &raw->trees[i], &trees[i]);
    for (uint32_t i = 0; i < raw->nodes_count; i++)
        lay->out->wide_missing_left = lay->out->wide_missing_left || raw->nodes[i].default_left;
    lay->out->wide = trees;
    lay->out->wide_usable = forest_wide_runs();
    return L1_SUCCESS;
}

/* ---- byte layout ------------------------------------------------------------------------- */

/* Where a tree's parts lie: in a pair or in a four. */
typedef struct {
    uint8_t *slot, *rank;
    uint32_t above[FOREST_WIDE_LEAVES];
    double *leaf;
} byte_tree;

/* Depth first, left before right. A node is numbered when all that is on its left is done. */
static void lay_byte_tree(const forest_raw *raw, const forest_raw_tree *tree, byte_tree *out)
{
    struct {
        uint32_t first; /* leaf on a numbered node's left */
        int16_t id;
        bool left_done;
    } stack[2 * FOREST_WIDE_LEAVES] = {{0, tree->leaves > 1 ? 0 : ~0, false}};
    uint32_t leaves = 0;
    memset(out->above, 0, sizeof out->above);
    for (uint32_t top = 1; top > 0;) {
        const uint32_t first = stack[--top].first;
        const int16_t id = stack[top].id;
        if (id < 0) {
            out->leaf[leaves++] = raw->leaves[tree->first_leaf + (uint32_t)(-1 - id)];
            continue;
        }
        const forest_raw_node *const node = node_of(raw, tree, id);
        if (stack[top].left_done) {
            const uint32_t place = leaves - 1;
            for (uint32_t i = first; i < leaves; i++) out->above[i] |= UINT32_C(1) << place;
            out->slot[place] = (uint8_t)(node->slot | (node->default_left ? FOREST_BYTE_LEFT : 0));
            out->rank[place] = (uint8_t)node->rank;
            continue;
        }
        L1_ASSERT(top + 3 <= 2 * FOREST_WIDE_LEAVES);
        stack[top].id = node->right;
        stack[top++].left_done = false;
        stack[top].first = leaves;
        stack[top].id = id;
        stack[top++].left_done = true;
        stack[top].id = node->left;
        stack[top++].left_done = false;
    }
    L1_ASSERT(leaves == tree->leaves);
}

static void lay_pairs(const layout *lay, forest_pair *pairs, double *leaves)
{
    for (uint32_t i = 0; i < lay->raw->trees_count; i++) {
        forest_pair *const pair = &pairs[i / 2];
        byte_tree tree = {.slot = pair->slot[i % 2],
                          .rank = pair->rank[i % 2],
                          .leaf = leaves + (size_t)i * FOREST_WIDE_LEAVES};
        lay_byte_tree(lay->raw, &lay->raw->trees[i], &tree);
        for (int leaf = 0; leaf < 16; leaf++) {
            pair->low[i % 2][leaf] = tree.above[leaf];
            pair->high[i % 2][leaf] = (uint16_t)(tree.above[leaf + 16] >> 16);
            L1_ASSERT((tree.above[leaf + 16] & 0xffff) == 0);
        }
    }
}

static void lay_fours(const layout *lay, forest_four *fours, double *leaves)
{
    for (uint32_t i = 0; i < lay->raw->trees_count; i++) {
        forest_four *const four = &fours[i / 4];
        byte_tree tree = {.slot = four->slot[i % 4],
                          .rank = four->rank[i % 4],
                          .leaf = leaves + (size_t)i * FOREST_FEW_LEAVES};
        lay_byte_tree(lay->raw, &lay->raw->trees[i], &tree);
        for (int leaf = 0; leaf < FOREST_FEW_LEAVES; leaf++) {
            L1_ASSERT(tree.above[leaf] <= UINT16_MAX);
            four->above[i % 4][leaf] = (uint16_t)tree.above[leaf];
        }
    }
}

static l1_result lay_bytes(layout *lay)
{
    const forest_raw *const raw = lay->raw;
    const uint32_t trees = raw->trees_count;
    bool few = true;
    if (lay->out->wide == NULL) return L1_SUCCESS;
    for (uint32_t i = 0; i < raw->nodes_count; i++) {
        if (raw->nodes[i].rank >= FOREST_BYTE_RANKS) return L1_SUCCESS;
    }
    for (uint32_t i = 0; i < trees; i++) few = few && raw->trees[i].leaves <= FOREST_FEW_LEAVES;
    const uint32_t places = few ? (trees + 3) / 4 * 4 : (trees + 1) / 2 * 2;
    void *const steps = few ? take(lay, places / 4, sizeof(forest_four))
                            : take(lay, places / 2, sizeof(forest_pair));
    double *const leaves =
        take(lay, places, (few ? FOREST_FEW_LEAVES : FOREST_WIDE_LEAVES) * sizeof *leaves);
    if (lay->full) return refuse(lay, L1_LIMIT_FULL, 1, "the model is larger than its memory");
    if (few) {
        lay_fours(lay, steps, leaves);
        lay->out->fours = steps;
    } else {
        lay_pairs(lay, steps, leaves);
        lay->out->pairs = steps;
    }
    lay->out->byte_leaves = leaves;
    lay->out->bytes_usable = forest_bytes_run();
    return L1_SUCCESS;
}

/* ---- the whole --------------------------------------------------------------------------- */

l1_result forest_lay_out(forest_raw *raw, l1_arena *arena, l1_forest **out, l1_diag *diag)
{
    layout lay = {.raw = raw, .arena = arena, .diag = diag};
    L1_ASSERT(raw->trees_count > 0);
    lay.out = take(&lay, 1, sizeof *lay.out);
    uint32_t *const words = take(&lay, raw->words_count, sizeof *words);
    if (lay.full) return refuse(&lay, L1_LIMIT_FULL, 1, "the model is larger than its memory");
    memcpy(words, raw->words, raw->words_count * sizeof *words);
    lay.out->words = words;
    L1_TRY(number_slots(&lay));
    L1_TRY(make_ranks(&lay));
    L1_TRY(lay_portable(&lay));
    L1_TRY(lay_wide(&lay));
    L1_TRY(lay_bytes(&lay));
    for (uint32_t i = 0; i < raw->nodes_count; i++)
        lay.out->used |= UINT64_C(1) << raw->nodes[i].column;
    for (uint32_t i = 0; i < lay.slots_count; i++)
        lay.out->zero_missing = lay.out->zero_missing || lay.out->slots[i].zero_missing != 0;
    lay.out->sigmoid = raw->sigmoid;
    lay.out->divisor = raw->average ? (double)raw->trees_count : 1.0;
    lay.out->slots_count = lay.slots_count;
    lay.out->numerical_count = lay.numerical_count;
    lay.out->trees_count = raw->trees_count;
    lay.out->columns = raw->columns;
    *out = lay.out;
    return L1_SUCCESS;
}
