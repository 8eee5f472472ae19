/* domain/limits.c: finding a symbol by its name, drawing a latency. */
#include "domain/limits.h"

#include <string.h>

#include "base/assert.h"
#include "base/hash.h"

#define LATENCY_DOMAIN UINT64_C(0x4C314C4154454E43) /* "L1LATENC" */

int l1_limits_symbol(const l1_limits *limits, const char *name)
{
    L1_ASSERT(limits != NULL);
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    if (strlen(name) < 3) return -1; /* "A/B" is the shortest; the test below reads four bytes */
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        const char *own = limits->symbols[i].name;
        if (memcmp(own, name, 4) == 0 && strcmp(own, name) == 0) return (int)i;
    }
    return -1;
}

const char *const l1_algo_texts[L1_ALGO_COUNT + 1] = {
    [L1_ALGO_AUTO] = "auto", [L1_ALGO_SINGLE] = "single", [L1_ALGO_TWAP] = "twap",
    [L1_ALGO_VWAP] = "vwap", [L1_ALGO_POV] = "pov",       [L1_ALGO_ICEBERG] = "iceberg",
    [L1_ALGO_IS] = "is",
};

const char *l1_algo_text(l1_algo algo)
{
    L1_ASSERT((unsigned)algo < L1_ALGO_COUNT);
    L1_ASSERT(l1_algo_texts[algo] != NULL);
    return l1_algo_texts[algo];
}

const char *l1_head_text(l1_head head)
{
    static const char *const texts[L1_HEAD_COUNT] = {
        [L1_HEAD_SURVIVAL] = "survival",
        [L1_HEAD_MOVEMENT] = "movement",
        [L1_HEAD_DIRECTION] = "direction",
        [L1_HEAD_TREND] = "trend",
    };
    L1_ASSERT((unsigned)head < L1_HEAD_COUNT);
    L1_ASSERT(texts[head] != NULL);
    return texts[head];
}

int64_t l1_delay_of(int64_t constant_ns, const l1_latencies *table, uint32_t seed, uint32_t use,
                    uint64_t number)
{
    L1_ASSERT(constant_ns >= 0);
    L1_ASSERT(table->count <= L1_LATENCIES_MAX);
    if (table->count == 0) return constant_ns;
    l1_hasher hasher;
    l1_hash_begin(&hasher, LATENCY_DOMAIN);
    l1_hash_add_word(&hasher, seed, 4);
    l1_hash_add_word(&hasher, use, 4);
    l1_hash_add_word(&hasher, number, 8);
    return table->ns[l1_hash_end(&hasher).lo % table->count];
}

int64_t l1_delay_max(int64_t constant_ns, const l1_latencies *table)
{
    L1_ASSERT(table->count <= L1_LATENCIES_MAX);
    int64_t longest_ns = table->count == 0 ? constant_ns : 0;
    for (uint32_t i = 0; i < table->count; i++) {
        L1_ASSERT(table->ns[i] >= 0);
        if (table->ns[i] > longest_ns) longest_ns = table->ns[i];
    }
    return longest_ns;
}
