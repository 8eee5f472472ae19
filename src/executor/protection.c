/* executor/protection.c: the escalation chain. */
#include "executor/protection.h"

#include "base/assert.h"

l1_protect l1_protection_next(const l1_order *ended, l1_venue_reason reason, int64_t naked_e8,
                              bool standalone_tried, bool live_once)
{
    L1_ASSERT(l1_order_ended(ended->state));
    L1_ASSERT(naked_e8 >= 0);
    if (naked_e8 == 0) return L1_PROTECT_NOTHING;
    if (ended->id.purpose == L1_PURPOSE_FLAT) {
        /* Having sold all it was asked to, it leaves what was bought late, which is tried anew. */
        return ended->state == L1_ORDER_FILLED ? L1_PROTECT_STOP : L1_PROTECT_ALARM;
    }
    /* A resting stop that was canceled by others can rest again; one that was reached and left a
     * rest, or would be reached at once, cannot. */
    if (reason == L1_VENUE_REASON_WOULD_TRIGGER) return L1_PROTECT_FLAT;
    if (live_once) {
        return ended->state == L1_ORDER_CANCELED ? L1_PROTECT_STOP : L1_PROTECT_FLAT;
    }
    return standalone_tried ? L1_PROTECT_FLAT : L1_PROTECT_STOP;
}
