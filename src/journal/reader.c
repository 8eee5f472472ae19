/* journal/reader.c: walks the segments through a window of 1 MiB; a window that may be older than
 * the writer is read once more before anything is called missing. */
#include "journal/reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum { WINDOW_SIZE = 1 << 20, SEGMENT_LOAD_MAX = INT32_MAX };
_Static_assert(WINDOW_SIZE >= L1_RECORD_SIZE_MAX, "the window holds every record");

struct l1_journal_reader {
    char path[L1_JOURNAL_PATH_MAX];
    l1_directory dir;
    l1_numbers segments;        /* with a header when the reader was opened */
    l1_segment_header *headers; /* theirs */

    int handle;
    uint64_t segment; /* number of the current one */
    l1_segment_header header;
    bool next_known;        /* a segment follows */
    l1_segment_header next; /* its header */

    uint64_t offset; /* of the next record in the segment */
    uint64_t sequence;
    uint32_t prev;
    uint64_t place; /* offset of the last record returned */

    uint64_t window_at; /* offset of window[0] in the segment */
    size_t window_used;
    uint8_t window[WINDOW_SIZE];
};

static l1_result damaged(const l1_journal_reader *reader, const char *what, l1_diag *diag)
{
    char name[64];
    l1_directory_segment_name(name, reader->segment);
    const l1_result refused =
        l1_refuse(diag, L1_JOURNAL_CORRUPT, name,
                  "%s: offset %" PRIu64 ", record %" PRIu64 ": %s; restore a copy", name,
                  reader->offset, reader->sequence, what);
    if (diag != NULL) diag->offset = (size_t)reader->offset;
    return refused;
}

/* Learns whether segment + 1 is in use by now. */
static l1_result look_ahead(l1_journal_reader *reader, l1_diag *diag)
{
    l1_segment_state state = L1_SEGMENT_UNUSED;
    const l1_result done =
        l1_directory_header(&reader->dir, reader->segment + 1, &reader->next, &state, diag);
    reader->next_known = done.code == L1_OK && state == L1_SEGMENT_VALID;
    if (done.code == L1_OK && state == L1_SEGMENT_CORRUPT) {
        return damaged(reader, "header of the segment after it is damaged", diag);
    }
    return done.code == L1_IO_OPEN ? L1_SUCCESS : done;
}

static l1_result enter(l1_journal_reader *reader, uint64_t segment, const l1_segment_header *header,
                       l1_diag *diag)
{
    char name[64];
    int handle = -1;
    l1_directory_segment_name(name, segment);
    L1_TRY(l1_directory_open(&reader->dir, name, L1_STORAGE_READ, &handle, diag));
    l1_directory_close(&reader->dir, reader->handle);
    reader->handle = handle;
    reader->segment = segment;
    reader->header = *header;
    reader->offset = L1_SEGMENT_HEADER_SIZE;
    reader->sequence = header->first_sequence;
    reader->prev = header->first_prev;
    reader->window_used = 0;
    return look_ahead(reader, diag);
}

static l1_result load_headers(l1_journal_reader *reader, l1_diag *diag)
{
    L1_TRY(l1_directory_segments(&reader->dir, &reader->segments, diag));
    const size_t count = reader->segments.count;
    if (count > 0) reader->headers = calloc(count, sizeof *reader->headers);
    if (count > 0 && reader->headers == NULL) {
        return l1_refuse(diag, L1_LIMIT_FULL, "journal", "no memory");
    }
    size_t valid = 0;
    for (; valid < count; valid++) {
        l1_segment_state state = L1_SEGMENT_CORRUPT;
        L1_TRY(l1_directory_header(&reader->dir, reader->segments.at[valid],
                                   &reader->headers[valid], &state, diag));
        if (state == L1_SEGMENT_UNUSED && valid > 0) break;
        reader->segment = reader->segments.at[valid];
        if (state != L1_SEGMENT_VALID) return damaged(reader, "segment header is damaged", diag);
        if (reader->headers[valid].format != L1_SEGMENT_FORMAT) {
            return l1_refuse(diag, L1_JOURNAL_FORMAT, "journal", "format %u, this program reads %d",
                             reader->headers[valid].format, L1_SEGMENT_FORMAT);
        }
    }
    reader->segments.count = valid;
    if (valid == 0) return l1_refuse(diag, L1_IO_END, "journal", "%s: no journal", reader->path);
    return enter(reader, reader->segments.at[0], &reader->headers[0], diag);
}

l1_result l1_journal_reader_open(const l1_storage *storage, const char *dir,
                                 l1_journal_reader **out, l1_diag *diag)
{
    const size_t size = strlen(dir);
    if (size == 0 || size + 64 >= L1_JOURNAL_PATH_MAX) {
        return l1_refuse(diag, L1_IO_OPEN, "journal.dir", "path is empty or too long");
    }
    l1_journal_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "journal", "no memory");
    memcpy(reader->path, dir, size + 1);
    reader->dir = (l1_directory){storage != NULL ? storage : l1_storage_posix(), reader->path};
    reader->handle = -1;
    const l1_result done = load_headers(reader, diag);
    if (done.code != L1_OK) {
        l1_journal_reader_close(reader);
        return done;
    }
    *out = reader;
    return L1_SUCCESS;
}

void l1_journal_reader_close(l1_journal_reader *reader)
{
    if (reader == NULL) return;
    l1_directory_close(&reader->dir, reader->handle);
    l1_numbers_free(&reader->segments);
    free(reader->headers);
    free(reader);
}

uint64_t l1_journal_reader_first(const l1_journal_reader *reader)
{
    return reader->headers[0].first_sequence;
}

const char *l1_journal_reader_engine_id(const l1_journal_reader *reader)
{
    return reader->headers[0].engine_id;
}

static l1_result refill(l1_journal_reader *reader, l1_diag *diag)
{
    char name[64];
    l1_directory_segment_name(name, reader->segment);
    reader->window_at = reader->offset;
    return l1_directory_read(&reader->dir, reader->handle, name, reader->window, WINDOW_SIZE,
                             reader->offset, &reader->window_used, diag);
}

/* The record at `offset`, from the window when it is there, else from the file: a window read
 * while a writer was ahead of it may be out of date. */
static l1_result fetch(l1_journal_reader *reader, l1_record *out, bool *found, l1_diag *diag)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        const uint64_t in_window = reader->offset - reader->window_at;
        if (attempt == 1 || reader->window_used == 0 || in_window >= reader->window_used) {
            L1_TRY(refill(reader, diag));
            attempt = 1;
        }
        const size_t at = (size_t)(reader->offset - reader->window_at);
        const l1_record_state state =
            l1_record_read(reader->window + at, reader->window_used - at, out);
        *found = state == L1_RECORD_VALID;
        if (*found) break;
    }
    if (*found && !l1_record_follows(out, reader->sequence, reader->prev)) {
        return damaged(reader, "record does not continue the chain", diag);
    }
    return L1_SUCCESS;
}

/* No valid record where one was expected and no segment goes on: the end, or damage. */
static l1_result judge_end(l1_journal_reader *reader, uint64_t limit, l1_diag *diag)
{
    if (reader->next_known) return damaged(reader, "record is damaged or missing", diag);
    if (limit != UINT64_MAX) return damaged(reader, "durable record is damaged or missing", diag);
    char name[64];
    uint8_t *bytes = NULL;
    size_t size = 0;
    size_t later_at = 0;
    uint64_t later = 0;
    l1_directory_segment_name(name, reader->segment);
    L1_TRY(l1_directory_load(&reader->dir, name, SEGMENT_LOAD_MAX, &bytes, &size, diag));
    l1_tail tail = L1_TAIL_CLEAN;
    if (reader->offset < size) {
        tail = l1_segment_judge(bytes, size, (size_t)reader->offset, reader->sequence, &later_at,
                                &later);
    }
    free(bytes);
    if (tail == L1_TAIL_CORRUPT) {
        return damaged(reader, "record is damaged but a later one is valid", diag);
    }
    return L1_FAILURE(L1_IO_END);
}

static l1_result enter_next(l1_journal_reader *reader, l1_diag *diag)
{
    const l1_segment_header next = reader->next;
    if (next.first_prev != reader->prev || next.format != L1_SEGMENT_FORMAT) {
        return damaged(reader, "the segment after it does not continue the chain", diag);
    }
    return enter(reader, reader->segment + 1, &next, diag);
}

l1_result l1_journal_reader_next(l1_journal_reader *reader, uint64_t limit, l1_record *out,
                                 l1_diag *diag)
{
    for (;;) {
        bool found = false;
        if (reader->next_known && reader->sequence == reader->next.first_sequence) {
            L1_TRY(enter_next(reader, diag));
            continue;
        }
        if (reader->sequence > limit) return L1_FAILURE(L1_IO_END);
        L1_TRY(fetch(reader, out, &found, diag));
        if (found) break;
        if (!reader->next_known) L1_TRY(look_ahead(reader, diag));
        if (reader->next_known && reader->sequence == reader->next.first_sequence) continue;
        return judge_end(reader, limit, diag);
    }
    reader->place = reader->offset;
    reader->offset += l1_record_size(out->header.length);
    reader->prev = out->header.crc;
    reader->sequence++;
    return L1_SUCCESS;
}

void l1_journal_reader_place(const l1_journal_reader *reader, uint64_t *segment, uint64_t *offset)
{
    *segment = reader->segment;
    *offset = reader->place;
}

l1_result l1_journal_reader_seek(l1_journal_reader *reader, uint64_t sequence, l1_diag *diag)
{
    if (sequence < l1_journal_reader_first(reader)) {
        return l1_refuse(diag, L1_INPUT_FIELD, "sequence",
                         "record %" PRIu64 " is no longer kept; the oldest is %" PRIu64, sequence,
                         l1_journal_reader_first(reader));
    }
    size_t at = reader->segments.count - 1;
    while (reader->headers[at].first_sequence > sequence) at--;
    L1_TRY(enter(reader, reader->segments.at[at], &reader->headers[at], diag));
    while (reader->sequence < sequence) {
        l1_record record;
        L1_TRY(l1_journal_reader_next(reader, UINT64_MAX, &record, diag));
    }
    return L1_SUCCESS;
}

l1_result l1_journal_reader_seek_tag(l1_journal_reader *reader, uint64_t tag, l1_diag *diag)
{
    size_t at = reader->segments.count - 1;
    while (at > 0 && reader->headers[at].first_tag >= tag) at--;
    return enter(reader, reader->segments.at[at], &reader->headers[at], diag);
}

static l1_result count_all(l1_journal_reader *reader, uint64_t limit, l1_journal_summary *out,
                           l1_diag *diag)
{
    uint64_t segment = 0;
    for (;;) {
        l1_record record;
        const l1_result done = l1_journal_reader_next(reader, limit, &record, diag);
        if (done.code == L1_IO_END) return L1_SUCCESS;
        L1_TRY(done);
        out->records++;
        out->bytes += l1_record_size(record.header.length);
        out->last_sequence = record.header.sequence;
        if (reader->segment != segment) out->segments++;
        segment = reader->segment;
    }
}

l1_result l1_journal_verify(const l1_storage *storage, const char *dir, uint64_t limit,
                            l1_journal_summary *out, l1_diag *diag)
{
    l1_journal_reader *reader = NULL;
    *out = (l1_journal_summary){0};
    L1_TRY(l1_journal_reader_open(storage, dir, &reader, diag));
    out->first_sequence = l1_journal_reader_first(reader);
    const l1_result done = count_all(reader, limit, out, diag);
    l1_journal_reader_close(reader);
    return done;
}
