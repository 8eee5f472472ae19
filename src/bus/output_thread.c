/* bus/output_thread.c: see output_thread.h. */
#include "bus/output_thread.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"

struct l1_output {
    int fd;      /* the caller's */
    int own_fd;  /* the same pipe opened again, non-blocking; or -1 */
    int stop_fd; /* readable: give up */
    bool is_socket;
    size_t piece; /* longest single write */
    void (*notify)(void *state);
    void *state;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t handed_over;
    l1_byte_queue next; /* waits for the thread to finish what it took before */
    uint64_t written;
    int error;
    bool watched, stopping;
};

/* A pipe gets a file description of its own, so that O_NONBLOCK stays private. Where that is
 * not possible, PIPE_BUF bytes are what a pipe that polls writable takes without blocking. */
static void prepare_descriptor(l1_output *output)
{
    struct stat status;
    output->own_fd = -1;
    output->piece = (size_t)1 << 20;
    if (fstat(output->fd, &status) != 0 || S_ISREG(status.st_mode)) return;
    output->is_socket = S_ISSOCK(status.st_mode);
    if (output->is_socket) return;
    if (S_ISFIFO(status.st_mode)) {
        char path[40];
        snprintf(path, sizeof path, "/proc/self/fd/%d", output->fd);
        output->own_fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    }
    if (output->own_fd < 0) output->piece = PIPE_BUF;
}

static bool wait_writable(const l1_output *output, int fd)
{
    struct pollfd fds[2] = {{.fd = fd, .events = POLLOUT},
                            {.fd = output->stop_fd, .events = POLLIN}};
    for (;;) {
        if (poll(fds, 2, -1) < 0) {
            L1_ASSERT(errno == EINTR);
            continue;
        }
        if (fds[1].revents != 0) return false;
        if (fds[0].revents != 0) return true; /* an error shows when writing */
    }
}

/* Bytes written, 0 for "try again", or -1 with errno. */
static ssize_t write_piece(const l1_output *output, int fd, const char *bytes, size_t size)
{
    if (size > output->piece) size = output->piece;
    const ssize_t written = output->is_socket ? send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                              : write(fd, bytes, size);
    if (written < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    return written;
}

/* Writes all of `queue`. False when the thread has to end. */
static bool write_queue(l1_output *output, l1_byte_queue *queue)
{
    const int fd = output->own_fd >= 0 ? output->own_fd : output->fd;
    while (l1_byte_queue_size(queue) > 0) {
        if (!wait_writable(output, fd)) return false;
        const ssize_t written =
            write_piece(output, fd, l1_byte_queue_data(queue), l1_byte_queue_size(queue));
        const int error = written < 0 ? errno : 0;
        if (written > 0) l1_byte_queue_drop(queue, (size_t)written);
        pthread_mutex_lock(&output->mutex);
        if (written > 0) output->written += (uint64_t)written;
        output->error = error;
        const bool tell = output->watched || error != 0;
        pthread_mutex_unlock(&output->mutex);
        if (tell) output->notify(output->state);
        if (error != 0) return false;
    }
    return true;
}

/* Moves what was handed over into `queue`, which is empty. False when the thread has to end. */
static bool take_next(l1_output *output, l1_byte_queue *queue)
{
    L1_ASSERT(l1_byte_queue_size(queue) == 0);
    pthread_mutex_lock(&output->mutex);
    while (l1_byte_queue_size(&output->next) == 0 && !output->stopping) {
        pthread_cond_wait(&output->handed_over, &output->mutex);
    }
    const l1_byte_queue empty = *queue;
    *queue = output->next;
    output->next = empty;
    const bool stopping = output->stopping;
    pthread_mutex_unlock(&output->mutex);
    return !stopping;
}

static void *write_all(void *argument)
{
    l1_output *output = argument;
    l1_byte_queue queue = {0};
    while (take_next(output, &queue) && write_queue(output, &queue)) {
    }
    l1_byte_queue_free(&queue);
    return NULL;
}

static l1_result start_thread(l1_output *output)
{
    output->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (output->stop_fd < 0) return L1_FAILURE(L1_IO_OPEN);
    /* Signals belong to the loop's thread; SIGPIPE blocked here makes a closed pipe an error. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(&output->thread, NULL, write_all, output);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0) return L1_SUCCESS;
    close(output->stop_fd);
    return L1_FAILURE(L1_IO_OPEN);
}

static void release(l1_output *output)
{
    if (output->own_fd >= 0) close(output->own_fd);
    l1_byte_queue_free(&output->next);
    pthread_cond_destroy(&output->handed_over);
    pthread_mutex_destroy(&output->mutex);
    free(output);
}

l1_result l1_output_start(l1_output **out, int fd, void (*notify)(void *state), void *state)
{
    l1_output *output = calloc(1, sizeof *output);
    if (!output) return L1_FAILURE(L1_IO_OPEN);
    output->fd = fd;
    output->notify = notify;
    output->state = state;
    pthread_mutex_init(&output->mutex, NULL);
    pthread_cond_init(&output->handed_over, NULL);
    prepare_descriptor(output);
    const l1_result result = start_thread(output);
    if (result.code == L1_OK) {
        *out = output;
    } else {
        release(output);
    }
    return result;
}

bool l1_output_hand_over(l1_output *output, l1_byte_queue *pending)
{
    bool taken = true;
    pthread_mutex_lock(&output->mutex);
    if (l1_byte_queue_size(&output->next) == 0) {
        const l1_byte_queue empty = output->next;
        output->next = *pending;
        *pending = empty;
    } else {
        const size_t size = l1_byte_queue_size(pending);
        taken = l1_byte_queue_add(&output->next, l1_byte_queue_data(pending), size);
        if (taken) l1_byte_queue_drop(pending, size);
    }
    pthread_cond_signal(&output->handed_over);
    pthread_mutex_unlock(&output->mutex);
    return taken;
}

uint64_t l1_output_written(l1_output *output)
{
    pthread_mutex_lock(&output->mutex);
    const uint64_t written = output->written;
    pthread_mutex_unlock(&output->mutex);
    return written;
}

int l1_output_error(l1_output *output)
{
    pthread_mutex_lock(&output->mutex);
    const int error = output->error;
    pthread_mutex_unlock(&output->mutex);
    return error;
}

void l1_output_watch(l1_output *output, bool on)
{
    pthread_mutex_lock(&output->mutex);
    output->watched = on;
    pthread_mutex_unlock(&output->mutex);
}

void l1_output_stop(l1_output *output)
{
    pthread_mutex_lock(&output->mutex);
    output->stopping = true;
    pthread_cond_signal(&output->handed_over);
    pthread_mutex_unlock(&output->mutex);
    const int told = eventfd_write(output->stop_fd, 1);
    L1_ASSERT(told == 0);
    pthread_join(output->thread, NULL);
    close(output->stop_fd);
    release(output);
}
