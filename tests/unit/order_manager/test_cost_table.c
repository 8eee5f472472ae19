/* Parents while they run and in the minute after: bounds, horizons, and markouts against a plain
 * model that keeps every fill and every mid. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "order_manager/cost_table.h"
#include "testlib/check.h"

#define SECOND INT64_C(1000000000)
#define START (1000 * SECOND)
#define E8(n) ((n)*L1_E8)

enum { ORDERS_MAX = 4 };

typedef struct {
    void *block;
    l1_cost_table table;
} fixture;

static fixture make(void)
{
    fixture made;
    const size_t cost = l1_cost_table_size(ORDERS_MAX);
    made.block = aligned_alloc(64, (cost + 63) / 64 * 64);
    memset(made.block, 0, cost);
    l1_arena arena = {.base = made.block, .capacity = cost};
    l1_cost_table_init(&made.table, &arena, ORDERS_MAX);
    return made;
}

static l1_measured *start(fixture *f, uint64_t serial, int32_t symbol, l1_side side)
{
    l1_measured *parent = l1_cost_table_begin(&f->table, serial, symbol, 100 + serial);
    l1_cost_begin(&parent->sums, side, E8(10), E8(50), E8(50), START);
    snprintf(parent->signal_id, sizeof parent->signal_id, "s%d", (int)serial);
    return parent;
}

static void fill(fixture *f, uint64_t serial, int64_t price, int64_t qty_e8, int64_t now_ns)
{
    const l1_cost_fill_facts facts = {
        .price_e8 = E8(price), .qty_e8 = qty_e8, .cost_e8 = price * qty_e8};
    l1_cost_table_fill(&f->table, serial, &facts, now_ns);
}

static void end(fixture *f, uint64_t serial, int64_t now_ns)
{
    l1_cost_end(&l1_cost_table_find(&f->table, serial)->sums, E8(50), now_ns);
    l1_cost_table_end(&f->table, serial, 7, true);
}

static int64_t due(const fixture *f)
{
    int64_t due_ns = INT64_MAX;
    uint64_t id = 0;
    return l1_cost_table_next(&f->table, &due_ns, &id) ? due_ns : INT64_MAX;
}

static bool fire(fixture *f, int64_t mid_e8, int64_t since_ns, l1_analysis *out)
{
    return l1_cost_table_fire(&f->table, mid_e8, since_ns, out);
}

static void test_costs__the_mid_is_noted_1_10_and_60_s_after_each_fill(void **state)
{
    (void)state;
    fixture f = make();
    l1_analysis out;
    (void)start(&f, 1, 2, L1_SIDE_BUY);
    CHECK(due(&f) == INT64_MAX);
    fill(&f, 1, 50, E8(1), START);
    fill(&f, 1, 52, E8(1), START); /* the same instant */
    fill(&f, 1, 51, E8(2), START + 2 * SECOND);
    CHECK(l1_cost_table_find(&f.table, 1)->fills_count == 2);
    end(&f, 1, START + 3 * SECOND);
    CHECK(l1_cost_table_find(&f.table, 1) == NULL);
    static const struct {
        int64_t at_s, mid;
    } rows[] = {{1, 60}, {3, 61}, {10, 62}, {12, 63}, {60, 64}, {62, 65}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(due(&f) == START + rows[i].at_s * SECOND);
        CHECK(l1_cost_table_next_symbol(&f.table) == 2);
        CHECK(!fire(&f, E8(rows[i].mid), due(&f), &out));
    }
    CHECK(due(&f) == START + 63 * SECOND);
    CHECK(fire(&f, E8(99), due(&f), &out));
    CHECK(due(&f) == INT64_MAX && f.table.count == 0);
    /* cost 204; worth 120 + 122, 124 + 126 and 128 + 130 */
    CHECK(out.markout_bp_e8[0] == INT64_C(186274509804));
    CHECK(out.markout_bp_e8[1] == INT64_C(225490196078));
    CHECK(out.markout_bp_e8[2] == INT64_C(264705882353));
    CHECK(out.report_seq == 7 && out.symbol == 2 && out.side == L1_SIDE_BUY);
    assert_string_equal(out.signal_id, "s1");
    CHECK(out.tca.vwap_e8 == E8(51) && out.tca.fills == 3);
    free(f.block);
}

static void test_costs__a_mid_counts_only_when_the_market_was_heard_after_the_fill(void **state)
{
    (void)state;
    static const struct {
        int64_t mid_e8, since_ns;
        bool known;
    } rows[] = {
        {E8(51), START - 1, false}, {E8(51), START, false},         {E8(51), START + 1, true},
        {L1_OFF, START + 1, false}, {E8(51), START + SECOND, true}, {L1_OFF, INT64_MIN, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = make();
        l1_analysis out;
        (void)start(&f, 1, 0, L1_SIDE_SELL);
        fill(&f, 1, 50, E8(1), START);
        end(&f, 1, START);
        CHECK(!fire(&f, rows[i].mid_e8, rows[i].since_ns, &out));
        CHECK(!fire(&f, E8(52), START + SECOND, &out));
        CHECK(fire(&f, E8(53), START + SECOND, &out)); /* its last horizon is the minute's end */
        CHECK(out.markout_bp_e8[0] == (rows[i].known ? -E8(200) : L1_OFF));
        CHECK(out.markout_bp_e8[1] == -E8(400) && out.markout_bp_e8[2] == -E8(600));
        free(f.block);
    }
}

/* One fill that is not known makes the parent's markout unknown; nothing counts as zero. */
static void test_costs__one_unknown_fill_makes_the_horizon_unknown(void **state)
{
    (void)state;
    fixture f = make();
    l1_analysis out;
    (void)start(&f, 1, 0, L1_SIDE_BUY);
    fill(&f, 1, 50, E8(1), START);
    fill(&f, 1, 50, E8(1), START + 1);
    end(&f, 1, START + 1);
    CHECK(!fire(&f, L1_OFF, INT64_MIN, &out));
    while (!fire(&f, E8(51), due(&f), &out)) {
    }
    CHECK(out.markout_bp_e8[0] == L1_OFF);
    CHECK(out.markout_bp_e8[1] == E8(200) && out.markout_bp_e8[2] == E8(200));
    free(f.block);
}

static void test_costs__without_a_fill_the_minute_ends_with_unknown_markouts(void **state)
{
    (void)state;
    fixture f = make();
    l1_analysis out;
    (void)start(&f, 1, 0, L1_SIDE_BUY);
    end(&f, 1, START + 5);
    CHECK(due(&f) == START + 5 + 60 * SECOND);
    CHECK(fire(&f, E8(51), due(&f), &out));
    for (int h = 0; h < L1_MARKOUTS; h++) CHECK(out.markout_bp_e8[h] == L1_OFF);
    CHECK(out.tca.fill_ratio_e8 == 0);
    free(f.block);
}

static void test_costs__more_instants_than_are_kept_make_the_markouts_unknown(void **state)
{
    (void)state;
    for (int over = 0; over <= 1; over++) {
        fixture f = make();
        l1_analysis out;
        (void)start(&f, 1, 0, L1_SIDE_BUY);
        for (int i = 0; i < L1_WATCHED_FILLS_MAX + over; i++)
            fill(&f, 1, 50, E8(1) / 100, START + i);
        fill(&f, 1, 50, E8(1) / 100, START + L1_WATCHED_FILLS_MAX + over - 1); /* joins the last */
        end(&f, 1, START + L1_WATCHED_FILLS_MAX);
        while (!fire(&f, E8(51), due(&f), &out)) {
        }
        for (int h = 0; h < L1_MARKOUTS; h++) {
            CHECK((out.markout_bp_e8[h] == L1_OFF) == (over == 1));
        }
        CHECK(out.tca.fills == (uint32_t)(L1_WATCHED_FILLS_MAX + over + 1));
        free(f.block);
    }
}

static void test_costs__as_many_are_watched_as_orders_may_be_open_and_the_rest_counted(void **state)
{
    (void)state;
    fixture f = make();
    l1_analysis out;
    for (uint64_t serial = 1; serial <= ORDERS_MAX; serial++) {
        (void)start(&f, serial, 0, L1_SIDE_BUY);
        end(&f, serial, START);
    }
    CHECK(f.table.count == ORDERS_MAX && f.table.skipped == 0);
    for (uint64_t serial = 11; serial < 11 + ORDERS_MAX; serial++) { /* as many run beside them */
        (void)start(&f, serial, 0, L1_SIDE_BUY);
    }
    end(&f, 12, START);
    CHECK(f.table.count == 2 * ORDERS_MAX - 1 && f.table.skipped == 1);
    CHECK(l1_cost_table_find(&f.table, 12) == NULL && l1_cost_table_find(&f.table, 11) != NULL);
    CHECK(fire(&f, L1_OFF, INT64_MIN, &out)); /* one minute has ended: there is room for one */
    end(&f, 13, START);
    end(&f, 11, START);
    CHECK(f.table.skipped == 2 && f.table.running == 1);
    l1_cost_table_end(&f.table, 14, 0, false); /* refused: nothing to watch, nothing skipped */
    CHECK(f.table.skipped == 2 && f.table.running == 0);
    free(f.block);
}

static void test_costs__public_volume_counts_for_running_parents_of_the_symbol(void **state)
{
    (void)state;
    fixture f = make();
    const l1_measured *a = start(&f, 1, 0, L1_SIDE_BUY);
    const l1_measured *b = start(&f, 2, 1, L1_SIDE_BUY);
    const l1_trade trade = {.symbol = 1, .price_e8 = E8(7), .qty_e8 = E8(3)};
    l1_cost_table_trade(&f.table, &trade);
    CHECK(a->sums.market_volume_e8 == 0 && b->sums.market_volume_e8 == E8(3));
    CHECK(b->sums.market_quote_e8 == E8(21));
    end(&f, 2, START);
    l1_cost_table_trade(&f.table, &trade);
    CHECK(b->sums.market_volume_e8 == E8(3));
    static const struct {
        int64_t open_ns, volume_e8, quote_e8, sum_e8, quote_sum_e8;
    } rows[] = {
        {START - 1, E8(5), E8(50), 0, 0},          {START, E8(5), E8(50), E8(5), E8(50)},
        {START + 1, 0, 0, E8(5), E8(50)},     /* nothing traded: known to be nothing */
        {START + 2, E8(1), 0, E8(6), L1_OFF}, /* traded, but nobody says for what */
        {START + 3, E8(1), E8(10), E8(7), L1_OFF},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_bar bar = {.open_time_ns = rows[i].open_ns,
                            .volume_e8 = rows[i].volume_e8,
                            .quote_volume_e8 = rows[i].quote_e8};
        l1_cost_table_bar(&f.table, &bar);
        CHECK(a->sums.market_volume_e8 == rows[i].sum_e8);
        CHECK(a->sums.market_quote_e8 == rows[i].quote_sum_e8);
    }
    CHECK(b->sums.market_volume_e8 == E8(3));
    free(f.block);
}

static void test_costs__equal_deadlines_fire_in_order_of_creation(void **state)
{
    (void)state;
    fixture f = make();
    l1_analysis out;
    for (uint64_t serial = 1; serial <= 3; serial++) (void)start(&f, serial, 0, L1_SIDE_BUY);
    static const uint64_t order[] = {3, 1, 2};
    for (size_t i = 0; i < 3; i++) end(&f, order[i], START);
    for (uint64_t want = 1; want <= 3; want++) {
        int64_t due_ns = 0;
        uint64_t id = 0;
        CHECK(l1_cost_table_next(&f.table, &due_ns, &id));
        CHECK(id == 100 + want && due_ns == START + 60 * SECOND);
        CHECK(fire(&f, L1_OFF, INT64_MIN, &out));
    }
    free(f.block);
}

/* --- against a plain model --- */

enum { MODEL_FILLS = 40, MODEL_PARENTS = 400 };

typedef struct {
    bool begun, ended;
    l1_side side;
    int64_t ended_ns, cost_e8;
    int count;
    int64_t at_ns[MODEL_FILLS], qty_e8[MODEL_FILLS];
} plain;

/* The mid stands still between whole seconds: a formula in place of a memory. */
static int64_t mid_at(int64_t now_ns)
{
    return E8(40 + now_ns / SECOND * 7919 % 23);
}

static int64_t plain_markout(const plain *model, int h)
{
    l1_i128 worth = 0;
    for (int i = 0; i < model->count; i++) {
        worth += (l1_i128)model->qty_e8[i] * mid_at(model->at_ns[i] + l1_markout_ns[h]);
    }
    if (model->count == 0) return L1_OFF;
    const l1_i128 gain = (worth / L1_E8 - model->cost_e8) * (model->side == L1_SIDE_BUY ? 1 : -1);
    const l1_i128 scaled = gain * 10000 * L1_E8;
    const l1_i128 half = model->cost_e8 / 2;
    return (int64_t)((scaled < 0 ? scaled - half : scaled + half) / model->cost_e8);
}

static l1_hash128 hash_of(l1_cost_table *table)
{
    l1_archive archive = l1_archive_hashing(9);
    l1_cost_table_archive(&archive, table);
    return l1_hash_end(&archive.hasher);
}

/* Saved and loaded into another table, which goes on in its place. */
static void reload(fixture *f)
{
    static uint8_t bytes[65536];
    const l1_hash128 before = hash_of(&f->table);
    fixture other = make();
    l1_archive saving = l1_archive_saving(bytes, sizeof bytes);
    l1_cost_table_archive(&saving, &f->table);
    CHECK(l1_archive_ok(&saving));
    l1_archive loading = l1_archive_loading(bytes, saving.out.used);
    l1_cost_table_archive(&loading, &other.table);
    CHECK(l1_archive_ok(&loading) && l1_read_left(&loading.in) == 0);
    CHECK(due(f) == due(&other) && f->table.running == other.table.running);
    const l1_hash128 after = hash_of(&other.table);
    CHECK(before.lo == after.lo && before.hi == after.hi);
    free(f->block);
    *f = other;
}

static void check_plain(const l1_analysis *out, const plain *model, int64_t now_ns)
{
    CHECK(model->ended && now_ns == model->ended_ns + 60 * SECOND);
    for (int h = 0; h < L1_MARKOUTS; h++) CHECK(out->markout_bp_e8[h] == plain_markout(model, h));
}

static void test_costs__random_parents_have_the_markouts_of_a_plain_model(void **state)
{
    (void)state;
    static plain models[MODEL_PARENTS + 1];
    memset(models, 0, sizeof models);
    fixture f = make();
    l1_prng prng;
    l1_prng_seed(&prng, 77);
    uint64_t serial = 0, said = 0;
    int64_t now_ns = START;
    for (int step = 0; said < 300; step++) {
        CHECK(step < 100000);
        now_ns += (int64_t)l1_prng_below(&prng, 4 * SECOND);
        while (due(&f) <= now_ns) {
            l1_analysis out;
            const int64_t at_ns = due(&f);
            if (!fire(&f, mid_at(at_ns), at_ns, &out)) continue;
            check_plain(&out, &models[atoi(out.signal_id + 1)], at_ns);
            said++;
        }
        const bool room = f.table.running < ORDERS_MAX && serial < MODEL_PARENTS;
        if (l1_prng_below(&prng, 3) == 0 && room) {
            const l1_side side = (l1_side)l1_prng_below(&prng, 2);
            l1_measured *parent = start(&f, ++serial, 0, side);
            parent->sums.started_ns = now_ns;
            models[serial] = (plain){.begun = true, .side = side};
        }
        for (uint64_t i = serial > 6 ? serial - 6 : 1; i <= serial; i++) {
            plain *model = &models[i];
            if (model->ended) continue;
            if (model->count < MODEL_FILLS && l1_prng_below(&prng, 2) == 0) {
                const int64_t price = 40 + (int64_t)l1_prng_below(&prng, 20);
                const int64_t qty_e8 = 1000 * (int64_t)(1 + l1_prng_below(&prng, 1000));
                fill(&f, i, price, qty_e8, now_ns);
                model->at_ns[model->count] = now_ns;
                model->qty_e8[model->count++] = qty_e8;
                model->cost_e8 += price * qty_e8;
            }
            if (l1_prng_below(&prng, 5) != 0 && serial - i < 5) continue;
            const uint64_t skipped = f.table.skipped;
            end(&f, i, now_ns);
            model->ended = true;
            model->ended_ns = now_ns;
            said += f.table.skipped > skipped;
        }
        if (step % 50 == 0) reload(&f);
    }
    CHECK(f.table.skipped < 300); /* most were watched */
    free(f.block);
}

static void test_costs__cut_or_disordered_bytes_are_refused(void **state)
{
    (void)state;
    static uint8_t bytes[4096];
    fixture f = make();
    (void)start(&f, 1, 0, L1_SIDE_BUY);
    fill(&f, 1, 50, E8(1), START);
    (void)start(&f, 2, 0, L1_SIDE_BUY);
    l1_archive saving = l1_archive_saving(bytes, sizeof bytes);
    l1_cost_table_archive(&saving, &f.table);
    for (size_t cut = 0; cut < saving.out.used; cut++) {
        fixture other = make();
        l1_archive loading = l1_archive_loading(bytes, cut);
        l1_cost_table_archive(&loading, &other.table);
        CHECK(!l1_archive_ok(&loading));
        free(other.block);
    }
    bytes[12] = 2; /* the first serial: two of the same */
    fixture other = make();
    l1_archive loading = l1_archive_loading(bytes, saving.out.used);
    l1_cost_table_archive(&loading, &other.table);
    CHECK(!l1_archive_ok(&loading));
    free(other.block);
    free(f.block);
}

static void test_costs__another_configuration_takes_the_parents_over_by_symbol(void **state)
{
    (void)state;
    static const int32_t map[] = {1, -1, 0};
    fixture f = make(), to = make();
    l1_analysis out;
    for (int i = 0; i < 3; i++) {
        (void)start(&f, (uint64_t)i + 1, i, L1_SIDE_BUY);
        fill(&f, (uint64_t)i + 1, 50, E8(1), START);
    }
    end(&f, 2, START);
    end(&f, 3, START);
    f.table.skipped = 9;
    l1_cost_table_adopt(&to.table, &f.table, map);
    CHECK(to.table.count == 2 && to.table.running == 1 && to.table.skipped == 9);
    CHECK(l1_cost_table_find(&to.table, 1) != NULL && due(&to) == START + SECOND);
    CHECK(l1_cost_table_next_symbol(&to.table) == 1);
    CHECK(!fire(&to, E8(50), due(&to), &out));
    CHECK(l1_cost_table_next_symbol(&to.table) == 0);
    free(f.block);
    free(to.block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_costs__the_mid_is_noted_1_10_and_60_s_after_each_fill),
        cmocka_unit_test(test_costs__a_mid_counts_only_when_the_market_was_heard_after_the_fill),
        cmocka_unit_test(test_costs__one_unknown_fill_makes_the_horizon_unknown),
        cmocka_unit_test(test_costs__without_a_fill_the_minute_ends_with_unknown_markouts),
        cmocka_unit_test(test_costs__more_instants_than_are_kept_make_the_markouts_unknown),
        cmocka_unit_test(
            test_costs__as_many_are_watched_as_orders_may_be_open_and_the_rest_counted),
        cmocka_unit_test(test_costs__public_volume_counts_for_running_parents_of_the_symbol),
        cmocka_unit_test(test_costs__equal_deadlines_fire_in_order_of_creation),
        cmocka_unit_test(test_costs__random_parents_have_the_markouts_of_a_plain_model),
        cmocka_unit_test(test_costs__cut_or_disordered_bytes_are_refused),
        cmocka_unit_test(test_costs__another_configuration_takes_the_parents_over_by_symbol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
