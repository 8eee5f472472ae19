/* config/find.c: from a dotted path to its row of the table, or to the nearest rows. */
#include <string.h>

#include "base/assert.h"
#include "config/keys.h"

bool l1_key_part(const char **at, char part[L1_KEY_PART_MAX + 1])
{
    L1_ASSERT(at != NULL && *at != NULL);
    if (**at == '\0') return false;
    const size_t size = strcspn(*at, ".");
    const size_t kept = size < L1_KEY_PART_MAX ? size : L1_KEY_PART_MAX;
    memcpy(part, *at, kept);
    part[kept] = '\0';
    *at += size + ((*at)[size] == '.');
    return true;
}

/* How `path` relates to the row's name: the key itself, a group above it, or neither. */
static l1_match_kind match_row(const char *path, const char *name, char *named)
{
    char asked[L1_KEY_PART_MAX + 1], own[L1_KEY_PART_MAX + 1];
    named[0] = '\0';
    while (l1_key_part(&path, asked)) {
        if (!l1_key_part(&name, own)) return L1_MATCH_NONE;
        if (strcmp(own, "*") == 0) {
            memcpy(named, asked, sizeof asked);
        } else if (strcmp(own, asked) != 0) {
            return L1_MATCH_NONE;
        }
    }
    return *name == '\0' ? L1_MATCH_KEY : L1_MATCH_GROUP;
}

l1_match l1_key_find(const char *path)
{
    L1_ASSERT(path != NULL);
    const size_t size = strlen(path);
    l1_match match = {.kind = L1_MATCH_NONE};
    if (size == 0 || path[0] == '.' || path[size - 1] == '.') return match;
    for (size_t row = 0; row < l1_keys_count; row++) {
        match.kind = match_row(path, l1_keys[row].name, match.named);
        match.row = row;
        if (match.kind != L1_MATCH_NONE) return match;
    }
    match.named[0] = '\0';
    return match;
}

/* Number of single-character edits from a to b (Levenshtein), one row of the matrix at a time. */
static unsigned edits(const char *a, const char *b)
{
    unsigned cost[L1_KEY_PATH_MAX];
    const size_t width = strlen(b);
    L1_ASSERT(width < L1_KEY_PATH_MAX);
    for (size_t j = 0; j <= width; j++) cost[j] = (unsigned)j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        unsigned diagonal = cost[0];
        cost[0] = (unsigned)i + 1;
        for (size_t j = 0; j < width; j++) {
            unsigned best = diagonal + (a[i] != b[j]);
            if (cost[j] + 1 < best) best = cost[j] + 1;
            if (cost[j + 1] + 1 < best) best = cost[j + 1] + 1;
            diagonal = cost[j + 1];
            cost[j + 1] = best;
        }
    }
    return cost[width];
}

/* The row's first `parts` components (0: all) with the path's own word in place of "*". */
static void candidate_of(const char *path, const char *name, unsigned parts,
                         char out[L1_KEY_PATH_MAX])
{
    char asked[L1_KEY_PART_MAX + 1], own[L1_KEY_PART_MAX + 1];
    size_t used = 0;
    for (unsigned count = 0; (parts == 0 || count < parts) && l1_key_part(&name, own); count++) {
        const bool more = l1_key_part(&path, asked);
        const char *word = strcmp(own, "*") == 0 && more ? asked : own;
        const size_t size = strlen(word);
        L1_ASSERT(used + size + 2 <= L1_KEY_PATH_MAX);
        if (used > 0) out[used++] = '.';
        memcpy(out + used, word, size);
        used += size;
    }
    out[used] = '\0';
}

static const char *last_part(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot == NULL ? path : dot + 1;
}

typedef struct {
    unsigned costs[L1_KEY_SUGGESTIONS_MAX];
    size_t count;
} ranking;

/* Edits, but a word that only lacks its end ("ttl" for "ttl_ms") is near whatever is missing. */
static unsigned distance(const char *path, const char *text)
{
    const size_t size = strlen(path);
    const unsigned cost = edits(path, text);
    return size >= 3 && cost > 1 && strncmp(path, text, size) == 0 ? 1 : cost;
}

/* Keeps `text` among the best unless it is too far, without repeating one. */
static void rank(ranking *best, char out[][L1_KEY_PATH_MAX], const char *text, unsigned cost,
                 unsigned far)
{
    if (cost > far) return;
    for (size_t i = 0; i < best->count; i++) {
        if (strcmp(out[i], text) == 0) return;
    }
    const size_t last = L1_KEY_SUGGESTIONS_MAX - 1;
    if (best->count > last && cost >= best->costs[last]) return;
    size_t at = best->count > last ? last : best->count++;
    for (; at > 0 && cost < best->costs[at - 1]; at--) {
        best->costs[at] = best->costs[at - 1];
        memcpy(out[at], out[at - 1], L1_KEY_PATH_MAX);
    }
    best->costs[at] = cost;
    memcpy(out[at], text, strlen(text) + 1);
}

size_t l1_key_suggest(const char *path, char out[L1_KEY_SUGGESTIONS_MAX][L1_KEY_PATH_MAX])
{
    L1_ASSERT(path != NULL);
    const size_t size = strlen(path);
    if (size == 0 || size >= L1_KEY_PATH_MAX) return 0;
    unsigned parts = 1;
    for (const char *at = path; *at != '\0'; at++) parts += *at == '.';
    const char *word = last_part(path);
    const unsigned far = (unsigned)strlen(word) / 3 + 1; /* edits that still look like a slip */
    ranking best = {.count = 0};
    for (size_t row = 0; row < l1_keys_count; row++) {
        char text[L1_KEY_PATH_MAX];
        candidate_of(path, l1_keys[row].name, parts, text);
        rank(&best, out, text, distance(path, text), far);
        /* The right word at the wrong place: a key written one level too high. */
        candidate_of(path, l1_keys[row].name, 0, text);
        rank(&best, out, text, distance(word, last_part(text)) * 2 + 1, far);
    }
    return best.count;
}
