/* app/what_if.c: two systems over one journal's inputs. */
#include "app/what_if_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/commands.h"
#include "app/output_place.h"
#include "base/assert.h"
#include "base/text.h"
#include "bus/codec/encode.h"
#include "io/model_folder.h"
#include "io/pages.h"
#include "journal/blob.h"
#include "l1_build_id.h"

enum { EFFECT_SEQ = 8, EFFECT_KIND = 16, PROGRESS_EVERY = 1024 };

/* --- the change --- */

static bool fixed_key_changed(l1_what_if_run *run)
{
    const l1_limits *was = &run->restored.config.limits, *is = &run->config.limits;
    const char *key = NULL;
    if (was->mode != is->mode) key = "mode";
    if (was->clock_from_events != is->clock_from_events) key = "clock.source";
    if (strcmp(was->engine_id, is->engine_id) != 0) key = "engine_id";
    if (strcmp(was->quote, is->quote) != 0) key = "portfolio.quote";
    if (key == NULL) return false;
    (void)snprintf(run->why, sizeof run->why,
                   "%s belongs to the recorded run and cannot be changed in it", key);
    return true;
}

l1_result l1_what_if_config(l1_what_if_run *run)
{
    static l1_config_error error;
    const l1_directory dir = {l1_storage_posix(), run->options->dir};
    char hex[L1_BLOB_HEX_SIZE];
    uint8_t *bytes = NULL;
    size_t size = 0;
    l1_diag diag = {.text = ""};
    l1_blob_hex(run->restored.config_hash, hex);
    const l1_result got = l1_blob_get(&dir, hex, &bytes, &size, &diag);
    if (got.code != L1_OK) {
        (void)snprintf(run->why, sizeof run->why, "%s", diag.text);
        return got;
    }
    const l1_result parsed = l1_config_parse((const char *)bytes, size,
                                             "the journal's configuration", run->options->overrides,
                                             run->options->overrides_count, &run->config, &error);
    free(bytes);
    if (parsed.code != L1_OK) {
        (void)snprintf(run->why, sizeof run->why, "%s", error.text);
        return L1_FAILURE(L1_CONFIG_VALUE);
    }
    bool clock_set = false;
    for (size_t i = 0; i < run->options->overrides_count; i++) {
        clock_set |= strncmp(run->options->overrides[i], "clock.source=", 13) == 0;
    }
    if (!clock_set) { /* the recorded one may be the command line's, beside the text */
        run->config.limits.clock_from_events = run->restored.config.limits.clock_from_events;
    }
    if (fixed_key_changed(run)) return L1_FAILURE(L1_CONFIG_VALUE);
    return L1_SUCCESS;
}

/* The folder that the change names, or NULL. */
static const char *models_folder(const l1_what_if_run *run)
{
    if (run->options->models != NULL) return run->options->models;
    for (size_t i = 0; i < run->options->overrides_count; i++) {
        if (strncmp(run->options->overrides[i], "ai.models=", 10) == 0) {
            return run->config.settings.ai_models;
        }
    }
    return NULL;
}

static l1_result load_models(l1_what_if_run *run)
{
    const char *folder = models_folder(run);
    l1_diag diag = {.text = ""};
    uint8_t *image = NULL;
    size_t size = 0;
    if (folder == NULL) return L1_SUCCESS;
    l1_result done = l1_model_folder_read(folder, &image, &size, &diag);
    if (done.code == L1_OK) done = l1_model_slots_open(&run->models, &diag);
    if (done.code == L1_OK) {
        done =
            l1_model_slots_put(run->models, (l1_hash128){0}, image, size, &run->models_hash, &diag);
    }
    free(image);
    if (done.code == L1_OK) return done;
    (void)snprintf(run->why, sizeof run->why, "models %s: %s", folder,
                   diag.text[0] != '\0' ? diag.text : l1_status_text(done.code));
    return L1_FAILURE(L1_CONFIG_VALUE);
}

l1_event l1_what_if_event(const l1_what_if_run *run, const l1_event *event)
{
    l1_event out = *event;
    if (run->models == NULL || event->kind != L1_EVENT_MODELS) return out;
    out.as.models =
        (l1_models_event){.hash = run->models_hash, .commanded = event->as.models.commanded};
    return out;
}

l1_result l1_what_if_use_models(l1_what_if_run *run, l1_instance *instance, l1_diag *diag)
{
    l1_model_slots *slots = run->models != NULL ? run->models : run->restored.instance.models;
    const bool found = l1_system_use_models(instance->system, &slots->bank);
    instance->effects.used = 0;
    if (run->models != NULL) {
        const l1_event event = {.kind = L1_EVENT_MODELS,
                                .at_ns = l1_system_now_ns(instance->system),
                                .as.models = {.hash = run->models_hash}};
        l1_system_step(instance->system, &event, &instance->effects);
        return L1_SUCCESS;
    }
    if (found || !l1_instance_has_models(&run->restored.instance)) return L1_SUCCESS;
    return l1_refuse(diag, L1_JOURNAL_CORRUPT, "models", "the recorded models are not at hand");
}

l1_result l1_what_if_fork(l1_what_if_run *run, l1_instance *out, l1_diag *diag)
{
    char why[160] = "";
    l1_system *from = run->restored.instance.system;
    const size_t scratch_size = l1_system_save_max(from);
    L1_TRY(l1_instance_make(out, &run->config.limits, diag));
    void *scratch = l1_pages_take(scratch_size);
    const bool adopted =
        scratch != NULL && l1_system_adopt(out->system, from, scratch, scratch_size, why);
    l1_pages_free(scratch, scratch_size);
    if (adopted) return l1_what_if_use_models(run, out, diag);
    l1_instance_free(out);
    return l1_refuse(diag, L1_CONFIG_VALUE, "config",
                     "the recorded state does not fit the changed configuration: %s", why);
}

/* --- pass 1: both systems, step by step --- */

/* A visitor cannot fail where a configuration comes in: the next event does. */
static void fail(l1_what_if_run *run, l1_result result, const l1_diag *diag)
{
    if (diag != NULL) (void)snprintf(run->why, sizeof run->why, "%s", diag->text);
    run->failed = result;
}

static void take_effects(l1_what_if_run *run, int side, const l1_effects *effects)
{
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    for (size_t at = 0; l1_effects_next(effects, &at, &bytes, &size);) {
        const bool good = l1_effect_load(bytes, size, &run->effect);
        L1_ASSERT(good);
        l1_what_if_figures_take(&run->figures[side], &run->effect);
        if (run->effect.kind == L1_EFFECT_REPORT) {
            l1_ledger_report(&run->ledger, side, &run->effect.as.report);
        }
    }
}

static l1_result begin_changed(l1_what_if_run *run, l1_diag *diag)
{
    if (run->restored.began_at != 0) {
        L1_TRY(l1_what_if_fork(run, &run->changed, diag));
    } else {
        L1_TRY(l1_instance_make(&run->changed, &run->config.limits, diag));
        L1_TRY(l1_what_if_use_models(run, &run->changed, diag));
    }
    l1_what_if_figures_begin(&run->figures[0], l1_system_engine(run->restored.instance.system));
    l1_what_if_figures_begin(&run->figures[1], l1_system_engine(run->changed.system));
    take_effects(run, 1, &run->changed.effects);
    return L1_SUCCESS;
}

static void on_config(void *state, const l1_config *config)
{
    l1_what_if_run *run = state;
    l1_diag diag = {.text = ""};
    if (run->failed.code != L1_OK) return;
    if (config->limits.mode == L1_MODE_LIVE) {
        (void)snprintf(run->why, sizeof run->why,
                       "the journal is of a live run: what the exchange would have answered to "
                       "other orders is not in it");
        run->failed = L1_FAILURE(L1_CONFIG_VALUE);
        return;
    }
    const l1_limits before = run->config.limits;
    run->failed = l1_what_if_config(run);
    if (run->failed.code != L1_OK) return;
    if (run->changed.system == NULL) {
        run->failed = load_models(run);
        if (run->failed.code != L1_OK) return;
        fail(run, begin_changed(run, &diag), &diag);
        return;
    }
    for (int side = 0; side < 2; side++) {
        l1_what_if_figures_adopt(&run->figures[side], &before, &run->config.limits);
    }
    l1_result done = l1_instance_adopt(&run->changed, &run->config.limits, &diag);
    if (done.code == L1_OK) done = l1_what_if_use_models(run, &run->changed, &diag);
    if (done.code == L1_OK) take_effects(run, 1, &run->changed.effects);
    fail(run, done, &diag);
}

static l1_result before(void *state, const l1_event *event, l1_diag *diag)
{
    l1_what_if_run *run = state;
    if (run->failed.code != L1_OK) {
        return l1_refuse(diag, run->failed.code, "what-if", "%.300s", run->why);
    }
    run->portfolios += event->kind == L1_EVENT_PORTFOLIO;
    if (event->kind != L1_EVENT_SIGNAL && event->kind != L1_EVENT_REFUSED) return L1_SUCCESS;
    return l1_ledger_signal(&run->ledger, event, run->restored.last_sequence + 1,
                            &run->restored.config.limits, diag);
}

/* An analysis names the number of its report, which is another once one effect more came before. */
static bool same_analysis(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size)
{
    static l1_effect effect;
    l1_hash128 hashes[2];
    for (int side = 0; side < 2; side++) {
        const bool good = l1_effect_load(side == 0 ? a : b, side == 0 ? a_size : b_size, &effect);
        L1_ASSERT(good && effect.kind == L1_EFFECT_ANALYSIS);
        effect.seq = 0;
        effect.as.analysis.report_seq = 0;
        l1_archive archive = l1_archive_hashing(0);
        l1_effect_archive(&archive, &effect);
        hashes[side] = l1_hash_end(&archive.hasher);
    }
    return hashes[0].lo == hashes[1].lo && hashes[0].hi == hashes[1].hi;
}

/* The same effect but for its number; of a REPUBLISH, which names a number, its kind. */
static bool same_effect(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size)
{
    if (a_size != b_size || a_size <= EFFECT_KIND) return false;
    if (a[EFFECT_KIND] == L1_EFFECT_ANALYSIS && b[EFFECT_KIND] == L1_EFFECT_ANALYSIS) {
        return same_analysis(a, a_size, b, b_size);
    }
    const size_t end = a[EFFECT_KIND] == L1_EFFECT_REPUBLISH ? EFFECT_KIND + 1 : a_size;
    return memcmp(a + EFFECT_SEQ, b + EFFECT_SEQ, end - EFFECT_SEQ) == 0;
}

static const char *describe(l1_what_if_run *run, const uint8_t *bytes, uint32_t size)
{
    static const char *const texts[] = {
        [L1_EFFECT_SUBMIT] = "submit",       [L1_EFFECT_CANCEL] = "cancel",
        [L1_EFFECT_QUERY] = "query",         [L1_EFFECT_REPORT] = "report",
        [L1_EFFECT_REPUBLISH] = "republish", [L1_EFFECT_ALERT] = "alert",
        [L1_EFFECT_STATUS] = "status",       [L1_EFFECT_RELOAD_MODELS] = "reload_models",
        [L1_EFFECT_ANALYSIS] = "analysis",
    };
    l1_effect *effect = &run->effect;
    if (bytes == NULL) return "nothing";
    const bool good = l1_effect_load(bytes, size, effect);
    L1_ASSERT(good && effect->kind < L1_EFFECT_COUNT);
    const char *id = "";
    if (effect->kind == L1_EFFECT_REPORT) id = effect->as.report.signal_id;
    if (effect->kind == L1_EFFECT_ALERT) id = effect->as.alert.signal_id;
    if (effect->kind == L1_EFFECT_ANALYSIS) id = effect->as.analysis.signal_id;
    if (run->first.signal_id[0] == '\0') {
        l1_text_copy(run->first.signal_id, sizeof run->first.signal_id, id);
    }
    return texts[effect->kind];
}

static void compare(l1_what_if_run *run, uint64_t sequence, const l1_event *event)
{
    const l1_effects *a = &run->restored.instance.effects, *b = &run->changed.effects;
    size_t a_at = 0, b_at = 0;
    if (a->used == b->used && memcmp(a->base, b->base, a->used) == 0) {
        run->effects_same += a->count;
        return;
    }
    for (;;) {
        const uint8_t *x = NULL, *y = NULL;
        uint32_t x_size = 0, y_size = 0;
        const bool more_x = l1_effects_next(a, &a_at, &x, &x_size);
        const bool more_y = l1_effects_next(b, &b_at, &y, &y_size);
        if (!more_x && !more_y) return;
        if (more_x && more_y && same_effect(x, x_size, y, y_size)) continue;
        run->steps_different++;
        if (run->first.found) return;
        run->first = (l1_what_if_first){.found = true, .sequence = sequence, .at_ns = event->at_ns};
        run->first.recorded = describe(run, more_x ? x : NULL, x_size);
        run->first.changed = describe(run, more_y ? y : NULL, y_size);
        if (event->kind == L1_EVENT_SIGNAL && run->first.signal_id[0] == '\0') {
            memcpy(run->first.signal_id, event->as.signal.id, sizeof run->first.signal_id);
        }
        return;
    }
}

static void both_stepped(l1_what_if_run *run, uint64_t sequence, const l1_event *event)
{
    compare(run, sequence, event);
    take_effects(run, 0, &run->restored.instance.effects);
    take_effects(run, 1, &run->changed.effects);
    l1_what_if_figures_sample(&run->figures[0], l1_system_engine(run->restored.instance.system));
    l1_what_if_figures_sample(&run->figures[1], l1_system_engine(run->changed.system));
}

static void on_event(void *state, const l1_event *event, const l1_system *system)
{
    l1_what_if_run *run = state;
    const l1_event own = l1_what_if_event(run, event);
    L1_ASSERT(system == run->restored.instance.system);
    l1_system_step(run->changed.system, &own, &run->changed.effects);
    both_stepped(run, run->restored.last_sequence + 1, event);
    if (run->restored.events % PROGRESS_EVERY == 0) {
        l1_progress_step(&run->progress, (int64_t)run->restored.last_sequence,
                         (int64_t)run->records);
    }
}

/* What was under way when the journal ends is played on in virtual time, in both. */
static void drain(l1_what_if_run *run)
{
    l1_system *recorded = run->restored.instance.system, *changed = run->changed.system;
    while (l1_system_pending(recorded) || l1_system_pending(changed)) {
        int64_t due_ns = l1_system_next_due_ns(recorded);
        const int64_t other_ns = l1_system_next_due_ns(changed);
        if (other_ns < due_ns) due_ns = other_ns;
        if (due_ns == INT64_MAX) return; /* nothing will ever happen again */
        const l1_event tick = {.kind = L1_EVENT_TICK, .at_ns = due_ns};
        l1_system_step(recorded, &tick, &run->restored.instance.effects);
        l1_system_step(changed, &tick, &run->changed.effects);
        run->drained++;
        both_stepped(run, 0, &tick);
    }
}

static l1_result run_both(l1_what_if_run *run, l1_diag *diag)
{
    const l1_restore_options options = {
        .dir = run->options->dir,
        .from_first = true,
        .visitor = {.state = run, .before = before, .event = on_event, .config = on_config},
    };
    L1_TRY(l1_restore(&options, &run->restored, diag));
    if (run->failed.code != L1_OK) { /* a configuration without an event after it */
        return l1_refuse(diag, run->failed.code, "what-if", "%.300s", run->why);
    }
    if (run->restored.instance.system == NULL) {
        return l1_refuse(diag, L1_IO_END, "journal", "%s holds no run: nothing has been recorded",
                         run->options->dir);
    }
    run->last_sequence = run->restored.last_sequence;
    drain(run);
    const l1_hash128 a = l1_system_hash(run->restored.instance.system);
    const l1_hash128 b = l1_system_hash(run->changed.system);
    run->state_same = a.lo == b.lo && a.hi == b.hi;
    return L1_SUCCESS;
}

/* --- the command --- */

static uint64_t count_records(const char *dir)
{
    l1_journal_summary summary;
    const l1_result counted = l1_journal_verify(NULL, dir, UINT64_MAX, &summary, NULL);
    return counted.code == L1_OK ? summary.last_sequence : 0;
}

static int refuse(const l1_what_if_run *run, l1_result done, const l1_diag *diag)
{
    const char *text = diag->text[0] != '\0' ? diag->text : l1_status_text(done.code);
    if (run->failed.code != L1_OK) text = run->why; /* whole: a diag is shorter */
    if (done.code == L1_JOURNAL_DIFFERS) {
        (void)fprintf(stderr,
                      "l1 replay: record %" PRIu64 " of build %s is not what build %s makes of the "
                      "same inputs: ask the build that wrote the journal, or see l1 verify %s\n",
                      run->restored.difference.sequence, run->restored.difference.build_id,
                      L1_BUILD_ID, run->options->dir);
        return L1_EXIT_DIFFERS;
    }
    const bool none = done.code == L1_IO_OPEN && run->restored.first_sequence == 0;
    if (none || done.code == L1_IO_END) {
        (void)fprintf(stderr, "l1 replay: %s: there is no journal to run again (%s)\n",
                      run->options->dir, text);
        return L1_EXIT_USAGE;
    }
    (void)fprintf(stderr, "l1 replay: %s\n", text);
    return done.code == L1_CONFIG_VALUE ? L1_EXIT_USAGE : L1_EXIT_FAILED;
}

static int print(l1_what_if_run *run)
{
    const char *path = run->options->out;
    FILE *out = path == NULL ? stdout : fopen(path, "w");
    if (out == NULL) {
        (void)fprintf(stderr, "l1 replay: %s: %s\n", path, strerror(errno));
        return L1_EXIT_USAGE;
    }
    (run->options->json ? l1_what_if_json : l1_what_if_text)(run, out);
    const bool failed = ferror(out) != 0 || fflush(out) != 0;
    if ((out != stdout && fclose(out) != 0) || failed) {
        (void)fprintf(stderr, "l1 replay: %s: output cannot be written\n",
                      path == NULL ? "standard output" : path);
        return L1_EXIT_FAILED;
    }
    return L1_EXIT_DONE;
}

int l1_what_if(const l1_what_if_options *options)
{
    static l1_what_if_run run;
    l1_diag diag = {.text = ""};
    run = (l1_what_if_run){.options = options};
    /* The journal is only read. */
    if (options->out != NULL && l1_place_within(options->out, options->dir)) {
        (void)fprintf(stderr, "l1 replay: --out %s would be written into the journal\n",
                      options->out);
        return L1_EXIT_USAGE;
    }
    l1_progress_start(&run.progress);
    if (run.progress.shown) run.records = count_records(options->dir);
    l1_result done = run_both(&run, &diag);
    if (done.code == L1_OK) done = l1_what_if_causes(&run, &diag);
    l1_progress_end(&run.progress);
    const int code = done.code == L1_OK ? print(&run) : refuse(&run, done, &diag);
    l1_instance_free(&run.changed);
    l1_model_slots_close(run.models);
    l1_restored_free(&run.restored);
    l1_ledger_free(&run.ledger);
    return code;
}
