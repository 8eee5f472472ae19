/* app/model_load.h: from the folder of ai.models to a bundle that can score.
 *
 * Reads and checks the folder, keeps its image beside the journal under its content hash, and
 * parses it into the free slot. Nothing scores with it before the MODELS event made here is
 * applied. May run beside the loop (one at a time): it touches only the free slot.
 * Errors:    none; what went wrong is the event's cause. */
#ifndef L1_APP_MODEL_LOAD_H
#define L1_APP_MODEL_LOAD_H

#include "app/model_slots.h"
#include "domain/event.h"

typedef struct {
    const char *folder;
    const l1_directory *journal; /* NULL: none, nothing is kept */
    l1_model_slots *slots;
    l1_hash128 scoring; /* what scores now */
    bool commanded;     /* by reload_models: a bundle that is refused leaves the old one */
} l1_model_load_request;

void l1_model_load(const l1_model_load_request *request, l1_models_event *out);

#endif
