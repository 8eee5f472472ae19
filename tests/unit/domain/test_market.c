/* tests/unit/domain/test_market.c: when a market has a mid, and what is refused as a book or bar.
 */
#include "testlib/check.h"

#include <string.h>

#include "domain/market.h"

#define MINUTE(n) ((n)*L1_MINUTE_NS)
#define E8(n) ((n)*L1_E8)

static l1_book book_at(int64_t ts_ns)
{
    return (l1_book){
        .ts_ns = ts_ns,
        .bids_count = 2,
        .asks_count = 2,
        .bids = {{E8(100), E8(1)}, {E8(99), E8(1)}},
        .asks = {{E8(102), E8(1)}, {E8(103), E8(1)}},
    };
}

static l1_bar bar_at(int64_t minute)
{
    return (l1_bar){
        .open_time_ns = MINUTE(minute),
        .close_time_ns = MINUTE(minute + 1) - 1000000,
        .open_e8 = E8(100),
        .high_e8 = E8(110),
        .low_e8 = E8(90),
        .close_e8 = E8(105),
        .volume_e8 = E8(5),
        .quote_volume_e8 = E8(500),
        .taker_buy_volume_e8 = E8(2),
        .trades = 7,
    };
}

static void test_market__mid_is_of_the_fresh_book_else_of_the_fresh_close(void **state)
{
    (void)state;
    l1_market market = {.has_book = false};
    CHECK(l1_market_mid_e8(&market, MINUTE(10), 1000) == 0);
    CHECK(l1_market_mid_until_ns(&market, 1000) == INT64_MIN);
    const l1_bar bar = bar_at(9);
    CHECK(l1_market_on_bar(&market, &bar, MINUTE(10)));
    const l1_book book = book_at(MINUTE(10));
    l1_market_on_book(&market, &book, MINUTE(10) + 5);
    const int64_t age = 3 * L1_MINUTE_NS;
    const int64_t book_until = MINUTE(13);
    static const int64_t of_book = INT64_C(10100000000), of_bar = INT64_C(10500000000);
    CHECK(l1_market_mid_e8(&market, book_until, age) == of_book);
    CHECK(l1_market_mid_e8(&market, book_until + 1, age) == 0); /* the bar is 1 ms older */
    CHECK(l1_market_mid_until_ns(&market, age) == book_until);
    market.has_book = false;
    CHECK(l1_market_mid_e8(&market, bar.close_time_ns + age, age) == of_bar);
    CHECK(l1_market_mid_e8(&market, bar.close_time_ns + age + 1, age) == 0);
    CHECK(l1_market_mid_until_ns(&market, age) == bar.close_time_ns + age);
}

static void test_market__age_counts_from_the_earlier_of_ts_and_receipt(void **state)
{
    (void)state;
    static const struct {
        int64_t ts, receipt, since;
    } rows[] = {{100, 200, 100}, {200, 100, 100}, {150, 150, 150}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_market market = {.has_book = false};
        const l1_book book = book_at(rows[i].ts);
        l1_market_on_book(&market, &book, rows[i].receipt);
        CHECK(market.book_since_ns == rows[i].since);
        CHECK(l1_market_book_fresh(&market, rows[i].since + 10, 10));
        CHECK(!l1_market_book_fresh(&market, rows[i].since + 11, 10));
    }
}

static void test_market__data_from_before_a_clock_jump_is_stale(void **state)
{
    (void)state;
    l1_market market = {.has_book = false};
    const l1_book book = book_at(100);
    l1_market_on_book(&market, &book, 100);
    market.valid_after_ns = 100;
    CHECK(l1_market_book_fresh(&market, 100, 10));
    market.valid_after_ns = 101;
    CHECK(!l1_market_book_fresh(&market, 101, 10));
    CHECK(l1_market_mid_until_ns(&market, 10) == INT64_MIN);
}

static void test_market__late_or_repeated_bars_change_nothing(void **state)
{
    (void)state;
    l1_market market = {.has_book = false};
    const l1_bar bar = bar_at(9);
    CHECK(l1_market_on_bar(&market, &bar, MINUTE(20)));
    CHECK(!l1_market_on_bar(&market, &bar, MINUTE(20)));
    l1_bar other = bar_at(8);
    other.close_e8 = 1;
    CHECK(!l1_market_on_bar(&market, &other, MINUTE(20)));
    CHECK(market.bar.close_e8 == bar.close_e8);
    other = bar_at(10);
    CHECK(l1_market_on_bar(&market, &other, MINUTE(20)));
    CHECK(market.bar.close_time_ns == other.close_time_ns);
}

static void test_book__is_refused_when_empty_crossed_locked_unsorted_or_not_positive(void **state)
{
    (void)state;
    static const struct {
        l1_level bids[2], asks[2];
        uint32_t bids_count, asks_count;
        const char *want;
    } rows[] = {
        {{{9, 1}, {8, 1}}, {{10, 1}, {11, 1}}, 2, 2, NULL},
        {{{9, 1}, {8, 1}}, {{10, 1}, {11, 1}}, 0, 2, "bids are empty"},
        {{{9, 1}, {8, 1}}, {{10, 1}, {11, 1}}, 2, 0, "asks are empty"},
        {{{10, 1}, {8, 1}}, {{10, 1}, {11, 1}}, 2, 2, "bids lock asks: same best price"},
        {{{11, 1}, {8, 1}}, {{10, 1}, {11, 1}}, 2, 2, "bids cross asks"},
        {{{8, 1}, {9, 1}}, {{10, 1}, {11, 1}}, 2, 2, "bids are not sorted best first"},
        {{{9, 1}, {9, 1}}, {{10, 1}, {11, 1}}, 2, 2, "bids are not sorted best first"},
        {{{9, 1}, {8, 1}}, {{11, 1}, {10, 1}}, 2, 2, "asks are not sorted best first"},
        {{{9, 1}, {8, 1}}, {{11, 1}, {11, 1}}, 2, 2, "asks are not sorted best first"},
        {{{1, 1}, {0, 1}}, {{10, 1}, {11, 1}}, 2, 2, "bids hold a price that is not above 0"},
        {{{9, 1}, {8, 0}}, {{10, 1}, {11, 1}}, 2, 2, "bids hold a quantity that is not above 0"},
        {{{9, 1}, {8, 1}}, {{-1, 1}, {11, 1}}, 2, 2, "asks hold a price that is not above 0"},
        {{{9, 1}, {8, 1}}, {{10, -1}, {11, 1}}, 2, 2, "asks hold a quantity that is not above 0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_book book = {.bids_count = rows[i].bids_count, .asks_count = rows[i].asks_count};
        memcpy(book.bids, rows[i].bids, sizeof rows[i].bids);
        memcpy(book.asks, rows[i].asks, sizeof rows[i].asks);
        const char *const fault = l1_book_fault(&book);
        if (rows[i].want == NULL) {
            CHECK(fault == NULL);
        } else {
            CHECK(fault != NULL);
            assert_string_equal(fault, rows[i].want);
        }
    }
}

static void test_bar__is_refused_when_it_is_no_closed_minute_or_incoherent(void **state)
{
    (void)state;
    const l1_bar good = bar_at(5);
    CHECK(l1_bar_fault(&good) == NULL);
    static const struct {
        size_t offset;
        int64_t value;
        const char *want; /* first words; NULL: the edge still passes */
    } rows[] = {
        {offsetof(l1_bar, open_time_ns), MINUTE(5) + 1, "open_time"},
        {offsetof(l1_bar, close_time_ns), MINUTE(6), "close_time"},
        {offsetof(l1_bar, close_time_ns), MINUTE(6) - 1000001, "close_time"},
        {offsetof(l1_bar, low_e8), 0, "low"},
        {offsetof(l1_bar, low_e8), 1, NULL},
        {offsetof(l1_bar, high_e8), E8(89), "high"},
        {offsetof(l1_bar, high_e8), E8(104), "close"},
        {offsetof(l1_bar, high_e8), E8(105), NULL},
        {offsetof(l1_bar, open_e8), E8(90), NULL},
        {offsetof(l1_bar, open_e8), E8(90) - 1, "open"},
        {offsetof(l1_bar, open_e8), E8(110), NULL},
        {offsetof(l1_bar, open_e8), E8(110) + 1, "open"},
        {offsetof(l1_bar, close_e8), E8(90) - 1, "close"},
        {offsetof(l1_bar, volume_e8), -1, "volume"},
        {offsetof(l1_bar, volume_e8), E8(2), NULL},
        {offsetof(l1_bar, volume_e8), E8(2) - 1, "taker_buy_volume"},
        {offsetof(l1_bar, quote_volume_e8), 0, NULL},
        {offsetof(l1_bar, quote_volume_e8), -1, "quote_volume"},
        {offsetof(l1_bar, taker_buy_volume_e8), 0, NULL},
        {offsetof(l1_bar, taker_buy_volume_e8), -1, "taker_buy_volume"},
        {offsetof(l1_bar, trades), 0, NULL},
        {offsetof(l1_bar, trades), -1, "trades"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_bar bar = good;
        memcpy((char *)&bar + rows[i].offset, &rows[i].value, sizeof rows[i].value);
        const char *const fault = l1_bar_fault(&bar);
        CHECK((fault == NULL) == (rows[i].want == NULL));
        if (fault == NULL) continue;
        const size_t size = strlen(rows[i].want);
        CHECK(strncmp(fault, rows[i].want, size) == 0 && fault[size] == ' ');
    }
}

static void test_market__round_trips_and_keeps_its_answers(void **state)
{
    (void)state;
    for (unsigned held = 0; held < 4; held++) {
        l1_market market = {.valid_after_ns = 3};
        const l1_book book = book_at(MINUTE(10));
        const l1_bar bar = bar_at(9);
        if ((held & 1) != 0) l1_market_on_book(&market, &book, MINUTE(10));
        if ((held & 2) != 0) CHECK(l1_market_on_bar(&market, &bar, MINUTE(10)));
        uint8_t bytes[2048];
        l1_archive archive = l1_archive_saving(bytes, sizeof bytes);
        l1_market_archive(&archive, &market);
        const size_t size = archive.out.used;
        l1_market loaded = {.has_book = false};
        archive = l1_archive_loading(bytes, size);
        l1_market_archive(&archive, &loaded);
        CHECK(l1_archive_ok(&archive) && l1_read_left(&archive.in) == 0);
        assert_memory_equal(&loaded, &market, sizeof market);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_market__mid_is_of_the_fresh_book_else_of_the_fresh_close),
        cmocka_unit_test(test_market__age_counts_from_the_earlier_of_ts_and_receipt),
        cmocka_unit_test(test_market__data_from_before_a_clock_jump_is_stale),
        cmocka_unit_test(test_market__late_or_repeated_bars_change_nothing),
        cmocka_unit_test(test_book__is_refused_when_empty_crossed_locked_unsorted_or_not_positive),
        cmocka_unit_test(test_bar__is_refused_when_it_is_no_closed_minute_or_incoherent),
        cmocka_unit_test(test_market__round_trips_and_keeps_its_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
