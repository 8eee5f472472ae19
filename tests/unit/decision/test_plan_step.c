/* What goes now: rows on both sides of every limit, and random lives of random plans. */
#include <stdio.h>

#include "base/prng.h"
#include "plan_desk.h"

#define LOT 100
#define LEAST 1000 /* minimum order */
#define T0 DESK_START_NS

/* Four slices of 2500 every 10 s, 40 s in all. */
static l1_plan four_slices(void)
{
    l1_plan plan = {.asked = L1_ALGO_TWAP,
                    .chosen = L1_ALGO_TWAP,
                    .qty_e8 = 10000,
                    .start_ns = T0,
                    .deadline_ns = T0 + 40 * SECOND_NS,
                    .children_max = 4,
                    .children_count = 4};
    for (int i = 0; i < 4; i++) plan.children[i] = (l1_child){2500, T0 + i * 10 * SECOND_NS};
    return plan;
}

static l1_plan looked_at(l1_algo algo)
{
    return (l1_plan){.asked = algo,
                     .chosen = algo,
                     .qty_e8 = 10000,
                     .start_ns = T0,
                     .deadline_ns = T0 + 40 * SECOND_NS,
                     .clip_e8 = 2500,
                     .participation_e8 = algo == L1_ALGO_POV ? L1_E8 / 10 : 0,
                     .look_ns = SECOND_NS,
                     .children_max = 4};
}

typedef struct {
    /* in seconds after the start; -1 = never */
    int64_t sent, working, executed, last_s, volume, refilled_s, now_ms;
    l1_plan_step_kind want;
    int64_t qty, at_ms; /* of SEND, of WAIT */
} row;

static void check_rows(const l1_plan *plan, const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const row *r = &rows[i];
        const l1_plan_progress progress = {
            .children_sent = (uint32_t)r->sent,
            .working_e8 = r->working,
            .executed_e8 = r->executed,
            .last_sent_ns = r->last_s < 0 ? 0 : T0 + r->last_s * SECOND_NS,
            .market_volume_e8 = r->volume,
            .refilled_ns = r->refilled_s < 0 ? 0 : T0 + r->refilled_s * SECOND_NS};
        const l1_plan_step step =
            l1_plan_next(plan, &progress, LOT, LEAST, T0 + r->now_ms * 1000000);
        if (step.kind != r->want || (r->want == L1_PLAN_SEND && step.qty_e8 != r->qty) ||
            (r->want == L1_PLAN_WAIT && step.at_ns != T0 + r->at_ms * 1000000)) {
            printf("row %zu: kind %d qty %lld at %lld ms\n", i, (int)step.kind,
                   (long long)step.qty_e8, (long long)(step.at_ns - T0) / 1000000);
        }
        CHECK(step.kind == r->want);
        if (r->want == L1_PLAN_SEND) CHECK(step.qty_e8 == r->qty);
        if (r->want == L1_PLAN_WAIT) CHECK(step.at_ns == T0 + r->at_ms * 1000000);
    }
}
#define ROWS(plan, rows) check_rows(plan, rows, sizeof(rows) / sizeof((rows)[0]))
#define SENDS(qty) L1_PLAN_SEND, qty, 0
#define WAITS(ms) L1_PLAN_WAIT, 0, ms
#define DONE L1_PLAN_DONE, 0, 0

static void test_fixed__sends_each_slot_once_and_carries_what_failed(void **state)
{
    (void)state;
    const l1_plan plan = four_slices();
    static const row rows[] = {
        {0, 0, 0, -1, 0, -1, -1, WAITS(0)},
        {0, 0, 0, -1, 0, -1, 0, SENDS(2500)},
        {1, 2500, 0, 0, 0, -1, 0, WAITS(10000)},
        {1, 0, 2500, 0, 0, -1, 9999, WAITS(10000)},
        {1, 0, 2500, 0, 0, -1, 10000, SENDS(2500)},
        {1, 0, 0, 0, 0, -1, 1, WAITS(10000)},       /* failed: not again at once */
        {1, 0, 0, 0, 0, -1, 10000, SENDS(5000)},    /* but with the next */
        {1, 0, 1200, 0, 0, -1, 10000, SENDS(3800)}, /* filled in part */
        {0, 0, 0, -1, 0, -1, 25000, SENDS(7500)},   /* late: all that is due, in one */
        {1, 0, 0, 25, 0, -1, 25001, WAITS(30000)},  /* and only once */
        {1, 7500, 0, 25, 0, -1, 30000, SENDS(2500)},
        {4, 2500, 7500, 30, 0, -1, 30001, DONE}, /* no slot is left, whatever comes back */
        {3, 0, 0, 20, 0, -1, 30000, SENDS(10000)},
        {3, 0, 0, 20, 0, -1, 40000, SENDS(10000)}, /* on the deadline */
        {3, 0, 0, 20, 0, -1, 40001, DONE},         /* after it: not chased */
        {4, 0, 10000, 30, 0, -1, 30001, DONE},
        {2, 0, 10000, 10, 0, -1, 10001, DONE}, /* all of it is done before its time */
    };
    ROWS(&plan, rows);
}

static void test_fixed__leaves_no_child_and_no_needless_rest_below_the_minimum(void **state)
{
    (void)state;
    const l1_plan plan = four_slices();
    static const row rows[] = {
        {3, 0, 9000, 20, 0, -1, 30000, SENDS(1000)}, /* exactly the minimum */
        {3, 0, 9100, 20, 0, -1, 30000, DONE},        /* 900: dust */
        {1, 0, 4000, 0, 0, -1, 10000, SENDS(1000)},
        {1, 0, 4100, 0, 0, -1, 10000, WAITS(20000)}, /* 900 are due: with the next slot */
        {1, 0, 4100, 0, 0, -1, 20000, SENDS(3400)},
        {2, 0, 5600, 10, 0, -1, 20000, SENDS(1900)},
        /* 1900 due and 2500 left then */
        {3, 0, 5050, 20, 0, -1, 30000, SENDS(4900)}, /* 4950 on the lot */
        {2, 0, 9001, 10, 0, -1, 10001, DONE},        /* what is left is dust, nothing works */
        {2, 900, 9010, 10, 0, -1, 10001, DONE},      /* not even if it comes back */
        {2, 1000, 9000, 10, 0, -1, 10001, WAITS(20000)},
    };
    ROWS(&plan, rows);
    /* Slices whose last is small once something has failed: the rest goes with the one before. */
    l1_plan uneven = four_slices();
    uneven.children[2].qty_e8 = 4100;
    uneven.children[3].qty_e8 = 900;
    static const row carried[] = {
        {2, 0, 5000, 10, 0, -1, 20000, SENDS(5000)},
        {2, 0, 4900, 10, 0, -1, 20000, SENDS(5100)},
    };
    ROWS(&uneven, carried);
}

static void test_single__goes_once_and_whole_whatever_the_minimum(void **state)
{
    (void)state;
    l1_plan plan = {.chosen = L1_ALGO_SINGLE,
                    .qty_e8 = 500,
                    .start_ns = T0,
                    .deadline_ns = T0,
                    .children_max = 1,
                    .children_count = 1,
                    .children = {{500, T0}}};
    static const row rows[] = {
        {0, 0, 0, -1, 0, -1, -1, WAITS(0)}, {0, 0, 0, -1, 0, -1, 0, SENDS(500)},
        {1, 500, 0, 0, 0, -1, 0, DONE},     {1, 0, 0, 0, 0, -1, 0, DONE},
        {0, 0, 0, -1, 0, -1, 1, DONE},
    };
    ROWS(&plan, rows);
}

static void test_pov__follows_the_markets_volume(void **state)
{
    (void)state;
    const l1_plan plan = looked_at(L1_ALGO_POV); /* a tenth, clips of 2500 at least */
    static const row rows[] = {
        {0, 0, 0, -1, 0, -1, 0, WAITS(1000)},
        {0, 0, 0, -1, 24999, -1, 3000, WAITS(4000)},
        {0, 0, 0, -1, 25000, -1, 3000, SENDS(2500)},
        {0, 0, 0, -1, 39990, -1, 3000, SENDS(3900)}, /* on the lot */
        {1, 2500, 0, 3, 60000, -1, 3999, WAITS(4000)},
        {1, 2500, 0, 3, 60000, -1, 4000, SENDS(3500)},
        {1, 0, 0, 3, 25000, -1, 4000, SENDS(2500)},    /* failed: its share is still due */
        {1, 0, 2500, 3, 91000, -1, 4000, SENDS(7500)}, /* 6600, and 900 would be dust */
        {1, 0, 2500, 3, 90000, -1, 4000, SENDS(6500)},
        {1, 0, 8000, 3, 99990, -1, 4000, WAITS(5000)}, /* 1900 of the 2000 that are left */
        {1, 0, 8000, 3, 100000, -1, 4000, SENDS(2000)},
        {1, 0, 2500, 3, INT64_MAX, -1, 4000, SENDS(7500)},
        {4, 0, 7500, 3, 100000, -1, 4000, DONE}, /* no child is left */
        {3, 0, 9100, 3, 100000, -1, 4000, DONE}, /* dust */
        {1, 0, 0, 3, 25000, -1, 40000, SENDS(2500)},
        {1, 0, 0, 3, 25000, -1, 40001, DONE},
        {1, 0, 0, 3, 24999, -1, 40000, DONE}, /* no look is left */
    };
    ROWS(&plan, rows);
}

static void test_iceberg__shows_the_next_clip_when_the_book_has_refilled(void **state)
{
    (void)state;
    const l1_plan plan = looked_at(L1_ALGO_ICEBERG);
    static const row rows[] = {
        {0, 0, 0, -1, 0, -1, 0, SENDS(2500)},
        {1, 2500, 0, 0, 0, -1, 2000, WAITS(40000)}, /* until it ends */
        {1, 2500, 0, 0, 0, 2, 2000, WAITS(40000)},
        {1, 0, 2500, 0, 0, -1, 2000, WAITS(40000)}, /* until the book changes */
        {1, 0, 2500, 0, 0, 0, 500, WAITS(1000)},    /* not before the next look */
        {1, 0, 2500, 0, 0, 2, 2000, SENDS(2500)},
        {1, 0, 1000, 0, 0, 2, 2000, SENDS(2500)},
        {3, 0, 6600, 0, 0, 2, 2000, SENDS(3400)}, /* 900 would be dust */
        {3, 0, 6500, 0, 0, 2, 2000, SENDS(2500)},
        {3, 0, 8200, 0, 0, 2, 2000, SENDS(1800)}, /* the last clip is what is left */
        {3, 0, 9100, 0, 0, 2, 2000, DONE},
        {4, 0, 5000, 0, 0, 2, 2000, DONE},
        {1, 0, 2500, 0, 0, 2, 40000, SENDS(2500)},
        {1, 0, 2500, 0, 0, -1, 40000, DONE},
        {1, 0, 2500, 0, 0, 2, 40001, DONE},
    };
    ROWS(&plan, rows);
    l1_plan small = plan;
    small.clip_e8 = 500; /* the minimum has risen since */
    static const row risen[] = {{1, 0, 2500, 0, 0, 2, 2000, SENDS(1000)}};
    ROWS(&small, risen);
}

/* ---- random lives ------------------------------------------------------------------------ */

static void set_random_plan(l1_prng *prng, plan_desk *desk, l1_plan *plan)
{
    plan_desk_open(desk);
    desk->limits.symbols[BTC].max_algo_orders = 40;
    desk->request.stop_slots = 1 + (uint32_t)l1_prng_below(prng, 40);
    desk->request.side = l1_prng_below(prng, 2) == 0 ? L1_SIDE_BUY : L1_SIDE_SELL;
    if (desk->request.side == L1_SIDE_SELL) desk->request.stop_e8 = 0;
    const int64_t lot_e8 = desk->request.instrument->lot_e8;
    desk->request.qty_e8 = lot_e8 * (int64_t)(20 + l1_prng_below(prng, 20000));
    desk->request.duration_s = (int64_t)l1_prng_below(prng, 120);
    desk->request.slices_max = 1 + (int64_t)l1_prng_below(prng, 40);
    desk->limits.execution_risk_aversion_e8 = (int64_t)l1_prng_below(prng, 2 * L1_E8);
    for (int i = 0; i < L1_PLAN_MINUTES_MAX; i++) {
        desk->minute_volume[i] = l1_prng_below(prng, 4) == 0 ? 0.0 : l1_prng_unit(prng) * 30.0;
    }
    if (l1_prng_below(prng, 3) == 0) desk->book.asks[0].qty_e8 = L1_E8 / 100;
    if (l1_prng_below(prng, 5) == 0) {
        desk->request.book = NULL;
        desk->request.book_live = false;
    }
    if (l1_prng_below(prng, 9) == 0) desk->request.sigma = NAN;
    if (l1_prng_below(prng, 9) == 0) desk->request.minutes_count = 0;
    *plan = plan_desk_make(desk, (l1_algo)l1_prng_below(prng, L1_ALGO_COUNT));
}

/* One life: children end full, in part or not at all, at once or late; the engine looks late. */
static void live(l1_prng *prng, const plan_desk *desk, const l1_plan *plan, uint32_t *children)
{
    const int64_t lot_e8 = desk->request.instrument->lot_e8, least_e8 = desk->request.minimum_e8;
    l1_plan_progress progress = {0};
    int64_t now_ns = plan->start_ns, out_e8[L1_CHILDREN_MAX] = {0};
    uint32_t steps = 0;
    for (;; steps++) {
        CHECK(steps < 100000);
        const l1_plan_step step = l1_plan_next(plan, &progress, lot_e8, least_e8, now_ns);
        const l1_plan_step again = l1_plan_next(plan, &progress, lot_e8, least_e8, now_ns);
        CHECK(step.kind == again.kind && step.qty_e8 == again.qty_e8 && step.at_ns == again.at_ns);
        if (step.kind == L1_PLAN_DONE) break;
        if (step.kind == L1_PLAN_SEND) {
            CHECK(now_ns >= plan->start_ns && now_ns <= plan->deadline_ns);
            CHECK(step.qty_e8 % lot_e8 == 0);
            CHECK(step.qty_e8 >= least_e8 || plan->chosen == L1_ALGO_SINGLE);
            CHECK(progress.children_sent < plan->children_max);
            out_e8[progress.children_sent++] = step.qty_e8;
            progress.sent_e8 += step.qty_e8;
            progress.working_e8 += step.qty_e8;
            progress.last_sent_ns = now_ns;
            progress.refilled_ns = 0;
            CHECK(progress.executed_e8 + progress.working_e8 <= plan->qty_e8);
        } else {
            CHECK(step.at_ns > now_ns && step.at_ns <= plan->deadline_ns);
            const int64_t most_ns = step.at_ns - now_ns;
            const bool early = l1_prng_below(prng, 3) == 0; /* something happens before */
            now_ns += early ? 1 + (int64_t)l1_prng_below(prng, (uint64_t)most_ns) : most_ns;
            if (l1_prng_below(prng, 6) == 0) now_ns += (int64_t)l1_prng_below(prng, 5000000000);
        }
        progress.market_volume_e8 += (int64_t)l1_prng_below(prng, (uint64_t)plan->qty_e8 * 3);
        for (uint32_t i = 0; i < progress.children_sent; i++) {
            if (out_e8[i] == 0 || l1_prng_below(prng, 2) == 0) continue;
            const int64_t lots = out_e8[i] / lot_e8;
            const uint64_t fate = l1_prng_below(prng, 4);
            const int64_t filled_e8 =
                fate == 0   ? 0
                : fate == 1 ? lot_e8 * (int64_t)l1_prng_below(prng, (uint64_t)lots + 1)
                            : out_e8[i];
            progress.working_e8 -= out_e8[i];
            progress.executed_e8 += filled_e8;
            out_e8[i] = 0;
        }
        if (progress.working_e8 == 0 && l1_prng_below(prng, 2) == 0) progress.refilled_ns = now_ns;
    }
    CHECK(progress.executed_e8 <= plan->qty_e8);
    *children += progress.children_sent;
}

/* Everything fills at once: the children are the parent, to the last lot. */
static void live_well(const plan_desk *desk, const l1_plan *plan)
{
    const int64_t lot_e8 = desk->request.instrument->lot_e8, least_e8 = desk->request.minimum_e8;
    l1_plan_progress progress = {.market_volume_e8 = INT64_MAX};
    int64_t now_ns = plan->start_ns;
    for (;;) {
        const l1_plan_step step = l1_plan_next(plan, &progress, lot_e8, least_e8, now_ns);
        if (step.kind == L1_PLAN_DONE) break;
        if (step.kind == L1_PLAN_WAIT) {
            now_ns = step.at_ns;
            continue;
        }
        progress.children_sent++;
        progress.executed_e8 += step.qty_e8;
        progress.last_sent_ns = progress.refilled_ns = now_ns;
    }
    CHECK(progress.executed_e8 == plan->qty_e8);
    if (plan->children_count > 0) CHECK(progress.children_sent == plan->children_count);
}

static void test_plans__live_through_anything(void **state)
{
    (void)state;
    static plan_desk desk;
    l1_prng prng;
    uint32_t chosen[L1_ALGO_COUNT] = {0}, children = 0;
    l1_prng_seed(&prng, 1);
    for (int i = 0; i < 20000; i++) {
        l1_plan plan;
        set_random_plan(&prng, &desk, &plan);
        chosen[plan.chosen]++;
        live_well(&desk, &plan);
        live(&prng, &desk, &plan, &children);
    }
    printf("%u children:", children);
    for (int i = L1_ALGO_SINGLE; i < L1_ALGO_COUNT; i++) {
        printf(" %s %u", l1_algo_text((l1_algo)i), chosen[i]);
        CHECK(chosen[i] > 500);
    }
    printf("\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed__sends_each_slot_once_and_carries_what_failed),
        cmocka_unit_test(test_fixed__leaves_no_child_and_no_needless_rest_below_the_minimum),
        cmocka_unit_test(test_single__goes_once_and_whole_whatever_the_minimum),
        cmocka_unit_test(test_pov__follows_the_markets_volume),
        cmocka_unit_test(test_iceberg__shows_the_next_clip_when_the_book_has_refilled),
        cmocka_unit_test(test_plans__live_through_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
