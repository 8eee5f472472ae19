/* The order lifecycle: the table is written out twice; one of them is this. */
#include "order_manager/lifecycle.h"
#include "testlib/check.h"

/* Rows: states; columns: send ack reject timeout cancel cancel_reject absent canceled expired fill
 * done. '.' = illegal; n s l c u F C E R = the next state. */
static const char *const want[L1_ORDER_STATE_COUNT] = {
    [L1_ORDER_NONE] = "s..........",     [L1_ORDER_SENT] = ".lRuc..CElF",
    [L1_ORDER_LIVE] = ".l.uc..CElF",     [L1_ORDER_CANCELING] = ".cRucu.CEcF",
    [L1_ORDER_UNKNOWN] = ".lRuuuRCElF",  [L1_ORDER_FILLED] = ".F.F.F...FF",
    [L1_ORDER_CANCELED] = ".C.C.C.C.CF", [L1_ORDER_EXPIRED] = ".E.E.E..EEF",
    [L1_ORDER_REJECTED] = "..RR.RR..RF",
};

static l1_order_state state_of(char letter)
{
    static const char letters[] = ".slcuFCER";
    for (int i = 0; i < L1_ORDER_STATE_COUNT; i++) {
        if (letters[i] == letter) return (l1_order_state)i;
    }
    return L1_ORDER_NONE;
}

static void test_lifecycle__follows_the_table_cell_by_cell(void **state)
{
    (void)state;
    for (int from = 0; from < L1_ORDER_STATE_COUNT; from++) {
        for (int event = 0; event < L1_ORDER_ON_COUNT; event++) {
            CHECK(l1_order_next((l1_order_state)from, (l1_order_event)event) ==
                  state_of(want[from][event]));
        }
    }
}

static void test_lifecycle__never_takes_silence_or_a_refused_cancel_for_an_end(void **state)
{
    (void)state;
    for (int from = L1_ORDER_SENT; from <= L1_ORDER_UNKNOWN; from++) {
        CHECK(!l1_order_ended(l1_order_next((l1_order_state)from, L1_ORDER_ON_TIMEOUT)));
    }
    CHECK(l1_order_next(L1_ORDER_CANCELING, L1_ORDER_ON_CANCEL_REJECT) == L1_ORDER_UNKNOWN);
    CHECK(l1_order_next(L1_ORDER_UNKNOWN, L1_ORDER_ON_CANCEL_REJECT) == L1_ORDER_UNKNOWN);
}

static void test_lifecycle__never_leaves_an_end_for_an_open_state(void **state)
{
    (void)state;
    for (int from = 0; from < L1_ORDER_STATE_COUNT; from++) {
        if (!l1_order_ended((l1_order_state)from)) continue;
        for (int event = 0; event < L1_ORDER_ON_COUNT; event++) {
            const l1_order_state to = l1_order_next((l1_order_state)from, (l1_order_event)event);
            CHECK(to == L1_ORDER_NONE || l1_order_ended(to));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lifecycle__follows_the_table_cell_by_cell),
        cmocka_unit_test(test_lifecycle__never_takes_silence_or_a_refused_cancel_for_an_end),
        cmocka_unit_test(test_lifecycle__never_leaves_an_end_for_an_open_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
