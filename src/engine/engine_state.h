/* engine/engine_state.h: the engine's state and the parts its files share. Private to engine/. */
#ifndef L1_ENGINE_ENGINE_STATE_H
#define L1_ENGINE_ENGINE_STATE_H

#include "decision/execution_logic.h"
#include "decision/risk_rules.h"
#include "decision/trend_ai.h"
#include "domain/mid_trail.h"
#include "engine/engine.h"
#include "executor/parents.h"
#include "order_manager/cost_table.h"
#include "order_manager/signal_table.h"

/* What a market has traded: running sums, of which differences are taken. Trades count as they
 * come; a bar adds what of its minute no trade had told. */
typedef struct {
    uint64_t base_e8, quote_e8;
    int64_t minute; /* of the newest trade */
    uint64_t minute_base_e8, minute_quote_e8, before_base_e8, before_quote_e8; /* told by trades */
} l1_tape;

/* How long a book has gone on changing without a pause longer than a look; times of arrival. */
typedef struct {
    int64_t from_ns, last_ns;
} l1_book_pace;

struct l1_engine {
    l1_limits limits;
    l1_market markets[L1_SYMBOLS_MAX];
    const l1_depth_book *books; /* by symbol; the system's */
    /* A market's book holds the best levels alone: the others follow when they are looked at. */
    bool top_due[L1_SYMBOLS_MAX];
    l1_volatility volatility[L1_SYMBOLS_MAX];
    l1_feature_state *features;
    l1_hash128 models; /* content of the bundle that scores; zero = none */
    l1_account account;
    l1_drawdown drawdown;
    l1_kill_switch kill_switch;
    l1_order_pace *pace;
    l1_signal_table signals;
    l1_executions executions;
    l1_parents parents;
    l1_tape tapes[L1_SYMBOLS_MAX];
    l1_book_pace book_pace[L1_SYMBOLS_MAX];
    int64_t known_mid_e8[L1_SYMBOLS_MAX]; /* the last mid there was, fresh or not */
    l1_mid_trail trails[L1_SYMBOLS_MAX];
    int64_t traded_ns[L1_SYMBOLS_MAX]; /* of the last public trade; 0 = none yet */
    l1_cost_table costs;
    int64_t now_ns;
    int64_t drawdown_day[L1_ASSETS_MAX]; /* last alerted; 0 = portfolio, i + 1 = symbol i */
    int64_t day_done;                    /* Unix day whose first values have all been taken */
    uint64_t effect_seq;
    uint64_t last_id;
    uint64_t last_serial;
    uint32_t pending; /* accepted signals without a final report */

    /* Where `models` lies: found again after a load. */
    const l1_model_bank *bank;
    const l1_bundle *bundle;
    int32_t bundle_symbols[L1_SYMBOLS_MAX];

    /* Working memory of one call; no part of the state. */
    char execution_id[32]; /* of the signal being judged */
    l1_effect effect;
    l1_assessment facts;
    l1_decision decision;
    l1_gate_verdict verdict;
    int64_t base_e8[L1_SYMBOLS_MAX], mid_e8[L1_SYMBOLS_MAX], mid_until_ns[L1_SYMBOLS_MAX];
    double minute_volume[L1_PLAN_MINUTES_MAX]; /* of the plan that is being made */
};

/* --- publish.c: effects --- */
void l1_engine_put(l1_engine *engine, l1_effect_kind kind, l1_engine_out *out);
__attribute__((format(printf, 8, 9))) void
l1_engine_alert(l1_engine *engine, l1_alert_code code, int32_t symbol, const char *signal_id,
                int64_t value_e8, int64_t limit_e8, l1_engine_out *out, const char *format, ...);
/* Publishes engine->effect.as.report as the final report of `id`, duplicates' echo included. */
void l1_engine_final_report(l1_engine *engine, l1_hash128 id, l1_engine_out *out);
/* The signal's report: UNKNOWN is an interim one, anything else final. `stop`: the execution whose
 * stop it shows; L1_NONE. */
void l1_engine_report_signal(l1_engine *engine, uint32_t parent, uint32_t stop,
                             l1_report_status status, l1_rule reason, const char *detail,
                             l1_engine_out *out);
void l1_engine_report_protection(l1_engine *engine, uint32_t execution, const l1_order *order,
                                 l1_report_status status, const char *detail, l1_engine_out *out);

/* --- intake.c: signals and refusals --- */
void l1_engine_on_signal(l1_engine *engine, const l1_signal *signal, l1_engine_out *out);
void l1_engine_on_refusal(l1_engine *engine, const l1_refusal *refusal, l1_engine_out *out);
/* For judging `symbol` (or -1): the other markets may show their best levels alone. */
l1_risk_view l1_engine_view(l1_engine *engine, int32_t symbol);

/* --- observe.c: market, portfolio, control, time --- */
void l1_engine_before(l1_engine *engine, int64_t now_ns);
void l1_engine_on_bar(l1_engine *engine, const l1_bar *bar, l1_engine_out *out);
void l1_engine_on_book(l1_engine *engine, const l1_book *book);
void l1_engine_on_depth(l1_engine *engine, int32_t symbol); /* its whole book has changed */
/* Fills in the levels behind the best of a market's book where they are due. */
void l1_engine_see_top(l1_engine *engine, int32_t symbol);
void l1_engine_on_portfolio(l1_engine *engine, const l1_portfolio *portfolio, l1_engine_out *out);
void l1_engine_on_control(l1_engine *engine, const l1_control *control, l1_engine_out *out);
void l1_engine_on_clock_jump(l1_engine *engine, int64_t jump_ns, l1_engine_out *out);
void l1_engine_open_day(l1_engine *engine);

/* --- models.c: the bundle that scores --- */
void l1_engine_on_models(l1_engine *engine, const l1_models_event *models, l1_engine_out *out);
l1_ai_view l1_engine_ai_view(const l1_engine *engine);

/* --- booking.c: balances, locks and losses follow every send, fill and end --- */
/* `pending`: a list's later leg, which locks nothing until it is live. */
void l1_engine_book_send(l1_engine *engine, uint32_t order, bool pending);
void l1_engine_book_fill(l1_engine *engine, uint32_t order, const l1_venue_event *fill);
void l1_engine_book_end(l1_engine *engine, uint32_t order);
void l1_engine_book_stop_live(l1_engine *engine, uint32_t order, int64_t qty_e8);
/* A stop about to be canceled for a sell no longer counts as sellable by others. */
void l1_engine_book_release(l1_engine *engine, uint32_t order);
/* The slot kept for its stop is free: the stop is sent now, or none will be. */
void l1_engine_book_slot_back(l1_engine *engine, uint32_t execution);
/* The lock of a canceled stop becomes base set aside for the sell. */
void l1_engine_book_reserve(l1_engine *engine, uint32_t execution, int64_t delta_e8);

/* The rest of a plan, unsent, counts as on order: balance, exposure, what a sell may take. */
void l1_engine_book_rest(l1_engine *engine, uint32_t parent, int64_t rest_e8);

/* --- tape.c: what the market has traded --- */
void l1_engine_tape_trade(l1_engine *engine, const l1_trade *trade);
void l1_engine_tape_bar(l1_engine *engine, const l1_bar *bar);

/* --- plan.c: which child goes when --- */
/* Its first slices go at once. */
void l1_engine_plan_start(l1_engine *engine, uint32_t parent, l1_engine_out *out);
/* Its timer: the next slices, and once none is left the end of the signal. */
void l1_engine_plan_due(l1_engine *engine, uint32_t parent, l1_engine_out *out);
/* For a minute the book has changed within each look, up to now. */
bool l1_engine_book_live(const l1_engine *engine, int32_t symbol);
/* The book has changed: an iceberg's next slice may have waited for that. */
void l1_engine_plan_book(l1_engine *engine, int32_t symbol);
/* No further child goes. Nothing happens when that was so before. */
void l1_engine_plan_end(l1_engine *engine, uint32_t parent, l1_plan_end end);

/* --- parent.c: what a child's end means for its signal --- */
uint32_t l1_engine_parent(const l1_engine *engine, uint32_t execution); /* open; asserted */
/* The entry or exit of a child has ended, or it never went. */
void l1_engine_child_ended(l1_engine *engine, uint32_t execution, l1_report_status status,
                           l1_rule reason, l1_engine_out *out);
/* Something of a child has changed that its parent may have waited for. */
void l1_engine_child_changed(l1_engine *engine, uint32_t execution);
/* A child's execution closes, and with the last one of a reported signal the parent. */
void l1_engine_child_closed(l1_engine *engine, uint32_t execution);
/* A closed child is reported on again (a late fill): its parent is open until it closes. */
void l1_engine_parent_close(l1_engine *engine, uint32_t parent);
void l1_engine_child_revived(l1_engine *engine, uint32_t execution);
/* How a signal with no child under way ends: its final report. */
void l1_engine_signal_ended(l1_engine *engine, uint32_t parent, l1_engine_out *out);

/* --- merge.c: the stops of a signal's children become one --- */
/* True when stops are being canceled for it. */
bool l1_engine_merge(l1_engine *engine, uint32_t parent, l1_engine_out *out);
/* Places the one stop once all that give way have ended. */
void l1_engine_merge_check(l1_engine *engine, uint32_t parent, l1_engine_out *out);
void l1_engine_merge_late(l1_engine *engine, uint32_t execution, l1_engine_out *out);
/* --- costs.c: what parents cost --- */
void l1_engine_costs_begin(l1_engine *engine, const l1_parent *parent, const l1_signal *signal);
void l1_engine_costs_child(l1_engine *engine, const l1_order *order); /* it goes out */
void l1_engine_costs_fill(l1_engine *engine, const l1_order *order, const l1_venue_event *fill,
                          int64_t cost_e8);
/* Into the final report, which is published next; `qty_e8` is what was to be executed. */
void l1_engine_costs_end(l1_engine *engine, uint64_t serial, int64_t qty_e8, l1_report *report);
void l1_engine_costs_trade(l1_engine *engine, const l1_trade *trade);
void l1_engine_costs_bar(l1_engine *engine, const l1_bar *bar);
void l1_engine_costs_mid(l1_engine *engine, int32_t symbol, int64_t mid_e8);
void l1_engine_costs_timer(l1_engine *engine, l1_engine_out *out);

/* --- trade.c: sending --- */
/* True when sent. Otherwise the execution's `refusal` says why. */
bool l1_engine_send(l1_engine *engine, uint32_t execution, const l1_submit *submit, bool exempt,
                    l1_engine_out *out);
void l1_engine_cancel(l1_engine *engine, uint32_t order, l1_engine_out *out);
/* False: presend refused, and the execution's `refusal` says why. */
bool l1_engine_start_buy(l1_engine *engine, uint32_t execution, l1_engine_out *out);
void l1_engine_start_sell(l1_engine *engine, uint32_t execution, l1_engine_out *out);
/* One of the stops that `sell` released has ended, freeing `freed_e8` of base. */
void l1_engine_released(l1_engine *engine, uint32_t sell, uint32_t from, int64_t freed_e8,
                        l1_engine_out *out);
void l1_engine_finish_sell(l1_engine *engine, uint32_t sell, l1_engine_out *out);
void l1_engine_timer_at(l1_engine *engine, uint32_t execution, int64_t deadline_ns);
void l1_engine_stop_timer(l1_engine *engine, uint32_t execution);
void l1_engine_close(l1_engine *engine, uint32_t execution);

/* --- answers.c: what the venue says --- */
void l1_engine_on_venue(l1_engine *engine, const l1_venue_event *event, l1_engine_out *out);

/* --- protect.c: base that was bought and its stop --- */
void l1_engine_entry_ended(l1_engine *engine, uint32_t execution, l1_engine_out *out);
void l1_engine_stop_live(l1_engine *engine, uint32_t execution, l1_engine_out *out);
void l1_engine_stop_ended(l1_engine *engine, uint32_t execution, uint32_t order, bool live_once,
                          l1_venue_reason reason, l1_engine_out *out);
void l1_engine_flat_ended(l1_engine *engine, uint32_t execution, uint32_t order,
                          l1_venue_reason reason, l1_engine_out *out);
/* Sends a standalone stop for what the execution holds, or goes down the chain. */
void l1_engine_protect(l1_engine *engine, uint32_t execution, l1_engine_out *out);
/* Base was added to what the execution holds after its entry had ended: covers it as well. */
void l1_engine_bought_late(l1_engine *engine, uint32_t execution, l1_engine_out *out);
/* A market exit of what the execution holds, or the operator. */
void l1_engine_flatten(l1_engine *engine, uint32_t execution, l1_engine_out *out);
void l1_engine_watchdog(l1_engine *engine, uint32_t execution, l1_engine_out *out);

#endif
