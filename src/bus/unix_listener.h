/* bus/unix_listener.h: the socket file of the unix bus: bound, found stale, removed.
 *
 * The file has mode 0600 from the moment it exists. One that nobody answers on is removed only
 * when the caller says that it holds the journal's lock: else another engine may be starting.
 * Blocking: none of it waits. */
#ifndef L1_BUS_UNIX_LISTENER_H
#define L1_BUS_UNIX_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/un.h>

#include "base/status.h"

typedef struct {
    int fd;
    struct sockaddr_un address;
    dev_t device; /* of the file, so that only our own is removed */
    ino_t inode;
} l1_unix_listener;

/* Binds and listens, non-blocking. USAGE when the path is empty or too long, IO_LOCKED when
 * someone answers there, IO_OPEN for anything else. */
L1_MUST_USE l1_result l1_unix_listen(l1_unix_listener *listener, const char *path, bool lock_held,
                                     l1_diag *diag);

/* Closes the socket and removes its file if it still is the one that was bound. */
void l1_unix_unlisten(l1_unix_listener *listener);

#endif
