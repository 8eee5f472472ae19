/* tests/unit/io/test_dump.c: rows of trades, quotes and depth, and what tells them apart. */
#include "io/dump.h"

#include <string.h>

#include "io/depth_row.h"
#include "testlib/check.h"

#define T INT64_C(1723161255342)
#define MS INT64_C(1000000)

static l1_result trade_of(l1_dump kind, const char *row, l1_trade *out, l1_diag *diag)
{
    memset(out, 0, sizeof *out);
    memset(diag, 0, sizeof *diag);
    return l1_trade_row_parse(kind, row, strlen(row), out, diag);
}

static void test_trades__are_read_by_place(void **state)
{
    (void)state;
    static const struct {
        l1_dump kind;
        const char *row;
        l1_trade want;
    } rows[] = {
        {L1_DUMP_TRADES,
         "3735,61837.63,0.02,1236.7526,1723161255342,True,True",
         {0, T * MS, 6183763000000, 2000000, 3735, true}},
        {L1_DUMP_TRADES,
         "0,0.00000001,90000000000,900,1723161255342123,False,False",
         {0, T * MS + 123000, 1, INT64_C(9000000000000000000), 0, false}},
        {L1_DUMP_TRADES, "1,2,3,6,1723161255342,true", {0, T * MS, 200000000, 300000000, 1, true}},
        {L1_DUMP_AGG_TRADES,
         "7,2.5,3,10,12,1723161255342,False,True",
         {0, T * MS, 250000000, 300000000, 7, false}},
        {L1_DUMP_AGG_TRADES,
         "7,2.5,3,12,12,1723161255342,true",
         {0, T * MS, 250000000, 300000000, 7, true}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_trade trade;
        l1_diag diag;
        CHECK(trade_of(rows[i].kind, rows[i].row, &trade, &diag).code == L1_OK);
        CHECK(trade.ts_ns == rows[i].want.ts_ns && trade.price_e8 == rows[i].want.price_e8);
        CHECK(trade.qty_e8 == rows[i].want.qty_e8 && trade.trade_id == rows[i].want.trade_id);
        CHECK(trade.buyer_maker == rows[i].want.buyer_maker);
        CHECK(l1_dump_of_row(rows[i].row, strlen(rows[i].row)) == rows[i].kind);
    }
}

static void test_trades__bad_rows_name_field_and_value(void **state)
{
    (void)state;
    static const struct {
        l1_dump kind;
        const char *row, *field, *text;
    } rows[] = {
        {L1_DUMP_TRADES, "x,1,1,1,1723161255342,True,True", "id", "'x'"},
        {L1_DUMP_TRADES, "1,0,1,1,1723161255342,True,True", "price", "price is '0': must be above"},
        {L1_DUMP_TRADES, "1,-1,1,1,1723161255342,True,True", "price", "'-1'"},
        {L1_DUMP_TRADES, "1,1,0.00000000,1,1723161255342,True,True", "qty", "must be above 0"},
        {L1_DUMP_TRADES, "1,1,1.5x,1,1723161255342,True,True", "qty", "'1.5x'"},
        {L1_DUMP_TRADES, "1,1,1,-2,1723161255342,True,True", "quote_qty", "is negative"},
        {L1_DUMP_TRADES, "1,1,1,1,1723161255,True,True", "time", "'1723161255'"},
        {L1_DUMP_TRADES, "1,1,1,1,1723161255342,yes,True", "is_buyer_maker", "'yes'"},
        {L1_DUMP_TRADES, "1,1,1,1,1723161255342", "row", "row has 5 columns"},
        {L1_DUMP_TRADES, "1,1,1,1,1723161255342,True,True,1", "row", "row has 8 columns"},
        {L1_DUMP_AGG_TRADES, "1,1,1,5,4,1723161255342,True,True", "last_trade_id", "'4'"},
        {L1_DUMP_AGG_TRADES, "1,1,1,,4,1723161255342,True,True", "first_trade_id", "''"},
        {L1_DUMP_AGG_TRADES, "1,1,1,1,4,1723161255342", "row", "row has 6 columns"},
        {L1_DUMP_AGG_TRADES, "1,1,1,1,4,1723161255342,True,True,1", "row", "row has 9 columns"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_trade trade;
        l1_diag diag;
        CHECK(trade_of(rows[i].kind, rows[i].row, &trade, &diag).code == L1_INPUT_FIELD);
        assert_string_equal(diag.field, rows[i].field);
        CHECK(strstr(diag.text, rows[i].text) != NULL);
    }
}

static void test_quotes__are_read_and_their_faults_named(void **state)
{
    (void)state;
    static const char good[] = "5,100.5,1,100.51,2,1723161255342,1723161255345";
    static const struct {
        const char *row, *field;
    } bad[] = {
        {"x,100.5,1,101,2,1723161255342,1723161255345", "update_id"},
        {"5,0,1,101,2,1723161255342,1723161255345", "best_bid_price"},
        {"5,100.5,0,101,2,1723161255342,1723161255345", "best_bid_qty"},
        {"5,100.5,1,100.5,2,1723161255342,1723161255345", "best_ask_price"}, /* locked */
        {"5,100.5,1,100.4,2,1723161255342,1723161255345", "best_ask_price"},
        {"5,100.5,1,101,-2,1723161255342,1723161255345", "best_ask_qty"},
        {"5,100.5,1,101,2,17231612553,1723161255345", "transaction_time"},
        {"5,100.5,1,101,2,1723161255342,", "event_time"},
        {"5,100.5,1,101,2,1723161255342", "row"},
        {"5,100.5,1,101,2,1723161255342,1723161255345,1", "row"},
    };
    l1_quote quote = {0};
    l1_diag diag = {0};
    int64_t known_ns = 0;
    CHECK(l1_quote_row_parse(good, strlen(good), &quote, &known_ns, &diag).code == L1_OK);
    CHECK(quote.update_id == 5 && quote.ts_ns == T * MS && known_ns == (T + 3) * MS);
    CHECK(quote.bid.price_e8 == 10050000000 && quote.bid.qty_e8 == 100000000);
    CHECK(quote.ask.price_e8 == 10051000000 && quote.ask.qty_e8 == 200000000);
    CHECK(l1_dump_of_row(good, strlen(good)) == L1_DUMP_QUOTES);
    static const char early[] = "5,100.5,1,101,2,1723161255342,1723161255341";
    CHECK(l1_quote_row_parse(early, strlen(early), &quote, &known_ns, &diag).code == L1_OK);
    CHECK(known_ns == T * MS); /* not before it happened */
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(l1_quote_row_parse(bad[i].row, strlen(bad[i].row), &quote, &known_ns, &diag).code ==
              L1_INPUT_FIELD);
        assert_string_equal(diag.field, bad[i].field);
    }
}

static void test_depth__rows_are_levels_of_events(void **state)
{
    (void)state;
    static const char snap[] = "BTCUSDT,1723161255342,0,0,b,snap,100.5,1";
    static const char set[] = "ETHUSDT,1723161255342,5,7,a,set,101,0,4";
    static const struct {
        const char *row, *field;
    } bad[] = {
        {",1723161255342,5,7,a,set,101,0", "symbol"},
        {"BTCUSDTBTCUSDTBTCUSDT,1723161255342,5,7,a,set,101,0", "symbol"},
        {"BTCUSDT,1,5,7,a,set,101,0", "timestamp"},
        {"BTCUSDT,1723161255342,x,7,a,set,101,0", "first_update_id"},
        {"BTCUSDT,1723161255342,8,7,a,set,101,0", "last_update_id"},
        {"BTCUSDT,1723161255342,0,0,a,set,101,0", "last_update_id"},
        {"BTCUSDT,1723161255342,5,7,c,set,101,0", "side"},
        {"BTCUSDT,1723161255342,5,7,a,sets,101,0", "update_type"},
        {"BTCUSDT,1723161255342,5,7,a,set,0,0", "price"},
        {"BTCUSDT,1723161255342,5,7,a,set,101,-1", "qty"},
        {"BTCUSDT,1723161255342,5,7,a,set,101", "row"},
        {"BTCUSDT,1723161255342,5,7,a,set,101,0,4,1", "row"},
    };
    l1_depth_row a, b;
    l1_diag diag = {0};
    CHECK(l1_depth_row_parse(snap, strlen(snap), &a, &diag).code == L1_OK);
    CHECK(a.snapshot && !a.change.ask && a.last_id == 0 && a.ts_ns == T * MS);
    CHECK(a.change.price_e8 == 10050000000 && a.change.qty_e8 == 100000000);
    CHECK(l1_depth_row_parse(set, strlen(set), &b, &diag).code == L1_OK);
    CHECK(!b.snapshot && b.change.ask && b.first_id == 5 && b.last_id == 7);
    CHECK(b.change.qty_e8 == 0 && strcmp(b.symbol, "ETHUSDT") == 0);
    CHECK(l1_depth_row_same_event(&a, &a) && !l1_depth_row_same_event(&a, &b));
    l1_depth_row other = b;
    other.last_id = 8;
    CHECK(!l1_depth_row_same_event(&b, &other));
    CHECK(l1_dump_of_row(snap, strlen(snap)) == L1_DUMP_DEPTH);
    CHECK(!l1_dump_is_header(snap, strlen(snap)));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(l1_depth_row_parse(bad[i].row, strlen(bad[i].row), &b, &diag).code == L1_INPUT_FIELD);
        assert_string_equal(diag.field, bad[i].field);
    }
}

static void test_kinds__are_told_by_row_header_and_name(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        l1_dump kind;
        bool header;
    } rows[] = {
        {"id,price,qty,quote_qty,time,is_buyer_maker,is_best_match", L1_DUMP_TRADES, true},
        {"agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker",
         L1_DUMP_AGG_TRADES, true},
        {"update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,"
         "event_time",
         L1_DUMP_QUOTES, true},
        {"symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu",
         L1_DUMP_DEPTH, true},
        {"open_time,open", L1_DUMP_KLINES, true},
        {"1,1,2,1,2,3,1,4,5,1,1,0", L1_DUMP_KLINES, false},
        {"timestamp,percentage,depth,notional", L1_DUMP_UNKNOWN, false},
        {"1,2,3", L1_DUMP_UNKNOWN, false},
        {"1,2,3,4,5,6", L1_DUMP_UNKNOWN, false},
        {"1,2,3,4,5,6,7,8", L1_DUMP_UNKNOWN, false},
        {"", L1_DUMP_UNKNOWN, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_diag diag = {0};
        const size_t size = strlen(rows[i].row);
        CHECK(l1_dump_of_row(rows[i].row, size) == rows[i].kind);
        CHECK(l1_dump_is_header(rows[i].row, size) == rows[i].header);
        if (!rows[i].header || rows[i].kind == L1_DUMP_KLINES) continue;
        CHECK(l1_dump_header_check(rows[i].kind, rows[i].row, size, &diag).code == L1_OK);
    }
    static const struct {
        const char *name;
        l1_dump kind;
    } names[] = {{"BTCUSDT-trades-2024-08.zip", L1_DUMP_TRADES},
                 {"BTCUSDT-aggTrades-2024-08.zip", L1_DUMP_AGG_TRADES},
                 {"btcusdt-bookticker-2024-08-08.csv.gz", L1_DUMP_QUOTES},
                 {"BTCUSDT_T_DEPTH_2024-08-08.csv", L1_DUMP_DEPTH},
                 {"BTCUSDT-1m-2024-08.csv", L1_DUMP_UNKNOWN}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK(l1_dump_of_name(names[i].name) == names[i].kind);
    }
}

static void test_headers__with_a_name_in_anothers_place_are_refused(void **state)
{
    (void)state;
    static const struct {
        l1_dump kind;
        const char *row, *field;
    } rows[] = {
        {L1_DUMP_TRADES, "id,qty,price", "qty"},
        {L1_DUMP_TRADES, "id,price,qty,time,quote_qty", "time"},
        {L1_DUMP_AGG_TRADES, "agg_trade_id,price,last_trade_id", "last_trade_id"},
        {L1_DUMP_QUOTES, "update_id,best_ask_price", "best_ask_price"},
        {L1_DUMP_DEPTH, "symbol,timestamp,last_update_id", "last_update_id"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_diag diag = {0};
        CHECK(l1_dump_header_check(rows[i].kind, rows[i].row, strlen(rows[i].row), &diag).code ==
              L1_INPUT_FIELD);
        assert_string_equal(diag.field, rows[i].field);
    }
    l1_diag diag = {0};
    static const char strange[] = "id,price,whatever,quote_qty"; /* unknown names may stand */
    CHECK(l1_dump_header_check(L1_DUMP_TRADES, strange, strlen(strange), &diag).code == L1_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trades__are_read_by_place),
        cmocka_unit_test(test_trades__bad_rows_name_field_and_value),
        cmocka_unit_test(test_quotes__are_read_and_their_faults_named),
        cmocka_unit_test(test_depth__rows_are_levels_of_events),
        cmocka_unit_test(test_kinds__are_told_by_row_header_and_name),
        cmocka_unit_test(test_headers__with_a_name_in_anothers_place_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
