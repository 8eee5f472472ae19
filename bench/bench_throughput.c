/* bench/bench_throughput.c: durable signals per second through the whole program, group commit.
 *
 * The real engine on its unix bus; one client keeps at most WINDOW signals unanswered and waits for
 * nothing else. A report leaves only when its signal and itself are durable, so the reports
 * received are what is counted. rate_max and repeat_max are null. Beside it: what the disk of the
 * same folder does with one sync for each signal. Target: 50,000 signals per second.
 * Usage: bench_throughput   (makes a folder in the current one, removed at the end) */
#include <poll.h>
#include <sys/resource.h>

#include "client.h"

enum { SIGNALS = 200000, WINDOW = 2000, CHUNK = 128, LINE_MAX = 160, RAW = 300 };

typedef struct {
    const char *name;
    int executed_of_20; /* the others have no stop and are rejected */
} mix;

typedef struct {
    uint32_t sent, answered, filled;
    char out[CHUNK * LINE_MAX];
    size_t out_at, out_end;
} flow;

/* Buys, and each twentieth signal sells what they bought: no limit is ever near. */
static int write_signal(char *text, uint32_t number, int executed_of_20)
{
    const int place = (int)(number % 20);
    const char *order = "\"side\":\"buy\",\"qty\":0.001";
    char sell[64];
    if (executed_of_20 > 0 && place == 19) {
        (void)snprintf(sell, sizeof sell, "\"side\":\"sell\",\"qty\":0.%03d,\"stop_loss\":51000",
                       executed_of_20 - 1);
        order = sell;
    } else if (place < executed_of_20 - 1) {
        order = "\"side\":\"buy\",\"qty\":0.001,\"stop_loss\":49000";
    }
    return snprintf(text, LINE_MAX, "{\"signal_id\":\"t%u\",\"symbol\":\"BTC/USDT\",%s}\n", number,
                    order);
}

static void refill(flow *at, int executed_of_20)
{
    at->out_at = at->out_end = 0;
    for (int i = 0; i < CHUNK && at->sent < SIGNALS && at->sent - at->answered < WINDOW; i++) {
        at->out_end += (size_t)write_signal(at->out + at->out_end, at->sent++, executed_of_20);
    }
}

static void push(engine *run, flow *at)
{
    const ssize_t sent = send(run->socket, at->out + at->out_at, at->out_end - at->out_at,
                              MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) at->out_at += (size_t)sent;
}

static void pull(engine *run, flow *at)
{
    const ssize_t got =
        recv(run->socket, run->held + run->used, HELD_MAX - run->used, MSG_DONTWAIT);
    L1_ASSERT(got > 0);
    run->used += (size_t)got;
    char *begin = run->held, *end = NULL;
    while ((end = memchr(begin, '\n', (size_t)(run->held + run->used - begin))) != NULL) {
        *end = '\0';
        L1_ASSERT(strstr(begin, "\"topic\":\"gap\"") == NULL);
        if (strstr(begin, "\"kind\":\"signal\"") != NULL) {
            at->answered++;
            if (strstr(begin, "\"status\":\"filled\"") != NULL) at->filled++;
        }
        begin = end + 1;
    }
    run->used -= (size_t)(begin - run->held);
    memmove(run->held, begin, run->used);
}

static double cpu_s(const struct rusage *used)
{
    return (double)(used->ru_utime.tv_sec + used->ru_stime.tv_sec) +
           (double)(used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1e6;
}

static double children_cpu_s(void)
{
    struct rusage used;
    (void)getrusage(RUSAGE_CHILDREN, &used);
    return cpu_s(&used);
}

static void measure(const mix *what)
{
    static flow at;
    const double cpu_before = children_cpu_s();
    memset(&at, 0, sizeof at);
    engine run = start_engine(NULL, NULL, 0);
    send_book(&run);
    (void)sleep(1); /* the next segment is prepared */
    const uint64_t begun = now_ns();
    while (at.answered < SIGNALS) {
        if (at.out_at == at.out_end) refill(&at, what->executed_of_20);
        struct pollfd wait = {.fd = run.socket, .events = POLLIN};
        if (at.out_at < at.out_end) wait.events |= POLLOUT;
        L1_ASSERT(poll(&wait, 1, 60000) == 1);
        if (wait.revents & POLLIN) pull(&run, &at);
        if (wait.revents & POLLOUT) push(&run, &at);
    }
    const double took_s = (double)(now_ns() - begun) / 1e9;
    stop_engine(&run);
    remove_engine(&run);
    printf("%-38s %8.0f signals/s, %u of %d filled; engine %.1f us of CPU each (target 50000/s)\n",
           what->name, SIGNALS / took_s, at.filled, SIGNALS,
           (children_cpu_s() - cpu_before) * 1e6 / SIGNALS);
    L1_ASSERT(at.filled == (uint32_t)(SIGNALS / 20 * what->executed_of_20));
}

static void measure_raw(void)
{
    static const char name[] = "bench_throughput_raw";
    static const uint8_t bytes[256] = {1};
    const int file = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    L1_ASSERT(file >= 0);
    const uint64_t begun = now_ns();
    for (int i = 0; i < RAW; i++) {
        L1_ASSERT(pwrite(file, bytes, sizeof bytes, (off_t)i * 256) == sizeof bytes);
        L1_ASSERT(fdatasync(file) == 0);
    }
    printf("%-38s %8.0f syncs/s\n", "beside it: one sync for each signal",
           RAW * 1e9 / (double)(now_ns() - begun));
    (void)close(file);
    (void)unlink(name);
}

int main(void)
{
    static const mix mixes[] = {
        {"all rejected", 0}, {"half executed, half rejected", 10}, {"all executed", 20}};
    for (size_t i = 0; i < sizeof mixes / sizeof mixes[0]; i++) measure(&mixes[i]);
    measure_raw();
    return 0;
}
