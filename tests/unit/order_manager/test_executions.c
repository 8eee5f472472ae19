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

/* An execution of one buy whose entry has ended with nothing; both slots reusable. */
static uint32_t ended_entry(fixture *f, uint64_t serial)
{
    const uint32_t at = l1_execution_open(&f->table);
    l1_execution *execution = &f->table.executions[at];
    memcpy(execution->signal_id, "sig", 4);
    execution->phase = L1_PHASE_SENT;
    execution->serial = serial;
    execution->stop_e8 = 49;
    execution->requested_e8 = 7;
    execution->child = 3;
    const l1_order_leg made = leg((uint32_t)serial);
    const uint32_t order = l1_order_open(&f->table, at, 0, &made);
    f->table.orders[order].state = L1_ORDER_EXPIRED;
    l1_order_end(&f->table, order);
    l1_order_free(&f->table, order);
    execution->revision = 3;
    execution->generation = 2;
    return order;
}

static void test_resume__opens_the_closed_execution_again(void **state)
{
    (void)state;
    fixture f = make();
    const uint32_t order = ended_entry(&f, 1);
    const uint32_t at = f.table.orders[order].execution;
    CHECK(l1_execution_resume(&f.table, order, 2) == at); /* open: itself */
    f.table.executions[at].held_e8 = 5;                   /* given up: the operator's */
    f.table.executions[at].overdue = f.table.executions[at].replacing = true;
    l1_execution_close(&f.table, at);
    CHECK(f.table.open_executions == 0);
    CHECK(l1_execution_resume(&f.table, order, 2) == at);
    CHECK(f.table.open_executions == 1);
    CHECK(f.table.executions[at].serial == 1 && f.table.executions[at].revision == 3);
    CHECK(f.table.executions[at].held_e8 == 0);
    CHECK(!f.table.executions[at].overdue && !f.table.executions[at].replacing);
    for (uint32_t i = 1; i < 2 * ORDERS_MAX; i++) { /* its slot is not given away */
        CHECK(l1_execution_open(&f.table) != at);
    }
    CHECK(l1_execution_open(&f.table) == L1_NONE);
    free(f.block);
}

static void test_resume__makes_a_fresh_execution_when_the_slot_holds_another(void **state)
{
    (void)state;
    fixture f = make();
    const uint32_t order = ended_entry(&f, 1);
    const uint32_t was = f.table.orders[order].execution;
    l1_execution_close(&f.table, was);
    uint32_t other = L1_NONE;
    for (uint64_t serial = 2; other != was; serial++) { /* executions that never sent an order */
        other = l1_execution_open(&f.table);
        f.table.executions[other].phase = L1_PHASE_SENT;
        f.table.executions[other].serial = serial;
        if (other != was) l1_execution_close(&f.table, other);
    }
    const uint32_t at = l1_execution_resume(&f.table, order, 100);
    CHECK(at != L1_NONE && at != was);
    const l1_execution *made = &f.table.executions[at];
    CHECK(strcmp(made->signal_id, "sig") == 0 && made->serial == 100);
    CHECK(made->stop_e8 == 49 && made->requested_e8 == 7 && made->child == 3);
    CHECK(made->revision == 3 && made->generation == 2); /* no number is used twice */
    CHECK(made->phase == L1_PHASE_PROTECTING && made->reported && made->bought);
    CHECK(l1_execution_resume(&f.table, order, 101) == at); /* a second piece finds it */
    f.table.executions[at].revision = 5;
    l1_execution_close(&f.table, at);
    CHECK(f.table.orders[order].origin.revision == 5);
    free(f.block);
}

/* Siblings have reported since: no number is used twice, wherever the entry's execution is. */
static void test_revise__moves_the_entry_and_its_closed_execution_on(void **state)
{
    (void)state;
    fixture f = make();
    const uint32_t order = ended_entry(&f, 1);
    const uint32_t at = f.table.orders[order].execution;
    l1_execution_close(&f.table, at);
    l1_entry_revise(&f.table, f.table.orders[order].id, 9);
    CHECK(f.table.orders[order].origin.revision == 9);
    CHECK(f.table.executions[at].revision == 9);
    f.table.executions[at].serial = 77; /* the slot holds another */
    l1_entry_revise(&f.table, f.table.orders[order].id, 11);
    CHECK(f.table.orders[order].origin.revision == 11);
    CHECK(f.table.executions[at].revision == 9);
    l1_entry_revise(&f.table, leg(999).id, 12); /* no longer remembered */
    free(f.block);
}

static void test_resume__refuses_without_a_stop_price_or_room(void **state)
{
    (void)state;
    fixture f = make();
    const uint32_t order = ended_entry(&f, 1);
    const uint32_t was = f.table.orders[order].execution;
    l1_execution_close(&f.table, was);
    for (uint32_t open = 0; open < ORDERS_MAX - 1; open++) (void)l1_execution_open(&f.table);
    CHECK(l1_execution_resume(&f.table, order, 2) == was); /* the last one with two orders */
    l1_execution_close(&f.table, was);
    (void)l1_execution_open(&f.table);
    CHECK(l1_execution_resume(&f.table, order, 2) == L1_NONE);
    f.table.open_executions = 0;
    f.table.executions[was].serial = 9; /* the slot holds another */
    f.table.orders[order].origin.stop_e8 = 0;
    CHECK(l1_execution_resume(&f.table, order, 2) == L1_NONE);
    free(f.block);
}

/* A late fill comes in pieces: its order is the last of the ended ones to be forgotten. */
static void test_resume__keeps_the_entry_findable_longest(void **state)
{
    (void)state;
    fixture f = make();
    const uint32_t order = ended_entry(&f, 1);
    const l1_order_id id = f.table.orders[order].id;
    const uint32_t execution = f.table.orders[order].execution;
    for (uint32_t n = 0; n < 5 * ORDERS_MAX; n++) {
        if (n % ORDERS_MAX == 0) CHECK(l1_execution_resume(&f.table, order, 2) == execution);
        const l1_order_leg made = leg(100 + n);
        const uint32_t next = l1_order_open(&f.table, execution, 0, &made);
        f.table.orders[next].state = L1_ORDER_FILLED;
        l1_order_end(&f.table, next);
        l1_order_free(&f.table, next);
        CHECK(l1_order_find(&f.table, id) == order);
    }
    free(f.block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timers__fire_in_order_of_deadline_then_creation),
        cmocka_unit_test(test_orders__ended_ones_are_found_until_the_oldest_slot_is_reused),
        cmocka_unit_test(test_orders__are_refused_when_all_slots_are_open),
        cmocka_unit_test(test_resume__opens_the_closed_execution_again),
        cmocka_unit_test(test_resume__makes_a_fresh_execution_when_the_slot_holds_another),
        cmocka_unit_test(test_revise__moves_the_entry_and_its_closed_execution_on),
        cmocka_unit_test(test_resume__refuses_without_a_stop_price_or_room),
        cmocka_unit_test(test_resume__keeps_the_entry_findable_longest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
