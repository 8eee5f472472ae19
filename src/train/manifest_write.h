/* train/manifest_write.h: a manifest as the text that l1_manifest_parse reads.
 *
 * Numbers have 17 digits, so that they read back to the same bits.
 * Ownership: the caller frees the text. Errors: LIMIT_FULL. */
#ifndef L1_TRAIN_MANIFEST_WRITE_H
#define L1_TRAIN_MANIFEST_WRITE_H

#include "models/manifest.h"

/* The SHA-256 of every model's file, in lower case hex. */
typedef struct {
    char sha256[L1_MODEL_HEADS][L1_MODEL_COUNT][65];
} l1_manifest_hashes;

/* Where a model's file lies in the folder: HEAD/modelo1_lr.txt and so on. */
void l1_model_path(l1_head head, l1_model model, char out[L1_BUNDLE_PATH_MAX]);

L1_MUST_USE l1_result l1_manifest_write(const l1_manifest *manifest,
                                        const l1_manifest_hashes *hashes, char **text, size_t *size,
                                        l1_diag *diag);

#endif
