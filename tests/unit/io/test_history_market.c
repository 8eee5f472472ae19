/* tests/unit/io/test_history_market.c: dumps and recorded streams as files, merged by time. */
#include "io/history.h"

#include "testlib/scenario.h"
#include "unit/io/files.h"

enum { FILES_MAX = 8, SEEN_BYTES = 2048 };
#define T0 INT64_C(1723161254000) /* ms */
#define MS INT64_C(1000000)

typedef struct {
    const char *name, *text;
} input;

/* Kind, symbol, ms behind T0, and what is particular. */
static void see(const l1_decoded *message, char *seen)
{
    const l1_event *event = &message->event;
    const size_t size = strlen(seen);
    char *to = seen + size;
    const size_t room = SEEN_BYTES - size;
    const char *space = size > 0 ? " " : "";
    const long long ms = (long long)(message->ts_ns / MS - T0);
    const l1_depth *depth = &event->as.depth;
    CHECK(message->has_ts && message->topic == L1_TOPIC_MARKET);
    switch (event->kind) {
    case L1_EVENT_BAR:
        (void)snprintf(to, room, "%sbar%d@%lld", space, event->as.bar.symbol, ms);
        break;
    case L1_EVENT_BOOK:
        (void)snprintf(to, room, "%sbook%d@%lld", space, event->as.book.symbol, ms);
        break;
    case L1_EVENT_TRADE:
        (void)snprintf(to, room, "%strade%d@%lld:%llu", space, event->as.trade.symbol, ms,
                       (unsigned long long)event->as.trade.trade_id);
        break;
    case L1_EVENT_QUOTE:
        (void)snprintf(to, room, "%squote%d@%lld:%llu", space, event->as.quote.symbol, ms,
                       (unsigned long long)event->as.quote.update_id);
        break;
    case L1_EVENT_DEPTH:
        (void)snprintf(to, room, "%s%s%d@%lld:%llu/%u%s", space, depth->snapshot ? "snap" : "depth",
                       depth->symbol, ms, (unsigned long long)depth->last_id, depth->changes_count,
                       depth->more ? "+" : "");
        break;
    default: (void)snprintf(to, room, "%s?", space); break;
    }
}

static char notices[4][L1_NOTICE_TEXT]; /* of the last play */
static size_t notices_count;

static l1_status play(const input *inputs, packing how, int64_t from_ns, char seen[SEEN_BYTES],
                      l1_diag *diag)
{
    const l1_limits limits = scenario_limits();
    folder in;
    l1_history_file files[FILES_MAX];
    size_t count = 0;
    l1_history *history = NULL;
    const l1_decoded *message = NULL;
    folder_make(&in);
    for (; count < FILES_MAX && inputs[count].name != NULL; count++) {
        const input *one = &inputs[count];
        files[count] = (l1_history_file){
            .path = write_packed(&in, one->name, how, one->name, one->text, strlen(one->text))};
    }
    const l1_history_options options = {.limits = &limits,
                                        .files = files,
                                        .files_count = count,
                                        .from_ns = from_ns,
                                        .to_ns = L1_OFF};
    seen[0] = '\0';
    memset(diag, 0, sizeof *diag);
    l1_result done = l1_history_open(&options, &history, diag);
    while (done.code == L1_OK) {
        done = l1_history_next(history, &message, diag);
        if (done.code == L1_OK) see(message, seen);
    }
    notices_count = 0;
    for (uint64_t at = 0; history != NULL && notices_count < 4;) {
        if (!l1_history_notice(history, &at, notices[notices_count])) break;
        notices_count++;
    }
    if (done.code == L1_IO_END) CHECK(l1_history_bytes_read(history) == l1_history_bytes(history));
    l1_history_close(history);
    folder_remove(&in);
    return done.code;
}

static void expect(const char *what, const input *inputs, packing how, int64_t from_ns,
                   const char *wanted)
{
    char seen[SEEN_BYTES];
    l1_diag diag;
    const l1_status status = play(inputs, how, from_ns, seen, &diag);
    if (status == L1_IO_END && strcmp(seen, wanted) == 0) return;
    fail_msg("%s (%s): '%s', expected '%s'; %s", what, packing_names[how], seen, wanted, diag.text);
}

#define TRADES                                                                                     \
    "3,61837.63,0.02,1236.7526,1723161254001,True,True\n"                                          \
    "4,61837.64,0.5,30918.82,1723161254003,False,True\n"
#define AGGREGATES                                                                                 \
    "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker,"       \
    "is_best_match\n"                                                                              \
    "7,61837.63,0.02,3,4,1723161254002000,True,True\n"
#define QUOTES                                                                                     \
    "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,"          \
    "event_time\n"                                                                                 \
    "50,100,1,101,2,1723161254000,1723161254002\n51,100,1,101,2,1723161254003,1723161254003\n"
#define ROW(ms, first, last, side, type, price, qty)                                               \
    "BTCUSDT,17231612540" #ms "," #first "," #last "," #side "," #type "," #price "," #qty ",0\n"
#define ROWS                                                                                       \
    "symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu\n" ROW(         \
        00, 0, 10, b, snap, 100, 1) ROW(00, 0, 10, a, snap, 101, 1)                                \
        ROW(01, 11, 12, b, set, 100, 0) ROW(01, 11, 12, b, set, 99, 1)                             \
            ROW(02, 14, 15, a, set, 102, 1)

static void test_dumps__are_read_as_downloaded_in_every_packing(void **state)
{
    (void)state;
    static const struct {
        input inputs[2];
        const char *seen;
    } rows[] = {
        {{{"BTCUSDT-trades-2024-08-08.csv", TRADES}}, "trade0@1:3 trade0@3:4"},
        {{{"ETHUSDT-aggTrades-2024-08-08.csv", AGGREGATES}}, "trade1@2:7"},
        {{{"BTCUSDT-bookTicker-2024-08-08.csv", QUOTES}}, "quote0@2:50 quote0@3:51"},
        {{{"BTCUSDT_T_DEPTH_2024-08-08.csv", ROWS}}, "snap0@0:10/2 depth0@1:12/2 depth0@2:15/1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (packing how = PLAIN; how < PACKINGS; how++) {
            expect("dump", rows[i].inputs, how, L1_OFF, rows[i].seen);
        }
    }
}

static void test_dumps__are_merged_books_before_quotes_before_trades(void **state)
{
    (void)state;
    static const input inputs[FILES_MAX] = {
        {"BTCUSDT-trades-1.csv", "4,1,1,1,1723161254001,True,True\n"},
        {"BTCUSDT-bookTicker-1.csv", "5,100,1,101,2,1723161254001,1723161254001\n"},
        {"BTCUSDT-depth-1.csv", ROW(01, 0, 10, b, snap, 100, 1) ROW(01, 0, 10, a, snap, 101, 1)},
        {"ETHUSDT-trades-1.csv", "5,1,1,1,1723161254000,True,True\n"},
    };
    expect("merge", inputs, PLAIN, L1_OFF, "trade1@0:5 snap0@1:10/2 quote0@1:5 trade0@1:4");
    /* Days of one kind and symbol follow each other, whatever the order they are given in. */
    static const input days[FILES_MAX] = {
        {"BTCUSDT-trades-2.csv", "8,1,1,1,1723161254005,True,True\n"},
        {"BTCUSDT-trades-1.csv", "4,1,1,1,1723161254001,True,True\n"},
    };
    expect("days", days, PLAIN, L1_OFF, "trade0@1:4 trade0@5:8");
}

#define LINE(ms, json) "17231612540" #ms "000000 " json "\n"
#define DEPTH(ms, symbol, first, last)                                                             \
    LINE(ms,                                                                                       \
         "{\"stream\":\"x\",\"data\":{\"e\":\"depthUpdate\",\"E\":1723161255270,\"s\":\"" symbol   \
         "\",\"U\":" #first ",\"u\":" #last ",\"b\":[[\"100\",\"2\"]],\"a\":[]}}")
#define SNAP                                                                                       \
    "{\"lastUpdateId\":12,\"bids\":[[\"100\",\"1\"],[\"99\",\"1\"]],\"asks\":[[\"101\",\"1\"]]}"
#define QUOTE(ms, symbol, id)                                                                      \
    LINE(ms, "{\"stream\":\"x\",\"data\":{\"u\":" #id ",\"s\":\"" symbol                           \
             "\",\"b\":\"100\",\"B\":\"1\",\"a\":\"101\",\"A\":\"2\"}}")
#define PRINT(ms, symbol, kind, key, id)                                                           \
    LINE(ms, "{\"stream\":\"x\",\"data\":{\"e\":\"" kind "\",\"s\":\"" symbol "\",\"" key          \
             "\":" #id ",\"p\":\"1\",\"q\":\"1\",\"T\":1723161255270,\"m\":true}}")

static void test_stream__becomes_a_book_quotes_and_trades(void **state)
{
    (void)state;
    static const input inputs[FILES_MAX] = {
        {"btcusdt_20240808",
         DEPTH(01, "BTCUSDT", 8, 10) DEPTH(02, "BTCUSDT", 11, 14) QUOTE(03, "BTCUSDT", 15)
             LINE(04, SNAP) DEPTH(05, "BTCUSDT", 15, 16) PRINT(06, "BTCUSDT", "trade", "t", 3)
                 PRINT(07, "BTCUSDT", "aggTrade", "a", 1) DEPTH(08, "BTCUSDT", 18, 19)
                     DEPTH(09, "BTCUSDT", 20, 20)},
    };
    for (packing how = PLAIN; how < PACKINGS; how++) {
        expect("stream", inputs, how, L1_OFF,
               "quote0@3:15 snap0@4:12/3 depth0@4:14/1 depth0@5:16/1 trade0@6:3 depth0@8:19/1");
    }
}

static void test_stream__its_book_goes_on_over_its_files(void **state)
{
    (void)state;
    static const input inputs[FILES_MAX] = {
        {"btcusdt_20240809", DEPTH(03, "BTCUSDT", 15, 16) DEPTH(04, "BTCUSDT", 17, 18)},
        {"btcusdt_20240808", LINE(01, SNAP) DEPTH(02, "BTCUSDT", 13, 14)},
        {"btcusdt_20240810", DEPTH(05, "BTCUSDT", 30, 31) DEPTH(06, "BTCUSDT", 32, 33)},
    };
    expect("files", inputs, PLAIN, L1_OFF,
           "snap0@1:12/3 depth0@2:14/1 depth0@3:16/1 depth0@4:18/1 depth0@5:31/1");
}

static void test_stream__symbols_come_from_its_lines(void **state)
{
    (void)state;
    static const input inputs[FILES_MAX] = {
        {"all_20240808", QUOTE(01, "ETHUSDT", 5) QUOTE(02, "DOGEUSDT", 6) QUOTE(03, "BTCUSDT", 7)
                             PRINT(04, "ETHUSDT", "aggTrade", "a", 1)},
        {"BTCUSDT_20240808", QUOTE(02, "BTCUSDT", 8)},
    };
    expect("symbols", inputs, PLAIN, L1_OFF, "quote1@1:5 quote0@2:8 quote0@3:7 trade1@4:1");
}

static void test_stream__its_time_never_falls(void **state)
{
    (void)state;
    static const input inputs[FILES_MAX] = {
        {"a_20240808", QUOTE(05, "BTCUSDT", 1) QUOTE(03, "BTCUSDT", 2) QUOTE(06, "BTCUSDT", 3)},
    };
    expect("times", inputs, PLAIN, L1_OFF, "quote0@5:1 quote0@5:2 quote0@6:3");
}

static void test_snapshots__alone_take_their_time_from_the_name(void **state)
{
    (void)state;
    static const input inputs[FILES_MAX] = {
        {"BTCUSDT-depth-1723161254005.json", SNAP},
        {"ETHUSDT-depth-1723161254004.json", "{ \"lastUpdateId\":3,\"bids\":[],\"asks\":[]}\n"},
    };
    expect("snapshots", inputs, PLAIN, L1_OFF, "snap1@4:3/0 snap0@5:12/3");
}

static void test_window__what_lies_before_it_is_followed(void **state)
{
    (void)state;
    static const input inputs[FILES_MAX] = {
        {"btcusdt_20240808",
         DEPTH(01, "BTCUSDT", 11, 13) LINE(02, SNAP) DEPTH(03, "BTCUSDT", 14, 15)
             PRINT(04, "BTCUSDT", "trade", "t", 3) DEPTH(05, "BTCUSDT", 16, 17)},
    };
    static const struct {
        int64_t from_ms;
        const char *seen;
    } rows[] = {
        {0, "snap0@2:12/3 depth0@2:13/1 depth0@3:15/1 trade0@4:3 depth0@5:17/1"},
        {2, "snap0@2:12/3 depth0@2:13/1 depth0@3:15/1 trade0@4:3 depth0@5:17/1"},
        {3, "snap0@3:13/3 depth0@3:15/1 trade0@4:3 depth0@5:17/1"},
        {4, "snap0@4:15/3 trade0@4:3 depth0@5:17/1"},
        {5, "snap0@5:15/3 depth0@5:17/1"},
        {6, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect("window", inputs, PLAIN, (T0 + rows[i].from_ms) * MS, rows[i].seen);
    }
}

static void test_faults__name_file_line_field_and_value(void **state)
{
    (void)state;
    static const struct {
        input one;
        const char *said[3], *field;
        l1_status status;
    } rows[] = {
        {{"BTCUSDT-trades-1.csv", TRADES "5,x,1,1,1723161254001,True,True\n"},
         {"BTCUSDT-trades-1.csv line 3", "price", "'x'"},
         "price",
         L1_INPUT_FIELD},
        {{"BTCUSDT-trades-1.csv", "id,qty,price\n"},
         {"BTCUSDT-trades-1.csv line 1", "column 2", "column 3"},
         "qty",
         L1_INPUT_FIELD},
        {{"BTCUSDT-bookTicker-1.csv", QUOTES "52,100,1,99,2,1723161254003,1723161254003\n"},
         {"line 4", "best_ask_price", "'99'"},
         "best_ask_price",
         L1_INPUT_FIELD},
        {{"BTCUSDT-depth-1.csv", ROW(00, 0, 10, b, snap, 100, 1) ROW(01, 12, 11, b, set, 1, 1)},
         {"line 2", "last_update_id", "'11'"},
         "last_update_id",
         L1_INPUT_FIELD},
        {{"BTCUSDT-bookDepth-1.csv", "timestamp,percentage,depth,notional\n1,2,3,4\n"},
         {"line 1", "4 columns", "depth"},
         "row",
         L1_INPUT_FIELD},
        {{"a_20240808", QUOTE(01, "BTCUSDT", 1) LINE(02, "{\"u\":}")},
         {"a_20240808 line 2", "", ""},
         "",
         L1_INPUT_SYNTAX},
        {{"a_20240808", QUOTE(01, "BTCUSDT", -1)},
         {"line 1", "u is '-1'", ""},
         "u",
         L1_INPUT_FIELD},
        {{"a_20240808", LINE(01, SNAP)}, {"line 1", "FILE=BTC/USDT", ""}, "symbol", L1_INPUT_FIELD},
        {{"a_20240808", QUOTE(01, "DOGEUSDT", 1)},
         {"a_20240808", "no line is of a configured symbol", ""},
         "symbol",
         L1_INPUT_FIELD},
        {{"ETHUSDT-depth-1.csv", ROWS},
         {"ETHUSDT-depth-1.csv line 4", "symbol is 'BTCUSDT'", "FILE=SYMBOL"},
         "symbol",
         L1_INPUT_FIELD},
        {{"a_20240808", "x 1\n"}, {"neither", "", ""}, "file", L1_INPUT_SYNTAX},
        {{"a_20240808", QUOTE(01, "BTCUSDT", 1) "17x {}\n"},
         {"line 2", "local time is '17x'", "2009 to 2100"},
         "local time",
         L1_INPUT_FIELD},
        {{"BTCUSDT-depth.json", SNAP}, {"line 1", "UNIXMS.json", ""}, "local time", L1_INPUT_FIELD},
        {{"SOLUSDT-trades-1.csv", TRADES},
         {"SOLUSDT", "no configured", ""},
         "symbol",
         L1_INPUT_FIELD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const input inputs[] = {rows[i].one, {NULL, NULL}};
        char seen[SEEN_BYTES];
        l1_diag diag;
        const l1_status status = play(inputs, PLAIN, L1_OFF, seen, &diag);
        if (status != rows[i].status) fail_msg("row %zu: %d, %s", i, status, diag.text);
        for (size_t k = 0; k < 3; k++) {
            if (strstr(diag.text, rows[i].said[k]) == NULL) fail_msg("row %zu: %s", i, diag.text);
        }
        assert_string_equal(diag.field, rows[i].field);
    }
}

/* A print that is given twice would count twice. */
static void test_prints__given_twice_are_refused(void **state)
{
    (void)state;
    static const struct {
        input inputs[3];
        const char *said[2];
        l1_status status;
    } rows[] = {
        {{{"BTCUSDT-trades-1.csv", TRADES}, {"BTCUSDT-trades-2.csv", TRADES}},
         {"BTCUSDT-trades-2.csv line 1: time is 1723161254001 ms", "BTCUSDT-trades-1.csv"},
         L1_INPUT_FIELD},
        {{{"BTCUSDT-trades-1.csv", TRADES}, /* the same ms as the last one of the file before */
          {"BTCUSDT-trades-2.csv", "5,1,1,1,1723161254003,True,True\n"}},
         {"", ""},
         L1_IO_END},
        {{{"BTCUSDT-trades-1.csv", TRADES},
          {"BTCUSDT-trades-2.csv", "5,1,1,1,1723161254002,True,True\n"}},
         {"files overlap", "1723161254003 ms"},
         L1_INPUT_FIELD},
        {{{"BTCUSDT-trades-1.csv", TRADES}, {"ETHUSDT-trades-2.csv", TRADES}}, {"", ""}, L1_IO_END},
        {{{"BTCUSDT-trades-1.csv", TRADES}, {"BTCUSDT-aggTrades-2.csv", AGGREGATES}},
         {"aggTrades of BTC/USDT", "BTCUSDT-trades-1.csv has trades"},
         L1_INPUT_FIELD},
        {{{"BTCUSDT-trades-1.csv", TRADES}, {"ETHUSDT-aggTrades-2.csv", AGGREGATES}},
         {"", ""},
         L1_IO_END},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char seen[SEEN_BYTES];
        l1_diag diag;
        const l1_status status = play(rows[i].inputs, PLAIN, L1_OFF, seen, &diag);
        if (status != rows[i].status) fail_msg("row %zu: %d, %s", i, status, diag.text);
        for (size_t k = 0; k < 2; k++) {
            if (strstr(diag.text, rows[i].said[k]) == NULL) fail_msg("row %zu: %s", i, diag.text);
        }
    }
}

#define OTHERS(ms, kind)                                                                           \
    LINE(ms, "{\"stream\":\"x\",\"data\":{\"e\":\"" kind "\",\"s\":\"BTCUSDT\"}}")

/* What came to nothing is said at the end, once a file. */
static void test_notices__name_the_file_and_what_could_not_be_used(void **state)
{
    (void)state;
    static const struct {
        const char *text, *first, *second; /* NULL = nothing is said */
    } rows[] = {
        {DEPTH(01, "BTCUSDT", 11, 12) DEPTH(02, "BTCUSDT", 13, 14),
         "btcusdt_20240808: 2 level changes of BTC/USDT and no snapshot", NULL},
        {DEPTH(01, "BTCUSDT", 11, 12) LINE(02, SNAP), NULL, NULL},
        {LINE(01, SNAP) DEPTH(02, "BTCUSDT", 11, 13) DEPTH(03, "BTCUSDT", 15, 16), NULL,
         NULL}, /* a gap */
        {LINE(01, SNAP) OTHERS(02, "kline") OTHERS(03, "24hrTicker"),
         "btcusdt_20240808: 2 messages of kinds that are not read (the first: kline)", NULL},
        {DEPTH(01, "BTCUSDT", 11, 12) OTHERS(03, "kline"), "btcusdt_20240808: 1 level changes",
         "btcusdt_20240808: 1 messages of kinds"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const input inputs[] = {{"btcusdt_20240808", rows[i].text}, {NULL, NULL}};
        char seen[SEEN_BYTES];
        l1_diag diag;
        CHECK(play(inputs, PLAIN, L1_OFF, seen, &diag) == L1_IO_END);
        const char *const wanted[] = {rows[i].first, rows[i].second, NULL};
        for (size_t k = 0; k < 2; k++) {
            if (wanted[k] == NULL)
                CHECK(k >= notices_count);
            else
                CHECK(k < notices_count && strstr(notices[k], wanted[k]) == notices[k]);
        }
        CHECK(notices_count <= 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dumps__are_read_as_downloaded_in_every_packing),
        cmocka_unit_test(test_dumps__are_merged_books_before_quotes_before_trades),
        cmocka_unit_test(test_stream__becomes_a_book_quotes_and_trades),
        cmocka_unit_test(test_stream__its_book_goes_on_over_its_files),
        cmocka_unit_test(test_stream__symbols_come_from_its_lines),
        cmocka_unit_test(test_stream__its_time_never_falls),
        cmocka_unit_test(test_snapshots__alone_take_their_time_from_the_name),
        cmocka_unit_test(test_window__what_lies_before_it_is_followed),
        cmocka_unit_test(test_faults__name_file_line_field_and_value),
        cmocka_unit_test(test_prints__given_twice_are_refused),
        cmocka_unit_test(test_notices__name_the_file_and_what_could_not_be_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
