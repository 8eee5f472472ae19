/* app/model_slots.h: memory for two model bundles: the one that scores and the next one.
 *
 * A bundle is parsed into the slot that does not score, on any thread, while the other is in use;
 * the system finds it there by its content hash when the MODELS event is stepped.
 * Ownership: the slots own their memory (taken at once, touched only by parsing).
 * Errors:    LIMIT_FULL without memory; INPUT_* from parsing, with one line. */
#ifndef L1_APP_MODEL_SLOTS_H
#define L1_APP_MODEL_SLOTS_H

#include "base/status.h"
#include "journal/directory.h"
#include "models/bundle.h"

typedef struct {
    l1_model_bank bank;
    void *memory[2];
} l1_model_slots;

L1_MUST_USE l1_result l1_model_slots_open(l1_model_slots **out, l1_diag *diag);
void l1_model_slots_close(l1_model_slots *slots);

/* Parses `image` into the slot whose bundle is not `scoring` (zero: any); nothing to do when it is
 * there already. `hash` is the content hash. */
L1_MUST_USE l1_result l1_model_slots_put(l1_model_slots *slots, l1_hash128 scoring,
                                         const uint8_t *image, size_t size, l1_hash128 *hash,
                                         l1_diag *diag);

/* Makes sure that the bundle of content `hash` is there, from the blob beside the journal. */
L1_MUST_USE l1_result l1_model_slots_need(l1_model_slots *slots, l1_hash128 scoring,
                                          l1_hash128 hash, const l1_directory *dir, l1_diag *diag);

#endif
