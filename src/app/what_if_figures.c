/* app/what_if_figures.c: sums over own fills, and their extremes. */
#include "app/what_if_figures.h"

#include "base/assert.h"

void l1_what_if_figures_take(l1_what_if_figures *figures, const l1_effect *effect)
{
    L1_ASSERT(effect->kind < L1_EFFECT_COUNT);
    figures->effects++;
    figures->submits += effect->kind == L1_EFFECT_SUBMIT;
    figures->alerts += effect->kind == L1_EFFECT_ALERT;
    if (effect->kind != L1_EFFECT_REPORT) return;
    const l1_report *report = &effect->as.report;
    for (uint32_t i = 0; i < report->fees_count; i++) {
        figures->fees_e8[report->fees[i].asset] += report->fees[i].amount_e8;
    }
}

void l1_what_if_figures_begin(l1_what_if_figures *figures, const l1_engine *engine)
{
    *figures = (l1_what_if_figures){.pnl_known = true};
    figures->changes_seen = l1_engine_account(engine)->changes_count;
    for (uint32_t i = 0; i < L1_SYMBOLS_MAX; i++) figures->exposure_max_e8[i] = L1_OFF;
}

/* What has come into the account's ring since the last look. */
static void take_changes(l1_what_if_figures *figures, const l1_account *account)
{
    L1_ASSERT(account->changes_count >= figures->changes_seen);
    if (account->changes_count - figures->changes_seen > L1_FILLS_KEPT) {
        figures->lost = true;
        figures->changes_seen = account->changes_count;
    }
    for (; figures->changes_seen < account->changes_count; figures->changes_seen++) {
        const l1_balance_change *change = &account->changes[figures->changes_seen % L1_FILLS_KEPT];
        figures->own_e8[change->asset] += change->delta_e8;
    }
}

static void value(l1_what_if_figures *figures, const l1_limits *limits)
{
    int64_t pnl_e8 = figures->own_e8[0];
    figures->pnl_known = !figures->lost;
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        int64_t part_e8 = 0;
        const int64_t base_e8 = figures->own_e8[i + 1];
        if (base_e8 == 0) continue;
        if (figures->mid_e8[i] <= 0 ||
            !l1_mul_div(base_e8, figures->mid_e8[i], L1_E8, L1_ROUND_DOWN, &part_e8) ||
            __builtin_add_overflow(pnl_e8, part_e8, &pnl_e8)) {
            figures->pnl_known = false;
            return;
        }
    }
    figures->pnl_e8 = pnl_e8;
    if (pnl_e8 > figures->peak_e8) figures->peak_e8 = pnl_e8;
    const int64_t fall_e8 = figures->peak_e8 - pnl_e8;
    if (fall_e8 > figures->drawdown_max_e8) figures->drawdown_max_e8 = fall_e8;
}

void l1_what_if_figures_sample(l1_what_if_figures *figures, const l1_engine *engine)
{
    const l1_limits *limits = l1_engine_limits(engine);
    take_changes(figures, l1_engine_account(engine));
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        const int64_t mid_e8 = l1_engine_mid_e8(engine, (int32_t)i);
        if (mid_e8 > 0) figures->mid_e8[i] = mid_e8;
        const int64_t exposure_e8 = l1_engine_exposure_e8(engine, (int32_t)i);
        if (exposure_e8 > figures->exposure_max_e8[i]) figures->exposure_max_e8[i] = exposure_e8;
    }
    value(figures, limits);
}

void l1_what_if_figures_adopt(l1_what_if_figures *figures, const l1_limits *from,
                              const l1_limits *to)
{
    const l1_what_if_figures old = *figures;
    for (uint32_t i = 0; i < to->symbols_count; i++) {
        const int was = l1_limits_symbol(from, to->symbols[i].name);
        figures->own_e8[i + 1] = was < 0 ? 0 : old.own_e8[was + 1];
        figures->fees_e8[i + 1] = was < 0 ? 0 : old.fees_e8[was + 1];
        figures->mid_e8[i] = was < 0 ? 0 : old.mid_e8[was];
        figures->exposure_max_e8[i] = was < 0 ? L1_OFF : old.exposure_max_e8[was];
    }
}
