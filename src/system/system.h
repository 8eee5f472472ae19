/* system/system.h: engine and simulated venue as one deterministic system; the only door into it.
 *
 * PAPER, REPLAY, recovery, verification and the simulator all step this. An event carries its
 * time; before it is applied, every timer and venue arrival due at or before that time fires, in
 * order of (deadline, creation). Output: effects, numbered, in the bytes that the journal holds.
 * Units:       Unix ns, e8.
 * Memory:      one block taken by l1_system_new's arena; nothing is allocated by a step.
 * Errors:      none; bad input has become a refusal event before it comes here.
 * Determinism: same state and events give the same effects and the same hash, on every compiler
 *              and optimisation level. */
#ifndef L1_SYSTEM_SYSTEM_H
#define L1_SYSTEM_SYSTEM_H

#include "engine/engine.h"

typedef struct l1_system l1_system;

/* Bytes the arena must hold, and the system in it. `limits` is copied. */
size_t l1_system_cost(const l1_limits *limits);
l1_system *l1_system_new(l1_arena *arena, const l1_limits *limits);

/* Bytes that the effects of one step can need: the capacity of the caller's l1_effects. */
size_t l1_system_effects_max(const l1_limits *limits);

/* Applies `event`; `effects` is emptied first and then holds its effects in order.
 * event->at_ns must not lie before the previous event's. */
void l1_system_step(l1_system *system, const l1_event *event, l1_effects *effects);

/* Where bundles named by MODELS events are found; it outlives the system. False when the bundle of
 * the state (after a load) is not in it. */
L1_MUST_USE bool l1_system_use_models(l1_system *system, const l1_model_bank *bank);

/* Content hash of the bundle that scores; zero = none. */
l1_hash128 l1_system_models(const l1_system *system);

/* When the next timer or venue arrival is due; INT64_MAX when none is. */
int64_t l1_system_next_due_ns(const l1_system *system);

/* True while a signal still waits for its final report, or an order or cancel is on its way to the
 * simulated venue. */
bool l1_system_pending(const l1_system *system);

/* Time of the last event or timer. */
int64_t l1_system_now_ns(const l1_system *system);

/* Read access for metrics and tests. */
const l1_engine *l1_system_engine(const l1_system *system);

/* The simulated venue's total of an asset (tests of conservation); 0 in LIVE. */
int64_t l1_system_venue_total_e8(const l1_system *system, int32_t asset);

/* Hash of every field of the state. */
l1_hash128 l1_system_hash(l1_system *system);

/* Writes the state; returns its size, 0 when `capacity` is too small. */
size_t l1_system_save(l1_system *system, uint8_t *base, size_t capacity);

/* Upper bound of what l1_system_save writes now. */
size_t l1_system_save_max(const l1_system *system);

/* Reads a saved state into a fresh system of the same limits; false when the bytes are not one.
 * On failure the system is unusable and must be made anew. */
L1_MUST_USE bool l1_system_load(l1_system *system, const uint8_t *bytes, size_t size);

/* Takes over the state of `old` under this fresh system's other limits (a changed
 * configuration): symbols are matched by name. `scratch` holds l1_system_save_max(old) bytes.
 * False and a sentence when it cannot; the system must then be made anew. */
L1_MUST_USE bool l1_system_adopt(l1_system *system, l1_system *old, uint8_t *scratch,
                                 size_t scratch_size, char why[160]);

#endif
