/* bench/client.h: an engine in a process of its own and a client of its unix bus; shared by the
 * benches that measure the whole program.
 *
 * The program is named by L1_BIN, the checkout by L1_SOURCE (tools/bench.sh sets both). rate_max
 * and repeat_max are null, and so is what would reject equal signals for being many. Everything
 * that goes wrong ends the bench. */
#ifndef L1_BENCH_CLIENT_H
#define L1_BENCH_CLIENT_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"

enum { HELD_MAX = 1 << 20, PATH_SIZE = 200 };

typedef struct {
    char root[64]; /* a folder of its own: journal, bus, log */
    char bus[PATH_SIZE];
    pid_t process;
    int socket;
    char *held; /* HELD_MAX bytes; lines not taken yet stand at [at, used) */
    size_t at, used;
} engine;

static inline uint64_t now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000U + (uint64_t)at.tv_nsec;
}

static inline long long wall_ms(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_REALTIME, &at);
    return (long long)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static inline int ascending(const void *left, const void *right)
{
    uint64_t a = 0, b = 0;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return (a > b) - (a < b);
}

/* Sorts `samples` (ns), prints one line and returns p50. */
static inline uint64_t print_latency(const char *what, uint64_t *samples, size_t count)
{
    L1_ASSERT(count > 0);
    qsort(samples, count, sizeof *samples, ascending);
    printf("%-46s p50 %8.1f  p99 %8.1f  p99.9 %9.1f  max %9.1f us\n", what,
           (double)samples[count / 2] / 1e3, (double)samples[count * 99 / 100] / 1e3,
           (double)samples[count * 999 / 1000] / 1e3, (double)samples[count - 1] / 1e3);
    return samples[count / 2];
}

/* In the child: the program in place of this one, with the library `preload` if it is given. */
static inline void become_engine(const engine *run, const char *preload,
                                 const char *const *settings, size_t count)
{
    static const char *const always[] = {
        "signal.rate_max=null",
        "signal.repeat_max=null",
        "portfolio.correlation_max=null",
        "portfolio.drawdown_max=null",
        "paper.latency_ms=0",
        "report.metrics_interval_s=3600",
        "symbols.BTC/USDT.volatility_target=null",
        "symbols.BTC/USDT.stop.sigma_min=null",
        "symbols.BTC/USDT.stop.atr_max=null",
        "symbols.BTC/USDT.drawdown_max=null",
        "symbols.BTC/USDT.exposure_max=null",
        "symbols.BTC/USDT.venue.max_algo_orders=200",
    };
    const char *bin = getenv("L1_BIN"), *source = getenv("L1_SOURCE");
    static char config[PATH_SIZE], bus[PATH_SIZE + 8], journal[PATH_SIZE], log[PATH_SIZE];
    static char probe[PATH_SIZE];
    char *arguments[64] = {NULL};
    size_t n = 0;
    (void)snprintf(config, sizeof config, "%s/tests/testlib/l1.yaml",
                   source != NULL ? source : ".");
    (void)snprintf(bus, sizeof bus, "unix:%s", run->bus);
    (void)snprintf(journal, sizeof journal, "%s/journal", run->root);
    (void)snprintf(log, sizeof log, "%s/log", run->root);
    const char *const fixed[] = {"l1",    "run", "--config",  config,
                                 "--bus", bus,   "--journal", journal};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) arguments[n++] = strdup(fixed[i]);
    for (size_t i = 0; i < sizeof always / sizeof always[0] + count; i++) {
        const size_t own = sizeof always / sizeof always[0];
        arguments[n++] = strdup("--set");
        arguments[n++] = strdup(i < own ? always[i] : settings[i - own]);
    }
    (void)snprintf(probe, sizeof probe, "%s/probe", run->root);
    if (preload != NULL) {
        (void)setenv("LD_PRELOAD", preload, 1);
        (void)setenv("L1_BENCH_PROBE", probe, 1);
    }
    const int to = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends with a bench that broke off */
    if (to < 0 || dup2(to, 2) < 0) _exit(126);
    (void)execv(bin != NULL ? bin : "build/l1", arguments);
    _exit(127);
}

static inline void connect_engine(engine *run)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    L1_ASSERT(strlen(run->bus) < sizeof address.sun_path);
    memcpy(address.sun_path, run->bus, strlen(run->bus) + 1);
    run->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    L1_ASSERT(run->socket >= 0);
    for (int i = 0; connect(run->socket, (struct sockaddr *)&address, sizeof address) != 0; i++) {
        int status = 0;
        if (i > 10000 || waitpid(run->process, &status, WNOHANG) != 0) {
            (void)fprintf(stderr, "the engine does not open its bus; see %s/log\n", run->root);
            exit(1);
        }
        (void)usleep(1000);
    }
}

static inline void send_all(engine *run, const char *text, size_t size)
{
    while (size > 0) {
        const ssize_t sent = send(run->socket, text, size, MSG_NOSIGNAL);
        L1_ASSERT(sent > 0);
        text += sent;
        size -= (size_t)sent;
    }
}

/* Starts the program with an empty journal and subscribes to its reports. The folder lies in
 * the current one: a bench of a disk says nothing about a file system in memory. */
static inline engine start_engine(const char *preload, const char *const *settings, size_t count)
{
    engine run = {.root = "bench_engine_XXXXXX", .held = malloc(HELD_MAX)};
    static const char subscribe[] = "{\"topic\":\"subscribe\",\"topics\":[\"reports\"]}\n";
    L1_ASSERT(run.held != NULL && mkdtemp(run.root) != NULL);
    (void)snprintf(run.bus, sizeof run.bus, "%s/bus", run.root);
    (void)fflush(stdout);
    run.process = fork();
    L1_ASSERT(run.process >= 0);
    if (run.process == 0) become_engine(&run, preload, settings, count);
    connect_engine(&run);
    send_all(&run, subscribe, sizeof subscribe - 1);
    return run;
}

/* Asks the program to end and checks that it ended well. */
static inline void stop_engine(engine *run)
{
    int status = 0;
    (void)kill(run->process, SIGTERM);
    L1_ASSERT(waitpid(run->process, &status, 0) == run->process);
    (void)close(run->socket);
    free(run->held);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    (void)fprintf(stderr, "the engine ended with status %d; see %s/log\n", status, run->root);
    exit(1);
}

static inline void remove_engine(const engine *run)
{
    char command[100];
    (void)snprintf(command, sizeof command, "rm -r '%s'", run->root);
    L1_ASSERT(system(command) == 0);
}

/* Waits for bytes when there is no whole line; the line has no LF and a NUL behind it. */
static inline char *next_line(engine *run)
{
    for (;;) {
        char *begin = run->held + run->at;
        char *end = memchr(begin, '\n', run->used - run->at);
        if (end != NULL) {
            *end = '\0';
            run->at = (size_t)(end + 1 - run->held);
            return begin;
        }
        memmove(run->held, begin, run->used - run->at);
        run->used -= run->at;
        run->at = 0;
        L1_ASSERT(run->used < HELD_MAX);
        const ssize_t got = recv(run->socket, run->held + run->used, HELD_MAX - run->used, 0);
        if (got <= 0) {
            (void)fprintf(stderr, "the engine closed its bus; see %s/log\n", run->root);
            exit(1);
        }
        run->used += (size_t)got;
    }
}

/* A book deep enough for everything that a bench sends. */
static inline void send_book(engine *run)
{
    char text[256];
    const int size =
        snprintf(text, sizeof text,
                 "{\"topic\":\"market\",\"type\":\"book\",\"symbol\":\"BTC/USDT\","
                 "\"ts\":%lld,\"bids\":[[50000,100000]],\"asks\":[[50000.5,100000]]}\n",
                 wall_ms());
    send_all(run, text, (size_t)size);
}

#endif
