/* decision/execution_logic.c: one child per signal. */
#include "decision/execution_logic.h"

#include <string.h>

#include "base/assert.h"

bool l1_plan_make(const l1_plan_request *request, l1_plan *out)
{
    L1_ASSERT(out != NULL);
    memset(out, 0, sizeof *out);
    if (request->qty_e8 <= 0) return false;
    out->chosen = L1_ALGO_SINGLE;
    out->qty_e8 = request->qty_e8;
    out->start_ns = out->deadline_ns = request->now_ns;
    out->children[0] = (l1_child){.qty_e8 = request->qty_e8, .send_at_ns = request->now_ns};
    out->children_count = out->children_max = 1;
    return true;
}
