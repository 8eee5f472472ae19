/* journal/recovery.h: from whatever a crash left to a journal that can be written. Used inside
 * src/journal only.
 *
 * Order, each step safe to repeat after a crash in it: judge the last segment and what lies
 * behind it; remove prepared and torn segments; publish a fresh segment that begins with the
 * last batch (the only records whose sync nothing proves); shorten the segment before it. */
#ifndef L1_JOURNAL_RECOVERY_H
#define L1_JOURNAL_RECOVERY_H

#include "journal/directory.h"
#include "journal/journal.h"

typedef struct {
    l1_journal_found found;
    uint64_t segment;       /* number of the fresh segment */
    uint64_t end_at;        /* where its next record goes */
    uint64_t next_sequence; /* of that record */
    uint32_t next_prev;     /* and its prev */
} l1_recovery;

/* `fresh` supplies engine id and config hash; `size` is that of the fresh segment. */
L1_MUST_USE l1_result l1_recover(const l1_directory *dir, const l1_segment_header *fresh,
                                 uint64_t size, l1_recovery *out, l1_diag *diag);

#endif
