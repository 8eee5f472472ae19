/* executor/legs.c: the legs of each purpose. */
#include "executor/legs.h"

#include <string.h>

#include "base/assert.h"
#include "risk/filters.h"

static l1_order_id identity(const l1_limits *limits, const l1_execution *execution,
                            l1_purpose purpose, uint32_t generation)
{
    L1_ASSERT(purpose < L1_PURPOSE_COUNT);
    return l1_order_id_of(limits->engine_id, execution->signal_id, execution->child, purpose,
                          generation);
}

static l1_order_leg stop_leg(const l1_limits *limits, const l1_execution *execution, int64_t qty_e8)
{
    const int64_t tick_e8 = limits->symbols[execution->symbol].tick_e8;
    return (l1_order_leg){
        .id = identity(limits, execution, L1_PURPOSE_STOP, execution->generation),
        .side = L1_SIDE_SELL,
        .type = L1_ORDER_STOP_LOSS,
        .tif = L1_TIF_GTC,
        .qty_e8 = qty_e8,
        .stop_e8 = l1_step_up(execution->stop_e8, tick_e8),
    };
}

static l1_submit single(const l1_execution *execution, l1_order_leg leg)
{
    l1_submit submit = {.symbol = execution->symbol, .legs_count = 1};
    submit.legs[0] = leg;
    return submit;
}

l1_submit l1_entry_submit(const l1_limits *limits, const l1_execution *execution, int64_t qty_e8)
{
    L1_ASSERT(execution->side == L1_SIDE_BUY);
    L1_ASSERT(qty_e8 > 0);
    l1_submit submit = single(execution, (l1_order_leg){
                                             .id = identity(limits, execution, L1_PURPOSE_ENTRY, 0),
                                             .side = L1_SIDE_BUY,
                                             .type = L1_ORDER_LIMIT,
                                             .tif = L1_TIF_FOK,
                                             .qty_e8 = qty_e8,
                                             .price_e8 = execution->limit_e8,
                                         });
    const l1_instrument *instrument = &limits->symbols[execution->symbol];
    if (!instrument->opo && !instrument->oto) return submit;
    const int64_t stop_e8 =
        instrument->opo ? 0 : l1_protected_qty_e8(instrument, qty_e8, limits->taker_fee_e8);
    submit.legs[1] = stop_leg(limits, execution, stop_e8);
    submit.list = instrument->opo ? L1_LIST_OPO : L1_LIST_OTO;
    submit.legs_count = 2;
    return submit;
}

l1_submit l1_exit_submit(const l1_limits *limits, const l1_execution *execution, int64_t qty_e8)
{
    L1_ASSERT(execution->side == L1_SIDE_SELL);
    L1_ASSERT(qty_e8 > 0);
    return single(execution, (l1_order_leg){
                                 .id = identity(limits, execution, L1_PURPOSE_EXIT, 0),
                                 .side = L1_SIDE_SELL,
                                 .type = L1_ORDER_LIMIT,
                                 .tif = L1_TIF_FOK,
                                 .qty_e8 = qty_e8,
                                 .price_e8 = execution->limit_e8,
                             });
}

l1_submit l1_stop_submit(const l1_limits *limits, const l1_execution *execution, int64_t qty_e8)
{
    L1_ASSERT(execution->side == L1_SIDE_BUY);
    L1_ASSERT(qty_e8 > 0);
    return single(execution, stop_leg(limits, execution, qty_e8));
}

l1_submit l1_flat_submit(const l1_limits *limits, const l1_execution *execution, int64_t qty_e8)
{
    L1_ASSERT(execution->side == L1_SIDE_BUY);
    L1_ASSERT(qty_e8 > 0);
    return single(execution,
                  (l1_order_leg){
                      .id = identity(limits, execution, L1_PURPOSE_FLAT, execution->generation),
                      .side = L1_SIDE_SELL,
                      .type = L1_ORDER_MARKET,
                      .tif = L1_TIF_IOC,
                      .qty_e8 = qty_e8,
                  });
}

void l1_execution_id_of(const char *engine_id, const char *signal_id, char out[32])
{
    static const uint64_t domain = UINT64_C(0x4C31455845435554); /* "L1EXECUT" */
    l1_hasher hasher;
    l1_hash_begin(&hasher, domain);
    l1_hash_add(&hasher, engine_id, strlen(engine_id) + 1); /* the NUL separates the two */
    l1_hash_add(&hasher, signal_id, strlen(signal_id) + 1);
    memcpy(out, "exec_", 5);
    l1_hash_base32(l1_hash_end(&hasher), out + 5);
    L1_ASSERT(strlen(out) == 31);
}
