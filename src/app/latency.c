/* app/latency.c: a direct-mapped table of signals under way. */
#include "app/latency.h"

#include "base/assert.h"

uint64_t l1_latency_key(const char *signal_id)
{
    uint64_t key = UINT64_C(14695981039346656037); /* FNV-1a */
    for (const char *at = signal_id; *at != 0; at++) {
        key = (key ^ (uint8_t)*at) * UINT64_C(1099511628211);
    }
    return key == 0 ? 1 : key;
}

void l1_latency_submitted(l1_latency *latency, uint64_t key, int64_t submit_ns, int64_t decision_us)
{
    L1_ASSERT(key != 0);
    latency->slots[key % L1_LATENCY_SLOTS].key = key;
    latency->slots[key % L1_LATENCY_SLOTS].submit_ns = submit_ns;
    latency->slots[key % L1_LATENCY_SLOTS].decision_us = decision_us;
    latency->slots[key % L1_LATENCY_SLOTS].durable_us = L1_OFF;
}

void l1_latency_durable(l1_latency *latency, uint64_t key, int64_t durable_us)
{
    if (latency->slots[key % L1_LATENCY_SLOTS].key != key) return;
    latency->slots[key % L1_LATENCY_SLOTS].durable_us = durable_us;
}

bool l1_latency_of(const l1_latency *latency, uint64_t key, int64_t report_ns,
                   l1_publication *publication)
{
    if (latency->slots[key % L1_LATENCY_SLOTS].key != key) return false;
    publication->decision_us = latency->slots[key % L1_LATENCY_SLOTS].decision_us;
    publication->durable_us = latency->slots[key % L1_LATENCY_SLOTS].durable_us;
    publication->venue_us = (report_ns - latency->slots[key % L1_LATENCY_SLOTS].submit_ns) / 1000;
    return true;
}
