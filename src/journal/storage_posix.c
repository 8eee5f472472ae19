/* journal/storage_posix.c: the storage port on POSIX files: one system call each, no policy. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/storage.h"

static int posix_open(void *state, const char *path, l1_storage_how how)
{
    (void)state;
    static const int flags[] = {
        [L1_STORAGE_READ] = O_RDONLY,
        [L1_STORAGE_WRITE] = O_RDWR,
        [L1_STORAGE_CREATE] = O_RDWR | O_CREAT | O_TRUNC,
    };
    const int handle = open(path, flags[how] | O_CLOEXEC | O_NOFOLLOW, 0600);
    return handle < 0 ? -errno : handle;
}

static int posix_close(void *state, int handle)
{
    (void)state;
    return close(handle) != 0 ? -errno : 0;
}

static int64_t posix_size(void *state, int handle)
{
    (void)state;
    struct stat info;
    return fstat(handle, &info) != 0 ? -errno : (int64_t)info.st_size;
}

static int64_t posix_read(void *state, int handle, void *bytes, size_t size, uint64_t offset)
{
    (void)state;
    ssize_t count;
    do {
        count = pread(handle, bytes, size, (off_t)offset);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : (int64_t)count;
}

static int64_t posix_write(void *state, int handle, const void *bytes, size_t size, uint64_t offset)
{
    (void)state;
    ssize_t count;
    do { /* EINTR means that nothing was written: no retry of a failed write */
        count = pwrite(handle, bytes, size, (off_t)offset);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : (int64_t)count;
}

static int posix_sync(void *state, int handle)
{
    (void)state;
    return fdatasync(handle) != 0 ? -errno : 0;
}

static int posix_truncate(void *state, int handle, uint64_t size)
{
    (void)state;
    return ftruncate(handle, (off_t)size) != 0 ? -errno : 0;
}

static int posix_rename(void *state, const char *from, const char *to)
{
    (void)state;
    return rename(from, to) != 0 ? -errno : 0;
}

static int posix_remove(void *state, const char *path)
{
    (void)state;
    return unlink(path) != 0 ? -errno : 0;
}

static int posix_make_dir(void *state, const char *path)
{
    (void)state;
    return mkdir(path, 0700) != 0 && errno != EEXIST ? -errno : 0;
}

static int posix_sync_dir(void *state, const char *path)
{
    (void)state;
    const int handle = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return -errno;
    const int failed = fsync(handle) != 0 ? -errno : 0;
    (void)close(handle);
    return failed;
}

static int posix_list(void *state, const char *path, l1_storage_visit visit, void *context)
{
    (void)state;
    DIR *dir = opendir(path);
    if (dir == NULL) return -errno;
    errno = 0;
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        visit(context, entry->d_name);
        errno = 0;
    }
    const int failed = -errno;
    (void)closedir(dir);
    return failed;
}

static int posix_lock(void *state, const char *path, int *holder_pid)
{
    (void)state;
    char text[32] = {0};
    const int handle = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (handle < 0) return -errno;
    if (flock(handle, LOCK_EX | LOCK_NB) != 0) {
        const int failed = -errno;
        *holder_pid = 0;
        if (pread(handle, text, sizeof text - 1, 0) > 0) {
            *holder_pid = (int)strtol(text, NULL, 10);
        }
        (void)close(handle);
        return failed;
    }
    const int size = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    /* The text helps the operator; the lock is the flock, so its loss is no failure to open. */
    if (ftruncate(handle, 0) != 0 || pwrite(handle, text, (size_t)size, 0) != size) errno = 0;
    return handle;
}

const l1_storage *l1_storage_posix(void)
{
    static const l1_storage posix = {
        .open = posix_open,
        .close = posix_close,
        .size = posix_size,
        .read = posix_read,
        .write = posix_write,
        .sync = posix_sync,
        .truncate = posix_truncate,
        .rename = posix_rename,
        .remove = posix_remove,
        .make_dir = posix_make_dir,
        .sync_dir = posix_sync_dir,
        .list = posix_list,
        .lock = posix_lock,
    };
    return &posix;
}
