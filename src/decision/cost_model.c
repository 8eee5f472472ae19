/* decision/cost_model.c: spread, commission, book walk or impact, and drift. */
#include "decision/cost_model.h"

#include <math.h>

#include "base/assert.h"
#include "base/real.h"

#define BP 10000.0
#define MINUTES_A_DAY 1440.0
#define NS_A_SECOND 1e9

static bool positive(double x)
{
    return x > 0.0 && x < 1e300; /* NaN fails too */
}

static double in_bp(int64_t apart_e8, int64_t mid_e8)
{
    L1_ASSERT(mid_e8 > 0);
    return l1_decimal_to_double(apart_e8) / l1_decimal_to_double(mid_e8) * BP;
}

static double half_spread_bp(const l1_plan_request *request)
{
    const l1_book *book = request->book;
    if (book == NULL) return 0.0;
    L1_ASSERT(book->bids_count > 0 && book->asks_count > 0);
    return 0.5 * in_bp(book->asks[0].price_e8 - book->bids[0].price_e8, request->mid_e8);
}

l1_cost_model l1_cost_model_of(const l1_plan_request *request)
{
    static const double two_pi = 0x1.921fb54442d18p+2;
    const l1_limits *limits = request->limits;
    L1_ASSERT(request->mid_e8 > 0);
    L1_ASSERT(limits->paper_latency_ns >= 0);
    l1_cost_model model = {.book = request->book,
                           .side = request->side,
                           .mid_e8 = request->mid_e8,
                           .limit_e8 = request->limit_e8,
                           .known = positive(request->sigma) && positive(request->day_volume),
                           .exponent = l1_decimal_to_double(limits->execution_impact_exponent_e8)};
    model.fixed_bp = half_spread_bp(request) + l1_decimal_to_double(limits->taker_fee_e8) * BP;
    if (!model.known) return model;
    model.sigma_bp = request->sigma * BP / sqrt(60.0);
    model.day_volume = request->day_volume;
    model.impact_day_bp = l1_decimal_to_double(limits->execution_impact_e8) * request->sigma *
                          sqrt(MINUTES_A_DAY) * BP;
    const double latency_s = (double)limits->paper_latency_ns / NS_A_SECOND;
    model.fixed_bp += model.sigma_bp * sqrt(latency_s / two_pi);
    return model;
}

l1_book_walk l1_walk_book(const l1_book *book, l1_side side, int64_t mid_e8, int64_t limit_e8,
                          int64_t qty_e8)
{
    const bool buy = side == L1_SIDE_BUY;
    const l1_level *levels = buy ? book->asks : book->bids;
    const uint32_t count = buy ? book->asks_count : book->bids_count;
    l1_book_walk walk = {0};
    double weighted_bp = 0.0;
    L1_ASSERT(qty_e8 > 0);
    L1_ASSERT(count <= L1_BOOK_LEVELS_MAX);
    for (uint32_t i = 0; i < count && walk.filled_e8 < qty_e8; i++) {
        const int64_t price_e8 = levels[i].price_e8, missing_e8 = qty_e8 - walk.filled_e8;
        if (buy ? price_e8 > limit_e8 : price_e8 < limit_e8) break;
        const int64_t taken_e8 = levels[i].qty_e8 < missing_e8 ? levels[i].qty_e8 : missing_e8;
        const int64_t beyond_e8 =
            buy ? price_e8 - levels[0].price_e8 : levels[0].price_e8 - price_e8;
        walk.marginal_bp = in_bp(beyond_e8, mid_e8);
        weighted_bp += walk.marginal_bp * l1_decimal_to_double(taken_e8);
        walk.filled_e8 += taken_e8;
    }
    if (walk.filled_e8 > 0) walk.average_bp = weighted_bp / l1_decimal_to_double(walk.filled_e8);
    return walk;
}

double l1_impact_bp(const l1_cost_model *model, int64_t qty_e8)
{
    L1_ASSERT(qty_e8 > 0);
    if (!model->known || model->impact_day_bp <= 0.0) return 0.0;
    const double share = l1_decimal_to_double(qty_e8) / model->day_volume;
    if (model->exponent == 0.5) return model->impact_day_bp * sqrt(share);
    return model->impact_day_bp * l1_exp(model->exponent * l1_ln(share));
}

l1_child_cost l1_cost_of_child(const l1_cost_model *model, int64_t qty_e8)
{
    const double impact_bp = l1_impact_bp(model, qty_e8);
    l1_child_cost cost = {.bp = impact_bp, .marginal_bp = (1.0 + model->exponent) * impact_bp};
    L1_ASSERT(impact_bp >= 0.0);
    if (model->book != NULL) {
        const l1_book_walk walk =
            l1_walk_book(model->book, model->side, model->mid_e8, model->limit_e8, qty_e8);
        cost.exhausted = walk.filled_e8 < qty_e8;
        if (walk.average_bp > impact_bp) {
            cost.bp = walk.average_bp;
            cost.marginal_bp = walk.marginal_bp;
        }
    }
    cost.bp += model->fixed_bp;
    return cost;
}
