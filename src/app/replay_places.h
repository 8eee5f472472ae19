/* app/replay_places.h: where a replay may write: never over what it reads or keeps.
 *
 * Ownership: nothing is kept. Errors: USAGE; option and path are in the text. */
#ifndef L1_APP_REPLAY_PLACES_H
#define L1_APP_REPLAY_PLACES_H

#include <stdbool.h>

#include "app/replay.h"

/* Refuses `path` of `option` ("--out") when it is empty, too long, one of the run's files
 * (FILE=SYMBOL too) or its configuration by whatever name, or lies in its journal. Whether it can
 * be written is not asked; options->config is not read. */
L1_MUST_USE l1_result l1_replay_place_check(const l1_replay_options *options, const char *option,
                                            const char *path, l1_diag *diag);

/* True when a file at `path` would lie in the folder `dir`. */
bool l1_place_within(const char *path, const char *dir);

/* True when both are one file, also of one that is not there yet. */
bool l1_place_same(const char *a, const char *b);

#endif
