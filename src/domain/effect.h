/* domain/effect.h: everything the system asks of the world, numbered, in its wire form.
 *
 * Effects are written straight into a bounded list in the bytes that the journal holds, so the
 * comparison of recomputed with recorded effects is one of bytes.
 * `seq` counts effects from 1 over the life of a journal and is part of the state: it is what
 * bus messages carry and what subscribers resume from.
 * Determinism: pure. */
#ifndef L1_DOMAIN_EFFECT_H
#define L1_DOMAIN_EFFECT_H

#include "base/archive.h"
#include "domain/order.h"
#include "domain/report.h"

typedef enum {
    L1_EFFECT_SUBMIT,
    L1_EFFECT_CANCEL,
    L1_EFFECT_QUERY, /* as.cancel names the order whose outcome is asked for */
    L1_EFFECT_REPORT,
    L1_EFFECT_REPUBLISH, /* the report of effect `of_seq` again, duplicate = true */
    L1_EFFECT_ALERT,
    L1_EFFECT_STATUS, /* the operator asked for metrics now */
    L1_EFFECT_RELOAD_MODELS,
    L1_EFFECT_ANALYSIS, /* of a parent, a minute after its final report */
    L1_EFFECT_COUNT
} l1_effect_kind;

typedef struct {
    uint64_t seq;
    int64_t at_ns; /* time of the event or timer that caused it */
    l1_effect_kind kind;
    union {
        l1_submit submit;
        l1_cancel cancel;
        l1_report report;
        l1_alert alert;
        l1_analysis analysis;
        uint64_t of_seq;
    } as;
} l1_effect;

/* Largest archive form of an effect, bytes. */
#define L1_EFFECT_BYTES_MAX 8192

/* SAVE, LOAD or HASH. The first 8 bytes are always seq, so a reader can skip by them. */
void l1_effect_archive(l1_archive *archive, l1_effect *effect);

/* Effects of one step: each is u32 length, then its archive form. The caller owns the block. */
typedef struct {
    uint8_t *base;
    size_t used, capacity;
    uint32_t count;
} l1_effects;

/* Appends; the capacity is computed so that it cannot run out (asserted). */
void l1_effects_put(l1_effects *effects, l1_effect *effect);

/* Iterates: *at starts at 0; false at the end. The bytes stay owned by `effects`. */
bool l1_effects_next(const l1_effects *effects, size_t *at, const uint8_t **bytes, uint32_t *size);

/* Reads one effect; false when the bytes are not one. */
L1_MUST_USE bool l1_effect_load(const uint8_t *bytes, size_t size, l1_effect *out);

#endif
