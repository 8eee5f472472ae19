/* app/options.h: reading one configuration for a subcommand: file, overrides, and errors told.
 *
 * Ownership: the texts are argv's and must outlive the struct. */
#ifndef L1_APP_OPTIONS_H
#define L1_APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"

#define L1_OVERRIDES_MAX 256

typedef struct {
    const char *file; /* NULL: ./config/l1.yaml, then /etc/l1/l1.yaml */
    const char *overrides[L1_OVERRIDES_MAX];
    size_t overrides_count;
} l1_config_source;

/* Adds a --set; false (and a line on standard error) when there are too many. */
bool l1_config_source_add(l1_config_source *source, const char *override);

/* The file that is read when none is named. */
const char *l1_config_default_file(void);

/* The file that is read. */
const char *l1_config_source_file(const l1_config_source *source);

/* Reads it; false after one line on standard error: exit code 2. */
bool l1_config_load(const l1_config_source *source, l1_config *out);

/* Logs each rule that a null switches off. */
void l1_config_warn(const l1_config *config);

/* Writes configuration text to a FILE; `context` of l1_config_out. */
void l1_config_print(void *file, const char *text, size_t size);

#endif
