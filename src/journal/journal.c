/* journal/journal.c: opening, closing and the appending side of the journal. Appending holds the
 * lock only for a copy into the half of the queue that fills; the disk belongs to writer.c and
 * prepare.c. */
#include "journal/journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "journal/recovery.h"
#include "journal/writer.h"

enum { SYNC_MS = 100, QUEUE_SIZE = 8 << 20, QUEUE_SIZE_MIN = 4 * (64 << 10) };
#define SEGMENT_SIZE UINT64_C(67108864)
_Static_assert(QUEUE_SIZE_MIN / 2 >= L1_RECORD_SIZE_MAX, "every record fits half of the queue");

static l1_result take_options(l1_journal *journal, const l1_journal_options *options, l1_diag *diag)
{
    const size_t path = strlen(options->dir);
    const size_t id = strlen(options->engine_id);
    if (path == 0 || path + 64 >= sizeof journal->path) {
        return l1_refuse(diag, L1_IO_OPEN, "journal.dir", "path is empty or too long");
    }
    if (id == 0 || id >= sizeof journal->engine_id) {
        return l1_refuse(diag, L1_CONFIG_VALUE, "engine_id", "must have 1 to %d bytes",
                         L1_ENGINE_ID_MAX - 1);
    }
    memcpy(journal->path, options->dir, path + 1);
    memcpy(journal->engine_id, options->engine_id, id + 1);
    journal->options = *options;
    l1_journal_options *own = &journal->options;
    own->dir = journal->path;
    own->engine_id = journal->engine_id;
    if (own->storage == NULL) own->storage = l1_storage_posix();
    if (own->sync_ms == 0) own->sync_ms = SYNC_MS;
    if (own->segment_size == 0) own->segment_size = SEGMENT_SIZE;
    if (own->segment_size < L1_SEGMENT_SIZE_MIN) own->segment_size = L1_SEGMENT_SIZE_MIN;
    if (own->queue_size == 0) own->queue_size = QUEUE_SIZE;
    if (own->queue_size < QUEUE_SIZE_MIN) own->queue_size = QUEUE_SIZE_MIN;
    journal->dir = (l1_directory){own->storage, journal->path};
    return L1_SUCCESS;
}

static l1_result take_lock(l1_journal *journal, l1_diag *diag)
{
    char path[L1_JOURNAL_PATH_MAX + 8];
    int holder = 0;
    (void)snprintf(path, sizeof path, "%s/lock", journal->path);
    const l1_storage *storage = journal->dir.storage;
    const int handle = storage->lock(storage->state, path, &holder);
    if (handle == -EWOULDBLOCK) {
        return l1_refuse(diag, L1_IO_LOCKED, "journal.dir",
                         "%s is in use by the engine with process id %d", journal->path, holder);
    }
    if (handle < 0) {
        return l1_refuse(diag, L1_IO_OPEN, "lock", "%s: %s", path, strerror(-handle));
    }
    journal->lock_handle = handle;
    return L1_SUCCESS;
}

static l1_result recover(l1_journal *journal, l1_journal_found *found, l1_diag *diag)
{
    l1_recovery recovery;
    char name[64];
    l1_segment_header fresh = {.format = L1_SEGMENT_FORMAT,
                               .config_hash = journal->options.config_hash};
    memcpy(fresh.engine_id, journal->engine_id, sizeof fresh.engine_id);
    L1_TRY(l1_recover(&journal->dir, &fresh, journal->options.segment_size, &recovery, diag));
    l1_directory_segment_name(name, recovery.segment);
    L1_TRY(
        l1_directory_open(&journal->dir, name, L1_STORAGE_WRITE, &journal->segment_handle, diag));
    journal->segment = recovery.segment;
    journal->segment_end = journal->options.segment_size;
    if (journal->segment_end < recovery.end_at) journal->segment_end = recovery.end_at;
    journal->position = recovery.end_at;
    journal->prev = recovery.next_prev;
    journal->synced = true;
    journal->next_sequence = recovery.next_sequence;
    journal->next_number = recovery.segment + 1;
    journal->epoch = recovery.found.epoch;
    atomic_store(&journal->durable, recovery.next_sequence - 1);
    *found = recovery.found;
    return L1_SUCCESS;
}

static l1_result start_threads(l1_journal *journal, l1_diag *diag)
{
    if (journal->options.manual) return L1_SUCCESS;
    if (pthread_create(&journal->preparer_thread, NULL, l1_prepare_main, journal) != 0) {
        return l1_refuse(diag, L1_IO_OPEN, "journal", "thread cannot be started");
    }
    if (pthread_create(&journal->writer_thread, NULL, l1_writer_main, journal) != 0) {
        pthread_mutex_lock(&journal->lock);
        journal->preparer_stopping = true;
        pthread_cond_broadcast(&journal->prepare);
        pthread_mutex_unlock(&journal->lock);
        (void)pthread_join(journal->preparer_thread, NULL);
        return l1_refuse(diag, L1_IO_OPEN, "journal", "thread cannot be started");
    }
    journal->threads_run = true;
    return L1_SUCCESS;
}

static void init_sync(l1_journal *journal)
{
    pthread_condattr_t monotonic;
    L1_ASSERT(pthread_condattr_init(&monotonic) == 0);
    L1_ASSERT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    L1_ASSERT(pthread_mutex_init(&journal->lock, NULL) == 0);
    L1_ASSERT(pthread_cond_init(&journal->work, &monotonic) == 0);
    L1_ASSERT(pthread_cond_init(&journal->done, &monotonic) == 0);
    L1_ASSERT(pthread_cond_init(&journal->prepare, &monotonic) == 0);
    L1_ASSERT(pthread_cond_init(&journal->prepared, &monotonic) == 0);
    (void)pthread_condattr_destroy(&monotonic);
}

static void release(l1_journal *journal)
{
    l1_directory_close(&journal->dir, journal->segment_handle);
    l1_directory_close(&journal->dir, journal->next_handle);
    l1_directory_close(&journal->dir, journal->lock_handle);
    (void)pthread_cond_destroy(&journal->work);
    (void)pthread_cond_destroy(&journal->done);
    (void)pthread_cond_destroy(&journal->prepare);
    (void)pthread_cond_destroy(&journal->prepared);
    (void)pthread_mutex_destroy(&journal->lock);
    free(journal->halves[0].bytes);
    free(journal->halves[1].bytes);
    free(journal);
}

static l1_result open_into(l1_journal *journal, const l1_journal_options *options,
                           l1_journal_found *found, l1_diag *diag)
{
    L1_TRY(take_options(journal, options, diag));
    for (size_t i = 0; i < 2; i++) {
        /* Touched now: the appending thread meets no page fault later. */
        journal->halves[i].bytes = malloc(journal->options.queue_size / 2);
        if (journal->halves[i].bytes == NULL) {
            return l1_refuse(diag, L1_LIMIT_FULL, "journal", "no memory for the queue");
        }
        memset(journal->halves[i].bytes, 0, journal->options.queue_size / 2);
    }
    L1_TRY(l1_directory_make(&journal->dir, diag));
    L1_TRY(take_lock(journal, diag));
    L1_TRY(recover(journal, found, diag));
    return start_threads(journal, diag);
}

l1_result l1_journal_open(const l1_journal_options *options, l1_journal **out,
                          l1_journal_found *found, l1_diag *diag)
{
    l1_journal *journal = calloc(1, sizeof *journal);
    if (journal == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "journal", "no memory");
    journal->lock_handle = -1;
    journal->segment_handle = -1;
    journal->next_handle = -1;
    init_sync(journal);
    const l1_result done = open_into(journal, options, found, diag);
    if (done.code != L1_OK) {
        release(journal);
        return done;
    }
    *out = journal;
    return L1_SUCCESS;
}

static void stop_threads(l1_journal *journal)
{
    if (!journal->threads_run) return;
    pthread_mutex_lock(&journal->lock);
    journal->stopping = true;
    pthread_cond_signal(&journal->work);
    pthread_mutex_unlock(&journal->lock);
    (void)pthread_join(journal->writer_thread, NULL);
    pthread_mutex_lock(&journal->lock);
    journal->preparer_stopping = true;
    pthread_cond_broadcast(&journal->prepare);
    pthread_mutex_unlock(&journal->lock);
    (void)pthread_join(journal->preparer_thread, NULL);
}

l1_result l1_journal_close(l1_journal *journal, l1_diag *diag)
{
    char text[sizeof journal->error];
    stop_threads(journal);
    if (journal->options.manual) (void)l1_writer_round(journal);
    l1_result done = L1_SUCCESS;
    if (l1_journal_error(journal, text, sizeof text)) {
        done = l1_refuse(diag, L1_IO_WRITE, "journal", "%s", text);
    } else if (!journal->synced) {
        done = l1_directory_sync(&journal->dir, journal->segment_handle, "segment", diag);
    }
    release(journal);
    return done;
}

/* The writer is woken only when it sleeps and has a reason: a wake-up is a system call. */
static void wake(l1_journal *journal, bool urgent)
{
    const bool crowded = journal->halves[journal->filling].used > journal->options.queue_size / 4;
    if ((urgent || crowded) && !journal->urgent) {
        journal->urgent = true;
        atomic_store_explicit(&journal->hint, true, memory_order_release);
        if (journal->mood != L1_WRITER_BUSY) pthread_cond_signal(&journal->work);
    } else if (journal->mood == L1_WRITER_ASLEEP) {
        pthread_cond_signal(&journal->work);
    }
    if (journal->mood == L1_WRITER_ASLEEP) journal->mood = L1_WRITER_DOZING;
}

/* In turns nobody is woken before the turn ends, unless the queue grows crowded. */
static void note(l1_journal *journal, bool urgent)
{
    if (urgent) journal->turn_urgent = true;
    if (journal->halves[journal->filling].used > journal->options.queue_size / 4) {
        wake(journal, true);
    }
}

uint64_t l1_journal_append(l1_journal *journal, l1_record_type type, const void *payload,
                           size_t size, uint64_t mono_ns, uint64_t wall_ns, uint64_t tag,
                           bool urgent)
{
    L1_ASSERT(size <= L1_RECORD_PAYLOAD_MAX);
    L1_ASSERT(tag >= journal->tag);
    if (atomic_load_explicit(&journal->failed, memory_order_relaxed)) return 0;
    const l1_record_header header = {.type = (uint16_t)type,
                                     .length = (uint32_t)size,
                                     .epoch = (uint16_t)journal->epoch,
                                     .sequence = journal->next_sequence,
                                     .mono_ns = mono_ns,
                                     .wall_ns = wall_ns};
    uint64_t sequence = 0;
    pthread_mutex_lock(&journal->lock);
    l1_half *half = &journal->halves[journal->filling];
    if (l1_record_size(header.length) <= journal->options.queue_size / 2 - half->used) {
        half->used += l1_record_put(half->bytes + half->used, &header, payload, tag);
        sequence = journal->next_sequence++;
        journal->tag = tag;
        if (journal->options.turns) {
            note(journal, urgent);
        } else {
            wake(journal, urgent);
        }
    } else {
        wake(journal, true);
    }
    pthread_mutex_unlock(&journal->lock);
    return sequence;
}

uint64_t l1_journal_durable(const l1_journal *journal)
{
    return atomic_load_explicit(&journal->durable, memory_order_acquire);
}

uint64_t l1_journal_last(const l1_journal *journal)
{
    return journal->next_sequence - 1;
}

bool l1_journal_has_room(l1_journal *journal, size_t size)
{
    L1_ASSERT(size <= L1_RECORD_PAYLOAD_MAX);
    pthread_mutex_lock(&journal->lock);
    const size_t left = journal->options.queue_size / 2 - journal->halves[journal->filling].used;
    pthread_mutex_unlock(&journal->lock);
    return l1_record_size((uint32_t)size) <= left;
}

void l1_journal_turn(l1_journal *journal)
{
    L1_ASSERT(journal->options.turns);
    const bool urgent = journal->turn_urgent;
    journal->turn_urgent = false;
    if (journal->options.manual) {
        if (urgent) l1_journal_pump(journal);
        return;
    }
    if (urgent && l1_writer_turn(journal)) return;
    pthread_mutex_lock(&journal->lock);
    if (journal->halves[journal->filling].used > 0) wake(journal, urgent);
    pthread_mutex_unlock(&journal->lock);
}

void l1_journal_flush(l1_journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    if (journal->halves[journal->filling].used > 0) wake(journal, true);
    pthread_mutex_unlock(&journal->lock);
}

bool l1_journal_wait(l1_journal *journal, uint64_t sequence)
{
    if (journal->options.manual) {
        if (l1_journal_durable(journal) < sequence) l1_journal_pump(journal);
        return l1_journal_durable(journal) >= sequence;
    }
    pthread_mutex_lock(&journal->lock);
    if (journal->halves[journal->filling].used > 0) wake(journal, true);
    while (l1_journal_durable(journal) < sequence && !atomic_load(&journal->failed)) {
        pthread_cond_wait(&journal->done, &journal->lock);
    }
    pthread_mutex_unlock(&journal->lock);
    return l1_journal_durable(journal) >= sequence;
}

bool l1_journal_error(l1_journal *journal, char *text, size_t capacity)
{
    L1_ASSERT(capacity > 0);
    pthread_mutex_lock(&journal->lock);
    const bool failed = atomic_load(&journal->failed);
    (void)snprintf(text, capacity, "%s", failed ? journal->error : "");
    pthread_mutex_unlock(&journal->lock);
    return failed;
}

bool l1_journal_space_low(const l1_journal *journal)
{
    return atomic_load(&journal->space_low);
}

uint32_t l1_journal_epoch(const l1_journal *journal)
{
    return journal->epoch;
}

void l1_journal_pump(l1_journal *journal)
{
    L1_ASSERT(journal->options.manual);
    if (l1_writer_round(journal)) l1_prepare_round(journal);
}
