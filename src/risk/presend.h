/* risk/presend.h: the last word before an order leaves, at its own send time.
 *
 * Slices leave minutes after their signal was judged, so conditions are judged again: halt,
 * freeze, freshness, collar, slippage cap, filters, balance, exposure. Only this module makes an
 * l1_approved; encoders and venues accept nothing else. Protective and reducing orders skip all
 * but filters and balance.
 * Determinism: pure integers. */
#ifndef L1_RISK_PRESEND_H
#define L1_RISK_PRESEND_H

#include "risk/risk_guard.h"

typedef struct {
    const char *seal; /* set by l1_presend alone; asserted by whoever sends */
    l1_submit submit;
} l1_approved;

typedef struct {
    const l1_submit *submit;
    l1_side side;        /* of leg 0 */
    bool exempt;         /* protective or reducing */
    int64_t released_e8; /* base that releasing own stops has already freed for this order */
} l1_presend_request;

/* True and `out` filled, or false and `why` (its first violation) filled. */
L1_MUST_USE bool l1_presend(const l1_risk_view *view, const l1_presend_request *request,
                            l1_approved *out, l1_violation *why);

/* A slice whose time has come, before anything is done for it: halts (a reducing sell passes
 * REDUCE_ONLY), mid, spread, the stop not reached, and the market within `limit_e8`. Its order
 * still has to pass l1_presend. */
typedef struct {
    int32_t symbol;
    l1_side side;
    bool reducing;
    int64_t limit_e8;
    int64_t stop_e8; /* 0 = none */
} l1_slice_request;
L1_MUST_USE bool l1_presend_slice(const l1_risk_view *view, const l1_slice_request *request,
                                  l1_violation *why);

/* True when `approved` came from l1_presend. */
bool l1_approved_valid(const l1_approved *approved);

#endif
