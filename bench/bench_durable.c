/* bench/bench_durable.c: what durability costs through the whole program: from a client's write of
 * a signal until its answer is back, one signal at a time, beside the bare disk of the same run.
 *
 * The engine is the real one, in a process of its own, on its unix bus. Blocks alternate so that
 * all meet the same host: (a) a raw 256-byte pwrite + fdatasync into a zero-filled file, (b) the
 * same done by a process that polls, reads a line, syncs and writes one back: the least that any
 * server costs; it less (a) is what socket, client and their wake-ups cost; (c) a signal that is
 * rejected, until its report; (d) one that is executed, until its ack, which leaves in the turn in
 * which its order is durable and may be sent, and until its report with the fill, for which the
 * venue's answer has to become durable after the order.
 * read() -> write() is measured inside the engine by a library that is loaded with it
 * (probe/probe.c): from the return of recv() to the call of send(). Target: p50 at most 1.3
 * times the bare disk's.
 * Usage: bench_durable   (makes a folder in the current one, removed at the end) */
#include <poll.h>

#include "client.h"

enum { BLOCKS = 24, BLOCK = 100, SAMPLES = BLOCKS * BLOCK, SOLD_TOGETHER = 20 };

typedef struct {
    uint64_t raw[SAMPLES], echo[SAMPLES];
    uint64_t rejected[SAMPLES], rejected_inside[SAMPLES];
    uint64_t order[SAMPLES], filled[SAMPLES], order_inside[SAMPLES];
    size_t asked; /* signals so far */
    size_t rejected_at[SAMPLES], order_at[SAMPLES];
} figures;

static int raw_file(const char *dir, const char *name)
{
    static char path[512];
    static const uint8_t zeros[1 << 20];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    const int handle = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    L1_ASSERT(handle >= 0);
    for (int i = 0; i < 64; i++) {
        L1_ASSERT(pwrite(handle, zeros, sizeof zeros, (off_t)i << 20) == sizeof zeros);
    }
    L1_ASSERT(fdatasync(handle) == 0);
    return handle;
}

static void measure_raw(int handle, figures *all, int from)
{
    static const uint8_t bytes[256] = {1};
    for (int i = from; i < from + BLOCK; i++) {
        const uint64_t begun = now_ns();
        L1_ASSERT(pwrite(handle, bytes, sizeof bytes, (off_t)i * 256) == sizeof bytes);
        L1_ASSERT(fdatasync(handle) == 0);
        all->raw[i] = now_ns() - begun;
    }
}

/* --- the least that a server costs --------------------------------------------------------- */

static void echo(int socket, int file)
{
    static char bytes[4096];
    struct pollfd wait = {.fd = socket, .events = POLLIN};
    for (off_t at = 0; poll(&wait, 1, -1) == 1; at += 256) {
        const ssize_t got = recv(socket, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got <= 0 || pwrite(file, bytes, 256, at) != 256 || fdatasync(file) != 0) break;
        if (send(socket, bytes, (size_t)got, MSG_NOSIGNAL) != got) break;
    }
    _exit(0);
}

static int start_echo(const char *dir, pid_t *process)
{
    int ends[2];
    const int file = raw_file(dir, "echo");
    L1_ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    *process = fork();
    L1_ASSERT(*process >= 0);
    if (*process == 0) {
        (void)close(ends[0]);
        echo(ends[1], file);
    }
    (void)close(ends[1]);
    (void)close(file);
    return ends[0];
}

static void measure_echo(int socket, figures *all, int from)
{
    static char line[900]; /* about a report's size */
    for (int i = from; i < from + BLOCK; i++) {
        const uint64_t begun = now_ns();
        L1_ASSERT(send(socket, line, sizeof line, MSG_NOSIGNAL) == sizeof line);
        for (size_t got = 0; got < sizeof line;) {
            const ssize_t count = recv(socket, line + got, sizeof line - got, 0);
            L1_ASSERT(count > 0);
            got += (size_t)count;
        }
        all->echo[i] = now_ns() - begun;
    }
}

/* --- signals ------------------------------------------------------------------------------- */

static bool is_report_of(const char *line, int id)
{
    char wanted[48];
    (void)snprintf(wanted, sizeof wanted, "\"signal_id\":\"s%d\"", id);
    return strstr(line, "\"kind\":\"signal\"") != NULL && strstr(line, wanted) != NULL;
}

/* Sends a signal and waits for its ack and its report; times from before the write. */
static const char *ask(engine *run, figures *all, const char *order, uint64_t *acked,
                       uint64_t *reported)
{
    static char report[8192];
    char text[256];
    const int id = (int)++all->asked;
    const int size = snprintf(text, sizeof text,
                              "{\"signal_id\":\"s%d\",\"symbol\":\"BTC/USDT\",%s,\"ts\":%lld,"
                              "\"client_seq\":%d}\n",
                              id, order, wall_ms(), id);
    const uint64_t begun = now_ns();
    send_all(run, text, (size_t)size);
    for (*acked = *reported = 0; *acked == 0 || *reported == 0;) {
        const char *line = next_line(run);
        const uint64_t took = now_ns() - begun;
        if (strstr(line, "\"topic\":\"ack\"") != NULL) *acked = took;
        if (!is_report_of(line, id)) continue;
        *reported = took;
        (void)snprintf(report, sizeof report, "%s", line);
    }
    return report;
}

static void measure_rejected(engine *run, figures *all, int from)
{
    for (int i = from; i < from + BLOCK; i++) {
        uint64_t acked = 0;
        all->rejected_at[i] = all->asked;
        const char *report =
            ask(run, all, "\"side\":\"buy\",\"qty\":0.001", &acked, &all->rejected[i]);
        L1_ASSERT(strstr(report, "\"code\":\"STOP_LOSS_MISSING\"") != NULL);
    }
}

/* Buys, each with its stop; what was bought is sold unmeasured, so that no limit is ever near. A
 * sell first takes back stops, so its order leaves a step later: that is another path. */
static void measure_executed(engine *run, figures *all, int from)
{
    static const char buy[] = "\"side\":\"buy\",\"qty\":0.001,\"stop_loss\":49000";
    static const char sell[] = "\"side\":\"sell\",\"qty\":0.02,\"stop_loss\":51000";
    for (int i = from; i < from + BLOCK; i++) {
        all->order_at[i] = all->asked;
        const char *report = ask(run, all, buy, &all->order[i], &all->filled[i]);
        L1_ASSERT(strstr(report, "\"status\":\"filled\"") != NULL);
        if ((i + 1) % SOLD_TOGETHER != 0) continue;
        uint64_t acked = 0, reported = 0;
        report = ask(run, all, sell, &acked, &reported);
        L1_ASSERT(strstr(report, "\"status\":\"filled\"") != NULL);
    }
}

/* What the stopwatch inside the engine saw: one time for each signal, in order. */
static void read_probe(const engine *run, figures *all)
{
    static uint64_t times[1 << 16];
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/probe", run->root);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    L1_ASSERT(file >= 0);
    L1_ASSERT(read(file, times, sizeof times) == (ssize_t)(all->asked * sizeof times[0]));
    (void)close(file);
    for (size_t i = 0; i < SAMPLES; i++) {
        all->rejected_inside[i] = times[all->rejected_at[i]];
        all->order_inside[i] = times[all->order_at[i]];
    }
}

static void print_ratio(const char *what, uint64_t part, uint64_t raw)
{
    printf("%-46s %.2f   (target 1.3)\n", what, (double)part / (double)raw);
}

static void print(figures *all)
{
    const uint64_t raw = print_latency("raw 256-byte pwrite + fdatasync", all->raw, SAMPLES);
    (void)print_latency("least server, client's view", all->echo, SAMPLES);
    (void)print_latency("rejected, client -> report", all->rejected, SAMPLES);
    const uint64_t rejected =
        print_latency("rejected, read() -> write() of report", all->rejected_inside, SAMPLES);
    (void)print_latency("executed, client -> order durable", all->order, SAMPLES);
    const uint64_t executed =
        print_latency("executed, read() -> write(), order durable", all->order_inside, SAMPLES);
    (void)print_latency("executed, client -> report, filled", all->filled, SAMPLES);
    print_ratio("ratio of p50, rejected, read() -> write()", rejected, raw);
    print_ratio("ratio of p50, executed, read() -> write()", executed, raw);
}

int main(int argc, char **argv)
{
    static figures all;
    static char probe[PATH_SIZE];
    pid_t child = 0;
    const char *end = strrchr(argv[0], '/'); /* it was built beside this program */
    L1_ASSERT(argc == 1 && end != NULL);
    (void)snprintf(probe, sizeof probe, "%.*s/probe/probe.so", (int)(end - argv[0]), argv[0]);
    L1_ASSERT(access(probe, R_OK) == 0);
    engine run = start_engine(probe, NULL, 0);
    const int socket = start_echo(run.root, &child);
    const int raw = raw_file(run.root, "raw");
    (void)sleep(1); /* the next segment is prepared: not in the figures */
    for (int block = 0; block < BLOCKS; block++) {
        send_book(&run);
        measure_raw(raw, &all, block * BLOCK);
        measure_rejected(&run, &all, block * BLOCK);
        measure_echo(socket, &all, block * BLOCK);
        measure_executed(&run, &all, block * BLOCK);
    }
    (void)close(raw);
    (void)close(socket);
    L1_ASSERT(waitpid(child, NULL, 0) == child);
    stop_engine(&run);
    read_probe(&run, &all);
    remove_engine(&run);
    print(&all);
    return 0;
}
