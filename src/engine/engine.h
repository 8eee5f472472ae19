/* engine/engine.h: the stages in their order; alone knows it.
 *
 * One event in, effects and venue requests out. The venue behind it may be the simulated one (the
 * system feeds its answers back) or one outside the process (its answers are journaled events).
 * Units:       Unix ns, e8. Memory: from the arena at init; nothing is allocated afterwards.
 * Errors:      none: bad input has become a refusal event before it comes here.
 * Determinism: pure function of state and event. */
#ifndef L1_ENGINE_ENGINE_H
#define L1_ENGINE_ENGINE_H

#include "base/arena.h"
#include "domain/effect.h"
#include "domain/event.h"
#include "models/bundle.h"
#include "risk/presend.h"

typedef struct l1_engine l1_engine;

/* What the venue is asked, in order. Only presend makes the approved submits in it. */
typedef struct {
    bool is_cancel;
    l1_approved approved;
    l1_cancel cancel;
} l1_venue_request;

typedef struct {
    l1_effects *effects;
    l1_venue_request *requests;
    uint32_t requests_count, requests_capacity;
} l1_engine_out;

/* Most requests one call can make. */
uint32_t l1_engine_requests_max(const l1_limits *limits);

size_t l1_engine_cost(const l1_limits *limits);
/* `books`, one a symbol, is the caller's, outlives the engine and is a part of the state that the
 * caller saves and loads, before the engine. */
l1_engine *l1_engine_new(l1_arena *arena, const l1_limits *limits, const l1_depth_book *books);

/* Applies an event at event->at_ns, which the books have seen already. Timers due before it must
 * have fired (l1_engine_timer). */
void l1_engine_event(l1_engine *engine, const l1_event *event, l1_engine_out *out);

/* Says that the event just applied cost the symbol's book its ladder. */
void l1_engine_book_lost(l1_engine *engine, int32_t symbol, l1_depth_outcome why,
                         l1_engine_out *out);

/* An answer of the simulated venue at `now_ns`. */
void l1_engine_answer(l1_engine *engine, const l1_venue_event *answer, int64_t now_ns,
                      l1_engine_out *out);

/* The next timer; false when there is none. */
bool l1_engine_next_timer(const l1_engine *engine, int64_t *due_ns, uint64_t *id);

/* Fires exactly that timer, at its own deadline. */
void l1_engine_timer(l1_engine *engine, l1_engine_out *out);

/* A fresh number; orders timers and venue requests of equal time by creation. */
uint64_t l1_engine_take_id(l1_engine *engine);

/* True while a signal still waits for its final report. */
bool l1_engine_pending(const l1_engine *engine);

/* Where bundles named by a MODELS event are found; the caller's, and it outlives the engine. False
 * when the bundle of the state is not in it: after a load it must be put there first. */
L1_MUST_USE bool l1_engine_use_models(l1_engine *engine, const l1_model_bank *bank);

/* Content hash of the bundle that scores; zero = none. */
l1_hash128 l1_engine_models(const l1_engine *engine);

/* --- read access for metrics and tests --- */
const l1_limits *l1_engine_limits(const l1_engine *engine);
const l1_account *l1_engine_account(const l1_engine *engine);
const l1_kill_switch *l1_engine_kill_switch(const l1_engine *engine);
int64_t l1_engine_now_ns(const l1_engine *engine);
uint64_t l1_engine_effects(const l1_engine *engine); /* effects numbered so far */
int64_t l1_engine_mid_e8(const l1_engine *engine, int32_t symbol);

/* Exposure of the symbol / equity now; L1_OFF = unknown. */
int64_t l1_engine_exposure_e8(const l1_engine *engine, int32_t symbol);

/* The correlation of the fresh portfolio snapshot; L1_OFF when it states none: rule
 * CORRELATION_LIMIT then counts it as 1.00, unless a signal brings its own. */
int64_t l1_engine_correlation_e8(const l1_engine *engine);

/* Parents whose markouts were not watched because too many were. */
uint64_t l1_engine_unwatched(const l1_engine *engine);

/* Own base that stands without a resting or pending stop, by symbol (tests, metrics). */
int64_t l1_engine_naked_e8(const l1_engine *engine, int32_t symbol);

/* Save, load (into a fresh engine of the same limits) or hash. */
void l1_engine_archive(l1_archive *archive, l1_engine *engine);

/* Takes over the state of `old`, whose limits may differ: symbols are matched by name. False when
 * a symbol that is gone still has base, orders or stops, when orders are under way and orders_max
 * differs, or when remembered ids do not fit. `why` gets a sentence. */
L1_MUST_USE bool l1_engine_adopt(l1_engine *engine, const l1_engine *old, char why[160]);

#endif
