/* gate_use: means of signals let through, by hand; costs shift; days are the blocks. */
#include "testlib/check.h"

#include <math.h>

#include "train/gate_use.h"

static l1_diag diag;

#define ALL (UINT32_C(1) << L1_POLICY_NONE)
#define KEPT (ALL | UINT32_C(1) << L1_POLICY_HALF)

/* Two days, two symbols: bps +10, -20 (stopped), +30, -40 (stopped). */
static const l1_gated four[] = {
    {.day = 1, .symbol = 0, .kept = KEPT, .outcome = {true, 0.0010}},
    {.day = 1, .symbol = 1, .kept = ALL, .outcome = {false, -0.0020}},
    {.day = 2, .symbol = 0, .kept = KEPT, .outcome = {true, 0.0030}},
    {.day = 2, .symbol = 1, .kept = KEPT, .outcome = {false, -0.0040}},
};

static l1_gate_use use_of(int32_t symbol, l1_gate_policy policy)
{
    l1_gate_use out;
    const l1_gate_question question = {.signals = four,
                                       .count = 4,
                                       .kind = L1_SIGNALS_RANDOM,
                                       .symbol = symbol,
                                       .policy = policy,
                                       .seed = 1};
    CHECK(l1_gate_use_of(&question, &out, &diag).code == L1_OK);
    return out;
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void test_gate_use__means_are_of_the_signals_let_through(void **state)
{
    (void)state;
    static const struct {
        int32_t symbol;
        l1_gate_policy policy;
        size_t count;
        double share, stopped, bps, more;
    } rows[] = {
        {-1, L1_POLICY_NONE, 4, 1, 0.5, -5, 0}, {-1, L1_POLICY_HALF, 3, 0.75, 1.0 / 3, 0, 5},
        {0, L1_POLICY_NONE, 2, 1, 0, 20, 0},    {1, L1_POLICY_HALF, 1, 0.5, 1, -40, -10},
        {1, L1_POLICY_VETO, 0, 0, 0, 0, 0}, /* nobody passes */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_gate_use of = use_of(rows[i].symbol, rows[i].policy);
        CHECK(of.count == rows[i].count);
        CHECK(near(of.share, rows[i].share));
        CHECK(near(of.stopped.value, rows[i].stopped));
        CHECK(near(of.bps.value, rows[i].bps));
        CHECK(near(of.more_bps.value, rows[i].more));
    }
}

static void test_gate_use__intervals_draw_whole_days(void **state)
{
    (void)state;
    const l1_gate_use all = use_of(-1, L1_POLICY_NONE);
    /* Each day alone has a mean of -5: however days are drawn, so has the sample. */
    CHECK(near(all.bps.low, -5) && near(all.bps.high, -5));
    const l1_gate_use half = use_of(-1, L1_POLICY_HALF);
    CHECK(near(half.bps.low, -5) && near(half.bps.high, 10)); /* the second day, the first */
    CHECK(near(half.stopped.low, 0) && near(half.stopped.high, 0.5));
    const l1_gate_use again = use_of(-1, L1_POLICY_HALF);
    CHECK(again.bps.low == half.bps.low && again.bps.high == half.bps.high);
}

static void test_gate_use__a_cost_is_taken_from_each_trade(void **state)
{
    (void)state;
    const l1_gate_use half = use_of(-1, L1_POLICY_HALF);
    const l1_estimate after = l1_gate_use_after(&half, 10);
    CHECK(near(after.value, -10) && near(after.low, -15) && near(after.high, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate_use__means_are_of_the_signals_let_through),
        cmocka_unit_test(test_gate_use__intervals_draw_whole_days),
        cmocka_unit_test(test_gate_use__a_cost_is_taken_from_each_trade),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
