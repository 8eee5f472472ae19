/* decision/schedule_choice.h: the schedules a request may take, what each is expected to cost, and
 * which is the least.
 *
 * Total = expected cost + what waiting risks, in bp of the arrival mid:
 *   cost   sum of q_i / Q x cost of child i (decision/cost_model.h)
 *   risk   lambda sigma sqrt(sum of the time between children x (what is left / Q)^2)
 * IS takes Almgren and Chriss's trajectory with a temporary impact that costs equal slices as much
 * as the cost model does, no permanent one (the law's impact decays), and the lambda of variance
 * that is the slope of lambda x deviation at equal slices.
 * AUTO first tries a proof. Cost x quantity is convex in the quantity, so all that a cut can save
 * is (1 - q_1/Q) x the marginal cost of the whole order, while what waits risks at least
 * (1 - q_1/Q) x lambda sigma sqrt(look). If the second factor is no smaller than the first, one
 * order is the least. Otherwise numbers of slices and durations are searched; a single order wins
 * ties (0.001 bp).
 * Determinism: pure. */
#ifndef L1_DECISION_SCHEDULE_CHOICE_H
#define L1_DECISION_SCHEDULE_CHOICE_H

#include "decision/cost_model.h"
#include "decision/schedule.h"

typedef struct {
    const l1_plan_request *request;
    const l1_cost_model *model;
    int64_t duration_ns;
    uint32_t slices_max; /* 2 at least: fewer is a single order */
} l1_choice_frame;

/* One way to do it. */
typedef struct {
    l1_algo algo;
    uint32_t slices;
    int64_t duration_ns; /* TWAP, VWAP, IS */
} l1_draft;

/* The children that `draft` means; for POV and ICEBERG those to be expected. Returns how many, 0
 * when it cannot be made: VWAP without a profile, IS without volatility, POV that does not end,
 * ICEBERG without a live book. */
uint32_t l1_draft_children(const l1_choice_frame *frame, const l1_draft *draft,
                           l1_child children[L1_CHILDREN_MAX]);

/* False when the shown book does not cover a child. */
bool l1_offer_of(const l1_choice_frame *frame, l1_algo algo, const l1_child children[],
                 uint32_t count, l1_plan_offer *out);

typedef struct {
    l1_draft draft;    /* the least; SINGLE included */
    bool proven;       /* single without a search: the figures are the proof's */
    double waiting_bp; /* lambda sigma sqrt(look) */
    double saving_bp;  /* the most that a cut can save, per unit that waits */
    uint32_t offers_count;
    l1_plan_offer offers[L1_PLAN_OFFERS_MAX]; /* least first */
} l1_choice;

void l1_choose_schedule(const l1_choice_frame *frame, l1_choice *out);

/* The same without the proof; for tests of it. */
void l1_search_schedules(const l1_choice_frame *frame, l1_choice *out);

#endif
