/* config/collect.h: takes the nodes of a configuration one by one and fills the target.
 *
 * Knows which keys were written where, so that repeats, overrides and what is missing can be
 * told with their place. Ownership: lives on the caller's stack during one parse. */
#ifndef L1_CONFIG_COLLECT_H
#define L1_CONFIG_COLLECT_H

#include "config/value.h"

/* Where a value was written: source 0 = nowhere, 1 = the file, 2 + i = override i. */
typedef struct {
    unsigned source, line;
} l1_place;

typedef struct {
    char asset[L1_KEY_PART_MAX + 1];
    int64_t e8;
    l1_place place;
} l1_balance;

typedef struct {
    l1_config *config;
    l1_config_error *error;
    const char *file;
    const char *const *overrides;
    unsigned source; /* of what is being read now */

    l1_place keys[L1_KEYS_MAX];
    l1_place symbol_keys[L1_SYMBOLS_MAX][L1_KEYS_MAX];
    l1_place symbols[L1_SYMBOLS_MAX];
    l1_place groups[L1_KEYS_MAX][4]; /* by first row and depth */
    l1_place symbol_groups[L1_SYMBOLS_MAX][L1_KEYS_MAX];
    l1_place balances_place; /* the map itself */
    l1_balance balances[L1_ASSETS_MAX];
    size_t balances_count;
} l1_collector;

/* Presets of the global keys into a zeroed target. */
void l1_collect_begin(l1_collector *collector);

/* A mapping, a scalar, a list and its elements at a dotted path; unknown paths are refused. */
L1_MUST_USE l1_result l1_collect_map(l1_collector *collector, const char *path, unsigned line);
L1_MUST_USE l1_result l1_collect_scalar(l1_collector *collector, const char *path, unsigned line,
                                        const char *text, size_t size, bool plain);
L1_MUST_USE l1_result l1_collect_list(l1_collector *collector, const char *path, unsigned line);
L1_MUST_USE l1_result l1_collect_item(l1_collector *collector, const char *path, unsigned line,
                                      const char *text, size_t size);

/* What only the whole can tell: missing keys, balances, rules between keys (check.c). */
L1_MUST_USE l1_result l1_collect_finish(l1_collector *collector);

/* Fills the error "PLACE: KEY: why" and returns the failure. */
__attribute__((format(printf, 5, 6))) L1_MUST_USE l1_result
l1_collect_refuse(const l1_collector *collector, l1_status status, l1_place place, const char *key,
                  const char *format, ...);

/* The refusal of a key that does not exist, with the nearest ones. */
L1_MUST_USE l1_result l1_collect_unknown(const l1_collector *collector, unsigned line,
                                         const char *path);

#endif
