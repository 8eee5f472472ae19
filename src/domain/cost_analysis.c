/* domain/cost_analysis.c: the folds, and the figures made of them. */
#include "domain/cost_analysis.h"

#include <string.h>

#include "base/assert.h"

/* One basis point of a ratio, in e8: ratio x 1e4 x 1e8. */
#define BP_E8 (INT64_C(10000) * L1_E8)

const int64_t l1_markout_ns[L1_MARKOUTS] = {
    INT64_C(1000000000),
    INT64_C(10000000000),
    INT64_C(60000000000),
};

/* --- arithmetic in which the unknown stays unknown --- */

void l1_cost_add(int64_t *value_e8, int64_t more_e8)
{
    int64_t sum = 0;
    L1_ASSERT(value_e8 != NULL);
    const bool known = *value_e8 != L1_OFF && more_e8 != L1_OFF;
    const bool fits = known && !__builtin_add_overflow(*value_e8, more_e8, &sum);
    *value_e8 = fits ? sum : L1_OFF;
}

static int64_t plus(int64_t a, int64_t b)
{
    l1_cost_add(&a, b);
    return a;
}

static int64_t negated(int64_t a)
{
    return a == L1_OFF ? L1_OFF : -a;
}

static int64_t minus(int64_t a, int64_t b)
{
    return plus(a, negated(b));
}

static int64_t signed_for(l1_side side, int64_t a)
{
    return side == L1_SIDE_BUY ? a : negated(a);
}

/* a x b / divisor, to the nearest; unknown without a positive divisor. */
static int64_t scaled(int64_t a, int64_t b, int64_t divisor)
{
    int64_t out = 0;
    if (a == L1_OFF || b == L1_OFF || divisor == L1_OFF || divisor <= 0) return L1_OFF;
    if (!l1_mul_div(a, b, divisor, L1_ROUND_NEAREST, &out)) return L1_OFF;
    return out;
}

int64_t l1_cost_value_e8(int64_t qty_e8, int64_t price_e8)
{
    return scaled(qty_e8, price_e8, L1_E8);
}

int64_t l1_cost_markout_bp_e8(l1_side side, int64_t cost_e8, int64_t value_e8)
{
    L1_ASSERT(side < L1_SIDE_COUNT);
    return signed_for(side, scaled(minus(value_e8, cost_e8), BP_E8, cost_e8));
}

/* --- folds --- */

void l1_cost_begin(l1_cost_sums *sums, l1_side side, int64_t qty_e8, int64_t decision_mid_e8,
                   int64_t arrival_mid_e8, int64_t now_ns)
{
    L1_ASSERT(qty_e8 > 0);
    L1_ASSERT(side < L1_SIDE_COUNT);
    memset(sums, 0, sizeof *sums);
    sums->side = side;
    sums->qty_e8 = qty_e8;
    sums->arrival_mid_e8 = arrival_mid_e8;
    sums->decision_mid_e8 = decision_mid_e8 == L1_OFF ? arrival_mid_e8 : decision_mid_e8;
    sums->end_mid_e8 = L1_OFF;
    sums->started_ns = now_ns;
    sums->first_fill_ns = sums->last_fill_ns = sums->ended_ns = L1_OFF;
}

void l1_cost_fill(l1_cost_sums *sums, int64_t price_e8, int64_t qty_e8, int64_t quote_e8,
                  int64_t fee_quote_e8, bool maker, int64_t now_ns)
{
    L1_ASSERT(price_e8 > 0 && qty_e8 > 0);
    L1_ASSERT(now_ns >= sums->started_ns);
    if (sums->fills == 0) sums->first_fill_ns = now_ns;
    sums->last_fill_ns = now_ns;
    sums->fills++;
    l1_cost_add(&sums->executed_e8, qty_e8);
    l1_cost_add(&sums->quote_e8, quote_e8);
    l1_cost_add(&sums->fees_quote_e8, fee_quote_e8);
    if (maker) l1_cost_add(&sums->maker_e8, qty_e8);
}

void l1_cost_market(l1_cost_sums *sums, int64_t qty_e8, int64_t quote_e8)
{
    L1_ASSERT(qty_e8 >= 0);
    l1_cost_add(&sums->market_volume_e8, qty_e8);
    l1_cost_add(&sums->market_quote_e8, quote_e8);
}

void l1_cost_end(l1_cost_sums *sums, int64_t end_mid_e8, int64_t now_ns)
{
    L1_ASSERT(now_ns >= sums->started_ns);
    L1_ASSERT(sums->ended_ns == L1_OFF);
    sums->end_mid_e8 = end_mid_e8;
    sums->ended_ns = now_ns;
}

/* --- figures --- */

/* quantity x (to - from); zero for no quantity, whatever the prices. */
static int64_t moved(int64_t qty_e8, int64_t to_e8, int64_t from_e8)
{
    if (qty_e8 == 0) return 0;
    return l1_cost_value_e8(qty_e8, minus(to_e8, from_e8));
}

static int64_t left_of(const l1_cost_sums *sums)
{
    if (sums->executed_e8 == L1_OFF) return L1_OFF;
    return sums->qty_e8 > sums->executed_e8 ? sums->qty_e8 - sums->executed_e8 : 0;
}

static void shortfall(const l1_cost_sums *sums, l1_cost_analysis *out)
{
    const int64_t done = sums->executed_e8, dec = sums->decision_mid_e8;
    const int64_t arrival = done == 0 ? 0 : l1_cost_value_e8(done, sums->arrival_mid_e8);
    out->delay_e8 = signed_for(sums->side, moved(done, sums->arrival_mid_e8, dec));
    out->trading_e8 = signed_for(sums->side, minus(sums->quote_e8, arrival));
    out->opportunity_e8 = signed_for(sums->side, moved(left_of(sums), sums->end_mid_e8, dec));
    out->fees_e8 = sums->fees_quote_e8;
    out->shortfall_e8 =
        plus(plus(out->delay_e8, out->trading_e8), plus(out->opportunity_e8, out->fees_e8));
    out->shortfall_bp_e8 = scaled(out->shortfall_e8, BP_E8, l1_cost_value_e8(sums->qty_e8, dec));
    out->arrival_slippage_bp_e8 = done == 0 ? L1_OFF : scaled(out->trading_e8, BP_E8, arrival);
}

l1_cost_analysis l1_cost_analyse(const l1_cost_sums *sums)
{
    const int64_t done = sums->executed_e8;
    L1_ASSERT(sums->qty_e8 > 0);
    L1_ASSERT(done == L1_OFF || (done == 0) == (sums->fills == 0));
    l1_cost_analysis out = {
        .decision_mid_e8 = sums->decision_mid_e8,
        .arrival_mid_e8 = sums->arrival_mid_e8,
        .vwap_e8 = scaled(sums->quote_e8, L1_E8, done),
        .market_vwap_e8 = scaled(sums->market_quote_e8, L1_E8, sums->market_volume_e8),
        .fill_ratio_e8 = scaled(done, L1_E8, sums->qty_e8),
        .participation_e8 = scaled(done, L1_E8, sums->market_volume_e8),
        .maker_share_e8 = scaled(sums->maker_e8, L1_E8, done),
        .duration_ns = sums->fills == 0 ? L1_OFF : sums->last_fill_ns - sums->started_ns,
        .children = sums->children,
        .fills = sums->fills,
        .asked = sums->asked,
        .chosen = sums->chosen,
    };
    /* What was executed, at the market's prices; no rounded price on the way. */
    const int64_t market = scaled(done, sums->market_quote_e8, sums->market_volume_e8);
    out.vwap_slippage_bp_e8 =
        signed_for(sums->side, scaled(minus(sums->quote_e8, market), BP_E8, market));
    shortfall(sums, &out);
    return out;
}

/* --- archive --- */

void l1_cost_sums_archive(l1_archive *archive, l1_cost_sums *sums)
{
    l1_archive_enum(archive, &sums->side, L1_SIDE_COUNT);
    l1_archive_i64(archive, &sums->qty_e8);
    l1_archive_i64(archive, &sums->decision_mid_e8);
    l1_archive_i64(archive, &sums->arrival_mid_e8);
    l1_archive_i64(archive, &sums->end_mid_e8);
    l1_archive_i64(archive, &sums->started_ns);
    l1_archive_i64(archive, &sums->first_fill_ns);
    l1_archive_i64(archive, &sums->last_fill_ns);
    l1_archive_i64(archive, &sums->ended_ns);
    l1_archive_i64(archive, &sums->executed_e8);
    l1_archive_i64(archive, &sums->quote_e8);
    l1_archive_i64(archive, &sums->maker_e8);
    l1_archive_i64(archive, &sums->fees_quote_e8);
    l1_archive_i64(archive, &sums->market_volume_e8);
    l1_archive_i64(archive, &sums->market_quote_e8);
    l1_archive_u32(archive, &sums->children);
    l1_archive_u32(archive, &sums->fills);
    l1_archive_enum(archive, &sums->asked, L1_ALGO_COUNT);
    l1_archive_enum(archive, &sums->chosen, L1_ALGO_COUNT);
}

void l1_cost_analysis_archive(l1_archive *archive, l1_cost_analysis *analysis)
{
    l1_archive_i64(archive, &analysis->decision_mid_e8);
    l1_archive_i64(archive, &analysis->arrival_mid_e8);
    l1_archive_i64(archive, &analysis->vwap_e8);
    l1_archive_i64(archive, &analysis->market_vwap_e8);
    l1_archive_i64(archive, &analysis->arrival_slippage_bp_e8);
    l1_archive_i64(archive, &analysis->vwap_slippage_bp_e8);
    l1_archive_i64(archive, &analysis->delay_e8);
    l1_archive_i64(archive, &analysis->trading_e8);
    l1_archive_i64(archive, &analysis->opportunity_e8);
    l1_archive_i64(archive, &analysis->fees_e8);
    l1_archive_i64(archive, &analysis->shortfall_e8);
    l1_archive_i64(archive, &analysis->shortfall_bp_e8);
    l1_archive_i64(archive, &analysis->fill_ratio_e8);
    l1_archive_i64(archive, &analysis->participation_e8);
    l1_archive_i64(archive, &analysis->maker_share_e8);
    l1_archive_i64(archive, &analysis->duration_ns);
    l1_archive_u32(archive, &analysis->children);
    l1_archive_u32(archive, &analysis->fills);
    l1_archive_enum(archive, &analysis->asked, L1_ALGO_COUNT);
    l1_archive_enum(archive, &analysis->chosen, L1_ALGO_COUNT);
}
