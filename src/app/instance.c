/* app/instance.c: memory, snapshots and configurations of a running system. */
#include "app/instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "io/pages.h"
#include "journal/blob.h"

enum { BODY_VERSION = 4, BODY_HEADER = 4 + 8 + 16, FIGURES_MAX = 256 << 10 };

l1_result l1_instance_make(l1_instance *instance, const l1_limits *limits, l1_diag *diag)
{
    const size_t cost = l1_system_cost(limits);
    const size_t effects_max = l1_system_effects_max(limits);
    *instance = (l1_instance){.size = cost + 64 + effects_max};
    instance->block = l1_pages_take(instance->size);
    if (instance->block == NULL) {
        return l1_refuse(diag, L1_LIMIT_FULL, "memory", "%zu bytes cannot be had for the system",
                         instance->size);
    }
    l1_arena arena = {.base = instance->block, .capacity = cost};
    instance->system = l1_system_new(&arena, limits);
    arena.sealed = true;
    L1_ASSERT(arena.used <= cost);
    instance->effects =
        (l1_effects){.base = (uint8_t *)instance->block + cost, .capacity = effects_max};
    const l1_result opened = l1_model_slots_open(&instance->models, diag);
    if (opened.code != L1_OK) {
        l1_instance_free(instance);
        return opened;
    }
    const bool ready = l1_system_use_models(instance->system, &instance->models->bank);
    L1_ASSERT(ready); /* a fresh system has no bundle */
    return L1_SUCCESS;
}

l1_result l1_instance_find_models(l1_instance *instance, const l1_directory *dir, l1_diag *diag)
{
    const l1_hash128 wanted = l1_system_models(instance->system);
    L1_TRY(l1_model_slots_need(instance->models, wanted, wanted, dir, diag));
    if (l1_system_use_models(instance->system, &instance->models->bank)) return L1_SUCCESS;
    return l1_refuse(diag, L1_JOURNAL_CORRUPT, "models", "the bundle kept has another content");
}

bool l1_instance_has_models(const l1_instance *instance)
{
    const l1_hash128 wanted = l1_system_models(instance->system);
    const bool none = wanted.lo == 0 && wanted.hi == 0;
    return none || l1_model_bank_find(&instance->models->bank, wanted) != NULL;
}

void l1_instance_free(l1_instance *instance)
{
    l1_model_slots_close(instance->models);
    l1_pages_free(instance->block, instance->size);
    *instance = (l1_instance){0};
}

void l1_instance_settle(l1_instance *instance)
{
    L1_ASSERT(instance->block != NULL);
    l1_pages_settle(instance->block, instance->size);
}

l1_result l1_instance_adopt(l1_instance *instance, const l1_limits *limits, l1_diag *diag)
{
    char why[160] = "";
    l1_instance fresh;
    const size_t scratch_size = l1_system_save_max(instance->system);
    L1_TRY(l1_instance_make(&fresh, limits, diag));
    void *scratch = l1_pages_take(scratch_size);
    const bool adopted = scratch != NULL && l1_system_adopt(fresh.system, instance->system, scratch,
                                                            scratch_size, why);
    l1_pages_free(scratch, scratch_size);
    if (!adopted) {
        l1_instance_free(&fresh);
        return l1_refuse(diag, L1_CONFIG_VALUE, "config",
                         "the journal's state does not fit the changed configuration: %s", why);
    }
    const bool had = l1_instance_has_models(instance);
    l1_model_slots *unused = fresh.models;
    fresh.models = instance->models;
    instance->models = unused;
    const bool found = l1_system_use_models(fresh.system, &fresh.models->bank);
    L1_ASSERT(found == had);
    l1_instance_free(instance);
    *instance = fresh;
    return L1_SUCCESS;
}

l1_result l1_instance_save(l1_instance *instance, const l1_directory *dir,
                           const l1_snapshot_info *info, l1_instance_state *state,
                           l1_metrics *figures, l1_diag *diag)
{
    const size_t capacity = BODY_HEADER + FIGURES_MAX + l1_system_save_max(instance->system);
    uint8_t *body = l1_pages_take(capacity);
    if (body == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "snapshot", "no memory");
    state->hash = l1_system_hash(instance->system);
    l1_writer to = {.base = body, .capacity = BODY_HEADER};
    l1_write_u32(&to, BODY_VERSION);
    l1_write_u64(&to, state->published);
    l1_write_u64(&to, state->hash.lo);
    l1_write_u64(&to, state->hash.hi);
    L1_ASSERT(!to.failed && to.used == BODY_HEADER);
    l1_archive archive = l1_archive_saving(body + BODY_HEADER, FIGURES_MAX);
    l1_metrics_archive(&archive, figures, l1_engine_limits(l1_system_engine(instance->system)));
    L1_ASSERT(l1_archive_ok(&archive));
    const size_t before = BODY_HEADER + archive.out.used;
    const size_t used = l1_system_save(instance->system, body + before, capacity - before);
    L1_ASSERT(used > 0);
    const l1_result done = l1_snapshot_write(dir, info, body, before + used, diag);
    l1_pages_free(body, capacity);
    return done;
}

bool l1_instance_state_read(const uint8_t *body, size_t size, l1_instance_state *state)
{
    l1_reader in = {.at = body, .end = body + size};
    const bool known = l1_read_u32(&in) == BODY_VERSION;
    state->published = l1_read_u64(&in);
    state->hash.lo = l1_read_u64(&in);
    state->hash.hi = l1_read_u64(&in);
    return known && !in.failed;
}

l1_result l1_instance_load(l1_instance *instance, const l1_limits *limits, const uint8_t *body,
                           size_t size, l1_instance_state *state, l1_metrics *figures,
                           l1_diag *diag)
{
    L1_TRY(l1_instance_make(instance, limits, diag));
    if (l1_instance_state_read(body, size, state)) {
        l1_archive archive = l1_archive_loading(body + BODY_HEADER, size - BODY_HEADER);
        l1_metrics_archive(&archive, figures, limits);
        if (l1_archive_ok(&archive) &&
            l1_system_load(instance->system, archive.in.at, l1_read_left(&archive.in))) {
            return L1_SUCCESS;
        }
    }
    l1_instance_free(instance);
    return l1_refuse(diag, L1_JOURNAL_CORRUPT, "snapshot",
                     "the snapshot's state cannot be read by this build");
}

static void write_stream(void *context, const char *text, size_t size)
{
    (void)fwrite(text, 1, size, context);
}

l1_result l1_config_text(const l1_config *config, char **text, size_t *size, l1_hash128 *hash,
                         l1_diag *diag)
{
    *text = NULL;
    FILE *stream = open_memstream(text, size);
    if (stream == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "config", "no memory");
    /* The clock is chosen on the command line, yet replaying needs it: it leads as a comment. */
    (void)fprintf(stream, "# clock: %s\n", config->limits.clock_from_events ? "events" : "real");
    l1_config_show(config, (l1_config_out){.context = stream, .write = write_stream});
    const bool failed = ferror(stream) != 0;
    if (fclose(stream) != 0 || failed) {
        free(*text);
        *text = NULL;
        return l1_refuse(diag, L1_LIMIT_FULL, "config", "no memory");
    }
    *hash = l1_blob_hash(*text, *size);
    return L1_SUCCESS;
}

l1_result l1_config_from_blob(const l1_directory *dir, l1_hash128 hash, l1_config *out,
                              l1_diag *diag)
{
    static const char from_events[] = "# clock: events\n";
    char hex[L1_BLOB_HEX_SIZE];
    uint8_t *bytes = NULL;
    size_t size = 0;
    l1_config_error error;
    l1_blob_hex(hash, hex);
    L1_TRY(l1_blob_get(dir, hex, &bytes, &size, diag));
    const char *text = (const char *)bytes;
    const bool events =
        size >= sizeof from_events - 1 && memcmp(text, from_events, sizeof from_events - 1) == 0;
    const l1_result done =
        l1_config_parse(text, size, "the journal's configuration", NULL, 0, out, &error);
    out->limits.clock_from_events = events;
    free(bytes);
    if (done.code == L1_OK) return done;
    return l1_refuse(diag, L1_JOURNAL_FORMAT, "config",
                     "the journal's configuration is not one of this build: %.120s", error.text);
}
