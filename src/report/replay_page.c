/* report/replay_page.c: the fold: account, market, reports and alerts as they come. */
#include "report/replay_page.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/text.h"
#include "report/replay_page_state.h"

#define BP_PER_PERCENT 100
#define BP INT64_C(10000)

l1_result l1_replay_page_open(const l1_limits *limits, l1_replay_page **out, l1_diag *diag)
{
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    const size_t size =
        sizeof(l1_replay_page) + (limits->symbols_count + 1) * sizeof(l1_page_symbol);
    l1_replay_page *page = calloc(1, size);
    if (page == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "report", "no memory for the report");
    page->limits = limits;
    for (uint32_t i = 0; i <= limits->symbols_count; i++) page->symbols[i].threshold_e8 = L1_OFF;
    *out = page;
    return L1_SUCCESS;
}

void l1_replay_page_close(l1_replay_page *page)
{
    free(page);
}

static l1_page_symbol *of(l1_replay_page *page, int32_t symbol)
{
    const uint32_t count = page->limits->symbols_count;
    return &page->symbols[symbol >= 0 && (uint32_t)symbol < count ? (uint32_t)symbol : count];
}

static int64_t plus(int64_t a, int64_t b)
{
    int64_t out = 0;
    if (!__builtin_add_overflow(a, b, &out)) return out;
    return b < 0 ? INT64_MIN + 1 : INT64_MAX;
}

static int64_t times(int64_t qty_e8, int64_t price_e8)
{
    int64_t out = 0;
    return l1_mul_div(qty_e8, price_e8, L1_E8, L1_ROUND_DOWN, &out) ? out : INT64_MAX;
}

/* --- the account --- */

int64_t l1_page_own_e8(const l1_replay_page *page)
{
    return plus(page->equity_e8, -page->flows_e8);
}

/* Equity of the balances as they are here; false while something held has no price. */
static bool value_all(l1_replay_page *page)
{
    int64_t equity_e8 = page->quote_e8;
    for (uint32_t i = 0; i < page->limits->symbols_count; i++) {
        l1_page_symbol *symbol = &page->symbols[i];
        if (symbol->total_e8 != 0 && symbol->mid_e8 == 0) return false;
        symbol->value_e8 = symbol->total_e8 == 0 ? 0 : times(symbol->total_e8, symbol->mid_e8);
        equity_e8 = plus(equity_e8, symbol->value_e8);
    }
    page->equity_e8 = equity_e8;
    return true;
}

/* What came before was history: what is shown begins here. */
static void begin_anew(l1_replay_page *page, int64_t at_ns)
{
    page->begin_ns = at_ns;
    memset(&page->equity, 0, sizeof page->equity);
    memset(&page->drawdown, 0, sizeof page->drawdown);
    memset(&page->exposure, 0, sizeof page->exposure);
    for (uint32_t i = 0; i < page->limits->symbols_count; i++) {
        l1_page_symbol *symbol = &page->symbols[i];
        memset(&symbol->exposure, 0, sizeof symbol->exposure);
        memset(&symbol->price, 0, sizeof symbol->price);
        if (symbol->mid_e8 > 0) l1_series_add(&symbol->price, at_ns, symbol->mid_e8);
    }
    page->start_e8 = page->peak_e8 = page->deepest_e8 = 0;
    page->deepest_ns = page->deepest_peak_ns = 0;
    page->day = page->day_end_e8 = page->day_ends_ns = 0;
    page->days = 0;
    page->day_sum = page->day_squares = 0;
    page->months_count = 0;
    page->exposed_ns = page->sampled_ns = 0;
    page->exposure_sum = 0;
    page->flows_e8 = 0;
}

/* Balances after the step; true when they changed. */
static bool take_account(l1_replay_page *page, const l1_account *account, int64_t at_ns)
{
    const bool snapshot = account->has_snapshot &&
                          (page->snapshots == 0 || account->snapshot_ts_ns != page->snapshot_ts_ns);
    const bool first = page->first_ns == 0;
    if (!snapshot && !first && account->changes_count == page->changes_count) return false;
    const int64_t before_e8 = page->equity_e8;
    const bool was_priced = page->priced;
    page->quote_e8 = account->total_e8[0];
    for (uint32_t i = 0; i < page->limits->symbols_count; i++) {
        page->symbols[i].total_e8 = account->total_e8[i + 1];
    }
    page->priced = value_all(page);
    if (snapshot) {
        if (page->snapshots == 0 && account->changes_count == 0) {
            begin_anew(page, at_ns); /* the paper account was never used */
        } else if (was_priced && page->priced) {
            page->flows_e8 = plus(page->flows_e8, plus(page->equity_e8, -before_e8));
        }
        page->snapshots++;
        page->snapshot_ts_ns = account->snapshot_ts_ns;
    }
    page->changes_count = account->changes_count;
    return true;
}

/* --- samples --- */

static int32_t month_of(int64_t day)
{
    const time_t seconds = (time_t)(day * 86400);
    struct tm utc;
    if (gmtime_r(&seconds, &utc) == NULL) return 0;
    return utc.tm_year * 12 + utc.tm_mon;
}

static void end_day(l1_replay_page *page, int64_t before_e8)
{
    if (page->day_end_e8 > 0) {
        const double gain = (double)(before_e8 - page->day_end_e8) / (double)page->day_end_e8;
        page->day_sum += gain;
        page->day_squares += gain * gain;
        page->days++;
    }
    page->day_end_e8 = before_e8;
}

/* `before_e8`: own money at the sample before. */
static void sample_calendar(l1_replay_page *page, int64_t at_ns, int64_t before_e8, int64_t own_e8)
{
    const int64_t day = at_ns / L1_DAY_NS;
    if (page->months_count == 0 || day > page->day) {
        if (page->months_count > 0) end_day(page, before_e8);
        const int32_t month = month_of(day);
        const uint32_t last = page->months_count;
        if (last == 0 || (page->months[last - 1].month != month && last < L1_MONTHS_MAX)) {
            page->months[page->months_count++].month = month;
        }
        if (last == 0) page->day_end_e8 = own_e8;
        page->day = day;
        page->day_ends_ns = (day + 1) * L1_DAY_NS;
    }
    page->months[page->months_count - 1].end_e8 = own_e8;
}

static void sample_drawdown(l1_replay_page *page, int64_t at_ns, int64_t own_e8)
{
    int64_t depth_e8 = 0;
    if (page->equity.count == 0) page->start_e8 = page->peak_e8 = own_e8;
    if (page->equity.count == 0 || own_e8 >= page->peak_e8) {
        page->peak_e8 = own_e8;
        page->peak_ns = at_ns;
    }
    if (page->peak_e8 > 0 && own_e8 < page->peak_e8 &&
        !l1_mul_div(page->peak_e8 - own_e8, L1_E8, page->peak_e8, L1_ROUND_UP, &depth_e8)) {
        depth_e8 = INT64_MAX;
    }
    if (depth_e8 > page->deepest_e8) {
        page->deepest_e8 = depth_e8;
        page->deepest_ns = at_ns;
        page->deepest_peak_ns = page->peak_ns;
    }
    l1_series_add(&page->drawdown, at_ns, -depth_e8);
}

static int64_t share_of_equity(const l1_replay_page *page, int64_t value_e8)
{
    int64_t out = 0;
    if (page->equity_e8 <= 0 || value_e8 == 0) return 0;
    return l1_mul_div(value_e8, L1_E8, page->equity_e8, L1_ROUND_DOWN, &out) ? out : 0;
}

/* `symbol` < 0: all of them may have changed. */
static void sample_exposure(l1_replay_page *page, int64_t at_ns, int32_t symbol)
{
    if (page->sampled_ns != 0 && at_ns > page->sampled_ns) {
        const int64_t passed_ns = at_ns - page->sampled_ns;
        page->exposure_sum += (l1_i128)page->exposure_e8 * passed_ns;
        if (page->exposure_e8 != 0) page->exposed_ns += passed_ns;
    }
    for (uint32_t i = 0; i < page->limits->symbols_count; i++) {
        if (symbol >= 0 && (uint32_t)symbol != i) continue;
        l1_series_add(&page->symbols[i].exposure, at_ns,
                      share_of_equity(page, page->symbols[i].value_e8));
    }
    page->exposure_e8 = share_of_equity(page, plus(page->equity_e8, -page->quote_e8));
    l1_series_add(&page->exposure, at_ns, page->exposure_e8);
    page->sampled_ns = at_ns;
}

static void sample(l1_replay_page *page, int64_t at_ns, int32_t symbol, int64_t before_e8)
{
    if (!page->priced) return;
    const int64_t own_e8 = l1_page_own_e8(page);
    sample_calendar(page, at_ns, before_e8, own_e8);
    sample_drawdown(page, at_ns, own_e8);
    l1_series_add(&page->equity, at_ns, page->equity_e8);
    sample_exposure(page, at_ns, symbol);
}

/* --- events --- */

/* The symbol whose mid `event` may move, or -1. */
static int32_t symbol_of(const l1_event *event)
{
    switch (event->kind) {
    case L1_EVENT_BAR: return event->as.bar.symbol;
    case L1_EVENT_BOOK: return event->as.book.symbol;
    case L1_EVENT_DEPTH: return event->as.depth.symbol;
    case L1_EVENT_QUOTE: return event->as.quote.symbol;
    default: return -1;
    }
}

static bool holds_nothing(const l1_replay_page *page)
{
    for (uint32_t i = 0; i < page->limits->symbols_count; i++) {
        if (page->symbols[i].total_e8 != 0) return false;
    }
    return true;
}

/* Keeps the mid of `symbol`; true when equity is another one by it. */
static bool take_mid(l1_replay_page *page, const l1_engine *engine, int32_t symbol, int64_t at_ns)
{
    if (symbol < 0 || (uint32_t)symbol >= page->limits->symbols_count) return false;
    l1_page_symbol *of_symbol = &page->symbols[symbol];
    const int64_t mid_e8 = l1_engine_mid_e8(engine, symbol);
    if (mid_e8 <= 0) return false; /* stale or none: the last one stays */
    l1_series_add(&of_symbol->price, at_ns, mid_e8);
    if (mid_e8 == of_symbol->mid_e8) return false;
    of_symbol->mid_e8 = mid_e8;
    if (of_symbol->total_e8 == 0) return false; /* nothing of it is held: equity stays */
    if (!page->priced) {
        page->priced = value_all(page);
        return true;
    }
    const int64_t value_e8 = times(of_symbol->total_e8, mid_e8);
    page->equity_e8 = plus(page->equity_e8, value_e8 - of_symbol->value_e8);
    of_symbol->value_e8 = value_e8;
    return true;
}

void l1_replay_page_event(l1_replay_page *page, const l1_event *event, const l1_engine *engine)
{
    L1_ASSERT((unsigned)event->kind < L1_EVENT_COUNT);
    page->events[event->kind]++;
    const int64_t at_ns = event->at_ns, before_e8 = l1_page_own_e8(page);
    const int32_t symbol = symbol_of(event);
    bool account = take_account(page, l1_engine_account(engine), at_ns);
    if (page->first_ns == 0) page->first_ns = page->begin_ns = at_ns;
    page->last_ns = at_ns;
    if (event->kind == L1_EVENT_SIGNAL && !page->signaled) {
        page->signaled = true;
        if (page->changes_count == 0 && holds_nothing(page)) {
            begin_anew(page, at_ns);
            account = true;
        }
    }
    const bool moved = take_mid(page, engine, symbol, at_ns);
    account |= event->kind == L1_EVENT_TICK || at_ns >= page->day_ends_ns;
    if (account || moved) sample(page, at_ns, account ? -1 : symbol, before_e8);
}

/* --- reports --- */

typedef struct {
    int64_t base_e8, quote_e8; /* in the report's base; in quote, other assets valued */
    int64_t worth_e8;          /* all of it in quote */
} fees;

static fees fees_of(const l1_replay_page *page, const l1_report *report)
{
    fees found = {0};
    for (uint32_t i = 0; i < report->fees_count; i++) {
        const l1_fee *fee = &report->fees[i];
        if (fee->asset == 0) {
            found.quote_e8 = plus(found.quote_e8, fee->amount_e8);
        } else if (fee->asset == report->symbol + 1) {
            found.base_e8 = plus(found.base_e8, fee->amount_e8);
        } else if ((uint32_t)fee->asset <= page->limits->symbols_count) {
            const int64_t mid_e8 = page->symbols[fee->asset - 1].mid_e8;
            found.quote_e8 = plus(found.quote_e8, times(fee->amount_e8, mid_e8));
        }
    }
    const bool priced = report->avg_price_e8 != L1_OFF && report->avg_price_e8 > 0;
    found.worth_e8 = plus(found.quote_e8, priced ? times(found.base_e8, report->avg_price_e8) : 0);
    return found;
}

/* Scores of the head that is shown first; NULL when it was not computed. */
static const l1_scores *scores_of(const l1_report *report)
{
    const l1_ai_scores *scores = &report->scores;
    return (scores->computed >> scores->head & 1) == 0 ? NULL : &scores->of[scores->head];
}

static void take_lots(l1_replay_page *page, const l1_report *report, int64_t at_ns, fees paid)
{
    const l1_scores *scores = scores_of(report);
    l1_lot_trade trade = {.symbol = report->symbol,
                          .execution_id = report->execution_id,
                          .at_ns = at_ns,
                          .score_e8 = scores == NULL ? L1_OFF : scores->ensemble_e8};
    if (report->side == L1_SIDE_BUY) {
        trade.qty_e8 = report->executed_qty_e8 - paid.base_e8;
        trade.quote_e8 = plus(report->executed_quote_e8, paid.quote_e8);
        l1_round_trips_buy(&page->trips, &trade);
    } else {
        trade.qty_e8 = report->executed_qty_e8;
        trade.quote_e8 = plus(report->executed_quote_e8, -paid.quote_e8);
        l1_round_trips_sell(&page->trips, page->limits, &trade, report->protection);
    }
}

static void take_execution(l1_replay_page *page, const l1_report *report, int64_t at_ns)
{
    l1_page_symbol *symbol = of(page, report->symbol);
    if (report->symbol < 0 || report->executed_qty_e8 <= 0) return;
    const fees paid = fees_of(page, report);
    l1_marks *marks = report->side == L1_SIDE_BUY ? &symbol->buys
                      : report->protection        ? &symbol->stops
                                                  : &symbol->sells;
    l1_marks_add(marks, at_ns, report->executed_qty_e8, report->executed_quote_e8);
    symbol->traded_e8 = plus(symbol->traded_e8, report->executed_quote_e8);
    symbol->fees_e8 = plus(symbol->fees_e8, paid.worth_e8);
    take_lots(page, report, at_ns, paid);
}

/* Keeps the dearest, the dearest first; of equals the earlier. */
static void take_worst(l1_replay_page *page, const l1_report *report, int64_t at_ns, int64_t bp_e8)
{
    uint32_t at = page->worst_count;
    while (at > 0 && page->worst[at - 1].slippage_bp_e8 < bp_e8) at--;
    if (at == L1_WORST_MAX) return;
    const uint32_t last = page->worst_count < L1_WORST_MAX ? page->worst_count++ : L1_WORST_MAX - 1;
    memmove(&page->worst[at + 1], &page->worst[at], (last - at) * sizeof page->worst[0]);
    page->worst[at] = (l1_page_fill){.symbol = report->symbol,
                                     .side = report->side,
                                     .at_ns = at_ns,
                                     .qty_e8 = report->executed_qty_e8,
                                     .price_e8 = report->avg_price_e8,
                                     .slippage_bp_e8 = bp_e8};
    l1_text_copy(page->worst[at].signal_id, sizeof page->worst[at].signal_id, report->signal_id);
}

static void take_slippage(l1_replay_page *page, const l1_report *report, int64_t at_ns)
{
    int64_t bp_e8 = report->has_tca ? report->tca.arrival_slippage_bp_e8 : L1_OFF;
    if (report->slippage_e8 == L1_OFF || report->executed_qty_e8 <= 0) return;
    if (bp_e8 == L1_OFF && /* the percent have two digits less */
        __builtin_mul_overflow(report->slippage_e8, BP_PER_PERCENT, &bp_e8)) {
        return;
    }
    l1_distribution_add(&of(page, report->symbol)->slippage, bp_e8);
    l1_distribution_add(&page->slippage, bp_e8);
    take_worst(page, report, at_ns, bp_e8);
}

static void take_signal(l1_replay_page *page, const l1_report *report, int64_t at_ns)
{
    l1_page_symbol *symbol = of(page, report->symbol);
    const l1_scores *scores = scores_of(report);
    symbol->signals++;
    symbol->statuses[report->status]++;
    const bool executed =
        report->status == L1_REPORT_FILLED || report->status == L1_REPORT_PARTIALLY_FILLED;
    if (!executed) symbol->rejected[report->reason]++;
    if (scores != NULL && scores->ensemble_e8 != L1_OFF) {
        page->head = report->scores.head;
        symbol->threshold_e8 = scores->threshold_e8;
        if (report->reason >= L1_RULE_AI_LOGREG && report->reason <= L1_RULE_AI_ENSEMBLE) {
            l1_outcomes_add(&page->vetoed, 0, scores->ensemble_e8);
        }
    }
    take_slippage(page, report, at_ns);
    take_execution(page, report, at_ns);
}

/* --- what parents cost --- */

/* Quantity x decision mid: the shortfall by its bp; 0 when they do not tell it. */
static int64_t wanted_of(const l1_cost_analysis *tca)
{
    int64_t wanted_e8 = 0;
    if (tca->shortfall_e8 == L1_OFF || tca->shortfall_bp_e8 == L1_OFF) return 0;
    const int64_t bp_e8 = tca->shortfall_bp_e8 < 0 ? -tca->shortfall_bp_e8 : tca->shortfall_bp_e8;
    const int64_t size_e8 = tca->shortfall_e8 < 0 ? -tca->shortfall_e8 : tca->shortfall_e8;
    if (bp_e8 == 0 || !l1_mul_div(size_e8, BP * L1_E8, bp_e8, L1_ROUND_DOWN, &wanted_e8)) return 0;
    return wanted_e8;
}

static void take_cost(l1_page_cost *cost, const l1_effect *effect)
{
    l1_tca_take(&cost->totals, effect);
    if (effect->kind != L1_EFFECT_REPORT) return;
    const l1_cost_analysis *tca = &effect->as.report.tca;
    cost->children += tca->children;
    cost->wanted_e8 = plus(cost->wanted_e8, wanted_of(tca));
}

/* A final report with an analysis, or what came of it a minute later. */
static void take_costs(l1_replay_page *page, const l1_effect *effect)
{
    const bool report = effect->kind == L1_EFFECT_REPORT;
    const l1_cost_analysis *tca = report ? &effect->as.report.tca : &effect->as.analysis.tca;
    const int32_t symbol = report ? effect->as.report.symbol : effect->as.analysis.symbol;
    L1_ASSERT((unsigned)tca->chosen < L1_ALGO_COUNT && (unsigned)tca->asked < L1_ALGO_COUNT);
    take_cost(&of(page, symbol)->costs[tca->chosen], effect);
    take_cost(&page->costs, effect);
    page->chosen[tca->asked][tca->chosen] += report;
}

static void take_alert(l1_replay_page *page, const l1_alert *alert, int64_t at_ns)
{
    L1_ASSERT((unsigned)alert->code < L1_ALERT_COUNT);
    l1_page_alert *kept = &page->alerts[alert->code];
    kept->count++;
    kept->last_ns = at_ns;
    kept->symbol = alert->symbol;
    l1_text_copy(kept->message, sizeof kept->message, alert->message);
}

void l1_replay_page_effect(l1_replay_page *page, const l1_effect *effect, bool duplicate)
{
    if (duplicate) {
        page->duplicates++;
        return;
    }
    if (effect->kind == L1_EFFECT_ALERT) take_alert(page, &effect->as.alert, effect->at_ns);
    if (effect->kind == L1_EFFECT_ANALYSIS) take_costs(page, effect);
    if (effect->kind != L1_EFFECT_REPORT) return;
    const l1_report *report = &effect->as.report;
    L1_ASSERT((unsigned)report->status < L1_REPORT_STATUS_COUNT);
    if (report->protection) {
        page->protections++;
        of(page, report->symbol)->statuses[report->status]++;
        take_execution(page, report, effect->at_ns);
    } else if (report->final) {
        take_signal(page, report, effect->at_ns);
        if (report->has_tca) take_costs(page, effect);
    }
}

/* --- sums --- */

uint64_t l1_page_signals(const l1_replay_page *page)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i <= page->limits->symbols_count; i++) sum += page->symbols[i].signals;
    return sum;
}

uint64_t l1_page_status(const l1_replay_page *page, l1_report_status status)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i <= page->limits->symbols_count; i++) {
        sum += page->symbols[i].statuses[status];
    }
    return sum;
}

uint64_t l1_page_executed(const l1_replay_page *page)
{
    return l1_page_status(page, L1_REPORT_FILLED) +
           l1_page_status(page, L1_REPORT_PARTIALLY_FILLED);
}

uint64_t l1_page_rejected(const l1_replay_page *page, l1_rule rule)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i <= page->limits->symbols_count; i++) {
        sum += page->symbols[i].rejected[rule];
    }
    return sum;
}

int64_t l1_page_fees_e8(const l1_replay_page *page)
{
    int64_t sum_e8 = 0;
    for (uint32_t i = 0; i <= page->limits->symbols_count; i++) {
        sum_e8 = plus(sum_e8, page->symbols[i].fees_e8);
    }
    return sum_e8;
}

int64_t l1_page_traded_e8(const l1_replay_page *page)
{
    int64_t sum_e8 = 0;
    for (uint32_t i = 0; i <= page->limits->symbols_count; i++) {
        sum_e8 = plus(sum_e8, page->symbols[i].traded_e8);
    }
    return sum_e8;
}
