/* The chain of protection, and the identities of legs. */
#include <string.h>

#include "executor/legs.h"
#include "executor/protection.h"
#include "testlib/check.h"

static void test_protection__goes_down_the_chain_one_attempt_each(void **state)
{
    (void)state;
    enum { STOP = L1_PURPOSE_STOP, FLAT = L1_PURPOSE_FLAT };
    static const struct {
        int purpose;
        l1_order_state ended;
        l1_venue_reason reason;
        int64_t naked;
        bool standalone, live;
        l1_protect want;
    } rows[] = {
        {STOP, L1_ORDER_REJECTED, L1_VENUE_REASON_FILTER, 0, false, false, L1_PROTECT_NOTHING},
        {STOP, L1_ORDER_REJECTED, L1_VENUE_REASON_FILTER, 1, false, false, L1_PROTECT_STOP},
        {STOP, L1_ORDER_REJECTED, L1_VENUE_REASON_FILTER, 1, true, false, L1_PROTECT_FLAT},
        {STOP, L1_ORDER_REJECTED, L1_VENUE_REASON_WOULD_TRIGGER, 1, false, false, L1_PROTECT_FLAT},
        {STOP, L1_ORDER_EXPIRED, L1_VENUE_REASON_NO_LIQUIDITY, 1, false, true, L1_PROTECT_FLAT},
        {STOP, L1_ORDER_CANCELED, L1_VENUE_REASON_NONE, 1, true, true, L1_PROTECT_STOP},
        {FLAT, L1_ORDER_EXPIRED, L1_VENUE_REASON_NO_LIQUIDITY, 1, true, true, L1_PROTECT_ALARM},
        {FLAT, L1_ORDER_FILLED, L1_VENUE_REASON_NONE, 0, true, true, L1_PROTECT_NOTHING},
        {FLAT, L1_ORDER_FILLED, L1_VENUE_REASON_NONE, 1, true, true, L1_PROTECT_STOP},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_order ended = {.id = {.purpose = (l1_purpose)rows[i].purpose},
                                .state = rows[i].ended};
        CHECK(l1_protection_next(&ended, rows[i].reason, rows[i].naked, rows[i].standalone,
                                 rows[i].live) == rows[i].want);
    }
}

static void test_identity__differs_by_engine_signal_purpose_and_generation(void **state)
{
    (void)state;
    const l1_order_id base = l1_order_id_of("l1-1", "a", 0, L1_PURPOSE_STOP, 1);
    CHECK(l1_order_id_equal(base, l1_order_id_of("l1-1", "a", 0, L1_PURPOSE_STOP, 1)));
    CHECK(!l1_order_id_equal(base, l1_order_id_of("l1-2", "a", 0, L1_PURPOSE_STOP, 1)));
    CHECK(!l1_order_id_equal(base, l1_order_id_of("l1-1", "b", 0, L1_PURPOSE_STOP, 1)));
    CHECK(!l1_order_id_equal(base, l1_order_id_of("l1-1", "a", 1, L1_PURPOSE_STOP, 1)));
    CHECK(!l1_order_id_equal(base, l1_order_id_of("l1-1", "a", 0, L1_PURPOSE_FLAT, 1)));
    CHECK(!l1_order_id_equal(base, l1_order_id_of("l1-1", "a", 0, L1_PURPOSE_STOP, 2)));
    char one[32], other[32];
    l1_execution_id_of("l1-1", "1", one);
    l1_execution_id_of("l1-11", "", other); /* the border between the two is part of the hash */
    CHECK(strncmp(one, "exec_", 5) == 0 && strlen(one) == 31);
    CHECK(strcmp(one, other) != 0);
}

static void test_entry__carries_its_stop_only_where_the_venue_takes_lists(void **state)
{
    (void)state;
    l1_limits limits = {.engine_id = "l1-1", .symbols_count = 1};
    limits.symbols[0].tick_e8 = 1000000;
    const l1_execution execution = {.signal_id = "a", .stop_e8 = 4900000000001, .limit_e8 = 5};
    l1_submit submit = l1_entry_submit(&limits, &execution, 10);
    CHECK(submit.legs_count == 1);
    limits.symbols[0].opo = true;
    submit = l1_entry_submit(&limits, &execution, 10);
    CHECK(submit.legs_count == 2);
    CHECK(submit.legs[0].tif == L1_TIF_FOK && submit.legs[0].price_e8 == 5);
    CHECK(submit.legs[1].type == L1_ORDER_STOP_LOSS && submit.legs[1].qty_e8 == 0);
    CHECK(submit.legs[1].stop_e8 == 4900001000000); /* to the tick, toward mid */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_protection__goes_down_the_chain_one_attempt_each),
        cmocka_unit_test(test_identity__differs_by_engine_signal_purpose_and_generation),
        cmocka_unit_test(test_entry__carries_its_stop_only_where_the_venue_takes_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
