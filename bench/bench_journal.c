/* bench/bench_journal.c: what durability costs through the journal, beside the bare disk.
 *
 * Prints p50 and p99 of append until durable (one urgent record at a time, 208 bytes of payload =
 * 256 on disk) beside a raw 256-byte pwrite + fdatasync into a zero-filled file, alternating in
 * blocks so that both meet the same host; then group commit and reading.
 * Usage: bench_journal [DIR]   (default: a folder under the current one, removed at the end) */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "journal/journal.h"
#include "journal/reader.h"

enum { BLOCKS = 20, BLOCK = 100, SAMPLES = BLOCKS * BLOCK, GROUP = 1000000, PAYLOAD = 208 };

static uint64_t now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000U + (uint64_t)at.tv_nsec;
}

static int ascending(const void *left, const void *right)
{
    uint64_t a;
    uint64_t b;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return (a > b) - (a < b);
}

/* As the engine's loop is told: one write to an eventfd. */
static void notify(void *state)
{
    const uint64_t one = 1;
    const int *wakeup = state;
    if (write(*wakeup, &one, sizeof one) != sizeof one) abort();
}

static int raw_file(const char *dir)
{
    static char path[512];
    static const uint8_t zeros[1 << 20];
    (void)snprintf(path, sizeof path, "%s/raw", dir);
    const int handle = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    L1_ASSERT(handle >= 0);
    for (int i = 0; i < 64; i++) {
        L1_ASSERT(pwrite(handle, zeros, sizeof zeros, (off_t)i << 20) == sizeof zeros);
    }
    L1_ASSERT(fdatasync(handle) == 0);
    return handle;
}

static void measure_raw(int handle, uint64_t *samples, int from)
{
    static const uint8_t bytes[256] = {1};
    for (int i = from; i < from + BLOCK; i++) {
        const uint64_t begun = now_ns();
        L1_ASSERT(pwrite(handle, bytes, sizeof bytes, (off_t)i * 256) == sizeof bytes);
        L1_ASSERT(fdatasync(handle) == 0);
        samples[i] = now_ns() - begun;
    }
}

static void measure_journal(l1_journal *journal, int wakeup, uint64_t *samples, int from)
{
    static const uint8_t payload[PAYLOAD] = {1};
    for (int i = from; i < from + BLOCK; i++) {
        const uint64_t begun = now_ns();
        const uint64_t sequence =
            l1_journal_append(journal, L1_RECORD_EVENT, payload, PAYLOAD, begun, begun, 0, true);
        L1_ASSERT(sequence > 0);
        while (l1_journal_durable(journal) < sequence) {
            uint64_t count;
            L1_ASSERT(read(wakeup, &count, sizeof count) == sizeof count);
        }
        samples[i] = now_ns() - begun;
    }
}

static void print(const char *what, uint64_t *samples)
{
    qsort(samples, SAMPLES, sizeof *samples, ascending);
    printf("%-34s p50 %7.1f us   p99 %7.1f us   max %8.1f us\n", what,
           (double)samples[SAMPLES / 2] / 1e3, (double)samples[SAMPLES * 99 / 100] / 1e3,
           (double)samples[SAMPLES - 1] / 1e3);
}

static void latency(const char *dir, uint32_t spin_us)
{
    static uint64_t raw[SAMPLES];
    static uint64_t through[SAMPLES];
    int wakeup = eventfd(0, 0);
    char path[512];
    l1_journal *journal = NULL;
    l1_journal_found found;
    l1_diag diag = {.text = ""};
    (void)snprintf(path, sizeof path, "%s/latency%u", dir, spin_us);
    const l1_journal_options options = {.dir = path,
                                        .engine_id = "bench",
                                        .spin_us = spin_us,
                                        .notify = notify,
                                        .notify_state = &wakeup};
    const int handle = raw_file(dir);
    L1_ASSERT(l1_journal_open(&options, &journal, &found, &diag).code == L1_OK);
    sleep(1); /* the next segment is prepared: not in the figure */
    for (int block = 0; block < BLOCKS; block++) {
        measure_raw(handle, raw, block * BLOCK);
        measure_journal(journal, wakeup, through, block * BLOCK);
    }
    print("raw 256-byte pwrite + fdatasync", raw);
    print(spin_us == 0 ? "append -> durable" : "append -> durable, spinning", through);
    printf("%-34s %.2f\n", "ratio of p50", (double)through[SAMPLES / 2] / (double)raw[SAMPLES / 2]);
    L1_ASSERT(l1_journal_close(journal, &diag).code == L1_OK);
    (void)close(handle);
    (void)close(wakeup);
}

static void throughput(const char *dir)
{
    static const uint8_t payload[120] = {1};
    char path[512];
    l1_journal *journal = NULL;
    l1_journal_found found;
    l1_diag diag = {.text = ""};
    (void)snprintf(path, sizeof path, "%s/group", dir);
    const l1_journal_options options = {.dir = path, .engine_id = "bench"};
    L1_ASSERT(l1_journal_open(&options, &journal, &found, &diag).code == L1_OK);
    uint64_t begun = now_ns();
    for (int i = 0; i < GROUP; i++) {
        while (l1_journal_append(journal, L1_RECORD_EVENT, payload, sizeof payload, 1, 1, 0,
                                 true) == 0) {
            (void)usleep(100);
        }
    }
    L1_ASSERT(l1_journal_wait(journal, GROUP));
    printf("%-34s %.0f records/s of 120 bytes\n", "group commit, all durable",
           GROUP * 1e9 / (double)(now_ns() - begun));
    L1_ASSERT(l1_journal_close(journal, &diag).code == L1_OK);

    l1_journal_summary summary;
    begun = now_ns();
    L1_ASSERT(l1_journal_verify(NULL, path, UINT64_MAX, &summary, &diag).code == L1_OK);
    L1_ASSERT(summary.records == GROUP);
    printf("%-34s %.0f records/s\n", "reading, CRC and chain checked",
           GROUP * 1e9 / (double)(now_ns() - begun));
    begun = now_ns();
    L1_ASSERT(l1_journal_open(&options, &journal, &found, &diag).code == L1_OK);
    printf("%-34s %.1f ms\n", "opening after it", (double)(now_ns() - begun) / 1e6);
    L1_ASSERT(l1_journal_close(journal, &diag).code == L1_OK);
}

int main(int argc, char **argv)
{
    char dir[256] = "bench_journal_XXXXXX";
    char command[300];
    if (argc > 1) {
        (void)snprintf(dir, sizeof dir, "%s/bench_journal_XXXXXX", argv[1]);
    }
    L1_ASSERT(mkdtemp(dir) != NULL);
    latency(dir, 0);
    latency(dir, 1000);
    throughput(dir);
    (void)snprintf(command, sizeof command, "rm -r '%s'", dir);
    return system(command) == 0 ? 0 : 1;
}
