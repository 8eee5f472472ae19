/* risk/order_pace.h: how many orders were sent lately, in all and of the same kind.
 *
 * O(1) for the rate; O(repeat_max) for the repeats: sent orders of the same hash bucket are
 * chained, so a look-back never walks others. When the ring overwrites an order that is still in
 * a window, the answer is "too many" (fail closed).
 * Determinism: pure. */
#ifndef L1_RISK_ORDER_PACE_H
#define L1_RISK_ORDER_PACE_H

#include "base/archive.h"
#include "domain/limits.h"
#include "domain/signal.h"

#define L1_PACE_KEPT 65536 /* a power of two, above the largest signal.rate_max */
#define L1_PACE_BUCKETS 4096
#define L1_PACE_WINDOW_NS INT64_C(60000000000)

typedef struct {
    int64_t at_ns;
    int64_t qty_e8;
    int32_t symbol;
    l1_side side;
    uint64_t previous; /* 1 + number of the previous order of this bucket; 0 = none */
} l1_pace_entry;

typedef struct {
    uint64_t count;                    /* orders ever sent; number n lives at n % L1_PACE_KEPT */
    uint64_t buckets[L1_PACE_BUCKETS]; /* 1 + newest number; 0 = none */
    l1_pace_entry entries[L1_PACE_KEPT];
} l1_order_pace;

void l1_order_pace_sent(l1_order_pace *pace, int32_t symbol, l1_side side, int64_t qty_e8,
                        int64_t now_ns);

/* Orders in the sliding 60 s, counted up to `max` + 1. An order exactly 60 s old is outside. */
int64_t l1_order_pace_rate(const l1_order_pace *pace, int64_t now_ns, int64_t max);

/* Orders of the same symbol, side and requested qty in the sliding window, up to `max` + 1. */
int64_t l1_order_pace_repeats(const l1_order_pace *pace, int32_t symbol, l1_side side,
                              int64_t qty_e8, int64_t now_ns, int64_t window_ns, int64_t max);

/* Only entries inside the windows are archived. */
void l1_order_pace_archive(l1_archive *archive, l1_order_pace *pace);

#endif
