/* decision/execution_logic.c: one child per signal. */
#include "decision/execution_logic.h"

#include <string.h>

#include "base/assert.h"

bool l1_plan_make(int64_t qty_e8, int64_t now_ns, l1_plan *out)
{
    L1_ASSERT(out != NULL);
    memset(out, 0, sizeof *out);
    if (qty_e8 <= 0) return false;
    out->children[0] = (l1_child){.qty_e8 = qty_e8, .send_at_ns = now_ns};
    out->children_count = 1;
    L1_ASSERT(out->children_count <= L1_CHILDREN_MAX);
    return true;
}
