/* journal/reader.h: iterates the records of a journal directory, checking CRC and chain.
 *
 * Works beside a live writer as long as `limit` never exceeds what the writer reported durable;
 * with no writer UINT64_MAX reads to the end and tells a torn tail (IO_END) from damage.
 * Ownership: a record's payload is valid until the next call on the reader.
 * Errors:    IO_END at the limit or the end; JOURNAL_CORRUPT names segment, offset, sequence.
 * Threads:   one reader, one thread. */
#ifndef L1_JOURNAL_READER_H
#define L1_JOURNAL_READER_H

#include "journal/directory.h"
#include "journal/journal.h"

typedef struct l1_journal_reader l1_journal_reader;

/* `storage` NULL = the operating system's files. Takes no lock. Stands before the oldest record;
 * IO_END when the directory holds no segment. */
L1_MUST_USE l1_result l1_journal_reader_open(const l1_storage *storage, const char *dir,
                                             l1_journal_reader **out, l1_diag *diag);
void l1_journal_reader_close(l1_journal_reader *reader);

/* Oldest sequence kept, and the engine that writes this journal. */
uint64_t l1_journal_reader_first(const l1_journal_reader *reader);
const char *l1_journal_reader_engine_id(const l1_journal_reader *reader);

/* The next record read will be number `sequence` (one past the end is allowed). INPUT_FIELD when
 * it is no longer kept. */
L1_MUST_USE l1_result l1_journal_reader_seek(l1_journal_reader *reader, uint64_t sequence,
                                             l1_diag *diag);

/* Goes to the start of the last segment that surely begins before the first record of tag `tag`
 * (the oldest segment when none does). */
L1_MUST_USE l1_result l1_journal_reader_seek_tag(l1_journal_reader *reader, uint64_t tag,
                                                 l1_diag *diag);

/* Reads on; records beyond sequence `limit` are not looked at. */
L1_MUST_USE l1_result l1_journal_reader_next(l1_journal_reader *reader, uint64_t limit,
                                             l1_record *out, l1_diag *diag);

/* Where the last record came from: segment number and byte offset. */
void l1_journal_reader_place(const l1_journal_reader *reader, uint64_t *segment, uint64_t *offset);

/* Reads everything up to `limit` and counts it. */
typedef struct {
    uint64_t first_sequence, last_sequence, records, segments, bytes;
} l1_journal_summary;
L1_MUST_USE l1_result l1_journal_verify(const l1_storage *storage, const char *dir, uint64_t limit,
                                        l1_journal_summary *out, l1_diag *diag);

#endif
