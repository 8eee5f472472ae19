/* app/output_place.h: where a command may write: never over what it reads or keeps.
 *
 * Ownership: nothing is kept. Errors: USAGE; option and path are in the text. */
#ifndef L1_APP_OUTPUT_PLACE_H
#define L1_APP_OUTPUT_PLACE_H

#include <stdbool.h>

#include "io/history.h"

/* What must be kept. */
typedef struct {
    const l1_history_file *files; /* FILE=SYMBOL too */
    size_t files_count;
    const char *config_file; /* NULL: none */
    const char *journal_dir; /* NULL: none */
} l1_kept_places;

/* Refuses `path` of `option` ("--out") when it is empty, too long, one of the files or the
 * configuration by whatever name, or lies in the journal. Whether it can be written is not asked.
 */
L1_MUST_USE l1_result l1_place_check(const l1_kept_places *kept, const char *option,
                                     const char *path, l1_diag *diag);

/* True when a file at `path` would lie in the folder `dir`. */
bool l1_place_within(const char *path, const char *dir);

/* True when both are one file, also of one that is not there yet. */
bool l1_place_same(const char *a, const char *b);

#endif
