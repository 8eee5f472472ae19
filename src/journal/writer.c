/* journal/writer.c: the writer thread: seal what has queued, one write, one sync, publish, notify.
 * Any failure ends it for good. */
#include "journal/writer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"

enum { TURN_MAX = 16 << 10 }; /* bytes that the appending thread syncs itself */

void l1_writer_notify(const l1_journal *journal)
{
    if (journal->options.notify != NULL) journal->options.notify(journal->options.notify_state);
}

void l1_writer_fail(l1_journal *journal, const char *text)
{
    pthread_mutex_lock(&journal->lock);
    if (!atomic_load(&journal->failed)) {
        (void)snprintf(journal->error, sizeof journal->error, "%s", text);
        atomic_store(&journal->failed, true);
    }
    pthread_cond_broadcast(&journal->done);
    pthread_cond_broadcast(&journal->prepare);
    pthread_mutex_unlock(&journal->lock);
    l1_writer_notify(journal);
}

/* The next segment, prepared; asks once more when the last attempt failed. */
static bool take_prepared(l1_journal *journal, int *handle, uint64_t *number)
{
    pthread_mutex_lock(&journal->lock);
    if (journal->next == L1_NEXT_FAILED) {
        journal->next = L1_NEXT_WANTED;
        pthread_cond_signal(&journal->prepare);
    }
    while (journal->next == L1_NEXT_WANTED) {
        if (journal->options.manual) {
            pthread_mutex_unlock(&journal->lock);
            l1_prepare_round(journal);
            pthread_mutex_lock(&journal->lock);
        } else {
            pthread_cond_wait(&journal->prepared, &journal->lock);
        }
    }
    const bool ready = journal->next == L1_NEXT_READY;
    if (ready) {
        *handle = journal->next_handle;
        *number = journal->next_number;
        journal->next_handle = -1;
        journal->next_number++;
        journal->next = L1_NEXT_WANTED;
        pthread_cond_signal(&journal->prepare);
    }
    pthread_mutex_unlock(&journal->lock);
    return ready;
}

static l1_result sync_current(l1_journal *journal, l1_diag *diag)
{
    char name[64];
    l1_directory_segment_name(name, journal->segment);
    L1_TRY(l1_directory_sync(&journal->dir, journal->segment_handle, name, diag));
    journal->synced = true;
    return L1_SUCCESS;
}

/* Goes on to the prepared segment; `draft` is the first record that it will hold. The header
 * is synced together with that record: neither proves anything without the other. */
static l1_result next_segment(l1_journal *journal, const l1_record_draft *draft, l1_diag *diag)
{
    int handle = -1;
    uint64_t number = 0;
    char name[64];
    /* A segment's existence vouches for all of the one before it. */
    if (!journal->synced) L1_TRY(sync_current(journal, diag));
    if (!take_prepared(journal, &handle, &number)) {
        return l1_refuse(diag, L1_JOURNAL_FULL, "journal",
                         "segment is full and no next one could be prepared");
    }
    l1_directory_close(&journal->dir, journal->segment_handle);
    journal->segment_handle = handle;
    journal->segment = number;
    journal->segment_end = journal->options.segment_size;
    journal->position = L1_SEGMENT_HEADER_SIZE;
    l1_segment_header header = {.format = L1_SEGMENT_FORMAT,
                                .epoch = journal->epoch,
                                .first_sequence = draft->sequence,
                                .first_tag = draft->note,
                                .first_wall_ns = draft->wall_ns,
                                .first_prev = journal->prev,
                                .config_hash = journal->options.config_hash};
    memcpy(header.engine_id, journal->engine_id, sizeof header.engine_id);
    uint8_t page[L1_SEGMENT_HEADER_SIZE];
    l1_segment_header_put(page, &header);
    l1_directory_segment_name(name, number);
    return l1_directory_write(&journal->dir, handle, name, page, sizeof page, 0, diag);
}

/* Seals as many records as the segment has room for; returns where they end. */
static size_t seal_batch(l1_journal *journal, l1_half *half, size_t from, uint64_t *last)
{
    const uint64_t room = journal->segment_end - journal->position;
    size_t end = from;
    while (end < half->used) {
        const l1_record_draft draft = l1_record_draft_at(half->bytes + end);
        if (end - from + draft.size > room) break;
        const uint16_t flags = end == from && journal->synced ? L1_RECORD_BATCH : 0;
        journal->prev = l1_record_seal(half->bytes + end, flags, journal->prev);
        *last = draft.sequence;
        atomic_store_explicit(&journal->wall_ns, draft.wall_ns, memory_order_relaxed);
        end += draft.size;
    }
    return end;
}

static l1_result commit(l1_journal *journal, l1_half *half, l1_diag *diag)
{
    size_t at = 0;
    while (at < half->used) {
        uint64_t last = 0;
        const size_t end = seal_batch(journal, half, at, &last);
        if (end == at) {
            const l1_record_draft draft = l1_record_draft_at(half->bytes + at);
            L1_TRY(next_segment(journal, &draft, diag));
            continue;
        }
        char name[64];
        l1_directory_segment_name(name, journal->segment);
        L1_TRY(l1_directory_write(&journal->dir, journal->segment_handle, name, half->bytes + at,
                                  end - at, journal->position, diag));
        journal->position += end - at;
        journal->synced = false;
        if (journal->options.sync == L1_SYNC_GROUP) L1_TRY(sync_current(journal, diag));
        L1_ASSERT(last > atomic_load_explicit(&journal->durable, memory_order_relaxed));
        atomic_store_explicit(&journal->durable, last, memory_order_release);
        at = end;
    }
    return L1_SUCCESS;
}

/* The half that filled so far; the other one fills from now on. Under lock. */
static l1_half *swap_halves(l1_journal *journal)
{
    l1_half *full = &journal->halves[journal->filling];
    journal->filling ^= 1U;
    journal->urgent = false;
    L1_ASSERT(journal->halves[journal->filling].used == 0);
    return full;
}

static bool commit_half(l1_journal *journal, l1_half *half, bool tells)
{
    l1_diag diag = {.text = ""};
    const l1_result done = commit(journal, half, &diag);
    if (done.code != L1_OK) {
        l1_writer_fail(journal, diag.text);
        return false;
    }
    pthread_mutex_lock(&journal->lock);
    half->used = 0;
    pthread_cond_broadcast(&journal->done);
    pthread_mutex_unlock(&journal->lock);
    if (tells) l1_writer_notify(journal);
    return true;
}

bool l1_writer_round(l1_journal *journal)
{
    if (atomic_load(&journal->failed)) return false;
    pthread_mutex_lock(&journal->lock);
    l1_half *half = swap_halves(journal);
    pthread_mutex_unlock(&journal->lock);
    return half->used == 0 || commit_half(journal, half, true);
}

/* More goes to the thread, so that the next turn's work overlaps with the sync of this one; what
 * needs another segment does too, which may have to be waited for. */
static bool may_take(const l1_journal *journal)
{
    const size_t used = journal->halves[journal->filling].used;
    if (journal->mood == L1_WRITER_BUSY || journal->stopping) return false;
    return used > 0 && used <= TURN_MAX && used <= journal->segment_end - journal->position;
}

bool l1_writer_turn(l1_journal *journal)
{
    if (atomic_load(&journal->failed)) return false;
    pthread_mutex_lock(&journal->lock);
    L1_ASSERT(!journal->taken);
    l1_half *half = NULL;
    if (may_take(journal)) {
        journal->taken = true;
        half = swap_halves(journal);
    }
    pthread_mutex_unlock(&journal->lock);
    if (half == NULL) return false;
    (void)commit_half(journal, half, false); /* a failure is noted in the journal */
    pthread_mutex_lock(&journal->lock);
    journal->taken = false;
    if (journal->held) pthread_cond_signal(&journal->work);
    pthread_mutex_unlock(&journal->lock);
    return true;
}

static uint64_t now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000U + (uint64_t)at.tv_nsec;
}

/* Looks for work without sleeping: a wake-up costs tens of microseconds. */
static void spin(l1_journal *journal)
{
    const uint64_t until = now_ns() + journal->options.spin_us * UINT64_C(1000);
    while (atomic_load_explicit(&journal->hint, memory_order_acquire) == false) {
        if (now_ns() >= until) return;
        __builtin_ia32_pause();
    }
}

/* Until something has queued or the journal stops. Under lock. */
static void wait_for_work(l1_journal *journal)
{
    if (journal->halves[journal->filling].used == 0 && !journal->stopping &&
        journal->options.spin_us > 0) {
        atomic_store(&journal->hint, false);
        pthread_mutex_unlock(&journal->lock);
        spin(journal);
        pthread_mutex_lock(&journal->lock);
    }
    while (journal->halves[journal->filling].used == 0 && !journal->stopping) {
        journal->mood = L1_WRITER_ASLEEP;
        pthread_cond_wait(&journal->work, &journal->lock);
    }
    const uint64_t until = now_ns() + journal->options.sync_ms * UINT64_C(1000000);
    const struct timespec deadline = {.tv_sec = (time_t)(until / 1000000000U),
                                      .tv_nsec = (long)(until % 1000000000U)};
    while (!journal->urgent && !journal->stopping) {
        journal->mood = L1_WRITER_DOZING;
        if (pthread_cond_timedwait(&journal->work, &journal->lock, &deadline) == ETIMEDOUT) break;
    }
    while (journal->taken) {
        journal->held = true;
        pthread_cond_wait(&journal->work, &journal->lock);
    }
    journal->held = false;
    journal->mood = L1_WRITER_BUSY;
}

void *l1_writer_main(void *context)
{
    l1_journal *journal = context;
    bool going = true;
    while (going) {
        pthread_mutex_lock(&journal->lock);
        wait_for_work(journal);
        if (atomic_load(&journal->failed)) { /* in a turn of the appending thread */
            pthread_mutex_unlock(&journal->lock);
            break;
        }
        l1_half *half = swap_halves(journal);
        const bool last = journal->stopping;
        pthread_mutex_unlock(&journal->lock);
        going = half->used == 0 || commit_half(journal, half, true);
        if (last && half->used == 0) going = false;
    }
    return NULL;
}
