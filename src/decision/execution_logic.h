/* decision/execution_logic.h: how a decided quantity is cut into child orders, and when they go.
 *
 * A plan is a pure function of signal, state and time: made once, when the signal is accepted, and
 * kept with the parent; l1_plan_next then says, from the plan and what has happened since, what
 * goes now. A plan that was killed midway resumes from the state and loses or doubles no slice.
 *   single   everything at once
 *   twap     equal slices at equal times over duration_s
 *   vwap     slices in proportion to the usual volume of those minutes of the week
 *   pov      at each look, participation x the volume traded since the start, less what went
 *   iceberg  one clip after another, each when the last has ended and the book has refilled
 *   is       Almgren-Chriss: sinh trajectory by risk aversion (almgren_chriss.h)
 *   auto     the schedule of the least expected cost + lambda x risk, a single order included
 * A signal's algo AUTO means execution.algo of the configuration, which may be auto itself.
 * Slices: on the lot, together exactly the parent, each at or over the minimum order (fewer slices
 * otherwise), at most slices_max, L1_CHILDREN_MAX, and for buys the free stop slots, because each
 * child brings its stop. Expected cost of one child: half the spread + commission + the greater of
 * the book's walk and Y x sigma_d x (q / V_d)^exponent + drift over the latency (cost_model.h);
 * risk is the standard deviation of the price over what is still to be done (schedule_choice.h).
 * Determinism: pure; doubles enter and leave by checked conversion (base/real.h functions only). */
#ifndef L1_DECISION_EXECUTION_LOGIC_H
#define L1_DECISION_EXECUTION_LOGIC_H

#include "domain/depth_book.h"
#include "domain/limits.h"
#include "domain/signal.h"

#define L1_PLAN_OFFERS_MAX L1_ALGO_COUNT
#define L1_PLAN_MINUTES_MAX 1442 /* of usual volume that a plan looks at: a day and its ends */

/* What a schedule is expected to cost, in basis points of the arrival mid. */
typedef struct {
    l1_algo algo;
    uint32_t children;
    double cost_bp, risk_bp; /* expectation; lambda x standard deviation */
} l1_plan_offer;

typedef struct {
    int64_t qty_e8;
    int64_t send_at_ns; /* not before */
} l1_child;

typedef struct {
    l1_algo asked, chosen; /* chosen is never AUTO */
    int64_t qty_e8;        /* what the children add up to */
    int64_t start_ns, deadline_ns;
    int64_t clip_e8;          /* POV: smallest, ICEBERG: usual slice; else 0 */
    int64_t participation_e8; /* POV; else 0 */
    int64_t look_ns;          /* POV, ICEBERG: time between two looks; else 0 */
    uint32_t children_max;    /* POV, ICEBERG: most children; else children_count */
    uint32_t children_count;  /* fixed schedules; 0 for POV and ICEBERG */
    l1_child children[L1_CHILDREN_MAX];
    uint32_t offers_count; /* AUTO: what was compared, the chosen one first */
    l1_plan_offer offers[L1_PLAN_OFFERS_MAX];
    char why[96]; /* a sentence: why this schedule */
} l1_plan;

/* What the plan is made from. */
typedef struct {
    const l1_limits *limits;
    const l1_instrument *instrument;
    int32_t symbol;
    l1_side side;
    l1_algo algo;                   /* the signal's, or the configuration's */
    int64_t duration_s, slices_max; /* L1_OFF = the configuration's */
    int64_t expires_at_ns;          /* no child after it; 0 or L1_OFF = it never expires */
    int64_t qty_e8, now_ns, mid_e8, limit_e8, stop_e8; /* stop 0: a sell has none */
    int64_t minimum_e8;          /* the smallest order that every rule lets pass */
    uint32_t stop_slots;         /* free at the venue; buys */
    const l1_book *book;         /* fresh top of the book, or NULL */
    bool book_live;              /* it has changed within each look for a minute */
    double sigma;                /* of a minute's returns; NaN = unknown */
    double day_volume;           /* base, usual in 24 h; NaN = unknown */
    const double *minute_volume; /* usual base volume of minutes_count minutes from now's on */
    uint32_t minutes_count;      /* 0 = no profile */
} l1_plan_request;

/* The least time between two children: a look. AUTO cuts only where it knows that the market comes
 * back between two children: each look in a live book, else with each minute's bar. */
int64_t l1_plan_look_ns(const l1_plan_request *request);

/* How long a plan of this duration_s (L1_OFF = the configuration's) takes; a year at most. */
int64_t l1_plan_duration_ns(const l1_limits *limits, int64_t duration_s);

/* False = NO_PLAN, and out->why says why. VWAP without a profile, IS without volatility and
 * ICEBERG without a book become TWAP; what cannot be cut (too small, no time, no stop slots)
 * becomes SINGLE; `why` says so. Only what cannot be sent at all is no plan. */
bool l1_plan_make(const l1_plan_request *request, l1_plan *out);

/* What has happened to a plan so far. */
typedef struct {
    uint32_t children_sent;
    int64_t sent_e8;    /* of all children so far */
    int64_t working_e8; /* of children without an end yet */
    int64_t executed_e8;
    int64_t last_sent_ns;     /* when the last child went; 0 = none yet */
    int64_t market_volume_e8; /* base traded in the market since the plan's start */
    int64_t refilled_ns;      /* ICEBERG: when the book last changed after the last child's end */
} l1_plan_progress;

typedef enum {
    L1_PLAN_WAIT, /* nothing before `at_ns` */
    L1_PLAN_SEND, /* a child of `qty_e8` now */
    L1_PLAN_DONE  /* no further child will go */
} l1_plan_step_kind;
typedef struct {
    l1_plan_step_kind kind;
    int64_t qty_e8, at_ns;
} l1_plan_step;

/* Pure: the same plan, progress and time give the same step. What a child did not execute is taken
 * up by the later ones, while they stay within the deadline; a rest below the minimum order is
 * added to the last child that can still carry it, else it is dust and the plan is done. WAIT's
 * time lies after now; an ICEBERG may have to be asked again as soon as its child ends or the book
 * changes, a POV as soon as its look comes. Nothing goes after the deadline. */
l1_plan_step l1_plan_next(const l1_plan *plan, const l1_plan_progress *progress, int64_t lot_e8,
                          int64_t minimum_e8, int64_t now_ns);

void l1_plan_archive(l1_archive *archive, l1_plan *plan);

#endif
