/* journal/directory.h: the files of a journal directory by name. Used inside src/journal only.
 *
 * segment-NNNNNNNNNN.l1j   segments, numbered without a gap; the last may be prepared and unused
 * snapshot-SEQUENCE.l1s    snapshots (journal/snapshot.h)
 * blob-HASH                configurations and model bundles (journal/blob.h)
 * NAME.tmp                 unfinished; removed when the journal is opened
 * lock                     held by the running engine
 * Errors: results with the file's name in diag->field. */
#ifndef L1_JOURNAL_DIRECTORY_H
#define L1_JOURNAL_DIRECTORY_H

#include <stdbool.h>

#include "base/status.h"
#include "journal/format/segment.h"
#include "journal/storage.h"

#define L1_JOURNAL_PATH_MAX 1024

/* A directory reached through a storage. `path` is the caller's. */
typedef struct {
    const l1_storage *storage;
    const char *path;
} l1_directory;

/* Numbers found in the names of one kind of file, ascending. Free with l1_numbers_free. */
typedef struct {
    uint64_t *at;
    size_t count, capacity;
    bool failed; /* out of memory while listing */
} l1_numbers;

void l1_numbers_free(l1_numbers *numbers);

void l1_directory_segment_name(char out[64], uint64_t number);
void l1_directory_snapshot_name(char out[64], uint64_t sequence);

/* Makes the directory and its parents, 0700. */
L1_MUST_USE l1_result l1_directory_make(const l1_directory *dir, l1_diag *diag);

L1_MUST_USE l1_result l1_directory_segments(const l1_directory *dir, l1_numbers *out,
                                            l1_diag *diag);
L1_MUST_USE l1_result l1_directory_snapshots(const l1_directory *dir, l1_numbers *out,
                                             l1_diag *diag);

/* Removes every NAME.tmp. */
L1_MUST_USE l1_result l1_directory_clean(const l1_directory *dir, l1_diag *diag);

/* Handle >= 0 in *handle. */
L1_MUST_USE l1_result l1_directory_open(const l1_directory *dir, const char *name,
                                        l1_storage_how how, int *handle, l1_diag *diag);
void l1_directory_close(const l1_directory *dir, int handle);

/* All of `size` bytes, or the failure. A short write fails and is not continued. */
L1_MUST_USE l1_result l1_directory_write(const l1_directory *dir, int handle, const char *name,
                                         const void *bytes, size_t size, uint64_t offset,
                                         l1_diag *diag);
/* Up to `size` bytes; fewer only at the end of the file. */
L1_MUST_USE l1_result l1_directory_read(const l1_directory *dir, int handle, const char *name,
                                        void *bytes, size_t size, uint64_t offset, size_t *count,
                                        l1_diag *diag);
L1_MUST_USE l1_result l1_directory_sync(const l1_directory *dir, int handle, const char *name,
                                        l1_diag *diag);

/* A whole file in malloc'd memory of at least one byte; INPUT_TOO_LONG above `max`. */
L1_MUST_USE l1_result l1_directory_load(const l1_directory *dir, const char *name, size_t max,
                                        uint8_t **bytes, size_t *size, l1_diag *diag);

L1_MUST_USE l1_result l1_directory_rename(const l1_directory *dir, const char *from, const char *to,
                                          l1_diag *diag); /* and syncs the directory */
L1_MUST_USE l1_result l1_directory_remove(const l1_directory *dir, const char *name,
                                          l1_diag *diag); /* and syncs the directory */

/* Writes the file `name` so that it is there whole or not at all: temporary, sync, rename, sync
 * of the directory. Parts are written one behind the other, then zeros up to `size`. */
typedef struct {
    const void *bytes;
    size_t size;
} l1_part;
L1_MUST_USE l1_result l1_directory_publish(const l1_directory *dir, const char *name,
                                           const l1_part *parts, size_t count, uint64_t size,
                                           l1_diag *diag);

/* The same out of `prepared`, an existing file of zeros that goes on behind the parts: spares the
 * filling. `prepared` is gone afterwards, also after a crash half-way. */
L1_MUST_USE l1_result l1_directory_publish_over(const l1_directory *dir, const char *prepared,
                                                const char *name, const l1_part *parts,
                                                size_t count, l1_diag *diag);

/* Header of segment `number`. A file shorter than a sector reads as UNUSED. */
L1_MUST_USE l1_result l1_directory_header(const l1_directory *dir, uint64_t number,
                                          l1_segment_header *out, l1_segment_state *state,
                                          l1_diag *diag);

#endif
