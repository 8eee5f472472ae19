/* decision/cost_model.h: what one child order is expected to cost against the mid of now.
 *
 *   cost = half the spread + commission + max(walk, impact) + drift      [basis points of mid]
 *   walk    the book's levels within the limit, best first: their average price beyond the best
 *   impact  Y sigma_d (q / V_d)^exponent: the square-root law (Donier and Bonart 2015; exponent 0.6
 *           after Almgren, Thum, Hauptmann and Li 2005)
 *   drift   sigma sqrt(latency / 2 pi): the mean of the adverse half of the move on the way
 * sigma_d = sigma of a minute x sqrt(1440), V_d the usual day's volume. Each child meets a book
 * that has refilled and an impact that has decayed: splitting looks at least as good as it is.
 * A walk that the shown levels do not cover is told as exhausted; nothing is extrapolated. Without
 * a book spread and walk count 0; without sigma or V_d there is no impact and `known` is false.
 * Units: bp, e8. Determinism: pure, base/real.h only. */
#ifndef L1_DECISION_COST_MODEL_H
#define L1_DECISION_COST_MODEL_H

#include "decision/execution_logic.h"

typedef struct {
    const l1_book *book; /* or NULL */
    l1_side side;
    int64_t mid_e8, limit_e8;
    bool known;           /* sigma and V_d are */
    double fixed_bp;      /* half the spread + commission + drift: the same for every child */
    double sigma_bp;      /* of a second */
    double impact_day_bp; /* Y x sigma_d */
    double exponent;
    double day_volume; /* V_d, base */
} l1_cost_model;

l1_cost_model l1_cost_model_of(const l1_plan_request *request);

/* The far side's levels within `limit_e8`, best first. */
typedef struct {
    int64_t filled_e8;  /* below `qty_e8`: the levels are exhausted */
    double average_bp;  /* average price of what was filled, beyond the best, of mid */
    double marginal_bp; /* the last level touched, beyond the best */
} l1_book_walk;
l1_book_walk l1_walk_book(const l1_book *book, l1_side side, int64_t mid_e8, int64_t limit_e8,
                          int64_t qty_e8);

/* Y sigma_d (q / V_d)^exponent; 0 while not known. */
double l1_impact_bp(const l1_cost_model *model, int64_t qty_e8);

typedef struct {
    double bp;          /* all of it, average over the child */
    double marginal_bp; /* what the last unit adds, without what is fixed */
    bool exhausted;     /* the shown book does not cover it: walk is that of what is shown */
} l1_child_cost;
l1_child_cost l1_cost_of_child(const l1_cost_model *model, int64_t qty_e8);

#endif
