/* app/snapshot_advance.h: the newest snapshot and the closed segments after it become a newer
 * snapshot. Every effect is checked on the way.
 *
 * Locks:  none are taken: it works beside a running engine, but not beside another of itself.
 * Errors: JOURNAL_DIFFERS, JOURNAL_CORRUPT, IO_*. */
#ifndef L1_APP_SNAPSHOT_ADVANCE_H
#define L1_APP_SNAPSHOT_ADVANCE_H

#include "journal/directory.h"

/* *sequence is the record that the new snapshot stands behind; 0 = there was nothing to do. */
L1_MUST_USE l1_result l1_snapshot_advance(const l1_directory *dir, uint64_t *sequence,
                                          l1_diag *diag);

#endif
