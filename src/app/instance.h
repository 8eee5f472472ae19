/* app/instance.h: a system with the memory that it lives in, and its saved forms.
 *
 * Ownership: the instance owns one block; nothing is allocated while it steps. Its pages become
 *            resident as they are touched, or all at once when it is settled.
 * Errors:    LIMIT_FULL when there is no memory; JOURNAL_CORRUPT for a state that cannot be read.
 */
#ifndef L1_APP_INSTANCE_H
#define L1_APP_INSTANCE_H

#include "app/model_slots.h"
#include "base/status.h"
#include "config/config.h"
#include "journal/snapshot.h"
#include "report/metrics.h"
#include "system/system.h"

typedef struct {
    void *block;
    size_t size;
    l1_system *system;
    l1_effects effects; /* of the last step */
    l1_model_slots *models;
} l1_instance;

/* A fresh system under `limits`. */
L1_MUST_USE l1_result l1_instance_make(l1_instance *instance, const l1_limits *limits,
                                       l1_diag *diag);
void l1_instance_free(l1_instance *instance);

/* For a system that is to serve: from here on its steps meet no page fault. One that only reads a
 * journal need not spend the time. */
void l1_instance_settle(l1_instance *instance);

/* Replaces the system by one under other limits that takes over its state. On failure (with the
 * reason) the instance is as it was. */
L1_MUST_USE l1_result l1_instance_adopt(l1_instance *instance, const l1_limits *limits,
                                        l1_diag *diag);

/* After a load: brings the bundle that the state scores with from beside the journal. */
L1_MUST_USE l1_result l1_instance_find_models(l1_instance *instance, const l1_directory *dir,
                                              l1_diag *diag);

/* Whether the bundle that the state scores with is there, or none is wanted. */
bool l1_instance_has_models(const l1_instance *instance);

/* What a snapshot holds beside the system. */
typedef struct {
    uint64_t published; /* effect up to which outputs were handed to the bus */
    l1_hash128 hash;    /* of the system's state */
} l1_instance_state;

/* Writes a snapshot of the instance and its figures; `state->hash` is filled in. */
L1_MUST_USE l1_result l1_instance_save(l1_instance *instance, const l1_directory *dir,
                                       const l1_snapshot_info *info, l1_instance_state *state,
                                       l1_metrics *figures, l1_diag *diag);

/* Reads only what stands beside the system. */
L1_MUST_USE bool l1_instance_state_read(const uint8_t *body, size_t size, l1_instance_state *state);

/* Loads a snapshot's body into a fresh system under `limits`, and fresh `figures`. */
L1_MUST_USE l1_result l1_instance_load(l1_instance *instance, const l1_limits *limits,
                                       const uint8_t *body, size_t size, l1_instance_state *state,
                                       l1_metrics *figures, l1_diag *diag);

/* --- configurations as texts: kept as blobs, named by their hash --- */

/* The resolved configuration, the clock included, as malloc'd text; LIMIT_FULL without memory. */
L1_MUST_USE l1_result l1_config_text(const l1_config *config, char **text, size_t *size,
                                     l1_hash128 *hash, l1_diag *diag);

/* The configuration that the blob named `hash` holds. */
L1_MUST_USE l1_result l1_config_from_blob(const l1_directory *dir, l1_hash128 hash, l1_config *out,
                                          l1_diag *diag);

#endif
