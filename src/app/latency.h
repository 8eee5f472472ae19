/* app/latency.h: how long signals under way have taken, for latency_us of their reports.
 *
 * A bounded table by signal id; one that is overwritten or from before a restart reads as
 * unknown. Measured times never enter an effect.
 * Units: decision and durable in us of the monotonic clock from the read of the signal; venue in
 *        us of event time from the submit to the report. L1_OFF = unknown. */
#ifndef L1_APP_LATENCY_H
#define L1_APP_LATENCY_H

#include "bus/codec/encode.h"

enum { L1_LATENCY_SLOTS = 4096 };

typedef struct {
    struct {
        uint64_t key; /* 0 = empty */
        int64_t decision_us, durable_us;
        int64_t submit_ns;
    } slots[L1_LATENCY_SLOTS];
} l1_latency;

/* Never 0. */
uint64_t l1_latency_key(const char *signal_id);

/* A signal's order was submitted at event time `submit_ns`. */
void l1_latency_submitted(l1_latency *latency, uint64_t key, int64_t submit_ns,
                          int64_t decision_us);
void l1_latency_durable(l1_latency *latency, uint64_t key, int64_t durable_us);

/* Fills what is known of a report's signal. False when the signal is not in the table. */
bool l1_latency_of(const l1_latency *latency, uint64_t key, int64_t report_ns,
                   l1_publication *publication);

#endif
