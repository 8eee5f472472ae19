/* bus/unix_listener.c: see unix_listener.h. */
#include "bus/unix_listener.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "bus/bus_adapter.h"

#define FIELD "bus"

static int new_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Makes way for a new socket at a path that is taken. */
static l1_result remove_stale(const l1_unix_listener *listener, bool lock_held, l1_diag *diag)
{
    const char *path = listener->address.sun_path;
    struct stat status;
    if (lstat(path, &status) != 0) return L1_SUCCESS; /* gone by itself */
    if (!S_ISSOCK(status.st_mode)) {
        return l1_refuse(diag, L1_IO_OPEN, FIELD, "%s exists and is not a socket", path);
    }
    const int fd = new_socket();
    if (fd < 0) return l1_refuse(diag, L1_IO_OPEN, FIELD, "socket: %s", strerror(errno));
    const int failed =
        connect(fd, (const struct sockaddr *)&listener->address, sizeof listener->address);
    const int error = failed ? errno : 0;
    close(fd);
    if (error == 0 || error == EAGAIN) { /* EAGAIN: alive, its queue is full */
        return l1_refuse(diag, L1_IO_LOCKED, FIELD, "another process listens on %s", path);
    }
    if (error != ECONNREFUSED) {
        return l1_refuse(diag, L1_IO_OPEN, FIELD, "%s: %s", path, strerror(error));
    }
    if (!lock_held) {
        return l1_refuse(diag, L1_IO_LOCKED, FIELD,
                         "%s is left over, but the journal's lock is not held: not removed", path);
    }
    if (unlink(path) == 0 || errno == ENOENT) return L1_SUCCESS;
    return l1_refuse(diag, L1_IO_OPEN, FIELD, "removing %s: %s", path, strerror(errno));
}

static int bind_private(const l1_unix_listener *listener)
{
    /* Linux gives the file the mode of the unbound socket, less the umask: never wider. */
    if (fchmod(listener->fd, 0600) != 0) return -1;
    return bind(listener->fd, (const struct sockaddr *)&listener->address,
                sizeof listener->address);
}

static l1_result bind_or_replace(l1_unix_listener *listener, bool lock_held, l1_diag *diag)
{
    const char *path = listener->address.sun_path;
    if (bind_private(listener) == 0) return L1_SUCCESS;
    if (errno == EADDRINUSE) {
        L1_TRY(remove_stale(listener, lock_held, diag));
        if (bind_private(listener) == 0) return L1_SUCCESS;
    }
    return l1_refuse(diag, L1_IO_OPEN, FIELD, "%s: %s", path, strerror(errno));
}

l1_result l1_unix_listen(l1_unix_listener *listener, const char *path, bool lock_held,
                         l1_diag *diag)
{
    *listener = (l1_unix_listener){.fd = -1, .address = {.sun_family = AF_UNIX}};
    const size_t size = strlen(path);
    const size_t size_max = sizeof listener->address.sun_path - 1;
    if (size == 0) return l1_refuse(diag, L1_USAGE, FIELD, "unix: needs a path");
    if (size > size_max) {
        return l1_refuse(diag, L1_USAGE, FIELD, "socket path has %zu bytes, at most %zu: %s", size,
                         size_max, path);
    }
    memcpy(listener->address.sun_path, path, size);
    listener->fd = new_socket();
    if (listener->fd < 0) return l1_refuse(diag, L1_IO_OPEN, FIELD, "%s", strerror(errno));
    const l1_result bound = bind_or_replace(listener, lock_held, diag);
    struct stat status;
    if (bound.code != L1_OK) {
        close(listener->fd);
        listener->fd = -1;
        return bound;
    }
    if (lstat(path, &status) == 0 && listen(listener->fd, L1_BUS_CLIENTS_MAX) == 0) {
        listener->device = status.st_dev;
        listener->inode = status.st_ino;
        return L1_SUCCESS;
    }
    const int error = errno;
    l1_unix_unlisten(listener);
    return l1_refuse(diag, L1_IO_OPEN, FIELD, "%s: %s", path, strerror(error));
}

void l1_unix_unlisten(l1_unix_listener *listener)
{
    L1_ASSERT(listener->fd >= 0);
    const char *path = listener->address.sun_path;
    struct stat status;
    if (lstat(path, &status) == 0 && status.st_dev == listener->device &&
        status.st_ino == listener->inode) {
        unlink(path);
    }
    close(listener->fd);
    listener->fd = -1;
}
