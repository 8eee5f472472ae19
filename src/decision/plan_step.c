/* decision/plan_step.c: what a plan sends now, from what has happened to it so far.
 *
 * Fixed schedules: a slot is a child of the plan, due from its send_at_ns on. A due slot that lies
 * after the last child sent lets one child go, for everything that is due by now and neither
 * executed nor under way; so slots missed in a halt go as one child, and what a child did not
 * execute waits for the next slot: nothing is ever sent again at once.
 * POV and ICEBERG look at start + i x look_ns; a look after the last child sent lets one go. */
#include "base/assert.h"
#include "decision/execution_logic.h"

typedef struct {
    const l1_plan *plan;
    const l1_plan_progress *progress;
    int64_t lot_e8, minimum_e8, now_ns;
    int64_t spoken_e8; /* executed or under way */
    int64_t rest_e8;   /* neither */
} situation;

static l1_plan_step done(void)
{
    return (l1_plan_step){.kind = L1_PLAN_DONE};
}

static l1_plan_step wait_until(const situation *at, int64_t at_ns)
{
    L1_ASSERT(at_ns > at->now_ns);
    return (l1_plan_step){.kind = L1_PLAN_WAIT, .at_ns = at_ns};
}

/* Of `due_e8` what one child can be: on the lot, no less than the minimum, and leaving no rest that
 * could not be a child of its own. 0 = none. */
static int64_t child_of(const situation *at, int64_t due_e8)
{
    L1_ASSERT(due_e8 <= at->rest_e8);
    if (due_e8 <= 0) return 0;
    int64_t child_e8 = l1_step_down(due_e8, at->lot_e8);
    if (child_e8 < at->minimum_e8) return 0;
    if (at->rest_e8 - child_e8 < at->minimum_e8) child_e8 = l1_step_down(at->rest_e8, at->lot_e8);
    L1_ASSERT(child_e8 > 0 && child_e8 <= at->rest_e8);
    return child_e8;
}

static l1_plan_step send(const situation *at, int64_t child_e8)
{
    L1_ASSERT(child_e8 > 0);
    L1_ASSERT(at->now_ns <= at->plan->deadline_ns);
    return (l1_plan_step){.kind = L1_PLAN_SEND, .qty_e8 = child_e8, .at_ns = at->now_ns};
}

/* Nothing goes now, and the next chance is at `next_ns`. What is under way may come back. */
static l1_plan_step later(const situation *at, int64_t next_ns)
{
    if (next_ns > at->plan->deadline_ns || next_ns <= at->now_ns) return done();
    if (at->rest_e8 + at->progress->working_e8 < at->minimum_e8) return done();
    return wait_until(at, next_ns);
}

/* A single order is sent whole, whatever the minimum: the rules have judged it. */
static l1_plan_step single(const situation *at)
{
    if (at->progress->children_sent > 0) return done();
    return send(at, at->plan->qty_e8);
}

static l1_plan_step by_slots(const situation *at)
{
    const l1_plan *plan = at->plan;
    int64_t due_e8 = 0, next_ns = INT64_MAX;
    bool open = false; /* a due slot after the last child */
    L1_ASSERT(plan->children_count <= L1_CHILDREN_MAX);
    for (uint32_t i = 0; i < plan->children_count; i++) {
        const l1_child *slot = &plan->children[i];
        if (slot->send_at_ns > at->now_ns) {
            next_ns = slot->send_at_ns;
            break;
        }
        due_e8 += slot->qty_e8;
        if (at->progress->last_sent_ns == 0 || slot->send_at_ns > at->progress->last_sent_ns) {
            open = true;
        }
    }
    L1_ASSERT(due_e8 <= plan->qty_e8);
    const int64_t child_e8 = open ? child_of(at, due_e8 - at->spoken_e8) : 0;
    return child_e8 > 0 ? send(at, child_e8) : later(at, next_ns);
}

/* The first look after the last child; the first of all is at the start. */
static int64_t look_after(const l1_plan *plan, int64_t ns)
{
    L1_ASSERT(plan->look_ns > 0);
    if (ns < plan->start_ns) return plan->start_ns;
    return plan->start_ns + ((ns - plan->start_ns) / plan->look_ns + 1) * plan->look_ns;
}

static int64_t allowed_by_volume(const situation *at)
{
    int64_t share_e8 = 0;
    L1_ASSERT(at->progress->market_volume_e8 >= 0);
    if (!l1_mul_div(at->progress->market_volume_e8, at->plan->participation_e8, L1_E8,
                    L1_ROUND_DOWN, &share_e8) ||
        share_e8 > at->plan->qty_e8) {
        share_e8 = at->plan->qty_e8;
    }
    return share_e8 - at->spoken_e8;
}

static l1_plan_step by_looks(const situation *at)
{
    const l1_plan *plan = at->plan;
    const l1_plan_progress *progress = at->progress;
    const bool iceberg = plan->chosen == L1_ALGO_ICEBERG;
    if (progress->children_sent >= plan->children_max) return done();
    const bool begun = progress->children_sent > 0;
    if (iceberg && begun && (progress->working_e8 > 0 || progress->refilled_ns == 0)) {
        return later(at, plan->deadline_ns); /* an end, then a new book, lets the next one go */
    }
    const int64_t look_ns = begun ? look_after(plan, progress->last_sent_ns) : plan->start_ns;
    if (look_ns > at->now_ns) return later(at, look_ns);
    int64_t clip_e8 = plan->clip_e8 > at->minimum_e8 ? plan->clip_e8 : at->minimum_e8;
    if (clip_e8 > at->rest_e8) clip_e8 = at->rest_e8;
    int64_t due_e8 = clip_e8;
    if (!iceberg) {
        const int64_t allowed_e8 = allowed_by_volume(at);
        due_e8 = allowed_e8 < clip_e8 ? 0 : allowed_e8;
    }
    const int64_t child_e8 = child_of(at, due_e8);
    return child_e8 > 0 ? send(at, child_e8) : later(at, look_after(plan, at->now_ns));
}

l1_plan_step l1_plan_next(const l1_plan *plan, const l1_plan_progress *progress, int64_t lot_e8,
                          int64_t minimum_e8, int64_t now_ns)
{
    L1_ASSERT(lot_e8 > 0);
    L1_ASSERT(plan->qty_e8 > 0 && plan->start_ns <= plan->deadline_ns);
    L1_ASSERT(progress->executed_e8 >= 0 && progress->working_e8 >= 0);
    situation at = {.plan = plan,
                    .progress = progress,
                    .lot_e8 = lot_e8,
                    .minimum_e8 = minimum_e8 > lot_e8 ? minimum_e8 : lot_e8,
                    .now_ns = now_ns,
                    .spoken_e8 = progress->executed_e8 + progress->working_e8};
    at.rest_e8 = plan->qty_e8 - at.spoken_e8;
    if (now_ns < plan->start_ns) return wait_until(&at, plan->start_ns);
    if (at.rest_e8 <= 0 && progress->working_e8 == 0) return done(); /* all of it has executed */
    if (now_ns > plan->deadline_ns) return done();
    if (plan->chosen == L1_ALGO_SINGLE) return single(&at);
    return plan->children_count > 0 ? by_slots(&at) : by_looks(&at);
}
