/* tests/testlib/storage_shim.c: files with a cache and a disk each, directories with a history;
 * what a power loss leaves is drawn from the seed. */
#include "testlib/storage_shim.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/prng.h"

enum { SECTOR = 512, FILES = 256, ENTRIES = 96, HANDLES = 64, HISTORY = 48, PATH = 128 };

typedef struct {
    uint8_t *cache, *disk; /* capacity bytes each, zero behind their sizes */
    uint8_t *dirty;        /* one flag a sector */
    size_t capacity, cache_size, disk_size;
} file;

typedef struct {
    char path[PATH];
    int file;
} entry;

typedef struct {
    entry at[ENTRIES];
    size_t count;
} table;

struct l1_storage_shim {
    l1_storage port;
    pthread_mutex_t lock;
    l1_prng prng;
    file files[FILES];
    size_t files_count;
    table live;
    table history[HISTORY]; /* [0] is on the disk, then one for each unsynced change */
    size_t history_count;
    int handles[HANDLES]; /* file index, -1 = free */
    int locked_by;        /* handle, -1 = free */
    uint64_t calls, fail_at;
    uint64_t forget_every, syncs;
    l1_shim_fault fault;
    bool lasting, crashed;
};

static bool coin(l1_storage_shim *shim)
{
    return l1_prng_below(&shim->prng, 2) == 0;
}

/* Counts a call; true when it meets the fault. */
static bool meets_fault(l1_storage_shim *shim)
{
    shim->calls++;
    if (shim->crashed) return true;
    if (shim->fail_at == 0) return false;
    const bool now = shim->lasting ? shim->calls >= shim->fail_at : shim->calls == shim->fail_at;
    if (now && shim->fault == L1_SHIM_CRASH) shim->crashed = true;
    return now;
}

static int fault_errno(const l1_storage_shim *shim)
{
    return shim->fault == L1_SHIM_ENOSPC && !shim->crashed ? -ENOSPC : -EIO;
}

/* For calls that cannot be short: 0, or the failure to report. */
static int begin(l1_storage_shim *shim)
{
    if (!meets_fault(shim)) return 0;
    return shim->fault == L1_SHIM_SHORT && !shim->crashed ? 0 : fault_errno(shim);
}

static entry *find(l1_storage_shim *shim, const char *path)
{
    for (size_t i = 0; i < shim->live.count; i++) {
        if (strcmp(shim->live.at[i].path, path) == 0) return &shim->live.at[i];
    }
    return NULL;
}

static void directory_changed(l1_storage_shim *shim)
{
    if (shim->history_count == HISTORY) {
        memmove(&shim->history[0], &shim->history[1], (HISTORY - 1) * sizeof(table));
        shim->history_count--;
    }
    shim->history[shim->history_count++] = shim->live;
}

static void grow(file *at, size_t size)
{
    if (size <= at->capacity) return;
    const size_t capacity = (size + SECTOR * 64) / SECTOR * SECTOR;
    at->cache = realloc(at->cache, capacity);
    at->disk = realloc(at->disk, capacity);
    at->dirty = realloc(at->dirty, capacity / SECTOR);
    L1_ASSERT(at->cache != NULL && at->disk != NULL && at->dirty != NULL);
    memset(at->cache + at->capacity, 0, capacity - at->capacity);
    memset(at->disk + at->capacity, 0, capacity - at->capacity);
    memset(at->dirty + at->capacity / SECTOR, 0, (capacity - at->capacity) / SECTOR);
    at->capacity = capacity;
}

static void mark(file *at, size_t from, size_t to)
{
    for (size_t i = from / SECTOR; i * SECTOR < to; i++) at->dirty[i] = 1;
}

static void resize(file *at, size_t size)
{
    grow(at, size);
    if (size < at->cache_size) {
        memset(at->cache + size, 0, at->cache_size - size);
        mark(at, size, at->cache_size);
    }
    at->cache_size = size;
}

static int new_file(l1_storage_shim *shim)
{
    bool used[FILES] = {false};
    for (size_t i = 0; i < shim->live.count; i++) used[shim->live.at[i].file] = true;
    for (size_t h = 0; h < shim->history_count; h++) {
        for (size_t i = 0; i < shim->history[h].count; i++) {
            used[shim->history[h].at[i].file] = true;
        }
    }
    for (size_t i = 0; i < HANDLES; i++) {
        if (shim->handles[i] >= 0) used[shim->handles[i]] = true;
    }
    for (int i = 0; i < FILES; i++) {
        if (used[i]) continue;
        file *at = &shim->files[i];
        if (at->capacity > 0) {
            memset(at->cache, 0, at->capacity);
            memset(at->disk, 0, at->capacity);
            memset(at->dirty, 0, at->capacity / SECTOR);
        }
        at->cache_size = 0;
        at->disk_size = 0;
        return i;
    }
    l1_panic("more files than the shim holds", __FILE__, __LINE__);
}

static int new_handle(l1_storage_shim *shim, int index)
{
    for (int i = 0; i < HANDLES; i++) {
        if (shim->handles[i] >= 0) continue;
        shim->handles[i] = index;
        return i;
    }
    return -EMFILE;
}

static int open_path(l1_storage_shim *shim, const char *path, l1_storage_how how)
{
    entry *found = find(shim, path);
    if (found == NULL && how != L1_STORAGE_CREATE) return -ENOENT;
    if (found == NULL) {
        const int index = new_file(shim);
        L1_ASSERT(shim->live.count < ENTRIES && strlen(path) < PATH);
        found = &shim->live.at[shim->live.count++];
        (void)snprintf(found->path, sizeof found->path, "%s", path);
        found->file = index;
        directory_changed(shim);
    } else if (how == L1_STORAGE_CREATE) {
        resize(&shim->files[found->file], 0);
    }
    return new_handle(shim, found->file);
}

#define ENTER(shim, state)                                                                         \
    l1_storage_shim *shim = (state);                                                               \
    pthread_mutex_lock(&shim->lock)
#define LEAVE(shim, value)                                                                         \
    do {                                                                                           \
        pthread_mutex_unlock(&shim->lock);                                                         \
        return value;                                                                              \
    } while (0)

static int shim_open(void *state, const char *path, l1_storage_how how)
{
    ENTER(shim, state);
    int done = begin(shim);
    if (done == 0) done = open_path(shim, path, how);
    LEAVE(shim, done);
}

static int shim_close(void *state, int handle)
{
    ENTER(shim, state);
    shim->handles[handle] = -1;
    if (shim->locked_by == handle) shim->locked_by = -1;
    LEAVE(shim, 0);
}

static int64_t shim_size(void *state, int handle)
{
    ENTER(shim, state);
    const int failed = begin(shim);
    const int64_t size = (int64_t)shim->files[shim->handles[handle]].cache_size;
    LEAVE(shim, failed != 0 ? failed : size);
}

static int64_t shim_read(void *state, int handle, void *bytes, size_t size, uint64_t offset)
{
    ENTER(shim, state);
    const int failed = begin(shim);
    if (failed != 0) LEAVE(shim, failed);
    const file *at = &shim->files[shim->handles[handle]];
    size_t count = offset < at->cache_size ? at->cache_size - (size_t)offset : 0;
    if (count > size) count = size;
    if (count > 0) memcpy(bytes, at->cache + offset, count);
    LEAVE(shim, (int64_t)count);
}

static int64_t shim_write(void *state, int handle, const void *bytes, size_t size, uint64_t offset)
{
    ENTER(shim, state);
    const bool faulty = meets_fault(shim);
    size_t count = size;
    if (faulty) {
        /* A crash may come when all, some or nothing is in the cache. */
        const bool some = shim->crashed ? coin(shim) : shim->fault == L1_SHIM_SHORT;
        count = some ? (size_t)l1_prng_below(&shim->prng, size) : 0;
        if (shim->crashed && coin(shim)) count = size;
    }
    if (count > 0 && !(shim->crashed && shim->calls != shim->fail_at)) {
        file *at = &shim->files[shim->handles[handle]];
        grow(at, (size_t)offset + count);
        memcpy(at->cache + offset, bytes, count);
        mark(at, (size_t)offset, (size_t)offset + count);
        if (offset + count > at->cache_size) at->cache_size = (size_t)offset + count;
    }
    const int64_t answer = faulty && (shim->crashed || shim->fault != L1_SHIM_SHORT)
                               ? fault_errno(shim)
                               : (int64_t)count;
    LEAVE(shim, answer);
}

static void persist(file *at, size_t sector)
{
    memcpy(at->disk + sector * SECTOR, at->cache + sector * SECTOR, SECTOR);
}

static int shim_sync(void *state, int handle)
{
    ENTER(shim, state);
    const int failed = begin(shim);
    file *at = &shim->files[shim->handles[handle]];
    const bool lost = failed != 0;
    bool forgets = shim->forget_every != 0 && ++shim->syncs % shim->forget_every == 0;
    if (!shim->crashed) {
        for (size_t i = 0; i < at->capacity / SECTOR; i++) {
            if (!at->dirty[i]) continue;
            if ((!lost || coin(shim)) && !forgets) persist(at, i);
            forgets = false; /* the first one only */
            at->dirty[i] = 0;
        }
        if (!lost || coin(shim)) at->disk_size = at->cache_size;
    }
    LEAVE(shim, failed);
}

static int shim_truncate(void *state, int handle, uint64_t size)
{
    ENTER(shim, state);
    const int failed = begin(shim);
    if (failed == 0) resize(&shim->files[shim->handles[handle]], (size_t)size);
    LEAVE(shim, failed);
}

static void drop_entry(l1_storage_shim *shim, const entry *gone)
{
    const size_t at = (size_t)(gone - shim->live.at);
    shim->live.at[at] = shim->live.at[--shim->live.count];
}

static int shim_rename(void *state, const char *from, const char *to)
{
    ENTER(shim, state);
    const int failed = begin(shim);
    if (failed != 0) LEAVE(shim, failed);
    entry *source = find(shim, from);
    if (source == NULL) LEAVE(shim, -ENOENT);
    entry *target = find(shim, to);
    if (target != NULL) {
        target->file = source->file;
        drop_entry(shim, source);
    } else {
        (void)snprintf(source->path, sizeof source->path, "%s", to);
    }
    directory_changed(shim);
    LEAVE(shim, 0);
}

static int shim_remove(void *state, const char *path)
{
    ENTER(shim, state);
    int done = begin(shim);
    if (done == 0) {
        const entry *gone = find(shim, path);
        if (gone == NULL) {
            done = -ENOENT;
        } else {
            drop_entry(shim, gone);
            directory_changed(shim);
        }
    }
    LEAVE(shim, done);
}

static int shim_make_dir(void *state, const char *path)
{
    (void)path;
    ENTER(shim, state);
    const int failed = begin(shim);
    LEAVE(shim, failed);
}

static int shim_sync_dir(void *state, const char *path)
{
    (void)path;
    ENTER(shim, state);
    const int failed = begin(shim);
    if (failed == 0) {
        shim->history[0] = shim->live;
        shim->history_count = 1;
    }
    LEAVE(shim, failed);
}

static int shim_list(void *state, const char *path, l1_storage_visit visit, void *context)
{
    ENTER(shim, state);
    const int failed = begin(shim);
    const size_t size = strlen(path);
    for (size_t i = 0; i < shim->live.count && failed == 0; i++) {
        const char *name = shim->live.at[i].path;
        if (strncmp(name, path, size) == 0 && name[size] == '/') visit(context, name + size + 1);
    }
    LEAVE(shim, failed);
}

static int shim_lock(void *state, const char *path, int *holder_pid)
{
    ENTER(shim, state);
    int done = begin(shim);
    if (done == 0 && shim->locked_by >= 0) {
        *holder_pid = 4711;
        done = -EWOULDBLOCK;
    }
    if (done == 0) {
        done = open_path(shim, path, L1_STORAGE_CREATE);
        shim->locked_by = done;
    }
    LEAVE(shim, done);
}

l1_storage_shim *l1_storage_shim_new(uint64_t seed)
{
    l1_storage_shim *shim = calloc(1, sizeof *shim);
    L1_ASSERT(shim != NULL);
    l1_prng_seed(&shim->prng, seed);
    (void)pthread_mutex_init(&shim->lock, NULL);
    for (size_t i = 0; i < HANDLES; i++) shim->handles[i] = -1;
    shim->locked_by = -1;
    shim->history_count = 1;
    shim->port = (l1_storage){
        .state = shim,
        .open = shim_open,
        .close = shim_close,
        .size = shim_size,
        .read = shim_read,
        .write = shim_write,
        .sync = shim_sync,
        .truncate = shim_truncate,
        .rename = shim_rename,
        .remove = shim_remove,
        .make_dir = shim_make_dir,
        .sync_dir = shim_sync_dir,
        .list = shim_list,
        .lock = shim_lock,
    };
    return shim;
}

void l1_storage_shim_free(l1_storage_shim *shim)
{
    for (size_t i = 0; i < FILES; i++) {
        free(shim->files[i].cache);
        free(shim->files[i].disk);
        free(shim->files[i].dirty);
    }
    (void)pthread_mutex_destroy(&shim->lock);
    free(shim);
}

const l1_storage *l1_storage_shim_port(l1_storage_shim *shim)
{
    return &shim->port;
}

void l1_storage_shim_fail(l1_storage_shim *shim, uint64_t nth, l1_shim_fault fault, bool lasting)
{
    pthread_mutex_lock(&shim->lock);
    shim->fail_at = nth == 0 ? 0 : shim->calls + nth;
    shim->fault = fault;
    shim->lasting = lasting;
    pthread_mutex_unlock(&shim->lock);
}

void l1_storage_shim_forget(l1_storage_shim *shim, uint64_t nth)
{
    pthread_mutex_lock(&shim->lock);
    shim->forget_every = nth;
    shim->syncs = 0;
    pthread_mutex_unlock(&shim->lock);
}

bool l1_storage_shim_crashed(const l1_storage_shim *shim)
{
    return shim->crashed;
}

uint64_t l1_storage_shim_calls(const l1_storage_shim *shim)
{
    return shim->calls;
}

void l1_storage_shim_process_death(l1_storage_shim *shim)
{
    for (size_t i = 0; i < HANDLES; i++) shim->handles[i] = -1;
    shim->locked_by = -1;
    shim->fail_at = 0;
    shim->crashed = false;
}

static void lose(l1_storage_shim *shim, file *at)
{
    for (size_t i = 0; i < at->capacity / SECTOR; i++) {
        if (!at->dirty[i]) continue;
        at->dirty[i] = 0;
        const uint64_t fate = l1_prng_below(&shim->prng, 5);
        if (fate < 2) {
            persist(at, i);
        } else if (fate == 2) { /* torn: only its front part */
            const size_t part = 8 * (size_t)l1_prng_below(&shim->prng, SECTOR / 8);
            memcpy(at->disk + i * SECTOR, at->cache + i * SECTOR, part);
        }
    }
    if (coin(shim)) at->disk_size = at->cache_size;
    if (at->capacity == 0) return;
    memset(at->disk + at->disk_size, 0, at->capacity - at->disk_size);
    memcpy(at->cache, at->disk, at->capacity);
    at->cache_size = at->disk_size;
}

void l1_storage_shim_power_loss(l1_storage_shim *shim)
{
    for (size_t i = 0; i < FILES; i++) lose(shim, &shim->files[i]);
    shim->live = shim->history[l1_prng_below(&shim->prng, shim->history_count)];
    shim->history[0] = shim->live;
    shim->history_count = 1;
    l1_storage_shim_process_death(shim);
}

const uint8_t *l1_storage_shim_bytes(l1_storage_shim *shim, const char *path, size_t *size)
{
    const entry *found = find(shim, path);
    if (found == NULL) return NULL;
    *size = shim->files[found->file].cache_size;
    return shim->files[found->file].cache;
}

void l1_storage_shim_poke(l1_storage_shim *shim, const char *path, size_t at, uint8_t value)
{
    const entry *found = find(shim, path);
    L1_ASSERT(found != NULL && at < shim->files[found->file].cache_size);
    shim->files[found->file].cache[at] = value;
    shim->files[found->file].disk[at] = value;
}

void l1_storage_shim_shorten(l1_storage_shim *shim, const char *path, size_t size)
{
    const entry *found = find(shim, path);
    L1_ASSERT(found != NULL && size <= shim->files[found->file].cache_size);
    resize(&shim->files[found->file], size);
}

bool l1_storage_shim_on_disk(l1_storage_shim *shim, const char *path, size_t at, const void *bytes,
                             size_t size)
{
    const entry *found = find(shim, path);
    if (found == NULL) return false;
    const file *where = &shim->files[found->file];
    return at + size <= where->disk_size && memcmp(where->disk + at, bytes, size) == 0;
}
