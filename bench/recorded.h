/* bench/recorded.h: where recorded market data lies, and windows of time over it.
 *
 * What is compared is processor time, which others on the machine disturb least; wall time stands
 * beside it. */
#ifndef L1_BENCH_RECORDED_H
#define L1_BENCH_RECORDED_H

#include <dirent.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WINDOWS_MAX = 1 << 16, FILES_MAX = 64, PATH_SIZE = 1024 };

typedef struct {
    double wall[WINDOWS_MAX], busy[WINDOWS_MAX]; /* seconds of each window */
    uint32_t count;
} windows;

static char root[512] = ".", data[512];

static int64_t read_ns(clockid_t clock)
{
    struct timespec at;
    (void)clock_gettime(clock, &at);
    return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

static inline void keep(const void *value)
{
    __asm__ volatile("" : : "g"(value) : "memory");
}

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

/* L1_SOURCE and L1_DATA, or the folder that this is started in. */
static void find_data(void)
{
    const char *source = getenv("L1_SOURCE"), *where = getenv("L1_DATA");
    if (source != NULL) (void)snprintf(root, sizeof root, "%s", source);
    if (where != NULL) (void)snprintf(data, sizeof data, "%s", where);
    if (where == NULL) (void)snprintf(data, sizeof data, "%.480s/../shared/data", root);
}

static void pin(void)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0) printf("not pinned to one core\n");
}

/* Names in `folder` (of L1_DATA) that contain one of two texts, in order; 0 = none. */
static inline size_t list_files(const char *folder, const char *one, const char *other,
                                char paths[FILES_MAX][PATH_SIZE])
{
    char at[600];
    struct dirent **names = NULL;
    size_t count = 0;
    (void)snprintf(at, sizeof at, "%s/%s", data, folder);
    const int found = scandir(at, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        const bool fits = strstr(names[i]->d_name, one) || strstr(names[i]->d_name, other);
        if (fits && count < FILES_MAX) {
            (void)snprintf(paths[count++], sizeof paths[0], "%s/%s", at, names[i]->d_name);
        }
        free(names[i]);
    }
    free(names);
    return count;
}

static int ascending(const void *left, const void *right)
{
    double a = 0, b = 0;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return (a > b) - (a < b);
}

static inline double sum(const double *values, uint32_t count)
{
    double all = 0;
    for (uint32_t i = 0; i < count; i++) all += values[i];
    return all;
}

static inline double best_of(windows *of)
{
    qsort(of->wall, of->count, sizeof of->wall[0], ascending);
    qsort(of->busy, of->count, sizeof of->busy[0], ascending);
    return of->busy[0];
}

/* Rates of windows of `events` each; returns the best window's seconds of processor time, which
 * others on the machine disturb least. */
static inline double say(const char *what, windows *of, uint64_t events)
{
    const double each = (double)events, wall_s = sum(of->wall, of->count);
    const double best_s = best_of(of);
    printf("%-34s best %9.0f, median %9.0f events/s of processor time; wall best %9.0f, median "
           "%9.0f; %u windows in %.1f s\n",
           what, each / best_s, each / of->busy[of->count / 2], each / of->wall[0],
           each / of->wall[of->count / 2], of->count, wall_s);
    return best_s;
}

#endif
