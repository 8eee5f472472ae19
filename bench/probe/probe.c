/* bench/probe/probe.c: a stopwatch to be loaded into the engine (LD_PRELOAD) by bench_durable.
 *
 * Notes the time from the return of each recv() to the call of the next send(): what passes
 * between reading a message and writing its first answer. At exit the times (ns, u64, in order)
 * go into the file that L1_BENCH_PROBE names. A message that nothing answers leaves none. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

enum { TIMES_MAX = 1 << 16 };

static uint64_t read_at, times[TIMES_MAX];
static size_t count;

static uint64_t now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000U + (uint64_t)at.tv_nsec;
}

static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

ssize_t recv(int socket, void *bytes, size_t size, int flags)
{
    static ssize_t (*real)(int, void *, size_t, int);
    if (real == NULL) *(void **)&real = next("recv");
    const ssize_t got = real(socket, bytes, size, flags);
    if (got > 0) read_at = now_ns();
    return got;
}

ssize_t send(int socket, const void *bytes, size_t size, int flags)
{
    static ssize_t (*real)(int, const void *, size_t, int);
    if (real == NULL) *(void **)&real = next("send");
    if (read_at != 0 && count < TIMES_MAX) times[count++] = now_ns() - read_at;
    read_at = 0;
    return real(socket, bytes, size, flags);
}

__attribute__((destructor)) static void write_times(void)
{
    const char *path = getenv("L1_BENCH_PROBE");
    FILE *to = path == NULL || count == 0 ? NULL : fopen(path, "wb");
    if (to == NULL) return;
    (void)fwrite(times, sizeof times[0], count, to);
    (void)fclose(to);
}
