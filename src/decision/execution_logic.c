/* decision/execution_logic.c: a request becomes a plan. */
#include "decision/execution_logic.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "decision/cost_model.h"
#include "decision/schedule.h"
#include "decision/schedule_choice.h"
#include "features/finite.h"
#include "risk/filters.h"

#define PLAN_DURATION_NS_MAX (INT64_C(31536000) * 1000000000) /* a year, as signals may say */

/* ---- sentences --------------------------------------------------------------------------- */

/* "1.25": to a hundredth. */
static void figure(double bp, char out[L1_DECIMAL_TEXT_MAX])
{
    int64_t e8 = 0;
    if (!l1_decimal_from_double(bp, &e8) || e8 > INT64_MAX - L1_E8) {
        l1_text_copy(out, L1_DECIMAL_TEXT_MAX, "too many");
        return;
    }
    (void)l1_decimal_format(l1_step_down(e8 + L1_E8 / 200, L1_E8 / 100), out);
}

__attribute__((format(printf, 2, 3))) static void say(l1_plan *plan, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(plan->why, sizeof plan->why, format, arguments);
    va_end(arguments);
}

static void explain_choice(const l1_choice *choice, l1_plan *out)
{
    char first[L1_DECIMAL_TEXT_MAX], second[L1_DECIMAL_TEXT_MAX];
    if (choice->proven) {
        figure(choice->waiting_bp, first);
        figure(choice->saving_bp, second);
        say(out, "one order: what waits risks %s bp, a cut saves at most %s bp of it", first,
            second);
        return;
    }
    const l1_plan_offer *least = &choice->offers[0], *next = &choice->offers[1];
    figure(least->cost_bp + least->risk_bp, first);
    if (choice->offers_count < 2) {
        say(out, "one order: %s bp, and nothing else fits", first);
        return;
    }
    figure(next->cost_bp + next->risk_bp, second);
    say(out, "%s in %u at %s bp with risk, next %s in %u at %s bp", l1_algo_text(least->algo),
        least->children, first, l1_algo_text(next->algo), next->children, second);
}

/* ---- the frame of a plan ----------------------------------------------------------------- */

static l1_algo asked_for(const l1_plan_request *request)
{
    return request->algo != L1_ALGO_AUTO ? request->algo : request->limits->execution_algo;
}

int64_t l1_plan_look_ns(const l1_plan_request *request)
{
    const int64_t look_ns = request->limits->execution_look_ns;
    L1_ASSERT(!request->book_live || request->book != NULL);
    if (asked_for(request) != L1_ALGO_AUTO || request->book_live) return look_ns;
    return look_ns > L1_MINUTE_NS ? look_ns : L1_MINUTE_NS;
}

int64_t l1_plan_duration_ns(const l1_limits *limits, int64_t duration_s)
{
    if (duration_s == L1_OFF) return limits->execution_duration_ns;
    L1_ASSERT(duration_s >= 0);
    const int64_t most_s = PLAN_DURATION_NS_MAX / 1000000000;
    return (duration_s < most_s ? duration_s : most_s) * 1000000000;
}

/* The same, cut off where the signal expires. */
static int64_t duration_of(const l1_plan_request *request)
{
    const int64_t duration_ns = l1_plan_duration_ns(request->limits, request->duration_s);
    if (request->expires_at_ns == 0 || request->expires_at_ns == L1_OFF) return duration_ns;
    const int64_t left_ns = request->expires_at_ns - request->now_ns;
    return left_ns < duration_ns ? left_ns : duration_ns;
}

/* How many children there may be: as asked, as fit above the minimum and between two looks, and
 * for a buy as many as stops find a slot. */
static uint32_t slices_allowed(const l1_plan_request *request, int64_t duration_ns)
{
    int64_t most =
        request->slices_max == L1_OFF ? request->limits->execution_slices_max : request->slices_max;
    const int64_t look_ns = l1_plan_look_ns(request);
    L1_ASSERT(request->qty_e8 > 0);
    if (most > L1_CHILDREN_MAX) most = L1_CHILDREN_MAX;
    if (request->minimum_e8 > 0 && most > request->qty_e8 / request->minimum_e8) {
        most = request->qty_e8 / request->minimum_e8;
    }
    if (look_ns <= 0 || duration_ns <= 0) return 1;
    if (most > duration_ns / look_ns) most = duration_ns / look_ns;
    if (request->side == L1_SIDE_BUY && most > request->stop_slots) most = request->stop_slots;
    return most < 1 ? 1 : (uint32_t)most;
}

/* ---- proof ------------------------------------------------------------------------------- */

/* What the venue would refuse of one child, its stop in slot `slot` included; NULL = nothing. */
static const char *child_fault(const l1_plan_request *request, int64_t qty_e8, uint32_t slot)
{
    const l1_instrument *instrument = request->instrument;
    const bool stop = request->side == L1_SIDE_BUY && request->stop_e8 > 0;
    const uint32_t slots = l1_stop_slots(instrument);
    const uint32_t used = request->stop_slots < slots ? slots - request->stop_slots : 0;
    return l1_filter_fault(instrument, request->side, qty_e8, request->limit_e8,
                           stop ? request->stop_e8 : L1_OFF, request->limits->taker_fee_e8,
                           used + slot);
}

static bool all_pass(const l1_plan_request *request, const l1_child children[], uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (children[i].qty_e8 < request->minimum_e8) return false;
        if (child_fault(request, children[i].qty_e8, i) != NULL) return false;
    }
    return true;
}

/* ---- plans ------------------------------------------------------------------------------- */

static void be_single(const l1_plan_request *request, l1_plan *out)
{
    out->chosen = L1_ALGO_SINGLE;
    out->deadline_ns = out->start_ns;
    out->children[0] = (l1_child){.qty_e8 = request->qty_e8, .send_at_ns = request->now_ns};
    out->children_count = out->children_max = 1;
}

/* Slices at fixed times; fewer of them when one would be refused. False: not even two. */
static bool be_fixed(const l1_choice_frame *frame, l1_draft draft, l1_plan *out)
{
    for (; draft.slices >= 2; draft.slices--) {
        const uint32_t count = l1_draft_children(frame, &draft, out->children);
        if (count < 2) break;
        if (!all_pass(frame->request, out->children, count)) continue;
        out->chosen = draft.algo;
        out->children_count = out->children_max = count;
        out->deadline_ns = out->start_ns + draft.duration_ns;
        return true;
    }
    memset(out->children, 0, sizeof out->children);
    return false;
}

/* POV, ICEBERG: clips so large that `slices` of them do it. */
static bool be_looked_at(const l1_choice_frame *frame, l1_draft draft, l1_plan *out)
{
    const l1_plan_request *request = frame->request;
    const l1_limits *limits = request->limits;
    const int64_t lot_e8 = request->instrument->lot_e8;
    L1_ASSERT(draft.slices >= 2);
    int64_t clip_e8 = l1_step_up((request->qty_e8 - 1) / draft.slices + 1, lot_e8);
    if (clip_e8 < request->minimum_e8) clip_e8 = l1_step_up(request->minimum_e8, lot_e8);
    if (clip_e8 >= request->qty_e8) return false;
    if (child_fault(request, clip_e8, draft.slices - 1) != NULL) return false;
    out->chosen = draft.algo;
    out->clip_e8 = clip_e8;
    out->participation_e8 = draft.algo == L1_ALGO_POV ? limits->execution_participation_e8 : 0;
    out->look_ns = l1_plan_look_ns(request);
    out->children_max = draft.slices;
    out->deadline_ns = out->start_ns + frame->duration_ns;
    return true;
}

static bool be(const l1_choice_frame *frame, const l1_draft *draft, l1_plan *out)
{
    switch (draft->algo) {
    case L1_ALGO_TWAP:
    case L1_ALGO_VWAP:
    case L1_ALGO_IS: return be_fixed(frame, *draft, out);
    case L1_ALGO_POV:
    case L1_ALGO_ICEBERG: return be_looked_at(frame, *draft, out);
    default: return false;
    }
}

static void be_asked(const l1_choice_frame *frame, l1_plan *out)
{
    l1_draft draft = {
        .algo = out->asked, .slices = frame->slices_max, .duration_ns = frame->duration_ns};
    const char *instead = NULL;
    l1_child unused[L1_CHILDREN_MAX];
    if (draft.algo == L1_ALGO_VWAP && l1_draft_children(frame, &draft, unused) == 0) {
        instead = "twap: the usual volume of these minutes is not known (needs a week of bars)";
    } else if (draft.algo == L1_ALGO_IS && l1_draft_children(frame, &draft, unused) == 0) {
        instead = "twap: volatility or usual volume is not known, so there is no trajectory";
    } else if (draft.algo == L1_ALGO_ICEBERG && frame->request->book == NULL) {
        instead = "twap: no book is known whose change could let the next clip go";
    }
    if (instead != NULL) draft.algo = L1_ALGO_TWAP;
    if (!be(frame, &draft, out)) {
        be_single(frame->request, out);
        say(out, "one order: %s leaves fewer than two slices that the venue takes",
            l1_algo_text(draft.algo));
        return;
    }
    if (instead != NULL) {
        l1_text_copy(out->why, sizeof out->why, instead);
    } else {
        say(out, "%s: up to %u children within %lld s, as asked", l1_algo_text(out->chosen),
            out->children_max, (long long)(frame->duration_ns / 1000000000));
    }
}

static void be_least(const l1_choice_frame *frame, l1_plan *out)
{
    l1_choice choice;
    if (!frame->model->known) {
        be_single(frame->request, out);
        say(out, "one order: volatility or usual volume is not known yet");
        return;
    }
    l1_choose_schedule(frame, &choice);
    out->offers_count = choice.offers_count;
    memcpy(out->offers, choice.offers, choice.offers_count * sizeof out->offers[0]);
    explain_choice(&choice, out);
    if (choice.draft.algo == L1_ALGO_SINGLE) {
        be_single(frame->request, out);
    } else if (!be(frame, &choice.draft, out)) {
        be_single(frame->request, out);
        say(out, "one order: %s leaves fewer than two slices that the venue takes",
            l1_algo_text(choice.draft.algo));
    }
}

bool l1_plan_make(const l1_plan_request *request, l1_plan *out)
{
    L1_ASSERT(request->instrument->lot_e8 > 0);
    memset(out, 0, sizeof *out);
    out->asked = asked_for(request);
    out->chosen = L1_ALGO_SINGLE;
    if (request->qty_e8 <= 0 || request->qty_e8 % request->instrument->lot_e8 != 0) {
        say(out, "the quantity is no positive number of lots");
        return false;
    }
    out->qty_e8 = request->qty_e8;
    out->start_ns = request->now_ns;
    const int64_t duration_ns = duration_of(request);
    if (out->asked == L1_ALGO_SINGLE) {
        be_single(request, out);
        say(out, "one order, as asked");
        return true;
    }
    const l1_cost_model model = l1_cost_model_of(request);
    const l1_choice_frame frame = {.request = request,
                                   .model = &model,
                                   .duration_ns = duration_ns,
                                   .slices_max = slices_allowed(request, duration_ns)};
    if (frame.slices_max < 2) {
        be_single(request, out);
        const bool seldom = l1_plan_look_ns(request) > request->limits->execution_look_ns &&
                            duration_ns / 2 < l1_plan_look_ns(request);
        say(out, seldom ? "one order: without a live book nothing shows that the market comes back"
                        : "one order: minimum order, slices, duration or stop slots leave no two "
                          "children");
    } else if (out->asked == L1_ALGO_AUTO) {
        be_least(&frame, out);
    } else {
        be_asked(&frame, out);
    }
    L1_ASSERT(out->chosen != L1_ALGO_AUTO && out->children_max >= 1);
    return true;
}

/* ---- archive ----------------------------------------------------------------------------- */

static void offer_archive(l1_archive *archive, l1_plan_offer *offer)
{
    l1_archive_enum(archive, &offer->algo, L1_ALGO_COUNT);
    l1_archive_u32(archive, &offer->children);
    l1_archive_f64(archive, &offer->cost_bp);
    l1_archive_f64(archive, &offer->risk_bp);
}

/* What l1_plan_next relies on. */
static bool sane(const l1_plan *plan)
{
    int64_t sum_e8 = 0, at_ns = plan->start_ns;
    for (uint32_t i = 0; i < plan->children_count; i++) {
        const l1_child *child = &plan->children[i];
        if (child->qty_e8 <= 0 || child->qty_e8 > plan->qty_e8 - sum_e8) return false;
        if (child->send_at_ns < at_ns || child->send_at_ns > plan->deadline_ns) return false;
        sum_e8 += child->qty_e8;
        at_ns = child->send_at_ns;
    }
    if (plan->qty_e8 == 0) return plan->children_count == 0; /* no plan */
    const bool looks = plan->children_count == 0;
    return plan->start_ns <= plan->deadline_ns && plan->children_max <= L1_CHILDREN_MAX &&
           plan->participation_e8 >= 0 && (looks ? plan->look_ns > 0 : sum_e8 == plan->qty_e8);
}

void l1_plan_archive(l1_archive *archive, l1_plan *plan)
{
    if (archive->mode == L1_ARCHIVE_LOAD) memset(plan, 0, sizeof *plan);
    l1_archive_enum(archive, &plan->asked, L1_ALGO_COUNT);
    l1_archive_enum(archive, &plan->chosen, L1_ALGO_COUNT);
    l1_archive_i64(archive, &plan->qty_e8);
    l1_archive_i64(archive, &plan->start_ns);
    l1_archive_i64(archive, &plan->deadline_ns);
    l1_archive_i64(archive, &plan->clip_e8);
    l1_archive_i64(archive, &plan->participation_e8);
    l1_archive_i64(archive, &plan->look_ns);
    l1_archive_u32(archive, &plan->children_max);
    l1_archive_count(archive, &plan->children_count, L1_CHILDREN_MAX);
    for (uint32_t i = 0; i < plan->children_count; i++) {
        l1_archive_i64(archive, &plan->children[i].qty_e8);
        l1_archive_i64(archive, &plan->children[i].send_at_ns);
    }
    l1_archive_count(archive, &plan->offers_count, L1_PLAN_OFFERS_MAX);
    for (uint32_t i = 0; i < plan->offers_count; i++) offer_archive(archive, &plan->offers[i]);
    l1_archive_text(archive, plan->why, sizeof plan->why);
    if (sane(plan)) return;
    L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
    l1_archive_refuse(archive);
    memset(plan, 0, sizeof *plan);
}
