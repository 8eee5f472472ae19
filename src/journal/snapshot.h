/* journal/snapshot.h: states of the system kept beside the segments.
 *
 * One file each, there whole or not at all (temporary, sync, rename, sync of the directory), with
 * CRCs of its own over header and body. The body is opaque; the two newest files are kept. A
 * snapshot may only hold what is durable in the journal: opening a journal that ends before its
 * newest snapshot is refused. Ownership: bodies are malloc'd for the caller; free with free(). */
#ifndef L1_JOURNAL_SNAPSHOT_H
#define L1_JOURNAL_SNAPSHOT_H

#include <stdbool.h>

#include "base/hash.h"
#include "journal/directory.h"

#define L1_SNAPSHOT_BODY_MAX (256U << 20) /* bytes */
#define L1_SNAPSHOT_FORMAT 5
#define L1_SNAPSHOT_HEADER_SIZE 512
#define L1_SNAPSHOT_BUILD_MAX 128
#define L1_SNAPSHOTS_KEPT 2

typedef struct {
    char engine_id[L1_ENGINE_ID_MAX];
    char build_id[L1_SNAPSHOT_BUILD_MAX];
    uint64_t sequence; /* of the last record applied; > 0 */
    uint64_t tag;      /* the caller's, as given to l1_journal_append */
    l1_hash128 config_hash;
    bool clean; /* written at a clean stop */
} l1_snapshot_info;

/* Writes one and removes all but the newest two. INPUT_TOO_LONG, IO_*. */
L1_MUST_USE l1_result l1_snapshot_write(const l1_directory *dir, const l1_snapshot_info *info,
                                        const void *body, size_t size, l1_diag *diag);

/* The newest valid snapshot with sequence <= sequence_max; unreadable and damaged ones are passed
 * over. IO_END when there is none, JOURNAL_FORMAT when it is of another engine. */
L1_MUST_USE l1_result l1_snapshot_find(const l1_directory *dir, const char *engine_id,
                                       uint64_t sequence_max, l1_snapshot_info *info,
                                       uint8_t **body, size_t *size, l1_diag *diag);

/* Sequence of the newest and of the oldest snapshot whose header is valid; 0 = none. */
L1_MUST_USE l1_result l1_snapshot_newest(const l1_directory *dir, uint64_t *sequence,
                                         l1_diag *diag);
L1_MUST_USE l1_result l1_snapshot_oldest(const l1_directory *dir, uint64_t *sequence,
                                         l1_diag *diag);

#endif
