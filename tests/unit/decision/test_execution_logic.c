/* Which plan a request becomes: rows for each limit, what auto chooses and why, and proofs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "decision/schedule_choice.h"
#include "plan_desk.h"

static plan_desk desk;

static void test_make__gives_every_schedule_as_asked(void **state)
{
    (void)state;
    for (l1_algo algo = L1_ALGO_SINGLE; algo < L1_ALGO_COUNT; algo++) {
        plan_desk_open(&desk);
        const l1_plan plan = plan_desk_make(&desk, algo);
        CHECK(plan.asked == algo && plan.chosen == algo);
        CHECK(plan.qty_e8 == e8("0.05") && plan.start_ns == DESK_START_NS);
        CHECK(strstr(plan.why, "as asked") != NULL && plan.offers_count == 0);
        const bool looks = algo == L1_ALGO_POV || algo == L1_ALGO_ICEBERG;
        CHECK(plan.children_max == (algo == L1_ALGO_SINGLE ? 1u : 5u)); /* five stop slots */
        CHECK(plan.children_count == (looks ? 0u : plan.children_max));
        CHECK(plan.deadline_ns == DESK_START_NS + (algo == L1_ALGO_SINGLE ? 0 : 60 * SECOND_NS));
        CHECK(plan.clip_e8 == (looks ? e8("0.01") : 0));
        CHECK(plan.look_ns == (looks ? SECOND_NS : 0));
        CHECK(plan.participation_e8 == (algo == L1_ALGO_POV ? e8("0.05") : 0));
        for (uint32_t i = 1; i < plan.children_count; i++) {
            CHECK(plan.children[i].send_at_ns == DESK_START_NS + i * 12 * SECOND_NS);
            if (algo == L1_ALGO_TWAP) CHECK(plan.children[i].qty_e8 == e8("0.01"));
            if (algo == L1_ALGO_IS) CHECK(plan.children[i].qty_e8 <= plan.children[i - 1].qty_e8);
        }
    }
}

static void test_make__vwap_follows_the_usual_volume(void **state)
{
    (void)state;
    plan_desk_open(&desk);
    desk.request.duration_s = 300; /* a minute a slice */
    desk.request.now_ns = DESK_START_NS / L1_MINUTE_NS * L1_MINUTE_NS;
    for (int i = 0; i < 5; i++) desk.minute_volume[i] = i + 1.0;
    const l1_plan plan = plan_desk_make(&desk, L1_ALGO_VWAP);
    static const char *const want[] = {"0.00333", "0.00667", "0.01", "0.01333", "0.01667"};
    CHECK(plan.children_count == 5);
    for (int i = 0; i < 5; i++) CHECK(plan.children[i].qty_e8 == e8(want[i]));
}

static void test_make__cuts_no_finer_than_each_limit_allows(void **state)
{
    (void)state;
    static const struct {
        int64_t duration_s, slices_max;
        uint32_t stop_slots;
        const char *qty, *look_s;
        l1_side side;
        uint32_t want;
    } rows[] = {
        {60, 4, 5, "0.05", "1", L1_SIDE_BUY, 4},
        {60, 5, 5, "0.05", "1", L1_SIDE_BUY, 5},
        {60, 6, 5, "0.05", "1", L1_SIDE_BUY, 5}, /* stops */
        {60, 6, 1, "0.05", "1", L1_SIDE_BUY, 1},
        {60, 6, 0, "0.05", "1", L1_SIDE_BUY, 1},
        {60, 6, 0, "0.05", "1", L1_SIDE_SELL, 6}, /* a sell brings none */
        {60, 100, 0, "0.05", "1", L1_SIDE_SELL, 32},
        {60, 6, 0, "0.0012", "1", L1_SIDE_SELL, 6}, /* minimum 0.0002: 10 USDT */
        {60, 6, 0, "0.00119", "1", L1_SIDE_SELL, 5},
        {60, 6, 0, "0.0004", "1", L1_SIDE_SELL, 2},
        {60, 6, 0, "0.00039", "1", L1_SIDE_SELL, 1},
        {60, 1, 0, "0.05", "1", L1_SIDE_SELL, 1},
        {2, 6, 0, "0.05", "1", L1_SIDE_SELL, 2},
        {1, 6, 0, "0.05", "1", L1_SIDE_SELL, 1},
        {0, 6, 0, "0.05", "1", L1_SIDE_SELL, 1},
        {60, 6, 0, "0.05", "15", L1_SIDE_SELL, 4},
        {60, 6, 0, "0.05", "15.00000001", L1_SIDE_SELL, 3},
        {L1_OFF, L1_OFF, 0, "0.05", "1", L1_SIDE_SELL, 10}, /* the configuration's */
        {31536000, 6, 0, "0.05", "1", L1_SIDE_SELL, 6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        plan_desk_open(&desk);
        desk.request.duration_s = rows[i].duration_s;
        desk.request.slices_max = rows[i].slices_max;
        desk.request.stop_slots = rows[i].stop_slots;
        desk.request.qty_e8 = e8(rows[i].qty);
        desk.request.side = rows[i].side;
        desk.limits.execution_look_ns = e8(rows[i].look_s) * 10;
        if (rows[i].side == L1_SIDE_SELL) {
            desk.request.stop_e8 = 0;
            desk.request.minimum_e8 = e8("0.0002");
            desk.request.limit_e8 = e8("49900");
        }
        const l1_plan plan = plan_desk_make(&desk, L1_ALGO_TWAP);
        CHECK(plan.children_count == rows[i].want);
        CHECK(plan.chosen == (rows[i].want == 1 ? L1_ALGO_SINGLE : L1_ALGO_TWAP));
        if (rows[i].want == 1) CHECK(strstr(plan.why, "one order") != NULL);
    }
}

static void test_make__ends_no_later_than_its_signal(void **state)
{
    (void)state;
    static const struct {
        int64_t expires_after_ms; /* L1_OFF = never */
        l1_algo algo;
        int64_t deadline_ms;
        uint32_t children;
    } rows[] = {
        {L1_OFF, L1_ALGO_TWAP, 60000, 5}, {60001, L1_ALGO_TWAP, 60000, 5},
        {59999, L1_ALGO_TWAP, 59999, 5},  {30000, L1_ALGO_ICEBERG, 30000, 5},
        {30000, L1_ALGO_POV, 30000, 5},   {2000, L1_ALGO_TWAP, 2000, 2},
        {1999, L1_ALGO_TWAP, 0, 1},       {0, L1_ALGO_TWAP, 0, 1},
        {1999, L1_ALGO_AUTO, 0, 1},       {L1_OFF, L1_ALGO_POV, 60000, 5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        plan_desk_open(&desk);
        desk.request.expires_at_ns = rows[i].expires_after_ms == L1_OFF
                                         ? L1_OFF
                                         : DESK_START_NS + rows[i].expires_after_ms * 1000000;
        const l1_plan plan = plan_desk_make(&desk, rows[i].algo);
        CHECK(plan.deadline_ns == DESK_START_NS + rows[i].deadline_ms * 1000000);
        CHECK(plan.children_max == rows[i].children);
    }
}

static void test_make__becomes_something_simpler_and_says_so(void **state)
{
    (void)state;
    plan_desk_open(&desk);
    desk.request.minutes_count = 0;
    l1_plan plan = plan_desk_make(&desk, L1_ALGO_VWAP);
    CHECK(plan.asked == L1_ALGO_VWAP && plan.chosen == L1_ALGO_TWAP);
    CHECK(strstr(plan.why, "usual volume") != NULL && plan.children_count == 5);
    plan_desk_open(&desk);
    desk.request.sigma = NAN;
    plan = plan_desk_make(&desk, L1_ALGO_IS);
    CHECK(plan.asked == L1_ALGO_IS && plan.chosen == L1_ALGO_TWAP);
    CHECK(strstr(plan.why, "volatility") != NULL && plan.children_count == 5);
    plan = plan_desk_make(&desk, L1_ALGO_AUTO);
    CHECK(plan.chosen == L1_ALGO_SINGLE && strstr(plan.why, "not known") != NULL);
    desk.request.sigma = 0.001;
    desk.request.day_volume = NAN;
    plan = plan_desk_make(&desk, L1_ALGO_AUTO);
    CHECK(plan.chosen == L1_ALGO_SINGLE && strstr(plan.why, "not known") != NULL);
    plan_desk_open(&desk); /* clips wait for the book to change */
    desk.request.book_live = false;
    CHECK(plan_desk_make(&desk, L1_ALGO_ICEBERG).chosen == L1_ALGO_ICEBERG);
    desk.request.book = NULL;
    plan = plan_desk_make(&desk, L1_ALGO_ICEBERG);
    CHECK(plan.asked == L1_ALGO_ICEBERG && plan.chosen == L1_ALGO_TWAP && plan.clip_e8 == 0);
    CHECK(strstr(plan.why, "no book") != NULL && plan.children_count == 5);
}

static void test_make__auto_in_a_signal_is_the_configurations(void **state)
{
    (void)state;
    plan_desk_open(&desk);
    desk.limits.execution_algo = L1_ALGO_ICEBERG;
    CHECK(plan_desk_make(&desk, L1_ALGO_AUTO).chosen == L1_ALGO_ICEBERG);
    CHECK(plan_desk_make(&desk, L1_ALGO_TWAP).chosen == L1_ALGO_TWAP);
}

static void test_make__sends_nothing_that_is_no_number_of_lots(void **state)
{
    (void)state;
    static const struct {
        int64_t qty_e8;
        bool want;
    } rows[] = {{0, false}, {-1000, false}, {1000, true}, {1001, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_plan plan;
        plan_desk_open(&desk);
        desk.request.qty_e8 = rows[i].qty_e8;
        CHECK(l1_plan_make(&desk.request, &plan) == rows[i].want);
        CHECK(plan.why[0] != '\0');
    }
}

/* A minimum of the caller's that is too low does not let a child through that the venue refuses. */
static void test_make__holds_every_child_against_the_filters(void **state)
{
    (void)state;
    static const struct {
        const char *stop, *qty;
        uint32_t want;
    } rows[] = {
        /* 5 USDT of stop after 0.1 % commission: at 49000 0.00012, at 5000 0.00101 */
        {"49000", "0.0006", 5}, {"49000", "0.00059", 4}, {"5000", "0.00505", 5},
        {"5000", "0.00504", 4}, {"5000", "0.00202", 2},  {"5000", "0.00201", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        plan_desk_open(&desk);
        desk.request.minimum_e8 = 0;
        desk.request.stop_e8 = e8(rows[i].stop);
        desk.request.qty_e8 = e8(rows[i].qty);
        CHECK(plan_desk_make(&desk, L1_ALGO_TWAP).children_count == rows[i].want);
    }
    plan_desk_open(&desk);
    desk.request.stop_slots = 5;
    desk.limits.symbols[BTC].max_algo_orders = 4; /* fewer than the caller says are free */
    CHECK(plan_desk_make(&desk, L1_ALGO_TWAP).children_count == 4);
}

/* ---- auto -------------------------------------------------------------------------------- */

static void test_auto__sends_one_order_at_retail_size_and_says_why(void **state)
{
    (void)state;
    plan_desk_open(&desk);
    const l1_plan plan = plan_desk_make(&desk, L1_ALGO_AUTO);
    CHECK(plan.chosen == L1_ALGO_SINGLE && plan.children_count == 1);
    /* the figures of docs/execution.md */
    assert_string_equal(plan.why,
                        "one order: what waits risks 1.29 bp, a cut saves at most 0.9 bp of it");
    CHECK(plan.offers_count == 1 && plan.offers[0].algo == L1_ALGO_SINGLE);
    CHECK(fabs(plan.offers[0].cost_bp - 10.7) < 0.05 && plan.offers[0].risk_bp == 0.0);
}

/* A thin book and a calm market: one order would walk it. */
static void make_cutting_pay(void)
{
    plan_desk_open(&desk);
    for (int i = 0; i < L1_BOOK_LEVELS_MAX; i++) {
        desk.book.asks[i] = (l1_level){e8("50000.01") + i * e8("5"), e8("0.01")};
    }
    desk.request.sigma = 0.0001;
}

static void test_auto__cuts_when_that_costs_less(void **state)
{
    (void)state;
    make_cutting_pay();
    const l1_plan plan = plan_desk_make(&desk, L1_ALGO_AUTO);
    CHECK(plan.chosen != L1_ALGO_SINGLE && plan.children_max >= 2);
    CHECK(plan.offers_count >= 5 && plan.offers[0].algo == plan.chosen);
    bool single = false;
    for (uint32_t i = 0; i < plan.offers_count; i++) {
        const l1_plan_offer *offer = &plan.offers[i];
        if (i > 0) {
            CHECK(offer[-1].cost_bp + offer[-1].risk_bp <= offer->cost_bp + offer->risk_bp);
        }
        single = single || (offer->algo == L1_ALGO_SINGLE && offer->children == 1);
    }
    CHECK(single);
    printf("%s\n", plan.why);
    CHECK(strstr(plan.why, "bp with risk, next") != NULL);
    desk.limits.execution_risk_aversion_e8 = 100 * L1_E8; /* but not when waiting counts more */
    CHECK(plan_desk_make(&desk, L1_ALGO_AUTO).chosen == L1_ALGO_SINGLE);
}

/* Nothing is left for later where nothing shows that the market comes back by then: each look in a
 * live book, else each minute's bar. */
static void test_auto__cuts_no_faster_than_the_market_is_seen_to_come_back(void **state)
{
    (void)state;
    static const struct {
        bool book, live;
        int64_t duration_s, look_ms;
        bool cut;
    } rows[] = {
        {true, true, 60, 1000, true},    {true, false, 60, 1000, false},
        {false, false, 60, 1000, false}, {true, false, 119, 1000, false},
        {true, false, 120, 1000, true},  {false, false, 119, 1000, false},
        {false, false, 120, 1000, true}, {true, false, 240, 120000, true},
        {true, true, 2, 1000, true},     {true, false, 239, 120000, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        make_cutting_pay();
        desk.limits.execution_impact_e8 = 100 * L1_E8; /* also where no book is walked */
        desk.limits.execution_look_ns = rows[i].look_ms * 1000000;
        desk.request.duration_s = rows[i].duration_s;
        desk.request.book = rows[i].book ? &desk.book : NULL;
        desk.request.book_live = rows[i].live;
        const l1_plan plan = plan_desk_make(&desk, L1_ALGO_AUTO);
        CHECK((plan.chosen != L1_ALGO_SINGLE) == rows[i].cut);
        CHECK(rows[i].cut || rows[i].look_ms > 60000 || strstr(plan.why, "live book") != NULL);
        if (!rows[i].cut) continue;
        const int64_t apart_ns =
            rows[i].live || rows[i].look_ms > 60000 ? rows[i].look_ms * 1000000 : 60 * SECOND_NS;
        for (uint32_t k = 1; k < plan.children_count; k++) {
            CHECK(plan.children[k].send_at_ns - plan.children[k - 1].send_at_ns >= apart_ns);
        }
        for (uint32_t k = 0; k < plan.offers_count; k++) {
            CHECK(rows[i].live || plan.offers[k].algo != L1_ALGO_ICEBERG);
        }
    }
}

static void test_auto__prefers_what_the_shown_book_covers(void **state)
{
    (void)state;
    plan_desk_open(&desk);
    for (int i = 0; i < L1_BOOK_LEVELS_MAX; i++) desk.book.asks[i].qty_e8 = e8("0.002");
    desk.limits.execution_risk_aversion_e8 = 100 * L1_E8; /* 0.04 shown, 0.05 wanted */
    CHECK(plan_desk_make(&desk, L1_ALGO_AUTO).chosen != L1_ALGO_SINGLE);
    desk.book.asks[0].qty_e8 = e8("0.012"); /* now 0.05 */
    CHECK(plan_desk_make(&desk, L1_ALGO_AUTO).chosen == L1_ALGO_SINGLE);
}

static void test_auto__gives_ties_to_the_single_order(void **state)
{
    (void)state;
    static const struct {
        const char *impact; /* 1: 0.6 bp, of which five slices save 0.33 */
        bool single;
    } rows[] = {{"0", true}, {"0.001", true}, {"0.01", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        plan_desk_open(&desk); /* waiting risks nothing */
        desk.limits.execution_impact_e8 = e8(rows[i].impact);
        desk.limits.execution_risk_aversion_e8 = 0;
        const l1_cost_model model = l1_cost_model_of(&desk.request);
        const l1_choice_frame frame = {&desk.request, &model, 60 * SECOND_NS, 5};
        l1_choice choice;
        l1_search_schedules(&frame, &choice);
        CHECK((choice.draft.algo == L1_ALGO_SINGLE) == rows[i].single);
        CHECK(choice.offers_count >= 5);
        CHECK(fabs(choice.offers[1].cost_bp - choice.offers[0].cost_bp) < 0.01);
    }
}

/* 0.05 of 20000 a day is a twentieth of the market for 4.32 s. */
static void test_draft__of_pov_takes_as_long_as_the_market(void **state)
{
    (void)state;
    static const struct {
        double day_volume;
        int64_t duration_ms;
        uint32_t want;
        int64_t apart_ms;
    } rows[] = {
        {10000.0, 60000, 4, 2160},  {10000.0, 8640, 4, 2160},
        {10000.0, 8639, 0, 0},      {1000000.0, 60000, 4, 1000}, /* no sooner than looks come */
        {1000000.0, 4000, 4, 1000}, {1000000.0, 3999, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        plan_desk_open(&desk);
        desk.request.day_volume = rows[i].day_volume;
        const l1_cost_model model = l1_cost_model_of(&desk.request);
        const l1_choice_frame frame = {&desk.request, &model, rows[i].duration_ms * 1000000, 5};
        const l1_draft draft = {.algo = L1_ALGO_POV, .slices = 4};
        l1_child children[L1_CHILDREN_MAX];
        CHECK(l1_draft_children(&frame, &draft, children) == rows[i].want);
        for (uint32_t k = 0; k < rows[i].want; k++) {
            CHECK(llabs(children[k].send_at_ns - DESK_START_NS -
                        (k + 1) * rows[i].apart_ms * 1000000) <= 2);
        }
    }
}

static void set_random_market(l1_prng *prng)
{
    plan_desk_open(&desk);
    desk.limits.symbols[BTC].max_algo_orders = 40;
    desk.request.stop_slots = 2 + (uint32_t)l1_prng_below(prng, 38);
    desk.request.qty_e8 = 1000 * (int64_t)(100 + l1_prng_below(prng, 50000));
    desk.request.slices_max = 2 + (int64_t)l1_prng_below(prng, 31);
    desk.request.duration_s = 2 + (int64_t)l1_prng_below(prng, 600);
    desk.request.sigma = 0.0001 + 0.001 * l1_prng_unit(prng);
    desk.request.day_volume = 100.0 + 20000.0 * l1_prng_unit(prng);
    desk.limits.execution_risk_aversion_e8 = (int64_t)l1_prng_below(prng, 2 * L1_E8);
    desk.limits.execution_impact_exponent_e8 =
        L1_E8 / 10 + (int64_t)l1_prng_below(prng, L1_E8 * 9 / 10);
    for (int i = 0; i < L1_BOOK_LEVELS_MAX; i++) {
        const int64_t from = i == 0 ? e8("50000") : desk.book.asks[i - 1].price_e8;
        desk.book.asks[i] = (l1_level){from + e8("0.01") * (int64_t)(1 + l1_prng_below(prng, 200)),
                                       1000 * (int64_t)(1 + l1_prng_below(prng, 10000))};
    }
    for (int i = 0; i < L1_PLAN_MINUTES_MAX; i++) {
        desk.minute_volume[i] = 0.1 + l1_prng_unit(prng);
    }
}

/* Where the proof says "one order", no search finds less; where it does not, the search decides. */
static void test_auto__proof_and_search_agree(void **state)
{
    (void)state;
    l1_prng prng;
    unsigned proven = 0, cut = 0, whole = 0;
    l1_prng_seed(&prng, 4);
    for (int i = 0; i < 5000; i++) {
        l1_choice quick, slow;
        set_random_market(&prng);
        const l1_cost_model model = l1_cost_model_of(&desk.request);
        const l1_choice_frame frame = {&desk.request, &model, desk.request.duration_s * SECOND_NS,
                                       2 + (uint32_t)l1_prng_below(&prng, 31)};
        l1_choose_schedule(&frame, &quick);
        l1_search_schedules(&frame, &slow);
        CHECK(quick.draft.algo == slow.draft.algo && quick.draft.slices == slow.draft.slices);
        proven += quick.proven;
        cut += quick.draft.algo != L1_ALGO_SINGLE;
        whole += !quick.proven && quick.draft.algo == L1_ALGO_SINGLE;
        if (!quick.proven) continue;
        /* any plan at all, not only those that are searched */
        for (int k = 0; k < 5; k++) {
            double weights[L1_CHILDREN_MAX];
            l1_child children[L1_CHILDREN_MAX];
            l1_plan_offer offer;
            const l1_schedule_frame f = {desk.request.qty_e8,     1000,
                                         desk.request.minimum_e8, desk.request.now_ns,
                                         32 * SECOND_NS,          32};
            for (int j = 0; j < 32; j++) weights[j] = l1_prng_unit(&prng) * (j == 0 ? 50.0 : 1.0);
            const uint32_t count = l1_schedule_cut(&f, weights, children);
            (void)l1_offer_of(&frame, L1_ALGO_TWAP, children, count, &offer);
            CHECK(offer.cost_bp + offer.risk_bp >= quick.offers[0].cost_bp - 1e-9);
        }
    }
    printf("one order: proven %u, searched %u; cut %u\n", proven, whole, cut);
    CHECK(proven > 500 && cut > 500 && whole > 100);
}

/* Expected cost and risk, by hand: halves at 0 and 4 s. */
static void test_offer__weighs_cost_by_quantity_and_risk_by_what_waits(void **state)
{
    (void)state;
    plan_desk_open(&desk);
    desk.request.book = NULL;
    desk.limits.execution_risk_aversion_e8 = 2 * L1_E8;
    const l1_cost_model model = l1_cost_model_of(&desk.request);
    const l1_choice_frame frame = {&desk.request, &model, 60 * SECOND_NS, 5};
    const l1_child children[] = {{e8("0.04"), DESK_START_NS},
                                 {e8("0.01"), DESK_START_NS + 4 * SECOND_NS}};
    l1_plan_offer offer;
    CHECK(l1_offer_of(&frame, L1_ALGO_TWAP, children, 2, &offer));
    const double impact =
        0.8 * l1_impact_bp(&model, e8("0.04")) + 0.2 * l1_impact_bp(&model, e8("0.01"));
    CHECK(fabs(offer.cost_bp - model.fixed_bp - impact) < 1e-9);
    CHECK(fabs(offer.risk_bp - 2.0 * 10.0 / sqrt(60.0) * 2.0 * 0.2) < 1e-9);
}

/* ---- archive ----------------------------------------------------------------------------- */

static void test_archive__gives_every_plan_back_and_refuses_damage(void **state)
{
    (void)state;
    static uint8_t bytes[4096], hurt[4096];
    l1_prng prng;
    l1_prng_seed(&prng, 5);
    unsigned refused = 0;
    for (int i = 0; i < 3000; i++) {
        set_random_market(&prng);
        l1_plan plan = plan_desk_make(&desk, (l1_algo)(i % L1_ALGO_COUNT)), loaded;
        l1_archive save = l1_archive_saving(bytes, sizeof bytes);
        l1_plan_archive(&save, &plan);
        CHECK(l1_archive_ok(&save));
        const size_t size = save.out.used;
        l1_archive load = l1_archive_loading(bytes, size);
        l1_plan_archive(&load, &loaded);
        CHECK(l1_archive_ok(&load));
        l1_archive again = l1_archive_saving(hurt, sizeof hurt);
        l1_plan_archive(&again, &loaded);
        CHECK(memcmp(bytes, hurt, size) == 0 && strcmp(plan.why, loaded.why) == 0);
        CHECK(loaded.children_count == plan.children_count && loaded.look_ns == plan.look_ns);
        hurt[l1_prng_below(&prng, size)] ^= (uint8_t)(1u << l1_prng_below(&prng, 8));
        load = l1_archive_loading(hurt, size);
        l1_plan_archive(&load, &loaded);
        refused += !l1_archive_ok(&load);
        if (!l1_archive_ok(&load) || loaded.qty_e8 <= 0) continue;
        const l1_plan_progress none = {0}; /* what passes can be stepped */
        (void)l1_plan_next(&loaded, &none, 1000, 1000, loaded.start_ns);
    }
    CHECK(refused > 500);
}

/* Offers are part of the state. */
static void test_plans__are_the_same_bits_whatever_compiled_them(void **state)
{
    (void)state;
    l1_prng prng;
    l1_prng_seed(&prng, 6);
    l1_archive hash = l1_archive_hashing(0);
    for (int i = 0; i < 3000; i++) {
        set_random_market(&prng);
        l1_plan plan = plan_desk_make(&desk, (l1_algo)(i % L1_ALGO_COUNT));
        l1_plan_archive(&hash, &plan);
    }
    char hex[33];
    l1_hash_hex(l1_hash_end(&hash.hasher), hex);
    assert_string_equal(hex, "62bfa72a6e117176371649ff15e647c5");
}

static void test_archive__refuses_children_that_no_step_could_follow(void **state)
{
    (void)state;
    uint8_t bytes[4096], hurt[4096];
    plan_desk_open(&desk);
    l1_plan plan = plan_desk_make(&desk, L1_ALGO_IS), loaded;
    l1_archive save = l1_archive_saving(bytes, sizeof bytes);
    l1_plan_archive(&save, &plan);
    const struct {
        int64_t from, to;
        bool want;
    } rows[] = {
        {plan.children[1].send_at_ns, plan.children[1].send_at_ns + 1, true},
        {plan.children[1].send_at_ns, plan.children[0].send_at_ns, true},
        {plan.children[1].send_at_ns, plan.children[0].send_at_ns - 1, false},
        {plan.children[4].send_at_ns, plan.deadline_ns, true},
        {plan.children[4].send_at_ns, plan.deadline_ns + 1, false},
        {plan.children[0].qty_e8, plan.children[0].qty_e8 + 1, false},
        {plan.children[0].qty_e8, plan.children[0].qty_e8 - 1, false},
        {plan.children[0].qty_e8, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memcpy(hurt, bytes, save.out.used);
        uint8_t *at = memmem(hurt, save.out.used, &rows[i].from, sizeof rows[i].from);
        assert_non_null(at);
        memcpy(at, &rows[i].to, sizeof rows[i].to);
        l1_archive load = l1_archive_loading(hurt, save.out.used);
        l1_plan_archive(&load, &loaded);
        CHECK(l1_archive_ok(&load) == rows[i].want);
        if (!rows[i].want) CHECK(loaded.qty_e8 == 0 && loaded.children_count == 0);
    }
}

static void test_make__cuts_no_single_lot(void **state)
{
    (void)state;
    plan_desk_open(&desk);
    desk.limits.symbols[BTC].venue_min_notional_e8 = 0;
    desk.request.minimum_e8 = 0;
    desk.request.side = L1_SIDE_SELL;
    desk.request.stop_e8 = 0;
    for (l1_algo algo = L1_ALGO_TWAP; algo < L1_ALGO_COUNT; algo++) {
        desk.request.qty_e8 = 1000;
        CHECK(plan_desk_make(&desk, algo).chosen == L1_ALGO_SINGLE);
        desk.request.qty_e8 = 2000;
        const l1_plan two = plan_desk_make(&desk, algo);
        CHECK(two.chosen == algo || algo == L1_ALGO_IS || algo == L1_ALGO_VWAP);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make__gives_every_schedule_as_asked),
        cmocka_unit_test(test_make__vwap_follows_the_usual_volume),
        cmocka_unit_test(test_make__cuts_no_finer_than_each_limit_allows),
        cmocka_unit_test(test_make__ends_no_later_than_its_signal),
        cmocka_unit_test(test_make__becomes_something_simpler_and_says_so),
        cmocka_unit_test(test_make__auto_in_a_signal_is_the_configurations),
        cmocka_unit_test(test_make__sends_nothing_that_is_no_number_of_lots),
        cmocka_unit_test(test_make__holds_every_child_against_the_filters),
        cmocka_unit_test(test_auto__sends_one_order_at_retail_size_and_says_why),
        cmocka_unit_test(test_auto__cuts_when_that_costs_less),
        cmocka_unit_test(test_auto__cuts_no_faster_than_the_market_is_seen_to_come_back),
        cmocka_unit_test(test_auto__prefers_what_the_shown_book_covers),
        cmocka_unit_test(test_auto__gives_ties_to_the_single_order),
        cmocka_unit_test(test_draft__of_pov_takes_as_long_as_the_market),
        cmocka_unit_test(test_auto__proof_and_search_agree),
        cmocka_unit_test(test_offer__weighs_cost_by_quantity_and_risk_by_what_waits),
        cmocka_unit_test(test_plans__are_the_same_bits_whatever_compiled_them),
        cmocka_unit_test(test_archive__refuses_children_that_no_step_could_follow),
        cmocka_unit_test(test_make__cuts_no_single_lot),
        cmocka_unit_test(test_archive__gives_every_plan_back_and_refuses_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
