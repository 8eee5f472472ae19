/* Spread, commission, walk, impact and drift, each by hand. */
#include "decision/cost_model.h"
#include "plan_desk.h"

static plan_desk desk;

static bool near(double got, double want)
{
    return fabs(got - want) <= 1e-9 * fmax(1.0, fabs(want));
}

/* Asks of 1 at 100.5, 2 at 101, 4 at 102; bids of 1 at 99.5, 2 at 99, 4 at 98; mid 100. */
static l1_book small_book(void)
{
    l1_book book = {.asks_count = 3, .bids_count = 3};
    book.asks[0] = (l1_level){e8("100.5"), e8("1")};
    book.asks[1] = (l1_level){e8("101"), e8("2")};
    book.asks[2] = (l1_level){e8("102"), e8("4")};
    book.bids[0] = (l1_level){e8("99.5"), e8("1")};
    book.bids[1] = (l1_level){e8("99"), e8("2")};
    book.bids[2] = (l1_level){e8("98"), e8("4")};
    return book;
}

static void test_walk__takes_levels_within_the_limit_and_never_more(void **state)
{
    (void)state;
    static const struct {
        l1_side side;
        const char *limit, *qty, *filled;
        double average, marginal;
    } rows[] = {
        {L1_SIDE_BUY, "110", "0.5", "0.5", 0.0, 0.0},
        {L1_SIDE_BUY, "110", "1", "1", 0.0, 0.0},
        {L1_SIDE_BUY, "110", "1.00000001", "1.00000001", 50.0 * 1e-8 / 1.00000001, 50.0},
        {L1_SIDE_BUY, "110", "3", "3", 100.0 / 3.0, 50.0},
        {L1_SIDE_BUY, "110", "7", "7", 700.0 / 7.0, 150.0},
        {L1_SIDE_BUY, "110", "7.00000001", "7", 100.0, 150.0}, /* exhausted */
        {L1_SIDE_BUY, "101", "7", "3", 100.0 / 3.0, 50.0},     /* the limit's own level counts */
        {L1_SIDE_BUY, "100.99", "7", "1", 0.0, 0.0},
        {L1_SIDE_BUY, "100.49", "7", "0", 0.0, 0.0},
        {L1_SIDE_SELL, "90", "3", "3", 100.0 / 3.0, 50.0},
        {L1_SIDE_SELL, "98", "7", "7", 100.0, 150.0},
        {L1_SIDE_SELL, "98.01", "7", "3", 100.0 / 3.0, 50.0},
    };
    const l1_book book = small_book();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_book_walk walk =
            l1_walk_book(&book, rows[i].side, e8("100"), e8(rows[i].limit), e8(rows[i].qty));
        CHECK(walk.filled_e8 == e8(rows[i].filled));
        CHECK(near(walk.average_bp, rows[i].average));
        CHECK(near(walk.marginal_bp, rows[i].marginal));
    }
}

static void test_impact__is_the_power_law(void **state)
{
    (void)state;
    static const struct {
        const char *coefficient, *exponent, *qty;
        double want; /* sigma_d = 0.001 sqrt(1440) = 379.473... bp, V_d = 20000 */
    } rows[] = {
        {"1", "0.5", "20000", 379.47331922020554}, {"1", "0.5", "200", 37.947331922020554},
        {"2", "0.5", "200", 75.894663844041108},   {"0", "0.5", "200", 0.0},
        {"1", "1", "200", 3.7947331922020554},     {"1", "0.6", "200", 23.943147779626557},
        {"1", "0.5", "0.05", 0.60000000000000000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        plan_desk_open(&desk);
        desk.limits.execution_impact_e8 = e8(rows[i].coefficient);
        desk.limits.execution_impact_exponent_e8 = e8(rows[i].exponent);
        const l1_cost_model model = l1_cost_model_of(&desk.request);
        CHECK(near(l1_impact_bp(&model, e8(rows[i].qty)), rows[i].want));
    }
}

static void test_cost__is_what_is_fixed_and_the_greater_of_walk_and_impact(void **state)
{
    (void)state;
    plan_desk_open(&desk);
    desk.book = small_book();
    desk.request.mid_e8 = e8("100");
    desk.request.limit_e8 = e8("110");
    /* half the spread 50, commission 10; drift: 10 bp / sqrt(60) a second, 0.05 s / 2 pi */
    const double drift = 10.0 / sqrt(60.0) * sqrt(0.05 / (2.0 * acos(-1.0)));
    l1_cost_model model = l1_cost_model_of(&desk.request);
    CHECK(model.known && near(model.fixed_bp, 60.0 + drift));
    l1_child_cost cost = l1_cost_of_child(&model, e8("3")); /* walk 33.3, impact 4.6 */
    CHECK(near(cost.bp, 60.0 + drift + 100.0 / 3.0) && cost.marginal_bp == 50.0 && !cost.exhausted);
    cost = l1_cost_of_child(&model, e8("1")); /* walk 0 */
    CHECK(near(cost.bp, 60.0 + drift + l1_impact_bp(&model, e8("1"))));
    CHECK(near(cost.marginal_bp, 1.5 * l1_impact_bp(&model, e8("1"))));
    CHECK(l1_cost_of_child(&model, e8("7.00000001")).exhausted);
    CHECK(!l1_cost_of_child(&model, e8("7")).exhausted);
    desk.limits.paper_latency_ns = 0;
    CHECK(near(l1_cost_model_of(&desk.request).fixed_bp, 60.0));
    desk.limits.taker_fee_e8 = 0;
    CHECK(near(l1_cost_model_of(&desk.request).fixed_bp, 50.0));
    desk.request.book = NULL;
    CHECK(l1_cost_model_of(&desk.request).fixed_bp == 0.0);
}

static void test_cost__without_volatility_or_volume_is_not_known(void **state)
{
    (void)state;
    static const double bad[] = {NAN, INFINITY, 0.0, -1.0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        plan_desk_open(&desk);
        CHECK(l1_cost_model_of(&desk.request).known);
        desk.request.sigma = bad[i];
        l1_cost_model model = l1_cost_model_of(&desk.request);
        CHECK(!model.known && l1_impact_bp(&model, L1_E8) == 0.0 && model.sigma_bp == 0.0);
        plan_desk_open(&desk);
        desk.request.day_volume = bad[i];
        model = l1_cost_model_of(&desk.request);
        CHECK(!model.known && l1_impact_bp(&model, L1_E8) == 0.0);
        CHECK(near(model.fixed_bp, 10.002)); /* without drift */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk__takes_levels_within_the_limit_and_never_more),
        cmocka_unit_test(test_impact__is_the_power_law),
        cmocka_unit_test(test_cost__is_what_is_fixed_and_the_greater_of_walk_and_impact),
        cmocka_unit_test(test_cost__without_volatility_or_volume_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
