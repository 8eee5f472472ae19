/* domain/effect.c: effects in their wire form, and the bounded list of one step. */
#include "domain/effect.h"

#include "base/assert.h"

#define LENGTH_BYTES 4

void l1_effect_archive(l1_archive *archive, l1_effect *effect)
{
    l1_archive_u64(archive, &effect->seq);
    l1_archive_i64(archive, &effect->at_ns);
    l1_archive_enum(archive, &effect->kind, L1_EFFECT_COUNT);
    L1_ASSERT((unsigned)effect->kind < L1_EFFECT_COUNT);
    switch (effect->kind) {
    case L1_EFFECT_SUBMIT: l1_submit_archive(archive, &effect->as.submit); break;
    case L1_EFFECT_CANCEL:
    case L1_EFFECT_QUERY: l1_cancel_archive(archive, &effect->as.cancel); break;
    case L1_EFFECT_REPORT: l1_report_archive(archive, &effect->as.report); break;
    case L1_EFFECT_REPUBLISH: l1_archive_u64(archive, &effect->as.of_seq); break;
    case L1_EFFECT_ALERT: l1_alert_archive(archive, &effect->as.alert); break;
    case L1_EFFECT_ANALYSIS: l1_analysis_archive(archive, &effect->as.analysis); break;
    case L1_EFFECT_STATUS:
    case L1_EFFECT_RELOAD_MODELS:
    case L1_EFFECT_COUNT: break; /* nothing more to say */
    }
}

void l1_effects_put(l1_effects *effects, l1_effect *effect)
{
    L1_ASSERT(effects->used <= effects->capacity);
    L1_ASSERT(effects->capacity - effects->used >= LENGTH_BYTES);
    uint8_t *const at = effects->base + effects->used;
    l1_archive archive =
        l1_archive_saving(at + LENGTH_BYTES, effects->capacity - effects->used - LENGTH_BYTES);
    l1_effect_archive(&archive, effect);
    L1_ASSERT(l1_archive_ok(&archive));
    L1_ASSERT(archive.out.used <= L1_EFFECT_BYTES_MAX);
    l1_writer length = {.base = at, .capacity = LENGTH_BYTES};
    l1_write_u32(&length, (uint32_t)archive.out.used);
    effects->used += LENGTH_BYTES + archive.out.used;
    effects->count++;
}

bool l1_effects_next(const l1_effects *effects, size_t *at, const uint8_t **bytes, uint32_t *size)
{
    L1_ASSERT(*at <= effects->used);
    if (*at == effects->used) return false;
    l1_reader in = {.at = effects->base + *at, .end = effects->base + effects->used};
    *size = l1_read_u32(&in);
    L1_ASSERT(!in.failed && *size <= l1_read_left(&in));
    *bytes = in.at;
    *at += LENGTH_BYTES + *size;
    return true;
}

bool l1_effect_load(const uint8_t *bytes, size_t size, l1_effect *out)
{
    L1_ASSERT(out != NULL);
    l1_archive archive = l1_archive_loading(bytes, size);
    l1_effect_archive(&archive, out);
    return l1_archive_ok(&archive) && l1_read_left(&archive.in) == 0;
}
