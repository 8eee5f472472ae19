/* journal/recovery.c: what opening a journal does to the files a crash left; each step may be
 * repeated. */
#include "journal/recovery.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "journal/snapshot.h"

enum { SEGMENT_LOAD_MAX = INT32_MAX };

/* The last segment with a header, and what lies behind it. */
typedef struct {
    l1_numbers segments;
    size_t last; /* index into segments */
    l1_segment_header header;
    uint8_t *bytes;
    size_t size;
    l1_segment_scan scan;
    uint64_t prepared_size; /* of the segment behind it when that is all zeros; else 0 */
} tail;

static l1_result corrupt(l1_diag *diag, uint64_t segment, uint64_t offset, uint64_t sequence,
                         const char *what)
{
    char name[64];
    l1_directory_segment_name(name, segment);
    const l1_result refused =
        l1_refuse(diag, L1_JOURNAL_CORRUPT, name,
                  "%s: offset %" PRIu64 ", record %" PRIu64 ": %s; restore a copy", name, offset,
                  sequence, what);
    if (diag != NULL) diag->offset = (size_t)offset;
    return refused;
}

static l1_result check_identity(const tail *at, const char *engine_id, l1_diag *diag)
{
    if (at->header.format != L1_SEGMENT_FORMAT) {
        return l1_refuse(diag, L1_JOURNAL_FORMAT, "journal", "format %u, this program writes %d",
                         at->header.format, L1_SEGMENT_FORMAT);
    }
    if (strcmp(at->header.engine_id, engine_id) == 0) return L1_SUCCESS;
    return l1_refuse(diag, L1_JOURNAL_FORMAT, "engine_id", "journal is of engine '%s', not '%s'",
                     at->header.engine_id, engine_id);
}

/* Finds the last segment whose header reached the disk. */
static l1_result find_last(const l1_directory *dir, tail *at, l1_diag *diag)
{
    size_t i = at->segments.count;
    while (i > 0) {
        i--;
        l1_segment_state state = L1_SEGMENT_CORRUPT;
        L1_TRY(l1_directory_header(dir, at->segments.at[i], &at->header, &state, diag));
        if (state == L1_SEGMENT_CORRUPT) {
            return corrupt(diag, at->segments.at[i], 0, 0, "segment header is damaged");
        }
        if (state != L1_SEGMENT_VALID) continue;
        at->last = i;
        return L1_SUCCESS;
    }
    return corrupt(diag, at->segments.at[0], 0, 0, "no segment has a header");
}

/* A segment without header may hold parts of an unsynced first batch, nothing later. */
static l1_result check_behind(const l1_directory *dir, tail *at, uint64_t segment,
                              uint64_t *bytes_cut, l1_diag *diag)
{
    char name[64];
    l1_directory_segment_name(name, segment);
    uint8_t *bytes = NULL;
    size_t size = 0;
    L1_TRY(l1_directory_load(dir, name, SEGMENT_LOAD_MAX, &bytes, &size, diag));
    size_t later_at = 0;
    uint64_t later = 0;
    const l1_tail judged =
        l1_segment_judge(bytes, size, 0, at->scan.next_sequence, &later_at, &later);
    free(bytes);
    if (judged == L1_TAIL_CORRUPT) {
        return corrupt(diag, segment, 0, at->scan.next_sequence,
                       "segment header is missing but valid records follow");
    }
    if (judged == L1_TAIL_TORN) *bytes_cut += L1_SEGMENT_SECTOR;
    if (judged == L1_TAIL_CLEAN && segment == at->segments.at[at->last] + 1) {
        at->prepared_size = size;
    }
    return L1_SUCCESS;
}

/* Bytes between the cut and the last one that is not zero. */
static uint64_t count_cut(const tail *at)
{
    size_t end = at->size;
    while (end > at->scan.end_at && at->bytes[end - 1] == 0) end--;
    return end - at->scan.end_at;
}

static l1_result judge(const l1_directory *dir, tail *at, const char *engine_id, l1_recovery *out,
                       l1_diag *diag)
{
    char name[64];
    L1_TRY(find_last(dir, at, diag));
    L1_TRY(check_identity(at, engine_id, diag));
    const uint64_t segment = at->segments.at[at->last];
    l1_directory_segment_name(name, segment);
    L1_TRY(l1_directory_load(dir, name, SEGMENT_LOAD_MAX, &at->bytes, &at->size, diag));
    l1_segment_walk(at->bytes, at->size, &at->header, &at->scan);
    if (at->scan.tail == L1_TAIL_CORRUPT) {
        return corrupt(diag, segment, at->scan.end_at, at->scan.next_sequence,
                       "record is damaged but a later one is valid");
    }
    out->found.bytes_cut = count_cut(at);
    for (size_t i = at->last + 1; i < at->segments.count; i++) {
        L1_TRY(check_behind(dir, at, at->segments.at[i], &out->found.bytes_cut, diag));
    }
    uint64_t snapshot = 0;
    L1_TRY(l1_snapshot_newest(dir, &snapshot, diag));
    if (snapshot < at->scan.next_sequence) return L1_SUCCESS;
    return corrupt(diag, segment, at->scan.end_at, at->scan.next_sequence,
                   "journal ends before its newest snapshot");
}

/* Gives the cut part of a retired segment back to the disk. */
static l1_result shorten(const l1_directory *dir, uint64_t segment, uint64_t size, l1_diag *diag)
{
    int handle = -1;
    char name[64];
    l1_directory_segment_name(name, segment);
    L1_TRY(l1_directory_open(dir, name, L1_STORAGE_WRITE, &handle, diag));
    const int failed = dir->storage->truncate(dir->storage->state, handle, size);
    l1_result done = L1_SUCCESS;
    if (failed < 0) done = l1_refuse(diag, L1_IO_WRITE, name, "%s: cannot be shortened", name);
    if (done.code == L1_OK) done = l1_directory_sync(dir, handle, name, diag);
    l1_directory_close(dir, handle);
    return done;
}

/* Publishes the fresh segment and retires what it replaces. */
static l1_result rewrite(const l1_directory *dir, const tail *at, l1_segment_header fresh,
                         uint64_t size, l1_recovery *out, l1_diag *diag)
{
    uint8_t page[L1_SEGMENT_HEADER_SIZE];
    char name[64];
    const uint64_t last = at->segments.at[at->last];
    const size_t kept = at->scan.end_at - at->scan.batch_at;
    const bool replaces = at->scan.batch_sequence == at->header.first_sequence;
    out->segment = replaces ? last : last + 1;
    out->end_at = L1_SEGMENT_HEADER_SIZE + kept;
    fresh.epoch = at->header.epoch + 1;
    fresh.first_sequence = at->scan.batch_sequence;
    fresh.first_prev = at->scan.batch_prev;
    fresh.first_wall_ns = at->scan.batch_wall_ns;
    fresh.first_tag = replaces ? at->header.first_tag : L1_SEGMENT_TAG_UNKNOWN;
    l1_segment_header_put(page, &fresh);
    const bool reuses = at->prepared_size == size;
    /* Backwards, so that what stays never has a gap. */
    for (size_t i = at->segments.count; i > at->last + 1 + (reuses ? 1 : 0); i--) {
        l1_directory_segment_name(name, at->segments.at[i - 1]);
        L1_TRY(l1_directory_remove(dir, name, diag));
    }
    l1_directory_segment_name(name, out->segment);
    const l1_part parts[] = {{page, sizeof page}, {at->bytes + at->scan.batch_at, kept}};
    if (reuses) {
        char prepared[64];
        l1_directory_segment_name(prepared, last + 1);
        L1_TRY(l1_directory_publish_over(dir, prepared, name, parts, 2, diag));
    } else {
        L1_TRY(l1_directory_publish(dir, name, parts, 2, size, diag));
    }
    return replaces ? L1_SUCCESS : shorten(dir, last, at->scan.batch_at, diag);
}
static l1_result begin_new(const l1_directory *dir, l1_segment_header fresh, uint64_t size,
                           l1_recovery *out, l1_diag *diag)
{
    uint8_t page[L1_SEGMENT_HEADER_SIZE];
    char name[64];
    uint64_t snapshot = 0;
    L1_TRY(l1_snapshot_newest(dir, &snapshot, diag));
    if (snapshot > 0) return corrupt(diag, 1, 0, 1, "there are snapshots but no segments");
    *out = (l1_recovery){.segment = 1, .end_at = L1_SEGMENT_HEADER_SIZE, .next_sequence = 1};
    out->found = (l1_journal_found){.first_sequence = 1, .epoch = 1};
    fresh.epoch = 1;
    fresh.first_sequence = 1;
    l1_segment_header_put(page, &fresh);
    l1_directory_segment_name(name, 1);
    return l1_directory_publish(dir, name, &(l1_part){page, sizeof page}, 1, size, diag);
}

static l1_result recover(const l1_directory *dir, const l1_segment_header *fresh, uint64_t size,
                         tail *at, l1_recovery *out, l1_diag *diag)
{
    L1_TRY(l1_directory_clean(dir, diag));
    L1_TRY(l1_directory_segments(dir, &at->segments, diag));
    if (at->segments.count == 0) return begin_new(dir, *fresh, size, out, diag);
    L1_TRY(judge(dir, at, fresh->engine_id, out, diag));
    l1_segment_header oldest;
    l1_segment_state state = L1_SEGMENT_CORRUPT;
    L1_TRY(l1_directory_header(dir, at->segments.at[0], &oldest, &state, diag));
    if (state != L1_SEGMENT_VALID) {
        return corrupt(diag, at->segments.at[0], 0, 0, "segment header is damaged");
    }
    L1_ASSERT(at->scan.next_sequence > 0);
    L1_ASSERT(at->scan.batch_sequence <= at->scan.next_sequence);
    out->next_sequence = at->scan.next_sequence;
    out->next_prev = at->scan.next_prev;
    out->found.first_sequence = oldest.first_sequence;
    out->found.last_sequence = at->scan.next_sequence - 1;
    out->found.epoch = at->header.epoch + 1;
    const size_t needed = L1_SEGMENT_HEADER_SIZE + at->scan.end_at - at->scan.batch_at;
    return rewrite(dir, at, *fresh, size > needed ? size : needed, out, diag);
}

l1_result l1_recover(const l1_directory *dir, const l1_segment_header *fresh, uint64_t size,
                     l1_recovery *out, l1_diag *diag)
{
    tail at = {0};
    *out = (l1_recovery){0};
    const l1_result done = recover(dir, fresh, size, &at, out, diag);
    free(at.bytes);
    l1_numbers_free(&at.segments);
    return done;
}
