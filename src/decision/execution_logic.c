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
    const uint32_t n = request->slices_max == L1_OFF ? 4 : (uint32_t)request->slices_max;
    if (request->algo == L1_ALGO_TWAP && n > 1) {
        const int64_t dur = (request->duration_s == L1_OFF ? 60 : request->duration_s) * 1000000000;
        const int64_t lots = request->qty_e8 / request->instrument->lot_e8;
        uint32_t k = n;
        while (k > 1 && (lots / k * request->instrument->lot_e8 < request->minimum_e8 ||
                         (request->side == L1_SIDE_BUY && k > request->stop_slots)))
            k--;
        out->chosen = L1_ALGO_TWAP;
        for (uint32_t i = 0; i < k; i++) {
            out->children[i].qty_e8 = (lots / k + (i < lots % k)) * request->instrument->lot_e8;
            out->children[i].send_at_ns = request->now_ns + dur * i / k;
        }
        out->children_count = out->children_max = k;
        out->deadline_ns = request->now_ns + dur;
    }
    return true;
}

l1_plan_step l1_plan_next(const l1_plan *plan, const l1_plan_progress *progress, int64_t lot_e8,
                          int64_t minimum_e8, int64_t now_ns)
{
    (void)lot_e8;
    if (plan->chosen == L1_ALGO_SINGLE && progress->children_sent == 0)
        return (l1_plan_step){.kind = L1_PLAN_SEND, .qty_e8 = plan->qty_e8};
    int64_t due = 0;
    int64_t next = INT64_MAX;
    for (uint32_t i = 0; i < plan->children_count; i++) {
        if (plan->children[i].send_at_ns <= now_ns)
            due += plan->children[i].qty_e8;
        else if (next == INT64_MAX)
            next = plan->children[i].send_at_ns;
    }
    const int64_t rest = plan->qty_e8 - progress->executed_e8 - progress->working_e8;
    const int64_t owed = due - progress->executed_e8 - progress->working_e8;
    if (progress->children_sent >= plan->children_max || rest < minimum_e8)
        return (l1_plan_step){.kind = L1_PLAN_DONE};
    if (now_ns > plan->deadline_ns) return (l1_plan_step){.kind = L1_PLAN_DONE};
    if (owed >= minimum_e8) return (l1_plan_step){.kind = L1_PLAN_SEND, .qty_e8 = owed};
    if (next == INT64_MAX) return (l1_plan_step){.kind = L1_PLAN_DONE};
    return (l1_plan_step){.kind = L1_PLAN_WAIT, .at_ns = next};
}

void l1_plan_archive(l1_archive *archive, l1_plan *plan)
{
    l1_archive_i64(archive, &plan->qty_e8);
    l1_archive_i64(archive, &plan->start_ns);
    l1_archive_i64(archive, &plan->deadline_ns);
    l1_archive_u32(archive, &plan->children_max);
    l1_archive_count(archive, &plan->children_count, L1_CHILDREN_MAX);
    for (uint32_t i = 0; i < plan->children_count; i++) {
        l1_archive_i64(archive, &plan->children[i].qty_e8);
        l1_archive_i64(archive, &plan->children[i].send_at_ns);
    }
}
