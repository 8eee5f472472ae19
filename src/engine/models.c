/* engine/models.c: which bundle scores. The swap happens inside a step; what it swaps to was read
 * and checked before the step, and lies in the bank under the hash that the event names. */
#include "base/assert.h"
#include "engine/engine_state.h"

static bool none(l1_hash128 hash)
{
    return hash.lo == 0 && hash.hi == 0;
}

/* Points at the bundle of the state; false when the bank does not hold it. */
static bool resolve(l1_engine *engine)
{
    const bool wanted = !none(engine->models);
    engine->bundle = NULL;
    if (wanted && engine->bank != NULL) {
        engine->bundle = l1_model_bank_find(engine->bank, engine->models);
    }
    for (uint32_t i = 0; i < engine->limits.symbols_count; i++) {
        engine->bundle_symbols[i] =
            engine->bundle == NULL
                ? -1
                : l1_bundle_symbol(engine->bundle, engine->limits.symbols[i].name);
    }
    return !wanted || engine->bundle != NULL;
}

bool l1_engine_use_models(l1_engine *engine, const l1_model_bank *bank)
{
    engine->bank = bank;
    return resolve(engine);
}

l1_hash128 l1_engine_models(const l1_engine *engine)
{
    return engine->models;
}

l1_ai_view l1_engine_ai_view(const l1_engine *engine)
{
    return (l1_ai_view){
        .limits = &engine->limits,
        .bundle = engine->bundle,
        .bundle_symbols = engine->bundle_symbols,
        .features = engine->features,
        .now_ns = engine->now_ns,
    };
}

/* A start that found nothing where nothing was applies no event: the log has it, and reports say
 * AI_UNAVAILABLE. */
static void answer(l1_engine *engine, const l1_models_event *models, l1_engine_out *out)
{
    if (models->refused) {
        l1_engine_alert(engine, L1_ALERT_MODELS_UNAVAILABLE, -1, NULL, L1_OFF, L1_OFF, out,
                        "%s: %s", none(models->hash) ? "no models score" : "the old models stay",
                        models->cause);
        return;
    }
    if (!models->commanded) return;
    /* The hash as the blob beside the journal is named. */
    l1_engine_alert(engine, L1_ALERT_MODELS_LOADED, -1, NULL, L1_OFF, L1_OFF, out,
                    "models %016llx%016llx score from now on", (unsigned long long)models->hash.hi,
                    (unsigned long long)models->hash.lo);
}

void l1_engine_on_models(l1_engine *engine, const l1_models_event *models, l1_engine_out *out)
{
    const l1_hash128 before = engine->models;
    engine->models = models->hash;
    const bool found = resolve(engine);
    L1_ASSERT(found); /* whoever applies or replays the event has filled the bank */
    const bool same = before.lo == models->hash.lo && before.hi == models->hash.hi;
    for (uint32_t i = 0; i < engine->limits.symbols_count && !same; i++) {
        l1_profile profile;
        if (engine->bundle_symbols[i] < 0) continue;
        l1_bundle_profile(engine->bundle, engine->bundle_symbols[i], &profile);
        l1_feature_profile_take(engine->features, (int32_t)i, &profile, none(before));
    }
    answer(engine, models, out);
}
