/* journal/prepare.c: the second thread: prepares the next segment, removes outlived ones, minds
 * size_max. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/assert.h"
#include "journal/snapshot.h"
#include "journal/writer.h"

#define DAY_NS UINT64_C(86400000000000)

static l1_result segment_size(const l1_directory *dir, uint64_t number, uint64_t *out,
                              l1_diag *diag)
{
    char name[64];
    int handle = -1;
    l1_directory_segment_name(name, number);
    L1_TRY(l1_directory_open(dir, name, L1_STORAGE_READ, &handle, diag));
    const int64_t size = dir->storage->size(dir->storage->state, handle);
    l1_directory_close(dir, handle);
    if (size < 0) return l1_refuse(diag, L1_IO_READ, name, "%s: size unknown", name);
    *out = (uint64_t)size;
    return L1_SUCCESS;
}

/* When the segment at `index` of `segments` had ended: at the first time that a later one states.
 * What was written before the first event states none (0). */
static uint64_t ended_ns(const l1_journal *journal, const l1_numbers *segments, size_t index)
{
    for (size_t i = index + 1; i < segments->count; i++) {
        l1_segment_header header;
        l1_segment_state state = L1_SEGMENT_CORRUPT;
        const l1_result read =
            l1_directory_header(&journal->dir, segments->at[i], &header, &state, NULL);
        if (read.code != L1_OK || state != L1_SEGMENT_VALID) break;
        if (header.first_wall_ns != 0) return header.first_wall_ns;
    }
    return UINT64_MAX;
}

/* True when every record of a segment that ended then, before `next`, may go. */
static bool outlived(const l1_journal *journal, const l1_segment_header *next, uint64_t snapshot,
                     uint64_t end_ns)
{
    const uint64_t kept_ns = journal->options.retain_days * DAY_NS;
    const uint64_t now = atomic_load_explicit(&journal->wall_ns, memory_order_relaxed);
    if (next->first_sequence > snapshot + 1) return false;
    return now > kept_ns && end_ns < now - kept_ns;
}

/* Removes segments from the oldest on while they are older than both limits; the older of the
 * kept snapshots counts, so that the newest may turn out to be unreadable. */
static l1_result retire(const l1_journal *journal, const l1_numbers *segments, size_t *removed,
                        l1_diag *diag)
{
    *removed = 0;
    if (journal->options.retain_days == 0) return L1_SUCCESS;
    uint64_t snapshot = 0;
    L1_TRY(l1_snapshot_oldest(&journal->dir, &snapshot, diag));
    if (snapshot == 0) return L1_SUCCESS;
    while (*removed + 1 < segments->count) {
        l1_segment_header next;
        l1_segment_state state = L1_SEGMENT_CORRUPT;
        char name[64];
        const uint64_t oldest = segments->at[*removed];
        L1_TRY(l1_directory_header(&journal->dir, oldest + 1, &next, &state, diag));
        if (state != L1_SEGMENT_VALID) return L1_SUCCESS;
        const uint64_t end_ns = ended_ns(journal, segments, *removed);
        if (!outlived(journal, &next, snapshot, end_ns)) return L1_SUCCESS;
        l1_directory_segment_name(name, oldest);
        L1_TRY(l1_directory_remove(&journal->dir, name, diag));
        (*removed)++;
    }
    return L1_SUCCESS;
}

static l1_result check_space(const l1_journal *journal, const l1_numbers *segments, size_t removed,
                             l1_diag *diag)
{
    if (journal->options.size_max == 0) return L1_SUCCESS;
    uint64_t total = journal->options.segment_size;
    for (size_t i = removed; i < segments->count; i++) {
        uint64_t size = 0;
        L1_TRY(segment_size(&journal->dir, segments->at[i], &size, diag));
        total += size;
    }
    if (total <= journal->options.size_max) return L1_SUCCESS;
    return l1_refuse(diag, L1_JOURNAL_FULL, "journal.size_max",
                     "next segment needs %" PRIu64 " bytes in all, limit %" PRIu64, total,
                     journal->options.size_max);
}

static l1_result attempt(l1_journal *journal, uint64_t number, int *handle, l1_diag *diag)
{
    l1_numbers segments;
    char name[64];
    size_t removed = 0;
    L1_TRY(l1_directory_segments(&journal->dir, &segments, diag));
    l1_result done = retire(journal, &segments, &removed, diag);
    if (done.code == L1_OK) done = check_space(journal, &segments, removed, diag);
    l1_numbers_free(&segments);
    L1_TRY(done);
    l1_directory_segment_name(name, number);
    L1_TRY(l1_directory_publish(&journal->dir, name, NULL, 0, journal->options.segment_size, diag));
    return l1_directory_open(&journal->dir, name, L1_STORAGE_WRITE, handle, diag);
}

void l1_prepare_round(l1_journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    const bool wanted = journal->next != L1_NEXT_READY;
    const uint64_t number = journal->next_number;
    pthread_mutex_unlock(&journal->lock);
    if (!wanted) return;

    int handle = -1;
    l1_diag diag = {.text = ""};
    const bool ready = attempt(journal, number, &handle, &diag).code == L1_OK;
    pthread_mutex_lock(&journal->lock);
    L1_ASSERT(journal->next_number == number);
    L1_ASSERT(journal->next_handle < 0);
    journal->next = ready ? L1_NEXT_READY : L1_NEXT_FAILED;
    journal->next_handle = ready ? handle : -1;
    const bool was_low = atomic_exchange(&journal->space_low, !ready);
    pthread_cond_broadcast(&journal->prepared);
    pthread_mutex_unlock(&journal->lock);
    if (was_low == ready) l1_writer_notify(journal);
}

/* A failed attempt is repeated every second: the operator may make room. What failed was a file
 * without records, thrown away whole, so this retries no sync of data. */
static void wait_for_request(l1_journal *journal)
{
    struct timespec again;
    (void)clock_gettime(CLOCK_MONOTONIC, &again);
    again.tv_sec++;
    while (!journal->preparer_stopping && journal->next != L1_NEXT_WANTED) {
        if (journal->next == L1_NEXT_READY) {
            pthread_cond_wait(&journal->prepare, &journal->lock);
        } else if (pthread_cond_timedwait(&journal->prepare, &journal->lock, &again) == ETIMEDOUT) {
            return;
        }
    }
}

void *l1_prepare_main(void *context)
{
    l1_journal *journal = context;
    for (;;) {
        pthread_mutex_lock(&journal->lock);
        wait_for_request(journal);
        const bool stop = journal->preparer_stopping;
        pthread_mutex_unlock(&journal->lock);
        if (stop) return NULL;
        l1_prepare_round(journal);
    }
}
