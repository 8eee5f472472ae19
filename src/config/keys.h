/* config/keys.h: the one table of configuration keys, and how a path finds its row.
 *
 * A name is dotted; a component "*" stands for what the operator names: a symbol or an asset.
 * Defaults are written as an operator would write them and pass through the same checks.
 * Bounds are inclusive: e8 for decimals and ratios, else in the key's own unit; for texts they
 * bound the length in bytes. */
#ifndef L1_CONFIG_KEYS_H
#define L1_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define L1_KEYS_MAX 128     /* rows */
#define L1_KEY_PART_MAX 64  /* bytes of one component */
#define L1_KEY_PATH_MAX 288 /* four components, dots and NUL */
#define L1_KEY_SUGGESTIONS_MAX 3

typedef enum {
    L1_KEY_DECIMAL, /* int64 e8 */
    L1_KEY_RATIO,   /* int64 e8, 1 = the whole */
    L1_KEY_COUNT,   /* int64 or uint32 */
    L1_KEY_MILLIS,  /* written in ms, stored as int64 ns */
    L1_KEY_SECONDS, /* written in s, stored as int64 ns */
    L1_KEY_BOOL,    /* bool */
    L1_KEY_ENUM,    /* index into choices */
    L1_KEY_LIST,    /* uint32, one bit for each choice */
    L1_KEY_DELAYS,  /* l1_latencies: written as a list of ms */
    L1_KEY_PATH,    /* char[]: any printable UTF-8 */
    L1_KEY_NAME,    /* char[]: A-Z a-z 0-9 _ - */
    L1_KEY_ASSET,   /* char[]: A-Z 0-9 */
    L1_KEY_BUS,     /* char[]: stdio | unix:PATH | nats://HOST:PORT */
    L1_KEY_TYPE_COUNT,
} l1_key_type;

/* The struct that `offset` counts from. */
typedef enum {
    L1_HOME_LIMITS,
    L1_HOME_SETTINGS,
    L1_HOME_SYMBOL,  /* a row of l1_limits.symbols */
    L1_HOME_BALANCE, /* an element of l1_limits.paper_balance_e8 */
} l1_key_home;

typedef struct {
    const char *name;
    const char *unit;
    l1_key_type type;
    l1_key_home home;
    size_t offset, size; /* of the field */
    int64_t min, max;
    const char *preset; /* NULL: the key has to be written */
    const char *rule;   /* the rule that null switches off; NULL: null is refused */
    const char *const *choices;
    const char *help;
} l1_key;

extern const l1_key l1_keys[];
extern const size_t l1_keys_count;

typedef enum { L1_MATCH_NONE, L1_MATCH_GROUP, L1_MATCH_KEY } l1_match_kind;

typedef struct {
    l1_match_kind kind;
    size_t row;                      /* of the key; of a group the first row in it */
    char named[L1_KEY_PART_MAX + 1]; /* what stood at "*", or empty */
} l1_match;

l1_match l1_key_find(const char *path);

/* The keys or groups nearest to a path that does not exist, best first, with the operator's own
 * symbol in place of "*"; returns how many, 0 when nothing is near. */
size_t l1_key_suggest(const char *path, char out[L1_KEY_SUGGESTIONS_MAX][L1_KEY_PATH_MAX]);

/* Copies the component that starts at *at (and moves past its dot) into `part`, shortened to
 * L1_KEY_PART_MAX bytes; false at the end of the path. */
bool l1_key_part(const char **at, char part[L1_KEY_PART_MAX + 1]);

#endif
