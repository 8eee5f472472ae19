/* base/json_reader.c: text to nodes, in one pass and without recursion.
 *
 * The parser stands at a value, or after one; an open container is a frame. Duplicate keys are
 * found on the way with a small filter per object, and by sorting when an object has many keys,
 * so hostile texts stay within size x log(size). */
#include "base/json.h"

#include <string.h>

#include "base/assert.h"
#include "base/json_text.h"

enum { KEYS_WALKED_MAX = 32 }; /* larger objects are sorted when they close */

typedef struct {
    uint64_t seen[4]; /* filter of the keys so far */
    uint32_t node;
    uint16_t count;
    bool object, escaped_keys;
} frame;

typedef struct {
    const uint8_t *text, *end;
    l1_json_node *nodes;
    uint32_t count, max;
    uint32_t depth;
    frame frames[L1_JSON_DEPTH_MAX];
    const uint8_t *error_at;
    const char *error; /* NULL: none */
    l1_status status;
    uint32_t duplicate; /* node of a repeated key, or 0 */
} parser;

/* ---- refusals ---------------------------------------------------------------------------- */

static const uint8_t *refuse(parser *p, const uint8_t *at, l1_status status, const char *why)
{
    L1_ASSERT(p->error == NULL);
    L1_ASSERT(at >= p->text && at <= p->end);
    p->error_at = at;
    p->error = why;
    p->status = status;
    return NULL;
}

static const uint8_t *refuse_syntax(parser *p, const uint8_t *at, const char *why)
{
    return refuse(p, at, L1_INPUT_SYNTAX, at == p->end ? "text ends too early" : why);
}

static const uint8_t *refuse_duplicate(parser *p, uint32_t key)
{
    p->duplicate = key;
    return refuse(p, p->text + p->nodes[key].at, L1_INPUT_SYNTAX, "duplicate key");
}

/* ---- tokens ------------------------------------------------------------------------------ */

static inline const uint8_t *skip_space(const uint8_t *at, const uint8_t *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
    return at;
}

static inline const uint8_t *push(parser *p, l1_json_type type, const uint8_t *at, size_t size)
{
    if (p->count == p->max) return refuse(p, at, L1_INPUT_TOO_LONG, "too many values");
    p->nodes[p->count] = (l1_json_node){
        .type = (uint8_t)type,
        .at = (uint16_t)(at - p->text),
        .size = (uint16_t)size,
        .next = (uint16_t)(p->count + 1),
    };
    p->count++;
    return at + size;
}

/* At a backslash. */
static const uint8_t *take_escape(parser *p, const uint8_t *at)
{
    const uint8_t *const start = at++;
    if (at == p->end) return refuse_syntax(p, at, "");
    switch (*at) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': return at + 1;
    case 'u': break;
    default: return refuse_syntax(p, start, "unknown escape");
    }
    if (p->end - at < 5) return refuse_syntax(p, p->end, "");
    const int32_t unit = l1_json_hex4(at + 1);
    if (unit < 0) return refuse_syntax(p, start, "escape needs four hexadecimal digits");
    at += 5;
    if (unit < 0xd800 || unit > 0xdfff) return at;
    if (unit > 0xdbff || p->end - at < 6 || at[0] != '\\' || at[1] != 'u') {
        return refuse_syntax(p, start, "lone surrogate");
    }
    const int32_t low = l1_json_hex4(at + 2);
    if (low < 0xdc00 || low > 0xdfff) return refuse_syntax(p, start, "lone surrogate");
    return at + 6;
}

/* At the opening quote. */
static inline const uint8_t *take_string(parser *p, const uint8_t *at)
{
    const uint8_t *const start = ++at;
    bool escaped = false;
    for (;;) {
        at = l1_json_plain_end(at, p->end);
        if (at == p->end) return refuse_syntax(p, at, "");
        if (*at == '"') break;
        if (*at == '\\') {
            escaped = true;
            at = take_escape(p, at);
            if (at == NULL) return NULL;
        } else if (*at < 0x20) {
            return refuse_syntax(p, at, "control character in a string");
        } else {
            const size_t size = l1_json_utf8_size(at, p->end);
            if (size == 0) return refuse_syntax(p, at, "invalid UTF-8");
            at += size;
        }
    }
    if (push(p, L1_JSON_STRING, start, (size_t)(at - start)) == NULL) return NULL;
    p->nodes[p->count - 1].escaped = escaped;
    return at + 1;
}

static inline const uint8_t *skip_digits(const uint8_t *at, const uint8_t *end)
{
    while (at < end && (uint8_t)(*at - '0') <= 9) at++;
    return at;
}

static const uint8_t *take_number(parser *p, const uint8_t *at)
{
    const uint8_t *const start = at;
    const uint8_t *const end = p->end;
    at += *at == '-';
    const uint8_t *from = at;
    at = skip_digits(at, end);
    if (at == from) return refuse_syntax(p, at, "expected a digit");
    if (*from == '0' && at - from > 1) return refuse_syntax(p, from, "number with a leading zero");
    if (at < end && *at == '.') {
        from = ++at;
        at = skip_digits(at, end);
        if (at == from) return refuse_syntax(p, at, "expected a digit");
    }
    if (at < end && (*at | 0x20) == 'e') {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        from = at;
        at = skip_digits(at, end);
        if (at == from) return refuse_syntax(p, at, "expected a digit");
    }
    return push(p, L1_JSON_NUMBER, start, (size_t)(at - start));
}

static const uint8_t *take_word(parser *p, const uint8_t *at, const char *word, size_t size,
                                l1_json_type type)
{
    if ((size_t)(p->end - at) < size || memcmp(at, word, size) != 0) {
        return refuse_syntax(p, at, "expected a value");
    }
    return push(p, type, at, size);
}

static inline const uint8_t *take_scalar(parser *p, const uint8_t *at)
{
    if (at == p->end) return refuse_syntax(p, at, "");
    switch (*at) {
    case '"': return take_string(p, at);
    case 't': return take_word(p, at, "true", 4, L1_JSON_TRUE);
    case 'f': return take_word(p, at, "false", 5, L1_JSON_FALSE);
    case 'n': return take_word(p, at, "null", 4, L1_JSON_NULL);
    default: break;
    }
    if (*at == '-' || (uint8_t)(*at - '0') <= 9) return take_number(p, at);
    return refuse_syntax(p, at, "expected a value");
}

/* ---- keys -------------------------------------------------------------------------------- */

static int compare_keys(const parser *p, uint32_t a, uint32_t b)
{
    const l1_json_node *x = &p->nodes[a];
    const l1_json_node *y = &p->nodes[b];
    if (x->escaped || y->escaped) {
        return l1_json_compare(p->text + x->at, x->size, p->text + y->at, y->size);
    }
    const size_t shared = x->size < y->size ? x->size : y->size;
    const int order = memcmp(p->text + x->at, p->text + y->at, shared);
    return order != 0 ? order : (int)x->size - (int)y->size;
}

static inline bool same_key(const parser *p, uint32_t a, uint32_t b)
{
    const bool escaped = p->nodes[a].escaped || p->nodes[b].escaped;
    return (escaped || p->nodes[a].size == p->nodes[b].size) && compare_keys(p, a, b) == 0;
}

/* The key at `key` was just read into the frame's object: was it there before? */
static inline bool repeats(parser *p, frame *f, uint32_t key)
{
    if (f->count > KEYS_WALKED_MAX) return false; /* sorted when the object closes */
    const l1_json_node *node = &p->nodes[key];
    const uint8_t *raw = p->text + node->at;
    uint32_t mix = node->size;
    if (node->size > 0) {
        mix += raw[0] * 5u + raw[node->size / 2] * 23u + raw[node->size - 1] * 59u;
    }
    uint64_t *word = &f->seen[mix >> 6 & 3];
    const uint64_t bit = UINT64_C(1) << (mix & 63);
    f->escaped_keys = f->escaped_keys || node->escaped;
    if ((*word & bit) != 0 || f->escaped_keys) {
        for (uint32_t i = f->node + 1; i != key; i = p->nodes[i + 1].next) {
            L1_ASSERT(i < key);
            if (same_key(p, i, key)) return true;
        }
    }
    *word |= bit;
    return false;
}

static void sift_down(const parser *p, uint16_t *keys, size_t at, size_t count)
{
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && compare_keys(p, keys[child], keys[child + 1]) < 0) child++;
        if (compare_keys(p, keys[at], keys[child]) >= 0) return;
        const uint16_t moved = keys[at];
        keys[at] = keys[child];
        keys[child] = moved;
        at = child;
    }
}

/* Node of a key that an object with many members repeats, or 0. Heap sort: its worst case is
 * its usual case, whatever the sender chose. */
static uint32_t find_repeated(const parser *p, const frame *f)
{
    uint16_t keys[L1_JSON_NODES_MAX / 2];
    L1_ASSERT(f->count <= L1_JSON_NODES_MAX / 2);
    uint32_t node = f->node + 1;
    for (size_t i = 0; i < f->count; i++) {
        keys[i] = (uint16_t)node;
        node = p->nodes[node + 1].next;
    }
    L1_ASSERT(node == p->count);
    for (size_t i = f->count / 2; i-- > 0;) sift_down(p, keys, i, f->count);
    for (size_t left = f->count; left-- > 1;) {
        const uint16_t largest = keys[0];
        keys[0] = keys[left];
        keys[left] = largest;
        sift_down(p, keys, 0, left);
    }
    for (size_t i = 1; i < f->count; i++) {
        if (compare_keys(p, keys[i - 1], keys[i]) == 0) {
            return keys[i - 1] > keys[i] ? keys[i - 1] : keys[i];
        }
    }
    return 0;
}

/* At a key; returns the start of its value. */
static inline const uint8_t *take_key(parser *p, frame *f, const uint8_t *at)
{
    if (at == p->end || *at != '"') return refuse_syntax(p, at, "expected a key in quotes");
    const uint32_t key = p->count;
    at = take_string(p, at);
    if (at == NULL) return NULL;
    at = skip_space(at, p->end);
    if (at == p->end || *at != ':') return refuse_syntax(p, at, "expected ':' after a key");
    if (repeats(p, f, key)) return refuse_duplicate(p, key);
    return skip_space(at + 1, p->end);
}

/* ---- containers -------------------------------------------------------------------------- */

/* At the closing bracket of the innermost container. */
static inline const uint8_t *close_container(parser *p, const uint8_t *at)
{
    const frame *const f = &p->frames[p->depth - 1];
    if (f->object && f->count > KEYS_WALKED_MAX) {
        const uint32_t repeated = find_repeated(p, f);
        if (repeated != 0) return refuse_duplicate(p, repeated);
    }
    l1_json_node *const node = &p->nodes[f->node];
    node->count = f->count;
    node->size = (uint16_t)(at + 1 - p->text - node->at);
    node->next = (uint16_t)p->count;
    p->depth--;
    return at + 1;
}

/* Nodes of open containers have next = 0, which the salvage relies on. */
static inline frame *open_container(parser *p, const uint8_t *at, bool object)
{
    if (p->depth == L1_JSON_DEPTH_MAX) {
        (void)refuse(p, at, L1_INPUT_TOO_LONG, "nested too deep");
        return NULL;
    }
    frame *const f = &p->frames[p->depth];
    *f = (frame){.node = p->count, .object = object};
    if (push(p, object ? L1_JSON_OBJECT : L1_JSON_ARRAY, at, 1) == NULL) return NULL;
    p->nodes[f->node].next = 0;
    p->depth++;
    return f;
}

/* At a bracket that opens; returns the start of the first value, or the place after the closing
 * bracket of an empty container and then sets *empty. */
static inline const uint8_t *take_open(parser *p, const uint8_t *at, bool *empty)
{
    const bool object = *at == '{';
    frame *const f = open_container(p, at, object);
    if (f == NULL) return NULL;
    at = skip_space(at + 1, p->end);
    *empty = at < p->end && *at == (object ? '}' : ']');
    if (*empty) return close_container(p, at);
    f->count = 1;
    return object ? take_key(p, f, at) : at;
}

/* After a value: closes what closes; returns the start of the next value, or the end of the
 * root value and then depth is 0. */
static inline const uint8_t *take_separators(parser *p, const uint8_t *at)
{
    while (p->depth > 0) {
        frame *const f = &p->frames[p->depth - 1];
        at = skip_space(at, p->end);
        if (at == p->end) return refuse_syntax(p, at, "");
        if (*at == ',') {
            at = skip_space(at + 1, p->end);
            f->count++;
            return f->object ? take_key(p, f, at) : at;
        }
        if (*at != (f->object ? '}' : ']')) {
            return refuse_syntax(p, at, "expected ',' or the closing bracket");
        }
        at = close_container(p, at);
        if (at == NULL) return NULL;
    }
    return at;
}

/* The whole text. Each turn of the loop consumes at least one byte. */
static bool run(parser *p)
{
    const uint8_t *at = skip_space(p->text, p->end);
    do {
        bool empty = true;
        if (at < p->end && (*at == '{' || *at == '[')) {
            at = take_open(p, at, &empty);
        } else {
            at = take_scalar(p, at);
        }
        if (at != NULL && empty) at = take_separators(p, at);
        if (at == NULL) return false;
    } while (p->depth > 0);
    at = skip_space(at, p->end);
    if (at == p->end) return true;
    (void)refuse_syntax(p, at, "bytes after the value");
    return false;
}

/* ---- entry ------------------------------------------------------------------------------- */

static void begin(parser *p, const char *text, size_t size, l1_json_node *nodes, uint32_t max)
{
    /* Field by field: the frames are set when they open, and clearing them costs time here. */
    p->text = (const uint8_t *)text;
    p->end = p->text + size;
    p->nodes = nodes;
    p->max = max < L1_JSON_NODES_MAX ? max : L1_JSON_NODES_MAX;
    p->count = 0;
    p->depth = 0;
    p->error_at = p->text;
    p->error = NULL;
    p->status = L1_OK;
    p->duplicate = 0;
}

static l1_result describe(const parser *p, l1_diag *diag)
{
    L1_ASSERT(p->error != NULL);
    char field[sizeof diag->field] = "";
    if (p->duplicate != 0) {
        const l1_json_node *key = &p->nodes[p->duplicate];
        const size_t size = key->size < sizeof field - 1 ? key->size : sizeof field - 1;
        memcpy(field, p->text + key->at, size);
    }
    const size_t offset = (size_t)(p->error_at - p->text);
    if (diag != NULL) diag->offset = offset;
    return l1_refuse(diag, p->status, field, "%s at byte %zu", p->error, offset);
}

l1_result l1_json_parse(const char *text, size_t size, l1_json_node *nodes, uint32_t nodes_max,
                        l1_json *out, l1_diag *diag)
{
    L1_ASSERT(text != NULL || size == 0);
    L1_ASSERT(nodes != NULL);
    if (size > L1_JSON_TEXT_MAX) {
        if (diag != NULL) diag->offset = L1_JSON_TEXT_MAX;
        return l1_refuse(diag, L1_INPUT_TOO_LONG, NULL, "message of %zu bytes; the limit is %d",
                         size, L1_JSON_TEXT_MAX);
    }
    parser p;
    begin(&p, text == NULL ? "" : text, size, nodes, nodes_max);
    if (!run(&p)) return describe(&p, diag);
    *out = (l1_json){.text = text, .size = size, .nodes = nodes, .count = p.count};
    return L1_SUCCESS;
}

size_t l1_json_salvage_string(const char *text, size_t size, const char *key, char *out,
                              size_t capacity)
{
    L1_ASSERT(key != NULL);
    L1_ASSERT(capacity > 0);
    out[0] = '\0';
    if (size == 0) return 0;
    l1_json_node nodes[L1_JSON_NODES_MAX];
    parser p;
    begin(&p, text, size < L1_JSON_TEXT_MAX ? size : L1_JSON_TEXT_MAX, nodes, L1_JSON_NODES_MAX);
    (void)run(&p);
    const l1_json json = {.text = text, .size = size, .nodes = nodes, .count = p.count};
    if (p.count == 0 || nodes[0].type != L1_JSON_OBJECT) return 0;
    for (uint32_t i = 1; i + 1 < p.count; i = nodes[i + 1].next) {
        const uint32_t value = i + 1;
        if (l1_json_equals(&json, i, key)) {
            if (nodes[value].type != L1_JSON_STRING) return 0;
            if (l1_json_string(&json, value, out, capacity).code == L1_OK) return strlen(out);
            out[0] = '\0';
            return 0;
        }
        if (nodes[value].next == 0) return 0; /* the error lies inside this member */
    }
    return 0;
}
