/* Executions and orders: slots, identities and timers against a naive model. */
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "order_manager/executions.h"
#include "testlib/check.h"

enum { ORDERS_MAX = 16 };

typedef struct {
    void *block;
    l1_executions table;
} fixture;

static fixture make(void)
{
    fixture made;
    const size_t cost = l1_executions_cost(ORDERS_MAX);
    made.block = aligned_alloc(64, (cost + 63) / 64 * 64);
    memset(made.block, 0, cost);
    l1_arena arena = {.base = made.block, .capacity = cost};
    l1_executions_init(&made.table, &arena, ORDERS_MAX);
    return made;
}

static void test_timers__fire_in_order_of_deadline_then_creation(void **state)
{
    (void)state;
    fixture f = make();
    l1_prng prng;
    l1_prng_seed(&prng, 11);
    uint32_t slots[2 * ORDERS_MAX];
    int64_t deadline[2 * ORDERS_MAX];
    uint64_t ids[2 * ORDERS_MAX], id = 0;
    for (size_t i = 0; i < 2 * ORDERS_MAX; i++) {
        slots[i] = l1_execution_open(&f.table);
        deadline[i] = L1_NO_DEADLINE;
        ids[i] = 0;
    }
    CHECK(l1_execution_open(&f.table) == L1_NONE);
    for (int step = 0; step < 20000; step++) {
        const size_t i = l1_prng_below(&prng, 2 * ORDERS_MAX);
        deadline[i] =
            l1_prng_below(&prng, 4) == 0 ? L1_NO_DEADLINE : (int64_t)l1_prng_below(&prng, 20);
        ids[i] = ++id;
        l1_execution_timer(&f.table, slots[i], deadline[i], ids[i]);
        size_t first = 0;
        for (size_t k = 1; k < 2 * ORDERS_MAX; k++) {
            if (deadline[k] < deadline[first] ||
                (deadline[k] == deadline[first] && ids[k] < ids[first])) {
                first = k;
            }
        }
        const uint32_t want = deadline[first] == L1_NO_DEADLINE ? L1_NONE : slots[first];
        CHECK(l1_executions_next(&f.table) == want);
    }
    free(f.block);
}

static l1_order_leg leg(uint32_t n)
{
    char signal[16] = {0};
    signal[0] = (char)('a' + n % 26);
    signal[1] = (char)('a' + n / 26 % 26);
    signal[2] = (char)('a' + n / 676 % 26);
    return (l1_order_leg){.id = l1_order_id_of("l1-1", signal, 0, L1_PURPOSE_ENTRY, n),
                          .qty_e8 = 1};
}

/* An ended order stays findable until its slot is reused, oldest first. */
static void test_orders__ended_ones_are_found_until_the_oldest_slot_is_reused(void **state)
{
    (void)state;
    fixture f = make();
    const uint32_t execution = l1_execution_open(&f.table);
    for (uint32_t n = 0; n < 1000; n++) {
        const l1_order_leg made = leg(n);
        const uint32_t order = l1_order_open(&f.table, execution, 0, &made);
        CHECK(order != L1_NONE);
        CHECK(l1_order_find(&f.table, made.id) == order);
        f.table.orders[order].state = L1_ORDER_FILLED;
        l1_order_end(&f.table, order);
        l1_order_free(&f.table, order);
        for (uint32_t back = 0; back <= n && back < 3 * ORDERS_MAX; back++) {
            const bool kept = back < 2 * ORDERS_MAX;
            CHECK((l1_order_find(&f.table, leg(n - back).id) != L1_NONE) == kept);
        }
    }
    CHECK(f.table.open_orders == 0);
    free(f.block);
}

static void test_orders__are_refused_when_all_slots_are_open(void **state)
{
    (void)state;
    fixture f = make();
    const uint32_t execution = l1_execution_open(&f.table);
    for (uint32_t n = 0; n < 2 * ORDERS_MAX; n++) {
        const l1_order_leg made = leg(n);
        CHECK(l1_order_open(&f.table, execution, 0, &made) != L1_NONE);
    }
    const l1_order_leg one_more = leg(999);
    CHECK(l1_order_open(&f.table, execution, 0, &one_more) == L1_NONE);
    free(f.block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timers__fire_in_order_of_deadline_then_creation),
        cmocka_unit_test(test_orders__ended_ones_are_found_until_the_oldest_slot_is_reused),
        cmocka_unit_test(test_orders__are_refused_when_all_slots_are_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
