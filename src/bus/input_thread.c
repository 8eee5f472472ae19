/* bus/input_thread.c: see input_thread.h. */
#include "bus/input_thread.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"

typedef struct {
    size_t size;
    char bytes[L1_INPUT_BLOCK_SIZE];
} input_block;

struct l1_input {
    int fd, stop_fd;
    void (*notify)(void *state);
    void *state;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows, up to the blocks */
    pthread_cond_t released;
    unsigned first, count; /* the filled blocks of the ring */
    bool ended, stopping;
    int error;
    input_block blocks[L1_INPUT_BLOCKS]; /* filled ones belong to the consumer */
};

/* Waits for bytes. True when there are some, or an end or error to find out by reading. */
static bool wait_readable(l1_input *input)
{
    struct pollfd fds[2] = {{.fd = input->fd, .events = POLLIN},
                            {.fd = input->stop_fd, .events = POLLIN}};
    for (;;) {
        if (poll(fds, 2, -1) < 0) {
            L1_ASSERT(errno == EINTR);
            continue;
        }
        if (fds[1].revents != 0) return false;
        if (fds[0].revents != 0) return true;
    }
}

/* The block to fill next, or NULL when the consumer wants the thread to stop. */
static input_block *take_free(l1_input *input)
{
    pthread_mutex_lock(&input->mutex);
    while (input->count == L1_INPUT_BLOCKS && !input->stopping) {
        pthread_cond_wait(&input->released, &input->mutex);
    }
    input_block *block = NULL;
    if (!input->stopping) {
        block = &input->blocks[(input->first + input->count) % L1_INPUT_BLOCKS];
    }
    pthread_mutex_unlock(&input->mutex);
    return block;
}

/* Returns false at the end of input. A closed descriptor (EBADF) is an input that has ended. */
static bool fill(l1_input *input, input_block *block)
{
    ssize_t size;
    for (;;) {
        if (!wait_readable(input)) return false;
        size = read(input->fd, block->bytes, sizeof block->bytes);
        if (size >= 0 || (errno != EINTR && errno != EAGAIN)) break;
    }
    const int error = size < 0 && errno != EBADF ? errno : 0;
    pthread_mutex_lock(&input->mutex);
    if (size > 0) {
        block->size = (size_t)size;
        input->count++;
    } else {
        input->ended = true;
        input->error = error;
    }
    pthread_mutex_unlock(&input->mutex);
    input->notify(input->state);
    return size > 0;
}

static void *read_all(void *argument)
{
    l1_input *input = argument;
    for (;;) {
        input_block *block = take_free(input);
        if (!block || !fill(input, block)) return NULL;
    }
}

static l1_result start_thread(l1_input *input)
{
    input->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (input->stop_fd < 0) return L1_FAILURE(L1_IO_OPEN);
    /* Signals belong to the loop's thread. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(&input->thread, NULL, read_all, input);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0) return L1_SUCCESS;
    close(input->stop_fd);
    return L1_FAILURE(L1_IO_OPEN);
}

l1_result l1_input_start(l1_input **out, int fd, void (*notify)(void *state), void *state)
{
    l1_input *input = calloc(1, sizeof *input);
    if (!input) return L1_FAILURE(L1_IO_OPEN);
    input->fd = fd;
    input->notify = notify;
    input->state = state;
    pthread_mutex_init(&input->mutex, NULL);
    pthread_cond_init(&input->released, NULL);
    const l1_result result = start_thread(input);
    if (result.code == L1_OK) {
        *out = input;
        return result;
    }
    pthread_cond_destroy(&input->released);
    pthread_mutex_destroy(&input->mutex);
    free(input);
    return result;
}

bool l1_input_peek(l1_input *input, const char **bytes, size_t *size)
{
    pthread_mutex_lock(&input->mutex);
    const bool any = input->count > 0;
    const input_block *block = &input->blocks[input->first];
    pthread_mutex_unlock(&input->mutex);
    if (!any) return false;
    L1_ASSERT(block->size > 0);
    *bytes = block->bytes;
    *size = block->size;
    return true;
}

void l1_input_release(l1_input *input)
{
    pthread_mutex_lock(&input->mutex);
    L1_ASSERT(input->count > 0);
    input->first = (input->first + 1) % L1_INPUT_BLOCKS;
    input->count--;
    pthread_cond_signal(&input->released);
    pthread_mutex_unlock(&input->mutex);
}

bool l1_input_ended(l1_input *input, int *error)
{
    pthread_mutex_lock(&input->mutex);
    const bool ended = input->ended && input->count == 0;
    *error = input->error;
    pthread_mutex_unlock(&input->mutex);
    return ended;
}

void l1_input_stop(l1_input *input)
{
    pthread_mutex_lock(&input->mutex);
    input->stopping = true;
    pthread_cond_signal(&input->released);
    pthread_mutex_unlock(&input->mutex);
    const int written = eventfd_write(input->stop_fd, 1);
    L1_ASSERT(written == 0);
    pthread_join(input->thread, NULL);
    close(input->stop_fd);
    pthread_cond_destroy(&input->released);
    pthread_mutex_destroy(&input->mutex);
    free(input);
}
