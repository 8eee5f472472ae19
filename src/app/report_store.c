/* app/report_store.c: an append-only file behind a buffer, and a ring of places in it. */
#include "app/report_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "domain/effect.h"
#include "io/pages.h"

enum { BUFFER_SIZE = 256 * 1024 };
#define PUNCH_STEP UINT64_C(16777216) /* bytes given back to the disk at a time */

typedef struct {
    uint64_t seq, at;
    uint32_t size;
} place;

struct l1_report_store {
    int file;
    place *places; /* a ring: number n is at n % reports_max */
    uint64_t first, next;
    size_t reports_max;
    uint64_t written, punched; /* bytes in the file; bytes at its start given back */
    size_t buffered;
    uint8_t buffer[BUFFER_SIZE];
    uint8_t out[L1_EFFECT_BYTES_MAX];
};

static int open_unlinked(const char *dir)
{
    char path[1024];
    const char *fallback = getenv("TMPDIR");
    if (dir == NULL) dir = fallback != NULL && fallback[0] != 0 ? fallback : "/tmp";
    const int file = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0) return file;
    /* Not every file system knows unnamed files. The journal removes NAME.tmp when it opens. */
    if (snprintf(path, sizeof path, "%s/reports-%ld.tmp", dir, (long)getpid()) >=
        (int)sizeof path) {
        return -1;
    }
    const int named = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (named >= 0) (void)unlink(path);
    return named;
}

l1_result l1_report_store_open(const char *dir, size_t reports_max, l1_report_store **out,
                               l1_diag *diag)
{
    L1_ASSERT(reports_max > 0);
    l1_report_store *store = l1_pages_take(sizeof *store);
    if (store == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "reports", "no memory");
    store->reports_max = reports_max;
    store->file = open_unlinked(dir);
    if (store->file < 0) {
        const l1_result failed =
            l1_refuse(diag, L1_IO_OPEN, "reports", "no file for reports in %s: %s",
                      dir != NULL ? dir : "the folder of temporary files", strerror(errno));
        l1_pages_free(store, sizeof *store);
        return failed;
    }
    store->places = l1_pages_take(reports_max * sizeof *store->places);
    if (store->places == NULL) {
        l1_report_store_close(store);
        return l1_refuse(diag, L1_LIMIT_FULL, "reports", "no memory");
    }
    l1_pages_settle(store, sizeof *store);
    l1_pages_settle(store->places, reports_max * sizeof *store->places);
    *out = store;
    return L1_SUCCESS;
}

void l1_report_store_close(l1_report_store *store)
{
    if (store == NULL) return;
    (void)close(store->file);
    l1_pages_free(store->places, store->reports_max * sizeof *store->places);
    l1_pages_free(store, sizeof *store);
}

static l1_result flush(l1_report_store *store, l1_diag *diag)
{
    size_t done = 0;
    while (done < store->buffered) {
        const ssize_t count = pwrite(store->file, store->buffer + done, store->buffered - done,
                                     (off_t)(store->written + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            return l1_refuse(diag, L1_IO_WRITE, "reports", "reports cannot be kept: %s",
                             strerror(count < 0 ? errno : ENOSPC));
        }
        done += (size_t)count;
    }
    store->written += store->buffered;
    store->buffered = 0;
    return L1_SUCCESS;
}

static void forget_oldest(l1_report_store *store)
{
    store->first++;
    const uint64_t free_until = store->places[store->first % store->reports_max].at;
    if (store->first == store->next || free_until - store->punched < PUNCH_STEP) return;
    (void)fallocate(store->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)store->punched,
                    (off_t)(free_until - store->punched));
    store->punched = free_until;
}

l1_result l1_report_store_put(l1_report_store *store, uint64_t seq, const uint8_t *bytes,
                              uint32_t size, l1_diag *diag)
{
    L1_ASSERT(size <= L1_EFFECT_BYTES_MAX);
    const uint64_t count = store->next - store->first;
    if (store->buffered + size > BUFFER_SIZE) L1_TRY(flush(store, diag));
    if (count == store->reports_max) forget_oldest(store);
    memcpy(store->buffer + store->buffered, bytes, size);
    store->places[store->next % store->reports_max] =
        (place){.seq = seq, .at = store->written + store->buffered, .size = size};
    store->buffered += size;
    store->next++;
    return L1_SUCCESS;
}

static const place *find(const l1_report_store *store, uint64_t seq)
{
    uint64_t low = store->first, high = store->next;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (store->places[middle % store->reports_max].seq < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == store->next || store->places[low % store->reports_max].seq != seq) return NULL;
    return &store->places[low % store->reports_max];
}

l1_result l1_report_store_get(l1_report_store *store, uint64_t seq, const uint8_t **bytes,
                              uint32_t *size, l1_diag *diag)
{
    const place *at = find(store, seq);
    if (at == NULL) {
        return l1_refuse(diag, L1_IO_END, "reports", "report %" PRIu64 " is not kept", seq);
    }
    *size = at->size;
    if (at->at >= store->written) {
        *bytes = store->buffer + (at->at - store->written);
        return L1_SUCCESS;
    }
    const ssize_t count = pread(store->file, store->out, at->size, (off_t)at->at);
    if (count != (ssize_t)at->size) {
        return l1_refuse(diag, L1_IO_READ, "reports", "report %" PRIu64 " cannot be read: %s", seq,
                         count < 0 ? strerror(errno) : "it is cut off");
    }
    *bytes = store->out;
    return L1_SUCCESS;
}
