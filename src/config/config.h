/* config/config.h: the operator's configuration: read, checked, shown, explained.
 *
 * One table (config/keys.h) drives all of it. Reading is fail-closed: an unknown, repeated or
 * missing key, a wrong type or a value out of its bounds is an error that names file, line, key,
 * value, limit and what to do. Null is accepted only where it switches a rule off.
 * Ownership: values are plain and the caller's; nothing is kept.
 * Errors:    CONFIG_KEY, CONFIG_VALUE, INPUT_SYNTAX, INPUT_TOO_LONG, IO_OPEN, IO_READ: all end
 *            the program with exit code 2. On failure `out` is zeroed.
 * Determinism: the same text and overrides give the same value; no locale, no double. */
#ifndef L1_CONFIG_CONFIG_H
#define L1_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "config/settings.h"
#include "domain/limits.h"

#define L1_CONFIG_SIZE_MAX (1024 * 1024)
#define L1_CONFIG_ERROR_MAX 1024

typedef struct {
    l1_limits limits;
    l1_settings settings;
} l1_config;

typedef struct {
    l1_diag diag;                   /* field = key, line (0: not in the file), text shortened */
    char text[L1_CONFIG_ERROR_MAX]; /* the whole sentence, ready to print */
} l1_config_error;

/* Where text goes; `write` is called with pieces in order. */
typedef struct {
    void *context;
    void (*write)(void *context, const char *text, size_t size);
} l1_config_out;

/* One override of the command line is "key=value" with a dotted key; the value is YAML:
 * "signal.ttl_ms=100", "symbols.BTC/USDT.spread_max=null", "ai.gate=[survival]". A later one
 * wins. Overrides never add a symbol. `file` is a name for messages only. */
L1_MUST_USE l1_result l1_config_parse(const char *text, size_t size, const char *file,
                                      const char *const *overrides, size_t overrides_count,
                                      l1_config *out, l1_config_error *error);

/* The same from the file at `path`. */
L1_MUST_USE l1_result l1_config_read(const char *path, const char *const *overrides,
                                     size_t overrides_count, l1_config *out,
                                     l1_config_error *error);

/* The resolved configuration as YAML that parses back to the same value. */
void l1_config_show(const l1_config *config, l1_config_out out);

/* Each key whose value differs, by its dotted name, both values as they are shown. The two have the
 * same symbols in the same order. Returns how many. */
unsigned l1_config_changes(const l1_config *from, const l1_config *to, void *context,
                           void (*take)(void *context, const char *key, const char *was,
                                        const char *is));

/* One sentence, ended by a newline, for each rule that a null switches off; returns how many. */
unsigned l1_config_warnings(const l1_config *config, l1_config_out out);

/* Type, unit, bounds, default and help of `key`, or the keys of a group. Accepts
 * "symbols.BTC/USDT.qty_max" as well as "symbols.*.qty_max". CONFIG_KEY with the nearest keys. */
L1_MUST_USE l1_result l1_config_explain(const char *key, l1_config_out out, l1_config_error *error);

/* docs/configuration.md. */
void l1_config_reference(l1_config_out out);

#endif
