/* app/recovery.c: replaying a journal and comparing what comes out with what came out. */
#include "app/recovery.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "l1_build_id.h"

enum { PROGRESS_EVERY = 65536, RETRIES_MAX = 3 };

typedef struct {
    const l1_restore_options *options;
    l1_directory dir;
    l1_journal_reader *reader;
    l1_restored *out;
    l1_diag *diag;
    size_t compare_at;    /* the next recomputed effect */
    bool began;           /* a CONFIG was seen or a snapshot loaded */
    l1_numbers snapshots; /* to be compared with */
    size_t snapshots_at;
    l1_event event;
    l1_effect effect;
} replay;

size_t l1_start_put(const l1_start_payload *start, uint8_t out[L1_START_BYTES_MAX])
{
    l1_archive archive = l1_archive_saving(out, L1_START_BYTES_MAX);
    l1_start_payload copy = *start;
    l1_archive_text(&archive, copy.build_id, sizeof copy.build_id);
    l1_archive_u32(&archive, &copy.epoch);
    l1_archive_enum(&archive, &copy.mode, L1_MODE_COUNT);
    L1_ASSERT(l1_archive_ok(&archive));
    return archive.out.used;
}

bool l1_start_read(const l1_record *record, l1_start_payload *out)
{
    l1_archive archive = l1_archive_loading(record->payload, record->header.length);
    l1_archive_text(&archive, out->build_id, sizeof out->build_id);
    l1_archive_u32(&archive, &out->epoch);
    l1_archive_enum(&archive, &out->mode, L1_MODE_COUNT);
    return l1_archive_ok(&archive);
}

void l1_hash_put(l1_hash128 hash, uint8_t out[L1_HASH_BYTES])
{
    l1_writer to = {.base = out, .capacity = L1_HASH_BYTES};
    l1_write_u64(&to, hash.lo);
    l1_write_u64(&to, hash.hi);
    L1_ASSERT(!to.failed);
}

static bool read_hash(const l1_record *record, l1_hash128 *hash)
{
    l1_reader in = {.at = record->payload, .end = record->payload + record->header.length};
    hash->lo = l1_read_u64(&in);
    hash->hi = l1_read_u64(&in);
    return !in.failed;
}

static l1_result refuse_record(replay *at, const l1_record *record, const char *what)
{
    return l1_refuse(at->diag, L1_JOURNAL_CORRUPT, "journal", "record %" PRIu64 ": %s",
                     record->header.sequence, what);
}

static bool keep(uint8_t **to, uint32_t *to_size, const uint8_t *bytes, uint32_t size)
{
    *to = malloc(size > 0 ? size : 1);
    if (*to == NULL) return false;
    memcpy(*to, bytes, size);
    *to_size = size;
    return true;
}

/* Either side may be absent (NULL). */
static l1_result differs(replay *at, uint64_t sequence, const uint8_t *recorded,
                         uint32_t recorded_size, const uint8_t *recomputed,
                         uint32_t recomputed_size)
{
    l1_difference *difference = &at->out->difference;
    difference->sequence = sequence;
    l1_text_copy(difference->build_id, sizeof difference->build_id, at->out->build_id);
    if (recorded != NULL) {
        (void)keep(&difference->recorded, &difference->recorded_size, recorded, recorded_size);
    }
    if (recomputed != NULL) {
        (void)keep(&difference->recomputed, &difference->recomputed_size, recomputed,
                   recomputed_size);
    }
    if (strcmp(at->out->build_id, L1_BUILD_ID) == 0) {
        return l1_refuse(at->diag, L1_JOURNAL_DIFFERS, "journal",
                         "record %" PRIu64 " differs from what its inputs give", sequence);
    }
    return l1_refuse(at->diag, L1_JOURNAL_DIFFERS, "journal",
                     "record %" PRIu64 " of build %s differs from what build %s makes of the "
                     "same inputs; start the former once more (l1 run --journal %s), stop it with "
                     "SIGTERM, then start the latter; nothing has been published",
                     sequence, at->out->build_id, L1_BUILD_ID, at->options->dir);
}

/* A step is complete when all of its effects have been seen. */
static l1_result check_complete(replay *at, uint64_t sequence)
{
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    size_t next = at->compare_at;
    if (at->out->instance.system == NULL) return L1_SUCCESS;
    if (!l1_effects_next(&at->out->instance.effects, &next, &bytes, &size)) return L1_SUCCESS;
    return differs(at, sequence, NULL, 0, bytes, size);
}

/* What the event is scored with, or changes to, has to be beside the journal. A snapshot's bundle
 * that can no longer be used is missed here only, by the first event after it that is no change of
 * models: a clean stop can always be started from (a start applies MODELS before anything else). */
static l1_result need_models(replay *at, const l1_record *record)
{
    l1_instance *instance = &at->out->instance;
    const l1_hash128 scoring = l1_system_models(instance->system);
    l1_diag inner = {.text = ""};
    l1_result found = L1_SUCCESS;
    if (at->event.kind == L1_EVENT_MODELS) {
        found = l1_model_slots_need(instance->models, scoring, at->event.as.models.hash, &at->dir,
                                    &inner);
    } else if (!l1_instance_has_models(instance)) {
        found = l1_instance_find_models(instance, &at->dir, &inner);
    }
    if (found.code == L1_OK) return found;
    return l1_refuse(at->diag, L1_JOURNAL_CORRUPT, "models",
                     "record %" PRIu64 " needs the models kept beside the journal: %.120s",
                     record->header.sequence, inner.text);
}

static l1_result on_event(replay *at, const l1_record *record)
{
    const l1_restore_visitor *visitor = &at->options->visitor;
    if (at->out->instance.system == NULL) return refuse_record(at, record, "no configuration yet");
    L1_TRY(check_complete(at, record->header.sequence));
    l1_archive archive = l1_archive_loading(record->payload, record->header.length);
    l1_event_archive(&archive, &at->event);
    if (!l1_archive_ok(&archive) || l1_read_left(&archive.in) != 0) {
        return refuse_record(at, record, "its event cannot be read by this build");
    }
    l1_system *system = at->out->instance.system;
    if (at->event.at_ns < l1_system_now_ns(system)) {
        return refuse_record(at, record, "its event lies before the one before it");
    }
    L1_TRY(need_models(at, record));
    l1_system_step(system, &at->event, &at->out->instance.effects);
    at->compare_at = 0;
    at->out->events++;
    if (visitor->event != NULL) visitor->event(visitor->state, &at->event, system);
    return L1_SUCCESS;
}

static l1_result on_effect(replay *at, const l1_record *record)
{
    const l1_restore_visitor *visitor = &at->options->visitor;
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    const l1_record_header *header = &record->header;
    if (at->out->instance.system == NULL) return refuse_record(at, record, "no configuration yet");
    if (!l1_effects_next(&at->out->instance.effects, &at->compare_at, &bytes, &size)) {
        return differs(at, header->sequence, record->payload, header->length, NULL, 0);
    }
    if (size != header->length || memcmp(bytes, record->payload, size) != 0) {
        return differs(at, header->sequence, record->payload, header->length, bytes, size);
    }
    at->out->effects++;
    l1_reader in = {.at = record->payload, .end = record->payload + record->header.length};
    at->out->effects_total = l1_read_u64(&in);
    (void)l1_read_u64(&in); /* its time */
    const uint8_t kind = l1_read_u8(&in);
    const bool counts =
        kind == L1_EFFECT_REPORT || kind == L1_EFFECT_ALERT || kind == L1_EFFECT_ANALYSIS;
    if (!counts && visitor->effect == NULL) return L1_SUCCESS;
    if (!l1_effect_load(record->payload, record->header.length, &at->effect)) {
        return refuse_record(at, record, "its effect cannot be read by this build");
    }
    if (counts) l1_metrics_take(&at->out->figures, &at->effect);
    if (visitor->effect != NULL) visitor->effect(visitor->state, &at->effect);
    return L1_SUCCESS;
}

static l1_result on_config(replay *at, const l1_record *record)
{
    l1_restored *out = at->out;
    const l1_restore_visitor *visitor = &at->options->visitor;
    l1_hash128 hash;
    if (!read_hash(record, &hash)) return refuse_record(at, record, "its hash is cut off");
    const bool same = hash.lo == out->config_hash.lo && hash.hi == out->config_hash.hi;
    if (at->began && same) return L1_SUCCESS;
    L1_TRY(check_complete(at, record->header.sequence));
    L1_TRY(l1_config_from_blob(&at->dir, hash, &out->config, at->diag));
    if (at->began) {
        l1_metrics_adopt(&out->figures, l1_engine_limits(l1_system_engine(out->instance.system)),
                         &out->config.limits);
        L1_TRY(l1_instance_adopt(&out->instance, &out->config.limits, at->diag));
    } else {
        L1_TRY(l1_instance_make(&out->instance, &out->config.limits, at->diag));
    }
    at->compare_at = 0;
    at->began = true;
    out->config_hash = hash;
    if (visitor->config != NULL) visitor->config(visitor->state, &out->config);
    return L1_SUCCESS;
}

static l1_result compare_hash(replay *at, uint64_t sequence, l1_hash128 recorded)
{
    if (at->out->built_by_other) return L1_SUCCESS; /* its state may be listed otherwise */
    L1_TRY(check_complete(at, sequence));
    const l1_hash128 own = l1_system_hash(at->out->instance.system);
    at->out->hashes_compared++;
    if (own.lo == recorded.lo && own.hi == recorded.hi) return L1_SUCCESS;
    char own_text[33], recorded_text[33];
    l1_hash_hex(own, own_text);
    l1_hash_hex(recorded, recorded_text);
    at->out->difference.sequence = sequence;
    return l1_refuse(at->diag, L1_JOURNAL_DIFFERS, "journal",
                     "record %" PRIu64 ": the state's hash is %s, recorded was %s", sequence,
                     own_text, recorded_text);
}

static l1_result on_start(replay *at, const l1_record *record)
{
    l1_start_payload start;
    if (!l1_start_read(record, &start)) return refuse_record(at, record, "its start is cut off");
    memcpy(at->out->build_id, start.build_id, sizeof start.build_id);
    at->out->epoch = start.epoch;
    if (strcmp(start.build_id, L1_BUILD_ID) != 0) at->out->built_by_other = true;
    return L1_SUCCESS;
}

static l1_result on_stop(replay *at, const l1_record *record)
{
    l1_hash128 hash;
    if (!read_hash(record, &hash)) return refuse_record(at, record, "its hash is cut off");
    if (at->out->instance.system == NULL) return refuse_record(at, record, "nothing had begun");
    return compare_hash(at, record->header.sequence, hash);
}

static l1_result check_snapshot(replay *at, uint64_t sequence)
{
    l1_snapshot_info info;
    l1_instance_state state;
    uint8_t *body = NULL;
    size_t size = 0;
    while (at->snapshots_at < at->snapshots.count &&
           at->snapshots.at[at->snapshots_at] < sequence) {
        at->snapshots_at++;
    }
    if (at->snapshots_at == at->snapshots.count || at->snapshots.at[at->snapshots_at] != sequence) {
        return L1_SUCCESS;
    }
    const l1_result found =
        l1_snapshot_find(&at->dir, at->out->engine_id, sequence, &info, &body, &size, at->diag);
    if (found.code != L1_OK) return found.code == L1_IO_END ? L1_SUCCESS : found;
    const bool usable = info.sequence == sequence && strcmp(info.build_id, L1_BUILD_ID) == 0 &&
                        l1_instance_state_read(body, size, &state);
    free(body);
    return usable ? compare_hash(at, sequence, state.hash) : L1_SUCCESS;
}

static l1_result on_record(replay *at, const l1_record *record)
{
    l1_reader in = {.at = record->payload, .end = record->payload + record->header.length};
    at->out->clean = record->header.type == L1_RECORD_STOP;
    switch ((l1_record_type)record->header.type) {
    case L1_RECORD_EVENT: return on_event(at, record);
    case L1_RECORD_EFFECT: return on_effect(at, record);
    case L1_RECORD_START: return on_start(at, record);
    case L1_RECORD_CONFIG: return on_config(at, record);
    case L1_RECORD_STOP: return on_stop(at, record);
    case L1_RECORD_PUBLISHED: {
        const uint64_t published = l1_read_u64(&in);
        if (!in.failed && published > at->out->published) at->out->published = published;
        return L1_SUCCESS;
    }
    case L1_RECORD_MODEL: return L1_SUCCESS;
    }
    return refuse_record(at, record, "its type is not one of this build");
}

/* Beside a running engine the tail may change between two looks at it; a second look tells. */
static l1_result next_record(replay *at, uint64_t limit, l1_record *record)
{
    for (int attempt = 0;; attempt++) {
        const l1_result done = l1_journal_reader_next(at->reader, limit, record, at->diag);
        if (done.code != L1_JOURNAL_CORRUPT || limit != UINT64_MAX || attempt == RETRIES_MAX) {
            return done;
        }
        l1_journal_reader_close(at->reader);
        at->reader = NULL;
        L1_TRY(l1_journal_reader_open(at->dir.storage, at->dir.path, &at->reader, at->diag));
        if (at->out->last_sequence == 0) continue;
        L1_TRY(l1_journal_reader_seek(at->reader, at->out->last_sequence + 1, at->diag));
    }
}

static l1_result replay_all(replay *at)
{
    const uint64_t limit = at->options->limit != 0 ? at->options->limit : UINT64_MAX;
    const l1_restore_visitor *visitor = &at->options->visitor;
    for (;;) {
        l1_record record;
        const l1_result done = next_record(at, limit, &record);
        if (done.code == L1_IO_END) return L1_SUCCESS;
        L1_TRY(done);
        L1_TRY(on_record(at, &record));
        at->out->last_sequence = record.header.sequence;
        at->out->last_crc = record.header.crc;
        at->out->records++;
        if (visitor->record != NULL) visitor->record(visitor->state, &record);
        if (at->options->check_snapshots) L1_TRY(check_snapshot(at, record.header.sequence));
        if (visitor->progress != NULL && at->out->records % PROGRESS_EVERY == 0) {
            visitor->progress(visitor->state, record.header.sequence);
        }
    }
}

static l1_result load_snapshot(replay *at, const l1_snapshot_info *info, const uint8_t *body,
                               size_t size)
{
    l1_restored *out = at->out;
    l1_instance_state state;
    L1_TRY(l1_config_from_blob(&at->dir, info->config_hash, &out->config, at->diag));
    L1_TRY(l1_instance_load(&out->instance, &out->config.limits, body, size, &state, &out->figures,
                            at->diag));
    const l1_result models = l1_instance_find_models(&out->instance, &at->dir, NULL);
    (void)models; /* see need_models */
    memcpy(out->build_id, info->build_id, sizeof out->build_id);
    out->config_hash = info->config_hash;
    out->published = state.published;
    out->effects_total = info->tag;
    out->began_at = info->sequence;
    out->last_sequence = info->sequence;
    out->clean = info->clean;
    at->began = true;
    const bool other = strcmp(info->build_id, L1_BUILD_ID) != 0;
    if (other && !info->clean) out->built_by_other = true;
    if (!other) {
        const l1_hash128 own = l1_system_hash(out->instance.system);
        if (own.lo != state.hash.lo || own.hi != state.hash.hi) {
            return l1_refuse(at->diag, L1_JOURNAL_CORRUPT, "snapshot",
                             "the state read from snapshot %" PRIu64 " has another hash",
                             info->sequence);
        }
    }
    if (at->options->visitor.config != NULL) {
        at->options->visitor.config(at->options->visitor.state, &out->config);
    }
    return L1_SUCCESS;
}

/* Which snapshot to begin with: the newest within the limit; asked for the first record, the
 * oldest that reaches back to it, and none when the very first record is still there. */
static l1_result begin(replay *at)
{
    l1_restored *out = at->out;
    const uint64_t limit = at->options->limit != 0 ? at->options->limit : UINT64_MAX;
    if (at->options->from_first && out->first_sequence == 1) return L1_SUCCESS;
    uint64_t newest = limit;
    if (at->options->from_first) L1_TRY(l1_snapshot_oldest(&at->dir, &newest, at->diag));
    l1_snapshot_info info;
    uint8_t *body = NULL;
    size_t size = 0;
    const l1_result found =
        l1_snapshot_find(&at->dir, out->engine_id, newest, &info, &body, &size, at->diag);
    if (found.code == L1_IO_END && out->first_sequence == 1) return L1_SUCCESS;
    if (found.code == L1_IO_END) {
        return l1_refuse(at->diag, L1_JOURNAL_CORRUPT, "journal",
                         "records before %" PRIu64 " are gone and no snapshot can be read",
                         out->first_sequence);
    }
    L1_TRY(found);
    l1_result done = L1_SUCCESS;
    if (info.sequence + 1 < out->first_sequence) {
        done = l1_refuse(at->diag, L1_JOURNAL_CORRUPT, "journal",
                         "snapshot %" PRIu64 " ends before the oldest record %" PRIu64,
                         info.sequence, out->first_sequence);
    } else {
        done = load_snapshot(at, &info, body, size);
    }
    free(body);
    L1_TRY(done);
    return l1_journal_reader_seek(at->reader, info.sequence + 1, at->diag);
}

static l1_result restore(replay *at)
{
    l1_restored *out = at->out;
    L1_TRY(l1_journal_reader_open(at->dir.storage, at->dir.path, &at->reader, at->diag));
    out->first_sequence = l1_journal_reader_first(at->reader);
    l1_text_copy(out->engine_id, sizeof out->engine_id, l1_journal_reader_engine_id(at->reader));
    if (at->options->check_snapshots) {
        L1_TRY(l1_directory_snapshots(&at->dir, &at->snapshots, at->diag));
    }
    L1_TRY(begin(at));
    L1_TRY(replay_all(at));
    out->missing_at = at->compare_at;
    if (out->instance.system == NULL) return L1_SUCCESS; /* no CONFIG record: nothing happened */
    L1_ASSERT(out->missing_at <= out->instance.effects.used);
    return L1_SUCCESS;
}

/* Behind the record that was read last, if that is still the one. */
static l1_result restore_more(replay *at)
{
    l1_record record;
    l1_restored *out = at->out;
    L1_TRY(l1_journal_reader_open(NULL, at->options->dir, &at->reader, at->diag));
    at->compare_at = out->missing_at;
    at->began = out->instance.system != NULL;
    out->first_sequence = l1_journal_reader_first(at->reader);
    if (out->last_sequence > 0) {
        L1_TRY(l1_journal_reader_seek(at->reader, out->last_sequence, at->diag));
        L1_TRY(l1_journal_reader_next(at->reader, UINT64_MAX, &record, at->diag));
        if (record.header.crc != out->last_crc) {
            return refuse_record(at, &record, "it is not the one that was read before");
        }
    }
    L1_TRY(replay_all(at));
    out->missing_at = at->compare_at;
    return L1_SUCCESS;
}

static l1_result begin_with(const l1_restore_options *options, l1_restored *out, l1_diag *diag,
                            l1_result (*work)(replay *at))
{
    replay *at = calloc(1, sizeof *at);
    if (at == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "journal", "no memory");
    at->options = options;
    at->dir = (l1_directory){options->storage != NULL ? options->storage : l1_storage_posix(),
                             options->dir};
    at->out = out;
    at->diag = diag;
    const l1_result done = work(at);
    l1_journal_reader_close(at->reader);
    l1_numbers_free(&at->snapshots);
    free(at);
    return done;
}

l1_result l1_restore(const l1_restore_options *options, l1_restored *out, l1_diag *diag)
{
    memset(out, 0, sizeof *out);
    l1_metrics_init(&out->figures);
    return begin_with(options, out, diag, restore);
}

l1_result l1_restore_more(const l1_restore_options *options, l1_restored *restored, l1_diag *diag)
{
    L1_ASSERT(options->limit == 0 && !options->check_snapshots);
    return begin_with(options, restored, diag, restore_more);
}

void l1_restored_free(l1_restored *restored)
{
    l1_instance_free(&restored->instance);
    free(restored->difference.recorded);
    free(restored->difference.recomputed);
    memset(restored, 0, sizeof *restored);
}
