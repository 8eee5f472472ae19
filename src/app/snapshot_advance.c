/* app/snapshot_advance.c: a snapshot beside a running engine, made out of what it has closed. */
#include "app/snapshot_advance.h"

#include <stdio.h>
#include <string.h>

#include "app/recovery.h"
#include "l1_build_id.h"

/* The last record before the first one of the newest segment: everything up to it is closed. */
static l1_result closed_until(const l1_directory *dir, uint64_t *sequence, l1_diag *diag)
{
    l1_numbers segments;
    *sequence = 0;
    L1_TRY(l1_directory_segments(dir, &segments, diag));
    l1_result done = L1_SUCCESS;
    for (size_t i = segments.count; i > 0 && *sequence == 0 && done.code == L1_OK; i--) {
        l1_segment_header header;
        l1_segment_state state = L1_SEGMENT_UNUSED;
        done = l1_directory_header(dir, segments.at[i - 1], &header, &state, diag);
        if (done.code == L1_OK && state == L1_SEGMENT_VALID) {
            *sequence = header.first_sequence - 1;
            break;
        }
    }
    l1_numbers_free(&segments);
    return done;
}

/* A snapshot stands right before an event: the effects of a step are never parted from it. */
static l1_result last_boundary(const l1_directory *dir, uint64_t from, uint64_t until,
                               uint64_t *boundary, l1_diag *diag)
{
    l1_journal_reader *reader = NULL;
    *boundary = 0;
    L1_TRY(l1_journal_reader_open(dir->storage, dir->path, &reader, diag));
    l1_result done = l1_journal_reader_seek(reader, from, diag);
    while (done.code == L1_OK) {
        l1_record record;
        done = l1_journal_reader_next(reader, until, &record, diag);
        if (done.code == L1_OK && record.header.type == L1_RECORD_EVENT) {
            *boundary = record.header.sequence - 1;
        }
    }
    l1_journal_reader_close(reader);
    return done.code == L1_IO_END ? L1_SUCCESS : done;
}

static l1_result oldest_record(const l1_directory *dir, uint64_t *sequence, l1_diag *diag)
{
    l1_journal_reader *reader = NULL;
    L1_TRY(l1_journal_reader_open(dir->storage, dir->path, &reader, diag));
    *sequence = l1_journal_reader_first(reader);
    l1_journal_reader_close(reader);
    return L1_SUCCESS;
}

static l1_result write_snapshot(const l1_directory *dir, l1_restored *restored, l1_diag *diag)
{
    l1_snapshot_info info = {.sequence = restored->last_sequence,
                             .tag = restored->effects_total,
                             .config_hash = restored->config_hash};
    memcpy(info.engine_id, restored->engine_id, sizeof info.engine_id);
    (void)snprintf(info.build_id, sizeof info.build_id, "%s", L1_BUILD_ID);
    l1_instance_state state = {.published = restored->published};
    return l1_instance_save(&restored->instance, dir, &info, &state, &restored->figures, diag);
}

l1_result l1_snapshot_advance(const l1_directory *dir, uint64_t *sequence, l1_diag *diag)
{
    uint64_t newest = 0, closed = 0, from = 0;
    l1_restored restored;
    L1_TRY(oldest_record(dir, &from, diag));
    L1_TRY(l1_snapshot_newest(dir, &newest, diag));
    L1_TRY(closed_until(dir, &closed, diag));
    if (newest + 1 > from) from = newest + 1;
    *sequence = 0;
    if (closed < from) return L1_SUCCESS;
    L1_TRY(last_boundary(dir, from, closed, sequence, diag));
    if (*sequence < from) *sequence = 0;
    if (*sequence == 0) return L1_SUCCESS;
    const l1_restore_options options = {
        .storage = dir->storage, .dir = dir->path, .limit = *sequence};
    l1_result done = l1_restore(&options, &restored, diag);
    if (done.code == L1_OK && restored.instance.system != NULL) {
        done = write_snapshot(dir, &restored, diag);
    }
    l1_restored_free(&restored);
    return done;
}
