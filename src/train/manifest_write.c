/* train/manifest_write.c: manifest.txt, section by section. */
#include "train/manifest_write.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"

void l1_model_path(l1_head head, l1_model model, char out[L1_BUNDLE_PATH_MAX])
{
    static const char *const files[L1_MODEL_COUNT] = {"modelo1_lr.txt", "modelo2_rf.txt",
                                                      "modelo3_lgbm.txt"};
    L1_ASSERT((int)model >= 0 && model < L1_MODEL_COUNT);
    (void)snprintf(out, L1_BUNDLE_PATH_MAX, "%s/%s", l1_head_text(head), files[model]);
}

static void write_numbers(FILE *out, const char *key, const double *values, int count)
{
    (void)fprintf(out, "%s=", key);
    for (int i = 0; i < count; i++) (void)fprintf(out, "%s%.17g", i == 0 ? "" : " ", values[i]);
    (void)fputc('\n', out);
}

static void write_symbol(FILE *out, const l1_manifest_symbol *symbol)
{
    double har[L1_HAR_TERMS + 1];
    for (int i = 0; i < L1_HAR_TERMS; i++) har[i] = symbol->har[i];
    har[L1_HAR_TERMS] = symbol->half_variance;
    (void)fprintf(out, "[symbol %s]\n", symbol->name);
    write_numbers(out, "har", har, L1_HAR_TERMS + 1);
    (void)fprintf(out, "profile_day=%lld\n", (long long)symbol->profile.day);
    write_numbers(out, "profile_weekday", symbol->profile.slots[0], L1_PROFILE_SLOTS);
    write_numbers(out, "profile_weekend", symbol->profile.slots[1], L1_PROFILE_SLOTS);
}

static void write_thresholds(FILE *out, const l1_manifest *manifest, int head)
{
    static const char *const keys[L1_THRESHOLD_COUNT] = {
        [L1_THRESHOLD_OPERATING] = "threshold_operating",
        [L1_THRESHOLD_F1] = "threshold_f1",
    };
    const int first = head == L1_HEAD_TREND ? L1_SCORE_ENSEMBLE : 0;
    for (int kind = 0; kind < L1_THRESHOLD_COUNT; kind++) {
        for (uint32_t i = 0; i < manifest->symbols_count; i++) {
            const l1_manifest_symbol *symbol = &manifest->symbols[i];
            (void)fprintf(out, "%s=%s", keys[kind], symbol->name);
            for (int score = first; score < L1_SCORES_COUNT; score++) {
                (void)fprintf(out, " %.17g", symbol->threshold[head][kind][score]);
            }
            (void)fputc('\n', out);
        }
    }
}

static void write_head(FILE *out, const l1_manifest *manifest, const l1_manifest_hashes *hashes,
                       int head)
{
    const l1_manifest_head *of = &manifest->heads[head];
    (void)fprintf(out, "[head %s]\n", l1_head_text((l1_head)head));
    for (int model = 0; model < L1_MODEL_COUNT && head != L1_HEAD_TREND; model++) {
        char path[L1_BUNDLE_PATH_MAX];
        const l1_platt *platt = &of->platt[model];
        const char *name = l1_model_text((l1_model)model);
        l1_model_path((l1_head)head, (l1_model)model, path);
        (void)fprintf(out, "%s=%s %s\n", name, path, hashes->sha256[head][model]);
        (void)fprintf(out, "platt_%s=%.17g %.17g\n", name, platt->a, platt->b);
    }
    if (head == L1_HEAD_TREND) {
        const l1_platt *platt = &of->platt[L1_SCORE_ENSEMBLE];
        (void)fprintf(out, "platt=%.17g %.17g\n", platt->a, platt->b);
    } else {
        write_numbers(out, "stack", of->stack, L1_SCORES_COUNT);
    }
    if (head == L1_HEAD_SURVIVAL) {
        (void)fprintf(out, "stop_atr=%.17g %.17g\n", of->stop_atr_min, of->stop_atr_max);
    }
    write_thresholds(out, manifest, head);
}

l1_result l1_manifest_write(const l1_manifest *manifest, const l1_manifest_hashes *hashes,
                            char **text, size_t *size, l1_diag *diag)
{
    char features[33];
    l1_hash_hex(l1_features_hash(), features);
    FILE *out = open_memstream(text, size);
    if (out == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    (void)fprintf(out, "l1_bundle=1\nfeatures=%s\ntrained_from=%lld\ntrained_to=%lld\n", features,
                  (long long)manifest->from_ms, (long long)manifest->to_ms);
    for (uint32_t i = 0; i < manifest->symbols_count; i++) write_symbol(out, &manifest->symbols[i]);
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        if (manifest->heads[head].present) write_head(out, manifest, hashes, head);
    }
    (void)fputs("end\n", out);
    const bool good = ferror(out) == 0;
    if (fclose(out) == 0 && good) return L1_SUCCESS;
    free(*text);
    *text = NULL;
    return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
}
