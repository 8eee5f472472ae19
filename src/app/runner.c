/* app/runner.c: append, step, park, release. */
#include "app/runner.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/effect_cursor.h"
#include "app/instance.h"
#include "app/latency.h"
#include "app/model_load.h"
#include "app/recovery.h"
#include "app/report_store.h"
#include "base/assert.h"
#include "base/text.h"
#include "bus/byte_queue.h"
#include "journal/blob.h"
#include "journal/journal.h"
#include "l1_build_id.h"

enum {
    KIND_AT = 16, /* an effect's kind stands behind its number and time */
    DRAIN_PARKED_MAX = 4 << 20,
};
#define SEGMENT_SIZE UINT64_C(67108864)

/* Stands before the bytes of each parked effect. */
typedef struct {
    uint64_t record;
    int64_t received_ns, decided_ns; /* monotonic; 0 = not measured */
    uint64_t key;                    /* of the signal that was applied; 0 = none was */
    uint64_t size;
} parked;

struct l1_runner {
    l1_config config;
    l1_hash128 config_hash;
    l1_runner_sink sink;
    bool measure, reload_at_once, turns;
    l1_instance instance;
    l1_report_store *store;
    l1_latency latency;
    l1_metrics figures;
    l1_effect effect; /* being handed over */

    char dir[L1_PATH_TEXT_MAX];
    l1_directory directory;
    l1_journal *journal; /* NULL: none */
    l1_byte_queue parked;
    l1_effect_cursor *catch_up; /* recorded before this start and not published */
    uint64_t catch_up_limit;
    uint64_t inputs;              /* without a journal: what was applied */
    uint64_t handed;              /* last effect handed to the sink */
    uint64_t released_record;     /* everything up to it was handed over */
    uint64_t published, recorded; /* position; as journaled */
    uint64_t segment_size, bytes_since;
    uint8_t event_bytes[L1_EVENT_BYTES_MAX];
};

/* --- appending ----------------------------------------------------------------------------- */

static l1_result journal_failure(l1_runner *runner, l1_diag *diag)
{
    char text[160];
    if (!l1_journal_error(runner->journal, text, sizeof text)) return L1_SUCCESS;
    return l1_refuse(diag, L1_IO_WRITE, "journal",
                     "journal: %.100s; nothing more is published, check the disk and start again",
                     text);
}

/* Appends; waits for room when the queue is full. */
static l1_result append(l1_runner *runner, l1_record_type type, const void *payload, size_t size,
                        uint64_t tag, bool urgent, l1_diag *diag)
{
    const uint64_t wall_ns = (uint64_t)l1_system_now_ns(runner->instance.system);
    const uint64_t mono_ns = runner->measure ? (uint64_t)l1_clock_mono_ns() : 0;
    while (l1_journal_append(runner->journal, type, payload, size, mono_ns, wall_ns, tag, urgent) ==
           0) {
        L1_TRY(journal_failure(runner, diag));
        if (!l1_journal_wait(runner->journal, l1_journal_last(runner->journal))) {
            L1_TRY(journal_failure(runner, diag));
        }
    }
    runner->bytes_since += l1_record_size((uint32_t)size);
    return L1_SUCCESS;
}

static l1_result append_event(l1_runner *runner, const l1_event *event, l1_diag *diag)
{
    l1_event copy = *event;
    l1_archive archive = l1_archive_saving(runner->event_bytes, sizeof runner->event_bytes);
    l1_event_archive(&archive, &copy);
    L1_ASSERT(l1_archive_ok(&archive));
    return append(runner, L1_RECORD_EVENT, runner->event_bytes, archive.out.used,
                  l1_runner_effects(runner), false, diag);
}

static uint64_t effect_seq(const uint8_t *bytes, uint32_t size)
{
    l1_reader in = {.at = bytes, .end = bytes + size};
    return l1_read_u64(&in);
}

/* Appends the effects of the last step from `at` on; the last one is urgent and brings the event
 * and its siblings with it. */
static l1_result append_effects(l1_runner *runner, size_t at, bool parks, parked head,
                                l1_diag *diag)
{
    const l1_effects *effects = &runner->instance.effects;
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    while (l1_effects_next(effects, &at, &bytes, &size)) {
        L1_TRY(append(runner, L1_RECORD_EFFECT, bytes, size, effect_seq(bytes, size),
                      at == effects->used, diag));
        if (!parks) continue;
        head.record = l1_journal_last(runner->journal);
        head.size = size;
        if (!l1_byte_queue_add(&runner->parked, (const char *)&head, sizeof head) ||
            !l1_byte_queue_add(&runner->parked, (const char *)bytes, size)) {
            return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory for parked effects");
        }
    }
    return L1_SUCCESS;
}

/* --- handing over -------------------------------------------------------------------------- */

static l1_effect_kind kind_of(const uint8_t *bytes, uint32_t size)
{
    return size > KIND_AT ? (l1_effect_kind)bytes[KIND_AT] : L1_EFFECT_COUNT;
}

static l1_result unreadable(uint64_t seq, l1_diag *diag)
{
    return l1_refuse(diag, L1_JOURNAL_CORRUPT, "journal", "effect %llu cannot be read",
                     (unsigned long long)seq);
}

/* The report that a duplicate asks for: kept, or found in the journal. */
static l1_result load_report(l1_runner *runner, uint64_t seq, l1_effect *out, l1_diag *diag)
{
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    uint64_t found = 0;
    l1_result done = l1_report_store_get(runner->store, seq, &bytes, &size, diag);
    if (done.code == L1_OK) {
        return l1_effect_load(bytes, size, out) ? L1_SUCCESS : unreadable(seq, diag);
    }
    if (runner->journal == NULL) return done;
    l1_effect_cursor *cursor = NULL;
    L1_TRY(l1_effect_cursor_open(&runner->directory, seq, &cursor, diag));
    done = l1_effect_cursor_next(cursor, l1_journal_durable(runner->journal), &found, &bytes, &size,
                                 diag);
    if (done.code == L1_OK && (found != seq || !l1_effect_load(bytes, size, out))) {
        done = unreadable(seq, diag);
    }
    l1_effect_cursor_close(cursor);
    return done;
}

l1_result l1_runner_resolve(l1_runner *runner, const uint8_t *bytes, uint32_t size,
                            l1_effect *effect, l1_publication *publication, bool *wanted,
                            l1_diag *diag)
{
    const l1_effect_kind kind = kind_of(bytes, size);
    *wanted = kind == L1_EFFECT_REPORT || kind == L1_EFFECT_ALERT || kind == L1_EFFECT_STATUS ||
              kind == L1_EFFECT_REPUBLISH || kind == L1_EFFECT_RELOAD_MODELS ||
              kind == L1_EFFECT_ANALYSIS;
    if (!*wanted) return L1_SUCCESS;
    if (!l1_effect_load(bytes, size, effect)) return unreadable(effect_seq(bytes, size), diag);
    *publication = (l1_publication){
        .seq = effect->seq, .decision_us = L1_OFF, .durable_us = L1_OFF, .venue_us = L1_OFF};
    if (kind != L1_EFFECT_REPUBLISH) return L1_SUCCESS;
    publication->duplicate = true;
    L1_TRY(load_report(runner, effect->as.of_seq, effect, diag));
    effect->seq = publication->seq;
    return L1_SUCCESS;
}

static int64_t us_since(int64_t from_ns, int64_t to_ns)
{
    return from_ns == 0 || to_ns == 0 ? L1_OFF : (to_ns - from_ns) / 1000;
}

/* latency_us of a report: of the step that applied its signal, or of the signal under way. */
static void measure(l1_runner *runner, const l1_effect *effect, const parked *head,
                    l1_publication *publication)
{
    const l1_report *report = &effect->as.report;
    const uint64_t key = l1_latency_key(report->signal_id);
    if (key == head->key) {
        const int64_t now_ns = head->received_ns == 0 ? 0 : l1_clock_mono_ns();
        publication->decision_us = us_since(head->received_ns, head->decided_ns);
        publication->durable_us =
            runner->journal == NULL ? L1_OFF : us_since(head->received_ns, now_ns);
        publication->venue_us = 0;
        return;
    }
    (void)l1_latency_of(&runner->latency, key, effect->at_ns, publication);
}

static l1_result hand(l1_runner *runner, const uint8_t *bytes, uint32_t size, const parked *head,
                      l1_diag *diag)
{
    l1_publication publication;
    bool wanted = false;
    l1_effect *effect = &runner->effect;
    runner->handed = effect_seq(bytes, size);
    if (kind_of(bytes, size) == L1_EFFECT_SUBMIT && head->key != 0 && head->received_ns != 0) {
        l1_latency_durable(&runner->latency, head->key,
                           us_since(head->received_ns, l1_clock_mono_ns()));
    }
    L1_TRY(l1_runner_resolve(runner, bytes, size, effect, &publication, &wanted, diag));
    if (!wanted) return L1_SUCCESS;
    if (effect->kind == L1_EFFECT_REPORT && !publication.duplicate) {
        measure(runner, effect, head, &publication);
        if (effect->as.report.final && !effect->as.report.protection) {
            const l1_result kept =
                l1_report_store_put(runner->store, effect->seq, bytes, size, diag);
            if (runner->journal == NULL) L1_TRY(kept); /* else the journal has it too */
        }
    }
    if (!publication.duplicate) {
        l1_metrics_take(&runner->figures, effect);
        l1_metrics_latency(&runner->figures, publication.decision_us, publication.durable_us);
    }
    if (runner->sink.take != NULL) runner->sink.take(runner->sink.state, effect, &publication);
    return L1_SUCCESS;
}

/* What was recorded before this start and not published. */
static l1_result hand_catch_up(l1_runner *runner, l1_diag *diag)
{
    static const parked nothing_measured;
    l1_result done = L1_SUCCESS;
    while (done.code == L1_OK) {
        const uint8_t *bytes = NULL;
        uint32_t size = 0;
        uint64_t seq = 0;
        done = l1_effect_cursor_next(runner->catch_up, runner->catch_up_limit, &seq, &bytes, &size,
                                     diag);
        if (done.code == L1_OK) done = hand(runner, bytes, size, &nothing_measured, diag);
    }
    if (done.code != L1_IO_END) return done;
    l1_effect_cursor_close(runner->catch_up);
    runner->catch_up = NULL;
    return L1_SUCCESS;
}

static l1_result hand_durable(l1_runner *runner, l1_diag *diag)
{
    const uint64_t durable = l1_journal_durable(runner->journal);
    while (l1_byte_queue_size(&runner->parked) > 0) {
        parked head;
        const char *at = l1_byte_queue_data(&runner->parked);
        memcpy(&head, at, sizeof head);
        if (head.record > durable) break;
        L1_TRY(hand(runner, (const uint8_t *)at + sizeof head, (uint32_t)head.size, &head, diag));
        l1_byte_queue_drop(&runner->parked, sizeof head + (size_t)head.size);
    }
    runner->released_record = durable;
    return L1_SUCCESS;
}

/* Journals the publish position; it rides with the next sync: before the next event, or when a
 * release had nothing to hand over. Never in the turn that hands over: outputs leave after it. */
static void record_position(l1_runner *runner)
{
    runner->published = runner->sink.published == NULL
                            ? runner->handed
                            : runner->sink.published(runner->sink.state, runner->handed);
    L1_ASSERT(runner->published <= runner->handed);
    if (runner->published <= runner->recorded) return;
    uint8_t bytes[8];
    l1_writer to = {.base = bytes, .capacity = sizeof bytes};
    l1_write_u64(&to, runner->published);
    const uint64_t wall_ns = (uint64_t)l1_system_now_ns(runner->instance.system);
    if (l1_journal_append(runner->journal, L1_RECORD_PUBLISHED, bytes, sizeof bytes, 0, wall_ns,
                          l1_runner_effects(runner), false) != 0) {
        runner->recorded = runner->published;
    }
}

l1_result l1_runner_release(l1_runner *runner, l1_diag *diag)
{
    if (runner->journal == NULL) return L1_SUCCESS;
    if (runner->turns) l1_journal_turn(runner->journal);
    L1_TRY(journal_failure(runner, diag));
    const uint64_t before = runner->handed;
    if (runner->catch_up != NULL) L1_TRY(hand_catch_up(runner, diag));
    L1_TRY(hand_durable(runner, diag));
    if (runner->handed == before) record_position(runner);
    return L1_SUCCESS;
}

l1_result l1_runner_flush(l1_runner *runner, l1_diag *diag)
{
    if (runner->journal == NULL) return L1_SUCCESS;
    if (!l1_journal_wait(runner->journal, l1_journal_last(runner->journal))) {
        L1_TRY(journal_failure(runner, diag));
    }
    return l1_runner_release(runner, diag);
}

/* --- stepping ------------------------------------------------------------------------------ */

static l1_result hand_now(l1_runner *runner, const parked *head, l1_diag *diag)
{
    size_t at = 0;
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    while (l1_effects_next(&runner->instance.effects, &at, &bytes, &size)) {
        L1_TRY(hand(runner, bytes, size, head, diag));
    }
    return L1_SUCCESS;
}

/* Remembers when a signal was sent, for the reports that come in later steps. */
static void note_submit(l1_runner *runner, const parked *head, int64_t at_ns)
{
    size_t at = 0;
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    while (l1_effects_next(&runner->instance.effects, &at, &bytes, &size)) {
        if (kind_of(bytes, size) != L1_EFFECT_SUBMIT) continue;
        l1_latency_submitted(&runner->latency, head->key, at_ns,
                             us_since(head->received_ns, head->decided_ns));
        return;
    }
}

static l1_result apply(l1_runner *runner, const l1_event *event, int64_t received_ns, l1_diag *diag)
{
    parked head = {.received_ns = runner->measure ? received_ns : 0};
    L1_ASSERT(event->at_ns >= l1_runner_now_ns(runner));
    if (runner->journal != NULL) {
        record_position(runner);
        L1_TRY(append_event(runner, event, diag));
    }
    l1_system_step(runner->instance.system, event, &runner->instance.effects);
    if (event->kind == L1_EVENT_SIGNAL && runner->instance.effects.count > 0) {
        head.key = l1_latency_key(event->as.signal.id);
        if (head.received_ns != 0) head.decided_ns = l1_clock_mono_ns();
        note_submit(runner, &head, event->at_ns);
    }
    runner->inputs++;
    if (runner->journal == NULL) return hand_now(runner, &head, diag);
    return append_effects(runner, 0, true, head, diag);
}

void l1_runner_load_models(l1_runner *runner, bool commanded, l1_models_event *out)
{
    l1_model_load(
        &(l1_model_load_request){.folder = runner->config.settings.ai_models,
                                 .journal = runner->journal == NULL ? NULL : &runner->directory,
                                 .slots = runner->instance.models,
                                 .scoring = l1_system_models(runner->instance.system),
                                 .commanded = commanded},
        out);
}

l1_result l1_runner_take_models(l1_runner *runner, const l1_models_event *models, l1_diag *diag)
{
    const l1_hash128 scoring = l1_system_models(runner->instance.system);
    const bool same = models->hash.lo == scoring.lo && models->hash.hi == scoring.hi;
    if (same && !models->commanded) { /* after a start without its bundle it is back now */
        const bool found =
            l1_system_use_models(runner->instance.system, &runner->instance.models->bank);
        L1_ASSERT(found);
        return L1_SUCCESS;
    }
    const l1_event event = {
        .kind = L1_EVENT_MODELS, .at_ns = l1_runner_now_ns(runner), .as.models = *models};
    return apply(runner, &event, 0, diag);
}

/* Whether the step just made asked for models to be read. */
static bool asks_models(const l1_runner *runner)
{
    size_t at = 0;
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    while (l1_effects_next(&runner->instance.effects, &at, &bytes, &size)) {
        if (kind_of(bytes, size) == L1_EFFECT_RELOAD_MODELS) return true;
    }
    return false;
}

l1_result l1_runner_apply(l1_runner *runner, const l1_event *event, int64_t received_ns,
                          l1_diag *diag)
{
    l1_models_event models;
    L1_TRY(apply(runner, event, received_ns, diag));
    if (!runner->reload_at_once || event->kind != L1_EVENT_CONTROL || !asks_models(runner)) {
        return L1_SUCCESS;
    }
    l1_runner_load_models(runner, true, &models);
    return l1_runner_take_models(runner, &models, diag);
}

l1_result l1_runner_drain(l1_runner *runner, l1_diag *diag)
{
    l1_system *system = runner->instance.system;
    while (l1_system_pending(system)) {
        const int64_t due_ns = l1_system_next_due_ns(system);
        if (due_ns == INT64_MAX) break; /* nothing will ever happen again */
        const l1_event tick = {.kind = L1_EVENT_TICK, .at_ns = due_ns};
        L1_TRY(l1_runner_apply(runner, &tick, 0, diag));
        if (l1_runner_parked(runner) > DRAIN_PARKED_MAX) L1_TRY(l1_runner_flush(runner, diag));
    }
    return l1_runner_flush(runner, diag);
}

/* --- opening ------------------------------------------------------------------------------- */

static l1_result open_journal(l1_runner *runner, const l1_runner_options *options,
                              l1_journal_found *found, l1_diag *diag)
{
    const l1_settings *settings = &runner->config.settings;
    const l1_journal_options wanted = {
        .dir = runner->dir,
        .engine_id = runner->config.limits.engine_id,
        .config_hash = runner->config_hash,
        .sync = settings->journal_sync == L1_JOURNAL_SYNC_NONE ? L1_SYNC_NONE : L1_SYNC_GROUP,
        .sync_ms = (uint32_t)(settings->journal_sync_ns / 1000000),
        .segment_size = options->segment_size,
        .size_max = (uint64_t)settings->journal_size_max,
        .retain_days = (uint32_t)settings->journal_retain_days,
        .manual = options->manual,
        .turns = options->turns,
        .notify = options->on_durable,
        .notify_state = options->on_durable_state,
        .storage = options->storage,
    };
    return l1_journal_open(&wanted, &runner->journal, found, diag);
}

/* Reports since the snapshot are kept near, as if they had just been handed over. */
static void keep_report(void *state, const l1_record *record)
{
    l1_runner *runner = state;
    l1_effect *effect = &runner->effect;
    if (record->header.type != L1_RECORD_EFFECT) return;
    if (kind_of(record->payload, record->header.length) != L1_EFFECT_REPORT) return;
    if (!l1_effect_load(record->payload, record->header.length, effect)) return;
    if (!effect->as.report.final || effect->as.report.protection) return;
    /* A report that cannot be kept is read from the journal when it is asked for. */
    const l1_result kept = l1_report_store_put(runner->store, effect->seq, record->payload,
                                               record->header.length, NULL);
    (void)kept;
}

static l1_result put_config(l1_runner *runner, const char *text, size_t size, l1_diag *diag)
{
    char hex[L1_BLOB_HEX_SIZE];
    return l1_blob_put(&runner->directory, text, size, hex, diag);
}

static l1_result append_start(l1_runner *runner, bool config_changed, l1_diag *diag)
{
    uint8_t bytes[L1_START_BYTES_MAX];
    l1_start_payload start = {.epoch = l1_journal_epoch(runner->journal),
                              .mode = runner->config.limits.mode};
    const uint64_t tag = l1_runner_effects(runner);
    l1_text_copy(start.build_id, sizeof start.build_id, L1_BUILD_ID);
    const size_t size = l1_start_put(&start, bytes);
    L1_TRY(append(runner, L1_RECORD_START, bytes, size, tag, false, diag));
    if (!config_changed) return L1_SUCCESS;
    l1_hash_put(runner->config_hash, bytes);
    return append(runner, L1_RECORD_CONFIG, bytes, L1_HASH_BYTES, tag, true, diag);
}

/* Replays what is there and completes the effects of its last event. */
static l1_result recover(l1_runner *runner, const l1_journal_found *on_disk, l1_runner_found *found,
                         bool *config_changed, l1_diag *diag)
{
    l1_restored restored;
    const l1_restore_options options = {
        .storage = runner->directory.storage,
        .dir = runner->dir,
        .limit = on_disk->last_sequence,
        .visitor = {.state = runner, .record = keep_report},
    };
    l1_result done = l1_restore(&options, &restored, diag);
    if (done.code == L1_OK) {
        *found = (l1_runner_found){.records = restored.records,
                                   .snapshot = restored.began_at,
                                   .published = restored.published,
                                   .clean = restored.clean,
                                   .build_changed = strcmp(restored.build_id, L1_BUILD_ID) != 0};
        runner->instance = restored.instance;
        runner->figures = restored.figures;
        restored.instance = (l1_instance){0};
        *config_changed = restored.config_hash.lo != runner->config_hash.lo ||
                          restored.config_hash.hi != runner->config_hash.hi;
    }
    if (done.code == L1_OK && runner->instance.system == NULL) { /* it never got to its CONFIG */
        done = l1_instance_make(&runner->instance, &runner->config.limits, diag);
    } else if (done.code == L1_OK) {
        found->config_changed = *config_changed;
        done = append_effects(runner, restored.missing_at, false, (parked){0}, diag);
        if (done.code == L1_OK && *config_changed) {
            l1_metrics_adopt(&runner->figures, &restored.config.limits, &runner->config.limits);
            done = l1_instance_adopt(&runner->instance, &runner->config.limits, diag);
        }
    }
    l1_restored_free(&restored);
    return done;
}

static l1_result open_catch_up(l1_runner *runner, l1_diag *diag)
{
    runner->handed = runner->recorded = runner->published;
    if (runner->published >= l1_runner_effects(runner)) return L1_SUCCESS;
    runner->catch_up_limit = l1_journal_last(runner->journal);
    return l1_effect_cursor_open(&runner->directory, runner->published + 1, &runner->catch_up,
                                 diag);
}

static l1_result open_with_journal(l1_runner *runner, const l1_runner_options *options,
                                   const char *text, size_t size, l1_runner_found *found,
                                   l1_diag *diag)
{
    l1_journal_found on_disk;
    bool config_changed = true;
    if (strlen(options->journal_dir) >= sizeof runner->dir) {
        return l1_refuse(diag, L1_IO_OPEN, "journal.dir", "path is too long");
    }
    l1_text_copy(runner->dir, sizeof runner->dir, options->journal_dir);
    runner->directory = (l1_directory){
        options->storage != NULL ? options->storage : l1_storage_posix(), runner->dir};
    runner->segment_size = options->segment_size != 0 ? options->segment_size : SEGMENT_SIZE;
    L1_TRY(open_journal(runner, options, &on_disk, diag));
    /* A cache of what the journal has: where that is no folder, any folder does. */
    L1_TRY(l1_report_store_open(options->storage != NULL ? NULL : runner->dir,
                                runner->config.limits.signals_max, &runner->store, diag));
    if (on_disk.last_sequence == 0) {
        found->fresh = true;
        L1_TRY(l1_instance_make(&runner->instance, &runner->config.limits, diag));
    } else {
        L1_TRY(recover(runner, &on_disk, found, &config_changed, diag));
    }
    found->bytes_cut = on_disk.bytes_cut;
    found->epoch = on_disk.epoch;
    found->effects = l1_runner_effects(runner);
    runner->published = found->published;
    L1_TRY(put_config(runner, text, size, diag));
    L1_TRY(append_start(runner, config_changed, diag));
    if (!l1_journal_wait(runner->journal, l1_journal_last(runner->journal))) {
        L1_TRY(journal_failure(runner, diag));
    }
    return open_catch_up(runner, diag);
}

static l1_result open_into(l1_runner *runner, const l1_runner_options *options,
                           l1_runner_found *found, l1_diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    l1_metrics_init(&runner->figures);
    runner->config = *options->config;
    runner->sink = options->sink;
    runner->measure = options->measure;
    runner->reload_at_once = options->reload_at_once;
    runner->turns = options->turns;
    if (options->journal_dir == NULL) {
        L1_TRY(l1_report_store_open(NULL, runner->config.limits.signals_max, &runner->store, diag));
        L1_TRY(l1_instance_make(&runner->instance, &runner->config.limits, diag));
    } else {
        L1_TRY(l1_config_text(&runner->config, &text, &size, &runner->config_hash, diag));
        const l1_result done = open_with_journal(runner, options, text, size, found, diag);
        free(text);
        L1_TRY(done);
    }
    if (!options->manual) l1_instance_settle(&runner->instance);
    return L1_SUCCESS;
}

l1_result l1_runner_open(const l1_runner_options *options, l1_runner **out, l1_runner_found *found,
                         l1_diag *diag)
{
    l1_runner_found ignored;
    if (found == NULL) found = &ignored;
    *found = (l1_runner_found){0};
    l1_runner *runner = calloc(1, sizeof *runner);
    if (runner == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    const l1_result done = open_into(runner, options, found, diag);
    if (done.code != L1_OK) {
        l1_runner_close(runner);
        return done;
    }
    runner->figures.unknown_keys = 0; /* from here on the caller counts them */
    *out = runner;
    return L1_SUCCESS;
}

/* --- closing ------------------------------------------------------------------------------- */

/* Everything appended is durable. */
static l1_result save(l1_runner *runner, bool clean, l1_diag *diag)
{
    L1_ASSERT(l1_journal_durable(runner->journal) == l1_journal_last(runner->journal));
    l1_snapshot_info info = {.sequence = l1_journal_last(runner->journal),
                             .tag = l1_runner_effects(runner),
                             .config_hash = runner->config_hash,
                             .clean = clean};
    l1_text_copy(info.engine_id, sizeof info.engine_id, runner->config.limits.engine_id);
    l1_text_copy(info.build_id, sizeof info.build_id, L1_BUILD_ID);
    l1_instance_state state = {.published = runner->recorded};
    return l1_instance_save(&runner->instance, &runner->directory, &info, &state, &runner->figures,
                            diag);
}

l1_result l1_runner_stop(l1_runner *runner, l1_diag *diag)
{
    uint8_t bytes[L1_HASH_BYTES];
    if (runner->journal == NULL) return L1_SUCCESS;
    L1_TRY(l1_runner_flush(runner, diag));
    record_position(runner);
    l1_hash_put(l1_system_hash(runner->instance.system), bytes);
    L1_TRY(
        append(runner, L1_RECORD_STOP, bytes, sizeof bytes, l1_runner_effects(runner), true, diag));
    if (!l1_journal_wait(runner->journal, l1_journal_last(runner->journal))) {
        L1_TRY(journal_failure(runner, diag));
    }
    return save(runner, true, diag);
}

l1_result l1_runner_snapshot(l1_runner *runner, l1_diag *diag)
{
    if (runner->journal == NULL) return L1_SUCCESS;
    L1_TRY(l1_runner_flush(runner, diag));
    /* The publish position that the flush appended is durable too before the snapshot names it. */
    if (!l1_journal_wait(runner->journal, l1_journal_last(runner->journal))) {
        L1_TRY(journal_failure(runner, diag));
    }
    runner->bytes_since = 0;
    return save(runner, false, diag);
}

void l1_runner_close(l1_runner *runner)
{
    if (runner == NULL) return;
    l1_effect_cursor_close(runner->catch_up);
    if (runner->journal != NULL) {
        const l1_result closed = l1_journal_close(runner->journal, NULL);
        (void)closed; /* a failure was told by the call before, or cuts only what nobody has seen */
    }
    l1_report_store_close(runner->store);
    l1_byte_queue_free(&runner->parked);
    l1_instance_free(&runner->instance);
    free(runner);
}

l1_metrics *l1_runner_figures(l1_runner *runner)
{
    return &runner->figures;
}

/* --- asking -------------------------------------------------------------------------------- */

l1_system *l1_runner_system(l1_runner *runner)
{
    return runner->instance.system;
}

int64_t l1_runner_now_ns(const l1_runner *runner)
{
    return l1_system_now_ns(runner->instance.system);
}

size_t l1_runner_parked(const l1_runner *runner)
{
    return l1_byte_queue_size(&runner->parked);
}

uint64_t l1_runner_appended(const l1_runner *runner)
{
    return runner->journal == NULL ? runner->inputs : l1_journal_last(runner->journal);
}

uint64_t l1_runner_durable(const l1_runner *runner)
{
    return runner->journal == NULL ? runner->inputs : l1_journal_durable(runner->journal);
}

uint64_t l1_runner_effects(const l1_runner *runner)
{
    return l1_engine_effects(l1_system_engine(runner->instance.system));
}

uint64_t l1_runner_released(const l1_runner *runner)
{
    return runner->handed;
}

uint64_t l1_runner_released_record(const l1_runner *runner)
{
    return runner->journal == NULL ? runner->inputs : runner->released_record;
}

bool l1_runner_space_low(const l1_runner *runner)
{
    return runner->journal != NULL && l1_journal_space_low(runner->journal);
}

bool l1_runner_snapshot_due(l1_runner *runner)
{
    if (runner->journal == NULL || runner->bytes_since < runner->segment_size) return false;
    runner->bytes_since = 0;
    return true;
}
