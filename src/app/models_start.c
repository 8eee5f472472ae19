/* app/models_start.c: read, apply, say. */
#include "app/models_start.h"

#include "app/log.h"
#include "journal/blob.h"

void l1_models_log(const l1_config *config, const l1_models_event *models)
{
    char hex[L1_BLOB_HEX_SIZE];
    const bool none = models->hash.lo == 0 && models->hash.hi == 0;
    l1_blob_hex(models->hash, hex);
    if (!models->refused) {
        l1_log(L1_LOG_INFO, NULL, "models %s of %s score", hex, config->settings.ai_models);
        return;
    }
    l1_log(L1_LOG_WARNING, NULL, "models: %s; %s", models->cause,
           !none                        ? "the old ones stay"
           : config->limits.ai_required ? "entries are rejected as AI_UNAVAILABLE (ai.required)"
                                        : "signals pass without scores (ai.required is false)");
}

l1_result l1_models_start(l1_runner *runner, const l1_config *config, bool log, l1_diag *diag)
{
    l1_models_event models;
    if ((config->limits.ai_gate | config->limits.ai_shadow) == 0) {
        models = (l1_models_event){0}; /* what scored before is let go */
        return l1_runner_take_models(runner, &models, diag);
    }
    l1_runner_load_models(runner, false, &models);
    if (log) l1_models_log(config, &models);
    return l1_runner_take_models(runner, &models, diag);
}
