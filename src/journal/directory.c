/* journal/directory.c: names, whole-file reads and all-or-nothing writes in a journal directory;
 * every call to the storage port that can fail becomes a result with the file's name here. */
#include "journal/directory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

#define SEGMENT_FORM "segment-%010" PRIu64 ".l1j"
#define SNAPSHOT_FORM "snapshot-%020" PRIu64 ".l1s"

enum { ZEROS_SIZE = 1 << 20 };
static const uint8_t zeros[ZEROS_SIZE];

void l1_numbers_free(l1_numbers *numbers)
{
    free(numbers->at);
    *numbers = (l1_numbers){0};
}

void l1_directory_segment_name(char out[64], uint64_t number)
{
    (void)snprintf(out, 64, SEGMENT_FORM, number);
}

void l1_directory_snapshot_name(char out[64], uint64_t sequence)
{
    (void)snprintf(out, 64, SNAPSHOT_FORM, sequence);
}

static l1_result refuse_errno(l1_diag *diag, l1_status status, const char *name, int failed)
{
    L1_ASSERT(failed < 0);
    return l1_refuse(diag, status, name, "%s: %s", name, strerror(-failed));
}

static l1_result join(const l1_directory *dir, const char *name, char out[L1_JOURNAL_PATH_MAX],
                      l1_diag *diag)
{
    const int size = snprintf(out, L1_JOURNAL_PATH_MAX, "%s/%s", dir->path, name);
    if (size > 0 && size < L1_JOURNAL_PATH_MAX) return L1_SUCCESS;
    return l1_refuse(diag, L1_IO_OPEN, "journal.dir", "path is longer than %d bytes",
                     L1_JOURNAL_PATH_MAX - 1);
}

l1_result l1_directory_make(const l1_directory *dir, l1_diag *diag)
{
    char path[L1_JOURNAL_PATH_MAX];
    const size_t size = strlen(dir->path);
    if (size == 0 || size >= sizeof path) {
        return l1_refuse(diag, L1_IO_OPEN, "journal.dir", "path is empty or too long");
    }
    memcpy(path, dir->path, size + 1);
    for (size_t i = 1; i <= size; i++) {
        if (path[i] != '/' && path[i] != 0) continue;
        const char kept = path[i];
        path[i] = 0;
        const int made = dir->storage->make_dir(dir->storage->state, path);
        if (made < 0) return refuse_errno(diag, L1_IO_OPEN, path, made);
        path[i] = kept;
    }
    return L1_SUCCESS;
}

typedef struct {
    const char *form;
    l1_numbers *out;
} number_search;

static void keep_number(void *context, const char *name)
{
    const number_search *search = context;
    l1_numbers *out = search->out;
    const char *digit = strchr(name, '-');
    if (digit == NULL || out->failed) return;
    char again[64];
    const uint64_t number = strtoull(digit + 1, NULL, 10);
    const char *form = search->form;
    const int size = form[1] == 'e' ? snprintf(again, sizeof again, SEGMENT_FORM, number)
                                    : snprintf(again, sizeof again, SNAPSHOT_FORM, number);
    if (size < 0 || strcmp(again, name) != 0) return;
    if (out->count == out->capacity) {
        const size_t capacity = out->capacity == 0 ? 64 : out->capacity * 2;
        uint64_t *grown = realloc(out->at, capacity * sizeof *grown);
        if (grown == NULL) {
            out->failed = true;
            return;
        }
        out->at = grown;
        out->capacity = capacity;
    }
    out->at[out->count++] = number;
}

static int by_number(const void *left, const void *right)
{
    uint64_t a;
    uint64_t b;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return (a > b) - (a < b);
}

static l1_result list_numbers(const l1_directory *dir, const char *form, l1_numbers *out,
                              l1_diag *diag)
{
    *out = (l1_numbers){0};
    number_search search = {form, out};
    const int failed = dir->storage->list(dir->storage->state, dir->path, keep_number, &search);
    if (failed < 0 || out->failed) {
        const bool memory = out->failed;
        l1_numbers_free(out);
        return refuse_errno(diag, L1_IO_OPEN, dir->path, memory ? -ENOMEM : failed);
    }
    if (out->count > 1) qsort(out->at, out->count, sizeof *out->at, by_number);
    return L1_SUCCESS;
}

l1_result l1_directory_segments(const l1_directory *dir, l1_numbers *out, l1_diag *diag)
{
    L1_TRY(list_numbers(dir, SEGMENT_FORM, out, diag));
    for (size_t i = 1; i < out->count; i++) {
        if (out->at[i] == out->at[i - 1] + 1) continue;
        const uint64_t missing = out->at[i - 1] + 1;
        l1_numbers_free(out);
        return l1_refuse(diag, L1_JOURNAL_CORRUPT, "segment",
                         "segment %" PRIu64 " is missing from %s", missing, dir->path);
    }
    return L1_SUCCESS;
}

l1_result l1_directory_snapshots(const l1_directory *dir, l1_numbers *out, l1_diag *diag)
{
    return list_numbers(dir, SNAPSHOT_FORM, out, diag);
}

typedef struct {
    char names[16][64];
    size_t count;
} leftover_search;

static void keep_leftover(void *context, const char *name)
{
    leftover_search *search = context;
    const size_t size = strlen(name);
    if (size < 5 || size >= sizeof search->names[0] || search->count == 16) return;
    if (strcmp(name + size - 4, ".tmp") != 0) return;
    memcpy(search->names[search->count++], name, size + 1);
}

l1_result l1_directory_clean(const l1_directory *dir, l1_diag *diag)
{
    leftover_search search = {.count = 0};
    const int failed = dir->storage->list(dir->storage->state, dir->path, keep_leftover, &search);
    if (failed < 0) return refuse_errno(diag, L1_IO_OPEN, dir->path, failed);
    for (size_t i = 0; i < search.count; i++) {
        L1_TRY(l1_directory_remove(dir, search.names[i], diag));
    }
    return L1_SUCCESS;
}

l1_result l1_directory_open(const l1_directory *dir, const char *name, l1_storage_how how,
                            int *handle, l1_diag *diag)
{
    char path[L1_JOURNAL_PATH_MAX];
    L1_TRY(join(dir, name, path, diag));
    const int opened = dir->storage->open(dir->storage->state, path, how);
    if (opened < 0) return refuse_errno(diag, L1_IO_OPEN, name, opened);
    *handle = opened;
    return L1_SUCCESS;
}

void l1_directory_close(const l1_directory *dir, int handle)
{
    /* Whatever had to survive was synced before: a failing close loses nothing. */
    if (handle >= 0) (void)dir->storage->close(dir->storage->state, handle);
}

l1_result l1_directory_write(const l1_directory *dir, int handle, const char *name,
                             const void *bytes, size_t size, uint64_t offset, l1_diag *diag)
{
    const int64_t count = dir->storage->write(dir->storage->state, handle, bytes, size, offset);
    if (count < 0) {
        return l1_refuse(diag, L1_IO_WRITE, name, "%s: write of %zu bytes at %" PRIu64 ": %s", name,
                         size, offset, strerror((int)-count));
    }
    if ((uint64_t)count == size) return L1_SUCCESS;
    return l1_refuse(diag, L1_IO_WRITE, name,
                     "%s: short write at %" PRIu64 ": %" PRId64 " of %zu bytes (disk full?)", name,
                     offset, count, size);
}

l1_result l1_directory_read(const l1_directory *dir, int handle, const char *name, void *bytes,
                            size_t size, uint64_t offset, size_t *count, l1_diag *diag)
{
    *count = 0;
    while (*count < size) {
        const int64_t got = dir->storage->read(
            dir->storage->state, handle, (uint8_t *)bytes + *count, size - *count, offset + *count);
        if (got < 0) return refuse_errno(diag, L1_IO_READ, name, (int)got);
        if (got == 0) break;
        *count += (size_t)got;
    }
    return L1_SUCCESS;
}

l1_result l1_directory_sync(const l1_directory *dir, int handle, const char *name, l1_diag *diag)
{
    const int failed = dir->storage->sync(dir->storage->state, handle);
    return failed < 0 ? refuse_errno(diag, L1_IO_SYNC, name, failed) : L1_SUCCESS;
}

static l1_result load_from(const l1_directory *dir, const char *name, int handle, size_t max,
                           uint8_t **bytes, size_t *size, l1_diag *diag)
{
    const int64_t whole = dir->storage->size(dir->storage->state, handle);
    if (whole < 0) return refuse_errno(diag, L1_IO_READ, name, (int)whole);
    if ((uint64_t)whole > max) {
        return l1_refuse(diag, L1_INPUT_TOO_LONG, name, "%s: %" PRId64 " bytes, limit %zu", name,
                         whole, max);
    }
    uint8_t *memory = malloc((size_t)whole + 1);
    if (memory == NULL) return refuse_errno(diag, L1_IO_READ, name, -ENOMEM);
    const l1_result done =
        l1_directory_read(dir, handle, name, memory, (size_t)whole, 0, size, diag);
    if (done.code != L1_OK) {
        free(memory);
        return done;
    }
    *bytes = memory;
    return L1_SUCCESS;
}

l1_result l1_directory_load(const l1_directory *dir, const char *name, size_t max, uint8_t **bytes,
                            size_t *size, l1_diag *diag)
{
    int handle = -1;
    L1_TRY(l1_directory_open(dir, name, L1_STORAGE_READ, &handle, diag));
    const l1_result done = load_from(dir, name, handle, max, bytes, size, diag);
    l1_directory_close(dir, handle);
    return done;
}

static l1_result sync_self(const l1_directory *dir, l1_diag *diag)
{
    const int failed = dir->storage->sync_dir(dir->storage->state, dir->path);
    return failed < 0 ? refuse_errno(diag, L1_IO_SYNC, dir->path, failed) : L1_SUCCESS;
}

l1_result l1_directory_rename(const l1_directory *dir, const char *from, const char *to,
                              l1_diag *diag)
{
    char old_path[L1_JOURNAL_PATH_MAX];
    char new_path[L1_JOURNAL_PATH_MAX];
    L1_TRY(join(dir, from, old_path, diag));
    L1_TRY(join(dir, to, new_path, diag));
    const int failed = dir->storage->rename(dir->storage->state, old_path, new_path);
    if (failed < 0) return refuse_errno(diag, L1_IO_WRITE, to, failed);
    return sync_self(dir, diag);
}

l1_result l1_directory_remove(const l1_directory *dir, const char *name, l1_diag *diag)
{
    char path[L1_JOURNAL_PATH_MAX];
    L1_TRY(join(dir, name, path, diag));
    const int failed = dir->storage->remove(dir->storage->state, path);
    if (failed < 0) return refuse_errno(diag, L1_IO_WRITE, name, failed);
    return sync_self(dir, diag);
}

static l1_result fill(const l1_directory *dir, int handle, const char *name, const l1_part *parts,
                      size_t count, uint64_t size, l1_diag *diag)
{
    uint64_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size == 0) continue;
        L1_TRY(l1_directory_write(dir, handle, name, parts[i].bytes, parts[i].size, at, diag));
        at += parts[i].size;
    }
    while (at < size) {
        const size_t step = size - at < ZEROS_SIZE ? (size_t)(size - at) : ZEROS_SIZE;
        L1_TRY(l1_directory_write(dir, handle, name, zeros, step, at, diag));
        at += step;
    }
    return l1_directory_sync(dir, handle, name, diag);
}

/* Fills the temporary file, opened as `how`, and gives it its name. */
static l1_result publish(const l1_directory *dir, const char *temporary, l1_storage_how how,
                         const char *name, const l1_part *parts, size_t count, uint64_t size,
                         l1_diag *diag)
{
    int handle = -1;
    L1_TRY(l1_directory_open(dir, temporary, how, &handle, diag));
    l1_result done = fill(dir, handle, temporary, parts, count, size, diag);
    l1_directory_close(dir, handle);
    if (done.code == L1_OK) done = l1_directory_rename(dir, temporary, name, diag);
    if (done.code != L1_OK) {
        /* Gives the space back; the next opening would do it too. */
        char path[L1_JOURNAL_PATH_MAX];
        if (join(dir, temporary, path, NULL).code == L1_OK) {
            (void)dir->storage->remove(dir->storage->state, path);
        }
    }
    return done;
}

l1_result l1_directory_publish(const l1_directory *dir, const char *name, const l1_part *parts,
                               size_t count, uint64_t size, l1_diag *diag)
{
    char temporary[80];
    (void)snprintf(temporary, sizeof temporary, "%s.tmp", name);
    return publish(dir, temporary, L1_STORAGE_CREATE, name, parts, count, size, diag);
}

l1_result l1_directory_publish_over(const l1_directory *dir, const char *prepared, const char *name,
                                    const l1_part *parts, size_t count, l1_diag *diag)
{
    char temporary[80];
    (void)snprintf(temporary, sizeof temporary, "%s.tmp", name);
    L1_TRY(l1_directory_rename(dir, prepared, temporary, diag));
    return publish(dir, temporary, L1_STORAGE_WRITE, name, parts, count, 0, diag);
}

l1_result l1_directory_header(const l1_directory *dir, uint64_t number, l1_segment_header *out,
                              l1_segment_state *state, l1_diag *diag)
{
    char name[64];
    l1_directory_segment_name(name, number);
    uint8_t sector[L1_SEGMENT_SECTOR] = {0};
    size_t count = 0;
    int handle = -1;
    L1_TRY(l1_directory_open(dir, name, L1_STORAGE_READ, &handle, diag));
    const l1_result done =
        l1_directory_read(dir, handle, name, sector, sizeof sector, 0, &count, diag);
    l1_directory_close(dir, handle);
    L1_TRY(done);
    *state = l1_segment_header_read(sector, sizeof sector, out);
    return L1_SUCCESS;
}
