/* decision/schedule_choice.c: drafts, their costs, the search and the proof that spares it. */
#include "decision/schedule_choice.h"

#include <math.h>

#include "base/assert.h"
#include "decision/almgren_chriss.h"

#define NS_A_SECOND 1e9
#define DAY_NS 86400e9
#define LEAST_BP 1e-6 /* what a slice costs where nothing does: the optimum is all at once */
#define TIE_BP 0.001  /* less than this a cut need not be said to save */
#define HALVINGS 8    /* durations that are tried: the whole, half, ... */

static double lambda_of(const l1_choice_frame *frame)
{
    return l1_decimal_to_double(frame->request->limits->execution_risk_aversion_e8);
}

static double seconds(int64_t ns)
{
    L1_ASSERT(ns >= 0);
    return (double)ns / NS_A_SECOND;
}

/* ---- drafts ------------------------------------------------------------------------------ */

/* The trajectory's problem in units of the whole order and of bp; `curved` = with risk. */
static l1_trade_problem problem_of(const l1_choice_frame *frame, uint32_t slices,
                                   int64_t duration_ns, bool curved)
{
    const l1_cost_model *model = frame->model;
    const int64_t slice_e8 = frame->request->qty_e8 / slices;
    const l1_child_cost cost = l1_cost_of_child(model, slice_e8 > 0 ? slice_e8 : 1);
    const double horizon = seconds(duration_ns), beyond_bp = cost.bp - model->fixed_bp;
    l1_trade_problem problem = {.slices = slices,
                                .quantity = 1.0,
                                .horizon = horizon,
                                .sigma = model->sigma_bp,
                                .eta = (beyond_bp > LEAST_BP ? beyond_bp : LEAST_BP) * horizon,
                                .epsilon = model->fixed_bp};
    const double equal =
        horizon * (slices - 1.0) * (2.0 * slices - 1.0) / (6.0 * slices * (double)slices);
    const double deviation = model->sigma_bp * sqrt(equal);
    if (curved && deviation > 0.0) problem.lambda = lambda_of(frame) / (2.0 * deviation);
    return problem;
}

static bool weights_of(const l1_choice_frame *frame, const l1_draft *draft,
                       const l1_schedule_frame *cut, double weights[L1_CHILDREN_MAX])
{
    const l1_plan_request *request = frame->request;
    l1_trade_solution solution;
    if (draft->algo == L1_ALGO_VWAP) {
        return l1_weights_by_volume(cut, request->minute_volume, request->minutes_count, weights);
    }
    l1_weights_equal(draft->slices, weights);
    if (draft->algo != L1_ALGO_IS) return true;
    if (!frame->model->known) return false;
    const l1_trade_problem problem = problem_of(frame, draft->slices, draft->duration_ns, true);
    if (!l1_trade_solve(&problem, &solution)) return false;
    for (uint32_t i = 0; i < draft->slices; i++) weights[i] = solution.slices[i];
    return true;
}

/* How long the market takes to trade what POV may take, at the usual pace; < 0: longer than there
 * is time. */
static int64_t pov_duration_ns(const l1_choice_frame *frame, uint32_t slices)
{
    const l1_plan_request *request = frame->request;
    const double share = l1_decimal_to_double(request->limits->execution_participation_e8);
    if (!frame->model->known || !(share > 0.0)) return -1;
    double needed_ns =
        l1_decimal_to_double(request->qty_e8) / (share * frame->model->day_volume) * DAY_NS;
    const double looks_ns = (double)slices * (double)l1_plan_look_ns(request);
    if (needed_ns < looks_ns) needed_ns = looks_ns;
    return needed_ns <= (double)frame->duration_ns ? (int64_t)needed_ns : -1;
}

uint32_t l1_draft_children(const l1_choice_frame *frame, const l1_draft *draft,
                           l1_child children[L1_CHILDREN_MAX])
{
    const l1_plan_request *request = frame->request;
    double weights[L1_CHILDREN_MAX];
    L1_ASSERT(draft->slices >= 1 && draft->slices <= L1_CHILDREN_MAX);
    L1_ASSERT(draft->algo != L1_ALGO_AUTO);
    l1_schedule_frame cut = {.qty_e8 = request->qty_e8,
                             .lot_e8 = request->instrument->lot_e8,
                             .minimum_e8 = request->minimum_e8,
                             .start_ns = request->now_ns,
                             .duration_ns = draft->duration_ns,
                             .slices = draft->slices};
    if (draft->algo == L1_ALGO_ICEBERG) {
        if (!request->book_live) return 0; /* nothing would let its second clip go */
        cut.duration_ns = draft->slices * l1_plan_look_ns(request);
        if (cut.duration_ns > frame->duration_ns) return 0;
    } else if (draft->algo == L1_ALGO_POV) {
        cut.duration_ns = pov_duration_ns(frame, draft->slices);
        if (cut.duration_ns < 0) return 0;
        cut.start_ns += cut.duration_ns / draft->slices; /* its volume has to be seen first */
    }
    if (!weights_of(frame, draft, &cut, weights)) return 0;
    return l1_schedule_cut(&cut, weights, children);
}

/* ---- offers ------------------------------------------------------------------------------ */

bool l1_offer_of(const l1_choice_frame *frame, l1_algo algo, const l1_child children[],
                 uint32_t count, l1_plan_offer *out)
{
    const l1_plan_request *request = frame->request;
    const double whole = l1_decimal_to_double(request->qty_e8);
    double cost_bp = 0.0, squares = 0.0;
    int64_t left_e8 = request->qty_e8, at_ns = request->now_ns;
    bool covered = true;
    L1_ASSERT(count >= 1 && count <= L1_CHILDREN_MAX);
    for (uint32_t i = 0; i < count; i++) {
        const double left = l1_decimal_to_double(left_e8) / whole;
        const l1_child_cost child = l1_cost_of_child(frame->model, children[i].qty_e8);
        squares += seconds(children[i].send_at_ns - at_ns) * left * left;
        cost_bp += l1_decimal_to_double(children[i].qty_e8) / whole * child.bp;
        covered = covered && !child.exhausted;
        left_e8 -= children[i].qty_e8;
        at_ns = children[i].send_at_ns;
    }
    L1_ASSERT(left_e8 == 0);
    *out = (l1_plan_offer){.algo = algo,
                           .children = count,
                           .cost_bp = cost_bp,
                           .risk_bp = lambda_of(frame) * frame->model->sigma_bp * sqrt(squares)};
    return covered;
}

/* ---- the search -------------------------------------------------------------------------- */

typedef struct {
    l1_draft draft;
    l1_plan_offer offer;
    bool covered;
} candidate;

/* A cut stands back by what counts as a tie. */
static double total_of(const candidate *one)
{
    const double total = one->offer.cost_bp + one->offer.risk_bp;
    return one->draft.algo == L1_ALGO_SINGLE ? total : total + TIE_BP;
}

/* Less in total; one that the shown book covers before one that it does not. */
static bool better(const candidate *a, const candidate *b)
{
    if (a->covered != b->covered) return a->covered;
    return total_of(a) < total_of(b);
}

static bool judge(const l1_choice_frame *frame, const l1_draft *draft, candidate *out)
{
    l1_child children[L1_CHILDREN_MAX];
    out->draft = *draft;
    const uint32_t count = l1_draft_children(frame, draft, children);
    if (count == 0 || (count == 1 && draft->algo != L1_ALGO_SINGLE)) return false;
    out->covered = l1_offer_of(frame, draft->algo, children, count, &out->offer);
    return true;
}

/* 2, 3, 4, 6, 8, 12, ... and the most. */
static uint32_t more_slices(uint32_t slices, uint32_t most)
{
    const uint32_t next = slices % 3 == 0 ? slices / 3 * 4 : slices / 2 * 3;
    L1_ASSERT(slices < most);
    return next < most ? next : most;
}

/* Slices and duration whose closed-form cost and risk are the least. */
static bool screen(const l1_choice_frame *frame, l1_algo algo, l1_draft *out)
{
    const int64_t look_ns = l1_plan_look_ns(frame->request);
    double least = INFINITY;
    for (uint32_t slices = 2;; slices = more_slices(slices, frame->slices_max)) {
        int64_t duration_ns = frame->duration_ns;
        for (int i = 0; i < HALVINGS && duration_ns / slices >= look_ns; i++, duration_ns /= 2) {
            const l1_trade_problem problem =
                problem_of(frame, slices, duration_ns, algo == L1_ALGO_IS);
            l1_trade_solution solution;
            if (!l1_trade_solve(&problem, &solution)) continue;
            const double total = solution.expected + lambda_of(frame) * sqrt(solution.variance);
            if (!(total < least)) continue;
            least = total;
            *out = (l1_draft){.algo = algo, .slices = slices, .duration_ns = duration_ns};
        }
        if (slices == frame->slices_max) break;
    }
    return least < INFINITY;
}

/* Schedules whose duration follows from the number of slices. */
static bool try_slices(const l1_choice_frame *frame, l1_algo algo, candidate *best)
{
    bool found = false;
    for (uint32_t slices = 2;; slices = more_slices(slices, frame->slices_max)) {
        const l1_draft draft = {.algo = algo, .slices = slices};
        candidate next;
        if (judge(frame, &draft, &next) && (!found || better(&next, best))) {
            *best = next;
            found = true;
        }
        if (slices == frame->slices_max) break;
    }
    return found;
}

/* The best of one schedule. */
static bool best_of(const l1_choice_frame *frame, l1_algo algo, candidate *best)
{
    l1_draft draft = {.algo = algo, .slices = 1};
    if (algo == L1_ALGO_SINGLE) return judge(frame, &draft, best);
    if (algo == L1_ALGO_POV || algo == L1_ALGO_ICEBERG) return try_slices(frame, algo, best);
    if (!screen(frame, algo, &draft)) return false;
    return judge(frame, &draft, best);
}

/* Sorted, equal totals in the order in which they came. */
static void insert(candidate *list, uint32_t *count, const candidate *added)
{
    uint32_t at = *count;
    L1_ASSERT(*count < L1_PLAN_OFFERS_MAX);
    for (; at > 0 && better(added, &list[at - 1]); at--) list[at] = list[at - 1];
    list[at] = *added;
    (*count)++;
}

void l1_search_schedules(const l1_choice_frame *frame, l1_choice *out)
{
    candidate list[L1_PLAN_OFFERS_MAX];
    uint32_t count = 0;
    L1_ASSERT(frame->slices_max >= 2 && frame->slices_max <= L1_CHILDREN_MAX);
    for (l1_algo algo = L1_ALGO_SINGLE; algo < L1_ALGO_COUNT; algo++) {
        candidate best;
        if (best_of(frame, algo, &best)) insert(list, &count, &best);
    }
    L1_ASSERT(count >= 1); /* the single order */
    out->draft = list[0].draft;
    out->offers_count = count;
    for (uint32_t i = 0; i < count; i++) out->offers[i] = list[i].offer;
}

void l1_choose_schedule(const l1_choice_frame *frame, l1_choice *out)
{
    const l1_plan_request *request = frame->request;
    const l1_child_cost whole = l1_cost_of_child(frame->model, request->qty_e8);
    *out = (l1_choice){.draft = {.algo = L1_ALGO_SINGLE, .slices = 1}};
    L1_ASSERT(frame->model->known);
    out->waiting_bp =
        lambda_of(frame) * frame->model->sigma_bp * sqrt(seconds(l1_plan_look_ns(request)));
    out->saving_bp = whole.marginal_bp;
    if (!whole.exhausted && out->saving_bp <= out->waiting_bp) {
        out->proven = true;
        out->offers_count = 1;
        out->offers[0] =
            (l1_plan_offer){.algo = L1_ALGO_SINGLE, .children = 1, .cost_bp = whole.bp};
        return;
    }
    l1_search_schedules(frame, out);
}
