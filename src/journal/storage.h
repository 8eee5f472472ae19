/* journal/storage.h: the port through which the journal touches a disk.
 *
 * A table of functions, so that a test can lose power, tear sectors and fail any call.
 * Returns:   0 or a count on success, -errno on failure. A short count is not an error here;
 *            the journal treats a short write as one.
 * Ownership: handles are closed by whoever opened them; closing a lock's handle frees the lock.
 * Threads:   calls may come from several threads at once. */
#ifndef L1_JOURNAL_STORAGE_H
#define L1_JOURNAL_STORAGE_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    L1_STORAGE_READ,   /* existing file, read only */
    L1_STORAGE_WRITE,  /* existing file, read and write */
    L1_STORAGE_CREATE, /* read and write; emptied when it exists; 0600 */
} l1_storage_how;

typedef void (*l1_storage_visit)(void *context, const char *name);

typedef struct {
    void *state;
    int (*open)(void *state, const char *path, l1_storage_how how);
    int (*close)(void *state, int handle);
    int64_t (*size)(void *state, int handle);
    int64_t (*read)(void *state, int handle, void *bytes, size_t size, uint64_t offset);
    int64_t (*write)(void *state, int handle, const void *bytes, size_t size, uint64_t offset);
    int (*sync)(void *state, int handle); /* data, and the size when it grew */
    int (*truncate)(void *state, int handle, uint64_t size);
    int (*rename)(void *state, const char *from, const char *to);
    int (*remove)(void *state, const char *path);
    int (*make_dir)(void *state, const char *path); /* 0700; 0 when it is there already */
    int (*sync_dir)(void *state, const char *path);
    int (*list)(void *state, const char *path, l1_storage_visit visit, void *context);
    /* Exclusive lock on the file at `path` (made 0600 when absent), held until closed; the
     * holder's pid is written into it. -EWOULDBLOCK fills *holder_pid (0 = unknown). */
    int (*lock)(void *state, const char *path, int *holder_pid);
} l1_storage;

/* The operating system's files. Static storage. */
const l1_storage *l1_storage_posix(void);

#endif
