/* config/value.h: one value between its text and its field, as its row of the table says.
 *
 * Errors: CONFIG_VALUE with a sentence in `why`: the value, its limit, and what to write. */
#ifndef L1_CONFIG_VALUE_H
#define L1_CONFIG_VALUE_H

#include "base/status.h"
#include "config/config.h"
#include "config/keys.h"

#define L1_VALUE_TEXT_MAX 640
#define L1_VALUE_WHY_MAX 512

/* The field of `key`; `index` is the symbol's, or the asset's of a balance, else unused. */
void *l1_value_field(l1_config *config, const l1_key *key, size_t index);

/* Stores the scalar `text`. `plain`: it stood without quotes. */
L1_MUST_USE l1_result l1_value_set(const l1_key *key, void *field, const char *text, size_t size,
                                   bool plain, char why[L1_VALUE_WHY_MAX]);

/* Adds one element to a list; the list is emptied by storing 0 first. */
L1_MUST_USE l1_result l1_value_add(const l1_key *key, void *field, const char *text, size_t size,
                                   char why[L1_VALUE_WHY_MAX]);

bool l1_value_is_list(const l1_key *key);

/* Stores the row's default, which has to exist. */
void l1_value_preset(const l1_key *key, void *field);

/* The field as YAML that l1_value_set, or a list's elements, read back to the same. */
void l1_value_format(const l1_key *key, const void *field, char out[L1_VALUE_TEXT_MAX]);

/* True when the field holds the null that switches the row's rule off. */
bool l1_value_is_off(const l1_key *key, const void *field);

/* "decimal", and "0.00000001 to 1" or "paper, live or replay". */
const char *l1_value_type(const l1_key *key);
void l1_value_allowed(const l1_key *key, char out[L1_VALUE_TEXT_MAX]);

#endif
