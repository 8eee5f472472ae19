/* models/forest_read.c: LightGBM's model text into plain trees.
 *
 * Lines are collected by their key, then read: each list must hold exactly the values that the
 * tree needs. An unknown key, a key twice, an option that would change a score in a way unknown
 * here: all refused with the line. Whether the children form a tree is checked by the layout.
 * Source: LightGBM 4.x, src/boosting/gbdt_model_text.cpp and src/io/tree.cpp (format v4; v3 is
 * the same but for is_linear). */
#include <string.h>

#include "base/assert.h"
#include "base/real.h"
#include "models/forest_state.h"

#define DIGITS_MAX 10 /* a 32-bit number */

typedef struct {
    const char *at, *end;
    uint32_t line; /* 1-based; 0: not there */
} value;

typedef struct {
    const char *at, *end; /* at: start of the next line */
    uint32_t line;        /* the number of the line last taken */
    l1_diag *diag;
    forest_raw *raw;
} reader;

/* ---- refusals ---------------------------------------------------------------------------- */

static l1_result refuse(const reader *in, l1_status status, uint32_t line, const char *field,
                        const char *why)
{
    if (in->diag != NULL) {
        in->diag->line = line;
        in->diag->offset = 0;
    }
    return l1_refuse(in->diag, status, field, "line %u: %s: %s", (unsigned)line, field, why);
}

static l1_result refuse_syntax(const reader *in, uint32_t line, const char *field, const char *why)
{
    return refuse(in, L1_INPUT_SYNTAX, line, field, why);
}

static l1_result refuse_field(const reader *in, uint32_t line, const char *field, const char *why)
{
    return refuse(in, L1_INPUT_FIELD, line, field, why);
}

/* ---- lines and words --------------------------------------------------------------------- */

/* The next line without its end; false at the end of the text. */
static bool take_line(reader *in, value *out)
{
    if (in->at == in->end) return false;
    const char *const newline = memchr(in->at, '\n', (size_t)(in->end - in->at));
    const char *const stop = newline == NULL ? in->end : newline;
    *out = (value){in->at, stop, ++in->line};
    if (out->end > out->at && out->end[-1] == '\r') out->end--;
    in->at = newline == NULL ? in->end : newline + 1;
    return true;
}

static bool equals(const char *at, const char *end, const char *word)
{
    const size_t size = strlen(word);
    return (size_t)(end - at) == size && memcmp(at, word, size) == 0;
}

static bool starts(const value *line, const char *word)
{
    const size_t size = strlen(word);
    return (size_t)(line->end - line->at) >= size && memcmp(line->at, word, size) == 0;
}

/* The next word of a list separated by spaces. */
static bool take_word(value *list, value *word)
{
    while (list->at < list->end && *list->at == ' ') list->at++;
    if (list->at == list->end) return false;
    const char *const space = memchr(list->at, ' ', (size_t)(list->end - list->at));
    *word = (value){list->at, space == NULL ? list->end : space, list->line};
    list->at = word->end;
    return true;
}

static bool word_is_whole(const value *word, uint64_t max, uint64_t *out)
{
    const size_t digits = (size_t)(word->end - word->at);
    uint64_t number = 0;
    if (digits == 0 || digits > DIGITS_MAX) return false;
    for (const char *at = word->at; at < word->end; at++) {
        if (*at < '0' || *at > '9') return false;
        number = number * 10 + (uint64_t)(*at - '0');
    }
    *out = number;
    return number <= max;
}

static bool take_whole(value *list, uint64_t max, uint64_t *out)
{
    value word;
    return take_word(list, &word) && word_is_whole(&word, max, out);
}

/* A child: a node, or ~leaf as a negative number. */
static bool take_child(value *list, uint32_t leaves, int16_t *out)
{
    value word;
    uint64_t number = 0;
    if (!take_word(list, &word)) return false;
    const bool leaf = *word.at == '-';
    word.at += leaf;
    if (!word_is_whole(&word, leaf ? leaves : leaves - 2, &number)) return false;
    if (leaf && number == 0) return false;
    *out = (int16_t)(leaf ? -(int32_t)number : (int32_t)number);
    return true;
}

static bool take_real(value *list, double *out)
{
    value word;
    return take_word(list, &word) && l1_real_parse(word.at, (size_t)(word.end - word.at), out);
}

static bool at_end(value *list)
{
    value word;
    return !take_word(list, &word);
}

static bool one_whole(value list, uint64_t max, uint64_t *out)
{
    return take_whole(&list, max, out) && at_end(&list);
}

/* ---- keys -------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    bool required; /* of a tree: when it has more than one leaf */
} key;

/* Stores the line under its key, or refuses it. */
static l1_result store(const reader *in, const value *line, const key *keys, size_t count,
                       value *values)
{
    const char *const equal = memchr(line->at, '=', (size_t)(line->end - line->at));
    const char *const stop = equal == NULL ? line->end : equal;
    for (size_t i = 0; i < count; i++) {
        if (!equals(line->at, stop, keys[i].name)) continue;
        if (values[i].line != 0)
            return refuse_field(in, line->line, keys[i].name, "is there twice");
        values[i] = (value){equal == NULL ? line->end : equal + 1, line->end, line->line};
        return L1_SUCCESS;
    }
    return refuse_syntax(in, line->line, "key", "is none of a model with one binary tree each");
}

#define HEADER_MAP(X)                                                                              \
    X(TREE, "tree", true)                                                                          \
    X(VERSION, "version", true)                                                                    \
    X(CLASSES, "num_class", true)                                                                  \
    X(TREES_EACH, "num_tree_per_iteration", true)                                                  \
    X(LABEL, "label_index", false)                                                                 \
    X(FEATURES, "max_feature_idx", true)                                                           \
    X(OBJECTIVE, "objective", true)                                                                \
    X(AVERAGE, "average_output", false)                                                            \
    X(NAMES, "feature_names", true)                                                                \
    X(MONOTONE, "monotone_constraints", false)                                                     \
    X(INFOS, "feature_infos", false)                                                               \
    X(SIZES, "tree_sizes", false)

/* What is not read here does not take part in a score. */
#define TREE_MAP(X)                                                                                \
    X(LEAVES, "num_leaves", true)                                                                  \
    X(CATEGORICAL, "num_cat", true)                                                                \
    X(COLUMN, "split_feature", true)                                                               \
    X(GAIN, "split_gain", false)                                                                   \
    X(THRESHOLD, "threshold", true)                                                                \
    X(DECISION, "decision_type", false)                                                            \
    X(LEFT, "left_child", true)                                                                    \
    X(RIGHT, "right_child", true)                                                                  \
    X(LEAF, "leaf_value", true)                                                                    \
    X(LEAF_WEIGHT, "leaf_weight", false)                                                           \
    X(LEAF_COUNT, "leaf_count", false)                                                             \
    X(INTERNAL, "internal_value", false)                                                           \
    X(INTERNAL_WEIGHT, "internal_weight", false)                                                   \
    X(INTERNAL_COUNT, "internal_count", false)                                                     \
    X(BOUNDARIES, "cat_boundaries", false)                                                         \
    X(WORDS, "cat_threshold", false)                                                               \
    X(LINEAR, "is_linear", false)                                                                  \
    X(SHRINKAGE, "shrinkage", false)

#define X(name, text, required) H_##name,
typedef enum { HEADER_MAP(X) H_COUNT } header_key;
#undef X
#define X(name, text, required) T_##name,
typedef enum { TREE_MAP(X) T_COUNT } tree_key;
#undef X
#define X(name, text, required) {text, required},
static const key header_keys[H_COUNT] = {HEADER_MAP(X)};
static const key tree_keys[T_COUNT] = {TREE_MAP(X)};
#undef X

/* ---- header ------------------------------------------------------------------------------ */

typedef struct {
    value values[H_COUNT];
    uint32_t features;                /* of the model */
    uint8_t position[L1_COLUMNS_MAX]; /* of a feature in the row */
    value sizes;                      /* what is left of tree_sizes */
} header;

static l1_result refuse_header(const reader *in, const header *head, header_key i, const char *why)
{
    return refuse_field(in, head->values[i].line, header_keys[i].name, why);
}

static l1_result read_objective(const reader *in, const header *head)
{
    value list = head->values[H_OBJECTIVE], word;
    if (!take_word(&list, &word) || !equals(word.at, word.end, "binary"))
        return refuse_header(in, head, H_OBJECTIVE, "only binary is scored");
    static const char option[] = "sigmoid:";
    double *const sigmoid = &in->raw->sigmoid;
    if (!take_word(&list, &word) || !starts(&word, option) || !at_end(&list))
        return refuse_header(in, head, H_OBJECTIVE, "is not \"binary sigmoid:NUMBER\"");
    word.at += sizeof option - 1;
    if (!l1_real_parse(word.at, (size_t)(word.end - word.at), sigmoid) ||
        !(*sigmoid > 0.0 && *sigmoid < l1_real_of_bits(UINT64_C(0x7ff0000000000000))))
        return refuse_header(in, head, H_OBJECTIVE, "sigmoid is not positive");
    return L1_SUCCESS;
}

/* Where each of the model's features stands in the row. */
static l1_result read_names(const reader *in, header *head, const l1_forest_columns *columns)
{
    value list = head->values[H_NAMES], word;
    uint64_t taken = 0;
    for (uint32_t i = 0; i < head->features; i++) {
        if (!take_word(&list, &word))
            return refuse_header(in, head, H_NAMES, "has fewer names than max_feature_idx says");
        head->position[i] = (uint8_t)i;
        if (columns->names == NULL) continue;
        uint32_t at = 0;
        while (at < columns->count && !equals(word.at, word.end, columns->names[at])) at++;
        if (at == columns->count)
            return refuse_header(in, head, H_NAMES, "names a column that the engine has not");
        if ((taken >> at & 1) != 0) return refuse_header(in, head, H_NAMES, "has a name twice");
        taken |= UINT64_C(1) << at;
        head->position[i] = (uint8_t)at;
    }
    if (!at_end(&list))
        return refuse_header(in, head, H_NAMES, "has more names than max_feature_idx says");
    in->raw->columns = columns->names == NULL ? head->features : columns->count;
    return L1_SUCCESS;
}

static l1_result check_header(const reader *in, header *head, const l1_forest_columns *columns)
{
    uint64_t number = 0;
    const value *const values = head->values;
    for (uint32_t i = 0; i < H_COUNT; i++) {
        if (header_keys[i].required && values[i].line == 0)
            return refuse_field(in, in->line, header_keys[i].name, "is missing in the header");
    }
    if (!equals(values[H_VERSION].at, values[H_VERSION].end, "v4") &&
        !equals(values[H_VERSION].at, values[H_VERSION].end, "v3"))
        return refuse_header(in, head, H_VERSION, "is neither v3 nor v4");
    if (!one_whole(values[H_CLASSES], UINT32_MAX, &number) || number != 1)
        return refuse_header(in, head, H_CLASSES, "is not 1");
    if (!one_whole(values[H_TREES_EACH], UINT32_MAX, &number) || number != 1)
        return refuse_header(in, head, H_TREES_EACH, "is not 1");
    if (!one_whole(values[H_FEATURES], UINT32_MAX, &number))
        return refuse_header(in, head, H_FEATURES, "is not a whole number");
    if (number >= L1_COLUMNS_MAX)
        return refuse(in, L1_LIMIT_FULL, values[H_FEATURES].line, "max_feature_idx",
                      "more columns than fit");
    head->features = (uint32_t)number + 1;
    in->raw->average = values[H_AVERAGE].line != 0;
    head->sizes = values[H_SIZES];
    L1_TRY(read_objective(in, head));
    return read_names(in, head, columns);
}

/* Up to the first tree, whose line is left in `line`. */
static l1_result read_header(reader *in, const l1_forest_columns *columns, header *head,
                             value *line)
{
    if (!take_line(in, line) || !equals(line->at, line->end, "tree"))
        return refuse_syntax(in, 1, "tree", "the first line of a LightGBM model is not there");
    for (;;) {
        if (line->at < line->end) L1_TRY(store(in, line, header_keys, H_COUNT, head->values));
        if (!take_line(in, line)) return refuse_syntax(in, in->line, "Tree", "there is no tree");
        if (starts(line, "Tree=")) break;
    }
    return check_header(in, head, columns);
}

/* ---- trees ------------------------------------------------------------------------------- */

typedef struct {
    value values[T_COUNT];
    uint32_t leaves, splits; /* splits: categorical ones */
    forest_raw_node *nodes;
} block;

static l1_result refuse_tree(const reader *in, const block *tree, tree_key i, const char *why)
{
    return refuse_field(in, tree->values[i].line, tree_keys[i].name, why);
}

static bool finite(double x)
{
    return x - x == 0.0;
}

static l1_result read_leaves(const reader *in, const block *tree, double *leaves)
{
    value list = tree->values[T_LEAF];
    for (uint32_t i = 0; i < tree->leaves; i++) {
        if (!take_real(&list, &leaves[i]) || !finite(leaves[i]))
            return refuse_tree(in, tree, T_LEAF, "is not one finite number for each leaf");
    }
    return at_end(&list) ? L1_SUCCESS : refuse_tree(in, tree, T_LEAF, "has more than the leaves");
}

static l1_result read_columns(const reader *in, const header *head, const block *tree)
{
    value columns = tree->values[T_COLUMN], thresholds = tree->values[T_THRESHOLD];
    value left = tree->values[T_LEFT], right = tree->values[T_RIGHT];
    for (uint32_t i = 0; i + 1 < tree->leaves; i++) {
        forest_raw_node *const node = &tree->nodes[i];
        uint64_t feature = 0;
        if (!take_whole(&columns, head->features - 1, &feature))
            return refuse_tree(in, tree, T_COLUMN, "is not one feature for each split");
        node->column = head->position[feature];
        if (!take_real(&thresholds, &node->threshold) || node->threshold != node->threshold)
            return refuse_tree(in, tree, T_THRESHOLD, "is not one number for each split");
        if (!take_child(&left, tree->leaves, &node->left))
            return refuse_tree(in, tree, T_LEFT, "is not one child for each split");
        if (!take_child(&right, tree->leaves, &node->right))
            return refuse_tree(in, tree, T_RIGHT, "is not one child for each split");
    }
    if (!at_end(&columns)) return refuse_tree(in, tree, T_COLUMN, "has more than the splits");
    if (!at_end(&thresholds)) return refuse_tree(in, tree, T_THRESHOLD, "has more than the splits");
    if (!at_end(&left)) return refuse_tree(in, tree, T_LEFT, "has more than the splits");
    return at_end(&right) ? L1_SUCCESS : refuse_tree(in, tree, T_RIGHT, "has more than the splits");
}

/* Bit 0 categorical, bit 1 missing goes left, bits 2 and 3 what is missing. All zero if the list
 * is not there. */
static l1_result read_decisions(const reader *in, const block *tree)
{
    value list = tree->values[T_DECISION];
    if (list.line == 0) return L1_SUCCESS;
    for (uint32_t i = 0; i + 1 < tree->leaves; i++) {
        forest_raw_node *const node = &tree->nodes[i];
        uint64_t bits = 0;
        if (!take_whole(&list, 15, &bits) || bits >> 2 >= FOREST_MISSING_TYPES)
            return refuse_tree(in, tree, T_DECISION, "is not one known type for each split");
        node->categorical = (bits & 1) != 0;
        node->missing = (uint8_t)(bits >> 2);
        node->default_left =
            !node->categorical && (bits & 2) != 0 && node->missing != FOREST_MISSING_NONE;
    }
    return at_end(&list) ? L1_SUCCESS
                         : refuse_tree(in, tree, T_DECISION, "has more than the splits");
}

/* The bits of each categorical split; a split's threshold is its number. */
static l1_result read_categories(const reader *in, const block *tree)
{
    uint32_t bounds[L1_FOREST_LEAVES_MAX] = {0};
    forest_raw *const raw = in->raw;
    value list = tree->values[T_BOUNDARIES], words = tree->values[T_WORDS];
    uint64_t number = 0;
    L1_ASSERT(tree->splits < L1_FOREST_LEAVES_MAX);
    for (uint32_t i = 0; tree->splits > 0 && i <= tree->splits; i++) {
        if (!take_whole(&list, raw->words_max - raw->words_count, &number) ||
            (i == 0 ? number != 0 : number < bounds[i - 1]))
            return refuse_tree(in, tree, T_BOUNDARIES, "is not num_cat + 1 numbers in order");
        bounds[i] = (uint32_t)number;
    }
    if (tree->splits > 0 && !at_end(&list))
        return refuse_tree(in, tree, T_BOUNDARIES, "is not num_cat + 1 numbers in order");
    for (uint32_t i = 0; i + 1 < tree->leaves; i++) {
        forest_raw_node *const node = &tree->nodes[i];
        if (!node->categorical) continue;
        if (!(node->threshold >= 0.0 && node->threshold < tree->splits))
            return refuse_tree(in, tree, T_THRESHOLD,
                               "names a categorical split that is not there");
        const uint32_t split = (uint32_t)node->threshold;
        node->words_at = raw->words_count + bounds[split];
        node->words_count = bounds[split + 1] - bounds[split];
    }
    for (uint32_t i = 0; i < bounds[tree->splits]; i++) {
        if (!take_whole(&words, UINT32_MAX, &number))
            return refuse_tree(in, tree, T_WORDS, "is not as many words as cat_boundaries says");
        raw->words[raw->words_count++] = (uint32_t)number;
    }
    if (tree->splits > 0 && !at_end(&words))
        return refuse_tree(in, tree, T_WORDS, "is not as many words as cat_boundaries says");
    return L1_SUCCESS;
}

/* Everything a tree needs is there and nothing that would change its meaning. */
static l1_result check_block(const reader *in, block *tree)
{
    uint64_t number = 0;
    const value *const values = tree->values;
    const uint32_t first = in->raw->trees[in->raw->trees_count].line;
    for (uint32_t i = 0; i < T_COUNT; i++) {
        const bool always = i == T_CATEGORICAL || i == T_LEAF;
        if (values[i].line == 0 && tree_keys[i].required && (always || tree->leaves > 1))
            return refuse_field(in, first, tree_keys[i].name, "is missing in this tree");
    }
    if (values[T_LINEAR].line != 0 &&
        (!one_whole(values[T_LINEAR], UINT32_MAX, &number) || number != 0))
        return refuse_tree(in, tree, T_LINEAR, "linear trees are not scored");
    if (!one_whole(values[T_CATEGORICAL], UINT32_MAX, &number) || number >= tree->leaves)
        return refuse_tree(in, tree, T_CATEGORICAL, "is not a number below the leaves");
    tree->splits = (uint32_t)number;
    if (tree->splits > 0 && values[T_BOUNDARIES].line == 0)
        return refuse_field(in, first, "cat_boundaries", "is missing in this tree");
    if (tree->splits > 0 && values[T_WORDS].line == 0)
        return refuse_field(in, first, "cat_threshold", "is missing in this tree");
    return L1_SUCCESS;
}

static l1_result read_tree(const reader *in, const header *head, block *tree)
{
    forest_raw *const raw = in->raw;
    forest_raw_tree *const out = &raw->trees[raw->trees_count];
    uint64_t leaves = 0;
    if (tree->values[T_LEAVES].line == 0)
        return refuse_field(in, out->line, "num_leaves", "is missing in this tree");
    if (!one_whole(tree->values[T_LEAVES], UINT32_MAX, &leaves) || leaves == 0)
        return refuse_tree(in, tree, T_LEAVES, "is not a number of leaves");
    if (leaves > L1_FOREST_LEAVES_MAX)
        return refuse(in, L1_LIMIT_FULL, tree->values[T_LEAVES].line, "num_leaves",
                      "more leaves than fit");
    tree->leaves = (uint32_t)leaves;
    L1_ASSERT(leaves <= raw->leaves_max - raw->leaves_count); /* counted before */
    *out = (forest_raw_tree){raw->nodes_count, raw->leaves_count, tree->leaves, out->line};
    tree->nodes = raw->nodes + raw->nodes_count;
    L1_TRY(check_block(in, tree));
    L1_TRY(read_leaves(in, tree, raw->leaves + raw->leaves_count));
    if (tree->leaves > 1) {
        L1_TRY(read_columns(in, head, tree));
        L1_TRY(read_decisions(in, tree));
        L1_TRY(read_categories(in, tree));
    }
    raw->leaves_count += tree->leaves;
    raw->nodes_count += tree->leaves - 1;
    raw->trees_count++;
    return L1_SUCCESS;
}

/* tree_sizes gives the bytes of each tree; old files have none. LightGBM reads by it, so a file
 * where it differs from the text is not the model that LightGBM would score. */
static l1_result check_size(const reader *in, header *head, size_t size)
{
    uint64_t want = 0;
    if (head->values[H_SIZES].line == 0) return L1_SUCCESS;
    if (!take_whole(&head->sizes, UINT32_MAX, &want) || want != size)
        return refuse_header(in, head, H_SIZES, "differs from the trees below");
    return L1_SUCCESS;
}

/* One tree from its line "Tree=" to the line after it, which is left in `line`. */
static l1_result read_block(reader *in, header *head, value *line)
{
    block tree = {.leaves = 0};
    const char *const start = line->at;
    uint64_t number = 0;
    value rest = {line->at + 5, line->end, line->line};
    L1_ASSERT(starts(line, "Tree="));
    if (!one_whole(rest, UINT32_MAX, &number) || number != in->raw->trees_count)
        return refuse_syntax(in, line->line, "Tree", "is not the next tree");
    in->raw->trees[number].line = line->line;
    bool open = true; /* the block ends at an empty line; only empty lines follow */
    for (;;) {
        if (!take_line(in, line))
            return refuse_syntax(in, in->line, "Tree", "the text ends before \"end of trees\"");
        if (starts(line, "Tree=") || equals(line->at, line->end, "end of trees")) break;
        if (line->at == line->end) {
            open = false;
            continue;
        }
        if (!open) return refuse_syntax(in, line->line, "Tree", "a line after the tree's end");
        L1_TRY(store(in, line, tree_keys, T_COUNT, tree.values));
    }
    L1_TRY(check_size(in, head, (size_t)(line->at - start)));
    return read_tree(in, head, &tree);
}

/* ---- the whole --------------------------------------------------------------------------- */

/* Upper bounds for the arrays: what the lines claim, within the limits. */
static l1_result count_all(const reader *start)
{
    reader in = *start;
    forest_raw *const raw = in.raw;
    uint64_t trees = 0, leaves = 0, words = 0;
    value line;
    while (take_line(&in, &line) && !equals(line.at, line.end, "end of trees")) {
        uint64_t number = 0;
        trees += starts(&line, "Tree=");
        if (trees > L1_FOREST_TREES_MAX)
            return refuse(&in, L1_LIMIT_FULL, line.line, "Tree", "more trees than fit");
        if (starts(&line, "num_leaves=")) {
            line.at += strlen("num_leaves=");
            if (one_whole(line, L1_FOREST_LEAVES_MAX, &number)) leaves += number;
        } else if (starts(&line, "cat_threshold=")) {
            words += (uint64_t)(line.end - line.at) / 2;
        }
    }
    if (leaves > UINT64_C(1) * L1_FOREST_TREES_MAX * L1_FOREST_LEAVES_MAX || words > UINT32_MAX)
        return refuse(&in, L1_LIMIT_FULL, 1, "num_leaves", "more leaves than fit");
    raw->trees_max = (uint32_t)trees;
    raw->leaves_max = raw->nodes_max = (uint32_t)leaves;
    raw->words_max = (uint32_t)words;
    return L1_SUCCESS;
}

static void *take(l1_arena *scratch, size_t count, size_t size, bool *full)
{
    *full = *full || !forest_fits(scratch, count * size);
    return *full ? NULL : l1_arena_take(scratch, count * size);
}

static l1_result take_arrays(const reader *in, l1_arena *scratch)
{
    forest_raw *const raw = in->raw;
    bool full = false;
    raw->trees = take(scratch, raw->trees_max, sizeof *raw->trees, &full);
    raw->nodes = take(scratch, raw->nodes_max, sizeof *raw->nodes, &full);
    raw->cuts = take(scratch, raw->nodes_max, sizeof *raw->cuts, &full);
    raw->leaves = take(scratch, raw->leaves_max, sizeof *raw->leaves, &full);
    raw->words = take(scratch, raw->words_max, sizeof *raw->words, &full);
    if (!full) return L1_SUCCESS;
    return refuse(in, L1_LIMIT_FULL, 1, "num_leaves", "the model is larger than its memory");
}

l1_result forest_read(const char *text, size_t size, const l1_forest_columns *columns,
                      l1_arena *scratch, forest_raw *raw, l1_diag *diag)
{
    reader in = {.at = text, .end = text + size, .diag = diag, .raw = raw};
    header head = {.features = 0};
    value line = {text, text, 0}, word;
    L1_TRY(count_all(&in));
    L1_TRY(take_arrays(&in, scratch));
    L1_TRY(read_header(&in, columns, &head, &line));
    while (starts(&line, "Tree=")) L1_TRY(read_block(&in, &head, &line));
    L1_ASSERT(raw->trees_count > 0 && raw->trees_count <= raw->trees_max);
    if (head.values[H_SIZES].line != 0 && take_word(&head.sizes, &word))
        return refuse_header(&in, &head, H_SIZES, "names more trees than there are");
    return L1_SUCCESS;
}
