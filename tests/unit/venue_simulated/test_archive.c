/* tests/unit/venue_simulated/test_archive.c: saving, loading and hashing the venue. */
#include "unit/venue_simulated/desk.h"

static uint8_t bytes[1 << 16];

static size_t save(desk *d)
{
    l1_archive archive = l1_archive_saving(bytes, sizeof bytes);
    l1_venue_simulated_archive(&archive, d->venue);
    CHECK(l1_archive_ok(&archive));
    return archive.out.used;
}

static bool load(desk *d, size_t size)
{
    l1_archive archive = l1_archive_loading(bytes, size);
    l1_venue_simulated_archive(&archive, d->venue);
    return l1_archive_ok(&archive) && l1_read_left(&archive.in) == 0;
}

static bool same_hash(const desk *a, const desk *b)
{
    const l1_hash128 x = desk_hash(a), y = desk_hash(b);
    return x.lo == y.lo && x.hi == y.hi;
}

/* Books partly consumed, a bar, three stops, requests under way in both forms. */
static desk busy_desk(void)
{
    desk d = desk_open_default();
    desk_bar(&d, 100, 100, 100, 50);
    desk_book(&d, 100, 101, 1);
    desk_list(&d, limit_fok(1, L1_SIDE_BUY, 1.5, 102), stop_loss(2, 0, 90));
    desk_single(&d, BTC, stop_loss(3, 0.5, 95));
    CHECK(l1_venue_simulated_adjust(d.venue, ETH_BASE, E8(3), E8(1)));
    desk_single(&d, ETH, stop_loss(4, 2, 10));
    CHECK(LOCKED(&d, ETH_BASE) == E8(2));
    const l1_submit submit = {.symbol = ETH, .legs_count = 1, .legs = {stop_loss(5, 1, 10)}};
    const l1_cancel cancel = {.symbol = BTC, .id = number(3)};
    l1_venue_simulated_cancel(d.venue, &cancel, d.now_ns + 2 * SECOND, 11);
    l1_venue_simulated_submit(d.venue, &submit, d.now_ns + SECOND, 12);
    return d;
}

static l1_limits swapped(void)
{
    l1_limits limits = desk_limits();
    const l1_instrument first = limits.symbols[0];
    limits.symbols[0] = limits.symbols[1];
    limits.symbols[1] = first;
    limits.symbols[2] = first;
    strcpy(limits.symbols[2].name, "ADA/USDT");
    limits.paper_balance_e8[1] = 0; /* now ETH's */
    limits.paper_balance_e8[3] = E8(70);
    return limits;
}

static void test_load__gives_the_same_state_and_hash(void **state)
{
    (void)state;
    desk a = busy_desk(), b = desk_open_default();
    CHECK(!same_hash(&a, &b));
    const size_t size = save(&a);
    CHECK(load(&b, size));
    desk_copy_books(&b, &a);
    CHECK(same_hash(&a, &b));
    b.now_ns = a.now_ns;
    for (int32_t asset = 0; asset <= 2; asset++) {
        CHECK(TOTAL(&a, asset) == TOTAL(&b, asset));
        CHECK(LOCKED(&a, asset) == LOCKED(&b, asset));
    }
    for (int i = 0; i < 2; i++) {
        char want[512];
        snprintf(want, sizeof want, "%s", desk_arrive(&a));
        SAYS(desk_arrive(&b), want);
    }
    char want[512];
    snprintf(want, sizeof want, "%s", desk_trade(&a, 80));
    SAYS(desk_trade(&b, 80), want);
    CHECK(strstr(want, "fill 2") != NULL);
    CHECK(same_hash(&a, &b));
    desk_close(&a);
    desk_close(&b);
}

static void test_load__goes_by_name_into_another_order_of_symbols(void **state)
{
    (void)state;
    desk a = busy_desk();
    const size_t size = save(&a);
    l1_limits limits = swapped();
    limits.symbols_count = 2;
    desk b = desk_open(&limits);
    CHECK(load(&b, size));
    CHECK(same_hash(&a, &b));
    CHECK(TOTAL(&b, 1) == E8(3) && LOCKED(&b, 1) == E8(2)); /* ETH stands first here */
    CHECK(LOCKED(&b, 2) == LOCKED(&a, BTC_BASE));
    SAYS(desk_arrive(&b), "rejected 5 balance");
    CHECK(b.answers.items[0].symbol == 0);
    SAYS(desk_arrive(&b), "canceled 3");
    CHECK(b.answers.items[0].symbol == 1);
    desk_close(&b);

    limits.symbols_count = 3; /* a new symbol starts as configured */
    b = desk_open(&limits);
    CHECK(load(&b, size));
    CHECK(TOTAL(&b, 3) == E8(70) && TOTAL(&b, 1) == E8(3));
    desk_close(&b);
    desk_close(&a);
}

static void test_load__drops_a_gone_symbol_only_when_it_holds_nothing(void **state)
{
    (void)state;
    static const struct {
        double total;
        bool order, request, loads;
    } rows[] = {
        {0, false, false, true},
        {0.00000001, false, false, false},
        {3, true, false, false},
        {0, false, true, false},
    };
    l1_limits limits = desk_limits();
    limits.symbols_count = 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk a = desk_open_default(), b = desk_open(&limits);
        desk_book(&a, 100, 101, 1);
        CHECK(l1_venue_simulated_adjust(a.venue, ETH_BASE, E8(rows[i].total), 0));
        if (rows[i].order) desk_single(&a, ETH, stop_loss(1, 3, 10));
        if (rows[i].request) {
            const l1_cancel cancel = {.symbol = ETH, .id = number(1)};
            l1_venue_simulated_cancel(a.venue, &cancel, a.now_ns, 1);
        }
        CHECK(load(&b, save(&a)) == rows[i].loads);
        desk_close(&a);
        desk_close(&b);
    }
}

static void test_load__refuses_another_quote_and_tables_too_small(void **state)
{
    (void)state;
    desk a = busy_desk();
    const size_t size = save(&a);
    l1_limits limits = desk_limits();
    strcpy(limits.quote, "EUR");
    desk b = desk_open(&limits);
    CHECK(!load(&b, size));
    desk_close(&b);
    for (uint32_t orders_max = 2; orders_max <= 3; orders_max++) { /* three stops rest */
        limits = desk_limits();
        limits.orders_max = orders_max;
        b = desk_open(&limits);
        CHECK(load(&b, size) == (orders_max == 3));
        desk_close(&b);
    }
    desk_close(&a);
}

static void test_load__remembers_when_a_stop_was_placed(void **state)
{
    (void)state;
    desk a = desk_open_default(), b = desk_open_default();
    a.now_ns = START + 1;
    desk_single(&a, BTC, stop_loss(1, 1, 90));
    CHECK(load(&b, save(&a)));
    b.now_ns = START;
    SAYS(desk_bar(&b, 100, 80, 100, 100), ""); /* closed before the stop was there */
    b.now_ns += L1_MINUTE_NS;
    SAYS(desk_bar(&b, 100, 80, 100, 100), "fill 1 89.99x1 fee 0.08999; done 1");
    desk_close(&a);
    desk_close(&b);
}

static void test_load__refuses_a_symbol_twice_and_a_stop_without_base(void **state)
{
    (void)state;
    desk a = busy_desk(), b = desk_open_default();
    size_t size = save(&a);
    uint8_t *name = memmem(bytes, size, "ETH/USDT", 8);
    CHECK(name != NULL);
    memcpy(name, "BTC/USDT", 8);
    CHECK(!load(&b, size));
    desk_close(&b);

    /* The same with ETH gone and its balance made zero: its stop alone must stand in the way. */
    l1_limits limits = desk_limits();
    limits.symbols_count = 1;
    b = desk_open(&limits);
    size = save(&a);
    name = memmem(bytes, size, "ETH/USDT", 8);
    CHECK(name != NULL);
    memset(name + 8, 0, 16); /* total and foreign follow the name */
    CHECK(!load(&b, size));
    CHECK(LOCKED(&b, QUOTE) == 0 && b.venue->orders.count == 2);
    desk_close(&b);
    desk_close(&a);
}

/* Whatever was accepted can be worked with: trades and books through every price, cancels. */
static void work(desk *d)
{
    static const double prices[] = {100, 1, 1000000};
    for (size_t i = 0; i < sizeof prices / sizeof prices[0]; i++) {
        desk_trade(d, prices[i]);
        desk_book(d, prices[i], prices[i] + 1, 3);
    }
    for (uint64_t n = 1; n < 32; n += 3) desk_cancel(d, BTC, n);
    int64_t due_ns;
    uint64_t id;
    while (l1_venue_simulated_next(d->venue, &due_ns, &id)) desk_arrive(d);
}

/* Every order form in every stage, consumed levels, a bar, requests. */
static desk crowded_desk(void)
{
    l1_limits limits = desk_limits();
    limits.orders_max = 12;
    limits.taker_fee_e8 = E8(0.00033333);
    desk d = desk_open(&limits);
    desk_bar(&d, 100, 100, 100, 50);
    desk_book(&d, 100, 101, 1);
    l1_order_leg leg = limit_fok(1, L1_SIDE_BUY, 1.5, 101);
    leg.tif = L1_TIF_GTC;
    desk_single(&d, BTC, leg); /* partly filled, rests */
    leg = limit_fok(2, L1_SIDE_SELL, 2, 105);
    leg.type = L1_ORDER_LIMIT_MAKER;
    leg.iceberg_e8 = E8(0.5);
    desk_single(&d, BTC, leg);
    desk_single(&d, BTC, stop_loss(3, 0.5, 95));
    leg = stop_loss(4, 0.5, 110);
    leg.side = L1_SIDE_BUY;
    desk_single(&d, BTC, leg);
    l1_submit list = {.symbol = BTC, .list = L1_LIST_OCO, .legs_count = 2};
    list.legs[0] = limit_fok(5, L1_SIDE_SELL, 1, 108);
    list.legs[0].type = L1_ORDER_LIMIT_MAKER;
    list.legs[1] = stop_loss(6, 1, 90);
    desk_submit(&d, &list);
    list.list = L1_LIST_OPOCO;
    list.legs_count = 3;
    list.legs[0] = limit_fok(7, L1_SIDE_BUY, 1, 99);
    list.legs[0].tif = L1_TIF_GTC;
    list.legs[1] = limit_fok(8, L1_SIDE_SELL, 0, 108);
    list.legs[1].type = L1_ORDER_LIMIT_MAKER;
    list.legs[2] = stop_loss(9, 0, 90);
    desk_submit(&d, &list);
    CHECK(d.venue->orders.count == 9 && d.venue->orders.live == 7);
    const l1_cancel cancel = {.symbol = BTC, .id = number(3)};
    l1_venue_simulated_cancel(d.venue, &cancel, d.now_ns + 2 * SECOND, 11);
    return d;
}

static void test_load__refuses_every_truncation_and_survives_every_changed_byte(void **state)
{
    (void)state;
    for (int crowded = 0; crowded < 2; crowded++) {
        desk a = crowded == 1 ? crowded_desk() : busy_desk();
        const size_t size = save(&a);
        desk b = desk_open(&a.limits);
        CHECK(load(&b, size) && same_hash(&a, &b));
        desk_close(&b);
        b = desk_open(&a.limits);
        uint8_t *fresh = malloc(b.arena.capacity);
        CHECK(fresh != NULL);
        memcpy(fresh, b.arena.base, b.arena.used);
        /* the books are large, are not written before work() and are emptied by a fresh start */
        const size_t books = 2 * l1_depth_book_cost();
        const size_t rest = b.arena.used - books;
        const size_t head = (size_t)((uint8_t *)b.books[0].bids.levels - b.arena.base);
        for (size_t cut = 0; cut < size; cut++) {
            memcpy(b.arena.base, fresh, head);
            memcpy(b.arena.base + head + books, fresh + head + books, rest - head);
            CHECK(!load(&b, cut));
        }
        uint32_t refused = 0;
        for (size_t at = 0; at < size; at++) {
            for (unsigned flip = 1; flip < 256; flip *= 4) {
                memcpy(b.arena.base, fresh, head);
                memcpy(b.arena.base + head + books, fresh + head + books, rest - head);
                bytes[at] = (uint8_t)(bytes[at] ^ flip);
                if (load(&b, size)) {
                    work(&b);
                } else {
                    refused++;
                }
                bytes[at] = (uint8_t)(bytes[at] ^ flip);
            }
        }
        CHECK(refused > 0);
        free(fresh);
        desk_close(&a);
        desk_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load__gives_the_same_state_and_hash),
        cmocka_unit_test(test_load__goes_by_name_into_another_order_of_symbols),
        cmocka_unit_test(test_load__drops_a_gone_symbol_only_when_it_holds_nothing),
        cmocka_unit_test(test_load__refuses_another_quote_and_tables_too_small),
        cmocka_unit_test(test_load__remembers_when_a_stop_was_placed),
        cmocka_unit_test(test_load__refuses_a_symbol_twice_and_a_stop_without_base),
        cmocka_unit_test(test_load__refuses_every_truncation_and_survives_every_changed_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
