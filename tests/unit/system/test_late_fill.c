/* A fill that comes after its entry had ended is protected like any other. */
#include <string.h>

#include "engine/engine_state.h"
#include "testlib/check.h"
#include "testlib/scenario.h"

static void open_live(l1_scenario *s)
{
    l1_limits limits = scenario_limits();
    limits.mode = L1_MODE_LIVE;
    limits.venue_silence_ns = L1_OFF;
    limits.clock_from_events = false;
    scenario_open(s, &limits);
    scenario_portfolio(s, 0, 0, "100000", "100000", "0");
    scenario_book(s, 1, BTC, "50000", "50000.5", "1");
    scenario_buy(s, 1000, "a", "0.01", "49000");
}

/* The n-th submit so far; 0 = the entry of "a". */
static const l1_submit *submit(const l1_scenario *s, size_t n)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->log[i].kind == L1_EFFECT_SUBMIT && n-- == 0) return &s->log[i].as.submit;
    }
    return NULL;
}

static void answer(l1_scenario *s, int64_t ms, l1_order_id id, l1_venue_event_kind kind,
                   const char *qty)
{
    l1_event event = {.kind = L1_EVENT_VENUE, .at_ns = (SCENARIO_START_MS + ms) * 1000000};
    const bool buy = id.purpose == L1_PURPOSE_ENTRY;
    event.as.venue = (l1_venue_event){
        .kind = kind,
        .symbol = BTC,
        .id = id,
        .price_e8 = e8(buy ? "50000" : "49000"),
        .qty_e8 = e8(qty),
        .fee_e8 = kind == L1_VENUE_FILL ? e8(qty) / (buy ? 1000 : 1) * (buy ? 1 : 49) : 0,
        .fee_asset = buy ? BTC + 1 : 0,
    };
    scenario_step(s, &event);
}

/* Entry and its list's stop end without anything. */
static void expire(l1_scenario *s, l1_order_id entry, l1_order_id stop)
{
    answer(s, 1100, entry, L1_VENUE_EXPIRED, "0");
    answer(s, 1100, stop, L1_VENUE_EXPIRED, "0");
    CHECK(scenario_report(s, "a")->status == L1_REPORT_EXPIRED);
}

static void check_protected(l1_scenario *s, const char *qty)
{
    const l1_engine *engine = l1_system_engine(s->system);
    CHECK(l1_engine_naked_e8(engine, BTC) == 0);
    CHECK(l1_engine_account(engine)->stop_locked_e8[BTC] == e8(qty));
    CHECK(l1_engine_account(engine)->stops_open[BTC] == 1);
}

/* Revisions of one execution never repeat and only grow. */
static void check_revisions(const l1_scenario *s)
{
    int64_t last = -1;
    for (size_t i = 0; i < s->count; i++) {
        if (s->log[i].kind != L1_EFFECT_REPORT) continue;
        if (strcmp(s->log[i].as.report.signal_id, "a") != 0) continue;
        CHECK((int64_t)s->log[i].as.report.revision > last);
        last = s->log[i].as.report.revision;
    }
}

static void test_late_fill__after_the_final_report_gets_the_entrys_stop(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    const l1_order_id entry = submit(&s, 0)->legs[0].id, list = submit(&s, 0)->legs[1].id;
    expire(&s, entry, list);
    answer(&s, 1200, entry, L1_VENUE_FILL, "0.004");
    CHECK(scenario_alerts(&s, L1_ALERT_LATE_FILL) == 1);
    const l1_report *late = scenario_protection(&s, "a", L1_REPORT_LATE_FILL);
    CHECK(late != NULL && late->executed_qty_e8 == e8("0.004"));
    CHECK(late->net_qty_e8 == e8("0.003996"));
    const l1_account *account = l1_engine_account(l1_system_engine(s.system));
    CHECK(account->total_e8[BTC + 1] == e8("0.003996"));
    CHECK(account->own_locked_e8[0] == 0 && account->open_buy_e8[BTC] == 0);
    const l1_order_leg *stop = &submit(&s, 1)->legs[0]; /* in the same step */
    CHECK(stop->type == L1_ORDER_STOP_LOSS && stop->qty_e8 == e8("0.00399"));
    CHECK(stop->stop_e8 == e8("49000"));
    answer(&s, 1300, stop->id, L1_VENUE_ACK, "0.00399");
    CHECK(scenario_protection(&s, "a", L1_REPORT_STOP_PLACED) != NULL);
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 0);
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 2 && scenario_reports(&s, "a") == 1);
    check_protected(&s, "0.00399");
    check_revisions(&s);
    scenario_close(&s);
}

/* On both sides of order.naked_ms_max, counted from the fill. */
static void test_late_fill__whose_stop_stays_silent_is_watched(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        size_t alarms;
    } rows[] = {{2199, 0}, {2200, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s;
        open_live(&s);
        const l1_order_id entry = submit(&s, 0)->legs[0].id;
        expire(&s, entry, submit(&s, 0)->legs[1].id);
        answer(&s, 1200, entry, L1_VENUE_FILL, "0.004");
        scenario_tick(&s, rows[i].ms);
        CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == rows[i].alarms);
        CHECK(scenario_effects(&s, L1_EFFECT_CANCEL) == rows[i].alarms);
        if (rows[i].alarms > 0) {
            answer(&s, 2300, submit(&s, 1)->legs[0].id, L1_VENUE_CANCELED, "0");
            CHECK(submit(&s, 2)->legs[0].type == L1_ORDER_MARKET);
        }
        scenario_close(&s);
    }
}

static void test_late_fill__goes_down_the_chain_one_attempt_each(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    const l1_order_id entry = submit(&s, 0)->legs[0].id;
    expire(&s, entry, submit(&s, 0)->legs[1].id);
    answer(&s, 1200, entry, L1_VENUE_FILL, "0.004");
    answer(&s, 1300, submit(&s, 1)->legs[0].id, L1_VENUE_REJECTED, "0");
    CHECK(scenario_protection(&s, "a", L1_REPORT_STOP_FAILED) != NULL);
    CHECK(submit(&s, 2)->legs[0].type == L1_ORDER_MARKET);
    CHECK(submit(&s, 2)->legs[0].qty_e8 == e8("0.00399"));
    answer(&s, 1400, submit(&s, 2)->legs[0].id, L1_VENUE_REJECTED, "0");
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 1);
    scenario_tick(&s, 60000);
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 3);
    check_revisions(&s);
    scenario_close(&s);
}

static void test_late_fill__too_small_for_the_venue_is_told_to_the_operator(void **state)
{
    (void)state;
    static const struct {
        const char *qty;
        size_t submits, alarms;
    } rows[] = {
        {"0.00001", 1, 0},  /* less than a lot is left after commission: dust */
        {"0.000102", 1, 1}, /* 0.0001 at 49000 is 4.9 quote, the venue takes 5 and more */
        {"0.000112", 2, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s;
        open_live(&s);
        const l1_order_id entry = submit(&s, 0)->legs[0].id;
        expire(&s, entry, submit(&s, 0)->legs[1].id);
        answer(&s, 1200, entry, L1_VENUE_FILL, rows[i].qty);
        CHECK(scenario_alerts(&s, L1_ALERT_LATE_FILL) == 1);
        CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) >= rows[i].submits);
        if (rows[i].submits == 2) CHECK(submit(&s, 1)->legs[0].type == L1_ORDER_STOP_LOSS);
        if (rows[i].alarms > 0) { /* the stop cannot be placed; a market exit may be */
            CHECK(scenario_alerts(&s, L1_ALERT_STOP_FAILED) == 1);
        }
        scenario_close(&s);
    }
}

static void test_late_fill__after_a_restart_gets_its_stop(void **state)
{
    (void)state;
    l1_scenario before, s;
    open_live(&before);
    const l1_order_id entry = submit(&before, 0)->legs[0].id;
    expire(&before, entry, submit(&before, 0)->legs[1].id);
    const uint32_t reported = scenario_report(&before, "a")->revision;
    scenario_copy(&s, &before);
    scenario_close(&before);
    answer(&s, 1200, entry, L1_VENUE_FILL, "0.004");
    CHECK(scenario_protection(&s, "a", L1_REPORT_LATE_FILL)->revision > reported);
    l1_scenario again; /* and between the stop and its ack */
    scenario_copy(&again, &s);
    answer(&again, 1300, submit(&s, 0)->legs[0].id, L1_VENUE_ACK, "0.00399");
    CHECK(scenario_protection(&again, "a", L1_REPORT_STOP_PLACED) != NULL);
    check_protected(&again, "0.00399");
    scenario_close(&again);
    scenario_close(&s);
}

/* Only executions that never sent an order can use up a slot before its entry is forgotten. */
static void test_late_fill__whose_execution_slot_holds_another_gets_one_of_its_own(void **state)
{
    (void)state;
    for (int restart = 0; restart < 2; restart++) {
        l1_scenario s, fresh;
        open_live(&s);
        const l1_order_id entry = submit(&s, 0)->legs[0].id;
        char execution_id[32];
        expire(&s, entry, submit(&s, 0)->legs[1].id);
        const l1_report *report = scenario_report(&s, "a");
        const uint32_t revision = report->revision;
        memcpy(execution_id, report->execution_id, sizeof execution_id);
        l1_executions *table = &((l1_engine *)(uintptr_t)l1_system_engine(s.system))->executions;
        const l1_order *order = &table->orders[l1_order_find(table, entry)];
        table->executions[order->execution].serial = 1000;
        if (restart == 1) {
            scenario_copy(&fresh, &s);
            scenario_close(&s);
            s = fresh;
        }
        const size_t first = restart == 1 ? 0 : 1;
        answer(&s, 90000, entry, L1_VENUE_FILL, "0.004");
        const l1_report *late = scenario_protection(&s, "a", L1_REPORT_LATE_FILL);
        CHECK(late != NULL && late->revision == revision + 1);
        CHECK(strcmp(late->execution_id, execution_id) == 0);
        CHECK(submit(&s, first)->legs[0].stop_e8 == e8("49000"));
        answer(&s, 90100, submit(&s, first)->legs[0].id, L1_VENUE_ACK, "0.00399");
        answer(&s, 90200, entry, L1_VENUE_FILL, "0.004"); /* a second piece: one stop for both */
        answer(&s, 90300, submit(&s, first)->legs[0].id, L1_VENUE_CANCELED, "0");
        answer(&s, 90400, submit(&s, first + 1)->legs[0].id, L1_VENUE_ACK, "0.00799");
        check_protected(&s, "0.00799");
        check_revisions(&s);
        scenario_book(&s, 90500, BTC, "50000", "50000.5", "1");
        scenario_buy(&s, 90501, "next", "0.01", "49000");
        table = &((l1_engine *)(uintptr_t)l1_system_engine(s.system))->executions;
        uint64_t last = 0, before = 0; /* the next one comes after it */
        for (uint32_t i = 0; i < table->executions_capacity; i++) {
            const l1_execution *execution = &table->executions[i];
            if (strcmp(execution->signal_id, "next") == 0) last = execution->serial;
            if (execution->phase == L1_PHASE_GUARDED) before = execution->serial;
        }
        CHECK(before > 0 && last > before);
        scenario_close(&s);
    }
}

/* Base that came from elsewhere is not this signal's to sell. */
static void test_late_fill__protects_what_it_brought_net_of_commission(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    const l1_order_id entry = submit(&s, 0)->legs[0].id;
    expire(&s, entry, submit(&s, 0)->legs[1].id);
    scenario_portfolio(&s, 1150, 1150, "150000", "100000", "1");
    answer(&s, 1200, entry, L1_VENUE_FILL, "0.004");
    CHECK(submit(&s, 1)->legs[0].qty_e8 == e8("0.00399"));
    scenario_close(&s);
}

static void test_late_fill__of_a_forgotten_order_tells_what_to_do(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    const l1_order_id unknown = l1_order_id_of("l1-1", "gone", 0, L1_PURPOSE_ENTRY, 0);
    answer(&s, 1200, unknown, L1_VENUE_FILL, "0.004");
    CHECK(scenario_alerts(&s, L1_ALERT_LATE_FILL) == 1);
    CHECK(strstr(s.log[s.count - 1].as.alert.message, "place its stop or sell") != NULL);
    scenario_close(&s);
}

/* Filled in part, its stop rests, and more comes late: one stop covers all. */
static void open_guarded(l1_scenario *s, l1_order_id *entry, l1_order_id *stop)
{
    open_live(s);
    *entry = submit(s, 0)->legs[0].id;
    *stop = submit(s, 0)->legs[1].id;
    answer(s, 1100, *entry, L1_VENUE_FILL, "0.004");
    answer(s, 1100, *entry, L1_VENUE_EXPIRED, "0");
    answer(s, 1101, *stop, L1_VENUE_ACK, "0.00399");
    CHECK(scenario_report(s, "a")->status == L1_REPORT_PARTIALLY_FILLED);
    answer(s, 1200, *entry, L1_VENUE_FILL, "0.006");
    CHECK(scenario_effects(s, L1_EFFECT_CANCEL) == 1);
    CHECK(scenario_effects(s, L1_EFFECT_SUBMIT) == 1);
}

static void test_late_fill__beside_a_resting_stop_makes_it_larger(void **state)
{
    (void)state;
    l1_scenario s;
    l1_order_id entry, stop;
    open_guarded(&s, &entry, &stop);
    answer(&s, 1300, stop, L1_VENUE_CANCELED, "0");
    CHECK(submit(&s, 1)->legs[0].qty_e8 == e8("0.00999"));
    answer(&s, 1400, submit(&s, 1)->legs[0].id, L1_VENUE_ACK, "0.00999");
    CHECK(scenario_protection(&s, "a", L1_REPORT_STOP_REPLACED) != NULL);
    CHECK(scenario_protection(&s, "a", L1_REPORT_STOP_FAILED) == NULL);
    CHECK(scenario_alerts(&s, L1_ALERT_STOP_FAILED) == 0);
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 0);
    check_protected(&s, "0.00999");
    check_revisions(&s);
    scenario_close(&s);
}

static void test_late_fill__whose_larger_stop_is_late_is_watched_from_the_fill(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        size_t alarms;
    } rows[] = {{2199, 0}, {2200, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s;
        l1_order_id entry, stop;
        open_guarded(&s, &entry, &stop);
        answer(&s, 2100, stop, L1_VENUE_CANCELED, "0");
        scenario_tick(&s, rows[i].ms);
        CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == rows[i].alarms);
        scenario_close(&s);
    }
}

static void test_late_fill__is_sold_when_the_stop_fills_before_it_can_grow(void **state)
{
    (void)state;
    l1_scenario s;
    l1_order_id entry, stop;
    open_guarded(&s, &entry, &stop);
    answer(&s, 1250, stop, L1_VENUE_FILL, "0.00399");
    answer(&s, 1250, stop, L1_VENUE_DONE, "0");
    CHECK(submit(&s, 1)->legs[0].type == L1_ORDER_MARKET);
    CHECK(submit(&s, 1)->legs[0].qty_e8 == e8("0.006"));
    answer(&s, 1300, entry, L1_VENUE_FILL, "0.001"); /* and one more while that is under way */
    answer(&s, 1350, submit(&s, 1)->legs[0].id, L1_VENUE_FILL, "0.006");
    answer(&s, 1350, submit(&s, 1)->legs[0].id, L1_VENUE_DONE, "0");
    CHECK(submit(&s, 2)->legs[0].type == L1_ORDER_STOP_LOSS);
    CHECK(submit(&s, 2)->legs[0].qty_e8 == e8("0.00099"));
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 0);
    check_revisions(&s);
    scenario_close(&s);
}

static void test_late_fill__tells_when_the_stop_it_replaces_ends_otherwise(void **state)
{
    (void)state;
    l1_scenario s;
    l1_order_id entry, stop;
    open_guarded(&s, &entry, &stop);
    answer(&s, 1300, stop, L1_VENUE_EXPIRED, "0");
    CHECK(scenario_alerts(&s, L1_ALERT_STOP_FAILED) == 1);
    CHECK(submit(&s, 1)->legs[0].type == L1_ORDER_MARKET);
    scenario_close(&s);
}

/* Too late for one quantity is not too late for the next: that one may have its stop again. */
static void test_late_fill__after_an_overdue_one_was_sold_begins_anew(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    const l1_order_id entry = submit(&s, 0)->legs[0].id;
    expire(&s, entry, submit(&s, 0)->legs[1].id);
    answer(&s, 1200, entry, L1_VENUE_FILL, "0.004");
    scenario_tick(&s, 2200); /* its stop stays silent */
    answer(&s, 2300, submit(&s, 1)->legs[0].id, L1_VENUE_CANCELED, "0");
    answer(&s, 2350, entry, L1_VENUE_FILL, "0.002");
    answer(&s, 2400, submit(&s, 2)->legs[0].id, L1_VENUE_FILL, "0.00399");
    answer(&s, 2400, submit(&s, 2)->legs[0].id, L1_VENUE_DONE, "0");
    CHECK(submit(&s, 3)->legs[0].type == L1_ORDER_STOP_LOSS);
    answer(&s, 2500, submit(&s, 3)->legs[0].id, L1_VENUE_ACK, "0.002");
    answer(&s, 2600, entry, L1_VENUE_FILL, "0.002");
    answer(&s, 2700, submit(&s, 3)->legs[0].id, L1_VENUE_CANCELED, "0");
    CHECK(submit(&s, 4)->legs[0].type == L1_ORDER_STOP_LOSS);
    check_revisions(&s);
    scenario_close(&s);
}

/* What is bought during a market exit waits for its end, and not in silence. */
static void test_late_fill__during_a_market_exit_is_told_when_that_takes_long(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        size_t alarms;
    } rows[] = {{2299, 0}, {2300, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s;
        l1_order_id entry, stop;
        open_guarded(&s, &entry, &stop);
        answer(&s, 1250, stop, L1_VENUE_FILL, "0.00399");
        answer(&s, 1250, stop, L1_VENUE_DONE, "0");
        answer(&s, 1300, entry, L1_VENUE_FILL, "0.001");
        scenario_tick(&s, rows[i].ms);
        CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == rows[i].alarms);
        CHECK(scenario_effects(&s, L1_EFFECT_QUERY) == 0); /* the exit itself is not late yet */
        scenario_close(&s);
    }
}

/* The entry has ended with nothing, its list's stop is not heard of yet. */
static void test_late_fill__before_the_lists_stop_is_heard_of_waits_for_it(void **state)
{
    (void)state;
    static const struct {
        l1_venue_event_kind kind;
        const char *qty;
        size_t submits, cancels;
    } rows[] = {
        {L1_VENUE_ACK, "0.00399", 1, 0},
        {L1_VENUE_ACK, "0.00398", 1, 1}, /* covers less than is held */
        {L1_VENUE_EXPIRED, "0", 2, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_scenario s;
        open_live(&s);
        const l1_order_id entry = submit(&s, 0)->legs[0].id, list = submit(&s, 0)->legs[1].id;
        answer(&s, 1100, entry, L1_VENUE_EXPIRED, "0");
        answer(&s, 1200, entry, L1_VENUE_FILL, "0.004");
        CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 1);
        answer(&s, 1300, list, rows[i].kind, rows[i].qty);
        CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == rows[i].submits);
        CHECK(scenario_effects(&s, L1_EFFECT_CANCEL) == rows[i].cancels);
        scenario_tick(&s, 2200);
        CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == (i == 0 ? 0 : 1));
        check_revisions(&s);
        scenario_close(&s);
    }
}

/* Its stop has been released for a sell: told when that takes long, protected after it. */
static void test_late_fill__while_a_sell_has_the_stop_released_is_protected_after_it(void **state)
{
    (void)state;
    static const bool filled_rows[] = {false, true};
    for (size_t i = 0; i < 2; i++) {
        l1_scenario s;
        open_live(&s);
        const l1_order_id entry = submit(&s, 0)->legs[0].id, stop = submit(&s, 0)->legs[1].id;
        answer(&s, 1100, entry, L1_VENUE_FILL, "0.004");
        answer(&s, 1100, entry, L1_VENUE_EXPIRED, "0");
        answer(&s, 1101, stop, L1_VENUE_ACK, "0.00399");
        scenario_sell(&s, 1150, "b", "0.00399", "51000");
        CHECK(scenario_effects(&s, L1_EFFECT_CANCEL) == 1);
        answer(&s, 1200, entry, L1_VENUE_FILL, "0.006");
        scenario_tick(&s, 2199);
        CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 0);
        scenario_tick(&s, 2200);
        CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 1);
        if (filled_rows[i]) { /* the stop was faster: what came late follows it */
            answer(&s, 2300, stop, L1_VENUE_FILL, "0.00399");
            answer(&s, 2300, stop, L1_VENUE_DONE, "0");
            const size_t sent = scenario_effects(&s, L1_EFFECT_SUBMIT);
            CHECK(submit(&s, sent - 1)->legs[0].type == L1_ORDER_STOP_LOSS);
            CHECK(submit(&s, sent - 1)->legs[0].qty_e8 == e8("0.006"));
        } else {
            answer(&s, 2300, stop, L1_VENUE_CANCELED, "0");
            CHECK(submit(&s, 1)->legs[0].id.purpose == L1_PURPOSE_EXIT);
            answer(&s, 2400, submit(&s, 1)->legs[0].id, L1_VENUE_FILL, "0.00399");
            answer(&s, 2400, submit(&s, 1)->legs[0].id, L1_VENUE_DONE, "0");
            CHECK(submit(&s, 2)->legs[0].type == L1_ORDER_STOP_LOSS);
            CHECK(submit(&s, 2)->legs[0].qty_e8 == e8("0.006"));
        }
        check_revisions(&s);
        scenario_close(&s);
    }
}

/* The sell still waits for another stop: what came late does not wait with it. */
static void test_late_fill__is_sold_when_its_released_stop_fills_before_another_ends(void **state)
{
    (void)state;
    l1_scenario s;
    open_live(&s);
    const l1_order_id entry = submit(&s, 0)->legs[0].id, stop = submit(&s, 0)->legs[1].id;
    answer(&s, 1100, entry, L1_VENUE_FILL, "0.004");
    answer(&s, 1100, entry, L1_VENUE_EXPIRED, "0");
    answer(&s, 1101, stop, L1_VENUE_ACK, "0.00399");
    scenario_buy(&s, 1110, "other", "0.01", "48000");
    const l1_order_id second = submit(&s, 1)->legs[0].id;
    answer(&s, 1120, second, L1_VENUE_FILL, "0.01");
    answer(&s, 1120, second, L1_VENUE_DONE, "0");
    answer(&s, 1121, submit(&s, 1)->legs[1].id, L1_VENUE_ACK, "0.00999");
    scenario_sell(&s, 1150, "sell", "0.01", "51000");
    CHECK(scenario_effects(&s, L1_EFFECT_CANCEL) == 2); /* both are released */
    answer(&s, 1200, entry, L1_VENUE_FILL, "0.006");
    answer(&s, 1300, stop, L1_VENUE_FILL, "0.00399");
    answer(&s, 1300, stop, L1_VENUE_DONE, "0");
    CHECK(scenario_effects(&s, L1_EFFECT_SUBMIT) == 3);
    CHECK(submit(&s, 2)->legs[0].type == L1_ORDER_MARKET);
    CHECK(submit(&s, 2)->legs[0].qty_e8 == e8("0.00599")); /* the sell has set dust of it aside */
    CHECK(scenario_alerts(&s, L1_ALERT_NAKED_POSITION) == 0);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_late_fill__after_the_final_report_gets_the_entrys_stop),
        cmocka_unit_test(test_late_fill__whose_stop_stays_silent_is_watched),
        cmocka_unit_test(test_late_fill__goes_down_the_chain_one_attempt_each),
        cmocka_unit_test(test_late_fill__too_small_for_the_venue_is_told_to_the_operator),
        cmocka_unit_test(test_late_fill__after_a_restart_gets_its_stop),
        cmocka_unit_test(test_late_fill__whose_execution_slot_holds_another_gets_one_of_its_own),
        cmocka_unit_test(test_late_fill__of_a_forgotten_order_tells_what_to_do),
        cmocka_unit_test(test_late_fill__beside_a_resting_stop_makes_it_larger),
        cmocka_unit_test(test_late_fill__whose_larger_stop_is_late_is_watched_from_the_fill),
        cmocka_unit_test(test_late_fill__is_sold_when_the_stop_fills_before_it_can_grow),
        cmocka_unit_test(test_late_fill__during_a_market_exit_is_told_when_that_takes_long),
        cmocka_unit_test(test_late_fill__before_the_lists_stop_is_heard_of_waits_for_it),
        cmocka_unit_test(test_late_fill__while_a_sell_has_the_stop_released_is_protected_after_it),
        cmocka_unit_test(test_late_fill__protects_what_it_brought_net_of_commission),
        cmocka_unit_test(test_late_fill__tells_when_the_stop_it_replaces_ends_otherwise),
        cmocka_unit_test(test_late_fill__after_an_overdue_one_was_sold_begins_anew),
        cmocka_unit_test(test_late_fill__is_sold_when_its_released_stop_fills_before_another_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
